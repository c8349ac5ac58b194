# test_lock.sh - a lock that is lost, on real servers: the balance in Redis is overdrawn, and in a
# ledger it is not. And the servers end with the command, however that ends.
. "$(dirname "$0")/expect.sh"
export TMPDIR="$work"

# expect_row TROUBLE WHERE PATTERN - one line of the output is of both, and has the pattern.
expect_row() {
    expected=$((expected + 1))
    grep -E "^$1 +$2 " "$work/out" | grep -qE -- "$3" || miss "row $1, $2: $3"
}

servers_run() {
    # From a file: grep is a process, too, and would find its own words.
    echo "--unixsocket $work" >"$work/words"
    cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' ' | grep -qFf "$work/words"
}

# Nothing that the command has started, and none of its files.
expect_nothing_left() {
    expected=$((expected + 2))
    [ -z "$(find "$work" -maxdepth 1 -name 'quipu-lock-*')" ] || miss 'no directory left'
    ! servers_run || miss 'no server left'
}

# As run, where no program is found.
run_alone() {
    words=$*
    code=0
    PATH=$work "$quipu" "$@" >"$work/out" 2>"$work/err" </dev/null || code=$?
}

# --- what a lock does not protect ---

run lock --balance redis
expect_code 1
for trouble in pause crash promotion clock long-pause; do
    expect_row $trouble redis ' 100 .* paid .* paid .* 120 +-20 +yes$'
done
# The same token twice: after a crash, and after a promotion.
expect_row crash redis 'paid under token 1 +paid under token 1 '
expect_row promotion redis 'paid under token 2 +paid under token 2 '
expect_fact shown 5
expect_fact 'money lost' 5
expect_out 'a lock was held by two, and more was paid than there was'
expect_nothing_left

# --- the same program, with the balance in a ledger ---

run lock --balance fence
expect_code 0
for trouble in pause crash promotion clock long-pause; do
    expect_row $trouble ledger \
        'paid under token 4 +refused: token 2 is not current +60 +40 +no$'
done
expect_fact 'money lost' 0
expect_nothing_left

run lock --balance id
expect_code 0
for trouble in pause crash promotion clock long-pause; do
    expect_row $trouble ledger ' paid +exists: was paid before +60 +40 +no$'
done
expect_fact 'money lost' 0

run lock --balance version
expect_code 0
for trouble in pause crash promotion clock long-pause; do
    expect_row $trouble ledger ' paid +refused: version 2 is not current +60 +40 +no$'
done
expect_fact 'money lost' 0
expect_nothing_left

# --- forms ---

run lock --trouble pause --balance redis,version --format json
expect_code 1
expect_json 'locks;0;after' -20.0 NUMBER
expect_json 'locks;0;money_lost' ON BOOLEAN
expect_json 'locks;1;after' 40.0 NUMBER
expect_json 'result;money_lost' 1 NUMBER

# --- what it needs ---

run lock --trouble never
expect_code 2
expect_err 'pause, crash, promotion, clock or long-pause'
run lock --balance bank
expect_code 2

run_alone lock --trouble pause --balance redis
expect_code 3
expect_err 'install the package redis-server'
expect_nothing_left
# Without a lock there is no server.
run_alone lock --balance version
expect_code 0

# --- ended from outside ---

for signal in TERM HUP KILL; do
    words="lock, SIG$signal"
    code=0
    "$quipu" lock --balance redis >"$work/out" 2>"$work/err" &
    process=$!
    # Once a server of it answers.
    until [ -n "$(find "$work" -path '*/quipu-lock-*/socket' 2>/dev/null)" ] ||
        ! kill -0 $process 2>/dev/null; do
        sleep 0.01
    done
    kill -$signal $process
    wait $process || code=$?
    expected=$((expected + 1))
    [ "$code" -gt 128 ] || miss "ended by SIG$signal"
    if [ $signal = KILL ]; then
        # The kernel ended its servers. The next command removes its files, and no others: not those
        # of a command that runs, nor what is not known to be of one that has ended.
        while servers_run; do sleep 0.01; done
        mkdir "$work/quipu-lock-begins" "$work/quipu-lock-0begun" "$work/quipu-lock-alives"
        touch "$work/quipu-lock-0begun/file" "$work/quipu-lock-alives/held"
        exec 9<"$work/quipu-lock-alives"
        flock -n 9
        run lock --trouble pause --balance version
        expect_code 0
        expected=$((expected + 1))
        left=$(cd "$work" && echo quipu-lock-*)
        [ "$left" = 'quipu-lock-0begun quipu-lock-alives quipu-lock-begins' ] || miss "left: $left"
        exec 9<&-
        rm -rf "$work"/quipu-lock-*
    fi
    expect_nothing_left
done

finish
