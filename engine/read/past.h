/* past.h - accounts as they were right after a version of theirs. */
#ifndef QUIPU_READ_PAST_H
#define QUIPU_READ_PAST_H

#include "base/sort_keys.h"
#include "read/consistent.h"

/* The account in `slot` right after `version` goes to *account. */
struct past {
    struct slot *slot;
    uint64_t version;
    quipu_account *account;
};

/* Show all of these. Each account is read once and walked once, from the newest version that is
 * wanted (strand.h) back to the oldest. `order` is memory for one key each.
 *
 *   units  pasts of one account come in the order of their versions */
void quipui_read_past(struct reader *reader, const struct past *pasts, size_t count,
                      struct key *order);

#endif
