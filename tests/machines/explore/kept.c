/* kept.c - a log in memory, and what a crash would leave of it; see kept.h. */
#include "machines/explore/kept.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal/entry.h"
#include "machines/explore/arena.h"
#include "machines/explore/play.h"
#include "machines/explore/points.h"

#define FRAMES_MAX 64
#define FRAME_BYTES 4096
#define ENTRIES_MAX 64
#define TOLD_MAX 64

static struct {
    struct log log; /* first: a log is one of these */
    struct log_frame frames[FRAMES_MAX];
    unsigned char bytes[FRAMES_MAX][FRAME_BYTES];
    size_t count, stay;
    uint64_t epoch;
} shelf;

static struct {
    quipu_uint128 id;
    bool expired;
    size_t frames;
} told[TOLD_MAX];
static size_t told_count;

void kept_told(quipu_uint128 id, bool expired)
{
    if (told_count == TOLD_MAX) abort();
    told[told_count].id = id;
    told[told_count].expired = expired;
    told[told_count++].frames = shelf.count;
}

static quipu_status lead(struct log *log, uint64_t *epoch, struct diagnosis *diagnosis)
{
    (void)log;
    (void)diagnosis;
    *epoch = ++shelf.epoch;
    return QUIPU_OK;
}

static quipu_status append(struct log *log, const struct log_frame *frame,
                           struct diagnosis *diagnosis)
{
    struct log_frame *to = &shelf.frames[shelf.count];

    (void)log;
    (void)diagnosis;
    if (shelf.count == FRAMES_MAX || frame->length > FRAME_BYTES) abort();
    if (frame->sequence != shelf.count + 1) return QUIPU_CONFLICT;
    explore_point(arena_nowhere(OF_LOG), true, "append", 0); /* a crash here loses it */
    *to = *frame;
    if (frame->length > 0) memcpy(shelf.bytes[shelf.count], frame->bytes, frame->length);
    to->bytes = shelf.bytes[shelf.count++];
    explore_wrote(arena_nowhere(OF_LOG));
    return QUIPU_OK;
}

static quipu_status head(struct log *log, struct log_head *head, struct diagnosis *diagnosis)
{
    (void)log;
    (void)diagnosis;
    *head = (struct log_head){.epoch = shelf.epoch, .sequence = shelf.count};
    if (shelf.count > 0) head->horizon = shelf.frames[shelf.count - 1].horizon;
    return QUIPU_OK;
}

struct log *kept_log(void)
{
    /* A journal only leads, appends and asks for the head. */
    static const struct log_calls calls = {.lead = lead, .append = append, .head = head};

    memset(&shelf, 0, sizeof shelf);
    shelf.log.calls = &calls;
    shelf.log.payload_max = FRAME_BYTES;
    return &shelf.log;
}

size_t kept_frames(void)
{
    return shelf.count;
}

void kept_keep(void)
{
    shelf.stay = shelf.count;
}

void kept_restore(void)
{
    shelf.count = shelf.stay;
    told_count = 0;
}

/* --- what a crash would leave --- */

static char text[256];

#define CLAIM(claim, ...)                                                                          \
    do {                                                                                           \
        if (!(claim)) {                                                                            \
            (void)snprintf(text, sizeof text, __VA_ARGS__);                                        \
            return text;                                                                           \
        }                                                                                          \
    } while (0)

/* What is kept of the first so many frames. */
struct rest {
    size_t frames, count;
    struct entry entries[ENTRIES_MAX];
};

static const char *read_rest(size_t frames, struct rest *rest)
{
    uint64_t horizon = shelf.frames[frames - 1].horizon;

    rest->frames = frames;
    rest->count = 0;
    for (size_t f = 0; f < frames; f++) {
        const unsigned char *at = shelf.bytes[f], *end = at + shelf.frames[f].length;
        struct entry_context context = {.timestamp = 0};

        CLAIM(f == 0 || shelf.frames[f].horizon >= shelf.frames[f - 1].horizon,
              "journal: the horizon of frame %zu falls", f + 1);
        while (at < end) {
            if (rest->count == ENTRIES_MAX) abort();
            CLAIM(quipui_entry_decode(&context, &at, end, &rest->entries[rest->count]),
                  "journal: frame %zu has bytes that are no entry", f + 1);
            if (entry_instant(&rest->entries[rest->count]) < horizon) rest->count++;
        }
    }
    return NULL;
}

static const struct entry *find(const struct rest *rest, enum entry_kind kind, quipu_uint128 id)
{
    for (size_t i = 0; i < rest->count; i++) {
        if (rest->entries[i].kind == kind && rest->entries[i].id == id) return &rest->entries[i];
    }
    return NULL;
}

static bool is_change(const struct entry *entry)
{
    return entry->kind == ENTRY_TRANSFER || entry->kind == ENTRY_EXPIRY;
}

/* The changes of the account at this place that gave it this version. */
static size_t count_givers(const struct rest *rest, uint64_t place, uint64_t version)
{
    size_t count = 0;

    for (size_t i = 0; i < rest->count; i++) {
        for (int side = 0; side < 2 && is_change(&rest->entries[i]); side++) {
            count += rest->entries[i].account[side] == place &&
                     rest->entries[i].version[side] == version;
        }
    }
    return count;
}

/* K1 */
static const char *judge_whole(const struct rest *rest)
{
    uint64_t changes[ACCOUNTS_MAX] = {0};
    bool is_there[ACCOUNTS_MAX] = {false};

    for (size_t i = 0; i < rest->count; i++) {
        const struct entry *entry = &rest->entries[i];

        if (entry->kind == ENTRY_ACCOUNT) is_there[entry->account[0]] = true;
        for (int side = 0; side < 2 && is_change(entry); side++)
            changes[entry->account[side]]++;
        if (entry->kind != ENTRY_EXPIRY) continue;
        CLAIM(find(rest, ENTRY_TRANSFER, entry->id) != NULL,
              "journal: after %zu frames hold %u has expired and is not there", rest->frames,
              (unsigned)entry->id);
    }
    for (uint64_t place = 0; place < ACCOUNTS_MAX; place++) {
        CLAIM(is_there[place] || changes[place] == 0,
              "journal: after %zu frames there is a change of an account that is not there",
              rest->frames);
        for (uint64_t version = 2; version < 2 + changes[place]; version++) {
            CLAIM(count_givers(rest, place, version) == 1,
                  "journal: after %zu frames version %u of account %u is there %zu times",
                  rest->frames, (unsigned)version, (unsigned)place + 1,
                  count_givers(rest, place, version));
        }
    }
    return NULL;
}

/* K2: of a created event that is linked, the next one is there too, and the other way round. */
static const char *judge_chains(const struct stage *stage, const struct rest *rest)
{
    for (size_t t = 0; t < stage->history.tape_count; t++) {
        const struct tape *tape = &stage->history.tapes[t];

        for (size_t s = 0; s + 1 < tape->step_count; s++) {
            const struct history_step *step = &tape->steps[s], *next = step + 1;

            if (step->kind != HISTORY_TRANSFER || step->status != QUIPU_CREATED ||
                (step->transfer.flags & QUIPU_TRANSFER_LINKED) == 0) {
                continue;
            }
            CLAIM((find(rest, ENTRY_TRANSFER, step->transfer.id) == NULL) ==
                      (find(rest, ENTRY_TRANSFER, next->transfer.id) == NULL),
                  "journal: after %zu frames a part of the chain of transfer %u is there",
                  rest->frames, (unsigned)step->transfer.id);
        }
    }
    return NULL;
}

static bool exists(uint32_t status)
{
    return status >= QUIPU_CREATE_TRANSFER_EXISTS_WITH_DIFFERENT_FLAGS &&
           status <= QUIPU_CREATE_TRANSFER_EXISTS;
}

static bool has_failed(uint32_t status)
{
    return status == QUIPU_CREATE_TRANSFER_ID_ALREADY_FAILED ||
           status == QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS ||
           status == QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_NOT_FOUND ||
           status == QUIPU_CREATE_TRANSFER_DEBIT_ACCOUNT_NOT_FOUND ||
           status == QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_NOT_FOUND;
}

static const char *judge_transfer(const struct rest *rest, const struct history_step *step)
{
    const struct entry *entry = find(rest, ENTRY_TRANSFER, step->transfer.id);
    bool is_there = step->kind == HISTORY_FIND
                        ? step->status != 0
                        : step->status == QUIPU_CREATED || exists(step->status);

    if (is_there) {
        CLAIM(entry != NULL, "journal: transfer %u was answered after %zu frames, and is not there",
              (unsigned)step->transfer.id, rest->frames);
    }
    if (is_there && step->versions.debit != 0) {
        CLAIM(entry->version[0] == step->versions.debit &&
                  entry->version[1] == step->versions.credit,
              "journal: transfer %u is there with other versions", (unsigned)step->transfer.id);
    }
    if (step->kind == HISTORY_TRANSFER && has_failed(step->status)) {
        CLAIM(find(rest, ENTRY_FAILED_ID, step->transfer.id) != NULL,
              "journal: transfer %u was refused after %zu frames, and its id is free",
              (unsigned)step->transfer.id, rest->frames);
    }
    return NULL;
}

static const char *judge_account(const struct rest *rest, const struct history_step *step)
{
    const struct entry *entry = find(rest, ENTRY_ACCOUNT, step->account.id);

    if (step->version == 0) return NULL;
    CLAIM(entry != NULL, "journal: account %u was answered after %zu frames, and is not there",
          (unsigned)step->account.id, rest->frames);
    for (uint64_t version = 2; version <= step->version; version++) {
        CLAIM(count_givers(rest, entry->account[0], version) == 1,
              "journal: account %u was read at version %u after %zu frames: version %u is not "
              "there",
              (unsigned)step->account.id, (unsigned)step->version, rest->frames, (unsigned)version);
    }
    return NULL;
}

/* K3 */
static const char *judge_answers(const struct stage *stage, const struct rest *rest)
{
    for (size_t t = 0; t < stage->history.tape_count; t++) {
        const struct tape *tape = &stage->history.tapes[t];

        for (size_t c = 0; c < tape->call_count; c++) {
            const struct history_call *call = &tape->calls[c];

            if (stage->durable[t][c] != rest->frames) continue;
            for (size_t s = call->first_step; s < call->first_step + call->step_count; s++) {
                const struct history_step *step = &tape->steps[s];
                bool is_transfer = step->kind == HISTORY_TRANSFER || step->kind == HISTORY_FIND;
                const char *wrong =
                    is_transfer ? judge_transfer(rest, step) : judge_account(rest, step);

                if (wrong != NULL) return wrong;
            }
        }
    }
    return NULL;
}

static const char *judge_told(const struct rest *rest)
{
    for (size_t i = 0; i < told_count; i++) {
        if (told[i].frames != rest->frames) continue;
        CLAIM(find(rest, told[i].expired ? ENTRY_EXPIRY : ENTRY_TRANSFER, told[i].id) != NULL,
              "journal: transfer %u was told of after %zu frames, and is not there",
              (unsigned)told[i].id, rest->frames);
    }
    return NULL;
}

const char *kept_judge(const struct stage *stage)
{
    const char *wrong = NULL;

    for (size_t frames = 1; frames <= shelf.count && wrong == NULL; frames++) {
        static struct rest rest;

        wrong = read_rest(frames, &rest);
        if (wrong == NULL) wrong = judge_whole(&rest);
        if (wrong == NULL) wrong = judge_chains(stage, &rest);
        if (wrong == NULL) wrong = judge_answers(stage, &rest);
        if (wrong == NULL) wrong = judge_told(&rest);
    }
    return wrong;
}
