/* read.h - reading accounts and transfers. */
#ifndef QUIPU_BATCH_READ_H
#define QUIPU_BATCH_READ_H

#include "protocol/protocol.h"
#include "quipu/quipu.h"

struct reader {
    struct store *store;
    const struct protocol *protocol;
    struct worker *worker;
};

/* An idle worker to read with; false: no memory. */
bool quipui_reader_open(struct reader *reader, struct store *store,
                        const struct protocol *protocol);
void quipui_reader_close(struct reader *reader);

/* Copy accounts (sorted by slot, each once) as the protocol reads them, with nothing in them that
 * is due by now. False: no memory. */
bool quipui_read(struct reader *reader, struct copy *copies, size_t count);

/* The slot of an account, or NULL. */
struct slot *quipui_find_account(struct store *store, quipu_uint128 id);

/* The public reads, with the same names. The first opens a reader only if it needs one. */
quipu_status quipui_lookup_accounts(struct store *store, const struct protocol *protocol,
                                    const quipu_uint128 *ids, size_t count, quipu_account *accounts,
                                    uint64_t *versions);
quipu_status quipui_lookup_transfers(struct reader *reader, const quipu_uint128 *ids, size_t count,
                                     quipu_transfer *transfers, quipu_transfer_versions *versions);
quipu_status quipui_get_account_transfers(struct reader *reader, const quipu_account_filter *filter,
                                          quipu_transfer *transfers, size_t capacity,
                                          size_t *count);
quipu_status quipui_get_account_balances(struct reader *reader, const quipu_account_filter *filter,
                                         quipu_account_balance *balances, size_t capacity,
                                         size_t *count);
quipu_status quipui_get_account_holds(struct reader *reader, const quipu_account_filter *filter,
                                      quipu_hold *holds, size_t capacity, size_t *count);
quipu_status quipui_lookup_holds(struct reader *reader, const quipu_uint128 *ids, size_t count,
                                 quipu_hold *holds);
quipu_status quipui_query_accounts(struct reader *reader, const quipu_query_filter *filter,
                                   quipu_account *accounts, size_t capacity, size_t *count);
quipu_status quipui_query_transfers(struct reader *reader, const quipu_query_filter *filter,
                                    quipu_transfer *transfers, size_t capacity, size_t *count);
quipu_status quipui_snapshot(struct reader *reader,
                             bool (*visit)(void *, const quipu_account *, uint64_t), void *context);

#endif
