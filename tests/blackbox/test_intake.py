"""Filing: every message in both dialects, receipts, repeats, revisions, batches, findings."""
import hashlib
import json
import re
import xml.etree.ElementTree as ET

import pytest

from filer import CODES, MESSAGES, NAMESPACE, as_json, ceb, identity_number, revised
from stack import wait_for
from support import accept, file_all, judged, problem, settled

NINE = sorted(MESSAGES)
RECEIPT_NUMBER = {311: 312, 411: 412, 511: 512, 513: 514, 621: 622, 303: 304, 403: 404, 505: 506, 603: 604}


def first_receipt(reply):
    """The bytes of the only receipt among results."""
    text = reply.body.decode()
    assert len(json.loads(text)["results"]) == 1, reply
    at = text.index('"receipt":') + len('"receipt":')
    return text[at:json.JSONDecoder().raw_decode(text, at)[1]].encode()


def nodes(reply, number):
    """The receipt nodes of a customs message as dicts of their elements."""
    root = ET.fromstring(reply.body)
    assert root.tag == f"{{{NAMESPACE}}}CEB{number}Message", root.tag
    return [{child.tag.split("}")[1]: child.text for child in node} for node in root]


@pytest.mark.parametrize("direction,kind", NINE)
def test_json_gets_a_receipt_that_verifies(stack, trades, direction, kind):
    filing = trades.make(direction).filing(kind)
    body = as_json(filing)
    reply = accept(stack.enterprise.post("/v1/filings", body))
    core = stack.verify(reply.body)
    assert (core["kind"], core["direction"], core["action"]) == (kind, direction, "add")
    assert core["message_sha256"] == hashlib.sha256(body).hexdigest()
    assert core["filer"] in CODES.values()
    assert reply.headers["location"] == f"/v1/filings/{core['id']}"
    assert stack.enterprise.get(f"/v1/filings/{core['id']}/receipt").body == reply.body
    again = stack.enterprise.post("/v1/filings", body)
    assert (again.status, again.body) == (200, reply.body)
    assert again.headers["location"] == reply.headers["location"]


@pytest.mark.parametrize("direction,kind", NINE)
def test_xml_gets_a_receipt_that_verifies(stack, trades, direction, kind):
    filing = trades.make(direction).filing(kind)
    body = ceb([filing])
    reply = accept(stack.enterprise.file(body))
    receipt = first_receipt(reply)
    core = stack.verify(receipt)
    assert (core["kind"], core["direction"]) == (kind, direction)
    assert core["message_sha256"] == hashlib.sha256(body).hexdigest()
    again = accept(stack.enterprise.file(body), 200)
    assert first_receipt(again) == receipt
    # the dialect is no part of the content: the same filing in JSON is the same filing
    other = stack.enterprise.file(filing)
    assert (other.status, other.body) == (200, receipt)


@pytest.mark.parametrize("direction,kind", NINE)
def test_xml_is_answered_in_customs_form(stack, trades, direction, kind):
    number = MESSAGES[direction, kind][0]
    body = ceb([trades.make(direction).filing(kind) for _ in range(3)])
    reply = accept(stack.enterprise.file(body, Accept="application/xml"))
    assert reply.headers["content-type"].startswith("application/xml")
    first = nodes(reply, RECEIPT_NUMBER[number])
    assert [n["returnStatus"] for n in first] == ["2"] * 3
    assert all(re.fullmatch(r"\d{17}", n["returnTime"]) for n in first)
    second = nodes(accept(stack.enterprise.file(body, Accept="application/xml"), 200), RECEIPT_NUMBER[number])
    assert [n["returnTime"] for n in second] == [n["returnTime"] for n in first]


def test_a_broken_node_gets_a_negative_code(stack, trades):
    good, bad = trades.make().order(), trades.make().order(goods_value="1.00")
    reply = stack.enterprise.file(ceb([good, bad]), Accept="application/xml")
    assert reply.status == 207
    said = nodes(reply, 312)
    assert said[0]["returnStatus"] == "2" and int(said[1]["returnStatus"]) < 0
    assert said[1]["orderNo"] == bad["order_no"] and said[1]["returnInfo"]


def test_a_message_that_cannot_be_read_gets_ceb900(stack, trades):
    body = ceb([trades.make().order()])
    for broken in (body[:-20], body.replace(b"CEB311Message", b"CEB999Message"), b"<a/>"):
        reply = stack.enterprise.file(broken, Accept="application/xml")
        assert reply.status == 400 and b"CEB900Message" in reply.body, reply
        ET.fromstring(reply.body)


@pytest.mark.parametrize("form", [
    {"prefix": ""}, {"prefix": "x:"}, {"prefix": "", "namespace": None}, {"declaration": False}, {"bom": True},
    {"indent": True}, {"prefix": "", "declaration": False, "bom": True, "indent": True}])
def test_xml_as_it_is_found_in_the_field(stack, trades, form):
    trade = trades.make()
    receipt = first_receipt(accept(stack.enterprise.file(ceb([trade.inventory()], **form))))
    assert first_receipt(accept(stack.enterprise.file(ceb([trade.inventory()])), 200)) == receipt


def test_xml_with_empty_elements_and_two_transfers(stack, trades):
    trade = trades.make()
    body = ceb([trade.inventory(pre_entry_no="", license_no="", note="")])
    body = body.replace(b"<ceb:BaseTransfer>", b"<ceb:BaseTransfer></ceb:BaseTransfer><ceb:BaseTransfer>")
    receipt = first_receipt(accept(stack.enterprise.file(body)))
    assert first_receipt(accept(stack.enterprise.file(ceb([trade.inventory()])), 200)) == receipt


def test_both_content_types_of_xml_and_a_charset(stack, trades):
    for kind in ("text/xml", "application/xml; charset=utf-8", 'text/xml; charset="UTF-8"'):
        accept(stack.enterprise.post("/v1/filings", ceb([trades.make().order()]), kind))
    accept(stack.enterprise.post("/v1/filings", as_json(trades.make().order()), "application/json; charset=UTF-8"))


# --- the same and not the same --------------------------------------------------------------------------------


def test_same_content_under_another_guid_and_time_is_a_repeat(stack, trades):
    order = trades.make().order()
    first = accept(stack.enterprise.file(order))
    again = stack.enterprise.file(order | {"guid": order["guid"][::-1], "sent_at": "2026-01-01T00:00:00+08:00"})
    assert (again.status, again.body) == (200, first.body)


def test_the_same_numbers_written_otherwise_are_a_repeat(stack, trades):
    trade = trades.make()
    first = accept(stack.enterprise.file(trade.waybill(gross_weight="2.3")))
    again = stack.enterprise.file(trade.waybill(gross_weight="2.30000"))
    assert (again.status, again.body) == (200, first.body)


def test_other_content_under_the_same_key_is_a_conflict(stack, trades):
    trade = trades.make()
    first = stack.verify(accept(stack.enterprise.file(trade.order())).body)
    body = problem(stack.enterprise.file(trade.order(note="another")), 409, "key-conflict")
    assert body["first_id"] == first["id"]
    results = stack.enterprise.file([trade.order(note="another"), trade.payment()])
    assert results.status == 207
    one, two = results.json["results"]
    assert (one["status"], one["problem"]["first_id"]) == (409, first["id"]) and two["status"] == 201


def test_receipts_outlive_a_restart(own, trades):
    stack = own()
    sent = [trades.make(d).filing(k) for d, k in NINE]
    before = file_all(stack.enterprise, sent)
    stack.daemon.restart()
    for filing, reply in zip(sent, before):
        again = stack.enterprise.file(filing)
        assert (again.status, again.body) == (200, reply.body)
    stack.daemon.kill()
    stack.daemon.start()
    for filing, reply in zip(sent, before):
        assert stack.enterprise.file(filing).body == reply.body


# --- revisions ------------------------------------------------------------------------------------------------


def test_a_change_makes_the_next_revision(stack, trades):
    trade = trades.make()
    wrong = trade.payment(amount_paid="1.00")
    first = stack.verify(accept(stack.enterprise.file(wrong)).body)
    change = revised(trade.payment())
    reply = accept(stack.enterprise.file(change))
    core = stack.verify(reply.body)
    assert core["action"] == "change" and core["revision"] == first["revision"] + 1 and core["id"] != first["id"]
    again = stack.enterprise.file(change)
    assert (again.status, again.body) == (200, reply.body)
    file_all(stack.enterprise, trade.filings(("order", "waybill", "inventory")))
    settled(stack, trade)


def test_a_change_of_nothing_is_refused(stack, trades):
    for action in ("change", "delete"):
        body = problem(stack.enterprise.file(trades.make().order(action=action)), 422, "rule-broken")
        assert body["errors"][0]["code"] == "revision.unknown"


def test_a_deletion_takes_the_flow_back(stack, trades):
    trade = trades.make()
    file_all(stack.enterprise, trade.filings(("order", "payment", "waybill")))
    judged(stack, trade, "MISSING", 3)
    accept(stack.enterprise.file(revised(trade.payment(), "delete")))
    accept(stack.enterprise.file(trade.inventory()))
    wait_for(lambda: stack.regulator.declaration(trade.order_no)["missing"] == ["payment"], "only the payment is missing")


def test_a_change_after_release_is_too_late(stack, trades):
    trade = trades.make()
    file_all(stack.enterprise, trade.filings())
    settled(stack, trade)
    for filing in trade.filings():
        for action in ("change", "delete"):
            body = problem(stack.enterprise.file(revised(filing, action, note="late")), 422, "rule-broken")
            assert body["errors"][0]["code"] == "revision.too-late"


def test_after_a_rejection_it_may_be_filed_anew(stack, trades):
    trade = trades.make()
    stack.mock.behave("CUS", outcome="rejected")
    file_all(stack.enterprise, trade.filings())
    settled(stack, trade, "rejected")
    stack.mock.behave("CUS", outcome="clear")
    reply = accept(stack.enterprise.file(trade.inventory(net_weight="2.0")))
    assert stack.verify(reply.body)["action"] == "add"
    d = settled(stack, trade)
    assert d["version"] == 2, d


def test_the_declarant_may_withdraw(stack, trades):
    trade = trades.make()
    stack.mock.behave("TAX", outcome="review")
    file_all(stack.enterprise, trade.filings())
    settled(stack, trade, "review")
    accept(stack.enterprise.file(revised(trade.inventory(), "delete")))
    assert settled(stack, trade, "withdrawn")["verdict"] == "MISSING"


# --- several at once ------------------------------------------------------------------------------------------


def test_a_batch_answers_for_each_filing(stack, trades):
    known, fresh = trades.make(), trades.make()
    accept(stack.enterprise.file(known.order()))
    batch = [fresh.order(), known.order(), fresh.payment(amount_paid="-1"), fresh.waybill()]
    reply = stack.enterprise.file(batch)
    assert reply.status == 207
    results = reply.json["results"]
    assert [r["index"] for r in results] == [0, 1, 2, 3]
    assert [r["status"] for r in results] == [201, 200, 422, 201]
    assert results[2]["problem"]["errors"][0]["pointer"] == "/2/amount_paid"
    assert stack.enterprise.file(batch[:2]).status == 200
    assert stack.enterprise.file([trades.make().order(), trades.make().payment()]).status == 201


def test_the_same_filing_twice_in_one_batch_is_one(stack, trades):
    order = trades.make().order()
    reply = stack.enterprise.file([order, order])
    assert sorted(r["status"] for r in reply.json["results"]) == [200, 201]
    assert len({str(r["receipt"]) for r in reply.json["results"]}) == 1
    trade = trades.make()
    both = stack.enterprise.file([trade.order(), trade.order(note="another")]).json["results"]
    assert sorted(r["status"] for r in both) == [201, 409]


def test_a_hundred_and_no_more(stack, trades):
    full = [trades.make().waybill() for _ in range(100)]
    reply = accept(stack.enterprise.file(full))
    cores = {str(r["receipt"]["id"]) for r in reply.json["results"]}
    assert len(cores) == 100
    problem(stack.enterprise.file(full + [trades.make().waybill()]), 413, "too-large")
    problem(stack.enterprise.file(ceb(full + [trades.make().waybill()])), 413, "too-large")
    problem(stack.enterprise.post("/v1/filings", b"[]"), 400, "bad-json")


def test_ninety_nine_lines(stack, trades):
    goods = tuple((f"SKU-{n}", "商品", "1", "011", 1, 100, "609", "3305100000", "1", "035", None, None) for n in range(99))
    trade = trades.make(goods=goods)
    file_all(stack.enterprise, trade.filings())
    settled(stack, trade)
    order = trade.order()
    order["lines"] = order["lines"] + [order["lines"][0] | {"line_no": 100}]
    body = problem(stack.enterprise.file(order), 422, "rule-broken")
    assert "filing.lines-too-many" in {e["code"] for e in body["errors"]}


# --- findings -------------------------------------------------------------------------------------------------


def with_line(filing, index, **changes):
    lines = [dict(line) for line in filing["lines"]]
    lines[index] |= changes
    return filing | {"lines": lines}


FINDINGS = [  # what is filed, rule, JSON Pointer, XPath
    (lambda t: t.order(platform_code="91330100MA2T01018X"), "identifier.credit-code", "/platform_code", "/CEB311Message/Order[1]/OrderHead/ebpCode"),
    (lambda t: t.order(platform_code="12345"), "identifier.company-code", "/platform_code", "/CEB311Message/Order[1]/OrderHead/ebpCode"),
    (lambda t: t.order(buyer_id_number=identity_number("320500", "19000101", 1)[:-1] + "0"), "identifier.identity-number",
     "/buyer_id_number", "/CEB311Message/Order[1]/OrderHead/buyerIdNumber"),
    (lambda t: t.payment(payer_id_number="320500190002300012"), "identifier.identity-number", "/payer_id_number",
     "/CEB411Message/Payment[1]/PaymentHead/payerIdNumber"),
    (lambda t: t.waybill(waybill_no="RR473124828CN"), "identifier.s10", "/waybill_no", "/CEB511Message/Logistics[1]/LogisticsHead/logisticsNo"),
    (lambda t: with_line(t.inventory(), 1, hs_code="7700000000"), "identifier.hs", "/lines/1/hs_code",
     "/CEB621Message/Inventory[1]/InventoryList[2]/gcode"),
    (lambda t: with_line(t.order(), 0, total_price="99.99"), "arithmetic.line-total", "/lines/0/total_price",
     "/CEB311Message/Order[1]/OrderList[1]/totalPrice"),
    (lambda t: t.order(actual_paid="0.01"), "arithmetic.actual-paid", "/actual_paid", "/CEB311Message/Order[1]/OrderHead/acturalPaid"),
    (lambda t: t.payment(amount_paid="-5"), "arithmetic.negative", "/amount_paid", "/CEB411Message/Payment[1]/PaymentHead/amountPaid"),
    (lambda t: t.inventory(net_weight="9"), "arithmetic.weight", "/net_weight", "/CEB621Message/Inventory[1]/InventoryHead/netWeight"),
    (lambda t: t.payment(amount_paid="1.123456"), "field.digits", "/amount_paid", "/CEB411Message/Payment[1]/PaymentHead/amountPaid"),
    (lambda t: t.payment(amount_paid="many"), "field.form", "/amount_paid", "/CEB411Message/Payment[1]/PaymentHead/amountPaid"),
    (lambda t: t.payment(paid_at="2026-02-30T10:00:00+08:00"), "field.form", "/paid_at", "/CEB411Message/Payment[1]/PaymentHead/payTime"),
    (lambda t: t.order(order_no="长" * 61), "field.length", "/order_no", "/CEB311Message/Order[1]/OrderHead/orderNo"),
    (lambda t: t.order(order_no=None), "field.required", "/order_no", "/CEB311Message/Order[1]/OrderHead/orderNo"),
    (lambda t: t.order(order_type="Q"), "field.value", "/order_type", "/CEB311Message/Order[1]/OrderHead/orderType"),
    (lambda t: t.inventory(customs_code="9999"), "field.code", "/customs_code", "/CEB621Message/Inventory[1]/InventoryHead/customsCode"),
    (lambda t: t.inventory(trade_mode="0110"), "regime.unknown", "/trade_mode", "/CEB621Message/Inventory[1]/InventoryHead/tradeMode"),
    (lambda t: t.inventory(trade_mode="1210"), "regime.bonded-fields", "/book_no", "/CEB621Message/Inventory[1]/InventoryHead/emsNo"),
    (lambda t: t.inventory(bill_no=None), "regime.direct-fields", "/bill_no", "/CEB621Message/Inventory[1]/InventoryHead/billNo"),
    (lambda t: t.inventory(guarantor_code=CODES["zone"]), "import.guarantor", "/guarantor_code",
     "/CEB621Message/Inventory[1]/InventoryHead/assureCode"),
    (lambda t: t.order(currency="502"), "import.currency", "/currency", "/CEB311Message/Order[1]/OrderHead/currency"),
    (lambda t: t.waybill(pack_count=2), "import.pack-one", "/pack_count", "/CEB511Message/Logistics[1]/LogisticsHead/packNo"),
    (lambda t: t.order(app_status="1"), "filing.draft", "/app_status", "/CEB311Message/Order[1]/OrderHead/appStatus"),
    (lambda t: with_line(t.order(), 1, line_no=7), "filing.line-number", "/lines/1/line_no", "/CEB311Message/Order[1]/OrderList[2]/gnum"),
    (lambda t: with_line(t.inventory(), 1, quantity_2=None), "filing.second-quantity", "/lines/1/quantity_2",
     "/CEB621Message/Inventory[1]/InventoryList[2]/qty2"),
    (lambda t: t.order(lines=[]), "filing.lines-none", "/lines", "/CEB311Message/Order[1]/OrderList"),
    (lambda t: t.order(surprise="x"), "field.unknown", "/surprise", "/CEB311Message/Order[1]/OrderHead/surprise"),
    (lambda t: t.order(note="\ufffe"), "field.characters", "/note", None),
    (lambda t: t.order(goods_value=5), "field.type", "/goods_value", None),
]


def clean(filing):
    """Without what is None inside lines."""
    if "lines" not in filing:
        return filing
    return filing | {"lines": [{k: v for k, v in line.items() if v is not None} for line in filing["lines"]]}


@pytest.mark.parametrize("make,rule,pointer,xpath", FINDINGS, ids=[f"{f[1]}-{f[2]}" for f in FINDINGS])
def test_a_finding_says_where_and_what_to_do(stack, trades, make, rule, pointer, xpath):
    filing = clean(make(trades.make()))
    body = problem(stack.enterprise.file(filing), 422, "rule-broken")
    found = [e for e in body["errors"] if e["code"] == rule and e["pointer"] == pointer]
    assert len(found) == 1, body["errors"]
    assert found[0]["rule"] and found[0]["detail"] and found[0]["remedy"]
    if rule.startswith("field.") and xpath:
        assert len(body["errors"]) == 1, body["errors"]  # one mistake, one finding
    chinese = stack.enterprise.file(filing, Accept_Language="zh-CN, en;q=0.5")
    assert chinese.headers["content-language"] == "zh"
    theirs = next(e for e in chinese.json["errors"] if e["code"] == rule and e["pointer"] == pointer)
    assert re.search(r"[\u4e00-\u9fff]", theirs["detail"]) and re.search(r"[\u4e00-\u9fff]", theirs["remedy"])
    if xpath is not None:
        result = stack.enterprise.file(ceb([filing])).json["results"][0]
        assert xpath in {e["pointer"] for e in result["problem"]["errors"] if e["code"] == rule}, result


def test_several_errors_at_once(stack, trades):
    order = trades.make().order(platform_code="1", buyer_name=None, freight="x", order_type="Z", currency="999")
    errors = problem(stack.enterprise.file(order), 422, "rule-broken")["errors"]
    assert {"/platform_code", "/buyer_name", "/freight", "/order_type", "/currency"} <= {e["pointer"] for e in errors}
    hundred = trades.make().order()
    hundred["lines"] = [dict(hundred["lines"][0], line_no=n, unit="xxx") for n in range(1, 60)]
    body = problem(stack.enterprise.file(hundred), 422, "rule-broken")
    assert len(body["errors"]) == 20 and body["more_errors"] >= 39


def test_a_client_files_for_its_own_enterprises_only(stack, trades):
    payer = stack.client(f"payer {trades.tag}", "enterprise", "--codes", CODES["payment"])
    trade = trades.make()
    accept(payer.file(trade.payment()))
    problem(payer.file(trade.order()), 403, "forbidden")
    mixed = payer.file([trade.waybill(), trades.make().payment()])
    assert [r["status"] for r in mixed.json["results"]] == [403, 201]
