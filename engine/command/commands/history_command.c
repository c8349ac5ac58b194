/* history_command.c - `quipu history`: the transfers of one account, with its totals after each. */
#include <stdlib.h>

#include "command/commands/all_commands.h"
#include "command/look/look.h"
#include "command/terminal/complain.h"

static enum command_exit run(int argc, char **argv);

const struct command command_history = {
    .name = "history",
    .summary = "the transfers of one account, with running balances",
    .text =
        "The oldest comes first. The version is the one that the transfer gave the account; the\n"
        "totals are those right after it; the balance is credits posted less debits posted.\n"
        "\n" PAIR_KEPT_TEXT "\n" PAIR_OPTIONS_TEXT "\n" PAIR_EXIT_TEXT,
    .run = run,
};

/* An account's strand: entry i of each array is about the same transfer. */
struct strand {
    size_t count, capacity;
    quipu_uint128 *ids;
    quipu_transfer *transfers;
    quipu_account_balance *balances;
    quipu_transfer_versions *versions;
};

static bool strand_make(struct strand *strand, uint64_t capacity)
{
    if (capacity > UINT32_MAX) capacity = UINT32_MAX; /* the most a filter can ask for */
    strand->count = 0;
    strand->capacity = (size_t)capacity;
    strand->ids = calloc(strand->capacity, sizeof *strand->ids);
    strand->transfers = calloc(strand->capacity, sizeof *strand->transfers);
    strand->balances = calloc(strand->capacity, sizeof *strand->balances);
    strand->versions = calloc(strand->capacity, sizeof *strand->versions);
    return strand->ids != NULL && strand->transfers != NULL && strand->balances != NULL &&
           strand->versions != NULL;
}

static void strand_free(struct strand *strand)
{
    free(strand->ids);
    free(strand->transfers);
    free(strand->balances);
    free(strand->versions);
}

static quipu_status take_versions(quipu_ledger *ledger, struct strand *strand)
{
    quipu_transfer *again = malloc(QUIPU_BATCH_MAX * sizeof *again);
    quipu_status status = again != NULL ? QUIPU_OK : QUIPU_NO_MEMORY;

    for (size_t i = 0; i < strand->count; i++)
        strand->ids[i] = strand->transfers[i].id;
    for (size_t at = 0; at < strand->count && status == QUIPU_OK; at += QUIPU_BATCH_MAX) {
        size_t left = strand->count - at;

        status = quipu_lookup_transfers(ledger, strand->ids + at,
                                        left < QUIPU_BATCH_MAX ? left : QUIPU_BATCH_MAX, again,
                                        strand->versions + at);
    }
    free(again);
    return status;
}

/* The version bounds the count: each transfer of an account is a change of it. */
static quipu_status take(quipu_ledger *ledger, quipu_uint128 id, struct strand *strand)
{
    const quipu_account_filter filter = {
        .account_id = id,
        .limit = (uint32_t)strand->capacity,
        .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS,
    };
    size_t balance_count = 0;
    quipu_status status = quipu_get_account_transfers(ledger, &filter, strand->transfers,
                                                      strand->capacity, &strand->count);

    if (status != QUIPU_OK) return status;
    status = quipu_get_account_balances(ledger, &filter, strand->balances, strand->capacity,
                                        &balance_count);
    if (status != QUIPU_OK) return status;
    if (balance_count != strand->count) return QUIPU_CORRUPT; /* no thread writes */
    return take_versions(ledger, strand);
}

static void report_entry(struct report *report, quipu_uint128 id, const struct strand *strand,
                         size_t entry)
{
    const quipu_transfer *transfer = &strand->transfers[entry];
    const quipu_account_balance *after = &strand->balances[entry];
    bool is_debit = transfer->debit_account_id == id;
    char flags[FLAG_TEXT_BYTES];

    report_count(report, transfer->timestamp);
    report_count(report, is_debit ? strand->versions[entry].debit : strand->versions[entry].credit);
    report_amount(report, quipu_sum_of(transfer->id));
    report_text(report, is_debit ? "debit" : "credit");
    report_amount(
        report, quipu_sum_of(is_debit ? transfer->credit_account_id : transfer->debit_account_id));
    report_amount(report, quipu_sum_of(transfer->amount));
    report_amount(report, quipu_sum_of(transfer->pending_id));
    report_count(report, transfer->code);
    report_text(report, flag_write(RECORD_TRANSFER, transfer->flags, flags));
    look_report_totals(report, after->debits_pending, after->debits_posted, after->credits_pending,
                       after->credits_posted);
}

static enum command_exit show(quipu_ledger *ledger, quipu_uint128 id, struct report *report)
{
    static const struct column columns[] = {
        {"timestamp", COLUMN_WORD},
        {"version", COLUMN_WORD},
        {"transfer_id", COLUMN_AMOUNT},
        {"side", COLUMN_TEXT},
        {"other_account_id", COLUMN_AMOUNT},
        {"amount", COLUMN_AMOUNT},
        {"pending_id", COLUMN_AMOUNT},
        {"code", COLUMN_COUNT},
        {"flags", COLUMN_TEXT},
        {"debits_pending", COLUMN_AMOUNT},
        {"debits_posted", COLUMN_AMOUNT},
        {"credits_pending", COLUMN_AMOUNT},
        {"credits_posted", COLUMN_AMOUNT},
        {"balance", COLUMN_AMOUNT},
    };
    struct strand strand;
    quipu_account account;
    uint64_t version;
    quipu_status status = QUIPU_NO_MEMORY;
    enum command_exit exit = look_up(ledger, id, &account, &version);

    if (exit != COMMAND_FINE) return exit;
    if (strand_make(&strand, version)) status = take(ledger, id, &strand);
    if (status == QUIPU_OK) {
        report_sheet(report, SHEET_OF_ROWS, "history", NULL, columns,
                     sizeof columns / sizeof *columns);
        for (size_t entry = 0; entry < strand.count; entry++)
            report_entry(report, id, &strand, entry);
    } else {
        complain_of_status("reading a history", status);
    }
    strand_free(&strand);
    return status == QUIPU_OK ? COMMAND_FINE : COMMAND_SYSTEM;
}

static enum command_exit run(int argc, char **argv)
{
    const struct look look = {&command_history, true, show};

    return look_run(&look, argc, argv);
}
