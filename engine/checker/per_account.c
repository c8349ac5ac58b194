/* per_account.c - the promise of cas: each account is linearizable, and so is each of its totals.
 *
 * A version appears at some instant between the begin and the end of the call that gave it. So:
 *
 *   A1  A call that gave a later version of an account did not end before a call that gave an
 *       earlier one began.
 *   A2  A read sees at least the changes that had ended when it began, and at most those that had
 *       begun when it ended: in its version, and in each posted total.
 *   A3  If no call on the account overlaps a read, the read is exact in everything. */
#include <stdlib.h>
#include <string.h>

#include "checker/checker_parts.h"

/* What a transfer changed on one account. A refused one changed nothing, but took its time. */
struct change {
    uint64_t begin, end, version;
    quipu_uint128 debits, credits; /* posted */
};

/* All changes that had ended (or begun) by a time: their sums, and the last version. */
struct sum {
    uint64_t time, version;
    quipu_uint128 debits, credits;
};

struct book {
    struct checker *c;
    struct change *changes;
    struct sum *ended, *begun;
    uint32_t *starts;                  /* of each account's changes */
    uint32_t *near_ended, *near_begun; /* what before() returned last, by account */
};

/* --- versions in real time --- */

/* A1 */
static void check_order(struct checker *c, uint32_t a)
{
    const struct account *account = &c->accounts[a];
    uint64_t earliest_end = UINT64_MAX;
    uint32_t earliest = NONE;

    for (uint32_t i = account->high; i > 0; i--) {
        uint32_t unit = c->writers[account->first_state + i];

        if (unit == NONE || c->units[unit].call == NONE) continue;
        if (earliest != NONE && ended_before(c, earliest_end, unit_begin(c, unit))) {
            struct finding *finding = checker_note_version(
                c, ANOMALY_STALE_READ,
                "it gave an earlier version than the other, which had ended before it began", unit,
                c->causes[account->first_state + i], a, account->low + i);

            finding->units[1] = earliest;
        }
        if (unit_end_time(c, unit) < earliest_end) {
            earliest_end = unit_end_time(c, unit);
            earliest = unit;
        }
    }
}

/* --- what there was to read, and when --- */

static void add_change(struct book *book, uint32_t *fill, uint32_t unit, uint32_t step, bool debit,
                       uint32_t a, uint64_t version)
{
    const struct checker *c = book->c;
    struct change *change = &book->changes[fill[a]++];
    const struct history_step *is = c->steps[step];
    struct totals totals = {0};

    *change = (struct change){.begin = unit_begin(c, unit), .end = unit_end_time(c, unit)};
    if (is->status != QUIPU_CREATED) return;
    (void)replay_apply(is, replay_pending(c, NONE, step), debit, &totals);
    change->version = version;
    change->debits = totals.debits_posted;
    change->credits = totals.credits_posted;
}

/* List the changes of each account. With `fill` NULL: only count them. */
static void list_changes(struct book *book, uint32_t *counts, uint32_t *fill)
{
    const struct checker *c = book->c;

    for (uint32_t u = 0; u < c->call_units; u++) {
        const struct unit *unit = &c->units[u];

        for (uint32_t s = unit->first_step; s < unit->first_step + unit->step_count; s++) {
            const struct history_step *is = c->steps[s];
            uint32_t debit, credit;

            if (is->kind != HISTORY_TRANSFER) continue;
            replay_parties(c, u, s, &debit, &credit);
            if (fill == NULL) {
                if (debit != NONE) counts[debit]++;
                if (credit != NONE) counts[credit]++;
                continue;
            }
            if (debit != NONE) add_change(book, fill, u, s, true, debit, is->versions.debit);
            if (credit != NONE) add_change(book, fill, u, s, false, credit, is->versions.credit);
        }
    }
}

static int by_begin(const void *left, const void *right)
{
    const struct change *a = left, *b = right;

    return (a->begin > b->begin) - (a->begin < b->begin);
}

static int by_end(const void *left, const void *right)
{
    const struct change *a = left, *b = right;

    return (a->end > b->end) - (a->end < b->end);
}

static void sum_up(const struct change *changes, uint32_t count, bool ends, struct sum *sums)
{
    struct sum sum = {0};

    for (uint32_t i = 0; i < count; i++) {
        sum.time = ends ? changes[i].end : changes[i].begin;
        sum.debits += changes[i].debits;
        sum.credits += changes[i].credits;
        if (changes[i].version > sum.version) sum.version = changes[i].version;
        sums[i] = sum;
    }
}

/* Does this sum certainly lie before `time`? If not `for_certain`: may it? */
static bool lies_before(const struct checker *c, const struct sum *sum, uint64_t time,
                        bool for_certain)
{
    return for_certain ? ended_before(c, sum->time, time) : !ended_before(c, time, sum->time);
}

/* How many of the sums lie before `time`. Most reads come soon after the last one, so the search
 * starts at *near, which is the answer for that one. */
static uint32_t before(const struct checker *c, const struct sum *sums, uint32_t count,
                       uint64_t time, bool for_certain, uint32_t *near)
{
    uint32_t low = *near, high = *near, stride = 1;

    while (low > 0 && !lies_before(c, &sums[low - 1], time, for_certain)) {
        high = low - 1;
        low = low > stride ? low - stride : 0;
        stride *= 2;
    }
    while (high < count && lies_before(c, &sums[high], time, for_certain)) {
        low = high + 1;
        high = count - high > stride ? high + stride : count;
        stride *= 2;
    }
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (lies_before(c, &sums[middle], time, for_certain)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *near = low;
    return low;
}

/* --- reads --- */

static bool outside(quipu_uint128 found, quipu_uint128 start, quipu_uint128 least,
                    quipu_uint128 most)
{
    return found - start < least || found - start > most;
}

/* A2, of the posted totals. */
static void check_posted(struct checker *c, const struct seen *seen, const struct sum *least,
                         const struct sum *most)
{
    const quipu_account *read = &c->steps[seen->step]->account;
    const quipu_account *origin = &c->steps[c->accounts[seen->account].origin]->account;
    bool debits = outside(read->debits_posted, origin->debits_posted, least->debits, most->debits);
    struct finding *finding;

    if (!debits &&
        !outside(read->credits_posted, origin->credits_posted, least->credits, most->credits)) {
        return;
    }
    finding = checker_note(c, ANOMALY_WRONG_VALUE,
                           debits ? "debits_posted is not between what had ended when it began and "
                                    "what had begun when it ended"
                                  : "credits_posted is not between what had ended when it began "
                                    "and what had begun when it ended",
                           seen->unit, seen->step);
    finding->account = seen->account;
    finding->version = c->steps[seen->step]->version;
}

static bool has_timed(const struct account *account)
{
    return account->timed_count > 0;
}

/* A2 and A3. */
static void check_read(struct book *book, const struct seen *seen)
{
    static const struct sum none = {0};
    struct checker *c = book->c;
    const struct account *account = &c->accounts[seen->account];
    uint32_t first = book->starts[seen->account];
    uint32_t count = book->starts[seen->account + 1] - first;
    uint64_t begin = unit_begin(c, seen->unit), end = unit_end_time(c, seen->unit);
    uint32_t ended =
        before(c, &book->ended[first], count, begin, true, &book->near_ended[seen->account]);
    uint32_t begun =
        before(c, &book->begun[first], count, end, false, &book->near_begun[seen->account]);
    const struct sum *least = ended == 0 ? &none : &book->ended[first + ended - 1];
    const struct sum *most = begun == 0 ? &none : &book->begun[first + begun - 1];
    uint64_t version = version_at(account, seen->state);
    uint32_t writer = c->writers[seen->state];

    if (version == 0) return;
    if (version < least->version) {
        (void)checker_note_version(c, ANOMALY_STALE_READ,
                                   "it saw a version older than one that had ended before it began",
                                   seen->unit, seen->step, seen->account, version);
    } else if (writer != NONE && c->units[writer].call != NONE &&
               ended_before(c, end, unit_begin(c, writer))) {
        (void)checker_note_version(c, ANOMALY_DIRTY_READ,
                                   "it saw a version whose call began after it ended", seen->unit,
                                   seen->step, seen->account, version);
    }
    check_posted(c, seen, least, most);
    if (ended == begun && !has_timed(account) && /* A3 */
        totals_at(c, seen->account, account->high) != NULL) {
        const struct totals *is = totals_at(c, seen->account, seen->state - account->first_state);

        if (is != NULL && version >= least->version) values_check_account(c, seen, is);
    }
}

static void check_reads(struct book *book)
{
    struct checker *c = book->c;

    for (uint32_t r = 0; r < c->read_count; r++) {
        const struct seen *seen = &c->reads[r];
        const struct history_step *step = c->steps[seen->step];

        if (seen->unit == NONE) continue;
        if (step->kind == HISTORY_FIND && step->status != 0) values_check_find(c, seen);
        if (step->kind != HISTORY_READ || c->accounts[seen->account].origin == NONE) continue;
        if (c->units[seen->unit].end == UNIT_READ) check_read(book, seen);
    }
}

static void sort_book(struct book *book)
{
    for (uint32_t a = 0; a < book->c->account_names.count; a++) {
        uint32_t first = book->starts[a], count = book->starts[a + 1] - first;

        qsort(&book->changes[first], count, sizeof *book->changes, by_end);
        sum_up(&book->changes[first], count, true, &book->ended[first]);
        qsort(&book->changes[first], count, sizeof *book->changes, by_begin);
        sum_up(&book->changes[first], count, false, &book->begun[first]);
    }
}

bool per_account_check(struct checker *c)
{
    uint32_t accounts = c->account_names.count, sum = 0;
    uint32_t *starts = checker_room(c, ROOM_STARTS, 3 * (size_t)accounts + 2, sizeof *starts);
    struct book book = {.c = c, .starts = starts};

    if (starts == NULL) return false;
    for (uint32_t a = 0; a < accounts; a++)
        check_order(c, a);
    memset(starts, 0, (3 * (size_t)accounts + 2) * sizeof *starts);
    book.near_ended = starts + accounts + 2;
    book.near_begun = book.near_ended + accounts;
    list_changes(&book, starts + 1, NULL);
    for (uint32_t a = 0; a <= accounts; a++) {
        uint32_t count = starts[a + 1];

        starts[a + 1] = sum;
        sum += count;
    }
    book.changes = checker_room(c, ROOM_NODES, sum, sizeof *book.changes);
    book.ended = checker_room(c, ROOM_STACK, sum, sizeof *book.ended);
    book.begun = checker_room(c, ROOM_WALK, sum, sizeof *book.begun);
    if (book.changes == NULL || book.ended == NULL || book.begun == NULL) return false;
    list_changes(&book, NULL, starts + 1);
    sort_book(&book);
    check_reads(&book);
    return true;
}
