/* facts.h - quipu.ledger as bytes. docs/journal-format.md has them one by one. */
#ifndef QUIPU_JOURNAL_FACTS_H
#define QUIPU_JOURNAL_FACTS_H

#include "journal/diagnosis.h"
#include "journal/directory.h"

/* One block. */
#define FACTS_BYTES 4096
#define FACTS_VERSION 1
#define FACTS_FILE "quipu.ledger"

void quipui_facts_encode(const struct ledger_facts *facts, unsigned char bytes[FACTS_BYTES]);

/* Read `count` bytes of a file that should be one block.
 *
 *   returns  QUIPU_OK, QUIPU_UNSUPPORTED (another byte order or version), QUIPU_CORRUPT */
quipu_status quipui_facts_decode(const unsigned char *bytes, size_t count,
                                 struct ledger_facts *facts, struct diagnosis *diagnosis);

#endif
