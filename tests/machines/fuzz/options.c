/* options.c - fuzz target: quipu_open() with any options, and the sentences for any number.
 *
 * What is right is said by options_are_valid(), from the header's words. Capacities that would take
 * real memory are kept small; the clock may say anything. */
#include <string.h>

#include "machines/fuzz/bytes.h"
#include "machines/fuzz/claim.h"
#include "machines/fuzz/target.h"
#include "quipu/quipu.h"

static uint64_t any_clock(void *context)
{
    return bytes_number(context, 8);
}

static uint64_t read_capacity(struct bytes *bytes, uint64_t most)
{
    uint8_t byte = bytes_take(bytes);

    switch (byte & 7) {
    case 0: return 0;
    case 1: return most - (byte >> 3);
    case 2: return most + 1 + (byte >> 3);
    case 3: return bytes_number(bytes, 8);
    case 4: return (uint64_t)1 << (byte >> 3);
    default: return 1 + bytes_number(bytes, 2);
    }
}

static void read_options(struct bytes *bytes, quipu_options *options)
{
    uint8_t odd = bytes_take(bytes);

    memset(options, 0, sizeof *options);
    options->protocol = (quipu_protocol)(bytes_take(bytes) % 8);
    if (odd & 1) options->protocol = (quipu_protocol)bytes_number(bytes, 4);
    if (odd & 2) options->durability = (quipu_durability)bytes_number(bytes, 4);
    options->account_capacity = read_capacity(bytes, UINT64_C(1) << 32);
    options->transfer_capacity = read_capacity(bytes, UINT64_C(1) << 33);
    if (odd & 4) options->path = "/nowhere/at/all";
    if (odd & 8) options->clock = any_clock;
    options->clock_context = bytes;
    if (odd & 16) options->prefault = (uint32_t)bytes_number(bytes, 4);
    if (odd & 32) options->checkpoint_bytes = (uint64_t)bytes_take(bytes) << 20;
    if (odd & 64) options->failed_id_capacity = read_capacity(bytes, UINT64_C(1) << 33);
    if (odd & 128) {
        options->reads = (quipu_reads)(bytes_take(bytes) % 3);
        options->flush_interval = bytes_number(bytes, 6);
    }
    if (options->prefault != 0) {
        options->account_capacity = 1 + options->account_capacity % 4096;
        options->transfer_capacity = 1 + options->transfer_capacity % 4096;
    }
}

static bool options_are_valid(const quipu_options *options)
{
    bool known = (unsigned)options->protocol <= QUIPU_RCU || options->protocol == QUIPU_UNSAFE;

    bool kept = options->path != NULL;
    bool fits = options->durability == QUIPU_DURABILITY_DEFAULT ||
                options->durability == (kept ? QUIPU_SYNCED : QUIPU_IN_MEMORY) ||
                (kept && options->durability == QUIPU_BUFFERED);

    return known && fits && options->prefault <= 1 && options->reads <= QUIPU_READ_LATEST &&
           options->flush_interval <= UINT64_C(3600) * 1000000000 &&
           options->account_capacity <= UINT64_C(1) << 32 &&
           options->transfer_capacity <= UINT64_C(1) << 33 &&
           options->failed_id_capacity <= UINT64_C(1) << 33;
}

/* It is a ledger if it can be used. */
static void use(quipu_ledger *ledger)
{
    const quipu_account accounts[2] = {{.id = 1, .ledger = 1, .code = 1},
                                       {.id = 2, .ledger = 1, .code = 1}};
    const quipu_transfer transfer = {.id = 1,
                                     .debit_account_id = 1,
                                     .credit_account_id = 2,
                                     .amount = 5,
                                     .ledger = 1,
                                     .code = 1};
    quipu_result results[2];
    quipu_account found;
    quipu_status status = quipu_create_accounts(ledger, accounts, 2, results);
    bool created;

    claim(results[0].status == QUIPU_CREATED);
    if (status == QUIPU_OK) {
        claim(quipu_create_transfers(ledger, &transfer, 1, results) == QUIPU_OK);
        created = results[0].status == QUIPU_CREATED;
        /* A clock that says 2^63-1 leaves no room for a later time. */
        claim(created || results[0].status == QUIPU_CREATE_TRANSFER_OVERFLOWS_TIMEOUT);
        claim(quipu_lookup_accounts(ledger, &transfer.debit_account_id, 1, &found, NULL) ==
              QUIPU_OK);
        claim(found.debits_posted == (created ? 5 : 0));
    } else {
        claim(status == QUIPU_NO_SPACE);
    }
    claim(quipu_close(ledger) == QUIPU_OK);
}

static void check_texts(uint32_t number)
{
    claim(quipu_status_text((quipu_status)number)[0] != '\0');
    claim(quipu_create_account_text(number)[0] != '\0');
    claim(quipu_create_transfer_text(number)[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes bytes = {data, data + size};
    quipu_ledger *ledger = NULL;
    quipu_options options;
    quipu_status status;

    check_texts((uint32_t)bytes_number(&bytes, 4));
    read_options(&bytes, &options);
    status = quipu_open(&options, &ledger);
    claim((ledger != NULL) == (status == QUIPU_OK));
    if (!options_are_valid(&options)) {
        claim(status == QUIPU_INVALID, "options that make no sense: \"%s\"",
              quipu_status_text(status));
    } else if (options.path != NULL) {
        claim(status == QUIPU_IO || status == QUIPU_NO_MEMORY, "a path: \"%s\"",
              quipu_status_text(status));
    } else {
        /* Address space for the largest of ledgers may not be there. */
        claim(status == QUIPU_OK || status == QUIPU_NO_MEMORY, "\"%s\"", quipu_status_text(status));
    }
    if (ledger != NULL) use(ledger);
    return 0;
}
