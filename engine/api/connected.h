/* connected.h - calls on a handle of quipu_connect() that are not a request to the daemon. */
#ifndef QUIPU_API_CONNECTED_H
#define QUIPU_API_CONNECTED_H

#include "quipu/quipu.h"

/* As quipu_close(). */
quipu_status quipui_connected_close(quipu_ledger *ledger);

/* A handle beside this one for a queue of so many calls: calls on it are submits
 * (connect/flights.h). Returns as quipu_connect(); quipui_connected_close() closes it. */
quipu_status quipui_connected_beside(quipu_ledger *ledger, uint32_t depth, quipu_ledger **opened);

/* QUIPU_OK, or QUIPU_IO and words: the daemon is gone. */
quipu_status quipui_connected_diagnose(quipu_ledger *ledger, char *text, size_t capacity);

#endif
