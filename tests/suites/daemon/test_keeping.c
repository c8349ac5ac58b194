/* test_keeping.c - checkpoints and backups over a handle of quipu_connect().
 *
 *   K1  V5: while one is made other clients are answered, and so are other handles of this one
 *   K2  one is made at a time: a second one waits, and is made after it
 *   K3  a client that is gone disturbs nobody: what it wanted is not begun, and what was begun is
 *       made to its end
 *   K4  a server that is stopped makes what clients had published, and answers
 *   K5  the directory of a backup is where the client says; what is there is a ledger
 *   K6  what makes no sense is said as in process */
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/ledger.h"
#include "connect/connection_parts.h"
#include "support/daemon.h"
#include "support/folder.h"
#include "support/ledger.h"

static struct daemon served;
static struct folder folder;
static char bank[300];
static quipu_ledger *near, *far, *other;

static void begin(void)
{
    quipu_options options = {.path = bank,
                             .account_capacity = 1000,
                             .transfer_capacity = 1 << 17,
                             .checkpoint_bytes = UINT64_MAX};
    const struct server_options durable = {.clients_max = 8, .is_durable = true};
    quipu_account accounts[] = {an_account(1), an_account(2)};
    quipu_result results[2];

    folder_make(&folder);
    (void)snprintf(bank, sizeof bank, "%s/bank", folder.path);
    cr_assert_eq(quipu_open(&options, &near), QUIPU_OK);
    cr_assert_eq(quipu_create_accounts(near, accounts, 2, results), QUIPU_OK);
    daemon_begin(&served);
    daemon_start(&served, near, &durable);
    far = daemon_connect(&served);
    other = daemon_connect(&served);
}

static void end(void)
{
    cr_assert_eq(quipu_close(far), QUIPU_OK);
    cr_assert_eq(quipu_close(other), QUIPU_OK);
    if (served.server != NULL) daemon_stop(&served);
    daemon_end(&served);
    cr_assert_eq(quipu_close(near), QUIPU_OK);
    folder_remove(&folder);
}

static quipu_uint128 next_id = 1;

static void pay(quipu_ledger *ledger)
{
    quipu_transfer event = a_transfer(next_id++, 1, 2, 5);
    quipu_result result;

    cr_assert_eq(quipu_create_transfers(ledger, &event, 1, &result), QUIPU_OK);
    cr_assert_eq(result.status, QUIPU_CREATED);
}

/* No checkpoint can be made until it is let go. */
static void hold(void)
{
    cr_assert_eq(pthread_mutex_lock(&near->checkpoints.making), 0);
}

static void let_go(void)
{
    cr_assert_eq(pthread_mutex_unlock(&near->checkpoints.making), 0);
}

/* --- a call on its way --- */

struct keeping {
    quipu_ledger *ledger;
    const char *directory; /* of a backup, or NULL */
    quipu_status status;
    pthread_t thread;
};

static void *keep(void *context)
{
    struct keeping *keeping = context;

    keeping->status = keeping->directory != NULL ? quipu_backup(keeping->ledger, keeping->directory)
                                                 : quipu_checkpoint(keeping->ledger);
    return NULL;
}

static uint64_t requests_of(size_t index)
{
    quipu_daemon_client clients[8];
    quipu_daemon daemon;
    size_t count;

    cr_assert_eq(quipu_get_daemon(other, &daemon, clients, 8, &count), QUIPU_OK);
    cr_assert_lt(index, count);
    return clients[index].requests;
}

/* It has begun, by the client at this place: the daemon has taken its request. */
static void start(struct keeping *keeping, size_t index)
{
    uint64_t before = requests_of(index);

    cr_assert_eq(pthread_create(&keeping->thread, NULL, keep, keeping), 0);
    /* Ends: the loop takes it, though the one before is held. */
    while (requests_of(index) == before)
        sched_yield();
}

static void finish(struct keeping *keeping)
{
    cr_assert_eq(pthread_join(keeping->thread, NULL), 0);
    cr_assert_eq(keeping->status, QUIPU_OK, "%s", quipu_status_text(keeping->status));
}

static bool is_there(const char *directory)
{
    struct stat about;

    return stat(directory, &about) == 0;
}

/* There is a ledger in it, with so many transfers. */
static void expect_ledger(const char *path, uint64_t transfers)
{
    const quipu_options options = {
        .path = path, .account_capacity = 1000, .transfer_capacity = 1 << 17};
    quipu_counters counters;
    quipu_ledger *copy;

    cr_assert_eq(quipu_open(&options, &copy), QUIPU_OK);
    cr_assert_eq(quipu_get_counters(copy, &counters), QUIPU_OK);
    cr_assert_eq(counters.transfers, transfers);
    cr_assert_eq(quipu_close(copy), QUIPU_OK);
}

Test(keeping, k1_others_are_answered, .timeout = 60)
{
    char copy[300];
    struct keeping first, second;

    begin();
    (void)snprintf(copy, sizeof copy, "%s/copy", folder.path);
    first = (struct keeping){.ledger = far};
    second = (struct keeping){.ledger = daemon_connect(&served), .directory = copy};
    hold();
    start(&first, 0);
    start(&second, 2); /* K2 */
    pay(other);
    pay(far);
    let_go();
    finish(&first);
    finish(&second);
    expect_ledger(copy, 2);
    cr_assert_eq(quipu_close(second.ledger), QUIPU_OK);
    end();
}

/* A client whose request the daemon has taken. */
static void ask(struct link_to_daemon *link, const char *directory)
{
    struct wire_path whole = {.bytes = ""};
    struct wire_call call = {.request = {.kind = WIRE_BACKUP}, .once = &whole};

    memcpy(whole.bytes, directory, strlen(directory));
    cr_assert_eq(quipui_link_open(link, served.path, 5000), QUIPU_OK);
    call.request.bytes = (uint32_t)quipui_wire_request_bytes(&call.request);
    quipui_link_ask(link, &call);
    while (requests_of(2) == 0)
        sched_yield();
}

/* It is gone, and the daemon has seen it. */
static void go(struct link_to_daemon *link)
{
    quipui_link_close(link);
    while (daemon_look(other).clients > 2)
        sched_yield();
}

Test(keeping, k3_a_client_that_is_gone, .timeout = 60)
{
    char begun[300], waiting[300];
    struct link_to_daemon link;
    struct keeping last;

    begin();
    (void)snprintf(begun, sizeof begun, "%s/begun", folder.path);
    (void)snprintf(waiting, sizeof waiting, "%s/waiting", folder.path);
    hold();
    ask(&link, begun);
    /* Ends: the thread takes the request, and makes the directory before it is held. */
    while (!is_there(begun))
        sched_yield();
    go(&link);
    cr_assert_gt(daemon_look(other).descriptors, 4);
    ask(&link, waiting);
    go(&link);
    last = (struct keeping){.ledger = far};
    start(&last, 0);
    let_go();
    finish(&last);
    while (daemon_look(other).descriptors > 4)
        sched_yield();
    cr_assert_not(is_there(waiting));
    expect_ledger(begun, 0);
    end();
}

static void *stop(void *context)
{
    daemon_stop(context);
    return NULL;
}

Test(keeping, k4_a_server_that_is_stopped, .timeout = 60)
{
    struct keeping first, second;
    pthread_t thread;

    begin();
    first = (struct keeping){.ledger = far};
    second = (struct keeping){.ledger = daemon_connect(&served)};
    hold();
    start(&first, 0);
    start(&second, 2);
    cr_assert_eq(pthread_create(&thread, NULL, stop, &served), 0);
    /* Ends: the server lets its clients go, and this one has nothing in flight. */
    while (quipu_sync(other) == QUIPU_OK)
        sched_yield();
    let_go();
    finish(&first);
    finish(&second);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    cr_assert_eq(quipu_close(second.ledger), QUIPU_OK);
    end();
}

/* --- K5, K6 --- */

/* A path from where this process works: the daemon takes none of those (K6). */
Test(keeping, k5_the_directory_is_the_clients, .timeout = 60)
{
    begin();
    cr_assert_eq(chdir(folder.path), 0);
    cr_assert_eq(quipu_backup(far, "copy"), QUIPU_OK);
    cr_assert_eq(chdir("/"), 0);
    expect_ledger(folder_path(&folder, "copy"), 0);
    end();
}

/* What a client that does not name its path from the root is told. */
static quipu_status back_up_by_hand(const char *path, size_t length)
{
    struct wire_path whole;
    struct wire_call call = {.request = {.kind = WIRE_BACKUP}, .once = &whole};
    struct link_to_daemon link;
    struct wire_answer answer;

    memset(&whole, 0, sizeof whole);
    memcpy(whole.bytes, path, length);
    cr_assert_eq(quipui_link_open(&link, served.path, 5000), QUIPU_OK);
    call.request.bytes = (uint32_t)quipui_wire_request_bytes(&call.request);
    quipui_link_ask(&link, &call);
    cr_assert(quipui_link_wait_answer(&link, 0));
    quipui_link_hear(&link, &answer);
    quipui_link_close(&link);
    return (quipu_status)answer.status;
}

Test(keeping, k6_what_makes_no_sense, .timeout = 60)
{
    struct wire_path endless;
    char copy[300], long_path[5000];

    begin();
    cr_assert_eq(chdir(folder.path), 0);
    (void)snprintf(copy, sizeof copy, "%s/copy", folder.path);
    memset(&endless, '/', sizeof endless);
    memset(long_path, 'a', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = 0;
    cr_expect_eq(quipu_backup(far, NULL), QUIPU_INVALID);
    cr_expect_eq(quipu_backup(far, copy), QUIPU_OK);
    cr_expect_eq(quipu_backup(far, copy), QUIPU_INVALID, "it is not empty");
    cr_expect_eq(quipu_backup(far, bank), quipu_backup(near, bank));
    cr_expect_eq(quipu_backup(far, ""), quipu_backup(near, ""));
    cr_expect_eq(quipu_backup(far, long_path), quipu_backup(near, long_path));
    cr_expect_eq(back_up_by_hand("copied", 6), QUIPU_INVALID);
    cr_expect_not(is_there("copied"));
    cr_expect_eq(back_up_by_hand(endless.bytes, sizeof endless.bytes), QUIPU_INVALID);
    cr_assert_eq(chdir("/"), 0);
    end();
}
