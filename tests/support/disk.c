/* disk.c - the calls of the simulated disk; see disk.h. */
#include "support/disk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/assert.h"
#include "support/disk_parts.h"

static struct disk *disk_of(struct files *files)
{
    return (struct disk *)(void *)files;
}

/* --- names and nodes --- */

struct entry *disk_entry(const struct disk *disk, int directory, const char *name)
{
    for (int i = 0; i < DISK_ENTRIES; i++) {
        const struct entry *entry = &disk->entries[i];

        if (entry->directory == directory && strcmp(entry->name, name) == 0) {
            return (struct entry *)(uintptr_t)entry;
        }
    }
    return NULL;
}

/* The node of a path, or 0; its directory and the last part of the name. */
int disk_find(const struct disk *disk, const char *path, int *parent, const char **last)
{
    char part[40];
    int node = 1;

    *parent = 0;
    *last = "";
    while (*path == '/')
        path++;
    while (*path != '\0') {
        size_t length = strcspn(path, "/");
        const struct entry *entry;

        invariant(length < sizeof part);
        (void)memcpy(part, path, length);
        part[length] = '\0';
        *parent = node;
        *last = path;
        entry = node == 0 ? NULL : disk_entry(disk, node, part);
        node = entry == NULL ? 0 : entry->node;
        path += length;
        while (*path == '/')
            path++;
    }
    return node;
}

static bool is_wanted(const struct disk *disk, int node)
{
    for (int i = 0; i < DISK_ENTRIES; i++) {
        const struct entry *entry = &disk->entries[i];

        if (entry->directory == 0) continue;
        if (entry->node == node || entry->directory == node) return true;
        for (int j = 0; j < entry->past_count; j++) {
            if (entry->pasts[j] == node) return true;
        }
    }
    for (int i = 1; i < DISK_HANDLES; i++) {
        if (disk->handles[i].node == node) return true;
    }
    return node == 1;
}

int disk_new_node(struct disk *disk, bool is_directory)
{
    for (int i = 1; i < DISK_NODES; i++) {
        struct node *node = &disk->nodes[i];

        if (node->used && is_wanted(disk, i)) continue;
        free(node->cache);
        free(node->platter);
        free(node->dirty);
        free(node->lost);
        *node = (struct node){.used = true, .is_directory = is_directory};
        return i;
    }
    invariant(!"the simulated disk has too few nodes");
    return 0;
}

static void *grown(void *old, size_t from, size_t to)
{
    unsigned char *grown = realloc(old, to);

    invariant(grown != NULL);
    (void)memset(grown + from, 0, to - from);
    return grown;
}

void disk_make_room(struct node *node, uint64_t bytes)
{
    size_t room = node->room == 0 ? 16384 : node->room;

    while (room < bytes)
        room *= 2;
    if (room == node->room) return;
    node->cache = grown(node->cache, node->room, room);
    node->platter = grown(node->platter, node->room, room);
    node->dirty = grown(node->dirty, node->room / DISK_SECTOR_BYTES, room / DISK_SECTOR_BYTES);
    node->lost = grown(node->lost, node->room / DISK_SECTOR_BYTES, room / DISK_SECTOR_BYTES);
    node->room = room;
}

/* Let a name mean another node, and remember what it meant. */
void disk_set_entry(struct disk *disk, int directory, const char *name, int node)
{
    struct entry *entry = disk_entry(disk, directory, name);

    if (entry == NULL) {
        for (int i = 0; i < DISK_ENTRIES && entry == NULL; i++) {
            if (disk->entries[i].directory == 0) entry = &disk->entries[i];
        }
        invariant(entry != NULL && strlen(name) < sizeof entry->name);
        *entry = (struct entry){.directory = directory};
        (void)strcpy(entry->name, name);
    }
    if (entry->past_count == DISK_PASTS) {
        entry->past_count--;
        (void)memmove(entry->pasts + 1, entry->pasts + 2, (DISK_PASTS - 2) * sizeof *entry->pasts);
    }
    entry->pasts[entry->past_count++] = entry->node;
    entry->node = node;
}

/* --- faults --- */

/* Count a call. Returns what goes wrong with it; *error is not 0 if it must do nothing. */
static enum disk_fault begin(struct disk *disk, int *error)
{
    uint64_t times = disk->plan.times == 0 ? 1 : disk->plan.times;
    enum disk_fault fault = DISK_NO_FAULT;

    (void)pthread_mutex_lock(&disk->lock);
    disk->calls++;
    *error = 0;
    if (disk->off) {
        *error = EIO;
        return DISK_NO_FAULT;
    }
    if (disk->plan.at != 0 && disk->calls >= disk->plan.at && disk->calls < disk->plan.at + times) {
        fault = disk->plan.fault;
    }
    if (fault == DISK_ERROR) *error = disk->plan.error;
    if (fault == DISK_POWER_OFF) disk->off = true;
    return fault;
}

static int end(struct disk *disk, enum disk_fault fault, int error)
{
    (void)pthread_mutex_unlock(&disk->lock);
    return fault == DISK_POWER_OFF ? EIO : error;
}

static int new_handle(struct disk *disk, int node, bool writable, int *handle)
{
    for (int i = 1; i < DISK_HANDLES; i++) {
        if (disk->handles[i].node != 0) continue;
        disk->handles[i] = (struct handle){.node = node, .writable = writable};
        *handle = i;
        return 0;
    }
    return EMFILE;
}

static struct node *node_of(struct disk *disk, int handle)
{
    invariant(handle > 0 && handle < DISK_HANDLES && disk->handles[handle].node != 0);
    return &disk->nodes[disk->handles[handle].node];
}

/* --- the calls --- */

static int make_directory(struct files *files, const char *path)
{
    struct disk *disk = disk_of(files);
    const char *name;
    int error, parent;
    enum disk_fault fault = begin(disk, &error);

    if (error == 0) {
        int node = disk_find(disk, path, &parent, &name);

        if (node != 0) {
            error = EEXIST;
        } else if (parent == 0) {
            error = ENOENT;
        } else {
            disk_set_entry(disk, parent, name, disk_new_node(disk, true));
        }
    }
    return end(disk, fault, error);
}

static int open_directory(struct files *files, const char *path, int *directory)
{
    struct disk *disk = disk_of(files);
    const char *name;
    int error, parent;
    enum disk_fault fault = begin(disk, &error);

    if (error == 0) {
        int node = disk_find(disk, path, &parent, &name);

        if (node == 0) {
            error = ENOENT;
        } else if (!disk->nodes[node].is_directory) {
            error = ENOTDIR;
        } else {
            error = new_handle(disk, node, false, directory);
        }
    }
    return end(disk, fault, error);
}

static int sync_directory(struct files *files, int directory)
{
    struct disk *disk = disk_of(files);
    int error;
    enum disk_fault fault = begin(disk, &error);
    bool works = !disk->lying && fault != DISK_POWER_OFF && fault != DISK_SYNC_LOSES;

    for (int i = 0; i < DISK_ENTRIES && error == 0 && works; i++) {
        struct entry *entry = &disk->entries[i];

        if (entry->directory != disk->handles[directory].node) continue;
        entry->past_count = 0;
        if (entry->node == 0) entry->directory = 0;
    }
    if (error == 0 && fault == DISK_SYNC_LOSES) error = disk->plan.error;
    return end(disk, fault, error);
}

static int list(struct files *files, int directory, file_visit *visit, void *context)
{
    struct disk *disk = disk_of(files);
    int error;
    enum disk_fault fault = begin(disk, &error);

    for (int i = 0; i < DISK_ENTRIES && error == 0; i++) {
        const struct entry *entry = &disk->entries[i];

        if (entry->directory == disk->handles[directory].node && entry->node != 0) {
            visit(context, entry->name);
        }
    }
    return end(disk, fault, error);
}

static int rename_file(struct files *files, int directory, const char *from, const char *to)
{
    struct disk *disk = disk_of(files);
    int error;
    enum disk_fault fault = begin(disk, &error);

    if (error == 0) {
        int parent = disk->handles[directory].node;
        const struct entry *entry = disk_entry(disk, parent, from);

        if (entry == NULL || entry->node == 0) {
            error = ENOENT;
        } else {
            disk_set_entry(disk, parent, to, entry->node);
            disk_set_entry(disk, parent, from, 0);
        }
    }
    return end(disk, fault, error);
}

static int remove_file(struct files *files, int directory, const char *name)
{
    struct disk *disk = disk_of(files);
    int error;
    enum disk_fault fault = begin(disk, &error);

    if (error == 0) {
        const struct entry *entry = disk_entry(disk, disk->handles[directory].node, name);

        if (entry == NULL || entry->node == 0) {
            error = ENOENT;
        } else {
            disk_set_entry(disk, disk->handles[directory].node, name, 0);
        }
    }
    return end(disk, fault, error);
}

static void set_size(struct node *node, uint64_t bytes)
{
    disk_make_room(node, bytes);
    for (uint64_t at = bytes; at < node->cache_size; at++)
        node->cache[at] = 0;
    for (uint64_t at = bytes / DISK_SECTOR_BYTES * DISK_SECTOR_BYTES; at < node->cache_size;
         at += DISK_SECTOR_BYTES) {
        node->dirty[at / DISK_SECTOR_BYTES] = true;
    }
    node->cache_size = bytes;
}

static int open_node(struct disk *disk, int parent, const char *name, enum file_mode mode,
                     int *file)
{
    const struct entry *entry = disk_entry(disk, parent, name);
    int node = entry == NULL ? 0 : entry->node;

    if (node == 0 && (mode == FILE_READ || mode == FILE_WRITE)) return ENOENT;
    if (node != 0 && mode == FILE_CREATE_NEW) return EEXIST;
    if (node != 0 && disk->nodes[node].is_directory) return EINVAL;
    if (node == 0) {
        node = disk_new_node(disk, false);
        disk_set_entry(disk, parent, name, node);
    }
    return new_handle(disk, node, mode != FILE_READ, file);
}

static int open_file(struct files *files, int directory, const char *name, enum file_mode mode,
                     int *file)
{
    struct disk *disk = disk_of(files);
    int error;
    enum disk_fault fault = begin(disk, &error);

    if (error == 0) error = open_node(disk, disk->handles[directory].node, name, mode, file);
    return end(disk, fault, error);
}

static void unlock(struct disk *disk, int handle)
{
    struct node *node = node_of(disk, handle);

    if (disk->handles[handle].lock == FILE_EXCLUSIVE) node->locked_by = 0;
    if (disk->handles[handle].lock == FILE_SHARED) node->sharers--;
    disk->handles[handle].lock = FILE_UNLOCKED;
}

static int close_handle(struct files *files, int handle)
{
    struct disk *disk = disk_of(files);
    int error;
    enum disk_fault fault = begin(disk, &error);

    /* It is closed in any case, as Linux does. */
    unlock(disk, handle);
    disk->handles[handle].node = 0;
    return end(disk, fault, error);
}

static int size(struct files *files, int file, uint64_t *bytes)
{
    struct disk *disk = disk_of(files);
    int error;
    enum disk_fault fault = begin(disk, &error);

    if (error == 0) *bytes = node_of(disk, file)->cache_size;
    return end(disk, fault, error);
}

static int resize(struct files *files, int file, uint64_t bytes)
{
    struct disk *disk = disk_of(files);
    int error;
    enum disk_fault fault = begin(disk, &error);

    if (error == 0) set_size(node_of(disk, file), bytes);
    return end(disk, fault, error);
}

static int read_bytes(struct files *files, int file, void *bytes, size_t count, uint64_t offset,
                      size_t *done)
{
    struct disk *disk = disk_of(files);
    int error;
    enum disk_fault fault = begin(disk, &error);

    if (error == 0 && fault == DISK_INTERRUPTED) error = EINTR;
    if (error == 0) {
        const struct node *node = node_of(disk, file);
        uint64_t rest = offset < node->cache_size ? node->cache_size - offset : 0;

        if (count > rest) count = (size_t)rest;
        if (fault == DISK_SHORT) count = (count + 1) / 2;
        if (count > 0) (void)memcpy(bytes, node->cache + offset, count);
        *done = count;
    }
    return end(disk, fault, error);
}

static uint64_t used_bytes(const struct disk *disk)
{
    uint64_t bytes = 0;

    for (int i = 1; i < DISK_NODES; i++) {
        if (disk->nodes[i].used && is_wanted(disk, i)) bytes += disk->nodes[i].cache_size;
    }
    return bytes;
}

/* Put bytes into the cache. */
static void put(struct node *node, const void *bytes, size_t count, uint64_t offset, bool lost)
{
    disk_make_room(node, offset + count);
    if (count == 0) return;
    (void)memcpy(node->cache + offset, bytes, count);
    if (offset + count > node->cache_size) node->cache_size = offset + count;
    for (uint64_t sector = offset / DISK_SECTOR_BYTES;
         sector <= (offset + count - 1) / DISK_SECTOR_BYTES; sector++) {
        node->dirty[sector] = true;
        node->lost[sector] = lost;
    }
}

/* A block that the write was not meant for: on the platter and in the cache at once. */
static uint64_t other_place(struct disk *disk, const struct node *node, uint64_t offset,
                            size_t count)
{
    uint64_t blocks = node->cache_size / 4096, other;

    if (count > node->cache_size || blocks < 2) return offset;
    do {
        other = (uint64_t)random_below(&disk->random, (uint32_t)blocks) * 4096;
    } while (other + count > node->cache_size ||
             (other == offset && count + 4096 <= node->cache_size));
    return other;
}

static int write_parts(struct files *files, int file, const struct iovec *parts, int part_count,
                       uint64_t offset, size_t *done)
{
    struct disk *disk = disk_of(files);
    size_t left = 0;
    int error;
    enum disk_fault fault = begin(disk, &error);

    if (error == 0 && fault == DISK_INTERRUPTED) error = EINTR;
    *done = 0;
    for (int i = 0; i < part_count; i++)
        left += parts[i].iov_len;
    if (fault == DISK_SHORT) left /= 2;
    if (error == 0) {
        struct node *node = node_of(disk, file);

        invariant(disk->handles[file].writable);
        if (disk->room != 0 && offset + left > node->cache_size &&
            used_bytes(disk) + offset + left - node->cache_size > disk->room) {
            error = ENOSPC;
            left = 0;
        }
        if (fault == DISK_MISDIRECT) offset = other_place(disk, node, offset, left);
        for (int i = 0; i < part_count && left > 0; i++) {
            size_t count = parts[i].iov_len < left ? parts[i].iov_len : left;

            put(node, parts[i].iov_base, count, offset + *done, fault == DISK_LOSE);
            *done += count;
            left -= count;
        }
    }
    return end(disk, fault, error);
}

static void sync_node(struct disk *disk, struct node *node, bool fails)
{
    for (uint64_t sector = 0; sector * DISK_SECTOR_BYTES < node->room; sector++) {
        uint64_t at = sector * DISK_SECTOR_BYTES;

        if (!node->dirty[sector]) continue;
        node->dirty[sector] = false;
        if (node->lost[sector] || (fails && random_one_in(&disk->random, 2))) continue;
        (void)memcpy(node->platter + at, node->cache + at, DISK_SECTOR_BYTES);
    }
    if (!fails) node->platter_size = node->cache_size;
}

static int sync_file(struct files *files, int file)
{
    struct disk *disk = disk_of(files);
    int error;
    enum disk_fault fault = begin(disk, &error);

    if (error == 0 && !disk->lying && fault != DISK_POWER_OFF) {
        sync_node(disk, node_of(disk, file), fault == DISK_SYNC_LOSES);
    }
    if (error == 0 && fault == DISK_SYNC_LOSES) error = disk->plan.error;
    return end(disk, fault, error);
}

static int forget(struct files *files, int file, uint64_t offset, uint64_t bytes)
{
    struct disk *disk = disk_of(files);
    int error;
    enum disk_fault fault = begin(disk, &error);
    struct node *node = error == 0 ? node_of(disk, file) : NULL;

    for (uint64_t at = offset; node != NULL && at + DISK_SECTOR_BYTES <= offset + bytes &&
                               at + DISK_SECTOR_BYTES <= node->room;
         at += DISK_SECTOR_BYTES) {
        if (node->dirty[at / DISK_SECTOR_BYTES]) continue;
        (void)memcpy(node->cache + at, node->platter + at, DISK_SECTOR_BYTES);
    }
    return end(disk, fault, error);
}

static int lock(struct files *files, int file, enum file_lock wanted)
{
    struct disk *disk = disk_of(files);
    int error;
    enum disk_fault fault = begin(disk, &error);

    if (error == 0) {
        struct node *node = node_of(disk, file);

        unlock(disk, file);
        if (wanted != FILE_UNLOCKED && node->locked_by != 0) error = EAGAIN;
        if (wanted == FILE_EXCLUSIVE && node->sharers > 0) error = EAGAIN;
        if (error == 0) {
            disk->handles[file].lock = wanted;
            if (wanted == FILE_EXCLUSIVE) node->locked_by = file;
            if (wanted == FILE_SHARED) node->sharers++;
        }
    }
    return end(disk, fault, error);
}

static int map(struct files *files, int file, uint64_t offset, size_t bytes, void *address)
{
    struct disk *disk = disk_of(files);
    int error;
    enum disk_fault fault = begin(disk, &error);

    if (error == 0) {
        struct node *node = node_of(disk, file);

        disk_make_room(node, offset + bytes);
        if (mmap(address, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
                 -1, 0) == MAP_FAILED) {
            error = ENOMEM;
        } else {
            (void)memcpy(address, node->cache + offset, bytes);
        }
    }
    return end(disk, fault, error);
}

static const struct file_calls calls = {
    .make_directory = make_directory,
    .open_directory = open_directory,
    .sync_directory = sync_directory,
    .list = list,
    .rename = rename_file,
    .remove = remove_file,
    .open = open_file,
    .close = close_handle,
    .size = size,
    .resize = resize,
    .read = read_bytes,
    .write = write_parts,
    .sync = sync_file,
    .forget = forget,
    .lock = lock,
    .map = map,
};

struct disk *disk_new(uint64_t seed)
{
    struct disk *disk = malloc(sizeof *disk);

    invariant(disk != NULL);
    /* Not calloc(), which asks the kernel for zeros: that takes longer than all the rest. */
    (void)memset(disk, 0, sizeof *disk);
    invariant(pthread_mutex_init(&disk->lock, NULL) == 0);
    disk->files.calls = &calls;
    disk->random.state = seed;
    disk->nodes[1] = (struct node){.used = true, .is_directory = true};
    return disk;
}

struct files *disk_files(struct disk *disk)
{
    return &disk->files;
}
