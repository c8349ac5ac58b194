/* child.h - forked children that answer by how they end. */
#ifndef QUIPU_TESTS_SUITES_FAULTS_CHILD_H
#define QUIPU_TESTS_SUITES_FAULTS_CHILD_H

#include <criterion/criterion.h>
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* A child that is still there after so many seconds hangs. */
#define CHILD_SECONDS 25

/* What a child may say beside 0, and the line of a claim that failed. */
#define CHILD_FOUND_BUSY 255

/* Where it is linked in, what a child covers counts. */
extern void __gcov_dump(void) __attribute__((weak));

/* In a child: end, and say how it went. */
_Noreturn static inline void child_end(int code)
{
    if (__gcov_dump != NULL) __gcov_dump();
    _exit(code);
}

/* The claim holds, or the child ends with the line. */
#define child_claim(claim) ((claim) ? (void)0 : child_end(1 + __LINE__ % 254))

/* fork(), with an alarm set in the child. */
static inline pid_t child_fork(void)
{
    pid_t child = fork();

    if (child == 0) {
        (void)signal(SIGALRM, SIG_DFL);
        (void)alarm(CHILD_SECONDS);
    }
    return child;
}

/* Wait for a child; what it said. */
static inline int child_wait(pid_t child)
{
    int status = 0;

    cr_assert_gt(child, 0, "fork() works");
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(!WIFSIGNALED(status), "the child was killed by signal %d (%d: it hung)",
              WTERMSIG(status), SIGALRM);
    return WEXITSTATUS(status);
}

#endif
