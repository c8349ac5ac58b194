/* unload.c LIBRARY PROTOCOL - a thread uses a ledger, the host closes the library, the thread ends.
 *
 * The library is loaded in a thread, while another is there already. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <quipu/quipu.h>
#include <stdio.h>
#include <stdlib.h>

static const char *path;
static void *library;
static quipu_ledger *ledger;
static pthread_barrier_t loaded, used, closed;

#define CALL(name) ((__typeof__(name) *)dlsym(library, #name))

static void *load(void *unused)
{
    library = dlopen(path, RTLD_NOW);
    if (library == NULL) (void)fprintf(stderr, "%s\n", dlerror());
    return unused;
}

static void *use(void *said)
{
    quipu_account account = {.id = 1, .ledger = 1, .code = 1};
    quipu_uint128 id = 1;
    quipu_result result;

    (void)pthread_barrier_wait(&loaded);
    *(int *)said = (int)CALL(quipu_create_accounts)(ledger, &account, 1, &result) |
                   (int)CALL(quipu_lookup_accounts)(ledger, &id, 1, &account, NULL);
    (void)pthread_barrier_wait(&used);
    (void)pthread_barrier_wait(&closed);
    return said;
}

int main(int count, char **words)
{
    quipu_options options = {.account_capacity = 10, .transfer_capacity = 10};
    pthread_t user, loader;
    int said = -1;

    if (count != 3) return 2;
    path = words[1];
    options.protocol = (quipu_protocol)atoi(words[2]);
    if (pthread_barrier_init(&loaded, NULL, 2) != 0 || pthread_barrier_init(&used, NULL, 2) != 0 ||
        pthread_barrier_init(&closed, NULL, 2) != 0) {
        return 2;
    }
    if (pthread_create(&user, NULL, use, &said) != 0) return 2;
    if (pthread_create(&loader, NULL, load, NULL) != 0) return 2;
    if (pthread_join(loader, NULL) != 0 || library == NULL) return 1;
    if (CALL(quipu_open)(&options, &ledger) != QUIPU_OK) return 1;
    (void)pthread_barrier_wait(&loaded);
    (void)pthread_barrier_wait(&used);
    if (CALL(quipu_close)(ledger) != QUIPU_OK || dlclose(library) != 0) return 1;
    (void)pthread_barrier_wait(&closed);
    return pthread_join(user, NULL) == 0 && said == 0 ? 0 : 1;
}
