"""The risk rules at work: windows over what was filed, lanes and what follows from them, trials, and that a decision can be repeated."""
import datetime
import json

import pytest

from filer import BUYERS, IMPORT_GOODS, SHANGHAI, Trades, identity_number, moment, revised
from stack import wait_for
from support import accept, file_all, settled

TEE = (("TEE-9", "T恤", "棉", "011", 1, 9900, "502", "6109100010", "1", "011", "0.3", "035"),)  # in no class that needs care


@pytest.fixture(scope="module")
def zone():
    """A gateway whose lanes are in force, and whose draw draws nobody: what is tested here is not left to chance."""
    from support import new_stack, stacks
    s = new_stack(lanes=True).start()
    try:
        s.psql("update credit_level set inspection_bp = 0; select nextval('rule_revision')")
        wait_for(lambda: s.daemon.events("rules.read"), "the rules are read")
        known(s, TEE)
        yield s
    finally:
        stacks.remove(s)
        s.remove()


def known(stack, goods, price=9900, released=50):
    """Goods that are known here, at their usual price, are nothing new."""


def person(number):
    return f"测试{number}", identity_number("330100", "19010203", number)


class Shop:
    """Trades of one test: each of another buyer, address and telephone, unless it is told otherwise."""

    def __init__(self, stack, seed):
        self.stack, self.trades, self.n = stack, Trades(seed), 0
        self.base = self.trades.random.randrange(1, 10 ** 6)

    def make(self, buyer=None, address=None, phone=None, goods=TEE, paid_at=None, reg=None, **payment):
        self.n += 1
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
        trade.declaration = settled(self.stack, trade, state)
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
