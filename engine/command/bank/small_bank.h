/* small_bank.h - a small bank, day by day, from a seed: the same seed gives the same rows.
 *
 * Two ledgers, euro and dollar. Customers may not overdraw; the bank's own accounts, employers and
 * merchants may. Card payments are holds on a customer that credit the one settlement account, the
 * hot one; days later most are posted, some in part, some voided, a few left. Exchange is a linked
 * chain over both ledgers. Some payments are more than there is, and a few rows are sent twice.
 *
 * The bank keeps what each customer can spend, so it knows what the ledger will say to each row. */
#ifndef QUIPU_COMMAND_BANK_SMALL_BANK_H
#define QUIPU_COMMAND_BANK_SMALL_BANK_H

#include <stdbool.h>
#include <stdint.h>

#include "command/csv/csv_writer.h"

struct bank_order {
    uint64_t seed, customer_count, day_count;
};

/* What a ledger should make of the transfers. */
struct bank_forecast {
    uint64_t created, exceeds_credits, exists, linked_event_failed;
};

/* False: no memory. What the writer could not write, it knows. */
bool bank_run(const struct bank_order *order, struct writer *writer,
              struct bank_forecast *forecast);

#endif
