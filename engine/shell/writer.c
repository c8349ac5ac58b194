/* writer.c - the columns that a bank needs; zero is left empty. */
#include "writer.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "complain.h"
#include "flag.h"
#include "number.h"

static bool complain_of(const char *path)
{
    complain("cannot write %s: %s; check the folder and the space on its disk", path,
             strerror(errno));
    return false;
}

static bool join(char path[static WRITER_PATH_BYTES], const char *folder, const char *name)
{
    int length = snprintf(path, WRITER_PATH_BYTES, "%s/%s", folder, name);

    if (length > 0 && length < WRITER_PATH_BYTES) return true;
    errno = ENAMETOOLONG;
    return complain_of(folder);
}

bool writer_open(struct writer *writer, const char *folder)
{
    memset(writer, 0, sizeof *writer);
    if (!join(writer->accounts_path, folder, "accounts.csv")) return false;
    if (!join(writer->transfers_path, folder, "transfers.csv")) return false;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) return complain_of(folder);

    writer->accounts = fopen(writer->accounts_path, "w");
    if (writer->accounts == NULL) return complain_of(writer->accounts_path);
    writer->transfers = fopen(writer->transfers_path, "w");
    if (writer->transfers == NULL) {
        (void)complain_of(writer->transfers_path);
        (void)fclose(writer->accounts); /* the first failure is the one reported */
        return false;
    }
    (void)fputs("id,ledger,code,flags\n", writer->accounts);
    (void)fputs("id,debit_account_id,credit_account_id,amount,pending_id,user_data_64,timeout,"
                "ledger,code,flags\n",
                writer->transfers);
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

    put(writer->accounts, account->id);
    put(writer->accounts, account->ledger);
    put(writer->accounts, account->code);
    (void)fputs(flag_write(RECORD_ACCOUNT, account->flags, flags), writer->accounts);
    (void)fputc('\n', writer->accounts);
    writer->account_count++;
}

void writer_transfer(struct writer *writer, const quipu_transfer *transfer)
{
    char flags[FLAG_TEXT_BYTES];

    put(writer->transfers, transfer->id);
    put(writer->transfers, transfer->debit_account_id);
    put(writer->transfers, transfer->credit_account_id);
    put(writer->transfers, transfer->amount);
    put(writer->transfers, transfer->pending_id);
    put(writer->transfers, transfer->user_data_64);
    put(writer->transfers, transfer->timeout);
    put(writer->transfers, transfer->ledger);
    put(writer->transfers, transfer->code);
    (void)fputs(flag_write(RECORD_TRANSFER, transfer->flags, flags), writer->transfers);
    (void)fputc('\n', writer->transfers);
    writer->transfer_count++;
}

static bool finish(FILE *file, const char *path)
{
    bool whole = ferror(file) == 0;

    if (fclose(file) != 0) whole = false;
    return whole || complain_of(path);
}

bool writer_close(struct writer *writer)
{
    bool accounts = finish(writer->accounts, writer->accounts_path);
    bool transfers = finish(writer->transfers, writer->transfers_path);

    return accounts && transfers;
}
