/* fork.c - handlers around fork(), and the list of those who are told; see fork.h. */
#include "base/fork.h"

#include <pthread.h>
#include <stddef.h>
#include <urcu-bp.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool watching;

static pthread_mutex_t listing = PTHREAD_MUTEX_INITIALIZER;
static struct fork_member *members;

/* Plain: written in a child that has one thread yet. */
static uint64_t generation;

static void before(void)
{
    (void)pthread_mutex_lock(&listing);
    urcu_bp_before_fork();
}

static void after_in_parent(void)
{
    urcu_bp_after_fork_parent();
    (void)pthread_mutex_unlock(&listing);
}

static void after_in_child(void)
{
    urcu_bp_after_fork_child();
    generation++;
    for (struct fork_member *member = members; member != NULL; member = member->next)
        member->forked(member);
    (void)pthread_mutex_unlock(&listing);
}

static void watch(void)
{
    watching = pthread_atfork(before, after_in_parent, after_in_child) == 0;
}

bool quipui_fork_watch(void)
{
    (void)pthread_once(&once, watch);
    return watching;
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
