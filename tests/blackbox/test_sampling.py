"""Differentiated sampling: goods, credit and own quality control make a rate; what inspections find changes it; a peak spares whom the law does not name."""
import datetime

import pytest

from filer import SHANGHAI, Trades
from stack import wait_for
from support import accept, change_rules, file_all, problem, settled

TEE = ("TEE", "T恤", "棉", "011", 1, 9900, "502", "6109100010", "1", "011", "0.3", "035")
CREAM = ("CREAM", "面霜", "50毫升", "011", 1, 9900, "502", "3304990039", "1", "011", "0.3", "035")


@pytest.fixture(scope="module")
def zone():
    """Lanes are chosen and told, and nothing follows from them; two good inspections in a row lower a rate."""
    from support import new_stack, stacks
    s = new_stack().start()
    try:
        s.psql("update risk_number set value = 2 where name = 'feedback_clean'; select nextval('rule_revision')")
        s.officer = s.client("customs officer", "regulator", "--authority", "CUS")
        wait_for(lambda: rules(s)["numbers"]["feedback_clean"] == 2, "the rules are read")
        yield s
    finally:
        stacks.remove(s)
        s.remove()


def rules(stack):
    told = accept(stack.regulator.get("/v1/risk/rules"), 200).json
    return {"numbers": {n["name"]: n["value"] for n in told["numbers"]}, "factors": {(f["what"], f["value"]): f["permille"] for f in told["factors"]}}


@pytest.fixture
def trades(zone, request):
    zone.mock.calm()
    return Trades(request.node.nodeid)


def weighed(stack, trades, goods=TEE, state="released"):
    trade = trades.make(goods=(goods,))
    file_all(stack.enterprise, trade.filings())
    trade.declaration = settled(stack, trade, state)
    told = accept(stack.regulator.get(f"/v1/declarations/{trade.declaration['id']}/risk"), 200).json
    trade.sampling, trade.rate_bp, trade.classes = told["sampling"], told["draw"]["rate_bp"], told["classes"]
    return trade


def standing(stack, merchant):
    return accept(stack.regulator.get(f"/v1/risk/sampling/{merchant}"), 200).json


def inspected(stack, trades, is_good):
    """Customs selects it, and says what it found; then feedback has counted it."""
    stack.mock.behave("CUS", answer="never")
    trade = weighed(stack, trades, state="declared")
    path = f"/v1/declarations/{trade.declaration['id']}/decisions"
    accept(stack.officer.post(path, {"decision": "inspect", "reason": "抽查"}))
    settled(stack, trade, "inspect")
    accept(stack.officer.post(path, {"decision": "release" if is_good else "reject", "reason": "查验结果"}))
    wait_for(lambda: stack.psql(f"select fed from inspection where declaration_id = '{trade.declaration['id']}' and result <> 'open'") == "t", "it is counted")
    stack.mock.calm()


def test_goods_credit_and_own_control_make_the_rate(own, trades):
    zone, merchant = own(), trades.make().order()["merchant_code"]
    plain = weighed(zone, trades)
    assert (plain.rate_bp, plain.classes) == (500, [""])
    cream = weighed(zone, trades, CREAM)
    care = rules(zone)["factors"]["goods_class", "cosmetics"]
    assert (cream.rate_bp, cream.classes) == (500 * care // 1000, ["cosmetics"])
    accept(zone.operator.post("/v1/credit", {"code": merchant, "name": "甲", "role": "merchant", "registered_on": "2026-01-01"}))
    accept(zone.regulator.post(f"/v1/credit/{merchant}/outside", {"what": "quality_ability", "value": "weak", "source": "评定"}))
    weak = weighed(zone, trades, CREAM)
    assert weak.rate_bp == 500 * care * rules(zone)["factors"]["ability", "weak"] // 1000000
    assert standing(zone, merchant)["ability"]["value"] == "weak"
    own = accept(zone.enterprise.get(f"/v1/declarations/{weak.declaration['id']}/risk"), 200).json
    assert own["sampling"] is None and own["classes"] is None and own["draw"]["rate_bp"] == weak.rate_bp
    problem(zone.regulator.post(f"/v1/credit/{merchant}/outside", {"what": "quality_ability", "value": "A", "source": "x"}), 422, "rule-broken")


def test_what_inspections_find_changes_the_rate(zone, trades):
    merchant = trades.make().order()["merchant_code"]
    inspected(zone, trades, is_good=False)
    [step] = standing(zone, merchant)["classes"]
    day = datetime.datetime.now(SHANGHAI).date()  # or the one after, if it has just ended
    assert (step["goods_class"], step["steps"], step["clean"]) == ("", 1, 0)
    assert step["raised_to"] in {str(day + datetime.timedelta(days=n)) for n in (28, 29)}, "thirty days, that of the result included"
    raised = weighed(zone, trades)
    assert (raised.rate_bp, raised.sampling["steps"]) == (1000, 1)
    assert weighed(zone, trades, CREAM).sampling["steps"] == 0, "other goods are not meant"
    after = (day + datetime.timedelta(days=30)).isoformat()
    assert accept(zone.regulator.get(f"/v1/risk/sampling/{merchant}?on={after}"), 200).json["classes"][0]["steps"] == 0, "it ends by itself"
    for steps, clean in ((1, 1), (0, 0), (0, 1), (-1, 0)):
        inspected(zone, trades, is_good=True)
        [step] = standing(zone, merchant)["classes"]
        assert (step["steps"], step["clean"]) == (steps, clean)
    assert weighed(zone, trades).rate_bp == 250
    inspected(zone, trades, is_good=False)
    assert standing(zone, merchant)["classes"][0]["steps"] == 0
    counted = accept(zone.regulator.get("/v1/risk/lanes"), 200).json["inspections"]
    assert counted == {"open": 0, "good": 4, "bad": 2}


def test_a_peak_spares_whom_the_law_does_not_name(own, trades):
    """All are drawn, and inspectors can do one an hour."""
    stack = own(lanes=True)
    change_rules(stack, "update credit_level set inspection_bp = 10000; update risk_number set value = 1 where name = 'inspections_an_hour';"
                 " update risk_number set value = 10000 where name = 'spared_most_bp'")
    stack.mock.behave("CUS", answer="never")
    first = weighed(stack, trades, state="inspect")
    assert first.rate_bp == 10000 and first.sampling["inspections"] == 0
    spared = weighed(stack, trades, state={"declared", "inspect"})  # the least share is drawn all the same: once in a thousand
    assert spared.rate_bp == rules(stack)["numbers"]["rate_least_bp"] and spared.sampling["is_spared"] and spared.sampling["inspections"] == 1
    lanes = accept(stack.regulator.get("/v1/risk/lanes"), 200).json
    red = next(i for i in lanes["items"] if i["lane"] == "red")
    assert lanes["spared"] == 1 and red["declarations"] >= 1 and red["is_off"] is True and red["expected_bp"] == 600
    change_rules(stack, "update risk_number set value = 9999 where name = 'spared_most_bp'")
    assert weighed(stack, trades, state="inspect").rate_bp == 10000, "who is inspected anyway is not spared"


def test_no_enterprise(zone):
    problem(zone.regulator.get("/v1/risk/sampling/330100"), 404, "not-found")

    assert standing(zone, "91330100MA2T000237")["classes"] == [] and standing(zone, "91330100MA2T000237")["level"]["level"] == "B"
