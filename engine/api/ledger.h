/* ledger.h - what a quipu_ledger is. */
#ifndef QUIPU_API_LEDGER_H
#define QUIPU_API_LEDGER_H

#include "base/fork.h"
#include "protocol/protocol.h"
#include "quipu/quipu.h"

/* Can calls be made? LEDGER_TORN: in a child of fork(), a call of a thread that is not in this
 * process will be in flight for ever. */
enum ledger_state { LEDGER_OPEN, LEDGER_TORN };

struct quipu_ledger {
    struct fork_member fork; /* first */
    struct store store;
    const struct protocol *protocol;
    _Atomic uint32_t state; /* enum ledger_state */
};

/* What a call on this ledger returns before it begins: QUIPU_OK, or why it cannot be made. */
static inline quipu_status ledger_status(quipu_ledger *ledger)
{
    /* relaxed: it is set in a new process, before any call of that process. */
    return load_relaxed(&ledger->state) == LEDGER_OPEN ? QUIPU_OK : QUIPU_BUSY;
}

#endif
