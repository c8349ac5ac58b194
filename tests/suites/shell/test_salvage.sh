# test_salvage.sh - what can be read of a kept ledger, damaged or not.
. "$(dirname "$0")/expect.sh"

month=$work/month
kept=$work/kept
segment=journal.0000000000000001

# flip FILE AT - flip a bit of this byte.
flip() {
    byte=$(od -An -tu1 -j"$2" -N1 "$1")
    # shellcheck disable=SC2059 # the octal escape is the format
    printf "\\$(printf %o $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>"$work/dd"
}

# end_of FILE - where the next frame goes: the bytes up to the last one that is not 0, in blocks.
end_of() {
    last=$(od -An -v -tx8 -w8 "$1" | awk '$1 != "0000000000000000" { last = NR } END { print last }')
    echo $(((last * 8 + 4095) / 4096 * 4096))
}

# books LEDGER - its balances without flags, and its changes without flags and what a time brings.
books() {
    run balances --ledger "$1" --format csv
    expect_code 0
    cut -d, -f1-3,5- "$work/out" >"$work/books"
    run changes --ledger "$1" --format csv
    expect_code 0
    cut -d, -f3-8,10- "$work/out" >>"$work/books"
}

# A ledger that is not damaged is read as a whole. It need not be: it can be opened. Posted into
# another one it gives the same books.
run generate --seed 3 --out "$month" --customers 60
created=$(awk '/^created / { print $NF }' "$work/out")
refused=$(awk '/^exceeds credits / { print $NF }' "$work/out")
run import --ledger "$kept" --accounts "$month/accounts.csv" --transfers "$month/transfers.csv" \
    --allow-refusals
expect_code 0
books "$kept"
cp "$work/books" "$work/books_of_kept"
for turn in journal checkpoint; do
    [ $turn = journal ] || run checkpoint "$kept"
    expect_code 0
    cksum "$kept"/* >"$work/before"
    run salvage "$kept" "$work/whole_$turn" --format json
    expect_code 0
    expect_no_err quipu
    expect_json 'salvage;accounts' 80 NUMBER
    expect_json 'salvage;transfers' "$created" NUMBER
    expect_json 'salvage;failed_ids' "$refused" NUMBER
    expect_json 'salvage;transfers_without_account' 0 NUMBER
    expect_json 'salvage;findings' 0 NUMBER
    expect_json 'salvage;balances' 'not proven' STRING
    cksum "$kept"/* >"$work/after"
    expect_same "$work/before" "$work/after"
    run import --ledger "$work/again_$turn" --accounts "$work/whole_$turn/accounts.csv" \
        --transfers "$work/whole_$turn/transfers.csv"
    expect_code 0
    expect_fact 'transfers created' "$created"
    books "$work/again_$turn"
    expect_same "$work/books_of_kept" "$work/books"
    sed 1d "$work/whole_$turn/transfers.csv" | cut -d, -f12 >"$work/times"
    expect_rising "$work/times"
done
for file in accounts transfers timeouts; do
    expect_same "$work/whole_journal/$file.csv" "$work/whole_checkpoint/$file.csv"
done
[ "$(wc -l <"$work/whole_journal/timeouts.csv")" -gt 1 ] || miss 'holds with a time-out'

# Accounts and three sets of transfers, in frames of their own.
numbers() {
    awk -v from="$1" 'BEGIN { for (i = 0; i < 50; i++) print from + i ",1,2,7,1,1" }'
}
pair 'id,ledger,code,user_data_32
1,1,1,5
2,1,1,' 'id,debit_account_id,credit_account_id,amount,ledger,code'
parts=$work/parts
run import --ledger "$parts" --accounts "$accounts"
expect_code 0
ends=$(end_of "$parts/$segment")
for from in 1000 2000 3000; do
    { head -1 "$transfers" && numbers $from; } >"$work/set.csv"
    run import --ledger "$parts" --transfers "$work/set.csv"
    expect_code 0
    expect_fact 'transfers created' 50
    ends="$ends $(end_of "$parts/$segment")"
done
# shellcheck disable=SC2086 # the ends are words
set -- $ends
after_accounts=$1 after_first=$2

# A frame of the second set is damaged, behind the cut of the one that opened it.
cp -r "$parts" "$work/middle"
flip "$work/middle/$segment" $((after_first + 4096 + 128))
run check "$work/middle"
expect_code 1
cksum "$work/middle"/* >"$work/before"
run salvage "$work/middle" "$work/middle_out"
expect_code 1
expect_err "$segment at byte $((after_first + 4096)): frame"
expect_out 'are missing: the next one that can be read'
expect_out 'something is damaged or missing'
expect_fact accounts 2
expect_fact 'transfers without account' 0
cksum "$work/middle"/* >"$work/after"
expect_same "$work/before" "$work/after"
run salvage "$parts" "$work/parts_out"
expect_code 0
expect_fact transfers 150
words='salvage, the rows'
for from in 1000 3000; do
    grep -E "^${from%000}[0-9]{3}," "$work/parts_out/transfers.csv" >"$work/set.csv"
    grep -E "^${from%000}[0-9]{3}," "$work/middle_out/transfers.csv" >"$work/salvaged.csv"
    expect_same "$work/set.csv" "$work/salvaged.csv"
    expected=$((expected + 1))
    [ "$(wc -l <"$work/set.csv")" -eq 50 ] || miss "50 rows from $from"
done
expected=$((expected + 1))
grep -c '^2[0-9]*,1,2' "$work/middle_out/transfers.csv" >"$work/count"
[ "$(cat "$work/count")" -lt 50 ] || miss 'rows that were lost'
run import --ledger "$work/middle_again" --accounts "$work/middle_out/accounts.csv" \
    --transfers "$work/middle_out/transfers.csv"
expect_code 0
run account 1 --ledger "$work/middle_again" --format csv
expect_out ',5,'

# Without the frame of the accounts, transfers are there, and have no names.
cp -r "$parts" "$work/nameless"
at=4096
while [ $at -lt "$after_accounts" ]; do
    flip "$work/nameless/$segment" $((at + 128))
    at=$((at + 4096))
done
run salvage "$work/nameless" "$work/nameless_out"
expect_code 1
expect_fact accounts 0
expect_fact transfers 150
expect_fact 'transfers without account' 150
expect_out 'its account, the one at place 0, was not found'
expect_out 'of 150 transfers in all, an account was not found'

# A segment is missing; so is all of the journal; so is the one file that all hang on.
cp -r "$kept" "$work/gone"
rm "$work/gone"/checkpoint.*
run salvage "$work/gone" "$work/gone_out"
expect_code 1
expect_out 'all of the checkpoint is lost'
cp -r "$kept" "$work/bare"
rm "$work/bare"/journal.*
run salvage "$work/bare" "$work/bare_out"
expect_code 1
expect_fact transfers "$created"
expect_out 'is missing'
cp -r "$kept" "$work/headless"
flip "$work/headless/quipu.ledger" 20
run salvage "$work/headless" "$work/headless_out"
expect_code 1
expect_err "cannot salvage $work/headless: quipu.ledger"

# What is no ledger, and where nothing can be written.
run salvage "$month" "$work/no_out"
expect_code 3
expect_err 'is not a quipu ledger'
run salvage "$work/nowhere" "$work/no_out"
expect_code 3
expect_err "there is no ledger in $work/nowhere"
run salvage "$kept" "$month"
expect_code 1
expect_err "$month is no empty directory; what is salvaged needs one"

# A section of the checkpoint is damaged: the accounts. Its transfers have their names.
cp -r "$kept" "$work/section"
flip "$work"/section/checkpoint.* 4100
run salvage "$work/section" "$work/section_out"
expect_code 1
expect_out '80 accounts of the checkpoint are lost'
expect_fact transfers "$created"

# A piece of history is damaged: its 65,536 transfers are lost, and no others.
run generate --seed 4 --out "$month" --customers 1200
created=$(awk '/^created / { print $NF }' "$work/out")
run import --ledger "$work/long" --accounts "$month/accounts.csv" \
    --transfers "$month/transfers.csv" --allow-refusals
expect_code 0
run checkpoint "$work/long"
expect_code 0
run salvage "$work/long" "$work/long_out"
expect_code 0
expect_fact transfers "$created"
rm "$work"/long/journal.*
flip "$work/long/transfers.000000000000" 65536
run salvage "$work/long" "$work/long_again"
expect_code 1
expect_out 'transfers.000000000000 at byte 65536: is damaged'
expect_out '65536 transfers of the checkpoint are lost'
expect_fact transfers $((created - 65536))

finish
