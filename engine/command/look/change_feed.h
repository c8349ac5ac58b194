/* change_feed.h - the changes of a ledger as rows: all at once, or while threads write to it. */
#ifndef QUIPU_COMMAND_LOOK_CHANGE_FEED_H
#define QUIPU_COMMAND_LOOK_CHANGE_FEED_H

#include <pthread.h>
#include <stdbool.h>

#include "command/common/exit_code.h"
#include "command/common/stop_flag.h"
#include "command/look/look.h"

/* A follower of changes. Begin with all fields zero but `view`, whose report has no sheet. */
struct follow {
    struct view *view;
    quipu_change_filter next;
    quipu_change *page;
    enum command_exit exit; /* of the first failure, or COMMAND_FINE */
    bool has_header;        /* the CSV header is printed */
    uint64_t shown;
    bool is_full; /* as many are shown as --limit says */

    /* The thread that prints while others write. */
    pthread_t thread;
    struct stop_flag over;
    bool is_running;
};

/* Add all changes that there are to the report of a view. No thread of this process writes.
 * Complains if the exit code is not COMMAND_FINE. */
enum command_exit changes_report(struct view *view);

/* Print changes, as CSV or JSON lines, until is_over() says so. It waits a little
 * before it does. */
enum command_exit follow_until(struct follow *follow, bool (*is_over)(void));

/* Print changes from now on, as CSV or JSON lines, from a thread of its own. */
void follow_begin(struct follow *follow, quipu_ledger *ledger);

/* End the thread, and print the remaining changes. The ledger is still open; no thread writes. */
void follow_end(struct follow *follow);

#endif
