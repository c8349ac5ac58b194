/* transfer_kind.c - turns plain transfers into another kind. */
#include "command/measure/transfer_kind.h"

#define PAIR_LENGTH 2
#define CHAIN_LENGTH 4
#define DUPLICATE_EVERY 10

/* More than any account has. */
#define TOO_MUCH ((quipu_uint128)1 << 100)

const char *const kind_names[KIND_COUNT] = {"limited", "plain",     "pending", "pair",
                                            "chain",   "duplicate", "refused", "commit"};

/* The last event of a call cannot be linked to the next call. */
static bool ends_call(size_t i, size_t batch, size_t count)
{
    return (i + 1) % batch == 0 || i + 1 == count;
}

static void post_the_one_before(quipu_transfer *events, size_t i)
{
    events[i - 1].flags = QUIPU_TRANSFER_PENDING;
    events[i] = (quipu_transfer){.id = events[i].id,
                                 .pending_id = events[i - 1].id,
                                 .amount = QUIPU_AMOUNT_MAX,
                                 .flags = QUIPU_TRANSFER_POST_PENDING_TRANSFER};
}

/* Link the event to the next, unless a chain of so many, or the call, ends with it. */
static void link_on(quipu_transfer *events, size_t i, size_t length, size_t batch, size_t count)
{
    if (i % length == length - 1 || ends_call(i, batch, count)) return;
    events[i].flags = QUIPU_TRANSFER_LINKED;
}

void kind_shape(enum kind kind, size_t batch, quipu_transfer *events, uint32_t *expected,
                size_t count)
{
    for (size_t i = 0; i < count; i++) {
        expected[i] = QUIPU_CREATED;
        switch (kind) {
        case KIND_LIMITED:
        case KIND_PLAIN:
        case KIND_COMMIT: break;
        case KIND_PENDING:
            if (i % 2 == 1) post_the_one_before(events, i);
            break;
        case KIND_PAIR: link_on(events, i, PAIR_LENGTH, batch, count); break;
        case KIND_CHAIN: link_on(events, i, CHAIN_LENGTH, batch, count); break;
        case KIND_DUPLICATE:
            if (i % DUPLICATE_EVERY != DUPLICATE_EVERY - 1) break;
            events[i] = events[i - 1];
            expected[i] = QUIPU_CREATE_TRANSFER_EXISTS;
            break;
        case KIND_REFUSED:
            if (i % 2 == 0) break;
            events[i].amount = TOO_MUCH;
            expected[i] = QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS;
            break;
        }
    }
}
