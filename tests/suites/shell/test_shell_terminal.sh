# test_shell_terminal.sh - the shell at a terminal: completion, history, Ctrl-C, Ctrl-D.
. "$(dirname "$0")/expect.sh"

if [ "${QUIPU_EDIT:-ON}" = OFF ]; then
    echo 'no libedit: skipped'
    exit 0
fi

run init "$work/books"
run name ledger 978 EUR --scale 2 --ledger "$work/books"
run name account new assets:bank --normal debit --ledger "$work/books"
expect_code 0
words='shell at a terminal'
code=0
mkdir -m 700 "$work/state"
# libedit does not free the names of keys that are added to it, which is a leak to AddressSanitizer.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"
TERM=xterm XDG_STATE_HOME="$work/state" python3 -B "$folder/terminal.py" "$quipu" shell \
    --format csv --ledger "$work/books" >"$work/out" 2>"$work/err" || code=$?
expect_code 0

# Nobody else reads the history, and nothing is written through a link.
cp "$work/state/quipu/history" "$work/out"
expect_out lookup_accounts
ls -l "$work/state/quipu/history" >"$work/out"
expect_out '-rw------- '

finish
