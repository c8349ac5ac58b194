/* print_findings.c - findings as text for people. */
#include <inttypes.h>

#include "checker/checker_parts.h"
#include "quipu/format.h"

#define SHOWN_MAX 10
#define STEPS_MAX 6

static void print_version(FILE *to, quipu_uint128 account, uint64_t version)
{
    (void)fprintf(to, "%s", quipu_number_text(account).text);
    if (version != 0) (void)fprintf(to, " (version %" PRIu64 ")", version);
}

static void print_transfer(FILE *to, const struct history_step *step)
{
    const quipu_transfer *is = &step->transfer;
    const char *verb = is->flags & QUIPU_TRANSFER_PENDING                 ? "reserves "
                       : is->flags & QUIPU_TRANSFER_POST_PENDING_TRANSFER ? "posts "
                       : is->flags & QUIPU_TRANSFER_VOID_PENDING_TRANSFER ? "voids "
                                                                          : "moves ";

    (void)fprintf(to, "transfer %s %s%s", quipu_number_text(is->id).text, verb,
                  quipu_number_text(is->amount).text);
    if (step_resolves(step)) (void)fprintf(to, " of %s", quipu_number_text(is->pending_id).text);
    (void)fprintf(to, " from ");
    print_version(to, is->debit_account_id, step->versions.debit);
    (void)fprintf(to, " to ");
    print_version(to, is->credit_account_id, step->versions.credit);
    if (step->status == QUIPU_CREATED) {
        (void)fprintf(to, ": created");
    } else if (step->status != 0) {
        (void)fprintf(to, ": refused, %" PRIu32 ": %s", step->status,
                      precedence_text(step->status));
    }
}

static void print_read(FILE *to, const struct history_step *step)
{
    const quipu_account *is = &step->account;

    (void)fprintf(to, "reads account ");
    print_version(to, is->id, step->version);
    if (step->version == 0) {
        (void)fprintf(to, ": not found");
        return;
    }
    (void)fprintf(to, ": debits %s", quipu_number_text(is->debits_posted).text);
    if (is->debits_pending != 0)
        (void)fprintf(to, " + %s", quipu_number_text(is->debits_pending).text);
    (void)fprintf(to, ", credits %s", quipu_number_text(is->credits_posted).text);
    if (is->credits_pending != 0)
        (void)fprintf(to, " + %s", quipu_number_text(is->credits_pending).text);
    if (is->flags & QUIPU_ACCOUNT_CLOSED) (void)fprintf(to, ", closed");
}

static void print_step(FILE *to, const struct history_step *step)
{
    switch (step->kind) {
    case HISTORY_ACCOUNT:
        (void)fprintf(to, "%s account ", step->status == QUIPU_CREATED ? "creates" : "is refused");
        print_version(to, step->account.id, step->version);
        break;
    case HISTORY_EXPECT:
        (void)fprintf(to, "expects account ");
        print_version(to, step->account.id, step->version);
        break;
    case HISTORY_TRANSFER: print_transfer(to, step); break;
    case HISTORY_READ: print_read(to, step); break;
    case HISTORY_FIND:
        (void)fprintf(to, "looks up transfer %s: %s", quipu_number_text(step->transfer.id).text,
                      step->status != 0 ? "found" : "not found");
        break;
    }
}

static void print_unit(const struct checker *c, uint32_t u, FILE *to)
{
    const struct unit *unit = &c->units[u];

    if (unit->end == UNIT_EXPIRY) {
        (void)fprintf(to, "expiry of transfer %s\n",
                      quipu_number_text(c->steps[unit->first_step]->transfer.id).text);
        return;
    }
    (void)fprintf(to, "thread %" PRIu32 ", %" PRIu64 " to %" PRIu64 "%s\n",
                  c->calls[unit->call].tape, c->calls[unit->call].is->begin,
                  c->calls[unit->call].is->end,
                  unit->end == UNIT_CONFLICT ? ": conflict"
                  : unit_unanswered(c, unit) ? ": no answer"
                                             : "");
    for (uint32_t i = 0; i < unit->step_count && i < STEPS_MAX; i++) {
        (void)fprintf(to, "         ");
        print_step(to, c->steps[unit->first_step + i]);
        (void)fprintf(to, "\n");
    }
    if (unit->step_count > STEPS_MAX) {
        (void)fprintf(to, "         and %" PRIu32 " more\n", unit->step_count - STEPS_MAX);
    }
}

static void print_state(const struct checker *c, uint32_t state, FILE *to)
{
    if (state < c->account_states) {
        (void)fprintf(to, "transfer %s",
                      quipu_number_text(c->transfer_names.ids[state / ID_STATES]).text);
    } else {
        uint32_t a = versions_account_of(c, state);

        (void)fprintf(to, "version %" PRIu64 " of account %s", version_at(&c->accounts[a], state),
                      quipu_number_text(c->account_names.ids[a]).text);
    }
}

static void print_why(const struct checker *c, const struct arrow *arrow, FILE *to)
{
    switch (arrow->kind) {
    case EDGE_WW:
        (void)fprintf(to, "the next wrote ");
        print_state(c, arrow->state, to);
        (void)fprintf(to, " after it");
        break;
    case EDGE_WR:
        (void)fprintf(to, "the next saw ");
        print_state(c, arrow->state, to);
        (void)fprintf(to, ", which this one wrote");
        break;
    case EDGE_RW:
        (void)fprintf(to, "it saw ");
        print_state(c, arrow->state, to);
        (void)fprintf(to, " before the next overwrote it");
        break;
    case EDGE_ORDER: (void)fprintf(to, "the next is later on the same thread"); break;
    case EDGE_TIME: (void)fprintf(to, "it ended before the next began"); break;
    }
}

static void print_cycle(const struct checker *c, const struct finding *finding, FILE *to)
{
    uint32_t shown = finding->cycle_length < CYCLE_MAX ? finding->cycle_length : CYCLE_MAX;

    for (uint32_t i = 0; i < shown; i++) {
        const struct arrow *arrow = &c->arrows[finding->cycle + i];

        (void)fprintf(to, "     %c. ", (char)(i < 26 ? 'A' + (int)i : '*'));
        print_unit(c, arrow->from, to);
        (void)fprintf(to, "         before %c: ",
                      (char)(i + 1 == finding->cycle_length ? 'A'
                             : i < 25                       ? 'B' + (int)i
                                                            : '*'));
        print_why(c, arrow, to);
        (void)fprintf(to, "\n");
    }
    if (shown < finding->cycle_length) {
        (void)fprintf(to, "     and %" PRIu32 " more\n", finding->cycle_length - shown);
    }
    if (finding->not_smallest) (void)fprintf(to, "     (there may be a shorter cycle)\n");
}

static void print_finding(const struct checker *c, const struct finding *finding, FILE *to)
{
    (void)fprintf(to, "%s: %s", anomaly_name(finding->anomaly), finding->what);
    if (finding->account != NONE) {
        (void)fprintf(to, ": account %s",
                      quipu_number_text(c->account_names.ids[finding->account]).text);
        if (finding->version != 0) (void)fprintf(to, ", version %" PRIu64, finding->version);
    }
    if (finding->compares) {
        (void)fprintf(to, ": %s instead of %s", quipu_number_text(finding->found).text,
                      quipu_number_text(finding->expected).text);
    }
    (void)fprintf(to, "\n");
    if (finding->cycle_length > 0) {
        print_cycle(c, finding, to);
        return;
    }
    for (int i = 0; i < 2; i++) {
        if (finding->units[i] == NONE) continue;
        (void)fprintf(to, "     ");
        print_unit(c, finding->units[i], to);
    }
}

void checker_print(const struct checker *c, const struct history *history, FILE *to)
{
    uint32_t shown = c->kept < SHOWN_MAX ? c->kept : SHOWN_MAX;

    (void)history;
    for (uint32_t i = 0; i < shown; i++) {
        (void)fprintf(to, "%3" PRIu32 ". ", i + 1);
        print_finding(c, &c->findings[i], to);
    }
    if (c->finding_count > shown) {
        (void)fprintf(to, "     and %" PRIu64 " more anomalies\n", c->finding_count - shown);
    }
}

uint64_t checker_kept(const struct checker *c)
{
    return c->kept;
}

enum anomaly checker_describe(const struct checker *c, uint64_t number, FILE *to)
{
    const struct finding *finding = &c->findings[number];

    print_finding(c, finding, to);
    return finding->anomaly;
}
