"""Reading: every endpoint, pages, filters, languages, and who sees what."""
import datetime
import hashlib
import json
import re

import pytest

from filer import CODES, FLOWS, MESSAGES, SHANGHAI, as_json, ceb, revised
from stack import wait_for
from support import accept, file_all, judged, problem, reasons, settled

PARTIES = {"platform": ("order",), "payment": ("payment",), "carrier": ("waybill",), "declarant": ("inventory",)}


@pytest.fixture(scope="module")
def parties(stack):
    """One client for each company that takes part in a trade."""
    return {role: stack.client(f"{role} alone", "enterprise", "--codes", CODES[role]) for role in (*PARTIES, "zone")}


def filed_by_parties(parties, trade, **changes):
    receipts = {}
    for role, kinds in PARTIES.items():
        for kind in kinds:
            receipts[kind] = accept(parties[role].file(trade.filing(kind, **changes.get(kind, {})))).json
    return receipts


def test_a_filing_by_id_key_and_digest(stack, trades):
    for direction, kind in sorted(MESSAGES):
        filing = trades.make(direction).filing(kind)
        body = as_json(filing)
        receipt = accept(stack.enterprise.post("/v1/filings", body)).json
        one = accept(stack.enterprise.get(f"/v1/filings/{receipt['id']}"), 200).json
        for name in ("id", "kind", "direction", "action", "business_key", "revision", "message_sha256", "document_sha256"):
            assert one[name] == receipt[name], name
        for name, value in filing.items():
            if name not in ("guid", "sent_at", "lines", "pack_count") and not re.fullmatch(r"[0-9.]+", str(value)):
                assert one["document"][name] == value, (name, one["document"])
        key = receipt["business_key"].replace("/", "%2F")
        found = stack.enterprise.get(f"/v1/filings?kind={kind}&direction={direction}&key={key}").json["items"]
        assert [f["id"] for f in found] == [receipt["id"]]
        found = stack.enterprise.get(f"/v1/filings?sha256={hashlib.sha256(body).hexdigest()}").json["items"]
        assert [f["id"] for f in found] == [receipt["id"]]


def test_all_filings_of_one_message_by_its_digest(stack, trades):
    body = ceb([trades.make().order() for _ in range(5)])
    ids = {r["receipt"]["id"] for r in accept(stack.enterprise.file(body)).json["results"]}
    found = stack.enterprise.get(f"/v1/filings?sha256={hashlib.sha256(body).hexdigest()}").json["items"]
    assert {f["id"] for f in found} == ids


def test_every_revision_by_key(stack, trades):
    trade = trades.make()
    first = accept(stack.enterprise.file(trade.payment())).json
    second = accept(stack.enterprise.file(revised(trade.payment(amount_paid="9.99")))).json
    key = first["business_key"].replace("/", "%2F")
    found = stack.enterprise.get(f"/v1/filings?kind=payment&direction=import&key={key}").json["items"]
    assert {(f["id"], f["revision"]) for f in found} == {(first["id"], 1), (second["id"], 2)}


def test_what_is_not_there(stack):
    for path in ("/v1/filings/0190aaaa-bbbb-8ccc-8ddd-eeeeeeeeeeee", "/v1/filings/nothing", "/v1/filings/x/receipt",
                 "/v1/declarations/nothing", "/v1/declarations/0190aaaa-bbbb-8ccc-8ddd-eeeeeeeeeeee", "/v1/declarations/x/verdict",
                 "/v1/deliveries/nothing", "/v1/nothing", "/nothing", "/v1/standard/order/sideways", "/v1/standard/x/import"):
        problem(stack.operator.get(path), 404, "not-found")
    assert stack.operator.get("/v1/filings?kind=order&direction=import&key=never").json["items"] == []
    assert stack.operator.get("/v1/declarations?order_no=never").json["items"] == []
    for path in ("/v1/filings", "/v1/filings?kind=order", "/v1/filings?sha256=xyz", "/v1/filings?kind=x&direction=import&key=y",
                 "/v1/deliveries", "/v1/deliveries?authority=CUS", "/v1/deliveries?authority=NONE&state=due"):
        problem(stack.operator.get(path), 400, "bad-request")


def test_methods(stack):
    for method, path in (("DELETE", "/v1/filings"), ("PUT", "/v1/declarations"), ("POST", "/v1/declarations"), ("PATCH", "/healthz")):
        reply = stack.operator.request(method, path, b"" if method != "DELETE" else None)
        problem(reply, 405, "method-not-allowed")
        assert "OPTIONS" in reply.headers["allow"]
    reply = stack.operator.request("OPTIONS", "/v1/filings")
    assert reply.status == 204 and {"GET", "POST"} <= set(reply.headers["allow"].replace(" ", "").split(","))
    reply = stack.daemon.public.request("HEAD", "/healthz")
    assert (reply.status, reply.body) == (200, b"")


# --- declarations ---------------------------------------------------------------------------------------------


def test_declarations_by_pages(stack, trades):
    api = stack.client(f"pages {trades.tag}", "enterprise", "--codes", ",".join(CODES.values()))
    made = [trades.make("import" if n % 2 else "export") for n in range(23)]
    for trade in made:
        accept(api.file(trade.order()))
    for limit in (1, 5, 22, 23, 500):
        seen = [d["order_no"] for d in api.pages(f"/v1/declarations?limit={limit}")]
        assert seen == [t.order_no for t in reversed(made)], limit
    page = api.get("/v1/declarations?limit=5")
    assert len(page.json["items"]) == 5
    assert re.fullmatch(r'<[^>]*cursor=[^>]+>; rel="?next"?', page.headers["link"]), page.headers
    # what comes in while somebody turns pages moves nothing
    late = trades.make()
    accept(api.file(late.order()))
    rest = api.get(f"/v1/declarations?limit=5&cursor={page.json['next']}").json["items"]
    assert [d["order_no"] for d in rest] == [t.order_no for t in list(reversed(made))[5:10]]
    last = api.get("/v1/declarations?limit=500")
    assert "next" not in last.json and "link" not in last.headers
    cursor = page.json["next"]
    for bad in (cursor[:-1] + ("A" if cursor[-1] != "A" else "B"), cursor[1:], cursor + "A", "", "%00", "x" * 5000):
        problem(api.get(f"/v1/declarations?cursor={bad}"), 400, "bad-request")


def test_declarations_by_filters(stack, trades):
    api = stack.client(f"filters {trades.tag}", "enterprise", "--codes", ",".join(CODES.values()))
    done, waiting, wrong = trades.make(), trades.make(), trades.make()
    began = datetime.datetime.now(SHANGHAI)
    file_all(api, done.filings())
    file_all(api, waiting.filings(("order", "payment")))
    file_all(api, [wrong.order(), wrong.payment(amount_paid="1.00")])
    settled(stack, done)
    judged(stack, wrong, "CONFLICT")
    judged(stack, waiting, "MISSING", 2)

    def found(query):
        return {d["order_no"] for d in api.pages(f"/v1/declarations?{query}")}
    assert found("state=released") == {done.order_no}
    assert found("state=waiting") == {waiting.order_no}
    assert found("state=conflict") == found("verdict=CONFLICT") == {wrong.order_no}
    assert found("verdict=MATCHED&state=waiting") == set()
    assert found(f"platform_code={CODES['platform']}") == {t.order_no for t in (done, waiting, wrong)}
    assert found(f"platform_code={CODES['zone']}") == set()
    assert found(f"order_no={done.order_no}") == {done.order_no}
    assert found(f"order_no={done.order_no}&state=conflict") == set()
    def at(t):
        return t.isoformat().replace("+", "%2B")
    assert found(f"from={at(began - datetime.timedelta(minutes=1))}") == {t.order_no for t in (done, waiting, wrong)}
    assert found(f"to={at(began - datetime.timedelta(minutes=1))}") == set()
    opened = api.declaration(waiting.order_no)["opened_at"].replace("+", "%2B")
    assert found(f"from={opened}") >= {waiting.order_no, wrong.order_no} and done.order_no not in found(f"from={opened}")
    assert found(f"to={opened}") == {done.order_no}
    assert found(f"from={began.date()}") == {t.order_no for t in (done, waiting, wrong)}


def test_entity_tags(stack, trades):
    trade = trades.make()
    accept(stack.enterprise.file(trade.order()))
    d = judged(stack, trade, "MISSING")
    path = f"/v1/declarations/{d['id']}"
    first = wait_for(lambda: (lambda r: r if r.headers.get("etag") else None)(stack.enterprise.get(path)), "it has a tag")
    same = stack.enterprise.get(path, If_None_Match=first.headers["etag"])
    assert (same.status, same.body) == (304, b"") and same.headers["etag"] == first.headers["etag"]
    accept(stack.enterprise.file(trade.payment()))
    changed = wait_for(lambda: (lambda r: r if r.status == 200 else None)(stack.enterprise.get(path, If_None_Match=first.headers["etag"])),
                       "the tag is another")
    assert changed.headers["etag"] != first.headers["etag"]


def test_a_declaration_tells_its_whole_story(stack, trades):
    trade = trades.make()
    file_all(stack.enterprise, trade.filings())
    d = settled(stack, trade)
    assert d["platform_code"] == CODES["platform"] and d["version"] == 1 and d["state_title"] == "Released"
    assert {f["kind"] for f in d["filings"]} == set(FLOWS) and len(d["parts"]) == 4
    items = stack.regulator.get(f"/v1/declarations/{d['id']}/timeline").json["items"]
    assert [i["at"] for i in items] == sorted(i["at"] for i in items)
    what = [i["what"] for i in items]
    assert what.count("filed") == 4 and what.count("delivered") == 4 and what.count("answered") == 4 and what.count("released") == 1
    assert what.index("filed") == 0 and "judged" in what
    verdict = stack.regulator.get(f"/v1/declarations/{d['id']}/verdict").json
    assert verdict["verdict"] == "MATCHED" and verdict["reasons"] == [] and verdict["rule_rows"], verdict


def test_two_languages(stack, trades):
    trade = trades.make()
    file_all(stack.enterprise, [trade.order(), trade.payment(amount_paid="1.00")])
    d = judged(stack, trade, "CONFLICT", 2)
    for path, names in ((f"/v1/declarations/{d['id']}", ("state_title", "verdict_title")), (f"/v1/declarations/{d['id']}/verdict", ("title",))):
        english, chinese = (stack.enterprise.get(path, Accept_Language=l).json for l in ("en", "zh-CN"))
        for name in names:
            assert english[name].isascii() and re.search(r"[\u4e00-\u9fff]", chinese[name])
    english, chinese = (stack.enterprise.get(f"/v1/declarations/{d['id']}/verdict", Accept_Language=l).json["reasons"][0] for l in ("en", "zh"))
    assert english["detail"].isascii() and re.search(r"[\u4e00-\u9fff]", chinese["remedy"])
    for header, language in (("zh", "zh"), ("zh-Hans-CN,en;q=0.8", "zh"), ("en-GB,zh;q=0.5", "en"), ("fr", "en"), ("zh;q=0.1,en;q=0.9", "en"), ("", "en")):
        reply = problem(stack.enterprise.get("/v1/declarations/x", Accept_Language=header), 404, "not-found")
        assert bool(re.search(r"[\u4e00-\u9fff]", reply["title"])) == (language == "zh"), header
    titles = stack.enterprise.get("/v1/authorities", Accept_Language="zh").json["items"]
    assert {a["code"]: a["title"] for a in titles}["CUS"] != {a["code"]: a["title"] for a in stack.enterprise.get("/v1/authorities").json["items"]}["CUS"]


# --- who sees what --------------------------------------------------------------------------------------------


def test_each_party_sees_its_own(stack, parties, trades):
    trade = trades.make()
    receipts = filed_by_parties(parties, trade, payment={"amount_paid": "1.00"})
    d = settled(stack, trade, "conflict")
    wait_for(lambda: len(stack.regulator.declaration(trade.order_no)["filings"]) == 4, "all four are there")
    for role, kinds in PARTIES.items():
        mine = parties[role].get(f"/v1/declarations/{d['id']}").json
        assert {f["kind"] for f in mine["filings"] if f["own"]} == set(kinds)
        for kind, receipt in receipts.items():
            for path in (f"/v1/filings/{receipt['id']}", f"/v1/filings/{receipt['id']}/receipt"):
                assert parties[role].get(path).status == (200 if kind in kinds else 404), (role, path)
                assert stack.regulator.get(path).status == 200
        digest = receipts["order"]["message_sha256"]
        found = parties[role].get(f"/v1/filings?sha256={digest}").json["items"]
        assert len(found) == (1 if role == "platform" else 0)
        reason = next(r for r in reasons_for(parties[role], d) if r["rule"] == "match.amount")
        assert ("value" in reason["left"]) == (role == "platform") and ("value" in reason["right"]) == (role == "payment"), (role, reason)
        story = parties[role].get(f"/v1/declarations/{d['id']}/timeline").json["items"]
        assert sum(bool(i.get("own")) for i in story if i["what"] == "filed") == len(kinds)
    both = next(r for r in reasons(stack, d) if r["rule"] == "match.amount")
    assert both["left"]["value"] == "138.21" and both["right"]["value"] == "1", both
    stranger = parties["zone"]
    for path in (f"/v1/declarations/{d['id']}", f"/v1/declarations/{d['id']}/timeline", f"/v1/declarations/{d['id']}/verdict",
                 f"/v1/deliveries?declaration_id={d['id']}"):
        problem(stranger.get(path), 404, "not-found")
    assert stranger.get(f"/v1/declarations?order_no={trade.order_no}").json["items"] == []
    assert list(stranger.pages("/v1/declarations")) == []


def reasons_for(api, declaration):
    return api.get(f"/v1/declarations/{declaration['id']}/verdict").json["reasons"]


def test_nobody_learns_of_another_from_a_conflict(stack, parties, trades):
    """The key is taken: its number is told, its content is not."""
    trade = trades.make()
    accept(parties["platform"].file(trade.order()))
    merchant = stack.client(f"merchant {trades.tag}", "enterprise", "--codes", CODES["merchant"])
    body = problem(merchant.file(trade.order(note="other")), 409, "key-conflict")
    assert set(body) <= {"type", "title", "status", "detail", "instance", "trace_id", "first_id"}
    problem(merchant.get(f"/v1/filings/{body['first_id']}"), 404, "not-found")


def test_a_waybill_finds_its_declaration_for_its_carrier(stack, parties, trades):
    trade = trades.make("export")  # an export waybill names no order
    receipt = accept(parties["carrier"].file(trade.waybill())).json
    assert receipt["declaration_id"] is None
    assert parties["carrier"].get(f"/v1/filings/{receipt['id']}").json["declaration_id"] is None
    accept(parties["declarant"].file(trade.inventory()))
    d = wait_for(lambda: parties["carrier"].declaration(trade.order_no), "the carrier sees the declaration")
    assert parties["carrier"].get(f"/v1/filings/{receipt['id']}").json["declaration_id"] == d["id"]


def test_authorities_are_public(stack):
    for api in (stack.daemon.public, stack.enterprise, stack.regulator, stack.operator, stack.caller(stack.tokens["authority-TAX"])):
        items = accept(api.get("/v1/authorities"), 200).json["items"]
        assert len(items) == 12 and {a["code"] for a in items if a["connected"]} == {"CUS", "TAX", "FX", "POST", "CIQ", "NMPA", "SAMR"}


def test_deliveries_by_pages(stack, trades):
    stack.mock.behave("TAX", down=True)
    made = [trades.make() for _ in range(7)]
    for trade in made:
        file_all(stack.enterprise, trade.filings())
    wait_for(lambda: len({v["declaration_id"] for v in stack.operator.pages("/v1/deliveries?authority=TAX&state=due&limit=3")}) >= 7,
             "seven wait for TAX")
    ids = [v["id"] for v in stack.operator.pages("/v1/deliveries?authority=TAX&state=due&limit=500")]
    assert len(ids) == len(set(ids))
    problem(stack.enterprise.get("/v1/deliveries?authority=TAX&state=due"), 403, "forbidden")
    stack.mock.behave("TAX", down=False)
    for trade in made:
        settled(stack, trade)


# --- the standard ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("direction,kind", sorted(MESSAGES))
def test_json_schema_is_what_intake_takes(stack, trades, direction, kind):
    import jsonschema
    reply = accept(stack.daemon.public.get(f"/v1/standard/{kind}/{direction}"), 200)
    assert reply.headers["content-type"].startswith("application/schema+json")
    schema = reply.json
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    filing = trades.make(direction).filing(kind)
    assert not list(validator.iter_errors(filing))
    assert list(validator.iter_errors(filing | {"surprise": 1})) and list(validator.iter_errors({}))
    for name in schema["required"]:
        assert list(validator.iter_errors({k: v for k, v in filing.items() if k != name})), name
    text = json.dumps(schema, ensure_ascii=False)
    assert "appType" in text and "报送类型" in text


def test_standard_index(stack):
    index = accept(stack.daemon.public.get("/v1/standard"), 200).json
    text = json.dumps(index)
    for direction, kind in MESSAGES:
        assert f"/v1/standard/{kind}/{direction}" in text
