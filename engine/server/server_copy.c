/* server_copy.c - reads whose records are of one instant, and more than an answer has: made as a
 * whole, by one call, into memory of the daemon. They are copies: no lock, no worker and no grace
 * period of the ledger waits for the client that they are for. */
#include <stdlib.h>

#include "server/server_parts.h"

/* So many are asked for first. While there are more, twice as many. */
enum { COPIES_FIRST = 8 * QUIPU_BATCH_MAX };

bool job_is_copied(const struct wire_request *request)
{
    if (request->kind == WIRE_SNAPSHOT) return true;
    return request->count > QUIPU_BATCH_MAX &&
           (request->kind == WIRE_QUERY_ACCOUNTS || request->kind == WIRE_GET_ACCOUNT_HOLDS);
}

/* --- filtered reads --- */

static quipu_status read_once(quipu_ledger *ledger, struct job *job, size_t most, size_t *count)
{
    void *records = job->copies, *filter = job->once;

    if (job->request.kind == WIRE_QUERY_ACCOUNTS)
        return quipu_query_accounts(ledger, filter, records, most, count);
    return quipu_get_account_holds(ledger, filter, records, most, count);
}

/* The last call has it all, so all is of one instant. */
static quipu_status read_all(quipu_ledger *ledger, struct job *job)
{
    size_t bytes = quipui_wire_shape(job->request.kind)->out_each, wanted = job->request.count;
    size_t most = wanted < COPIES_FIRST ? wanted : COPIES_FIRST, count = 0;
    quipu_status status;

    /* Ends: there are so many in all, or as many as are wanted. */
    for (;;) {
        free(job->copies);
        job->copies = malloc(most * bytes);
        if (job->copies == NULL) return QUIPU_NO_MEMORY;
        status = read_once(ledger, job, most, &count);
        job->copied = count;
        if (status != QUIPU_OK || count < most || most == wanted) return status;
        most = most < wanted / 2 ? 2 * most : wanted;
    }
}

/* --- snapshots --- */

struct collection {
    struct job *job;
    size_t room;
    bool is_short; /* of memory */
};

static bool make_room(struct collection *collection, size_t room)
{
    struct job *job = collection->job;
    void *accounts = realloc(job->copies, room * sizeof(quipu_account)), *versions;

    if (accounts != NULL) job->copies = accounts;
    versions = realloc(job->copies_beside, room * sizeof(uint64_t));
    if (versions != NULL) job->copies_beside = versions;
    collection->is_short = accounts == NULL || versions == NULL || room > job->request.count;
    collection->room = room;
    return !collection->is_short;
}

static bool collect(void *context, const quipu_account *account, uint64_t version)
{
    struct collection *collection = context;
    struct job *job = collection->job;

    if (job->copied == collection->room && !make_room(collection, 2 * collection->room))
        return false;
    ((quipu_account *)(void *)job->copies)[job->copied] = *account;
    ((uint64_t *)(void *)job->copies_beside)[job->copied++] = version;
    return true;
}

static quipu_status take_snapshot(quipu_ledger *ledger, struct job *job)
{
    struct collection collection = {.job = job};
    quipu_counters counters;
    quipu_status status = quipu_get_counters(ledger, &counters);

    if (status != QUIPU_OK) return status;
    if (!make_room(&collection, counters.accounts + 1)) return QUIPU_NO_MEMORY;
    status = quipu_snapshot(ledger, collect, &collection);
    return status == QUIPU_OK && collection.is_short ? QUIPU_NO_MEMORY : status;
}

void job_copy(quipu_ledger *ledger, struct job *job)
{
    quipu_status status =
        job->request.kind == WIRE_SNAPSHOT ? take_snapshot(ledger, job) : read_all(ledger, job);

    if (status == QUIPU_OK) {
        job_cut_part(job);
    } else {
        job_end_read(job, status, 0);
    }
}
