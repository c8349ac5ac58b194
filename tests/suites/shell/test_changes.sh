# test_changes.sh - every change is printed once and in order, even while files are loaded.
. "$(dirname "$0")/expect.sh"

pair 'id,ledger,code,flags
1,1,1,
2,1,2,debits_must_not_exceed_credits' \
    'id,debit_account_id,credit_account_id,amount,pending_id,ledger,code,flags
10,1,2,100,,1,1,
11,2,1,60,,1,2,pending
12,,,40,11,,,post_pending_transfer
13,2,1,70,,1,3,
14,2,1,5,,1,4,'

# change, transfer, amount, pending, ledger, code, flags; debit account, version, totals; credit's
cat >"$work/wanted" <<'END'
account,,,,1,1,,1,1,0,0,0,0,,,,,,
account,,,,1,2,debits_must_not_exceed_credits,2,1,0,0,0,0,,,,,,
transfer,10,100,0,1,1,,1,2,0,100,0,0,2,2,0,0,0,100
pending,11,60,0,1,2,pending,2,3,60,0,0,100,1,3,0,100,60,0
posted,12,40,11,1,2,post_pending_transfer,2,4,0,40,0,100,1,4,0,100,0,40
transfer,14,5,0,1,4,,2,5,0,45,0,100,1,5,0,100,0,45
END

for protocol in optimistic cas mutex rcu; do
    for follow in '' --follow; do
        # shellcheck disable=SC2086 # $follow is one word or none
        run changes --accounts "$accounts" --transfers "$transfers" --protocol $protocol \
            --format csv $follow
        expect_out 'timestamp,order,change,transfer_id'
        expect_lines 7
        sed 1d "$work/out" | cut -d, -f3- >"$work/changes"
        expect_same "$work/changes" "$work/wanted"
        sed 1d "$work/out" | cut -d, -f1 >"$work/times"
        expect_rising "$work/times"
    done
done

# JSON: 64- and 128-bit values are strings.
run changes --accounts "$accounts" --transfers "$transfers" --follow
expect_lines 6
expect_out '"change":"posted","transfer_id":"12"'
expect_out '"debit_version":"4"'
run changes --accounts "$accounts" --transfers "$transfers" --follow --format table
expect_code 2
expect_err '--follow prints csv or jsonl'
run changes --accounts "$accounts" --transfers "$transfers" --follow --rejects -
expect_code 2
expect_err '--follow and --rejects - both print on standard output'
run changes --accounts "$accounts" --transfers "$transfers" --rejects -
expect_code 1
expect_lines 2
expect_out exceeds_credits
run changes --accounts "$accounts" --transfers "$work/missing.csv" --follow
expect_code 3

# Four threads load a month while a follower prints: each record is one change, in order.
run generate --seed 1 --out "$work/month"
expect_code 0
for protocol in optimistic cas mutex rcu; do
    run changes --accounts "$work/month/accounts.csv" --transfers "$work/month/transfers.csv" \
        --protocol $protocol --threads 4 --follow --format csv
    cp "$work/out" "$work/followed"
    run import --accounts "$work/month/accounts.csv" --transfers "$work/month/transfers.csv" \
        --protocol $protocol --threads 4 --format jsonl
    grep -o '"\(accounts\|transfers\)_created":"*[0-9]*' "$work/out" |
        sed 's/.*:"*//' | awk '{ all += $1 } END { print all + 1 }' >"$work/counted"
    wc -l <"$work/followed" | tr -d ' ' >"$work/lines"
    expect_same "$work/lines" "$work/counted"
    sed 1d "$work/followed" | cut -d, -f1 >"$work/times"
    expect_rising "$work/times"
done

finish
