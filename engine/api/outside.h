/* outside.h - calls that go to the file system: errno stays as it was, and the thread is not
 * cancelled in the middle. */
#ifndef QUIPU_API_OUTSIDE_H
#define QUIPU_API_OUTSIDE_H

#include <errno.h>

#include "base/thread.h"

struct outside {
    int error;  /* errno */
    int cancel; /* of thread_must_not_end() */
};

static inline struct outside outside_begin(void)
{
    return (struct outside){errno, thread_must_not_end()};
}

static inline void outside_end(struct outside before)
{
    thread_may_end(before.cancel);
    errno = before.error;
}

#endif
