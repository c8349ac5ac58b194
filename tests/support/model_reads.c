/* model_reads.c - lookups, histories and queries of the reference model. */
#include <string.h>

#include "support/model_parts.h"

static void expire_for_read(struct model *m, uint64_t now)
{
    model_expire(m, now > m->last ? now : m->last);
}

void model_lookup_accounts(struct model *m, uint64_t now, const quipu_uint128 *ids, size_t count,
                           quipu_account *accounts, uint64_t *versions)
{
    expire_for_read(m, now);
    for (size_t i = 0; i < count; i++) {
        const struct model_account *account = model_find_account(m, ids[i]);

        memset(&accounts[i], 0, sizeof(accounts[i]));
        versions[i] = 0;
        if (account != NULL) {
            accounts[i] = account->is;
            versions[i] = account->version;
        }
    }
}

void model_lookup_transfers(struct model *m, const quipu_uint128 *ids, size_t count,
                            quipu_transfer *transfers, quipu_transfer_versions *versions)
{
    for (size_t i = 0; i < count; i++) {
        size_t at = model_find_transfer(m, ids[i]);

        memset(&transfers[i], 0, sizeof(transfers[i]));
        memset(&versions[i], 0, sizeof(versions[i]));
        if (at < m->transfer_count) {
            transfers[i] = m->transfers[at].is;
            versions[i] = m->transfers[at].versions;
        }
    }
}

static bool within(uint64_t timestamp, uint64_t min, uint64_t max)
{
    return timestamp >= min && (max == 0 || timestamp <= max);
}

bool model_of_account(const quipu_transfer *t, const quipu_account_filter *f)
{
    bool debits = t->debit_account_id == f->account_id && (f->flags & QUIPU_FILTER_DEBITS);
    bool credits = t->credit_account_id == f->account_id && (f->flags & QUIPU_FILTER_CREDITS);

    if (!debits && !credits) return false;
    if (f->user_data_128 != 0 && t->user_data_128 != f->user_data_128) return false;
    if (f->user_data_64 != 0 && t->user_data_64 != f->user_data_64) return false;
    if (f->user_data_32 != 0 && t->user_data_32 != f->user_data_32) return false;
    if (f->code != 0 && t->code != f->code) return false;
    return within(t->timestamp, f->timestamp_min, f->timestamp_max);
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The transfers that match, as indexes, in the order asked for: one of transfers and balances is
 * wanted. */
static size_t history(struct model *m, const quipu_account_filter *f, size_t capacity,
                      quipu_transfer *transfers, quipu_account_balance *balances)
{
    size_t most = smaller(capacity, f->limit), found = 0;

    for (size_t n = 0; n < m->transfer_count && found < most; n++) {
        size_t i = f->flags & QUIPU_FILTER_REVERSED ? m->transfer_count - 1 - n : n;
        const struct model_transfer *t = &m->transfers[i];

        if (!model_of_account(&t->is, f)) continue;
        if (transfers != NULL) transfers[found] = t->is;
        if (balances != NULL) {
            bool debits = t->is.debit_account_id == f->account_id;

            balances[found] = debits ? t->debit_after : t->credit_after;
        }
        found++;
    }
    return found;
}

size_t model_account_transfers(struct model *m, const quipu_account_filter *filter,
                               quipu_transfer *transfers, size_t capacity)
{
    return history(m, filter, capacity, transfers, NULL);
}

size_t model_account_balances(struct model *m, const quipu_account_filter *filter,
                              quipu_account_balance *balances, size_t capacity)
{
    return history(m, filter, capacity, NULL, balances);
}

size_t model_query_accounts(struct model *m, uint64_t now, const quipu_query_filter *f,
                            quipu_account *accounts, size_t capacity)
{
    size_t most = smaller(capacity, f->limit), found = 0;

    expire_for_read(m, now);
    for (size_t n = 0; n < m->account_count && found < most; n++) {
        size_t i = f->flags & QUIPU_QUERY_REVERSED ? m->account_count - 1 - n : n;
        const quipu_account *a = &m->accounts[i].is;

        if (f->user_data_128 != 0 && a->user_data_128 != f->user_data_128) continue;
        if (f->user_data_64 != 0 && a->user_data_64 != f->user_data_64) continue;
        if (f->user_data_32 != 0 && a->user_data_32 != f->user_data_32) continue;
        if (f->ledger != 0 && a->ledger != f->ledger) continue;
        if (f->code != 0 && a->code != f->code) continue;
        if (!within(a->timestamp, f->timestamp_min, f->timestamp_max)) continue;
        accounts[found++] = *a;
    }
    return found;
}

/* The transfer after this one, or before, by timestamp: transfer_count if there is none. A moved
 * event was stored before others of its batch but is later. */
static size_t next_by_time(const struct model *m, uint64_t timestamp, bool reversed)
{
    size_t next = m->transfer_count;

    for (size_t i = 0; i < m->transfer_count; i++) {
        uint64_t t = m->transfers[i].is.timestamp;

        if (reversed ? t >= timestamp : t <= timestamp) continue;
        if (next == m->transfer_count) next = i;
        if (reversed ? t > m->transfers[next].is.timestamp : t < m->transfers[next].is.timestamp) {
            next = i;
        }
    }
    return next;
}

size_t model_query_transfers(struct model *m, const quipu_query_filter *f,
                             quipu_transfer *transfers, size_t capacity)
{
    size_t most = smaller(capacity, f->limit), found = 0;
    bool reversed = (f->flags & QUIPU_QUERY_REVERSED) != 0;
    uint64_t timestamp = reversed ? UINT64_MAX : 0;

    for (size_t n = 0; n < m->transfer_count && found < most; n++) {
        const quipu_transfer *t = &m->transfers[next_by_time(m, timestamp, reversed)].is;

        timestamp = t->timestamp;
        if (f->user_data_128 != 0 && t->user_data_128 != f->user_data_128) continue;
        if (f->user_data_64 != 0 && t->user_data_64 != f->user_data_64) continue;
        if (f->user_data_32 != 0 && t->user_data_32 != f->user_data_32) continue;
        if (f->ledger != 0 && t->ledger != f->ledger) continue;
        if (f->code != 0 && t->code != f->code) continue;
        if (!within(t->timestamp, f->timestamp_min, f->timestamp_max)) continue;
        transfers[found++] = *t;
    }
    return found;
}

size_t model_account_count(const struct model *m)
{
    return m->account_count;
}

size_t model_transfer_count(const struct model *m)
{
    return m->transfer_count;
}

size_t model_failed_id_count(const struct model *m)
{
    return m->burnt_count;
}

quipu_uint128 model_account_id(const struct model *m, size_t index)
{
    return m->accounts[index].is.id;
}

quipu_uint128 model_transfer_id(const struct model *m, size_t index)
{
    return m->transfers[index].is.id;
}
