/* history_rows.h - the rows of a history on disk: which fields, in which order. */
#ifndef QUIPU_CHECKER_HISTORY_ROWS_H
#define QUIPU_CHECKER_HISTORY_ROWS_H

#include "checker/recording.h"

/* A field of struct history_step: an unsigned number of `size` bytes. */
struct row_field {
    const char *name;
    uint16_t offset, size;
};

struct row_kind {
    const char *name;
    enum history_kind kind;
    const struct row_field *fields;
    size_t field_count;
};

/* One per enum history_kind. */
extern const struct row_kind row_kinds[];

#define ROW_KIND_COUNT 5
#define ROW_FIELDS_MAX 17

/* Read an outcome by its name, as in docs/semantics.md, or `created`. Returns false if there is no
 * such outcome. */
bool row_outcome(enum history_kind kind, const char *text, size_t length, quipu_uint128 *outcome);

#endif
