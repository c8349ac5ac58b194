/* row_outcomes.h - tells what became of the rows of a window, once the ledger has answered. */
#ifndef QUIPU_COMMAND_LOAD_ROW_OUTCOMES_H
#define QUIPU_COMMAND_LOAD_ROW_OUTCOMES_H

#include "command/load/load.h"
#include "command/load/rejects.h"
#include "command/load/row_window.h"

struct row_outcomes {
    quipu_ledger *ledger; /* no thread writes to it */
    enum record_kind kind;
    const char *path;
    struct rejects *rejects;
    struct load_file *file; /* notes the first refusal */
};

/* Write each bad, skipped or refused row to the rejects, in file order. Records without a result
 * are left out. */
void row_outcomes_tell(const struct row_outcomes *outcomes, const struct window *window);

#endif
