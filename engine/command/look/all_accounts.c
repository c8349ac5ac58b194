/* all_accounts.c - takes a snapshot or, where the protocol has none, queries accounts page by page.
 *
 * A page begins after the timestamp of the last account. The ledger finds it by a scan from the
 * first account, so pages are large. */
#include "command/look/all_accounts.h"

#include <stdlib.h>

#define PAGE 65536

struct visitor {
    bool (*visit)(void *context, const quipu_account *account);
    void *context;
};

static bool pass_on(void *context, const quipu_account *account, uint64_t version)
{
    const struct visitor *visitor = context;

    (void)version;
    return visitor->visit(visitor->context, account);
}

static quipu_status visit_pages(quipu_ledger *ledger, const struct visitor *visitor, uint32_t flags)
{
    quipu_query_filter filter = {.limit = PAGE, .flags = flags};
    quipu_account *page = malloc(PAGE * sizeof *page);
    quipu_status status = QUIPU_OK;
    size_t count = PAGE;

    if (page == NULL) return QUIPU_NO_MEMORY;
    while (count == filter.limit) {
        status = quipu_query_accounts(ledger, &filter, page, filter.limit, &count);
        if (status != QUIPU_OK) break;
        for (size_t i = 0; i < count; i++) {
            if (!visitor->visit(visitor->context, &page[i])) goto free_page;
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
    struct visitor visitor = {visit, context};
    quipu_status status = quipu_snapshot(ledger, pass_on, &visitor);

    return status == QUIPU_UNSUPPORTED ? visit_pages(ledger, &visitor, 0) : status;
}

quipu_status all_accounts_visit_reversed(quipu_ledger *ledger,
                                         bool (*visit)(void *context, const quipu_account *account),
                                         void *context)
{
    const struct visitor visitor = {visit, context};

    return visit_pages(ledger, &visitor, QUIPU_QUERY_REVERSED);
}
