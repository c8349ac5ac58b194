/* types.h - the records of a ledger, as callers see them.
 *
 * All records are little-endian, 16-byte aligned where they hold a 128-bit field, without holes;
 * their sizes are part of the interface and asserted below. Amounts are in minor units (cents),
 * timestamps in nanoseconds since the Unix epoch, time-outs in seconds. */
#ifndef QUIPU_TYPES_H
#define QUIPU_TYPES_H

#include <stdint.h>

#ifdef __cplusplus
#define QUIPU_STATIC_ASSERT(claim, text) static_assert(claim, text)
#else
#define QUIPU_STATIC_ASSERT(claim, text) _Static_assert(claim, text)
#endif

__extension__ typedef unsigned __int128 quipu_uint128;

/* The largest amount. As the amount of a post it means "all of it". */
#define QUIPU_AMOUNT_MAX (~(quipu_uint128)0)

/* The most events, ids or expectations one call takes. */
#define QUIPU_BATCH_MAX 8190

/* Did the call itself work? What became of each event is in its quipu_result. */
typedef enum quipu_status {
    QUIPU_OK,          /* yes */
    QUIPU_INVALID,     /* an argument makes no sense; nothing was done */
    QUIPU_CONFLICT,    /* an account is not at its expected version; nothing was done */
    QUIPU_UNSUPPORTED, /* this protocol or build does not offer it; nothing was done */
    QUIPU_NO_MEMORY,   /* memory ran out; results[] says which events were done */
    QUIPU_NO_SPACE,    /* a capacity is exhausted; results[] says which events were done */
    QUIPU_IO,          /* the file system failed */
    QUIPU_CORRUPT,     /* a file is not what was written */
    QUIPU_BUSY,        /* calls are in flight, or were when this process was forked */
    QUIPU_FENCED       /* another process owns the ledger now */
} quipu_status;

typedef struct quipu_account {
    quipu_uint128 id; /* not 0, not 2^128-1 */
    quipu_uint128 debits_pending;
    quipu_uint128 debits_posted;
    quipu_uint128 credits_pending;
    quipu_uint128 credits_posted;
    quipu_uint128 user_data_128;
    uint64_t user_data_64;
    uint32_t user_data_32;
    uint32_t reserved; /* zero */
    uint32_t ledger;
    uint16_t code;
    uint16_t flags;
    uint64_t timestamp; /* of creation; zero in a request, unless imported */
} quipu_account;

enum {
    QUIPU_ACCOUNT_LINKED = 1 << 0,
    QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS = 1 << 1,
    QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS = 1 << 2,
    QUIPU_ACCOUNT_HISTORY = 1 << 3,
    QUIPU_ACCOUNT_IMPORTED = 1 << 4,
    QUIPU_ACCOUNT_CLOSED = 1 << 5
};

typedef struct quipu_transfer {
    quipu_uint128 id; /* not 0, not 2^128-1; the idempotency key */
    quipu_uint128 debit_account_id;
    quipu_uint128 credit_account_id;
    quipu_uint128 amount;
    quipu_uint128 pending_id; /* the pending transfer to post or void */
    quipu_uint128 user_data_128;
    uint64_t user_data_64;
    uint32_t user_data_32;
    uint32_t timeout; /* seconds; pending transfers only */
    uint32_t ledger;
    uint16_t code;
    uint16_t flags;
    uint64_t timestamp; /* zero in a request, unless imported */
} quipu_transfer;

enum {
    QUIPU_TRANSFER_LINKED = 1 << 0,
    QUIPU_TRANSFER_PENDING = 1 << 1,
    QUIPU_TRANSFER_POST_PENDING_TRANSFER = 1 << 2,
    QUIPU_TRANSFER_VOID_PENDING_TRANSFER = 1 << 3,
    QUIPU_TRANSFER_BALANCING_DEBIT = 1 << 4,
    QUIPU_TRANSFER_BALANCING_CREDIT = 1 << 5,
    QUIPU_TRANSFER_CLOSING_DEBIT = 1 << 6,
    QUIPU_TRANSFER_CLOSING_CREDIT = 1 << 7,
    QUIPU_TRANSFER_IMPORTED = 1 << 8
};

/* Of which list an outcome is: the two number theirs apart. */
typedef enum quipu_event { QUIPU_EVENT_ACCOUNT, QUIPU_EVENT_TRANSFER } quipu_event;

/* What became of one event. */
typedef struct quipu_result {
    uint64_t timestamp; /* the record's if created or exists; if not, when it was judged */
    uint32_t status;    /* QUIPU_CREATED or a code of outcome.h; 0: not reached, nothing done */
    uint32_t reserved;  /* zero */
} quipu_result;

/* An account's totals right after one of its transfers. */
typedef struct quipu_account_balance {
    quipu_uint128 debits_pending;
    quipu_uint128 debits_posted;
    quipu_uint128 credits_pending;
    quipu_uint128 credits_posted;
    uint64_t timestamp; /* the transfer's */
    uint8_t reserved[56];
} quipu_account_balance;

/* What became of a pending transfer. */
typedef enum quipu_hold_state {
    QUIPU_HOLD_NONE,   /* there is no pending transfer with this id */
    QUIPU_HOLD_OPEN,   /* it reserves its amount */
    QUIPU_HOLD_POSTED, /* whole or in part; what is left is no longer reserved */
    QUIPU_HOLD_VOIDED,
    QUIPU_HOLD_EXPIRED
} quipu_hold_state;

/* A pending transfer and what became of it. All zero if there is none with this id. */
typedef struct quipu_hold {
    quipu_uint128 id; /* of the pending transfer */
    quipu_uint128 debit_account_id;
    quipu_uint128 credit_account_id;
    quipu_uint128 amount;      /* reserved while it is open */
    quipu_uint128 posted;      /* of that; 0 unless posted */
    quipu_uint128 resolved_by; /* id of the transfer that posted or voided it, or 0 */
    uint64_t timestamp;        /* when it was opened: that of the pending transfer */
    uint64_t due;         /* when it expires or would have: it is gone from then on; 0: never */
    uint64_t resolved_at; /* when it was posted or voided; `due` if it expired; 0: open */
    uint32_t state;       /* quipu_hold_state */
    uint32_t reserved;    /* zero */
} quipu_hold;

/* Which transfers of one account; a zero field filters nothing. */
typedef struct quipu_account_filter {
    quipu_uint128 account_id;
    quipu_uint128 user_data_128;
    uint64_t user_data_64;
    uint32_t user_data_32;
    uint16_t code;
    uint8_t reserved[58];   /* zero */
    uint64_t timestamp_min; /* inclusive, at most 2^63-1; 0: open */
    uint64_t timestamp_max; /* inclusive, at most 2^63-1; 0: open */
    uint32_t limit;         /* at most so many; not zero */
    uint32_t flags;         /* at least one of debits and credits */
} quipu_account_filter;

enum {
    QUIPU_FILTER_DEBITS = 1 << 0,
    QUIPU_FILTER_CREDITS = 1 << 1,
    QUIPU_FILTER_REVERSED = 1 << 2 /* newest first */
};

/* Which accounts, or which transfers; a zero field filters nothing. */
typedef struct quipu_query_filter {
    quipu_uint128 user_data_128;
    uint64_t user_data_64;
    uint32_t user_data_32;
    uint32_t ledger;
    uint16_t code;
    uint8_t reserved[6];    /* zero */
    uint64_t timestamp_min; /* inclusive, at most 2^63-1; 0: open */
    uint64_t timestamp_max; /* inclusive, at most 2^63-1; 0: open */
    uint32_t limit;         /* at most so many; not zero */
    uint32_t flags;
} quipu_query_filter;

enum {
    QUIPU_QUERY_REVERSED = 1 << 0 /* newest first */
};

/* "This account is still at this version." */
typedef struct quipu_expectation {
    quipu_uint128 account_id;
    uint64_t version;  /* as a lookup gave it; not zero */
    uint64_t reserved; /* zero */
} quipu_expectation;

/* Both accounts right after a transfer, or as they stood when it was refused. An account that was
 * never looked at (an earlier check refused, or the chain failed elsewhere) is all zero. */
typedef struct quipu_receipt {
    quipu_account debit, credit;
    uint64_t debit_version, credit_version;
} quipu_receipt;

/* The versions that a stored transfer gave its two accounts. */
typedef struct quipu_transfer_versions {
    uint64_t debit, credit;
} quipu_transfer_versions;

/* What happened. 0 to 4 are numbered as in TigerBeetle. */
typedef enum quipu_change_type {
    QUIPU_CHANGE_TRANSFER,        /* a transfer that is not pending and resolves nothing */
    QUIPU_CHANGE_PENDING,         /* a pending transfer was created: a hold */
    QUIPU_CHANGE_PENDING_POSTED,  /* a transfer posted a hold, whole or in part */
    QUIPU_CHANGE_PENDING_VOIDED,  /* a transfer voided a hold */
    QUIPU_CHANGE_PENDING_EXPIRED, /* a hold expired */
    QUIPU_CHANGE_ACCOUNT          /* an account was created */
} quipu_change_type;

/* One change of the ledger, with both accounts right after it. */
typedef struct quipu_change {
    quipu_transfer transfer; /* as stored; expired: the pending transfer; account: all zero */
    quipu_account debit;     /* account: the new one */
    quipu_account credit;    /* account: all zero */
    uint64_t debit_version, credit_version;
    uint64_t timestamp; /* when it happened: the record's; expired: due - 1, or later, see
                           semantics.md; imported: when it came in, later than the record's own */
    uint64_t order;     /* among changes of one timestamp; expiries and the events of one import
                           may share one */
    uint32_t type;      /* quipu_change_type */
    uint32_t reserved[7];
} quipu_change;

/* Which changes: those after a position, up to the horizon. */
typedef struct quipu_change_filter {
    uint64_t after_timestamp; /* the position of the last change that was received; */
    uint64_t after_order;     /* 0 and 0: from the beginning */
    uint64_t timestamp_max;   /* inclusive; 0: open */
    uint32_t limit;           /* at most so many; not zero */
    uint32_t reserved[9];     /* zero */
} quipu_change_filter;

/* How full a ledger is, and what its calls have met since it was opened. While calls are in flight,
 * what they are about to store is counted, too. */
typedef struct quipu_counters {
    uint64_t accounts, account_capacity;
    uint64_t transfers, transfer_capacity;
    uint64_t failed_ids, failed_id_capacity; /* ids of transient failures */
    uint64_t holds;                          /* pending transfers stored, resolved ones as well */
    uint64_t timeouts;                       /* of these, those that wait for their time-out */
    uint64_t workers;                        /* the most calls that were in flight at once */
    uint64_t table_bytes;   /* made usable for all tables; memory stands behind what was touched */
    uint64_t open_holds;    /* pending transfers that reserve their amount */
    uint64_t expiries;      /* holds that have expired, ever */
    uint64_t conflicts;     /* commits that were QUIPU_CONFLICT */
    uint64_t retries;       /* attempts beyond a transfer's first: something had moved meanwhile, or
                             had to expire before */
    uint64_t journal_bytes; /* of frames that were appended; 0: in memory, as is the next */
    uint64_t journal_lag;   /* ns from what is on disk to the newest timestamp that was given out,
                               be it to an event that changed nothing; 0: all is on disk */
} quipu_counters;

QUIPU_STATIC_ASSERT(sizeof(quipu_account) == 128, "an account is two cache lines");
QUIPU_STATIC_ASSERT(sizeof(quipu_transfer) == 128, "a transfer is two cache lines");
QUIPU_STATIC_ASSERT(sizeof(quipu_result) == 16, "a result is sixteen bytes");
QUIPU_STATIC_ASSERT(sizeof(quipu_account_balance) == 128, "a balance is two cache lines");
QUIPU_STATIC_ASSERT(sizeof(quipu_hold) == 128, "a hold is two cache lines");
QUIPU_STATIC_ASSERT(sizeof(quipu_account_filter) == 128, "an account filter is two cache lines");
QUIPU_STATIC_ASSERT(sizeof(quipu_query_filter) == 64, "a query filter is one cache line");
QUIPU_STATIC_ASSERT(sizeof(quipu_change) == 448, "a change is seven cache lines");
QUIPU_STATIC_ASSERT(sizeof(quipu_change_filter) == 64, "a change filter is one cache line");
QUIPU_STATIC_ASSERT(sizeof(quipu_expectation) == 32, "an expectation is half a cache line");
QUIPU_STATIC_ASSERT(sizeof(quipu_counters) == 128, "counters are two cache lines");

#endif
