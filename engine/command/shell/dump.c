/* dump.c - follows the changes of a ledger, and writes a statement for some of them at a time.
 *
 * A chain has a statement of its own: a batch that ends within one is refused. */
#include "command/shell/dump.h"

#include <stdlib.h>

#include "command/csv/flag_names.h"
#include "command/load/kept_ledger.h"
#include "command/terminal/complain.h"
#include "quipu/format.h"

/* Changes of one page, and objects of one statement that is no chain. */
#define PAGE 1024
#define STATEMENT 64

enum section { SECTION_NONE, SECTION_ACCOUNTS, SECTION_TRANSFERS };

struct dump {
    struct view *view;
    FILE *out;
    enum section section; /* of the statement that is not ended */
    size_t count;         /* of its objects */
    bool is_linked;       /* its last object is linked to the next */
    uint64_t untimed, expired;
};

static void end_statement(struct dump *dump)
{
    if (dump->section != SECTION_NONE) (void)fputs(";\n", dump->out);
    dump->section = SECTION_NONE;
    dump->count = 0;
    dump->is_linked = false;
}

/* Begin an object, in the statement that it belongs to. */
static void begin_object(struct dump *dump, enum section section, bool is_linked)
{
    bool begins_chain = is_linked && !dump->is_linked;

    if (section != dump->section ||
        (!dump->is_linked && (begins_chain || dump->count >= STATEMENT)))
        end_statement(dump);
    if (dump->section == SECTION_NONE) {
        (void)fputs(section == SECTION_ACCOUNTS ? "create_accounts" : "create_transfers",
                    dump->out);
    } else {
        (void)fputs(",\n ", dump->out);
    }
    dump->section = section;
    dump->is_linked = is_linked;
    dump->count++;
}

static void put(const struct dump *dump, const char *field, quipu_uint128 value)
{
    if (value != 0) (void)fprintf(dump->out, " %s=%s", field, quipu_number_text(value).text);
}

static void put_flags(const struct dump *dump, enum record_kind kind, uint16_t flags)
{
    char text[FLAG_TEXT_BYTES];

    (void)fprintf(dump->out, " flags=%s", flag_write(kind, flags, text));
}

static void put_account(struct dump *dump, const quipu_account *account)
{
    begin_object(dump, SECTION_ACCOUNTS, (account->flags & QUIPU_ACCOUNT_LINKED) != 0);
    put(dump, "id", account->id);
    put(dump, "user_data_128", account->user_data_128);
    put(dump, "user_data_64", account->user_data_64);
    put(dump, "user_data_32", account->user_data_32);
    put(dump, "ledger", account->ledger);
    put(dump, "code", account->code);
    put(dump, "timestamp", account->timestamp);
    put_flags(dump, RECORD_ACCOUNT, account->flags | QUIPU_ACCOUNT_IMPORTED);
}

static void put_transfer(struct dump *dump, const quipu_transfer *transfer)
{
    begin_object(dump, SECTION_TRANSFERS, (transfer->flags & QUIPU_TRANSFER_LINKED) != 0);
    put(dump, "id", transfer->id);
    put(dump, "debit_account_id", transfer->debit_account_id);
    put(dump, "credit_account_id", transfer->credit_account_id);
    (void)fprintf(dump->out, " amount=%s", quipu_number_text(transfer->amount).text);
    put(dump, "pending_id", transfer->pending_id);
    put(dump, "user_data_128", transfer->user_data_128);
    put(dump, "user_data_64", transfer->user_data_64);
    put(dump, "user_data_32", transfer->user_data_32);
    put(dump, "ledger", transfer->ledger);
    put(dump, "code", transfer->code);
    put(dump, "timestamp", transfer->timestamp);
    put_flags(dump, RECORD_TRANSFER, transfer->flags | QUIPU_TRANSFER_IMPORTED);
}

/* Does a pending transfer with a time-out belong to the dump? Sets its time-out to 0. */
static quipu_status check_hold(struct dump *dump, quipu_transfer *transfer, bool *is_kept)
{
    quipu_hold hold = {0};
    quipu_status status;

    *is_kept = true;
    if (transfer->timeout == 0) return QUIPU_OK;
    status = quipu_lookup_holds(dump->view->ledger, &transfer->id, 1, &hold);
    if (status != QUIPU_OK) return status;
    transfer->timeout = 0;
    *is_kept = hold.state != QUIPU_HOLD_EXPIRED;
    if (!*is_kept) dump->expired++;
    if (hold.state == QUIPU_HOLD_OPEN) dump->untimed++;
    return QUIPU_OK;
}

static quipu_status put_change(struct dump *dump, const quipu_change *change)
{
    quipu_transfer transfer = change->transfer;
    quipu_status status = QUIPU_OK;
    bool is_kept;

    switch ((quipu_change_type)change->type) {
    case QUIPU_CHANGE_PENDING_EXPIRED: return QUIPU_OK;
    case QUIPU_CHANGE_ACCOUNT: put_account(dump, &change->debit); return QUIPU_OK;
    case QUIPU_CHANGE_TRANSFER:
    case QUIPU_CHANGE_PENDING:
    case QUIPU_CHANGE_PENDING_POSTED:
    case QUIPU_CHANGE_PENDING_VOIDED: break;
    }
    status = check_hold(dump, &transfer, &is_kept);
    if (status == QUIPU_OK && is_kept) put_transfer(dump, &transfer);
    return status;
}

static enum command_exit tell(const struct dump *dump)
{
    if (dump->untimed > 0)
        complain("%llu open holds are dumped without their time-out: an import has none",
                 (unsigned long long)dump->untimed);
    if (dump->expired > 0)
        complain("%llu holds that expired are left out: they moved nothing",
                 (unsigned long long)dump->expired);
    return dump->untimed > 0 || dump->expired > 0 ? COMMAND_REFUSED : COMMAND_FINE;
}

enum command_exit dump_write(struct view *view, FILE *out)
{
    struct dump dump = {.view = view, .out = out};
    quipu_change_filter next = {.limit = PAGE};
    quipu_change *page = malloc(PAGE * sizeof *page);
    quipu_status status = page != NULL ? QUIPU_OK : QUIPU_NO_MEMORY;
    size_t count = PAGE;

    (void)fputs(".minor on\n", out);
    while (status == QUIPU_OK && count == PAGE) {
        status = quipu_get_changes(view->ledger, &next, page, PAGE, &count, NULL);
        for (size_t i = 0; status == QUIPU_OK && i < count; i++)
            status = put_change(&dump, &page[i]);
        if (status != QUIPU_OK || count == 0) break;
        next.after_timestamp = page[count - 1].timestamp;
        next.after_order = page[count - 1].order;
    }
    end_statement(&dump);
    free(page);
    return status == QUIPU_OK ? tell(&dump) : kept_complain(view->ledger, "dumping", status);
}
