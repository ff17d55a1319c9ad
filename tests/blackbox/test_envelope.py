"""Filings in the envelopes of customs' own software: DxpMsg and the relays' JSON, in and back."""
import base64
import hashlib
import re
import xml.etree.ElementTree as ET

import pytest

from filer import NAMESPACE, as_json, ceb, dxp, relay
from support import accept, problem, settled

XML = {"Accept": "application/xml"}
DXP = "{http://www.chinaport.gov.cn/dxp}"
CEB = f"{{{NAMESPACE}}}"


def opened(reply):
    """Head and customs message of an answer in DxpMsg."""
    assert reply.headers["content-type"] == "application/xml"
    root = ET.fromstring(reply.body)
    assert root.tag == f"{DXP}DxpMsg" and root.get("ver") == "1.0"
    info = root.find(f"{DXP}TransInfo")
    head = {child.tag.removeprefix(DXP): "".join(child.itertext()) for child in info}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", head["CreatTime"])
    return head, ET.fromstring(base64.b64decode(root.find(f"{DXP}Data").text))


@pytest.mark.parametrize("transport", [False, True])
def test_what_came_in_dxp_is_answered_in_dxp(stack, trades, transport):
    trade = trades.make()
    body = dxp(ceb([trade.order()]), "MSG<1>", "CEB311Message", transport=transport)
    reply = accept(stack.enterprise.file(body, **XML))
    head, receipt = opened(reply)
    assert head["SenderId"] == "DXPEDCCEB0000002" and head["ReceiverIds"] == "DXPENT0000000001" and head["MsgType"] == "CEB312Message"
    assert len(head["CopMsgId"]) == 36 and receipt.tag == f"{CEB}CEB312Message"
    assert receipt.findtext(f"{CEB}OrderReturn/{CEB}returnStatus") == "2"
    assert receipt.findtext(f"{CEB}OrderReturn/{CEB}orderNo") == trade.order_no
    assert "warning" not in reply.headers
    again = accept(stack.enterprise.file(body, **XML), 200)
    assert opened(again)[0]["CopMsgId"] == head["CopMsgId"]  # the same message is answered under the same name
    found = stack.enterprise.get(f"/v1/filings?sha256={hashlib.sha256(body).hexdigest()}").json["items"]
    assert [f["kind"] for f in found] == ["order"]  # known by the bytes that came, envelope and all


def test_bare_wrapped_and_json_are_one_filing(stack, trades):
    order = trades.make().order()
    body = dxp(ceb([order]), "1", "CEB311Message")
    first = accept(stack.enterprise.file(body)).json["results"][0]
    assert first["status"] == 201 and first["receipt"]["message_sha256"] == hashlib.sha256(body).hexdigest()
    accept(stack.enterprise.file(ceb([order])), 200)
    accept(stack.enterprise.post("/v1/filings", relay(ceb([order]), "2", "CEB311Message")), 200)
    assert accept(stack.enterprise.file(order), 200).json["id"] == first["receipt"]["id"]


def test_a_whole_trade_through_a_relays_path(stack, trades):
    trade = trades.make()
    for number, filing in zip((311, 411, 511, 621), trade.filings()):
        body = relay(ceb([filing]), f"{number}", f"CEB{number}Message")
        for _ in range(2):  # a relay's client sends again until it hears OK
            reply = accept(stack.enterprise.post("/cebcmsg", body, "application/json;charset=UTF-8", Accept="text/plain"), 200)
            assert reply.body == b"OK" and reply.headers["content-type"] == "text/plain"
    settled(stack, trade)


def test_a_relays_path_takes_bare_messages_and_passwords(stack, trades):
    trade = trades.make()
    basic = "Basic " + base64.b64encode(f"enterprise:{stack.enterprise.token}".encode()).decode()
    for body, kind in ((ceb([trade.order()]), "text/xml"), (as_json(trade.payment()), "application/json")):
        assert accept(stack.daemon.public.post("/cebcmsg", body, kind, Authorization=basic), 200).body == b"OK"


def test_nodes_that_are_refused_are_told_at_a_relays_path(stack, trades):
    good, bad = trades.make().order(), trades.make().order(actual_paid="0.01")
    body = relay(ceb([good, bad]), "MSG-2", "CEB311Message")
    results = accept(stack.enterprise.post("/cebcmsg", body), 207).json["results"]
    assert [r["status"] for r in results] == [201, 422]
    reply = accept(stack.enterprise.post("/cebcmsg", body, **XML), 207)
    head = reply.json["Message"]["MessageHead"]
    assert head["MessageType"] == "CEB312Message.xml" and head["SenderID"] == "DXPEDCCEB0000002" and head["ReceiverID"] == "DXPENT0000000001"
    receipt = ET.fromstring(base64.b64decode(reply.json["Message"]["MessageBody"]["data"]))
    assert [int(s.text) > 0 for s in receipt.iter(f"{CEB}returnStatus")] == [True, False]
    body = relay(ceb([bad]), "MSG-3", "CEB311Message")
    assert accept(stack.enterprise.post("/cebcmsg", body), 207).json["results"][0]["status"] == 422
    problem(stack.enterprise.post("/cebcmsg", as_json(bad)), 422, "rule-broken")


def test_a_type_that_differs_is_a_warning(stack, trades):
    body = dxp(ceb([trades.make().order()]), "MSG-4", "CEB411Message")
    reply = accept(stack.enterprise.file(body))
    assert reply.headers["warning"].startswith("199 ") and stack.daemon.events("filing.envelope_type")


def test_what_is_inside_and_unreadable_gets_ceb900_with_its_name(stack):
    content = b"<CEB311Message><Order>"
    head, receipt = opened(accept(stack.enterprise.file(dxp(content, "MSG-5", "CEB311Message"), **XML), 400))
    assert head["MsgType"] == "CEB900Message" and receipt.tag == f"{CEB}CEB900Message"
    node = receipt.find(f"{CEB}MessageReturn")
    assert node.findtext(f"{CEB}oriCopMsgId") == "MSG-5" and node.findtext(f"{CEB}oriMessageType") == "CEB311Message"
    assert node.findtext(f"{CEB}oriBizMessage") == content.decode()
    reply = accept(stack.enterprise.post("/cebcmsg", relay(content, "MSG-6", "CEB311Message"), **XML), 400)
    assert b"<ceb:oriCopMsgId>MSG-6<" in base64.b64decode(reply.json["Message"]["MessageBody"]["data"])
    problem(stack.enterprise.post("/cebcmsg", relay(content, "MSG-6", "CEB311Message")), 400, "bad-xml")


def test_a_bad_envelope_gets_the_exchanges_answer(stack, trades):
    whole = dxp(ceb([trades.make().order()]), "MSG-7", "CEB311Message")
    for broken, code in ((whole[:-20], "0001"), (whole.replace(b"SenderId", b"Sender"), "0002"), (re.sub(b"<dxp:Data>.", b"<dxp:Data>*", whole), "0001")):
        reply = accept(stack.enterprise.file(broken, **XML), 400)
        root = ET.fromstring(reply.body)
        assert root.tag == f"{DXP}DxpRep" and root.findtext(f"{DXP}Response/{DXP}ResponseCode") == code
        assert root.findtext(f"{DXP}OriHead/{DXP}CopMsgId") == "MSG-7" and root.findtext(f"{DXP}Response/{DXP}ResponseInfo")
        assert code in problem(stack.enterprise.file(broken), 400, "bad-xml")["detail"]
    assert "0002" in problem(stack.enterprise.post("/cebcmsg", {"Message": {}}), 400, "bad-json")["detail"]
    wrong = relay(b"<a/>", "MSG-8", "CEB311Message")
    wrong["Message"]["MessageBody"]["data"] = "***"
    assert "0001" in problem(stack.enterprise.post("/v1/filings", wrong, **XML), 400, "bad-json")["detail"]


def test_an_envelope_in_an_envelope_is_none(stack, trades):
    inner = dxp(ceb([trades.make().order()]), "MSG-9", "CEB311Message")
    assert "DxpMsg" in problem(stack.enterprise.file(dxp(inner, "MSG-10", "CEB311Message")), 400, "bad-xml")["detail"]
