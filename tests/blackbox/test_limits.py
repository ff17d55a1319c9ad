"""Limits of requests: exact within a daemon whatever its workers, told with every answer, refused with when to come again."""
import concurrent.futures
import re

import pytest

from filer import CODES, as_json
from stack import wait_for
from support import accept

TYPE = "https://iana.org/assignments/http-problem-types#quota-exceeded"


@pytest.fixture
def limit(stack):
    """Adds a limit and closes it afterwards."""
    def add(klass, *more, quota=5, window=3600):
        stack.ctl("limit", "add", klass, "--quota", quota, "--window-s", window, "--source", "a test", *more)
    yield add
    stack.psql("update rate_limit set valid_to = now() where valid_to is null; select nextval('rule_revision')")
    wait_for(lambda: "ratelimit" not in stack.enterprise.get("/v1/me").headers, "the limits are gone")


def told(reply):
    assert re.fullmatch(r'"[a-z]+";q=\d+;w=\d+', reply.headers["ratelimit-policy"])
    return [int(n) for n in re.fullmatch(r'"[a-z]+";r=(\d+);t=(\d+)', reply.headers["ratelimit"]).groups()]


def with_limit(api, klass):
    """The caller's limit of that class, once the daemon knows it; reading counts too."""
    return wait_for(lambda: next((i for i in api.get("/v1/me/limits").json["items"] if i["class"] == klass), None), "the daemon knows the limit")


def exceeded(reply, klass):
    assert reply.status == 429 and reply.json["type"] == TYPE and reply.json["violated-policies"] == [klass], reply
    assert told(reply)[0] == 0 and int(reply.headers["retry-after"]) >= told(reply)[1] > 0
    assert len(reply.headers["retry-after"].split(",")) == 1


def test_as_many_as_there_are(stack, limit, trades):
    name = f"limited {trades.tag}"
    api = stack.client(name, "enterprise", "--codes", ",".join(CODES.values()))
    limit("filing", "--name", name)
    assert with_limit(api, "filing")["available"] == 5
    orders = [as_json(trades.make().order()) for _ in range(7)]
    for i in range(5):
        available, resets = told(accept(api.post("/v1/filings", orders[i])))
        assert available == 4 - i and 3500 < resets <= 3600
    for i in (5, 6):
        exceeded(api.post("/v1/filings", orders[i]), "filing")
    stands = with_limit(api, "filing")
    assert 3500 < stands.pop("resets_s") <= 3600
    assert stands == {"class": "filing", "quota": 5, "window_s": 3600, "available": 0, "source": "a test"}
    assert "ratelimit" not in accept(api.get("/v1/declarations"), 200).headers  # another class
    accept(stack.enterprise.post("/v1/filings", orders[5]))  # another client
    assert stack.psql(f"select count(*) from filing_key where client_id = (select id from client where name = '{name}')") == "5"


def test_a_window_ends(stack, limit, trades):
    name = f"window {trades.tag}"
    api = stack.client(name, "operator")
    limit("reading", "--name", name, quota=3, window=1)
    with_limit(api, "reading")

    def used_up():
        reply = api.get("/v1/clients?limit=1")
        return reply if reply.status == 429 else None
    exceeded(wait_for(used_up, "it is used up"), "reading")
    wait_for(lambda: api.get("/v1/clients?limit=1").status == 200, "the next window has begun")


def test_the_nearest_counts(stack, limit, trades):
    name = f"near {trades.tag}"
    api = stack.client(name, "regulator")
    limit("writing", quota=70)
    limit("writing", "--role", "regulator", quota=60)
    wait_for(lambda: with_limit(api, "writing")["quota"] == 60, "its role's")
    limit("writing", "--name", name, quota=50)
    wait_for(lambda: with_limit(api, "writing")["quota"] == 50, "its own")
    limit("writing", "--name", name, "--from", "2099-01-01", quota=1)
    assert with_limit(stack.operator, "writing")["quota"] == 70 and with_limit(api, "writing")["quota"] == 50


def test_of_two_workers_together(own):
    stack = own(settings={"service": {"workers": 2}})
    stack.ctl("limit", "add", "writing", "--quota", "40", "--window-s", "3600", "--role", "operator", "--source", "a test")
    callers = [stack.caller(stack.operator.token) for _ in range(8)]
    for api in callers:
        with_limit(api, "writing")
    with concurrent.futures.ThreadPoolExecutor(8) as together:
        statuses = list(together.map(lambda i: callers[i % 8].post("/v1/me/tokens", {"rotate": 1}).status, range(120)))
    assert statuses.count(400) == 40 and statuses.count(429) == 80


def test_with_the_tool(stack, limit):
    limit("filing", "--role", "authority")
    listed = stack.ctl("limit", "list").stdout
    assert re.search(r"filing +authority +5 +3600 +a test", listed), listed
    row = next(line for line in listed.splitlines() if "authority" in line).split()[0]
    stack.ctl("limit", "close", row)
    stack.ctl("limit", "close", row, ok=(1,))
    for bad in (["eating", "--quota", 1, "--window-s", 1, "--source", "x"], ["filing", "--quota", 0, "--window-s", 1, "--source", "x"],
                ["filing", "--quota", 1, "--window-s", 1], ["filing", "--quota", 1, "--window-s", 1, "--source", "x", "--role", "king"],
                ["filing", "--quota", 1, "--window-s", 1, "--source", "x", "--role", "operator", "--name", "operator"]):
        stack.ctl("limit", "add", *bad, ok=(64,))
    stack.ctl("limit", "add", "filing", "--quota", 1, "--window-s", 1, "--source", "x", "--name", "nobody of that name", ok=(1,))
