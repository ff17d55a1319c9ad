"""Cases: the course from what was collected to the review that closes it, joint cases of several departments, how often rules were wrong."""
import datetime

import pytest

from filer import CODES, SHANGHAI, credit_code
from stack import wait_for
from support import accept, file_all, problem, settled

RULES = ["R-ORD-01", "R-ORD-04"]
ASSESSED = {"step": "assessed", "points": 65, "class": "economic", "grade": "red", "reason": "拆单嫌疑"}


@pytest.fixture
def firm(stack, trades):
    code = credit_code("330100", f"M7{int(trades.tag, 16) % 10 ** 6:06d}")
    stack.register([(code, "甲电商有限公司", ["merchant"])])
    return code


def open_case(api, firm, status=201, **more):
    body = {"kind": "risk", "enterprise": firm, "origin": "test", "rules": RULES, "reason": "十二小时内七单"} | more
    return accept(api.post("/v1/cases", {k: v for k, v in body.items() if v is not None}), status).json


def step(api, case, status=201, **body):
    return accept(api.post(f"/v1/cases/{case['id']}/steps", body), status)


def reviewed(*right, rules=RULES):
    return {"step": "reviewed", "was_right": any(right), "findings": [{"rule": r, "was_right": w} for r, w in zip(rules, right)]}


def to_review(api, case):
    step(api, case, **ASSESSED)
    step(api, case, step="disposed", action="约谈企业")


def states(case):
    return [s["state"] for s in case["steps"]]


def test_the_whole_course(officers, firm):
    customs = officers["CUS"]
    case = open_case(customs, firm, points=40)
    assert (case["state"], case["points"], case["officer"]) == ("collected", 40, None)
    assert case["subject"] == {"kind": "enterprise", "enterprise": firm} and case["departments"] == [{"authority": "CUS", "access": "work"}]
    assert open_case(customs, firm, 200, reason="otherwise")["reason"] == "十二小时内七单"  # the same matter is one case
    # nothing is passed over
    for early in ({"step": "warned", "action": "x"}, {"step": "disposed", "action": "x"}, reviewed(True, True), {"step": "closed"}):
        told = problem(customs.post(f"/v1/cases/{case['id']}/steps", early), 409, "state-conflict")
        assert "assessed follows" in told["detail"]
    now = step(customs, case, **ASSESSED).json
    assert (now["state"], now["points"], now["class"], now["grade"], now["officer"]) == ("assessed", 65, "economic", "red", "department CUS")
    assert step(customs, case, 200, **ASSESSED).json["changed_at"] == now["changed_at"]  # the same again
    step(customs, case, step="warned", action="预警通报平台")
    step(customs, case, **ASSESSED | {"points": 90, "grade": "black"})  # new facts
    step(customs, case, step="disposed", action="布控查验")
    told = problem(customs.post(f"/v1/cases/{case['id']}/steps", {"step": "closed"}), 409, "state-conflict")
    assert "after its review alone" in told["detail"] and "reviewed follows" in told["detail"]
    step(customs, case, **reviewed(True, False))
    done = step(customs, case, step="closed", reason="移交").json
    assert states(done) == ["collected", "assessed", "warned", "assessed", "disposed", "reviewed", "closed"]
    assert [s["number"] for s in done["steps"]] == list(range(1, 8)) and done["points"] == 90
    assert done["findings"] == [{"rule": "R-ORD-01", "was_right": True}, {"rule": "R-ORD-04", "was_right": False}]
    problem(customs.post(f"/v1/cases/{case['id']}/steps", ASSESSED), 409, "state-conflict")
    assert accept(customs.get(f"/v1/cases/{case['id']}"), 200).json == done


@pytest.mark.parametrize("body,where", [
    ({"step": "assessed", "class": "economic", "grade": "red"}, "/points"), ({"step": "assessed", "points": -1, "class": "economic", "grade": "red"}, "/points"),
    ({"step": "assessed", "points": 1, "class": "x", "grade": "red"}, "/class"), ({"step": "assessed", "points": 1, "class": "trade", "grade": "x"}, "/grade"),
    ({"step": "warned"}, "/action"), ({"step": "warned", "action": "x", "points": 1}, "/points"), ({"step": "reviewed"}, "/was_right"),
    ({"step": "closed", "findings": []}, "/findings"), ({"step": "collected"}, "/step"), ({"step": "reviewed", "was_right": 1}, "/was_right"),
    ({"step": "reviewed", "was_right": True, "findings": [{"rule": "R"}]}, "/findings")], ids=str)
def test_steps_that_say_too_little_or_too_much(officers, firm, body, where):
    case = open_case(officers["CUS"], firm)
    errors = problem(officers["CUS"].post(f"/v1/cases/{case['id']}/steps", body), 422, "rule-broken")["errors"]
    assert where in [e["pointer"] for e in errors], errors


def test_a_review_speaks_of_every_rule(officers, firm):
    customs = officers["CUS"]
    case = open_case(customs, firm)
    to_review(customs, case)
    one, other, both = ({"rule": r, "was_right": True} for r in (*RULES, "R-PAY-03"))
    for findings in ([], [one], [one, one], [one, both], [one, other, both]):
        body = {"step": "reviewed", "was_right": True, "findings": findings}
        assert [e["pointer"] for e in problem(customs.post(f"/v1/cases/{case['id']}/steps", body), 422, "rule-broken")["errors"]] == ["/findings"]
    step(customs, case, **reviewed(True, True))
    bare = open_case(customs, firm, origin="no rule", rules=None)
    to_review(customs, bare)
    step(customs, bare, step="reviewed", was_right=False)


def test_departments(stack, officers, firm):
    """A joint case: who takes part sees it, who works on it moves it, and each department lets others in."""
    customs, forex, market, tax = (officers[a] for a in ("CUS", "FX", "SAMR", "TAX"))
    case = open_case(customs, firm, kind="money")
    path = f"/v1/cases/{case['id']}"
    assert {d["authority"]: d["access"] for d in case["departments"]} == {"CUS": "work", "FX": "work"}
    step(forex, case, **ASSESSED)
    for stranger in (market, tax):
        problem(stranger.get(path), 404, "not-found")
        problem(stranger.post(path + "/steps", {"step": "disposed", "action": "x"}), 404, "not-found")
        problem(stranger.post(path + "/access", {"authority": "SAMR", "access": "work", "reason": "x"}), 404, "not-found")
        assert case["id"] not in [c["id"] for c in stranger.pages("/v1/cases")]
    problem(market.post("/v1/cases", {"kind": "money", "enterprise": firm, "origin": "test", "reason": "x"}), 409, "state-conflict")
    shared = accept(forex.post(path + "/access", {"authority": "SAMR", "access": "read", "reason": "联合执法"})).json
    assert {d["authority"]: d["access"] for d in shared["departments"]} == {"CUS": "work", "FX": "work", "SAMR": "read"}
    accept(forex.post(path + "/access", {"authority": "SAMR", "access": "read", "reason": "again"}), 200)
    assert accept(market.get(path), 200).json["access"][-1]["reason"] == "联合执法"
    for what, body in (("steps", {"step": "disposed", "action": "x"}), ("access", {"authority": "TAX", "access": "read", "reason": "x"})):
        problem(market.post(f"{path}/{what}", body), 403, "forbidden")
    accept(customs.post(path + "/access", {"authority": "SAMR", "access": "work", "reason": "联合执法"}))
    step(market, case, step="disposed", action="立案")
    accept(customs.post(path + "/access", {"authority": "FX", "access": "none", "reason": "x"}))
    problem(forex.get(path), 404, "not-found")
    accept(market.post(path + "/access", {"authority": "SAMR", "access": "none", "reason": "x"}), 204)
    problem(customs.post(path + "/access", {"authority": "CUS", "access": "read", "reason": "x"}), 409, "state-conflict")
    # operators see it, and take no step
    assert states(accept(stack.operator.get(path), 200).json) == ["collected", "assessed", "disposed"]
    problem(stack.operator.post(path + "/steps", {"step": "closed"}), 403, "forbidden")
    problem(stack.enterprise.get(path), 403, "forbidden")


def test_work_lists(officers, firm):
    customs = officers["CUS"]
    made = [open_case(customs, firm, origin=f"{n}")["id"] for n in range(5)]
    open_case(customs, firm, item_no="SKU-1", departments=["TAX"])
    step(customs, {"id": made[0]}, **ASSESSED)

    def listed(query):
        return [c["id"] for c in customs.pages(f"/v1/cases?limit=2&enterprise={firm}&{query}")]
    assert listed("state=collected")[1:] == made[:0:-1]
    assert listed("state=assessed") == made[:1] == listed("officer=department%20CUS")
    assert len(listed("state=open")) == 6 and listed("state=closed") == [] and len(listed("department=TAX")) == 1
    goods = next(c for c in officers["TAX"].pages("/v1/cases") if c["subject"].get("enterprise") == firm)
    assert goods["subject"] == {"kind": "goods", "enterprise": firm, "item_no": "SKU-1"}
    problem(customs.get("/v1/cases?state=lost"), 400, "bad-request")
    problem(customs.get("/v1/cases?declaration_id=x"), 400, "bad-request")


@pytest.mark.parametrize("more,where", [
    ({"kind": "weather"}, "/kind"), ({"kind": "contradiction"}, "/kind"), ({"enterprise": "91330100MA2T99999X"}, "/enterprise"), ({"enterprise": None}, "/declaration_id"),
    ({"declaration_id": "0069d27a-1f41-8029-bb6c-859588a3639e"}, "/declaration_id"), ({"departments": ["NSA"]}, "/departments"),
    ({"rules": ["a", "a"]}, "/rules"), ({"reason": None}, "/reason"), ({"origin": None}, "/origin"), ({"points": "1"}, "/points")], ids=str)
def test_what_is_no_case(officers, firm, more, where):
    body = {"kind": "risk", "enterprise": firm, "origin": "x", "reason": "x"} | more
    errors = problem(officers["CUS"].post("/v1/cases", {k: v for k, v in body.items() if v is not None}), 422, "rule-broken")["errors"]
    assert [e["pointer"] for e in errors] == [where]


def test_an_authority_contradicts_itself(stack, officers, trades):
    """After its final answer another one opens a case: for customs and for that authority, and once."""
    t = trades.make()
    file_all(stack.enterprise, t.filings())
    d = settled(stack, t)
    later = (datetime.datetime.now(SHANGHAI) + datetime.timedelta(hours=1)).isoformat()
    for reply in ("rejected", "held"):
        accept(stack.operator.post("/v1/authorities/TAX/receipts", {"declaration_id": d["id"], "version": 1, "status": reply, "at": later}), 200)
    query = f"/v1/cases?declaration_id={d['id']}"
    case, = wait_for(lambda: officers["TAX"].get(query).json["items"], "a case is opened")
    assert (case["kind"], case["origin"], case["subject"]["declaration_id"]) == ("contradiction", "TAX/1", d["id"])
    assert [x["authority"] for x in case["departments"]] == ["CUS", "TAX"] and case["opened_by"] == "tongguand"
    assert officers["CUS"].get(query).json["items"] == [case] and officers["FX"].get(query).json["items"] == []
    to_review(officers["TAX"], case)
    step(officers["CUS"], case, step="reviewed", was_right=True)
    step(officers["TAX"], case, step="closed")
    told = [i for i in stack.enterprise.get(f"/v1/declarations/{d['id']}/timeline").json["items"] if i["what"].startswith("case_")]
    assert [(i["what"], i["authority"], i["version"]) for i in told] == [("case_opened", "TAX", 1), ("case_closed", "TAX", 1)]


def test_how_often_a_rule_was_wrong(own):
    """More than 70 % false in 90 days: it is to be revised. The days are those of the reviews."""
    stack = own()
    customs = stack.client("customs", "regulator", "--authority", "CUS")

    def turn(day):
        at = datetime.datetime.fromisoformat(f"{day}T10:00:00+08:00")
        accept(stack.operator.post("/test/clock", {"shift_s": int((at - datetime.datetime.now(SHANGHAI)).total_seconds())}), 200)

    def review(origin, **right):
        case = open_case(customs, CODES["merchant"], origin=origin, rules=list(right))
        to_review(customs, case)
        step(customs, case, **reviewed(*right.values(), rules=list(right)))

    def rules(on):
        told = accept(customs.get(f"/v1/cases/rules?on={on}"), 200).json
        assert (told["on"], told["revision_days"], told["revision_percent"]) == (on, 90, 70)
        return {i["rule"]: (i["reviewed"], i["false_hits"], i["to_be_revised"]) for i in told["items"]}
    turn("2026-01-01")
    review("old", A=True)
    turn("2026-02-01")
    for n in range(9):
        review(f"feb {n}", A=n >= 7, B=n >= 6)
    assert rules("2026-01-31") == {"A": (1, 0, False)}
    assert rules("2026-02-01") == {"A": (10, 7, False), "B": (9, 6, False)}  # seven of ten are not more than 70 %
    assert rules("2026-03-31")["A"] == (10, 7, False)  # the ninetieth day
    assert rules("2026-04-01")["A"] == (9, 7, True)
    assert rules("2026-05-02") == {}
    # another limit from March on: rows are closed and added
    stack.psql("update case_limit set valid_to = '2026-02-28' where name = 'revision_percent';"
               "insert into case_limit values (900, 'revision_percent', 60, '2026-03-01', null, 'test')")
    told = customs.get("/v1/cases/rules?on=2026-03-31").json
    assert told["revision_percent"] == 60 and {i["rule"]: i["to_be_revised"] for i in told["items"]} == {"A": True, "B": True}


def test_cases_are_in_the_log(stack, officers, firm):
    case = open_case(officers["CUS"], firm)
    to_review(officers["CUS"], case)
    step(officers["CUS"], case, **reviewed(True, True))
    rows = stack.psql("select c.relation, sum(cardinality(l.ids)) from leaf l join coverage c on c.id = l.coverage_id"
                      f" where log_key('{case['id']}'::uuid) = any (l.ids) group by 1 order by 1").splitlines()
    assert [r.split("|")[0] for r in rows] == ["case_access", "case_file", "case_finding", "case_step"]
