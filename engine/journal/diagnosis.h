/* diagnosis.h - what is wrong with a ledger's files, in words: which file, where, what is missing.
 *
 * A failure is written down where it is found; callers hand the struct up. Nothing is allocated. A
 * NULL diagnosis is allowed everywhere: nobody wants to know. */
#ifndef QUIPU_JOURNAL_DIAGNOSIS_H
#define QUIPU_JOURNAL_DIAGNOSIS_H

#include <stddef.h>
#include <stdint.h>

#include "quipu/types.h"

struct diagnosis {
    uint64_t offset; /* in the file; DIAGNOSIS_NOWHERE: of the file as a whole */
    int error;       /* an errno value, or 0 */
    char file[96];   /* its name in the directory, or the end of a path; "" if none */
    char words[256]; /* a sentence without its full stop */
};

#define DIAGNOSIS_NOWHERE UINT64_MAX

/* Write a diagnosis down and return `status`, so that a failure is one line where it is found. */
quipu_status quipui_diagnose(struct diagnosis *diagnosis, quipu_status status, const char *file,
                             uint64_t offset, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* The same for a system call that failed: the status is that of the errno value, and the words are
 * "cannot DO: " and the system's own. */
quipu_status quipui_diagnose_error(struct diagnosis *diagnosis, int error, const char *file,
                                   uint64_t offset, const char *what);

/* FILE at byte OFFSET: WORDS. If it has no words: `otherwise`. */
void quipui_diagnosis_text(const struct diagnosis *diagnosis, const char *otherwise, char *text,
                           size_t capacity);

/* What an errno value means to callers: EAGAIN BUSY; ENOMEM, EMFILE and ENFILE NO_MEMORY; ENOSPC,
 * EDQUOT and EFBIG NO_SPACE; all others IO. 0 is OK. */
quipu_status quipui_status_of(int error);

#endif
