/* recover_blame.c - what is wrong with a log that recovery refuses, in words. */
#include "quipu/format.h"
#include "recovery/recover_parts.h"

quipu_status quipui_blame_frame(struct part *part, uint64_t sequence, size_t byte, const char *what)
{
    return quipui_diagnose(&part->diagnosis, QUIPU_CORRUPT, "", DIAGNOSIS_NOWHERE,
                           "what is at byte %zu of frame %llu %s", byte,
                           (unsigned long long)sequence, what);
}

quipu_status quipui_blame_transfer(struct diagnosis *diagnosis, quipu_uint128 id, const char *what)
{
    return quipui_diagnose(diagnosis, QUIPU_CORRUPT, "", DIAGNOSIS_NOWHERE, "transfer %s %s",
                           quipu_number_text(id).text, what);
}

quipu_status quipui_blame_account(struct diagnosis *diagnosis, quipu_uint128 id, const char *what)
{
    return quipui_diagnose(diagnosis, QUIPU_CORRUPT, "", DIAGNOSIS_NOWHERE, "account %s %s",
                           quipu_number_text(id).text, what);
}

quipu_status quipui_blame_version(struct diagnosis *diagnosis, quipu_uint128 id, uint64_t version,
                                  const char *what)
{
    return quipui_diagnose(diagnosis, QUIPU_CORRUPT, "", DIAGNOSIS_NOWHERE,
                           "version %llu of account %s %s", (unsigned long long)version,
                           quipu_number_text(id).text, what);
}

quipu_status quipui_blame_room(struct diagnosis *diagnosis, quipu_status status, const char *what)
{
    return quipui_diagnose(diagnosis, status, "", DIAGNOSIS_NOWHERE,
                           status == QUIPU_NO_SPACE ? "the log has more %s than there is room for"
                                                    : "memory ran out for %s",
                           what);
}
