/* directory.c - the owner of a ledger's directory; see directory.h.
 *
 * Open, where there is a ledger: list the names, take the lock, read the facts. Where there is
 * none: see that nothing else is there, take the lock, look again, write the first facts.
 * What can go wrong between two processes is decided by the lock alone: the one that has it looks
 * after it took it. */
#include "journal/directory.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "journal/facts.h"
#include "journal/names.h"

#define LOCK_FILE "quipu.lock"
#define SPARE_FILE "quipu.spare"

/* What lies in a directory. */
struct sight {
    bool facts, lock, journal, others;
    char other[96]; /* the name of one of them */
};

static bool begins(const char *name, const char *start)
{
    return strncmp(name, start, strlen(start)) == 0;
}

/* Is it a segment of the journal, or of the files of checkpoints (history/)? */
static bool is_of_ledger(const char *name)
{
    if (begins(name, NAME_JOURNAL) || begins(name, NAME_CHECKPOINT)) return true;
    for (size_t i = 0; i < NAME_PIECE_KINDS; i++) {
        if (begins(name, quipui_piece_names[i])) return true;
    }
    return false;
}

static void see(void *context, const char *name)
{
    struct sight *sight = context;
    size_t room = sizeof sight->other - 1, length = strlen(name);

    if (strcmp(name, FACTS_FILE) == 0) {
        sight->facts = true;
    } else if (strcmp(name, LOCK_FILE) == 0) {
        sight->lock = true;
    } else if (is_of_ledger(name)) {
        sight->journal = true;
    } else if (strcmp(name, SPARE_FILE) != 0) {
        sight->others = true;
        (void)memcpy(sight->other, name, length < room ? length : room);
        sight->other[length < room ? length : room] = '\0';
    }
}

/* Is there a ledger, or may one be made here? */
static quipu_status look(struct directory *directory, bool create, struct sight *sight,
                         struct diagnosis *diagnosis)
{
    struct files *files = directory->files;
    int error;

    *sight = (struct sight){.facts = false};
    error = files->calls->list(files, directory->handle, see, sight);
    if (error != 0) {
        return quipui_diagnose_error(diagnosis, error, directory->path, DIAGNOSIS_NOWHERE,
                                     "list the directory");
    }
    if (sight->facts) return QUIPU_OK;
    if (sight->others) {
        return quipui_diagnose(diagnosis, QUIPU_INVALID, directory->path, DIAGNOSIS_NOWHERE,
                               "is not a quipu ledger: it has no " FACTS_FILE ", but %s",
                               sight->other);
    }
    if (sight->journal) {
        return quipui_diagnose(diagnosis, QUIPU_CORRUPT, FACTS_FILE, DIAGNOSIS_NOWHERE,
                               "is missing; the journal beside it cannot be read without it");
    }
    if (create) return QUIPU_OK;
    return quipui_diagnose(diagnosis, QUIPU_INVALID, directory->path, DIAGNOSIS_NOWHERE,
                           "is not a quipu ledger: the directory is empty");
}

static quipu_status take_lock(struct directory *directory, const struct sight *sight,
                              struct diagnosis *diagnosis)
{
    enum file_lock wanted = directory->read_only ? FILE_SHARED : FILE_EXCLUSIVE;
    struct files *files = directory->files;
    int error;

    /* Without a lock file there is no owner: an owner makes one. */
    if (directory->read_only && !sight->lock) return QUIPU_OK;
    error = files->calls->open(files, directory->handle, LOCK_FILE,
                               directory->read_only ? FILE_READ : FILE_CREATE, &directory->lock);
    if (error != 0) {
        directory->lock = -1;
        return quipui_diagnose_error(diagnosis, error, LOCK_FILE, DIAGNOSIS_NOWHERE, "open");
    }
    error = files->calls->lock(files, directory->lock, wanted);
    if (error == EAGAIN) {
        return quipui_diagnose(diagnosis, QUIPU_BUSY, LOCK_FILE, DIAGNOSIS_NOWHERE,
                               "is locked: the ledger is open elsewhere");
    }
    if (error == 0) return QUIPU_OK;
    return quipui_diagnose_error(diagnosis, error, LOCK_FILE, DIAGNOSIS_NOWHERE, "lock");
}

static quipu_status read_facts(struct directory *directory, struct diagnosis *diagnosis)
{
    unsigned char bytes[FACTS_BYTES + 1]; /* one more: a longer file is not ours */
    struct files *files = directory->files;
    size_t count = 0;
    int file, error;

    error = files->calls->open(files, directory->handle, FACTS_FILE, FILE_READ, &file);
    if (error != 0) {
        return quipui_diagnose_error(diagnosis, error, FACTS_FILE, DIAGNOSIS_NOWHERE, "open");
    }
    error = quipui_file_read(files, file, bytes, sizeof bytes, 0, &count);
    (void)files->calls->close(files, file);
    if (error != 0) return quipui_diagnose_error(diagnosis, error, FACTS_FILE, 0, "read");
    return quipui_facts_decode(bytes, count, &directory->facts, diagnosis);
}

static quipu_status write_facts(struct directory *directory, const struct ledger_facts *facts,
                                struct diagnosis *diagnosis)
{
    unsigned char bytes[FACTS_BYTES];
    int error;

    quipui_facts_encode(facts, bytes);
    error = quipui_file_replace(directory->files, directory->handle, FACTS_FILE, SPARE_FILE, bytes,
                                sizeof bytes);
    if (error == 0) return QUIPU_OK;
    return quipui_diagnose_error(diagnosis, error, FACTS_FILE, DIAGNOSIS_NOWHERE, "write");
}

static quipu_status make_facts(struct directory *directory, uint64_t segment_bytes,
                               struct diagnosis *diagnosis)
{
    struct ledger_facts *facts = &directory->facts;
    quipu_status status;
    int error;

    *facts = (struct ledger_facts){.changes = 1, .segment_bytes = segment_bytes};
    facts->first_segment = 1;
    if (!quipui_random_fill(facts->identity, sizeof facts->identity)) {
        return quipui_diagnose(diagnosis, QUIPU_NO_MEMORY, "", DIAGNOSIS_NOWHERE,
                               "the system has no random bytes");
    }
    status = write_facts(directory, facts, diagnosis);
    if (status != QUIPU_OK) return status;
    /* The directory's own name may be new: one that opened it before us may have made it. */
    error = quipui_file_sync_parent(directory->files, directory->path);
    directory->made = error == 0;
    if (error == 0) return QUIPU_OK;
    return quipui_diagnose_error(diagnosis, error, directory->path, DIAGNOSIS_NOWHERE,
                                 "sync the directory above");
}

/* Get a handle of the directory; make it if it is not there. */
static quipu_status enter(struct directory *directory, bool create, struct diagnosis *diagnosis)
{
    struct files *files = directory->files;
    const char *path = directory->path;
    int error;

    error = files->calls->open_directory(files, path, &directory->handle);
    if (error == ENOENT && create) {
        error = files->calls->make_directory(files, path);
        if (error == 0 || error == EEXIST) {
            error = files->calls->open_directory(files, path, &directory->handle);
        }
    }
    if (error == 0) return QUIPU_OK;
    directory->handle = -1;
    if (error == ENOTDIR) {
        return quipui_diagnose(diagnosis, QUIPU_INVALID, path, DIAGNOSIS_NOWHERE,
                               "is not a directory");
    }
    return quipui_diagnose_error(diagnosis, error, path, DIAGNOSIS_NOWHERE, "open the directory");
}

/* In the child, where other threads of the parent may have held the guard: no lock. */
static void close_in_child(struct fork_member *member)
{
    struct directory *directory =
        (struct directory *)(void *)((char *)member - offsetof(struct directory, member));
    struct files *files = directory->files;

    directory->forked = true;
    if (directory->lock >= 0) (void)files->calls->close(files, directory->lock);
    if (directory->handle >= 0) (void)files->calls->close(files, directory->handle);
    directory->lock = directory->handle = -1;
}

/* A ledger whose quipu.ledger comes last. */
static quipu_status take_facts(struct directory *directory, const struct directory_options *options,
                               const struct sight *sight, struct diagnosis *diagnosis)
{
    if (sight->facts) {
        return quipui_diagnose(diagnosis, QUIPU_INVALID, directory->path, DIAGNOSIS_NOWHERE,
                               "has a ledger already");
    }
    directory->facts = *options->facts;
    directory->made = true;
    return QUIPU_OK;
}

static quipu_status own(struct directory *directory, const struct directory_options *options,
                        struct diagnosis *diagnosis)
{
    bool create = options->create && !options->read_only;
    struct sight sight;
    quipu_status status;

    status = enter(directory, create, diagnosis);
    if (status == QUIPU_OK) status = look(directory, create, &sight, diagnosis);
    if (status == QUIPU_OK) status = take_lock(directory, &sight, diagnosis);
    /* Another may have made the ledger, or begun to, before we had the lock. */
    if (status == QUIPU_OK) status = look(directory, create, &sight, diagnosis);
    if (status != QUIPU_OK) return status;
    if (options->facts != NULL) return take_facts(directory, options, &sight, diagnosis);
    if (sight.facts) return read_facts(directory, diagnosis);
    return make_facts(directory,
                      options->segment_bytes == 0 ? JOURNAL_SEGMENT_BYTES : options->segment_bytes,
                      diagnosis);
}

static bool are_valid(const struct directory_options *options)
{
    uint64_t bytes = options->segment_bytes;

    if (options->path == NULL || options->path[0] == '\0') return false;
    if (strlen(options->path) >= sizeof((struct directory *)NULL)->path) return false;
    return bytes == 0 || (bytes >= JOURNAL_SEGMENT_BYTES_MIN &&
                          bytes <= JOURNAL_SEGMENT_BYTES_MAX && bytes % JOURNAL_BLOCK_BYTES == 0);
}

quipu_status quipui_directory_open(const struct directory_options *options,
                                   struct directory **directory, struct diagnosis *diagnosis)
{
    struct directory *opened;
    quipu_status status;

    if (!are_valid(options)) {
        return quipui_diagnose(diagnosis, QUIPU_INVALID, "", DIAGNOSIS_NOWHERE,
                               "the path or the size of segments makes no sense");
    }
    opened = quipui_fork_watch() ? quipui_memory_take(sizeof *opened) : NULL;
    if (opened == NULL) {
        return quipui_diagnose(diagnosis, QUIPU_NO_MEMORY, "", DIAGNOSIS_NOWHERE,
                               "no memory for a directory");
    }
    (void)memset(opened, 0, sizeof *opened);
    opened->files = options->files == NULL ? files_of_ledgers() : options->files;
    opened->handle = opened->lock = -1;
    opened->read_only = options->read_only;
    opened->member.forked = close_in_child;
    (void)memcpy(opened->path, options->path, strlen(options->path));
    /* Not reached by tests: the mutex of some systems needs memory, that of Linux nothing. */
    if (pthread_mutex_init(&opened->guard, NULL) != 0) {
        quipui_memory_give_back(opened);
        return quipui_diagnose(diagnosis, QUIPU_NO_MEMORY, "", DIAGNOSIS_NOWHERE,
                               "no memory for a lock");
    }
    quipui_fork_join(&opened->member);
    status = own(opened, options, diagnosis);
    if (status == QUIPU_OK) {
        *directory = opened;
    } else {
        quipui_directory_close(opened);
    }
    return status;
}

void quipui_directory_close(struct directory *directory)
{
    struct files *files;

    if (directory == NULL) return;
    files = directory->files;
    if (directory->lock >= 0) {
        /* A child that was forked just now may still have the handle, and the lock by it. */
        (void)files->calls->lock(files, directory->lock, FILE_UNLOCKED);
        (void)files->calls->close(files, directory->lock);
    }
    if (directory->handle >= 0) (void)files->calls->close(files, directory->handle);
    /* In a child a thread that is not there may hold it. */
    if (!directory->forked) (void)pthread_mutex_destroy(&directory->guard);
    quipui_fork_leave(&directory->member);
    quipui_memory_give_back(directory);
}

quipu_status quipui_directory_change(struct directory *directory,
                                     void (*change)(struct ledger_facts *facts, void *context),
                                     void *context, struct diagnosis *diagnosis)
{
    struct ledger_facts next;
    quipu_status status;

    if (directory->forked) {
        return quipui_diagnose(diagnosis, QUIPU_FENCED, FACTS_FILE, DIAGNOSIS_NOWHERE,
                               "belongs to the process that this one was forked from");
    }
    if (directory->read_only) {
        return quipui_diagnose(diagnosis, QUIPU_INVALID, FACTS_FILE, DIAGNOSIS_NOWHERE,
                               "the ledger is open for reading only");
    }
    (void)pthread_mutex_lock(&directory->guard);
    next = directory->facts;
    change(&next, context);
    next.changes++;
    if (directory->failed != QUIPU_OK) {
        status = quipui_diagnose(diagnosis, directory->failed, FACTS_FILE, DIAGNOSIS_NOWHERE,
                                 "could not be written before");
    } else {
        status = write_facts(directory, &next, diagnosis);
    }
    if (status == QUIPU_OK) directory->facts = next;
    if (status == QUIPU_IO) directory->failed = status;
    (void)pthread_mutex_unlock(&directory->guard);
    return status;
}

void quipui_directory_facts(struct directory *directory, struct ledger_facts *facts)
{
    if (directory->forked) {
        *facts = directory->facts; /* the parent's other threads may have held the guard */
        return;
    }
    (void)pthread_mutex_lock(&directory->guard);
    *facts = directory->facts;
    (void)pthread_mutex_unlock(&directory->guard);
}
