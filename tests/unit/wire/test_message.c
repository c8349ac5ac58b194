/* test_message.c - which headers are messages.
 *
 *   T1  every kind has a shape, and its largest messages fit the rings
 *   T2  a request that is as it must be is taken; with one thing wrong, whichever, it is not
 *   T3  an answer is one to this request, or it is refused
 *   T4  an answer comes in parts where its kind has them, and in no more than it may */
#include "wire/message.h"

#include <criterion/criterion.h>
#include <string.h>

static struct wire_request request_of(uint32_t kind, uint32_t count)
{
    struct wire_request request = {.number = 7, .kind = kind, .count = count};

    request.bytes = (uint32_t)quipui_wire_request_bytes(&request);
    return request;
}

static uint32_t largest(uint32_t kind)
{
    return quipui_wire_shape(kind)->counts ? QUIPU_BATCH_MAX : 0;
}

Test(message, t1_every_kind_has_a_shape)
{
    cr_assert_null(quipui_wire_shape(0));
    cr_assert_null(quipui_wire_shape(WIRE_KINDS));
    cr_assert_null(quipui_wire_shape(UINT32_MAX));
    for (uint32_t kind = 1; kind < WIRE_KINDS; kind++) {
        const struct wire_shape *shape = quipui_wire_shape(kind);
        struct wire_request request = {.kind = kind, .count = largest(kind)};

        cr_assert_not_null(shape);
        if (shape->expects) request.expectation_count = QUIPU_BATCH_MAX;
        if (shape->out_beside > 0) request.flags = WIRE_BESIDE;
        cr_expect_leq(quipui_wire_request_bytes(&request),
                      WIRE_REQUESTS_BYTES - WIRE_REQUESTS_SPARE, "kind %u", kind);
        cr_expect_leq(quipui_wire_answer_most(&request), WIRE_ANSWERS_BYTES - WIRE_ANSWERS_SPARE,
                      "kind %u", kind);
    }
}

Test(message, t2_a_request_is_taken)
{
    for (uint32_t kind = 1; kind < WIRE_KINDS; kind++) {
        struct wire_request request = request_of(kind, largest(kind) > 0 ? 3 : 0);

        cr_expect_null(quipui_wire_check_request(&request, 7, request.bytes), "kind %u", kind);
        cr_expect_null(quipui_wire_check_request(&request, 7, WIRE_REQUESTS_BYTES));
        cr_expect_not_null(quipui_wire_check_request(&request, 8, request.bytes), "N2");
        cr_expect_not_null(
            quipui_wire_check_request(&request, 7, request.bytes - (uint64_t)WIRE_UNIT), "M4");
    }
}

/* With one bit changed a header is no request, or another whole one, whose size is what it says. */
Test(message, t2_with_one_bit_wrong_it_is_not)
{
    for (uint32_t kind = 1; kind < WIRE_KINDS; kind++) {
        struct wire_request request = request_of(kind, largest(kind) > 0 ? 3 : 0);

        for (size_t bit = 0; bit < sizeof request * 8; bit++) {
            struct wire_request wrong = request;

            ((unsigned char *)&wrong)[bit / 8] ^= (unsigned char)(1u << bit % 8);
            if (quipui_wire_check_request(&wrong, 7, request.bytes) != NULL) continue;
            cr_assert_eq(wrong.number, 7);
            cr_assert_eq(wrong.reserved[0] | wrong.reserved[8], 0, "kind %u, bit %zu", kind, bit);
            cr_assert_eq(wrong.bytes, quipui_wire_request_bytes(&wrong));
        }
    }
}

Test(message, t2_counts_are_within_range)
{
    for (uint32_t kind = 1; kind < WIRE_KINDS; kind++) {
        struct wire_request none = request_of(kind, 0);
        struct wire_request many = request_of(kind, QUIPU_BATCH_MAX + 1);
        struct wire_request huge = request_of(kind, UINT32_MAX);
        struct wire_request expects = request_of(kind, largest(kind) > 0 ? 1 : 0);
        bool counts = quipui_wire_shape(kind)->counts;
        bool in_parts = quipui_wire_shape(kind)->in_parts;

        expects.expectation_count = quipui_wire_shape(kind)->expects ? QUIPU_BATCH_MAX + 1 : 1;
        expects.bytes = (uint32_t)quipui_wire_request_bytes(&expects);
        cr_expect_eq(quipui_wire_check_request(&none, 7, UINT64_MAX) == NULL, !counts);
        cr_expect_eq(quipui_wire_check_request(&many, 7, UINT64_MAX) == NULL, in_parts);
        cr_expect_eq(quipui_wire_check_request(&huge, 7, UINT64_MAX) == NULL, in_parts);
        cr_expect_not_null(quipui_wire_check_request(&expects, 7, UINT64_MAX));
    }
}

Test(message, t3_an_answer_is_to_this_request)
{
    struct wire_request request = request_of(WIRE_LOOKUP_ACCOUNTS, 5);
    struct wire_answer answer = {.number = 7, .kind = WIRE_LOOKUP_ACCOUNTS, .count = 5}, wrong;

    answer.bytes = (uint32_t)quipui_wire_answer_bytes(&answer);
    cr_assert_null(quipui_wire_check_answer(&answer, &request, 0, answer.bytes));
    cr_expect_not_null(quipui_wire_check_answer(&answer, &request, 0, answer.bytes - 1));
    wrong = answer;
    wrong.number++;
    cr_expect_not_null(quipui_wire_check_answer(&wrong, &request, 0, UINT64_MAX));
    wrong = answer;
    wrong.kind = WIRE_LOOKUP_HOLDS;
    cr_expect_not_null(quipui_wire_check_answer(&wrong, &request, 0, UINT64_MAX));
    wrong = answer;
    wrong.count = 6;
    wrong.bytes = (uint32_t)quipui_wire_answer_bytes(&wrong);
    cr_expect_not_null(quipui_wire_check_answer(&wrong, &request, 0, UINT64_MAX));
    wrong = answer;
    wrong.flags = WIRE_BESIDE;
    wrong.bytes = (uint32_t)quipui_wire_answer_bytes(&wrong);
    cr_expect_not_null(quipui_wire_check_answer(&wrong, &request, 0, UINT64_MAX));
    wrong = answer;
    wrong.status = 77;
    wrong.bytes = (uint32_t)quipui_wire_answer_bytes(&wrong);
    cr_expect_not_null(quipui_wire_check_answer(&wrong, &request, 0, UINT64_MAX));
    wrong = answer;
    wrong.bytes += WIRE_UNIT;
    cr_expect_not_null(quipui_wire_check_answer(&wrong, &request, 0, UINT64_MAX));
}

/* Of a read of so many records, of which `before` came, a part with these: is it one? */
static bool is_part(uint32_t kind, uint32_t before, uint32_t count, uint32_t flags, uint32_t status)
{
    struct wire_request request = request_of(kind, 3 * QUIPU_BATCH_MAX);
    struct wire_answer answer = {
        .number = 7, .kind = kind, .count = count, .flags = flags, .status = status};

    answer.bytes = (uint32_t)quipui_wire_answer_bytes(&answer);
    return quipui_wire_check_answer(&answer, &request, before, UINT64_MAX) == NULL;
}

Test(message, t4_an_answer_comes_in_parts)
{
    const uint32_t kind = WIRE_QUERY_ACCOUNTS, most = QUIPU_BATCH_MAX;

    cr_expect(is_part(kind, 0, most, WIRE_MORE, QUIPU_OK));
    cr_expect(is_part(kind, 0, 1, WIRE_MORE, QUIPU_OK));
    cr_expect(is_part(kind, most, most, 0, QUIPU_OK));
    cr_expect(is_part(kind, most, 0, 0, QUIPU_NO_MEMORY));
    cr_expect(is_part(kind, 2 * most, most, 0, QUIPU_OK));
    cr_expect_not(is_part(kind, 0, most + 1, WIRE_MORE, QUIPU_OK), "more than one has");
    cr_expect_not(is_part(kind, 2 * most + 1, most, 0, QUIPU_OK), "more than was wanted");
    cr_expect_not(is_part(kind, 2 * most, most, WIRE_MORE, QUIPU_OK),
                  "all that was wanted is here");
    cr_expect_not(is_part(kind, 0, 0, WIRE_MORE, QUIPU_OK), "it would never end");
    cr_expect_not(is_part(kind, 0, 1, WIRE_MORE, QUIPU_NO_MEMORY), "it has ended");
    cr_expect_not(is_part(WIRE_LOOKUP_ACCOUNTS, 0, 1, WIRE_MORE, QUIPU_OK), "it has no parts");
}
