"""How long files and functions are: shown so that the tail is seen, never a failure."""
import re

_SHOWN = 6
_TYPE = re.compile(r"(?:template\s*<.*>\s*)?(?:namespace|class|struct|union|enum|extern)\b", re.S)
_CONTROL = re.compile(r"\b(?:if|for|while|switch|catch|do|else|try)\b[^;]*$")


def functions(source):
    """(lines, first line, name) of each function body, lambdas counted as part of their function."""
    stack, head_start, found = [], 0, []
    for match in re.finditer(r"[{};]", source.code):
        at, mark = match.start(), match.group(0)
        if mark == "{":
            head = source.code[head_start:at]
            inside = any(kind == "function" for kind, _, _ in stack)
            is_type = _TYPE.match(head.strip()) is not None
            is_function = not inside and not is_type and "(" in head and not _CONTROL.search(head)
            stack.append(("function" if is_function else "block", at, head))
        elif mark == "}" and stack:
            kind, start, head = stack.pop()
            if kind == "function":
                name = re.findall(r"([~\w:]+|operator\S+)\s*\(", head)
                first = source.line_of(start)
                found.append((source.line_of(at) - first + 1, first, name[0] if name else "?"))
        head_start = match.end()
    return found


def _median_and_p95(values):
    values = sorted(values)
    return (values[len(values) // 2], values[min(len(values) - 1, len(values) * 95 // 100)]) if values else (0, 0)


def report(tree):
    shipped = [source for source in tree.sources if not source.is_test]
    files = sorted(((len(s.lines), s.name) for s in shipped), reverse=True)
    bodies = sorted(
        ((length, f"{s.name}:{line} {name}") for s in shipped for length, line, name in functions(s)), reverse=True
    )
    out = []
    for what, rows in (("files", files), ("functions", bodies)):
        median, p95 = _median_and_p95([length for length, _ in rows])
        out.append(f"longest {what} (of {len(rows)}, median {median} lines, p95 {p95}):")
        out += [f"  {length:5} {name}" for length, name in rows[:_SHOWN]]
    return "\n".join(out)
