/* test_format.c - F1 to F4 of format.h: what is written is read back, over all widths, in memory
 * that is just large enough; numbers against another algorithm, times against the C library. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "quipu/format.h"
#include "support/ledger.h"
#include "support/random.h"

#define ROUNDS 10000

/* Of any width: most random numbers would have 39 digits. */
static quipu_uint128 any_number(struct random *random)
{
    quipu_uint128 both = (quipu_uint128)random_next(random) << 64 | random_next(random);

    switch (random_below(random, 8)) {
    case 0: return ~(quipu_uint128)0 - random_below(random, 3);
    case 1: return (quipu_uint128)1 << random_below(random, 128);
    case 2: return ((quipu_uint128)1 << random_below(random, 128)) - 1;
    default: return both >> random_below(random, 128);
    }
}

/* Text that ends where memory of others begins: the sanitizer sees one byte more. */
struct exact {
    char *text;
    size_t length;
};

static struct exact exactly(const char *text, size_t length)
{
    struct exact exact = {malloc(length > 0 ? length : 1), length};

    cr_assert_not_null(exact.text);
    memcpy(exact.text, text, length);
    return exact;
}

/* F1: a writer of `value` writes the same into as much as it needs, and nothing into less. */
#define CHECK_WRITER(expected, write_into)                                                         \
    do {                                                                                           \
        char text[QUIPU_TEXT_BYTES];                                                               \
        size_t size = sizeof text, wrote = write_into;                                             \
        cr_assert_str_eq(text, expected);                                                          \
        cr_assert_eq(wrote, strlen(expected));                                                     \
        size = wrote + 1;                                                                          \
        memset(text, 'x', sizeof text);                                                            \
        cr_assert_eq(write_into, wrote);                                                           \
        cr_assert_str_eq(text, expected);                                                          \
        size = wrote;                                                                              \
        cr_assert_eq(write_into, 0);                                                               \
        cr_assert_str_eq(text, "");                                                                \
        size = 0;                                                                                  \
        text[0] = 'x';                                                                             \
        cr_assert_eq(write_into, 0);                                                               \
        cr_assert_eq(text[0], 'x');                                                                \
    } while (0)

/* One digit at a time, as nobody would for speed. */
static const char *naive(quipu_uint128 number, char digits[static QUIPU_NUMBER_BYTES])
{
    char *at = digits + QUIPU_NUMBER_BYTES - 1;

    *at = '\0';
    do {
        *--at = (char)('0' + (int)(number % 10));
        number /= 10;
    } while (number > 0);
    return at;
}

Test(format, f3_numbers_come_back)
{
    struct random random = {1};
    char digits[QUIPU_NUMBER_BYTES], hex[QUIPU_HEX_BYTES];

    for (int round = 0; round < ROUNDS; round++) {
        quipu_uint128 number = any_number(&random), decimal = 1, hexadecimal = 2;
        const char *expected = naive(number, digits);
        size_t length = quipu_hex_write(number, hex, sizeof hex);
        struct exact exact = exactly(expected, strlen(expected));

        CHECK_WRITER(expected, quipu_number_write(number, text, size));
        cr_assert_str_eq(quipu_number_text(number).text, expected);
        cr_assert_eq(quipu_number_read(exact.text, exact.length, QUIPU_AMOUNT_MAX, &decimal),
                     QUIPU_TEXT_OK);
        cr_assert_eq(quipu_number_read(hex, length, QUIPU_AMOUNT_MAX, &hexadecimal), QUIPU_TEXT_OK);
        cr_assert(decimal == number && hexadecimal == number);
        cr_assert_eq(quipu_number_read(hex, length, number, &decimal), QUIPU_TEXT_OK);
        if (number > 0) {
            cr_assert_eq(quipu_number_read(hex, length, number - 1, &decimal),
                         QUIPU_TEXT_OUT_OF_RANGE);
        }
        free(exact.text);
    }
    CHECK_WRITER("0xff", quipu_hex_write(255, text, size));
    CHECK_WRITER("0x0", quipu_hex_write(0, text, size));
}

Test(format, f2_bad_numbers)
{
    static const struct {
        const char *text;
        quipu_text read;
    } cases[] = {
        {"", QUIPU_TEXT_GARBLED},
        {" 1", QUIPU_TEXT_GARBLED},
        {"1 ", QUIPU_TEXT_GARBLED},
        {"+1", QUIPU_TEXT_GARBLED},
        {"-1", QUIPU_TEXT_GARBLED},
        {"1.0", QUIPU_TEXT_GARBLED},
        {"1,000", QUIPU_TEXT_GARBLED},
        {"1e3", QUIPU_TEXT_GARBLED},
        {"0x", QUIPU_TEXT_GARBLED},
        {"0xg", QUIPU_TEXT_GARBLED},
        {"x1", QUIPU_TEXT_GARBLED},
        {"ff", QUIPU_TEXT_GARBLED},
        {"00x1", QUIPU_TEXT_GARBLED},
        {"\xd9\xa1", QUIPU_TEXT_GARBLED},
        {"340282366920938463463374607431768211456", QUIPU_TEXT_OUT_OF_RANGE},
        {"0x100000000000000000000000000000000", QUIPU_TEXT_OUT_OF_RANGE},
        {"99999999999999999999999999999999999999999999999999", QUIPU_TEXT_OUT_OF_RANGE},
        {"99999999999999999999999999999999999999999999999999x", QUIPU_TEXT_GARBLED},
        {"340282366920938463463374607431768211455", QUIPU_TEXT_OK},
        {"0000000000000000000000000000000000000000000000000007", QUIPU_TEXT_OK},
    };
    quipu_uint128 number;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        number = 77;
        cr_assert_eq(
            quipu_number_read(cases[i].text, strlen(cases[i].text), QUIPU_AMOUNT_MAX, &number),
            cases[i].read, "%s", cases[i].text);
        cr_assert(cases[i].read == QUIPU_TEXT_OK || number == 77);
    }
    cr_assert_eq(quipu_number_read("1\0002", 3, QUIPU_AMOUNT_MAX, &number), QUIPU_TEXT_GARBLED);
    cr_assert_eq(quipu_number_read(NULL, 0, QUIPU_AMOUNT_MAX, &number), QUIPU_TEXT_GARBLED);
}

/* Sums are as wide as 2^192: their decimal digits are those of the halves, added by hand. */
Test(format, sums_are_wider_than_amounts)
{
    quipu_sum sum = quipu_sum_of(QUIPU_AMOUNT_MAX);

    quipu_sum_add(&sum, quipu_sum_of(1));
    CHECK_WRITER("340282366920938463463374607431768211456", quipu_sum_write(sum, 0, text, size));
    CHECK_WRITER("3402823669209384634633746074317682114.56", quipu_sum_write(sum, 2, text, size));
    for (int bit = 128; bit < 191; bit++)
        quipu_sum_add(&sum, sum);
    CHECK_WRITER("3138550867693340381917894711603833208051177722232017256448",
                 quipu_sum_write(sum, 0, text, size)); /* 2^191 */
    quipu_sum_add(&sum, quipu_sum_of(QUIPU_AMOUNT_MAX));
    cr_assert_eq(sum.high, UINT64_C(1) << 63);
    sum.high = UINT64_MAX;
    CHECK_WRITER("62771017353866807638.35789423207666416102355444464034512895",
                 quipu_sum_write(sum, QUIPU_SCALE_MAX, text, size)); /* 2^192-1 */
}

Test(format, f3_amounts_come_back)
{
    struct random random = {2};

    for (int round = 0; round < ROUNDS; round++) {
        quipu_uint128 amount = any_number(&random), back = 1;
        unsigned scale = (unsigned)random_below(&random, QUIPU_SCALE_MAX + 1);
        quipu_written written = quipu_amount_text(amount, scale);
        size_t length = strlen(written.text);
        struct exact exact = exactly(written.text, length);
        quipu_signed value = {amount, amount != 0 && random_below(&random, 2) == 1};
        quipu_signed again = {0, false};
        char *point;

        CHECK_WRITER(written.text, quipu_amount_write(amount, scale, text, size));
        point = strchr(written.text, '.');
        cr_assert_eq(scale, point != NULL ? length - 1 - (size_t)(point - written.text) : 0);
        cr_assert_eq(quipu_amount_read(exact.text, length, scale, '.', &back), QUIPU_TEXT_OK);
        cr_assert(back == amount);
        if (point != NULL) *point = ',';
        cr_assert_eq(quipu_amount_read(written.text, length, scale, ',', &back), QUIPU_TEXT_OK);
        cr_assert(back == amount);
        written = quipu_signed_text(value, scale);
        CHECK_WRITER(written.text, quipu_signed_write(value, scale, text, size));
        cr_assert_eq(written.text[0] == '-', value.is_negative);
        length = strlen(written.text);
        cr_assert_eq(quipu_signed_read(written.text, length, scale, '.', &again), QUIPU_TEXT_OK);
        cr_assert(again.amount == amount && again.is_negative == value.is_negative);
        free(exact.text);
    }
    cr_assert_str_eq(quipu_amount_text(1, QUIPU_SCALE_MAX + 1).text, "");
    cr_assert_str_eq(quipu_signed_text((quipu_signed){1, true}, QUIPU_SCALE_MAX + 1).text, "");
    cr_assert_str_eq(quipu_signed_text((quipu_signed){0, true}, 2).text, "0.00");
}

/* clang-format off */
static const struct amount_case {
    const char *text;
    unsigned scale;
    char mark;
    quipu_text read;
    uint64_t amount;
} amounts[] = {
    {"12.50",        2, '.', QUIPU_TEXT_OK, 1250},
    {"12.5",         2, '.', QUIPU_TEXT_OK, 1250},
    {"12",           2, '.', QUIPU_TEXT_OK, 1200},
    {"12.50000",     2, '.', QUIPU_TEXT_OK, 1250},
    {"0.01",         2, '.', QUIPU_TEXT_OK, 1},
    {"1.234,56",     2, ',', QUIPU_TEXT_OK, 123456},
    {"1,234.56",     2, '.', QUIPU_TEXT_OK, 123456},
    {"12,345,678",   0, '.', QUIPU_TEXT_OK, 12345678},
    {"1'234'567.8",  1, '.', QUIPU_TEXT_OK, 12345678},
    {"1 234,5",      1, ',', QUIPU_TEXT_OK, 12345},
    {"7.000",        0, '.', QUIPU_TEXT_OK, 7},
    {"12.505",       2, '.', QUIPU_TEXT_TOO_FINE, 0},
    {"0.1",          0, '.', QUIPU_TEXT_TOO_FINE, 0},
    {"340282366920938463463374607431768211455", 1, '.', QUIPU_TEXT_OUT_OF_RANGE, 0},
    {"34028236692093846346337460743176821145.6", 1, '.', QUIPU_TEXT_OUT_OF_RANGE, 0},
    {"1",            39, '.', QUIPU_TEXT_OUT_OF_RANGE, 0},
    {"10",           38, '.', QUIPU_TEXT_OUT_OF_RANGE, 0},
    {"",             2, '.', QUIPU_TEXT_GARBLED, 0},
    {".",            2, '.', QUIPU_TEXT_GARBLED, 0},
    {".5",           2, '.', QUIPU_TEXT_GARBLED, 0},
    {"5.",           2, '.', QUIPU_TEXT_GARBLED, 0},
    {"1.2.3",        2, '.', QUIPU_TEXT_GARBLED, 0},
    {"1,23",         2, '.', QUIPU_TEXT_GARBLED, 0},
    {"1234,567",     2, '.', QUIPU_TEXT_GARBLED, 0},
    {",123",         2, '.', QUIPU_TEXT_GARBLED, 0},
    {"1,,234",       2, '.', QUIPU_TEXT_GARBLED, 0},
    {"1,234,",       2, '.', QUIPU_TEXT_GARBLED, 0},
    {"1,234 567",    2, '.', QUIPU_TEXT_GARBLED, 0},
    {"1,234,5.0",    2, '.', QUIPU_TEXT_GARBLED, 0},
    {"1.5,000",      2, '.', QUIPU_TEXT_GARBLED, 0},
    {"1.-5",         2, '.', QUIPU_TEXT_GARBLED, 0},
    {"0x10",         2, '.', QUIPU_TEXT_GARBLED, 0},
    {"12.5f",        2, '.', QUIPU_TEXT_GARBLED, 0},
    {" 1",           2, '.', QUIPU_TEXT_GARBLED, 0},
    {"-1",           2, '.', QUIPU_TEXT_GARBLED, 0},
    {"12.50",        2, ';', QUIPU_TEXT_GARBLED, 0},
    {"12.50",        2, '\0', QUIPU_TEXT_GARBLED, 0},
};
/* clang-format on */

Test(format, f2_amounts_one_by_one)
{
    quipu_signed value;

    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++) {
        const struct amount_case *one = &amounts[i];
        quipu_uint128 amount = 77;

        cr_assert_eq(
            quipu_amount_read(one->text, strlen(one->text), one->scale, one->mark, &amount),
            one->read, "%s", one->text);
        cr_assert(amount == (one->read == QUIPU_TEXT_OK ? one->amount : 77), "%s", one->text);
    }
    cr_assert_eq(quipu_signed_read("+1.5", 4, 1, '.', &value), QUIPU_TEXT_OK);
    cr_assert(value.amount == 15 && !value.is_negative);
    cr_assert_eq(quipu_signed_read("-0", 2, 1, '.', &value), QUIPU_TEXT_OK);
    cr_assert(!value.is_negative);
    cr_assert_eq(quipu_signed_read("-", 1, 1, '.', &value), QUIPU_TEXT_GARBLED);
    cr_assert_eq(quipu_signed_read("--1", 3, 1, '.', &value), QUIPU_TEXT_GARBLED);
    cr_assert_eq(quipu_signed_read("", 0, 1, '.', &value), QUIPU_TEXT_GARBLED);
}

Test(format, balances_and_what_is_available)
{
    quipu_account account = {
        .debits_pending = 5, .debits_posted = 30, .credits_pending = 7, .credits_posted = 100};
    quipu_account extreme = {.debits_pending = QUIPU_AMOUNT_MAX, .debits_posted = QUIPU_AMOUNT_MAX};

    cr_assert_str_eq(quipu_signed_text(quipu_balance(&account, QUIPU_NORMAL_CREDIT), 1).text,
                     "7.0");
    cr_assert_str_eq(quipu_signed_text(quipu_balance(&account, QUIPU_NORMAL_DEBIT), 1).text,
                     "-7.0");
    cr_assert_str_eq(quipu_signed_text(quipu_available(&account, QUIPU_NORMAL_CREDIT), 0).text,
                     "65");
    cr_assert_str_eq(quipu_signed_text(quipu_available(&account, QUIPU_NORMAL_DEBIT), 0).text,
                     "-77");
    account.debits_pending = 71;
    cr_assert_str_eq(quipu_signed_text(quipu_available(&account, QUIPU_NORMAL_CREDIT), 0).text,
                     "-1");
    cr_assert(quipu_available(&extreme, QUIPU_NORMAL_CREDIT).amount == QUIPU_AMOUNT_MAX);
    cr_assert(quipu_available(&extreme, QUIPU_NORMAL_CREDIT).is_negative);
}

Test(format, f3_ids_come_back)
{
    struct random random = {3};
    char uuid[QUIPU_UUID_BYTES], ulid[QUIPU_ULID_BYTES];

    for (int round = 0; round < ROUNDS; round++) {
        quipu_uint128 id = round % 2 == 0 ? any_number(&random) : quipu_id(), back;

        cr_assert_eq(quipu_uuid_write(id, uuid, sizeof uuid), 36);
        cr_assert_eq(quipu_ulid_write(id, ulid, sizeof ulid), 26);
        CHECK_WRITER(uuid, quipu_uuid_write(id, text, size));
        CHECK_WRITER(ulid, quipu_ulid_write(id, text, size));
        cr_assert_eq(quipu_uuid_read(uuid, 36, &back), QUIPU_TEXT_OK);
        cr_assert(back == id);
        cr_assert_eq(quipu_ulid_read(ulid, 26, &back), QUIPU_TEXT_OK);
        cr_assert(back == id);
        cr_assert_eq(quipu_id_read(uuid, 36, &back), QUIPU_TEXT_OK);
        cr_assert(back == id);
        for (int at = 0; at < 26; at++)
            ulid[at] = (char)(ulid[at] >= 'A' ? ulid[at] - 'A' + 'a' : ulid[at]);
        if (strpbrk(ulid, "abcdefghjkmnpqrstvwxyz") != NULL) {
            cr_assert_eq(quipu_id_read(ulid, 26, &back), QUIPU_TEXT_OK);
            cr_assert(back == id);
        }
        cr_assert_eq(
            quipu_id_read(quipu_number_text(id).text, strlen(quipu_number_text(id).text), &back),
            QUIPU_TEXT_OK);
        cr_assert(back == id);
    }
}

Test(format, f2_ids_one_by_one)
{
    static const char *const bad_uuids[] = {
        "",
        "123e4567-e89b-12d3-a456-42661417400",
        "123e4567-e89b-12d3-a456-4266141740000",
        "123e4567xe89b-12d3-a456-426614174000",
        "123e4567-e89b-12d3-a456-42661417400g",
        "123e456-7e89b-12d3-a456-426614174000",
        "123e4567e89b12d3a456426614174000",
        "------------------------------------",
    };
    static const char *const bad_ulids[] = {
        "",
        "01ARZ3NDEKTSV4RRFFQ69G5FA",
        "01ARZ3NDEKTSV4RRFFQ69G5FAVV",
        "01ARZ3NDEKTSV4RRFFQ69G5FAU",
        "01ARZ3NDEKTSV4RRFFQ69G5F-V",
    };
    quipu_uint128 id = 77, uuid = ((quipu_uint128)0x123e4567e89b12d3 << 64) | 0xa456426614174000;

    for (size_t i = 0; i < sizeof bad_uuids / sizeof *bad_uuids; i++)
        cr_assert_eq(quipu_uuid_read(bad_uuids[i], strlen(bad_uuids[i]), &id), QUIPU_TEXT_GARBLED);
    for (size_t i = 0; i < sizeof bad_ulids / sizeof *bad_ulids; i++)
        cr_assert_eq(quipu_ulid_read(bad_ulids[i], strlen(bad_ulids[i]), &id), QUIPU_TEXT_GARBLED);
    cr_assert_eq(quipu_ulid_read("80000000000000000000000000", 26, &id), QUIPU_TEXT_OUT_OF_RANGE);
    cr_assert_eq(quipu_ulid_read("0000000000000000000000000\0", 26, &id), QUIPU_TEXT_GARBLED);
    cr_assert(id == 77);
    cr_assert_eq(quipu_uuid_read("123E4567-E89B-12D3-A456-426614174000", 36, &id), QUIPU_TEXT_OK);
    cr_assert(id == uuid);
    cr_assert_eq(quipu_ulid_read("OLi00000000000000000000000", 26, &id), QUIPU_TEXT_OK);
    cr_assert(id == (quipu_uint128)33 << 115);
    cr_assert_eq(quipu_id_read("00000000000000000000000010", 26, &id), QUIPU_TEXT_OK);
    cr_assert(id == 10);
    cr_assert_eq(quipu_id_read("EUR", 3, &id), QUIPU_TEXT_GARBLED);
}

Test(format, f3_times_are_those_of_the_c_library)
{
    struct random random = {4};

    for (int round = 0; round < ROUNDS; round++) {
        uint64_t ns = random_next(&random) >> random_below(&random, 64), back = 1;
        time_t seconds;
        char expected[QUIPU_TEXT_BYTES];
        quipu_date date;
        struct tm tm;
        size_t length;

        /* Each precision, and the last instants of days. */
        if (round % 4 == 1) ns -= ns % 1000000;
        if (round % 4 == 2) ns -= ns % UINT64_C(86400000000000);
        if (round % 8 == 2 && ns > 0) ns--;
        if (round == 0) ns = UINT64_MAX;
        seconds = (time_t)(ns / 1000000000);
        date = quipu_date_of(ns);
        cr_assert_not_null(gmtime_r(&seconds, &tm));
        length = strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S", &tm);
        cr_assert_eq(date.year, (uint32_t)tm.tm_year + 1900);
        cr_assert(date.month == (uint32_t)tm.tm_mon + 1 && date.day == (uint32_t)tm.tm_mday);
        if (ns % 1000000000 != 0)
            length += (size_t)sprintf(expected + length, ".%09llu",
                                      (unsigned long long)(ns % 1000000000));
        for (; length > 20 && strcmp(expected + length - 3, "000") == 0; length -= 3)
            expected[length - 3] = '\0';
        (void)strcpy(expected + length, "Z");
        CHECK_WRITER(expected, quipu_time_write(ns, text, size));
        cr_assert_eq(quipu_time_read(expected, length + 1, &back), QUIPU_TEXT_OK, "%s", expected);
        cr_assert_eq(back, ns);
        cr_assert_eq(quipu_time_read(expected, 10, &back), QUIPU_TEXT_OK);
        cr_assert_eq(back, ns - ns % UINT64_C(86400000000000));
        expected[10] = '\0';
        CHECK_WRITER(expected, quipu_date_write(date, text, size));
    }
}

/* clang-format off */
static const struct time_case {
    const char *text;
    quipu_text read;
    uint64_t ns;
} times[] = {
    {"1970-01-01",                          QUIPU_TEXT_OK, 0},
    {"1970-01-01 00:01",                    QUIPU_TEXT_OK, 60000000000},
    {"1970-01-01t00:00:01z",                QUIPU_TEXT_OK, 1000000000},
    {"1970-01-01T01:00:00+01:00",           QUIPU_TEXT_OK, 0},
    {"1970-01-01T01:00+0100",               QUIPU_TEXT_OK, 0},
    {"1970-01-01T00:00-01",                 QUIPU_TEXT_OK, 3600000000000},
    {"1970-01-01T00:00:00.5",               QUIPU_TEXT_OK, 500000000},
    {"1970-01-01T00:00:00,000000001Z",      QUIPU_TEXT_OK, 1},
    {"1970-01-01T00:00:00.0000000010000",   QUIPU_TEXT_OK, 1},
    {"2000-02-29",                          QUIPU_TEXT_OK, 951782400000000000},
    {"2554-07-21T23:34:33.709551615Z",      QUIPU_TEXT_OK, UINT64_MAX},
    {"2554-07-21T23:34:33.709551616Z",      QUIPU_TEXT_OUT_OF_RANGE, 0},
    {"2554-07-22",                          QUIPU_TEXT_OUT_OF_RANGE, 0},
    {"9999-12-31",                          QUIPU_TEXT_OUT_OF_RANGE, 0},
    {"1969-12-31",                          QUIPU_TEXT_OUT_OF_RANGE, 0},
    {"0000-01-01",                          QUIPU_TEXT_OUT_OF_RANGE, 0},
    {"1970-01-01T00:00+00:01",              QUIPU_TEXT_OUT_OF_RANGE, 0},
    {"1970-01-01T00:00:00.0000000001",      QUIPU_TEXT_TOO_FINE, 0},
    {"",                                    QUIPU_TEXT_GARBLED, 0},
    {"1970",                                QUIPU_TEXT_GARBLED, 0},
    {"1970-1-1",                            QUIPU_TEXT_GARBLED, 0},
    {"70-01-01",                            QUIPU_TEXT_GARBLED, 0},
    {"1970/01/01",                          QUIPU_TEXT_GARBLED, 0},
    {"1970-00-01",                          QUIPU_TEXT_GARBLED, 0},
    {"1970-13-01",                          QUIPU_TEXT_GARBLED, 0},
    {"1970-04-31",                          QUIPU_TEXT_GARBLED, 0},
    {"1970-01-00",                          QUIPU_TEXT_GARBLED, 0},
    {"1900-02-29",                          QUIPU_TEXT_GARBLED, 0},
    {"2100-02-29",                          QUIPU_TEXT_GARBLED, 0},
    {"1970-01-01T",                         QUIPU_TEXT_GARBLED, 0},
    {"1970-01-01x00:00",                    QUIPU_TEXT_GARBLED, 0},
    {"1970-01-01T24:00",                    QUIPU_TEXT_GARBLED, 0},
    {"1970-01-01T00:60",                    QUIPU_TEXT_GARBLED, 0},
    {"1970-01-01T00:00:60",                 QUIPU_TEXT_GARBLED, 0},
    {"1970-01-01T00",                       QUIPU_TEXT_GARBLED, 0},
    {"1970-01-01T00:00:",                   QUIPU_TEXT_GARBLED, 0},
    {"1970-01-01T00:00:00.",                QUIPU_TEXT_GARBLED, 0},
    {"1970-01-01T00:00:00.5x",              QUIPU_TEXT_GARBLED, 0},
    {"1970-01-01T00:00Zz",                  QUIPU_TEXT_GARBLED, 0},
    {"1970-01-01T00:00+",                   QUIPU_TEXT_GARBLED, 0},
    {"1970-01-01T00:00+24:00",              QUIPU_TEXT_GARBLED, 0},
    {"1970-01-01T00:00+01:60",              QUIPU_TEXT_GARBLED, 0},
    {"1970-01-01T00:00+01:",                QUIPU_TEXT_GARBLED, 0},
    {"1970-01-01 ",                         QUIPU_TEXT_GARBLED, 0},
    {" 1970-01-01",                         QUIPU_TEXT_GARBLED, 0},
};
/* clang-format on */

Test(format, f2_times_one_by_one)
{
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        const struct time_case *one = &times[i];
        struct exact exact = exactly(one->text, strlen(one->text));
        uint64_t ns = 77;

        cr_assert_eq(quipu_time_read(exact.text, exact.length, &ns), one->read, "%s", one->text);
        cr_assert_eq(ns, one->read == QUIPU_TEXT_OK ? one->ns : 77, "%s", one->text);
        free(exact.text);
    }
}

Test(format, f2_noise)
{
    static const char letters[] = "0123456789abxTZ.,-+: '";
    struct random random = {5};
    char noise[48];

    for (int round = 0; round < 10 * ROUNDS; round++) {
        size_t length = random_below(&random, sizeof noise);
        struct exact exact;
        quipu_signed value;
        quipu_uint128 id;
        uint64_t ns;

        for (size_t i = 0; i < length; i++)
            noise[i] = letters[random_below(&random, sizeof letters)];
        exact = exactly(noise, length);
        if (quipu_signed_read(exact.text, length, 2, '.', &value) == QUIPU_TEXT_OK) {
            quipu_written again = quipu_signed_text(value, 2);
            quipu_signed twice = {0, false};

            cr_assert_eq(quipu_signed_read(again.text, strlen(again.text), 2, '.', &twice),
                         QUIPU_TEXT_OK);
            cr_assert(twice.amount == value.amount && twice.is_negative == value.is_negative);
        }
        (void)quipu_id_read(exact.text, length, &id);
        (void)quipu_time_read(exact.text, length, &ns);
        free(exact.text);
    }
}

Test(format, every_reading_has_a_sentence)
{
    for (int text = QUIPU_TEXT_OK; text <= QUIPU_TEXT_TOO_FINE; text++)
        cr_assert_gt(strlen(quipu_text_text((quipu_text)text)), 8);
    cr_assert_str_eq(quipu_text_text((quipu_text)99), "unknown");
}
