"""The stages of `make test`, in order, with the minutes each may take (90 on two cores in all)."""
import datetime
import os
import re
import resource
import subprocess
import sys
import time

from testing import clang_tidy, fuzz, programs
from testing.results import PermittedSkips, Stage, report
from testing.programs import LOGS, ROOT, build, counted, gtest, in_parallel, listed, run


def build_program(stage):
    """What users get: build/fairway."""
    if build(stage, "release", "fairway"):
        link = ROOT / "build" / "fairway"
        link.unlink(missing_ok=True)
        link.symlink_to("release/bin/fairway")


def build_tests(stage):
    build(stage, "dev", "fairway-tests")


def tidy(stage):
    done = run(["tools/tidy"], "tidy")
    stage.outcome(done.code == 0, "tidy", done.why())
    if done.code != 0:
        print(done.text())
    files = source_files()
    done = run(["clang-format-19", "--dry-run", "--Werror", *files], "clang-format")
    stage.outcome(done.code == 0, "clang-format", f"`make format` mends it; {done.why()}")
    for program in sorted(ROOT.glob("tests/tools/*_test.py")):
        counted(stage, program, 120)


def source_files():
    out = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "--deduplicate", "*.h", "*.cc"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()
    return [name for name in out if (ROOT / name).exists()]


def unit(stage, preset="dev", prefix="unit", kind="test", env=None, wrapper=()):
    def one(job):
        target, path = job
        name = target.removeprefix("fairway_").removesuffix("_test")
        return gtest(stage, f"{prefix}/{name}", path, f"{prefix}/{name}", env, wrapper,
                     stage.seconds_left())

    for _, enter in in_parallel(listed(preset, kind), one):
        enter()


def oracles(stage):
    """Independent oracles: programs in any language that compare Fairway with another reckoning."""
    for program in sorted([*ROOT.glob("tests/oracle/*_test.*"), *ROOT.glob("tests/conformance/*_test.*")]):
        counted(stage, program, stage.seconds_left())


def vectors(stage):
    for folder in (ROOT / "tests" / "vectors", ROOT / "tests" / "vectors" / "extra"):
        _vectors_of(stage, folder)


def _vectors_of(stage, folder):
    done = run([ROOT / "build" / "fairway", "vectors", folder], folder.name, stage.seconds_left())
    last = re.fullmatch(r"(\d+) passed, (\d+) failed", done.last_line())
    if not last or last.groups() == ("0", "0") or done.timed_out:
        stage.failed(folder.name, f"no count on the last line: {done.why()}")
        return
    for number in range(int(last.group(1))):
        stage.passed(f"{folder.name}/{number}")
    for _ in range(int(last.group(2))):
        stage.failed(folder.name, programs.relative(done.log))
    for name, why in re.findall(r"^skip (\S+): (.*)$", done.text(), re.M):
        stage.skipped(name, why)
    if done.code != 0 and last.group(2) == "0":
        stage.failed(folder.name, done.why())


def scenarios(stage):
    """One at a time: they measure how long things take."""
    for program in sorted([*ROOT.glob("tests/scenario/*.py"), *ROOT.glob("tests/scenario/*.sh")]):
        if not (program.name.startswith("_") or program.name == "lib.py"):
            counted(stage, program, min(300, stage.seconds_left()))


def sanitised(stage):
    if build(stage, "asan", "fairway-tests"):
        unit(stage, "asan", "asan", env={
            "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1",
            "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
        })
    # Death tests fork with threads running, which ThreadSanitizer does not follow.
    run(["scripts/build", "tsan"], "build/tsan-configure")
    threaded = [target for target, _ in listed("tsan", "tsan")]
    if threaded and build(stage, "tsan", *threaded):
        unit(stage, "tsan", "tsan", kind="tsan", wrapper=programs.tsan_wrapper(),
             env={"TSAN_OPTIONS": "halt_on_error=1", "GTEST_FILTER": "-*DeathTest.*"})


def clang_tidy_changed(stage):
    clang_tidy.check(stage, clang_tidy.changed(source_files()), "changed files")


def lint_all(stage):
    clang_tidy.check(stage, source_files(), "all files")


ALL = [
    Stage("build", 8, build_program),
    Stage("test-build", 8, build_tests),
    Stage("tidy", 1, tidy),
    Stage("unit", 4, unit),
    Stage("oracle", 8, oracles),
    Stage("vectors", 2, vectors),
    Stage("scenario", 8, scenarios),
    Stage("sanitised", 20, sanitised),
    Stage("clang-tidy", 5, clang_tidy_changed),
    Stage("fuzz", 10, fuzz.rotating_third),
]
# Run only when named.
OTHERS = [
    Stage("headers", 10, clang_tidy.headers),
    Stage("clang-tidy-all", 60, lint_all),
    Stage("fuzz-corpora", 10, fuzz.corpora),
    Stage("fuzz-all", 600, fuzz.every_target),
]
GROUPS = {"lint": ["tidy", "headers", "clang-tidy-all"]}


def main(arguments):
    known = {stage.name: stage for stage in ALL + OTHERS}
    if arguments == ["--list"]:
        print("\n".join([*known, *GROUPS]))
        return 0
    names = [name for argument in arguments for name in GROUPS.get(argument, [argument])]
    if unknown := [name for name in names if name not in known]:
        print(f"no such stage: {', '.join(unknown)}; scripts/test --list names them", file=sys.stderr)
        return 2
    chosen = [known[name] for name in names] or ALL
    os.chdir(ROOT)
    LOGS.mkdir(parents=True, exist_ok=True)
    for stage in chosen:
        now = datetime.datetime.now().strftime("%H:%M:%S")
        print(f"{now} {stage.name}", flush=True)
        stage.started, cpu_before = time.monotonic(), _cpu_seconds()
        stage.run(stage)
        stage.seconds = time.monotonic() - stage.started
        stage.cpu_seconds = _cpu_seconds() - cpu_before
    return report(chosen, PermittedSkips(ROOT / "tests" / "skips"))


def _cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
