/* small_ledger.h - a ledger's directory on a simulated disk, with what an input puts into it. */
#ifndef QUIPU_TESTS_MACHINES_FUZZ_SMALL_LEDGER_H
#define QUIPU_TESTS_MACHINES_FUZZ_SMALL_LEDGER_H

#include "journal/directory.h"
#include "machines/fuzz/bytes.h"
#include "support/disk.h"

/* A disk with "/ledger/quipu.ledger", which has these facts. */
struct disk *small_ledger_new(const struct ledger_facts *facts);

/* Facts of a ledger whose first segment has so many bytes, and so have the others. */
struct ledger_facts small_ledger_facts(uint64_t last_segment);

/* Own the directory; it is there. */
struct directory *small_ledger_open(struct disk *disk);

/* Change bytes of a file, as the input says: a count, then places and bytes. Returns how many were
 * changed. */
unsigned small_ledger_poke(struct disk *disk, const char *path, struct bytes *bytes);

#endif
