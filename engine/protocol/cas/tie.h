/* tie.h - cas: tying a unit's knots onto the strands of all its accounts at once, without locks.
 *
 * An account's strand is one sixteen-byte word: version, closed and busy bits in its low half, the
 * link to the newest knot in its high half. To advance several strands as one, a unit
 *
 *   marks   each strand: busy, and a link to the unit's last knot on it (compare-and-swap)
 *   decides by one compare-and-swap on the tie word of its first knot: open to committed
 *   unmarks each strand: the new version and head, or the old ones
 *
 * A thread that meets a mark can tell from it whose it is and how that unit stands. If it is
 * committed, the mark is as good as the new strand. If it is open, a reader takes the old strand; a
 * writer waits a moment and then aborts the unit, which starts over. So a stopped thread stops
 * nobody (the shape is that of Herlihy et al., "Software transactional memory for dynamic-sized
 * data structures", 2003).
 *
 *   T1  a mark carries the attempt: it is never placed twice with the same number
 *   T2  the owner takes off its marks of one attempt before it writes knots for the next; so knots
 *       read under a mark that is still there are those of its attempt
 *   T3  while all marks are placed nobody else advances these strands
 *   T4  so timestamps drawn meanwhile are later than all that touched these accounts, and nobody
 *       looks at the record of an open unit: it may still be given them
 *   T5  `touched` is stored without a swap, together with the version that it is of. So a thread
 *       that is late may put an older pair over a newer one. A pair is believed only of its own
 *       version, of which it is true for ever; of another, the strand itself says when the account
 *       was touched */
#ifndef QUIPU_PROTOCOL_CAS_TIE_H
#define QUIPU_PROTOCOL_CAS_TIE_H

#include "base/wide.h"
#include "protocol/protocol.h"

/* Totals by themselves, and the strand: version and head in one word. */
struct cas_state {
    _Atomic wide strand;  /* raced: cas; see tie.c */
    _Atomic wide touched; /* raced: cas; a touched_pair() */
    _Atomic wide debits_total, debits_posted, credits_total, credits_posted; /* raced: cas */
};

_Static_assert(FITS_SLOT_STATE(struct cas_state), "cas: fits the state of a slot");

static inline struct cas_state *cas_state_of(struct slot *slot)
{
    return slot_state(slot);
}

/* The first strand of an account. */
void quipui_tie_seed(struct slot *slot, const struct account_state *state);

/* Copy version, head, closed and touched of an account. Never waits, disturbs nobody. */
void quipui_tie_see(struct store *store, struct copy *copy);

/* When was an account with this head touched? For readers that find the pair of another version
 * (T5). */
uint64_t quipui_tie_touched(struct store *store, struct slot *slot, uint64_t head);

/* If a unit is tying at this account, wait a moment: whatever we did there would slow it down.
 * Returns whether one was. */
bool quipui_tie_stand_aside(struct slot *slot);

/* Tie the knots of all legs. Returns false if an account was closed or opened since it was copied,
 * or touched later than a leg's timestamp; nothing is tied then. Legs without holds may have later
 * timestamps after. */
bool quipui_tie(struct store *store, struct unit *unit);

#endif
