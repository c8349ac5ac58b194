/* outcome_tally.c - a counter for each outcome, and the names of outcomes. */
#include "command/load/outcome_tally.h"

#include <ctype.h>

#define X(name, number, kind, text)                                                                \
    QUIPU_STATIC_ASSERT(TALLY_COUNTER(number) < TALLY_OUTCOMES, #name " has a counter");
QUIPU_CREATE_ACCOUNT_MAP(X)
QUIPU_CREATE_TRANSFER_MAP(X)
#undef X

void tally_count(struct tally *tally, const quipu_result *results, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (results[i].status == QUIPU_CREATED) {
            tally->created++;
        } else if (TALLY_COUNTER(results[i].status) < TALLY_OUTCOMES) {
            tally->other[TALLY_COUNTER(results[i].status)]++;
        } else {
            tally->unknown++; /* not reached: the library has no such outcome, see above */
        }
    }
}

void tally_add(struct tally *tally, const struct tally *more)
{
    tally->created += more->created;
    tally->unknown += more->unknown;
    for (size_t i = 0; i < TALLY_OUTCOMES; i++)
        tally->other[i] += more->other[i];
}

uint64_t tally_failures(const struct tally *tally)
{
    uint64_t sum = tally->unknown;

    for (size_t i = 0; i < TALLY_OUTCOMES; i++)
        sum += tally->other[i];
    return sum;
}

static uint32_t exists(enum record_kind kind)
{
    return kind == RECORD_ACCOUNT ? QUIPU_CREATE_ACCOUNT_EXISTS : QUIPU_CREATE_TRANSFER_EXISTS;
}

bool tally_is_refusal(enum record_kind kind, uint32_t outcome)
{
    return outcome != QUIPU_CREATED && outcome != exists(kind);
}

uint64_t tally_existing(enum record_kind kind, const struct tally *tally)
{
    return tally->other[exists(kind)];
}

uint64_t tally_refusals(enum record_kind kind, const struct tally *tally)
{
    return tally_failures(tally) - tally_existing(kind, tally);
}

const char *tally_outcome_name(enum record_kind kind, uint32_t outcome,
                               char text[static TALLY_NAME_BYTES])
{
    quipu_event event = kind == RECORD_ACCOUNT ? QUIPU_EVENT_ACCOUNT : QUIPU_EVENT_TRANSFER;
    const char *capitals = quipu_outcome_name(event, outcome);
    size_t i = 0;

    for (; capitals[i] != '\0' && i + 1 < TALLY_NAME_BYTES; i++)
        text[i] = (char)tolower((unsigned char)capitals[i]);
    text[i] = '\0';
    return text;
}
