/* bank_value.h - amounts and dates as banks write them. */
#ifndef QUIPU_COMMAND_EXCHANGE_BANK_VALUE_H
#define QUIPU_COMMAND_EXCHANGE_BANK_VALUE_H

#include <stdbool.h>

#include "quipu/format.h"

/* -4,50 / 4,50- / (4,50) / +4,50 EUR / € 4,50 / 1 234,56 */
quipu_text bank_amount_read(const char *text, unsigned scale, char mark, quipu_signed *amount);

/* A date by a format of strptime(). */
bool bank_date_read(const char *text, const char *format, quipu_date *date);

#endif
