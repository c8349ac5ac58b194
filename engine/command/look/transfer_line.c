/* transfer_line.c - see transfer_line.h. */
#include "command/look/transfer_line.h"

#include "command/book/spoken.h"
#include "command/terminal/complain.h"

struct transfer_line transfer_line_new(void)
{
    return (struct transfer_line){
        .debit = arg_str0(NULL, "debit", "ACCOUNT", "the account that is debited"),
        .credit = arg_str0(NULL, "credit", "ACCOUNT", "the account that is credited"),
        .amount = arg_str0(NULL, "amount", "AMOUNT", "how much"),
        .code = arg_str0(NULL, "code", "CODE", "a name or a number (1)"),
        .id = arg_str0(NULL, "id", "ID", "its id; say it again in a retry (a new one)"),
        .currency = arg_str0(NULL, "currency", "LEDGER", "a name or a number"),
        .timeout = arg_str0(NULL, "timeout", "SECONDS", "a hold is over after that"),
        .post_pending = arg_str0(NULL, "post-pending", "ID", "post this hold"),
        .void_pending = arg_str0(NULL, "void-pending", "ID", "void this hold"),
        .user_data = arg_str0(NULL, "user-data", "N", "a number of your own (128 bits)"),
        .at = arg_str0(NULL, "at", "TIME", "when it happened"),
        .note = arg_str0(NULL, "note", "TEXT", "a description"),
        .pending = arg_lit0(NULL, "pending", "open a hold"),
    };
}

bool transfer_line_is_said(const struct transfer_line *line)
{
    return line->debit->count > 0 || line->credit->count > 0 || line->amount->count > 0 ||
           line->post_pending->count > 0 || line->void_pending->count > 0;
}

/* The ledger of its accounts, or of its pending transfer. 0: there are none. */
static enum command_exit find_ledger(const struct view *view, const quipu_transfer *transfer,
                                     uint32_t *ledger)
{
    const quipu_uint128 ids[] = {transfer->debit_account_id, transfer->credit_account_id};
    quipu_account accounts[2] = {0};
    quipu_transfer pending = {0};
    quipu_status status = quipu_lookup_accounts(view->ledger, ids, 2, accounts, NULL);

    if (status == QUIPU_OK && transfer->pending_id != 0)
        status = quipu_lookup_transfers(view->ledger, &transfer->pending_id, 1, &pending, NULL);
    if (status != QUIPU_OK) {
        complain_of_status("looking accounts up", status);
        return COMMAND_SYSTEM;
    }
    *ledger = accounts[0].ledger != 0   ? accounts[0].ledger
              : accounts[1].ledger != 0 ? accounts[1].ledger
                                        : pending.ledger;
    return COMMAND_FINE;
}

static bool read_accounts(const struct transfer_line *line, const struct view *view,
                          quipu_transfer *transfer)
{
    const struct book *book = &view->book;

    return (line->debit->count == 0 ||
            spoken_account(book, "--debit", line->debit->sval[0], &transfer->debit_account_id)) &&
           (line->credit->count == 0 || spoken_account(book, "--credit", line->credit->sval[0],
                                                       &transfer->credit_account_id)) &&
           (line->code->count == 0 ||
            spoken_code(book, "--code", line->code->sval[0], &transfer->code)) &&
           (line->currency->count == 0 ||
            spoken_ledger(book, "--currency", line->currency->sval[0], &transfer->ledger));
}

static bool read_hold(const struct transfer_line *line, quipu_transfer *transfer)
{
    uint64_t timeout = 0;

    if (line->pending->count + line->post_pending->count + line->void_pending->count > 1) {
        complain("a transfer is one of --pending, --post-pending and --void-pending");
        return false;
    }
    if (line->pending->count > 0) transfer->flags |= QUIPU_TRANSFER_PENDING;
    if (line->post_pending->count > 0) {
        transfer->flags |= QUIPU_TRANSFER_POST_PENDING_TRANSFER;
        transfer->amount = QUIPU_AMOUNT_MAX;
        if (!spoken_id("--post-pending", line->post_pending->sval[0], &transfer->pending_id))
            return false;
    }
    if (line->void_pending->count > 0) {
        transfer->flags |= QUIPU_TRANSFER_VOID_PENDING_TRANSFER;
        if (!spoken_id("--void-pending", line->void_pending->sval[0], &transfer->pending_id))
            return false;
    }
    if (!option_count(line->timeout, 1, UINT32_MAX, &timeout)) return false;
    transfer->timeout = (uint32_t)timeout;
    return line->user_data->count == 0 ||
           spoken_id("--user-data", line->user_data->sval[0], &transfer->user_data_128);
}

enum command_exit transfer_line_read(const struct transfer_line *line, const struct view *view,
                                     quipu_transfer *transfer)
{
    bool resolves = line->post_pending->count > 0 || line->void_pending->count > 0;
    enum command_exit exit;
    uint32_t ledger = 0;

    *transfer = (quipu_transfer){.code = resolves ? 0 : 1};
    if (!read_accounts(line, view, transfer) || !read_hold(line, transfer)) return COMMAND_USAGE;
    exit = find_ledger(view, transfer, &ledger);
    if (exit != COMMAND_FINE) return exit;
    if (transfer->ledger == 0) transfer->ledger = ledger;
    if (line->amount->count > 0 &&
        !spoken_amount("--amount", line->amount->sval[0], book_scale(&view->book, ledger),
                       view->mark, &transfer->amount))
        return COMMAND_USAGE;
    if (line->at->count > 0) {
        transfer->flags |= QUIPU_TRANSFER_IMPORTED;
        if (!spoken_time("--at", line->at->sval[0], false, &transfer->timestamp))
            return COMMAND_USAGE;
    }
    if (resolves || line->amount->count > 0) return COMMAND_FINE;
    complain("a transfer needs --debit, --credit and --amount");
    return COMMAND_USAGE;
}
