/* group.inc.h - cas: plain transfers whose accounts other threads want, too, tied together.
 *
 * Included by cas.c behind bundle.inc.h. Plain transfers that follow one another are a bundle if
 * one account is in all of them, and no other in two. If not, they are one unit, as a chain is: an
 * account that several of them use is reserved, marked and posted once, whatever else they use. */

/* The memory of such a unit. */
struct group {
    struct leg legs[PLAINS_MAX];
    struct copy copies[2 * PLAINS_MAX];
    struct account_state was[2 * PLAINS_MAX];
    struct total_reach reaches[4 * PLAINS_MAX];
};

/* How many of these may be one unit: its places are in a row (tie.h). */
static size_t group_length(const struct plain *plains, size_t count)
{
    size_t length = 0;

    while (length < count && plain_may_join(&plains[length]) &&
           plains[length].place == plains[0].place + length)
        length++;
    return length;
}

/* Put an account among the copies, which are sorted (unit.h, U2), if it is not there. */
static void group_add(struct unit *unit, struct slot *slot)
{
    uint32_t at = unit->copy_count;

    while (at > 0 && unit->copies[at - 1].slot > slot)
        at--;
    if (at > 0 && unit->copies[at - 1].slot == slot) return;
    for (uint32_t i = unit->copy_count++; i > at; i--)
        unit->copies[i].slot = unit->copies[i - 1].slot;
    unit->copies[at].slot = slot;
    unit->copies[unit->copy_count - 1].expected = 0;
}

static uint32_t group_copy(const struct unit *unit, const struct slot *slot)
{
    uint32_t at = 0;

    /* Ends: each account of a leg was added. */
    while (unit->copies[at].slot != slot)
        at++;
    return at;
}

static struct unit group_unit(struct group *group, const struct plain *plains, size_t count)
{
    struct unit unit = {.legs = group->legs,
                        .copies = group->copies,
                        .was = group->was,
                        .reaches = group->reaches,
                        .leg_count = (uint32_t)count};

    for (size_t i = 0; i < count; i++) {
        group_add(&unit, plains[i].debit);
        group_add(&unit, plains[i].credit);
    }
    for (size_t i = 0; i < count; i++) {
        group->legs[i] = (struct leg){
            .event = plains[i].event,
            .place = plains[i].place,
            .timestamp = plains[0].timestamp + i,
            .verdict = QUIPU_CREATED,
            .debit = group_copy(&unit, plains[i].debit),
            .credit = group_copy(&unit, plains[i].credit),
            .view = NOT_FOUND,
            .twin = NOT_FOUND,
            .resolves = NOT_FOUND,
            .claimed = true,
        };
    }
    return unit;
}

/* Returns false if they did not take effect together; then nothing has changed. */
static bool run_group(struct store *store, struct worker *worker, struct plain *plains,
                      size_t count)
{
    struct group *group = quipui_worker_scratch(worker, sizeof *group);
    struct unit unit;

    if (group == NULL) return false;
    unit = group_unit(group, plains, count);
    if (run_unit(store, worker, &unit, false) != UNIT_CREATED) return false;
    if (unit.crowded) worker->crowded = CROWDED_RUNS;
    for (size_t i = 0; i < count; i++)
        plains[i].timestamp = group->legs[i].timestamp;
    return true;
}

/* Several in a row. Returns false if they did not take effect together. */
static bool run_together(struct store *store, struct worker *worker, struct plain *plains,
                         size_t count)
{
    struct bundle bundle = {.store = store,
                            .worker = worker,
                            .plains = plains,
                            .count = count,
                            .hub = bundle_hub(plains)};

    worker->crowd = slot_place(&store->accounts, bundle.hub) + 1;
    if (bundle_fits(&bundle)) return run_bundle(&bundle);
    /* The timestamps that the call drew are older than what others have done since. */
    draw_rest(store, plains, count);
    return run_group(store, worker, plains, count);
}

static size_t run_crowd(struct store *store, struct worker *worker, struct plain *plains,
                        size_t count)
{
    size_t done = 0;

    /* Ends: each turn is through with one at least, or memory has run out. */
    while (done < count) {
        size_t length = group_length(plains + done, count - done), alone;

        if (length > 1 && run_together(store, worker, plains + done, length)) {
            done += length;
            continue;
        }
        if (length > 1) worker->crowded = 0; /* one of them is refused, and others may be */
        alone = length > 0 ? length : 1;
        length = run_plains(store, worker, plains + done, alone);
        done += length;
        if (length < alone) break;
    }
    return done;
}
