/* poster.h - posts the transfers of a foreign file into a kept ledger, in order of time.
 *
 * P1  What is there already (the same id, accounts and amount) is left alone, so that a file may be
 *     imported again, or one that overlaps it.
 * P2  A transfer gets the time that it had, as an import, if that is later than all that the ledger
 *     has. Otherwise it gets the time of now, and its date is kept in its note.
 * P3  Notes and names are on disk before transfers are created. */
#ifndef QUIPU_COMMAND_EXCHANGE_POSTER_H
#define QUIPU_COMMAND_EXCHANGE_POSTER_H

#include "command/look/view.h"

struct posting {
    quipu_transfer transfer; /* with its id and flags; the time is in `time` */
    uint64_t time;           /* when it happened */
    bool is_there;           /* it was there before */
    bool is_late;            /* it has the time of now */
    uint64_t posted_at;      /* its timestamp in the ledger; 0: it is not there */
    uint32_t outcome;        /* QUIPU_CREATED, or why not; 0: not reached */
    unsigned long long line; /* of the file */
    char *note;              /* its description, or NULL */
};

struct poster {
    struct view *view;
    const char *path; /* of the file, for complaints */
    struct posting *all;
    size_t count, capacity;
    uint64_t created, existing, refused, late;
};

/* Add a posting. Its note is copied. Returns NULL if memory runs out. */
struct posting *poster_add(struct poster *poster, const struct posting *posting);

/* The account of a name; a new one is created in a ledger if the book has none. Its time is before
 * `time` if the ledger allows that. COMMAND_REFUSED: it is of another ledger. */
enum command_exit poster_account(struct poster *poster, const char *name, uint32_t ledger,
                                 uint64_t time, quipu_uint128 *id);

/* The ledger of a currency's name; those of ISO 4217 that are well known are named if the book has
 * none. */
enum command_exit poster_currency(struct poster *poster, const char *name, uint32_t *ledger);

/* Post all, in the order in which they were added. Complains of the first refusals; if there are
 * some it returns COMMAND_REFUSED. */
enum command_exit poster_run(struct poster *poster);
void poster_free(struct poster *poster);

/* An id that is made from what identifies a transfer. */
struct digest {
    quipu_uint128 state;
};

struct digest digest_begin(void);
void digest_add(struct digest *digest, const char *text);
quipu_uint128 digest_end(const struct digest *digest);

#endif
