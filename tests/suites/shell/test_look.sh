# test_look.sh - balances, account and history over a pair of files.
. "$(dirname "$0")/expect.sh"

pair 'id,ledger,code,flags,user_data_64
1,1,1,,
2,1,2,debits_must_not_exceed_credits,77' \
    'id,debit_account_id,credit_account_id,amount,pending_id,ledger,code,flags
10,1,2,100,,1,1,
11,2,1,60,,1,2,pending
12,,,40,11,,,post_pending_transfer
13,2,1,70,,1,3,
14,2,1,5,,1,4,'

for protocol in optimistic cas mutex rcu; do
    options="--accounts $accounts --transfers $transfers --protocol $protocol --allow-refusals"

    # shellcheck disable=SC2086 # $options is seven words
    run account 2 $options
    expect_code 0
    expect_fact 'debits pending' 0
    expect_fact 'debits posted' 45
    expect_fact 'credits posted' 100
    expect_fact balance 55
    expect_fact version 5
    expect_fact 'user data 64' 77

    # shellcheck disable=SC2086
    run history 0x2 $options --format csv
    expect_code 0
    expect_out debits_pending,debits_posted,credits_pending,credits_posted,balance
    sed 1d "$work/out" | cut -d, -f2- >"$work/history"
    # version, transfer, side, other account, amount, pending id, code, flags, totals, balance
    cat >"$work/wanted" <<'END'
2,10,credit,1,100,0,1,,0,0,0,100,100
3,11,debit,1,60,0,2,pending,60,0,0,100,100
4,12,debit,1,40,11,2,post_pending_transfer,0,40,0,100,60
5,14,debit,1,5,0,4,,0,45,0,100,55
END
    expect_same "$work/history" "$work/wanted"

    # shellcheck disable=SC2086
    run balances $options --format csv
    expect_code 0
    expect_out '1,1,1,,0,100,0,45,-55'
    expect_out '2,1,2,debits_must_not_exceed_credits,0,45,0,100,55'

    # shellcheck disable=SC2086
    run history 3 $options
    expect_code 1
    expect_err 'no account 3'
done

# More accounts than one page of the ledger's answers: cas has pages, the others a snapshot.
{
    echo 'id,ledger,code'
    awk 'BEGIN { for (i = 1; i <= 140000; i++) print i ",1,1" }'
} >"$accounts"
echo "$empty" >"$transfers"
for protocol in cas rcu; do
    run balances --accounts "$accounts" --transfers "$transfers" --protocol $protocol --format csv
    expect_code 0
    expected=$((expected + 1))
    [ "$(wc -l <"$work/out")" -eq 140001 ] || miss "140000 accounts"
    expect_out '140000,1,1,,0,0,0,0,0'
done

finish
