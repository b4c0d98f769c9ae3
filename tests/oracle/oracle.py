"""The rule of deciding (docs/steering.md), written down a second time, as plainly as possible.

An oracle for the C++ evaluator: it was written from the page, not from the code, and it finds every
chance by walking through all the draws there are, with fractions. No formula, no cleverness, no
speed. Numbers in comments are the sections and steps of the page.

    oracle.py < cases.jsonl > results.jsonl        (the form of a case: README.md)
"""
import json
import sys
from collections import Counter
from fractions import Fraction
from itertools import permutations

from known import (Client, Facts, UNKNOWN, contains, ends, expand, great_circle_km, ip_address,
                   ip_network)


# --- One whole answer -----------------------------------------------------------------------------

class Answer:
    """What one run of the draws gives. Immutable. `first` is (text, ttl) of the address that stands
    first; `texts` all of them; `order` the list of them if no draw of several at random had a part
    in it, else None; `rcode` if there are none; `forked` if there are none
    and a draw took several kids."""

    __slots__ = ("first", "texts", "order", "rcode", "forked", "last_resort", "key")

    def __init__(self, first=None, texts=frozenset(), order=(), rcode="NODATA", forked=False,
                 last_resort=False):
        self.first, self.texts, self.order, self.rcode = first, texts, order, rcode
        self.forked, self.last_resort = forked, last_resort
        self.key = (first, texts, order, rcode, forked, last_resort)

    def __eq__(self, other):
        return self.key == other.key

    def __hash__(self):
        return hash(self.key)


NOTHING = Answer()


def then(before, after, order_matters):
    """The answers of one kid followed by those of the next: (6) put together."""
    texts = before.texts | after.texts
    order = None
    if order_matters and before.order is not None and after.order is not None:
        order = before.order + tuple(t for t in after.order if t not in before.order)
    return Answer(before.first or after.first, texts, order, "NODATA", not texts,
                  before.last_resort or after.last_resort)


def add(chances, answer, p):
    chances[answer] = chances.get(answer, 0) + p


# --- The rule -------------------------------------------------------------------------------------

class Oracle:
    def __init__(self, case, hash_choices=()):
        self.policies = {p["metadata"]["name"]: p["spec"] for p in case["policies"]}
        self.spec = self.policies[case["policy"]]
        self.client = Client(case)
        self.facts = Facts(case)
        self.family = self.spec.get("family", "separate")
        self.slices = case.get("slices", [])
        self.checks = case.get("checks", [])
        self.root = expand(self.policies, self.spec, self.spec["root"],
                           {"node": self.spec["root"]}, [self.spec.get("ttl", 60)])
        # Which kid an op hash takes is not told by the page: see distributions().
        self.hash_choices = list(hash_choices)
        self.hash_sizes = {}
        self.reached = Counter()  # which steps of the page this case came to

    def note(self, step):
        self.reached[step] += 1

    # (7) ECS scope: the most bits that any node of the policy needs

    def scope(self):
        if self.spec.get("stickiness", "none") != "none":
            return self.client.prefix.prefixlen
        return self.scope_below(self.root)

    def scope_below(self, node):
        if node.leaf is not None:
            return 0
        op, needed = node.rule("op", "uniform"), 0
        kids = [kid for kid in node.kids if kid.leaf is None or self.applicable(kid)]
        if op == "hash":
            needed = self.client.prefix.prefixlen
        if op in ("match", "latency", "proximity"):
            needed = self.client.region_scope
        if op == "cidr":
            needed = self.client.undivided([ends(c) for kid in kids
                                            for c in kid.entry.get("cidrs", [])])
        if op == "range":
            ranges = [r for kid in kids for r in kid.entry.get("ranges", [])]
            needed = self.client.undivided([(ip_address(r["first"]), ip_address(r["last"]))
                                            for r in ranges])
        return max([needed] + [self.scope_below(kid) for kid in kids])

    # (3) live

    def live(self, node):
        if node.admin != "On":  # 3.1
            return False
        if node.leaf is not None:  # 3.2
            if "health" in node.leaf:
                self.note(f"3.2 forced {node.leaf['health']}")
                return node.leaf["health"] == "up"
            if not self.stands(node):
                return False
            return "serviceRef" not in node.leaf or any(
                self.endpoint_live(node.leaf["serviceRef"], e) for e in self.endpoints(node))
        if not self.stands(node):  # 3.3
            return False
        if not node.rule("propagate", True):
            self.note("3.3 not propagate")
            return True
        return self.need_met(node)

    def stands(self, node):
        kind = "leaf" if node.leaf is not None else "select"
        if node.region is not None and not self.facts.region_up(node.region):  # 3.5
            self.note(f"3.5 region of {kind} down")
            return False
        if not all(self.facts.gate_up(gate) for gate in node.gates):
            self.note(f"3 gate of {kind} down")
            return False
        return True

    def need_met(self, node):
        kids = self.candidates(node)
        live = sum(self.live(kid) for kid in kids)
        need = node.rule("need", {"count": 1})
        if "percent" in need:
            form, met = "percent", live * 100 >= need["percent"] * len(kids)
        elif "count" in need:
            form, met = "count", live >= need["count"]
        else:
            form = "family"
            met = live >= need["ipv6" if self.client.type == "AAAA" else "ipv4"]
        self.note(f"3.3 need {form} {'met' if met else 'not met'}"
                  + (" with dead kids" if met and live < len(kids) else ""))
        return met

    def endpoints(self, leaf):
        ref = leaf.leaf["serviceRef"]
        for piece in self.slices:
            if piece["service"] != ref["name"]:
                continue
            if "region" in ref and piece.get("region") != ref["region"]:
                continue
            for endpoint in piece["endpoints"]:
                if self.family == "after" or self.of_family(endpoint["address"]):
                    yield dict(endpoint, region=piece.get("region"))

    def endpoint_live(self, ref, endpoint):
        return (self.facts.region_up(endpoint["region"])
                and endpoint.get("ready", True) and not endpoint.get("terminating", False)
                and all(self.facts.probe_up(check["name"], endpoint["address"])
                        for check in self.checks if check.get("target") == ref["name"]))

    def of_family(self, text):
        if self.client.type not in ("A", "AAAA"):
            return True
        return ip_address(text).version == (4 if self.client.type == "A" else 6)

    # Who is there for this query: present (3.1, 3.3) and applicable (3.4)

    def candidates(self, node):
        return [kid for kid in node.kids
                if self.present(node, kid) and self.place(node, kid) is not None
                and self.applicable(kid)]

    def present(self, node, kid):
        if kid.admin == "Off":
            return False
        never = node.rule("op", "uniform") == "weight" and node.rule("zero", "reserve") == "never"
        return not (never and kid.entry.get("weight", 1) == 0)

    def applicable(self, node):
        if node.leaf is not None:
            if self.family != "before" or "values" not in node.leaf:
                return True
            applies = any(self.of_family(value) for value in node.leaf["values"])
        elif node.rule("op", "uniform") in ("match", "cidr", "range"):
            applies = bool(self.candidates(node))
        else:
            return True
        if not applies:
            self.note(f"3.4 {'leaf' if node.leaf is not None else 'select'} not applicable")
        return applies

    # (4.1) The place of a kid among the tiers, smaller first; None: this query does not match it.

    def place(self, node, kid):
        op = node.rule("op", "uniform")
        if op == "priority":
            return kid.entry.get("priority", 0)
        if op == "weight":
            reserve = node.rule("zero", "reserve") == "reserve"
            return 1 if reserve and kid.entry.get("weight", 1) == 0 else 0
        if op == "latency":
            return self.client.latency.get(kid.entry.get("region", kid.region), UNKNOWN)
        if op == "proximity":
            return self.biased_distance(kid)
        if op == "match":
            return self.match_place(kid.entry["match"], node.rule("key", "geo"))
        if op == "cidr":
            return self.cidr_place(kid.entry.get("cidrs", []))
        if op == "range":
            return self.range_place(kid.entry.get("ranges", []))
        return 0

    def biased_distance(self, kid):
        distance = self.client.distances.get(kid.name)
        if distance is None:
            there = kid.entry.get("coordinates")
            if there is None:
                there = self.client.region_coordinates.get(kid.entry.get("region", kid.region))
            if there is None or self.client.coordinates is None:
                return UNKNOWN
            distance = great_circle_km(self.client.coordinates, there)
        bias = Fraction(kid.entry.get("bias", 0), 100)
        distance = Fraction(distance)
        return distance * (1 - bias) if bias >= 0 else distance / (1 + bias)

    def match_place(self, keys, kind):
        own = ["*" if kind == "line" and key == "line/default" else key for key in keys]
        known = ["*" if key == "line/default" else key for key in self.client.keys[kind]]
        places = [known.index(key) for key in own if key in known]
        return min(places) if places else None

    def cidr_place(self, cidrs):
        if not cidrs:
            return 1  # the fallback stands after every prefix
        lengths = [ip_network(c).prefixlen for c in cidrs if contains(c, self.client.prefix)]
        return -max(lengths) if lengths else None

    def range_place(self, ranges):
        if not ranges:
            return 1
        first, last = self.client.prefix[0], self.client.prefix[-1]
        for r in ranges:
            low, high = ip_address(r["first"]), ip_address(r["last"])
            if low.version == first.version and low <= first and last <= high:
                return 0
        return None

    def tiers(self, node, kids):
        places = sorted({self.place(node, kid) for kid in kids})
        return [[kid for kid in kids if self.place(node, kid) == place] for place in places]

    # (4) evaluate: {Answer: chance}

    def evaluate(self, node):
        if node.leaf is not None:
            return self.leaf_answers(node)
        kids = self.candidates(node)
        if not kids:  # 4.2
            no_match = node.rule("op", "uniform") in ("match", "cidr", "range")
            self.note("4.2 noMatch" if no_match else "4.2 empty")
            return self.empty(node, "noMatch" if no_match else "empty")
        tiers = self.tiers(node, kids)
        current = self.current_kid(node, kids)
        if current is not None:  # 4.3
            self.note("4.3 current stays")
            tiers.insert(0, [current])
        if node.rule("pinned", False):  # 4.4
            self.note("4.4 pinned")
            return self.drawn(node, tiers[0])
        for tier in tiers:
            kept = [kid for kid in tier if self.live(kid)]
            if kept:
                op = node.rule("op", "uniform")
                self.note(f"4.4 {op}" + (" later tier" if tier is not tiers[0] else ""))
                return self.drawn(node, kept)
        return self.last(node, tiers)

    def current_kid(self, node, kids):
        if not node.rule("nonPreemptive", False):
            return None
        name = self.facts.current.get(node.name)
        return next((kid for kid in kids if kid.name == name and self.live(kid)), None)

    def last(self, node, tiers):  # 4.5
        rule = node.rule("last", "open")
        kept = []
        if rule == "open":
            for tier in tiers:
                kept = kept or [kid for kid in tier if kid.admin != "Stopped"]
        elif rule == "first":
            kept = tiers[0]
        if not kept:
            self.note(f"4.5 {rule}: empty")
            return self.empty(node, "empty")
        self.note(f"4.5 {rule}")
        chances = {}
        for a, p in self.drawn(node, kept).items():
            add(chances, Answer(a.first, a.texts, a.order, a.rcode, a.forked, True), p)
        return chances

    def empty(self, node, field):
        return {Answer(rcode=node.rule(field, "NODATA")): Fraction(1)}

    # (4.6) draw

    def drawn(self, node, kept):
        answers = [NOTHING_DIST if kid.admin == "Stopped" else None for kid in kept]

        def of(kid):
            i = kept.index(kid)
            if answers[i] is None:
                answers[i] = self.evaluate(kid)
            return answers[i]

        draw = node.rule("draw", "one")
        order_matters = draw == "rotated"
        self.note(f"4.6 {draw} of {'one' if len(kept) == 1 else 'several'}")
        if any(kid.admin == "Stopped" for kid in kept):
            self.note("4.6 Stopped kid kept")
        chances = {}
        for p, sequence in self.sequences(node, kept):
            for answer, q in put_together([of(kid) for kid in sequence], order_matters).items():
                add(chances, answer, p * q)
        return chances

    def sequences(self, node, kept):
        """Every way the draw can go: (chance, the kids in the order that they are taken)."""
        draw, op = node.rule("draw", "one"), node.rule("op", "uniform")
        if draw == "one" and op == "hash":
            return [(Fraction(1), [self.hashed(kept)])]
        if draw == "one":
            weights = [kid.entry.get("weight", 1) if op == "weight" else 1 for kid in kept]
            if not any(weights):
                weights = [1] * len(kept)
            return [(Fraction(w, sum(weights)), [kid]) for w, kid in zip(weights, kept) if w]
        if draw == "rotated":
            by_name = sorted(kept, key=lambda kid: kid.name)
            n = len(kept)
            return [(Fraction(1), [by_name[(i - self.client.nth) % n] for i in range(n)])]
        if draw == "ordered":
            return list(self.weighted_orders(kept))
        taken = len(kept) if draw == "all" else min(node.rule("k", 8), len(kept))
        orders = list(permutations(kept, taken))
        return [(Fraction(1, len(orders)), order) for order in orders]

    def weighted_orders(self, kept):
        total = sum(kid.entry.get("weight", 1) for kid in kept)
        if total == 0:
            orders = list(permutations(kept))
            for order in orders:
                yield Fraction(1, len(orders)), list(order)
            return
        for kid in kept:
            chance = Fraction(kid.entry.get("weight", 1), total)
            if chance:
                for p, rest in self.weighted_orders([k for k in kept if k is not kid]):
                    yield chance * p, [kid] + rest

    def hashed(self, kept):
        key = tuple(id(kid) for kid in kept)
        if key not in self.hash_sizes:
            self.hash_sizes[key] = (len(self.hash_sizes), len(kept))
        number = self.hash_sizes[key][0]
        return kept[self.hash_choices[number] if number < len(self.hash_choices) else 0]

    # (4.7) what a leaf answers

    def leaf_answers(self, node):
        if "hostname" in node.leaf:
            return self.in_random_order([node.leaf["hostname"]], 1, node)
        if "values" in node.leaf:
            values = node.leaf["values"]
            if self.family != "separate":
                values = [v for v in values if self.of_family(v)]
            return self.in_random_order(values, len(values), node)
        ref = node.leaf["serviceRef"]
        all_of_them = list(self.endpoints(node))
        chosen = [e for e in all_of_them if self.endpoint_live(ref, e)]
        if not chosen:
            self.note("4.7 no live endpoint")
            chosen = [e for e in all_of_them if not e.get("terminating", False)]
        addresses = [e["address"] for e in chosen]
        return self.in_random_order(addresses, ref.get("maxAnswers", 8), node, self.of_family)

    def in_random_order(self, values, most, node, counts=lambda value: True):
        orders = list(permutations(values, min(most, len(values))))
        chances = {}
        for order in orders:
            texts = tuple(filter(counts, order))
            answer = NOTHING
            if texts:
                answer = Answer((texts[0], min(node.ttls)), frozenset(texts),
                                texts if len(texts) == 1 else None)
            add(chances, answer, Fraction(1, len(orders)))
        if NOTHING in chances:
            self.note("4.7 leaf answers nothing")
        return chances

    # (4.8) the answer as a whole

    def whole(self):
        if self.root.admin != "On":
            self.note(f"4.8 root {self.root.admin}")
        if self.root.admin == "Off":
            return {Answer(rcode="NXDOMAIN"): Fraction(1)}
        if self.root.admin == "Stopped":
            return NOTHING_DIST
        chances = {}
        for answer, p in self.evaluate(self.root).items():
            if not answer.texts and answer.forked:
                self.note("4.8 several paths, nothing")
                answer = Answer(rcode=self.root.rule("empty", "NODATA"),
                                last_resort=answer.last_resort)
            add(chances, answer, p)
        return chances


NOTHING_DIST = {NOTHING: Fraction(1)}


def put_together(dists, order_matters):
    chances = dists[0]
    for dist in dists[1:]:
        longer = {}
        for before, p in chances.items():
            for after, q in dist.items():
                add(longer, then(before, after, order_matters), p * q)
        chances = longer
    return chances


def shares(chances):
    """(5) the chance of each address to stand first."""
    first, rcodes, outcomes = {}, {"NODATA": 0, "NXDOMAIN": 0}, {}
    for answer, p in chances.items():
        if answer.texts:
            first[answer.first] = first.get(answer.first, 0) + p
            listed = answer.order if answer.order and len(answer.order) > 1 else None
            key = ("NOERROR", tuple(sorted(answer.texts)), listed)
        else:
            rcodes[answer.rcode] += p
            key = (answer.rcode, (), None)
        outcomes[key] = outcomes.get(key, 0) + p
    return {
        "shares": sorted([text, ttl, str(p)] for (text, ttl), p in first.items()),
        "no_data": str(rcodes["NODATA"]),
        "nx_domain": str(rcodes["NXDOMAIN"]),
        "outcomes": sorted(({"rcode": rcode, "answers": list(texts),
                             "order": list(order) if order else None, "p": str(p)}
                            for (rcode, texts, order), p in outcomes.items()),
                           key=lambda o: (o["rcode"], o["answers"], o["order"] or [])),
        "last_resort": any(answer.last_resort for answer in chances),
    }


def distributions(case):
    """All distributions that the page allows: one, but for op hash, whose choice for a client is
    certain but not told: one for each way it may fall."""
    results, todo, reached = [], [()], Counter()
    while todo:
        choices = todo.pop()
        oracle = Oracle(case, choices)
        results.append(shares(oracle.whole()))
        reached |= oracle.reached
        for number, size in sorted(oracle.hash_sizes.values()):
            if number == len(choices):
                todo.extend(choices + (other,) for other in range(1, size))
                choices += (0,)
    scope = oracle.scope()
    return [dict(result, scope=scope) for result in results], reached


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(distributions(json.loads(line))[0]))
