"""docs/LIFE.md and docs/TOUR.md name nothing that no longer exists.

Every word in backticks is looked up: a path must be a file or directory; `name()` a function of the sources, and when
the line also names C files, defined in one of them; anything else (statement, event, column, table) a word or a
string of src, include or sql. LIFE must name at least five files, five functions, two statements and two events.
"""
import re

import _source as s

TOKEN = re.compile(r"`([^`\n]+)`")


class House:
    def __init__(self):
        self.text, self.functions = "", {}
        for path in s.sources("src/**/*.[ch]", "include/**/*.h", "sql/**/*.sql"):
            body = path.read_text()
            self.text += body
            if path.suffix != ".sql":
                for name, _, _ in s.functions(body):
                    self.functions.setdefault(name, set()).add(s.rel(path))
        self.strings = set(re.findall(r'"([^"\n]*)"', self.text))
        self.statements = set(re.findall(r'struct db_stmt\b[^;]*?\{\s*(?:\.name\s*=\s*)?"([^"]+)"', self.text, re.S))
        self.events = set(re.findall(r'log_event\s*\([^;]*?"([a-z0-9_]+(?:\.[a-z0-9_]+)+)"', self.text, re.S))


def find_path(token):
    """A path as written, or below src, include, sql or tests."""
    for top in ("", "src", "include", "sql", "tests", "docs"):
        if (s.ROOT / top / token).exists():
            return s.rel(s.ROOT / top / token)
    return None


def check_line(house, line):
    """Yields (kind, token, problem or None) for every word in backticks."""
    tokens = TOKEN.findall(line)
    is_path = re.compile(r"^[\w.*/-]+(/|\.(c|h|sql|md|py|conf))$|^(src|include|sql|tests|docs|conf|debian)/[\w./-]+$")
    files = {found for t in tokens if is_path.match(t) and (found := find_path(t))}
    sources = {f for f in files if f.endswith((".c", ".h"))}
    for token in tokens:
        call = re.match(r"^(\w+)\(\)$", token)
        if is_path.match(token):
            exists = find_path(token) or "*" in token and any(s.ROOT.glob(token))
            yield "file", token, None if exists else f"there is no file {token}"
        elif call:
            places = house.functions.get(call[1], set())
            if not places:
                yield "function", token, f"there is no function {token}"
            elif sources and not places & sources:
                yield "function", token, f"{token} is in {', '.join(sorted(places))}, not in {', '.join(sorted(sources))}"
            else:
                yield "function", token, None
        elif token in house.statements or token in house.events:
            yield "statement" if token in house.statements else "event", token, None
        else:
            known = token in house.strings or re.search(rf"(?<![\w.]){re.escape(token)}(?![\w])", house.text)
            yield "word", token, None if known else f"`{token}` is in no source"


def main():
    house, problems = House(), []
    for name, least in (("LIFE", {"file": 5, "function": 5, "statement": 2, "event": 2}), ("TOUR", {"file": 5})):
        document = s.ROOT / f"docs/{name}.md"
        if not document.is_file():
            problems.append(f"docs/{name}.md is missing")
            continue
        seen, code = {}, False
        for number, line in enumerate(document.read_text().splitlines(), 1):
            code ^= line.startswith("```")
            for kind, token, problem in () if code else check_line(house, line):
                seen.setdefault(kind, set()).add(token)
                if problem:
                    problems.append(f"docs/{name}.md:{number}: {problem}")
        problems += [f"docs/{name}.md names {len(seen.get(kind, ()))} {kind}s, expected at least {count}"
                     for kind, count in least.items() if len(seen.get(kind, ())) < count]
    s.finish(problems)


main()
