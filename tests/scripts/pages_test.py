#!/usr/bin/env python3
"""Programs that the pages in docs/ show are the files of examples/ that the tests run, and what they link to is there.

A page names the file of a program in a comment on the line before its fence: `<!-- examples/json_boost.cpp -->`.
"""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FENCE = re.compile(r"(?:^<!-- (?P<file>examples/\S+) -->\n)?^```cpp\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
# Pages that show whole programs, and nothing else, in C++.
PAGES = ["containers.md", "json.md", "migration.md", "servers.md"]


def shown(page):
    """The file named and the code of every fence in C++; the file is None where none is named."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return [(fence["file"], fence["code"]) for fence in FENCE.finditer(text)]


class pages_test(unittest.TestCase):
    def test_show_programs_as_they_are(self):
        for page in PAGES:
            self.assertTrue(shown(page), page)
            for file, code in shown(page):
                with self.subTest(f"{page}: {file}"):
                    self.assertIsNotNone(file, code)
                    self.assertEqual((ROOT / file).read_text(encoding="utf-8"), code)

    def test_have_no_place_left_to_fill_in(self):
        for page in PAGES:
            self.assertEqual(re.findall(r"@[A-Z]+@", (ROOT / "docs" / page).read_text(encoding="utf-8")), [], page)

    def test_show_every_migration(self):
        files = {file for file, _ in shown("migration.md")}
        there = {path.relative_to(ROOT).as_posix() for path in (ROOT / "examples/migration").glob("*.cpp")}
        self.assertEqual(files, there)

    def test_link_to_files_and_headings_that_exist(self):
        for page in PAGES:
            text = (ROOT / "docs" / page).read_text(encoding="utf-8")
            for link, heading in re.findall(r"\]\(([^)#:]*)(#[^)]+)?\)", text):
                with self.subTest(f"{page}: {link}{heading}"):
                    target = ROOT / "docs" / (link or page)
                    self.assertTrue(target.exists())
                    if heading:
                        lines = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
                        anchors = ["#" + re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines]
                        self.assertIn(heading, anchors)


if __name__ == "__main__":
    unittest.main()
