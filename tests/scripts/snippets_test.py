#!/usr/bin/env python3
"""The C++ that pages of docs/ show is in files that the tests compile and run."""

import pathlib
import re
import textwrap
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

SOURCES = {
    "docs/protobuf.md": ["tests/protobuf/protobuf_test.cpp", "examples/grpc_server/pooled_messages.hpp"],
}


def has(source, snippet):
    """Whether the lines stand there, indented by whatever it is."""
    lines, wanted = source.splitlines(), snippet.splitlines()
    return any(textwrap.dedent("\n".join(lines[i:i + len(wanted)])) == snippet for i in range(len(lines)))


class snippets(unittest.TestCase):
    def test_stand_in_a_file_that_is_tested(self):
        for page, sources in SOURCES.items():
            texts = [(ROOT / source).read_text() for source in sources]
            found = re.findall(r"```cpp\n(.*?)\n```", (ROOT / page).read_text(), re.DOTALL)
            self.assertTrue(found, page)
            for snippet in found:
                self.assertTrue(any(has(text, snippet) for text in texts), f"{page}:\n{snippet}")


if __name__ == "__main__":
    unittest.main()
