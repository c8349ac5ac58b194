/* ledger.h - what a quipu_ledger is. */
#ifndef QUIPU_API_LEDGER_H
#define QUIPU_API_LEDGER_H

#include "base/fork.h"
#include "protocol/protocol.h"
#include "quipu/quipu.h"

struct quipu_ledger {
    struct fork_member fork; /* first */
    struct store store;
    const struct protocol *protocol;
    bool torn; /* a call of a thread that is not in this process will be in flight for ever */
};

#endif
