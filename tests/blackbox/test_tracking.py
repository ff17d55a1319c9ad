"""Where parcels are: chains of events from carriers and filings, what contradicts, what is missing, and what everybody may see."""
import datetime

import pytest

from filer import BUYERS, CODES, COMPANIES, SHANGHAI, ceb, moment, revised
from receiver import Receiver
from stack import wait_for
from support import accept, file_all, new_stack, problem, settled, stacks
from test_receipts import own_filer

CARRIER = {"carrier_code": CODES["carrier"], "carrier_name": COMPANIES["carrier"][1]}
OPERATOR = {"operator_code": CODES["zone"], "operator_name": COMPANIES["zone"][1]}
SPLIT = {"message_count": 1, "message_no": 1}
HOUR, DAY = 3600, 86400


@pytest.fixture(scope="module")
def far():
    """A stack whose clock is moved, with a second daemon beside it that does the same sweeps."""
    s = new_stack().start()
    s.second = s.add_daemon("second").start()
    s.shift = 0
    try:
        yield s
    finally:
        stacks.remove(s)
        s.remove()


def ahead(stack, seconds):
    """Moves business time on, of both daemons."""
    stack.shift += seconds
    for daemon in (stack.daemon, stack.second):
        accept(stack.caller(stack.tokens["operator"], daemon).post("/test/clock", {"shift_s": stack.shift}), 200)


def now(stack=None, seconds=0):
    return moment(datetime.datetime.now(SHANGHAI) + datetime.timedelta(seconds=seconds + (stack.shift if stack else 0)))


def event(trade, step, at=None, **more):
    return {"carrier_code": trade.codes["carrier"], "waybill_no": trade.waybill_no, "step": step, "at": at or now()} | more


def tell(api, *events, status=201):
    return accept(api.post("/v1/tracking", events[0] if len(events) == 1 else {"events": list(events)}), status).json["items"]


def chain_of(api, trade, **headers):
    return accept(api.get(f"/v1/tracking?carrier_code={trade.codes['carrier']}&waybill_no={trade.waybill_no}", **headers), 200).json["items"][0]


def steps_of(chain):
    return {s["step"]: s for s in chain["steps"]}


def told_steps(chain, stands=True):
    return [e["step"] for e in chain["events"] if e["stands"] == stands]


def until(api, trade, steps, stands=True):
    """The parcel's chain once these are its events, in their order."""
    def there():
        reply = api.get(f"/v1/tracking?carrier_code={trade.codes['carrier']}&waybill_no={trade.waybill_no}")
        chain = reply.json["items"][0] if reply.status == 200 else {"events": []}
        return chain if told_steps(chain, stands) == steps else None
    return wait_for(there, f"the parcel {trade.waybill_no} has {steps}")


def departure(trade, others=(), at=None, **more):
    lines = [{"line_no": n, "waybill_no": t.waybill_no} for n, t in enumerate((trade, *others), 1)]
    return trade._head("departure") | {"customs_code": "2928", "internal_no": trade.internal_no, **CARRIER, "transport_mode": "5",
                                       "left_at": at or moment(), **SPLIT, "lines": lines} | more


def arrival(trade):
    return trade._head("arrival") | {"customs_code": "2928", "internal_no": trade.internal_no, **OPERATOR, "ie_flag": "E", "transport_mode": "5",
                                     "domestic_vehicle_no": "浙A1", **CARRIER, **SPLIT, "lines": [{"line_no": 1, "waybill_no": trade.waybill_no}]}


def warehouse_in(trade):
    return trade._head("warehouse_in") | {"customs_code": "2928", "internal_no": trade.internal_no, **OPERATOR, "ie_flag": "I", "transport_mode": "5",
                                          "vehicle_no": "V", "voyage_no": "Y", "bill_no": "B" + trade.internal_no, **CARRIER,
                                          "lines": [{"line_no": 1, "waybill_no": trade.waybill_no}]}


def released(stack, trade):
    file_all(stack.enterprise, trade.filings())
    return settled(stack, trade)


# --- E94: ordered events of each parcel -----------------------------------------------------------------------


def test_a_parcel_from_its_waybill_to_its_delivery(stack, trades):
    """E94: created, in gate, released, out gate, handed over, delivered, told by filings, by the gateway and by the carrier."""
    trade = trades.make()
    waybill = {r.json["kind"]: r.json for r in file_all(stack.enterprise, trade.filings())}["waybill"]
    d = settled(stack, trade)
    inside = accept(stack.enterprise.file(warehouse_in(trade))).json
    until(stack.enterprise, trade, ["created", "released", "in_gate"])
    tell(stack.enterprise, event(trade, "out_gate", now(seconds=2), place="萧山机场监管场所"), event(trade, "handed_over", now(seconds=3)))
    signed = accept(stack.enterprise.file(trade.waybill_status(waybill_status_at=now(seconds=4)))).json
    chain = until(stack.enterprise, trade, ["created", "released", "in_gate", "out_gate", "handed_over", "delivered"])
    assert (chain["declaration_id"], chain["order_no"], chain["direction"], chain["trade_mode"]) == (d["id"], trade.order_no, "import", "9610")
    assert (chain["status"], chain["status_title"], chain["alerts"]) == ("delivered", "Delivered", [])
    by = {e["step"]: e for e in chain["events"]}
    assert [by[s]["told_by"] for s in ("created", "in_gate", "released", "out_gate", "delivered")] == ["filing", "filing", "gateway", "carrier", "filing"]
    assert (by["created"]["filing_id"], by["created"]["at"]) == (waybill["id"], waybill["received_at"])
    assert (by["in_gate"]["filing_id"], by["in_gate"]["at"]) == (inside["id"], inside["received_at"])
    assert by["delivered"]["filing_id"] == signed["id"] and by["released"]["at"] == d["released_at"]
    assert by["out_gate"]["place"] == "萧山机场监管场所" and by["out_gate"]["filing_id"] is None
    assert [s["state"] for s in chain["steps"]] == ["done"] * 6 + ["waiting"]
    assert [s["step"] for s in chain["steps"]] == ["created", "in_gate", "released", "out_gate", "handed_over", "delivered", "returned"]
    chinese = chain_of(stack.regulator, trade, Accept_Language="zh")
    assert chinese["status_title"] == "签收" and chinese["events"][0]["title"] == "运单生成"
    by_order = accept(stack.operator.get(f"/v1/tracking?platform_code={CODES['platform']}&order_no={trade.order_no}"), 200).json["items"]
    assert by_order == [chain_of(stack.operator, trade)]


def test_an_export_parcel_and_the_steps_of_its_regime(stack, trades):
    """507 and 509 name parcels by line; the steps departure and arrival say what the events say."""
    trade, other = trades.make("export"), trades.make("export")
    d = released(stack, trade)
    steps = lambda: {s["kind"]: s for s in accept(stack.enterprise.get(f"/v1/declarations/{d['id']}/steps"), 200).json["steps"] if s["kind"]}  # noqa: E731
    assert (steps()["departure"]["state"], steps()["arrival"]["state"]) == ("waiting", "not_needed")
    accept(stack.enterprise.file(arrival(trade)))
    left = now(seconds=5)
    receipt = accept(stack.enterprise.file(departure(trade, (other,), left))).json
    chain = until(stack.enterprise, trade, ["created", "released", "in_gate", "departed"])
    assert {e["step"]: e["at"] for e in chain["events"]}["departed"].startswith(left[:19])
    assert until(stack.enterprise, other, ["departed"])["direction"] == "export"  # known by its number alone
    step = steps()["departure"]
    assert step["own"] is True and (step["state"], step["filing_id"], step["at"]) == ("done", receipt["id"], {e["step"]: e["at"] for e in chain["events"]}["departed"])
    assert steps()["arrival"]["state"] == "done"


def test_a_carriers_word_stands_for_a_step_of_the_regime(stack, trades):
    trade = trades.make("export")
    d = released(stack, trade)
    tell(stack.enterprise, event(trade, "departed"))
    told = accept(stack.enterprise.get(f"/v1/declarations/{d['id']}/steps"), 200).json
    step = next(s for s in told["steps"] if s["kind"] == "departure")
    assert (step["state"], step["filing_id"]) == ("done", None) and told["sentence"] == "All that is needed has been done."


# --- late, twice, out of order --------------------------------------------------------------------------------


def test_events_come_late_twice_and_out_of_order(stack, trades):
    trade = trades.make()
    released(stack, trade)
    early, late = now(seconds=-7200), now(seconds=-3600)
    assert [e["new"] for e in tell(stack.enterprise, event(trade, "delivered", late))] == [True]
    chain = chain_of(stack.enterprise, trade)
    delivered = next(e for e in chain["events"] if e["step"] == "delivered")
    assert "released" in delivered["contradicts"]  # an hour before the release
    assert (steps_of(chain)["out_gate"]["state"], steps_of(chain)["out_gate"]["passed_by"]) == ("passed", "delivered")
    assert [e["new"] for e in tell(stack.enterprise, event(trade, "delivered", late), status=200)] == [False]
    utc = datetime.datetime.fromisoformat(late).astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    both = tell(stack.enterprise, event(trade, "delivered", utc), event(trade, "handed_over", early), event(trade, "handed_over", early))
    assert [e["new"] for e in both] == [False, True, False]  # the same moment, however it is written
    tell(stack.enterprise, event(trade, "out_gate", now(seconds=2)))  # after it was delivered: shown, not refused
    chain = chain_of(stack.enterprise, trade)
    assert told_steps(chain)[:2] == ["handed_over", "delivered"]
    by = {e["step"]: e for e in chain["events"]}
    assert by["delivered"]["contradicts"] == ["released", "out_gate"] and by["handed_over"]["contradicts"] == ["released", "out_gate"]
    assert by["out_gate"]["contradicts"] == [] and chain["status"] == "out_gate"


def test_a_status_that_is_changed_or_taken_back(stack, trades):
    trade, wrong, right = trades.make(), now(seconds=-600), now(seconds=-60)
    first = trade.waybill_status(waybill_status_at=wrong)
    accept(stack.enterprise.file(first))
    until(stack.enterprise, trade, ["delivered"])
    changed = revised(first, waybill_status_at=right)
    accept(stack.enterprise.file(changed))
    chain = wait_for(lambda: (lambda c: c if len(c["events"]) == 2 else None)(chain_of(stack.enterprise, trade)), "the change is read")
    assert {e["at"][:19]: e["stands"] for e in chain["events"]} == {wrong[:19]: False, right[:19]: True}
    accept(stack.enterprise.file(revised(changed, "delete")))
    chain = until(stack.enterprise, trade, ["delivered", "delivered"], stands=False)
    assert chain["status"] is None and [e["stands"] for e in chain["events"]] == [False, False]
    tell(stack.enterprise, event(trade, "delivered", right), status=200)  # now the carrier itself says so
    assert chain_of(stack.enterprise, trade)["status"] == "delivered"


def test_odd_filings_do_not_stop_the_reading(stack, trades):
    """What a document may hold must pass the sweep: times at the ends of the calendar, the same number twice."""
    first, last, plain = (trades.make("export") for _ in range(3))
    accept(stack.enterprise.file(departure(first, at="0001-01-01T00:00:00+08:00")))
    accept(stack.enterprise.file(departure(last, (last,), at="9999-12-31T23:59:59+08:00")))
    accept(stack.enterprise.file(departure(plain)))
    broken = departure(trades.make("export"))
    broken["lines"][0]["waybill_no"] = "a\0b"
    assert stack.enterprise.file(broken).status in (400, 422)
    assert until(stack.enterprise, first, ["departed"])["events"][0]["at"].startswith("0001-01-01")
    assert until(stack.enterprise, last, ["departed"])["events"][0]["at"].startswith("9999-12-31")
    until(stack.enterprise, plain, ["departed"])
    assert not stack.daemon.events("tracking.put_off")


def test_a_customs_message_tells_as_well(stack, trades):
    trade = trades.make()
    accept(stack.enterprise.file(ceb([trade.waybill_status()])))
    assert until(stack.enterprise, trade, ["delivered"])["events"][0]["kind"] == "waybill_status"


# --- E94: a missing step for longer than its limit ------------------------------------------------------------


def alerts(api, query=""):
    return list(api.pages(f"/v1/tracking/alerts{query}"))


def alerts_of(stack, d, count=1, api=None):
    def there():
        found = alerts(api or stack.regulator, f"?declaration_id={d['id']}")
        return found if len(found) == count else None
    return wait_for(there, f"{count} alerts of {d['order_no']}")


def test_a_missing_step_is_an_alert_until_it_comes(far, trades):
    """E94: 72 hours after the release nothing has moved; the alert is told, and closes itself. Two daemons look: one alert."""
    stack, trade, good = far, trades.make(), trades.make()
    api = own_filer(stack, trades)
    stranger = stack.client(f"stranger {trades.tag}", "enterprise", "--codes", CODES["zone"])
    with Receiver() as receiver:
        accept(api.post("/v1/subscriptions", {"url": receiver.url("/alerts"), "types": ["tracking.missing", "tracking.resumed"]}))
        file_all(api, trade.filings())
        file_all(api, good.filings())
        d, other = settled(stack, trade), settled(stack, good)
        tell(api, event(good, "out_gate", now(stack)), event(good, "handed_over", now(stack)), event(good, "delivered", now(stack)))
        ahead(stack, 72 * HOUR - 600)
        marker = trades.make()  # of which we know when the sweeps have passed by
        file_all(api, marker.filings())
        settled(stack, marker)
        assert alerts(stack.regulator, f"?declaration_id={d['id']}") == []
        ahead(stack, 700)
        alert = alerts_of(stack, d)[0]
        assert (alert["state"], alert["step"], alert["waybill_no"], alert["order_no"]) == ("open", "out_gate", trade.waybill_no, trade.order_no)
        due = datetime.datetime.fromisoformat(alert["due_at"]) - datetime.datetime.fromisoformat(d["released_at"])
        assert due == datetime.timedelta(hours=72) and alert["due_at"] < alert["opened_at"]
        chain = chain_of(api, trade)
        assert chain["alerts"] == ["out_gate"] and steps_of(chain)["out_gate"]["state"] == "missing"
        assert steps_of(chain)["out_gate"]["rule_row"] == alert["rule_row"]
        # for those concerned, and for who sees all
        for who, count in ((api, 1), (stack.operator, 1), (stranger, 0)):
            assert len(alerts(who, f"?declaration_id={d['id']}&state=open&step=out_gate")) == count
        wait_for(lambda: len(receiver.at("/alerts", taken=True)) == 1, "it is pushed")
        tell(api, event(trade, "out_gate", now(stack)))
        alert = wait_for(lambda: next((a for a in alerts(api, "?state=closed") if a["declaration_id"] == d["id"]), None), "it closes itself")
        assert alert["closed_by"] == "out_gate" and alert["closed_at"] > alert["opened_at"]
        wait_for(lambda: len(receiver.at("/alerts", taken=True)) == 2, "that too is pushed")
    told = [(e["type"], e["declaration_id"], e["outcome"]) for e in accept(api.get("/v1/events?type=tracking.missing,tracking.resumed&limit=500"), 200).json["items"]]
    assert told == [("tracking.missing", d["id"], "out_gate"), ("tracking.resumed", d["id"], "out_gate")]
    # the next limit runs: from the gate to the carrier; what was delivered has none left
    ahead(stack, 24 * HOUR + 60)
    assert {a["step"] for a in alerts_of(stack, d, 2)} == {"out_gate", "handed_over"}
    tell(api, event(trade, "delivered", now(stack)))  # a later step ends it as well
    wait_for(lambda: [a["closed_by"] for a in alerts(api, f"?state=closed&step=handed_over&declaration_id={d['id']}")] == ["delivered"], "it is over")
    ahead(stack, 40 * DAY)
    marker = trades.make("export")
    file_all(api, marker.filings())
    m = settled(stack, marker)
    ahead(stack, 73 * HOUR)
    assert alerts_of(stack, m)[0]["step"] == "departed"  # exports: not left the country
    assert alerts(stack.regulator, f"?declaration_id={other['id']}") == [] and len(alerts(stack.regulator, f"?declaration_id={d['id']}")) == 2
    assert stack.psql("select count(*) from tracking_parcel where due_at < now()") == "0"


def test_what_was_signed_for_is_missing_no_more(far, trades):
    """A filing that comes late, with a time before the limit ended, closes the alert all the same."""
    stack, trade = far, trades.make()
    d = released(stack, trade)
    ahead(stack, 80 * HOUR)
    alerts_of(stack, d)
    accept(stack.enterprise.file(trade.waybill_status(waybill_status_at=now(stack, -20 * HOUR))))
    wait_for(lambda: [a["closed_by"] for a in alerts(stack.operator, f"?declaration_id={d['id']}&state=closed")] == ["delivered"], "signed for: nothing is missing")
    assert steps_of(chain_of(stack.enterprise, trade))["out_gate"]["state"] == "passed"


def test_a_limit_is_a_row(far, trades):
    """A zone's own limit for a regime goes before the one for all, from its day on."""
    stack, trade, other = far, trades.make("import", "1210"), trades.make()
    stack.psql("insert into tracking_step select 900, '1210', direction, step, place, needs, required, limit_from, 2, told, name_zh, name_en, valid_from, valid_to,"
               " 'a zone, for its test' from tracking_step where id = 4")
    d, o = released(stack, trade), released(stack, other)
    stack.psql(f"update tracking_parcel set due_at = '-infinity' where waybill_no = '{trade.waybill_no}'")  # rows are looked at when something comes
    ahead(stack, 3 * HOUR)
    assert [(a["step"], a["rule_row"]) for a in alerts_of(stack, d)] == [("out_gate", 900)]
    assert alerts(stack.regulator, f"?declaration_id={o['id']}") == []
    stack.psql("delete from tracking_alert where rule_id = 900; delete from tracking_step where id = 900")


def test_alerts_in_pages_and_filters(far, trades):
    stack = far
    made = [trades.make() for _ in range(3)]
    for trade in made:
        released(stack, trade)
    ahead(stack, 73 * HOUR)
    numbers = {t.waybill_no for t in made}
    wait_for(lambda: numbers <= {a["waybill_no"] for a in alerts(stack.regulator)}, "all are told")
    every = alerts(stack.regulator)
    assert alerts(stack.regulator, "?limit=2") == every and [a["opened_at"] for a in every] == sorted((a["opened_at"] for a in every), reverse=True)
    assert alerts(stack.regulator, f"?carrier_code={CODES['platform']}") == []
    for query in ("state=x", "declaration_id=1", "from=never", "limit=0", "cursor=x", "x=1"):
        problem(stack.regulator.get(f"/v1/tracking/alerts?{query}"), 400, "bad-request")
    problem(stack.daemon.public.get("/v1/tracking/alerts"), 401, "unauthenticated")


# --- who may tell and see -------------------------------------------------------------------------------------


def test_a_carrier_tells_of_its_own_waybills_only(stack, trades):
    trade = trades.make()
    released(stack, trade)
    stranger = stack.client(f"stranger {trades.tag}", "enterprise", "--codes", CODES["zone"])
    problem(stranger.post("/v1/tracking", event(trade, "out_gate")), 403, "forbidden")
    problem(stranger.post("/v1/tracking", {"events": [event(trade, "out_gate", carrier_code=CODES["zone"]), event(trade, "out_gate")]}), 403, "forbidden")
    problem(stack.operator.post("/v1/tracking", event(trade, "out_gate")), 403, "forbidden")
    assert told_steps(chain_of(stack.enterprise, trade)) == ["created", "released"]
    by_waybill = f"/v1/tracking?carrier_code={CODES['carrier']}&waybill_no={trade.waybill_no}"
    by_order = f"/v1/tracking?platform_code={CODES['platform']}&order_no={trade.order_no}"
    for path in (by_waybill, by_order):
        problem(stranger.get(path), 404, "not-found")
        accept(stack.regulator.get(path), 200)
        problem(stack.daemon.public.get(path), 401, "unauthenticated")
    carrier = stack.client(f"carrier {trades.tag}", "enterprise", "--codes", CODES["carrier"])
    assert chain_of(carrier, trade)["waybill_no"] == trade.waybill_no  # whose waybill it is sees it, whoever filed
    tell(carrier, event(trade, "out_gate"))
    for query in ("", "?carrier_code=1", "?waybill_no=1", "?order_no=1", f"?carrier_code=1&waybill_no=1&platform_code=1&order_no=1", "?x=1"):
        problem(stack.regulator.get(f"/v1/tracking{query}"), 400, "bad-request")


def test_bad_events_are_told_and_nothing_of_them_is_stored(stack, trades):
    trade, api = trades.make(), stack.enterprise
    good = event(trade, "out_gate")
    for change, pointer in (({"step": "flown"}, "/step"), ({"step": "released"}, "/step"), ({"step": 7}, "/step"), ({"at": "yesterday"}, "/at"),
                            ({"at": "2026-03-02T10:00:00"}, "/at"), ({"at": now(seconds=7200)}, "/at"), ({"waybill_no": ""}, "/waybill_no"),
                            ({"waybill_no": "x" * 81}, "/waybill_no"), ({"carrier_code": None}, "/carrier_code"), ({"place": "x" * 201}, "/place"),
                            ({"surprise": 1}, "/surprise")):
        body = problem(api.post("/v1/tracking", good | change), 422, "rule-broken")
        assert pointer in {e["pointer"] for e in body["errors"]}, body
        body = problem(api.post("/v1/tracking", {"events": [good, good | change]}), 422, "rule-broken")
        assert "/events/1" + pointer in {e["pointer"] for e in body["errors"]}, body
    for body in ([], {"events": []}, {"events": 7}, {"events": [good] * 501}):
        assert api.post("/v1/tracking", body).status == 400
    assert problem(api.post("/v1/tracking", {"events": [7]}), 422, "rule-broken")["errors"]
    problem(api.get(f"/v1/tracking?carrier_code={CODES['carrier']}&waybill_no={trade.waybill_no}"), 404, "not-found")
    first = now()
    assert len(tell(api, event(trade, "handed_over", first), *[event(trade, "handed_over", now(seconds=-n)) for n in range(1, 500)])) == 500
    assert stack.psql(f"select count(*) from tracking_event where parcel_id = tracking_link_id('{CODES['carrier']}', '{trade.waybill_no}')") == "500"
    problem(api.post("/v1/tracking", {"events": [event(trades.make(), "out_gate"), good]}), 409, "state-conflict")  # as many as are kept
    assert tell(api, event(trade, "handed_over", first), status=200)[0]["new"] is False  # but what is there is there


def test_a_parcel_is_known_by_the_id_of_its_link(stack, trades):
    trade = trades.make()
    accept(stack.enterprise.file(trade.waybill()))
    odd = trades.make(waybill_no="运单 1/2%" + trades.tag)
    accept(stack.enterprise.file(odd.waybill()))
    rows = stack.psql("select count(*), count(*) filter (where id = tracking_link_id(carrier_code, waybill_no)) from link").split("|")
    assert rows[0] == rows[1] and int(rows[0]) >= 2
    assert told_steps(chain_of(stack.enterprise, trade)) == ["created"]


# --- E95: for everybody ---------------------------------------------------------------------------------------


def trace(stack, query, status=200, **headers):
    return accept(stack.daemon.public.get(f"/v1/trace?{query}", **headers), status).json


def test_anybody_asks_by_number_and_sees_status_and_times(stack, trades):
    """E95: by waybill or order number, without a token; the consignee masked, for who knows the telephone number's end."""
    trade = trades.make(buyer=BUYERS[2])
    other = trades.make()
    released(stack, trade)
    tell(stack.enterprise, event(trade, "out_gate", now(seconds=2), place="萧山"))
    for number in (f"waybill_no={trade.waybill_no}", f"order_no={trade.order_no}", f"waybill_no={trade.waybill_no}&carrier_code={CODES['carrier']}"):
        item, = trace(stack, number)["items"]
        assert set(item) == {"status", "status_title", "status_at", "events"}
        assert (item["status"], [e["step"] for e in item["events"]]) == ("out_gate", ["created", "released", "out_gate"])
        assert all(set(e) == {"step", "title", "at"} for e in item["events"])
        assert trace(stack, f"{number}&telephone=1234") == {"items": [item]}  # not even that it was wrong
        known, = trace(stack, f"{number}&telephone=0000")["items"]
        assert known == item | {"consignee": "张**"}
    assert trace(stack, f"order_no={trade.order_no}", Accept_Language="zh")["items"][0]["status_title"] == "离开监管场所"
    assert chain_of(stack.enterprise, trade)["consignee"] == "张**"
    # what is unknown, not released, or under another's number: one and the same answer
    accept(stack.enterprise.file(other.order()))
    answers = [problem(stack.daemon.public.get(f"/v1/trace?{q}"), 404, "not-found") for q in (
        "waybill_no=nothing", "order_no=nothing", f"order_no={other.order_no}", f"waybill_no={trade.waybill_no}&carrier_code={CODES['platform']}",
        f"order_no={trade.order_no}&platform_code={CODES['zone']}")]
    assert len({str({k: v for k, v in a.items() if k not in ("trace_id", "instance")}) for a in answers}) == 1
    for query in ("", "x=1", "carrier_code=1", f"waybill_no=1&order_no=1", "waybill_no=1&telephone=1", "waybill_no=1&telephone=12a4", "waybill_no="):
        problem(stack.daemon.public.get(f"/v1/trace?{query}"), 400, "bad-request")


def test_a_number_of_two_carriers_needs_the_carriers_name(stack, trades):
    """The same number at two carriers: without the carrier nothing is told of either."""
    number = f"SAME{trades.tag}"
    for code in (CODES["carrier"], CODES["zone"]):
        tell(stack.enterprise, {"carrier_code": code, "waybill_no": number, "step": "out_gate", "at": now()})
    problem(stack.daemon.public.get(f"/v1/trace?waybill_no={number}"), 404, "not-found")
    assert trace(stack, f"waybill_no={number}&carrier_code={CODES['zone']}")["items"][0]["status"] == "out_gate"


def test_one_address_may_ask_so_often(stack):
    tight = stack.add_daemon("tight", {"tracking": {"trace_per_minute": 3, "address_header": "X-Real-IP"}, "service": {"workers": 2}}).start()
    try:
        def ask(address):
            return tight.public.get("/v1/trace?waybill_no=guess", X_Real_IP=address)
        seen = [[ask(address).status for _ in range(4)] for address in ("10.0.0.1", "10.0.0.2")]  # a minute may end within one of them
        assert [404, 404, 404, 429] in seen
        last = seen.index([404, 404, 404, 429]) + 1
        refused = [r for r in (ask(f"10.0.0.{last}") for _ in range(4)) if r.status == 429]
        assert problem(refused[0], 429, "over-quota") and "retry-after" in refused[0].headers
        assert ask("10.9.9.9").status == 404  # another's questions are his own
    finally:
        tight.close()
        stack.daemons.remove(tight)


# --- the rows -------------------------------------------------------------------------------------------------


def test_the_rows_are_shown(stack):
    rows = accept(stack.enterprise.get("/v1/standard/tracking"), 200).json
    limits = {(s["direction"], s["step"]): (s["limit_from"], s["limit_hours"]) for s in rows["steps"] if s["limit_hours"]}
    assert limits[("import", "out_gate")] == limits[("export", "departed")] == ("released", 72)
    assert all(s["source"] for s in rows["steps"] + rows["sources"])
    assert {(s["kind"], s["message"], s["step"]) for s in rows["sources"]} >= {("waybill_status", 513, "delivered"), ("arrival", 507, "in_gate"),
                                                                             ("departure", 509, "departed"), ("warehouse_in", 711, "in_gate")}
    steps = {(s["direction"], s["step"]) for s in rows["steps"]}
    assert all((s["direction"], n) in steps for s in rows["steps"] for n in s["needs"])
    assert accept(stack.enterprise.get("/v1/standard/tracking?on=2001-01-01"), 200).json["steps"] == []
    problem(stack.enterprise.get("/v1/standard/tracking?on=never"), 400, "bad-request")
