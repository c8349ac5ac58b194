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

# The default protocol.
run race --seconds 0.05
expect_code 0
expect_fact protocol optimistic

finish
