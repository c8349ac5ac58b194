/* format.h - numbers, amounts, ids, times and balances as people write them, in both directions.
 *
 * Header-only, for C11 and C++. Nothing here allocates, reads the locale or the time zone, or needs
 * the library: text goes into memory of the caller.
 *
 *   F1  A writer takes text[size], ends it with '\0' and returns its length. If it does not fit, or
 *       the scale is too large, it returns 0 and text is "" (size 0: untouched). No text is empty,
 *       so 0 is no length. QUIPU_TEXT_BYTES are enough for each of them.
 *   F2  A reader takes all of text[0..length), which need not end with '\0'. It returns a
 *       quipu_text, and sets its result only if that is QUIPU_TEXT_OK. No text makes it overflow.
 *   F3  What a writer wrote, its reader reads back as the same value.
 *   F4  ..._text() returns the text by value, for an argument of printf():
 *       printf("%s\n", quipu_amount_text(1250, 2).text) prints 12.50.
 *
 *   number   decimal digits, or 0x and hexadecimal ones; no sign, no blanks
 *   amount   minor units with a scale: how many of its digits are behind the decimal mark
 *   id       a number, a UUID (8-4-4-4-12 hexadecimal digits) or a ULID (26 of Crockford's base 32)
 *   time     ISO 8601, UTC: 2026-11-29T04:53:10.250Z
 *
 *   threads  any: these are functions of their arguments */
#ifndef QUIPU_FORMAT_H
#define QUIPU_FORMAT_H

#include "quipu/format_balance.h"
#include "quipu/format_id.h"
#include "quipu/format_number.h"
#include "quipu/format_time.h"

#endif
