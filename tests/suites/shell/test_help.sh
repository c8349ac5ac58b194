# test_help.sh - each command has help, and says what is wrong with a command line.
. "$(dirname "$0")/expect.sh"

run --help
expect_code 0
for command in init import balances account history transfers holds changes explain post name export check backup checkpoint salvage serve stats race stress bench generate verify shell; do
    expect_out "  $command "
done

for command in init import balances account history transfers holds changes explain post name export check backup checkpoint salvage serve stats race stress bench generate verify shell; do
    run $command --help
    expect_code 0
    expect_out "Usage: quipu $command"
    expect_out "--help"
    expect_out "Exit code:"
done

run --version
expect_code 0
expect_out "quipu "

run
expect_code 2
expect_err "Usage: quipu"

run nonsense
expect_code 2
expect_err 'unknown command "nonsense"; '
expect_err "--help"

# A misspelt command is guessed at.
for guess in imprt:import impport:import improt:import hstory:history acount:account; do
    run "${guess%:*}"
    expect_code 2
    expect_err "unknown command \"${guess%:*}\", did you mean \`${guess#*:}\`?"
done

run import
expect_code 2
expect_err "--accounts"
expect_err "Try \`quipu import --help\`"

for command in balances 'account 1' 'history 1' changes; do
    # shellcheck disable=SC2086 # a word or two
    run $command
    expect_code 2
    expect_err "it needs --accounts and --transfers, or --ledger"
    expect_err "Try \`quipu ${command% *} --help\`"
done
for command in init check; do
    run $command
    expect_code 2
    expect_err "DIR"
done

run race --nonsense
expect_code 2
expect_err "nonsense"

run race --protocol fastest
expect_code 2
expect_err "--protocol=fastest"
expect_err "optimistic, cas, mutex, rcu or unsafe"

run balances --accounts a --transfers t --protocol fastest
expect_code 2
expect_err "--protocol=fastest"

# Only `race` and `stress` may run unsafe.
run bench --protocol unsafe
expect_code 2
expect_err "optimistic, cas, mutex or rcu"

for garbage in 0 -1 2x x 1e3 99999999999999999999; do
    run race --threads "$garbage"
    expect_code 2
    expect_err "--threads=$garbage: it takes a number from 1"
done

for garbage in 0 -1 1s nan; do
    run race --seconds "$garbage"
    expect_code 2
    expect_err "--seconds=$garbage"
done

run bench --protocol cas --threads 1 --readers 1 --reading snapshots --transfers 100 --accounts 50
expect_code 3
expect_err 'does not offer it; choose another --protocol'

run bench --protocol cas --kind commit --threads 1 --transfers 100 --accounts 50
expect_code 3
expect_err 'does not offer it; choose another --protocol'

run bench --batch 8191
expect_code 2
expect_err "numbers from 1 to 8190"

run bench --distribution normal
expect_code 2
expect_err "uniform, zipf or hot"

run bench --durability buffered --transfers 100
expect_code 2
expect_err '--durability is for kept ledgers'
run bench --ledger "$work" --durability often
expect_code 2
expect_err 'synced or buffered'
run bench --ledger "$work/none" --transfers 100 --protocol rcu --threads 1
expect_code 3
expect_err "cannot make a directory in $work/none: No such file"

run generate --out "$work/m" --format xml
expect_code 2
expect_err "table, csv, json or jsonl"

pair id 'id'
run account 12x --accounts "$accounts" --transfers "$transfers"
expect_code 2
expect_err '"12x" is not an id'

run account 0 --accounts "$accounts" --transfers "$transfers"
expect_code 2

run import --accounts "$work/none.csv" --transfers "$transfers"
expect_code 3
expect_err "cannot open $work/none.csv: No such file"

run import --accounts "$work" --transfers "$transfers"
expect_code 3
expect_err "cannot read $work"

run generate --out "$work/none/deeper"
expect_code 3
expect_err "$work/none/deeper"

# The disk is full.
if [ -w /dev/full ]; then
    "$quipu" race --seconds 0.01 >/dev/full 2>"$work/err"
    code=$?
    words="race >/dev/full"
    expect_code 3
    expect_err "cannot write to standard output"
fi

finish
