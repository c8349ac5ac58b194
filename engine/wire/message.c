/* message.c - the one table of messages, and the checks that follow from it. */
#include "wire/message.h"

#include "quipu/connect.h"

#define EVENTS .counts = true, .out_each = sizeof(quipu_result), .writes = true
#define IDS .counts = true, .in_each = sizeof(quipu_uint128)
#define OF_ACCOUNT .counts = true, .in_once = sizeof(quipu_account_filter)
#define QUERY .counts = true, .in_once = sizeof(quipu_query_filter)

static const struct wire_shape shapes[WIRE_KINDS] = {
    [WIRE_CREATE_ACCOUNTS] = {EVENTS, .in_each = sizeof(quipu_account)},
    [WIRE_CREATE_TRANSFERS] = {EVENTS, .in_each = sizeof(quipu_transfer)},
    [WIRE_COMMIT] = {EVENTS, .in_each = sizeof(quipu_transfer), .expects = true,
                     .out_beside = sizeof(quipu_receipt)},
    [WIRE_LOOKUP_ACCOUNTS] = {IDS, .out_each = sizeof(quipu_account),
                              .out_beside = sizeof(uint64_t)},
    [WIRE_LOOKUP_TRANSFERS] = {IDS, .out_each = sizeof(quipu_transfer),
                               .out_beside = sizeof(quipu_transfer_versions)},
    [WIRE_LOOKUP_HOLDS] = {IDS, .out_each = sizeof(quipu_hold)},
    [WIRE_GET_ACCOUNT_TRANSFERS] = {OF_ACCOUNT, .out_each = sizeof(quipu_transfer)},
    [WIRE_GET_ACCOUNT_BALANCES] = {OF_ACCOUNT, .out_each = sizeof(quipu_account_balance)},
    [WIRE_GET_ACCOUNT_HOLDS] = {OF_ACCOUNT, .out_each = sizeof(quipu_hold)},
    [WIRE_QUERY_ACCOUNTS] = {QUERY, .out_each = sizeof(quipu_account)},
    [WIRE_QUERY_TRANSFERS] = {QUERY, .out_each = sizeof(quipu_transfer)},
    [WIRE_GET_CHANGES] = {.counts = true,
                          .in_once = sizeof(quipu_change_filter),
                          .out_each = sizeof(quipu_change)},
    [WIRE_HORIZON] = {.counts = false},
    [WIRE_GET_COUNTERS] = {.out_once = sizeof(quipu_counters)},
    [WIRE_SYNC] = {.counts = false},
    [WIRE_GET_DAEMON] = {.counts = true,
                         .out_once = sizeof(quipu_daemon),
                         .out_each = sizeof(quipu_daemon_client)},
};

/* The largest of each: a commit with as many expectations, and changes. */
_Static_assert(WIRE_UNIT + QUIPU_BATCH_MAX * (sizeof(quipu_expectation) + sizeof(quipu_transfer)) +
                       WIRE_UNIT <=
                   WIRE_REQUESTS_BYTES - WIRE_REQUESTS_SPARE,
               "every request fits its ring, and leaves a spare part");
_Static_assert(WIRE_UNIT + QUIPU_BATCH_MAX * sizeof(quipu_change) + WIRE_UNIT <=
                   WIRE_ANSWERS_BYTES - WIRE_ANSWERS_SPARE,
               "every answer fits its ring, and leaves a spare part");

const struct wire_shape *quipui_wire_shape(uint32_t kind)
{
    return kind > 0 && kind < WIRE_KINDS ? &shapes[kind] : NULL;
}

uint64_t quipui_wire_request_bytes(const struct wire_request *request)
{
    const struct wire_shape *shape = &shapes[request->kind];

    return wire_padded(sizeof *request + shape->in_once +
                       (uint64_t)request->expectation_count * sizeof(quipu_expectation) +
                       (uint64_t)request->count * shape->in_each);
}

static uint64_t answer_bytes(const struct wire_shape *shape, bool once, uint64_t count, bool beside)
{
    uint64_t each = (uint64_t)shape->out_each + (beside ? shape->out_beside : 0);

    return wire_padded(sizeof(struct wire_answer) + (once ? shape->out_once : 0) + count * each);
}

uint64_t quipui_wire_answer_most(const struct wire_request *request)
{
    return answer_bytes(&shapes[request->kind], true, request->count,
                        (request->flags & WIRE_BESIDE) != 0);
}

uint64_t quipui_wire_answer_bytes(const struct wire_answer *answer)
{
    return answer_bytes(&shapes[answer->kind], answer->status == QUIPU_OK, answer->count,
                        (answer->flags & WIRE_BESIDE) != 0);
}

static bool are_zero(const uint32_t *words, size_t count)
{
    uint32_t any = 0;

    for (size_t i = 0; i < count; i++)
        any |= words[i];
    return any == 0;
}

const char *quipui_wire_check_request(const struct wire_request *request, uint64_t number,
                                      uint64_t seen)
{
    const struct wire_shape *shape = quipui_wire_shape(request->kind);

    if (shape == NULL) return "a request of no kind";
    if (request->number != number) return "a request out of turn";
    if ((request->flags & ~(uint32_t)WIRE_BESIDE) != 0 ||
        !are_zero(request->reserved, sizeof request->reserved / sizeof *request->reserved)) {
        return "reserved bits in a request";
    }
    if (request->flags != 0 && shape->out_beside == 0) return "a request for what there is not";
    if (shape->counts ? request->count == 0 || request->count > QUIPU_BATCH_MAX
                      : request->count != 0) {
        return "a count that is out of range";
    }
    if (request->expectation_count > (shape->expects ? QUIPU_BATCH_MAX : 0)) {
        return "too many expectations";
    }
    if (request->bytes != quipui_wire_request_bytes(request)) return "a size that does not fit";
    return request->bytes <= seen ? NULL : "half a request"; /* M4 */
}

const char *quipui_wire_check_answer(const struct wire_answer *answer,
                                     const struct wire_request *request, uint64_t seen)
{
    if (answer->kind != request->kind) return "an answer of another kind";
    if (answer->number != request->number) return "an answer to something else";
    if (answer->count > request->count || (answer->flags & ~request->flags) != 0) {
        return "an answer with more than was wanted";
    }
    if (answer->status > QUIPU_FENCED) return "an unknown status";
    if (answer->bytes != quipui_wire_answer_bytes(answer)) return "a size that does not fit";
    return answer->bytes <= seen ? NULL : "half an answer";
}
