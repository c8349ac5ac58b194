/* spare.c - segments, made before they are needed; see parts.h.
 *
 *                    take(N): wanted = N + 1
 *            ┌──────┐ ───────────────────────> ┌─────────┐
 *            │ idle │                          │ working │  zeros, sync, rename, quipu.ledger
 *            └──────┘ <─────────────────────── └─────────┘
 *                      made = N + 1, or failed
 *
 * The good path: while the appender fills segment N, the helper makes N + 1; take(N + 1) finds it
 * made. Where the helper is late, take() waits for it; where it failed or there is no helper,
 * take() makes the segment itself, and its failure is the one that counts.
 *
 * The helper takes no signal. A child of fork() has no helper, and does not look here. */
#include <errno.h>

#include "base/thread.h"
#include "journal/log_parts.h"
#include "journal/names.h"

#define SPARE_FILE NAME_JOURNAL "spare"

static void set_last(struct ledger_facts *facts, void *context)
{
    const uint64_t *number = context;

    facts->last_segment = *number;
}

static bool is_stopping(void *context)
{
    struct spare *spare = context;
    bool stopping;

    (void)pthread_mutex_lock(&spare->lock);
    stopping = spare->stopping;
    (void)pthread_mutex_unlock(&spare->lock);
    return stopping;
}

/* From its new name on a segment is whole; from quipu.ledger on it must be there. */
static quipu_status make(struct segments *segments, uint64_t number, struct diagnosis *diagnosis)
{
    char name[SEGMENT_NAME_BYTES];
    int error;

    quipui_segment_name(number, name);
    error = quipui_file_make_zeroed(segments->files, segments->directory->handle, name, SPARE_FILE,
                                    segment_bytes(segments, number), is_stopping, &segments->spare);
    if (error != 0) return quipui_diagnose_error(diagnosis, error, name, DIAGNOSIS_NOWHERE, "make");
    return quipui_directory_change(segments->directory, set_last, &number, diagnosis);
}

static void *help(void *context)
{
    struct segments *segments = context;
    struct spare *spare = &segments->spare;

    (void)pthread_mutex_lock(&spare->lock);
    while (!spare->stopping) {
        quipu_status status;
        uint64_t number = spare->made + 1;

        if (spare->made >= spare->wanted || spare->failed) {
            (void)pthread_cond_wait(&spare->changed, &spare->lock);
            continue;
        }
        (void)pthread_mutex_unlock(&spare->lock);
        status = make(segments, number, NULL);
        (void)pthread_mutex_lock(&spare->lock);
        if (status == QUIPU_OK) {
            spare->made = number;
        } else {
            spare->failed = true;
        }
        (void)pthread_cond_broadcast(&spare->changed);
    }
    (void)pthread_mutex_unlock(&spare->lock);
    return NULL;
}

bool quipui_spare_open(struct spare *spare, uint64_t made)
{
    spare->made = spare->wanted = made;
    /* Not reached by tests: what some systems need memory for. */
    if (pthread_mutex_init(&spare->lock, NULL) != 0) return false;
    if (pthread_cond_init(&spare->changed, NULL) == 0) return true;
    (void)pthread_mutex_destroy(&spare->lock);
    return false;
}

void quipui_spare_start(struct segments *segments)
{
    struct spare *spare = &segments->spare;

    if (spare->has_thread) return;
    spare->has_thread = quipui_thread_start(&spare->thread, help, segments);
}

void quipui_spare_close(struct segments *segments)
{
    struct spare *spare = &segments->spare;

    if (spare->has_thread) {
        (void)pthread_mutex_lock(&spare->lock);
        spare->stopping = true;
        (void)pthread_cond_broadcast(&spare->changed);
        (void)pthread_mutex_unlock(&spare->lock);
        (void)pthread_join(spare->thread, NULL);
    }
    (void)pthread_cond_destroy(&spare->changed);
    (void)pthread_mutex_destroy(&spare->lock);
}

quipu_status quipui_spare_take(struct segments *segments, uint64_t number,
                               struct diagnosis *diagnosis)
{
    struct spare *spare = &segments->spare;
    quipu_status status = QUIPU_OK;
    bool made;

    (void)pthread_mutex_lock(&spare->lock);
    while (spare->made < number && spare->has_thread && !spare->failed) {
        spare->wanted = number;
        (void)pthread_cond_broadcast(&spare->changed);
        (void)pthread_cond_wait(&spare->changed, &spare->lock);
    }
    made = spare->made >= number;
    (void)pthread_mutex_unlock(&spare->lock);

    /* The helper does nothing here: it has failed, or there is none. */
    if (!made) status = make(segments, number, diagnosis);
    if (status != QUIPU_OK) return status;
    (void)pthread_mutex_lock(&spare->lock);
    if (!made) spare->made = number;
    spare->failed = false;
    spare->wanted = number + 1;
    (void)pthread_cond_broadcast(&spare->changed);
    (void)pthread_mutex_unlock(&spare->lock);
    return QUIPU_OK;
}
