"""What black box and fault tests have in common: their stacks, waiting for a declaration, and holding answers against
/openapi.json. Each conftest takes the fixture and the hooks over by importing them."""
import contextlib
import datetime
import http.client
import json
import os
import pathlib
import re
import tempfile

import jsonschema
import pytest

from filer import SHANGHAI
from stack import Api, Stack, wait_for

SEED = os.environ.get("TONGGUAN_SEED", "20261122")
LONG = os.environ.get("TONGGUAN_LONG") == "1"
SANITIZED = os.environ.get("TONGGUAN_SANITIZE") == "1"
long_only = pytest.mark.skipif(not LONG, reason="takes several seconds: in make check-long")
stacks = []  # that there are now


def scratch(prefix):
    """A directory that goes with the run, where the server's user finds its way."""
    home = os.environ.get("TONGGUAN_CHECK_DIR")
    path = pathlib.Path(tempfile.mkdtemp(prefix=prefix, dir=home))
    path.chmod(0o755)
    return path


def new_stack(own_cluster=False, **more):
    """A stack in a database of its own; own_cluster: in a PostgreSQL that may be stopped."""
    conninfo = None if own_cluster else os.environ.get("TONGGUAN_TEST_PG") or None
    stacks.append(Stack(scratch("stack-"), conninfo, **more))
    return stacks[-1]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test shows what the daemons said last."""
    report = (yield).get_result()
    if report.failed:
        for stack in stacks:
            report.sections += [(f"log of {d.name} in {stack.directory.name}", d.tail(25)) for d in stack.daemons]


def pytest_runtest_setup():
    """A test that counts days does not begin at the end of one."""
    def is_ending():
        now = datetime.datetime.now(SHANGHAI)
        return (now + datetime.timedelta(seconds=30)).date() != now.date()
    wait_for(lambda: not is_ending(), "the day is over", 60)


@pytest.fixture
def own():
    """Makes stacks that one test has for itself: own(settings=…), own(own_cluster=True)."""
    made = []

    def make(**more):
        made.append(new_stack(**more))
        return made[-1].start()
    yield make
    for s in made:
        stacks.remove(s)
        s.remove()


@contextlib.contextmanager
def zone_without_draw():
    """A gateway whose lanes are in force, and whose draw draws nobody: what is tested is not left to chance."""
    s = new_stack(lanes=True).start()
    try:
        change_rules(s, "update credit_level set inspection_bp = 0")
        yield s
    finally:
        stacks.remove(s)
        s.remove()


def change_rules(stack, sql):
    """Changes rows of rules; every daemon has read them then. The revision is raised once they are there, so that no older rows bear it."""
    stack.psql(sql)
    wanted = int(stack.psql("select nextval('rule_revision')"))

    def have_read():
        told = [stack.caller(stack.tokens["operator"], daemon).metrics() for daemon in stack.daemons]
        return all(value >= wanted for metrics in told for name, value in metrics.items() if name.startswith("tongguan_rules_revision"))
    wait_for(have_read, "the rules are read")


def event_page(api, cursor, **filters):
    query = "&".join(f"{k}={v}" for k, v in ({"cursor": cursor} | filters).items())
    return accept(api.get(f"/v1/events?{query}"), 200).json


def pull_events(api, cursor=0, **filters):
    """Every event from there to the watermark; and where to go on."""
    found = []
    while True:
        p = event_page(api, cursor, **filters)
        assert p["items"] == sorted(p["items"], key=lambda e: e["seq"]) and int(p["next"]) >= int(cursor)
        found += p["items"]
        cursor = p["next"]
        if not p["more"]:
            return found, cursor


def numbered(stack, declarations, timeout=60):
    """What was written of them is told: a transaction that is open anywhere in the cluster, of other tests as well, holds numbers back."""
    waiting = (f"select count(*) from change c where declaration_ids && '{{{','.join(declarations)}}}'"
               " and not exists (select from event_batch b where b.change_id = c.id)")
    wait_for(lambda: stack.psql(waiting) == "0", "they have numbers", timeout)


def settled(stack, trade, state="released", timeout=60, api=None):
    """The trade's declaration once it is in that state (one, or a set of them)."""
    states = {state} if isinstance(state, str) else set(state)

    def there():
        declaration = (api or stack.regulator).declaration(trade.order_no)
        return declaration if declaration and declaration["state"] in states else None
    try:
        return wait_for(there, f"{trade.order_no} is {' or '.join(sorted(states))}", timeout)
    except AssertionError as e:
        raise AssertionError(f"{e}\n{(api or stack.regulator).declaration(trade.order_no)}") from None


def handed_over(stack, trade, state="declared"):
    """The trade's declaration once every authority has it: what the simulator is told from here on, it does with later messages only."""
    def there():
        declaration = settled(stack, trade, state)
        return declaration if {p["state"] for p in declaration["parts"]} == {"sent"} else None
    return wait_for(there, f"every authority has {trade.order_no}")


def judged(stack, trade, verdict, flows=None, timeout=60):
    """The trade's declaration once it has that verdict, and as many filings as flows."""
    def there():
        d = stack.regulator.declaration(trade.order_no)
        return d if d and d["verdict"] == verdict and (flows is None or len(d["filings"]) >= flows) else None
    try:
        return wait_for(there, f"{trade.order_no} is {verdict}", timeout)
    except AssertionError as e:
        raise AssertionError(f"{e}\n{stack.regulator.declaration(trade.order_no)}") from None


def reasons(stack, declaration):
    return stack.regulator.get(f"/v1/declarations/{declaration['id']}/verdict").json["reasons"]


def accept(reply, status=201):
    assert reply.status == status, reply
    return reply


def file_all(api, filings):
    return [accept(api.file(f)) for f in filings]


def file_while_it_dies(stack, filings):
    """As many as the daemon takes before it is killed. Whoever comes between two daemons is kept waiting, not refused: its
    socket outlives it."""
    try:
        file_all(Api(stack.daemon.address, stack.enterprise.token, timeout=8), filings)
    except (OSError, http.client.HTTPException):
        pass


def problem(reply, status, slug):
    assert reply.status == status, reply
    assert reply.headers["content-type"].startswith("application/problem+json"), reply.headers
    body = reply.json
    assert body["type"].endswith(f"/problems/{slug}"), body
    assert body["status"] == status and body["title"] and body["trace_id"], body
    return body


# --- the description is what is answered ----------------------------------------------------------------------


class OpenApi:
    """Holds every answer against /openapi.json: the path is there, the status is named, the body has its form."""

    def __init__(self):
        self.document, self.seen, self.validators = None, set(), {}

    def learn(self, stack):
        """From the first stack that starts: from now on every answer of any daemon is looked at."""
        if self.document is None:
            self.document = stack.daemon.public.get("/openapi.json").json
            self.paths = [(re.compile("^" + re.sub(r"\\\{[^/]*?\\\}", "[^/]+", re.escape(path)) + "$"), path)
                          for path in self.document["paths"]]
            Api.check = self.check

    def find(self, path):
        plain = path.split("?")[0]
        return next((template for pattern, template in self.paths if pattern.match(plain)), None)

    def resolve(self, node):
        while isinstance(node, dict) and "$ref" in node:
            at = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                at = at[part.replace("~1", "/").replace("~0", "~")]
            node = at
        return node

    def check(self, method, path, reply):
        template = self.find(path)
        operation = self.document["paths"].get(template, {}).get(method.lower())
        if operation is None:  # unknown path or method: only these can be said
            assert reply.status in (400, 401, 404, 405, 408, 413, 431, 503) or method in ("HEAD", "OPTIONS"), (method, path, reply)
            return
        responses = operation["responses"]
        named = responses.get(str(reply.status)) or responses.get("default")
        assert named is not None, f"{method} {template} answered {reply.status}, which /openapi.json does not name: {reply!r}"
        self.seen.add((method, template, reply.status))
        content = self.resolve(named).get("content")
        if not content or not reply.body:
            return
        kind = reply.headers.get("content-type", "").split(";")[0]
        assert kind in content, f"{method} {template} {reply.status}: {kind}, not {sorted(content)}"
        if kind.endswith("json") and "schema" in content[kind]:
            self.validate(kind, content[kind]["schema"], reply, f"{method} {template} {reply.status}")

    def validate(self, kind, schema, reply, what):
        key = str(schema)
        if key not in self.validators:
            whole = {"components": self.document.get("components", {})} | schema
            self.validators[key] = jsonschema.Draft202012Validator(whole)
        lines = reply.body.splitlines() if kind == "application/x-ndjson" else [reply.body]  # its schema is that of a line
        for line in lines:
            error = jsonschema.exceptions.best_match(self.validators[key].iter_errors(json.loads(line)))
            assert error is None, f"{what} is not of its schema: {error.message} at {list(error.absolute_path)}: {reply!r}"


def deliveries(stack, declaration):
    return {(v["authority"], v["version"]): v for v in
            stack.regulator.get(f"/v1/deliveries?declaration_id={declaration['id']}").json["items"]}


def one_effect(stack, declaration, version=1):
    """What each authority remembers of the declaration's version: one effect, no second body under the message's id."""
    found = {}
    for (code, of), v in deliveries(stack, declaration).items():
        if of == version:
            found[code] = stack.mock.message(code, v["message_id"])
            assert found[code] and found[code]["effects"] == 1 and found[code]["clashes"] == 0, (code, found[code])
    return found
