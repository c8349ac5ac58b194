# test_cut_off.sh - files that were cut off, and stray quotes: no row is lost, and none is posted
# wrongly.
. "$(dirname "$0")/expect.sh"

header=id,debit_account_id,credit_account_id,amount,ledger,code,flags
accounts_text='id,ledger,code,flags
1,978,1,
2,978,10,'

# A file with every kind of row, cut off after each byte: only whole rows are posted, and each row
# has exactly one count.
pair "$accounts_text" "$header
1,1,2,500,978,1,
2,2,1,300,978,1,pending
3,1,2,200,978,1,linked
4,2,1,7,978,1,
5,1,2,\"11\",978,1,"
cp "$transfers" "$work/whole"
bytes=$(wc -c <"$work/whole")
cut=$((${#header} + 1))
while [ "$cut" -lt "$bytes" ]; do
    head -c "$cut" "$work/whole" >"$transfers"
    run balances --accounts "$accounts" --transfers "$transfers" --format csv
    tail -c 1 "$transfers" | od -An -c | grep -q '\\n' && ended=yes || ended=no
    lines=$(wc -l <"$transfers")
    case $lines in # whole rows; the third by itself is half a chain
    1) wanted=0,0,0,0,0 ;;
    2) wanted=0,0,0,500,500 ;;
    3 | 4) wanted=300,0,0,500,500 ;;
    5) wanted=300,7,0,700,693 ;;
    esac
    expect_out "2,978,10,,$wanted"
    case $lines$ended in 1yes | 2yes | 3yes | 5yes) expect_code 0 ;; *) expect_code 1 ;; esac
    # A row that was cut off after its last field looks whole; --accept-unterminated takes it.
    run balances --accounts "$accounts" --transfers "$transfers" --accept-unterminated --format csv
    [ "$ended" = no ] && [ "$lines" = 5 ] && [ "$code" = 0 ] && expect_out '2,978,10,,300,7,0,711,704'
    cut=$((cut + 1))
done

# The last leg of a chain is cut off: no leg is posted, with --accept-unterminated or without.
printf '%s\n1,1,2,100,978,1,linked\n2,1,2,1,978,1' "$header" >"$transfers"
for more in '' --accept-unterminated; do
    # shellcheck disable=SC2086
    import_pair $more
    expect_code 1
    expect_fact 'transfers created' 0
    expect_fact 'bad rows' 1
    expect_fact 'skipped rows' 1
done

# The first leg is bad: the rest of its chain is not a chain by itself.
pair "$accounts_text" "$header
1,1,2,100,978,1
2,1,2,1,978,1,linked
3,1,2,1,978,1,
4,1,2,1,978,1,"
import_pair
expect_code 1
expect_err "$transfers:2:1: fewer fields than the header names: 6, not 7"
expect_fact 'transfers created' 1
expect_fact 'skipped rows' 2

# Without amounts nothing is posted.
pair "$accounts_text" 'id,debit_account_id,credit_account_id,ledger,code
1,1,2,978,1'
import_pair
expect_code 1
expect_err 'names no column amount'
pair "$accounts_text" "$header
1,1,2,,978,1,
2,1,2,0,978,1,
3,1,2,,978,1,pending"
import_pair
expect_code 1
expect_err "$transfers:2:7: amount: empty; write 0"
expect_err "$transfers:4:7: amount: empty"
expect_fact 'transfers created' 1

# The column id is absent, or its name has a NUL byte.
pair 'ledger,code' "$empty"
import_pair
expect_code 1
expect_err "$accounts:1:1: the header names no column id"
printf 'id\0junk,amount\n' >"$transfers"
echo "$accounts_text" >"$accounts"
import_pair
expect_code 1
expect_err "$transfers:1:3: a NUL byte"
printf 'id,amount,ledger\n1,\0005,1\n' >"$transfers"
import_pair
expect_code 1
expect_err "$transfers:2:3: a NUL byte"

# One stray quote costs one row.
{
    echo id,debit_account_id,credit_account_id,amount,ledger,code
    awk 'BEGIN { for (i = 1; i <= 9999; i++) print (i == 2 ? "\"" : "") i ",1,2,5,978,1" }'
} >"$transfers"
import_pair
expect_code 1
expect_err "$transfers:3:1: a quote that begins here is not closed in this line"
expect_fact 'transfer rows' 9999
expect_fact 'transfers created' 9998
expect_fact 'bad rows' 1
expect_fact 'skipped rows' 0

finish
