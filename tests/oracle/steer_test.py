#!/usr/bin/env python3
"""The evaluator and the oracle agree: 100,000 generated trees, equal as fractions. Also holds the
oracle to the worked cases, and the comparison itself to its task: it must see planted faults.
FAIRWAY_ORACLE_TREES: another number of trees; FAIRWAY_ORACLE_SEED: others."""
import copy
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE))
import oracle  # noqa: E402
import generate  # noqa: E402
import run  # noqa: E402

DRIVER = ROOT / "build" / "dev" / "tests" / "oracle" / "fairway_steer_driver"
TREES = os.environ.get("FAIRWAY_ORACLE_TREES", "100000")
SEED = os.environ.get("FAIRWAY_ORACLE_SEED", "1")


def said(ok, name, why=""):
    print(f"ok {name}" if ok else f"not ok {name}: {why}", flush=True)
    return ok


def trees():
    done = subprocess.run([sys.executable, HERE / "run.py", "--driver", DRIVER, "--count", TREES,
                           "--seed", SEED, "--coverage"], capture_output=True, text=True)
    print(done.stdout, done.stderr, sep="\n")
    last = done.stdout.splitlines()[-1:] or ["no result"]
    return said(done.returncode == 0, f"agrees-on-{TREES}-trees", last[0])


def worked_cases():
    done = subprocess.run([sys.executable, HERE / "vectors_check.py", ROOT / "tests" / "vectors"],
                          capture_output=True, text=True)
    print(done.stdout, done.stderr, sep="\n")
    return said(done.returncode == 0, "worked-cases", (done.stdout.splitlines() or ["none"])[-1])


def sees_faults():
    """Each change of one tree that moves a share must show as a difference to the driver's answer
    for the tree as it was."""
    cases = [generate.generate(0, i) for i in range(300)]
    unseen = moved = 0
    for case, found in zip(cases, run.Driver(DRIVER).ask(cases)):
        before = oracle.distributions(case)[0]
        other = copy.deepcopy(case)
        for node in (n for policy in other["policies"] for n in policy["spec"]["nodes"]):
            if "select" in node:
                node["select"]["last"] = "none"
                node["select"].pop("draw", None)
        after = oracle.distributions(other)[0]
        if after != before:
            moved += 1
            unseen += any(not run.differences(one, found) for one in after if one not in before)
    return said(moved > 50 and not unseen, "sees-faults", f"{unseen} of {moved} not seen")


if __name__ == "__main__":
    sys.exit(0 if all([sees_faults(), worked_cases(), trees()]) else 1)
