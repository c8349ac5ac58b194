#!/usr/bin/env python3
"""check_shape - sizes, heads and words: what keeps files readable.

S1  A function is at most 60 lines, a line 100 columns, a file of engine/ 400 lines. Tables between
    `clang-format off` and `on` may be longer and wider, an X-macro (..._MAP) longer; a script may
    quote what a command prints.
S2  No tabs, no blanks at the end of a line, a newline at the end of a file.
S3  No notes to self: what is not done is in an issue, not in the code.
S4  A file of engine/ or include/ begins with `/* its-name - what it is`.
S5  Every public function has a comment that says what it `returns` and which `threads` may call it.
S6  The top level holds what it is meant to hold.
"""
import os
import re
import sys

import source

FUNCTION_LINES = 60
LINE_COLUMNS = 100
FILE_LINES = 400

TOP_LEVEL = {"CMakeLists.txt", "include", "engine", "tests", "bench", "docs", "README.md",
             "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md",
             "LICENSE", "CMakePresets.json", "dev", "debian"}

FOLDERS = ["include", "engine", "tests", "bench", "docs"]
C_FILES = (".c", ".h")
TEXT_FILES = C_FILES + (".py", ".cmake", ".txt", ".in", ".json", ".yml")
PROSE_FILES = (".md", ".sh")

NOTE_TO_SELF = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")


def tables_of(file):
    """The lines between `clang-format off` and `on`: tables, laid out by hand."""
    found, inside = set(), False
    for number, line in enumerate(file.lines, 1):
        if "clang-format off" in line or "clang-format on" in line:
            inside = "clang-format off" in line
        if inside:
            found.add(number)
    return found


def check_lines(file, widest):
    """S1 (lines), S2, S3. `widest` None: prose, as wide as it likes."""
    tables = tables_of(file)
    for number, line in enumerate(file.lines, 1):
        where = f"{file.path}:{number}"
        if widest and len(line) > widest and number not in tables:
            yield f"{where}: {len(line)} columns, at most {widest}"
        if "\t" in line:
            yield f"{where}: a tab"
        if widest and line != line.rstrip():
            yield f"{where}: a blank at the end of the line"
        if NOTE_TO_SELF.search(line):
            yield f"{where}: a note to self: {NOTE_TO_SELF.search(line).group()}"
    if file.text and not file.text.endswith("\n"):
        yield f"{file.path}:{len(file.lines)}: no newline at the end"


def check_sizes(file):
    """S1 (functions and files)."""
    tables = tables_of(file)
    for function in file.functions():
        lines = function.last - function.first + 1
        table = function.first in tables or function.name.endswith("_MAP")
        if lines > FUNCTION_LINES and not table:
            yield (f"{file.path}:{function.first}: {function.name}: "
                   f"{lines} lines, at most {FUNCTION_LINES}")
    lines = len(file.lines) - 1
    if file.path.startswith("engine/") and lines > FILE_LINES:
        yield f"{file.path}:{FILE_LINES + 1}: {lines} lines, at most {FILE_LINES}"


def check_head(file):
    """S4."""
    name = os.path.basename(file.path)
    if not file.text.startswith(f"/* {name} - "):
        yield f"{file.path}:1: does not begin with `/* {name} - `"


def check_public(file):
    """S5: a comment speaks for the declarations that follow it without a blank line between."""
    comment = ""
    for number, code in enumerate(file.code, 1):
        if not file.lines[number - 1].strip():
            comment = ""
        comment = next((c.text for c in file.comments if c.last == number and not c.trailing),
                       comment)
        name = re.match(r"QUIPU_PUBLIC\b.*?(\w+)\(", code)
        if name is None:
            continue
        for word in ("returns", "threads"):
            if not re.search(rf"^ \* +.*\b{word}\b", comment, re.MULTILINE):
                yield f"{file.path}:{number}: {name.group(1)}: its comment has no `{word}`"


def check_top_level(root):
    """S6; what .gitignore names by its full path is not ours to judge."""
    ignored = set()
    if os.path.exists(os.path.join(root, ".gitignore")):
        ignored = {line.strip("/") for line in source.read(root, ".gitignore").lines}
    for name in sorted(os.listdir(root)):
        if name not in TOP_LEVEL | ignored and not name.startswith("."):
            yield f"{name}:1: not one of {', '.join(sorted(TOP_LEVEL))}"


def check(root):
    problems = list(check_top_level(root))
    files = source.read_all(root, FOLDERS, TEXT_FILES + PROSE_FILES)
    files += [source.read(root, name) for name in sorted(TOP_LEVEL)
              if os.path.isfile(os.path.join(root, name)) and name != "LICENSE"]
    for file in files:
        if "/data/" in file.path:
            continue
        problems += check_lines(file, None if file.path.endswith(PROSE_FILES) else LINE_COLUMNS)
        if file.path.endswith(C_FILES):
            problems += check_sizes(file)
        if file.path.endswith(C_FILES) and file.path.startswith(("engine/", "include/")):
            problems += check_head(file)
        if file.path.startswith("include/"):
            problems += check_public(file)
    return problems, len(files)


if __name__ == "__main__":
    found, count = check(source.root_of(sys.argv))
    sys.exit(source.report("shape", found, f"{count} files"))
