/* entry.c - fuzz target: bytes are the payload of a frame.
 *
 *   E1  an entry that decodes is within the bytes, and encodes to the same bytes
 *   E2  bytes that are no entry move nothing: they are refused again */
#include <string.h>

#include "journal/entry.h"
#include "machines/fuzz/claim.h"
#include "machines/fuzz/target.h"

static size_t encode(struct entry_context *context, unsigned char *to, const struct entry *entry)
{
    switch (entry->kind) {
    case ENTRY_TRANSFER:
        return quipui_entry_transfer(context, to, &entry->transfer, &entry->origin, entry->account,
                                     entry->version);
    case ENTRY_EXPIRY:
        return quipui_entry_expiry(context, to, entry->id, entry->timestamp, entry->account,
                                   entry->version);
    case ENTRY_FAILED_ID: return quipui_entry_failed_id(context, to, entry->id, entry->timestamp);
    case ENTRY_ACCOUNT: break;
    }
    claim(entry->kind == ENTRY_ACCOUNT);
    return quipui_entry_account(context, to, &entry->record, &entry->origin, entry->account[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct entry_context read = {.timestamp = 0}, written = {.timestamp = 0}, before;
    const unsigned char *at = data, *end = data + size, *from = data;
    unsigned char again[ENTRY_BYTES_MAX];
    struct entry entry;
    size_t bytes;

    /* Ends: each turn moves on by an entry. */
    while (at < end && quipui_entry_decode(&read, &at, end, &entry)) {
        claim(at > from && at <= end);
        bytes = encode(&written, again, &entry);
        claim(bytes == (size_t)(at - from) && memcmp(again, from, bytes) == 0,
              "an entry of %zu bytes has another form of %zu", (size_t)(at - from), bytes);
        claim(memcmp(&read, &written, sizeof read) == 0);
        from = at;
    }
    if (at == end) return 0;
    before = read;
    claim(at == from);
    claim(!quipui_entry_decode(&read, &at, end, &entry));
    claim(at == from && memcmp(&read, &before, sizeof read) == 0);
    return 0;
}
