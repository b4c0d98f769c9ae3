#!/usr/bin/env python3
"""Sockets and the process around them: addresses, inheritance, privileges, state, signals."""
import json
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import sys
import time

import lib

ZONE = lib.ZONE + """  - {name: www.example.com, type: A, values: [%s]}
"""


def dig(server, port, *options, name="www.example.com"):
    done = subprocess.run(["dig", f"@{server}", "-p", str(port), name, "A", "+short", "+time=2", "+tries=1", *options],
                          capture_output=True, text=True, check=False)
    return done.stdout.split()


def run_up(manifests, folder, *options, **extra):
    """`fairway up` that is expected to end by itself."""
    return subprocess.run([lib.FAIRWAY, "up", manifests, "--state", folder / "other", *options],
                          capture_output=True, text=True, check=False, timeout=10, **extra)


def addresses(report, manifests, folder):
    six, any4, any6 = lib.free_port("127.0.0.1"), lib.free_port(), lib.free_port()
    with lib.Fairway(manifests, folder, "--dns", f"[::1]:{six}", "--dns", f"0.0.0.0:{any4}", "--dns",
                     f"[::]:{any6}") as fairway:
        for what, server, port in (("IPv4", "127.0.0.1", fairway.dns), ("IPv6", "::1", six),
                                   ("the wildcard, asked at 127.0.0.9", "127.0.0.9", any4),
                                   ("the IPv6 wildcard, asked at ::1", "::1", any6)):
            # dig takes an answer from the address that it asked only.
            report.check(f"{what}: UDP", dig(server, port) == ["192.0.2.1"])
            report.check(f"{what}: TCP", dig(server, port, "+tcp") == ["192.0.2.1"])
        report.check("an address that was not given is not served", "192.0.2.1" not in dig("127.0.0.9", fairway.dns))
        for option, taken in (("--dns", fairway.dns), ("--dns", any4), ("--api", fairway.api)):
            rest = ["--api", f"127.0.0.1:{lib.free_port()}"] if option == "--dns" else \
                   ["--dns", f"127.0.0.1:{lib.free_port()}"]
            done = run_up(manifests, folder, option, f"127.0.0.1:{taken}", *rest)
            report.check(f"a taken {option} address: exit 2 with option, address, holder",
                         done.returncode == 2 and option in done.stderr and f"127.0.0.1:{taken}" in done.stderr and
                         f"pid {fairway.process.popen.pid}" in done.stderr, f"{done.returncode} {done.stderr}")
        done = run_up(manifests, folder, "--dns", f"127.0.0.1:{lib.free_port()}", "--api", f"127.0.0.1:{lib.free_port()}",
                      "--state", folder / "fairway-state")
        report.check("a state folder in use: exit 2", done.returncode == 2 and "--state" in done.stderr, done.stderr)
        report.check("it still answers", dig("127.0.0.1", fairway.dns) == ["192.0.2.1"])


def any_port(report, manifests, folder):
    """Port 0: the kernel chooses one for UDP and TCP; the log tells which."""
    process = lib.Process([lib.FAIRWAY, "up", manifests, "--dns", "127.0.0.1:0", "--api", "127.0.0.1:0", "--state",
                           folder / "zero"], folder / "zero.log")
    lib.wait_until(lambda: "api.listening" in process.text() or process.popen.poll() is not None, 5)
    told = re.findall(r"event=dns.listening address=127.0.0.1:(\d+) transport=(\w+)", process.text())
    ports = {port for port, _ in told}
    report.check("--dns with port 0: one port for UDP and TCP", len(told) == 2 and len(ports) == 1, process.text())
    port = next(iter(ports), "1")
    report.check("and it answers there", dig("127.0.0.1", port) == ["192.0.2.1"] and
                 dig("127.0.0.1", port, "+tcp") == ["192.0.2.1"], process.text())
    process.stop()


def inherited(report, manifests, folder):
    """Sockets by LISTEN_FDS: questions sent before it runs are answered by it."""
    port, api = lib.free_port(), lib.free_port()
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", port))
    tcp = socket.create_server(("127.0.0.1", port))
    control = socket.create_server(("127.0.0.1", api))
    question = struct.pack("!HHHHHH", 7, 0, 1, 0, 0, 0) + b"\3www\7example\3com\0\0\1\0\1"
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.settimeout(8)
    client.connect(("127.0.0.1", port))
    client.send(question)
    # As systemd-socket-activate does: descriptors from 3 on, and the pid that they are for.
    code = ("import fcntl, os, sys\n"
            "high = [fcntl.fcntl(int(fd), fcntl.F_DUPFD, 50) for fd in sys.argv[1].split(',')]\n"
            "[os.dup2(fd, 3 + i, inheritable=True) for i, fd in enumerate(high)]\n"
            "os.environ['LISTEN_PID'] = str(os.getpid()); os.environ['LISTEN_FDS'] = str(len(high))\n"
            "os.execv(sys.argv[2], sys.argv[2:])\n")
    fds = [udp.fileno(), tcp.fileno(), control.fileno()]
    process = lib.Process(
        [sys.executable, "-c", code, ",".join(map(str, fds)), lib.FAIRWAY, "up", manifests, "--dns",
         f"127.0.0.1:{port}", "--api", f"127.0.0.1:{api}", "--state", folder / "inherited", "--workers", "2"],
        folder / "inherited.log", pass_fds=fds)
    try:
        reply = client.recv(4096)
    except OSError as error:
        reply = str(error).encode()
    report.check("an inherited socket: what was asked before is answered", reply[:2] == question[:2], process.text())
    report.check("and over TCP", dig("127.0.0.1", port, "+tcp") == ["192.0.2.1"], process.text())
    report.check("many times, with two workers on one socket",
                 all(dig("127.0.0.1", port, *options) == ["192.0.2.1"] for options in [[], ["+tcp"]] * 4))
    report.check("and the API", lib.connects("127.0.0.1", api))
    code = process.stop()
    report.check("it ends with 0", code == 0, process.text())
    for one in (udp, tcp, control, client):
        one.close()


def privileges(report, fairway, folder):
    status = pathlib.Path(f"/proc/{fairway.process.popen.pid}/status").read_text()
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    if os.getuid() == 0:
        nobody = subprocess.run(["id", "-u", "nobody"], capture_output=True, text=True, check=True).stdout.strip()
        report.check("started as root it runs as nobody", set(fields["Uid"].split()) == {nobody}, fields["Uid"])
        report.check("with no other group", set(fields["Groups"].split()) <= set(fields["Gid"].split()), fields["Groups"])
    report.check("no capability", int(fields["CapEff"], 16) == 0 and int(fields["CapPrm"], 16) == 0, fields["CapEff"])
    report.check("and none to be had", fields["NoNewPrivs"].strip() == "1", status)
    threads = {path.read_text().split("Uid:\t")[1].split("\n")[0]
               for path in pathlib.Path(f"/proc/{fairway.process.popen.pid}/task").glob("*/status")}
    report.check("every thread", len(threads) == 1, threads)
    state = folder / "fairway-state"
    report.check("the state folder is its own, mode 0700", state.stat().st_mode & 0o777 == 0o700, oct(state.stat().st_mode))
    if os.getuid() == 0:
        done = run_up(folder / "manifests", folder, "--user", "no-such-user", "--dns", f"127.0.0.1:{lib.free_port()}",
                      "--api", f"127.0.0.1:{lib.free_port()}")
        report.check("an unknown --user: exit 2", done.returncode == 2 and "no-such-user" in done.stderr, done.stderr)


def signals(report, fairway, folder):
    pid = fairway.process.popen.pid
    before = fairway.metric("fairway_config_reloads_total")
    os.kill(pid, signal.SIGHUP)
    again, _ = lib.wait_until(lambda: fairway.metric("fairway_config_reloads_total") > before, 2)
    report.check("SIGHUP reloads", again)
    lib.write(folder / "manifests", {"zone.yaml": ZONE % "192.0.2.2"})
    moved, took = lib.wait_until(lambda: fairway.dig("www.example.com") == ["192.0.2.2"], 3)
    report.check("a rename is seen without a signal", moved and took < 1, f"{took:.2f} s")
    # A TCP client that holds on: drained, and then ended.
    client = socket.create_connection(("127.0.0.1", fairway.dns))
    question = struct.pack("!HHHHHH", 7, 0, 1, 0, 0, 0) + b"\3www\7example\3com\0\0\1\0\1"
    client.sendall(struct.pack("!H", len(question)) + question)
    report.check("a TCP client is answered", len(client.recv(4096)) > 12)
    slow = socket.create_connection(("127.0.0.1", fairway.dns))
    slow.sendall(b"\0")
    start = time.monotonic()
    code, log = fairway.stop()
    took = time.monotonic() - start
    report.check("SIGTERM with TCP clients connected: exit 0 in at most 5 s", code == 0 and took < 5.5,
                 f"{code} {took:.1f} s {log[-300:]}")
    client.settimeout(1)
    report.check("they see an end, not a reset", client.recv(100) == b"")
    client.close()
    slow.close()


def state_survives(report, fairway, folder):
    """What was accepted is served again, though the document has gone bad since."""
    lib.write(folder / "manifests", {"zone.yaml": "kind: ["})
    fairway.start()
    report.check("started with a document gone bad: its last good version answers",
                 fairway.dig("www.example.com") == ["192.0.2.2"], fairway.dig("www.example.com"))
    text = json.dumps(fairway.status()["diagnostics"])
    report.check("and status says so", "zone.yaml" in text, text)
    report.check("stopped at once by SIGINT", fairway.stop(2)[0] == 0)


with lib.Report() as report, lib.workdir() as folder:
    lib.need("dig")
    manifests = folder / "manifests"
    lib.write(manifests, {"zone.yaml": ZONE % "192.0.2.1"})
    addresses(report, manifests, folder)
    any_port(report, manifests, folder)
    inherited(report, manifests, folder)
    with lib.Fairway(manifests, folder) as fairway:
        privileges(report, fairway, folder)
        signals(report, fairway, folder)
        state_survives(report, fairway, folder)
