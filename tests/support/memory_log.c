/* memory_log.c - see memory_log.h. */
#include "support/memory_log.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static struct memory_log *log_of(struct log *log)
{
    return (struct memory_log *)(void *)log;
}

static quipu_status lead(struct log *log, uint64_t *epoch, struct diagnosis *diagnosis)
{
    (void)diagnosis;
    *epoch = ++log_of(log)->epoch;
    return QUIPU_OK;
}

static quipu_status append(struct log *log, const struct log_frame *frame,
                           struct diagnosis *diagnosis)
{
    struct memory_log *own = log_of(log);

    if (frame->epoch != own->epoch) {
        return quipui_diagnose(diagnosis, QUIPU_FENCED, "", DIAGNOSIS_NOWHERE, "another leads");
    }
    if (frame->sequence != own->count + 1) {
        return quipui_diagnose(diagnosis, QUIPU_CONFLICT, "", DIAGNOSIS_NOWHERE, "not the next");
    }
    memory_log_add(own, frame->kind, frame->horizon, frame->bytes, frame->length);
    return QUIPU_OK;
}

static quipu_status read_frame(struct log *log, struct log_cursor *cursor, struct log_frame *frame,
                               struct diagnosis *diagnosis)
{
    struct memory_log *own = log_of(log);
    const struct memory_frame *next;

    *frame = (struct log_frame){.kind = LOG_END};
    if (cursor->sequence == 0) cursor->sequence = 1;
    if (own->refuse != QUIPU_OK) {
        return quipui_diagnose(diagnosis, own->refuse, "memory", 0, "cannot be read");
    }
    if (cursor->sequence == own->damaged) {
        return quipui_diagnose(diagnosis, QUIPU_CORRUPT, "memory", 0, "is damaged");
    }
    if (cursor->sequence > own->count) return QUIPU_OK;
    next = &own->frames[cursor->sequence - 1];
    quipui_memory_give_back(cursor->buffer);
    cursor->buffer = quipui_memory_take(next->frame.length + 1);
    if (cursor->buffer == NULL) {
        return quipui_diagnose(diagnosis, QUIPU_NO_MEMORY, "", DIAGNOSIS_NOWHERE, "no memory");
    }
    if (next->frame.length > 0) memcpy(cursor->buffer, next->bytes, next->frame.length);
    *frame = next->frame;
    frame->bytes = cursor->buffer;
    cursor->sequence++;
    return QUIPU_OK;
}

static quipu_status head(struct log *log, struct log_head *head, struct diagnosis *diagnosis)
{
    struct memory_log *own = log_of(log);

    (void)diagnosis;
    *head = (struct log_head){.first_sequence = 1, .epoch = own->epoch, .sequence = own->count};
    if (own->count > 0) head->horizon = own->frames[own->count - 1].frame.horizon;
    return QUIPU_OK;
}

/* Nothing is ever given up: all may stay. */
static quipu_status trim(struct log *log, uint64_t epoch, uint64_t sequence,
                         struct diagnosis *diagnosis)
{
    (void)diagnosis;
    (void)sequence;
    return epoch == log_of(log)->epoch ? QUIPU_OK : QUIPU_FENCED;
}

static void abandon(struct log *log)
{
    memory_log_free(log_of(log));
}

static quipu_status close_log(struct log *log, struct diagnosis *diagnosis)
{
    (void)diagnosis;
    abandon(log);
    return QUIPU_OK;
}

struct memory_log *memory_log_new(void)
{
    static const struct log_calls calls = {lead, append,    read_frame, head,
                                           trim, close_log, abandon};
    struct memory_log *log = calloc(1, sizeof *log);

    if (log == NULL) abort();
    log->log.calls = &calls;
    log->log.payload_max = (size_t)1 << 20;
    return log;
}

void memory_log_free(struct memory_log *log)
{
    for (size_t i = 0; i < log->count; i++)
        free(log->frames[i].bytes);
    free(log->frames);
    free(log);
}

void memory_log_add(struct memory_log *log, enum log_kind kind, uint64_t horizon, const void *bytes,
                    size_t length)
{
    struct memory_frame *frame;

    if (log->count == log->room) {
        log->room = log->room == 0 ? 16 : 2 * log->room;
        log->frames = realloc(log->frames, log->room * sizeof *log->frames);
        if (log->frames == NULL) abort();
    }
    if (kind == LOG_CUT) log->epoch++;
    frame = &log->frames[log->count++];
    frame->frame = (struct log_frame){.kind = kind,
                                      .epoch = log->epoch,
                                      .sequence = log->count,
                                      .horizon = horizon,
                                      .length = length};
    frame->bytes = malloc(length + 1);
    if (frame->bytes == NULL) abort();
    if (length > 0) memcpy(frame->bytes, bytes, length);
}
