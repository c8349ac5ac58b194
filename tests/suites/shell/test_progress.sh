# test_progress.sh - work of more than two seconds gives a sign of life, on a terminal only.
. "$(dirname "$0")/expect.sh"

# on_terminal WORD... - like `run`, but the command writes to a terminal. The exit code is unknown.
on_terminal() {
    words=$*
    code=0
    script -q -c "$quipu $*" /dev/null >"$work/out" 2>"$work/err" </dev/null
}

if ! command -v script >/dev/null; then
    echo 'no script(1), no terminal: skipped'
    exit 0
fi

# The amount of work is known.
on_terminal race --seconds 2.3 --threads 1
expect_out 'racing: '
expect_out ' %, 2 s'
expect_out 'nothing overdrawn'

# It is unknown: a pipe has no length.
echo 'id,ledger,code
1,1,1
2,1,1' >"$accounts"
mkfifo "$work/pipe"
{
    echo 'id,debit_account_id,credit_account_id,amount,ledger,code'
    sleep 2.2
    echo '1,1,2,5,1,1'
} >"$work/pipe" &
on_terminal import --accounts "$accounts" --transfers "$work/pipe"
wait
expect_out 'transfers: '
expect_no_out '%'
expect_out 'transfers created'

# Short work is silent; so is work whose output is no terminal.
on_terminal race --seconds 0.1 --threads 1
expect_no_out 'racing'
run race --seconds 2.2 --threads 1
expect_code 0
expect_no_err 'racing'

finish
