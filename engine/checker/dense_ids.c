/* dense_ids.c - a dense number for each id: a hash table with open addressing, at most half
 * full. */
#include <string.h>

#include "checker/checker_parts.h"

#define SLOTS_MIN 16u

static uint32_t hash(quipu_uint128 id)
{
    uint64_t mixed = (uint64_t)id ^ (uint64_t)(id >> 64) * 0x9E3779B97F4A7C15u;

    mixed = (mixed ^ mixed >> 32) * 0xD6E8FEB86659FD93u;
    return (uint32_t)(mixed >> 32);
}

static uint32_t *find_slot(const struct names *names, quipu_uint128 id)
{
    uint32_t slot = hash(id) & names->mask;

    while (names->slots[slot] != NONE && names->ids[names->slots[slot]] != id)
        slot = (slot + 1) & names->mask;
    return &names->slots[slot];
}

/* Make `count` slots, and room for half as many ids. The ids that are there keep their numbers. */
static bool resize(struct checker *c, struct names *names, enum room_name ids, enum room_name slots,
                   uint32_t count)
{
    void *new_ids = checker_room(c, ids, count / 2, sizeof *names->ids), *new_slots;

    if (new_ids == NULL) return false;
    names->ids = new_ids;
    new_slots = checker_room(c, slots, count, sizeof *names->slots);
    if (new_slots == NULL) return false;
    names->slots = new_slots;
    memset(names->slots, 0xFF, count * sizeof *names->slots);
    names->mask = count - 1;
    for (uint32_t i = 0; i < names->count; i++)
        *find_slot(names, names->ids[i]) = i;
    return true;
}

static uint32_t number_of(struct checker *c, struct names *names, enum room_name ids,
                          enum room_name slots, quipu_uint128 id)
{
    uint32_t *slot = find_slot(names, id);

    if (*slot != NONE) return *slot;
    if (names->count == (names->mask + 1) / 2) {
        if (names->mask >= UINT32_MAX / 2 || !resize(c, names, ids, slots, 2 * (names->mask + 1))) {
            c->out_of_memory = true;
            return NONE;
        }
        slot = find_slot(names, id);
    }
    names->ids[names->count] = id;
    *slot = names->count;
    return names->count++;
}

bool names_reset(struct checker *c)
{
    c->account_names.count = c->transfer_names.count = 0;
    return resize(c, &c->account_names, ROOM_ACCOUNT_NAMES, ROOM_ACCOUNT_SLOTS, SLOTS_MIN) &&
           resize(c, &c->transfer_names, ROOM_TRANSFER_NAMES, ROOM_TRANSFER_SLOTS, SLOTS_MIN);
}

uint32_t names_account(struct checker *c, quipu_uint128 id)
{
    return number_of(c, &c->account_names, ROOM_ACCOUNT_NAMES, ROOM_ACCOUNT_SLOTS, id);
}

uint32_t names_transfer(struct checker *c, quipu_uint128 id)
{
    return number_of(c, &c->transfer_names, ROOM_TRANSFER_NAMES, ROOM_TRANSFER_SLOTS, id);
}
