/* row_outcomes.c - a walk along the rows of a window. */
#include "command/load/row_outcomes.h"

#include <string.h>

static void write_refusal(const struct settle *settle, const struct window *window,
                          const struct window_row *row, struct reject *reject)
{
    const quipu_result *result = &window->results[row->record];
    char name[TALLY_NAME_BYTES];
    struct shortfall shortfall;

    reject->outcome = tally_outcome_name(settle->kind, result->status, name);
    reject->meaning = settle->kind == RECORD_ACCOUNT ? quipu_create_account_text(result->status)
                                                     : quipu_create_transfer_text(result->status);
    reject->meaning_length = strlen(reject->meaning);
    if (settle->kind == RECORD_TRANSFER &&
        shortfall_of(settle->ledger, &window->records[row->record].transfer, result, &shortfall))
        reject->shortfall = &shortfall;
    reject_write(settle->rejects, reject);
}

static void settle_refusal(const struct settle *settle, const struct window *window,
                           const struct window_row *row, struct reject *reject)
{
    uint32_t outcome = window->results[row->record].status;

    if (outcome == 0 || !tally_is_refusal(settle->kind, outcome)) return;
    if (settle->file->refused_line == 0) {
        settle->file->refused_line = row->line;
        settle->file->refused_outcome = outcome;
    }
    if (settle->rejects->stream != NULL) write_refusal(settle, window, row, reject);
}

static void settle_row(const struct settle *settle, const struct window *window,
                       const struct window_row *row)
{
    static const char skipped[] = "another row of its linked chain is bad";
    struct reject reject = {
        .path = settle->path,
        .line = row->line,
        .row = window->texts + row->text,
        .row_length = row->text_length,
    };

    switch (row->fate) {
    case WINDOW_GIVEN: settle_refusal(settle, window, row, &reject); return;
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
    reject_write(settle->rejects, &reject);
}

void settle_window(const struct settle *settle, const struct window *window)
{
    for (size_t i = 0; i < window->row_count; i++)
        settle_row(settle, window, &window->rows[i]);
}
