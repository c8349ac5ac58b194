/* read_load.c - the loop of a reader. */
#include "command/measure/read_load.h"

#include <stdlib.h>

#include "command/common/stopwatch.h"

/* Reads between two looks at the stop flag. */
#define READS_A_ROUND 64

/* Accounts a call of READING_GROUPS. */
#define GROUP_IDS 1024

const char *const reading_names[READING_COUNT] = {"lookups", "snapshots", "groups"};

static quipu_status look_up(struct reader *reader, struct random *random)
{
    uint64_t accounts = reader->workload->account_count;
    quipu_uint128 ids[2] = {workload_account_id(random_below(random, accounts)),
                            workload_account_id(random_below(random, accounts))};
    quipu_account found[2];

    return quipu_lookup_accounts(reader->ledger, ids, 2, found, NULL);
}

/* What a reader of groups asks for and gets. */
struct group {
    quipu_uint128 ids[GROUP_IDS];
    quipu_account found[GROUP_IDS];
};

static quipu_status look_up_group(struct reader *reader, struct random *random, struct group *group)
{
    for (int i = 0; i < GROUP_IDS; i++) {
        group->ids[i] = workload_account_id(random_below(random, reader->workload->account_count));
    }
    return quipu_lookup_accounts(reader->ledger, group->ids, GROUP_IDS, group->found, NULL);
}

static void *read_groups(struct reader *reader)
{
    struct random random = {random_mix(reader->number + 1000)};
    struct group *group = malloc(sizeof *group);
    uint64_t started_ns = stopwatch_ns();

    if (group == NULL) reader->status = QUIPU_NO_MEMORY;
    while (reader->status == QUIPU_OK && !stop_flag_is_raised(&reader->stop)) {
        reader->status = look_up_group(reader, &random, group);
        reader->reads += GROUP_IDS;
    }
    reader->ns = stopwatch_ns() - started_ns;
    free(group);
    return NULL;
}

static bool visit(void *context, const quipu_account *account, uint64_t version)
{
    quipu_uint128 *sum = context;

    *sum += account->debits_posted + version;
    return true;
}

static quipu_status take_snapshot(struct reader *reader)
{
    quipu_uint128 sum = 0;

    return quipu_snapshot(reader->ledger, visit, &sum);
}

static void *read_on(void *context)
{
    struct reader *reader = context;
    struct random random = {random_mix(reader->number + 1000)};
    uint64_t started_ns = stopwatch_ns();

    if (reader->reading == READING_GROUPS) return read_groups(reader);
    while (reader->status == QUIPU_OK && !stop_flag_is_raised(&reader->stop)) {
        if (reader->reading == READING_SNAPSHOTS) {
            reader->status = take_snapshot(reader);
            reader->reads++;
            continue;
        }
        for (int i = 0; i < READS_A_ROUND && reader->status == QUIPU_OK; i++)
            reader->status = look_up(reader, &random);
        reader->reads += READS_A_ROUND;
    }
    reader->ns = stopwatch_ns() - started_ns;
    return NULL;
}

bool reader_start(struct reader *reader)
{
    if (stop_flag_open(&reader->stop) != 0) return false;
    return pthread_create(&reader->thread, NULL, read_on, reader) == 0;
}

void reader_join(struct reader *reader)
{
    stop_flag_raise(&reader->stop);
    (void)pthread_join(reader->thread, NULL);
    stop_flag_close(&reader->stop);
}
