/* follower.c - see follower.h. */
#include "support/follower.h"

#include <stdlib.h>
#include <string.h>

void follower_start(struct follower *follower)
{
    memset(follower, 0, sizeof *follower);
}

void follower_stop(struct follower *follower)
{
    free(follower->accounts);
    free(follower->holds);
}

static struct followed_account *find_account(struct follower *follower, quipu_uint128 id)
{
    for (size_t i = 0; i < follower->account_count; i++) {
        if (follower->accounts[i].account.id == id) return &follower->accounts[i];
    }
    return NULL;
}

static quipu_transfer *find_hold(struct follower *follower, quipu_uint128 id)
{
    for (size_t i = 0; i < follower->hold_count; i++) {
        if (follower->holds[i].id == id) return &follower->holds[i];
    }
    return NULL;
}

/* Twice the room, when it is used up. */
static void make_room(void **array, size_t size, size_t count, size_t *room)
{
    if (count < *room) return;
    *room = *room > 0 ? 2 * *room : 64;
    *array = realloc(*array, *room * size);
    if (*array == NULL) abort();
}

static const char *take_account(struct follower *follower, const quipu_change *change)
{
    if (find_account(follower, change->debit.id) != NULL) return "an account was created twice";
    if (change->debit_version != 1) return "a new account is not at version 1";
    make_room((void **)&follower->accounts, sizeof *follower->accounts, follower->account_count,
              &follower->account_room);
    follower->accounts[follower->account_count++] = (struct followed_account){change->debit, 1};
    return NULL;
}

/* The account was like `before`, now it should be like `expected`, one version later. */
static const char *take_side(struct followed_account *before, const quipu_account *expected,
                             const quipu_account *after, uint64_t version)
{
    if (version != before->version + 1) return "a version is missing, or came twice";
    if (memcmp(expected, after, sizeof *after) != 0)
        return "an account is not as the change left it";
    before->account = *after;
    before->version = version;
    return NULL;
}

/* What a change does to the debit side's totals and to the credit side's. */
struct effect {
    quipu_uint128 reserved, released, posted;
    int closes_debit, closes_credit; /* 1, or -1: opens */
};

/* Returns false if it resolves a hold that is not open. */
static bool effect_of(struct follower *follower, const quipu_change *change, struct effect *effect)
{
    const quipu_transfer *t = &change->transfer;
    bool expired = change->type == QUIPU_CHANGE_PENDING_EXPIRED;
    quipu_transfer *hold;

    memset(effect, 0, sizeof *effect);
    if (change->type == QUIPU_CHANGE_TRANSFER) {
        effect->posted = t->amount;
        return true;
    }
    if (change->type == QUIPU_CHANGE_PENDING) {
        effect->reserved = t->amount;
        effect->closes_debit = (t->flags & QUIPU_TRANSFER_CLOSING_DEBIT) != 0;
        effect->closes_credit = (t->flags & QUIPU_TRANSFER_CLOSING_CREDIT) != 0;
        make_room((void **)&follower->holds, sizeof *follower->holds, follower->hold_count,
                  &follower->hold_room);
        follower->holds[follower->hold_count++] = *t;
        return true;
    }
    hold = find_hold(follower, expired ? t->id : t->pending_id);
    if (hold == NULL) return false;
    effect->released = hold->amount;
    if (change->type == QUIPU_CHANGE_PENDING_POSTED) {
        effect->posted = t->amount;
    } else {
        effect->closes_debit = -((hold->flags & QUIPU_TRANSFER_CLOSING_DEBIT) != 0);
        effect->closes_credit = -((hold->flags & QUIPU_TRANSFER_CLOSING_CREDIT) != 0);
    }
    *hold = follower->holds[--follower->hold_count];
    return true;
}

static void close_or_open(quipu_account *account, int closes)
{
    if (closes > 0) account->flags |= QUIPU_ACCOUNT_CLOSED;
    if (closes < 0) account->flags &= (uint16_t)~QUIPU_ACCOUNT_CLOSED;
}

static const char *take_transfer(struct follower *follower, const quipu_change *change)
{
    struct followed_account *debit = find_account(follower, change->transfer.debit_account_id);
    struct followed_account *credit = find_account(follower, change->transfer.credit_account_id);
    quipu_account debited, credited;
    struct effect effect;
    const char *wrong;

    if (debit == NULL || credit == NULL) return "a transfer came before its account";
    if (!effect_of(follower, change, &effect)) return "a hold was resolved that is not open";
    debited = debit->account;
    debited.debits_pending += effect.reserved - effect.released;
    debited.debits_posted += effect.posted;
    close_or_open(&debited, effect.closes_debit);
    credited = credit->account;
    credited.credits_pending += effect.reserved - effect.released;
    credited.credits_posted += effect.posted;
    close_or_open(&credited, effect.closes_credit);
    wrong = take_side(debit, &debited, &change->debit, change->debit_version);
    if (wrong == NULL)
        wrong = take_side(credit, &credited, &change->credit, change->credit_version);
    if (change->type == QUIPU_CHANGE_PENDING_EXPIRED) {
        follower->expiries++;
    } else {
        follower->transfers++;
    }
    return wrong;
}

static const char *take_change(struct follower *follower, const quipu_change *change)
{
    if (change->timestamp < follower->after_timestamp ||
        (change->timestamp == follower->after_timestamp &&
         change->order <= follower->after_order)) {
        return "positions do not rise";
    }
    if (change->timestamp < follower->told)
        return "a change came late: below a horizon told before";
    if (change->timestamp >= follower->horizon) return "a change is not below the horizon";
    follower->after_timestamp = change->timestamp;
    follower->after_order = change->order;
    return change->type == QUIPU_CHANGE_ACCOUNT ? take_account(follower, change)
                                                : take_transfer(follower, change);
}

const char *follower_take(struct follower *follower, quipu_ledger *ledger, uint32_t page,
                          size_t *count)
{
    const quipu_change_filter filter = {.after_timestamp = follower->after_timestamp,
                                        .after_order = follower->after_order,
                                        .limit = page};
    uint64_t horizon;

    if (quipu_get_changes(ledger, &filter, follower->page, FOLLOWER_PAGE, count, &horizon) !=
        QUIPU_OK) {
        return "quipu_get_changes() failed";
    }
    if (horizon < follower->horizon) return "the horizon fell";
    follower->horizon = horizon;
    for (size_t i = 0; i < *count; i++) {
        const char *wrong = take_change(follower, &follower->page[i]);

        if (wrong != NULL) return wrong;
    }
    if (*count < page) follower->told = horizon;
    return NULL;
}

static const char *compare_account(struct followed_account *followed, quipu_ledger *ledger)
{
    quipu_account account;
    uint64_t version;

    if (quipu_lookup_accounts(ledger, &followed->account.id, 1, &account, &version) != QUIPU_OK) {
        return "quipu_lookup_accounts() failed";
    }
    if (version != followed->version) return "the last version of an account was not told";
    return memcmp(&account, &followed->account, sizeof account) != 0
               ? "an account is not as its last change left it"
               : NULL;
}

const char *follower_finish(struct follower *follower, quipu_ledger *ledger, uint32_t page)
{
    const char *wrong = NULL;
    size_t count = page;

    while (wrong == NULL && count == page)
        wrong = follower_take(follower, ledger, page, &count);
    for (size_t i = 0; wrong == NULL && i < follower->account_count; i++)
        wrong = compare_account(&follower->accounts[i], ledger);
    return wrong;
}
