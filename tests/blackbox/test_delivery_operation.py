"""Operating deliveries: rates, maintenance, dead letters by range, public health, outages and their evidence."""
import datetime
import json
import subprocess
import time

import pytest

from filer import SHANGHAI
from stack import binary, wait_for
from support import accept, file_all, new_stack, problem, settled, stacks

QUICK = {"timeout-ms": 2500, "breaker-failures": 3, "breaker-ms": 100, "first-wait-ms": 20, "longest-wait-ms": 100}


@pytest.fixture(scope="module")
def house():
    """A stack of this file's own: what is put in maintenance here must not hold up others."""
    s = new_stack(authority=QUICK).start()
    try:
        yield s
    finally:
        stacks.remove(s)
        s.remove()


@pytest.fixture(autouse=True)
def as_before(house):
    house.mock.calm()
    yield
    for code in house.psql("select distinct authority from maintenance where ended_at is null").split():
        house.ctl("authority", "maintenance", code, "--end", ok=(0, 1))


def filed(stack, trades, **more):
    trade = trades.make(**more)
    file_all(stack.enterprise, trade.filings())
    return trade


def authority(stack, code, api=None):
    return next(a for a in (api or stack.daemon.public).get("/v1/authorities").json["items"] if a["code"] == code)


def until_authority(stack, code, condition, what):
    return wait_for(lambda: (lambda a: a if condition(a) else None)(authority(stack, code)), f"{code} {what}")


def part(stack, trade, code):
    d = stack.regulator.declaration(trade.order_no)
    return next((p for p in d["parts"] if p["authority"] == code), None) if d else None


def others_clear(stack, trades_made, code):
    def clear():
        parts = [p for t in trades_made for p in (stack.regulator.declaration(t.order_no) or {"parts": []})["parts"] if p["authority"] != code]
        return len(parts) == 3 * len(trades_made) and all(p["outcome"] == "clear" for p in parts)
    wait_for(clear, f"all but {code} have cleared")


# --- the public list ------------------------------------------------------------------------------------------


def test_everybody_sees_how_authorities_do_and_nothing_else(house, trades):
    settled(house, filed(house, trades))
    told = until_authority(house, "TAX", lambda a: a["answered_in_5_min"] > 0, "has told what it answered")
    assert told["health"] == "up" and told["expected_wait_s"] == 0 and not told["expected_wait_at_least"]
    assert 0 < told["latency_ms"]["p50"] <= told["latency_ms"]["p99"]
    reply = accept(house.daemon.public.get("/v1/authorities"), 200)
    assert len(reply.json["items"]) == 12
    assert authority(house, "ECO")["health"] == "off" and authority(house, "ECO")["expected_wait_s"] is None
    text = reply.body.decode()
    assert "http" not in text and str(house.mock.port) not in text  # no addresses, no secrets
    # whoever sends a token all the same gets the same, even if nobody knows it any more
    assert set(house.caller("tg_" + "x" * 43).get("/v1/authorities").json["items"][0]) == set(reply.json["items"][0])


# --- maintenance ----------------------------------------------------------------------------------------------


def test_maintenance_holds_deliveries_back_and_costs_no_attempt(house, trades):
    until = (datetime.datetime.now(SHANGHAI) + datetime.timedelta(hours=2)).isoformat(timespec="seconds")
    house.ctl("authority", "maintenance", "TAX", "--until", until, "--reason", "new machines 换机房")
    told = until_authority(house, "TAX", lambda a: a["health"] == "maintenance", "is in maintenance")
    assert told["maintenance"][0]["reason"] == "new machines 换机房" and 7000 < told["expected_wait_s"] <= 7300
    wait_for(lambda: house.daemon.public.metrics()['tongguan_authority_maintenance{worker="0",authority="TAX"}'] == 1, "the daemon knows")
    made = [filed(house, trades) for _ in range(3)]
    others_clear(house, made, "TAX")
    assert {(p["state"], p["attempts"]) for p in (part(house, t, "TAX") for t in made)} == {("due", 0)}
    assert authority(house, "TAX")["dead"] == 0
    problem(house.enterprise.post("/v1/authorities/TAX/maintenance", {"end": True}), 403, "forbidden")
    closed = accept(house.operator.post("/v1/authorities/TAX/maintenance", {"end": True}), 200).json["items"]
    assert closed[0]["ended_by"] == "operator" and closed[0]["recorded_by"].startswith("tongguanctl:")
    for trade in made:
        settled(house, trade)
        assert part(house, trade, "TAX")["attempts"] == 1
    assert accept(house.operator.post("/v1/authorities/TAX/maintenance", {"end": True}), 409)
    assert house.enterprise.get("/v1/authorities/TAX/maintenance").json["items"][0]["window"] == closed[0]["window"]
    problem(house.enterprise.get("/v1/authorities/NONE/maintenance"), 404, "not-found")


def test_a_window_may_be_planned_and_called_off(house, trades):
    begin = datetime.datetime.now(SHANGHAI) + datetime.timedelta(days=3)
    body = {"from": begin.isoformat(), "until": (begin + datetime.timedelta(hours=1)).isoformat(), "reason": "quarterly"}
    window = accept(house.operator.post("/v1/authorities/POST/maintenance", body), 201).json
    told = authority(house, "POST")
    assert told["health"] == "up" and not told["maintenance"] and told["maintenance_planned"][0]["reason"] == "quarterly"
    settled(house, filed(house, trades))  # nothing is held back before
    problem(house.operator.post("/v1/authorities/POST/maintenance", {"end": True}), 409, "state-conflict")  # none is in force
    accept(house.operator.post("/v1/authorities/POST/maintenance", {"end": True, "window": window["window"]}), 200)
    assert authority(house, "POST")["maintenance_planned"] == []


def test_a_planned_window_begins_and_ends_by_itself(house, trades):
    now = datetime.datetime.now(SHANGHAI)
    body = {"from": (now + datetime.timedelta(seconds=600)).isoformat(), "until": (now + datetime.timedelta(seconds=1200)).isoformat(), "reason": "soon"}
    accept(house.operator.post("/v1/authorities/FX/maintenance", body), 201)
    try:
        accept(house.operator.post("/test/clock", {"shift_s": 700}), 200)
        until_authority(house, "FX", lambda a: a["health"] == "maintenance", "is in maintenance")
        wait_for(lambda: house.psql("select count(*) from dispatcher where authority = 'FX' and state = 'maintenance'") == "1", "the daemon knows it")
        trade = filed(house, trades)
        others_clear(house, [trade], "FX")
        assert part(house, trade, "FX")["attempts"] == 0
        accept(house.operator.post("/test/clock", {"shift_s": 1300}), 200)
        settled(house, trade)
    finally:
        accept(house.operator.post("/test/clock", {"shift_s": 0}), 200)


def test_windows_that_make_no_sense(house):
    for body in ({"reason": ""}, {}, {"reason": "x" * 301}, {"reason": "x", "until": "2020-01-01"}, {"reason": "x", "from": "soon"},
                 {"window": 3}, {"end": True, "window": 0}, {"reason": "x", "by": "me"}):
        problem(house.operator.post("/v1/authorities/CUS/maintenance", body), 400, "bad-request")


# --- rate and order -------------------------------------------------------------------------------------------


def test_an_authority_gets_no_more_a_second_than_it_takes(house, trades):
    second = house.add_daemon("second").start()  # the limit is that of both together
    try:
        house.connect("TAX", **{"max-per-s": 30, "burst": 1})
        wait_for(lambda: house.psql("select count(distinct worker) from dispatcher where live_until > now()") == "2", "both know of each other")
        both = [house.enterprise, house.caller(house.enterprise.token, second)]
        made = [trades.make() for _ in range(30)]
        for n, trade in enumerate(made):
            file_all(both[n % 2], trade.filings())
        for trade in made:
            settled(house, trade)
        orders = ", ".join(f"'{t.order_no}'" for t in made)
        spans = dict(line.split("|") for line in house.psql(
            "select v.authority, extract(epoch from max(v.sent_at) - min(v.sent_at)) from delivery v join declaration d"
            f" on d.id = v.declaration_id where d.order_no in ({orders}) group by 1").splitlines())
        # thirty at thirty a second take a second, less what a burst of each and the batches of recording make of it
        assert float(spans["TAX"]) > 0.7
    finally:
        house.connect("TAX", **{"max-per-s": 0, "burst": 0})
        second.close()
        house.daemons.remove(second)


def test_one_slow_declaration_holds_up_no_other(house, trades):
    slow = trades.make()  # its answer never comes within authority.timeout_ms, until that is lifted
    accept(house.mock.api.post("/CUS/exceptions", {"order_no": slow.order_no, "times": 1000, "behaviour": {"latency_ms": 5000}}), 201)
    file_all(house.enterprise, slow.filings())
    wait_for(lambda: part(house, slow, "CUS"), "the slow one is on its way")
    made = [filed(house, trades) for _ in range(8)]
    for trade in made:
        settled(house, trade)
    assert house.regulator.declaration(slow.order_no)["state"] == "declared"
    accept(house.mock.api.request("DELETE", "/CUS/exceptions"), 204)
    settled(house, slow)


def test_a_dead_authority_costs_the_others_little(house, trades):
    def time_for(code, count=20):
        made = [trades.make() for _ in range(count)]
        begin = time.monotonic()
        for trade in made:
            file_all(house.enterprise, trade.filings())
        others_clear(house, made, code)
        return time.monotonic() - begin, made
    time_for("FX", 10)  # plans and connections are warm
    times = []
    for _ in range(3):  # once is enough: the machine may have something else to do meanwhile
        calm, _ = time_for("FX")
        house.mock.behave("FX", down=True)
        dead, made = time_for("FX")
        house.mock.behave("FX", down=False)
        for trade in made:
            settled(house, trade)
        times.append((calm, dead))
        if dead < 3 * calm + 1:
            return
    assert False, times


# --- dead letters ---------------------------------------------------------------------------------------------


def given_up(house, trades, count, status=422):
    house.mock.behave("TAX", refuse_next=count, refuse_status=status)
    made = [filed(house, trades) for _ in range(count)]
    for trade in made:
        wait_for(lambda: (part(house, trade, "TAX") or {}).get("state") == "dead", "it is given up")
    return made


def test_dead_letters_are_listed_and_sent_again_by_range(house, trades):
    before = datetime.datetime.now(SHANGHAI)
    first = given_up(house, trades, 3)
    between = datetime.datetime.now(SHANGHAI)
    second = given_up(house, trades, 2, 410)

    def listed(**q):
        words = "&".join(f"{k}={v.isoformat().replace('+', '%2B') if hasattr(v, 'isoformat') else v}" for k, v in q.items())
        return {v["declaration_id"] for v in house.operator.pages(f"/v1/deliveries?authority=TAX&state=dead&limit=2&{words}")}
    ids = {t: house.regulator.declaration(t.order_no)["id"] for t in first + second}
    assert listed(**{"from": before}) == set(ids.values())
    assert listed(to=between, **{"from": before}) == {ids[t] for t in first} == listed(reason="HTTP%20422", **{"from": before})
    assert listed(reason="HTTP%2041") == {ids[t] for t in second}
    assert "422" in house.ctl("deliveries", "list", "--authority", "TAX", "--from", before.isoformat()).stdout
    # held back, so that what becomes of them can be looked at
    house.ctl("authority", "maintenance", "TAX", "--reason", "a look")
    until_authority(house, "TAX", lambda a: a["health"] == "maintenance", "is in maintenance")
    body = {"authority": "TAX", "state": "dead", "from": before.isoformat(), "limit": 2, "per_s": 4}
    assert accept(house.operator.post("/v1/deliveries/retry", body), 202).json == {"retried": 2, "left": 3, "per_s": 4}
    assert accept(house.operator.post("/v1/deliveries/retry", body | {"limit": 100, "reason": "HTTP 422"}), 202).json["retried"] == 1
    assert accept(house.operator.post("/v1/deliveries/retry", body), 202).json == {"retried": 2, "left": 0, "per_s": 4}
    assert accept(house.operator.post("/v1/deliveries/retry", body), 202).json["retried"] == 0
    due = [datetime.datetime.fromisoformat(v["due_at"]) for v in house.operator.pages("/v1/deliveries?authority=TAX&state=due")]
    assert datetime.timedelta(milliseconds=250) in {b - a for a in due for b in due}  # four a second, no flood
    problem(house.enterprise.post("/v1/deliveries/retry", body), 403, "forbidden")
    house.ctl("authority", "maintenance", "TAX", "--end")
    for trade in first + second:
        settled(house, trade)
        assert part(house, trade, "TAX")["attempts"] == 1
    log = [json.loads(line) for line in house.daemon.log.read_text().splitlines() if "delivery.range_retry_asked" in line]
    assert len(log) == 4


def test_the_tool_sends_dead_letters_again_too(house, trades):
    made = given_up(house, trades, 2)
    assert "2 sent again" in house.ctl("deliveries", "retry", "--authority", "TAX", "--reason", "HTTP 422").stdout
    for trade in made:
        settled(house, trade)
    house.ctl("deliveries", "retry", "--authority", "NONE", ok=(64,))
    house.ctl("deliveries", "list", "--authority", "TAX", "--state", "sent", ok=(64,))


def test_ranges_that_make_no_sense(house):
    for body in ({}, {"authority": "TAX"}, {"authority": "TAX", "state": "sent"}, {"authority": "TAX", "state": "dead", "limit": 5001},
                 {"authority": "TAX", "state": "dead", "from": "yesterday"}, {"authority": "TAX", "state": "dead", "all": True}):
        problem(house.operator.post("/v1/deliveries/retry", body), 400, "bad-request")


# --- outages --------------------------------------------------------------------------------------------------


def evidence(house, declaration, api=None):
    return (api or house.enterprise).get(f"/v1/declarations/{declaration['id']}/evidence/outage")


def verified(house, reply, tmp_path):
    """The statement; the tool and our own reader both say that it is genuine, and that a changed one is not."""
    core = house.verify(reply.body)
    for name, body, status in (("good", reply.body, 0), ("bad", reply.body.replace(b'"began_at":"2', b'"began_at":"1', 1), 1)):
        (tmp_path / name).write_bytes(body)
        done = subprocess.run([binary("tongguanctl"), "verify", str(tmp_path / name), "--public-key", house.public_key.hex()], capture_output=True)
        assert done.returncode == status, done
    return core


def test_an_outage_is_recorded_once_and_proved(house, trades, tmp_path):
    house.psql("insert into outage_rule (id, authority, after_s, valid_from, source) values (100, 'FX', 0, '2020-01-01', 'this test')")
    house.psql("insert into statutory_period (id, act, title_zh, title_en, trade_mode, direction, authority, counts_from, unit, amount, rolls,"
               " outage_extends, valid_from, source) values (900, 'test', '试', 'test', '*', 'import', 'FX', 'declared', 'days', 5, false, true,"
               " '2020-01-01', 'this test')")
    calm = settled(house, filed(house, trades))
    problem(evidence(house, calm), 404, "not-found")
    second = house.add_daemon("second").start()
    house.mock.behave("FX", down=True)
    made = [filed(house, trades) for _ in range(6)]
    others_clear(house, made, "FX")
    told = until_authority(house, "FX", lambda a: a["outage_since"], "has an outage")
    assert told["health"] in ("down", "probing") and told["expected_wait_at_least"]
    d = house.regulator.declaration(made[0].order_no)
    stranger = house.client(f"stranger {trades.tag}", "enterprise", "--codes", "91330000000000000X")
    problem(evidence(house, d, stranger), 404, "not-found")

    reply = accept(evidence(house, d), 200)
    s = verified(house, reply, tmp_path)
    assert s["statement"] == "outage" and s["declaration_id"] == d["id"] and s["released_at"] is None
    for filing in s["filings"]:
        receipt = house.verify(house.enterprise.get(f"/v1/filings/{filing['id']}/receipt").body)
        assert (receipt["received_at"], receipt["document_sha256"]) == (filing["received_at"], filing["document_sha256"])
    assert len(s["filings"]) == 4
    fx = {a["authority"]: a for a in s["authorities"]}["FX"]
    assert fx["state"] == "due" and fx["sent_at"] is None
    assert fx["outages"][-1]["kind"] == "unplanned" and fx["outages"][-1]["ended_at"] is None and fx["outages"][-1]["while_waiting"]
    assert fx["outages"][-1]["failures"] >= 3 and "503" in fx["outages"][-1]["evidence"]
    grows = {x["act"]: x for x in s["deadlines"]}["test"]
    assert grows["added_s"] == 86400 and grows["may_grow"]
    day = datetime.date.fromisoformat
    assert day(grows["extended_last_day"]) - day(grows["last_day"]) == datetime.timedelta(days=1)
    claim = {x["act"]: x for x in s["deadlines"]}["request_return"]
    assert claim["from"] is None and claim["last_day"] is None and claim["source"] == "GACC 2020-45" and not claim["outage_extends"]

    house.mock.behave("FX", down=False)
    for trade in made:
        settled(house, trade)
    until_authority(house, "FX", lambda a: not a["outage_since"] and a["health"] == "up", "is back")
    assert len(house.psql("select * from outage where authority = 'FX' and ended_at is not null").splitlines()) == 1
    assert len(house.psql("select * from outage where authority = 'FX'").splitlines()) == 1
    s = verified(house, accept(evidence(house, d), 200), tmp_path)
    fx = {a["authority"]: a for a in s["authorities"]}["FX"]
    assert fx["outages"][-1]["ended_at"] > fx["outages"][-1]["began_at"] and fx["sent_at"] and fx["attempts"] >= 1
    released = datetime.datetime.fromisoformat(s["released_at"]).date()
    claim = {x["act"]: x for x in s["deadlines"]}["request_return"]
    assert day(claim["last_day"]) == released + datetime.timedelta(days=30)
    assert claim["before"] == f"{released + datetime.timedelta(days=31)}T00:00:00.000000+08:00" == claim["extended_before"]
    assert {x["act"]: x for x in s["deadlines"]}["test"]["may_grow"] is False
    second.close()
    house.daemons.remove(second)


def test_an_outage_is_no_reason_to_give_a_message_up(own, trades):
    stack = own(authority=QUICK | {"attempts-max": 4, "breaker-failures": 2, "breaker-ms": 30})
    stack.mock.behave("POST", down=True)
    trade = filed(stack, trades)
    others_clear(stack, [trade], "POST")
    failed = lambda: stack.daemon.public.metrics()['tongguan_authority_again_total{worker="0",authority="POST"}']  # noqa: E731
    wait_for(lambda: failed() > 10, "it was probed more often than a message may be tried")
    assert part(stack, trade, "POST")["state"] == "due" and part(stack, trade, "POST")["attempts"] < 4
    stack.mock.behave("POST", down=False)
    settled(stack, trade)
