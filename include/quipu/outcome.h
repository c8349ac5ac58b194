/* outcome.h - what became of an event: one list per kind, in order of precedence.
 *
 * The first line that applies is the answer. Numbers never change and are not in order; 0 is never
 * an outcome; codes that only Quipu has start at 0x10000. Each line: name, number, FINAL or
 * TRANSIENT, sentence. A transient failure burns the transfer's id: every later use of it is
 * answered ID_ALREADY_FAILED, so that a retry cannot flip an outcome.
 *
 * The last line of the transfers takes the place of any transient failure if space
 * (options.failed_id_capacity) or memory to remember one more id runs out. Then nothing was done,
 * the id is free, and a retry may have any outcome.
 *
 *   source   docs/semantics.md */
#ifndef QUIPU_OUTCOME_H
#define QUIPU_OUTCOME_H

/* The event was stored. The only success. */
#define QUIPU_CREATED 0xFFFFFFFFu

#define QUIPU_CREATE_ACCOUNT_MAP(X)                                                                \
    X(LINKED_EVENT_FAILED, 1, FINAL, "another event of its chain failed")                          \
    X(LINKED_EVENT_CHAIN_OPEN, 2, FINAL, "the batch ends inside a chain")                          \
    X(IMPORTED_EVENT_EXPECTED, 22, FINAL, "the batch imports, this event does not")                \
    X(IMPORTED_EVENT_NOT_EXPECTED, 23, FINAL, "this event imports, the batch does not")            \
    X(TIMESTAMP_MUST_BE_ZERO, 3, FINAL, "timestamp must be zero unless imported")                  \
    X(IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE, 24, FINAL, "imported timestamp is 0 or over 2^63-1")  \
    X(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_ADVANCE, 25, FINAL,                                        \
      "imported timestamp is not in the past")                                                     \
    X(RESERVED_FIELD, 4, FINAL, "a reserved field is not zero")                                    \
    X(RESERVED_FLAG, 5, FINAL, "a reserved flag is set")                                           \
    X(ID_MUST_NOT_BE_ZERO, 6, FINAL, "id must not be zero")                                        \
    X(ID_MUST_NOT_BE_INT_MAX, 7, FINAL, "id must not be 2^128-1")                                  \
    X(EXISTS_WITH_DIFFERENT_FLAGS, 15, FINAL, "the id exists with different flags")                \
    X(EXISTS_WITH_DIFFERENT_USER_DATA_128, 16, FINAL,                                              \
      "the id exists with a different user_data_128")                                              \
    X(EXISTS_WITH_DIFFERENT_USER_DATA_64, 17, FINAL,                                               \
      "the id exists with a different user_data_64")                                               \
    X(EXISTS_WITH_DIFFERENT_USER_DATA_32, 18, FINAL,                                               \
      "the id exists with a different user_data_32")                                               \
    X(EXISTS_WITH_DIFFERENT_LEDGER, 19, FINAL, "the id exists with a different ledger")            \
    X(EXISTS_WITH_DIFFERENT_CODE, 20, FINAL, "the id exists with a different code")                \
    X(EXISTS, 21, FINAL, "the same account exists")                                                \
    X(FLAGS_ARE_MUTUALLY_EXCLUSIVE, 8, FINAL, "these flags exclude each other")                    \
    X(DEBITS_PENDING_MUST_BE_ZERO, 9, FINAL, "debits_pending must be zero")                        \
    X(DEBITS_POSTED_MUST_BE_ZERO, 10, FINAL, "debits_posted must be zero")                         \
    X(CREDITS_PENDING_MUST_BE_ZERO, 11, FINAL, "credits_pending must be zero")                     \
    X(CREDITS_POSTED_MUST_BE_ZERO, 12, FINAL, "credits_posted must be zero")                       \
    X(LEDGER_MUST_NOT_BE_ZERO, 13, FINAL, "ledger must not be zero")                               \
    X(CODE_MUST_NOT_BE_ZERO, 14, FINAL, "code must not be zero")                                   \
    X(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS, 26, FINAL, "imported timestamp is not the latest")

#define QUIPU_CREATE_TRANSFER_MAP(X)                                                               \
    X(LINKED_EVENT_FAILED, 1, FINAL, "another event of its chain failed")                          \
    X(LINKED_EVENT_CHAIN_OPEN, 2, FINAL, "the batch ends inside a chain")                          \
    X(IMPORTED_EVENT_EXPECTED, 56, FINAL, "the batch imports, this event does not")                \
    X(IMPORTED_EVENT_NOT_EXPECTED, 57, FINAL, "this event imports, the batch does not")            \
    X(TIMESTAMP_MUST_BE_ZERO, 3, FINAL, "timestamp must be zero unless imported")                  \
    X(IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE, 58, FINAL, "imported timestamp is 0 or over 2^63-1")  \
    X(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_ADVANCE, 59, FINAL,                                        \
      "imported timestamp is not in the past")                                                     \
    X(RESERVED_FLAG, 4, FINAL, "a reserved flag is set")                                           \
    X(ID_MUST_NOT_BE_ZERO, 5, FINAL, "id must not be zero")                                        \
    X(ID_MUST_NOT_BE_INT_MAX, 6, FINAL, "id must not be 2^128-1")                                  \
    X(EXISTS_WITH_DIFFERENT_FLAGS, 36, FINAL, "the id exists with different flags")                \
    X(EXISTS_WITH_DIFFERENT_PENDING_ID, 40, FINAL, "the id exists with a different pending_id")    \
    X(EXISTS_WITH_DIFFERENT_TIMEOUT, 44, FINAL, "the id exists with a different timeout")          \
    X(EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID, 37, FINAL,                                           \
      "the id exists with a different debit account")                                              \
    X(EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID, 38, FINAL,                                          \
      "the id exists with a different credit account")                                             \
    X(EXISTS_WITH_DIFFERENT_AMOUNT, 39, FINAL, "the id exists with a different amount")            \
    X(EXISTS_WITH_DIFFERENT_USER_DATA_128, 41, FINAL,                                              \
      "the id exists with a different user_data_128")                                              \
    X(EXISTS_WITH_DIFFERENT_USER_DATA_64, 42, FINAL,                                               \
      "the id exists with a different user_data_64")                                               \
    X(EXISTS_WITH_DIFFERENT_USER_DATA_32, 43, FINAL,                                               \
      "the id exists with a different user_data_32")                                               \
    X(EXISTS_WITH_DIFFERENT_LEDGER, 67, FINAL, "the id exists with a different ledger")            \
    X(EXISTS_WITH_DIFFERENT_CODE, 45, FINAL, "the id exists with a different code")                \
    X(EXISTS, 46, FINAL, "the same transfer exists")                                               \
    X(ID_ALREADY_FAILED, 68, FINAL, "the id was burnt by an earlier transient failure")            \
    X(FLAGS_ARE_MUTUALLY_EXCLUSIVE, 7, FINAL, "these flags exclude each other")                    \
    X(DEBIT_ACCOUNT_ID_MUST_NOT_BE_ZERO, 8, FINAL, "debit_account_id must not be zero")            \
    X(DEBIT_ACCOUNT_ID_MUST_NOT_BE_INT_MAX, 9, FINAL, "debit_account_id must not be 2^128-1")      \
    X(CREDIT_ACCOUNT_ID_MUST_NOT_BE_ZERO, 10, FINAL, "credit_account_id must not be zero")         \
    X(CREDIT_ACCOUNT_ID_MUST_NOT_BE_INT_MAX, 11, FINAL, "credit_account_id must not be 2^128-1")   \
    X(ACCOUNTS_MUST_BE_DIFFERENT, 12, FINAL, "debit and credit account must differ")               \
    X(PENDING_ID_MUST_BE_ZERO, 13, FINAL, "pending_id must be zero unless posting or voiding")     \
    X(PENDING_ID_MUST_NOT_BE_ZERO, 14, FINAL,                                                      \
      "pending_id must not be zero when posting or voiding")                                       \
    X(PENDING_ID_MUST_NOT_BE_INT_MAX, 15, FINAL, "pending_id must not be 2^128-1")                 \
    X(PENDING_ID_MUST_BE_DIFFERENT, 16, FINAL, "pending_id must differ from id")                   \
    X(TIMEOUT_RESERVED_FOR_PENDING_TRANSFER, 17, FINAL, "only a pending transfer has a timeout")   \
    X(CLOSING_TRANSFER_MUST_BE_PENDING, 64, FINAL, "a closing transfer must be pending")           \
    X(LEDGER_MUST_NOT_BE_ZERO, 19, FINAL, "ledger must not be zero")                               \
    X(CODE_MUST_NOT_BE_ZERO, 20, FINAL, "code must not be zero")                                   \
    X(DEBIT_ACCOUNT_NOT_FOUND, 21, TRANSIENT, "the debit account does not exist")                  \
    X(CREDIT_ACCOUNT_NOT_FOUND, 22, TRANSIENT, "the credit account does not exist")                \
    X(ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER, 23, FINAL, "the accounts are of different ledgers")      \
    X(TRANSFER_MUST_HAVE_THE_SAME_LEDGER_AS_ACCOUNTS, 24, FINAL,                                   \
      "the accounts are of another ledger")                                                        \
    X(PENDING_TRANSFER_NOT_FOUND, 25, TRANSIENT, "the pending transfer does not exist")            \
    X(PENDING_TRANSFER_NOT_PENDING, 26, FINAL, "the transfer named by pending_id is not pending")  \
    X(PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID, 27, FINAL,                                  \
      "the pending transfer has another debit account")                                            \
    X(PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID, 28, FINAL,                                 \
      "the pending transfer has another credit account")                                           \
    X(PENDING_TRANSFER_HAS_DIFFERENT_LEDGER, 29, FINAL, "the pending transfer has another ledger") \
    X(PENDING_TRANSFER_HAS_DIFFERENT_CODE, 30, FINAL, "the pending transfer has another code")     \
    X(EXCEEDS_PENDING_TRANSFER_AMOUNT, 31, FINAL, "amount exceeds the pending amount")             \
    X(PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT, 32, FINAL,                                            \
      "a void must be of the whole pending amount")                                                \
    X(PENDING_TRANSFER_ALREADY_POSTED, 33, FINAL, "the pending transfer was posted")               \
    X(PENDING_TRANSFER_ALREADY_VOIDED, 34, FINAL, "the pending transfer was voided")               \
    X(PENDING_TRANSFER_EXPIRED, 35, FINAL, "the pending transfer has expired")                     \
    X(IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS, 60, FINAL,                                        \
      "imported timestamp is not the latest")                                                      \
    X(IMPORTED_EVENT_TIMESTAMP_MUST_POSTDATE_DEBIT_ACCOUNT, 61, FINAL,                             \
      "imported timestamp is before the debit account")                                            \
    X(IMPORTED_EVENT_TIMESTAMP_MUST_POSTDATE_CREDIT_ACCOUNT, 62, FINAL,                            \
      "imported timestamp is before the credit account")                                           \
    X(IMPORTED_EVENT_TIMEOUT_MUST_BE_ZERO, 63, FINAL, "an imported transfer has no timeout")       \
    X(DEBIT_ACCOUNT_ALREADY_CLOSED, 65, TRANSIENT, "the debit account is closed")                  \
    X(CREDIT_ACCOUNT_ALREADY_CLOSED, 66, TRANSIENT, "the credit account is closed")                \
    X(OVERFLOWS_DEBITS_PENDING, 47, FINAL, "debits_pending of the debit account would overflow")   \
    X(OVERFLOWS_CREDITS_PENDING, 48, FINAL,                                                        \
      "credits_pending of the credit account would overflow")                                      \
    X(OVERFLOWS_DEBITS_POSTED, 49, FINAL, "debits_posted of the debit account would overflow")     \
    X(OVERFLOWS_CREDITS_POSTED, 50, FINAL, "credits_posted of the credit account would overflow")  \
    X(OVERFLOWS_DEBITS, 51, FINAL, "all debits of the debit account would overflow")               \
    X(OVERFLOWS_CREDITS, 52, FINAL, "all credits of the credit account would overflow")            \
    X(OVERFLOWS_TIMEOUT, 53, FINAL, "timestamp + timeout would overflow")                          \
    X(EXCEEDS_CREDITS, 54, TRANSIENT, "the debit account has too few posted credits")              \
    X(EXCEEDS_DEBITS, 55, TRANSIENT, "the credit account has too few posted debits")               \
    X(NO_SPACE_FOR_FAILED_ID, 0x10001, FINAL,                                                      \
      "a transient failure whose id could not be kept as failed")

enum {
#define X(name, number, kind, text) QUIPU_CREATE_ACCOUNT_##name = (number),
    QUIPU_CREATE_ACCOUNT_MAP(X)
#undef X
};

enum {
#define X(name, number, kind, text) QUIPU_CREATE_TRANSFER_##name = (number),
    QUIPU_CREATE_TRANSFER_MAP(X)
#undef X
};

#endif
