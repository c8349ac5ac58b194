/* test_lease.c - leases by the clock of a test: which are granted, and which commits are accepted.
 *
 * Under cas there are no expected versions: no lease is granted there. */
#include "quipu/lease.h"

#include "support/ledger.h"

enum { LEASE = 1, COUNTERPART, FROM, TO, ACCOUNTS = TO };

struct world {
    quipu_ledger *ledger;
    uint64_t now;
    quipu_uint128 last_id;
};

static void create_accounts(quipu_ledger *ledger)
{
    quipu_account accounts[ACCOUNTS];
    quipu_result results[ACCOUNTS];

    for (int i = 0; i < ACCOUNTS; i++)
        accounts[i] = an_account((quipu_uint128)i + 1);
    cr_assert_eq(quipu_create_accounts(ledger, accounts, ACCOUNTS, results), QUIPU_OK);
}

static quipu_lease a_lease(uint32_t seconds)
{
    return (quipu_lease){
        .account_id = LEASE, .counterpart_id = COUNTERPART, .seconds = seconds, .code = 1};
}

/* Returns false under cas, after it was seen that no lease is granted there. */
static bool set_up(struct world *world, int protocol_index)
{
    quipu_lease lease = a_lease(5);

    *world = (struct world){.now = NOON, .last_id = 1000};
    world->ledger = ledger_open(protocols[protocol_index], &world->now);
    create_accounts(world->ledger);
    if (protocols[protocol_index] != QUIPU_CAS) return true;
    cr_assert_eq(quipu_lease_acquire(world->ledger, &lease), QUIPU_UNSUPPORTED);
    cr_assert_eq(lease.token, 0);
    ledger_close(world->ledger);
    return false;
}

/* What a holder does under its lease: a transfer that names the token. */
static quipu_status pay(struct world *world, const quipu_lease *lease)
{
    quipu_expectation fence = quipu_lease_expectation(lease);
    quipu_transfer event = a_transfer(++world->last_id, FROM, TO, 1);
    quipu_result result = {0};
    quipu_status status = quipu_commit(world->ledger, &fence, 1, &event, 1, &result, NULL);

    if (status == QUIPU_OK) cr_assert_eq(result.status, QUIPU_CREATED);
    return status;
}

EVERY_PROTOCOL(lease, is_held_by_one)
{
    struct world world;
    quipu_lease one = a_lease(5), other = a_lease(5);

    if (!set_up(&world, *protocol_index)) return;
    cr_assert_eq(quipu_lease_acquire(world.ledger, &one), QUIPU_OK);
    cr_assert_neq(one.token, 0);
    cr_assert_eq(pay(&world, &one), QUIPU_OK);
    cr_assert_eq(pay(&world, &one), QUIPU_OK, "a commit leaves the token as it is");
    cr_assert_eq(quipu_lease_acquire(world.ledger, &other), QUIPU_BUSY);
    cr_assert_eq(other.token, 0);
    cr_assert_eq(pay(&world, &other), QUIPU_INVALID, "there is no version 0");
    cr_assert_eq(quipu_lease_acquire(world.ledger, &one), QUIPU_OK, "its own grant stands");
    cr_assert_eq(pay(&world, &one), QUIPU_OK);
    ledger_close(world.ledger);
}

/* Trying costs nothing: no transfer, no burnt id, no version. */
EVERY_PROTOCOL(lease, is_asked_for_without_a_trace)
{
    struct world world;
    quipu_lease one = a_lease(5), other = a_lease(5);
    quipu_counters before, after;
    uint64_t version;

    if (!set_up(&world, *protocol_index)) return;
    cr_assert_eq(quipu_lease_acquire(world.ledger, &one), QUIPU_OK);
    cr_assert_eq(quipu_get_counters(world.ledger, &before), QUIPU_OK);
    for (int i = 0; i < 100; i++)
        cr_assert_eq(quipu_lease_acquire(world.ledger, &other), QUIPU_BUSY);
    cr_assert_eq(quipu_get_counters(world.ledger, &after), QUIPU_OK);
    cr_assert_eq(after.transfers, before.transfers);
    cr_assert_eq(after.failed_ids, before.failed_ids);
    (void)ledger_account(world.ledger, LEASE, &version);
    cr_assert_eq(version, one.token);
    ledger_close(world.ledger);
}

EVERY_PROTOCOL(lease, fences_a_holder_that_slept)
{
    struct world world;
    quipu_lease one = a_lease(5), other = a_lease(5);

    if (!set_up(&world, *protocol_index)) return;
    cr_assert_eq(quipu_lease_acquire(world.ledger, &one), QUIPU_OK);
    world.now += 5 * SECOND - 1000; /* timestamps are some ns ahead of the clock */
    cr_assert_eq(quipu_lease_acquire(world.ledger, &other), QUIPU_BUSY);
    cr_assert_eq(pay(&world, &one), QUIPU_OK);
    world.now += 2000;
    cr_assert_eq(pay(&world, &one), QUIPU_CONFLICT, "expired, though nobody else has it yet");
    cr_assert_eq(quipu_lease_token(world.ledger, &one), QUIPU_CONFLICT);
    cr_assert_eq(one.token, 0);
    cr_assert_eq(quipu_lease_acquire(world.ledger, &other), QUIPU_OK);
    cr_assert_eq(pay(&world, &other), QUIPU_OK);
    cr_assert_eq(quipu_lease_give_back(world.ledger, &other), QUIPU_OK);
    cr_assert_eq(quipu_lease_acquire(world.ledger, &one), QUIPU_OK, "by a new grant");
    cr_assert_eq(pay(&world, &one), QUIPU_OK);
    ledger_close(world.ledger);
}

/* Tokens of one lease grow, and an older one is refused for good: also when the clock goes back. */
EVERY_PROTOCOL(lease, tokens_grow)
{
    struct world world;
    quipu_lease old[4], lease;

    if (!set_up(&world, *protocol_index)) return;
    for (int i = 0; i < 4; i++) {
        lease = old[i] = a_lease(5);
        cr_assert_eq(quipu_lease_acquire(world.ledger, &old[i]), QUIPU_OK);
        if (i > 0) cr_assert_gt(old[i].token, old[i - 1].token);
        for (int older = 0; older < i; older++)
            cr_assert_eq(pay(&world, &old[older]), QUIPU_CONFLICT);
        cr_assert_eq(pay(&world, &old[i]), QUIPU_OK);
        world.now += 10 * SECOND;
    }
    cr_assert_eq(pay(&world, &old[3]), QUIPU_CONFLICT, "expired");
    world.now = NOON;
    for (int older = 0; older < 4; older++)
        cr_assert_eq(pay(&world, &old[older]), QUIPU_CONFLICT);
    cr_assert_eq(quipu_lease_acquire(world.ledger, &lease), QUIPU_OK);
    cr_assert_gt(lease.token, old[3].token);
    ledger_close(world.ledger);
}

EVERY_PROTOCOL(lease, is_renewed_by_its_token_only)
{
    struct world world;
    quipu_lease one = a_lease(5), before, other = a_lease(5);

    if (!set_up(&world, *protocol_index)) return;
    cr_assert_eq(quipu_lease_acquire(world.ledger, &one), QUIPU_OK);
    before = one;
    world.now += 4 * SECOND;
    cr_assert_eq(quipu_lease_renew(world.ledger, &one), QUIPU_OK);
    cr_assert_gt(one.token, before.token);
    cr_assert_eq(pay(&world, &before), QUIPU_CONFLICT);
    world.now += 4 * SECOND;
    cr_assert_eq(quipu_lease_acquire(world.ledger, &other), QUIPU_BUSY, "renewed");
    cr_assert_eq(pay(&world, &one), QUIPU_OK);
    cr_assert_eq(ledger_account(world.ledger, LEASE, NULL).debits_pending, 1);

    world.now += 2 * SECOND;
    cr_assert_eq(quipu_lease_renew(world.ledger, &one), QUIPU_CONFLICT, "expired");
    cr_assert_eq(quipu_lease_acquire(world.ledger, &other), QUIPU_OK);
    cr_assert_eq(quipu_lease_renew(world.ledger, &one), QUIPU_CONFLICT, "another has it");
    cr_assert_eq(quipu_lease_renew(world.ledger, &before), QUIPU_CONFLICT);
    cr_assert_eq(pay(&world, &other), QUIPU_OK);
    ledger_close(world.ledger);
}

/* The account is at the token of a grant that an operator's transfer has passed: that grant cannot
 * be renewed, although its hold is still open. */
EVERY_PROTOCOL(lease, is_lost_to_any_change_of_the_account)
{
    struct world world;
    quipu_lease one = a_lease(0), other = a_lease(0);
    quipu_transfer kick = a_transfer(77, LEASE, COUNTERPART, 0);
    quipu_result result;

    if (!set_up(&world, *protocol_index)) return;
    cr_assert_eq(quipu_lease_acquire(world.ledger, &one), QUIPU_OK);
    cr_assert_eq(quipu_create_transfers(world.ledger, &kick, 1, &result), QUIPU_OK);
    cr_assert_eq(result.status, QUIPU_CREATED);
    cr_assert_eq(pay(&world, &one), QUIPU_CONFLICT);
    cr_assert_eq(quipu_lease_renew(world.ledger, &one), QUIPU_CONFLICT);
    cr_assert_eq(quipu_lease_token(world.ledger, &one), QUIPU_CONFLICT);
    cr_assert_eq(quipu_lease_acquire(world.ledger, &one), QUIPU_BUSY);
    cr_assert_eq(quipu_lease_acquire(world.ledger, &other), QUIPU_BUSY);
    cr_assert_eq(quipu_lease_give_back(world.ledger, &one), QUIPU_OK);
    cr_assert_eq(quipu_lease_acquire(world.ledger, &other), QUIPU_OK);
    cr_assert_eq(pay(&world, &other), QUIPU_OK);
    ledger_close(world.ledger);
}

EVERY_PROTOCOL(lease, is_given_back_once)
{
    struct world world;
    quipu_lease one = a_lease(0), kept, other = a_lease(5), late;

    if (!set_up(&world, *protocol_index)) return;
    cr_assert_eq(quipu_lease_acquire(world.ledger, &one), QUIPU_OK);
    kept = one;
    world.now += 1000000 * SECOND;
    cr_assert_eq(pay(&world, &one), QUIPU_OK, "0 seconds: it never expires");
    cr_assert_eq(quipu_lease_give_back(world.ledger, &one), QUIPU_OK);
    cr_assert_eq(one.token, 0);
    cr_assert_eq(quipu_lease_give_back(world.ledger, &one), QUIPU_INVALID, "nothing to give back");
    cr_assert_eq(pay(&world, &kept), QUIPU_CONFLICT);
    cr_assert_eq(quipu_lease_acquire(world.ledger, &other), QUIPU_OK);
    cr_assert_eq(quipu_lease_give_back(world.ledger, &kept), QUIPU_CONFLICT);
    cr_assert_eq(pay(&world, &other), QUIPU_OK, "the other's grant is not ended by that");
    late = other;
    world.now += 6 * SECOND;
    cr_assert_eq(quipu_lease_give_back(world.ledger, &late), QUIPU_CONFLICT, "expired");
    ledger_close(world.ledger);
}

/* An answer that was lost: the call is made again with what the caller had kept. */
EVERY_PROTOCOL(lease, is_found_by_a_retry)
{
    struct world world;
    quipu_lease asked = a_lease(5), granted, kept;

    if (!set_up(&world, *protocol_index)) return;
    asked.grant_id = 50;
    granted = asked;
    cr_assert_eq(quipu_lease_acquire(world.ledger, &granted), QUIPU_OK);
    cr_assert_eq(granted.grant_id, 50, "the caller's id is used");
    kept = asked;
    cr_assert_eq(quipu_lease_acquire(world.ledger, &kept), QUIPU_OK);
    cr_assert_eq(kept.token, granted.token);

    kept.next_grant_id = 51; /* a renewal that is not answered */
    granted = kept;
    cr_assert_eq(quipu_lease_renew(world.ledger, &granted), QUIPU_OK);
    cr_assert_eq(granted.grant_id, 51);
    asked = kept;
    cr_assert_eq(quipu_lease_renew(world.ledger, &asked), QUIPU_OK);
    cr_assert_eq(asked.token, granted.token);
    cr_assert_eq(asked.grant_id, 51);
    asked = kept;
    cr_assert_eq(quipu_lease_token(world.ledger, &asked), QUIPU_OK);
    cr_assert_eq(asked.token, granted.token);
    asked = kept;
    asked.token = 0;
    cr_assert_eq(quipu_lease_acquire(world.ledger, &asked), QUIPU_OK);
    cr_assert_eq(asked.token, granted.token);
    cr_assert_eq(quipu_lease_give_back(world.ledger, &kept), QUIPU_OK);
    cr_assert_eq(pay(&world, &granted), QUIPU_CONFLICT);
    cr_assert_eq(ledger_account(world.ledger, LEASE, NULL).debits_pending, 0);

    cr_assert_eq(quipu_lease_acquire(world.ledger, &granted), QUIPU_OK, "a new grant");
    cr_assert_neq(granted.grant_id, 51);
    ledger_close(world.ledger);
}

EVERY_PROTOCOL(lease, misuse_is_a_status)
{
    struct world world;
    quipu_lease lease = a_lease(5), nobody = a_lease(5), closed = a_lease(5);

    if (!set_up(&world, *protocol_index)) return;
    cr_assert_eq(quipu_lease_acquire(NULL, &lease), QUIPU_INVALID);
    cr_assert_eq(quipu_lease_acquire(world.ledger, NULL), QUIPU_INVALID);
    cr_assert_eq(quipu_lease_acquire(world.ledger, (void *)((char *)&lease + 1)), QUIPU_INVALID);
    cr_assert_eq(quipu_lease_renew(world.ledger, &lease), QUIPU_INVALID, "nothing was granted");
    cr_assert_eq(quipu_lease_token(world.ledger, &lease), QUIPU_INVALID);
    cr_assert_eq(quipu_lease_give_back(world.ledger, &lease), QUIPU_INVALID);
    lease.reserved_too[2] = 1;
    cr_assert_eq(quipu_lease_acquire(world.ledger, &lease), QUIPU_INVALID);

    nobody.account_id = 99;
    cr_assert_eq(quipu_lease_acquire(world.ledger, &nobody), QUIPU_INVALID);
    nobody.account_id = LEASE;
    nobody.counterpart_id = 99;
    cr_assert_eq(quipu_lease_acquire(world.ledger, &nobody), QUIPU_INVALID);
    cr_assert_eq(nobody.outcome, QUIPU_CREATE_TRANSFER_CREDIT_ACCOUNT_NOT_FOUND);
    nobody.counterpart_id = COUNTERPART;
    cr_assert_eq(quipu_lease_acquire(world.ledger, &nobody), QUIPU_OK, "the burnt id is not kept");

    cr_assert_eq(quipu_lease_acquire(world.ledger, &closed), QUIPU_BUSY);
    closed.grant_id = 4711;
    cr_assert_eq(quipu_lease_token(world.ledger, &closed), QUIPU_CONFLICT, "never made");
    cr_assert_eq(quipu_lease_give_back(world.ledger, &closed), QUIPU_CONFLICT);
    ledger_close(world.ledger);
}
