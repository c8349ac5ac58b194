/* csv_writer.c - writes the columns that a bank needs; a zero is an empty cell. */
#include "command/csv/csv_writer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "command/common/number.h"
#include "command/csv/flag_names.h"
#include "command/terminal/complain.h"

static bool open_in(struct output *output, const char *folder, const char *name)
{
    char path[OUTPUT_PATH_BYTES];
    int length = snprintf(path, sizeof path, "%s/%s", folder, name);

    if (length > 0 && length < (int)sizeof path) return output_open(output, path);
    complain("cannot write into %s: %s", folder, strerror(ENAMETOOLONG));
    return false;
}

bool writer_open(struct writer *writer, const char *folder)
{
    memset(writer, 0, sizeof *writer);
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
    (void)fputs("id,ledger,code,flags\n", writer->accounts.stream);
    (void)fputs("id,debit_account_id,credit_account_id,amount,pending_id,user_data_64,timeout,"
                "ledger,code,flags\n",
                writer->transfers.stream);
    return true;
}

static void put(FILE *file, quipu_uint128 number)
{
    char text[NUMBER_TEXT_BYTES];

    if (number != 0) (void)fputs(number_write(wide_of(number), text), file);
    (void)fputc(',', file);
}

void writer_account(struct writer *writer, const quipu_account *account)
{
    char flags[FLAG_TEXT_BYTES];

    put(writer->accounts.stream, account->id);
    put(writer->accounts.stream, account->ledger);
    put(writer->accounts.stream, account->code);
    (void)fputs(flag_write(RECORD_ACCOUNT, account->flags, flags), writer->accounts.stream);
    (void)fputc('\n', writer->accounts.stream);
    writer->account_count++;
}

void writer_transfer(struct writer *writer, const quipu_transfer *transfer)
{
    char flags[FLAG_TEXT_BYTES];

    put(writer->transfers.stream, transfer->id);
    put(writer->transfers.stream, transfer->debit_account_id);
    put(writer->transfers.stream, transfer->credit_account_id);
    put(writer->transfers.stream, transfer->amount);
    put(writer->transfers.stream, transfer->pending_id);
    put(writer->transfers.stream, transfer->user_data_64);
    put(writer->transfers.stream, transfer->timeout);
    put(writer->transfers.stream, transfer->ledger);
    put(writer->transfers.stream, transfer->code);
    (void)fputs(flag_write(RECORD_TRANSFER, transfer->flags, flags), writer->transfers.stream);
    (void)fputc('\n', writer->transfers.stream);
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
