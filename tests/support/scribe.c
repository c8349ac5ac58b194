/* scribe.c - see scribe.h. */
#include "support/scribe.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"

#define MOST_BYTES 40000

__attribute__((format(printf, 2, 3))) static void say(struct scribe *scribe, const char *format,
                                                      ...)
{
    va_list arguments;

    if (scribe->broken[0] != '\0') return;
    va_start(arguments, format);
    (void)vsnprintf(scribe->broken, sizeof scribe->broken, format, arguments);
    va_end(arguments);
}

void scribe_init(struct scribe *scribe, struct files *files, uint64_t seed)
{
    *scribe = (struct scribe){.next = 1};
    scribe->where = (struct directory_options){.files = files,
                                               .path = "/ledger",
                                               .segment_bytes = JOURNAL_SEGMENT_BYTES_MIN,
                                               .create = true};
    if (seed % 2 == 0) scribe->where.segment_bytes *= 4; /* the sixth and the seventh are larger */
    scribe->how.alone = true;
    scribe->random.state = seed;
}

/* Bytes of an entry: its number, then what follows from it. */
static void fill(uint32_t number, unsigned char *bytes, size_t length)
{
    struct random random = {number};

    for (size_t i = 0; i < length; i += sizeof(uint64_t)) {
        uint64_t word = random_next(&random);

        (void)memcpy(bytes + i, &word, length - i < sizeof word ? length - i : sizeof word);
    }
    for (size_t i = 0; i < 4; i++)
        bytes[i] = (unsigned char)(number >> 8 * i);
}

static uint32_t number_of(struct scribe *scribe, const struct log_frame *frame)
{
    static _Thread_local unsigned char wanted[MOST_BYTES];
    const unsigned char *bytes = frame->bytes;
    uint32_t number = 0;

    if (frame->length < 4 || frame->length > sizeof wanted) {
        say(scribe, "frame %llu has %zu bytes", (unsigned long long)frame->sequence, frame->length);
        return 0;
    }
    for (int i = 0; i < 4; i++)
        number |= (uint32_t)bytes[i] << 8 * i;
    fill(number, wanted, frame->length);
    if (memcmp(wanted, bytes, frame->length) != 0) {
        say(scribe, "frame %llu has other bytes than entry %u", (unsigned long long)frame->sequence,
            number);
    }
    return number;
}

/* Compare what is read with what must be there. */
struct comparison {
    uint32_t at;  /* entries seen, trimmed ones with them */
    bool begun;   /* saw the one that was begun */
    bool started; /* saw any frame */
    uint64_t sequence, epoch, horizon, begun_at;
};

static void compare(struct scribe *scribe, struct comparison *seen, const struct log_frame *frame)
{
    uint32_t number;

    if (seen->started && frame->sequence != seen->sequence + 1) {
        say(scribe, "frame %llu comes after %llu", (unsigned long long)frame->sequence,
            (unsigned long long)seen->sequence);
    }
    if (frame->epoch < seen->epoch || frame->horizon < seen->horizon ||
        (seen->started && (frame->kind == LOG_CUT) != (frame->epoch > seen->epoch))) {
        say(scribe, "frame %llu: epoch %llu or horizon %llu", (unsigned long long)frame->sequence,
            (unsigned long long)frame->epoch, (unsigned long long)frame->horizon);
    }
    seen->sequence = frame->sequence;
    seen->epoch = frame->epoch;
    seen->horizon = frame->horizon;
    if (frame->kind != LOG_ENTRIES) {
        seen->started = true;
        return;
    }
    number = number_of(scribe, frame);
    /* A trimmed log starts somewhere among those that may be gone. */
    while (seen->at < scribe->trimmed && scribe->entries[seen->at] != number)
        seen->at++;
    seen->started = true;
    if (seen->begun) {
        say(scribe, "entry %u comes after one that was not acknowledged", number);
    } else if (seen->at < scribe->count && scribe->entries[seen->at] == number) {
        seen->at++;
    } else if (seen->at == scribe->count && number == scribe->begun && number != 0) {
        seen->begun = true;
        seen->begun_at = frame->sequence;
    } else {
        say(scribe, "entry %u where %u should be", number,
            seen->at < scribe->count ? scribe->entries[seen->at] : 0);
    }
}

static quipu_status read_all(struct scribe *scribe)
{
    static _Thread_local unsigned char *kept; /* to take memory is slow: one buffer for all */
    static _Thread_local size_t kept_bytes;
    struct log_cursor cursor = {.buffer = kept, .buffer_bytes = kept_bytes};
    struct comparison seen = {.at = 0};
    struct log_frame frame = {.kind = LOG_CUT};
    quipu_status status = QUIPU_OK;

    while (status == QUIPU_OK && frame.kind != LOG_END) {
        status = log_read(scribe->log, &cursor, &frame, &scribe->diagnosis);
        if (status == QUIPU_OK && frame.kind != LOG_END) compare(scribe, &seen, &frame);
    }
    kept = cursor.buffer;
    kept_bytes = cursor.buffer_bytes;
    if (status != QUIPU_OK) return status;
    if (seen.at < scribe->trimmed) seen.at = scribe->trimmed;
    if (seen.at < scribe->count) {
        say(scribe, "entry %u was acknowledged and is not there", scribe->entries[seen.at]);
    }
    if (seen.begun) {
        scribe->sequences[scribe->count] = seen.begun_at;
        scribe->entries[scribe->count++] = scribe->begun;
    }
    scribe->begun = 0;
    scribe->sequence = seen.sequence;
    scribe->horizon = seen.horizon;
    return QUIPU_OK;
}

static quipu_status open_log(struct scribe *scribe)
{
    quipu_status status;

    status = quipui_directory_open(&scribe->where, &scribe->directory, &scribe->diagnosis);
    if (status != QUIPU_OK) return status;
    status =
        quipui_segments_open(scribe->directory, &scribe->how, &scribe->log, &scribe->diagnosis);
    if (status != QUIPU_OK) {
        quipui_directory_close(scribe->directory);
        return status;
    }
    status = read_all(scribe);
    if (status != QUIPU_OK) scribe_die(scribe);
    return status;
}

quipu_status scribe_check(struct scribe *scribe)
{
    quipu_status status = open_log(scribe);

    if (status == QUIPU_OK) scribe_die(scribe);
    return status;
}

quipu_status scribe_open(struct scribe *scribe)
{
    struct log_frame cut = {.kind = LOG_CUT};
    struct log_head head;
    quipu_status status = open_log(scribe);

    if (status != QUIPU_OK) return status;
    status = log_lead(scribe->log, &scribe->epoch, &scribe->diagnosis);
    if (status == QUIPU_OK) status = log_head(scribe->log, &head, &scribe->diagnosis);
    if (status == QUIPU_OK && head.sequence != scribe->sequence && head.sequence != 0 &&
        scribe->sequence != 0) {
        say(scribe, "the head is %llu", (unsigned long long)head.sequence);
    }
    if (status == QUIPU_OK) {
        cut.epoch = scribe->epoch;
        scribe->sequence = head.sequence;
        scribe->horizon = head.horizon;
        cut.sequence = ++scribe->sequence;
        cut.horizon = cut.watermark = scribe->horizon;
        status = log_append(scribe->log, &cut, &scribe->diagnosis);
    }
    if (status != QUIPU_OK) scribe_die(scribe);
    return status;
}

quipu_status scribe_append(struct scribe *scribe, size_t length)
{
    static _Thread_local unsigned char bytes[MOST_BYTES];
    struct log_frame frame = {.kind = LOG_ENTRIES,
                              .epoch = scribe->epoch,
                              .sequence = scribe->sequence + 1,
                              .horizon = scribe->horizon + 10,
                              .watermark = scribe->horizon,
                              .bytes = bytes,
                              .length = length};
    quipu_status status;

    invariant(length >= 4 && length <= sizeof bytes && scribe->count < SCRIBE_ENTRIES);
    scribe->begun = scribe->next++;
    fill(scribe->begun, bytes, length);
    status = log_append(scribe->log, &frame, &scribe->diagnosis);
    if (status != QUIPU_OK) return status;
    scribe->sequences[scribe->count] = ++scribe->sequence;
    scribe->entries[scribe->count++] = scribe->begun;
    scribe->begun = 0;
    scribe->horizon += 10;
    return QUIPU_OK;
}

quipu_status scribe_trim(struct scribe *scribe, uint32_t kept)
{
    uint64_t sequence = scribe->sequence > kept ? scribe->sequence - kept : 0;

    while (scribe->trimmed < scribe->count && scribe->sequences[scribe->trimmed] < sequence)
        scribe->trimmed++;
    return log_trim(scribe->log, scribe->epoch, sequence, &scribe->diagnosis);
}

quipu_status scribe_work(struct scribe *scribe, uint32_t count)
{
    quipu_status status = QUIPU_OK;

    for (uint32_t i = 0; i < count && status == QUIPU_OK; i++) {
        uint32_t kind = random_below(&scribe->random, 8);
        size_t room = scribe->log->payload_max;
        uint32_t most = kind == 0  ? (uint32_t)(room < MOST_BYTES ? room : MOST_BYTES)
                        : kind < 4 ? 200
                                   : 9000;

        status = scribe_append(scribe, 4 + random_below(&scribe->random, most - 3));
        if (status == QUIPU_OK && random_one_in(&scribe->random, 10)) {
            status = scribe_trim(scribe, random_below(&scribe->random, 8));
        }
    }
    return status;
}

quipu_status scribe_close(struct scribe *scribe)
{
    quipu_status status = log_close(scribe->log, &scribe->diagnosis);

    quipui_directory_close(scribe->directory);
    return status;
}

void scribe_die(struct scribe *scribe)
{
    log_abandon(scribe->log);
    quipui_directory_close(scribe->directory);
}
