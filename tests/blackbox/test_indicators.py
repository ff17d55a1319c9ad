"""Indicators of an enterprise (E106): a worked example to the digit, past days as they were answered, what is not known, who may read them."""
import datetime
import json
import uuid

import pytest

import rights
from filer import CODES, NAMESPACE, SHANGHAI, Trades, credit_code
from stack import wait_for
from support import accept, change_rules, file_all, new_stack, problem, settled, stacks

SHOP, OTHER = (credit_code("330100", f"MA5T{n:04d}") for n in (1, 2))
FIRST, DAY, LATER = "2026-03-10", "2026-04-05", "2026-05-03"
WEIGHTS = {"score": 25, "registered_days": 5, "negative_events": 10, "released": 10, "faulty_filings": 10, "returns": 5, "bad_samples": 10,
           "tax_on_time": 10, "trade_value": 5, "tax_grade": 10}


def turn(stack, day):
    """It is nine o'clock of that day; everybody is judged, and the months before it are closed."""
    at = datetime.datetime.fromisoformat(f"{day}T09:00:00+08:00")
    accept(stack.operator.post("/test/clock", {"shift_s": int((at - datetime.datetime.now(SHANGHAI)).total_seconds())}), 200)
    due = f"select count(*) from credit_place where raise > judged_raise or judged_on < '{day}'"
    wait_for(lambda: stack.psql(due) == "0", "everybody is judged")


def closed(stack, month):
    wait_for(lambda: stack.psql(f"select closed = '{month}-01' from sender_month_place") == "t", f"{month} is closed")


@pytest.fixture(scope="module")
def zone():
    """A zone of its own in March 2026, in which no month after February is closed yet."""
    s = new_stack().start()
    try:
        s.samr = s.client("officer SAMR", "regulator", "--authority", "SAMR")
        s.shop = s.client("shop", "enterprise", "--codes", ",".join({**CODES, "merchant": SHOP}.values()))
        change_rules(s, "; ".join([rights.register([(SHOP, "灵隐电商有限公司", ["merchant"])]), rights.authorise([(SHOP, CODES["declarant"])])]))
        wait_for(lambda: s.psql("select closed > '2015-01-01' from sender_month_place") == "t", "the month before the daemon's beginning is closed")
        turn(s, FIRST)
        s.psql("update sender_month_place set closed = '2026-02-01'")  # the daemon began at another time
        accept(s.operator.post("/v1/credit", {"code": SHOP, "name": "灵隐电商有限公司", "role": "merchant", "registered_on": "2025-03-10"}))
        yield s
    finally:
        stacks.remove(s)
        s.remove()


def indicators(api, code=SHOP, day=None, **headers):
    return accept(api.get(f"/v1/credit/{code}/indicators{f'?as_of={day}' if day else ''}", **headers), 200)


def by_name(answer):
    return {i["name"]: i for i in answer["indicators"]}


def record(zone, kind, day, number):
    return accept(zone.samr.post(f"/v1/credit/{SHOP}/events", {"kind": kind, "day": day, "source": "x", "decision_no": number}), 201).json["id"]


def tax_grade(zone, value):
    return accept(zone.samr.post(f"/v1/credit/{SHOP}/outside", {"what": "tax_grade", "value": value, "source": "税务局"})).json["id"]


def say(zone, number, nodes):
    body = f'<CEB{number}Message xmlns="{NAMESPACE}" guid="{uuid.uuid4()}" version="1.0">{"".join(nodes)}</CEB{number}Message>'
    accept(zone.caller(zone.tokens["authority-CUS"]).post("/v1/authorities/CUS/receipts", body.encode(), "application/xml"), 200)


def bill(number, day, merchant=SHOP):
    return (f"<Tax><TaxHeadRd><guid>{uuid.uuid4()}</guid><returnTime>{day.replace('-', '')}101112000</returnTime><invtNo>I{number}</invtNo><taxNo>T{number}</taxNo>"
            "<customsTax>0</customsTax><valueAddedTax>52.00</valueAddedTax><consumptionTax>0</consumptionTax><status>1</status>"
            f"<ebcCode>{merchant}</ebcCode></TaxHeadRd><TaxListRd><gnum>1</gnum><gcode>1901101090</gcode><taxPrice>400.00</taxPrice><customsTax>0</customsTax>"
            "<valueAddedTax>52.00</valueAddedTax><consumptionTax>0</consumptionTax></TaxListRd></Tax>")


def becomes(number, status, day):
    return (f"<Tax><TaxHeadStatus><guid>{uuid.uuid4()}</guid><returnTime>{day.replace('-', '')}101112000</returnTime><invtNo>I{number}</invtNo>"
            f"<taxNo>T{number}</taxNo><status>{status}</status></TaxHeadStatus></Tax>")


def file_taxes(zone):
    """Eighteen in time, one of them on the last day; one a day too late, one never; one void; one that is not due; one of another merchant."""
    say(zone, 816, [bill(n, "2026-01-10") for n in range(21)] + [bill(21, "2026-03-09"), bill(22, "2026-01-10", OTHER)])
    say(zone, 818, [becomes(n, 2, "2026-01-20") for n in range(17)] + [becomes(17, 2, "2026-02-24"), becomes(18, 2, "2026-02-25"), becomes(20, 3, "2026-01-20")])


def put_samples(zone, day, bad, good):
    """As laboratories reported them on that day."""
    zone.psql(f"""with p as (insert into sampling_plan (id, hs_prefix, share_permille, most, from_on, to_on, reason, decision_no, recorded_at, recorded_on,
  actor, authority, client_id) select gen_random_uuid(), '19', 1, 99, '{day}', '{day}', 'x', '{day}', '{day}', '{day}', 'x', 'CUS', 1 returning id),
s as (insert into sample (id, plan_id, declaration_id, merchant_code, item_no, hs_code, lines, released_at, drawn, drawn_at)
  select gen_random_uuid(), p.id, gen_random_uuid(), '{SHOP}', n::text, '1901101090', '{{1}}', '{day}', 0, '{day}' from p, generate_series(1, {bad + good}) n
  returning id, item_no)
insert into sample_report (sample_id, is_bad, laboratory, report_no, reported_at, actor, authority, client_id)
select s.id, s.item_no::integer <= {bad}, 'x', s.item_no, '{day}', 'x', 'CUS', 1 from s""")


def release(zone, trades, count):
    """Released, counted, and the value of the goods in fen."""
    before = counted(zone)
    made = [trades.make() for _ in range(count)]
    for t in made:
        file_all(zone.shop, t.filings())
    for t in made:
        settled(zone, t)
    wait_for(lambda: counted(zone) == [n + count for n in before], "releases are counted")
    return made, sum(t.goods_fen for t in made)


def counted(zone):
    return [int(zone.psql(f"select coalesce(sum({what}), 0) from {table} where {column} = '{SHOP}'"))
            for what, table, column in (("count", "credit_released", "code"), ("released", "trade_day", "merchant_code"))]


def send_back(zone, trade):
    number = wait_for(lambda: zone.psql(f"select customs_numbers(id) from declaration where order_no = '{trade.order_no}'"), "customs' number")
    accept(zone.shop.file(trade.sent_back({2: "1"}, inventory_no=number)), 201)


def file_orders(zone, trades, month, good, bad):
    """So many more of that month, written."""
    def written():
        return tuple(int(n) for n in zone.psql(f"select coalesce(sum(accepted), 0), coalesce(sum(refused), 0) from sender_day"
                                               f" where day between '{month}-01' and month_end('{month}-01')").split("|"))
    accept(zone.shop.file_lines([trades.make().order() for _ in range(good)] + [trades.make().order(currency=None) for _ in range(bad)]), 207)
    return written


def test_the_example_and_its_replay(zone):
    """Each grade by hand; then everything that it is made of changes, and the day is answered as it was."""
    trades = Trades("indicators", codes={"merchant": SHOP})
    made, fen = release(zone, trades, 8)
    send_back(zone, made[0])
    written = file_orders(zone, trades, "2026-03", 65, 2)
    wait_for(lambda: written() == (98, 2), "filings of March are counted")  # 8 trades of 4 filings, a return, 65 orders; 2 orders refused
    file_taxes(zone)
    put_samples(zone, FIRST, bad=1, good=19)
    event, held = record(zone, "CE01", FIRST, "更正-1"), tax_grade(zone, "B")
    turn(zone, "2026-04-01")
    closed(zone, "2026-03")
    turn(zone, DAY)
    live = indicators(zone.regulator)
    a, found = live.json, by_name(live.json)
    # (value, grade): 700 - 20 × 64/90; 391 of 1095 days; one of four events; 8 of 1200; 2 of 100; 1 of 8; 1 of 20; 18 of 20; yuan; B is the second of five
    assert {n: (i["value"], i["grade"]) for n, i in found.items()} == {
        "score": (686, 59), "registered_days": (391, 36), "negative_events": (1, 75), "released": (8, 1), "faulty_filings": (200, 60), "returns": (1250, 38),
        "bad_samples": (500, 50), "tax_on_time": (9000, 50), "trade_value": ((fen + 50) // 100, (2 * fen + 10 ** 7) // (2 * 10 ** 7)), "tax_grade": (2, 75)}
    assert found["trade_value"]["grade"] == 0, "the sums below hold for goods of less than fifty thousand yuan"
    assert {p["part"]: (p["grade"], p["known_weight"], p["weight"]) for p in a["parts"]} == {
        "record": (60, 40, 40),      # (59 × 25 + 36 × 5 + 75 × 10) / 40 = 60.1
        "operations": (37, 35, 35),  # (1 × 10 + 60 × 10 + 38 × 5 + 50 × 10) / 35 = 37.1
        "finance": (50, 25, 25)}     # (50 × 10 + 0 × 5 + 75 × 10) / 25
    assert (a["grade"], a["known_weight"], a["weight"]) == (50, 100, 100)  # 4955 / 100 = 49.55
    assert a["window"] == {"months": 12, "rule_row": 13, "from": "2025-04-05", "to": DAY} and a["codes"] == [SHOP] and a["as_of"] == DAY
    inputs = {n: i["inputs"] for n, i in found.items()}
    score = zone.regulator.get(f"/v1/credit/{SHOP}?as_of={DAY}").json
    assert inputs["score"] == {"events": [event], "rule_rows": score["rule_rows"]} and score["score"] == 686
    del inputs["score"]
    assert inputs == {
        "registered_days": {"registered_on": "2025-03-10"}, "negative_events": {"events": [event]}, "released": {"released": 8},
        "faulty_filings": {"filings": 100, "refused": 2, "warned": 0}, "returns": {"requested": 1, "released": 8}, "bad_samples": {"samples": 20, "bad": 1},
        "tax_on_time": {"on_time": 18, "late": 2, "rule_rows": [4]}, "tax_grade": {"id": held, "grade": "B", "from": FIRST},
        "trade_value": {"released": 8, "value": f"{fen // 100}.{fen % 100:02d}".rstrip("0").rstrip(".")}}
    repeated(zone, a)
    before = {day: indicators(zone.shop, day=day).body for day in (FIRST, "2026-03-11", "2026-04-04", DAY)}
    assert before[DAY] == live.body == indicators(zone.operator).body == indicators(zone.caller(zone.tokens["authority-TAX"])).body
    everything_changes(zone, trades, made, event)
    for day, body in before.items():
        assert indicators(zone.regulator, day=day).body == body, day
    later = by_name(indicators(zone.regulator).json)
    assert {n: later[n]["inputs"] for n in ("released", "faulty_filings", "returns", "bad_samples", "tax_grade")} == {
        "released": {"released": 9}, "faulty_filings": {"filings": 111, "refused": 5, "warned": 0}, "returns": {"requested": 2, "released": 9},
        "bad_samples": {"samples": 21, "bad": 2}, "tax_grade": later["tax_grade"]["inputs"] | {"grade": "D"}}
    assert later["tax_on_time"]["inputs"] == {"on_time": 17, "late": 3, "rule_rows": [4]}  # void: in time no more; what was not due is late
    assert len(later["negative_events"]["inputs"]["events"]) == 1 and event not in later["negative_events"]["inputs"]["events"]
    assert indicators(zone.regulator).json["codes"] == ["3301960K9X", SHOP]


def repeated(zone, answer):
    """From what the answer says alone, and the rows of the day."""
    rules = accept(zone.daemon.public.get(f"/v1/credit-rules?on={DAY}"), 200).json
    rows = {r["id"]: r for r in rules["indicators"]}
    assert {r["name"]: r["weight"] for r in rows.values()} == WEIGHTS and all(r["source"] and r["title_zh"] for r in rows.values())
    assert [r["value"] for r in rules["rules"] if r["id"] == answer["window"]["rule_row"]] == [answer["window"]["months"]]

    def half_up(part, of):
        return (2 * part + of) // (2 * of)
    for i in answer["indicators"]:
        row = rows[i["row"]]
        assert {k: i[k] for k in ("name", "part", "weight", "none_at", "full_at", "unit")} == {k: row[k] for k in (
            "name", "part", "weight", "none_at", "full_at", "unit")} and i["title"] == row["title_en"]
        low, high = sorted((row["none_at"], row["full_at"]))
        way = min(max(i["value"], low), high) - row["none_at"]
        assert i["grade"] == half_up(abs(way) * 100, high - low), i
    assert answer["grade"] == half_up(sum(i["grade"] * i["weight"] for i in answer["indicators"]), 100)
    chinese = indicators(zone.regulator, day=DAY, Accept_Language="zh").json
    assert [i["title"] for i in chinese["indicators"]] == [rows[i["row"]]["title_zh"] for i in answer["indicators"]]


def everything_changes(zone, trades, made, event):
    """After the day; some of it says something of days before it."""
    turn(zone, "2026-04-20")
    record(zone, "CE11", FIRST, "罚-2")  # of a day that is over
    accept(zone.samr.post(f"/v1/credit/{SHOP}/events/{event}/changes", {"change": "waived", "decision_no": "免-1"}), 201)
    tax_grade(zone, "D")
    more, _ = release(zone, trades, 1)
    send_back(zone, more[0])
    written = file_orders(zone, trades, "2026-04", 3, 3)
    wait_for(lambda: written() == (8, 3), "filings of April are counted")
    say(zone, 818, [becomes(0, 3, "2026-03-01")])
    put_samples(zone, "2026-04-20", bad=1, good=0)
    zone.psql(f"insert into enterprise_version (enterprise_id, version, state, name, roles, customs_codes, district_code, from_at, actor)"
              f" select id, 2, 'filed', 'x', '{{merchant}}', '{{3301960K9X}}', '330102', '2026-04-20', 'tests' from enterprise where credit_code = '{SHOP}'")
    turn(zone, "2026-05-01")
    closed(zone, "2026-04")
    turn(zone, LATER)


def test_what_is_not_known_counts_neither_way(zone):
    """Its weight is left out, and it is told."""
    code = credit_code("330100", "MA5T0009")
    turn(zone, "2026-06-01")
    accept(zone.operator.post("/v1/credit", {"code": code, "name": "甲物流有限公司", "role": "logistics", "registered_on": "2026-06-01"}))
    a = indicators(zone.regulator, code).json
    found = by_name(a)
    unknown = {"faulty_filings", "returns", "bad_samples", "tax_on_time", "trade_value", "tax_grade"}
    assert {n for n, i in found.items() if i["value"] is None} == {n for n, i in found.items() if i["grade"] is None} == unknown
    assert {n: (found[n]["value"], found[n]["grade"]) for n in set(found) - unknown} == {
        "score": (700, 63), "registered_days": (0, 0), "negative_events": (0, 100), "released": (0, 0)}
    assert (a["grade"], a["known_weight"], a["weight"]) == (52, 50, 100)  # (63 × 25 + 100 × 10) / 50 = 51.5
    assert [(p["grade"], p["known_weight"]) for p in a["parts"]] == [(64, 40), (0, 10), (None, 0)]
    assert found["tax_grade"]["inputs"] == {"id": None} and found["tax_on_time"]["inputs"] == {"on_time": 0, "late": 0, "rule_rows": []}
    accept(zone.samr.post(f"/v1/credit/{code}/outside", {"what": "tax_grade", "value": "A", "from": "2026-06-01", "to": "2026-06-03", "source": "x"}))
    assert by_name(indicators(zone.regulator, code).json)["tax_grade"]["grade"] == 100
    turn(zone, "2026-06-03")
    assert by_name(indicators(zone.regulator, code).json)["tax_grade"]["grade"] is None, "it has an end"
    assert by_name(indicators(zone.regulator, code, "2026-06-02").json)["tax_grade"]["grade"] == 100


def test_rows_are_of_their_day(zone):
    turn(zone, "2026-06-10")
    before = indicators(zone.regulator, day="2026-06-09")
    zone.psql("update credit_indicator set valid_to = '2026-06-09' where name = 'score'; insert into credit_indicator"
              " select 411, name, part, 50, 0, 1000, unit, title_zh, title_en, '2026-06-10', null, source from credit_indicator where id = 401")
    assert indicators(zone.regulator, day="2026-06-09").body == before.body
    now = by_name(indicators(zone.regulator).json)["score"]
    assert (now["row"], now["weight"], now["grade"]) == (411, 50, (now["value"] + 5) // 10)
    assert indicators(zone.regulator).json["weight"] == 125
    zone.psql("update credit_indicator set valid_to = null where id = 401")
    problem(zone.regulator.get(f"/v1/credit/{SHOP}/indicators"), 500, "internal")
    zone.psql("delete from credit_indicator where id = 411")
    assert json.loads(before.body)["weight"] == 100 == indicators(zone.regulator).json["weight"]


def test_who_may_read_them(zone):
    turn(zone, "2026-06-20")
    path = f"/v1/credit/{SHOP}/indicators"
    other = zone.client("other", "enterprise", "--codes", OTHER)
    bank = zone.client("bank", "bank", "--codes", credit_code("110000", "MA5T0003"))
    bodies = {indicators(api).body for api in (zone.shop, zone.regulator, zone.operator, zone.caller(zone.tokens["authority-CUS"]))}
    assert len(bodies) == 1
    for api in (other, bank):
        problem(api.get(path), 403, "forbidden")
    assert zone.daemon.events("credit.read_denied"), "denials are logged"
    problem(zone.daemon.public.get(path), 401, "unauthenticated")
    problem(zone.regulator.get("/v1/credit/NOBODY/indicators"), 404, "not-found")
    problem(zone.regulator.get(f"{path}?as_of=2025-03-09"), 404, "not-found")  # it was not registered
    for wrong in ("2026-06-21", "June", "2026-06-31"):
        problem(zone.regulator.get(f"{path}?as_of={wrong}"), 400, "bad-request")
