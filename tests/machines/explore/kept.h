/* kept.h - the log of a program with a journal, and whether every answer is in it.
 *
 * An append begins at one point and is durable at a later one; a crash in between loses it. What a
 * crash after the first frames would leave is what recovery keeps by its definition: the entries of
 * these frames below the horizon of the last of them. For every number of frames:
 *
 *   K1  each account is kept before its changes; its versions have no gap; each expiry has its hold
 *   K2  a chain is kept as a whole or not at all
 *   K3  what was answered when so many frames were durable is kept: what was created or found, by
 *       the versions that were told; what exists; ids that failed; every version of each account
 *       that was read; what histories, scans, changes and states of holds told of */
#ifndef EXPLORE_KEPT_H
#define EXPLORE_KEPT_H

#include "journal/log.h"

struct stage;

/* The log, empty. It is static: there is one. */
struct log *kept_log(void);

/* So many frames are durable. */
size_t kept_frames(void);

/* A call that is no step of the history told of this transfer just now, or that it expired. */
void kept_told(quipu_uint128 id, bool expired);

/* What is there now stays when kept_restore() forgets the rest. */
void kept_keep(void);
void kept_restore(void);

/* NULL, or what a crash would take back. After all fibers. */
const char *kept_judge(const struct stage *stage);

#endif
