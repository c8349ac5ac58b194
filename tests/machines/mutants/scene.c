/* scene.c - see scene.h. */
#include "machines/mutants/scene.h"

#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define THREADS_MAX 8

void broken(const char *check, const char *text, ...)
{
    va_list rest;

    va_start(rest, text);
    (void)fprintf(stderr, "broken: %s: ", check);
    (void)vfprintf(stderr, text, rest);
    (void)fputc('\n', stderr);
    va_end(rest);
    _exit(1); /* other threads may be in the ledger */
}

static uint64_t own_clock_now(void *context)
{
    return *(const uint64_t *)context;
}

void scene_open(struct scene *scene, enum opening how)
{
    quipu_options options = {
        .protocol = scene->protocol, .account_capacity = 1 << 12, .transfer_capacity = 1 << 20};

    scene->now = NOON;
    if (how == SCENE_OWN_CLOCK) {
        options.clock = own_clock_now;
        options.clock_context = &scene->now;
    }
    options.prefault = how == SCENE_PREFAULTED;
    promise("call", quipu_open(&options, &scene->ledger) == QUIPU_OK);
}

void scene_close(struct scene *scene)
{
    promise("call", quipu_close(scene->ledger) == QUIPU_OK);
}

/* Relaxed, here and below: no order that the ledger should have made itself. */
static void wait_for_all(_Atomic unsigned *missing)
{
    (void)atomic_fetch_sub_explicit(missing, 1, memory_order_relaxed);
    while (atomic_load_explicit(missing, memory_order_relaxed) > 0)
        (void)sched_yield();
}

void scene_watch(void)
{
    (void)alarm(HANGS_AFTER_SECONDS);
}

void scene_meet(struct scene *scene)
{
    wait_for_all(&scene->meeting);
}

unsigned scene_next(struct scene *scene, unsigned done)
{
    unsigned seen = done;

    if (done != NOTHING) {
        (void)atomic_compare_exchange_strong_explicit(&scene->frontier, &seen, done + 1,
                                                      memory_order_relaxed, memory_order_relaxed);
    }
    return atomic_load_explicit(&scene->frontier, memory_order_relaxed);
}

struct actor {
    struct scene *scene;
    unsigned index, created;
};

static void *act(void *context)
{
    struct actor *actor = context;
    struct scene *scene = actor->scene;

    wait_for_all(&scene->waiting);
    actor->created = scene->work(scene, actor->index);
    if (actor->index < scene->writers) {
        (void)atomic_fetch_sub_explicit(&scene->writing, 1, memory_order_relaxed);
    }
    return NULL;
}

void scene_play(struct scene *scene, unsigned writers, unsigned threads,
                unsigned (*work)(struct scene *, unsigned index))
{
    struct actor actors[THREADS_MAX];
    pthread_t handles[THREADS_MAX];

    scene->work = work;
    scene->writers = writers;
    atomic_store_explicit(&scene->waiting, threads, memory_order_relaxed);
    atomic_store_explicit(&scene->meeting, threads, memory_order_relaxed);
    atomic_store_explicit(&scene->frontier, 0, memory_order_relaxed);
    atomic_store_explicit(&scene->writing, writers, memory_order_relaxed);
    scene->created = 0;
    for (unsigned i = 0; i < threads; i++) {
        actors[i] = (struct actor){.scene = scene, .index = i};
        if (pthread_create(&handles[i], NULL, act, &actors[i]) != 0) abort();
    }
    for (unsigned i = 0; i < threads; i++) {
        if (pthread_join(handles[i], NULL) != 0) abort();
        scene->created += actors[i].created;
    }
}

void make_accounts(struct scene *scene, quipu_uint128 first, unsigned count, uint16_t flags)
{
    for (unsigned i = 0; i < count; i++) {
        quipu_account account = {.id = first + i, .ledger = 1, .code = 1, .flags = flags};
        quipu_result result;

        promise("call", quipu_create_accounts(scene->ledger, &account, 1, &result) == QUIPU_OK);
        promise("call", result.status == QUIPU_CREATED);
    }
}

quipu_transfer a_transfer(quipu_uint128 id, quipu_uint128 debit, quipu_uint128 credit,
                          quipu_uint128 amount, uint16_t flags)
{
    return (quipu_transfer){.id = id,
                            .debit_account_id = debit,
                            .credit_account_id = credit,
                            .amount = amount,
                            .ledger = 1,
                            .code = 1,
                            .flags = flags};
}

void post_all(struct scene *scene, const quipu_transfer *transfers, size_t count,
              quipu_result *results)
{
    promise("call", quipu_create_transfers(scene->ledger, transfers, count, results) == QUIPU_OK);
}

uint32_t post(struct scene *scene, quipu_transfer transfer)
{
    quipu_result result;

    post_all(scene, &transfer, 1, &result);
    return result.status;
}

quipu_account read_account(struct scene *scene, quipu_uint128 id, uint64_t *version)
{
    quipu_account account;

    promise("call", quipu_lookup_accounts(scene->ledger, &id, 1, &account, version) == QUIPU_OK);
    promise("call", account.id == id);
    return account;
}

void check_sums(struct scene *scene, quipu_uint128 first, unsigned count, quipu_uint128 sum)
{
    quipu_uint128 debits = 0, credits = 0;

    for (unsigned i = 0; i < count; i++) {
        quipu_account account = read_account(scene, first + i, NULL);

        debits += account.debits_posted;
        credits += account.credits_posted;
    }
    if (debits != sum || credits != sum) {
        broken("conservation", "debits %llu, credits %llu, not %llu", (unsigned long long)debits,
               (unsigned long long)credits, (unsigned long long)sum);
    }
}

void check_nothing_pending(struct scene *scene, quipu_uint128 first, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        quipu_account account = read_account(scene, first + i, NULL);

        promise("reserved", account.debits_pending == 0 && account.credits_pending == 0);
    }
}

void check_history(struct scene *scene, quipu_uint128 id)
{
    static quipu_transfer transfers[QUIPU_BATCH_MAX], again[QUIPU_BATCH_MAX];
    static quipu_transfer_versions versions[QUIPU_BATCH_MAX];
    static quipu_uint128 ids[QUIPU_BATCH_MAX];
    quipu_account_filter filter = {.account_id = id,
                                   .limit = QUIPU_BATCH_MAX,
                                   .flags = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS |
                                            QUIPU_FILTER_REVERSED};
    uint64_t version;
    size_t count;

    (void)read_account(scene, id, &version);
    promise("call", quipu_get_account_transfers(scene->ledger, &filter, transfers, QUIPU_BATCH_MAX,
                                                &count) == QUIPU_OK);
    promise("call", count < QUIPU_BATCH_MAX);
    for (size_t i = 0; i < count; i++)
        ids[i] = transfers[i].id;
    promise("history", count == 0 || quipu_lookup_transfers(scene->ledger, ids, count, again,
                                                            versions) == QUIPU_OK);
    for (size_t i = 0; i < count; i++, version--) {
        bool debit = transfers[i].debit_account_id == id;

        promise("history", memcmp(&transfers[i], &again[i], sizeof again[i]) == 0);
        promise("order", i == 0 || transfers[i].timestamp < transfers[i - 1].timestamp);
        if ((debit ? versions[i].debit : versions[i].credit) != version) {
            broken("history", "version %llu has a gap after it", (unsigned long long)version);
        }
    }
    promise("history", version == 1);
}
