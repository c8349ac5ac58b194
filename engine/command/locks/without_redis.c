/* without_redis.c - in place of lock_show.c, in a build without hiredis. */
#include "command/locks/lock_show.h"
#include "command/terminal/complain.h"

const char *const trouble_names[TROUBLE_COUNT] = {"pause", "crash", "promotion", "clock",
                                                  "long-pause"};
const char *const keeping_names[KEEPING_COUNT] = {"redis", "fence", "id", "version"};

bool lock_show_play(enum trouble trouble, enum keeping keeping, struct show_score *score)
{
    (void)trouble;
    (void)keeping;
    (void)score;
    complain("this build has no Redis client: install the package libhiredis-dev, and build again");
    return false;
}
