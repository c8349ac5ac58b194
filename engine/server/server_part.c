/* server_part.c - reads of more records than an answer has: part by part (N4).
 *
 * A read in order of time is made page by page, each by a call of its own when there is room for
 * its answer, so it takes no memory here, and each page is a turn. All pages together are what one
 * call would have given: what a page has shown never changes, and the next begins where it ended.
 *
 *   histories, balances   as of one instant: that of the last page; if newest first, of the first
 *   queries of transfers  all that were created before the first page, as of one call
 *   changes               below the horizon of the last page
 *
 * Other reads are made as a whole first (server_copy.c), and cut into parts. */
#include "server/server_parts.h"

#define LAST(job, type) (((const type *)(const void *)(job)->out_each)[(job)->answer.count - 1])

/* A span of time goes on behind this timestamp. Returns false if nothing can be there. */
static bool go_behind(uint64_t timestamp, bool reversed, uint64_t *min, uint64_t *max)
{
    if (reversed) {
        *max = timestamp - 1;
        return timestamp > 1 && *max >= *min;
    }
    *min = timestamp + 1;
    return timestamp < INT64_MAX && (*max == 0 || *min <= *max);
}

static bool account_goes_on(struct job *job, uint64_t timestamp)
{
    quipu_account_filter *filter = (quipu_account_filter *)(void *)job->once;

    return go_behind(timestamp, (filter->flags & QUIPU_FILTER_REVERSED) != 0,
                     &filter->timestamp_min, &filter->timestamp_max);
}

static bool query_goes_on(struct job *job, uint64_t timestamp)
{
    quipu_query_filter *filter = (quipu_query_filter *)(void *)job->once;

    return go_behind(timestamp, (filter->flags & QUIPU_QUERY_REVERSED) != 0, &filter->timestamp_min,
                     &filter->timestamp_max);
}

static bool changes_go_on(struct job *job)
{
    quipu_change_filter *filter = (quipu_change_filter *)(void *)job->once;

    filter->after_timestamp = LAST(job, quipu_change).timestamp;
    filter->after_order = LAST(job, quipu_change).order;
    return true;
}

/* A page is full: its filter is to find the next one. Returns false if there is none. */
static bool move_filter(struct job *job)
{
    switch (job->request.kind) {
    case WIRE_GET_ACCOUNT_TRANSFERS:
        return account_goes_on(job, LAST(job, quipu_transfer).timestamp);
    case WIRE_GET_ACCOUNT_BALANCES:
        return account_goes_on(job, LAST(job, quipu_account_balance).timestamp);
    case WIRE_QUERY_TRANSFERS: return query_goes_on(job, LAST(job, quipu_transfer).timestamp);
    default: return changes_go_on(job);
    }
}

bool job_has_more(struct job *job)
{
    uint32_t wanted = job->request.count - job->before, count = job->answer.count;

    if (job->answer.status != QUIPU_OK || !quipui_wire_shape(job->request.kind)->in_parts)
        return false;
    if (job_is_copied(&job->request)) return job->before + (uint64_t)count < job->copied;
    return count < wanted && count == wire_part(wanted) && move_filter(job);
}

void job_turn_page(struct job *job)
{
    job->before += job->answer.count;
    job->answer = (struct wire_answer){.number = job->request.number, .kind = job->request.kind};
}

void job_cut_part(struct job *job)
{
    const struct wire_shape *shape = quipui_wire_shape(job->request.kind);
    uint64_t left = job->copied - job->before;

    job->out_each = job->copies + (uint64_t)job->before * shape->out_each;
    job->out_beside = job->copies_beside + (uint64_t)job->before * shape->out_beside;
    job_end_read(job, QUIPU_OK, left < QUIPU_BATCH_MAX ? left : QUIPU_BATCH_MAX);
    if (job->request.kind == WIRE_SNAPSHOT) job->answer.horizon = job->copied;
}
