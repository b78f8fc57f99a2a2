#!/usr/bin/env python3
"""scripts/sum_up_tests counts right, and never calls a run good in which something failed or nothing ran."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "sum_up_tests"

PASSED = '<testcase name="fine" status="run"/>'
FAILED = '<testcase name="broken" status="fail"><failure message=""/></testcase>'
SKIPPED = """<testcase name="left_out" status="notrun"><skipped message="by a pattern"/>
<system-out>[ RUN      ] left_out
test.cpp:7: Skipped
the kernel is
too old

[  SKIPPED ] left_out (0 ms)
</system-out></testcase>"""


def sum_up(steps, reports):
    """The exit status and the lines for these rows of steps.tsv and these reports' test cases."""
    with tempfile.TemporaryDirectory() as folder:
        rows = "".join("\t".join(step) + "\n" for step in steps)
        pathlib.Path(folder, "steps.tsv").write_text(rows, encoding="utf-8")
        for name, cases in reports.items():
            report = f"<testsuite>{''.join(cases)}</testsuite>"
            pathlib.Path(folder, f"{name}.xml").write_text(report, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-B", str(SCRIPT), folder], text=True, capture_output=True, check=False)
        return done.returncode, done.stdout.splitlines()


class sum_up_tests_test(unittest.TestCase):
    def assert_last_line(self, expected, status, steps, **reports):
        found, lines = sum_up(steps, reports)
        self.assertEqual((found, lines[-1]), (status, expected))
        return lines

    def test_adds_up_checks_and_tests(self):
        self.assert_last_line(
            "5 passed, 0 failed, 0 skipped", 0,
            [("checks", "format", "passed", "1"), ("checks", "layers", "passed", "1"),
             ("release", "configure", "passed", "1"), ("release", "build", "passed", "9"),
             ("release", "tests", "passed", "3"), ("clang", "tests", "passed", "3")],
            release=[PASSED, PASSED], clang=[PASSED])

    def test_a_failed_test(self):
        lines = self.assert_last_line(
            "1 passed, 1 failed, 0 skipped", 1, [("release", "tests", "failed", "3")], release=[PASSED, FAILED])
        self.assertIn("  release: broken", lines)

    def test_a_skipped_test_is_listed_with_its_reason(self):
        lines = self.assert_last_line(
            "1 passed, 0 failed, 1 skipped", 0, [("release", "tests", "passed", "3")], release=[PASSED, SKIPPED])
        self.assertIn("  left_out (release): the kernel is too old", lines)

    def test_a_failed_step(self):
        lines = self.assert_last_line(
            "1 passed, 2 failed, 0 skipped", 1,
            [("checks", "format", "passed", "1"), ("checks", "tidy", "failed", "1"),
             ("release", "build", "failed", "1")])
        self.assertIn("  release: build", lines)

    def test_a_build_without_tests_counts_as_one(self):
        self.assert_last_line("1 passed, 0 failed, 0 skipped", 0,
                              [("x", "configure", "passed", "1"), ("x", "build", "passed", "1")])

    def test_no_report_is_a_failure(self):
        self.assert_last_line("0 passed, 1 failed, 0 skipped", 1, [("release", "tests", "passed", "3")])

    def test_an_empty_report_is_a_failure(self):
        self.assert_last_line("0 passed, 1 failed, 0 skipped", 1, [("release", "tests", "passed", "3")], release=[])

    def test_ctest_failing_without_a_failed_test_is_a_failure(self):
        self.assert_last_line(
            "1 passed, 1 failed, 0 skipped", 1, [("release", "tests", "failed", "3")], release=[PASSED])

    def test_only_skipped_is_no_success(self):
        self.assert_last_line(
            "0 passed, 0 failed, 1 skipped", 1, [("release", "tests", "passed", "3")], release=[SKIPPED])


if __name__ == "__main__":
    unittest.main()
