/* server.c - fork, become nobody, exec. */
#define _GNU_SOURCE
#include "peers/server.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STOP_TRIES 300 /* of 10 ms */

/* NULL: we are not root, and keep our user. */
static const struct passwd *servant(void)
{
    return getuid() == 0 ? getpwnam("nobody") : NULL;
}

bool peer_server_prepare(struct peer_server *server, const char *scratch)
{
    const struct passwd *user = servant();

    *server = (struct peer_server){0};
    (void)snprintf(server->folder, sizeof server->folder, "%s/server", scratch);
    (void)snprintf(server->log, sizeof server->log, "%s/log", server->folder);
    if (mkdir(server->folder, 0700) != 0)
        return peer_fail("%s: %s", server->folder, strerror(errno));
    if (user == NULL || chown(server->folder, user->pw_uid, user->pw_gid) == 0) return true;
    return peer_fail("%s: %s", server->folder, strerror(errno));
}

static void show_log(const struct peer_server *server)
{
    char text[2000];
    FILE *log = fopen(server->log, "r");
    size_t length;

    if (log == NULL) return;
    length = fread(text, 1, sizeof text - 1, log);
    text[length] = '\0';
    (void)fclose(log);
    (void)peer_fail("%s", text);
}

static void become(const struct peer_server *server, char *const arguments[])
{
    const struct passwd *user = servant();
    int log;

    if (user != NULL &&
        (setgroups(0, NULL) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0))
        _exit(127);
    (void)prctl(PR_SET_PDEATHSIG, SIGQUIT); /* after setuid(), which clears it */
    if (chdir(server->folder) != 0) _exit(127);
    log = open(server->log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (log < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0) _exit(127);
    (void)execvp(arguments[0], arguments);
    (void)fprintf(stderr, "%s: %s\n", arguments[0], strerror(errno));
    _exit(127);
}

bool peer_server_start(struct peer_server *server, char *const arguments[])
{
    server->pid = fork();
    if (server->pid == 0) become(server, arguments);
    return server->pid > 0 || peer_fail("fork: %s", strerror(errno));
}

bool peer_server_run(const struct peer_server *server, char *const arguments[])
{
    struct peer_server once = *server;
    int how;

    if (!peer_server_start(&once, arguments)) return false;
    if (waitpid(once.pid, &how, 0) == once.pid && WIFEXITED(how) && WEXITSTATUS(how) == 0)
        return true;
    show_log(server);
    return false;
}

bool peer_server_lives(const struct peer_server *server)
{
    if (waitpid(server->pid, NULL, WNOHANG) == 0) return true;
    show_log(server);
    return false;
}

void peer_server_stop(struct peer_server *server, int signal_number)
{
    const struct timespec pause = {.tv_nsec = 10000000};

    (void)kill(server->pid, signal_number);
    for (int i = 0; i < STOP_TRIES; i++) {
        if (waitpid(server->pid, NULL, WNOHANG) != 0) return;
        (void)nanosleep(&pause, NULL);
    }
    (void)kill(server->pid, SIGKILL);
    (void)waitpid(server->pid, NULL, 0);
}
