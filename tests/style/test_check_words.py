#!/usr/bin/env python3
"""test_check_words - dense phrases, planted, are found where people read; plain ones are not."""
import unittest

import check_words
from planted import PlantedTree

BOX = "engine/records/box.c"
TOLD = "engine/command/tell.c"

FILES = {
    BOX: """/* box.c - a box that threads share.
 *
 *   B1  a reader that finds it empty retries
 */

/* Put a value into the box. Returns false if memory runs out. */
bool put(struct box *box);
""",
    TOLD: """/* tell.c - what it says. */
const char *text = "says who has it, "
                   "and why";
""",
    "docs/box.md": """# Who waits for whom

A reader waits for the writer.

| call | returns |
| --- | --- |
| put | false if memory runs out |

    who finds it empty, else false
""",
    "tests/box.py": '"""box - a box."""\nCOUNT = 1  # of values\n',
    "tests/box.sh": "#!/bin/sh\n# box.sh - a box.\necho one # of them\n",
    "tests/CMakeLists.txt": "# tests - of the box.\n",
}


class Words(PlantedTree):
    FILES = FILES
    check = staticmethod(check_words.check)

    def finds(self, rule, *phrases):
        """Each phrase, as a comment, breaks the rule."""
        for phrase in phrases:
            with self.subTest(phrase):
                self.assert_planted(BOX, "Put a value into the box.", phrase, f"{BOX}:6: {rule}: ")

    def passes(self, *phrases):
        for phrase in phrases:
            with self.subTest(phrase):
                files = self.changed(BOX, "Put a value into the box.", phrase)
                self.assertEqual(self.problems_of(files), [])

    def test_plain_words_are_plain(self):
        self.assertEqual(self.problems_of(self.FILES), [])

    def test_subjects(self):
        self.finds("W1", "Who finds it empty looks again.", "Full; who wants it waits.",
                   "A reader, who finds nothing, retries.", "Whoever has it puts it back.",
                   "The lock, so that who sees it waits.", "Kept for who comes next.",
                   "A thread who waits sleeps.", "Taken, whatever happened before.",
                   "Those for whom it is.")
        self.passes("It says who has it.", "Users who know the key.", "See who waits for whom.",
                    "A reader that finds nothing retries.", "The same, whatever the clock says.",
                    "[See](protocols.md#who-waits)", "The same, whatever others do.")

    def test_pictures(self):
        self.finds("W2", "A writer that loses goes round again.", "Lines are asked for ahead.",
                   "Three stages, a step apart.", "A place that came to nothing.",
                   "Nobody else is at it.", "Others are at these accounts.")
        self.passes("A loser retries.", "The lock is at the end of the line.",
                    "It is at its newest state.")

    def test_return_values(self):
        self.finds("W3", "Put it. False: no memory.", "True: it was empty.")
        self.passes("Returns true if it was empty.")

    def test_else(self):
        self.finds("W4", "Two if it is full, else one.", "Spin; else sleep.", "Else it is one.",
                   "Take it, or else wait.", "A minute or forever else.")
        self.passes("No other thread, and nothing else.", "Spin. Otherwise sleep.",
                    "If nobody else waits, leave.")

    def test_inversions(self):
        self.finds("W5", "Were it full, it would wait.", "Wait, had it been full.",
                   "Should the box be full, wait.")
        self.passes("Values that were there.", "If it were full, it would wait.")

    def test_headless(self):
        self.finds("W6", "Add what is of this box.")

    def test_one_meaning(self):
        self.finds("W7", "Release the holds that are due.", "A hold that was released.",
                   "The account's thread.", "Knots on a thread.", "Walk along the thread.",
                   "Claim the hold first.")
        self.passes("The release of hold_state().", "A thread of the caller.", "Claim the id.",
                    "Walk along the strand.", "A release build.")

    def test_over_lines(self):
        self.assert_planted(BOX, "Put a value into the box.", "Put, and go round\n * again.",
                            f"{BOX}:6: W2")

    def test_places(self):
        said = "is full, else it waits."
        self.assert_planted(BOX, "reader that finds it empty retries", said, f"{BOX}:3: W4")
        self.assert_planted("docs/box.md", "waits for the writer.", said, "docs/box.md:3: W4")
        self.assert_planted("docs/box.md", "false if memory runs out", said, "docs/box.md:7: W4")
        self.assert_planted("tests/box.py", "a box.", said, "tests/box.py:1: W4")
        self.assert_planted("tests/box.py", "of values", said, "tests/box.py:2: W4")
        self.assert_planted("tests/box.sh", "a box.", said, "tests/box.sh:2: W4")
        self.assert_planted("tests/box.sh", "of them", said, "tests/box.sh:3: W4")
        self.assert_planted("tests/CMakeLists.txt", "of the box.", said,
                            "tests/CMakeLists.txt:1: W4")

    def test_messages(self):
        self.assert_planted(TOLD, "and why", "else why", f"{TOLD}:3: W4")
        files = self.changed(BOX, "bool put", 'char *text = "and, else";\nbool put')
        self.assertEqual(self.problems_of(files), [])

    def test_quotes_are_not_said(self):
        self.passes("Not `who finds it`, nor \"goes round again\".")
        block = "```\nwho finds it\n```\n"
        files = self.changed("docs/box.md", "A reader", block + "A reader")
        self.assertEqual(self.problems_of(files), [])

    def test_parts(self):
        files = self.changed(BOX, "Put a value into the box.", "Whoever puts.")
        for part, count in (("docs", 0), ("engine/records", 1), (BOX, 1), ("engine/command", 0)):
            with self.subTest(part):
                self.check = lambda root: check_words.check(root, [part])
                self.assertEqual(len(self.problems_of(files)), count)


if __name__ == "__main__":
    unittest.main()
