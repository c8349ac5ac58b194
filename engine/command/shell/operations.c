/* operations.c - the list. */
#include "command/shell/operations.h"

#include <string.h>

const struct operation operations[OPERATION_COUNT] = {
    {"create_accounts", CREATE_ACCOUNTS, OBJECT_ACCOUNT, false, "new accounts"},
    {"create_transfers", CREATE_TRANSFERS, OBJECT_TRANSFER, false, "new transfers"},
    {"lookup_accounts", LOOKUP_ACCOUNTS, OBJECT_ACCOUNT_ID, false, "accounts by their ids"},
    {"lookup_transfers", LOOKUP_TRANSFERS, OBJECT_TRANSFER_ID, false, "transfers by their ids"},
    {"get_account_transfers", GET_ACCOUNT_TRANSFERS, OBJECT_ACCOUNT_FILTER, true,
     "the transfers of an account"},
    {"get_account_balances", GET_ACCOUNT_BALANCES, OBJECT_ACCOUNT_FILTER, true,
     "its totals after each of them"},
    {"query_accounts", QUERY_ACCOUNTS, OBJECT_QUERY_FILTER, true, "accounts by their fields"},
    {"query_transfers", QUERY_TRANSFERS, OBJECT_QUERY_FILTER, true, "transfers by their fields"},
};

const struct operation *operation_named(const char *name, size_t length)
{
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        if (strlen(operations[i].name) == length && memcmp(operations[i].name, name, length) == 0)
            return &operations[i];
    }
    return NULL;
}
