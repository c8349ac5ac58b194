# test_rejects.sh - refusals are reported: by one line, by the exit code, and row by row.
. "$(dirname "$0")/expect.sh"

header=id,debit_account_id,credit_account_id,amount,pending_id,ledger,code,flags
rejects=$work/rejects.csv

# reject WANTED - the rejects have exactly this line.
reject() {
    expected=$((expected + 1))
    grep -qxF -- "$1" "$rejects" || {
        cat "$rejects"
        miss "reject: $1"
    }
}

for protocol in optimistic cas mutex rcu; do
    for threads in 1 3; do
        pair 'id,ledger,code,flags
1,1,1,
2,1,2,debits_must_not_exceed_credits
2,1,2,debits_must_not_exceed_credits
9,,2,' "$header
1,1,2,100,,1,1,
2,2,1,60,,1,1,
3, 2,1,\"60\",,1,1,
4,2,1,10,,1,1,linked
5,2,1,31,,1,1,
1,1,2,100,,1,1,
6,1,2,x\",,1,1,linked
7,1,2,7,,1,1,
8,2,1,25,,1,1,pending
9,,,26,8,,,post_pending_transfer
10,2,1,16,,1,1,
11,1,2,340282366920938463463374607431768211455,,1,1,"
        import_pair --protocol $protocol --threads $threads --rejects "$rejects"
        expect_code 1
        expect_fact 'transfers created' 3
        expect_fact 'bad rows' 1
        expect_fact 'skipped rows' 1
        expect_err "$accounts: 1 of 4 rows refused, line 5 first: ledger_must_not_be_zero"
        expect_err "$transfers: 6 of 12 rows refused, line 4 first: exceeds_credits"
        expected=$((expected + 1))
        [ "$(wc -l <"$rejects")" -eq 10 ] || miss "nine rejects and a header"
        no='the debit account has too few posted credits'
        reject 'file,line,outcome,meaning,needed,available,row'
        reject "\"$accounts\",5,ledger_must_not_be_zero,\"ledger must not be zero\",,,\"9,,2,\""
        reject "\"$transfers\",4,exceeds_credits,\"$no\",60,40,\"3, 2,1,\"\"60\"\",,1,1,\""
        reject "\"$transfers\",5,linked_event_failed,\"another event of its chain failed\",,,\"4,2,1,10,,1,1,linked\""
        # The earlier row of its chain does not count: it was undone.
        reject "\"$transfers\",6,exceeds_credits,\"$no\",31,40,\"5,2,1,31,,1,1,\""
        reject "\"$transfers\",9,skipped_row,\"another row of its linked chain is bad\",,,\"7,1,2,7,,1,1,\""
        reject "\"$transfers\",11,exceeds_pending_transfer_amount,\"amount exceeds the pending amount\",26,25,\"9,,,26,8,,,post_pending_transfer\""
        reject "\"$transfers\",12,exceeds_credits,\"$no\",16,15,\"10,2,1,16,,1,1,\""
        expected=$((expected + 2))
        grep -q "^\"$transfers\",8,bad_row,\".*\",,,\"6,1,2,x\"\",,1,1,linked\"\$" "$rejects" ||
            miss "the bad row, as it stood"
        grep -q "^\"$transfers\",13,overflows_.*,340282366920938463463374607431768211455,3402823669209384634633746074317682113[0-9]*,\"11," "$rejects" ||
            miss "what overflows, and how much room there was"
        expected=$((expected + 1))
        cut -d, -f2 "$rejects" | sed '1,2d' | sort -n -c || miss "file order"

        import_pair --protocol $protocol --threads $threads --rejects "$rejects" --allow-refusals
        expect_code 1 # a row is bad
    done
done

# Without bad rows --allow-refusals gives exit code 0; each command still prints the line.
sed -i '/^6,/d; /^7,/d' "$transfers"
for look in import balances 'account 2' 'history 2'; do
    # shellcheck disable=SC2086
    {
        run $look --accounts "$accounts" --transfers "$transfers"
        expect_code 1
        expect_err '6 of 10 rows refused'
        expect_err '--rejects FILE lists them'
        run $look --accounts "$accounts" --transfers "$transfers" --allow-refusals
        expect_code 0
        expect_err '6 of 10 rows refused'
    }
done

# On standard output the rejects take the place of the report.
import_pair --rejects -
expect_code 1
expect_lines 8
expect_no_out 'Trial balance'

# The same rows once more are fine: they exist.
pair 'id,ledger,code
1,1,1
1,1,1
2,1,1' "$header
1,1,2,100,,1,1,
1,1,2,100,,1,1,"
import_pair --rejects "$rejects"
expect_code 0
expect_no_err refused
expected=$((expected + 1))
[ "$(wc -l <"$rejects")" -eq 1 ] || miss "no rejects"

# Twenty complaints of a kind, then the number of the rest.
{
    echo "$header"
    awk 'BEGIN { for (i = 1; i <= 100; i++) print i ",1,2,x,,1,1,linked\n" 1000 + i ",1,2,1,,1,1," }'
} >"$transfers"
import_pair
expect_code 1
expected=$((expected + 2))
[ "$(grep -c 'is not a number' "$work/err")" -eq 20 ] || miss "twenty bad rows said"
[ "$(grep -c 'is skipped whole' "$work/err")" -eq 20 ] || miss "twenty chains said"
expect_err "$transfers: 80 more bad rows"
expect_err "$transfers: 80 more chains are skipped"
expect_fact 'bad rows' 100
expect_fact 'skipped rows' 100

# Files that cannot be written.
import_pair --rejects "$work/none/r.csv"
expect_code 3
expect_err "cannot write $work/none/r.csv"
if [ -w /dev/full ]; then
    import_pair --rejects /dev/full
    expect_code 3
    expect_err 'cannot write /dev/full'
fi

finish
