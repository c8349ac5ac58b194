/* ledger.h - the four protocols by index, ledgers under a clock of the test's own, and events with
 * the usual fields filled in. */
#ifndef QUIPU_TESTS_LEDGER_H
#define QUIPU_TESTS_LEDGER_H

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "quipu/quipu.h"

#define PROTOCOL_COUNT 4
extern const quipu_protocol protocols[PROTOCOL_COUNT];
const char *protocol_name(quipu_protocol protocol);

/* The indexes that EVERY_PROTOCOL() runs: all, or those that QUIPU_TEST_PROTOCOLS=NAME,NAME has. */
int *protocol_indexes(size_t *count);

/* One body, four protocols. Indexes, never pointers: each test is a new process. */
#define EVERY_PROTOCOL(suite, ...)                                                                 \
    EVERY_PROTOCOL_(suite, EVERY_PROTOCOL_NAME(__VA_ARGS__, ), __VA_ARGS__)
#define EVERY_PROTOCOL_NAME(name, ...) name
#define EVERY_PROTOCOL_(suite, name, ...)                                                          \
    EVERY_PROTOCOL_PARAMETERS(suite, name)                                                         \
    ParameterizedTest(int *protocol_index, suite, __VA_ARGS__)
#define EVERY_PROTOCOL_PARAMETERS(suite, name)                                                     \
    ParameterizedTestParameters(suite, name)                                                       \
    {                                                                                              \
        size_t count;                                                                              \
        int *indexes = protocol_indexes(&count);                                                   \
        return cr_make_param_array(int, indexes, count);                                           \
    }

#define SECOND UINT64_C(1000000000)
#define NOON (UINT64_C(1700000000) * SECOND)
#define ID_MAX (~(quipu_uint128)0)

/* A ledger, or the test fails. `now` is the clock; NULL: the system's is. */
quipu_ledger *ledger_open(quipu_protocol protocol, uint64_t *now);
void ledger_close(quipu_ledger *ledger);

/* An options.clock: *context is the time. */
uint64_t ledger_clock(void *context);

/* The account, or the test fails. */
quipu_account ledger_account(quipu_ledger *ledger, quipu_uint128 id, uint64_t *version);

/* Of ledger 1 and code 1, without flags. */
quipu_account an_account(quipu_uint128 id);
quipu_account a_flagged_account(quipu_uint128 id, uint16_t flags);
quipu_transfer a_transfer(quipu_uint128 id, quipu_uint128 debit, quipu_uint128 credit,
                          quipu_uint128 amount);
quipu_transfer a_flagged_transfer(quipu_uint128 id, quipu_uint128 debit, quipu_uint128 credit,
                                  quipu_uint128 amount, uint16_t flags);
quipu_transfer a_hold(quipu_uint128 id, quipu_uint128 debit, quipu_uint128 credit,
                      quipu_uint128 amount, uint32_t timeout);
/* Everything that can be inherited is. */
quipu_transfer a_post(quipu_uint128 id, quipu_uint128 pending_id, quipu_uint128 amount);
quipu_transfer a_void(quipu_uint128 id, quipu_uint128 pending_id);

#endif
