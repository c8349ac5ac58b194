/* import.c - fuzz target: bytes are a pair of CSV files, for `quipu import`.
 *
 * The first byte chooses protocol, strictness, threads, and whether a last row needs a line end.
 * The rest is the accounts file up to a line of three equals signs, and behind it the transfers
 * file. Whatever the files say:
 *
 *   - each row is accounted for: given to the ledger, bad, or skipped with its chain
 *   - the exit code says that rows were bad or refused if and only if some were, and so does a
 *     complaint
 *   - the rejects are as many as the rows that were not posted
 *   - records that could be read are the same when they are written down and read again
 *   - the books balance */
#define _GNU_SOURCE
#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/load/chain_reader.h"
#include "command/load/load.h"
#include "command/load/outcome_tally.h"
#include "command/look/trial_balance.h"
#include "machines/fuzz/claim.h"
#include "machines/fuzz/import_files.h"
#include "machines/fuzz/target.h"
#include "quipu/format.h"

#define SEPARATOR "\n===\n"

/* --- written down and read again --- */

/* All records and chains of a file. Returns false if its header makes no sense. */
static bool read_file(enum record_kind kind, const char *path, struct window *window,
                      struct intake *intake)
{
    const struct intake_order order = {.kind = kind, .path = path};

    if (intake_open(intake, &order) != COMMAND_FINE) return false;
    claim(intake_fill(intake, window, SIZE_MAX) == INTAKE_END);
    intake_close(intake);
    claim(intake->row_count == window->record_count + intake->bad_count + intake->skipped_count,
          "%zu records of %llu rows", window->record_count, (unsigned long long)intake->row_count);
    return true;
}

static void put(FILE *file, quipu_uint128 number)
{
    (void)fprintf(file, "%s,", quipu_number_text(number).text);
}

static void write_account(FILE *file, const quipu_account *a)
{
    put(file, a->debits_pending);
    put(file, a->debits_posted);
    put(file, a->credits_pending);
    put(file, a->credits_posted);
    put(file, a->user_data_128);
    put(file, a->user_data_64);
    put(file, a->user_data_32);
    put(file, a->reserved);
}

static void write_transfer(FILE *file, const quipu_transfer *t)
{
    put(file, t->debit_account_id);
    put(file, t->credit_account_id);
    put(file, t->amount);
    put(file, t->pending_id);
    put(file, t->user_data_128);
    put(file, t->user_data_64);
    put(file, t->user_data_32);
    put(file, t->timeout);
}

/* The first field and the last four are the same of both. */
static void write_record(FILE *file, enum record_kind kind, const union record *r)
{
    char flags[FLAG_TEXT_BYTES];

    put(file, r->account.id);
    if (kind == RECORD_ACCOUNT) write_account(file, &r->account);
    if (kind == RECORD_TRANSFER) write_transfer(file, &r->transfer);
    put(file, r->account.ledger);
    put(file, r->account.code);
    (void)fprintf(file, "%s,%llu\r\n", flag_write(kind, r->account.flags, flags),
                  (unsigned long long)r->account.timestamp);
}

static const char *write_window(enum record_kind kind, const struct window *window)
{
    const char *path;
    char *data = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&data, &size);

    claim(file != NULL);
    (void)fprintf(file, "%s\n", record_field_names(kind));
    for (size_t i = 0; i < window->record_count; i++)
        write_record(file, kind, &window->records[i]);
    claim(fclose(file) == 0);
    path = file_write(FILE_AGAIN, data, size);
    free(data);
    return path;
}

static void read_twice(enum record_kind kind, const char *path)
{
    struct window first = {0}, again = {0};
    struct intake intake;

    if (read_file(kind, path, &first, &intake)) {
        claim(read_file(kind, write_window(kind, &first), &again, &intake));
        claim(intake.bad_count == 0 && intake.skipped_count == 0);
        claim(first.record_count == again.record_count && first.chain_count == again.chain_count);
        if (first.record_count > 0) {
            claim(memcmp(first.records, again.records,
                         first.record_count * sizeof *first.records) == 0,
                  "what was read is not what was written");
        }
        if (first.chain_count > 0) {
            claim(memcmp(first.chain_begins, again.chain_begins,
                         first.chain_count * sizeof *first.chain_begins) == 0,
                  "chains begin elsewhere");
        }
    }
    window_free(&first);
    window_free(&again);
}

/* --- into a ledger --- */

static void check_file(const struct load_file *file)
{
    uint64_t judged = file->tally.created + tally_failures(&file->tally);

    claim(file->tally.unknown == 0);
    claim(file->row_count == judged + file->bad_count + file->skipped_count,
          "%llu rows: %llu judged, %llu bad, %llu skipped", (unsigned long long)file->row_count,
          (unsigned long long)judged, (unsigned long long)file->bad_count,
          (unsigned long long)file->skipped_count);
}

static void count_row(int end, void *context)
{
    (void)end;
    ++*(uint64_t *)context;
}

static void check_rejects(const char *path, uint64_t wanted)
{
    static char text[1 << 20];
    struct csv_parser parser;
    uint64_t rows = 0;
    FILE *file = fopen(path, "r");
    size_t length;

    claim(file != NULL && csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) == 0);
    while ((length = fread(text, 1, sizeof text, file)) > 0)
        claim(csv_parse(&parser, text, length, NULL, count_row, &rows) == length);
    claim(csv_fini(&parser, NULL, count_row, &rows) == 0);
    csv_free(&parser);
    claim(fclose(file) == 0 && unlink(path) == 0);
    claim(rows == wanted + 1, "%llu rejects of %llu rows", (unsigned long long)rows - 1,
          (unsigned long long)wanted);
}

static void load_pair(uint8_t how, const char *accounts, const char *transfers)
{
    char rejects[64];
    const struct load_order order = {.accounts_path = accounts,
                                     .transfers_path = transfers,
                                     .protocol = (quipu_protocol)(how & 3),
                                     .thread_count = (how >> 3 & 7) == 7 ? 2 : 1,
                                     .strict = (how & 4) != 0,
                                     .accept_unterminated = (how & 64) != 0,
                                     .rejects_path = rejects};
    unsigned long complaints = complaint_count;
    struct load load;
    struct trial trial;
    enum command_exit exit;
    uint64_t bad, refused;

    (void)snprintf(rejects, sizeof rejects, "/dev/shm/quipu-fuzz-%ld.csv", (long)getpid());
    exit = load_run(&order, &load);
    bad = load.accounts.bad_count + load.transfers.bad_count;
    refused = tally_refusals(RECORD_ACCOUNT, &load.accounts.tally) +
              tally_refusals(RECORD_TRANSFER, &load.transfers.tally);
    complaints = complaint_count - complaints;
    claim(exit == COMMAND_FINE || exit == COMMAND_REFUSED, "exit code %d", (int)exit);
    claim((exit == COMMAND_REFUSED) == (complaints > 0), "%lu complaints", complaints);
    claim(load.ledger != NULL || exit == COMMAND_REFUSED);
    if (load.ledger == NULL) {
        (void)unlink(rejects);
        return;
    }

    claim((exit == COMMAND_REFUSED) == (bad + refused > 0));
    check_rejects(rejects,
                  bad + refused + load.accounts.skipped_count + load.transfers.skipped_count);
    check_file(&load.accounts);
    check_file(&load.transfers);
    claim(trial_take(load.ledger, &trial));
    claim(trial_balances(&trial), "the books do not balance");
    trial_free(&trial);
    load_free(&load);
    claim(load.ledger == NULL, "the ledger closes");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *files = data + 1, *separator, *end = data + size;
    const char *accounts, *transfers;

    if (size == 0) return 0;
    separator = memmem(files, (size_t)(end - files), SEPARATOR, strlen(SEPARATOR));
    if (separator == NULL) separator = end;
    accounts = file_write(FILE_ACCOUNTS, files, (size_t)(separator - files));
    if (separator < end) separator += strlen(SEPARATOR);
    transfers = file_write(FILE_TRANSFERS, separator, (size_t)(end - separator));

    read_twice(RECORD_ACCOUNT, accounts);
    read_twice(RECORD_TRANSFER, transfers);
    load_pair(data[0], accounts, transfers);
    return 0;
}
