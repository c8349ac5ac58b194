/* check.h - the arguments of calls: which make sense. Every way in asks here, once a call, before
 * anything is written.
 *
 *   K1  a pointer is not NULL (but where NULL is allowed) and is aligned as its type is: records of
 *       128-bit fields to 16 bytes
 *   K2  what the call writes overlaps neither what it reads nor anything else that it writes
 *   K3  filters, options and expectations are copied once, and the copy is checked and used:
 *       another thread that changes the original meanwhile decides nothing */
#ifndef QUIPU_API_CHECK_H
#define QUIPU_API_CHECK_H

#include "quipu/quipu.h"

/* quipu_open(): the pointers; then the options themselves, from a copy. */
bool quipui_check_open(const quipu_options *options /* or NULL */, quipu_ledger **ledger);
bool quipui_check_options(const quipu_options *options);

/* Events of either kind and their results. */
bool quipui_check_create(const quipu_ledger *ledger, const void *events, size_t count,
                         const quipu_result *results);

/* A commit; the expectations themselves: the next. */
bool quipui_check_commit(const quipu_ledger *ledger, const quipu_expectation *expectations,
                         size_t expectation_count, const quipu_transfer *events, size_t count,
                         const quipu_result *results, const quipu_receipt *receipts /* or NULL */);
bool quipui_check_expectation(const quipu_expectation *expectation);

/* Ids, and records of either kind that answer them; versions of `version_bytes` each, or NULL. */
bool quipui_check_lookup(const quipu_ledger *ledger, const quipu_uint128 *ids, size_t count,
                         const void *records, const void *versions, size_t version_bytes);

/* Where a filtered read puts what it finds. */
struct check_room {
    const void *records;
    size_t record_bytes, capacity;
    const size_t *count;
    const uint64_t *beside; /* or NULL */
};

/* A filtered read: *copy is the filter to use. */
bool quipui_check_account_filter(const quipu_ledger *ledger, const quipu_account_filter *filter,
                                 const struct check_room *room, quipu_account_filter *copy);
bool quipui_check_query_filter(const quipu_ledger *ledger, const quipu_query_filter *filter,
                               const struct check_room *room, quipu_query_filter *copy);
bool quipui_check_change_filter(const quipu_ledger *ledger, const quipu_change_filter *filter,
                                const struct check_room *room, quipu_change_filter *copy);

/* A read of nothing but 64-bit words: the horizon, counters. */
bool quipui_check_words(const quipu_ledger *ledger, const void *words, size_t bytes);

/* quipu_get_daemon(): a record, and room for others. */
bool quipui_check_daemon(const quipu_ledger *ledger, const void *daemon, size_t bytes,
                         const struct check_room *room);

#endif
