/* test_calls.c - handles of quipu_connect(): what they offer, and to which users.
 *
 *   C1  what makes no sense is QUIPU_INVALID; where nobody listens, QUIPU_IO
 *   C2  all calls work; in memory there is nothing to make a checkpoint or a backup of
 *   C3  so many clients and no more, until one goes
 *   C4  a user without rights is not let in, or may only read
 *       (the server says so, not only the library in the client)
 *   C5  a child of fork() has no part in a handle, and its parent goes on
 *   C6  a client that comes and goes leaves no descriptor behind
 *   C7  where the daemon has ended, calls return QUIPU_IO until the handle is connected again;
 *       errno stays as it was
 *   C8  a call that waits longer than options.timeout ends the connection */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "connect/connection_parts.h"
#include "support/daemon.h"
#include "support/descriptors.h"
#include "support/ledger.h"

static struct daemon served;

static quipu_ledger *begin(const struct server_options *options)
{
    quipu_ledger *near = ledger_open(QUIPU_OPTIMISTIC, NULL);
    quipu_account accounts[2] = {an_account(1), an_account(2)};
    quipu_result results[2];

    cr_assert_eq(quipu_create_accounts(near, accounts, 2, results), QUIPU_OK);
    daemon_begin(&served);
    daemon_start(&served, near, options);
    return near;
}

static void end(quipu_ledger *near)
{
    daemon_stop(&served);
    daemon_end(&served);
    ledger_close(near);
}

static uint32_t pay(quipu_ledger *ledger, quipu_uint128 id, quipu_status expected)
{
    quipu_transfer event = a_transfer(id, 1, 2, 5);
    quipu_result result = {.status = 0};

    cr_assert_eq(quipu_create_transfers(ledger, &event, 1, &result), expected);
    return result.status;
}

Test(calls, c1_what_makes_no_sense)
{
    quipu_connect_options wrong = {.reserved = {1}};
    char long_path[200];
    quipu_ledger *ledger = (quipu_ledger *)&wrong, *near = begin(NULL);
    quipu_daemon daemon;
    quipu_daemon_client client;
    size_t count;

    memset(long_path, 'a', sizeof long_path);
    long_path[sizeof long_path - 1] = 0;
    cr_expect_eq(quipu_connect(NULL, NULL, &ledger), QUIPU_INVALID);
    cr_expect_eq(quipu_connect("x", NULL, NULL), QUIPU_INVALID);
    cr_expect_eq(quipu_connect(long_path, NULL, &ledger), QUIPU_INVALID);
    cr_expect_null(ledger);
    cr_expect_eq(quipu_connect("", NULL, &ledger), QUIPU_INVALID);
    cr_expect_eq(quipu_connect(served.path, &wrong, &ledger), QUIPU_INVALID);
    cr_expect_eq(quipu_connect("/nobody/listens/here", NULL, &ledger), QUIPU_IO);
    cr_expect_eq(quipu_reconnect(NULL), QUIPU_INVALID);
    cr_expect_eq(quipu_reconnect(near), QUIPU_INVALID);
    cr_expect_eq(quipu_get_daemon(near, &daemon, &client, 1, &count), QUIPU_INVALID);
    ledger = daemon_connect(&served);
    cr_expect_eq(quipu_get_daemon(ledger, &daemon, &client, 0, &count), QUIPU_INVALID);
    cr_expect_eq(quipu_get_daemon(ledger, &daemon, NULL, 1, &count), QUIPU_INVALID);
    cr_expect_eq(quipu_create_transfers(ledger, NULL, 1, NULL), QUIPU_INVALID);
    cr_expect_eq(quipu_close(ledger), QUIPU_OK);
    end(near);
}

static bool visit(void *context, const quipu_account *account, uint64_t version)
{
    (void)context;
    (void)account;
    (void)version;
    return true;
}

Test(calls, c2_what_is_offered)
{
    quipu_ledger *near = begin(NULL), *far = daemon_connect(&served);
    quipu_counters here, there;
    uint64_t horizon;
    char words[100] = "?";

    cr_expect_eq(quipu_snapshot(far, visit, NULL), QUIPU_OK);
    cr_expect_eq(quipu_checkpoint(far), QUIPU_OK);
    cr_expect_eq(quipu_backup(far, "/nowhere"), QUIPU_INVALID);
    cr_expect_eq(quipu_diagnose(far, NULL, words, sizeof words), QUIPU_OK);
    cr_expect_eq(words[0], 0);
    cr_expect_eq(quipu_sync(far), QUIPU_OK);
    cr_expect_eq(pay(far, 1, QUIPU_OK), QUIPU_CREATED);
    cr_expect_eq(pay(near, 1, QUIPU_OK), QUIPU_CREATE_TRANSFER_EXISTS);
    cr_expect_eq(quipu_horizon(far, &horizon), QUIPU_OK);
    cr_expect_gt(horizon, NOON);
    cr_expect_eq(quipu_get_counters(far, &there), QUIPU_OK);
    cr_expect_eq(quipu_get_counters(near, &here), QUIPU_OK);
    cr_expect_eq(memcmp(&here, &there, sizeof here), 0);
    cr_expect_eq(quipu_close(far), QUIPU_OK);
    end(near);
}

Test(calls, c3_so_many_clients)
{
    const struct server_options two = {.clients_max = 2};
    quipu_ledger *near = begin(&two), *first = daemon_connect(&served), *third;
    quipu_ledger *second = daemon_connect(&served);

    cr_assert_eq(quipu_connect(served.path, NULL, &third), QUIPU_BUSY);
    cr_assert_null(third);
    cr_assert_eq(daemon_look(first).refused, 1);
    cr_assert_eq(quipu_close(second), QUIPU_OK);
    /* Ends: the server hears the hang-up. */
    while (daemon_look(first).clients > 1)
        continue;
    third = daemon_connect(&served);
    cr_assert_eq(pay(third, 9, QUIPU_OK), QUIPU_CREATED);
    cr_assert_eq(quipu_close(third), QUIPU_OK);
    cr_assert_eq(quipu_close(first), QUIPU_OK);
    end(near);
}

/* A client that does not look whether it may write, and writes. */
static quipu_status pay_all_the_same(void)
{
    struct wire_request request = {.number = 1, .kind = WIRE_CREATE_TRANSFERS, .count = 1};
    quipu_transfer event = a_transfer(78, 1, 2, 5);
    struct link_to_daemon link;
    struct wire_answer answer;

    if (quipui_link_open(&link, served.path, 5000) != QUIPU_OK) return QUIPU_IO;
    request.bytes = (uint32_t)quipui_wire_request_bytes(&request);
    quipui_wire_put(&link.requests, &request, sizeof request);
    quipui_wire_put(&link.requests, &event, sizeof event);
    wire_publish(&link.requests);
    quipui_link_ring(&link);
    if (!quipui_link_wait_answer(&link, 0)) return QUIPU_IO;
    quipui_wire_take(&link.answers, &answer, sizeof answer);
    quipui_link_close(&link);
    return (quipu_status)answer.status;
}

/* The same for a checkpoint and a backup, and what the library says of them. In memory those have
 * nothing to do. */
static bool keep_all_the_same(quipu_ledger *far, quipu_status kept)
{
    const quipu_status backed_up = kept == QUIPU_OK ? QUIPU_INVALID : kept;
    const struct wire_path nowhere = {.bytes = "/nowhere"};
    struct link_to_daemon link;
    struct wire_answer answer;
    bool right = true;

    if (quipu_checkpoint(far) != kept || quipu_backup(far, "/nowhere") != backed_up) return false;
    if (quipui_link_open(&link, served.path, 5000) != QUIPU_OK) return false;
    for (uint32_t kind = WIRE_CHECKPOINT; kind <= WIRE_BACKUP; kind++) {
        struct wire_call call = {.request = {.kind = kind}, .once = &nowhere};

        call.request.bytes = (uint32_t)quipui_wire_request_bytes(&call.request);
        quipui_link_ask(&link, &call);
        right = right && quipui_link_wait_answer(&link, 0);
        quipui_link_hear(&link, &answer);
        right = right && answer.status == (kind == WIRE_BACKUP ? backed_up : kept);
    }
    quipui_link_close(&link);
    return right;
}

/* In a child that is another user: what connecting and paying come to. */
static void be_nobody(quipu_status connected, quipu_status paid)
{
    const uid_t nobody = 65534;
    pid_t child = fork();
    int status;

    if (child == 0) {
        quipu_transfer event = a_transfer(77, 1, 2, 5);
        quipu_uint128 id = 1;
        quipu_account account;
        quipu_result result;
        quipu_ledger *far;

        if (setuid(nobody) != 0) _exit(1);
        if (quipu_connect(served.path, NULL, &far) != connected) _exit(2);
        if (connected != QUIPU_OK) _exit(0);
        if (quipu_lookup_accounts(far, &id, 1, &account, NULL) != QUIPU_OK) _exit(3);
        if (quipu_create_transfers(far, &event, 1, &result) != paid) _exit(4);
        if (pay_all_the_same() != paid) _exit(5);
        if (!keep_all_the_same(far, paid)) _exit(6);
        _exit(0);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert_eq(status, 0, "%d", status >> 8);
}

static void try_rights(const struct server_options *options, quipu_status connected,
                       quipu_status paid)
{
    quipu_ledger *near = begin(options), *far = daemon_connect(&served);

    cr_assert_eq(chmod(served.folder, 0711), 0);
    be_nobody(QUIPU_IO, QUIPU_OK); /* mode 0600 */
    cr_assert_eq(chmod(served.path, 0666), 0);
    be_nobody(connected, paid);
    cr_assert_eq(pay(far, 3, QUIPU_OK), QUIPU_CREATED);
    cr_assert_eq(quipu_close(far), QUIPU_OK);
    end(near);
}

Test(calls, c4_rights_are_by_user)
{
    const uint64_t nobody = 65534;
    struct server_options options = {.clients_max = 4};

    if (geteuid() != 0) cr_skip_test("only root can be another user");
    try_rights(&options, QUIPU_OK, QUIPU_OK);
    options.others = SERVER_OTHERS_READ;
    try_rights(&options, QUIPU_OK, QUIPU_UNSUPPORTED);
    options.others = SERVER_OTHERS_NOTHING;
    try_rights(&options, QUIPU_UNSUPPORTED, QUIPU_OK);
    options.write_uids = &nobody;
    options.write_uid_count = 1;
    try_rights(&options, QUIPU_OK, QUIPU_OK);
}

Test(calls, c5_a_child_has_no_part_in_a_handle)
{
    quipu_ledger *near = begin(NULL), *far = daemon_connect(&served);
    int status;
    pid_t child;

    cr_assert_eq(pay(far, 1, QUIPU_OK), QUIPU_CREATED);
    child = fork();
    if (child == 0) {
        quipu_transfer event = a_transfer(2, 1, 2, 5);
        quipu_ledger *own = NULL;
        quipu_result result;

        if (quipu_create_transfers(far, &event, 1, &result) != QUIPU_FENCED) _exit(1);
        if (quipu_reconnect(far) != QUIPU_FENCED) _exit(2);
        if (quipu_close(far) != QUIPU_OK) _exit(3);
        if (quipu_connect(served.path, NULL, &own) != QUIPU_OK) _exit(4);
        if (quipu_create_transfers(own, &event, 1, &result) != QUIPU_OK) _exit(5);
        _exit(quipu_close(own) == QUIPU_OK ? 0 : 6);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert_eq(status, 0, "%d", status >> 8);
    cr_assert_eq(pay(far, 2, QUIPU_OK), QUIPU_CREATE_TRANSFER_EXISTS);
    cr_assert_eq(quipu_close(far), QUIPU_OK);
    end(near);
}

Test(calls, c6_no_descriptor_is_left_behind)
{
    quipu_ledger *near = begin(NULL), *far = daemon_connect(&served);
    size_t before;

    (void)daemon_look(far); /* by now the server has closed what it has sent */
    before = count_descriptors();
    for (unsigned i = 0; i < 200; i++) {
        quipu_ledger *other = daemon_connect(&served);

        cr_assert_eq(pay(other, i + 1, QUIPU_OK), QUIPU_CREATED);
        cr_assert_eq(quipu_close(other), QUIPU_OK);
    }
    /* Ends: the server hears the last hang-up. */
    while (daemon_look(far).descriptors > 2)
        continue;
    cr_assert_eq(daemon_look(far).clients, 1);
    cr_assert_eq(count_descriptors(), before);
    cr_assert_eq(daemon_look(far).connected, 201);
    cr_assert_eq(quipu_close(far), QUIPU_OK);
    end(near);
}

Test(calls, c7_a_daemon_that_has_ended)
{
    quipu_ledger *near = begin(NULL), *far = daemon_connect(&served);
    char words[100];

    cr_assert_eq(pay(far, 1, QUIPU_OK), QUIPU_CREATED);
    daemon_stop(&served);
    errno = 4711;
    cr_assert_eq(pay(far, 2, QUIPU_IO), 0, "there is no result");
    cr_assert_eq(errno, 4711);
    cr_assert_eq(pay(far, 2, QUIPU_IO), 0);
    cr_assert_eq(quipu_diagnose(far, NULL, words, sizeof words), QUIPU_IO);
    cr_assert_gt(strlen(words), 10);
    cr_assert_eq(quipu_reconnect(far), QUIPU_IO);
    daemon_start(&served, near, NULL);
    cr_assert_eq(quipu_reconnect(far), QUIPU_OK);
    cr_assert_eq(quipu_reconnect(far), QUIPU_OK, "it is alive, and stays");
    cr_assert_eq(pay(far, 1, QUIPU_OK), QUIPU_CREATE_TRANSFER_EXISTS);
    cr_assert_eq(daemon_look(far).connected, 1);
    cr_assert_eq(quipu_close(far), QUIPU_OK);
    end(near);
}

/* A daemon that is stopped where it stands. */
Test(calls, c8_a_call_waits_so_long)
{
    const quipu_options in_memory = {.account_capacity = 1000, .transfer_capacity = 1000};
    const quipu_connect_options soon = {.timeout = SECOND / 20};
    quipu_ledger *far = NULL;
    struct daemon daemon;

    daemon_begin(&daemon);
    daemon_fork(&daemon, &in_memory);
    cr_assert_eq(quipu_connect(daemon.path, &(quipu_connect_options){.timeout = 0}, &far),
                 QUIPU_OK);
    cr_assert_eq(quipu_close(far), QUIPU_OK);
    cr_assert_eq(quipu_connect(daemon.path, &soon, &far), QUIPU_OK);
    cr_assert_eq(quipu_sync(far), QUIPU_OK);
    cr_assert_eq(kill(daemon.pid, SIGSTOP), 0);
    cr_assert_eq(quipu_sync(far), QUIPU_IO);
    cr_assert_eq(kill(daemon.pid, SIGCONT), 0);
    cr_assert_eq(quipu_sync(far), QUIPU_IO, "the connection has ended");
    cr_assert_eq(quipu_close(far), QUIPU_OK);
    cr_assert_eq(daemon_kill(&daemon, SIGKILL), SIGKILL);
    daemon_end(&daemon);
}
