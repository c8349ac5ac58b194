/* verdict.h - why a ledger refuses a transfer, and what could be done. */
#ifndef QUIPU_COMMAND_LOOK_VERDICT_H
#define QUIPU_COMMAND_LOOK_VERDICT_H

#include <stdint.h>

/* Which of the parts of a transfer its outcome is about. */
enum verdict_party {
    VERDICT_OF_DEBIT,   /* the debit account */
    VERDICT_OF_CREDIT,  /* the credit account */
    VERDICT_OF_HOLD,    /* the pending transfer that it would resolve */
    VERDICT_OF_REQUEST, /* what it asks for */
    VERDICT_OF_ID,      /* its id */
    VERDICT_OF_LEDGER   /* the room or the state of the ledger */
};

enum verdict_party verdict_party_of(uint32_t outcome);

/* "debit account", and so on. */
const char *verdict_party_name(enum verdict_party party);

/* What could be done about it; never NULL. */
const char *verdict_advice(uint32_t outcome);

#endif
