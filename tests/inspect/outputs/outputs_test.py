"""Has others read what to_json, to_open_metrics and to_svg write: outputs_test.py PATH/TO/print_outputs."""

import json
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree
from pathlib import Path

PROGRAM = ""

BAD = "\ufffd"
NAMES = [  # as outputs/print_outputs.cpp has them, with what is no UTF-8 replaced byte by byte
    "requests", "requests", "",
    'quote " backslash \\ newline \n tab \t bell \a null \0 delete \x7f',
    '<&>" ü 汉 🧠',
    f"cut off {BAD * 2}, overlong {BAD * 2}, surrogate {BAD * 3}, alone {BAD}, no {BAD}",
    "U+FFFF \uffff, U+0085 \x85", "cpus", "untouched",
]



def run(output_format):
    return subprocess.run([PROGRAM, output_format], capture_output=True, check=True, timeout=60).stdout


def documents(output_format):
    rest, result = run(output_format), []
    while rest:
        length, rest = rest.split(b"\n", 1)
        result.append(rest[:int(length)].decode("utf-8"))  # strict
        rest = rest[int(length):]
    return result


def printable(name):
    return re.sub("[\x00-\x1f\x7f-\x9f\ufffe\uffff]", BAD, name)


class text(unittest.TestCase):
    def test_has_the_five_figures_and_no_control_characters(self):
        for document, name in zip(documents("text"), NAMES, strict=True):
            self.assertEqual(printable(document.replace("\n", "")), document.replace("\n", ""))
            if name:
                self.assertIn(f'"{printable(name)}"', document)
            for word in ("used", "slack", "committed", "peak", "reserved"):
                self.assertRegex(document, rf"(?m)^  {word} .* [0-9,]+ ")


class json_objects(unittest.TestCase):
    def test_say_exactly_what_there_is(self):
        found = [json.loads(document) for document in documents("json")]
        self.assertEqual([one["name"] for one in found], NAMES)
        for one in found[:-1]:
            usage = one["usage"]
            # 104 bytes for each of 1,000 blocks; a cpu_arena's begin on 16 bytes, some past its lanes.
            self.assertGreaterEqual(usage["used"], 1000 * (100 + 50))
            self.assertEqual(usage["used"] + usage["slack"], one["frontier"])
            self.assertEqual(usage["generation"], 2)
            lanes = sum(lane["used"] for lane in one["lanes"])
            direct = sum(shard["direct_bytes"] for shard in one["shards"])
            self.assertEqual(lanes + direct, usage["used"])
            self.assertEqual(len(one["shards"]), 64)
            self.assertEqual(one["capacity"], 1 << 20)
        self.assertEqual([one["is_cpu_arena"] for one in found], [name == "cpus" for name in NAMES])
        self.assertEqual(found[-1]["lanes"], [])


class pictures(unittest.TestCase):
    def test_are_xml_with_a_title_and_a_description(self):
        names = {"svg": "http://www.w3.org/2000/svg"}
        for document, name in zip(documents("svg"), NAMES, strict=True):
            root = xml.etree.ElementTree.fromstring(document)
            self.assertEqual(root.get("role"), "img")
            self.assertIn(printable(name), root.find("svg:title", names).text)
            self.assertIn("used or kept", root.find("svg:desc", names).text)


class open_metrics(unittest.TestCase):
    def promtool(self, *arguments, given):
        # Not skipped where it is missing: scripts/install_dependencies installs it.
        return subprocess.run(
            ["promtool", *arguments], input=given, capture_output=True, text=True, timeout=60)

    def setUp(self):
        self.text = run("open_metrics").decode("utf-8")
        self.samples = [line for line in self.text.splitlines() if not line.startswith("#")]

    def test_are_read_by_the_parser_of_prometheus(self):
        # It wants times, which a scrape doesn't.
        timed = "".join(line + ("\n" if line.startswith("#") else " 1.0\n")
                        for line in self.text.splitlines())
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "metrics"
            source.write_text(timed, encoding="utf-8")
            done = self.promtool("tsdb", "create-blocks-from", "openmetrics", str(source),
                                 str(Path(folder) / "blocks"), given="")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertRegex(done.stdout, rf" {len(self.samples)} ")  # none was taken for another's

    def test_have_nothing_that_promtool_complains_about(self):
        # It reads the older format, in which a counter's description has its samples' name.
        counters = re.findall(r"(?m)^# TYPE (\S+) counter$", self.text)
        older = self.text
        for name in counters:
            older = re.sub(rf"(?m)^# (TYPE|HELP) {name} ", rf"# \1 {name}_total ", older)
        done = self.promtool("check", "metrics", given=older)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))
        self.assertEqual(len(counters), 2)

    def test_keep_the_rules_of_names_and_units(self):
        self.assertTrue(self.text.endswith("\n# EOF\n"))
        self.assertEqual(self.text.count("# EOF"), 1)
        series = [line.rsplit(" ", 1)[0] for line in self.samples]
        self.assertEqual(len(series), len(set(series)))
        described = {}
        for line in self.text.splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                self.assertNotIn(name, described)
                described[name] = kind
            elif line.startswith("# UNIT "):
                _, _, current, unit = line.split(" ")
                self.assertEqual(current, name)
                self.assertTrue(name.endswith("_" + unit))
            elif line.startswith("# HELP "):
                self.assertEqual(line.split(" ")[2], name)
            elif line != "# EOF":
                expected = name + ("_total" if described[name] == "counter" else "")
                self.assertEqual(line.split("{")[0], expected)
        self.assertIn('memory_arena_reserved_bytes{arena="requests",number="0"} 1048576', self.samples)
        self.assertIn('memory_arena_reserved_bytes{arena="requests",number="1"} 1048576', self.samples)
        self.assertIn('memory_arena_resets_total{arena="cpus",number="0"} 1', self.samples)
        self.assertIn(r'arena="quote \" backslash \\ newline \n tab ', self.text)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main(verbosity=2)
