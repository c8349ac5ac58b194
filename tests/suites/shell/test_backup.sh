# test_backup.sh - a kept ledger: a copy of it, a checkpoint of it.
. "$(dirname "$0")/expect.sh"

month=$work/month
kept=$work/kept
copy=$work/copy

# same_books A B - both ledgers show the same accounts and the same changes.
same_books() {
    for command in balances changes; do
        run $command --ledger "$1" --format csv
        expect_code 0
        cp "$work/out" "$work/first"
        run $command --ledger "$2" --format csv
        expect_code 0
        expect_same "$work/first" "$work/out"
    done
}

run generate --seed 3 --out "$month" --customers 60
created=$(awk '/^created / { print $NF }' "$work/out")
refused=$(awk '/^exceeds credits / { print $NF }' "$work/out")
run import --ledger "$kept" --accounts "$month/accounts.csv" --transfers "$month/transfers.csv" \
    --allow-refusals
expect_code 0

# A copy says what it has, is fine, and has the same books.
run backup "$kept" "$copy" --format json
expect_code 0
expect_json 'backup;ledger' "$kept" STRING
expect_json 'backup;copy' "$copy" STRING
expect_json 'backup;accounts' 80 NUMBER
expect_json 'backup;transfers' "$created" NUMBER
expect_json 'backup;failed_ids' "$refused" NUMBER
run check "$copy"
expect_code 0
expect_fact transfers "$created"
expect_fact accounts 80
same_books "$kept" "$copy"

# It goes on by itself: the same file again is there, another one is new, and the original has none.
run import --ledger "$copy" --accounts "$month/accounts.csv" --transfers "$month/transfers.csv" \
    --allow-refusals
expect_code 0
expect_fact 'transfers created' 0
pair 'id,ledger,code
900001,7,1
900002,7,1' 'id,debit_account_id,credit_account_id,amount,ledger,code
900003,900001,900002,5,7,1'
run import --ledger "$copy" --accounts "$accounts" --transfers "$transfers"
expect_code 0
expect_fact 'transfers created' 1
run check "$kept"
expect_code 0
expect_fact transfers "$created"

# An empty directory will do; one with a file, a ledger or a file in its place will not.
mkdir "$work/empty" "$work/full"
echo mine >"$work/full/note"
run backup "$kept" "$work/empty"
expect_code 0
expect_fact transfers "$created"
for place in "$work/full" "$copy" "$accounts" "$kept"; do
    run backup "$kept" "$place"
    expect_code 1
    expect_err "$place is no empty directory; a copy needs one"
done
expected=$((expected + 1))
[ "$(ls -A "$work/full")" = note ] || miss 'nothing put beside the note'
run backup "$kept" "$work/nowhere/deeper"
expect_code 3
run check "$kept"
expect_code 0

# Nothing to copy, or no ledger; nothing is made then.
for command in backup checkpoint; do
    out=$([ $command = backup ] && echo "$work/out_of_nothing")
    for place in nowhere full; do
        # shellcheck disable=SC2086 # one word or none
        run $command "$work/$place" $out
        expect_code 3
    done
    expect_err 'is not a quipu ledger'
    # shellcheck disable=SC2086
    run $command "$work/nowhere" $out
    expect_err "there is no ledger in $work/nowhere; \`quipu init\` makes one"
done
expected=$((expected + 1))
{ [ ! -e "$work/nowhere" ] && [ ! -e "$work/out_of_nothing" ]; } || miss 'no directory made'

# A checkpoint: the journal goes on behind it.
run checkpoint "$kept" --format json
expect_code 0
expect_json 'checkpoint;ledger' "$kept" STRING
expect_json 'checkpoint;pieces' 0 NUMBER
bytes=$(sed -n 's/.*"checkpoint_bytes": *\([0-9]*\).*/\1/p' "$work/out")
words='checkpoint'
expected=$((expected + 2))
[ "$bytes" -ge $((created * 176)) ] || miss "an image with all transfers: $bytes"
# shellcheck disable=SC2012 # names of our own
[ "$bytes" -eq "$(cat "$kept"/checkpoint.* | wc -c)" ] || miss "the bytes of the image: $bytes"
same_books "$kept" "$work/empty"
run checkpoint "$kept"
expect_code 0
expect_fact ledger "$kept"
run check "$kept"
expect_code 0
expect_fact transfers "$created"

# While a process has the ledger, there is neither. It has it before it makes this file.
busy=$work/busy
mkfifo "$work/pipe"
"$quipu" import --ledger "$busy" --accounts "$accounts" --transfers "$work/pipe" \
    >"$work/import_out" 2>"$work/import_err" &
importer=$!
exec 4>"$work/pipe"
cat "$transfers" >&4
tries=0
while [ ! -f "$busy/quipu.ledger" ] && [ $tries -lt 600 ]; do
    tries=$((tries + 1))
    sleep 0.1
done
run checkpoint "$busy"
expect_code 3
expect_err "another process has $busy"
run backup "$busy" "$work/late"
expect_code 3
expect_err "another process has $busy"
expected=$((expected + 1))
[ ! -e "$work/late" ] || miss 'no directory made'
exec 4>&-
wait $importer
run checkpoint "$busy"
expect_code 0

# More than 65,536 transfers: a piece of history is a file of its own, and is in the copy.
run generate --seed 4 --out "$month" --customers 1200
created=$(awk '/^created / { print $NF }' "$work/out")
[ "$created" -gt 65536 ] || miss "transfers for a piece: $created"
run import --ledger "$work/long" --accounts "$month/accounts.csv" \
    --transfers "$month/transfers.csv" --allow-refusals
expect_code 0
run checkpoint "$work/long"
expect_code 0
expect_fact pieces '[1-9][0-9]*'
run backup "$work/long" "$work/long_copy"
expect_code 0
expect_fact transfers "$created"
expected=$((expected + 1))
[ -f "$work/long_copy/transfers.000000000000" ] || miss 'a piece in the copy'
run check "$work/long_copy"
expect_code 0
expect_fact transfers "$created"
run balances --ledger "$work/long" --format csv
cp "$work/out" "$work/first"
run balances --ledger "$work/long_copy" --format csv
expect_same "$work/first" "$work/out"

# A damaged ledger is not copied.
printf X | dd of="$work/long_copy/transfers.000000000000" bs=1 seek=4000 conv=notrunc 2>"$work/err"
run backup "$work/long_copy" "$work/none"
expect_code 1
expect_err "$work/long_copy is damaged: transfers.000000000000"
expected=$((expected + 1))
[ ! -e "$work/none" ] || miss 'no directory made'

finish
