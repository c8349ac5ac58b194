# test_parse.sh - every form that a row may have.
. "$(dirname "$0")/expect.sh"

max=340282366920938463463374607431768211455

# Fields in any order, absent ones are 0; decimal and hexadecimal; flags by name and number.
pair 'code,flags,id,ledger
1,,1,7
1,0,0x2,0x7
1,history|debits_must_not_exceed_credits,3,7
1,10,4,7
0xFfff,"debits_must_not_exceed_credits | 8",0xfffffffffffffffffffffffffffffffe,4294967295' \
    'amount,debit_account_id,credit_account_id,id,ledger,code
0xFF,1,2,100,7,1
1,1,0X2,0x65,7,65535'
import_pair
expect_code 0
expect_fact 'accounts created' 5
expect_fact 'transfers created' 2
expect_no_err ':'

run balances --accounts "$accounts" --transfers "$transfers" --format csv
expect_code 0
expect_out '1,7,1,,0,256,0,0,-256'
expect_out '2,7,1,,0,0,0,256,256'
expect_out '3,7,1,debits_must_not_exceed_credits|history,0,0,0,0,0'
expect_out '4,7,1,debits_must_not_exceed_credits|history,0,0,0,0,0'
expect_out '340282366920938463463374607431768211454,4294967295,65535,'

# The largest amount there is, and sums of it: totals are wider than 128 bits.
pair 'id,ledger,code
1,1,1
2,1,2
3,1,3
4,1,4' "id,debit_account_id,credit_account_id,amount,ledger,code
1,1,2,$max,1,1
2,3,4,0xffffffffffffffffffffffffffffffff,1,1"
import_pair
expect_code 0
expect_out "$max"
expect_out 680564733841876926926749214863536422910
expect_fact 'transfers created' 2

# One more is too much; so is one bit more in each narrower field.
pair 'id,ledger,code
340282366920938463463374607431768211456,1,1
1,4294967296,1
1,1,65536
0x100000000000000000000000000000000,1,1
1000000000000000000000000000000000000000000,1,1' "$empty"
import_pair
expect_code 1
expect_err 'a.csv:2:1: id: 340282366920938463463374607431768211456 is too large: at most 2^128-1'
expect_err 'a.csv:3:3: ledger: 4294967296 is too large: at most 2^32-1'
expect_err 'a.csv:4:5: code: 65536 is too large: at most 2^16-1'
expect_err 'a.csv:5:1: id: 0x1'
expect_err 'a.csv:6:1: id: 1'
expect_fact 'bad rows' 5

# CRLF, a byte order mark, blank lines, quotes, blanks around, no line end at the end.
printf '\357\273\277id,ledger,code,flags\r\n\r\n"1",1,1,\r\n   \r\n' >"$accounts"
printf ' 2 ,"1", 1 ,"history"' >>"$accounts"
printf 'id,debit_account_id,credit_account_id,amount,ledger,code\r\n' >"$transfers"
printf '"1","1","2","5",1,1' >>"$transfers"
import_pair --accept-unterminated
expect_code 0
expect_fact 'accounts created' 2
expect_fact 'transfers created' 1

# A column that is absent is 0, and the ledger has its say about that.
pair 'id,ledger,code
1,1,1
2,1,' "$empty"
import_pair
expect_code 1
expect_fact 'accounts created' 1
expect_out code_must_not_be_zero

# All names of flags are known.
pair 'ledger,code,id,flags
1,1,1,linked|debits_must_not_exceed_credits|history|imported|closed
1,1,2,credits_must_not_exceed_debits' \
    'id,amount,flags
1,0,linked|pending|post_pending_transfer|void_pending_transfer|balancing_debit|balancing_credit
2,0,closing_debit|closing_credit|imported'
import_pair --allow-refusals
expect_code 0
expect_fact 'bad rows' 0

# Nothing but headers is fine.
pair 'id,ledger,code' "$empty"
import_pair
expect_code 0
expect_fact 'account rows' 0

finish
