/* test_pointers.c - pointers that make no sense: INVALID before anything is written.
 *
 * Each call is given each of its pointers in turn as NULL, misaligned, and, where the call writes
 * through it, overlapping each of the others: at the start, in the middle, at either end. All
 * memory in reach must stay as it was; at the end of each test the ledger is held against the
 * model, which knows nothing of the misuse. Memory that only touches is fine. */
#include "support/twin.h"

#include <errno.h>
#include <string.h>

enum { COUNT = 3, ARGUMENTS_MAX = 4, SLOT = 4096 };

struct argument {
    size_t bytes, alignment;
    bool written, optional;
};

struct call {
    const char *name;
    quipu_status (*make)(quipu_ledger *ledger, void *const *at);
    struct argument arguments[ARGUMENTS_MAX];
    bool versioned; /* cas has it not */
};

#define READS(type, count)                                                                         \
    {                                                                                              \
        .bytes = (count) * sizeof(type), .alignment = _Alignof(type)                               \
    }
#define WRITES(type, count)                                                                        \
    {                                                                                              \
        .bytes = (count) * sizeof(type), .alignment = _Alignof(type), .written = true              \
    }
#define MAY_WRITE(type, count)                                                                     \
    {                                                                                              \
        .bytes = (count) * sizeof(type), .alignment = _Alignof(type), .written = true,             \
        .optional = true                                                                           \
    }

static quipu_status create_accounts(quipu_ledger *ledger, void *const *at)
{
    return quipu_create_accounts(ledger, at[0], COUNT, at[1]);
}

static quipu_status create_transfers(quipu_ledger *ledger, void *const *at)
{
    return quipu_create_transfers(ledger, at[0], COUNT, at[1]);
}

static quipu_status commit(quipu_ledger *ledger, void *const *at)
{
    return quipu_commit(ledger, at[0], COUNT, at[1], COUNT, at[2], at[3]);
}

static quipu_status lookup_accounts(quipu_ledger *ledger, void *const *at)
{
    return quipu_lookup_accounts(ledger, at[0], COUNT, at[1], at[2]);
}

static quipu_status lookup_transfers(quipu_ledger *ledger, void *const *at)
{
    return quipu_lookup_transfers(ledger, at[0], COUNT, at[1], at[2]);
}

static quipu_status account_transfers(quipu_ledger *ledger, void *const *at)
{
    return quipu_get_account_transfers(ledger, at[0], at[1], COUNT, at[2]);
}

static quipu_status account_balances(quipu_ledger *ledger, void *const *at)
{
    return quipu_get_account_balances(ledger, at[0], at[1], COUNT, at[2]);
}

static quipu_status query_accounts(quipu_ledger *ledger, void *const *at)
{
    return quipu_query_accounts(ledger, at[0], at[1], COUNT, at[2]);
}

static quipu_status query_transfers(quipu_ledger *ledger, void *const *at)
{
    return quipu_query_transfers(ledger, at[0], at[1], COUNT, at[2]);
}

static quipu_status horizon(quipu_ledger *ledger, void *const *at)
{
    return quipu_horizon(ledger, at[0]);
}

static quipu_status changes(quipu_ledger *ledger, void *const *at)
{
    return quipu_get_changes(ledger, at[0], at[1], COUNT, at[2], at[3]);
}

static const struct call calls[] = {
    {"create_accounts",
     create_accounts,
     {READS(quipu_account, COUNT), WRITES(quipu_result, COUNT)},
     false},
    {"create_transfers",
     create_transfers,
     {READS(quipu_transfer, COUNT), WRITES(quipu_result, COUNT)},
     false},
    {"commit",
     commit,
     {READS(quipu_expectation, COUNT), READS(quipu_transfer, COUNT), WRITES(quipu_result, COUNT),
      MAY_WRITE(quipu_receipt, COUNT)},
     true},
    {"lookup_accounts",
     lookup_accounts,
     {READS(quipu_uint128, COUNT), WRITES(quipu_account, COUNT), MAY_WRITE(uint64_t, COUNT)},
     false},
    {"lookup_transfers",
     lookup_transfers,
     {READS(quipu_uint128, COUNT), WRITES(quipu_transfer, COUNT),
      MAY_WRITE(quipu_transfer_versions, COUNT)},
     false},
    {"get_account_transfers",
     account_transfers,
     {READS(quipu_account_filter, 1), WRITES(quipu_transfer, COUNT), WRITES(size_t, 1)},
     false},
    {"get_account_balances",
     account_balances,
     {READS(quipu_account_filter, 1), WRITES(quipu_account_balance, COUNT), WRITES(size_t, 1)},
     false},
    {"query_accounts",
     query_accounts,
     {READS(quipu_query_filter, 1), WRITES(quipu_account, COUNT), WRITES(size_t, 1)},
     false},
    {"query_transfers",
     query_transfers,
     {READS(quipu_query_filter, 1), WRITES(quipu_transfer, COUNT), WRITES(size_t, 1)},
     false},
    {"horizon", horizon, {WRITES(uint64_t, 1)}, false},
    {"get_changes",
     changes,
     {READS(quipu_change_filter, 1), WRITES(quipu_change, COUNT), WRITES(size_t, 1),
      MAY_WRITE(uint64_t, 1)},
     false},
};

/* Each argument lies in the middle of a slot of its own. */
static _Alignas(SLOT) unsigned char arena[ARGUMENTS_MAX * SLOT], before[sizeof arena];

static unsigned char *home(size_t argument)
{
    return arena + argument * SLOT + SLOT / 2;
}

/* What each call may be given: events without an id, which are answered and change nothing. */
static void fill(const struct call *call, void **at)
{
    static const quipu_expectation expected[COUNT] = {{1, 2, 0}, {2, 2, 0}, {1, 2, 0}};
    static const quipu_uint128 ids[COUNT] = {1, 2, 3};
    static const quipu_account_filter of_account = {
        .account_id = 1, .limit = 2 * COUNT, .flags = QUIPU_FILTER_DEBITS};
    static const quipu_query_filter of_all = {.limit = 2 * COUNT};

    memset(arena, 0xA5, sizeof arena);
    for (size_t i = 0; i < ARGUMENTS_MAX; i++) {
        at[i] = home(i);
        if (!call->arguments[i].written) memset(at[i], 0, call->arguments[i].bytes);
    }
    if (call->make == commit) memcpy(at[0], expected, sizeof expected);
    if (call->make == lookup_accounts || call->make == lookup_transfers) {
        memcpy(at[0], ids, sizeof ids);
    }
    if (call->make == account_transfers || call->make == account_balances) {
        memcpy(at[0], &of_account, sizeof of_account);
    }
    if (call->make == query_accounts || call->make == query_transfers) {
        memcpy(at[0], &of_all, sizeof of_all);
    }
    if (call->make == changes) ((quipu_change_filter *)at[0])->limit = 2 * COUNT;
    memcpy(before, arena, sizeof arena);
}

static void refused(struct twin *twin, const struct call *call, void *const *at, const char *why,
                    size_t which, size_t other)
{
    quipu_status status = call->make(twin->ledger, at);

    cr_assert_eq(status, QUIPU_INVALID, "%s: %s: %s, argument %zu (%zu): \"%s\"", twin_name(twin),
                 call->name, why, which, other, quipu_status_text(status));
    cr_assert_eq(memcmp(arena, before, sizeof arena), 0, "%s: %s: %s, argument %zu: written to",
                 twin_name(twin), call->name, why, which);
}

static void taken(struct twin *twin, const struct call *call, void *const *at, const char *why,
                  size_t which)
{
    bool missing = call->versioned && twin->protocol == QUIPU_CAS;
    quipu_status status = call->make(twin->ledger, at);

    cr_assert_eq(status, missing ? QUIPU_UNSUPPORTED : QUIPU_OK, "%s: %s: %s, argument %zu: \"%s\"",
                 twin_name(twin), call->name, why, which, quipu_status_text(status));
}

static void misalign(struct twin *twin, const struct call *call, size_t which)
{
    static const size_t offsets[] = {1, 2, 4, 8, 12};
    void *at[ARGUMENTS_MAX];

    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        if (offsets[i] % call->arguments[which].alignment == 0) continue;
        fill(call, at);
        memmove(home(which) + offsets[i], home(which), call->arguments[which].bytes);
        memcpy(before, arena, sizeof arena);
        at[which] = home(which) + offsets[i];
        refused(twin, call, at, "misaligned", which, offsets[i]);
    }
}

/* The call writes through `which`: over some byte of `other`. */
static void overlap(struct twin *twin, const struct call *call, size_t which, size_t other)
{
    const struct argument *mine = &call->arguments[which], *theirs = &call->arguments[other];
    size_t align = mine->alignment;
    size_t inside = (theirs->bytes - 1) / align * align, behind = mine->bytes - align;
    void *at[ARGUMENTS_MAX];

    fill(call, at);
    at[which] = home(other);
    refused(twin, call, at, "overlaps from the start", which, other);
    at[which] = home(other) + inside;
    refused(twin, call, at, "overlaps the end", which, other);
    at[which] = home(other) + inside / 2 / align * align;
    refused(twin, call, at, "overlaps the middle", which, other);
    if (behind > 0) {
        at[which] = home(other) - behind;
        refused(twin, call, at, "overlaps the first bytes", which, other);
    }
    at[which] = home(other) - mine->bytes;
    taken(twin, call, at, "ends where another begins", which);
    fill(call, at);
    at[which] = home(other) + (theirs->bytes + align - 1) / align * align;
    taken(twin, call, at, "begins where another ends", which);
}

EVERY_PROTOCOL(pointers, that_make_no_sense_change_nothing)
{
    struct twin twin;
    void *at[ARGUMENTS_MAX];

    twin_open(&twin, *protocol_index);
    twin_account(&twin, an_account(1), QUIPU_CREATED);
    twin_account(&twin, an_account(2), QUIPU_CREATED);
    twin_transfer(&twin, a_transfer(1, 1, 2, 5), QUIPU_CREATED);
    errno = 77;
    for (size_t c = 0; c < sizeof calls / sizeof *calls; c++) {
        const struct call *call = &calls[c];

        for (size_t i = 0; i < ARGUMENTS_MAX && call->arguments[i].bytes > 0; i++) {
            fill(call, at);
            at[i] = NULL;
            if (call->arguments[i].optional) {
                taken(&twin, call, at, "left out", i);
            } else {
                refused(&twin, call, at, "NULL", i, 0);
            }
            misalign(&twin, call, i);
            for (size_t j = 0; j < ARGUMENTS_MAX && call->arguments[j].bytes > 0; j++) {
                if (i != j && call->arguments[i].written) overlap(&twin, call, i, j);
            }
        }
        fill(call, at);
        taken(&twin, call, at, "as it should be", 0);
    }
    cr_assert_eq(errno, 77, "errno is not ours");
    twin_close(&twin);
}

/* The room that is judged is what the filter lets the call write, not all that is offered. */
EVERY_PROTOCOL(pointers, have_as_much_room_as_the_limit)
{
    struct twin twin;
    void *at[ARGUMENTS_MAX];
    quipu_query_filter *filter;
    size_t *count;

    twin_open(&twin, *protocol_index);
    twin_account(&twin, an_account(1), QUIPU_CREATED);
    fill(&calls[7], at);
    filter = at[0];
    filter->limit = 1;
    count = (size_t *)(void *)(home(1) + sizeof(quipu_account));
    cr_assert_eq(quipu_query_accounts(twin.ledger, filter, at[1], SIZE_MAX, count), QUIPU_OK);
    cr_assert_eq(*count, 1);
    filter->limit = 2;
    cr_assert_eq(quipu_query_accounts(twin.ledger, filter, at[1], SIZE_MAX, count), QUIPU_INVALID);
    filter->limit = UINT32_MAX;
    cr_assert_eq(quipu_query_accounts(twin.ledger, filter, at[1], 1, count), QUIPU_OK);
    cr_assert_eq(*count, 1);
    twin_close(&twin);
}

/* An array whose end would be beyond the end of all memory. */
Test(pointers, do_not_wrap_around)
{
    quipu_ledger *ledger = ledger_open(QUIPU_OPTIMISTIC, NULL);
    quipu_account *last = (quipu_account *)(UINTPTR_MAX - 127);
    quipu_uint128 ids[COUNT] = {1, 2, 3};
    quipu_result results[COUNT];

    cr_assert_eq(quipu_create_accounts(ledger, last, COUNT, results), QUIPU_INVALID);
    cr_assert_eq(quipu_lookup_accounts(ledger, ids, COUNT, last, NULL), QUIPU_INVALID);
    ledger_close(ledger);
}

Test(pointers, of_open)
{
    static _Alignas(16) unsigned char memory[2 * sizeof(quipu_options)];
    unsigned char was[sizeof memory];
    quipu_ledger *ledger = (quipu_ledger *)(void *)memory;

    memcpy(was, memory, sizeof was);
    for (size_t offset = 1; offset < _Alignof(quipu_options); offset++) {
        const void *options = memory + offset;

        cr_assert_eq(quipu_open(options, &ledger), QUIPU_INVALID);
        cr_assert_eq(quipu_open(NULL, (quipu_ledger **)(void *)(memory + offset)), QUIPU_INVALID);
        cr_assert_eq(ledger, (quipu_ledger *)(void *)memory, "it was not looked at");
    }
    for (size_t offset = 0; offset < sizeof(quipu_options); offset += sizeof ledger) {
        cr_assert_eq(quipu_open((const void *)memory, (quipu_ledger **)(void *)(memory + offset)),
                     QUIPU_INVALID);
    }
    cr_assert_eq(memcmp(memory, was, sizeof was), 0);
    cr_assert_eq(
        quipu_open((const void *)memory, (quipu_ledger **)(void *)(memory + sizeof(quipu_options))),
        QUIPU_OK);
    ledger_close(*(quipu_ledger **)(void *)(memory + sizeof(quipu_options)));
}
