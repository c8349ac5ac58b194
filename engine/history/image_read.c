/* image_read.c - reading a checkpoint, and comparing its hashes; see image.h. */
#include <errno.h>

#include "base/checksum.h"
#include "base/memory.h"
#include "history/image_parts.h"

static quipu_status read_header(struct image *image, const struct checkpoint_name *name, bool fresh,
                                struct diagnosis *diagnosis)
{
    struct files *files = image->directory->files;
    unsigned char header[IMAGE_HEADER_BYTES];
    struct ledger_facts facts;
    const char *what;
    uint64_t size = 0;
    size_t done = 0;
    int error = files->calls->size(files, image->file, &size);

    if (error == 0 && fresh) (void)files->calls->forget(files, image->file, 0, size);
    if (error == 0) {
        error = quipui_file_read(files, image->file, header, sizeof header, 0, &done);
    }
    if (error != 0) return quipui_diagnose_error(diagnosis, error, image->file_name, 0, "read");
    quipui_directory_facts(image->directory, &facts);
    what = size == name->bytes && done == sizeof header
               ? quipui_image_decode(header, facts.identity, name, image)
               : "has another size";
    if (what == NULL) return QUIPU_OK;
    return quipui_diagnose(diagnosis, image->is_newer ? QUIPU_UNSUPPORTED : QUIPU_CORRUPT,
                           image->file_name, 0, "%s", what);
}

quipu_status quipui_image_open(struct directory *directory, const struct checkpoint_name *name,
                               bool fresh, struct image *image, struct diagnosis *diagnosis)
{
    struct files *files = directory->files;
    quipu_status status;
    int error;

    *image = (struct image){.directory = directory};
    quipui_image_file(name->number, image->file_name);
    error = files->calls->open(files, directory->handle, image->file_name, FILE_READ, &image->file);
    if (error == ENOENT) {
        return quipui_diagnose(diagnosis, QUIPU_CORRUPT, image->file_name, DIAGNOSIS_NOWHERE,
                               "is missing: quipu.ledger names it");
    }
    if (error != 0) {
        return quipui_diagnose_error(diagnosis, error, image->file_name, DIAGNOSIS_NOWHERE, "open");
    }
    status = read_header(image, name, fresh, diagnosis);
    if (status == QUIPU_OK) {
        image->block = quipui_memory_take(IMAGE_BLOCK_BYTES);
        if (image->block == NULL) status = QUIPU_NO_MEMORY;
    }
    if (status != QUIPU_OK) quipui_image_close(image);
    return status;
}

void quipui_image_close(struct image *image)
{
    struct files *files = image->directory->files;

    (void)files->calls->close(files, image->file); /* it was only read */
    quipui_memory_give_back(image->block);
}

/* Read the next block of a section; *hash is that of the blocks before, and then includes it. */
static quipu_status read_block(struct image *image, uint64_t at, size_t bytes, uint64_t *hash,
                               struct diagnosis *diagnosis)
{
    size_t done = 0;
    int error =
        quipui_file_read(image->directory->files, image->file, image->block, bytes, at, &done);

    if (error != 0) return quipui_diagnose_error(diagnosis, error, image->file_name, at, "read");
    if (done != bytes) {
        return quipui_diagnose(diagnosis, QUIPU_CORRUPT, image->file_name, at, "ends too soon");
    }
    *hash = quipui_checksum(image->block, bytes, *hash);
    return QUIPU_OK;
}

/* Read a section once. `visit` is NULL: only compare its hash. */
static quipu_status read_section(struct image *image, enum image_section section,
                                 image_visit *visit, void *context, struct diagnosis *diagnosis)
{
    const struct image_part *part = &image->parts[section];
    size_t item_bytes = quipui_image_item_bytes[section], most = image_block_items(section);
    quipu_status status = QUIPU_OK;
    uint64_t hash = 0;

    for (uint64_t i = 0; status == QUIPU_OK && i < part->count; i += most) {
        size_t count = part->count - i < most ? (size_t)(part->count - i) : most;

        status =
            read_block(image, part->offset + i * item_bytes, count * item_bytes, &hash, diagnosis);
        for (size_t j = 0; visit != NULL && status == QUIPU_OK && j < count; j++)
            status = visit(context, image->block + j * item_bytes, diagnosis);
    }
    if (status != QUIPU_OK || hash == part->hash) return status;
    return quipui_diagnose(diagnosis, QUIPU_CORRUPT, image->file_name, part->offset,
                           "is damaged: a section has another hash");
}

quipu_status quipui_image_read(struct image *image, enum image_section section, image_visit *visit,
                               void *context, struct diagnosis *diagnosis)
{
    return read_section(image, section, visit, context, diagnosis);
}

quipu_status quipui_image_check(struct image *image, struct diagnosis *diagnosis)
{
    quipu_status status = QUIPU_OK;

    for (unsigned section = 0; status == QUIPU_OK && section < IMAGE_SECTIONS; section++)
        status = read_section(image, (enum image_section)section, NULL, NULL, diagnosis);
    return status;
}
