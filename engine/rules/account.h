/* account.h - the law of creating accounts; codes in order of precedence.
 *
 * The caller asks in this order: time, form, (is the id in use? again), fields. Each returns
 * QUIPU_CREATED when it has no objection. */
#ifndef QUIPU_RULES_ACCOUNT_H
#define QUIPU_RULES_ACCOUNT_H

#include "rules/balance.h"

uint32_t quipui_rules_account_time(const quipu_account *event, bool batch_imports, uint64_t now);

/* What can be said before the id is looked up. */
uint32_t quipui_rules_account_form(const quipu_account *event);

/* The id is in use by `stored`: the same account, or where does it differ? */
uint32_t quipui_rules_account_again(const quipu_account *event, const quipu_account *stored);

/* The id is free. `newest` is the largest timestamp of any record. */
uint32_t quipui_rules_account_fields(const quipu_account *event, uint64_t newest);

#endif
