"""How enterprises come in: states, who moves them, what they allow in production; and what a sandbox reports."""
import json

import pytest

from filer import CODES, FLOWS
from stack import wait_for
from support import accept, file_all, new_stack, problem, settled, stacks

STATES = ("applied", "tested", "approved", "live")


@pytest.fixture(scope="module")
def production():
    s = new_stack(purpose="production", settings={"test": {"clock": False}})
    try:
        yield s.start()
    finally:
        stacks.remove(s)
        s.remove()


def move(stack, name, state, reason=None):
    return stack.operator.post(f"/v1/clients/{name.replace(' ', '%20')}/state", {"state": state} | ({"reason": reason} if reason else {}))


def state_of(stack, name):
    return next(c["state"] for c in json.loads(stack.ctl("client", "list", "-o", "json").stdout) if c["name"] == name)


def test_production_takes_filings_of_live_enterprises_only(production, trades):
    stack = production
    api = stack.client("newcomer", "enterprise", "--codes", ",".join(CODES.values()))
    order = trades.make().order()
    for state in STATES[:-1]:
        if state != "applied":
            accept(move(stack, "newcomer", state), 200)
        wait_for(lambda: api.get("/v1/me").json["state"] == state, "the daemon knows")
        me = api.get("/v1/me").json
        assert me["may_file"] is False and me["next"] and me["environment"] == "production" and me["sandbox"] is False
        told = problem(api.file(order), 403, "not-live")
        assert state in told["detail"] and me["next"] in told["detail"]
        accept(api.get("/v1/declarations"), 200)  # reading needs no state
    accept(move(stack, "newcomer", "live"), 200)
    wait_for(lambda: api.get("/v1/me").json["may_file"], "it is live")
    assert api.get("/v1/me").json["next"] is None
    accept(api.file(order))
    accept(move(stack, "newcomer", "tested", "another interface"), 200)
    wait_for(lambda: not api.get("/v1/me").json["may_file"], "it was set back")
    problem(api.file(order), 403, "not-live")  # even a repeat
    assert stack.psql("select count(*) from filing_key") == "1"


def test_production_has_no_sandbox(production, trades):
    stack = production
    api = stack.client("tries things", "enterprise", "--codes", CODES["platform"])
    for _ in STATES[1:]:
        stack.ctl("client", "promote", "tries things")
    wait_for(lambda: api.get("/v1/me").json["state"] == "live", "the daemon knows")
    reply = api.file(trades.make().order(), Sandbox_Fault="lost-answer")
    problem(reply, 404, "not-found")
    for path, body in (("/sandbox/faults", {"authority": "CUS", "fault": "slow"}), ("/sandbox/clock", {"shift_s": 1}), ("/v1/me/report", None)):
        problem(api.post(path, body) if body else api.get(path), 404, "not-found")
    problem(stack.operator.get("/v1/clients/tries%20things/report"), 404, "not-found")
    assert stack.ctl("client", "report", "tries things", ok=None).returncode == 1
    for reply in (reply, api.get("/v1/me"), stack.daemon.public.get("/healthz")):
        assert "tongguan-environment" not in reply.headers
    assert stack.mock.exceptions("CUS") == []


def test_every_answer_of_a_test_database_says_so(stack, trades):
    for reply in (stack.enterprise.file(trades.make().order()), stack.enterprise.get("/v1/nothing"), stack.daemon.public.get("/healthz"),
                  stack.daemon.public.get("/v1/me"), stack.daemon.public.get("/openapi.json")):
        assert reply.headers["tongguan-environment"] == "test", reply
    me = stack.enterprise.get("/v1/me").json
    assert me["state"] == "applied" and me["may_file"] is True and me["environment"] == "test" and me["sandbox"] is False


def test_who_one_is(stack):
    me = stack.enterprise.get("/v1/me", Accept_Language="zh").json
    assert me["name"] == "enterprise" and me["role"] == "enterprise" and set(me["codes"]) == set(CODES.values()) and me["authority"] is None
    assert me["state_title"] == "已申请" and "沙箱" in me["next"]
    for api, role, authority in ((stack.operator, "operator", None), (stack.regulator, "regulator", None),
                                 (stack.caller(stack.tokens["authority-TAX"]), "authority", "TAX")):
        me = api.get("/v1/me").json
        assert (me["role"], me["authority"], me["state"], me["may_file"], me["codes"]) == (role, authority, None, False, [])


def test_steps_and_their_history(stack, trades):
    name = f"steps {trades.tag}"
    stack.client(name, "enterprise", "--codes", CODES["carrier"])
    path = f"/v1/clients/{name.replace(' ', '%20')}"
    problem(move(stack, name, "live"), 409, "state-conflict")
    problem(move(stack, name, "applied"), 409, "state-conflict")
    one = accept(move(stack, name, "tested"), 200).json
    assert one["state"] == "tested" and one["history"][-1]["to"] == "tested"
    assert stack.ctl("client", "promote", name, "--reason", "contract 17").stdout == "approved\n"
    assert stack.ctl("client", "promote", name, "--to", "live").stdout == "live\n"
    assert stack.ctl("client", "promote", name, ok=(1,)).returncode == 1  # there is no further one
    problem(move(stack, name, "approved"), 400, "bad-request")  # back without a reason
    accept(move(stack, name, "applied", "the software was replaced"), 200)
    assert stack.ctl("client", "promote", name, "--to", "approved", ok=(1,)).returncode == 1
    history = accept(stack.operator.get(path), 200).json["history"]
    assert [(h["from"], h["to"]) for h in history] == [(None, "applied"), ("applied", "tested"), ("tested", "approved"), ("approved", "live"),
                                                       ("live", "applied")]
    assert [h["actor"] for h in history if not h["actor"].startswith("tongguanctl:")] == ["operator", "operator"]
    assert history[2]["reason"] == "contract 17" and history[4]["reason"] == "the software was replaced" and history[1]["reason"] is None
    told = json.loads(stack.ctl("client", "history", name, "-o", "json").stdout)
    assert [(h["from"], h["to"], h["actor"], h["reason"]) for h in told] == [(h["from"], h["to"], h["actor"], h["reason"]) for h in history]
    assert state_of(stack, name) == "applied"


def test_of_two_operators_one_is_told_to_look_again(stack, trades):
    """Many at once: each step is made once, whoever made it."""
    import threading
    name = f"race {trades.tag}"
    stack.client(name, "enterprise", "--codes", CODES["carrier"])
    replies, barrier = [], threading.Barrier(6)

    def go():
        barrier.wait()
        replies.append(move(stack, name, "tested").status)
    threads = [threading.Thread(target=go) for _ in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(replies) == [200] + [409] * 5
    assert len(stack.operator.get(f"/v1/clients/{name.replace(' ', '%20')}").json["history"]) == 2


def test_what_is_refused(stack, trades):
    name = f"refused {trades.tag}"
    stack.client(name, "enterprise", "--codes", CODES["carrier"])
    path = f"/v1/clients/{name.replace(' ', '%20')}/state"
    for body in ({}, {"state": "king"}, {"state": 3}, {"state": "tested", "reason": 7}, {"state": "tested", "reason": "x" * 501},
                 {"state": "tested", "surprise": 1}, []):
        problem(stack.operator.post(path, body), 400, "bad-json" if isinstance(body, list) else "bad-request")
    problem(move(stack, "nobody at all", "tested"), 404, "not-found")
    problem(move(stack, "operator", "tested"), 409, "state-conflict")
    problem(stack.operator.get("/v1/clients/nobody"), 404, "not-found")
    for query in ("role=king", "state=king", "limit=0", "cursor=x", "name=x"):
        problem(stack.operator.get(f"/v1/clients?{query}"), 400, "bad-request")
    for wrong, status in ((["client", "promote", "nobody"], 1), (["client", "promote", "operator"], 1), (["client", "promote", name, "--to", "king"], 64),
                          (["client", "history", "nobody"], 1), (["client", "history", "operator"], 1), (["client", "report", "operator"], 1),
                          (["client", "promote"], 64), (["client", "add", "a/b", "--role", "operator"], 64)):
        assert stack.ctl(*wrong, ok=None).returncode == status, wrong
    assert state_of(stack, name) == "applied"


def test_clients_in_pages(stack, trades):
    names = [f"page {i} {trades.tag}" for i in range(5)]
    for name in names:
        stack.ctl("client", "add", name, "--role", "enterprise", "--code", CODES["zone"])
    for name in names[::2]:
        stack.ctl("client", "promote", name)
    listed = [c["name"] for c in stack.operator.pages("/v1/clients?limit=2")]
    assert len(listed) == len(set(listed)) and [n for n in listed if n in names] == names
    assert "tg_" not in json.dumps(stack.operator.get("/v1/clients?limit=500").json)
    tested = [c["name"] for c in stack.operator.pages("/v1/clients?state=tested&limit=1")]
    assert [n for n in tested if n in names] == names[::2]
    assert {c["role"] for c in stack.operator.pages("/v1/clients?role=regulator")} == {"regulator"}


def test_the_report_counts_what_was_tried(stack, trades):
    name = f"report {trades.tag}"
    api = stack.client(name, "enterprise", "--codes", ",".join(CODES.values()))
    empty = accept(api.get("/v1/me/report"), 200).json
    assert len(empty["messages"]) == 19 and sum(m["filings"] for m in empty["messages"]) == 0 and empty["declarations"]["all"] == 0
    done, open_ = trades.make(), trades.make("export")
    file_all(api, done.filings())
    file_all(api, [open_.order(), open_.waybill()])
    assert api.file(open_.payment(currency="999")).status == 422  # refused: not stored, not counted
    settled(stack, done)
    report = accept(api.get("/v1/me/report"), 200).json
    filed = {(m["kind"], m["direction"]): m["filings"] for m in report["messages"] if m["filings"]}
    assert filed == {(k, "import"): 1 for k in FLOWS} | {("order", "export"): 1, ("waybill", "export"): 1}
    assert report["declarations"]["all"] == 2 and report["declarations"]["released"] == 1 and report["declarations"]["missing"] == 1
    assert {(a["authority"], a["outcome"]): a["count"] for a in report["answers"]} == {(c, "clear"): 1 for c in stack.authorities}
    def same(other):
        return {k: v for k, v in other.items() if k != "made_at"}
    assert same(json.loads(stack.ctl("client", "report", name).stdout)) == same(report)
    assert same(stack.operator.get(f"/v1/clients/{name.replace(' ', '%20')}/report").json) == same(report)
