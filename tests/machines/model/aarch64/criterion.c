/* criterion.c - lets Criterion run its tests when the test program itself runs under an emulator.
 *
 * Criterion runs each test in a new process of the same program, by execve() of /proc/self/exe. The
 * kernel cannot execute a program of another architecture, so it is given the emulator instead. An
 * object, not an archive: libcriterion must find this execve() before libc's. */
#define _GNU_SOURCE
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WORDS_MOST 64

int execve(const char *path, char *const *words, char *const *environment)
{
    /* EMULATOR_ROOT is where its libraries are; -0 keeps the name that Criterion gave. */
    const char *line[WORDS_MOST] = {EMULATOR, "-L", EMULATOR_ROOT, "-0", words[0], path};
    size_t count = 6;

    for (size_t i = 1; words[i] != NULL && count + 1 < WORDS_MOST; i++) {
        line[count++] = words[i];
    }
    return (int)syscall(SYS_execve, EMULATOR, line, environment);
}
