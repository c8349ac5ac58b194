#!/usr/bin/env python3
"""extract_example - the first C block of a Markdown file, as a program.

    extract_example.py README.md example.c

Without such a block, or without the file, the program written is one that fails and says so: then
one test is red, and the build is not.
"""
import os
import re
import sys

FENCE = re.compile(r"^```c\b[^\n]*\n(.*?)^```\s*$", re.DOTALL | re.MULTILINE)

FAILS = """#include <stdio.h>

int main(void)
{{
    (void)fputs("{0}\\n", stderr);
    return 1;
}}
"""


def extract(path):
    name = os.path.basename(path)
    if not os.path.exists(path):
        return FAILS.format(f"{name} is missing")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    block = FENCE.search(text)
    if block is None:
        return FAILS.format(f"{name} has no block of C")
    line = text.count("\n", 0, block.start(1)) + 1
    return f'#line {line} "{name}"\n{block.group(1)}'


if __name__ == "__main__":
    with open(sys.argv[2], "w", encoding="utf-8") as output:
        output.write(extract(sys.argv[1]))
