/* names.h - how the names of a ledger's files begin: of each kind, in one place.
 *
 * A number follows, in hexadecimal digits. Beside them there are only the files of directory.h. */
#ifndef QUIPU_JOURNAL_NAMES_H
#define QUIPU_JOURNAL_NAMES_H

#define NAME_JOURNAL "journal."
#define NAME_CHECKPOINT "checkpoint."

/* Of pieces of history, in the order of enum piece_kind (history/piece.h). */
#define NAME_PIECE_KINDS 6
extern const char *const quipui_piece_names[NAME_PIECE_KINDS];

#endif
