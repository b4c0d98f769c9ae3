#!/usr/bin/python3
"""Fairway answers as Knot does for the same zone file: name by name, type by type, over UDP and TCP.

rcode, AA, TC, the answer and the authority section must be the same, and every address that Fairway
adds must be one that Knot has too. Differences that are meant are named in `meant()`.
`--against ADDR:PORT` compares a server that already runs instead of starting `fairway up`.
"""
import pathlib
import random
import socket
import struct
import subprocess
import sys
import tempfile
import time

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.zone

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ZONE_FILE = ROOT / "tests/scenario/zones/all.zone"
ORIGIN = dns.name.from_text("example.com.")
MORE_TYPES = ["A", "AAAA", "MX", "TXT", "NS", "SOA", "CNAME", "DNAME", "DS", "SRV", "HTTPS", "TYPE65280", "TYPE65281", "ANY"]
ZONE_DOCUMENT = """\
apiVersion: fairway.dev/v1alpha1
kind: DNSZone
metadata: {name: example, namespace: default}
spec: {origin: example.com, file: all.zone}
"""


def free_port():
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            udp.bind(("127.0.0.1", 0))
            try:
                tcp.bind(udp.getsockname())
                return udp.getsockname()[1]
            except OSError:
                continue


def start_knot(folder, port):
    config = folder / "knot.conf"
    config.write_text(
        f"server:\n  rundir: {folder}\n  listen: 127.0.0.1@{port}\n  udp-workers: 1\n  tcp-workers: 1\n"
        f"database:\n  storage: {folder}\n"
        f"log:\n  - target: stderr\n    any: error\n"
        f"zone:\n  - domain: example.com\n    storage: {ZONE_FILE.parent}\n    file: all.zone\n"
        f"    zonefile-sync: -1\n    journal-content: none\n"
    )
    return subprocess.Popen(["knotd", "-c", str(config)])


def start_fairway(folder, port):
    (folder / "zone.yaml").write_text(ZONE_DOCUMENT)
    (folder / "all.zone").write_text(ZONE_FILE.read_text())
    command = [ROOT / "build/fairway", "up", folder, "--state", folder / "state", "--dns", f"127.0.0.1:{port}",
               "--api", f"127.0.0.1:{free_port()}"]
    return subprocess.Popen([str(word) for word in command])


def wait_for(port):
    query = dns.message.make_query(ORIGIN, "SOA")
    for _ in range(200):
        try:
            if ask_udp(port, query).answer:
                return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"nothing answers on port {port}")


def ask_udp(port, query):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(2)
        udp.connect(("127.0.0.1", port))
        udp.send(query.to_wire())
        return dns.message.from_wire(udp.recv(65535), one_rr_per_rrset=False)


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


def compare(asked, types, transport, ask_ours, ask_theirs):
    failed = passed = 0
    for name in asked:
        for rdtype in types:
            query = dns.message.make_query(name, rdtype, use_edns=0, payload=1232)
            query.flags &= ~dns.flags.RD
            ours, theirs = ask_ours(query), ask_theirs(query)
            found = differences(ours, theirs)
            if found and not meant(name, ours, theirs):
                failed += 1
                if failed <= 40:
                    print(f"{transport} {name} {rdtype}: " + "\n  ".join(found))
            else:
                passed += 1
    return passed, failed


def main():
    with tempfile.TemporaryDirectory() as knot_folder, tempfile.TemporaryDirectory() as fairway_folder:
        knot_port = free_port()
        started = [start_knot(pathlib.Path(knot_folder), knot_port)]
        if "--against" in sys.argv:
            port = int(sys.argv[sys.argv.index("--against") + 1].rpartition(":")[2])
        else:
            port = free_port()
            started.append(start_fairway(pathlib.Path(fairway_folder), port))
        try:
            wait_for(knot_port)
            wait_for(port)
            asked, types = names_to_ask()
            passed, failed = compare(asked, types, "udp", lambda q: ask_udp(port, q), lambda q: ask_udp(knot_port, q))
            few = random.Random(1).sample(asked, 100)
            ours, theirs = Stream(port), Stream(knot_port)
            more = compare(few, types, "tcp", ours.ask, theirs.ask)
            print(f"{passed + more[0]} passed, {failed + more[1]} failed")
            return 1 if failed + more[1] else 0
        finally:
            for process in started:
                process.terminate()
                process.wait(timeout=10)


sys.exit(main())
