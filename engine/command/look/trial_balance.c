/* trial_balance.c - the lines, sorted by ledger and code; a line is found by binary search. */
#include "command/look/trial_balance.h"

#include <stdlib.h>
#include <string.h>

#include "command/common/growing_array.h"
#include "command/look/all_accounts.h"
#include "command/terminal/complain.h"

static uint64_t key_of(uint32_t ledger, uint32_t code)
{
    return (uint64_t)ledger << 32 | code;
}

/* The line of this ledger and code; a new one if there is none. Returns NULL if memory runs out. */
static struct trial_line *line_of(struct trial *trial, uint32_t ledger, uint32_t code)
{
    size_t low = 0, high = trial->line_count;
    uint64_t key = key_of(ledger, code);

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct trial_line *line = &trial->lines[middle];

        if (key_of(line->ledger, line->code) < key) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low < trial->line_count && key_of(trial->lines[low].ledger, trial->lines[low].code) == key)
        return &trial->lines[low];

    struct trial_line *lines =
        grow(trial->lines, &trial->line_capacity, trial->line_count + 1, sizeof *lines);

    if (lines == NULL) return NULL;
    trial->lines = lines;
    memmove(lines + low + 1, lines + low, (trial->line_count - low) * sizeof *lines);
    trial->line_count++;
    lines[low] = (struct trial_line){.ledger = ledger, .code = code};
    return &lines[low];
}

static bool add(struct trial *trial, const quipu_account *account, uint32_t code)
{
    struct trial_line *line = line_of(trial, account->ledger, code);

    if (line == NULL) return false;
    line->account_count++;
    quipu_sum_add(&line->debits_pending, quipu_sum_of(account->debits_pending));
    quipu_sum_add(&line->debits_posted, quipu_sum_of(account->debits_posted));
    quipu_sum_add(&line->credits_pending, quipu_sum_of(account->credits_pending));
    quipu_sum_add(&line->credits_posted, quipu_sum_of(account->credits_posted));
    return true;
}

struct visit {
    struct trial *trial;
    bool out_of_memory;
};

static bool take(void *context, const quipu_account *account)
{
    struct visit *visit = context;

    visit->out_of_memory =
        !add(visit->trial, account, 0) || !add(visit->trial, account, account->code);
    return !visit->out_of_memory;
}

bool trial_take(quipu_ledger *ledger, struct trial *trial)
{
    struct visit visit = {trial, false};
    quipu_status status;

    *trial = (struct trial){0};
    status = all_accounts_visit(ledger, take, &visit);
    if (visit.out_of_memory) status = QUIPU_NO_MEMORY;
    if (status == QUIPU_OK) return true;
    complain_of_status("the trial balance", status);
    trial_free(trial);
    return false;
}

void trial_free(struct trial *trial)
{
    free(trial->lines);
    *trial = (struct trial){0};
}

static bool equal(quipu_sum a, quipu_sum b)
{
    return a.low == b.low && a.high == b.high;
}

static bool line_balances(const struct trial_line *line)
{
    return equal(line->debits_pending, line->credits_pending) &&
           equal(line->debits_posted, line->credits_posted);
}

bool trial_balances(const struct trial *trial)
{
    for (size_t i = 0; i < trial->line_count; i++) {
        if (trial->lines[i].code == 0 && !line_balances(&trial->lines[i])) return false;
    }
    return true;
}

static void report_totals(const struct trial_line *line, struct report *report)
{
    report_count(report, line->account_count);
    report_amount(report, line->debits_pending);
    report_amount(report, line->debits_posted);
    report_amount(report, line->credits_pending);
    report_amount(report, line->credits_posted);
}

void trial_report(const struct trial *trial, struct report *report)
{
    static const struct column by_code[] = {
        {"ledger", COLUMN_COUNT},          {"code", COLUMN_COUNT},
        {"accounts", COLUMN_COUNT},        {"debits_pending", COLUMN_AMOUNT},
        {"debits_posted", COLUMN_AMOUNT},  {"credits_pending", COLUMN_AMOUNT},
        {"credits_posted", COLUMN_AMOUNT},
    };
    static const struct column by_ledger[] = {
        {"ledger", COLUMN_COUNT},
        {"accounts", COLUMN_COUNT},
        {"debits_pending", COLUMN_AMOUNT},
        {"debits_posted", COLUMN_AMOUNT},
        {"credits_pending", COLUMN_AMOUNT},
        {"credits_posted", COLUMN_AMOUNT},
        {"debits_equal_credits", COLUMN_TRUTH},
    };

    report_sheet(report, SHEET_OF_ROWS, "trial_balance", "Trial balance by ledger and code",
                 by_code, sizeof by_code / sizeof *by_code);
    for (size_t i = 0; i < trial->line_count; i++) {
        if (trial->lines[i].code == 0) continue;
        report_count(report, trial->lines[i].ledger);
        report_count(report, trial->lines[i].code);
        report_totals(&trial->lines[i], report);
    }
    report_sheet(report, SHEET_OF_ROWS, "ledgers", "By ledger", by_ledger,
                 sizeof by_ledger / sizeof *by_ledger);
    for (size_t i = 0; i < trial->line_count; i++) {
        if (trial->lines[i].code != 0) continue;
        report_count(report, trial->lines[i].ledger);
        report_totals(&trial->lines[i], report);
        report_truth(report, line_balances(&trial->lines[i]));
    }
}
