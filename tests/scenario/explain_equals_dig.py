#!/usr/bin/env python3
"""explain's exact shares are what dig gets over many queries: chi-square, p > 1e-6; and under a fixed
seed with stickiness the answers are the same byte for byte."""
import collections
import json
import math
import socket
import struct

import lib

lib.need("dig")
POLICY = """apiVersion: fairway.dev/v1alpha1
kind: TrafficPolicy
metadata: {name: shop, namespace: default}
spec:
  hostnames: [shop.example.com]
  ttl: 5
  stickiness: %s
  root: split
  nodes:
  - name: split
    select: {op: weight}
    children: [{node: a, weight: 5}, {node: b, weight: 3}, {node: many, weight: 2}, {node: dead, weight: 9}]
  - {name: a, leaf: {values: [192.0.2.1]}}
  - {name: b, leaf: {values: [192.0.2.2]}}
  - {name: dead, leaf: {values: [192.0.2.9], health: down}}
  - name: many
    select: {op: uniform, draw: all}
    children: [{node: c}, {node: d}, {node: e}]
  - {name: c, leaf: {values: [192.0.2.3]}}
  - {name: d, leaf: {values: [192.0.2.4]}}
  - {name: e, leaf: {values: [192.0.2.5]}}
"""
QUERIES = 20_000


def encode(name):
    return b"".join(bytes([len(l)]) + l.encode() for l in name.split(".")) + b"\0"


def first_answers(port, name, count, source="127.0.0.1"):
    """Asks over one socket and yields the first A of each reply (all A follow the compressed name)."""
    question = encode(name) + struct.pack("!HH", 1, 1)
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.bind((source, 0))
        sock.settimeout(2)
        sock.connect(("127.0.0.1", port))
        for ident in range(count):
            sock.send(struct.pack("!HHHHHH", ident & 0xFFFF, 0, 1, 0, 0, 0) + question)
            reply = sock.recv(4096)
            at = 12 + len(question)
            yield socket.inet_ntoa(reply[at + 12:at + 16]), reply[2:]


def chi_square_tail(x, k):
    """P(X >= x) for k degrees of freedom: the regularised upper incomplete gamma, by series."""
    a, x = k / 2, x / 2
    if x <= 0:
        return 1.0
    term = total = 1 / a
    n = a
    while abs(term) > abs(total) * 1e-15:
        n += 1
        term *= x / n
        total += term
    return max(0.0, 1 - total * math.exp(-x + a * math.log(x) - math.lgamma(a)))


def fraction(text):
    top, _, bottom = text.partition("/")
    return int(top) / int(bottom or 1)


with lib.Report() as report, lib.workdir() as folder:
    zone = (lib.ROOT / "examples/three-regions/zone.yaml").read_text()
    lib.write(folder / "manifests", {"zone.yaml": zone, "policy.yaml": POLICY % "none"})
    with lib.Fairway(folder / "manifests", folder, "--workers", "1") as fairway:
        code, text, error = fairway.run("explain", "shop.example.com", "-o", "json")
        answers = {a["answer"]: fraction(a["share"]) for a in json.loads(text)["answers"]}
        report.check("shares sum to 1", abs(sum(answers.values()) - 1) < 1e-12, answers)
        seen = collections.Counter(a for a, _ in first_answers(fairway.dns, "shop.example.com", QUERIES))
        report.check("nothing but what explain lists is answered", set(seen) <= set(answers), seen)
        x = sum((seen[a] - QUERIES * p) ** 2 / (QUERIES * p) for a, p in answers.items())
        tail = chi_square_tail(x, len(answers) - 1)
        report.check("chi-square p > 1e-6", tail > 1e-6, f"p = {tail}, seen {seen}, told {answers}")

    lib.write(folder / "manifests", {"policy.yaml": POLICY % "client"})
    runs = []
    for attempt in ("one", "two"):
        with lib.Fairway(folder / "manifests", folder, "--workers", "1", "--seed", "7", name=attempt) as fairway:
            runs.append([reply for n in range(1, 60) for _, reply in
                         first_answers(fairway.dns, "shop.example.com", 3, f"127.0.5.{n}")])
    report.check("a fixed seed with stickiness answers byte for byte the same", runs[0] == runs[1])
    report.check("one client always gets the same",
                 all(runs[0][i] == runs[0][i + 1] == runs[0][i + 2] for i in range(0, len(runs[0]), 3)))
    report.check("different clients do not", len(set(runs[0])) > 1)
