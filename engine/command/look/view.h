/* view.h - what a command shows of a ledger: its names, the filters of the line, and the report. */
#ifndef QUIPU_COMMAND_LOOK_VIEW_H
#define QUIPU_COMMAND_LOOK_VIEW_H

#include <stdbool.h>

#include "command/book/book.h"
#include "command/book/notes.h"
#include "command/report/report.h"
#include "command/terminal/options.h"
#include "quipu/quipu.h"

/* The most accounts that a line names. */
#define VIEW_ACCOUNTS_MAX 64

/* Which of the records are shown. Zero filters nothing. */
struct view_filter {
    uint64_t from, to; /* both inclusive */
    uint16_t code;
    uint32_t ledger;
    bool has_amount;
    quipu_uint128 amount_min, amount_max;
    uint64_t limit;
    bool is_reversed;
    quipu_uint128 accounts[VIEW_ACCOUNTS_MAX]; /* of --account */
    size_t account_count;
};

struct view {
    quipu_ledger *ledger;
    const char *directory; /* of a kept ledger, or NULL */
    struct book book;
    struct notes notes;
    struct view_filter filter;
    quipu_uint128 ids[VIEW_ACCOUNTS_MAX]; /* that stand on the line */
    size_t id_count;
    char mark; /* between an amount and its decimals */
    bool is_monthly;
    struct report report;
};

/* The options of a view: arrays of one, for the table of a command. */
struct view_options {
    struct arg_str *from, *to, *code, *currency, *account, *amount, *limit, *decimal;
    struct arg_lit *reverse, *readable;
};

struct view_options view_options_new(void);

/* --decimal and --readable alone, and what chooses records. */
#define VIEW_FORM_TABLE(options) (options).decimal, (options).readable
#define VIEW_OPTIONS_TABLE(options)                                                                \
    (options).from, (options).to, (options).code, (options).currency, (options).account,           \
        (options).amount, (options).limit, (options).reverse, VIEW_FORM_TABLE(options)

/* Read the book and the notes of the ledger in a directory (NULL: none), and the options. Complains
 * unless it returns COMMAND_FINE. Give the view to view_free() in any case. */
enum command_exit view_open(struct view *view, const struct view_options *options,
                            const char *directory, enum report_format format);
void view_free(struct view *view);

/* What a command does with the ledger of a view. It complains unless it returns COMMAND_FINE. */
typedef enum command_exit view_work(struct view *view, const void *context);

/* If all is fine so far: reach the ledger in the view's directory, do the work, close it. Frees the
 * view, and returns what became of all that. */
enum command_exit view_run(struct view *view, enum command_exit exit, view_work *work,
                           const void *context);

/* The decimal mark that an option says; a point if it is absent. */
bool view_mark(const struct arg_str *option, char *mark);

/* Does the filter let a transfer pass? */
bool view_passes(const struct view *view, const quipu_transfer *transfer);

#define VIEW_OPTIONS_TEXT                                                                          \
    "--from and --to are a date (2026-01-31), a time (2026-01-31T12:30:00Z) or ns since 1970,\n"   \
    "both inclusive. --code, --currency and --account take a name of the book or a number.\n"      \
    "--amount takes an amount, or two: 10..20. --limit N shows the first N; with --reverse the\n"  \
    "newest come first.\n" VIEW_FORM_TEXT

#define VIEW_FORM_TEXT                                                                             \
    "Where the ledger has a book of names (`quipu name`) they are shown beside the ids, and a\n"   \
    "balance is that of the account's normal side. A table shows amounts with decimals and\n"      \
    "times of the calendar; other formats show minor units and ns, unless --readable is given.\n"  \
    "--decimal says which mark stands before decimals: . or ,\n"

#endif
