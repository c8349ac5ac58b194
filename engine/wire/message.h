/* message.h - what a request and an answer look like: a header of a line, and public records.
 *
 * A message is its header, then arrays of records as they are in quipu/types.h, one behind the
 * other, then padding up to a whole line. How many bytes that is follows from the kind, the counts
 * and the flags by one table. A header that says something else is no message.
 *
 *   kind            request                              answer
 *   create, commit  expectations, events                 results, receipts
 *   lookup          ids                                  records, versions
 *   read            a filter                             records
 *   snapshot        nothing                              accounts, versions
 *   backup          a path                               nothing
 *   the rest        nothing                              perhaps one record, then records
 *
 *   N1  the header is checked as a whole, from a copy, before any of its numbers is used
 *   N2  requests of a client are numbered 1, 2, 3 ...; an answer has the number of its request
 *   N3  a request says how large its answer can be, so room for it can be kept beforehand
 *   N4  the answer to a read or a snapshot comes in as many parts as it needs. Each part is an
 *       answer with the number of the request and at most QUIPU_BATCH_MAX records, and all but the
 *       last one say that another follows. What N3 says holds for each part */
#ifndef QUIPU_WIRE_MESSAGE_H
#define QUIPU_WIRE_MESSAGE_H

#include "quipu/types.h"
#include "wire/wire_ring.h"

/* Grows with each change of anything in engine/wire/. */
#define WIRE_VERSION 2

/* Numbers never change. */
enum wire_kind {
    WIRE_CREATE_ACCOUNTS = 1,
    WIRE_CREATE_TRANSFERS,
    WIRE_COMMIT,
    WIRE_LOOKUP_ACCOUNTS,
    WIRE_LOOKUP_TRANSFERS,
    WIRE_LOOKUP_HOLDS,
    WIRE_GET_ACCOUNT_TRANSFERS,
    WIRE_GET_ACCOUNT_BALANCES,
    WIRE_GET_ACCOUNT_HOLDS,
    WIRE_QUERY_ACCOUNTS,
    WIRE_QUERY_TRANSFERS,
    WIRE_GET_CHANGES,
    WIRE_HORIZON,
    WIRE_GET_COUNTERS,
    WIRE_SYNC,
    WIRE_GET_DAEMON,
    WIRE_SNAPSHOT,
    WIRE_CHECKPOINT,
    WIRE_BACKUP,
    WIRE_KINDS /* of which there is none with 0 */
};

enum {
    WIRE_BESIDE = 1 << 0, /* versions or receipts are wanted */
    WIRE_MORE = 1 << 1    /* of an answer: another part follows */
};

/* What a backup is about. */
struct wire_path {
    char bytes[4096]; /* from the root on, with zeroes to the end */
};

struct wire_request {
    uint64_t number;
    uint32_t kind;
    uint32_t bytes; /* of the message, with header and padding */
    uint32_t count; /* of events or ids; of a read: the most records that are wanted */
    uint32_t expectation_count;
    uint32_t flags;
    uint32_t reserved[9]; /* zero */
};

struct wire_answer {
    uint64_t number;
    uint32_t kind;
    uint32_t bytes;
    uint32_t status;  /* quipu_status */
    uint32_t count;   /* of records that follow */
    uint64_t horizon; /* of a snapshot: how many accounts it has, in all parts together */
    uint32_t flags;   /* WIRE_BESIDE: versions or receipts follow. WIRE_MORE */
    uint32_t reserved[7];
};

_Static_assert(sizeof(struct wire_request) == WIRE_UNIT && sizeof(struct wire_answer) == WIRE_UNIT,
               "a header is one unit");

/* Bytes of what a kind of message has: once, and per count. */
struct wire_shape {
    uint16_t in_once, in_each;
    uint16_t out_once, out_each, out_beside;
    bool counts;   /* it has a count, 1..QUIPU_BATCH_MAX; otherwise that is 0 */
    bool in_parts; /* its count has no bound, and its answer may come in parts */
    bool expects;  /* it may have expectations */
    bool writes;   /* it needs the right to write */
};

/* The shape of a kind, or NULL: there is no such kind. */
const struct wire_shape *quipui_wire_shape(uint32_t kind);

static inline uint64_t wire_padded(uint64_t bytes)
{
    return (bytes + WIRE_UNIT - 1) & ~(uint64_t)(WIRE_UNIT - 1);
}

/* The most records that one part of the answer has, if so many are still to come. */
static inline uint32_t wire_part(uint32_t count)
{
    return count < QUIPU_BATCH_MAX ? count : QUIPU_BATCH_MAX;
}

/* How many bytes a request has, and the most that a part of its answer can have. The kind is known,
 * and the counts are in range. */
uint64_t quipui_wire_request_bytes(const struct wire_request *request);
uint64_t quipui_wire_answer_most(const struct wire_request *request);

/* How many bytes an answer has that has `count` records. */
uint64_t quipui_wire_answer_bytes(const struct wire_answer *answer);

/* What is wrong with the header of a request which is the `number`-th, of which `seen` bytes are
 * published; or NULL. */
const char *quipui_wire_check_request(const struct wire_request *request, uint64_t number,
                                      uint64_t seen);

/* The same for an answer to `request`, of which earlier parts had `before` records. */
const char *quipui_wire_check_answer(const struct wire_answer *answer,
                                     const struct wire_request *request, uint32_t before,
                                     uint64_t seen);

#endif
