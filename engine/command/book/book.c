/* book.c - arrays in the order of the file, and indexes of the accounts. */
#include "command/book/book.h"

#include <stdlib.h>
#include <string.h>

#include "command/common/growing_array.h"
#include "command/common/text_copy.h"

/* --- finding --- */

static struct book_number *find_number(struct book_number *numbers, size_t count, uint32_t number)
{
    for (size_t i = 0; i < count; i++) {
        if (numbers[i].number == number) return &numbers[i];
    }
    return NULL;
}

static struct book_number *find_named(struct book_number *numbers, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(numbers[i].name, name) == 0) return &numbers[i];
    }
    return NULL;
}

const struct book_number *book_ledger(const struct book *book, uint32_t number)
{
    return find_number(book->ledgers, book->ledger_count, number);
}

const struct book_number *book_code(const struct book *book, uint32_t number)
{
    return find_number(book->codes, book->code_count, number);
}

const struct book_number *book_ledger_named(const struct book *book, const char *name)
{
    return find_named(book->ledgers, book->ledger_count, name);
}

const struct book_number *book_code_named(const struct book *book, const char *name)
{
    return find_named(book->codes, book->code_count, name);
}

struct search {
    const struct book *book;
    const char *name;
    quipu_uint128 id;
};

static bool is_account_of_id(const void *context, uint32_t place)
{
    const struct search *search = context;

    return search->book->accounts[place].id == search->id;
}

static bool is_account_of_name(const void *context, uint32_t place)
{
    const struct search *search = context;

    return strcmp(search->book->accounts[place].name, search->name) == 0;
}

static bool is_alias_of_name(const void *context, uint32_t place)
{
    const struct search *search = context;

    return strcmp(search->book->aliases[place].name, search->name) == 0;
}

static struct book_account *account_of(const struct book *book, quipu_uint128 id)
{
    const struct search search = {.book = book, .id = id};
    uint32_t place =
        name_index_find(&book->by_id, name_index_hash_of_id(id), is_account_of_id, &search);

    return place != NAME_INDEX_NONE ? &book->accounts[place] : NULL;
}

const struct book_account *book_account(const struct book *book, quipu_uint128 id)
{
    return account_of(book, id);
}

const struct book_account *book_account_named(const struct book *book, const char *name)
{
    const struct search search = {.book = book, .name = name};
    uint32_t hash = name_index_hash(name, strlen(name));
    uint32_t place = name_index_find(&book->by_name, hash, is_account_of_name, &search);

    if (place != NAME_INDEX_NONE) return &book->accounts[place];
    place = name_index_find(&book->by_alias, hash, is_alias_of_name, &search);
    return place != NAME_INDEX_NONE ? &book->accounts[book->aliases[place].account] : NULL;
}

static const char *name_of(const struct book_number *number)
{
    return number != NULL ? number->name : NULL;
}

const char *book_ledger_name(const struct book *book, uint32_t number)
{
    return name_of(book_ledger(book, number));
}

const char *book_code_name(const struct book *book, uint32_t number)
{
    return name_of(book_code(book, number));
}

const char *book_account_name(const struct book *book, quipu_uint128 id)
{
    const struct book_account *account = book_account(book, id);

    return account != NULL ? account->name : NULL;
}

quipu_normal book_normal(const struct book *book, quipu_uint128 id)
{
    const struct book_account *account = book_account(book, id);

    return account != NULL ? account->normal : QUIPU_NORMAL_CREDIT;
}

unsigned book_scale(const struct book *book, uint32_t ledger)
{
    const struct book_number *number = book_ledger(book, ledger);

    return number != NULL ? number->scale : 0;
}

/* --- changing --- */

static bool may_be_name(const char *name)
{
    size_t length = strlen(name);
    quipu_uint128 number;

    if (length == 0 || length >= BOOK_NAME_BYTES || name[0] == ' ' || name[length - 1] == ' ')
        return false;
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)name[i] < ' ' || name[i] == 0x7F) return false;
    }
    return quipu_number_read(name, length, QUIPU_AMOUNT_MAX, &number) == QUIPU_TEXT_GARBLED;
}

/* Name a ledger or a code. */
static enum book_change name_number(struct book_number **numbers, size_t *count, size_t *capacity,
                                    const struct book_number *named)
{
    struct book_number *holder = find_named(*numbers, *count, named->name), *grown;
    struct book_number *old = find_number(*numbers, *count, named->number);
    char *copy;

    if (!may_be_name(named->name)) return BOOK_NO_NAME;
    if (holder != NULL && holder->number != named->number) return BOOK_TAKEN;
    copy = text_copy(named->name, strlen(named->name));
    if (copy == NULL) return BOOK_NO_MEMORY;
    if (old == NULL) {
        grown = grow(*numbers, capacity, *count + 1, sizeof *grown);
        if (grown == NULL) {
            free(copy);
            return BOOK_NO_MEMORY;
        }
        *numbers = grown;
        old = &grown[(*count)++];
        old->name = NULL;
    }
    free(old->name);
    *old = (struct book_number){named->number, named->scale, copy};
    return BOOK_CHANGED;
}

enum book_change book_name_ledger(struct book *book, uint32_t number, const char *name,
                                  uint32_t scale)
{
    char copy[BOOK_NAME_BYTES];
    const struct book_number named = {number, scale, copy};

    if (!may_be_name(name)) return BOOK_NO_NAME;
    memcpy(copy, name, strlen(name) + 1);
    book->is_there = true;
    return name_number(&book->ledgers, &book->ledger_count, &book->ledger_capacity, &named);
}

enum book_change book_name_code(struct book *book, uint32_t number, const char *name)
{
    char copy[BOOK_NAME_BYTES];
    const struct book_number named = {number, 0, copy};

    if (!may_be_name(name)) return BOOK_NO_NAME;
    memcpy(copy, name, strlen(name) + 1);
    book->is_there = true;
    return name_number(&book->codes, &book->code_count, &book->code_capacity, &named);
}

/* A new account. Its name belongs to the book from here on. */
static bool add_account(struct book *book, const struct book_account *account)
{
    struct book_account *accounts =
        grow(book->accounts, &book->account_capacity, book->account_count + 1, sizeof *accounts);
    uint32_t place = (uint32_t)book->account_count;

    if (accounts == NULL) return false;
    book->accounts = accounts;
    accounts[place] = *account; /* so that an index that has it already finds it */
    if (!name_index_add(&book->by_name, name_index_hash(account->name, strlen(account->name)),
                        place) ||
        !name_index_add(&book->by_id, name_index_hash_of_id(account->id), place))
        return false;
    book->account_count++;
    return true;
}

enum book_change book_name_account(struct book *book, quipu_uint128 id, const char *name,
                                   quipu_normal normal)
{
    const struct book_account *holder;
    struct book_account *old = account_of(book, id);
    char *copy;

    if (!may_be_name(name)) return BOOK_NO_NAME;
    holder = book_account_named(book, name);
    if (holder != NULL && holder->id != id) return BOOK_TAKEN;
    copy = text_copy(name, strlen(name));
    if (copy == NULL) return BOOK_NO_MEMORY;
    book->is_there = true;
    if (old == NULL) {
        if (add_account(book, &(struct book_account){id, normal, copy})) return BOOK_CHANGED;
        free(copy);
        return BOOK_NO_MEMORY;
    }
    if (strcmp(old->name, name) != 0 &&
        !name_index_add(&book->by_name, name_index_hash(name, strlen(name)),
                        (uint32_t)(old - book->accounts))) {
        free(copy);
        return BOOK_NO_MEMORY;
    }
    free(old->name);
    old->name = copy;
    old->normal = normal;
    return BOOK_CHANGED;
}

enum book_change book_add_alias(struct book *book, quipu_uint128 id, const char *name)
{
    const struct book_account *holder, *account = book_account(book, id);
    struct book_alias *aliases;
    char *copy;

    if (account == NULL || !may_be_name(name)) return BOOK_NO_NAME;
    holder = book_account_named(book, name);
    if (holder != NULL) return holder == account ? BOOK_CHANGED : BOOK_TAKEN;
    copy = text_copy(name, strlen(name));
    aliases = grow(book->aliases, &book->alias_capacity, book->alias_count + 1, sizeof *aliases);
    if (aliases != NULL) book->aliases = aliases;
    if (copy == NULL || aliases == NULL) {
        free(copy);
        return BOOK_NO_MEMORY;
    }
    aliases[book->alias_count] = (struct book_alias){copy, (uint32_t)(account - book->accounts)};
    if (!name_index_add(&book->by_alias, name_index_hash(name, strlen(name)),
                        (uint32_t)book->alias_count)) {
        free(copy);
        return BOOK_NO_MEMORY;
    }
    book->alias_count++;
    book->is_there = true;
    return BOOK_CHANGED;
}

const char *book_change_text(enum book_change change)
{
    switch (change) {
    case BOOK_CHANGED: return "changed";
    case BOOK_TAKEN: return "something else has this name";
    case BOOK_NO_NAME:
        return "a name is text of up to 255 bytes, no number, without tabs, and does not begin or "
               "end with a blank";
    case BOOK_NO_MEMORY: return "memory ran out";
    }
    return "unknown";
}
