/* money.h - a balance, in Redis or in a ledger, and a payment that its guard may refuse. */
#ifndef QUIPU_COMMAND_LOCKS_MONEY_H
#define QUIPU_COMMAND_LOCKS_MONEY_H

#include "command/locks/lock_show.h"
#include "command/locks/redis_process.h"
#include "quipu/lease.h"

/* What a worker knew when it decided to pay. */
struct decision {
    long long balance;
    long long redis_token; /* 0: none */
    quipu_lease lease;
    uint64_t version;
};

struct money {
    enum keeping keeping;
    struct redis_process redis;                  /* KEEP_REDIS */
    quipu_ledger *ledger;                        /* the others */
    char ledger_path[REDIS_DIRECTORY_BYTES + 8]; /* "": in memory */
    uint64_t clock_ahead_ns;                     /* of the ledger's clock before the machine's */
    char problem[REDIS_PROBLEM_BYTES];
};

enum payment { PAYMENT_MADE, PAYMENT_REFUSED, PAYMENT_FAILED };

/* With a balance of SHOW_FUNDS, in `directory` if it has files. The functions below return false
 * (PAYMENT_FAILED) and say why in `problem` if the system fails. */
bool money_open(struct money *money, enum keeping keeping, const char *directory, bool on_disk);
void money_close(struct money *money);

/* The process that has the ledger was killed: open it again. Close: before another process opens
 * it. */
bool money_reopen(struct money *money);
bool money_let_go(struct money *money);

bool money_read(struct money *money, long long *balance, uint64_t *version);
enum payment money_pay(struct money *money, const struct decision *decision,
                       char answer[SHOW_ANSWER_BYTES]);

/* KEEP_FENCE: acquire the lease, waiting for its expiry if another has it. */
bool money_acquire(struct money *money, quipu_lease *lease, uint32_t seconds);

/* For KEEP_REDIS: money_redis.c. */
bool redis_money_open(struct money *money, const char *directory);
bool redis_money_read(struct money *money, long long *balance);
enum payment redis_money_pay(struct money *money, const struct decision *decision,
                             char answer[SHOW_ANSWER_BYTES]);

#endif
