/* image_parts.h - what the files of an image share; for them alone. */
#ifndef QUIPU_HISTORY_IMAGE_PARTS_H
#define QUIPU_HISTORY_IMAGE_PARTS_H

#include "history/image.h"

#define IMAGE_HEADER_BYTES 4096

/* Items are read and written in blocks of at most so many bytes, whole items each. The hash of a
 * section is that of its blocks, each seeded with that of the block before. */
#define IMAGE_BLOCK_BYTES ((size_t)1 << 20)

extern const size_t quipui_image_item_bytes[IMAGE_SECTIONS];

static inline size_t image_block_items(enum image_section section)
{
    return IMAGE_BLOCK_BYTES / quipui_image_item_bytes[section];
}

/* The header; the result is its hash. */
uint64_t quipui_image_encode(const unsigned char *identity, uint64_t number,
                             const struct image_facts *facts, const struct image_part *parts,
                             unsigned char *header);

/* Returns NULL, or what is wrong. */
const char *quipui_image_decode(const unsigned char *header, const unsigned char *identity,
                                const struct checkpoint_name *name, struct image *image);

#endif
