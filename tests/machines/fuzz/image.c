/* image.c - fuzz target: bytes are what is in a checkpoint's image, or in a piece of history.
 *
 * The file is written as the engine writes it, with what the input says. Then some of its bytes are
 * changed. If the input wants, the hash of the header is made right for what it says now.
 *
 *   I1  a file that was not changed is good, and gives what was written
 *   I2  any other is read or refused, as a check of it says; what is read of a section is as many
 *       items as the header says */
#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "base/little.h"
#include "base/memory.h"
#include "history/image_parts.h"
#include "machines/fuzz/claim.h"
#include "machines/fuzz/small_ledger.h"
#include "machines/fuzz/target.h"

enum { ITEMS_MAX = 20, HEADER = 4096, HASH_AT = HEADER - 8 };

static bool is_answer(quipu_status status)
{
    return status == QUIPU_OK || status == QUIPU_CORRUPT || status == QUIPU_UNSUPPORTED;
}

/* Make the header's hash right; the result is that hash. */
static uint64_t seal(struct disk *disk, const char *path)
{
    unsigned char header[HEADER];

    disk_peek(disk, path, 0, header, sizeof header);
    little_put_64(header + HASH_AT, quipui_checksum(header, HASH_AT, 0));
    disk_poke(disk, path, 0, header, sizeof header);
    return little_get_64(header + HASH_AT);
}

/* --- an image --- */

static void write_image(struct directory *directory, struct bytes *bytes, uint64_t *counts,
                        struct checkpoint_name *name)
{
    static unsigned char item[256];
    const struct image_facts facts = {.cut = bytes_number(bytes, 8), .first_frame = 1};
    struct image_writer writer;

    claim(quipui_image_create(&writer, directory, 1) == QUIPU_OK);
    for (unsigned section = 0; section < IMAGE_SECTIONS; section++) {
        counts[section] = bytes_take(bytes) % ITEMS_MAX;
        quipui_image_begin(&writer, (enum image_section)section);
        memset(item, bytes_take(bytes), sizeof item);
        for (uint64_t i = 0; i < counts[section]; i++)
            quipui_image_add(&writer, item);
    }
    claim(quipui_image_finish(&writer, &facts, name, NULL) == QUIPU_OK);
}

static quipu_status count_item(void *context, const void *item, struct diagnosis *diagnosis)
{
    (void)item;
    (void)diagnosis;
    *(uint64_t *)context += 1;
    return QUIPU_OK;
}

/* Read all of it; counts[] says how many items each section had. */
static quipu_status read_image(struct directory *directory, const struct checkpoint_name *name,
                               uint64_t *counts)
{
    struct image image;
    quipu_status status = quipui_image_open(directory, name, true, &image, NULL), checked;

    if (status != QUIPU_OK) return status;
    checked = quipui_image_check(&image, NULL);
    for (unsigned i = 0; i < IMAGE_SECTIONS && status == QUIPU_OK; i++) {
        counts[i] = 0;
        status = quipui_image_read(&image, (enum image_section)i, count_item, &counts[i], NULL);
        claim(status != QUIPU_OK || counts[i] == image.parts[i].count);
    }
    claim(status == checked);
    quipui_image_close(&image);
    return status;
}

static void fuzz_image(struct directory *directory, struct disk *disk, struct bytes *bytes)
{
    uint64_t written[IMAGE_SECTIONS], read[IMAGE_SECTIONS];
    const char *path = "/ledger/checkpoint.000000000001";
    struct checkpoint_name name;
    quipu_status status;
    unsigned changed;
    bool sealed;

    write_image(directory, bytes, written, &name);
    claim(read_image(directory, &name, read) == QUIPU_OK);
    claim(memcmp(written, read, sizeof read) == 0);
    sealed = bytes_take(bytes) % 2 == 1;
    changed = small_ledger_poke(disk, path, bytes);
    if (sealed) name.hash = seal(disk, path);
    status = read_image(directory, &name, read);
    claim(is_answer(status));
    claim(changed > 0 || status == QUIPU_OK);
}

/* --- a piece --- */

static void write_piece(struct directory *directory, struct bytes *bytes, struct piece_name *name)
{
    static unsigned char column[4][1024];
    struct piece_column columns[4];
    unsigned count = 1 + bytes_take(bytes) % 4;

    for (unsigned i = 0; i < count; i++) {
        memset(column[i], bytes_take(bytes), sizeof column[i]);
        columns[i] = (struct piece_column){column[i], bytes_number(bytes, 2) % sizeof column[i]};
    }
    *name = (struct piece_name){.kind = bytes_take(bytes) % PIECE_KINDS, .number = 3};
    claim(quipui_piece_write(directory, name, columns, count, NULL) == QUIPU_OK);
}

static quipu_status read_piece(struct directory *directory, const struct piece_name *name)
{
    struct piece piece;
    quipu_status status = quipui_piece_open(directory, name, &piece, NULL);

    if (status != QUIPU_OK) return status;
    for (unsigned i = 0; i < piece.column_count && status == QUIPU_OK; i++) {
        void *bytes = quipui_memory_take((size_t)piece.columns[i].bytes + 1);

        claim(bytes != NULL);
        status = quipui_piece_read(&piece, i, bytes, NULL);
        quipui_memory_give_back(bytes);
    }
    quipui_piece_close(&piece);
    claim(status == quipui_piece_check(directory, name, NULL));
    return status;
}

static void fuzz_piece(struct directory *directory, struct disk *disk, struct bytes *bytes)
{
    char file[PIECE_NAME_BYTES], path[PIECE_NAME_BYTES + 16] = "/ledger/";
    struct piece_name name;
    quipu_status status;
    unsigned changed;
    bool sealed;

    write_piece(directory, bytes, &name);
    claim(read_piece(directory, &name) == QUIPU_OK);
    quipui_piece_file(&name, file);
    strcat(path, file);
    sealed = bytes_take(bytes) % 2 == 1;
    changed = small_ledger_poke(disk, path, bytes);
    if (sealed) name.hash = seal(disk, path);
    status = read_piece(directory, &name);
    claim(is_answer(status));
    claim(changed > 0 || status == QUIPU_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct ledger_facts facts = small_ledger_facts(1);
    struct bytes bytes = {data, data + size};
    struct disk *disk = small_ledger_new(&facts);
    struct directory *directory = small_ledger_open(disk);

    if (bytes_take(&bytes) % 2 == 0) {
        fuzz_image(directory, disk, &bytes);
    } else {
        fuzz_piece(directory, disk, &bytes);
    }
    quipui_directory_close(directory);
    disk_free(disk);
    return 0;
}
