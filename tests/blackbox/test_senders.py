"""How good a sender's data are: counted by kind, field and rule, scored by dated rows, told with receipts, and an event of credit when it is bad."""
import datetime

import pytest

from filer import CODES, SHANGHAI, as_json, ceb, credit_code
from stack import wait_for
from support import accept, new_stack, problem, stacks

SENDERS = [credit_code("330100", f"MA3T{n:04d}") for n in range(1, 4)]
COUNTED = ("accepted", "refused", "warned")


@pytest.fixture(scope="module")
def stack():
    """Of its own: where another test has set the clock beyond the month's end the month is closed, and stays so."""
    s = new_stack().start()
    try:
        yield s
    finally:
        stacks.remove(s)
        s.remove()


def sender(stack, trades):
    """A client of its own, who files for the companies of all trades."""
    return stack.client(f"sender {trades.tag}", "enterprise", "--codes", ",".join(CODES.values()))


def quality(api, path="/v1/me/quality"):
    return accept(api.get(path), 200).json


def counted(api, accepted, refused, warned=0):
    """Its month once so much is written."""
    def there():
        q = quality(api)
        return q if tuple(q[c] for c in COUNTED) == (accepted, refused, warned) else None
    return wait_for(there, f"{accepted} accepted, {refused} refused, {warned} warned are written")


def faults(q):
    return {(f["kind"], f["field"], f["rule"]): (f["refused"], f["warned"]) for f in q["faults"]}


def test_what_was_wrong_by_field(stack, trades):
    api = sender(stack, trades)
    assert quality(api)["score"] is None
    good = trades.make()
    accept(api.file(good.order()))
    accept(api.file(good.order()), 200)  # a repeat is the same filing
    accept(api.file(trades.make().payment()))
    for _ in range(2):
        problem(api.file(trades.make().order(currency=None, goods_value="x")), 422, "rule-broken")
    problem(api.file(good.order(buyer_name="王芳芳")), 409, "key-conflict")
    problem(api.post("/v1/filings", b"{"), 400, "bad-json")
    q = counted(api, 2, 4)
    assert q["month"] == f"{datetime.datetime.now(SHANGHAI):%Y-%m}" and q["closed_at"] is None
    assert {(k["kind"], *(k[c] for c in COUNTED)) for k in q["kinds"]} == {("order", 1, 3, 0), ("payment", 1, 0, 0), (None, 0, 1, 0)}
    found = faults(q)
    assert found[("order", "currency", "field.required")] == (2, 0)
    assert found[("order", None, "key-conflict")] == (1, 0) and found[(None, None, "bad-json")] == (1, 0)
    assert [f["refused"] for f in q["faults"]] == sorted((f["refused"] for f in q["faults"]), reverse=True)
    assert all(f["remedy"] for f in q["faults"] if f["field"]) and all(f["detail"] for f in q["faults"])
    assert q["score"] == 33.3 and {r["name"]: r["value"] for r in q["rules"]} == {"refused_points": 100, "warned_points": 20}
    assert all(r["source"] for r in q["rules"])
    chinese = api.get("/v1/me/quality", Accept_Language="zh").json["faults"]
    assert [f["rule"] for f in chinese] == [f["rule"] for f in q["faults"]] and chinese[0]["remedy"] != q["faults"][0]["remedy"]


def test_what_is_no_fault_of_the_data(stack, trades):
    api = sender(stack, trades)
    broken = trades.make().order(currency=None)
    problem(api.post("/v1/filings?dry_run=true", as_json(broken)), 422, "rule-broken")
    accept(api.post("/v1/filings?dry_run=true", as_json(trades.make().order())), 200)
    other = stack.client(f"other {trades.tag}", "enterprise", "--codes", SENDERS[0])
    problem(other.file(trades.make().order()), 403, "forbidden")
    accept(api.file(trades.make().order()))
    counted(api, 1, 0)  # what came before it is counted by then, or never
    counted(other, 0, 0)
    assert quality(other)["score"] is None and quality(other)["faults"] == []


def test_every_way_in_counts(stack, trades):
    """Nodes of a message, lines of a batch, of a job, customs' XML; a fault of several lines of one filing is one."""
    api = sender(stack, trades)
    broken = [trades.make().order(currency=None) for _ in range(3)]
    accept(api.file([trades.make().order(), broken[0]]), 207)
    counted(api, 1, 1)
    accept(api.file_lines([trades.make().order(), broken[1], b"{"]), 207)
    counted(api, 2, 3)
    accept(api.file_lines([trades.make().order(), broken[2]], Prefer="respond-async"), 202)
    q = counted(api, 3, 4)
    assert faults(q)[("order", "currency", "field.required")] == (3, 0)
    twice = trades.make().order()
    for line in twice["lines"]:
        line["currency"] = "nothing"
    assert api.file(ceb([twice])).status in (200, 207, 422)
    q = counted(api, 3, 5)
    of_lines = {f: n for f, n in faults(q).items() if f[1] == "currency" and f[2] != "field.required"}
    assert of_lines and all(n == (1, 0) for n in of_lines.values()), q["faults"]


def test_warnings_count_less(stack, trades):
    api = sender(stack, trades)
    odd = ceb([trades.make().order()]).replace(b' version="1.0">', b">")
    accept(api.file(odd), 201)
    q = counted(api, 1, 0, 1)
    assert q["score"] == 80 and q["faults"][0]["warned"] == 1 and q["faults"][0]["rule"].startswith("schema.")


def test_nothing_of_a_filing_is_kept(stack, trades):
    """A member that is no field, and a value, may be anything: names of fields and rules are all that is stored."""
    api = sender(stack, trades)
    secret = f"geheim{trades.tag}"
    problem(api.file(trades.make().order(**{secret: "x"}, buyer_id_number=f"{trades.tag}1234567890")), 422, "rule-broken")
    q = counted(api, 0, 1)
    assert ("order", None, "field.unknown") in faults(q)
    kept = stack.psql("select string_agg(kind || field || rule, ',') from sender_fault")
    assert secret not in kept and trades.tag not in kept


def test_who_sees_whose(stack, trades):
    api = sender(stack, trades)
    accept(api.file(trades.make().order()))
    mine = counted(api, 1, 0)
    path = f"/v1/clients/sender%20{trades.tag}/quality"
    for reader in (stack.regulator, stack.operator):
        assert quality(reader, path) == mine
        problem(reader.get("/v1/clients/nobody/quality"), 404, "not-found")
        problem(reader.get("/v1/me/quality"), 403, "forbidden")
    problem(api.get(path), 403, "forbidden")
    assert quality(api, "/v1/me/quality?month=2020-01")["accepted"] == 0
    for month in ("2020", "2020-13", "x"):
        problem(api.get(f"/v1/me/quality?month={month}"), 400, "bad-request")


def month(ahead):
    """2027-03 for so many months from now: a clock only goes forward over months that are closed."""
    today = datetime.datetime.now(SHANGHAI)
    months = today.year * 12 + today.month - 1 + ahead
    return f"{months // 12}-{months % 12 + 1:02d}"


def turn(stack, day, time="09:00:00"):
    shift = int((datetime.datetime.fromisoformat(f"{day}T{time}+08:00") - datetime.datetime.now(SHANGHAI)).total_seconds())
    accept(stack.operator.post("/test/clock", {"shift_s": shift}), 200)


def closed(stack, name):
    wait_for(lambda: stack.psql(f"select closed = '{name}-01' from sender_month_place") == "t", f"{name} is closed")


def events_of(stack, code):
    return accept(stack.regulator.get(f"/v1/credit/{code}/events"), 200).json["items"]


@pytest.fixture
def zone(own):
    """It is the month after the next; three enterprises are evaluated."""
    stack = own()
    turn(stack, f"{month(2)}-10")
    for code in SENDERS:
        accept(stack.operator.post("/v1/credit", {"code": code, "name": "甲电商有限公司", "role": "merchant", "registered_on": f"{month(2)}-01"}))
    return stack


def test_a_month_is_closed(zone, trades):
    """Its summary goes with every answer to a filing, beside a receipt that stays the same to the byte; too many faults are one event of credit."""
    bad, good, few = (zone.client(f"client {n}", "enterprise", "--codes", f"{code},{CODES['platform']}") for n, code in enumerate(SENDERS))
    wrong, first = [trades.make().order(currency=None) for _ in range(100)], trades.make().order()
    right = [trades.make().order() for _ in range(190)]
    before = accept(bad.file(first))
    assert "data-quality" not in before.headers
    accept(bad.file_lines(right[:94] + wrong[:6]), 207)    # 6 of 101
    accept(good.file_lines(right[94:] + wrong[:5]), 207)   # 5 of 101: not more than five in a hundred
    accept(few.file_lines(wrong), 207)   # all of 100: not more than a hundred
    for api, accepted, refused in ((bad, 95, 6), (good, 96, 5), (few, 0, 100)):
        counted(api, accepted, refused)
    turn(zone, f"{month(3)}-01", "01:00:20")
    closed(zone, month(2))
    header = wait_for(lambda: bad.file(first).headers.get("data-quality"), "clients are read anew")
    assert header == (f'month="{month(2)}", score=94.1, accepted=95, refused=6, warned=0, '
                      'faults=("currency";kind="order";rule="field.required";refused=6;warned=0)')
    again = accept(bad.file(first), 200)
    assert again.body == before.body and again.headers["data-quality"] == header
    assert bad.file_lines([first]).headers["data-quality"] == header
    refused = bad.file(wrong[0])
    assert problem(refused, 422, "rule-broken") and refused.headers["data-quality"] == header
    (event,) = events_of(zone, SENDERS[0])
    assert (event["kind"], event["day"][:7], event["decision_no"], event["weight"]) == ("CE02", month(2), f"CE02/{month(2)}", 20)
    assert events_of(zone, SENDERS[1]) == events_of(zone, SENDERS[2]) == []
    wait_for(lambda: zone.regulator.get(f"/v1/credit/{SENDERS[0]}").json["score"] == 680, "it is judged anew")
    # what is counted now is of the next month, and the closed one stays as it was told
    then = quality(bad, f"/v1/me/quality?month={month(2)}")
    assert then["score"] == 94.1 and then["closed_at"] and (then["accepted"], then["refused"]) == (95, 6)
    counted(bad, 0, 1)
    turn(zone, f"{month(2)}-20")  # a clock that goes back opens nothing again
    problem(bad.file(wrong[1]), 422, "rule-broken")
    wait_for(lambda: quality(bad, f"/v1/me/quality?month={month(3)}")["refused"] == 2, "it counts for the month that is open")
    turn(zone, f"{month(5)}-02")  # a month without filings is passed over; the one before has too few for an event
    closed(zone, month(4))
    assert len(events_of(zone, SENDERS[0])) == 1
    assert zone.psql("select string_agg(distinct month::text, ',' order by month::text) from sender_month") == f"{month(2)}-01,{month(3)}-01"
    wait_for(lambda: "data-quality" not in bad.file(first).headers, "nothing was filed last month")


def test_the_event_can_be_disputed(zone, trades):
    """All clients with the enterprise's code count together, and its event is one like any other."""
    one, two = (zone.client(f"client {n}", "enterprise", "--codes", f"{SENDERS[0]},{CODES['platform']}") for n in (1, 2))
    wrong = [trades.make().order(currency=None) for _ in range(51)]
    for api in (one, two):
        accept(api.file_lines(wrong), 207)
        counted(api, 0, 51)
    turn(zone, f"{month(3)}-01", "01:00:20")
    closed(zone, month(2))
    (event,) = wait_for(lambda: events_of(zone, SENDERS[0]), "it is recorded")
    accept(one.post(f"/v1/credit/{SENDERS[0]}/events/{event['id']}/changes", {"change": "disputed", "decision_no": "申-1"}))
    samr = zone.client("officer SAMR", "regulator", "--authority", "SAMR")
    accept(samr.post(f"/v1/credit/{SENDERS[0]}/events/{event['id']}/changes", {"change": "withdrawn", "decision_no": "撤-1"}))
    wait_for(lambda: zone.regulator.get(f"/v1/credit/{SENDERS[0]}").json["score"] == 700, "it never counted")
    assert one.get(f"/v1/credit/{SENDERS[0]}/events").json["items"][0]["reason"] == "102 of 102 filings refused"


def test_counts_survive_an_orderly_end(own, trades):
    stack = own(settings={"quality": {"flush_ms": 600000}})
    api = stack.enterprise
    accept(api.file(trades.make().order()))
    problem(api.file(trades.make().order(currency=None)), 422, "rule-broken")
    assert quality(api)["accepted"] == 0
    stack.daemon.stop()
    stack.daemon.start()
    assert tuple(quality(stack.enterprise)[c] for c in COUNTED) == (1, 1, 0)
