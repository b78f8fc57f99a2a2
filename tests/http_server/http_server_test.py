#!/usr/bin/env -S python3 -B
"""http_server_test.py SERVER: asks that server what its users, and those who wish it ill, would ask."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = sys.argv.pop(1)
ON_HEAP = PROGRAM.endswith("on_heap")
SANITIZED = "HTTP_SERVER_IS_SANITIZED" in os.environ
REQUESTS = 10000 if SANITIZED else 100000
MIB = 1 << 20


class server:
    """A context: the server on a free port. At its end it is stopped, and has to end well."""

    def __init__(self, *options):
        self.process = subprocess.Popen([PROGRAM, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.port = int(re.fullmatch(r"listening on port (\d+), memory: (\w+)\n", line)[1])

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        out, errors = self.process.communicate(timeout=60)
        if kind is None and (self.process.returncode != 0 or out != "stopped\n" or errors != ""):
            raise AssertionError(f"ended with {self.process.returncode}: {out}{errors}")

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def curl(self, path, *options):
        """(status, body)"""
        done = subprocess.run(
            ["curl", "--silent", "--show-error", "--max-time", "60", "--write-out", "\n%{http_code}", *options, self.url(path)],
            capture_output=True, text=True)
        body, status = done.stdout.rsplit("\n", 1)
        return int(status), body

    def post(self, document):
        """The status of the answer."""
        text = document.encode()
        with self.connect() as connection:
            connection.sendall(b"POST /parse HTTP/1.1\r\nContent-Type: application/json\r\nConnection: close\r\n"
                               b"Content-Length: %d\r\n\r\n%s" % (len(text), text))
            return int(read_all(connection).split(b" ", 2)[1])

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def figures(self):
        """Name and labels -> value, of /metrics."""
        status, text = self.curl("/metrics")
        assert status == 200, text
        return {line.rsplit(" ", 1)[0]: int(line.rsplit(" ", 1)[1]) for line in text.splitlines() if not line.startswith("#")}

    def answers(self):
        return sum(value for name, value in self.figures().items() if name.startswith("http_server_answers_total"))

    def resident(self):
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def read_all(connection):
    """Until the other side ends it."""
    text = b""
    while piece := connection.recv(65536):
        text += piece
    return text


class an_answer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = server("--body", str(2 * MIB), "--memory", str(64 * MIB)).__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__(None)

    def check(self, expected, path, *options):
        status, body = self.server.curl(path, *options)
        self.assertEqual(status, 200, body)
        self.assertEqual(json.loads(body), expected)

    def check_status(self, expected, path, *options):
        status, body = self.server.curl(path, *options)
        self.assertEqual(status, expected, body)
        return body

    def test_to_healthz(self):
        self.assertEqual(self.server.curl("/healthz"), (200, "ok\n"))

    def test_to_parse_of_a_query(self):
        self.check({"count": 3, "fields": [["a", "1"], ["b c", "ü&="], ["a", ""]]}, "/parse?a=1&b+c=%C3%BC%26%3d&&a")
        self.check({"count": 0, "fields": []}, "/parse")

    def test_to_parse_of_a_form(self):
        self.check({"count": 2, "fields": [["name", "Ada"], ["born", "1815"]]}, "/parse", "--data", "name=Ada&born=1815")

    def test_to_parse_of_json(self):
        document = {"a": [1, 2.5, "drei", None, True], "b": {"c": {}}}
        self.check({"values": 9, "json": document}, "/parse", "--json", json.dumps(document))

    def test_to_parse_of_much(self):
        fields = [[f"field{i}", "x" * (i % 50)] for i in range(20000)]
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("&".join("=".join(each) for each in fields))
            file.flush()
            self.check({"count": len(fields), "fields": fields}, "/parse", "--data-binary", f"@{file.name}")
            self.check({"count": len(fields), "fields": fields}, "/parse", "--data-binary", f"@{file.name}",
                       "--header", "Transfer-Encoding: chunked")

    def test_to_sum(self):
        self.check({"n": 1000, "sum": 500500}, "/sum?n=1000")
        self.check({"n": 0, "sum": 0}, "/sum?n=0")
        self.check({"n": 1000000, "sum": 500000500000}, "/sum?x=5&n=1000000")

    def test_to_metrics(self):
        before = self.server.answers()
        self.check_status(404, "/none")
        figures = self.server.figures()
        self.assertGreaterEqual(self.server.answers(), before + 2)
        self.assertGreaterEqual(figures['http_server_answers_total{status="4xx"}'], 1)
        body = self.check_status(200, "/metrics")
        self.assertTrue(body.endswith("# EOF\n"), body[-200:])
        self.assertEqual(body.count("# EOF"), 1)
        if not ON_HEAP:
            self.assertIn('memory_arena_used_bytes{arena="http_request"', body)
            self.assertEqual(figures['http_server_arenas{state="in_use"}'], 1)  # that of /metrics itself
        promtool = shutil.which("promtool")
        if promtool:
            done = subprocess.run([promtool, "check", "metrics"], input=body.replace("# EOF\n", ""), capture_output=True, text=True)
            self.assertNotIn("error while linting", done.stderr)

    def test_to_nonsense_says_what_is_wrong(self):
        self.check_status(404, "/")
        self.check_status(404, "/parser")
        self.check_status(405, "/sum?n=1", "--request", "DELETE")
        self.check_status(405, "/healthz", "--data", "x")
        for path in ("/sum", "/sum?n=", "/sum?n=-1", "/sum?n=1x", "/sum?n=1000001", "/sum?n=99999999999999999999", "/sum?n=%4"):
            self.check_status(400, path)
        for path in ("/parse?a=%", "/parse?a=%4", "/parse?%zz=1"):
            self.check_status(400, path)
        for text in ("", "{", "[1,]", "{\"a\":}", "[1] [2]", "[" * 100):
            self.check_status(400, "/parse", "--json", text)

    def check_raw(self, expected, request):
        with self.server.connect() as connection:
            connection.sendall(request)
            answer = read_all(connection)
        self.assertTrue(answer.startswith(b"HTTP/1.1 %d" % expected), answer)

    def test_to_what_is_no_http_is_400(self):
        self.check_raw(400, b"HELO example\r\n\r\n")
        self.check_raw(400, b"\x00\xff\x16\x03\x01 nonsense\r\n\r\n")
        self.check_raw(400, b"GET / HTTP/1.1\r\nno colon here\r\n\r\n")
        self.check_raw(400, b"POST /parse HTTP/1.1\r\nContent-Length: twelve\r\n\r\n")
        self.check_raw(400, b"POST /parse HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")

    def test_to_too_much_is_413_and_431(self):
        with tempfile.NamedTemporaryFile() as file:
            file.truncate(10 * MIB)
            self.check_status(413, "/parse", "--data-binary", f"@{file.name}")
            self.check_status(413, "/parse", "--data-binary", f"@{file.name}", "--header", "Expect:")
            self.check_status(413, "/parse", "--data-binary", f"@{file.name}", "--header", "Transfer-Encoding: chunked")
        self.check_status(431, "/healthz", "--header", "X-Large: " + "x" * 10000)

    def test_comes_for_each_of_many_requests_on_one_connection(self):
        with self.server.connect() as connection:
            # Pipelined: all at once, the last one ends it.
            ask = b"GET /sum?n=%d HTTP/1.1\r\nHost: x\r\n%s\r\n"
            connection.sendall(b"".join(ask % (n, b"Connection: close\r\n" if n == 99 else b"") for n in range(100)))
            answers = read_all(connection)
        self.assertEqual([int(sum) for sum in re.findall(rb'"sum":(\d+)', answers)], [n * (n + 1) // 2 for n in range(100)])

    def test_goes_out_in_pieces_to_who_reads_late(self):
        with self.server.connect() as connection:
            body = b"a=" + b"x" * MIB
            connection.sendall(b"POST /parse HTTP/1.1\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            time.sleep(0.2)
            answer = read_all(connection)
        self.assertEqual(json.loads(answer.split(b"\r\n\r\n", 1)[1])["count"], 1)


class a_connection(unittest.TestCase):
    def test_stays_in_step_after_head(self):
        with server() as its:
            for path, status in ((b"/healthz", b"200"), (b"/nothing", b"404"), (b"/parse?a=1", b"200")):
                with its.connect() as connection:
                    connection.sendall(b"HEAD %s HTTP/1.1\r\n\r\nGET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n" % path)
                    head, rest = read_all(connection).split(b"\r\n\r\n", 1)
                self.assertTrue(head.startswith(b"HTTP/1.1 " + status), head)
                self.assertRegex(head, b"Content-Length: [1-9]")
                self.assertTrue(rest.startswith(b"HTTP/1.1 200"), rest)

    def test_says_which_methods_there_are(self):
        with server() as its, its.connect() as connection:
            connection.sendall(b"DELETE /parse HTTP/1.1\r\nConnection: close\r\n\r\n")
            answer = read_all(connection)
            self.assertIn(b" 405 ", answer)
            self.assertIn(b"Allow: GET, HEAD, POST\r\n", answer)

    def test_of_http_1_0_is_not_told_to_continue(self):
        with server() as its, its.connect() as connection:
            connection.sendall(b"POST /parse HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\na=1")
            self.assertIn(b" 200 ", read_all(connection).split(b"\r\n")[0])


class who_misbehaves(unittest.TestCase):
    def test_by_being_slow_is_cut_off_and_others_are_served(self):
        with server("--patience", "1") as its, its.connect() as header, its.connect() as body:
            header.sendall(b"GET /heal")
            body.sendall(b"POST /parse HTTP/1.1\r\nContent-Length: 100\r\n\r\nname=")
            self.assertEqual(its.curl("/healthz")[0], 200)
            self.assertEqual(read_all(header), b"")
            self.assertEqual(read_all(body), b"")
            self.assertEqual(its.curl("/healthz")[0], 200)

    def test_by_going_away_leaves_nothing(self):
        with server() as its:
            for text in (b"G", b"GET /parse HTTP/1.1\r\n", b"POST /parse HTTP/1.1\r\nContent-Length: 100\r\n\r\nname=",
                         b"GET /sum?n=100000 HTTP/1.1\r\n\r\n"):
                for _ in range(20):
                    with its.connect() as connection:
                        connection.sendall(text)
            self.assertEqual(its.curl("/healthz")[0], 200)
            if not ON_HEAP:
                while its.figures()['http_server_arenas{state="in_use"}'] != 1:  # that of /metrics itself
                    pass

    def test_by_holding_all_arenas_has_others_told_to_come_later(self):
        if ON_HEAP:
            self.skipTest("malloc has no such bound")
        with server("--requests", "1") as its, its.connect() as holder:
            holder.sendall(b"POST /parse HTTP/1.1\r\nContent-Length: 3\r\n\r\na")
            while its.curl("/healthz")[0] != 503:
                pass
            holder.sendall(b"=1")
            self.assertIn(b'"count":1', holder.recv(65536))
            while its.curl("/healthz")[0] != 200:  # the answer is there before the arena is back
                pass

    def test_by_asking_for_more_than_an_arena_has_is_413_and_may_go_on(self):
        if ON_HEAP:
            self.skipTest("malloc has no such bound")
        with server("--memory", str(4 * MIB), "--body", "65536") as its, its.connect() as connection:
            for path, expected in ((b"/sum?n=1000000", b"413"), (b"/sum?n=1000", b"200"), (b"/sum?n=1000000", b"413")):
                connection.sendall(b"GET %s HTTP/1.1\r\n\r\n" % path)
                self.assertIn(expected, connection.recv(65536).split(b"\r\n")[0])


    def test_by_a_document_that_fills_its_arena_is_413(self):
        if ON_HEAP:
            self.skipTest("malloc has no such bound")
        with server("--memory", str(4 * MIB), "--body", "1000000") as its:
            for count in range(20000, 44000, 1000):  # somewhere the arena is full to the last bytes
                self.assertIn(its.post("[" + '{"":0},' * count + "0]"), (200, 413), count)
            self.assertEqual(its.post("[]"), 200)

    def test_by_a_body_larger_than_its_arena_is_413(self):
        if ON_HEAP:
            self.skipTest("malloc has no such bound")
        with server("--memory", str(MIB // 4)) as its:
            self.assertEqual(its.post("x" * 300_000), 413)

    def test_by_what_no_limit_of_the_body_counts_is_cut_off(self):
        start = b"POST /parse HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        for flood in (b"3;a=" + b"x" * MIB, b"0\r\n" + b"X: yyy\r\n" * (MIB // 8)):
            with server() as its:
                before = its.resident()
                with its.connect() as connection, self.assertRaises(OSError):
                    connection.sendall(start + flood)
                    for _ in range(64):
                        connection.sendall(flood[-MIB:])
                if not SANITIZED:
                    self.assertLess(its.resident() - before, 16 * MIB)


class a_stop(unittest.TestCase):
    def test_ends_idle_connections_and_refuses_new_ones(self):
        with server() as its, its.connect() as idle:
            idle.sendall(b"GET /healthz HTTP/1.1\r\n\r\n")
            self.assertIn(b"ok", idle.recv(65536))
            its.process.send_signal(signal.SIGTERM)
            self.assertEqual(read_all(idle), b"")
            its.process.wait(60)

    def test_lets_what_has_begun_be_answered(self):
        if ON_HEAP:
            self.skipTest("it doesn't say what has begun")
        with server() as its, its.connect() as busy:
            busy.sendall(b"POST /parse HTTP/1.1\r\nContent-Length: 3\r\n\r\na")
            while its.figures()['http_server_arenas{state="in_use"}'] != 2:
                pass
            its.process.send_signal(signal.SIGINT)
            with self.assertRaises(OSError):
                while True:
                    its.connect().close()
            busy.sendall(b"=1")
            answer = read_all(busy)
            self.assertIn(b'"count":1', answer)
            self.assertIn(b"Connection: close", answer)


@unittest.skipUnless(shutil.which("wrk"), "wrk isn't here")
class under_load(unittest.TestCase):
    def load(self, its, requests):
        """At least so many, on 64 connections."""
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "requests.lua")
        begin = its.answers()
        while its.answers() - begin < requests:
            done = subprocess.run(["wrk", "--threads", "2", "--connections", "64", "--duration", "1s", "--script", script,
                                   its.url("/")], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotIn("Non-2xx", done.stdout)

    def test_memory_stays_the_same(self):
        with server() as its:
            self.load(its, REQUESTS // 4)
            before = its.resident()
            self.load(its, REQUESTS)
            after = its.resident()
            if not SANITIZED:  # which keeps what was freed, to find its use
                self.assertLess(after - before, 8 * MIB, f"{before} bytes before, {after} after")
            if not ON_HEAP:
                figures = its.figures()
                self.assertEqual(figures['http_server_arenas{state="in_use"}'], 1)
                self.assertGreaterEqual(figures["http_server_check_outs_total"], REQUESTS)
                self.assertLessEqual(figures['http_server_arenas{state="made"}'], 66)


if __name__ == "__main__":
    unittest.main(verbosity=2)
