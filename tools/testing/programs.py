"""Running programs: with a log, a time limit, and no process left behind; reading what they say."""
import concurrent.futures
import os
import pathlib
import platform
import re
import shutil
import signal
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LOGS = ROOT / "build" / "logs"
CORES = len(os.sched_getaffinity(0))
SKIP_CODE = 77


def relative(path):
    return os.path.relpath(path, ROOT)


class Outcome:
    def __init__(self, code, log: pathlib.Path, timed_out: bool):
        self.code, self.log, self.timed_out = code, log, timed_out

    def text(self):
        return self.log.read_text(errors="replace")

    def last_line(self):
        lines = [line for line in self.text().splitlines() if line.strip()]
        return lines[-1].strip() if lines else ""

    def why(self):
        how = "timed out" if self.timed_out else f"exit {self.code}"
        return f"{how}; {relative(self.log)}"


def run(command, log_name, seconds=600, env=None, cwd=ROOT) -> Outcome:
    """Runs to the end or the limit; then everything that the program started is gone too."""
    log = LOGS / f"{log_name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "wb") as out:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            start_new_session=True,
        )
        timed_out = False
        try:
            process.wait(timeout=max(1, seconds))
        except subprocess.TimeoutExpired:
            timed_out = True
            _ask_to_end(process)
        except BaseException:  # Ctrl-C on `make test`
            _ask_to_end(process)
            raise
        finally:
            _signal_group(process, signal.SIGKILL)
            process.wait()
    return Outcome(process.returncode, log, timed_out)


def _ask_to_end(process):
    """Time to stop its own children, which may have process groups of their own (ninja's have)."""
    _signal_group(process, signal.SIGTERM)
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        pass


def _signal_group(process, number):
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        pass


def in_parallel(jobs, work, workers=CORES):
    """Runs work(job) for each job, two or so at once; yields (job, result) in the jobs' order."""
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        yield from zip(jobs, pool.map(work, jobs))


def build(stage, preset, *targets, seconds=1800):
    """Builds and counts that as one case. The first lines of a failure are shown."""
    name = f"build/{preset}"
    done = run(["scripts/build", preset, *targets], name, seconds)
    ok = done.code == 0 and not done.timed_out
    if not ok:
        errors = [line for line in done.text().splitlines() if "error" in line.lower()][:10]
        print("\n".join(errors) or done.last_line())
    stage.outcome(ok, name, done.why())
    return ok


def listed(preset, kind):
    """(target, path) of each program of a kind that CMake knows of in the preset's folder."""
    file = ROOT / "build" / preset / "programs.txt"
    rows = [line.split(" ", 2) for line in file.read_text().splitlines() if line]
    return [(target, pathlib.Path(path)) for k, target, path in rows if k == kind]


_RAN = re.compile(r"\[       OK \] (\S+?)(?:,.*)? \(\d+ ms\)")
_FAILED = re.compile(r"\[  FAILED  \] (\S+?)(?:,.*)? \(\d+ ms\)")
_SKIPPED = re.compile(r"\[  SKIPPED \] (\S+?)(?:,.*)? \(\d+ ms\)")
_STARTED = re.compile(r"\[ RUN      \] (\S+)")
_DISABLED = re.compile(r"YOU HAVE (\d+) DISABLED")


def gtest(stage, prefix, program, log_name, env=None, wrapper=(), seconds=600):
    """One gtest program; returns a function that enters its cases (call it in one thread)."""
    done = run([*wrapper, program], log_name, seconds, env)

    def enter():
        text = done.text()
        ended = set()
        for pattern, outcome in ((_RAN, "passed"), (_FAILED, "failed"), (_SKIPPED, "skipped")):
            for match in pattern.finditer(text):
                name = f"{prefix}/{match.group(1)}"
                ended.add(match.group(1))
                if outcome == "passed":
                    stage.passed(name)
                elif outcome == "failed":
                    stage.failed(name, relative(done.log))
                else:
                    stage.skipped(name, _reason_before(text, match.start()))
        unfinished = [n for n in _STARTED.findall(text) if n not in ended]
        for name in unfinished:
            stage.failed(f"{prefix}/{name}", f"did not end: {done.why()}")
        if disabled := _DISABLED.search(text):
            stage.failed(prefix, f"{disabled.group(1)} disabled tests; {relative(done.log)}")
        said_failed = unfinished or _FAILED.search(text)
        if not ended and not unfinished:
            stage.failed(prefix, f"ran no test: {done.why()}")
        elif (done.code != 0 or done.timed_out) and not said_failed:
            stage.failed(prefix, done.why())  # a sanitizer's report at exit, say

    return enter


def _reason_before(text, position):
    lines = [line for line in text[:position].splitlines() if line.strip()]
    return lines[-1].strip() if lines and not lines[-1].startswith("[") else "no reason given"


_LINE = re.compile(r"^(ok|not ok|skip) (\S+?)(?:: (.*))?$", re.M)


def counted(stage, program: pathlib.Path, seconds):
    """A test program in any language: `ok NAME`, `not ok NAME: why` and `skip NAME: why` lines are
    a case each; without any, its exit code is the case (77 = skip, reason on the last line)."""
    name = f"{program.parent.name}/{program.stem}"
    if not os.access(program, os.X_OK):
        stage.failed(name, f"{relative(program)} is not executable (modules: lib.py, _NAME)")
        return
    scratch = tempfile.mkdtemp(prefix="fairway-test-")
    os.chmod(scratch, 0o755)  # what a test starts as root gives its rights up, and reads its files still
    env = {
        "FAIRWAY": str(ROOT / "build" / "fairway"),
        "FAIRWAY_SOURCE_DIR": str(ROOT),
        "TMPDIR": scratch,
        "XDG_STATE_HOME": f"{scratch}/state",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    try:
        done = run([program], name, seconds, env)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    rows = _LINE.findall(done.text())
    for word, case, why in rows:
        if word == "ok":
            stage.passed(f"{name}/{case}")
        elif word == "skip":
            stage.skipped(f"{name}/{case}", why)
        else:
            stage.failed(f"{name}/{case}", f"{why}; {relative(done.log)}")
    if done.code == SKIP_CODE and not rows:
        stage.skipped(name, done.last_line())
    elif done.code != 0 or done.timed_out:
        if not any(word == "not ok" for word, _, _ in rows):
            stage.failed(name, done.why())
    elif not rows:
        stage.passed(name)


def tsan_wrapper():
    """g++ 12's ThreadSanitizer cannot place its memory where the kernel randomises widely."""
    return ("setarch", platform.machine(), "-R") if shutil.which("setarch") else ()
