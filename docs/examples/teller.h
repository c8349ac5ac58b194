/* teller.h - a server that withdraws money, for any event loop: one thread, and no call waits.
 *
 * A client connects to a socket and sends lines, `withdraw ID ACCOUNT AMOUNT`. To each the teller
 * answers a line, `ID` and what became of it, when that is durable: in any order, so the client
 * tells answers apart by their ids. A client that got no answer sends the line again, with its id.
 *
 * A loop has to do two things: watch descriptors, and say which are readable. One of them is that
 * of the queue. */
#ifndef TELLER_H
#define TELLER_H

#include <quipu/queue.h>

enum { TELLER_DEPTH = 256, TELLER_CLIENTS = 256, TELLER_LINE = 128 };

/* A withdrawal that is in flight: its memory is the library's until it is reaped. */
struct withdrawal {
    quipu_transfer transfer;
    quipu_result result;
    int client;
    uint64_t visit; /* the number of the client's connection: its descriptor may be another's now */
    struct withdrawal *next;
};

struct client {
    uint64_t visit; /* 0: none */
    size_t used;
    char line[TELLER_LINE];
};

struct teller {
    quipu_ledger *ledger;
    quipu_queue *queue;
    int listener;
    bool stopped; /* a client said `stop`, and nothing is in flight */
    bool stopping;
    uint64_t visits;
    unsigned in_flight;
    struct withdrawal withdrawals[TELLER_DEPTH], *free;
    struct client clients[TELLER_CLIENTS]; /* by descriptor */
};

/* Listen at a path of the file system. The ledger is kept in `directory`, or in memory if that is
 * NULL; it has account 1, the cash, and accounts 2 to 9 with 100 each. */
bool teller_open(struct teller *teller, const char *path, const char *directory);
void teller_close(struct teller *teller);

/* This descriptor is readable: read it until nothing is left. */
void teller_readable(struct teller *teller, int descriptor);

/* The loop's own: watch this descriptor; forget it, since it is about to be closed. */
bool loop_watch(struct teller *teller, int descriptor);
void loop_forget(struct teller *teller, int descriptor);

#endif
