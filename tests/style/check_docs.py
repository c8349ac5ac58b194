#!/usr/bin/env python3
"""check_docs - what the documentation points at is there.

D1  README.md exists.
D2  A relative link of a Markdown file leads to a file or folder, its #anchor to a heading.
D3  A path in backticks that begins with a folder of ours exists.
D4  Every decision in docs/adr/ is linked from docs/adr/README.md.
"""
import os
import re
import sys

import source

LINK = re.compile(r"\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
OUR_PATH = re.compile(r"`((?:include|engine|tests|bench|docs)/[\w./-]+)(?::[\w()]+)?`")
ADR_FOLDER = "docs/adr"


def prose_lines(file):
    """(number, line) outside of code fences."""
    fenced = False
    for number, line in enumerate(file.lines, 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced:
            yield number, line


def anchors_of(file):
    """The anchors that GitHub gives the headings of a file."""
    found = set()
    for _, line in prose_lines(file):
        if line.startswith("#"):
            text = re.sub(r"[^\w\- ]", "", line.lstrip("#").strip().lower())
            found.add(text.replace(" ", "-"))
    return found


def check_link(root, path, link):
    """What is wrong with one link, or None."""
    if re.match(r"[a-z][a-z0-9+.-]*:", link):
        return None
    target, _, anchor = link.partition("#")
    full = os.path.normpath(os.path.join(os.path.dirname(path), target)) if target else path
    if full.startswith("..") or target.startswith("/"):
        return f"{link}: leads out of the repository"
    if not os.path.exists(os.path.join(root, full)):
        return f"{link}: no such file"
    if anchor and full.endswith(".md") and anchor not in anchors_of(source.read(root, full)):
        return f"{link}: no such heading"
    return None


def check_file(root, file):
    """D2, D3."""
    for number, line in prose_lines(file):
        for link in LINK.findall(line):
            wrong = check_link(root, file.path, link)
            if wrong:
                yield f"{file.path}:{number}: {wrong}"
        for path in OUR_PATH.findall(line):
            if not os.path.exists(os.path.join(root, path)):
                yield f"{file.path}:{number}: {path}: no such file"


def check_decisions(root):
    """D4."""
    index = f"{ADR_FOLDER}/README.md"
    if not os.path.exists(os.path.join(root, index)):
        return
    linked = {link.partition("#")[0] for link in LINK.findall(source.read(root, index).text)}
    for path in source.paths(root, [ADR_FOLDER], (".md",)):
        if path != index and os.path.relpath(path, ADR_FOLDER) not in linked:
            yield f"{index}:1: {os.path.basename(path)} is not linked"


def check(root):
    problems = []
    top = [name for name in sorted(os.listdir(root)) if name.endswith(".md")]
    paths = top + source.paths(root, ["docs", "bench", "tests"], (".md",))
    if "README.md" not in top:
        problems.append("README.md:1: missing")
    for path in paths:
        problems += check_file(root, source.read(root, path))
    problems += check_decisions(root)
    return problems, len(paths)


if __name__ == "__main__":
    found, count = check(source.root_of(sys.argv))
    sys.exit(source.report("docs", found, f"{count} files"))
