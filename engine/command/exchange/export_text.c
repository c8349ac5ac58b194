/* export_text.c - names, amounts and dates in the words of other programs. */
#include "command/exchange/export_text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "command/look/all_accounts.h"
#include "command/look/transfer_scan.h"
#include "command/terminal/complain.h"

/* A name with its changes. */
#define NAME_BYTES (2 * BOOK_NAME_BYTES)

struct export
{
    struct view *view;
    enum export_form form;
    FILE *out;
};

/* --- names --- */

/* Without the currency that an import has put behind it: `assets:bank (USD)`. */
static size_t length_without_currency(const char *name)
{
    size_t length = strlen(name);
    const char *open = strstr(name, " (");

    return length > 0 && name[length - 1] == ')' && open != NULL ? (size_t)(open - name) : length;
}

/* hledger and ledger: two blanks would end a name, a semicolon begin a comment. */
static void plain_name(const char *name, char text[static NAME_BYTES])
{
    size_t length = length_without_currency(name), used = 0;

    for (size_t i = 0; i < length && used + 1 < NAME_BYTES; i++) {
        if (name[i] == ' ' && i + 1 < length && name[i + 1] == ' ') continue;
        text[used++] = strchr(";|()[]", name[i]) != NULL ? '-' : name[i];
    }
    text[used] = '\0';
}

/* beancount: one of five roots; parts begin with a capital or a digit, and have no blanks. */
static void strict_name(const char *name, char text[static NAME_BYTES])
{
    static const char *const roots[] = {"Assets", "Liabilities", "Equity", "Income", "Expenses"};
    size_t length = length_without_currency(name), used = 0, root = strcspn(name, ":");
    bool has_root = false, begins = true;

    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
        has_root = has_root || (root == strlen(roots[i]) && root < length &&
                                strncasecmp(name, roots[i], root) == 0);
    if (!has_root) {
        memcpy(text, "Equity:", 7);
        used = 7;
    }
    for (size_t i = 0; i < length && used + 2 < NAME_BYTES; i++) {
        unsigned char c = (unsigned char)name[i];

        if (begins && c < 0x80 && !isalnum(c)) text[used++] = 'X';
        if (c == ':') {
            text[used++] = ':';
        } else if (begins) {
            text[used++] = (char)(c < 0x80 ? (isalnum(c) ? toupper(c) : '-') : c);
        } else {
            text[used++] = (char)(c >= 0x80 || isalnum(c) ? c : '-');
        }
        begins = c == ':';
    }
    text[used] = '\0';
}

static void name_account(const struct export *export, quipu_uint128 id,
                         char text[static NAME_BYTES])
{
    const char *name = book_account_name(&export->view->book, id);
    char number[QUIPU_TEXT_BYTES + 16];

    if (name == NULL) {
        (void)snprintf(number, sizeof number, "equity:%s", quipu_number_text(id).text);
        name = number;
    }
    if (export->form == EXPORT_BEANCOUNT) {
        strict_name(name, text);
    } else {
        plain_name(name, text);
    }
}

/* beancount: capitals and digits; the others quote what is not letters alone. */
static void name_currency(const struct export *export, uint32_t ledger,
                          char text[static NAME_BYTES])
{
    const char *name = book_ledger_name(&export->view->book, ledger);
    bool is_plain = name != NULL;

    for (const char *c = name; is_plain && *c != '\0'; c++)
        is_plain = isalpha((unsigned char)*c) &&
                   (export->form != EXPORT_BEANCOUNT || isupper((unsigned char)*c));
    if (is_plain && strlen(name) > 1) {
        (void)snprintf(text, NAME_BYTES, "%s", name);
    } else if (export->form == EXPORT_BEANCOUNT) {
        (void)snprintf(text, NAME_BYTES, "LEDGER%u", (unsigned)ledger);
    } else if (name != NULL && strchr(name, '"') == NULL) {
        (void)snprintf(text, NAME_BYTES, "\"%s\"", name);
    } else {
        (void)snprintf(text, NAME_BYTES, "\"ledger %u\"", (unsigned)ledger);
    }
}

/* --- transactions --- */

static void print_description(const struct export *export, const char *text)
{
    bool quotes = export->form == EXPORT_BEANCOUNT;

    if (quotes) (void)fputc('"', export->out);
    for (; *text != '\0'; text++) {
        if (quotes && (*text == '"' || *text == '\\')) (void)fputc('\\', export->out);
        (void)fputc(!quotes && strchr(";|", *text) != NULL ? ',' : *text, export->out);
    }
    if (quotes) (void)fputc('"', export->out);
}

static bool add(void *context, const quipu_transfer *transfer)
{
    struct export *export = context;
    const char *note = notes_of(&export->view->notes, transfer->id);
    char debit[NAME_BYTES], credit[NAME_BYTES], currency[NAME_BYTES];
    char date[QUIPU_DATE_BYTES];
    quipu_written amount =
        quipu_amount_text(transfer->amount, book_scale(&export->view->book, transfer->ledger));

    if (transfer->flags & (QUIPU_TRANSFER_PENDING | QUIPU_TRANSFER_VOID_PENDING_TRANSFER))
        return true;
    name_account(export, transfer->debit_account_id, debit);
    name_account(export, transfer->credit_account_id, credit);
    name_currency(export, transfer->ledger, currency);
    (void)quipu_date_write(notes_date(&export->view->notes, transfer), date, sizeof date);
    (void)fprintf(export->out, "%s * ", date);
    print_description(export, note != NULL ? note : "transfer");
    (void)fprintf(export->out, "\n    %s id: %s%s%s\n", export->form == EXPORT_BEANCOUNT ? "" : ";",
                  export->form == EXPORT_BEANCOUNT ? "\"" : "",
                  quipu_number_text(transfer->id).text,
                  export->form == EXPORT_BEANCOUNT ? "\"" : "");
    (void)fprintf(export->out, "    %s  %s %s\n    %s  -%s %s\n\n", debit, amount.text, currency,
                  credit, amount.text, currency);
    return true;
}

/* Does an account before this one have the same name, but for the currency? */
static bool is_opened(const struct export *export, const char *own, const char *plain)
{
    const struct book *book = &export->view->book;
    size_t length = strlen(plain);

    for (size_t i = 0; i < book->account_count && strcmp(book->accounts[i].name, own) != 0; i++) {
        const char *name = book->accounts[i].name;

        if (length_without_currency(name) == length && strncmp(name, plain, length) == 0)
            return true;
    }
    return false;
}

/* beancount wants accounts opened, each once: `assets:bank (USD)` is `assets:bank` there. */
static bool open_account(void *context, const quipu_account *account)
{
    const struct export *export = context;
    const char *own = book_account_name(&export->view->book, account->id);
    size_t length = own != NULL ? length_without_currency(own) : 0;
    char name[NAME_BYTES], plain[BOOK_NAME_BYTES];

    if (own != NULL && length < strlen(own)) {
        (void)snprintf(plain, sizeof plain, "%.*s", (int)length, own);
        if (book_account_named(&export->view->book, plain) != NULL || is_opened(export, own, plain))
            return true;
    }
    name_account(export, account->id, name);
    (void)fprintf(export->out, "1970-01-01 open %s\n", name);
    return true;
}

enum command_exit export_journal(struct view *view, enum export_form form, FILE *out)
{
    struct export export = {view, form, out};
    quipu_status status = QUIPU_OK;

    if (form == EXPORT_BEANCOUNT) {
        status = all_accounts_visit(view->ledger, open_account, &export);
        (void)fputc('\n', out);
    }
    if (status == QUIPU_OK) return transfer_scan(view, add, &export);
    complain_of_status("reading all accounts", status);
    return COMMAND_SYSTEM;
}
