/* precedence.c - the order in which a transfer's outcomes are tested, and what that tells of its
 * id. */
#include "check/parts.h"

enum { FINAL, TRANSIENT };

/* Outcomes by their place, from 1. */
enum place {
    NOWHERE,
#define X(name, number, kind, text) PLACE_##name,
    QUIPU_CREATE_TRANSFER_MAP(X)
#undef X
};

static const struct {
    uint8_t place, kind;
    const char *text;
} outcomes[] = {
#define X(name, number, kind, text) [number] = {PLACE_##name, kind, text},
    QUIPU_CREATE_TRANSFER_MAP(X)
#undef X
};

uint32_t precedence_of(uint32_t status)
{
    return status < sizeof outcomes / sizeof *outcomes ? outcomes[status].place : NOWHERE;
}

bool precedence_burns(uint32_t status)
{
    return precedence_of(status) != NOWHERE && outcomes[status].kind == TRANSIENT;
}

bool precedence_saw_free(uint32_t status)
{
    return precedence_of(status) > PLACE_ID_ALREADY_FAILED;
}

bool precedence_saw_stored(uint32_t status)
{
    uint32_t place = precedence_of(status);

    return place >= PLACE_EXISTS_WITH_DIFFERENT_FLAGS && place <= PLACE_EXISTS;
}

const char *precedence_text(uint32_t status)
{
    return precedence_of(status) != NOWHERE ? outcomes[status].text : "no such outcome";
}
