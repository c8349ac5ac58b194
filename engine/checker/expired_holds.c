/* expired_holds.c - which holds expired: no step of a history says so, but versions do.
 *
 * Holds of an account expire in the order in which they are due. So:
 *
 *   E1  The versions of an account that no step gave belong, in order, to the holds that were due
 *       first and that no step resolved.
 *   E2  A hold that expired on one of its accounts expired on the other, and so did all holds that
 *       were due there before it.
 *   E3  A hold that was due by the time of a later transfer of one of its accounts has expired,
 *       whether its version was seen or not. */
#include <stdlib.h>

#include "checker/checker_parts.h"

static void collect(struct checker *c)
{
    uint32_t count = 0;

    for (uint32_t t = 0; t < c->transfer_names.count; t++) {
        const struct history_step *step;

        if (!transfer_stored(c, t) || c->transfers[t].resolver != NONE) continue;
        step = c->steps[c->transfers[t].step];
        if ((step->transfer.flags & QUIPU_TRANSFER_PENDING) == 0 || step->transfer.timeout == 0) {
            continue;
        }
        c->timed[count++] = (struct timed){.due = step_due(step),
                                           .created = step->transfer.timestamp,
                                           .transfer = t,
                                           .unit = NONE};
    }
    c->timed_count = count;
}

static int by_due(const void *left, const void *right)
{
    const struct timed *a = left, *b = right;

    if (a->due != b->due) return a->due < b->due ? -1 : 1;
    return (a->created > b->created) - (a->created < b->created);
}

static uint32_t party(const struct checker *c, const struct timed *timed, int side)
{
    const struct link *link = &c->links[c->transfers[timed->transfer].step];

    return side == 0 ? link->debit : link->credit;
}

/* List the holds of each account, as indexes into `timed`, earliest first: its share. */
static void share_out(struct checker *c)
{
    uint32_t next = 0;

    for (uint32_t a = 0; a < c->account_names.count; a++) {
        c->accounts[a].first_timed = next;
        next += c->accounts[a].timed_count;
        c->accounts[a].timed_count = 0;
    }
    for (uint32_t i = 0; i < c->timed_count; i++) {
        c->transfers[c->timed[i].transfer].timed = i;
        for (int side = 0; side < 2; side++) {
            struct account *account = &c->accounts[party(c, &c->timed[i], side)];

            c->shares[account->first_timed + account->timed_count++] = i;
        }
    }
}

static uint32_t count_missing(const struct checker *c, const struct account *account)
{
    uint32_t last = account->seen > account->high ? account->seen : account->high, missing = 0;

    for (uint32_t i = 1; i <= last; i++)
        missing += c->writers[account->first_state + i] == NONE;
    return missing;
}

/* E3: how many holds of an account were due by the time of its latest transfer. */
static uint32_t count_due(const struct checker *c, const struct account *account)
{
    uint64_t latest = 0;
    uint32_t count = 0;

    if (account->timed_count == 0) return 0;
    for (uint32_t i = 1; i <= account->high; i++) {
        uint32_t cause = c->causes[account->first_state + i];

        if (cause == NONE || c->steps[cause]->kind != HISTORY_TRANSFER) continue;
        if (c->steps[cause]->transfer.flags & QUIPU_TRANSFER_IMPORTED) continue;
        if (c->steps[cause]->transfer.timestamp > latest) {
            latest = c->steps[cause]->transfer.timestamp;
        }
    }
    while (count < account->timed_count &&
           c->timed[c->shares[account->first_timed + count]].due <= latest)
        count++;
    return count;
}

static void expire(struct checker *c, uint32_t i, uint32_t *stack, uint32_t *depth)
{
    if (c->timed[i].unit != NONE) return;
    c->timed[i].unit = c->unit_count;
    c->transfers[c->timed[i].transfer].expiry = c->unit_count;
    c->units[c->unit_count++] = (struct unit){.call = NONE,
                                              .first_step = c->transfers[c->timed[i].transfer].step,
                                              .step_count = 1,
                                              .failed = NONE,
                                              .end = UNIT_EXPIRY};
    stack[(*depth)++] = i;
}

/* E1: the first `count` holds of an account have expired. */
static void expire_first(struct checker *c, uint32_t a, uint32_t count, uint32_t *stack,
                         uint32_t *depth)
{
    struct account *account = &c->accounts[a];

    for (; account->expired < count; account->expired++)
        expire(c, c->shares[account->first_timed + account->expired], stack, depth);
}

/* A transfer that was refused since the hold had expired says so, too. */
static void expire_told(struct checker *c, uint32_t *stack, uint32_t *depth)
{
    for (uint32_t r = 0; r < c->read_count; r++) {
        const struct seen *seen = &c->reads[r];
        uint32_t timed;

        if (seen->account != NONE || seen->state % ID_STATES != 2) continue;
        if (c->steps[seen->step]->status != QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_EXPIRED)
            continue;
        timed = c->transfers[seen->state / ID_STATES].timed;
        if (timed != NONE) expire(c, timed, stack, depth);
    }
}

static void decide(struct checker *c, uint32_t *stack)
{
    uint32_t depth = 0;

    expire_told(c, stack, &depth);

    for (uint32_t a = 0; a < c->account_names.count; a++) {
        uint32_t count = count_missing(c, &c->accounts[a]);
        uint32_t due = count_due(c, &c->accounts[a]);

        if (count > c->accounts[a].timed_count) count = c->accounts[a].timed_count;
        expire_first(c, a, count > due ? count : due, stack, &depth);
    }
    while (depth > 0) { /* E2 */
        uint32_t i = stack[--depth];

        for (int side = 0; side < 2; side++) {
            uint32_t a = party(c, &c->timed[i], side);
            const uint32_t *share = &c->shares[c->accounts[a].first_timed];
            uint32_t place = c->accounts[a].expired;

            while (place < c->accounts[a].timed_count && share[place] <= i)
                place++;
            expire_first(c, a, place, stack, &depth);
        }
    }
}

/* Give the expired holds of an account its missing versions, then the ones behind its last. */
static void give_versions(struct checker *c, struct account *account)
{
    uint32_t index = 1;

    for (uint32_t k = 0; k < account->expired; k++, index++) {
        const struct timed *timed = &c->timed[c->shares[account->first_timed + k]];

        while (c->writers[account->first_state + index] != NONE)
            index++;
        c->writers[account->first_state + index] = timed->unit;
        c->causes[account->first_state + index] = c->transfers[timed->transfer].step;
        if (index > account->high) account->high = index;
    }
}

bool expiries_infer(struct checker *c)
{
    uint32_t *stack;

    if (c->timed_count == 0) return true;
    c->timed = checker_room(c, ROOM_EXPIRIES, c->timed_count, sizeof *c->timed);
    c->shares = checker_room(c, ROOM_DUE, 2 * (size_t)c->timed_count, sizeof *c->shares);
    stack = checker_room(c, ROOM_WORK, c->timed_count, sizeof *stack);
    c->units =
        checker_room(c, ROOM_UNITS, (size_t)c->unit_count + c->timed_count, sizeof *c->units);
    if (c->timed == NULL || c->shares == NULL || stack == NULL || c->units == NULL) return false;

    collect(c);
    qsort(c->timed, c->timed_count, sizeof *c->timed, by_due);
    share_out(c);
    decide(c, stack);
    for (uint32_t a = 0; a < c->account_names.count; a++)
        give_versions(c, &c->accounts[a]);
    for (uint32_t i = 0; i < c->timed_count; i++) {
        const struct timed *timed = &c->timed[i];

        if (timed->unit == NONE) continue;
        c->writers[id_state(timed->transfer, 2)] = timed->unit;
        c->causes[id_state(timed->transfer, 2)] = c->transfers[timed->transfer].step;
    }
    return true;
}
