/* model_holds.c - what became of pending transfers, in the reference model. */
#include <string.h>

#include "support/model_parts.h"

/* The transfer that posted or voided this one: there is one. */
static const quipu_transfer *resolver_of(const struct model *m, const quipu_transfer *pending)
{
    for (size_t i = 0; i < m->transfer_count; i++) {
        const quipu_transfer *t = &m->transfers[i].is;

        if ((t->flags & POST_OR_VOID) && t->pending_id == pending->id) return t;
    }
    return pending;
}

static quipu_hold hold_of(const struct model *m, size_t i)
{
    const quipu_transfer *t = &m->transfers[i].is;
    quipu_hold hold;

    memset(&hold, 0, sizeof(hold));
    hold.id = t->id;
    hold.debit_account_id = t->debit_account_id;
    hold.credit_account_id = t->credit_account_id;
    hold.amount = t->amount;
    hold.timestamp = t->timestamp;
    if (t->timeout != 0) hold.due = t->timestamp + t->timeout * SECOND_NS;
    hold.state = QUIPU_HOLD_OPEN;
    if (m->holds[i] == HOLD_EXPIRED) {
        hold.state = QUIPU_HOLD_EXPIRED;
        hold.resolved_at = hold.due;
    }
    if (m->holds[i] == HOLD_POSTED || m->holds[i] == HOLD_VOIDED) {
        const quipu_transfer *by = resolver_of(m, t);

        hold.state = m->holds[i] == HOLD_POSTED ? QUIPU_HOLD_POSTED : QUIPU_HOLD_VOIDED;
        hold.resolved_by = by->id;
        hold.resolved_at = by->timestamp;
        if (m->holds[i] == HOLD_POSTED) hold.posted = by->amount;
    }
    return hold;
}

static void expire(struct model *m, uint64_t now)
{
    model_expire(m, now > m->last ? now : m->last);
}

void model_lookup_holds(struct model *m, uint64_t now, const quipu_uint128 *ids, size_t count,
                        quipu_hold *holds)
{
    expire(m, now);
    for (size_t i = 0; i < count; i++) {
        size_t at = model_find_transfer(m, ids[i]);

        memset(&holds[i], 0, sizeof(holds[i]));
        if (at < m->transfer_count && (m->transfers[at].is.flags & QUIPU_TRANSFER_PENDING)) {
            holds[i] = hold_of(m, at);
        }
    }
}

size_t model_account_holds(struct model *m, uint64_t now, const quipu_account_filter *f,
                           quipu_hold *holds, size_t capacity)
{
    size_t found = 0;

    expire(m, now);
    for (size_t n = 0; n < m->transfer_count && found < capacity && found < f->limit; n++) {
        size_t i = f->flags & QUIPU_FILTER_REVERSED ? m->transfer_count - 1 - n : n;

        if (m->holds[i] != HOLD_WAITS || !model_of_account(&m->transfers[i].is, f)) continue;
        holds[found++] = hold_of(m, i);
    }
    return found;
}
