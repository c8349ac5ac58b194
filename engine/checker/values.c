/* values.c - does a read show what replay gives at its version? */
#include "checker/checker_parts.h"

static void wrong(struct checker *c, const struct seen *seen, const char *what, quipu_uint128 found,
                  quipu_uint128 expected)
{
    struct finding *finding = checker_note(c, ANOMALY_WRONG_VALUE, what, seen->unit, seen->step);

    finding->account = seen->account;
    finding->version = c->steps[seen->step]->version;
    finding->compares = true;
    finding->found = found;
    finding->expected = expected;
}

static void check_totals(struct checker *c, const struct seen *seen, const quipu_account *read,
                         const struct totals *is)
{
    if (read->debits_pending != is->debits_pending) {
        wrong(c, seen, "debits_pending is not what it was at that version", read->debits_pending,
              is->debits_pending);
    } else if (read->debits_posted != is->debits_posted) {
        wrong(c, seen, "debits_posted is not what it was at that version", read->debits_posted,
              is->debits_posted);
    } else if (read->credits_pending != is->credits_pending) {
        wrong(c, seen, "credits_pending is not what it was at that version", read->credits_pending,
              is->credits_pending);
    } else if (read->credits_posted != is->credits_posted) {
        wrong(c, seen, "credits_posted is not what it was at that version", read->credits_posted,
              is->credits_posted);
    }
}

/* Check the fields that never change, and whether the account is closed. */
static void check_fields(struct checker *c, const struct seen *seen, const quipu_account *read,
                         const struct totals *is)
{
    const quipu_account *origin = &c->steps[c->accounts[seen->account].origin]->account;
    uint16_t flags = (uint16_t)(origin->flags & ~QUIPU_ACCOUNT_CLOSED);

    if (is->closed) flags |= QUIPU_ACCOUNT_CLOSED;
    if (read->flags != flags) {
        wrong(c, seen, "its flags are not what they were at that version", read->flags, flags);
    } else if (read->ledger != origin->ledger || read->code != origin->code ||
               read->timestamp != origin->timestamp ||
               read->user_data_128 != origin->user_data_128 ||
               read->user_data_64 != origin->user_data_64 ||
               read->user_data_32 != origin->user_data_32) {
        wrong(c, seen, "a field that never changes is not as it was created", 0, 0);
    }
}

void values_check_account(struct checker *c, const struct seen *seen, const struct totals *is)
{
    const quipu_account *read = &c->steps[seen->step]->account;

    check_totals(c, seen, read, is);
    if (read->ledger != 0) check_fields(c, seen, read, is);
}

static void check_read(struct checker *c, const struct seen *seen)
{
    const struct account *account = &c->accounts[seen->account];
    uint32_t index = seen->state - account->first_state;
    struct totals totals;

    if (c->units[seen->unit].end == UNIT_REFUSED) {
        if (!replay_refused(c, seen->unit, seen->account, c->steps[seen->step]->version, &totals)) {
            return;
        }
        values_check_account(c, seen, &totals);
        return;
    }
    if (account->low == 0 && index == 0) {
        check_totals(c, seen, &c->steps[seen->step]->account, &(struct totals){0});
        return;
    }
    if (totals_at(c, seen->account, index) != NULL) {
        values_check_account(c, seen, totals_at(c, seen->account, index));
    }
}

void values_check_find(struct checker *c, const struct seen *seen)
{
    const struct history_step *found = c->steps[seen->step];
    uint32_t id = c->links[seen->step].id;
    const struct history_step *stored;
    quipu_transfer a, b;

    if (!transfer_stored(c, id)) {
        if (c->transfers[id].burnt) {
            (void)checker_note(c, ANOMALY_DIRTY_READ, "it found a transfer that was refused",
                               seen->unit, seen->step);
        }
        return;
    }
    stored = c->steps[c->transfers[id].step];
    if (found->transfer.ledger == 0) return;
    a = found->transfer;
    b = stored->transfer;
    if (a.amount != b.amount) {
        wrong(c, seen, "the transfer that was found has another amount", a.amount, b.amount);
    } else if (a.debit_account_id != b.debit_account_id ||
               a.credit_account_id != b.credit_account_id || a.pending_id != b.pending_id ||
               a.user_data_128 != b.user_data_128 || a.user_data_64 != b.user_data_64 ||
               a.user_data_32 != b.user_data_32 || a.timeout != b.timeout || a.ledger != b.ledger ||
               a.code != b.code || a.timestamp != b.timestamp ||
               ((a.flags ^ b.flags) & ~QUIPU_TRANSFER_LINKED) != 0) {
        wrong(c, seen, "the transfer that was found is not as it was stored", 0, 0);
    } else if ((found->versions.debit != 0 && found->versions.debit != stored->versions.debit) ||
               (found->versions.credit != 0 && found->versions.credit != stored->versions.credit)) {
        wrong(c, seen, "the transfer that was found gave other versions", found->versions.debit,
              stored->versions.debit);
    }
}

void values_check(struct checker *c)
{
    for (uint32_t r = 0; r < c->read_count; r++) {
        const struct seen *seen = &c->reads[r];

        if (seen->unit == NONE) continue;
        if (c->steps[seen->step]->kind == HISTORY_READ) check_read(c, seen);
        if (c->steps[seen->step]->kind == HISTORY_FIND && c->steps[seen->step]->status != 0) {
            values_check_find(c, seen);
        }
    }
}
