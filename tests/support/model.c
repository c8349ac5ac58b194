/* model.c - batches, chains, commits and burnt ids of the reference model. */
#include <stdlib.h>
#include <string.h>

#include "support/model_parts.h"

/* What a batch needs to know of an event, account or transfer. */
struct outline {
    quipu_uint128 id;
    uint64_t timestamp;
    bool linked, imported;
};

/* Accounts or transfers; a list is a batch that is one chain. */
struct batch {
    const quipu_account *accounts;
    const quipu_transfer *transfers;
    size_t count;
    quipu_result *results;
    quipu_receipt *receipts;
    const uint64_t *times; /* that the ledger chose, or NULL */
    bool list;
};

struct copy {
    struct model_account *accounts;
    enum model_hold *holds;
    size_t account_count, transfer_count;
};

static void *need(void *memory)
{
    if (memory == NULL) abort();
    return memory;
}

struct model *model_open(void)
{
    struct model *m = need(calloc(1, sizeof(*m)));

    m->failed_id_capacity = SIZE_MAX;
    return m;
}

void model_limit_failed_ids(struct model *m, size_t capacity)
{
    m->failed_id_capacity = capacity;
}

void model_hear(struct model *m, const quipu_result *results)
{
    m->heard = results;
}

void model_close(struct model *m)
{
    free(m->accounts);
    free(m->transfers);
    free(m->holds);
    free(m->burnt);
    free(m);
}

/* For a batch of `count` more. */
static void make_room(struct model *m, size_t count)
{
    size_t most = m->account_count > m->transfer_count ? m->account_count : m->transfer_count;

    if (m->burnt_count > most) most = m->burnt_count;
    if (most + count <= m->capacity) return;
    m->capacity = 2 * (most + count);
    m->accounts = need(realloc(m->accounts, m->capacity * sizeof(*m->accounts)));
    m->transfers = need(realloc(m->transfers, m->capacity * sizeof(*m->transfers)));
    m->holds = need(realloc(m->holds, m->capacity * sizeof(*m->holds)));
    m->burnt = need(realloc(m->burnt, m->capacity * sizeof(*m->burnt)));
}

struct model_account *model_find_account(struct model *m, quipu_uint128 id)
{
    for (size_t i = 0; i < m->account_count; i++) {
        if (m->accounts[i].is.id == id) return &m->accounts[i];
    }
    return NULL;
}

size_t model_find_transfer(const struct model *m, quipu_uint128 id)
{
    size_t i = 0;

    while (i < m->transfer_count && m->transfers[i].is.id != id)
        i++;
    return i;
}

void model_expire(struct model *m, uint64_t when)
{
    for (size_t i = 0; i < m->transfer_count; i++) {
        const quipu_transfer *hold = &m->transfers[i].is;
        struct model_account *debit, *credit;

        if (m->holds[i] != HOLD_WAITS || hold->timeout == 0) continue;
        if (when < hold->timestamp + hold->timeout * SECOND_NS) continue;

        debit = model_find_account(m, hold->debit_account_id);
        credit = model_find_account(m, hold->credit_account_id);
        debit->is.debits_pending -= hold->amount;
        credit->is.credits_pending -= hold->amount;
        if (hold->flags & QUIPU_TRANSFER_CLOSING_DEBIT) {
            debit->is.flags &= (uint16_t)~QUIPU_ACCOUNT_CLOSED;
        }
        if (hold->flags & QUIPU_TRANSFER_CLOSING_CREDIT) {
            credit->is.flags &= (uint16_t)~QUIPU_ACCOUNT_CLOSED;
        }
        debit->version++;
        credit->version++;
        m->holds[i] = HOLD_EXPIRED;
        /* It is `when` now, and nothing later comes before, even if the clock goes back. */
        if (when - 1 > m->last) m->last = when - 1;
    }
}

static struct copy save(const struct model *m)
{
    struct copy copy = {.account_count = m->account_count, .transfer_count = m->transfer_count};

    copy.accounts = need(malloc((m->account_count + 1) * sizeof(*copy.accounts)));
    copy.holds = need(malloc((m->transfer_count + 1) * sizeof(*copy.holds)));
    if (m->account_count > 0) {
        memcpy(copy.accounts, m->accounts, m->account_count * sizeof(*copy.accounts));
    }
    if (m->transfer_count > 0) {
        memcpy(copy.holds, m->holds, m->transfer_count * sizeof(*copy.holds));
    }
    return copy;
}

static void restore(struct model *m, const struct copy *copy)
{
    m->account_count = copy->account_count;
    m->transfer_count = copy->transfer_count;
    memcpy(m->accounts, copy->accounts, m->account_count * sizeof(*m->accounts));
    memcpy(m->holds, copy->holds, m->transfer_count * sizeof(*m->holds));
}

static void forget(struct copy *copy)
{
    free(copy->accounts);
    free(copy->holds);
}

static struct outline outline(const struct batch *b, size_t i)
{
    struct outline o;

    if (b->accounts != NULL) {
        o.id = b->accounts[i].id;
        o.timestamp = b->accounts[i].timestamp;
        o.linked = (b->accounts[i].flags & QUIPU_ACCOUNT_LINKED) != 0;
        o.imported = (b->accounts[i].flags & QUIPU_ACCOUNT_IMPORTED) != 0;
    } else {
        o.id = b->transfers[i].id;
        o.timestamp = b->transfers[i].timestamp;
        o.linked = (b->transfers[i].flags & QUIPU_TRANSFER_LINKED) != 0;
        o.imported = (b->transfers[i].flags & QUIPU_TRANSFER_IMPORTED) != 0;
    }
    if (b->list && i + 1 < b->count) o.linked = true;
    return o;
}

/* Accounts and transfers number these outcomes differently. */
#define CODE(name)                                                                                 \
    (b->accounts != NULL ? (uint32_t)QUIPU_CREATE_ACCOUNT_##name                                   \
                         : (uint32_t)QUIPU_CREATE_TRANSFER_##name)

static uint32_t judge(struct model *m, struct batch *b, size_t i, uint64_t base, bool broken)
{
    struct outline o = outline(b, i);
    bool imports = outline(b, 0).imported;

    if (o.linked && i + 1 == b->count) return CODE(LINKED_EVENT_CHAIN_OPEN);
    if (broken) return CODE(LINKED_EVENT_FAILED);
    if (imports && !o.imported) return CODE(IMPORTED_EVENT_EXPECTED);
    if (!imports && o.imported) return CODE(IMPORTED_EVENT_NOT_EXPECTED);
    if (!o.imported && o.timestamp != 0) return CODE(TIMESTAMP_MUST_BE_ZERO);
    if (o.imported) {
        if (o.timestamp == 0 || o.timestamp > INT64_MAX) {
            return CODE(IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE);
        }
        if (o.timestamp >= base) return CODE(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_ADVANCE);
    }
    if (b->accounts != NULL) {
        return model_judge_account(m, &b->accounts[i], &b->results[i].timestamp);
    }
    return model_judge_transfer(m, &b->transfers[i], &b->results[i].timestamp, &b->receipts[i]);
}

static bool burns(uint32_t status)
{
    enum { FINAL = false, TRANSIENT = true };

    switch (status) {
#define X(name, number, kind, text)                                                                \
    case number: return kind;
        QUIPU_CREATE_TRANSFER_MAP(X)
#undef X
    default: return false;
    }
}

/* Event i failed for a transient reason: remember its id, or say that there is no space for it. */
static void burn(struct model *m, struct batch *b, size_t i)
{
    const uint32_t no_space = QUIPU_CREATE_TRANSFER_NO_SPACE_FOR_FAILED_ID;

    if (m->burnt_count == m->failed_id_capacity ||
        (m->heard != NULL && m->heard[i].status == no_space)) {
        b->results[i].status = no_space;
    } else {
        m->burnt[m->burnt_count++] = b->transfers[i].id;
    }
}

static void fail_before(struct batch *b, size_t first, size_t failed, const uint64_t *when)
{
    for (size_t i = first; i < failed; i++) {
        b->results[i] = (quipu_result){when[i], CODE(LINKED_EVENT_FAILED), 0};
        memset(&b->receipts[i], 0, sizeof(b->receipts[i]));
    }
}

uint64_t model_base(const struct model *m, uint64_t now)
{
    return now > m->last ? now : m->last + 1;
}

bool model_may_move(const struct model *m, uint64_t now, size_t count)
{
    uint64_t base = model_base(m, now);

    for (size_t i = 0; i < m->transfer_count; i++) {
        uint64_t due = m->transfers[i].is.timestamp + m->transfers[i].is.timeout * SECOND_NS;

        if (m->transfers[i].is.timeout == 0) continue;
        if (due >= base && due < base + count) return true;
    }
    return false;
}

/* When each event happens. */
static uint64_t *find_times(const struct model *m, const struct batch *b, uint64_t base)
{
    uint64_t *when = need(malloc(b->count * sizeof(*when)));
    bool may_move = b->times != NULL && model_may_move(m, base, b->count);
    uint64_t last = base + b->count - 1;

    for (size_t i = 0; i < b->count; i++) {
        when[i] = base + i;
        if (may_move && b->times[i] > last) last = when[i] = b->times[i];
    }
    return when;
}

static void run(struct model *m, struct batch *b, uint64_t base)
{
    uint64_t *when = find_times(m, b, base);
    bool imports = outline(b, 0).imported, chained = false, broken = false;
    struct copy copy = {0};
    size_t first = 0;

    m->last = base + b->count - 1;
    for (size_t i = 0; i < b->count; i++) {
        bool linked = outline(b, i).linked;
        quipu_result *result = &b->results[i];

        model_expire(m, imports ? base : when[i]);
        if (when[i] > m->last) m->last = when[i];
        if (linked && !chained) {
            chained = true;
            broken = false;
            first = i;
            copy = save(m);
        }

        *result = (quipu_result){when[i], 0, 0};
        result->status = judge(m, b, i, base, broken);
        if (result->status != QUIPU_CREATED && chained && !broken) {
            broken = true;
            restore(m, &copy);
            fail_before(b, first, i, when);
        }
        if (b->transfers != NULL && burns(result->status)) burn(m, b, i);

        if (chained && (!linked || i + 1 == b->count)) {
            chained = broken = false;
            forget(&copy);
        }
    }
    free(when);
}

static void submit(struct model *m, struct batch *b, uint64_t now)
{
    quipu_receipt *unwanted = NULL;

    make_room(m, b->count);
    if (b->receipts == NULL) {
        unwanted = need(malloc(b->count * sizeof(*unwanted)));
        b->receipts = unwanted;
    }
    memset(b->receipts, 0, b->count * sizeof(*b->receipts));
    run(m, b, model_base(m, now));
    m->heard = NULL;
    free(unwanted);
}

void model_create_accounts(struct model *m, uint64_t now, const quipu_account *events, size_t count,
                           quipu_result *results)
{
    struct batch batch = {.accounts = events, .count = count, .results = results};

    submit(m, &batch, now);
}

void model_create_transfers(struct model *m, uint64_t now, const quipu_transfer *events,
                            size_t count, const uint64_t *times, quipu_result *results)
{
    struct batch batch = {.transfers = events, .count = count, .results = results, .times = times};

    submit(m, &batch, now);
}

quipu_status model_commit(struct model *m, uint64_t now, const quipu_expectation *expectations,
                          size_t expectation_count, const quipu_transfer *events, size_t count,
                          const uint64_t *times, quipu_result *results, quipu_receipt *receipts)
{
    struct batch batch = {.transfers = events,
                          .count = count,
                          .results = results,
                          .receipts = receipts,
                          .times = times,
                          .list = true};
    uint64_t *when = find_times(m, &batch, model_base(m, now));

    model_expire(m, when[0]);
    free(when);
    for (size_t i = 0; i < expectation_count; i++) {
        struct model_account *account = model_find_account(m, expectations[i].account_id);

        if (account == NULL || account->version != expectations[i].version) {
            m->heard = NULL;
            return QUIPU_CONFLICT;
        }
    }
    submit(m, &batch, now);
    return QUIPU_OK;
}
