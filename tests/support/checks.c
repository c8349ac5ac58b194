/* checks.c - see checks.h. */
#include "support/checks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *guilty(const char *what, quipu_uint128 id, uint64_t detail)
{
    static _Thread_local char text[128];

    (void)snprintf(text, sizeof(text), "account %llu: %s (%llu)", (unsigned long long)id, what,
                   (unsigned long long)detail);
    return text;
}

static bool look(quipu_ledger *ledger, quipu_uint128 id, quipu_account *account, uint64_t *version)
{
    return quipu_lookup_accounts(ledger, &id, 1, account, version) == QUIPU_OK && account->id == id;
}

const char *check_conservation(quipu_ledger *ledger, unsigned count)
{
    quipu_uint128 pending = 0, posted = 0; /* debits less credits, modulo 2^128 */

    for (unsigned id = 1; id <= count; id++) {
        quipu_account account;
        uint64_t version;

        if (!look(ledger, id, &account, &version)) return guilty("it is gone", id, 0);
        pending += account.debits_pending - account.credits_pending;
        posted += account.debits_posted - account.credits_posted;
    }
    if (posted != 0) return guilty("posted debits are not credits over all", count, 0);
    if (pending != 0) return guilty("pending debits are not credits over all", count, 0);
    return NULL;
}

/* Are both together at most this? They may be more than 2^128 - 1. */
static bool fit(quipu_uint128 pending, quipu_uint128 posted, quipu_uint128 most)
{
    return posted <= most && pending <= most - posted;
}

bool check_within_limits(const quipu_account *account)
{
    bool debits_limited = (account->flags & QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS) != 0;
    bool credits_limited = (account->flags & QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS) != 0;

    return fit(account->debits_pending, account->debits_posted,
               debits_limited ? account->credits_posted : QUIPU_AMOUNT_MAX) &&
           fit(account->credits_pending, account->credits_posted,
               credits_limited ? account->debits_posted : QUIPU_AMOUNT_MAX);
}

/* What all stored transfers posted, by account: asked of the transfers, not of the accounts. */
struct posted {
    quipu_uint128 debits, credits;
    uint64_t transfers; /* of all kinds */
};

static void add(struct posted *sums, unsigned count, const quipu_transfer *t)
{
    bool posts = !(t->flags & (QUIPU_TRANSFER_PENDING | QUIPU_TRANSFER_VOID_PENDING_TRANSFER));

    if (t->debit_account_id <= count) {
        sums[t->debit_account_id].transfers++;
        if (posts) sums[t->debit_account_id].debits += t->amount;
    }
    if (t->credit_account_id <= count) {
        sums[t->credit_account_id].transfers++;
        if (posts) sums[t->credit_account_id].credits += t->amount;
    }
}

static bool sum_posted(quipu_ledger *ledger, struct posted *sums, unsigned count)
{
    enum { PAGE = 1 << 16 }; /* large: each page is a scan of all */
    quipu_query_filter filter = {.limit = PAGE};
    quipu_transfer *page = malloc(PAGE * sizeof(*page));
    size_t found = 0;
    bool read = true;

    do {
        read =
            page != NULL && quipu_query_transfers(ledger, &filter, page, PAGE, &found) == QUIPU_OK;
        for (size_t i = 0; read && i < found; i++) {
            filter.timestamp_min = page[i].timestamp + 1;
            add(sums, count, &page[i]);
        }
    } while (read && found == PAGE);
    free(page);
    return read;
}

const char *check_limits(quipu_ledger *ledger, unsigned count)
{
    struct posted sums[CHECKED_MAX + 1] = {0};

    if (count > CHECKED_MAX || !sum_posted(ledger, sums, count)) {
        return guilty("the transfers cannot be read", count, 0);
    }
    for (unsigned id = 1; id <= count; id++) {
        quipu_account account;
        uint64_t version;

        if (!look(ledger, id, &account, &version)) return guilty("it is gone", id, 0);
        if (!check_within_limits(&account)) return guilty("overdrawn", id, version);
        account.debits_pending = account.credits_pending = 0;
        account.debits_posted = sums[id].debits;
        account.credits_posted = sums[id].credits;
        if (!check_within_limits(&account))
            return guilty("overdrawn by its transfers", id, version);
    }
    return NULL;
}

/* The history of one account, all of it. */
struct history {
    quipu_transfer *transfers;
    uint64_t *versions; /* that they gave this account */
    quipu_account_balance *balances;
    size_t count;
};

static bool read_versions(quipu_ledger *ledger, quipu_uint128 id, struct history *h)
{
    for (size_t i = 0; i < h->count; i++) {
        quipu_transfer stored;
        quipu_transfer_versions versions;

        if (quipu_lookup_transfers(ledger, &h->transfers[i].id, 1, &stored, &versions) !=
                QUIPU_OK ||
            memcmp(&stored, &h->transfers[i], sizeof(stored)) != 0) {
            return false;
        }
        h->versions[i] = stored.debit_account_id == id ? versions.debit : versions.credit;
    }
    return true;
}

static bool read_history(quipu_ledger *ledger, quipu_uint128 id, uint64_t most, struct history *h)
{
    const quipu_account_filter filter = {
        .account_id = id,
        .limit = UINT32_MAX,
        .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS,
    };
    size_t room = (size_t)most + 1, balances;

    h->transfers = malloc(room * sizeof(*h->transfers));
    h->versions = malloc(room * sizeof(*h->versions));
    h->balances = malloc(room * sizeof(*h->balances));
    return h->transfers != NULL && h->versions != NULL && h->balances != NULL &&
           quipu_get_account_transfers(ledger, &filter, h->transfers, room, &h->count) ==
               QUIPU_OK &&
           quipu_get_account_balances(ledger, &filter, h->balances, room, &balances) == QUIPU_OK &&
           balances == h->count && read_versions(ledger, id, h);
}

static void forget(struct history *h)
{
    free(h->transfers);
    free(h->versions);
    free(h->balances);
}

static quipu_transfer resolved_by(quipu_ledger *ledger, const quipu_transfer *t)
{
    quipu_transfer pending = {0};

    if (t->pending_id != 0) {
        (void)quipu_lookup_transfers(ledger, &t->pending_id, 1, &pending, NULL);
    }
    return pending;
}

/* What one transfer does to one side. */
static void move(const quipu_transfer *t, const quipu_transfer *resolved, quipu_uint128 *pending,
                 quipu_uint128 *posted)
{
    if (t->flags & QUIPU_TRANSFER_PENDING) {
        *pending += t->amount;
        return;
    }
    *pending -= resolved->amount;
    if (!(t->flags & QUIPU_TRANSFER_VOID_PENDING_TRANSFER)) *posted += t->amount;
}

/* Replay one transfer over one account. Returns false if the account was closed to it (K5). */
static bool replay(quipu_ledger *ledger, const quipu_transfer *t, quipu_account *account)
{
    bool debits = t->debit_account_id == account->id;
    uint16_t closing = debits ? QUIPU_TRANSFER_CLOSING_DEBIT : QUIPU_TRANSFER_CLOSING_CREDIT;
    quipu_transfer resolved = resolved_by(ledger, t);
    bool voids = (t->flags & QUIPU_TRANSFER_VOID_PENDING_TRANSFER) != 0;

    if ((account->flags & QUIPU_ACCOUNT_CLOSED) && !voids) return false;
    if (voids && (resolved.flags & closing)) account->flags &= (uint16_t)~QUIPU_ACCOUNT_CLOSED;
    if (t->flags & closing) account->flags |= QUIPU_ACCOUNT_CLOSED;
    if (debits) {
        move(t, &resolved, &account->debits_pending, &account->debits_posted);
    } else {
        move(t, &resolved, &account->credits_pending, &account->credits_posted);
    }
    return true;
}

static bool same_totals(const quipu_account *a, const quipu_account_balance *b)
{
    return a->debits_pending == b->debits_pending && a->debits_posted == b->debits_posted &&
           a->credits_pending == b->credits_pending && a->credits_posted == b->credits_posted;
}

static const char *check_replay(quipu_ledger *ledger, const quipu_account *account,
                                uint64_t version, const struct history *h)
{
    quipu_account replayed = {.id = account->id,
                              .flags = account->flags & (uint16_t)~QUIPU_ACCOUNT_CLOSED};
    quipu_account_balance now = {.debits_pending = account->debits_pending,
                                 .debits_posted = account->debits_posted,
                                 .credits_pending = account->credits_pending,
                                 .credits_posted = account->credits_posted};

    if (version != h->count + 1)
        return guilty("its version is not its transfers'", account->id, version);
    for (size_t i = 0; i < h->count; i++) {
        if (h->versions[i] != i + 2) return guilty("a version is missing", account->id, i + 2);
        if (!replay(ledger, &h->transfers[i], &replayed)) {
            return guilty("moved while closed", account->id, h->versions[i]);
        }
        if (!same_totals(&replayed, &h->balances[i]) || !check_within_limits(&replayed)) {
            return guilty("a balance is not what its transfers make", account->id, i + 2);
        }
    }
    if (!same_totals(&replayed, &now)) {
        return guilty("its totals are not what its transfers make", account->id, version);
    }
    if (replayed.flags != account->flags) return guilty("closed, or not", account->id, version);
    return NULL;
}

static size_t expired_of(const struct history *h)
{
    size_t holds = 0, resolved = 0;

    for (size_t i = 0; i < h->count; i++) {
        if (h->transfers[i].flags & QUIPU_TRANSFER_PENDING) holds++;
        if (h->transfers[i].pending_id != 0) resolved++;
    }
    return holds - resolved;
}

/* At rest every hold has expired or was resolved: the caller let enough time pass. */
static const char *check_expiries(const quipu_account *account, uint64_t version,
                                  const struct history *h)
{
    uint64_t last = 1;

    for (size_t i = 0; i < h->count; i++) {
        if (h->versions[i] <= last) return guilty("a version came twice", account->id, last);
        last = h->versions[i];
    }
    if (version != 1 + h->count + expired_of(h)) {
        return guilty("its version is not its changes'", account->id, version);
    }
    if (account->debits_pending != 0 || account->credits_pending != 0) {
        return guilty("something is still held", account->id, version);
    }
    return NULL;
}

const char *check_account(quipu_ledger *ledger, quipu_uint128 id, bool expires)
{
    struct posted sums[CHECKED_MAX + 1] = {0};
    struct history h = {0};
    quipu_account account;
    uint64_t version;
    const char *verdict = NULL;

    if (!look(ledger, id, &account, &version)) return guilty("it is gone", id, 0);
    if (!read_history(ledger, id, version, &h)) {
        forget(&h);
        return guilty("its history cannot be read", id, version);
    }
    if (id > CHECKED_MAX || !sum_posted(ledger, sums, CHECKED_MAX) ||
        sums[id].transfers != h.count) {
        verdict = guilty("a stored transfer is not in its history", id, h.count);
    }
    for (size_t i = 1; i < h.count && verdict == NULL; i++) {
        if (h.transfers[i].timestamp <= h.transfers[i - 1].timestamp) {
            verdict = guilty("timestamps do not increase", id, h.versions[i]);
        }
    }
    if (verdict == NULL) {
        verdict = expires ? check_expiries(&account, version, &h)
                          : check_replay(ledger, &account, version, &h);
    }
    forget(&h);
    return verdict;
}

const char *check_ledger(quipu_ledger *ledger, unsigned count, bool expires)
{
    const char *verdict = check_conservation(ledger, count);

    if (verdict == NULL) verdict = check_limits(ledger, count);
    for (unsigned id = 1; id <= count && verdict == NULL; id++) {
        verdict = check_account(ledger, id, expires);
    }
    return verdict;
}
