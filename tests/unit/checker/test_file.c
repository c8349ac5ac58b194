/* test_file.c - histories to disk and back, and bytes that are no history. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "checker/checker.h"
#include "checker/history_file.h"

#define THREADS 3

static uint64_t seed = 7;

static uint64_t draw(uint64_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % below;
}

/* A number of any size, often 0. */
static quipu_uint128 any(void)
{
    quipu_uint128 number = 0;

    for (int i = 0; i < 5 && draw(2) == 0; i++)
        number = number << 32 | draw(UINT64_C(1) << 31);
    return number;
}

static void fill_account(quipu_account *account)
{
    *account = (quipu_account){.id = any(),
                               .debits_pending = any(),
                               .debits_posted = any(),
                               .credits_pending = any(),
                               .credits_posted = any(),
                               .user_data_128 = any(),
                               .user_data_64 = (uint64_t)any(),
                               .user_data_32 = (uint32_t)any(),
                               .ledger = (uint32_t)any(),
                               .code = (uint16_t)any(),
                               .flags = (uint16_t)any(),
                               .timestamp = (uint64_t)any()};
}

static void fill_transfer(quipu_transfer *transfer)
{
    *transfer = (quipu_transfer){.id = any(),
                                 .debit_account_id = any(),
                                 .credit_account_id = any(),
                                 .amount = any(),
                                 .pending_id = any(),
                                 .user_data_128 = any(),
                                 .user_data_64 = (uint64_t)any(),
                                 .user_data_32 = (uint32_t)any(),
                                 .timeout = (uint32_t)any(),
                                 .ledger = (uint32_t)any(),
                                 .code = (uint16_t)any(),
                                 .flags = (uint16_t)any(),
                                 .timestamp = (uint64_t)any()};
}

static void fill_step(struct history_step *step)
{
    switch (step->kind) {
    case HISTORY_EXPECT:
        step->version = (uint64_t)any();
        step->account.id = any();
        break;
    case HISTORY_ACCOUNT:
    case HISTORY_READ:
        step->version = (uint64_t)any();
        fill_account(&step->account);
        if (step->kind == HISTORY_ACCOUNT) step->status = (uint32_t)any();
        break;
    case HISTORY_TRANSFER:
    case HISTORY_FIND:
        step->versions = (quipu_transfer_versions){(uint64_t)any(), (uint64_t)any()};
        step->status = draw(2) == 0 ? QUIPU_CREATED : (uint32_t)any();
        fill_transfer(&step->transfer);
        break;
    }
}

static void make(struct history *history)
{
    cr_assert(history_open(history, THREADS));
    history->promise = (enum history_promise)draw(2);
    history->slack = (uint64_t)any();
    for (int i = 0; i < 20; i++) {
        struct tape *tape = &history->tapes[draw(THREADS)];
        struct history_call *call = tape_call(tape, (uint64_t)any(), (uint64_t)any());

        if (draw(4) == 0) call->status = QUIPU_CONFLICT;
        call->unanswered = call->status == QUIPU_OK && call->end != 0 && draw(4) == 0;
        for (uint64_t steps = draw(4); steps > 0; steps--)
            fill_step(tape_step(tape, (enum history_kind)draw(5)));
    }
}

static void write_text(const struct history *history, char **text, size_t *length)
{
    FILE *stream = open_memstream(text, length);

    cr_assert(stream != NULL && history_write(history, stream) && fclose(stream) == 0);
}

static bool read_text(struct history *history, char *text, size_t length,
                      struct history_fault *fault)
{
    FILE *file = fmemopen(text, length, "r");
    bool done;

    cr_assert(file != NULL);
    done = history_read(history, file, fault);
    (void)fclose(file);
    return done;
}

Test(file, is_read_as_it_was_written)
{
    for (int round = 0; round < 200; round++) {
        struct history written, read;
        struct history_fault fault;
        char *text, *again;
        size_t length, again_length;

        make(&written);
        write_text(&written, &text, &length);
        cr_assert(read_text(&read, text, length, &fault), "line %d: %s", (int)fault.line,
                  fault.reason);
        for (size_t t = 0; t < read.tape_count; t++) {
            cr_assert_eq(read.tapes[t].step_count, written.tapes[t].step_count);
            for (size_t s = 0; s < read.tapes[t].step_count; s++) {
                cr_assert_arr_eq(&read.tapes[t].steps[s], &written.tapes[t].steps[s],
                                 sizeof(struct history_step));
            }
        }
        write_text(&read, &again, &again_length);
        cr_assert(length == again_length && memcmp(text, again, length) == 0);
        free(text);
        free(again);
        history_close(&written);
        history_close(&read);
    }
}

/* Bytes are changed, cut off or doubled: the reader finds a fault with a line, or a history that
 * can be checked. */
Test(file, any_bytes_will_do)
{
    struct checker *checker = checker_new();
    unsigned refused = 0;

    for (int round = 0; round < 2000; round++) {
        struct history history;
        struct history_fault fault;
        struct verdict verdict;
        char *text;
        size_t length;

        make(&history);
        write_text(&history, &text, &length);
        history_close(&history);
        for (uint64_t i = draw(3); i > 0; i--) {
            static const char likely[] = "0123456789,\"\n\rx#-";

            text[draw(length)] = draw(2) == 0 ? (char)draw(256) : likely[draw(sizeof likely)];
        }
        if (draw(8) == 0) length = 1 + draw(length);
        if (read_text(&history, text, length, &fault)) {
            cr_assert(checker_run(checker, &history, &verdict));
            history_close(&history);
        } else {
            cr_assert(fault.line > 0 && fault.reason[0] != '\0');
            refused++;
        }
        free(text);
    }
    checker_free(checker);
    cr_assert(refused > 200 && refused < 1800, "%u refused", refused);
}
