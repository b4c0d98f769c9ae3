"""The layer table: includes point downward only, and folders of one level never include each other."""
import re

from architecture.tree import finding

LEVELS = [
    ("base",),
    ("wire", "model", "io"),
    ("http", "config"),
    ("world", "place", "ipam"),
    ("steer", "match"),
    ("why", "proxy", "health", "client", "acme"),
    ("dns", "gateway", "mesh", "node", "control", "scheduler"),
    ("app",),
]
LEVEL_OF = {folder: level for level, row in enumerate(LEVELS) for folder in row}
# Folders that do no I/O at all, and what would bring it in.
PURE = {"base", "wire", "model", "world", "place", "ipam", "steer", "match", "why"}
IO_FOLDERS = {"io", "http"}
IO_HEADERS = re.compile(r"sys/(socket|epoll|eventfd|timerfd|mman|un)\.h|netdb\.h|poll\.h|fstream|filesystem|thread")
IO_FILES = {"src/base/log.cc"}  # the log's own writer thread
# Built with -fno-exceptions.
NO_EXCEPTIONS = {"wire", "dns", "gateway", "mesh", "proxy"}
# library header → the only places that may include it
ONLY_IN = [
    (re.compile(r"nlohmann/json\.hpp"), re.compile(r"src/base/json\.h")),
    (re.compile(r"yaml\.h"), re.compile(r"src/config/.*")),
    (re.compile(r"CLI/.*"), re.compile(r"src/app/.*")),
]
_LIBRARY = re.compile(r"fairway_library\s*\(\s*(\w+)([^)]*)\)")


def may_include(folder, other):
    return folder == other or LEVEL_OF[other] < LEVEL_OF[folder]


def _pure(source):
    return source.folder in PURE and not source.is_test and source.name not in IO_FILES


def findings(tree):
    for folder in tree.folders:
        if folder not in LEVEL_OF:
            yield finding(f"src/{folder}", 1, "layers", "this folder is not in the layer table (tools/architecture/layers.py)")
    for source in tree.sources:
        if source.folder in LEVEL_OF:
            yield from _of_source(tree, source)
    for folder in tree.folders:
        if folder in LEVEL_OF:
            yield from _of_build_file(tree, folder)


def _of_source(tree, source):
    for line, path, quoted in source.includes():
        if source.allowed(line):
            continue
        if quoted:
            yield from _of_include(tree, source, line, path)
        elif _pure(source) and IO_HEADERS.fullmatch(path):
            yield finding(source.name, line, "layers", f"<{path}>: src/{source.folder} does no I/O")
        for header, places in ONLY_IN:
            if header.fullmatch(path) and not places.fullmatch(source.name):
                yield finding(source.name, line, "layers", f"{path} is included only in {places.pattern}")


def _of_include(tree, source, line, path):
    other = path.split("/")[0]
    if other not in LEVEL_OF or not (tree.root / "src" / path).is_file():
        yield finding(source.name, line, "layers", f'"{path}": our headers are included by their path below src/')
    elif not may_include(source.folder, other):
        yield finding(source.name, line, "layers", f'"{path}": src/{source.folder} is not above src/{other}')
    elif source.folder in PURE and other in IO_FOLDERS:
        yield finding(source.name, line, "layers", f'"{path}": src/{source.folder} does no I/O')


def _of_build_file(tree, folder):
    file = tree.root / "src" / folder / "CMakeLists.txt"
    if not file.is_file():
        return
    text = file.read_text()
    name = f"src/{folder}/CMakeLists.txt"
    for match in _LIBRARY.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        words = match.group(2).split()
        deps = words[words.index("DEPS") + 1 :] if "DEPS" in words else []
        for dep in deps:
            if dep in LEVEL_OF and not may_include(folder, dep):
                yield finding(name, line, "layers", f"DEPS {dep}: src/{folder} is not above src/{dep}")
        if folder in NO_EXCEPTIONS and "NO_EXCEPTIONS" not in words:
            yield finding(name, line, "layers", f"src/{folder} builds with NO_EXCEPTIONS")
