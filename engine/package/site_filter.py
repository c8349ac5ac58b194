#!/usr/bin/env python3
"""site_filter FILE - a file as Doxygen is to read it, for docs/Doxyfile.

Headers: comments that begin a line speak for what follows, and the first one for the file. Pages:
headings get the anchors that GitHub gives them, so that links to them lead somewhere.
"""
import os
import re
import sys


def header(text, name):
    text = re.sub(r"^/\* ", "/** ", text, flags=re.MULTILINE)
    text = re.sub(r"^/\*\* \S+ - ", f"/** @file {name}\n * ", text, count=1)
    # The words of a contract stay in their columns.
    return re.sub(r"((?:^ \*   +\S.*\n)+)", lambda m: contract(m.group()), text,
                  flags=re.MULTILINE)


def contract(lines):
    if not re.match(r" \*   (units|returns|threads|order|cost|source)", lines):
        return lines
    end = " */\n" if lines.rstrip().endswith("*/") else ""
    body = lines.rstrip().removesuffix("*/").rstrip() if end else lines.rstrip("\n")
    return f" * @verbatim\n{body}\n * @endverbatim\n{end}"


def page(text):
    lines, fenced = [], False
    for line in text.split("\n"):
        fenced ^= line.lstrip().startswith("```")
        if re.match(r"#{2,} ", line) and not fenced:
            anchor = re.sub(r"[^\w\- ]", "", line.lstrip("#").strip().lower()).replace(" ", "-")
            line = f"{line} {{#{anchor}}}"
        lines.append(line)
    return "\n".join(lines)


def main():
    path = sys.argv[1]
    with open(path, encoding="utf-8") as file:
        text = file.read()
    sys.stdout.write(page(text) if path.endswith(".md") else header(text, os.path.basename(path)))


if __name__ == "__main__":
    main()
