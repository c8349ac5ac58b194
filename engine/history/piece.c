/* piece.c - writing, opening and mapping a piece of archive; see piece.h. */
#include "history/piece.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/checksum.h"
#include "base/little.h"
#include "base/memory.h"
#include "journal/names.h"

#define HEADER_BYTES 4096
#define HASH_AT (HEADER_BYTES - 8)
#define IDENTITY_AT 16
#define COLUMNS_AT 64
#define PIECE_VERSION_MAX 2
#define STEP_BYTES ((uint64_t)1 << 20)

static const char magic[8] = "QUIPUHIS";

_Static_assert((int)PIECE_KINDS == NAME_PIECE_KINDS, "each kind has a name");

void quipui_piece_file(const struct piece_name *name, char file[PIECE_NAME_BYTES])
{
    (void)snprintf(file, PIECE_NAME_BYTES, "%s%012llx", quipui_piece_names[name->kind],
                   (unsigned long long)name->number);
}

bool quipui_piece_is_file(const char *file, struct piece_name *name)
{
    char again[PIECE_NAME_BYTES];

    for (unsigned kind = 0; kind < PIECE_KINDS; kind++) {
        size_t length = strlen(quipui_piece_names[kind]);
        unsigned long long number;

        if (strncmp(file, quipui_piece_names[kind], length) != 0) continue;
        if (sscanf(file + length, "%llx", &number) != 1) return false;
        *name = (struct piece_name){.kind = kind, .number = number};
        quipui_piece_file(name, again);
        return strcmp(file, again) == 0;
    }
    return false;
}

/* Pieces of markers came later. */
static uint64_t version_of(uint64_t kind)
{
    return kind == PIECE_MARKERS ? 2 : 1;
}

static uint64_t align(uint64_t at)
{
    return (at + PIECE_ALIGNMENT - 1) / PIECE_ALIGNMENT * PIECE_ALIGNMENT;
}

/* --- write --- */

static void encode(struct directory *directory, struct piece_name *name,
                   const struct piece_column *columns, unsigned count, unsigned char *header)
{
    struct ledger_facts facts;
    uint64_t at = PIECE_ALIGNMENT;

    quipui_directory_facts(directory, &facts);
    memset(header, 0, HEADER_BYTES);
    memcpy(header, magic, sizeof magic);
    little_put(header + 8, version_of(name->kind), 4);
    little_put(header + 12, name->kind, 4);
    memcpy(header + IDENTITY_AT, facts.identity, sizeof facts.identity);
    little_put_64(header + 32, name->number);
    little_put_64(header + 40, piece_items((enum piece_kind)name->kind));
    little_put_64(header + 48, count);
    for (unsigned i = 0; i < count; i++) {
        unsigned char *column = header + COLUMNS_AT + (ptrdiff_t)24 * i;

        little_put_64(column, at);
        little_put_64(column + 8, columns[i].count);
        little_put_64(column + 16, quipui_checksum(columns[i].bytes, (size_t)columns[i].count, 0));
        at += align(columns[i].count);
    }
    name->hash = quipui_checksum(header, HASH_AT, 0);
    little_put_64(header + HASH_AT, name->hash);
}

/* A column in steps, each synced: so that a frame of the journal never waits behind much of it. */
static int write_column(struct files *files, int file, const struct piece_column *column,
                        uint64_t at)
{
    int error = 0;

    for (uint64_t done = 0; error == 0 && done < column->count; done += STEP_BYTES) {
        uint64_t left = column->count - done;

        error = quipui_file_write_bytes(files, file, (const char *)column->bytes + done,
                                        (size_t)(left < STEP_BYTES ? left : STEP_BYTES), at + done);
        if (error == 0) error = files->calls->sync(files, file);
    }
    return error;
}

static int write_all(struct files *files, int file, const unsigned char *header,
                     const struct piece_column *columns, unsigned count)
{
    uint64_t at = PIECE_ALIGNMENT;
    int error = files->calls->resize(files, file, at);

    for (unsigned i = 0; error == 0 && i < count; i++) {
        error = write_column(files, file, &columns[i], at);
        at += align(columns[i].count);
    }
    if (error == 0) error = files->calls->resize(files, file, at);
    if (error == 0) error = quipui_file_write_bytes(files, file, header, HEADER_BYTES, 0);
    return error == 0 ? files->calls->sync(files, file) : error;
}

quipu_status quipui_piece_write(struct directory *directory, struct piece_name *name,
                                const struct piece_column *columns, unsigned count,
                                struct diagnosis *diagnosis)
{
    struct files *files = directory->files;
    unsigned char header[HEADER_BYTES];
    char file_name[PIECE_NAME_BYTES];
    int file, error;

    quipui_piece_file(name, file_name);
    encode(directory, name, columns, count, header);
    error = files->calls->remove(files, directory->handle, file_name); /* H1 */
    if (error == 0 || error == ENOENT) {
        error = files->calls->open(files, directory->handle, file_name, FILE_CREATE_NEW, &file);
    }
    if (error == 0) {
        int closed;

        error = write_all(files, file, header, columns, count);
        closed = files->calls->close(files, file);
        if (error == 0) error = closed;
    }
    if (error == 0) return QUIPU_OK;
    return quipui_diagnose_error(diagnosis, error, file_name, DIAGNOSIS_NOWHERE, "write");
}

/* --- read --- */

/* NULL, or what is wrong with a header. */
static const char *decode(const unsigned char *header, struct piece *piece)
{
    struct ledger_facts facts;
    uint64_t at = PIECE_ALIGNMENT, count = little_get_64(header + 48);

    quipui_directory_facts(piece->directory, &facts);
    if (memcmp(header, magic, sizeof magic) != 0) return "is no piece of history";
    if (little_get_64(header + HASH_AT) != quipui_checksum(header, HASH_AT, 0)) {
        return "is damaged: its header has another hash";
    }
    if (memcmp(header + IDENTITY_AT, facts.identity, sizeof facts.identity) != 0) {
        return "is of another ledger";
    }
    if (little_get_64(header + HASH_AT) != piece->name.hash ||
        little_get(header + 12, 4) != piece->name.kind ||
        little_get_64(header + 32) != piece->name.number) {
        return "is not the one that the checkpoint names";
    }
    if (little_get(header + 8, 4) != version_of(piece->name.kind) ||
        little_get_64(header + 40) != piece_items((enum piece_kind)piece->name.kind) ||
        count > PIECE_COLUMNS_MAX) {
        return "has another shape";
    }
    piece->column_count = (unsigned)count;
    for (unsigned i = 0; i < count; i++) {
        const unsigned char *column = header + COLUMNS_AT + (ptrdiff_t)24 * i;

        piece->columns[i].offset = little_get_64(column);
        piece->columns[i].bytes = little_get_64(column + 8);
        piece->columns[i].hash = little_get_64(column + 16);
        if (piece->columns[i].offset != at) return "has another shape";
        if (piece->columns[i].bytes > PIECE_ITEMS * 256) return "has another shape";
        at += align(piece->columns[i].bytes);
    }
    return NULL;
}

static quipu_status check_header(struct piece *piece, struct diagnosis *diagnosis)
{
    struct files *files = piece->directory->files;
    unsigned char header[HEADER_BYTES];
    const char *what;
    uint64_t size = 0, end = PIECE_ALIGNMENT;
    size_t done = 0;
    int error = quipui_file_read(files, piece->file, header, sizeof header, 0, &done);

    if (error == 0) error = files->calls->size(files, piece->file, &size);
    if (error != 0) return quipui_diagnose_error(diagnosis, error, piece->file_name, 0, "read");
    if (done == sizeof header && memcmp(header, magic, sizeof magic) == 0 &&
        little_get(header + 8, 4) > PIECE_VERSION_MAX) {
        return quipui_diagnose(diagnosis, QUIPU_UNSUPPORTED, piece->file_name, 8,
                               "is of a newer version");
    }
    what = done == sizeof header ? decode(header, piece) : "is too short";
    for (unsigned i = 0; what == NULL && i < piece->column_count; i++)
        end += align(piece->columns[i].bytes);
    if (what == NULL && size != end) what = "has another size";
    if (what == NULL) return QUIPU_OK;
    return quipui_diagnose(diagnosis, QUIPU_CORRUPT, piece->file_name, 0, "%s", what);
}

quipu_status quipui_piece_open(struct directory *directory, const struct piece_name *name,
                               struct piece *piece, struct diagnosis *diagnosis)
{
    struct files *files = directory->files;
    quipu_status status;
    int error;

    *piece = (struct piece){.directory = directory, .name = *name};
    quipui_piece_file(name, piece->file_name);
    error = files->calls->open(files, directory->handle, piece->file_name, FILE_READ, &piece->file);
    if (error == ENOENT) {
        return quipui_diagnose(diagnosis, QUIPU_CORRUPT, piece->file_name, DIAGNOSIS_NOWHERE,
                               "is missing: the checkpoint names it");
    }
    if (error != 0) {
        return quipui_diagnose_error(diagnosis, error, piece->file_name, DIAGNOSIS_NOWHERE, "open");
    }
    status = check_header(piece, diagnosis);
    if (status != QUIPU_OK) quipui_piece_close(piece);
    return status;
}

void quipui_piece_close(struct piece *piece)
{
    struct files *files = piece->directory->files;

    (void)files->calls->close(files, piece->file); /* it was only read */
}

quipu_status quipui_piece_expect(const struct piece *piece, unsigned column, uint64_t bytes,
                                 struct diagnosis *diagnosis)
{
    if (column < piece->column_count && piece->columns[column].bytes == bytes) return QUIPU_OK;
    return quipui_diagnose(diagnosis, QUIPU_CORRUPT, piece->file_name, 0, "has another shape");
}

quipu_status quipui_piece_read(const struct piece *piece, unsigned column, void *bytes,
                               struct diagnosis *diagnosis)
{
    uint64_t at = piece->columns[column].offset, count = piece->columns[column].bytes;
    size_t done = 0;
    int error =
        quipui_file_read(piece->directory->files, piece->file, bytes, (size_t)count, at, &done);

    if (error != 0) return quipui_diagnose_error(diagnosis, error, piece->file_name, at, "read");
    if (done == count && quipui_checksum(bytes, (size_t)count, 0) == piece->columns[column].hash) {
        return QUIPU_OK;
    }
    return quipui_diagnose(diagnosis, QUIPU_CORRUPT, piece->file_name, at,
                           "is damaged: a column has another hash");
}

quipu_status quipui_piece_map(const struct piece *piece, unsigned column, void *address,
                              struct diagnosis *diagnosis)
{
    return quipui_piece_map_part(piece, column, 0, piece->columns[column].bytes, address,
                                 diagnosis);
}

quipu_status quipui_piece_map_part(const struct piece *piece, unsigned column, uint64_t from,
                                   uint64_t count, void *address, struct diagnosis *diagnosis)
{
    struct files *files = piece->directory->files;
    uint64_t at = piece->columns[column].offset + from;
    int error = files->calls->map(files, piece->file, at, (size_t)count, address);

    if (error == 0) return QUIPU_OK;
    return quipui_diagnose_error(diagnosis, error, piece->file_name, at, "map");
}

static quipu_status check_column(const struct piece *piece, unsigned column,
                                 struct diagnosis *diagnosis)
{
    struct files *files = piece->directory->files;
    uint64_t at = piece->columns[column].offset, count = piece->columns[column].bytes;
    void *bytes = quipui_memory_take((size_t)count);
    quipu_status status;

    if (bytes == NULL) {
        return quipui_diagnose(diagnosis, QUIPU_NO_MEMORY, piece->file_name, at, "no memory");
    }
    /* A kernel that cannot drop what it keeps reads that: no less is checked. */
    (void)files->calls->forget(files, piece->file, at, count);
    status = quipui_piece_read(piece, column, bytes, diagnosis);
    quipui_memory_give_back(bytes);
    return status;
}

quipu_status quipui_piece_check(struct directory *directory, const struct piece_name *name,
                                struct diagnosis *diagnosis)
{
    struct piece piece;
    quipu_status status = quipui_piece_open(directory, name, &piece, diagnosis);

    if (status != QUIPU_OK) return status;
    for (unsigned i = 0; status == QUIPU_OK && i < piece.column_count; i++)
        status = check_column(&piece, i, diagnosis);
    quipui_piece_close(&piece);
    return status;
}
