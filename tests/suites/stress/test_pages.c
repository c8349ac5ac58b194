/* test_pages.c - reads by pages, and of holds, while others write.
 *
 *   T1  what was there before the first page began is on exactly one page, and in order; of all
 *       transfers and of one account, in either direction, by two readers at once
 *   T2  a hold that a lookup finds posted has reached its accounts; one that its accounts show
 *       posted is not found open after
 *   T3  where one hold is opened after the other was resolved, no read finds two open */
#include <string.h>

#include "support/ledger.h"
#include "support/threads.h"

enum { WRITERS = 2, READERS = 2, PAGE = 64, MOST = 1 << 16, SHARED = 1, OTHERS = 10 };
enum { BOTH = QUIPU_FILTER_DEBITS | QUIPU_FILTER_CREDITS };

struct pages {
    quipu_ledger *ledger;
    unsigned writes;
    uint64_t writing;
    uint64_t done[WRITERS]; /* transfers, or holds, of each that have returned */
    uint64_t walks;
    const char *wrong;
};

static quipu_uint128 id_of(unsigned writer, uint64_t number)
{
    return (quipu_uint128)(writer + 1) << 32 | number;
}

static void open_pages(struct pages *pages, quipu_protocol protocol, unsigned writes)
{
    *pages = (struct pages){
        .ledger = ledger_open(protocol, NULL),
        .writes = threads_work(writes),
        .writing = WRITERS,
    };
    for (quipu_uint128 id = 1; id < OTHERS + 2 * WRITERS; id++) {
        quipu_account account = an_account(id);
        quipu_result result;

        cr_assert_eq(quipu_create_accounts(pages->ledger, &account, 1, &result), QUIPU_OK);
    }
}

static bool goes_on(struct pages *pages)
{
    return shared_read(&pages->writing) > 0 && pages->wrong == NULL;
}

static bool create(struct pages *pages, quipu_transfer event)
{
    quipu_result result;

    return quipu_create_transfers(pages->ledger, &event, 1, &result) == QUIPU_OK &&
           result.status == QUIPU_CREATED;
}

static void write_transfers(struct pages *pages, unsigned writer)
{
    for (uint64_t i = 1; i <= pages->writes; i++) {
        if (!create(pages, a_transfer(id_of(writer, i), SHARED, OTHERS + writer, 1))) {
            pages->wrong = "a transfer was not created";
        }
        shared_raise(&pages->done[writer], i);
    }
    (void)shared_add(&pages->writing, (uint64_t)-1);
}

/* One walk by pages: what each writer had done when it began is there once. */
struct walk {
    uint64_t before[WRITERS];
    unsigned char seen[WRITERS][MOST];
    uint64_t last;
};

static const char *meet(struct walk *walk, const quipu_transfer *transfer, bool reversed)
{
    unsigned writer = (unsigned)(transfer->id >> 32) - 1;
    uint32_t number = (uint32_t)transfer->id;
    bool in_order = reversed ? transfer->timestamp < walk->last : transfer->timestamp > walk->last;

    if (writer >= WRITERS || number >= MOST) return "a transfer that nobody created";
    if (walk->seen[writer][number]++ != 0) return "a transfer on two pages";
    if (!in_order) return "pages out of order";
    walk->last = transfer->timestamp;
    return NULL;
}

static const char *walk_once(struct pages *pages, struct walk *walk, bool all, bool reversed)
{
    quipu_account_filter filter = {.account_id = SHARED, .limit = PAGE, .flags = BOTH};
    quipu_query_filter query = {.limit = PAGE};
    quipu_transfer page[PAGE];
    const char *wrong = NULL;
    size_t count;

    memset(walk, 0, sizeof *walk);
    for (unsigned w = 0; w < WRITERS; w++)
        walk->before[w] = shared_read(&pages->done[w]);
    if (reversed) {
        filter.flags |= QUIPU_FILTER_REVERSED;
        query.flags = QUIPU_QUERY_REVERSED;
        walk->last = UINT64_MAX;
    }
    do {
        quipu_status status =
            all ? quipu_query_transfers(pages->ledger, &query, page, PAGE, &count)
                : quipu_get_account_transfers(pages->ledger, &filter, page, PAGE, &count);

        if (status != QUIPU_OK) return "a page failed";
        for (size_t i = 0; i < count && wrong == NULL; i++)
            wrong = meet(walk, &page[i], reversed);
        if (reversed) {
            filter.timestamp_max = query.timestamp_max = walk->last - 1;
        } else {
            filter.timestamp_min = query.timestamp_min = walk->last + 1;
        }
    } while (count == PAGE && wrong == NULL);
    for (unsigned w = 0; w < WRITERS && wrong == NULL; w++) {
        for (uint64_t i = 1; i <= walk->before[w]; i++) {
            if (walk->seen[w][i] != 1) wrong = "what was there is on no page";
        }
    }
    return wrong;
}

static void page_on(void *context, unsigned index)
{
    static struct walk walks[READERS];
    struct pages *pages = context;
    unsigned round = index;

    if (index < WRITERS) {
        write_transfers(pages, index);
        return;
    }
    do {
        const char *wrong =
            walk_once(pages, &walks[index - WRITERS], round % 2 == 0, round / 2 % 2 == 0);

        if (wrong != NULL) pages->wrong = wrong;
        round++;
        (void)shared_add(&pages->walks, 1);
    } while (goes_on(pages));
}

EVERY_PROTOCOL(pages, miss_nothing_while_others_write, .timeout = 240)
{
    struct pages pages;

    open_pages(&pages, protocols[*protocol_index], 20000);
    threads_run(WRITERS + READERS, page_on, &pages);
    cr_assert_null(pages.wrong, "%s: %s", protocol_name(protocols[*protocol_index]), pages.wrong);
    cr_assert_geq(pages.walks, READERS);
    ledger_close(pages.ledger);
}

/* Holds of one, each opened after the one before was posted. */
static void write_holds(struct pages *pages, unsigned writer)
{
    quipu_uint128 debit = OTHERS + 2 * writer, credit = debit + 1;

    for (uint64_t i = 1; i <= pages->writes; i++) {
        if (!create(pages, a_hold(id_of(writer, 2 * i), debit, credit, 1, 0)) ||
            !create(pages, a_post(id_of(writer, 2 * i + 1), id_of(writer, 2 * i), 1))) {
            pages->wrong = "a hold was not opened and posted";
        }
        shared_raise(&pages->done[writer], i);
    }
    (void)shared_add(&pages->writing, (uint64_t)-1);
}

static const char *look_at_holds(struct pages *pages, unsigned writer)
{
    uint64_t number = shared_read(&pages->done[writer]) + 1, posted;
    quipu_uint128 id = id_of(writer, 2 * number), account_id = OTHERS + 2 * writer + 1;
    quipu_account_filter filter = {.account_id = account_id, .limit = 3, .flags = BOTH};
    quipu_hold before, after, open[3];
    quipu_account account;
    size_t count;

    if (quipu_lookup_holds(pages->ledger, &id, 1, &before) != QUIPU_OK ||
        quipu_lookup_accounts(pages->ledger, &account_id, 1, &account, NULL) != QUIPU_OK ||
        quipu_lookup_holds(pages->ledger, &id, 1, &after) != QUIPU_OK ||
        quipu_get_account_holds(pages->ledger, &filter, open, 3, &count) != QUIPU_OK) {
        return "a read failed";
    }
    posted = (uint64_t)account.credits_posted;
    if (before.state == QUIPU_HOLD_POSTED && posted < number)
        return "posted, but not in the account";
    if (posted >= number && after.state != QUIPU_HOLD_POSTED)
        return "in the account, but not posted";
    if (after.state < before.state) return "a state that went back";
    if (after.state == QUIPU_HOLD_POSTED && after.resolved_by != id + 1) return "another resolver";
    if (count > 1) return "two holds are open";
    return NULL;
}

static void hold_on(void *context, unsigned index)
{
    struct pages *pages = context;

    if (index < WRITERS) {
        write_holds(pages, index);
        return;
    }
    do {
        for (unsigned w = 0; w < WRITERS; w++) {
            const char *wrong = look_at_holds(pages, w);

            if (wrong != NULL) pages->wrong = wrong;
        }
    } while (goes_on(pages));
}

EVERY_PROTOCOL(pages, of_holds_agree_with_accounts, .timeout = 240)
{
    struct pages pages;

    open_pages(&pages, protocols[*protocol_index], 5000);
    threads_run(WRITERS + READERS, hold_on, &pages);
    cr_assert_null(pages.wrong, "%s: %s", protocol_name(protocols[*protocol_index]), pages.wrong);
    ledger_close(pages.ledger);
}
