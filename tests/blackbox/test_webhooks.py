"""Subscriptions: who gets what, signed how, tried again when, and nothing lost whatever a receiver does."""
import base64
import re
import time

import pytest

from filer import CODES, SHANGHAI  # noqa: F401
from receiver import Receiver
from stack import wait_for
from support import accept, file_all, numbered, problem, settled
from test_receipts import nodes, own_filer, poll_until


@pytest.fixture
def receiver():
    with Receiver() as r:
        yield r


def subscribe(api, url, **more):
    return accept(api.post("/v1/subscriptions", {"url": url} | more), 201).json


def shown(api, s):
    return accept(api.get(f"/v1/subscriptions/{s['id']}"), 200).json


def attempts(api, s, query=""):
    return list(api.pages(f"/v1/subscriptions/{s['id']}/attempts{query}"))


def feed_of(stack, *orders):
    """Numbers and types of all events of these orders, once each has its number."""
    names = ", ".join(f"'{o}'" for o in orders)
    numbered(stack, stack.psql(f"select id from declaration where order_no in ({names})").split())
    stack.psql("select feed_watermark()")
    rows = stack.psql(f"select e.seq, e.type from feed_events(0, 1000000) e join declaration d on d.id = e.declaration_id"
                      f" where d.order_no in ({names}) order by e.seq")
    return [(int(a), b) for a, b in (line.split("|") for line in rows.splitlines())]


def all_pushed(stack, receiver, path, *orders):
    """Waits until every event of these orders was taken at that path; returns what was taken."""
    want = {str(n) for n, _ in feed_of(stack, *orders)}
    assert want
    wait_for(lambda: want <= {m.id for m in receiver.at(path, taken=True)}, "all events were pushed", 60)
    return receiver.at(path, taken=True)


# --- what is pushed -------------------------------------------------------------------------------------------


def test_events_are_pushed_to_who_may_see_them(stack, trades, receiver):
    api, stranger = own_filer(stack, trades), own_filer(stack, trades, "stranger")
    secret = {path: subscribe(who, receiver.url(path), **more)["secret"] for path, who, more in (
        ("/own", api, {}), ("/other", stranger, {}), ("/operator", stack.operator, {}),
        ("/released", api, {"types": ["declaration.released"], "ed25519": True}))}
    trade = trades.make()
    file_all(api, trade.filings())
    d = settled(stack, trade)
    got = all_pushed(stack, receiver, "/own", trade.order_no)
    all_pushed(stack, receiver, "/operator", trade.order_no)
    events = dict(feed_of(stack, trade.order_no))
    for m in got:
        e = m.json
        assert m.kind == "application/cloudevents+json; charset=utf-8" and e["specversion"] == "1.0"
        assert e["id"] == m.id and "." not in m.id and e["type"] == events.get(int(m.id), "filing.accepted")
        assert e["timestamp"] == e["time"] and e["source"] and e["datacontenttype"] == "application/json"
        assert abs(int(m.timestamp) - m.at) < 60
        assert m.signatures and m.signed_by(secret["/own"]) and not m.signed_by(secret["/other"])
    of_trade = [m.json for m in got if int(m.id) in events]
    assert {e["data"]["order_no"] for e in of_trade} == {trade.order_no} and {e["subject"] for e in of_trade} == {f"/v1/declarations/{d['id']}"}
    assert sum(e["type"] == "filing.accepted" for e in of_trade) >= 3
    released = wait_for(lambda: receiver.at("/released"), "the release was pushed")
    assert [m.json["type"] for m in released] == ["declaration.released"] and released[0].json["data"]["state"] == "released"
    assert receiver.at("/other") == []
    # the filer's way to be sure that nothing is under way any more: its own next event
    other = trades.make()
    accept(stranger.file(other.order()))
    wait_for(lambda: receiver.at("/other"), "the stranger's own event")
    assert {m.json["data"]["order_no"] for m in receiver.at("/other")} == {other.order_no}


def test_a_signature_with_the_gateways_key(stack, trades, receiver):
    ed25519 = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")
    api = own_filer(stack, trades)
    s = subscribe(api, receiver.url(), ed25519=True)
    accept(api.post(f"/v1/subscriptions/{s['id']}/ping"), 202)
    m = wait_for(receiver.at, "the ping")[0]
    assert [x.split(",")[0] for x in m.signatures] == ["v1", "v1a"]
    key = ed25519.Ed25519PublicKey.from_public_bytes(base64.b64decode(s["public_key"].removeprefix("whpk_")))
    key.verify(base64.b64decode(m.signatures[1].removeprefix("v1a,")), f"{m.id}.{m.timestamp}.".encode() + m.body)


def test_a_ping_tells_what_the_receiver_does(stack, trades, receiver):
    api = own_filer(stack, trades)
    s = subscribe(api, receiver.url())
    receiver.answer(lambda m: (418, {}, b"I am \x00 a te\xc3\xa4pot \xff" + b"x" * 1000))
    said = accept(api.post(f"/v1/subscriptions/{s['id']}/ping"), 202).json["message_id"]
    first = wait_for(lambda: attempts(api, s), "the attempt is shown")[0]
    assert (first["message_id"], first["status"], first["attempt"]) == (said, 418, 1)
    assert first["answer"].startswith("I am ? a teäpot ?xxx") and len(first["answer"]) < 300
    wait_for(lambda: stack.psql(f"select count(*) from push where subscription_id = '{s['id']}'") == "0", "a ping goes once")
    m = receiver.at()[0]
    assert m.json["type"] == "subscription.ping" and m.json["data"]["subscription_id"] == s["id"] and m.signed_by(s["secret"])
    assert shown(api, s)["state"] == "enabled"


def test_a_rotated_secret_signs_beside_the_old_one(stack, trades, receiver):
    api = own_filer(stack, trades)
    first = subscribe(api, receiver.url())
    second = accept(api.post(f"/v1/subscriptions/{first['id']}/rotate"), 200).json
    assert second["secret"] != first["secret"] and second["old_secret_until"]
    assert len(base64.b64decode(first["secret"].removeprefix("whsec_"))) == 32

    def both():
        assert api.post(f"/v1/subscriptions/{first['id']}/ping").status in (202, 429)  # 429: as many wait as may
        return [m for m in receiver.at() if m.signed_by(second["secret"])]
    assert wait_for(both, "the new secret signs")[0].signed_by(first["secret"])
    third = accept(api.post(f"/v1/subscriptions/{first['id']}/rotate"), 200).json

    def newest():
        assert api.post(f"/v1/subscriptions/{first['id']}/ping").status in (202, 429)  # 429: as many wait as may
        return [m for m in receiver.at() if m.signed_by(third["secret"])]
    m = wait_for(newest, "the newest secret signs")[0]
    assert m.signed_by(second["secret"]) and not m.signed_by(first["secret"])  # two rotations shut out who knows the first
    assert all("secret" not in i for i in api.get("/v1/subscriptions").json["items"] + [shown(api, first)])


# --- receipts in the filer's dialect --------------------------------------------------------------------------


@pytest.mark.parametrize("direction,number", [("import", 622), ("export", 604)])
def test_receipts_are_pushed_as_customs_messages(stack, trades, receiver, direction, number):
    stack.mock.behave("CUS", steps=True, late_ms=10)
    api = own_filer(stack, trades)
    s = subscribe(api, receiver.url(), format="ceb")
    trade = trades.make(direction)
    receipts = [r.json for r in file_all(api, trade.filings())]
    settled(stack, trade)

    def said(least):
        found = [(n, node) for m in receiver.at() for n, ns in [nodes(as_reply(m))] for node in ns]
        return found if len(found) >= least else None
    found = wait_for(lambda: said(len(receipts) + 3), "receipts and answers were pushed", 30)
    assert all(m.kind == "application/xml" and m.signed_by(s["secret"]) for m in receiver.at())
    assert {node["returnStatus"] for n, node in found if n == number} == {"2", "120", "800"}
    for receipt in receipts:
        assert any(receipt["id"] in node["returnInfo"] for _, node in found), receipt
    # what is polled is the same, byte for byte
    polled = {api.get(f"/v1/filings/{r['id']}/receipt", Accept="application/xml").body for r in receipts}
    bodies = {m.body for m in receiver.at()}
    assert polled & bodies
    answers, _ = poll_until(api, "/v1/receipts", lambda f: sum(len(nodes(r)[1]) for r in f) >= 3, {"Accept": "application/xml"})
    guids = {n["guid"] for r in answers for n in nodes(r)[1]}
    assert guids <= {node["guid"] for _, node in found}
    accept(api.request("DELETE", f"/v1/subscriptions/{s['id']}"), 204)


def test_what_takes_a_declaration_back_is_pushed_in_its_own_message(stack, trades, receiver):
    stack.mock.behave("CUS", outcome="inspect")
    api, trade = own_filer(stack, trades), trades.make()
    file_all(api, trade.filings())
    settled(stack, trade, "inspect")
    subscribe(api, receiver.url(), format="ceb", types=["authority.answered"])
    stack.mock.behave("CUS", outcome="clear", steps=True, late_ms=1)
    accept(api.file(trade.cancellation()), 201)
    settled(stack, trade, "withdrawn")

    def said():
        found = [(n, node["returnStatus"]) for m in receiver.at() for n, ns in [nodes(as_reply(m))] for node in ns]
        return len(found) >= 3 and found
    assert sorted(wait_for(said, "customs' answers were pushed", 30)) == [(624, "120"), (624, "2"), (624, "399")]


class as_reply:  # noqa: N801
    def __init__(self, m):
        self.body, self.headers = m.body, {"content-type": m.kind}


def test_receipts_are_pushed_as_they_are_polled(stack, trades, receiver):
    api, carrier = own_filer(stack, trades), own_filer(stack, trades, "carrier", [CODES["carrier"]])
    subscribe(api, receiver.url("/all"), format="receipts")
    subscribe(carrier, receiver.url("/carrier"), format="receipts", types=["authority.answered"])
    trade = trades.make()
    accept(carrier.file(trade.waybill()))
    receipts = [r.json for r in file_all(api, trade.filings(("order", "payment", "inventory")))]
    settled(stack, trade)

    def items(path, kind):
        return [i for m in receiver.at(path) if m.json["type"] == kind for i in m.json["data"]["items"]]
    wait_for(lambda: len(items("/all", "authority.answered")) >= 4 and len(items("/carrier", "authority.answered")) >= 4, "answers were pushed", 30)
    wait_for(lambda: len(items("/all", "filing.accepted")) >= 3, "receipts were pushed")
    polled, _ = poll_until(api, "/v1/receipts", lambda f: sum(len(r.json["items"]) for r in f) >= 4)
    assert items("/all", "authority.answered") == [i for r in polled for i in r.json["items"]]
    assert sorted(i["id"] for i in items("/all", "filing.accepted")) == sorted(r["id"] for r in receipts)
    assert all(i in receipts for i in items("/all", "filing.accepted"))
    assert {i["info"] for i in items("/carrier", "authority.answered")} == {None}  # the outcome, not the words
    assert items("/carrier", "filing.accepted") == []


# --- what goes wrong ------------------------------------------------------------------------------------------


def test_what_failed_goes_again_and_the_rest_is_held_back(stack, trades, receiver):
    api = own_filer(stack, trades)
    s = subscribe(api, receiver.url())
    receiver.answer(500)
    trade = trades.make()
    file_all(api, trade.filings())
    settled(stack, trade)
    wait_for(lambda: shown(api, s)["failed"] >= 3, "some have failed")
    held = shown(api, s)
    assert held["state"] == "enabled" and held["failed"] <= 8 and held["next_attempt_at"]  # those under way, not one for each event
    failed = attempts(api, s)
    assert {(a["status"], a["outcome"]) for a in failed} == {(500, "again")} and failed[-1]["attempt"] == 1
    receiver.answer(200)
    accept(api.post(f"/v1/subscriptions/{s['id']}/enable"), 200)
    all_pushed(stack, receiver, "/hook", trade.order_no)
    wait_for(lambda: shown(api, s)["failed"] == 0, "nothing waits any more")
    again = {m.id for m in receiver.at(taken=False)} & {m.id for m in receiver.at(taken=True)}
    for one in again:  # the same id, the same bytes, another time under the signature
        first, last = [m for m in receiver.at() if m.id == one][0], [m for m in receiver.at() if m.id == one][-1]
        assert first.body == last.body and last.signed_by(s["secret"])
    assert again
    # an attempt under way is written a moment after the receiver has it: pages and whole agree once none is
    whole = wait_for(lambda: (w := attempts(api, s)) == attempts(api, s, "?limit=2") and w, "pages are the whole")
    assert len(whole) > len(failed)


def test_the_schedule_and_its_end(own, trades, receiver):
    """Each pause is waited, in business time; after the last attempt the subscription is disabled, and nothing is lost."""
    stack = own(settings={"push": {"schedule_s": "0 3600 86400", "allow_private": True}})
    s = subscribe(stack.enterprise, receiver.url())
    receiver.answer(503)
    trade = trades.make()
    file_all(stack.enterprise, trade.filings())
    settled(stack, trade)
    wait_for(lambda: shown(stack.enterprise, s)["failed"] >= 1, "it failed")
    shift = 0
    for attempt, wait_s in ((2, 3600), (3, 86400)):
        shift += wait_s * 6 // 5 + 60
        accept(stack.operator.post("/test/clock", {"shift_s": shift}), 200)
        wait_for(lambda: any(a["attempt"] == attempt for a in attempts(stack.enterprise, s)), f"attempt {attempt}")
    off = wait_for(lambda: (x := shown(stack.enterprise, s))["state"] == "disabled" and x, "it is disabled")
    assert "failed 3 times" in off["reason"] and off["disabled_at"]
    assert any(s["id"] in e["msg"] for e in stack.daemon.events("subscription.disabled"))
    wait_for(lambda: stack.operator.metrics()["tongguan_push_disabled_total{worker=\"0\"}"] == 1, "it is counted")
    receiver.answer(200)
    other = trades.make()
    file_all(stack.enterprise, other.filings())
    settled(stack, other)
    assert receiver.at(taken=True) == []
    accept(stack.enterprise.post(f"/v1/subscriptions/{s['id']}/enable"), 200)
    all_pushed(stack, receiver, "/hook", trade.order_no, other.order_no)


def test_gone_ends_it_at_once_and_redirects_are_not_followed(stack, trades, receiver):
    api = own_filer(stack, trades)
    gone, moved = subscribe(api, receiver.url("/gone")), subscribe(api, receiver.url("/moved"))
    receiver.answer(lambda m: 410 if m.path == "/gone" else (308, {"Location": receiver.url("/elsewhere")}, b""))
    accept(api.file(trades.make().order()))
    off = wait_for(lambda: (x := shown(api, gone))["state"] == "disabled" and x, "it is disabled")
    assert "410" in off["reason"]
    first = wait_for(lambda: attempts(api, moved), "an attempt")[0]
    assert (first["status"], first["outcome"]) == (308, "again") and receiver.at("/elsewhere") == []
    assert [a["outcome"] for a in attempts(api, gone)][-1] == "gone"


def test_retry_after_is_honoured(stack, trades, receiver):
    api = own_filer(stack, trades)
    s = subscribe(api, receiver.url())
    receiver.answer((429, {"Retry-After": "3000"}, b""))
    accept(api.file(trades.make().order()))
    x = wait_for(lambda: (x := shown(api, s))["failed"] > 0 and x, "it failed")
    now = stack.psql(f"select next_at - made_at between interval '2990 s' and interval '3601 s' from push where subscription_id = '{s['id']}' limit 1")
    assert now == "t", x


def test_a_slow_receiver_delays_nobody_else(stack, trades, receiver):
    api = own_filer(stack, trades)
    slow = [subscribe(api, receiver.url(f"/slow{n}")) for n in range(6)]
    subscribe(api, receiver.url("/fast"))
    receiver.answer(lambda m: None if m.path.startswith("/slow") else 200)
    began, trade = time.monotonic(), trades.make()
    file_all(api, trade.filings())
    settled(stack, trade)
    all_pushed(stack, receiver, "/fast", trade.order_no)
    by_then = [len(receiver.at(f"/slow{n}")) for n in range(6)]
    rounds = 1 + (time.monotonic() - began) // 2  # push.timeout_ms: so long each of the four under way keeps its place
    assert max(by_then) <= 4 * rounds, by_then
    first = wait_for(lambda: attempts(api, slow[0]), "its time is over", 30)[-1]
    assert first["status"] is None and "time" in first["reason"].lower() and first["duration_ms"] >= 1500
    for s in slow:
        accept(api.request("DELETE", f"/v1/subscriptions/{s['id']}"), 204)


# --- replay ---------------------------------------------------------------------------------------------------


def test_a_range_is_pushed_once_more(own, trades, receiver):
    stack = own()  # nobody else moves business time here: ranges of time are asked for
    api = own_filer(stack, trades)
    s = subscribe(api, receiver.url())
    path = f"/v1/subscriptions/{s['id']}/replay"
    began = stack.psql("select to_char(now() at time zone 'Asia/Shanghai', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+08:00\"')")
    trade = trades.make()
    file_all(api, trade.filings())
    settled(stack, trade)
    once = all_pushed(stack, receiver, "/hook", trade.order_no)
    events = feed_of(stack, trade.order_no)
    part = [n for n, _ in events][1:-1]

    def times(n):
        return sum(m.id == str(n) for m in receiver.at(taken=True))
    accept(api.post(path, {"from_seq": part[0], "to_seq": part[-1]}), 202)
    wait_for(lambda: all(times(n) == 2 for n in part), "the range came again")
    wait_for(lambda: not shown(api, s)["replaying"], "the replay is over")
    assert times(events[0][0]) == 1 and times(events[-1][0]) == 1
    assert all(a.body == b.body for a in once for b in receiver.at(taken=True) if a.id == b.id)
    until = stack.psql("select to_char((now() + interval '1 s') at time zone 'Asia/Shanghai', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+08:00\"')")
    accept(api.post(path, {"from": began, "to": until}), 202)
    wait_for(lambda: all(times(n) >= 2 for n, _ in events), "all came again")
    wait_for(lambda: not shown(api, s)["replaying"], "the replay is over")
    # a range in which nothing is; and one that is not over while the receiver is away
    accept(api.post(path, {"from": "2020-01-01", "to": "2020-01-02"}), 202)
    wait_for(lambda: not shown(api, s)["replaying"], "an empty range is over at once")
    receiver.answer(503)
    accept(api.post(path, {"from_seq": 1, "to_seq": events[-1][0]}), 202)
    for body in ({"from_seq": 0, "to_seq": 1}, {"from_seq": 2, "to_seq": 1}, {"from": "x", "to": "y"}, {"from_seq": 1}, {}, {"from": began, "to_seq": 5},
                 {"seq": 1}):
        problem(api.post(path, body), 400, "bad-request")
    receipts = subscribe(api, receiver.url("/receipts"), format="receipts")
    problem(api.post(f"/v1/subscriptions/{receipts['id']}/replay", {"from_seq": 1, "to_seq": 2}), 400, "bad-request")
    receiver.answer(200)
    accept(api.post(f"/v1/subscriptions/{receipts['id']}/replay", {"from": began, "to": until}), 202)
    wait_for(lambda: sum(len(m.json["data"]["items"]) for m in receiver.at("/receipts")) >= 8, "receipts came again", 30)
    items = [i["id"] for m in receiver.at("/receipts") for i in m.json["data"]["items"]]
    assert len(items) == len(set(items)) == 8


def test_one_replay_at_a_time(stack, trades, receiver):
    api = own_filer(stack, trades)
    s = subscribe(api, receiver.url())
    receiver.answer(503)
    trade = trades.make()
    file_all(api, trade.filings())
    settled(stack, trade)
    wait_for(lambda: shown(api, s)["failed"] >= 1, "it is held")
    last = feed_of(stack, trade.order_no)[-1][0]
    accept(api.post(f"/v1/subscriptions/{s['id']}/replay", {"from_seq": 1, "to_seq": last}), 202)
    problem(api.post(f"/v1/subscriptions/{s['id']}/replay", {"from_seq": 1, "to_seq": last}), 409, "state-conflict")


# --- addresses ------------------------------------------------------------------------------------------------


def test_private_addresses_are_refused_when_connecting(own, trades, receiver):
    """Also behind a name; nothing of it reaches who listens there."""
    stack = own(settings={"push": {"allow_private": False}})
    api = stack.enterprise
    made = [subscribe(api, receiver.url(f"/{n}", host)) for n, host in enumerate(("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "127.1", "2130706433"))]
    for s in made:
        accept(api.post(f"/v1/subscriptions/{s['id']}/ping"), 202)
    for s in made:
        first = wait_for(lambda: attempts(api, s), "the attempt is shown")[0]
        assert first["status"] is None and first["reason"] == "the address is none that may be connected to", (s["url"], first)
    assert receiver.messages == []


def test_only_tests_may_allow_private_addresses(own):
    stack = own(purpose="production", settings={"test": {"clock": False}})
    problem(stack.enterprise.post("/v1/subscriptions", {"url": "http://example.com/"}), 400, "bad-request")
    stack.daemon.set("push", allow_private=True)
    stack.daemon.stop()
    stack.daemon.start(wait=False)
    assert stack.daemon.wait() == 78 and "push.allow_private" in stack.daemon.tail()


# --- the resource ---------------------------------------------------------------------------------------------


def test_the_resource(stack, trades, receiver):
    api, stranger = own_filer(stack, trades), own_filer(stack, trades, "stranger")
    for body in ({}, {"url": "ftp://x/"}, {"url": "https://u:p@x/"}, {"url": 1}, {"url": "https://x/", "format": "xml"}, {"url": "https://x/", "types": ["x"]},
                 {"url": "https://x/", "types": "x"}, {"url": "https://x/", "format": "ceb", "types": ["declaration.released"]},
                 {"url": "https://x/", "ed25519": 1}, {"url": "https://x/", "secret": "x"}, {"url": "https://x/", "description": "x" * 401}):
        problem(api.post("/v1/subscriptions", body), 400, "bad-request")
    problem(api.post("/v1/subscriptions", []), 400, "bad-json")
    reply = accept(api.post("/v1/subscriptions", {"url": receiver.url("/a"), "description": "我们的", "types": ["declaration.released"]}), 201)
    s = reply.json
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]+=*", s["secret"]) and reply.headers["location"] == f"/v1/subscriptions/{s['id']}"
    s.pop("secret")
    assert shown(api, s) | {"position": None} == s | {"position": None} and [i["id"] for i in api.pages("/v1/subscriptions")] == [s["id"]]
    path = f"/v1/subscriptions/{s['id']}"
    for method, sub, body in (("GET", "", None), ("PATCH", "", {}), ("DELETE", "", None), ("POST", "/rotate", None), ("POST", "/enable", None),
                              ("POST", "/ping", None), ("POST", "/replay", {"from_seq": 1, "to_seq": 1}), ("GET", "/attempts", None)):
        for who, where in ((stranger, path), (api, "/v1/subscriptions/x"), (api, f"/v1/subscriptions/{s['id'][:-6]}000000")):
            problem(send(who, method, where + sub, body), 404, "not-found")
    assert shown(stack.operator, s)["client"].startswith("poller") and "secret" not in shown(stack.regulator, s)
    changed = accept(send(api, "PATCH", path, {"url": receiver.url("/b"), "types": [], "ed25519": True}), 200).json
    assert (changed["url"], changed["types"], changed["ed25519"], changed["description"]) == (receiver.url("/b"), [], True, "我们的")
    assert changed["public_key"].startswith("whpk_")
    for body in ({"format": "ceb"}, {"state": "enabled"}, {"types": ["nothing"]}, {"url": "x"}):
        problem(send(api, "PATCH", path, body), 400, "bad-request")
    off = accept(send(api, "PATCH", path, {"state": "disabled"}), 200).json
    assert (off["state"], off["reason"]) == ("disabled", "by its owner")
    accept(api.post(path + "/ping"), 202)  # may be tried all the same
    wait_for(lambda: receiver.at("/b"), "the ping went to the new address")
    trade = trades.make()
    file_all(api, trade.filings())
    settled(stack, trade)
    assert len(receiver.at("/b")) == 1
    accept(api.post(path + "/enable"), 200)
    all_pushed(stack, receiver, "/b", trade.order_no)
    accept(api.request("DELETE", path), 204)
    problem(api.get(path), 404, "not-found")
    ceb = subscribe(api, receiver.url(), format="ceb")
    problem(send(api, "PATCH", f"/v1/subscriptions/{ceb['id']}", {"types": ["declaration.released"]}), 400, "bad-request")
    problem(stack.caller(stack.tokens["authority-CUS"]).get("/v1/subscriptions"), 403, "forbidden")
    for n in range(19):
        subscribe(api, receiver.url(f"/{n}"))
    problem(api.post("/v1/subscriptions", {"url": receiver.url()}), 429, "over-quota")


def send(api, method, path, body):
    import json
    return api.request(method, path, None if body is None else json.dumps(body).encode(), {} if body is None else {"Content-Type": "application/json"})


def test_own_filings_event_comes_soon(stack, trades, receiver):
    """In a quiet system an event is pushed by the next beats: a second or so, of which a loaded machine takes several; not half a minute later."""
    api = own_filer(stack, trades)
    subscribe(api, receiver.url(), types=["filing.accepted"])
    took = []
    for _ in range(3):
        began, before = time.monotonic(), len(receiver.at())
        accept(api.file(trades.make().order()))
        wait_for(lambda: len(receiver.at()) > before, "its event", 60)
        took.append(time.monotonic() - began)
    assert min(took) < 15, took
