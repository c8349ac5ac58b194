/* postgres.c - a private PostgreSQL over a UNIX socket: a PL/pgSQL function posts a unit, which is
 * a transaction; calls are prepared, binary and pipelined.
 *
 * Tables are unlogged, nothing waits for a disk, and the files are in memory; or tables are logged,
 * and each commit waits for the log. Of many transfers the
 * function first asks whether all can be posted in any order, by whole-table statements, and only
 * if not goes one by one. Rows are locked in the order of ids. A thread that meets a deadlock
 * or the id of a rival starts the unit over. */
#include <arpa/inet.h>
#include <endian.h>
#include <libpq-fe.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "peers/server.h"
#include "peers/window.h"

#ifndef POSTGRES_FOLDER
#define POSTGRES_FOLDER "" /* where initdb and postgres are, with a slash; empty: by PATH */
#endif

#define CONNECT_TRIES 1000 /* of 10 ms */
#define UNIT_MAX 1000

enum { UUID_OID = 2950, BIGINT_OID = 20 };

static const char schema[] =
    "CREATE TABLE accounts (id uuid PRIMARY KEY, debits bigint NOT NULL,"
    "    credits bigint NOT NULL) WITH (fillfactor = 50, autovacuum_enabled = off);"
    "CREATE TABLE transfers (id uuid PRIMARY KEY, debit uuid NOT NULL,"
    "    credit uuid NOT NULL, amount bigint NOT NULL, ledger int NOT NULL DEFAULT 1,"
    "    code int NOT NULL DEFAULT 1, flags int NOT NULL DEFAULT 0,"
    "    at timestamptz NOT NULL DEFAULT now()) WITH (autovacuum_enabled = off);";

static const char unlogged[] =
    "ALTER TABLE accounts SET UNLOGGED; ALTER TABLE transfers SET UNLOGGED;";

/* -1 posted, 46 exists, 54 exceeds credits, 22 no credit account: Quipu's numbers. */
static const char post_one[] =
    "CREATE FUNCTION post_one(i uuid, d uuid, c uuid, a bigint) RETURNS int LANGUAGE plpgsql AS $$"
    "BEGIN"
    "  INSERT INTO transfers (id, debit, credit, amount) VALUES (i, d, c, a)"
    "    ON CONFLICT DO NOTHING;"
    "  IF NOT FOUND THEN RETURN 46; END IF;"
    "  UPDATE accounts SET debits = debits + a WHERE id = d AND debits + a <= credits;"
    "  IF NOT FOUND THEN DELETE FROM transfers WHERE id = i; RETURN 54; END IF;"
    "  UPDATE accounts SET credits = credits + a WHERE id = c;"
    "  IF FOUND THEN RETURN -1; END IF;"
    "  UPDATE accounts SET debits = debits - a WHERE id = d;"
    "  DELETE FROM transfers WHERE id = i;"
    "  RETURN 22;"
    "END $$;";

static const char post_many[] =
    "CREATE FUNCTION post_many(i uuid[], d uuid[], c uuid[], a bigint[]) RETURNS int[]"
    " LANGUAGE plpgsql AS $$"
    "DECLARE"
    "  n int := cardinality(i);"
    "  locked int;"
    "  answers int[] := array_fill(-1, ARRAY[n]);"
    "BEGIN"
    "  PERFORM FROM accounts WHERE id = ANY (d || c) ORDER BY id FOR UPDATE;"
    "  GET DIAGNOSTICS locked = ROW_COUNT;"
    "  IF locked = (SELECT count(DISTINCT x) FROM unnest(d || c) x)"
    "    AND n = (SELECT count(DISTINCT x) FROM unnest(i) x)"
    "    AND NOT EXISTS (SELECT FROM transfers WHERE id = ANY (i))"
    "    AND NOT EXISTS (SELECT FROM"
    "      (SELECT x, sum(m)::bigint m FROM unnest(d, a) AS t(x, m) GROUP BY x) t"
    "      JOIN accounts ON id = x WHERE debits + m > credits)"
    "  THEN"
    "    INSERT INTO transfers (id, debit, credit, amount) SELECT * FROM unnest(i, d, c, a);"
    "    UPDATE accounts SET debits = debits + t.d, credits = credits + t.c FROM"
    "      (SELECT x, sum(u.d)::bigint d, sum(u.c)::bigint c FROM"
    "        (SELECT x, m AS d, 0 AS c FROM unnest($2, $4) AS f(x, m) UNION ALL"
    "         SELECT x, 0, m FROM unnest($3, $4) AS f(x, m)) u GROUP BY x) t"
    "      WHERE id = t.x;"
    "    RETURN answers;"
    "  END IF;"
    "  FOR k IN 1..n LOOP"
    "    answers[k] := post_one(i[k], d[k], c[k], a[k]);"
    "  END LOOP;"
    "  RETURN answers;"
    "END $$;";

struct store {
    struct peer_server server;
    char connect[400];
    bool durable;
};

/* An array of 16-byte ids or of 8-byte amounts, as PostgreSQL reads it. */
struct array_head {
    uint32_t dimensions, has_nulls, oid, count, first;
};

struct wire_id {
    uint32_t bytes;
    unsigned char id[16];
};

struct wire_amount {
    uint32_t bytes, high, low;
};

struct wire_ids {
    struct array_head head;
    struct wire_id items[UNIT_MAX];
};

struct wire_amounts {
    struct array_head head;
    struct wire_amount items[UNIT_MAX];
};

struct session {
    PGconn *pg;
    struct window window;
    struct wire_ids ids, debits, credits;
    struct wire_amounts amounts;
};

static bool fail(const PGconn *pg)
{
    return peer_fail("postgres: %s", PQerrorMessage(pg));
}

static bool run(PGconn *pg, const char *text)
{
    PGresult *result = PQexec(pg, text);
    ExecStatusType status = PQresultStatus(result);

    PQclear(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || fail(pg);
}

/* --- the server --- */

static bool wait_for(struct store *store)
{
    const struct timespec pause = {.tv_nsec = 10000000};

    for (int i = 0; PQping(store->connect) != PQPING_OK; i++) {
        if (!peer_server_lives(&store->server) || i == CONNECT_TRIES)
            return peer_fail("postgres: the server does not answer");
        (void)nanosleep(&pause, NULL);
    }
    return true;
}

static bool make_tables(const struct store *store)
{
    PGconn *pg = PQconnectdb(store->connect);
    bool made = PQstatus(pg) == CONNECTION_OK
                    ? run(pg, schema) && (store->durable || run(pg, unlogged)) &&
                          run(pg, post_one) && run(pg, post_many)
                    : fail(pg);

    PQfinish(pg);
    return made;
}

static bool make_cluster(const struct store *store)
{
    static const char settings[] =
        "listen_addresses = ''\n"
        "unix_socket_directories = '.'\n"
        "dynamic_shared_memory_type = mmap\n" /* in its folder: it goes with it */
        "wal_level = minimal\n"
        "max_wal_senders = 0\n"
        "max_wal_size = 16GB\n"
        "max_connections = 200\n"
        "shared_buffers = 4GB\n"
        "huge_pages = try\n"
        "work_mem = 64MB\n"
        "bgwriter_lru_maxpages = 0\n"
        "autovacuum = off\n"
        "track_activities = off\n"
        "track_counts = off\n"
        "deadlock_timeout = 10ms\n"
        "jit = off\n"
        "max_parallel_workers_per_gather = 0\n"
        "plan_cache_mode = force_generic_plan\n"
        "enable_seqscan = off\n" /* by index, always: no plan knows how many there will be */
        "enable_hashjoin = off\n"
        "enable_mergejoin = off\n";
    static const char in_memory[] = "fsync = off\n"
                                    "synchronous_commit = off\n"
                                    "full_page_writes = off\n";
    static const char on_disk[] = "fsync = on\n"
                                  "synchronous_commit = on\n"
                                  "full_page_writes = on\n";
    char program[] = POSTGRES_FOLDER "initdb", folder[] = "-D", data[] = "data", user[] = "-U",
         name[] = "bench", trust[] = "--auth=trust", no_sync[] = "--no-sync",
         locale[] = "--no-locale", path[400];
    FILE *file;
    bool written;

    if (!peer_server_run(&store->server, (char *[]){program, folder, data, user, name, trust,
                                                    no_sync, locale, NULL}))
        return false;
    (void)snprintf(path, sizeof path, "%s/data/postgresql.conf", store->server.folder);
    file = fopen(path, "a");
    if (file == NULL) return peer_fail("postgres: %s cannot be written", path);
    written = fputs(settings, file) >= 0 && fputs(store->durable ? on_disk : in_memory, file) >= 0;
    return fclose(file) == 0 && written;
}

static void postgres_close(void *context)
{
    struct store *store = context;

    peer_server_stop(&store->server, SIGQUIT); /* at once: there is nothing to save */
    free(store);
}

static bool postgres_open(const struct peer *peer, const struct peer_order *order, void **context)
{
    struct store *store = calloc(1, sizeof *store);
    char program[] = POSTGRES_FOLDER "postgres", folder[] = "-D", data[] = "data";

    (void)peer;
    if (store == NULL) return peer_fail("no memory");
    store->durable = order->durable;
    if (!peer_server_prepare(&store->server, order->scratch) || !make_cluster(store)) goto forget;
    (void)snprintf(store->connect, sizeof store->connect, "host=%s/data user=bench dbname=postgres",
                   store->server.folder);
    if (!peer_server_start(&store->server, (char *[]){program, folder, data, NULL})) goto forget;
    if (!wait_for(store) || !make_tables(store)) {
        postgres_close(store);
        return false;
    }
    *context = store;
    return true;
forget:
    free(store);
    return false;
}

/* --- a session --- */

static void postgres_leave(void *context)
{
    struct session *session = context;

    PQfinish(session->pg);
    free(session);
}

static bool prepare(PGconn *pg, const char *name, const char *text)
{
    PGresult *result = PQprepare(pg, name, text, 0, NULL);
    bool fine = PQresultStatus(result) == PGRES_COMMAND_OK;

    PQclear(result);
    return fine || fail(pg);
}

static bool postgres_enter(void *context, void **made)
{
    struct store *store = context;
    struct session *session = calloc(1, sizeof *session);

    if (session == NULL) return peer_fail("no memory");
    session->pg = PQconnectdb(store->connect);
    if (PQstatus(session->pg) != CONNECTION_OK) {
        (void)fail(session->pg);
    } else if (prepare(session->pg, "one", "SELECT post_one($1, $2, $3, $4)") &&
               prepare(session->pg, "many", "SELECT post_many($1, $2, $3, $4)") &&
               PQenterPipelineMode(session->pg) == 1) {
        *made = session;
        return true;
    }
    postgres_leave(session);
    return false;
}

static struct wire_id wire_id(quipu_uint128 id)
{
    struct wire_id wire = {.bytes = htonl(sizeof id)};

    memcpy(wire.id, &id, sizeof id);
    return wire;
}

static struct wire_amount wire_amount(uint64_t amount)
{
    return (struct wire_amount){htonl(sizeof amount), htonl((uint32_t)(amount >> 32)),
                                htonl((uint32_t)amount)};
}

static struct array_head head_of(uint32_t oid, size_t count)
{
    return (struct array_head){htonl(1), 0, htonl(oid), htonl((uint32_t)count), htonl(1)};
}

static int bytes_of(size_t item, size_t count)
{
    return (int)(sizeof(struct array_head) + count * item);
}

static int send_many(struct session *session, const quipu_transfer *events, size_t count)
{
    const char *values[] = {(const char *)&session->ids, (const char *)&session->debits,
                            (const char *)&session->credits, (const char *)&session->amounts};
    const int id_bytes = bytes_of(sizeof(struct wire_id), count);
    const int lengths[] = {id_bytes, id_bytes, id_bytes,
                           bytes_of(sizeof(struct wire_amount), count)};
    const int binary[] = {1, 1, 1, 1};

    session->ids.head = session->debits.head = session->credits.head = head_of(UUID_OID, count);
    session->amounts.head = head_of(BIGINT_OID, count);
    for (size_t i = 0; i < count; i++) {
        session->ids.items[i] = wire_id(events[i].id);
        session->debits.items[i] = wire_id(events[i].debit_account_id);
        session->credits.items[i] = wire_id(events[i].credit_account_id);
        session->amounts.items[i] = wire_amount((uint64_t)events[i].amount);
    }
    return PQsendQueryPrepared(session->pg, "many", 4, values, lengths, binary, 1);
}

static int send_one(struct session *session, const quipu_transfer *event)
{
    uint64_t amount = htobe64((uint64_t)event->amount);
    const char *values[] = {(const char *)&event->id, (const char *)&event->debit_account_id,
                            (const char *)&event->credit_account_id, (const char *)&amount};
    const int lengths[] = {sizeof event->id, sizeof event->id, sizeof event->id, sizeof amount};
    const int binary[] = {1, 1, 1, 1};

    return PQsendQueryPrepared(session->pg, "one", 4, values, lengths, binary, 1);
}

static bool send_call(struct session *session, struct call call)
{
    int sent = call.count == 1 ? send_one(session, call.events)
                               : send_many(session, call.events, call.count);

    if (sent != 1 || PQpipelineSync(session->pg) != 1) return fail(session->pg);
    window_push(&session->window, call);
    return true;
}

/* One int, or an array of them, each after its length. */
static bool read_answers(const PGresult *result, struct call call)
{
    const char *value = PQgetvalue(result, 0, 0);
    size_t length = (size_t)PQgetlength(result, 0, 0);
    size_t skip = call.count == 1 ? 0 : sizeof(struct array_head) + sizeof(uint32_t);
    size_t stride = 2 * sizeof(uint32_t);

    if (length < skip + (call.count - 1) * stride + sizeof(uint32_t))
        return peer_fail("postgres: an answer of the wrong length");
    for (size_t i = 0; i < call.count; i++) {
        uint32_t answer;

        memcpy(&answer, value + skip + i * stride, sizeof answer);
        call.results[i].status = ntohl(answer);
    }
    return true;
}

/* A deadlock, or an id that a rival was inserting. */
static bool is_worth_another_try(const PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

    return state != NULL && (strcmp(state, "40P01") == 0 || strcmp(state, "23505") == 0);
}

static bool take_answer(struct session *session)
{
    struct call call = window_pop(&session->window);
    PGresult *result = PQgetResult(session->pg), *rest;
    bool fine = PQresultStatus(result) == PGRES_TUPLES_OK, again = false;

    if (fine) {
        fine = read_answers(result, call);
    } else {
        again = is_worth_another_try(result);
        if (!again) (void)fail(session->pg);
    }
    PQclear(result);
    /* The end of the query, which is NULL, and the end of its pipeline. */
    while ((rest = PQgetResult(session->pg)) != NULL)
        PQclear(rest);
    rest = PQgetResult(session->pg);
    if (PQresultStatus(rest) != PGRES_PIPELINE_SYNC) fine = again = false;
    PQclear(rest);
    return again ? send_call(session, call) : fine;
}

static bool postgres_drain(void *context)
{
    struct session *session = context;

    while (session->window.count > 0)
        if (!take_answer(session)) return false;
    return true;
}

static bool postgres_post(void *context, const quipu_transfer *events, size_t count,
                          quipu_result *results)
{
    struct session *session = context;

    while (window_is_full(&session->window, count))
        if (!take_answer(session)) return false;
    return send_call(session, (struct call){events, results, count});
}

/* --- before and after, out of the pipeline --- */

/* Run a statement over ids: $1 is an array of them, $2 an amount. NULL: said why. */
static PGresult *over_ids(struct session *session, const char *text, const quipu_uint128 *ids,
                          size_t count, uint64_t amount)
{
    const char *values[] = {(const char *)&session->ids, (const char *)&amount};
    const int lengths[] = {bytes_of(sizeof(struct wire_id), count), sizeof amount};
    const int binary[] = {1, 1};
    PGresult *result;

    amount = htobe64(amount);
    session->ids.head = head_of(UUID_OID, count);
    for (size_t i = 0; i < count; i++)
        session->ids.items[i] = wire_id(ids[i]);
    (void)PQexitPipelineMode(session->pg);
    result = PQexecParams(session->pg, text, 2, NULL, values, lengths, binary, 1);
    (void)PQenterPipelineMode(session->pg);
    if (PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_COMMAND_OK)
        return result;
    (void)fail(session->pg);
    PQclear(result);
    return NULL;
}

static bool postgres_load(void *context, const quipu_uint128 *ids, size_t count, uint64_t funds)
{
    static const char text[] = "INSERT INTO accounts SELECT unnest($1::uuid[]), 0, $2::bigint";

    for (size_t at = 0; at < count; at += UNIT_MAX) {
        size_t some = count - at < UNIT_MAX ? count - at : UNIT_MAX;
        PGresult *result = over_ids(context, text, ids + at, some, funds);

        if (result == NULL) return false;
        PQclear(result);
    }
    return true;
}

static uint64_t bigint_at(const PGresult *result, int row, int column)
{
    uint64_t value;

    memcpy(&value, PQgetvalue(result, row, column), sizeof value);
    return be64toh(value);
}

static bool postgres_balances(void *context, const quipu_uint128 *ids, size_t count,
                              struct peer_balance *balances)
{
    static const char text[] =
        "SELECT debits + 0 * $2::bigint, credits FROM unnest($1::uuid[]) WITH ORDINALITY AS t(x, n)"
        " JOIN accounts ON id = x ORDER BY n";

    for (size_t at = 0; at < count; at += UNIT_MAX) {
        size_t some = count - at < UNIT_MAX ? count - at : UNIT_MAX;
        PGresult *result = over_ids(context, text, ids + at, some, 0);
        bool whole = result != NULL && (size_t)PQntuples(result) == some;

        for (size_t i = 0; i < some && whole; i++) {
            balances[at + i].debits = bigint_at(result, (int)i, 0);
            balances[at + i].credits = bigint_at(result, (int)i, 1);
        }
        PQclear(result);
        if (!whole) return peer_fail("postgres: an account is not there");
    }
    return true;
}

const struct peer peer_postgres = {
    .name = "postgres",
    .settings = "PostgreSQL, UNIX socket, PL/pgSQL, prepared, pipelined (at most 100 calls), "
                "unlogged tables, no sync, files in memory",
    .durable = "PostgreSQL, UNIX socket, PL/pgSQL, prepared, fsync and synchronous_commit on",
    .kind = PEER_ENGINE,
    .is_server = true,
    .unit_max = {UNIT_MAX, UNIT_MAX},
    .durable_unit_max = UNIT_MAX,
    .open = postgres_open,
    .close = postgres_close,
    .enter = postgres_enter,
    .leave = postgres_leave,
    .load = postgres_load,
    .post = postgres_post,
    .drain = postgres_drain,
    .balances = postgres_balances,
};
