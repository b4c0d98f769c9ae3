"""What the rule of deciding reads: the tree, the client, the facts (docs/steering.md, 1 and 2)."""
import math
from fractions import Fraction
from functools import lru_cache
from ipaddress import ip_address, ip_network

ip_address, ip_network = lru_cache(4096)(ip_address), lru_cache(4096)(ip_network)

UNKNOWN = math.inf
STRICTNESS = {"On": 0, "Stopped": 1, "Off": 2}


# --- The tree -------------------------------------------------------------------------------------

class Node:
    """One place in the tree: a declared node, as the kid that a child entry makes of it."""

    def __init__(self, declared, entry, path_ttls):
        self.leaf = declared.get("leaf")
        self.select = declared.get("select")
        self.entry = entry
        self.name = entry.get("node") or entry.get("policy")
        self.region = declared.get("region")
        self.gates = declared.get("gates", [])
        self.admin = max(declared.get("admin", "On"), entry.get("admin", "On"), key=STRICTNESS.get)
        self.ttls = path_ttls + ([declared["ttl"]] if "ttl" in declared else [])
        self.kids = []

    def rule(self, field, default):
        return self.select.get(field, default)


def expand(policies, spec, node_name, entry, path_ttls):
    """A node named twice stands twice; `policy:` is that policy's root in this place."""
    declared = next(n for n in spec["nodes"] if n["name"] == node_name)
    node = Node(declared, entry, path_ttls)
    for child in declared.get("children", []):
        if "policy" in child:
            inner = policies[child["policy"]]
            node.kids.append(expand(policies, inner, inner["root"], child, node.ttls))
        else:
            node.kids.append(expand(policies, spec, child["node"], child, node.ttls))
    return node


# --- The query and the facts (2) ------------------------------------------------------------------

def great_circle_km(a, b):
    lat1, lon1, lat2, lon2 = (math.radians(place[axis]) for place in (a, b)
                              for axis in ("latitude", "longitude"))
    h = (math.sin((lat2 - lat1) / 2) ** 2
         + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2)
    return 2 * 6371 * math.asin(math.sqrt(h))


@lru_cache(65536)
def contains(prefix, inner):
    outer = ip_network(prefix)
    return outer.version == inner.version and inner.subnet_of(outer)


@lru_cache(4096)
def ends(prefix):
    network = ip_network(prefix)
    return network[0], network[-1]


class Client:
    """What is known of the client: given outright, else by its Region."""

    def __init__(self, case):
        query = case["query"]
        self.type = query["type"]
        self.prefix = ip_network(query["client"])
        self.nth = query.get("nth", 0)
        self.distances = query.get("distance", {})
        regions = {r["name"]: r for r in case["regions"]}
        self.region_coordinates = {n: r.get("coordinates") for n, r in regions.items()}
        home = self.home(regions)
        keys = home.get("geo", []) if home else []
        geo = query.get("geo", [k for k in keys if not k.startswith("line/")])
        lines = query.get("lines", [k for k in keys if k.startswith("line/")])
        self.keys = {"geo": geo + ["*"], "line": lines + ["*"]}
        self.coordinates = home.get("coordinates") if home else None
        self.latency = query.get("latency")
        if self.latency is None:
            self.latency = {n: self.latency_between(home, r) for n, r in regions.items()}

        self.region_scope = self.bits_that_told_the_region(regions)

    def undivided(self, ranges):
        """The length of the shortest prefix around the client in which none of these ranges begins
        or ends; at most the client's own length."""
        ranges = [(int(first), int(last)) for first, last in ranges
                  if first.version == self.prefix.version]
        for length in range(self.prefix.prefixlen):
            low, high = self.around(length)
            if all((first <= low and high <= last) or last < low or high < first
                   for first, last in ranges):
                return length
        return self.prefix.prefixlen

    def bits_that_told_the_region(self, regions):
        """The length of the shortest prefix around the client within which every client prefix is of
        one Region, or none is; at most the client's own length."""
        claims = [(int(first), int(last), region["name"]) for region in regions.values()
                  for first, last in map(ends, region.get("cidrs", []))
                  if first.version == self.prefix.version]

        def region_of(low, high):
            around = [(last - first, name) for first, last, name in claims
                      if first <= low and high <= last]
            return min(around)[1] if around else None

        for length in range(self.prefix.prefixlen):
            low, high = self.around(length)
            inside = {region_of(first, last) for first, last, _ in claims
                      if low <= first and last <= high}
            if inside | {region_of(low, high)} == {region_of(low, high)}:
                return length
        return self.prefix.prefixlen

    def around(self, length):
        """First and last address of the prefix of this length around the client."""
        size = 1 << (self.prefix.max_prefixlen - length)
        low = int(self.prefix.network_address) // size * size
        return low, low + size - 1

    def home(self, regions):
        around = [(ip_network(c).prefixlen, r) for r in regions.values() for c in r.get("cidrs", [])
                  if contains(c, self.prefix)]
        return max(around, key=lambda found: found[0])[1] if around else None

    @staticmethod
    def latency_between(home, region):
        if home is None:
            return UNKNOWN
        if region["name"] in home.get("latency", {}):
            return home["latency"][region["name"]]
        if region is home:
            return 0
        if home.get("coordinates") and region.get("coordinates"):
            return great_circle_km(home["coordinates"], region["coordinates"]) / 100
        return UNKNOWN


class Facts:
    def __init__(self, case):
        facts = case.get("facts", {})
        self.checks = facts.get("checks", {})
        self.controls = facts.get("controls", {})
        self.probes = facts.get("probes", {})
        self.regions_down = facts.get("regions_down", [])
        self.current = facts.get("current", {})
        self.initial_checks = {c["name"]: c.get("initial", "up") for c in case.get("checks", [])}
        self.initial_controls = {c["name"]: c.get("initialState", "On")
                                 for c in case.get("controls", [])}

    def gate_up(self, gate):
        if gate["kind"] == "RoutingControl":
            return self.controls.get(gate["name"], self.initial_controls[gate["name"]]) == "On"
        return self.checks.get(gate["name"], self.initial_checks[gate["name"]]) != "down"

    def probe_up(self, check, address):
        return self.probes.get(f"{check}@{address}", self.initial_checks[check]) != "down"

    def region_up(self, region):
        return region not in self.regions_down
