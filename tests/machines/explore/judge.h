/* judge.h - is what a schedule left and answered as it must be?
 *
 * The history checker judges what it knows of; here is the rest: books that balance, limits,
 * versions without gaps, and walks along a strand that show what had been done before them. */
#ifndef EXPLORE_JUDGE_H
#define EXPLORE_JUDGE_H

#include <stdio.h>

#include "machines/explore/play.h"

/* NULL: all is well. Otherwise what is wrong, until the next call. */
const char *judge(struct stage *stage);

/* The history, call by call, for people; with what the checker says of it. */
void judge_print(struct stage *stage, FILE *to);

#endif
