"""What scripts/fuzz-coverage does: line coverage of each parser by the corpus of its fuzz target."""
import json
import shutil
import subprocess
import sys

from testing.fuzz import corpus_files, stem
from testing.programs import ROOT, listed, run

BAR_PERCENT = 85
# Target → the files that it is there to test. A fuzz target that is missing here is an error.
PARSERS = {
    "dns_message": ["wire/dns/message.cc", "wire/dns/name.cc", "wire/dns/query.cc", "wire/dns/response.cc"],
    "rdata": ["wire/dns/dnssec_text.cc", "wire/dns/loc.cc", "wire/dns/rdata*.cc", "wire/dns/svcb.cc",
              "wire/dns/text.cc", "wire/dns/types.cc"],
    "master_file": ["wire/dns/generate.cc", "wire/dns/master_*.cc"],
    "http1": ["wire/http1/*.cc"],
    "yaml": ["config/emit.cc", "config/tree_builder.cc", "config/value.cc", "config/yaml.cc"],
    "json": ["config/json.cc", "config/tree_builder.cc"],
    "decode": ["config/decode*.cc", "config/directory.cc", "config/findings.cc", "config/format.cc",
               "config/schema.cc", "config/validate.cc"],
    "engine": ["dns/engine.cc", "dns/resolution.cc"],
    "compile": [],  # what these two feed is no parser
    "steer": [],
    "import": ["config/import/*.cc"],
}
_FOLDER = ROOT / "build" / "coverage"


def main(arguments):
    missed = "--missed" in arguments
    wanted = [word for word in arguments if not word.startswith("--")]
    built = run(["scripts/build", "coverage", "fairway-fuzz"], "build/coverage", 1800)
    if built.code != 0:
        sys.exit(f"the build failed: {built.why()}")
    programs = {stem(target): program for target, program in listed("coverage", "fuzz")}
    if unknown := programs.keys() - PARSERS.keys():
        sys.exit(f"say in tools/testing/coverage.py which files these test: {', '.join(sorted(unknown))}")
    profile = _replay(programs)
    below = []
    for name, program in programs.items():
        if not PARSERS[name] or (wanted and name not in wanted):
            continue
        rows = _lines(program, profile, _sources(name))
        reached, lines = sum(row[1] for row in rows), sum(row[2] for row in rows)
        print(f"{name:<34}{reached:>6} of {lines:>5}{_percent(reached, lines):>7.1f} %", flush=True)
        for file, of_file, all_of_file in rows:
            print(f"    {file:<30}{of_file:>6} of {all_of_file:>5}{_percent(of_file, all_of_file):>7.1f} %")
        if missed:
            _print_missed(program, profile, _sources(name))
        if _percent(reached, lines) < BAR_PERCENT:
            below.append(name)
    if below:
        print(f"below {BAR_PERCENT} %: {', '.join(below)}")
    return 1 if below else 0


def _percent(part, whole):
    return 100 * part / whole if whole else 0.0


def _sources(name):
    paths = [path for pattern in PARSERS[name] for path in sorted((ROOT / "src").glob(pattern))]
    return [str(path) for path in paths if not path.stem.endswith(("_test", "_fuzz", "_bench"))]


def _replay(programs):
    """One profile of all: parsers share files, and what any corpus reaches is reached."""
    profile, raws = _FOLDER / "all.profdata", []
    for name, program in programs.items():
        files = corpus_files(name)
        raws.append(_FOLDER / f"{name}.profraw")
        done = run([program, *files], f"coverage/{name}", env={"LLVM_PROFILE_FILE": str(raws[-1])})
        if done.code != 0 or not files:
            sys.exit(f"{name}: the corpus was not replayed: {done.why()}")
    subprocess.run([_tool("llvm-profdata"), "merge", "-sparse", *raws, "-o", profile], check=True)
    return profile


def _lines(program, profile, sources):
    """(file, lines reached, lines) of each source; one that is not linked in reached none."""
    out = subprocess.run([_tool("llvm-cov"), "export", "-summary-only", f"-instr-profile={profile}", program, *sources],
                         capture_output=True, text=True, check=True).stdout
    summaries = {file["filename"]: file["summary"]["lines"] for file in json.loads(out)["data"][0]["files"]}
    rows = []
    for source in sources:
        lines = summaries.get(source)
        if lines is None or lines["count"] == 0:
            continue  # nothing of it is in this program
        rows.append((source.removeprefix(f"{ROOT}/src/"), lines["covered"], lines["count"]))
    return rows


def _print_missed(program, profile, sources):
    out = subprocess.run([_tool("llvm-cov"), "show", f"-instr-profile={profile}", program, *sources],
                         capture_output=True, text=True, check=True).stdout
    for line in out.splitlines():
        columns = line.split("|", 2)
        if line.startswith("/"):
            print(line)
        elif len(columns) == 3 and columns[1].strip() == "0":
            print(f"{columns[0]}  {columns[2]}")


def _tool(name):
    return shutil.which(f"{name}-19") or f"/usr/lib/llvm-19/bin/{name}"
