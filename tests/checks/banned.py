"""Words that have no place in the sources: unsafe functions, floating-point money, notes to self, dead code."""
import re

import _source as s

CALLS = ("strcpy strcat sprintf vsprintf gets atoi atol atoll atof strtok alloca strncpy strncat stpcpy "
         "rand srand random tmpnam mktemp gmtime localtime ctime asctime system popen").split()
CALL = re.compile(rf"(?<![\w.>])({'|'.join(CALLS)})\s*\(")
FLOAT = re.compile(r"\b(double|float)\b")
NO_FLOAT = ("src/model/", "src/standard/", "src/store/", "include/model/", "include/standard/", "include/store/",
            "src/base/decimal", "include/base/decimal")
NOTE = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]) + r")\b")
DEAD = re.compile(r"^[ \t]*#[ \t]*if[ \t]+0\b", re.M)


def c_problems(name, text):
    code = s.code_only(text)
    for m in CALL.finditer(code):
        yield m.start(), f"{m[1]}() is banned"
    for m in DEAD.finditer(code):
        yield m.start(), "#if 0: dead code"
    if name.startswith(NO_FLOAT):
        for m in FLOAT.finditer(code):
            yield m.start(), f"{m[1]}: money and quantities are exact decimals"


def text_problems(text):
    for m in NOTE.finditer(text):
        yield m.start(), f"{m[1]} left behind"
    for m in re.finditer(r"[ \t\r]+$", text, re.M):
        yield m.start(), "blanks at the end of the line"
    if text and not text.endswith("\n"):
        yield len(text), "no newline at the end of the file"


def main():
    problems = []
    c = s.sources("src/**/*.[ch]", "include/**/*.h") + sorted(s.ROOT.glob("tests/**/*.[ch]"))
    other = [p for pattern in ("sql/**/*.sql", "sql/*.sh", "tests/**/*.py", "tests/run/*", "tests/run_all", "debian/*.sh",
                               "conf/**/*", "docs/**/*.md", "README.md", "Makefile", ".ci/*")
             for p in sorted(s.ROOT.glob(pattern)) if p.is_file() and "__pycache__" not in p.parts]
    for path in c + other:
        name = s.rel(path)
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            problems.append(f"{name}: is not UTF-8")
            continue
        found = list(text_problems(text) if path.suffix != ".md" else [])
        if path in c:
            found += c_problems(name, text)
        problems += [f"{name}:{s.line_of(text, at)}: {what}" for at, what in sorted(found)]
    s.finish(problems)


main()
