"""Every message that enterprises file, in both dialects; what is tolerated in customs messages, and by whom; what is served of the standard."""
import json
import re
import subprocess
import xml.etree.ElementTree as ET

import jsonschema
import pytest

from filer import CODES
from stack import binary, wait_for
from support import accept, problem, scratch

GUID = "4CDE1CFD-EDED-46B1-946C-B8022E42FC94"
BEGINS = {"guid": GUID, "action": "add", "sent_at": "2026-03-02T10:11:12+08:00", "app_status": "2"}
DECLARANT = {"declarant_code": CODES["declarant"], "declarant_name": "报关"}
MERCHANT = {"merchant_code": CODES["merchant"], "merchant_name": "电商"}
PLATFORM = {"platform_code": CODES["platform"], "platform_name": "平台"}
CARRIER = {"carrier_code": CODES["carrier"], "carrier_name": "物流"}
OPERATOR = {"operator_code": CODES["declarant"], "operator_name": "监管场所"}
BUYER = {"buyer_id_type": "1", "buyer_id_number": "320500190001010019", "buyer_name": "李小明", "buyer_telephone": "13900000000"}
SPLIT = {"message_count": 1, "message_no": 1}
LATER = {  # kind, direction: what it holds beside BEGINS; {n} is a number of its own
    ("cancellation", "import"): {"customs_code": "2928", "order_no": "O{n}", **PLATFORM, **MERCHANT, "waybill_no": "W{n}", **CARRIER, "inventory_no": "I{n}",
                                 **BUYER, **DECLARANT, "reason": "买家取消"},
    ("return", "import"): {"customs_code": "2928", "order_no": "O{n}", **PLATFORM, **MERCHANT, "waybill_no": "W{n}", **CARRIER, "inventory_no": "I{n}", **BUYER,
                           **DECLARANT, "reason": "退货", "lines": [{"line_no": 2, "hs_code": "3304990039", "goods_name": "面膜", "quantity": "1", "unit": "007"}]},
    ("warehouse_in", "import"): {"customs_code": "2928", "internal_no": "C{n}", **OPERATOR, "ie_flag": "I", "transport_mode": "5", "vehicle_no": "V", "voyage_no": "Y",
                                 "bill_no": "B{n}", **CARRIER, "lines": [{"line_no": 1, "waybill_no": "W{n}"}]},
    ("arrival", "export"): {"customs_code": "2928", "internal_no": "C{n}", **OPERATOR, "ie_flag": "E", "transport_mode": "5", "domestic_vehicle_no": "浙A1", **CARRIER,
                            **SPLIT, "lines": [{"line_no": 1, "waybill_no": "W{n}"}]},
    ("departure", "export"): {"customs_code": "2928", "internal_no": "C{n}", **CARRIER, "transport_mode": "5", "left_at": "2026-03-02T10:11:12+08:00", **SPLIT,
                              "lines": [{"line_no": 1, "waybill_no": "W{n}"}]},
    ("manifest", "export"): {"customs_code": "2928", "internal_no": "C{n}", **DECLARANT, "transport_mode": "5", "vehicle_name": "CA1", "voyage_no": "Y", "bill_no": "B{n}",
                             "gross_weight": "1.5", **CARRIER, **SPLIT, "lines": [{"line_no": 1, "waybill_no": "W{n}"}]},
    ("cancellation", "export"): {"customs_code": "2928", "internal_no": "C{n}", "inventory_no": "I{n}", "reason": "撤单", **DECLARANT, **MERCHANT},
    ("return", "export"): {"customs_code": "2928", **PLATFORM, **MERCHANT, "waybill_no": "W{n}", **CARRIER, "internal_mark": "M{n}", "inventory_no": "I{n}", **DECLARANT,
                           "bill_no": "B{n}", "ie_flag": "I", "transport_mode": "5", "vehicle_name": "CA1", "port_code": "2928", "reason": "退运",
                           "country_code": "502", "voyage_no": "Y",
                           "lines": [{"line_no": 1, "hs_code": "3304990039", "goods_name": "面膜", "goods_model": "x", "quantity": "1", "quantity_1": "1",
                                      "unit": "007", "unit_1": "035"}]},
    ("tally", "export"): {"customs_code": "2928", **OPERATOR, **CARRIER, "waybill_no": "W{n}", "internal_mark": "M{n}", "bill_no": "B{n}", "ie_flag": "I",
                          "transport_mode": "5", "vehicle_name": "CA1", "voyage_no": "Y"},
    ("summary", "export"): {"customs_code": "2928", "internal_no": "C{n}", **DECLARANT, **MERCHANT, "broker_code": CODES["declarant"], "broker_name": "报关",
                            "summary_flag": "1", "item_name_flag": "0", **SPLIT, "lines": [{"inventory_no": "I{n}"}]},
}


def later(kind, direction, number):
    text = json.dumps(LATER[kind, direction], ensure_ascii=False).replace("{n}", number)
    return {"standard": "1", "kind": kind, "direction": direction, **BEGINS, **json.loads(text)}


def to_xml(filing):
    path = scratch("standard-") / "one.json"
    path.write_text(json.dumps(filing, ensure_ascii=False))
    return subprocess.run([binary("tongguanctl"), "convert", "--to", "xml", str(path)], capture_output=True, check=True, timeout=60).stdout


NEED_AN_INVENTORY = {("cancellation", "import"), ("cancellation", "export"), ("return", "import")}  # test_withdrawal.py, test_returns.py


@pytest.mark.parametrize("kind,direction", sorted(key for key in LATER if key not in NEED_AN_INVENTORY))
def test_what_follows_an_inventory_is_filed_in_both_dialects(stack, trades, kind, direction):
    filing = later(kind, direction, trades.tag)
    receipt = accept(stack.enterprise.file(filing), 201)
    assert stack.verify(receipt.body)["kind"] == kind
    found = accept(stack.enterprise.get(f"/v1/filings/{receipt.json['id']}"), 200).json
    assert {k: v for k, v in found["document"].items() if k in filing} == {k: v for k, v in filing.items() if k != "lines"} | (
        {"lines": filing["lines"]} if "lines" in filing else {})
    assert found["declaration_id"] is None
    body = to_xml(filing)
    again = accept(stack.enterprise.file(body), 200).json["results"][0]
    assert again["receipt"] == receipt.json and "warnings" not in again
    customs = ET.fromstring(accept(stack.enterprise.file(body, Accept="application/xml"), 200).body)
    number = int(re.search(r"CEB(\d+)", ET.fromstring(body).tag)[1])
    assert customs.tag.endswith(f"CEB{number + 1}Message") and [e.text for e in customs.iter() if e.tag.endswith("returnStatus")] == ["2"]
    other = accept(stack.enterprise.file(filing | {"note": "another"}), 409)
    assert other.json["first_id"] == receipt.json["id"]


def test_what_customs_sends_is_not_filed(stack):
    receipt = {"standard": "1", "kind": "payment_receipt", "direction": "import", "guid": GUID, "payment_company_code": CODES["payment"], "payment_no": "P1",
               "return_status": "2", "returned_at": "2026-03-02T10:11:12.345+08:00", "return_info": "x"}
    refused = accept(stack.enterprise.file(receipt), 422).json
    assert [e["code"] for e in refused["errors"]] == ["filing.not-filed"]
    refused = accept(stack.enterprise.file(to_xml_receipt()), 207).json["results"][0]["problem"]
    assert [e["code"] for e in refused["errors"]] == ["filing.not-filed"]


def to_xml_receipt():
    return (f'<CEB412Message xmlns="http://www.chinaport.gov.cn/ceb" guid="{GUID}" version="1.0"><PaymentReturn><guid>{GUID}</guid>'
            f"<payCode>{CODES['payment']}</payCode><payTransactionId>P1</payTransactionId><returnStatus>2</returnStatus>"
            "<returnTime>20260302101112345</returnTime><returnInfo>x</returnInfo></PaymentReturn></CEB412Message>").encode()


def test_a_client_that_is_read_strictly(stack, trades):
    name = f"strict {trades.tag}"
    strict = stack.client(name, "enterprise", "--codes", ",".join(CODES.values()))
    body = to_xml(trades.make().order()).replace(b"consignee>", b"consingee>")
    told = accept(strict.file(body), 201).json["results"][0]
    assert [(w["code"], w["pointer"], w["expected"]) for w in told["warnings"]] == [
        ("schema.name", "/CEB311Message/Order[1]/OrderHead/consingee", "consignee")]
    info = ET.fromstring(accept(strict.file(body, Accept="application/xml"), 200).body)
    assert any("consingee" in (e.text or "") for e in info.iter() if e.tag.endswith("returnInfo"))
    stack.ctl("client", "reading", name, "strict")
    wait_for(lambda: strict.file(body).status == 207, "the daemon reads it strictly")
    refused = strict.file(body).json["results"][0]["problem"]
    assert [e["code"] for e in refused["errors"]] == ["schema.name"]
    accept(strict.file(to_xml(trades.make().order())), 201)
    without = to_xml(trades.make().order()).replace(b' xmlns:ceb="http://www.chinaport.gov.cn/ceb"', b"").replace(b"ceb:", b"")
    told = accept(stack.enterprise.file(without), 201).json
    assert [(w["code"], w["pointer"]) for w in told["warnings"]] == [("schema.namespace", "/CEB311Message")]
    info = ET.fromstring(accept(stack.enterprise.file(without, Accept="application/xml"), 200).body)
    assert any("/CEB311Message 报文未声明命名空间" in (e.text or "") for e in info.iter() if e.tag.endswith("returnInfo"))
    refused = accept(strict.file(without, Accept="application/xml"), 400)
    assert b"CEB900Message" in refused.body and b"schema.namespace" in refused.body
    stack.ctl("client", "reading", name, "lenient")
    assert stack.ctl("client", "reading", name, "sometimes", ok=(64,)).returncode == 64


def test_the_standard_is_served_whole(stack):
    public = stack.daemon.public
    index = accept(public.get("/v1/standard"), 200).json
    assert len(index["filings"]) == 19 and len(index["answers"]) == 23
    for message in index["filings"] + index["answers"]:
        schema = json.loads(accept(public.get(message["schema"]), 200).body)
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["$id"] == f"urn:tongguan:standard:1:{message['kind']}:{message['direction']}"
        assert set(message["business_key"]) <= set(schema["properties"])
        xsd = ET.fromstring(accept(public.get(message["xml_schema"]), 200).body)
        assert xsd[0].get("name") == f"CEB{message['customs_message']}Message"


@pytest.mark.parametrize("kind,direction", sorted(LATER))
def test_filings_fit_the_schema_that_is_served(stack, kind, direction):
    schema = json.loads(stack.daemon.public.get(f"/v1/standard/{kind}/{direction}").body)
    jsonschema.validate(later(kind, direction, "1"), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(later(kind, direction, "1") | {"customs_code": "29281"}, schema)


def test_the_resend_of_many_kinds_in_one_array(stack, trades):
    filings = [later(kind, direction, trades.tag + "A") for kind, direction in sorted(LATER) if (kind, direction) not in NEED_AN_INVENTORY]
    first = accept(stack.enterprise.file(filings), 201)
    assert accept(stack.enterprise.file(filings), 200).json["results"] == [r | {"status": 200} for r in first.json["results"]]


def test_an_unknown_message_is_refused_with_900(stack):
    body = b'<CEB503Message xmlns="http://www.chinaport.gov.cn/ceb"/>'
    refused = accept(stack.enterprise.file(body, Accept="application/xml"), 400)
    assert b"CEB900Message" in refused.body and b"Unknown" not in refused.body


PARTY = {"standard": "1", "kind": "party", "code": CODES["merchant"], "name": "电商", "role": "merchant", "country_code": "142", "registered_on": "2016-01-12"}
CONTRACT = {"kind": "contract", "contract_no": "C-1", "signed_on": "2026-03-02", "seller_code": CODES["merchant"], "seller_name": "电商", "seller_country": "142",
            "buyer_name": "Buyer GmbH", "buyer_country": "304", "transaction_mode": "3", "currency": "300", "amount": "20.5",
            "lines": [{"line_no": 1, "goods_name": "面膜", "quantity": "2", "unit": "007", "price": "10.25", "total_price": "20.5"}]}


@pytest.mark.parametrize("good,wrong", [
    (PARTY, [{"role": "thief"}, {"name": ""}, {"country_code": None}, {"kind": "contract"}, {"shoe_size": "42"}, {"registered_on": "2016"}]),
    (CONTRACT, [{"lines": []}, {"lines": [{"line_no": 1}]}, {"amount": 20.5}, {"signed_on": "yesterday"}, {"contract_no": "x" * 61}, {"kind": "party"}]),
], ids=["party", "contract"])
def test_the_formats_of_parties_and_contracts(stack, good, wrong):
    entry = {e["kind"]: e for e in stack.daemon.public.get("/v1/standard").json["records"]}[good["kind"]]
    schema = accept(stack.daemon.public.get(entry["schema"]), 200).json
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(good)
    for change in wrong:
        assert not validator.is_valid(good | change), change
    for name in set(schema["required"]):
        assert not validator.is_valid({k: v for k, v in good.items() if k != name}), name
    texts = [*schema["properties"].values(), *schema["properties"].get("lines", {}).get("items", {}).get("properties", {}).values()]
    assert all(p.get("title") and p.get("description") for p in texts if "const" not in p and "items" not in p)
    problem(stack.daemon.public.get("/v1/standard/pirate"), 404, "not-found")
