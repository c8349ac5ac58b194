/* protocol.h - what a concurrency protocol offers to the layers above.
 *
 * Each protocol is a file of the same shape: four doors (enter, load, commit, leave) and
 * loop.inc.h, which is included last and makes `run` out of them. What each promises:
 * docs/protocols.md. */
#ifndef QUIPU_PROTOCOL_PROTOCOL_H
#define QUIPU_PROTOCOL_PROTOCOL_H

#include "protocol/plain.h"
#include "quipu/quipu.h"

/* An account as a lookup saw it. */
struct glimpse {
    struct slot *slot;
    uint64_t version, touched;
    size_t which; /* of the ids that are looked up */
};

struct protocol {
    const char *name;
    bool
        versioned; /* expected versions, receipts and reads of several accounts as of one instant */

    /* Memory of its own, for a ledger. NULL: none. */
    bool (*open)(struct store *store);
    void (*close)(struct store *store);

    /* After units, outside of read sections, with nothing locked: give back what they replaced. It
     * may wait for readers. NULL: nothing to do. */
    void (*tidy)(struct store *store);

    /* Around the new accounts of a batch. NULL: nothing to do. */
    void (*begin)(struct store *store);
    void (*end)(struct store *store);

    /* New accounts, between begin and end; their slots are not settled yet. First the first state
     * of each, then they are shown together (NULL: settling does it). */
    void (*seed)(struct store *store, struct slot *slot, const struct account_state *state);
    void (*show)(struct store *store);

    /* Make a unit take effect. */
    enum unit_end (*run)(struct store *store, struct worker *worker, struct unit *unit);

    /* The same for plain transfers, in order: those whose outcome is QUIPU_CREATED so far. How many
     * it came to; fewer than `count`: no memory for that one. */
    size_t (*run_plains)(struct store *store, struct worker *worker, struct plain *plains,
                         size_t count);

    /* run_plains() where other threads want the same accounts: an account that several of these
     * transfers use is locked, or marked, once for all of them. NULL: there is none. */
    size_t (*run_crowd)(struct store *store, struct worker *worker, struct plain *plains,
                        size_t count);

    /* The straight path: create ordinary transfers, in order, as far as each is approved at once.
     * NULL: there is none. It may be for plain ones only: not for holds, nor for chains of two. */
    enum straight_end (*run_straight)(struct straight *straight);
    bool straight_is_for_plains;

    /* Let the holds on these accounts expire that are due at `now`, and a slice of those on others
     * (timeouts.h, D5); if `copies` is NULL, those on all accounts. Outside of read sections, not
     * between begin and end. Returns false if memory runs out. */
    bool (*expire)(struct store *store, struct worker *worker, const struct copy *copies,
                   size_t count, uint64_t now);

    /* Copy accounts (sorted by slot, each once), together as the promise table says. A copy whose
     * version is 0 does not exist yet. */
    void (*read)(struct store *store, struct copy *copies, size_t count);

    /* read() holds nothing that another call could wait for: it takes its copies in any order, an
     * account more than once, and needs no worker to show that it is there. */
    bool reads_freely;

    /* For lookups that hold nothing where read() does. Copy the account whole, to *account and to
     * the rest of the glimpse. Returns false if a unit is committing to it. NULL: there is none. */
    bool (*glimpse)(struct glimpse *glimpse, quipu_account *account);

    /* The first glimpse, from `from` on, whose account has another version now or may be about to;
     * `count`: none. If there is none from 0 on, and there was a fence after the last copy, all
     * were at these versions in one instant. */
    size_t (*first_moved)(const struct glimpse *glimpses, size_t from, size_t count);

    /* All accounts one by one as of one instant; NULL: read() does it. Returns false if memory runs
     * out; nothing was visited then. */
    bool (*snapshot)(struct store *store, struct worker *worker,
                     bool (*visit)(void *, const quipu_account *, uint64_t), void *context);
};

extern const struct protocol quipui_protocol_optimistic;
extern const struct protocol quipui_protocol_cas;
extern const struct protocol quipui_protocol_mutex;
extern const struct protocol quipui_protocol_rcu;

/* The race itself. Only tests and the quipu command are linked with it. */
extern const struct protocol quipui_protocol_unsafe;

/* The protocol of this name, or NULL: this build does not have it. */
const struct protocol *quipui_protocol_of(quipu_protocol protocol);

/* The first state of an account. */
static inline struct account_state protocol_first_state(const struct slot *slot, uint64_t timestamp)
{
    return (struct account_state){
        .balance = {.version = 1, .closed = (slot->flags & QUIPU_ACCOUNT_CLOSED) != 0},
        .touched = timestamp,
    };
}

#endif
