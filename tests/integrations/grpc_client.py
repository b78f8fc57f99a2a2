#!/usr/bin/env python3
"""grpc_client.py PORT calls N | PORT trouble: as grpc_client, and by what the server says of itself alone.

It has nothing that was made of the .proto file: the messages come from the server, by reflection.
"""

import random
import sys
import threading
import time

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

STREAMS = 16
SERVICE = "ledger.Ledger"


def classes(pool, *names):
    factory = message_factory.MessageFactory(pool)
    return [factory.GetPrototype(pool.FindMessageTypeByName(name)) for name in names]


def reflection_messages():
    """What of grpc.reflection.v1alpha is needed here."""
    field = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="reflection.proto", package="grpc.reflection.v1alpha",
                                              syntax="proto2")

    def add(message, *fields):
        made = file.message_type.add(name=message)
        for name, number, kind, label in fields:
            its = made.field.add(name=name, number=number, label=label)
            if isinstance(kind, str):
                its.type, its.type_name = field.TYPE_MESSAGE, ".grpc.reflection.v1alpha." + kind
            else:
                its.type = kind

    one, many = field.LABEL_OPTIONAL, field.LABEL_REPEATED
    add("Request", ("file_containing_symbol", 4, field.TYPE_STRING, one), ("list_services", 7, field.TYPE_STRING, one))
    add("Files", ("file_descriptor_proto", 1, field.TYPE_BYTES, many))
    add("Service", ("name", 1, field.TYPE_STRING, one))
    add("Services", ("service", 1, "Service", many))
    add("Response", ("files", 4, "Files", one), ("services", 6, "Services", one))
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return classes(pool, "grpc.reflection.v1alpha.Request", "grpc.reflection.v1alpha.Response")


class Ledger:
    """The service, as the server describes it."""

    def __init__(self, port):
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=[
            ("grpc.use_local_subchannel_pool", 1), ("grpc.max_send_message_length", -1)])
        grpc.channel_ready_future(self.channel).result(timeout=30)  # an attempt may fail: see grpc_client.cpp
        request, response = reflection_messages()
        reflect = self.channel.stream_stream(
            "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
            request_serializer=request.SerializeToString, response_deserializer=response.FromString)
        asked = [request(list_services="*"), request(file_containing_symbol=SERVICE)]
        services, files = reflect(iter(asked), timeout=60)
        names = [service.name for service in services.services.service]
        assert SERVICE in names, names
        pool = descriptor_pool.DescriptorPool()
        for file in files.files.file_descriptor_proto:
            pool.AddSerializedFile(file)
        self.statement, self.summary, usage, reply = classes(
            pool, "ledger.Statement", "ledger.Summary", "ledger.UsageRequest", "ledger.UsageReply")
        self.summarise = self.channel.unary_unary(
            f"/{SERVICE}/Summarise", self.statement.SerializeToString, self.summary.FromString)
        self.summarise_bytes = self.channel.unary_unary(f"/{SERVICE}/Summarise")
        self.follow_bytes = self.channel.stream_stream(f"/{SERVICE}/Follow")
        self.follow = self.channel.stream_stream(
            f"/{SERVICE}/Follow", self.statement.SerializeToString, self.summary.FromString)
        ask_usage = self.channel.unary_unary(f"/{SERVICE}/Usage", usage.SerializeToString, reply.FromString)
        self.usage = lambda: ask_usage(usage(), timeout=60)

    def random_statement(self, source):
        result = self.statement()
        for _ in range(source.choice([1, 2, 5, 20])):
            entry = result.entries.add(account=f"account {source.randrange(20)}" + source.choice(["", " " * 20]),
                                       cents=source.randrange(-50_000, 50_000))
            cause = source.randrange(3)
            if cause == 0:
                entry.sale.items = source.randrange(9)
            elif cause == 1:
                entry.transfer.other_account = f"account {source.randrange(20)}"
        return result

    @staticmethod
    def check(statement, summary):
        expected = {}

        def book(account, cents, items):
            before = expected.get(account, (0, 0, 0))
            expected[account] = (before[0] + cents, before[1] + 1, before[2] + items)

        for entry in statement.entries:
            book(entry.account, entry.cents, entry.sale.items)
            if entry.HasField("transfer"):
                book(entry.transfer.other_account, -entry.cents, 0)
        found = [(each.account, (each.cents, each.entries, each.items)) for each in summary.balances]
        assert found == sorted(expected.items()), (statement, summary)


def make_calls(port, calls):
    def one_by_one(index):
        service, source = Ledger(port), random.Random(index)
        for _ in range(calls // STREAMS):
            statement = service.random_statement(source)
            service.check(statement, service.summarise(statement, timeout=60))

    def in_a_stream(index):
        service, source = Ledger(port), random.Random(index)
        statements = [service.random_statement(source) for _ in range(calls // STREAMS)]
        answers = list(service.follow(iter(statements), timeout=200))
        assert len(answers) == len(statements)
        entries = 0
        for number, (statement, answer) in enumerate(zip(statements, answers), 1):
            entries += len(statement.entries)
            service.check(statement, answer)
            assert (answer.statements, answer.entries) == (number, entries), answer

    failed = []

    def guarded(work, index):
        try:
            work(index)
        except BaseException as error:  # whatever it is, it has to be seen outside the thread
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(work, index))
               for index in range(STREAMS) for work in (one_by_one, in_a_stream)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def code_of(call):
    try:
        call()
    except grpc.RpcError as error:
        return error.code()
    return grpc.StatusCode.OK


def expect(expected, call):
    found = code_of(call)
    assert found in (expected if isinstance(expected, tuple) else (expected,)), (found, expected)


def wait_for(condition):
    while not condition():  # ctest knows how long is too long
        time.sleep(0.005)


def make_trouble(port):
    service, code = Ledger(port), grpc.StatusCode
    statement = service.statement

    def entry(account, **more):
        made = statement(**more)
        made.entries.add(account=account, cents=1)
        return made

    expect(code.OK, lambda: service.summarise(entry("a")))
    expect(code.INVALID_ARGUMENT, lambda: service.summarise(entry("")))
    expect(code.RESOURCE_EXHAUSTED, lambda: service.summarise(entry("x" * (1 << 20))))
    expect(code.RESOURCE_EXHAUSTED, lambda: list(service.follow(iter([entry("x" * (1 << 20))]))))
    expect(code.UNIMPLEMENTED, lambda: service.channel.unary_unary(f"/{SERVICE}/Nothing")(b""))

    # What is no message of any kind, and messages that end too soon. gRPC 1.51 says UNIMPLEMENTED of them.
    whole = entry("an account with a long name").SerializeToString()
    for bad in [b"\xff" * 100, b"\x0a\xff\xff\xff\xff\x0f", whole[:-1], whole[:3], b"\x0b", b"\x0a\x02\x0a\x05"] * 50:
        expect((code.INTERNAL, code.UNIMPLEMENTED), lambda bad=bad: service.summarise_bytes(bad))
        # In a stream the server learns no more than that nothing could be read: as at the stream's end.
        assert not list(service.follow_bytes(iter([bad])))

    slow = entry("a", wait_milliseconds=60_000)
    expect(code.DEADLINE_EXCEEDED, lambda: service.summarise(slow, timeout=0.05))
    wait_for(lambda: service.usage().waiting == 0)
    calls = [service.summarise.future(slow) for _ in range(8)]
    wait_for(lambda: service.usage().waiting == len(calls))
    for call in calls:
        call.cancel()
        assert call.cancelled()
    wait_for(lambda: service.usage().waiting == 0)

    go_on = threading.Event()

    def statements():
        yield entry("a")
        go_on.wait()

    stream = service.follow(statements())
    next(stream)
    stream.cancel()
    expect(code.CANCELLED, lambda: next(stream))
    go_on.set()
    expect(code.OK, lambda: service.summarise(entry("a")))


def main():
    port, command, *more = sys.argv[1:]
    if command == "calls":
        make_calls(port, int(more[0]))
    else:
        make_trouble(port)


if __name__ == "__main__":
    main()
