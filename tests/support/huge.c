/* huge.c - see huge.h. */
#include "support/huge.h"

enum { FREE, OTHER, LIMITED, OWING };

uint16_t huge_account_flags(unsigned index)
{
    switch (index) {
    case LIMITED: return QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS;
    case OWING: return QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS;
    default: return 0;
    }
}

/* Small, about half of all, or about all: what is left of 2^128 - 1 is never nothing. */
static quipu_uint128 an_amount(struct random *random)
{
    quipu_uint128 half = (quipu_uint128)1 << 127;

    switch (random_below(random, 3)) {
    case 0: return 1 + random_below(random, 9);
    case 1: return half - 2 + random_below(random, 4);
    default: return QUIPU_AMOUNT_MAX - 1 - random_below(random, 9);
    }
}

struct huge huge_draw(struct random *random, quipu_uint128 first, quipu_uint128 *id)
{
    struct huge huge = {.first = first, .held = an_amount(random), .hold = (*id)++};
    bool limited = random_one_in(random, 2);

    huge.mirrored = random_one_in(random, 2);
    huge.opens = random_one_in(random, 3);
    huge.subject = first + FREE;
    if (limited) huge.subject = first + (huge.mirrored ? OWING : LIMITED);
    return huge;
}

static bool is_limited(const struct huge *huge)
{
    return huge->subject != huge->first + FREE;
}

/* From `debit` to `credit`, or the other way round if the case is mirrored. */
static quipu_transfer moved(const struct huge *huge, quipu_uint128 id, quipu_uint128 debit,
                            quipu_uint128 credit, quipu_uint128 amount)
{
    return (quipu_transfer){.id = id,
                            .debit_account_id = huge->mirrored ? credit : debit,
                            .credit_account_id = huge->mirrored ? debit : credit,
                            .amount = amount,
                            .ledger = 1,
                            .code = 1};
}

static quipu_transfer hold_of(const struct huge *huge)
{
    quipu_transfer hold = moved(huge, huge->hold, huge->subject, huge->first + OTHER, huge->held);

    hold.flags = QUIPU_TRANSFER_PENDING;
    return hold;
}

size_t huge_setup(const struct huge *huge, quipu_uint128 *id, uint32_t timeout,
                  quipu_transfer *events)
{
    size_t count = 0;

    if (is_limited(huge)) {
        events[count++] = moved(huge, (*id)++, huge->first + FREE, huge->subject, QUIPU_AMOUNT_MAX);
    }
    if (huge->opens) return count;
    events[count] = hold_of(huge);
    events[count++].timeout = timeout;
    return count;
}

/* What takes the room. Where there is a limit, it is taken from the account that has it. Otherwise
 * from where the hold would have come, or to where it would have gone. The second account of such a
 * transfer is one whose limit is on the other side. */
static quipu_transfer taken(const struct huge *huge, struct random *random, quipu_uint128 id,
                            quipu_uint128 amount)
{
    if (is_limited(huge)) return moved(huge, id, huge->subject, huge->first + FREE, amount);
    if (random_one_in(random, 2)) {
        return moved(huge, id, huge->subject, huge->first + (huge->mirrored ? OWING : LIMITED),
                     amount);
    }
    return moved(huge, id, huge->first + (huge->mirrored ? LIMITED : OWING), huge->first + OTHER,
                 amount);
}

size_t huge_chain(const struct huge *huge, struct random *random, quipu_uint128 *id,
                  quipu_transfer *events)
{
    quipu_uint128 kept = 0, room;
    size_t count = 0;

    if (huge->opens) events[count++] = hold_of(huge);
    events[count] = (quipu_transfer){
        .id = (*id)++, .pending_id = huge->hold, .flags = QUIPU_TRANSFER_VOID_PENDING_TRANSFER};
    if (random_one_in(random, 2)) {
        kept = random_one_in(random, 2) ? huge->held : 1 + huge->held / 3;
        events[count].flags = QUIPU_TRANSFER_POST_PENDING_TRANSFER;
        events[count].amount = kept;
    }
    count++;
    /* All there is, mostly; at times a little less, or a little more. */
    room = QUIPU_AMOUNT_MAX - kept;
    if (random_one_in(random, 4)) room -= room < 3 ? room : 3;
    if (kept > 0 && random_one_in(random, 8)) room++;
    if (random_one_in(random, 2)) {
        events[count++] = taken(huge, random, (*id)++, room / 2);
        room -= room / 2;
    }
    events[count] = taken(huge, random, (*id)++, room);
    if (random_one_in(random, 4)) events[count].flags = QUIPU_TRANSFER_PENDING;
    count++;
    for (size_t i = 0; i + 1 < count; i++)
        events[i].flags |= QUIPU_TRANSFER_LINKED;
    return count;
}

quipu_transfer huge_rival(const struct huge *huge, quipu_uint128 id, quipu_uint128 amount)
{
    return moved(huge, id, huge->subject, huge->first + OTHER, amount);
}
