/* recover_accounts.c - accounts: all that there are, their states, and the books. */
#include "recovery/recover_parts.h"

#include <string.h>

#include "base/memory.h"

static bool supply(struct region *region, uint64_t bytes)
{
    return quipui_region_open(region, (size_t)bytes) && region_ensure(region, (size_t)bytes);
}

/* How many there are, if their places have no hole and are in order of time. */
quipu_status quipui_recover_accounts(struct recovery *recovery)
{
    uint64_t count = recovery->base_count, before = 0;

    for (unsigned i = 0; i < RECOVER_PARTS; i++)
        count += recovery->parts[i].accounts;
    for (uint64_t place = 0; place < count; place++) {
        if (!quipui_accounts_grow(&recovery->store->accounts, place + 1)) {
            return quipui_blame_room(recovery->diagnosis, QUIPU_NO_MEMORY, "accounts");
        }
        if (born_at(recovery, place) == 0) {
            return quipui_diagnose(recovery->diagnosis, QUIPU_CORRUPT, "", DIAGNOSIS_NOWHERE,
                                   "the account at place %llu is missing",
                                   (unsigned long long)place);
        }
        if (born_at(recovery, place) <= before) {
            return quipui_blame_account(recovery->diagnosis,
                                        slot_at(&recovery->store->accounts, place)->id,
                                        "is older than one that was created before it");
        }
        before = born_at(recovery, place);
    }
    recovery->account_count = count;
    if (supply(&recovery->knots[SIDE_DEBIT], (count + 1) * sizeof(struct side_knots)) &&
        supply(&recovery->knots[SIDE_CREDIT], (count + 1) * sizeof(struct side_knots))) {
        return QUIPU_OK;
    }
    return quipui_blame_room(recovery->diagnosis, QUIPU_NO_MEMORY, "accounts");
}

static uint64_t larger_of(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static struct account_state state_of(struct recovery *recovery, uint64_t account)
{
    struct slot *slot = slot_at(&recovery->store->accounts, account);
    const struct sums *sums = sums_of(slot);
    const struct base *base = base_of(recovery, account);
    struct account_state state = {
        .balance = {.debits_pending = sums->debits.pending,
                    .debits_posted = sums->debits.posted,
                    .credits_pending = sums->credits.pending,
                    .credits_posted = sums->credits.posted,
                    .version = base->version + knots_of(recovery, account)},
        .head = base->head,
        .touched = larger_of(larger_of(born_at(recovery, account), sums->touched),
                             larger_of(knots_at(recovery, SIDE_DEBIT, account)->touched,
                                       knots_at(recovery, SIDE_CREDIT, account)->touched)),
    };

    state.balance.closed =
        (slot->flags & QUIPU_ACCOUNT_CLOSED) != 0 ||
        (larger_of(sums->closed[SIDE_DEBIT], sums->closed[SIDE_CREDIT]) & 1) != 0;
    if (state.balance.version > base->version) {
        /* relaxed: written in an earlier phase (V3). */
        state.head = load_relaxed(cell_at(recovery, account, state.balance.version));
    }
    return state;
}

/* NULL, or what is wrong with the totals of an account with these flags. */
static const char *misfit(const struct balance *balance, uint16_t flags)
{
    for (enum side side = SIDE_DEBIT; side <= SIDE_CREDIT; side++) {
        quipu_uint128 taken = rules_taken(balance, side);

        if (taken < rules_posted(balance, side)) return "has more than it can take";
        if (rules_is_limited(flags, side) && taken > rules_room(balance, side)) {
            return "is over its limit";
        }
    }
    return NULL;
}

static void add_to(struct balance *books, const struct balance *balance)
{
    books->debits_pending += balance->debits_pending;
    books->debits_posted += balance->debits_posted;
    books->credits_pending += balance->credits_pending;
    books->credits_posted += balance->credits_posted;
}

quipu_status quipui_recover_states(struct recovery *recovery)
{
    struct accounts *accounts = &recovery->store->accounts;
    struct balance books = {.version = 0};

    for (uint64_t place = 0; place < recovery->account_count; place++) {
        struct account_state state = state_of(recovery, place);
        struct slot *slot = slot_at(accounts, place);
        const char *what = misfit(&state.balance, slot->flags);

        if (what != NULL) return quipui_blame_account(recovery->diagnosis, slot->id, what);
        memset(slot_state(slot), 0, SLOT_STATE_BYTES); /* V4 */
        if (!recovery->seed(recovery->context, recovery->store, slot, &state)) {
            return quipui_blame_room(recovery->diagnosis, QUIPU_NO_MEMORY, "accounts");
        }
        add_to(&books, &state.balance);
    }
    /* Each transfer is between accounts of one ledger: the books of all are those of each. */
    if (books.debits_pending != books.credits_pending ||
        books.debits_posted != books.credits_posted) {
        return quipui_diagnose(recovery->diagnosis, QUIPU_CORRUPT, "", DIAGNOSIS_NOWHERE,
                               "the books do not balance");
    }
    accounts_set_count(accounts, recovery->account_count);
    return QUIPU_OK;
}
