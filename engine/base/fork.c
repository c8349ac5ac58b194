/* fork.c - handlers around fork(), and the list of members that are told; see fork.h. */
#include "base/fork.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>

#include "base/grace.h"
#include "base/memory.h"

static pthread_mutex_t listing = PTHREAD_MUTEX_INITIALIZER;
static struct fork_member *members; /* plain, under listing */
static bool watching;               /* plain, under listing */

/* Plain: written in a child that has one thread yet. */
static uint64_t generation;

static void before(void)
{
    (void)pthread_mutex_lock(&listing);
    quipui_grace_before_fork();
}

static void after_in_parent(void)
{
    quipui_grace_after_fork_in_parent();
    (void)pthread_mutex_unlock(&listing);
}

static void after_in_child(void)
{
    quipui_grace_after_fork_in_child();
    generation++;
    for (struct fork_member *member = members; member != NULL; member = member->next)
        member->forked(member);
    (void)pthread_mutex_unlock(&listing);
}

/* If it fails, the next call tries again. */
bool quipui_fork_watch(void)
{
    int saved = errno;
    bool watched;

    (void)pthread_mutex_lock(&listing);
    if (!watching && !quipui_memory_is_refused()) {
        watching = pthread_atfork(before, after_in_parent, after_in_child) == 0;
    }
    watched = watching;
    (void)pthread_mutex_unlock(&listing);
    errno = saved;
    return watched;
}

void quipui_fork_join(struct fork_member *member)
{
    (void)pthread_mutex_lock(&listing);
    member->previous = NULL;
    member->next = members;
    if (members != NULL) members->previous = member;
    members = member;
    (void)pthread_mutex_unlock(&listing);
}

void quipui_fork_leave(struct fork_member *member)
{
    (void)pthread_mutex_lock(&listing);
    if (member->next != NULL) member->next->previous = member->previous;
    if (member->previous != NULL) {
        member->previous->next = member->next;
    } else {
        members = member->next;
    }
    (void)pthread_mutex_unlock(&listing);
}

uint64_t quipui_fork_generation(void)
{
    return generation;
}
