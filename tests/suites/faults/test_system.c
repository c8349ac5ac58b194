/* test_system.c - what a system may refuse: docs/faults.md, "The system".
 *
 * A filter refuses the call for the rest of the test's process.
 *
 *   S1  without random bytes no ledger opens, and that changes nothing; ids still rise, and those
 *       of two threads differ
 *   S2  a kernel that cannot have memory there before it is touched (before Linux 5.14) has it
 *       touched, and it is zero
 *   S3  where the kernel has fences run no more (membarrier), grace periods still wait for
 *       readers
 *   S4  prefault asks first whether there is so much memory */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/available.h"
#include "base/memory.h"
#include "base/random.h"
#include "suites/faults/child.h"
#include "support/ledger.h"
#include "support/section.h"
#include "support/threads.h"

enum { PAGE = 4096, PAGES = 64, IDS = 2000, THREADS = 2 };

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/* Refuse the system call of this number when its third argument is `value`. */
static void refuse(long number, unsigned value, int error)
{
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {.len = sizeof steps / sizeof steps[0], .filter = steps};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) != 0) {
        cr_skip_test("this system filters no calls: %s", strerror(errno));
    }
}

static quipu_uint128 ids[THREADS][IDS];

static void draw(void *context, unsigned thread)
{
    (void)context;
    for (int i = 0; i < IDS; i++)
        ids[thread][i] = quipu_id();
}

Test(system, without_random_bytes)
{
    quipu_options options = {.account_capacity = 10, .transfer_capacity = 10};
    quipu_ledger *ledger = NULL;
    uint64_t bits = 0;

    refuse(SYS_getrandom, 0, ENOSYS);
    errno = EDOM;
    cr_assert(!quipui_random_fill(&bits, sizeof bits));
    cr_assert_eq(errno, EDOM, "errno is the caller's");
    cr_assert_eq(quipu_open(&options, &ledger), QUIPU_NO_MEMORY);
    cr_assert_null(ledger);

    threads_run(THREADS, draw, NULL);
    for (int i = 0; i < IDS; i++) {
        cr_assert(i == 0 || (ids[0][i] > ids[0][i - 1] && ids[1][i] > ids[1][i - 1]));
        for (int j = 0; j < IDS; j++)
            cr_assert(ids[0][i] != ids[1][j], "two threads drew one id");
    }
}

/* A parent and its children, in one millisecond as far as can be. */
Test(system, without_random_bytes_after_fork, .timeout = 120)
{
    enum { EACH = 300 };
    static quipu_uint128 all[4 * EACH];
    int ends[2];

    refuse(SYS_getrandom, 0, ENOSYS);
    cr_assert_eq(pipe(ends), 0);
    (void)quipu_id(); /* so that a fork is noticed */
    for (int i = 0; i < 3; i++) {
        pid_t child = child_fork();

        if (child == 0) {
            for (int j = 0; j < EACH; j++)
                all[j] = quipu_id();
            child_claim(write(ends[1], all, EACH * sizeof *all) == EACH * sizeof *all);
            child_end(0);
        }
        for (int j = 0; j < EACH / 3; j++)
            all[3 * EACH + i * (EACH / 3) + j] = quipu_id();
        for (size_t got = 0; got < EACH * sizeof *all;) {
            ssize_t more = read(ends[0], (char *)(all + i * EACH) + got, EACH * sizeof *all - got);

            cr_assert_gt(more, 0);
            got += (size_t)more;
        }
        cr_assert_eq(child_wait(child), 0);
    }
    for (int i = 0; i < 4 * EACH; i++) {
        for (int j = 0; j < i; j++)
            cr_assert(all[i] != all[j], "ids %d and %d are the same", i, j);
    }
}

struct reads {
    uint64_t *_Atomic shown;
    uint64_t words[2], over; /* over: shared */
};

static void show_or_read(void *context, unsigned thread)
{
    struct reads *reads = context;

    for (unsigned i = 0; thread == 0 && i < threads_work(2000); i++) {
        uint64_t *old = load_relaxed(&reads->shown), *next = &reads->words[i % 2];

        *next = 1;
        store_release(&reads->shown, next);
        quipui_grace_wait();
        if (old != NULL && old != next) *old = 0;
    }
    if (thread == 0) (void)shared_add(&reads->over, 1);
    while (thread > 0 && shared_read(&reads->over) == 0) {
        const uint64_t *shown;

        section_enter();
        shown = load_acquire(&reads->shown);
        cr_assert(shown == NULL || *shown == 1, "it was taken back under a reader");
        section_leave();
    }
}

Test(system, without_membarrier, .timeout = 60)
{
    static struct reads reads;

    refuse(SYS_membarrier, 0, EPERM);
    threads_run(3, show_or_read, &reads);
}

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[200];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(path, 0700);
        *slash = '/';
    }
    file = fopen(path, "w");
    cr_assert_not_null(file);
    (void)fputs(text, file);
    (void)fclose(file);
}

/* S4. A system of files that says so. */
Test(system, prefault_asks_first)
{
    static char root[] = "/tmp/quipu-available-XXXXXX";
    const quipu_options options = {
        .account_capacity = 10, .transfer_capacity = 1 << 20, .prefault = 1};
    quipu_ledger *ledger;
    char command[100];

    cr_assert_not_null(mkdtemp(root));
    quipui_available_root = root;
    cr_assert(quipui_memory_is_available(UINT64_C(1) << 50), "what cannot be read limits nothing");

    write_file(root, "proc/meminfo", "MemTotal: 9 kB\nMemAvailable:    100000 kB\n");
    cr_assert(quipui_memory_is_available(100000 * 1024));
    cr_assert(!quipui_memory_is_available(100001 * 1024));
    errno = EDOM;
    cr_assert_eq(quipu_open(&options, &ledger), QUIPU_NO_MEMORY, "176 MiB and more are wanted");
    cr_assert_eq(errno, EDOM);
    cr_assert_null(ledger);

    write_file(root, "proc/meminfo", "MemAvailable: 99999999 kB\n");
    write_file(root, "proc/self/cgroup", "0::/one/two\n");
    write_file(root, "sys/fs/cgroup/one/two/memory.max", "max\n");
    write_file(root, "sys/fs/cgroup/one/two/memory.current", "5\n");
    cr_assert(quipui_memory_is_available(1000000));
    write_file(root, "sys/fs/cgroup/one/memory.max", "1000\n");
    write_file(root, "sys/fs/cgroup/one/memory.current", "400\n");
    cr_assert(quipui_memory_is_available(600));
    cr_assert(!quipui_memory_is_available(601));

    write_file(root, "proc/self/cgroup", "3:cpu:/x\n4:memory:/box\n");
    write_file(root, "sys/fs/cgroup/memory/box/memory.limit_in_bytes", "7000\n");
    write_file(root, "sys/fs/cgroup/memory/box/memory.usage_in_bytes", "1000\n");
    cr_assert(quipui_memory_is_available(6000));
    cr_assert(!quipui_memory_is_available(6001));

    quipui_available_root = "";
    (void)snprintf(command, sizeof command, "rm -r %s", root);
    cr_assert_eq(system(command), 0);
}

Test(system, touches_what_it_cannot_ask_for)
{
    unsigned char resident[PAGES];
    struct region region;

    refuse(SYS_madvise, MADV_POPULATE_WRITE, EINVAL);
    cr_assert(quipui_region_open(&region, PAGES * PAGE));
    cr_assert(quipui_region_prefault(&region, PAGES * PAGE));
    cr_assert_eq(mincore(region.base, PAGES * PAGE, resident), 0);
    for (int i = 0; i < PAGES; i++)
        cr_assert(resident[i] & 1, "page %d is not there", i);
    for (int i = 0; i < PAGES * PAGE; i++)
        cr_assert_eq(region.base[i], 0);
    quipui_region_close(&region);
}
