# test_serve.sh - a daemon: how it begins and ends, and what it says of itself.
. "$(dirname "$0")/expect.sh"

kept=$work/kept
socket=$work/socket
daemon=
trap 'kill -9 $daemon 2>/dev/null; rm -rf "$work"' EXIT

# serve WORD... - start `quipu serve WORD...`, and wait until it listens.
serve() {
    "$quipu" serve "$@" >"$work/served" 2>&1 </dev/null &
    daemon=$!
    # Ends: it listens, or it has ended.
    until "$quipu" stats --socket "$socket" >"$work/out" 2>"$work/err"; do
        kill -0 "$daemon" 2>/dev/null || break
        sleep 0.01
    done
}

# end SIGNAL CODE - it ends by this signal, with this code, and leaves no socket.
end() {
    kill -"$1" "$daemon"
    code=0
    wait "$daemon" || code=$?
    expect_code "$2"
    sed 's/^/  served: /' "$work/served" >&2
}

# What it needs.
run serve
expect_code 2
expect_err 'it needs one of --ledger and --memory'
run serve --memory --ledger "$kept" --socket "$socket"
expect_code 2
run serve --memory
expect_code 2
expect_err 'it needs --socket'
run serve --memory --socket "$socket" --mode 9
expect_code 2
expect_err 'octal'
run serve --memory --socket "$socket" --others few
expect_code 2
expect_err 'write, read or nothing'
run serve --memory --socket "$socket" --clients 0
expect_code 2
run serve --memory --socket "$work/no/such/place"
expect_code 3
run stats
expect_code 2
run stats --socket "$socket"
expect_code 3
expect_err 'no daemon answers there'

# In memory: stats in each form; the socket is its own user's.
serve --memory --socket "$socket" --clients 7 --accounts-max 1000 --transfers-max 5000
run stats --socket "$socket" --format json
expect_code 0
expect_json 'daemon;clients' 1 NUMBER
expect_json 'daemon;clients_max' 7 NUMBER
expect_json 'daemon;process' "$daemon" NUMBER
expect_json 'ledger;account_capacity' 1000 NUMBER
expect_json 'ledger;transfer_capacity' 5000 NUMBER
expect_json 'clients;0;writes' ON BOOLEAN
run stats --socket "$socket"
expect_code 0
expect_fact 'clients max' 7
expect_fact 'open holds' 0
run stats --socket "$socket" --prometheus
expect_code 0
expect_out '# TYPE quipu_transfers gauge'
expect_out 'quipu_account_capacity 1000'
expect_out 'quipu_daemon_clients 1'
run stats --socket "$socket" --prometheus --format json
expect_code 2
run stats --socket "$socket" --format csv
expect_code 0
case $(ls -l "$socket") in
    srw-------*) ;;
    *) miss 'a socket of mode 0600' ;;
esac
# A second one is not let in, and does not disturb the first.
run serve --memory --socket "$socket"
expect_code 3
expect_err 'somebody listens there'
run stats --socket "$socket"
expect_code 0
end TERM 0
[ ! -e "$socket" ] || miss 'the socket is gone'

# A kept ledger is made, has one owner, and opens again, also after a kill.
serve --ledger "$kept" --socket "$socket" --mode 0660
run check "$kept"
expect_code 3
run serve --ledger "$kept" --socket "$work/other"
expect_code 3
end KILL 137
[ -e "$socket" ] || miss 'a kill leaves the socket'
serve --ledger "$kept" --socket "$socket"
end INT 0
run check "$kept"
expect_code 0

# No file is taken for a socket that was left.
echo precious >"$socket"
run serve --memory --socket "$socket"
expect_code 3
[ "$(cat "$socket")" = precious ] || miss 'the file is as it was'
rm "$socket"

# A service manager's part: its socket, and a word when it is ready.
if command -v python3 >/dev/null; then
    expected=$((expected + 1))
    python3 - "$quipu" "$socket" "$work/notes" <<'PYTHON' || miss 'it is activated, and says so'
import os, socket, subprocess, sys

quipu, path, notes = sys.argv[1:]
listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
listener.bind(path)
listener.listen(8)
heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
heard.bind(notes)
heard.settimeout(60)


# A shell tells its own number to what it becomes.
daemon = subprocess.Popen(
    ["sh", "-c", 'LISTEN_PID=$$ exec "$0" serve --memory', quipu], pass_fds=(listener.fileno(), 3),
    preexec_fn=lambda: os.dup2(listener.fileno(), 3),
    env=dict(os.environ, LISTEN_FDS="1", NOTIFY_SOCKET=notes))
assert heard.recv(1000).startswith(b"READY=1\n")
assert subprocess.run([quipu, "stats", "--socket", path], stdout=subprocess.DEVNULL).returncode == 0
daemon.terminate()
assert heard.recv(1000).startswith(b"STOPPING=1\n")
assert daemon.wait() == 0
assert os.path.exists(path), "the socket is the service manager's"
PYTHON
fi

# The same from systemd's own tool, where there is one.
if command -v systemd-socket-activate >/dev/null; then
    systemd-socket-activate --seqpacket -l "$socket" "$quipu" serve --memory >"$work/log" 2>&1 &
    daemon=$!
    # Ends: it answers, or it has ended.
    until run stats --socket "$socket"; [ "$code" -eq 0 ]; do
        kill -0 "$daemon" 2>/dev/null || break
        sleep 0.01
    done
    expect_code 0
    kill "$daemon"
    wait "$daemon" || miss 'systemd starts it'
    rm -f "$socket"
fi

finish
