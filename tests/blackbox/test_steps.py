"""Regimes as steps: who waits for whom, told to the parties and to regulators; the flows themselves, dated."""
import pytest

from filer import CODES, COMPANIES, FLOWS, revised
from stack import wait_for
from support import accept, file_all, judged, problem, settled

CLEAR = ["CUS", "TAX", "FX"]


def report(api, declaration, **headers):
    return accept(api.get(f"/v1/declarations/{declaration['id']}/steps", **headers), 200).json


def by_name(told):
    return {s["kind"] or s["authority"]: s for s in told["steps"]}


def states(told, *names):
    steps = by_name(told)
    return [steps[n]["state"] for n in names]


@pytest.mark.parametrize("missing,roles", [("order", {"platform", "merchant"}), ("payment", {"payment_company"}), ("waybill", {"carrier"}),
                                           ("inventory", {"declarant", "merchant"})])
def test_what_is_waited_for_and_from_whom(stack, trades, missing, roles):
    trade = trades.make()
    receipts = {k: accept(stack.enterprise.file(trade.filing(k))).json for k in FLOWS if k != missing}
    d = wait_for(lambda: (lambda d: d if d["missing"] == [missing] else None)(stack.regulator.declaration(trade.order_no)), f"{missing} is missing")
    told = report(stack.regulator, d)
    steps = by_name(told)
    assert told["regime"]["trade_mode"] == ("*" if missing == "inventory" else "9610") and told["regime"]["direction"] == "import"
    for kind in FLOWS:
        step = steps[kind]
        if kind == missing:
            assert (step["state"], step["at"], step["filing_id"], step["next"]) == ("waiting", None, None, True), step
            assert {r["role"] for r in step["responsible"]} == roles
        else:
            assert (step["state"], step["filing_id"], step["next"]) == ("done", receipts[kind]["id"], False), step
            assert step["at"] == receipts[kind]["received_at"]
    assert [s["step"] for s in told["steps"] if s["next"]] == [steps[missing]["step"]]
    for code in CLEAR if missing != "inventory" else ():
        assert steps[code]["state"] == "waiting" and steps[code]["waits_for"] == [steps[missing]["step"]], steps[code]
    words = {"order": "the order", "payment": "the payment", "waybill": "the waybill", "inventory": "the inventory"}
    assert told["sentence"].startswith(f"Waits for {words[missing]} from the "), told
    company = {"payment": "payment", "waybill": "carrier", "order": "platform", "inventory": "merchant"}[missing]
    assert CODES[company] in told["sentence"] and COMPANIES[company][1] in told["sentence"]
    chinese = report(stack.regulator, d, Accept_Language="zh")
    assert chinese["sentence"].startswith("等待") and CODES[company] in chinese["sentence"] and chinese["state_title"] == "待三单匹配"


def test_a_release_and_what_follows(stack, trades):
    imported, exported = trades.make(), trades.make("export")
    for trade in (imported, exported):
        file_all(stack.enterprise, trade.filings())
        settled(stack, trade)
    told = report(stack.regulator, stack.regulator.declaration(imported.order_no))
    assert set(states(told, *FLOWS, *CLEAR, "POST")) == {"done"} and told["sentence"] == "All that is needed has been done."
    assert set(states(told, "waybill_status", "cancellation", "return", "warehouse_in")) == {"not_needed"}
    part = {p["authority"]: p for p in stack.regulator.declaration(imported.order_no)["parts"]}
    for code in CLEAR:
        step = by_name(told)[code]
        assert step["at"] == part[code]["outcome_at"] and step["outcome"] == "clear" and step["delivery"] == "sent"
        assert [(r["role"], r["code"]) for r in step["responsible"]] == [("authority", code)]
    accept(stack.enterprise.file(imported.filing("waybill_status")))
    told = wait_for(lambda: (lambda t: t if states(t, "waybill_status") == ["done"] else None)(
        report(stack.regulator, stack.regulator.declaration(imported.order_no))), "the parcel was signed for")
    assert by_name(told)["waybill_status"]["filing_id"]
    told = report(stack.regulator, stack.regulator.declaration(exported.order_no), Accept_Language="zh")
    assert states(told, "departure", "manifest") == ["waiting", "not_needed"]
    assert told["sentence"] == f"等待物流企业（{CODES['carrier']} {COMPANIES['carrier'][1]}）报送离境单。"


def test_an_authority_that_takes_its_time(stack, trades):
    trade = trades.make()
    stack.mock.behave("CUS", outcome="inspect")
    stack.mock.behave("TAX", answer="never")
    file_all(stack.enterprise, trade.filings())
    d = settled(stack, trade, "inspect")
    told = wait_for(lambda: (lambda t: t if states(t, "FX", "POST") == ["done", "done"] else None)(report(stack.operator, d)), "the others have cleared")
    assert states(told, "CUS", "TAX") == ["in_progress", "in_progress"] and by_name(told)["CUS"]["outcome"] == "inspect"
    assert told["sentence"] == "Waits for the clearance by Customs (inspection); for the clearance by Tax service."


def test_a_refusal(stack, trades):
    trade = trades.make()
    stack.mock.behave("CUS", outcome="rejected")
    file_all(stack.enterprise, trade.filings())
    told = report(stack.enterprise, settled(stack, trade, "rejected"))
    assert states(told, "CUS") == ["refused"]
    assert "refused by Customs" in told["sentence"] and CODES["declarant"] in told["sentence"]


def test_who_must_correct(stack, trades):
    trade = trades.make()
    file_all(stack.enterprise, [trade.order(), trade.payment(amount_paid="1.00"), trade.waybill(), trade.inventory()])
    d = judged(stack, trade, "CONFLICT", 4)
    told = report(stack.regulator, d)
    order = by_name(told)["order"]
    assert (order["state"], order["to_correct"], order["next"]) == ("in_progress", True, True), order
    assert told["sentence"].startswith("Waits for a correction of the order from "), told
    accept(stack.enterprise.file(revised(trade.payment())))
    settled(stack, trade)
    assert report(stack.regulator, d)["sentence"] == "All that is needed has been done."


def test_the_parties_see_it_and_nobody_else(stack, trades):
    trade = trades.make()
    carrier = stack.client("steps: carrier", "enterprise", "--codes", CODES["carrier"])
    stranger = stack.client("steps: stranger", "enterprise", "--codes", CODES["zone"])
    accept(carrier.file(trade.waybill()))
    file_all(stack.enterprise, trade.filings(("order", "payment")))
    d = judged(stack, trade, "MISSING", 3)
    file_all(stack.enterprise, trade.filings(("inventory",)))
    settled(stack, trade)
    told = report(carrier, d)
    assert [s["kind"] for s in told["steps"] if s["own"]] == ["waybill"]
    assert trade.buyer not in str(told) and trade.buyer_id not in str(told), "companies only"
    problem(stranger.get(f"/v1/declarations/{d['id']}/steps"), 404, "not-found")
    for name in ("nothing", "0190aaaa-bbbb-8ccc-8ddd-eeeeeeeeeeee"):
        problem(stack.regulator.get(f"/v1/declarations/{name}/steps"), 404, "not-found")


# --- the flows of the regimes ---------------------------------------------------------------------------------


def regimes(stack, query=""):
    return {(r["trade_mode"], r["direction"]): r for r in accept(stack.daemon.public.get(f"/v1/standard/regimes{query}"), 200).json["items"]}


def test_the_regimes_are_served(stack):
    found = regimes(stack)
    assert set(found) == {("*", "import"), ("*", "export"), ("9610", "import"), ("1210", "import"), ("1239", "import"), ("9610", "export"),
                          ("1210", "export"), ("9710", "export"), ("9810", "export")}
    for regime in found.values():
        assert regime["wait_hours"] == 72 and regime["source"]
        numbers = [s["step"] for s in regime["steps"]]
        assert numbers == sorted(set(numbers))
        for step in regime["steps"]:
            assert step["title_zh"] and step["title_en"] and step["responsible"] and step["source"]
            assert set(step["needs"]) < set(numbers) and all(n < step["step"] for n in step["needs"])
    match = [s["kind"] for s in found["9710", "export"]["steps"] if s["phase"] == "match"]
    assert match == ["order", "waybill", "inventory"]
    assert set(regimes(stack, "?trade_mode=9610")) == {("9610", "import"), ("9610", "export")}
    assert set(regimes(stack, "?trade_mode=9610&direction=export")) == {("9610", "export")}


def test_the_regimes_are_dated(stack):
    assert ("9710", "export") not in regimes(stack, "?on=2020-06-30") and ("9710", "export") in regimes(stack, "?on=2020-07-01")
    returns = [any(s["kind"] == "return" for s in regimes(stack, f"?on={day}")["9610", "import"]["steps"]) for day in ("2020-03-27", "2020-03-28")]
    assert returns == [False, True]
    for query in ("on=x", "direction=up", "mode=9610"):
        problem(stack.daemon.public.get(f"/v1/standard/regimes?{query}"), 400, "bad-request")
    reply = stack.daemon.public.get("/v1/standard/regimes")
    assert stack.daemon.public.get("/v1/standard/regimes", If_None_Match=reply.headers["etag"]).status == 304


def test_a_regime_changes_without_a_restart(own):
    """A row is closed, the next one asks for one step less: what is opened now is judged by it, and says so."""
    from filer import Trades
    stack = own()
    trade = Trades("a regime changes").make("export", "9710")
    stack.psql("update regime set valid_to = '2020-12-31' where id = 8")
    stack.psql("update regime_step set valid_to = '2020-12-31' where regime_id = 8")
    stack.psql("insert into regime (id, trade_mode, direction, wait_hours, bonded, valid_from, source)"
               " select 108, trade_mode, direction, wait_hours, bonded, '2021-01-01', 'a test' from regime where id = 8")
    stack.psql("insert into regime_step select 108, step, phase, kind, authority, responsible, needs, required, goods, '2021-01-01', null, source from regime_step"
               " where regime_id = 8 and coalesce(authority, '') <> 'FX'")
    stack.psql("select nextval('rule_revision')")
    wait_for(lambda: regimes(stack).get(("9710", "export"), {}).get("id") == 108, "the new row is in force")
    file_all(stack.enterprise, [trade.order(order_type="B"), trade.waybill(), trade.inventory()])
    d = settled(stack, trade)
    assert {p["authority"] for p in d["parts"]} == {"CUS", "TAX"} and report(stack.regulator, d)["regime"]["id"] == 108
