/* quipu.hpp - the ledger for C++17: handles that close themselves, enumerations, a retry that is
 * right. Header-only, over quipu.h: link the same library.
 *
 * Calls do not throw: they return a quipu::status, as those of quipu.h do, and what they mean is
 * said there. Opening and connecting give an empty handle and a status. Records are those of
 * quipu/types.h: aggregates, zero-initialised by `{}`.
 *
 *     auto [ledger, opened] = quipu::ledger::open({});
 *     if (opened != quipu::status::ok) return 1;
 *
 *   threads  as quipu.h; a handle itself is moved and closed by one thread */
#ifndef QUIPU_HPP
#define QUIPU_HPP

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "quipu/connect.h"
#include "quipu/format.h"
#include "quipu/queue.h"
#include "quipu/quipu.h"

namespace quipu {

using account = quipu_account;
using transfer = quipu_transfer;
using result = quipu_result;
using receipt = quipu_receipt;
using hold = quipu_hold;
using expectation = quipu_expectation;
using options = quipu_options;
using uint128 = quipu_uint128;

enum class status {
    ok = QUIPU_OK,
    invalid = QUIPU_INVALID,
    conflict = QUIPU_CONFLICT,
    unsupported = QUIPU_UNSUPPORTED,
    no_memory = QUIPU_NO_MEMORY,
    no_space = QUIPU_NO_SPACE,
    io = QUIPU_IO,
    corrupt = QUIPU_CORRUPT,
    busy = QUIPU_BUSY,
    fenced = QUIPU_FENCED
};

enum class protocol {
    optimistic = QUIPU_OPTIMISTIC,
    cas = QUIPU_CAS,
    mutex = QUIPU_MUTEX,
    rcu = QUIPU_RCU
};

/* Names of outcome.h, with `is_` before them: capitals are macros of others too often. */
enum class account_outcome : std::uint32_t {
    is_CREATED = QUIPU_CREATED,
#define QUIPU_HPP_OUTCOME(name, number, kind, text) is_##name = QUIPU_CREATE_ACCOUNT_##name,
    QUIPU_CREATE_ACCOUNT_MAP(QUIPU_HPP_OUTCOME)
#undef QUIPU_HPP_OUTCOME
};

enum class transfer_outcome : std::uint32_t {
    is_CREATED = QUIPU_CREATED,
#define QUIPU_HPP_OUTCOME(name, number, kind, text) is_##name = QUIPU_CREATE_TRANSFER_##name,
    QUIPU_CREATE_TRANSFER_MAP(QUIPU_HPP_OUTCOME)
#undef QUIPU_HPP_OUTCOME
};

/* Flags of a record: flags(account_flag::history, account_flag::linked). */
enum class account_flag : std::uint16_t {
    linked = QUIPU_ACCOUNT_LINKED,
    debits_must_not_exceed_credits = QUIPU_ACCOUNT_DEBITS_MUST_NOT_EXCEED_CREDITS,
    credits_must_not_exceed_debits = QUIPU_ACCOUNT_CREDITS_MUST_NOT_EXCEED_DEBITS,
    history = QUIPU_ACCOUNT_HISTORY,
    imported = QUIPU_ACCOUNT_IMPORTED,
    closed = QUIPU_ACCOUNT_CLOSED
};

enum class transfer_flag : std::uint16_t {
    linked = QUIPU_TRANSFER_LINKED,
    pending = QUIPU_TRANSFER_PENDING,
    post_pending_transfer = QUIPU_TRANSFER_POST_PENDING_TRANSFER,
    void_pending_transfer = QUIPU_TRANSFER_VOID_PENDING_TRANSFER,
    balancing_debit = QUIPU_TRANSFER_BALANCING_DEBIT,
    balancing_credit = QUIPU_TRANSFER_BALANCING_CREDIT,
    closing_debit = QUIPU_TRANSFER_CLOSING_DEBIT,
    closing_credit = QUIPU_TRANSFER_CLOSING_CREDIT,
    imported = QUIPU_TRANSFER_IMPORTED
};

template <typename flag, typename... more>
constexpr std::uint16_t flags(flag first, more... rest)
{
    return static_cast<std::uint16_t>(
        (static_cast<unsigned>(first) | ... | static_cast<unsigned>(rest)));
}

inline const char *text(status of)
{
    return quipu_status_text(static_cast<quipu_status>(of));
}

inline const char *text(account_outcome of)
{
    return quipu_create_account_text(static_cast<std::uint32_t>(of));
}

inline const char *text(transfer_outcome of)
{
    return quipu_create_transfer_text(static_cast<std::uint32_t>(of));
}

inline transfer_outcome outcome(const result &of)
{
    return static_cast<transfer_outcome>(of.status);
}

/* The version of the library. */
inline const char *version()
{
    return quipu_version();
}

/* A ledger that is open, or none. It is closed at the end of its scope. */
class ledger {
public:
    ledger() = default;
    ledger(const ledger &) = delete;
    ledger &operator=(const ledger &) = delete;

    ledger(ledger &&other) noexcept : handle_(std::exchange(other.handle_, nullptr))
    {
    }

    ledger &operator=(ledger &&other) noexcept
    {
        if (this != &other) {
            (void)close();
            handle_ = std::exchange(other.handle_, nullptr);
        }
        return *this;
    }

    ~ledger()
    {
        (void)close();
    }

    static std::pair<ledger, status> open(const options &with)
    {
        ledger opened;
        const quipu_status how = quipu_open(&with, &opened.handle_);

        return {std::move(opened), static_cast<status>(how)};
    }

    /* The ledger of a daemon: see connect.h. */
    static std::pair<ledger, status> connect(const char *path)
    {
        ledger opened;
        const quipu_status how = quipu_connect(path, nullptr, &opened.handle_);

        return {std::move(opened), static_cast<status>(how)};
    }

    /* Close it now, to learn how that ends. `busy` leaves it open. */
    status close()
    {
        quipu_status how = QUIPU_OK;

        if (handle_ != nullptr) how = quipu_close(handle_);
        if (how != QUIPU_BUSY) handle_ = nullptr;
        return static_cast<status>(how);
    }

    explicit operator bool() const
    {
        return handle_ != nullptr;
    }

    /* For calls of quipu.h. */
    quipu_ledger *get() const
    {
        return handle_;
    }

    status create(const std::vector<account> &events, std::vector<result> &results) const
    {
        results.assign(events.size(), result{});
        return static_cast<status>(
            quipu_create_accounts(handle_, events.data(), events.size(), results.data()));
    }

    status create(const std::vector<transfer> &events, std::vector<result> &results) const
    {
        results.assign(events.size(), result{});
        return static_cast<status>(
            quipu_create_transfers(handle_, events.data(), events.size(), results.data()));
    }

    status lookup(uint128 id, account &found, std::uint64_t *at_version = nullptr) const
    {
        return static_cast<status>(quipu_lookup_accounts(handle_, &id, 1, &found, at_version));
    }

    status stats(quipu_counters &counters) const
    {
        return static_cast<status>(quipu_stats(handle_, &counters));
    }

    status sync() const
    {
        return static_cast<status>(quipu_sync(handle_));
    }

private:
    quipu_ledger *handle_ = nullptr;
};

/* A queue of calls that do not wait (queue.h), or none. Its ledger outlives it. */
class queue {
public:
    queue() = default;
    queue(const queue &) = delete;
    queue &operator=(const queue &) = delete;

    queue(queue &&other) noexcept : handle_(std::exchange(other.handle_, nullptr))
    {
    }

    queue &operator=(queue &&other) noexcept
    {
        std::swap(handle_, other.handle_);
        return *this;
    }

    ~queue()
    {
        if (handle_ != nullptr) (void)quipu_queue_close(handle_);
    }

    static std::pair<queue, status> open(const ledger &of, std::uint32_t depth)
    {
        queue opened;
        const quipu_status how = quipu_queue_open(of.get(), depth, &opened.handle_);

        return {std::move(opened), static_cast<status>(how)};
    }

    quipu_queue *get() const
    {
        return handle_;
    }

private:
    quipu_queue *handle_ = nullptr;
};

/* What a read has seen: commit_with_retry() commits only if none of it has changed. */
class view {
public:
    explicit view(const ledger &of) : ledger_(of)
    {
    }

    /* One account, as it is now. It is expected to be at this version still when the commit is
     * made; one that is not there (id 0) is not expected. */
    account account_of(uint128 id)
    {
        account found{};
        std::uint64_t at_version = 0;
        const status how = ledger_.lookup(id, found, &at_version);

        if (how != status::ok) {
            failed_ = how;
        } else if (found.id != 0) {
            expectations_.push_back(expectation{id, at_version, 0});
        }
        return found;
    }

    status failed() const
    {
        return failed_;
    }

    const std::vector<expectation> &expectations() const
    {
        return expectations_;
    }

private:
    const ledger &ledger_;
    std::vector<expectation> expectations_;
    status failed_ = status::ok;
};

/* What commit_with_retry() did. */
struct committed {
    status how = status::ok;
    std::vector<transfer> transfers; /* as decided last */
    std::vector<result> results;
    unsigned attempts = 0;
};

/* Read accounts, decide which transfers follow from them, and commit those only if the accounts
 * have not changed; if they have, do all of it again, at most `most` times (0: without end).
 *
 *   read    value (quipu::view &): reads accounts by view.account_of()
 *   decide  std::vector<quipu::transfer> (what read returned): may be called several times. It
 *           gives each transfer an id that is the same each time, if the caller may ever call this
 *           again for the same business; no transfers: nothing is to be done
 *
 *   returns how `ok`: results say what became of each. `conflict`: so often something had changed.
 *           Otherwise as quipu_commit() */
template <typename reader, typename decider>
committed commit_with_retry(const ledger &on, reader &&read, decider &&decide, unsigned most = 0)
{
    committed done;

    do {
        view seen(on);

        done.attempts++;
        auto what = read(seen);
        done.how = seen.failed();
        if (done.how != status::ok) break;
        done.transfers = decide(std::move(what));
        done.results.assign(done.transfers.size(), result{});
        if (done.transfers.empty()) break;
        done.how = static_cast<status>(
            quipu_commit(on.get(), seen.expectations().data(), seen.expectations().size(),
                         done.transfers.data(), done.transfers.size(), done.results.data(),
                         nullptr));
    } while (done.how == status::conflict && done.attempts != most);
    return done;
}

} // namespace quipu

#endif
