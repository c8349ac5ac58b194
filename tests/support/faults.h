/* faults.h - precedence, shown by events with two faults.
 *
 * A table lists faults in order of precedence, each as a function that puts it into an event. Every
 * fault must be found alone; and with any later one put in first, the earlier must still be the
 * answer. All of these events fail, so the ledger stays as the fixture left it. */
#ifndef QUIPU_TESTS_FAULTS_H
#define QUIPU_TESTS_FAULTS_H

#include "support/twin.h"

/* One event, and perhaps another before it in the same batch. */
struct trial {
    quipu_transfer before, event;
    bool preceded;
};

struct fault {
    uint32_t outcome;
    void (*put)(struct trial *trial);
};

/* `sound` is the event that the faults are put into; each trial gives it another id. */
void faults_win_in_order(struct twin *twin, const struct fault *faults, size_t count,
                         quipu_transfer sound);

#endif
