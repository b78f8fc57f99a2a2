#!/usr/bin/env python3
"""ctypes_test LIBRARY LAYOUT: the C interface from Python's ctypes, which knows no header. LAYOUT is the program that
prints the layout, by which the structures declared here are checked.
"""

import ctypes
import errno
import subprocess
import sys
import threading

OK, INVALID_ARGUMENT, EXHAUSTED = 0, 1, 2
LANES_PER_CPU = 1
KEEP_ALL = ctypes.c_size_t(-1).value
MEBIBYTE = 1 << 20

arena_p = ctypes.c_void_p
status_p = ctypes.POINTER(ctypes.c_int32)


class Usage(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in
                "struct_size reserved committed used slack peak lanes budget refused".split()] + [
        ("generation", ctypes.c_uint64), ("refills", ctypes.c_uint64),
        ("pages", ctypes.c_uint32), ("path", ctypes.c_uint32)]


Callback = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
SoftLimitCallback = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(Usage))
PrefaultCallback = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t)


class Options(ctypes.Structure):
    _fields_ = [
        ("struct_size", ctypes.c_size_t), ("capacity", ctypes.c_size_t), ("name", ctypes.c_char_p),
        ("buffer", ctypes.c_void_p), ("buffer_bytes", ctypes.c_size_t), ("shard_count", ctypes.c_size_t),
        ("max_tlab_bytes", ctypes.c_size_t), ("lane_count", ctypes.c_size_t), ("budget", ctypes.c_size_t),
        ("soft_limit", ctypes.c_size_t), ("on_soft_limit", SoftLimitCallback), ("soft_limit_context", ctypes.c_void_p),
        ("prefault_bytes", ctypes.c_size_t), ("on_prefault", PrefaultCallback), ("prefault_context", ctypes.c_void_p),
        ("quarantine", ctypes.c_size_t), ("numa_nodes", ctypes.c_uint64), ("numa", ctypes.c_uint32),
        ("pages", ctypes.c_uint32), ("flags", ctypes.c_uint32), ("reserved", ctypes.c_uint32)]

    def __init__(self, **members):
        super().__init__(struct_size=ctypes.sizeof(Options), **members)


SIGNATURES = {
    "version": (ctypes.c_char_p,),
    "status_text": (ctypes.c_char_p, ctypes.c_int32),
    "create": (arena_p, ctypes.POINTER(Options), status_p),
    "destroy": (None, arena_p),
    "allocate": (ctypes.c_void_p, arena_p, ctypes.c_size_t, ctypes.c_size_t, status_p),
    "deallocate": (None, arena_p, ctypes.c_void_p, ctypes.c_size_t),
    "try_extend": (ctypes.c_bool, arena_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t),
    "on_reset": (ctypes.c_int32, arena_p, Callback, ctypes.c_void_p),
    "reset": (ctypes.c_int32, arena_p, ctypes.c_size_t),
    "trim": (ctypes.c_int32, arena_p, ctypes.c_size_t),
    "set_budget": (ctypes.c_int32, arena_p, ctypes.c_size_t),
    "usage": (ctypes.c_int32, arena_p, ctypes.POINTER(Usage)),
    "capacity": (ctypes.c_size_t, arena_p),
    "used_bytes": (ctypes.c_size_t, arena_p),
    "remaining_bytes": (ctypes.c_size_t, arena_p),
    "generation": (ctypes.c_uint64, arena_p),
    "contains": (ctypes.c_bool, arena_p, ctypes.c_void_p),
    "name": (ctypes.c_char_p, arena_p),
}


def load(path):
    library = ctypes.CDLL(path)
    for name, (result, *arguments) in SIGNATURES.items():
        function = getattr(library, "memory_arena_" + name)
        function.restype, function.argtypes = result, arguments
        setattr(library, name, function)
    return library


def check(condition, what):
    if not condition:
        sys.exit(f"ctypes_test: not so: {what}")


def check_layout(program):
    lines = subprocess.run([program], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    printed = [line for line in lines if line.startswith(("struct memory_arena_options_t", "struct memory_arena_usage_t",
                                                          "member "))]
    mine = []
    for structure, name in ((Options, "memory_arena_options_t"), (Usage, "memory_arena_usage_t")):
        mine.append(f"struct {name} {ctypes.sizeof(structure)} bytes")
        for member, _ in structure._fields_:
            field = getattr(structure, member)
            mine.append(f"member {name}.{member} at {field.offset}, {field.size} bytes")
    check(printed == mine, f"the layout is {mine}, but {printed}")


def check_calls(c, flags):
    status = ctypes.c_int32(-1)
    arena = c.create(Options(capacity=MEBIBYTE, name=b"python", flags=flags), status)
    check(arena and status.value == OK, "create")
    check(c.name(arena) == b"python" and c.capacity(arena) == MEBIBYTE, "name and capacity")

    block = c.allocate(arena, 100, 64, status)
    check(block % 64 == 0 and status.value == OK and c.contains(arena, block), "allocate")
    ctypes.memset(block, 7, 100)
    if flags != LANES_PER_CPU:  # where a thread may change its CPU between two calls
        check(c.try_extend(arena, block, 100, 200), "try_extend")
        check(ctypes.string_at(block, 200) == b"\7" * 100 + b"\0" * 100, "what try_extend adds")
        c.deallocate(arena, block, 200)
        check(c.allocate(arena, 100, 64, None) == block, "what deallocate took back")

    check(c.allocate(arena, 100, 3, status) is None and status.value == INVALID_ARGUMENT, "a bad alignment")
    check(c.allocate(arena, 2 * MEBIBYTE, 8, status) is None and status.value == EXHAUSTED, "exhaustion")
    check(c.allocate(None, 1, 1, status) is None and status.value == INVALID_ARGUMENT, "no arena")

    order = []
    callbacks = [Callback(lambda _, name=name: order.append(name)) for name in "abc"]
    for callback in callbacks:
        check(c.on_reset(arena, callback, None) == OK, "on_reset")
    check(c.reset(arena, KEEP_ALL) == OK and order == ["c", "b", "a"], "the order of callbacks")
    check(c.generation(arena) == 2 and c.used_bytes(arena) == 0, "reset")

    usage = Usage(struct_size=ctypes.sizeof(Usage))
    check(c.usage(arena, usage) == OK and usage.reserved == MEBIBYTE and usage.generation == 2, "usage")
    check(c.trim(arena, 0) == OK and c.usage(arena, usage) == OK and usage.committed == 0, "trim")
    check(c.set_budget(arena, MEBIBYTE // 2) == OK and c.remaining_bytes(arena) == MEBIBYTE // 2, "set_budget")
    c.destroy(arena)


def check_refusals(c):
    status = ctypes.c_int32(0)
    check(c.create(Options(), status) is None and status.value == INVALID_ARGUMENT, "no capacity")
    check(c.create(None, status) is None and status.value == INVALID_ARGUMENT, "no options")
    check(c.version().count(b".") == 2, "version")
    check(c.status_text(-errno.ENOMEM) != c.status_text(EXHAUSTED), "texts")


def check_options(c):
    seen = []
    soft_limit = SoftLimitCallback(lambda _, usage: seen.append(usage.contents.used + usage.contents.slack))
    prefault = PrefaultCallback(lambda _, done, every: seen.append((done, every)))
    arena = c.create(Options(capacity=8 * MEBIBYTE, soft_limit=MEBIBYTE, on_soft_limit=soft_limit,
                             prefault_bytes=MEBIBYTE, on_prefault=prefault), None)
    check(seen and seen[-1] == (MEBIBYTE, MEBIBYTE), "on_prefault")
    check(c.allocate(arena, 2 * MEBIBYTE, 8, None) and seen[-1] >= 2 * MEBIBYTE, "on_soft_limit")
    c.destroy(arena)

    buffer = ctypes.create_string_buffer(64 * 1024)
    arena = c.create(Options(buffer=ctypes.addressof(buffer), buffer_bytes=len(buffer)), None)
    block = c.allocate(arena, 100, 8, None)
    check(0 <= block - ctypes.addressof(buffer) < len(buffer), "buffer")
    c.destroy(arena)


def check_threads(c, flags):
    """ctypes gives up the interpreter's lock during a call: the calls overlap."""
    arena = c.create(Options(capacity=16 * MEBIBYTE, flags=flags), None)
    blocks = [[] for _ in range(4)]

    def work(mine):
        for _ in range(5000):
            mine.append(c.allocate(arena, 64, 8, None))

    threads = [threading.Thread(target=work, args=(mine,)) for mine in blocks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    every = sorted(block for mine in blocks for block in mine)
    check(len(every) == 20000 and all(b - a >= 64 for a, b in zip(every, every[1:])), "blocks of threads")
    c.destroy(arena)


def main():
    library, layout = sys.argv[1:]
    check_layout(layout)
    c = load(library)
    for flags in (0, LANES_PER_CPU):
        check_calls(c, flags)
        check_threads(c, flags)
    check_options(c)
    check_refusals(c)
    print("ctypes_test: all fine")


if __name__ == "__main__":
    main()
