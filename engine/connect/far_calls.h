/* far_calls.h - the calls of quipu.h, made in a daemon.
 *
 * Arguments were checked as those of the call in this process. What comes back is what the call in
 * the daemon returned; QUIPU_IO if the connection has failed. */
#ifndef QUIPU_CONNECT_FAR_CALLS_H
#define QUIPU_CONNECT_FAR_CALLS_H

#include "connect/connection.h"
#include "quipu/connect.h"

/* Calls on a ledger in this process do not pay for these. */
#define FAR __attribute__((noinline, cold))

FAR quipu_status quipui_far_create(struct connection *connection, enum wire_kind kind,
                                   const void *events, size_t count, quipu_result *results);

FAR quipu_status quipui_far_commit(struct connection *connection,
                                   const quipu_expectation *expectations, size_t expectation_count,
                                   const quipu_transfer *events, size_t count,
                                   quipu_result *results, quipu_receipt *receipts /* or NULL */);

FAR quipu_status quipui_far_lookup(struct connection *connection, enum wire_kind kind,
                                   const quipu_uint128 *ids, size_t count, void *records,
                                   void *versions /* or NULL */);

/* At most min(limit, capacity) records, by a filter of the kind; horizon: of changes, or NULL. */
FAR quipu_status quipui_far_read(struct connection *connection, enum wire_kind kind,
                                 const void *filter, uint32_t limit, void *records, size_t capacity,
                                 size_t *count, uint64_t *horizon);

FAR quipu_status quipui_far_horizon(struct connection *connection, uint64_t *horizon);
FAR quipu_status quipui_far_counters(struct connection *connection, quipu_counters *counters);
FAR quipu_status quipui_far_sync(struct connection *connection);
FAR quipu_status quipui_far_daemon(struct connection *connection, quipu_daemon *daemon,
                                   quipu_daemon_client *clients, size_t capacity, size_t *count);

/* All accounts come first, and then visit() is called: no call is in flight meanwhile. */
FAR quipu_status quipui_far_snapshot(struct connection *connection,
                                     bool (*visit)(void *, const quipu_account *, uint64_t),
                                     void *context);

FAR quipu_status quipui_far_checkpoint(struct connection *connection);
FAR quipu_status quipui_far_backup(struct connection *connection, const char *directory);

#endif
