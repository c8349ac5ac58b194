/* scenes.h - the scenes, each one round; what each checks is said where it is. */
#ifndef QUIPU_TESTS_MACHINES_MUTANTS_SCENES_H
#define QUIPU_TESTS_MACHINES_MUTANTS_SCENES_H

#include "machines/mutants/scene.h"

/* writes.c */
void play_transfers(struct scene *scene);
void play_spenders(struct scene *scene);
void play_chains(struct scene *scene);
void play_duplicates(struct scene *scene);
void play_holds(struct scene *scene);

/* decisions.c */
void play_skew(struct scene *scene);
void play_verdicts(struct scene *scene);

/* reads.c */
void play_lookups(struct scene *scene);
void play_openings(struct scene *scene);
void play_early(struct scene *scene);
void play_halves(struct scene *scene);
void play_histories(struct scene *scene);
void play_followers(struct scene *scene);
void play_together(struct scene *scene);
void play_snapshots(struct scene *scene);
void play_lasting(struct scene *scene);
void play_reuse(struct scene *scene);

/* refusals.c */
void play_refusals(struct scene *scene);
void play_scarce(struct scene *scene);

#endif
