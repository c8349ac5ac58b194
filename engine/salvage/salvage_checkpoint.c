/* salvage_checkpoint.c - the records of the newest checkpoint: its image, then its pieces.
 *
 * The hash of a section is compared before any item of it is kept (S1): a section is read twice. */
#include <stdio.h>

#include "base/memory.h"
#include "history/archive.h"
#include "salvage/salvage_parts.h"

struct reading {
    struct salvage *salvage;
    struct image *image;
    struct pile pieces; /* struct piece_name */
    uint64_t place;     /* of the next account */
    bool lacks_expiries, lacks_failed_ids;
};

static quipu_status kept(bool added)
{
    return added ? QUIPU_OK : QUIPU_NO_MEMORY;
}

static quipu_status keep_account(void *context, const void *item, struct diagnosis *diagnosis)
{
    struct reading *reading = context;
    const struct image_account *read = item;
    const struct found_account found = {
        .record = {.id = read->id,
                   .user_data_128 = read->user_data_128,
                   .user_data_64 = read->user_data_64,
                   .user_data_32 = read->user_data_32,
                   .ledger = read->ledger,
                   .code = read->code,
                   .flags = read->flags,
                   .timestamp = read->timestamp},
        .place = reading->place++,
    };

    (void)diagnosis;
    return kept(quipui_pile_add(&reading->salvage->accounts, &found));
}

static quipu_status keep_record(struct salvage *salvage, const quipu_transfer *record)
{
    const struct found_transfer found = {.record = *record};

    return kept(quipui_pile_add(&salvage->transfers, &found));
}

static quipu_status keep_transfer(void *context, const void *item, struct diagnosis *diagnosis)
{
    struct reading *reading = context;

    (void)diagnosis;
    return keep_record(reading->salvage, &((const struct image_transfer *)item)->record);
}

static quipu_status keep_piece(void *context, const void *item, struct diagnosis *diagnosis)
{
    struct reading *reading = context;
    const struct piece_name *name = item;

    (void)diagnosis;
    if (name->kind >= PIECE_KINDS) return QUIPU_OK; /* of a newer version: its file has no name */
    return kept(quipui_pile_add(&reading->pieces, name));
}

/* Read a section, if it is whole. *lacks: it is not. `visit` NULL: only look whether it is. */
static quipu_status read_section(struct reading *reading, enum image_section section,
                                 const char *what, image_visit *visit, bool *lacks)
{
    struct salvage *salvage = reading->salvage;
    char lost[80];
    quipu_status status =
        quipui_image_read(reading->image, section, NULL, NULL, quipui_salvage_diagnosis(salvage));

    if (status == QUIPU_OK && visit != NULL) {
        status = quipui_image_read(reading->image, section, visit, reading,
                                   quipui_salvage_diagnosis(salvage));
    }
    *lacks = status != QUIPU_OK;
    (void)snprintf(lost, sizeof lost, "%llu %s of the checkpoint are lost",
                   (unsigned long long)reading->image->parts[section].count, what);
    return quipui_salvage_pass_over(salvage, status, lost);
}

static quipu_status read_sections(struct reading *reading)
{
    const struct image_part *parts = reading->image->parts;
    quipu_salvaged *salvaged = reading->salvage->salvaged;
    quipu_status status;
    bool lacks;

    status = read_section(reading, IMAGE_PIECES, "names of pieces", keep_piece, &lacks);
    reading->lacks_expiries = reading->lacks_failed_ids = lacks;
    if (status != QUIPU_OK) return status;
    status = read_section(reading, IMAGE_ACCOUNTS, "accounts", keep_account, &lacks);
    if (status != QUIPU_OK) return status;
    status = read_section(reading, IMAGE_TRANSFERS, "transfers", keep_transfer, &lacks);
    if (status != QUIPU_OK) return status;
    status = read_section(reading, IMAGE_FAILED_IDS, "failed ids", NULL, &lacks);
    if (!lacks) salvaged->failed_ids += parts[IMAGE_FAILED_IDS].count;
    reading->lacks_failed_ids |= lacks;
    if (status != QUIPU_OK) return status;
    status = read_section(reading, IMAGE_EXPIRIES, "expiries", NULL, &lacks);
    if (!lacks) salvaged->expiries += parts[IMAGE_EXPIRIES].count;
    reading->lacks_expiries |= lacks;
    if (status != QUIPU_OK) return status;
    status = read_section(reading, IMAGE_HOLDS, "states of holds", NULL, &lacks);
    if (status != QUIPU_OK) return status;
    status = read_section(reading, IMAGE_IMPORTS, "notes of imports", NULL, &lacks);
    if (status != QUIPU_OK) return status;
    return read_section(reading, IMAGE_MARKERS, "markers of strands", NULL, &lacks);
}

/* --- pieces --- */

/* The records of a piece of transfers, in memory of the caller. */
static quipu_status read_records(struct salvage *salvage, const struct piece_name *name,
                                 quipu_transfer *records)
{
    struct piece piece;
    quipu_status status = quipui_piece_open(salvage->directory, name, &piece, NULL);

    if (status != QUIPU_OK) return status;
    status = quipui_piece_expect(&piece, TRANSFERS_RECORDS, PIECE_ITEMS * sizeof *records, NULL);
    if (status == QUIPU_OK) status = quipui_piece_read(&piece, TRANSFERS_RECORDS, records, NULL);
    quipui_piece_close(&piece);
    return status;
}

/* Transfers of a piece: another column may be damaged, and these not. */
static quipu_status keep_records(struct salvage *salvage, const struct piece_name *name,
                                 bool *is_there)
{
    quipu_transfer *records = quipui_memory_take((size_t)PIECE_ITEMS * sizeof *records);
    quipu_status status = QUIPU_OK;

    if (records == NULL) return QUIPU_NO_MEMORY;
    *is_there = read_records(salvage, name, records) == QUIPU_OK;
    for (uint64_t i = 0; *is_there && status == QUIPU_OK && i < PIECE_ITEMS; i++)
        status = keep_record(salvage, &records[i]);
    quipui_memory_give_back(records);
    return status;
}

static quipu_status read_piece(struct reading *reading, const struct piece_name *name)
{
    struct salvage *salvage = reading->salvage;
    quipu_salvaged *salvaged = salvage->salvaged;
    quipu_status status, checked;
    bool is_there = false;
    char lost[80] = "";

    checked = quipui_piece_check(salvage->directory, name, quipui_salvage_diagnosis(salvage));
    if (checked == QUIPU_NO_MEMORY) return checked;
    if (name->kind == PIECE_TRANSFERS) {
        status = keep_records(salvage, name, &is_there);
        if (status != QUIPU_OK) return status;
        if (!is_there) {
            (void)snprintf(lost, sizeof lost, "%llu transfers of the checkpoint are lost",
                           (unsigned long long)PIECE_ITEMS);
        }
    }
    if (name->kind == PIECE_EXPIRIES && checked == QUIPU_OK) salvaged->expiries += PIECE_ITEMS;
    if (name->kind == PIECE_FAILED_IDS && checked == QUIPU_OK) salvaged->failed_ids += PIECE_ITEMS;
    if (name->kind == PIECE_EXPIRIES) reading->lacks_expiries |= checked != QUIPU_OK;
    if (name->kind == PIECE_FAILED_IDS) reading->lacks_failed_ids |= checked != QUIPU_OK;
    return quipui_salvage_pass_over(salvage, checked, lost);
}

static quipu_status read_all(struct reading *reading)
{
    struct salvage *salvage = reading->salvage;
    quipu_status status = read_sections(reading);

    for (size_t i = 0; status == QUIPU_OK && !salvage->is_over && i < reading->pieces.count; i++)
        status = read_piece(reading, pile_at(&reading->pieces, i));
    if (!reading->lacks_expiries) salvage->expiries_below = reading->image->facts.cut;
    if (!reading->lacks_failed_ids) salvage->failed_ids_below = reading->image->facts.cut;
    return status;
}

quipu_status quipui_salvage_checkpoint(struct salvage *salvage)
{
    struct checkpoint_name name;
    struct image image;
    struct reading reading = {
        .salvage = salvage,
        .image = &image,
        .pieces = {.item_bytes = sizeof(struct piece_name)},
    };
    quipu_status status;

    quipui_checkpoint_name(&salvage->facts, &name);
    if (name.number == 0) return QUIPU_OK;
    status = quipui_image_open(salvage->directory, &name, false, &image,
                               quipui_salvage_diagnosis(salvage));
    if (status != QUIPU_OK) {
        return quipui_salvage_pass_over(salvage, status, "all of the checkpoint is lost");
    }
    status = read_all(&reading);
    quipui_pile_clear(&reading.pieces);
    quipui_image_close(&image);
    return status;
}
