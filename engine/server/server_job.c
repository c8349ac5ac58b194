/* server_job.c - the memory of a request and its answer, in one piece. */
#include <stdlib.h>
#include <string.h>

#include "server/server_parts.h"

/* What a client has once is kept for its next request, up to this. */
#define SPARE_BYTES_MAX ((size_t)8 << 20)

struct extent {
    size_t once, expectations, each, out_once, out_each, out_beside;
};

static struct extent extent_of(const struct wire_request *request)
{
    const struct wire_shape *shape = quipui_wire_shape(request->kind);
    size_t count = job_is_copied(request) ? 0 : wire_part(request->count);

    return (struct extent){
        .once = shape->in_once,
        .expectations = request->expectation_count * sizeof(quipu_expectation),
        .each = count * shape->in_each,
        .out_once = shape->out_once,
        .out_each = count * shape->out_each,
        .out_beside = request->flags & WIRE_BESIDE ? count * shape->out_beside : 0,
    };
}

/* The next part of the memory, at a line of its own. */
static unsigned char *cut(unsigned char **at, size_t bytes)
{
    unsigned char *part = *at;

    *at += wire_padded(bytes);
    return part;
}

static struct job *take_memory(struct client *client, size_t bytes)
{
    struct job *job = client->spare;

    if (job != NULL && job->bytes >= bytes) {
        client->spare = NULL;
        return job;
    }
    job = aligned_alloc(WIRE_UNIT, bytes);
    if (job != NULL) job->bytes = bytes;
    return job;
}

struct job *job_new(struct client *client, const struct wire_request *request)
{
    struct extent extent = extent_of(request);
    size_t bytes = wire_padded(sizeof(struct job)) + wire_padded(extent.once) +
                   wire_padded(extent.expectations) + wire_padded(extent.each) +
                   wire_padded(extent.out_once) + wire_padded(extent.out_each) +
                   wire_padded(extent.out_beside);
    struct job *job = take_memory(client, bytes);
    unsigned char *at = (unsigned char *)job + wire_padded(sizeof *job);

    if (job == NULL) return NULL;
    job->client = client;
    job->request = *request;
    job->answer = (struct wire_answer){.number = request->number, .kind = request->kind};
    job->promised = 0;
    job->before = 0;
    job->copies = job->copies_beside = NULL;
    job->copied = 0;
    job->once = cut(&at, extent.once);
    job->expectations = cut(&at, extent.expectations);
    job->each = cut(&at, extent.each);
    job->out_once = cut(&at, extent.out_once);
    job->out_each = cut(&at, extent.out_each);
    job->out_beside = extent.out_beside > 0 ? cut(&at, extent.out_beside) : NULL;
    /* A call that fails may leave results as they were: nobody is to see what was here before. */
    if (quipui_wire_shape(request->kind)->writes) {
        memset(job->out_each, 0, extent.out_each);
        if (job->out_beside != NULL) memset(job->out_beside, 0, extent.out_beside);
    }
    return job;
}

void job_free(struct job *job)
{
    struct client *client = job->client;

    free(job->copies);
    free(job->copies_beside);
    if (job->bytes > SPARE_BYTES_MAX ||
        (client->spare != NULL && client->spare->bytes >= job->bytes)) {
        free(job);
        return;
    }
    free(client->spare);
    client->spare = job;
}

/* A call that writes has given results for all of its events, unless it was not made. */
void job_end_write(struct job *job, quipu_status status)
{
    job->answer.status = status;
    if (status == QUIPU_INVALID || status == QUIPU_UNSUPPORTED || status == QUIPU_BUSY ||
        status == QUIPU_FENCED) {
        return;
    }
    job->answer.count = job->request.count;
    job->answer.flags = job->request.flags;
}

void job_end_read(struct job *job, quipu_status status, size_t count)
{
    job->answer.status = status;
    if (status != QUIPU_OK) return;
    job->answer.count = (uint32_t)count;
    job->answer.flags = job->request.flags;
}
