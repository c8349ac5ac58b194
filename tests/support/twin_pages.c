/* twin_pages.c - audits: the states of all holds; and pages, of any size, in either direction, with
 * and without a filter, put together, are the whole that the model has. */
#include <stdlib.h>
#include <string.h>

#include "support/twin.h"

/* Of so many accounts, the oldest: each costs as much as there are transfers. */
#define PAGED_ACCOUNTS 5

#define SAY(what, i)                                                                               \
    "%s, audit at line %d: %s %zu differs", twin_name(twin), twin->line, (what), (size_t)(i)

static void *room_for(size_t count, size_t bytes)
{
    void *memory = malloc((count + 1) * bytes);

    cr_assert_not_null(memory);
    return memory;
}

void twin_audit_holds(struct twin *twin)
{
    enum { PAGE = 1000 };
    static quipu_uint128 ids[PAGE];
    static quipu_hold got[PAGE], want[PAGE];
    size_t all = model_transfer_count(twin->model) + 1;

    for (size_t from = 0; from < all; from += PAGE) {
        size_t count = all - from < PAGE ? all - from : PAGE;

        for (size_t i = 0; i < count; i++) {
            ids[i] = from + i + 1 < all ? model_transfer_id(twin->model, from + i) : 0x6e6f6e65;
        }
        memset(got, 0xa5, sizeof(got));
        model_lookup_holds(twin->model, twin->now, ids, count, want);
        cr_assert_eq(quipu_lookup_holds(twin->ledger, ids, count, got), QUIPU_OK);
        for (size_t i = 0; i < count; i++) {
            cr_assert_eq(got[i].state, want[i].state,
                         "%s, audit at line %d: hold %llu is %u, the model says %u",
                         twin_name(twin), twin->line, (unsigned long long)ids[i], got[i].state,
                         want[i].state);
            cr_assert_eq(memcmp(&got[i], &want[i], sizeof(want[i])), 0, SAY("hold", from + i));
        }
    }
}

/* What is read by pages. */
struct kind {
    const char *name;
    size_t bytes;
    quipu_status (*page)(struct twin *, const quipu_account_filter *, void *, size_t, size_t *);
    size_t (*whole)(struct twin *, const quipu_account_filter *, void *, size_t);
    uint64_t (*timestamp)(const void *);
};

static quipu_query_filter query_of(const quipu_account_filter *filter)
{
    return (quipu_query_filter){
        .user_data_64 = filter->user_data_64,
        .code = filter->code,
        .timestamp_min = filter->timestamp_min,
        .timestamp_max = filter->timestamp_max,
        .limit = filter->limit,
        .flags = filter->flags & QUIPU_FILTER_REVERSED ? QUIPU_QUERY_REVERSED : 0,
    };
}

static quipu_status page_of_transfers(struct twin *twin, const quipu_account_filter *filter,
                                      void *to, size_t capacity, size_t *count)
{
    return quipu_get_account_transfers(twin->ledger, filter, to, capacity, count);
}

static quipu_status page_of_balances(struct twin *twin, const quipu_account_filter *filter,
                                     void *to, size_t capacity, size_t *count)
{
    return quipu_get_account_balances(twin->ledger, filter, to, capacity, count);
}

static quipu_status page_of_holds(struct twin *twin, const quipu_account_filter *filter, void *to,
                                  size_t capacity, size_t *count)
{
    return quipu_get_account_holds(twin->ledger, filter, to, capacity, count);
}

static quipu_status page_of_query(struct twin *twin, const quipu_account_filter *filter, void *to,
                                  size_t capacity, size_t *count)
{
    const quipu_query_filter query = query_of(filter);

    return quipu_query_transfers(twin->ledger, &query, to, capacity, count);
}

static size_t all_transfers(struct twin *twin, const quipu_account_filter *filter, void *to,
                            size_t capacity)
{
    return model_account_transfers(twin->model, filter, to, capacity);
}

static size_t all_balances(struct twin *twin, const quipu_account_filter *filter, void *to,
                           size_t capacity)
{
    return model_account_balances(twin->model, filter, to, capacity);
}

static size_t all_holds(struct twin *twin, const quipu_account_filter *filter, void *to,
                        size_t capacity)
{
    return model_account_holds(twin->model, twin->now, filter, to, capacity);
}

static size_t all_of_query(struct twin *twin, const quipu_account_filter *filter, void *to,
                           size_t capacity)
{
    const quipu_query_filter query = query_of(filter);

    return model_query_transfers(twin->model, &query, to, capacity);
}

static uint64_t time_of_transfer(const void *item)
{
    return ((const quipu_transfer *)item)->timestamp;
}

static uint64_t time_of_balance(const void *item)
{
    return ((const quipu_account_balance *)item)->timestamp;
}

static uint64_t time_of_hold(const void *item)
{
    return ((const quipu_hold *)item)->timestamp;
}

enum { OF_ACCOUNTS = 3, KINDS };

static const struct kind kinds[KINDS] = {
    {"transfers by pages", sizeof(quipu_transfer), page_of_transfers, all_transfers,
     time_of_transfer},
    {"balances by pages", sizeof(quipu_account_balance), page_of_balances, all_balances,
     time_of_balance},
    {"holds by pages", sizeof(quipu_hold), page_of_holds, all_holds, time_of_hold},
    {"query by pages", sizeof(quipu_transfer), page_of_query, all_of_query, time_of_transfer},
};

static void audit_pages(struct twin *twin, const struct kind *kind, quipu_account_filter filter,
                        uint32_t size)
{
    size_t room = model_transfer_count(twin->model) + 1, got = 0, count, want;
    char *all = room_for(room, kind->bytes), *pages = room_for(room + size, kind->bytes);

    filter.limit = UINT32_MAX;
    want = kind->whole(twin, &filter, all, room);
    filter.limit = size;
    do {
        char *page = pages + got * kind->bytes;
        uint64_t last;

        cr_assert_eq(kind->page(twin, &filter, page, size, &count), QUIPU_OK);
        got += count;
        cr_assert(got <= want, SAY(kind->name, got));
        if (count == 0) break;
        last = kind->timestamp(page + (count - 1) * kind->bytes);
        if (filter.flags & QUIPU_FILTER_REVERSED) {
            filter.timestamp_max = last - 1;
        } else {
            filter.timestamp_min = last + 1;
        }
    } while (count == size);
    cr_assert_eq(got, want, "%s, audit at line %d: %s: %zu, the model says %zu", twin_name(twin),
                 twin->line, kind->name, got, want);
    cr_assert_eq(memcmp(pages, all, got * kind->bytes), 0, SAY(kind->name, got));
    free(all);
    free(pages);
}

/* With a filter for every other page size. */
static quipu_account_filter filter_for(quipu_uint128 id, uint32_t size, bool reversed)
{
    quipu_account_filter filter = {
        .account_id = id,
        .flags = QUIPU_FILTER_DEBITS | (reversed ? QUIPU_FILTER_REVERSED : 0),
    };

    if (size % 2 == 0) filter.flags |= QUIPU_FILTER_CREDITS;
    if (size % 3 == 0) filter.code = 1;
    return filter;
}

void twin_audit_pages(struct twin *twin)
{
    static const uint32_t sizes[] = {40, 7, 300};
    size_t accounts = model_account_count(twin->model);

    for (size_t i = 0; i < 2; i++) {
        uint32_t size = sizes[accounts % (sizeof(sizes) / sizeof(sizes[0]))];

        audit_pages(twin, &kinds[OF_ACCOUNTS], filter_for(0, size, i % 2 != 0), size);
    }
    for (size_t i = 0; i < accounts && i < PAGED_ACCOUNTS; i++) {
        uint32_t size = sizes[i % (sizeof(sizes) / sizeof(sizes[0]))];
        quipu_uint128 id = model_account_id(twin->model, i);

        for (unsigned kind = 0; kind < OF_ACCOUNTS; kind++) {
            audit_pages(twin, &kinds[kind], filter_for(id, size, false), size);
            audit_pages(twin, &kinds[kind], filter_for(id, size, true), size);
        }
    }
}
