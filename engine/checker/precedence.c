/* precedence.c - the order in which a transfer's outcomes are tested, and what an outcome tells
 * about its id. */
#include "checker/checker_parts.h"

enum { FINAL, TRANSIENT };

/* Outcomes by their place, from 1. */
enum place {
    NOWHERE,
#define X(name, number, kind, text) PLACE_##name,
    QUIPU_CREATE_TRANSFER_MAP(X)
#undef X
};

static const struct outcome {
    uint32_t number;
    uint8_t place, kind;
    const char *text;
} outcomes[] = {
#define X(name, number, kind, text) {number, PLACE_##name, kind, text},
    QUIPU_CREATE_TRANSFER_MAP(X)
#undef X
};

/* NULL if there is no such outcome. */
static const struct outcome *find(uint32_t status)
{
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++) {
        if (outcomes[i].number == status) return &outcomes[i];
    }
    return NULL;
}

uint32_t precedence_of(uint32_t status)
{
    const struct outcome *outcome = find(status);

    /* It stands in for any other refusal. All it tells is that the id was free. */
    if (status == QUIPU_CREATE_TRANSFER_NO_SPACE_FOR_FAILED_ID) return PLACE_ID_ALREADY_FAILED + 1;
    return outcome != NULL ? outcome->place : NOWHERE;
}

bool precedence_burns(uint32_t status)
{
    const struct outcome *outcome = find(status);

    return outcome != NULL && outcome->kind == TRANSIENT;
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
    const struct outcome *outcome = find(status);

    return outcome != NULL ? outcome->text : "no such outcome";
}
