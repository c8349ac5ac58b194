/* small_ledger.c - see small_ledger.h. */
#include "machines/fuzz/small_ledger.h"

#include <string.h>

#include "journal/facts.h"
#include "machines/fuzz/claim.h"

#define SEED 1
#define POKES_MAX 7

struct ledger_facts small_ledger_facts(uint64_t last_segment)
{
    struct ledger_facts facts = {.changes = 1,
                                 .segment_bytes = JOURNAL_SEGMENT_BYTES_MIN,
                                 .first_segment = 1,
                                 .last_segment = last_segment};

    memset(facts.identity, 0x5A, sizeof facts.identity);
    return facts;
}

struct disk *small_ledger_new(const struct ledger_facts *facts)
{
    struct disk *disk = disk_new(SEED);
    struct files *files = disk_files(disk);
    unsigned char bytes[FACTS_BYTES];

    claim(files->calls->make_directory(files, "/ledger") == 0);
    quipui_facts_encode(facts, bytes);
    disk_write(disk, "/ledger/" FACTS_FILE, bytes, sizeof bytes);
    return disk;
}

struct directory *small_ledger_open(struct disk *disk)
{
    const struct directory_options options = {.files = disk_files(disk), .path = "/ledger"};
    struct directory *directory;

    claim(quipui_directory_open(&options, &directory, NULL) == QUIPU_OK);
    return directory;
}

unsigned small_ledger_poke(struct disk *disk, const char *path, struct bytes *bytes)
{
    unsigned count = bytes_take(bytes) % (POKES_MAX + 1), changed = 0;
    int64_t size = disk_size(disk, path);

    for (unsigned i = 0; i < count && size > 0; i++) {
        uint64_t at = bytes_number(bytes, 3) % (uint64_t)size;
        uint8_t now = bytes_take(bytes), before;

        disk_peek(disk, path, at, &before, 1);
        disk_poke(disk, path, at, &now, 1);
        changed += now != before;
    }
    return changed;
}
