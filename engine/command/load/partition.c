/* partition.c - finds families of related chains; each family goes to the thread with the least
 * work. */
#include "command/load/partition.h"

#include <stdlib.h>

#include "command/common/growing_array.h"
#include "command/load/chain_family.h"

struct lot {
    size_t *chains;
    size_t chain_count, chain_capacity;
    size_t record_count;
};

struct partition {
    size_t lot_count;
    struct family *family;
    size_t *sizes; /* records of a family, by the chain that stands for it */
    size_t *lot_of;
    size_t capacity; /* of both */
    struct lot lots[];
};

#define NO_LOT SIZE_MAX

struct partition *partition_new(size_t lot_count)
{
    struct partition *partition =
        calloc(1, sizeof *partition + lot_count * sizeof partition->lots[0]);

    if (partition == NULL) return NULL;
    partition->lot_count = lot_count;
    partition->family = family_new();
    if (partition->family == NULL) {
        free(partition);
        return NULL;
    }
    return partition;
}

void partition_free(struct partition *partition)
{
    if (partition == NULL) return;
    for (size_t i = 0; i < partition->lot_count; i++)
        free(partition->lots[i].chains);
    family_free(partition->family);
    free(partition->sizes);
    free(partition->lot_of);
    free(partition);
}

static bool make_room(struct partition *partition, size_t chain_count)
{
    size_t capacity = partition->capacity;
    size_t *sizes = grow(partition->sizes, &capacity, chain_count, sizeof *sizes);

    if (sizes == NULL) return false;
    partition->sizes = sizes;
    capacity = partition->capacity;

    size_t *lot_of = grow(partition->lot_of, &capacity, chain_count, sizeof *lot_of);

    if (lot_of == NULL) return false;
    partition->lot_of = lot_of;
    partition->capacity = capacity;
    return true;
}

static size_t least_loaded(const struct partition *partition)
{
    size_t least = 0;

    for (size_t lot = 1; lot < partition->lot_count; lot++) {
        if (partition->lots[lot].record_count < partition->lots[least].record_count) least = lot;
    }
    return least;
}

static bool hand_out(struct lot *lot, size_t chain)
{
    size_t *chains = grow(lot->chains, &lot->chain_capacity, lot->chain_count + 1, sizeof *chains);

    if (chains == NULL) return false;
    lot->chains = chains;
    chains[lot->chain_count++] = chain;
    return true;
}

static bool hand_out_all(struct partition *partition, const struct window *window)
{
    for (size_t chain = 0; chain < window->chain_count; chain++) {
        partition->sizes[chain] = 0;
        partition->lot_of[chain] = NO_LOT;
    }
    for (size_t chain = 0; chain < window->chain_count; chain++) {
        partition->sizes[family_of(partition->family, chain)] +=
            window_chain_end(window, chain) - window->chain_begins[chain];
    }
    for (size_t chain = 0; chain < window->chain_count; chain++) {
        size_t head = family_of(partition->family, chain);

        if (partition->lot_of[head] == NO_LOT) {
            partition->lot_of[head] = least_loaded(partition);
            partition->lots[partition->lot_of[head]].record_count += partition->sizes[head];
        }
        if (!hand_out(&partition->lots[partition->lot_of[head]], chain)) return false;
    }
    return true;
}

quipu_status partition_split(struct partition *partition, quipu_ledger *ledger,
                             const struct window *window)
{
    quipu_status status = QUIPU_OK;

    for (size_t i = 0; i < partition->lot_count; i++)
        partition->lots[i].chain_count = partition->lots[i].record_count = 0;

    if (!make_room(partition, window->chain_count)) return QUIPU_NO_MEMORY;
    if (!family_begin(partition->family, window)) return QUIPU_NO_MEMORY;
    if (partition->lot_count > 1) { /* one thread takes all chains anyway */
        status = family_relate(partition->family, ledger, window);
        if (status != QUIPU_OK) return status;
    }
    return hand_out_all(partition, window) ? QUIPU_OK : QUIPU_NO_MEMORY;
}

const size_t *partition_lot(const struct partition *partition, size_t lot, size_t *chain_count)
{
    *chain_count = partition->lots[lot].chain_count;
    return partition->lots[lot].chains;
}
