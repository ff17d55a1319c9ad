"""Brands: rights on record, and complaints that freeze goods until they are decided."""
import pytest

from shop import ITEM, Shop, cases, end, recall
from stack import wait_for
from support import accept, problem

RIGHT = {"brand": "Élan 依兰", "holder": "依兰股份有限公司", "classes": ["3", "25"], "valid_from": "2024-01-01", "valid_to": "2999-12-31", "source": "海关总署"}


@pytest.fixture
def shop(stack, trades):
    return Shop(stack, trades)


@pytest.fixture
def right(officers, trades):
    """A right on record, by its number."""
    number = f"T{trades.tag}"
    accept(officers["CUS"].post("/v1/brands", RIGHT | {"recordal_no": number}))
    return number


def complain(api, shop, right, status=201, **more):
    body = shop.goods(recordal_no=right, complainant="依兰股份有限公司", reference="投诉-9", reason="疑似仿冒") | more
    return accept(api.post("/v1/brands/complaints", body), status).json


def decide(api, complaint, upheld, status=200, number="决-1"):
    return accept(api.post(f"/v1/brands/complaints/{complaint['id']}/decision", {"upheld": upheld, "decision_no": number, "reason": "鉴定"}), status)


def test_rights_on_record(stack, officers, right, shop):
    accept(officers["CUS"].post("/v1/brands", RIGHT | {"recordal_no": right}), 200)
    problem(officers["SAMR"].post("/v1/brands", RIGHT | {"recordal_no": right, "holder": "他人"}), 409, "state-conflict")
    for query in (f"recordal_no={right}", f"recordal_no={right}&brand=%C3%A9LAN%20%E4%BE%9D%E5%85%B0&on=2024-01-01"):
        found, = accept(shop.api.get(f"/v1/brands?{query}"), 200).json["items"]
        assert (found["recordal_no"], found["holder"], found["classes"]) == (right, RIGHT["holder"], ["3", "25"])
    for query in ("on=2023-12-31", "brand=Elan"):
        assert accept(stack.operator.get(f"/v1/brands?recordal_no={right}&{query}"), 200).json["items"] == []
    problem(stack.operator.get("/v1/brands?on=x"), 400, "bad-request")
    problem(officers["TAX"].post("/v1/brands", RIGHT | {"recordal_no": "x"}), 403, "forbidden")


def test_a_complaint_freezes_until_it_is_decided(officers, right, shop):
    made = complain(officers["SAMR"], shop, right)
    assert (made["state"], made["brand"], made["goods"]["item_no"], made["decision"]) == ("open", RIGHT["brand"], ITEM, None)
    assert complain(officers["SAMR"], shop, right, 200) == made
    problem(officers["CUS"].post("/v1/brands/complaints", shop.goods(recordal_no=right, complainant="x", reference="投诉-9", reason="x")), 409, "state-conflict")
    errors = shop.refused()
    assert [(e["code"], e["pointer"]) for e in errors] == [("goods.frozen", "/lines/0/item_no")] and "brand 投诉-9" in errors[0]["expected"]
    case, = cases(officers["CUS"], shop)
    assert (case["kind"], case["origin"], case["subject"]["item_no"]) == ("brand", "complaint/投诉-9", ITEM)
    assert accept(shop.api.get("/v1/brands/complaints"), 200).json["items"] == [made]
    done = decide(officers["CUS"], made, False).json
    assert done["state"] == "rejected" and done["decision"]["decision_no"] == "决-1"
    assert decide(officers["CUS"], made, False).json == done
    problem(officers["SAMR"].post(f"/v1/brands/complaints/{made['id']}/decision", {"upheld": True, "decision_no": "x", "reason": "x"}), 409, "state-conflict")
    shop.is_free()


def test_what_is_upheld_stays_frozen(officers, right, shop):
    """Also when a recall of the same goods ends."""
    made = complain(officers["CUS"], shop, right)
    called = recall(officers["SAMR"], shop)
    wait_for(lambda: "recall" in shop.refused()[0]["expected"], "both hold it")
    assert decide(officers["CUS"], made, True).json["state"] == "upheld"
    end(officers["SAMR"], called)
    wait_for(lambda: "recall" not in shop.refused()[0]["expected"], "the recall is over")
    assert "brand 投诉-9" in shop.refused()[0]["expected"]


def test_what_is_refused(stack, officers, right, shop):
    accept(officers["CUS"].post("/v1/brands", RIGHT | {"recordal_no": f"{right}-old", "valid_to": "2024-12-31"}))
    body = shop.goods(recordal_no=right, complainant="x", reference="x", reason="x")
    for member, value in (("recordal_no", "nobody's"), ("recordal_no", f"{right}-old"), ("enterprise", "X"), ("reason", None), ("evidence_sha256", "ab")):
        sent = {k: v for k, v in (body | {member: value}).items() if v is not None}
        errors = problem(officers["CUS"].post("/v1/brands/complaints", sent), 422, "rule-broken")["errors"]
        assert [e["pointer"] for e in errors] == [f"/{member}"]
    for member, value in (("classes", []), ("valid_to", "2023-01-01"), ("brand", None)):
        sent = {k: v for k, v in (RIGHT | {"recordal_no": "x", member: value}).items() if v is not None}
        problem(officers["CUS"].post("/v1/brands", sent), 422, "rule-broken")
    for api, status in ((officers["TAX"], 403), (officers["CIQ"], 403), (shop.api, 403)):
        problem(api.post("/v1/brands/complaints", body), status, "forbidden")
    nobody = "0190aaaa-bbbb-7005-8ddd-eeeeeeeeeeee"
    problem(officers["CUS"].post(f"/v1/brands/complaints/{nobody}/decision", {"upheld": True, "decision_no": "x", "reason": "x"}), 404, "not-found")
    assert cases(officers["CUS"], shop) == []
