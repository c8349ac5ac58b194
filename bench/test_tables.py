#!/usr/bin/env python3
"""test_tables - figures become tables, and tables find their places."""
import contextlib
import io
import json
import os
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import tables  # noqa: E402

PAGE = os.path.join(HERE, "..", "docs", "figures.md")


class Tables(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.write("commit", [{"protocol": "rcu", "distribution": "hot", "batch": batch,
                               "transfers": 1000 * batch, "conflicts": batch} for batch in (1, 10)])

    def tearDown(self):
        self.folder.cleanup()

    def write(self, name, lines):
        with open(os.path.join(self.folder.name, name + ".json"), "w", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)

    def run_on(self, page):
        path = os.path.join(self.folder.name, "page.md")
        with open(path, "w", encoding="utf-8") as file:
            file.write(page)
        with contextlib.redirect_stderr(io.StringIO()):
            code = tables.main(["--figures", self.folder.name, "--page", path])
        with open(path, encoding="utf-8") as file:
            return code, file.read()

    def test_a_table(self):
        self.assertEqual(tables.conflicts(self.folder.name),
                         "| distribution, protocol | 1 | 10 |\n| --- | ---: | ---: |\n"
                         "| hot, rcu | 1.0 | 10.0 |")

    def test_durable_beside_what_was_published(self):
        self.write("durable", [{"name": name, "batch": 1, "threads": 64, "medium": "ext4 on /dev/x",
                                "raw_syncs_per_second": 900, "transfers_per_second": speed,
                                "of_embeddable": speed / 500}
                               for name, speed in (("optimistic", 6000), ("sqlite", 500))])
        text = tables.durable(self.folder.name)
        self.assertIn("ext4 on /dev/x: a block of 4 KiB written and synced 900 times", text)
        self.assertIn("| contender | batch 1, 64 clients |", text)
        self.assertIn("| optimistic | 6,000 (12.00) |", text)
        self.assertIn("Not from this run", text)

    def test_without_figures_there_is_none(self):
        for name in set(tables.TABLES) - {"commit", "machine"}:
            self.assertIsNone(tables.TABLES[name](self.folder.name), name)

    def test_it_finds_its_place_again(self):
        page = "before\n<!-- figures: commit -->\nold\n<!-- end of commit -->\nafter\n"
        code, once = self.run_on(page)
        self.assertEqual(code, 0)
        self.assertIn("| hot, rcu |", once)
        self.assertNotIn("old", once)
        self.assertTrue(once.startswith("before\n") and once.endswith("after\n"))
        self.assertEqual(self.run_on(once), (0, once))

    def test_no_place(self):
        self.assertEqual(self.run_on("nothing here\n"), (1, "nothing here\n"))

    def test_the_page_has_all_places(self):
        with open(PAGE, encoding="utf-8") as file:
            page = file.read()
        for name in tables.TABLES:
            self.assertIsNotNone(tables.place(page, name, "x"), name)


if __name__ == "__main__":
    unittest.main()
