/* checksum.h - the hash of all that goes to disk: XXH3, 64 bits, of libxxhash.
 *
 * It finds what disks do to bytes; it is no signature. */
#ifndef QUIPU_BASE_CHECKSUM_H
#define QUIPU_BASE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

uint64_t quipui_checksum(const void *bytes, size_t count, uint64_t seed);

#endif
