"""Every statement of the house prepares against the migrated schema, with the number of parameters it says.

Statements are the `struct db_stmt` of src (but for bench), read after the preprocessor, the files of sql/queries, and what tongguanctl
and the migrations run as text. A private cluster, or a database of one's own in the one that TONGGUAN_TEST_PG names.
"""
import ast
import os
import pathlib
import re
import secrets
import sys
import tempfile

import _source as s

sys.path.insert(0, str(s.ROOT / "tests/run"))
from cluster import Cluster  # noqa: E402

LEAST = 20
STRING = r'"(?:\\.|[^"\\\n])*"'
STRINGS = re.compile(rf"{STRING}(?:\s*{STRING})*")
STATEMENT = re.compile(r"\bstruct\s+db_stmt\s+(\w+)\s*(\[\w*\])?\s*=\s*\{")
AS_TEXT = re.compile(r"\s*(select|insert|update|delete|with)\b", re.I)  # in the files that run SQL as text
TEXT_FILES = ("src/ctl/", "src/store/schema_store.c")


def preprocessed(path, flags):
    status, text = s.output(["gcc", "-E", "-P", "-std=gnu11", "-D_GNU_SOURCE", '-DTONGGUAN_VERSION=""', "-Iinclude", *flags, path])
    if status != 0:
        s.finish([f"{s.rel(path)}: {text.strip()}"])
    return text


def value(literals):
    """The text of adjacent C string literals."""
    return "".join(ast.literal_eval("b" + one).decode() for one in re.findall(STRING, literals))


def inside(text, at):
    """What stands between the brace before `at` and its partner; strings are passed over."""
    depth = 1
    for m in re.finditer(rf"{STRING}|[{{}}]", text[at:]):
        depth += {"{": 1, "}": -1}.get(m[0], 0)
        if depth == 0:
            return text[at:at + m.start()]
    raise ValueError("a brace is not closed")


def read_statement(body):
    """(name, sql, parameters) of one initializer, by designators or by position."""
    name = re.search(rf"\.name\s*=\s*({STRINGS.pattern})", body)
    sql = re.search(rf"\.sql\s*=\s*({STRINGS.pattern})", body)
    count = re.search(r"\.param_count\s*=\s*([^,}]+)", body)
    if name and sql:
        return value(name[1]), value(sql[1]), count[1].strip() if count else "0"
    found = STRINGS.findall(body)
    after = body[body.rfind(found[-1]) + len(found[-1]):].strip(" ,\n\t").split(",")
    return value(found[0]), value(found[1]), after[0] or "0"


def statements(path, flags):
    """Yields (name, sql, number of parameters or None)."""
    text = preprocessed(path, flags)
    for m in STATEMENT.finditer(text):
        if m[2]:
            s.finish([f"{s.rel(path)}: {m[1]} is an array of statements: give each a name of its own"])
        name, sql, count = read_statement(inside(text, m.end()))
        named = re.search(rf"\b{re.escape(count)}\s*=\s*(\d+)", text)  # a constant of an enum
        yield name, sql, int(named[1]) if named else int(count) if count.isdigit() else count
    if s.rel(path).startswith(TEXT_FILES):
        for m in STRINGS.finditer(STATEMENT.sub("", text)):
            sql = value(m[0])
            if AS_TEXT.match(sql):
                yield None, sql, None


def queries():
    for path in s.sources("sql/queries/*.sql"):
        text = path.read_text()
        said = re.match(r"-- params: (\d+)\n", text)
        yield path.stem, text, int(said[1]) if said else "its first line does not say params"


def prepare(connection, sql):
    """(number of parameters, problem)"""
    import psycopg
    try:
        if re.match(r"discard\b", sql):  # only libpq's own way of preparing takes it
            connection.execute(sql)
            return 0, None
        connection.execute("prepare one as " + sql)
        return connection.execute("select cardinality(parameter_types) from pg_prepared_statements where name = 'one'").fetchone()[0], None
    except psycopg.Error as e:
        return 0, str(e).strip()
    finally:
        connection.execute("deallocate all")


def check(connection, found):
    problems, names = [], {}
    for where, name, sql, wanted in found:
        label = f"{where}: {name or sql[:60]}"
        count, problem = prepare(connection, sql)
        if problem:
            problems.append(f"{label}: {problem}")
        elif wanted is not None and count != wanted:
            problems.append(f"{label}: it has {count} parameters, not {wanted}")
        if name is not None and name in names:
            problems.append(f"{label}: {names[name]} has a statement of that name too")
        names[name] = where
    return problems


def main():
    try:
        import psycopg
    except ImportError:
        s.skip("python3-psycopg is not installed")
    status, flags = s.output(["pkg-config", "--cflags", "libpq", "libmicrohttpd", "gnutls", "libcurl", "libxml-2.0", "jansson", "libconfuse"])
    if status != 0:
        s.finish([flags.strip()])
    control = s.program("tongguanctl")
    found = []
    for path in s.sources("src/*.c", "src/*/*.c"):
        if path.parent.name == "bench":  # has tables of its own
            continue
        if re.search(r"\bdb_stmt\b|\bdb_sync_run\b|\bctl_run\b", path.read_text()):
            found += [(s.rel(path), *one) for one in statements(path, flags.split())]
    stated = sum(name is not None for _, name, _, _ in found)
    found += [("sql/queries", *one) for one in queries()]
    if stated < LEAST:
        s.finish([f"{stated} statements in src, expected at least {LEAST}: their form is not understood"])

    given, database = os.environ.get("TONGGUAN_TEST_PG"), f"sql_check_{secrets.token_hex(6)}"
    with tempfile.TemporaryDirectory() as place:
        pg = None if given else Cluster(pathlib.Path(place) / "pg", fsync=False).start()
        admin = given or pg.conninfo()
        try:
            with psycopg.connect(admin, autocommit=True) as a:
                a.execute(f"create database {database}")
            own = f"{admin} dbname={database}"
            status, said = s.output([control, "--db", own, "migrate"])
            if status != 0:
                s.finish([f"tongguanctl migrate: {said.strip()}"])
            with psycopg.connect(own, autocommit=True, prepare_threshold=None) as c:
                problems = check(c, found)
        finally:
            if pg:
                pg.remove()
            else:
                with psycopg.connect(admin, autocommit=True) as a:
                    a.execute(f"drop database if exists {database} with (force)")
    s.finish(problems, f"{stated} statements of src, {len(found) - stated} others prepare")


if __name__ == "__main__":
    main()
