#!/usr/bin/env python3
"""The recipes in packaging/ are of this version, and are what their tools can read."""

import ast
import json
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
OURS = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
VERSION = re.search(r"^  VERSION ([0-9.]+)$", OURS, re.MULTILINE)[1]


def text_of(name):
    return (ROOT / "packaging" / name).read_text(encoding="utf-8")


class packaging(unittest.TestCase):
    def test_of_vcpkg_is_of_this_version(self):
        port = json.loads(text_of("vcpkg/memory-arena/vcpkg.json"))
        self.assertEqual((port["name"], port["version"]), ("memory-arena", VERSION))

    def test_of_conan_finds_this_version(self):
        ast.parse(text_of("conan/conanfile.py"))
        pattern = re.search(r're\.search\(r"([^"]+)", file\.read\(\), re\.MULTILINE\)', text_of("conan/conanfile.py"))[1]
        self.assertEqual(re.search(pattern, OURS, re.MULTILINE)[1], VERSION)

    def test_of_both_turn_off_what_is_not_the_library(self):
        parts = set(re.findall(r"^option\(MEMORY_ARENA_BUILD_(TESTS|BENCHMARKS|TOOLS|EXAMPLES)", OURS, re.MULTILINE))
        self.assertEqual(len(parts), 4)
        self.assertEqual(set(re.findall(r"-DMEMORY_ARENA_BUILD_(\w+)=OFF", text_of("vcpkg/memory-arena/portfile.cmake"))), parts)
        loop = re.search(r"for part in \(([^)]*)\)", text_of("conan/conanfile.py"))[1]
        self.assertEqual(set(re.findall(r'"(\w+)"', loop)), parts)


if __name__ == "__main__":
    unittest.main()
