/* driver.c - plays scenes until a promise is broken or the time is up.
 *
 *   driver SCENE PROTOCOL MILLISECONDS   one scene: a mutant that should give itself away
 *   driver all MILLISECONDS              each scene under each protocol that promises it, so long
 *                                        each: the engine as it is
 *   driver races MILLISECONDS            the same, but only what is for ThreadSanitizer
 *
 * Exit: 0 nothing was seen, 1 a promise was broken, 2 wrong usage. A round that does not end is a
 * promise broken, too: `deadlock`. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "machines/mutants/scenes.h"

enum { ALL = 15, NOT_CAS = ALL & ~(1 << QUIPU_CAS), ONLY_RCU = 1 << QUIPU_RCU };

/* clang-format off */
static const struct {
    const char *name;
    void (*play)(struct scene *);
    unsigned protocols; /* that promise it, by bit */
    bool races;         /* reads and writes side by side: worth ThreadSanitizer's while */
} scenes[] = {
    {"transfers", play_transfers, ALL, true},
    {"lookups", play_lookups, ALL, true},
    {"openings", play_openings, ALL, true},
    {"histories", play_histories, ALL, true},
    {"followers", play_followers, ALL, true},
    {"early", play_early, ALL, false},
    {"halves", play_halves, ALL, false},
    {"together", play_together, NOT_CAS, true},
    {"reuse", play_reuse, ONLY_RCU, true},
    {"snapshots", play_snapshots, NOT_CAS, false},
    {"lasting", play_lasting, NOT_CAS, false},
    {"spenders", play_spenders, ALL, false},
    {"chains", play_chains, ALL, false},
    {"duplicates", play_duplicates, ALL, false},
    {"holds", play_holds, ALL, false},
    {"skew", play_skew, NOT_CAS, false},
    {"verdicts", play_verdicts, NOT_CAS, false},
    {"refusals", play_refusals, ALL, false},
    {"scarce", play_scarce, ALL, false},
};
/* clang-format on */

static const char *const protocols[] = {"optimistic", "cas", "mutex", "rcu"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void hangs(int signal_number)
{
    static const char words[] = "broken: deadlock: a round does not end\n";

    (void)signal_number;
    (void)!write(STDERR_FILENO, words, sizeof words - 1);
    _exit(1);
}

/* At least one round. */
static void play(size_t which, quipu_protocol protocol, uint64_t milliseconds)
{
    uint64_t until = now_ms() + milliseconds;
    struct scene scene = {.protocol = protocol};

    do {
        scene.seed++;
        scene_watch();
        scenes[which].play(&scene);
    } while (now_ms() < until);
}

static void play_all(bool only_races, uint64_t milliseconds)
{
    for (size_t i = 0; i < COUNT(scenes); i++) {
        for (unsigned p = 0; p < COUNT(protocols); p++) {
            if (only_races && !scenes[i].races) continue;
            if ((scenes[i].protocols >> p & 1) == 0) continue;
            (void)printf("%s, %s\n", scenes[i].name, protocols[p]);
            (void)fflush(stdout);
            play(i, (quipu_protocol)p, milliseconds);
        }
    }
}

static int usage(void)
{
    (void)fputs("usage: driver SCENE PROTOCOL MS | driver all MS | driver races MS\n", stderr);
    return 2;
}

int main(int count, char **words)
{
    (void)signal(SIGALRM, hangs);
    if (count == 3 && (strcmp(words[1], "all") == 0 || strcmp(words[1], "races") == 0)) {
        play_all(words[1][0] == 'r', strtoull(words[2], NULL, 10));
        return 0;
    }
    if (count != 4) return usage();
    for (size_t i = 0; i < COUNT(scenes); i++) {
        for (unsigned p = 0; p < COUNT(protocols); p++) {
            if (strcmp(words[1], scenes[i].name) != 0 || strcmp(words[2], protocols[p]) != 0)
                continue;
            play(i, (quipu_protocol)p, strtoull(words[3], NULL, 10));
            return 0;
        }
    }
    return usage();
}
