/* directory_tree.h - remove a directory with all that is in it. */
#ifndef QUIPU_COMMAND_LOCKS_DIRECTORY_TREE_H
#define QUIPU_COMMAND_LOCKS_DIRECTORY_TREE_H

/* What cannot be removed stays. */
void directory_tree_remove(const char *path);

#endif
