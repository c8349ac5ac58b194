# test_threads.sh - every row has the same outcome for any number of threads.
#
# Hundreds of customers have rows that are far apart in the file. The outcome of a row depends on
# earlier rows of the same customer, over several windows: withdrawals that just succeed or just
# fail, posts that name only a pending transfer, chains, and ids that are used twice. Now and then a
# row relates two customers, so each window is shared out differently.
. "$(dirname "$0")/expect.sh"

customers=700
{
    echo 'id,ledger,code,flags'
    awk -v n=$customers 'BEGIN {
        for (i = 1; i <= n; i++) {
            print i ",1,10,debits_must_not_exceed_credits"
            print 10000 + i ",1,20,"
        }
    }'
} >"$accounts"

# id, debit, credit, amount, pending, flags
awk -v n=$customers 'function row(debit, credit, amount, pending, flags) {
        id++
        print id "," debit "," credit "," amount "," pending "," (pending ? "," : "1,1") "," flags
    }
    BEGIN {
        print "id,debit_account_id,credit_account_id,amount,pending_id,ledger,code,flags"
        for (round = 0; round < 6; round++) {
            for (i = 1; i <= n; i++) row(10000 + i, i, 100, "", "")
            for (i = 1; i <= n; i++) row(i, 10000 + i, 60, "", "")
            for (i = 1; i <= n; i++) row(i, 10000 + i, 60, "", "")
            for (i = 1; i <= n; i++) { row(i, 10000 + i, 30, "", "pending"); held[i] = id }
            for (i = 1; i <= n; i++) {
                row(10000 + i, i, 1, "", "linked")
                row(i, 10000 + i, (i % 3 ? 3 : 1000), "", "linked")
                row(i, 10000 + i, 2, "", "")
            }
            for (i = 1; i < n; i += 50) row(i, i + 1, 5, "", "")
            for (i = 1; i <= n; i++)
                row("", "", (i % 2 ? 20 : 30), held[i],
                    (i % 2 ? "post_pending_transfer" : "void_pending_transfer"))
            for (i = 1; i <= n; i += 7) { id--; row(i, 10000 + i, 1, "", "") } # a used id
        }
    }' >"$transfers"

# Print everything that must not depend on the number of threads: all but the times.
look() {
    run import --accounts "$accounts" --transfers "$transfers" --allow-refusals \
        --format csv "$@"
    expect_code 0
    grep -v '^run' "$work/out" >"$work/import"
    run balances --accounts "$accounts" --transfers "$transfers" --allow-refusals \
        --format csv "$@"
    expect_code 0
    cat "$work/import" "$work/out"
}

# Print the rows of one account in the order of its versions, with its totals.
look_at() {
    id=$1
    shift
    run history "$id" --accounts "$accounts" --transfers "$transfers" --allow-refusals \
        --format csv "$@"
    expect_code 0
    cut -d, -f2- "$work/out"
}

for protocol in optimistic cas mutex rcu; do
    look --protocol $protocol --threads 1 >"$work/one"
    look_at 51 --protocol $protocol --threads 1 >"$work/one_51"
    for threads in 2 5; do
        look --protocol $protocol --threads $threads >"$work/many"
        expect_same "$work/one" "$work/many"
        look_at 51 --protocol $protocol --threads $threads >"$work/many_51"
        expect_same "$work/one_51" "$work/many_51"
    done
done

# The check has teeth: some rows fail, and some succeed.
run import --accounts "$accounts" --transfers "$transfers"
expect_out exceeds_credits
expect_out linked_event_failed
expect_out exists_with_different
expect_fact 'bad rows' 0

# A chain of posts whose pending transfers take more than one call to look up.
awk 'BEGIN {
    print "id,debit_account_id,credit_account_id,amount,pending_id,ledger,code,flags"
    for (i = 1; i <= 8190; i++) print i ",1,10001,1,,1,1,pending"
    for (i = 1; i <= 8190; i++)
        print 8190 + i ",,,1," i ",,,post_pending_transfer" (i < 8190 ? "|linked" : "")
}' >"$transfers"
sed -i 's/^1,1,10,.*/1,1,10,/' "$accounts"
import_pair --threads 2
expect_code 0
expect_fact 'transfers created' 16380
expect_fact 'transfers failed' 0

# The rows have the order of the file.
expected=$((expected + 1))
cut -d, -f2 "$work/one_51" | sed 1d | sort -n -c || miss "versions and ids that rise together"

finish
