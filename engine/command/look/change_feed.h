/* change_feed.h - the changes of a ledger as rows: all at once, or while threads write to it. */
#ifndef QUIPU_COMMAND_LOOK_CHANGE_FEED_H
#define QUIPU_COMMAND_LOOK_CHANGE_FEED_H

#include <pthread.h>
#include <stdbool.h>

#include "command/common/exit_code.h"
#include "command/common/stop_flag.h"
#include "command/report/report.h"
#include "quipu/quipu.h"

/* A follower of changes. Begin with all fields zero but `format`. */
struct follow {
    enum report_format format;
    quipu_change_filter next;
    quipu_change *page;
    enum command_exit exit; /* of the first failure, or COMMAND_FINE */
    bool has_header;        /* the CSV header is printed */

    /* The thread that prints while others write. */
    quipu_ledger *ledger;
    pthread_t thread;
    struct stop_flag over;
    bool is_running;
};

/* Add all changes that there are to a report. Nobody writes. Complains if the exit code is not
 * COMMAND_FINE. */
enum command_exit changes_report(quipu_ledger *ledger, struct report *report);

/* Print changes from now on, as CSV or JSON lines, from a thread of its own. */
void follow_begin(struct follow *follow, quipu_ledger *ledger);

/* End the thread, and print the remaining changes. The ledger is still open; no thread writes. */
void follow_end(struct follow *follow);

#endif
