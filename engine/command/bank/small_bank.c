/* small_bank.c - the days of the bank: salaries, cards, payments, exchange, fees, payouts.
 *
 * Amounts are in cents. No draw depends on an answer of the ledger. */
#include "command/bank/small_bank.h"

#include <stdlib.h>

#include "command/bank/due_payments.h"
#include "command/common/seeded_random.h"

enum { EURO = 978, DOLLAR = 840 };

enum account_code { CODE_BANK = 1, CODE_CUSTOMER = 10, CODE_DOLLARS, CODE_EMPLOYER, CODE_MERCHANT };

enum transfer_code {
    CODE_DEPOSIT = 1,
    CODE_SALARY,
    CODE_CARD,
    CODE_PAYMENT,
    CODE_FEE,
    CODE_EXCHANGE,
    CODE_PAYOUT
};

/* The bank's own accounts, and where the others begin. */
enum { CASH = 1, SETTLEMENT, FEES, EXCHANGE_EURO, EXCHANGE_DOLLAR };
enum { CUSTOMERS = 100000000, DOLLARS = 200000000, EMPLOYERS = 300000000, MERCHANTS = 400000000 };

enum { DAYS_A_MONTH = 30, PAYDAY = 24, CUSTOMERS_PER_DOLLARS = 10 };

#define HOLD_TIMEOUT_SECONDS (14 * 86400u)

struct bank {
    const struct bank_order *order;
    struct writer *writer;
    struct bank_forecast *forecast;
    struct random random;
    struct holds holds;
    uint64_t *available; /* by customer: posted credits less all debits */
    uint64_t *due;       /* by merchant: posted card payments, not yet paid out */
    uint64_t employer_count, merchant_count;
    uint64_t next_id;
    uint64_t day;
    quipu_transfer sent; /* the last payment that succeeds; id 0: none yet */
};

static quipu_transfer draft(struct bank *bank, uint64_t debit, uint64_t credit, uint64_t amount,
                            enum transfer_code code)
{
    return (quipu_transfer){
        .id = bank->next_id++,
        .debit_account_id = debit,
        .credit_account_id = credit,
        .amount = amount,
        .user_data_64 = bank->day + 1,
        .ledger = EURO,
        .code = (uint16_t)code,
    };
}

/* Send a transfer that no limit can refuse. */
static void send(struct bank *bank, const quipu_transfer *transfer)
{
    writer_transfer(bank->writer, transfer);
    bank->forecast->created++;
}

/* Send a transfer from a customer. Returns false if the ledger will refuse it. */
static bool spend(struct bank *bank, uint64_t customer, const quipu_transfer *transfer)
{
    uint64_t amount = (uint64_t)transfer->amount;

    writer_transfer(bank->writer, transfer);
    if (amount > bank->available[customer]) {
        bank->forecast->exceeds_credits++;
        return false;
    }
    bank->available[customer] -= amount;
    bank->forecast->created++;
    return true;
}

static void open_accounts(struct bank *bank)
{
    const uint16_t limited = QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS;
    quipu_account account = {.ledger = EURO, .code = CODE_BANK};

    for (account.id = CASH; account.id <= EXCHANGE_DOLLAR; account.id++) {
        account.ledger = account.id == EXCHANGE_DOLLAR ? DOLLAR : EURO;
        writer_account(bank->writer, &account);
    }
    account = (quipu_account){.ledger = EURO, .code = CODE_EMPLOYER};
    for (uint64_t i = 0; i < bank->employer_count; i++) {
        account.id = EMPLOYERS + i;
        writer_account(bank->writer, &account);
    }
    account.code = CODE_MERCHANT;
    for (uint64_t i = 0; i < bank->merchant_count; i++) {
        account.id = MERCHANTS + i;
        writer_account(bank->writer, &account);
    }
    for (uint64_t i = 0; i < bank->order->customer_count; i++) {
        account = (quipu_account){
            .id = CUSTOMERS + i, .ledger = EURO, .code = CODE_CUSTOMER, .flags = limited};
        if (i % 50 == 0) account.flags |= QUIPU_ACCOUNT_HISTORY;
        writer_account(bank->writer, &account);
        if (i % CUSTOMERS_PER_DOLLARS != 0) continue;
        account = (quipu_account){
            .id = DOLLARS + i, .ledger = DOLLAR, .code = CODE_DOLLARS, .flags = limited};
        writer_account(bank->writer, &account);
    }
}

static void deposit(struct bank *bank, uint64_t customer)
{
    uint64_t amount = random_between(&bank->random, 100000, 500000);
    quipu_transfer transfer = draft(bank, CASH, CUSTOMERS + customer, amount, CODE_DEPOSIT);

    send(bank, &transfer);
    bank->available[customer] += amount;
}

static void pay_salary(struct bank *bank, uint64_t customer)
{
    uint64_t amount = random_between(&bank->random, 150000, 500000);
    quipu_transfer transfer = draft(bank, EMPLOYERS + customer % bank->employer_count,
                                    CUSTOMERS + customer, amount, CODE_SALARY);

    send(bank, &transfer);
    bank->available[customer] += amount;
}

static bool use_card(struct bank *bank, uint64_t customer)
{
    bool dear = random_in_thousand(&bank->random, 50);
    uint64_t amount = dear ? random_between(&bank->random, 10000, 60000)
                           : random_between(&bank->random, 150, 6500);
    struct hold hold = {
        .customer = customer,
        .merchant = random_below(&bank->random, bank->merchant_count),
        .amount = amount,
        .due_day = bank->day + random_between(&bank->random, 1, 3),
    };
    quipu_transfer transfer = draft(bank, CUSTOMERS + customer, SETTLEMENT, amount, CODE_CARD);

    transfer.flags = QUIPU_TRANSFER_PENDING;
    transfer.timeout = HOLD_TIMEOUT_SECONDS;
    hold.transfer_id = (uint64_t)transfer.id;
    return !spend(bank, customer, &transfer) || holds_add(&bank->holds, &hold);
}

/* Most holds are posted whole, one in twelve in part; one in twenty is voided, and a few stay. */
static void resolve(struct bank *bank, const struct hold *hold)
{
    uint64_t luck = random_below(&bank->random, 1000);
    uint64_t part = hold->amount * random_between(&bank->random, 40, 95) / 100;
    bool spelled_out = random_in_thousand(&bank->random, 500);
    quipu_transfer transfer = draft(bank, 0, 0, hold->amount, CODE_CARD);

    if (luck < 20) return;
    transfer.flags = QUIPU_TRANSFER_POST_PENDING_TRANSFER;
    if (luck < 70) transfer.flags = QUIPU_TRANSFER_VOID_PENDING_TRANSFER;
    if (luck >= 920) transfer.amount = part;
    transfer.pending_id = hold->transfer_id;
    if (spelled_out) {
        transfer.debit_account_id = CUSTOMERS + hold->customer;
        transfer.credit_account_id = SETTLEMENT;
    } else {
        transfer.ledger = transfer.code = 0; /* those of the hold */
    }
    send(bank, &transfer);
    if (luck < 70) {
        bank->available[hold->customer] += hold->amount;
    } else {
        bank->available[hold->customer] += hold->amount - (uint64_t)transfer.amount;
        bank->due[hold->merchant] += (uint64_t)transfer.amount;
    }
}

static void pay(struct bank *bank, uint64_t customer)
{
    uint64_t step = random_between(&bank->random, 1, bank->order->customer_count - 1);
    uint64_t other = (customer + step) % bank->order->customer_count;
    bool rash = random_in_thousand(&bank->random, 10);
    uint64_t amount = rash ? 100000000 : random_between(&bank->random, 500, 20000);
    quipu_transfer transfer =
        draft(bank, CUSTOMERS + customer, CUSTOMERS + other, amount, CODE_PAYMENT);

    if (!spend(bank, customer, &transfer)) return;
    bank->available[other] += amount;
    bank->sent = transfer;
}

/* A customer gives euros and gets dollars: both or neither. */
static void exchange(struct bank *bank, uint64_t customer)
{
    uint64_t euros = random_between(&bank->random, 1000, 50000);
    uint64_t dollars = euros * random_between(&bank->random, 104, 112) / 100;
    quipu_transfer away = draft(bank, CUSTOMERS + customer, EXCHANGE_EURO, euros, CODE_EXCHANGE);
    quipu_transfer here = draft(bank, EXCHANGE_DOLLAR, DOLLARS + customer, dollars, CODE_EXCHANGE);

    away.flags = QUIPU_TRANSFER_LINKED;
    here.ledger = DOLLAR;
    if (spend(bank, customer, &away)) {
        send(bank, &here);
    } else {
        writer_transfer(bank->writer, &here);
        bank->forecast->linked_event_failed++;
    }
}

static void take_fee(struct bank *bank, uint64_t customer)
{
    quipu_transfer transfer = draft(bank, CUSTOMERS + customer, FEES, 250, CODE_FEE);

    (void)spend(bank, customer, &transfer); /* a customer without money pays no fee */
}

static void pay_out(struct bank *bank)
{
    for (uint64_t merchant = 0; merchant < bank->merchant_count; merchant++) {
        if (bank->due[merchant] == 0) continue;

        quipu_transfer transfer =
            draft(bank, SETTLEMENT, MERCHANTS + merchant, bank->due[merchant], CODE_PAYOUT);

        send(bank, &transfer);
        bank->due[merchant] = 0;
    }
}

static bool live(struct bank *bank, uint64_t customer)
{
    uint64_t day = bank->day % DAYS_A_MONTH;

    if (bank->day == 0) deposit(bank, customer);
    if (day == PAYDAY) pay_salary(bank, customer);
    for (uint64_t cards = random_below(&bank->random, 4); cards > 0; cards--) {
        if (!use_card(bank, customer)) return false;
    }
    if (random_in_thousand(&bank->random, 150)) pay(bank, customer);
    if (customer % CUSTOMERS_PER_DOLLARS == 0 && random_in_thousand(&bank->random, 100))
        exchange(bank, customer);
    if (day == DAYS_A_MONTH - 1) take_fee(bank, customer);
    return true;
}

static bool live_day(struct bank *bank)
{
    struct hold hold;

    while (holds_take_due(&bank->holds, bank->day, &hold))
        resolve(bank, &hold);
    for (uint64_t customer = 0; customer < bank->order->customer_count; customer++) {
        if (!live(bank, customer)) return false;
    }
    if (bank->day % 7 == 6) pay_out(bank);
    if (bank->day % 10 == 3 && bank->sent.id != 0) { /* as if an answer got lost: send it again */
        writer_transfer(bank->writer, &bank->sent);
        bank->forecast->exists++;
    }
    return true;
}

bool bank_run(const struct bank_order *order, struct writer *writer, struct bank_forecast *forecast)
{
    struct bank bank = {
        .order = order,
        .writer = writer,
        .forecast = forecast,
        .random = {order->seed},
        .employer_count = order->customer_count / 50 + 1,
        .merchant_count = order->customer_count / 10 + 1,
        .next_id = 1,
    };
    bool lived = true;

    *forecast = (struct bank_forecast){0};
    bank.available = calloc(order->customer_count, sizeof *bank.available);
    bank.due = calloc(bank.merchant_count, sizeof *bank.due);
    if (bank.available == NULL || bank.due == NULL) lived = false;

    if (lived) open_accounts(&bank);
    for (; lived && bank.day < order->day_count; bank.day++)
        lived = live_day(&bank);

    holds_free(&bank.holds);
    free(bank.available);
    free(bank.due);
    return lived;
}
