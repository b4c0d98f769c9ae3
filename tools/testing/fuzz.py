"""Fuzzing: every corpus is replayed and must reach its parser's lines, then a third of the targets, another each day, search on."""
import os
import re
import shutil
import time

from testing import coverage
from testing.programs import CORES, LOGS, ROOT, build, in_parallel, listed, relative, run

_REPLAY_SECONDS = 120
_OPTIONS = ["-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1"]


def stem(target):
    return target.removesuffix("_fuzz")


def _corpus(target):
    return ROOT / "tests" / "corpus" / stem(target)


def corpus_files(target):
    return sorted(str(file) for file in _corpus(target).rglob("*") if file.is_file())


def _replay(stage, targets):
    def one(job):
        target, path = job
        files = corpus_files(target)
        if not files:
            return None
        return run([path, *_OPTIONS, *files], f"fuzz/replay-{target}", _REPLAY_SECONDS,
                   env=coverage.counted_in(stem(target)))

    for (target, _), done in in_parallel(targets, one):
        if done is None:
            stage.failed(f"fuzz/{stem(target)}/corpus", f"{relative(_corpus(target))} has no file")
        else:
            stage.outcome(done.code == 0 and not done.timed_out, f"fuzz/{stem(target)}/corpus", done.why())
    if targets:
        coverage.check(stage, [(stem(target), path) for target, path in targets])


def _search(stage, targets, seconds):
    """New inputs are kept in build/corpus; an input that fails, in build/logs/fuzz."""

    def one(job):
        target, path = job
        found = ROOT / "build" / "corpus" / stem(target)
        found.mkdir(parents=True, exist_ok=True)
        corpus = [str(_corpus(target))] if _corpus(target).is_dir() else []
        dictionary = ROOT / "tests" / "corpus" / f"{stem(target)}.dict"
        words = [f"-dict={dictionary}"] if dictionary.exists() else []
        artifacts = LOGS / "fuzz" / f"{stem(target)}-"
        artifacts.parent.mkdir(parents=True, exist_ok=True)
        command = [path, *_OPTIONS, *words, f"-max_total_time={int(seconds)}",
                   f"-artifact_prefix={artifacts}", found, *corpus]
        return run(command, f"fuzz/search-{target}", seconds + 60)

    for (target, _), done in in_parallel(targets, one):
        stage.outcome(done.code == 0 and not done.timed_out, f"fuzz/{stem(target)}/search",
                      f"{done.why()}{_what_failed(done.text())}")


def _what_failed(log):
    """The fault and its input, so that a failure on a machine that is gone can be repeated."""
    found = [re.search(pattern, log, re.M) for pattern in (r"^SUMMARY: .*$", r"^Base64: .{1,2000}$")]
    return "".join(f"\n    {match.group()}" for match in found if match)


def _prepare(stage):
    if not shutil.which("clang++-19"):
        stage.failed("fuzz", "clang++-19 is missing; scripts/deps test")
        return []
    return listed("fuzz", "fuzz") if build(stage, "fuzz", "fairway-fuzz") else []


def corpora(stage):
    _replay(stage, _prepare(stage))


def rotating_third(stage):
    targets = _prepare(stage)
    _replay(stage, targets)
    third = targets[int(time.time() // 86400) % 3 :: 3]
    rounds = -(-len(third) // CORES)
    if rounds and (seconds := min(60, (stage.seconds_left() - 20) / rounds)) >= 3:
        _search(stage, third, seconds)
        stage.note = f"{len(third)} of {len(targets)} targets searched, {int(seconds)} s each; {stage.note}"
    elif third:
        stage.note = f"no time to search; {stage.note}"


def every_target(stage):
    targets = _prepare(stage)
    _replay(stage, targets)
    _search(stage, targets, int(os.environ.get("FUZZ_SECONDS", "60")))
