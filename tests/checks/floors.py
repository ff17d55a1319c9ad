"""Lower floors never include upper ones; no circles inside a room; each outside library has its owners.

Reads every #include under src/ and include/. A module is a header and a source of one name; the headers of one
family (db, db_priv) may know each other, any other circle is a breach.

Sources of a family share a header, which hides who calls whom: so a circle of files of one room that use each
other's functions or objects is a breach too, whatever they include. What goes upwards goes by a function pointer that the
upper file put into the shared structure.
"""
import re

import _source as s

MAY = {  # room: the rooms it may include besides itself
    "base": set(),
    "io": {"base"},
    "model": {"base"},
    "standard": {"model", "base"},
    "store": {"model", "io", "base"},
    "flow": {"store", "standard", "model", "io", "base"},
    "api": {"store", "standard", "model", "io", "base"},
}
HOUSE = set(MAY)
for tool in s.TOOLS:
    MAY[tool] = HOUSE | {"top"}
MAY["top"] = HOUSE  # src/main.c, config.c, worker.c

OWNERS = {  # outside header: the files or rooms that may include it
    "libpq-fe.h": ["src/io/"], "libpq/": ["src/io/"], "pg_config": ["src/io/"],
    "microhttpd.h": ["src/io/"], "curl/": ["src/io/"], "sys/epoll.h": ["src/io/"],
    "libxml/": ["src/standard/"],
    "jansson.h": ["src/base/json.c"],
    "gnutls/": ["src/io/httpd_tls.c", "src/io/client_trust.c"],
    "openssl/": ["src/base/crypto.c", "src/base/certificate.c", "src/base/public_key.c", "src/base/aead.c"],
    "lz4.h": ["src/base/vault.c"],
    "systemd/": ["src/io/systemd.c"],
    "confuse.h": ["src/config.c"],
    "zlib.h": ["src/base/gzip.c"],
}
PURE = {"model", "standard"}  # no I/O, no clock of their own
IMPURE_HEADER = re.compile(r"^(time\.h|sys/time\.h|unistd\.h|fcntl\.h|poll\.h|sys/socket\.h|netdb\.h)$")
IMPURE_CALL = re.compile(r"\b(clock_now_us|clock_mono_us|clock_gettime|time|fopen|printf|fprintf|getenv|log_event)\s*\(")

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.M)


def room_of(path):
    parts = path.relative_to(s.ROOT).parts  # src/io/db.c, include/io/db.h, src/main.c
    return parts[1] if len(parts) > 2 else "top"


def within(name, owner):
    """The owner's own file, below its directory, or a private header of its room."""
    private = name.startswith(owner.replace("src/", "include/")) and name.endswith("_priv.h")
    return name.startswith(owner) or owner.endswith("/") and private


def check_include(path, room, mark, name):
    """What is wrong with one #include, or None."""
    if mark == "<":
        for prefix, owners in OWNERS.items():
            if name.startswith(prefix) and not any(within(s.rel(path), owner) for owner in owners):
                return f"<{name}> belongs to {' and '.join(owners)}"
        if room in PURE and IMPURE_HEADER.match(name):
            return f"<{name}>: {room} does no I/O and has no clock"
        return None
    to = name.split("/")[0] if "/" in name else "top"
    if to == "top" and not (s.ROOT / "include" / name).is_file():
        return f'"{name}": write it with its room, "room/module.h"'
    if to not in MAY:
        return f'"{name}": there is no room {to}'
    if name.endswith("_priv.h") and to != room:
        return f'"{name}" is private to {to}'
    if to != room and to not in MAY[room]:
        return f'"{name}": {room} may not include {to}'
    return None


def families(members):
    """True when one name begins all: db, db_conn, db_array."""
    root = min(members, key=len)
    return all(m == root or m.startswith(root + "_") for m in members)


def circles(edges):
    """Sets of modules that reach each other (Tarjan's strongly connected components)."""
    index, low, stack, found = {}, {}, [], []

    def visit(v):
        index[v] = low[v] = len(index)
        stack.append(v)
        for w in edges.get(v, ()):
            if w not in index:
                visit(w)
                low[v] = min(low[v], low[w])
            elif w in stack:
                low[v] = min(low[v], index[w])
        if low[v] == index[v]:
            at = stack.index(v)
            found.append(stack[at:])
            del stack[at:]
    for v in sorted(edges):
        if v not in index:
            visit(v)
    return [c for c in found if len(c) > 1]


def calls(texts):
    """(room, file) of a source: those of the same room whose functions or objects it uses."""
    home = {(room_of(path), name): path.stem for path, text in texts.items() for name in s.defined(text)}
    found = {}
    for path, text in texts.items():
        room = room_of(path)
        files = {home.get((room, name), path.stem) for name in s.used(text)} - {path.stem}
        found[f"{room}/{path.stem}"] = {f"{room}/{file}" for file in files}
    return found


def main():
    problems, edges, rooms = [], {}, set()
    for path in s.sources("src/**/*.[ch]", "include/**/*.h"):
        room = room_of(path)
        rooms.add(room)
        text = s.without_comments(path.read_text())
        if room not in MAY:
            problems.append(f"{s.rel(path)}: there is no room {room}")
            continue
        for m in INCLUDE.finditer(text):
            where = f"{s.rel(path)}:{s.line_of(text, m.start(2))}"
            wrong = check_include(path, room, m[1], m[2])
            if wrong:
                problems.append(f"{where}: {wrong}")
            if m[1] == '"' and m[2].split("/")[0] == room:
                edges.setdefault(f"{room}/{path.stem}", set()).add(m[2].removesuffix(".h"))
        if room in PURE:
            code = s.code_only(text)
            problems += [f"{s.rel(path)}:{s.line_of(code, m.start())}: {m[1]}() in {room}, which is pure"
                         for m in IMPURE_CALL.finditer(code)]
    for module, targets in edges.items():
        targets.discard(module)
    for circle in circles(edges):
        if not families(circle):
            problems.append("circle: " + " <-> ".join(sorted(circle)))
    for circle in circles(calls({path: path.read_text() for path in s.sources("src/**/*.c")})):
        problems.append("circle of calls: " + " <-> ".join(sorted(circle)))
    for room in sorted(HOUSE - rooms):
        problems.append(f"src/{room} holds nothing yet")
    s.finish(problems)


main()
