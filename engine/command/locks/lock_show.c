/* lock_show.c - the two workers, the trouble between them, and the score. */
#define _GNU_SOURCE
#include "command/locks/lock_show.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command/locks/lock_scratch.h"
#include "command/locks/patience.h"
#include "command/locks/trouble.h"
#include "command/terminal/complain.h"

#define LEASE_SECONDS 1
#define LONG_LEASE_SECONDS 3600
#define TTL_MS_MAX 60000

const char *const trouble_names[TROUBLE_COUNT] = {"pause", "crash", "promotion", "clock",
                                                  "long-pause"};
const char *const keeping_names[KEEPING_COUNT] = {"redis", "fence", "id", "version"};

struct show {
    enum trouble trouble;
    struct lock_scratch scratch;
    struct lock_servers servers;
    struct money money;
    char problem[REDIS_PROBLEM_BYTES];
};

static bool blame(struct show *show, const char *problem)
{
    (void)snprintf(show->problem, sizeof show->problem, "%s", problem);
    return false;
}

/* Take the lock, as a program should: it asks again how long it is valid before it goes on. A
 * machine so slow that nothing is left of it gives it more time to live. */
static bool take(struct show *show)
{
    quipu_redis_server addresses[LOCK_SERVERS];
    quipu_redis_lock_options options = {.servers = addresses, .key = LOCK_KEY, .timeout_ms = 2000};
    uint64_t valid_ms = 0;

    options.server_count = trouble_addresses(&show->servers, addresses);
    options.ttl_ms = trouble_ttl_ms(show->trouble);
    for (; valid_ms == 0 && options.ttl_ms <= TTL_MS_MAX; options.ttl_ms *= 2) {
        quipu_redis_lock *lock = NULL;
        quipu_status status = quipu_redis_lock_open(&options, &lock);

        if (status == QUIPU_OK) status = quipu_redis_lock_take(lock);
        valid_ms = quipu_redis_lock_validity_ms(lock);
        if (status == QUIPU_OK && valid_ms == 0) (void)quipu_redis_lock_leave(lock);
        if (status == QUIPU_BUSY) {
            (void)blame(show, "the lock was not given: this trouble did not happen");
        } else if (status != QUIPU_OK && status != QUIPU_IO) {
            (void)blame(show, "quipu_redis_lock_take() failed");
        } else if (status == QUIPU_IO) {
            (void)blame(show, quipu_redis_lock_problem(lock));
        }
        /* Its connections go; its keys stay, as those of a holder that is paused. */
        quipu_redis_lock_close(lock);
        if (status == QUIPU_BUSY || status == QUIPU_INVALID) return false;
    }
    return valid_ms > 0;
}

/* The first half of the program that both workers run. */
static bool decide(struct show *show, struct decision *decision)
{
    uint32_t seconds = show->trouble == TROUBLE_CLOCK ? LONG_LEASE_SECONDS : LEASE_SECONDS;

    *decision = (struct decision){0};
    if (show->servers.count > 0) {
        if (!take(show)) return false;
        if (!trouble_token(&show->servers, &decision->redis_token, show->problem)) return false;
    }
    if (show->money.keeping == KEEP_FENCE &&
        !money_acquire(&show->money, &decision->lease, seconds))
        return blame(show, show->money.problem);
    if (!money_read(&show->money, &decision->balance, &decision->version))
        return blame(show, show->money.problem);
    return decision->balance >= SHOW_WITHDRAWAL || blame(show, "there was not enough to pay");
}

/* And the second. */
static bool pay(struct show *show, const struct decision *decision, char *answer,
                struct show_score *score)
{
    enum payment payment = money_pay(&show->money, decision, answer);

    if (payment == PAYMENT_MADE) score->paid += SHOW_WITHDRAWAL;
    return payment != PAYMENT_FAILED || blame(show, show->money.problem);
}

/* The first worker decides in a process that has the ledger, and is killed in that instant. What it
 * had sent to somebody else by then, its decision, is not: as of a client of a daemon. */
static bool decide_and_crash(struct show *show, struct decision *decision)
{
    pid_t parent = getpid(), child;
    bool decided = false;
    int ends[2];

    if (!money_let_go(&show->money)) return blame(show, show->money.problem);
    if (pipe(ends) != 0) return blame(show, strerror(errno));
    child = fork();
    if (child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent || !money_reopen(&show->money) || !decide(show, decision) ||
            write(ends[1], decision, sizeof *decision) != (ssize_t)sizeof *decision)
            _exit(1);
        (void)kill(getpid(), SIGKILL);
    }
    (void)close(ends[1]);
    if (child > 0) {
        decided = read(ends[0], decision, sizeof *decision) == (ssize_t)sizeof *decision;
        (void)waitpid(child, NULL, 0);
    }
    (void)close(ends[0]);
    if (!decided) return blame(show, "the process with the ledger failed");
    return money_reopen(&show->money) || blame(show, show->money.problem);
}

static bool decide_first(struct show *show, struct decision *decision)
{
    bool crashes = show->trouble == TROUBLE_CRASH && show->money.keeping != KEEP_REDIS;

    return crashes ? decide_and_crash(show, decision) : decide(show, decision);
}

static bool begin(struct show *show, enum keeping keeping)
{
    const char *directory = show->scratch.path;

    if (!lock_scratch_make(&show->scratch)) return blame(show, strerror(errno));
    show->servers.trouble = show->trouble;
    if (keeping != KEEP_VERSION &&
        !trouble_begin(&show->servers, show->trouble, directory, show->problem))
        return false;
    return money_open(&show->money, keeping, directory, show->trouble == TROUBLE_CRASH) ||
           blame(show, show->money.problem);
}

static void end(struct show *show)
{
    money_close(&show->money);
    trouble_end(&show->servers);
    lock_scratch_remove(&show->scratch);
}

static bool read_balance(struct show *show, long long *balance)
{
    uint64_t version;

    return money_read(&show->money, balance, &version) || blame(show, show->money.problem);
}

static bool play(struct show *show, struct show_score *score)
{
    struct decision first, second;

    return begin(show, score->keeping) && read_balance(show, &score->before) &&
           decide_first(show, &first) &&
           trouble_happens(&show->servers, &show->money, show->problem) && decide(show, &second) &&
           pay(show, &second, score->second, score) && pay(show, &first, score->first, score) &&
           read_balance(show, &score->after);
}

static const char *guard_of(enum trouble trouble, enum keeping keeping)
{
    static const char *const guards[KEEPING_COUNT] = {
        "the lock", "fence: token of a lease", "id of the withdrawal", "expected version, no lock"};

    if (keeping != KEEP_REDIS) return guards[keeping];
    return trouble == TROUBLE_CRASH || trouble == TROUBLE_PROMOTION ? "the lock and its token"
                                                                    : guards[KEEP_REDIS];
}

bool lock_show_play(enum trouble trouble, enum keeping keeping, struct show_score *score)
{
    struct show show = {.trouble = trouble};
    sigset_t before;
    bool done;

    *score = (struct show_score){
        .trouble = trouble, .keeping = keeping, .guard = guard_of(trouble, keeping)};
    patience_block(&before);
    done = play(&show, score);
    end(&show);
    if (!done) complain("%s, %s: %s", trouble_names[trouble], keeping_names[keeping], show.problem);
    /* One that came meanwhile ends the process here, after all that it had started. */
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    score->lost = score->after < 0 || score->paid > score->before;
    return done;
}
