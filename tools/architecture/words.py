"""Words that break the architecture where they stand, each with what to write instead."""
import re

from architecture.layers import NO_EXCEPTIONS
from architecture.tree import ALLOW, finding

_SHARED_NOTHING = {"dns", "gateway", "mesh", "proxy"}
# These see endpoints but must let steer choose among them.
_NEVER_CHOOSE = {"model", "config", "world", "why", "match", "proxy", "dns", "gateway", "mesh", "node", "control", "app"}


class _Word:
    def __init__(self, rule, pattern, instead, applies):
        self.rule, self.pattern, self.instead, self.applies = rule, re.compile(pattern), instead, applies


def _shipped_in(folders):
    return lambda source: source.folder in folders and not source.is_test


_WORDS = [
    _Word(
        "banned-word",
        r"\bstd::(shared_mutex|mutex|atomic\w*|jthread|thread|shared_ptr)\b",
        "shards share nothing: post a message, or pin the World",
        _shipped_in(_SHARED_NOTHING),
    ),
    _Word(
        "banned-word",
        r"\.value\(\)",
        "undefined on an error without exceptions: `if (!r)`, FW_TRY or `*r`",
        lambda source: source.folder in NO_EXCEPTIONS and not source.is_test,
    ),
    _Word(
        "banned-word",
        r"\b(?:class|struct|using|enum)\s+\w*(?:Manager|Helper|Utils?)\b",
        "name it for what it holds or does",
        lambda source: True,
    ),
    _Word(
        "banned-word",
        r"\b(?:sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\(",
        "unit tests turn a fake clock",
        lambda source: source.name.endswith("_test.cc"),
    ),
    _Word(
        "banned-word",
        r"\b(?:s?rand|random|drand48)\s*\(|\bstd::(?:random_device|mt19937\w*|uniform_\w+_distribution)\b",
        "draw from the shard's Rng, so that a seed repeats the run",
        lambda source: not source.is_test,
    ),
    _Word(
        "endpoint-choice",
        r"\.below\s*\(|\bstd::(?:shuffle|sample)\b|%\s*[\w.>()-]*(?:\.|->)size\(\)",
        "an endpoint is chosen only in src/steer: call steer's decide",
        _shipped_in(_NEVER_CHOOSE),
    ),
    _Word(
        "endpoint-choice",
        r"\b(?:pick|choose|select)_(?:endpoint|backend|upstream|leaf|child|weighted)\w*\s*\(",
        "an endpoint is chosen only in src/steer: call steer's decide",
        _shipped_in(_NEVER_CHOOSE),
    ),
]
_FILE_NAME = re.compile(r"(?:^|_)(?:util|utils|helper|helpers|manager|misc|common)(?:_test)?\.(?:h|cc)$")
_LAMBDA = re.compile(
    r"(?<![\w\])])\[[^\[\]]*\]\s*(?:\((?:[^()]|\([^()]*\))*\))?\s*(?:mutable|noexcept|constexpr|\s|->\s*[\w:<>,\s*&]+)*\{"
)
_COROUTINE = re.compile(r"\bco_(?:await|return|yield)\b")


def findings(tree):
    for source in tree.sources:
        yield from _of_source(source)
    yield from _uncounted_limits(tree)


def _uncounted_limits(tree):
    """A limit that is hit is counted: each name of `enum class Limit` stands in a limit_hit()."""
    counted = {name for source in tree.sources if not source.is_test
               for name in re.findall(r"limit_hit\(Limit::(k\w+)\)", source.code)}
    for source in tree.sources:
        if match := re.search(r"enum class Limit\b[^{]*\{([^}]*)\}", source.code):
            for name in re.finditer(r"k\w+", match.group(1)):
                if name.group(0) not in counted | {"kCount"}:
                    line = source.line_of(match.start(1) + name.start())
                    yield finding(source.name, line, "limit", f"`{name.group(0)}` is counted nowhere: limit_hit()")


def _of_source(source):
    for word in _WORDS:
        if not word.applies(source):
            continue
        for match in word.pattern.finditer(source.code):
            line = source.line_of(match.start())
            if not source.allowed(line):
                yield finding(source.name, line, word.rule, f"`{match.group(0).strip()}`: {word.instead}")
    for number, line in enumerate(source.lines, 1):
        match = ALLOW.search(line)
        if match and not match.group(1).strip():
            yield finding(source.name, number, "tidy-allow", "give the reason")
    if _FILE_NAME.search(source.path.name):
        yield finding(source.name, 1, "banned-word", "name the file for what it holds")
    for match in re.finditer(r"^(?:<{7}|>{7}|={7}$)", source.text, re.M):
        yield finding(source.name, source.line_of(match.start()), "conflict", "a merge was not finished")
    if source.is_header:
        yield from _of_header(source)
    yield from _lambda_coroutines(source)


def _of_header(source):
    if not re.search(r"^#pragma once$", source.text, re.M):
        yield finding(source.name, 1, "header", "no #pragma once")
    if not source.text.startswith("//"):
        yield finding(source.name, 1, "header", "begin with what it is, who owns it, which thread")


def _lambda_coroutines(source):
    if not _COROUTINE.search(source.code):
        return
    for match in _LAMBDA.finditer(source.code):
        body = source.code[match.end() : end_of_block(source.code, match.end())]
        line = source.line_of(match.start())
        if _COROUTINE.search(body) and not source.allowed(line):
            yield finding(source.name, line, "banned-word", "a lambda coroutine loses its captures: name the function")


def end_of_block(code, start):
    """The offset of the brace that closes the block whose text begins at start."""
    depth = 1
    for match in re.finditer(r"[{}]", code[start:]):
        depth += 1 if match.group(0) == "{" else -1
        if depth == 0:
            return start + match.start()
    return len(code)
