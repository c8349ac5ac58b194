#!/usr/bin/env python3
"""terminal.py COMMAND WORD... - the shell at a pseudo terminal: Tab, history, Ctrl-C, Ctrl-D.

What is typed next is typed once what was expected of the last has appeared. Exit: 0, or 1 with what
the terminal showed."""
import os
import pty
import select
import sys

PROMPT, MORE, WAIT_SECONDS = "quipu> ", "   ... ", 120


class Terminal:
    def __init__(self, words):
        self.seen = ""
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            os.execv(words[0], words)

    def expect(self, text):
        """Read until the text appears, and forget what stands before its end."""
        while text not in self.seen:
            ready = select.select([self.file], [], [], WAIT_SECONDS)[0]
            try:
                more = os.read(self.file, 4096) if ready else b""
            except OSError:  # the other end is closed
                more = b""
            if not more:
                sys.exit(f"MISSED: {text!r} in {self.seen!r}")
            self.seen += more.decode()
        self.seen = self.seen.split(text, 1)[1]

    def type(self, text, *expected):
        os.write(self.file, text.encode())
        for part in expected:
            self.expect(part)

    def end(self):
        """Ctrl-D, and the exit code."""
        self.type("\x04")
        try:
            while os.read(self.file, 4096):
                pass
        except OSError:
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def use(words):
    terminal = Terminal(words)
    terminal.expect(PROMPT)
    # Commands, fields, flags and names are completed; what several words share is, too.
    terminal.type("create_a\t", "ccounts ")
    terminal.type("id=3 led\t", "ger=")
    terminal.type("E\t", "UR")
    terminal.type(" cod\t", "e=")
    terminal.type("10 fl\t", "ags=")
    terminal.type("linked|hi\t", "story")
    terminal.type(";\n", "linked_event_chain_open", PROMPT)
    terminal.type("look\t", "up_")
    terminal.type("\t", "lookup_accounts", "lookup_transfers", PROMPT)
    terminal.type("acc\t", "ounts ")
    terminal.type("id=assets:\t", "bank")
    terminal.type(";\n", "1001,assets:bank,", PROMPT)
    # A statement that is wrong changes nothing, and the shell goes on.
    terminal.type("lookup_accounts id=nobody;\n", "terminal:1:20: id:", PROMPT)
    # Ctrl-C forgets the line, and the lines of the statement before it.
    terminal.type("lookup_accounts\n", MORE)
    terminal.type("id=1001, i\t", "d=")
    terminal.type("\x03", "^C", PROMPT)
    terminal.type("lookup_transfers id=77;\n", "terminal:1:18: there is no transfer 77", PROMPT)
    # The line before comes back.
    terminal.type("\x10", "id=77;")
    terminal.type("\n", "there is no transfer 77", PROMPT)
    code = terminal.end()
    if code != 0:
        sys.exit(f"MISSED: exit code 0, not {code}")
    # Another shell has the history.
    terminal = Terminal(words)
    terminal.expect(PROMPT)
    terminal.type("\x12assets", "accounts id=assets:bank;")
    terminal.type("\n", "1001,assets:bank,", PROMPT)
    terminal.type(".quit\n")
    if os.waitstatus_to_exitcode(os.waitpid(terminal.pid, 0)[1]) != 0:
        sys.exit("MISSED: exit code 0 of .quit")


if __name__ == "__main__":
    use(sys.argv[1:])
