/* grace.h - forgetting the read sections of a schedule that was given up. */
#ifndef EXPLORE_GRACE_H
#define EXPLORE_GRACE_H

void grace_forget(void);

#endif
