/* entry.c - entries as bytes; see entry.h and docs/journal-format.md.
 *
 * An entry has one form: what is left out is 0, what is there is not, and an id is written as its
 * difference exactly when that is shorter. So bytes that decode are the bytes that were encoded. */
#include "journal/entry.h"

#include <string.h>

#include "base/little.h"
#include "journal/varint.h"

/* The first byte: the kind - 1, and what follows. */
#define HEAD_KIND 0x03
#define HEAD_NEAR_ID 0x04 /* the id is a difference */
#define HEAD_MORE 0x08    /* a second byte says which fields there are */
#define HEAD_KNOWN 0x0F

/* The second byte. */
#define MORE_FLAGS 0x01
#define MORE_PENDING 0x02      /* a pending id */
#define MORE_NEAR_PENDING 0x04 /* and it is a difference */
#define MORE_USER_128 0x08
#define MORE_USER_64 0x10
#define MORE_USER_32 0x20
#define MORE_TIMEOUT 0x40
#define MORE_ORIGIN 0x80
#define MORE_OF_ACCOUNTS (MORE_FLAGS | MORE_USER_128 | MORE_USER_64 | MORE_USER_32 | MORE_ORIGIN)

#define ID_BYTES 16

/* A folded difference below this takes fewer bytes than an id. */
#define NEAR_BITS (7 * (ID_BYTES - 1))

/* The place of an event in its call; imports.h has as many bits for it. */
#define EVENT_LIMIT ((uint64_t)1 << 24)

/* Whatever the bytes are, so many are read at most: head, 12 numbers, 3 wide ones (an id, a pending
 * id, the amount), and user data (V1). */
_Static_assert(2 + 12 * VARINT_BYTES + 3 * VARINT_WIDE_BYTES + ID_BYTES <= ENTRY_BYTES_MAX,
               "the largest entry has room");

/* --- writing --- */

static unsigned char *put_raw(unsigned char *to, quipu_uint128 number)
{
    little_put_64(to, (uint64_t)number);
    little_put_64(to + 8, (uint64_t)(number >> 64));
    return to + ID_BYTES;
}

static bool is_near(quipu_uint128 id, quipu_uint128 base)
{
    return varint_fold_wide(id - base) >> NEAR_BITS == 0;
}

static unsigned char *put_id(unsigned char *to, quipu_uint128 id, quipu_uint128 base)
{
    return is_near(id, base) ? varint_put_wide(to, varint_fold_wide(id - base)) : put_raw(to, id);
}

static unsigned char *put_difference(unsigned char *to, uint64_t number, uint64_t base)
{
    return varint_put(to, varint_fold(number - base));
}

/* What every entry begins with; moves the context on. `more` is the second byte, or 0. */
static unsigned char *begin(struct entry_context *context, unsigned char *to, enum entry_kind kind,
                            unsigned more, uint64_t timestamp, quipu_uint128 id)
{
    unsigned head = (unsigned)kind - 1;

    if (is_near(id, context->id)) head |= HEAD_NEAR_ID;
    if (more != 0) head |= HEAD_MORE;
    *to++ = (unsigned char)head;
    if (more != 0) *to++ = (unsigned char)more;
    to = put_difference(to, timestamp, context->timestamp);
    to = put_id(to, id, context->id);
    context->timestamp = timestamp;
    context->id = id;
    return to;
}

static unsigned char *put_origin(struct entry_context *context, unsigned char *to,
                                 const struct entry_origin *origin)
{
    to = put_difference(to, origin->drawn, context->drawn);
    context->drawn = origin->drawn;
    return varint_put(to, origin->event);
}

static unsigned char *put_sides(unsigned char *to, const uint64_t account[2],
                                const uint64_t version[2])
{
    to = varint_put(to, account[0]);
    to = varint_put(to, account[1]);
    to = varint_put(to, version[0]);
    return varint_put(to, version[1]);
}

static unsigned more_user_data(quipu_uint128 user_data_128, uint64_t user_data_64,
                               uint32_t user_data_32)
{
    return (user_data_128 != 0 ? MORE_USER_128 : 0u) | (user_data_64 != 0 ? MORE_USER_64 : 0u) |
           (user_data_32 != 0 ? MORE_USER_32 : 0u);
}

static unsigned char *put_user_data(unsigned char *to, quipu_uint128 user_data_128,
                                    uint64_t user_data_64, uint32_t user_data_32)
{
    if (user_data_128 != 0) to = put_raw(to, user_data_128);
    if (user_data_64 != 0) to = varint_put(to, user_data_64);
    if (user_data_32 != 0) to = varint_put(to, user_data_32);
    return to;
}

static unsigned more_of_transfer(const quipu_transfer *transfer, const struct entry_origin *origin)
{
    unsigned more =
        more_user_data(transfer->user_data_128, transfer->user_data_64, transfer->user_data_32);

    if (transfer->flags != 0) more |= MORE_FLAGS;
    if (transfer->timeout != 0) more |= MORE_TIMEOUT;
    if (origin->drawn != 0) more |= MORE_ORIGIN;
    if (transfer->pending_id != 0) {
        more |= MORE_PENDING;
        if (is_near(transfer->pending_id, transfer->id)) more |= MORE_NEAR_PENDING;
    }
    return more;
}

size_t quipui_entry_transfer(struct entry_context *context, unsigned char *to,
                             const quipu_transfer *transfer, const struct entry_origin *origin,
                             const uint64_t account[2], const uint64_t version[2])
{
    unsigned more = more_of_transfer(transfer, origin);
    unsigned char *at = begin(context, to, ENTRY_TRANSFER, more, transfer->timestamp, transfer->id);

    if ((more & MORE_ORIGIN) != 0) at = put_origin(context, at, origin);
    at = put_sides(at, account, version);
    at = varint_put_wide(at, transfer->amount);
    at = varint_put(at, transfer->code);
    if (more == 0) return (size_t)(at - to);
    if ((more & MORE_FLAGS) != 0) at = varint_put(at, transfer->flags);
    if ((more & MORE_PENDING) != 0) at = put_id(at, transfer->pending_id, transfer->id);
    at = put_user_data(at, transfer->user_data_128, transfer->user_data_64, transfer->user_data_32);
    if ((more & MORE_TIMEOUT) != 0) at = varint_put(at, transfer->timeout);
    return (size_t)(at - to);
}

size_t quipui_entry_expiry(struct entry_context *context, unsigned char *to, quipu_uint128 pending,
                           uint64_t timestamp, const uint64_t account[2], const uint64_t version[2])
{
    unsigned char *at = begin(context, to, ENTRY_EXPIRY, 0, timestamp, pending);

    return (size_t)(put_sides(at, account, version) - to);
}

size_t quipui_entry_failed_id(struct entry_context *context, unsigned char *to, quipu_uint128 id,
                              uint64_t timestamp)
{
    return (size_t)(begin(context, to, ENTRY_FAILED_ID, 0, timestamp, id) - to);
}

size_t quipui_entry_account(struct entry_context *context, unsigned char *to,
                            const quipu_account *account, const struct entry_origin *origin,
                            uint64_t place)
{
    unsigned more =
        more_user_data(account->user_data_128, account->user_data_64, account->user_data_32);
    unsigned char *at;

    if (account->flags != 0) more |= MORE_FLAGS;
    if (origin->drawn != 0) more |= MORE_ORIGIN;
    at = begin(context, to, ENTRY_ACCOUNT, more, account->timestamp, account->id);
    if ((more & MORE_ORIGIN) != 0) at = put_origin(context, at, origin);
    at = varint_put(at, place);
    at = varint_put(at, account->ledger);
    at = varint_put(at, account->code);
    if ((more & MORE_FLAGS) != 0) at = varint_put(at, account->flags);
    at = put_user_data(at, account->user_data_128, account->user_data_64, account->user_data_32);
    return (size_t)(at - to);
}

/* --- reading --- */

static quipu_uint128 get_raw(struct varint_reader *reader)
{
    quipu_uint128 high = little_get_64(reader->at + 8);
    quipu_uint128 number = high << 64 | little_get_64(reader->at);

    reader->at += ID_BYTES;
    return number;
}

/* A number that is left out if it is 0, and is below `limit`. */
static uint64_t get_some(struct varint_reader *reader, uint64_t limit)
{
    uint64_t number = varint_get(reader);

    if (number == 0 || number >= limit) reader->bad = true;
    return number;
}

static uint64_t get_below(struct varint_reader *reader, uint64_t limit)
{
    uint64_t number = varint_get(reader);

    if (number >= limit) reader->bad = true;
    return number;
}

static quipu_uint128 get_id(struct varint_reader *reader, quipu_uint128 base, bool near)
{
    quipu_uint128 id;

    if (near) {
        quipu_uint128 folded = varint_get_wide(reader);

        if (folded >> NEAR_BITS != 0) reader->bad = true;
        return base + varint_unfold_wide(folded);
    }
    id = get_raw(reader);
    if (is_near(id, base)) reader->bad = true;
    return id;
}

static uint64_t get_difference(struct varint_reader *reader, uint64_t base)
{
    return base + varint_unfold(varint_get(reader));
}

static struct entry_origin get_origin(struct varint_reader *reader, struct entry_context *context,
                                      unsigned more)
{
    struct entry_origin origin = {0, 0};

    if ((more & MORE_ORIGIN) == 0) return origin;
    origin.drawn = context->drawn = get_difference(reader, context->drawn);
    origin.event = get_below(reader, EVENT_LIMIT);
    if (origin.drawn == 0) reader->bad = true;
    return origin;
}

static void get_sides(struct varint_reader *reader, struct entry *entry)
{
    entry->account[0] = varint_get(reader);
    entry->account[1] = varint_get(reader);
    entry->version[0] = varint_get(reader);
    entry->version[1] = varint_get(reader);
}

static quipu_uint128 get_user_128(struct varint_reader *reader, unsigned more)
{
    quipu_uint128 number;

    if ((more & MORE_USER_128) == 0) return 0;
    number = get_raw(reader);
    if (number == 0) reader->bad = true;
    return number;
}

static uint64_t get_user_64(struct varint_reader *reader, unsigned more)
{
    uint64_t number;

    if ((more & MORE_USER_64) == 0) return 0;
    number = varint_get(reader);
    if (number == 0) reader->bad = true;
    return number;
}

static uint64_t get_if(struct varint_reader *reader, bool is_there, uint64_t limit)
{
    return is_there ? get_some(reader, limit) : 0;
}

/* All fields but the ids of accounts and the ledger, which stay 0. */
static void get_transfer(struct varint_reader *reader, struct entry_context *context, unsigned more,
                         struct entry *entry)
{
    quipu_transfer *transfer = &entry->transfer;

    entry->origin = get_origin(reader, context, more);
    get_sides(reader, entry);
    *transfer = (quipu_transfer){.id = context->id, .timestamp = context->timestamp};
    transfer->amount = varint_get_wide(reader);
    transfer->code = (uint16_t)get_below(reader, (uint64_t)UINT16_MAX + 1);
    if (more == 0) return;
    transfer->flags = (uint16_t)get_if(reader, (more & MORE_FLAGS) != 0, (uint64_t)UINT16_MAX + 1);
    if ((more & MORE_PENDING) != 0) {
        transfer->pending_id = get_id(reader, transfer->id, (more & MORE_NEAR_PENDING) != 0);
        if (transfer->pending_id == 0) reader->bad = true;
    } else if ((more & MORE_NEAR_PENDING) != 0) {
        reader->bad = true;
    }
    transfer->user_data_128 = get_user_128(reader, more);
    transfer->user_data_64 = get_user_64(reader, more);
    transfer->user_data_32 =
        (uint32_t)get_if(reader, (more & MORE_USER_32) != 0, (uint64_t)UINT32_MAX + 1);
    transfer->timeout =
        (uint32_t)get_if(reader, (more & MORE_TIMEOUT) != 0, (uint64_t)UINT32_MAX + 1);
}

static void get_account(struct varint_reader *reader, struct entry_context *context, unsigned more,
                        struct entry *entry)
{
    quipu_account *account = &entry->record;

    if ((more & ~MORE_OF_ACCOUNTS & 0xFFu) != 0) reader->bad = true;
    entry->origin = get_origin(reader, context, more);
    entry->account[0] = varint_get(reader);
    *account = (quipu_account){.id = context->id, .timestamp = context->timestamp};
    account->ledger = (uint32_t)get_below(reader, (uint64_t)UINT32_MAX + 1);
    account->code = (uint16_t)get_below(reader, (uint64_t)UINT16_MAX + 1);
    account->flags = (uint16_t)get_if(reader, (more & MORE_FLAGS) != 0, (uint64_t)UINT16_MAX + 1);
    account->user_data_128 = get_user_128(reader, more);
    account->user_data_64 = get_user_64(reader, more);
    account->user_data_32 =
        (uint32_t)get_if(reader, (more & MORE_USER_32) != 0, (uint64_t)UINT32_MAX + 1);
}

/* Decode the entry at `from`, with ENTRY_BYTES_MAX readable bytes; how many it has, or 0. */
static size_t decode(struct entry_context *context, const unsigned char *from, struct entry *entry)
{
    struct varint_reader reader = {from + 1, (*from & ~HEAD_KNOWN) != 0};
    unsigned head = *from, more = 0;

    if ((head & HEAD_MORE) != 0) {
        more = *reader.at++;
        if (more == 0) return 0;
    }
    entry->kind = (enum entry_kind)((head & HEAD_KIND) + 1);
    entry->timestamp = context->timestamp = get_difference(&reader, context->timestamp);
    entry->id = context->id = get_id(&reader, context->id, (head & HEAD_NEAR_ID) != 0);
    switch (entry->kind) {
    case ENTRY_TRANSFER: get_transfer(&reader, context, more, entry); break;
    case ENTRY_ACCOUNT: get_account(&reader, context, more, entry); break;
    case ENTRY_EXPIRY:
    case ENTRY_FAILED_ID:
        if (more != 0) return 0;
        entry->origin = (struct entry_origin){0, 0};
        if (entry->kind == ENTRY_EXPIRY) get_sides(&reader, entry);
        break;
    }
    return reader.bad ? 0 : (size_t)(reader.at - from);
}

bool quipui_entry_decode(struct entry_context *context, const unsigned char **at,
                         const unsigned char *end, struct entry *entry)
{
    size_t left = (size_t)(end - *at), bytes;
    struct entry_context moved = *context;

    if (left >= ENTRY_BYTES_MAX) {
        bytes = decode(&moved, *at, entry);
    } else {
        unsigned char copy[ENTRY_BYTES_MAX] = {0};

        (void)memcpy(copy, *at, left);
        bytes = decode(&moved, copy, entry);
    }
    if (bytes == 0 || bytes > left) return false;
    *context = moved;
    *at += bytes;
    return true;
}
