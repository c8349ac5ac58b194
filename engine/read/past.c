/* past.c - walking accounts back to a version; see past.h. */
#include "read/past.h"

#include "read/strand.h"

/* Show one account at all wanted versions: those of keys[from] to keys[to - 1], newest last. */
static void show_account(struct reader *reader, const struct past *pasts, const struct key *keys,
                         size_t from, size_t to)
{
    struct copy copy = {.slot = pasts[keys[from].which].slot};
    struct strand strand;

    reader->protocol->read(reader->store, &copy, 1);
    quipui_strand_start(&strand, reader, copy.slot, &copy.state, pasts[keys[to - 1].which].version);
    for (size_t i = to; i > from; i--) {
        const struct past *past = &pasts[keys[i - 1].which];
        struct account_state state;

        quipui_strand_back_to(&strand, past->version);
        state = (struct account_state){.balance = {
                                           .debits_pending = strand.totals.debits_pending,
                                           .debits_posted = strand.totals.debits_posted,
                                           .credits_pending = strand.totals.credits_pending,
                                           .credits_posted = strand.totals.credits_posted,
                                           .version = strand.version,
                                           .closed = strand.closed,
                                       }};
        quipui_account_view(&reader->store->accounts, past->slot, &state, past->account);
    }
}

void quipui_read_past(struct reader *reader, const struct past *pasts, size_t count,
                      struct key *order)
{
    for (size_t i = 0; i < count; i++)
        order[i] = (struct key){(uint64_t)(uintptr_t)pasts[i].slot, (uint32_t)i};
    quipui_sort(order, count);
    for (size_t from = 0, to; from < count; from = to) {
        to = from + 1;
        while (to < count && order[to].by == order[from].by)
            to++;
        show_account(reader, pasts, order, from, to);
    }
}
