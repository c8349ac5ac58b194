/* test_assert.c - the assertions themselves, without audits and with them. */
#undef QUIPU_AUDIT
#include "base/assert.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int asked;

static int ask(int answer)
{
    asked++;
    return answer;
}

Test(assertion, invariant_is_asked_once)
{
    invariant(ask(1));
    cr_assert_eq(asked, 1);
}

Test(assertion, broken_invariant_aborts, .signal = SIGABRT)
{
    invariant(ask(0));
}

Test(assertion, audit_is_not_asked_without_audits)
{
    audit(ask(1));
    audit(ask(0));
    cr_assert_eq(asked, 0);
}

/* What a process says on its standard error, and how it ends. */
static int listen_to(void (*body)(void), char *said, size_t bytes)
{
    int ends[2], status = 0;
    ssize_t got;
    size_t count = 0;
    pid_t child;

    cr_assert_eq(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        (void)dup2(ends[1], STDERR_FILENO);
        body();
        _exit(0);
    }
    (void)close(ends[1]);
    while ((got = read(ends[0], said + count, bytes - 1 - count)) > 0)
        count += (size_t)got;
    said[count] = '\0';
    (void)close(ends[0]);
    cr_assert_eq(waitpid(child, &status, 0), child);
    return status;
}

static void claim_something_false(void)
{
    invariant(1 + 1 == ask(3));
}

Test(assertion, broken_invariant_says_what_and_where)
{
    char said[4096];
    int status = listen_to(claim_something_false, said, sizeof said);

    cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    cr_assert_not_null(strstr(said, "test_assert.c:"), "%s", said);
    cr_assert_not_null(strstr(said, "invariant broken: 1 + 1 == ask(3)\n"), "%s", said);
}

/* The same header, with audits. */
#define QUIPU_AUDIT 1
#undef QUIPU_BASE_ASSERT_H
#undef invariant
#undef audit
#define invariant_broken invariant_broken_too
#include "base/assert.h"

Test(assertion, audit_is_asked_with_audits)
{
    audit(ask(1));
    cr_assert_eq(asked, 1);
}

Test(assertion, broken_audit_aborts_with_audits, .signal = SIGABRT)
{
    audit(ask(0));
}
