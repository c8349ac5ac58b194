/* holds_command.c - `quipu holds`: pending transfers and what became of them. */
#include <stdlib.h>

#include "command/commands/all_commands.h"
#include "command/look/look.h"
#include "command/look/transfer_scan.h"
#include "command/terminal/complain.h"

static enum command_exit run(int argc, char **argv);

const struct command command_holds = {
    .name = "holds",
    .summary = "pending transfers that are open, or those of the ids",
    .text = "Without ids: those that are open, by time, account, code or amount. With ids: these, "
            "in any\n"
            "state: open, posted, voided or expired.\n"
            "\n" VIEW_OPTIONS_TEXT "\n" PAIR_KEPT_TEXT "\n" PAIR_OPTIONS_TEXT "\n" PAIR_EXIT_TEXT,
    .run = run,
};

static const char *name_of(uint32_t state)
{
    switch ((quipu_hold_state)state) {
    case QUIPU_HOLD_NONE: return "none";
    case QUIPU_HOLD_OPEN: return "open";
    case QUIPU_HOLD_POSTED: return "posted";
    case QUIPU_HOLD_VOIDED: return "voided";
    case QUIPU_HOLD_EXPIRED: return "expired";
    }
    return "unknown";
}

static void report_time_or_blank(struct report *report, uint64_t timestamp)
{
    if (timestamp != 0) {
        report_time(report, timestamp);
    } else {
        report_blank(report);
    }
}

static void add_hold(struct view *view, const quipu_hold *hold, uint32_t ledger)
{
    struct report *report = &view->report;
    unsigned scale = book_scale(&view->book, ledger);

    report_time(report, hold->timestamp);
    report_id(report, hold->id);
    look_report_party(view, hold->debit_account_id);
    look_report_party(view, hold->credit_account_id);
    report_money(report, quipu_sum_of(hold->amount), scale);
    look_report_ledger(view, ledger);
    report_text(report, name_of(hold->state));
    report_money(report, quipu_sum_of(hold->posted), scale);
    report_id(report, hold->resolved_by);
    report_time_or_blank(report, hold->resolved_at);
    report_time_or_blank(report, hold->due);
}

struct scan_of_holds {
    struct view *view;
    uint64_t left;
    quipu_status status;
};

static bool add_if_open(void *context, const quipu_transfer *transfer)
{
    struct scan_of_holds *scan = context;
    quipu_hold hold;

    if ((transfer->flags & QUIPU_TRANSFER_PENDING) == 0) return true;
    scan->status = quipu_lookup_holds(scan->view->ledger, &transfer->id, 1, &hold);
    if (scan->status != QUIPU_OK) return false;
    if (hold.state != QUIPU_HOLD_OPEN) return true;
    add_hold(scan->view, &hold, transfer->ledger);
    return --scan->left > 0;
}

static enum command_exit show_open(struct view *view)
{
    struct scan_of_holds scan = {view, view->filter.limit > 0 ? view->filter.limit : UINT64_MAX,
                                 QUIPU_OK};
    uint64_t limit = view->filter.limit;
    enum command_exit exit;

    view->filter.limit = 0; /* of holds, not of the transfers that are looked at */
    exit = transfer_scan(view, add_if_open, &scan);
    view->filter.limit = limit;
    if (exit == COMMAND_FINE && scan.status != QUIPU_OK) {
        complain_of_status("looking a hold up", scan.status);
        exit = COMMAND_SYSTEM;
    }
    return exit;
}

static enum command_exit show_one(struct view *view, quipu_uint128 id)
{
    quipu_transfer transfer = {0};
    quipu_hold hold = {0};
    quipu_status status = quipu_lookup_holds(view->ledger, &id, 1, &hold);

    if (status == QUIPU_OK) status = quipu_lookup_transfers(view->ledger, &id, 1, &transfer, NULL);
    if (status != QUIPU_OK) {
        complain_of_status("looking a hold up", status);
        return COMMAND_SYSTEM;
    }
    if (hold.id == 0) {
        complain("no pending transfer %s", quipu_number_text(id).text);
        return COMMAND_REFUSED;
    }
    add_hold(view, &hold, transfer.ledger);
    return COMMAND_FINE;
}

static enum command_exit show(struct view *view)
{
    static const struct column columns[] = {
        {"timestamp", COLUMN_WORD},
        {"id", COLUMN_AMOUNT},
        {"debit_account_id", COLUMN_AMOUNT},
        {"debit_account", COLUMN_NAME},
        {"credit_account_id", COLUMN_AMOUNT},
        {"credit_account", COLUMN_NAME},
        {"amount", COLUMN_AMOUNT},
        {"ledger", COLUMN_COUNT},
        {"ledger_name", COLUMN_NAME},
        {"state", COLUMN_TEXT},
        {"posted", COLUMN_AMOUNT},
        {"resolved_by", COLUMN_AMOUNT},
        {"resolved_at", COLUMN_WORD},
        {"due", COLUMN_WORD},
    };
    enum command_exit exit = COMMAND_FINE;

    report_sheet(&view->report, SHEET_OF_ROWS, "holds", NULL, columns,
                 sizeof columns / sizeof *columns);
    if (view->id_count == 0) return show_open(view);
    for (size_t i = 0; i < view->id_count && exit == COMMAND_FINE; i++)
        exit = show_one(view, view->ids[i]);
    return exit;
}

static enum command_exit run(int argc, char **argv)
{
    const struct look look = {
        .command = &command_holds,
        .of = "ID",
        .most_ids = VIEW_ACCOUNTS_MAX,
        .is_streamed = true,
        .show = show,
    };

    return look_run(&look, argc, argv);
}
