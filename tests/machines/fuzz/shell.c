/* shell.c - fuzz target: bytes are what is typed into `quipu shell`.
 *
 * They come line by line, as they would from a terminal. Whatever they say:
 *
 *   - a statement that is read has an operation, and objects within its limits
 *   - a statement that is not has a fault with its place and its reason, on a line that came in
 *   - what Tab offers begins with what is typed, at the end of each line and of all lines
 *   - statements are the same however the lines come */
#include <string.h>

#include "command/shell/completion.h"
#include "command/shell/statement.h"
#include "command/shell/statement_text.h"
#include "machines/fuzz/claim.h"
#include "machines/fuzz/target.h"

static struct book book;

static void write_book(void)
{
    if (book.is_there) return;
    claim(book_name_ledger(&book, 978, "EUR", 2) == BOOK_CHANGED);
    claim(book_name_code(&book, 7, "fee") == BOOK_CHANGED);
    claim(book_name_account(&book, 7, "assets:bank", QUIPU_NORMAL_DEBIT) == BOOK_CHANGED);
    claim(book_add_alias(&book, 7, "a \"bank\"") == BOOK_CHANGED);
}

static uint32_t ledger_of(void *context, const quipu_transfer *transfer)
{
    (void)context;
    return transfer->debit_account_id == 7 ? 978 : 0;
}

static void read_statement(struct tokens tokens, uint64_t lines)
{
    const struct reading reading = {.book = &book, .mark = '.', .ledger_of = ledger_of};
    struct statement statement;
    struct shell_fault fault = {{0, 0}, ""};

    if (statement_read(&statement, tokens, &reading, &fault)) {
        claim(statement.operation != NULL && statement.count >= 1);
        claim(statement.count <= QUIPU_BATCH_MAX);
        claim(!statement.operation->takes_one || statement.count == 1);
    } else {
        claim(fault.text[0] != '\0' && fault.place.column > 0);
        claim(fault.place.line >= 1 && fault.place.line <= lines, "line %llu of %llu",
              (unsigned long long)fault.place.line, (unsigned long long)lines);
    }
    statement_free(&statement);
}

static void complete(const char *text, size_t length)
{
    struct completion completion;

    completion_find(&completion, text, length, &book);
    claim(completion.typed <= length);
    for (size_t i = 0; i < completion.count; i++)
        claim(strncmp(completion.words[i], text + length - completion.typed, completion.typed) ==
              0);
    claim(completion.count == 0 || completion_common(&completion) >= completion.typed);
    completion_free(&completion);
}

/* Returns how many statements there are. */
static size_t take_lines(const char *data, size_t size, bool at_once)
{
    struct statement_text text = {0};
    struct tokens statement;
    size_t count = 0;

    while (size > 0) {
        const char *end = at_once ? NULL : memchr(data, '\n', size);
        size_t length = end != NULL ? (size_t)(end - data) + 1 : size;

        claim(statement_text_add(&text, data, length));
        if (!at_once) complete(data, length);
        for (; statement_text_next(&text, &statement); count++)
            if (!at_once) read_statement(statement, text.line);
        data += length;
        size -= length;
    }
    claim(!statement_text_next(&text, &statement));
    statement_text_free(&text);
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;

    write_book();
    complete(text, size);
    claim(take_lines(text, size, false) == take_lines(text, size, true));
    return 0;
}
