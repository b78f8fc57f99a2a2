#!/usr/bin/env python3
"""What a page of docs/ shows below "From [a file](…):" stands in that file, which the tests compile and run."""

import pathlib
import re
import textwrap
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SNIPPET = re.compile(r"^From \[[^]]+\]\(([^)]+)\):\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def found_in(page):
    return [((page.parent / link).resolve(), snippet) for link, snippet in SNIPPET.findall(page.read_text())]


def dedented(text):
    """The text, with each of its blocks begun at the margin, so that one from within a function is found."""
    return "\n".join(line.strip() for line in text.splitlines())


class snippets(unittest.TestCase):
    def test_stand_in_their_files(self):
        for page in (ROOT / "docs").glob("*.md"):
            for file, snippet in found_in(page):
                # "..." stands for what is left out.
                for part in re.split(r"^ *(?://|/\*|#) \.\.\.(?: \*/)?\n", textwrap.dedent(snippet), flags=re.MULTILINE):
                    self.assertIn(dedented(part).strip(), dedented(file.read_text()), f"{page.name}, of {file.name}")

    def test_are_there(self):
        for page in ("c_api.md", "coroutines.md", "protobuf.md"):
            self.assertTrue(found_in(ROOT / "docs" / page), page)


if __name__ == "__main__":
    unittest.main()
