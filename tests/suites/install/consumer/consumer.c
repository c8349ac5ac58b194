/* consumer.c - a host of Quipu: C11, and C++17 by consumer.cpp, with every warning on.
 *
 * One transfer between two accounts, and a read by a queue; and what a host may expect of a
 * library: its malloc is its own, and the protocol that loses money is not there. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <quipu/queue.h>
#include <quipu/quipu.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPECT(claim)                                                                              \
    do {                                                                                           \
        if (!(claim)) {                                                                            \
            (void)fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #claim);              \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

/* The read of both accounts by a queue. */
static void read_by_a_queue(quipu_ledger *ledger, const quipu_uint128 *ids)
{
    quipu_queue *queue = NULL;
    quipu_completion completion;
    quipu_account accounts[2];

    EXPECT(quipu_queue_open(ledger, 1, &queue) == QUIPU_OK);
    EXPECT(quipu_queue_fd(queue) >= 0);
    EXPECT(quipu_submit_lookup_accounts(queue, ids, 2, accounts, NULL, accounts) == QUIPU_OK);
    EXPECT(quipu_queue_wait(queue, UINT64_MAX) == QUIPU_OK);
    EXPECT(quipu_reap(queue, &completion, 1) == 1);
    EXPECT(completion.context == accounts && completion.status == QUIPU_OK);
    EXPECT(accounts[0].debits_posted == 42);
    EXPECT(quipu_queue_close(queue) == QUIPU_OK);
}

static void post_one_transfer(void)
{
    quipu_ledger *ledger = NULL;
    quipu_account accounts[2];
    quipu_transfer transfer;
    quipu_result results[2];
    quipu_uint128 ids[2] = {1, 2};

    memset(accounts, 0, sizeof(accounts));
    for (int i = 0; i < 2; i++) {
        accounts[i].id = ids[i];
        accounts[i].ledger = 1;
        accounts[i].code = 1;
    }
    memset(&transfer, 0, sizeof(transfer));
    transfer.id = quipu_id();
    transfer.debit_account_id = 1;
    transfer.credit_account_id = 2;
    transfer.amount = 42;
    transfer.ledger = 1;
    transfer.code = 1;

    EXPECT(quipu_open(NULL, &ledger) == QUIPU_OK);
    EXPECT(quipu_create_accounts(ledger, accounts, 2, results) == QUIPU_OK);
    EXPECT(results[0].status == QUIPU_CREATED && results[1].status == QUIPU_CREATED);
    EXPECT(quipu_create_transfers(ledger, &transfer, 1, results) == QUIPU_OK);
    EXPECT(results[0].status == QUIPU_CREATED);
    EXPECT(quipu_lookup_accounts(ledger, ids, 2, accounts, NULL) == QUIPU_OK);
    EXPECT(accounts[0].debits_posted == 42 && accounts[0].credits_posted == 0);
    EXPECT(accounts[1].debits_posted == 0 && accounts[1].credits_posted == 42);
    read_by_a_queue(ledger, ids);
    EXPECT(quipu_close(ledger) == QUIPU_OK);
}

/* A host cannot add the protocol that loses money, whatever it calls its own. */
#ifndef __cplusplus
#ifdef HIDES
__attribute__((visibility("hidden")))
#endif
extern const void *const quipui_protocol_unsafe[32];
const void *const quipui_protocol_unsafe[32] = {"unsafe"};
#endif

static void unsafe_is_refused(void)
{
    quipu_ledger *ledger = NULL;
    quipu_options options;

    memset(&options, 0, sizeof(options));
    options.protocol = QUIPU_UNSAFE;
    EXPECT(quipu_open(&options, &ledger) == QUIPU_UNSUPPORTED);
    EXPECT(ledger == NULL);
}

#ifndef WITH_JEMALLOC /* the archive brings it, and its malloc is the process's then */
/* Whose function does this program get when it calls one of this name? */
static void is_of(const char *library, const char *name)
{
    Dl_info where;
    void *function = dlsym(RTLD_DEFAULT, name);

    EXPECT(function != NULL && dladdr(function, &where) != 0);
    if (strstr(where.dli_fname, library) == NULL) {
        (void)fprintf(stderr, "%s is of %s\n", name, where.dli_fname);
        exit(1);
    }
}
#endif

int main(void)
{
    post_one_transfer();
    unsafe_is_refused();
#ifndef WITH_JEMALLOC
    is_of("/libc.so", "malloc");
    is_of("/libc.so", "free");
    is_of("/libc.so", "aligned_alloc");
#ifdef __cplusplus
    is_of("/libstdc++.so", "_Znwm"); /* operator new */
    delete new int;                  /* so that libstdc++ is needed at all */
#endif
#endif
    return 0;
}
