/* recover_cuts.c - the first time that the log is read: what counts of it. */
#include "recovery/recover_parts.h"

#include "base/memory.h"

static bool note(struct recovery *recovery, const struct log_frame *frame)
{
    const struct cut cut = {frame->sequence, frame->horizon};
    const struct milestone milestone = {frame->sequence, recovery->bytes};

    if (frame->kind == LOG_CUT && !quipui_pile_add(&recovery->cuts, &cut)) return false;
    return quipui_pile_add(&recovery->milestones, &milestone);
}

static quipu_status read_all(struct recovery *recovery, struct log_cursor *cursor)
{
    struct log_frame frame;

    /* Ends: with the log. */
    for (;;) {
        quipu_status status = log_read(recovery->log, cursor, &frame, recovery->diagnosis);

        if (status != QUIPU_OK || frame.kind == LOG_END) return status;
        if (frame.horizon < recovery->horizon) {
            return quipui_diagnose(recovery->diagnosis, QUIPU_CORRUPT, "", DIAGNOSIS_NOWHERE,
                                   "the horizon falls at frame %llu",
                                   (unsigned long long)frame.sequence);
        }
        if (!note(recovery, &frame)) {
            return quipui_blame_room(recovery->diagnosis, QUIPU_NO_MEMORY, "the cuts of the log");
        }
        if (recovery->last == 0) recovery->first = frame.sequence;
        recovery->last = frame.sequence;
        recovery->horizon = frame.horizon;
        recovery->bytes += frame.length;
    }
}

/* Each part reads about as many bytes. */
static void share_frames(struct recovery *recovery)
{
    const struct pile *milestones = &recovery->milestones;
    uint64_t next = recovery->first;
    size_t m = 0;

    for (unsigned i = 0; i < RECOVER_PARTS; i++) {
        uint64_t end = recovery->bytes * (i + 1) / RECOVER_PARTS;

        while (m < milestones->count &&
               ((const struct milestone *)pile_at(milestones, m))->bytes < end)
            m++;
        recovery->parts[i].from = next;
        recovery->parts[i].to =
            m < milestones->count && i + 1 < RECOVER_PARTS
                ? ((const struct milestone *)pile_at(milestones, m))->sequence - 1
                : recovery->last;
        next = recovery->parts[i].to + 1;
    }
}

quipu_status quipui_recover_cuts(struct recovery *recovery)
{
    struct log_cursor cursor = {.sequence = recovery->first_frame};
    quipu_status status = read_all(recovery, &cursor);

    quipui_memory_give_back(cursor.buffer);
    if (status == QUIPU_INVALID || (status == QUIPU_OK && recovery->last < recovery->first_frame) ||
        (status == QUIPU_OK && recovery->last != 0 && recovery->horizon < recovery->cut)) {
        return quipui_diagnose(recovery->diagnosis, QUIPU_CORRUPT, "", DIAGNOSIS_NOWHERE,
                               "the log does not have what comes behind the checkpoint: frame %llu",
                               (unsigned long long)recovery->first_frame);
    }
    if (status != QUIPU_OK) return status;
    if (recovery->last == 0) recovery->horizon = recovery->cut;
    share_frames(recovery);
    return QUIPU_OK;
}

uint64_t quipui_recover_limit(const struct recovery *recovery, uint64_t sequence, size_t *from)
{
    /* Ends: with the cuts. */
    for (; *from < recovery->cuts.count; ++*from) {
        const struct cut *cut = pile_at(&recovery->cuts, *from);

        if (cut->sequence > sequence) return cut->horizon;
    }
    return recovery->horizon;
}
