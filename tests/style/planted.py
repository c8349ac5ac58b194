"""planted - a small tree of files to plant faults in, for the tests of the checkers."""
import os
import tempfile
import unittest


class PlantedTree(unittest.TestCase):
    """Tests write FILES with one change and ask what `check` found."""

    FILES = {}
    check = None  # staticmethod: root -> (problems, count)

    def problems_of(self, files):
        with tempfile.TemporaryDirectory() as root:
            for path, text in files.items():
                full = os.path.join(root, path)
                os.makedirs(os.path.dirname(full), exist_ok=True)
                with open(full, "w", encoding="utf-8") as file:
                    file.write(text)
            return self.check(root)[0]

    def changed(self, path, old, new):
        self.assertIn(old, self.FILES[path], "the fault must be planted")
        return {**self.FILES, path: self.FILES[path].replace(old, new)}

    def assert_finds(self, files, *wanted):
        """Each wanted text is in some problem."""
        problems = self.problems_of(files)
        for text in wanted:
            self.assertTrue(any(text in problem for problem in problems), (text, problems))

    def assert_planted(self, path, old, new, *wanted):
        self.assert_finds(self.changed(path, old, new), *wanted)
