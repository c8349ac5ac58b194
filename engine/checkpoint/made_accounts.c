/* made_accounts.c - the accounts as they were at the cut; see making.h. */
#include "checkpoint/making.h"
#include "read/strand.h"

/* Leave markers, as a reader does that passes all of the strand: what the last checkpoint has
 * passed is marked, so each knot is passed once. If memory runs out, those that there are go into
 * the checkpoint. */
static void mark(struct making *making, const struct copy *copy)
{
    struct account_strand sections;

    quipui_sections_begin(&sections, &making->reader, copy->slot, &copy->state);
    (void)quipui_sections_mark(&sections);
}

/* Walk back to the cut (C2). */
static quipu_status describe(struct making *making, struct slot *slot,
                             struct image_account *account)
{
    const struct transfers *transfers = &making->store->transfers;
    const struct details *details = slot_user_data(&making->store->accounts, slot);
    struct copy copy = {.slot = slot};
    struct strand strand;

    making->protocol->read(making->store, &copy, 1);
    mark(making, &copy);
    quipui_strand_start(&strand, &making->reader, slot, &copy.state, copy.state.balance.version);
    /* Ends: the version falls by one in each turn. */
    while (strand.link != 0 && link_time(transfers, strand.link) >= making->facts.cut)
        quipui_strand_back_to(&strand, strand.version - 1);

    *account = (struct image_account){
        .id = slot->id,
        .user_data_128 = details->user_data_128,
        .totals = strand.totals,
        /* relaxed: the count of accounts carries it. */
        .timestamp = load_relaxed(&slot->timestamp),
        .version = strand.version,
        .head = strand.link,
        .user_data_64 = details->user_data_64,
        .user_data_32 = details->user_data_32,
        .ledger = slot->ledger,
        .code = slot->code,
        .flags = slot_flags(slot),
        .closed = strand.closed,
    };
    account->touched = account->timestamp;
    if (strand.link != 0) account->touched = link_time(transfers, strand.link);
    return quipui_making_number(making, slot, account);
}

/* Accounts are in order of creation, and each is older than the next. */
static uint64_t count_at_cut(struct making *making)
{
    struct accounts *accounts = &making->store->accounts;
    uint64_t count = accounts_count(accounts);

    /* relaxed: the count carries it. */
    while (count > 0 && load_relaxed(&slot_at(accounts, count - 1)->timestamp) >= making->facts.cut)
        count--;
    return count;
}

quipu_status quipui_making_accounts(struct making *making)
{
    uint64_t count = count_at_cut(making);

    quipui_image_begin(&making->writer, IMAGE_ACCOUNTS);
    for (uint64_t place = 0; place < count; place++) {
        struct image_account account;
        quipu_status status;

        if (making_is_stopping(making)) return QUIPU_BUSY;
        status = describe(making, slot_at(&making->store->accounts, place), &account);
        if (status != QUIPU_OK) return status;
        quipui_image_add(&making->writer, &account);
    }
    return making->writer.status;
}
