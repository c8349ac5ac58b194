/* disk.h - a simulated disk behind base/file.h: everything that a crash may do, by a seed.
 *
 * Of each file there is what reads see (the cache) and what is on the platter, in sectors of 512
 * bytes. A write changes the cache; a sync moves what changed to the platter. disk_crash() settles
 * it: each sector that was not synced is kept, dropped, or garbled, in any order; each name that
 * was made, renamed or removed since its directory was synced is as before or as after, each for
 * itself; a size is old or new. All that is open is closed, and locks are gone.
 *
 *   P1  what was synced is never touched by a crash
 *   P2  a sync that fails (DISK_SYNC_LOSES) has written some sectors and forgotten the others, and
 *       says nothing more of it: the next one succeeds. Reads see the cache, until forget() or a
 *       crash
 *   P3  the same seed and the same calls give the same disk
 *   P4  calls may come from several threads
 *
 * Paths are "/name" and "/name/name"; the root is there. */
#ifndef QUIPU_TESTS_DISK_H
#define QUIPU_TESTS_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/file.h"

#define DISK_SECTOR_BYTES 512

struct disk;

enum disk_fault {
    DISK_NO_FAULT,
    DISK_ERROR,       /* the call does nothing and returns `error` */
    DISK_SHORT,       /* a write or a read transfers half; other calls do what they should */
    DISK_SYNC_LOSES,  /* P2; the call returns `error`; other calls do what they should */
    DISK_POWER_OFF,   /* the call does what it should, unsynced, and returns EIO, as all others do
                         from then on, which do nothing */
    DISK_MISDIRECT,   /* a write goes to another block of the file; the call succeeds */
    DISK_LOSE,        /* a write never reaches the platter, synced or not; the call succeeds */
    DISK_INTERRUPTED, /* a transfer or an open returns EINTR, once, and does nothing */
};

struct disk_plan {
    uint64_t at;    /* the number of the call that it happens to, from 1; 0: never */
    uint64_t times; /* to so many calls in a row; 0: one */
    enum disk_fault fault;
    int error;
};

struct disk *disk_new(uint64_t seed);
void disk_free(struct disk *disk);

/* The same disk again, with nothing open: to crash it in many ways. */
struct disk *disk_copy(const struct disk *disk, uint64_t seed);

struct files *disk_files(struct disk *disk);

/* How many calls there were since the disk was made, copied or crashed. */
uint64_t disk_calls(const struct disk *disk);

void disk_set_plan(struct disk *disk, struct disk_plan plan);

/* Bytes that all files together may have; beyond: ENOSPC. 0: no limit. */
void disk_set_room(struct disk *disk, uint64_t bytes);

/* A disk that lies: sync does nothing. A control: with it, promises must break. */
void disk_set_lying(struct disk *disk, bool lying);

/* The machine stops. The plan is over. */
void disk_crash(struct disk *disk);

/* The process stops and the machine does not: what is in the cache stays there. */
void disk_kill(struct disk *disk);

/* --- for the hand of the test: at once, in the cache and on the platter --- */

/* Bytes of a file, or -1: there is none. */
int64_t disk_size(const struct disk *disk, const char *path);
void disk_peek(const struct disk *disk, const char *path, uint64_t offset, void *bytes,
               size_t count);
void disk_poke(struct disk *disk, const char *path, uint64_t offset, const void *bytes,
               size_t count);
void disk_flip(struct disk *disk, const char *path, uint64_t bit);
void disk_cut(struct disk *disk, const char *path, uint64_t bytes);
void disk_remove(struct disk *disk, const char *path);
void disk_write(struct disk *disk, const char *path, const void *bytes, size_t count);

#endif
