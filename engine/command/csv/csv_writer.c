/* csv_writer.c - writes the columns that a bank needs, or all; a zero is an empty cell. */
#include "command/csv/csv_writer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "command/csv/flag_names.h"
#include "command/terminal/complain.h"
#include "quipu/format.h"

static bool open_in(struct output *output, const char *folder, const char *name)
{
    char path[OUTPUT_PATH_BYTES];
    int length = snprintf(path, sizeof path, "%s/%s", folder, name);

    if (length > 0 && length < (int)sizeof path) return output_open(output, path);
    complain("cannot write into %s: %s", folder, strerror(ENAMETOOLONG));
    return false;
}

static const char *const headers[][2] = {
    [WRITER_COLUMNS_OF_A_BANK] = {[RECORD_ACCOUNT] = "id,ledger,code,flags\n",
                                  [RECORD_TRANSFER] =
                                      "id,debit_account_id,credit_account_id,amount,pending_id,"
                                      "user_data_64,timeout,ledger,code,flags\n"},
    [WRITER_COLUMNS_ALL] = {[RECORD_ACCOUNT] = "id,user_data_128,user_data_64,user_data_32,ledger,"
                                               "code,timestamp,flags\n",
                            [RECORD_TRANSFER] =
                                "id,debit_account_id,credit_account_id,amount,pending_id,"
                                "user_data_128,user_data_64,user_data_32,timeout,ledger,code,"
                                "timestamp,flags\n"},
};

bool writer_open(struct writer *writer, const char *folder, enum writer_columns columns)
{
    memset(writer, 0, sizeof *writer);
    writer->columns = columns;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
        complain("cannot make %s: %s; check the folder that it is to be in", folder,
                 strerror(errno));
        return false;
    }
    if (!open_in(&writer->accounts, folder, "accounts.csv")) return false;
    if (!open_in(&writer->transfers, folder, "transfers.csv")) {
        output_drop(&writer->accounts);
        return false;
    }
    (void)fputs(headers[columns][RECORD_ACCOUNT], writer->accounts.stream);
    (void)fputs(headers[columns][RECORD_TRANSFER], writer->transfers.stream);
    return true;
}

static void put(FILE *file, quipu_uint128 number)
{
    if (number != 0) (void)fputs(quipu_number_text(number).text, file);
    (void)fputc(',', file);
}

void writer_account(struct writer *writer, const quipu_account *account)
{
    FILE *file = writer->accounts.stream;
    bool all = writer->columns == WRITER_COLUMNS_ALL;
    char flags[FLAG_TEXT_BYTES];

    put(file, account->id);
    if (all) put(file, account->user_data_128);
    if (all) put(file, account->user_data_64);
    if (all) put(file, account->user_data_32);
    put(file, account->ledger);
    put(file, account->code);
    if (all) put(file, account->timestamp);
    (void)fputs(flag_write(RECORD_ACCOUNT, account->flags, flags), file);
    (void)fputc('\n', file);
    writer->account_count++;
}

void writer_transfer(struct writer *writer, const quipu_transfer *transfer)
{
    FILE *file = writer->transfers.stream;
    bool all = writer->columns == WRITER_COLUMNS_ALL;
    char flags[FLAG_TEXT_BYTES];

    put(file, transfer->id);
    put(file, transfer->debit_account_id);
    put(file, transfer->credit_account_id);
    put(file, transfer->amount);
    put(file, transfer->pending_id);
    if (all) put(file, transfer->user_data_128);
    put(file, transfer->user_data_64);
    if (all) put(file, transfer->user_data_32);
    put(file, transfer->timeout);
    put(file, transfer->ledger);
    put(file, transfer->code);
    if (all) put(file, transfer->timestamp);
    (void)fputs(flag_write(RECORD_TRANSFER, transfer->flags, flags), file);
    (void)fputc('\n', file);
    writer->transfer_count++;
}

bool writer_close(struct writer *writer)
{
    bool accounts = output_close(&writer->accounts);
    bool transfers = output_close(&writer->transfers);

    return accounts && transfers;
}

void writer_drop(struct writer *writer)
{
    output_drop(&writer->accounts);
    output_drop(&writer->transfers);
}
