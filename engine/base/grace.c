/* grace.c - liburcu behind grace.h.
 *
 * A thread that joins: take a key's destructor for its end; register with liburcu, which links a
 * reader in the thread's own static storage into its registry; link a member of our own beside it,
 * so that a child of fork() finds the readers of the threads it does not have. None of this
 * allocates but the destructor, and its failure is a plain false.
 *
 *   periods   held by a thread that waits for a grace period, for as long as it waits
 *   registry  held while a thread joins or leaves; never while anything is waited for
 *
 * A fork takes both, in this order (G3). */
#include "base/grace.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <urcu/list.h>
#include <urcu/static/urcu-common.h> /* for what a reader looks like; nothing of it is called */
#include <urcu/tls-compat.h>
#include <urcu/urcu-memb.h>

#include "base/assert.h"
#include "base/memory.h"
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

/* liburcu's own reader of this thread. That we name it puts it into static storage also where this
 * library is loaded late: liburcu would allocate it at a thread's first use otherwise, and abort if
 * that fails. */
extern DECLARE_URCU_TLS(struct urcu_reader, urcu_memb_reader);

struct member {
    struct urcu_reader *reader;
    struct member *next, *previous;
};

_Thread_local bool quipui_grace_joined;
static _Thread_local struct member self; /* plain, under registry */

static pthread_mutex_t periods = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t registry = PTHREAD_MUTEX_INITIALIZER;
static struct member *members; /* plain, under registry */

static pthread_key_t key; /* plain, under registry until it is there */
static bool has_key;      /* plain, under registry */

static void link_self(void)
{
    self.reader = &URCU_TLS(urcu_memb_reader);
    self.previous = NULL;
    self.next = members;
    if (members != NULL) members->previous = &self;
    members = &self;
}

static void unlink_self(void)
{
    if (self.next != NULL) self.next->previous = self.previous;
    if (self.previous != NULL) {
        self.previous->next = self.next;
    } else {
        members = self.next;
    }
}

/* The destructor of `key`: this thread ends. It may call again in the destructors of others; then
 * it joins again, and the system comes back here. */
static void leave_for_good(void *unused)
{
    (void)unused;
    SECTION_ENDS();
    (void)pthread_mutex_lock(&registry);
    urcu_memb_unregister_thread();
    unlink_self();
    (void)pthread_mutex_unlock(&registry);
    quipui_grace_joined = false;
}

/* Have leave_for_good() called when this thread ends. Returns false if memory runs out: the first 32
 * keys of a process need none, later ones do. */
static bool watch_end(void)
{
    (void)pthread_mutex_lock(&registry);
    if (!has_key) has_key = pthread_key_create(&key, leave_for_good) == 0;
    (void)pthread_mutex_unlock(&registry);
    return has_key && pthread_setspecific(key, &self) == 0;
}

bool quipui_grace_join(void)
{
    int saved = errno;
    bool watched;

    /* The host's registration, which it may end at any time: look again at the next call (G2). */
    if (URCU_TLS(urcu_memb_reader).registered) return true;
    if (quipui_memory_is_refused()) return false;
    watched = watch_end();
    errno = saved;
    if (!watched) return false;

    (void)pthread_mutex_lock(&registry);
    urcu_memb_register_thread();
    link_self();
    (void)pthread_mutex_unlock(&registry);
    quipui_grace_joined = true;
    return true;
}

void quipui_grace_enter(void)
{
    audit(quipui_grace_joined || URCU_TLS(urcu_memb_reader).registered);
    urcu_memb_read_lock();
}

void quipui_grace_leave(void)
{
    SECTION_ENDS();
    urcu_memb_read_unlock();
}

void quipui_grace_wait(void)
{
    int saved = errno;

    (void)pthread_mutex_lock(&periods);
    urcu_memb_synchronize_rcu();
    (void)pthread_mutex_unlock(&periods);
    SECTIONS_ENDED();
    errno = saved;
}

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

/* The threads of the parent are not here, and their storage will be that of other threads: take
 * their readers out of liburcu's registry while they are still what they were. */
void quipui_grace_after_fork_in_child(void)
{
    for (struct member *member = members; member != NULL; member = member->next) {
        if (member != &self) cds_list_del(&member->reader->node);
    }
    members = NULL;
    if (quipui_grace_joined) link_self();
    quipui_grace_after_fork_in_parent();
}
