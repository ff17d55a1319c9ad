"""Nothing mutable is global: the house's objects have no data that can be written, but for the exceptions below."""
import re

import _source as s

ALLOWED = {  # object: why
    "base/log.o": "the sink and the lowest level, set before threads start; the lock around one write",
    "base/arena.o": "the test switch that fails the n-th allocation",
    "base/crypto.o": "OpenSSL's algorithm, fetched once for all threads",
    "model/field.o": "the index of the constant field table, built once",
    "standard/xml_walk.o": "libxml2's own start, once for all threads",
    "store/query.o": "the read statements, taken from the embedded files once, before threads",
    "base/killpoint.o": "the test switch that names a place to die",
}
SYMBOL = re.compile(r"^[0-9a-f]+ .{7} (\S+)\s+[0-9a-f]+ (?:\.hidden )?(\S+)$")


def main():
    objects = s.bin_directory().parent / "obj/src"
    problems = []
    for source in s.sources(*[f"src/{room}/*.c" for room in s.ROOMS], "src/config.c", "src/worker.c"):
        name = s.rel(source).removeprefix("src/").removesuffix(".c") + ".o"
        if not (objects / name).exists():
            problems.append(f"{name} is not built")
            continue
        if name in ALLOWED:
            continue
        status, table = s.output(["objdump", "-t", objects / name])
        if status != 0:
            problems.append(table.strip())
        for line in table.splitlines():
            m = SYMBOL.match(line)
            if m is None or m[2] == m[1] or m[2].startswith((".", "__")):
                continue
            if re.match(r"\.(data|bss|tdata|tbss)(\.|$)", m[1]) and not m[1].startswith(".data.rel.ro") or m[1] == "*COM*":
                problems.append(f"src/{name.removesuffix('.o')}.c: {m[2]} can be written ({m[1]})")
    s.finish(problems)


main()
