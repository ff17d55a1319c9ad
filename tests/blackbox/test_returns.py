"""Returns of imported goods (GACC 2020-45; messages 625, 626): asked for in time, of what was declared, decided by customs, back or lapsed."""
import datetime
import json
import subprocess
import threading
import uuid
import xml.etree.ElementTree as ET

from filer import CODES, SHANGHAI, revised
from stack import binary, wait_for
from support import accept, file_all, problem, pull_events, scratch, settled

DAY = 86400


def released(stack, trade):
    """A released trade, with the number that customs gave its inventory."""
    file_all(stack.enterprise, trade.filings())
    d = settled(stack, trade)

    def number():
        reply = stack.enterprise.get(f"/v1/declarations/{d['id']}/receipts", Accept="application/xml")
        found = [e.text for e in ET.fromstring(reply.body).iter() if e.tag.endswith("invtNo")] if reply.status == 200 else []
        return found[0] if found else None
    trade.number = wait_for(number, "customs' number")
    return d


def ask(stack, trade, quantities, number=1, **changes):
    return stack.enterprise.file(trade.sent_back(quantities, number, **{"inventory_no": trade.number} | changes))


def refused(reply, code, pointer):
    body = problem(reply, 422, "rule-broken")
    assert [(e["code"], e["pointer"]) for e in body["errors"]] == [(code, pointer)], body
    assert all(e["remedy"] and e["rule"] for e in body["errors"])
    return body["errors"][0]


def one(stack, receipt, state, api=None):
    """The return once it is in that state."""
    return wait_for(lambda: (lambda r: r if r["state"] == state else None)(
        accept((api or stack.enterprise).get(f"/v1/returns/{receipt['id']}"), 200).json), f"it is {state}")


def cus_says(stack, reference, status, info="x", at="20991231235959999"):
    body = (f'<CEB626Message xmlns="http://www.chinaport.gov.cn/ceb" guid="{uuid.uuid4()}" version="1.0"><InvtRefundReturn><guid>{uuid.uuid4()}</guid>'
            f"<copNo>C</copNo><preNo>{reference}</preNo><returnStatus>{status}</returnStatus><returnTime>{at}</returnTime>"
            f"<returnInfo>{info}</returnInfo></InvtRefundReturn></CEB626Message>").encode()
    return stack.caller(stack.tokens["authority-CUS"]).post("/v1/authorities/CUS/receipts", body, "application/xml")


def document(stack, d, version):
    return accept(stack.regulator.get(f"/v1/deliveries/{d['id']}.CUS.{version}"), 200).json


def test_asked_approved_and_back(stack, trades):
    trade = trades.make()
    d = released(stack, trade)
    stack.mock.behave("CUS", outcome="clear", steps=True, late_ms=1)
    receipt = accept(ask(stack, trade, {2: "1"})).json
    r = one(stack, receipt, "approved")
    assert (r["declaration_id"], r["version"], r["reason"]) == (d["id"], 2, "[Code:2300;Desc:审核通过]")
    assert r["lines"] == [{"line_no": 2, "hs_code": "3305100000", "quantity": "1", "unit": "142"}] and r["tax_total"] is None
    day = datetime.datetime.fromisoformat(d["released_at"]).date()
    assert datetime.datetime.fromisoformat(r["ends_at"]) == datetime.datetime.combine(day + datetime.timedelta(46), datetime.time(), SHANGHAI)
    sent = document(stack, d, 2)
    words = {e.tag.split("}")[-1]: e.text for e in ET.fromstring(sent["document"]["body"]).iter()}
    assert "CEB625Message" in words and (words["preNo"], words["invtNo"], words["gnum"], words["appType"]) == (r["reference"], trade.number, "2", "1")
    assert r["reference"].startswith("T") and sent["return_filing"] == receipt["id"] and sent["withdrawal"] is None
    now = settled(stack, trade)
    assert (now["state"], now["released_at"], now["version"]) == ("released", d["released_at"], 2)
    assert [(x["id"], x["state"]) for x in now["returns"]] == [(receipt["id"], "approved")] and now["withdrawal"] is None
    assert [(p["authority"], p["returns"]) for p in now["parts"] if p["version"] == 2] == [("CUS", True)]
    said = wait_for(lambda: [m for m in polled(stack) if r["reference"].encode() in m], "who polls is told")
    assert all(b"<ceb:CEB626Message" in m for m in said), "in message 626"
    # the goods
    home = f"/v1/returns/{receipt['id']}/arrival"
    problem(stack.enterprise.post(home, {}), 403, "forbidden")
    problem(stack.operator.post(home, {"arrived_at": "2999-01-01T00:00:00+08:00"}), 400, "bad-request")
    problem(stack.operator.post(home, {"arrived_at": "2020-01-01T00:00:00+08:00"}), 409, "state-conflict")
    problem(stack.operator.post(home, {"at": "x"}), 400, "bad-request")
    problem(stack.operator.post(f"/v1/returns/{uuid.uuid4()}/arrival", {}), 404, "not-found")
    at = datetime.datetime.now(SHANGHAI).isoformat()
    for _ in range(2):
        back = accept(stack.operator.post(home, {"arrived_at": at, "place": "下沙仓"}), 200).json
        assert (back["state"], back["place"]) == ("completed", "下沙仓")
    problem(stack.operator.post(home, {"arrived_at": at, "place": "elsewhere"}), 409, "state-conflict")
    assert one(stack, receipt, "completed")["arrived_at"][:19] == at[:19]
    told = wait_for(lambda: pull_events(stack.enterprise, declaration_id=d["id"], type="return.arrived")[0], "it is told")
    assert [e["filing_id"] for e in told] == [receipt["id"]]
    assert "return_arrived" in [i["what"] for i in stack.enterprise.get(f"/v1/declarations/{d['id']}/timeline").json["items"]]


def polled(stack):
    path = "/v1/receipts?limit=100"
    for _ in range(200):
        reply = stack.enterprise.get(path, Accept="application/xml")
        if reply.status != 200:
            return
        yield reply.body
        path = reply.headers["link"].split(">")[0].lstrip("<").split("/", 3)[3]
        path = "/" + path


def test_what_is_returned_was_declared_and_is_not_returned_yet(stack, trades):
    trade = trades.make()
    released(stack, trade)
    stack.mock.behave("CUS", answer="never")
    refused(ask(stack, trade, {1: "2"}), "return.quantity", "/lines/0/quantity")
    wrong = trade.sent_back({1: "1", 2: "1"}, inventory_no=trade.number)
    for name, value in (("line_no", 3), ("hs_code", "6109100010"), ("unit", "011")):
        changed = [wrong["lines"][0], wrong["lines"][1] | {name: value}]
        refused(stack.enterprise.file(wrong | {"lines": changed}), "return.line", f"/lines/1/{name}")
    first = accept(ask(stack, trade, {2: "1.5"})).json
    told = refused(ask(stack, trade, {1: "1", 2: "0.6"}, 2), "return.quantity", "/lines/1/quantity")
    assert (told["expected"], told["got"]) == ("more than 0, at most 0.5", "0.6")
    second = accept(ask(stack, trade, {2: "0.5", 1: "1"}, 2)).json
    refused(ask(stack, trade, {2: "0.1"}, 3), "return.quantity", "/lines/0/quantity")
    # one after the other: the next version goes when customs has said something of the one before
    one(stack, first, "requested")
    r = wait_for(lambda: (lambda d: d if d["version"] == 3 else None)(stack.enterprise.declaration(trade.order_no)), "both are on their way")
    assert [x["id"] for x in r["returns"]] == [first["id"], second["id"]]
    reference = wait_for(lambda: accept(stack.enterprise.get(f"/v1/returns/{first['id']}"), 200).json["reference"], "it has a number")
    accept(cus_says(stack, reference, "-625209", "no such line"), 200)
    assert one(stack, first, "refused")["reason"] == "no such line"
    wait_for(lambda: document(stack, r, 3)["state"] == "sent", "the second goes")
    accept(ask(stack, trade, {2: "1.5"}, 4))  # what was refused is free again
    problem(stack.operator.post(f"/v1/returns/{first['id']}/arrival", {}), 409, "state-conflict")
    problem(stack.operator.post(f"/v1/returns/{second['id']}/arrival", {}), 409, "state-conflict")
    listed = [x["id"] for x in stack.enterprise.get(f"/v1/returns?declaration_id={r['id']}&state=requested").json["items"]]
    assert second["id"] in listed and first["id"] not in listed
    assert [x["id"] for x in stack.regulator.pages(f"/v1/returns?declaration_id={r['id']}&limit=1")][1:] == [second["id"], first["id"]]


def test_the_same_return_is_one_and_what_was_refused_may_be_asked_again(stack, trades):
    trade = trades.make()
    d = released(stack, trade)
    stack.mock.behave("CUS", outcome="rejected")
    filing = trade.sent_back({2: "2"}, inventory_no=trade.number)
    first = accept(stack.enterprise.file(filing)).json
    one(stack, first, "refused")
    assert accept(stack.enterprise.file(filing), 200).json == first
    stack.mock.behave("CUS", outcome="clear")
    again = accept(stack.enterprise.file(filing | {"reason": "once more"})).json
    assert again["revision"] == 2 and one(stack, again, "approved")["version"] == 3
    problem(stack.enterprise.file(filing | {"reason": "yet another"}), 409, "key-conflict")
    refused(stack.enterprise.file(revised(filing, reason="changed")), "return.fixed", "/action")
    refused(stack.enterprise.file(revised(filing, "delete")), "return.fixed", "/action")
    assert [x["state"] for x in stack.enterprise.declaration(trade.order_no)["returns"]] == ["refused", "approved"]
    assert stack.enterprise.declaration(trade.order_no)["id"] == d["id"]


def test_of_whom_and_of_what(stack, trades):
    trade, waiting = trades.make(), trades.make()
    d = released(stack, trade)
    file_all(stack.enterprise, waiting.filings(("order", "waybill", "inventory")))
    settled(stack, waiting, "waiting")
    refused(stack.enterprise.file(waiting.sent_back({1: "1"})), "return.not-released", "/inventory_no")
    refused(ask(stack, trade, {1: "1"}, inventory_no="I2"), "return.unknown", "/inventory_no")
    refused(ask(stack, trade, {1: "1"}, order_no="nobody's"), "return.unknown", "/order_no")
    stranger = stack.client(f"stranger {trades.tag}", "enterprise", "--codes", CODES["zone"])
    refused(stranger.file(trade.sent_back({1: "1"}, inventory_no=trade.number, declarant_code=CODES["zone"])), "return.unknown", "/order_no")
    receipt = accept(ask(stack, trade, {1: "1"})).json
    problem(stranger.get(f"/v1/returns/{receipt['id']}"), 404, "not-found")
    assert stranger.get(f"/v1/returns?declaration_id={d['id']}").json["items"] == []
    problem(stack.enterprise.get("/v1/returns/x"), 404, "not-found")
    problem(stack.enterprise.get("/v1/returns?state=x"), 400, "bad-request")
    problem(stack.enterprise.get("/v1/returns?declaration_id=x"), 400, "bad-request")


def test_two_at_once_cannot_take_the_same_goods(stack, trades):
    trade = trades.make()
    released(stack, trade)
    replies, filings = [], [trade.sent_back({2: "2"}, n, inventory_no=trade.number) for n in range(1, 7)]
    threads = [threading.Thread(target=lambda f=f: replies.append(stack.enterprise.file(f))) for f in filings]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(r.status for r in replies) == [201] + [422] * 5
    assert len(stack.enterprise.declaration(trade.order_no)["returns"]) == 1


def as_xml(filing):
    path = scratch("return-") / "one.json"
    path.write_text(json.dumps(filing, ensure_ascii=False))
    return subprocess.run([binary("tongguanctl"), "convert", "--to", "xml", str(path)], capture_output=True, check=True, timeout=60).stdout


def test_in_customs_form(stack, trades):
    """A message 625 is answered with 626, with customs' own numbers where it is refused; what is in the message is judged like JSON."""
    trade = trades.make()
    released(stack, trade)

    def answered(filing, status):
        root = ET.fromstring(accept(stack.enterprise.file(as_xml(filing), Accept="application/xml"), status).body)
        assert root.tag.endswith("CEB626Message")
        return [e.text for e in root.iter() if e.tag.endswith("returnStatus")]
    filing = trade.sent_back({2: "1"}, inventory_no=trade.number)
    assert answered(filing | {"lines": [filing["lines"][0] | {"line_no": 7}]}, 207) == ["-625209"]
    assert answered(filing, 201) == ["2"] and answered(filing, 200) == ["2"]
    assert len(stack.enterprise.declaration(trade.order_no)["returns"]) == 1


def until(stack, d, days, seconds=0):
    """Business time stands so many seconds from the beginning of that day after the release; day 0 is that of the release."""
    begin = datetime.datetime.fromisoformat(d["released_at"]).astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    at = begin + datetime.timedelta(days=days, seconds=seconds)
    shift = int((at - datetime.datetime.now(SHANGHAI)).total_seconds())
    accept(stack.operator.post("/test/clock", {"shift_s": shift}), 200)


def test_the_days_of_sc4(own, trades):
    """Asked for on day 28, back on day 42: completed; asked on day 31: refused; not back by the end of day 45: lapsed."""
    house = own()
    early, late, lapsing, between = (trades.make() for _ in range(4))
    d = [released(house, t) for t in (early, late, lapsing, between)][0]
    until(house, d, 28, 36000)
    receipt, gone, slow = (accept(ask(house, t, {2: "1"})).json for t in (early, lapsing, between))
    one(house, gone, "approved")
    until(house, d, 30, DAY - 300)
    accept(ask(house, late, {1: "1"}))
    until(house, d, 31, 5)
    told = refused(ask(house, late, {2: "1"}, 2), "return.too-late", "/inventory_no")
    day = datetime.datetime.fromisoformat(d["released_at"]).date() + datetime.timedelta(30)
    assert told["expected"] == f"asked for by {day}"
    until(house, d, 42, 36000)
    assert accept(house.operator.post(f"/v1/returns/{receipt['id']}/arrival", {}), 200).json["state"] == "completed"
    until(house, d, 45, DAY - 300)
    assert accept(house.enterprise.get(f"/v1/returns/{gone['id']}"), 200).json["state"] == "approved"
    until(house, d, 46, 5)
    r = one(house, gone, "lapsed")
    assert r["lapsed_at"] == r["ends_at"]
    problem(house.operator.post(f"/v1/returns/{gone['id']}/arrival", {}), 409, "state-conflict")
    events = wait_for(lambda: (lambda e: e if len(e) == 3 else None)(pull_events(house.regulator, type="return.lapsed")[0]), "three have lapsed")
    assert gone["id"] in [e["filing_id"] for e in events] and receipt["id"] not in [e["filing_id"] for e in events]
    assert one(house, receipt, "completed") and settled(house, early)["state"] == "released"
    # that the goods were back in time may be said later
    begin = datetime.datetime.fromisoformat(d["released_at"]).astimezone(SHANGHAI) + datetime.timedelta(40)
    assert accept(house.operator.post(f"/v1/returns/{slow['id']}/arrival", {"arrived_at": begin.isoformat()}), 200).json["state"] == "completed"
    one(house, slow, "completed")
