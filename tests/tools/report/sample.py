"""Makes documents as arena_bench writes them, of invented figures: sample.py KIND > document.json.

KINDS names what there is. The figures are plausible, and always the same for one kind.
"""

import json
import math
import random
import statistics
import sys

BACKENDS = [
    # name, label, thread safe, ours, how slow it is next to the arena
    ("arena", "memory_arena::arena, shared by all threads", True, True, 1.0),
    ("cpu_arena", "memory_arena::cpu_arena, one lane a CPU", True, True, 1.2),
    ("malloc", "malloc and free of the C library", True, False, 14.0),
    ("new_delete", "operator new and delete", True, False, 15.0),
    ("sync_pool", "std::pmr::synchronized_pool_resource", True, False, 170.0),
    ("pool", "std::pmr::unsynchronized_pool_resource", False, False, 24.0),
    ("monotonic", "std::pmr::monotonic_buffer_resource", False, False, 1.3),
    ("mutex_monotonic", "std::pmr::monotonic_buffer_resource behind a std::mutex", True, False, 21.0),
    ("jemalloc", "jemalloc 5.3", True, False, 9.0),
    ("tcmalloc", "tcmalloc of gperftools 2.10", True, False, 7.0),
    ("mimalloc", "mimalloc 2.0", True, False, 5.0),
    ("tbb_scalable", "scalable_malloc of oneTBB", True, False, 8.0),
    ("tbb_pool", "tbb::memory_pool", True, False, 19.0),
    ("protobuf", "google::protobuf::Arena", True, False, 3.4),
    ("obstack", "obstack of the C library", False, False, 1.8),
]

SIZES = [8 << step for step in range(18)]
THREADS = [1, 2, 3, 4, 6, 8]
ARENAS = [1, 2, 4, 8, 16]
TIMED = ("cold", "warm")

HOSTILE = """</script><b>bold</b><script>document.title = "taken"</script> <!-- "quoted" 'too' & \u2028\u2029 {{data}}"""


def size_label(size):
    for unit, scale in (("MiB", 1 << 20), ("KiB", 1 << 10)):
        if size >= scale:
            return f"{size // scale} {unit}"
    return f"{size} B"


def at(name, unit, value, label=None):
    return {"name": name, "unit": unit, "value": value, "label": label or f"{value} {unit}".strip()}


def joined(names):
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


class maker:
    def __init__(self, backends, seed=7):
        self.random = random.Random(seed)
        self.backends = [each for each in BACKENDS if each[0] in backends]
        self.rows = []
        self.workloads = []

    def workload(self, name, summary, notes=(), expects_loss=False):
        self.workloads.append({"name": name, "summary": summary, "expects_loss": expects_loss, "notes": list(notes)})

    def cell(self, name, median, noise, count):
        samples = [median * math.exp(self.random.gauss(0, noise)) for _ in range(count)]
        middle = statistics.median(samples)
        ordered = sorted(samples)
        cut = 0 if count < 6 else count // 4
        return {"backend": name, "median": middle, "low": ordered[cut], "high": ordered[-1 - cut],
                "spread": statistics.median(abs(each - middle) for each in samples),
                "min": ordered[0], "max": ordered[-1], "samples": samples, "to_arena": 1.0, "compared": ""}

    def row(self, workload, figure, unit, state, slowness, base, where=None, noise=0.02, count=15):
        cells = [self.cell(name, base * slowness(name, slow), noise, count)
                 for name, _, safe, _, slow in self.backends if slowness(name, slow) is not None]
        if not cells:
            return
        compare(cells)
        self.rows.append({"workload": workload, "figure": figure, "unit": unit, "state": state, "at": where,
                          "verdict": verdict(cells), "cells": cells})


def compare(cells):
    arena = next((each for each in cells if each["backend"] == "arena"), None)
    for each in cells:
        if arena is None:
            each["to_arena"] = None
        elif each is arena:
            each["compared"] = "baseline"
        else:
            each["to_arena"] = each["median"] / arena["median"] if arena["median"] else None
            each["compared"] = compared(each, arena)


def compared(each, arena):
    if abs(each["median"] - arena["median"]) <= 0.1 * arena["median"]:
        return "same"
    if each["low"] <= arena["high"] and arena["low"] <= each["high"]:
        return "noisy"
    return "better" if each["median"] < arena["median"] else "worse"


def verdict(cells):
    ordered = sorted(cells, key=lambda each: each["median"])
    best = ordered[0]
    if len(cells) == 1:
        return {"kind": "alone", "backends": [best["backend"]], "text": f"only {best['backend']} was measured"}
    close = [each["backend"] for each in ordered if each["median"] <= 1.1 * best["median"]]
    if len(close) > 1:
        return {"kind": "tie", "backends": close, "text": f"{joined(close)} within 10 %"}
    second = ordered[1]
    if best["high"] >= second["low"]:
        return {"kind": "noisy", "backends": [], "text": "too noisy to name a winner"}
    times = second["median"] / best["median"] if best["median"] else 0
    return {"kind": "winner", "backends": [best["backend"]],
            "text": f"{best['backend']}, {times:.1f} times as fast as {second['backend']}"}


def usual(_name, slow):
    return slow


def fill(made, wanted):
    """Every workload that is wanted, in the order of the program."""
    safe = {name for name, _, is_safe, _, _ in BACKENDS if is_safe}

    def shared(name, slow):
        return slow if name in safe else None

    def gentle(name, slow):
        return slow ** 0.35 if name in safe else None

    def reversed_(name, slow):
        return {"malloc": 0.42, "mimalloc": 0.3, "jemalloc": 0.35, "arena": 1.0}.get(name, 0.3 + slow ** 0.2)

    if "contention" in wanted:
        made.workload("contention", "8 threads make small objects in one arena at once, and drop them all",
                      ["16 MiB of objects a round.", "All threads start together."])
        for state, base in (("cold", 2.7), ("warm", 0.54)):
            made.row("contention", "time", "ns/object", state, shared, base)
        for state, base in (("cold", 4.5), ("warm", 0.98)):
            made.row("contention", "CPU time", "ns/object", state, shared, base)
        made.row("contention", "instructions", "instructions", "counted", shared, 17, count=1)
    if "pressure" in wanted:
        made.workload("pressure", "one thread works beside a large heap that lives on",
                      ["A million objects of malloc's live meanwhile."])
        for figure, base in (("time", 2.8), ("CPU time", 2.8), ("one allocation, p50", 10), ("one allocation, p99", 10.5),
                             ("one allocation, max", 48000)):
            noise = 0.25 if figure.endswith("max") else 0.02
            unit = "ns" if "allocation" in figure else "ns/object"
            for state, scale in (("cold", 7), ("warm", 1)):
                made.row("pressure", figure, unit, state,
                         lambda name, slow: slow ** 0.1 if figure.endswith("max") else slow ** 0.7, base * scale,
                         noise=noise)
    if "index" in wanted:
        made.workload("index", "an inverted index of real text, built by several threads, asked, and dropped",
                      ["41 MiB of text in 3,112 files.", "Vectors that grow leave their old storage behind in an arena."])
        for figure, base in (("build, ask, drop", 630), ("the drop alone", 0.0016)):
            for state, scale in (("cold", 1.2), ("warm", 1)):
                made.row("index", figure, "ms", state,
                         gentle if base > 1 else lambda name, slow: shared(name, slow) and slow ** 4, base * scale)
        made.row("index", "peak memory", "MiB", "counted",
                 lambda name, slow: shared(name, slow) and (1 if slow < 2 else 0.6), 367, count=3)
        made.row("index", "page faults", "faults", "counted", gentle, 91000, noise=0.001, count=3)
    if "sizes" in wanted:
        made.workload("sizes", "one size after the other, 8 B to 1 MiB, one thread", ["16 MiB of blocks a round."])
        for state, scale in (("cold", 5), ("warm", 1)):
            for size in SIZES:
                # Beyond 64 KiB the arena's own bookkeeping shows: there it loses to monotonic.
                big = max(0.0, math.log2(size / 65536))
                made.row("sizes", "time", "ns/block", state,
                         lambda name, slow: slow * (0.8 ** big if name == "monotonic" else 1.3 ** (big * (slow > 4))),
                         scale * (1.1 + (size / 4096) ** 0.6), at("block size", "B", size, size_label(size)),
                         noise=0.03)
    if "threads" in wanted:
        made.workload("threads", "the same work by 1 to 8 threads", ["Eight threads share two cores here."])
        for state, scale in (("cold", 4), ("warm", 1)):
            for threads in THREADS:
                made.row("threads", "time", "ns/object", state,
                         lambda name, slow: shared(name, slow * (threads ** 0.5 if slow > 18 else 1)),
                         scale * (1.2 / min(threads, 2)),
                         at("threads", "", threads, f"{threads} thread{'s' * (threads > 1)}"), noise=0.06)
    if "alternating" in wanted:
        made.workload("alternating", "one object from each of 1 to 16 arenas in turn")
        for count in ARENAS:
            made.row("alternating", "time", "ns/object", "warm",
                     lambda name, slow: slow ** 0.6 if name in ("arena", "cpu_arena", "monotonic", "protobuf") else None,
                     1.0 + 0.1 * math.log2(count), at("arenas", "", count), noise=0.2 if count == 8 else 0.01)
    if "churn" in wanted:
        made.workload("churn", "arenas are made, used a little and ended, again and again")
        made.row("churn", "time", "us", "warm", lambda name, slow: 1 / slow ** 0.2, 3.4)
    if "reset" in wanted:
        made.workload("reset", "what it costs to end 1 to 1,000,000 objects at once")
        for count in [10 ** power for power in range(7)]:
            made.row("reset", "time", "ns", "warm", lambda name, slow: 1 if slow < 2 else slow * count / 3 + 2, 9.5,
                     at("objects", "", count, f"{count:,}"))
    if "first_touch" in wanted:
        made.workload("first_touch", "the first write to every page of fresh memory")
        made.row("first_touch", "time", "ns/page", "cold", lambda name, slow: slow ** 0.04, 1400, noise=0.04)
        made.row("first_touch", "page faults", "faults", "counted", lambda name, slow: 1, 4096, noise=0, count=1)
    if "json" in wanted:
        made.workload("json", "a document is parsed into a tree, read, and dropped", ["The document has 2.1 MiB."])
        for state, scale in (("cold", 1.6), ("warm", 1)):
            made.row("json", "parse, read, drop", "ms", state, lambda name, slow: slow ** 0.4, 12 * scale)
    if "requests" in wanted:
        made.workload("requests", "requests that come at random, each with an arena of its own to answer from")
        for state, scale in (("cold", 2), ("warm", 1)):
            for value, base in ((50, 11), (90, 14), (99, 31), (99.9, 120), (99.99, 900)):
                made.row("requests", "latency", "us", state, lambda name, slow: slow ** 0.3, base * scale,
                         at("percentile", "%", value, f"p{value}"), noise=0.02 + value / 1500)
    if "memtable" in wanted:
        made.workload("memtable", "a sorted table in memory takes writes until it is full, and is written out")
        for state, scale in (("cold", 1.5), ("warm", 1)):
            made.row("memtable", "fill and flush", "ms", state, gentle, 210 * scale, noise=0.09)
    if "lifo" in wanted:
        made.workload("lifo", "each block is freed before the next one is made",
                      ["A heap hands the same block out again; an arena moves on. Take a heap for this."], True)
        for state, scale in (("cold", 3), ("warm", 1)):
            made.row("lifo", "time", "ns/block", state, reversed_, 9 * scale)
    if "mixed_lifetimes" in wanted:
        made.workload("mixed_lifetimes", "a tenth of the objects lives on while the rest dies",
                      ["An arena keeps everything until its reset: what died still takes room."], True)
        made.row("mixed_lifetimes", "peak memory", "MiB", "counted", lambda name, slow: reversed_(name, slow) ** 1.5, 512,
                 count=3)
        made.row("mixed_lifetimes", "time", "ns/object", "warm", lambda name, slow: 0.8 + slow ** 0.2, 12, noise=0.2)


ALL = ["contention", "pressure", "index", "sizes", "threads", "alternating", "churn", "reset", "first_touch", "json",
       "requests", "memtable", "lifo", "mixed_lifetimes"]


def document(backends=None, workloads=None, **changes):
    backends = backends or [each[0] for each in BACKENDS]
    made = maker(backends)
    fill(made, workloads or ALL)
    whole = {
        "format": 2, "tool": "arena_bench", "effort": "demo", "partial": False, "seconds": 812.3,
        "date": "2026-11-23T05:00:00Z",
        "asked": {"workloads": workloads or [], "backends": [], "quick": False, "input": "/usr/include"},
        "machine": {"processor": "Example Processor 9000 with 2 Cores", "cores": 2, "memory": "24 GiB",
                    "kernel": "Linux 6.18.0 x86_64", "transparent_huge_pages": "madvise", "c_library": "glibc 2.36"},
        "build": {"compiler": "GCC 12.2.0", "type": "Release", "flags": "-O2 -DNDEBUG", "commit": "d63bef5",
                  "optimised": True},
        "clock": {"name": "rdtsc, fenced", "resolution_ns": 10.0, "overhead_ns": 20.0},
        "instructions_by": "callgrind",
        "backends": [{"name": name, "label": label, "thread_safe": safe, "ours": ours}
                     for name, label, safe, ours, _ in made.backends],
        "skipped": [{"backend": "rpmalloc", "why": "not found when this program was configured"}],
        "workloads": made.workloads,
        "summary": ["Many small objects that die together cost 0.54 ns each here, 5.0 times less than with the next best.",
                    "Dropping them all takes 10 ns, however many there are.",
                    "Where objects die one by one, and in any order, a heap is the better choice."],
        "rows": made.rows,
        "checksums": [{"workload": each["name"], "backend": name, "checksum": "00000000deadbeef"}
                      for each in made.workloads for name, *_ in made.backends],
    }
    whole.update(changes)
    return whole


def partial():
    """As after Ctrl-C: a sweep ends early, a row misses backends, and what comes later isn't there."""
    whole = document(workloads=["contention", "sizes", "threads"], partial=True)
    kept = [row for row in whole["rows"]
            if row["workload"] == "contention" or row["at"]["value"] <= (64 if row["state"] == "warm" else 8)]
    for row in kept[1:2]:
        row["cells"] = [each for each in row["cells"] if each["backend"] in ("malloc", "mimalloc")]
        for each in row["cells"]:
            each.update(to_arena=None, compared="")
        row["verdict"] = verdict(row["cells"])
    return {**whole, "rows": [row for row in kept if row["workload"] != "threads"]}


def hostile():
    """Every text that a user's machine can choose is an attempt to be HTML."""
    whole = document(backends=["arena", "malloc", "monotonic"], workloads=["contention", "sizes"])
    text = json.dumps(whole)
    for word in ("Example Processor 9000 with 2 Cores", "16 MiB of blocks a round.", "GCC 12.2.0", "/usr/include",
                 "malloc and free of the C library", "Dropping them all takes 10 ns, however many there are.",
                 "one size after the other, 8 B to 1 MiB, one thread", "not found when this program was configured"):
        text = text.replace(word, json.dumps(word + HOSTILE)[1:-1])
    # The program's own names need no such care today, and may need it tomorrow.
    for word in ("monotonic", "contention", "time", "64 KiB", "ns/block"):
        text = text.replace(json.dumps(word), json.dumps(word + ' </script>"><b>'))
    return json.loads(text)


def zeros():
    """A clock of 10 ns says 0 of what takes less."""
    whole = document(backends=["arena", "malloc", "monotonic", "mimalloc"], workloads=["pressure", "requests"])
    for row in whole["rows"]:
        for each in row["cells"]:
            if each["backend"] == "monotonic":
                each.update(median=0, low=0, high=0, spread=0, min=0, max=0, samples=[0] * 15, to_arena=0)
        row["verdict"] = {"kind": "noisy", "backends": [], "text": "below the clock's resolution"}
    return whole


KINDS = {
    "full": document,
    "partial": partial,
    "hostile": hostile,
    "zeros": zeros,
    "only_the_arena": lambda: document(backends=["arena"], effort="quick"),
    "unoptimised": lambda: document(backends=["arena", "malloc"], workloads=["churn"],
                                    build={"compiler": "GCC 12.2.0", "type": "Debug", "flags": "-O0", "commit": "d63bef5",
                                           "optimised": False}),
    "nothing": lambda: document(workloads=["none"], partial=True, summary=[], checksums=[], skipped=[]),
}


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in KINDS:
        sys.exit(f"usage: sample.py {'|'.join(KINDS)}")
    json.dump(KINDS[sys.argv[1]](), sys.stdout, indent=1)


if __name__ == "__main__":
    main()
