/* recover_accounts.c - accounts: all that there are, their states, and the books. */
#include "recovery/recover_parts.h"

#include "base/memory.h"

/* How many there are, if their places have no hole and are in order of time. */
quipu_status quipui_recover_accounts(struct recovery *recovery)
{
    uint64_t count = recovery->base_count, before = 0;

    for (unsigned i = 0; i < RECOVER_PARTS; i++)
        count += recovery->parts[i].accounts;
    for (uint64_t place = 0; place < count; place++) {
        const struct newborn *newborn = newborn_at(recovery, place);

        if (!region_ensure(&recovery->newborns, (size_t)(place + 1) * sizeof *newborn)) {
            return quipui_blame_room(recovery->diagnosis, QUIPU_NO_MEMORY, "accounts");
        }
        if (newborn->timestamp == 0) {
            return quipui_diagnose(recovery->diagnosis, QUIPU_CORRUPT, "", DIAGNOSIS_NOWHERE,
                                   "the account at place %llu is missing",
                                   (unsigned long long)place);
        }
        if (newborn->timestamp <= before) {
            return quipui_blame_account(recovery->diagnosis,
                                        slot_at(&recovery->store->accounts, place)->id,
                                        "is older than one that was created before it");
        }
        before = newborn->timestamp;
    }
    recovery->account_count = count;
    for (enum side side = SIDE_DEBIT; side <= SIDE_CREDIT; side++) {
        struct region *sums = &recovery->sums[side];
        size_t bytes = (size_t)count * sizeof(struct side_sum);

        if (!quipui_region_open(sums, bytes) || !region_ensure(sums, bytes)) {
            return quipui_blame_room(recovery->diagnosis, QUIPU_NO_MEMORY, "accounts");
        }
    }
    return QUIPU_OK;
}

static uint64_t larger_of(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static struct account_state state_of(struct recovery *recovery, uint64_t account)
{
    const struct side_sum *debits = sum_at(recovery, SIDE_DEBIT, account);
    const struct side_sum *credits = sum_at(recovery, SIDE_CREDIT, account);
    const struct slot *slot = slot_at(&recovery->store->accounts, account);
    const struct base *base = base_of(recovery, account);
    uint64_t closed = larger_of(debits->closed, credits->closed);
    struct account_state state = {
        .balance = {.debits_pending = base->totals.debits_pending + debits->pending,
                    .debits_posted = base->totals.debits_posted + debits->posted,
                    .credits_pending = base->totals.credits_pending + credits->pending,
                    .credits_posted = base->totals.credits_posted + credits->posted,
                    .version = base->version + knots_of(recovery, account)},
        .head = base->head,
        .touched = larger_of(larger_of(newborn_at(recovery, account)->timestamp, base->touched),
                             larger_of(debits->touched, credits->touched)),
    };

    state.balance.closed = (slot->flags & QUIPU_ACCOUNT_CLOSED) != 0 ||
                           (closed != 0 ? (closed & 1) != 0 : base->closed != 0);
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
        if (!recovery->seed(recovery->context, recovery->store, slot, &state)) {
            return quipui_blame_room(recovery->diagnosis, QUIPU_NO_MEMORY, "accounts");
        }
        add_to(&books, &state.balance);
        accounts_settle(slot, newborn_at(recovery, place)->timestamp);
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
