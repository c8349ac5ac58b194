/* account_holds.h - what became of pending transfers. */
#ifndef QUIPU_READ_ACCOUNT_HOLDS_H
#define QUIPU_READ_ACCOUNT_HOLDS_H

#include "read/consistent.h"

/* Does the knot that this link of an account's strand leads to open a hold, and was that hold still
 * open when the account was at `version`? The account was read before. */
bool quipui_hold_is_open(const struct transfers *transfers, uint64_t link, uint64_t version);

/* An open hold as callers see it. */
void quipui_hold_show_open(const quipu_transfer *pending, quipu_hold *hold);

/* As the public calls of these names. */
quipu_status quipui_get_account_holds(struct reader *reader, const quipu_account_filter *filter,
                                      quipu_hold *holds, size_t capacity, size_t *count);
quipu_status quipui_lookup_holds(struct reader *reader, const quipu_uint128 *ids, size_t count,
                                 quipu_hold *holds);

#endif
