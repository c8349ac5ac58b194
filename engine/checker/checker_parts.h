/* checker_parts.h - what the parts of the checker share, and nothing else sees.
 *
 * Everything that can change is an object with a sequence of states. One unit writes each state:
 *
 *   a transfer's id   0 free, 1 used (stored, or burnt), 2 resolved (a pending transfer's)
 *   an account        0 absent, then one state per version; begins at the version it was found in
 *
 * So an index says what was written after what, and what a read saw, for ids just as for accounts.
 * States are numbered densely: first three per id, then those of each account. Steps, calls and
 * units are numbered from 0 over all tapes; expiries are units, numbered after those of calls. The
 * checker takes memory for a whole history at once, and keeps it from run to run. */
#ifndef QUIPU_CHECKER_CHECKER_PARTS_H
#define QUIPU_CHECKER_CHECKER_PARTS_H

#include "checker/checker.h"

#define NONE UINT32_MAX
#define ID_STATES 3

enum room_name {
    ROOM_CALLS,
    ROOM_UNITS,
    ROOM_STEPS,
    ROOM_LINKS,
    ROOM_ACCOUNT_NAMES,
    ROOM_ACCOUNT_SLOTS,
    ROOM_ACCOUNTS,
    ROOM_TRANSFER_NAMES,
    ROOM_TRANSFER_SLOTS,
    ROOM_TRANSFERS,
    ROOM_WRITERS,
    ROOM_CAUSES,
    ROOM_TOTALS,
    ROOM_READS,
    ROOM_EXPIRIES,
    ROOM_DUE,
    ROOM_WORK,
    ROOM_BEGINS,
    ROOM_ENDS,
    ROOM_SORTING,
    ROOM_SPANS,
    ROOM_STARTS,
    ROOM_EDGES,
    ROOM_NODES,
    ROOM_STACK,
    ROOM_WALK,
    ROOM_QUEUE,
    ROOM_HOPS,
    ROOM_LEDGERS,
    ROOM_COUNT
};

struct room {
    void *memory;
    size_t bytes;
};

/* Ids of one kind, numbered in the order in which they came. */
struct names {
    quipu_uint128 *ids;
    uint32_t *slots; /* numbers; NONE: empty */
    uint32_t count, mask;
};

struct call {
    const struct history_call *is;
    uint32_t tape, first_unit, unit_count;
};

enum unit_end {
    UNIT_READ,     /* changed nothing, and was not meant to */
    UNIT_DONE,     /* took effect */
    UNIT_REFUSED,  /* a transfer or a chain that was refused */
    UNIT_CONFLICT, /* an expectation failed */
    UNIT_VOID,     /* not reached, or without an outcome: tells nothing */
    UNIT_EXPIRY    /* first_step is the pending transfer */
};

struct unit {
    uint32_t call; /* NONE: an expiry */
    uint32_t first_step, step_count;
    uint32_t failed; /* UNIT_REFUSED: the step whose own refusal it is; NONE: unknown */
    enum unit_end end;
};

/* The objects that a step names, or NONE. ACCOUNT, EXPECT and READ name their account in
 * `debit`. */
struct link {
    uint32_t debit, credit, id, pending;
};

struct account {
    uint64_t low;         /* the version of its first state: 0, or the one it was found in */
    uint32_t origin;      /* the step that created or found it; NONE */
    uint32_t origin_unit; /* and its unit */
    uint32_t first_state, capacity;
    uint32_t write_count, timed_count; /* transfers, and holds that may have expired */
    uint32_t high;                     /* its last state, counted from the first */
    uint32_t seen;                     /* the last state that a unit saw */
    uint32_t sound;                    /* how many of its states replay has computed */
    uint32_t twice;                    /* the first state that was written twice; NONE */
    uint32_t last_read;                /* a step that read its last state; NONE */
    uint32_t first_timed, expired;     /* its place in `shares`; how many of those holds expired */
};

struct transfer {
    uint32_t step, unit; /* the ones that stored or burnt it; NONE */
    uint32_t resolver;   /* the step that posted or voided it; NONE */
    uint32_t resolver_unit;
    uint32_t timed;                 /* its place among those that may expire; NONE */
    uint32_t expiry;                /* the unit of its expiry; NONE */
    uint32_t suspects;              /* units without an answer that may have burnt it */
    uint32_t suspect, suspect_unit; /* the step of the last of them, and that unit; NONE */
    bool burnt, tried;
};

struct totals {
    quipu_uint128 debits_pending, debits_posted, credits_pending, credits_posted;
    bool closed;
};

/* A hold with a time-out that no step resolved. */
struct timed {
    uint64_t due, created;
    uint32_t transfer, unit; /* of its expiry; NONE: it is not known to have expired */
};

/* A unit found an object in a state; `at_least`: in this state or a later one. */
struct seen {
    uint32_t unit, step, state; /* unit NONE: it saw no state, and that was noted */
    uint32_t account;           /* NONE: an id */
    bool at_least;
};

/* When a call began, or ended. */
struct moment {
    uint64_t time;
    uint32_t call;
};

/* Why one unit comes before another. ORDER: on one thread. TIME: through barriers. */
enum edge_kind { EDGE_WW, EDGE_WR, EDGE_RW, EDGE_ORDER, EDGE_TIME };

struct edge {
    uint32_t to;
    uint32_t
        kind_state; /* the kind in the upper three bits; then the state that was written or read */
};

#define STATE_MASK 0x1FFFFFFFu

static inline enum edge_kind edge_kind(const struct edge *edge)
{
    return (enum edge_kind)(edge->kind_state >> 29);
}

static inline uint32_t edge_state(const struct edge *edge)
{
    return edge->kind_state & STATE_MASK;
}

#define FINDINGS_MAX 64
#define CYCLE_MAX 32

struct finding {
    enum anomaly anomaly;
    const char *what;  /* a sentence */
    uint32_t units[2]; /* the units that did it; NONE */
    uint32_t step;     /* the step that did it; NONE */
    uint32_t account;  /* NONE */
    uint64_t version;  /* of that account */
    bool compares;     /* `found` and `expected` are set */
    quipu_uint128 found, expected;
    uint32_t cycle, cycle_length; /* its place in `arrows`; length 0: no cycle */
    bool not_smallest;
};

/* An arrow of a cycle that was found. */
struct arrow {
    uint32_t from;
    enum edge_kind kind;
    uint32_t state;
};

struct checker {
    const struct history *history;
    struct room rooms[ROOM_COUNT];

    struct call *calls;
    struct unit *units;
    const struct history_step **steps;
    struct link *links;
    uint32_t call_count, unit_count, step_count;
    uint32_t call_units; /* the units of calls; the rest are expiries */

    struct names account_names, transfer_names;
    struct account *accounts;
    struct transfer *transfers;

    uint32_t *writers, *causes; /* per state: the unit and the step that wrote it; NONE */
    struct totals *totals;      /* per state of an account: index less account_states */
    uint32_t state_count, account_states, timed_count;

    struct timed *timed; /* by due time */
    uint32_t *shares;    /* per account: indexes into `timed` */

    struct seen *reads;
    uint32_t read_count;

    struct moment *by_begin, *by_end; /* calls, in order of time */

    uint32_t *starts; /* edges of node n: edges[starts[n] .. starts[n + 1]) */
    struct edge *edges;
    uint32_t node_count, edge_count;
    uint32_t component_count, visit; /* shortest_cycle.c: cycles so far, searches so far */

    struct finding findings[FINDINGS_MAX];
    uint64_t finding_count;
    uint32_t kept;
    struct arrow arrows[FINDINGS_MAX * CYCLE_MAX];
    uint32_t arrow_count;
    bool malformed, out_of_memory;
};

/* --- memory, findings: checker.c --- */

/* Room for `count` objects of `size` bytes, with their old contents. NULL if memory runs out. */
void *checker_room(struct checker *c, enum room_name name, size_t count, size_t size);

/* Note an anomaly. The caller may add to the finding. Never NULL. */
struct finding *checker_note(struct checker *c, enum anomaly anomaly, const char *what,
                             uint32_t unit, uint32_t step);

/* The same about a version of an account. */
struct finding *checker_note_version(struct checker *c, enum anomaly anomaly, const char *what,
                                     uint32_t unit, uint32_t step, uint32_t account,
                                     uint64_t version);

/* --- the parts, in the order in which they run; they return false if memory runs out --- */

bool names_reset(struct checker *c);
/* The number of an id; a new one if it has none yet. NONE if memory runs out: out_of_memory is set
 * then. */
uint32_t names_account(struct checker *c, quipu_uint128 id);
uint32_t names_transfer(struct checker *c, quipu_uint128 id);

bool units_collect(struct checker *c);
void chains_check(struct checker *c);
bool ids_collect(struct checker *c);
void unanswered_burnt(struct checker *c); /* part of ids_collect() */
bool versions_collect(struct checker *c);
bool reads_collect(struct checker *c);
bool expiries_infer(struct checker *c);
void versions_check(struct checker *c);
void reads_check(struct checker *c);
bool replay_run(struct checker *c);
void values_check(struct checker *c);
void values_check_account(struct checker *c, const struct seen *seen, const struct totals *is);
void values_check_find(struct checker *c, const struct seen *seen);
void outcomes_check(struct checker *c);
bool conservation_check(struct checker *c);
bool times_sort(struct checker *c);
void times_check(struct checker *c);
void conflicts_check(struct checker *c);
/* The unit that must have come before a conflict with one expectation, and the state that it wrote.
 * NONE: not known. */
uint32_t conflicts_reason(const struct checker *c, uint32_t unit, uint32_t *state);
bool graph_build(struct checker *c);
bool cycles_find(struct checker *c);

/* `members` all reach each other: note the shortest cycle among them. */
bool shortest_cycle(struct checker *c, const uint32_t *members, uint32_t count);

bool per_account_check(struct checker *c);

/* --- questions that several parts ask --- */

static inline bool unit_unanswered(const struct checker *c, const struct unit *unit)
{
    return unit->call != NONE && c->calls[unit->call].is->unanswered;
}

static inline const struct history_step *step_of(const struct checker *c, uint32_t step)
{
    return c->steps[step];
}

static inline uint64_t unit_begin(const struct checker *c, uint32_t unit)
{
    return c->units[unit].call == NONE ? 0 : c->calls[c->units[unit].call].is->begin;
}

static inline uint64_t unit_end_time(const struct checker *c, uint32_t unit)
{
    return c->units[unit].call == NONE ? UINT64_MAX : c->calls[c->units[unit].call].is->end;
}

/* Did `end` certainly come before `begin`, on every processor? */
static inline bool ended_before(const struct checker *c, uint64_t end, uint64_t begin)
{
    return end < begin && begin - end > c->history->slack;
}

static inline uint32_t id_state(uint32_t transfer, uint32_t state)
{
    return transfer * ID_STATES + state;
}

static inline bool transfer_stored(const struct checker *c, uint32_t transfer)
{
    return transfer != NONE && c->transfers[transfer].step != NONE && !c->transfers[transfer].burnt;
}

static inline bool step_resolves(const struct history_step *step)
{
    return (step->transfer.flags &
            (QUIPU_TRANSFER_POST_PENDING_TRANSFER | QUIPU_TRANSFER_VOID_PENDING_TRANSFER)) != 0;
}

static inline bool step_posts(const struct history_step *step)
{
    return (step->transfer.flags & QUIPU_TRANSFER_POST_PENDING_TRANSFER) != 0;
}

/* When a hold with a time-out expires. */
static inline uint64_t step_due(const struct history_step *step)
{
    return step->transfer.timestamp + (uint64_t)step->transfer.timeout * 1000000000u;
}

/* The totals of account `a` at its state `index`, counted from its first. NULL: replay does not
 * know them. */
static inline const struct totals *totals_at(const struct checker *c, uint32_t a, uint32_t index)
{
    const struct account *account = &c->accounts[a];

    if (index >= account->sound) return NULL;
    return &c->totals[account->first_state - c->account_states + index];
}

static inline uint64_t version_at(const struct account *account, uint32_t state)
{
    return account->low + (state - account->first_state);
}

/* The account that a state belongs to, by binary search. */
uint32_t versions_account_of(const struct checker *c, uint32_t state);

/* --- outcomes: precedence.c --- */

/* The place of a transfer's outcome in the order of precedence, from 1. 0: there is no such
 * outcome. */
uint32_t precedence_of(uint32_t status);
bool precedence_burns(uint32_t status);
const char *precedence_text(uint32_t status);

/* The id was free: the outcome comes after `exists` and `id_already_failed`. */
bool precedence_saw_free(uint32_t status);
bool precedence_saw_stored(uint32_t status);

/* Is the answer to `asked` right, that its id exists, with this difference or with none? */
bool exists_is_right(const struct history_step *asked, const struct history_step *stored,
                     const struct history_step *pending);

/* --- effects: replay.c --- */

/* The transfer before `step` in its unit that has this id; NONE. */
uint32_t replay_own_step(const struct checker *c, uint32_t unit, uint32_t step, uint32_t id);

/* Did a transfer before `step` in its unit resolve this pending transfer? */
bool replay_own_resolved(const struct checker *c, uint32_t unit, uint32_t step, uint32_t pending);

/* The transfer that `step` resolves, or NULL. It may be an earlier step of the same chain; with
 * `unit` NONE only stored ones count. */
const struct history_step *replay_pending(const struct checker *c, uint32_t unit, uint32_t step);

/* The accounts of a transfer. A post or void that names none has those of its pending transfer.
 * NONE: unknown. */
void replay_parties(const struct checker *c, uint32_t unit, uint32_t step, uint32_t *debit,
                    uint32_t *credit);

/* Apply a transfer to one of its accounts. Returns false if its effect is not known. */
bool replay_apply(const struct history_step *step, const struct history_step *pending,
                  bool to_debit, struct totals *totals);
void replay_expire(const struct history_step *pending, bool from_debit, struct totals *totals);

/* The totals of an account when a transfer was refused, with what its own chain had done by then.
 * Returns false if they are not known. */
bool replay_refused(const struct checker *c, uint32_t unit, uint32_t account, uint64_t version,
                    struct totals *totals);

/* How many changes a chain had made to an account before it was refused. NONE: unknown. */
uint32_t replay_own_changes(const struct checker *c, uint32_t unit, uint32_t account);

#endif
