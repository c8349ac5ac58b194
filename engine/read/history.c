/* history.c - the transfers of an account, its totals after each, and its open holds: pages of its
 * strand, in either direction.
 *
 *   1  the page begins in a section that is at the newest end, or that a marker leads to
 *   2  it goes on from section to section until it is full or past the span of time
 *
 * So a page costs what is on it, and up to two sections beside. Totals come from a marker and are
 * moved forth or back, knot by knot. At the head they come from the account itself, if the protocol
 * reads head and totals as of one instant. */
#include "read/history.h"

#include <string.h>

#include "read/account_holds.h"
#include "read/section.h"

/* Where matches go: the array that is not NULL. */
struct page {
    const quipu_account_filter *filter;
    quipu_transfer *transfers;
    quipu_account_balance *balances;
    quipu_hold *holds;
    size_t room, count;
    bool is_past; /* the span of time was left */
    struct account_strand strand;
    struct section section;
    struct totals totals; /* of balances: at the knot at hand */
};

static const struct transfers *transfers_of(const struct page *page)
{
    return &page->strand.reader->store->transfers;
}

static bool is_reversed(const struct page *page)
{
    return (page->filter->flags & QUIPU_FILTER_REVERSED) != 0;
}

static bool is_too_old(const struct page *page, const quipu_transfer *transfer)
{
    return transfer->timestamp < page->filter->timestamp_min;
}

static bool is_too_new(const struct page *page, const quipu_transfer *transfer)
{
    uint64_t max = page->filter->timestamp_max;

    return max != 0 && transfer->timestamp > max;
}

static bool is_wanted(const struct page *page, uint64_t link, const quipu_transfer *transfer)
{
    const quipu_account_filter *filter = page->filter;
    uint32_t side = link_side(link) == SIDE_DEBIT ? QUIPU_FILTER_DEBITS : QUIPU_FILTER_CREDITS;

    return (filter->flags & side) != 0 &&
           (filter->user_data_128 == 0 || transfer->user_data_128 == filter->user_data_128) &&
           (filter->user_data_64 == 0 || transfer->user_data_64 == filter->user_data_64) &&
           (filter->user_data_32 == 0 || transfer->user_data_32 == filter->user_data_32) &&
           (filter->code == 0 || transfer->code == filter->code) &&
           (page->holds == NULL ||
            quipui_hold_is_open(transfers_of(page), link, page->strand.state.balance.version));
}

static void put(struct page *page, const quipu_transfer *transfer)
{
    size_t place = page->count++;

    if (page->transfers != NULL) page->transfers[place] = *transfer;
    if (page->holds != NULL) quipui_hold_show_open(transfer, &page->holds[place]);
    if (page->balances == NULL) return;
    page->balances[place] = (quipu_account_balance){
        .debits_pending = page->totals.debits_pending,
        .debits_posted = page->totals.debits_posted,
        .credits_pending = page->totals.credits_pending,
        .credits_posted = page->totals.credits_posted,
        .timestamp = transfer->timestamp,
    };
}

/* A knot that comes up, at which the totals are those right after it. */
static void look_at(struct page *page, uint64_t link)
{
    const quipu_transfer *transfer = link_transfer(transfers_of(page), link);

    if (transfer == NULL) return;
    if (is_too_old(page, transfer)) {
        if (is_reversed(page)) page->is_past = true;
    } else if (is_too_new(page, transfer)) {
        if (!is_reversed(page)) page->is_past = true;
    } else if (is_wanted(page, link, transfer)) {
        put(page, transfer);
    }
}

static bool is_done(const struct page *page)
{
    return page->is_past || page->count == page->room;
}

static void move(struct page *page, uint64_t link, bool back)
{
    if (page->balances != NULL) {
        quipui_section_move(transfers_of(page), link, back, &page->totals);
    }
}

static void go_up(struct page *page)
{
    for (size_t i = page->section.count; i > 0 && !is_done(page); i--) {
        move(page, page->section.links[i - 1], false);
        look_at(page, page->section.links[i - 1]);
    }
}

static void go_down(struct page *page)
{
    for (size_t i = 0; i < page->section.count && !is_done(page); i++) {
        look_at(page, page->section.links[i]);
        move(page, page->section.links[i], true);
    }
}

/* Does the page begin at the head, with totals that the account was read with? */
static bool takes_totals_of_account(const struct page *page)
{
    return is_reversed(page) && page->strand.reader->protocol->versioned &&
           page->section.number == page->strand.last;
}

/* The totals at the newer end of the section that is loaded. */
static void total_at_end(struct page *page)
{
    const struct account_strand *strand = &page->strand;

    if (takes_totals_of_account(page)) {
        page->totals = totals_of(&strand->state.balance);
        return;
    }
    page->totals = *quipui_section_totals(strand, page->section.number);
    for (size_t i = 0; i < page->section.count; i++)
        move(page, page->section.links[i], false);
}

/* Is the oldest transfer of the section that is loaded older than this? If so, all transfers of
 * earlier sections are older, too. */
static bool reaches_below(const struct page *page, uint64_t timestamp)
{
    for (size_t i = page->section.count; i > 0; i--) {
        const quipu_transfer *transfer =
            link_transfer(transfers_of(page), page->section.links[i - 1]);

        if (transfer != NULL) return transfer->timestamp < timestamp;
    }
    return false;
}

/* Load the section that the page begins in. Returns false if memory runs out. */
static bool begin(struct page *page)
{
    struct account_strand *strand = &page->strand;
    uint64_t max = page->filter->timestamp_max;
    /* Oldest first, the first transfer that is not older than the minimum begins the page; newest
     * first, the one before the first that is newer than the maximum. */
    uint64_t since = is_reversed(page) ? max + 1 : page->filter->timestamp_min;
    bool at_end = is_reversed(page) && (max == 0 || max == UINT64_MAX);
    bool found = at_end || strand->last == 0;

    if (found || !sections_are_marked(strand)) {
        quipui_section_newest(strand, &page->section);
        found = found || reaches_below(page, since);
    }
    if (!found) {
        if (!quipui_sections_mark(strand)) return false;
        quipui_section_at(strand, quipui_section_since(strand, since), &page->section);
    }
    if (page->balances == NULL || takes_totals_of_account(page)) return true;
    return quipui_sections_mark(strand);
}

static bool fill(struct page *page)
{
    if (!begin(page)) return false;
    if (is_reversed(page)) {
        if (page->balances != NULL) total_at_end(page);
        for (go_down(page); !is_done(page) && page->section.number > 0; go_down(page))
            quipui_section_before(&page->strand, &page->section);
        return true;
    }
    if (page->balances != NULL) {
        page->totals = *quipui_section_totals(&page->strand, page->section.number);
    }
    for (go_up(page); !is_done(page) && page->section.number < page->strand.last; go_up(page))
        quipui_section_at(&page->strand, page->section.number + 1, &page->section);
    return true;
}

static quipu_status read_page(struct reader *reader, struct page *page, size_t capacity,
                              size_t *count)
{
    quipu_status status;

    page->room = page->filter->limit < capacity ? page->filter->limit : capacity;
    page->count = 0;
    page->is_past = false;
    if (quipui_sections_open(&page->strand, reader, page->filter->account_id, &status) &&
        !fill(page)) {
        status = QUIPU_NO_MEMORY;
    }
    *count = status == QUIPU_OK ? page->count : 0;
    return status;
}

quipu_status quipui_get_account_transfers(struct reader *reader, const quipu_account_filter *filter,
                                          quipu_transfer *transfers, size_t capacity, size_t *count)
{
    struct page page;

    page.filter = filter;
    page.transfers = transfers;
    page.balances = NULL;
    page.holds = NULL;
    return read_page(reader, &page, capacity, count);
}

quipu_status quipui_get_account_balances(struct reader *reader, const quipu_account_filter *filter,
                                         quipu_account_balance *balances, size_t capacity,
                                         size_t *count)
{
    struct page page;

    page.filter = filter;
    page.transfers = NULL;
    page.balances = balances;
    page.holds = NULL;
    return read_page(reader, &page, capacity, count);
}

quipu_status quipui_get_account_holds(struct reader *reader, const quipu_account_filter *filter,
                                      quipu_hold *holds, size_t capacity, size_t *count)
{
    struct page page;

    page.filter = filter;
    page.transfers = NULL;
    page.balances = NULL;
    page.holds = holds;
    return read_page(reader, &page, capacity, count);
}
