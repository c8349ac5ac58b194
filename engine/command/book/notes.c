/* notes.c - the file is read whole; an index leads from ids to texts in it. */
#define _POSIX_C_SOURCE 200809L
#include "command/book/notes.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/common/growing_array.h"
#include "command/terminal/complain.h"
#include "quipu/format.h"

static bool complain_of(const char *directory)
{
    complain("%s/quipu.notes: %s", directory, strerror(errno));
    return false;
}

static FILE *open_file(const char *directory, const char *mode)
{
    char path[PATH_MAX];

    errno = ENAMETOOLONG;
    if (snprintf(path, sizeof path, "%s/quipu.notes", directory) >= (int)sizeof path) return NULL;
    return fopen(path, mode);
}

struct note_search {
    const struct notes *notes;
    quipu_uint128 id;
};

static bool is_note(const void *context, uint32_t place)
{
    const struct note_search *search = context;

    return search->notes->all[place].id == search->id;
}

static const struct note *find(const struct notes *notes, quipu_uint128 id)
{
    const struct note_search search = {notes, id};
    uint32_t place = name_index_find(&notes->by_id, name_index_hash_of_id(id), is_note, &search);

    return place != NAME_INDEX_NONE ? &notes->all[place] : NULL;
}

const char *notes_of(const struct notes *notes, quipu_uint128 id)
{
    const struct note *note = find(notes, id);

    return note != NULL ? note->text : NULL;
}

quipu_date notes_date(const struct notes *notes, const quipu_transfer *transfer)
{
    const struct note *note = find(notes, transfer->id);
    uint64_t time = transfer->timestamp, said;

    if (note != NULL && quipu_time_read(note->date, strlen(note->date), &said) == QUIPU_TEXT_OK)
        time = said;
    return quipu_date_of(time);
}

static bool take_line(struct notes *notes, char *line)
{
    char *tab = strchr(line, '\t'), *text = tab != NULL ? strchr(tab + 1, '\t') : NULL;
    struct note *all;
    quipu_uint128 id;

    if (text == NULL) return true; /* N3 */
    if (quipu_number_read(line, (size_t)(tab - line), QUIPU_AMOUNT_MAX, &id) != QUIPU_TEXT_OK)
        return true;
    all = grow(notes->all, &notes->capacity, notes->count + 1, sizeof *all);
    if (all == NULL) return false;
    notes->all = all;
    *text++ = '\0';
    all[notes->count] = (struct note){id, tab + 1, text};
    if (!name_index_add(&notes->by_id, name_index_hash_of_id(id), (uint32_t)notes->count))
        return false;
    notes->count++;
    return true;
}

static bool take_lines(struct notes *notes, size_t length)
{
    bool whole = true;
    char *end;

    for (char *line = notes->bytes; whole && line < notes->bytes + length; line = end + 1) {
        end = memchr(line, '\n', (size_t)(notes->bytes + length - line));
        if (end == NULL) end = notes->bytes + length;
        *end = '\0';
        whole = take_line(notes, line);
    }
    return whole;
}

static bool take_file(struct notes *notes, FILE *file)
{
    struct stat about;
    size_t length;

    if (fstat(fileno(file), &about) != 0) return false;
    notes->bytes = malloc((size_t)about.st_size + 1);
    if (notes->bytes == NULL) return false;
    length = fread(notes->bytes, 1, (size_t)about.st_size, file);
    if (ferror(file)) return false;
    errno = ENOMEM;
    return take_lines(notes, length);
}

enum command_exit notes_read(struct notes *notes, const char *directory)
{
    bool whole;
    FILE *file;

    *notes = (struct notes){0};
    if (directory == NULL) return COMMAND_FINE;
    file = open_file(directory, "re");
    if (file == NULL) {
        if (errno == ENOENT || errno == ENOTDIR) return COMMAND_FINE;
        (void)complain_of(directory);
        return COMMAND_SYSTEM;
    }
    whole = take_file(notes, file);
    if (!whole) (void)complain_of(directory);
    (void)fclose(file);
    if (!whole) notes_free(notes);
    return whole ? COMMAND_FINE : COMMAND_SYSTEM;
}

/* After a crash the file may end within a line. */
static void end_last_line(FILE *out)
{
    if (fseek(out, -1, SEEK_END) != 0) return; /* it is empty */
    if (getc(out) != '\n') {
        (void)fseek(out, 0, SEEK_END);
        (void)fputc('\n', out);
    }
    (void)fseek(out, 0, SEEK_END);
}

void notes_add(struct notes *notes, const char *directory, quipu_uint128 id, const char *date,
               const char *text)
{
    const struct note *there = find(notes, id);

    if (text[0] == '\0' && date[0] == '\0') return;
    if (there != NULL && strcmp(there->text, text) == 0 && strcmp(there->date, date) == 0) return;
    if (notes->out == NULL) {
        notes->out = open_file(directory, "a+e");
        if (notes->out == NULL) return; /* notes_sync() complains */
        end_last_line(notes->out);
    }
    (void)fprintf(notes->out, "%s\t%s\t", quipu_number_text(id).text, date);
    for (; *text != '\0'; text++)
        (void)fputc((unsigned char)*text < ' ' ? ' ' : *text, notes->out);
    (void)fputc('\n', notes->out);
}

bool notes_sync(struct notes *notes, const char *directory)
{
    if (notes->out == NULL) {
        notes->out = open_file(directory, "a+e");
        if (notes->out == NULL) return complain_of(directory);
    }
    if (fflush(notes->out) == 0 && !ferror(notes->out) && fsync(fileno(notes->out)) == 0)
        return true;
    return complain_of(directory);
}

void notes_free(struct notes *notes)
{
    if (notes->out != NULL) (void)fclose(notes->out); /* notes_sync() has seen a failed write */
    free(notes->bytes);
    free(notes->all);
    name_index_free(&notes->by_id);
    *notes = (struct notes){0};
}
