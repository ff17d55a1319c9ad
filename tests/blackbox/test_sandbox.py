"""Faults on order, for whoever tries its software: with a filing, and with one's own messages at an authority."""
import http.client

import pytest

from filer import ceb
from stack import wait_for
from support import accept, file_all, new_stack, problem, settled, stacks


@pytest.fixture(scope="module")
def sandbox():
    s = new_stack(purpose="sandbox")
    try:
        yield s.start()
    finally:
        stacks.remove(s)
        s.remove()


@pytest.fixture(autouse=True)
def as_at_first(sandbox):
    sandbox.mock.calm()


def order(api, **wish):
    return api.post("/sandbox/faults", wish)


def part(stack, trade, code):
    d = stack.regulator.declaration(trade.order_no)
    return next((p for p in d["parts"] if p["authority"] == code), None) if d else None


def attempts(stack, trade, code):
    d = stack.regulator.declaration(trade.order_no)
    v = stack.regulator.get(f"/v1/deliveries/{d['id']}.{code}.1").json
    return stack.mock.message(code, v["message_id"])


def test_every_answer_says_that_it_is_a_sandbox(sandbox):
    assert sandbox.daemon.public.get("/healthz").headers["tongguan-environment"] == "sandbox"
    assert sandbox.enterprise.get("/v1/me").json["sandbox"] is True


# --- with a filing --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_lost_answer_is_found_by_sending_again(sandbox, trades, form):
    filing = trades.make().order()
    body = ceb([filing]) if form == "xml" else filing
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        sandbox.enterprise.file(body, Sandbox_Fault="lost-answer")
    assert sandbox.psql(f"select count(*) from filing_key where business_key like '%{filing['order_no']}'") == "1"
    again = accept(sandbox.enterprise.file(body), 200)
    if form == "json":
        sandbox.verify(again.body)
    accept(sandbox.enterprise.get("/v1/me"), 200)


def test_an_answer_that_tells_of_no_storing_is_not_lost(sandbox, trades):
    problem(sandbox.enterprise.file(trades.make().order(currency="999"), Sandbox_Fault="lost-answer"), 422, "rule-broken")


def test_a_wrong_signature_is_shown_but_not_stored(sandbox, trades):
    filing = trades.make().order()
    shown = accept(sandbox.enterprise.file(filing, Sandbox_Fault="wrong-signature"))
    with pytest.raises(ValueError, match="signature"):
        sandbox.verify(shown.body)
    stored = sandbox.enterprise.get(f"/v1/filings/{shown.json['id']}/receipt")
    sandbox.verify(stored.body)
    assert sandbox.enterprise.file(filing).body == stored.body
    assert sum(a != b for a, b in zip(shown.body, stored.body)) == 1 and len(shown.body) == len(stored.body)
    several = accept(sandbox.enterprise.file([trades.make().order(), trades.make().order()], Sandbox_Fault="wrong-signature")).json["results"]
    for r in several:
        assert sandbox.enterprise.get(f"/v1/filings/{r['receipt']['id']}/receipt").json["seal"]["signature"] != r["receipt"]["seal"]["signature"]


def test_unknown_orders_with_a_filing_store_nothing(sandbox, trades):
    filing = trades.make().order()
    problem(sandbox.enterprise.file(filing, Sandbox_Fault="earthquake"), 400, "bad-request")
    problem(sandbox.enterprise.file(ceb([filing]), Sandbox_Fault="wrong-signature", Accept="application/xml"), 400, "bad-request")
    problem(sandbox.enterprise.post("/v1/filings?dry_run=true", filing, Sandbox_Fault="lost-answer"), 400, "bad-request")
    problem(sandbox.enterprise.post("/v1/filings", filing, "application/x-ndjson", Sandbox_Fault="lost-answer"), 400, "bad-request")
    accept(sandbox.enterprise.file(filing))  # new: nothing was there


# --- with an authority ----------------------------------------------------------------------------------------


def test_a_refusal_hits_the_order_that_it_is_for(sandbox, trades):
    hit, other = trades.make(), trades.make()
    told = accept(order(sandbox.enterprise, authority="TAX", fault="refuse", times=2, order_no=hit.order_no)).json
    assert told == {"authority": "TAX", "fault": "refuse", "times": 2, "ms": None, "order_no": hit.order_no}
    for trade in (hit, other):
        file_all(sandbox.enterprise, trade.filings())
        settled(sandbox, trade)
    assert part(sandbox, hit, "TAX")["attempts"] == 3 and part(sandbox, other, "TAX")["attempts"] == 1
    assert part(sandbox, hit, "CUS")["attempts"] == 1
    assert sandbox.mock.exceptions("TAX") == []


@pytest.mark.parametrize("code", ["CUS", "FX"])
def test_each_fault_shows_at_the_authority(sandbox, trades, code):
    expected = {"wrong": 2, "lose-answer": 2, "slow": 1, "late": 1, "answer-twice": 1}
    made = {}
    for fault in expected:
        made[fault] = trades.make()
        accept(order(sandbox.enterprise, authority=code, fault=fault, order_no=made[fault].order_no, ms=30))
        file_all(sandbox.enterprise, made[fault].filings())
    for fault, times in expected.items():
        settled(sandbox, made[fault])
        seen = attempts(sandbox, made[fault], code)
        assert seen["attempts"] == times and seen["effects"] == 1, (fault, seen)
    wait_for(lambda: attempts(sandbox, made["answer-twice"], code)["posted"] == 2, "it answered twice")
    assert attempts(sandbox, made["late"], code)["posted"] == 1 and attempts(sandbox, made["slow"], code)["posted"] == 0
    rejected = trades.make()
    accept(order(sandbox.enterprise, authority=code, fault="reject", order_no=rejected.order_no))
    file_all(sandbox.enterprise, rejected.filings())
    settled(sandbox, rejected, "rejected")


def test_without_an_order_number_the_next_messages_of_ones_companies(sandbox, trades):
    stranger = sandbox.client(f"stranger {trades.tag}", "enterprise", "--codes", "913301000000000000")
    accept(order(stranger, authority="CUS", fault="reject", times=5))
    trade = trades.make()
    file_all(sandbox.enterprise, trade.filings())
    settled(sandbox, trade)  # names none of the stranger's companies
    assert sandbox.mock.exceptions("CUS")[0]["left"] == 5
    accept(order(sandbox.enterprise, authority="CUS", fault="inspect", times=1))
    trade = trades.make()
    file_all(sandbox.enterprise, trade.filings())
    settled(sandbox, trade, "inspect")


def test_nobody_disturbs_anothers_order(sandbox, trades):
    trade = trades.make()
    file_all(sandbox.enterprise, trade.filings(("order",)))
    wait_for(lambda: sandbox.enterprise.declaration(trade.order_no), "it is there")
    stranger = sandbox.client(f"other {trades.tag}", "enterprise", "--codes", "913301000000000001")
    problem(order(stranger, authority="CUS", fault="reject", order_no=trade.order_no), 404, "not-found")
    assert sandbox.mock.exceptions("CUS") == []
    accept(order(stranger, authority="CUS", fault="reject", order_no=f"{trade.order_no}-later"))  # nobody's yet: only with the stranger's company
    assert sandbox.mock.exceptions("CUS")[0]["codes"] == ["913301000000000001"]


def test_orders_that_are_refused(sandbox, trades):
    for wish in ({}, {"authority": "CUS"}, {"authority": "XX", "fault": "slow"}, {"authority": "CUS", "fault": "earthquake"},
                 {"authority": "CUS", "fault": "slow", "times": 0}, {"authority": "CUS", "fault": "slow", "times": 1001},
                 {"authority": "CUS", "fault": "slow", "ms": "1"}, {"authority": "CUS", "fault": "slow", "order_no": ""},
                 {"authority": "CUS", "fault": "slow", "order_no": 7}, {"authority": "CUS", "fault": "slow", "surprise": 1}):
        problem(order(sandbox.enterprise, **wish), 400, "bad-request")
    problem(order(sandbox.enterprise, authority="ECO", fault="slow"), 409, "state-conflict")
    problem(order(sandbox.operator, authority="CUS", fault="slow"), 403, "forbidden")


def test_an_authority_that_is_no_simulator(own, trades):
    stack = own(purpose="sandbox")
    stack.connect("FX", url="http://127.0.0.1:1/FX/messages")
    reply = wait_for(lambda: (lambda r: r if r.status == 503 else None)(order(stack.enterprise, authority="FX", fault="slow")), "nobody is there")
    assert problem(reply, 503, "authority-away") and reply.headers["retry-after"]
    stack.connect("FX", url=f"{stack.daemon.url}/FX/messages")
    wait_for(lambda: stack.daemon.events("sandbox.not_ordered")[-1]["msg"].startswith("HTTP 404")
             if order(stack.enterprise, authority="FX", fault="slow").status == 503 else False, "it takes no orders")


# --- time -----------------------------------------------------------------------------------------------------


def test_business_time_moves_ahead(own, trades):
    stack = own(purpose="sandbox", settings={"sandbox": {"clock_days": 4}, "test": {"clock": False}})
    trade = trades.make()
    file_all(stack.enterprise, trade.filings(("order",)))
    settled(stack, trade, "waiting")
    for wrong in (-1, 4 * 86400 + 1, "1", None):
        problem(stack.enterprise.post("/sandbox/clock", {"shift_s": wrong}), 400, "bad-request")
    accept(stack.enterprise.post("/sandbox/clock", {"shift_s": 4 * 86400}), 200)
    settled(stack, trade, "expired")
    accept(stack.enterprise.post("/sandbox/clock", {"shift_s": 0}), 200)
    problem(stack.operator.post("/test/clock", {"shift_s": 1}), 404, "not-found")


def test_a_test_database_is_no_sandbox(stack, trades):
    problem(stack.enterprise.file(trades.make().order(), Sandbox_Fault="lost-answer"), 404, "not-found")
    problem(order(stack.enterprise, authority="CUS", fault="slow"), 404, "not-found")
    problem(stack.enterprise.post("/sandbox/clock", {"shift_s": 1}), 404, "not-found")
