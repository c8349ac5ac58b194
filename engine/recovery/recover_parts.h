/* recover_parts.h - what the files of recovery share; see recover.h.
 *
 *   recover.c           the phases, one after the other   recover_holds.c  what became of holds
 *   recover_image.c     the checkpoint's image            recover_tie.c    strands and totals
 *   recover_pieces.c    and its pieces                    recover_blame.c  what is wrong
 *   recover_cuts.c      what counts of the log            recover_accounts.c  accounts, the books
 *   recover_read.c      entries into the tables           recover_markers.c   markers of strands
 *
 * Two threads share the phases that look at each transfer. They share either the places (half of
 * the transfers each) or the sides (debits, credits), so that none waits for the other.
 *
 *   V1  until its strand is tied, a knot keeps the place of an account where its link will be
 *   V2  an account that the checkpoint has at version b (without one: 1) and that has n knots since
 *       has n cells, for the versions b + 1 .. b + n: the links to the knots that gave them. If
 *       each knot finds its own link in its cell, there is no gap and none is there twice
 *   V3  a phase begins when the one before has ended in both threads. So what is atomic is only
 *       so because its readers in the running ledger need it
 *   V4  until an account has its state, its totals are summed up in its slot, where the protocol
 *       will keep the state. They begin with those of the checkpoint. So a million accounts take
 *       little memory that the ledger does not take anyway */
#ifndef QUIPU_RECOVERY_RECOVER_PARTS_H
#define QUIPU_RECOVERY_RECOVER_PARTS_H

#include "base/pile.h"
#include "journal/entry.h"
#include "recovery/recover.h"

#define RECOVER_PARTS 2

/* A cut: entries of frames before this one count if they are below its horizon. */
struct cut {
    uint64_t sequence, horizon;
};

/* So many bytes of payload lie before this frame. */
struct milestone {
    uint64_t sequence, bytes;
};

/* One side of an account. */
struct side_sum {
    quipu_uint128 pending, posted;
};

/* What lies in a slot until the account has its state (V4). Each thread writes to a cache line of
 * its own, but when an account is closed. */
struct sums {
    struct side_sum debits;
    uint64_t closed[2]; /* of each side: the newest version that closed or opened it << 1 | closed
                           it; or 0 */
    uint64_t touched;   /* as the checkpoint has it */
    uint64_t unused;
    struct side_sum credits; /* from the second line on */
};

_Static_assert(FITS_SLOT_STATE(struct sums), "the slot has room for it (V4)");
_Static_assert(offsetof(struct sums, credits) == 64, "the sides are in two cache lines");

/* The knots on one side of an account. */
struct side_knots {
    uint64_t first; /* how many, while they are counted; then where the cell of version 2 would be,
                       on both sides (V2) */
    uint64_t touched;
};

/* An account as the checkpoint has it, or as if it had been created just now. */
struct base {
    uint64_t version, head;
};

_Static_assert(2 * sizeof(struct side_knots) + sizeof(struct base) <= 48,
               "beside the ledger and the cells, opening takes 48 bytes an account at most");

/* An expiry that was read. */
struct read_expiry {
    quipu_uint128 id;
    uint64_t timestamp;
    uint64_t account[2], version[2];
};

/* A hold that expired. */
struct expired {
    uint64_t timestamp, hold;
};

/* An imported record that was read. */
struct read_import {
    struct entry_origin origin;
    uint64_t place;
    enum imported kind;
};

struct recovery;

/* What one of the threads does. */
struct part {
    struct recovery *recovery;
    unsigned number;
    uint64_t from, to; /* the frames that it reads: sequences, both inclusive */
    struct worker *worker;
    struct pile expiries, imports;
    uint64_t newest, accounts, transfers, failed_ids;
    uint64_t broken; /* the account whose versions are not right + 1, or 0 */
    quipu_status status;
    struct diagnosis diagnosis;
};

struct recovery {
    struct log *log;
    struct archive *archive; /* or NULL */
    struct store *store;
    recover_seed *seed;
    void *context;
    struct pile cuts, milestones;
    uint64_t first, last; /* sequences of frames; last 0: there are none */
    uint64_t horizon, bytes;
    uint64_t account_count;
    struct pile expired; /* each hold once */
    /* Of the checkpoint. */
    uint64_t cut;         /* timestamp: what is older is in the tables; 0: there is none */
    uint64_t first_frame; /* of the log that counts */
    uint64_t newest;      /* timestamp: of its newest transfer */
    uint64_t base_count;  /* accounts */
    uint64_t fresh[3];    /* places of transfers, holds, failed ids from here on: the log */
    struct region bases;
    struct pile standing; /* uint64_t: its holds that stood */
    struct region knots[2], cells;
    bool is_tying; /* links take the place of accounts (V1) */
    struct part parts[RECOVER_PARTS];
    struct diagnosis *diagnosis;
};

typedef quipu_status recover_work(struct part *part);

extern const struct base quipui_recover_no_base;

/* The account as the checkpoint has it. */
static inline const struct base *base_of(const struct recovery *recovery, uint64_t account)
{
    if (account >= recovery->base_count) return &quipui_recover_no_base;
    return (const struct base *)(const void *)recovery->bases.base + account;
}

/* When it was created; 0: nothing was read at this place. */
static inline uint64_t born_at(const struct recovery *recovery, uint64_t account)
{
    /* relaxed: it was written in an earlier phase (V3), or under the lock that the caller has. */
    return load_relaxed(&slot_at(&recovery->store->accounts, account)->timestamp);
}

static inline struct sums *sums_of(struct slot *slot)
{
    return slot_state(slot);
}

static inline struct side_sum *sum_at(const struct recovery *recovery, enum side side,
                                      uint64_t account)
{
    struct sums *sums = sums_of(slot_at(&recovery->store->accounts, account));

    return side == SIDE_DEBIT ? &sums->debits : &sums->credits;
}

/* There is one more than accounts. */
static inline struct side_knots *knots_at(const struct recovery *recovery, enum side side,
                                          uint64_t account)
{
    return (struct side_knots *)(void *)recovery->knots[side].base + account;
}

/* The number of the first cell of an account: a later one if it has none. Once all are laid. */
static inline uint64_t first_cell(const struct recovery *recovery, uint64_t account)
{
    return knots_at(recovery, SIDE_DEBIT, account)->first + base_of(recovery, account)->version - 1;
}

/* How many knots it has, and cells (V2). */
static inline uint64_t knots_of(const struct recovery *recovery, uint64_t account)
{
    return first_cell(recovery, account + 1) - first_cell(recovery, account);
}

/* The cell of a version of an account with these knots (V2). */
static inline _Atomic uint64_t *cell_of(const struct recovery *recovery,
                                        const struct side_knots *knots, uint64_t version)
{
    return (_Atomic uint64_t *)(void *)recovery->cells.base + knots->first + (version - 2);
}

static inline _Atomic uint64_t *cell_at(const struct recovery *recovery, uint64_t account,
                                        uint64_t version)
{
    return cell_of(recovery, knots_at(recovery, SIDE_DEBIT, account), version);
}

/* The account on that side of a knot that is not tied yet (V1), and the version it was given. */
static inline uint64_t knot_account(const struct knot *knot, enum side side)
{
    return knot_previous(knot, side);
}

/* What a part goes through where the numbers from `from` to `end` are shared. */
static inline struct range part_range(const struct part *part, uint64_t from, uint64_t end)
{
    uint64_t count = end - from;

    return (struct range){from + count * part->number / RECOVER_PARTS,
                          from + count * (part->number + 1) / RECOVER_PARTS};
}

/* The transfers that the log has. */
static inline struct range fresh_transfers(const struct recovery *recovery)
{
    return (struct range){recovery->fresh[PLACES_OF_TRANSFERS],
                          places_end(&recovery->store->transfers.places)};
}

/* --- recover.c --- */

/* Have all parts do this; the first failure, and its diagnosis. */
quipu_status quipui_recover_share(struct recovery *recovery, recover_work *work);

/* --- recover_image.c, recover_pieces.c, recover_markers.c: the checkpoint --- */

/* Fill the tables from the newest checkpoint, if there is one. */
quipu_status quipui_recover_image(struct recovery *recovery);

/* A piece that the checkpoint names, of what has an order: its items come into the tables. */
quipu_status quipui_recover_piece(struct recovery *recovery, const struct piece_name *name,
                                  struct diagnosis *diagnosis);

/* A marker of the image, an image_visit; and those of a piece, read and to be mapped. */
quipu_status quipui_recover_marker(void *context, const void *item, struct diagnosis *diagnosis);
quipu_status quipui_recover_markers(struct recovery *recovery, const struct piece *piece,
                                    const struct marker *read, struct diagnosis *diagnosis);

/* A part's share of the other pieces, and their ids in the index. */
quipu_status quipui_recover_pieces(struct part *part);

/* An id of the checkpoint comes into the index. */
quipu_status quipui_recover_id(struct store *store, quipu_uint128 id, uint64_t place, bool failed,
                               struct diagnosis *diagnosis);

/* Give back the places below `fresh` that nothing is stored at. */
void quipui_recover_free_places(struct recovery *recovery);

/* --- recover_cuts.c --- */

/* Read the log to its end: its cuts, its horizon, and which frames each part reads. */
quipu_status quipui_recover_cuts(struct recovery *recovery);

/* Below which instant do entries of this frame count? *from is where the search begins, and ends:
 * 0 at first; sequences rise from call to call. */
uint64_t quipui_recover_limit(const struct recovery *recovery, uint64_t sequence, size_t *from);

/* --- recover_read.c: a part's frames --- */

quipu_status quipui_recover_read(struct part *part);

/* --- recover_accounts.c --- */

/* All accounts were read: is there one at each place? */
quipu_status quipui_recover_accounts(struct recovery *recovery);

/* Give each account its state, and check the books. */
quipu_status quipui_recover_states(struct recovery *recovery);

/* --- recover_holds.c --- */

/* Resolve the holds that a part's transfers posted or voided; then those that expired. */
quipu_status quipui_recover_resolve(struct part *part);
quipu_status quipui_recover_expire(struct recovery *recovery);

/* What stands and is due touches its accounts at the horizon. Before they get their states. */
quipu_status quipui_recover_touch(struct recovery *recovery);

/* Time-outs of those that stand, and expiries in order. */
quipu_status quipui_recover_timeouts(struct recovery *recovery);

/* --- recover_tie.c --- */

/* Count the knots of each account, give each its cells, fill them, and tie. */
quipu_status quipui_recover_tie(struct recovery *recovery);

/* --- recover_blame.c --- */

quipu_status quipui_blame_frame(struct part *part, uint64_t sequence, size_t byte,
                                const char *what);
quipu_status quipui_blame_transfer(struct diagnosis *diagnosis, quipu_uint128 id, const char *what);
quipu_status quipui_blame_account(struct diagnosis *diagnosis, quipu_uint128 id, const char *what);

quipu_status quipui_blame_version(struct diagnosis *diagnosis, quipu_uint128 id, uint64_t version,
                                  const char *what);

/* Memory ran out, or a capacity is too small. */
quipu_status quipui_blame_room(struct diagnosis *diagnosis, quipu_status status, const char *what);

#endif
