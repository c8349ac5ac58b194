/* server_aside.c - calls that take long, on threads beside the loop, which goes on meanwhile.
 *
 *   loop      hands a job over, and takes it back when it is done: only then does it answer
 *   a thread  makes the calls of its jobs, one at a time, and writes the event after each. Of a job
 *             it sees the request and the answer, and nothing of the client */
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "server/server_parts.h"

/* --- lists --- */

static void append(struct job **list, struct job *job)
{
    while (*list != NULL)
        list = &(*list)->next;
    job->next = NULL;
    *list = job;
}

static struct job *take_first(struct job **list)
{
    struct job *job = *list;

    if (job != NULL) *list = job->next;
    return job;
}

/* --- the thread --- */

static quipu_status back_up(quipu_ledger *ledger, const struct job *job)
{
    const struct wire_path *path = (const struct wire_path *)(const void *)job->once;

    /* Where this process works is nothing that its clients know of. */
    if (path->bytes[0] != '/' || memchr(path->bytes, 0, sizeof path->bytes) == NULL)
        return QUIPU_INVALID;
    return quipu_backup(ledger, path->bytes);
}

static void work(quipu_ledger *ledger, struct job *job)
{
    switch (job->request.kind) {
    case WIRE_CHECKPOINT: job_end_read(job, quipu_checkpoint(ledger), 0); break;
    case WIRE_BACKUP: job_end_read(job, back_up(ledger, job), 0); break;
    default: job_copy(ledger, job); break;
    }
}

static void *run(void *context)
{
    struct aside *aside = context;
    const uint64_t once = 1;
    struct job *job;

    (void)pthread_mutex_lock(&aside->lock);
    /* Ends: server_close_asides(). */
    while (!aside->stopping) {
        job = take_first(&aside->waiting);
        if (job == NULL) {
            (void)pthread_cond_wait(&aside->wanted, &aside->lock);
            continue;
        }
        (void)pthread_mutex_unlock(&aside->lock);
        work(aside->ledger, job);
        (void)pthread_mutex_lock(&aside->lock);
        append(&aside->done, job);
        (void)!write(aside->event, &once, sizeof once);
    }
    (void)pthread_mutex_unlock(&aside->lock);
    return NULL;
}

/* Signals are for the threads of the program. */
static bool begin_thread(struct aside *aside)
{
    sigset_t all, before;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    aside->has_thread = pthread_create(&aside->thread, NULL, run, aside) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return aside->has_thread;
}

/* --- the loop --- */

bool server_hand_over(struct server *server, unsigned which, struct job *job)
{
    struct aside *aside = &server->asides[which];

    if (!aside->has_thread && !begin_thread(aside)) return false;
    aside->jobs++;
    (void)pthread_mutex_lock(&aside->lock);
    append(&aside->waiting, job);
    (void)pthread_cond_signal(&aside->wanted);
    (void)pthread_mutex_unlock(&aside->lock);
    return true;
}

static struct job *take_done(struct aside *aside)
{
    struct job *job;

    (void)pthread_mutex_lock(&aside->lock);
    job = take_first(&aside->done);
    (void)pthread_mutex_unlock(&aside->lock);
    if (job != NULL) aside->jobs--;
    return job;
}

bool server_take_back(struct server *server)
{
    bool any = false;

    for (unsigned i = 0; i < SERVER_ASIDES; i++) {
        struct aside *aside = &server->asides[i];
        struct job *job;

        /* Ends: the thread has so many, and nothing is handed over meanwhile. */
        while (aside->jobs > 0 && (job = take_done(aside)) != NULL) {
            client_answer(server, job);
            any = true;
        }
    }
    return any;
}

/* Take the first job of a client out of those that wait; or NULL. */
static struct job *take_waiting(struct aside *aside, const struct client *client)
{
    struct job **at = &aside->waiting, *job;

    (void)pthread_mutex_lock(&aside->lock);
    while (*at != NULL && (*at)->client != client)
        at = &(*at)->next;
    job = take_first(at);
    (void)pthread_mutex_unlock(&aside->lock);
    if (job != NULL) aside->jobs--;
    return job;
}

void server_leave_out(struct server *server, const struct client *client)
{
    for (unsigned i = 0; i < SERVER_ASIDES; i++) {
        struct aside *aside = &server->asides[i];
        struct job *job;

        while (aside->jobs > 0 && (job = take_waiting(aside, client)) != NULL)
            client_forget(server, job);
    }
}

/* --- open and close --- */

bool server_open_asides(struct server *server)
{
    for (unsigned i = 0; i < SERVER_ASIDES; i++) {
        struct aside *aside = &server->asides[i];

        aside->ledger = server->options.ledger;
        (void)pthread_mutex_init(&aside->lock, NULL);
        (void)pthread_cond_init(&aside->wanted, NULL);
        aside->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        /* Watched, and never read: each write wakes the loop once. */
        if (aside->event < 0 || !server_watch(server, aside->event, EPOLLIN | EPOLLET, NULL))
            return false;
    }
    return true;
}

static void close_aside(struct aside *aside)
{
    if (aside->ledger == NULL) return; /* it was not opened */
    (void)pthread_mutex_lock(&aside->lock);
    aside->stopping = true;
    (void)pthread_cond_signal(&aside->wanted);
    (void)pthread_mutex_unlock(&aside->lock);
    if (aside->has_thread) (void)pthread_join(aside->thread, NULL);
    if (aside->event >= 0) (void)close(aside->event);
    (void)pthread_cond_destroy(&aside->wanted);
    (void)pthread_mutex_destroy(&aside->lock);
}

void server_close_asides(struct server *server)
{
    for (unsigned i = 0; i < SERVER_ASIDES; i++)
        close_aside(&server->asides[i]);
}
