"""Banks read only with the enterprise's consent (E92): scope, purpose, time, revocable; every read is logged and seen by the enterprise."""
import datetime

import pytest

from filer import credit_code
from stack import wait_for
from support import accept, file_all, problem, settled

TODAY = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()
MONTH = str(TODAY)[:7]


class Sides:
    def __init__(self, stack, trades):
        self.stack, serial = stack, f"{int(trades.tag, 16) % 10 ** 6:06d}"
        self.code, self.bank_code = credit_code("330100", f"M1{serial}"), credit_code("110000", f"M2{serial}")
        stack.register([(self.code, "甲电商有限公司", ["merchant"])])
        self.shop = stack.client(f"shop {trades.tag}", "enterprise", "--codes", self.code)
        self.bank = stack.client(f"bank {trades.tag}", "bank", "--code", self.bank_code)
        self.body = {"enterprise": self.code, "bank": self.bank_code, "scope": ["trade"], "purpose": "credit_line",
                     "valid_to": str(TODAY + datetime.timedelta(days=90))}

    def give(self, api=None, **more):
        return (api or self.shop).post("/v1/consents", self.body | more)

    def read(self, api=None, purpose="credit_line", query=""):
        return (api or self.bank).get(f"/v1/enterprises/{self.code}/trade?purpose={purpose}{query}")

    def reads(self):
        return [(r["purpose"], r["allowed"]) for r in self.shop.pages("/v1/me/reads?limit=2")]


@pytest.fixture
def sides(stack, trades):
    return Sides(stack, trades)


def test_no_read_without_consent(stack, sides, trades):
    problem(sides.read(), 403, "forbidden")
    made = accept(sides.give(), 201).json
    assert (made["enterprise"], made["bank"], made["state"]) == (sides.code, sides.bank_code, "active")
    assert accept(sides.read(), 200).json["items"] == []
    problem(sides.read(purpose="insurance"), 403, "forbidden")  # another purpose
    problem(sides.read(purpose="curiosity"), 400, "bad-request")
    problem(sides.bank.get(f"/v1/enterprises/{sides.code}/trade"), 400, "bad-request")
    other = stack.client(f"other bank {trades.tag}", "bank", "--code", credit_code("110000", "MA2T5151"))
    problem(sides.read(other), 403, "forbidden")
    # who is not registered is told of as who gave no consent
    unknown = problem(other.get(f"/v1/enterprises/{credit_code('330100', 'MA2T8888')}/trade?purpose=credit_line"), 403, "forbidden")
    assert unknown["detail"] == problem(sides.read(other), 403, "forbidden")["detail"]
    gone = accept(sides.shop.post(f"/v1/consents/{made['id']}/revoke"), 200).json
    assert gone["state"] == "revoked"
    problem(sides.read(), 403, "forbidden")
    problem(sides.shop.post(f"/v1/consents/{made['id']}/revoke"), 409, "state-conflict")
    assert sides.reads() == [("credit_line", False)] * 3 + [("insurance", False), ("credit_line", True), ("credit_line", False)]
    seen = accept(sides.shop.get("/v1/me/reads?limit=500"), 200).json["items"]
    assert {r["bank"] for r in seen} == {sides.bank_code, credit_code("110000", "MA2T5151")}
    assert [r["consent"] for r in seen if r["allowed"]] == [made["id"]]


def test_it_ends_by_itself(own, trades):
    stack = own()
    sides = Sides(stack, trades)
    accept(sides.give(valid_to=str(TODAY)), 201)
    accept(sides.read(), 200)  # the last day counts
    accept(stack.operator.post("/test/clock", {"shift_s": 86400}), 200)
    problem(sides.read(), 403, "forbidden")
    assert [c["state"] for c in sides.shop.pages("/v1/consents")] == ["expired"]


def test_what_a_bank_is_told(stack, sides, trades):
    accept(sides.give(), 201)
    trades.codes |= {"merchant": sides.code, "declarant": sides.code}
    everybody = stack.client(f"all {trades.tag}", "enterprise", "--codes", ",".join([*trades.codes.values()]))
    done = [trades.make(), trades.make(), trades.make("export")]
    for trade in done:
        file_all(everybody, trade.filings())
        settled(stack, trade)
    waiting = trades.make()
    file_all(everybody, [waiting.order(), waiting.inventory()])  # not released: not counted

    def told():
        items = accept(sides.read(), 200).json["items"]
        return items if sum(i["released"] for i in items) >= 3 else None
    items = wait_for(told, "the releases are counted")
    fen = {d: sum(t.goods_fen for t in done if t.direction == d) for d in ("import", "export")}
    assert [(i["month"], i["direction"], i["currency"], i["released"], round(float(i["value"]) * 100)) for i in items] == [
        (MONTH, "export", "502", 1, fen["export"]), (MONTH, "import", "142", 2, fen["import"])], items
    body = sides.read().body.decode()
    for secret in (done[0].buyer, done[0].buyer_id, done[0].order_no, trades.codes["platform"]):
        assert secret not in body
    assert accept(sides.shop.get(f"/v1/enterprises/{sides.code}/trade"), 200).json["items"] == items  # it sees what banks see; that is no read
    assert all(allowed for _, allowed in sides.reads())
    assert accept(sides.read(query="&from=2020-01&to=2020-03"), 200).json["items"] == []
    for query in ("&from=2026", "&from=2026-13", "&to=2020-01&from=2020-02", "&from=2000-01", "&day=1"):
        problem(sides.read(query=query), 400, "bad-request")


def test_whose_consents(stack, sides, trades):
    made = accept(sides.give(), 201).json
    stranger = stack.client(f"stranger {trades.tag}", "enterprise", "--codes", credit_code("330100", "MA2T7777"))
    assert list(stranger.pages("/v1/consents")) == []
    problem(stranger.post(f"/v1/consents/{made['id']}/revoke"), 404, "not-found")
    problem(stranger.get(f"/v1/enterprises/{sides.code}/trade"), 404, "not-found")
    assert list(stranger.pages("/v1/me/reads")) == []
    told = problem(sides.give(stranger), 422, "rule-broken")["errors"]  # nobody consents for another
    assert [e["pointer"] for e in told] == ["/enterprise"]
    for api in (stack.operator, stack.regulator, sides.bank):
        problem(sides.give(api), 403, "forbidden")
    assert [c["id"] for c in sides.bank.pages("/v1/consents?limit=1")] == [c["id"] for c in sides.shop.pages("/v1/consents")] == [made["id"]]
    assert made["id"] in [c["id"] for c in stack.regulator.pages("/v1/consents")]
    # a bank is a bank and nothing else
    for path in ("/v1/declarations", "/v1/events", "/v1/enterprises", "/v1/me/reads", "/v1/authorisations"):
        problem(sides.bank.get(path), 403, "forbidden")
    assert accept(sides.bank.get("/v1/me"), 200).json["role"] == "bank"


@pytest.mark.parametrize("member,value", [("bank", credit_code("110000", "MA2T6161")), ("scope", ["all"]), ("scope", []), ("purpose", "fun"),
                                          ("valid_to", None), ("valid_to", "2020-01-01"), ("surprise", 1)], ids=str)
def test_what_is_no_consent(stack, sides, member, value):
    told = problem(sides.give(**{member: value}), 422, "rule-broken")["errors"]
    assert [e["pointer"] for e in told] == [f"/{member}"]
