"""Cases for the oracle: TrafficPolicy trees with the regions, services, checks, facts and query that
go with them. Case number I of seed S is always the same, whatever is generated before it.

    generate.py --count N --seed S [--from I] > cases.jsonl     (the form of a case: README.md)

Rare combinations are made on purpose (weights far apart, everything down, the same address twice,
a node that stands twice, client prefixes on the very edge of a range), but every document is valid
by section 8 of docs/steering.md: a case that `check` would refuse tells nothing.
"""
import argparse
import json
import math
import random

OPS = ["uniform", "priority", "weight", "latency", "proximity", "match", "cidr", "range", "hash"]
DRAWS = ["all", "rotated", "sample", "ordered"]
BY_CLIENT = ("match", "cidr", "range")
GEO_KEYS = ["subdivision/US-CA", "country/US", "country/DE", "country/BR", "group/GEO-ME",
            "group/GEO-EU", "continent/NA", "continent/EU", "*"]
LINE_KEYS = ["line/office", "line/telecom", "line/cn_telecom_shandong", "line/unicom"]
PREFIXES = ["0.0.0.0/0", "192.0.0.0/8", "192.0.2.0/24", "192.0.2.0/25", "192.0.2.128/25",
            "192.0.2.64/26", "192.0.2.77/32", "198.51.0.0/16", "198.51.100.0/24", "::/0",
            "2001:db8::/32", "2001:db8:1::/48", "2001:db8:1:2::/64", "2001:db8:2::/48"]
CLIENTS = ["192.0.2.0/24", "192.0.2.77/32", "192.0.2.64/26", "192.0.2.64/27", "192.0.0.0/16",
           "192.0.2.200/32", "198.51.100.7/32", "198.51.100.0/24", "203.0.113.9/32",
           "2001:db8:1:2::/64", "2001:db8:1::5/128", "2001:db8::/32", "2001:db8:2::/56",
           "2001:db9::/48"]
RANGES = [("192.0.2.0", "192.0.2.63"), ("192.0.2.64", "192.0.2.127"), ("192.0.2.128", "192.0.2.200"),
          ("198.51.100.7", "198.51.100.7"), ("192.0.3.0", "198.51.100.6"),
          ("2001:db8:1::", "2001:db8:1:ffff:ffff:ffff:ffff:ffff"), ("2001:db8:2::", "2001:db9::")]
CITIES = {"eu": {"latitude": 50.1, "longitude": 8.7}, "us": {"latitude": 39.0, "longitude": -77.5},
          "ap": {"latitude": 35.7, "longitude": 139.7}, "sa": {"latitude": -23.5, "longitude": -46.6}}
OUTCOMES_MAX = 20_000  # of the walks through the draws of one case; keeps the oracle fast


class Tree:
    """Makes the policies of one case."""

    def __init__(self, rng):
        self.rng = rng
        self.names = 0
        self.addresses = []
        self.checks, self.controls, self.services, self.slices = [], [], [], []
        self.policies, self.roots, self.nodes = [], {}, {}
        self.family = rng.choice(["separate"] * 4 + ["after", "before"])
        self.type = "A"
        if self.family == "separate":
            self.type = rng.choice(["A"] * 6 + ["AAAA"] * 2 + ["MX", "TXT"])
        self.query_type = self.type if self.family == "separate" else rng.choice(["A", "AAAA"])

    def chance(self, p):
        return self.rng.random() < p

    def name(self, stem):
        self.names += 1
        return f"{stem}{self.rng.randrange(100):02}-{self.names}"

    # Policies and nodes

    def policy(self, name, depth, nodes_max, under, inner=False):
        spec = {"hostnames": [], "type": self.type, "family": self.family, "ttl":
                self.rng.choice([0, 5, 30, 60, 300, 300]), "nodes": []}
        if self.chance(0.1):
            spec["stickiness"] = self.rng.choice(["subnet", "client"])
        if inner and self.chance(0.5) and self.type in ("A", "AAAA"):  # the outer policy's counts
            spec["family"] = self.rng.choice(["after", "before"])
        root_name = name if self.chance(0.6) else self.name(self.rng.choice("az"))
        spec["root"] = root_name
        self.roots[name] = root_name
        root = self.node(spec, root_name, depth, nodes_max, under, top=not inner)
        if not inner and self.chance(0.015):
            root["admin"] = self.rng.choice(["Off", "Stopped"])
        self.policies.append({"metadata": {"name": name, "namespace": "default"}, "spec": spec})
        return root

    def node(self, spec, name, depth, nodes_max, under, top=False):
        is_leaf = depth == 0 or nodes_max <= 1 or (not top and self.chance(0.22))
        if top and self.chance(0.01):
            is_leaf = True
        node = {"name": name}
        if is_leaf:
            node["leaf"] = self.leaf(under)
        else:
            node["select"] = self.select(under)
            self.children(spec, node, depth, nodes_max, under)
        if self.chance(0.35):
            node["region"] = self.rng.choice(list(CITIES))
        if self.chance(0.55 if is_leaf else 0.15):
            node["gates"] = [self.gate() for _ in range(self.rng.choice([1, 1, 1, 2]))]
        if self.chance(0.2):
            node["ttl"] = self.rng.choice([1, 20, 60, 600])
        if not top and self.chance(0.08):
            node["admin"] = self.rng.choice(["On", "Off", "Stopped"])
        spec["nodes"].append(node)
        self.nodes[name] = node
        return node

    def select(self, under):
        rng = self.rng
        op = rng.choice(OPS)
        if under["steady"] and op in BY_CLIENT:
            op = "priority"
        select = {"op": op}
        if op != "hash" and self.chance(0.45) and under["draws"] < 2:
            select["draw"] = rng.choice(DRAWS)
        if select.get("draw") == "sample":
            select["k"] = rng.choice([1, 2, 2, 3, 8])
        if op == "match":
            select["key"] = rng.choice(["geo", "geo", "line"])
        if (op == "weight" or select.get("draw") == "ordered") and self.chance(0.5):
            select["zero"] = rng.choice(["reserve", "never", "last"])
        if self.chance(0.35):
            select["need"] = self.need()
        if self.chance(0.6):
            select["last"] = rng.choice(["open", "first", "none"])
        for field in ("empty", "noMatch"):
            if self.chance(0.3):
                select[field] = rng.choice(["NODATA", "NXDOMAIN", "NXDOMAIN"])
        if self.chance(0.12):
            select["pinned"] = True
        if self.chance(0.15):
            select["propagate"] = False
        if op == "priority" and self.chance(0.3):
            select["nonPreemptive"] = True
        return select

    def need(self):
        form = self.rng.choice(["count", "percent", "family"])
        if form == "count":
            return {"count": self.rng.choice([0, 1, 2, 2, 2, 3, 3])}
        if form == "percent" or self.query_type not in ("A", "AAAA"):
            return {"percent": self.rng.choice([0, 1, 30, 33, 34, 50, 67, 70, 100])}
        return {"ipv4": self.rng.choice([0, 1, 2, 3]), "ipv6": self.rng.choice([1, 2])}

    def children(self, spec, node, depth, nodes_max, under):
        rng, select = self.rng, node["select"]
        several = "draw" in select
        count = rng.choice([1, 2, 2, 3, 3, 4, 4] + ([] if several else [5, 6]))
        below = {"draws": under["draws"] + several,
                 "steady": under["steady"] or select.get("nonPreemptive", False)}
        claims = self.claims(select)
        if select["op"] == "match":
            count = min(count, len(claims))
        node["children"] = []
        for left in range(count, 0, -1):
            child = {}
            again = self.again(spec, node, under=below)
            if again:
                child["node"] = again["name"]
            elif depth > 1 and self.chance(0.12):
                child["policy"] = self.name("n")
                self.policy(child["policy"], depth - 1, nodes_max // count, below, inner=True)
            else:
                child["node"] = self.name("n")
                self.node(spec, child["node"], depth - 1, nodes_max // count, below)
            self.attributes(select, child, claims, left, not node["children"])
            node["children"].append(child)

    def claims(self, select):
        """What the kids of this node may claim, each but once, in random order."""
        pool = {"match": GEO_KEYS, "cidr": PREFIXES, "range": RANGES}.get(select["op"], [])
        if select.get("key") == "line":
            pool = LINE_KEYS + [self.rng.choice(["*", "line/default"])]
        return self.rng.sample(pool, len(pool))

    def again(self, spec, node, under):
        """A node that stands already somewhere, to stand here too."""
        if not spec["nodes"] or not self.chance(0.08):
            return None
        other = self.rng.choice(spec["nodes"])
        steady = node["select"].get("nonPreemptive")  # its current choice goes by name
        taken = {child.get("node") for child in node["children"] if steady}
        if other["name"] in taken or not self.fits(other, under):
            return None
        return other

    def fits(self, node, under):
        """A node made for another place may stand here."""
        if under["steady"] and self.by_client(node):
            return False
        return not under["draws"] or not self.has_hostname(node)

    def below(self, node):
        yield node
        for child in node.get("children", []):
            yield from self.below(self.nodes[child.get("node") or self.roots[child["policy"]]])

    def entry_name(self, name):
        """The name of a node as a kid: the policy's, if it is the root of one."""
        return next((policy for policy, root in self.roots.items()
                     if root == name and policy != "shop"), name)

    def by_client(self, node):
        return any(n.get("select", {}).get("op") in BY_CLIENT for n in self.below(node))

    def has_hostname(self, node):
        return any("hostname" in n.get("leaf", {}) for n in self.below(node))

    def attributes(self, select, child, claims, left, is_first):
        rng, op = self.rng, select["op"]
        if op == "priority":
            child["priority"] = rng.choice([0, 1, 1, 2, 10])
        if op == "weight" or select.get("draw") == "ordered":
            child["weight"] = rng.choice([0, 0, 1, 1, 2, 3, 5, 10, 255, 1000])
            if self.chance(0.02):
                child["weight"] = 2**32 - 1
        if op in ("latency", "proximity"):
            child["region"] = rng.choice(list(CITIES))
        if op == "proximity":
            if self.chance(0.3):
                child["coordinates"] = {"latitude": rng.randrange(-90, 91),
                                        "longitude": rng.randrange(-180, 181)}
            if self.chance(0.5):
                child["bias"] = rng.choice([-99, -50, -20, 10, 25, 50, 99])
        several = rng.choice([1, 1, 2])
        if op == "match":  # every kid that is left must find a key
            child["match"] = [claims.pop() for _ in range(several) if len(claims) >= left]
        if op in ("cidr", "range") and (is_first or not self.chance(0.3)):
            claimed = [claims.pop() for _ in range(several) if claims]
            if op == "cidr":
                child["cidrs"] = claimed
            else:
                child["ranges"] = [dict(zip(("first", "last"), ends)) for ends in claimed]
        if self.chance(0.06):
            child["admin"] = rng.choice(["On", "Off", "Stopped"])

    # Leaves

    def leaf(self, under):
        rng = self.rng
        leaf = {}
        if self.query_type in ("A", "AAAA") and self.chance(0.15):
            leaf["serviceRef"] = self.service_ref()
        elif not under["draws"] and self.chance(0.06):
            leaf["hostname"] = f"alb-{rng.randrange(4)}.example.net."
        else:
            leaf["values"] = [self.value() for _ in range(rng.choice([1, 1, 1, 1, 2, 3]))]
            leaf["values"] = sorted(set(leaf["values"]))
        if self.chance(0.12):
            leaf["health"] = rng.choice(["up", "down"])
        return leaf

    def value(self):
        if self.addresses and self.chance(0.06):
            return self.rng.choice(self.addresses)
        n = len(self.addresses) + 1
        kind = self.type
        if self.family != "separate":
            kind = self.rng.choice(["A", "AAAA"])
        value = {"A": f"10.1.{n // 250}.{n % 250}", "AAAA": f"2001:db8:a::{n:x}",
                 "MX": f"{n} mx{n}.example.net.", "TXT": f'"t{n}"'}[kind]
        self.addresses.append(value)
        return value

    def service_ref(self):
        rng = self.rng
        if not self.services or self.chance(0.6):
            self.service()
        ref = {"name": rng.choice(self.services)["name"]}
        if self.chance(0.5):
            ref["region"] = rng.choice(list(CITIES))
        if self.chance(0.6):
            ref["maxAnswers"] = rng.choice([1, 1, 2, 3])
        return ref

    def service(self):
        rng, number = self.rng, len(self.services) + 1
        name = f"web{number}"
        self.services.append({"name": name})
        for i in range(rng.choice([0, 1, 1, 2])):
            version = 4
            if self.type == "AAAA" or (self.family != "separate" and self.chance(0.5)):
                version = 6
            if self.family == "separate" and self.chance(0.2):
                version = 10 - version
            endpoints = []
            for j in range(rng.choice([0, 1, 2, 2])):
                host = number * 10 + i * 4 + j
                address = f"10.2.0.{host}" if version == 4 else f"2001:db8:b::{host:x}"
                endpoints.append({"address": address, "ready": self.chance(0.85),
                                  "terminating": self.chance(0.12)})
            self.slices.append({"name": f"{name}-{i}", "service": name, "family": version,
                                "region": rng.choice(list(CITIES)), "endpoints": endpoints})
        for _ in range(rng.choice([0, 1, 1, 2])):
            self.check(target=name)

    # Gates

    def gate(self):
        rng = self.rng
        if self.chance(0.3):
            if not self.controls or self.chance(0.6):
                self.controls.append({"name": f"switch{len(self.controls)}",
                                      "initialState": rng.choice(["On", "On", "Off"])})
            return {"kind": "RoutingControl", "name": rng.choice(self.controls)["name"]}
        gates = [check for check in self.checks if "target" not in check]
        check = rng.choice(gates) if gates and self.chance(0.4) else self.check()
        return {"kind": "HealthCheck", "name": check["name"]}

    def check(self, target=None):
        number = len(self.checks)
        check = {"name": f"check{number}", "type": self.rng.choice(["HTTP", "TCP", "External"]),
                 "initial": self.rng.choice(["up", "up", "up", "down", "checking"])}
        if target:
            check["type"], check["target"] = "TCP", target
        elif check["type"] != "External":
            check["address"] = f"127.0.1.{number % 250}:80"
        if self.chance(0.1) and not target:
            check["inverted"] = True
        self.checks.append(check)
        return check


class Refused(Exception):
    """A tree that is not worth asking: too many draws to walk through, or not valid."""


def regions(rng):
    prefixes = rng.sample(PREFIXES, len(PREFIXES))
    found = []
    for name, city in CITIES.items():
        region = {"name": name}
        if rng.random() < 0.8:
            region["coordinates"] = city
        region["cidrs"] = [prefixes.pop() for _ in range(rng.choice([0, 1, 2]))]
        if rng.random() < 0.7:
            region["geo"] = rng.sample(GEO_KEYS[:-1], rng.choice([1, 2, 3]))
            region["geo"] += rng.sample(LINE_KEYS, rng.choice([0, 1, 2]))
        if rng.random() < 0.5:
            region["latency"] = {other: rng.choice([1, 10, 10, 80.5])
                                 for other in CITIES if rng.random() < 0.6}
        found.append(region)
    return found


def query(rng, tree):
    asked = {"type": tree.query_type, "client": rng.choice(CLIENTS)}
    if rng.random() < 0.5:
        asked["geo"] = rng.sample(GEO_KEYS[:-1], rng.choice([0, 2, 3, 5, 8]))
    if rng.random() < 0.5:
        asked["lines"] = rng.sample(LINE_KEYS, rng.randrange(3))
        if rng.random() < 0.3:
            asked["lines"].append("line/default")
    if rng.random() < 0.5:
        asked["latency"] = {name: rng.choice([5, 20, 20, 150.25])
                            for name in CITIES if rng.random() < 0.75}
    if rng.random() < 0.5:
        asked["distance"] = {}
    asked["nth"] = rng.choice([0, 1, 2, 3, 7, 1000003])
    return asked


def facts(rng, tree):
    down = rng.choice([0.05, 0.2, 0.5, 0.95])
    silent = rng.choice([0, 0.3])
    told = {"checks": {}, "controls": {}, "probes": {}, "current": {},
            "regions_down": [name for name in CITIES if rng.random() < rng.choice([0, 0.1, 0.3])]}

    def health():
        return "down" if rng.random() < down else rng.choice(["up", "up", "checking", "unmonitored"])

    for check in tree.checks:
        if "target" in check:
            for piece in tree.slices:
                for endpoint in piece["endpoints"] if piece["service"] == check["target"] else []:
                    if rng.random() >= silent:
                        told["probes"][f"{check['name']}@{endpoint['address']}"] = health()
        elif rng.random() >= silent:
            told["checks"][check["name"]] = health()
    for control in tree.controls:
        if rng.random() >= silent:
            told["controls"][control["name"]] = "Off" if rng.random() < down else "On"
    for node in (n for policy in tree.policies for n in policy["spec"]["nodes"]):
        if node.get("select", {}).get("nonPreemptive") and rng.random() < 0.8:
            child = rng.choice(node["children"])
            told["current"][tree.entry_name(node["name"])] = child.get("node") or child["policy"]
    return told


def walks(policies, spec, node):
    """About how many ways the draws below a node can go: (ways, how many answers come at most)."""
    if "leaf" in node:
        ways = len(node["leaf"].get("values", [1, 2, 3]))
        return math.factorial(ways)
    below = []
    for child in node["children"]:
        inner = policies[child["policy"]] if "policy" in child else spec
        name = inner["root"] if "policy" in child else child["node"]
        below.append(walks(policies, inner, next(n for n in inner["nodes"] if n["name"] == name)))
    if "draw" in node["select"]:
        return math.prod(below) * math.factorial(len(below))
    return sum(below)


def attempt(rng, name):
    tree = Tree(rng)
    depth = rng.choice([1, 2, 3, 3, 4, 5])
    tree.policy("shop", depth, rng.choice([6, 12, 24, 48]), {"draws": 0, "steady": False})
    policies = {p["metadata"]["name"]: p["spec"] for p in tree.policies}
    spec = policies["shop"]
    root = next(n for n in spec["nodes"] if n["name"] == spec["root"])
    if walks(policies, spec, root) > OUTCOMES_MAX:
        raise Refused
    case = {"id": name, "regions": regions(rng), "services": tree.services, "slices": tree.slices,
            "checks": tree.checks, "controls": tree.controls, "policies": tree.policies,
            "policy": "shop", "facts": facts(rng, tree), "query": query(rng, tree)}
    if "distance" in case["query"]:
        for policy in tree.policies:
            for node in policy["spec"]["nodes"]:
                if node.get("select", {}).get("op") == "proximity":
                    for child in node["children"]:
                        if rng.random() < 0.8:
                            name = child.get("node") or child["policy"]
                            case["query"]["distance"][name] = rng.choice([0, 50, 60, 100, 120, 997])
    return case


def generate(seed, number):
    for again in range(100):
        try:
            return attempt(random.Random(f"{seed}/{number}/{again}"), f"{seed}/{number}")
        except Refused:
            continue
    raise RuntimeError(f"no case {seed}/{number}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--from", type=int, default=0, dest="first")
    options = parser.parse_args()
    for i in range(options.first, options.first + options.count):
        print(json.dumps(generate(options.seed, i)))
