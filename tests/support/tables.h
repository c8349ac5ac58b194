/* tables.h - what the tables of a ledger at rest hold, as entries; and a ledger from a log.
 *
 * A list of entries can be changed by hand, shuffled, and written to a log in frames. */
#ifndef QUIPU_TESTS_TABLES_H
#define QUIPU_TESTS_TABLES_H

#include "journal/entry.h"
#include "recovery/recover.h"
#include "support/ledger.h"
#include "support/memory_log.h"
#include "support/random.h"

struct tables {
    struct entry *entries;
    size_t count, room;
};

/* Everything that the ledger stores. Failed ids have no time of their own there: `failed_at`. */
void tables_take(struct tables *tables, quipu_ledger *ledger, uint64_t failed_at);
void tables_free(struct tables *tables);
void tables_add(struct tables *tables, const struct entry *entry);
void tables_remove(struct tables *tables, size_t i);

/* The first entry of a kind from `from` on, or the count. */
size_t tables_find(const struct tables *tables, enum entry_kind kind, size_t from);

/* The entry of a transfer, or the test fails. */
struct entry *tables_transfer(struct tables *tables, quipu_uint128 id);

/* Put them in any order. */
void tables_shuffle(struct tables *tables, struct random *random);

/* Write entries [from, to) in frames of some bytes; the last has the horizon, those before it 0 or
 * what the log has. */
void tables_write(const struct tables *tables, size_t from, size_t to, struct memory_log *log,
                  uint64_t horizon, size_t frame_bytes);

/* A ledger with these options from a log; or why there is none. */
quipu_status tables_recover(struct log *log, const quipu_options *options, quipu_ledger **ledger,
                            struct recovered *recovered, struct diagnosis *diagnosis);

#endif
