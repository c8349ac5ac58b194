/* teller.c - see teller.h. */
#include "teller.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { CASH = 1, FIRST = 2, LAST = 9, FUNDS = 100, CODE = 1 };

/* The same ids at each opening: what is there already is not made again. */
static bool fill(quipu_ledger *ledger)
{
    quipu_account accounts[LAST];
    quipu_transfer funds[LAST - CASH];
    quipu_result results[LAST];

    memset(accounts, 0, sizeof accounts);
    memset(funds, 0, sizeof funds);
    for (int id = CASH; id <= LAST; id++) {
        quipu_account *account = &accounts[id - CASH];

        account->id = id;
        account->ledger = account->code = CODE;
        if (id != CASH) account->flags = QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS;
    }
    for (int id = FIRST; id <= LAST; id++) {
        funds[id - FIRST] = (quipu_transfer){.id = id,
                                             .debit_account_id = CASH,
                                             .credit_account_id = id,
                                             .amount = FUNDS,
                                             .ledger = CODE,
                                             .code = CODE};
    }
    return quipu_create_accounts(ledger, accounts, LAST, results) == QUIPU_OK &&
           quipu_create_transfers(ledger, funds, LAST - CASH, results) == QUIPU_OK;
}

static int listen_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (listener < 0 || strlen(path) >= sizeof address.sun_path) return -1;
    memcpy(address.sun_path, path, strlen(path) + 1);
    (void)unlink(path);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0) return -1;
    return listen(listener, 64) == 0 ? listener : -1;
}

bool teller_open(struct teller *teller, const char *path, const char *directory)
{
    const quipu_options options = {.path = directory};

    memset(teller, 0, sizeof *teller);
    for (int i = 0; i < TELLER_DEPTH; i++) {
        teller->withdrawals[i].next = teller->free;
        teller->free = &teller->withdrawals[i];
    }
    if (quipu_open(&options, &teller->ledger) != QUIPU_OK || !fill(teller->ledger)) return false;
    if (quipu_queue_open(teller->ledger, TELLER_DEPTH, &teller->queue) != QUIPU_OK) return false;
    teller->listener = listen_at(path);
    return teller->listener >= 0 && loop_watch(teller, teller->listener) &&
           loop_watch(teller, quipu_queue_fd(teller->queue));
}

static void leave(struct teller *teller, int descriptor)
{
    teller->clients[descriptor].visit = 0;
    loop_forget(teller, descriptor);
    (void)close(descriptor);
}

void teller_close(struct teller *teller)
{
    for (int client = 0; client < TELLER_CLIENTS; client++) {
        if (teller->clients[client].visit != 0) leave(teller, client);
    }
    loop_forget(teller, quipu_queue_fd(teller->queue));
    loop_forget(teller, teller->listener);
    (void)close(teller->listener);
    if (quipu_queue_close(teller->queue) != QUIPU_OK) abort(); /* something is in flight */
    if (quipu_close(teller->ledger) != QUIPU_OK) abort();
}

/* A client that does not take its answers is one that got none: it will ask again. */
static void answer(int client, quipu_uint128 id, const char *words)
{
    char line[TELLER_LINE * 2];
    int length = snprintf(line, sizeof line, "%llu %s\n", (unsigned long long)id, words);

    (void)send(client, line, (size_t)length, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void withdraw(struct teller *teller, int client, const char *line)
{
    unsigned long long id, account, amount;
    struct withdrawal *withdrawal = teller->free;

    if (sscanf(line, "withdraw %llu %llu %llu", &id, &account, &amount) != 3) {
        answer(client, 0, "is no withdrawal");
        return;
    }
    if (withdrawal == NULL) {
        answer(client, id, "has to wait: ask again");
        return;
    }
    withdrawal->transfer = (quipu_transfer){.id = id,
                                            .debit_account_id = account,
                                            .credit_account_id = CASH,
                                            .amount = amount,
                                            .ledger = CODE,
                                            .code = CODE};
    withdrawal->client = client;
    withdrawal->visit = teller->clients[client].visit;
    if (quipu_submit_create_transfers(teller->queue, &withdrawal->transfer, 1, &withdrawal->result,
                                      withdrawal) != QUIPU_OK) {
        answer(client, id, "has to wait: ask again");
        return;
    }
    teller->free = withdrawal->next;
    teller->in_flight++;
}

/* All that one sync of the disk has made durable is reaped by one wake-up. */
static void reap(struct teller *teller)
{
    quipu_completion completions[32];
    size_t count;

    while ((count = quipu_reap(teller->queue, completions, 32)) > 0) {
        for (size_t i = 0; i < count; i++) {
            struct withdrawal *done = completions[i].context;
            const char *words = completions[i].status == QUIPU_OK
                                    ? quipu_create_transfer_text(done->result.status)
                                    : quipu_status_text(completions[i].status);

            if (teller->clients[done->client].visit == done->visit) {
                answer(done->client, done->transfer.id, words);
            }
            done->next = teller->free;
            teller->free = done;
            teller->in_flight--;
        }
    }
}

static void greet(struct teller *teller)
{
    int client;

    while ((client = accept(teller->listener, NULL, NULL)) >= 0) {
        if (client >= TELLER_CLIENTS || !loop_watch(teller, client)) {
            (void)close(client);
            continue;
        }
        teller->clients[client] = (struct client){.visit = ++teller->visits};
    }
}

/* Whole lines of what has come. Returns false if a line is too long. */
static bool read_lines(struct teller *teller, int descriptor)
{
    struct client *client = &teller->clients[descriptor];
    char *end;

    while ((end = memchr(client->line, '\n', client->used)) != NULL) {
        *end = 0;
        if (strcmp(client->line, "stop") == 0) {
            teller->stopping = true;
        } else {
            withdraw(teller, descriptor, client->line);
        }
        client->used -= (size_t)(end + 1 - client->line);
        memmove(client->line, end + 1, client->used);
    }
    return client->used < TELLER_LINE;
}

static void listen_to(struct teller *teller, int descriptor)
{
    struct client *client = &teller->clients[descriptor];
    ssize_t got;

    while ((got = recv(descriptor, client->line + client->used, TELLER_LINE - client->used,
                       MSG_DONTWAIT)) > 0) {
        client->used += (size_t)got;
        if (!read_lines(teller, descriptor)) break;
    }
    if (got >= 0 || errno != EAGAIN) leave(teller, descriptor);
}

void teller_readable(struct teller *teller, int descriptor)
{
    if (descriptor == quipu_queue_fd(teller->queue)) {
        reap(teller);
    } else if (descriptor == teller->listener) {
        greet(teller);
    } else if (teller->clients[descriptor].visit != 0) {
        listen_to(teller, descriptor);
    }
    teller->stopped = teller->stopping && teller->in_flight == 0;
}
