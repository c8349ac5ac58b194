/* connected.h - calls on a handle of quipu_connect() that are not a request to the daemon. */
#ifndef QUIPU_API_CONNECTED_H
#define QUIPU_API_CONNECTED_H

#include "quipu/quipu.h"

/* As quipu_close(). */
quipu_status quipui_connected_close(quipu_ledger *ledger);

/* QUIPU_OK, or QUIPU_IO and words: the daemon is gone. */
quipu_status quipui_connected_diagnose(quipu_ledger *ledger, char *text, size_t capacity);

#endif
