#!/usr/bin/env python3
"""scripts/coverage still finds the lines that it looks for, and what docs/coverage.md explains is still there."""

import importlib.machinery
import importlib.util
import pathlib
import re
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "coverage"
LOADER = importlib.machinery.SourceFileLoader("coverage_script", str(SCRIPT))
SPEC = importlib.util.spec_from_loader("coverage_script", LOADER)
coverage = importlib.util.module_from_spec(SPEC)
LOADER.exec_module(coverage)


class coverage_test(unittest.TestCase):
    def test_every_fast_path_leads_to_a_line(self):
        for name, file, *texts in coverage.FAST_PATHS:
            with self.subTest(name):
                self.assertGreater(coverage.line_of(file, texts), 0)

    def test_what_is_explained_is_a_function_of_a_file(self):
        rows = coverage.explanations()
        self.assertTrue(rows)
        for file, function in rows:
            with self.subTest(f"{file}: {function}"):
                text = (coverage.ROOT / file).read_text(encoding="utf-8")
                self.assertTrue(function == "*" or re.search(rf"\b{re.escape(function.split('::')[-1])}\b", text))

    def test_a_line_counts_as_reached_where_any_object_reached_it(self):
        counts = coverage.Counts()
        for hits in (0, 3, 0):
            counts.add({"current_working_directory": str(coverage.BUILD), "files": [
                {"file": "../../src/one.cpp", "functions": [{"name": "f", "demangled_name": "f(int)"}],
                 "lines": [{"line_number": 7, "count": hits, "function_name": "f"}]},
                {"file": "/usr/include/other.h", "functions": [], "lines": [{"line_number": 1, "count": 1}]}]})
        self.assertEqual({file: dict(lines) for file, lines in counts.lines.items()}, {"src/one.cpp": {7: 3}})

    def test_an_explanation_is_of_one_function(self):
        rows = [("src/one.cpp", "probe")]
        self.assertTrue(coverage.is_explained(rows, "src/one.cpp", "a::shard_set::probe(unsigned long)"))
        self.assertFalse(coverage.is_explained(rows, "src/one.cpp", "a::shard_set::probe_all(unsigned long)"))
        self.assertFalse(coverage.is_explained(rows, "src/two.cpp", "a::shard_set::probe(unsigned long)"))


if __name__ == "__main__":
    unittest.main()
