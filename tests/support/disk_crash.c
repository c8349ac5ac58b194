/* disk_crash.c - what happens to a simulated disk beside calls: crashes, copies, edits. */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "support/disk_parts.h"

void disk_free(struct disk *disk)
{
    if (disk == NULL) return;
    for (int i = 1; i < DISK_NODES; i++) {
        free(disk->nodes[i].cache);
        free(disk->nodes[i].platter);
        free(disk->nodes[i].dirty);
        free(disk->nodes[i].lost);
    }
    (void)pthread_mutex_destroy(&disk->lock);
    free(disk);
}

static void *copied(const void *from, size_t count)
{
    void *to;

    if (from == NULL) return NULL;
    to = malloc(count);
    invariant(to != NULL);
    return memcpy(to, from, count);
}

struct disk *disk_copy(const struct disk *disk, uint64_t seed)
{
    struct disk *copy = disk_new(seed);

    (void)memcpy(copy->nodes, disk->nodes, sizeof copy->nodes);
    (void)memcpy(copy->entries, disk->entries, sizeof copy->entries);
    (void)memcpy(copy->handles, disk->handles, sizeof copy->handles);
    for (int i = 1; i < DISK_NODES; i++) {
        struct node *node = &copy->nodes[i];
        size_t sectors = node->room / DISK_SECTOR_BYTES;

        node->cache = copied(node->cache, node->room);
        node->platter = copied(node->platter, node->room);
        node->dirty = copied(node->dirty, sectors);
        node->lost = copied(node->lost, sectors);
    }
    copy->room = disk->room;
    copy->lying = disk->lying;
    disk_close_all(copy);
    return copy;
}

uint64_t disk_calls(const struct disk *disk)
{
    return disk->calls;
}

void disk_set_plan(struct disk *disk, struct disk_plan plan)
{
    disk->plan = plan;
}

void disk_set_room(struct disk *disk, uint64_t bytes)
{
    disk->room = bytes;
}

void disk_set_lying(struct disk *disk, bool lying)
{
    disk->lying = lying;
}

void disk_close_all(struct disk *disk)
{
    for (int i = 1; i < DISK_HANDLES; i++)
        disk->handles[i] = (struct handle){.node = 0};
    for (int i = 1; i < DISK_NODES; i++)
        disk->nodes[i].locked_by = disk->nodes[i].sharers = 0;
    disk->off = false;
    disk->calls = 0;
    disk->plan = (struct disk_plan){.at = 0};
}

/* One of four crashes loses nothing, and one loses all that it may. */
enum mood { KEEPS, DROPS, MIXES, GARBLES };

static void settle_sector(struct disk *disk, struct node *node, uint64_t sector, enum mood mood)
{
    unsigned char *platter = node->platter + sector * DISK_SECTOR_BYTES;
    uint32_t choice = random_below(&disk->random, 8);

    if (node->lost[sector] || mood == DROPS) return;
    if (mood == KEEPS || choice < 4) {
        (void)memcpy(platter, node->cache + sector * DISK_SECTOR_BYTES, DISK_SECTOR_BYTES);
    } else if (mood == GARBLES && choice == 7) {
        for (int i = 0; i < DISK_SECTOR_BYTES; i++)
            platter[i] = (unsigned char)random_next(&disk->random);
    }
}

static void settle_node(struct disk *disk, struct node *node, enum mood mood)
{
    for (uint64_t sector = 0; sector * DISK_SECTOR_BYTES < node->room; sector++) {
        if (node->dirty[sector]) settle_sector(disk, node, sector, mood);
        node->dirty[sector] = node->lost[sector] = false;
    }
    if (mood == KEEPS || (mood != DROPS && random_one_in(&disk->random, 2))) {
        node->platter_size = node->cache_size;
    }
    for (uint64_t at = node->platter_size; at < node->room; at++)
        node->platter[at] = 0;
    if (node->room > 0) (void)memcpy(node->cache, node->platter, node->room);
    node->cache_size = node->platter_size;
}

static void settle_entry(struct disk *disk, struct entry *entry, enum mood mood)
{
    uint32_t choices = (uint32_t)entry->past_count + 1;
    uint32_t choice = random_below(&disk->random, choices);

    if (mood == KEEPS) choice = choices - 1;
    if (mood == DROPS) choice = 0;
    if (choice < choices - 1) entry->node = entry->pasts[choice];
    entry->past_count = 0;
    if (entry->node == 0) entry->directory = 0;
}

void disk_crash(struct disk *disk)
{
    enum mood mood = (enum mood)random_below(&disk->random, 4);

    disk_close_all(disk);
    for (int i = 0; i < DISK_ENTRIES; i++) {
        if (disk->entries[i].directory != 0) settle_entry(disk, &disk->entries[i], mood);
    }
    for (int i = 1; i < DISK_NODES; i++) {
        if (disk->nodes[i].used) settle_node(disk, &disk->nodes[i], mood);
    }
}

void disk_kill(struct disk *disk)
{
    disk_close_all(disk);
}

/* --- the test's hand --- */

static struct node *file_at(const struct disk *disk, const char *path)
{
    const char *name;
    int parent, node = disk_find(disk, path, &parent, &name);

    return node == 0 ? NULL : (struct node *)(uintptr_t)&disk->nodes[node];
}

int64_t disk_size(const struct disk *disk, const char *path)
{
    const struct node *node = file_at(disk, path);

    return node == NULL ? -1 : (int64_t)node->cache_size;
}

void disk_peek(const struct disk *disk, const char *path, uint64_t offset, void *bytes,
               size_t count)
{
    const struct node *node = file_at(disk, path);

    invariant(node != NULL && offset + count <= node->cache_size);
    (void)memcpy(bytes, node->cache + offset, count);
}

void disk_poke(struct disk *disk, const char *path, uint64_t offset, const void *bytes,
               size_t count)
{
    struct node *node = file_at(disk, path);

    (void)disk;
    invariant(node != NULL && offset + count <= node->cache_size);
    (void)memcpy(node->cache + offset, bytes, count);
    (void)memcpy(node->platter + offset, bytes, count);
}

void disk_flip(struct disk *disk, const char *path, uint64_t bit)
{
    unsigned char byte;

    disk_peek(disk, path, bit / 8, &byte, 1);
    byte ^= (unsigned char)(1u << bit % 8);
    disk_poke(disk, path, bit / 8, &byte, 1);
}

void disk_cut(struct disk *disk, const char *path, uint64_t bytes)
{
    struct node *node = file_at(disk, path);

    (void)disk;
    invariant(node != NULL && bytes <= node->cache_size);
    (void)memset(node->cache + bytes, 0, node->room - bytes);
    (void)memset(node->platter + bytes, 0, node->room - bytes);
    node->cache_size = node->platter_size = bytes;
}

void disk_remove(struct disk *disk, const char *path)
{
    const char *name;
    int parent, node = disk_find(disk, path, &parent, &name);

    if (node != 0) *disk_entry(disk, parent, name) = (struct entry){.directory = 0};
}

void disk_write(struct disk *disk, const char *path, const void *bytes, size_t count)
{
    const char *name;
    int parent, found;

    disk_remove(disk, path);
    (void)disk_find(disk, path, &parent, &name);
    found = disk_new_node(disk, false);
    disk_set_entry(disk, parent, name, found);
    disk_entry(disk, parent, name)->past_count = 0;
    disk_make_room(&disk->nodes[found], count);
    disk->nodes[found].cache_size = disk->nodes[found].platter_size = count;
    disk_poke(disk, path, 0, bytes, count);
}
