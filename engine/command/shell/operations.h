/* operations.h - the commands of the shell that work on a ledger, and the objects that they take.
 *
 * Their names and fields are those of TigerBeetle's client. */
#ifndef QUIPU_COMMAND_SHELL_OPERATIONS_H
#define QUIPU_COMMAND_SHELL_OPERATIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "quipu/types.h"

enum operation_work {
    CREATE_ACCOUNTS,
    CREATE_TRANSFERS,
    LOOKUP_ACCOUNTS,
    LOOKUP_TRANSFERS,
    GET_ACCOUNT_TRANSFERS,
    GET_ACCOUNT_BALANCES,
    QUERY_ACCOUNTS,
    QUERY_TRANSFERS
};

enum object_kind {
    OBJECT_ACCOUNT,
    OBJECT_TRANSFER,
    OBJECT_ACCOUNT_ID,
    OBJECT_TRANSFER_ID,
    OBJECT_ACCOUNT_FILTER,
    OBJECT_QUERY_FILTER
};

union object {
    quipu_account account;
    quipu_transfer transfer;
    quipu_uint128 id;
    quipu_account_filter of_account;
    quipu_query_filter query;
};

QUIPU_STATIC_ASSERT(sizeof(union object) == sizeof(quipu_account), "objects are an array of them");
QUIPU_STATIC_ASSERT(sizeof(union object) == sizeof(quipu_transfer), "objects are an array of them");

struct operation {
    const char *name;
    enum operation_work work;
    enum object_kind object;
    bool takes_one; /* object; others take several, parted by commas */
    const char *summary;
};

#define OPERATION_COUNT 8

extern const struct operation operations[OPERATION_COUNT];

/* The operation of this name, or NULL. */
const struct operation *operation_named(const char *name, size_t length);

#endif
