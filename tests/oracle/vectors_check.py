"""Holds the oracle itself against the worked cases of Route 53, Traffic Manager, GTM, lines and k8gb
(tests/vectors): each configuration is rewritten by hand rules as a policy (docs/steering.md has no
such rules, the importers have their own), and what the oracle says must be what the case expects.

    vectors_check.py DIR
"""
import json
import pathlib
import sys
from fractions import Fraction

import oracle

FILES = ["route53", "eks_granular", "azure_traffic_manager", "alibaba", "k8gb"]


class Policy:
    def __init__(self, case, vector, **spec):
        self.case, self.vector = case, vector
        self.spec = dict({"type": vector["query"].get("type", "A"), "ttl": 60, "nodes": []}, **spec)

    def node(self, name, **fields):
        self.spec["nodes"].append(dict(fields, name=name))
        return name

    def check(self, name, up):
        self.case["checks"].append({"name": name})
        self.case["facts"]["checks"][name] = "up" if up else "down"
        return {"kind": "HealthCheck", "name": name}


def new_case(vector):
    query = vector["query"]
    client = query.get("ecs") or query.get("client") or query.get("resolver_ip") or "198.51.100.7"
    given = query.get("facts", {})
    asked = {"type": query.get("type", "A"), "client": client if "/" in client else
             client + ("/128" if ":" in client else "/32"),
             "latency": given.get("latency_ms", {}), "distance": given.get("distance_km", {}),
             "nth": query.get("nth", 0), "geo": given.get("geo_path", []),
             "lines": ["line/" + line["code"] for line in given.get("lines", [])]}
    geo = given.get("geo")
    if geo:
        asked["geo"] = [f"subdivision/{geo['country']}-{geo['subdivision']}"] \
            if geo.get("subdivision") else []
        asked["geo"] += [f"{k}/{geo[k]}" for k in ("country", "continent") if geo.get(k)]
    return {"id": vector["id"], "regions": [], "slices": [], "checks": [], "controls": [],
            "policy": "p", "query": asked, "facts": {"checks": {}}}


# Route 53: records of one name are a select; an alias to a name of the config is a node.

def route53(case, vector):
    policy = Policy(case, vector)
    state = vector.get("state") or {}
    records = vector["config"]["records"]

    def healthy(check):
        return (state.get("healthchecks") or {}).get(check, "healthy") == "healthy"

    def group(name):
        here = [r for r in records if r["Name"] == name]
        kids = [kid_of(r) for r in here]
        first = here[0]
        select = {"op": "uniform"}
        if "Weight" in first:
            select = {"op": "weight"}
        elif "Region" in first:
            select = {"op": "latency"}
        elif "GeoLocation" in first:
            select = {"op": "match", "last": "first"}
        elif "GeoProximityLocation" in first:
            select = {"op": "proximity"}
        elif "Failover" in first:
            select = {"op": "priority", "last": "first"}
        elif "CidrRoutingConfig" in first:
            select = {"op": "cidr"}
        elif "MultiValueAnswer" in first:
            select = {"op": "uniform", "draw": "sample", "k": 8}
        return policy.node(name, select=select, children=kids)

    def kid_of(record):
        own = f"{record['Name']}{record.get('SetIdentifier', '')}"
        gates = []
        if record.get("HealthCheckId"):
            gates.append(policy.check(f"{own}.check", healthy(record["HealthCheckId"])))
        kid = dict(attributes(record))
        alias = record.get("AliasTarget")
        if alias and any(r["Name"] == alias["DNSName"] for r in records):
            below = group(alias["DNSName"]) if not any(
                n["name"] == alias["DNSName"] for n in policy.spec["nodes"]) else alias["DNSName"]
            select = {"op": "uniform", "propagate": alias["EvaluateTargetHealth"]}
            kid["node"] = policy.node(own, select=select, gates=gates, children=[{"node": below}])
        elif alias:
            groups = (state.get("targets") or {}).get(alias["DNSName"], {}).values()
            up = all("healthy" in group for group in groups)
            if alias["EvaluateTargetHealth"]:
                gates.append(policy.check(f"{own}.targets", up))
            kid["node"] = policy.node(own, leaf={"hostname": alias["DNSName"]}, gates=gates)
        else:
            kid["node"] = policy.node(own, leaf={"values": record["ResourceRecords"]}, gates=gates)
        given = case["query"]["distance"]
        if record.get("SetIdentifier") in given:
            given[kid["node"]] = given[record["SetIdentifier"]]
        return kid

    def attributes(record):
        if "Weight" in record:
            yield "weight", record["Weight"]
        if "Region" in record:
            yield "region", record["Region"]
        if "Failover" in record:
            yield "priority", 0 if record["Failover"] == "PRIMARY" else 1
        if "GeoProximityLocation" in record:
            yield "bias", record["GeoProximityLocation"].get("Bias", 0)
        if "GeoLocation" in record:
            place = record["GeoLocation"]
            key = f"country/{place.get('CountryCode')}"
            if "ContinentCode" in place:
                key = f"continent/{place['ContinentCode']}"
            if "SubdivisionCode" in place:
                key = f"subdivision/{place['CountryCode']}-{place['SubdivisionCode']}"
            yield "match", ["*" if key == "country/*" else key]
        if "CidrRoutingConfig" in record:
            where = record["CidrRoutingConfig"]
            if where["LocationName"] != "*":
                collections = vector["config"]["cidr_collections"]
                yield "cidrs", collections[where["CollectionId"]][where["LocationName"]]

    policy.spec["root"] = group(vector["query"].get("name", records[0]["Name"]))
    return policy


# Azure Traffic Manager: a profile is a select.

def azure_tm(case, vector):
    method = vector["config"]["profiles"][vector["config"]["root"]]["trafficRoutingMethod"]
    policy = Policy(case, vector, family="before" if method == "MultiValue" else "after")
    monitor = (vector.get("state") or {}).get("monitor", {})
    ops = {"Priority": "priority", "Weighted": "weight", "Performance": "latency",
           "Geographic": "match", "MultiValue": "uniform", "Subnet": "range"}

    def profile(name, need):
        config = vector["config"]["profiles"][name]
        op = ops[config["trafficRoutingMethod"]]
        select = {"op": op, "need": {"count": need}, "pinned": op in ("match", "range"),
                  "empty": "NXDOMAIN"}
        if op == "uniform":
            select.update(draw="sample", k=config.get("maxReturn", 2))
        kids = [kid_of(name, op, i, e) for i, e in enumerate(config["endpoints"])]
        off = config.get("profileStatus") == "Disabled"
        return policy.node(name, select=select, children=kids, admin="Off" if off else "On")

    def kid_of(name, op, number, endpoint):
        own, status = f"{name}.{endpoint['name']}", monitor.get(endpoint["name"], "Online")
        fields = {"admin": "On"}
        if endpoint.get("endpointStatus") == "Disabled":
            fields["admin"] = "Off"
        elif status == "Stopped":
            fields["admin"] = "Stopped"
        elif status == "Degraded" and endpoint.get("alwaysServe") != "Enabled":
            fields["gates"] = [policy.check(own, False)]
        if "targetProfile" in endpoint:
            below = profile(endpoint["targetProfile"], endpoint.get("minChildEndpoints", 1))
            policy.node(own, select={"op": "uniform"}, children=[{"node": below}], **fields)
        else:
            policy.node(own, leaf={"values": [endpoint["target"]]}, **fields)
        kid = {"node": own}
        if op == "priority":
            kid["priority"] = endpoint.get("priority", number + 1)
        if op == "weight":
            kid["weight"] = endpoint.get("weight", 1)
        if op == "latency":
            kid["region"] = endpoint["endpointLocation"]
        if op == "match":
            kid["match"] = endpoint["geoMapping"]
        if op == "range":
            kid["ranges"] = [subnet(s) for s in endpoint.get("subnets", [])]
        return kid

    def subnet(declared):
        if "scope" in declared:
            network = oracle.ip_network(f"{declared['first']}/{declared['scope']}")
            return {"first": str(network[0]), "last": str(network[-1])}
        return declared

    policy.spec["root"] = profile(vector["config"]["root"], 1)
    return policy


# Alibaba: lines and GTM 3.

def ali_line(case, vector):
    policy = Policy(case, vector)
    kids = [{"node": policy.node(f"l{i}", leaf={"values": record["value"]}),
             "match": ["line/" + record["line"]]}
            for i, record in enumerate(vector["config"]["records"])]
    policy.spec["root"] = policy.node("root", select={"op": "match", "key": "line"}, children=kids)
    return policy


def gtm3(case, vector):
    config, state = vector["config"], vector.get("state") or {}
    policy = Policy(case, vector)
    needs = {"any_ok": {"count": 1}, "all_ok": {"percent": 100}, "p30_ok": {"percent": 30},
             "p50_ok": {"percent": 50}, "p70_ok": {"percent": 70}}

    def strategy(owner, field):
        name = owner[field]
        select = {"sequence": {"op": "priority"}, "weight": {"op": "weight"},
                  "round_robin": {"op": "uniform", "draw": "rotated"},
                  "source_nearest": {"op": "match", "key": "line"}}[name]
        if owner.get("sequence_lb_strategy_mode") == "non_preemptive":
            select = dict(select, nonPreemptive=True)
        return dict(select)

    def attributes(op, owner):
        if op == "priority":
            return {"priority": owner["serial_number"]}
        if op == "weight":
            return {"weight": owner["weight_value"]}
        if op == "match":
            return {"match": ["line/" + line for line in owner["request_source"]]}
        return {}

    def pool(declared):
        select = strategy(declared, "address_lb_strategy")
        select["need"] = needs[declared["health_judgement"]]
        kids = [dict(attributes(select["op"], a), node=address(declared, a))
                for a in declared["addresses"]]
        return policy.node(declared["id"], select=select, children=kids)

    def address(owner, declared):
        leaf, gates = {"values": [declared["addr"]]}, []
        tasks = state.get("tasks", {}).get(declared["addr"], [])
        judgement = needs[declared.get("health_judgement", "any_ok")]
        ok = sum(task == "ok" for task in tasks)
        up = not tasks or (ok * 100 >= judgement["percent"] * len(tasks) if "percent" in judgement
                           else ok >= 1)
        if declared.get("available_mode") == "manual":
            leaf["health"] = "up" if declared["manual_available_status"] == "available" else "down"
        else:
            gates = [policy.check(declared["addr"], up)]
        return policy.node(f"{owner['id']}.{declared['addr']}", leaf=leaf, gates=gates)

    select = strategy(config, "address_pool_lb_strategy")
    kids = [dict(attributes(select["op"], p), node=pool(p)) for p in config["pools"]]
    policy.spec["root"] = policy.node("root", select=select, children=kids)
    case["facts"]["current"] = state.get("current", {})
    return policy


# k8gb: evaluated at one cluster, by what it sees.

def k8gb(case, vector):
    config, state, at = vector["config"], vector["state"], vector["query"]["at"]
    policy = Policy(case, vector)
    strategy, hidden = config["strategy"], state.get("unreachable_from", {}).get(at, [])

    def cluster(tag):
        up = state["healthy"].get(tag, True) and tag not in hidden
        return policy.node(tag, select={"op": "uniform", "draw": "all", "last": "none"},
                           gates=[policy.check(tag, up)],
                           children=[{"node": policy.node(a, leaf={"values": [a]})}
                                     for a in config["clusters"][tag]])

    tags = [at] if vector["query"].get("name") == "localtargets" else list(config["clusters"])
    every = {tag: cluster(tag) for tag in tags}
    select = {"op": "uniform", "draw": "all", "last": "none", "empty": "NXDOMAIN"}
    kids = [{"node": tag} for tag in every]
    if len(tags) > 1 and strategy["type"] == "failover":
        select["op"] = "priority"
        kids = [{"node": t, "priority": int(t != strategy["primaryGeoTag"])} for t in every]
    if strategy["type"] == "roundRobin" and strategy.get("weight"):
        select["draw"] = "ordered"
        kids = [{"node": t, "weight": strategy["weight"][t]} for t in every]
    if strategy["type"] == "geoip":
        tag = state["geodb"].get(vector["query"]["client"])
        near = [{"node": t} for t in every
                if all(state["geodb"].get(a) == tag for a in config["clusters"][t])]
        kids = near or kids
    policy.spec["root"] = policy.node("root", select=select, children=kids)
    return policy


ENGINES = {"route53": route53, "azure_tm": azure_tm, "ali_line": ali_line, "gtm3": gtm3,
           "k8gb": k8gb}


def agrees(found, expect):
    told = {(o["rcode"], tuple(a.rstrip(".") for a in o["answers"])): Fraction(o["p"])
            for o in found["outcomes"]}
    plain = [tuple(sorted(a.rstrip(".") for a in o["answers"])) for o in expect.get("outcomes", [])]
    if expect.get("rcode") != "NOERROR":
        return told == {(expect["rcode"], ()): 1}
    if "outcomes" in expect:
        wanted = {("NOERROR", answers): Fraction(o["p"])
                  for answers, o in zip(plain, expect["outcomes"])}
        orders = [o["order"] for o in found["outcomes"] if o["order"]]
        return told == wanted and all(order in [o["answers"] for o in expect["outcomes"]]
                                      for order in orders)
    if "sample" in expect:
        return all(len(answers) == expect["sample"]["k"]
                   and set(answers) <= set(expect["sample"]["from"]) for _, answers in told)
    return told == {("NOERROR", tuple(sorted(expect["set"]))): 1}


def main(folder):
    passed = failed = 0
    for stem in FILES:
        path = pathlib.Path(folder) / f"{stem}.json"
        for vector in json.loads(path.read_text())["vectors"]:
            if vector["engine"] not in ENGINES:
                continue
            case = new_case(vector)
            policy = ENGINES[vector["engine"]](case, vector)
            case["policies"] = [{"metadata": {"name": "p"}, "spec": policy.spec}]
            found = oracle.distributions(case)[0][0]
            if agrees(found, vector["expect"]):
                passed += 1
            else:
                failed += 1
                print(vector["id"], vector["title"], "expected", vector["expect"], "found", found)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
