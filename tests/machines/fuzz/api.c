/* api.c - fuzz target: bytes are calls; all four protocols and the reference model must agree.
 *
 * The first bytes choose capacities, the clock and whether opening meets a refused allocation; then
 * each call is a byte and what it reads. A session runs once per protocol, each against its own
 * model, event by event, by status, timestamp, receipt and all that can be read. The answers of the
 * protocols are compared as well. Clock and allocations are the input's; so a run repeats. */
#include "machines/fuzz/api.h"

#include <string.h>

#include "base/memory.h"
#include "machines/fuzz/target.h"

enum { CALLS_MAX = 120, BULKS_MAX = 2 };

static const uint64_t capacities[] = {1 << 16, 1 << 12, 1 << 10, 64, 24, 10, 3, 1};

/* --- refused allocations --- */

static struct {
    bool armed, until_said; /* refuse one, or all until a call says so */
    bool met, paused;
    uint64_t before; /* so many are granted first */
} faults;

static bool refuse(void)
{
    if (!faults.armed || faults.paused) return false;
    if (faults.before > 0) {
        faults.before--;
        return false;
    }
    faults.met = true;
    faults.armed = faults.until_said;
    return true;
}

void faults_pause(void)
{
    faults.paused = true;
}

void faults_go_on(void)
{
    faults.paused = false;
}

bool faults_explain(struct session *s, quipu_status status)
{
    if (status != QUIPU_NO_MEMORY) return false;
    claim(faults.met, "%s: no reason to say NO_MEMORY", twin_name(&s->twin));
    memset(&faults, 0, sizeof faults);
    return true;
}

static void arm_faults(struct session *s)
{
    uint8_t byte = bytes_take(&s->bytes);

    faults.met = faults.paused = false;
    faults.armed = s->starved = true;
    faults.until_said = byte & 1;
    faults.before = byte >> 1 & 31;
}

/* --- what was said --- */

void answer(struct session *s, uint32_t status)
{
    if (s->answers->count < ANSWERS_MAX) s->answers->all[s->answers->count++] = status;
}

/* Is there a reason to say that there is no space? */
static void explain(struct session *s, quipu_status status, bool full)
{
    answer(s, status);
    claim(status != QUIPU_NO_SPACE || full, "%s: no reason to say NO_SPACE", twin_name(&s->twin));
    if (!faults_explain(s, status) && status != QUIPU_NO_SPACE) return;
    faults_pause();
    twin_audit_accounts(&s->twin);
    faults_go_on();
}

/* An id that fails is not kept where there is no space, or no memory. */
static void explain_events(struct session *s, const quipu_result *results, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (results[i].status != QUIPU_CREATE_TRANSFER_NO_SPACE_FOR_FAILED_ID) continue;
        if (model_failed_id_count(s->twin.model) == s->failed_id_capacity) continue;
        faults_explain(s, QUIPU_NO_MEMORY);
        return;
    }
}

/* There is space for one more while fewer are stored; for a chain it may be in pieces. */
static bool is_full(struct session *s, const quipu_transfer *events, const quipu_result *results,
                    size_t count)
{
    size_t stored = model_transfer_count(s->twin.model), left = 0;

    while (left < count && results[left].status != 0)
        left++;
    if (left == count) return false;
    if ((events[left].flags & QUIPU_TRANSFER_LINKED) == 0) return stored == s->transfer_capacity;
    return s->asked > s->transfer_capacity;
}

static void answer_events(struct session *s, const quipu_result *results, size_t count)
{
    for (size_t i = 0; i < count; i++)
        answer(s, results[i].status);
}

/* --- calls --- */

static void call_accounts(struct session *s, const quipu_account *events, size_t count)
{
    quipu_result results[EVENTS_MAX];
    quipu_status status = twin_accounts(&s->twin, events, count, results);

    answer_events(s, results, count);
    explain(s, status, model_account_count(s->twin.model) + count > s->account_capacity);
}

static void call_transfers(struct session *s, const quipu_transfer *events, size_t count)
{
    quipu_result results[EVENTS_MAX];
    quipu_status status = twin_transfers(&s->twin, events, count, results);

    answer_events(s, results, count);
    s->asked += count;
    /* A chain needs places in a row, and how the last ones are cut is the protocol's affair. */
    if (status == QUIPU_NO_SPACE) s->starved = true;
    explain_events(s, results, count);
    explain(s, status, is_full(s, events, results, count));
}

static void call_bulk(struct session *s)
{
    uint8_t accounts = bytes_take(&s->bytes), count = bytes_take(&s->bytes);
    uint8_t byte = bytes_take(&s->bytes);
    quipu_account account[EVENTS_MAX];
    quipu_transfer transfer[EVENTS_MAX];

    if (s->bulks == BULKS_MAX) return;
    s->bulks++;
    for (unsigned i = 0; i < 1u + count; i++) {
        account[i] = an_account(1000 * s->bulks + i);
        transfer[i] = a_hold(1000 * s->bulks + i, read_account_id(accounts),
                             read_account_id(accounts >> 4), i, 1 + i % 3);
        if (byte & 1) transfer[i].flags = transfer[i].timeout = 0;
        if (byte & 2 && i % 16 < 15) transfer[i].flags |= QUIPU_TRANSFER_LINKED;
        if (byte & 4) transfer[i].debit_account_id = account[i].id;
    }
    if (byte & 8) call_accounts(s, account, 1u + count);
    call_transfers(s, transfer, 1u + count);
}

/* The version that the account has, or another. */
static quipu_expectation read_expectation(struct session *s)
{
    uint8_t byte = bytes_take(&s->bytes);
    quipu_expectation expected = {read_account_id(byte), 0, 0};
    quipu_account unwanted;

    faults_pause();
    claim(quipu_lookup_accounts(s->twin.ledger, &expected.account_id, 1, &unwanted,
                                &expected.version) == QUIPU_OK);
    faults_go_on();
    switch (byte >> 4) {
    case 0: expected.version = 0; break;
    case 1: expected.version++; break;
    case 2: expected.version--; break;
    case 3: expected.reserved = 1; break;
    default: break;
    }
    return expected;
}

static bool is_valid(const quipu_expectation *e)
{
    return e->account_id != 0 && e->account_id != ID_MAX && e->version != 0 && e->reserved == 0;
}

static void call_commit(struct session *s)
{
    quipu_transfer events[EVENTS_MAX];
    quipu_result results[EVENTS_MAX];
    quipu_receipt receipts[EVENTS_MAX];
    quipu_expectation expected[3];
    uint8_t byte = bytes_take(&s->bytes);
    size_t expectation_count = byte % 4, count;
    bool valid = true;
    quipu_status status;

    for (size_t i = 0; i < expectation_count; i++) {
        expected[i] = read_expectation(s);
        valid = valid && is_valid(&expected[i]);
    }
    count = read_transfers(s, events);
    s->committed = true;
    if (!valid) {
        status = quipu_commit(s->twin.ledger, expected, expectation_count, events, count, results,
                              receipts);
        claim(status == QUIPU_INVALID ||
                  (s->twin.protocol == QUIPU_CAS && status == QUIPU_UNSUPPORTED),
              "%s: a commit of an expectation that makes no sense: \"%s\"", twin_name(&s->twin),
              quipu_status_text(status));
        answer(s, status);
        return;
    }
    status = twin_commit(&s->twin, expected, expectation_count, events, count, results,
                         byte & 4 ? receipts : NULL);
    if (status == QUIPU_NO_SPACE) s->starved = true;
    if (status == QUIPU_OK) {
        answer_events(s, results, count);
        explain_events(s, results, count);
    }
    s->asked += count;
    explain(s, status, s->asked > s->transfer_capacity);
}

/* To where a hold is due, or just before or after. */
static void jump(struct session *s)
{
    quipu_uint128 id = read_transfer_id(bytes_take(&s->bytes));
    uint8_t before = bytes_take(&s->bytes);
    quipu_transfer_versions versions;
    quipu_transfer hold;

    model_lookup_transfers(s->twin.model, &id, 1, &hold, &versions);
    if (hold.id == 0 || hold.timeout == 0 || hold.timeout > 1000) return;
    s->twin.now = hold.timestamp + hold.timeout * SECOND - (before & 31) + (before >> 6);
    if (s->twin.now < s->twin.floor) s->twin.now = s->twin.floor;
    s->twin.step = 0;
}

static void pass_time(struct session *s)
{
    uint8_t byte = bytes_take(&s->bytes);
    uint64_t by = byte >> 3;

    switch (byte & 7) {
    case 0: twin_pass(&s->twin, by); break;
    case 1: twin_pass(&s->twin, by * SECOND); break;
    case 2: twin_pass(&s->twin, by * 100 * SECOND); break;
    case 3: /* back; not far after a call of which only the ledger knows what it drew */
        s->twin.now -= by * SECOND / 4;
        if (s->twin.now < s->twin.floor) s->twin.now = s->twin.floor;
        break;
    case 4: s->twin.step = by == 31 ? 10000 : by; break;
    default: jump(s); break;
    }
}

static void call_transfers_anew(struct session *s)
{
    s->last.count = read_transfers(s, s->last.events);
    call_transfers(s, s->last.events, s->last.count);
}

static void call_something(struct session *s)
{
    quipu_account accounts[EVENTS_MAX];
    size_t count;

    switch (bytes_take(&s->bytes) % 20) {
    case 0:
    case 1:
        count = read_accounts(s, accounts);
        call_accounts(s, accounts, count);
        break;
    case 2: call_commit(s); break;
    case 3: call_lookup_accounts(s); break;
    case 4: call_lookup_transfers(s); break;
    case 5: call_account_history(s); break;
    case 6: call_query(s); break;
    case 7: call_snapshot(s); break;
    case 8: call_misuse(s); break;
    case 9: arm_faults(s); break;
    case 10: call_bulk(s); break;
    case 11:
    case 12: pass_time(s); break;
    case 13:
        if (s->last.count > 0) call_transfers(s, s->last.events, s->last.count);
        break;
    default: call_transfers_anew(s); break;
    }
}

/* --- sessions --- */

static void open_session(struct session *s, int protocol_index)
{
    uint8_t sizes = bytes_take(&s->bytes), how = bytes_take(&s->bytes);
    struct twin *twin = &s->twin;
    quipu_options options = {.clock = ledger_clock, .clock_context = &twin->now};
    quipu_status status;

    twin->protocol = options.protocol = protocols[protocol_index];
    twin->may_run_short = true;
    twin->now = how & 1 ? UINT64_C(5000000000) * SECOND : NOON;
    twin->step = how & 2 ? 0 : 10000;
    options.account_capacity = s->account_capacity = capacities[sizes & 7];
    options.transfer_capacity = s->transfer_capacity = capacities[sizes >> 3 & 7];
    s->failed_id_capacity = s->transfer_capacity;
    if (how & 16) options.failed_id_capacity = s->failed_id_capacity = capacities[how >> 5];
    options.prefault = how >> 2 & 1 && sizes >> 6 == 3;
    twin->model = model_open();
    model_limit_failed_ids(twin->model, s->failed_id_capacity);
    if (how & 8) arm_faults(s);
    status = quipu_open(&options, &twin->ledger);
    if (faults_explain(s, status)) {
        claim(twin->ledger == NULL);
        status = quipu_open(&options, &twin->ledger);
    }
    claim(status == QUIPU_OK, "%s: opening: \"%s\"", twin_name(twin), quipu_status_text(status));
}

static void run(struct session *s, int protocol_index, const uint8_t *data, size_t size,
                struct answers *answers)
{
    memset(s, 0, sizeof *s);
    memset(&faults, 0, sizeof faults);
    quipui_memory_refuse = refuse;
    s->bytes = (struct bytes){data, data + size};
    s->answers = answers;
    answers->count = 0;
    open_session(s, protocol_index);
    for (int calls = 0; calls < CALLS_MAX && !bytes_done(&s->bytes); calls++)
        call_something(s);
    faults_pause();
    twin_close(&s->twin);
}

static void compare(const struct answers *first, const struct answers *other, int protocol_index)
{
    const char *name = protocol_name(protocols[protocol_index]);

    claim(first->count == other->count, "%s gave %zu answers, %s %zu", protocol_name(protocols[0]),
          first->count, name, other->count);
    for (size_t i = 0; i < first->count; i++) {
        claim(first->all[i] == other->all[i], "answer %zu is %u of %s and %u of %s", i,
              first->all[i], protocol_name(protocols[0]), other->all[i], name);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct answers first, other;
    static struct session session;
    bool starved;

    run(&session, 0, data, size, &first);
    starved = session.starved;
    for (int i = 1; i < PROTOCOL_COUNT; i++) {
        run(&session, i, data, size, &other);
        starved = starved || session.starved;
        if (starved || (session.committed && protocols[i] == QUIPU_CAS)) continue;
        compare(&first, &other, i);
    }
    return 0;
}
