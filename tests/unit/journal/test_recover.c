/* test_recover.c - the tables of a ledger come back from its log, under any protocol.
 *
 * Random traffic on a twin (a ledger and the model), then the tables are written as entries in
 * random order, and a ledger under another protocol is recovered from them. It must tell the same
 * changes and counters as the one before, and the model must agree with all it says, then and while
 * the traffic goes on. So it goes through all protocols, each from what the one before has done.
 *
 *   R1  everything that the public header can ask is as it was
 *   R2  ids of stored and of failed transfers are in use as they were
 *   R3  entries at or above the horizon of the next cut, or of the last frame, are not there
 *   R4  new timestamps are above all that the log has, dropped entries included */
#include "support/effort.h"
#include "support/follower.h"
#include "support/tables.h"
#include "support/twin_step.h"

#include <stdlib.h>
#include <string.h>

#include "api/ledger.h"

enum { SEEDS = 1 + EFFORT(11), ROUNDS = 120, FRAME_BYTES = 700 };

static quipu_options options_for(struct twin *twin, int protocol_index)
{
    return (quipu_options){.protocol = protocols[protocol_index],
                           .account_capacity = 1 << 16,
                           .transfer_capacity = 1 << 22,
                           .failed_id_capacity = 1 << 22,
                           .clock = ledger_clock,
                           .clock_context = &twin->now};
}

static void traffic(struct twin *twin, struct generator *g, int rounds)
{
    for (int round = 0; round < rounds; round++)
        twin_step(twin, g, round);
}

/* All that happened, below a horizon; an expiry's place among others of its time is left out. */
struct told {
    quipu_change *changes;
    size_t count;
};

static int by_time(const void *one, const void *other)
{
    const quipu_change *a = one, *b = other;

    if (a->timestamp != b->timestamp) return a->timestamp < b->timestamp ? -1 : 1;
    if (a->order != b->order) return a->order < b->order ? -1 : 1;
    if (a->transfer.id != b->transfer.id) return a->transfer.id < b->transfer.id ? -1 : 1;
    return 0;
}

static struct told tell(quipu_ledger *ledger, uint64_t horizon)
{
    quipu_change_filter filter = {.timestamp_max = horizon - 1, .limit = UINT32_MAX};
    struct told told = {malloc((1 << 16) * sizeof(quipu_change)), 0};

    cr_assert_not_null(told.changes);
    cr_assert_eq(quipu_get_changes(ledger, &filter, told.changes, 1 << 16, &told.count, NULL),
                 QUIPU_OK);
    cr_assert_lt(told.count, 1 << 16);
    for (size_t i = 0; i < told.count; i++) {
        if (told.changes[i].type == QUIPU_CHANGE_PENDING_EXPIRED)
            told.changes[i].order = UINT64_MAX;
    }
    qsort(told.changes, told.count, sizeof(quipu_change), by_time);
    return told;
}

static void compare_changes(quipu_ledger *was, quipu_ledger *is, uint64_t horizon)
{
    struct told before = tell(was, horizon), after = tell(is, horizon);
    static struct follower follower;

    cr_assert_eq(before.count, after.count);
    for (size_t i = 0; i < before.count; i++)
        cr_assert_eq(memcmp(&before.changes[i], &after.changes[i], sizeof(quipu_change)), 0,
                     "change %zu", i);
    free(before.changes);
    free(after.changes);
    follower_start(&follower);
    cr_assert_null(follower_finish(&follower, is, FOLLOWER_PAGE));
    follower_stop(&follower);
}

static void compare_counters(quipu_ledger *was, quipu_ledger *is)
{
    quipu_counters before, after;

    cr_assert_eq(quipu_get_counters(was, &before), QUIPU_OK);
    cr_assert_eq(quipu_get_counters(is, &after), QUIPU_OK);
    after.workers = before.workers;
    after.table_bytes = before.table_bytes;
    /* What calls have met, since each was opened. */
    after.conflicts = before.conflicts;
    after.retries = before.retries;
    after.journal_bytes = before.journal_bytes;
    after.journal_lag = before.journal_lag;
    cr_assert_eq(memcmp(&before, &after, sizeof before), 0);
}

/* What no call tells: when an account was touched last, and what imports must come after; and
 * expiries are in order. */
static void compare_states(quipu_ledger *was, quipu_ledger *is)
{
    const struct expiries *expired = &is->store.timeouts.expired;
    uint64_t before = 0;

    cr_assert_eq(quipui_workers_newest(&was->store.workers),
                 quipui_workers_newest(&is->store.workers));
    for (uint64_t place = 0; place < accounts_count(&was->store.accounts); place++) {
        struct copy old = {.slot = slot_at(&was->store.accounts, place)};
        struct copy new = {.slot = slot_at(&is->store.accounts, place)};

        was->protocol->read(&was->store, &old, 1);
        is->protocol->read(&is->store, &new, 1);
        new.state.head = old.state.head;
        cr_assert_eq(memcmp(&old.state, &new.state, sizeof old.state), 0);
    }
    for (uint64_t i = 0; i < expiries_count(&is->store.timeouts.expired); i++) {
        uint64_t at = hold_at(&is->store.transfers, expired_hold(expired, i))->expiry.timestamp;

        cr_assert_geq(at, before);
        before = at;
    }
}

/* R2: nothing is created, and each event is answered as before. */
static void compare_ids(const struct tables *tables, quipu_ledger *was, quipu_ledger *is)
{
    for (size_t i = 0; i < tables->count; i++) {
        const struct entry *entry = &tables->entries[i];
        quipu_transfer event = entry->transfer;
        quipu_result before, after;

        if (entry->kind == ENTRY_FAILED_ID) {
            event = a_transfer(entry->id, 1, 2, 1);
        } else if (entry->kind != ENTRY_TRANSFER) {
            continue;
        }
        event.flags &= (uint16_t)~QUIPU_TRANSFER_LINKED;
        if (entry->origin.drawn == 0) event.timestamp = 0;
        cr_assert_eq(quipu_create_transfers(was, &event, 1, &before), QUIPU_OK);
        cr_assert_eq(quipu_create_transfers(is, &event, 1, &after), QUIPU_OK);
        cr_assert_eq(before.status, after.status);
        cr_assert_neq(after.status, QUIPU_CREATED);
        if (entry->kind == ENTRY_FAILED_ID) {
            cr_assert_eq(after.status, QUIPU_CREATE_TRANSFER_ID_ALREADY_FAILED);
        } else if (after.status == QUIPU_CREATE_TRANSFER_EXISTS) {
            cr_assert_eq(before.timestamp, after.timestamp);
        }
    }
}

static uint64_t horizon_of(quipu_ledger *ledger)
{
    uint64_t horizon;

    cr_assert_eq(quipu_horizon(ledger, &horizon), QUIPU_OK);
    return horizon;
}

static uint64_t last_of(quipu_ledger *ledger)
{
    return clock_floor(&ledger->store.clock) - 1;
}

static void check_recovered(const struct recovered *recovered, const struct tables *tables,
                            uint64_t horizon)
{
    size_t counts[ENTRY_ACCOUNT + 1] = {0};

    for (size_t i = 0; i < tables->count; i++)
        counts[tables->entries[i].kind]++;
    cr_assert_eq(recovered->horizon, horizon);
    cr_assert_eq(recovered->accounts, counts[ENTRY_ACCOUNT]);
    cr_assert_eq(recovered->transfers, counts[ENTRY_TRANSFER]);
    cr_assert_eq(recovered->failed_ids, counts[ENTRY_FAILED_ID]);
    cr_assert_lt(recovered->newest, horizon);
}

/* The twin's ledger is another one from here on. */
static void recover(struct twin *twin, struct random *random, int protocol_index)
{
    const quipu_options options = options_for(twin, protocol_index);
    struct memory_log *log = memory_log_new();
    quipu_ledger *is = NULL;
    struct diagnosis diagnosis = {.words = ""};
    struct recovered recovered;
    struct tables tables;
    uint64_t horizon;

    twin_pass(twin, SECOND / 1000);
    horizon = horizon_of(twin->ledger);
    tables_take(&tables, twin->ledger, horizon - 1);
    tables_shuffle(&tables, random);
    tables_write(&tables, 0, tables.count, log, horizon, FRAME_BYTES);
    cr_assert_eq(tables_recover(&log->log, &options, &is, &recovered, &diagnosis), QUIPU_OK, "%s",
                 diagnosis.words);
    check_recovered(&recovered, &tables, horizon);
    cr_assert_geq(last_of(is), horizon);
    cr_assert_geq(horizon_of(is), horizon);

    compare_counters(twin->ledger, is);
    compare_states(twin->ledger, is);
    compare_changes(twin->ledger, is, horizon);
    compare_ids(&tables, twin->ledger, is);
    compare_counters(twin->ledger, is);
    ledger_close(twin->ledger);
    twin->ledger = is;
    twin->protocol = options.protocol;
    twin_pass(twin, SECOND / 1000);
    twin_audit(twin);
    tables_free(&tables);
    memory_log_free(log);
}

/* R1, R2 */
EVERY_PROTOCOL(recover, brings_everything_back)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct generator g;
        struct twin twin;

        twin_open(&twin, *protocol_index);
        twin.seed = seed;
        generator_start(&g, seed);
        traffic(&twin, &g, ROUNDS);
        for (int hop = 1; hop <= PROTOCOL_COUNT; hop++) {
            recover(&twin, &g.random, (*protocol_index + hop) % PROTOCOL_COUNT);
            traffic(&twin, &g, ROUNDS / 4);
        }
        twin_close(&twin);
    }
}

/* Those that had failed by then did so at that time. */
static void date_failures(struct tables *late, const struct tables *early, uint64_t timestamp)
{
    for (size_t i = 0; (i = tables_find(late, ENTRY_FAILED_ID, i)) < late->count; i++) {
        for (size_t e = 0; (e = tables_find(early, ENTRY_FAILED_ID, e)) < early->count; e++) {
            if (early->entries[e].id == late->entries[i].id) {
                late->entries[i].timestamp = timestamp;
            }
        }
    }
}

/* R3, R4: what came after a cut's horizon is not there, whatever lies behind the cut. */
EVERY_PROTOCOL(recover, leaves_out_what_was_cut)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct memory_log *log = memory_log_new(), *longer = memory_log_new();
        quipu_ledger *before = NULL, *after = NULL;
        struct recovered recovered;
        struct tables early, late;
        struct generator g;
        struct twin twin;
        quipu_options options;
        uint64_t cut, end;

        twin_open(&twin, *protocol_index);
        options = options_for(&twin, *protocol_index);
        twin.seed = seed;
        generator_start(&g, seed);
        traffic(&twin, &g, ROUNDS);
        twin_pass(&twin, SECOND / 1000);
        cut = horizon_of(twin.ledger);
        tables_take(&early, twin.ledger, cut - 1);
        tables_shuffle(&early, &g.random);
        tables_write(&early, 0, early.count, log, cut, FRAME_BYTES);

        twin_pass(&twin, SECOND / 1000);
        traffic(&twin, &g, ROUNDS);
        twin_pass(&twin, SECOND / 1000);
        end = horizon_of(twin.ledger);
        tables_take(&late, twin.ledger, end - 1);
        date_failures(&late, &early, cut - 1);
        tables_shuffle(&late, &g.random);
        tables_write(&late, 0, late.count, longer, cut, FRAME_BYTES);
        if (seed % 2 == 0) memory_log_add(longer, LOG_CUT, cut, NULL, 0);
        if (seed % 4 == 0) memory_log_add(longer, LOG_ENTRIES, end, NULL, 0);

        cr_assert_eq(tables_recover(&log->log, &options, &before, &recovered, NULL), QUIPU_OK);
        cr_assert_eq(tables_recover(&longer->log, &options, &after, &recovered, NULL), QUIPU_OK);
        cr_assert_eq(recovered.horizon, seed % 4 == 0 ? end : cut);
        cr_assert_geq(last_of(after), recovered.newest);
        for (size_t i = 0; i < late.count; i++)
            cr_assert_leq(late.entries[i].timestamp, recovered.newest);
        compare_counters(before, after);
        if (seed % 4 != 0) compare_states(before, after);
        compare_changes(before, after, cut);
        compare_ids(&early, before, after);
        ledger_close(before);
        ledger_close(after);
        twin_close(&twin);
        tables_free(&early);
        tables_free(&late);
        memory_log_free(log);
        memory_log_free(longer);
    }
}

/* A ledger with a hold that falls due after a second. */
static quipu_ledger *ledger_with_hold(uint64_t *now)
{
    quipu_ledger *ledger = ledger_open(QUIPU_MUTEX, now);
    quipu_account accounts[2] = {an_account(1), an_account(2)};
    quipu_transfer events[2] = {a_hold(1, 1, 2, 5, 1), a_transfer(2, 1, 2, 7)};
    quipu_result results[2];

    cr_assert_eq(quipu_create_accounts(ledger, accounts, 2, results), QUIPU_OK);
    cr_assert_eq(quipu_create_transfers(ledger, events, 2, results), QUIPU_OK);
    cr_assert_eq(results[1].status, QUIPU_CREATED);
    return ledger;
}

/* A cut frame may have entries. They are of its own epoch: not cut off by it. */
Test(recover, keeps_what_a_cut_frame_has)
{
    uint64_t now = NOON;
    const quipu_options options = {.clock = ledger_clock, .clock_context = &now};
    quipu_ledger *was = ledger_with_hold(&now), *is = NULL;
    struct memory_log *log = memory_log_new(), *other = memory_log_new();
    struct recovered recovered;
    struct tables tables;

    tables_take(&tables, was, 0);
    tables_write(&tables, 0, 2, log, NOON + 2, 1);
    tables_write(&tables, 2, tables.count, other, 0, 1000);
    memory_log_add(log, LOG_CUT, NOON + 2, other->frames[1].bytes, other->frames[1].frame.length);
    memory_log_add(log, LOG_ENTRIES, NOON + 100, NULL, 0);
    cr_assert_eq(tables_recover(&log->log, &options, &is, &recovered, NULL), QUIPU_OK);
    cr_assert_eq(recovered.transfers, 2);
    compare_states(was, is);
    ledger_close(was);
    ledger_close(is);
    tables_free(&tables);
    memory_log_free(log);
    memory_log_free(other);
}

/* An expiry may be at or above the horizon that was on disk, though its hold fell due below it
 * (timeouts.h, D7). It is dropped then, and the hold expires anew: above that horizon, below which
 * all has been told. */
EVERY_PROTOCOL(recover, has_nothing_new_below_the_horizon)
{
    uint64_t now = NOON, horizon = NOON + 3 * SECOND;
    const quipu_options options = {
        .protocol = protocols[*protocol_index], .clock = ledger_clock, .clock_context = &now};
    const quipu_change_filter filter = {.limit = 10};
    quipu_ledger *was = ledger_with_hold(&now), *is = NULL;
    struct memory_log *log = memory_log_new();
    struct recovered recovered;
    struct tables tables;
    quipu_change changes[10];
    size_t count;

    tables_take(&tables, was, 0);
    tables_write(&tables, 0, tables.count, log, horizon, FRAME_BYTES);
    cr_assert_eq(tables_recover(&log->log, &options, &is, &recovered, NULL), QUIPU_OK);
    now = NOON + 10 * SECOND;
    cr_assert_eq(quipu_get_changes(is, &filter, changes, 10, &count, NULL), QUIPU_OK);
    cr_assert_eq(count, 5);
    cr_assert_eq(changes[4].type, QUIPU_CHANGE_PENDING_EXPIRED);
    cr_assert_geq(changes[4].timestamp, horizon);
    ledger_close(was);
    ledger_close(is);
    tables_free(&tables);
    memory_log_free(log);
}

/* An empty log, and one with cuts only. */
Test(recover, from_nothing)
{
    struct memory_log *log = memory_log_new();

    for (int cuts = 0; cuts < 3; cuts++) {
        const quipu_options options = {.account_capacity = 10, .transfer_capacity = 10};
        quipu_ledger *ledger = NULL;
        struct recovered recovered;
        quipu_counters counters;

        cr_assert_eq(tables_recover(&log->log, &options, &ledger, &recovered, NULL), QUIPU_OK);
        cr_assert_eq(quipu_get_counters(ledger, &counters), QUIPU_OK);
        cr_assert_eq(counters.accounts + counters.transfers + counters.failed_ids, 0);
        cr_assert_eq(recovered.newest, 0);
        cr_assert_eq(recovered.horizon, cuts * NOON);
        ledger_close(ledger);
        memory_log_add(log, LOG_CUT, (cuts + 1) * NOON, NULL, 0);
    }
    memory_log_free(log);
}
