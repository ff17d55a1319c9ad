"""Handing over and settling: answers of every kind, in every order, and authorities that fail in every way."""
import datetime
import re
import threading

import pytest

from filer import CODES, SHANGHAI, revised
from stack import Api, wait_for
from support import accept, change_rules, deliveries, file_all, handed_over, judged, one_effect, problem, settled

FOUR = ("CUS", "TAX", "FX", "POST")


def filed(stack, trades, **more):
    trade = trades.make(**more)
    file_all(stack.enterprise, trade.filings())
    return trade


def test_each_authority_gets_its_own_form(stack, trades):
    trade = filed(stack, trades)
    d = settled(stack, trade)
    documents = {}
    for code in FOUR:
        v = stack.regulator.get(f"/v1/deliveries/{d['id']}.{code}.1?full=true&purpose=inspection").json
        assert v["state"] == "sent" and v["attempts"] == 1 and v["outcome"] == "clear", v
        documents[code] = v["document"]
    customs = documents["CUS"]["body"]
    assert documents["CUS"]["content_type"].startswith("application/xml") and "CEB621Message" in customs
    assert re.search(r"<\w*:?preNo>B\d{17}</", customs) and trade.order_no in customs
    assert stack.enterprise.get(f"/v1/deliveries/{d['id']}.CUS.1").json.get("document") is None
    import json
    for code in ("TAX", "FX", "POST"):
        body = json.loads(documents[code]["body"])
        assert body["declaration_id"] == d["id"] and body["version"] == 1 and body["is_change"] is False
        # nobody but customs and the police gets an identity number, and only the post where the goods go
        assert trade.buyer_id not in documents[code]["body"]
        assert (trade.buyer in documents[code]["body"]) == (code == "POST")
    assert len({v["message_id"] for v in deliveries(stack, d).values()}) == 4
    assert all(m["attempts"] == 1 for m in one_effect(stack, d).values())


@pytest.mark.parametrize("how", [
    {"answer": "later", "late_ms": 30}, {"answer": "later", "late_ms": 5, "twice": True},
    {"answer": "later", "late_ms": 5, "steps": True}, {"answer": "later", "late_ms": 5, "steps": True, "backwards": True},
    {"answer": "later", "late_ms": 5, "steps": True, "twice": True, "backwards": True}, {"answer": "at-once", "steps": True, "late_ms": 5},
    {"answer": "at-once", "latency_ms": 60}], ids=lambda h: "-".join(f"{k}={v}" for k, v in h.items()))
def test_however_they_answer_it_is_released_once(stack, trades, how):
    for code in FOUR:
        stack.mock.behave(code, **how)
    made = [filed(stack, trades, direction=d) for d in ("import", "export", "import")]
    for trade in made:
        d = settled(stack, trade)
        one_effect(stack, d)
        wait_for(lambda: stack.mock.summary("CUS")["waiting"] == 0, "all answers are posted")
        what = [i["what"] for i in stack.regulator.get(f"/v1/declarations/{d['id']}/timeline").json["items"]]
        assert what.count("released") == 1 and "case_opened" not in what, what
        assert stack.regulator.declaration(trade.order_no)["released_at"] == d["released_at"]


@pytest.mark.parametrize("outcome,state", [("review", "review"), ("inspect", "inspect"), ("held", "held"), ("rejected", "rejected")])
def test_what_an_authority_says_moves_the_declaration(stack, trades, outcome, state):
    stack.mock.behave("CUS", outcome=outcome)
    d = settled(stack, filed(stack, trades), state)
    assert d["released_at"] is None
    assert {p["authority"]: p["outcome"] for p in d["parts"]}["CUS"] == outcome


def failing(stack, code, **how):
    stack.mock.behave(code, hang_ms=2500, **how)


@pytest.mark.parametrize("code", ["CUS", "TAX"])
@pytest.mark.parametrize("how,attempts", [
    ({"refuse_next": 3}, 4), ({"refuse_next": 2, "refuse_status": 429}, 3), ({"lose_before_next": 1}, 2), ({"lose_after_next": 1}, 2),
    ({"wrong_next": 2}, 3), ({"refuse_next": 1, "refuse_status": 401}, 2)], ids=lambda h: "-".join(map(str, h)) if isinstance(h, dict) else str(h))
def test_a_failing_authority_gets_it_again_with_one_effect(stack, trades, code, how, attempts):
    failing(stack, code, **how)
    d = settled(stack, filed(stack, trades))
    seen = one_effect(stack, d)[code]
    assert {p["authority"]: p["attempts"] for p in d["parts"]}[code] == attempts
    # one lost after the work, or answered wrongly, was done at its first attempt and came again
    assert seen["attempts"] == (attempts if {"lose_after_next", "wrong_next"} & set(how) else 1)


def test_an_unreachable_authority_delays_no_other(stack, trades):
    stack.mock.behave("FX", down=True)
    made = [filed(stack, trades) for _ in range(20)]

    def others_done():
        parts = [p for t in made for p in (stack.regulator.declaration(t.order_no) or {"parts": []})["parts"]]
        return sum(p["outcome"] == "clear" and p["authority"] != "FX" for p in parts) == 60
    wait_for(others_done, "all the others have cleared")
    states = {p["authority"]: p["state"] for p in stack.regulator.declaration(made[0].order_no)["parts"]}
    assert states["FX"] == "due" and states["CUS"] == "sent"
    assert stack.regulator.declaration(made[0].order_no)["state"] == "declared"
    health = wait_for(lambda: next((a for a in stack.enterprise.get("/v1/authorities").json["items"]
                                    if a["code"] == "FX" and a["health"] != "up"), None), "everybody sees that FX is down")
    assert health["backlog"] == 20 and health["oldest_waiting_at"] and health["expected_wait_s"] >= 0
    stack.mock.behave("FX", down=False)
    for trade in made:
        one_effect(stack, settled(stack, trade))


def test_a_silent_authority_takes_no_connections_of_others(own, trades):
    """All of them live behind one host here, as behind a provincial gateway."""
    stack = own()
    change_rules(stack, "update authority set timeout_ms = 120000, max_in_flight = 70 where code = 'FX'")
    stack.mock.behave("FX", lose_before_next=1000, hang_ms=120000)
    for _ in range(90):
        filed(stack, trades)
    wait_for(lambda: stack.psql("select count(*) from delivery where authority <> 'FX' and outcome = 'clear'") == "270", "all the others have cleared")
    assert stack.psql("select count(*) from delivery where authority = 'FX' and state = 'due' and attempts = 0") == "90"
    stack.daemon.kill()  # it would wait for FX


def test_who_is_trusted_goes_first(own, trades):
    """What has waited for customs goes by the merchant's level, one after the other; only then by how long it has waited."""
    stack, made = own(authorities=("TAX", "FX", "POST")), {}
    merchant = trades.make().order()["merchant_code"]
    accept(stack.operator.post("/v1/credit", {"code": merchant, "name": "甲", "role": "merchant", "registered_on": "2026-01-01"}))
    wait_for(lambda: stack.psql("select level from credit_place") == "B", "it is judged")
    for level in "DBA":
        stack.psql(f"update credit_place set level = '{level}'")
        made[level] = settled(stack, filed(stack, trades), "declared")["id"]
    assert stack.psql("select string_agg(queue_rank::text, '' order by created_at) from delivery where authority = 'CUS'") == "321"
    stack.mock.behave("CUS", latency_ms=30)
    stack.connect("CUS", **{"max-in-flight": 1})
    wait_for(lambda: stack.psql("select count(*) from delivery where authority = 'CUS' and outcome = 'clear'") == "3", "customs has all")
    assert stack.psql("select string_agg(declaration_id::text, ' ' order by outcome_at) from delivery where authority = 'CUS'").split() == [made[k] for k in "ABD"]


def test_a_low_level_does_not_wait_for_ever(own, trades):
    """With one place in the queue and half of all claims by waiting time, what waits longest is not the last, though its level is the lowest."""
    stack, made = own(authorities=("TAX", "FX", "POST")), []
    stack.daemon.set("flow", queue_per_authority=1, oldest_percent=50)
    stack.daemon.restart()
    merchant = trades.make().order()["merchant_code"]
    accept(stack.operator.post("/v1/credit", {"code": merchant, "name": "甲", "role": "merchant", "registered_on": "2026-01-01"}))
    wait_for(lambda: stack.psql("select level from credit_place") == "B", "it is judged")
    for level in "DAAA":
        stack.psql(f"update credit_place set level = '{level}'")
        made.append(settled(stack, filed(stack, trades), "declared")["id"])
    stack.mock.behave("CUS", latency_ms=30)
    stack.connect("CUS", **{"max-in-flight": 1})
    wait_for(lambda: stack.psql("select count(*) from delivery where authority = 'CUS' and outcome = 'clear'") == "4", "customs has all")
    assert stack.psql("select declaration_id from delivery where authority = 'CUS' order by outcome_at desc limit 1") != made[0]


def test_a_slow_authority_delays_no_other(stack, trades):
    stack.mock.behave("TAX", latency_ms=1200)
    made = [filed(stack, trades) for _ in range(10)]

    def others_first():
        parts = [p for t in made for p in (stack.regulator.declaration(t.order_no) or {"parts": []})["parts"]]
        return sum(p["outcome"] == "clear" for p in parts if p["authority"] != "TAX") == 30
    wait_for(others_first, "the others have cleared")
    for trade in made:
        settled(stack, trade)


def test_dead_letter_and_retry(stack, trades):
    stack.mock.behave("TAX", refuse_next=1, refuse_status=422)
    trade = filed(stack, trades)
    d = wait_for(lambda: (lambda d: d if d and any(p["state"] == "dead" for p in d["parts"]) else None)(
        stack.regulator.declaration(trade.order_no)), "the delivery is given up")
    part = next(p for p in d["parts"] if p["authority"] == "TAX")
    assert "422" in part["reason"] and d["state"] == "declared"
    name = f"{d['id']}.TAX.1"
    dead = stack.regulator.get("/v1/deliveries?authority=TAX&state=dead").json["items"]
    assert name in {v["id"] for v in dead}
    problem(stack.enterprise.post(f"/v1/deliveries/{name}/retry"), 403, "forbidden")
    accept(stack.operator.post(f"/v1/deliveries/{name}/retry"), 202)
    one_effect(stack, settled(stack, trade))
    problem(stack.operator.post(f"/v1/deliveries/{name}/retry"), 409, "state-conflict")
    problem(stack.operator.post(f"/v1/deliveries/{d['id']}.TAX.9/retry"), 404, "not-found")


def test_after_the_last_attempt_it_is_dead(own, trades):
    stack = own(authority={"attempts-max": 3})
    stack.mock.behave("POST", down=True)
    trade = filed(stack, trades)
    wait_for(lambda: [v for v in stack.operator.get("/v1/deliveries?authority=POST&state=dead").json["items"]], "it is given up")
    d = stack.regulator.declaration(trade.order_no)
    assert {p["authority"]: p["attempts"] for p in d["parts"]}["POST"] == 3 and d["state"] == "declared"
    stack.mock.behave("POST", down=False)
    accept(stack.operator.post(f"/v1/deliveries/{d['id']}.POST.1/retry"), 202)
    settled(stack, trade)


def test_a_change_goes_out_as_a_change(stack, trades):
    import json
    trade, _ = declared(stack, trades, silent=("CUS",))
    stack.mock.behave("CUS", answer="at-once")
    accept(stack.enterprise.file(revised(trade.inventory(net_weight="2.0"))))
    d = wait_for(lambda: (lambda d: d if d["version"] == 2 else None)(stack.regulator.declaration(trade.order_no)), "version 2 is declared")
    # customs has not decided on version 1: version 2 waits there, and there only
    wait_for(lambda: deliveries(stack, d).get(("TAX", 2), {}).get("state") == "sent", "TAX has version 2")
    assert deliveries(stack, d)["CUS", 2]["state"] == "waiting"
    reference = deliveries(stack, d)["CUS", 1]["reference"]
    customs = stack.client(f"customs {trades.tag}", "regulator", "--authority", "CUS")
    accept(customs.post("/v1/authorities/CUS/receipts", customs_answer(trade, reference, "100"), "application/xml"), 200)
    d = settled(stack, trade)
    assert "<ceb:appType>2</ceb:appType>" in stack.regulator.get(f"/v1/deliveries/{d['id']}.CUS.2").json["document"]["body"]
    assert json.loads(stack.regulator.get(f"/v1/deliveries/{d['id']}.TAX.2").json["document"]["body"])["is_change"] is True
    assert {p["outcome"] for p in d["parts"] if p["version"] == 2} == {"clear"}
    one_effect(stack, d, 1)
    one_effect(stack, d, 2)


def test_a_change_that_customs_never_sees_makes_no_version(stack, trades):
    stack.mock.behave("CUS", outcome="review")
    trade = filed(stack, trades)
    d = settled(stack, trade, "review")
    again = stack.enterprise.file(revised(trade.inventory()))
    assert again.status in (200, 201)
    assert stack.regulator.declaration(trade.order_no)["version"] in (d["version"], d["version"] + 1)


# --- answers that come to us ----------------------------------------------------------------------------------


def customs_answer(trade, reference, status, at=None, prefix="ceb:", guid="4CDE1CFD-EDED-46B1-946C-000000000001"):
    at = (at or datetime.datetime.now(SHANGHAI)).astimezone(SHANGHAI).strftime("%Y%m%d%H%M%S%f")[:17]
    ns = f'xmlns{":" + prefix[:-1] if prefix else ""}="http://www.chinaport.gov.cn/ceb"'
    p = prefix
    return (f'<?xml version="1.0" encoding="UTF-8"?><{p}CEB622Message {ns} guid="{guid}" version="1.0"><{p}InventoryReturn>'
            f"<{p}guid>{guid}</{p}guid><{p}customsCode>2928</{p}customsCode><{p}ebpCode>{CODES['platform']}</{p}ebpCode>"
            f"<{p}ebcCode>{CODES['merchant']}</{p}ebcCode><{p}agentCode>{CODES['declarant']}</{p}agentCode>"
            f"<{p}copNo>{trade.internal_no}</{p}copNo><{p}preNo>{reference}</{p}preNo><{p}returnStatus>{status}</{p}returnStatus>"
            f"<{p}returnTime>{at}</{p}returnTime><{p}returnInfo>[Code:2600;Desc:放行]</{p}returnInfo>"
            f"</{p}InventoryReturn></{p}CEB622Message>").encode()


def plain_answer(declaration, status, at=None, version=1):
    at = (at or datetime.datetime.now(SHANGHAI)).isoformat()
    return {"declaration_id": declaration["id"], "version": version, "status": status, "at": at}


def declared(stack, trades, silent=FOUR):
    """A trade whose authorities have it and say nothing more."""
    for code in silent:
        stack.mock.behave(code, answer="never")
    trade = filed(stack, trades)
    return trade, handed_over(stack, trade)


def test_receipts_posted_by_authorities(stack, trades):
    trade, d = declared(stack, trades)
    reference = deliveries(stack, d)["CUS", 1]["reference"]
    cus = stack.caller(stack.tokens["authority-CUS"])
    now = datetime.datetime.now(SHANGHAI)
    first = customs_answer(trade, reference, "120", now)
    assert accept(cus.post("/v1/authorities/CUS/receipts", first, "application/xml"), 200).json == {"stored": 1, "repeats": 0, "unknown": []}
    # the same again, under another guid and another prefix, is the same
    same = customs_answer(trade, reference, "120", now, prefix="", guid="4CDE1CFD-EDED-46B1-946C-000000000002")
    for body in (first, same):
        assert accept(cus.post("/v1/authorities/CUS/receipts", body, "application/xml"), 200).json["repeats"] == 1
    accept(cus.post("/v1/authorities/CUS/receipts", customs_answer(trade, reference, "800"), "application/xml"), 200)
    for code in ("TAX", "FX", "POST"):
        caller = stack.caller(stack.tokens[f"authority-{code}"])
        assert accept(caller.post(f"/v1/authorities/{code}/receipts", plain_answer(d, "accepted")), 200).json["stored"] == 1
    settled(stack, trade)


def test_answers_count_by_their_own_time(stack, trades):
    trade, d = declared(stack, trades)
    reference = deliveries(stack, d)["CUS", 1]["reference"]
    cus = stack.caller(stack.tokens["authority-CUS"])
    at = datetime.datetime.now(SHANGHAI)
    for minutes, status in ((3, "500"), (1, "120"), (2, "300")):  # the newest first
        accept(cus.post("/v1/authorities/CUS/receipts", customs_answer(trade, reference, status, at + datetime.timedelta(minutes=minutes)),
                        "application/xml"), 200)
    d = settled(stack, trade, "inspect")
    accept(cus.post("/v1/authorities/CUS/receipts", customs_answer(trade, reference, "800", at + datetime.timedelta(minutes=4)), "application/xml"), 200)
    for code in ("TAX", "FX", "POST"):
        accept(stack.operator.post(f"/v1/authorities/{code}/receipts", plain_answer(d, "accepted")), 200)
    settled(stack, trade)


def test_a_contradiction_after_the_end_opens_a_case_and_changes_nothing(stack, trades):
    trade = filed(stack, trades)
    d = settled(stack, trade)
    later = datetime.datetime.now(SHANGHAI) + datetime.timedelta(hours=1)
    accept(stack.operator.post("/v1/authorities/TAX/receipts", plain_answer(d, "rejected", later)), 200)
    opened = wait_for(lambda: [i for i in stack.regulator.get(f"/v1/declarations/{d['id']}/timeline").json["items"]
                               if i["what"] == "case_opened"], "a case is opened")
    assert opened[0]["authority"] == "TAX"
    after = stack.regulator.declaration(trade.order_no)
    assert (after["state"], after["released_at"]) == ("released", d["released_at"])
    assert {p["authority"]: p["outcome"] for p in after["parts"]}["TAX"] == "clear"


def test_answers_that_belong_to_nobody(stack, trades):
    trade, d = declared(stack, trades)
    nobody = {"id": d["id"][:-1] + ("0" if d["id"][-1] != "0" else "1")}
    problem(stack.operator.post("/v1/authorities/TAX/receipts", plain_answer(nobody, "accepted")), 404, "not-found")
    mixed = accept(stack.operator.post("/v1/authorities/TAX/receipts", [plain_answer(nobody, "accepted"), plain_answer(d, "accepted")]), 200).json
    assert mixed["stored"] == 1 and len(mixed["unknown"]) == 1
    problem(stack.operator.post("/v1/authorities/TAX/receipts", plain_answer(d, "accepted", version=7)), 404, "not-found")
    problem(stack.operator.post("/v1/authorities/CUS/receipts", customs_answer(trade, "B20260101000000000", "800"), "application/xml"), 404, "not-found")
    problem(stack.operator.post("/v1/authorities/NONE/receipts", plain_answer(d, "accepted")), 404, "not-found")


def test_answers_that_cannot_be_read(stack, trades):
    _, d = declared(stack, trades)
    for bad, kind, status in ((b"", "application/json", 400), (b"{}", "application/json", 400), (b"[]", "application/json", 400),
                              (b"<a/>", "application/json", 400)):
        assert stack.operator.post("/v1/authorities/TAX/receipts", bad, kind).status == status
    problem(stack.operator.post("/v1/authorities/TAX/receipts", plain_answer(d, "released")), 400, "bad-request")
    problem(stack.operator.post("/v1/authorities/CUS/receipts", b"<a/>", "application/xml"), 400, "bad-xml")
    problem(stack.operator.post("/v1/authorities/CUS/receipts", plain_answer(d, "accepted")), 415, "unsupported-media")
    assert stack.regulator.declaration(d["order_no"])["state"] == "declared"


def test_an_authority_answers_for_itself_only(stack, trades):
    _, d = declared(stack, trades)
    fx = stack.caller(stack.tokens["authority-FX"])
    problem(fx.post("/v1/authorities/TAX/receipts", plain_answer(d, "accepted")), 403, "forbidden")
    problem(stack.enterprise.post("/v1/authorities/TAX/receipts", plain_answer(d, "accepted")), 403, "forbidden")
    tax = stack.client(f"tax office {trades.tag}", "regulator", "--authority", "TAX")
    accept(tax.post("/v1/authorities/TAX/receipts", plain_answer(d, "accepted")), 200)


def test_the_same_answer_from_many_at_once_is_one(stack, trades):
    trade, d = declared(stack, trades, silent=("POST",))
    answer, counts = plain_answer(d, "accepted"), []

    def post():
        counts.append(Api(stack.daemon.address, stack.operator.token).post("/v1/authorities/POST/receipts", answer).json)
    threads = [threading.Thread(target=post) for _ in range(16)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sum(c["stored"] for c in counts) == 1 and sum(c["repeats"] for c in counts) == 15
    settled(stack, trade)


def test_an_authority_that_is_not_connected_is_told_so(own, trades):
    stack = own(authorities=("CUS", "TAX", "FX"))
    trade = filed(stack, trades)
    d = settled(stack, trade, "declared")
    wait_for(lambda: sum(p["outcome"] == "clear" for p in stack.regulator.declaration(trade.order_no)["parts"]) == 3, "the others cleared")
    post = next(a for a in stack.enterprise.get("/v1/authorities").json["items"] if a["code"] == "POST")
    assert post["connected"] is False and post["health"] == "off"
    stack.client("authority-POST", "authority", "--authority", "POST")
    stack.connect("POST")
    settled(stack, trade)
    assert d["version"] == 1


def test_two_daemons_share_one_database(own, trades):
    stack = own()
    second = stack.add_daemon("second").start()
    a, b = stack.enterprise, stack.caller(stack.enterprise.token, second)
    made = [trades.make() for _ in range(15)]
    for n, trade in enumerate(made):
        for i, filing in enumerate(trade.filings()):
            accept((a if (n + i) % 2 else b).file(filing))
    order = made[0].order()
    assert a.file(order).body == b.file(order).body
    for trade in made:
        one_effect(stack, settled(stack, trade))
    assert judged(stack, made[0], "MATCHED")
