/* journal_legs.c - amounts by the scale of their currency, prices, and the amount that is left out.
 */
#include "command/exchange/journal_legs.h"

#include <stdlib.h>
#include <string.h>

#include "command/terminal/complain.h"

/* Decimals of a price. */
#define PRICE_SCALE 12

static enum command_exit refuse(const struct poster *poster, unsigned long long line,
                                const char *what)
{
    complain_at(poster->path, line, 0, "%s", what);
    return COMMAND_REFUSED;
}

quipu_signed journal_signed(quipu_uint128 amount)
{
    bool is_negative = amount >> 127 != 0;

    return (quipu_signed){is_negative ? -amount : amount, is_negative};
}

static enum command_exit read_amount(struct poster *poster, const struct journal_amount *amount,
                                     unsigned long long line, uint32_t *ledger,
                                     quipu_uint128 *value)
{
    const char *commodity = amount->commodity != NULL ? amount->commodity : "";
    quipu_signed number;
    enum command_exit exit = poster_currency(poster, commodity, ledger);

    if (exit != COMMAND_FINE) return refuse(poster, line, "a currency that has no name here");
    switch (quipu_signed_read(amount->number, strlen(amount->number),
                              book_scale(&poster->view->book, *ledger), poster->view->mark,
                              &number)) {
    case QUIPU_TEXT_OK: break;
    case QUIPU_TEXT_TOO_FINE:
        return refuse(poster, line, "an amount has more decimals than its currency");
    default: return refuse(poster, line, "an amount cannot be read: --decimal says its mark");
    }
    *value = number.is_negative ? -number.amount : number.amount;
    return COMMAND_FINE;
}

static quipu_uint128 power_of_ten(unsigned exponent)
{
    quipu_uint128 power = 1;

    while (exponent-- > 0)
        power *= 10;
    return power;
}

/* What a leg weighs in the currency of its price. */
static enum command_exit weigh(struct poster *poster, const struct journal_posting *posting,
                               uint32_t ledger, quipu_uint128 amount, uint32_t *of,
                               quipu_uint128 *weight)
{
    const struct journal_amount *price = &posting->price;
    quipu_signed units = journal_signed(amount), number;
    quipu_uint128 down;
    unsigned scale;

    *of = ledger;
    *weight = amount;
    if (price->number == NULL) return COMMAND_FINE;
    if (posting->is_total_price) {
        enum command_exit exit = read_amount(poster, price, posting->line, of, weight);

        if (units.is_negative) *weight = -*weight;
        return exit;
    }
    if (poster_currency(poster, price->commodity != NULL ? price->commodity : "", of) !=
        COMMAND_FINE)
        return refuse(poster, posting->line, "a currency that has no name here");
    scale = book_scale(&poster->view->book, *of);
    if (quipu_signed_read(price->number, strlen(price->number), PRICE_SCALE, poster->view->mark,
                          &number) != QUIPU_TEXT_OK ||
        number.is_negative || scale > PRICE_SCALE ||
        (number.amount != 0 && units.amount > (QUIPU_AMOUNT_MAX >> 2) / number.amount))
        return refuse(poster, posting->line, "a price cannot be read");
    down = power_of_ten(PRICE_SCALE + book_scale(&poster->view->book, ledger) - scale);
    *weight = (units.amount * number.amount + down / 2) / down;
    if (units.is_negative) *weight = -*weight;
    return COMMAND_FINE;
}

struct weights {
    uint32_t ledgers[8];
    quipu_uint128 sums[8];
    size_t count;
    bool has_price;
};

static bool add_weight(struct weights *weights, uint32_t ledger, quipu_uint128 weight)
{
    size_t i = 0;

    while (i < weights->count && weights->ledgers[i] != ledger)
        i++;
    if (i == sizeof weights->ledgers / sizeof *weights->ledgers) return false;
    if (i == weights->count) {
        weights->ledgers[weights->count] = ledger;
        weights->sums[weights->count++] = 0;
    }
    weights->sums[i] += weight;
    return true;
}

static enum command_exit read_leg(struct poster *poster, const struct journal_posting *posting,
                                  struct journal_leg *leg, struct weights *weights)
{
    quipu_uint128 weight;
    uint32_t of;
    enum command_exit exit = COMMAND_FINE;

    *leg = (struct journal_leg){.account = posting->account, .line = posting->line};
    if (posting->asserted.number != NULL) {
        leg->has_assertion = true;
        exit = read_amount(poster, &posting->asserted, posting->line, &leg->asserted_ledger,
                           &leg->asserted);
    }
    if (exit != COMMAND_FINE || posting->amount.number == NULL) return exit;
    exit = read_amount(poster, &posting->amount, posting->line, &leg->ledger, &leg->amount);
    if (exit == COMMAND_FINE) exit = weigh(poster, posting, leg->ledger, leg->amount, &of, &weight);
    if (posting->price.number != NULL) weights->has_price = true;
    if (exit == COMMAND_FINE && !add_weight(weights, of, weight))
        exit = refuse(poster, posting->line, "a transaction has more than 8 currencies");
    return exit;
}

/* The amount that was left out is what the others lack; of several currencies it is several. */
static enum command_exit fill_in(struct poster *poster, struct journal_entry *entry, size_t missing,
                                 const struct weights *weights)
{
    size_t wanted = 0, two = 0;

    for (size_t i = 0; i < weights->count; i++) {
        if (weights->sums[i] == 0) continue;
        two++;
        if (missing == SIZE_MAX) continue;
        if (wanted++ > 0) {
            entry->legs[entry->count] = entry->legs[missing];
            entry->legs[entry->count].has_assertion = false;
            missing = entry->count++;
        }
        entry->legs[missing].ledger = weights->ledgers[i];
        entry->legs[missing].amount = -weights->sums[i];
    }
    if (missing != SIZE_MAX) {
        if (entry->legs[missing].ledger == 0)
            entry->legs[missing].ledger = weights->count > 0 ? weights->ledgers[0] : 0;
        return COMMAND_FINE;
    }
    /* Two currencies without a price imply one. */
    if (two == 0 || (two == 2 && !weights->has_price)) return COMMAND_FINE;
    return refuse(poster, entry->line, "this transaction does not balance");
}

static void take_digest(struct journal_entry *entry, const struct journal_transaction *transaction)
{
    entry->digest = digest_begin();
    digest_add(&entry->digest, transaction->date);
    digest_add(&entry->digest, transaction->description);
    for (size_t i = 0; i < transaction->count; i++) {
        const struct journal_posting *posting = &transaction->postings[i];

        digest_add(&entry->digest, posting->account);
        digest_add(&entry->digest, posting->amount.number != NULL ? posting->amount.number : "");
        digest_add(&entry->digest,
                   posting->amount.commodity != NULL ? posting->amount.commodity : "");
    }
}

static enum command_exit read_legs(struct journal_entry *entry,
                                   const struct journal_transaction *transaction,
                                   struct poster *poster)
{
    struct weights weights = {.count = 0};
    size_t missing = SIZE_MAX;
    enum command_exit exit = COMMAND_FINE;

    entry->count = transaction->count;
    for (size_t i = 0; i < entry->count && exit == COMMAND_FINE; i++) {
        exit = read_leg(poster, &transaction->postings[i], &entry->legs[i], &weights);
        if (transaction->postings[i].amount.number != NULL) continue;
        if (missing != SIZE_MAX && !entry->is_assertion)
            return refuse(poster, entry->line, "two amounts of a transaction are left out");
        missing = i;
    }
    if (exit != COMMAND_FINE || entry->is_assertion) return exit;
    return fill_in(poster, entry, missing, &weights);
}

enum command_exit journal_entry_make(struct journal_entry *entry,
                                     const struct journal_transaction *transaction,
                                     struct poster *poster)
{
    enum command_exit exit;

    *entry = (struct journal_entry){
        .is_assertion = transaction->is_assertion,
        .description = transaction->description,
        .line = transaction->line,
        .legs = calloc(transaction->count + 8, sizeof *entry->legs),
    };
    if (entry->legs == NULL) return COMMAND_SYSTEM;
    take_digest(entry, transaction);
    exit =
        quipu_time_read(transaction->date, strlen(transaction->date), &entry->day) == QUIPU_TEXT_OK
            ? read_legs(entry, transaction, poster)
            : refuse(poster, transaction->line, "a date is 2026-01-31");
    if (exit != COMMAND_FINE) free(entry->legs);
    return exit;
}

quipu_uint128 journal_entry_rest(const struct journal_entry *entry, size_t at)
{
    quipu_uint128 rest = 0;

    for (size_t i = 0; i < entry->count; i++) {
        if (entry->legs[i].ledger != entry->legs[at].ledger) continue;
        if (i < at) return 0;
        rest += entry->legs[i].amount;
    }
    return rest;
}
