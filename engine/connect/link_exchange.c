/* link_exchange.c - a request into its ring, an answer out of its ring. */
#include <string.h>

#include "connect/connection_parts.h"

/* The daemon is woken before a request is written that is as large as this. */
#define EARLY_BELL_BYTES (128 << 10)

static void put(struct wire_end *end, const void *from, uint64_t bytes)
{
    if (bytes > 0) quipui_wire_put(end, from, bytes);
}

void quipui_link_ask(struct link_to_daemon *link, struct wire_call *call)
{
    struct wire_request *request = &call->request;
    const struct wire_shape *shape = quipui_wire_shape(request->kind);
    uint64_t begin = link->requests.mine;

    request->number = ++link->number;
    /* To wake up takes the daemon as long as to copy so much takes us. */
    if (request->bytes >= EARLY_BELL_BYTES) quipui_link_ring(link);
    put(&link->requests, request, sizeof *request);
    put(&link->requests, call->once, shape->in_once);
    put(&link->requests, call->expectations,
        (uint64_t)request->expectation_count * sizeof(quipu_expectation));
    put(&link->requests, call->each, (uint64_t)request->count * shape->in_each);
    wire_skip(&link->requests, begin + request->bytes - link->requests.mine);
    wire_publish(&link->requests);
    quipui_link_ring(link);
}

static void take(struct wire_end *end, void *to, uint64_t bytes)
{
    if (bytes > 0 && to != NULL) {
        quipui_wire_take(end, to, bytes);
    } else {
        wire_skip(end, bytes);
    }
}

void quipui_link_hear(struct link_to_daemon *link, struct wire_answer *answer)
{
    quipui_wire_take(&link->answers, answer, sizeof *answer);
}

/* All accounts of a snapshot go to memory of ours. If it cannot be had they are skipped. */
static bool make_room(struct wire_call *call, uint64_t total)
{
    const size_t each = sizeof(quipu_account) + sizeof(uint64_t);

    if (total > UINT32_MAX) return false;
    call->request.count = (uint32_t)total;
    if (total == 0) return true;
    call->out_each = quipui_memory_take(total * each);
    if (call->out_each != NULL)
        call->out_beside = (unsigned char *)call->out_each + total * sizeof(quipu_account);
    return true;
}

/* Where the records of a part go, behind so many. */
static void *behind(void *records, uint32_t count, size_t bytes)
{
    return records != NULL ? (unsigned char *)records + (size_t)count * bytes : NULL;
}

bool quipui_link_take(struct link_to_daemon *link, const struct wire_answer *answer,
                      struct wire_call *call)
{
    const struct wire_shape *shape = quipui_wire_shape(call->request.kind);
    struct wire_end *answers = &link->answers;
    uint64_t begin = answers->mine - sizeof *answer;

    if (answer->kind == WIRE_SNAPSHOT && call->request.kind == WIRE_SNAPSHOT && call->count == 0 &&
        answer->status == QUIPU_OK && !make_room(call, answer->horizon)) {
        return false;
    }
    if (quipui_wire_check_answer(answer, &call->request, call->count, answers->theirs - begin) !=
        NULL) {
        return false;
    }
    if (answer->status == QUIPU_OK) take(answers, call->out_once, shape->out_once);
    take(answers, behind(call->out_each, call->count, shape->out_each),
         (uint64_t)answer->count * shape->out_each);
    if (answer->flags & WIRE_BESIDE) {
        take(answers, behind(call->out_beside, call->count, shape->out_beside),
             (uint64_t)answer->count * shape->out_beside);
    }
    wire_skip(answers, begin + answer->bytes - answers->mine);
    call->count += answer->count;
    call->horizon = answer->horizon;
    return true;
}

/* Of a call that writes: has it given results, for all of its events? */
static bool gives_results(quipu_status status)
{
    return status != QUIPU_INVALID && status != QUIPU_UNSUPPORTED && status != QUIPU_BUSY &&
           status != QUIPU_FENCED;
}

void quipui_call_settle(const struct wire_call *call, quipu_status status)
{
    size_t count = call->request.count;

    if (!quipui_wire_shape(call->request.kind)->writes) return;
    if (gives_results(status) && call->count < count) {
        memset(call->out_each, 0, count * sizeof(quipu_result));
        if (call->out_beside != NULL) memset(call->out_beside, 0, count * sizeof(quipu_receipt));
    }
}
