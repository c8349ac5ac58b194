/* making.h - a checkpoint in the making: what the files of this folder share; for them alone.
 *
 *   cut.c         when                               made_rest.c   failed ids, expiries, imports
 *   made_accounts.c   accounts at the cut            keeper.c      making them by itself
 *   made_transfers.c  transfers                      checkpoint.c  one after the other
 *   made_holds.c      holds                          copies.c      pieces of a backup
 *   made_markers.c    markers of strands */
#ifndef QUIPU_CHECKPOINT_MAKING_H
#define QUIPU_CHECKPOINT_MAKING_H

#include "checkpoint/checkpoint.h"
#include "read/consistent.h"

struct making {
    struct store *store;
    const struct protocol *protocol;
    struct archive *archive;
    struct directory *target; /* where the files go */
    _Atomic uint32_t *stopping;
    struct reader reader;
    struct image_writer writer;
    struct image_facts facts;
    struct pile pieces;     /* struct piece_name: those that were written for this checkpoint */
    struct pile open_holds; /* uint64_t: places of holds that stand in those pieces, in order */
    char *buffer;           /* for the columns of a piece that are not as they are in memory */
    struct diagnosis *diagnosis;
};

#define MAKING_BUFFER_BYTES ((size_t)PIECE_ITEMS * 128)

/* Choose the cut (C1) and the first frame that is needed behind it. With no import running. */
quipu_status quipui_making_cut(struct making *making, struct journal *journal);

/* Add what is older than the cut to the image, or to pieces. */
quipu_status quipui_making_accounts(struct making *making);
quipu_status quipui_making_transfers(struct making *making);
quipu_status quipui_making_holds(struct making *making);
quipu_status quipui_making_failed_ids(struct making *making);
quipu_status quipui_making_expiries(struct making *making);
quipu_status quipui_making_imports(struct making *making);
quipu_status quipui_making_markers(struct making *making);

/* The newest marker of an account that was described: it, and all before it, get numbers. */
quipu_status quipui_making_number(struct making *making, struct slot *slot,
                                  struct image_account *account);

/* Of a backup: the pieces that there are, copied; and the facts of the ledger that is made. */
quipu_status quipui_making_copies(struct making *making);
void quipui_backup_facts(struct directory *from, struct ledger_facts *facts);

/* Write a piece, and note its name. */
quipu_status quipui_making_piece(struct making *making, enum piece_kind kind, uint64_t number,
                                 const struct piece_column *columns, unsigned count);

static inline bool making_is_stopping(const struct making *making)
{
    /* relaxed: sooner or later. */
    return load_relaxed(making->stopping) != 0;
}

/* Is the transfer at this place stored, and older than the cut? */
static inline bool making_has_transfer(const struct making *making, uint64_t place)
{
    const struct transfers *transfers = &making->store->transfers;

    return knot_is_settled(knot_at(transfers, place)) &&
           transfer_at(transfers, place)->timestamp < making->facts.cut;
}

/* A place of one of the tables was in use. */
static inline void making_used(struct making *making, enum place_kind kind, uint64_t place)
{
    if (making->facts.places[kind] <= place) making->facts.places[kind] = place + 1;
}

#endif
