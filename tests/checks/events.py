"""Every event that the programs log is in docs/LOGS.md, and every event there is still logged.

LOGS.md lists them as the first cell of a table row, in backticks: | `delivery.sent` | ... |
An event that a table of kinds names stands there as a literal too, in a member whose name ends in _event.
"""
import re

import _source as s

CALL = re.compile(r"\blog_event\s*\(")
MEMBER = re.compile(r'\.\w+_event\s*=\s*"([^"]*)"')
NAME = re.compile(r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$")


def arguments(code, at):
    """Where the arguments of the call begin and end, `at` being just behind its opening parenthesis."""
    depth, begin, spans = 0, at, []
    for i in range(at, len(code)):
        if code[i] in "([{":
            depth += 1
        elif code[i] in ")]}":
            if depth == 0:
                return [*spans, (begin, i)]
            depth -= 1
        elif code[i] == "," and depth == 0:
            spans.append((begin, i))
            begin = i + 1
    return spans


def main():
    problems, logged = [], {}
    for path in s.sources("src/**/*.c"):
        text = path.read_text()
        code = s.code_only(text)
        if s.rel(path) == "src/base/log.c":
            continue
        found = [(m.start(), [m[1]]) for m in MEMBER.finditer(text)]
        for m in CALL.finditer(code):
            spans = arguments(code, m.end())
            event = text[slice(*spans[2])] if len(spans) > 3 else ""
            if not re.search(r"->\w+_event$", event):
                found.append((m.start(), re.findall(r'"([^"]*)"', event)))
        for at, names in found:
            where = f"{s.rel(path)}:{s.line_of(code, at)}"
            if not names:
                problems.append(f"{where}: the event is no literal")
            for name in names:
                if not NAME.match(name):
                    problems.append(f"{where}: {name!r} is not of the form noun.verb")
                logged.setdefault(name, where)
    if not logged:
        s.finish(["nothing logs an event yet"])
    document = s.ROOT / "docs/LOGS.md"
    if not document.is_file():
        s.finish(problems + ["docs/LOGS.md is missing"])
    listed = re.findall(r"^\|\s*`([^`]+)`", document.read_text(), re.M)
    problems += [f"{where}: `{name}` is not in docs/LOGS.md" for name, where in sorted(logged.items()) if name not in listed]
    problems += [f"docs/LOGS.md: `{name}` is logged nowhere" for name in listed if name not in logged]
    problems += [f"docs/LOGS.md: `{name}` is listed twice" for name in sorted({n for n in listed if listed.count(n) > 1})]
    s.finish(problems)


main()
