# test_shapes.sh - files that banks, spreadsheets and apps export are recognized, with advice.
. "$(dirname "$0")/expect.sh"

header=id,debit_account_id,credit_account_id,amount,ledger,code
echo 'id,ledger,code
1,978,1
2,978,10' >"$accounts"

# said TEXT FORMAT - import the transfers that printf makes of FORMAT; a complaint has TEXT.
said() {
    # shellcheck disable=SC2059
    printf "$2" >"$transfers"
    import_pair
    expect_code 1
    expect_err "$1"
}

said 't.csv:1:1: this is UTF-16: save it as UTF-8' '\377\376i\0d\0,\0\n\0'
said 't.csv:1:1: this is UTF-16' '\376\377\0i\0d\0\n'
said 't.csv:1:1: this is UTF-16' 'i\0d\0\n\0'
said 't.csv:1:1: this is UTF-16' '\0i\0d\0\n'
said 'this is a spreadsheet or an archive' 'PK\003\004 \n'
said 'a second byte order mark' '\357\273\277\357\273\277id,amount\n'
said '`sep=` is a note to a spreadsheet: take this line out' "sep=,\n$header\n"
said 'fields are separated by `;` here: separate them by commas' 'id;amount\n1;2\n'
said 'fields are separated by `;` here' '"id";"amount"\n"1";"2"\n'
said 'fields are separated by tabs here' 'id\tamount\n1\t2\n'
said 't.csv:1:58: a column without a name' "$header,\n1,1,2,5,978,1,\n"
said 'names no field "Amount": names are in small letters, write amount' 'id,Amount\n'
said 'no header: this line names no field. Take out what stands before' "Account 77,\n$header\n"
said 'names no field "date": write dates into user_data_64' "$header,date\n"
said 'names no field "description": take the column out' "$header,description\n"
said 't.csv:3:1: all fields are empty: take the line out' "$header\n1,1,2,5,978,1\n,,,,,\n"

# amount TEXT CELL - the same for a row with this amount.
amount() {
    said "$1" "$header\n1,1,2,$2,978,1\n"
    expect_fact 'transfers created' 0
}

amount 'amounts are minor units: 12.50 is 1250 (and 12.34 is 1234,' 12.34
amount '(and 1.234,56 is 123456,' '"1.234,56"'
amount '(and 1,280.8 is 128080,' '"1,280.8"'
amount 'amounts are minor units, without separators: 12.50 is 1250' '"1,234"'
amount 'amounts have no sign, and are minor units' -4.50
amount 'numbers have no sign' +5
amount 'a spreadsheet has rounded this number, its last digits are lost' 1.23457E+15
amount 'a date: write 2026-01-05 as 20260105 into user_data_64' 2026-01-05
amount 'a date' 05.01.2026
said 'ids are digits, 0x and hexadecimal digits, a UUID or a ULID: give each name one' \
    "$header\n1,assets:cash,2,5,978,1\n"

# Imported rows of one day.
echo 'id,ledger,code,flags,timestamp
1,978,1,imported,1767225600000000000
2,978,10,imported,1767225600000000001' >"$accounts"
day=1767571200000000000
said 'give each row of a day one nanosecond more' \
    "$header,flags,timestamp\n1,1,2,5,978,1,imported,$day\n2,1,2,5,978,1,imported,$day\n"
expect_fact 'transfers created' 1

# Bytes that a terminal would act on are shown as \xNN.
for bytes in '\033[2J' '\007' '\033]0;x\007' '\302\233' '\377' '\300\200' '\342\200\256' '\177'; do
    said 'is not a number' "$header\n1,1,2,a${bytes}b,978,1\n"
    expect_err '\x'
    expected=$((expected + 1))
    # shellcheck disable=SC2059
    LC_ALL=C grep -qF "$(printf "$bytes")" "$work/err" && miss "no raw bytes: $bytes"
done
said 'amount: "fünf"' "$header\n1,1,2,fünf,978,1\n"
printf 'quipu-history,1,serializable\ncall,0,1,2\nread,\033[2J\n' >"$work/h.csv"
run verify "$work/h.csv"
expect_code 2
expect_err '`\x1B[2J`'

# Standard input in place of one of the two files.
printf '%s\n1,1,2,5,978,1\n2,1,2,x,978,1\n' "$header" >"$work/stdin"
printf 'id,ledger,code\n1,978,1\n2,978,10\n' >"$accounts"
words='import --transfers - <stdin'
code=0
"$quipu" import --accounts "$accounts" --transfers - <"$work/stdin" >"$work/out" 2>"$work/err" ||
    code=$?
expect_code 1
expect_err 'standard input:3:7: amount'
expect_fact 'transfers created' 1
words='import --accounts - <a.csv'
code=0
"$quipu" balances --accounts - --transfers "$work/stdin" --format csv <"$accounts" >"$work/out" \
    2>"$work/err" || code=$?
expect_code 1
expect_out '2,978,10,,0,0,0,5,5'

# Ids are UUIDs and ULIDs, too.
printf '%s\n%s,1,2,5,978,1\n%s,1,2,5,978,1\n' "$header" \
    550e8400-e29b-41d4-a716-446655440000 01ARZ3NDEKTSV4RRFFQ69G5FAV >"$transfers"
import_pair
expect_code 0
expect_fact 'transfers created' 2
run import --accounts - --transfers -
expect_code 2
expect_err 'standard input is one file'

finish
