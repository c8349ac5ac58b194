/* choice.c - the protocols that there are.
 *
 * Compiled twice: the command and the tests have `unsafe` as well. The libraries that are installed
 * have no name by which a host could add it. */
#include <stddef.h>

#include "protocol/protocol.h"
#include "quipu/quipu.h"

const struct protocol *quipui_protocol_of(quipu_protocol protocol)
{
    switch (protocol) {
    case QUIPU_OPTIMISTIC: return &quipui_protocol_optimistic;
    case QUIPU_CAS: return &quipui_protocol_cas;
    case QUIPU_MUTEX: return &quipui_protocol_mutex;
    case QUIPU_RCU: return &quipui_protocol_rcu;
    }
#ifdef QUIPU_WITH_UNSAFE
    if (protocol == QUIPU_UNSAFE) return &quipui_protocol_unsafe;
#endif
    return NULL;
}
