# test_refused.sh - if the system refuses memory or a thread, the command says so and exits with 3,
# or it does without.
#
# Each command runs with its first request refused, then its second, and so on; later ones in steps.
# Needs QUIPU_REFUSE_LIBRARY, see refuse.c; without it (under a sanitizer) nothing is refused.
. "$(dirname "$0")/expect.sh"

most=12

# try WORD... - like `run`, with each request refused in turn, alone and with all after it.
try() {
    LD_PRELOAD=$QUIPU_REFUSE_LIBRARY QUIPU_REFUSE_COUNT=$work/count "$quipu" "$@" >"$work/out" \
        2>"$work/err" </dev/null || :
    asked=$(cat "$work/count")
    step=$((asked / most + 1))
    n=1
    while [ "$n" -le "$asked" ]; do
        try_one "$n" '' "$@"
        try_one "$n" yes "$@"
        # Each of the first, which reach most of the code; then in steps.
        if [ "$n" -lt 24 ]; then n=$((n + 1)); else n=$((n + step)); fi
    done
}

try_one() {
    words="${*} (refused: $1 $2)"
    expected=$((expected + 1))
    code=0
    number=$1 all=$2
    shift 2
    (
        export LD_PRELOAD="$QUIPU_REFUSE_LIBRARY" QUIPU_REFUSE="$number"
        [ -z "$all" ] || export QUIPU_REFUSE_ALL=1
        exec timeout 60 "$quipu" "$@"
    ) >"$work/out" 2>"$work/err" </dev/null || code=$?
    case $code in
    0 | 1) ;;
    2 | 3) [ -s "$work/err" ] || miss "a complaint" ;;
    *) miss "an exit code of its own" ;;
    esac
    # What is kept is whole: a refusal is no damage.
    [ ! -s "$work/err" ] || ! grep -q damaged "$work/err" || miss "no word of damage"
}

run generate --seed 3 --customers 30 --out "$work"
expect_code 0
accounts=$work/accounts.csv transfers=$work/transfers.csv

if [ -n "${QUIPU_REFUSE_LIBRARY:-}" ]; then
    files="--accounts $accounts --transfers $transfers"
    # Words are split on purpose.
    # shellcheck disable=SC2086
    {
        try generate --seed 3 --customers 5 --out "$work/again"
        try import $files --threads 1
        try import $files --threads 2 --format json
        # Rows that grow, so that the arrays of a row must grow.
        {
            echo id,ledger,code,flags
            awk 'BEGIN { for (i = 1; i <= 9; i++) printf "%040d,%0*d,1\n", i, 40 * i, 1 }'
        } >"$work/wide.csv"
        try import --accounts "$work/wide.csv" --transfers $transfers
        try balances $files --format csv
        try account 3 $files
        try history 3 $files --format json
    }
    # A kept ledger. The first is there before; later ones find what those before them have left.
    run init "$work/kept"
    expect_code 0
    # shellcheck disable=SC2086
    try import --ledger "$work/kept" $files --allow-refusals
    try check "$work/kept"
    run check "$work/kept"
    expect_code 0
    try race --seconds 0.01 --threads 2
    try stress --operations 40 --threads 2 --accounts 4 --seed 1
    printf 'quipu-history,1,serializable\ncall,0,1,2\nread,1,1\n' >"$work/history.csv"
    try verify --format json "$work/history.csv"
    try shell --memory -c "create_accounts id=1 ledger=1 code=1; query_accounts;" -c .dump
    try bench --protocol cas --threads 1 --batch 64 --transfers 2000 --accounts 100
    try bench --protocol mutex --threads 1 --batch 64 --transfers 500 --accounts 100 --kind commit
fi

# Output that cannot be written.
for words in "balances --accounts $accounts --transfers $transfers" "race --seconds 0.01"; do
    code=0
    expected=$((expected + 1))
    # shellcheck disable=SC2086
    "$quipu" $words >/dev/full 2>"$work/err" || code=$?
    [ "$code" -eq 3 ] || miss "exit code 3 when the disk is full"
    expect_err 'cannot write to standard output'
done

finish
