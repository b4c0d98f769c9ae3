"""clang-tidy over chosen files, and whether each header compiles alone. What passed once is
remembered by the content of all that it was compiled from (build/checked)."""
import hashlib
import json
import os
import re
import shlex
import subprocess
import time

from testing.programs import CORES, ROOT, in_parallel, relative, run

CHECKED = ROOT / "build" / "checked"
_INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)


def changed(sources):
    """What the program is built from and differs from what had landed: from the base of the branch,
    or, on the main branch itself, from where it stood half a day before its last commit."""
    base = os.environ.get("FAIRWAY_BASE") or _landed()
    names = set((_git("diff", "--name-only", base) if base else _git("ls-files")).split())
    names |= set(_git("ls-files", "-o", "--exclude-standard").split())
    shipped = [name for name in sources if not re.search(r"_(test|fuzz|bench)\.cc$", name)]
    return shipped if ".clang-tidy" in names else [name for name in shipped if name in names]


def _landed():
    head = _git("rev-parse", "HEAD")
    for branch in ("origin/main", "main"):
        base = _git("merge-base", "HEAD", branch)
        if base and base != head:
            return base
    half_a_day_ago = int(_git("log", "-1", "--format=%ct") or 0) - 12 * 3600
    return _git("rev-list", "-1", f"--before={half_a_day_ago}", "HEAD")


def _git(*words):
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def commands():
    """File → the words of its compilation in the dev build."""
    subprocess.run(["scripts/build", "dev"], cwd=ROOT, capture_output=True, check=False)
    rows = json.loads((ROOT / "build" / "dev" / "compile_commands.json").read_text())
    return {relative(row["file"]): shlex.split(row["command"]) for row in rows}


def content_key(name, salt):
    """Of the file and of every file of ours that it includes, however deep."""
    digest, seen, todo = hashlib.sha256(salt.encode()), set(), [ROOT / name]
    while todo:
        path = todo.pop()
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        text = path.read_text(errors="replace")
        digest.update(text.encode())
        for include in sorted(_INCLUDE.findall(text)):
            todo += [path.parent / include, ROOT / "src" / include]
    return digest.hexdigest()


def check(stage, names, what):
    """The budget is a limit here: what it did not reach is named in the table."""
    known = commands()
    salt = (ROOT / ".clang-tidy").read_text()
    # A header is checked by way of the sources that we compile; its own findings show there.
    units = [name for name in names if name in known]
    units += [other for header in names if header.endswith(".h")
              for other in [_source_of(header, known)] if other and other not in units]
    late = []

    def one(name):
        mark = CHECKED / content_key(name, salt)
        if mark.exists():
            return None
        if stage.seconds_left() < 5:
            late.append(name)
            return None
        done = run(["clang-tidy-19", "-p", "build/dev", "--quiet", "--warnings-as-errors=*", name],
                   f"clang-tidy/{name.replace('/', '.')}", seconds=300)
        if done.code == 0 and not done.timed_out:
            CHECKED.mkdir(parents=True, exist_ok=True)
            mark.touch()
        return done

    units = list(dict.fromkeys(units))
    # Another quarter comes first each day, so that each has its turn where time is short.
    first = len(units) * (int(time.time() // 86400) % 4) // 4
    units = units[first:] + units[:first]
    for name, done in in_parallel(units, one, CORES):
        if name in late:
            continue
        ok = done is None or (done.code == 0 and not done.timed_out)
        if not ok:
            print("\n".join(l for l in done.text().splitlines() if re.search(r"(error|warning):", l)))
        stage.outcome(ok, f"clang-tidy/{name}", done.why() if done else "")
    stage.note = f"{len(units) - len(late)} of {what}"
    if late:
        stage.note += f"; no time for {len(late)}, which `make lint` checks"


def _source_of(header, known):
    for ending in (".cc", "_test.cc"):
        if (source := header.removesuffix(".h") + ending) in known:
            return source
    return None


def headers(stage):
    """Each header compiles alone."""
    known = commands()
    flags = next((words for name, words in known.items() if name.startswith("src/")), None)
    if flags is None:
        return
    kept = [word for word in flags if re.match(r"-(I|D|std|isystem)", word)]
    names = [relative(path) for path in sorted((ROOT / "src").rglob("*.h"))]

    def one(name):
        mark = CHECKED / content_key(name, "header " + " ".join(kept))
        if mark.exists():
            return None
        done = run(["g++", "-fsyntax-only", "-x", "c++", *kept, *_include_folders(known), name],
                   f"headers/{name.replace('/', '.')}", seconds=120)
        if done.code == 0:
            CHECKED.mkdir(parents=True, exist_ok=True)
            mark.touch()
        return done

    for name, done in in_parallel(names, one):
        stage.outcome(done is None or done.code == 0, f"header/{name}", done.why() if done else "")


def _include_folders(known):
    return sorted({w for words in known.values() for w in words if w.startswith("-I")})
