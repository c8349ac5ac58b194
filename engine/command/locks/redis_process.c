/* redis_process.c - fork(), exec, and a question until it is answered. */
#define _GNU_SOURCE
#include "command/locks/redis_process.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command/locks/directory_tree.h"
#include "command/locks/patience.h"

#define WORDS_MAX 24
#define NAMES_MAX 8

extern char **environ;

static bool fail(struct redis_process *server, const char *what, const char *why)
{
    (void)snprintf(server->problem, sizeof server->problem, "%s: %s", what, why);
    return false;
}

bool redis_process_make(struct redis_process *server, const char *parent, const char *name)
{
    int length = snprintf(server->directory, sizeof server->directory, "%s/%s", parent, name);

    server->pid = 0;
    server->problem[0] = '\0';
    if (length < 0 || (size_t)length >= sizeof server->directory) {
        server->directory[0] = '\0';
        return fail(server, parent, "its path is too long for a socket");
    }
    (void)snprintf(server->socket_path, sizeof server->socket_path, "%s/socket", server->directory);
    if (mkdir(server->directory, 0700) == 0) return true;
    (void)fail(server, server->directory, strerror(errno));
    server->directory[0] = '\0';
    return false;
}

/* Where a program is, as a shell would find it. */
static bool find_program(const char *name, char path[PATH_MAX])
{
    const char *folder = getenv("PATH");

    while (folder != NULL && *folder != '\0') {
        size_t length = strcspn(folder, ":");

        (void)snprintf(path, PATH_MAX, "%.*s/%s", (int)length, folder, name);
        if (length > 0 && access(path, X_OK) == 0) return true;
        folder += length + (folder[length] == ':');
    }
    return false;
}

/* The library that changes what a program reads as the time. It does not go together with jemalloc,
 * which reads the clock before the library is ready; so malloc() comes from glibc, in its library
 * for debugging, and the server is otherwise as it is. */
static bool write_preload(struct redis_process *server, char *text, size_t bytes)
{
    static const char *const places[] = {"/usr/lib/*/faketime/libfaketime.so.1",
                                         "/usr/lib*/faketime/libfaketime.so.1"};
    bool found = false;
    glob_t names;

    for (size_t i = 0; !found && i < sizeof places / sizeof *places; i++) {
        if (glob(places[i], 0, NULL, &names) == 0) {
            (void)snprintf(text, bytes, "LD_PRELOAD=%s:libc_malloc_debug.so.0", names.gl_pathv[0]);
            found = true;
        }
        globfree(&names);
    }
    return found || fail(server, "libfaketime was not found", "install the package libfaketime");
}

/* In the child: become the server. Nothing here allocates, since other threads may have been in
 * the allocator when it was forked. */
static _Noreturn void become(const struct redis_process *server, const char *program,
                             const char **words, char **names, pid_t parent)
{
    sigset_t none;
    int nothing;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1); /* it ended before that */
    (void)setpgid(0, 0);               /* a terminal's ^C is for the command */
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    nothing = open("/dev/null", O_RDWR);
    for (int fd = 0; fd <= 2; fd++)
        (void)dup2(nothing, fd);
    if (chdir(server->directory) == 0) (void)execve(program, (char *const *)(void *)words, names);
    _exit(127);
}

static bool await_answer(struct redis_process *server)
{
    struct patience patience = patience_begin();
    struct redis_answer answer;

    while (patience_wait(&patience)) {
        int how;

        if (waitpid(server->pid, &how, WNOHANG) == server->pid) {
            server->pid = 0;
            return fail(server, "redis-server ended at once",
                        "its port or its options are refused");
        }
        if (REDIS_ASK(server, &answer, "PING") && strcmp(answer.text, "PONG") == 0) return true;
    }
    redis_process_kill(server);
    return fail(server, "redis-server", patience_problem(&patience));
}

/* The environment, with a clock of its own if it has one. Returns false, and says why, if it cannot
 * be made. */
static bool make_environment(struct redis_process *server, char ***names, char *own, size_t bytes)
{
    static char uncached[] = "FAKETIME_NO_CACHE=1",
                real_monotonic[] = "FAKETIME_DONT_FAKE_MONOTONIC=1";
    size_t count = 0, kept = 0;

    while (environ[count] != NULL)
        count++;
    *names = calloc(count + NAMES_MAX, sizeof **names);
    if (*names == NULL) return fail(server, "redis-server", "memory ran out");
    for (size_t i = 0; i < count; i++) {
        if (strncmp(environ[i], "LD_PRELOAD=", 11) != 0) (*names)[kept++] = environ[i];
    }
    if (!server->has_own_clock) return true;
    if (!write_preload(server, own, bytes / 2)) return false;
    (void)snprintf(own + bytes / 2, bytes / 2, "FAKETIME_TIMESTAMP_FILE=%s/clock",
                   server->directory);
    (*names)[kept++] = own;
    (*names)[kept++] = own + bytes / 2;
    (*names)[kept++] = uncached;
    (*names)[kept++] = real_monotonic;
    return true;
}

bool redis_process_start(struct redis_process *server)
{
    char program[PATH_MAX], port[8], follows[8], own[2 * PATH_MAX], **names = NULL;
    const char *words[WORDS_MAX] = {"redis-server",
                                    "--port",
                                    port,
                                    "--bind",
                                    "127.0.0.1",
                                    "--unixsocket",
                                    server->socket_path,
                                    "--loglevel",
                                    "warning",
                                    "--logfile",
                                    "log",
                                    "--repl-diskless-sync-delay",
                                    "0"};
    pid_t parent = getpid();

    (void)snprintf(port, sizeof port, "%u", server->port);
    (void)snprintf(follows, sizeof follows, "%u", server->follows);
    if (server->follows != 0) {
        size_t count = 0;

        while (words[count] != NULL)
            count++;
        words[count++] = "--replicaof";
        words[count++] = "127.0.0.1";
        words[count++] = follows;
    }
    if (!find_program("redis-server", program))
        return fail(server, "redis-server was not found", "install the package redis-server");
    if (server->has_own_clock && !redis_process_set_clock(server, 0)) return false;
    if (make_environment(server, &names, own, sizeof own)) {
        (void)unlink(server->socket_path);
        server->pid = fork();
        if (server->pid == 0) become(server, program, words, names, parent);
        if (server->pid < 0) {
            server->pid = 0;
            (void)fail(server, "fork", strerror(errno));
        }
    }
    free(names);
    return server->pid > 0 && await_answer(server);
}

bool redis_process_set_clock(struct redis_process *server, long seconds_ahead)
{
    char path[REDIS_DIRECTORY_BYTES + 16], fresh[REDIS_DIRECTORY_BYTES + 16];
    FILE *file;
    bool done;

    (void)snprintf(path, sizeof path, "%s/clock", server->directory);
    (void)snprintf(fresh, sizeof fresh, "%s/clock.new", server->directory);
    file = fopen(fresh, "we");
    if (file == NULL) return fail(server, fresh, strerror(errno));
    done = fprintf(file, "%+ld\n", seconds_ahead) > 0;
    /* By a new name: the server reads the old text or the new one, never a half. */
    if (fclose(file) == 0 && done && rename(fresh, path) == 0) return true;
    return fail(server, path, strerror(errno));
}

bool redis_process_choose_port(struct redis_process *server)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool chosen = fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0 &&
                  getsockname(fd, (struct sockaddr *)&at, &bytes) == 0;

    if (!chosen) (void)fail(server, "a port", strerror(errno));
    if (fd >= 0) (void)close(fd);
    server->port = chosen ? ntohs(at.sin_port) : 0;
    return chosen;
}

void redis_process_kill(struct redis_process *server)
{
    if (server->pid == 0) return;
    (void)kill(server->pid, SIGKILL);
    (void)waitpid(server->pid, NULL, 0);
    server->pid = 0;
}

void redis_process_stop(struct redis_process *server)
{
    if (server->pid == 0) return;
    (void)kill(server->pid, SIGSTOP);
    (void)waitpid(server->pid, NULL, WUNTRACED);
}

void redis_process_go_on(struct redis_process *server)
{
    if (server->pid != 0) (void)kill(server->pid, SIGCONT);
}

void redis_process_remove(struct redis_process *server)
{
    redis_process_kill(server);
    if (server->directory[0] != '\0') directory_tree_remove(server->directory);
    server->directory[0] = '\0';
}
