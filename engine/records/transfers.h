/* transfers.h - the transfer log: what was stored, and how it is tied.
 *
 * Three tables of the same places: records (128 bytes, as callers see them), knots (links and
 * versions), and beside them holds for pending transfers and the ids that transient failures burnt.
 * Records and knots are separate so that each fills whole cache lines as a worker appends.
 *
 *   L1  a place is written only by the worker that has it, until its knot is settled, and never
 *       after
 *   L2  the places of a unit (a chain) are in a row
 *   L3  the id of a record is written before it is claimed in the index, and not again, since
 *       others may be comparing it. The rest is written before commit
 *   L4  behind the capacity are places that nothing is ever stored at: a unit that is certain to
 *       fail is judged there when there is no space (write/full.c), one at a time */
#ifndef QUIPU_RECORDS_TRANSFERS_H
#define QUIPU_RECORDS_TRANSFERS_H

#include "records/knot.h"
#include "records/places.h"
#include "rules/transfer.h"

/* A node among an account's holds in order of due time; links are of due_heap.h. */
struct due_node {
    uint64_t left : 56, rank : 8; /* rank 0: it is with no account */
    uint64_t right, up;
};

/* A pending transfer that may still be posted, voided or expire; and the knot of its expiry, kept
 * ready so that an expiry never needs memory. Once the hold was added to the time-outs, due,
 * account[] and node[] are under their lock; account[] stays as it is once the transfer is
 * committed. `depth` is written before the expiry is listed (expiries.h), and read by those that
 * found it there. */
struct hold {
    _Atomic uint64_t state; /* a hold_word() */
    uint64_t transfer;      /* place of the pending transfer */
    uint64_t due;           /* when it expires, or 0: never */
    uint32_t account[2];    /* places of its debit and credit account; a hint without a time-out */
    union {
        struct due_node node[2];  /* among the holds of either */
        struct {                  /* once it has expired: */
            struct due_node note; /* recovery's */
            uint64_t depth;       /* timeouts.h, D8 */
        };
    };
    struct knot expiry;
};

_Static_assert(sizeof(struct hold) == 128, "a hold is two cache lines");

/* In pieces that fit a vector register: of the whole a compiler that takes its caller for cold
 * makes `rep stos`. */
static inline void hold_clear(struct hold *hold)
{
#pragma GCC unroll 8
    for (size_t at = 0; at < sizeof *hold; at += sizeof(quipu_uint128))
        memset((char *)hold + at, 0, sizeof(quipu_uint128));
}

/* The state of a hold, and the place + 1 of the transfer that posted or voided it, or 0: one word,
 * so both change at once. */
#define HOLD_STATE_BITS 8

static inline uint64_t hold_word(enum hold_state state, uint64_t resolver)
{
    return resolver << HOLD_STATE_BITS | (uint64_t)state;
}

static inline enum hold_state hold_word_state(uint64_t word)
{
    return (enum hold_state)(word & (((uint64_t)1 << HOLD_STATE_BITS) - 1));
}

static inline uint64_t hold_word_resolver(uint64_t word)
{
    return word >> HOLD_STATE_BITS;
}

static inline uint64_t hold_word_of(const struct hold *hold)
{
    /* edge hold.state: acquire; pairs with acq_rel in change(). */
    return load_acquire(&hold->state);
}

/* An id that a transient failure burnt. */
struct failed_id {
    quipu_uint128 id;
    _Atomic uint64_t timestamp; /* of the event that failed; 0: it is not burnt yet */
    uint64_t unused;
};

_Static_assert(sizeof(struct failed_id) == 32, "the memory of a failed id is counted in docs");

struct transfers {
    struct region records, knots, holds, burnt;
    struct places places, hold_places, burnt_places;
    struct lock aside;    /* its holder may use the places behind the capacity (L4) */
    struct chunks chunks; /* of places */
};

/* Every transfer that is stored, or for which a call has a place in its hands, has at most one
 * hold. Some more are for transfers that are judged aside, and for holds on their way between two
 * workers. */
#define SPARE_HOLDS ((uint64_t)1 << 16)

/* So many holds there may be. */
static inline uint64_t transfers_hold_capacity(uint64_t capacity)
{
    return capacity + SPARE_HOLDS;
}

bool quipui_transfers_open(struct transfers *transfers, uint64_t capacity,
                           uint64_t failed_id_capacity);
void quipui_transfers_close(struct transfers *transfers);

/* Make the first `count` places behind the capacity usable. With `aside` held. Returns false if
 * memory runs out. */
bool quipui_transfers_set_aside(struct transfers *transfers, uint64_t count);

static inline quipu_transfer *transfer_at(const struct transfers *transfers, uint64_t place)
{
    return (quipu_transfer *)(void *)transfers->records.base + place;
}

static inline struct knot *knot_at(const struct transfers *transfers, uint64_t place)
{
    return (struct knot *)(void *)transfers->knots.base + place;
}

static inline struct hold *hold_at(const struct transfers *transfers, uint64_t place)
{
    return (struct hold *)(void *)transfers->holds.base + place;
}

static inline struct failed_id *failed_id_at(const struct transfers *transfers, uint64_t place)
{
    return (struct failed_id *)(void *)transfers->burnt.base + place;
}

/* From here on the id is burnt. */
static inline void failed_id_settle(struct failed_id *failed, uint64_t timestamp)
{
    /* edge failed_id.timestamp: release; pairs with acquire in failed_id_time(). Carries the id. */
    store_release(&failed->timestamp, timestamp);
}

/* When it was burnt, or 0: not yet. */
static inline uint64_t failed_id_time(const struct failed_id *failed)
{
    /* edge failed_id.timestamp: acquire; pairs with release in failed_id_settle(). */
    return load_acquire(&failed->timestamp);
}

static inline struct knot *link_knot(const struct transfers *transfers, uint64_t link)
{
    uint64_t index = link_index(link);

    return link_kind(link) == KNOT_EXPIRY ? &hold_at(transfers, index)->expiry
                                          : knot_at(transfers, index);
}

/* When the change that a link leads to happened. */
static inline uint64_t link_time(const struct transfers *transfers, uint64_t link)
{
    uint64_t index = link_index(link);

    return link_kind(link) == KNOT_EXPIRY ? hold_at(transfers, index)->expiry.timestamp
                                          : transfer_at(transfers, index)->timestamp;
}

/* The pending transfer that the transfer at this place resolved, or NULL. */
static inline const quipu_transfer *transfer_resolved(const struct transfers *transfers,
                                                      uint64_t place)
{
    const struct knot *knot = knot_at(transfers, place);

    if (knot->hold == 0 || !rules_resolves(transfer_at(transfers, place))) return NULL;
    return transfer_at(transfers, hold_at(transfers, knot->hold - 1)->transfer);
}

#endif
