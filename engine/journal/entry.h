/* entry.h - what happened, as bytes in the frames of a log.
 *
 * An entry is a transfer, an expiry, an id that a transient failure burnt, or an account. Entries
 * stand in any order. The bytes: docs/journal-format.md.
 *
 *   E1  an entry is below a horizon if its instant is: its timestamp, or, if it was imported, when
 *       it came in (records/imports.h)
 *   E2  accounts are named by their places, which are in the order of their creation and stay the
 *       same from run to run
 *   E3  a frame can be decoded by itself: nothing is relative to the frame before */
#ifndef QUIPU_JOURNAL_ENTRY_H
#define QUIPU_JOURNAL_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quipu/types.h"

enum entry_kind { ENTRY_TRANSFER = 1, ENTRY_EXPIRY, ENTRY_FAILED_ID, ENTRY_ACCOUNT };

/* The most bytes of one entry. */
#define ENTRY_BYTES_MAX 256

/* When an imported record came in, and which event of its call it was. `drawn` 0: it was not
 * imported. */
struct entry_origin {
    uint64_t drawn, event;
};

/* Of a kind that lacks a field, the field is not set. */
struct entry {
    enum entry_kind kind;
    struct entry_origin origin; /* all 0 of expiries and failed ids */
    uint64_t timestamp;         /* of a failed id: of the event that failed */
    /* Places of the debit and the credit account, and the versions that they got; of transfers and
     * expiries. account[0]: the place of an account itself. */
    uint64_t account[2], version[2];
    quipu_uint128 id; /* of the record; the failed id; the pending transfer that expired */
    quipu_transfer transfer;
    quipu_account record; /* of an account: its totals are 0 */
};

/* What entries of a frame are relative to. Zero it before the first of a frame. */
struct entry_context {
    uint64_t timestamp, drawn;
    quipu_uint128 id;
};

/* Encode one entry; returns how many bytes. `to` has room for ENTRY_BYTES_MAX. Of an origin with
 * `drawn` 0 the event is 0, too; it is below 2^24. */
size_t quipui_entry_transfer(struct entry_context *context, unsigned char *to,
                             const quipu_transfer *transfer, const struct entry_origin *origin,
                             const uint64_t account[2], const uint64_t version[2]);
size_t quipui_entry_expiry(struct entry_context *context, unsigned char *to, quipu_uint128 pending,
                           uint64_t timestamp, const uint64_t account[2],
                           const uint64_t version[2]);
size_t quipui_entry_failed_id(struct entry_context *context, unsigned char *to, quipu_uint128 id,
                              uint64_t timestamp);
size_t quipui_entry_account(struct entry_context *context, unsigned char *to,
                            const quipu_account *account, const struct entry_origin *origin,
                            uint64_t place);

/* Decode the entry at *at, and move *at behind it. The account ids and the ledger of a transfer are
 * left 0: its accounts have them. Returns false if these bytes are no entry, and moves nothing
 * then; any bytes will do. An entry has one form: bytes that decode are those that were encoded. */
bool quipui_entry_decode(struct entry_context *context, const unsigned char **at,
                         const unsigned char *end, struct entry *entry);

/* When it happened, as horizons count (E1). */
static inline uint64_t entry_instant(const struct entry *entry)
{
    return entry->origin.drawn != 0 ? entry->origin.drawn : entry->timestamp;
}

#endif
