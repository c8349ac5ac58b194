/* grace.c - liburcu behind grace.h. */
#include "base/grace.h"

#include <errno.h>
#include <urcu-bp.h>

#include "base/tsan.h"

#ifdef QUIPU_UNDER_TSAN
void __tsan_acquire(void *address);
void __tsan_release(void *address);
static char sections;
#define SECTIONS_ENDED() __tsan_acquire(&sections)
#define SECTION_ENDS() __tsan_release(&sections)
#else
#define SECTIONS_ENDED() ((void)0)
#define SECTION_ENDS() ((void)0)
#endif

void quipui_grace_enter(void)
{
    rcu_read_lock();
}

void quipui_grace_leave(void)
{
    SECTION_ENDS();
    rcu_read_unlock();
}

void quipui_grace_wait(void)
{
    int saved = errno;

    synchronize_rcu();
    SECTIONS_ENDED();
    errno = saved;
}
