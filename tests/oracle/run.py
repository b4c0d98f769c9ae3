#!/usr/bin/env python3
"""Holds the C++ evaluator against the oracle on N generated trees; shares must be equal as fractions.

    run.py --driver build/dev/tests/oracle/fairway_steer_driver [--count N] [--seed S] [--jobs J]
    run.py --driver … --case FILE     the cases of a file (JSON lines), not shrunk
    run.py --driver … --coverage      also which steps of docs/steering.md the trees came to

Each disagreement is shrunk to the smallest document that still shows it, and printed. Ends with
"N passed, N failed"; exit 0 if none failed.
"""
import argparse
import copy
import itertools
import json
import multiprocessing
import os
import pathlib
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from math import comb

import generate
import oracle

HERE = pathlib.Path(__file__).resolve().parent
CHUNK = 250
REQUIRED = {"policies", "metadata", "spec", "name", "root", "nodes", "op", "facts", "query", "client",
            "type", "regions", "latitude", "longitude", "address", "kind", "first", "last", "service"}
NEVER_EMPTY = {"values", "children", "match", "cidrs", "ranges", "leaf", "select"}
SHRUNK_MAX = 5  # disagreements that are shrunk and printed; the others are counted


class Driver:
    """The C++ program: one line in, one line out."""

    def __init__(self, path):
        self.path, self.process = path, None

    def ask(self, cases):
        """The results in order; a case that kills the program is answered by {"died": code}."""
        results = []
        while len(results) < len(cases):
            lines = "".join(json.dumps(case) + "\n" for case in cases[len(results):])
            done = subprocess.run([self.path], input=lines, capture_output=True, text=True)
            results += [json.loads(line) for line in done.stdout.splitlines()]
            if len(results) < len(cases):
                results.append({"died": done.returncode, "stderr": done.stderr[-2000:]})
        return results


def spelled_out(outcome):
    """(rcode, answers, order): chance; "k of these" as each of the sets that it stands for."""
    p, k = fraction(outcome["p"]), outcome["sample_k"]
    texts = [bare(text) for text in outcome["answers"]]
    if not k or k >= len(texts):
        order = tuple(texts) if outcome["listed"] and len(texts) > 1 else None
        return {(outcome["rcode"], tuple(sorted(set(texts))), order): p}
    ways = comb(len(texts), k)
    spelled = {}
    for chosen in itertools.combinations(texts, k):
        key = (outcome["rcode"], tuple(sorted(set(chosen))), None)
        spelled[key] = spelled.get(key, 0) + p / ways
    return spelled


def without_order(outcomes):
    """An order that is certain must be listed if only rotated draws made it; else it may be."""
    return added_up({key[:2]: p} for key, p in outcomes.items())


def fraction(text):
    """A rounded one, beyond 128 bits, is written "~0.333333"."""
    return Fraction(text.removeprefix("~"))


def equal(ours, oracles, rounded):
    if not rounded:
        return ours == oracles
    return all(abs(ours.get(key, 0) - oracles.get(key, 0)) < Fraction(1, 10**5)
               for key in {*ours, *oracles})


def bare(name):
    """A name with and without the final dot is one answer."""
    return name[:-1] if name.endswith(".") else name


def added_up(outcomes):
    total = {}
    for outcome in outcomes:
        for key, p in outcome.items():
            total[key] = total.get(key, 0) + p
    return total


def differences(expected, found):
    """What the program says otherwise than the oracle: [] if nothing."""
    for trouble in ("refused", "died"):
        if trouble in found:
            return [f"{trouble}: {found}"]
    told = [f"fast form: {found['fast_form']}"] if found["fast_form"] else []
    rounded = found["approximate"]
    told += [f"{name}: {found[name]}, expected {expected[name]}"
             for name in ("last_resort", "scope") if found[name] != expected[name]]
    told += [f"{name}: {found[name]}, expected {expected[name]}" for name in ("no_data", "nx_domain")
             if not equal({0: fraction(found[name])}, {0: fraction(expected[name])}, rounded)]
    ours, oracles = (added_up({(bare(text), ttl): fraction(p)} for text, ttl, p in side["shares"])
                     for side in (found, expected))
    if not equal(ours, oracles, rounded):
        told.append(f"shares: {shown(ours)}, expected {shown(oracles)}")
    ours = added_up(spelled_out(o) for o in found["outcomes"])
    oracles = added_up(spelled_out(dict(o, sample_k=0, listed=o["order"] is not None,
                                        answers=o["order"] or o["answers"]))
                       for o in expected["outcomes"])
    unlisted = {key for key in oracles if key[2]} - set(ours)
    told += [f"not listed: {key}" for key in sorted(unlisted)]
    ours, oracles = without_order(ours), without_order(oracles)
    if not equal(ours, oracles, rounded):
        told.append(f"outcomes: {shown(ours)}, expected {shown(oracles)}")
    return told


def shown(chances):
    return {str(key): str(p) for key, p in sorted(chances.items(), key=lambda item: str(item[0]))}


def judge(case, found):
    """The differences to the nearest of the distributions that the page allows."""
    return min((differences(d, found) for d in oracle.distributions(case)[0]), key=len)


# --- Shrinking ------------------------------------------------------------------------------------

def shrink(case, still_wrong):
    """Takes away whatever can go while the case stays wrong."""
    again = True
    while again:
        again = False
        for smaller in smaller_cases(case):
            if still_wrong(smaller):
                case, again = smaller, True
                break
    return case


def smaller_cases(case):
    for index, policy in enumerate(case["policies"]):
        for node in policy["spec"]["nodes"]:
            if node["name"] != policy["spec"]["root"]:
                smaller = copy.deepcopy(case)
                smaller["policies"][index]["spec"]["root"] = node["name"]
                yield without_unused(smaller)
        if policy["metadata"]["name"] != case["policy"]:
            yield without_unused(dict(copy.deepcopy(case), policy=policy["metadata"]["name"]))
    for path in paths(case, ()):
        if path[0] in ("id", "policy") or path[-1] in REQUIRED or \
                (path[0] in ("regions", "services") and len(path) == 2):
            continue
        smaller = copy.deepcopy(case)
        at = smaller
        for step in path[:-1]:
            at = at[step]
        del at[path[-1]]
        if path[-1] in NEVER_EMPTY or (not at and len(path) > 1 and path[-2] in NEVER_EMPTY):
            continue  # no valid document
        yield without_unused(smaller)


def paths(value, here):
    items = value.items() if isinstance(value, dict) else \
        reversed(list(enumerate(value))) if isinstance(value, list) else ()
    for key, below in items:
        yield here + (key,)
        yield from paths(below, here + (key,))


def without_unused(case):
    """Without the policies and nodes that nothing names any more."""
    policies = {p["metadata"]["name"]: p["spec"] for p in case.get("policies", [])}
    used, todo = set(), [(case["policy"], policies.get(case["policy"], {}).get("root"))]
    while todo:
        policy, name = todo.pop()
        if (policy, name) in used:
            continue
        used.add((policy, name))
        for node in policies.get(policy, {}).get("nodes", []):
            if node.get("name") == name:
                for child in node.get("children", []):
                    inner = child.get("policy")
                    todo.append((inner, policies.get(inner, {}).get("root")) if inner
                                else (policy, child.get("node")))
    for name, spec in policies.items():
        if "nodes" in spec:
            spec["nodes"] = [n for n in spec["nodes"] if (name, n.get("name")) in used]
    case["policies"] = [p for p in case.get("policies", [])
                        if any(p["metadata"]["name"] == policy for policy, _ in used)]
    return case


def wrong_in(driver, died):
    def still_wrong(case):
        try:
            expected = oracle.distributions(case)[0]
        except Exception:  # what is left is no case any more
            return False
        found = driver.ask([case])[0]
        if "refused" in found or ("died" in found) != died:
            return False
        return all(differences(one, found) for one in expected)
    return still_wrong


# --- Running --------------------------------------------------------------------------------------

def run_chunk(work):
    path, seed, first, count = work
    driver = Driver(path)
    cases = [generate.generate(seed, first + i) for i in range(count)]
    reached, wrong = Counter(), []
    for case, found in zip(cases, driver.ask(cases)):
        expected, steps = oracle.distributions(case)
        reached.update(steps.keys())
        told = min((differences(one, found) for one in expected), key=len)
        if told:
            wrong.append((case, told))
    return count, reached, wrong


def report(driver, case, told):
    if not any(line.startswith("refused") for line in told):
        small = shrink(case, wrong_in(driver, told[0].startswith("died")))
        told = judge(small, driver.ask([small])[0])
    else:
        small = case
    print(f"--- {case['id']}")
    print(json.dumps(small) if small is not case else "(not shrunk)")
    for line in told:
        print("   ", line)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--driver", required=True)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--case")
    parser.add_argument("--coverage", action="store_true")
    options = parser.parse_args()
    driver = Driver(options.driver)
    if options.case:
        cases = [json.loads(line) for line in open(options.case) if line.strip()]
        failed = 0
        for case, found in zip(cases, driver.ask(cases)):
            told = judge(case, found)
            failed += bool(told)
            print(case["id"], *(told or ["agrees"]), sep="\n    ")
        print(f"{len(cases) - failed} passed, {failed} failed")
        return 1 if failed else 0
    chunks = [(options.driver, options.seed, first, min(CHUNK, options.count - first))
              for first in range(0, options.count, CHUNK)]
    done, failed, reached = 0, 0, Counter()
    with multiprocessing.Pool(options.jobs) as pool:
        for count, steps, wrong in pool.imap_unordered(run_chunk, chunks):
            done += count
            reached.update(steps)
            for case, told in wrong:
                if failed < SHRUNK_MAX:
                    report(driver, case, told)
                failed += 1
    if options.coverage:
        for step, cases in sorted(reached.items()):
            print(f"{cases:8} {step}")
    print(f"{done - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
