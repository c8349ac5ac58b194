/* cell.c - fork, wait, tidy up. */
#define _GNU_SOURCE
#include "cell.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Setting up and checking takes time beside the calls; a contender that needs more hangs. */
#define PATIENCE_SECONDS 600

static volatile sig_atomic_t running; /* the child that an interruption ends, or 0 */
static volatile sig_atomic_t interrupted;

bool cell_interrupted(void)
{
    return interrupted != 0;
}

static void interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
    if (running != 0) (void)kill((pid_t)running, SIGKILL);
}

static void catch_interruptions(void)
{
    struct sigaction action = {.sa_handler = interrupt};

    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *place)
{
    (void)about;
    (void)kind;
    (void)place;
    (void)remove(path); /* what is left is seen when its folder is not empty */
    return 0;
}

/* In `where`; NULL: in memory, if there is a file system that is. Others may enter: servers run as
 * other users. */
static bool scratch_make(const char *where, char *path, size_t bytes)
{
    const char *folder = getenv("TMPDIR");

    if (access("/dev/shm", W_OK) == 0) folder = "/dev/shm";
    if (where != NULL) folder = where;
    (void)snprintf(path, bytes, "%s/quipu-bench-XXXXXX", folder != NULL ? folder : "/tmp");
    if (mkdtemp(path) == NULL) return peer_fail("%s: %s", path, strerror(errno));
    return chmod(path, 0755) == 0;
}

static void scratch_remove(const char *path)
{
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void run(const struct drive_plan *plan, struct drive_figures *figures)
{
    (void)signal(SIGINT, SIG_DFL);
    (void)signal(SIGTERM, SIG_DFL);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)setpgid(0, 0);
    (void)alarm(PATIENCE_SECONDS + (unsigned)plan->seconds * 2);
    drive_measure(plan, figures);
    (void)fflush(stderr);
    _exit(0);
}

/* The child and the servers that it started. Those that changed their user end with it. */
static void await(pid_t child, const char *name, struct drive_figures *figures)
{
    int how = 0;

    while (waitpid(child, &how, 0) < 0 && errno == EINTR)
        continue;
    running = 0;
    (void)kill(-child, SIGKILL);
    if (WIFEXITED(how) && WEXITSTATUS(how) == 0) return;
    figures->end = DRIVE_FAILED;
    if (interrupted) return;
    if (WIFSIGNALED(how) && WTERMSIG(how) == SIGALRM) {
        (void)peer_fail("%s: did not end in time", name);
    } else if (WIFSIGNALED(how)) {
        (void)peer_fail("%s: died of signal %d", name, WTERMSIG(how));
    }
}

void cell_measure(const struct drive_plan *plan, struct drive_figures *figures)
{
    char scratch[256];
    struct drive_plan with_scratch = *plan;
    struct drive_figures *shared;
    pid_t child;

    *figures = (struct drive_figures){.end = DRIVE_FAILED};
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) return;
    if (!scratch_make(plan->folder, scratch, sizeof scratch)) goto unmap;
    with_scratch.scratch = scratch;
    *shared = *figures;

    catch_interruptions();
    child = fork();
    if (child == 0) run(&with_scratch, shared);
    if (child > 0) running = child;
    if (interrupted) interrupt(SIGINT); /* before there was a child to end */
    if (child > 0) await(child, plan->peer->name, shared);
    *figures = *shared;
    scratch_remove(scratch);
unmap:
    (void)munmap(shared, sizeof *shared);
}
