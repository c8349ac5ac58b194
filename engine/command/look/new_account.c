/* new_account.c - the id is the first from 1001 on that neither the book nor the ledger has. A name
 * of the book whose account the ledger does not have keeps its id. */
#include "command/look/new_account.h"

#include "command/load/kept_ledger.h"
#include "command/terminal/complain.h"

/* The largest id of the book below 2^32, or the one before the first. */
static quipu_uint128 last_id(const struct book *book)
{
    quipu_uint128 last = NEW_ACCOUNT_FIRST - 1;

    for (size_t i = 0; i < book->account_count; i++) {
        if (book->accounts[i].id > last && book->accounts[i].id < UINT32_MAX)
            last = book->accounts[i].id;
    }
    return last;
}

static quipu_status find_free(quipu_ledger *ledger, const struct book *book, quipu_uint128 *id)
{
    quipu_account there = {.id = 1};
    quipu_status status = QUIPU_OK;

    for (*id = last_id(book); status == QUIPU_OK && there.id != 0;) {
        ++*id;
        status = quipu_lookup_accounts(ledger, id, 1, &there, NULL);
    }
    return status;
}

static enum command_exit create(quipu_ledger *ledger, const quipu_account *account,
                                const char *name)
{
    quipu_result result;
    quipu_status status = quipu_create_accounts(ledger, account, 1, &result);

    if (status != QUIPU_OK) return kept_complain(ledger, "creating an account", status);
    if (result.status == QUIPU_CREATED) return COMMAND_FINE;
    complain("%s: %s", name, quipu_create_account_text(result.status));
    return COMMAND_REFUSED;
}

enum command_exit new_account(quipu_ledger *ledger, struct book *book,
                              const struct new_account *wanted, quipu_uint128 *id)
{
    const struct book_account *there = book_account_named(book, wanted->name);
    quipu_account account = {
        .ledger = wanted->ledger != 0       ? wanted->ledger
                  : book->ledger_count == 1 ? book->ledgers[0].number
                                            : 0,
        .code = wanted->code,
        .timestamp = wanted->timestamp,
    };
    quipu_account named = {.id = 0};
    enum book_change change;
    enum command_exit exit = COMMAND_FINE;
    quipu_status status = QUIPU_OK;

    if (there != NULL) {
        status = quipu_lookup_accounts(ledger, &there->id, 1, &named, NULL);
        if (status != QUIPU_OK) return kept_complain(ledger, "looking an account up", status);
    }
    if (named.id != 0) {
        complain("%s: there is an account of this name, %s", wanted->name,
                 quipu_number_text(there->id).text);
        return COMMAND_REFUSED;
    }
    if (account.ledger == 0) {
        complain("%s: which ledger is it of? Say --currency; `quipu name ledger` names one",
                 wanted->name);
        return COMMAND_USAGE;
    }
    if (wanted->timestamp != 0) account.flags |= QUIPU_ACCOUNT_IMPORTED;
    if (wanted->is_limited)
        account.flags |= wanted->normal == QUIPU_NORMAL_DEBIT
                             ? QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS
                             : QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS;
    if (there != NULL) {
        account.id = there->id; /* a command that ended early has named it */
    } else {
        status = find_free(ledger, book, &account.id);
    }
    if (status != QUIPU_OK) return kept_complain(ledger, "looking for a free id", status);
    change = book_name_account(book, account.id, wanted->name, wanted->normal);
    if (change != BOOK_CHANGED) {
        complain("%s: %s", wanted->name, book_change_text(change));
        return change == BOOK_NO_MEMORY ? COMMAND_SYSTEM : COMMAND_REFUSED;
    }
    *id = account.id;
    if (wanted->directory != NULL) exit = book_write(book, wanted->directory);
    return exit == COMMAND_FINE ? create(ledger, &account, wanted->name) : exit;
}

enum command_exit new_account_in(const char *directory, struct book *book,
                                 const struct new_account *wanted, quipu_uint128 *id)
{
    const quipu_options options = {.path = directory};
    quipu_ledger *ledger = NULL;
    bool is_served;
    enum command_exit exit = kept_reach(&options, &ledger, &is_served), closed;

    if (exit != COMMAND_FINE) return exit;
    exit = new_account(ledger, book, wanted, id);
    closed = kept_close(ledger);
    return exit != COMMAND_FINE ? exit : closed;
}
