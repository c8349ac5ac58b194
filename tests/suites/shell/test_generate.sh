# test_generate.sh - the same seed writes the same bytes, and the ledger reports the outcomes that
# were foretold.
. "$(dirname "$0")/expect.sh"

run generate --out "$work/a" --customers 60
expect_code 0
run generate --out "$work/b" --customers 60 --seed 1 --days 30
expect_code 0
expect_same "$work/a/accounts.csv" "$work/b/accounts.csv"
expect_same "$work/a/transfers.csv" "$work/b/transfers.csv"

run generate --out "$work/c" --customers 60 --seed 2
expect_code 0
expected=$((expected + 1))
! cmp -s "$work/a/transfers.csv" "$work/c/transfers.csv" || miss "another seed, another month"

# Into a folder that exists.
run generate --out "$work/c" --customers 60
expect_code 0
expect_same "$work/a/transfers.csv" "$work/c/transfers.csv"

# Where nothing can be written.
mkdir -p "$work/e/transfers.csv"
run generate --out "$work/e" --customers 2
expect_code 3
expect_err "$work/e/transfers.csv: Is a directory"
expected=$((expected + 1))
[ "$(ls -A "$work/e")" = transfers.csv ] || miss "nothing left behind"
run generate --out "$(printf '%5000s' '' | tr ' ' x)" --customers 2
expect_code 3
expect_err 'File name too long'

# The files have every kind of row.
for flags in linked pending post_pending_transfer void_pending_transfer; do
    expected=$((expected + 1))
    grep -q ",$flags\$" "$work/a/transfers.csv" || miss "a row with flags $flags"
done

for protocol in optimistic cas mutex rcu; do
    for seed in 1 7; do
        run generate --out "$work/d" --seed $seed
        expect_code 0
        created=$(awk '/^created / { print $NF }' "$work/out")
        refused=$(awk '/^exceeds credits / { print $NF }' "$work/out")
        linked=$(awk '/^linked event failed / { print $NF }' "$work/out")
        exists=$(awk '/^exists / { print $NF }' "$work/out")

        run import --accounts "$work/d/accounts.csv" --transfers "$work/d/transfers.csv" \
            --protocol $protocol --threads 2
        expect_code 1
        expect_fact 'bad rows' 0
        expect_fact 'transfers created' "$created"
        expect_fact 'transfers failed' $((refused + linked + exists))
        expect_fact "transfer +exceeds_credits" "$refused .*"
        expect_fact "transfer +linked_event_failed" "$linked .*"
        expect_fact "transfer +exists" "$exists .*"
    done
done

finish
