/* connected.c - a handle whose ledger is in a daemon: opening it, closing it, what is its own. */
#include "api/connected.h"

#include <string.h>

#include "api/check.h"
#include "api/ledger.h"
#include "api/outside.h"
#include "connect/far_calls.h"

#define PATH_BYTES_MAX 107

/* What calls look at before they look at the state: the daemon's protocol decides. */
static const struct protocol far = {.name = "far", .versioned = true};

/* In a child that was forked the connection is the parent's. */
static void forked(struct fork_member *member)
{
    struct quipu_ledger *ledger = (struct quipu_ledger *)(void *)member;

    /* relaxed: this process has no other thread. */
    store_relaxed(&ledger->state, LEDGER_FENCED);
    /* relaxed: as above. The queues are the parent's. */
    store_relaxed(&ledger->queues, 0);
}

/* A handle without its connection, or NULL. */
static struct quipu_ledger *take_handle(void)
{
    struct quipu_ledger *handle;

    if (!quipui_fork_watch()) return NULL;
    handle = quipui_memory_take(sizeof *handle);
    if (handle != NULL) memset(handle, 0, sizeof *handle);
    return handle;
}

/* Opening its connection has come to `status`. */
static quipu_status begin(struct quipu_ledger *handle, quipu_status status, quipu_ledger **ledger)
{
    if (status != QUIPU_OK) {
        quipui_memory_give_back(handle);
        return status;
    }
    handle->protocol = &far;
    /* relaxed: no other thread knows the ledger yet. */
    store_relaxed(&handle->state, LEDGER_CONNECTED);
    handle->fork.forked = forked;
    quipui_fork_join(&handle->fork);
    *ledger = handle;
    return QUIPU_OK;
}

static quipu_status connect_to(const char *path, uint64_t timeout, quipu_ledger **ledger)
{
    struct quipu_ledger *handle = take_handle();

    if (handle == NULL) return QUIPU_NO_MEMORY;
    return begin(handle, quipui_connection_open(path, timeout, &handle->connection), ledger);
}

quipu_status quipui_connected_beside(quipu_ledger *ledger, uint32_t depth, quipu_ledger **opened)
{
    struct quipu_ledger *handle = take_handle();

    if (handle == NULL) return QUIPU_NO_MEMORY;
    return begin(handle, quipui_connection_beside(ledger->connection, depth, &handle->connection),
                 opened);
}

static bool are_options(const quipu_connect_options *options)
{
    uint64_t any = 0;

    for (size_t i = 0; i < sizeof options->reserved / sizeof *options->reserved; i++)
        any |= options->reserved[i];
    return any == 0;
}

quipu_status quipu_connect(const char *path, const quipu_connect_options *options,
                           quipu_ledger **ledger)
{
    quipu_connect_options said = {.timeout = 0};
    struct outside before;
    quipu_status status;
    size_t length;

    if (path == NULL || ledger == NULL || (uintptr_t)ledger % _Alignof(quipu_ledger *) != 0 ||
        (uintptr_t)options % _Alignof(quipu_connect_options) != 0) {
        return QUIPU_INVALID;
    }
    *ledger = NULL;
    if (options != NULL) copy_once(&said, options);
    length = strlen(path);
    if (length == 0 || length > PATH_BYTES_MAX || !are_options(&said)) return QUIPU_INVALID;
    before = outside_begin();
    status = connect_to(path, said.timeout, ledger);
    outside_end(before);
    return status;
}

quipu_status quipu_reconnect(quipu_ledger *ledger)
{
    struct outside before;
    quipu_status status;

    if (ledger == NULL || ledger->connection == NULL) return QUIPU_INVALID;
    status = ledger_status(ledger);
    if (status != LEDGER_ELSEWHERE) return status;
    before = outside_begin();
    status = quipui_connection_again(ledger->connection);
    outside_end(before);
    return status;
}

quipu_status quipu_get_daemon(quipu_ledger *ledger, quipu_daemon *daemon,
                              quipu_daemon_client *clients, size_t capacity, size_t *count)
{
    const struct check_room room = {clients, sizeof *clients, capacity, count, NULL};
    quipu_status status;

    if (ledger == NULL || ledger->connection == NULL || capacity > QUIPU_BATCH_MAX ||
        !quipui_check_daemon(ledger, daemon, sizeof *daemon, &room)) {
        return QUIPU_INVALID;
    }
    *count = 0;
    status = ledger_status(ledger);
    if (status != LEDGER_ELSEWHERE) return status;
    return quipui_far_daemon(ledger->connection, daemon, clients, capacity, count);
}

quipu_status quipui_connected_close(quipu_ledger *ledger)
{
    bool alone = ledger_status(ledger) != LEDGER_ELSEWHERE;

    /* relaxed: queues are closed before the ledger is; the host orders that. */
    if (load_relaxed(&ledger->queues) != 0) return QUIPU_BUSY;
    if (!quipui_connection_close(ledger->connection, alone)) return QUIPU_BUSY;
    quipui_fork_leave(&ledger->fork);
    quipui_memory_give_back(ledger);
    return QUIPU_OK;
}

quipu_status quipui_connected_diagnose(quipu_ledger *ledger, char *text, size_t capacity)
{
    static const char gone[] = "the daemon is gone, or has broken off the connection";
    size_t bytes = sizeof gone < capacity ? sizeof gone : capacity;

    if (quipui_connection_is_alive(ledger->connection)) return QUIPU_OK;
    memcpy(text, gone, bytes);
    text[bytes - 1] = 0;
    return QUIPU_IO;
}
