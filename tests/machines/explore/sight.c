/* sight.c - reads other than lookups, made, and some judged; see sight.h. */
#include "machines/explore/sight.h"

#include <string.h>

#include "machines/explore/kept.h"
#include "machines/explore/play.h"

const char *sight_history(struct stage *stage, struct walk *walk, const struct op *op)
{
    const quipu_account_filter filter = {.account_id = op->accounts[0],
                                         .limit = 8,
                                         .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS};

    walk->account = op->accounts[0];
    walk->begin = stage_begin_call();
    if (quipu_get_account_transfers(stage->ledger, &filter, walk->transfers, 8,
                                    &walk->transfer_count) != QUIPU_OK) {
        return "quipu_get_account_transfers() failed";
    }
    walk->end = scheduler_time();
    for (size_t i = 0; i < walk->transfer_count; i++)
        kept_told(walk->transfers[i].id, false);
    if (quipu_get_account_balances(stage->ledger, &filter, walk->balances, 8,
                                   &walk->balance_count) != QUIPU_OK) {
        return "quipu_get_account_balances() failed";
    }
    walk->done = true;
    return NULL;
}

/* In pages of two, so that what is missed by one call is missing in the next. */
const char *sight_changes(struct stage *stage, struct follower *follower)
{
    size_t count;
    const char *wrong;

    (void)stage_begin_call();
    wrong = follower_take(follower, stage->ledger, 2, &count);
    for (size_t i = 0; wrong == NULL && i < count; i++) {
        const quipu_change *change = &follower->page[i];

        if (change->type == QUIPU_CHANGE_ACCOUNT) continue;
        kept_told(change->transfer.id, change->type == QUIPU_CHANGE_PENDING_EXPIRED);
    }
    return wrong;
}

/* What became of a hold was told just now. */
static void told_of(const quipu_hold *hold)
{
    if (hold->state == QUIPU_HOLD_EXPIRED) kept_told(hold->id, true);
    if (hold->state == QUIPU_HOLD_POSTED || hold->state == QUIPU_HOLD_VOIDED) {
        kept_told(hold->resolved_by, false);
    }
}

const char *sight_hold(struct stage *stage, struct hold_sight *sight, const struct op *op)
{
    const quipu_uint128 id = stage_id(stage, op->events[0].id), ids[2] = {1, 2};
    const quipu_account_filter filter = {
        .account_id = 1, .limit = 4, .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS};
    quipu_hold open[4];

    if (quipu_lookup_holds(stage->ledger, &id, 1, &sight->before) != QUIPU_OK) {
        return "quipu_lookup_holds() failed";
    }
    told_of(&sight->before);
    if (quipu_lookup_accounts(stage->ledger, ids, 2, sight->accounts, NULL) != QUIPU_OK ||
        quipu_get_account_holds(stage->ledger, &filter, open, 4, &sight->open_count) != QUIPU_OK ||
        quipu_lookup_accounts(stage->ledger, ids, 2, sight->accounts_after, NULL) != QUIPU_OK ||
        quipu_lookup_holds(stage->ledger, &id, 1, &sight->after) != QUIPU_OK) {
        return "a read of a hold failed";
    }
    told_of(&sight->after);
    sight->done = true;
    return NULL;
}

static bool is_resolved(const quipu_hold *hold)
{
    return hold->state > QUIPU_HOLD_OPEN;
}

/* Of programs whose only hold it is. */
const char *judge_hold(struct stage *stage, const struct hold_sight *sight)
{
    const quipu_account *debit = &sight->accounts[0], *credit = &sight->accounts[1];
    quipu_hold now;
    quipu_transfer by;

    if (quipu_lookup_holds(stage->ledger, &sight->before.id, 1, &now) != QUIPU_OK) {
        return "quipu_lookup_holds() failed";
    }
    if (is_resolved(&sight->before) && (debit->debits_pending != 0 || credit->credits_pending != 0))
        return "hold: resolved, but its accounts hold it still";
    if (is_resolved(&sight->before) && sight->open_count != 0)
        return "hold: resolved, but open in the account";
    if (debit->debits_pending == 0 && credit->credits_pending == 0 && !is_resolved(&sight->after))
        return "hold: open, but its accounts do not hold it any more";
    if (sight->open_count == 0 && !is_resolved(&sight->after))
        return "hold: open, but not in the account";
    if (sight->open_count == 0 && (sight->accounts_after[0].debits_pending != 0 ||
                                   sight->accounts_after[1].credits_pending != 0))
        return "hold: not open in the account, but its accounts hold it still";
    if (is_resolved(&sight->before) && memcmp(&sight->before, &sight->after, sizeof now) != 0)
        return "hold: resolved twice";
    if (is_resolved(&sight->after) && memcmp(&sight->after, &now, sizeof now) != 0)
        return "hold: resolved twice";
    if (now.state != QUIPU_HOLD_POSTED && now.state != QUIPU_HOLD_VOIDED) return NULL;
    if (quipu_lookup_transfers(stage->ledger, &now.resolved_by, 1, &by, NULL) != QUIPU_OK ||
        by.pending_id != now.id || by.timestamp != now.resolved_at) {
        return "hold: resolved by a transfer that did not";
    }
    return NULL;
}

const char *sight_scan(struct stage *stage, struct scan_sight *sight)
{
    quipu_query_filter filter = {.limit = 2};
    quipu_transfer page[2];
    size_t count;

    sight->begin = scheduler_time();
    sight->count = 0;
    do {
        if (quipu_query_transfers(stage->ledger, &filter, page, 2, &count) != QUIPU_OK) {
            return "quipu_query_transfers() failed";
        }
        for (size_t i = 0; i < count; i++) {
            if (page[i].timestamp < filter.timestamp_min) return "scan: out of order";
            filter.timestamp_min = page[i].timestamp + 1;
            if (sight->count < 16) sight->ids[sight->count++] = page[i].id;
            kept_told(page[i].id, false);
        }
    } while (count == 2);
    sight->done = true;
    return NULL;
}

static size_t count_seen(const struct scan_sight *sight, quipu_uint128 id)
{
    size_t count = 0;

    for (size_t i = 0; i < sight->count; i++)
        count += sight->ids[i] == id;
    return count;
}

/* All that was created before it began is on one page. */
const char *judge_scan(struct stage *stage, const struct scan_sight *sight)
{
    for (size_t t = 0; t < stage->history.tape_count; t++) {
        const struct tape *tape = &stage->history.tapes[t];

        for (size_t c = 0; c < tape->call_count; c++) {
            const struct history_call *call = &tape->calls[c];

            for (size_t s = call->first_step; s < call->first_step + call->step_count; s++) {
                const struct history_step *step = &tape->steps[s];
                size_t seen;

                if (step->kind != HISTORY_TRANSFER || step->status != QUIPU_CREATED) continue;
                seen = count_seen(sight, step->transfer.id);
                if (seen > 1) return "scan: a transfer on two pages";
                if (seen == 0 && call->end < sight->begin) return "scan: a transfer on no page";
            }
        }
    }
    return NULL;
}
