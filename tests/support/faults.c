/* faults.c - see faults.h. */
#include "support/faults.h"

static void check(struct twin *twin, const struct fault *earlier, const struct fault *later,
                  quipu_transfer sound)
{
    static quipu_uint128 fresh = 1000000;
    struct trial trial = {.event = sound};
    quipu_transfer events[2];
    quipu_result results[2];
    size_t count = 0;

    trial.event.id = ++fresh;
    later->put(&trial);
    earlier->put(&trial);
    if (trial.preceded) events[count++] = trial.before;
    events[count++] = trial.event;
    twin_transfers(twin, events, count, results);
    cr_assert_eq(results[count - 1].status, earlier->outcome,
                 "%s: \"%s\" put in before \"%s\" becomes \"%s\"", twin_name(twin),
                 quipu_create_transfer_text(later->outcome),
                 quipu_create_transfer_text(earlier->outcome),
                 quipu_create_transfer_text(results[count - 1].status));
}

void faults_win_in_order(struct twin *twin, const struct fault *faults, size_t count,
                         quipu_transfer sound)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = i; j < count; j++) {
            /* The one exception: an open chain is tested before a broken one. */
            if (faults[i].outcome == QUIPU_CREATE_TRANSFER_LINKED_EVENT_FAILED &&
                faults[j].outcome == QUIPU_CREATE_TRANSFER_LINKED_EVENT_CHAIN_OPEN) {
                continue;
            }
            check(twin, &faults[i], &faults[j], sound);
        }
    }
}
