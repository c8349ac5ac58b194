# test_formats.sh - JSON parses, CSV has as many fields in each row, tables have no colour.
. "$(dirname "$0")/expect.sh"

# Fields are counted by commas; no field here has one.
expect_csv() {
    expected=$((expected + 1))
    awk -F, 'NR == 1 { fields = NF } NF != fields { exit 1 } END { exit NR < 2 }' "$work/out" ||
        miss "CSV with as many fields in every row"
}

pair 'id,ledger,code,flags
340282366920938463463374607431768211454,1,1,
2,1,2,history' 'id,debit_account_id,credit_account_id,amount,ledger,code
1,340282366920938463463374607431768211454,2,170141183460469231731687303715884105728,1,1
2,2,2,1,1,1'
files="--accounts $accounts --transfers $transfers"

# shellcheck disable=SC2086 # $files is four words
{
    run import $files --format json
    expect_code 1
    expect_json 'trial_balance;0;debits_posted' 170141183460469231731687303715884105728 STRING
    expect_json 'trial_balance;1;code' 2 NUMBER
    expect_json 'ledgers;0;debits_equal_credits' ON BOOLEAN
    expect_json 'run;transfers_created' 1 NUMBER
    expect_json 'failures;0;outcome' accounts_must_be_different STRING
    expect_json 'failures;0;count' 1 NUMBER

    files="$files --allow-refusals"
    run balances $files --format json
    expect_json 'balances;0;id' 340282366920938463463374607431768211454 STRING
    expect_json 'balances;0;balance' -170141183460469231731687303715884105728 STRING
    expect_json 'balances;1;flags' history STRING

    run account 2 $files --format json
    expect_json 'account;id' 2 STRING
    expect_json 'account;version' 2 STRING
    expect_json 'account;ledger' 1 NUMBER
    expect_json 'account;user_data_64' 0 STRING
    expect_json 'account;timestamp' "$(sed -n 's/.*"timestamp": "\([0-9]*\)".*/\1/p' "$work/out")" STRING

    run history 2 $files --format json
    expect_json 'history;0;side' credit STRING
    expect_json 'history;0;version' 2 STRING
    expect_json 'history;0;timestamp' "$(sed -n 's/.*"timestamp": "\([0-9]*\)".*/\1/p' "$work/out" | head -1)" STRING

    for command in import balances 'account 2' 'history 2'; do
        run $command $files --format csv
        expect_code 0
        expect_csv
    done
    run import $files
    expect_no_out "$(printf '\033')"
}

run race --seconds 0.01 --format json
expect_json 'race;overdrafts' 0 NUMBER
run race --seconds 0.01 --format csv
expect_csv

run bench --seconds 0.01 --accounts 100 --threads 2 --batch 10 --distribution zipf --format json
expect_code 0
expect_json 'bench;3;batch' 10 NUMBER
expect_json 'bench;3;distribution' zipf STRING
run bench --seconds 0.01 --accounts 50,100 --threads 1,2 --batch 1,10 --distribution hot --protocol optimistic,rcu --readers 1 --reading snapshots --latency --format jsonl
expect_code 0
expect_lines 16
sed -n 16p "$work/out" >"$work/last" && mv "$work/last" "$work/out"
expect_json readers 1 NUMBER
expect_json accounts 100 NUMBER
expect_json sheet bench STRING
run bench --seconds 0.01 --accounts 100 --threads 2 --batch 7 --distribution uniform --kind limited,plain,pending,chain,duplicate,refused --format json
expect_code 0
expect_json 'bench;23;kind' refused STRING
# With one thread there is no conflict; cas is left out; one call reads the expectations.
run bench --seconds 0.01 --accounts 100 --threads 1 --batch 1,8190 --distribution hot --kind commit --format json
expect_code 0
expect_json 'bench;0;conflicts' 0 NUMBER
expect_json 'bench;1;batch' 4095 NUMBER
expect_json 'bench;2;protocol' mutex STRING
expect_json 'bench;5;kind' commit STRING
# Two threads on two accounts: with or without conflicts, the books balance.
run bench --transfers 4000 --seconds 5 --accounts 2 --threads 2 --batch 7 --distribution uniform --kind limited,commit --protocol optimistic --format json
expect_code 0
expect_json 'bench;0;conflicts' '' NULL
expect_json 'bench;1;transfers' 4000 NUMBER
run bench --transfers 1000 --accounts 100 --threads 1 --protocol rcu --batch 10 --readers 1 --reading lookups --prefault --format json
expect_code 0
expect_json 'bench;0;readers' 1 NUMBER
expect_json 'bench;0;bytes_per_transfer' '' NULL
# More calls than there is room for times.
run bench --transfers 600000 --seconds 1 --accounts 100 --threads 1 --protocol cas --batch 1 --distribution uniform --latency --format csv
expect_code 0
expect_csv
run bench --transfers 1000 --accounts 100 --threads 1 --protocol cas --format csv
expect_code 0
expect_csv
expect_out 'cas,1,100,hot,limited,8190,0,1000,'

run generate --out "$work/m" --customers 10 --days 2 --format json
expect_json 'generated;accounts' 19 NUMBER

finish
