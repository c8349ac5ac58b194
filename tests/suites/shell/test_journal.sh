# test_journal.sh - journals in and out, and the balances that hledger and beancount find in them.
. "$(dirname "$0")/expect.sh"

cat >"$work/in.journal" <<'END'
; a month
account assets:bank
2026-01-01 opening
    assets:bank            1,000.00 EUR
    equity:opening

2026-01-05 * (12) Coffee, large  ; comment
    expenses:coffee    4.50 EUR
    assets:bank       -4.50 EUR = 995.50 EUR

2026-01-05 * (12) Coffee, large  ; comment
    expenses:coffee    4.50 EUR
    assets:bank

2026/01/06 salary
    assets:bank        1000.00 EUR
    income:salary     -1200.00 EUR
    expenses:tax        200.00 EUR
    ; all of it

2026-01-07 * dollars
    assets:bank          10.00 USD @ 0.925 EUR
    assets:bank          -9.25 EUR

2026-01-31 rent
    expenses:rent   850.00 EUR
    assets:bank               = 1131.75 EUR
END
run import --ledger "$work/books" --journal "$work/in.journal" --format json
expect_code 0
expect_json 'journal;transactions' 6 NUMBER
expect_json 'journal;transfers_created' 11 NUMBER
expect_json 'journal;balances_checked' 2 NUMBER
expect_json 'journal;balances_wrong' 0 NUMBER
run import --ledger "$work/books" --journal "$work/in.journal"
expect_code 0
expect_fact 'transfers existing' 11
run balances --ledger "$work/books"
expect_out 'assets:bank (USD)'
expect_out 1131.75
run check "$work/books"
expect_code 0

# balances FILE - by hledger: what people own and owe, without the accounts that an import needs.
balances() {
    hledger -f "$1" balance --flat -N not:equity:clearing not:equity:exchange |
        sed 's/[",]//g; s/^ *//' | sort
}

run export --ledger "$work/books" --to hledger
expect_code 0
cp "$work/out" "$work/out.journal"
if command -v hledger >/dev/null; then
    balances "$work/in.journal" >"$work/wanted"
    balances "$work/out.journal" >"$work/found"
    expect_same "$work/wanted" "$work/found"
    hledger -f "$work/out.journal" check >"$work/out" 2>"$work/err"
    code=$?
    expect_code 0
else
    echo 'skipped: what hledger finds; it is not installed'
fi

# Out and in again: the same balances.
run import --ledger "$work/again" --journal "$work/out.journal"
expect_code 0
run export --ledger "$work/again" --to ledger
expect_code 0
if command -v hledger >/dev/null; then
    balances "$work/out" >"$work/found"
    expect_same "$work/wanted" "$work/found"
fi

run export --ledger "$work/books" --to beancount
expect_code 0
expect_out '1970-01-01 open Assets:Bank'
expect_out '2026-01-07 * "dollars"'
cp "$work/out" "$work/out.beancount"
if command -v bean-check >/dev/null; then
    printf '2026-02-01 balance Assets:Bank 1131.75 EUR\n2026-02-01 balance Assets:Bank 10.00 USD\n' \
        >>"$work/out.beancount"
    bean-check "$work/out.beancount" >"$work/out" 2>"$work/err"
    code=$?
    expect_code 0
else
    echo 'skipped: what beancount finds; it is not installed'
fi
printf '2026-02-01 balance Assets:Bank 1131.74 EUR\n' >>"$work/out.beancount"
run import --ledger "$work/beans" --journal "$work/out.beancount"
expect_code 1
expect_err 'the journal says that the balance is 1131.74 here, the ledger has 1131.75'
expect_fact 'balances wrong' 1

run export --ledger "$work/books" --to csv --out "$work/pair"
expect_code 0
run import --accounts "$work/pair/accounts.csv" --transfers "$work/pair/transfers.csv"
expect_code 0
expect_fact 'transfers created' 11
run export --ledger "$work/books" --to jsonl --limit 2
expect_lines 2
run export --ledger "$work/books" --to csv
expect_code 2

# What is not imported is said with its line, and nothing is posted.
printf '2026-03-01 a\n    b  1 EUR\n    c  1 EUR\n' >"$work/bad.journal"
run import --ledger "$work/books" --journal "$work/bad.journal"
expect_code 1
expect_err 'bad.journal:1: this transaction does not balance'
printf '2026-03-01 a\n    b  1 EUR\n    (c)  1 EUR\n' >"$work/bad.journal"
run import --ledger "$work/books" --journal "$work/bad.journal"
expect_code 1
expect_err 'bad.journal:3: virtual postings'

finish
