/* far_calls.c - each call as a request, and its answer as what the call gives. */
#include "connect/far_calls.h"

#include <string.h>
#include <unistd.h>

#include "base/memory.h"

quipu_status quipui_far_create(struct connection *connection, enum wire_kind kind,
                               const void *events, size_t count, quipu_result *results)
{
    struct wire_call call = {
        .request = {.kind = kind, .count = (uint32_t)count}, .each = events, .out_each = results};

    return quipui_connection_call(connection, &call);
}

quipu_status quipui_far_commit(struct connection *connection, const quipu_expectation *expectations,
                               size_t expectation_count, const quipu_transfer *events, size_t count,
                               quipu_result *results, quipu_receipt *receipts)
{
    struct wire_call call = {
        .request = {.kind = WIRE_COMMIT,
                    .count = (uint32_t)count,
                    .expectation_count = (uint32_t)expectation_count,
                    .flags = receipts != NULL ? WIRE_BESIDE : 0},
        .expectations = expectations,
        .each = events,
        .out_each = results,
        .out_beside = receipts,
    };

    return quipui_connection_call(connection, &call);
}

quipu_status quipui_far_lookup(struct connection *connection, enum wire_kind kind,
                               const quipu_uint128 *ids, size_t count, void *records,
                               void *versions)
{
    struct wire_call call = {
        .request = {.kind = kind,
                    .count = (uint32_t)count,
                    .flags = versions != NULL ? WIRE_BESIDE : 0},
        .each = ids,
        .out_each = records,
        .out_beside = versions,
    };

    return quipui_connection_call(connection, &call);
}

quipu_status quipui_far_read(struct connection *connection, enum wire_kind kind, const void *filter,
                             uint32_t limit, void *records, size_t capacity, size_t *count,
                             uint64_t *horizon)
{
    size_t most = capacity < limit ? capacity : limit;
    struct wire_call call = {.request = {.kind = kind}, .once = filter, .out_each = records};
    quipu_status status;

    call.request.count = (uint32_t)most;
    status = quipui_connection_call(connection, &call);
    if (status != QUIPU_OK) return status;
    *count = call.count;
    if (horizon != NULL) *horizon = call.horizon;
    return QUIPU_OK;
}

quipu_status quipui_far_horizon(struct connection *connection, uint64_t *horizon)
{
    struct wire_call call = {.request = {.kind = WIRE_HORIZON}};
    quipu_status status = quipui_connection_call(connection, &call);

    if (status == QUIPU_OK) *horizon = call.horizon;
    return status;
}

quipu_status quipui_far_counters(struct connection *connection, quipu_counters *counters)
{
    struct wire_call call = {.request = {.kind = WIRE_GET_COUNTERS}, .out_once = counters};

    return quipui_connection_call(connection, &call);
}

quipu_status quipui_far_sync(struct connection *connection)
{
    struct wire_call call = {.request = {.kind = WIRE_SYNC}};

    return quipui_connection_call(connection, &call);
}

quipu_status quipui_far_daemon(struct connection *connection, quipu_daemon *daemon,
                               quipu_daemon_client *clients, size_t capacity, size_t *count)
{
    struct wire_call call = {
        .request = {.kind = WIRE_GET_DAEMON, .count = (uint32_t)capacity},
        .out_once = daemon,
        .out_each = clients,
    };
    quipu_status status = quipui_connection_call(connection, &call);

    if (status == QUIPU_OK) *count = call.count;
    return status;
}

quipu_status quipui_far_snapshot(struct connection *connection,
                                 bool (*visit)(void *, const quipu_account *, uint64_t),
                                 void *context)
{
    struct wire_call call = {
        .request = {.kind = WIRE_SNAPSHOT, .count = UINT32_MAX, .flags = WIRE_BESIDE}};
    quipu_status status = quipui_connection_call(connection, &call);
    const quipu_account *accounts = call.out_each;
    const uint64_t *versions = call.out_beside;

    if (status == QUIPU_OK && call.count > 0 && accounts == NULL) status = QUIPU_NO_MEMORY;
    if (status == QUIPU_OK) {
        for (uint32_t i = 0; i < call.count && visit(context, &accounts[i], versions[i]); i++)
            continue;
    }
    quipui_memory_give_back(call.out_each);
    return status;
}

quipu_status quipui_far_checkpoint(struct connection *connection)
{
    struct wire_call call = {.request = {.kind = WIRE_CHECKPOINT}};

    return quipui_connection_call(connection, &call);
}

/* The daemon works elsewhere: a path from where this process works becomes one from the root on. */
static quipu_status name_from_root(const char *path, struct wire_path *whole)
{
    size_t length = strlen(path), before = 0;

    memset(whole, 0, sizeof *whole);
    if (path[0] != '/') {
        if (getcwd(whole->bytes, sizeof whole->bytes - 1) == NULL) return QUIPU_IO;
        before = strlen(whole->bytes);
        whole->bytes[before++] = '/';
    }
    if (length == 0 || length >= sizeof whole->bytes - before) return QUIPU_INVALID;
    memcpy(whole->bytes + before, path, length);
    return QUIPU_OK;
}

quipu_status quipui_far_backup(struct connection *connection, const char *directory)
{
    struct wire_path whole;
    struct wire_call call = {.request = {.kind = WIRE_BACKUP}, .once = &whole};

    quipu_status status = name_from_root(directory, &whole);

    return status == QUIPU_OK ? quipui_connection_call(connection, &call) : status;
}
