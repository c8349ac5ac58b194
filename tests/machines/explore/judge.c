/* judge.c - end checks of a schedule; see judge.h. */
#include "machines/explore/judge.h"

#include <inttypes.h>
#include <string.h>

#include "machines/explore/kept.h"

static char text[256];

#define CLAIM(claim, ...)                                                                          \
    do {                                                                                           \
        if (!(claim)) {                                                                            \
            (void)snprintf(text, sizeof text, __VA_ARGS__);                                        \
            return text;                                                                           \
        }                                                                                          \
    } while (0)

static const struct tape *last_tape(const struct stage *stage)
{
    return &stage->history.tapes[stage->history.tape_count - 1];
}

/* Transfers that were created and touch this account, in calls that ended before `end`. */
static size_t count_created(const struct stage *stage, quipu_uint128 account, uint64_t end)
{
    size_t count = 0;

    for (size_t t = 0; t < stage->history.tape_count; t++) {
        const struct tape *tape = &stage->history.tapes[t];

        for (size_t c = 0; c < tape->call_count && tape->calls[c].end < end; c++) {
            const struct history_call *call = &tape->calls[c];

            for (size_t s = call->first_step; s < call->first_step + call->step_count; s++) {
                const struct history_step *step = &tape->steps[s];

                count += step->kind == HISTORY_TRANSFER && step->status == QUIPU_CREATED &&
                         (step->transfer.debit_account_id == account ||
                          step->transfer.credit_account_id == account);
            }
        }
    }
    return count;
}

/* Are posted and pending together within the limit? */
static bool fits(quipu_uint128 posted, quipu_uint128 pending, quipu_uint128 limit)
{
    return posted <= limit && pending <= limit - posted;
}

static bool is_overflow(uint32_t status)
{
    return status >= QUIPU_CREATE_TRANSFER_OVERFLOWS_DEBITS_PENDING &&
           status <= QUIPU_CREATE_TRANSFER_OVERFLOWS_CREDITS;
}

/* Where all amounts together are small, nothing can have overflowed. */
static const char *judge_refusals(const struct stage *stage)
{
    const struct history *history = &stage->history;
    bool all_small = true;

    for (size_t t = 0; t < history->tape_count; t++) {
        for (size_t s = 0; s < history->tapes[t].step_count; s++) {
            const struct history_step *step = &history->tapes[t].steps[s];

            if (step->kind == HISTORY_TRANSFER && step->transfer.amount >> 64 != 0) {
                all_small = false;
            }
        }
    }
    for (size_t t = 0; all_small && t < history->tape_count; t++) {
        for (size_t s = 0; s < history->tapes[t].step_count; s++) {
            const struct history_step *step = &history->tapes[t].steps[s];

            CLAIM(step->kind != HISTORY_TRANSFER || !is_overflow(step->status),
                  "refused: transfer %u of a small amount, because of an overflow",
                  (unsigned)step->transfer.id);
        }
    }
    return NULL;
}

static const char *judge_books(struct stage *stage)
{
    const struct tape *tape = last_tape(stage);
    quipu_uint128 posted = 0, pending = 0;

    for (size_t i = 0; i < tape->step_count; i++) {
        const quipu_account *account = &tape->steps[i].account;
        size_t created = count_created(stage, account->id, UINT64_MAX);

        posted += account->debits_posted - account->credits_posted;
        pending += account->debits_pending - account->credits_pending;
        CLAIM((account->flags & QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS) == 0 ||
                  fits(account->debits_posted, account->debits_pending, account->credits_posted),
              "limit broken: account %u has more debits than credits", (unsigned)account->id);
        CLAIM((account->flags & QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS) == 0 ||
                  fits(account->credits_posted, account->credits_pending, account->debits_posted),
              "limit broken: account %u has more credits than debits", (unsigned)account->id);
        CLAIM(fits(account->debits_posted, account->debits_pending, QUIPU_AMOUNT_MAX) &&
                  fits(account->credits_posted, account->credits_pending, QUIPU_AMOUNT_MAX),
              "a total of account %u is over 2^128 - 1", (unsigned)account->id);
        CLAIM(tape->steps[i].version >= 1 + created,
              "lost update: account %u is at version %" PRIu64 " after %zu transfers",
              (unsigned)account->id, tape->steps[i].version, created);
    }
    CLAIM(posted == 0 && pending == 0,
          "money not conserved: debits and credits differ by %d and %d", (int)posted, (int)pending);
    return NULL;
}

static const char *judge_ids(struct stage *stage)
{
    const struct history *history = &stage->history;
    quipu_uint128 ids[64];
    size_t count = 0;

    for (size_t t = 0; t < history->tape_count; t++) {
        for (size_t s = 0; s < history->tapes[t].step_count; s++) {
            const struct history_step *step = &history->tapes[t].steps[s];

            if (step->kind != HISTORY_TRANSFER || step->status != QUIPU_CREATED) continue;
            for (size_t i = 0; i < count; i++) {
                CLAIM(ids[i] != step->transfer.id, "duplicate: transfer %u was created twice",
                      (unsigned)step->transfer.id);
            }
            if (count < sizeof ids / sizeof *ids) ids[count++] = step->transfer.id;
        }
    }
    return NULL;
}

static void move(quipu_account_balance *balance, const quipu_transfer *transfer,
                 quipu_uint128 account)
{
    if (transfer->debit_account_id == account) {
        balance->debits_posted += transfer->amount;
    } else {
        balance->credits_posted += transfer->amount;
    }
}

/* For accounts whose transfers are all posted at once. */
static const char *judge_walk(struct stage *stage, const struct walk *walk)
{
    const quipu_account_filter filter = {.account_id = walk->account,
                                         .limit = 8,
                                         .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS};
    size_t before = count_created(stage, walk->account, walk->begin), count;
    quipu_account_balance balance = {0};
    quipu_transfer all[8];

    if (quipu_get_account_transfers(stage->ledger, &filter, all, 8, &count) != QUIPU_OK) {
        return "quipu_get_account_transfers() failed";
    }
    CLAIM(count == count_created(stage, walk->account, UINT64_MAX),
          "history: account %u has %zu transfers on its strand, of %zu that were created",
          (unsigned)walk->account, count, count_created(stage, walk->account, UINT64_MAX));
    CLAIM(walk->transfer_count >= before && walk->transfer_count <= count,
          "stale read: a walk saw %zu transfers after %zu were done", walk->transfer_count, before);
    CLAIM(walk->balance_count >= walk->transfer_count && walk->balance_count <= count,
          "stale read: %zu balances after %zu transfers", walk->balance_count,
          walk->transfer_count);
    for (size_t i = 0; i < walk->transfer_count; i++) {
        CLAIM(memcmp(&walk->transfers[i], &all[i], sizeof all[i]) == 0,
              "history: transfer %zu of a walk is not what is there later", i);
    }
    for (size_t i = 0; i < walk->balance_count; i++) {
        move(&balance, &all[i], walk->account);
        CLAIM(walk->balances[i].debits_posted == balance.debits_posted &&
                  walk->balances[i].credits_posted == balance.credits_posted &&
                  walk->balances[i].timestamp == all[i].timestamp,
              "wrong value: balance %zu of a walk is not the sum of the transfers", i);
    }
    return NULL;
}

/* May this add to what is pending at `now`? A hold that is not due; in cas also what a transfer
 * reserves before it is posted. */
static bool may_be_pending(const struct stage *stage, const struct history_step *step, uint64_t now)
{
    const quipu_transfer *transfer = &step->transfer;

    if (step->kind != HISTORY_TRANSFER) return false;
    if ((transfer->flags & QUIPU_TRANSFER_PENDING) == 0)
        return stage->history.promise == HISTORY_PER_ACCOUNT;
    return step->status == QUIPU_CREATED &&
           (transfer->timeout == 0 ||
            transfer->timestamp + transfer->timeout * UINT64_C(1000000000) > now);
}

/* The most that may be pending of an account on that side at `now`. */
static quipu_uint128 most_pending(const struct stage *stage, quipu_uint128 account, bool debit,
                                  uint64_t now)
{
    quipu_uint128 most = 0;

    for (size_t t = 0; t < stage->history.tape_count; t++) {
        for (size_t s = 0; s < stage->history.tapes[t].step_count; s++) {
            const struct history_step *step = &stage->history.tapes[t].steps[s];

            if (!may_be_pending(stage, step, now)) continue;
            if ((debit ? step->transfer.debit_account_id : step->transfer.credit_account_id) ==
                account) {
                quipu_uint128 sum = most + step->transfer.amount;

                most = sum < most ? ~(quipu_uint128)0 : sum; /* amounts may be of 2^127 */
            }
        }
    }
    return most;
}

/* No lookup shows a hold that was due when it began. */
static const char *judge_due(const struct stage *stage)
{
    for (size_t i = 0; i < stage->look_count; i++) {
        const struct progress *look = &stage->looks[i];

        for (size_t s = look->first; s < look->first + look->count; s++) {
            const quipu_account *seen = &look->tape->steps[s].account;

            CLAIM(seen->debits_pending <= most_pending(stage, seen->id, true, look->now) &&
                      seen->credits_pending <= most_pending(stage, seen->id, false, look->now),
                  "due: a read of account %u saw a hold that was due before", (unsigned)seen->id);
        }
    }
    return NULL;
}

/* The history checker, for what it knows of. */
static const char *judge_history(struct stage *stage)
{
    struct verdict verdict;

    if (!checker_run(stage->checker, &stage->history, &verdict)) return "no memory to check";
    return verdict.anomaly_count > 0 ? anomaly_name(verdict.first) : NULL;
}

/* What each fiber followed, and the rest, is all that happened. */
static const char *judge_followers(struct stage *stage)
{
    for (uint32_t i = 0; i < stage->fibers; i++) {
        const char *wrong = follower_finish(&stage->followers[i], stage->ledger, 2);

        CLAIM(wrong == NULL, "changes: %s", wrong);
    }
    return NULL;
}

const char *judge(struct stage *stage)
{
    const char *wrong;

    stage_finish(stage);
    if (stage->trouble != NULL) return stage->trouble;
    wrong = judge_history(stage);
    if (wrong == NULL) wrong = judge_ids(stage);
    if (wrong == NULL) wrong = judge_refusals(stage);
    if (wrong == NULL) wrong = judge_books(stage);
    if (wrong == NULL) wrong = judge_due(stage);
    if (wrong == NULL && stage->journal != NULL) wrong = kept_judge(stage);
    for (uint32_t i = 0; wrong == NULL && i < stage->fibers; i++) {
        if (stage->walks[i].done) wrong = judge_walk(stage, &stage->walks[i]);
        if (wrong == NULL && stage->holds[i].done) wrong = judge_hold(stage, &stage->holds[i]);
        if (wrong == NULL) wrong = judge_holder(stage, i);
        if (wrong == NULL && stage->scans[i].done) wrong = judge_scan(stage, &stage->scans[i]);
    }
    if (wrong == NULL) wrong = judge_followers(stage);
    return wrong;
}

static void print_step(const struct history_step *step, FILE *to)
{
    const quipu_account *account = &step->account;
    const quipu_transfer *transfer = &step->transfer;

    switch (step->kind) {
    case HISTORY_ACCOUNT: (void)fprintf(to, "    account %u\n", (unsigned)account->id); break;
    case HISTORY_EXPECT:
        (void)fprintf(to, "    expect account %u at version %" PRIu64 "\n", (unsigned)account->id,
                      step->version);
        break;
    case HISTORY_TRANSFER:
        (void)fprintf(to, "    transfer %u: %u to %u, %u: %s, versions %" PRIu64 " %" PRIu64 "\n",
                      (unsigned)transfer->id, (unsigned)transfer->debit_account_id,
                      (unsigned)transfer->credit_account_id, (unsigned)transfer->amount,
                      quipu_create_transfer_text(step->status), step->versions.debit,
                      step->versions.credit);
        break;
    case HISTORY_READ:
        (void)fprintf(to,
                      "    read account %u at version %" PRIu64
                      ": debits %u and %u pending, credits %u and %u pending\n",
                      (unsigned)account->id, step->version, (unsigned)account->debits_posted,
                      (unsigned)account->debits_pending, (unsigned)account->credits_posted,
                      (unsigned)account->credits_pending);
        break;
    case HISTORY_FIND:
        (void)fprintf(to, "    find transfer %u: %s\n", (unsigned)transfer->id,
                      step->status != 0 ? "found" : "not found");
        break;
    }
}

void judge_print(struct stage *stage, FILE *to)
{
    for (size_t t = 0; t < stage->history.tape_count; t++) {
        const struct tape *tape = &stage->history.tapes[t];

        for (size_t c = 0; c < tape->call_count; c++) {
            const struct history_call *call = &tape->calls[c];

            (void)fprintf(to, "  %s %zu, from %" PRIu64 " to %" PRIu64 "\n",
                          t == 0                               ? "setup"
                          : t + 1 == stage->history.tape_count ? "end"
                                                               : "fiber",
                          t == 0 ? c : t - 1, call->begin, call->end);
            for (size_t s = call->first_step; s < call->first_step + call->step_count; s++)
                print_step(&tape->steps[s], to);
        }
    }
    if (scheduler_schedule()->ending == ENDING_DONE)
        checker_print(stage->checker, &stage->history, to);
}
