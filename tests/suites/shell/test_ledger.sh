# test_ledger.sh - a kept ledger: made, filled, filled again, shown, killed, checked, damaged.
. "$(dirname "$0")/expect.sh"

month=$work/month
files="--accounts $month/accounts.csv --transfers $month/transfers.csv"
kept=$work/kept
segment=journal.0000000000000001

# written FILE - how many of its bytes are not 0. A segment is zeroed ahead.
written() {
    tr -d '\000' <"$1" | wc -c
}

run generate --seed 1 --out "$month" --customers 60
rows=$(awk '/^transfers +[0-9]/ { print $NF }' "$work/out")
created=$(awk '/^created / { print $NF }' "$work/out")
refused=$(awk '/^exceeds credits / { print $NF }' "$work/out")
linked=$(awk '/^linked event failed / { print $NF }' "$work/out")
exists=$(awk '/^exists / { print $NF }' "$work/out")
[ "$linked" -gt 0 ] || miss 'a chain that fails'

# An empty ledger, once.
run init "$kept"
expect_code 0
expect_lines 0
run init "$kept"
expect_code 1
expect_err "$kept is no empty directory"
run balances --ledger "$kept" --format csv
expect_code 0
expect_lines 1

# shellcheck disable=SC2086 # $files is four words
{
    # A month, then the same month: rows that were created exist, chains included, and those that
    # were refused are refused.
    run import --ledger "$kept" $files
    expect_code 1
    expect_err exceeds_credits
    expect_fact 'accounts existing' 0
    expect_fact 'transfers created' "$created"
    expect_fact 'transfers existing' "$exists"
    expect_fact ledger "$kept"
    run import --ledger "$kept" $files --allow-refusals --threads 2 --protocol mutex
    expect_code 0
    expect_fact 'accounts created' 0
    expect_fact 'transfers created' 0
    expect_fact 'transfers existing' $((created + exists))
    expect_fact 'transfers failed' $((refused + linked))
    expect_no_out 'transfer +exists'

    # It shows what the same files show in memory; times aside.
    customer=$(sed -n '20s/,.*//p' "$month/accounts.csv")
    for words in 'balances 1' "account 1 $customer" "history 2 $customer" 'changes 3'; do
        command=${words%% *} words=${words#* }
        from=${words%% *} id=${words#"$from"}
        run "$command" $id $files --allow-refusals --format csv
        expect_code 0
        cut -d, -f"$from"- "$work/out" | sed 's/,[0-9]\{19\}$//' >"$work/in_memory"
        for protocol in optimistic cas; do
            run "$command" $id --ledger "$kept" --protocol $protocol --format csv
            expect_code 0
            expect_no_err quipu
            cut -d, -f"$from"- "$work/out" | sed 's/,[0-9]\{19\}$//' >"$work/shown"
            expect_same "$work/in_memory" "$work/shown"
        done
        # QUIPU_LEDGER, unless files are named.
        export QUIPU_LEDGER="$kept"
        run "$command" $id --format csv
        expect_code 0
        cut -d, -f"$from"- "$work/out" | sed 's/,[0-9]\{19\}$//' >"$work/shown"
        expect_same "$work/in_memory" "$work/shown"
        QUIPU_LEDGER=$work/nowhere
        run "$command" $id $files --allow-refusals --format csv
        expect_code 0
        unset QUIPU_LEDGER
    done

    run balances --ledger "$kept" $files
    expect_code 2
    expect_err 'import` adds files'
    run balances --ledger "$kept" --rejects "$work/r.csv"
    expect_code 2
    run changes --ledger "$kept" --follow
    expect_code 2
    run account 99999 --ledger "$kept"
    expect_code 1
    expect_err 'no account 99999'

    run check "$kept" --format json
    expect_code 0
    expect_json 'check;transfers' "$created" NUMBER
    expect_json 'check;accounts' 80 NUMBER
    expect_json 'check;failed_ids' "$refused" NUMBER
    expect_json 'check;books_balance' ON BOOLEAN
    expect_json 'check;findings' 0 NUMBER

    # QUIPU_LEDGER says where files are posted, too; empty, it says nothing.
    export QUIPU_LEDGER="$work/by_name"
    run import $files --allow-refusals --format json
    expect_json 'run;transfers_created' "$created" NUMBER
    expect_json 'run;ledger' "$work/by_name" STRING
    QUIPU_LEDGER=
    run import $files --allow-refusals --format json
    expect_json 'run;ledger' 'in memory' STRING
    unset QUIPU_LEDGER
    run check "$work/by_name" --format csv
    expect_code 0
    expect_out 'all is as it should be'
}

# One file at a time. The times of imported rows go through a restart, too.
pair 'id,ledger,code,flags,timestamp
1,1,1,imported|linked,1000
2,1,2,imported,2000' 'id,debit_account_id,credit_account_id,amount,pending_id,ledger,code,flags,timestamp
10,1,2,100,,1,1,imported,3000
11,1,2,30,,1,1,linked|pending,
12,,,10,11,,,post_pending_transfer,
13,1,2,7,,1,1,pending,'
run import --ledger "$work/parts" --accounts "$accounts"
expect_code 0
expect_fact 'accounts created' 2
run import --ledger "$work/parts" --transfers "$transfers"
expect_code 0
expect_fact 'transfers created' 4
run import --ledger "$work/parts" --transfers "$transfers" --accounts "$accounts"
expect_code 0
expect_fact 'accounts existing' 2
expect_fact 'transfers existing' 4
run check "$work/parts"
expect_code 0
run history 2 --ledger "$work/parts" --format csv
expect_lines 5
expect_out '3000,2,10,credit,1,100,0,1,imported,0,0,0,100,100'
run import --ledger "$work/parts"
expect_code 2
expect_err 'it needs --accounts, --transfers or both'
# A chain is only there before if all of its rows are the same.
sed -i 's/^12,,,10/12,,,11/' "$transfers"
run import --ledger "$work/parts" --transfers "$transfers"
expect_code 1
expect_err linked_event_failed
expect_fact 'transfers existing' 3

# A hold expires, sooner or later, also while no process has the ledger.
pair 'id,ledger,code
1,1,1
2,1,1' 'id,debit_account_id,credit_account_id,amount,ledger,code,flags,timeout
10,1,2,30,1,1,pending,1
11,1,2,40,1,1,pending,'
run import --ledger "$work/holds" --accounts "$accounts" --transfers "$transfers"
expect_code 0
tries=0
while run check "$work/holds"; [ "$code" -eq 0 ] && [ $tries -lt 600 ]; do
    grep -qE '^expiries +1$' "$work/out" && break
    tries=$((tries + 1))
    sleep 0.1
done
expect_code 0
expect_fact expiries 1
expect_fact findings 0
run balances --ledger "$work/holds" --format csv
expect_out '1,1,1,,40,0,0,0,0'
run import --ledger "$work/holds" --accounts "$accounts" --transfers "$transfers"
expect_code 0
expect_fact 'transfers existing' 2

# An import is killed in the middle: a second one is kept out until then, and the rest comes after.
killed=$work/killed
mkfifo "$work/pipe"
run generate --seed 2 --out "$month" --customers 300
rows=$(awk '/^transfers +[0-9]/ { print $NF }' "$work/out")
created=$(awk '/^created / { print $NF }' "$work/out")
"$quipu" import --ledger "$killed" --accounts "$month/accounts.csv" --transfers "$work/pipe" \
    >"$work/out" 2>"$work/err" &
importer=$!
exec 4>"$work/pipe"
# Two calls and a half; the importer waits for more.
sed 20001q "$month/transfers.csv" >&4
# The first call is in the journal when this has so many bytes.
tries=0
while [ ! -f "$killed/$segment" ] || [ "$(written "$killed/$segment")" -lt 100000 ]; do
    kill -0 $importer 2>/dev/null && [ $tries -lt 600 ] || break
    tries=$((tries + 1))
    sleep 0.1
done
for words in 'balances --ledger' check 'account 1 --ledger'; do
    # shellcheck disable=SC2086 # a few words
    run $words "$killed"
    expect_code 3
    expect_err "another process has $killed"
done
kill -KILL $importer
exec 4>&-
wait $importer 2>/dev/null
run check "$killed" --format json
expect_code 0
survived=$(sed -n 's/.*"transfers": *\([0-9]*\).*/\1/p' "$work/out")
words='import, killed'
expected=$((expected + 1))
{ [ "$survived" -gt 0 ] && [ "$survived" -lt "$rows" ]; } || miss "a part of it survives: $survived"
# shellcheck disable=SC2086 # $files is four words
{
    run import --ledger "$killed" $files --allow-refusals
    expect_code 0
    expect_fact 'transfers created' $((created - survived))
    run balances $files --allow-refusals --format csv
    cp "$work/out" "$work/in_memory"
}
run balances --ledger "$killed" --format csv
expect_same "$work/in_memory" "$work/out"
run check "$killed"
expect_code 0
expect_fact transfers "$created"

# A byte of a frame that has others behind it is flipped: it is refused, and nothing is changed.
byte=$(od -An -tu1 -j20000 -N1 "$killed/$segment")
# shellcheck disable=SC2059 # the octal escape is the format
printf "\\$(printf %o $((byte ^ 1)))" |
    dd of="$killed/$segment" bs=1 seek=20000 conv=notrunc 2>"$work/err"
cksum "$killed"/* >"$work/before"
run check "$killed" --format json
expect_code 1
expect_err "$segment"
expect_json 'check;files_are_fine' OFF BOOLEAN
expect_json 'findings;0;claim' files STRING
run balances --ledger "$killed"
expect_code 1
expect_err "$killed is damaged: $segment"
run import --ledger "$killed" --accounts "$accounts"
expect_code 1
expect_err "$killed is damaged: $segment"
cksum "$killed"/* >"$work/after"
expect_same "$work/before" "$work/after"

# What is no ledger.
mkdir "$work/empty"
for command in balances check; do
    option=$([ $command = check ] || echo --ledger)
    for place in nowhere empty; do
        # shellcheck disable=SC2086 # one word or none
        run $command $option "$work/$place"
        expect_code 3
        expect_err "there is no ledger in $work/$place"
    done
    # shellcheck disable=SC2086
    run $command $option "$month"
    expect_code 3
    expect_err 'is not a quipu ledger'
    # shellcheck disable=SC2086
    run $command $option "$accounts"
    expect_code 3
    expect_err 'is not a directory'
done
expected=$((expected + 2))
[ ! -e "$work/nowhere" ] || miss 'no directory made'
[ -z "$(ls -A "$work/empty")" ] || miss 'nothing put into an empty one'
run init "$month"
expect_code 1
run init "$accounts"
expect_code 1
run init "$work/nowhere/deeper"
expect_code 3
expect_err 'No such file'
run init "$work/empty"
expect_code 0

# More than there is room for.
run balances --ledger "$kept" --transfers-max 100
expect_code 3
expect_err '--transfers-max'

# The bench makes its own and leaves nothing.
mkdir "$work/bench"
for durability in synced buffered; do
    run bench --ledger "$work/bench" --durability $durability --protocol optimistic,cas --threads 2 \
        --accounts 100 --transfers 400 --batch 100 --distribution uniform --format json
    expect_code 0
    expect_json 'bench;1;durability' $durability STRING
done
expected=$((expected + 1))
[ -z "$(ls -A "$work/bench")" ] || miss 'an empty directory after the bench'

finish
