/* view_run.c - a command's work on a kept ledger: reached, worked on, closed; see view.h. */
#include "command/load/kept_ledger.h"
#include "command/look/view.h"

enum command_exit view_run(struct view *view, enum command_exit exit, view_work *work,
                           const void *context)
{
    const quipu_options wanted = {.path = view->directory};
    enum command_exit closed;
    bool is_served;

    if (exit == COMMAND_FINE) exit = kept_reach(&wanted, &view->ledger, &is_served);
    if (exit == COMMAND_FINE) {
        exit = work(view, context);
        closed = kept_close(view->ledger);
        if (closed != COMMAND_FINE) exit = closed;
    }
    view_free(view);
    return exit;
}
