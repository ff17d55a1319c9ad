"""Risk rules that rest on what others have recorded: goods that are held or registered otherwise, simplified declarations, what one person pays in a day."""
import json

import pytest

from filer import Trades, identity_number
from shop import ITEM, Shop, recall
from stack import wait_for
from support import accept, file_all, settled, zone_without_draw

REGISTERED = {"item_no": ITEM, "name": "婴儿奶粉", "country_code": "609", "unit": "122", "currency": "142", "reference_price": "100"}
TEE = ("TEE", "T恤", "棉", "011", 1, 500000, "502", "6109100010", "1", "011", "0.3", "035")


@pytest.fixture(scope="module")
def zone():
    with zone_without_draw() as s:
        yield s


@pytest.fixture(scope="module")
def market(zone):
    return zone.client("market", "regulator", "--authority", "SAMR")


@pytest.fixture
def shop(zone, trades):
    zone.mock.calm()
    return Shop(zone, trades)


def weighed(stack, trade):
    """What the last decision with a lane keeps."""
    def there():
        text = stack.psql("select convert_from(risk, 'UTF8') from decision where lane is not null and declaration_id ="
                          f" (select id from declaration where order_no = '{trade.order_no}') order by seq desc, id desc limit 1")
        return json.loads(text) if text else None
    return wait_for(there, f"{trade.order_no} is weighed")


def hits(stack, trade):
    return {h["rule"]: h["counted"] for h in weighed(stack, trade)["hits"]}


def begun(shop, **more):
    """A trade of which the payment alone is awaited."""
    trade = shop.trades.make()
    accept(shop.order(trade, **more))
    file_all(shop.stack.enterprise, trade.filings(("waybill", "inventory")))
    return trade


def end(shop, trade):
    file_all(shop.stack.enterprise, trade.filings(("payment",)))
    return hits(shop.stack, trade)


def test_goods_that_were_recalled_while_the_last_filing_was_awaited(zone, market, shop):
    free = begun(shop)
    assert "R-GOD-04" not in end(shop, free)
    held = begun(shop)
    recall(market, shop)
    shop.refused()
    zone.mock.behave("CUS", answer="never")
    assert end(shop, held)["R-GOD-04"] == 1
    assert weighed(zone, held)["counted"]["has_open_complaint"] is True
    declaration = settled(zone, held, "inspect")
    assert declaration["inspection"]["selected_by"] == ["CUS"]
    told = accept(zone.enterprise.get(f"/v1/declarations/{declaration['id']}/risk"), 200).json
    assert "R-GOD-04" in {h["rule"] for h in told["hits"]}


@pytest.mark.parametrize("named,is_meant", [(None, True), ("B6，B7 B8", True), ("B70;AB7、B", False)])
def test_a_recall_of_one_batch(market, shop, named, is_meant):
    trade = begun(shop, **({} if named is None else {"batch_numbers": named}))
    recall(market, shop, batch="B7")
    shop.refused()
    assert ("R-GOD-04" in end(shop, trade)) == is_meant


def test_a_recall_finds_the_goods_under_the_customs_code(zone, market, shop):
    customs = f"3301{int(shop.trades.tag, 16) % 10 ** 6:06d}"
    zone.psql(f"insert into enterprise_number select 'customs', '{customs}', id from enterprise where credit_code = '{shop.code}'; select nextval('right_revision')")
    shop.api = zone.client(f"customs {customs}", "enterprise", "--codes", customs)
    shop.trades = Trades(f"customs {customs}", codes={"merchant": customs})
    wait_for(lambda: shop.order(shop.trades.make(), dry_run=True).status == 200, "it files under its customs code")
    wait_for(lambda: zone.enterprise.post("/v1/filings?dry_run=true", shop.trades.make().inventory()).status == 200, "its declarant may, too")
    trade = begun(shop)
    recall(market, shop)
    shop.refused()
    assert "R-GOD-04" in end(shop, trade)


def test_a_code_other_than_the_goods_were_registered_with(shop):
    def registered(**more):
        accept(shop.api.post("/v1/goods", {"enterprise": shop.code} | REGISTERED | more))
    assert "R-DEC-03" not in end(shop, begun(shop)), "nothing is registered"
    registered(hs_code="1901101090")
    assert "R-DEC-03" not in end(shop, begun(shop))
    registered(hs_code="1901109000")
    assert end(shop, begun(shop))["R-DEC-03"] == 1
    accept(shop.api.post(f"/v1/goods/{shop.code}/{ITEM}/withdraw"), 200)
    assert "R-DEC-03" not in end(shop, begun(shop)), "what is withdrawn is not registered"


@pytest.mark.parametrize("fen,more,counted", [
    (500000, {"statistics_flag": "A"}, None), (500001, {"statistics_flag": "A"}, 500001), (500001, {}, None),
    (100, {"statistics_flag": "A", "license_no": "12-34"}, 100)], ids=str)
def test_the_simplified_declaration(zone, shop, fen, more, counted):
    trade = shop.trades.make("export", goods=(TEE[:5] + (fen,) + TEE[6:],))
    trade.currency = "142"
    accept(shop.order(trade))
    file_all(zone.enterprise, [trade.waybill(), trade.inventory(**more)])
    accept(zone.enterprise.file(trade.payment()))
    assert hits(zone, trade).get("R-DEC-04") == counted
    settled(zone, trade, "blocked" if counted else "released")


@pytest.mark.parametrize("second,counted", [(9999999, None), (10000000, 20000000)])
def test_what_one_person_pays_in_a_day(zone, shop, second, counted):
    buyer = ("测试买家", identity_number("330100", "19010203", int(shop.trades.tag, 16) % 900 + 1))

    def paid(fen):
        """Its goods cost so much that it is paid; the rest is freight, tax and discount."""
        trade = shop.trades.make(buyer=buyer, goods=(TEE[:5] + (fen - 1321,) + TEE[6:],))
        assert trade.paid_fen == fen
        accept(shop.order(trade))
        file_all(zone.enterprise, trade.filings(("payment", "waybill", "inventory")))
        return trade
    assert "R-FX-05" not in hits(zone, paid(10000000))
    trade = paid(second)
    assert hits(zone, trade).get("R-FX-05") == counted
    kept = weighed(zone, trade)
    assert kept["counted"]["paid_of_buyer_fen"] == 10000000 + second
    assert kept["rule_points"] == sum(h["points"] for h in kept["hits"] if h["rule"] != "R-FX-05"), "it is told only"
