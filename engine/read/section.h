/* section.h - the strand of one account as of one instant, a section at a time.
 *
 * A strand leads from the newest knot to the oldest. It is read in sections of 256 versions. The
 * links of a section fit on the stack, so that it can be read in either direction. Section n has
 * the versions from n * 256 + 1 to (n + 1) * 256; the last one may be short. Where a section begins
 * is known from the head, from the section after it, or from a marker (records/markers.h).
 *
 *   P1  nothing newer than the state that was read is looked at, so an answer is as of one instant,
 *       whatever markers other readers have added
 *   P2  timestamps of transfers rise along a strand; an expiry may have that of the change before
 *       it (D7 of timeouts.h) */
#ifndef QUIPU_READ_SECTION_H
#define QUIPU_READ_SECTION_H

#include "read/consistent.h"

struct account_strand {
    struct reader *reader;
    struct details *details;
    struct account_state state; /* as of the instant */
    uint64_t last;              /* the number of the newest section */
    uint32_t marker;            /* the one before that section; 0: not known */
};

struct section {
    uint64_t number;
    size_t count;
    uint64_t links[MARKED_VERSIONS]; /* newest first */
    uint64_t before;                 /* link to the knot before the oldest, or 0 */
};

/* Begin at the head of an account that was read. */
void quipui_sections_begin(struct account_strand *strand, struct reader *reader, struct slot *slot,
                           const struct account_state *state);

/* Read the account and begin at its head. Returns false if there is no such account, or memory runs
 * out: *status says which. */
bool quipui_sections_open(struct account_strand *strand, struct reader *reader, quipu_uint128 id,
                          quipu_status *status);

/* Have markers for all sections of the strand. Walks what no reader has walked before. Returns
 * false if memory runs out. */
bool quipui_sections_mark(struct account_strand *strand);

/* Load a section: the newest, the one before the one that is loaded, or, with markers, any. */
void quipui_section_newest(const struct account_strand *strand, struct section *section);
void quipui_section_before(const struct account_strand *strand, struct section *section);
void quipui_section_at(const struct account_strand *strand, uint64_t number,
                       struct section *section);

/* The marker at the oldest end of a section; and its totals. With markers, or of section 0. */
const struct marker *quipui_section_marker(const struct account_strand *strand, uint64_t number);
const struct totals *quipui_section_totals(const struct account_strand *strand, uint64_t number);

/* The section in which a walk over the transfers of `timestamp` or later begins. With markers. */
uint64_t quipui_section_since(const struct account_strand *strand, uint64_t timestamp);

/* The totals of the account move by a knot: forth, or back. */
void quipui_section_move(const struct transfers *transfers, uint64_t link, bool back,
                         struct totals *totals);

/* Was the account closed before this knot, given that it was (not) after? */
bool quipui_section_closed_before(const struct transfers *transfers, uint64_t link, bool after);

/* The totals right after the newest knot, for a protocol whose state may not have them: those of
 * the newest marker, moved by the knots after it. Without a marker all knots are walked. */
void quipui_section_sum(const struct account_strand *strand, struct totals *totals);

static inline struct totals totals_of(const struct balance *balance)
{
    return (struct totals){balance->debits_pending, balance->debits_posted,
                           balance->credits_pending, balance->credits_posted};
}

/* The transfer of a knot, or NULL: it is an expiry. */
static inline const quipu_transfer *link_transfer(const struct transfers *transfers, uint64_t link)
{
    return link_kind(link) == KNOT_EXPIRY ? NULL : transfer_at(transfers, link_index(link));
}

static inline bool sections_are_marked(const struct account_strand *strand)
{
    return strand->marker != 0 || strand->last == 0;
}

#endif
