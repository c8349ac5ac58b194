/* text.c - a sentence for every code. */
#include "quipu/quipu.h"

const char *quipu_version(void)
{
    return QUIPU_VERSION_STRING;
}

const char *quipu_status_text(quipu_status status)
{
    switch (status) {
    case QUIPU_OK: return "the call worked";
    case QUIPU_INVALID: return "an argument makes no sense";
    case QUIPU_CONFLICT: return "an account is not at its expected version";
    case QUIPU_UNSUPPORTED: return "this protocol or build does not offer it";
    case QUIPU_NO_MEMORY: return "memory could not be had";
    case QUIPU_NO_SPACE: return "a capacity of the ledger is reached";
    case QUIPU_IO: return "the file system failed";
    case QUIPU_CORRUPT: return "a file is not what was written";
    case QUIPU_BUSY: return "calls are in flight";
    case QUIPU_FENCED: return "another process owns the ledger now";
    }
    return "unknown status";
}

const char *quipu_create_account_text(uint32_t status)
{
    switch (status) {
    case QUIPU_CREATED: return "the account was created";
#define X(name, number, kind, text)                                                                \
    case QUIPU_CREATE_ACCOUNT_##name: return text;
        QUIPU_CREATE_ACCOUNT_MAP(X)
#undef X
    default: return "unknown outcome";
    }
}

const char *quipu_create_transfer_text(uint32_t status)
{
    switch (status) {
    case QUIPU_CREATED: return "the transfer was created";
#define X(name, number, kind, text)                                                                \
    case QUIPU_CREATE_TRANSFER_##name: return text;
        QUIPU_CREATE_TRANSFER_MAP(X)
#undef X
    default: return "unknown outcome";
    }
}

static const char *account_name(uint32_t status)
{
    switch (status) {
#define X(name, number, kind, text)                                                                \
    case QUIPU_CREATE_ACCOUNT_##name: return #name;
        QUIPU_CREATE_ACCOUNT_MAP(X)
#undef X
    default: return "UNKNOWN";
    }
}

static const char *transfer_name(uint32_t status)
{
    switch (status) {
#define X(name, number, kind, text)                                                                \
    case QUIPU_CREATE_TRANSFER_##name: return #name;
        QUIPU_CREATE_TRANSFER_MAP(X)
#undef X
    default: return "UNKNOWN";
    }
}

const char *quipu_outcome_name(quipu_event event, uint32_t status)
{
    if (status == QUIPU_CREATED) return "CREATED";
    if (event == QUIPU_EVENT_ACCOUNT) return account_name(status);
    return event == QUIPU_EVENT_TRANSFER ? transfer_name(status) : "UNKNOWN";
}
