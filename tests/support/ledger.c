/* ledger.c - see ledger.h. */
#include "support/ledger.h"

#include <stdlib.h>
#include <string.h>

const quipu_protocol protocols[PROTOCOL_COUNT] = {QUIPU_OPTIMISTIC, QUIPU_CAS, QUIPU_MUTEX,
                                                  QUIPU_RCU};

const char *protocol_name(quipu_protocol protocol)
{
    switch (protocol) {
    case QUIPU_OPTIMISTIC: return "optimistic";
    case QUIPU_CAS: return "cas";
    case QUIPU_MUTEX: return "mutex";
    case QUIPU_RCU: return "rcu";
    }
    return "unsafe";
}

int *protocol_indexes(size_t *count)
{
    static int indexes[PROTOCOL_COUNT];
    const char *wanted = getenv("QUIPU_TEST_PROTOCOLS");

    *count = 0;
    for (int i = 0; i < PROTOCOL_COUNT; i++) {
        if (wanted != NULL && strstr(wanted, protocol_name(protocols[i])) == NULL) continue;
        indexes[(*count)++] = i;
    }
    return indexes;
}

/* ThreadSanitizer does not look here. A daemon in a thread of the test reads the clock between a
 * request and its answer. They come through memory that is mapped twice, in no order that it
 * sees. */
__attribute__((no_sanitize("thread"))) uint64_t ledger_clock(void *context)
{
    return *(const uint64_t *)context;
}

quipu_ledger *ledger_open(quipu_protocol protocol, uint64_t *now)
{
    quipu_options options = {
        .protocol = protocol, .account_capacity = 1 << 16, .transfer_capacity = 1 << 22};
    quipu_ledger *ledger = NULL;

    if (now != NULL) {
        options.clock = ledger_clock;
        options.clock_context = now;
    }
    cr_assert_eq(quipu_open(&options, &ledger), QUIPU_OK, "a ledger opens");
    cr_assert_not_null(ledger);
    return ledger;
}

void ledger_close(quipu_ledger *ledger)
{
    cr_assert_eq(quipu_close(ledger), QUIPU_OK, "a ledger closes");
}

quipu_account ledger_account(quipu_ledger *ledger, quipu_uint128 id, uint64_t *version)
{
    quipu_account account;
    uint64_t unwanted;

    cr_assert_eq(quipu_lookup_accounts(ledger, &id, 1, &account, version ? version : &unwanted),
                 QUIPU_OK);
    cr_assert(account.id == id, "account %llu exists", (unsigned long long)id);
    return account;
}

quipu_account an_account(quipu_uint128 id)
{
    return (quipu_account){.id = id, .ledger = 1, .code = 1};
}

quipu_account a_flagged_account(quipu_uint128 id, uint16_t flags)
{
    return (quipu_account){.id = id, .ledger = 1, .code = 1, .flags = flags};
}

quipu_transfer a_transfer(quipu_uint128 id, quipu_uint128 debit, quipu_uint128 credit,
                          quipu_uint128 amount)
{
    return a_flagged_transfer(id, debit, credit, amount, 0);
}

quipu_transfer a_flagged_transfer(quipu_uint128 id, quipu_uint128 debit, quipu_uint128 credit,
                                  quipu_uint128 amount, uint16_t flags)
{
    return (quipu_transfer){.id = id,
                            .debit_account_id = debit,
                            .credit_account_id = credit,
                            .amount = amount,
                            .ledger = 1,
                            .code = 1,
                            .flags = flags};
}

quipu_transfer a_hold(quipu_uint128 id, quipu_uint128 debit, quipu_uint128 credit,
                      quipu_uint128 amount, uint32_t timeout)
{
    quipu_transfer hold = a_flagged_transfer(id, debit, credit, amount, QUIPU_TRANSFER_PENDING);

    hold.timeout = timeout;
    return hold;
}

quipu_transfer a_post(quipu_uint128 id, quipu_uint128 pending_id, quipu_uint128 amount)
{
    return (quipu_transfer){.id = id,
                            .pending_id = pending_id,
                            .amount = amount,
                            .flags = QUIPU_TRANSFER_POST_PENDING_TRANSFER};
}

quipu_transfer a_void(quipu_uint128 id, quipu_uint128 pending_id)
{
    return (quipu_transfer){
        .id = id, .pending_id = pending_id, .flags = QUIPU_TRANSFER_VOID_PENDING_TRANSFER};
}
