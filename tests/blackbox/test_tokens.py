"""Tokens: several of a client, changing over, their ends; what is shown of them and what never is."""
import datetime
import re

import pytest

from stack import wait_for
from support import accept, problem

DAY = 86400


@pytest.fixture
def client(stack, trades):
    return stack.client(f"tokens {trades.tag}", "operator")


def new_token(stack, api, status=201, **body):
    reply = accept(api.post("/v1/me/tokens", body), status)
    assert re.fullmatch(r"tg_[A-Za-z0-9_-]{43}", reply.json["token"]), reply
    fresh = stack.caller(reply.json["token"])
    wait_for(lambda: fresh.get("/v1/me").status == 200, "the daemon knows the new token")
    return reply.json, fresh


def us(time):
    return datetime.datetime.fromisoformat(time).timestamp()


def tokens(api):
    return accept(api.get("/v1/me/tokens"), 200).json["items"]


def test_rotation(stack, client):
    old = client.get("/v1/me").json["token"]
    assert old["expires_at"] is None and not old["expires_soon"]
    made, fresh = new_token(stack, client, label="the new one", expires_days=30)
    assert made["label"] == "the new one" and made["last4"] == made["token"][-4:] and not made["is_current"]
    assert abs(us(made["expires_at"]) - us(made["created_at"]) - 30 * DAY) < 1
    assert "token" not in tokens(fresh)[0]
    shown = {t["id"]: t for t in tokens(fresh)}
    assert shown[made["id"]]["is_current"] and not shown[old["id"]]["is_current"]
    assert abs(us(shown[old["id"]]["expires_at"]) - us(made["created_at"]) - 72 * 3600) < 1  # the overlap
    wait_for(lambda: client.get("/v1/me").json["token"]["expires_soon"], "the old one ends soon")
    told = client.get("/v1/declarations").headers["tongguan-token-expires"]
    assert abs(us(told) - us(shown[old["id"]]["expires_at"])) < 1
    assert "tongguan-token-expires" not in fresh.get("/v1/declarations").headers
    accept(stack.operator.post("/test/clock", {"shift_s": 72 * 3600 + 60}), 200)
    try:
        problem(client.get("/v1/me"), 401, "unauthenticated")
        accept(fresh.get("/v1/me"), 200)
    finally:
        accept(stack.operator.post("/test/clock", {"shift_s": 0}), 200)


def test_without_rotation_and_deleting(stack, client):
    first = client.get("/v1/me").json["token"]["id"]
    made, fresh = new_token(stack, client, rotate=False)
    assert all(t["expires_at"] is None for t in tokens(client) if t["id"] == first)
    problem(fresh.request("DELETE", f"/v1/me/tokens/{made['id']}"), 409, "state-conflict")  # itself
    accept(fresh.request("DELETE", f"/v1/me/tokens/{first}"), 204)
    wait_for(lambda: client.get("/v1/me").status == 401, "the daemon knows that it is revoked")
    assert [t["id"] for t in tokens(fresh) if t["revoked_at"]] == [first]
    for none in (0, -1, 2**31, 2**63, "x", first + 1000):
        problem(fresh.request("DELETE", f"/v1/me/tokens/{none}"), 404, "not-found")


def test_of_others_nothing_is_seen(stack, client, trades):
    other = stack.client(f"other {trades.tag}", "operator")
    theirs = tokens(other)[0]["id"]
    assert theirs not in [t["id"] for t in tokens(client)]
    problem(client.request("DELETE", f"/v1/me/tokens/{theirs}"), 404, "not-found")
    accept(other.get("/v1/me"), 200)


@pytest.mark.parametrize("body", [{"expires_days": 0}, {"expires_days": 366}, {"expires_days": "1"}, {"expires_days": 1.5}, {"label": ""}, {"label": 1},
                                  {"label": "x" * 101}, {"rotate": 1}, {"role": "operator"}, [], "x"], ids=str)
def test_bad_wishes(client, body):
    before = tokens(client)
    assert client.post("/v1/me/tokens", body).status == 400
    assert tokens(client) == before


def test_as_many_as_there_may_be(stack, client):
    fresh = [new_token(stack, client, rotate=False)[0] for _ in range(9)]
    problem(client.post("/v1/me/tokens", {}), 429, "over-quota")
    assert client.get("/v1/me").json["token"]["expires_at"] is None  # nothing was half done
    accept(client.request("DELETE", f"/v1/me/tokens/{fresh[0]['id']}"), 204)
    new_token(stack, client)


def test_by_the_operator(stack, client, trades):
    name = f"tokens {trades.tag}"
    token = stack.ctl("client", "token", name, "--label", "by hand", "--expires-days", "7").stdout.strip()
    fresh = stack.caller(token)
    wait_for(lambda: fresh.get("/v1/me").status == 200, "the daemon knows it")
    assert fresh.get("/v1/me").json["token"]["expires_soon"]
    listed = stack.ctl("client", "tokens", name).stdout
    assert "by hand" in listed and token[-4:] in listed and token not in listed
    mine = next(t for t in tokens(client) if t["label"] == "by hand")
    stack.ctl("client", "token-revoke", name, mine["id"])
    wait_for(lambda: fresh.get("/v1/me").status == 401, "the daemon knows that it is revoked")
    stack.ctl("client", "token-revoke", name, 99999999, ok=(1,))
    stack.ctl("client", "token", "nobody of that name", ok=(1,))


def test_expiring_clients_are_counted(stack, trades):
    revision = float(stack.psql("select last_value from rule_revision"))
    wait_for(lambda: stack.daemon.public.metrics()['tongguan_rules_revision{worker="0"}'] >= revision, "what other tests changed is known")
    before = stack.daemon.public.metrics()["tongguan_clients_token_expiring"]
    stack.client(f"ending {trades.tag}", "operator", "--expires-days", "3")
    wait_for(lambda: stack.daemon.public.metrics()["tongguan_clients_token_expiring"] == before + 1, "it is counted")


def test_nothing_of_a_token_is_kept(stack, client):
    made, _ = new_token(stack, client)
    stored = stack.psql("select row_to_json(t)::text from client_token t")
    assert made["token"] not in stored and made["token"][3:-4] not in stored
    assert made["token"][3:-4] not in (stack.directory / "tongguand.log").read_text()
