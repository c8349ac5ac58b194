# test_stress.sh - under stress the protocols keep their promises, and `unsafe` is convicted.
. "$(dirname "$0")/expect.sh"

# Each protocol is clean.
for protocol in optimistic cas mutex rcu; do
    run stress --protocol $protocol --seconds 1 --threads 4 --seed 1
    expect_code 0
    expect_fact protocol $protocol
    expect_fact seed 1
    expect_fact anomalies 0
    expect_out 'all is as promised'
    expect_out exceeds_credits
    expect_no_out 'first anomaly'
    expected=$((expected + 2))
    grep -qE '^conflicts +[1-9]' "$work/out" || [ $protocol = cas ] || miss "conflicts"
    [ ! -e "quipu-stress-$protocol.csv" ] || miss "no history of what is fine"
done

# With time-outs, with fences, with more threads than processors.
for protocol in optimistic cas mutex rcu; do
    run stress --protocol $protocol --operations 8000 --timeouts --seed 2
    expect_code 0
    expect_fact operations 8000
    run stress --protocol $protocol --operations 8000 --fence --threads 64 --accounts 3 --seed 3
    expect_code 0
    expect_fact operations 8000
    expect_fact threads 64
done

# The control.
run stress --protocol unsafe --seconds 1 --seed 1 --save "$work/unsafe.csv"
expect_code 1
expect_out convicted
expect_err 'lost update'
expected=$((expected + 1))
[ -s "$work/unsafe.csv" ] || miss 'the history of what was convicted'
run verify "$work/unsafe.csv"
expect_code 1

# Each kind of write by itself is convicted, too; and a history goes where --save says.
here=$(pwd)
cd "$work" || exit 1
for mix in transfer chain pending duplicate transfer,read transfer,snapshot commit,skew,transfer; do
    run stress --protocol unsafe --mix $mix --seconds 1 --seed 1
    expect_code 1
done
expected=$((expected + 1))
[ -s quipu-stress-unsafe.csv ] || miss 'a history in the current folder'
cd "$here" || exit 1

# --operations bounds operations, not rounds.
run stress --operations 1234 --round 100 --threads 7 --seed 1
expect_code 0
expect_fact operations 1234
expect_fact rounds 13
run stress --operations 1 --threads 16 --seed 1
expect_code 0
expect_fact operations 1

# Without --seed a seed is drawn, and printed.
run stress --operations 10
expected=$((expected + 1))
grep -qE '^seed +[0-9]+$' "$work/out" || miss "a seed"

# --save saves a clean history, too.
run stress --protocol rcu --operations 3000 --timeouts --seed 1 --save "$work/rcu.csv"
expect_code 0
expect_out "$work/rcu.csv"
run verify "$work/rcu.csv"
expect_code 0
run stress --operations 10 --save "$work/none/rcu.csv"
expect_code 3
expect_err "$work/none/rcu.csv"

# For programs.
run stress --operations 1000 --seed 5 --format json
expect_code 0
expected=$((expected + 1))
"$CMAKE_COMMAND" -DFILE="$work/out" "-DPATH=stress;operations" -DVALUE=1000 -DTYPE=NUMBER \
    -P "$folder/json.cmake" || miss "JSON"
run stress --operations 1000 --seed 5 --format csv
expect_code 0
expect_out 'operations_per_second'

for garbage in 0 -1 2x 1025; do
    run stress --threads "$garbage"
    expect_code 2
    expect_err "--threads=$garbage"
done
for garbage in 0 1 1025 x; do
    run stress --accounts "$garbage"
    expect_code 2
    expect_err "--accounts=$garbage"
done
run stress --protocol fastest
expect_code 2
run stress --mix transfer,transfers
expect_code 2
expect_err '"transfers"'
run stress --mix ''
expect_code 2
run stress --protocol cas --mix snapshot
expect_code 2
expect_err 'cas refuses snapshot'
run stress --seconds 1 --operations 1
expect_code 2
expect_err '--seconds and --operations'
run stress --round 0
expect_code 2
run stress --seed 1x
expect_code 2

finish
