"""Quality of goods: events, warnings, which released parcels are affected, and recalls that freeze goods until a department ends them."""
import pytest

from filer import ceb
from shop import ITEM, Shop, cases, end, recall, today
from stack import wait_for
from support import accept, problem


@pytest.fixture
def shop(stack, trades):
    return Shop(stack, trades)


def tell(api, shop, status=201, **more):
    body = shop.goods(kind="complaint", day=today(), source="12315", reference="投诉-1", reason="包装破损") | more
    return accept(api.post("/v1/quality/events", body), status).json


def warnings(api, shop):
    return accept(api.get(f"/v1/quality/warnings?enterprise={shop.code}"), 200).json["items"]


def test_enough_complaints_are_a_warning(stack, officers, shop):
    """Three of the same batch within thirty days; a fourth is none more, another batch counts for itself."""
    market = officers["SAMR"]
    tell(market, shop, batch="B1", day=today(30))  # too old to count
    tell(market, shop, batch="B1", reference="投诉-2", adverse=False)  # speaks for the goods
    for n in (3, 4):
        assert tell(market, shop, batch="B1", reference=f"投诉-{n}")["warnings"] == []
    tell(market, shop, batch="B2", reference="投诉-5")
    tell(market, shop, reference="投诉-6")
    assert warnings(market, shop) == [] and cases(market, shop) == []
    third = tell(shop.api, shop, batch="B1", reference="投诉-7", day=today(29))  # the enterprise says so itself
    assert third["authority"] is None and len(third["warnings"]) == 1
    warning, = warnings(market, shop)
    assert warning["id"] == third["warnings"][0] and warning["goods"] == {"enterprise": shop.code, "item_no": ITEM, "batch": "B1"}
    assert (warning["kind"], warning["rule_row"], warning["least"], warning["within_days"], len(warning["events"])) == ("complaint", 1, 3, 30, 3)
    tell(market, shop, batch="B1", reference="投诉-8")
    assert [w["id"] for w in warnings(shop.api, shop)] == [warning["id"]]
    case, = cases(market, shop)
    assert (case["kind"], case["origin"]) == ("quality", f"warning/{warning['id']}")
    assert case["subject"] == {"kind": "goods", "enterprise": shop.code, "item_no": ITEM}
    assert [d["authority"] for d in case["departments"]] == ["CIQ", "CUS", "SAMR"]


def test_a_failed_test_is_told_at_once(officers, shop):
    told = tell(officers["CIQ"], shop, kind="test", reference="报告-1", batch="B9", evidence_sha256="ab" * 32)
    assert len(told["warnings"]) == 1 and told["evidence_sha256"] == "ab" * 32
    assert tell(officers["CIQ"], shop, kind="test", reference="报告-1", batch="B9", evidence_sha256="ab" * 32, status=200) == told
    other = officers["CIQ"].post("/v1/quality/events", shop.goods(kind="test", day=today(), source="x", reference="报告-1", reason="x"))
    problem(other, 409, "state-conflict")
    listed = accept(officers["TAX"].get(f"/v1/quality/events?enterprise={shop.code}&item_no={ITEM}&limit=1"), 200).json
    assert listed == {"items": [told]}


def test_whose_goods(stack, shop, trades, officers):
    stranger = Shop(stack, trades, "乙")
    made = recall(officers["SAMR"], shop)
    tell(officers["SAMR"], shop)
    for path, body in (("events", shop.goods(kind="test", day=today(), source="x", reference="x", reason="x")),
                       ("recalls", shop.goods(source="x", decision_no="x", reason="x"))):
        errors = problem(stranger.api.post(f"/v1/quality/{path}", body), 422, "rule-broken")["errors"]
        assert [e["pointer"] for e in errors] == ["/enterprise"]
    for path in (f"recalls/{made['id']}", f"parcels?enterprise={shop.code}&item_no={ITEM}"):
        problem(stranger.api.get(f"/v1/quality/{path}"), 404, "not-found")
        accept(shop.api.get(f"/v1/quality/{path}"), 200)
    for what in ("events", "recalls", "warnings"):
        assert accept(stranger.api.get(f"/v1/quality/{what}"), 200).json["items"] == []
    problem(officers["TAX"].post("/v1/quality/recalls", shop.goods(source="x", decision_no="x", reason="x")), 403, "forbidden")
    problem(officers["TAX"].post(f"/v1/quality/recalls/{made['id']}/end", {"carried_out": True, "decision_no": "x", "reason": "x"}), 403, "forbidden")
    problem(shop.api.post(f"/v1/quality/recalls/{made['id']}/end", {}), 403, "forbidden")
    end(officers["CUS"], made)


def test_a_recall_finds_the_parcels_of_its_batch(stack, officers, shop):
    meant, both, other, silent = (shop.released(**more) for more in ({"batch_numbers": "B1"}, {"batch_numbers": "B0,B1；B3"}, {"batch_numbers": "B10"}, {}))
    wait_for(lambda: stack.psql(f"select count(distinct declaration_id) from goods_release where merchant_code = '{shop.code}'") == "4", "releases are known")
    made = recall(officers["SAMR"], shop, batch="B1", **{"from": today(1)})
    try:
        assert (made["state"], made["affected"], made["goods"]["batch"]) == ("open", 3, "B1")
        path = f"/v1/quality/parcels?enterprise={shop.code}&item_no={ITEM}"
        found = list(officers["SAMR"].pages(f"{path}&batch=B1&limit=1"))
        assert [(p["declaration_id"], p["certain"]) for p in found] == [(silent, False), (both, True), (meant, True)]
        quantity = shop.trades.make().order()["lines"][0]["quantity"]
        assert {(p["quantity"], p["line"]) for p in found} == {(quantity, 1)} and found[2]["batches"] == "B1"
        assert set(found[0]) == {"declaration_id", "platform_code", "order_no", "released_at", "line", "quantity", "batches", "certain"}  # nothing of persons
        assert len(list(shop.api.pages(path))) == 4 and list(shop.api.pages(f"{path}&to={today(1)}")) == []
        assert accept(stack.operator.get(f"/v1/quality/parcels?enterprise={shop.code}&item_no=SKU-9"), 200).json["items"] == []
        problem(stack.operator.get(f"/v1/quality/parcels?enterprise={shop.code}"), 400, "bad-request")
        problem(stack.operator.get(path + "&from=x"), 400, "bad-request")
    finally:
        end(officers["SAMR"], made)


def test_recalled_goods_are_frozen(stack, officers, shop, trades):
    neighbour = Shop(stack, trades, "乙")
    declared = shop.trades.make()
    accept(shop.order(declared))
    made = recall(shop.api, shop, batch="B1")  # the enterprise's own
    assert recall(shop.api, shop, 200, batch="B1") == made
    problem(shop.api.post("/v1/quality/recalls", shop.goods(source="x", decision_no="召回-1", reason="x")), 409, "state-conflict")
    errors = shop.refused()
    assert [(e["code"], e["pointer"], e["got"]) for e in errors] == [("goods.frozen", "/lines/0/item_no", ITEM)]
    assert f"recall 召回-1 since {today()}" in errors[0]["expected"] and "/v1/quality/recalls" in errors[0]["remedy"]
    # inventories, customs' XML and lines as well; not the goods of others, nor what takes something back
    t = shop.trades.make()
    assert [e["code"] for e in problem(stack.enterprise.file(t.inventory()), 422, "rule-broken")["errors"]] == ["goods.frozen"]
    assert "-625007" in shop.api.post("/v1/filings", ceb([t.order()]), "application/xml", Accept="application/xml").body.decode()
    assert [r["status"] for r in shop.api.file_lines([t.order(), neighbour.trades.make().order()]).lines] == [422, 403]
    accept(neighbour.order(neighbour.trades.make()))
    accept(stack.enterprise.file(t.payment()))
    accept(shop.order(declared, action="delete"))
    case, = cases(officers["CUS"], shop)
    assert (case["kind"], case["origin"]) == ("quality", "recall/召回-1")
    # two recalls: the goods are free when both are over
    second = recall(officers["SAMR"], shop, decision_no="召回-2")
    over = end(officers["SAMR"], made)
    assert over["state"] == "ended" and over["end"]["carried_out"] is True
    assert end(officers["SAMR"], made) == over
    problem(officers["SAMR"].post(f"/v1/quality/recalls/{made['id']}/end", {"carried_out": False, "decision_no": "x", "reason": "x"}), 409, "state-conflict")
    wait_for(lambda: "召回-1" not in shop.refused()[0]["expected"], "the first recall holds nothing any more")
    end(officers["SAMR"], second, carried_out=False)
    shop.is_free()
    accept(shop.order(shop.trades.make()))


def test_a_record_of_goods_says_that_it_is_frozen(officers, shop):
    goods = {"enterprise": shop.code, "item_no": ITEM, "name": "婴儿奶粉", "hs_code": "1901101090", "country_code": "609", "unit": "122", "currency": "142",
             "reference_price": "100"}
    assert accept(shop.api.post("/v1/goods", goods)).json["frozen"] == []
    made = recall(officers["CIQ"], shop)
    frozen, = accept(shop.api.get(f"/v1/goods/{shop.code}/{ITEM}"), 200).json["frozen"]
    assert (frozen["ground"], frozen["number"]) == ("recall", "召回-1")
    end(officers["CIQ"], made)
    assert accept(shop.api.get(f"/v1/goods/{shop.code}/{ITEM}"), 200).json["frozen"] == []


@pytest.mark.parametrize("what,more,where", [
    ("events", {"kind": "rumour"}, "/kind"), ("events", {"day": "2999-01-01"}, "/day"), ("events", {"adverse": "no"}, "/adverse"),
    ("events", {"evidence_sha256": "ab"}, "/evidence_sha256"), ("events", {"reason": None}, "/reason"), ("events", {"enterprise": "X"}, "/enterprise"),
    ("recalls", {"from": "2026-02-01", "to": "2026-01-01"}, "/to"), ("recalls", {"decision_no": ""}, "/decision_no"), ("recalls", {"sku": "x"}, "/sku")],
    ids=str)
def test_what_is_refused(officers, shop, what, more, where):
    own = {"events": {"kind": "test", "day": today(), "reference": "x"}, "recalls": {"decision_no": "x"}}[what]
    body = {k: v for k, v in (shop.goods(source="x", reason="x") | own | more).items() if v is not None}
    errors = problem(officers["SAMR"].post(f"/v1/quality/{what}", body), 422, "rule-broken")["errors"]
    assert [e["pointer"] for e in errors] == [where]
