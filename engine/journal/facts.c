/* facts.c - quipu.ledger as bytes; see facts.h. */
#include "journal/facts.h"

#include <string.h>

#include "base/checksum.h"
#include "base/little.h"

/* Where each field starts. */
enum {
    MAGIC_AT = 0,
    ORDER_AT = 8,
    VERSION_AT = 12,
    IDENTITY_AT = 16,
    CHANGES_AT = 32,
    EPOCH_AT = 40,
    SEGMENT_BYTES_AT = 48,
    FIRST_SEGMENT_AT = 56,
    LAST_SEGMENT_AT = 64,
    FIRST_AT = 72,
    KNOWN_AT = 104,
    CLOSED_AT = 136,
    NOTES_AT = 512,
    HASH_AT = 4088
};

_Static_assert(NOTES_AT + 8 * DIRECTORY_NOTES <= HASH_AT, "the notes fit");
_Static_assert(HASH_AT + 8 == FACTS_BYTES, "the hash is the end");

static const unsigned char magic[8] = {'Q', 'U', 'I', 'P', 'U', 'L', 'E', 'D'};

#define ORDER_MARK UINT32_C(0x04030201)
#define OTHER_ORDER_MARK UINT32_C(0x01020304)

static void put_point(unsigned char *to, const struct log_point *point)
{
    little_put_64(to, point->sequence);
    little_put_64(to + 8, point->epoch);
    little_put_64(to + 16, point->hash);
    little_put_64(to + 24, point->horizon);
}

static void get_point(const unsigned char *from, struct log_point *point)
{
    point->sequence = little_get_64(from);
    point->epoch = little_get_64(from + 8);
    point->hash = little_get_64(from + 16);
    point->horizon = little_get_64(from + 24);
}

void quipui_facts_encode(const struct ledger_facts *facts, unsigned char bytes[FACTS_BYTES])
{
    (void)memset(bytes, 0, FACTS_BYTES);
    (void)memcpy(bytes + MAGIC_AT, magic, sizeof magic);
    little_put(bytes + ORDER_AT, ORDER_MARK, 4);
    little_put(bytes + VERSION_AT, FACTS_VERSION, 4);
    (void)memcpy(bytes + IDENTITY_AT, facts->identity, sizeof facts->identity);
    little_put_64(bytes + CHANGES_AT, facts->changes);
    little_put_64(bytes + EPOCH_AT, facts->epoch);
    little_put_64(bytes + SEGMENT_BYTES_AT, facts->segment_bytes);
    little_put_64(bytes + FIRST_SEGMENT_AT, facts->first_segment);
    little_put_64(bytes + LAST_SEGMENT_AT, facts->last_segment);
    put_point(bytes + FIRST_AT, &facts->first);
    put_point(bytes + KNOWN_AT, &facts->known);
    little_put_64(bytes + CLOSED_AT, facts->closed);
    for (int i = 0; i < DIRECTORY_NOTES; i++)
        little_put_64(bytes + NOTES_AT + (ptrdiff_t)8 * i, facts->notes[i]);
    little_put_64(bytes + HASH_AT, quipui_checksum(bytes, HASH_AT, 0));
}

/* What a damaged file cannot say under a good hash, but a program that is wrong can. */
static bool make_sense(const struct ledger_facts *facts)
{
    return facts->segment_bytes >= JOURNAL_SEGMENT_BYTES_MIN &&
           facts->segment_bytes <= JOURNAL_SEGMENT_BYTES_MAX &&
           facts->segment_bytes % JOURNAL_BLOCK_BYTES == 0 && facts->first_segment > 0 &&
           facts->last_segment + 1 >= facts->first_segment &&
           facts->known.sequence >= facts->first.sequence;
}

quipu_status quipui_facts_decode(const unsigned char *bytes, size_t count,
                                 struct ledger_facts *facts, struct diagnosis *diagnosis)
{
    uint64_t order, version;

    if (count < IDENTITY_AT || memcmp(bytes + MAGIC_AT, magic, sizeof magic) != 0) {
        return quipui_diagnose(diagnosis, QUIPU_CORRUPT, FACTS_FILE, 0,
                               "does not begin as the file of a ledger does");
    }
    order = little_get(bytes + ORDER_AT, 4);
    version = little_get(bytes + VERSION_AT, 4);
    if (order == OTHER_ORDER_MARK) {
        return quipui_diagnose(diagnosis, QUIPU_UNSUPPORTED, FACTS_FILE, ORDER_AT,
                               "is of a machine with another byte order");
    }
    if (order == ORDER_MARK && version > FACTS_VERSION) {
        return quipui_diagnose(diagnosis, QUIPU_UNSUPPORTED, FACTS_FILE, VERSION_AT,
                               "is of format %llu; this library knows formats up to %d",
                               (unsigned long long)version, FACTS_VERSION);
    }
    if (order != ORDER_MARK || version != FACTS_VERSION || count != FACTS_BYTES ||
        little_get_64(bytes + HASH_AT) != quipui_checksum(bytes, HASH_AT, 0)) {
        return quipui_diagnose(diagnosis, QUIPU_CORRUPT, FACTS_FILE, HASH_AT,
                               "is damaged: its hash does not match its bytes");
    }
    (void)memcpy(facts->identity, bytes + IDENTITY_AT, sizeof facts->identity);
    facts->changes = little_get_64(bytes + CHANGES_AT);
    facts->epoch = little_get_64(bytes + EPOCH_AT);
    facts->segment_bytes = little_get_64(bytes + SEGMENT_BYTES_AT);
    facts->first_segment = little_get_64(bytes + FIRST_SEGMENT_AT);
    facts->last_segment = little_get_64(bytes + LAST_SEGMENT_AT);
    get_point(bytes + FIRST_AT, &facts->first);
    get_point(bytes + KNOWN_AT, &facts->known);
    facts->closed = little_get_64(bytes + CLOSED_AT);
    for (int i = 0; i < DIRECTORY_NOTES; i++)
        facts->notes[i] = little_get_64(bytes + NOTES_AT + (ptrdiff_t)8 * i);
    if (make_sense(facts)) return QUIPU_OK;
    return quipui_diagnose(diagnosis, QUIPU_CORRUPT, FACTS_FILE, SEGMENT_BYTES_AT,
                           "is whole, but its facts contradict each other");
}
