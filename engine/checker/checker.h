/* checker.h - is this history one that the ledger's promise allows?
 *
 * Each account's versions have no gap. So the order of writes is known, and so is the write that
 * each read saw: the direct serialization graph (Adya, 1999) of the units is exact. It has an edge
 * wherever one call ended before another began. So a cycle is a violation of strict
 * serializability, and no cycle is a proof. Near-linear in the length of the history. */
#ifndef QUIPU_CHECKER_CHECKER_H
#define QUIPU_CHECKER_CHECKER_H

#include <stdio.h>

#include "checker/recording.h"

/* What can be wrong, as databases name it; anomaly_name() has the texts. */
enum anomaly {
    ANOMALY_MALFORMED,      /* not a history: an unknown account, an end before its begin, … */
    ANOMALY_LOST_UPDATE,    /* two units gave an account one version, or wrote over each other */
    ANOMALY_VERSION_GAP,    /* no unit gave this version */
    ANOMALY_DIRTY_WRITE,    /* G0: a cycle of write-write edges */
    ANOMALY_DIRTY_READ,     /* G1: a read of undone data, or of a state inside a unit; or G1c */
    ANOMALY_READ_SKEW,      /* G-single: a cycle with one read-write edge */
    ANOMALY_WRITE_SKEW,     /* G2: a cycle with more than one */
    ANOMALY_STALE_READ,     /* a cycle with real time: a call did not see one that ended before */
    ANOMALY_DUPLICATE,      /* an id was used twice, or a pending transfer resolved twice */
    ANOMALY_TORN_CHAIN,     /* a part of a chain took effect */
    ANOMALY_WRONG_VALUE,    /* what was read is not what replay gives at that version */
    ANOMALY_LIMIT_BROKEN,   /* an account's limit does not hold at some version */
    ANOMALY_NOT_CONSERVED,  /* debits and credits of a ledger differ */
    ANOMALY_WRONG_OUTCOME,  /* a refusal (or approval) that is not so at its versions */
    ANOMALY_TIMESTAMP_ORDER /* timestamps do not rise with an account's versions */
};

#define ANOMALY_COUNT (ANOMALY_TIMESTAMP_ORDER + 1)

const char *anomaly_name(enum anomaly anomaly);

/* A checker keeps its memory from run to run. */
struct checker;

struct checker *checker_new(void); /* NULL if memory runs out */
void checker_free(struct checker *checker);

struct verdict {
    uint64_t calls, units, edges;
    uint64_t anomaly_count; /* 0: the history is as promised */
    enum anomaly first;     /* the kind of the first anomaly that was found */
};

/* Check the whole history. Returns false if memory runs out. The checker keeps the findings until
 * its next run. */
bool checker_run(struct checker *checker, const struct history *history, struct verdict *verdict);

/* Print the findings for people: the first anomalies, each with its operations, and how many more
 * there are. The history must still be there. */
void checker_print(const struct checker *checker, const struct history *history, FILE *to);

/* The same for one finding. checker_kept() of them are kept, numbered from 0 in the order in which
 * they were found. */
uint64_t checker_kept(const struct checker *checker);
enum anomaly checker_describe(const struct checker *checker, uint64_t number, FILE *to);

#endif
