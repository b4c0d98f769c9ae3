"""The source tree as the rules see it: files, their code without comments and strings, includes."""
import pathlib
import re

_TOKENS = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<d>[^(\s]*)\(.*?\)(?P=d)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'',
    re.S,
)
_INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', re.M)
ALLOW = re.compile(r"//\s*tidy-allow:(.*)")


def _blank(match):
    text = match.group(0)
    # 1'000 is a number, not a character: such a quote follows a digit and is left alone.
    return "".join(c if c == "\n" else " " for c in text)


class Source:
    def __init__(self, root: pathlib.Path, path: pathlib.Path):
        self.path = path.relative_to(root)
        self.name = str(self.path)
        self.text = path.read_text(errors="replace")
        self.folder = self.path.parts[1]  # src/<folder>/…
        unseparated = re.sub(r"(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])", " ", self.text)
        self.code = _TOKENS.sub(_blank, unseparated)
        self.lines = self.text.splitlines()
        self.is_header = path.suffix == ".h"
        # Code that only a test, a fuzz target or a benchmark runs.
        self.is_test = bool(re.search(r"_(test|fuzz|bench)\.(cc|h)$|/testing/", self.name))

    def includes(self):
        """(line, path, quoted?) of each include."""
        for match in _INCLUDE.finditer(self.text):
            yield self.line_of(match.start(1 if match.group(1) else 2)), match.group(1) or match.group(2), bool(
                match.group(1)
            )

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def allowed(self, line):
        """A reason is given on the line or on the one above it."""
        for number in (line, line - 1):
            if 1 <= number <= len(self.lines):
                match = ALLOW.search(self.lines[number - 1])
                if match and match.group(1).strip():
                    return True
        return False


class Tree:
    def __init__(self, root: pathlib.Path):
        self.root = root
        paths = sorted(p for p in (root / "src").rglob("*") if p.suffix in (".h", ".cc"))
        self.sources = [Source(root, path) for path in paths if path.parent != root / "src"]
        self.folders = sorted(p.name for p in (root / "src").glob("*") if p.is_dir())


def finding(name, line, rule, what):
    return f"{name}:{line}: {rule}: {what}"
