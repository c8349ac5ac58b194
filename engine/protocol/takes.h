/* takes.h - how often runs have locked accounts, for tests that bound it without a clock. */
#ifndef QUIPU_PROTOCOL_TAKES_H
#define QUIPU_PROTOCOL_TAKES_H

#ifdef QUIPU_TESTING
#include <stdint.h>

/* Of this thread: accounts that crowd.inc.h locked. */
extern _Thread_local uint64_t quipui_takes;
#define count_take() ((void)quipui_takes++)
#else
#define count_take() ((void)0)
#endif

#endif
