/* account.c - the law of creating accounts; see account.h. */
#include "rules/account.h"

#include "rules/event_time.h"

#define KNOWN_FLAGS                                                                                \
    (QUIPU_ACCOUNT_LINKED | QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS |                         \
     QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS | QUIPU_ACCOUNT_HISTORY |                        \
     QUIPU_ACCOUNT_IMPORTED | QUIPU_ACCOUNT_CLOSED)

#define LIMIT_FLAGS                                                                                \
    (QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS | QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS)

uint32_t quipui_rules_account_time(const quipu_account *event, bool batch_imports, uint64_t now)
{
    bool imports = (event->flags & QUIPU_ACCOUNT_IMPORTED) != 0;

    switch (rules_event_time(batch_imports, imports, event->timestamp, now)) {
    case EVENT_TIME_FINE: return QUIPU_CREATED;
    case EVENT_TIME_IMPORTED_EXPECTED: return QUIPU_CREATE_ACCOUNT_IMPORTED_EVENT_EXPECTED;
    case EVENT_TIME_IMPORTED_NOT_EXPECTED: return QUIPU_CREATE_ACCOUNT_IMPORTED_EVENT_NOT_EXPECTED;
    case EVENT_TIME_MUST_BE_ZERO: return QUIPU_CREATE_ACCOUNT_TIMESTAMP_MUST_BE_ZERO;
    case EVENT_TIME_OUT_OF_RANGE: return QUIPU_CREATE_ACCOUNT_IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE;
    case EVENT_TIME_MUST_NOT_ADVANCE: break;
    }
    return QUIPU_CREATE_ACCOUNT_IMPORTED_EVENT_TIMESTAMP_MUST_NOT_ADVANCE;
}

uint32_t quipui_rules_account_form(const quipu_account *event)
{
    if (event->reserved != 0) return QUIPU_CREATE_ACCOUNT_RESERVED_FIELD;
    if ((event->flags & ~KNOWN_FLAGS) != 0) return QUIPU_CREATE_ACCOUNT_RESERVED_FLAG;
    if (event->id == 0) return QUIPU_CREATE_ACCOUNT_ID_MUST_NOT_BE_ZERO;
    if (event->id == ~(quipu_uint128)0) return QUIPU_CREATE_ACCOUNT_ID_MUST_NOT_BE_INT_MAX;
    return QUIPU_CREATED;
}

uint32_t quipui_rules_account_again(const quipu_account *event, const quipu_account *stored)
{
    if (event->flags != stored->flags) return QUIPU_CREATE_ACCOUNT_EXISTS_WITH_DIFFERENT_FLAGS;
    if (event->user_data_128 != stored->user_data_128) {
        return QUIPU_CREATE_ACCOUNT_EXISTS_WITH_DIFFERENT_USER_DATA_128;
    }
    if (event->user_data_64 != stored->user_data_64) {
        return QUIPU_CREATE_ACCOUNT_EXISTS_WITH_DIFFERENT_USER_DATA_64;
    }
    if (event->user_data_32 != stored->user_data_32) {
        return QUIPU_CREATE_ACCOUNT_EXISTS_WITH_DIFFERENT_USER_DATA_32;
    }
    if (event->ledger != stored->ledger) return QUIPU_CREATE_ACCOUNT_EXISTS_WITH_DIFFERENT_LEDGER;
    if (event->code != stored->code) return QUIPU_CREATE_ACCOUNT_EXISTS_WITH_DIFFERENT_CODE;
    return QUIPU_CREATE_ACCOUNT_EXISTS;
}

uint32_t quipui_rules_account_fields(const quipu_account *event, uint64_t newest)
{
    if ((event->flags & LIMIT_FLAGS) == LIMIT_FLAGS) {
        return QUIPU_CREATE_ACCOUNT_FLAGS_ARE_MUTUALLY_EXCLUSIVE;
    }
    if (event->debits_pending != 0) return QUIPU_CREATE_ACCOUNT_DEBITS_PENDING_MUST_BE_ZERO;
    if (event->debits_posted != 0) return QUIPU_CREATE_ACCOUNT_DEBITS_POSTED_MUST_BE_ZERO;
    if (event->credits_pending != 0) return QUIPU_CREATE_ACCOUNT_CREDITS_PENDING_MUST_BE_ZERO;
    if (event->credits_posted != 0) return QUIPU_CREATE_ACCOUNT_CREDITS_POSTED_MUST_BE_ZERO;
    if (event->ledger == 0) return QUIPU_CREATE_ACCOUNT_LEDGER_MUST_NOT_BE_ZERO;
    if (event->code == 0) return QUIPU_CREATE_ACCOUNT_CODE_MUST_NOT_BE_ZERO;
    if ((event->flags & QUIPU_ACCOUNT_IMPORTED) != 0 && event->timestamp <= newest) {
        return QUIPU_CREATE_ACCOUNT_IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS;
    }
    return QUIPU_CREATED;
}
