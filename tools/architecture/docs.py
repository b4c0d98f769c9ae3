"""Documents that must stay true: names in ARCHITECTURE.md, local links, and short folder READMEs."""
import re

from architecture.tree import finding

README_LINES_MAX = 40
_TICKED = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_NAME = re.compile(r"[A-Za-z_]\w*(?:(?:::|\.)~?[A-Za-z_]\w*)*(?:\(\))?")
_FENCE = re.compile(r"^```.*?^```", re.M | re.S)


def findings(tree):
    yield from _architecture(tree)
    yield from _links(tree)
    for folder in tree.folders:
        readme = tree.root / "src" / folder / "README.md"
        if not readme.is_file():
            continue
        count = len(readme.read_text().splitlines())
        if count > README_LINES_MAX:
            yield finding(f"src/{folder}/README.md", count, "readme", f"more than {README_LINES_MAX} lines")


def _architecture(tree):
    file = tree.root / "ARCHITECTURE.md"
    if not file.is_file():
        return
    words = set()
    for source in tree.sources:
        words.update(re.findall(r"[A-Za-z_]\w*", source.text))
    for kind in ("*.json", "*.yaml", "Makefile"):
        for path in [*tree.root.glob(kind), *tree.root.glob(f"api/{kind}")]:
            words.update(re.findall(r"[A-Za-z_]\w*", path.read_text(errors="replace")))
    text = file.read_text()
    for match in _TICKED.finditer(_FENCE.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)):
        name = match.group(1)
        line = text.count("\n", 0, match.start()) + 1
        if not _exists(tree, words, name):
            yield finding("ARCHITECTURE.md", line, "names", f"`{name}` does not exist in the tree")


def _exists(tree, words, name):
    if _is_path(name):
        path = name.rstrip("/")
        return any(
            (base / path).exists() or ("*" in path and any(base.glob(path)))
            for base in (tree.root, tree.root / "src")
        )
    if _NAME.fullmatch(name):
        return all(part in words for part in re.findall(r"[A-Za-z_]\w*", name))
    return True  # a command line, an option, an expression


def _is_path(name):
    if re.search(r"[\s${}<>=:]", name) or name.startswith(("/", "-", "http")):
        return False
    return "/" in name or re.search(r"\.(?:h|cc|md|py|sh|yaml|json|cmake)$", name) is not None


def _links(tree):
    files = [*tree.root.glob("*.md"), *tree.root.glob("docs/**/*.md"), *tree.root.glob("src/*/README.md"),
             *tree.root.glob("examples/**/*.md")]
    for file in files:
        text = file.read_text(errors="replace")
        for match in _LINK.finditer(text):
            target = match.group(1)
            if re.match(r"[a-z]+:", target) or (file.parent / target).exists():
                continue
            line = text.count("\n", 0, match.start()) + 1
            yield finding(file.relative_to(tree.root), line, "names", f"the link leads nowhere: {target}")
