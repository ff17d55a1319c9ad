"""docs/SECURITY.md: every guard rests on something, and what it rests on is there: tests by file and name, paths, settings, commands."""
import re

import _source as s

ROW = re.compile(r"^\| (?!threat |-)(.*?) \| (.*?) \| (.*?) \|$", re.M)


def problem_with(name, settings):
    """What is wrong with one name in backticks; None: nothing."""
    if m := re.fullmatch(r"(?:tests/blackbox/)?(test_\w+\.py)(?:::(test_\w+))?", name):
        path = s.ROOT / "tests/blackbox" / m[1]
        if not path.is_file():
            return "there is no such test file"
        return None if m[2] is None or f"def {m[2]}(" in path.read_text() else "there is no such test"
    if re.fullmatch(r"[a-z_]+\.[a-z_*]+", name):
        known = name in settings or name.startswith("http.*") and any(n.endswith(name[6:]) for n in settings)
        return None if known else "there is no such setting"
    if name.startswith(("tests/", "conf/")):
        return None if (s.ROOT / name).exists() else "there is no such file"
    if name.startswith("tongguanctl "):
        words = name.removeprefix("tongguanctl ")
        return None if f'"  {words} ' in (s.ROOT / "src/ctl/main.c").read_text() else "there is no such command"
    if name.startswith("make "):
        return None if f"{name.removeprefix('make ')}:" in (s.ROOT / "Makefile").read_text() else "there is no such target"
    if "=" in name:
        return None if name in (s.ROOT / "conf/systemd/tongguand.service").read_text() else "the unit does not say so"
    return "it is no test, file, setting or command"


def main():
    text = (s.ROOT / "docs/SECURITY.md").read_text()
    settings = set(re.findall(r"^\| `([a-z_]+\.[a-z_]+)`", (s.ROOT / "docs/CONFIG.md").read_text(), re.M))
    rows, problems = ROW.findall(text), []
    for threat, _, rests in rows:
        names = re.findall(r"`([^`]+)`", rests)
        if not names:
            problems.append(f"docs/SECURITY.md: {threat!r} rests on nothing")
        problems += [f"docs/SECURITY.md: {name}: {why}" for name in names if (why := problem_with(name, settings))]
    if len(rows) < 20:
        problems.append(f"docs/SECURITY.md has {len(rows)} guards: its form is not understood")
    s.finish(problems, f"{len(rows)} guards")


main()
