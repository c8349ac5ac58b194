/* account_pages.c - pages of transfers and of totals, less what the filters do not let pass. */
#include "command/look/account_pages.h"

#include <stdlib.h>

void account_pages_begin(struct account_pages *pages, const struct view *view,
                         quipu_uint128 account)
{
    *pages = (struct account_pages){
        .view = view,
        .next =
            {
                .account_id = account,
                .code = view->filter.code,
                .timestamp_min = view->filter.from,
                .timestamp_max = view->filter.to,
                .limit = QUIPU_BATCH_MAX,
                .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS |
                         (view->filter.is_reversed ? QUIPU_FILTER_REVERSED : 0),
            },
        .left = view->filter.limit > 0 ? view->filter.limit : UINT64_MAX,
        .ids = calloc(QUIPU_BATCH_MAX, sizeof *pages->ids),
        .transfers = calloc(QUIPU_BATCH_MAX, sizeof *pages->transfers),
        .balances = calloc(QUIPU_BATCH_MAX, sizeof *pages->balances),
        .versions = calloc(QUIPU_BATCH_MAX, sizeof *pages->versions),
    };
}

void account_pages_end(struct account_pages *pages)
{
    free(pages->ids);
    free(pages->transfers);
    free(pages->balances);
    free(pages->versions);
}

/* Where the next page begins. */
static void turn(struct account_pages *pages, size_t read)
{
    uint64_t last = pages->transfers[read - 1].timestamp;

    if (pages->view->filter.is_reversed) {
        pages->next.timestamp_max = last - 1;
        pages->is_over = last - 1 == 0 || last - 1 < pages->next.timestamp_min;
    } else {
        pages->next.timestamp_min = last + 1;
        pages->is_over = pages->next.timestamp_max != 0 && last + 1 > pages->next.timestamp_max;
    }
    if (read < QUIPU_BATCH_MAX) pages->is_over = true;
}

/* Keep the entries that the filters let pass. */
static void sift(struct account_pages *pages, size_t read)
{
    pages->count = 0;
    for (size_t i = 0; i < read && pages->left > 0; i++) {
        if (!view_passes(pages->view, &pages->transfers[i])) continue;
        pages->transfers[pages->count] = pages->transfers[i];
        pages->balances[pages->count] = pages->balances[i];
        pages->ids[pages->count++] = pages->transfers[i].id;
        pages->left--;
    }
    if (pages->left == 0) pages->is_over = true;
}

static quipu_status take_versions(struct account_pages *pages)
{
    quipu_transfer *again = malloc(QUIPU_BATCH_MAX * sizeof *again);
    quipu_status status = QUIPU_NO_MEMORY;

    if (again != NULL)
        status = quipu_lookup_transfers(pages->view->ledger, pages->ids, pages->count, again,
                                        pages->versions);
    free(again);
    return status;
}

static quipu_status take_page(struct account_pages *pages)
{
    size_t read = 0, totals = 0;
    quipu_status status = quipu_get_account_transfers(pages->view->ledger, &pages->next,
                                                      pages->transfers, QUIPU_BATCH_MAX, &read);

    if (status == QUIPU_OK)
        status = quipu_get_account_balances(pages->view->ledger, &pages->next, pages->balances,
                                            QUIPU_BATCH_MAX, &totals);
    if (status != QUIPU_OK) return status;
    /* Others may have written in between: what has both is shown. */
    if (totals < read) read = totals;
    for (size_t i = 0; i < read; i++) {
        if (pages->transfers[i].timestamp != pages->balances[i].timestamp) read = i;
    }
    if (read == 0) {
        pages->is_over = true;
        return QUIPU_OK;
    }
    turn(pages, read);
    sift(pages, read);
    return pages->count > 0 ? take_versions(pages) : QUIPU_OK;
}

quipu_status account_pages_next(struct account_pages *pages)
{
    quipu_status status = QUIPU_OK;

    pages->count = 0;
    if (pages->ids == NULL || pages->transfers == NULL || pages->balances == NULL ||
        pages->versions == NULL)
        return QUIPU_NO_MEMORY;
    while (status == QUIPU_OK && pages->count == 0 && !pages->is_over)
        status = take_page(pages);
    return status;
}
