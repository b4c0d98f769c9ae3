"""What the corpora of the fuzz targets reach: BAR_PERCENT of each parser's lines at least. The preset
fuzz counts lines, so the replay of the corpora is the measurement."""
import json
import shutil
import subprocess

from testing.programs import LOGS, ROOT, in_parallel, relative

BAR_PERCENT = 85
# Target → the files that it is there to test. Parsers share files: what the corpus of any
# target reaches is reached. A target that is missing here fails.
PARSERS = {
    "dns_message": ["wire/dns/message.cc", "wire/dns/name.cc", "wire/dns/query.cc", "wire/dns/response.cc"],
    "rdata": ["wire/dns/dnssec_text.cc", "wire/dns/loc.cc", "wire/dns/rdata*.cc", "wire/dns/svcb.cc",
              "wire/dns/text.cc", "wire/dns/types.cc"],
    "master_file": ["wire/dns/generate.cc", "wire/dns/master_*.cc"],
    "http1": ["wire/http1/*.cc"],
    "yaml": ["config/emit.cc", "config/tree_builder.cc", "config/value.cc", "config/yaml.cc"],
    "json": ["config/json.cc", "config/tree_builder.cc"],
    "decode": ["config/*_rules.cc", "config/decode*.cc", "config/directory.cc", "config/findings.cc",
               "config/format.cc", "config/schema.cc", "config/validate.cc"],
    "engine": ["dns/engine.cc", "dns/resolution.cc"],
    "compile": [],  # what these two feed is no parser
    "steer": [],
    "import": ["config/import/*.cc"],
}
_FOLDER = ROOT / "build" / "fuzz" / "lines"
# The preset has every checkout write its files' names like this, so that ccache may share objects.
_ANYWHERE = "/fairway"


def counted_in(name):
    """What makes a run of the target write down the lines that it reaches."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    raw = _FOLDER / f"{name}.profraw"
    raw.unlink(missing_ok=True)
    return {"LLVM_PROFILE_FILE": str(raw)}


def check(stage, programs):
    """programs: (name, path) of each target, replayed under counted_in() before."""
    raws = [raw for name, _ in programs if (raw := _FOLDER / f"{name}.profraw").exists()]
    if not raws:
        return stage.failed("fuzz/coverage", "no corpus was replayed")
    profile = _FOLDER / "all.profdata"
    subprocess.run([_tool("llvm-profdata"), "merge", "-sparse", "-failure-mode=all", *raws, "-o", profile], check=True)
    shares = {}
    for (name, _), of_file in in_parallel(programs, lambda job: _measure(*job, profile)):
        if of_file is None:
            stage.failed(f"fuzz/{name}/coverage", "tools/testing/coverage.py does not say which files it tests")
        elif of_file:
            reached, lines = (sum(counts[i] for counts in of_file.values()) for i in (0, 1))
            shares[name] = 100 * reached / lines
            stage.outcome(shares[name] >= BAR_PERCENT, f"fuzz/{name}/coverage",
                          f"{shares[name]:.1f} % of {lines} lines; {relative(_log(name))}")
    if shares:
        least = min(shares, key=shares.get)
        stage.note = f"corpora reach {shares[least]:.1f} % ({least}) to {max(shares.values()):.1f} % of their parsers"


def _measure(name, program, profile):
    """File → (lines reached, lines); the log shows the lines that were not."""
    if name not in PARSERS:
        return None
    sources = _sources(name)
    if not sources:
        return {}
    out = _llvm_cov("export", "-summary-only", profile, program, sources)
    of_file = {}
    for file in json.loads(out)["data"][0]["files"]:
        lines = file["summary"]["lines"]
        if lines["count"]:  # else nothing of it is in this program
            of_file[file["filename"].removeprefix(f"{_ANYWHERE}/src/")] = (lines["covered"], lines["count"])
    _log(name).parent.mkdir(parents=True, exist_ok=True)
    with open(_log(name), "w") as log:
        for file, (reached, lines) in sorted(of_file.items()):
            log.write(f"{file:<34}{reached:>6} of {lines:>5}{100 * reached / lines:>7.1f} %\n")
        for line in _llvm_cov("show", "-show-line-counts", profile, program, sources).splitlines():
            columns = line.split("|", 2)
            if line.startswith("/"):
                log.write(f"\n{relative(line.rstrip(':'))}\n")
            elif len(columns) == 3 and columns[1].strip() == "0":
                log.write(f"{columns[0]}  {columns[2]}\n")
    return of_file


def _sources(name):
    paths = [path for pattern in PARSERS[name] for path in sorted((ROOT / "src").glob(pattern))]
    return [str(path) for path in paths if not path.stem.endswith(("_test", "_fuzz", "_bench"))]


def _log(name):
    return LOGS / "fuzz" / f"lines-{name}.log"


def _llvm_cov(command, option, profile, program, sources):
    done = subprocess.run([_tool("llvm-cov"), command, option, f"-instr-profile={profile}",
                           f"-path-equivalence={_ANYWHERE},{ROOT}", program, *sources],
                          capture_output=True, text=True, check=True)
    return done.stdout


def _tool(name):
    return shutil.which(f"{name}-19") or f"/usr/lib/llvm-19/bin/{name}"
