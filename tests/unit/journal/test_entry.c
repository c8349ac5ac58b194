/* test_entry.c - entries as bytes: what is encoded comes back, and no bytes do harm. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/memory.h"
#include "journal/entry.h"
#include "support/random.h"

enum { FRAME_ENTRIES = 200, FRAMES = 200, SEED = 11 };

static quipu_uint128 random_wide(struct random *random)
{
    quipu_uint128 high = random_next(random);

    return high << 64 | random_next(random);
}

/* Of any size: as many bits as one of 0..bits. */
static quipu_uint128 any_wide(struct random *random, unsigned bits)
{
    unsigned kept = random_below(random, bits + 1);

    if (random_one_in(random, 16)) return (((quipu_uint128)1 << (bits - 1)) - 1) << 1 | 1;
    return kept == 0 ? 0 : random_wide(random) >> (128 - kept);
}

static uint64_t any(struct random *random, unsigned bits)
{
    return (uint64_t)any_wide(random, bits);
}

static uint64_t some(struct random *random, unsigned bits)
{
    return random_one_in(random, 2) ? 0 : any(random, bits);
}

static struct entry_origin any_origin(struct random *random)
{
    struct entry_origin origin = {some(random, 64), 0};

    if (origin.drawn != 0) origin.event = any(random, 24);
    return origin;
}

static void any_transfer(struct random *random, struct entry *entry)
{
    quipu_transfer *transfer = &entry->transfer;

    entry->origin = any_origin(random);
    transfer->amount = any_wide(random, 128);
    transfer->code = (uint16_t)any(random, 16);
    transfer->flags = (uint16_t)some(random, 16);
    if (random_one_in(random, 2)) transfer->pending_id = any_wide(random, 128);
    if (random_one_in(random, 4)) transfer->pending_id = entry->id + any_wide(random, 110);
    if (random_one_in(random, 2)) transfer->user_data_128 = any_wide(random, 128);
    transfer->user_data_64 = some(random, 64);
    transfer->user_data_32 = (uint32_t)some(random, 32);
    transfer->timeout = (uint32_t)some(random, 32);
    transfer->id = entry->id;
    transfer->timestamp = entry->timestamp;
}

static void any_account(struct random *random, struct entry *entry)
{
    quipu_account *account = &entry->record;

    entry->origin = any_origin(random);
    account->ledger = (uint32_t)any(random, 32);
    account->code = (uint16_t)any(random, 16);
    account->flags = (uint16_t)some(random, 16);
    if (random_one_in(random, 2)) account->user_data_128 = any_wide(random, 128);
    account->user_data_64 = some(random, 64);
    account->user_data_32 = (uint32_t)some(random, 32);
    account->id = entry->id;
    account->timestamp = entry->timestamp;
}

static void any_entry(struct random *random, struct entry *entry)
{
    memset(entry, 0, sizeof *entry);
    entry->kind = (enum entry_kind)(1 + random_below(random, 4));
    entry->timestamp = any(random, 64);
    entry->id = any_wide(random, 128);
    if (entry->kind == ENTRY_TRANSFER) any_transfer(random, entry);
    if (entry->kind == ENTRY_ACCOUNT) any_account(random, entry);
    if (entry->kind != ENTRY_FAILED_ID) entry->account[0] = any(random, 64);
    if (entry->kind != ENTRY_TRANSFER && entry->kind != ENTRY_EXPIRY) return;
    entry->account[1] = any(random, 64);
    entry->version[0] = any(random, 64);
    entry->version[1] = any(random, 64);
}

static size_t encode(struct entry_context *context, unsigned char *to, const struct entry *entry)
{
    switch (entry->kind) {
    case ENTRY_TRANSFER:
        return quipui_entry_transfer(context, to, &entry->transfer, &entry->origin, entry->account,
                                     entry->version);
    case ENTRY_EXPIRY:
        return quipui_entry_expiry(context, to, entry->id, entry->timestamp, entry->account,
                                   entry->version);
    case ENTRY_FAILED_ID: return quipui_entry_failed_id(context, to, entry->id, entry->timestamp);
    case ENTRY_ACCOUNT: break;
    }
    return quipui_entry_account(context, to, &entry->record, &entry->origin, entry->account[0]);
}

/* Decode `length` bytes that end where their memory does. */
static bool decode_alone(struct entry_context context, const unsigned char *bytes, size_t length,
                         struct entry *entry, size_t *used)
{
    unsigned char *copy = malloc(length + 1), *end = copy + length + 1;
    const unsigned char *at = end - length;
    bool good;

    memcpy(end - length, bytes, length);
    good = quipui_entry_decode(&context, &at, end, entry);
    *used = length - (size_t)(end - at);
    free(copy);
    return good;
}

static void check_same(const struct entry *expected, const struct entry *entry)
{
    cr_assert_eq(entry->kind, expected->kind);
    cr_assert(memcmp(entry, expected, sizeof *entry) == 0, "kind %d", (int)expected->kind);
}

Test(entry, comes_back_as_it_was)
{
    struct random random = {SEED};
    static unsigned char bytes[FRAME_ENTRIES * ENTRY_BYTES_MAX];
    static struct entry entries[FRAME_ENTRIES];

    for (int frame = 0; frame < FRAMES; frame++) {
        struct entry_context writing = {0}, reading = {0};
        const unsigned char *at = bytes;
        size_t length = 0;

        for (int i = 0; i < FRAME_ENTRIES; i++) {
            any_entry(&random, &entries[i]);
            length += encode(&writing, bytes + length, &entries[i]);
            cr_assert_leq(length, sizeof bytes);
        }
        for (int i = 0; i < FRAME_ENTRIES; i++) {
            struct entry entry;

            memset(&entry, 0, sizeof entry);
            cr_assert(quipui_entry_decode(&reading, &at, bytes + length, &entry));
            check_same(&entries[i], &entry);
        }
        cr_assert_eq(at, bytes + length);
    }
}

/* Numbers around each power of two. */
Test(entry, extremes_come_back)
{
    for (unsigned bit = 0; bit < 128; bit++) {
        for (int less = 0; less < 2; less++) {
            quipu_uint128 large = ((quipu_uint128)1 << bit) - (unsigned)less;
            uint64_t low = (uint64_t)large;
            struct entry_context writing = {0}, reading = {0};
            unsigned char bytes[2 * ENTRY_BYTES_MAX];
            const unsigned char *at = bytes;
            struct entry entry, expected = {.kind = ENTRY_TRANSFER,
                                            .timestamp = low,
                                            .account = {low, ~low},
                                            .version = {low, ~low},
                                            .id = large,
                                            .transfer = {.id = large,
                                                         .amount = large,
                                                         .timestamp = low,
                                                         .code = (uint16_t)low}};
            size_t length;

            memset(&entry, 0, sizeof entry);
            length = encode(&writing, bytes, &expected);
            cr_assert(quipui_entry_decode(&reading, &at, bytes + length, &entry));
            check_same(&expected, &entry);

            expected.id = expected.transfer.id = ~large;
            expected.timestamp = expected.transfer.timestamp = ~low;
            length += encode(&writing, bytes + length, &expected);
            cr_assert(quipui_entry_decode(&reading, &at, bytes + length, &entry));
            check_same(&expected, &entry);
        }
    }
}

/* Bytes of a plain transfer behind another one of a moment ago. */
static size_t plain_bytes(quipu_uint128 id_before, quipu_uint128 id, uint64_t account,
                          uint64_t version)
{
    const uint64_t accounts[2] = {account, account - 1}, versions[2] = {version, version - 1};
    const uint64_t now = UINT64_C(1700000000) * 1000000000;
    const struct entry_origin none = {0, 0};
    struct entry_context context = {.timestamp = now, .id = id_before};
    quipu_transfer transfer = {.id = id, .amount = 10000, .code = 700, .timestamp = now + 400};
    unsigned char bytes[ENTRY_BYTES_MAX];

    return quipui_entry_transfer(&context, bytes, &transfer, &none, accounts, versions);
}

Test(entry, is_small)
{
    struct random random = {SEED};
    const struct entry_origin none = {0, 0};
    const uint64_t large[2] = {(1 << 20) - 1, (1 << 20) - 2};
    struct entry_context context = {0};
    quipu_transfer first = {.id = random_wide(&random) | (quipu_uint128)1 << 127,
                            .amount = 10000,
                            .code = 700,
                            .timestamp = UINT64_C(1700000000) * 1000000000};
    unsigned char bytes[ENTRY_BYTES_MAX];

    cr_expect_leq(quipui_entry_transfer(&context, bytes, &first, &none, large, large), 44);
    cr_expect_leq(plain_bytes(random_wide(&random), random_wide(&random), 1 << 20, 1 << 20), 36);
    cr_expect_leq(plain_bytes(7, 8, 1 << 20, 1 << 20), 21);
    cr_expect_leq(plain_bytes(7, 8, 100, 100), 13);
}

Test(entry, a_part_of_one_is_none)
{
    struct random random = {SEED};

    for (int i = 0; i < 20000; i++) {
        struct entry_context context = {any(&random, 64), any(&random, 64), random_wide(&random)};
        struct entry_context writing = context;
        unsigned char bytes[ENTRY_BYTES_MAX];
        struct entry entry, expected;
        size_t length, used;

        any_entry(&random, &expected);
        length = encode(&writing, bytes, &expected);
        memset(&entry, 0, sizeof entry);
        cr_assert(decode_alone(context, bytes, length, &entry, &used));
        cr_assert_eq(used, length);
        check_same(&expected, &entry);
        for (size_t less = 0; less < length; less++) {
            cr_assert_not(decode_alone(context, bytes, less, &entry, &used));
            cr_assert_eq(used, 0);
        }
    }
}

/* Bytes that decode are the bytes that are encoded from what they say. */
static void check_one_form(struct entry_context context, const unsigned char *bytes, size_t length)
{
    struct entry_context writing = context;
    unsigned char again[ENTRY_BYTES_MAX];
    struct entry entry;
    size_t used;

    memset(&entry, 0, sizeof entry);
    if (!decode_alone(context, bytes, length, &entry, &used)) {
        cr_assert_eq(used, 0);
        return;
    }
    cr_assert_eq(encode(&writing, again, &entry), used);
    cr_assert(memcmp(again, bytes, used) == 0);
}

Test(entry, any_bytes_will_do)
{
    struct random random = {SEED};

    for (int i = 0; i < 400000; i++) {
        struct entry_context context = {any(&random, 64), any(&random, 64), random_wide(&random)};
        struct entry_context writing = context;
        unsigned char bytes[ENTRY_BYTES_MAX + 8];
        struct entry entry;
        size_t length = random_below(&random, sizeof bytes);

        for (size_t at = 0; at < length; at++)
            bytes[at] = (unsigned char)random_next(&random);
        if (length > 0 && random_one_in(&random, 2)) bytes[0] &= 0x0F;
        check_one_form(context, bytes, length);

        /* One that was good, with some bits changed. */
        any_entry(&random, &entry);
        length = encode(&writing, bytes, &entry);
        for (uint32_t flips = 1 + random_below(&random, 3); flips > 0; flips--)
            bytes[random_below(&random, (uint32_t)length)] ^= 1 << random_below(&random, 8);
        check_one_form(context, bytes, length);
    }
}

/* The second form of a number is none. */
Test(entry, has_one_form)
{
    const struct {
        size_t length;
        unsigned char bytes[32];
    } bad[] = {
        {5, {0x06, 0x80, 0x00, 0x02, 0}}, /* a long 0 */
        {14, {0x06, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02, 0x02}},
        {14, {0x06, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, 0x02}},
        {18, {0x02, 0x00, 5}},                               /* an id that is near, in full */
        {4, {0x0E, 0x00, 0x00, 0x02}},                       /* a second byte that says nothing */
        {5, {0x0E, 0x01, 0x00, 0x02, 1}},                    /* a failed id with flags */
        {4, {0x16, 0x00, 0x02, 0}},                          /* a bit that is not known */
        {11, {0x0C, 0x01, 0x00, 0x02, 0, 1, 2, 2, 9, 1, 0}}, /* flags that are 0 */
        {11,
         {0x0C, 0x04, 0x00, 0x02, 0, 1, 2, 2, 9, 1, 0}}, /* a near pending id that is not there */
        {14, {0x0C, 0x80, 0x00, 0x02, 0x00, 0x00, 0, 1, 2, 2, 9, 1}}, /* drawn at 0 */
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const struct entry_context none = {0};
        struct entry entry;
        size_t used;

        cr_expect_not(decode_alone(none, bad[i].bytes, bad[i].length, &entry, &used), "%zu", i);
    }
}
