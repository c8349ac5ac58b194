/* chain_family.c - union-find over chains: chains that name the same id are one family.
 *
 * A hash table maps (kind of id, id) to the first chain that named it. It uses open addressing and
 * is at most half full. A record names at most four ids: two accounts, its own, and a pending
 * transfer. A post or void adds the two accounts of its pending transfer. */
#include "command/load/chain_family.h"

#include <stdlib.h>
#include <string.h>

#include "command/common/growing_array.h"

enum id_kind { ID_NONE, ID_OF_ACCOUNT, ID_OF_TRANSFER, ID_OF_IMPORT };

struct meeting {
    quipu_uint128 id;
    size_t chain;
    enum id_kind kind;
};

#define IDS_PER_RECORD 6

struct family {
    size_t *parents;
    size_t parent_capacity;
    struct meeting *meetings;
    size_t meeting_count; /* a power of two, at least twice the most entries */
    quipu_uint128 pending_ids[QUIPU_BATCH_MAX];
    size_t pending_chains[QUIPU_BATCH_MAX];
    size_t pending_count;
    quipu_transfer pending[QUIPU_BATCH_MAX];
};

struct family *family_new(void)
{
    return calloc(1, sizeof(struct family));
}

void family_free(struct family *family)
{
    if (family == NULL) return;
    free(family->parents);
    free(family->meetings);
    free(family);
}

bool family_begin(struct family *family, const struct window *window)
{
    size_t wanted = 64;
    size_t *parents =
        grow(family->parents, &family->parent_capacity, window->chain_count, sizeof *parents);

    if (parents == NULL) return false;
    family->parents = parents;
    for (size_t chain = 0; chain < window->chain_count; chain++)
        parents[chain] = chain;

    while (wanted < window->record_count * IDS_PER_RECORD * 2)
        wanted *= 2;
    if (wanted > family->meeting_count) {
        struct meeting *meetings = realloc(family->meetings, wanted * sizeof *meetings);

        if (meetings == NULL) return false;
        family->meetings = meetings;
        family->meeting_count = wanted;
    }
    family->pending_count = 0;
    return true;
}

size_t family_of(struct family *family, size_t chain)
{
    while (family->parents[chain] != chain) {
        family->parents[chain] = family->parents[family->parents[chain]]; /* halve the path */
        chain = family->parents[chain];
    }
    return chain;
}

/* The older chain stands for both. Paths stay short enough, since each walk halves them. */
static void relate(struct family *family, size_t a, size_t b)
{
    a = family_of(family, a);
    b = family_of(family, b);
    if (a < b) family->parents[b] = a;
    if (b < a) family->parents[a] = b;
}

static size_t scatter(enum id_kind kind, quipu_uint128 id)
{
    uint64_t mixed = (uint64_t)id ^ (uint64_t)(id >> 64) * 0x9E3779B97F4A7C15u ^ (uint64_t)kind;

    mixed ^= mixed >> 32;
    mixed *= 0xD6E8FEB86659FD93u;
    return (size_t)(mixed ^ mixed >> 32);
}

/* A chain names an id: relate it to the chain that named the id before. 0 is no id. */
static void meet(struct family *family, enum id_kind kind, quipu_uint128 id, size_t chain)
{
    size_t mask = family->meeting_count - 1;

    if (id == 0) return;
    for (size_t at = scatter(kind, id) & mask;; at = (at + 1) & mask) {
        struct meeting *meeting = &family->meetings[at];

        if (meeting->kind == ID_NONE) {
            *meeting = (struct meeting){id, chain, kind};
            return;
        }
        if (meeting->kind == kind && meeting->id == id) {
            relate(family, meeting->chain, chain);
            return;
        }
    }
}

/* P1: ask the ledger for the accounts of the pending transfers, and relate their chains to them. */
static quipu_status ask(struct family *family, quipu_ledger *ledger)
{
    quipu_status status;

    if (family->pending_count == 0) return QUIPU_OK;
    status = quipu_lookup_transfers(ledger, family->pending_ids, family->pending_count,
                                    family->pending, NULL);
    if (status != QUIPU_OK) return status;
    for (size_t i = 0; i < family->pending_count; i++) {
        meet(family, ID_OF_ACCOUNT, family->pending[i].debit_account_id, family->pending_chains[i]);
        meet(family, ID_OF_ACCOUNT, family->pending[i].credit_account_id,
             family->pending_chains[i]);
    }
    family->pending_count = 0;
    return QUIPU_OK;
}

static void relate_record(struct family *family, const quipu_transfer *transfer, size_t chain)
{
    meet(family, ID_OF_ACCOUNT, transfer->debit_account_id, chain);
    meet(family, ID_OF_ACCOUNT, transfer->credit_account_id, chain);
    meet(family, ID_OF_TRANSFER, transfer->id, chain);
    meet(family, ID_OF_TRANSFER, transfer->pending_id, chain);
    if (transfer->flags & QUIPU_TRANSFER_IMPORTED) meet(family, ID_OF_IMPORT, 1, chain);
    if (transfer->pending_id != 0) {
        family->pending_ids[family->pending_count] = transfer->pending_id;
        family->pending_chains[family->pending_count++] = chain;
    }
}

quipu_status family_relate(struct family *family, quipu_ledger *ledger, const struct window *window)
{
    memset(family->meetings, 0, family->meeting_count * sizeof *family->meetings);
    for (size_t chain = 0; chain < window->chain_count; chain++) {
        for (size_t i = window->chain_begins[chain]; i < window_chain_end(window, chain); i++) {
            relate_record(family, &window->records[i].transfer, chain);
            if (family->pending_count < QUIPU_BATCH_MAX) continue;

            quipu_status status = ask(family, ledger);

            if (status != QUIPU_OK) return status;
        }
    }
    return ask(family, ledger);
}
