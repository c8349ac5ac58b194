/* salvage.h - what can be read of a ledger's files, damaged or not.
 *
 *   1  own nothing: read the facts under a shared lock
 *   2  read the log as an opening would, to find in its words where it is damaged
 *   3  read the checkpoint: each section and each piece whose hash is right (salvage_checkpoint.c)
 *   4  read the log with a cursor that passes over what is damaged (salvage_log.c)
 *   5  leave out what cuts have made void, and what no frame has decided
 *   6  of records that are there twice keep one, find accounts, and give all by timestamp
 *      (salvage_give.c)
 *
 *   S1  a record is given only if a hash covers it, and as that hash covers it
 *   S2  what could not be read is said, unless nothing shows that it was there
 *   S3  nothing is written */
#ifndef QUIPU_SALVAGE_SALVAGE_H
#define QUIPU_SALVAGE_SALVAGE_H

#include "quipu/quipu.h"

/* See quipu_salvage(). *salvaged is zero. */
quipu_status quipui_salvage_ledger(const char *path, const quipu_salvage_visitor *visitor,
                                   quipu_salvaged *salvaged);

#endif
