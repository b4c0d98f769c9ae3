#!/usr/bin/env python3
"""Failover seen in DNS answers: from the moment a region's backends fail to the first other answer.

examples/three-regions on one nginx, checks every 250 ms; a client of eu asks every 2 ms. Each trial
kills eu at a random moment of the interval, then revives it. Prints a table for bench/RESULTS.md.
failover.py [--trials N]
"""
import argparse
import contextlib
import os
import pathlib
import random
import signal
import socket
import statistics
import struct
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "scenario"))
import lib  # noqa: E402

EU, US = lib.REGIONS["eu"], lib.REGIONS["us"]
NAME = b"".join(bytes([len(label)]) + label for label in (b"shop", b"example", b"com")) + b"\0"
EU_SUBNET = struct.pack(">HHHBB3s", 8, 7, 1, 24, 0, bytes([198, 51, 100]))  # RFC 7871
QUERY = (struct.pack(">HHHHHH", 1, 0, 1, 0, 0, 1) + NAME + struct.pack(">HH", 1, 1)
         + struct.pack(">BHHIH", 0, 41, 1232, 0, len(EU_SUBNET)) + EU_SUBNET)
CASES = {  # title: (unhealthyThreshold, what happens to the backends)
    "HTTP 503, 1 failure is down": (1, "503"),
    "no answer (its nginx stopped), 1 failure is down": (1, "silence"),
    "HTTP 503, 2 failures are down (as the example ships)": (2, "503"),
}


def answer(udp):
    udp.send(QUERY)
    reply = udp.recv(4096)
    at = reply.index(NAME) + len(NAME) + 4 + 12  # the first answer's rdata
    return socket.inet_ntoa(reply[at:at + 4])


def seconds_until(udp, address, start):
    while time.monotonic() - start < 10:
        if answer(udp) == address:
            return time.monotonic() - start
        time.sleep(0.002)
    sys.exit(f"answers did not move to {address}")


def send_all(master, what):
    workers = pathlib.Path(f"/proc/{master}/task/{master}/children").read_text().split()
    for pid in [master, *map(int, workers)]:
        os.kill(pid, what)


def trial(udp, eu, fault):
    time.sleep(1 + random.random() / 4)  # anywhere in the interval of the checks
    start = time.monotonic()
    eu.kill("eu") if fault == "503" else send_all(eu.process.popen.pid, signal.SIGSTOP)
    lost = seconds_until(udp, US, start)
    time.sleep(random.random() / 4)
    start = time.monotonic()
    eu.revive("eu") if fault == "503" else send_all(eu.process.popen.pid, signal.SIGCONT)
    return lost, seconds_until(udp, EU, start)


def measure(title, threshold, fault, trials):
    def faster(_, text):
        return text.replace("unhealthyThreshold: 2", f"unhealthyThreshold: {threshold}")

    others = {name: address for name, address in lib.REGIONS.items() if name != "eu"}
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(lib.workdir())
        alone = folder / "eu"
        alone.mkdir(mode=0o755)
        eu = stack.enter_context(lib.Backends(alone, {"eu": EU}))
        stack.enter_context(lib.Backends(folder, others, eu.port))
        fairway = stack.enter_context(lib.Fairway(lib.three_regions(folder, eu, faster), folder))
        udp = stack.enter_context(socket.socket(type=socket.SOCK_DGRAM))
        udp.settimeout(2)
        udp.connect(("127.0.0.1", fairway.dns))
        results = [trial(udp, eu, fault) for _ in range(trials)]
    cells = [f"{statistics.median(times):.2f} [{min(times):.2f}-{max(times):.2f}]" for times in zip(*results)]
    print(f"| {title} | {' | '.join(cells)} |", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=10)
    trials = parser.parse_args().trials
    print(f"seconds until answers move, median [min-max] of {trials} trials; interval 250 ms, timeout 200 ms\n")
    print("| fault | away | back (2 successes) |\n|---|---|---|")
    for title, (threshold, fault) in CASES.items():
        measure(title, threshold, fault, trials)


main()
