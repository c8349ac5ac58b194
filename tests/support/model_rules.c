/* model_rules.c - the outcomes of the reference model, in order of precedence. */
#include <string.h>

#include "support/model_parts.h"

enum {
    LIMITS =
        QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS | QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS
};

static uint64_t newest_account(const struct model *m)
{
    uint64_t newest = 0;

    for (size_t i = 0; i < m->account_count; i++) {
        if (m->accounts[i].is.timestamp > newest) newest = m->accounts[i].is.timestamp;
    }
    return newest;
}

static uint64_t newest_transfer(const struct model *m)
{
    uint64_t newest = 0;

    for (size_t i = 0; i < m->transfer_count; i++) {
        if (m->transfers[i].is.timestamp > newest) newest = m->transfers[i].is.timestamp;
    }
    return newest;
}

uint32_t model_judge_account(struct model *m, const quipu_account *a, uint64_t *timestamp)
{
    const struct model_account *e;
    struct model_account *new;

    if (a->reserved != 0) return QUIPU_CREATE_ACCOUNT_RESERVED_FIELD;
    if (a->flags >> 6 != 0) return QUIPU_CREATE_ACCOUNT_RESERVED_FLAG;
    if (a->id == 0) return QUIPU_CREATE_ACCOUNT_ID_MUST_NOT_BE_ZERO;
    if (a->id == QUIPU_AMOUNT_MAX) return QUIPU_CREATE_ACCOUNT_ID_MUST_NOT_BE_INT_MAX;
    e = model_find_account(m, a->id);
    if (e != NULL) {
        uint32_t status = model_account_exists(a, e);

        if (status == QUIPU_CREATE_ACCOUNT_EXISTS) *timestamp = e->is.timestamp;
        return status;
    }
    if ((a->flags & LIMITS) == LIMITS) return QUIPU_CREATE_ACCOUNT_FLAGS_ARE_MUTUALLY_EXCLUSIVE;
    if (a->debits_pending != 0) return QUIPU_CREATE_ACCOUNT_DEBITS_PENDING_MUST_BE_ZERO;
    if (a->debits_posted != 0) return QUIPU_CREATE_ACCOUNT_DEBITS_POSTED_MUST_BE_ZERO;
    if (a->credits_pending != 0) return QUIPU_CREATE_ACCOUNT_CREDITS_PENDING_MUST_BE_ZERO;
    if (a->credits_posted != 0) return QUIPU_CREATE_ACCOUNT_CREDITS_POSTED_MUST_BE_ZERO;
    if (a->ledger == 0) return QUIPU_CREATE_ACCOUNT_LEDGER_MUST_NOT_BE_ZERO;
    if (a->code == 0) return QUIPU_CREATE_ACCOUNT_CODE_MUST_NOT_BE_ZERO;
    if (a->flags & QUIPU_ACCOUNT_IMPORTED) {
        if (a->timestamp <= newest_account(m) || a->timestamp <= newest_transfer(m)) {
            return QUIPU_CREATE_ACCOUNT_IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS;
        }
        *timestamp = a->timestamp;
    }

    new = &m->accounts[m->account_count++];
    *new = (struct model_account){.is = *a, .flags_created = a->flags, .version = 1};
    new->is.timestamp = *timestamp;
    return QUIPU_CREATED;
}

static void note(quipu_receipt *receipt, const struct model_account *debit,
                 const struct model_account *credit)
{
    if (debit != NULL) {
        receipt->debit = debit->is;
        receipt->debit_version = debit->version;
    }
    if (credit != NULL) {
        receipt->credit = credit->is;
        receipt->credit_version = credit->version;
    }
}

static quipu_account_balance balance(const quipu_account *a, uint64_t timestamp)
{
    return (quipu_account_balance){.debits_pending = a->debits_pending,
                                   .debits_posted = a->debits_posted,
                                   .credits_pending = a->credits_pending,
                                   .credits_posted = a->credits_posted,
                                   .timestamp = timestamp};
}

/* Both accounts are as the transfer leaves them. */
static uint32_t store(struct model *m, const quipu_transfer *t, struct model_account *debit,
                      struct model_account *credit, quipu_receipt *receipt)
{
    struct model_transfer *new = &m->transfers[m->transfer_count];

    debit->version++;
    credit->version++;
    new->is = *t;
    new->versions = (quipu_transfer_versions){debit->version, credit->version};
    new->debit_after = balance(&debit->is, t->timestamp);
    new->credit_after = balance(&credit->is, t->timestamp);
    m->holds[m->transfer_count++] = t->flags & QUIPU_TRANSFER_PENDING ? HOLD_WAITS : HOLD_NONE;
    note(receipt, debit, credit);
    return QUIPU_CREATED;
}

static bool regresses(const struct model *m, uint64_t timestamp)
{
    if (timestamp <= newest_transfer(m)) return true;
    for (size_t i = 0; i < m->account_count; i++) {
        if (m->accounts[i].is.timestamp == timestamp) return true;
    }
    return false;
}

static bool overflows(quipu_uint128 a, quipu_uint128 b)
{
    return a + b < a;
}

static quipu_uint128 room(quipu_uint128 funds, quipu_uint128 used)
{
    return funds > used ? funds - used : 0;
}

static quipu_uint128 balanced(const quipu_transfer *t, const quipu_account *debit,
                              const quipu_account *credit)
{
    quipu_uint128 amount = t->amount, most;

    if (t->flags & QUIPU_TRANSFER_BALANCING_DEBIT) {
        most = room(debit->credits_posted, debit->debits_posted + debit->debits_pending);
        if (amount > most) amount = most;
    }
    if (t->flags & QUIPU_TRANSFER_BALANCING_CREDIT) {
        most = room(credit->debits_posted, credit->credits_posted + credit->credits_pending);
        if (amount > most) amount = most;
    }
    return amount;
}

static uint32_t form_of_plain(const quipu_transfer *t)
{
    bool pending = (t->flags & QUIPU_TRANSFER_PENDING) != 0;

    if (t->debit_account_id == 0) return OUTCOME(DEBIT_ACCOUNT_ID_MUST_NOT_BE_ZERO);
    if (t->debit_account_id == QUIPU_AMOUNT_MAX) {
        return OUTCOME(DEBIT_ACCOUNT_ID_MUST_NOT_BE_INT_MAX);
    }
    if (t->credit_account_id == 0) return OUTCOME(CREDIT_ACCOUNT_ID_MUST_NOT_BE_ZERO);
    if (t->credit_account_id == QUIPU_AMOUNT_MAX) {
        return OUTCOME(CREDIT_ACCOUNT_ID_MUST_NOT_BE_INT_MAX);
    }
    if (t->debit_account_id == t->credit_account_id) return OUTCOME(ACCOUNTS_MUST_BE_DIFFERENT);
    if (t->pending_id != 0) return OUTCOME(PENDING_ID_MUST_BE_ZERO);
    if (!pending && t->timeout != 0) return OUTCOME(TIMEOUT_RESERVED_FOR_PENDING_TRANSFER);
    if (!pending && (t->flags & CLOSING)) return OUTCOME(CLOSING_TRANSFER_MUST_BE_PENDING);
    if (t->ledger == 0) return OUTCOME(LEDGER_MUST_NOT_BE_ZERO);
    if (t->code == 0) return OUTCOME(CODE_MUST_NOT_BE_ZERO);
    return QUIPU_CREATED;
}

static uint32_t accounts_of_plain(const struct model *m, const quipu_transfer *t,
                                  const quipu_account *debit, const quipu_account *credit)
{
    if (debit->ledger != credit->ledger) return OUTCOME(ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER);
    if (t->ledger != debit->ledger) return OUTCOME(TRANSFER_MUST_HAVE_THE_SAME_LEDGER_AS_ACCOUNTS);
    if (t->flags & QUIPU_TRANSFER_IMPORTED) {
        if (regresses(m, t->timestamp)) return OUTCOME(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS);
        if (t->timestamp <= debit->timestamp) {
            return OUTCOME(IMPORTED_EVENT_TIMESTAMP_MUST_POSTDATE_DEBIT_ACCOUNT);
        }
        if (t->timestamp <= credit->timestamp) {
            return OUTCOME(IMPORTED_EVENT_TIMESTAMP_MUST_POSTDATE_CREDIT_ACCOUNT);
        }
        if (t->timeout != 0) return OUTCOME(IMPORTED_EVENT_TIMEOUT_MUST_BE_ZERO);
    }
    if (debit->flags & QUIPU_ACCOUNT_CLOSED) return OUTCOME(DEBIT_ACCOUNT_ALREADY_CLOSED);
    if (credit->flags & QUIPU_ACCOUNT_CLOSED) return OUTCOME(CREDIT_ACCOUNT_ALREADY_CLOSED);
    return QUIPU_CREATED;
}

static uint32_t amount_of_plain(const quipu_transfer *t, const quipu_account *debit,
                                const quipu_account *credit)
{
    quipu_uint128 amount = t->amount;
    quipu_uint128 debits = debit->debits_pending + debit->debits_posted;
    quipu_uint128 credits = credit->credits_pending + credit->credits_posted;

    if (t->flags & QUIPU_TRANSFER_PENDING) {
        if (overflows(amount, debit->debits_pending)) return OUTCOME(OVERFLOWS_DEBITS_PENDING);
        if (overflows(amount, credit->credits_pending)) return OUTCOME(OVERFLOWS_CREDITS_PENDING);
    }
    if (overflows(amount, debit->debits_posted)) return OUTCOME(OVERFLOWS_DEBITS_POSTED);
    if (overflows(amount, credit->credits_posted)) return OUTCOME(OVERFLOWS_CREDITS_POSTED);
    if (overflows(amount, debits)) return OUTCOME(OVERFLOWS_DEBITS);
    if (overflows(amount, credits)) return OUTCOME(OVERFLOWS_CREDITS);
    if (t->timestamp + t->timeout * SECOND_NS > INT64_MAX) {
        return OUTCOME(OVERFLOWS_TIMEOUT);
    }
    if ((debit->flags & QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS) &&
        debits + amount > debit->credits_posted) {
        return OUTCOME(EXCEEDS_CREDITS);
    }
    if ((credit->flags & QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS) &&
        credits + amount > credit->debits_posted) {
        return OUTCOME(EXCEEDS_DEBITS);
    }
    return QUIPU_CREATED;
}

static uint32_t plain(struct model *m, const quipu_transfer *t, uint64_t *timestamp,
                      quipu_receipt *receipt)
{
    quipu_transfer new = *t;
    struct model_account *debit, *credit;
    uint32_t status = form_of_plain(t);

    if (status != QUIPU_CREATED) return status;
    debit = model_find_account(m, t->debit_account_id);
    credit = model_find_account(m, t->credit_account_id);
    note(receipt, debit, credit);
    if (debit == NULL) return OUTCOME(DEBIT_ACCOUNT_NOT_FOUND);
    if (credit == NULL) return OUTCOME(CREDIT_ACCOUNT_NOT_FOUND);

    status = accounts_of_plain(m, t, &debit->is, &credit->is);
    if (status != QUIPU_CREATED) return status;
    new.amount = balanced(t, &debit->is, &credit->is);
    if (!(t->flags & QUIPU_TRANSFER_IMPORTED)) new.timestamp = *timestamp;
    status = amount_of_plain(&new, &debit->is, &credit->is);
    if (status != QUIPU_CREATED) return status;

    if (t->flags & QUIPU_TRANSFER_PENDING) {
        debit->is.debits_pending += new.amount;
        credit->is.credits_pending += new.amount;
    } else {
        debit->is.debits_posted += new.amount;
        credit->is.credits_posted += new.amount;
    }
    if (t->flags & QUIPU_TRANSFER_CLOSING_DEBIT) debit->is.flags |= QUIPU_ACCOUNT_CLOSED;
    if (t->flags & QUIPU_TRANSFER_CLOSING_CREDIT) credit->is.flags |= QUIPU_ACCOUNT_CLOSED;
    *timestamp = new.timestamp;
    return store(m, &new, debit, credit, receipt);
}

static uint32_t form_of_resolution(const quipu_transfer *t)
{
    if ((t->flags & POST_OR_VOID) == POST_OR_VOID) return OUTCOME(FLAGS_ARE_MUTUALLY_EXCLUSIVE);
    if (t->flags & (QUIPU_TRANSFER_PENDING | BALANCING | CLOSING)) {
        return OUTCOME(FLAGS_ARE_MUTUALLY_EXCLUSIVE);
    }
    if (t->pending_id == 0) return OUTCOME(PENDING_ID_MUST_NOT_BE_ZERO);
    if (t->pending_id == QUIPU_AMOUNT_MAX) return OUTCOME(PENDING_ID_MUST_NOT_BE_INT_MAX);
    if (t->pending_id == t->id) return OUTCOME(PENDING_ID_MUST_BE_DIFFERENT);
    if (t->timeout != 0) return OUTCOME(TIMEOUT_RESERVED_FOR_PENDING_TRANSFER);
    return QUIPU_CREATED;
}

/* new->amount is already the actual one. */
static uint32_t resolution_of(const quipu_transfer *t, const quipu_transfer *p,
                              enum model_hold hold, quipu_uint128 amount)
{
    if (t->debit_account_id != 0 && t->debit_account_id != p->debit_account_id) {
        return OUTCOME(PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID);
    }
    if (t->credit_account_id != 0 && t->credit_account_id != p->credit_account_id) {
        return OUTCOME(PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID);
    }
    if (t->ledger != 0 && t->ledger != p->ledger) {
        return OUTCOME(PENDING_TRANSFER_HAS_DIFFERENT_LEDGER);
    }
    if (t->code != 0 && t->code != p->code) return OUTCOME(PENDING_TRANSFER_HAS_DIFFERENT_CODE);
    if (amount > p->amount) return OUTCOME(EXCEEDS_PENDING_TRANSFER_AMOUNT);
    if ((t->flags & QUIPU_TRANSFER_VOID_PENDING_TRANSFER) && amount < p->amount) {
        return OUTCOME(PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT);
    }
    if (hold == HOLD_POSTED) return OUTCOME(PENDING_TRANSFER_ALREADY_POSTED);
    if (hold == HOLD_VOIDED) return OUTCOME(PENDING_TRANSFER_ALREADY_VOIDED);
    if (hold == HOLD_EXPIRED) return OUTCOME(PENDING_TRANSFER_EXPIRED);
    return QUIPU_CREATED;
}

/* Nothing moves on a closed account but a void. */
static uint32_t closed_to(const quipu_transfer *t, const quipu_account *debit,
                          const quipu_account *credit)
{
    if (t->flags & QUIPU_TRANSFER_VOID_PENDING_TRANSFER) return QUIPU_CREATED;
    if (debit->flags & QUIPU_ACCOUNT_CLOSED) return OUTCOME(DEBIT_ACCOUNT_ALREADY_CLOSED);
    if (credit->flags & QUIPU_ACCOUNT_CLOSED) return OUTCOME(CREDIT_ACCOUNT_ALREADY_CLOSED);
    return QUIPU_CREATED;
}

static quipu_transfer inherit(const quipu_transfer *t, const quipu_transfer *p)
{
    quipu_transfer new = *t;

    new.debit_account_id = p->debit_account_id;
    new.credit_account_id = p->credit_account_id;
    new.ledger = p->ledger;
    new.code = p->code;
    if (t->user_data_128 == 0) new.user_data_128 = p->user_data_128;
    if (t->user_data_64 == 0) new.user_data_64 = p->user_data_64;
    if (t->user_data_32 == 0) new.user_data_32 = p->user_data_32;
    if (t->flags & QUIPU_TRANSFER_VOID_PENDING_TRANSFER) {
        if (t->amount == 0) new.amount = p->amount;
    } else {
        if (t->amount == QUIPU_AMOUNT_MAX) new.amount = p->amount;
    }
    return new;
}

static uint32_t resolve(struct model *m, const quipu_transfer *t, uint64_t *timestamp,
                        quipu_receipt *receipt)
{
    bool posts = (t->flags & QUIPU_TRANSFER_POST_PENDING_TRANSFER) != 0;
    struct model_account *debit, *credit;
    quipu_transfer new, p;
    uint32_t status = form_of_resolution(t);
    size_t at;

    if (status != QUIPU_CREATED) return status;
    at = model_find_transfer(m, t->pending_id);
    if (at == m->transfer_count) return OUTCOME(PENDING_TRANSFER_NOT_FOUND);
    p = m->transfers[at].is;
    if (!(p.flags & QUIPU_TRANSFER_PENDING)) return OUTCOME(PENDING_TRANSFER_NOT_PENDING);
    debit = model_find_account(m, p.debit_account_id);
    credit = model_find_account(m, p.credit_account_id);
    note(receipt, debit, credit);

    new = inherit(t, &p);
    status = resolution_of(t, &p, m->holds[at], new.amount);
    if (status != QUIPU_CREATED) return status;
    if ((t->flags & QUIPU_TRANSFER_IMPORTED) && regresses(m, t->timestamp)) {
        return OUTCOME(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS);
    }
    status = closed_to(t, &debit->is, &credit->is);
    if (status != QUIPU_CREATED) return status;

    debit->is.debits_pending -= p.amount;
    credit->is.credits_pending -= p.amount;
    if (posts) {
        debit->is.debits_posted += new.amount;
        credit->is.credits_posted += new.amount;
    } else {
        if (p.flags & QUIPU_TRANSFER_CLOSING_DEBIT)
            debit->is.flags &= (uint16_t)~QUIPU_ACCOUNT_CLOSED;
        if (p.flags & QUIPU_TRANSFER_CLOSING_CREDIT)
            credit->is.flags &= (uint16_t)~QUIPU_ACCOUNT_CLOSED;
    }
    m->holds[at] = posts ? HOLD_POSTED : HOLD_VOIDED;
    if (!(t->flags & QUIPU_TRANSFER_IMPORTED)) new.timestamp = *timestamp;
    *timestamp = new.timestamp;
    return store(m, &new, debit, credit, receipt);
}

uint32_t model_judge_transfer(struct model *m, const quipu_transfer *t, uint64_t *timestamp,
                              quipu_receipt *receipt)
{
    size_t at;

    if (t->flags >> 9 != 0) return OUTCOME(RESERVED_FLAG);
    if (t->id == 0) return OUTCOME(ID_MUST_NOT_BE_ZERO);
    if (t->id == QUIPU_AMOUNT_MAX) return OUTCOME(ID_MUST_NOT_BE_INT_MAX);
    at = model_find_transfer(m, t->id);
    if (at < m->transfer_count) {
        uint32_t status = model_transfer_exists(m, t, &m->transfers[at].is);

        if (status == OUTCOME(EXISTS)) *timestamp = m->transfers[at].is.timestamp;
        return status;
    }
    for (size_t i = 0; i < m->burnt_count; i++) {
        if (m->burnt[i] == t->id) return OUTCOME(ID_ALREADY_FAILED);
    }
    if (t->flags & POST_OR_VOID) return resolve(m, t, timestamp, receipt);
    return plain(m, t, timestamp, receipt);
}
