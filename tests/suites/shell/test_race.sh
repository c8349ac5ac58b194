# test_race.sh - `unsafe` loses the race, and the four protocols do not.
. "$(dirname "$0")/expect.sh"

run race --protocol unsafe --seconds 1
expect_code 1
expect_out 'withdrawals of 60 succeeded'
expect_out 'the race was lost'
expected=$((expected + 2))
grep -qE '^overdrafts +[1-9]' "$work/out" || miss "overdrafts"
grep -qE '^lost updates +[1-9]' "$work/out" || miss "lost updates"

for protocol in optimistic cas mutex rcu; do
    for threads in 1 2 5; do
        run race --protocol $protocol --seconds 0.2 --threads $threads
        expect_code 0
        expect_fact overdrafts 0
        expect_fact 'lost updates' 0
        expect_out 'nothing overdrawn, nothing lost'
    done
done

# Ledgers that are kept, and removed at the end.
mkdir "$work/kept"
for protocol in optimistic cas mutex rcu; do
    run race --protocol $protocol --seconds 0.05 --ledger "$work/kept"
    expect_code 0
    expect_out 'nothing overdrawn, nothing lost'
done
run race --protocol unsafe --seconds 1 --ledger "$work/kept"
expect_code 1
expected=$((expected + 1))
[ -z "$(ls "$work/kept")" ] || miss 'a ledger is left behind'
run race --ledger "$work/nowhere"
expect_code 3
expect_err 'nowhere'

# The default protocol.
run race --seconds 0.05
expect_code 0
expect_fact protocol optimistic

finish
