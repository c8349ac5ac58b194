#!/usr/bin/env python3
"""test_check_shape - each fault of shape and of documentation, planted, is found."""
import unittest

import check_docs
import check_shape
from planted import PlantedTree

HEADER = """/* quipu.h - calls. */
/* Open.
 *
 *   returns  yes
 *   threads  any */
QUIPU_PUBLIC int quipu_open(void);
"""

CODE = """/* box.c - a box. */
int get(struct box *box)
{
    return box->value;
}
"""

BOX = "engine/records/box.c"


class Shape(PlantedTree):
    FILES = {"include/quipu/quipu.h": HEADER, BOX: CODE, "README.md": "# Quipu\n"}
    check = staticmethod(check_shape.check)

    def test_sound_files_are_sound(self):
        self.assertEqual(self.problems_of(self.FILES), [])

    def test_sizes(self):
        body = "    return box->value;\n"
        self.assertEqual(self.problems_of(self.changed(BOX, body, body * 57)), [])
        self.assert_planted(BOX, body, body * 58, "get: 61 lines")
        self.assert_planted(BOX, body, "    " + "x" * 97 + "\n", "101 columns")
        self.assert_planted(BOX, "box. */\n", "box. */\n" + "int x;\n" * 396, "401 lines")

    def test_tables_may_be_wide(self):
        table = "/* clang-format off */\n" + "x" * 120 + "\n/* clang-format on */\n"
        self.assertEqual(self.problems_of(self.changed(BOX, "int get", table + "int get")), [])

    def test_blanks(self):
        self.assert_planted(BOX, "    return", "\treturn", ":4: a tab")
        self.assert_planted(BOX, "value;", "value; ", ":4: a blank at the end")
        self.assert_planted(BOX, "}\n", "}", "no newline")

    def test_notes_to_self(self):
        self.assert_planted(BOX, "a box", "a box, TO" "DO", "a note to self")

    def test_heads(self):
        self.assert_planted(BOX, "/* box.c - ", "/* bag.c - ", "does not begin with `/* box.c - `")

    def test_public_comments(self):
        self.assert_planted("include/quipu/quipu.h", "returns", "gives", "has no `returns`")
        self.assert_planted("include/quipu/quipu.h", "any */\n", "any */\n\n", "has no `threads`")

    def test_top_level(self):
        self.assert_finds({**self.FILES, "notes.txt": "\n"}, "notes.txt:1: not one of")


class Docs(PlantedTree):
    FILES = {
        "README.md": "# Quipu\n[how](docs/how.md#the-idea) and `engine/box.c` and [web](https://x)\n",
        "docs/how.md": "# How\n## The idea\n[back](../README.md)\n```\n[code](nowhere)\n```\n",
        "docs/adr/README.md": "[one](0001-one.md)\n",
        "docs/adr/0001-one.md": "# One\n",
        "engine/box.c": "\n",
    }
    check = staticmethod(check_docs.check)

    def test_sound_links_are_sound(self):
        self.assertEqual(self.problems_of(self.FILES), [])

    def test_links(self):
        self.assert_planted("README.md", "docs/how.md", "docs/why.md", "README.md:2: docs/why.md")
        self.assert_planted("README.md", "#the-idea", "#the-ideal", "no such heading")
        self.assert_planted("README.md", "engine/box.c", "engine/bag.c", "engine/bag.c: no such file")

    def test_decisions_are_listed(self):
        self.assert_planted("docs/adr/README.md", "0001", "0002", "0001-one.md is not linked")


if __name__ == "__main__":
    unittest.main()
