# test_shell.sh - statements from -c, a pipe and files: answers, places, exit codes, names, dumps.
. "$(dirname "$0")/expect.sh"

# statements WORD... - run `quipu shell WORD...` on the standard input of this function.
statements() {
    words="shell $*"
    code=0
    "$quipu" shell "$@" >"$work/out" 2>"$work/err" || code=$?
    grep 'SUMMARY: .*Sanitizer' "$work/err"
}

two='create_accounts id=1 ledger=700 code=10 flags=history, id=2 ledger=700 code=10
  flags=debits_must_not_exceed_credits;'
pay='create_transfers id=1 debit_account_id=1 credit_account_id=2 amount=100 ledger=700 code=1;'

# Several lines, several statements; each answers.
run shell --memory --format jsonl -c "$two" -c "$pay lookup_accounts id=2;"
expect_code 0
expect_lines 4
expect_out '{"sheet":"outcomes","id":"1","outcome":"created"'
expect_out '"credits_posted":"100","balance":"100"'
run shell --memory --format csv -c "$two $pay" -c 'get_account_transfers account_id=1 limit=1;
    query_transfers code=1; lookup_transfers id=1; get_account_balances account_id=2 flags=reversed;
    query_accounts ledger=700 limit=1;'
expect_code 0
expect_lines 12
expect_out ',0,0,0,100'

# The first statement that is wrong ends it, with its place; so does one that is refused.
statements --memory <<END_OF_STATEMENTS
$two
create_transfers id=1 debit_account_id=1
  credit_account_id=2 amont=100;
lookup_accounts id=1;
END_OF_STATEMENTS
expect_code 1
expect_err 'standard input:4:23: create_transfers has no field "amont"; its fields are id, debit'
expect_no_out balance
run shell --memory --format csv -c "$two" \
    -c 'create_transfers id=9 debit_account_id=2 credit_account_id=1 amount=5 code=1; .quit'
expect_code 1
expect_err '-c:3:18: refused: the debit account has too few posted credits'
expect_out ',5,0'
run shell --memory --keep-going -c "nonsense; $two" -c 'lookup_accounts id=3, id=1;'
expect_code 1
expect_err '-c:1:1: "nonsense" is no command of the shell'
expect_err '-c:3:17: there is no account 3'
expect_out balance
run shell --memory -c 'lookup_accounts id=1'
expect_code 1
expect_err '-c:2:1: the statement ends here, without a field, a comma or a semicolon'
run shell --memory -c "$two .dump"
expect_code 1
expect_err 'a dot command begins a line of its own'
run shell --memory -c .help
expect_code 0
expect_out 'get_account_balances'
expect_out '.dump'

# It needs one ledger, which is there.
run shell -c "$two"
expect_code 2
expect_err 'it needs either --ledger DIR or --memory'
run shell --memory --ledger "$work/books" -c "$two"
expect_code 2
run shell --ledger "$work/books" -c "$two"
expect_code 3
expect_err '`quipu init` makes one'

# A kept ledger with a book: names and decimals go in and come out; through a daemon, too.
export QUIPU_LEDGER="$work/books"
run init "$QUIPU_LEDGER"
"$quipu" serve --socket "$work/socket" 2>"$work/served" &
daemon=$!
tries=0
while [ ! -e "$QUIPU_LEDGER/quipu.socket" ] && [ $tries -lt 600 ]; do
    tries=$((tries + 1))
    sleep 0.1
done
run name ledger 978 EUR --scale 2
run name code 7 fee
run name account new assets:bank --normal debit
run name account new 'petty cash' --normal debit
run shell --format csv -c 'create_transfers id=1 code=fee amount=12.50
    debit_account_id="petty cash" credit_account_id=assets:bank;
    lookup_accounts id="petty cash"; lookup_transfers id=1;'
expect_code 0
expect_out '1002,petty cash,978,EUR,1,,,0,1250,0,0,1250,'
expect_out ',1,1002,petty cash,1001,assets:bank,1250,978,EUR,7,fee,'
run shell -c 'create_transfers id=2 debit_account_id=1001 credit_account_id=1002 amount=1.005
    code=1;'
expect_code 1
expect_err '-c:1:75: amount: 1.005 has more decimals than the ledger: its scale is 2'
kill $daemon
wait $daemon

# A dump makes the ledger anew; .read does what a file says, and may be done again.
run shell -c ".dump $work/dump"
expect_code 0
statements --memory --format csv <<END_OF_STATEMENTS
.read $work/dump
.read $work/dump
lookup_accounts id=1001;
.dump $work/again
END_OF_STATEMENTS
expect_code 0
expect_out ',1250,1250,'
expect_same "$work/dump" "$work/again"
printf 'create_accounts id=5;' >"$work/wrong"
run shell -c ".read $work/wrong"
expect_code 1
expect_err 'wrong:1:17: refused: ledger must not be zero'

finish
