/* salvage_log.c - the log: where it is damaged, and the entries of each frame that is whole. */
#include "base/clock.h"
#include "base/memory.h"
#include "journal/entry.h"
#include "journal/segments.h"
#include "salvage/salvage_parts.h"

/* Read the log as an opening would, until it refuses. Its words are better than ours: it knows what
 * should be there. */
static quipu_status find_damage(struct salvage *salvage)
{
    const struct segments_options options = {.alone = true};
    struct diagnosis *diagnosis = quipui_salvage_diagnosis(salvage);
    struct log_frame frame = {.kind = LOG_CUT};
    struct log_cursor cursor = {.sequence = 0};
    struct log *log;
    quipu_status status = quipui_segments_open(salvage->directory, &options, &log, diagnosis);

    if (status == QUIPU_OK) {
        while (status == QUIPU_OK && frame.kind != LOG_END)
            status = log_read(log, &cursor, &frame, diagnosis);
        quipui_memory_give_back(cursor.buffer);
        (void)log_close(log, NULL); /* it was only read */
    }
    return quipui_salvage_pass_over(salvage, status, "");
}

static quipu_status kept(bool added)
{
    return added ? QUIPU_OK : QUIPU_NO_MEMORY;
}

static quipu_status keep(struct salvage *salvage, const struct entry *entry, uint64_t sequence)
{
    const struct origin_frame frame = {sequence, entry_instant(entry)};
    const struct found_event event = {entry->kind == ENTRY_EXPIRY, frame};
    struct found_transfer transfer;
    struct found_account account;

    switch (entry->kind) {
    case ENTRY_TRANSFER:
        transfer = (struct found_transfer){.record = entry->transfer,
                                           .account = {entry->account[0], entry->account[1]},
                                           .frame = frame};
        return kept(quipui_pile_add(&salvage->transfers, &transfer));
    case ENTRY_ACCOUNT:
        account = (struct found_account){
            .record = entry->record, .place = entry->account[0], .frame = frame};
        return kept(quipui_pile_add(&salvage->accounts, &account));
    case ENTRY_EXPIRY:
    case ENTRY_FAILED_ID: break;
    }
    return kept(quipui_pile_add(&salvage->events, &event));
}

static bool has_time(const struct entry *entry)
{
    return entry->timestamp != 0 && entry->timestamp <= TIMESTAMP_MAX &&
           entry->origin.drawn <= TIMESTAMP_MAX;
}

static quipu_status read_entries(struct salvage *salvage, const struct log_frame *frame)
{
    const unsigned char *start = frame->bytes, *at = start, *end = start + frame->length;
    struct entry_context context = {.timestamp = 0};
    quipu_status status = QUIPU_OK;
    struct entry entry;

    /* Ends: each turn moves on by an entry. */
    while (status == QUIPU_OK && at < end) {
        size_t byte = (size_t)(at - start);

        if (!quipui_entry_decode(&context, &at, end, &entry) || !has_time(&entry)) {
            quipui_salvage_say(salvage,
                               "frame %llu is whole, but what it has from byte %zu on is no entry",
                               (unsigned long long)frame->sequence, byte);
            return QUIPU_OK;
        }
        status = keep(salvage, &entry, frame->sequence);
    }
    return status;
}

/* What the frames before this one, and their place, say: are some missing? */
static void look_at_gap(struct salvage *salvage, const struct log_frame *frame, uint64_t expected,
                        uint64_t epoch, const struct log_cursor *cursor)
{
    if (frame->after_gap) {
        quipui_salvage_say(salvage,
                           "frames %llu to %llu are missing: the next one that can be read, %llu, "
                           "is in journal.%016llx",
                           (unsigned long long)expected, (unsigned long long)frame->sequence - 1,
                           (unsigned long long)frame->sequence,
                           (unsigned long long)cursor->segment);
    }
    if (epoch != 0 && frame->epoch != epoch && frame->kind != LOG_CUT) {
        quipui_salvage_say(salvage,
                           "the cut of epoch %llu is missing: it is not known which records before "
                           "frame %llu it has made void",
                           (unsigned long long)frame->epoch, (unsigned long long)frame->sequence);
    }
}

static quipu_status keep_frame(struct salvage *salvage, const struct log_frame *frame)
{
    const struct found_cut cut = {frame->sequence, frame->horizon};

    salvage->last = frame->sequence;
    if (frame->horizon > salvage->horizon) salvage->horizon = frame->horizon;
    if (frame->kind == LOG_CUT && !quipui_pile_add(&salvage->cuts, &cut)) return QUIPU_NO_MEMORY;
    return read_entries(salvage, frame);
}

static quipu_status read_frames(struct salvage *salvage, struct log *log, struct log_cursor *cursor)
{
    quipu_status status = QUIPU_OK;
    struct log_frame frame;
    uint64_t epoch = 0;

    salvage->last = salvage->facts.first.sequence;
    /* Ends: with the last frame that can be read. */
    while (status == QUIPU_OK && !salvage->is_over) {
        status = log_read(log, cursor, &frame, quipui_salvage_diagnosis(salvage));
        if (status != QUIPU_OK || frame.kind == LOG_END) break;
        look_at_gap(salvage, &frame, salvage->last + 1, epoch, cursor);
        epoch = frame.epoch;
        status = keep_frame(salvage, &frame);
    }
    if (status == QUIPU_OK && !salvage->is_over && salvage->last < salvage->facts.known.sequence) {
        quipui_salvage_say(salvage, "frames %llu to %llu, and perhaps later ones, are missing",
                           (unsigned long long)salvage->last + 1,
                           (unsigned long long)salvage->facts.known.sequence);
    }
    return status;
}

quipu_status quipui_salvage_log(struct salvage *salvage)
{
    const struct segments_options options = {.alone = true, .salvage = true};
    struct log_cursor cursor = {.salvage = true};
    struct log *log;
    quipu_status status = find_damage(salvage);

    if (status != QUIPU_OK || salvage->is_over) return status;
    status =
        quipui_segments_open(salvage->directory, &options, &log, quipui_salvage_diagnosis(salvage));
    if (status == QUIPU_OK) {
        status = read_frames(salvage, log, &cursor);
        quipui_memory_give_back(cursor.buffer);
        (void)log_close(log, NULL); /* it was only read */
    }
    return quipui_salvage_pass_over(salvage, status, "the rest of the journal is lost");
}
