/* image.c - the names and the bytes of a checkpoint; see image.h. */
#include "history/image.h"

#include <stdio.h>
#include <string.h>

#include "base/checksum.h"
#include "base/little.h"
#include "history/image_parts.h"
#include "journal/names.h"

/* Where the notes of quipu.ledger have the newest checkpoint. */
enum { NOTE_NUMBER, NOTE_BYTES, NOTE_HASH, NOTE_FIRST_FRAME, NOTE_CUT };

const size_t quipui_image_item_bytes[IMAGE_SECTIONS] = {
    [IMAGE_PIECES] = sizeof(struct piece_name),
    [IMAGE_ACCOUNTS] = sizeof(struct image_account),
    [IMAGE_TRANSFERS] = sizeof(struct image_transfer),
    [IMAGE_HOLDS] = sizeof(struct image_hold),
    [IMAGE_FAILED_IDS] = sizeof(struct image_failed_id),
    [IMAGE_EXPIRIES] = sizeof(struct piece_expiry),
    [IMAGE_IMPORTS] = sizeof(struct import_note),
    [IMAGE_MARKERS] = sizeof(struct marker),
};

void quipui_image_file(uint64_t number, char file[IMAGE_NAME_BYTES])
{
    (void)snprintf(file, IMAGE_NAME_BYTES, NAME_CHECKPOINT "%012llx", (unsigned long long)number);
}

bool quipui_image_is_file(const char *file, uint64_t *number)
{
    char again[IMAGE_NAME_BYTES];
    unsigned long long read;

    if (sscanf(file, NAME_CHECKPOINT "%llx", &read) != 1) return false;
    *number = read;
    quipui_image_file(read, again);
    return strcmp(file, again) == 0;
}

void quipui_checkpoint_name(const struct ledger_facts *facts, struct checkpoint_name *name)
{
    *name = (struct checkpoint_name){
        .number = facts->notes[NOTE_NUMBER],
        .bytes = facts->notes[NOTE_BYTES],
        .hash = facts->notes[NOTE_HASH],
        .first_frame = facts->notes[NOTE_FIRST_FRAME],
        .cut = facts->notes[NOTE_CUT],
    };
}

void quipui_checkpoint_set(struct ledger_facts *facts, const struct checkpoint_name *name)
{
    facts->notes[NOTE_NUMBER] = name->number;
    facts->notes[NOTE_BYTES] = name->bytes;
    facts->notes[NOTE_HASH] = name->hash;
    facts->notes[NOTE_FIRST_FRAME] = name->first_frame;
    facts->notes[NOTE_CUT] = name->cut;
}

/* --- the header --- */

#define HASH_AT (IMAGE_HEADER_BYTES - 8)
#define IMAGE_VERSION_MAX 2

static const char magic[8] = "QUIPUCHK";

uint64_t quipui_image_encode(const unsigned char *identity, uint64_t number,
                             const struct image_facts *facts, const struct image_part *parts,
                             unsigned char *header)
{
    uint64_t hash;

    memset(header, 0, IMAGE_HEADER_BYTES);
    memcpy(header, magic, sizeof magic);
    little_put(header + 8, facts->has_open_holds ? 2 : 1, 4);
    little_put(header + 12, IMAGE_SECTIONS, 4);
    memcpy(header + 16, identity, 16);
    little_put_64(header + 32, number);
    little_put_64(header + 40, facts->cut);
    little_put_64(header + 48, facts->first_frame);
    little_put_64(header + 56, facts->newest);
    for (unsigned i = 0; i < 3; i++)
        little_put_64(header + 64 + (ptrdiff_t)8 * i, facts->places[i]);
    for (unsigned i = 0; i < IMAGE_SECTIONS; i++) {
        unsigned char *part = header + 128 + (ptrdiff_t)32 * i;

        little_put_64(part, parts[i].offset);
        little_put_64(part + 8, parts[i].count);
        little_put_64(part + 16, quipui_image_item_bytes[i]);
        little_put_64(part + 24, parts[i].hash);
    }
    hash = quipui_checksum(header, HASH_AT, 0);
    little_put_64(header + HASH_AT, hash);
    return hash;
}

/* Do the sections follow one another, and end where the file ends? */
static bool read_parts(const unsigned char *header, uint64_t bytes, struct image_part *parts)
{
    uint64_t end = IMAGE_HEADER_BYTES;

    for (unsigned i = 0; i < IMAGE_SECTIONS; i++) {
        const unsigned char *part = header + 128 + (ptrdiff_t)32 * i;

        parts[i] = (struct image_part){little_get_64(part), little_get_64(part + 8),
                                       little_get_64(part + 24)};
        if (parts[i].offset != end || little_get_64(part + 16) != quipui_image_item_bytes[i]) {
            return false;
        }
        if (parts[i].count > (bytes - end) / quipui_image_item_bytes[i]) return false;
        end += parts[i].count * quipui_image_item_bytes[i];
    }
    return end == bytes;
}

const char *quipui_image_decode(const unsigned char *header, const unsigned char *identity,
                                const struct checkpoint_name *name, struct image *image)
{
    if (memcmp(header, magic, sizeof magic) != 0) return "is no checkpoint";
    image->is_newer = little_get(header + 8, 4) > IMAGE_VERSION_MAX;
    if (image->is_newer) return "is of a newer version";
    if (little_get_64(header + HASH_AT) != quipui_checksum(header, HASH_AT, 0)) {
        return "is damaged: its header has another hash";
    }
    if (memcmp(header + 16, identity, 16) != 0) return "is of another ledger";
    if (little_get_64(header + HASH_AT) != name->hash ||
        little_get_64(header + 32) != name->number) {
        return "is not the one that quipu.ledger names";
    }
    if (little_get(header + 12, 4) != IMAGE_SECTIONS ||
        !read_parts(header, name->bytes, image->parts)) {
        return "has another shape";
    }
    image->facts = (struct image_facts){.cut = little_get_64(header + 40),
                                        .first_frame = little_get_64(header + 48),
                                        .newest = little_get_64(header + 56),
                                        .has_open_holds = little_get(header + 8, 4) >= 2};
    for (unsigned i = 0; i < 3; i++)
        image->facts.places[i] = little_get_64(header + 64 + (ptrdiff_t)8 * i);
    return NULL;
}
