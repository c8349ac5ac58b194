/* explained.c - facts about a transfer, then its accounts, then its hold. */
#include "command/look/explained.h"

#include <stdio.h>

#include "command/csv/flag_names.h"
#include "command/load/outcome_tally.h"
#include "command/look/dry_run.h"
#include "command/look/verdict.h"
#include "command/terminal/complain.h"

#define SENTENCE_BYTES 1024

static const struct column columns_of_transfer[] = {
    {"id", COLUMN_AMOUNT},       {"what", COLUMN_TEXT},     {"timestamp", COLUMN_WORD},
    {"amount", COLUMN_AMOUNT},   {"code", COLUMN_COUNT},    {"code_name", COLUMN_NAME},
    {"flags", COLUMN_TEXT},      {"outcome", COLUMN_TEXT},  {"meaning", COLUMN_TEXT},
    {"refused_by", COLUMN_TEXT}, {"needed", COLUMN_AMOUNT}, {"available", COLUMN_AMOUNT},
    {"missing", COLUMN_AMOUNT},  {"advice", COLUMN_TEXT},   {"description", COLUMN_NAME},
};

static const struct column columns_of_accounts[] = {
    {"side", COLUMN_TEXT},
    {"account_id", COLUMN_AMOUNT},
    {"account", COLUMN_NAME},
    {"when", COLUMN_TEXT},
    {"debits_pending", COLUMN_AMOUNT},
    {"debits_posted", COLUMN_AMOUNT},
    {"credits_pending", COLUMN_AMOUNT},
    {"credits_posted", COLUMN_AMOUNT},
    {"balance", COLUMN_AMOUNT},
    {"limit", COLUMN_TEXT},
};

static const struct column columns_of_hold[] = {
    {"hold", COLUMN_AMOUNT},        {"state", COLUMN_TEXT},       {"held", COLUMN_AMOUNT},
    {"posted", COLUMN_AMOUNT},      {"opened", COLUMN_WORD},      {"due", COLUMN_WORD},
    {"resolved_by", COLUMN_AMOUNT}, {"resolved_at", COLUMN_WORD},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *called(const struct view *view, quipu_uint128 id, quipu_written *number)
{
    const char *name = book_account_name(&view->book, id);

    *number = quipu_number_text(id);
    return name != NULL ? name : number->text;
}

/* --- accounts --- */

static const char *limit_of(const quipu_account *account)
{
    if (account->flags & QUIPU_ACCOUNT_CLOSED) return "closed";
    if (account->flags & QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS)
        return "debits must not exceed credits";
    if (account->flags & QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS)
        return "credits must not exceed debits";
    return "";
}

static void report_account_at(struct view *view, const char *side, const char *when,
                              const quipu_account *account)
{
    report_text(&view->report, side);
    look_report_party(view, account->id);
    report_text(&view->report, when);
    look_report_totals(view, account);
    report_text(&view->report, limit_of(account));
}

static quipu_account with_totals(const quipu_account *account, const quipu_account_balance *totals)
{
    quipu_account then = *account;

    then.debits_pending = totals->debits_pending;
    then.debits_posted = totals->debits_posted;
    then.credits_pending = totals->credits_pending;
    then.credits_posted = totals->credits_posted;
    return then;
}

/* An account before a transfer, after it, and now. */
static quipu_status report_side(struct view *view, const char *side, quipu_uint128 id,
                                uint64_t timestamp)
{
    const quipu_account_filter filter = {
        .account_id = id,
        .timestamp_max = timestamp,
        .limit = 2,
        .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS | QUIPU_FILTER_REVERSED,
    };
    quipu_account_balance totals[2] = {{0}, {0}};
    quipu_account account = {0}, then;
    size_t count = 0;
    quipu_status status = quipu_get_account_balances(view->ledger, &filter, totals, 2, &count);

    if (status == QUIPU_OK) status = quipu_lookup_accounts(view->ledger, &id, 1, &account, NULL);
    if (status != QUIPU_OK || account.id == 0) return status;
    then = with_totals(&account, &totals[1]);
    report_account_at(view, side, "before", &then);
    then = with_totals(&account, &totals[0]);
    report_account_at(view, side, "after", &then);
    report_account_at(view, side, "now", &account);
    return QUIPU_OK;
}

/* --- the hold --- */

static void sentence_of_hold(const struct view *view, const quipu_hold *hold, unsigned scale,
                             char *text, size_t size)
{
    const quipu_written held = quipu_amount_text(hold->amount, scale);

    switch ((quipu_hold_state)hold->state) {
    case QUIPU_HOLD_OPEN:
        (void)snprintf(text, size, "it holds %s: open%s%s", held.text,
                       hold->due != 0 ? ", until " : "",
                       hold->due != 0 ? quipu_time_text(hold->due).text : "");
        break;
    case QUIPU_HOLD_POSTED:
        (void)snprintf(text, size, "it held %s, of which %s was posted by %s", held.text,
                       quipu_amount_text(hold->posted, scale).text,
                       quipu_number_text(hold->resolved_by).text);
        break;
    case QUIPU_HOLD_VOIDED:
        (void)snprintf(text, size, "it held %s, which was given back by %s", held.text,
                       quipu_number_text(hold->resolved_by).text);
        break;
    case QUIPU_HOLD_EXPIRED:
        (void)snprintf(text, size, "it held %s until its time was over, and nothing was posted",
                       held.text);
        break;
    case QUIPU_HOLD_NONE: text[0] = '\0'; break;
    }
    (void)view;
}

static void report_time_if(struct report *report, uint64_t timestamp)
{
    if (timestamp != 0) {
        report_time(report, timestamp);
    } else {
        report_blank(report);
    }
}

static void report_hold(struct view *view, const quipu_hold *hold, unsigned scale)
{
    static const char *const states[] = {"none", "open", "posted", "voided", "expired"};
    struct report *report = &view->report;

    report_sheet(report, SHEET_OF_FACTS, "hold", "Its hold", columns_of_hold,
                 COUNT(columns_of_hold));
    report_id(report, hold->id);
    report_text(report, hold->state < COUNT(states) ? states[hold->state] : "unknown");
    report_money(report, quipu_sum_of(hold->amount), scale);
    report_money(report, quipu_sum_of(hold->posted), scale);
    report_time_if(report, hold->timestamp);
    report_time_if(report, hold->due);
    report_id(report, hold->resolved_by);
    report_time_if(report, hold->resolved_at);
}

/* --- a transfer that is there --- */

static void sentence_of(const struct view *view, const quipu_transfer *transfer,
                        const quipu_hold *hold, char text[static SENTENCE_BYTES])
{
    unsigned scale = book_scale(&view->book, transfer->ledger);
    quipu_written debit, credit;
    const char *verb = transfer->flags & QUIPU_TRANSFER_PENDING ? "reserved"
                       : transfer->flags & QUIPU_TRANSFER_VOID_PENDING_TRANSFER
                           ? "gave back a hold of"
                           : "moved";
    int used = snprintf(text, SENTENCE_BYTES, "it %s %s from %s to %s", verb,
                        quipu_amount_text(transfer->amount, scale).text,
                        called(view, transfer->debit_account_id, &debit),
                        called(view, transfer->credit_account_id, &credit));

    if (hold->id == transfer->id && hold->id != 0 && used > 0 && used < SENTENCE_BYTES - 2) {
        (void)snprintf(text + used, (size_t)(SENTENCE_BYTES - used), "; ");
        sentence_of_hold(view, hold, scale, text + used + 2, (size_t)(SENTENCE_BYTES - used - 2));
    }
}

static void report_transfer(struct view *view, const quipu_transfer *transfer, const char *what)
{
    struct report *report = &view->report;
    char flags[FLAG_TEXT_BYTES];

    report_sheet(report, SHEET_OF_FACTS, "transfer", NULL, columns_of_transfer,
                 COUNT(columns_of_transfer));
    report_id(report, transfer->id);
    report_text(report, what);
    report_time_if(report, transfer->timestamp);
    report_money(report, quipu_sum_of(transfer->amount), book_scale(&view->book, transfer->ledger));
    look_report_code(view, transfer->code);
    report_text(report, flag_write(RECORD_TRANSFER, transfer->flags, flags));
}

static void report_blanks(struct report *report, int count)
{
    while (count-- > 0)
        report_blank(report);
}

enum command_exit explained_stored(struct view *view, const quipu_transfer *transfer)
{
    char what[SENTENCE_BYTES];
    quipu_uint128 of_hold = transfer->pending_id != 0 ? transfer->pending_id : transfer->id;
    quipu_hold hold = {0};
    quipu_status status = quipu_lookup_holds(view->ledger, &of_hold, 1, &hold);

    if (status == QUIPU_OK) {
        sentence_of(view, transfer, &hold, what);
        report_transfer(view, transfer, what);
        report_text(&view->report, "created");
        report_text(&view->report, quipu_create_transfer_text(QUIPU_CREATED));
        report_blanks(&view->report, 5);
        report_name(&view->report, notes_of(&view->notes, transfer->id));
        report_sheet(&view->report, SHEET_OF_ROWS, "accounts", "Its accounts", columns_of_accounts,
                     COUNT(columns_of_accounts));
        status = report_side(view, "debit", transfer->debit_account_id, transfer->timestamp);
    }
    if (status == QUIPU_OK)
        status = report_side(view, "credit", transfer->credit_account_id, transfer->timestamp);
    if (status != QUIPU_OK) {
        complain_of_status("reading about a transfer", status);
        return COMMAND_SYSTEM;
    }
    if (hold.id != 0) report_hold(view, &hold, book_scale(&view->book, transfer->ledger));
    return COMMAND_FINE;
}

/* --- one that is not --- */

static void report_verdict(struct view *view, const quipu_transfer *transfer,
                           const struct dry_run *run)
{
    struct report *report = &view->report;
    unsigned scale = book_scale(&view->book, transfer->ledger);
    enum verdict_party party = verdict_party_of(run->result.status);
    char name[TALLY_NAME_BYTES], refused_by[BOOK_NAME_BYTES + 64];
    quipu_written number;
    quipu_uint128 id = party == VERDICT_OF_DEBIT    ? transfer->debit_account_id
                       : party == VERDICT_OF_CREDIT ? transfer->credit_account_id
                                                    : 0;

    if (run->result.status == QUIPU_CREATED) {
        report_text(report, "it would be created");
        report_blanks(report, 6);
        return;
    }
    report_text(report, tally_outcome_name(RECORD_TRANSFER, run->result.status, name));
    report_text(report, quipu_create_transfer_text(run->result.status));
    (void)snprintf(refused_by, sizeof refused_by, "%s%s%s", verdict_party_name(party),
                   id != 0 ? ", " : "", id != 0 ? called(view, id, &number) : "");
    report_text(report, refused_by);
    if (run->is_short) {
        report_money(report, quipu_sum_of(run->shortfall.needed), scale);
        report_money(report, quipu_sum_of(run->shortfall.available), scale);
        report_signed_money(
            report, quipu_difference(run->shortfall.needed, run->shortfall.available), scale);
    } else {
        report_blanks(report, 3);
    }
    report_text(report, verdict_advice(run->result.status));
}

enum command_exit explained_dry(struct view *view, const quipu_transfer *transfer)
{
    const quipu_uint128 ids[] = {transfer->debit_account_id, transfer->credit_account_id};
    quipu_account accounts[2] = {0};
    struct dry_run run;
    quipu_status status = dry_run(view->ledger, transfer, &run);

    if (status == QUIPU_OK) status = quipu_lookup_accounts(view->ledger, ids, 2, accounts, NULL);
    if (status != QUIPU_OK) {
        complain_of_status("judging a transfer", status);
        return COMMAND_SYSTEM;
    }
    report_transfer(view, transfer,
                    "there is no transfer with this id; a dry run on copies of its accounts, as "
                    "they are now, says what would become of it. Nothing was posted");
    report_verdict(view, transfer, &run);
    report_name(&view->report, notes_of(&view->notes, transfer->id));
    report_sheet(&view->report, SHEET_OF_ROWS, "accounts", "Its accounts", columns_of_accounts,
                 COUNT(columns_of_accounts));
    for (int i = 0; i < 2; i++) {
        if (accounts[i].id != 0)
            report_account_at(view, i == 0 ? "debit" : "credit", "now", &accounts[i]);
    }
    return run.result.status == QUIPU_CREATED ? COMMAND_FINE : COMMAND_REFUSED;
}

enum command_exit explained_absent(struct view *view, quipu_uint128 id)
{
    const quipu_transfer transfer = {.id = id};

    report_transfer(view, &transfer,
                    "there is no transfer with this id: it was never posted, or it was refused");
    report_blanks(&view->report, 6);
    report_text(&view->report, "a refused transfer leaves no record: say its --debit, --credit and "
                               "--amount to have it judged again");
    report_name(&view->report, notes_of(&view->notes, id));
    return COMMAND_REFUSED;
}
