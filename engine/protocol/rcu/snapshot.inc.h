/* snapshot.inc.h - rcu: all accounts as of one stamp, which is registered (R4).
 *
 * Included by rcu.c. It gets `snapshot`. */

/* Register the visible stamp. */
static uint64_t register_stamp(struct store *store, struct worker *worker)
{
    uint64_t stamp;

    quipui_grace_enter();
    stamp = visible_stamp(rcu_of(store));
    /* edge rcu.snapshot: release; pairs with acquire in horizon(). Carries nothing: it keeps the
     * versions that this stamp needs (R2, R4). */
    store_release(&worker->snapshot, stamp);
    quipui_grace_leave();
    return stamp;
}

static void unregister(struct worker *worker)
{
    /* edge rcu.snapshot: release; pairs with acquire in horizon(). Carries our last reads. */
    store_release(&worker->snapshot, NO_STAMP);
}

/* A registered stamp at which nothing is due by now. Returns false if memory runs out. */
static bool register_clear(struct store *store, struct worker *worker, uint64_t *stamp)
{
    struct timeouts *timeouts = &store->timeouts;

    /* Ends: what is due at `now` is finite, and it is repeated only after holds have expired. */
    for (;;) { /* repeated: reached by tests/machines/explore */
        uint64_t now = clock_read(&store->clock), latest = timeouts_latest(timeouts), rounds;

        if (now < latest) now = latest;
        if (!expire_all_as_writer(store, worker, now)) return false;
        rounds = timeouts_rounds(timeouts);
        *stamp = register_stamp(store, worker);
        if (!timeouts_due(timeouts, now) && timeouts_rounds(timeouts) == rounds &&
            timeouts_latest(timeouts) <= now) {
            return true;
        }
        unregister(worker);
    }
}

static bool snapshot(struct store *store, struct worker *worker,
                     bool (*visit)(void *, const quipu_account *, uint64_t), void *context)
{
    const struct rcu *rcu = rcu_of(store);
    uint64_t count, stamp;

    if (!register_clear(store, worker, &stamp)) return false;
    count = accounts_count(&store->accounts);
    for (uint64_t i = 0; i < count; i++) {
        struct slot *slot = slot_at(&store->accounts, i);
        struct account_state state;
        quipu_account account;

        if (count - i > READS_AHEAD) prefetch_at(rcu, slot + READS_AHEAD, stamp);
        if (!read_at(rcu, slot, stamp, &state)) continue;
        quipui_account_view(&store->accounts, slot, &state, &account);
        if (!visit(context, &account, state.balance.version)) break;
    }
    unregister(worker);
    return true;
}
