"""The description is what is there: every route answers, and every answer that any test gets is held against it (support.OpenApi)."""
import json
import re

import jsonschema

from filer import CODES, as_json, credit_code, moment
from stack import Api, wait_for
from support import accept, file_all, settled
from witness import Witness


def operations(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in ("get", "post", "put", "delete", "patch"):
                yield method.upper(), path, operation


def test_the_document_is_sound(stack):
    document = stack.openapi.document
    assert document["openapi"].startswith("3.") and document["info"]["version"]
    names = [o["operationId"] for _, _, o in operations(document)]
    assert len(names) == len(set(names))
    for method, path, operation in operations(document):
        assert operation["summary"] and operation["responses"], (method, path)
        told = {p["name"] for p in map(stack.openapi.resolve, operation.get("parameters", [])) if p["in"] == "path"}
        assert told == set(re.findall(r"\{(\w+)\}", path)), (method, path)
        for status, response in operation["responses"].items():
            assert re.fullmatch(r"[1-5]\d\d|default", status) and stack.openapi.resolve(response)["description"], (path, status)
    for name, schema in document["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
    for reference in re.findall(r'"\$ref": ?"([^"]+)"', json.dumps(document)):
        assert stack.openapi.resolve({"$ref": reference}) is not None


def test_every_route_answers_well_and_as_described(stack, trades):
    trade, dead = trades.make(), trades.make()
    body = as_json(trade.order())
    receipt = accept(stack.enterprise.post("/v1/filings", body)).json
    file_all(stack.enterprise, trade.filings(("payment", "waybill", "inventory")))
    d = settled(stack, trade)
    accept(stack.operator.post("/v1/authorities/TAX/maintenance", {"reason": "a moment"}), 201)
    accept(stack.operator.post("/v1/authorities/TAX/maintenance", {"end": True}), 200)
    accept(stack.operator.post("/v1/deliveries/retry", {"authority": "STAT", "state": "dead"}), 202)
    stack.mock.behave("POST", refuse_next=1, refuse_status=400)
    file_all(stack.enterprise, dead.filings())
    other = settled(stack, dead, "declared")
    name = f"{other['id']}.POST.1"
    job = accept(stack.enterprise.file_lines([b"{}"], Prefer="respond-async"), 202).json["id"]
    accept(a_cancelled_job(stack), 200)
    subscription = accept(stack.operator.post("/v1/subscriptions", {"url": "http://127.0.0.1:1/", "types": ["case.opened"]}), 201).json["id"]
    firm = use_credit(stack, trades.tag)
    calls = {
        ("GET", "/v1/credit/{code}"): f"/v1/credit/{firm}",
        ("GET", "/v1/credit/{code}/events"): f"/v1/credit/{firm}/events",
        ("GET", "/v1/credit/{code}/indicators"): f"/v1/credit/{firm}/indicators",
        ("GET", "/v1/filings"): f"/v1/filings?sha256={receipt['message_sha256']}",
        ("GET", "/v1/filings/{id}"): f"/v1/filings/{receipt['id']}",
        ("GET", "/v1/filings/{id}/receipt"): f"/v1/filings/{receipt['id']}/receipt",
        ("GET", "/v1/filings/{id}/proof"): f"/v1/filings/{receipt['id']}/proof",
        ("GET", "/v1/jobs/{id}"): f"/v1/jobs/{job}",
        ("GET", "/v1/jobs/{id}/results"): f"/v1/jobs/{job}/results",
        ("GET", "/v1/declarations"): "/v1/declarations?limit=2",
        ("GET", "/v1/declarations/{id}"): f"/v1/declarations/{d['id']}",
        ("GET", "/v1/declarations/{id}/timeline"): f"/v1/declarations/{d['id']}/timeline",
        ("GET", "/v1/declarations/{id}/verdict"): f"/v1/declarations/{d['id']}/verdict",
        ("GET", "/v1/declarations/{id}/receipts"): f"/v1/declarations/{d['id']}/receipts",
        ("GET", "/v1/declarations/{id}/taxes"): f"/v1/declarations/{d['id']}/taxes",
        ("GET", "/v1/returns/{id}"): f"/v1/returns/{a_return_that_is_back(stack, trade, d)}",
        ("GET", "/v1/declarations/{id}/evidence/outage"): f"/v1/declarations/{d['id']}/evidence/outage",
        ("GET", "/v1/declarations/{id}/evidence"): f"/v1/declarations/{d['id']}/evidence",
        ("GET", "/v1/declarations/{id}/risk"): f"/v1/declarations/{d['id']}/risk",
        ("GET", "/v1/risk/draws/{day}"): "/v1/risk/draws/2026-01-05",
        ("GET", "/v1/risk/sampling/{code}"): "/v1/risk/sampling/91330100MA2T000237",
        ("GET", "/v1/audit/proof"): "/v1/audit/proof?leaf=0",
        ("GET", "/v1/audit/consistency"): "/v1/audit/consistency?from=1",
        ("GET", "/v1/authorities/{code}/maintenance"): "/v1/authorities/TAX/maintenance",
        ("GET", "/v1/clients/{name}"): "/v1/clients/enterprise",
        ("GET", "/v1/clients/{name}/quality"): "/v1/clients/enterprise/quality",
        ("GET", "/v1/clients/{name}/report"): "/v1/clients/enterprise/report",
        ("GET", "/v1/declarations/{id}/steps"): f"/v1/declarations/{d['id']}/steps",
        ("GET", "/v1/digests"): "/v1/digests?client=enterprise",
        ("GET", "/v1/declarations/{id}/decisions"): f"/v1/declarations/{d['id']}/decisions",
        ("GET", "/v1/deliveries"): f"/v1/deliveries?declaration_id={d['id']}",
        ("GET", "/v1/deliveries/{id}"): f"/v1/deliveries/{d['id']}.TAX.1",
        ("GET", "/v1/standard/{record}"): "/v1/standard/party",
        ("GET", "/v1/standard/{kind}/{direction}"): "/v1/standard/order/import",
        ("GET", "/v1/standard/{kind}/{direction}/xml-schema"): "/v1/standard/order/import/xml-schema",
        ("GET", "/v1/standard/codes/{list}"): "/v1/standard/codes/currency",
        ("GET", "/v1/standard/authorities/{code}"): "/v1/standard/authorities/TAX",
        ("GET", "/v1/standard/authorities/{code}/schema"): "/v1/standard/authorities/TAX/schema",
        ("GET", "/v1/subscriptions/{id}"): f"/v1/subscriptions/{subscription}",
        ("GET", "/v1/subscriptions/{id}/attempts"): f"/v1/subscriptions/{subscription}/attempts",
        ("GET", "/v1/enterprises/{code}"): f"/v1/enterprises/{CODES['merchant']}",
        ("GET", "/v1/enterprises/{code}/trade"): f"/v1/enterprises/{CODES['merchant']}/trade",
        ("GET", "/v1/goods/{code}"): f"/v1/goods/{CODES['merchant']}",
        ("GET", "/problems/{slug}"): "/problems/rule-broken",
        ("GET", "/v1/tracking"): f"/v1/tracking?platform_code={CODES['platform']}&order_no={trade.order_no}",
        ("GET", "/v1/trace"): f"/v1/trace?order_no={trade.order_no}",
    }
    accept(stack.enterprise.post("/v1/tracking", {"carrier_code": CODES["carrier"], "waybill_no": trade.waybill_no, "step": "out_gate", "at": moment()}), 201)
    asked_later = {"/v1/cases/{id}", "/v1/quality/recalls/{id}", "/v1/quality/parcels", "/v1/quality/plans/{id}", "/v1/quality/samples/{id}", "/v1/payment-queries/{id}", "/v1/lookups", "/v1/lookups/{id}", "/v1/goods/{code}/{item}", "/v1/authorisations/{id}"}
    for method, path, operation in operations(stack.openapi.document):
        if method == "GET" and path not in asked_later:
            api = stack.enterprise if operation.get("x-roles") in (["enterprise"], ["enterprise", "bank"]) else stack.operator
            accept(api.get(calls.get((method, path), path)), 200)
    accept(stack.operator.post("/v1/authorities/POST/receipts", {"declaration_id": d["id"], "version": 1, "status": "accepted",
                                                                 "at": "2026-11-01T00:00:00+08:00"}), 200)
    officer = stack.client(f"officer {trades.tag}", "regulator", "--authority", "POST")
    wait_for(lambda: stack.operator.get(f"/v1/deliveries/{name}").json["state"] == "dead", "it is given up")
    accept(officer.post(f"/v1/declarations/{name.split('.')[0]}/decisions", {"decision": "hold", "reason": "test"}), 201)
    wait_retry(stack, name)
    settled(stack, dead)
    assert stack.operator.post("/v1/identities", {"name": "李小明", "id_type": "1", "id_number": "320500190001010019", "source": "test",
                                                  "attested_at": "2019-01-01", "valid_to": "2019-02-01"}).status in (200, 201)
    accept(stack.operator.post("/test/clock", {"shift_s": 0}), 200)
    accept(stack.enterprise.post("/cebcmsg", body), 200)
    stack.ctl("platform", "set", "ANY", "--url", f"http://127.0.0.1:{stack.mock.port}/platDataOpen")
    question = accept(stack.operator.post("/v1/payment-queries", {"platform_code": "ANY", "order_no": trade.order_no}), 202).json["id"]
    accept(stack.operator.get(f"/v1/payment-queries/{question}"), 200)
    use_lookups(stack, CODES["zone"])
    paid = {"guid": "1", "initalRequest": "1", "initalResponse": "1", "ebpCode": CODES["platform"], "payCode": "1", "payTransactionId": "1",
            "totalAmount": 1, "currency": "142", "verDept": "3", "tradingTime": "20260302101112"}
    payee = {"orderNo": trade.order_no, "goodsInfo": [{"gname": "1", "itemLink": "1"}], "recpAccount": "1", "recpName": "1"}
    accept(stack.enterprise.post("/v1/payment-data", {"payExchangeInfoHead": paid, "payExchangeInfoLists": [payee]}), 201)
    for path in ("/platDataOpen", "/ceb2grab/grab/realTimeDataUpload"):
        accept(stack.daemon.public.post(path, b"", "application/x-www-form-urlencoded"), 200)
    cosign(stack, trades)
    use_subscription(stack.operator, f"/v1/subscriptions/{subscription}")
    use_rights(stack, trades)
    use_cases(stack, trades.tag)
    use_persons(stack, trades.tag)
    use_quality(stack, trades.tag)
    use_samples(stack, trades)
    promoted = stack.client(f"openapi {trades.tag}", "enterprise", "--codes", CODES["zone"])
    accept(promoted.get("/v1/me"), 200)
    accept(stack.operator.post(f"/v1/clients/openapi%20{trades.tag}/state", {"state": "tested"}), 200)
    token = accept(promoted.post("/v1/me/tokens", {"rotate": False}), 201).json["id"]
    accept(promoted.request("DELETE", f"/v1/me/tokens/{token}"), 204)
    key = accept(promoted.post("/v1/me/keys", {"public_key": "MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs="}), 201).json["key_id"]
    accept(promoted.request("DELETE", f"/v1/me/keys/{key}"), 204)
    described = {(m, p) for m, p, _ in operations(stack.openapi.document) if not p.startswith("/sandbox/")}  # test_sandbox.py has these
    answered = {(m, p) for m, p, status in stack.openapi.seen if status < 300}
    assert answered >= described, described - answered


def a_return_that_is_back(stack, trade, d):
    number = wait_for(lambda: stack.psql(f"select customs_numbers('{d['id']}')"), "customs' number")
    receipt = accept(stack.enterprise.file(trade.sent_back({1: "1"}, inventory_no=number))).json
    wait_for(lambda: stack.enterprise.get(f"/v1/returns/{receipt['id']}").json["state"] == "approved", "customs agrees")
    accept(stack.operator.post(f"/v1/returns/{receipt['id']}/arrival", {}), 200)
    return receipt["id"]


def use_lookups(stack, key):
    stack.ctl("authority", "set", "ECO", "--query-url", f"http://127.0.0.1:{stack.mock.port}/ECO/queries")
    question = accept(stack.operator.post("/v1/lookups", {"authority": "ECO", "question": "adverse-records", "key": key}), 202)
    wait_for(lambda: accept(stack.operator.get(question.headers["location"]), 200).json["state"] == "answered", "it is answered")
    accept(stack.operator.get(f"/v1/lookups?authority=ECO&question=adverse-records&key={key}"), 200)
    stack.ctl("authority", "set", "ECO", "--query-url", "")


def cosign(stack, trades):
    witness = Witness(stack.directory, f"openapi.{trades.tag}")
    stack.ctl("witness", "add", witness.name, "--client", "operator", "--public-key", witness.public_key.hex())
    note = accept(stack.daemon.public.get("/v1/audit/checkpoint"), 200).body
    accept(stack.operator.post(f"/v1/audit/checkpoints/{int(note.split()[1])}/cosignatures", {"line": witness.line(note)}), 201)


def use_subscription(api, path):
    accept(api.request("PATCH", path, b'{"description": "tried"}', {"Content-Type": "application/json"}), 200)
    accept(api.post(path + "/rotate"), 200)
    accept(api.post(path + "/enable"), 200)
    accept(api.post(path + "/ping"), 202)
    accept(api.post(path + "/replay", {"from": "2020-01-01", "to": "2020-01-02"}), 202)
    accept(api.request("DELETE", path), 204)


def use_rights(stack, trades):
    code, operator = credit_code("330100", f"M9{int(trades.tag, 16) % 10 ** 6:06d}"), stack.operator
    path = f"/v1/enterprises/{code}"
    accept(operator.post("/v1/enterprises", {"credit_code": code, "name": "甲", "roles": ["merchant"], "district_code": "330102"}), 201)
    accept(operator.post(f"{path}/changes", {"state": "filed"}), 200)
    said = {"source": "test", "as_of": "2026-01-01", "name": "乙", "standing": "in_business"}
    alert = accept(operator.post(f"{path}/comparisons", said), 201).json["alert"]
    accept(operator.post(f"{path}/alerts/{alert}/resolution", {"reason": "test"}), 200)
    accept(operator.post("/v1/parks", {"code": trades.tag, "name_zh": "甲", "kind": "other", "district_code": "330102", "source": "test"}), 201)
    grant = {"principal": code, "agent": CODES["declarant"], "kinds": ["inventory"], "evidence": "test"}
    authorisation = f"/v1/authorisations/{accept(operator.post('/v1/authorisations', grant), 201).json['id']}"
    accept(operator.get(authorisation), 200)
    accept(operator.post(f"{authorisation}/revoke", {"reason": "test"}), 200)
    goods = {"enterprise": code, "item_no": "1", "name": "甲", "hs_code": "1901101090", "country_code": "609", "unit": "122", "currency": "142",
             "reference_price": "1"}
    accept(operator.post("/v1/goods", goods), 201)
    accept(operator.get(f"/v1/goods/{code}/1"), 200)
    accept(operator.post(f"/v1/goods/{code}/1/withdraw"), 200)
    bank = credit_code("110000", f"M8{int(trades.tag, 16) % 10 ** 6:06d}")
    stack.client(f"bank {trades.tag}", "bank", "--codes", bank)
    consent = {"enterprise": CODES["merchant"], "bank": bank, "scope": ["trade"], "purpose": "guarantee", "valid_to": "2999-12-31"}
    made = accept(stack.enterprise.post("/v1/consents", consent), 201).json["id"]
    accept(stack.enterprise.post(f"/v1/consents/{made}/revoke"), 200)


def use_cases(stack, tag):
    customs = stack.client(f"cases {tag}", "regulator", "--authority", "CUS")
    case = accept(customs.post("/v1/cases", {"kind": "risk", "enterprise": CODES["merchant"], "origin": tag, "reason": "x"}), 201).json["id"]
    accept(customs.get(f"/v1/cases/{case}"), 200)
    accept(customs.post(f"/v1/cases/{case}/steps", {"step": "assessed", "points": 1, "class": "trade", "grade": "green"}), 201)
    accept(customs.post(f"/v1/cases/{case}/access", {"authority": "TAX", "access": "read", "reason": "x"}), 201)


def use_persons(stack, tag):
    customs, number = stack.client(f"persons {tag}", "regulator", "--authority", "CUS"), "320500190001010019"
    made = accept(customs.post("/v1/persons/flags", {"id_number": number, "kind": "resale", "decision_no": tag, "reason": "x"}), 201).json["id"]
    accept(stack.operator.post("/v1/persons/flags/search", {"id_number": number, "purpose": "subject-request"}), 200)
    accept(stack.operator.post(f"/v1/persons/flags/{made}/changes", {"change": "disputed", "reason": "x"}), 201)


def use_quality(stack, tag):
    """About goods that nobody files."""
    customs, goods = stack.client(f"quality {tag}", "regulator", "--authority", "CUS"), {"enterprise": CODES["merchant"], "item_no": f"NONE-{tag}"[:30]}
    accept(customs.post("/v1/quality/events", goods | {"kind": "test", "day": "2026-01-01", "source": "x", "reference": tag, "reason": "x"}), 201)
    recall = accept(customs.post("/v1/quality/recalls", goods | {"source": "x", "decision_no": tag, "reason": "x"}), 201).json["id"]
    accept(customs.get(f"/v1/quality/recalls/{recall}"), 200)
    accept(customs.get(f"/v1/quality/parcels?enterprise={goods['enterprise']}&item_no={goods['item_no']}"), 200)
    accept(customs.post(f"/v1/quality/recalls/{recall}/end", {"carried_out": True, "decision_no": "1", "reason": "x"}), 200)
    right = {"recordal_no": tag, "brand": "x", "holder": "x", "classes": ["25"], "valid_from": "2020-01-01", "valid_to": "2999-12-31", "source": "x"}
    accept(customs.post("/v1/brands", right), 201)
    complaint = goods | {"recordal_no": tag, "complainant": "x", "reference": tag, "reason": "x"}
    made = accept(customs.post("/v1/brands/complaints", complaint), 201).json["id"]
    accept(customs.post(f"/v1/brands/complaints/{made}/decision", {"upheld": False, "decision_no": "1", "reason": "x"}), 200)


def use_samples(stack, trades):
    """A plan draws the goods of one trade."""
    customs, trade, day = stack.client(f"samples {trades.tag}", "regulator", "--authority", "CUS"), trades.make(), moment()[:10]
    plan = accept(customs.post("/v1/quality/plans", {"enterprise": CODES["merchant"], "item_no": "SKU-1", "share_permille": 1000, "most": 1, "from": day,
                                                     "to": "2999-12-31", "reason": "x", "decision_no": trades.tag}), 201).json["id"]
    file_all(stack.enterprise, trade.filings())
    settled(stack, trade)
    sample = wait_for(lambda: customs.get(f"/v1/quality/samples?plan={plan}").json["items"], "it is drawn")[0]["id"]
    accept(customs.get(f"/v1/quality/samples/{sample}"), 200)
    accept(customs.post(f"/v1/quality/samples/{sample}/taken", {"day": day}), 200)
    accept(customs.post(f"/v1/quality/samples/{sample}/result", {"result": "good", "laboratory": "x", "report_no": "x"}), 200)
    accept(customs.post(f"/v1/quality/plans/{plan}/end", {"reason": "x"}), 200)
    accept(customs.get(f"/v1/quality/plans/{plan}"), 200)


def use_credit(stack, tag):
    """A firm of its own with all that can be recorded, on the negative list and off again; its code."""
    code, first, second = f"FIRM{tag}", *(stack.client(f"{who} {tag}", "regulator", "--authority", "SAMR") for who in ("recorder", "reviewer"))
    accept(stack.operator.post("/v1/credit", {"code": code, "name": "某企业", "role": "merchant", "registered_on": "2026-01-01"}), 201)
    event = accept(first.post(f"/v1/credit/{code}/events", {"kind": "CE21", "day": "2026-01-02", "source": "x", "decision_no": "1"}), 201).json["id"]
    accept(first.post(f"/v1/credit/{code}/ties", {"role": "controller", "name": "李小明", "id_number": "320500190001010019"}), 201)
    accept(first.post(f"/v1/credit/{code}/outside", {"what": "tax_grade", "value": "A", "source": "x"}), 201)
    accept(first.post(f"/v1/credit/{code}/warnings", {"text": "x", "to": "2999-01-01", "decision_no": "1"}), 201)
    listing = accept(second.post("/v1/listings", {"code": code, "event_id": event, "decision_no": "1", "reason": "x"}), 201).json["id"]
    stack.psql(f"update listing set repair_from = listed_on where id = '{listing}'")
    told = wait_for(lambda: [m["id"] for m in first.get("/v1/credit-messages").json["items"] if m["subject"] == code], "departments are told")[0]
    accept(first.post(f"/v1/credit-messages/{told}/acknowledge"), 200)
    accept(second.post(f"/v1/listings/{listing}/exit", {"ground": "repair", "decision_no": "2", "reason": "x"}), 200)
    accept(first.post(f"/v1/credit/{code}/events/{event}/changes", {"change": "withdrawn", "decision_no": "2"}), 201)
    return code


def a_cancelled_job(stack):
    """The answer to cancelling one; a job that was too quick is tried again with another."""
    def cancelled():
        job = accept(stack.enterprise.file_lines([b"{}"] * 5000, Prefer="respond-async"), 202).json["id"]
        reply = stack.enterprise.post(f"/v1/jobs/{job}/cancel")
        return reply if reply.status == 200 else None
    return wait_for(cancelled, "a job is cancelled before it ends")


def wait_retry(stack, name):
    wait_for(lambda: stack.operator.get(f"/v1/deliveries/{name}").json["state"] == "dead", "it is given up")
    accept(stack.operator.post(f"/v1/deliveries/{name}/retry"), 202)


def test_the_checker_would_notice(stack):
    """The checker itself: a status, a media type and a body that are not described."""
    reply = Api(stack.daemon.address).get("/healthz")

    def notices(**changes):
        wrong = type(reply)(changes.get("status", reply.status), changes.get("headers", reply.headers).items(), changes.get("body", reply.body))
        try:
            stack.openapi.check("GET", "/healthz", wrong)
        except AssertionError:
            return True
        return False
    assert not notices()
    assert notices(status=418) and notices(headers={"Content-Type": "text/html"}) and notices(body=b'{"status": 7}') and notices(body=b"[]")
