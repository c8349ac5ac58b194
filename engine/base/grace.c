/* grace.c - readers, and waits for them; see grace.h.
 *
 * A reader has a word: 0 outside of sections, and inside of one the period that it saw when the
 * section began. A wait begins the next period, and ends when no reader shows an older one. Periods
 * are counted in 64 bits, so none comes twice.
 *
 *   a reader    shows its period, then reads what others unlink
 *   a waiter    has unlinked something, then looks at the readers' words
 *
 * One of the two sees the other's store if both have a full fence between their two steps. In the
 * reader a fence costs more than the section. So where the kernel can run a fence on every
 * processor that runs this process (membarrier), the waiter has it do so, and the reader only holds
 * the compiler.
 *
 *   periods   held by a thread that waits for a grace period, for as long as it waits
 *   registry  held while a thread joins or leaves, or the words are looked at; nothing is waited
 *             for under it
 *
 * A fork takes both, in this order (G3). Only the setting of a thread's destructor allocates; if it
 * fails, joining returns false. */
#define _GNU_SOURCE
#include "base/grace.h"

#include <errno.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/memory.h"

/* How often a waiter looks before it sleeps: sections are short, unless their thread is stopped. */
#define LOOKS_BEFORE_SLEEP 16

struct reader {
    _Atomic uint64_t word;
    uint64_t depth;                 /* plain, of this thread: sections may nest */
    struct reader *next, *previous; /* plain, under registry */
};

_Thread_local bool quipui_grace_joined;
static _Thread_local struct reader self;

static pthread_mutex_t periods = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t registry = PTHREAD_MUTEX_INITIALIZER;
static struct reader *readers; /* plain, under registry */

static pthread_key_t key; /* plain, under registry until it is there */
static bool has_key;      /* plain, under registry */

static _Alignas(CACHE_LINE) _Atomic uint64_t now = 1;
static _Atomic uint32_t asleep; /* 1: a waiter sleeps, or is about to */

/* --- the asymmetric fence --- */

/* 1: the kernel runs fences for us. */
static _Atomic uint32_t fenced_by_kernel;

static bool membarrier(int command)
{
    return syscall(SYS_membarrier, command, 0, 0) == 0;
}

/* Without the kernel, and for ThreadSanitizer, which knows no fences, every reader has its own. */
static void __attribute__((constructor)) register_process(void)
{
#ifndef QUIPU_UNDER_TSAN
    int saved = errno;

    /* relaxed: before any thread can call, or in a child that has one. */
    store_relaxed(&fenced_by_kernel, membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED));
    errno = saved;
#endif
}

static void fence_of_reader(void)
{
    /* relaxed: it was 1 since before this thread called, or a waiter has waited for the change. */
    if (load_relaxed(&fenced_by_kernel) != 0) {
        fence_compiler();
        return;
    }
#ifndef QUIPU_UNDER_TSAN
    fence_full(); /* a fence between showing the word and what follows; see the head */
#endif
}

/* A kernel that has registered us runs the fences, unless from some time on a filter of the host
 * forbids it. From then on readers have fences of their own. A reader that was just doing without
 * one has reached memory within the time of a clock tick. */
static void fence_of_waiter(void)
{
    /* relaxed: only waiters change it, one at a time. */
    if (load_relaxed(&fenced_by_kernel) != 0) {
        const struct timespec tick = {0, 20000000};

        if (membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED)) return;
        /* relaxed: the sleep is what orders it. */
        store_relaxed(&fenced_by_kernel, 0);
        (void)nanosleep(&tick, NULL);
    }
    fence_full(); /* a fence between what was unlinked and the readers' words; see the head */
}

/* --- joining and leaving --- */

static void link_self(void)
{
    self.previous = NULL;
    self.next = readers;
    if (readers != NULL) readers->previous = &self;
    readers = &self;
}

static void unlink_self(void)
{
    if (self.next != NULL) self.next->previous = self.previous;
    if (self.previous != NULL) {
        self.previous->next = self.next;
    } else {
        readers = self.next;
    }
}

/* The destructor of `key`: this thread ends. The destructor of another key may call the library
 * again; then the thread joins again, and the system comes back here. */
static void leave_for_good(void *unused)
{
    (void)unused;
    (void)pthread_mutex_lock(&registry);
    unlink_self();
    (void)pthread_mutex_unlock(&registry);
    quipui_grace_joined = false;
}

/* Have leave_for_good() called when this thread ends. Returns false if memory runs out: the first
 * 32 keys of a process need none, later ones do. */
static bool watch_end(void)
{
    bool made;

    (void)pthread_mutex_lock(&registry);
    if (!has_key) has_key = pthread_key_create(&key, leave_for_good) == 0;
    made = has_key;
    (void)pthread_mutex_unlock(&registry);
    return made && pthread_setspecific(key, &self) == 0;
}

bool quipui_grace_join(void)
{
    int saved = errno;
    bool watched = !quipui_memory_is_refused() && watch_end();

    errno = saved;
    if (!watched) return false;
    (void)pthread_mutex_lock(&registry);
    link_self();
    (void)pthread_mutex_unlock(&registry);
    quipui_grace_joined = true;
    return true;
}

/* --- sections --- */

/* Show waiters where this thread is. */
static void show(uint64_t word)
{
#ifdef QUIPU_UNDER_TSAN
    /* edge grace.word: seq_cst; pairs with acquire in is_in_older(). Carries the section that
     * ended. It is seq_cst in place of fence_of_reader(): a reader stores word and loads what a
     * waiter unlinks, a waiter stores that and loads word; the same for word and asleep. */
    (void)exchange_seq_cst(&self.word, word);
#else
    /* edge grace.word: release; pairs with acquire in is_in_older(). Carries the section that
     * ended. */
    store_release(&self.word, word);
#endif
    fence_of_reader();
}

void quipui_grace_enter(void)
{
    audit(quipui_grace_joined);
    if (self.depth++ > 0) return;
    /* relaxed: with an older period a waiter only waits longer than it needs to. */
    show(load_relaxed(&now));
}

/* The slow half of leaving: a waiter sleeps. */
static void wake(void)
{
    int saved = errno;

    /* relaxed: it says whether there is anybody to wake, and carries nothing. */
    store_relaxed(&asleep, 0);
    (void)syscall(SYS_futex, &asleep, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    errno = saved;
}

void quipui_grace_leave(void)
{
    if (--self.depth > 0) return;
    show(0);
    /* relaxed: a waiter that is missed here has seen our word; see the fence. */
    if (load_relaxed(&asleep) != 0) wake();
}

/* --- waits --- */

static bool is_in_older(struct reader *reader, uint64_t period)
{
    /* edge grace.word: acquire; pairs with release in show(). */
    uint64_t word = load_acquire(&reader->word);

    return word != 0 && word < period;
}

static bool any_is_in_older(uint64_t period)
{
    bool found = false;

    (void)pthread_mutex_lock(&registry);
    for (struct reader *reader = readers; reader != NULL && !found; reader = reader->next)
        found = is_in_older(reader, period);
    (void)pthread_mutex_unlock(&registry);
    return found;
}

/* Sleep until a section ends, unless all that are waited for have ended. */
static void sleep_unless_over(uint64_t period)
{
    /* relaxed: a fence follows, and then a look at the words; a reader stores its word, then loads
     * this, with a fence between. */
    store_relaxed(&asleep, 1);
    fence_of_waiter();
    if (any_is_in_older(period)) {
        (void)syscall(SYS_futex, &asleep, FUTEX_WAIT_PRIVATE, 1, NULL, NULL, 0);
    }
    /* relaxed: as above. */
    store_relaxed(&asleep, 0);
}

void quipui_grace_wait(void)
{
    int saved = errno;
    uint64_t period;

    (void)pthread_mutex_lock(&periods);
    fence_of_waiter(); /* between what the caller unlinked, and the words and the new period */
    /* relaxed: only waiters write it, one at a time. */
    period = load_relaxed(&now) + 1;
    /* relaxed: a reader that sees it began after the fence, and sees what was unlinked. */
    store_relaxed(&now, period);
    /* Ends: a section that begins from here on shows this period, and an older one ends with what
     * its thread does in it. */
    for (unsigned looks = 0; any_is_in_older(period); looks++) {
        if (looks < LOOKS_BEFORE_SLEEP) {
            relax_longer(looks);
        } else {
            sleep_unless_over(period);
        }
    }
    (void)pthread_mutex_unlock(&periods);
    errno = saved;
}

/* --- fork() --- */

void quipui_grace_before_fork(void)
{
    (void)pthread_mutex_lock(&periods);
    (void)pthread_mutex_lock(&registry);
}

void quipui_grace_after_fork_in_parent(void)
{
    (void)pthread_mutex_unlock(&registry);
    (void)pthread_mutex_unlock(&periods);
}

/* The other threads of the parent are not in the child, and other threads will have their
 * storage. */
void quipui_grace_after_fork_in_child(void)
{
    readers = NULL;
    if (quipui_grace_joined) link_self();
    register_process();
    quipui_grace_after_fork_in_parent();
}
