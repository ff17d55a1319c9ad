"""What authorities are sent, in their own dialects: by rows that are served, against schemas that are served, signed; who is needed for
which goods; what the post answers."""
import base64
import hashlib
import hmac
import http.server
import json
import re
import signal
import threading

import jsonschema
import pytest

import receipt
from stack import wait_for, write_secret
from support import accept, file_all, long_only, problem, settled

MEAT = ("SKU-3", "冷冻鸡翅", "1kg/袋", "011", 1, 9000, "502", "0207141100", "1", "035", None, None)
PILLS = ("SKU-4", "止痛片", "24片/盒", "140", 1, 6000, "116", "3004909099", "0.1", "035", None, None)


def s10(trades):
    """A postal item's number that no other test has (UPU S10)."""
    serial = f"{int(trades.tag, 16) % 10 ** 8:08d}"
    check = 11 - sum(int(d) * w for d, w in zip(serial, (8, 6, 4, 2, 3, 5, 9, 7))) % 11
    return f"RR{serial}{ {10: 0, 11: 5}.get(check, check) }CN"


def filed(stack, trades, state="released", **more):
    trade = trades.make(**more)
    file_all(stack.enterprise, trade.filings(("order", "payment", "waybill", "inventory") if more.get("mode") not in ("9710", "9810")
                                             else ("order", "waybill", "inventory")))
    return trade, settled(stack, trade, state)


def document(stack, declaration, code):
    return json.loads(accept(stack.regulator.get(f"/v1/deliveries/{declaration['id']}.{code}.1"), 200).json["document"]["body"])


def steps_of(stack, declaration):
    return accept(stack.enterprise.get(f"/v1/declarations/{declaration['id']}/steps"), 200).json["steps"]


# --- who is needed ---------------------------------------------------------------------------------------------


def test_goods_bring_authorities_in(stack, trades):
    _, plain = filed(stack, trades)
    _, both = filed(stack, trades, goods=(MEAT, PILLS))
    assert {p["authority"] for p in plain["parts"]} == {"CUS", "TAX", "FX", "POST"}
    assert {p["authority"] for p in both["parts"]} == {"CUS", "TAX", "FX", "POST", "CIQ", "NMPA"}
    classes = {i["id"]: i for i in accept(stack.daemon.public.get("/v1/standard/goods-classes"), 200).json["items"]}
    asked = {s["authority"]: s["because"] for s in steps_of(stack, both) if s["because"]}
    assert {a: (b["hs_code"], classes[b["rule_row"]]["goods_class"]) for a, b in asked.items()} == {
        "CIQ": ("0207141100", "animal_plant"), "NMPA": ("3004909099", "medicine")}
    assert all(b["source"] and b["title"] for b in asked.values())
    rows = set(json.loads("[" + stack.psql(f"select array_to_string(rule_rows, ',') from decision where declaration_id = '{both['id']}'"
                                           " and stage = 'match' and outcome = 'MATCHED' order by decided_at desc limit 1") + "]"))
    assert rows == {3} | {b["rule_row"] for b in asked.values()}
    idle = [s for s in steps_of(stack, plain) if s["goods_class"]]
    assert {s["authority"] for s in idle} == {"CIQ", "NMPA"} and all(s["state"] == "not_needed" and s["because"] is None for s in idle)


def test_outside_of_the_pilot_cities_the_first_import_is_registered(stack, trades):
    _, d = filed(stack, trades, mode="1239")
    assert {p["authority"] for p in d["parts"]} == {"CUS", "TAX", "FX", "NMPA", "SAMR"}
    asked = {(s["authority"], s["goods_class"]): s["because"]["hs_code"] for s in steps_of(stack, d) if s["because"]}
    assert asked == {("NMPA", "cosmetics"): "3305100000", ("SAMR", "infant_formula"): "1901101090"}


# --- what they are sent ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("direction,mode,record", [
    ("import", "9610", {"record": "retail_import_tax"}), ("import", "1239", {"record": "retail_import_tax"}), ("export", "9610", {"record": "exemption"}),
    ("export", "9710", {"record": "refund"}), ("export", "9810", {"record": "pre_refund", "refund_mark": "HWC-YT"})])
def test_what_is_sent_fits_the_schema_that_is_served(stack, trades, direction, mode, record):
    _, d = filed(stack, trades, direction=direction, mode=mode, **({"goods": (MEAT, PILLS)} if (direction, mode) == ("import", "9610") else {}))
    codes = {p["authority"] for p in d["parts"]} - {"CUS"}
    assert {"TAX", "FX"} <= codes
    for code in codes:
        served = accept(stack.daemon.public.get(f"/v1/standard/authorities/{code}/schema?direction={direction}&trade_mode={mode}"), 200)
        schema, body = json.loads(served.body), document(stack, d, code)
        jsonschema.Draft202012Validator.check_schema(schema)
        assert len(schema["oneOf"]) == 1
        jsonschema.validate(body, schema)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(body | {"buyer_id_number": "1"}, schema)
        form, = accept(stack.daemon.public.get(f"/v1/standard/authorities/{code}?direction={direction}&trade_mode={mode}"), 200).json["forms"]
        allowed = {(m["section"], m["member"]) for m in form["members"]}
        told = {(None, k) for k, v in body.items() if not isinstance(v, (dict, list))}
        told |= {(k, m) for k, v in body.items() for o in ([v] if isinstance(v, dict) else v if isinstance(v, list) else []) for m in o}
        assert {m for _, m in told - allowed} == {"message_id", "declaration_id", "version", "is_change", "sent_at", "edition", "direction", "trade_mode"}
        assert all(m["purpose"] and m["source"] for m in form["members"])
    assert {k: v for k, v in document(stack, d, "TAX").items() if k in ("record", "refund_mark")} == record


def test_the_forms_are_served_and_dated(stack):
    public = stack.daemon.public
    listed = accept(public.get("/v1/standard/authorities"), 200).json["items"]
    assert [i["code"] for i in listed] == ["CUS", "CIQ", "TAX", "FX", "POST", "POL", "SAMR", "COM", "NMPA", "ECO", "FIN", "STAT"]
    assert {i["code"]: i["dialect"] for i in listed if i["dialect"] != "json"} == {"CUS": "ceb", "TAX": "tax", "FX": "forex", "POST": "upu"}
    for item in listed:
        forms = accept(public.get(item["members"]), 200).json["forms"]
        assert forms and all(accept(public.get(schema), 200).body for schema in item["schemas"])
        personal = {m["member"] for f in forms for m in f["members"] if m["personal"]}
        assert bool(personal) == (item["code"] in ("CUS", "FX", "POST", "POL")), (item["code"], personal)
    assert accept(public.get("/v1/standard/authorities/TAX?on=2018-01-01"), 200).json["forms"] == []
    problem(public.get("/v1/standard/authorities/CUS/schema"), 404, "not-found")
    problem(public.get("/v1/standard/authorities/MARS"), 404, "not-found")
    problem(public.get("/v1/standard/authorities/TAX?direction=up"), 400, "bad-request")
    reply = public.get("/v1/standard/authorities/TAX/schema")
    assert public.get("/v1/standard/authorities/TAX/schema", If_None_Match=reply.headers["etag"]).status == 304


@long_only
def test_a_form_changes_without_a_restart(own):
    """A row is closed, another one opened: what goes out from now on says so by its edition."""
    from filer import Trades
    stack = own()
    trades = Trades("a form changes")
    _, before = filed(stack, trades)
    today = stack.psql("select (now() at time zone 'Asia/Shanghai')::date")
    stack.psql("update authority_field set valid_to = date '" + today + "' - 1 where authority = 'TAX' and member = 'merchant_name'")
    stack.psql("insert into authority_field select authority, dialect, 5, direction, trade_mode, null, 'port', 'inventory.port_code', 'must', false, 'test',"
               f" '{today}', null, 'test' from authority_field where authority = 'TAX' and place = 10")
    stack.psql("select nextval('rule_revision')")

    def members():
        return {m["member"] for f in stack.daemon.public.get("/v1/standard/authorities/TAX").json["forms"] for m in f["members"]}
    wait_for(lambda: "port" in members(), "the rows are in force")
    _, after = filed(stack, trades)
    old, new = (document(stack, d, "TAX") for d in (before, after))
    assert old["edition"] == "2019-01-01" and old["parties"]["merchant_name"] and "port" not in old
    assert new["edition"] == today and "merchant_name" not in new["parties"] and new["port"] == "2916"


# --- the post ------------------------------------------------------------------------------------------------------


def post_says(stack, declaration, status, second, info=None):
    accept(stack.operator.post("/v1/authorities/POST/receipts", {"declaration_id": declaration["id"], "version": 1, "status": status,
                                                                 "at": f"2026-11-01T00:00:{second:02d}+08:00", "info": info}), 200)


def test_the_posts_assessment(stack, trades):
    stack.mock.behave("POST", answer="never")
    number = s10(trades)
    trade = trades.make(waybill_no=number)
    file_all(stack.enterprise, trade.filings())
    d = settled(stack, trade, "declared")
    item = document(stack, d, "POST")
    assert item["item"]["item_id"] == number and item["nature_of_transaction"] == "11"
    assert [c["net_weight"] for c in item["contents"]] == ["0.8", "1"] and "item_id" not in document(stack, filed_by_courier(stack, trades), "POST")["item"]
    for second, (code, state) in enumerate([("RFI", "review"), ("RFS", "inspect"), ("AC", "released")], 1):
        post_says(stack, d, code, second, "telephone of the addressee" if code == "RFI" else None)
        settled(stack, trade, state)
    timeline = stack.regulator.get(f"/v1/declarations/{d['id']}/timeline").json["items"]
    assert "telephone of the addressee" in [i.get("info") for i in timeline]
    refused = trades.make()
    file_all(stack.enterprise, refused.filings())
    d = settled(stack, refused, "declared")
    post_says(stack, d, "DNL", 1)
    settled(stack, refused, "rejected")
    post_says(stack, d, "AC", 2)
    wait_for(lambda: "case_opened" in [i["what"] for i in stack.regulator.get(f"/v1/declarations/{d['id']}/timeline").json["items"]], "a person must look")
    assert stack.regulator.declaration(refused.order_no)["state"] == "rejected"
    problem(stack.operator.post("/v1/authorities/TAX/receipts", {"declaration_id": d["id"], "version": 1, "status": "AC", "at": "2026-11-01T00:00:00+08:00"}),
            400, "bad-request")


def filed_by_courier(stack, trades):
    trade = trades.make()
    file_all(stack.enterprise, trade.filings())
    return settled(stack, trade, "declared")


@pytest.mark.parametrize("direction,changes,line,code,pointer", [
    ("import", {"gross_weight": "1.7", "net_weight": "1.6"}, {}, "post.net-weight", "/gross_weight"),
    ("import", {}, {"price": "0", "total_price": "0"}, "post.value", "/lines/0/total_price"),
    ("export", {"country_code": "142"}, {}, "post.country", "/country_code")])
def test_what_the_post_would_refuse_is_refused_here(stack, trades, direction, changes, line, code, pointer):
    trade = trades.make(direction, waybill_no=s10(trades))
    filing = trade.inventory(**changes)
    filing["lines"][0] |= line
    errors = accept(stack.enterprise.file(filing), 422).json["errors"]
    assert [(e["code"], e["pointer"]) for e in errors] == [(code, pointer)]
    by_courier = trades.make(direction).inventory(**changes)
    by_courier["lines"][0] |= line
    accept(stack.enterprise.file(by_courier), 201)


# --- who sends it, and the proof -----------------------------------------------------------------------------------


class Recorder(http.server.BaseHTTPRequestHandler):
    """An authority that keeps what it got, and takes it."""
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        message = json.loads(body)
        self.server.got.append((self.path, dict(self.headers.items()), body))
        answer = json.dumps({"declaration_id": message["declaration_id"], "version": message["version"], "status": "accepted",
                             "at": "2026-11-01T00:00:00+08:00"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


@pytest.fixture
def recorder(stack):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    server.got, server.daemon_threads = [], True
    server.url = f"http://127.0.0.1:{server.server_port}/in?office=1"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    stack.connect("CIQ", credential="none")
    server.shutdown()
    server.server_close()


def signature_base(url, headers):
    """RFC 9421, 2.5, read from what the message itself says is signed."""
    label, parameters = headers["Signature-Input"].split("=", 1)
    values = {"@method": "POST", "@target-uri": url} | {k.lower(): v for k, v in headers.items()}
    lines = [f'"{name}": {values[name]}' for name in re.findall(r'"([^"]+)"', parameters[:parameters.index(")")])]
    signature = base64.b64decode(re.fullmatch(rf"{label}=:([A-Za-z0-9+/=]+):", headers["Signature"])[1])
    return "\n".join([*lines, f'"@signature-params": {parameters}']).encode(), signature, parameters


def received(stack, trades, recorder, n):
    """What came of a filing of goods that are quarantined."""
    filed(stack, trades, goods=(MEAT,))
    wait_for(lambda: len(recorder.got) >= n, "the authority has it")
    path, headers, body = recorder.got[n - 1]
    assert headers["Content-Digest"] == f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
    assert headers["Message-Id"] == json.loads(body)["message_id"]
    covered = re.findall(r'"([^"]+)"', headers["Signature-Input"].split(")")[0])
    assert covered == ["@method", "@target-uri", "content-type", "content-digest", "message-id"]
    return headers, *signature_base(recorder.url, headers)


def known(stack, **settings):
    """Those settings are in force at the daemon: its revision has moved."""
    stack.connect("CIQ", **settings)
    revision = stack.psql("select last_value from rule_revision")
    wait_for(lambda: f'tongguan_rules_revision {revision}' in re.sub(r"\{[^}]*\}", "", stack.daemon.public.get("/metrics").body.decode()),
             f"revision {revision} is in force")


def test_messages_are_signed(stack, trades, recorder):
    known(stack, url=recorder.url)
    headers, base, signature, parameters = received(stack, trades, recorder, 1)
    assert 'alg="ed25519"' in parameters and receipt.signature_is_good(stack.public_key, base, signature)
    assert not receipt.signature_is_good(stack.public_key, base + b" ", signature)
    assert "Authorization" not in headers

    secret, token = stack.directory / "ciq-2026", stack.directory / "ciq-token"
    write_secret(secret, "a secret that both know, 32 byte\n")
    write_secret(token, "a.token-of_ours\n")
    known(stack, url=recorder.url, credential="hmac", **{"credential-file": secret})
    _, base, signature, parameters = received(stack, trades, recorder, 2)
    assert 'alg="hmac-sha256"' in parameters and 'keyid="ciq-2026"' in parameters
    assert hmac.compare_digest(hmac.new(b"a secret that both know, 32 byte", base, hashlib.sha256).digest(), signature)

    known(stack, url=recorder.url, credential="bearer", **{"credential-file": token})
    headers, base, signature, _ = received(stack, trades, recorder, 3)
    assert headers["Authorization"] == "Bearer a.token-of_ours" and receipt.signature_is_good(stack.public_key, base, signature)
    shown = stack.ctl("authority", "list").stdout + stack.ctl("-o", "json", "authority", "list").stdout
    assert str(token) in shown and "a.token-of_ours" not in shown and "a secret" not in shown
    assert "a.token-of_ours" not in stack.psql("select authority::text from authority")


def test_nothing_goes_without_its_secret(stack, trades, recorder):
    missing = stack.directory / "not-there"
    known(stack, url=recorder.url, credential="hmac", **{"credential-file": missing})
    trade = trades.make(goods=(MEAT,))
    file_all(stack.enterprise, trade.filings())
    d = settled(stack, trade, "declared")
    wait_for(lambda: {p["authority"] for p in stack.regulator.declaration(trade.order_no)["parts"] if p["outcome"] == "clear"} >= {"CUS", "TAX"}, "the others")
    assert not recorder.got
    assert stack.regulator.get(f"/v1/deliveries/{d['id']}.CIQ.1").json["attempts"] == 0
    write_secret(missing, "now there is one, and it is long enough")
    stack.daemon.signal(signal.SIGHUP)
    settled(stack, trade)
    assert len(recorder.got) == 1


def test_wrong_credentials_are_refused(stack):
    for options in (("--credential", "hmac"), ("--credential-file", "/x"), ("--credential", "magic", "--credential-file", "/x"),
                    ("--credential", "none", "--credential-file", "/x"), ("--credential", "hmac", "--credential-file", "relative"),
                    ("--credential", "hmac", "--credential-file", '/x"y'), ("--dialect", "upu"), ("--dialect", "klingon")):
        assert stack.ctl("authority", "set", "TAX", *options, ok=(64,)).returncode == 64, options
    assert stack.ctl("authority", "set", "CUS", "--credential", "hmac", "--credential-file", "/x", ok=(64,)).returncode == 64
