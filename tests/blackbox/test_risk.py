"""The risk rules at work: windows over what was filed, lanes and what follows from them, trials, and that a decision can be repeated."""
import datetime
import hashlib
import hmac
import json

import pytest

from filer import SHANGHAI, Trades, identity_number, moment, revised
from stack import wait_for
from support import accept, file_all, handed_over, one_effect, problem, settled, zone_without_draw

TEE = ("TEE", "T恤", "棉", "011", 1, 9900, "502", "6109100010", "1", "011", "0.3", "035")  # in no class that needs care


@pytest.fixture(scope="module")
def zone():
    with zone_without_draw() as s:
        yield s


def person(number):
    return f"测试{number}", identity_number("330100", "19010203", number)


class Shop:
    """Trades of one test: each of another buyer, address and telephone, unless it is told otherwise."""

    def __init__(self, stack, seed):
        self.stack, self.trades, self.n = stack, Trades(seed), 0
        self.base = self.trades.random.randrange(1, 10 ** 6)
        self.tee = (f"TEE-{self.trades.tag}",) + TEE[1:]  # nobody else's goods: what they cost was not learnt

    def make(self, buyer=None, address=None, phone=None, goods=None, paid_at=None, reg=None, **payment):
        self.n += 1
        goods = goods or (self.tee[:5] + (9900 + self.base % 700 + self.n,) + self.tee[6:],)  # many equal amounts are a pattern
        trade = self.trades.make(buyer=buyer or (f"买家{self.n}", identity_number("330100", f"19{self.base % 80 + 10}0{self.base % 9 + 1}1{self.base % 9}", self.n)), goods=goods)
        self.address = address or f"杭州市西湖区{self.trades.tag}路{self.n}号"
        phone = phone or f"139{self.base:06d}{self.n:02d}"
        reached = {"consignee_address": self.address, "consignee_telephone": phone, "buyer_telephone": phone}
        told = {k: v for k, v in reached.items() if k != "consignee_telephone"}
        trade.all = [trade.order(buyer_reg_no=reg or f"reg-{self.trades.tag}-{self.n}", **reached), trade.payment(paid_at=paid_at or moment(), **payment),
                     trade.waybill(**{k: v for k, v in reached.items() if k != "buyer_telephone"}), trade.inventory(**told)]
        return trade

    def file(self, state="released", **more):
        trade = self.make(**more)
        file_all(self.stack.enterprise, trade.all)
        try:
            trade.declaration = settled(self.stack, trade, state)
        except AssertionError as e:
            raise AssertionError(f"{e}\n{risk(self.stack, trade)}") from None
        return trade


@pytest.fixture
def shop(zone, request):
    zone.mock.calm()
    return Shop(zone, request.node.nodeid)


def risk(stack, trade):
    """What its last decision with a lane keeps."""
    text = stack.psql("select convert_from(risk, 'UTF8') from decision where lane is not null and declaration_id ="
                      f" (select id from declaration where order_no = '{trade.order_no}') order by seq desc, id desc limit 1")
    return json.loads(text)


def hits(stack, trade):
    return {h["rule"]: h["counted"] for h in risk(stack, trade)["hits"]}


def ago(**period):
    return moment(datetime.datetime.now(SHANGHAI) - datetime.timedelta(**period))


def test_a_trade_alone_is_green(zone, shop):
    trade = shop.file()
    kept = risk(zone, trade)
    assert (kept["lane"], kept["action"]) == ("green", "none") and set(hits(zone, trade)) <= {"R-GOD-02"}, kept
    assert zone.psql(f"select lane from declaration where order_no = '{trade.order_no}'") == "green"


def test_orders_of_one_buyer_in_a_day(zone, shop):
    buyer = person(101)
    for n in range(4):
        assert "R-ORD-01" not in hits(zone, shop.file(buyer=buyer, paid_at=ago(hours=4 - n)))
    fifth = shop.file(buyer=buyer)
    assert hits(zone, fifth)["R-ORD-01"] == 5 and risk(zone, fifth)["counted"]["orders_of_buyer"] == 5
    # what was paid the day before counts no longer, and what is filed late counts where it belongs
    assert "R-ORD-01" not in hits(zone, shop.file(buyer=buyer, paid_at=ago(hours=30)))


def test_buyers_at_one_address_and_telephone(zone, shop):
    first, second = shop.file(address="杭州市 余杭区文一西路 969 号"), shop.file(address="杭州市余杭区文一西路９６９号", phone="+86 139 1234 5678")
    assert "R-ORD-02" not in hits(zone, second)
    third = shop.file(state={"review", "released"}, address="杭州市余杭区，文一西路969号。", phone="13912345678")
    assert hits(zone, third)["R-ORD-02"] == 3 and risk(zone, third)["counted"]["buyers_of_phone"] == 2
    again = shop.file(address="杭州市余杭区文一西路969号", buyer=(first.buyer, first.buyer_id))
    assert hits(zone, again)["R-ORD-02"] == 3, "the same buyer is no other one"


def test_a_split_trade(zone, shop):
    buyer, half = person(102), (shop.tee[:5] + (260000,) + shop.tee[6:],)
    assert "R-ORD-04" not in hits(zone, shop.file(buyer=buyer, goods=half, paid_at=ago(minutes=30)))
    second = shop.file(state={"review", "released"}, buyer=buyer, goods=half)
    assert hits(zone, second)["R-ORD-04"] == second.paid_fen * 2 and risk(zone, second)["lane"] == "yellow"


def test_more_than_one_uses(zone, shop):
    thirteen = shop.tee[:4] + (13,) + shop.tee[5:]
    assert hits(zone, shop.file(goods=(thirteen,)))["R-ORD-05"] == 13


def test_accounts_at_a_platform(zone, shop):
    buyer = person(103)
    for reg in ("a", "b"):
        assert "R-ID-03" not in hits(zone, shop.file(buyer=buyer, reg=f"{shop.trades.tag}-{reg}"))
    assert hits(zone, shop.file(buyer=buyer, reg=f"{shop.trades.tag}-c"))["R-ID-03"] == 3


def test_a_revision_takes_the_place_of_what_it_revises(zone, shop):
    buyer = person(104)
    zone.mock.behave("CUS", answer="never")
    first = shop.file(state="declared", buyer=buyer, paid_at=ago(hours=3))
    handed_over(zone, first)
    zone.mock.behave("CUS", answer="at-once")
    assert risk(zone, shop.file(buyer=buyer, paid_at=ago(hours=2)))["counted"]["orders_of_buyer"] == 2
    file_all(zone.enterprise, [revised(first.all[1], paid_at=ago(hours=40))])
    wait_for(lambda: zone.psql(f"select version from declaration where order_no = '{first.order_no}'") == "2", "it is declared anew")
    assert zone.psql(f"select count(*) from risk_trace t join declaration d on d.id = t.id where d.order_no = '{first.order_no}'") == "1"
    assert risk(zone, shop.file(buyer=buyer))["counted"]["orders_of_buyer"] == 2, "it was paid the day before"


def test_what_is_withdrawn_counts_no_longer(zone, shop):
    buyer = person(105)
    zone.mock.behave("CUS", outcome="review")
    first = shop.file(state="review", buyer=buyer, paid_at=ago(hours=3))
    zone.mock.behave("CUS", outcome="clear")
    file_all(zone.enterprise, [first.cancellation()])
    settled(zone, first, "withdrawn")
    assert risk(zone, shop.file(buyer=buyer))["counted"]["orders_of_buyer"] == 1


def test_yellow_is_reviewed_and_red_inspected(zone, shop, inspector):
    zone.mock.behave("CUS", answer="never")
    phone = "13700000001"
    for _ in range(2):
        shop.file(state="declared", phone=phone)
    yellow = shop.file(state="review", phone=phone)
    assert (yellow.declaration["version"], risk(zone, yellow)["points"], risk(zone, yellow)["action"]) == (1, 40, "review")
    told = accept(zone.enterprise.get(f"/v1/declarations/{yellow.declaration['id']}/receipts"), 200).json["items"]
    assert [(a["status"], "R-ORD-03" in a["info"]) for a in told if a["authority"] == "CUS"] == [("300", True)]
    for _ in range(2):
        shop.file(state={"declared", "review"}, address="绍兴市越城区鲁迅中路1号")
    heavy = shop.make(phone=phone, address="绍兴市越城区鲁迅中路1号")
    heavy.all[2]["gross_weight"] = "1.7"
    file_all(zone.enterprise, heavy.all)
    red = settled(zone, heavy, "inspect")
    assert red["inspection"]["selected_by"] == ["CUS"] and risk(zone, heavy)["lane"] == "red", risk(zone, heavy)
    part = wait_for(lambda: [p for p in zone.regulator.declaration(heavy.order_no)["parts"] if p["authority"] == "CUS" and p["outcome"] == "inspect"], "the part knows")
    assert part[0]["version"] == 1
    accept(inspector.post(f"/v1/declarations/{red['id']}/decisions", {"decision": "release", "reason": "查验无异常"}))
    settled(zone, heavy, "released")


def test_what_our_rules_select_is_declared_all_the_same(zone, shop):
    """An inspection that we ask for is no proof that customs has the declaration."""
    zone.mock.behave("CUS", down=True)
    phone = "13700000009"
    for _ in range(2):
        shop.file(state="declared", phone=phone)
    yellow = shop.file(state="review", phone=phone)

    def part():
        return next(p for p in zone.regulator.declaration(yellow.order_no)["parts"] if p["authority"] == "CUS")
    assert wait_for(lambda: part() if part()["outcome"] == "review" else None, "the part knows")["state"] == "due"
    told = accept(zone.enterprise.get(f"/v1/declarations/{yellow.declaration['id']}/receipts"), 200).json["items"]
    assert {a["given_by"] for a in told if a["authority"] == "CUS"} == {"rule"} and {a["given_by"] for a in told if a["authority"] != "CUS"} == {"authority"}
    zone.mock.behave("CUS", down=False)
    settled(zone, yellow, "released")
    assert part()["state"] == "sent"
    one_effect(zone, yellow.declaration)


def case_of(inspector, trade):
    found = wait_for(lambda: accept(inspector.get(f"/v1/cases?declaration_id={trade.declaration['id']}"), 200).json["items"], "a case is open")
    assert len(found) == 1
    return accept(inspector.get(f"/v1/cases/{found[0]['id']}"), 200).json


def review(inspector, case, was_right):
    steps = [{"step": "assessed", "points": 90, "class": "economic", "grade": "black"}, {"step": "disposed", "action": "核对单证"},
             {"step": "reviewed", "was_right": was_right, "findings": [{"rule": r, "was_right": was_right} for r in case["rules"]]}]
    for body in steps:
        accept(inspector.post(f"/v1/cases/{case['id']}/steps", body))


def reviewed_again(stack, trade):
    return stack.psql("select id from decision where lane is not null and declaration_id ="
                      f" (select id from declaration where order_no = '{trade.order_no}')").split()


@pytest.fixture(scope="module")
def inspector(zone):
    return zone.client("inspector", "regulator", "--authority", "CUS")


def test_a_rule_that_blocks_holds(zone, shop, inspector):
    free = shop.tee[:5] + (0,) + shop.tee[6:]
    trade = shop.file(state="blocked", goods=(shop.tee, free))
    assert (trade.declaration["verdict"], trade.declaration["version"], trade.declaration["parts"]) == ("BLOCKED", 0, [])
    assert risk(zone, trade)["lane"] == "reject"
    reasons = accept(zone.enterprise.get(f"/v1/declarations/{trade.declaration['id']}/verdict"), 200).json["reasons"]
    assert [r["rule"] for r in reasons] == ["risk.refused"]
    assert zone.psql(f"select count(*) from delivery where declaration_id = '{trade.declaration['id']}'") == "0"
    case = case_of(inspector, trade)
    assert (case["kind"], case["origin"], case["grade"], case["class"]) == ("risk", "lane/reject", "reject", "economic") and "R-DEC-02" in case["rules"], case
    review(inspector, case, was_right=True)
    file_all(zone.enterprise, [revised(trade.all[0], note="其他")])
    wait_for(lambda: len(reviewed_again(zone, trade)) > 1, "it is weighed anew")
    assert settled(zone, trade, "blocked")["version"] == 0 and case_of(inspector, trade)["id"] == case["id"], "one case, and it is held as before"


def test_black_waits_for_somebody(zone, shop, inspector):
    phone, address = "13700000002", "嘉兴市南湖区中山路2号"
    for _ in range(5):
        shop.file(state={"released", "review", "inspect", "declared"}, phone=phone, address=address)
    trade = shop.make(phone=phone, address=address)
    trade.all[2]["gross_weight"] = "1.7"
    file_all(zone.enterprise, trade.all)
    blocked = settled(zone, trade, "blocked")
    assert risk(zone, trade)["lane"] == "black" and risk(zone, trade)["points"] >= 85
    assert [r["rule"] for r in accept(zone.enterprise.get(f"/v1/declarations/{blocked['id']}/verdict"), 200).json["reasons"]] == ["risk.held"]
    trade.declaration = blocked
    review(inspector, case_of(inspector, trade), was_right=False)
    assert settled(zone, trade, "released")["verdict"] == "MATCHED"
    kept = risk(zone, trade)
    assert (kept["lane"], kept["is_cleared"]) == ("black", True), "the lane is what it was"
    path = f"/v1/declarations/{blocked['id']}/risk"
    assert accept(zone.regulator.get(path), 200).json["cleared"] is True and accept(zone.enterprise.get(path), 200).json["cleared"] is None
    told = accept(zone.enterprise.get(f"/v1/declarations/{blocked['id']}/timeline"), 200).json
    assert "case" not in json.dumps(told), "its filer is not told of the case"


def test_a_trial_is_told_and_adds_nothing(zone, shop):
    zone.psql("insert into risk_rule (id, rule, step, node, class, mode, blocks, points, window_s, parameters, valid_from, source)"
              " select 901, rule, 9, node, class, 'shadow', true, 99, window_s, array[1, null, null], valid_from, 'a test' from risk_rule where id = 7;"
              "select nextval('rule_revision')")

    def tried():
        kept = risk(zone, shop.file())
        return kept if any(h["row"] == 901 for h in kept["hits"]) else None
    try:
        kept = wait_for(tried, "the row is tried")
        assert (kept["lane"], kept["rule_points"]) == ("green", sum(h["points"] for h in kept["hits"] if h["mode"] == "active")), kept
        assert [h["mode"] for h in kept["hits"] if h["row"] == 901] == ["shadow"]
    finally:
        zone.psql("update risk_rule set mode = 'off' where id = 901; select nextval('rule_revision')")


def test_a_row_that_cannot_be_obeyed_stays_out(zone, shop):
    before = len(zone.daemon.events("rules.not_read"))
    zone.psql("insert into risk_rule (id, rule, step, node, class, mode, blocks, points, parameters, valid_from, source)"
              " values (902, 'R-NEW-01', 1, 'order', 'economic', 'active', false, 5, '{}', '2019-01-01', 'a test'); select nextval('rule_revision')")
    try:
        wait_for(lambda: len(zone.daemon.events("rules.not_read")) > before, "it is refused")
        assert "risk_rule row 902" in zone.daemon.events("rules.not_read")[-1]["msg"]
        shop.file()
    finally:
        zone.psql("delete from risk_rule where id = 902; select nextval('rule_revision')")


def rules_of(stack):
    """{rule: parameters} of the rows that hold today, as the API tells them."""
    return {(r["rule"], r["step"]): r for r in accept(stack.regulator.get("/v1/risk/rules"), 200).json["rules"]}


def test_who_sees_what_of_a_declaration(zone, shop):
    phone = "13700000003"
    for _ in range(2):
        shop.file(phone=phone)
    trade = shop.file(state={"released", "review"}, phone=phone)
    path = f"/v1/declarations/{trade.declaration['id']}/risk"
    seen, own = accept(zone.regulator.get(path), 200).json, accept(zone.enterprise.get(path), 200).json
    assert (seen["lane"], seen["action"], seen["credit"]["level"]) == ("yellow", "review", "B") and seen["counted"]["buyers_of_phone"] == 3
    assert "R-ORD-03" in {h["rule"] for h in seen["hits"]} and seen["more"] == 0
    assert (own["lane"], own["points"], own["counted"], own["credit"]) == ("yellow", seen["points"], None, None)
    assert {h["rule"] for h in own["hits"]} == {h["rule"] for h in seen["hits"]} - {"R-ORD-03"} and own["more"] == 1
    problem(zone.client("stranger", "enterprise", "--codes", "91330100MA27XW1Q4N").get(path), 404, "not-found")


def test_a_decision_can_be_worked_out_again(zone, shop):
    """From what the decision keeps and the rows of its day alone: points, lane."""
    phone = "13700000004"
    for _ in range(3):
        trade = shop.file(state={"released", "review"}, phone=phone)
    kept, rows = risk(zone, trade), {r["id"]: r for r in rules_of(zone).values()}
    assert kept["rule_points"] == sum(rows[h["row"]]["points"] for h in kept["hits"] if rows[h["row"]]["mode"] == "active")
    assert kept["counted"]["buyers_of_phone"] >= rows[10]["parameters"][0] and 10 in {h["row"] for h in kept["hits"]}
    lanes = sorted((lane["least_points"], lane["lane"]) for lane in accept(zone.regulator.get("/v1/risk/rules"), 200).json["lanes"] if lane["lane"] != "reject")
    assert kept["lane"] == max((least, lane) for least, lane in lanes if least <= kept["points"])[1]


def test_the_draw_can_be_repeated_once_the_day_is_over(zone, shop):
    today = datetime.datetime.now(SHANGHAI).date()
    problem(zone.daemon.public.get(f"/v1/risk/draws/{today}"), 404, "not-found")
    assert len(accept(zone.daemon.public.get(f"/v1/risk/draws/{today - datetime.timedelta(days=2)}"), 200).json["key"]) == 64
    trade = shop.file()
    told = accept(zone.enterprise.get(f"/v1/declarations/{trade.declaration['id']}/risk"), 200).json["draw"]
    master = (zone.directory / "payer-key").read_bytes().strip()
    secret = hmac.digest(master, b"\xffrisk draw", hashlib.sha256)
    key = hmac.digest(secret, told["day"].encode(), hashlib.sha256)  # as the API tells it tomorrow
    assert told["drawn"] == int.from_bytes(hmac.digest(key, told["id"].encode(), hashlib.sha256)[:8], "big") % 10000 and told["rate_bp"] == 0


def test_what_goods_cost_is_learnt_from_what_was_released(zone, shop):
    def at(fen):
        return (shop.tee[:5] + (fen,) + shop.tee[6:],)

    assert "R-GOD-02" in hits(zone, shop.file(goods=at(10000)))
    for n in range(9):
        shop.file(goods=at(10000 + n))
    wait_for(lambda: zone.psql("select max(released) from risk_price where median_fen between 10000 and 10008") == "10", "ten releases are learnt from")
    usual = shop.file(goods=at(12900))
    assert not {"R-GOD-02", "R-DEC-01"} & set(hits(zone, usual)), hits(zone, usual)
    assert hits(zone, shop.file(goods=at(6900)))["R-DEC-01"] == 310
    dear = shop.file(state={"released", "review"}, goods=at(15100))
    assert hits(zone, dear)["R-DEC-01"] > 500 and risk(zone, dear)["points"] == 40


def test_trials_are_compared_with_what_is_in_force(zone, shop):
    since = moment()
    shop.file()
    report = accept(zone.regulator.get(f"/v1/risk/shadow?from={since.replace('+', '%2B')}"), 200).json
    assert report["judged"] >= 1 and report["live"] >= 1
    row = next(i for i in report["items"] if i["rule"] == "R-GOD-02")
    assert row["hits"] == row["also_live"] + row["alone"] and row["hits_green"] >= 1
    lanes = accept(zone.regulator.get("/v1/risk/lanes"), 200).json
    assert sum(i["declarations"] for i in lanes["items"]) == lanes["judged"] > 0 and [i["lane"] for i in lanes["items"]][0] == "green"
    problem(zone.regulator.get("/v1/risk/lanes?from=2026-01-01&to=2026-06-01"), 400, "bad-request")
