/* deserved.c - what the totals of accounts, and a pending transfer, say to a transfer. */
#include "checker/deserved.h"

const uint32_t deserved_outcomes[DESERVED_COUNT] = {
    QUIPU_CREATE_TRANSFER_DEBIT_ACCOUNT_ALREADY_CLOSED,
    QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_ALREADY_CLOSED,
    QUIPU_CREATE_TRANSFER_OVERFLOWS_DEBITS_PENDING,
    QUIPU_CREATE_TRANSFER_OVERFLOWS_CREDITS_PENDING,
    QUIPU_CREATE_TRANSFER_OVERFLOWS_DEBITS_POSTED,
    QUIPU_CREATE_TRANSFER_OVERFLOWS_CREDITS_POSTED,
    QUIPU_CREATE_TRANSFER_OVERFLOWS_DEBITS,
    QUIPU_CREATE_TRANSFER_OVERFLOWS_CREDITS,
    QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS,
    QUIPU_CREATE_TRANSFER_EXCEEDS_DEBITS,
};

static bool overflows(quipu_uint128 a, quipu_uint128 b)
{
    return a + b < a;
}

static enum answer is_closed(const struct totals *totals, const struct scene *scene)
{
    /* A closed account takes every void. */
    if (scene->pending != NULL && (scene->asked->flags & QUIPU_TRANSFER_VOID_PENDING_TRANSFER)) {
        return NO;
    }
    if (totals == NULL) return UNKNOWN;
    return totals->closed ? YES : NO;
}

/* One side of a transfer: the totals that it adds to, and the total that may limit them. */
struct side {
    quipu_uint128 pending, posted, limit;
};

static struct side side_of(const struct totals *totals, bool debit)
{
    if (debit) {
        return (struct side){totals->debits_pending, totals->debits_posted, totals->credits_posted};
    }
    return (struct side){totals->credits_pending, totals->credits_posted, totals->debits_posted};
}

static enum answer side_deserves(const struct scene *scene, bool debit, uint32_t outcome)
{
    const struct totals *totals = debit ? scene->debit : scene->credit;
    bool limited = debit
                       ? (scene->debit_flags & QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS) != 0
                       : (scene->credit_flags & QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS) != 0;
    bool exceeds = outcome == QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS ||
                   outcome == QUIPU_CREATE_TRANSFER_EXCEEDS_DEBITS;
    struct side is;

    if (exceeds && !limited) return NO;
    if (totals == NULL || !scene->amount_known) return UNKNOWN;
    is = side_of(totals, debit);
    switch (outcome) {
    case QUIPU_CREATE_TRANSFER_OVERFLOWS_DEBITS_PENDING:
    case QUIPU_CREATE_TRANSFER_OVERFLOWS_CREDITS_PENDING:
        return (scene->asked->flags & QUIPU_TRANSFER_PENDING) != 0 &&
               overflows(is.pending, scene->amount);
    case QUIPU_CREATE_TRANSFER_OVERFLOWS_DEBITS_POSTED:
    case QUIPU_CREATE_TRANSFER_OVERFLOWS_CREDITS_POSTED: return overflows(is.posted, scene->amount);
    case QUIPU_CREATE_TRANSFER_OVERFLOWS_DEBITS:
    case QUIPU_CREATE_TRANSFER_OVERFLOWS_CREDITS:
        return overflows(is.pending + is.posted, scene->amount);
    default: return is.pending + is.posted + scene->amount > is.limit;
    }
}

enum answer deserves(const struct scene *scene, uint32_t outcome)
{
    switch (outcome) {
    case QUIPU_CREATE_TRANSFER_DEBIT_ACCOUNT_ALREADY_CLOSED: return is_closed(scene->debit, scene);
    case QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_ALREADY_CLOSED:
        return is_closed(scene->credit, scene);
    default: break;
    }
    /* The pending transfer was tested when it was created; its post or void is not. */
    if (scene->pending != NULL) return NO;
    switch (outcome) {
    case QUIPU_CREATE_TRANSFER_OVERFLOWS_DEBITS_PENDING:
    case QUIPU_CREATE_TRANSFER_OVERFLOWS_DEBITS_POSTED:
    case QUIPU_CREATE_TRANSFER_OVERFLOWS_DEBITS:
    case QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS: return side_deserves(scene, true, outcome);
    default: return side_deserves(scene, false, outcome);
    }
}

/* Cut the amount to what one side has room for. Returns false if its totals are unknown. */
static bool balance(struct scene *scene, const struct totals *totals, bool debit)
{
    struct side is;
    quipu_uint128 room;

    if (totals == NULL) return false;
    is = side_of(totals, debit);
    room = is.limit > is.pending + is.posted ? is.limit - is.pending - is.posted : 0;
    if (scene->amount > room) scene->amount = room;
    return true;
}

void deserved_amount(struct scene *scene)
{
    scene->amount = scene->asked->amount;
    scene->amount_known = true;
    if ((scene->asked->flags & QUIPU_TRANSFER_BALANCING_DEBIT) != 0) {
        scene->amount_known = balance(scene, scene->debit, true);
    }
    if (scene->amount_known && (scene->asked->flags & QUIPU_TRANSFER_BALANCING_CREDIT) != 0) {
        scene->amount_known = balance(scene, scene->credit, false);
    }
}

/* In a post or void, 0 for an account, the ledger or the code stands for that of the pending
 * transfer. */
static bool differ(quipu_uint128 asked, quipu_uint128 pending)
{
    return asked != 0 && asked != pending;
}

uint32_t deserved_by_pending(const quipu_transfer *asked, const quipu_transfer *pending)
{
    bool voids = (asked->flags & QUIPU_TRANSFER_VOID_PENDING_TRANSFER) != 0;
    bool all = asked->amount == (voids ? 0 : QUIPU_AMOUNT_MAX);

    if ((pending->flags & QUIPU_TRANSFER_PENDING) == 0) {
        return QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_NOT_PENDING;
    }
    if (differ(asked->debit_account_id, pending->debit_account_id)) {
        return QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID;
    }
    if (differ(asked->credit_account_id, pending->credit_account_id)) {
        return QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID;
    }
    if (differ(asked->ledger, pending->ledger)) {
        return QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_HAS_DIFFERENT_LEDGER;
    }
    if (differ(asked->code, pending->code)) {
        return QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_HAS_DIFFERENT_CODE;
    }
    if (!all && asked->amount > pending->amount) {
        return QUIPU_CREATE_TRANSFER_EXCEEDS_PENDING_TRANSFER_AMOUNT;
    }
    if (voids && !all && asked->amount < pending->amount) {
        return QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT;
    }
    return QUIPU_CREATED;
}
