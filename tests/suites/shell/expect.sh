# expect.sh - the functions that the scripts beside it share; each begins by reading it.
#
#   run WORD...         run `quipu WORD...`; keep its output, complaints and exit code
#   expect_code N       the exit code was N
#   expect_out TEXT     the output has a line with TEXT in it; expect_err: the complaints
#   expect_no_out TEXT  the output has no such line; expect_no_err: the complaints
#   expect_lines N      the output has N lines
#   expect_same A B     two files are the same bytes
#   expect_fact K V     the output, as a table, has the fact K with the value V
#   pair A T            write accounts and transfers, as text, to the files $accounts, $transfers
#   expect_rising FILE  its lines are numbers, each larger than the one before
#   finish              print how many expectations were missed; the last line of each script
#
# Needs QUIPU_COMMAND, the command to test.
set -u
unset NO_COLOR

quipu=${QUIPU_COMMAND:?which command to test}
# shellcheck disable=SC2034 # for the scripts that read this one
folder=$(dirname "$0")
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
accounts=$work/a.csv
transfers=$work/t.csv
expected=0
missed=0
words=
# A file of no transfers.
# shellcheck disable=SC2034
empty=id,amount

miss() {
    missed=$((missed + 1))
    echo "MISSED: $1"
    echo "  after: quipu $words (exit code $code)"
    sed 's/^/  out: /' "$work/out" | head -40
    sed 's/^/  err: /' "$work/err" | head -40
}

run() {
    words=$*
    code=0
    "$quipu" "$@" >"$work/out" 2>"$work/err" </dev/null || code=$?
    # A sanitizer speaks on standard error: ctest looks for it in ours.
    grep 'SUMMARY: .*Sanitizer' "$work/err"
}

expect_code() {
    expected=$((expected + 1))
    [ "$code" -eq "$1" ] || miss "exit code $1"
}

expect_out() {
    expected=$((expected + 1))
    grep -qF -- "$1" "$work/out" || miss "output with: $1"
}

expect_err() {
    expected=$((expected + 1))
    grep -qF -- "$1" "$work/err" || miss "complaint with: $1"
}

expect_no_out() {
    expected=$((expected + 1))
    ! grep -qF -- "$1" "$work/out" || miss "output without: $1"
}

expect_no_err() {
    expected=$((expected + 1))
    ! grep -qF -- "$1" "$work/err" || miss "complaints without: $1"
}

expect_lines() {
    expected=$((expected + 1))
    [ "$(wc -l <"$work/out")" -eq "$1" ] || miss "output of $1 lines"
}

expect_same() {
    expected=$((expected + 1))
    cmp "$1" "$2" || miss "the same in $1 and $2"
}

expect_rising() {
    sort -n -u "$1" >"$work/sorted"
    expect_same "$1" "$work/sorted"
}

expect_fact() {
    expected=$((expected + 1))
    grep -qE "^$1 +$2\$" "$work/out" || miss "fact: $1 is $2"
}

pair() {
    printf '%s\n' "$1" >"$accounts"
    printf '%s\n' "$2" >"$transfers"
}

# Import the pair, with more words if there are any.
import_pair() {
    run import --accounts "$accounts" --transfers "$transfers" "$@"
}

finish() {
    echo "$expected expectations, $missed missed"
    [ "$missed" -eq 0 ]
    exit
}
