"""What the checks share: where the sources are, and a reader of C that knows comments, strings and braces."""
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROOMS = ["base", "io", "model", "standard", "store", "flow", "api"]
TOOLS = ["ctl", "mock", "bench"]
_TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def sources(*patterns):
    """The files, sorted; ends the check as failed when there is none, so that nothing passes by being absent."""
    found = sorted({p for pattern in patterns for p in ROOT.glob(pattern) if p.is_file()})
    if not found:
        finish([f"nothing matches {' '.join(patterns)}"])
    return found


def rel(path):
    return str(path.relative_to(ROOT))


def finish(problems, note=""):
    """Prints what is wrong and ends."""
    for problem in problems:
        print(problem)
    if not problems and note:
        print(note)
    sys.exit(1 if problems else 0)


def skip(reason):
    print(reason)
    sys.exit(77)


def bin_directory():
    return pathlib.Path(os.environ.get("TONGGUAN_BIN", str(ROOT / "build/release/bin")))


def program(name):
    """A built program's path; the check fails when it is not there."""
    path = bin_directory() / name
    if not path.exists():
        finish([f"{path} is not built"])
    return path


def output(command, **more):
    """(exit status, stdout and stderr together)"""
    done = subprocess.run([str(c) for c in command], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", **more)
    return done.returncode, done.stdout


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def without_comments(c):
    """The same length and lines; comments are blanks, strings stay."""
    return _TOKEN.sub(lambda m: _blank(m[0]) if m[0][0] == "/" else m[0], c)


def code_only(c):
    """The same length and lines; comments and the insides of strings are blanks."""
    return _TOKEN.sub(lambda m: _blank(m[0]) if m[0][0] == "/" else m[0][0] + _blank(m[0][1:-1]) + m[0][-1], c)


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def _without_directives(code):
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: _blank(m[0]), code, flags=re.M)


def functions(c):
    """(name, first line, last line) of every function defined in the file: an open brace at depth 0 after ')'."""
    code = _without_directives(code_only(c))
    depth, start, found, head = 0, 0, [], None
    for m in re.finditer(r"[{};]", code):
        if m[0] == "{":
            if depth == 0:
                text = code[start:m.start()]
                name = re.search(r"(\w+)\s*\(", re.sub(r"__attribute__\s*\(\(.*?\)\)", "", text, flags=re.S))
                is_function = re.search(r"\)\s*(?:\w+\s*)*$", text) and "=" not in text and name
                first = start + len(text) - len(text.lstrip())
                head = (name[1], line_of(code, first)) if is_function else None
            depth += 1
        elif m[0] == "}":
            depth -= 1
            if depth == 0:
                if head is not None:
                    found.append((*head, line_of(code, m.start())))
                    head = None
                start = m.end()
        elif depth == 0:
            start = m.end()
    return found


def defined(c):
    """Names of the functions and of the objects with a value that the file defines for others."""
    code = _without_directives(code_only(c))
    depth, start, names = 0, 0, set()
    for m in re.finditer(r"[{};=]", code):
        if depth == 0 and m[0] in "{=":
            head = code[start:m.start()].strip()
            pattern = r"(\w+)\s*\(.*\)" if m[0] == "{" else r"[^()]*?(\w+)\s*(?:\[[^\]]*\]\s*)*"
            name = re.fullmatch(r"(?!static\b|typedef\b)\w[\w\s*]*[\s*]" + pattern, head, re.S)
            if name:
                names.add(name[1])
        depth += (m[0] == "{") - (m[0] == "}")
        if depth == 0 and m[0] in "};":
            start = m.end()
    return names


def used(c):
    """Names in the file that are no members, and no tags of types."""
    code = re.sub(r"\b(?:struct|enum|union)\s+\w+", "", code_only(c))
    return set(re.findall(r"(?<![\w.])(?<!->)[A-Za-z_]\w*", code))
