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
 *   the rest        nothing                              perhaps one record, then records
 *
 *   N1  the header is checked as a whole, from a copy, before any of its numbers is used
 *   N2  requests of a client are numbered 1, 2, 3 ...; an answer has the number of its request
 *   N3  a request says how large its answer can be, so room for it can be kept beforehand */
#ifndef QUIPU_WIRE_MESSAGE_H
#define QUIPU_WIRE_MESSAGE_H

#include "quipu/types.h"
#include "wire/wire_ring.h"

/* Grows with each change of anything in engine/wire/. */
#define WIRE_VERSION 1

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
    WIRE_KINDS /* of which there is none with 0 */
};

enum {
    WIRE_BESIDE = 1 << 0 /* versions or receipts are wanted */
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
    uint32_t status; /* quipu_status */
    uint32_t count;  /* of records that follow */
    uint64_t horizon;
    uint32_t flags; /* WIRE_BESIDE: versions or receipts follow */
    uint32_t reserved[7];
};

_Static_assert(sizeof(struct wire_request) == WIRE_UNIT && sizeof(struct wire_answer) == WIRE_UNIT,
               "a header is one unit");

/* Bytes of what a kind of message has: once, and per count. */
struct wire_shape {
    uint16_t in_once, in_each;
    uint16_t out_once, out_each, out_beside;
    bool counts;  /* it has a count, 1..QUIPU_BATCH_MAX; otherwise that is 0 */
    bool expects; /* it may have expectations */
    bool writes;  /* it needs the right to write */
};

/* The shape of a kind, or NULL: there is no such kind. */
const struct wire_shape *quipui_wire_shape(uint32_t kind);

static inline uint64_t wire_padded(uint64_t bytes)
{
    return (bytes + WIRE_UNIT - 1) & ~(uint64_t)(WIRE_UNIT - 1);
}

/* How many bytes a request has, and the most that its answer can have. The kind is known, and the
 * counts are in range. */
uint64_t quipui_wire_request_bytes(const struct wire_request *request);
uint64_t quipui_wire_answer_most(const struct wire_request *request);

/* How many bytes an answer has that has `count` records. */
uint64_t quipui_wire_answer_bytes(const struct wire_answer *answer);

/* What is wrong with the header of a request which is the `number`-th, of which `seen` bytes are
 * published; or NULL. */
const char *quipui_wire_check_request(const struct wire_request *request, uint64_t number,
                                      uint64_t seen);

/* The same for an answer to `request`. */
const char *quipui_wire_check_answer(const struct wire_answer *answer,
                                     const struct wire_request *request, uint64_t seen);

#endif
