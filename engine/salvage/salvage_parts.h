/* salvage_parts.h - what the files of salvage share; for them alone. */
#ifndef QUIPU_SALVAGE_SALVAGE_PARTS_H
#define QUIPU_SALVAGE_SALVAGE_PARTS_H

#include "base/pile.h"
#include "history/image.h"
#include "journal/log.h"
#include "salvage/salvage.h"

/* Where a record was read. */
struct origin_frame {
    uint64_t sequence; /* of the frame; 0: the checkpoint */
    uint64_t instant;  /* as horizons count */
};

struct found_account {
    quipu_account record;
    uint64_t place;
    struct origin_frame frame;
    uint64_t unused;
};

struct found_transfer {
    quipu_transfer record;
    uint64_t account[2]; /* places; of a record from the log, whose account ids are 0 */
    struct origin_frame frame;
};

/* An expiry or a failed id of the log. */
struct found_event {
    uint64_t is_expiry;
    struct origin_frame frame;
};

/* Entries of frames before this one count if they are below its horizon. */
struct found_cut {
    uint64_t sequence, horizon;
};

struct salvage {
    struct directory *directory;
    struct ledger_facts facts;
    const quipu_salvage_visitor *visitor;
    quipu_salvaged *salvaged;
    bool is_over; /* the visitor has enough */
    /* Of the checkpoint; 0: there is none, or not all of such records could be read. */
    uint64_t expiries_below, failed_ids_below; /* timestamps: older ones were counted there */
    struct pile accounts, transfers, events, cuts;
    uint64_t last, horizon; /* of the last frame that was read */
    struct diagnosis diagnosis;
};

/* Visit a finding. */
void quipui_salvage_say(struct salvage *salvage, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Something could not be read: salvage->diagnosis says what, `lost` what it means. Returns QUIPU_OK
 * if there may be more to read, and the status if not: QUIPU_NO_MEMORY. */
quipu_status quipui_salvage_pass_over(struct salvage *salvage, quipu_status status,
                                      const char *lost);

/* Begin anew with the diagnosis, for the next call that fills it. */
struct diagnosis *quipui_salvage_diagnosis(struct salvage *salvage);

/* The steps: 3; 2 and 4; 5 and 6. QUIPU_OK or QUIPU_NO_MEMORY. */
quipu_status quipui_salvage_checkpoint(struct salvage *salvage);
quipu_status quipui_salvage_log(struct salvage *salvage);
quipu_status quipui_salvage_give(struct salvage *salvage);

#endif
