/* outcomes.c - is each transfer refused, or created, as the states say that it was decided on?
 *
 * What a transfer deserves is in deserved.h; here it is held against what the ledger said. */
#include "checker/deserved.h"

static uint16_t flags_of(const struct checker *c, uint32_t a)
{
    if (a == NONE || c->accounts[a].origin == NONE) return 0;
    return c->steps[c->accounts[a].origin]->account.flags;
}

static bool depends_on_accounts(uint32_t status)
{
    for (size_t i = 0; i < DESERVED_COUNT; i++) {
        if (deserved_outcomes[i] == status) return true;
    }
    return false;
}

static void wrong(struct checker *c, uint32_t unit, uint32_t step, const char *what)
{
    (void)checker_note(c, ANOMALY_WRONG_OUTCOME, what, unit, step);
}

static void check_by_accounts(struct checker *c, uint32_t unit, uint32_t step)
{
    const struct history_step *is = c->steps[step];
    const struct history_step *pending = replay_pending(c, unit, step);
    bool per_account = c->history->promise == HISTORY_PER_ACCOUNT;
    struct scene scene = {.asked = &is->transfer};
    uint32_t debit, credit;
    struct totals from, to;

    if (!depends_on_accounts(is->status)) return;
    if (step_resolves(is) && pending == NULL) return; /* id_owners.c or reads_seen.c has noted it */
    scene.pending = step_resolves(is) ? &pending->transfer : NULL;
    replay_parties(c, unit, step, &debit, &credit);
    scene.debit_flags = flags_of(c, debit);
    scene.credit_flags = flags_of(c, credit);
    if (!per_account && debit != NONE &&
        replay_refused(c, unit, debit, is->versions.debit, &from)) {
        scene.debit = &from;
    }
    if (!per_account && credit != NONE &&
        replay_refused(c, unit, credit, is->versions.credit, &to)) {
        scene.credit = &to;
    }
    deserved_amount(&scene);
    for (size_t i = 0; i < DESERVED_COUNT; i++) {
        enum answer answer = deserves(&scene, deserved_outcomes[i]);

        if (deserved_outcomes[i] == is->status) {
            if (answer == NO) {
                wrong(c, unit, step, "refused for a reason that is not so at its versions");
            }
            return;
        }
        if (answer == YES) {
            wrong(c, unit, step, "refused, but another reason comes first");
            return;
        }
    }
}

#define NOT_FOUND precedence_of(QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_NOT_FOUND)

/* Did the pending transfer become what this refusal says? A chain's own changes were undone, so of
 * its own pending transfer nothing is known. */
static bool became(const struct checker *c, uint32_t unit, uint32_t step)
{
    uint32_t pending = c->links[step].pending;
    const struct transfer *transfer = &c->transfers[pending];

    if (replay_own_step(c, unit, step, pending) != NONE) return true;
    if (replay_own_resolved(c, unit, step, pending)) return true;
    if (c->steps[step]->status == QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_EXPIRED) {
        return transfer->resolver == NONE && c->steps[transfer->step]->transfer.timeout > 0;
    }
    /* No step resolved it: reads_seen.c has noted that. */
    if (transfer->resolver == NONE) return transfer->expiry == NONE;
    return step_posts(c->steps[transfer->resolver]) ==
           (c->steps[step]->status == QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_ALREADY_POSTED);
}

/* A post or void that found its pending transfer, and was refused. */
static void check_pending(struct checker *c, uint32_t unit, uint32_t step)
{
    uint32_t last_unsuitable =
        precedence_of(QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT);
    const struct history_step *pending = replay_pending(c, unit, step);
    uint32_t status = c->steps[step]->status, reason;
    bool right;

    if (pending == NULL) {
        /* No step created it: reads_seen.c has noted that. */
        if (c->links[step].pending != NONE && c->transfers[c->links[step].pending].burnt) {
            wrong(c, unit, step,
                  "it names a pending transfer that was refused, but is not told so");
        }
        return;
    }
    reason = deserved_by_pending(&c->steps[step]->transfer, &pending->transfer);
    right = reason == QUIPU_CREATED ? precedence_of(status) > last_unsuitable : reason == status;
    switch (status) {
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_ALREADY_POSTED:
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_ALREADY_VOIDED:
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_EXPIRED:
        right = right && became(c, unit, step);
        break;
    default: break;
    }
    if (!right) wrong(c, unit, step, "the pending transfer is not as this refusal says");
}

/* An account never changes its ledger, so this needs no version. */
static void check_ledgers(struct checker *c, uint32_t unit, uint32_t step)
{
    const struct history_step *is = c->steps[step];
    const struct link *link = &c->links[step];
    uint32_t debit, credit;
    bool right = true;

    if (link->debit == NONE || c->accounts[link->debit].origin == NONE) return;
    if (link->credit == NONE || c->accounts[link->credit].origin == NONE) return;
    debit = c->steps[c->accounts[link->debit].origin]->account.ledger;
    credit = c->steps[c->accounts[link->credit].origin]->account.ledger;
    if (is->status == QUIPU_CREATE_TRANSFER_ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER) {
        right = debit != credit;
    } else if (is->status == QUIPU_CREATE_TRANSFER_TRANSFER_MUST_HAVE_THE_SAME_LEDGER_AS_ACCOUNTS) {
        right = debit == credit && is->transfer.ledger != debit;
    } else if (is->status == QUIPU_CREATED) {
        right = debit == credit && is->transfer.ledger == debit;
    }
    if (!right) wrong(c, unit, step, "the ledgers are not as this outcome says");
}

static void check_refused(struct checker *c, uint32_t unit, uint32_t step)
{
    const struct history_step *is = c->steps[step];
    uint32_t id = c->links[step].id;

    if (id == NONE || replay_own_step(c, unit, step, id) != NONE) {
        /* An earlier step of its chain had the id, and was undone with it. */
    } else if (c->transfers[id].step != NONE && c->transfers[id].step != step) {
        const struct history_step *stored = c->steps[c->transfers[id].step];

        if (precedence_saw_stored(is->status) && c->transfers[id].burnt) {
            wrong(c, unit, step, "said to exist, but the id was burnt");
        } else if (precedence_saw_stored(is->status) &&
                   !exists_is_right(is, stored, replay_pending(c, NONE, c->transfers[id].step))) {
            wrong(c, unit, step, "what was stored under its id differs in another way");
        } else if (is->status == QUIPU_CREATE_TRANSFER_ID_ALREADY_FAILED &&
                   !c->transfers[id].burnt) {
            wrong(c, unit, step, "said to have failed, but it was created");
        }
    }
    if (step_resolves(is) && precedence_of(is->status) > NOT_FOUND) {
        check_pending(c, unit, step);
    } else if (!step_resolves(is)) {
        check_ledgers(c, unit, step);
    }
    check_by_accounts(c, unit, step);
}

static const struct totals *before(const struct checker *c, uint32_t a, uint64_t version)
{
    const struct account *account = &c->accounts[a];

    if (version <= account->low || version - account->low > account->high) return NULL;
    return totals_at(c, a, (uint32_t)(version - account->low) - 1);
}

static void exceeds(struct checker *c, uint32_t unit, uint32_t step, uint32_t a, uint64_t version)
{
    (void)checker_note_version(c, ANOMALY_LIMIT_BROKEN,
                               "created, but it breaks the limit of an account", unit, step, a,
                               version);
}

static void check_resolved(struct checker *c, uint32_t unit, uint32_t step,
                           const quipu_transfer *pending)
{
    const quipu_transfer *is = &c->steps[step]->transfer;
    bool imported = (is->flags & QUIPU_TRANSFER_IMPORTED) != 0;

    if (deserved_by_pending(is, pending) != QUIPU_CREATED || is->amount > pending->amount ||
        (!step_posts(c->steps[step]) && is->amount != pending->amount)) {
        wrong(c, unit, step, "it resolved a pending transfer that is not as it says");
    } else if (!imported && pending->timeout > 0 &&
               is->timestamp >= step_due(c->steps[c->transfers[c->links[step].pending].step])) {
        wrong(c, unit, step, "it resolved a pending transfer that had expired");
    }
}

/* A created transfer deserves no refusal. Under cas the totals lag behind the versions, but the
 * posted ones keep the limits. */
static void check_created(struct checker *c, uint32_t unit, uint32_t step)
{
    const struct history_step *is = c->steps[step];
    const struct history_step *pending = replay_pending(c, NONE, step);
    const struct link *link = &c->links[step];
    bool per_account = c->history->promise == HISTORY_PER_ACCOUNT;
    struct scene scene = {.asked = &is->transfer};

    if (!step_resolves(is)) check_ledgers(c, unit, step);
    if (step_resolves(is)) {
        if (pending == NULL) return;
        scene.pending = &pending->transfer;
        check_resolved(c, unit, step, scene.pending);
    }
    scene.debit_flags = flags_of(c, link->debit);
    scene.credit_flags = flags_of(c, link->credit);
    scene.debit = before(c, link->debit, is->versions.debit);
    scene.credit = before(c, link->credit, is->versions.credit);
    deserved_amount(&scene);
    if (scene.amount_known && scene.amount != is->transfer.amount && !per_account) {
        wrong(c, unit, step, "a balancing transfer moved more than there was");
    }
    scene.amount = is->transfer.amount;
    scene.amount_known = true;
    for (size_t i = 0; i < DESERVED_COUNT; i++) {
        if (deserves(&scene, deserved_outcomes[i]) != YES) continue;
        if (deserved_outcomes[i] == QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS) {
            exceeds(c, unit, step, link->debit, is->versions.debit);
        } else if (deserved_outcomes[i] == QUIPU_CREATE_TRANSFER_EXCEEDS_DEBITS) {
            exceeds(c, unit, step, link->credit, is->versions.credit);
        } else if (!per_account) {
            wrong(c, unit, step, "created, but it should have been refused");
            return;
        }
    }
}

void outcomes_check(struct checker *c)
{
    for (uint32_t u = 0; u < c->call_units; u++) {
        const struct unit *unit = &c->units[u];

        if (unit->end != UNIT_DONE && unit->end != UNIT_REFUSED) continue;
        if (unit->failed != NONE) check_refused(c, u, unit->failed);
        for (uint32_t s = unit->first_step; s < unit->first_step + unit->step_count; s++) {
            if (c->steps[s]->kind == HISTORY_TRANSFER && c->steps[s]->status == QUIPU_CREATED) {
                check_created(c, u, s);
            }
        }
    }
}
