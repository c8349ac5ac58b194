/* limit.c - the fastest honest ledger: what every ledger must do for a transfer, and nothing else.
 *
 * One thread, no concurrency control, no rule but the balance. Per transfer: find its id to be new,
 * find two accounts by 128-bit ids, check, update both, append a 128-byte record, enter the id.
 * It is the yardstick for Quipu and not a ledger to use.
 *
 *   - An event passes three stages, STEP events apart: hash it and ask for three lines of the
 *     indexes; ask for its two accounts; post it. So some fifty lines are in flight at any time.
 *   - An index entry is eight bytes, 32 of fingerprint and 32 of place; a home is a whole line of
 *     eight entries, looked at in one go without a branch. The full id is in the record.
 *   - The account is two lines, 128 bytes: id, four totals, and what never changes.
 *   - Records are written past the caches.
 *   - All memory is there beforehand, in huge pages. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "peers/peer.h"

#define STEP 16
#define RING (4 * STEP) /* hashes kept: of the events between the first stage and the last */
#define LINE_ENTRIES 8
#define HUGE_PAGE ((size_t)2 << 20)
#define NOWHERE UINT32_MAX

struct account {
    quipu_uint128 id, debits_pending, debits_posted, credits_posted;
    quipu_uint128 credits_pending, user_data;
    uint64_t created, unused;
    uint32_t ledger, code, flags, reserved;
};

_Static_assert(sizeof(struct account) == 128, "an account is two lines");

struct line {
    _Alignas(64) uint64_t entries[LINE_ENTRIES];
};

struct index {
    struct line *lines;
    uint64_t mask;
};

struct limit {
    struct index account_ids, transfer_ids;
    struct account *accounts;
    quipu_transfer *records;
    uint64_t account_count, record_count, record_max;
    uint64_t secret[2];
    struct {
        void *memory;
        size_t bytes;
    } maps[4];
    size_t map_count;
};

struct hashes {
    uint64_t id, debit, credit;
    uint32_t debit_guess, credit_guess;
};

/* --- memory --- */

static void *take(struct limit *limit, size_t bytes)
{
    size_t mapped = (bytes + 2 * HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    char *memory = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *aligned;

    if (memory == MAP_FAILED) return NULL;
    limit->maps[limit->map_count].memory = memory;
    limit->maps[limit->map_count++].bytes = mapped;
    aligned = memory + (HUGE_PAGE - (uintptr_t)memory % HUGE_PAGE) % HUGE_PAGE;
    (void)madvise(aligned, (size_t)(memory + mapped - aligned), MADV_HUGEPAGE);
    for (size_t i = 0; i < bytes; i += 4096)
        ((volatile char *)aligned)[i] = 0;
    return aligned;
}

/* Half full at most. */
static bool index_make(struct limit *limit, struct index *index, uint64_t count)
{
    uint64_t lines = 1;

    while (lines * LINE_ENTRIES / 2 < count)
        lines *= 2;
    index->mask = lines - 1;
    index->lines = take(limit, lines * sizeof *index->lines);
    return index->lines != NULL;
}

static void limit_close(void *store)
{
    struct limit *limit = store;

    for (size_t i = 0; i < limit->map_count; i++)
        (void)munmap(limit->maps[i].memory, limit->maps[i].bytes);
    free(limit);
}

static bool limit_open(const struct peer *peer, const struct peer_order *order, void **store)
{
    struct limit *limit = calloc(1, sizeof *limit);

    (void)peer;
    if (limit == NULL) return peer_fail("no memory");
    if (order->account_count >= NOWHERE || order->transfers_max >= NOWHERE) {
        free(limit);
        return peer_fail("more than 2^32 - 2 records");
    }
    limit->record_max = order->transfers_max;
    limit->accounts = take(limit, order->account_count * sizeof *limit->accounts);
    limit->records = take(limit, order->transfers_max * sizeof *limit->records);
    if (limit->accounts == NULL || limit->records == NULL ||
        !index_make(limit, &limit->account_ids, order->account_count) ||
        !index_make(limit, &limit->transfer_ids, order->transfers_max) ||
        getrandom(limit->secret, sizeof limit->secret, 0) != sizeof limit->secret) {
        limit_close(limit);
        return peer_fail("no memory for %llu transfers", (unsigned long long)order->transfers_max);
    }
    *store = limit;
    return true;
}

/* --- the index --- */

static inline uint64_t hash_of(const struct limit *limit, quipu_uint128 id)
{
    quipu_uint128 product = (quipu_uint128)((uint64_t)id ^ limit->secret[0]) *
                            ((uint64_t)(id >> 64) ^ limit->secret[1]);

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Never 0, which is an empty entry's. */
static inline uint32_t fingerprint_of(uint64_t hash)
{
    return (uint32_t)(hash >> 32) | 1;
}

static inline struct line *home_of(const struct index *index, uint64_t hash)
{
    return &index->lines[hash & index->mask];
}

/* Which entries of the line have this fingerprint: a bit each. 0: which are empty. */
static inline unsigned matches(const struct line *line, uint32_t fingerprint)
{
#ifdef __SSE2__
    const __m128 *at = (const __m128 *)(const void *)line;
    __m128i wanted = _mm_set1_epi32((int)fingerprint);
    __m128i low = _mm_castps_si128(_mm_shuffle_ps(at[0], at[1], 0xDD));
    __m128i high = _mm_castps_si128(_mm_shuffle_ps(at[2], at[3], 0xDD));
    __m128i both = _mm_packs_epi32(_mm_cmpeq_epi32(low, wanted), _mm_cmpeq_epi32(high, wanted));

    return (unsigned)_mm_movemask_epi8(_mm_packs_epi16(both, _mm_setzero_si128()));
#else
    unsigned found = 0;

    for (unsigned i = 0; i < LINE_ENTRIES; i++)
        found |= (unsigned)(line->entries[i] >> 32 == fingerprint) << i;
    return found;
#endif
}

static inline uint32_t place_in(const struct line *line, unsigned found)
{
    return (uint32_t)line->entries[__builtin_ctz(found)];
}

static uint32_t find_account(const struct limit *limit, uint64_t hash, quipu_uint128 id)
{
    for (uint64_t at = hash;; at++) {
        const struct line *line = home_of(&limit->account_ids, at);

        for (unsigned found = matches(line, fingerprint_of(hash)); found; found &= found - 1) {
            uint32_t place = place_in(line, found);

            if (limit->accounts[place].id == id) return place;
        }
        if (matches(line, 0)) return NOWHERE;
    }
}

/* Where the entry of a new id goes; NULL: the id is there. */
static inline uint64_t *room_for(const struct limit *limit, uint64_t hash, quipu_uint128 id)
{
    for (uint64_t at = hash;; at++) {
        struct line *line = home_of(&limit->transfer_ids, at);
        unsigned empty = matches(line, 0);

        for (unsigned found = matches(line, fingerprint_of(hash)); found; found &= found - 1)
            if (limit->records[place_in(line, found)].id == id) return NULL;
        if (empty) return &line->entries[__builtin_ctz(empty)];
    }
}

static inline uint64_t entry_of(uint64_t hash, uint64_t place)
{
    return (uint64_t)fingerprint_of(hash) << 32 | place;
}

/* --- the three stages --- */

static inline void ask_for_index(const struct limit *limit, const quipu_transfer *event,
                                 struct hashes *hashes)
{
    hashes->id = hash_of(limit, event->id);
    hashes->debit = hash_of(limit, event->debit_account_id);
    hashes->credit = hash_of(limit, event->credit_account_id);
    __builtin_prefetch(home_of(&limit->account_ids, hashes->debit));
    __builtin_prefetch(home_of(&limit->account_ids, hashes->credit));
    __builtin_prefetch(home_of(&limit->transfer_ids, hashes->id), 1);
}

static inline uint32_t guess(const struct limit *limit, uint64_t hash)
{
    const struct line *line = home_of(&limit->account_ids, hash);
    unsigned found = matches(line, fingerprint_of(hash));
    uint32_t place = found ? place_in(line, found) : 0;

    __builtin_prefetch(&limit->accounts[place], 1);
    __builtin_prefetch(&limit->accounts[place].credits_pending, 1);
    return place;
}

static inline void ask_for_accounts(const struct limit *limit, struct hashes *hashes)
{
    hashes->debit_guess = guess(limit, hashes->debit);
    hashes->credit_guess = guess(limit, hashes->credit);
}

static inline struct account *account_of(struct limit *limit, uint64_t hash, uint32_t guessed,
                                         quipu_uint128 id)
{
    if (__builtin_expect(limit->accounts[guessed].id != id, 0)) {
        guessed = find_account(limit, hash, id);
        if (guessed == NOWHERE) return NULL;
    }
    return &limit->accounts[guessed];
}

/* Written once and not read again soon: past the caches. */
static inline void append(struct limit *limit, const quipu_transfer *event)
{
    quipu_transfer *record = &limit->records[limit->record_count];
    uint64_t timestamp = ++limit->record_count;
#ifdef __SSE2__
    const __m128i *from = (const __m128i *)(const void *)event;
    __m128i *to = (__m128i *)(void *)record, last = _mm_load_si128(from + 7);

    for (int i = 0; i < 7; i++)
        _mm_stream_si128(to + i, _mm_load_si128(from + i));
    last = _mm_unpacklo_epi64(last, _mm_cvtsi64_si128((long long)timestamp));
    _mm_stream_si128(to + 7, last);
#else
    *record = *event;
    record->timestamp = timestamp;
#endif
}

static inline uint32_t post_one(struct limit *limit, const quipu_transfer *event,
                                const struct hashes *hashes)
{
    uint64_t *entry = room_for(limit, hashes->id, event->id);
    struct account *debit, *credit;

    if (entry == NULL) return QUIPU_CREATE_TRANSFER_EXISTS;
    debit = account_of(limit, hashes->debit, hashes->debit_guess, event->debit_account_id);
    credit = account_of(limit, hashes->credit, hashes->credit_guess, event->credit_account_id);
    if (debit == NULL) return QUIPU_CREATE_TRANSFER_DEBIT_ACCOUNT_NOT_FOUND;
    if (credit == NULL) return QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_NOT_FOUND;
    if ((debit->flags & QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS) &&
        debit->debits_pending + debit->debits_posted + event->amount > debit->credits_posted)
        return QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS;
    if ((credit->flags & QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS) &&
        credit->credits_pending + credit->credits_posted + event->amount > credit->debits_posted)
        return QUIPU_CREATE_TRANSFER_EXCEEDS_DEBITS;

    *entry = entry_of(hashes->id, limit->record_count);
    debit->debits_posted += event->amount;
    credit->credits_posted += event->amount;
    append(limit, event);
    return QUIPU_CREATED;
}

/* A transfer by itself: what is in flight is its own lines, and what the processor sees ahead. */
static inline uint32_t post_alone(struct limit *limit, const quipu_transfer *event)
{
    struct hashes hashes;

    ask_for_index(limit, event, &hashes);
    ask_for_accounts(limit, &hashes);
    return post_one(limit, event, &hashes);
}

static bool limit_post(void *session, const quipu_transfer *events, size_t count,
                       quipu_result *results)
{
    struct limit *limit = session;
    struct hashes ring[RING];

    if (count > limit->record_max - limit->record_count) return peer_fail("limit: the log is full");
    if (count == 1) {
        results->status = post_alone(limit, events);
        return true;
    }
    for (size_t at = 0; at < count + 2 * STEP; at++) {
        if (at < count) ask_for_index(limit, &events[at], &ring[at % RING]);
        if (at >= STEP && at - STEP < count) ask_for_accounts(limit, &ring[(at - STEP) % RING]);
        if (at >= 2 * STEP) {
            size_t i = at - 2 * STEP;

            results[i].status = post_one(limit, &events[i], &ring[i % RING]);
        }
    }
    return true;
}

/* --- before and after --- */

static bool limit_enter(void *store, void **session)
{
    *session = store;
    return true;
}

static void limit_leave(void *session)
{
    (void)session;
}

static bool limit_load(void *session, const quipu_uint128 *ids, size_t count, uint64_t funds)
{
    struct limit *limit = session;

    for (size_t i = 0; i < count; i++) {
        uint64_t place = limit->account_count++, hash = hash_of(limit, ids[i]), at = hash;
        struct line *line;
        unsigned empty;

        while ((empty = matches(line = home_of(&limit->account_ids, at), 0)) == 0)
            at++;
        line->entries[__builtin_ctz(empty)] = entry_of(hash, place);
        limit->accounts[place] = (struct account){
            .id = ids[i],
            .credits_posted = funds,
            .created = place + 1,
            .ledger = 1,
            .flags = QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS,
        };
    }
    return true;
}

static bool limit_balances(void *session, const quipu_uint128 *ids, size_t count,
                           struct peer_balance *balances)
{
    struct limit *limit = session;

    for (size_t i = 0; i < count; i++) {
        uint32_t place = find_account(limit, hash_of(limit, ids[i]), ids[i]);

        if (place == NOWHERE) return peer_fail("an account is not there");
        balances[i].debits = (uint64_t)limit->accounts[place].debits_posted;
        balances[i].credits = (uint64_t)limit->accounts[place].credits_posted;
    }
    return true;
}

const struct peer peer_limit = {
    .name = "limit",
    .settings = "no concurrency control, no API, no rule but the balance",
    .kind = PEER_LIMIT,
    .thread_max = 1,
    .open = limit_open,
    .close = limit_close,
    .enter = limit_enter,
    .leave = limit_leave,
    .load = limit_load,
    .post = limit_post,
    .balances = limit_balances,
};
