/* test_anomalies.c - for each anomaly a small history that has it, and the nearest one that has
 * not. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

#include "checker/checker.h"
#include "checker/history_file.h"

#define FINE ANOMALY_COUNT

#define SERIALIZABLE "quipu-history,1,serializable,0\n"
#define PER_ACCOUNT "quipu-history,1,per-account,0\n"

/* Accounts 1, 2 and 3. Account 1 must not be overdrawn, and has 100 from account 3. By thread 0,
 * until 20. */
#define SETUP                                                                                      \
    "call,0,1,2\n"                                                                                 \
    "account,created,1,1,0,0,0,0,1,1,2\n"                                                          \
    "account,created,1,2,0,0,0,0,1,1\n"                                                            \
    "account,created,1,3,0,0,0,0,1,1\n"                                                            \
    "call,0,10,20\n"                                                                               \
    "transfer,created,2,2,1,3,1,100,0,0,0,1,1,10\n"

/* status, versions, id, debit, credit, amount, flags, pending id, timeout, then the rest */
#define REST ",1,1,"
#define PLAIN ",0,0,0,1,1,"
#define PENDING ",2,0,0,1,1,"

static const struct row {
    const char *name;
    enum anomaly found; /* the first */
    const char *text;
} rows[] = {
    /* clang-format off */
    {"nothing", FINE, SERIALIZABLE},
    {"setup", FINE, SERIALIZABLE SETUP},
    {"setup, per account", FINE, PER_ACCOUNT SETUP},
    {"an end before its begin", ANOMALY_MALFORMED, SERIALIZABLE "call,0,5,4\n"},
    {"calls of a thread overlap", ANOMALY_MALFORMED,
     SERIALIZABLE "call,0,1,5\ncall,0,4,6\n"},
    {"a transfer between strangers", ANOMALY_MALFORMED,
     SERIALIZABLE "call,0,1,5\ntransfer,created,2,2,1,7,8,1" PLAIN "1\n"},

    {"two in a row", FINE,
     SERIALIZABLE SETUP
     "call,1,30,40\ntransfer,created,3,2,2,1,2,60" PLAIN "30\n"
     "call,2,35,45\ntransfer,created,4,3,3,1,2,40" PLAIN "31\n"},
    {"two give one version", ANOMALY_LOST_UPDATE,
     SERIALIZABLE SETUP
     "call,1,30,40\ntransfer,created,3,2,2,1,2,60" PLAIN "30\n"
     "call,2,35,45\ntransfer,created,3,3,3,1,2,30" PLAIN "31\n"},
    {"the same, per account", ANOMALY_LOST_UPDATE,
     PER_ACCOUNT SETUP
     "call,1,30,40\ntransfer,created,3,2,2,1,2,60" PLAIN "30\n"
     "call,2,35,45\ntransfer,created,3,3,3,1,2,30" PLAIN "31\n"},
    {"one writes over what it expected otherwise", ANOMALY_LOST_UPDATE,
     SERIALIZABLE SETUP
     "call,1,30,40\ntransfer,created,3,2,2,1,2,10" PLAIN "30\n"
     "call,2,35,45\nexpect,2,1\ntransfer,created,4,3,3,1,2,10" PLAIN "31\n"},
    {"a version that nobody gave", ANOMALY_VERSION_GAP,
     SERIALIZABLE SETUP
     "call,1,30,40\ntransfer,created,3,2,2,1,2,60" PLAIN "30\n"
     "call,2,35,45\ntransfer,created,5,3,3,1,2,40" PLAIN "31\n"},
    {"each behind the other", ANOMALY_DIRTY_WRITE,
     SERIALIZABLE SETUP
     "call,1,30,40\ntransfer,created,3,3,2,1,2,60" PLAIN "0\n"
     "call,2,35,45\ntransfer,created,4,2,3,1,2,40" PLAIN "0\n"},
    {"each saw the other", ANOMALY_DIRTY_READ,
     SERIALIZABLE SETUP
     "call,1,30,40\nexpect,2,2\ntransfer,created,3,3,2,1,3,60" PLAIN "0\n"
     "call,2,30,40\nexpect,3,3\ntransfer,created,2,4,3,2,3,40" PLAIN "0\n"},
    {"a version of a chain that was undone", ANOMALY_DIRTY_READ,
     SERIALIZABLE SETUP
     "call,1,30,40\n"
     "transfer,linked_event_failed,0,0,2,1,2,60,1,0,0,1,1\n"
     "transfer,exceeds_credits,3,2,3,1,2,60\n"
     "call,2,35,45\nread,3,1,0,60,0,100,1,1,2\n"},
    {"the inside of a chain", ANOMALY_DIRTY_READ,
     SERIALIZABLE SETUP
     "call,1,30,40\n"
     "transfer,created,3,2,2,1,2,60,1,0,0,1,1,30\n"
     "transfer,created,4,3,3,1,2,40" PLAIN "31\n"
     "call,2,35,45\nread,3,1,0,60,0,100,1,1,2\n"},
    {"both ends of a chain", FINE,
     SERIALIZABLE SETUP
     "call,1,30,40\n"
     "transfer,created,3,2,2,1,2,60,1,0,0,1,1,30\n"
     "transfer,created,4,3,3,1,2,40" PLAIN "31\n"
     "call,2,35,45\nread,2,1,0,0,0,100,1,1,2\nread,1,2\n"},
    {"one account before, one after", ANOMALY_READ_SKEW,
     SERIALIZABLE SETUP
     "call,1,30,40\ntransfer,created,3,2,2,1,2,60" PLAIN "30\n"
     "call,2,35,45\nread,3,1,0,60,0,100,1,1,2\nread,1,2\n"},
    {"the same, per account: no promise", FINE,
     PER_ACCOUNT SETUP
     "call,1,30,40\ntransfer,created,3,2,2,1,2,60" PLAIN "30\n"
     "call,2,35,45\nread,3,1,0,60,0,100,1,1,2\nread,1,2\n"},
    {"each expects what the other changes", ANOMALY_WRITE_SKEW,
     SERIALIZABLE SETUP
     "call,0,21,22\naccount,created,1,4,0,0,0,0,1,1\n"
     "call,1,30,40\nexpect,1,2\nexpect,2,1\ntransfer,created,3,3,2,3,1,1" PLAIN "30\n"
     "call,2,30,40\nexpect,2,1\nexpect,2,1\ntransfer,created,2,2,3,2,4,1" PLAIN "31\n"
     "call,3,30,40\nexpect,1,4\ntransfer,created,4,4,4,3,1,1" PLAIN "32\n"},
    {"read before what had ended", ANOMALY_STALE_READ,
     SERIALIZABLE SETUP
     "call,1,30,40\ntransfer,created,3,2,2,1,2,60" PLAIN "30\n"
     "call,2,41,45\nread,2,1,0,0,0,100,1,1,2\n"},
    {"the same, per account", ANOMALY_STALE_READ,
     PER_ACCOUNT SETUP
     "call,1,30,40\ntransfer,created,3,2,2,1,2,60" PLAIN "30\n"
     "call,2,41,45\nread,2,1,0,0,0,100,1,1,2\n"},
    {"read before what had not", FINE,
     SERIALIZABLE SETUP
     "call,1,30,40\ntransfer,created,3,2,2,1,2,60" PLAIN "30\n"
     "call,2,40,45\nread,2,1,0,0,0,100,1,1,2\n"},
    {"read before what had ended within the slack", FINE,
     "quipu-history,1,serializable,1\n" SETUP
     "call,1,30,40\ntransfer,created,3,2,2,1,2,60" PLAIN "30\n"
     "call,2,41,45\nread,2,1,0,0,0,100,1,1,2\n"},
    {"a thread forgets what it did", ANOMALY_STALE_READ,
     "quipu-history,1,serializable,100\n" SETUP
     "call,1,30,40\ntransfer,created,3,2,2,1,2,60" PLAIN "30\n"
     "call,1,41,45\nread,2,1,0,0,0,100,1,1,2\n"},
    {"not found, after it was created", ANOMALY_STALE_READ,
     SERIALIZABLE SETUP "call,1,30,40\nfind,0,0,0,1\n"},
    {"not there, after it was created", ANOMALY_STALE_READ,
     SERIALIZABLE SETUP "call,1,30,40\nread,0,2\n"},

    {"an id twice", ANOMALY_DUPLICATE,
     SERIALIZABLE SETUP "call,1,30,40\ntransfer,created,3,2,1,1,2,60" PLAIN "30\n"},
    {"an id twice, per account", ANOMALY_DUPLICATE,
     PER_ACCOUNT SETUP "call,1,30,40\ntransfer,created,3,2,1,1,2,60" PLAIN "30\n"},
    {"a burnt id used again", ANOMALY_DUPLICATE,
     SERIALIZABLE SETUP
     "call,1,30,40\ntransfer,exceeds_credits,2,1,2,1,2,101" PLAIN "0\n"
     "call,1,50,60\ntransfer,created,3,2,2,1,2,60" PLAIN "30\n"},
    {"posted and voided", ANOMALY_DUPLICATE,
     SERIALIZABLE SETUP
     "call,1,30,40\ntransfer,created,3,2,2,1,2,60" PENDING "30\n"
     "call,1,50,60\ntransfer,created,4,3,3,1,2,60,4,2,0" REST "31\n"
     "call,2,50,60\ntransfer,created,5,4,4,1,2,60,8,2,0" REST "32\n"},
    {"posted, and voided too late", FINE,
     SERIALIZABLE SETUP
     "call,1,30,40\ntransfer,created,3,2,2,1,2,60" PENDING "30\n"
     "call,1,50,60\ntransfer,created,4,3,3,1,2,60,4,2,0" REST "31\n"
     "call,2,50,60\ntransfer,pending_transfer_already_posted,0,0,4,1,2,60,8,2,0" REST "0\n"},
    {"told of the void of what was posted", ANOMALY_WRONG_OUTCOME,
     SERIALIZABLE SETUP
     "call,1,30,40\ntransfer,created,3,2,2,1,2,60" PENDING "30\n"
     "call,1,50,60\ntransfer,created,4,3,3,1,2,60,4,2,0" REST "31\n"
     "call,2,50,60\ntransfer,pending_transfer_already_voided,0,0,4,1,2,60,8,2,0" REST "0\n"},
    {"half of a chain", ANOMALY_TORN_CHAIN,
     SERIALIZABLE SETUP
     "call,1,30,40\n"
     "transfer,created,3,2,2,1,2,60,1,0,0,1,1,30\n"
     "transfer,exceeds_credits,3,2,3,1,2,60" PLAIN "0\n"},
    {"half of a chain, per account", ANOMALY_TORN_CHAIN,
     PER_ACCOUNT SETUP
     "call,1,30,40\n"
     "transfer,created,3,2,2,1,2,60,1,0,0,1,1,30\n"
     "transfer,exceeds_credits,0,0,3,1,2,60" PLAIN "0\n"},
    {"a total that never was", ANOMALY_WRONG_VALUE,
     SERIALIZABLE SETUP "call,1,30,40\nread,2,1,0,1,0,100,1,1,2\n"},
    {"a total that never was, per account", ANOMALY_WRONG_VALUE,
     PER_ACCOUNT SETUP "call,1,30,40\nread,2,1,0,1,0,100,1,1,2\n"},
    {"a receipt of another state", ANOMALY_WRONG_VALUE,
     SERIALIZABLE SETUP
     "call,1,30,40\ntransfer,created,3,2,2,1,2,60" PLAIN "30\n"
     "read,3,1,0,50,0,100,1,1,2\nread,2,2,0,0,0,60,1,1\n"},
    {"found otherwise", ANOMALY_WRONG_VALUE,
     SERIALIZABLE SETUP "call,1,30,40\nfind,1,2,2,1,3,1,99" PLAIN "10\n"},
    {"overdrawn", ANOMALY_LIMIT_BROKEN,
     SERIALIZABLE SETUP
     "call,1,30,40\ntransfer,created,3,2,2,1,2,60" PLAIN "30\n"
     "call,2,35,45\ntransfer,created,4,3,3,1,2,41" PLAIN "31\n"},
    {"overdrawn, per account", ANOMALY_LIMIT_BROKEN,
     PER_ACCOUNT SETUP
     "call,1,30,40\ntransfer,created,3,2,2,1,2,60" PLAIN "30\n"
     "call,2,35,45\ntransfer,created,4,3,3,1,2,41" PLAIN "31\n"},
    {"refused for want of what was there", ANOMALY_WRONG_OUTCOME,
     SERIALIZABLE SETUP
     "call,1,30,40\ntransfer,exceeds_credits,2,1,2,1,2,100" PLAIN "0\n"},
    {"refused for want of what was not", FINE,
     SERIALIZABLE SETUP
     "call,1,30,40\ntransfer,exceeds_credits,2,1,2,1,2,101" PLAIN "0\n"},
    {"a limit where there is none", ANOMALY_WRONG_OUTCOME,
     PER_ACCOUNT SETUP
     "call,1,30,40\ntransfer,exceeds_credits,0,0,2,2,1,100" PLAIN "0\n"},
    {"a conflict over nothing", ANOMALY_WRONG_OUTCOME,
     SERIALIZABLE SETUP "call,1,30,40,conflict\nexpect,2,1\n"},
    {"a conflict over something", FINE,
     SERIALIZABLE SETUP
     "call,1,30,40\ntransfer,created,3,2,2,1,2,60" PLAIN "30\n"
     "call,2,35,45,conflict\nexpect,2,1\n"},
    {"a conflict over what a later read had not seen", ANOMALY_STALE_READ,
     SERIALIZABLE SETUP
     "call,1,30,90\ntransfer,created,3,2,2,1,2,60" PLAIN "30\n"
     "call,2,35,45,conflict\nexpect,2,1\n"
     "call,3,50,60\nread,2,1,0,0,0,100,1,1,2\n"},
    {"versions against real time, per account", ANOMALY_STALE_READ,
     PER_ACCOUNT SETUP
     "call,1,30,40\ntransfer,created,4,3,2,1,2,60" PLAIN "0\n"
     "call,2,50,60\ntransfer,created,3,2,3,1,2,40" PLAIN "0\n"},
    {"two time-outs, the later one first", FINE,
     SERIALIZABLE SETUP
     "call,1,30,40\ntransfer,created,3,2,2,1,2,60,2,0,2,1,1,30\n"
     "call,1,50,60\ntransfer,created,4,3,3,1,2,40,2,0,1,1,1,31\n"
     "call,2,70,80\nread,5,1,60,0,0,100,1,1,2\n"},
    {"exists, but otherwise", ANOMALY_WRONG_OUTCOME,
     SERIALIZABLE SETUP "call,1,30,40\ntransfer,exists,0,0,1,3,1,99" PLAIN "0\n"},
    {"exists, and nobody created it", ANOMALY_DIRTY_READ,
     SERIALIZABLE SETUP "call,1,30,40\ntransfer,exists,0,0,2,3,1,100" PLAIN "0\n"},
    {"later version, earlier timestamp", ANOMALY_TIMESTAMP_ORDER,
     SERIALIZABLE SETUP
     "call,1,30,40\ntransfer,created,3,2,2,1,2,60" PLAIN "30\n"
     "call,2,35,45\ntransfer,created,4,3,3,1,2,40" PLAIN "29\n"},
    {"later call, earlier timestamp", ANOMALY_TIMESTAMP_ORDER,
     SERIALIZABLE SETUP
     "call,0,30,40\naccount,created,1,4,0,0,0,0,1,1\n"
     "call,0,41,42\ntransfer,created,3,2,2,1,2,60" PLAIN "30\n"
     "call,2,45,46\ntransfer,created,3,2,3,3,4,40" PLAIN "29\n"},

    {"a time-out", FINE,
     SERIALIZABLE SETUP
     "call,1,30,40\ntransfer,created,3,2,2,1,2,60,2,0,1,1,1,30\n"
     "call,1,50,60\nread,3,1,60,0,0,100,1,1,2\nread,2,2,0,0,60,0,1,1\n"
     "call,2,70,80\nread,4,1,0,0,0,100,1,1,2\nread,3,2,0,0,0,0,1,1\n"},
    {"a time-out of one account only", ANOMALY_READ_SKEW,
     SERIALIZABLE SETUP
     "call,1,30,40\ntransfer,created,3,2,2,1,2,60,2,0,1,1,1,30\n"
     "call,2,70,80\nread,4,1,0,0,0,100,1,1,2\nread,2,2,0,0,60,0,1,1\n"},
    {"a time-out without a time", ANOMALY_DIRTY_READ,
     SERIALIZABLE SETUP
     "call,1,30,40\ntransfer,created,3,2,2,1,2,60,2,0,0,1,1,30\n"
     "call,2,70,80\nread,4,1,0,0,0,100,1,1,2\n"},
    {"a time-out that came late", ANOMALY_TIMESTAMP_ORDER,
     SERIALIZABLE SETUP
     "call,1,30,40\ntransfer,created,3,2,2,1,2,60,2,0,1,1,1,30\n"
     "call,1,50,60\ntransfer,created,4,3,3,1,2,40" PLAIN "1000000030\n"},
    {"a time-out that came in time", FINE,
     SERIALIZABLE SETUP
     "call,1,30,40\ntransfer,created,3,2,2,1,2,60,2,0,1,1,1,30\n"
     "call,1,50,60\ntransfer,created,5,4,3,1,2,40" PLAIN "1000000030\n"},
    {"told of a time-out, and read before it", ANOMALY_STALE_READ,
     SERIALIZABLE SETUP
     "call,1,30,40\ntransfer,created,3,2,2,1,2,60,2,0,1,1,1,30\n"
     "call,1,50,60\ntransfer,pending_transfer_expired,0,0,3,1,2,60,4,2,0" REST "0\n"
     "call,2,70,80\nread,3,1,60,0,0,100,1,1,2\n"},
    {"closed", ANOMALY_WRONG_OUTCOME,
     SERIALIZABLE SETUP
     "call,1,30,40\ntransfer,created,3,2,2,1,2,0,66,0,0,1,1,30\n"
     "call,1,50,60\ntransfer,created,4,3,3,1,2,40" PLAIN "40\n"},
    {"found in the middle", FINE,
     SERIALIZABLE
     "call,0,1,2\naccount,created,7,1,0,5,0,9,1,1\naccount,created,3,2,0,9,0,5,1,1\n"
     "call,1,30,40\ntransfer,created,8,4,1,1,2,4" PLAIN "30\n"
     "call,1,50,60\nread,8,1,0,9,0,9,1,1\nread,4,2,0,9,0,9,1,1\n"},
    {"no answer, and it is there later", FINE,
     SERIALIZABLE SETUP
     "call,1,30,40,unanswered\ntransfer,created,3,2,2,1,2,60" PLAIN "30\n"
     "call,2,35,36\nread,2,1,0,0,0,100,1,1,2\n"
     "call,2,50,60\nread,3,1,0,60,0,100,1,1,2\n"},
    {"no answer, and it comes after its process was dead", ANOMALY_STALE_READ,
     SERIALIZABLE SETUP
     "call,1,30,40,unanswered\ntransfer,created,3,2,2,1,2,60" PLAIN "30\n"
     "call,2,50,60\nread,2,1,0,0,0,100,1,1,2\n"
     "call,2,70,80\nread,3,1,0,60,0,100,1,1,2\n"},
    {"no answer, and no end: it may come at any time", FINE,
     SERIALIZABLE SETUP
     "call,1,30,0,unanswered\ntransfer,created,3,2,2,1,2,60" PLAIN "30\n"
     "call,2,50,60\nread,2,1,0,0,0,100,1,1,2\n"
     "call,2,70,80\nread,3,1,0,60,0,100,1,1,2\n"},
    {"no answer, and it never came", FINE,
     SERIALIZABLE SETUP
     "call,1,30,40,unanswered\ntransfer,0,0,0,2,1,2,60" PLAIN "0\n"
     "call,2,50,60\nread,2,1,0,0,0,100,1,1,2\n"},
    {"no answer, and it was seen and is lost", ANOMALY_DIRTY_READ,
     SERIALIZABLE SETUP
     "call,1,30,40,unanswered\ntransfer,0,0,0,2,1,2,60" PLAIN "0\n"
     "call,2,35,36\nread,3,1,0,60,0,100,1,1,2\n"
     "call,2,50,60\nread,2,1,0,0,0,100,1,1,2\n"},
    {"no answer, and it existed and is lost", ANOMALY_DIRTY_READ,
     SERIALIZABLE SETUP
     "call,1,30,40,unanswered\ntransfer,0,0,0,2,1,2,60" PLAIN "0\n"
     "call,2,35,36\ntransfer,exists,0,0,2,1,2,60" PLAIN "0\n"},
    {"no answer, and half of its chain is there", ANOMALY_TORN_CHAIN,
     SERIALIZABLE SETUP
     "call,1,30,40,unanswered\n"
     "transfer,created,3,2,2,1,2,60,1,0,0,1,1,30\n"
     "transfer,0,0,0,3,1,2,40" PLAIN "0\n"},
    {"no answer, and it burnt its id", FINE,
     SERIALIZABLE SETUP
     "call,1,30,40,unanswered\ntransfer,0,0,0,2,1,2,600" PLAIN "0\n"
     "call,2,50,60\ntransfer,id_already_failed,0,0,2,1,2,60" PLAIN "0\n"},
    {"no answer, and one of two burnt the id", FINE,
     SERIALIZABLE SETUP
     "call,1,30,40,unanswered\ntransfer,0,0,0,2,1,2,600" PLAIN "0\n"
     "call,3,30,40,unanswered\ntransfer,0,0,0,2,1,2,600" PLAIN "0\n"
     "call,2,50,60\ntransfer,id_already_failed,0,0,2,1,2,60" PLAIN "0\n"},
    {"no answer, and the first of two burnt the id", FINE,
     SERIALIZABLE SETUP
     "call,1,30,40,unanswered\ntransfer,0,0,0,2,1,2,600" PLAIN "0\n"
     "call,2,50,60\ntransfer,id_already_failed,0,0,2,1,2,60" PLAIN "0\n"
     "call,3,70,80,unanswered\ntransfer,0,0,0,2,1,2,600" PLAIN "0\n"},
    {"no answer, and it burnt two ids of a chain", ANOMALY_WRONG_OUTCOME,
     SERIALIZABLE SETUP
     "call,1,30,40,unanswered\n"
     "transfer,0,0,0,2,1,2,600,1,0,0,1,1,0\ntransfer,0,0,0,3,1,2,600" PLAIN "0\n"
     "call,2,50,60\ntransfer,id_already_failed,0,0,2,1,2,60" PLAIN "0\n"
     "call,2,70,80\ntransfer,id_already_failed,0,0,3,1,2,60" PLAIN "0\n"},
    {"no answer, and the id was burnt before it began", ANOMALY_STALE_READ,
     SERIALIZABLE SETUP
     "call,1,21,22\ntransfer,id_already_failed,0,0,2,1,2,60" PLAIN "0\n"
     "call,1,30,40,unanswered\ntransfer,0,0,0,2,1,2,600" PLAIN "0\n"},
    {"no answer, and it was told something", ANOMALY_MALFORMED,
     SERIALIZABLE SETUP "call,1,30,40,unanswered\nread,2,1,0,0,0,100,1,1,2\n"},
    {"no answer, per account", FINE,
     PER_ACCOUNT SETUP
     "call,1,30,40,unanswered\ntransfer,created,3,2,2,1,2,60" PLAIN "30\n"
     "call,3,31,40,unanswered\ntransfer,0,0,0,3,1,2,600" PLAIN "0\n"
     "call,2,35,36\nread,2,1,0,0,0,100,1,1,2\n"
     "call,2,50,60\nread,3,1,0,60,0,100,1,1,2\n"},
    {"no answer, and it was seen and is lost, per account", ANOMALY_DIRTY_READ,
     PER_ACCOUNT SETUP
     "call,1,30,40,unanswered\ntransfer,0,0,0,2,1,2,60" PLAIN "0\n"
     "call,2,35,36\nread,3,1,0,60,0,100,1,1,2\n"},
    {"money gone", ANOMALY_WRONG_VALUE,
     SERIALIZABLE SETUP "call,1,30,40\nread,2,1,0,0,0,99,1,1,2\n"},
    /* clang-format on */
};

#define ROW_COUNT (sizeof rows / sizeof *rows)

static void read_text(const char *text, struct history *history)
{
    FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
    struct history_fault fault;

    cr_assert(file != NULL);
    cr_assert(history_read(history, file, &fault), "line %d: %s", (int)fault.line, fault.reason);
    (void)fclose(file);
}

/* One checker for all, so that a trace of one history would show in the next. */
Test(anomalies, are_named)
{
    struct checker *checker = checker_new();

    cr_assert(checker != NULL);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        enum anomaly found = FINE;
        struct verdict verdict;
        struct history history;

        read_text(rows[i].text, &history);
        cr_assert(checker_run(checker, &history, &verdict));
        if (verdict.anomaly_count > 0) found = verdict.first;
        if (found != rows[i].found) checker_print(checker, &history, stderr);
        cr_expect(found == rows[i].found, "%s: %s, not %s", rows[i].name,
                  found == FINE ? "fine" : anomaly_name(found),
                  rows[i].found == FINE ? "fine" : anomaly_name(rows[i].found));
        history_close(&history);
    }
    checker_free(checker);
}

/* Each anomaly has a row, except those that replay finds only together with another. */
Test(anomalies, all_have_a_row)
{
    for (int anomaly = 0; anomaly < ANOMALY_COUNT; anomaly++) {
        bool has_row = anomaly == ANOMALY_NOT_CONSERVED;

        for (size_t i = 0; i < ROW_COUNT; i++)
            has_row |= rows[i].found == (enum anomaly)anomaly;
        cr_expect(has_row, "%s", anomaly_name((enum anomaly)anomaly));
    }
}

Test(anomalies, money_that_is_gone_is_said_to_be)
{
    struct checker *checker = checker_new();
    struct verdict verdict;
    struct history history;
    char *text = NULL;
    size_t length;
    FILE *stream;

    read_text(SERIALIZABLE SETUP "call,1,30,40\nread,2,1,0,0,0,99,1,1,2\n", &history);
    cr_assert(checker_run(checker, &history, &verdict));
    stream = open_memstream(&text, &length);
    checker_print(checker, &history, stream);
    (void)fclose(stream);
    cr_expect(strstr(text, "money not conserved") != NULL, "%s", text);
    cr_expect(strstr(text, "account 1 (version 2)") != NULL, "%s", text);
    free(text);
    history_close(&history);
    checker_free(checker);
}
