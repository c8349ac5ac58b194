# test_bad_rows.sh - bad rows are reported with file, line, column and reason, and left out.
. "$(dirname "$0")/expect.sh"

header=id,debit_account_id,credit_account_id,amount,pending_id,ledger,code,flags

pair 'id,ledger,code
1,1,1
x,1,1
2,,
3,1,1,9
4,-1,1
5,1,"1"2
6,1,1' "$header
1,1,6,5,,1,1,
2,1,6,12.5,,1,1,
3,1,6, +5,,1,1,
4,1,6,5,,1,1,pendig
5,1,6,5,,1,1,
6,1,6,5,,1,1,"
import_pair
expect_code 1
expect_err "$accounts:3:1: id: \"x\" is not a number"
expect_err "$accounts:5:7: more fields than the header names: 4, not 3"
expect_err "$accounts:6:3: ledger: \"-1\" is not a number"
expect_err "$accounts:7:8: a double quote where none may be"
expect_err "$transfers:3:7: amount: \"12.5\" is not a number: amounts are minor units"
expect_err "$transfers:5:14: flags: \"pendig\" is no flag"
expect_err "post_pending_transfer"
expect_err "$transfers:4:8: amount: \"+5\" is not a number"
expect_err "$transfers:5: the linked chain of lines 5 to 6 is skipped whole"
expect_fact 'bad rows' 7
expect_fact 'skipped rows' 1
expect_fact 'accounts created' 2
expect_fact 'transfers created' 2
expect_out ledger_must_not_be_zero

# A line end inside quotes: each line is a row, and the complaint points to the quote.
pair 'id,ledger,code
"1
2",1,1
1,1,"x
2,1,"1"' "$empty"
import_pair
expect_code 1
expect_err "$accounts:2:1: a quote that begins here is not closed in this line"
expect_err "$accounts:3:2: a double quote where none may be"
expect_err "$accounts:4:5: a quote that begins here"
expect_fact 'account rows' 4
expect_fact 'bad rows' 3
expect_fact 'accounts created' 1

# --strict stops after exactly as many rows as the first arrays have room for.
pair 'id,ledger,code
1,1,1
2,1,1
3,1,1
4,1,1
5,1,1
6,1,1
7,1,1
8,1,1
9,1,1
10,1,1
11,1,1
12,1,1
13,1,1
14,1,1
15,1,1
16,1,1
x,1,1' "$empty"
import_pair --strict
expect_code 1
expect_err "$accounts:18:1: id: \"x\" is not a number"

# --strict stops at the first bad row, and prints no balance.
pair 'id,ledger,code
1,1,1
x,1,1
y,1,1' "$empty"
import_pair --strict
expect_code 1
expect_err "$accounts:3:1"
expect_no_err "$accounts:4:1"
expect_err "--strict"
expect_no_out balance
import_pair
expect_err "$accounts:4:1"
expect_out balance

# The same with two threads.
{
    echo "$header"
    awk 'BEGIN { for (i = 1; i <= 30000; i++) print i ",1,2,1,,1,1," }'
    echo x
    echo y
} >"$transfers"
echo 'id,ledger,code
1,1,1
2,1,1' >"$accounts"
import_pair --strict --threads 2
expect_code 1
expect_err "$transfers:30002:1"
expect_no_err "$transfers:30003:1"
expect_no_out balance

# A chain with a bad row is left out as a whole; its neighbours are not.
pair 'id,ledger,code
1,1,1
2,1,1' "$header
1,1,2,1,,1,1,
2,1,2,1,,1,1,linked
3,1,2,bad,,1,1,linked
4,1,2,1,,1,1,
5,1,2,1,,1,1,linked
6,1,2,1,,1,1,"
import_pair
expect_code 1
expect_err "$transfers:4:7: amount"
expect_err "$transfers:3: the linked chain of lines 3 to 5 is skipped whole"
expect_fact 'bad rows' 1
expect_fact 'skipped rows' 2
expect_fact 'transfers created' 3

# The first row of a chain is bad, or the last.
pair 'id,ledger,code
1,1,1
2,1,1' "$header
1,1,2,bad,,1,1,linked
2,1,2,1,,1,1,
3,1,2,1,,1,1,linked
4,1,2,bad,,1,1,
5,1,2,1,,1,1,"
import_pair
expect_err "lines 2 to 3 is skipped whole"
expect_err "lines 4 to 5 is skipped whole"
expect_fact 'transfers created' 1

# A row with unreadable flags may or may not end its chain: the next row is left out, too.
pair 'id,ledger,code
1,1,1
2,1,1' "$header
1,1,2,1,,1,1,linked
2,1,2,1,,1,1,lnked
3,1,2,1,,1,1,
4,1,2,1,,1,1,"
import_pair
expect_err "lines 2 to 4 is skipped whole"
expect_fact 'transfers created' 1

# A chain of more rows than a call takes.
{
    echo "$header"
    awk 'BEGIN { for (i = 1; i <= 8191; i++) print i ",1,2,1,,1,1," (i < 8191 ? "linked" : "") }'
    echo '9000,1,2,1,,1,1,'
} >"$transfers"
import_pair
expect_code 1
expect_err "$transfers:8192: a linked chain of more than 8190 rows"
expect_err "lines 2 to 8192 is skipped whole"
expect_fact 'bad rows' 1
expect_fact 'skipped rows' 8190
expect_fact 'transfers created' 1
sed -i 2d "$transfers"
import_pair
expect_code 0
expect_fact 'transfers created' 8191

# A file that ends inside a chain: the ledger says so.
pair 'id,ledger,code
1,1,1
2,1,1' "$header
1,1,2,1,,1,1,linked
2,1,2,1,,1,1,linked"
import_pair
expect_code 1
expect_out linked_event_chain_open
expect_fact 'transfers created' 0

# A line that ends in a lone carriage return.
printf 'id,ledger,code\n1,1,"1"x\n2,1,1\r3,1,1\n4,1,1\n' >"$accounts"
echo "$empty" >"$transfers"
import_pair
expect_code 1
expect_err "$accounts:2:8: a double quote where none may be"
expect_err "$accounts:3:1: a carriage return inside a line"
expect_fact 'bad rows' 2
expect_fact 'accounts created' 1

# Headers.
pair 'id,"ledger"s,code' "$empty"
import_pair
expect_code 1
expect_err "$accounts:1:12: a double quote where none may be"
expect_no_err "$accounts:2"

pair 'id,leger,code' "$empty"
import_pair
expect_code 1
expect_err "$accounts:1:4: the header names no field \"leger\""
expect_err "user_data_128"

pair 'id,ledger,id' "$empty"
import_pair
expect_code 1
expect_err "$accounts:1:11: the header names id twice"

: >"$accounts"
import_pair
expect_code 1
expect_err "$accounts:1:1: no header"

# A very long row does not use up all memory.
{
    echo 'id,ledger,code'
    head -c 200000 /dev/zero | tr '\0' 1
    echo
    echo '1,1,1'
} >"$accounts"
import_pair
expect_code 1
expect_err "$accounts:2:1: a row is longer than 65536 bytes"
expect_fact 'accounts created' 1

finish
