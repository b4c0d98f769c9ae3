#!/usr/bin/python3
"""Fairway answers as Knot does for the same zone file: name by name, type by type, over UDP and TCP.

rcode, AA, TC, the answer and the authority section must be the same, and every address that Fairway
adds must be one that Knot has too. Differences that are meant are named in `meant()`.
`--against ADDR:PORT` compares a server that already runs instead of starting `fairway up`.
"""
import contextlib
import pathlib
import random
import socket
import struct
import sys

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.zone

from lib import ROOT, Fairway, Process, Report, find_program, free_port, need, wait_until, workdir, write

ZONE_FILE = ROOT / "tests/scenario/zones/all.zone"
ORIGIN = dns.name.from_text("example.com.")
MORE_TYPES = ["A", "AAAA", "MX", "TXT", "NS", "SOA", "CNAME", "DNAME", "DS", "SRV", "HTTPS", "TYPE65280", "TYPE65281", "ANY"]
ZONE_DOCUMENT = """\
apiVersion: fairway.dev/v1alpha1
kind: DNSZone
metadata: {name: example, namespace: default}
spec: {origin: example.com, file: all.zone}
"""


def start_knot(folder, port):
    config = folder / "knot.conf"
    config.write_text(
        f"server:\n  rundir: {folder}\n  listen: 127.0.0.1@{port}\n  udp-workers: 1\n  tcp-workers: 1\n"
        f"database:\n  storage: {folder}\n"
        f"log:\n  - target: stderr\n    any: error\n"
        f"zone:\n  - domain: example.com\n    storage: {ZONE_FILE.parent}\n    file: all.zone\n"
        f"    zonefile-sync: -1\n    journal-content: none\n"
    )
    return Process([find_program("knotd"), "-c", str(config)], folder / "knot.log")


def answers(port):
    with contextlib.suppress(OSError):
        return ask_udp(port, dns.message.make_query(ORIGIN, "SOA")).answer
    return None


def ask_udp(port, query):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(2)
        udp.connect(("127.0.0.1", port))
        udp.send(query.to_wire())
        return dns.message.from_wire(udp.recv(65535))


class Stream:
    """One TCP connection; asks one after the other."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=2)
        self.file = self.socket.makefile("rb")

    def ask(self, query):
        wire = query.to_wire()
        self.socket.sendall(struct.pack("!H", len(wire)) + wire)
        (size,) = struct.unpack("!H", self.file.read(2))
        return dns.message.from_wire(self.file.read(size))


def names_to_ask():
    zone = dns.zone.from_file(str(ZONE_FILE), origin=ORIGIN, relativize=False, check_origin=True)
    owners = set(zone.nodes)
    for owner in list(owners):
        while owner != ORIGIN:
            owner = owner.parent()
            owners.add(owner)
    asked = set()
    for owner in owners:
        asked.add(owner)
        for below in ("nope", "*", "x.y", "host", "sub", "UPPER.Case"):
            asked.add(dns.name.from_text(below, owner))
    asked.add(dns.name.from_text("www.example.net."))
    asked.add(dns.name.from_text("com."))
    asked.add(dns.name.root)
    long_label = ".".join(["l" * 40] * 3)
    asked.add(dns.name.from_text(long_label, dns.name.from_text("toolong", ORIGIN)))
    types = {dns.rdatatype.to_text(rdataset.rdtype) for node in zone for rdataset in zone.nodes[node]}
    return sorted(asked), sorted(types | set(MORE_TYPES))


def section(rrsets):
    """Comparable; a name's case tells nothing."""
    return sorted(
        (str(r.name).lower(), dns.rdatatype.to_text(r.rdtype), r.ttl, sorted(rdata.to_text().lower() for rdata in r))
        for r in rrsets
    )


def flags_of(message):
    return dns.flags.to_text(message.flags & (dns.flags.AA | dns.flags.TC | dns.flags.QR | dns.flags.RA))


def extra_addresses(message):
    return {(name, kind, data) for name, kind, _, datas in section(message.additional) for data in datas}


def differences(ours, theirs):
    found = []
    if ours.rcode() != theirs.rcode():
        found.append(f"rcode {ours.rcode()} / {theirs.rcode()}")
    if flags_of(ours) != flags_of(theirs):
        found.append(f"flags {flags_of(ours)} / {flags_of(theirs)}")
    for part in ("answer", "authority"):
        mine, other = section(getattr(ours, part)), section(getattr(theirs, part))
        if mine != other:
            found.append(f"{part}\n    fairway {mine}\n    knot    {other}")
    if unknown := extra_addresses(ours) - extra_addresses(theirs):
        found.append(f"additional only in fairway: {sorted(unknown)}")
    if ours.rcode() == 0 and (missing := extra_addresses(theirs) - extra_addresses(ours)):
        found.append(f"additional only in knot: {sorted(missing)}")
    return found


def meant(name, ours, theirs):
    """The differences that we want, each with its reason."""
    # DNAMEs that lengthen the name for ever: where to stop is each server's choice.
    if any(name.is_subdomain(dns.name.from_text(loop, ORIGIN)) for loop in ("dloop", "dloop2")):
        return ours.answer[:2] == theirs.answer[:2]
    # A DNAME's result that is too long is YXDOMAIN (RFC 6672 section 2.2); Knot says NXDOMAIN.
    if name.is_subdomain(dns.name.from_text("toolong", ORIGIN)):
        return (ours.rcode(), theirs.rcode()) == (dns.rcode.YXDOMAIN, dns.rcode.NXDOMAIN) and ours.answer == theirs.answer
    # ANY: one record set (RFC 8482 section 4.1); Knot sends all.
    if ours.question[0].rdtype == dns.rdatatype.ANY:
        mine, other = section(ours.answer), section(theirs.answer)
        return ours.rcode() == theirs.rcode() and len(mine) >= 1 and all(r in other for r in mine)
    return False


def compare(report, transport, names, rdtype, ask_ours, ask_theirs):
    different = []
    for name in names:
        query = dns.message.make_query(name, rdtype, use_edns=0, payload=1232)
        query.flags &= ~dns.flags.RD
        ours, theirs = ask_ours(query), ask_theirs(query)
        found = differences(ours, theirs)
        if found and not meant(name, ours, theirs):
            different.append(f"{name}: " + "; ".join(found))
    report.check(f"{transport}/{rdtype}: {len(names)} names", not different, "\n  ".join(different[:5]))


def compare_all(report, knot_port, port):
    for which in (knot_port, port):
        if not wait_until(lambda which=which: answers(which))[0]:
            raise RuntimeError(f"nothing answers on port {which}")
    names, types = names_to_ask()
    few = random.Random(1).sample(names, 100)
    ours, theirs = Stream(port), Stream(knot_port)
    for rdtype in types:
        compare(report, "udp", names, rdtype, lambda q: ask_udp(port, q), lambda q: ask_udp(knot_port, q))
        compare(report, "tcp", few, rdtype, ours.ask, theirs.ask)


def main():
    need("knotd")
    with Report() as report, workdir() as folder:
        knot_port = free_port()
        knot = start_knot(folder, knot_port)
        try:
            if "--against" in sys.argv:
                compare_all(report, knot_port, int(sys.argv[sys.argv.index("--against") + 1].rpartition(":")[2]))
                return
            write(folder / "manifests", {"all.zone": ZONE_FILE.read_text(), "zone.yaml": ZONE_DOCUMENT})
            with Fairway(folder / "manifests", folder) as fairway:
                compare_all(report, knot_port, fairway.dns)
        finally:
            knot.stop()


main()
