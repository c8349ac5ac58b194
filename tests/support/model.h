/* model.h - the reference: the semantics in naive, single-threaded C.
 *
 * Arrays and linear searches; a chain is undone by copying everything back. It shares no code with
 * the engine, so the two can only be wrong in the same way by misreading the same sentence.
 *
 * Event i of a batch happens at base + i, where base is the clock or, if that is not later, the
 * instant after the last. When a time-out falls into the batch, a ledger may move events that would
 * straddle it to later timestamps of its own; `times`, if not NULL, says which it chose (0: none),
 * and they are taken if there was such a reason and they are later than all before. Imported events
 * happen at base.
 *
 * `now` is what the clock says when the call is made. Memory is endless here, and so are capacities
 * but that of failed ids; arguments are taken to be valid: the model answers only for what a ledger
 * means. */
#ifndef QUIPU_TESTS_MODEL_H
#define QUIPU_TESTS_MODEL_H

#include "quipu/quipu.h"

struct model;

struct model *model_open(void);
void model_close(struct model *model);

/* From here on at most so many ids are remembered as failed; at first there is no limit. */
void model_limit_failed_ids(struct model *model, size_t capacity);

/* What a ledger that runs short of memory said to the batch that comes next: of an event that fails
 * for a transient reason, it may say that it could not remember the id. */
void model_hear(struct model *model, const quipu_result *results);

void model_create_accounts(struct model *model, uint64_t now, const quipu_account *events,
                           size_t count, quipu_result *results);
void model_create_transfers(struct model *model, uint64_t now, const quipu_transfer *events,
                            size_t count, const uint64_t *times, quipu_result *results);
quipu_status model_commit(struct model *model, uint64_t now, const quipu_expectation *expectations,
                          size_t expectation_count, const quipu_transfer *events, size_t count,
                          const uint64_t *times, quipu_result *results, quipu_receipt *receipts);

/* The time of the first event of a batch that begins now. */
uint64_t model_base(const struct model *model, uint64_t now);

/* Does a time-out, resolved or not, fall into a batch of `count` that begins now? */
bool model_may_move(const struct model *model, uint64_t now, size_t count);

void model_lookup_accounts(struct model *model, uint64_t now, const quipu_uint128 *ids,
                           size_t count, quipu_account *accounts, uint64_t *versions);
void model_lookup_transfers(struct model *model, const quipu_uint128 *ids, size_t count,
                            quipu_transfer *transfers, quipu_transfer_versions *versions);

/* Each returns how many it wrote. */
size_t model_account_transfers(struct model *model, const quipu_account_filter *filter,
                               quipu_transfer *transfers, size_t capacity);
size_t model_account_balances(struct model *model, const quipu_account_filter *filter,
                              quipu_account_balance *balances, size_t capacity);
size_t model_query_accounts(struct model *model, uint64_t now, const quipu_query_filter *filter,
                            quipu_account *accounts, size_t capacity);
size_t model_query_transfers(struct model *model, const quipu_query_filter *filter,
                             quipu_transfer *transfers, size_t capacity);

void model_lookup_holds(struct model *model, uint64_t now, const quipu_uint128 *ids, size_t count,
                        quipu_hold *holds);
size_t model_account_holds(struct model *model, uint64_t now, const quipu_account_filter *filter,
                           quipu_hold *holds, size_t capacity);

/* How much there is, and each of it in order of creation. */
size_t model_account_count(const struct model *model);
size_t model_transfer_count(const struct model *model);
size_t model_failed_id_count(const struct model *model);
quipu_uint128 model_account_id(const struct model *model, size_t index);
quipu_uint128 model_transfer_id(const struct model *model, size_t index);

#endif
