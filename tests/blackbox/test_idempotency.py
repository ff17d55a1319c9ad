"""Idempotency-Key: what came once is done once, and its answer is told again; filings have their business keys for that."""
import concurrent.futures

import pytest

from filer import as_json
from stack import wait_for
from support import accept, problem

WINDOW = {"reason": "for the test", "from": "2099-01-01T00:00:00+08:00", "until": "2099-01-02T00:00:00+08:00"}
PATH = "/v1/authorities/STAT/maintenance"


@pytest.fixture
def count(stack):
    """How many windows were added since."""
    sql = "select count(*) from maintenance where authority = 'STAT'"
    before = int(stack.psql(sql))
    yield lambda: int(stack.psql(sql)) - before
    stack.operator.post(PATH, {"end": True})
    stack.psql("update maintenance set ended_at = now(), ended_by = 'test' where authority = 'STAT' and ended_at is null")


def key(trades, n=""):
    return f'"{trades.tag}{n}"'


def test_once(stack, trades, count):
    first = accept(stack.operator.post(PATH, WINDOW, Idempotency_Key=key(trades)), 201)
    assert "idempotent-replayed" not in first.headers
    for again in (key(trades), trades.tag):  # in quotes, as the field's form is; or bare, as many send it
        second = accept(stack.operator.post(PATH, WINDOW, Idempotency_Key=again), 201)
        assert second.body == first.body and second.headers["idempotent-replayed"] == "true"
        assert second.headers["content-type"] == first.headers["content-type"]
    assert count() == 1
    accept(stack.operator.post(PATH, WINDOW, Idempotency_Key=key(trades, 2)), 201)
    accept(stack.operator.post(PATH, WINDOW), 201)
    assert count() == 3


def test_another_payload_is_refused(stack, trades, count):
    accept(stack.operator.post(PATH, WINDOW, Idempotency_Key=key(trades)), 201)
    problem(stack.operator.post(PATH, WINDOW | {"reason": "another"}, Idempotency_Key=key(trades)), 422, "idempotency-key-reused")
    assert count() == 1


def test_the_key_is_of_one_client_and_one_route(stack, trades, count):
    accept(stack.operator.post(PATH, WINDOW, Idempotency_Key=key(trades)), 201)
    other = stack.client(f"other {trades.tag}", "operator")
    accept(other.post(PATH, WINDOW, Idempotency_Key=key(trades)), 201)
    assert count() == 2
    reply = accept(stack.operator.post("/v1/me/tokens", {"rotate": False}, Idempotency_Key=key(trades)), 201)
    stack.operator.request("DELETE", f"/v1/me/tokens/{reply.json['id']}")


def test_many_at_once_do_it_once(stack, trades, count):
    with concurrent.futures.ThreadPoolExecutor(12) as together:
        replies = list(together.map(lambda _: stack.operator.post(PATH, WINDOW, Idempotency_Key=key(trades)), range(24)))
    assert {r.status for r in replies} <= {201, 409} and count() == 1
    done = [r for r in replies if r.status == 201]
    assert len({r.body for r in done}) == 1 and sum("idempotent-replayed" not in r.headers for r in done) == 1
    for r in replies:
        if r.status == 409:
            problem(r, 409, "state-conflict")
            assert r.headers["retry-after"]
    again = wait_for(lambda: (r := stack.operator.post(PATH, WINDOW, Idempotency_Key=key(trades))).status == 201 and r, "its answer is there")
    assert again.body == done[0].body


def test_a_refusal_uses_the_key_up_only_when_something_was_written(stack, trades, count):
    problem(stack.operator.post(PATH, WINDOW | {"reason": 1}, Idempotency_Key=key(trades)), 400, "bad-request")
    accept(stack.operator.post(PATH, WINDOW, Idempotency_Key=key(trades)), 201)
    assert count() == 1


def test_what_was_shown_once_is_not_kept(stack, trades):
    client = stack.client(f"secret {trades.tag}", "operator")
    made = accept(client.post("/v1/me/tokens", {"rotate": False}, Idempotency_Key=key(trades)), 201).json
    problem(client.post("/v1/me/tokens", {"rotate": False}, Idempotency_Key=key(trades)), 409, "state-conflict")
    assert len(client.get("/v1/me/tokens").json["items"]) == 2
    assert made["token"] not in stack.psql("select coalesce(convert_from(body, 'UTF8'), '') from idempotency")
    body = {"url": "http://127.0.0.1:1/", "types": ["case.opened"]}
    made = accept(client.post("/v1/subscriptions", body, Idempotency_Key=key(trades, 2)), 201)
    problem(client.post("/v1/subscriptions", body, Idempotency_Key=key(trades, 2)), 409, "state-conflict")
    assert len(client.get("/v1/subscriptions").json["items"]) == 1
    accept(client.request("DELETE", f"/v1/subscriptions/{made.json['id']}"), 204)


def test_too_many_is_no_final_answer(stack, trades):
    client = stack.client(f"full {trades.tag}", "operator")
    ids = [accept(client.post("/v1/me/tokens", {"rotate": False}), 201).json["id"] for _ in range(9)]
    problem(client.post("/v1/me/tokens", {"rotate": False}, Idempotency_Key=key(trades)), 429, "over-quota")
    accept(client.request("DELETE", f"/v1/me/tokens/{ids[0]}"), 204)
    accept(client.post("/v1/me/tokens", {"rotate": False}, Idempotency_Key=key(trades)), 201)


def test_after_its_time_a_key_is_new(stack, trades, count):
    accept(stack.operator.post(PATH, WINDOW, Idempotency_Key=key(trades)), 201)
    stack.psql("update idempotency set expires_at = now() - interval '1 second'")
    reply = accept(stack.operator.post(PATH, WINDOW, Idempotency_Key=key(trades)), 201)
    assert "idempotent-replayed" not in reply.headers and count() == 2


def test_an_answer_that_was_lost_is_said(stack, trades, count):
    accept(stack.operator.post(PATH, WINDOW, Idempotency_Key=key(trades)), 201)
    stack.psql("update idempotency set status = null, body = null")  # as if it had ended in between
    assert "look at the resource" in problem(stack.operator.post(PATH, WINDOW, Idempotency_Key=key(trades)), 409, "state-conflict")["detail"]
    assert count() == 1


@pytest.mark.parametrize("bad", ['""', '"', '"a', "", "x" * 256, '"a";b=', "ü".encode().decode("latin-1")])
def test_keys_that_are_none(stack, trades, count, bad):
    problem(stack.operator.post(PATH, WINDOW, Idempotency_Key=bad), 400, "bad-request")
    assert count() == 0


def test_where_it_is_not_needed(stack, trades):
    order = as_json(trades.make().order())
    first = accept(stack.enterprise.post("/v1/filings", order, Idempotency_Key=key(trades)), 201)
    assert accept(stack.enterprise.post("/v1/filings", order, Idempotency_Key=key(trades)), 200).body == first.body
    accept(stack.enterprise.get("/v1/me", Idempotency_Key='"'), 200)
    document = stack.openapi.document["paths"]
    assert "72 hours" in str(document["/v1/me/tokens"]["post"]) and "Idempotency-Key" not in str(document["/v1/filings"]["post"])
