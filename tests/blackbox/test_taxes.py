"""Tax bills of customs (messages 816, 818): taken once, bound to their declarations, kept in full, summed up for each declarant."""
import json
import uuid

import pytest

from filer import CODES, COMPANIES, NAMESPACE
from stack import ROOT, wait_for
from support import accept, file_all, problem, pull_events, settled

HOME = "/v1/authorities/CUS/receipts"


def bill(tax_no, inventory_no, duty="0", vat="52.00", consumption="0", status="1", at="20260302101112345", lines=True, **head):
    """A node of message 816; head: further elements."""
    head = {"taxNo": tax_no, "customsTax": duty, "valueAddedTax": vat, "consumptionTax": consumption, "status": status} | head
    line = ("<TaxListRd><gnum>1</gnum><gcode>1901101090</gcode><taxPrice>400.00</taxPrice><customsTax>0</customsTax>"
            f"<valueAddedTax>{vat}</valueAddedTax><consumptionTax>0</consumptionTax></TaxListRd>") if lines else ""
    return (f"<Tax><TaxHeadRd><guid>{uuid.uuid4()}</guid><returnTime>{at}</returnTime><invtNo>{inventory_no}</invtNo>"
            + "".join(f"<{k}>{v}</{k}>" for k, v in head.items() if v is not None) + f"</TaxHeadRd>{line}</Tax>")


def status(tax_no, inventory_no, said, at, **head):
    head = {"taxNo": tax_no, "status": said} | head
    return (f"<Tax><TaxHeadStatus><guid>{uuid.uuid4()}</guid><returnTime>{at}</returnTime><invtNo>{inventory_no}</invtNo>"
            + "".join(f"<{k}>{v}</{k}>" for k, v in head.items()) + "</TaxHeadStatus></Tax>")


def message(number, *nodes):
    return f'<CEB{number}Message xmlns="{NAMESPACE}" guid="{uuid.uuid4()}" version="1.0">{"".join(nodes)}</CEB{number}Message>'.encode()


def say(stack, number, *nodes):
    return stack.caller(stack.tokens["authority-CUS"]).post(HOME, message(number, *nodes), "application/xml")


def took(reply, stored, repeats=0):
    assert (accept(reply, 200).json["stored"], reply.json["repeats"]) == (stored, repeats), reply
    return reply


def customs_says(stack, d, inventory_no, said="800", at="20260302101010000"):
    """The release, with the number that customs gave the inventory."""
    reference = accept(stack.regulator.get(f"/v1/deliveries/{d['id']}.CUS.1"), 200).json["reference"]
    number = "" if inventory_no is None else f"<invtNo>{inventory_no}</invtNo>"
    body = message(622, f"<InventoryReturn><guid>{uuid.uuid4()}</guid><copNo>C</copNo><preNo>{reference}</preNo>{number}<returnStatus>{said}</returnStatus>"
                   f"<returnTime>{at}</returnTime><returnInfo>x</returnInfo></InventoryReturn>")
    accept(stack.caller(stack.tokens["authority-CUS"]).post(HOME, body, "application/xml"), 200)


def declared(stack, trade):
    stack.mock.behave("CUS", answer="never")
    file_all(stack.enterprise, trade.filings())
    return settled(stack, trade, "declared")


def number_of(trade):
    return f"I{trade.order_no[2:].replace('-', '')}"[:18]


def taxes(api, d):
    return accept(api.get(f"/v1/declarations/{d['id']}/taxes"), 200).json["items"]


def bound(stack, d, count=1, api=None):
    return wait_for(lambda: (lambda t: t if len(t) == count else None)(taxes(api or stack.enterprise, d)), "the bills have found their declaration")


def outcomes(stack, d):
    """What the feed tells of the declaration's bills, in order."""
    return [e["outcome"] for e in pull_events(stack.enterprise, declaration_id=d["id"], type="tax.changed")[0]]


@pytest.mark.parametrize("first", ["answer", "bill"])
def test_a_bill_finds_its_declaration_whichever_comes_first(stack, trades, first):
    trade = trades.make()
    d, number = declared(stack, trade), number_of(trade)
    if first == "answer":
        customs_says(stack, d, number)
    took(say(stack, 816, bill(f"{number}_1", number, duty="1.5", vat="52", consumption="0.00001")), 1)
    if first == "bill":
        waiting = accept(stack.regulator.get("/v1/taxes?waiting=true&limit=100"), 200).json["items"]
        assert [t["declaration_id"] for t in waiting if t["tax_no"] == f"{number}_1"] == [None]
        assert taxes(stack.regulator, d) == []
        customs_says(stack, d, number)
    one, = bound(stack, d)
    assert (one["status"], one["inventory_no"], one["order_no"]) == ("made", number, trade.order_no)
    assert (one["customs_duty"], one["value_added_tax"], one["consumption_tax"], one["total"]) == ("1.50000", "52.00000", "0.00001", "53.50001")
    assert (one["declarant_code"], one["merchant_code"]) == (CODES["declarant"], CODES["merchant"])  # of the inventory: the bill names none
    assert [(line["line_no"], line["hs_code"], line["dutiable_value"]) for line in one["lines"]] == [("1", "1901101090", "400.00000")]
    assert settled(stack, trade)["state"] == "released"
    wait_for(lambda: outcomes(stack, d) == ["made"], "it is told once")
    assert "taxed" in [i["what"] for i in stack.enterprise.get(f"/v1/declarations/{d['id']}/timeline").json["items"]]


def test_once_and_never_overwritten(stack, trades):
    """A repeat changes nothing; another content under the same number is one more row of its history; customs' own time says how it stands."""
    trade = trades.make()
    d, number = declared(stack, trade), number_of(trade)
    customs_says(stack, d, number)
    no, one = f"{number}_1", bill(f"{number}_1", number)
    took(say(stack, 816, one), 1)
    took(say(stack, 816, one), 0, 1)
    took(say(stack, 816, bill(no, number), bill(no, number)), 0, 2)  # other guids, the same bill
    took(say(stack, 816, bill(no, number, vat="60", at="20260303101112345")), 1)
    bound(stack, d)
    took(say(stack, 818, status(no, number, "2", "20260305000000000", entDutyNo="D-9")), 1)
    took(say(stack, 818, status(no, number, "3", "20260304000000000")), 1)  # said earlier, comes later
    now, = taxes(stack.enterprise, d)
    assert (now["status"], now["total"], now["duty_payment_no"]) == ("summed", "60.00000", "D-9")
    assert [(h["kind"], h["status"], h["total"]) for h in now["history"]] == [
        ("bill", "made", "52.00000"), ("bill", "made", "60.00000"), ("status", "void", None), ("status", "summed", None)]
    # found to be its own before or after customs corrected it: once or twice "made"; then each state as the bill stands after it
    wait_for(lambda: outcomes(stack, d) in (["made", "summed", "summed"], ["made", "made", "summed", "summed"]), "told")


def test_a_state_before_its_bill(stack, trades):
    trade = trades.make()
    d, number = declared(stack, trade), number_of(trade)
    took(say(stack, 818, status(f"{number}_1", number, "2", "20260305000000000")), 1)
    customs_says(stack, d, number)
    one, = bound(stack, d, api=stack.regulator)
    assert (one["status"], one["total"], one["lines"]) == ("summed", None, [])
    took(say(stack, 816, bill(f"{number}_1", number)), 1)
    one, = bound(stack, d)  # whose it is is known a moment after it was bound
    assert (one["status"], one["total"], one["declarant_code"]) == ("summed", "52.00000", CODES["declarant"])


def test_by_order_number_where_customs_gave_no_number(stack, trades):
    trade = trades.make()
    d = declared(stack, trade)
    customs_says(stack, d, None)
    took(say(stack, 816, bill(f"{trade.order_no}_1", f"N{trade.order_no[-17:]}", orderNo=trade.order_no, logisticsNo=trade.waybill_no)), 1)
    assert bound(stack, d)[0]["order_no"] == trade.order_no


def test_bills_without_an_inventory_hold_up_nobody(stack, trades):
    """They are bound by their order alone: whose they are is known when the inventory comes; others' bills do not wait for that."""
    early, other = trades.make(), trades.make()
    file_all(stack.enterprise, [early.order(), early.payment()])
    e = wait_for(lambda: stack.enterprise.declaration(early.order_no), "its declaration")
    nos = [f"0{early.order_no}_{n}" for n in range(101)]  # more than are looked at in one go
    for some in (nos[:60], nos[60:]):
        took(say(stack, 816, *[bill(no, f"0{early.order_no[-16:]}", orderNo=early.order_no) for no in some]), len(some))
    bound(stack, e, len(nos), stack.regulator)
    d, number = declared(stack, other), number_of(other)
    customs_says(stack, d, number)
    took(say(stack, 816, bill(f"{number}_1", number)), 1)
    bound(stack, d)  # seen by whom the inventory names
    assert taxes(stack.enterprise, e) == []
    file_all(stack.enterprise, [early.inventory(), early.waybill()])
    bound(stack, e, len(nos))


def test_sums_for_each_declarant(stack, trades):
    agent = "91330100MA2T07077N"
    made = [bill(f"S{trades.tag}_{n}", f"S{trades.tag}{n}", vat=f"{n}.10", at=f"2025030{n}120000000", agentCode=agent, ebcCode=CODES["merchant"]) for n in (1, 2, 3)]
    took(say(stack, 816, *made), 3)
    took(say(stack, 818, status(f"S{trades.tag}_3", f"S{trades.tag}3", "3", "20250309000000000")), 1)
    sums = accept(stack.regulator.get(f"/v1/taxes/sums?declarant={agent}&from=2025-03-01&to=2025-03-31"), 200).json["items"]
    assert [(s["status"], s["bills"], s["value_added_tax"], s["total"]) for s in sums] == [("made", 2, "3.20000", "3.20000"), ("void", 1, "3.10000", "3.10000")]
    assert {s["declarant_code"] for s in sums} == {agent}
    half = accept(stack.regulator.get(f"/v1/taxes/sums?declarant={agent}&from=2025-03-02&to=2025-03-03"), 200).json["items"]
    assert [(s["bills"], s["total"]) for s in half] == [(1, "2.10000")]
    pages = list(stack.regulator.pages(f"/v1/taxes?declarant={agent}&limit=2"))
    assert [p["tax_no"] for p in pages] == [f"S{trades.tag}_{n}" for n in (3, 2, 1)]
    assert [p["status"] for p in stack.regulator.get(f"/v1/taxes?declarant={agent}&status=void").json["items"]] == ["void"]
    own = accept(stack.enterprise.get(f"/v1/taxes?declarant={agent}&from=2025-03-01&to=2025-03-31"), 200).json["items"]
    assert len(own) == 3  # it sells
    stranger = stack.client(f"stranger {trades.tag}", "enterprise", "--codes", CODES["carrier"])
    assert stranger.get(f"/v1/taxes?declarant={agent}").json["items"] == [] and stranger.get(f"/v1/taxes/sums?declarant={agent}").json["items"] == []


def test_only_whoever_declares_or_sells_sees_it(stack, trades):
    trade = trades.make()
    carrier = stack.client(f"carrier {trades.tag}", "enterprise", "--codes", CODES["carrier"])
    stack.mock.behave("CUS", answer="never")
    file_all(carrier, [trade.waybill()])
    file_all(stack.enterprise, [trade.order(), trade.payment(), trade.inventory()])
    d, number = settled(stack, trade, "declared"), number_of(trade)
    customs_says(stack, d, number)
    took(say(stack, 816, bill(f"{number}_1", number)), 1)
    bound(stack, d)
    assert taxes(carrier, d) == [] and len(taxes(stack.regulator, d)) == 1
    assert "taxed" not in [i["what"] for i in carrier.get(f"/v1/declarations/{d['id']}/timeline").json["items"]]
    nobody = stack.client(f"nobody {trades.tag}", "enterprise", "--codes", COMPANIES["zone"][0])
    problem(nobody.get(f"/v1/declarations/{d['id']}/taxes"), 404, "not-found")


def test_what_cannot_be_read(stack, trades):
    """As other answers: nothing usable is a 400; of several the good ones count, and the first reason is told."""
    no = f"U{trades.tag}"
    before = stack.psql("select count(*) from tax_message")
    for wrong in (bill(no, "1", vat="1,5"), bill(no, "1", status="4"), bill(no, "1", lines=False), bill(None, "1"), bill(no, "1" * 19), bill(no, "1", at="yesterday"),
                  bill(no, "1", vat="-1"), bill(no, "1", vat="1" * 20), "<Other/>", "<Tax><Other/></Tax>", "", bill(no, "1", taxNo2="").replace("</TaxHeadRd>", "<taxNo>x</taxNo></TaxHeadRd>")):
        problem(say(stack, 816, wrong), 400, "bad-xml")
    assert stack.psql("select count(*) from tax_message") == before
    mixed = took(say(stack, 816, bill(no, "1", vat="x"), bill(f"{no}_2", f"{no}2")), 1)
    assert "valueAddedTax" in mixed.json["unusable"]
    problem(stack.caller(stack.tokens["authority-TAX"]).post(HOME, message(816, bill(no, "1")), "application/xml"), 403, "forbidden")
    problem(stack.caller(stack.tokens["authority-TAX"]).post("/v1/authorities/TAX/receipts", message(816, bill(no, "1")), "application/xml"), 415, "unsupported-media")
    problem(stack.regulator.get("/v1/taxes?status=paid"), 400, "bad-request")
    problem(stack.regulator.get("/v1/taxes?waiting=x"), 400, "bad-request")
    problem(stack.regulator.get("/v1/taxes/sums?from=x"), 400, "bad-request")


def test_the_simulators_bill_from_end_to_end(stack, trades):
    """conf/mock/CUS-tax.json: release, bill and its state, as customs would send them."""
    trade = trades.make()
    stack.mock.put("CUS", "rules", **json.loads((ROOT / "conf/mock/CUS-tax.json").read_text()))
    try:
        file_all(stack.enterprise, trade.filings())
        d = settled(stack, trade)
        one = wait_for(lambda: (lambda t: t[0] if t and t[0]["status"] == "summed" else None)(taxes(stack.enterprise, d)), "the bill is summed up")
        waiting = stack.mock.summary("CUS")["waiting"]
        assert waiting == 0 or wait_for(lambda: stack.mock.summary("CUS")["waiting"] == 0, "customs has said all")
    finally:
        stack.mock.api.request("DELETE", "/CUS/rules")
    assert float(one["value_added_tax"]) > 0 and len(one["lines"]) == 2 and [h["kind"] for h in one["history"]] == ["bill", "status"]
    assert one["tax_no"] == one["inventory_no"] + "_1"
