/* books.c - quipu_query_accounts(), page by page: each begins after the timestamp of the last. */
#include "books.h"

#include <stdlib.h>

#define PAGE QUIPU_BATCH_MAX

quipu_status books_visit(quipu_ledger *ledger,
                         bool (*visit)(void *context, const quipu_account *account), void *context)
{
    quipu_query_filter filter = {.limit = PAGE};
    quipu_account *page = aligned_alloc(16, PAGE * sizeof *page);
    quipu_status status = QUIPU_OK;
    size_t count = PAGE;

    if (page == NULL) return QUIPU_NO_MEMORY;
    while (count == PAGE) {
        status = quipu_query_accounts(ledger, &filter, page, PAGE, &count);
        if (status != QUIPU_OK) break;
        for (size_t i = 0; i < count; i++) {
            if (!visit(context, &page[i])) goto free_page;
        }
        if (count > 0) filter.timestamp_min = page[count - 1].timestamp + 1;
    }
free_page:
    free(page);
    return status;
}
