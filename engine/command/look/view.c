/* view.c - reads the options of a view, by the names of its book. */
#include "command/look/view.h"

#include <string.h>

#include "command/book/spoken.h"
#include "command/terminal/complain.h"

struct view_options view_options_new(void)
{
    return (struct view_options){
        .from = arg_str0(NULL, "from", "TIME", "from then on"),
        .to = arg_str0(NULL, "to", "TIME", "until then"),
        .code = arg_str0(NULL, "code", "CODE", "with this code"),
        .currency = arg_str0(NULL, "currency", "LEDGER", "of this ledger"),
        .account = arg_strn(NULL, "account", "ACCOUNT", 0, VIEW_ACCOUNTS_MAX, "of this account"),
        .amount = arg_str0(NULL, "amount", "A[..B]", "of this amount"),
        .limit = arg_str0(NULL, "limit", "N", "so many"),
        .decimal = arg_str0(NULL, "decimal", "MARK", "the mark before decimals (.)"),
        .reverse = arg_lit0(NULL, "reverse", "newest first"),
        .readable = arg_lit0(NULL, "readable", "decimals and dates in all formats"),
    };
}

bool view_mark(const struct arg_str *option, char *mark)
{
    static const char *const names[] = {".", ","};
    size_t place = 0;

    if (!option_name(option, names, sizeof names / sizeof *names, &place)) return false;
    *mark = names[place][0];
    return true;
}

/* The scale of amounts on the line: of the ledger that is named, or the only one of the book. */
static unsigned scale_of(const struct view *view)
{
    if (view->filter.ledger == 0 && view->book.ledger_count == 1)
        return view->book.ledgers[0].scale;
    return book_scale(&view->book, view->filter.ledger);
}

static bool read_amount(struct view *view, const char *text)
{
    const char *dots = strstr(text, "..");
    char first[QUIPU_TEXT_BYTES];
    size_t length = dots != NULL ? (size_t)(dots - text) : strlen(text);
    unsigned scale = scale_of(view);
    struct view_filter *filter = &view->filter;

    if (length >= sizeof first) length = sizeof first - 1;
    memcpy(first, text, length);
    first[length] = '\0';
    filter->has_amount = true;
    if (!spoken_amount("--amount", first, scale, view->mark, &filter->amount_min)) return false;
    filter->amount_max = filter->amount_min;
    return dots == NULL ||
           spoken_amount("--amount", dots + 2, scale, view->mark, &filter->amount_max);
}

static bool read_times(struct view_filter *filter, const struct view_options *options)
{
    if (options->from->count > 0 &&
        !spoken_time("--from", options->from->sval[0], false, &filter->from))
        return false;
    if (options->to->count > 0 && !spoken_time("--to", options->to->sval[0], true, &filter->to))
        return false;
    if (filter->to == 0 || filter->from <= filter->to) return true;
    complain("--from is after --to");
    return false;
}

static bool read_filter(struct view *view, const struct view_options *options)
{
    struct view_filter *filter = &view->filter;

    if (!view_mark(options->decimal, &view->mark)) return false;
    if (options->from == NULL) return true; /* it has VIEW_FORM_TABLE alone */
    if (!read_times(filter, options) ||
        !option_count(options->limit, 1, UINT64_MAX, &filter->limit))
        return false;
    if (options->code->count > 0 &&
        !spoken_code(&view->book, "--code", options->code->sval[0], &filter->code))
        return false;
    if (options->currency->count > 0 &&
        !spoken_ledger(&view->book, "--currency", options->currency->sval[0], &filter->ledger))
        return false;
    for (int i = 0; i < options->account->count; i++) {
        if (!spoken_account(&view->book, "--account", options->account->sval[i],
                            &filter->accounts[filter->account_count++]))
            return false;
    }
    filter->is_reversed = options->reverse->count > 0;
    return options->amount->count == 0 || read_amount(view, options->amount->sval[0]);
}

enum command_exit view_open(struct view *view, const struct view_options *options,
                            const char *directory, enum report_format format)
{
    enum command_exit exit;

    *view = (struct view){.directory = directory, .mark = '.'};
    exit = book_read(&view->book, directory);
    if (exit == COMMAND_FINE) exit = notes_read(&view->notes, directory);
    if (exit != COMMAND_FINE) return exit;
    if (!read_filter(view, options)) return COMMAND_USAGE;
    view->report = (struct report){
        .format = format,
        .has_names = view->book.is_there || view->notes.count > 0,
        .is_readable = options->readable->count > 0,
        .mark = view->mark,
    };
    return COMMAND_FINE;
}

void view_free(struct view *view)
{
    report_free(&view->report);
    notes_free(&view->notes);
    book_free(&view->book);
}

bool view_passes(const struct view *view, const quipu_transfer *transfer)
{
    const struct view_filter *filter = &view->filter;
    bool is_of_account = filter->account_count == 0;

    if ((filter->code != 0 && transfer->code != filter->code) ||
        (filter->ledger != 0 && transfer->ledger != filter->ledger) ||
        (filter->from != 0 && transfer->timestamp < filter->from) ||
        (filter->to != 0 && transfer->timestamp > filter->to) ||
        (filter->has_amount &&
         (transfer->amount < filter->amount_min || transfer->amount > filter->amount_max)))
        return false;
    for (size_t i = 0; i < filter->account_count && !is_of_account; i++)
        is_of_account = transfer->debit_account_id == filter->accounts[i] ||
                        transfer->credit_account_id == filter->accounts[i];
    return is_of_account;
}
