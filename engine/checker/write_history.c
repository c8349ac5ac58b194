/* write_history.c - writes a history to disk. */
#include <inttypes.h>
#include <string.h>

#include "checker/history_file.h"
#include "checker/history_rows.h"
#include "quipu/format.h"

static quipu_uint128 get(const struct history_step *step, const struct row_field *field)
{
    quipu_uint128 number = 0;

    /* Records are little-endian: the low bytes come first. */
    memcpy(&number, (const char *)step + field->offset, field->size);
    return number;
}

static bool write_step(const struct history_step *step, FILE *to)
{
    const struct row_kind *kind = &row_kinds[step->kind];
    size_t count = kind->field_count;

    while (count > 0 && get(step, &kind->fields[count - 1]) == 0)
        count--;
    if (fputs(kind->name, to) == EOF) return false;
    for (size_t i = 0; i < count; i++) {
        quipu_uint128 number = get(step, &kind->fields[i]);
        bool created = kind->fields[i].offset == offsetof(struct history_step, status) &&
                       step->kind != HISTORY_FIND && number == QUIPU_CREATED;

        if (fprintf(to, ",%s", created ? "created" : quipu_number_text(number).text) < 0)
            return false;
    }
    return fputc('\n', to) != EOF;
}

static bool write_tape(const struct tape *tape, size_t thread, FILE *to)
{
    for (size_t i = 0; i < tape->call_count; i++) {
        const struct history_call *call = &tape->calls[i];

        if (fprintf(to, "call,%zu,%" PRIu64 ",%" PRIu64, thread, call->begin, call->end) < 0 ||
            (call->unanswered ? fputs(",unanswered\n", to)
                              : fprintf(to, ",%u\n", (unsigned)call->status)) < 0) {
            return false;
        }
        for (size_t s = 0; s < call->step_count; s++) {
            if (!write_step(&tape->steps[call->first_step + s], to)) return false;
        }
    }
    return true;
}

bool history_write(const struct history *history, FILE *to)
{
    if (fprintf(to, "quipu-history,1,%s,%" PRIu64 "\n",
                history->promise == HISTORY_PER_ACCOUNT ? "per-account" : "serializable",
                history->slack) < 0) {
        return false;
    }
    for (size_t t = 0; t < history->tape_count; t++) {
        if (!write_tape(&history->tapes[t], t, to)) return false;
    }
    return fflush(to) == 0;
}
