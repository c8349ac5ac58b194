/* server_parts.h - what the files of server/ share. */
#ifndef QUIPU_SERVER_SERVER_PARTS_H
#define QUIPU_SERVER_SERVER_PARTS_H

#include <pthread.h>

#include "quipu/queue.h"
#include "server/server.h"
#include "wire/message.h"

/* Clients that have not said hello yet have places of their own. */
#define SERVER_GUESTS_MAX 16

/* A turn takes requests until they were about so many records. */
#define SERVER_TURN_RECORDS 1024

/* Requests of one client that are executed and not answered yet. */
#define SERVER_JOBS_MAX 8

struct client;

/* A request, from the ring to its answer. All of it is the server's own memory. */
struct job {
    struct client *client;
    struct job *next; /* in the one list that it is in, if it is in one */
    struct wire_request request;
    struct wire_answer answer; /* status, count, horizon, flags; the rest when it is sent */
    unsigned char *once, *expectations, *each;       /* of the request */
    unsigned char *out_once, *out_each, *out_beside; /* of the answer */
    size_t bytes;                                    /* of the memory that it has */
    uint64_t promised;                               /* of the client's answers */
    uint32_t before;                                 /* records in the parts that were sent */
    unsigned char *copies, *copies_beside;           /* of a read as a whole; or NULL */
    uint64_t copied;                                 /* records in there */
    quipu_change_filter at_the_end;
    quipu_change no_change;
};

enum client_state {
    CLIENT_GUEST,  /* it has not said hello */
    CLIENT_SERVED, /* it has its rings */
    CLIENT_ENDING, /* what it had published is executed, and nothing later is looked at */
    CLIENT_GONE    /* it is to be freed, once no job of it is left */
};

struct client {
    enum client_state state;
    bool hears;       /* it may take answers */
    bool has_request; /* the header of the next one was taken */
    bool is_full;     /* its answers had no room */
    bool waits;       /* a job of it was put off */
    bool copies;      /* a job of it is a read as a whole */
    bool is_owed;     /* a part went before its requests: they have the next room (V7) */
    int socket, bell; /* bell: -1 before the welcome */
    struct wire_shared *shared;
    struct wire_end requests, answers;
    struct wire_request next;
    uint64_t number;   /* of its last request */
    uint64_t promised; /* bytes of answers of its jobs */
    unsigned jobs;
    struct job *parts; /* reads that wait for room for their next part, in order */
    struct job *spare; /* memory for the next job, or NULL */
    quipu_daemon_client counts;
};

/* A thread for calls that take long, one at a time, in the order in which they came. Begun with the
 * first of them. */
struct aside {
    quipu_ledger *ledger;
    pthread_mutex_t lock;
    pthread_cond_t wanted;
    pthread_t thread;
    bool has_thread;
    int event;                  /* that the loop watches: written when a job is done */
    bool stopping;              /* plain, under lock; as are the lists */
    struct job *waiting, *done; /* each in order */
    size_t jobs;                /* that the loop handed over and did not take back */
};

/* One for checkpoints and backups, another for reads that are made as a whole. */
enum { SERVER_KEEPER, SERVER_COPIER, SERVER_ASIDES };

struct server {
    struct server_options options;
    uint64_t *uids, *gids; /* copies */
    int epoll, stop;
    bool is_deaf; /* the listener is not watched: there were no descriptors */
    bool stopping;
    struct wire_patience patience;
    struct client **clients; /* [0..count), in the order in which they came */
    size_t count;
    size_t jobs; /* of all clients */
    quipu_queue *queue;
    struct job *put_off, **last_put_off;
    struct aside asides[SERVER_ASIDES];
    quipu_daemon counts;
};

/* server_admit.c: let those in that knock; hear what a guest says. */
void server_answer_the_door(struct server *server);
void server_hear_guest(struct server *server, struct client *client);
bool server_watch(struct server *server, int descriptor, uint32_t events, void *what);

/* server_client.c: what a client does. */
struct client *client_new(int socket);
void client_free(struct server *server, struct client *client);
/* Returns true if a request was taken. */
bool client_turn(struct server *server, struct client *client);
/* No more of it is looked at than what is published now. */
void client_end(struct server *server, struct client *client, bool hears);
void client_drop(struct server *server, struct client *client, const char *why);
/* A job has come to an answer: send it. If it is a part, the job waits for room for the next one;
 * otherwise it is freed. */
void client_answer(struct server *server, struct job *job);
/* A job has no answer any more: it is freed. */
void client_forget(struct server *server, struct job *job);

/* server_job.c: memory of a job, for this request; NULL if there is none. */
struct job *job_new(struct client *client, const struct wire_request *request);
void job_free(struct job *job);

/* Its call has come to this status; of a read, with so many records. */
void job_end_write(struct job *job, quipu_status status);
void job_end_read(struct job *job, quipu_status status, size_t count);

/* server_execute.c: execute a job, or go on with the next part of one. It is answered by
 * client_answer(), now, by server_reap() or by server_take_back(). */
void server_execute(struct server *server, struct job *job);
void server_go_on(struct server *server, struct job *job);

/* server_part.c: answers in parts. Does another part follow the one that is in the job? */
bool job_has_more(struct job *job);
/* That one was sent: the next one is to be made. */
void job_turn_page(struct job *job);
/* The next part of a read that was made as a whole is the answer. */
void job_cut_part(struct job *job);

/* server_copy.c: make a read as a whole. Any thread. */
bool job_is_copied(const struct wire_request *request);
void job_copy(quipu_ledger *ledger, struct job *job);

/* server_aside.c: jobs on other threads. Returns false if there is no such thread, and none to be
 * had. */
bool server_open_asides(struct server *server);
void server_close_asides(struct server *server);
bool server_hand_over(struct server *server, unsigned which, struct job *job);
/* Answer those that are done. Returns true if there was one. */
bool server_take_back(struct server *server);
/* Those of a client that were not begun are forgotten. */
void server_leave_out(struct server *server, const struct client *client);

/* server_submit.c: the queue. */
bool server_open_queue(struct server *server);
/* Returns false if the job has come to its answer; otherwise server_reap() answers it. */
bool server_submit(struct server *server, struct job *job);
/* Answer what has become durable. Returns true if there was something. */
bool server_reap(struct server *server);

/* Say something of a client. */
__attribute__((format(printf, 3, 4))) void
server_say(struct server *server, const struct client *client, const char *format, ...);

#endif
