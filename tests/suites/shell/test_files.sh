# test_files.sh - files appear whole or not at all, and never through a symbolic link; a failed
# print is exit code 3; the ledger reserves address space by the size of the files.
. "$(dirname "$0")/expect.sh"

victim=$work/victim
echo precious >"$victim"

# expect_safe LINK - the command refused to write through LINK, and the file behind it is as it was.
expect_safe() {
    expect_code 3
    expect_err "$1: it is a symbolic link"
    expected=$((expected + 2))
    [ "$(cat "$victim")" = precious ] || miss "an untouched file behind the link"
    [ -L "$1" ] || miss "the link itself"
}

mkdir "$work/g"
for name in accounts.csv transfers.csv; do
    rm -f "$work/g"/*
    ln -s "$victim" "$work/g/$name"
    run generate --out "$work/g" --customers 2 --days 1
    expect_safe "$work/g/$name"
    expected=$((expected + 1))
    [ "$(ls -A "$work/g")" = "$name" ] || miss "nothing beside it"
done
ln -s "$victim" "$work/link.csv"
run stress --operations 10 --save "$work/link.csv"
expect_safe "$work/link.csv"
pair 'id,ledger,code
1,1,1' "$empty"
import_pair --rejects "$work/link.csv"
expect_safe "$work/link.csv"
ln -sf "$work/nowhere" "$work/link.csv"
import_pair --rejects "$work/link.csv"
expect_code 3
expected=$((expected + 1))
[ ! -e "$work/nowhere" ] || miss "no file at the end of a dangling link"

# A write that fails half-way leaves the old file, and no other.
echo old >"$work/r.csv"
pair 'id,ledger,code
1,1,1' "$empty"
mkdir "$work/broken"
run import --accounts "$accounts" --transfers "$work/broken" --rejects "$work/r.csv"
expect_code 3
expected=$((expected + 2))
[ "$(cat "$work/r.csv")" = old ] || miss "the old file"
[ -z "$(find "$work" -name '.*.part')" ] || miss "no part left behind"
# If one of two files cannot be written, neither appears.
(
    ulimit -f 8
    exec "$quipu" generate --out "$work/g2" --customers 500
) >"$work/out" 2>"$work/err"
code=$?
expected=$((expected + 1))
[ "$code" -ne 0 ] || miss "a limit on the size of files"
expected=$((expected + 1))
[ ! -e "$work/g2/transfers.csv" ] || miss "no half file"

# A file that is replaced keeps its mode.
rm -f "$work/g"/*
run generate --out "$work/g" --customers 2 --days 1
expect_code 0
chmod 600 "$work/g/accounts.csv"
run generate --out "$work/g" --customers 2 --days 1
expect_code 0
expected=$((expected + 1))
[ "$(stat -c %a "$work/g/accounts.csv")" = 600 ] || miss "mode 600"

# Standard output is full.
if [ -w /dev/full ]; then
    for words in --help --version 'import --help' 'balances --help' 'account --help' \
        'history --help' 'changes --help' 'race --help' 'stress --help' 'bench --help' 'generate --help' \
        'verify --help' "import --accounts $accounts --transfers $transfers" \
        "import --accounts $accounts --transfers $transfers --rejects -" \
        "balances --accounts $accounts --transfers $transfers --format json" \
        "account 1 --accounts $accounts --transfers $transfers --format csv" \
        "history 1 --accounts $accounts --transfers $transfers --format csv" \
        "generate --customers 2 --days 1 --out $work/g" 'stress --operations 10' \
        'bench --transfers 100 --accounts 10 --threads 1 --protocol rcu'; do
        code=0
        # shellcheck disable=SC2086
        "$quipu" $words >/dev/full 2>"$work/err" || code=$?
        expect_code 3
        expect_err 'cannot write to standard output'
    done
fi

# Two rows need little address space; the options ask for more, or for too little.
printf '%s\n1,1,2,5,1,1\n2,1,2,5,1,1\n' \
    id,debit_account_id,credit_account_id,amount,ledger,code >"$transfers"
printf 'id,ledger,code\n1,1,1\n2,1,1\n' >"$accounts"
if [ -n "${QUIPU_REFUSE_LIBRARY:-}" ]; then # a sanitizer needs its terabytes
    for words in '' '--threads 4' '--accounts-max 100000 --transfers-max 100000'; do
        code=0
        # shellcheck disable=SC2086
        (
            ulimit -v 4000000
            exec "$quipu" import --accounts "$accounts" --transfers "$transfers" $words
        ) >"$work/out" 2>"$work/err" || code=$?
        expect_code 0
        expect_fact 'transfers created' 2
    done
    (
        ulimit -v 4000000
        exec "$quipu" import --accounts "$accounts" --transfers "$transfers" \
            --transfers-max 1000000000
    ) >"$work/out" 2>"$work/err" || code=$?
    expect_code 3
    expect_err 'say less by --accounts-max and --transfers-max'
fi
import_pair --accounts-max 1
expect_code 3
expect_err 'the ledger is full: say more by --accounts-max'
for words in '--accounts-max 0' '--transfers-max x' '--accounts-max 4294967297'; do
    # shellcheck disable=SC2086
    import_pair $words
    expect_code 2
    expect_err 'it takes a number from 1'
done

finish
