/* transfer.c - what the law says of a transfer before it looks at accounts. */
#include "rules/transfer.h"

#include "rules/event_time.h"

#define ID_MAX (~(quipu_uint128)0)

#define KNOWN_FLAGS                                                                                \
    (QUIPU_TRANSFER_LINKED | QUIPU_TRANSFER_PENDING | QUIPU_TRANSFER_POST_PENDING_TRANSFER |       \
     QUIPU_TRANSFER_VOID_PENDING_TRANSFER | QUIPU_TRANSFER_BALANCING_DEBIT |                       \
     QUIPU_TRANSFER_BALANCING_CREDIT | QUIPU_TRANSFER_CLOSING_DEBIT |                              \
     QUIPU_TRANSFER_CLOSING_CREDIT | QUIPU_TRANSFER_IMPORTED)

#define CLOSING_FLAGS (QUIPU_TRANSFER_CLOSING_DEBIT | QUIPU_TRANSFER_CLOSING_CREDIT)

/* What a post or a void must not be as well. */
#define UNRESOLVING_FLAGS                                                                          \
    (QUIPU_TRANSFER_PENDING | QUIPU_TRANSFER_BALANCING_DEBIT | QUIPU_TRANSFER_BALANCING_CREDIT |   \
     CLOSING_FLAGS)

bool quipui_rules_is_transient(uint32_t outcome)
{
    enum { FINAL, TRANSIENT };

    switch (outcome) {
#define X(name, number, kind, text)                                                                \
    case QUIPU_CREATE_TRANSFER_##name: return (kind) == TRANSIENT;
        QUIPU_CREATE_TRANSFER_MAP(X)
#undef X
    default: return false;
    }
}

uint32_t quipui_rules_transfer_time(const quipu_transfer *event, bool batch_imports, uint64_t now)
{
    bool imports = (event->flags & QUIPU_TRANSFER_IMPORTED) != 0;

    switch (rules_event_time(batch_imports, imports, event->timestamp, now)) {
    case EVENT_TIME_FINE: return QUIPU_CREATED;
    case EVENT_TIME_IMPORTED_EXPECTED: return QUIPU_CREATE_TRANSFER_IMPORTED_EVENT_EXPECTED;
    case EVENT_TIME_IMPORTED_NOT_EXPECTED: return QUIPU_CREATE_TRANSFER_IMPORTED_EVENT_NOT_EXPECTED;
    case EVENT_TIME_MUST_BE_ZERO: return QUIPU_CREATE_TRANSFER_TIMESTAMP_MUST_BE_ZERO;
    case EVENT_TIME_OUT_OF_RANGE:
        return QUIPU_CREATE_TRANSFER_IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE;
    case EVENT_TIME_MUST_NOT_ADVANCE: break;
    }
    return QUIPU_CREATE_TRANSFER_IMPORTED_EVENT_TIMESTAMP_MUST_NOT_ADVANCE;
}

uint32_t quipui_rules_transfer_form(const quipu_transfer *event)
{
    if ((event->flags & ~KNOWN_FLAGS) != 0) return QUIPU_CREATE_TRANSFER_RESERVED_FLAG;
    if (event->id == 0) return QUIPU_CREATE_TRANSFER_ID_MUST_NOT_BE_ZERO;
    if (event->id == ID_MAX) return QUIPU_CREATE_TRANSFER_ID_MUST_NOT_BE_INT_MAX;
    return QUIPU_CREATED;
}

static uint32_t resolving_fields(const quipu_transfer *event)
{
    bool posts = (event->flags & QUIPU_TRANSFER_POST_PENDING_TRANSFER) != 0;
    bool voids = (event->flags & QUIPU_TRANSFER_VOID_PENDING_TRANSFER) != 0;

    if ((posts && voids) || (event->flags & UNRESOLVING_FLAGS) != 0) {
        return QUIPU_CREATE_TRANSFER_FLAGS_ARE_MUTUALLY_EXCLUSIVE;
    }
    if (event->pending_id == 0) return QUIPU_CREATE_TRANSFER_PENDING_ID_MUST_NOT_BE_ZERO;
    if (event->pending_id == ID_MAX) return QUIPU_CREATE_TRANSFER_PENDING_ID_MUST_NOT_BE_INT_MAX;
    if (event->pending_id == event->id) return QUIPU_CREATE_TRANSFER_PENDING_ID_MUST_BE_DIFFERENT;
    if (event->timeout != 0) return QUIPU_CREATE_TRANSFER_TIMEOUT_RESERVED_FOR_PENDING_TRANSFER;
    return QUIPU_CREATED;
}

static uint32_t posting_fields(const quipu_transfer *event)
{
    if (event->debit_account_id == 0)
        return QUIPU_CREATE_TRANSFER_DEBIT_ACCOUNT_ID_MUST_NOT_BE_ZERO;
    if (event->debit_account_id == ID_MAX) {
        return QUIPU_CREATE_TRANSFER_DEBIT_ACCOUNT_ID_MUST_NOT_BE_INT_MAX;
    }
    if (event->credit_account_id == 0) {
        return QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_ID_MUST_NOT_BE_ZERO;
    }
    if (event->credit_account_id == ID_MAX) {
        return QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_ID_MUST_NOT_BE_INT_MAX;
    }
    if (event->debit_account_id == event->credit_account_id) {
        return QUIPU_CREATE_TRANSFER_ACCOUNTS_MUST_BE_DIFFERENT;
    }
    if (event->pending_id != 0) return QUIPU_CREATE_TRANSFER_PENDING_ID_MUST_BE_ZERO;
    if ((event->flags & QUIPU_TRANSFER_PENDING) == 0) {
        if (event->timeout != 0) return QUIPU_CREATE_TRANSFER_TIMEOUT_RESERVED_FOR_PENDING_TRANSFER;
        if ((event->flags & CLOSING_FLAGS) != 0) {
            return QUIPU_CREATE_TRANSFER_CLOSING_TRANSFER_MUST_BE_PENDING;
        }
    }
    if (event->ledger == 0) return QUIPU_CREATE_TRANSFER_LEDGER_MUST_NOT_BE_ZERO;
    if (event->code == 0) return QUIPU_CREATE_TRANSFER_CODE_MUST_NOT_BE_ZERO;
    return QUIPU_CREATED;
}

uint32_t quipui_rules_transfer_fields(const quipu_transfer *event)
{
    return rules_resolves(event) ? resolving_fields(event) : posting_fields(event);
}
