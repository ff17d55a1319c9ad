"""Banks read trade and credit only with the enterprise's consent (E92): scope, purpose, time, revocable; every read is logged and seen by the enterprise."""
import datetime

import pytest

from filer import credit_code, today
from stack import wait_for
from support import accept, file_all, problem, settled



class Sides:
    def __init__(self, stack, trades):
        self.stack, serial = stack, f"{int(trades.tag, 16) % 10 ** 6:06d}"
        self.code, self.bank_code = credit_code("330100", f"M1{serial}"), credit_code("110000", f"M2{serial}")
        stack.register([(self.code, "甲电商有限公司", ["merchant"])])
        self.shop = stack.client(f"shop {trades.tag}", "enterprise", "--codes", self.code)
        self.bank = stack.client(f"bank {trades.tag}", "bank", "--code", self.bank_code)
        self.body = {"enterprise": self.code, "bank": self.bank_code, "scope": ["trade"], "purpose": "credit_line",
                     "valid_to": str(today() + datetime.timedelta(days=90))}

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
    accept(sides.give(valid_to=str(today())), 201)
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
        (str(today())[:7], "export", "502", 1, fen["export"]), (str(today())[:7], "import", "142", 2, fen["import"])], items
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


# --- credit (T5) ------------------------------------------------------------------------------------------------------


def credit_of(sides, api=None, query="?purpose=credit_line"):
    return (api or sides.bank).get(f"/v1/credit/{sides.code}{query}")


def test_credit_for_a_bank(stack, sides, trades):
    """Level and step of the score, aggregates of twelve months; nothing of counterparties or consumers."""
    accept(stack.operator.post("/v1/credit", {"code": sides.code, "name": "甲电商有限公司", "role": "merchant", "registered_on": "2026-01-01"}))
    problem(credit_of(sides), 403, "forbidden")
    accept(sides.give(), 201)  # of trade, not of credit
    problem(credit_of(sides), 403, "forbidden")
    made = accept(sides.give(scope=["credit", "trade"]), 201).json
    told = accept(credit_of(sides), 200).json
    assert (told["tier"], told["level"], told["score_band"]) == ("bank", "B", {"from": 700, "to": 749})
    assert set(told) == {"code", "name", "role", "tier", "as_of", "level", "barred", "decisions", "warnings", "score_band", "months"}
    assert told["months"] == {"from": f"{today().year - (today().month < 12)}-{today().month % 12 + 1:02d}", "to": str(today())[:7], "value": [], "refunds": None,
                              "returns": {"requested": 0, "released": 0, "rate": None},
                              "tax": {"bills": 0, "gathered": 0, "late": 0, "on_time": None}}
    problem(credit_of(sides, query="?purpose=insurance"), 403, "forbidden")
    problem(credit_of(sides, query="?tier=bank"), 400, "bad-request")
    problem(credit_of(sides, query="?purpose=credit_line&as_of=2026-11-01"), 403, "forbidden")
    problem(credit_of(sides, query="?purpose=credit_line&tier=department"), 403, "forbidden")
    assert accept(credit_of(sides, query=""), 200).json["tier"] == "public"  # what everybody is told is no read
    for api in (sides.shop, stack.regulator):
        problem(credit_of(sides, api, "?tier=bank&purpose=credit_line"), 403, "forbidden")
    accept(sides.shop.post(f"/v1/consents/{made['id']}/revoke"), 200)
    problem(credit_of(sides), 403, "forbidden")
    seen = accept(sides.shop.get("/v1/me/reads?limit=100"), 200).json["items"]
    assert [(r["scope"], r["purpose"], r["allowed"]) for r in reversed(seen)] == [
        ("credit", "credit_line", False), ("credit", "credit_line", False), ("credit", "credit_line", True), ("credit", "insurance", False),
        ("credit", "credit_line", False)]
    unknown = stack.client(f"no credit {trades.tag}", "bank", "--code", sides.bank_code)
    accept(sides.give(scope=["credit"]), 201)
    accept(credit_of(sides, unknown), 200)  # a client of the same bank


def test_what_stands_in_the_months(stack, sides, trades):
    accept(stack.operator.post("/v1/credit", {"code": sides.code, "name": "甲电商有限公司", "role": "merchant", "registered_on": "2026-01-01"}))
    accept(sides.give(scope=["credit"]), 201)
    trades.codes |= {"merchant": sides.code, "declarant": sides.code}
    everybody = stack.client(f"all {trades.tag}", "enterprise", "--codes", ",".join([*trades.codes.values()]))
    done = [trades.make() for _ in range(4)]
    for trade in done:
        file_all(everybody, trade.filings())
        settled(stack, trade)
    number = wait_for(lambda: stack.psql(f"select customs_numbers(id) from declaration where order_no = '{done[0].order_no}'"), "customs' number")
    accept(everybody.file(done[0].sent_back({2: "1"}, inventory_no=number)), 201)

    def told():
        months = accept(credit_of(sides), 200).json["months"]
        return months if sum(v["released"] for v in months["value"]) == 4 and months["returns"]["requested"] == 1 else None
    months = wait_for(told, "releases and the return are counted")
    assert [(v["direction"], v["currency"], round(float(v["value"]) * 100)) for v in months["value"]] == [("import", "142", sum(t.goods_fen for t in done))]
    assert months["returns"] == {"requested": 1, "released": 4, "rate": "0.2500"}
    # bills: gathered in time, gathered too late, not gathered and too late, of yesterday, void
    bills = [(done[0], 2, "10"), (done[1], 2, "46"), (done[2], 1, None), (done[3], 3, "1")]
    for n, (trade, status, days) in enumerate(bills):
        stack.psql(f"insert into tax_bill (tax_no, id, inventory_no, status, status_at, made_at, merchant_code, declaration_id, received_at)"
                   f" select 'T{trades.tag}{n}', id, 'x', {status}, released_at + interval '{days or 0} days', released_at, '{sides.code}', id, released_at"
                   f" from declaration where order_no = '{trade.order_no}'")
    tax = accept(credit_of(sides), 200).json["months"]["tax"]
    assert tax == {"bills": 3, "gathered": 2, "late": 1, "on_time": False}
    body = credit_of(sides).body.decode()
    for secret in (done[0].buyer, done[0].buyer_id, done[0].order_no, trades.codes["platform"], f"T{trades.tag}"):
        assert secret not in body
