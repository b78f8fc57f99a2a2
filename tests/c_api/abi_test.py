#!/usr/bin/env python3
"""abi_test LIBRARY LAYOUT NM [--write]: is the C interface of the shared LIBRARY what abi.txt says it is? LAYOUT is the
program that prints the layout, NM the tool that lists symbols.

A line that goes, or changes, breaks programs that are there; one that comes may not. --write writes the file anew, for
what was added on purpose.
"""

import difflib
import pathlib
import subprocess
import sys

FILE = pathlib.Path(__file__).with_name("abi.txt")


def output_of(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()


def functions_in(library, nm):
    symbols = (line.split() for line in output_of(nm, "-D", "--defined-only", library))
    return sorted(f"function {name}" for _, kind, name in symbols if kind == "T" and name.startswith("memory_arena_"))


def main():
    library, layout, nm, *write = sys.argv[1:]
    found = functions_in(library, nm) + output_of(layout)
    if write:
        FILE.write_text("\n".join(found) + "\n")
    known = FILE.read_text().splitlines()
    for line in difflib.unified_diff(known, found, "abi.txt", "found", lineterm=""):
        print(line)
    print(f"abi_test: {len(known)} lines known, {len(found)} found")
    return 0 if known == found else 1


if __name__ == "__main__":
    sys.exit(main())
