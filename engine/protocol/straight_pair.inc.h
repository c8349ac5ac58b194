/* straight_pair.inc.h - the straight path of a chain of two plain transfers: an exchange, a fee.
 *
 * Included by straight.inc.h, whose doors and promises these are. Up to four accounts are locked.
 * Both legs are judged over values, the second over what the first has changed, and stored only if
 * both are approved. An attempt that fails is undone: both ids are free again. */

#define PAIR_LEGS 2
#define PAIR_ACCOUNTS 4

struct straight_pair {
    struct plain legs[PAIR_LEGS];
    struct slot *slots[PAIR_ACCOUNTS]; /* each once */
    uint32_t count;
    uint32_t debit[PAIR_LEGS], credit[PAIR_LEGS]; /* among the slots */
};

struct pair_states {
    struct account_state was[PAIR_ACCOUNTS], now[PAIR_ACCOUNTS];
};

static inline uint32_t pair_add(struct straight_pair *pair, struct slot *slot)
{
    uint32_t i = 0;

    while (i < pair->count && pair->slots[i] != slot)
        i++;
    pair->slots[i] = slot;
    if (i == pair->count) pair->count++;
    return i;
}

/* What is known of leg `i` before it is claimed. Returns false if an account is not there. */
static inline bool pair_find(struct straight *run, size_t event, struct straight_pair *pair,
                             uint32_t i)
{
    const struct arrival *arrival = arrival_at(run->arrivals, event + i);
    struct plain *leg = &pair->legs[i];

    leg->event = &arrival->event;
    leg->timestamp = run->timestamp + event + i;
    if (!straight_find(run->store, &arrival->hashes, leg)) return false;
    pair->debit[i] = pair_add(pair, leg->debit);
    pair->credit[i] = pair_add(pair, leg->credit);
    return true;
}

/* Lock all accounts, or none (P1). */
static inline bool pair_enter(const struct straight_pair *pair)
{
    uint32_t i = 0;

    while (i < pair->count && straight_lock(pair->slots[i]))
        i++;
    if (i == pair->count) return true;
    while (i > 0)
        straight_leave(pair->slots[--i]);
    return false;
}

static inline void pair_leave(const struct straight_pair *pair)
{
    for (uint32_t i = 0; i < pair->count; i++)
        straight_leave(pair->slots[i]);
}

/* Load all accounts. Returns false if one was touched later. */
static inline bool pair_load(const struct straight_pair *pair, struct pair_states *states)
{
    bool is_later = true;

    for (uint32_t i = 0; i < pair->count; i++) {
        straight_load(pair->slots[i], &states->was[i]);
        /* Not a copy of it: wide loads would wait for the narrow stores. */
        straight_load(pair->slots[i], &states->now[i]);
        is_later &= judge_is_later(&states->was[i], pair->legs[0].timestamp);
    }
    return is_later;
}

static inline bool pair_judge(struct store *store, const struct straight_pair *pair,
                              struct pair_states *states)
{
    for (uint32_t i = 0; i < PAIR_LEGS; i++) {
        if (!straight_judge(store, &pair->legs[i], NULL, &states->now[pair->debit[i]],
                            &states->now[pair->credit[i]])) {
            return false;
        }
    }
    return true;
}

static inline void pair_install(struct store *store, const struct straight_pair *pair,
                                const struct pair_states *states)
{
    uint64_t stamp = straight_begin(store);

    for (uint32_t i = 0; i < pair->count; i++)
        straight_store(store, pair->slots[i], &states->was[i], &states->now[i], stamp);
    straight_show(store, stamp);
    for (uint32_t i = 0; i < pair->count; i++)
        straight_done(store, pair->slots[i], &states->now[i], stamp);
}

/* As straight_post(). Nothing may be due at the last leg: a chain does not straddle a due time. */
static inline enum in_place pair_post(struct store *store, const struct straight_pair *pair)
{
    struct pair_states states;
    enum in_place end = IN_PLACE_NOT;

    if (!pair_enter(pair)) return end;
    if (timeouts_due(&store->timeouts, pair->legs[PAIR_LEGS - 1].timestamp)) goto leave;
    if (!pair_load(pair, &states)) {
        end = IN_PLACE_LATE;
        goto leave;
    }
    if (!pair_judge(store, pair, &states)) goto leave;
    pair_install(store, pair, &states);
    return IN_PLACE_CREATED;

leave:
    pair_leave(pair);
    return end;
}

/* Others have given these accounts later timestamps (P3). */
static __attribute__((noinline, cold)) enum in_place pair_late(struct straight *run, size_t event,
                                                               struct straight_pair *pair)
{
    straight_draw(run, event);
    for (uint32_t i = 0; i < PAIR_LEGS; i++) {
        struct plain *leg = &pair->legs[i];

        leg->timestamp = run->timestamp + event + i;
        transfer_at(&run->store->transfers, leg->place)->timestamp = leg->timestamp;
    }
    return pair_post(run->store, pair);
}

/* Free the ids of the first `count` legs. */
static __attribute__((noinline, cold)) enum straight_end
pair_undo(struct straight *run, size_t event, const struct straight_pair *pair, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        quipui_index_free(&run->store->transfer_ids,
                          arrival_at(run->arrivals, event + i)->hashes.id, pair->legs[i].place);
    }
    run->worker->places.next -= PAIR_LEGS;
    return STRAIGHT_UNTOUCHED;
}

/* Events `event` and the next, which is there if the run does not end before it. */
static __attribute__((noinline, flatten)) enum straight_end straight_pair(struct straight *run,
                                                                          size_t event)
{
    struct straight_pair pair = {.count = 0};
    struct range *places = &run->worker->places; /* in a row: transfers.h, L2 */
    enum in_place end;

    if (event + 1 >= run->end || range_count(places) < PAIR_LEGS ||
        !rules_is_ordinary_link(&arrival_at(run->arrivals, event)->event) ||
        !rules_is_ordinary(&arrival_at(run->arrivals, event + 1)->event)) {
        return STRAIGHT_UNTOUCHED;
    }
    if (!pair_find(run, event, &pair, 0) || !pair_find(run, event, &pair, 1) ||
        !straight_ready(run->store, pair.count)) {
        return STRAIGHT_UNTOUCHED;
    }
    places->next += PAIR_LEGS;
    for (uint32_t i = 0; i < PAIR_LEGS; i++) {
        pair.legs[i].place = places->next - PAIR_LEGS + i;
        if (!straight_claim(run->store, &arrival_at(run->arrivals, event + i)->hashes,
                            &pair.legs[i])) {
            return pair_undo(run, event, &pair, i);
        }
        straight_record(run->store, &pair.legs[i]);
    }
    end = pair_post(run->store, &pair);
    if (end == IN_PLACE_LATE) end = pair_late(run, event, &pair);
    if (end != IN_PLACE_CREATED) return pair_undo(run, event, &pair, PAIR_LEGS);
    for (uint32_t i = 0; i < PAIR_LEGS; i++)
        straight_settle(run, event + i, &pair.legs[i]);
    run->next++;
    return STRAIGHT_THROUGH;
}
