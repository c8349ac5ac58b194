/* ledger.h - what a quipu_ledger is. */
#ifndef QUIPU_API_LEDGER_H
#define QUIPU_API_LEDGER_H

#include "base/fork.h"
#include "checkpoint/checkpoint.h"
#include "journal/journal.h"
#include "protocol/protocol.h"
#include "quipu/quipu.h"

/* Can calls be made? LEDGER_TORN: in a child of fork(), a call of a thread that is not in this
 * process will be in flight for ever. LEDGER_FENCED: in a child of fork(), whose parent has the
 * directory. LEDGER_CONNECTED: the ledger is in a daemon; of the handle only `fork`, `protocol`,
 * `state`, `queues` and `connection` are in use. */
enum ledger_state { LEDGER_OPEN, LEDGER_TORN, LEDGER_FENCED, LEDGER_CONNECTED };

/* What ledger_status() says of a handle whose ledger is in a daemon. Each call then makes a request
 * of itself (connect/far_calls.h); no call returns it. */
#define LEDGER_ELSEWHERE ((quipu_status)1000)

struct quipu_ledger {
    struct fork_member fork; /* first */
    struct store store;
    const struct protocol *protocol;
    _Atomic uint32_t state;      /* enum ledger_state */
    _Atomic uint32_t queues;     /* that are open */
    bool reads_latest;           /* reads do not wait for the disk */
    struct directory *directory; /* of a ledger with a path, or NULL; and its log */
    struct log *log;
    struct checkpoints checkpoints; /* of a ledger with a path */
    struct connection *connection;  /* of a handle of quipu_connect(), or NULL */
};

/* The tables and the protocol of a ledger, without a directory. Returns false if memory runs out.
 * */
bool quipui_tables_open(quipu_ledger *ledger, const quipu_options *options);
void quipui_tables_close(quipu_ledger *ledger);

/* What calls on a ledger that is not open return, or LEDGER_ELSEWHERE. */
static inline quipu_status ledger_status_of(enum ledger_state state)
{
    switch (state) {
    case LEDGER_CONNECTED: return LEDGER_ELSEWHERE;
    case LEDGER_FENCED: return QUIPU_FENCED;
    default: return QUIPU_BUSY;
    }
}

/* What a call on this ledger returns before it begins: QUIPU_OK, or why it cannot be made. */
static inline quipu_status ledger_status(quipu_ledger *ledger)
{
    /* relaxed: it is set in a new process, before any call of that process. */
    enum ledger_state state = (enum ledger_state)load_relaxed(&ledger->state);

    if (state == LEDGER_OPEN) return QUIPU_OK;
    return ledger_status_of(state);
}

/* The same for a call that writes: a ledger whose disk has failed takes nothing any more. */
static inline quipu_status ledger_write_status(quipu_ledger *ledger)
{
    quipu_status status = ledger_status(ledger);

    if (status != QUIPU_OK || ledger->store.journal == NULL) return status;
    return quipui_journal_status(ledger->store.journal);
}

/* Does the answer of a reading call wait until what it has seen is durable? */
static inline bool ledger_reads_wait(const quipu_ledger *ledger)
{
    return ledger->store.journal != NULL && !ledger->reads_latest;
}

/* The timestamp that a reading call hangs on: everything up to `seen`, and what calls in flight may
 * have shown. */
static inline uint64_t ledger_read_hangs_on(quipu_ledger *ledger, uint64_t seen)
{
    uint64_t barrier = store_barrier(&ledger->store);

    return seen > barrier ? seen : barrier;
}

#endif
