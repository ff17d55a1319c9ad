"""Registered goods (E24): an enterprise's own, versions, and the rule that only these may be filed."""
import pytest

from filer import CODES, ceb, credit_code
from stack import wait_for
from support import accept, problem

GOODS = {"item_no": "SKU-1", "name": "婴儿奶粉 800克", "model": "800g/罐", "hs_code": "1901101090", "country_code": "609", "brand": "无", "unit": "122",
         "currency": "142", "reference_price": "100.00", "barcode": "6901234567892"}


class Shop:
    def __init__(self, stack, trades):
        self.code = credit_code("330100", f"M1{int(trades.tag, 16) % 10 ** 6:06d}")
        stack.register([(self.code, "甲电商有限公司", ["merchant"])])
        self.api = stack.client(f"shop {trades.tag}", "enterprise", "--codes", self.code)

    def put(self, api=None, **more):
        return (api or self.api).post("/v1/goods", {"enterprise": self.code} | GOODS | more)

    def inventory(self, trade, **more):
        own = {"merchant_code": self.code, "declarant_code": self.code} | ({"guarantor_code": self.code} if trade.imports else {})
        return trade.inventory(**own | more)


@pytest.fixture
def shop(stack, trades):
    return Shop(stack, trades)


def test_versions(stack, shop):
    made = accept(shop.put(), 201).json
    assert (made["version"], made["state"], made["enterprise"], made["reference_price"], made["barcode_good"]) == (1, "filed", shop.code, "100", True)
    assert accept(shop.put(reference_price="100"), 200).json == made  # the same, written otherwise
    dearer = accept(shop.put(reference_price="120.5"), 201).json
    assert dearer["version"] == 2 and [h["reference_price"] for h in dearer["history"]] == ["100", "120.5"]
    path = f"/v1/goods/{shop.code}/SKU-1"
    assert accept(shop.api.get(path), 200).json == dearer
    gone = accept(shop.api.post(path + "/withdraw"), 200).json
    assert gone["state"] == "withdrawn" and gone["version"] == 3
    problem(shop.api.post(path + "/withdraw"), 409, "state-conflict")
    back = accept(shop.put(reference_price="120.5"), 201).json
    assert back["version"] == 4 and back["state"] == "filed"
    problem(shop.api.post(f"/v1/goods/{shop.code}/SKU-9/withdraw"), 404, "not-found")
    # a barcode of GS1's form with a wrong check digit is told of, not refused; other text is none
    assert accept(shop.put(item_no="SKU-2", barcode="6901234567891"), 201).json["barcode_good"] is False
    assert accept(shop.put(item_no="SKU-3", barcode="无"), 201).json["barcode_good"] is None
    listed = list(shop.api.pages(f"/v1/goods/{shop.code}?limit=1"))
    assert [(g["item_no"], g["version"]) for g in listed] == [("SKU-3", 1), ("SKU-2", 1), ("SKU-1", 4)]
    assert accept(shop.api.get(f"/v1/goods/{shop.code}?hs_code=33"), 200).json["items"] == []


def test_goods_of_others(stack, shop, trades):
    accept(shop.put(), 201)
    stranger = stack.client(f"stranger {trades.tag}", "enterprise", "--codes", credit_code("330100", "MA2T7777"))
    for path in (f"/v1/goods/{shop.code}", f"/v1/goods/{shop.code}/SKU-1"):
        problem(stranger.get(path), 404, "not-found")
        accept(stack.regulator.get(path), 200)
    problem(stranger.post(f"/v1/goods/{shop.code}/SKU-1/withdraw"), 404, "not-found")
    told = problem(shop.put(stranger), 422, "rule-broken")["errors"]
    assert [e["pointer"] for e in told] == ["/enterprise"]
    unknown = problem(stranger.post("/v1/goods", GOODS | {"enterprise": credit_code("330100", "MA2T8888")}), 422, "rule-broken")["errors"]
    assert [(e["pointer"], e["expected"]) for e in unknown] == [(e["pointer"], e["expected"]) for e in told]  # whether it is there is not told
    accept(shop.put(stack.operator, item_no="SKU-2"), 201)
    assert accept(shop.api.get(f"/v1/goods/{shop.code}/SKU-1"), 200).json["version"] == 1


@pytest.mark.parametrize("member,value", [
    ("hs_code", "190110"), ("hs_code", "7701101090"), ("country_code", "156"), ("unit", "kg"), ("currency", "CNY"), ("reference_price", "-1"),
    ("reference_price", "1.123456"), ("reference_price", 1), ("item_no", "x" * 31), ("item_no", None), ("name", ""), ("surprise", 1)], ids=str)
def test_what_is_refused(stack, shop, member, value):
    told = problem(shop.put(**{member: value}), 422, "rule-broken")["errors"]
    assert [e["pointer"] for e in told] == [f"/{member}"]


def test_only_registered_goods_where_a_rule_says_so(own, trades):
    stack = own()
    shop = Shop(stack, trades)
    accept(shop.api.file(shop.inventory(trades.make())))  # no rule, no question
    stack.psql("insert into goods_rule (id, trade_mode, direction, kinds, valid_from, source)"
               " values (7, '9610', 'import', '{inventory}', '2026-01-01', 'test')")
    stack.psql("select nextval('rule_revision')")
    reply = wait_for(lambda: next((r for r in [shop.api.file(shop.inventory(trades.make()))] if r.status == 422), None), "it is refused")
    errors = problem(reply, 422, "rule-broken")["errors"]
    assert [(e["code"], e["pointer"], e["got"]) for e in errors] == [("goods.not-filed", "/lines/0/item_no", "SKU-1"), ("goods.not-filed", "/lines/1/item_no", "SKU-2")]
    assert "rule row 7" in errors[0]["expected"] and "/v1/goods" in errors[0]["remedy"]
    accept(shop.put(), 201)
    accept(shop.put(item_no="SKU-2"), 201)
    accept(shop.api.file(shop.inventory(trades.make())))  # asked of the database: at once
    accept(shop.api.post(f"/v1/goods/{shop.code}/SKU-2/withdraw"), 200)
    half = shop.api.file(shop.inventory(trades.make()))
    assert [e["pointer"] for e in problem(half, 422, "rule-broken")["errors"]] == ["/lines/1/item_no"]
    # other modes, directions and kinds are not asked about
    accept(shop.api.file(shop.inventory(trades.make("export"))))
    accept(stack.enterprise.file(trades.make().order()))
    # several in one message, customs' XML, NDJSON, a job, a dry run: all the same
    bad, good = shop.inventory(trades.make()), shop.inventory(trades.make())
    good["lines"] = [line | {"item_no": "SKU-1"} for line in good["lines"]]
    both = stack.client("both", "enterprise", "--codes", f"{shop.code},{CODES['platform']}")
    reply = both.file([bad, good, trades.make().order()])
    assert [r["status"] for r in reply.json["results"]] == [422, 201, 201], reply
    xml = shop.api.post("/v1/filings", ceb([bad]), "application/xml", Accept="application/xml").body.decode()
    assert "-625007" in xml and "InventoryList[2]/itemNo" in xml
    assert [r["status"] for r in shop.api.file_lines([bad, shop.inventory(trades.make(), lines=good["lines"])]).lines] == [422, 201]
    problem(shop.api.post("/v1/filings?dry_run=true", bad), 422, "rule-broken")
    job = accept(shop.api.file_lines([bad, shop.inventory(trades.make(), lines=good["lines"])], Prefer="respond-async"), 202).json["id"]
    wait_for(lambda: shop.api.get(f"/v1/jobs/{job}").json["state"] == "done", "the job is done")
    assert [r["status"] for r in shop.api.results(job)] == [422, 201]
    # who may not file it learns nothing of the goods
    stranger = stack.client("stranger", "enterprise", "--codes", credit_code("330100", "MA2T7777"))
    problem(stranger.file(bad), 403, "forbidden")
