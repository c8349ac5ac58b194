/* money_redis.c - the balance as a key: read, decide, and count down. */
#include <stdio.h>
#include <string.h>

#include "command/locks/money.h"

/* A resource that compares tokens, as it should: it refuses one that is lower than one it has seen.
 * One step of the server. */
static const char pay_script[] =
    "local token = tonumber(ARGV[2]) "
    "if token > 0 then "
    "if token < tonumber(redis.call('get', 'newest token') or '0') then return 'older token' end "
    "redis.call('set', 'newest token', ARGV[2]) "
    "end "
    "redis.call('decrby', 'balance', ARGV[1]) "
    "return 'paid'";

static bool passed_on(struct money *money, bool done)
{
    if (!done) (void)snprintf(money->problem, sizeof money->problem, "%s", money->redis.problem);
    return done;
}

bool redis_money_open(struct money *money, const char *directory)
{
    struct redis_answer answer;
    char funds[24];

    (void)snprintf(funds, sizeof funds, "%d", SHOW_FUNDS);
    return passed_on(money, redis_process_make(&money->redis, directory, "bank") &&
                                redis_process_start(&money->redis) &&
                                REDIS_ASK(&money->redis, &answer, "SET", "balance", funds));
}

bool redis_money_read(struct money *money, long long *balance)
{
    struct redis_answer answer = {0};
    bool done = REDIS_ASK(&money->redis, &answer, "GET", "balance");

    *balance = answer.number;
    return passed_on(money, done);
}

enum payment redis_money_pay(struct money *money, const struct decision *decision,
                             char answer[SHOW_ANSWER_BYTES])
{
    char amount[24], token[24];
    struct redis_answer said;

    (void)snprintf(amount, sizeof amount, "%d", SHOW_WITHDRAWAL);
    (void)snprintf(token, sizeof token, "%lld", decision->redis_token);
    if (!passed_on(money, REDIS_ASK(&money->redis, &said, "EVAL", pay_script, "0", amount, token)))
        return PAYMENT_FAILED;
    if (decision->redis_token > 0) {
        (void)snprintf(answer, SHOW_ANSWER_BYTES, "%.20s under token %lld", said.text,
                       decision->redis_token);
    } else {
        (void)snprintf(answer, SHOW_ANSWER_BYTES, "%.20s", said.text);
    }
    return strcmp(said.text, "paid") == 0 ? PAYMENT_MADE : PAYMENT_REFUSED;
}
