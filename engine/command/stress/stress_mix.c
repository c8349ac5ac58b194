/* stress_mix.c - the kinds of operations, with their names and shares. */
#include "command/stress/stress_mix.h"

#include <stdio.h>
#include <string.h>

#include "command/terminal/complain.h"

struct kind {
    const char *name;
    unsigned share;
    bool refused_by_cas;
};

static const struct kind kinds[STRESS_KIND_COUNT] = {
#define X(name, text, share, refused_by_cas) {text, share, refused_by_cas},
    STRESS_MIX_MAP(X)
#undef X
};

const char *stress_mix_names(void)
{
#define X(name, text, share, refused_by_cas) ", " text
    return &STRESS_MIX_MAP(X)[2];
#undef X
}

static bool offers(quipu_protocol protocol, const struct kind *kind)
{
    return protocol != QUIPU_CAS || !kind->refused_by_cas;
}

static bool add(struct stress_mix *mix, const char *name, size_t length, quipu_protocol protocol)
{
    for (int i = 0; i < STRESS_KIND_COUNT; i++) {
        if (strlen(kinds[i].name) != length || memcmp(kinds[i].name, name, length) != 0) continue;
        if (offers(protocol, &kinds[i])) {
            mix->shares[i] = kinds[i].share;
            return true;
        }
        complain("--mix: the protocol cas refuses %s; leave it out", kinds[i].name);
        return false;
    }
    complain("--mix: there is no \"%.*s\"; it takes names joined by commas: %s", (int)length, name,
             stress_mix_names());
    return false;
}

static bool add_named(struct stress_mix *mix, const char *names, quipu_protocol protocol)
{
    for (;;) {
        size_t length = strcspn(names, ",");

        if (!add(mix, names, length, protocol)) return false;
        if (names[length] == '\0') return true;
        names += length + 1;
    }
}

bool stress_mix_read(const struct arg_str *option, quipu_protocol protocol, struct stress_mix *mix)
{
    size_t length = 0;

    *mix = (struct stress_mix){.total = 0};
    if (option->count > 0) {
        if (!add_named(mix, option->sval[0], protocol)) return false;
    } else {
        for (int i = 0; i < STRESS_KIND_COUNT; i++) {
            if (offers(protocol, &kinds[i])) mix->shares[i] = kinds[i].share;
        }
    }
    for (int i = 0; i < STRESS_KIND_COUNT; i++) {
        if (mix->shares[i] == 0) continue;
        length += (size_t)snprintf(mix->text + length, sizeof mix->text - length, "%s%s",
                                   mix->total > 0 ? "," : "", kinds[i].name); /* all names fit */
        mix->total += mix->shares[i];
    }
    return true;
}

enum stress_kind stress_mix_draw(const struct stress_mix *mix, struct random *random)
{
    uint64_t drawn = random_below(random, mix->total);
    int kind = 0;

    while (drawn >= mix->shares[kind])
        drawn -= mix->shares[kind++];
    return (enum stress_kind)kind;
}
