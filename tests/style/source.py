"""source - C read just well enough to check its style: comments, code, functions, includes.

Not a parser. It leans on what clang-format guarantees: a function's braces stand alone in column 0.
"""
import collections
import os
import re
import sys

Comment = collections.namedtuple("Comment", "first last column text trailing")
Function = collections.namedtuple("Function", "name first last")
Include = collections.namedtuple("Include", "line path system")

TOKEN = re.compile(
    r"""(?P<comment>/\*.*?\*/|//[^\n]*)
      |(?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')""",
    re.DOTALL | re.VERBOSE,
)


def blank(text):
    return re.sub(r"[^\n]", " ", text)


class Source:
    """One file: `lines` as written, `code` the same lines without comments and literals."""

    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.lines = text.split("\n")
        self.comments = []
        self.code = TOKEN.sub(self._take, text).split("\n")

    def _take(self, match):
        if match.group("text"):
            quote = match.group("text")
            return quote[0] + blank(quote[1:-1]) + quote[-1]
        first = self.text.count("\n", 0, match.start()) + 1
        start = self.text.rfind("\n", 0, match.start()) + 1
        self.comments.append(
            Comment(
                first=first,
                last=first + match.group().count("\n"),
                column=match.start() - start,
                text=match.group(),
                trailing=bool(self.text[start : match.start()].strip()),
            )
        )
        return blank(match.group())

    def functions(self):
        """Every function definition, and every function-like macro of several lines or one."""
        found = []
        for number, line in enumerate(self.code, 1):
            macro = re.match(r"\s*#\s*define\s+(\w+)\(", line)
            if macro:
                last = number
                while last < len(self.code) and self.lines[last - 1].rstrip().endswith("\\"):
                    last += 1
                found.append(Function(macro.group(1), number, last))
            elif line.rstrip() == "{":
                first = self._signature(number)
                last = number
                while last < len(self.code) and not self.code[last - 1].startswith("}"):
                    last += 1
                name = name_in(" ".join(self.code[first - 1 : number - 1]))
                found.append(Function(name, first, last))
        return found

    def _signature(self, brace):
        first = brace
        while first > 1:
            above = self.code[first - 2].strip()
            macro = first > 2 and self.code[first - 3].rstrip().endswith("\\")
            if above == "" or above[0] == "#" or above[-1] in ";}{\\" or macro:
                break
            first -= 1
        return first

    def includes(self):
        found = []
        for number, (line, code) in enumerate(zip(self.lines, self.code), 1):
            if not re.match(r"\s*#\s*include", code):
                continue
            match = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
            if match:
                found.append(Include(number, match.group(2), match.group(1) == "<"))
        return found


def name_in(signature):
    """The name a definition defines: `static bool take(...)` take, `Test(a, b)` a_b,
    `PASTE(PROTOCOL, _execute)(...)` _execute."""
    signature = re.sub(r"__attribute__\s*\(\(.*?\)\)", " ", signature)
    match = re.search(r"(\w+)\s*\(([^()]*)\)\s*\(", signature)
    if match and match.group(1).isupper():
        return match.group(2).split(",")[-1].strip()
    match = re.search(r"(\w+)\s*\(([^()]*)", signature)
    if match is None:
        return "?"
    if signature.strip().startswith(match.group(1)):
        return "_".join(re.findall(r"\w+", match.group(2))[:2])
    return match.group(1)


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", newline="") as file:
        return Source(path, file.read())


def paths(root, folders, endings):
    """Paths below root, sorted, of the files in these folders with these endings."""
    found = []
    for folder in folders:
        for where, below, names in os.walk(os.path.join(root, folder)):
            below[:] = sorted(name for name in below if not name.startswith((".", "build", "__")))
            for name in names:
                if name.endswith(endings):
                    found.append(os.path.relpath(os.path.join(where, name), root))
    return sorted(found)


def read_all(root, folders, endings=(".c", ".h")):
    return [read(root, path) for path in paths(root, folders, endings)]


def root_of(arguments):
    """The repository: the first argument, or two folders above this one."""
    if len(arguments) > 1:
        return arguments[1]
    return os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def report(what, problems, looked_at):
    """Print each problem as file:line: text; the exit code for sys.exit()."""
    for problem in problems:
        print(problem, flush=True)
    verdict = f"{len(problems)} problems" if problems else "ok"
    print(f"{what}: {verdict}, {looked_at} looked at", file=sys.stderr)
    return 1 if problems else 0
