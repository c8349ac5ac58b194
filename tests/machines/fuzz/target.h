/* target.h - what a fuzz target is: one function, called with one input after the other.
 *
 * libFuzzer brings main() and inputs of its own making; replay.c is the main() of other builds and
 * feeds files. A target takes every input, leaves nothing behind and breaks off with claim(). */
#ifndef QUIPU_TESTS_MACHINES_FUZZ_TARGET_H
#define QUIPU_TESTS_MACHINES_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

/* libFuzzer's name for it. Always 0: the input may be kept. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
