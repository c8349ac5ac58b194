/* model_parts.h - what the files of the model share; nobody else includes it. */
#ifndef QUIPU_TESTS_MODEL_PARTS_H
#define QUIPU_TESTS_MODEL_PARTS_H

#include <stdbool.h>

#include "support/model.h"

struct model_account {
    quipu_account is; /* with the closed flag as it is now */
    uint16_t flags_created;
    uint64_t version;
};

struct model_transfer {
    quipu_transfer is;
    quipu_transfer_versions versions;
    quipu_account_balance debit_after, credit_after;
};

#define SECOND_NS UINT64_C(1000000000)
#define OUTCOME(name) QUIPU_CREATE_TRANSFER_##name

enum {
    POST_OR_VOID = QUIPU_TRANSFER_POST_PENDING_TRANSFER | QUIPU_TRANSFER_VOID_PENDING_TRANSFER,
    BALANCING = QUIPU_TRANSFER_BALANCING_DEBIT | QUIPU_TRANSFER_BALANCING_CREDIT,
    CLOSING = QUIPU_TRANSFER_CLOSING_DEBIT | QUIPU_TRANSFER_CLOSING_CREDIT
};

enum model_hold { HOLD_NONE, HOLD_WAITS, HOLD_POSTED, HOLD_VOIDED, HOLD_EXPIRED };

struct model {
    struct model_account *accounts;
    struct model_transfer *transfers;
    enum model_hold *holds; /* of transfers[i]: the only thing about it that changes */
    quipu_uint128 *burnt;
    size_t account_count, transfer_count, burnt_count, capacity;
    size_t failed_id_capacity;
    const quipu_result *heard; /* of the next batch, or NULL */
    uint64_t last;             /* timestamp given out */
};

struct model_account *model_find_account(struct model *model, quipu_uint128 id);
size_t model_find_transfer(const struct model *model, quipu_uint128 id); /* transfer_count: none */

/* Let every hold expire that is due at `when`. */
void model_expire(struct model *model, uint64_t when);

/* One event that passed the checks of its batch: store it, or say why not. *timestamp is the
 * event's time, and becomes the record's where there is one. */
uint32_t model_judge_account(struct model *model, const quipu_account *event, uint64_t *timestamp);
uint32_t model_judge_transfer(struct model *model, const quipu_transfer *event, uint64_t *timestamp,
                              quipu_receipt *receipt);

/* The answer to an event whose id is stored. */
uint32_t model_account_exists(const quipu_account *event, const struct model_account *stored);
uint32_t model_transfer_exists(const struct model *model, const quipu_transfer *event,
                               const quipu_transfer *stored);

/* Does a transfer match the filter of an account's history? */
bool model_of_account(const quipu_transfer *transfer, const quipu_account_filter *filter);

#endif
