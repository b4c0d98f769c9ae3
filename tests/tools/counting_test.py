#!/usr/bin/env python3
"""scripts/test counts what programs say, and a skip holds only when it is permitted and needed."""
import contextlib
import io
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))
from testing import programs, results


def stage_of(script, scratch, name="sample"):
    """What the runner enters for a test program with this body."""
    path = pathlib.Path(scratch) / "counting" / f"{name}.sh"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/bash\n{script}\n")
    path.chmod(0o755)
    stage = results.Stage("sample", 1, None)
    with contextlib.redirect_stdout(io.StringIO()):
        programs.counted(stage, path, 2)
    return stage


def counts(stage):
    return tuple(stage.count(outcome) for outcome in ("passed", "failed", "skipped"))


def closing(stage, skips_text, scratch):
    file = pathlib.Path(scratch) / "skips"
    file.write_text(skips_text)
    with contextlib.redirect_stdout(io.StringIO()) as out:
        code = results.report([stage], results.PermittedSkips(file))
    return code, out.getvalue().splitlines()


GTEST = """
[ RUN      ] A.Passes
[       OK ] A.Passes (0 ms)
[ RUN      ] A.Skips
a.cc:3: Skipped
no IPv6 here

[  SKIPPED ] A.Skips (0 ms)
[ RUN      ] B/A.Fails/0
[  FAILED  ] B/A.Fails/0, where GetParam() = 4 (1 ms)
[  FAILED  ] 1 test, listed below:
[  FAILED  ] B/A.Fails/0, where GetParam() = 4
"""


def gtest_stage(text, code, scratch):
    program = pathlib.Path(scratch) / "gtest.sh"
    program.write_text(f"#!/bin/bash\ncat <<'END'\n{text}END\nexit {code}\n")
    program.chmod(0o755)
    stage = results.Stage("sample", 1, None)
    with contextlib.redirect_stdout(io.StringIO()):
        programs.gtest(stage, "unit/sample", program, "counting/gtest")()
    return stage


def main():
    faults = 0

    def check(name, got, wanted):
        nonlocal faults
        faults += got != wanted
        print(f"ok {name}" if got == wanted else f"not ok {name}: {got!r}, wanted {wanted!r}")

    with tempfile.TemporaryDirectory() as scratch:
        check("exit_0", counts(stage_of("true", scratch)), (1, 0, 0))
        check("exit_1", counts(stage_of("exit 1", scratch)), (0, 1, 0))
        check("exit_77", counts(stage_of("echo no nginx; exit 77", scratch)), (0, 0, 1))
        lines = "echo 'ok a'; echo 'not ok b: late'; echo 'skip c: no IPv6'; exit 1"
        check("lines", counts(stage_of(lines, scratch)), (1, 1, 1))
        check("lines_then_crash", counts(stage_of("echo 'ok a'; exit 3", scratch)), (1, 1, 0))
        check("hang", counts(stage_of("sleep 60 & wait", scratch)), (0, 1, 0))

        check("gtest", counts(gtest_stage(GTEST, 1, scratch)), (1, 1, 1))
        check("gtest_crash", counts(gtest_stage("[ RUN      ] A.Crashes\n", 139, scratch)), (0, 1, 0))
        check("gtest_nothing", counts(gtest_stage("", 0, scratch)), (0, 1, 0))
        bad_end = "[       OK ] A.Leaks (0 ms)\n"
        check("gtest_fails_at_exit", counts(gtest_stage(bad_end, 1, scratch)), (1, 1, 0))

        stage = stage_of("echo none; exit 77", scratch)
        missing = "counting/sample program:no-such-program\n"
        code, said = closing(stage_of("echo none; exit 77", scratch), missing, scratch)
        check("permitted_skip", (code, said[-1]), (1, "0 passed, 1 failed"))  # nothing was shown
        stage.passed("other")
        code, said = closing(stage, missing, scratch)
        check("permitted_skip_beside_a_pass", (code, said[-1]), (0, "1 passed, 0 failed"))
        check("skip_is_listed", said[-2].startswith("skipped counting/sample: "), True)
        for name, text in (
            ("skip_not_permitted", ""),
            ("skip_with_the_capability_there", "counting/sample program:bash\n"),
        ):
            stage = stage_of("echo none; exit 77", scratch)
            stage.passed("other")
            code, said = closing(stage, text, scratch)
            check(name, (code, said[-1]), (1, "1 passed, 1 failed"))
        stage = stage_of("true", scratch)
        code, said = closing(stage, "counting/sample because\n", scratch)
        check("skips_file_is_checked", (code, said[-1]), (1, "1 passed, 1 failed"))
    return 1 if faults else 0


sys.exit(main())
