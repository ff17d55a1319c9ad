"""The code lists: served to everybody, searched, dated; changed by an operator without a restart."""
import json
from urllib.parse import quote

import pytest

from filer import MESSAGES, ceb
from stack import wait_for
from support import accept, problem


@pytest.fixture(scope="module")
def public(stack):
    return stack.daemon.public


def codes(public, path):
    return {i["code"]: i for i in public.pages("/v1/standard/codes/" + quote(path, safe="?=&+%"))}


def test_which_lists_there_are(stack, public):
    items = {i["list"]: i for i in accept(public.get("/v1/standard/codes"), 200).json["items"]}
    assert {"currency", "country", "unit", "customs", "port", "division", "return_status", "error"} <= set(items)
    for name, item in items.items():
        assert item["title_zh"] and item["title_en"] and item["sources"] and item["count"] > 0, item
        assert accept(public.get(item["codes"]), 200).json["list"] == name
    assert items["currency"]["count"] == len(codes(public, "currency?limit=500"))
    assert items["transport"]["count"] == 18, "neither more nor those that stand for all"
    schemas = json.dumps([accept(public.get(f"/v1/standard/{k}/{d}"), 200).json for d, k in sorted(MESSAGES)])
    for name in ("currency", "country", "unit", "customs", "division", "wrap", "transport", "trade_mode"):
        assert f'"x-code-list": "{name}"' in schemas and name in items


@pytest.mark.parametrize("query,found", [
    ("currency?q=usd", {"502"}), ("currency?q=dollar", {"110", "132", "143", "501", "502", "601", "609"}), ("currency?q=人民", {"142"}),
    ("currency?code=14", {"142", "143"}), ("currency?q=142", {"142"}), ("country?q=jp", {"116"}), ("country?q=JPN", {"116"}),
    ("country?q=BES", {"409", "436"}), ("unit?q=千克", {"035"}), ("unit?q=KILOGRAM&code=03", {"035"}), ("currency?q=no+such+thing", set()),
    ("trade_mode?code=96&q=e-commerce", {"9610"}), ("error?q=验签失败", {"-301020", "-621029", "-623029", "-625005", "-625208"}),
    ("customs?code=2923", {"2923"}), ("supervised_place?code=5141", {"514101", "514102"}), ("currency?q=%25", set()),
])
def test_search(public, query, found):
    assert set(codes(public, query)) == found


def test_a_day_of_the_past(public):
    assert "304" not in codes(public, "currency?limit=500")
    then = codes(public, "currency?on=2001-05-01&limit=500")
    assert then["304"]["iso"] == ["DEM"] and then["304"]["valid_to"] == "2001-12-31" and "502" not in then
    named = [codes(public, f"country?code=354&on={day}")["354"]["name_en"] for day in ("2019-02-11", "2019-02-12")]
    assert named == ["Macedonia, former Yugoslav Republic", "North Macedonia"]


def test_pages(public):
    whole = list(public.pages("/v1/standard/codes/customs?limit=500"))
    assert len(whole) > 900 and [i["code"] for i in whole] == sorted({i["code"] for i in whole})
    assert list(public.pages("/v1/standard/codes/customs?limit=100")) == whole
    first = accept(public.get("/v1/standard/codes/customs?limit=7"), 200)
    assert first.json["next"] in first.headers["link"]
    problem(public.get(f"/v1/standard/codes/port?limit=7&cursor={first.json['next']}"), 400, "bad-request")


def test_what_is_refused(public):
    for name in ("hs", "none", "nothing", "Currency"):
        problem(public.get(f"/v1/standard/codes/{name}"), 404, "not-found")
    for query in ("on=2026-02-30", "on=today", "limit=0", "limit=x", "cursor=x", "name=x"):
        problem(public.get(f"/v1/standard/codes/unit?{query}"), 400, "bad-request")


def test_who_has_it_is_told_so(public):
    for path in ("/v1/standard/codes", "/v1/standard/codes/unit", "/v1/standard/codes/unit?q=kilo"):
        reply = accept(public.get(path), 200)
        assert reply.headers["cache-control"] == "public, no-cache"
        again = public.get(path, If_None_Match=reply.headers["etag"])
        assert again.status == 304 and again.body == b"" and again.headers["etag"] == reply.headers["etag"]
        assert public.get(path, If_None_Match='"other"').status == 200
    assert public.get("/v1/standard/codes/unit?on=2020-01-01").headers["etag"] != reply.headers["etag"]


def filed_at(stack, trades, office):
    return stack.enterprise.file(trades.make().inventory(customs_code=office))


def test_an_added_code_is_taken_and_a_closed_one_not(stack, trades, public):
    refused = problem(filed_at(stack, trades, "2995"), 422, "rule-broken")
    assert [(e["pointer"], e["code"]) for e in refused["errors"]] == [("/customs_code", "field.code")]
    tag = public.get("/v1/standard/codes/customs").headers["etag"]
    stack.ctl("code", "add", "customs", "2995", "--name-zh", "杭州试验海关", "--name-en", "Hangzhou, trial", "--from", "2020-01-01", "--source", "a test")
    wait_for(lambda: filed_at(stack, trades, "2995").status == 201, "the new office is known without a restart")
    wait_for(lambda: public.get("/v1/standard/codes/customs", If_None_Match=tag).status == 200, "whichever worker is asked")
    assert codes(public, "customs?q=trial")["2995"] == {
        "code": "2995", "name_zh": "杭州试验海关", "name_en": "Hangzhou, trial", "iso": [], "valid_from": "2020-01-01", "valid_to": None, "source": "a test"}
    assert "already" not in stack.ctl("code", "add", "customs", "2995", "--name-zh", "又", ok=(1,)).stdout
    stack.ctl("code", "close", "customs", "2995", "--to", "2020-12-31")
    wait_for(lambda: filed_at(stack, trades, "2995").status == 422, "it is closed")
    wait_for(lambda: not codes(public, "customs?code=2995"), "whichever worker is asked")
    assert codes(public, "customs?code=2995&on=2020-12-31")


def test_a_row_and_the_revision_are_enough(stack, trades):
    """What tongguanctl does, done in SQL: the row, then the revision, in two transactions."""
    assert filed_at(stack, trades, "2996").status == 422
    stack.psql("insert into code (list, code, name_zh, valid_from, source) values ('customs', '2996', '杭州二号', '2020-01-01', 'a test')")
    stack.psql("select nextval('rule_revision')")
    wait_for(lambda: filed_at(stack, trades, "2996").status == 201, "it is known")


def test_the_tool(stack):
    shown = json.loads(stack.ctl("-o", "json", "code", "list", "currency").stdout)
    assert {r["code"]: r["iso"] for r in shown}["502"] == "USD" and any(r["valid_to"] for r in shown)
    lists = {r["list"]: r for r in json.loads(stack.ctl("-o", "json", "code", "list").stdout)}
    assert lists["currency"]["closed"] == 7 and lists["division"]["title"] == "Administrative divisions"
    for arguments, status in (
            (("list", "hs"), 1), (("add", "nothing", "1", "--name-zh", "x"), 1), (("add", "currency", "ABC"), 64),
            (("add", "currency", "9 9", "--name-zh", "x"), 64), (("add", "currency", "12345678901234567", "--name-zh", "x"), 64),
            (("add", "currency", "999", "--name-zh", "x", "--iso", "eur"), 64), (("add", "currency", "999", "--name-zh", "x", "--iso", "EU EUR"), 64),
            (("add", "unit", "999", "--name-zh", "x", "--iso", "EUR"), 64), (("add", "unit", "035", "--name-zh", "x"), 1),
            (("add", "unit", "999", "--name-zh", "x", "--from", "soon"), 64), (("close", "unit", "035"), 64),
            (("close", "unit", "035", "--to", "2001-01-01"), 1), (("close", "unit", "997", "--to", "2026-01-01"), 1), (("add", "unit"), 64)):
        assert stack.ctl("code", *arguments, ok=(status,))


# --- ISO codes ------------------------------------------------------------------------------------------------


def in_iso(value, key=""):
    """A filing with ISO letters for the currencies and countries of customs."""
    if isinstance(value, dict):
        return {k: in_iso(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [in_iso(v, key) for v in value]
    if key.endswith("currency"):
        return {"142": "CNY", "502": "USD"}[value]
    if key.endswith("country_code"):
        return {"142": "CHN", "502": "USA", "609": "NZ", "116": "JPN"}[value]
    return value


@pytest.mark.parametrize("direction,kind", sorted(MESSAGES))
def test_the_same_filing_with_iso_codes(stack, trades, direction, kind):
    filing = trades.make(direction).filing(kind)
    iso = in_iso(filing)
    first = accept(stack.enterprise.post("/v1/filings?codes=iso", iso)).json
    again = accept(stack.enterprise.post("/v1/filings", filing), 200).json
    assert again["id"] == first["id"] and again["document_sha256"] == first["document_sha256"]
    document = accept(stack.enterprise.get(f"/v1/filings/{first['id']}"), 200).json["document"]
    assert document.get("currency") == filing.get("currency")
    if iso != filing:
        problem(stack.enterprise.post("/v1/filings", in_iso(trades.make(direction).filing(kind))), 422, "rule-broken")


def test_iso_codes_are_not_guessed(stack, trades):
    filing = in_iso(trades.make().inventory())
    filing["lines"][0]["country_code"], filing["country_code"] = "BES", "156"
    refused = problem(stack.enterprise.post("/v1/filings?codes=iso", filing), 422, "rule-broken")
    assert [(e["pointer"], e["code"], e["got"]) for e in refused["errors"]] == [
        ("/country_code", "field.iso-unknown", "156"), ("/lines/0/country_code", "field.iso-ambiguous", "BES")]
    assert "409 or 436" in refused["errors"][1]["expected"]
    problem(stack.enterprise.post("/v1/filings?codes=un", filing), 400, "bad-request")
    problem(stack.enterprise.post("/v1/filings?codes=iso", ceb([trades.make().order()]), "application/xml"), 400, "bad-request")
    accept(stack.enterprise.post("/v1/filings?codes=customs", trades.make().inventory()))
