/* scan.h - transfers of a span of time, found among all. */
#ifndef QUIPU_READ_SCAN_H
#define QUIPU_READ_SCAN_H

#include "read/select.h"
#include "records/store.h"

/* Select from the settled transfers that match the filter: its fields and its span of time, both
 * ends inclusive. The limit and the flags of the filter are not looked at: `selection` says how
 * many are wanted, and which, and may have others already. The picks of transfers have order 0 and
 * kind 0. All transfers that were created before the call are found; those created during it may or
 * may not be.
 *
 *   threads  any
 *   cost     what is selected; a step per 65,536 places; a look at each place in the hands of a
 *            worker and at each place that no scan has noted yet */
void quipui_find_transfers(struct store *store, const quipu_query_filter *filter,
                           struct selection *selection);

#endif
