#!/usr/bin/env python3
"""clients.py PROGRAM - the teller of docs/examples, seen by its clients.

Money is withdrawn by several clients at once, in memory and from a ledger that is kept: no account
pays more than it has, each line is answered, a repeated id is not paid twice, and what was answered
is there after a restart. Exit: 0; 77 where the kernel refuses what the program needs."""
import os
import socket
import subprocess
import sys
import tempfile

FUNDS, FIRST, LAST, CLIENTS, REFUSED = 100, 2, 9, 8, 77
CREATED = "the transfer was created"


class Client:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.file = self.socket.makefile("rw", encoding="utf-8", newline="\n")

    def say(self, line):
        self.file.write(line + "\n")
        self.file.flush()

    def hear(self):
        name, words = self.file.readline().rstrip("\n").split(" ", 1)
        return int(name), words

    def leave(self):
        self.file.close()
        self.socket.close()


def start(program, path, folder):
    """The server, listening; or None if it is refused."""
    server = subprocess.Popen([program, path] + ([folder] if folder else []))
    while True:
        try:
            Client(path).leave()
            return server
        except OSError:
            pass
        try:
            code = server.wait(timeout=0.01)
        except subprocess.TimeoutExpired:
            continue
        if code == REFUSED:
            print(f"{program}: the kernel refuses what it needs: skipped")
            sys.exit(REFUSED)
        sys.exit(f"{program} ended with {code}")


def stop(server, path):
    client = Client(path)
    client.say("stop")
    code = server.wait()
    client.leave()
    assert code == 0, f"the server ended with {code}"


def ask(clients, lines):
    """Each client sends its lines, and only then hears the answers: {id: words}."""
    for client, own in zip(clients, lines):
        for line in own:
            client.say(line)
    return dict(client.hear() for client, own in zip(clients, lines) for _ in own)


def spend(path):
    """All clients withdraw 30 from each account, four of which are one too many."""
    clients = [Client(path) for _ in range(CLIENTS)]
    lines = [[f"withdraw {1000 + 100 * c + account} {account} 30"
              for account in range(FIRST, LAST + 1)] for c in range(CLIENTS)]
    answers = ask(clients, lines)
    assert len(answers) == CLIENTS * (LAST - FIRST + 1)
    for account in range(FIRST, LAST + 1):
        paid = [name for name, words in answers.items()
                if (name - 1000) % 100 == account and words == CREATED]
        assert len(paid) == FUNDS // 30, f"account {account} paid {len(paid)} times"
    for client in clients:
        client.leave()
    return answers


def check(program, folder):
    with tempfile.TemporaryDirectory() as place:
        path = os.path.join(place, "socket")
        kept = os.path.join(place, "ledger") if folder else None
        server = start(program, path, kept)
        answers = spend(path)
        if kept:
            stop(server, path)
            server = start(program, path, kept)
        client = Client(path)
        paid = next(name for name, words in answers.items() if words == CREATED)
        again = ask([client], [[f"withdraw {paid} {(paid - 1000) % 100} 30"]])
        assert again[paid] != CREATED and "exists" in again[paid], again
        client.say("give me all of it")
        assert client.hear() == (0, "is no withdrawal")
        client.say("withdraw 5000 2 1")  # and gone before the answer comes
        client.leave()
        stop(server, path)


if __name__ == "__main__":
    check(sys.argv[1], False)
    check(sys.argv[1], True)
