#!/usr/bin/python3
"""dig and kdig as clients of `fairway up` with zones and policies: what RFC-abiding clients see.

One zone from a document, one below it from a master file, and a policy for each kind of steering. What
no client program sends (bad options, many questions on one stream at once) is sent by hand.
"""
import re
import socket
import struct
import subprocess

import lib

ZONES = {
    "regions.yaml": """\
apiVersion: fairway.dev/v1alpha1
kind: Region
metadata: {name: eu}
spec: {coordinates: {latitude: 50, longitude: 8}, cidrs: [198.51.100.0/24, "2001:db8:e::/48"], geo: [country/DE]}
---
apiVersion: fairway.dev/v1alpha1
kind: Region
metadata: {name: us}
spec: {coordinates: {latitude: 39, longitude: -77}, cidrs: [203.0.113.0/26], geo: [country/US]}
""",
    "zones.yaml": """\
apiVersion: fairway.dev/v1alpha1
kind: DNSZone
metadata: {name: example}
spec:
  origin: example.com
  ttl: 300
  soa: {primary: ns1.example.com, contact: hostmaster.example.com, minimum: 45}
  nameServers: [ns1.example.com]
  records:
  - {name: ns1.example.com, type: A, values: [192.0.2.53]}
  - {name: www.example.com, type: A, ttl: 120, values: [192.0.2.80]}
  - {name: www.example.com, type: TXT, values: ['"one"', '"two"']}
  - {name: c1.example.com, type: CNAME, ttl: 60, values: [c2.example.com.]}
  - {name: c2.example.com, type: CNAME, values: [www.example.com.]}
  - {name: to-shop.example.com, type: CNAME, values: [region.example.com.]}
  - {name: to-sub.example.com, type: CNAME, values: [host.sub.example.com.]}
  - {name: away.example.com, type: CNAME, values: [www.example.org.]}
  - {name: "*.w.example.com", type: A, values: [192.0.2.90]}
  - {name: "fixed.w.example.com", type: TXT, values: ['"here"']}
  - {name: cut.example.com, type: NS, values: [ns.cut.example.com.]}
  - {name: ns.cut.example.com, type: A, values: [192.0.2.54]}
  - {name: ns.cut.example.com, type: AAAA, values: ["2001:db8::54"]}
  - {name: old.example.com, type: DNAME, ttl: 90, values: [w.example.com.]}
  - {name: beside.example.com, type: TXT, values: ['"static"']}
  - {name: example.com, type: MX, values: [10 region.example.com., 20 www.example.com.]}
---
apiVersion: fairway.dev/v1alpha1
kind: DNSZone
metadata: {name: sub}
spec: {origin: sub.example.com, file: sub.zone}
""",
    "sub.zone": "$TTL 200\n@ SOA ns1.example.com. host 1 7200 900 1209600 20\n@ NS ns1.example.com.\nhost A 192.0.2.81\n"
    + "".join(f"many A 10.1.{n // 250}.{n % 250}\n" for n in range(400)),
}


def policy(name, select, kids, nodes, **fields):
    rest = "".join(f"  {key}: {value}\n" for key, value in fields.items())
    hosts = "[example.com]" if name == "apex" else f"[{name}.example.com]"
    return (
        "---\napiVersion: fairway.dev/v1alpha1\nkind: TrafficPolicy\n"
        f"metadata: {{name: {name}}}\nspec:\n  hostnames: {hosts}\n  root: root\n{rest}  nodes:\n"
        f"  - name: root\n    select: {{{select}}}\n    children:\n"
        + "".join(f"    - {{{kid}}}\n" for kid in kids)
        + "".join(f"  - {{{node}}}\n" for node in nodes)
    )


A, B = "name: a, leaf: {values: [192.0.2.1]}", "name: b, leaf: {values: [192.0.2.2]}"
FAMILIES = ["name: a, leaf: {values: [192.0.2.1]}", 'name: b, leaf: {values: ["2001:db8::2"]}']
POLICIES = "".join([
    policy("region", "op: latency", ["node: a, region: eu", "node: b, region: us"], [A, B], ttl=30),
    policy("cidr", "op: cidr", ['node: a, cidrs: [203.0.113.128/27, "2001:db8:5::/56"]', "node: b"], [A, B], ttl=30),
    policy("plain", "op: priority", ["node: a, priority: 1", "node: b, priority: 2"], [A + ", ttl: 7", B], ttl=30),
    policy("sticky", "op: uniform", ["node: a", "node: b"], [A, B], stickiness="subnet"),
    policy("alias", "op: priority", ["node: a, priority: 1"], ["name: a, leaf: {hostname: c1.example.com}"], ttl=40),
    policy("cname", "op: priority", ["node: a, priority: 1"], ["name: a, leaf: {hostname: lb.example.org}"], type="CNAME"),
    policy("apex", "op: priority", ["node: a, priority: 1"], [A]),
    policy("after", "op: priority", ["node: a, priority: 1", "node: b, priority: 2"], FAMILIES, family="after", ttl=9),
    policy("before", "op: priority", ["node: a, priority: 1", "node: b, priority: 2"], FAMILIES, family="before"),
    policy("beside", "op: priority", ["node: a, priority: 1"], [A]),
    policy('"*.apps"', "op: priority", ["node: a, priority: 1"], [A]).replace('"*.apps"', "apps", 1)
    .replace('["*.apps".example.com]', '["*.apps.example.com"]'),
    policy("dead", "op: priority, last: none", ["node: a, priority: 1"], [A.replace("]}", "], health: down}")], ttl=11),
    policy("deadnx", "op: priority, last: none, empty: NXDOMAIN", ["node: a, priority: 1"],
           [A.replace("]}", "], health: down}")], ttl=11),
])
SOA = "ns1.example.com. hostmaster.example.com."


class Reply:
    """What dig or kdig printed of one response."""

    def __init__(self, text):
        self.text = text
        self.rcode = (re.search(r"status: (\w+)", text) or [None, ""])[1]
        flags = re.search(r"[Ff]lags: ([a-z ]*);", text)
        self.flags = flags[1].split() if flags else []
        self.sections = {}
        section = None
        for line in text.splitlines():
            if head := re.match(r";; (\w+) SECTION:", line):
                section = self.sections.setdefault(head[1], [])
            elif section is not None and line and not line.startswith(";;"):
                section.append(" ".join(line.lstrip(";").split()))
            elif not line:
                section = None
        subnet = re.search(r"CLIENT-SUBNET: \S+?/(\d+)/(\d+)", text)
        self.scope = int(subnet[2]) if subnet else None

    def answer(self):
        return [re.sub(r" (IN|CH) ", " ", line) for line in self.sections.get("ANSWER", [])]

    def authority(self):
        return [line.replace(" IN ", " ") for line in self.sections.get("AUTHORITY", [])]

    def additional(self):
        return [line.replace(" IN ", " ") for line in self.sections.get("ADDITIONAL", [])]

    def soa_ttl(self):
        lines = [line for line in self.authority() if " SOA " in line]
        return int(lines[0].split()[1]) if len(lines) == 1 and len(self.authority()) == 1 else None


class Client:
    def __init__(self, port, address="127.0.0.1"):
        self.port, self.address = port, address

    def dig(self, name, rtype="A", *options):
        done = subprocess.run(["dig", f"@{self.address}", "-p", str(self.port), "+norec", "+tries=1", "+time=3", "+nocookie",
                               *options, "-t", rtype, "-q", name], capture_output=True, text=True, check=False)
        return Reply(done.stdout + done.stderr)

    def kdig(self, name, rtype="A", *options):
        done = subprocess.run(["kdig", f"@{self.address}", "-p", str(self.port), "+retry=0", "+timeout=3", *options,
                               "-t", rtype, "-q", name], capture_output=True, text=True, check=False)
        return Reply(done.stdout + done.stderr)

    def raw(self, packet):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.settimeout(3)
            udp.connect((self.address, self.port))
            udp.send(packet)
            return udp.recv(65535)


def question(name, rtype=1, ident=1, rclass=1, edns=None, flags=0):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".") if label)
    head = struct.pack("!HHHHHH", ident, flags, 1, 0, 0, 0 if edns is None else 1)
    opt = b"" if edns is None else b"\0" + struct.pack("!HHIH", 41, 1232, 0, len(edns)) + edns
    return head + labels + b"\0" + struct.pack("!HH", rtype, rclass) + opt


def rcode_of(packet):
    return packet[3] & 15


def client_subnets(report, client):
    def scope(what, name, subnet, expected, first=None):
        for ask in (client.dig, client.kdig):
            reply = ask(name + ".example.com", "A", "+subnet=" + subnet)
            report.check(f"subnet: {what} ({ask.__name__})",
                         reply.rcode == "NOERROR" and reply.scope == expected and
                         (first is None or (reply.answer() and reply.answer()[0].split()[-1] == first)),
                         f"scope {reply.scope} for {expected}, {reply.answer()}")

    scope("a Region's CIDR", "region", "198.51.100.9/32", 24, "192.0.2.1")
    scope("a Region's CIDR, asked with its own length", "region", "198.51.100.0/24", 24, "192.0.2.1")
    scope("a longer one of another Region", "region", "203.0.113.1/32", 26, "192.0.2.2")
    scope("IPv6", "region", "2001:db8:e:1::/64", 48, "192.0.2.1")
    # The shortest prefix in no Region: 8.8.8.0 and the Regions' 192/2 part at bit 1.
    scope("outside all Regions", "region", "8.8.8.0/24", 1)
    scope("outside them in IPv6", "region", "2001:db8:f::/56", 48)
    scope("the prefix that a cidr op names", "cidr", "203.0.113.130/32", 27, "192.0.2.1")
    scope("beside it", "cidr", "203.0.113.192/28", 26, "192.0.2.2")
    scope("far from it", "cidr", "10.0.0.0/8", 1, "192.0.2.2")
    scope("a prefix too short for it", "cidr", "203.0.113.0/24", 24, "192.0.2.2")
    scope("a cidr op in IPv6", "cidr", "2001:db8:5:1::/64", 56, "192.0.2.1")
    scope("no location op", "plain", "198.51.100.0/24", 0, "192.0.2.1")
    scope("stickiness", "sticky", "198.51.100.0/24", 24)
    scope("stickiness in IPv6", "sticky", "2001:db8:e::/56", 56)
    scope("static records", "www", "198.51.100.0/24", 0, "192.0.2.80")
    scope("prefix length 0", "region", "0.0.0.0/0", 0)
    scope("an alias keeps the scope of what it leads to", "to-shop", "198.51.100.0/24", 24)
    report.check("subnet: none asked, none told", client.dig("region.example.com").scope is None)
    report.check("subnet: same client, same answer",
                 len({tuple(client.dig("sticky.example.com", "A", "+subnet=198.51.100.0/24").answer()) for _ in range(8)}) == 1)

    for why, option in {
        "family 3": struct.pack("!HBB", 3, 0, 0),
        "33 bits of IPv4": struct.pack("!HBB5s", 1, 33, 0, b"\xc0\0\2\1\x80"),
        "a scope in a query": struct.pack("!HBB3s", 1, 24, 24, b"\xc0\0\2"),
        "an octet too few": struct.pack("!HBB2s", 1, 24, 0, b"\xc0\0"),
        "an octet too many": struct.pack("!HBB4s", 1, 24, 0, b"\xc0\0\2\0"),
        "bits past the prefix": struct.pack("!HBB3s", 1, 23, 0, b"\xc0\0\3"),
        "half an option": b"\0",
    }.items():
        packet = client.raw(question("region.example.com", edns=struct.pack("!HH", 8, len(option)) + option))
        report.check(f"subnet: {why} is FORMERR", rcode_of(packet) == 1, packet.hex())


def headers(report, client):
    reply = client.dig("wWw.eXample.COM")
    report.check("the case of the question is kept", ";wWw.eXample.COM.\t" in reply.text and
                 reply.answer() == ["wWw.eXample.COM. 120 A 192.0.2.80"], reply.text)
    report.check("aa, no ra, rd as asked", reply.flags == ["qr", "aa"], reply.flags)
    report.check("rd as asked", "rd" in client.dig("www.example.com", "A", "+rec").flags)
    for opcode in ("status", "notify", "update"):
        reply = client.dig("example.com", "SOA", "+opcode=" + opcode)
        report.check(f"opcode {opcode} is NOTIMP", reply.rcode == "NOTIMP", reply.text)
    for name, rclass in (("version.bind", "CH"), ("example.com", "HS")):
        reply = client.dig(name, "TXT", "-c", rclass)
        report.check(f"class {rclass} is REFUSED", reply.rcode == "REFUSED" and not reply.answer(), reply.text)
    for name in ("www.example.org", "com", "."):
        reply = client.dig(name)
        report.check(f"{name} is REFUSED", reply.rcode == "REFUSED" and "aa" not in reply.flags, reply.text)
    for rtype in ("AXFR", "IXFR=1"):
        reply = client.dig("example.com", rtype, "+tcp")
        report.check(f"{rtype} is refused", "failed" in reply.text or reply.rcode == "REFUSED", reply.text)
    reply = client.dig("www.example.com", "A", "+edns=1", "+noednsneg")
    report.check("EDNS version 1 is BADVERS", reply.rcode == "BADVERS" and not reply.answer() and "version: 0" in reply.text,
                 reply.text)
    reply = client.dig("www.example.com", "A", "+ednsopt=65001:abcd", "+dnssec", "+ednsflags=0x4000")
    report.check("unknown EDNS options and flags have no effect", reply.rcode == "NOERROR" and len(reply.answer()) == 1)
    report.check("no EDNS asked, none told", "EDNS" not in client.dig("www.example.com", "A", "+noedns").text)
    two = question("www.example.com")
    two = two[:4] + b"\0\2" + two[6:]
    report.check("two questions are FORMERR", rcode_of(client.raw(two)) == 1)
    report.check("octets past the end are FORMERR", rcode_of(client.raw(question("www.example.com") + b"\0")) == 1)


def names(report, client):
    def is_negative(what, name, rtype, rcode, ttl, *options):
        reply = client.dig(name, rtype, *options)
        report.check(what, (reply.rcode, reply.soa_ttl()) == (rcode, ttl) and "aa" in reply.flags and not reply.answer(),
                     reply.text)

    is_negative("NXDOMAIN with SOA and its minimum", "nope.example.com", "A", "NXDOMAIN", 45)
    is_negative("NODATA with SOA", "www.example.com", "AAAA", "NOERROR", 45)
    is_negative("the nested zone's own SOA", "nope.sub.example.com", "A", "NXDOMAIN", 20)
    is_negative("an empty non-terminal is NODATA", "w.example.com", "A", "NOERROR", 45)
    is_negative("a steered name's other types are NODATA", "plain.example.com", "AAAA", "NOERROR", 45)
    is_negative("NODATA of a policy no longer than its TTL", "dead.example.com", "A", "NOERROR", 11)
    is_negative("NXDOMAIN of a policy", "deadnx.example.com", "A", "NXDOMAIN", 11)
    is_negative("below a steered name is NXDOMAIN", "x.plain.example.com", "A", "NXDOMAIN", 45)
    is_negative("family after: the choice has no AAAA", "after.example.com", "AAAA", "NOERROR", 9)
    is_negative("the parent answers for DS", "sub.example.com", "DS", "NOERROR", 45)

    def answers(what, name, rtype, *expected, **checks):
        for transport in ("+notcp", "+tcp"):
            reply = client.kdig(name, rtype, transport)
            wrong = reply.rcode != checks.get("rcode", "NOERROR") or sorted(reply.answer()) != sorted(expected)
            report.check(f"{what} ({transport})", not wrong and "aa" in reply.flags, reply.text)

    answers("static", "www.example.com", "A", "www.example.com. 120 A 192.0.2.80")
    answers("TXT", "www.example.com", "TXT", 'www.example.com. 300 TXT "one"', 'www.example.com. 300 TXT "two"')
    answers("the nested zone", "host.sub.example.com", "A", "host.sub.example.com. 200 A 192.0.2.81")
    answers("least TTL of the path", "plain.example.com", "A", "plain.example.com. 7 A 192.0.2.1")
    answers("static beside steered", "beside.example.com", "TXT", 'beside.example.com. 300 TXT "static"')
    answers("steered beside static", "beside.example.com", "A", "beside.example.com. 60 A 192.0.2.1")
    answers("steered at the apex", "example.com", "A", "example.com. 60 A 192.0.2.1")
    answers("family after, A", "after.example.com", "A", "after.example.com. 9 A 192.0.2.1")
    answers("family before, A", "before.example.com", "A", "before.example.com. 60 A 192.0.2.1")
    answers("family before, AAAA", "before.example.com", "AAAA", "before.example.com. 60 AAAA 2001:db8::2")
    c1, c2 = "c1.example.com. 60 CNAME c2.example.com.", "c2.example.com. 300 CNAME www.example.com."
    www = "www.example.com. 120 A 192.0.2.80"
    answers("a chain of aliases", "c1.example.com", "A", c1, c2, www)
    answers("an alias asked for itself", "c1.example.com", "CNAME", c1)
    answers("a hostname leaf is chased", "alias.example.com", "A", "alias.example.com. 40 CNAME c1.example.com.", c1, c2, www)
    for rtype in ("A", "AAAA", "TXT", "CNAME"):
        answers(f"a policy of type CNAME, {rtype}", "cname.example.com", rtype, "cname.example.com. 60 CNAME lb.example.org.")
    answers("an alias out of our zones ends", "away.example.com", "A", "away.example.com. 300 CNAME www.example.org.")
    answers("an alias into the nested zone", "to-sub.example.com", "A",
            "to-sub.example.com. 300 CNAME host.sub.example.com.", "host.sub.example.com. 200 A 192.0.2.81")
    answers("a wildcard", "x.y.w.example.com", "A", "x.y.w.example.com. 300 A 192.0.2.90")
    answers("a steered wildcard", "x.y.apps.example.com", "A", "x.y.apps.example.com. 60 A 192.0.2.1")
    is_negative("a wildcard's other type", "x.w.example.com", "MX", "NOERROR", 45)
    is_negative("a name that is there has no wildcard", "fixed.w.example.com", "A", "NOERROR", 45)
    is_negative("nor has what is below it", "x.fixed.w.example.com", "A", "NXDOMAIN", 45)
    answers("a DNAME renames", "x.old.example.com", "A", "old.example.com. 90 DNAME w.example.com.",
            "x.old.example.com. 90 CNAME x.w.example.com.", "x.w.example.com. 300 A 192.0.2.90")
    is_negative("a DNAME's own name is not renamed", "old.example.com", "A", "NOERROR", 45)

    reply = client.dig("deep.cut.example.com")
    report.check("delegation: no AA, NS and glue", (reply.rcode, reply.flags, reply.authority()) ==
                 ("NOERROR", ["qr"], ["cut.example.com. 300 NS ns.cut.example.com."]) and sorted(reply.additional()) ==
                 ["ns.cut.example.com. 300 A 192.0.2.54", "ns.cut.example.com. 300 AAAA 2001:db8::54"], reply.text)
    reply = client.dig("example.com", "MX")
    report.check("MX adds static addresses, not those that are steered",
                 reply.additional() == ["www.example.com. 120 A 192.0.2.80"], reply.text)
    reply = client.dig("www.example.com", "ANY", "+notcp")
    report.check("ANY: one record set (RFC 8482)", len({line.split()[2] for line in reply.answer()}) == 1, reply.text)
    reply = client.dig("plain.example.com", "ANY", "+notcp")
    report.check("ANY of a steered name: HINFO", [line.split()[2:] for line in reply.answer()] == [["HINFO", '"RFC8482"', '""']],
                 reply.text)


def sizes(report, client):
    reply = client.dig("many.sub.example.com", "A", "+ignore")
    report.check("too large for UDP: TC and no part of a set", "tc" in reply.flags and not reply.answer(), reply.text)
    for ask in (client.dig, client.kdig):
        reply = ask("many.sub.example.com")
        report.check(f"{ask.__name__} asks again over TCP and gets all", len(reply.answer()) == 400, reply.text[-300:])
    for size, most in ((512, 512), (100, 512), (700, 700), (4096, 1232)):
        packet = question("many.sub.example.com", edns=b"")
        at = len(packet) - 8
        reply = client.raw(packet[:at] + struct.pack("!H", size) + packet[at + 2:])
        report.check(f"a client that takes {size} gets at most {most}", len(reply) <= most and reply[2] & 2, len(reply))
    plain = client.raw(question("many.sub.example.com"))
    report.check("without EDNS at most 512", len(plain) <= 512 and plain[2] & 2, len(plain))


def streams(report, client):
    def read(file):
        (size,) = struct.unpack("!H", file.read(2))
        return file.read(size)

    with socket.create_connection((client.address, client.port), 5) as tcp, tcp.makefile("rb") as file:
        asked = [question("many.sub.example.com" if n % 3 else "www.example.com", ident=n) for n in range(1, 501)]
        tcp.sendall(b"".join(struct.pack("!H", len(packet)) + packet for packet in asked))
        got = [read(file) for _ in asked]
        report.check("500 questions at once on one stream, answered in order",
                     [struct.unpack("!H", packet[:2])[0] for packet in got] == list(range(1, 501)))
        report.check("each whole", all(struct.unpack("!H", packet[6:8])[0] == (400 if n % 3 else 1)
                                       for n, packet in enumerate(got, 1)))
        keepalive = question("www.example.com", edns=struct.pack("!HH", 11, 0))
        tcp.sendall(struct.pack("!H", len(keepalive)) + keepalive)
        report.check("RFC 7828: told how long a stream may be idle", read(file)[-6:] == struct.pack("!HHH", 11, 2, 100))
        bad = question("www.example.com", edns=struct.pack("!HHHBB", 8, 4, 9, 0, 0))
        tcp.sendall(struct.pack("!H", len(bad)) + bad)
        report.check("a bad message does not end the stream", rcode_of(read(file)) == 1)
        tcp.shutdown(socket.SHUT_WR)
        report.check("closed when the client is done", file.read(1) == b"")
    reply = client.kdig("www.example.com", "A", "+tcp", "+keepopen", "-q", "host.sub.example.com", "-t", "A")
    report.check("kdig keeps a stream open", "192.0.2.80" in reply.text or "192.0.2.81" in reply.text, reply.text)


def addresses(report, folder):
    wild, six = lib.free_port(), None
    extra = ["--dns", f"0.0.0.0:{wild}"]
    if has_ipv6():
        six = lib.free_port("::1")
        extra += ["--dns", f"[::1]:{six}"]
    with lib.Fairway(folder / "manifests", folder, *extra, name="addresses"):
        for address in ("127.0.0.1", "127.8.9.10"):
            # dig takes an answer only from the address that it asked.
            reply = Client(wild, address).dig("www.example.com")
            report.check(f"0.0.0.0 answers from {address}", len(reply.answer()) == 1, reply.text)
            reply = Client(wild, address).dig("www.example.com", "A", "+tcp")
            report.check(f"0.0.0.0 answers from {address} over TCP", len(reply.answer()) == 1, reply.text)
        if six is None:
            return print("skip dns_clients/ipv6: no ::1 here")
        for option in ("+notcp", "+tcp"):
            reply = Client(six, "::1").dig("region.example.com", "A", option, "+subnet=2001:db8:e::/56")
            report.check(f"IPv6 ({option})", len(reply.answer()) == 1 and reply.scope == 48, reply.text)


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
            return True
    except OSError:
        return False


def main():
    lib.need("dig", "kdig")
    with lib.Report() as report, lib.workdir() as folder:
        lib.write(folder / "manifests", ZONES | {"policies.yaml": POLICIES})
        with lib.Fairway(folder / "manifests", folder) as fairway:
            report.check("no findings", not [line for line in fairway.process.text().splitlines() if "error" in line],
                         fairway.process.text())
            client = Client(fairway.dns)
            for show in (client_subnets, headers, names, sizes, streams):
                show(report, client)
        addresses(report, folder)


main()
