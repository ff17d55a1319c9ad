"""Who may: tokens missing, wrong, expired, disabled; every route and every role."""
import base64
import re

import pytest

from filer import CODES, credit_code
from stack import Api, wait_for
from support import accept, problem

ALL = {"enterprise", "regulator", "operator", "authority", "bank"}
READ = ALL - {"authority", "bank"}
ROUTES = {  # method, path: roles that are let in
    ("POST", "/v1/filings"): {"enterprise"},
    ("POST", "/cebcmsg"): {"enterprise"},
    ("GET", "/v1/filings"): READ,
    ("GET", "/v1/filings/{id}"): READ,
    ("GET", "/v1/filings/{id}/receipt"): READ,
    ("GET", "/v1/declarations"): READ,
    ("GET", "/v1/jobs"): READ,
    ("GET", "/v1/jobs/{id}"): READ,
    ("GET", "/v1/jobs/{id}/results"): READ,
    ("POST", "/v1/jobs/{id}/cancel"): {"enterprise", "operator"},
    ("GET", "/v1/declarations/{id}"): READ,
    ("GET", "/v1/declarations/{id}/timeline"): READ,
    ("GET", "/v1/declarations/{id}/verdict"): READ,
    ("GET", "/v1/declarations/{id}/receipts"): READ,
    ("GET", "/v1/receipts"): READ,
    ("GET", "/v1/declarations/{id}/steps"): READ,
    ("GET", "/v1/declarations/{id}/decisions"): READ,
    ("POST", "/v1/declarations/{id}/decisions"): {"regulator"},
    ("POST", "/v1/authorities/{code}/receipts"): {"authority", "operator", "regulator"},
    ("GET", "/v1/authorities/{code}/maintenance"): ALL,
    ("POST", "/v1/authorities/{code}/maintenance"): {"operator"},
    ("GET", "/v1/declarations/{id}/risk"): READ,
    ("GET", "/v1/declarations/{id}/evidence"): READ,
    ("GET", "/v1/declarations/{id}/evidence/outage"): READ,
    ("GET", "/v1/filings/{id}/proof"): READ,
    ("POST", "/v1/audit/checkpoints/{size}/cosignatures"): ALL,
    ("POST", "/v1/deliveries/retry"): {"operator", "regulator"},
    ("GET", "/v1/deliveries"): READ,
    ("GET", "/v1/deliveries/{id}"): READ,
    ("POST", "/v1/deliveries/{id}/retry"): {"operator", "regulator"},
    ("GET", "/v1/declarations/{id}/taxes"): READ,
    ("GET", "/v1/taxes"): READ,
    ("GET", "/v1/taxes/sums"): READ,
    ("GET", "/v1/returns"): READ,
    ("GET", "/v1/returns/{id}"): READ,
    ("POST", "/v1/returns/{id}/arrival"): {"operator", "regulator"},
    ("GET", "/v1/events"): READ,
    ("GET", "/v1/digests"): READ,
    ("GET", "/v1/subscriptions"): READ,
    ("POST", "/v1/subscriptions"): READ,
    ("GET", "/v1/subscriptions/{id}"): READ,
    ("PATCH", "/v1/subscriptions/{id}"): READ,
    ("DELETE", "/v1/subscriptions/{id}"): READ,
    ("GET", "/v1/subscriptions/{id}/attempts"): READ,
    ("POST", "/v1/subscriptions/{id}/rotate"): READ,
    ("POST", "/v1/subscriptions/{id}/enable"): READ,
    ("POST", "/v1/subscriptions/{id}/ping"): READ,
    ("POST", "/v1/subscriptions/{id}/replay"): READ,
    ("POST", "/v1/identities"): {"operator", "regulator"},
    ("POST", "/v1/enterprises"): {"enterprise", "operator"},
    ("GET", "/v1/enterprises"): READ,
    ("GET", "/v1/enterprises/alerts"): {"operator", "regulator"},
    ("GET", "/v1/enterprises/{code}"): ALL,
    ("POST", "/v1/enterprises/{code}/changes"): {"enterprise", "operator"},
    ("POST", "/v1/enterprises/{code}/comparisons"): {"operator", "regulator"},
    ("POST", "/v1/enterprises/{code}/alerts/{alert}/resolution"): {"operator"},
    ("GET", "/v1/parks"): ALL,
    ("POST", "/v1/parks"): {"operator"},
    ("POST", "/v1/goods"): {"enterprise", "operator"},
    ("GET", "/v1/goods/{code}"): READ,
    ("GET", "/v1/goods/{code}/{item}"): READ,
    ("POST", "/v1/goods/{code}/{item}/withdraw"): {"enterprise", "operator"},
    ("POST", "/v1/consents"): {"enterprise"},
    ("GET", "/v1/consents"): READ | {"bank"},
    ("POST", "/v1/consents/{id}/revoke"): {"enterprise"},
    ("GET", "/v1/enterprises/{code}/trade"): {"enterprise", "bank"},
    ("GET", "/v1/me/reads"): {"enterprise"},
    ("POST", "/v1/authorisations"): {"enterprise", "operator"},
    ("GET", "/v1/authorisations"): READ,
    ("GET", "/v1/authorisations/{id}"): READ,
    ("POST", "/v1/authorisations/{id}/revoke"): {"enterprise", "operator"},
    ("GET", "/v1/me"): ALL,
    ("GET", "/v1/me/report"): {"enterprise"},
    ("GET", "/v1/me/limits"): ALL,
    ("GET", "/v1/me/quality"): {"enterprise"},
    ("GET", "/v1/clients/{name}/quality"): {"operator", "regulator"},
    ("GET", "/v1/me/keys"): ALL,
    ("POST", "/v1/me/keys"): ALL,
    ("DELETE", "/v1/me/keys/{id}"): ALL,
    ("GET", "/v1/me/tokens"): ALL,
    ("POST", "/v1/me/tokens"): ALL,
    ("DELETE", "/v1/me/tokens/{id}"): ALL,
    ("GET", "/v1/me/access-log"): {"enterprise"},
    ("GET", "/v1/access-log"): {"operator"},
    ("GET", "/v1/clients"): {"operator"},
    ("GET", "/v1/clients/{name}"): {"operator"},
    ("GET", "/v1/clients/{name}/report"): {"operator"},
    ("POST", "/v1/clients/{name}/state"): {"operator"},
    ("POST", "/sandbox/faults"): {"enterprise"},
    ("POST", "/sandbox/clock"): {"enterprise"},
    ("POST", "/v1/payment-queries"): {"operator", "regulator"},
    ("GET", "/v1/payment-queries/{id}"): {"operator", "regulator"},
    ("POST", "/v1/payment-data"): {"enterprise"},
    ("POST", "/v1/tracking"): {"enterprise"},
    ("GET", "/v1/tracking"): READ,
    ("GET", "/v1/tracking/alerts"): READ,
    ("GET", "/v1/standard/tracking"): ALL,
    ("GET", "/v1/lookups"): READ,
    ("POST", "/v1/lookups"): READ,
    ("GET", "/v1/lookups/{id}"): READ,
    ("GET", "/v1/lookups/rules"): READ,
    ("POST", "/test/clock"): {"operator"},
    ("POST", "/v1/credit"): {"operator", "regulator"},
    ("GET", "/v1/credit/{code}/events"): ALL - {"bank"},
    ("GET", "/v1/credit/{code}/indicators"): ALL - {"bank"},
    ("POST", "/v1/credit/{code}/events"): {"regulator"},
    ("POST", "/v1/credit/{code}/events/{id}/changes"): {"regulator", "enterprise"},
    ("POST", "/v1/credit/{code}/ties"): {"operator", "regulator", "enterprise"},
    ("POST", "/v1/credit/{code}/outside"): {"regulator"},
    ("POST", "/v1/credit/{code}/warnings"): {"regulator"},
    ("GET", "/v1/credit-candidates"): {"operator", "regulator"},
    ("GET", "/v1/risk/rules"): {"operator", "regulator", "authority"},
    ("GET", "/v1/risk/sampling/{code}"): {"operator", "regulator", "authority"},
    ("GET", "/v1/risk/shadow"): {"operator", "regulator", "authority"},
    ("GET", "/v1/risk/alarms"): {"operator", "regulator"},
    ("GET", "/v1/risk/lanes"): {"operator", "regulator", "authority"},
    ("GET", "/v1/credit-messages"): {"operator", "regulator", "authority"},
    ("POST", "/v1/credit-messages/{id}/acknowledge"): {"regulator", "authority"},
    ("POST", "/v1/listings"): {"regulator"},
    ("POST", "/v1/listings/{id}/exit"): {"regulator"},
    ("POST", "/v1/cases"): {"operator", "regulator"},
    ("GET", "/v1/cases"): {"operator", "regulator"},
    ("GET", "/v1/cases/rules"): {"operator", "regulator"},
    ("GET", "/v1/cases/{id}"): {"operator", "regulator"},
    ("POST", "/v1/cases/{id}/steps"): {"regulator"},
    ("POST", "/v1/cases/{id}/access"): {"regulator"},
    ("POST", "/v1/persons/flags"): {"regulator"},
    ("POST", "/v1/persons/flags/search"): {"operator", "regulator"},
    ("POST", "/v1/persons/flags/{id}/changes"): {"operator", "regulator"},
    ("POST", "/v1/quality/events"): {"enterprise", "regulator"},
    ("GET", "/v1/quality/events"): READ,
    ("GET", "/v1/quality/warnings"): READ,
    ("GET", "/v1/quality/parcels"): READ,
    ("POST", "/v1/quality/recalls"): {"enterprise", "regulator"},
    ("GET", "/v1/quality/recalls"): READ,
    ("GET", "/v1/quality/recalls/{id}"): READ,
    ("POST", "/v1/quality/recalls/{id}/end"): {"regulator"},
    ("POST", "/v1/quality/plans"): {"regulator"},
    ("GET", "/v1/quality/plans"): {"operator", "regulator"},
    ("GET", "/v1/quality/plans/{id}"): {"operator", "regulator"},
    ("POST", "/v1/quality/plans/{id}/end"): {"regulator"},
    ("GET", "/v1/quality/samples"): READ,
    ("GET", "/v1/quality/samples/{id}"): READ,
    ("POST", "/v1/quality/samples/{id}/taken"): {"regulator"},
    ("POST", "/v1/quality/samples/{id}/result"): {"regulator"},
    ("POST", "/v1/brands"): {"regulator"},
    ("GET", "/v1/brands"): READ,
    ("POST", "/v1/brands/complaints"): {"regulator"},
    ("GET", "/v1/brands/complaints"): READ,
    ("POST", "/v1/brands/complaints/{id}/decision"): {"regulator"},
}
OPTIONAL = {("GET", "/v1/credit/{code}")}  # everybody may ask, and a token that is shown must be good
PUBLIC = {("GET", p) for p in ("/healthz", "/readyz", "/metrics", "/openapi.json", "/problems/{slug}", "/v1/standard", "/v1/standard/{kind}/{direction}", "/v1/standard/{kind}/{direction}/xml-schema",
                             "/v1/standard/codes", "/v1/standard/codes/{list}", "/v1/standard/regimes", "/v1/standard/{record}", "/v1/standard/goods-classes",
                             "/v1/standard/authorities", "/v1/standard/authorities/{code}", "/v1/standard/authorities/{code}/schema", "/v1/authorities", "/v1/trace", "/v1/credit-rules", "/v1/listings", "/v1/risk/draws/{day}")}

FROM_OUTSIDE = {("POST", p) for p in ("/platDataOpen", "/ceb2grab/grab/realTimeDataUpload")}  # customs and platforms, who have no token
PUBLIC |= {("GET", f"/v1/audit/{what}") for what in ("checkpoint", "proof", "consistency", "keys")}  # who proves needs to trust nobody


def concrete(path):
    for name, value in {"code": "TAX", "slug": "bad-json", "kind": "order", "direction": "import", "id": "x", "list": "unit", "name": "nobody", "record": "party", "alert": "x", "item": "x", "day": "2026-01-05"}.items():
        path = path.replace(f"{{{name}}}", value)
    return path


def call(api, method, path):
    if path == "/v1/deliveries":
        path += "?declaration_id=0069d27a-1f41-8029-bb6c-859588a3639e"
    if method in ("POST", "PATCH"):
        empty = path.endswith(("/retry", "/cancel", "/rotate", "/enable", "/ping", "/withdraw", "/acknowledge", "/consents/{id}/revoke"))
        return api.request(method, concrete(path), b"" if empty else b"{", {"Content-Type": "application/json"})
    return api.request(method, concrete(path))


@pytest.fixture(scope="module")
def roles(stack):
    return {"enterprise": stack.enterprise, "regulator": stack.client("TAX itself", "regulator", "--authority", "TAX"),
            "operator": stack.operator, "authority": stack.caller(stack.tokens["authority-TAX"]),
            "bank": stack.client("a bank", "bank", "--codes", credit_code("110000", "MA2T0909"))}


@pytest.fixture(scope="module")
def locked_out(stack):
    """Callers of the strongest role whose token has ended, was revoked, or who are disabled."""
    callers = {why: stack.client(why, "operator") for why in ("expired", "revoked", "disabled")}
    stack.psql("update client_token set expires_at = now() - interval '1 second' where client_id = (select id from client where name = 'expired');"
               "update client_token set revoked_at = now() where client_id = (select id from client where name = 'revoked');"
               "update client set disabled_at = now() where name = 'disabled'; select nextval('rule_revision')")
    for why, api in callers.items():
        wait_for(lambda: api.get("/v1/me").status == 401, f"the daemon knows that it is {why}")
    return callers


def test_the_table_is_complete(stack):
    described = {(m.upper(), path) for path, item in stack.openapi.document["paths"].items() for m in item if m in ("get", "post", "put", "delete", "patch")}
    assert described == set(ROUTES) | OPTIONAL | PUBLIC | FROM_OUTSIDE


@pytest.mark.parametrize("method,path", sorted(ROUTES))
def test_roles(stack, roles, locked_out, method, path):
    for role, api in roles.items():
        reply = call(api, method, path)
        if role in ROUTES[method, path]:
            own = path in ("/v1/quality/recalls", "/v1/quality/recalls/{id}/end", "/v1/quality/plans", "/v1/quality/plans/{id}/end",
                           "/v1/quality/samples/{id}/taken", "/v1/quality/samples/{id}/result", "/v1/brands", "/v1/brands/complaints",
                           "/v1/brands/complaints/{id}/decision", "/v1/identities", "/v1/enterprises/alerts", "/v1/returns/{id}/arrival",
                           "/v1/credit-candidates") or (
                path.startswith("/v1/credit/") and role == "enterprise")  # 403 where it is not one's own
            assert reply.status in (200, 400, 404, 403 if own else 400), (role, reply)
        else:
            problem(reply, 403, "forbidden")
    for api in (stack.daemon.public, *locked_out.values()):
        reply = call(api, method, path)
        problem(reply, 401, "unauthenticated")
        assert reply.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("method,path", sorted(PUBLIC))
def test_what_needs_no_token(stack, locked_out, method, path):
    status = 400 if path in ("/v1/trace", "/v1/audit/proof", "/v1/audit/consistency") else 200  # asked without a number
    for api in (stack.daemon.public, *locked_out.values()):
        accept(call(api, method, path), status)
    accept(call(Api(stack.daemon.address, "tg_wrong"), method, path), status)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic dGc6dGc=", "Token x", "Bearer tg_", "Bearer tg_" + "A" * 43, "Bearer " + "x" * 2000,
                                    "Bearer null", "bearer tg_wrong"], ids=lambda h: h[:20])
def test_wrong_tokens(stack, header):
    reply = stack.daemon.public.get("/v1/declarations", Authorization=header)
    problem(reply, 401, "unauthenticated")
    assert "tg_" not in reply.body.decode()


def test_a_token_of_one_letter_less_or_more(stack):
    token = stack.enterprise.token
    for wrong in (token[:-1], token + "A", token.upper(), token.replace("tg_", ""), token[:-1] + ("A" if token[-1] != "A" else "B")):
        problem(Api(stack.daemon.address, wrong).get("/v1/declarations"), 401, "unauthenticated")
    accept(stack.daemon.public.get("/v1/declarations", Authorization=f"bearer   {token}"), 200)


def basic(name, token):
    return "Basic " + base64.b64encode(f"{name}:{token}".encode()).decode()


def test_a_token_is_a_password_too(stack):
    named = stack.client("名:with a colon", "operator")
    for name, token in (("enterprise", stack.enterprise.token), ("名:with a colon", named.token)):
        accept(stack.daemon.public.get("/v1/me", Authorization=basic(name, token)), 200)
        for wrong in (basic("", token), basic(name + "x", token), basic(name, token + "x"), basic(name, ""), "Basic ", "Basic *",
                      "Basic " + base64.b64encode(token.encode()).decode()):
            reply = stack.daemon.public.get("/v1/me", Authorization=wrong)
            problem(reply, 401, "unauthenticated")
            assert "Basic" in reply.headers["www-authenticate"] or "invalid_token" in reply.headers["www-authenticate"]
    assert "Basic" in stack.daemon.public.post("/cebcmsg", b"{}").headers["www-authenticate"]
    assert "Basic" not in stack.daemon.public.post("/v1/filings", b"{}").headers["www-authenticate"]


def test_expired_and_disabled(stack, trades):
    api = stack.client(f"short {trades.tag}", "enterprise", "--codes", CODES["carrier"], "--expires-days", "1")
    accept(api.file(trades.make().waybill()))
    accept(stack.operator.post("/test/clock", {"shift_s": 86400 - 600}), 200)
    accept(api.get("/v1/declarations"), 200)
    accept(stack.operator.post("/test/clock", {"shift_s": 86400 + 60}), 200)
    try:
        problem(api.get("/v1/declarations"), 401, "unauthenticated")
        problem(api.file(trades.make().waybill()), 401, "unauthenticated")
    finally:
        accept(stack.operator.post("/test/clock", {"shift_s": 0}), 200)
    accept(api.get("/v1/declarations"), 200)
    stack.ctl("client", "disable", f"short {trades.tag}")
    wait_for(lambda: api.get("/v1/declarations").status == 401, "the daemon knows that it is disabled")
    problem(api.file(trades.make().waybill()), 401, "unauthenticated")


def test_tokens_are_not_stored(stack):
    stored = stack.psql("select row_to_json(t)::text from client_token t")
    for token in stack.tokens.values():
        assert token not in stored and token[3:] not in stored
    for name in ("tongguand.log", "tongguan-mock.log"):
        log = (stack.directory / name).read_text()
        assert not re.search(r"tg_[A-Za-z0-9_-]{20}", log)


def test_the_clock_needs_the_switch(own):
    stack = own(settings={"test": {"clock": False}})
    problem(stack.operator.post("/test/clock", {"shift_s": 1}), 404, "not-found")
