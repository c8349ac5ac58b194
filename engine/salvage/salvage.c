/* salvage.c - the steps, and what is said on the way; see salvage.h. */
#include <stdarg.h>
#include <stdio.h>

#include "base/memory.h"
#include "salvage/salvage_parts.h"

#define WORDS_BYTES 512

void quipui_salvage_say(struct salvage *salvage, const char *format, ...)
{
    char words[WORDS_BYTES];
    va_list arguments;

    if (salvage->is_over) return;
    va_start(arguments, format);
    (void)vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    salvage->salvaged->findings++;
    salvage->is_over = !salvage->visitor->finding(salvage->visitor->context, words);
}

struct diagnosis *quipui_salvage_diagnosis(struct salvage *salvage)
{
    salvage->diagnosis = (struct diagnosis){.offset = DIAGNOSIS_NOWHERE};
    return &salvage->diagnosis;
}

quipu_status quipui_salvage_pass_over(struct salvage *salvage, quipu_status status,
                                      const char *lost)
{
    char words[WORDS_BYTES];

    if (status == QUIPU_OK || status == QUIPU_NO_MEMORY) return status;
    quipui_diagnosis_text(&salvage->diagnosis, quipu_status_text(status), words, sizeof words);
    quipui_salvage_say(salvage, "%s%s%s", words, lost[0] != 0 ? "; " : "", lost);
    return QUIPU_OK;
}

static quipu_status salvage_all(struct salvage *salvage)
{
    quipu_status status;

    quipui_directory_facts(salvage->directory, &salvage->facts);
    status = quipui_salvage_checkpoint(salvage);
    if (status == QUIPU_OK && !salvage->is_over) status = quipui_salvage_log(salvage);
    if (status == QUIPU_OK && !salvage->is_over) status = quipui_salvage_give(salvage);
    return status;
}

quipu_status quipui_salvage_ledger(const char *path, const quipu_salvage_visitor *visitor,
                                   quipu_salvaged *salvaged)
{
    const struct directory_options options = {.path = path, .read_only = true};
    struct salvage salvage = {
        .visitor = visitor,
        .salvaged = salvaged,
        .accounts = {.item_bytes = sizeof(struct found_account)},
        .transfers = {.item_bytes = sizeof(struct found_transfer)},
        .events = {.item_bytes = sizeof(struct found_event)},
        .cuts = {.item_bytes = sizeof(struct found_cut)},
    };
    quipu_status status =
        quipui_directory_open(&options, &salvage.directory, quipui_salvage_diagnosis(&salvage));

    if (status != QUIPU_OK) {
        (void)quipui_salvage_pass_over(&salvage, status, "");
        return status;
    }
    status = salvage_all(&salvage);
    quipui_directory_close(salvage.directory);
    quipui_pile_clear(&salvage.accounts);
    quipui_pile_clear(&salvage.transfers);
    quipui_pile_clear(&salvage.events);
    quipui_pile_clear(&salvage.cuts);
    return status;
}
