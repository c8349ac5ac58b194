/* row_outcomes.c - walks along the rows of a window, and writes the rejects. */
#include "command/load/row_outcomes.h"

#include <string.h>

static void write_refusal(const struct row_outcomes *outcomes, const struct window *window,
                          const struct window_row *row, struct reject *reject)
{
    const quipu_result *result = &window->results[row->record];
    char name[TALLY_NAME_BYTES];
    struct shortfall shortfall;

    reject->outcome = tally_outcome_name(outcomes->kind, result->status, name);
    reject->meaning = outcomes->kind == RECORD_ACCOUNT ? quipu_create_account_text(result->status)
                                                       : quipu_create_transfer_text(result->status);
    reject->meaning_length = strlen(reject->meaning);
    if (outcomes->kind == RECORD_TRANSFER &&
        shortfall_of(outcomes->ledger, &window->records[row->record].transfer, result, &shortfall))
        reject->shortfall = &shortfall;
    reject_write(outcomes->rejects, reject);
}

static void tell_refusal(const struct row_outcomes *outcomes, const struct window *window,
                         const struct window_row *row, struct reject *reject)
{
    uint32_t outcome = window->results[row->record].status;

    if (outcome == 0 || !tally_is_refusal(outcomes->kind, outcome)) return;
    if (outcomes->file->refused_line == 0) {
        outcomes->file->refused_line = row->line;
        outcomes->file->refused_outcome = outcome;
    }
    if (outcomes->rejects->stream != NULL) write_refusal(outcomes, window, row, reject);
}

static void tell_row(const struct row_outcomes *outcomes, const struct window *window,
                     const struct window_row *row)
{
    static const char skipped[] = "another row of its linked chain is bad";
    struct reject reject = {
        .path = outcomes->path,
        .line = row->line,
        .row = window->texts + row->text,
        .row_length = row->text_length,
    };

    switch (row->fate) {
    case WINDOW_GIVEN: tell_refusal(outcomes, window, row, &reject); return;
    case WINDOW_BAD:
        reject.outcome = "bad_row";
        reject.meaning = window->texts + row->reason;
        reject.meaning_length = row->reason_length;
        break;
    case WINDOW_SKIPPED:
        reject.outcome = "skipped_row";
        reject.meaning = skipped;
        reject.meaning_length = sizeof skipped - 1;
        break;
    }
    reject_write(outcomes->rejects, &reject);
}

void row_outcomes_tell(const struct row_outcomes *outcomes, const struct window *window)
{
    for (size_t i = 0; i < window->row_count; i++)
        tell_row(outcomes, window, &window->rows[i]);
}
