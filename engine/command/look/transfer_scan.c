/* transfer_scan.c - by the strand of an account if there is one account, and by a query if not. */
#include "command/look/transfer_scan.h"

#include <stdlib.h>

#include "command/terminal/complain.h"

struct scan {
    const struct view *view;
    uint64_t min, max; /* of the next page */
    quipu_transfer *page;
    uint64_t left; /* of --limit */
};

static quipu_status take_page(struct scan *scan, size_t *count)
{
    const struct view_filter *filter = &scan->view->filter;

    if (filter->account_count == 1) {
        const quipu_account_filter of_account = {
            .account_id = filter->accounts[0],
            .code = filter->code,
            .timestamp_min = scan->min,
            .timestamp_max = scan->max,
            .limit = QUIPU_BATCH_MAX,
            .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS |
                     (filter->is_reversed ? QUIPU_FILTER_REVERSED : 0),
        };

        return quipu_get_account_transfers(scan->view->ledger, &of_account, scan->page,
                                           QUIPU_BATCH_MAX, count);
    }

    const quipu_query_filter query = {
        .ledger = filter->ledger,
        .code = filter->code,
        .timestamp_min = scan->min,
        .timestamp_max = scan->max,
        .limit = QUIPU_BATCH_MAX,
        .flags = filter->is_reversed ? QUIPU_QUERY_REVERSED : 0,
    };

    return quipu_query_transfers(scan->view->ledger, &query, scan->page, QUIPU_BATCH_MAX, count);
}

/* Turn to the page behind a full one. Returns false if there can be none. */
static bool turn(struct scan *scan, uint64_t last)
{
    if (scan->view->filter.is_reversed) {
        scan->max = last - 1;
        return scan->max > 0 && scan->max >= scan->min;
    }
    scan->min = last + 1;
    return scan->max == 0 || scan->min <= scan->max;
}

static bool visit_page(struct scan *scan, size_t count,
                       bool (*visit)(void *context, const quipu_transfer *transfer), void *context)
{
    for (size_t i = 0; i < count; i++) {
        if (!view_passes(scan->view, &scan->page[i])) continue;
        if (!visit(context, &scan->page[i]) || --scan->left == 0) return false;
    }
    return true;
}

enum command_exit transfer_scan(const struct view *view,
                                bool (*visit)(void *context, const quipu_transfer *transfer),
                                void *context)
{
    struct scan scan = {
        .view = view,
        .min = view->filter.from,
        .max = view->filter.to,
        .page = malloc(QUIPU_BATCH_MAX * sizeof *scan.page),
        .left = view->filter.limit > 0 ? view->filter.limit : UINT64_MAX,
    };
    quipu_status status = scan.page != NULL ? QUIPU_OK : QUIPU_NO_MEMORY;
    size_t count = 0;

    if (status == QUIPU_OK) {
        do {
            status = take_page(&scan, &count);
        } while (status == QUIPU_OK && visit_page(&scan, count, visit, context) &&
                 count == QUIPU_BATCH_MAX && turn(&scan, scan.page[count - 1].timestamp));
    }
    free(scan.page);
    if (status == QUIPU_OK) return COMMAND_FINE;
    complain_of_status("reading transfers", status);
    return COMMAND_SYSTEM;
}
