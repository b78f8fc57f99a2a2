#!/usr/bin/env python3
"""What README.md shows is what the tests run, and what it links to is there."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
README = (ROOT / "README.md").read_text()


class readme(unittest.TestCase):
    def test_shows_the_quickstart_as_it_is(self):
        self.assertIn("```cpp\n" + (ROOT / "examples/quickstart.cpp").read_text() + "```", README)

    def test_links_to_files_that_exist(self):
        for link in re.findall(r"\]\(([^)#]+)\)", README):
            self.assertTrue((ROOT / link).exists(), link)

    def test_has_no_place_left_to_fill_in(self):
        self.assertEqual(re.findall(r"@[A-Z]+@", README), [])


if __name__ == "__main__":
    unittest.main()
