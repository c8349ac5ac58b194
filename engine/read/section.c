/* section.c - sections of a strand, and the markers that lead to them; see section.h. */
#include "read/section.h"

#include <string.h>

#include "read/steps.h"
#include "records/find_account.h"
#include "rules/movement.h"

/* Have the markers of the strand, if readers have left all of them. */
static bool take_markers(struct account_strand *strand)
{
    const struct markers *markers = &strand->reader->store->markers;
    uint32_t newest = marker_newest(strand->details);

    if (marker_at(markers, newest)->number < strand->last) return false;
    strand->marker = quipui_marker_up_to(markers, newest, strand->last);
    return true;
}

void quipui_sections_begin(struct account_strand *strand, struct reader *reader, struct slot *slot,
                           const struct account_state *state)
{
    *strand = (struct account_strand){
        .reader = reader,
        .details = slot_details(&reader->store->accounts, slot),
        .state = *state,
        .last = (state->balance.version - 1) / MARKED_VERSIONS,
    };
    (void)take_markers(strand);
}

bool quipui_sections_open(struct account_strand *strand, struct reader *reader, quipu_uint128 id,
                          quipu_status *status)
{
    struct copy copy = {.slot = quipui_find_account(reader->store, id)};

    *status = QUIPU_OK;
    if (copy.slot == NULL) return false;
    if (!quipui_read(reader, &copy, 1)) {
        *status = QUIPU_NO_MEMORY;
        return false;
    }
    if (copy.state.balance.version == 0) return false;
    quipui_sections_begin(strand, reader, copy.slot, &copy.state);
    return true;
}

void quipui_section_move(const struct transfers *transfers, uint64_t link, bool back,
                         struct totals *totals)
{
    uint64_t index = link_index(link);
    bool debit = link_side(link) == SIDE_DEBIT;
    quipu_uint128 *pending = debit ? &totals->debits_pending : &totals->credits_pending;
    quipu_uint128 *posted = debit ? &totals->debits_posted : &totals->credits_posted;
    struct movement moved;

    if (link_kind(link) == KNOT_EXPIRY) {
        const struct hold *hold = hold_at(transfers, index);

        moved = quipui_rules_expiry_movement(transfer_at(transfers, hold->transfer));
    } else {
        moved = quipui_rules_movement(transfer_at(transfers, index),
                                      transfer_resolved(transfers, index));
    }
    if (back) {
        rules_move_back(&moved, pending, posted);
    } else {
        rules_move(&moved, pending, posted);
    }
}

/* What this knot resolved, or NULL. */
static const quipu_transfer *resolved_by(const struct transfers *transfers, uint64_t link)
{
    uint64_t index = link_index(link);

    if (link_kind(link) != KNOT_EXPIRY) return transfer_resolved(transfers, index);
    return transfer_at(transfers, hold_at(transfers, index)->transfer);
}

bool quipui_section_closed_before(const struct transfers *transfers, uint64_t link, bool after)
{
    const quipu_transfer *transfer = link_transfer(transfers, link);
    const quipu_transfer *pending = resolved_by(transfers, link);

    if (transfer != NULL && rules_closes(transfer, link_side(link))) return false;
    if (pending == NULL || !rules_closes(pending, link_side(link))) return after;
    return true; /* it was opened by the void or the expiry of what had closed it */
}

/* The versions of a strand fall one by one (K1). The bound on the count is for strands that a race
 * has broken (unsafe). */
static void load(const struct account_strand *strand, uint64_t number, uint64_t link,
                 struct section *section)
{
    const struct transfers *transfers = &strand->reader->store->transfers;

    section->number = number;
    section->count = 0;
    /* Ends: each turn fills one of a fixed number of places. */
    while (link != 0 && section->count < MARKED_VERSIONS) {
        const struct knot *knot = link_knot(transfers, link);

        if (knot_version(knot, link_side(link)) <= number * MARKED_VERSIONS) break;
        count_step();
        section->links[section->count++] = link;
        link = knot_previous(knot, link_side(link));
    }
    section->before = link;
}

void quipui_section_newest(const struct account_strand *strand, struct section *section)
{
    load(strand, strand->last, strand->state.head, section);
}

void quipui_section_before(const struct account_strand *strand, struct section *section)
{
    load(strand, section->number - 1, section->before, section);
}

const struct marker *quipui_section_marker(const struct account_strand *strand, uint64_t number)
{
    const struct markers *markers = &strand->reader->store->markers;

    return marker_at(markers, quipui_marker_up_to(markers, strand->marker, number));
}

void quipui_section_at(const struct account_strand *strand, uint64_t number,
                       struct section *section)
{
    if (number == strand->last) {
        quipui_section_newest(strand, section);
    } else {
        load(strand, number, quipui_section_marker(strand, number + 1)->link, section);
    }
}

const struct totals *quipui_section_totals(const struct account_strand *strand, uint64_t number)
{
    return &quipui_section_marker(strand, number)->totals;
}

uint64_t quipui_section_since(const struct account_strand *strand, uint64_t timestamp)
{
    const struct markers *markers = &strand->reader->store->markers;
    uint32_t place = quipui_marker_since(markers, strand->marker, timestamp);

    return place != 0 ? marker_at(markers, place)->number - 1 : strand->last;
}

/* Walk from the head to the marker `from`. wanted[i] is the i-th marker after it; its totals are
 * what the section before it moved, its timestamp that section's newest, or 0. */
static void walk(const struct account_strand *strand, const struct marker *from,
                 struct marker *wanted)
{
    const struct transfers *transfers = &strand->reader->store->transfers;
    uint64_t number = strand->last, link = strand->state.head;
    bool closed = strand->state.balance.closed != 0;
    struct marker *marker = NULL;

    /* Ends: versions fall from knot to knot, down to that of the marker. */
    while (link != 0) {
        const struct knot *knot = link_knot(transfers, link);
        uint64_t version = knot_version(knot, link_side(link));
        const quipu_transfer *transfer = link_transfer(transfers, link);

        if (version <= from->number * MARKED_VERSIONS) break;
        count_step();
        while (number > from->number && version <= number * MARKED_VERSIONS) {
            marker = &wanted[number - from->number - 1];
            *marker = (struct marker){.link = link, .number = (uint32_t)number, .closed = closed};
            number--;
        }
        if (marker != NULL) {
            quipui_section_move(transfers, link, false, &marker->totals);
            if (transfer != NULL && marker->timestamp == 0) {
                marker->timestamp = transfer->timestamp;
            }
        }
        closed = quipui_section_closed_before(transfers, link, closed);
        link = knot_previous(knot, link_side(link));
    }
    /* Only in a strand that a race has broken (unsafe) some are without a knot. */
    for (; number > from->number; number--)
        wanted[number - from->number - 1] = (struct marker){.number = (uint32_t)number};
}

/* From what each section moved to the totals right after it. */
static void sum_up(const struct marker *from, struct marker *wanted, size_t count)
{
    const struct marker *before = from;

    for (size_t i = 0; i < count; i++) {
        struct totals *totals = &wanted[i].totals;

        totals->debits_pending += before->totals.debits_pending;
        totals->debits_posted += before->totals.debits_posted;
        totals->credits_pending += before->totals.credits_pending;
        totals->credits_posted += before->totals.credits_posted;
        if (wanted[i].timestamp == 0) wanted[i].timestamp = before->timestamp;
        before = &wanted[i];
    }
}

bool quipui_sections_mark(struct account_strand *strand)
{
    struct markers *markers = &strand->reader->store->markers;

    if (sections_are_marked(strand)) return true;
    /* Ends: after each turn the newest marker is a newer one, ours or that of another reader. */
    while (!take_markers(strand)) {
        uint32_t newest = marker_newest(strand->details);
        const struct marker *from = marker_at(markers, newest);
        struct marker *wanted;
        size_t count;

        if (from->number >= strand->last) continue;
        count = strand->last - from->number;
        /* Not of the worker's scratch: the caller may have its page there. */
        wanted = quipui_memory_take(count * sizeof *wanted);
        if (wanted == NULL) return false;
        walk(strand, from, wanted);
        sum_up(from, wanted, count);
        quipui_markers_add(markers, strand->details, newest, wanted, count);
        quipui_memory_give_back(wanted);
        /* The newest is another now: ours, or that of a reader that was first. */
        if (marker_newest(strand->details) == newest) return false;
    }
    return true;
}

void quipui_section_sum(const struct account_strand *strand, struct totals *totals)
{
    const struct transfers *transfers = &strand->reader->store->transfers;
    const struct marker *from = quipui_section_marker(strand, strand->last);
    uint64_t link = strand->state.head;

    *totals = from->totals;
    /* Ends: versions fall from knot to knot, down to that of the marker. */
    while (link != 0) {
        const struct knot *knot = link_knot(transfers, link);

        if (knot_version(knot, link_side(link)) <= from->number * MARKED_VERSIONS) break;
        count_step();
        quipui_section_move(transfers, link, false, totals);
        link = knot_previous(knot, link_side(link));
    }
}
