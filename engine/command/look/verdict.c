/* verdict.c - see verdict.h. */
#include "command/look/verdict.h"

#include "quipu/outcome.h"

enum verdict_party verdict_party_of(uint32_t outcome)
{
    switch (outcome) {
    case QUIPU_CREATE_TRANSFER_DEBIT_ACCOUNT_NOT_FOUND:
    case QUIPU_CREATE_TRANSFER_DEBIT_ACCOUNT_ALREADY_CLOSED:
    case QUIPU_CREATE_TRANSFER_OVERFLOWS_DEBITS_PENDING:
    case QUIPU_CREATE_TRANSFER_OVERFLOWS_DEBITS_POSTED:
    case QUIPU_CREATE_TRANSFER_OVERFLOWS_DEBITS:
    case QUIPU_CREATE_TRANSFER_IMPORTED_EVENT_TIMESTAMP_MUST_POSTDATE_DEBIT_ACCOUNT:
    case QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS: return VERDICT_OF_DEBIT;
    case QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_NOT_FOUND:
    case QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_ALREADY_CLOSED:
    case QUIPU_CREATE_TRANSFER_OVERFLOWS_CREDITS_PENDING:
    case QUIPU_CREATE_TRANSFER_OVERFLOWS_CREDITS_POSTED:
    case QUIPU_CREATE_TRANSFER_OVERFLOWS_CREDITS:
    case QUIPU_CREATE_TRANSFER_IMPORTED_EVENT_TIMESTAMP_MUST_POSTDATE_CREDIT_ACCOUNT:
    case QUIPU_CREATE_TRANSFER_EXCEEDS_DEBITS: return VERDICT_OF_CREDIT;
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_NOT_FOUND:
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_NOT_PENDING:
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID:
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID:
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_HAS_DIFFERENT_LEDGER:
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_HAS_DIFFERENT_CODE:
    case QUIPU_CREATE_TRANSFER_EXCEEDS_PENDING_TRANSFER_AMOUNT:
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT:
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_ALREADY_POSTED:
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_ALREADY_VOIDED:
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_EXPIRED: return VERDICT_OF_HOLD;
    case QUIPU_CREATE_TRANSFER_ID_ALREADY_FAILED: return VERDICT_OF_ID;
    case QUIPU_CREATE_TRANSFER_NO_SPACE_FOR_FAILED_ID:
    case QUIPU_CREATE_TRANSFER_IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS: return VERDICT_OF_LEDGER;
    default: return VERDICT_OF_REQUEST;
    }
}

const char *verdict_party_name(enum verdict_party party)
{
    switch (party) {
    case VERDICT_OF_DEBIT: return "the debit account";
    case VERDICT_OF_CREDIT: return "the credit account";
    case VERDICT_OF_HOLD: return "the hold";
    case VERDICT_OF_REQUEST: return "the request itself";
    case VERDICT_OF_ID: return "the id";
    case VERDICT_OF_LEDGER: return "the ledger";
    }
    return "unknown";
}

const char *verdict_advice(uint32_t outcome)
{
    switch (outcome) {
    case QUIPU_CREATE_TRANSFER_EXCEEDS_CREDITS:
        return "credit the debit account first, post or void what is held of it, or ask for less";
    case QUIPU_CREATE_TRANSFER_EXCEEDS_DEBITS:
        return "debit the credit account first, post or void what is held of it, or ask for less";
    case QUIPU_CREATE_TRANSFER_EXCEEDS_PENDING_TRANSFER_AMOUNT:
        return "post at most what the hold has; post the rest as a transfer of its own";
    case QUIPU_CREATE_TRANSFER_DEBIT_ACCOUNT_NOT_FOUND:
    case QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_NOT_FOUND:
        return "create the account, or correct its id";
    case QUIPU_CREATE_TRANSFER_DEBIT_ACCOUNT_ALREADY_CLOSED:
    case QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_ALREADY_CLOSED:
        return "void the transfer that closed the account; it is open again then";
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_NOT_FOUND:
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_NOT_PENDING:
        return "correct the id of the hold: `quipu holds` lists those that are open";
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_ALREADY_POSTED:
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_ALREADY_VOIDED:
        return "nothing: the hold is resolved; `quipu holds ID` says by which transfer";
    case QUIPU_CREATE_TRANSFER_PENDING_TRANSFER_EXPIRED:
        return "open a new hold, with a longer timeout";
    case QUIPU_CREATE_TRANSFER_ID_ALREADY_FAILED:
        return "give the next try a new id: this one was refused once, and stays refused";
    case QUIPU_CREATE_TRANSFER_ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER:
        return "two transfers, one in each ledger, linked: an exchange goes through an account in "
               "each";
    default: return "correct what the sentence says, and post it again";
    }
}
