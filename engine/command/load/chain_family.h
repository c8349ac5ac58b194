/* chain_family.h - which chains of a window are related: see partition.h. */
#ifndef QUIPU_COMMAND_LOAD_CHAIN_FAMILY_H
#define QUIPU_COMMAND_LOAD_CHAIN_FAMILY_H

#include <stdbool.h>
#include <stddef.h>

#include "command/load/row_window.h"
#include "quipu/quipu.h"

struct family;

/* NULL: no memory. */
struct family *family_new(void);
void family_free(struct family *family);

/* Every chain on its own. False: no memory. */
bool family_begin(struct family *family, const struct window *window);

/* Bring related chains together. Statuses as quipu_lookup_transfers(). */
quipu_status family_relate(struct family *family, quipu_ledger *ledger,
                           const struct window *window);

/* The chain that stands for all the related ones. */
size_t family_of(struct family *family, size_t chain);

#endif
