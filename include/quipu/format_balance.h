/* format_balance.h - amounts with a sign, and what an account has; see format.h. */
#ifndef QUIPU_FORMAT_BALANCE_H
#define QUIPU_FORMAT_BALANCE_H

#include "quipu/format_number.h"

#ifdef __cplusplus
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast" /* C has no other */
#endif

/* An amount with a sign. Zero is not negative. */
typedef struct quipu_signed {
    quipu_uint128 amount;
    bool is_negative;
} quipu_signed;

/* The side on which an account grows: debit for assets and expenses, credit for the others. */
typedef enum quipu_normal { QUIPU_NORMAL_CREDIT, QUIPU_NORMAL_DEBIT } quipu_normal;

/* `plus` less `minus`. */
static inline quipu_signed quipu_difference(quipu_uint128 plus, quipu_uint128 minus)
{
    quipu_signed difference;

    difference.is_negative = plus < minus;
    difference.amount = plus < minus ? minus - plus : plus - minus;
    return difference;
}

/* What is posted on the normal side, less what is posted on the other. */
static inline quipu_signed quipu_balance(const quipu_account *account, quipu_normal normal)
{
    return normal == QUIPU_NORMAL_DEBIT
               ? quipu_difference(account->debits_posted, account->credits_posted)
               : quipu_difference(account->credits_posted, account->debits_posted);
}

/* The balance less what is reserved against it. Of an account with a limit, this is what may still
 * leave it. If it is below -(2^128-1), which no ledger allows, it is -(2^128-1). */
static inline quipu_signed quipu_available(const quipu_account *account, quipu_normal normal)
{
    quipu_uint128 held =
        normal == QUIPU_NORMAL_DEBIT ? account->credits_pending : account->debits_pending;
    quipu_signed balance = quipu_balance(account, normal);

    if (!balance.is_negative) return quipu_difference(balance.amount, held);
    balance.amount =
        held > QUIPU_AMOUNT_MAX - balance.amount ? QUIPU_AMOUNT_MAX : balance.amount + held;
    return balance;
}

static inline size_t quipu_signed_write(quipu_signed value, unsigned scale, char *text, size_t size)
{
    char digits[QUIPU_TEXT_BYTES] = "-";
    size_t sign = value.is_negative && value.amount != 0 ? 1 : 0;
    size_t length = quipu_amount_write(value.amount, scale, digits + sign, sizeof digits - sign);

    return quipui_put(digits, length > 0 ? sign + length : 0, text, size);
}

static inline quipu_written quipu_signed_text(quipu_signed value, unsigned scale)
{
    quipu_written written;

    (void)quipu_signed_write(value, scale, written.text, sizeof written.text);
    return written;
}

/* An amount, perhaps with - or + before it. */
static inline quipu_text quipu_signed_read(const char *text, size_t length, unsigned scale,
                                           char mark, quipu_signed *value)
{
    bool is_signed = length > 0 && (text[0] == '-' || text[0] == '+');
    quipu_uint128 amount = 0;
    quipu_text read = quipu_amount_read(text + (is_signed ? 1 : 0), length - (is_signed ? 1 : 0),
                                        scale, mark, &amount);

    if (read != QUIPU_TEXT_OK) return read;
    value->amount = amount;
    value->is_negative = is_signed && text[0] == '-' && amount != 0;
    return QUIPU_TEXT_OK;
}

#ifdef __cplusplus
#pragma GCC diagnostic pop
#endif

#endif
