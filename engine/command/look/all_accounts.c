/* all_accounts.c - queries accounts page by page.
 *
 * A page begins after the timestamp of the last account, which the ledger finds by bisection. A
 * snapshot would copy all accounts at once. */
#include "command/look/all_accounts.h"

#include <stdlib.h>

static quipu_status visit_pages(quipu_ledger *ledger, uint32_t flags,
                                bool (*visit)(void *context, const quipu_account *account),
                                void *context)
{
    quipu_query_filter filter = {.limit = QUIPU_BATCH_MAX, .flags = flags};
    quipu_account *page = malloc(QUIPU_BATCH_MAX * sizeof *page);
    quipu_status status = QUIPU_OK;
    size_t count = QUIPU_BATCH_MAX;

    if (page == NULL) return QUIPU_NO_MEMORY;
    while (count == QUIPU_BATCH_MAX) {
        status = quipu_query_accounts(ledger, &filter, page, QUIPU_BATCH_MAX, &count);
        if (status != QUIPU_OK) break;
        for (size_t i = 0; i < count; i++) {
            if (!visit(context, &page[i])) goto free_page;
        }
        if (count == 0) break;
        if (flags & QUIPU_QUERY_REVERSED) {
            filter.timestamp_max = page[count - 1].timestamp - 1;
            if (filter.timestamp_max == 0) break;
        } else {
            filter.timestamp_min = page[count - 1].timestamp + 1;
        }
    }
free_page:
    free(page);
    return status;
}

quipu_status all_accounts_visit(quipu_ledger *ledger,
                                bool (*visit)(void *context, const quipu_account *account),
                                void *context)
{
    return visit_pages(ledger, 0, visit, context);
}

quipu_status all_accounts_visit_reversed(quipu_ledger *ledger,
                                         bool (*visit)(void *context, const quipu_account *account),
                                         void *context)
{
    return visit_pages(ledger, QUIPU_QUERY_REVERSED, visit, context);
}
