// handles.cpp - quipu.hpp: handles close themselves, a retry commits what it has seen and no more.
#include <quipu/quipu.hpp>

#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <type_traits>

static int wrong = 0;

static void check(bool claim, const char *what)
{
    if (claim) return;
    std::fprintf(stderr, "handles: %s\n", what);
    wrong++;
}

static quipu::account an_account(quipu::uint128 id, bool is_limited)
{
    quipu::account account{};

    account.id = id;
    account.ledger = 978;
    account.code = 1;
    if (is_limited) account.flags = quipu::flags(quipu::account_flag::debits_must_not_exceed_credits);
    return account;
}

static quipu::transfer a_transfer(quipu::uint128 from, quipu::uint128 to, quipu::uint128 amount)
{
    quipu::transfer transfer{};

    transfer.id = quipu_id();
    transfer.debit_account_id = from;
    transfer.credit_account_id = to;
    transfer.amount = amount;
    transfer.ledger = 978;
    transfer.code = 1;
    return transfer;
}

// Doubles what account 2 has. Two threads do it at once: each doubling sees the one before.
static void double_often(const quipu::ledger &ledger, int times)
{
    for (int i = 0; i < times; i++) {
        const auto done = quipu::commit_with_retry(
            ledger, [](quipu::view &view) { return view.account_of(2); },
            [](const quipu::account &account) {
                return std::vector{a_transfer(1, 2, account.credits_posted)};
            });
        check(done.how == quipu::status::ok, "a retry ends");
        check(quipu::outcome(done.results[0]) == quipu::transfer_outcome::is_CREATED, "it doubles");
    }
}

int main()
{
    static_assert(!std::is_copy_constructible_v<quipu::ledger>);
    static_assert(std::is_nothrow_move_constructible_v<quipu::ledger>);
    static_assert(quipu::flags(quipu::account_flag::linked, quipu::account_flag::history) == 9);
    std::vector<quipu::result> results;
    quipu::account account{};
    quipu::ledger none;

    check(std::string(quipu::version()) == QUIPU_VERSION_STRING, "one version");
    check(!none && none.close() == quipu::status::ok, "an empty handle closes");
    auto [opened, how] = quipu::ledger::open({});
    check(how == quipu::status::ok && opened, "a ledger opens");
    quipu::ledger ledger = std::move(opened);
    check(!opened && ledger, "a handle moves");
    check(ledger.create({an_account(1, false), an_account(2, true)}, results) == quipu::status::ok,
          "accounts");
    check(ledger.create({a_transfer(1, 2, 1), a_transfer(2, 1, 5)}, results) == quipu::status::ok,
          "transfers");
    check(quipu::outcome(results[1]) == quipu::transfer_outcome::is_EXCEEDS_CREDITS, "a refusal");
    check(std::strlen(quipu::text(quipu::outcome(results[1]))) > 3, "a text");

    std::thread other(double_often, std::cref(ledger), 20);
    double_often(ledger, 20);
    other.join();
    check(ledger.lookup(2, account) == quipu::status::ok, "a lookup");
    check(account.credits_posted == quipu::uint128(1) << 40, "no doubling is lost");

    // Something that is changed each time ends by the bound.
    const auto bounded = quipu::commit_with_retry(
        ledger,
        [&](quipu::view &view) {
            account = view.account_of(2);
            std::vector<quipu::result> ignored;
            (void)ledger.create({a_transfer(1, 2, 1)}, ignored);
            return account;
        },
        [](const quipu::account &) { return std::vector{a_transfer(1, 2, 1)}; }, 3);
    check(bounded.how == quipu::status::conflict && bounded.attempts == 3, "three attempts");
    quipu_counters counters{};
    check(ledger.stats(counters) == quipu::status::ok && counters.conflicts >= 3, "conflicts");

    auto [queue, queued] = quipu::queue::open(ledger, 4);
    check(queued == quipu::status::ok, "a queue opens");
    {
        const quipu::queue moved = std::move(queue);
        check(moved.get() != nullptr && queue.get() == nullptr, "a queue moves");
    }
    check(ledger.close() == quipu::status::ok && !ledger, "it closes once");
    quipu::options bad{};
    bad.account_capacity = ~std::uint64_t{0};
    check(quipu::ledger::open(bad).second == quipu::status::invalid, "bad options");
    return wrong == 0 ? 0 : 1;
}
