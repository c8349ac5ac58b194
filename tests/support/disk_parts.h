/* disk_parts.h - what disk.c and disk_crash.c share. */
#ifndef QUIPU_TESTS_DISK_PARTS_H
#define QUIPU_TESTS_DISK_PARTS_H

#include <pthread.h>

#include "support/disk.h"
#include "support/random.h"

#define DISK_NODES 64
#define DISK_ENTRIES 256
#define DISK_HANDLES 32
#define DISK_PASTS 8

/* A file or a directory. Nodes are numbered from 1; 0 is none. The root is 1. */
struct node {
    bool used, is_directory;
    unsigned char *cache, *platter; /* `room` bytes each, zero behind the size */
    bool *dirty;                    /* of each sector */
    bool *lost;                     /* of each sector: a sync passes it over */
    size_t room;
    uint64_t cache_size, platter_size;
    int locked_by; /* handle with an exclusive lock, or 0 */
    int sharers;
};

/* A name in a directory, and what it may be after a crash: one of its pasts, or `node`. */
struct entry {
    int directory; /* 0: this entry is free */
    char name[40];
    int node;
    int pasts[DISK_PASTS];
    int past_count;
};

struct handle {
    int node; /* 0: free */
    bool writable;
    enum file_lock lock;
};

struct disk {
    struct files files; /* first: what the engine is given is one of these */
    pthread_mutex_t lock;
    struct random random;
    struct node nodes[DISK_NODES];
    struct entry entries[DISK_ENTRIES];
    struct handle handles[DISK_HANDLES];
    struct disk_plan plan;
    uint64_t calls, room;
    bool off, lying;
};

struct entry *disk_entry(const struct disk *disk, int directory, const char *name);
int disk_find(const struct disk *disk, const char *path, int *parent, const char **last);
int disk_new_node(struct disk *disk, bool is_directory);
void disk_make_room(struct node *node, uint64_t bytes);
void disk_set_entry(struct disk *disk, int directory, const char *name, int node);
void disk_close_all(struct disk *disk);

#endif
