/* conservation.c - in each ledger, debits equal credits: pending and posted ones alike, since the
 * history began. */
#include <stdlib.h>

#include "checker/checker_parts.h"

/* The sums of a ledger, modulo 2^128: equal debits and credits stay equal. */
struct balance {
    uint32_t ledger;
    bool known; /* the last state of each of its accounts is known */
    quipu_uint128 debits_pending, debits_posted, credits_pending, credits_posted;
};

/* The last state of an account: the one that was read or, if none was, the one that replay
 * computed. Returns false if there is neither. */
static bool last_state(const struct checker *c, uint32_t a, struct totals *last)
{
    const struct account *account = &c->accounts[a];

    if (account->last_read != NONE) {
        const quipu_account *read = &c->steps[account->last_read]->account;

        *last = (struct totals){read->debits_pending, read->debits_posted, read->credits_pending,
                                read->credits_posted, false};
        return true;
    }
    if (totals_at(c, a, account->high) == NULL) return false;
    *last = *totals_at(c, a, account->high);
    return true;
}

static void find_last_reads(struct checker *c)
{
    for (uint32_t r = 0; r < c->read_count; r++) {
        const struct seen *seen = &c->reads[r];
        struct account *account;

        if (seen->account == NONE || c->steps[seen->step]->kind != HISTORY_READ) continue;
        account = &c->accounts[seen->account];
        if (c->units[seen->unit == NONE ? 0 : seen->unit].end == UNIT_REFUSED) continue;
        if (seen->state == account->first_state + account->high && account->origin != NONE) {
            account->last_read = seen->step;
        }
    }
}

static int by_ledger(const void *left, const void *right)
{
    const struct balance *a = left, *b = right;

    return (a->ledger > b->ledger) - (a->ledger < b->ledger);
}

static uint32_t list_ledgers(const struct checker *c, struct balance *balances)
{
    uint32_t count = 0;

    for (uint32_t a = 0; a < c->account_names.count; a++) {
        const struct account *account = &c->accounts[a];
        struct totals last;

        if (account->origin == NONE) continue;
        balances[count] = (struct balance){.ledger = c->steps[account->origin]->account.ledger};
        balances[count].known = last_state(c, a, &last);
        if (balances[count].known) {
            const quipu_account *first = &c->steps[account->origin]->account;

            balances[count].debits_pending = last.debits_pending - first->debits_pending;
            balances[count].debits_posted = last.debits_posted - first->debits_posted;
            balances[count].credits_pending = last.credits_pending - first->credits_pending;
            balances[count].credits_posted = last.credits_posted - first->credits_posted;
        }
        count++;
    }
    return count;
}

static void judge(struct checker *c, const struct balance *sum)
{
    const char *what = NULL;
    struct finding *finding;

    if (!sum->known) return;
    if (sum->debits_posted != sum->credits_posted) {
        what = "posted debits and credits of a ledger differ in the end";
    } else if (sum->debits_pending != sum->credits_pending) {
        what = "pending debits and credits of a ledger differ in the end";
    }
    if (what == NULL) return;
    finding = checker_note(c, ANOMALY_NOT_CONSERVED, what, NONE, NONE);
    finding->compares = true;
    finding->found =
        sum->debits_posted != sum->credits_posted ? sum->debits_posted : sum->debits_pending;
    finding->expected =
        sum->debits_posted != sum->credits_posted ? sum->credits_posted : sum->credits_pending;
}

bool conservation_check(struct checker *c)
{
    struct balance *balances =
        checker_room(c, ROOM_LEDGERS, c->account_names.count, sizeof *balances);
    uint32_t count;

    if (balances == NULL) return false;
    /* Under cas a read may show totals that are older than its version. */
    if (c->history->promise == HISTORY_SERIALIZABLE) find_last_reads(c);
    count = list_ledgers(c, balances);
    qsort(balances, count, sizeof *balances, by_ledger);
    for (uint32_t i = 0; i < count;) {
        struct balance sum = balances[i++];

        for (; i < count && balances[i].ledger == sum.ledger; i++) {
            sum.known &= balances[i].known;
            sum.debits_pending += balances[i].debits_pending;
            sum.debits_posted += balances[i].debits_posted;
            sum.credits_pending += balances[i].credits_pending;
            sum.credits_posted += balances[i].credits_posted;
        }
        judge(c, &sum);
    }
    return true;
}
