/* months.h - the balance of accounts at the end of each month: a column for each. */
#ifndef QUIPU_COMMAND_LOOK_MONTHS_H
#define QUIPU_COMMAND_LOOK_MONTHS_H

#include "command/look/look.h"

/* More would be no table. */
#define MONTHS_MAX 120

struct months {
    uint64_t ends[MONTHS_MAX]; /* the last instant of each */
    char names[MONTHS_MAX][12];
    struct column columns[MONTHS_MAX + 4];
    size_t count;
};

/* Find the months and begin the sheet; `months` stays where it is until the report is printed.
 * Complains unless it returns COMMAND_FINE. */
enum command_exit months_begin(struct months *months, struct view *view);

/* Add the row of an account. */
quipu_status months_report(const struct months *months, struct view *view,
                           const quipu_account *account);

#endif
