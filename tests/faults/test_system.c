/* test_system.c - what a system may refuse: docs/faults.md, "The system".
 *
 * A filter refuses the call for the rest of the test's process.
 *
 *   S1  without random bytes no ledger opens, and that changes nothing; ids still rise, and those
 *       of two threads differ
 *   S2  a kernel that cannot have memory there before it is touched (before Linux 5.14) has it
 *       touched, and it is zero
 *   S3  where the kernel has fences run no more (membarrier), grace periods still wait for readers */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>

#include "base/memory.h"
#include "base/random.h"
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
