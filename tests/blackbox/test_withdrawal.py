"""Taking back what was declared (GACC 2018-194 art. 11): before it, while customs decides, agreed, refused, too late."""
import json
import re
import subprocess
import uuid
import xml.etree.ElementTree as ET

import pytest

from filer import CODES, revised
from stack import binary, wait_for
from support import accept, file_all, handed_over, problem, scratch, settled

REASON = "买家取消订单"


def as_xml(filing):
    path = scratch("withdrawal-") / "one.json"
    path.write_text(json.dumps(filing, ensure_ascii=False))
    return subprocess.run([binary("tongguanctl"), "convert", "--to", "xml", str(path)], capture_output=True, check=True, timeout=60).stdout


def refused(reply, code):
    body = problem(reply, 422, "rule-broken")
    assert [e["code"] for e in body["errors"]] == [code], body
    assert all(e["remedy"] for e in body["errors"])


def declared(stack, trade, state="declared", **customs):
    """A trade that customs has and does not release."""
    stack.mock.behave("CUS", **(customs or {"answer": "never"}))
    file_all(stack.enterprise, trade.filings())
    return handed_over(stack, trade, state)


def delivery(stack, d, authority, version):
    return accept(stack.regulator.get(f"/v1/deliveries/{d['id']}.{authority}.{version}"), 200).json


def cus_says(stack, reference, status, message=624, info="x", at="20991231235959999"):
    node = "InvtCancelReturn" if message in (624, 606) else "InventoryReturn"
    body = (f'<CEB{message}Message xmlns="http://www.chinaport.gov.cn/ceb" guid="{uuid.uuid4()}" version="1.0"><{node}><guid>{uuid.uuid4()}</guid>'
            f"<copNo>C</copNo><preNo>{reference}</preNo><returnStatus>{status}</returnStatus><returnTime>{at}</returnTime>"
            f"<returnInfo>{info}</returnInfo></{node}></CEB{message}Message>").encode()
    return stack.caller(stack.tokens["authority-CUS"]).post("/v1/authorities/CUS/receipts", body, "application/xml")


def first_answered(stack, d):
    """Version 1 was received, so that what follows it may go."""
    accept(cus_says(stack, delivery(stack, d, "CUS", 1)["reference"], "2", 622, at="20260301000000000"), 200)


def by_xml(document):
    return {e.tag.split("}")[-1]: e.text for e in ET.fromstring(document["body"]).iter()}


def pending(stack, trade, ask):
    """Declared, and customs was asked to cancel it."""
    d = declared(stack, trade)
    receipt = accept(ask(d)).json
    d = settled(stack, trade, "withdrawing")
    first_answered(stack, d)
    wait_for(lambda: delivery(stack, d, "CUS", 2)["state"] == "sent", "customs was asked")
    return d, receipt


@pytest.mark.parametrize("by,direction", [("cancellation", "import"), ("cancellation", "export"), ("deletion", "import"), ("deletion", "export")])
def test_customs_agrees(stack, trades, by, direction):
    trade = trades.make(direction)

    def ask(d):
        if by == "deletion":
            return stack.enterprise.file(revised(trade.inventory(), "delete"))
        return stack.enterprise.file(trade.cancellation(delivery(stack, d, "CUS", 1)["reference"] if direction == "export" else None))
    d, receipt = pending(stack, trade, ask)
    asked, first = delivery(stack, d, "CUS", 2), delivery(stack, d, "CUS", 1)
    sent = by_xml(asked["document"])
    assert f"CEB{623 if direction == 'import' else 605}Message" in sent and asked["withdrawal"] == receipt["id"]
    assert (sent["preNo"], sent["copNo"], sent["ebcCode"], sent["appType"]) == (asked["reference"], trade.internal_no, CODES["merchant"], "1")
    assert sent["invtNo"] == (first["reference"] if by == "deletion" else f"I{trade.order_no[2:]}")
    assert sent["reason"] == (REASON if by == "cancellation" else "申报人撤销申报") and asked["message_id"] != first["message_id"]
    assert asked["reference"] != first["reference"]
    others = [p["authority"] for p in stack.regulator.declaration(trade.order_no)["parts"] if p["version"] == 1 and p["authority"] != "CUS"]
    assert {p["authority"] for p in stack.regulator.declaration(trade.order_no)["parts"] if p["version"] == 2} == {"CUS"}, "the others hear of it when it is so"
    number = 624 if direction == "import" else 606
    for _ in range(2):  # repeated
        accept(cus_says(stack, asked["reference"], "399", number, "agreed"), 200)
    d = settled(stack, trade, "withdrawn")
    assert d["withdrawal"] == {"version": 2, "filing_id": receipt["id"], "state": "approved", "reason": "agreed"}
    for code in others:
        told = wait_for(lambda code=code: (lambda v: v if v["state"] == "sent" else None)(delivery(stack, d, code, 2)), f"{code} is told")
        body = json.loads(told["document"]["body"])
        assert body["is_withdrawal"] is True and body["withdraws"] == 1 and body["order_no"] == trade.order_no, body
        assert stack.mock.message(code, told["message_id"])["effects"] == 1
    refused(stack.enterprise.file(trade.cancellation(first["reference"], reason="again")), "cancellation.unknown")


def test_the_simulator_agrees(stack, trades):
    trade = trades.make()
    declared(stack, trade, "inspect", outcome="inspect")
    stack.mock.behave("CUS", outcome="clear", steps=True, late_ms=1)
    body = as_xml(trade.cancellation())
    answer = ET.fromstring(accept(stack.enterprise.file(body, Accept="application/xml"), 201).body)
    assert answer.tag.endswith("CEB624Message") and [e.text for e in answer.iter() if e.tag.endswith("returnStatus")] == ["2"]
    d = settled(stack, trade, "withdrawn")
    said = [i["status"] for i in accept(stack.enterprise.get(f"/v1/declarations/{d['id']}/receipts"), 200).json["items"]
            if (i["authority"], i["version"]) == ("CUS", 2)]
    assert said == ["2", "120", "399"]
    reference, path, found = delivery(stack, d, "CUS", 2)["reference"], "/v1/receipts?limit=100", ""
    while found.count(reference) < 3:  # who polls in customs' form gets message 624
        reply = wait_for(lambda p=path: (lambda r: r if r.status == 200 else None)(stack.enterprise.get(p, Accept="application/xml")), "the rest of them")
        path, text = re.search(r'<[^>]*(/v1/[^>]*)>; rel="next"', reply.headers["link"])[1], reply.body.decode()
        assert reference not in text or ("<ceb:CEB624Message" in text and "InventoryReturn" not in text)
        found += text
    accept(stack.enterprise.file(body), 200)  # the same request again is the same
    assert stack.regulator.declaration(trade.order_no)["version"] == 2


@pytest.mark.parametrize("by", ["cancellation", "deletion"])
def test_customs_refuses(stack, trades, by):
    """It stays as it was; the filer sees why, may change it, and may ask again."""
    trade = trades.make()
    declared(stack, trade, "inspect", outcome="inspect")
    stack.mock.behave("CUS", outcome="rejected")
    filing = trade.cancellation() if by == "cancellation" else revised(trade.inventory(), "delete")
    asked = accept(stack.enterprise.file(filing)).json
    d = wait_for(lambda: (lambda d: d if (d["withdrawal"] or {}).get("state") == "refused" and d["judged"] else None)(
        stack.enterprise.declaration(trade.order_no)), "customs refused")
    assert (d["state"], d["verdict"], d["withdrawal"]["filing_id"], d["withdrawal"]["reason"]) == ("inspect", "MATCHED", asked["id"], "simulated")
    assert {(p["authority"], p["version"]) for p in d["parts"]} == {("CUS", 1), ("TAX", 1), ("FX", 1), ("POST", 1), ("CUS", 2)}
    stack.mock.behave("CUS", outcome="inspect")
    change = revised(trade.inventory(), net_weight="2.0")
    accept(stack.enterprise.file(change))
    d = wait_for(lambda: (lambda d: d if d["version"] == 3 and d["state"] == "inspect" else None)(stack.enterprise.declaration(trade.order_no)), "the change is declared")
    assert by_xml(delivery(stack, d, "CUS", 3)["document"])["appType"] == "2"
    stack.mock.behave("CUS", outcome="clear")
    accept(stack.enterprise.file(trade.cancellation(reason="once more") if by == "cancellation" else revised(trade.inventory(), "delete", note="once more")))
    assert settled(stack, trade, "withdrawn")["version"] == 4


def test_before_anything_is_declared(stack, trades):
    trade = trades.make()
    file_all(stack.enterprise, trade.filings(("order", "waybill", "inventory")))
    settled(stack, trade, "waiting")
    accept(stack.enterprise.file(trade.cancellation()))
    d = settled(stack, trade, "withdrawn")
    assert d["version"] == 0 and d["parts"] == [] and d["withdrawal"] is None
    accept(stack.enterprise.file(trade.payment()))
    assert settled(stack, trade, "withdrawn")["version"] == 0
    accept(stack.enterprise.file(revised(trade.inventory(), net_weight="2.0")))  # filed after it: this one is meant
    assert settled(stack, trade)["version"] == 1


def test_after_release_it_is_too_late(stack, trades):
    trade = trades.make()
    file_all(stack.enterprise, trade.filings())
    settled(stack, trade)
    refused(stack.enterprise.file(trade.cancellation()), "revision.too-late")
    refused(stack.enterprise.file(revised(trade.inventory(), "delete")), "revision.too-late")
    node = ET.fromstring(accept(stack.enterprise.file(as_xml(trade.cancellation()), Accept="application/xml"), 207).body)
    assert [e.text for e in node.iter() if e.tag.endswith("returnStatus")] == ["-301011"]


def test_nothing_changes_while_customs_decides(stack, trades):
    trade = trades.make()
    d, _ = pending(stack, trade, lambda d: stack.enterprise.file(trade.cancellation()))
    told = accept(stack.enterprise.get(f"/v1/declarations/{d['id']}/steps"), 200).json
    assert told["sentence"] == "Waits for customs, which is asked to cancel it." and not any(s["next"] for s in told["steps"])
    refused(stack.enterprise.file(revised(trade.inventory(), net_weight="2.0")), "revision.withdrawing")
    refused(stack.enterprise.file(trade.cancellation(reason="again")), "revision.withdrawing")
    # what customs says of the inventory itself does not release it now
    accept(cus_says(stack, delivery(stack, d, "CUS", 1)["reference"], "800", 622), 200)
    wait_for(lambda: stack.regulator.declaration(trade.order_no)["judged"], "the answer is judged")
    assert stack.regulator.declaration(trade.order_no)["state"] == "withdrawing"
    accept(cus_says(stack, delivery(stack, d, "CUS", 2)["reference"], "-623005", 624, "released already"), 200)
    d = settled(stack, trade, "released")
    assert d["withdrawal"]["state"] == "refused" and d["withdrawal"]["reason"] == "released already"
    # and a contradiction is for a person to look at
    accept(cus_says(stack, delivery(stack, d, "CUS", 2)["reference"], "399", 624), 200)
    wait_for(lambda: [i for i in stack.regulator.get(f"/v1/declarations/{d['id']}/timeline").json["items"]
                      if i["what"] == "case_opened" and (i["authority"], i["version"]) == ("CUS", 2)], "a case is opened")
    assert stack.regulator.declaration(trade.order_no)["state"] == "released"


def test_whose_inventory_it_is(stack, trades):
    trade = trades.make()
    declared(stack, trade)
    stranger = stack.client(f"stranger {trades.tag}", "enterprise", "--codes", CODES["zone"])
    problem(stranger.file(trade.cancellation()), 403, "forbidden")
    refused(stranger.file(trade.cancellation(declarant_code=CODES["zone"])), "cancellation.unknown")
    refused(stack.enterprise.file(trade.cancellation(order_no="nobody's")), "cancellation.unknown")
    export = trades.make("export")
    refused(stack.enterprise.file(export.cancellation()), "cancellation.unknown")
    assert settled(stack, trade, "declared")["version"] == 1
