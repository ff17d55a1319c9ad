"""Samples of released goods: drawn along the feed by plans of departments, by a draw that anybody can repeat; what laboratories find is told of the goods."""
import datetime
import hashlib
import hmac

import pytest

from filer import SHANGHAI
from shop import ITEM, Shop, cases, today
from stack import wait_for
from support import accept, new_stack, numbered, problem, pull_events, stacks

INFANT, SHAMPOO = "1901101090", "3305100000"  # the two lines of every import trade
SECOND = "SKU-2"


@pytest.fixture
def shop(stack, trades):
    return Shop(stack, trades)


def plan(api, shop, status=201, **more):
    body = {"enterprise": shop.code, "share_permille": 1000, "most": 100, "from": today(1), "to": today(-30), "reason": "后续抽检", "decision_no": "抽检-1"} | more
    return accept(api.post("/v1/quality/plans", {k: v for k, v in body.items() if v is not None}), status).json


def end(api, made, status=200, reason="计划完成"):
    return accept(api.post(f"/v1/quality/plans/{made['id']}/end", {"reason": reason}), status).json


def looked_through(stack):
    """Everything that was told until now has been drawn from."""
    upto = stack.psql("select feed_watermark()")
    wait_for(lambda: stack.psql(f"select seq >= {upto} from sampling_place") == "t", "releases are drawn from")


def released(stack, shop, count=1):
    """Declarations, once a plan can have drawn from them."""
    made = [shop.released() for _ in range(count)]
    numbered(stack, made)
    looked_through(stack)
    return made


def samples(api, made, **filters):
    return list(api.pages("/v1/quality/samples?" + "&".join(f"{k}={v}" for k, v in ({"plan": made["id"]} | filters).items())))


def report(api, sample, status=200, **more):
    body = {"result": "good", "laboratory": "海关技术中心", "report_no": f"报告-{sample['id'][-6:]}"} | more
    return accept(api.post(f"/v1/quality/samples/{sample['id']}/result", body), status).json


def drawn_number(stack, made, declaration, day):
    """As whoever has the day's key works it out."""
    master = (stack.directory / "payer-key").read_bytes().strip()
    key = hmac.digest(hmac.digest(master, b"\xffrisk draw", hashlib.sha256), day.encode(), hashlib.sha256)
    return int.from_bytes(hmac.digest(key, f"{made['id']}/{declaration}".encode(), hashlib.sha256)[:8], "big") % 1000


def told(stack, api, declaration):
    numbered(stack, [declaration])
    events, _ = pull_events(api, type="sample.drawn,sample.taken,sample.result", declaration_id=declaration, limit=500)
    return [(e["type"], e["authority"], e["outcome"]) for e in events]


def test_all_are_drawn_until_there_are_enough(stack, officers, shop):
    everything = plan(officers["CIQ"], shop, most=3)
    milk = plan(officers["CIQ"], shop, enterprise=shop.code, goods_class="infant_formula", decision_no="抽检-2")
    prefix = plan(officers["CUS"], shop, hs_prefix="33", decision_no="抽检-2")
    item = plan(officers["SAMR"], shop, item_no=SECOND)
    other = plan(officers["SAMR"], shop, item_no=SECOND, direction="export")
    try:
        first, second, third = released(stack, shop, 3)
        assert sorted((s["goods"]["lines"], s["goods"]["item_no"], s["declaration_id"]) for s in samples(stack.regulator, everything)) == [
            *sorted(([1], ITEM, d) for d in (first, second)), ([2], SECOND, first)]
        for made, hs in ((milk, INFANT), (prefix, SHAMPOO), (item, SHAMPOO)):
            found = samples(stack.operator, made)
            assert [s["drawn_at"] for s in found] == sorted((s["drawn_at"] for s in found), reverse=True)
            assert {(s["declaration_id"], s["goods"]["hs_code"]) for s in found} == {(d, hs) for d in (first, second, third)} and len(found) == 3
        assert samples(stack.regulator, other) == []
        shown = accept(officers["TAX"].get(f"/v1/quality/plans/{everything['id']}"), 200).json
        assert shown["samples"] == {"drawn": 3, "taken": 0, "good": 0, "bad": 0} and (shown["state"], shown["authority"], shown["end"]) == ("open", "CIQ", None)
        assert told(stack, shop.api, first) == told(stack, stack.regulator, first)
        assert sorted(told(stack, shop.api, second)) == [("sample.drawn", a, None) for a in ("CIQ", "CIQ", "CUS", "SAMR")]
    finally:
        for made in (everything, milk, prefix, item, other):
            end(officers["CUS"], made)


def test_the_draw_can_be_repeated(stack, officers, shop):
    plans = [plan(officers["CUS"], shop, share_permille=share, item_no=ITEM, decision_no=f"抽检-{share}") for share in (200, 500, 800)]
    declarations = released(stack, shop, 5)
    for made in plans:
        found = {s["declaration_id"]: s["draw"] for s in samples(stack.regulator, made)}
        for declaration in declarations:
            at = accept(stack.regulator.get(f"/v1/declarations/{declaration}"), 200).json["released_at"]
            day = datetime.datetime.fromisoformat(at).astimezone(SHANGHAI).date().isoformat()
            number = drawn_number(stack, made, declaration, day)
            assert found.get(declaration) == ({"day": day, "drawn": number, "share_permille": made["share_permille"]}
                                              if number < made["share_permille"] else None)
        end(officers["CUS"], made)


def test_a_plan_draws_from_when_it_is_made_until_it_ends(stack, officers, shop):
    released(stack, shop)
    over = plan(officers["SAMR"], shop)
    later = plan(officers["SAMR"], shop, decision_no="抽检-2", **{"from": today(-1)})
    drawn, = released(stack, shop)
    ended = end(officers["CUS"], over)
    assert (ended["state"], ended["end"]["reason"], ended["end"]["actor"]) == ("ended", "计划完成", "department CUS")
    assert end(officers["SAMR"], over) == ended
    problem(officers["SAMR"].post(f"/v1/quality/plans/{over['id']}/end", {"reason": "另一理由"}), 409, "state-conflict")
    released(stack, shop)
    assert {s["declaration_id"] for s in samples(stack.regulator, over)} == {drawn} and samples(stack.regulator, later) == []
    listed = {p["id"]: p["state"] for p in officers["TAX"].pages("/v1/quality/plans?limit=2")}
    assert (listed[over["id"]], listed[later["id"]]) == ("ended", "open")
    assert over["id"] not in {p["id"] for p in officers["TAX"].pages("/v1/quality/plans?state=open")}
    assert later["id"] not in {p["id"] for p in officers["TAX"].pages("/v1/quality/plans?state=ended")}
    end(officers["SAMR"], later)


def test_a_result_is_recorded_once(stack, officers, shop):
    made = plan(officers["CUS"], shop)
    declaration, = released(stack, shop)
    end(officers["CUS"], made)
    one, two = samples(stack.regulator, made)
    path = f"/v1/quality/samples/{one['id']}"
    taken = accept(officers["CIQ"].post(f"{path}/taken", {"day": today(), "place": "前置仓"}), 200).json
    assert (taken["state"], taken["taken"]["place"], taken["taken"]["authority"]) == ("taken", "前置仓", "CIQ")
    assert accept(officers["CIQ"].post(f"{path}/taken", {"day": today(), "place": "前置仓"}), 200).json == taken
    problem(officers["CIQ"].post(f"{path}/taken", {"day": today()}), 409, "state-conflict")
    assert [s["id"] for s in samples(shop.api, made, state="taken")] == [one["id"]]
    good = report(officers["CIQ"], one, findings="合格，联系电话13800000000")
    assert (good["state"], good["result"]["result"], good["result"]["events"]) == ("result", "good", [])
    assert "13800000000" not in good["result"]["findings"]
    assert report(officers["CUS"], one, findings="合格，联系电话13800000000") == good
    for more in ({"result": "bad"}, {"report_no": "x"}, {"batch": "B1"}):
        problem(officers["CIQ"].post(f"{path}/result", {"laboratory": "海关技术中心", "report_no": good["result"]["report_no"], "result": "good",
                                                        "findings": good["result"]["findings"]} | more), 409, "state-conflict")
    assert report(officers["CUS"], two)["state"] == "result"  # nobody said that it was taken
    problem(officers["CIQ"].post(f"/v1/quality/samples/{two['id']}/taken", {"day": today()}), 409, "state-conflict")
    assert accept(stack.regulator.get(f"/v1/quality/plans/{made['id']}"), 200).json["samples"] == {"drawn": 2, "taken": 2, "good": 2, "bad": 0}
    assert accept(shop.api.get(f"/v1/quality/events?enterprise={shop.code}"), 200).json["items"] == []
    assert told(stack, shop.api, declaration) == [("sample.drawn", "CUS", None)] * 2 + [("sample.taken", "CUS", None)] + [("sample.result", "CUS", "good")] * 2


def test_a_bad_result_is_told_of_the_goods(stack, officers, shop):
    made = plan(officers["CUS"], shop, goods_class="infant_formula")
    declaration, = released(stack, shop)
    end(officers["CUS"], made)
    sample, = samples(stack.regulator, made)
    bad = report(officers["CIQ"], sample, result="bad", findings="检出超标", batch="B7", evidence_sha256="ab" * 32)
    event, = accept(shop.api.get(f"/v1/quality/events?enterprise={shop.code}&item_no={ITEM}"), 200).json["items"]
    assert bad["result"]["events"] == [event["id"]]
    assert (event["kind"], event["adverse"], event["goods"]["batch"], event["source"], event["reference"], event["reason"], event["authority"], event["day"]) == (
        "test", True, "B7", "海关技术中心", bad["result"]["report_no"], "检出超标", "CIQ", today())
    warning, = accept(officers["SAMR"].get(f"/v1/quality/warnings?enterprise={shop.code}"), 200).json["items"]
    assert event["warnings"] == [warning["id"]] and warning["events"] == [event["id"]]
    case, = cases(officers["SAMR"], shop)
    assert case["origin"] == f"warning/{warning['id']}"
    assert report(officers["CIQ"], sample, result="bad", findings="检出超标", batch="B7", evidence_sha256="ab" * 32) == bad
    assert len(accept(shop.api.get(f"/v1/quality/events?enterprise={shop.code}"), 200).json["items"]) == 1
    assert told(stack, shop.api, declaration)[-1] == ("sample.result", "CUS", "bad")


def test_goods_that_nobody_registered_are_a_case_of_their_declaration(stack, officers, shop):
    """There is nobody of whose goods it could be told."""
    made = plan(officers["CUS"], shop, item_no=ITEM)
    declaration, = released(stack, shop)
    end(officers["CUS"], made)
    sample, = samples(stack.regulator, made)
    stack.psql(f"update sample set item_no = '' where id = '{sample['id']}'")
    assert report(officers["SAMR"], sample, result="bad", findings="检出超标")["result"]["events"] == []
    case, = officers["CUS"].pages(f"/v1/cases?declaration_id={declaration}")
    assert (case["kind"], case["origin"], case["reason"]) == ("quality", f"sample/{sample['id']}", "检出超标")
    assert accept(officers["CUS"].get(f"/v1/quality/events?enterprise={shop.code}"), 200).json["items"] == []


def test_what_feeds_differentiated_sampling(stack, officers, shop):
    made = plan(officers["CUS"], shop)
    released(stack, shop)
    end(officers["CUS"], made)
    for sample in samples(stack.regulator, made):
        report(officers["CUS"], sample, result="bad" if sample["goods"]["item_no"] == ITEM else "good")
    rows = f"select goods_class, is_bad from sample_results where merchant_code = '{shop.code}' and at <= now() order by 1"
    assert stack.psql(rows) == "cosmetics|f\ninfant_formula|t"
    wait_for(lambda: stack.psql("select count(*) from sample_result_due") == "0", "the results are counted")
    classes = accept(stack.regulator.get(f"/v1/risk/sampling/{shop.code}"), 200).json["classes"]
    assert [(c["goods_class"], c["steps"], c["clean"]) for c in classes] == [("cosmetics", 0, 1), ("infant_formula", 1, 0)]
    stack.psql(f"update sample set hs_code = '6109100010' where merchant_code = '{shop.code}'")
    assert stack.psql(rows + ", 2") == "|f\n|t"


def test_who_may_what(stack, trades, officers, shop):
    stranger = Shop(stack, trades, "乙")
    made = plan(officers["CIQ"], shop)
    declaration, = released(stack, shop)
    end(officers["CIQ"], made)
    newest, oldest = samples(shop.api, made, limit=1)
    assert samples(stack.enterprise, made) == [newest, oldest]  # it filed the inventory
    assert samples(stranger.api, made) == [] and samples(officers["TAX"], made, enterprise=stranger.code) == []
    assert samples(officers["TAX"], made, enterprise=shop.code, declaration_id=declaration, state="open") == [newest, oldest]
    problem(stranger.api.get(f"/v1/quality/samples/{oldest['id']}"), 404, "not-found")
    for api in (shop.api, stack.enterprise, stack.operator):
        assert accept(api.get(f"/v1/quality/samples/{oldest['id']}"), 200).json == oldest
    for api in (officers["TAX"], shop.api, stack.operator):
        for path, body in (("plans", {}), (f"plans/{made['id']}/end", {"reason": "x"}), (f"samples/{oldest['id']}/taken", {"day": today()}),
                           (f"samples/{oldest['id']}/result", {"result": "good", "laboratory": "x", "report_no": "x"})):
            problem(api.post(f"/v1/quality/{path}", body), 403, "forbidden")
    problem(shop.api.get("/v1/quality/plans"), 403, "forbidden")
    for path in ("plans?state=x", "samples?state=x", "samples?plan=x", "samples?declaration_id=1"):
        problem(stack.operator.get(f"/v1/quality/{path}"), 400, "bad-request")
    for path, body in (("plans/x/end", {"reason": "x"}), (f"plans/{declaration}/end", {"reason": "x"}), ("samples/x/taken", {"day": today()}),
                       (f"samples/{declaration}/result", {"result": "good", "laboratory": "x", "report_no": "x"})):
        problem(officers["CUS"].post(f"/v1/quality/{path}", body), 404, "not-found")


def test_the_same_plan_is_one(officers, shop):
    made = plan(officers["CIQ"], shop, item_no=ITEM)
    assert plan(officers["CIQ"], shop, 200, item_no=ITEM) == made
    problem(officers["CIQ"].post("/v1/quality/plans", {"enterprise": shop.code, "item_no": ITEM, "share_permille": 1, "most": 100, "from": today(1), "to": today(-30),
                                                       "reason": "后续抽检", "decision_no": "抽检-1"}), 409, "state-conflict")
    others = [plan(officers["CUS"], shop, item_no=ITEM), plan(officers["CIQ"], shop), plan(officers["CIQ"], shop, item_no=ITEM, direction="import")]
    assert len({p["id"] for p in [made, *others]}) == 4
    for p in (made, *others):
        end(officers["CUS"], p)


@pytest.mark.parametrize("more,where", [
    ({"share_permille": 0}, "/share_permille"), ({"share_permille": 1001}, "/share_permille"), ({"share_permille": "9"}, "/share_permille"),
    ({"share_permille": None}, "/share_permille"), ({"most": 0}, "/most"), ({"most": 100001}, "/most"), ({"from": today(-2), "to": today(-1)}, "/to"),
    ({"to": today(1)}, "/to"), ({"to": None}, "/to"), ({"from": "x"}, "/from"), ({"goods_class": "furniture"}, "/goods_class"), ({"hs_prefix": "190"}, "/hs_prefix"),
    ({"hs_prefix": "19ab"}, "/hs_prefix"), ({"hs_prefix": "19", "goods_class": "cosmetics"}, "/hs_prefix"), ({"enterprise": None}, "/goods_class"),
    ({"enterprise": None, "item_no": ITEM, "hs_prefix": "19"}, "/enterprise"), ({"enterprise": "X"}, "/enterprise"), ({"direction": "both"}, "/direction"),
    ({"reason": None}, "/reason"), ({"decision_no": ""}, "/decision_no"), ({"share": 1}, "/share")], ids=str)
def test_what_is_no_plan(officers, shop, more, where):
    body = {"enterprise": shop.code, "share_permille": 1, "most": 1, "from": today(1), "to": today(-1), "reason": "x", "decision_no": "x"} | more
    errors = problem(officers["SAMR"].post("/v1/quality/plans", {k: v for k, v in body.items() if v is not None}), 422, "rule-broken")["errors"]
    assert [e["pointer"] for e in errors] == [where]


@pytest.mark.parametrize("what,body,where", [
    ("taken", {}, "/day"), ("taken", {"day": "2999-01-01"}, "/day"), ("result", {"result": "fair"}, "/result"), ("result", {"result": None}, "/result"),
    ("result", {"laboratory": ""}, "/laboratory"), ("result", {"report_no": None}, "/report_no"), ("result", {"evidence_sha256": "ab"}, "/evidence_sha256"),
    ("result", {"score": 1}, "/score")], ids=str)
def test_what_is_no_record_of_a_sample(officers, what, body, where):
    whole = ({"result": "good", "laboratory": "x", "report_no": "x"} if what == "result" else {}) | body
    path = f"/v1/quality/samples/00000000-0000-8000-8000-000000000000/{what}"
    errors = problem(officers["CUS"].post(path, {k: v for k, v in whole.items() if v is not None}), 422, "rule-broken")["errors"]
    assert [e["pointer"] for e in errors] == [where]


@pytest.fixture(scope="module")
def pair():
    """A stack whose feed two daemons follow."""
    s = new_stack().start()
    s.add_daemon("second").start()
    try:
        yield s
    finally:
        stacks.remove(s)
        s.remove()


def test_two_daemons_draw_nothing_twice(pair, trades):
    shop, officer = Shop(pair, trades), pair.client("department", "regulator", "--authority", "CUS")
    before, = released(pair, shop)
    few, all_of_them = plan(officer, shop, most=3), plan(officer, shop, decision_no="抽检-2")
    declarations = released(pair, shop, 4)

    def standing():
        return [sorted((s["id"], s["declaration_id"]) for s in samples(officer, p)) for p in (few, all_of_them)]
    drawn = standing()
    assert len(drawn[0]) == 3 and sorted(d for _, d in drawn[1]) == sorted(declarations * 2)
    for _ in range(3):  # the whole feed once more, as if what was drawn were not known
        pair.psql("update sampling_place set seq = 0; update sampling_drawn set count = 0 where plan_id = '" + all_of_them["id"] + "'")
        looked_through(pair)
    assert standing() == drawn and told(pair, officer, before) == []
    assert [len(told(pair, officer, d)) for d in declarations] == [4, 3, 2, 2]


def test_without_a_secret_nothing_is_drawn(own, trades):
    s = own(settings={"privacy": {"payer_key_file": ""}})
    shop, officer = Shop(s, trades), s.client("department", "regulator", "--authority", "CUS")
    body = {"enterprise": shop.code, "share_permille": 1000, "most": 1, "from": today(1), "to": today(-1), "reason": "x", "decision_no": "x"}
    problem(officer.post("/v1/quality/plans", body), 409, "state-conflict")
    assert s.psql("select seq from sampling_place") == "0"
