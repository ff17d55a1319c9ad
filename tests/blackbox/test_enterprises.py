"""One record for each enterprise: registering, who may know what, history, the business register, parks, phases of the pilot."""
import datetime

import pytest

from filer import CODES, credit_code, today
from stack import wait_for
from support import accept, problem

PUBLIC = {"credit_code", "name", "roles", "state", "state_title"}
SHARED = PUBLIC | {"customs_codes", "district_code", "park", "registered_at", "states"}


class Company:
    def __init__(self, stack, trades, number=1, **more):
        serial = int(trades.tag, 16) % 10 ** 6
        self.stack, self.number = stack, number
        self.code = credit_code("330100", f"M{number}{serial:06d}")
        self.customs_code = f"3301{number}{serial:05d}"[:10].ljust(10, "0")
        self.api = stack.client(f"company {number} {trades.tag}", "enterprise", "--codes", f"{self.code},{self.customs_code}")
        self.body = {"credit_code": self.code, "name": "钱塘（国际）贸易有限公司", "roles": ["merchant", "platform"], "district_code": "330102",
                     "customs_codes": [self.customs_code], "inspection_no": f"INS{number}{serial}", "tax_no": f"TAX{number}{serial:06d}",
                     "address": "解放路 1 号", "representative": "王小明"} | more

    def register(self, api=None):
        return (api or self.api).post("/v1/enterprises", self.body)

    def change(self, body, api=None):
        return (api or self.api).post(f"/v1/enterprises/{self.code}/changes", body)

    def compare(self, api=None, **said):
        body = {"source": "test register", "as_of": str(today()), "name": "钱塘(国际)贸易有限公司", "standing": "in_business"} | said
        return (api or self.stack.operator).post(f"/v1/enterprises/{self.code}/comparisons", body)

    def record(self, api=None):
        return accept((api or self.api).get(f"/v1/enterprises/{self.code}"), 200).json


@pytest.fixture
def company(stack, trades):
    return Company(stack, trades)


@pytest.fixture(scope="module")
def samr(stack):
    return stack.client("market regulator", "regulator", "--authority", "SAMR")


@pytest.fixture(scope="module")
def tax(stack):
    return stack.client("tax office", "regulator", "--authority", "TAX")


def test_registered_once(stack, company):
    made = accept(company.register(), 201).json
    assert made["state"] == "applied" and made["version"] == 1 and made["name"] == company.body["name"]
    assert made["representative"] == "王**" and "王小明" not in str(made) and made["frozen"] == [] and made["alerts"] == []
    assert accept(company.register(), 200).json == made
    company.body["name"] = "another name"
    assert accept(company.register(), 200).json == made  # the record that is there
    assert accept(company.register(stack.operator), 200).json == made
    assert stack.psql(f"select count(*) from enterprise where credit_code = '{company.code}'") == "1"
    assert "王小明" not in stack.psql(f"select row_to_json(v)::text from enterprise_now v where credit_code = '{company.code}'")


def test_any_number_finds_it(stack, company):
    made = accept(company.register(), 201).json
    for number in (company.code, company.customs_code, company.body["inspection_no"], company.body["tax_no"]):
        assert accept(company.api.get(f"/v1/enterprises/{number}"), 200).json == made
    problem(company.api.get("/v1/enterprises/nothing"), 404, "not-found")


def test_who_knows_what(stack, company, samr, tax, trades):
    made = accept(company.register(), 201).json
    assert company.record(samr) == company.record(stack.operator) == made
    stranger = stack.client(f"stranger {trades.tag}", "enterprise", "--codes", credit_code("330100", "MA2T7777"))
    authority = stack.caller(stack.tokens["authority-TAX"])
    assert set(company.record(stranger)) == set(company.record(authority)) == PUBLIC
    assert set(company.record(tax)) == set(company.record(stack.regulator)) == SHARED
    for other in (stranger, tax):
        for value in (company.body["address"], company.body["tax_no"], company.body["inspection_no"], "王"):
            assert value not in str(company.record(other))

    def listed(api, query=""):
        return {e["credit_code"] for e in api.pages(f"/v1/enterprises?limit=7{query}")}
    assert listed(company.api) == {company.code} and listed(stranger) == set()
    assert company.code in listed(samr) and company.code in listed(stack.operator, "&state=applied&role=platform")
    assert company.code not in listed(stack.operator, "&state=filed") | listed(stack.operator, "&role=warehouse")
    for wrong in ("state=tested", "role=regulator", "limit=0"):
        problem(stack.operator.get(f"/v1/enterprises?{wrong}"), 400, "bad-request")


def test_nobody_registers_another(stack, company, trades):
    stranger = stack.client(f"stranger {trades.tag}", "enterprise", "--codes", credit_code("330100", "MA2T7777"))
    problem(company.register(stranger), 403, "forbidden")
    problem(company.api.get(f"/v1/enterprises/{company.code}"), 404, "not-found")
    accept(company.register(), 201)
    problem(company.register(stranger), 403, "forbidden")  # nor is told that it is there
    problem(company.change({"name": "stolen"}, stranger), 403, "forbidden")
    assert company.record()["version"] == 1
    # a number of another enterprise
    other = Company(stack, trades, 2)
    taken = problem(stack.operator.post("/v1/enterprises", other.body | {"customs_codes": [company.customs_code]}), 409, "state-conflict")
    assert company.code not in str(taken)
    # under a customs code filings are taken for its own: only those that its client was given
    told = problem(other.api.post("/v1/enterprises", other.body | {"customs_codes": ["3301999999"]}), 422, "rule-broken")["errors"]
    assert [e["pointer"] for e in told] == ["/customs_codes"]
    accept(stack.operator.post("/v1/enterprises", other.body | {"customs_codes": [other.customs_code, "33019" + trades.tag[:5]]}), 201)


@pytest.mark.parametrize("member,value", [
    ("credit_code", "91330100MA2T9999XX"), ("credit_code", None), ("name", ""), ("name", "x" * 101), ("roles", []), ("roles", ["king"]),
    ("roles", ["merchant", "merchant"]), ("customs_codes", ["12"]), ("district_code", "999999"), ("district_code", None),
    ("park", "no-such-park"), ("address", 7), ("representative", "x" * 61), ("surprise", 1), ("tax_no", "x" * 21)], ids=str)
def test_what_is_refused(stack, company, member, value):
    told = problem(company.api.post("/v1/enterprises", company.body | {member: value}), 422, "rule-broken")["errors"]
    assert [e["pointer"] for e in told] == [f"/{member}"], told
    assert all(e["detail"] and e["remedy"] for e in told)
    problem(company.api.get(f"/v1/enterprises/{company.code}"), 404, "not-found")


def test_changes_are_history(stack, company):
    first = accept(company.register(), 201).json
    problem(company.change({"state": "filed"}), 403, "forbidden")
    problem(company.change({}), 400, "bad-request")
    problem(company.change({"reason": "none"}), 400, "bad-request")
    filed = accept(company.change({"state": "filed"}, stack.operator), 200).json
    assert filed["state"] == "filed" and filed["version"] == 2
    moved = accept(company.change({"address": "延安路 9 号", "tax_no": "NEW" + company.code[:9], "reason": "moved"}), 200).json
    assert (moved["version"], moved["address"], moved["name"]) == (3, "延安路 9 号", first["name"])
    assert [(h["version"], h["state"], h["address"]) for h in moved["history"]] == [
        (1, "applied", "解放路 1 号"), (2, "filed", "解放路 1 号"), (3, "filed", "延安路 9 号")]
    assert moved["history"][2]["reason"] == "moved" and moved["history"][1]["actor"] == "operator"
    problem(company.api.get(f"/v1/enterprises/{company.body['tax_no']}"), 404, "not-found")  # it is another one's now, or nobody's
    assert company.record()["credit_code"] == accept(company.api.get(f"/v1/enterprises/NEW{company.code[:9]}"), 200).json["credit_code"]
    problem(company.change({"state": "suspended"}, stack.operator), 400, "bad-request")  # says no reason
    problem(company.change({"state": "applied"}, stack.operator), 409, "state-conflict")
    accept(company.change({"state": "closed", "reason": "dissolved"}, stack.operator), 200)
    problem(company.change({"name": "again"}), 409, "state-conflict")
    assert [s["state"] for s in company.record(stack.regulator)["states"]] == ["applied", "filed", "closed"]


def test_one_of_two_changes_is_told_to_look_again(stack, company):
    import threading
    accept(company.register(), 201)
    replies, barrier = [], threading.Barrier(6)

    def go(n):
        barrier.wait()
        replies.append(company.change({"name": f"名称{n}"}).status)
    threads = [threading.Thread(target=go, args=(n,)) for n in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert set(replies) <= {200, 409} and replies.count(200) >= 1
    assert company.record()["version"] == 1 + replies.count(200)


def order_of(trades, company, api):
    return api.file(trades.make().order(merchant_code=company.code, merchant_name="x"))


def waits(make, status):
    return wait_for(lambda: next((r for r in [make()] if r.status == status), None), f"a filing is answered {status}")


def test_who_is_suspended_files_nothing(stack, company, trades):
    accept(company.register(), 201)
    accept(order_of(trades, company, company.api))  # not filed yet, not suspended either
    accept(company.change({"state": "filed"}, stack.operator), 200)
    accept(company.change({"state": "suspended", "reason": "licence expired"}, stack.operator), 200)
    for api in (company.api, stack.enterprise):  # the platform files no orders for it either
        errors = problem(waits(lambda: order_of(trades, company, api), 422), 422, "rule-broken")["errors"]
        assert [(e["code"], e["pointer"]) for e in errors] == [("party.suspended", "/merchant_code")]
    by_customs_code = company.api.file(trades.make().order(merchant_code=company.customs_code))
    assert by_customs_code.json["errors"][0]["code"] == "party.suspended"
    accept(company.change({"state": "filed"}, stack.operator), 200)
    waits(lambda: order_of(trades, company, company.api), 201)


def test_the_business_register_freezes_what_it_tells_otherwise(stack, company, trades, samr):
    accept(company.register(), 201)
    same = accept(company.compare(representative="王小明", address="解放路１号", district_code="330102"), 201).json
    assert same["differ"] == [] and same["alert"] is None and "王小明" not in str(same)
    found = accept(company.compare(samr, name="别的名称有限公司", representative="李四"), 201).json
    assert set(found["differ"]) == {"name", "representative"} and found["alert"]
    record = company.record()
    assert record["frozen"] == ["name", "representative"] and record["alerts"][0]["comparison"]["said"]["representative"] == "李*"
    assert "frozen" in problem(company.change({"name": "别的名称有限公司"}), 409, "state-conflict")["detail"]
    problem(company.change({"representative": "李四"}, stack.operator), 409, "state-conflict")
    accept(company.change({"address": "延安路 9 号"}), 200)  # is not frozen
    errors = problem(waits(lambda: order_of(trades, company, company.api), 422), 422, "rule-broken")["errors"]
    assert [(e["code"], e["pointer"]) for e in errors] == [("party.frozen", "/merchant_code")]
    again = accept(company.compare(name="别的名称有限公司"), 201).json
    assert again["differ"] == ["name"] and again["alert"] is None  # there is an alert of it
    assert found["alert"] in [a["id"] for a in samr.pages("/v1/enterprises/alerts?limit=3")]
    path = f"/v1/enterprises/{company.code}/alerts/{found['alert']}/resolution"
    problem(samr.post(path, {"reason": "x"}), 403, "forbidden")
    problem(stack.operator.post(path, {}), 422, "rule-broken")
    problem(stack.operator.post(path.replace(company.code, CODES["merchant"]), {"reason": "x"}), 404, "not-found")
    done = accept(stack.operator.post(path, {"reason": "renamed on 2026-11-01, certificate seen"}), 200).json
    assert done["frozen"] == [] and done["alerts"][0]["resolved_by"] == "operator"
    problem(stack.operator.post(path, {"reason": "again"}), 404, "not-found")
    accept(company.change({"name": "别的名称有限公司"}), 200)
    waits(lambda: order_of(trades, company, company.api), 201)
    assert accept(company.compare(name="别的名称有限公司", representative="王小明"), 201).json["differ"] == []


def test_what_is_out_of_business_files_nothing(stack, company, trades):
    accept(company.register(), 201)
    assert accept(company.compare(standing="revoked"), 201).json["differ"] == ["standing"]
    errors = waits(lambda: order_of(trades, company, company.api), 422).json["errors"]
    assert [e["code"] for e in errors] == ["party.frozen"]


def test_who_compares(stack, company, tax, samr):
    accept(company.register(), 201)
    problem(company.compare(tax), 403, "forbidden")
    problem(company.compare(company.api), 403, "forbidden")
    problem(tax.get("/v1/enterprises/alerts"), 403, "forbidden")
    for member, value in (("name", None), ("standing", "asleep"), ("as_of", "2999-01-01"), ("as_of", "x"), ("source", None), ("king", 1)):
        told = problem(company.compare(samr, **{member: value}), 422, "rule-broken")["errors"]
        assert [e["pointer"] for e in told] == [f"/{member}"]
    problem(samr.post("/v1/enterprises/nobody/comparisons", {"source": "x", "as_of": str(today()), "name": "x", "standing": "revoked"}), 404, "not-found")


def test_parks_are_dated(stack, company, trades):
    code = f"P{trades.tag}"
    park = {"code": code, "name_zh": "下沙园区", "kind": "bonded", "district_code": "330102", "source": "zone committee 2026-1", "valid_from": "2020-01-01"}
    made = accept(stack.operator.post("/v1/parks", park), 201).json
    assert made["valid_to"] is None
    later = str(today() + datetime.timedelta(days=10))
    accept(stack.operator.post("/v1/parks", park | {"name_zh": "新园区", "valid_from": later}), 201)

    def on(day):
        return {p["code"]: p["name_zh"] for p in accept(company.api.get(f"/v1/parks?on={day}"), 200).json["items"]}.get(code)
    assert (on("2019-12-31"), on("2020-01-01"), on(today()), on(later)) == (None, "下沙园区", "下沙园区", "新园区")
    problem(stack.operator.post("/v1/parks", park), 409, "state-conflict")
    problem(stack.operator.post("/v1/parks", park | {"kind": "king"}), 422, "rule-broken")
    problem(stack.operator.post("/v1/parks", park | {"valid_to": "2019-01-01"}), 422, "rule-broken")
    problem(company.api.post("/v1/parks", park), 403, "forbidden")
    company.body["park"] = code
    assert accept(company.register(), 201).json["park"] == code
    assert [e["credit_code"] for e in stack.operator.pages(f"/v1/enterprises?park={code}")] == [company.code]
    told = problem(company.change({"park": "nowhere"}), 422, "rule-broken")["errors"]
    assert [e["pointer"] for e in told] == ["/park"]


def test_phases_of_the_pilot(own, trades):
    """At first only enterprises of the city, then all (E14)."""
    stack = own()
    inside, outside = Company(stack, trades, 1), Company(stack, trades, 2, district_code="320508")
    accept(inside.register(), 201)
    accept(outside.register(), 201)
    stack.psql("insert into scope_rule (id, outside_may_file, district_codes, parties, valid_from, source)"
               " values (2, false, '{3301}', '{merchant_code}', '2026-01-01', 'phase one')")
    stack.psql("select nextval('rule_revision')")
    errors = problem(waits(lambda: order_of(trades, outside, outside.api), 422), 422, "rule-broken")["errors"]
    assert [(e["code"], e["pointer"], e["rule"]) for e in errors] == [("party.scope", "/merchant_code", "table scope_rule")]
    assert "rule row 2" in errors[0]["expected"] and "2026-01-01" in errors[0]["expected"]
    accept(order_of(trades, inside, inside.api))
    unknown = stack.enterprise.file(trades.make().order(merchant_code=credit_code("330100", "MA2T8888")))  # has no domicile here
    assert unknown.json["errors"][0]["code"] == "party.scope"
    accept(stack.enterprise.file(trades.make().payment()))  # payment firms are not bound
    accept(inside.compare(district_code="320508"), 201)  # the register says otherwise: it proves nothing
    waits(lambda: order_of(trades, inside, inside.api), 422)
    stack.psql(f"update scope_rule set valid_to = '{today() - datetime.timedelta(days=1)}' where id = 2")
    stack.psql("select nextval('rule_revision')")
    waits(lambda: order_of(trades, outside, outside.api), 201)
