/* poster.c - looks up what is there, writes the book and the notes, and posts in batches. */
#include "command/exchange/poster.h"

#include <stdlib.h>
#include <string.h>

#include "command/common/growing_array.h"
#include "command/common/text_copy.h"
#include "command/load/kept_ledger.h"
#include "command/look/new_account.h"
#include "command/terminal/complain.h"
#include "command/terminal/quota.h"

/* --- ids --- */

struct digest digest_begin(void)
{
    return (struct digest){(quipu_uint128)0x6c62272e07bb0142u << 64 | 0x62b821756295c58du};
}

/* FNV-1a, 128 bits; each text ends with a zero byte. */
void digest_add(struct digest *digest, const char *text)
{
    const quipu_uint128 prime = (quipu_uint128)0x1000000u << 64 | 0x13bu;

    do {
        digest->state = (digest->state ^ (unsigned char)*text) * prime;
    } while (*text++ != '\0');
}

quipu_uint128 digest_end(const struct digest *digest)
{
    quipu_uint128 id = digest->state;

    return id == 0 || id == QUIPU_AMOUNT_MAX ? 1 : id;
}

/* --- names --- */

static bool begins(const char *text, const char *word)
{
    return strncmp(text, word, strlen(word)) == 0;
}

/* Assets and expenses grow on the debit side. */
static quipu_normal normal_of(const char *name)
{
    static const char *const debit[] = {"assets", "Assets", "expenses", "Expenses"};

    for (size_t i = 0; i < sizeof debit / sizeof *debit; i++) {
        if (begins(name, debit[i])) return QUIPU_NORMAL_DEBIT;
    }
    return QUIPU_NORMAL_CREDIT;
}

/* The time of the newest record. */
static quipu_status newest(quipu_ledger *ledger, uint64_t *timestamp)
{
    const quipu_query_filter filter = {.limit = 1, .flags = QUIPU_QUERY_REVERSED};
    quipu_transfer transfer = {0};
    quipu_account account = {0};
    size_t count = 0;
    quipu_status status = quipu_query_transfers(ledger, &filter, &transfer, 1, &count);

    if (status == QUIPU_OK) status = quipu_query_accounts(ledger, &filter, &account, 1, &count);
    *timestamp = transfer.timestamp > account.timestamp ? transfer.timestamp : account.timestamp;
    return status;
}

enum command_exit poster_account(struct poster *poster, const char *name, uint32_t ledger,
                                 uint64_t time, quipu_uint128 *id)
{
    struct view *view = poster->view;
    const struct book_account *named = book_account_named(&view->book, name);
    struct new_account wanted = {
        .name = name, .ledger = ledger, .code = 1, .normal = normal_of(name)};
    quipu_account there = {0};
    quipu_status status;
    uint64_t last = 0;

    if (named != NULL) {
        *id = named->id;
        status = quipu_lookup_accounts(view->ledger, id, 1, &there, NULL);
        if (status != QUIPU_OK) return kept_complain(view->ledger, "looking an account up", status);
        if (there.ledger == ledger) return COMMAND_FINE;
        complain(there.id == 0 ? "%s has a name, but is no account yet"
                               : "%s is an account of another ledger",
                 name);
        return COMMAND_REFUSED;
    }
    status = newest(view->ledger, &last);
    if (status != QUIPU_OK) return kept_complain(view->ledger, "looking for the newest", status);
    if (last + 1 < time) wanted.timestamp = last + 1;
    return new_account(view->ledger, &view->book, &wanted, id);
}

enum command_exit poster_currency(struct poster *poster, const char *name, uint32_t *ledger)
{
    static const struct {
        const char *name;
        uint32_t number, scale;
    } known[] = {
        {"AUD", 36, 2},  {"BRL", 986, 2}, {"CAD", 124, 2}, {"CHF", 756, 2}, {"CNY", 156, 2},
        {"CZK", 203, 2}, {"DKK", 208, 2}, {"EUR", 978, 2}, {"GBP", 826, 2}, {"HUF", 348, 2},
        {"INR", 356, 2}, {"JPY", 392, 0}, {"KRW", 410, 0}, {"MXN", 484, 2}, {"NOK", 578, 2},
        {"NZD", 554, 2}, {"PLN", 985, 2}, {"SEK", 752, 2}, {"SGD", 702, 2}, {"TRY", 949, 2},
        {"USD", 840, 2}, {"ZAR", 710, 2}, {"€", 978, 2},   {"$", 840, 2},   {"£", 826, 2},
    };
    struct book *book = &poster->view->book;
    const struct book_number *named = book_ledger_named(book, name);

    if (named == NULL && name[0] == '\0' && book->ledger_count == 1) named = book->ledgers;
    for (size_t i = 0; named == NULL && i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].name, name) != 0) continue;
        named = book_ledger(book, known[i].number);
        if (named == NULL &&
            book_name_ledger(book, known[i].number, name, known[i].scale) == BOOK_CHANGED)
            named = book_ledger_named(book, name);
    }
    if (named != NULL) {
        *ledger = named->number;
        return COMMAND_FINE;
    }
    complain("which ledger is \"%s\"? `quipu name ledger 978 EUR --scale 2` would say it of EUR",
             name);
    return COMMAND_REFUSED;
}

/* --- posting --- */

struct posting *poster_add(struct poster *poster, const struct posting *posting)
{
    struct posting *all = grow(poster->all, &poster->capacity, poster->count + 1, sizeof *all);
    char *note = NULL;

    if (all == NULL) return NULL;
    poster->all = all;
    if (posting->note != NULL) {
        note = text_copy(posting->note, strlen(posting->note));
        if (note == NULL) return NULL;
    }
    all[poster->count] = *posting;
    all[poster->count].note = note;
    return &all[poster->count++];
}

/* P1 */
static quipu_status find_existing(struct poster *poster)
{
    quipu_uint128 *ids = malloc(QUIPU_BATCH_MAX * sizeof *ids);
    quipu_transfer *there = malloc(QUIPU_BATCH_MAX * sizeof *there);
    quipu_status status = ids != NULL && there != NULL ? QUIPU_OK : QUIPU_NO_MEMORY;

    for (size_t at = 0, count; at < poster->count && status == QUIPU_OK; at += count) {
        count = poster->count - at < QUIPU_BATCH_MAX ? poster->count - at : QUIPU_BATCH_MAX;
        for (size_t i = 0; i < count; i++)
            ids[i] = poster->all[at + i].transfer.id;
        status = quipu_lookup_transfers(poster->view->ledger, ids, count, there, NULL);
        for (size_t i = 0; i < count && status == QUIPU_OK; i++) {
            struct posting *posting = &poster->all[at + i];

            posting->is_there = there[i].id != 0;
            posting->posted_at = there[i].timestamp;
            if (posting->is_there) poster->existing++;
        }
    }
    free(ids);
    free(there);
    return status;
}

/* P2, P3 */
static quipu_status choose_times(struct poster *poster)
{
    struct view *view = poster->view;
    uint64_t last = 0;
    quipu_status status = newest(view->ledger, &last);
    bool are_late = false;

    for (size_t i = 0; i < poster->count && status == QUIPU_OK; i++) {
        struct posting *posting = &poster->all[i];
        quipu_written date;

        if (posting->is_there) continue;
        if (posting->time <= last) {
            /* Later on the same day will do. Once one is late, so are all behind it. */
            quipu_date day = quipu_date_of(posting->time), of_last = quipu_date_of(last + 1);

            if (day.year == of_last.year && day.month == of_last.month && day.day == of_last.day)
                posting->time = last + 1;
            else
                are_late = true;
        }
        (void)quipu_date_write(quipu_date_of(posting->time), date.text, sizeof date.text);
        posting->is_late = are_late;
        if (!are_late) last = posting->time;
        if (are_late) poster->late++;
        notes_add(&view->notes, view->directory, posting->transfer.id, are_late ? date.text : "",
                  posting->note != NULL ? posting->note : "");
    }
    return status;
}

/* How many, from `at` on, are posted in one call: a whole number of chains of one kind. */
static size_t batch_of(const struct poster *poster, size_t at, quipu_transfer *events)
{
    size_t count = 0, whole = 0;

    while (at + count < poster->count && count < QUIPU_BATCH_MAX) {
        const struct posting *posting = &poster->all[at + count];

        if (posting->is_there || posting->is_late != poster->all[at].is_late) break;
        events[count] = posting->transfer;
        if (!posting->is_late) {
            events[count].flags |= QUIPU_TRANSFER_IMPORTED;
            events[count].timestamp = posting->time;
        }
        count++;
        if ((posting->transfer.flags & QUIPU_TRANSFER_LINKED) == 0) whole = count;
    }
    return whole > 0 ? whole : count;
}

static void take_results(struct poster *poster, size_t at, const quipu_result *results,
                         size_t count, struct quota *quota)
{
    for (size_t i = 0; i < count; i++) {
        struct posting *posting = &poster->all[at + i];

        posting->outcome = results[i].status;
        if (results[i].status == QUIPU_CREATED) {
            posting->posted_at = results[i].timestamp;
            poster->created++;
            continue;
        }
        poster->refused++;
        if (quota_take(quota))
            complain_at(poster->path, posting->line, 0, "refused: %s",
                        quipu_create_transfer_text(results[i].status));
    }
}

static quipu_status post(struct poster *poster)
{
    quipu_transfer *events = malloc(QUIPU_BATCH_MAX * sizeof *events);
    quipu_result *results = malloc(QUIPU_BATCH_MAX * sizeof *results);
    quipu_status status = events != NULL && results != NULL ? QUIPU_OK : QUIPU_NO_MEMORY;
    struct quota quota = {0};

    for (size_t at = 0, count; at < poster->count && status == QUIPU_OK; at += count) {
        count = 1;
        if (poster->all[at].is_there) continue;
        count = batch_of(poster, at, events);
        status = quipu_create_transfers(poster->view->ledger, events, count, results);
        if (status == QUIPU_OK) take_results(poster, at, results, count, &quota);
    }
    free(events);
    free(results);
    return status;
}

enum command_exit poster_run(struct poster *poster)
{
    struct view *view = poster->view;
    quipu_status status = find_existing(poster);
    enum command_exit exit;

    if (status == QUIPU_OK) status = choose_times(poster);
    if (status != QUIPU_OK) return kept_complain(view->ledger, "preparing transfers", status);
    exit = view->book.is_there ? book_write(&view->book, view->directory) : COMMAND_FINE;
    if (exit != COMMAND_FINE || !notes_sync(&view->notes, view->directory)) return COMMAND_SYSTEM;
    status = post(poster);
    if (status != QUIPU_OK) return kept_complain(view->ledger, "creating transfers", status);
    if (poster->late > 0)
        complain("%s: %llu transfers are older than what the ledger has, and got the time of now; "
                 "their dates are kept in their notes",
                 poster->path, (unsigned long long)poster->late);
    return poster->refused > 0 ? COMMAND_REFUSED : COMMAND_FINE;
}

void poster_free(struct poster *poster)
{
    for (size_t i = 0; i < poster->count; i++)
        free(poster->all[i].note);
    free(poster->all);
}
