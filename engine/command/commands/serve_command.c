/* serve_command.c - `quipu serve`: a ledger for other processes. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/commands/all_commands.h"
#include "command/common/systemd.h"
#include "command/load/kept_ledger.h"
#include "command/load/kept_owner.h"
#include "command/terminal/complain.h"
#include "command/terminal/options.h"
#include "server/server.h"

enum { CLIENTS = 64, MODE = 0600, MODE_MAX = 0777 };

static enum command_exit run(int argc, char **argv);

const struct command command_serve = {
    .name = "serve",
    .summary = "give other processes a ledger",
    .text =
        "It owns the ledger and listens at a UNIX socket. Programs call quipu_connect() with the\n"
        "path of the socket, and then make the same calls as on a ledger of their own; `quipu\n"
        "stats` shows who is there. --ledger DIR is a kept ledger, and is made if it is not "
        "there;\n"
        "an answer then means that what was done is on disk. --memory is one that ends with the\n"
        "process.\n"
        "\n"
        "Rights: the socket has mode 0600, or --mode: the file system says who may connect. Of\n"
        "those that connect, the user of this process may write; so may the users of --write-uid\n"
        "and those whose primary group is one of --write-gid. --others says what the rest may do:\n"
        "write, read, or nothing. It is write if no users and groups are named, and otherwise\n"
        "nothing.\n"
        "\n"
        "A client that breaks the rules of the shared memory is dropped, with a line on standard\n"
        "error that says why. SIGTERM and SIGINT end it: what clients have asked by then is done\n"
        "and answered, and the ledger is closed.\n"
        "\n"
        "Under systemd a socket unit may pass the socket on (ListenSequentialPacket=), in place "
        "of\n"
        "--socket; a service of Type=notify is told when the ledger is ready.\n"
        "\n"
        "Exit code: 0 ended by a signal, 1 the ledger is damaged, 2 usage, 3 system, or another\n"
        "process has the ledger.\n",
    .run = run,
};

struct order {
    quipu_options ledger;
    struct server_options server;
    const char *socket; /* NULL: the service manager has passed one on */
    uint64_t mode;
    struct option_counts uids, gids;
};

/* --- serving --- */

static struct server *served;

static void stop(int signal)
{
    (void)signal;
    server_stop(served);
}

static void hear_signals(void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};

    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
}

static void say(const char *line)
{
    complain("%s", line);
}

/* With the ledger open, and the listener ours. */
static enum command_exit serve(struct order *order)
{
    served = server_open(&order->server);
    if (served == NULL) {
        complain("the server could not be opened: %s", strerror(errno));
        return COMMAND_SYSTEM;
    }
    hear_signals(stop);
    systemd_notify("READY=1\nSTATUS=serving\n");
    (void)server_run(served);
    systemd_notify("STOPPING=1\nSTATUS=closing the ledger\n");
    hear_signals(SIG_IGN); /* the end is under way */
    server_close(served);
    return COMMAND_FINE;
}

/* The socket that was passed on, or a new one; -1: complained. */
static int listen_for(const struct order *order)
{
    int listener;

    if (order->socket == NULL) {
        if (systemd_is_listener(SYSTEMD_FIRST_SOCKET)) return SYSTEMD_FIRST_SOCKET;
        complain("the socket that was passed on does not listen for packets "
                 "(ListenSequentialPacket=)");
        return -1;
    }
    listener = server_listen(order->socket, (mode_t)order->mode);
    if (listener < 0) {
        complain("%s: %s", order->socket,
                 errno == EADDRINUSE ? "somebody listens there, or it is no socket"
                                     : strerror(errno));
    }
    return listener;
}

/* Commands that find the ledger in use are to find the socket. */
static bool names_itself(const struct order *order)
{
    return order->socket != NULL && order->ledger.path != NULL;
}

static enum command_exit open_and_serve(struct order *order)
{
    enum command_exit exit = kept_open(&order->ledger, &order->server.ledger), closed;

    if (exit != COMMAND_FINE) return exit;
    order->server.listener = listen_for(order);
    exit = order->server.listener >= 0 ? COMMAND_FINE : COMMAND_SYSTEM;
    if (exit == COMMAND_FINE && names_itself(order) &&
        !kept_socket_write(order->ledger.path, order->socket))
        exit = COMMAND_SYSTEM;
    if (exit == COMMAND_FINE) exit = serve(order);
    if (names_itself(order)) kept_socket_remove(order->ledger.path);
    /* Its name goes while nobody else can have taken it: the ledger is still ours. */
    if (order->server.listener >= 0 && order->socket != NULL) (void)unlink(order->socket);
    closed = kept_close(order->server.ledger);
    return exit == COMMAND_FINE ? closed : exit;
}

/* --- the line --- */

struct line {
    struct arg_file *ledger, *socket;
    struct arg_lit *memory, *help;
    struct arg_str *mode, *uids, *gids, *others, *clients, *protocol, *accounts, *transfers;
    struct arg_end *end;
};

static bool read_mode(const struct arg_str *option, uint64_t *mode)
{
    const char *text;
    char *end;

    if (option->count == 0) return true;
    text = option->sval[0];
    *mode = strtoul(text, &end, 8);
    if (text[0] >= '0' && text[0] <= '7' && *end == 0 && *mode <= MODE_MAX) return true;
    complain("--mode=%s: it takes an octal number up to 777", text);
    return false;
}

static bool read_others(const struct line *line, struct order *order)
{
    static const char *const names[] = {[SERVER_OTHERS_WRITE] = "write",
                                        [SERVER_OTHERS_READ] = "read",
                                        [SERVER_OTHERS_NOTHING] = "nothing"};
    bool named = line->uids->count > 0 || line->gids->count > 0;
    size_t place = named ? SERVER_OTHERS_NOTHING : SERVER_OTHERS_WRITE;

    if (!option_name(line->others, names, sizeof names / sizeof *names, &place)) return false;
    order->server.others = (enum server_others)place;
    return true;
}

static bool read_rights(const struct line *line, struct order *order)
{
    if (!read_mode(line->mode, &order->mode) || !read_others(line, order) ||
        !option_counts(line->uids, 0, UINT32_MAX, &order->uids) ||
        !option_counts(line->gids, 0, UINT32_MAX, &order->gids)) {
        return false;
    }
    order->server.write_uids = order->uids.values;
    order->server.write_uid_count = order->uids.count;
    order->server.write_gids = order->gids.values;
    order->server.write_gid_count = order->gids.count;
    return true;
}

static bool read_places(const struct line *line, struct order *order)
{
    bool passed = systemd_socket_count() > 0;

    order->ledger.path = line->memory->count == 0 ? kept_path(line->ledger) : NULL;
    if ((order->ledger.path != NULL) == (line->memory->count > 0) ||
        (line->memory->count > 0 && line->ledger->count > 0)) {
        complain("it needs one of --ledger and --memory; try `quipu serve --help`");
        return false;
    }
    if (line->socket->count > 0) {
        order->socket = line->socket->filename[0];
    } else if (!passed) {
        complain("it needs --socket; try `quipu serve --help`");
        return false;
    }
    order->server.is_durable = order->ledger.path != NULL;
    return true;
}

static bool read_line(const struct line *line, struct order *order)
{
    uint64_t clients = CLIENTS;

    *order = (struct order){.mode = MODE, .server = {.say = say}};
    if (!read_places(line, order) || !read_rights(line, order) ||
        !option_count(line->clients, 1, SERVER_CLIENTS_MAX, &clients) ||
        !option_protocol(line->protocol, &order->ledger.protocol)) {
        return false;
    }
    order->server.clients_max = clients;
    return option_count(line->accounts, 1, KEPT_ACCOUNTS_MAX, &order->ledger.account_capacity) &&
           option_count(line->transfers, 1, KEPT_TRANSFERS_MAX, &order->ledger.transfer_capacity);
}

static enum command_exit run(int argc, char **argv)
{
    struct line line = {
        .ledger = kept_option(),
        .socket = arg_file0(NULL, "socket", "PATH", "listen here"),
        .memory = arg_lit0(NULL, "memory", "a ledger in memory"),
        .help = option_help(),
        .mode = arg_str0(NULL, "mode", "OCTAL", "of the socket (0600)"),
        .uids = arg_str0(NULL, "write-uid", "N,...", "users that may write"),
        .gids = arg_str0(NULL, "write-gid", "N,...", "primary groups that may write"),
        .others = arg_str0(NULL, "others", "WHAT", "what others may: write, read or nothing"),
        .clients = arg_str0(NULL, "clients", "N", "so many at once (64)"),
        .protocol = arg_str0(NULL, "protocol", "NAME", OPTION_PROTOCOLS),
        .accounts = arg_str0(NULL, "accounts-max", "N", "room for so many accounts"),
        .transfers = arg_str0(NULL, "transfers-max", "N", "room for so many transfers"),
        .end = arg_end(8),
    };
    void *table[] = {line.ledger,    line.memory, line.socket,  line.mode,     line.uids,
                     line.gids,      line.others, line.clients, line.protocol, line.accounts,
                     line.transfers, line.help,   line.end};
    enum option_next next = option_parse(&command_serve, table, line.help, line.end, argc, argv);
    enum command_exit exit = COMMAND_USAGE;
    struct order order;

    if (next != OPTION_GO) {
        exit = option_exit(next);
    } else if (read_line(&line, &order)) {
        exit = open_and_serve(&order);
    }
    arg_freetable(table, sizeof table / sizeof *table);
    return exit;
}
