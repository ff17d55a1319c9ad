"""Credit over the test clock: the year of RULES' scenario to the digit, replay, who sees what, the negative list and what it does."""
import datetime
import json
import random

import pytest

import rights
from filer import CODES, SHANGHAI, Trades, credit_code, identity_number
from stack import wait_for
from support import accept, change_rules, file_all, problem, settled

SHOP = credit_code("330100", "MA2T0901")
SISTER = credit_code("330100", "MA2T0902")  # the same person stands behind it
OWNER = ("王建国", identity_number("330100", "19000303", 7))
NOBODYS = "0190aaaa-bbbb-7005-8ddd-eeeeeeeeeeee"
EVENTS = {  # day: kind, weight, decision number
    "2026-01-10": ("CE01", 20, "更正-1"), "2026-03-01": ("CE11", 80, "罚-2"), "2026-06-30": ("CE30", 30, "季-3"), "2026-08-15": ("CE21", 300, "侵-4"),
}
YEAR = {  # day: score, level
    "2026-01-01": (700, "B"), "2026-01-10": (680, "B"), "2026-02-28": (691, "B"), "2026-03-01": (611, "C"), "2026-06-29": (629, "C"),
    "2026-06-30": (659, "C"), "2026-07-29": (665, "C"), "2026-07-30": (666, "B"), "2026-08-14": (668, "B"), "2026-08-15": (368, "D"),
}


@pytest.fixture(scope="module")
def zone():
    """A zone of its own, in which it is 1 January 2026: an enterprise with an officer who records, and one who reviews."""
    from support import new_stack, stacks
    s = new_stack().start()
    try:
        s.samr = s.client("officer SAMR", "regulator", "--authority", "SAMR")
        s.reviewer = s.client("credit office", "regulator", "--authority", "COM")
        s.shop = s.client("shop", "enterprise", "--codes", SHOP)
        s.sister = s.client("sister", "enterprise", "--codes", SISTER)
        shops = [(SHOP, "灵隐电商有限公司"), (SISTER, "断桥电商有限公司")]
        change_rules(s, "; ".join([rights.register([(*shop, ["merchant"]) for shop in shops]), rights.authorise([(code, CODES["declarant"]) for code, _ in shops])]))
        turn(s, "2026-01-01")
        for code, name in shops:
            accept(s.operator.post("/v1/credit", {"code": code, "name": name, "role": "merchant", "registered_on": "2026-01-01"}))
        yield s
    finally:
        stacks.remove(s)
        s.remove()


def turn(stack, day, hour=0):
    """Business time becomes that day, shortly after the hour; all that is due has been judged afterwards."""
    at = datetime.datetime.fromisoformat(f"{day}T{hour:02d}:00:20+08:00")
    shift = int((at - datetime.datetime.now(SHANGHAI)).total_seconds())
    accept(stack.operator.post("/test/clock", {"shift_s": shift}), 200)
    stack.today = day
    judged(stack)


def judged(stack):
    """Up to today: who registered long ago is judged in several steps."""
    due = f"select code, judged_on, raise, judged_raise from credit_place where raise > judged_raise or judged_on < '{getattr(stack, 'today', '1970-01-01')}'"
    wait_for(lambda: stack.psql(due) == "", "everybody is judged")


def record(api, code, kind, day, decision_no, status=201, **more):
    body = {"kind": kind, "day": day, "source": "市场监管局", "decision_no": decision_no} | more
    return accept(api.post(f"/v1/credit/{code}/events", body), status).json


def change(api, code, event, what, decision_no, status=201, **more):
    return accept(api.post(f"/v1/credit/{code}/events/{event}/changes", {"change": what, "decision_no": decision_no} | more), status)


def credit(api, code, query=""):
    return accept(api.get(f"/v1/credit/{code}{query}"), 200)


def days(first, last):
    day = datetime.date.fromisoformat(first)
    while day <= datetime.date.fromisoformat(last):
        yield day.isoformat()
        day += datetime.timedelta(days=1)


def open_trades(zone, number):
    """Declared, and customs says nothing; filed by the shop and by all the others."""
    zone.mock.behave("CUS", answer="never")
    trades = Trades("open", codes={"merchant": SHOP})
    made = [trades.make() for _ in range(number)]
    for t in made:
        file_all(zone.shop, [t.order()])
        file_all(zone.enterprise, t.filings(("payment", "waybill", "inventory")))
    for t in made:
        settled(zone, t, "declared")
        wait_for(lambda: zone.regulator.declaration(t.order_no)["parts"], "its parts are there")
    return trades, made


def new_order_is_refused(api, trades):
    refused = problem(api.file(trades.make().order()), 403, "credit-barred")
    assert "negative list" in refused["detail"]


def test_a_year_to_the_digit(zone):
    """The whole scenario: scores and levels, barred on the day, twelve open lists to inspection, what is published, replay of each day."""
    live = {}
    for day in sorted(set(YEAR) | set(EVENTS)):
        turn(zone, day)
        if day in EVENTS:
            kind, weight, number = EVENTS[day]
            event = record(zone.samr, SHOP, kind, day, number, reason="查实")
            assert event["weight"] == weight
            judged(zone)
        now = credit(zone.regulator, SHOP)
        assert (now.json["score"], now.json["level"]) == YEAR[day], day
        live[day] = now.body
    assert now.json["barred"] is False, "a serious event alone does not bar: a second person decides"
    try:
        bar(zone, event)
    finally:
        zone.mock.calm()
    # every day again: what was judged then is what is told now
    for day, body in live.items():
        if day != "2026-08-15":  # the listing came later on that day
            assert credit(zone.regulator, SHOP, f"?as_of={day}").body == body, day
    rows = zone.psql(f"select distinct on (day) day, score, level, barred from credit_standing where code = '{SHOP}' order by day, id desc").splitlines()
    stood = {day: (int(score), level, barred == "t") for day, score, level, barred in (r.split("|") for r in rows)}
    last = None
    for day in days("2026-01-01", "2026-08-15"):
        last = stood.get(day, last)
        told = credit(zone.regulator, SHOP, f"?as_of={day}").json
        assert (told["score"], told["level"], told["barred"]) == last, day
        assert sum(e["counts"] * (1 if e["degree"] == "positive" else -1) for e in told["events"]) + 700 == told["score"]
        assert sorted(e["id"] for e in told["events"] if e["counts"]) == sorted(of_day(told["history"])["events"]), day
    assert last == (368, "D", True)


def of_day(history):
    return history[-1]


def bar(zone, event):
    """Two persons, the list, and what it does."""
    trades, open_ones = open_trades(zone, 12)
    for role in ("representative", "controller"):
        accept(zone.shop.post(f"/v1/credit/{SHOP}/ties", {"role": role, "name": OWNER[0], "id_number": OWNER[1]}))
    assert OWNER[1] not in zone.psql("select * from credit_tie") and OWNER[0] not in zone.psql("select * from credit_tie")
    body = {"code": SHOP, "event_id": event["id"], "decision_no": "负-1", "reason": "制售假冒"}
    assert "second person" in problem(zone.samr.post("/v1/listings", body), 403, "forbidden")["detail"]
    accept(zone.sister.file(Trades("sister", codes={"merchant": SISTER}).make().order()))
    listing = accept(zone.reviewer.post("/v1/listings", body)).json
    assert (listing["state"], listing["listed_on"], listing["repair_from"], listing["term_ends"]) == ("barred", "2026-08-15", "2027-08-15", "2029-08-14")
    assert accept(zone.reviewer.post("/v1/listings", body), 200).json == listing, "once"
    wait_for(lambda: zone.shop.file(trades.make().order()).status == 403, "the daemon has read it")
    new_order_is_refused(zone.shop, trades)
    new_order_is_refused(zone.enterprise, trades)  # the platform files the shop's order
    lines = accept(zone.shop.file_lines([trades.make().order() for _ in range(3)]), 207).lines
    assert [line["status"] for line in lines] == [403] * 3
    held = []
    for t in open_ones:
        d = settled(zone, t, "inspect")
        held.append(d["id"])
        said = [i for i in accept(zone.regulator.get(f"/v1/declarations/{d['id']}/timeline"), 200).json["items"] if i["what"] == "answered" and i["outcome"] == "inspect"]
        assert len(said) == 1 and "负-1" in said[0]["info"]
    judged(zone)
    # orders that came in before the daemon had read the list may be held besides; nothing was declared of them
    holds = f"select count(*), count(distinct declaration_id), bool_and(stored) from listing_hold where declaration_id = any ('{{{','.join(held)}}}')"
    wait_for(lambda: zone.psql(holds) == "12|12|t", "each is held once, and customs' answer is noted")
    wait_for(lambda: zone.psql("select count(*) from listing_search") == "0", "the search is over")
    assert zone.psql("select count(*) from listing_hold where asked_version is not null") == "12"
    departments_are_told(zone)
    # what the sister files goes by the same person
    accept(zone.sister.post(f"/v1/credit/{SISTER}/ties", {"role": "controller", "name": OWNER[0], "id_number": OWNER[1]}))
    sisters = Trades("sister again", codes={"merchant": SISTER})
    wait_for(lambda: zone.sister.file(sisters.make().order()).status == 403, "whoever the same person stands behind is barred too")
    # what is in process may be taken back
    gone = open_ones[0].order() | {"action": "delete", "guid": open_ones[0].order()["guid"]}
    assert zone.shop.file(gone).status != 403
    published = credit(zone.daemon.public, SHOP).json
    assert (published["level"], published["barred"]) == ("D", True)
    assert [d["kind"] for d in published["decisions"]] == ["CE11", "CE21"], "minor ones and good ones are not published"
    assert "score" not in published and "events" not in published
    on_list = accept(zone.daemon.public.get("/v1/listings"), 200).json["items"]
    assert [(i["code"], i["decision_no"]) for i in on_list] == [(SHOP, "负-1")]
    told = wait_for(lambda: [e for e in zone.regulator.get("/v1/events?type=credit.changed&limit=500").json["items"] if e["outcome"] == "barred"], "the feed tells")
    assert [(e["subject"], e["state"]) for e in told] == [(SHOP, "D")]
    own = zone.shop.get("/v1/events?type=credit.changed&limit=500").json["items"]
    assert own and {e["subject"] for e in own} == {SHOP}, "an enterprise is told of itself"


def departments_are_told(zone):
    """Seven departments, each with its measures; what is not acknowledged is shown to operators."""
    def told(api, query=""):
        items = accept(api.get(f"/v1/credit-messages{query}"), 200).json["items"]
        return [m for m in items if m["subject"] == SHOP and m["barred"]]
    messages = wait_for(lambda: told(zone.operator), "they are told")
    assert sorted(m["authority"] for m in messages) == ["CIQ", "COM", "CUS", "FX", "POST", "SAMR", "TAX"]
    assert {(m["level_old"], m["level_new"], m["valid_from"], m["decision_no"]) for m in messages} == {("D", "D", "2026-08-15", "负-1")}
    tax = next(m for m in messages if m["authority"] == "TAX")
    assert {"barred", "full_inspection", "no_periodical_payment"} <= {x["measure"] for x in tax["measures"]}
    assert "CE21" in {b["kind"] for b in tax["basis"]}
    mine = told(zone.samr)
    assert [m["authority"] for m in mine] == ["SAMR"], "each sees its own"
    problem(zone.samr.post(f"/v1/credit-messages/{tax['id']}/acknowledge"), 404, "not-found")
    known = accept(zone.samr.post(f"/v1/credit-messages/{mine[0]['id']}/acknowledge"), 200).json
    assert known["acknowledged_at"]
    assert accept(zone.samr.post(f"/v1/credit-messages/{mine[0]['id']}/acknowledge"), 200).json == known, "once"
    assert told(zone.samr) == [] and len(told(zone.operator)) == 6 and told(zone.samr, "?state=all") == [known]
    assert [m["authority"] for m in told(zone.operator, "?authority=TAX")] == ["TAX"]
    assert zone.psql("select count(*) from credit_message m join credit_standing s on s.id = m.standing_id where s.day = '2026-01-01'") == "0"


def test_off_the_list_and_what_is_released(zone):
    """Follows the scenario, whose listing it ends; releases count from the day after."""
    listing = accept(zone.daemon.public.get(f"/v1/listings?code={SHOP}"), 200).json["items"][0]["id"]
    wish = {"ground": "repair", "decision_no": "退-1", "reason": "整改到位"}
    turn(zone, "2027-08-14")
    assert "2027-08-15" in problem(zone.reviewer.post(f"/v1/listings/{listing}/exit", wish), 409, "state-conflict")["detail"]
    turn(zone, "2027-08-15")
    problem(zone.reviewer.post(f"/v1/listings/{listing}/exit", wish | {"ground": "term"}), 409, "state-conflict")
    gone = accept(zone.reviewer.post(f"/v1/listings/{listing}/exit", wish), 200).json
    assert gone["state"] == "exited" and gone["exit"]["ground"] == "repair"
    assert accept(zone.reviewer.post(f"/v1/listings/{listing}/exit", wish), 200).json == gone
    problem(zone.reviewer.post(f"/v1/listings/{listing}/exit", wish | {"decision_no": "退-2"}), 409, "state-conflict")
    assert accept(zone.daemon.public.get("/v1/listings"), 200).json["items"] == []
    judged(zone)
    assert credit(zone.regulator, SHOP).json["barred"] is False
    trades = Trades("free again", codes={"merchant": SHOP})
    wait_for(lambda: zone.shop.file(trades.make().order()).status == 201, "it may file again")
    before = credit(zone.regulator, SHOP).json["released"]
    made = [trades.make() for _ in range(2)]
    for t in made:
        file_all(zone.shop, [t.order()])
        file_all(zone.enterprise, t.filings(("payment", "waybill", "inventory")))
        settled(zone, t)
    wait_for(lambda: zone.psql(f"select sum(count) from credit_released where code = '{SHOP}'") == str(before + 2), "they are counted")
    assert credit(zone.regulator, SHOP).json["released"] == before, "a day that is not over does not count"
    turn(zone, "2027-08-16")
    assert credit(zone.regulator, SHOP).json["released"] == before + 2
    wait_for(lambda: zone.psql("select count(*) from listing_hold where ended_at is null") == "0", "its open declarations are let go")


def test_what_restores_a_level(zone):
    """Told to the enterprise, and so it comes."""
    code = new_firm(zone, "MA2T0910")
    turn(zone, "2027-09-01")
    record(zone.samr, code, "CE11", "2027-09-01", "罚-10")
    told = credit(zone.regulator, code).json
    assert told["level"] == "C" and told["restored"]["level"] == "B"
    on = datetime.date.fromisoformat(told["restored"]["on"])
    turn(zone, (on - datetime.timedelta(days=1)).isoformat())
    assert credit(zone.regulator, code).json["level"] == "C"
    turn(zone, on.isoformat())
    now = credit(zone.regulator, code).json
    assert now["level"] == "B" and now["score"] >= 650
    assert [h["level"] for h in now["history"]][-1] == "B", "the daily run says so too"


def new_firm(zone, subject, registered="2026-01-01"):
    code = credit_code("330100", subject)
    accept(zone.operator.post("/v1/credit", {"code": code, "name": f"企业 {subject}", "role": "merchant", "registered_on": registered}))
    return code


def test_the_order_of_arrival_does_not_matter(zone):
    turn(zone, "2027-12-01")
    facts = [("CE01", "2027-10-01", "a"), ("CE11", "2027-10-15", "b"), ("CE30", "2027-10-15", "c"), ("CE12", "2027-11-20", "d"), ("CE31", "2027-11-30", "e"),
             ("CE02", "2027-12-01", "f")]
    bodies = []
    for i, subject in enumerate(("MA2T0921", "MA2T0922", "MA2T0923")):
        code = new_firm(zone, subject)
        shuffled = facts[:]
        random.Random(i).shuffle(shuffled)
        for kind, day, number in shuffled:
            event = record(zone.samr, code, kind, day, number)
            if number == "d":
                change(zone.samr, code, event["id"], "waived", "w")
        judged(zone)
        told = credit(zone.regulator, code, "?tier=department").json
        ids = {e["id"]: e["decision_no"] for e in told["events"]}
        told["history"] = [told["history"][-1] | {"events": sorted(ids[e] for e in told["history"][-1]["events"])}]
        for e in told["events"] + told["decisions"]:
            e.pop("id")
        for name in ("code", "name"):
            told.pop(name)
        bodies.append(json.dumps(told, ensure_ascii=False, indent=1).splitlines())
    assert bodies[0] == bodies[1]
    assert bodies[0] == bodies[2]


def test_what_makes_up_for_each_other(zone):
    """Both recorded before the evaluation: the score is the same, what it rests on is not, and history says so."""
    turn(zone, "2028-01-05")
    code = new_firm(zone, "MA2T0925")
    judged(zone)
    zone.psql("with e as (insert into credit_event (id, code, kind, degree, against, weight, day, source, decision_no, kind_row, recorded_at, recorded_on,"
              f" recorded_by) select gen_random_uuid(), '{code}', kind, degree, against, weight, '2028-01-05', 'x', kind, id, '2028-01-05T00:00:30+08:00',"
              f" '2028-01-05', 1 from credit_kind where kind in ('CE02', 'CE31')) update credit_place set raise = raise + 1 where code = '{code}'")
    judged(zone)
    told = credit(zone.regulator, code).json
    assert [(h["score"], h["positive"], h["negative"]) for h in told["history"]][-2:] == [(700, 0, 0), (700, 20, 20)]
    assert sorted(told["history"][-1]["events"]) == sorted(e["id"] for e in told["events"])
    zone.psql(f"update credit_place set raise = raise + 1 where code = '{code}'")
    judged(zone)
    assert credit(zone.regulator, code).json["history"] == told["history"], "judged again, nothing is new"


def test_what_becomes_of_an_event(zone):
    turn(zone, "2028-02-01")
    code = new_firm(zone, "MA2T0930")
    own = zone.client("firm 0930", "enterprise", "--codes", code)
    first = record(zone.samr, code, "CE11", "2028-01-20", "罚-30", evidence_sha256="ab" * 32)
    assert record(zone.samr, code, "CE11", "2028-01-20", "罚-30", 200, evidence_sha256="ab" * 32)["id"] == first["id"]
    problem(zone.samr.post(f"/v1/credit/{code}/events", {"kind": "CE11", "day": "2028-01-21", "source": "x", "decision_no": "罚-30"}), 409, "state-conflict")
    assert credit(zone.regulator, code).json["score"] == 620
    change(own, code, first["id"], "disputed", "申-1", reason="事实不清")
    assert credit(zone.regulator, code).json["score"] == 620, "disputed, it counts until it is decided"
    assert credit(zone.daemon.public, code).json["decisions"][0]["disputed"] is True
    assert change(own, code, first["id"], "disputed", "申-1", 200), "the same again"
    problem(own.post(f"/v1/credit/{code}/events/{first['id']}/changes", {"change": "waived", "decision_no": "x"}), 403, "forbidden")
    change(zone.samr, code, first["id"], "confirmed", "复-1")
    early = problem(zone.samr.post(f"/v1/credit/{code}/events/{first['id']}/changes", {"change": "repaired", "decision_no": "修-1"}), 409, "state-conflict")
    assert "90 days" in early["detail"]
    turn(zone, "2028-04-20")
    change(zone.samr, code, first["id"], "repaired", "修-1")
    now = credit(zone.regulator, code).json
    assert now["score"] == 700 and now["events"] == [] and now["decisions"] == []
    assert [e["state"] for e in credit(own, code).json["events"]] == ["repaired"], "the enterprise sees what was"
    assert len(accept(own.get(f"/v1/credit/{code}/events"), 200).json["items"]) == 1
    assert accept(zone.regulator.get(f"/v1/credit/{code}/events"), 200).json["items"] == []
    problem(zone.samr.post(f"/v1/credit/{code}/events/{first['id']}/changes", {"change": "waived", "decision_no": "x"}), 409, "state-conflict")
    wrong = record(zone.samr, code, "CE21", "2028-04-20", "侵-30")
    assert credit(zone.regulator, code).json["level"] == "D"
    change(zone.samr, code, wrong["id"], "withdrawn", "撤-1")
    assert credit(zone.regulator, code).json["score"] == 700
    assert credit(zone.regulator, code, "?as_of=2028-02-01").json["score"] == 620, "what was known then"
    problem(zone.reviewer.post("/v1/listings", {"code": code, "event_id": wrong["id"], "decision_no": "x", "reason": "x"}), 409, "state-conflict")


def test_what_others_hold(zone):
    """Customs' levels cap and lift; on customs' own list an enterprise is barred without a listing."""
    turn(zone, "2028-05-01")
    code = new_firm(zone, "MA2T0940")

    def holds(value, **more):
        accept(zone.samr.post(f"/v1/credit/{code}/outside", {"what": "customs_level", "value": value, "source": "海关"} | more))
        judged(zone)
        return credit(zone.regulator, code).json
    record(zone.samr, code, "CE11", "2028-05-01", "罚-40")
    advanced = holds("advanced")
    assert (advanced["level"], advanced["level_by_score"], advanced["lifted"]) == ("B", "C", True)
    dishonest = holds("dishonest", to="2028-05-03")
    assert (dishonest["level"], dishonest["capped"], dishonest["barred"]) == ("D", True, False)
    turn(zone, "2028-05-03")
    assert credit(zone.regulator, code).json["level"] == "C"
    assert holds("seriously_dishonest")["barred"] is True
    firm = zone.client("firm 0940", "enterprise", "--codes", code)
    trades = Trades("0940", codes={"merchant": code})
    wait_for(lambda: firm.file(trades.make().order()).status == 403, "the daily evaluation bars, too")
    rating = {"kind": "CE40", "day": "2028-05-03", "source": "评级公司", "decision_no": "评-1"}
    assert "authorisation" in problem(zone.samr.post(f"/v1/credit/{code}/events", rating), 400, "bad-request")["detail"]
    accept(zone.samr.post(f"/v1/credit/{code}/events", rating | {"authorisation": "授-1"}))
    assert credit(zone.regulator, code).json["rating"] == 25


def test_who_sees_what(zone):
    turn(zone, "2028-06-01")
    code = new_firm(zone, "MA2T0950")
    own, other = zone.client("firm 0950", "enterprise", "--codes", code), zone.enterprise
    record(zone.samr, code, "CE01", "2028-05-20", "更-50", reason="内部", evidence_sha256="cd" * 32)
    record(zone.samr, code, "CE12", "2028-05-20", "异-50", reason="失联", evidence_sha256="cd" * 32)
    accept(zone.samr.post(f"/v1/credit/{code}/warnings", {"text": "注意核对票据", "to": "2028-06-10", "decision_no": "警-1"}))
    for api in (zone.daemon.public, other):
        seen = credit(api, code).json
        assert seen["tier"] == "public" and seen["level"] is None and [d["kind"] for d in seen["decisions"]] == ["CE12"]
        assert [w["text"] for w in seen["warnings"]] == ["注意核对票据"]
        assert set(seen) == {"code", "name", "role", "tier", "as_of", "level", "barred", "decisions", "warnings"}
        for query in ("?tier=department", "?tier=self", "?tier=supervision", "?as_of=2028-06-01", "?case=1"):
            problem(api.get(f"/v1/credit/{code}{query}"), 403, "forbidden")
    assert zone.daemon.events("credit.read_denied"), "denials are logged"
    problem(other.get(f"/v1/credit/{code}/events"), 403, "forbidden")
    department = credit(zone.regulator, code).json
    assert department["tier"] == "department" and len(department["events"]) == 2
    assert not any("evidence_sha256" in e or "reason" in e for e in department["events"])
    problem(zone.regulator.get(f"/v1/credit/{code}?tier=supervision"), 403, "forbidden")
    assert {e["evidence_sha256"] for e in credit(zone.regulator, code, "?case=A-1").json["events"]} == {"cd" * 32}
    assert any("A-1" in e["msg"] for e in zone.daemon.events("credit.evidence_read"))
    problem(zone.operator.get(f"/v1/credit/{code}?case=A-1"), 403, "forbidden")
    mine = credit(own, code).json
    assert mine["tier"] == "self" and {e["reason"] for e in mine["events"]} == {"内部", "失联"} and mine["treatment"]["inspection_bp"] == 2000
    assert {e["reason"] for e in accept(own.get(f"/v1/credit/{code}/events"), 200).json["items"]} == {"内部", "失联"}
    assert [e["reason"] for e in accept(zone.regulator.get(f"/v1/credit/{code}/events"), 200).json["items"]] == [None, None]
    assert credit(own, code, "?as_of=2028-05-31").json["tier"] == "self"
    problem(zone.daemon.public.get(f"/v1/credit/{code}", Authorization="Bearer tg_wrong"), 401, "unauthenticated")
    problem(zone.daemon.public.get("/v1/credit/NOBODY"), 404, "not-found")
    problem(zone.regulator.get(f"/v1/credit/{code}?as_of=2030-01-01"), 400, "bad-request")
    problem(zone.regulator.get(f"/v1/credit/{code}?as_of=2025-01-01"), 404, "not-found")
    turn(zone, "2028-06-10")
    assert credit(zone.daemon.public, code).json["warnings"] == [], "a warning has an end"
    turn(zone, "2029-05-20")
    assert [d["published_until"] for d in credit(zone.daemon.public, code).json["decisions"]] == ["2029-05-20"]
    turn(zone, "2029-05-21")
    assert credit(zone.daemon.public, code).json["decisions"] == [], "and so has a publication"


def test_bad_bodies(zone):
    code = new_firm(zone, "MA2T0960")
    known = {"kind": "CE11", "day": "2026-01-05", "source": "x", "decision_no": "n"}
    for wrong, pointer in (({"kind": None}, "/kind"), ({"day": "5 May"}, "/day"), ({"day": "2999-01-01"}, "/day"), ({"weight": 0}, "/weight"),
                           ({"weight": "20"}, "/weight"), ({"source": ""}, "/source"), ({"decision_no": "x" * 101}, "/decision_no"),
                           ({"evidence_sha256": "zz" * 32}, "/evidence_sha256"), ({"more": 1}, "/more")):
        told = problem(zone.samr.post(f"/v1/credit/{code}/events", known | wrong), 422, "rule-broken")
        assert [e["pointer"] for e in told["errors"]] == [pointer], wrong
    problem(zone.samr.post(f"/v1/credit/{code}/events", known | {"kind": "CE99"}), 400, "bad-request")
    problem(zone.samr.post("/v1/credit/NOBODY/events", known), 404, "not-found")
    problem(zone.samr.post(f"/v1/credit/{code}/events", []), 400, "bad-json")
    problem(zone.samr.post(f"/v1/credit/{code}/events/{NOBODYS}/changes", {"change": "waived", "decision_no": "x"}), 404, "not-found")
    problem(zone.samr.post(f"/v1/credit/{code}/events/x/changes", {"change": "waived", "decision_no": "x"}), 404, "not-found")
    problem(zone.samr.post(f"/v1/credit/{code}/outside", {"what": "tax_grade", "value": "Z", "source": "x"}), 422, "rule-broken")
    problem(zone.samr.post(f"/v1/credit/{code}/warnings", {"text": "x", "from": "2027-02-01", "to": "2027-02-01", "decision_no": "x"}), 422, "rule-broken")
    problem(zone.operator.post(f"/v1/credit/{code}/ties", {"role": "controller", "name": "x", "id_number": "1"}), 422, "rule-broken")
    problem(zone.sister.post(f"/v1/credit/{code}/ties", {"role": "controller", "name": "x", "id_number": "1"}), 403, "forbidden")
    minor = record(zone.samr, code, "CE01", "2026-01-05", "小-1")
    assert "does not bar" in problem(zone.reviewer.post("/v1/listings", {"code": code, "event_id": minor["id"], "decision_no": "x", "reason": "x"}),
                                     409, "state-conflict")["detail"]
    problem(zone.reviewer.post("/v1/listings", {"code": code, "event_id": NOBODYS, "decision_no": "x", "reason": "x"}), 404, "not-found")
    problem(zone.reviewer.post(f"/v1/listings/{NOBODYS}/exit", {"ground": "term", "decision_no": "x", "reason": "x"}), 404, "not-found")
    problem(zone.operator.post("/v1/credit", {"code": code, "name": "another", "role": "merchant", "registered_on": "2026-01-01"}), 409, "state-conflict")
    rules = accept(zone.daemon.public.get("/v1/credit-rules?on=2027-05-01"), 200).json
    assert {r["level"]: r["inspection_bp"] for r in rules["levels"]} == {"A": 100, "B": 500, "C": 2000, "D": 8000, "NEG": 10000}
    assert [d["published_days"] for d in rules["degrees"] if d["degree"] == "minor"] == [None]
    assert CODES["merchant"] not in str(rules)


def test_who_is_near_the_best_level(zone):
    """With what each lacks, the nearest first; who reaches the level leaves the report."""
    turn(zone, "2029-05-25")
    near, young, stained, far = (new_firm(zone, f"MA2T098{n}", registered) for n, registered in enumerate(("2027-01-01", "2029-05-01", "2027-01-01", "2027-01-01")))
    for code, events in ((near, 5), (young, 4), (stained, 3), (far, 1)):
        for n in range(events):
            record(zone.samr, code, "CE30", "2029-05-25", f"季-{n}", weight=40)
    record(zone.samr, stained, "CE20", "2029-05-25", "伪-98", weight=1)
    zone.psql(f"insert into credit_released select code, '2029-05-20', 120 from unnest(array['{near}', '{stained}']) as code")
    judged(zone)
    customs = zone.client("officer CUS 98", "regulator", "--authority", "CUS")

    def report(api=customs, query=""):
        told = accept(api.get(f"/v1/credit-candidates{query}"), 200).json
        return told, {i["code"]: i for i in told["items"]}
    told, items = report()
    assert [i["code"] for i in told["items"] if i["code"] in (near, young, stained, far)] == [near, young, stained]
    assert told["items"] == sorted(told["items"], key=lambda i: -i["score"]) and (told["margin"], told["as_of"]) == (100, "2029-05-25")
    assert [(items[c]["score"], items[c]["level"]) for c in (near, young, stained)] == [(850, "B"), (850, "B"), (819, "B")]
    assert items[near]["lacks"] == {"points": 0, "good_days": 30, "days_registered": 0, "released": 0, "serious": []}
    assert items[young]["lacks"] == {"points": 0, "good_days": 30, "days_registered": 66, "released": 100, "serious": []}
    assert items[stained]["lacks"] == {"points": 31, "good_days": 31, "days_registered": 0, "released": 0, "serious": [
        {"kind": "CE20", "decision_no": "伪-98", "day": "2029-05-25", "ends_on": "2032-05-24"}]}
    assert items[near]["restored"] == {"level": "A", "on": "2029-06-24"} and items[stained]["restored"] is None
    first, _ = report(query="?limit=1")
    assert len(first["items"]) == 1 and first["all"] == told["all"] >= 3
    for api in (zone.reviewer, zone.operator):
        assert report(api)[0] == told
    problem(zone.samr.get("/v1/credit-candidates"), 403, "forbidden")
    for limit in ("0", "101", "x"):
        problem(customs.get(f"/v1/credit-candidates?limit={limit}"), 400, "bad-request")
    assert zone.daemon.public.get(f"/v1/credit/{near}").json["level"] is None
    turn(zone, "2029-06-02")  # the days go on: it is as the report said
    turn(zone, items[near]["restored"]["on"])
    assert credit(zone.regulator, near).json["level"] == "A"
    assert near not in report()[1] and young in report()[1]


def test_two_daemons_judge_once(zone):
    """Whoever comes second writes nothing; a daemon that was away catches up with the days it missed."""
    turn(zone, "2029-07-03")
    code = new_firm(zone, "MA2T0970")
    record(zone.samr, code, "CE01", "2029-07-03", "更-70")
    judged(zone)
    second = zone.add_daemon("second")
    second.start()
    zone.daemon.stop()
    try:
        at = datetime.datetime.fromisoformat("2029-08-02T00:00:20+08:00")
        shift = int((at - datetime.datetime.now(SHANGHAI)).total_seconds())
        accept(zone.caller(zone.tokens["operator"], second).post("/test/clock", {"shift_s": shift}), 200)
        zone.today = "2029-08-02"
        judged(zone)
        zone.daemon.start()
        accept(zone.operator.post("/test/clock", {"shift_s": shift}), 200)
        accept(zone.samr.post(f"/v1/credit/{code}/outside", {"what": "tax_grade", "value": "A", "source": "x"}))
        judged(zone)
    finally:
        second.close()
    scores = [r.split("|") for r in zone.psql(f"select day, score from credit_standing where code = '{code}' order by id").splitlines()]
    expected = [(day, 700 - round_half_up(20 * (90 - age), 90)) for age, day in enumerate(days("2029-07-03", "2029-08-02"))]
    changed = [(d, s) for i, (d, s) in enumerate(expected) if i == 0 or s != expected[i - 1][1]]
    assert [(d, int(s)) for d, s in scores if d >= "2029-07-03"] == changed


def round_half_up(number, by):
    return (2 * number + by) // (2 * by)
