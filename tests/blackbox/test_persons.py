"""Flags of natural persons: a department's decision or a review raises them, they end by themselves, the person sees and disputes them, nobody else does."""
import concurrent.futures
import datetime
import json

import pytest

from filer import SHANGHAI, identity_number
from stack import wait_for
from support import accept, problem, zone_without_draw
from test_privacy import dump
from test_risk import Shop, case_of, review

FLAGS, SEARCH = "/v1/persons/flags", "/v1/persons/flags/search"


@pytest.fixture
def number(trades):
    """Of a person whom no other test has."""
    return identity_number("330100", f"19{trades.random.randrange(10, 90)}0{trades.random.randrange(1, 10)}1{trades.random.randrange(10)}",
                           trades.random.randrange(1000))


def flag(api, number, status=201, **more):
    body = {"id_number": number, "kind": "resale", "decision_no": "杭关缉〔2026〕1号", "reason": "十日内购买同一商品六十件"} | more
    return accept(api.post(FLAGS, {k: v for k, v in body.items() if v is not None}), status).json


def found(api, number, purpose="risk"):
    return accept(api.post(SEARCH, {"id_number": number, "purpose": purpose}), 200).json["items"]


def own_request(stack, number):
    return found(stack.operator, number, "subject-request")


def change(api, made, what, status=201, reason="本人未购买"):
    return accept(api.post(f"{FLAGS}/{made['id']}/changes", {"change": what, "reason": reason}), status).json


def test_a_decision_raises_a_flag_once(stack, officers, number):
    customs, day = officers["CUS"], datetime.datetime.now(SHANGHAI).date()
    assert found(customs, number) == [] == own_request(stack, number)
    made = flag(customs, number, evidence_sha256="ab" * 32)
    assert (made["kind"], made["state"], made["decision_no"], made["case_id"], made["rules"]) == ("resale", "in_force", "杭关缉〔2026〕1号", None, [])
    assert (made["authority"], made["actor"], made["evidence_sha256"], made["changes"]) == ("CUS", "department CUS", "ab" * 32, [])
    first, last = (datetime.date.fromisoformat(made[d]) for d in ("raised_on", "ends_on"))
    assert (last - first).days == 365 and 0 <= (first - day).days <= 1  # midnight may have been meanwhile
    assert flag(customs, number, 200, evidence_sha256="ab" * 32) == made
    problem(customs.post(FLAGS, {"id_number": number, "kind": "resale", "decision_no": made["decision_no"], "reason": "另一原因"}), 409, "state-conflict")
    other = flag(officers["SAMR"], number, kind="identity_reuse", decision_no="2")
    assert [f["id"] for f in found(officers["TAX"], number)] == [other["id"], made["id"]]
    title = accept(customs.post(SEARCH, {"id_number": number, "purpose": "risk"}, **{"Accept-Language": "zh"}), 200).json["items"][1]["title"]
    assert title == "疑似二次销售" and made["title"] != title


def test_sent_at_once_it_is_one(officers, number):
    body = {"id_number": number, "kind": "resale", "decision_no": "1", "reason": "x"}
    with concurrent.futures.ThreadPoolExecutor(8) as together:
        replies = list(together.map(lambda _: officers["CUS"].post(FLAGS, body), range(24)))
    assert sorted(r.status for r in replies) == [200] * 23 + [201] and len({r.json["id"] for r in replies}) == 1
    assert len(found(officers["CUS"], number)) == 1


def test_a_hundred_flags_are_enough(stack, officers, number):
    made = flag(officers["CUS"], number)
    columns = stack.psql("select string_agg(attname, ', ' order by attnum) from pg_attribute where attrelid = 'person_flag'::regclass and attnum > 1")
    stack.psql(f"insert into person_flag (id, {columns}) select overlay(id::text placing lpad(n::text, 12, '0') from 25)::uuid, "
               f"{columns.replace('decision_no', 'n::text')} from person_flag, generate_series(1, 99) n where id = '{made['id']}'")
    assert len(found(officers["CUS"], number)) == 100
    told = problem(officers["CUS"].post(FLAGS, {"id_number": number, "kind": "resale", "decision_no": "more", "reason": "x"}), 409, "state-conflict")
    assert "hundred" in told["detail"]


@pytest.mark.parametrize("more,where", [
    ({"id_number": "330100190001010018"}, "/id_number"), ({"id_number": "E12345678"}, "/id_number"), ({"id_number": None}, "/id_number"),
    ({"kind": "score"}, "/kind"), ({"kind": None}, "/kind"), ({"reason": None}, "/reason"), ({"decision_no": None}, "/decision_no"),
    ({"evidence_sha256": "x"}, "/evidence_sha256"), ({"name": "张三"}, "/name"), ({"score": 1}, "/score")], ids=str)
def test_what_is_no_flag(officers, number, more, where):
    body = {"id_number": number, "kind": "resale", "decision_no": "1", "reason": "x"} | more
    told = problem(officers["CUS"].post(FLAGS, {k: v for k, v in body.items() if v is not None}), 422, "rule-broken")
    assert [e["pointer"] for e in told["errors"]] == [where] and str(more.get("id_number")) not in json.dumps(told)
    assert where != "/kind" or more["kind"] is None or "identity_refused, identity_reuse, resale" in json.dumps(told)


def test_what_is_no_search(stack, officers, number):
    customs = officers["CUS"]
    for body, where in (({"id_number": "330100190001010018", "purpose": "risk"}, "/id_number"), ({"id_number": number}, "/purpose"),
                        ({"id_number": number, "purpose": "curiosity"}, "/purpose"), ({"purpose": "risk"}, "/id_number")):
        told = problem(customs.post(SEARCH, body), 422, "rule-broken")
        assert [e["pointer"] for e in told["errors"]] == [where], told
        assert number not in json.dumps(told)
    assert "subject-request" in json.dumps(customs.post(SEARCH, {"id_number": number, "purpose": "curiosity"}).json)


def test_who_may_know(stack, officers, number):
    """Departments that may read a number in full; operators for the person alone; nobody else."""
    made = flag(officers["CUS"], number)
    body = {"id_number": number, "purpose": "risk"}
    before = len(stack.daemon.events("access.denied"))
    for code in ("STAT", "POST"):
        outside = stack.client(f"{code} {number[-8:]}", "regulator", "--authority", code)
        problem(outside.post(SEARCH, body), 403, "forbidden")
        problem(outside.post(FLAGS, {"id_number": number, "kind": "resale", "decision_no": "1", "reason": "x"}), 403, "forbidden")
        problem(outside.post(f"{FLAGS}/{made['id']}/changes", {"change": "disputed", "reason": "x"}), 403, "forbidden")
    problem(stack.operator.post(SEARCH, body), 403, "forbidden")
    assert len(stack.daemon.events("access.denied")) > before
    bank = stack.client(f"bank {number[-8:]}", "bank", "--codes", "911100001000038882")
    for api in (stack.enterprise, bank, stack.caller(stack.tokens["authority-TAX"])):
        for path, told in ((SEARCH, body), (SEARCH, body | {"purpose": "subject-request"}), (FLAGS, body), (f"{FLAGS}/{made['id']}/changes", {})):
            problem(api.post(path, told), 403, "forbidden")
    problem(stack.daemon.public.post(SEARCH, body), 401, "unauthenticated")
    assert officers["CUS"].get(f"{SEARCH}?id_number={number}").status in (404, 405) and officers["CUS"].get(FLAGS).status in (404, 405)
    unattached = stack.client(f"none {number[-8:]}", "regulator")
    problem(unattached.post(FLAGS, {"id_number": number, "kind": "resale", "decision_no": "1", "reason": "x"}), 403, "forbidden")


def test_every_read_is_logged_first(own, number):
    stack = own(settings={"test": {"clock": True}})
    customs = stack.client("customs", "regulator", "--authority", "CUS")
    made = flag(customs, number)
    assert stack.psql("select count(*) from access_log") == "0", "what one wrote oneself was not read"
    found(customs, number, "investigation")
    own_request(stack, number)
    found(customs, identity_number("330100", "19010203", 998))
    items = accept(stack.operator.get("/v1/access-log"), 200).json["items"]
    assert [(i["client"], i["role"], i["authority"], i["route"], i["record"], i["fields"], i["purpose"]) for i in items] == [
        ("customs", "regulator", "CUS", "persons_flags_search", "none", ["person_flag"], "risk"),
        ("operator", "operator", None, "persons_flags_search", made["id"], ["person_flag"], "subject-request"),
        ("customs", "regulator", "CUS", "persons_flags_search", made["id"], ["person_flag"], "investigation")]
    assert accept(stack.enterprise.get("/v1/me/access-log"), 200).json["items"] == []
    stack.psql("alter table access_log rename to access_log_away")  # it cannot be written: nothing is shown
    reply = customs.post(SEARCH, {"id_number": number, "purpose": "risk"})
    assert reply.status >= 500 and made["id"] not in str(reply.json)


def test_a_dispute(stack, officers, number):
    """Until it is decided the flag does not count; the department that raised it decides, once disputed by the person."""
    customs, market = officers["CUS"], officers["SAMR"]
    made = flag(customs, number)
    for api in (customs, market):
        problem(api.post(f"{FLAGS}/{made['id']}/changes", {"change": "upheld", "reason": "x"}), 409 if api is customs else 403,
                "state-conflict" if api is customs else "forbidden")
    problem(stack.operator.post(f"{FLAGS}/{made['id']}/changes", {"change": "withdrawn", "reason": "x"}), 403, "forbidden")
    disputed = change(stack.operator, made, "disputed")
    assert disputed["state"] == "disputed" and change(stack.operator, made, "disputed", 200) == disputed  # the same again
    assert (disputed["changes"][0]["change"], disputed["changes"][0]["actor"], disputed["changes"][0]["authority"]) == ("disputed", "operator", None)
    assert [f["state"] for f in found(customs, number)] == ["disputed"]
    problem(market.post(f"{FLAGS}/{made['id']}/changes", {"change": "disputed", "reason": "x"}), 409, "state-conflict")
    assert change(customs, made, "upheld", reason="证据充分")["state"] == "in_force"
    problem(stack.operator.post(f"{FLAGS}/{made['id']}/changes", {"change": "disputed", "reason": "again"}), 409, "state-conflict")
    done = change(customs, made, "withdrawn", reason="复议决定撤销")
    assert done["state"] == "withdrawn" and [c["change"] for c in done["changes"]] == ["disputed", "upheld", "withdrawn"]
    assert found(customs, number) == [] and own_request(stack, number) == [done]
    problem(customs.post(f"{FLAGS}/{made['id']}/changes", {"change": "disputed", "reason": "x"}), 409, "state-conflict")
    problem(customs.post(f"{FLAGS}/{made['id']}/changes", {"change": "repaired"}), 422, "rule-broken")
    for missing in ("0069d27a-1f41-7029-8b6c-859588a3639e", "x"):
        problem(customs.post(f"{FLAGS}/{missing}/changes", {"change": "disputed", "reason": "x"}), 404, "not-found")
    assert change(customs, flag(customs, number, decision_no="3"), "withdrawn", reason="录入有误")["state"] == "withdrawn"  # nobody has to ask for it


def test_it_ends_by_itself(own, number):
    stack = own()
    customs = stack.client("customs", "regulator", "--authority", "CUS")

    def turn(day):
        at = datetime.datetime.fromisoformat(f"{day}T10:00:00+08:00")
        accept(stack.operator.post("/test/clock", {"shift_s": int((at - datetime.datetime.now(SHANGHAI)).total_seconds())}), 200)
    turn("2026-01-10")
    made, late = flag(customs, number), flag(customs, number, decision_no="2")
    assert (made["raised_on"], made["ends_on"]) == ("2026-01-10", "2027-01-10")
    turn("2027-01-09")
    change(stack.operator, late, "disputed")
    assert {f["state"] for f in found(customs, number)} == {"in_force", "disputed"}
    turn("2027-01-10")
    assert found(customs, number) == []
    assert [(f["state"], f["raised_on"], f["ends_on"]) for f in own_request(stack, number)] == [("expired", "2026-01-10", "2027-01-10")] * 2
    problem(stack.operator.post(f"{FLAGS}/{made['id']}/changes", {"change": "disputed", "reason": "x"}), 409, "state-conflict")
    assert change(customs, late, "withdrawn")["state"] == "withdrawn", "what was disputed in time is still decided"


def test_it_goes_with_what_became_of_it(own, number):
    """Two years after its month; what is left of it is the tombstone, and the log is whole."""
    stack = own()
    customs = stack.client("customs", "regulator", "--authority", "CUS")
    made = flag(customs, number)
    change(stack.operator, made, "disputed")
    columns = stack.psql("select string_agg(attname, ', ' order by attnum) from pg_attribute where attrelid = 'person_flag'::regclass and attnum > 1")
    for month in ("2022-06", "2024-12"):
        stack.make_month(f"{month}-05")
        stack.psql(f"insert into person_flag (id, {columns}) select id_floor('{month}-05'), {columns} from person_flag where id = '{made['id']}';"
                   "insert into person_flag_change (id, number, change, reason, recorded_at, actor, client_id)"
                   f" values (id_floor('{month}-05'), 1, 'upheld', 'x', now(), 'x', 1)")
    assert stack.psql("select string_agg(part, ' ' order by part) from retention_due('2026-12-31') where record like 'person%'") == (
        "person_flag_202206 person_flag_change_202206")
    assert len(own_request(stack, number)) == 3
    said = stack.ctl("retention", "run").stdout
    assert "person_flag_202206: 1 row" in said and "person_flag_change_202206: 1 row" in said
    left = {f["id"]: f["changes"] for f in own_request(stack, number)}
    assert len(left) <= 2 and made["id"] in left and stack.psql("select id_floor('2022-06-05')") not in left
    assert stack.psql("select string_agg(record, ' ' order by record) from tombstone where record like 'person%' and from_time < '2023-01-01'") == (
        "person_flag person_flag_change")
    wait_for(lambda: stack.psql("select count(*) from leaf l where not exists (select from leaf_place p where p.leaf_id = l.id)") == "0", "all is in the log")
    stack.ctl("fsck")


def test_nothing_says_who_it_is(own, number):
    """The number stands in no table and no log; nor does what was asked under an Idempotency-Key."""
    stack = own()
    customs = stack.client("customs", "regulator", "--authority", "CUS")
    key = {"Idempotency-Key": '"one"'}
    body = {"id_number": number, "kind": "resale", "decision_no": "1", "reason": f"证件{number}多次购买"}
    made = accept(customs.post(FLAGS, body, **key), 201).json
    assert number not in made["reason"] and made["reason"].startswith("证件")
    for _ in range(2):
        accept(customs.post(SEARCH, {"id_number": number, "purpose": "risk"}, **key), 200)
    own_request(stack, number)
    change(stack.operator, made, "disputed", reason=f"{number}是我")
    assert stack.psql("select count(*) from access_log") == "3", "no answer is given again unlogged"
    assert stack.psql("select count(*) from idempotency") == "0", "a digest of a number can be tried"
    assert number.encode() not in dump(stack)
    log = stack.daemon.log.read_text()
    assert number not in log and "person.flagged" in log and "person.flag_changed" in log
    assert made["id"] not in json.dumps(accept(stack.enterprise.get("/v1/events"), 200).json)


# --- by a review ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def zone():
    with zone_without_draw() as s:
        yield s


@pytest.fixture(scope="module")
def inspector(zone):
    return zone.client("inspector", "regulator", "--authority", "CUS")


@pytest.fixture
def shop(zone, request):
    zone.mock.calm()
    return Shop(zone, request.node.nodeid)


def held(zone, shop, inspector):
    """A trade that waits for an officer: more than one uses, and a line without a price."""
    many, free = shop.tee[:4] + (13,) + shop.tee[5:], shop.tee[:5] + (0,) + shop.tee[6:]
    trade = shop.file(state="blocked", goods=(many, free))
    trade.case = case_of(inspector, trade)
    assert {"R-ORD-05", "R-DEC-02"} <= set(trade.case["rules"]), trade.case
    return trade


def risk_of(api, trade):
    return accept(api.get(f"/v1/declarations/{trade.declaration['id']}/risk"), 200).json


def test_a_review_raises_it_never_the_hit(zone, shop, inspector):
    trade = held(zone, shop, inspector)
    assert own_request(zone, trade.buyer_id) == [] and risk_of(zone.regulator, trade)["buyer_flags"] == []
    review(inspector, trade.case, was_right=True)
    made, = own_request(zone, trade.buyer_id)
    assert (made["kind"], made["state"], made["case_id"], made["decision_no"], made["rules"]) == ("resale", "in_force", trade.case["id"], None, ["R-ORD-05"])
    assert (made["authority"], made["actor"]) == ("CUS", "inspector")
    assert risk_of(zone.regulator, trade)["buyer_flags"] == ["resale"]
    assert risk_of(zone.enterprise, trade)["buyer_flags"] is None, "who files is not told"
    change(zone.operator, made, "disputed")
    assert risk_of(zone.regulator, trade)["buyer_flags"] == []
    change(inspector, made, "upheld")
    assert risk_of(zone.regulator, trade)["buyer_flags"] == ["resale"]


def test_a_review_that_finds_it_wrong_raises_none(zone, shop, inspector):
    trade = held(zone, shop, inspector)
    review(inspector, trade.case, was_right=False)
    assert own_request(zone, trade.buyer_id) == []
    # right about the price and wrong about the buyer; right about the buyer, and wrong on the whole: it is let go
    for whole, wrong in ((True, "R-ORD-05"), (False, "R-DEC-02")):
        other = held(zone, shop, inspector)
        for body in ({"step": "assessed", "points": 90, "class": "economic", "grade": "black"}, {"step": "disposed", "action": "核对单证"},
                     {"step": "reviewed", "was_right": whole, "findings": [{"rule": r, "was_right": r != wrong} for r in other.case["rules"]]}):
            accept(inspector.post(f"/v1/cases/{other.case['id']}/steps", body))
        assert own_request(zone, other.buyer_id) == []


def test_a_case_about_something_else_raises_none(zone, shop, inspector):
    """Of an enterprise, or of another kind: there is no buyer in it."""
    trade = shop.file()
    for more in ({"kind": "money", "declaration_id": trade.declaration["id"]}, {"enterprise": zone_firm(zone)}):
        case = accept(inspector.post("/v1/cases", {"kind": "risk", "origin": "by hand", "rules": ["R-ORD-05"], "reason": "x"} | more)).json
        review(inspector, case, was_right=True)
    assert zone.psql("select count(*) from person_flag f join risk_trace t on t.buyer = f.person join declaration d on d.id = t.id"
                     f" where d.order_no = '{trade.order_no}'") == "0"
    case = accept(inspector.post("/v1/cases", {"kind": "risk", "origin": "by hand", "rules": ["R-ID-02", "R-ORD-05"], "reason": "x",
                                               "declaration_id": trade.declaration["id"]})).json
    review(inspector, case, was_right=True)
    assert {f["kind"] for f in own_request(zone, trade.buyer_id)} == {"identity_refused", "resale"}, "one for each kind"


def zone_firm(zone):
    return zone.psql("select credit_code from enterprise order by id limit 1")
