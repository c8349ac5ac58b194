/* test_knot.c - links say what they were made of, and knots keep what they were tied to. */
#include <criterion/criterion.h>

#include "records/knot.h"
#include "records/transfers.h"
#include "support/random.h"

enum { SEED = 3 };

static void check(uint64_t index)
{
    for (int bits = 0; bits < 4; bits++) {
        enum knot_kind kind = bits & 2 ? KNOT_EXPIRY : KNOT_TRANSFER;
        enum side side = bits & 1 ? SIDE_CREDIT : SIDE_DEBIT;
        uint64_t link = link_to(index, kind, side);
        uint64_t marks[] = {0, LINK_MARK_CLOSED, (uint64_t)1 << LINK_BITS,
                            ~(((uint64_t)1 << LINK_BITS) - 1)};

        cr_assert_neq(link, 0, "0 is the end");
        cr_assert_eq(link >> LINK_BITS, 0, "the bits above are a protocol's");
        cr_assert_eq(link & LINK_MARK_CLOSED, 0);
        for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
            uint64_t marked = link | marks[i];

            cr_assert_eq(link_index(marked), index, "seed %d: %llu", SEED,
                         (unsigned long long)index);
            cr_assert_eq(link_kind(marked), kind);
            cr_assert_eq(link_side(marked), side);
        }
    }
}

Test(link, says_what_it_was_made_of)
{
    const uint64_t last = ((uint64_t)1 << (LINK_BITS - 3)) - 2;
    struct random random = {SEED};

    for (uint64_t index = 0; index < 1000; index++) {
        check(index);
        check(last - index);
        check(random_next(&random) % (last + 1));
    }
}

Test(knot, keeps_what_it_was_tied_to)
{
    struct knot knot = {.tie = TIE_OPEN};

    knot_tie_to(&knot, SIDE_DEBIT, 7, link_to(1, KNOT_TRANSFER, SIDE_CREDIT));
    knot_tie_to(&knot, SIDE_CREDIT, 9, link_to(2, KNOT_EXPIRY, SIDE_DEBIT));
    cr_assert_eq(knot_version(&knot, SIDE_DEBIT), 7);
    cr_assert_eq(knot_version(&knot, SIDE_CREDIT), 9);
    cr_assert_eq(knot_previous(&knot, SIDE_DEBIT), link_to(1, KNOT_TRANSFER, SIDE_CREDIT));
    cr_assert_eq(knot_previous(&knot, SIDE_CREDIT), link_to(2, KNOT_EXPIRY, SIDE_DEBIT));
}

Test(knot, settles_once_committed)
{
    struct knot knot = {.tie = TIE_OPEN};

    cr_assert_not(knot_is_settled(&knot));
    store_relaxed(&knot.tie, TIE_ABORTED | 0x1000);
    cr_assert_not(knot_is_settled(&knot));
    store_relaxed(&knot.tie, TIE_COMMITTED | 0x1000); /* whatever the attempt */
    cr_assert(knot_is_settled(&knot));
    store_relaxed(&knot.tie, TIE_OPEN);
    knot_settle(&knot);
    cr_assert(knot_is_settled(&knot));
}

Test(link, leads_to_a_knot)
{
    struct transfers transfers = {0};

    cr_assert(quipui_transfers_open(&transfers, 100, 100));
    for (int i = 0; i < 2; i++) {
        enum side side = i == 0 ? SIDE_DEBIT : SIDE_CREDIT;

        cr_assert_eq(link_knot(&transfers, link_to(5, KNOT_TRANSFER, side)),
                     knot_at(&transfers, 5));
        cr_assert_eq(link_knot(&transfers, link_to(5, KNOT_EXPIRY, side)),
                     &hold_at(&transfers, 5)->expiry);
    }
    quipui_transfers_close(&transfers);
}
