/* segments.c - a log in a directory: its beginning, its end, and what its parts share; see parts.h.
 *
 * The way of a ledger that is opened: the names and sizes of the segments are looked at here; the
 * frames are read and checked one behind the other (walk.c); where they end, what lies behind is
 * looked through (witness.c). The first append() writes the new epoch into quipu.ledger, and then
 * the cut behind the last frame (append.c). */
#include "journal/segments.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "journal/log_parts.h"
#include "journal/names.h"

void quipui_segment_name(uint64_t segment, char name[SEGMENT_NAME_BYTES])
{
    (void)snprintf(name, SEGMENT_NAME_BYTES, NAME_JOURNAL "%016llx", (unsigned long long)segment);
}

uint64_t quipui_segment_number(const char *name)
{
    size_t start = sizeof NAME_JOURNAL - 1;
    uint64_t number = 0;

    if (strncmp(name, NAME_JOURNAL, start) != 0 || strlen(name) != start + 16) return 0;
    for (const char *at = name + start; *at != '\0'; at++) {
        const char *digits = "0123456789abcdef", *digit = strchr(digits, *at);

        if (digit == NULL) return 0;
        number = number << 4 | (uint64_t)(digit - digits);
    }
    return number;
}

quipu_status quipui_segments_fenced(struct diagnosis *diagnosis)
{
    return quipui_diagnose(diagnosis, QUIPU_FENCED, "", DIAGNOSIS_NOWHERE,
                           "the log belongs to the process that this one was forked from");
}

/* Called with the guard held. */
static bool add_start(struct segments *segments, uint64_t segment, const struct log_point *point)
{
    size_t index = (size_t)(segment - segments->first_segment);

    if (index < segments->start_count) return true;
    if (segments->start_count == segments->start_room) {
        size_t room = 2 * segments->start_room + 16;
        struct log_point *more = quipui_memory_take(room * sizeof *more);

        if (more == NULL) return false;
        if (segments->start_count > 0) {
            (void)memcpy(more, segments->starts, segments->start_count * sizeof *more);
        }
        quipui_memory_give_back(segments->starts);
        segments->starts = more;
        segments->start_room = room;
    }
    segments->starts[segments->start_count++] = *point;
    return true;
}

bool quipui_segments_advance(struct segments *segments, const struct frame *frame)
{
    bool added;

    (void)pthread_mutex_lock(&segments->guard);
    added = add_start(segments, frame->segment, &segments->end.point);
    if (added) {
        segments->end.point = (struct log_point){.sequence = frame->sequence,
                                                 .epoch = frame->epoch,
                                                 .hash = frame->hash,
                                                 .horizon = frame->horizon};
        segments->end.segment = frame->segment;
        segments->end.offset = frame->offset + quipui_frame_bytes(frame->length);
        segments->watermark = frame->watermark;
        segments->torn_bytes = 0;
    }
    (void)pthread_mutex_unlock(&segments->guard);
    return added;
}

struct names {
    uint64_t last;
    uint64_t beyond; /* a segment that nobody made */
};

static void see(void *context, const char *name)
{
    struct names *names = context;
    uint64_t number = quipui_segment_number(name);

    /* One more than is known may be there: its maker stopped before it could say so. */
    if (number > names->last + 1) names->beyond = number;
}

static quipu_status check_segment(struct segments *segments, uint64_t number,
                                  struct diagnosis *diagnosis)
{
    struct files *files = segments->files;
    char name[SEGMENT_NAME_BYTES];
    uint64_t bytes = 0, made = segment_bytes(segments, number);
    int file, error;

    quipui_segment_name(number, name);
    error = files->calls->open(files, segments->directory->handle, name, FILE_READ, &file);
    if (error == ENOENT) {
        return quipui_diagnose(diagnosis, QUIPU_CORRUPT, name, DIAGNOSIS_NOWHERE,
                               "is missing: a segment of the journal");
    }
    if (error == 0) {
        error = files->calls->size(files, file, &bytes);
        (void)files->calls->close(files, file);
    }
    if (error != 0) return quipui_diagnose_error(diagnosis, error, name, DIAGNOSIS_NOWHERE, "open");
    if (bytes == made) return QUIPU_OK;
    return quipui_diagnose(diagnosis, QUIPU_CORRUPT, name, bytes,
                           "has %llu bytes; it was made with %llu", (unsigned long long)bytes,
                           (unsigned long long)made);
}

static quipu_status check_segments(struct segments *segments, const struct ledger_facts *facts,
                                   struct diagnosis *diagnosis)
{
    struct names names = {.last = facts->last_segment};
    struct files *files = segments->files;
    char name[SEGMENT_NAME_BYTES];
    quipu_status status = QUIPU_OK;
    int error;

    error = files->calls->list(files, segments->directory->handle, see, &names);
    if (error != 0) {
        return quipui_diagnose_error(diagnosis, error, "", DIAGNOSIS_NOWHERE, "list the directory");
    }
    if (names.beyond != 0) {
        quipui_segment_name(names.beyond, name);
        return quipui_diagnose(diagnosis, QUIPU_CORRUPT, name, DIAGNOSIS_NOWHERE,
                               "is newer than quipu.ledger, which ends at segment %llu",
                               (unsigned long long)facts->last_segment);
    }
    for (uint64_t number = facts->first_segment;
         number <= facts->last_segment && status == QUIPU_OK; number++) {
        status = check_segment(segments, number, diagnosis);
    }
    return status;
}

static void free_segments(struct segments *segments)
{
    quipui_memory_give_back(segments->starts);
    quipui_memory_give_back(segments);
}

static bool say_end(struct segments *segments)
{
    return segments->begun && segments->failed == QUIPU_OK;
}

static void set_end(struct ledger_facts *facts, void *context)
{
    const struct segments *segments = context;

    facts->known = segments->end.point;
    facts->closed = 1;
}

static void abandon(struct log *log)
{
    struct segments *segments = segments_of(log);

    /* The handle is of this process alone; the directory's were closed when it was forked. */
    if (segments->file >= 0) (void)segments->files->calls->close(segments->files, segments->file);
    free_segments(segments);
}

static quipu_status close_log(struct log *log, struct diagnosis *diagnosis)
{
    struct segments *segments = segments_of(log);
    quipu_status status = QUIPU_OK;

    if (segments->directory->forked) {
        abandon(log);
        return QUIPU_OK;
    }
    quipui_spare_close(segments);
    if (segments->file >= 0) (void)segments->files->calls->close(segments->files, segments->file);
    if (say_end(segments)) {
        status = quipui_directory_change(segments->directory, set_end, segments, diagnosis);
    }
    (void)pthread_mutex_destroy(&segments->guard);
    free_segments(segments);
    return status;
}

static const struct log_calls calls = {
    .lead = quipui_segments_lead,
    .append = quipui_segments_append,
    .read = quipui_segments_read,
    .head = quipui_segments_head,
    .trim = quipui_segments_trim,
    .close = close_log,
    .abandon = abandon,
};

static struct segments *new_segments(struct directory *directory, const struct ledger_facts *facts)
{
    struct segments *segments = quipui_memory_take(sizeof *segments);
    uint64_t smallest;

    if (segments == NULL) return NULL;
    (void)memset(segments, 0, sizeof *segments);
    segments->log.calls = &calls;
    segments->directory = directory;
    segments->files = directory->files;
    (void)memcpy(segments->identity, facts->identity, sizeof segments->identity);
    segments->segment_bytes_max = facts->segment_bytes;
    smallest = segment_bytes(segments, 1);
    if (smallest > FRAME_BYTES_MAX) smallest = FRAME_BYTES_MAX;
    segments->log.payload_max = (size_t)smallest - FRAME_HEADER_BYTES;
    segments->first_segment = facts->first_segment;
    segments->last_segment = facts->last_segment;
    segments->end.segment = facts->first_segment;
    segments->end.point = facts->first;
    segments->file = -1;
    if (!add_start(segments, facts->first_segment, &facts->first)) {
        quipui_memory_give_back(segments);
        return NULL;
    }
    return segments;
}

quipu_status quipui_segments_open(struct directory *directory,
                                  const struct segments_options *options, struct log **log,
                                  struct diagnosis *diagnosis)
{
    struct segments *segments;
    struct ledger_facts facts;
    quipu_status status;

    if (directory->forked) return quipui_segments_fenced(diagnosis);
    quipui_directory_facts(directory, &facts);
    segments = new_segments(directory, &facts);
    if (segments == NULL) goto no_memory;
    if (options != NULL) segments->options = *options;
    if (!segments->options.salvage) {
        status = check_segments(segments, &facts, diagnosis);
        if (status != QUIPU_OK) {
            free_segments(segments);
            return status;
        }
    }
    /* Not reached by tests: what some systems need memory for. */
    if (pthread_mutex_init(&segments->guard, NULL) != 0) goto free_memory;
    if (!quipui_spare_open(&segments->spare, facts.last_segment)) goto destroy_guard;
    *log = &segments->log;
    return QUIPU_OK;

destroy_guard:
    (void)pthread_mutex_destroy(&segments->guard);
free_memory:
    free_segments(segments);
no_memory:
    return quipui_diagnose(diagnosis, QUIPU_NO_MEMORY, "", DIAGNOSIS_NOWHERE,
                           "no memory for the journal");
}
