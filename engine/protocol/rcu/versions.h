/* versions.h - rcu: the memory of immutable versions, spare and retired. The writer's alone. */
#ifndef QUIPU_PROTOCOL_RCU_VERSIONS_H
#define QUIPU_PROTOCOL_RCU_VERSIONS_H

#include "base/memory.h"
#include "records/slot.h"

struct rcu_version {
    struct account_state state;
    uint64_t stamp; /* of the commit that made it */
    struct rcu_version *older;
    uint64_t unused[2];
};

_Static_assert(sizeof(struct rcu_version) == 128, "a version is two cache lines");

/* What a slot keeps: the newest of a list of immutable versions. It is in the line that has the id,
 * so that a transfer, a lookup and a snapshot touch one line of a slot less. */
struct rcu_state {
    unsigned char unused[CACHE_LINE];
    _Atomic(struct rcu_version *) newest;
};

_Static_assert(FITS_SLOT_STATE(struct rcu_state), "rcu: fits the state of a slot");

struct retired {
    struct rcu_version *version;
    uint64_t replaced; /* stamp of the commit that replaced it */
};

/* Spare versions are a stack, retired ones a ring, oldest first. They are arrays beside the
 * versions, so that a retired version is not touched again until it is used, and the next spare
 * ones can be asked for early. Each has room for all versions there are. */
struct versions {
    struct version_block *blocks;
    uint64_t all, capacity; /* versions there are, and the arrays have room for; a power of two */
    struct rcu_version **spare;
    uint64_t spare_count;
    struct retired *retired;
    uint64_t retired_first, retired_count;
};

void quipui_versions_close(struct versions *versions);

/* Have at least `count` spare ones. Returns false if memory runs out. */
bool quipui_versions_supply(struct versions *versions, uint64_t count);

/* One of those supplied. */
struct rcu_version *quipui_version_take(struct versions *versions);

/* Retire what a commit of this stamp replaced; stamps never fall. */
void quipui_version_retire(struct versions *versions, struct rcu_version *version, uint64_t stamp);

/* Make spare again what was replaced at or before this stamp. */
void quipui_versions_reclaim(struct versions *versions, uint64_t stamp);

#endif
