/* quipu.h - an embeddable, transactional double-entry ledger, in memory or kept in a directory.
 *
 * Every call is safe from any thread, at any time between quipu_open() and quipu_close(); no thread
 * needs to be registered. No call aborts, prints or sets errno. Two answers, never mixed: the
 * quipu_status a call returns says whether the call worked; the quipu_result of an event says what
 * became of it.
 *
 * Misuse is QUIPU_INVALID, changes nothing and writes nothing: NULL, counts out of range, reserved
 * bits, a pointer that is not aligned as its type is (16 bytes for accounts, transfers, balances,
 * their filters, changes, expectations, receipts and ids; 8 for results, versions, counts, options,
 * change filters), memory that the call would write where it overlaps anything else that the call
 * is given. Arrays that are only read may overlap.
 *
 * What a call is given must not change until the call returns. If another thread changes it all the
 * same, the call takes one copy of each event, id, filter and expectation, perhaps of old and new
 * bytes mixed, and uses that copy throughout. An event may then be judged as one that nobody meant,
 * but nothing is read or written out of bounds and the books balance.
 *
 * A call on a ledger with a path may also return, beside what is said at the call, QUIPU_IO or
 * QUIPU_NO_SPACE: the disk has failed (docs/durability.md). It gives no results then: all of a call
 * that writes are 0, and what a call has read is not to be used.
 *
 * A child of fork() has its own copy of every ledger in memory on which no call was in flight, and
 * shares nothing with the parent from then on. In the child, calls on any other ledger in memory
 * return QUIPU_BUSY, and calls on a ledger with a path QUIPU_FENCED; the latter can be closed.
 * In the middle of a call, a thread must not be cancelled or ended, nor jump out of a signal
 * handler. docs/faults.md says more of what a host may do.
 *
 *   records    quipu/types.h
 *   outcomes   quipu/outcome.h, in order of precedence
 *   meaning    docs/semantics.md
 *   promises   docs/protocols.md, per protocol */
#ifndef QUIPU_H
#define QUIPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quipu/outcome.h"
#include "quipu/types.h"

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define QUIPU_PUBLIC __attribute__((visibility("default")))
#else
#define QUIPU_PUBLIC
#endif

#define QUIPU_VERSION_MAJOR 0
#define QUIPU_VERSION_MINOR 1
#define QUIPU_VERSION_PATCH 0

/* The version of this header as text, "0.1.0"; below is a call that gives that of the library. */
#define QUIPU_VERSION_STRING                                                                       \
    QUIPU_VERSION_TEXT(QUIPU_VERSION_MAJOR)                                                        \
    "." QUIPU_VERSION_TEXT(QUIPU_VERSION_MINOR) "." QUIPU_VERSION_TEXT(QUIPU_VERSION_PATCH)
#define QUIPU_VERSION_TEXT(number) QUIPU_VERSION_TEXT_OF(number)
#define QUIPU_VERSION_TEXT_OF(number) #number

typedef struct quipu_ledger quipu_ledger;

/* How concurrent transfers are kept apart. The rules are the same under all. */
typedef enum quipu_protocol {
    QUIPU_OPTIMISTIC, /* versioned records, commit if nothing moved: the default */
    QUIPU_CAS,        /* compare-and-swap balances: no locks; for hot accounts */
    QUIPU_MUTEX,      /* a lock per account: for many more threads than cores */
    QUIPU_RCU         /* immutable versions: readers never wait; one writer at a time */
} quipu_protocol;

/* The race itself: read, compute, write back. For demonstrations only: the installed library
 * answers QUIPU_UNSUPPORTED. */
#define QUIPU_UNSAFE ((quipu_protocol)0x756e7361)

/* What a call that has returned means for a ledger that has a path. */
typedef enum quipu_durability {
    QUIPU_DURABILITY_DEFAULT, /* in memory without a path, synced with one */
    QUIPU_SYNCED,             /* it is on disk */
    QUIPU_BUFFERED,           /* it will be, after flush_interval at most: a crash may lose that
                                 much, but never order or consistency */
    QUIPU_IN_MEMORY           /* without a path: nothing outlives quipu_close() */
} quipu_durability;

/* Whether a call that reads waits until what it has seen is on disk. */
typedef enum quipu_reads {
    QUIPU_READ_DURABLE, /* it does, where a call that writes would: a crash takes no answer back */
    QUIPU_READ_LATEST   /* it never does: a crash may take back what it saw */
} quipu_reads;

/* All zero is valid: optimistic, in memory, default capacities, the system's clock.
 *
 * With a path the ledger is kept in that directory, which is made if it is not there. All that
 * writing calls have returned outlives the process. Protocol and capacities may differ from one
 * opening to the next, as long as what there is fits. */
typedef struct quipu_options {
    quipu_protocol protocol;
    quipu_durability durability;
    uint64_t account_capacity;   /* accounts; 0: 2^24; at most 2^32 */
    uint64_t transfer_capacity;  /* transfers; 0: 2^27; at most 2^33 */
    const char *path;            /* of a directory, not used after quipu_open(); NULL: in memory */
    uint64_t (*clock)(void *);   /* ns since 1970, from any thread; NULL: CLOCK_REALTIME. It must
                                   not call the ledger, nor fork */
    void *clock_context;         /* handed to clock */
    uint32_t prefault;           /* 1: take all memory for the capacities now */
    quipu_reads reads;           /* of a ledger with a path */
    uint64_t flush_interval;     /* ns, of a buffered ledger; 0: 10 ms; at most an hour */
    uint64_t checkpoint_bytes;   /* of journal, after which a checkpoint is made by itself;
                                    0: 1 GiB; 2^64-1: never */
    uint64_t failed_id_capacity; /* ids of transient failures; 0: as many as transfers; at most
                                    2^33. When it is reached: NO_SPACE_FOR_FAILED_ID */
} quipu_options;

/* Open a ledger: a new, empty one in memory, or, with a path, the one that is kept there.
 *
 * Address space for the capacities is reserved now. Memory is taken as records arrive. With
 * `prefault` it is taken now, so that no call meets a fresh page or an index that grows; the system
 * is asked first, and nothing is taken if the machine, a control group or a limit of the process
 * does not have that much. If address space is too short for a capacity that is 0, that capacity is
 * halved until it fits, down to 2^20 transfers and 2^16 accounts.
 *
 *   units    options NULL: all defaults; *ledger is NULL unless QUIPU_OK
 *   returns  QUIPU_OK           *ledger is open; give it to quipu_close()
 *            QUIPU_INVALID      ledger is NULL, a pointer makes no sense (see above; *ledger stays
 *                               as it was, then), unknown enum value, capacity too large, reserved
 *                               set; durability and path do not fit; the path is no directory, or
 *                               one that has other files
 *            QUIPU_UNSUPPORTED  a protocol that this build does not have; a directory whose format
 *                               is newer, or of a machine of another byte order
 *            QUIPU_NO_MEMORY    memory, address space or a thread could not be had
 *            QUIPU_NO_SPACE     what is kept there is more than the capacities, or the disk is full
 *            QUIPU_BUSY         another ledger, in this process or another, has the directory
 *            QUIPU_CORRUPT      what is kept there is damaged: quipu_diagnose() says where
 *            QUIPU_IO           the disk, or the file system, refused something
 *   threads  any */
QUIPU_PUBLIC quipu_status quipu_open(const quipu_options *options, quipu_ledger **ledger);

/* Close a ledger and give back all that it held. One with a path is on disk by then, the buffered
 * one, too.
 *
 *   returns  QUIPU_OK       the ledger is gone
 *            QUIPU_IO, QUIPU_NO_SPACE  the ledger is gone, and the disk had failed
 *            QUIPU_INVALID  ledger is NULL
 *            QUIPU_BUSY     a call is in flight, or was when this process was forked; the ledger is
 *                           still open (a lookup in flight may be waited for instead)
 *   threads  one, once; no call may start after this one has */
QUIPU_PUBLIC quipu_status quipu_close(quipu_ledger *ledger);

/* Wait until all that calls have returned by now is on disk. In memory there is nothing to wait
 * for.
 *
 *   returns  QUIPU_OK       it is; or the ledger is in memory
 *            QUIPU_INVALID  ledger is NULL
 *            QUIPU_BUSY     the ledger is a copy in a child of fork(), with a call in flight
 *            QUIPU_FENCED   this is a child of fork(), which has no part in a ledger with a path
 *            QUIPU_IO, QUIPU_NO_SPACE  the disk has failed: what is not on disk by now never will
 *            be
 *   threads  any
 *   cost     one write and one sync of the disk, shared with all that wait meanwhile */
QUIPU_PUBLIC quipu_status quipu_sync(quipu_ledger *ledger);

/* Write a checkpoint while others go on: opening the ledger then needs no journal from before it.
 * Transfers in rows of 65,536 whose turn is over go to files of their own, and memory of them is
 * given back: they are read from there. A ledger does so by itself, options.checkpoint_bytes apart.
 *
 *   returns  QUIPU_OK       it is on disk; or the ledger is in memory
 *            QUIPU_INVALID  ledger is NULL
 *            QUIPU_BUSY, QUIPU_FENCED  as quipu_sync()
 *            QUIPU_UNSUPPORTED  the machine is not little-endian
 *            QUIPU_NO_MEMORY, QUIPU_NO_SPACE, QUIPU_IO  the one before holds, and so does the
 *            journal behind it; if it was quipu.ledger that could not be written, no other is made
 *            before the ledger is opened again
 *            QUIPU_CORRUPT  the disk gave back other bytes than were written; the same holds
 *   threads  any; one is made at a time. Imports wait until accounts and records are copied
 *   cost     O(accounts, and transfers since the one before), of which plain ones take 192 bytes */
QUIPU_PUBLIC quipu_status quipu_checkpoint(quipu_ledger *ledger);

/* Make a copy of a ledger with a path in another directory, which is made if it is not there, while
 * others go on. The copy is the ledger as of one instant, and is opened as any other; its identity
 * is that of the original.
 *
 *   units    directory: a path; empty, or not there
 *   returns  QUIPU_OK       the copy is on disk
 *            QUIPU_INVALID  ledger or directory is NULL, the ledger is in memory, the directory is
 *                           not empty or none at all
 *            QUIPU_BUSY     the directory is an open ledger; or as quipu_sync()
 *            otherwise as quipu_checkpoint(); files may be left in the directory: no ledger
 *   threads  any; one of these calls or of quipu_checkpoint() at a time
 *   cost     O(all that the ledger has): history is copied, the rest is written as a checkpoint */
QUIPU_PUBLIC quipu_status quipu_backup(quipu_ledger *ledger, const char *directory);

/* Say in words what is wrong: of a ledger that is open and has failed, or of a directory that
 * cannot be opened (it is looked through, nothing is changed): which file, where, what is missing.
 *
 *   units    one of ledger and path is NULL; text gets at most `capacity` bytes, 0 at the end
 *   returns  QUIPU_OK       nothing is wrong
 *            QUIPU_INVALID  both or neither are given, text is NULL, capacity is 0
 *            otherwise      what calls on the ledger, or quipu_open() of the path, return
 *   threads  any
 *   cost     of a path: all of its files are read */
QUIPU_PUBLIC quipu_status quipu_diagnose(quipu_ledger *ledger, const char *path, char *text,
                                         size_t capacity);

/* What quipu_salvage() has read. */
typedef struct quipu_salvaged {
    uint64_t accounts, transfers; /* that were visited */
    uint64_t expiries, failed_ids;
    uint64_t nameless;  /* transfers with an account that was not found: its id is 0 */
    uint64_t undecided; /* records that no frame of the journal decides: they were left out */
    uint64_t findings;  /* 0: nothing is damaged or missing */
    uint64_t reserved;  /* zero */
} quipu_salvaged;

/* What quipu_salvage() calls, one at a time; each returns false to end it. Records are valid until
 * the call returns. */
typedef struct quipu_salvage_visitor {
    bool (*finding)(void *context, const char *words);
    bool (*account)(void *context, const quipu_account *account);
    bool (*transfer)(void *context, const quipu_transfer *transfer);
    void *context;
} quipu_salvage_visitor;

/* Read what can be read of the files of a ledger that cannot be opened: of its newest checkpoint,
 * what its hashes prove, and of its journal, each frame that is whole. Nothing is changed.
 *
 * Findings are visited first: which file is damaged and where, which frames are missing, which
 * transfers have an account that was not found. Then come accounts, with totals of 0, and then
 * transfers, both by timestamp. They are what calls had created; that they are complete, or that
 * balances follow from them, is not proven. A ledger that is not damaged gives all that it has.
 *
 *   units    timestamps in ns
 *   returns  QUIPU_OK           visited all that could be read, or as far as the visitor wanted
 *            QUIPU_INVALID      NULL or misaligned; the path is no directory, or has no ledger
 *            QUIPU_CORRUPT      quipu.ledger is damaged or missing: without it no file can be read
 *            QUIPU_BUSY         a ledger has the directory
 *            QUIPU_UNSUPPORTED  a newer format, or another byte order
 *            QUIPU_NO_MEMORY, QUIPU_IO  (of the path; of a file it is a finding)
 *   threads  any
 *   cost     O(n log n); all files are read, the journal twice; 400 bytes of memory a transfer */
QUIPU_PUBLIC quipu_status quipu_salvage(const char *path, const quipu_salvage_visitor *visitor,
                                        quipu_salvaged *salvaged);

/* Create accounts, in order; results[i] says what became of events[i].
 *
 *   units    count in events, 1..QUIPU_BATCH_MAX; timestamps in ns
 *   returns  QUIPU_OK         every event has its outcome
 *            QUIPU_INVALID    NULL, misaligned, overlapping or count out of range; nothing was
 *                             looked at
 *            QUIPU_NO_SPACE   account_capacity is exhausted
 *            QUIPU_NO_MEMORY  memory ran out. With this and the one above, events whose result has
 *                             status 0 were not attempted and changed nothing; all other results
 *                             are final. A chain is never cut
 *   threads  any; callers of this one queue
 *   cost     O(count) */
QUIPU_PUBLIC quipu_status quipu_create_accounts(quipu_ledger *ledger, const quipu_account *events,
                                                size_t count, quipu_result *results);

/* Create transfers, in order; results[i] says what became of events[i].
 *
 *   units    count in events, 1..QUIPU_BATCH_MAX; amounts in minor units; timestamps in ns
 *   returns  as quipu_create_accounts(), for transfer_capacity
 *   threads  any
 *   order    a created transfer happens-before every call that starts after this one returned
 *   cost     O(count); about three cache lines per transfer beside the record itself */
QUIPU_PUBLIC quipu_status quipu_create_transfers(quipu_ledger *ledger, const quipu_transfer *events,
                                                 size_t count, quipu_result *results);

/* Create all of these transfers or none, if and only if each expected account is at its expected
 * version: UPDATE … SET version = version + 1 WHERE id = ? AND version = ?, for many rows at once.
 * The transfers are one chain, linked or not; a last one that is linked leaves it open.
 *
 *   units    expectations 0..QUIPU_BATCH_MAX, transfers 1..QUIPU_BATCH_MAX
 *   returns  QUIPU_OK           results[] say what became of the transfers: all created, or the
 *                               first to fail with its reason and the others LINKED_EVENT_FAILED
 *            QUIPU_CONFLICT     an expected account is at another version, or does not exist;
 *                               nothing changed, no id burnt: read again and retry
 *            QUIPU_INVALID      NULL, misaligned, overlapping, count out of range, account id 0 or
 *                               2^128-1, version 0, reserved field
 *            QUIPU_UNSUPPORTED  the protocol is cas
 *            QUIPU_NO_SPACE, QUIPU_NO_MEMORY  nothing changed
 *   threads  any
 *   cost     O((expectations + count) log count) */
QUIPU_PUBLIC quipu_status quipu_commit(quipu_ledger *ledger, const quipu_expectation *expectations,
                                       size_t expectation_count, const quipu_transfer *events,
                                       size_t count, quipu_result *results,
                                       quipu_receipt *receipts /* or NULL */);

/* Read accounts by id: the answer to ids[i] is accounts[i] and versions[i]. If there is no such
 * account, both its id and its version are 0. docs/protocols.md says whether several accounts of
 * one call are of one instant.
 *
 *   units    count in ids, 1..QUIPU_BATCH_MAX
 *   returns  QUIPU_OK; QUIPU_NO_MEMORY: what is in accounts[] and versions[] means nothing;
 *            QUIPU_INVALID: NULL, misaligned, overlapping, count out of range
 *   threads  any
 *   cost     O(count); about three cache lines per account, four if it has user data */
QUIPU_PUBLIC quipu_status quipu_lookup_accounts(quipu_ledger *ledger, const quipu_uint128 *ids,
                                                size_t count, quipu_account *accounts,
                                                uint64_t *versions /* or NULL */);

/* Read transfers by id: the answer to ids[i] is transfers[i] and versions[i]. If there is no such
 * transfer (never stored, or burnt), its id and versions are 0.
 *
 *   units, returns, threads, cost   as quipu_lookup_accounts() */
QUIPU_PUBLIC quipu_status quipu_lookup_transfers(quipu_ledger *ledger, const quipu_uint128 *ids,
                                                 size_t count, quipu_transfer *transfers,
                                                 quipu_transfer_versions *versions /* or NULL */);

/* Read what became of pending transfers: the answer to ids[i] is holds[i]. If there is no pending
 * transfer with this id (never stored, burnt, or not pending), its id is 0. A hold that is due is
 * never open. Reads of its accounts that start after this call returned agree with its state.
 *
 *   units    count in ids, 1..QUIPU_BATCH_MAX
 *   returns  as quipu_lookup_accounts()
 *   threads  any; waits for a unit that is about to post, void or expire one of these holds
 *   cost     O(count); about six cache lines per hold */
QUIPU_PUBLIC quipu_status quipu_lookup_holds(quipu_ledger *ledger, const quipu_uint128 *ids,
                                             size_t count, quipu_hold *holds);

/* The transfers of one account, oldest first (or newest first), as of one instant. Page by
 * timestamp_min (or timestamp_max): a page that begins after the last transfer of the one before it
 * misses nothing and repeats nothing, also while others write.
 *
 *   units    at most min(filter->limit, capacity) transfers; *count says how many
 *   returns  QUIPU_OK         *count may be 0: nothing matched, or no such account
 *            QUIPU_INVALID    NULL, misaligned, overlapping, capacity 0, limit 0, neither debits
 *                             nor credits, min after max, min or max over 2^63-1, reserved bits or
 *                             fields, account id 0 or 2^128-1; *count stays as it was
 *            QUIPU_NO_MEMORY  *count is 0
 *   threads  any
 *   cost     O(transfers of the account between the first and the last of the page); once for each
 *            transfer of the account, a reader passes it to leave markers
 *   source   docs/adr/0016-readers-leave-notes.md */
QUIPU_PUBLIC quipu_status quipu_get_account_transfers(quipu_ledger *ledger,
                                                      const quipu_account_filter *filter,
                                                      quipu_transfer *transfers, size_t capacity,
                                                      size_t *count);

/* The totals of one account right after each of those transfers. Works for any account; the history
 * flag is only a mark for exports.
 *
 *   units, returns, threads, cost   as quipu_get_account_transfers() */
QUIPU_PUBLIC quipu_status quipu_get_account_balances(quipu_ledger *ledger,
                                                     const quipu_account_filter *filter,
                                                     quipu_account_balance *balances,
                                                     size_t capacity, size_t *count);

/* The open holds of one account, oldest first (or newest first), as of one instant: of what
 * quipu_get_account_transfers() would give, the transfers that are pending and neither posted,
 * voided nor due. Page by timestamp_min (or timestamp_max).
 *
 *   units    at most min(filter->limit, capacity) holds; *count says how many
 *   returns  as quipu_get_account_transfers()
 *   threads  any; waits for a unit that is about to post, void or expire a hold of this account
 *   cost     O(transfers of the account between the first and the last of the page, or to the end
 *            of the span of time if the page does not fill) */
QUIPU_PUBLIC quipu_status quipu_get_account_holds(quipu_ledger *ledger,
                                                  const quipu_account_filter *filter,
                                                  quipu_hold *holds, size_t capacity,
                                                  size_t *count);

/* Accounts by their fields, oldest first (or newest first): a scan. Page by timestamp_min. The
 * accounts of one answer are read together, as by quipu_lookup_accounts().
 *
 *   units    at most min(filter->limit, capacity) accounts; *count says how many
 *   returns  QUIPU_OK, QUIPU_NO_MEMORY, QUIPU_INVALID: NULL, misaligned, overlapping, capacity 0,
 *            limit 0, min after max, min or max over 2^63-1, reserved bits or fields; *count stays
 *            as it was, then
 *   threads  any
 *   cost     O(accounts in the span of time) */
QUIPU_PUBLIC quipu_status quipu_query_accounts(quipu_ledger *ledger,
                                               const quipu_query_filter *filter,
                                               quipu_account *accounts, size_t capacity,
                                               size_t *count);

/* Transfers by their fields, oldest first (or newest first): a scan. All that were created before
 * the call are seen; those created during it may or may not be.
 *
 *   units, returns, threads   as quipu_query_accounts()
 *   cost     O(transfers between the first and the last of the answer); a step per 65,536 of all; a
 *            look at each place that a worker keeps or has in its hands; once for each
 *            transfer, a reader looks at it to note its time
 *   source   docs/adr/0016-readers-leave-notes.md */
QUIPU_PUBLIC quipu_status quipu_query_transfers(quipu_ledger *ledger,
                                                const quipu_query_filter *filter,
                                                quipu_transfer *transfers, size_t capacity,
                                                size_t *count);

/* All accounts as of one instant, in order of creation, while writers go on. visit() is called for
 * each, outside of all locks, until it returns false; it may call the ledger.
 *
 *   returns  QUIPU_OK           visited all, or as far as visit() wanted
 *            QUIPU_INVALID      ledger or visit is NULL
 *            QUIPU_UNSUPPORTED  the protocol is cas
 *            QUIPU_NO_MEMORY    nothing was visited
 *   threads  any
 *   cost     O(accounts); docs/protocols.md says which calls wait for it */
QUIPU_PUBLIC quipu_status quipu_snapshot(quipu_ledger *ledger,
                                         bool (*visit)(void *context, const quipu_account *account,
                                                       uint64_t version),
                                         void *context);

/* The horizon: every transfer, expiry and new account with a smaller timestamp is decided and
 * visible, and no other will come. The horizon never falls. A call that writes holds it back until
 * the call returns. In a ledger with a path all below it is on disk, too: a buffered one's horizon
 * is that of the last flush. Only QUIPU_READ_LATEST does not wait for that.
 *
 *   returns  QUIPU_OK         *horizon is set
 *            QUIPU_INVALID    NULL or misaligned
 *            QUIPU_NO_MEMORY  *horizon is 0
 *   threads  any; never waits for a call in flight
 *   order    a thread that reads a horizon sees everything below it in every later read
 *   cost     O(threads that ever wrote at once); has holds that are due expire, as reads do
 *   source   docs/semantics.md, "Horizon and changes" */
QUIPU_PUBLIC quipu_status quipu_horizon(quipu_ledger *ledger, uint64_t *horizon);

/* Everything that happened after a position, in order of (timestamp, order), below the horizon:
 * created transfers and expiries with both accounts right after them and their versions, and new
 * accounts. A follower that continues from the position of the last change it received gets every
 * change exactly once. (A scan by timestamp_min makes no such promise: transfers are not decided in
 * the order of their timestamps.)
 *
 *   units    at most min(filter->limit, capacity) changes; *count says how many. If it is fewer,
 *            nothing else happened below *horizon so far
 *   returns  QUIPU_OK
 *            QUIPU_INVALID    NULL, misaligned, overlapping, capacity 0, limit 0, timestamps over
 *                             2^63-1, reserved fields; nothing is written
 *            QUIPU_NO_MEMORY  *count is 0
 *   threads  any; reads each account as quipu_lookup_accounts() does
 *   cost     as quipu_query_transfers(); a step per 65,536 expiries of all, and a look at the
 *            blocks of 256 expiries that reach into the span of time of the answer; for each
 *            account in the answer, a walk over its versions in the answer and at most 256 more;
 *            once for each transfer of such an account, a reader passes it to leave markers
 *   source   docs/adr/0016-readers-leave-notes.md */
QUIPU_PUBLIC quipu_status quipu_get_changes(quipu_ledger *ledger, const quipu_change_filter *filter,
                                            quipu_change *changes, size_t capacity, size_t *count,
                                            uint64_t *horizon /* or NULL */);

/* How full the ledger is, to be seen before a capacity is reached; and what its calls have met.
 *
 *   returns  QUIPU_OK, QUIPU_INVALID (NULL or misaligned), QUIPU_NO_MEMORY
 *   threads  any. Exact when no call is in flight. Otherwise each counter is as of an instant
 *            during this call, and counts what other calls are about to store or to give up
 *   cost     O(workers); calls that write wait for it no longer than for each other, and share no
 *            counter: each worker has its own, and they are summed here */
QUIPU_PUBLIC quipu_status quipu_stats(quipu_ledger *ledger, quipu_counters *counters);

/* The same, by its older name.
 *
 *   returns  as quipu_stats()
 *   threads  any */
QUIPU_PUBLIC quipu_status quipu_get_counters(quipu_ledger *ledger, quipu_counters *counters);

/* The version of the library, as QUIPU_VERSION_STRING is that of the header.
 *
 *   returns  never NULL
 *   threads  any */
QUIPU_PUBLIC const char *quipu_version(void);

/* What a status means, in one English sentence.
 *
 *   returns  never NULL; unknown values have a sentence too
 *   threads  any */
QUIPU_PUBLIC const char *quipu_status_text(quipu_status status);

/* What became of an account, in one English sentence.
 *
 *   returns  never NULL; unknown values have a sentence too
 *   threads  any */
QUIPU_PUBLIC const char *quipu_create_account_text(uint32_t status);

/* What became of a transfer, in one English sentence.
 *
 *   returns  never NULL; unknown values have a sentence too
 *   threads  any */
QUIPU_PUBLIC const char *quipu_create_transfer_text(uint32_t status);

/* The name that a status of a result has in outcome.h: "CREATED", "EXCEEDS_CREDITS".
 *
 *   returns  never NULL; "UNKNOWN" for values that have none
 *   threads  any */
QUIPU_PUBLIC const char *quipu_outcome_name(quipu_event event, uint32_t status);

/* A new id: 48 bits of milliseconds since 1970, then 80 random bits; within a thread, each is
 * larger than the one before.
 *
 *   returns  never 0, never 2^128-1
 *   threads  any */
QUIPU_PUBLIC quipu_uint128 quipu_id(void);

#ifdef __cplusplus
}
#endif

#endif
