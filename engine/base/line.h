/* line.h - a cache line of eight entries, loaded and compared in one go; the verb is in atomic.h.
 *
 * On x86-64 four loads of sixteen bytes bring the line. The processor may split one, but not within
 * an aligned half (Intel's manual, volume 3, 9.1.1; AMD's, volume 2, 7.3.2), so an entry comes
 * whole. No load there passes an earlier one, so each is an acquire.
 *
 * ThreadSanitizer must see the accesses, and other processors have their own ways: there each entry
 * is loaded by itself. */
#ifndef QUIPU_BASE_LINE_H
#define QUIPU_BASE_LINE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/tsan.h"

#define LINE_ENTRIES 8

#if defined(__SSE2__) && !defined(QUIPU_UNDER_TSAN) && !defined(LINE_BY_ENTRIES)

#include <emmintrin.h>

struct entry_line {
    __m128i pairs[LINE_ENTRIES / 2];
};

/* Always an acquire. */
#define LINE_LOAD(line, entries, order)                                                            \
    do {                                                                                           \
        (void)(order);                                                                             \
        line_load((line), (entries));                                                              \
    } while (0)

static inline void line_load(struct entry_line *line, const void *entries)
{
    const __m128i *from = entries;
    __m128i *to = line->pairs;

    __asm__ __volatile__("movdqa %4, %0\n\tmovdqa %5, %1\n\tmovdqa %6, %2\n\tmovdqa %7, %3"
                         : "=&x"(to[0]), "=&x"(to[1]), "=&x"(to[2]), "=&x"(to[3])
                         : "m"(from[0]), "m"(from[1]), "m"(from[2]), "m"(from[3])
                         : "memory");
}

/* The halves of four entries: the lower ones, or with `upper` the others. */
static inline __m128i line_halves(__m128i two, __m128i next, int upper)
{
    __m128 a = _mm_castsi128_ps(two), b = _mm_castsi128_ps(next);

    return _mm_castps_si128(upper ? _mm_shuffle_ps(a, b, 0xDD) : _mm_shuffle_ps(a, b, 0x88));
}

/* A bit for each of eight words of 32 bits, none but whole ones set. */
static inline unsigned line_bits(__m128i four, __m128i next)
{
    __m128i words = _mm_packs_epi32(four, next);

    return (unsigned)_mm_movemask_epi8(_mm_packs_epi16(words, words)) & 0xFF;
}

static inline unsigned line_alike(const struct entry_line *line, uint64_t wanted, uint64_t mask)
{
    __m128i four = line_halves(line->pairs[0], line->pairs[1], 1);
    __m128i next = line_halves(line->pairs[2], line->pairs[3], 1);
    uint32_t bits = (uint32_t)(mask >> 32), want = (uint32_t)(wanted >> 32);

    if (bits != UINT32_MAX) {
        four = _mm_and_si128(four, _mm_set1_epi32((int)bits));
        next = _mm_and_si128(next, _mm_set1_epi32((int)bits));
        want &= bits;
    }
    return line_bits(_mm_cmpeq_epi32(four, _mm_set1_epi32((int)want)),
                     _mm_cmpeq_epi32(next, _mm_set1_epi32((int)want)));
}

static inline unsigned line_empty(const struct entry_line *line)
{
    __m128i none = _mm_setzero_si128(), halves[2];

    for (int i = 0; i < 2; i++) {
        halves[i] = _mm_or_si128(line_halves(line->pairs[2 * i], line->pairs[2 * i + 1], 0),
                                 line_halves(line->pairs[2 * i], line->pairs[2 * i + 1], 1));
    }
    return line_bits(_mm_cmpeq_epi32(halves[0], none), _mm_cmpeq_epi32(halves[1], none));
}

#else

struct entry_line {
    uint64_t entries[LINE_ENTRIES];
};

#define LINE_LOAD(line, from, order)                                                               \
    do {                                                                                           \
        for (size_t line_i = 0; line_i < LINE_ENTRIES; line_i++)                                   \
            (line)->entries[line_i] = atomic_load_explicit(&(from)[line_i], (order));              \
    } while (0)

/* The entries whose upper half is the wanted one, in the bits of the mask: a bit each, the first
 * entry's first. */
static inline unsigned line_alike(const struct entry_line *line, uint64_t wanted, uint64_t mask)
{
    unsigned found = 0;

    for (unsigned i = 0; i < LINE_ENTRIES; i++)
        found |= (unsigned)(((line->entries[i] ^ wanted) & mask) >> 32 == 0) << i;
    return found;
}

/* Those that are 0. */
static inline unsigned line_empty(const struct entry_line *line)
{
    unsigned found = 0;

    for (unsigned i = 0; i < LINE_ENTRIES; i++)
        found |= (unsigned)(line->entries[i] == 0) << i;
    return found;
}

#endif

/* One of its entries. */
static inline uint64_t line_entry(const struct entry_line *line, unsigned which)
{
    uint64_t entries[LINE_ENTRIES];

    memcpy(entries, line, sizeof entries);
    return entries[which];
}

/* The first of some entries, which are not none. */
static inline unsigned line_first(unsigned found)
{
    return (unsigned)__builtin_ctz(found);
}

#endif
