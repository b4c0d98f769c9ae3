"""Counting of cases, the permitted skips, and the closing table."""
import dataclasses
import pathlib
import shutil
import socket
import subprocess
import time

_ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


@dataclasses.dataclass
class Case:
    name: str  # unit/steer/Weighted.SharesSumToOne, scenario/reload, fuzz/zone_file …
    outcome: str  # passed, failed, skipped
    detail: str = ""


@dataclasses.dataclass
class Stage:
    name: str
    budget_minutes: int
    run: object  # callable(Stage)
    cases: list = dataclasses.field(default_factory=list)
    seconds: float = 0.0
    cpu_seconds: float = 0.0  # of all programs run; tells a slow stage from a busy machine
    note: str = ""
    started: float = 0.0

    def passed(self, name):
        self.cases.append(Case(name, "passed"))

    def failed(self, name, detail=""):
        self.cases.append(Case(name, "failed", detail))
        print(f"  FAILED {name}{': ' + detail if detail else ''}", flush=True)

    def skipped(self, name, reason):
        self.cases.append(Case(name, "skipped", reason))

    def outcome(self, ok, name, detail=""):
        self.passed(name) if ok else self.failed(name, detail)

    def seconds_left(self):
        return self.budget_minutes * 60 - (time.monotonic() - self.started)

    def count(self, outcome):
        return sum(case.outcome == outcome for case in self.cases)


def _has_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


def _succeeds(*command):
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


# The words that tests/skips may give as the missing capability; besides, `program:NAME`, and
# `role:NAME`, which is missing until src/NAME exists.
CAPABILITIES = {
    "ipv6": _has_ipv6,
    "root": lambda: _succeeds("sh", "-c", '[ "$(id -u)" = 0 ]'),
    "netns": lambda: _succeeds("unshare", "-n", "true"),
    "gateway-crds": lambda: _succeeds(_ROOT / "tests" / "conformance" / "crds_test.py", "--found"),
    "bpf": lambda: _succeeds("bpftool", "prog", "list"),
}


def _is_capability(word):
    return word in CAPABILITIES or word.startswith(("program:", "role:"))


def has_capability(word):
    if word.startswith("program:"):
        return shutil.which(word.removeprefix("program:")) is not None
    if word.startswith("role:"):
        return (_ROOT / "src" / word.removeprefix("role:")).is_dir()
    return CAPABILITIES[word]()


class PermittedSkips:
    """tests/skips: `NAME CAPABILITY` a line. A skip holds only where the capability is missing."""

    def __init__(self, file: pathlib.Path):
        self.errors = []
        self._capability_of = {}
        for number, line in enumerate(file.read_text().splitlines() if file.exists() else [], 1):
            words = line.split("#")[0].split()
            if not words:
                continue
            if len(words) != 2 or not _is_capability(words[1]):
                known = ", ".join([*CAPABILITIES, "program:NAME", "role:NAME"])
                self.errors.append(f"{file.name}:{number}: not `NAME CAPABILITY`; known are {known}")
                continue
            self._capability_of[words[0]] = words[1]

    def judge(self, case: Case):
        """Turns a skip that is not permitted into a failure."""
        capability = self._capability_of.get(case.name)
        if capability is None:
            case.outcome = "failed"
            case.detail = f"skipped ({case.detail}), which tests/skips does not permit"
        elif has_capability(capability):
            case.outcome = "failed"
            case.detail = f"skipped ({case.detail}), but this machine has {capability}"
        else:
            case.detail = f"this machine lacks {capability} ({case.detail})"


def _clock(seconds):
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def report(stages, skips: PermittedSkips):
    """Prints the closing lines; returns the exit code."""
    cases = [case for stage in stages for case in stage.cases]
    for case in cases:
        if case.outcome == "skipped":
            skips.judge(case)
    cases += [Case("tests/skips", "failed", error) for error in skips.errors]

    print(f"\n{'stage':<14}{'budget':>8}{'actual':>8}{'cpu':>8}{'passed':>8}{'failed':>8}{'skipped':>8}")
    for stage in stages:
        over = "  over budget" if stage.seconds > stage.budget_minutes * 60 else ""
        print(
            f"{stage.name:<14}{_clock(stage.budget_minutes * 60):>8}"
            f"{_clock(stage.seconds):>8}{_clock(stage.cpu_seconds):>8}{stage.count('passed'):>8}{stage.count('failed'):>8}{stage.count('skipped'):>8}"
            f"{over}{'  ' + stage.note if stage.note else ''}"
        )
    budget, actual = sum(s.budget_minutes for s in stages) * 60, sum(s.seconds for s in stages)
    cpu = sum(stage.cpu_seconds for stage in stages)
    print(f"{'all':<14}{_clock(budget):>8}{_clock(actual):>8}{_clock(cpu):>8}")

    failed = [case for case in cases if case.outcome == "failed"]
    for case in failed:
        print(f"FAILED {case.name}{': ' + case.detail if case.detail else ''}")
    for case in cases:
        if case.outcome == "skipped":
            print(f"skipped {case.name}: {case.detail}")
    passed = sum(case.outcome == "passed" for case in cases)
    # A run that checked nothing has shown nothing.
    if not passed and not failed:
        print("FAILED no case ran")
        print("0 passed, 1 failed")
        return 1
    print(f"{passed} passed, {len(failed)} failed", flush=True)
    return 1 if failed else 0
