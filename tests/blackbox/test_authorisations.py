"""Who declares for another enterprise needs its authorisation (E25): granting, both sides, revoking, and what filings are told."""
import datetime

import pytest

from filer import CODES, ceb, credit_code, today
from stack import wait_for
from support import accept, problem

KINDS = ["inventory", "cancellation", "return"]


class Pair:
    """A merchant and a declarant of one's own, each with its client; nothing is granted yet."""

    def __init__(self, stack, trades, number=1):
        self.stack, self.trades = stack, trades
        subject = f"{int(trades.tag, 16) % 10 ** 6:06d}"
        self.principal, self.agent = (credit_code("330100", f"M{side}{subject}") for side in (f"{number}", f"{number + 1}"))
        stack.register([(self.principal, "甲电商有限公司", ["merchant"]), (self.agent, "乙报关有限公司", ["declarant"])])
        self.merchant = stack.client(f"merchant {number} {trades.tag}", "enterprise", "--codes", self.principal)
        self.declarant = stack.client(f"declarant {number} {trades.tag}", "enterprise", "--codes", self.agent)
        trades.codes |= {"merchant": self.principal, "declarant": self.agent}

    def grant(self, api=None, **more):
        return (api or self.merchant).post("/v1/authorisations", {"principal": self.principal, "agent": self.agent, "kinds": KINDS} | more)

    def refused(self, reply, field="declarant_code"):
        errors = problem(reply, 422, "rule-broken")["errors"]
        assert [(e["code"], e["pointer"]) for e in errors] == [("party.authorisation", f"/{field}")], errors
        return errors[0]

    def waits(self, status, make):
        """Daemons take a change over with their next look, which this one does at once."""
        return wait_for(lambda: next((r for r in [self.declarant.file(make())] if r.status == status), None), f"a filing is answered {status}")


@pytest.fixture
def pair(stack, trades):
    return Pair(stack, trades)


def test_without_one_nothing_is_declared(stack, pair, trades):
    trade = trades.make()
    told = pair.refused(pair.declarant.file(trade.inventory()))
    assert told["rule"] == "table authorisation_rule" and "/v1/authorisations" in told["remedy"] and told["got"] == pair.agent
    assert "rule row 1" in told["expected"] and "2016-01-01" in told["expected"] and str(today()) in told["expected"]
    chinese = pair.declarant.file(trade.inventory(), Accept_Language="zh").json["errors"][0]
    assert "授权" in chinese["detail"] and "授权" in chinese["remedy"]
    # who has it filed by itself needs none: neither the merchant for itself, nor what names no agent
    accept(pair.merchant.file(trade.inventory(declarant_code=pair.principal, guarantor_code=pair.principal)))
    accept(pair.merchant.file(trade.order(platform_code=pair.principal)))
    # the merchant itself may not have somebody declare who holds none
    pair.refused(pair.merchant.file(trades.make().inventory()))


def test_granted_used_and_revoked(stack, pair, trades):
    made = accept(pair.grant(valid_to=str(today() + datetime.timedelta(days=30))), 201).json
    assert (made["principal"], made["agent"], made["state"], made["trade_modes"]) == (pair.principal, pair.agent, "active", ["*"])
    pair.waits(201, trades.make().inventory)
    export = trades.make("export")
    accept(pair.declarant.file(export.inventory()))
    for api in (pair.merchant, pair.declarant, stack.operator, stack.regulator):
        assert accept(api.get(f"/v1/authorisations/{made['id']}"), 200).json == made
        assert made["id"] in [a["id"] for a in api.get(f"/v1/authorisations?agent={pair.agent}").json["items"]]
    assert accept(pair.grant(valid_to=made["valid_to"]), 200).json == made  # the same again
    gone = accept(pair.merchant.post(f"/v1/authorisations/{made['id']}/revoke", {"reason": "the contract has ended"}), 200).json
    assert gone["state"] == "revoked" and gone["revoked_by"].startswith("merchant") and gone["revoke_reason"] == "the contract has ended"
    pair.waits(422, trades.make().inventory)
    pair.refused(pair.declarant.file(trades.make().inventory()))
    problem(pair.merchant.post(f"/v1/authorisations/{made['id']}/revoke", {}), 409, "state-conflict")
    again = accept(pair.grant(), 201).json
    assert again["id"] != made["id"]
    accept(pair.declarant.post(f"/v1/authorisations/{again['id']}/revoke", {}), 200)  # the agent lays it down


def test_only_for_its_kinds_modes_and_days(stack, pair, trades):
    accept(pair.grant(kinds=["inventory"], trade_modes=["9610"]), 201)
    pair.waits(201, trades.make().inventory)
    pair.refused(pair.declarant.file(trades.make(mode="1210").inventory(guarantor_code=pair.principal)))
    pair.refused(pair.declarant.file(trades.make().cancellation()))
    later = Pair(stack, trades, number=3)
    coming = accept(later.grant(valid_from=str(today() + datetime.timedelta(days=1))), 201).json
    assert coming["state"] == "coming"
    over = accept(later.grant(valid_from="2020-01-01", valid_to=str(today() - datetime.timedelta(days=1))), 201).json
    assert over["state"] == "expired"
    later.refused(later.declarant.file(trades.make().inventory()))
    accept(later.grant(valid_from=str(today()), valid_to=str(today())), 201)  # both days count
    later.waits(201, trades.make().inventory)


def test_customs_xml_is_told_as_customs_would(stack, pair, trades):
    bad, good = trades.make(), trades.make()
    trades.codes = dict(trades.codes, merchant=CODES["merchant"], declarant=pair.agent)
    message = ceb([bad.inventory(), good.inventory(declarant_code=pair.principal, guarantor_code=pair.principal)])
    both = stack.client(f"both {trades.tag}", "enterprise", "--codes", f"{pair.principal},{pair.agent}")
    reply = both.post("/v1/filings", message, "application/xml", Accept="application/xml")
    assert reply.status == 207, reply
    text = reply.body.decode()
    assert text.count("<ceb:returnStatus>-621016</ceb:returnStatus>") == 1 and text.count("<ceb:returnStatus>2</ceb:returnStatus>") == 1, text
    assert "授权" in text and "Inventory[1]/InventoryHead/agentCode" in text
    lines = both.file_lines([trades.make().order(), trades.make().inventory()])  # NDJSON goes the same way
    assert [r["status"] for r in lines.lines] == [403, 422], lines


def test_who_may_grant(stack, pair, trades):
    problem(pair.grant(pair.declarant), 403, "forbidden")  # the agent helps itself
    problem(pair.grant(stack.operator), 422, "rule-broken")  # without evidence
    problem(pair.grant(stack.regulator), 403, "forbidden")
    made = accept(pair.grant(stack.operator, evidence="power of attorney 17, seen 2026-11-01"), 201).json
    assert made["evidence"].startswith("power of attorney") and made["granted_by"] == "operator"
    problem(stack.operator.post(f"/v1/authorisations/{made['id']}/revoke", {}), 422, "rule-broken")  # an operator says why
    stranger = stack.client(f"stranger {trades.tag}", "enterprise", "--codes", credit_code("330100", "MA2T7777"))
    problem(stranger.get(f"/v1/authorisations/{made['id']}"), 404, "not-found")
    problem(stranger.post(f"/v1/authorisations/{made['id']}/revoke", {}), 404, "not-found")
    assert accept(stranger.get(f"/v1/authorisations?principal={pair.principal}"), 200).json["items"] == []
    problem(pair.grant(stranger), 403, "forbidden")
    assert accept(pair.merchant.get(f"/v1/authorisations/{made['id']}"), 200).json["state"] == "active"


def test_both_are_verified(stack, pair, trades):
    unknown = credit_code("330100", "MA2T8888")
    for member, body in (("agent", {"agent": unknown}), ("agent", {"agent": pair.principal})):
        told = problem(pair.grant(**body), 422, "rule-broken")["errors"]
        assert [e["pointer"] for e in told] == [f"/{member}"], told
    accept(stack.operator.post(f"/v1/enterprises/{pair.agent}/changes", {"state": "suspended", "reason": "checked"}), 200)
    assert "agent" in problem(pair.grant(), 409, "state-conflict")["detail"]
    accept(stack.operator.post(f"/v1/enterprises/{pair.agent}/changes", {"state": "filed"}), 200)
    accept(pair.grant(), 201)


@pytest.mark.parametrize("member,body", [
    ("kinds", {"kinds": []}), ("kinds", {"kinds": ["order_receipt"]}), ("kinds", {"kinds": "inventory"}), ("kinds", {"kinds": None}),
    ("kinds", {"kinds": ["inventory", "inventory"]}), ("trade_modes", {"trade_modes": ["96100"]}), ("trade_modes", {"trade_modes": ["7777"]}),
    ("valid_from", {"valid_from": "2026-02-30"}), ("valid_to", {"valid_to": "2001-01-01"}), ("principal", {"principal": None}),
    ("surprise", {"surprise": 1}), ("agent", {"agent": 7}),
], ids=str)
def test_what_is_no_grant(stack, trades, member, body):
    good = {"principal": CODES["merchant"], "agent": CODES["declarant"], "kinds": KINDS}
    errors = problem(stack.enterprise.post("/v1/authorisations", good | body), 422, "rule-broken")["errors"]
    assert [e["pointer"] for e in errors] == [f"/{member}"], errors


def test_the_rule_is_dated(own, trades):
    """Closed, it asks for nothing from the day after on."""
    stack = own()
    pair = Pair(stack, trades)
    pair.refused(pair.declarant.file(trades.make().inventory()))
    stack.psql(f"update authorisation_rule set valid_to = '{today() - datetime.timedelta(days=1)}'")
    stack.psql("select nextval('rule_revision')")
    pair.waits(201, trades.make().inventory)
    stack.psql(f"insert into authorisation_rule (id, kinds, valid_from, source) values (2, '{{cancellation}}', '{today()}', 'test')")
    stack.psql("select nextval('rule_revision')")

    def asks():
        reply = pair.declarant.post("/v1/filings?dry_run=true", trades.make().cancellation())
        return reply.status == 422 and "rule row 2" in pair.refused(reply)["expected"]
    wait_for(asks, "cancellations need one")
    accept(pair.declarant.file(trades.make().inventory()))


def test_the_very_first_change_is_noticed(own, trades):
    """Nothing else moves: neither a client, nor a rule, nor an earlier authorisation."""
    stack = own()
    pair = Pair(stack, trades)
    wait_for(lambda: pair.declarant.file(trades.make().inventory()).status == 422, "both are known")
    stack.daemon.restart()
    accept(pair.grant(), 201)
    pair.waits(201, trades.make().inventory)
