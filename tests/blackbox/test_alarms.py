"""Alarms: risk rules that hit after the release, or an enterprise as such; each at its limit and beside it, once however often it is seen."""
import datetime
import json

import pytest

from filer import CODES, SHANGHAI, credit_code, moment
from shop import Shop
from signed import Key, Signed
from stack import wait_for
from support import accept, change_rules, file_all, new_stack, problem, settled, stacks
from test_returns import ask, released as with_number
from test_tracking import event, tell

HOUR, DAY = 3600, 86400
TRIALS = {"R-LOG-01": (921, "73", 23), "R-LOG-02": (922, "200,800", 24), "R-RET-01": (923, "200,5", 39), "R-NET-01": (924, "0,9", 45)}


@pytest.fixture(scope="module")
def zone():
    """Two daemons whose clock is moved; each rule has a row on trial beside it, and returns rest on five releases."""
    s = new_stack().start()
    s.second = s.add_daemon("second").start()
    try:
        trials = " ".join(f"insert into risk_rule select {row}, rule, 9, node, class, 'shadow', false, 99, window_s, array[{parameters},null], valid_from, valid_to,"
                          f" recorded_at, 'a test' from risk_rule where id = {of};" for row, parameters, of in TRIALS.values())
        change_rules(s, f"update risk_rule set parameters[2] = 5 where id = 39; {trials}")
        now = datetime.datetime.now(SHANGHAI)
        noon = now.replace(hour=12, minute=0, second=0, microsecond=0) + datetime.timedelta(days=1)
        s.shift = 0
        ahead(s, int((noon - now).total_seconds()))  # the test's day does not end in the middle
        yield s
    finally:
        stacks.remove(s)
        s.remove()


def ahead(stack, seconds):
    """Moves business time on, of both daemons."""
    stack.shift += seconds
    for daemon in (stack.daemon, stack.second):
        accept(stack.caller(stack.tokens["operator"], daemon).post("/test/clock", {"shift_s": stack.shift}), 200)


def alarms(stack, mode="active", **filters):
    """Those of rows in force, as regulators see them; subjects are their tests' own."""
    query = "&".join(f"{k}={v}" for k, v in filters.items())
    return [a for a in stack.regulator.pages(f"/v1/risk/alarms?{query}") if a["mode"] == mode]


def judged(stack):
    """Nothing that somebody saw waits any more."""
    wait_for(lambda: stack.psql("select (select count(*) from risk_signal) + (select count(*) from tracking_parcel where due_at = '-infinity')") == "0",
             "all signals are judged")


def again(stack):
    """What was seen is seen once more, by both daemons."""
    stack.psql("insert into risk_signal (what, declaration_id, occasion, at, counts)"
               " select case rule when 'R-LOG-01' then 'standstill' else 'delivery' end, d.id, occasion, at, array[counted, (d.direction = 'export')::integer]"
               " from risk_alarm a join declaration d on d.id::text = a.subject cross join generate_series(1, 3)")
    judged(stack)


def case_of(stack, alarm):
    return accept(stack.operator.get(f"/v1/cases/{alarm['case_id']}"), 200).json


@pytest.fixture
def trade(zone, trades):
    zone.mock.calm()
    return released(zone, trades.make())


def released(zone, trade):
    file_all(zone.enterprise, trade.filings())
    trade.declaration = settled(zone, trade)
    trade.id = trade.declaration["id"]
    return trade


def at(trade, seconds):
    """So long after the release, in whole seconds of it."""
    whole = datetime.datetime.fromisoformat(trade.declaration["released_at"]).replace(microsecond=0)
    return moment(whole + datetime.timedelta(seconds=seconds))


def alert_of(zone, trade):
    return wait_for(lambda: accept(zone.regulator.get(f"/v1/tracking/alerts?declaration_id={trade.id}"), 200).json["items"], "a step is missing")[0]


def test_a_parcel_that_stands_still(zone, trade):
    ahead(zone, 71 * HOUR)
    judged(zone)
    assert alarms(zone, declaration_id=trade.id) == []
    ahead(zone, HOUR)
    alarm, = wait_for(lambda: alarms(zone, declaration_id=trade.id), "it is told")
    alert = alert_of(zone, trade)
    assert (alarm["rule"], alarm["row"], alarm["occasion"], alarm["counted"], alarm["points"], alarm["class"]) == (
        "R-LOG-01", 23, alert["id"], 72, 30, "economic")
    assert alarm["subject"] == {"kind": "declaration", "declaration_id": trade.id}
    assert alarms(zone, mode="shadow", declaration_id=trade.id) == [], "the row on trial asks for an hour more"
    case = case_of(zone, alarm)
    assert (case["kind"], case["origin"], case["rules"], case["points"], case["class"], case["grade"], case["subject"], case["opened_by"]) == (
        "risk", f"R-LOG-01/{alert['id']}", ["R-LOG-01"], 30, "economic", "yellow", alarm["subject"], "tongguand")
    again(zone)
    assert alarms(zone, declaration_id=trade.id) == [alarm]
    assert [c["id"] for c in zone.operator.pages(f"/v1/cases?declaration_id={trade.id}")] == [case["id"]]


def test_what_moved_after_the_release_does_not_stand_still(zone, trades):
    """An export's parcel that left the place, but not the country."""
    trade = released(zone, trades.make("export"))
    ahead(zone, HOUR)
    tell(zone.enterprise, event(trade, "out_gate", at(trade, 60)))
    ahead(zone, 72 * HOUR)
    assert alert_of(zone, trade)["step"] == "departed"
    judged(zone)
    assert alarms(zone, declaration_id=trade.id) == []


@pytest.mark.parametrize("direction,seconds,minutes,is_trial", [
    ("import", 7200, 119, False), ("import", 7201, 120, True), ("import", -30, -1, False), ("import", 12001, None, None),
    ("export", 43200, 719, False), ("export", 43201, 720, True), ("export", 48001, None, None)])
def test_a_delivery_faster_than_possible(zone, trades, direction, seconds, minutes, is_trial):
    trade = released(zone, trades.make(direction))
    ahead(zone, 15 * HOUR)
    tell(zone.enterprise, event(trade, "delivered", at(trade, seconds)))
    wait_for(lambda: zone.psql(f"select due_at is distinct from '-infinity' from tracking_parcel where waybill_no = '{trade.waybill_no}'") == "t", "it is looked at")
    judged(zone)
    real, trial = alarms(zone, declaration_id=trade.id), alarms(zone, mode="shadow", declaration_id=trade.id)
    assert [(a["rule"], a["counted"], a["row"]) for a in real] == ([("R-LOG-02", minutes, 24)] if is_trial is False else [])
    assert [(a["rule"], a["counted"], a["row"], a["case_id"]) for a in trial] == ([("R-LOG-02", minutes, 922, None)] if minutes is not None else [])
    assert [c["id"] for c in zone.operator.pages(f"/v1/cases?declaration_id={trade.id}")] == [a["case_id"] for a in real], "a trial opens none"
    again(zone)
    assert alarms(zone, declaration_id=trade.id) == real and alarms(zone, mode="shadow", declaration_id=trade.id) == trial


class Seller(Shop):
    """A shop of which goods come back."""

    def sell(self, count):
        sold = []
        for _ in range(count):
            t = self.trades.make()
            accept(self.order(t))
            sold.append(t)
            t.filings = lambda order=("payment", "waybill", "inventory"), t=t: [t.filing(kind) for kind in order]
            with_number(self.stack, t)
        return sold

    def counted(self, count):
        wait_for(lambda: self.stack.psql(f"select sum(released) from trade_day where merchant_code = '{self.code}'") == str(count), "the releases are counted")

    def returns(self, *sold):
        for t in sold:
            accept(ask(self.stack, t, {2: "1"}))
        judged(self.stack)

    def alarms(self, mode="active"):
        return [(a["rule"], a["counted"], a["case_id"] is not None) for a in alarms(self.stack, mode=mode, enterprise=self.code)]


def test_goods_that_come_back_often(zone, trades):
    shop = Seller(zone, trades)
    sold = shop.sell(5)
    shop.counted(5)
    shop.returns(sold[0])
    assert (shop.alarms(), shop.alarms("shadow")) == ([], []), "a fifth"
    shop.returns(sold[1])
    assert (shop.alarms(), shop.alarms("shadow")) == ([], [("R-RET-01", 400, False)]), "two fifths"
    shop.returns(sold[2], sold[3])
    alarm, = alarms(zone, enterprise=shop.code)
    assert (alarm["counted"] in (600, 800), alarm["subject"]) == (True, {"kind": "enterprise", "enterprise": shop.code}), "by then three or four"
    day = (datetime.datetime.now(SHANGHAI) + datetime.timedelta(seconds=zone.shift)).date().isoformat()
    case = case_of(zone, alarm)
    assert (alarm["occasion"], case["origin"], case["subject"]["enterprise"], case["points"], case["grade"]) == (day, f"R-RET-01/{day}", shop.code, 35, "yellow")
    shop.returns(sold[4])
    assert alarms(zone, enterprise=shop.code) == [alarm], "one a day"
    assert len(list(zone.operator.pages(f"/v1/cases?enterprise={shop.code}"))) == 1


def test_few_releases_say_nothing_of_returns(zone, trades):
    shop = Seller(zone, trades)
    sold = shop.sell(4)
    shop.counted(4)
    shop.returns(*sold)
    assert (shop.alarms(), shop.alarms("shadow")) == ([], [])


def test_returns_are_those_of_thirty_days(zone, trades):
    shop = Seller(zone, trades)
    sold = shop.sell(5)
    shop.counted(5)
    shop.returns(*sold[:2])
    assert shop.alarms() == []
    zone.psql(f"update goods_return set requested_at = requested_at - interval '30 days' where merchant_code = '{shop.code}'")
    shop.returns(sold[2], sold[3])
    assert shop.alarms() == []
    zone.psql(f"update trade_day set day = day - 30 where merchant_code = '{shop.code}'")
    shop.returns(sold[4])
    assert shop.alarms() == [], "and so are releases"


@pytest.fixture
def signer(zone, trades, tmp_path):
    """An enterprise that must sign, known here by its customs code; and its credit code."""
    code, customs = credit_code("330100", f"M9{int(trades.tag, 16) % 10 ** 6:06d}"), f"3301{int(trades.tag, 16) % 10 ** 6:06d}"
    zone.register([(code, "签名电商有限公司", ["merchant"])])
    zone.psql(f"insert into enterprise_number select 'customs', '{customs}', id from enterprise where credit_code = '{code}'")
    name = f"signer {trades.tag}"
    api, key = zone.client(name, "enterprise", "--codes", customs), Key(tmp_path, "ed25519")
    accept(api.post("/v1/me/keys", {"public_key": key.pem, "label": "x"}), 201)
    zone.ctl("client", "proof", name, "token+signature")
    signed = Signed(api, key)
    failures = 1
    wait_for(lambda: zone.psql(f"select proof from client where name = '{name}'") == "token+signature", "it must sign")
    while api.get("/v1/me").status != 401:  # until the daemon knows: then this was the first failure
        pass
    signed.failures, signed.name, signed.code = failures, name, code
    return signed


def failed(zone, signer):
    sums = f"select coalesce(sum(failures), 0), coalesce(sum(replays), 0) from signature_failure f join client c on c.id = f.client_id where c.name = '{signer.name}'"
    return tuple(map(int, zone.psql(sums).split("|")))


def fail(zone, signer, until):
    while signer.failures < until:
        problem(signer.api.get("/v1/me"), 401, "signature-required")
        signer.failures += 1
    wait_for(lambda: failed(zone, signer)[0] == until, "they are counted")
    judged(zone)


def test_signatures_that_fail(zone, signer):
    accept(signer.get("/v1/me"), 200)
    fail(zone, signer, 5)
    assert alarms(zone, enterprise=signer.code) == []
    fail(zone, signer, 6)
    alarm, = alarms(zone, enterprise=signer.code)
    day = (datetime.datetime.now(SHANGHAI) + datetime.timedelta(seconds=zone.shift)).date().isoformat()
    assert (alarm["rule"], alarm["row"], alarm["counted"], alarm["occasion"], alarm["class"]) == ("R-NET-01", 45, 6, f"failures/{day}/{signer.name}", "technical")
    trial, = alarms(zone, mode="shadow", enterprise=signer.code)
    assert (trial["row"], trial["occasion"], trial["case_id"]) == (924, alarm["occasion"], None) and trial["counted"] >= 1
    case = case_of(zone, alarm)
    assert (case["origin"], case["points"], case["grade"], case["subject"]) == (f"R-NET-01/{alarm['occasion']}", 40, "yellow", alarm["subject"])
    fail(zone, signer, 12)
    assert alarms(zone, enterprise=signer.code) == [alarm], "one a day"
    told = zone.psql(f"select row_to_json(c) from case_file c where id = '{case['id']}'") + json.dumps(alarm)
    assert "/v1/me" not in told and signer.key.id not in told, "nothing of what was signed"


def test_failures_are_counted_within_ten_minutes(zone, signer):
    fail(zone, signer, 5)
    ahead(zone, 11 * 60)
    fail(zone, signer, 10)
    assert alarms(zone, enterprise=signer.code) == []


def test_a_signature_that_was_taken_before(zone, signer):
    headers = signer.headers("GET", "/v1/me")
    accept(signer.api.request("GET", "/v1/me", None, headers), 200)
    problem(signer.api.request("GET", "/v1/me", None, headers), 401, "signature-required")
    wait_for(lambda: failed(zone, signer)[1] == 1, "it is counted")
    judged(zone)
    alarm, = alarms(zone, enterprise=signer.code)
    assert (alarm["counted"], alarm["occasion"].split("/")[0]) == (1, "replays")
    assert [a["occasion"].split("/")[0] for a in alarms(zone, mode="shadow", enterprise=signer.code)] == ["failures"]


def test_who_is_no_enterprise_gives_no_alarm(zone, trades):
    name = f"officer {trades.tag}"
    api = zone.client(name, "regulator", "--authority", "TAX")
    zone.ctl("client", "proof", name, "token+signature")
    wait_for(lambda: api.get("/v1/me").status == 401, "it must sign")
    before = len(list(zone.regulator.pages("/v1/risk/alarms?rule=R-NET-01")))
    for _ in range(8):
        problem(api.get("/v1/me"), 401, "signature-required")
    wait_for(lambda: zone.psql(f"select sum(failures) >= 9 from signature_failure f join client c on c.id = f.client_id where c.name = '{name}'") == "t", "counted")
    judged(zone)
    assert len(list(zone.regulator.pages("/v1/risk/alarms?rule=R-NET-01"))) == before


def test_a_review_says_whether_the_alarm_was_right(zone, trades):
    officer = zone.client(f"officer {trades.tag}", "regulator", "--authority", "CUS")
    trade = released(zone, trades.make())
    ahead(zone, 3 * HOUR)
    tell(zone.enterprise, event(trade, "delivered", at(trade, 60)))
    alarm, = wait_for(lambda: alarms(zone, declaration_id=trade.id), "it is told")

    def wrong():
        return {r["rule"]: (r["reviewed"], r["false_hits"]) for r in accept(zone.regulator.get("/v1/cases/rules"), 200).json["items"]}.get("R-LOG-02", (0, 0))
    reviewed, false = wrong()
    for body in ({"step": "assessed", "points": 10, "class": "economic", "grade": "green"}, {"step": "disposed", "action": "核对签收记录"},
                 {"step": "reviewed", "was_right": False, "findings": [{"rule": "R-LOG-02", "was_right": False}]}):
        accept(officer.post(f"/v1/cases/{alarm['case_id']}/steps", body))
    assert wrong() == (reviewed + 1, false + 1)


def test_who_sees_them(zone, trade):
    ahead(zone, 3 * HOUR)
    tell(zone.enterprise, event(trade, "delivered", at(trade, 60)))
    alarm, = wait_for(lambda: alarms(zone, declaration_id=trade.id), "it is told")
    path = f"/v1/declarations/{trade.id}/risk"
    assert [a for a in accept(zone.regulator.get(path), 200).json["alarms"] if a["mode"] == "active"] == [alarm]
    assert accept(zone.enterprise.get(path), 200).json["alarms"] is None, "who is looked at is not told"
    told = accept(zone.enterprise.get(f"/v1/declarations/{trade.id}/timeline"), 200).body + accept(zone.enterprise.get(f"/v1/events?declaration_id={trade.id}"), 200).body
    assert b"alarm" not in told and b"R-LOG" not in told
    for api in (zone.enterprise, zone.caller(zone.tokens["authority-CUS"])):
        problem(api.get("/v1/risk/alarms"), 403, "forbidden")
    assert accept(zone.operator.get(f"/v1/risk/alarms?rule=R-LOG-02&row=24&declaration_id={trade.id}"), 200).json["items"] == [alarm]
    for query in ("rule=R-LOG-01", "row=23", f"enterprise={CODES['merchant']}", "to=2020-01-01"):
        assert accept(zone.operator.get(f"/v1/risk/alarms?declaration_id={trade.id}&{query}"), 200).json["items"] == []
    for query in ("row=x", "row=-1", "declaration_id=x", "from=x", "limit=0", "kind=x"):
        problem(zone.operator.get(f"/v1/risk/alarms?{query}"), 400, "bad-request")
    both = accept(zone.operator.get(f"/v1/risk/alarms?declaration_id={trade.id}&limit=1"), 200).json
    assert len(both["items"]) == 1 and both["next"] and {a["id"] for a in zone.operator.pages(f"/v1/risk/alarms?declaration_id={trade.id}&limit=1")} >= {alarm["id"]}
    leaf = zone.psql(f"select count(*) from leaf l join coverage c on c.id = l.coverage_id where c.relation = 'risk_alarm' and '{alarm['id']}' = any (l.ids)")
    assert leaf == "1", "it is in the log"


def test_trials_are_compared(zone, trades):
    """A delivery that both rows hit, and one that the row on trial alone hits."""
    def report():
        since = moment(datetime.datetime.now(SHANGHAI) + datetime.timedelta(seconds=zone.shift - 30 * DAY)).replace("+", "%2B")
        until = moment(datetime.datetime.now(SHANGHAI) + datetime.timedelta(seconds=zone.shift + DAY)).replace("+", "%2B")
        found = {r["row"]: r for r in accept(zone.regulator.get(f"/v1/risk/shadow?from={since}&to={until}"), 200).json["alarms"]}
        return [(r["raised"], r["also_live"], r["alone"], r["live_without"]) for r in (found[24], found[922])], found
    both, one = released(zone, trades.make()), released(zone, trades.make())
    ahead(zone, 5 * HOUR)
    tell(zone.enterprise, event(both, "delivered", at(both, 60)))
    wait_for(lambda: alarms(zone, declaration_id=both.id), "it is told")
    ((real, _, _, _), (trial, also, alone, without)), found = report()
    assert (found[24]["mode"], found[922]["mode"], found[922]["rule"], found[922]["node"]) == ("active", "shadow", "R-LOG-02", "logistics")
    tell(zone.enterprise, event(one, "delivered", at(one, 10000)))
    wait_for(lambda: alarms(zone, mode="shadow", declaration_id=one.id), "it is told")
    assert report()[0] == [(real, 0, real, 0), (trial + 1, also, alone + 1, without)] and also >= 1 and without == 0
    assert alone + also == trial
