/* connect.h - a ledger that another process has: `quipu serve` owns it, and others connect.
 *
 * quipu_connect() gives a handle that is a quipu_ledger. Calls on it are those of quipu.h, with the
 * same arguments, answers and results: each is a request to the daemon and its answer, through
 * memory that the two share. What differs:
 *
 *   durable     an answer means what it means in the daemon, by the options that it opened its
 *               ledger with
 *   reads       of any length. Answers of more than QUIPU_BATCH_MAX records come in parts. Where a
 *               call promises one instant, all parts are of that one. For quipu_snapshot(), and for
 *               such reads of accounts and of holds, the daemon copies all records first: it may
 *               return QUIPU_NO_MEMORY. visit() is called when all accounts are here
 *   rights      the daemon decides by the user that connects. Without the right to write, calls
 *               that write return QUIPU_UNSUPPORTED, and so do quipu_checkpoint() and
 *               quipu_backup()
 *   backup      a path that is not from the root on begins where this process works. The daemon
 *               makes the directory: by its own user and rights, and where its view of the file
 *               system has that path. It is not changed by options of this process (umask, chroot)
 *   queues      a queue on a handle is a client of its own, with many requests on their way: see
 *               queue.h. It is not part of quipu_reconnect(): after the daemon has ended close it,
 *               and open another
 *   death       if the daemon ends, all calls in flight return QUIPU_IO at once, and so do later
 *               ones until quipu_reconnect(). A call that returned QUIPU_IO may have been executed.
 *               Repeat it with the same ids: what was done is answered `exists`
 *   diagnosis   quipu_diagnose() of the handle says whether the daemon is there
 *   close       quipu_close() ends the connection and leaves the ledger to the daemon. It returns
 *               QUIPU_BUSY if it sees a call in flight, or if a queue is open
 *   fork        in a child of fork() calls on the handle return QUIPU_FENCED; close it, and
 *               connect anew
 *
 *   threads     any number on one handle. Their calls are on their way at once, and none waits for
 *               the answer to another. One thread takes the answers of all: a handle or a queue per
 *               thread saves waking each other
 *   cost        a request and its answer are copied twice each; a system call only where one of the
 *               two processes sleeps
 *   source      docs/daemon.md */
#ifndef QUIPU_CONNECT_H
#define QUIPU_CONNECT_H

#include "quipu/quipu.h"

#ifdef __cplusplus
extern "C" {
#endif

/* All zero is valid. */
typedef struct quipu_connect_options {
    uint64_t timeout;     /* ns that one call waits for the daemon, or for the next part of an
                             answer; 0: as long as it lives. A call that has waited so long ends the
                             connection: all calls on the handle return QUIPU_IO. A checkpoint
                             or a backup that has begun is made all the same */
    uint64_t reserved[7]; /* zero */
} quipu_connect_options;

/* Connect to the daemon that listens at a path.
 *
 *   units    path: of a UNIX socket, shorter than 108 bytes, not used after the call; options NULL:
 *            all defaults; *ledger is NULL unless QUIPU_OK
 *   returns  QUIPU_OK           *ledger is connected; give it to quipu_close()
 *            QUIPU_INVALID      path or ledger is NULL or misaligned, path is too long, reserved
 *                               set
 *            QUIPU_UNSUPPORTED  the daemon is of another version, or this user may not read
 *            QUIPU_BUSY         the daemon has as many clients as it takes
 *            QUIPU_IO           no daemon listens there, the socket is not for this user, or the
 *                               daemon did not answer within options.timeout (0: five seconds)
 *            QUIPU_NO_MEMORY    memory or a file descriptor could not be had, here or there
 *   threads  any
 *   cost     a few system calls; 6 MiB of address space and two file descriptors */
QUIPU_PUBLIC quipu_status quipu_connect(const char *path, const quipu_connect_options *options,
                                        quipu_ledger **ledger);

/* Connect again, to the same path and with the same options, after a call has returned QUIPU_IO. A
 * connection that is alive stays as it is.
 *
 *   returns  QUIPU_OK       the handle is connected
 *            QUIPU_INVALID  ledger is NULL, or no handle of quipu_connect()
 *            QUIPU_FENCED   this is a child of fork()
 *            otherwise as quipu_connect(); the handle stays as it was
 *   threads  any */
QUIPU_PUBLIC quipu_status quipu_reconnect(quipu_ledger *ledger);

/* A daemon, and one of its clients. Bytes are those of messages. */
typedef struct quipu_daemon {
    uint64_t pid;
    uint64_t started_at;           /* ns since 1970 */
    uint64_t clients, clients_max; /* that are connected, and may be */
    uint64_t connected;            /* clients that ever were */
    uint64_t refused;              /* that wanted to be, and were not let in */
    uint64_t dropped;              /* that broke a rule of the wire */
    uint64_t requests;             /* answered, of all clients that ever were */
    uint64_t rounds, sleeps;       /* of the daemon's loop */
    uint64_t descriptors;          /* file descriptors that the clients cost */
    uint64_t reserved[5];          /* zero */
} quipu_daemon;

typedef struct quipu_daemon_client {
    uint64_t number; /* counts from 1 */
    uint64_t pid;
    uint32_t uid, gid;
    uint32_t may_write; /* 1: it may */
    uint32_t reserved32;
    uint64_t requests;    /* taken */
    uint64_t records;     /* events, ids and records that they were about */
    uint64_t bytes_in;    /* of requests */
    uint64_t bytes_out;   /* of answers */
    uint64_t full;        /* how often its ring of answers had no room: it did not read them */
    uint64_t bells;       /* rung for it */
    uint64_t reserved[6]; /* zero */
} quipu_daemon_client;

QUIPU_STATIC_ASSERT(sizeof(quipu_connect_options) == 64, "there is room for more options");
QUIPU_STATIC_ASSERT(sizeof(quipu_daemon) == 128, "a daemon is two cache lines");
QUIPU_STATIC_ASSERT(sizeof(quipu_daemon_client) == 128, "a client is two cache lines");

/* What the daemon counts of itself and of its clients, in the order in which they connected.
 *
 *   units    at most `capacity` clients, 1..QUIPU_BATCH_MAX; *count says how many
 *   returns  QUIPU_OK
 *            QUIPU_INVALID      NULL or misaligned, overlapping, capacity out of range; ledger is
 *                               no handle of quipu_connect()
 *            QUIPU_IO, QUIPU_FENCED  as any call on a handle
 *   threads  any */
QUIPU_PUBLIC quipu_status quipu_get_daemon(quipu_ledger *ledger, quipu_daemon *daemon,
                                           quipu_daemon_client *clients, size_t capacity,
                                           size_t *count);

#ifdef __cplusplus
}
#endif

#endif
