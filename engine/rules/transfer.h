/* transfer.h - the law of transfers; codes in order of precedence.
 *
 * The caller asks in this order: time, form, (is the id in use? again), fields, and then, over
 * private copies of the accounts, either post (plain and pending transfers) or resolve (post and
 * void of a pending one). Each returns QUIPU_CREATED when it has no objection. */
#ifndef QUIPU_RULES_TRANSFER_H
#define QUIPU_RULES_TRANSFER_H

#include <string.h>

#include "rules/balance.h"

enum hold_state {
    HOLD_NEW, /* its transfer is not committed yet */
    HOLD_PENDING,
    HOLD_POSTED,
    HOLD_VOIDED,
    HOLD_EXPIRED,
    HOLD_LAPSED, /* fell due while new */
    HOLD_LOCKED  /* cas: about to be opened or resolved, or not */
};

/* A pending transfer and what became of it. */
struct hold_view {
    const quipu_transfer *transfer;
    enum hold_state state;
};

static inline bool rules_resolves(const quipu_transfer *event)
{
    return (event->flags &
            (QUIPU_TRANSFER_POST_PENDING_TRANSFER | QUIPU_TRANSFER_VOID_PENDING_TRANSFER)) != 0;
}

/* Does this pending transfer close the account on that side of it? */
static inline bool rules_closes(const quipu_transfer *pending, enum side side)
{
    uint16_t flag =
        side == SIDE_DEBIT ? QUIPU_TRANSFER_CLOSING_DEBIT : QUIPU_TRANSFER_CLOSING_CREDIT;

    return (pending->flags & flag) != 0;
}

/* When a pending transfer with a time-out expires. Does not overflow: overflows_timeout. */
static inline uint64_t rules_due(uint64_t timestamp, uint32_t timeout)
{
    return timestamp + (uint64_t)timeout * 1000000000u;
}

/* Copy an event to its record, but for the id, which is there already: in pieces that fit a vector
 * register, because compilers make slower code of one large copy. */
static inline void rules_record(const quipu_transfer *event, quipu_transfer *stored)
{
    const char *from = (const char *)event;
    char *to = (char *)stored;

#pragma GCC unroll 8
    for (size_t at = sizeof stored->id; at < sizeof *stored; at += sizeof stored->id)
        memcpy(to + at, from + at, sizeof stored->id);
}

/* An id that no record may have: 0 or the largest. */
static inline bool rules_is_no_id(quipu_uint128 id)
{
    return id + 1 <= 1;
}

/* Is there nothing to object to in the accounts that a transfer names? It is so if they were found
 * and are two. */
static inline bool rules_names_accounts(const quipu_transfer *event)
{
    return !rules_is_no_id(event->debit_account_id) && !rules_is_no_id(event->credit_account_id) &&
           event->debit_account_id != event->credit_account_id;
}

static inline bool rules_has_id_ledger_code(const quipu_transfer *event)
{
    return !rules_is_no_id(event->id) && event->ledger != 0 && event->code != 0;
}

/* Is it ordinary, if its accounts are found and are two? */
static inline bool rules_looks_ordinary(const quipu_transfer *event)
{
    return (event->pending_id | event->timestamp | event->timeout | event->flags) == 0 &&
           rules_has_id_ledger_code(event);
}

/* Most transfers are ordinary: plain, by themselves, and with nothing to object to before accounts
 * are looked at. Of an ordinary one time, form and fields say QUIPU_CREATED in a call that does not
 * import; the reverse is not so. */
static inline bool rules_is_ordinary(const quipu_transfer *event)
{
    return rules_looks_ordinary(event) && rules_names_accounts(event);
}

/* As rules_looks_ordinary(), of one that is linked to the next, and is otherwise plain. */
static inline bool rules_looks_ordinary_link(const quipu_transfer *event)
{
    return (event->pending_id | event->timestamp | event->timeout |
            (event->flags ^ QUIPU_TRANSFER_LINKED)) == 0 &&
           rules_has_id_ledger_code(event);
}

/* The same of one that is pending, by itself, with or without a time-out. */
static inline bool rules_looks_ordinary_pending(const quipu_transfer *event)
{
    return (event->pending_id | event->timestamp | (event->flags ^ QUIPU_TRANSFER_PENDING)) == 0 &&
           rules_has_id_ledger_code(event);
}

/* Is it ordinary, if it posts or voids a pending transfer that is found, by itself, and its own id
 * is free? Then its pending id is a good one, and another. */
static inline bool rules_looks_ordinary_resolve(const quipu_transfer *event, uint16_t flags)
{
    return (event->timestamp | event->timeout | (event->flags ^ flags)) == 0 &&
           !rules_is_no_id(event->id);
}

/* Does this code burn the id of its transfer? */
bool quipui_rules_is_transient(uint32_t outcome);

uint32_t quipui_rules_transfer_time(const quipu_transfer *event, bool batch_imports, uint64_t now);

/* What can be said before the id is looked up. */
uint32_t quipui_rules_transfer_form(const quipu_transfer *event);

/* The id is in use by `stored`: the same transfer, or where does it differ? `pending` is what
 * `stored` resolved, or NULL. */
uint32_t quipui_rules_transfer_again(const quipu_transfer *event, const quipu_transfer *stored,
                                     const quipu_transfer *pending);

/* The id is free: what can be said before accounts or the pending transfer are looked up. */
uint32_t quipui_rules_transfer_fields(const quipu_transfer *event);

/* A post or void of a pending transfer (hold->transfer NULL when not found) between its
 * accounts; *stored as above. `flags` are the event's, as for rules_approve(). */
uint32_t quipui_rules_resolve(const quipu_transfer *event, uint16_t flags, const struct moment *at,
                              const struct hold_view *hold, const struct party *debit,
                              const struct party *credit, quipu_transfer *stored);

/* A pending transfer has expired: both balances as if it were voided. */
void quipui_rules_expire(const quipu_transfer *pending, struct balance *debit,
                         struct balance *credit);

#endif
