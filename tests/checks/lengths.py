"""Files of at most 700 lines, functions of at most 100, main() under 60; names those between 60 and 100."""
import _source as s

FILE_MAX, FUNCTION_MAX, FUNCTION_GOOD, MAIN_MAX = 700, 100, 60, 59


def main():
    problems, long = [], []
    c = s.sources("src/**/*.[ch]", "include/**/*.h") + sorted(s.ROOT.glob("tests/**/*.[ch]"))
    scripts = [p for p in [*s.ROOT.glob("tests/**/*.py"), s.ROOT / "tests/run_all"] if p.is_file()]
    for path in c + sorted(scripts):
        text = path.read_text()
        count = text.count("\n")
        if count > FILE_MAX:
            problems.append(f"{s.rel(path)}: {count} lines, at most {FILE_MAX}")
        if path not in c:
            continue
        for name, first, last in s.functions(text):
            lines = last - first + 1
            limit = MAIN_MAX if name == "main" and s.rel(path).startswith("src/") else FUNCTION_MAX
            if lines > limit:
                problems.append(f"{s.rel(path)}:{first}: {name}() has {lines} lines, at most {limit}")
            elif lines > FUNCTION_GOOD and s.rel(path).startswith("src/"):
                long.append(f"{s.rel(path)}:{first}: {name}() has {lines} lines (allowed)")
    s.finish(problems, "\n".join(long))


main()
