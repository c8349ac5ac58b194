/* post.h - the law of a plain or pending transfer; in line, since most transfers are plain. */
#ifndef QUIPU_RULES_POST_H
#define QUIPU_RULES_POST_H

#include "rules/transfer.h"

static inline bool rules_overflows(quipu_uint128 a, quipu_uint128 b)
{
    return a + b < a;
}

/* a - b, but never below zero. */
static inline quipu_uint128 rules_excess(quipu_uint128 a, quipu_uint128 b)
{
    return a > b ? a - b : 0;
}

static inline uint32_t rules_check_accounts(const quipu_transfer *event, const struct party *debit,
                                            const struct party *credit)
{
    if (debit == NULL) return QUIPU_CREATE_TRANSFER_DEBIT_ACCOUNT_NOT_FOUND;
    if (credit == NULL) return QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_NOT_FOUND;
    if (debit->ledger != credit->ledger) {
        return QUIPU_CREATE_TRANSFER_ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER;
    }
    if (event->ledger != debit->ledger) {
        return QUIPU_CREATE_TRANSFER_TRANSFER_MUST_HAVE_THE_SAME_LEDGER_AS_ACCOUNTS;
    }
    return QUIPU_CREATED;
}

static inline uint32_t rules_check_imported(const quipu_transfer *event, const struct moment *at,
                                            const struct party *debit, const struct party *credit)
{
    if (event->timestamp <= at->newest_transfer || at->taken_by_an_account) {
        return QUIPU_CREATE_TRANSFER_IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS;
    }
    if (event->timestamp <= debit->created) {
        return QUIPU_CREATE_TRANSFER_IMPORTED_EVENT_TIMESTAMP_MUST_POSTDATE_DEBIT_ACCOUNT;
    }
    if (event->timestamp <= credit->created) {
        return QUIPU_CREATE_TRANSFER_IMPORTED_EVENT_TIMESTAMP_MUST_POSTDATE_CREDIT_ACCOUNT;
    }
    if (event->timeout != 0) return QUIPU_CREATE_TRANSFER_IMPORTED_EVENT_TIMEOUT_MUST_BE_ZERO;
    return QUIPU_CREATED;
}

/* How much a balancing transfer moves: what the account has, up to the amount asked for. */
static inline quipu_uint128 rules_balanced(const quipu_transfer *event, uint16_t flags,
                                           const struct balance *debit,
                                           const struct balance *credit)
{
    quipu_uint128 amount = event->amount, room;

    if ((flags & QUIPU_TRANSFER_BALANCING_DEBIT) != 0) {
        room = rules_excess(rules_room(debit, SIDE_DEBIT), rules_taken(debit, SIDE_DEBIT));
        if (amount > room) amount = room;
    }
    if ((flags & QUIPU_TRANSFER_BALANCING_CREDIT) != 0) {
        room = rules_excess(rules_room(credit, SIDE_CREDIT), rules_taken(credit, SIDE_CREDIT));
        if (amount > room) amount = room;
    }
    return amount;
}

static inline uint32_t rules_check_overflows(const quipu_transfer *event, uint16_t flags,
                                             uint64_t timestamp, quipu_uint128 amount,
                                             const struct balance *debit,
                                             const struct balance *credit)
{
    /* pending + posted never overflows: it was checked here when the last amount came in. So if
     * these sums have room, each of their parts has. */
    bool has_room = !rules_overflows(rules_taken(debit, SIDE_DEBIT), amount) &&
                    !rules_overflows(rules_taken(credit, SIDE_CREDIT), amount);

    if (has_room && event->timeout == 0) return QUIPU_CREATED;
    if ((flags & QUIPU_TRANSFER_PENDING) != 0) {
        if (rules_overflows(debit->debits_pending, amount)) {
            return QUIPU_CREATE_TRANSFER_OVERFLOWS_DEBITS_PENDING;
        }
        if (rules_overflows(credit->credits_pending, amount)) {
            return QUIPU_CREATE_TRANSFER_OVERFLOWS_CREDITS_PENDING;
        }
    }
    if (rules_overflows(debit->debits_posted, amount)) {
        return QUIPU_CREATE_TRANSFER_OVERFLOWS_DEBITS_POSTED;
    }
    if (rules_overflows(credit->credits_posted, amount)) {
        return QUIPU_CREATE_TRANSFER_OVERFLOWS_CREDITS_POSTED;
    }
    if (rules_overflows(rules_taken(debit, SIDE_DEBIT), amount)) {
        return QUIPU_CREATE_TRANSFER_OVERFLOWS_DEBITS;
    }
    if (rules_overflows(rules_taken(credit, SIDE_CREDIT), amount)) {
        return QUIPU_CREATE_TRANSFER_OVERFLOWS_CREDITS;
    }
    if (rules_due(timestamp, event->timeout) > INT64_MAX) {
        return QUIPU_CREATE_TRANSFER_OVERFLOWS_TIMEOUT;
    }
    return QUIPU_CREATED;
}

/* Would `amount` more than what is taken already be more than there is? */
static inline bool rules_exceeds(quipu_uint128 taken, quipu_uint128 amount, quipu_uint128 room)
{
    return rules_overflows(taken, amount) || taken + amount > room;
}

static inline bool rules_breaks_limit(const struct party *party, enum side side,
                                      quipu_uint128 amount)
{
    return rules_is_limited(party->flags, side) &&
           rules_exceeds(rules_taken(party->balance, side), amount,
                         rules_room(party->balance, side));
}

static inline uint32_t rules_check_limits(quipu_uint128 amount, const struct party *debit,
                                          const struct party *credit)
{
    if (rules_breaks_limit(debit, SIDE_DEBIT, amount)) {
        return QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS;
    }
    if (rules_breaks_limit(credit, SIDE_CREDIT, amount)) {
        return QUIPU_CREATE_TRANSFER_EXCEEDS_DEBITS;
    }
    return QUIPU_CREATED;
}

/* What an approved transfer with these flags does to its accounts. */
static inline void rules_take_effect(uint16_t flags, quipu_uint128 amount, struct balance *debit,
                                     struct balance *credit)
{
    if ((flags & QUIPU_TRANSFER_PENDING) != 0) {
        debit->debits_pending += amount;
        credit->credits_pending += amount;
        debit->closed |= (flags & QUIPU_TRANSFER_CLOSING_DEBIT) != 0;
        credit->closed |= (flags & QUIPU_TRANSFER_CLOSING_CREDIT) != 0;
    } else {
        debit->debits_posted += amount;
        credit->credits_posted += amount;
    }
    debit->version++;
    credit->version++;
}

/* May a plain or pending transfer happen between two accounts, either NULL when not found? On
 * QUIPU_CREATED *amount is what it moves; nothing has changed. `flags` are the event's: a caller
 * that knows them says so, and the compiler leaves out what they rule out. */
static inline uint32_t rules_approve(const quipu_transfer *event, uint16_t flags,
                                     const struct moment *at, const struct party *debit,
                                     const struct party *credit, quipu_uint128 *amount)
{
    uint32_t outcome = rules_check_accounts(event, debit, credit);

    if (outcome != QUIPU_CREATED) return outcome;
    if ((flags & QUIPU_TRANSFER_IMPORTED) != 0) {
        outcome = rules_check_imported(event, at, debit, credit);
        if (outcome != QUIPU_CREATED) return outcome;
    }
    if (debit->balance->closed) return QUIPU_CREATE_TRANSFER_DEBIT_ACCOUNT_ALREADY_CLOSED;
    if (credit->balance->closed) return QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_ALREADY_CLOSED;

    *amount = rules_balanced(event, flags, debit->balance, credit->balance);
    outcome = rules_check_overflows(event, flags, at->timestamp, *amount, debit->balance,
                                    credit->balance);
    if (outcome != QUIPU_CREATED) return outcome;
    return rules_check_limits(*amount, debit, credit);
}

/* The same, and it happens: on QUIPU_CREATED both balances have changed and *stored, whose id is
 * the event's, is the record to keep. */
static inline uint32_t rules_post(const quipu_transfer *event, const struct moment *at,
                                  const struct party *debit, const struct party *credit,
                                  quipu_transfer *stored)
{
    quipu_uint128 amount;
    uint32_t outcome = rules_approve(event, event->flags, at, debit, credit, &amount);

    if (outcome != QUIPU_CREATED) return outcome;
    rules_take_effect(event->flags, amount, debit->balance, credit->balance);
    rules_record(event, stored);
    stored->amount = amount;
    stored->timestamp = at->timestamp;
    return QUIPU_CREATED;
}

#endif
