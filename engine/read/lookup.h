/* lookup.h - accounts and transfers by id. */
#ifndef QUIPU_READ_LOOKUP_H
#define QUIPU_READ_LOOKUP_H

#include "read/consistent.h"

/* As quipu_lookup_accounts(). It opens a reader only if it needs one. *seen as
 * reader->seen. */
quipu_status quipui_lookup_accounts(struct store *store, const struct protocol *protocol,
                                    const quipu_uint128 *ids, size_t count, quipu_account *accounts,
                                    uint64_t *versions, uint64_t *seen);

/* As quipu_lookup_transfers(). */
quipu_status quipui_lookup_transfers(struct reader *reader, const quipu_uint128 *ids, size_t count,
                                     quipu_transfer *transfers, quipu_transfer_versions *versions);

#endif
