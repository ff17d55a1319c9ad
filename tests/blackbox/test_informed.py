"""Departments that are only told of what is released: what their rows allow, never needed for a release, never in its way."""
import json

from stack import AUTHORITIES, wait_for
from support import accept, file_all, settled

TOLD = ("STAT", "COM", "FIN", "ECO")


def parts(house, trade):
    return {p["authority"]: p for p in house.regulator.declaration(trade.order_no)["parts"]}


def told(house, trade, *codes):
    return wait_for(lambda: (lambda p: p if all(c in p and p[c]["state"] == "sent" and p[c]["outcome"] == "clear" for c in codes) else None)(
        parts(house, trade)), f"{codes} are told")


def body(house, d, code):
    return json.loads(accept(house.regulator.get(f"/v1/deliveries/{d['id']}.{code}.1"), 200).json["document"]["body"])


def test_told_of_the_release_and_of_nothing_else(own, trades):
    house = own(authorities=AUTHORITIES + TOLD)
    trade, export, waiting = trades.make(), trades.make("export"), trades.make()
    file_all(house.enterprise, trade.filings() + export.filings() + waiting.filings(("order", "waybill", "inventory")))
    d = settled(house, trade)
    told(house, trade, "STAT", "COM", "FIN")
    assert "ECO" not in parts(house, trade)  # it is told of exports
    told(house, export, *TOLD)
    assert parts(house, waiting) == {}
    after = settled(house, trade)
    assert (after["state"], after["version"], after["released_at"]) == ("released", 1, d["released_at"])
    statistics = body(house, d, "STAT")
    assert set(statistics["goods"][0]) >= {"hs_code", "total_price"} and statistics["trade"]["customs_code"] == "2928"
    for code in ("STAT", "COM", "FIN"):
        text = json.dumps(body(house, d, code), ensure_ascii=False)
        assert trade.buyer not in text and trade.buyer_id not in text and trade.waybill_no not in text and "13800000000" not in text
    assert trade.order_no not in json.dumps(statistics) and body(house, d, "FIN")["payment"]["amount_paid"]
    steps = {s["authority"]: s for s in house.enterprise.get(f"/v1/declarations/{d['id']}/steps").json["steps"] if s["phase"] == "follow" and s["authority"]}
    assert {a: s["state"] for a, s in steps.items()} == {"STAT": "done", "COM": "done", "FIN": "done"} and not any(s["next"] for s in steps.values())
    # each once: a return, which makes a version of its own, tells nobody anew
    sent = {c: house.mock.summary(c)["effects"] for c in TOLD}
    assert sent == {"STAT": 2, "COM": 2, "FIN": 2, "ECO": 1}


def test_whoever_is_only_told_delays_nothing(own, trades):
    house = own(authorities=AUTHORITIES + ("STAT", "COM"))
    house.mock.behave("STAT", down=True)
    house.mock.behave("COM", outcome="rejected")
    trade = trades.make()
    file_all(house.enterprise, trade.filings())
    d = settled(house, trade)
    wait_for(lambda: parts(house, trade).get("COM", {}).get("outcome") == "rejected", "commerce wants nothing of it")
    assert parts(house, trade)["STAT"]["state"] == "due"
    told_so = accept(house.enterprise.get(f"/v1/declarations/{d['id']}/steps"), 200).json
    assert not any(s["next"] for s in told_so["steps"] if s["authority"] in ("STAT", "COM"))
    house.mock.behave("STAT", down=False)
    told(house, trade, "STAT")
    assert settled(house, trade)["state"] == "released"


def test_nobody_is_told_who_is_not_connected(stack, trades):
    trade = trades.make()
    file_all(stack.enterprise, trade.filings())
    d = settled(stack, trade)
    assert set(parts(stack, trade)) == set(AUTHORITIES)
    assert stack.psql(f"select count(*) from todo where declaration_id = '{d['id']}'") == "0"


def test_a_return_and_a_report_go_their_own_ways(own, trades):
    """Both are made of a released declaration, in whatever order they come to be due."""
    house = own(authorities=AUTHORITIES + ("STAT",))
    trade = trades.make()
    file_all(house.enterprise, trade.filings())
    d = settled(house, trade)
    number = wait_for(lambda: house.psql(f"select customs_numbers('{d['id']}')"), "customs' number")
    receipts = [accept(house.enterprise.file(trade.sent_back({2: "0.5"}, n, inventory_no=number))).json for n in (1, 2, 3)]
    told(house, trade, "STAT")
    for r in receipts:
        wait_for(lambda r=r: house.enterprise.get(f"/v1/returns/{r['id']}").json["state"] == "approved", "customs agrees")
    assert sorted(x["version"] for x in house.enterprise.declaration(trade.order_no)["returns"]) == [2, 3, 4]
    assert house.mock.summary("STAT")["effects"] == 1
