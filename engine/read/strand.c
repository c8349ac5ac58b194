/* strand.c - see strand.h. */
#include "read/strand.h"

#include "base/assert.h"
#include "read/steps.h"

static void start_at(struct strand *strand, const struct marker *marker)
{
    strand->link = marker->link;
    strand->totals = marker->totals;
    strand->version = marker->number * MARKED_VERSIONS;
    strand->closed = marker->closed != 0;
}

void quipui_strand_start(struct strand *strand, struct reader *reader, struct slot *slot,
                         const struct account_state *state, uint64_t version)
{
    uint64_t number = (version + MARKED_VERSIONS - 1) / MARKED_VERSIONS;
    struct account_strand sections;

    *strand = (struct strand){
        .transfers = &reader->store->transfers,
        .link = state->head,
        .totals = totals_of(&state->balance),
        .version = state->balance.version,
        .closed = state->balance.closed != 0,
    };
    quipui_sections_begin(&sections, reader, slot, state);
    if (number <= sections.last && quipui_sections_mark(&sections)) {
        start_at(strand, quipui_section_marker(&sections, number));
        return;
    }
    /* The version is in the newest section, or memory for markers ran out: then the walk is
     * longer. */
    if (!reader->protocol->versioned) {
        (void)quipui_sections_mark(&sections);
        quipui_section_sum(&sections, &strand->totals);
    }
}

/* Take back what the knot did to the account: its totals, its version, whether it is closed. */
static void step_back(struct strand *strand)
{
    const struct transfers *transfers = strand->transfers;
    uint64_t link = strand->link;

    count_step();
    quipui_section_move(transfers, link, true, &strand->totals);
    strand->closed = quipui_section_closed_before(transfers, link, strand->closed);
    strand->version--;
    strand->link = knot_previous(link_knot(transfers, link), link_side(link));
}

void quipui_strand_back_to(struct strand *strand, uint64_t version)
{
    invariant(strand->version >= version);
    /* Ends: the version falls by one in each turn. */
    while (strand->version > version && strand->link != 0)
        step_back(strand);
}
