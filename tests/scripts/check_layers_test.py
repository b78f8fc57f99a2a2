#!/usr/bin/env python3
"""Every rule of scripts/check_layers is seen to fail on a violation planted into a small clean tree."""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "check_layers"

DETAIL = "include/memory_arena/detail/"

# A tree that breaks no rule, with what looks like violations in comments and literals.
CLEAN = {
    "include/memory_arena.hpp": "#pragma once\n#include <memory_arena/allocator.hpp>\n",
    "include/memory_arena/allocator.hpp": "#pragma once\n#include <memory_arena/arena.hpp>\n",
    "include/memory_arena/arena.hpp": """#pragma once
// #if 0, __attribute__((cold)), #include <unistd.h>, friend class stranger;
/* #ifdef __SANITIZE_THREAD__
   asm("nop") */
#include <cstddef>
#include <memory_arena/detail/lane.hpp>
class neighbour { int value; };
class arena {
    friend class neighbour;
    friend bool operator==(const arena& a, const arena& b) { return &a == &b; }
    friend bool operator<(const arena&, const arena&) = default;
    static constexpr long size = 1'000'000;  // 'asm'
    static constexpr char quote = '"';
    static constexpr const char* text = "asm __builtin_trap __asan_poison";
    static constexpr const char* raw = R"x(
#if "__tsan_acquire" )" friend class stranger; )x";
};
""",
    "include/memory_arena/rapidjson.hpp":
        "#pragma once\n#include <rapidjson/document.h>\n#include <memory_arena/arena.hpp>\n",
    DETAIL + "lane.hpp": "#pragma once\n#include <memory_arena/detail/compiler.hpp>\n",
    DETAIL + "compiler.hpp": """#pragma once
#if defined(__GNUC__)
#define COLD __attribute__((cold))
#endif
#pragma GCC diagnostic push
inline void pin() { asm(""); __builtin_trap(); }
""",
    DETAIL + "exceptions.hpp": "#pragma once\n#ifdef __cpp_exceptions\n#endif\n",
    DETAIL + "version.hpp": "#pragma once\n#if 1\n#endif\n",
    DETAIL + "rseq_area.hpp": "#pragma once\n#include <sys/rseq.h>\n",
    DETAIL + "sanitizer.hpp": """#pragma once
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif
""",
    "include/memory_arena/memory_arena.h": """#pragma once
#include <stddef.h>
#ifdef __cplusplus
#endif
#define API __attribute__((visibility("default")))
""",
    "src/c_api/calls.cpp": "#include <memory_arena/memory_arena.h>\n",
    "src/arena/arena.cpp": '#include <memory_arena/arena.hpp>\n#include "shards/shard.hpp"\n',
    "src/shards/shard.hpp": '#pragma once\n#include "reserve/reserve.hpp"\n',
    "src/reserve/reserve.hpp": '#pragma once\n#include "os/pages.hpp"\n',
    "src/os/pages.hpp": "#pragma once\n#include <cstddef>\n",
    "src/os/pages.cpp": '#include "os/pages.hpp"\n#include <sys/mman.h>\n#include <cerrno>\n#if 1\n#endif\n',
}


def check(tree):
    """What the script says of this tree: its exit status and its lines."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in tree.items():
            file = pathlib.Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-B", str(SCRIPT), folder], text=True, capture_output=True, check=False)
        return done.returncode, done.stdout.splitlines()


class check_layers_test(unittest.TestCase):
    def test_a_clean_tree_passes(self):
        self.assertEqual(check(CLEAN), (0, []))

    def test_an_empty_tree_fails(self):
        self.assertNotEqual(check({"README.md": ""})[0], 0)

    def assert_found(self, path, planted, rule, line=None):
        """With `planted` at the end of `path`, exactly one violation is found: of this rule, where it was planted."""
        before = CLEAN.get(path, "#pragma once\n" if path.endswith(".hpp") else "")
        status, lines = check({**CLEAN, path: before + planted})
        line = before.count("\n") + 1 if line is None else line
        self.assertEqual((status, len(lines)), (1, 1), (planted, lines))
        self.assertRegex(lines[0], rf"^{re.escape(path)}:{line}: {rule}: .")

    def test_rank(self):
        self.assert_found("src/shards/shard.hpp", "#include <memory_arena/arena.hpp>\n", "rank")
        self.assert_found(DETAIL + "align.hpp", "#include <memory_arena/detail/lane.hpp>\n", "rank")
        self.assert_found("src/arena/fill.cpp", "#include <memory_arena/allocator.hpp>\n", "rank")
        self.assert_found("src/lanes/fill.cpp", "#include <memory_arena.hpp>\n", "rank")
        self.assert_found("src/arena/fill.cpp", "#include <memory_arena/memory_arena.h>\n", "rank")

    def test_every_file_has_a_rank(self):
        self.assert_found("src/misc/file.hpp", "", "rank", line=1)
        self.assert_found("src/file.cpp", "", "rank", line=1)
        self.assert_found("include/memory_arena/misc/file.hpp", "", "rank", line=1)

    def test_include_never_includes_src(self):
        self.assert_found("include/memory_arena/arena.hpp", '#include "shards/shard.hpp"\n', "private")

    def test_other_libraries(self):
        self.assert_found("include/memory_arena/arena.hpp", "#include <rapidjson/document.h>\n", "library")
        self.assert_found("include/memory_arena/allocator.hpp", "#include <google/protobuf/arena.h>\n", "library")
        self.assert_found("include/memory_arena/rapidjson.hpp", "#include <nlohmann/json.hpp>\n", "library")
        self.assert_found("src/os/pages.cpp", "#include <boost/json/value.hpp>\n", "library")
        self.assert_found("include/memory_arena/rapidjson.hpp", "#include <protobuf/arena.h>\n", "system")
        self.assert_found("include/memory_arena.hpp", "#include <memory_arena/rapidjson.hpp>\n", "rank")

    def test_includes_of_ours_exist(self):
        self.assert_found("src/arena/arena.cpp", '#include "nowhere.hpp"\n', "missing")
        self.assert_found("src/arena/arena.cpp", "#include <memory_arena/nowhere.hpp>\n", "missing")
        self.assert_found("src/shards/other.cpp", '#include "shard.hpp"\n', "missing")

    def test_cycle(self):
        tree = {**CLEAN,
                "src/shards/a.hpp": '#pragma once\n#include "shards/b.hpp"\n',
                "src/shards/b.hpp": '#pragma once\n#include "shards/a.hpp"\n'}
        status, lines = check(tree)
        self.assertEqual((status, len(lines)), (1, 1))
        self.assertIn("cycle: src/shards/a.hpp -> src/shards/b.hpp -> src/shards/a.hpp", lines[0])
        self.assert_found("src/shards/self.hpp", '#include "shards/self.hpp"\n', "cycle")

    def test_system_headers(self):
        for name in ("sys/mman.h", "unistd.h", "linux/rseq.h", "pthread.h", "sched.h", "errno.h", "cerrno",
                     "csignal", "immintrin.h"):
            self.assert_found("src/shards/shard.hpp", f"#include <{name}>\n", "system")
        self.assert_found(DETAIL + "compiler.hpp", "#include <unistd.h>\n", "system")

    def test_conditionals(self):
        for planted in ("#if 1\n#endif\n", "#ifdef X\n#endif\n", "  # ifndef X\n#endif\n"):
            self.assert_found("src/arena/arena.cpp", planted, "if")
        status, lines = check({**CLEAN, "src/arena/arena.cpp": "#if 1\n#elif 2\n#endif\n"})
        self.assertEqual((status, len(lines)), (1, 2))

    def test_compiler(self):
        for planted in ("__attribute__((cold)) void f();\n", "[[gnu::cold]] void f();\n",
                        "[[nodiscard, clang::noinline]] int f();\n", 'void f() { asm(""); }\n',
                        'void f() { __asm__(""); }\n', "void f() { __builtin_trap(); }\n",
                        "#pragma GCC optimize 3\n", "/* // */ void g() { __builtin_trap(); }\n"):
            self.assert_found("include/memory_arena/arena.hpp", planted, "compiler")
        self.assert_found(DETAIL + "sanitizer.hpp", "void f() { __builtin_trap(); }\n", "compiler")

    def test_sanitizer_names(self):
        for planted in ("int x = __SANITIZE_THREAD__;\n", "int x = __has_feature(thread_sanitizer);\n",
                        "void f() { __asan_poison_memory_region(0, 0); }\n", "void f() { __tsan_acquire(0); }\n",
                        "void f() { __msan_unpoison(0, 0); }\n", "#include <sanitizer/asan_interface.h>\n"):
            self.assert_found("src/arena/arena.cpp", planted, "sanitizer")
            self.assert_found(DETAIL + "compiler.hpp", planted, "sanitizer")

    def test_guard(self):
        for header in (DETAIL + "align.hpp", "include/memory_arena/memory_arena.h"):
            status, lines = check({**CLEAN, header: "#include <cstddef>\n"})
            self.assertEqual((status, lines), (1, [header + ":1: guard: a header starts with #pragma once"]))

    def test_friends(self):
        for planted in ("class x { friend class stranger; };\n", "class x { friend stranger; };\n",
                        "class x { friend void peek(x&); };\n",
                        "template <class T> class x { template <class U> friend class x_peer; };\n"):
            self.assert_found("include/memory_arena/arena.hpp", planted, "friend")

    def test_length(self):
        path = "src/arena/long.cpp"
        self.assertEqual(check({**CLEAN, path: "\n" * 400}), (0, []))
        self.assert_found(path, "\n" * 401, "length", line=401)


if __name__ == "__main__":
    unittest.main()
