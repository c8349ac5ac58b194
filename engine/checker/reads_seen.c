/* reads_seen.c - which state of which object each unit saw. */
#include "checker/checker_parts.h"

static void add(struct checker *c, uint32_t unit, uint32_t step, uint32_t state, bool at_least,
                uint32_t account)
{
    c->reads[c->read_count++] = (struct seen){
        .unit = unit, .step = step, .state = state, .at_least = at_least, .account = account};
}

static void saw_id(struct checker *c, uint32_t unit, uint32_t step, uint32_t id, uint32_t state)
{
    if (id != NONE) add(c, unit, step, id_state(id, state), state > 0, NONE);
}

static void saw_version(struct checker *c, uint32_t unit, uint32_t step, uint32_t a,
                        uint64_t version)
{
    struct account *account;

    if (a == NONE) return;
    account = &c->accounts[a];
    if (version < account->low) {
        (void)checker_note_version(c, ANOMALY_STALE_READ, "a version from before the history", unit,
                                   step, a, version);
    } else if (version - account->low >= account->capacity) {
        (void)checker_note_version(c, ANOMALY_DIRTY_READ, "it saw a version that nobody gave", unit,
                                   step, a, version);
    } else {
        uint32_t index = (uint32_t)(version - account->low);

        if (index > account->seen) account->seen = index;
        add(c, unit, step, account->first_state + index, false, a);
    }
}

static void saw_account(struct checker *c, uint32_t unit, uint32_t step, uint32_t a)
{
    const struct account *account;

    if (a == NONE) return;
    account = &c->accounts[a];
    if (account->origin == NONE) {
        (void)checker_note(c, ANOMALY_DIRTY_READ, "it saw an account that nobody created", unit,
                           step);
        return;
    }
    add(c, unit, step, account->first_state + (account->low == 0), true, a);
}

/* A refused transfer gives the versions that it was decided on. They count the changes of its own
 * chain, which were undone. */
static void saw_refused_version(struct checker *c, uint32_t unit, uint32_t step, uint32_t a,
                                uint64_t version)
{
    uint32_t own;

    if (version == 0 || a == NONE) return;
    own = replay_own_changes(c, unit, a);
    if (own == NONE || own >= version) return;
    saw_version(c, unit, step, a, version - own);
}

static void saw_own_id(struct checker *c, uint32_t unit, uint32_t step)
{
    uint32_t id = c->links[step].id, status = c->steps[step]->status;

    if (id == NONE || replay_own_step(c, unit, step, id) != NONE) return;
    if (precedence_saw_stored(status) || status == QUIPU_CREATE_TRANSFER_ID_ALREADY_FAILED) {
        saw_id(c, unit, step, id, 1);
    } else if (precedence_saw_free(status) && !precedence_burns(status)) {
        saw_id(c, unit, step, id, 0);
    }
}

/* The pending transfer was not resolved. */
static void saw_open(struct checker *c, uint32_t unit, uint32_t step, uint32_t pending)
{
    add(c, unit, step, id_state(pending, 1), false, NONE);
}

static bool not_found(uint32_t status)
{
    return status == QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_NOT_FOUND;
}

static void saw_pending(struct checker *c, uint32_t unit, uint32_t step)
{
    uint32_t pending = c->links[step].pending, status = c->steps[step]->status;

    if (pending == NONE || replay_own_step(c, unit, step, pending) != NONE) return;
    if (not_found(status)) {
        if (transfer_stored(c, pending)) saw_id(c, unit, step, pending, 0);
        return;
    }
    if (precedence_of(status) <= precedence_of(QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_NOT_FOUND)) {
        return;
    }
    switch (status) {
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_ALREADY_POSTED:
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_ALREADY_VOIDED:
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_EXPIRED:
        if (replay_own_resolved(c, unit, step, pending)) return;
        saw_id(c, unit, step, pending, 2);
        break;
    case QUIPU_CREATE_TRANSFER_DEBIT_ACCOUNT_ALREADY_CLOSED:
    case QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_ALREADY_CLOSED:
        saw_open(c, unit, step, pending);
        break;
    default: saw_id(c, unit, step, pending, 1);
    }
}

static void saw_accounts(struct checker *c, uint32_t unit, uint32_t step)
{
    const struct history_step *is = c->steps[step];
    const struct link *link = &c->links[step];
    uint32_t debit, credit;

    if (step_resolves(is)) {
        replay_parties(c, unit, step, &debit, &credit);
    } else {
        debit = link->debit;
        credit = link->credit;
        if (is->status == QUIPU_CREATE_TRANSFER_DEBIT_ACCOUNT_NOT_FOUND) {
            saw_version(c, unit, step, debit, 0);
            return;
        }
        if (is->status == QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_NOT_FOUND) {
            saw_account(c, unit, step, debit);
            saw_version(c, unit, step, credit, 0);
            return;
        }
        if (precedence_of(is->status) >
            precedence_of(QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_NOT_FOUND)) {
            saw_account(c, unit, step, debit);
            saw_account(c, unit, step, credit);
        }
    }
    saw_refused_version(c, unit, step, debit, is->versions.debit);
    saw_refused_version(c, unit, step, credit, is->versions.credit);
}

/* A transfer before the one that failed its chain: nothing was wrong with it. */
static void saw_passed(struct checker *c, uint32_t unit, uint32_t step)
{
    uint32_t id = c->links[step].id, pending = c->links[step].pending;

    if (c->steps[c->units[unit].failed]->status == QUIPU_CREATE_TRANSFER_LINKED_EVENT_CHAIN_OPEN) {
        return;
    }
    if (id != NONE && replay_own_step(c, unit, step, id) == NONE) saw_id(c, unit, step, id, 0);
    if (!step_resolves(c->steps[step])) {
        saw_account(c, unit, step, c->links[step].debit);
        saw_account(c, unit, step, c->links[step].credit);
    } else if (pending != NONE && replay_own_step(c, unit, step, pending) == NONE) {
        saw_open(c, unit, step, pending);
    }
}

/* A transfer of a refused unit: it is the one that failed, or it passed all tests, or it was not
 * looked at. */
static void saw_refused(struct checker *c, uint32_t unit, uint32_t step)
{
    uint32_t failed = c->units[unit].failed;

    if (failed == NONE || step > failed) return;
    if (step < failed) {
        saw_passed(c, unit, step);
        return;
    }
    saw_own_id(c, unit, step);
    if (step_resolves(c->steps[step])) saw_pending(c, unit, step);
    saw_accounts(c, unit, step);
}

/* A receipt shows the account at the version that its transfer gave, or was refused on. */
static void check_receipt(struct checker *c, uint32_t unit, uint32_t step)
{
    uint32_t a = c->links[step].debit, transfer = step - 1, debit, credit;
    uint64_t version = 0;

    if (a == NONE || c->units[unit].end == UNIT_READ) return;
    if (c->steps[transfer]->kind == HISTORY_READ) transfer--; /* the receipt of the other account */
    if (c->steps[transfer]->kind != HISTORY_TRANSFER) return;
    replay_parties(c, unit, transfer, &debit, &credit);
    if (a == debit) version = c->steps[transfer]->versions.debit;
    if (a == credit) version = c->steps[transfer]->versions.credit;
    if (version == 0 || version == c->steps[step]->version) return;
    (void)checker_note_version(c, ANOMALY_WRONG_VALUE,
                               "a receipt of another version than its transfer's", unit, step, a,
                               c->steps[step]->version);
}

static void saw_found(struct checker *c, uint32_t unit, uint32_t step)
{
    uint32_t id = c->links[step].id;

    if (c->steps[step]->status != 0) {
        saw_id(c, unit, step, id, 1);
    } else if (transfer_stored(c, id)) {
        saw_id(c, unit, step, id, 0);
    }
}

static bool account_exists(uint32_t status)
{
    return status >= QUIPU_CREATE_ACCOUNT_EXISTS_WITH_DIFFERENT_FLAGS &&
           status <= QUIPU_CREATE_ACCOUNT_EXISTS;
}

static void collect_step(struct checker *c, uint32_t unit, uint32_t step)
{
    const struct history_step *is = c->steps[step];
    uint32_t a = c->links[step].debit;

    switch (is->kind) {
    case HISTORY_ACCOUNT:
        if (account_exists(is->status)) saw_account(c, unit, step, a);
        break;
    case HISTORY_EXPECT: saw_version(c, unit, step, a, is->version); break;
    case HISTORY_READ:
        check_receipt(c, unit, step);
        if (c->units[unit].end == UNIT_REFUSED) {
            saw_refused_version(c, unit, step, a, is->version);
        } else {
            saw_version(c, unit, step, a, is->version);
        }
        break;
    case HISTORY_FIND: saw_found(c, unit, step); break;
    case HISTORY_TRANSFER:
        if (is->status != QUIPU_CREATED) saw_refused(c, unit, step);
        break;
    }
}

bool reads_collect(struct checker *c)
{
    /* A refused transfer sees each account twice, its id, and the pending transfer. */
    c->reads = checker_room(c, ROOM_READS, 6 * (size_t)c->step_count, sizeof *c->reads);
    if (c->reads == NULL) return false;
    for (uint32_t u = 0; u < c->call_units; u++) {
        const struct unit *unit = &c->units[u];

        if (unit->end == UNIT_CONFLICT || unit->end == UNIT_VOID) continue;
        for (uint32_t s = unit->first_step; s < unit->first_step + unit->step_count; s++)
            collect_step(c, u, s);
    }
    return true;
}

/* Was it told that the id had failed, which several calls without an answer may have done? */
static bool seen_burnt(const struct checker *c, const struct seen *seen)
{
    return c->steps[seen->step]->kind == HISTORY_TRANSFER &&
           c->steps[seen->step]->status == QUIPU_CREATE_TRANSFER_ID_ALREADY_FAILED &&
           c->transfers[seen->state / ID_STATES].suspects > 1;
}

/* Note it if no unit wrote the state that was seen, or if its unit went on to write over it. */
static void check_seen(struct checker *c, struct seen *seen)
{
    bool is_account = seen->account != NONE;
    uint32_t writer = c->writers[seen->state], offset;

    offset =
        is_account ? seen->state - c->accounts[seen->account].first_state : seen->state % ID_STATES;
    if (offset == 0 && writer == NONE) return;
    if (writer == NONE) {
        if (is_account && offset <= c->accounts[seen->account].high)
            return; /* a gap: noted elsewhere */
        if (is_account) {
            (void)checker_note_version(c, ANOMALY_DIRTY_READ, "it saw a version that nobody gave",
                                       seen->unit, seen->step, seen->account,
                                       version_at(&c->accounts[seen->account], seen->state));
        } else if (offset == 1 && seen_burnt(c, seen)) {
            /* By a call without an answer; it is not known by which. */
        } else if (offset == 1 ||
                   c->steps[seen->step]->status != QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_EXPIRED) {
            (void)checker_note(c, ANOMALY_DIRTY_READ,
                               offset == 1 ? "it saw a transfer that nobody created"
                                           : "it saw as resolved what nobody resolved",
                               seen->unit, seen->step);
        }
        return;
    }
    if (seen->at_least || writer == seen->unit) return;
    if (is_account && offset >= c->accounts[seen->account].high) return;
    if (!is_account && offset >= ID_STATES - 1) return;
    if (c->writers[seen->state + 1] == writer) {
        struct finding *finding = checker_note(
            c, ANOMALY_DIRTY_READ, "it saw the inside of a chain", seen->unit, seen->step);

        finding->units[1] = writer;
        finding->account = seen->account;
        if (is_account) {
            finding->version = version_at(&c->accounts[seen->account], seen->state);
        }
        seen->unit = NONE;
    }
}

void reads_check(struct checker *c)
{
    for (uint32_t r = 0; r < c->read_count; r++)
        check_seen(c, &c->reads[r]);
}
