# test_bank.sh - banks' CSV files by rules: five layouts, an overlap, encodings, faults.
. "$(dirname "$0")/expect.sh"

layouts=$folder/../../../docs/bank-csv

# layout, rows created (the opening balance counts), balances checked, the account's balance
for line in 'chase 5 4 1477.40' 'lloyds 3 2 330.00' 'revolut 2 2 81.10' 'ing 3 2 1234.56' \
    'sparkasse 2 0 2028.00'; do
    # shellcheck disable=SC2086 # four words
    set -- $line
    run import --ledger "$work/$1" --rules "$layouts/$1.rules" "$layouts/$1.csv"
    expect_code 0
    expect_fact created "$2"
    expect_fact 'balances checked' "$3"
    expect_fact 'balances wrong' 0
    run account "assets:$1" --ledger "$work/$1"
    expect_fact balance "$4"
done
run transfers --ledger "$work/ing" --format csv --readable
expect_out '2026-01-28T12:00:00Z'
expect_out ',expenses:unknown,1001,assets:ing,4.20,978,EUR,1,,imported,,Brötchen'
expect_out 'expenses:rent'

# The next export overlaps: two equal rows of one day stay two, and what is new is added.
sed '2i\
DEBIT,01/06/2026,"CORNER MARKET 0042",-23.10,DEBIT_CARD,1454.30,' "$layouts/chase.csv" >"$work/more.csv"
run import --ledger "$work/chase" --rules "$layouts/chase.rules" "$work/more.csv"
expect_code 0
expect_fact created 1
expect_fact existing 4
expect_fact late 0
expect_fact 'balances checked' 5

# UTF-16, a cell of two lines, headings in a row below others, brackets; a row that is older.
cat >"$work/any.rules" <<'END'
skip 1
separator tab
date %Day
description %What
amount %Amount
balance %Balance
account1 assets:chase
currency USD
END
printf 'about\nDay\tWhat\tAmount\tBalance\n2026-01-07\t"two\nlines"\t(4.30)\t1450.00\n2026-01-07\tfree\t\t1450.00\n2025-12-31\told\t$1,000.00\t\n' |
    iconv -f UTF-8 -t UTF-16 >"$work/any.csv"
run import --ledger "$work/chase" --rules "$work/any.rules" "$work/any.csv"
expect_code 0
expect_fact created 2
expect_fact 'empty rows' 1
expect_fact late 1
expect_err 'got the time of now'
run export --ledger "$work/chase" --to hledger --account income:unknown
expect_out '2025-12-31 * old'
expect_out 'assets:chase  1000.00 USD'

# What is wrong is said with its line, and the rest is imported.
printf 'about\nDay\tWhat\tAmount\tBalance\n7.1.2026\ta\t1\t\n2026-02-08\tb\tmuch\t\n2026-02-09\tc\t1.00\t5.00\n2026-02-10\n' \
    >"$work/any.csv"
run import --ledger "$work/chase" --rules "$work/any.rules" "$work/any.csv"
expect_code 1
expect_err 'any.csv:3: this is no date by the rules: "7.1.2026"'
expect_err 'any.csv:4: this is no amount by the rules: "much"'
expect_err 'any.csv:5: the file says that the balance is 5.00 here, the ledger has 2451.00'
expect_err 'any.csv:6: the rules want a column'
expect_fact created 1
expect_fact 'bad rows' 3
run check "$work/chase"
expect_code 0

for rules in 'date %1' 'amount %1' 'planet earth' 'if ('; do
    echo "$rules" >"$work/any.rules"
    run import --ledger "$work/chase" --rules "$work/any.rules" "$work/any.csv"
    expect_code 2
    expect_err any.rules
done
run import --rules "$work/any.rules" "$work/any.csv"
expect_code 2
expect_err 'it needs --ledger'
run import --ledger "$work/chase" --rules "$work/any.rules"
expect_code 2

finish
