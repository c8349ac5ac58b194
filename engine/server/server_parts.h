/* server_parts.h - what the files of server/ share. */
#ifndef QUIPU_SERVER_SERVER_PARTS_H
#define QUIPU_SERVER_SERVER_PARTS_H

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
    struct job *next; /* that was put off */
    struct wire_request request;
    struct wire_answer answer; /* status, count, horizon, flags; the rest when it is sent */
    unsigned char *once, *expectations, *each;       /* of the request */
    unsigned char *out_once, *out_each, *out_beside; /* of the answer */
    size_t bytes;                                    /* of the memory that it has */
    uint64_t promised;                               /* of the client's answers */
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
    int socket, bell; /* bell: -1 before the welcome */
    struct wire_shared *shared;
    struct wire_end requests, answers;
    struct wire_request next;
    uint64_t number;   /* of its last request */
    uint64_t promised; /* bytes of answers of its jobs */
    unsigned jobs;
    struct job *spare; /* memory for the next one, or NULL */
    quipu_daemon_client counts;
};

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
/* A job is done: answer, and free it. */
void client_answer(struct server *server, struct job *job);

/* server_job.c: memory of a job, for this request; NULL if there is none. */
struct job *job_new(struct client *client, const struct wire_request *request);
void job_free(struct job *job);

/* Its call has come to this status; of a read, with so many records. */
void job_end_write(struct job *job, quipu_status status);
void job_end_read(struct job *job, quipu_status status, size_t count);

/* server_execute.c: execute a job. It is answered by client_answer(), now or by server_reap(). */
void server_execute(struct server *server, struct job *job);

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
