/* image_write.c - writing a checkpoint, item by item; see image.h. */
#include <errno.h>
#include <string.h>

#include "base/checksum.h"
#include "base/memory.h"
#include "history/image_parts.h"

static void fail(struct image_writer *writer, int error, const char *what)
{
    char name[IMAGE_NAME_BYTES];

    if (writer->status != QUIPU_OK) return;
    quipui_image_file(writer->number, name);
    writer->status =
        quipui_diagnose_error(&writer->diagnosis, error, name, DIAGNOSIS_NOWHERE, what);
}

quipu_status quipui_image_create(struct image_writer *writer, struct directory *directory,
                                 uint64_t number)
{
    struct files *files = directory->files;
    char name[IMAGE_NAME_BYTES];
    int error;

    *writer = (struct image_writer){
        .directory = directory, .number = number, .file = -1, .end = IMAGE_HEADER_BYTES};
    quipui_image_file(number, name);
    writer->block = quipui_memory_take(IMAGE_BLOCK_BYTES);
    if (writer->block == NULL) {
        return writer->status = quipui_diagnose(&writer->diagnosis, QUIPU_NO_MEMORY, name,
                                                DIAGNOSIS_NOWHERE, "no memory for a checkpoint");
    }
    error = files->calls->remove(files, directory->handle, name); /* one that nothing names */
    if (error == 0 || error == ENOENT) {
        error = files->calls->open(files, directory->handle, name, FILE_CREATE_NEW, &writer->file);
    }
    if (error != 0) {
        writer->file = -1;
        fail(writer, error, "create");
    }
    return writer->status;
}

static void flush(struct image_writer *writer)
{
    struct image_part *part = &writer->parts[writer->section];
    int error;

    if (writer->used == 0 || writer->status != QUIPU_OK) return;
    part->hash = quipui_checksum(writer->block, writer->used, part->hash);
    error = quipui_file_write_bytes(writer->directory->files, writer->file, writer->block,
                                    writer->used, writer->end);
    if (error != 0) fail(writer, error, "write");
    writer->end += writer->used;
    writer->used = 0;
}

void quipui_image_begin(struct image_writer *writer, enum image_section section)
{
    flush(writer);
    writer->section = section;
    writer->parts[section].offset = writer->end;
}

void quipui_image_add(struct image_writer *writer, const void *item)
{
    size_t bytes = quipui_image_item_bytes[writer->section];

    if (writer->status != QUIPU_OK) return;
    memcpy(writer->block + writer->used, item, bytes);
    writer->used += bytes;
    writer->parts[writer->section].count++;
    if (writer->used == image_block_items(writer->section) * bytes) flush(writer);
}

static void write_header(struct image_writer *writer, const struct image_facts *facts,
                         struct checkpoint_name *name)
{
    struct files *files = writer->directory->files;
    unsigned char header[IMAGE_HEADER_BYTES];
    struct ledger_facts ledger;
    int error;

    quipui_directory_facts(writer->directory, &ledger);
    *name = (struct checkpoint_name){
        .number = writer->number,
        .bytes = writer->end,
        .hash = quipui_image_encode(ledger.identity, writer->number, facts, writer->parts, header),
        .first_frame = facts->first_frame,
        .cut = facts->cut,
    };
    error = quipui_file_write_bytes(files, writer->file, header, sizeof header, 0);
    if (error == 0) error = files->calls->sync(files, writer->file);
    if (error != 0) fail(writer, error, "write");
}

quipu_status quipui_image_finish(struct image_writer *writer, const struct image_facts *facts,
                                 struct checkpoint_name *name, struct diagnosis *diagnosis)
{
    struct files *files = writer->directory->files;

    flush(writer);
    if (writer->status == QUIPU_OK) write_header(writer, facts, name);
    if (writer->file >= 0) {
        int error = files->calls->close(files, writer->file);

        if (error != 0) fail(writer, error, "close");
    }
    quipui_memory_give_back(writer->block);
    if (writer->status != QUIPU_OK && diagnosis != NULL) *diagnosis = writer->diagnosis;
    return writer->status;
}
