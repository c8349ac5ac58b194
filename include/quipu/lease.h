/* lease.h - a lease that is kept in the ledger, with a fence for all that is done under it.
 *
 * A lease is an account. A grant of it is a pending transfer of 1 from that account, and the token
 * of the grant is the version that it gave the account. A holder names account and token among the
 * expectations of each of its commits (quipu_lease_expectation()). The next grant, the end of this
 * one and its expiry are changes of the account, so each of them makes every commit that names an
 * older token QUIPU_CONFLICT, regardless of how long its sender slept and what its clock says.
 *
 * The time-out of a grant only decides when another may try. The ledger's clock measures it. If
 * that clock jumps ahead, a grant expires early, and its holder is refused. If it stops, others
 * wait longer. No commit under an older token is accepted either way.
 *
 * A token is never given twice, because versions only grow, and a ledger with a path keeps them. A
 * buffered ledger may lose its last milliseconds in a crash. So these calls end with quipu_sync(),
 * and a token that was returned is on disk. The fence guards what is in this ledger. It guards
 * nothing else: a copy of the ledger that was made before a grant does not know of it, and gives
 * its token again.
 *
 * These are recipes over the calls of quipu.h, and use no others; docs/concurrency.md has them.
 *
 *   source   docs/adr/0021-a-lease-is-an-account.md */
#ifndef QUIPU_LEASE_H
#define QUIPU_LEASE_H

#include "quipu/quipu.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What one contender knows of a lease. Begin with zeroes and the first group. It is a value: keep
 * it where a retry finds it, since its ids make retries harmless. */
typedef struct quipu_lease {
    quipu_uint128 account_id;     /* the lease: an account that has no other use */
    quipu_uint128 counterpart_id; /* of its ledger; leases may share one */
    uint32_t seconds;             /* until a grant expires; 0: it ends only by its holder */
    uint16_t code;                /* of the transfers that are grants; not 0 */
    uint16_t reserved;            /* zero */

    /* Written by the calls below. */
    uint64_t token;              /* version of the account right after the grant; 0: none */
    quipu_uint128 grant_id;      /* the pending transfer; 0: acquire draws one */
    quipu_uint128 next_grant_id; /* of a renewal whose answer is not known; 0: renew draws one */
    quipu_uint128 void_id;       /* of the transfer that ends the grant; 0: it is drawn */
    uint32_t outcome;            /* with QUIPU_INVALID: why the ledger refused; otherwise 0 */
    uint32_t reserved_too[3];    /* zero */
} quipu_lease;

QUIPU_STATIC_ASSERT(sizeof(quipu_lease) == 112, "a lease has no holes");

/* Acquire the lease, if nobody holds it. If an earlier call with this grant_id was not answered
 * (QUIPU_IO, a crash) and its grant stands, this call finds it.
 *
 *   returns  QUIPU_OK           granted: token and grant_id are set
 *            QUIPU_BUSY         another grant stands: try again later, no id is burnt. Or its
 *                               own stands, and something else changed the account: give it back.
 *                               (Or as quipu_commit() in a child of fork())
 *            QUIPU_INVALID      NULL, misaligned, reserved fields; one of the accounts is not
 *                               there; or the ledger refuses the grant: outcome says why
 *            QUIPU_UNSUPPORTED  the protocol is cas, which knows no expected versions
 *            otherwise          as quipu_commit(): whether it was granted is not known; call again
 *                               with the same *lease
 *   threads  any, each with a quipu_lease of its own
 *   cost     three lookups, a commit, a sync; again for each other contender that wins meanwhile */
QUIPU_PUBLIC quipu_status quipu_lease_acquire(quipu_ledger *ledger, quipu_lease *lease);

/* Begin the time-out anew. The old grant is ended and a new one made in one step, if and only if
 * the account is still at the token. The token is another one afterwards: commits of the holder
 * that are in flight with the old one get QUIPU_CONFLICT.
 *
 *   returns  QUIPU_OK           token and grant_id are those of the new grant
 *            QUIPU_CONFLICT     the lease is lost: it expired, or another holds it
 *            QUIPU_INVALID      NULL, misaligned, reserved fields, nothing was granted; or the
 *                               ledger refuses: outcome says why
 *            QUIPU_UNSUPPORTED  the protocol is cas
 *            otherwise          as quipu_commit(): call again with the same *lease
 *   threads  any, each with a quipu_lease of its own
 *   cost     a commit and a sync */
QUIPU_PUBLIC quipu_status quipu_lease_renew(quipu_ledger *ledger, quipu_lease *lease);

/* Read the token of grant_id again: after a restart of the holder, or to see whether the lease is
 * lost. An answer is old when it arrives: only a commit that names the token decides.
 *
 *   returns  QUIPU_OK           the grant stands, and token is its own
 *            QUIPU_CONFLICT     it does not: it was never made, it ended, it expired, or something
 *                               else changed the account; token is 0
 *            QUIPU_INVALID      NULL, misaligned, reserved fields, grant_id is 0
 *            otherwise          as quipu_lookup_accounts() or quipu_sync()
 *   threads  any, each with a quipu_lease of its own
 *   cost     three lookups and a sync */
QUIPU_PUBLIC quipu_status quipu_lease_token(quipu_ledger *ledger, quipu_lease *lease);

/* Give the lease back before it expires. Needs no token: it ends the grant of grant_id and no
 * other.
 *
 *   returns  QUIPU_OK           the grant is ended; token and ids are 0
 *            QUIPU_CONFLICT     it had ended or expired before; token and ids are 0
 *            QUIPU_INVALID      NULL, misaligned, reserved fields, grant_id is 0; or the ledger
 *                               refuses: outcome says why
 *            otherwise          as quipu_create_transfers(): call again with the same *lease
 *   threads  any, each with a quipu_lease of its own */
QUIPU_PUBLIC quipu_status quipu_lease_give_back(quipu_ledger *ledger, quipu_lease *lease);

/* The fence: what each commit under this lease names among its expectations. A lease without a
 * token gives version 0, which quipu_commit() refuses. */
static inline quipu_expectation quipu_lease_expectation(const quipu_lease *lease)
{
    quipu_expectation expectation;

    expectation.account_id = lease->account_id;
    expectation.version = lease->token;
    expectation.reserved = 0;
    return expectation;
}

#ifdef __cplusplus
}
#endif

#endif
