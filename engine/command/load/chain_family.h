/* chain_family.h - the families of a window: chains that partition.h calls related. */
#ifndef QUIPU_COMMAND_LOAD_CHAIN_FAMILY_H
#define QUIPU_COMMAND_LOAD_CHAIN_FAMILY_H

#include <stdbool.h>
#include <stddef.h>

#include "command/load/row_window.h"
#include "quipu/quipu.h"

struct family;

/* Returns NULL if memory runs out. */
struct family *family_new(void);
void family_free(struct family *family);

/* Begin with each chain as a family of its own. Returns false if memory runs out. */
bool family_begin(struct family *family, const struct window *window);

/* Join the families of related chains. Returns the status of quipu_lookup_transfers(). */
quipu_status family_relate(struct family *family, quipu_ledger *ledger,
                           const struct window *window);

/* The chain that stands for the family of this one. */
size_t family_of(struct family *family, size_t chain);

#endif
