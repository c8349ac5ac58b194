/* version_owners.c - the unit that gave each version of each account: no version is left out, and
 * each is given once. */
#include "checker/checker_parts.h"

/* Does the unit have steps that may have changed something? */
static bool may_write(const struct unit *unit)
{
    return unit->end == UNIT_DONE || unit->end == UNIT_REFUSED;
}

static bool created(const struct history_step *step)
{
    return step->kind == HISTORY_TRANSFER && step->status == QUIPU_CREATED;
}

static void open_account(struct checker *c, uint32_t unit, uint32_t step)
{
    uint32_t a = c->links[step].debit;
    struct account *account;

    if (a == NONE) {
        (void)checker_note(c, ANOMALY_WRONG_OUTCOME, "0 and 2^128-1 are no ids", unit, step);
        return;
    }
    account = &c->accounts[a];
    if (account->origin != NONE) {
        struct finding *finding =
            checker_note(c, ANOMALY_DUPLICATE, "an account was created twice", unit, step);

        finding->units[1] = account->origin_unit;
        return;
    }
    account->origin = step;
    account->origin_unit = unit;
    account->low = c->steps[step]->version > 1 ? c->steps[step]->version : 0;
}

/* An account that a transfer changed must have been created or found. */
static void count_change(struct checker *c, uint32_t unit, uint32_t step, uint32_t a)
{
    if (a == NONE || c->accounts[a].origin == NONE) {
        c->malformed = true;
        (void)checker_note(c, ANOMALY_MALFORMED,
                           "a transfer changed an account that nobody created or found", unit,
                           step);
        return;
    }
    c->accounts[a].write_count++;
}

/* May the hold have expired? An expiry takes one more version of both accounts. */
static bool may_expire(const struct checker *c, uint32_t step)
{
    uint32_t id = c->links[step].id;

    return (c->steps[step]->transfer.flags & QUIPU_TRANSFER_PENDING) != 0 &&
           c->steps[step]->transfer.timeout > 0 && transfer_stored(c, id) &&
           c->transfers[id].step == step && c->transfers[id].resolver == NONE;
}

static void count_changes(struct checker *c)
{
    for (uint32_t u = 0; u < c->call_units; u++) {
        const struct unit *unit = &c->units[u];

        if (!may_write(unit)) continue;
        for (uint32_t s = unit->first_step; s < unit->first_step + unit->step_count; s++) {
            if (!created(c->steps[s])) continue;
            count_change(c, u, s, c->links[s].debit);
            count_change(c, u, s, c->links[s].credit);
            if (c->malformed) return;
            if (may_expire(c, s)) {
                c->accounts[c->links[s].debit].timed_count++;
                c->accounts[c->links[s].credit].timed_count++;
                c->timed_count++;
            }
        }
    }
}

static bool number_states(struct checker *c)
{
    uint64_t next = (uint64_t)c->transfer_names.count * ID_STATES;

    c->account_states = (uint32_t)next;
    for (uint32_t a = 0; a < c->account_names.count; a++) {
        struct account *account = &c->accounts[a];

        account->first_state = (uint32_t)next;
        account->capacity = account->write_count + account->timed_count +
                            (account->low == 0 && account->origin != NONE ? 2 : 1);
        next += account->capacity;
    }
    c->state_count = (uint32_t)next;
    c->writers = checker_room(c, ROOM_WRITERS, next, sizeof *c->writers);
    c->causes = checker_room(c, ROOM_CAUSES, next, sizeof *c->causes);
    if (c->writers == NULL || c->causes == NULL) return false;
    for (uint32_t s = 0; s < c->state_count; s++)
        c->writers[s] = c->causes[s] = NONE;
    return true;
}

static void write_twice(struct checker *c, uint32_t a, uint32_t index, uint32_t unit, uint32_t step)
{
    struct account *account = &c->accounts[a];
    struct finding *finding = checker_note_version(c, ANOMALY_LOST_UPDATE,
                                                   "two transfers gave an account the same version",
                                                   unit, step, a, account->low + index);

    finding->units[1] = c->writers[account->first_state + index];
    if (index < account->twice) account->twice = index;
}

static void write_version(struct checker *c, uint32_t a, uint64_t version, uint32_t unit,
                          uint32_t step)
{
    struct account *account = &c->accounts[a];
    uint64_t first = account->low == 0 ? 2 : account->low + 1; /* after its origin */
    enum anomaly anomaly = ANOMALY_VERSION_GAP;
    const char *what = "more versions than there were changes";

    if (version >= first && version - account->low < account->capacity) {
        uint32_t index = (uint32_t)(version - account->low);

        if (c->writers[account->first_state + index] != NONE) {
            write_twice(c, a, index, unit, step);
            return;
        }
        c->writers[account->first_state + index] = unit;
        c->causes[account->first_state + index] = step;
        if (index > account->high) account->high = index;
        return;
    }
    if (version == 0) {
        anomaly = ANOMALY_MALFORMED;
        what = "a created transfer without its versions";
    } else if (version < first) {
        anomaly = ANOMALY_LOST_UPDATE;
        what = "a transfer gave a version that the account had before";
    }
    (void)checker_note_version(c, anomaly, what, unit, step, a, version);
    /* The place of this change is unknown, so replay goes no further than the account's origin. */
    if (account->twice > 1) account->twice = account->low == 0 ? 2 : 1;
}

static void write_all(struct checker *c)
{
    for (uint32_t a = 0; a < c->account_names.count; a++) {
        struct account *account = &c->accounts[a];

        if (account->origin == NONE) continue;
        account->high = account->low == 0 ? 1 : 0;
        c->writers[account->first_state + account->high] = account->origin_unit;
        c->causes[account->first_state + account->high] = account->origin;
    }
    for (uint32_t t = 0; t < c->transfer_names.count; t++) {
        c->writers[id_state(t, 1)] = c->transfers[t].unit;
        c->causes[id_state(t, 1)] = c->transfers[t].step;
        c->writers[id_state(t, 2)] = c->transfers[t].resolver_unit;
        c->causes[id_state(t, 2)] = c->transfers[t].resolver;
    }
    for (uint32_t u = 0; u < c->call_units; u++) {
        const struct unit *unit = &c->units[u];

        if (!may_write(unit)) continue;
        for (uint32_t s = unit->first_step; s < unit->first_step + unit->step_count; s++) {
            if (!created(c->steps[s])) continue;
            write_version(c, c->links[s].debit, c->steps[s]->versions.debit, u, s);
            write_version(c, c->links[s].credit, c->steps[s]->versions.credit, u, s);
        }
    }
}

bool versions_collect(struct checker *c)
{
    c->accounts = checker_room(c, ROOM_ACCOUNTS, c->account_names.count, sizeof *c->accounts);
    if (c->accounts == NULL) return false;
    for (uint32_t a = 0; a < c->account_names.count; a++) {
        c->accounts[a] =
            (struct account){.origin = NONE, .origin_unit = NONE, .twice = NONE, .last_read = NONE};
    }
    for (uint32_t u = 0; u < c->call_units; u++) {
        uint32_t step = c->units[u].first_step;

        if (c->steps[step]->kind == HISTORY_ACCOUNT && c->steps[step]->status == QUIPU_CREATED) {
            open_account(c, u, step);
        }
    }
    count_changes(c);
    if (c->malformed) return true;
    if (!number_states(c)) return false;
    write_all(c);
    return true;
}

void versions_check(struct checker *c)
{
    for (uint32_t a = 0; a < c->account_names.count; a++) {
        const struct account *account = &c->accounts[a];

        for (uint32_t i = 1; i <= account->high; i++) {
            if (c->writers[account->first_state + i] != NONE) continue;
            (void)checker_note_version(c, ANOMALY_VERSION_GAP, "a version that nobody gave", NONE,
                                       NONE, a, account->low + i);
        }
    }
}

uint32_t versions_account_of(const struct checker *c, uint32_t state)
{
    uint32_t low = 0, high = c->account_names.count;

    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;

        if (c->accounts[middle].first_state <= state) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}
