"""Runs arena_bench as a user does, on small workloads: arena_bench_test.py PATH/TO/arena_bench."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

PROGRAM = ""

TIMED = {
    "contention": ["time", "CPU time"],
    "pressure": ["time", "CPU time", "one allocation, p50", "one allocation, p99",
                 "one allocation, p99.9", "one allocation, max"],
    "index": ["build, ask, drop", "CPU time of it", "the drop alone"],
}
THREAD_SAFE = ["arena", "malloc", "sync_pool"]
EVERYONE = THREAD_SAFE + ["monotonic"]


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=280)


class with_a_folder(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        self.text = self.folder / "text"
        self.text.mkdir()
        for number in range(40):
            words = "".join(f"int word_{i % 97} = {number * i};\n" for i in range(200))
            (self.text / f"file_{number}.h").write_text(words)
        (self.text / "binary.o").write_bytes(b"word\0word")

    def measure(self, *arguments):
        out = self.folder / "out.json"
        done = run(*arguments, "--quick", "--input", str(self.text), "--json", str(out))
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(out.read_text()), done.stdout


class a_whole_run(with_a_folder):
    def test_has_every_figure_of_every_backend(self):
        document, table = self.measure("--threads", "2")
        found = {(f["workload"], f["figure"], f["backend"], f["state"]): f
                 for f in document["figures"]}
        for workload, figures in TIMED.items():
            backends = EVERYONE if workload == "pressure" else THREAD_SAFE
            for key in ((workload, figure, backend, state) for figure in figures
                        for backend in backends for state in ("cold", "warm")):
                self.assertIn(key, found)
                self.check_figure(found[key])
        for backend in THREAD_SAFE:
            self.assertGreater(found["index", "allocations", backend, "unmeasured"]["median"], 0)
            self.assertIn(("index", "peak memory", backend, "cold"), found)
            self.assertIn(backend, table)
        self.assertFalse(document["partial"])

    def check_figure(self, figure):
        self.assertGreaterEqual(figure["repetitions"], 2)
        self.assertEqual(len(figure["samples"]), figure["repetitions"])
        self.assertLessEqual(figure["min"], figure["median"])
        self.assertLessEqual(figure["median"], figure["max"])
        self.assertGreaterEqual(figure["spread_mad"], 0)

    def test_names_machine_and_build(self):
        document, _ = self.measure("contention", "--backends", "arena")
        for key in ("processor", "cores", "kernel", "transparent_huge_pages", "c_library"):
            self.assertTrue(document["machine"][key], key)
        for key in ("compiler", "type", "commit"):
            self.assertTrue(document["build"][key], key)

    def test_does_the_same_work_on_every_backend(self):
        document, _ = self.measure("--threads", "1")
        by_workload = {}
        for each in document["checksums"]:
            by_workload.setdefault(each["workload"], {})[each["backend"]] = each["checksum"]
        self.assertEqual(set(by_workload), set(TIMED))
        for checksums in by_workload.values():
            self.assertEqual(set(checksums), set(EVERYONE))
            self.assertEqual(len(set(checksums.values())), 1, checksums)

    def test_makes_the_same_index_on_any_number_of_threads(self):
        checksums = set()
        for threads in ("1", "2", "5"):
            document, _ = self.measure("index", "--threads", threads)
            checksums |= {each["checksum"] for each in document["checksums"]}
        self.assertEqual(len(checksums), 1)

    def test_skips_binary_files(self):
        document, _ = self.measure("index")
        self.assertTrue(any("40 files" in n["text"] and "1 binary" in n["text"]
                            for n in document["notes"]), document["notes"])

    def test_is_at_most_a_hundred_columns_wide(self):
        _, table = self.measure()
        for line in table.splitlines():
            if str(self.folder) not in line:
                self.assertLessEqual(len(line), 100, line)


class a_wrong_command_line(with_a_folder):
    def check_refused(self, *arguments):
        done = run(*arguments)
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertTrue(done.stderr.strip())

    def test_is_refused(self):
        self.check_refused("--threads", "0")
        self.check_refused("--threads", "many")
        self.check_refused("--repetitions", "0")
        self.check_refused("--objects", "-1")
        self.check_refused("--backends", "arena,nobody")
        self.check_refused("--no-such-option")
        self.check_refused("no_such_command")
        self.check_refused("index", "--input", str(self.folder / "missing"))
        self.check_refused("index", "--input", str(self.text / "file_1.h"))
        self.check_refused("--json", str(self.folder / "missing" / "out.json"))

    def test_without_text_fails(self):
        empty = self.folder / "empty"
        empty.mkdir()
        done = run("index", "--quick", "--input", str(empty))
        self.assertEqual(done.returncode, 1)
        self.assertIn("no text", done.stderr)

    def test_help_succeeds(self):
        self.assertEqual(run("--help").returncode, 0)


class an_interrupted_run(with_a_folder):
    def test_reports_what_there_is(self):
        out = self.folder / "out.json"
        with subprocess.Popen(
                [PROGRAM, "contention", "--quick", "--repetitions", "10000", "--json", str(out)],
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
            time.sleep(1)
            os.kill(running.pid, signal.SIGINT)
            table, _ = running.communicate(timeout=60)
        self.assertEqual(running.returncode, 130)
        self.assertIn("PARTIAL", table)
        document = json.loads(out.read_text())
        self.assertTrue(document["partial"])
        self.assertTrue(document["figures"])


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main(verbosity=2)
