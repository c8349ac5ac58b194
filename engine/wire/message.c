/* message.c - the one table of messages, and the checks that follow from it. */
#include "wire/message.h"

#include "quipu/connect.h"

#define EVENTS .counts = true, .out_each = sizeof(quipu_result), .writes = true
#define IDS .counts = true, .in_each = sizeof(quipu_uint128)
#define READ .counts = true, .in_parts = true
#define OF_ACCOUNT READ, .in_once = sizeof(quipu_account_filter)
#define QUERY READ, .in_once = sizeof(quipu_query_filter)

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
    [WIRE_GET_CHANGES] = {READ, .in_once = sizeof(quipu_change_filter),
                          .out_each = sizeof(quipu_change)},
    [WIRE_HORIZON] = {.counts = false},
    [WIRE_GET_COUNTERS] = {.out_once = sizeof(quipu_counters)},
    [WIRE_SYNC] = {.counts = false},
    [WIRE_GET_DAEMON] = {.counts = true,
                         .out_once = sizeof(quipu_daemon),
                         .out_each = sizeof(quipu_daemon_client)},
    [WIRE_SNAPSHOT] = {READ, .out_each = sizeof(quipu_account), .out_beside = sizeof(uint64_t)},
    [WIRE_CHECKPOINT] = {.writes = true},
    [WIRE_BACKUP] = {.in_once = sizeof(struct wire_path), .writes = true},
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
    return answer_bytes(&shapes[request->kind], true, wire_part(request->count),
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

static bool is_count(const struct wire_shape *shape, uint32_t count)
{
    if (!shape->counts) return count == 0;
    return count > 0 && (shape->in_parts || count <= QUIPU_BATCH_MAX);
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
    if (!is_count(shape, request->count)) return "a count that is out of range";
    if (request->expectation_count > (shape->expects ? QUIPU_BATCH_MAX : 0)) {
        return "too many expectations";
    }
    if (request->bytes != quipui_wire_request_bytes(request)) return "a size that does not fit";
    return request->bytes <= seen ? NULL : "half a request"; /* M4 */
}

/* N4: can another part follow, where so many records were still to come? */
static bool is_part(const struct wire_answer *answer, uint32_t count)
{
    return answer->status == QUIPU_OK && answer->count > 0 && answer->count < count;
}

const char *quipui_wire_check_answer(const struct wire_answer *answer,
                                     const struct wire_request *request, uint32_t before,
                                     uint64_t seen)
{
    const struct wire_shape *shape = quipui_wire_shape(request->kind);
    uint32_t flags = request->flags | (shape->in_parts ? WIRE_MORE : 0);

    if (answer->kind != request->kind) return "an answer of another kind";
    if (answer->number != request->number) return "an answer to something else";
    if (answer->count > wire_part(request->count - before) || (answer->flags & ~flags) != 0) {
        return "an answer with more than was wanted";
    }
    if (answer->status > QUIPU_FENCED) return "an unknown status";
    if ((answer->flags & WIRE_MORE) != 0 && !is_part(answer, request->count - before))
        return "a part that is none"; /* N4 */
    if (answer->bytes != quipui_wire_answer_bytes(answer)) return "a size that does not fit";
    return answer->bytes <= seen ? NULL : "half an answer";
}
