"""Regulators decide: by role, once, in order; one inspection for customs and quarantine, one release; what one recognises of the other."""
import datetime

import pytest

from filer import SHANGHAI, Trades, moment, revised
from stack import wait_for
from support import accept, file_all, handed_over, one_effect, problem, settled

NOBODYS = "0190aaaa-bbbb-8005-8ddd-eeeeeeeeeeee"
PLACE = {"at": "2026-12-01T09:30:00+08:00", "place": "下沙查验场 3 号台"}


@pytest.fixture(scope="module")
def port():
    """A gateway whose 9610 import wants customs and quarantine, and nobody else; a regulator of each."""
    from support import new_stack, stacks
    s = new_stack(authorities=("CUS", "CIQ", "TAX")).start()
    try:
        s.psql("delete from regime_step where regime_id = 3 and authority in ('FX', 'POST', 'TAX', 'CIQ', 'NMPA', 'SAMR')")
        s.psql("insert into regime_step (regime_id, step, phase, kind, authority, responsible, needs, required, valid_from, valid_to, source)"
               " select 3, 7, phase, kind, 'CIQ', responsible, needs, required, valid_from, valid_to, 'a test' from regime_step"
               " where regime_id = 3 and authority = 'CUS'")
        s.psql("select nextval('rule_revision')")
        for code in ("CUS", "CIQ", "TAX"):
            setattr(s, code, s.client(f"officer {code}", "regulator", "--authority", code))
        wait_for(lambda: "CIQ" in str(s.daemon.public.get("/v1/standard/regimes?trade_mode=9610&direction=import").json), "the regime is in force")
        yield s
    finally:
        stacks.remove(s)
        s.remove()


@pytest.fixture
def trade(port, request):
    for code in ("CUS", "CIQ"):
        port.mock.behave(code, answer="never", outcome="clear", steps=False)
    t = Trades(request.node.nodeid).make()
    file_all(port.enterprise, t.filings())
    t.id = handed_over(port, t)["id"]
    return t


def decide(api, trade, decision, reason="风险布控", **more):
    headers = {"Idempotency_Key": more.pop("key")} if "key" in more else {}
    return api.post(f"/v1/declarations/{trade.id}/decisions", {"decision": decision, "reason": reason} | more, **headers)


def state(port, trade, *wanted, version=1):
    """The declaration when its state and its parts' outcomes (CUS, CIQ) are these."""
    def there():
        d = port.regulator.declaration(trade.order_no)
        parts = {p["authority"]: p["outcome"] for p in d["parts"] if p["version"] == version}
        return d if (d["state"], parts["CUS"], parts["CIQ"]) == wanted and d["judged"] else None
    try:
        return wait_for(there, str(wanted))
    except AssertionError as e:
        raise AssertionError(f"{e}\n{port.regulator.declaration(trade.order_no)}") from None


def conflict(reply, *words):
    body = problem(reply, 409, "state-conflict")
    assert all(w in body["detail"] for w in words), body


def test_a_ruling_is_no_proof_that_the_authority_has_it(port, request):
    """Customs' computer is down; its officer decides here. It gets the declaration when it is back, before any correction of it."""
    port.mock.behave("CIQ", answer="at-once", outcome="clear")
    port.mock.behave("CUS", down=True)
    t = Trades(request.node.nodeid).make()
    file_all(port.enterprise, t.filings())
    t.id = settled(port, t, "declared")["id"]
    accept(decide(port.CUS, t, "reject", "单证不符"))
    state(port, t, "rejected", "rejected", "clear")
    file_all(port.enterprise, [revised(t.inventory(), gross_weight="3.1")])

    def customs():
        return {p["version"]: p["state"] for p in port.regulator.declaration(t.order_no)["parts"] if p["authority"] == "CUS"}
    wait_for(lambda: customs() == {1: "due", 2: "waiting"}, "its correction waits behind it")
    port.mock.behave("CUS", down=False, answer="at-once", outcome="clear")
    settled(port, t, "released")
    assert customs() == {1: "sent", 2: "sent"}
    for version in (1, 2):
        one_effect(port, {"id": t.id}, version)


def timeline(port, trade, what, api=None):
    return [i for i in accept((api or port.regulator).get(f"/v1/declarations/{trade.id}/timeline"), 200).json["items"] if i["what"] == what]


def test_each_decision_and_its_state(port, trade):
    made = accept(decide(port.CUS, trade, "hold", "单证存疑")).json
    assert (made["authority"], made["version"], made["decision"], made["actor"]) == ("CUS", 1, "hold", "officer CUS")
    state(port, trade, "held", "held", "none")
    accept(decide(port.CUS, trade, "resume", "单证已核实"))
    state(port, trade, "declared", "entered", "none")
    accept(decide(port.CIQ, trade, "inspect"))
    state(port, trade, "inspect", "entered", "inspect")
    accept(decide(port.CUS, trade, "release", "放行"))
    accept(decide(port.CIQ, trade, "reject", "检出有害生物"))
    state(port, trade, "rejected", "clear", "rejected")
    conflict(decide(port.CIQ, trade, "release"), "rejected", "release")
    told = [(i["authority"], i["decision"], i["reason"]) for i in timeline(port, trade, "decided")]
    assert sorted(told) == sorted([("CUS", "hold", "单证存疑"), ("CUS", "resume", "单证已核实"), ("CIQ", "inspect", "风险布控"), ("CUS", "release", "放行"),
                                   ("CIQ", "reject", "检出有害生物")])
    assert timeline(port, trade, "answered") == []
    events = wait_for(lambda: (e := accept(port.enterprise.get(f"/v1/events?declaration_id={trade.id}&type=authority.answered"), 200).json["items"]) and len(e) == 5 and e,
                      "the feed tells of each")
    assert [(e["authority"], e["outcome"]) for e in events] == [("CUS", "held"), ("CUS", "entered"), ("CIQ", "inspect"), ("CUS", "clear"), ("CIQ", "rejected")]
    items = accept(port.enterprise.get(f"/v1/declarations/{trade.id}/decisions"), 200).json["items"]
    assert [i["decision"] for i in items if i["what"] == "decided"] == ["hold", "resume", "inspect", "release", "reject"]
    assert [i["state"] for i in items if i["what"] == "judged"][-1] == "rejected" and items == sorted(items, key=lambda i: i["at"])
    message = accept(port.enterprise.get(f"/v1/declarations/{trade.id}/receipts", Accept="application/xml"), 200).body.decode()
    assert [message.count(f"returnStatus>{s}<") for s in ("600", "120", "800")] == [1, 1, 1] and "单证存疑" in message, "customs' own form has them too"


def test_the_same_decision_is_one(port, trade):
    first = accept(decide(port.CUS, trade, "hold", key="a"))
    assert accept(decide(port.CUS, trade, "hold"), 200).json == first.json
    assert accept(decide(port.CUS, trade, "hold", key="a"), 200).json == first.json
    problem(decide(port.CUS, trade, "release", key="a"), 422, "idempotency-key-reused")
    accept(decide(port.CUS, trade, "resume"))
    again = accept(decide(port.CUS, trade, "hold")).json
    assert again["id"] != first.json["id"], "something else was decided in between"
    assert accept(decide(port.CUS, trade, "hold", key="a"), 200).json == first.json
    assert len(timeline(port, trade, "decided")) == 3


def test_who_decides_and_when(port, trade):
    for api in (port.enterprise, port.operator, port.caller(port.tokens["authority-CUS"])):
        problem(decide(api, trade, "release"), 403, "forbidden")
    problem(decide(port.regulator, trade, "release"), 403, "forbidden")
    assert "no part" in problem(decide(port.TAX, trade, "release"), 403, "forbidden")["detail"]
    conflict(decide(port.CUS, trade, "release", version=2), "version 1")
    conflict(decide(port.CUS, trade, "resume"), "none", "resume")
    waiting = Trades(f"{trade.order_no} waiting").make()
    file_all(port.enterprise, waiting.filings(("order",)))
    waiting.id = settled(port, waiting, "waiting")["id"]
    conflict(decide(port.CUS, waiting, "hold"), "Waiting for flows")
    chinese = port.CUS.post(f"/v1/declarations/{waiting.id}/decisions", {"decision": "hold", "reason": "x"}, Accept_Language="zh")
    conflict(chinese, "待三单匹配")
    for api in (port.CUS, port.CIQ):
        accept(decide(api, trade, "release"))
    state(port, trade, "released", "clear", "clear")
    conflict(decide(port.CUS, trade, "hold"), "Released")
    assert accept(decide(port.CUS, trade, "release"), 200).json["decision"] == "release", "the same again"
    problem(port.CUS.post("/v1/declarations/nothing/decisions", {"decision": "hold", "reason": "x"}), 404, "not-found")
    problem(port.CUS.post(f"/v1/declarations/{NOBODYS}/decisions", {"decision": "hold", "reason": "x"}), 404, "not-found")


def test_what_a_decision_must_say(port):
    for body, pointer in [({"reason": "x"}, "/decision"), ({"decision": "free", "reason": "x"}, "/decision"), ({"decision": "hold"}, "/reason"),
                          ({"decision": "hold", "reason": "x" * 1001}, "/reason"), ({"decision": "hold", "reason": "x", "version": 0}, "/version"),
                          ({"decision": "hold", "reason": "x", "appointment": PLACE}, "/appointment"), ({"decision": "hold", "reason": "x", "y": 1}, "/y"),
                          ({"decision": "inspect", "reason": "x", "appointment": {"at": "soon", "place": "x"}}, "/appointment/at")]:
        refused = problem(port.CUS.post(f"/v1/declarations/{NOBODYS}/decisions", body), 422, "rule-broken")
        assert [e["pointer"] for e in refused["errors"]] == [pointer]


def test_one_inspection_and_what_is_recognised(port, trade):
    """Both select it: one appointment, the second joins; what quarantine finds is customs' finding too; each releases, it is released once."""
    accept(decide(port.CUS, trade, "inspect", appointment=PLACE))
    conflict(decide(port.CIQ, trade, "inspect", appointment=PLACE | {"place": "elsewhere"}), PLACE["place"])
    accept(decide(port.CIQ, trade, "inspect", "植物检疫"))
    d = state(port, trade, "inspect", "inspect", "inspect")
    i = d["inspection"]
    assert (i["opened_by"], i["joined_by"], i["place"], i["result"], i["closed_at"]) == ("CUS", ["CIQ"], PLACE["place"], "open", None)
    assert datetime.datetime.fromisoformat(i["at"]) == datetime.datetime.fromisoformat(PLACE["at"])
    accept(decide(port.CUS, trade, "inspect", "改期", appointment=PLACE | {"place": "5 号台"}))  # who has selected it may move it
    accept(decide(port.CIQ, trade, "release", "查验合格"))
    d = state(port, trade, "declared", "entered", "clear")
    part = {p["authority"]: p for p in d["parts"]}
    assert part["CUS"]["recognised_from"] == "CIQ" and part["CIQ"]["recognised_from"] is None
    assert (d["inspection"]["result"], d["inspection"]["place"], d["inspection"]["selected_by"]) == ("good", "5 号台", ["CUS", "CIQ"])
    assert d["inspection"]["closed_at"] == part["CIQ"]["outcome_at"] == part["CUS"]["outcome_at"]
    recognised = [x for x in accept(port.CUS.get(f"/v1/declarations/{trade.id}/decisions"), 200).json["items"] if x["what"] == "recognised"]
    assert [(x["authority"], x["recognised_from"], x["outcome"]) for x in recognised] == [("CUS", "CIQ", "entered")] and "2014-68" in recognised[0]["source"]
    accept(decide(port.CUS, trade, "release"))
    d = state(port, trade, "released", "clear", "clear")
    assert len(timeline(port, trade, "released")) == 1 and [p["recognised_from"] for p in d["parts"]] == [None, None]
    assert [len(timeline(port, trade, f"inspection_{w}")) for w in ("opened", "joined", "closed")] == [1, 1, 1]


def test_a_result_that_is_not_good_is_not_recognised(port, trade):
    for api in (port.CIQ, port.CUS):
        accept(decide(api, trade, "inspect"))
    accept(decide(port.CIQ, trade, "reject", "检出有害生物"))
    d = state(port, trade, "rejected", "inspect", "rejected")
    assert d["inspection"]["result"] == "bad" and all(p["recognised_from"] is None for p in d["parts"])


def ciq_answers(port, trade, *answers):
    body = [{"declaration_id": trade.id, "version": 1, "status": status, "at": at} for status, at in answers]
    return accept(port.caller(port.tokens["authority-CIQ"]).post("/v1/authorities/CIQ/receipts", body), 200).json


def test_answers_and_decisions_in_any_order(port, trade):
    """The systems' own answers join the same appointment; late and repeated ones change nothing."""
    now = datetime.datetime.now(SHANGHAI)
    early, later = moment(now - datetime.timedelta(hours=2)), moment(now + datetime.timedelta(hours=2))
    accept(decide(port.CUS, trade, "inspect", appointment=PLACE))
    assert ciq_answers(port, trade, ("accepted", later))["stored"] == 1  # its inspection is told later than its end
    d = state(port, trade, "inspect", "inspect", "clear")
    assert d["inspection"]["selected_by"] == ["CUS"] and all(p["recognised_from"] is None for p in d["parts"])
    assert ciq_answers(port, trade, ("inspect", early), ("accepted", later)) | {"unknown": []} == {"stored": 1, "repeats": 1, "unknown": []}
    d = state(port, trade, "declared", "entered", "clear")
    assert d["inspection"]["selected_by"] == ["CIQ", "CUS"] and d["inspection"]["place"] == PLACE["place"] and d["inspection"]["result"] == "good"
    # quarantine's end comes to light that was before: it had refused it; nothing is recognised any more, and a case is opened
    assert ciq_answers(port, trade, ("rejected", moment(now - datetime.timedelta(hours=1))))["stored"] == 1
    d = state(port, trade, "rejected", "inspect", "rejected")
    assert all(p["recognised_from"] is None for p in d["parts"]) and d["inspection"]["result"] == "bad"
    assert [c["authority"] for c in timeline(port, trade, "case_opened")] == ["CIQ"]


def test_a_regulator_agrees_to_a_withdrawal(port, trade):
    accept(decide(port.CUS, trade, "hold"))
    state(port, trade, "held", "held", "none")
    accept(port.enterprise.file(trade.cancellation()))
    settled(port, trade, "withdrawing")
    accept(decide(port.CUS, trade, "release", "同意撤单", version=2))
    d = settled(port, trade, "withdrawn")
    assert d["withdrawal"]["reason"] == "同意撤单" and d["version"] == 2
    conflict(decide(port.CUS, trade, "release"), "Withdrawn")
    message = accept(port.enterprise.get(f"/v1/declarations/{trade.id}/receipts", Accept="application/xml"), 200).body.decode()
    assert "CEB622Message" in message and message.count("returnStatus>600<") == 1 and "399" not in message
