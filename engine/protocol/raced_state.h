/* raced_state.h - an account as words that are raced for on purpose: optimistic's, and unsafe's.
 *
 * A plain transfer changes the word, head, touched and a posted total: one cache line. */
#ifndef QUIPU_PROTOCOL_RACED_STATE_H
#define QUIPU_PROTOCOL_RACED_STATE_H

#include "records/slot.h"

/* Each total takes two words: the low half, then the high half. */
enum { RACED_DEBITS_POSTED, RACED_CREDITS_POSTED, RACED_DEBITS_PENDING, RACED_CREDITS_PENDING };
enum { RACED_HEAD, RACED_TOUCHED, RACED_CLOSED, RACED_TOTALS, RACED_WORDS = RACED_TOTALS + 8 };

struct raced_state {
    _Atomic uint64_t word;               /* optimistic: version << 1 | locked; unsafe: version */
    _Atomic uint64_t words[RACED_WORDS]; /* raced: optimistic, word */
};

_Static_assert(FITS_SLOT_STATE(struct raced_state), "optimistic: fits the state of a slot");

#endif
