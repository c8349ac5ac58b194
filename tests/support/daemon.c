/* daemon.c - see daemon.h. */
#include "support/daemon.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/server_parts.h"

void daemon_begin(struct daemon *daemon)
{
    memset(daemon, 0, sizeof *daemon);
    scratch_make(daemon->folder);
    (void)snprintf(daemon->path, sizeof daemon->path, "%s/socket", daemon->folder);
}

void daemon_end(struct daemon *daemon)
{
    (void)unlink(daemon->path);
    scratch_remove(daemon->folder);
}

static void *run(void *context)
{
    cr_assert(server_run(context));
    return NULL;
}

static struct server *open_server(quipu_ledger *ledger, const struct server_options *options,
                                  int listener, bool is_durable)
{
    struct server_options all = {.clients_max = 64};
    struct server *server;

    if (options != NULL) all = *options;
    all.ledger = ledger;
    all.is_durable = is_durable;
    all.listener = listener;
    server = server_open(&all);
    cr_assert_not_null(server);
    return server;
}

void daemon_start(struct daemon *daemon, quipu_ledger *ledger, const struct server_options *options)
{
    int listener = server_listen(daemon->path, 0600);

    cr_assert_geq(listener, 0);
    daemon->server = open_server(ledger, options, listener, options != NULL && options->is_durable);
    cr_assert_eq(pthread_create(&daemon->thread, NULL, run, daemon->server), 0);
}

void daemon_stop(struct daemon *daemon)
{
    server_stop(daemon->server);
    cr_assert_eq(pthread_join(daemon->thread, NULL), 0);
    server_close(daemon->server);
    daemon->server = NULL;
}

/* SIGTERM stops it. A handler would not do: in a child of a process with threads ThreadSanitizer
 * keeps signals back for ever. */
static bool stop_at_sigterm(struct server *server)
{
    sigset_t signals;
    int descriptor;

    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    if (sigprocmask(SIG_BLOCK, &signals, NULL) != 0) return false;
    descriptor = signalfd(-1, &signals, SFD_CLOEXEC);
    return descriptor >= 0 && server_watch(server, descriptor, EPOLLIN, &server->stop);
}

/* The child. */
static void serve(const quipu_options *options, int listener)
{
    struct server *server;
    quipu_ledger *ledger = NULL;
    quipu_status closed;

    /* A test that fails leaves nothing behind, not even where this process is stopped. */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (quipu_open(options, &ledger) != QUIPU_OK) _exit(10);
    server = open_server(ledger, NULL, listener, options->path != NULL);
    if (!stop_at_sigterm(server)) _exit(12);
    (void)server_run(server);
    server_close(server);
    closed = quipu_close(ledger);
    _exit(closed == QUIPU_OK ? 0 : 11);
}

void daemon_fork(struct daemon *daemon, const quipu_options *options)
{
    int listener = server_listen(daemon->path, 0600);

    cr_assert_geq(listener, 0);
    daemon->pid = fork();
    cr_assert_geq(daemon->pid, 0);
    if (daemon->pid == 0) serve(options, listener);
    (void)close(listener);
}

int daemon_kill(struct daemon *daemon, int signal)
{
    int status = 0;

    cr_assert_eq(kill(daemon->pid, signal), 0);
    cr_assert_eq(waitpid(daemon->pid, &status, 0), daemon->pid);
    return status;
}

quipu_ledger *daemon_connect(const struct daemon *daemon)
{
    /* On a busy machine a daemon may take long to recover, or to come to its door. */
    const quipu_connect_options patient = {.timeout = UINT64_C(600000000000)};
    quipu_ledger *far = NULL;
    quipu_status status = quipu_connect(daemon->path, &patient, &far);

    cr_assert_eq(status, QUIPU_OK, "%s", quipu_status_text(status));
    return far;
}

quipu_daemon daemon_look(quipu_ledger *far)
{
    quipu_daemon_client client;
    quipu_daemon daemon;
    size_t count;

    cr_assert_eq(quipu_get_daemon(far, &daemon, &client, 1, &count), QUIPU_OK);
    return daemon;
}
