# test_names.sh - a kept ledger with a book of names: naming, posting, filters, explaining.
. "$(dirname "$0")/expect.sh"

export QUIPU_LEDGER="$work/books"

run name ledger 978 EUR
expect_code 3
run init "$QUIPU_LEDGER"

# A daemon has the ledger, and all of this goes through it: it need not be opened each time.
"$quipu" serve --socket "$work/socket" 2>"$work/served" &
daemon=$!
tries=0
while [ ! -e "$QUIPU_LEDGER/quipu.socket" ] && [ $tries -lt 600 ]; do
    tries=$((tries + 1))
    sleep 0.1
done
run check "$QUIPU_LEDGER"
expect_code 3
expect_err "process $daemon"
run name ledger 978 EUR --scale 2
expect_code 0
run name code 7 fee
expect_code 0
run name account new assets:bank --normal debit --limit --alias DE89370400440532013000
expect_code 0
run name account new equity:opening
run name account new expenses:food --normal debit --currency EUR --code fee
run name account 0x999 a-name-before-its-account
expect_code 0

# What cannot be a name, and what has one.
run name account 1002 assets:bank
expect_code 1
expect_err 'something else has this name'
run name account 1002 1003
expect_code 1
expect_err 'no number'
run name account new assets:bank
expect_code 1
run name planet 3 earth
expect_code 2
run name account nobody somebody
expect_code 2
expect_err '"nobody" is not an id'
run name --format csv
expect_code 0
expect_out 'ledger,978,EUR,2,'
expect_out 'account,1001,assets:bank,,debit'
expect_out 'alias,1001,DE89370400440532013000,,'

# Amounts have decimals; both marks.
run post --debit assets:bank --credit equity:opening --amount 1.234,56 --decimal , --id 5 \
    --note 'opening balance'
expect_code 0
expect_fact outcome created
expect_fact 'debit balance' 1234,56
run post --debit assets:bank --credit equity:opening --amount 1,234.56 --id 5
expect_code 0
expect_fact outcome exists
run post --debit expenses:food --credit DE89370400440532013000 --amount 12.5 --code fee --id 6
expect_fact 'credit balance' 1222.06
run post --debit expenses:food --credit assets:bank --amount 12.505
expect_code 2
expect_err 'more decimals than the ledger: its scale is 2'
run post --debit expenses:food --credit assets:bank --amount 3000 --id 7
expect_code 1
expect_fact needed 3000.00
expect_fact available 1222.06
run post --debit expenses:food --credit assets:bank --amount 22 --pending --timeout 3600 --id 8
run post --debit expenses:food --credit assets:bank --amount 30 --pending --id 9
run post --post-pending 9 --amount 10 --id 10
expect_code 0
run post --void-pending 9
expect_code 1
expect_fact outcome pending_transfer_already_posted
run post --debit expenses:food --credit assets:bank
expect_code 2

# Names beside ids in every format; minor units unless the report is for people.
run balances
expect_out 'assets:bank'
expect_out '1212.06'
run balances --format csv
expect_out '1001,assets:bank,978,EUR,1,,credits_must_not_exceed_debits,0,123456,2200,2250,121206'
run balances --format json --account expenses:food --readable --decimal ,
expect_json 'balances;0;balance' 22,50 STRING
expect_json 'balances;0;code_name' fee STRING
run account assets:bank
expect_fact available 1190.06
run balances --amount 20..30 --format csv
expect_lines 2
run balances --reverse --limit 1 --format csv
expect_out expenses:food
run balances --monthly --format csv
expect_out ',EUR,121206'

# Filters.
run transfers --format csv
expect_lines 6
for filter in '--amount 12.50 1' '--amount 12..25 2' '--code fee 1' '--account equity:opening 1' \
    '--account assets:bank 5' '--from 2020-01-01 5' '--to 2020-01-01 0' '--currency EUR 5' \
    '--currency 1 0' '--limit 3 3'; do
    # shellcheck disable=SC2086 # an option and its value
    run transfers ${filter% *} --format csv
    expect_code 0
    expect_lines $((${filter##* } + 1))
done
run transfers --reverse --limit 1 --format csv
expect_out ',10,1003,'
run transfers --from yesterday
expect_code 2
expect_err '"yesterday" is no time'
run changes --account equity:opening --format csv
expect_lines 3
run changes --limit 2 --format jsonl
expect_lines 2
run changes --reverse
expect_code 2
run history assets:bank --amount 10.00 --format csv
expect_lines 2
run holds --format csv
expect_lines 2
expect_out ',open,'
run holds 8 9 --format csv
expect_lines 3
expect_out ',posted,1000,10,'

# A register of several accounts: what moves between them changes no total.
run history assets:bank expenses:food --format csv
expect_code 0
expect_out '121206,122456'
run history assets:bank a-name-before-its-account
expect_code 1

# Why.
run explain 9
expect_code 0
expect_out 'it held 30.00, of which 10.00 was posted by 10'
run explain 7
expect_code 1
expect_out 'it was never posted, or it was refused'
run explain 7 --debit expenses:food --credit assets:bank --amount 3000 --format json
expect_code 1
expect_json 'transfer;outcome' exceeds_debits STRING
expect_json 'transfer;needed' 300000 STRING
expect_json 'transfer;available' 119006 STRING
expect_json 'transfer;refused_by' 'the credit account, assets:bank' STRING
run explain 7 --debit expenses:food --credit assets:bank --amount 1190.06
expect_code 0
expect_fact outcome 'it would be created'
run explain 7 --post-pending 8 --amount 22.01
expect_code 1
expect_fact outcome exceeds_pending_transfer_amount
expect_fact missing 0.01
run explain 7 --post-pending 9
expect_code 1
expect_fact outcome pending_transfer_already_posted
run transfers --format csv
expect_lines 6

"$quipu" changes --follow --from 2020-01-01 --limit 8 >"$work/followed" 2>>"$work/err"
cp "$work/followed" "$work/out"
expect_lines 8
kill $daemon
wait $daemon
expected=$((expected + 1))
[ ! -e "$QUIPU_LEDGER/quipu.socket" ] || miss 'no socket is named once the daemon has ended'

# The book comes along, and a wrong one is told.
run backup "$QUIPU_LEDGER" "$work/copy"
expect_code 0
run balances --ledger "$work/copy" --account equity:opening --format csv
expect_out equity:opening
run transfers --ledger "$work/copy" --format csv
expect_out 'opening balance'
run check "$work/copy"
expect_code 0
printf 'planet\t3\tearth\n' >>"$work/copy/quipu.names"
run balances --ledger "$work/copy"
expect_code 1
expect_err 'quipu.names:9: a line is a ledger'

# A command that was killed between the book and the ledger leaves a name without an account: the
# same command again creates it, with the same id, once.
QUIPU_LEDGER=$work/half
run init "$QUIPU_LEDGER"
run name ledger 978 EUR --scale 2
run name account 1777 assets:half-made
expect_code 0
run name account new assets:half-made --normal debit
expect_code 0
run account assets:half-made --format csv
expect_code 0
expect_out '1777'
run name account new assets:half-made --normal debit
expect_code 1
expect_err 'there is an account of this name, 1777'

finish
