/* test_memory.c - memory that cannot be had, while threads write: docs/faults.md, "Memory".
 *
 * One allocation in a few is refused, at random. Every ledger is small and new, so that regions,
 * indexes, scratch, workers, versions and the heap of time-outs all have to grow under load.
 *
 *   A1  a call that says NO_MEMORY says of each event whether it was done; the others left nothing
 *   A2  the books are right afterwards, and with memory to be had again the ledger goes on
 *   A3  nothing leaks (under AddressSanitizer) */
#include <string.h>

#include "base/memory.h"
#include "support/checks.h"
#include "support/effort.h"
#include "support/ledger.h"
#include "support/random.h"
#include "support/threads.h"

enum { ACCOUNTS = 6, WRITERS = 3, ROUNDS = 30, CALLS = 40, LARGEST = 300 };

static _Thread_local struct random chance;
static uint64_t refused, one_in; /* one_in 0: none */

static bool refuse(void)
{
    uint64_t n = shared_read(&one_in);

    if (n == 0 || !random_one_in(&chance, (uint32_t)n)) return false;
    (void)shared_add(&refused, 1);
    return true;
}

struct load {
    quipu_ledger *ledger;
    uint64_t seed, clock;
    uint64_t said, wrong; /* NO_MEMORY; anything else that is not OK, or a broken promise */
    uint64_t undone, done;
};

static size_t fill(struct random *random, quipu_transfer *events, uint64_t id)
{
    size_t count = 1 + random_below(random, random_one_in(random, 4) ? LARGEST : 4);
    bool chain = random_one_in(random, 3);

    for (size_t i = 0; i < count; i++) {
        quipu_uint128 debit = 1 + random_below(random, ACCOUNTS), credit = debit % ACCOUNTS + 1;

        events[i] = random_one_in(random, 3)
                        ? a_hold(id + i, debit, credit, 2, random_below(random, 3))
                        : a_transfer(id + i, debit, credit, 1);
        if (chain && i + 1 < count) events[i].flags |= QUIPU_TRANSFER_LINKED;
    }
    return count;
}

/* Is each event as its result says? Asked while refusals go on elsewhere. */
static bool are_true(struct load *load, const quipu_transfer *events, const quipu_result *results,
                     size_t count)
{
    for (size_t i = 0; i < count; i++) {
        quipu_transfer stored;

        while (quipu_lookup_transfers(load->ledger, &events[i].id, 1, &stored, NULL) ==
               QUIPU_NO_MEMORY)
            continue;
        if ((stored.id == events[i].id) != (results[i].status == QUIPU_CREATED)) return false;
    }
    return true;
}

/* A history is whole, or there was no memory to let expire what is due. */
static bool read_history(struct load *load, quipu_uint128 id)
{
    quipu_account_filter filter = {
        .account_id = id, .limit = 1, .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS};
    quipu_transfer first;
    size_t count;
    quipu_status status = quipu_get_account_transfers(load->ledger, &filter, &first, 1, &count);

    if (status == QUIPU_NO_MEMORY) return true;
    return status == QUIPU_OK &&
           (count == 0 || first.debit_account_id == id || first.credit_account_id == id);
}

static void write_refused(void *context, unsigned index)
{
    struct load *load = context;
    struct random random = {load->seed * THREADS_MAX + index};
    quipu_transfer events[LARGEST + 1];
    quipu_result results[LARGEST + 1];
    uint64_t id = (uint64_t)(index + 1) << 40;

    chance.state = ~random.state;
    for (unsigned call = 0; call < CALLS; call++, id += LARGEST + 1) {
        size_t count = fill(&random, events, id);
        quipu_status status = quipu_create_transfers(load->ledger, events, count, results);

        (void)shared_add(&load->clock, SECOND / 10);
        if (status == QUIPU_NO_MEMORY) {
            size_t undone = 0;

            (void)shared_add(&load->said, 1);
            for (size_t i = 0; i < count; i++)
                undone += results[i].status == 0;
            if (undone == 0 || !are_true(load, events, results, count)) {
                (void)shared_add(&load->wrong, 1);
            }
            (void)shared_add(&load->undone, undone);
            (void)shared_add(&load->done, count - undone);
        } else if (status != QUIPU_OK) {
            (void)shared_add(&load->wrong, 1);
        }
        (void)shared_add(&load->clock, SECOND / 10);
        if (!read_history(load, 1 + random_below(&random, ACCOUNTS)))
            (void)shared_add(&load->wrong, 1);
    }
}

static bool open_refused(quipu_protocol protocol, struct load *load)
{
    const quipu_options options = {.protocol = protocol,
                                   .account_capacity = 64,
                                   .transfer_capacity = 1 << 17,
                                   .clock = shared_clock,
                                   .clock_context = &load->clock};
    quipu_account accounts[ACCOUNTS];
    quipu_result results[ACCOUNTS];
    quipu_status status;

    for (unsigned i = 0; i < ACCOUNTS; i++)
        accounts[i] =
            a_flagged_account(1 + i, i == 2 ? QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS : 0);
    while ((status = quipu_open(&options, &load->ledger)) == QUIPU_NO_MEMORY)
        cr_assert_null(load->ledger);
    cr_assert_eq(status, QUIPU_OK);
    do {
        status = quipu_create_accounts(load->ledger, accounts, ACCOUNTS, results);
    } while (status == QUIPU_NO_MEMORY);
    return status == QUIPU_OK;
}

EVERY_PROTOCOL(memory, a1_refused_under_load, .timeout = 240)
{
    quipu_protocol protocol = protocols[*protocol_index];
    const unsigned rounds = EFFORT_SHARE > 1 ? ROUNDS / 3 : ROUNDS;
    uint64_t said = 0, undone = 0, done = 0;

    quipui_memory_refuse = refuse;
    for (unsigned round = 0; round < rounds; round++) {
        struct load load = {.seed = 1 + round, .clock = NOON};
        quipu_transfer event = a_transfer(1, 1, 2, 1);
        quipu_result result;

        chance.state = round;
        /* Opening takes memory some thirty times, and all of it or none. */
        __atomic_store_n(&one_in, 16, __ATOMIC_RELEASE);
        cr_assert(open_refused(protocol, &load));
        __atomic_store_n(&one_in, 2 + round % 4, __ATOMIC_RELEASE);
        threads_run(WRITERS, write_refused, &load);
        __atomic_store_n(&one_in, 0, __ATOMIC_RELEASE);

        cr_assert_eq(load.wrong, 0, "%s, seed %llu", protocol_name(protocol),
                     (unsigned long long)load.seed);
        cr_assert_null(check_conservation(load.ledger, ACCOUNTS));
        cr_assert_null(check_limits(load.ledger, ACCOUNTS));
        cr_assert_eq(quipu_create_transfers(load.ledger, &event, 1, &result), QUIPU_OK);
        cr_assert_eq(result.status, QUIPU_CREATED);
        ledger_close(load.ledger);
        said += load.said;
        undone += load.undone;
        done += load.done;
    }
    cr_log_info("%s: %llu refusals, %llu calls said so, %llu of their events undone, %llu done",
                protocol_name(protocol), (unsigned long long)refused, (unsigned long long)said,
                (unsigned long long)undone, (unsigned long long)done);
    cr_assert_gt(said, rounds / 3);
    cr_assert_gt(undone, 0);
    quipui_memory_refuse = NULL;
}
