#!/usr/bin/env python3
"""Bytes from hell: on DNS over UDP and TCP and on the API, seeded; it answers on and grows little."""
import contextlib
import os
import pathlib
import random
import socket
import struct
import time

import lib

SEED = int(os.environ.get("SEED", "20240131"))
UDP_PACKETS, TCP_STREAMS, API_STREAMS = 20_000, 400, 400
GROWTH_MAX = 20 << 20
ZONE = lib.ZONE + """  - {name: loop.example.com, type: CNAME, values: [loop2.example.com.]}
  - {name: loop2.example.com, type: CNAME, values: [loop.example.com.]}
  - {name: "*.wild.example.com", type: TXT, values: ['"w"']}
"""


def name_of(text):
    return b"".join(bytes([len(label)]) + label for label in text.encode().split(b".") if label) + b"\0"


def query(rng, name="ns1.example.com", rtype=1):
    header = struct.pack("!HHHHHH", rng.randrange(65536), 0x0100, 1, 0, 0, 1)
    opt = b"\0" + struct.pack("!HHIH", 41, 1232, 0, 11) + struct.pack("!HHHBB", 8, 7, 1, 24, 0) + b"\xc6\x33\x64"
    return header + name_of(name) + struct.pack("!HH", rtype, 1) + opt


def mangled(rng):
    """A message that is half right: most faults lie just beside what is valid."""
    kind = rng.randrange(6)
    if kind == 0:
        return rng.randbytes(rng.choice((0, 1, 11, 12, 13, 17, 100, 511, 512, 1232, 4096, 65000)))
    names = ("ns1.example.com", "loop.example.com", "a.wild.example.com", "x" * 63 + ".example.com",
             ".".join("y" * 50 for _ in range(4)) + ".example.com", "")
    message = bytearray(query(rng, rng.choice(names), rng.choice((1, 5, 16, 28, 255, 252, 251, 0, 65535))))
    if kind == 1:
        for _ in range(rng.randrange(1, 8)):
            message[rng.randrange(len(message))] = rng.randrange(256)
    elif kind == 2:
        del message[rng.randrange(len(message)):]
    elif kind == 3:
        message[4:12] = rng.randbytes(8)  # counts that lie
    elif kind == 4:
        at = rng.randrange(12, len(message))
        message[at:at] = struct.pack("!H", 0xC000 | rng.randrange(64))  # compression, loops among it
    else:
        message[2:4] = rng.randbytes(2)  # opcodes, responses, flags
    return bytes(message)


def udp_flood(port, rng):
    """All of it, and how many answers came."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(("127.0.0.1", port))
        client.setblocking(False)
        answers = 0
        for _ in range(UDP_PACKETS):
            with contextlib.suppress(OSError):
                client.send(mangled(rng))
            with contextlib.suppress(OSError):
                while client.recv(65535):
                    answers += 1
        return answers


def streams(port, rng, count, make):
    """Many connections that each send something wrong, in pieces, and hang up at any time."""
    for _ in range(count):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 2) as client:
            client.settimeout(0.002)
            data = make(rng)
            cut = rng.randrange(len(data) + 1)
            client.sendall(data[:cut])
            if rng.random() < 0.3:
                client.recv(100)
            client.sendall(data[cut:])
            if rng.random() < 0.5:
                client.shutdown(socket.SHUT_WR)
            if rng.random() < 0.3:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.recv(65536)


def dns_stream(rng):
    data = b""
    for _ in range(rng.randrange(1, 20)):
        message = mangled(rng)
        size = len(message) if rng.random() < 0.7 else rng.randrange(65536)
        data += struct.pack("!H", size) + message
    return data


def http_stream(rng):
    kind = rng.randrange(4)
    if kind == 0:
        return rng.randbytes(rng.randrange(1, 4000))
    text = bytearray(b"PUT /fairway/v1/facts/HealthCheck/default/x?%zz&a=%00 HTTP/1.1\r\nHost: localhost\r\n"
                     b"Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n5\r\nhello\r\n0\r\n\r\n" if kind == 1 else
                     b"GET /fairway/v1/explain?name=ns1.example.com&from=::1&fact=a=b HTTP/1.1\r\nHost: [::1]\r\n\r\n" if kind == 2
                     else b"PUT /fairway/v1/facts/a/b/c HTTP/1.1\r\nHost: localhost\r\nContent-Length: 40\r\n\r\n"
                     + b'{"health": [[[[[{"up": "\\ud800"}]]]]]}   ')
    for _ in range(rng.randrange(0, 6)):
        text[rng.randrange(len(text))] = rng.randrange(256)
    return bytes(text)


def asked(port, tcp=False):
    """Whether a proper question gets its answer."""
    message = query(random.Random(1))
    with contextlib.suppress(OSError):
        if not tcp:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                client.settimeout(1)
                client.connect(("127.0.0.1", port))
                client.send(message)
                return client.recv(4096)[:2] == message[:2]
        with socket.create_connection(("127.0.0.1", port), 1) as client:
            client.sendall(struct.pack("!H", len(message)) + message)
            return client.recv(4096)[2:4] == message[:2]
    return False


def resident(fairway):
    status = pathlib.Path(f"/proc/{fairway.process.popen.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


def many_connections(report, fairway, dns):
    """More than the limit of both shards, all slow: each sends a byte now and then."""
    limit = 1024 * 2
    clients = []
    for _ in range(limit + 400):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", dns))
        clients.append(client)
        if len(clients) % 100 == 0:
            time.sleep(0.01)
    for client in clients:
        with contextlib.suppress(OSError):
            client.send(b"\x01")
    hits, _ = lib.wait_until(lambda: fairway.metric("fairway_limit_hits_total", limit="dns_tcp_connections"), 3)
    report.check("too many TCP connections: counted", hits, hits)
    report.check("UDP is answered meanwhile", asked(dns))
    for client in clients:
        client.close()
    served, took = lib.wait_until(lambda: asked(dns, tcp=True), 5)
    report.check("TCP serves again when they are gone", served, f"{took:.1f} s")


def never_reads(report, fairway, dns):
    """A TCP client that asks and never reads: what waits for it is bounded."""
    message = query(random.Random(2))
    framed = (struct.pack("!H", len(message)) + message) * 500
    clients, before = [], resident(fairway)
    for _ in range(20):
        client = socket.create_connection(("127.0.0.1", dns), 2)
        client.setblocking(False)
        with contextlib.suppress(OSError):
            while True:
                client.send(framed)
        clients.append(client)
    time.sleep(0.2)
    grown = resident(fairway) - before
    report.check("clients that never read cost at most their limit", grown < 20 * (256 << 10) + (4 << 20),
                 f"{grown >> 10} KiB")
    report.check("others are answered meanwhile", asked(dns, tcp=True) and asked(dns))
    for client in clients:
        client.close()


def half_close(report, dns):
    """Asked, then closed for writing: the answers still come."""
    message = query(random.Random(3))
    with socket.create_connection(("127.0.0.1", dns), 2) as client:
        client.sendall((struct.pack("!H", len(message)) + message) * 3)
        client.shutdown(socket.SHUT_WR)
        reply = b""
        while chunk := client.recv(65536):
            reply += chunk
    first = struct.unpack("!H", reply[:2])[0] if len(reply) > 2 else 0
    report.check("three pipelined questions and a half close: three answers", first and len(reply) == 3 * (first + 2),
                 len(reply))


with lib.Report() as report, lib.workdir() as folder:
    rng = random.Random(SEED)
    print(f"seed {SEED}")
    lib.write(folder / "manifests", {"zone.yaml": ZONE})
    with lib.Fairway(folder / "manifests", folder, "--workers", "2") as fairway:
        report.check("it answers", asked(fairway.dns) and asked(fairway.dns, tcp=True))
        half_close(report, fairway.dns)
        # Once round first: pools and allocator arenas find their size.
        streams(fairway.dns, rng, 20, dns_stream)
        streams(fairway.api, rng, 20, http_stream)
        before = resident(fairway)
        answers = udp_flood(fairway.dns, rng)
        report.check("malformed UDP: some get an error, it answers on", answers > 100 and asked(fairway.dns), answers)
        streams(fairway.dns, rng, TCP_STREAMS, dns_stream)
        report.check("malformed TCP: it answers on", asked(fairway.dns, tcp=True))
        streams(fairway.api, rng, API_STREAMS, http_stream)
        report.check("malformed HTTP: it answers on", fairway.is_ready())
        grown = resident(fairway) - before
        report.check("memory grew by less than 20 MiB", grown < GROWTH_MAX, f"{grown >> 10} KiB")
        never_reads(report, fairway, fairway.dns)
        many_connections(report, fairway, fairway.dns)
        fds = len(list(pathlib.Path(f"/proc/{fairway.process.popen.pid}/fd").iterdir()))
        gone, _ = lib.wait_until(lambda: len(list(pathlib.Path(
            f"/proc/{fairway.process.popen.pid}/fd").iterdir())) < 60, 5)
        report.check("connections that are gone leave no descriptor", gone, fds)
        code, log = fairway.stop()
        report.check("never a crash: SIGTERM ends it with 0", code == 0 and "bug:" not in log, f"{code} {log[-500:]}")
        report.check("the log did not drown", len(log) < 200_000, len(log))
