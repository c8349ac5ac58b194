/* programs.c - the programs that are explored. */
#include "machines/explore/program.h"

#include <string.h>

#define HALF ((quipu_uint128)1 << 127)
#define MOST QUIPU_AMOUNT_MAX
#define LIMITED QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS
#define LINKED QUIPU_TRANSFER_LINKED
#define PENDING QUIPU_TRANSFER_PENDING
#define POST QUIPU_TRANSFER_POST_PENDING_TRANSFER
#define VOID QUIPU_TRANSFER_VOID_PENDING_TRANSFER

#define CREATE(...)                                                                                \
    {                                                                                              \
        .kind = OP_CREATE, .accounts = { __VA_ARGS__ }                                             \
    }
#define LIMIT(...)                                                                                 \
    {                                                                                              \
        .kind = OP_CREATE, .flags = LIMITED, .accounts = { __VA_ARGS__ }                           \
    }
#define LIMIT_CREDITS(...)                                                                         \
    {                                                                                              \
        .kind = OP_CREATE, .flags = QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS, .accounts = {    \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define TRANSFERS(...)                                                                             \
    {                                                                                              \
        .kind = OP_TRANSFERS, .events = { __VA_ARGS__ }                                            \
    }
#define LOOKUP(...)                                                                                \
    {                                                                                              \
        .kind = OP_LOOKUP, .accounts = { __VA_ARGS__ }                                             \
    }
#define FIND(...)                                                                                  \
    {                                                                                              \
        .kind = OP_FIND, .events = { __VA_ARGS__ }                                                 \
    }
#define HISTORY(account)                                                                           \
    {                                                                                              \
        .kind = OP_HISTORY, .accounts = { account }                                                \
    }
#define FOLLOW                                                                                     \
    {                                                                                              \
        .kind = OP_FOLLOW                                                                          \
    }
#define HOLD(hold)                                                                                 \
    {                                                                                              \
        .kind = OP_HOLD, .events = { {.id = hold} }                                                \
    }
#define SCAN                                                                                       \
    {                                                                                              \
        .kind = OP_SCAN                                                                            \
    }
#define SNAPSHOT                                                                                   \
    {                                                                                              \
        .kind = OP_SNAPSHOT                                                                        \
    }
/* The lease is account 1, its counterpart 2. */
#define ACQUIRE(grant)                                                                             \
    {                                                                                              \
        .kind = OP_ACQUIRE, .accounts = {1, 2}, .events = { {.id = grant, .timeout = 5} }          \
    }
#define RENEW(grant, end)                                                                          \
    {                                                                                              \
        .kind = OP_RENEW, .events = { {.id = grant}, {.id = end} }                                 \
    }
#define FENCED(...)                                                                                \
    {                                                                                              \
        .kind = OP_FENCED, .events = { __VA_ARGS__ }                                               \
    }
/* To the very ns at which a time-out of five seconds is over, if it began with the first transfer
 * after two accounts. */
#define ADVANCE                                                                                    \
    {                                                                                              \
        .kind = OP_ADVANCE, .ns = UINT64_C(5000000002)                                             \
    }

/* The same after four accounts: the first of the holds is due, others some ns later. */
#define ADVANCE_BY(duration)                                                                       \
    {                                                                                              \
        .kind = OP_ADVANCE, .ns = (duration)                                                       \
    }
#define FIRST_DUE UINT64_C(5000000004)
#define ALL_DUE UINT64_C(7000000000)

/* {id, debit, credit, amount, pending, timeout, flags} */
const struct program programs[] = {
    {.name = "debits",
     .about = "two debits of 60 race for an account with 100",
     .protocols = ON_ALL | ON_UNSAFE,
     .preemptions = 2,
     .setup = {CREATE(1, 3), LIMIT(2), TRANSFERS({10, 1, 2, 100})},
     .fibers = {{TRANSFERS({11, 2, 3, 60})}, {TRANSFERS({12, 2, 3, 60})}}},
    {.name = "spenders",
     .about = "three debits of 40 race for an account with 100",
     .protocols = ON_ALL | ON_UNSAFE,
     .preemptions = 1,
     .setup = {CREATE(1, 3), LIMIT(2), TRANSFERS({10, 1, 2, 100})},
     .fibers = {{TRANSFERS({11, 2, 3, 40})},
                {TRANSFERS({12, 2, 3, 40})},
                {TRANSFERS({13, 2, 1, 40})}}},
    {.name = "crossing",
     .about = "A to B against B to A",
     .protocols = ON_ALL | ON_UNSAFE,
     .preemptions = 2,
     .setup = {CREATE(1, 2)},
     .fibers = {{TRANSFERS({11, 1, 2, 7})}, {TRANSFERS({12, 2, 1, 5})}}},
    {.name = "chains",
     .about = "a chain over three accounts against a read of all three, twice",
     .protocols = ON_ALL | ON_UNSAFE,
     .preemptions = 2,
     .setup = {CREATE(1, 2, 3)},
     .fibers = {{TRANSFERS({11, 1, 2, 5, .flags = LINKED}, {12, 2, 3, 5})},
                {LOOKUP(1, 2, 3), LOOKUP(1, 2, 3)}}},
    {.name = "instants",
     .about = "two transfers against two reads of two accounts: all agree on their order",
     .protocols = ON_ALL | ON_UNSAFE,
     .preemptions = 1,
     .setup = {CREATE(1, 2, 3)},
     .fibers =
         {{TRANSFERS({11, 1, 3, 5})}, {TRANSFERS({12, 2, 3, 5})}, {LOOKUP(1, 2)}, {LOOKUP(1, 2)}}},
    {.name = "undo",
     .about = "a chain that fails at its second leg against a debit that it must not disturb",
     .protocols = ON_ALL,
     .preemptions = 2,
     .setup = {CREATE(1, 3), LIMIT(2), TRANSFERS({10, 1, 2, 100})},
     .fibers = {{TRANSFERS({11, 1, 3, 5, .flags = LINKED}, {12, 2, 3, 101})},
                {TRANSFERS({13, 2, 3, 60}), TRANSFERS({14, 1, 3, 1})}}},
    {.name = "funding",
     .about = "chains that fund what they spend, of the same limited account",
     .protocols = ON_ALL | ON_UNSAFE,
     .preemptions = 2,
     .setup = {CREATE(1, 3), LIMIT(2)},
     .fibers = {{TRANSFERS({11, 1, 2, 50, .flags = LINKED}, {12, 2, 3, 50})},
                {TRANSFERS({13, 1, 2, 30, .flags = LINKED}, {14, 2, 3, 30})}}},
    {.name = "duplicates",
     .about = "one transfer, sent by two, and looked up meanwhile",
     .protocols = ON_ALL,
     .preemptions = 2,
     .setup = {CREATE(1, 2)},
     .fibers = {{TRANSFERS({11, 1, 2, 7})}, {TRANSFERS({11, 1, 2, 7}), FIND({11})}}},
    {.name = "burning",
     .about = "an id that fails for now, sent by two, while the money arrives",
     .protocols = ON_ALL | ON_UNSAFE,
     .preemptions = 1,
     .setup = {CREATE(1, 3), LIMIT(2)},
     .fibers = {{TRANSFERS({11, 2, 3, 7})},
                {TRANSFERS({11, 2, 3, 7})},
                {TRANSFERS({12, 1, 2, 7})}}},
    {.name = "resolving",
     .about = "a post against a void of one pending transfer",
     .protocols = ON_ALL,
     .preemptions = 2,
     .setup = {CREATE(1, 2), TRANSFERS({10, 1, 2, 9, .flags = PENDING})},
     .fibers = {{TRANSFERS({.id = 11, .amount = 9, .pending_id = 10, .flags = POST})},
                {TRANSFERS({.id = 12, .pending_id = 10, .flags = VOID})}}},
    {.name = "timeout",
     .about = "post, void and time-out of one pending transfer",
     .protocols = ON_ALL | ON_UNSAFE,
     .preemptions = 1,
     .setup = {CREATE(1, 2), TRANSFERS({10, 1, 2, 9, .timeout = 5, .flags = PENDING})},
     .fibers = {{TRANSFERS({.id = 11, .amount = 9, .pending_id = 10, .flags = POST})},
                {TRANSFERS({.id = 12, .pending_id = 10, .flags = VOID})},
                {ADVANCE, LOOKUP(1, 2)}}},
    {.name = "fate",
     .about = "the state of a hold, beside what its accounts show, while it is posted or voided",
     .protocols = ON_ALL,
     .preemptions = 1,
     .setup = {CREATE(1, 2), TRANSFERS({10, 1, 2, 9, .flags = PENDING})},
     .fibers = {{TRANSFERS({.id = 11, .amount = 9, .pending_id = 10, .flags = POST})},
                {TRANSFERS({.id = 12, .pending_id = 10, .flags = VOID})},
                {HOLD(10)}}},
    {.name = "doom",
     .about = "the same while it is voided or expires",
     .protocols = ON_ALL,
     .preemptions = 1,
     .setup = {CREATE(1, 2), TRANSFERS({10, 1, 2, 9, .timeout = 5, .flags = PENDING})},
     .fibers = {{TRANSFERS({.id = 12, .pending_id = 10, .flags = VOID})}, {ADVANCE, HOLD(10)}}},
    {.name = "revoked",
     .about = "the same while a chain voids it that may come to nothing: its own hold may lapse",
     .protocols = ON_ALL,
     .preemptions = 1,
     .setup = {CREATE(1, 2, 3, 4), TRANSFERS({10, 1, 2, 9, .flags = PENDING})},
     .fibers = {{TRANSFERS({.id = 11, .pending_id = 10, .flags = VOID | LINKED},
                           {12, 3, 4, 3, .timeout = 5, .flags = PENDING})},
                {{.kind = OP_ADVANCE, .ns = UINT64_C(6000000000)}, LOOKUP(3, 4)},
                {HOLD(10)}}},
    {.name = "claimed",
     .about = "a chain that voids and pays, against another void of the same pending transfer",
     .protocols = ON_ALL,
     .preemptions = 2,
     .setup = {CREATE(1, 2, 3), TRANSFERS({10, 1, 2, 9, .flags = PENDING})},
     .fibers = {{TRANSFERS({.id = 11, .pending_id = 10, .flags = VOID | LINKED}, {12, 1, 2, 20})},
                {TRANSFERS({.id = 13, .pending_id = 10, .flags = VOID}),
                 TRANSFERS({14, 1, 2, 1})}}},
    {.name = "regrant",
     .about = "a chain takes what its void gave back, up to 2^128 - 1, on both sides",
     .protocols = ON_ALL | ON_UNSAFE,
     .preemptions = 2,
     .setup = {CREATE(1, 2, 3),
               TRANSFERS({10, 1, 3, HALF, .flags = PENDING}, {11, 2, 1, HALF, .flags = PENDING})},
     .fibers = {{TRANSFERS({.id = 12, .pending_id = 10, .flags = VOID | LINKED},
                           {13, 2, 3, HALF - 1, .flags = LINKED},
                           {.id = 14, .pending_id = 11, .flags = VOID | LINKED},
                           {15, 2, 1, HALF - 1})},
                {TRANSFERS({16, 1, 3, 1}), LOOKUP(3)}}},
    {.name = "reopen",
     .about = "a chain opens a pending transfer, voids it and takes the room, of 2^127 each",
     .protocols = ON_ALL | ON_UNSAFE,
     .preemptions = 2,
     .setup = {CREATE(1, 2, 3)},
     .fibers = {{TRANSFERS({11, 1, 3, HALF, .flags = PENDING | LINKED},
                           {.id = 12, .pending_id = 11, .flags = VOID | LINKED}, {13, 2, 3, HALF})},
                {TRANSFERS({14, 2, 3, 5}), TRANSFERS({15, 1, 2, HALF})}}},
    {.name = "wrapping",
     .about = "a chain voids 1 and pays all of 2^128 - 1, against who pays 5 of it",
     .protocols = ON_ALL | ON_UNSAFE,
     .preemptions = 2,
     .setup = {CREATE(1, 3), LIMIT(2), TRANSFERS({10, 1, 2, MOST}),
               TRANSFERS({11, 2, 3, 1, .flags = PENDING})},
     .fibers = {{TRANSFERS({.id = 12, .pending_id = 11, .flags = VOID | LINKED}, {13, 2, 1, MOST})},
                {TRANSFERS({14, 2, 3, 5})}}},
    {.name = "parting",
     .about = "a chain posts a part, gives back the rest, and takes all but that; credits limited",
     .protocols = ON_ALL | ON_UNSAFE,
     .preemptions = 2,
     .setup = {CREATE(1, 3), LIMIT_CREDITS(2), TRANSFERS({10, 2, 1, MOST}),
               TRANSFERS({11, 3, 2, 9, .flags = PENDING})},
     .fibers = {{TRANSFERS({.id = 12, .amount = 4, .pending_id = 11, .flags = POST | LINKED},
                           {13, 1, 2, MOST - 4})},
                {TRANSFERS({14, 3, 2, 5})}}},
    {.name = "pausing",
     .about = "a chain holds all there is and voids it, against who pays and who holds",
     .protocols = ON_ALL,
     .preemptions = 2,
     .setup = {CREATE(1, 3), LIMIT(2), TRANSFERS({10, 1, 2, 100})},
     .fibers = {{TRANSFERS({11, 2, 3, 100, .flags = PENDING | LINKED},
                           {.id = 12, .pending_id = 11, .flags = VOID})},
                {TRANSFERS({13, 2, 3, 60}), LOOKUP(2)}}},
    {.name = "expired",
     .about = "2^127 falls due, and is taken again by a chain that voids as much",
     .protocols = ON_ALL,
     .preemptions = 1,
     .setup = {CREATE(1, 2, 3), TRANSFERS({10, 1, 3, HALF - 1, .timeout = 5, .flags = PENDING},
                                          {11, 2, 3, HALF, .flags = PENDING})},
     .fibers = {{TRANSFERS({.id = 12, .pending_id = 11, .flags = VOID | LINKED},
                           {13, 2, 3, HALF, .flags = LINKED}, {14, 1, 2, HALF})},
                {ADVANCE, TRANSFERS({15, 1, 3, HALF - 1}), LOOKUP(1, 2, 3)}}},
    {.name = "lapse",
     .about = "a pending transfer that may fall due before it is committed",
     .protocols = ON_ALL,
     .preemptions = 2,
     .setup = {CREATE(1, 2)},
     .fibers = {{TRANSFERS({11, 1, 2, 9, .timeout = 5, .flags = PENDING})},
                {ADVANCE, TRANSFERS({12, 1, 2, 3}), LOOKUP(1, 2)}}},
    {.name = "lapses",
     .about = "a chain of two pending transfers of which the second may fall due before that",
     .protocols = ON_ALL,
     .preemptions = 1,
     .setup = {CREATE(1, 2)},
     .fibers = {{TRANSFERS({11, 1, 2, 9, .timeout = 9, .flags = PENDING | LINKED},
                           {12, 1, 2, 3, .timeout = 5, .flags = PENDING})},
                {ADVANCE, LOOKUP(1, 2)}}},
    {.name = "due",
     .about = "a snapshot while a pending transfer falls due",
     .protocols = ON_VERSIONED,
     .preemptions = 2,
     .setup = {CREATE(1, 2), TRANSFERS({10, 1, 2, 9, .timeout = 5, .flags = PENDING})},
     .fibers = {{SNAPSHOT}, {ADVANCE, LOOKUP(1, 2)}}},
    {.name = "backlog",
     .about = "a read of accounts that have something due, while others' expires",
     .protocols = ON_ALL,
     .preemptions = 1,
     .setup = {CREATE(1, 2, 3, 4), TRANSFERS({10, 1, 2, 9, .timeout = 5, .flags = PENDING},
                                             {11, 3, 4, 7, .timeout = 5, .flags = PENDING},
                                             {12, 1, 3, 5, .timeout = 5, .flags = PENDING})},
     .fibers = {{ADVANCE_BY(FIRST_DUE), LOOKUP(1, 2)}, {LOOKUP(3, 4), LOOKUP(3, 4)}}},
    {.name = "overtaking",
     .about = "a hold expires before an earlier one of the same account, which others read",
     .protocols = ON_ALL,
     .preemptions = 1,
     .setup = {CREATE(1, 2, 3, 4), TRANSFERS({10, 2, 3, 9, .timeout = 5, .flags = PENDING},
                                             {11, 1, 2, 7, .timeout = 6, .flags = PENDING})},
     .fibers = {{ADVANCE_BY(ALL_DUE), LOOKUP(1)}, {LOOKUP(2)}, {TRANSFERS({12, 2, 4, 1})}}},
    {.name = "latecomer",
     .about = "a hold that is opened when it is due already, while others' are left behind",
     .protocols = ON_ALL,
     .preemptions = 1,
     .setup = {CREATE(1, 2, 3, 4), TRANSFERS({10, 3, 4, 9, .timeout = 5, .flags = PENDING},
                                             {11, 3, 4, 7, .timeout = 5, .flags = PENDING},
                                             {12, 3, 4, 5, .timeout = 5, .flags = PENDING})},
     .fibers = {{TRANSFERS({13, 1, 2, 3, .timeout = 1, .flags = PENDING})},
                {ADVANCE_BY(ALL_DUE), LOOKUP(1, 2)},
                {LOOKUP(1)}}},
    {.name = "slices",
     .about = "post, void and time-out of holds, each the other's backlog",
     .protocols = ON_ALL,
     .preemptions = 1,
     .setup = {CREATE(1, 2, 3, 4), TRANSFERS({10, 1, 2, 9, .timeout = 5, .flags = PENDING},
                                             {11, 3, 4, 7, .timeout = 5, .flags = PENDING})},
     .fibers = {{TRANSFERS({.id = 12, .amount = 9, .pending_id = 10, .flags = POST})},
                {TRANSFERS({.id = 13, .pending_id = 11, .flags = VOID})},
                {ADVANCE_BY(ALL_DUE), LOOKUP(1, 2)}}},
    {.name = "newcomer",
     .about = "an account is created and used while a snapshot is taken",
     .protocols = ON_VERSIONED,
     .preemptions = 2,
     .setup = {CREATE(1, 2)},
     .fibers = {{CREATE(3), TRANSFERS({11, 1, 3, 4})}, {SNAPSHOT, LOOKUP(1, 2)}}},
    {.name = "snapshot",
     .about = "a snapshot against a batch of two transfers",
     .protocols = ON_VERSIONED | ON_UNSAFE,
     .preemptions = 2,
     .setup = {CREATE(1, 2, 3)},
     .fibers = {{TRANSFERS({11, 1, 2, 5}, {12, 2, 3, 3})}, {SNAPSHOT, LOOKUP(1, 2, 3)}}},
    {.name = "reuse",
     .about = "transfers that use versions again (rcu) against reads and a snapshot",
     .protocols = ON_VERSIONED | ON_UNSAFE,
     .preemptions = 2,
     .setup = {CREATE(1, 2), TRANSFERS({10, 1, 2, 100})},
     .fibers = {{TRANSFERS({11, 1, 2, 1}), TRANSFERS({12, 1, 2, 2}), TRANSFERS({13, 2, 1, 3})},
                {LOOKUP(1, 2), SNAPSHOT}}},
    {.name = "growth",
     .about = "a shard of the index grows while its ids are looked up",
     .protocols = ON_ALL,
     .preemptions = 2,
     .setup = {CREATE(1, 2),
               TRANSFERS({1000, 1, 2, 1}, {1001, 1, 2, 1}, {1002, 1, 2, 1}, {1003, 1, 2, 1})},
     .fibers = {{TRANSFERS({1004, 1, 2, 1})}, {FIND({1003}, {1000}, {1004})}}},
    {.name = "removal",
     .about = "an id is freed while one that moves to its place is looked up",
     .protocols = ON_ALL,
     .preemptions = 2,
     .setup = {CREATE(1, 2),
               TRANSFERS({2000, 1, 2, 1}, {2001, 1, 2, 1}, {2002, 1, 2, 1}, {2003, 1, 2, 1}),
               TRANSFERS({2004, 1, 2, 1}, {2005, 1, 2, 1}, {2006, 1, 2, 1})},
     .fibers = {{TRANSFERS({2007, 1, 2, 1, .flags = LINKED}, {11, 1, 9, 1})},
                {TRANSFERS({2008, 1, 2, 1}), FIND({2008}, {2007}, {2000})}}},
    {.name = "creation",
     .about = "an account is created while a transfer and a read want it",
     .protocols = ON_ALL,
     .preemptions = 1,
     .setup = {CREATE(1, 2)},
     .fibers = {{CREATE(3)}, {TRANSFERS({11, 1, 3, 4})}, {LOOKUP(1, 3)}}},
    {.name = "history",
     .about = "the transfers and balances of an account while it gets more",
     .protocols = ON_ALL | ON_UNSAFE,
     .preemptions = 2,
     .setup = {CREATE(1, 2, 3), TRANSFERS({10, 1, 2, 1})},
     .fibers = {{TRANSFERS({11, 1, 2, 2, .flags = LINKED}, {12, 3, 1, 4})},
                {HISTORY(1), TRANSFERS({13, 2, 1, 8})}}},
    {.name = "following",
     .about = "changes are followed while two transfers commit in either order",
     .protocols = ON_ALL,
     .preemptions = 2,
     .setup = {CREATE(1, 2)},
     .fibers = {{TRANSFERS({11, 1, 2, 2})}, {TRANSFERS({12, 2, 1, 3}), FOLLOW, FOLLOW}}},
    {.name = "follower",
     .about = "changes are followed by a third, while an account is new and a chain is posted",
     .protocols = ON_ALL,
     .preemptions = 1,
     .setup = {CREATE(1, 2)},
     .fibers = {{TRANSFERS({11, 1, 2, 2, .flags = LINKED}, {12, 2, 1, 3})},
                {CREATE(3), TRANSFERS({13, 1, 3, 3})},
                {FOLLOW, FOLLOW}}},
    {.name = "expiring",
     .about = "changes are followed while a pending transfer falls due",
     .protocols = ON_ALL,
     .preemptions = 2,
     .setup = {CREATE(1, 2), TRANSFERS({10, 1, 2, 9, .timeout = 5, .flags = PENDING})},
     .fibers = {{ADVANCE, LOOKUP(1), TRANSFERS({11, 1, 2, 2})}, {FOLLOW, FOLLOW, FOLLOW}}},
    {.name = "marks",
     .about = "two readers leave markers on a strand while it gets more",
     .protocols = ON_ALL,
     .preemptions = 1,
     .setup = {CREATE(1, 2, 3),
               TRANSFERS({10, 1, 2, 1}, {11, 1, 2, 2}, {12, 3, 1, 3}, {13, 1, 2, 4})},
     .fibers = {{HISTORY(1)}, {HISTORY(1)}, {TRANSFERS({14, 1, 2, 5}, {15, 1, 3, 6})}}},
    {.name = "notes",
     .about = "two scans note chunks of places while these fill, and come back",
     .protocols = ON_ALL,
     .preemptions = 1,
     .setup = {CREATE(1, 2), TRANSFERS({10, 1, 2, 1}, {11, 1, 2, 2}, {12, 1, 2, 3})},
     .fibers = {{SCAN, SCAN},
                {SCAN},
                {TRANSFERS({13, 1, 2, 4}, {14, 1, 2, 5}, {15, 9, 2, 6}),
                 TRANSFERS({16, 1, 2, 7})}}},
    {.name = "kept",
     .about = "two transfers of a journaled ledger: what is answered is in the log",
     .protocols = ON_ALL,
     .is_kept = true,
     .preemptions = 1,
     .setup = {CREATE(1, 2, 3)},
     .fibers = {{TRANSFERS({11, 1, 2, 5})}, {TRANSFERS({12, 2, 3, 3})}}},
    {.name = "lapsed",
     .about = "a hold of a journaled ledger falls due while its accounts are read",
     .protocols = ON_ALL,
     .is_kept = true,
     .preemptions = 1,
     .setup = {CREATE(1, 2), TRANSFERS({10, 1, 2, 9, .timeout = 5, .flags = PENDING})},
     .fibers = {{ADVANCE, LOOKUP(1, 2)}, {LOOKUP(2), TRANSFERS({11, 1, 2, 2})}}},
    {.name = "vouched",
     .about = "a transfer of a journaled ledger, sent by two, beside the original's frame",
     .protocols = ON_ALL,
     .is_kept = true,
     .preemptions = 1,
     .setup = {CREATE(1, 3), LIMIT(2)},
     .fibers = {{TRANSFERS({11, 1, 3, 7}), TRANSFERS({12, 2, 3, 7})},
                {TRANSFERS({11, 1, 3, 7}, {12, 2, 3, 7}), FIND({11}, {12})}}},
    {.name = "chained",
     .about = "a chain of a journaled ledger beside reads of its accounts, and a void of its hold",
     .protocols = ON_ALL,
     .is_kept = true,
     .preemptions = 1,
     .setup = {CREATE(1, 2, 3)},
     .fibers = {{TRANSFERS({11, 1, 2, 5, .flags = LINKED | PENDING}, {12, 2, 3, 5})},
                {LOOKUP(1, 2, 3), TRANSFERS({.id = 13, .pending_id = 11, .flags = VOID})}}},
    {.name = "brought",
     .about = "an import into a journaled ledger beside a read",
     .protocols = ON_ALL,
     .is_kept = true,
     .preemptions = 1,
     .setup = {{.kind = OP_CREATE, .flags = QUIPU_ACCOUNT_IMPORTED, .accounts = {1, 2}}},
     .fibers = {{TRANSFERS({11, 1, 2, 5, .flags = QUIPU_TRANSFER_IMPORTED},
                           {12, 2, 1, 3, .flags = QUIPU_TRANSFER_IMPORTED})},
                {LOOKUP(1, 2), FIND({11})}}},
    {.name = "watched",
     .about = "changes of a journaled ledger are followed while a hold falls due",
     .protocols = ON_ALL,
     .is_kept = true,
     .preemptions = 1,
     .setup = {CREATE(1, 2), TRANSFERS({10, 1, 2, 9, .timeout = 5, .flags = PENDING})},
     .fibers = {{ADVANCE, LOOKUP(1), TRANSFERS({11, 1, 2, 2})}, {FOLLOW, FOLLOW, FOLLOW}}},
    {.name = "walked",
     .about = "a history and all transfers of a journaled ledger beside a chain",
     .protocols = ON_ALL,
     .is_kept = true,
     .preemptions = 1,
     .setup = {CREATE(1, 2, 3), TRANSFERS({10, 1, 2, 1})},
     .fibers = {{TRANSFERS({11, 1, 2, 2, .flags = LINKED}, {12, 3, 1, 4})}, {HISTORY(1), SCAN}}},
    {.name = "doomed",
     .about = "the state of a hold of a journaled ledger while it is voided or expires",
     .protocols = ON_ALL,
     .is_kept = true,
     .preemptions = 1,
     .setup = {CREATE(1, 2), TRANSFERS({10, 1, 2, 9, .timeout = 5, .flags = PENDING})},
     .fibers = {{TRANSFERS({.id = 12, .pending_id = 10, .flags = VOID})}, {ADVANCE, HOLD(10)}}},
    {.name = "cramped",
     .about = "batches of a journaled ledger that fill their rings",
     .protocols = ON_ALL,
     .is_kept = true,
     .preemptions = 1,
     .setup = {CREATE(1, 2, 3)},
     .fibers =
         {{TRANSFERS({11, 1, 2, 1}, {12, 2, 3, 2}, {13, 9, 3, 3}, {14, 1, 3, 4}, {15, 1, 2, 5}),
           TRANSFERS({16, 1, 2, 1}, {17, 2, 3, 2}, {18, 9, 3, 3}, {19, 1, 3, 4}, {20, 1, 2, 5})},
          {LOOKUP(1, 2, 3)}}},
    {.name = "queued",
     .about = "a queue of a journaled ledger beside a call that waits",
     .protocols = ON_ALL,
     .is_kept = true,
     .queues = 1,
     .preemptions = 1,
     .setup = {CREATE(1, 2, 3)},
     .fibers = {{TRANSFERS({11, 1, 2, 5}), TRANSFERS({12, 2, 1, 3})}, {TRANSFERS({13, 2, 3, 3})}}},
    {.name = "queues",
     .about = "two queues of a journaled ledger, and nobody waits",
     .protocols = ON_ALL,
     .is_kept = true,
     .queues = 2,
     .preemptions = 1,
     .setup = {CREATE(1, 2, 3)},
     .fibers = {{TRANSFERS({11, 1, 2, 5}), TRANSFERS({12, 2, 1, 3})}, {TRANSFERS({13, 2, 3, 3})}}},
    {.name = "served",
     .about = "a queue on a handle, and the daemon",
     .protocols = ON_OPTIMISTIC,
     .is_far = true,
     .queues = 1,
     .preemptions = 3,
     .setup = {CREATE(1, 2)},
     .fibers = {{TRANSFERS({11, 1, 2, 5}), TRANSFERS({12, 2, 1, 3})}}},
    {.name = "serves",
     .about = "two queues on a handle, and the daemon",
     .protocols = ON_OPTIMISTIC,
     .is_far = true,
     .queues = 2,
     .preemptions = 1,
     .setup = {CREATE(1, 2, 3)},
     .fibers = {{TRANSFERS({11, 1, 2, 5}), TRANSFERS({12, 2, 1, 3})}, {TRANSFERS({13, 2, 3, 3})}}},
    {.name = "shared",
     .about = "two threads on a handle, and the daemon",
     .protocols = ON_OPTIMISTIC,
     .is_far = true,
     .preemptions = 1,
     .setup = {CREATE(1, 2, 3)},
     .fibers = {{TRANSFERS({11, 1, 2, 5}), TRANSFERS({12, 2, 1, 3})}, {TRANSFERS({13, 2, 3, 3})}}},
    {.name = "skew",
     .about = "two commits that each expect what the other changes",
     .protocols = ON_VERSIONED | ON_UNSAFE,
     .preemptions = 2,
     .setup = {CREATE(1, 2, 3)},
     .fibers = {{{.kind = OP_COMMIT, .accounts = {1, 2}, .events = {{11, 1, 3, 5}}}},
                {{.kind = OP_COMMIT, .accounts = {1, 2}, .events = {{12, 2, 3, 5}}}}}},
    {.name = "reheld",
     .about = "a chain voids a hold that falls due, and holds again on its accounts",
     .protocols = ON_ALL,
     .preemptions = 2,
     .setup = {CREATE(1, 2), TRANSFERS({10, 1, 2, 1, .timeout = 5, .flags = PENDING})},
     .fibers = {{TRANSFERS({.id = 11, .pending_id = 10, .flags = VOID | LINKED},
                           {12, 1, 2, 1, .timeout = 5, .flags = PENDING})},
                {ADVANCE_BY(ALL_DUE), LOOKUP(1, 2)}}},
    {.name = "contenders",
     .about = "two acquire one lease at once, and both pay under what they were told",
     .protocols = ON_VERSIONED,
     .preemptions = 1,
     .setup = {CREATE(1, 2, 3, 4)},
     .fibers = {{ACQUIRE(11), FENCED({21, 3, 4, 5})}, {ACQUIRE(12), FENCED({22, 3, 4, 7})}}},
    {.name = "leases",
     .about = "one pays under a lease while it expires, and another acquires it and pays",
     .protocols = ON_VERSIONED,
     .preemptions = 2,
     .setup = {CREATE(1, 2, 3, 4)},
     .fibers = {{ACQUIRE(11), FENCED({21, 3, 4, 5})},
                {ADVANCE_BY(ALL_DUE), ACQUIRE(12), FENCED({23, 3, 4, 7})}}},
    {.name = "renewals",
     .about = "one renews a lease while it expires, and another acquires it; both pay",
     .protocols = ON_VERSIONED,
     .preemptions = 1,
     .setup = {CREATE(1, 2, 3, 4)},
     .fibers = {{ACQUIRE(11), RENEW(13, 14), FENCED({21, 3, 4, 5})},
                {ADVANCE_BY(ALL_DUE), ACQUIRE(12), FENCED({23, 3, 4, 7})}}},
};

const size_t program_count = sizeof programs / sizeof *programs;

const struct program *program_find(const char *name)
{
    for (size_t i = 0; i < program_count; i++) {
        if (strcmp(programs[i].name, name) == 0) return &programs[i];
    }
    return NULL;
}

uint32_t program_fibers(const struct program *program)
{
    uint32_t count = 0;

    while (count < FIBERS_MAX && program->fibers[count][0].kind != OP_NONE)
        count++;
    return count;
}
