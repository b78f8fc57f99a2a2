#!/usr/bin/env python3
"""examples/grpc_server under the calls of a client in C++ and of one in Python. GRPC_SERVER and GRPC_CLIENT are the
programs."""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import unittest

SERVER, CLIENT = os.environ["GRPC_SERVER"], os.environ["GRPC_CLIENT"]
PYTHON_CLIENT = [sys.executable, "-B", str(pathlib.Path(__file__).with_name("grpc_client.py"))]
CALLS, STREAMS = 10_000, 16
MIB = 1 << 20

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import grpc_client  # noqa: E402  pylint: disable=wrong-import-position


class Server:
    def __init__(self, *options):
        self.process = subprocess.Popen([SERVER, *options], stdout=subprocess.PIPE, text=True)
        first = self.process.stdout.readline()
        self.port = re.fullmatch(r"listening on 127\.0\.0\.1:(\d+)\n", first)[1]

    def run(self, client, *arguments):
        done = subprocess.run([*client, self.port, *map(str, arguments)], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        assert done.returncode == 0, done.stdout

    def usage(self):
        return grpc_client.Ledger(self.port).usage()

    def at_rest(self):
        """Its figures once every arena is back: a client has its answer a little before."""
        for _ in range(2000):
            usage = self.usage()
            if usage.in_use == 0 and usage.waiting == 0:
                break
            time.sleep(0.01)
        return usage

    def resident(self):
        pages = int(pathlib.Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGESIZE")

    def stop(self, how=signal.SIGTERM):
        """What it printed at its end."""
        self.process.send_signal(how)
        output, _ = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, (self.process.returncode, output)
        return output

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()


class grpc_server(unittest.TestCase):
    def serve(self, client):
        """Ten thousand calls, and as many statements over streams; then every arena is back, and each call had one."""
        with Server("--arenas", "512") as server:  # a call's arena comes back a little after its answer
            server.run(client, "calls", CALLS)
            usage = server.at_rest()
            self.assertEqual((usage.in_use, usage.check_outs, usage.refusals), (0, CALLS + STREAMS, 0))
            self.assertLessEqual(usage.made, usage.arenas)
            last = json.loads(server.stop())
            self.assertEqual((last["in_use"], last["check_outs"], last["refusals"]), (0, CALLS + STREAMS, 0))

    def test_ten_thousand_calls_of_a_client_in_cpp(self):
        self.serve([CLIENT])

    def test_ten_thousand_calls_of_a_client_in_python(self):
        self.serve(PYTHON_CLIENT)

    def survive(self, client, *options):
        with Server(*options) as server:
            for _ in range(2):
                server.run(client, "trouble")
            usage = server.at_rest()
            self.assertEqual((usage.in_use, usage.waiting), (0, 0))
            server.run([CLIENT], "calls", 160)
            return server.stop()

    def test_trouble_by_a_client_in_cpp(self):
        self.assertEqual(json.loads(self.survive([CLIENT]))["in_use"], 0)

    def test_trouble_by_a_client_in_python(self):
        self.assertEqual(json.loads(self.survive(PYTHON_CLIENT))["in_use"], 0)

    def test_messages_on_the_heap_are_answered_alike(self):
        self.assertEqual(self.survive([CLIENT], "--heap"), "")
        self.assertEqual(self.survive(PYTHON_CLIENT, "--heap"), "")

    def test_memory_does_not_grow_with_the_calls(self):
        with Server() as server:
            server.run([CLIENT], "calls", 2000)
            before, made = server.resident(), server.at_rest().made
            server.run([CLIENT], "calls", 8000)
            after = server.resident()
            print(f"resident after 2,000 calls {before / MIB:.1f} MiB, after 10,000 {after / MIB:.1f} MiB; "
                  f"arenas made {made}, then {server.at_rest().made}")
            # A page that stays of each call would be 64 MiB.
            self.assertLess(after - before, 8 * MIB)

    def test_more_calls_than_arenas_are_served_from_the_heap(self):
        with Server("--arenas", "2") as server:
            ledger = grpc_client.Ledger(server.port)
            calls = [ledger.summarise.future(ledger.statement(wait_milliseconds=60_000)) for _ in range(2)]
            grpc_client.wait_for(lambda: ledger.usage().in_use == 2)
            server.run([CLIENT], "calls", 2000)
            for call in calls:
                call.cancel()
            usage = server.at_rest()
            self.assertEqual((usage.in_use, usage.made), (0, 2))
            self.assertEqual((usage.check_outs, usage.refusals), (2, 2000 + STREAMS))
            ledger.channel.close()  # else the end waits for it
            server.stop()  # a sanitizer would fail it

    def test_arenas_that_are_too_small_are_helped_out(self):
        code = grpc_client.grpc.StatusCode
        # The first has no room for what a call's holder needs: all is on the heap. The second has none for a first
        # block, and the third none is asked for: what summing up needs on the way doesn't fit.
        for arena, first_block, expected in ((64, 4096, code.OK), (4096, 16_384, code.RESOURCE_EXHAUSTED),
                                             (65_536, 0, code.RESOURCE_EXHAUSTED)):
            with self.subTest(arena=arena), Server("--arena-bytes", str(arena), "--first-block", str(first_block)) as server:
                ledger = grpc_client.Ledger(server.port)
                statement = ledger.statement()
                for _ in range(3):
                    statement.entries.add(account="an account", cents=1)
                self.assertEqual(ledger.summarise(statement).balances[0].entries, 3)
                for number in range(3000):
                    statement.entries.add(account=f"account {number}", cents=1)
                grpc_client.expect(expected, lambda: ledger.summarise(statement))
                self.assertEqual(server.at_rest().in_use, 0)
                ledger.channel.close()
                server.stop()

    def test_a_signal_ends_it_and_the_calls_that_still_wait(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            with Server("--grace", "1") as server:
                ledger = grpc_client.Ledger(server.port)
                slow = ledger.statement(wait_milliseconds=60_000)
                calls = [ledger.summarise.future(slow) for _ in range(4)]
                grpc_client.wait_for(lambda: ledger.usage().waiting == len(calls))
                self.assertEqual(ledger.usage().in_use, len(calls))
                self.assertEqual(json.loads(server.stop(how))["in_use"], 0)
                for call in calls:
                    self.assertIn(call.code(), (grpc_client.grpc.StatusCode.CANCELLED,
                                                grpc_client.grpc.StatusCode.UNAVAILABLE))

    def test_options_that_make_no_sense_are_refused(self):
        for options in (["--port"], ["--port", "x"], ["--port", "65536"], ["--arenas", "-1"], ["--what", "1"],
                        ["--max-message", "1e3"], ["7"]):
            done = subprocess.run([SERVER, *options], text=True, capture_output=True, timeout=60, check=False)
            self.assertEqual((done.returncode, done.stdout), (2, ""), options)
            self.assertTrue(done.stderr.startswith("usage: "), options)
        for options in (["--arenas", "0"], ["--arena-bytes", "0"]):
            done = subprocess.run([SERVER, *options], text=True, capture_output=True, timeout=60, check=False)
            self.assertEqual(done.returncode, 1, options)
            self.assertRegex(done.stderr, "^grpc_server: .+\n$")

    def test_a_port_that_is_taken_is_an_error(self):
        with Server() as server:
            done = subprocess.run([SERVER, "--port", server.port], text=True, capture_output=True, timeout=60, check=False)
            self.assertEqual((done.returncode, done.stdout), (1, ""))


if __name__ == "__main__":
    unittest.main()
