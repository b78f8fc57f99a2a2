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

# What each workload must find out: its figures, and in which states. Others may be added.
WARM, COLD, COUNTED, BOTH = ("warm",), ("cold",), ("counted",), ("cold", "warm")
FIGURES = {
    "contention": {"time": BOTH, "CPU time": BOTH, "page faults": BOTH},
    "threads": {"time": WARM, "CPU time": WARM},
    "sizes": {"time": WARM},
    "alternating": {"time": WARM},
    "churn": {"made anew": WARM, "kept and reset": WARM},
    "reset": {"after objects of 32 B, one thread": WARM,
              "after 8,192 objects of 32 B, by threads": WARM,
              "after 256 blocks, by bytes in all": WARM},
    "first_touch": {"time": BOTH, "page faults": BOTH, "peak resident memory": COLD,
                    "resident after the round": COLD},
    "pressure": {"time": BOTH, "CPU time": BOTH, "time, with a clean heap": BOTH,
                 "one allocation, p50": BOTH, "one allocation, p99": BOTH,
                 "one allocation, p99.9": BOTH, "one allocation, max": BOTH},
    "index": {"build, ask, drop": BOTH, "CPU time of it": BOTH, "the drop alone": BOTH,
              "page faults": BOTH, "peak memory": COLD, "resident after the drop": COLD,
              "allocations": COUNTED},
    "lifo": {"time": WARM, "peak resident memory": COLD},
    "mixed_lifetimes": {"time": COLD, "peak resident memory": COLD},
}
SWEEPS = {("threads", "time"), ("threads", "CPU time"), ("sizes", "time"), ("alternating", "time"),
          *(("reset", figure) for figure in FIGURES["reset"])}
# Those that run on several threads, so that some backends cannot take part.
SHARED = {"contention", "threads", "index"}
BUILT_IN = {"arena", "cpu_arena", "malloc", "sync_pool", "unsync_pool", "monotonic", "locked"}
PEERS = {"jemalloc", "tcmalloc", "mimalloc", "mimalloc_heap", "boost_monotonic", "boost_mono",
         "protobuf", "tbb_pool", "memory_stack"}


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=280)


def make_text(folder):
    folder.mkdir()
    for number in range(40):
        words = "".join(f"int word_{i % 97} = {number * i};\n" for i in range(200))
        (folder / f"file_{number}.h").write_text(words)
    (folder / "binary.o").write_bytes(b"word\0word")
    return folder


class with_a_folder(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        cls.folder = Path(holder.name)
        cls.text = make_text(cls.folder / "text")

    @classmethod
    def measure(cls, *arguments):
        out = cls.folder / "out.json"
        done = run(*arguments, "--quick", "--no-instructions", "--input", str(cls.text),
                   "--json", str(out))
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return json.loads(out.read_text()), done.stdout

    def check_width(self, text):
        for line in text.splitlines():
            if str(self.folder) not in line:
                self.assertLessEqual(len(line), 100, line)


class a_whole_run(with_a_folder):
    """One run of everything, looked at from all sides."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        begin = time.monotonic()
        cls.document, cls.table = cls.measure("--threads", "2")
        cls.seconds = time.monotonic() - begin
        cls.usable = {each["name"] for each in cls.document["backends"]
                      if each["name"] not in cls.skipped() and not each["in_one_workload"]}
        cls.thread_safe = {each["name"] for each in cls.document["backends"]
                           if each["thread_safe"] and each["name"] in cls.usable}

    @classmethod
    def skipped(cls):
        return {each["backend"] for each in cls.document["skipped"]}

    def backends_for(self, row):
        if row["workload"] in SHARED:
            return self.thread_safe
        by_threads = row["workload"] == "reset" and row["at"]["name"] == "threads"
        if by_threads and row["at"]["value"] > 1:
            return self.thread_safe
        return self.usable

    def rows(self, workload, figure):
        return [row for row in self.document["rows"]
                if row["workload"] == workload and row["figure"] == figure]

    def test_says_how_long_it_took(self):
        self.assertGreater(self.document["seconds"], 0)
        self.assertLessEqual(self.document["seconds"], self.seconds)

    def test_has_every_figure_in_its_states(self):
        for workload, figures in FIGURES.items():
            for figure, states in figures.items():
                rows = self.rows(workload, figure)
                self.assertEqual({row["state"] for row in rows}, set(states), (workload, figure))

    def test_has_every_backend_in_every_row(self):
        for row in self.document["rows"]:
            if row["workload"] not in FIGURES or row["unit"] == "instructions":
                continue
            measured = {cell["backend"] for cell in row["cells"]}
            self.assertLessEqual(self.backends_for(row), measured, row)

    def test_leaves_out_on_threads_what_is_not_thread_safe(self):
        self.assertTrue(self.usable - self.thread_safe)
        for row in self.document["rows"]:
            if row["workload"] in SHARED:
                measured = {cell["backend"] for cell in row["cells"]}
                self.assertEqual(measured & (self.usable - self.thread_safe), set(), row)
        (contention,) = [w for w in self.document["workloads"] if w["name"] == "contention"]
        for name in self.usable - self.thread_safe:
            self.assertIn(f"{name} left out: it is not thread-safe", contention["notes"])

    def test_has_consistent_cells(self):
        for row in self.document["rows"]:
            for cell in row["cells"]:
                ordered = [cell[key] for key in ("min", "low", "median", "high", "max")]
                self.assertEqual(ordered, sorted(ordered), (row, cell))
                self.assertEqual(cell["min"], min(cell["samples"]))
                self.assertEqual(cell["max"], max(cell["samples"]))
                self.assertGreaterEqual(cell["min"], 0)
                self.assertGreaterEqual(cell["spread"], 0)
                self.assertIn(cell["compared"], ("baseline", "same", "better", "worse", "noisy"))
                self.assertEqual(cell["compared"] == "baseline", cell["backend"] == "arena")

    def test_measures_time_more_than_once(self):
        for row in self.document["rows"]:
            if row["unit"].startswith("ns"):
                for cell in row["cells"]:
                    self.assertGreaterEqual(len(cell["samples"]), 2, (row, cell))

    def test_names_a_winner_only_who_is_apart_from_all(self):
        for row in self.document["rows"]:
            verdict, cells = row["verdict"], {c["backend"]: c for c in row["cells"]}
            self.assertLessEqual(set(verdict["backends"]), set(cells))
            self.assertTrue(verdict["text"])
            if verdict["kind"] != "winner":
                continue
            (winner,) = verdict["backends"]
            best = cells.pop(winner)
            for other in cells.values():
                turns = list(zip(best["samples"], other["samples"]))
                ahead = sum(mine < its for mine, its in turns)
                self.assertTrue(other["low"] > best["high"] or ahead >= 0.7 * len(turns) >= 2, row)
                self.assertGreater(other["median"], 1.1 * best["median"], row)
                if min(len(best["samples"]), len(other["samples"])) < 3:
                    self.assertGreater(other["median"], 3 * best["median"], row)

    def test_has_sweeps_by_ascending_settings(self):
        for workload, figure in SWEEPS:
            values = [row["at"]["value"] for row in self.rows(workload, figure)]
            self.assertGreaterEqual(len(values), 2, (workload, figure))
            self.assertEqual(values, sorted(set(values)), (workload, figure))
        for row in self.document["rows"]:
            if (row["workload"], row["figure"]) in SWEEPS:
                self.assertTrue(row["at"]["label"])
            elif row["workload"] in FIGURES and row["unit"] != "instructions":
                self.assertIsNone(row["at"], row)

    def test_keeps_the_rows_of_a_sweep_together(self):
        seen, last = set(), None
        for row in self.document["rows"]:
            key = (row["workload"], row["figure"], row["state"])
            if key != last:
                self.assertNotIn(key, seen)
            seen.add(key)
            last = key

    def test_does_the_same_work_on_every_backend(self):
        works = {}
        for each in self.document["checksums"]:
            by_backend = works.setdefault((each["workload"], each["work"]), {})
            self.assertNotIn(each["backend"], by_backend)
            by_backend[each["backend"]] = each["checksum"]
        self.assertLessEqual(set(FIGURES), {workload for workload, _ in works})
        for work, checksums in works.items():
            self.assertEqual(len(set(checksums.values())), 1, (work, checksums))
            if work[0] in FIGURES:
                self.assertLessEqual(self.thread_safe, set(checksums), work)

    def test_checks_every_setting_of_a_sweep(self):
        works = {each["work"] for each in self.document["checksums"]
                 if each["workload"] == "sizes"}
        labels = {row["at"]["label"] for row in self.rows("sizes", "time")}
        self.assertEqual(works, labels)

    def test_names_every_backend_measured_or_skipped(self):
        names = {each["name"] for each in self.document["backends"]}
        flat = " ".join(self.table.split())
        self.assertLessEqual(BUILT_IN, self.usable)
        self.assertEqual(self.document["backends"][0]["name"], "arena")
        self.assertEqual({each["name"] for each in self.document["backends"] if each["ours"]},
                         {"arena", "cpu_arena"})
        for each in self.document["skipped"]:
            self.assertIn(each["backend"], PEERS | names)
            self.assertTrue(each["why"])
            self.assertIn(f"{each['backend']} skipped: ", flat)
        for each in self.document["backends"]:
            self.assertTrue(each["label"])
            if each["name"] in self.usable:
                self.assertIn(f"{each['name']}: {each['label']}", flat)
        # A peer is here or skipped, never silently gone (boost's has two names).
        gone = PEERS - names - self.skipped()
        self.assertLessEqual(gone, {"boost_monotonic", "boost_mono"})
        self.assertLessEqual(len(gone), 1)

    def test_describes_every_workload(self):
        self.assertLessEqual(set(FIGURES), {w["name"] for w in self.document["workloads"]})
        for each in self.document["workloads"]:
            self.assertTrue(each["summary"])
            self.assertTrue(each["notes"], each)
        losses = {w["name"] for w in self.document["workloads"] if w["expects_loss"]}
        self.assertLessEqual({"lifo", "mixed_lifetimes"}, losses)
        self.assertNotIn("contention", losses)

    def test_sums_up_in_three_sentences(self):
        self.assertEqual(len(self.document["summary"]), 3)
        self.assertIn("malloc took", self.document["summary"][0])
        flat = " ".join(self.table.split())
        for sentence in self.document["summary"]:
            self.assertIn(sentence, flat)

    def test_names_machine_and_build(self):
        for key in ("processor", "cores", "memory", "kernel", "transparent_huge_pages",
                    "c_library"):
            self.assertTrue(self.document["machine"][key], key)
        for key in ("compiler", "type", "commit"):
            self.assertTrue(self.document["build"][key], key)
        flat = " ".join(self.table.split())
        for part in (self.document["machine"]["kernel"], self.document["build"]["compiler"],
                     f"commit {self.document['build']['commit']}"):
            self.assertIn(" ".join(part.split()), flat)

    def test_says_what_was_asked_for_and_that_it_is_whole(self):
        self.assertEqual(self.document["tool"], "arena_bench")
        self.assertEqual(self.document["format"], 2)
        self.assertEqual(self.document["effort"], "quick")
        self.assertEqual(self.document["asked"]["threads"], 2)
        self.assertFalse(self.document["partial"])
        self.assertNotIn("PARTIAL", self.table)

    def test_has_a_table_of_every_workload_a_hundred_columns_wide(self):
        self.check_width(self.table)
        lines = self.table.splitlines()
        for workload in FIGURES:
            self.assertTrue(any(line.split(" (")[0] == workload for line in lines), workload)

    def test_skips_binary_files(self):
        (index,) = [w for w in self.document["workloads"] if w["name"] == "index"]
        self.assertTrue(any("40 files" in note and "1 binary" in note for note in index["notes"]))


class a_choice(with_a_folder):
    def test_of_backends_measures_only_those(self):
        document, table = self.measure("sizes", "--backends", "arena,monotonic")
        for row in document["rows"]:
            self.assertEqual({c["backend"] for c in row["cells"]}, {"arena", "monotonic"})
        self.assertEqual(document["asked"]["backends"], ["arena", "monotonic"])
        self.assertEqual({row["workload"] for row in document["rows"]}, {"sizes"})
        self.assertNotIn("contention", table)

    def test_without_the_arena_compares_with_nobody(self):
        document, table = self.measure("churn", "--backends", "malloc,monotonic")
        for row in document["rows"]:
            for cell in row["cells"]:
                self.assertEqual((cell["compared"], cell["to_arena"]), ("", None))
        self.check_width(table)

    def test_of_one_backend_has_nobody_to_beat(self):
        document, _ = self.measure("lifo", "--backends", "arena")
        self.assertEqual({row["verdict"]["kind"] for row in document["rows"]}, {"alone"})

    def test_of_one_thread_lets_everybody_take_part(self):
        document, _ = self.measure("contention", "--threads", "1", "--repetitions", "1")
        names = {c["backend"] for row in document["rows"] for c in row["cells"]}
        self.assertLessEqual(BUILT_IN, names)

    def test_of_repetitions_is_kept(self):
        document, _ = self.measure("mixed_lifetimes", "--backends", "arena", "--repetitions", "4")
        self.assertEqual({len(c["samples"]) for row in document["rows"] for c in row["cells"]}, {4})

    def test_of_threads_makes_the_same_index(self):
        checksums = set()
        for threads in ("1", "2", "5"):
            document, _ = self.measure("index", "--threads", threads, "--backends", "arena,malloc",
                                       "--repetitions", "1")
            checksums |= {each["checksum"] for each in document["checksums"]}
        self.assertEqual(len(checksums), 1)


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
        self.check_refused("sizes", "lifo")
        self.check_refused("index", "--input", str(self.folder / "missing"))
        self.check_refused("index", "--input", str(self.text / "file_1.h"))
        self.check_refused("--json", str(self.folder / "missing" / "out.json"))
        self.check_refused("--compare", "only_one.json")

    def test_without_text_fails(self):
        empty = self.folder / "empty"
        empty.mkdir()
        done = run("index", "--quick", "--no-instructions", "--input", str(empty))
        self.assertEqual(done.returncode, 1)
        self.assertIn("no text", done.stderr)

    def test_help_succeeds(self):
        done = run("--help")
        self.assertEqual(done.returncode, 0)
        for workload in FIGURES:
            self.assertIn(workload, done.stdout)


class the_workloads_of_servers(with_a_folder):
    """json, requests and memtable: documents, requests and tables, as servers and databases have them."""

    def rows(self, *arguments):
        document, _ = self.measure(*arguments)
        self.assertFalse(document["partial"])
        return document, {(row["figure"], row["state"]): row for row in document["rows"]}

    def check_row(self, row, *backends):
        cells = {cell["backend"]: cell for cell in row["cells"]}
        for name in backends:
            self.assertGreaterEqual(len(cells[name]["samples"]), 2, row["figure"])
            self.assertGreaterEqual(cells[name]["min"], 0)

    def check_checksums(self, document, *backends):
        works = {}
        for each in document["checksums"]:
            works.setdefault(each["work"], {})[each["backend"]] = each["checksum"]
        for work, checksums in works.items():
            self.assertLessEqual(set(backends), set(checksums), work)
            self.assertEqual(len(set(checksums.values())), 1, work)
        return works

    def notes(self, document):
        return [note for each in document["workloads"] for note in each["notes"]]

    def parsers(self, document):
        there = [("Boost.JSON", "boost_json_mono"), ("RapidJSON", "rapidjson_pool")]
        return [(parser, pool) for parser, pool in there
                if not any(note.startswith(parser + " left out") for note in self.notes(document))]

    def test_parse_on_every_backend_and_on_the_parsers_own_pool(self):
        document, rows = self.rows("json", "--backends", "arena,malloc,monotonic")
        parsers = self.parsers(document)
        for parser, pool in parsers:
            for figure in ("parse and drop", "parse and drop, numbers", "the drop alone", "page faults"):
                for state in ("cold", "warm"):
                    self.check_row(rows[f"{parser}, {figure}", state], "arena", "malloc", "monotonic", pool)
            for figure in ("peak resident memory", "resident after the drop"):
                self.assertIn((f"{parser}, {figure}", "cold"), rows)
            counted = rows[f"{parser}, allocations", "counted"]["cells"]
            self.assertEqual(len({cell["median"] for cell in counted}), 1, counted)
        works = self.check_checksums(document, "arena", "malloc", "monotonic")
        self.assertEqual(len(works), 2 * len(parsers))

    def test_parse_the_document_that_they_are_given(self):
        given = self.folder / "given.json"
        given.write_text(json.dumps([{"a": [1, 2.5, None, True]}, "text"]))
        document, rows = self.rows("json", "--backends", "arena,malloc", "--document", str(given))
        self.assertTrue(any("given.json: 0.0 MB, 8 values" in note for note in self.notes(document)),
                        self.notes(document))
        for parser, _ in self.parsers(document):
            self.check_row(rows[f"{parser}, parse and drop", "warm"], "arena", "malloc")

    def test_say_where_a_document_is_not_json_before_they_measure(self):
        given = self.folder / "given.json"
        given.write_text('{"a": 1,\n "b": 2,\n "c" 3}\n')
        done = run("all", "--quick", "--input", str(self.text), "--document", str(given))
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{given}:3: not JSON from byte 23 on", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_refuse_a_document_that_cannot_be_read(self):
        for name in (self.folder, self.folder / "missing"):
            done = run("json", "--quick", "--document", str(name))
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(str(name), done.stderr)

    def test_time_requests_on_backends_that_share_nothing(self):
        document, rows = self.rows("requests", "--backends", "arena,malloc,monotonic", "--threads", "2")
        self.check_checksums(document, "arena", "malloc", "monotonic")
        percentiles = [f"latency, {name}" for name in ("p50", "p90", "p99", "p99.9", "p99.99")]
        for figure in ("CPU time a request", *percentiles):
            self.check_row(rows[figure, "warm"], "arena", "malloc", "monotonic")
        for backend in range(3):
            medians = [rows[figure, "warm"]["cells"][backend]["min"] for figure in percentiles]
            self.assertEqual(medians, sorted(medians))

    def test_fill_the_same_table_with_any_number_of_threads(self):
        checksums = set()
        for threads in ("1", "3"):
            document, rows = self.rows("memtable", "--backends", "arena,malloc", "--threads", threads)
            for figure in ("insert", "insert, CPU time", "look up", "the drop alone", "page faults"):
                for state in ("cold", "warm"):
                    self.check_row(rows[figure, state], "arena", "malloc")
            self.check_row(rows["peak resident memory", "cold"], "arena", "malloc")
            self.check_checksums(document, "arena", "malloc")
            checksums |= {each["checksum"] for each in document["checksums"]}
        self.assertEqual(len(checksums), 1)


class an_interrupted_run(with_a_folder):
    def test_reports_what_there_is(self):
        out = self.folder / "out.json"
        page = self.folder / "report.html"
        with subprocess.Popen(
                [PROGRAM, "contention", "--quick", "--no-instructions", "--repetitions", "10000",
                 "--json", str(out), "--html", str(page)],
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
            time.sleep(2)
            os.kill(running.pid, signal.SIGINT)
            table, _ = running.communicate(timeout=120)
        self.assertEqual(running.returncode, 130)
        self.assertIn("PARTIAL", table)
        self.assertNotIn("<html", table)
        self.check_width(table)
        document = json.loads(out.read_text())
        self.assertTrue(document["partial"])
        self.assertTrue(document["rows"])
        self.assertTrue(document["rows"][0]["cells"][0]["samples"])
        self.assertRegex(page.read_text(), r'"partial": true')


class a_comparison(with_a_folder):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.old, _ = cls.measure("sizes", "--backends", "arena,malloc")

    def write(self, name, document):
        file = self.folder / name
        file.write_text(document if isinstance(document, str) else json.dumps(document))
        return str(file)

    def changed(self, workload, backend, factor):
        new = json.loads(json.dumps(self.old))
        for row in new["rows"]:
            for cell in row["cells"]:
                if row["workload"] == workload and cell["backend"] == backend:
                    cell["samples"] = [sample * factor for sample in cell["samples"]]
        return new

    def test_finds_what_changed(self):
        old = self.write("old.json", self.old)
        new = self.write("new.json", self.changed("sizes", "arena", 1000))
        done = run("--compare", old, new)
        self.assertEqual(done.returncode, 0, done.stderr)
        count = len(self.old["rows"])
        self.assertIn(f"{2 * count} figures compared: 0 better, {count} worse", done.stdout)
        self.assertIn("1000x", done.stdout)
        self.check_width(done.stdout)

    def test_of_a_run_with_itself_finds_nothing(self):
        old = self.write("old.json", self.old)
        done = run("--compare", old, old)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("0 better, 0 worse", done.stdout)
        self.assertNotIn("WARNING", done.stdout)

    def check_refused(self, name, why, *files):
        done = run("--compare", *files)
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertIn(f"{name}: {why}", done.stderr)

    def test_of_what_is_no_document_is_refused(self):
        old = self.write("old.json", self.old)
        missing = str(self.folder / "missing.json")
        self.check_refused(missing, "No such file", old, missing)
        self.check_refused(missing, "No such file", missing, old)
        broken = self.write("broken.json", "{\"tool\": ")
        self.check_refused(broken, "not JSON", broken, old)
        other = self.write("other.json", "{}")
        self.check_refused(other, "not written by arena_bench", old, other)
        former = self.write("former.json", {**self.old, "format": 1})
        self.check_refused(former, "of format 1", old, former)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main(verbosity=2)
