/* claim.h - what must hold for every input; where it does not, the fuzzer keeps the input. */
#ifndef QUIPU_TESTS_MACHINES_FUZZ_CLAIM_H
#define QUIPU_TESTS_MACHINES_FUZZ_CLAIM_H

/* claim(condition), claim(condition, format, ...): abort with a message unless it holds. The text
 * at the end stands for the format that may not be there. */
#define claim(...) CLAIM_(__VA_ARGS__, "")
#define CLAIM_(condition, ...)                                                                     \
    ((condition) ? (void)0 : claim_broken(__FILE__, __LINE__, #condition, __VA_ARGS__))

/* What follows `text` is a format and its arguments. */
__attribute__((noreturn)) void claim_broken(const char *file, int line, const char *text, ...);

#endif
