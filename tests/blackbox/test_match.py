"""Three flows in one: every order of arrival, every field that must agree, identities, the waiting window."""
import itertools

import pytest

from filer import BUYERS, CODES, FLOWS, ceb, credit_code, revised
from stack import wait_for
from support import accept, file_all, judged, problem, reasons, settled
from test_intake import with_line

HOURS_72 = 72 * 3600
OTHER_COMPANY = credit_code("330100", "MA2T0999")


@pytest.mark.parametrize("direction,mode", [("import", "9610"), ("import", "1210"), ("import", "1239"), ("export", "9610"),
                                            ("export", "1210")])
def test_every_order_of_arrival_leads_to_release(stack, trades, direction, mode):
    made = []
    for n, order in enumerate(itertools.permutations(FLOWS)):
        trade = trades.make(direction, mode)
        for i, filing in enumerate(trade.filings(order)):
            accept(stack.enterprise.file(ceb([filing]) if (n + i) % 3 == 0 else filing))
        made.append(trade)
    for trade in made:
        d = settled(stack, trade)
        assert d["verdict"] == "MATCHED" and d["version"] == 1 and not d["missing"], d
        more = {"9610": {"POST"}, "1239": {"NMPA", "SAMR"}}  # shampoo and infant formula
        assert {p["authority"] for p in d["parts"]} == {"CUS", "TAX", "FX"} | more.get(mode, set())
        assert {p["outcome"] for p in d["parts"]} == {"clear"}
        assert (d["direction"], d["trade_mode"]) == (direction, mode)


@pytest.mark.parametrize("mode", ["9710", "9810"])
def test_regimes_that_ask_for_no_payment(stack, trades, mode):
    trade = trades.make("export", mode)
    file_all(stack.enterprise, [trade.order(order_type="B" if mode == "9710" else "W"), trade.waybill(), trade.inventory()])
    assert settled(stack, trade)["verdict"] == "MATCHED"


def test_a_whole_trade_in_one_batch(stack, trades):
    trade = trades.make()
    accept(stack.enterprise.file(trade.filings()))
    settled(stack, trade)


@pytest.mark.parametrize("missing", FLOWS)
def test_what_is_missing_is_named_and_waited_for(stack, trades, missing):
    trade = trades.make()
    file_all(stack.enterprise, trade.filings([k for k in FLOWS if k != missing]))
    d = wait_for(lambda: (lambda d: d if d["missing"] == [missing] else None)(stack.regulator.declaration(trade.order_no)),
                 f"only the {missing} is missing")
    assert d["verdict"] == "MISSING" and d["state"] == "waiting" and d["wait_until"], d
    told = reasons(stack, d)
    assert [r["rule"] for r in told] == ["match.missing"] and told[0]["relation"] == "missing" and told[0]["until"]
    accept(stack.enterprise.file(trade.filing(missing)))
    settled(stack, trade)


# --- what must agree ------------------------------------------------------------------------------------------

PERSON = BUYERS[0]
CONFLICTS = [  # direction, what is filed otherwise, rule, who corrects
    ("import", "payment", {"amount_paid": "0.01"}, "match.amount", "order"),
    ("import", "payment", {"payer_name": "赵六"}, "match.payer", "order"),
    ("import", "payment", {"payer_id_number": "11010519491231002X"}, "match.payer", "order"),
    ("import", "order", {"payment_no": "OTHER-1"}, "match.payment-no", "order"),
    ("import", "order", {"payment_company_code": OTHER_COMPANY}, "match.company", "order"),
    ("import", "inventory", {"buyer_name": "赵六"}, "match.buyer", "inventory"),
    ("import", "inventory", {"buyer_id_number": "11010519491231002X"}, "match.buyer", "inventory"),
    ("import", "inventory", {"buyer_telephone": "13900000001"}, "match.buyer", "inventory"),
    ("import", "inventory", {"merchant_code": OTHER_COMPANY, "guarantor_code": CODES["platform"]}, "match.company", "inventory"),
    ("import", "inventory", {"freight": "9.99"}, "match.fees", "inventory"),
    ("import", "inventory", {"insured_fee": "0.01"}, "match.fees", "inventory"),
    ("import", "inventory", {"consignee_address": "别处"}, "match.consignee", "inventory"),
    ("import", "waybill", {"consignee": "赵六"}, "match.consignee", "waybill"),
    ("import", "waybill", {"consignee_telephone": "13900000001"}, "match.consignee", "waybill"),
    ("import", "waybill", {"consignee_address": "别处"}, "match.consignee", "waybill"),
    ("import", "inventory", {"line": {"unit": "011"}}, "match.line", "inventory"),
    ("import", "inventory", {"line": {"quantity": "2", "total_price": "200.00"}}, "match.line", "inventory"),
    ("import", "inventory", {"line": {"price": "99.99", "total_price": "99.99"}}, "match.line", "inventory"),
    ("export", "payment", {"merchant_code": OTHER_COMPANY}, "match.company", "payment"),
    ("export", "payment", {"currency": "110"}, "match.currency", "order"),
    ("export", "inventory", {"line": {"currency": "110"}}, "match.currency", "inventory"),
    ("export", "inventory", {"line": {"quantity": "4", "total_price": "34.00"}}, "match.line", "inventory"),
]


@pytest.fixture(scope="module", autouse=True)
def other_company(stack):
    """It is registered, and lets the declarant declare for it."""
    stack.register([(OTHER_COMPANY, "别的公司", ["merchant"])], [(OTHER_COMPANY, CODES["declarant"])])


def other(trade, kind, changes):
    changes = dict(changes)
    line = changes.pop("line", None)
    filing = trade.filing(kind, **changes)
    return with_line(filing, 0, **line) if line else filing


@pytest.mark.parametrize("direction,kind,changes,rule,corrects", CONFLICTS, ids=[f"{c[0]}-{c[1]}-{'-'.join(c[2])}" for c in CONFLICTS])
def test_a_difference_is_a_conflict_until_it_is_corrected(stack, trades, direction, kind, changes, rule, corrects):
    trade = trades.make(direction)
    wrong = other(trade, kind, changes)
    api = stack.client(f"all {trades.tag}", "enterprise", "--codes", ",".join([*CODES.values(), OTHER_COMPANY]))
    filings = [wrong if k == kind else trade.filing(k) for k in FLOWS]
    file_all(api, filings)
    d = settled(stack, trade, "conflict")
    assert d["verdict"] == "CONFLICT" and d["version"] == 0 and not d["parts"], d
    told = [r for r in reasons(stack, d) if r["rule"] == rule]
    assert told, reasons(stack, d)
    assert {r["corrects"] for r in told} == {corrects}
    for r in told:
        assert r["relation"] == "differs" and r["source"] and r["detail"] and r["remedy"], r
        if "line" not in changes:
            assert r["left"].get("value") != r["right"].get("value"), r
    # a wrong key field cannot be changed: the filing is taken back and made anew
    if {"merchant_code"} & set(changes):
        accept(api.file(revised(wrong, "delete")))
        accept(api.file(trade.filing(kind)))
    else:
        accept(api.file(revised(trade.filing(kind))))
    assert settled(stack, trade)["verdict"] == "MATCHED"


def test_lines_one_to_one(stack, trades):
    trade = trades.make()
    inventory = trade.inventory()
    short = inventory | {"lines": inventory["lines"][:1]}
    file_all(stack.enterprise, [trade.order(), trade.payment(), trade.waybill(), short])
    d = settled(stack, trade, "conflict")
    assert "match.line-count" in {r["rule"] for r in reasons(stack, d)}
    accept(stack.enterprise.file(revised(inventory | {"lines": inventory["lines"][::-1]})))  # their order does not matter
    settled(stack, trade)


def test_a_mismatch_is_told_before_the_last_flow_has_come(stack, trades):
    trade = trades.make()
    file_all(stack.enterprise, [trade.order(), trade.payment(amount_paid="1.00")])
    d = judged(stack, trade, "CONFLICT", 2)
    assert {r["rule"] for r in reasons(stack, d)} >= {"match.amount"}


def test_two_payments_for_one_order(stack, trades):
    trade = trades.make()
    second = trade.payment(payment_no=trade.payment_no + "-2")
    file_all(stack.enterprise, [*trade.filings(("order", "payment", "waybill")), second])
    d = judged(stack, trade, "DUPLICATE", 3)
    assert "match.duplicate" in {r["rule"] for r in reasons(stack, d)}
    accept(stack.enterprise.file(revised(second, "delete")))
    accept(stack.enterprise.file(trade.inventory()))
    settled(stack, trade)


def test_a_waybill_belongs_to_one_declaration(stack, trades):
    first = trades.make()
    file_all(stack.enterprise, first.filings())
    settled(stack, first)
    thief = trades.make(waybill_no=first.waybill_no)
    file_all(stack.enterprise, thief.filings(("order", "payment", "inventory")))
    d = settled(stack, thief, {"conflict", "waiting"})
    assert wait_verdict(stack, thief, "match.waybill-taken"), reasons(stack, d)
    own_number = thief.waybill_no + "X"
    accept(stack.enterprise.file(thief.waybill(waybill_no=own_number)))
    accept(stack.enterprise.file(revised(thief.inventory(waybill_no=own_number))))
    settled(stack, thief)


def wait_verdict(stack, trade, rule):
    return wait_for(lambda: rule in {r["rule"] for r in reasons(stack, stack.regulator.declaration(trade.order_no))}, rule)


def test_the_inventory_says_which_waybill_is_meant(stack, trades):
    trade = trades.make()
    file_all(stack.enterprise, [trade.waybill(waybill_no=trade.waybill_no + "-A"), *trade.filings()])
    settled(stack, trade)


def test_the_same_order_number_on_two_platforms(stack, trades):
    api = stack.client(f"two {trades.tag}", "enterprise", "--codes", ",".join([*CODES.values(), OTHER_COMPANY]))
    one, two = trades.make(), trades.make()
    two.order_no = one.order_no
    filings = [f | ({"platform_code": OTHER_COMPANY} if "platform_code" in f else {}) for f in two.filings()]
    file_all(api, [*one.filings(), *filings])
    found = stack.regulator.get(f"/v1/declarations?order_no={one.order_no}").json["items"]
    assert {d["platform_code"] for d in found} == {CODES["platform"], OTHER_COMPANY}
    wait_for(lambda: all(d["state"] == "released" for d in stack.regulator.get(f"/v1/declarations?order_no={one.order_no}").json["items"]),
             "both are released")


# --- whose identity is attested -------------------------------------------------------------------------------


def test_another_payer_needs_an_attested_identity(stack, trades):
    buyer = BUYERS[1]
    unattested = trades.make(buyer=buyer)
    file_all(stack.enterprise, [unattested.order(), unattested.payment(payer_name="赵六"), unattested.waybill(), unattested.inventory()])
    settled(stack, unattested, "conflict")

    police = stack.client(f"police {trades.tag}", "regulator", "--authority", "POL")
    statement = {"name": buyer[0], "id_type": "1", "id_number": buyer[1], "source": "POL", "attested_at": "2026-01-01"}
    accept(police.post("/v1/identities", statement))
    assert police.post("/v1/identities", statement).status == 200
    later = trades.make(buyer=buyer)
    file_all(stack.enterprise, [later.order(), later.payment(payer_name="赵六"), later.waybill(), later.inventory()])
    settled(stack, later)
    # the attestation is of this name and number only
    stranger = trades.make(buyer=("赵六", buyer[1]))
    file_all(stack.enterprise, [stranger.order(), stranger.payment(payer_name="孙七"), stranger.waybill(), stranger.inventory()])
    settled(stack, stranger, "conflict")
    # nothing of it can be read from the table
    stored = stack.psql("select row_to_json(a)::text from identity_attestation a")
    assert buyer[0] not in stored and buyer[1] not in stored


def test_an_attestation_decides_what_waited_for_it(stack, trades):
    trade = trades.make(buyer=BUYERS[2])
    file_all(stack.enterprise, [trade.order(), trade.payment(payer_name="赵六"), trade.waybill(), trade.inventory()])
    settled(stack, trade, "conflict")
    accept(stack.operator.post("/v1/identities", {"name": trade.buyer, "id_type": "1", "id_number": trade.buyer_id,
                                                  "source": "POL", "attested_at": "2026-01-01"}))
    accept(stack.enterprise.file(revised(trade.payment(payer_name="赵六", note="再次报送"))))
    settled(stack, trade)


def test_a_filing_cannot_say_it_of_itself(stack, trades):
    body = problem(stack.enterprise.file(trades.make().order(identity_authenticated="true")), 422, "rule-broken")
    assert body["errors"][0]["code"] == "field.unknown"


def test_an_attestation_that_has_ended_counts_no_more(stack, trades):
    trade = trades.make(buyer=BUYERS[3])
    accept(stack.operator.post("/v1/identities", {"name": trade.buyer, "id_type": "1", "id_number": trade.buyer_id, "source": "POL",
                                                  "attested_at": "2020-01-01", "valid_to": "2020-12-31"}))
    file_all(stack.enterprise, [trade.order(), trade.payment(payer_name="赵六"), trade.waybill(), trade.inventory()])
    settled(stack, trade, "conflict")


def test_wrong_attestations(stack):
    good = {"name": "李小明", "id_type": "1", "id_number": BUYERS[0][1], "source": "POL", "attested_at": "2026-01-01"}
    for change, pointer in (({"id_number": "320500190001010010"}, "/id_number"), ({"id_type": "2"}, "/id_type"), ({"name": ""}, "/name"),
                            ({"attested_at": "never"}, "/attested_at"), ({"surprise": 1}, "/surprise"), ({"valid_to": 7}, "/valid_to")):
        body = problem(stack.operator.post("/v1/identities", good | change), 422, "rule-broken")
        assert pointer in {e["pointer"] for e in body["errors"]}, body
    problem(stack.enterprise.post("/v1/identities", good), 403, "forbidden")
    problem(stack.regulator.post("/v1/identities", good), 403, "forbidden")


# --- the waiting window ---------------------------------------------------------------------------------------


def test_after_72_hours_it_expires_and_a_late_flow_still_counts(own, trades):
    stack = own()
    trade, other_one = trades.make(), trades.make("export")
    file_all(stack.enterprise, trade.filings(("order", "waybill", "inventory")))
    file_all(stack.enterprise, other_one.filings(("order", "payment")))
    for t, n in ((trade, 3), (other_one, 2)):
        judged(stack, t, "MISSING", n)
    accept(stack.operator.post("/test/clock", {"shift_s": HOURS_72 - 600}), 200)
    accept(stack.enterprise.file(trades.make().waybill()))
    assert stack.regulator.declaration(trade.order_no)["state"] == "waiting"
    accept(stack.operator.post("/test/clock", {"shift_s": HOURS_72 + 5}), 200)
    for t in (trade, other_one):
        assert settled(stack, t, "expired")["verdict"] == "MISSING"
    accept(stack.enterprise.file(trade.payment()))
    settled(stack, trade)
    assert stack.regulator.declaration(other_one.order_no)["state"] == "expired"
