/* existing_chain.h - chains that are posted again.
 *
 * The ledger answers `exists` for one row of such a chain, and `linked_event_failed` for the
 * others: it looks at none of them after the first that fails. */
#ifndef QUIPU_COMMAND_LOAD_EXISTING_CHAIN_H
#define QUIPU_COMMAND_LOAD_EXISTING_CHAIN_H

#include <stddef.h>

#include "command/csv/fields.h"
#include "quipu/quipu.h"

/* The results of these records, which are whole chains: where every row of a chain was created
 * before, each becomes `exists`, with the time of its record. The others stay as they are. */
quipu_status existing_chains_settle(quipu_ledger *ledger, enum record_kind kind,
                                    const union record *records, size_t count,
                                    quipu_result *results);

#endif
