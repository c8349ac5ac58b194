/* anomaly_names.c - the names of the anomalies. */
#include "checker/checker.h"

const char *anomaly_name(enum anomaly anomaly)
{
    static const char *const names[] = {
        [ANOMALY_MALFORMED] = "malformed history",
        [ANOMALY_LOST_UPDATE] = "lost update",
        [ANOMALY_VERSION_GAP] = "version gap",
        [ANOMALY_DIRTY_WRITE] = "dirty write",
        [ANOMALY_DIRTY_READ] = "dirty read",
        [ANOMALY_READ_SKEW] = "read skew",
        [ANOMALY_WRITE_SKEW] = "write skew",
        [ANOMALY_STALE_READ] = "stale read",
        [ANOMALY_DUPLICATE] = "duplicate",
        [ANOMALY_TORN_CHAIN] = "torn chain",
        [ANOMALY_WRONG_VALUE] = "wrong value",
        [ANOMALY_LIMIT_BROKEN] = "limit broken",
        [ANOMALY_NOT_CONSERVED] = "money not conserved",
        [ANOMALY_WRONG_OUTCOME] = "wrong outcome",
        [ANOMALY_TIMESTAMP_ORDER] = "timestamps out of order",
    };

    return (unsigned)anomaly < sizeof names / sizeof *names ? names[anomaly] : "unknown anomaly";
}
