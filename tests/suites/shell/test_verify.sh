# test_verify.sh - histories from disk: a good one, bad ones, and files that are no history.
. "$(dirname "$0")/expect.sh"

history=$work/history.csv

# The example of the manual, as it stands there.
sed -n '/^```$/,/^```$/p' "$folder/../../../docs/history-format.md" | grep -v '^```' >"$history"
run verify "$history"
expect_code 0
expect_fact promise serializable
expect_fact threads 2
expect_fact calls 6
expect_fact anomalies 0
expect_fact verdict 'as promised'

# The same from standard input, which is empty here.
run verify -
expect_code 2
expect_err 'standard input:1: empty'

# As the manual says: if both are created with version 3.
sed -i 's/^transfer,exceeds_credits,3,3,9\(.*\)$/transfer,created,3,3,9\1,1002/' "$history"
run verify "$history"
expect_code 1
expect_fact verdict 'lost update'
expect_out '1. lost update: two transfers gave an account the same version: account 1, version 3'
expect_out 'thread 1, 225 to 245'
expect_out 'transfer 9 moves 60 from 1 (version 3) to 2 (version 3): created'

# For programs.
run verify --format json "$history"
expect_code 1
expect_out '"verdict": "lost update"'
expect_out '"anomaly": "lost update"'
run verify --format csv "$history"
expect_code 1
expect_out 'lost update'

# A cycle is shown with its operations and why each must come before the next.
cat >"$history" <<'END'
quipu-history,1,serializable
call,0,0,0
account,created,1,1,0,0,0,0,1,1
account,created,1,0x2,0,0,0,0,1,1
call,0,10,20
transfer,created,2,2,7,1,2,5,0,0,0,1,1,100
call,1,30,40
read,1,1
END
run verify "$history"
expect_code 1
expect_fact verdict 'stale read'
expect_out 'A. thread 1, 30 to 40'
expect_out 'it saw version 1 of account 1 before the next overwrote it'
expect_out 'it ended before the next began'

# A file that is no history is reported with its line.
refused() {
    printf '%b' "$1" >"$history"
    run verify "$history"
    expect_code 2
    expect_err "$history:$2"
}

header='quipu-history,1,serializable,0\n'
refused '' '1: empty'
refused 'call,0,1,2\n' '1: the first row is not'
refused 'quipu-history,2,serializable\n' '1: version 1 is the only one'
refused 'quipu-history,1,eventual\n' '1: cell 3 is no number: `eventual`'
refused "$header$header" '2: a second header'
refused "${header}read,1,1\n" '2: a step before the first call'
refused "${header}call,4096,1,2\n" '2: cell 2 is too large for a thread'
refused "${header}call,0,1,0x10000000000000000\n" '2: cell 4 is too large'
refused "${header}call,0,1,2,3,4\n" '2: more than 5 cells'
refused "${header}call,0,1,2\nwrite,1\n" '3: a row is a call'
refused "${header}call,0,1,2\nread,-1\n" '3: cell 2 is no number: `-1`'
refused "${header}call,0,1,2\nread,340282366920938463463374607431768211456\n" '3: cell 2 is no number'
refused "${header}call,0,1,2\ntransfer,refused\n" '3: cell 2 is no number: `refused`'
refused "${header}call,0,1,2\nread,\"1\n" '4: not CSV'
refused "${header}call,0,1,2\n#,\"\nread,1,1\n\"\n" '5: a line end inside quotes'
refused "${header}call,0,1,2\nread,1,1" '3: the last row has no line end'

# Files that cannot be read, and wrong options.
run verify "$work/nowhere.csv"
expect_code 3
expect_err 'nowhere.csv: No such file'
run verify "$work"
expect_code 3
expect_err "$work: Is a directory"
run verify
expect_code 2
run verify --format xml "$history"
expect_code 2
run verify --help
expect_code 0
expect_out 'docs/history-format.md'

finish
