/* held_log.c - see held_log.h. */
#include "support/held_log.h"

#include <stdlib.h>

#include "journal/entry.h"

static struct held_log *log_of(struct log *log)
{
    return (struct held_log *)(void *)log;
}

static quipu_status lead(struct log *log, uint64_t *epoch, struct diagnosis *diagnosis)
{
    (void)log;
    (void)diagnosis;
    *epoch = 1;
    return QUIPU_OK;
}

/* Under the mutex. */
static void keep(struct held_log *own, const struct log_frame *frame)
{
    struct entry_context context = {.timestamp = 0};
    const unsigned char *at = frame->bytes, *end = at + frame->length;
    struct entry entry;

    own->horizon = frame->horizon;
    while (at < end) {
        if (!quipui_entry_decode(&context, &at, end, &entry)) abort();
        own->entries++;
        if (entry.kind == ENTRY_TRANSFER && entry.id < HELD_IDS) own->has[entry.id] = true;
    }
}

static quipu_status append(struct log *log, const struct log_frame *frame,
                           struct diagnosis *diagnosis)
{
    struct held_log *own = log_of(log);
    quipu_status status;

    pthread_mutex_lock(&own->mutex);
    own->begun++;
    pthread_cond_broadcast(&own->moved);
    while (own->held)
        pthread_cond_wait(&own->moved, &own->mutex);
    status = own->refuse;
    if (status == QUIPU_OK) keep(own, frame);
    own->ended++;
    pthread_mutex_unlock(&own->mutex);
    return status == QUIPU_OK
               ? QUIPU_OK
               : quipui_diagnose(diagnosis, status, "held", DIAGNOSIS_NOWHERE, "as it was told");
}

static quipu_status head(struct log *log, struct log_head *head, struct diagnosis *diagnosis)
{
    (void)log;
    (void)diagnosis;
    *head = (struct log_head){.first_sequence = 1};
    return QUIPU_OK;
}

struct held_log *held_log_new(void)
{
    static const struct log_calls calls = {.lead = lead, .append = append, .head = head};
    struct held_log *log = calloc(1, sizeof *log);

    if (log == NULL || pthread_mutex_init(&log->mutex, NULL) != 0 ||
        pthread_cond_init(&log->moved, NULL) != 0) {
        abort();
    }
    log->log.calls = &calls;
    log->log.payload_max = (size_t)1 << 20;
    return log;
}

void held_log_free(struct held_log *log)
{
    pthread_cond_destroy(&log->moved);
    pthread_mutex_destroy(&log->mutex);
    free(log);
}

static void set_held(struct held_log *log, bool held)
{
    pthread_mutex_lock(&log->mutex);
    log->held = held;
    pthread_cond_broadcast(&log->moved);
    pthread_mutex_unlock(&log->mutex);
}

void held_log_hold(struct held_log *log)
{
    set_held(log, true);
}

void held_log_let_go(struct held_log *log)
{
    set_held(log, false);
}

void held_log_refuse(struct held_log *log, quipu_status status)
{
    pthread_mutex_lock(&log->mutex);
    log->refuse = status;
    pthread_mutex_unlock(&log->mutex);
}

void held_log_await(struct held_log *log)
{
    pthread_mutex_lock(&log->mutex);
    while (log->begun == log->ended)
        pthread_cond_wait(&log->moved, &log->mutex);
    pthread_mutex_unlock(&log->mutex);
}

static uint64_t read_under(struct held_log *log, const uint64_t *word)
{
    uint64_t value;

    pthread_mutex_lock(&log->mutex);
    value = *word;
    pthread_mutex_unlock(&log->mutex);
    return value;
}

uint64_t held_log_appends(struct held_log *log)
{
    return read_under(log, &log->ended);
}

uint64_t held_log_entries(struct held_log *log)
{
    return read_under(log, &log->entries);
}

bool held_log_has(struct held_log *log, uint64_t id)
{
    bool has;

    pthread_mutex_lock(&log->mutex);
    has = log->has[id];
    pthread_mutex_unlock(&log->mutex);
    return has;
}
