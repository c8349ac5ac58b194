/* recover.c - the phases of recovery, one after the other; see recover.h. */
#include "recovery/recover.h"

#include <pthread.h>
#include <signal.h>

#include "base/grace.h"
#include "base/memory.h"
#include "recovery/recover_parts.h"

/* --- what the parts do at once --- */

struct errand {
    struct part *part;
    recover_work *work;
};

static void *run(void *context)
{
    struct errand *errand = context;
    struct part *part = errand->part;

    /* It looks into indexes, in read sections. */
    part->status = grace_join() ? errand->work(part)
                                : quipui_blame_room(&part->diagnosis, QUIPU_NO_MEMORY, "a thread");
    return NULL;
}

/* All but the first have a thread of their own, if it can be had. Signals are not for them. */
quipu_status quipui_recover_share(struct recovery *recovery, recover_work *work)
{
    struct errand errands[RECOVER_PARTS];
    pthread_t threads[RECOVER_PARTS];
    bool started[RECOVER_PARTS] = {false};
    sigset_t all, before;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    for (unsigned i = 0; i < RECOVER_PARTS; i++) {
        errands[i] = (struct errand){&recovery->parts[i], work};
        started[i] = i > 0 && !quipui_memory_is_refused() &&
                     pthread_create(&threads[i], NULL, run, &errands[i]) == 0;
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    for (unsigned i = 0; i < RECOVER_PARTS; i++) {
        if (!started[i]) (void)run(&errands[i]);
    }
    for (unsigned i = 0; i < RECOVER_PARTS; i++) {
        if (started[i]) (void)pthread_join(threads[i], NULL);
    }
    for (unsigned i = 0; i < RECOVER_PARTS; i++) {
        const struct part *part = &recovery->parts[i];

        if (part->status == QUIPU_OK) continue;
        if (recovery->diagnosis != NULL) *recovery->diagnosis = part->diagnosis;
        return part->status;
    }
    return QUIPU_OK;
}

/* --- the last phase --- */

static bool is_imported_before(const void *one, const void *other)
{
    const struct entry_origin *a = &((const struct read_import *)one)->origin;
    const struct entry_origin *b = &((const struct read_import *)other)->origin;

    return a->drawn != b->drawn ? a->drawn < b->drawn : a->event < b->event;
}

static quipu_status note_imports(struct recovery *recovery)
{
    struct imports *notes = &recovery->store->imports;
    struct pile *imports = &recovery->parts[0].imports;

    for (unsigned i = 1; i < RECOVER_PARTS; i++) {
        if (!quipui_pile_add_all(imports, &recovery->parts[i].imports)) {
            return quipui_blame_room(recovery->diagnosis, QUIPU_NO_MEMORY, "imported records");
        }
    }
    if (!quipui_imports_supply(notes, imports->count)) {
        return quipui_blame_room(recovery->diagnosis, QUIPU_NO_MEMORY, "imported records");
    }
    quipui_pile_sort(imports, is_imported_before);
    for (size_t i = 0; i < imports->count; i++) {
        const struct read_import *import = pile_at(imports, i);

        quipui_imports_add(notes, import->origin.drawn, (size_t)import->origin.event, import->kind,
                           import->place);
    }
    return QUIPU_OK;
}

/* Timestamps that are drawn from here on are above all that the log has. */
static void set_clock(struct recovery *recovery, struct recovered *recovered)
{
    uint64_t last = recovered->horizon;

    if (recovered->newest > last) last = recovered->newest;
    clock_reach(&recovery->store->clock, last + 1);
    /* relaxed: no other thread knows the store yet. */
    store_relaxed(&recovery->store->horizon, recovered->horizon);
}

static void sum_up(const struct recovery *recovery, struct recovered *recovered)
{
    *recovered = (struct recovered){.horizon = recovery->horizon, .newest = recovery->newest};
    for (unsigned i = 0; i < RECOVER_PARTS; i++) {
        const struct part *part = &recovery->parts[i];

        if (part->newest > recovered->newest) recovered->newest = part->newest;
        recovered->accounts += part->accounts;
        recovered->transfers += part->transfers;
        recovered->failed_ids += part->failed_ids;
    }
}

/* --- all phases --- */

static quipu_status recover(struct recovery *recovery, struct recovered *recovered)
{
    quipu_status status = quipui_recover_image(recovery);

    if (status == QUIPU_OK) status = quipui_recover_cuts(recovery);
    if (status == QUIPU_OK) status = quipui_recover_share(recovery, quipui_recover_read);
    if (status == QUIPU_OK) status = quipui_recover_accounts(recovery);
    if (status == QUIPU_OK) status = quipui_recover_share(recovery, quipui_recover_resolve);
    if (status == QUIPU_OK) status = quipui_recover_expire(recovery);
    if (status == QUIPU_OK) status = quipui_recover_tie(recovery);
    if (status == QUIPU_OK) status = quipui_recover_touch(recovery);
    if (status == QUIPU_OK) status = quipui_recover_states(recovery);
    if (status == QUIPU_OK) status = quipui_recover_timeouts(recovery);
    if (status == QUIPU_OK) status = note_imports(recovery);
    if (status != QUIPU_OK) return status;
    quipui_recover_free_places(recovery);
    sum_up(recovery, recovered);
    set_clock(recovery, recovered);
    quipui_index_reclaim(&recovery->store->transfer_ids);
    quipui_index_reclaim(&recovery->store->account_ids);
    return QUIPU_OK;
}

static void open(struct recovery *recovery)
{
    recovery->cuts.item_bytes = sizeof(struct cut);
    recovery->milestones.item_bytes = sizeof(struct milestone);
    recovery->expired.item_bytes = sizeof(struct expired);
    for (unsigned i = 0; i < RECOVER_PARTS; i++) {
        recovery->parts[i].recovery = recovery;
        recovery->parts[i].number = i;
        recovery->parts[i].expiries.item_bytes = sizeof(struct read_expiry);
        recovery->parts[i].imports.item_bytes = sizeof(struct read_import);
    }
    recovery->standing.item_bytes = sizeof(uint64_t);
}

static void close(struct recovery *recovery)
{
    quipui_pile_clear(&recovery->cuts);
    quipui_pile_clear(&recovery->milestones);
    quipui_pile_clear(&recovery->expired);
    for (unsigned i = 0; i < RECOVER_PARTS; i++) {
        quipui_pile_clear(&recovery->parts[i].expiries);
        quipui_pile_clear(&recovery->parts[i].imports);
    }
    quipui_pile_clear(&recovery->standing);
    quipui_region_close(&recovery->bases);
    quipui_region_close(&recovery->knots[SIDE_DEBIT]);
    quipui_region_close(&recovery->knots[SIDE_CREDIT]);
    quipui_region_close(&recovery->cells);
}

quipu_status quipui_recover(struct log *log, struct archive *archive, struct store *store,
                            recover_seed *seed, void *context, struct recovered *recovered,
                            struct diagnosis *diagnosis)
{
    struct recovery recovery = {.log = log,
                                .archive = archive,
                                .store = store,
                                .seed = seed,
                                .context = context,
                                .diagnosis = diagnosis};
    quipu_status status;

    open(&recovery);
    status = recover(&recovery, recovered);
    close(&recovery);
    return status;
}
