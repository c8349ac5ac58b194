/* small_bank.h - a small bank, day by day, from a seed: the same seed gives the same rows.
 *
 * It has two ledgers, euro and dollar. Customers may not overdraw; the bank, employers and
 * merchants may. A card payment is a hold on a customer that credits the one settlement account,
 * the hot one. Days later most holds are posted, some in part; some are voided, and a few stay.
 * Exchange is a linked chain over both ledgers. Some payments are more than there is, and a few
 * rows are sent twice.
 *
 * The bank knows what each customer can spend, so it knows the outcome of each row. */
#ifndef QUIPU_COMMAND_BANK_SMALL_BANK_H
#define QUIPU_COMMAND_BANK_SMALL_BANK_H

#include <stdbool.h>
#include <stdint.h>

#include "command/csv/csv_writer.h"

struct bank_order {
    uint64_t seed, customer_count, day_count;
};

/* How many transfers should have each outcome. */
struct bank_forecast {
    uint64_t created, exceeds_credits, exists, linked_event_failed;
};

/* Returns false if memory runs out. writer_close() sees a failed write. */
bool bank_run(const struct bank_order *order, struct writer *writer,
              struct bank_forecast *forecast);

#endif
