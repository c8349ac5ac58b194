/* sync.c - `bench_sync FOLDER [SECONDS]`: the raw speed of durable writes, as a line of JSON. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "medium.h"

int main(int argc, char **argv)
{
    double seconds = argc > 2 ? strtod(argv[2], NULL) : 1;
    char name[MEDIUM_NAME_BYTES];
    struct medium_speed speed;

    if (argc < 2 || argc > 3 || !(seconds > 0 && seconds <= 3600)) {
        (void)fprintf(stderr, "usage: %s FOLDER [SECONDS]\n", argv[0]);
        return 2;
    }
    if (!medium_measure(argv[1], seconds, &speed)) {
        (void)fprintf(stderr, "bench: %s: %s\n", argv[1], strerror(errno));
        return 3;
    }
    medium_name(argv[1], name);
    (void)printf("{\"medium\": \"%s\", \"in_memory\": %s, \"bytes\": 4096, "
                 "\"syncs_per_second\": %.0f, \"p50_ns\": %.0f, \"p99_ns\": %.0f}\n",
                 name, medium_is_memory(argv[1]) ? "true" : "false", speed.per_second, speed.p50_ns,
                 speed.p99_ns);
    return 0;
}
