/* account_pages.h - the transfers of one account, page by page, with its totals after each. */
#ifndef QUIPU_COMMAND_LOOK_ACCOUNT_PAGES_H
#define QUIPU_COMMAND_LOOK_ACCOUNT_PAGES_H

#include "command/look/view.h"

/* Entry i of each array is about the same transfer. */
struct account_pages {
    const struct view *view;
    quipu_account_filter next;
    uint64_t left; /* of --limit */
    bool is_over;
    size_t count;
    quipu_uint128 *ids;
    quipu_transfer *transfers;
    quipu_account_balance *balances;
    quipu_transfer_versions *versions;
};

/* Begin with the first that the filters of the view let pass. */
void account_pages_begin(struct account_pages *pages, const struct view *view,
                         quipu_uint128 account);

/* Read a page. A count of 0: there are no more. */
quipu_status account_pages_next(struct account_pages *pages);
void account_pages_end(struct account_pages *pages);

#endif
