"""Real-time payment data (announcement 2018-179), the gateway as customs and as a platform's agent."""
import base64
import hashlib
import json
import subprocess
import urllib.parse

import pytest

from filer import CODES
from stack import wait_for
from support import accept, problem

PLATFORM = CODES["platform"]
FORM = "application/x-www-form-urlencoded"
UPLOAD = "/ceb2grab/grab/realTimeDataUpload"


def run(*command, stdin=None):
    return subprocess.run(["openssl", *map(str, command)], input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True).stdout


class Signer:
    """A platform's key and certificate, made by openssl; what it signs is not signed by us."""

    def __init__(self, directory, kind):
        self.kind, self.key, self.certificate = kind, directory / f"{kind}.key", directory / f"{kind}.pem"
        if kind == "sm2":
            run("genpkey", "-algorithm", "SM2", "-out", self.key)
        else:
            run("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", self.key)
        self.key.chmod(0o600)
        run("req", "-new", "-x509", "-key", self.key, "-sm3" if kind == "sm2" else "-sha256", "-subj", "/CN=platform", "-days", "3650",
            "-set_serial", "0x00A1B2C3", "-out", self.certificate)
        self.serial = "A1B2C3"

    def sign(self, text):
        if self.kind == "rsa":
            return base64.b64encode(run("dgst", "-sha1", "-sign", self.key, stdin=text.encode())).decode()
        scratch = self.key.with_suffix(".txt")
        scratch.write_text(text)
        der = run("pkeyutl", "-sign", "-inkey", self.key, "-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678", "-in", scratch)
        numbers, at = [], 2
        for _ in range(2):
            length = der[at + 1]
            numbers.append(int.from_bytes(der[at + 2:at + 2 + length], "big").to_bytes(32, "big"))
            at += 2 + length
        return base64.b64encode(b"".join(numbers)).decode()

    def is_good(self, text, value):
        signature = base64.b64decode(value)
        files = [self.key.with_suffix(s) for s in (".said", ".sig", ".pub")]
        files[0].write_text(text)
        files[2].write_bytes(run("x509", "-in", self.certificate, "-noout", "-pubkey"))
        if self.kind == "sm2":
            parts = [int.from_bytes(signature[i:i + 32], "big") for i in (0, 32)]
            ints = b"".join(bytes([2, len(b)]) + b for b in (n.to_bytes(n.bit_length() // 8 + 1, "big") for n in parts))
            files[1].write_bytes(bytes([0x30, len(ints)]) + ints)
            more = ["-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678"]
        else:
            files[1].write_bytes(signature)
            more = ["-rawin", "-digest", "sha256"]
        done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(files[2]), "-in", str(files[0]), "-sigfile", str(files[1]), *more],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return done.returncode == 0


def head(**changes):
    return {"guid": "9D55BA71-55DE-41F4-8B50-C36C83B3B419", "initalRequest": "https://pay.example/?a=1&b=\"2\"", "initalResponse": "ok",
            "ebpCode": PLATFORM, "payCode": "312226T001", "payTransactionId": "2026030221001", "totalAmount": 100.5, "currency": "142",
            "verDept": "3", "payType": "1", "tradingTime": "20260302101112", "note": ""} | changes


def lists(*orders):
    goods = [{"gname": "奶粉", "itemLink": "https://m.example/1;https://m.example/2"}]
    return [{"orderNo": o, "goodsInfo": goods, "recpAccount": "OSA511", "recpCode": "", "recpName": "收款人"} for o in orders]


def to_sign(session, head_json, lists_json, time):
    return f'"sessionID":"{session}"||"payExchangeInfoHead":"{head_json}"||"payExchangeInfoLists":"{lists_json}"||"serviceTime":"{time}"'


def upload_text(signer, session, order, time="1772417472123", cert_no=None, spoil="", **changes):
    h, li = (json.dumps(x, ensure_ascii=False, separators=(",", ":")) for x in (head(**changes), lists(order, order + "-2")))
    value = signer.sign(to_sign(session, h, li, time)) if signer else "AAAA"
    return (f'{{"sessionID":"{session}","payExchangeInfoHead":{h}{spoil},"payExchangeInfoLists":{li},"serviceTime":"{time}",'
            f'"certNo":"{cert_no or (signer and signer.serial) or "1"}","signValue":"{value}"}}')


def form(name, text):
    return f"{name}={urllib.parse.quote_plus(text)}".encode()


def said(reply):
    accept(reply, 200)
    return reply.json["code"], reply.json["message"]


class Calls:
    """What the simulators got."""

    def __init__(self, mock):
        self.api = mock.api

    def behave(self, **how):
        assert self.api.request("PUT", "/payment/behaviour", json.dumps(how).encode()).status == 204

    def about(self, key, value):
        """Those calls whose JSON has that member."""
        found = []
        for call in self.api.get("/payment/calls").json:
            name, text = urllib.parse.parse_qsl(call["body"], strict_parsing=True)[0]
            if json.loads(text).get(key) == value:
                found.append((call["path"], name, text))
        return found


@pytest.fixture(scope="module")
def signers(tmp_path_factory):
    directory = tmp_path_factory.mktemp("signers")
    return {kind: Signer(directory, kind) for kind in ("sm2", "rsa")}


@pytest.fixture
def calls(stack):
    c = Calls(stack.mock)
    c.behave(code=0, refuse_next=0)
    yield c
    c.behave(code=0, refuse_next=0)


def know(stack, code, signer=None, path="/platDataOpen"):
    stack.ctl("platform", "set", code, "--url", f"http://127.0.0.1:{stack.mock.port}{path}",
              *(["--certificate", signer.certificate] if signer else []))


def ask(stack, order, code=PLATFORM, api=None):
    reply = accept((api or stack.regulator).post("/v1/payment-queries", {"platform_code": code, "order_no": order}), 202)
    assert reply.headers["location"] == f"/v1/payment-queries/{reply.json['id']}" and reply.json["state"] == "asking"
    return reply.json


def shown(stack, query, api=None, how=""):
    return accept((api or stack.regulator).get(f"/v1/payment-queries/{query['id']}{how}"), 200).json


def in_state(stack, query, state):
    return wait_for(lambda: (lambda q: q if q["state"] == state else None)(shown(stack, query)), f"the question is {state}")


# --- as customs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sm2", "rsa"])
def test_a_platform_is_asked_and_answers(stack, trades, calls, signers, kind):
    order, signer = trades.make().order_no, signers[kind]
    know(stack, PLATFORM, signer)
    query = ask(stack, order)
    in_state(stack, query, "asked")
    (path, name, text), = calls.about("sessionID", query["session_id"])
    assert path == "/platDataOpen" and name == "openReq"
    assert json.loads(text).keys() == {"orderNo", "sessionID", "serviceTime"} and json.loads(text)["orderNo"] == order
    assert isinstance(json.loads(text)["serviceTime"], int)

    body = upload_text(signer, query["session_id"], order)
    for _ in range(2):  # a repeat is taken, and stored once
        reply = stack.daemon.public.post(UPLOAD, form("payExInfoStr", body), FORM)
        assert said(reply) == ("10000", "上传成功") and reply.json["total"] == 0 and isinstance(reply.json["serviceTime"], int)
    record, = in_state(stack, query, "answered")["records"]
    assert record["data"] is None  # but for a purpose
    record, = shown(stack, query, how="?full=true&purpose=investigation")["records"]
    assert record["cert_no"] == signer.serial and record["payment_no"] == "2026030221001" and record["data"] == json.loads(body)
    assert record["sha256"] == hashlib.sha256(body.encode()).hexdigest()  # the bytes that are signed
    assert stack.psql(f"select keep_until >= received_at + interval '3 years' from payment_record where call_id = '{query['id']}'") == "t"
    assert shown(stack, query, stack.operator)["records"][0]["data"] is None  # operators see that it came, not what


def test_what_does_not_belong_is_refused(stack, trades, calls, signers):
    order, signer = trades.make().order_no, signers["sm2"]
    know(stack, PLATFORM, signer)
    query = ask(stack, order)
    session = query["session_id"]
    good = upload_text(signer, session, order)
    for body, why in (
            (upload_text(signer, "NOBODY-ASKED", order), "会话"), (upload_text(signer, session, "other"), "订单"),
            (upload_text(signer, session, order, ebpCode="X"), "平台"), (upload_text(signer, session, order, cert_no="FF"), "证书"),
            (upload_text(None, session, order, cert_no=signer.serial), "验签"),
            (good.replace("100.5", "100.6"), "验签"), (good.replace("1772417472123", "1772417472124"), "验签"),
            (good.replace('"note":""', '"nota":""'), "/payExchangeInfoHead/nota"), (good.replace('"guid"', '"guid":"x","guid"'), "/payExchangeInfoHead/guid"),
            (good[:-1], "JSON"), ("", "JSON")):
        code, message = said(stack.daemon.public.post(UPLOAD, form("payExInfoStr", body), FORM))
        assert code == "20000" and why in message, (message, body)
    assert shown(stack, query)["records"] == []
    for wrong in (b"", b"payExInfoStr", b"other=1", b"payExInfoStr=%zz", b"payExInfoStr=%00", form("payExInfoStr", good) + b"&x=1"):
        assert said(stack.daemon.public.post(UPLOAD, wrong, FORM))[0] == "20000", wrong
    problem(stack.daemon.public.post(UPLOAD, good.encode()), 415, "unsupported-media")
    assert stack.daemon.events("payment.upload_refused")
    # white space around the signed parts is none of them
    assert said(stack.daemon.public.post(UPLOAD, form("payExInfoStr", upload_text(signer, session, order, spoil=" ") + " "), FORM))[0] == "10000"


def test_a_certificate_that_was_dropped_counts_no_more(stack, trades, calls, signers):
    code, order, signer = f"P{trades.tag}"[:18], trades.make().order_no, signers["rsa"]
    know(stack, code, signer)
    assert signer.serial in stack.ctl("platform", "list").stdout
    query = ask(stack, order, code)
    body = form("payExInfoStr", upload_text(signer, query["session_id"], order, cert_no="00a1b2c3", ebpCode=code))  # case and zeros do not count
    stack.ctl("platform", "set", code, "--drop-certificate", signer.serial)
    assert said(stack.daemon.public.post(UPLOAD, body, FORM))[0] == "20000"
    stack.ctl("platform", "set", code, "--drop-certificate", signer.serial, ok=(1,))
    stack.ctl("platform", "set", code, "--certificate", signer.certificate)
    assert said(stack.daemon.public.post(UPLOAD, body, FORM))[0] == "10000"
    stack.ctl("platform", "set", code, "--url", "")
    problem(stack.regulator.post("/v1/payment-queries", {"platform_code": code, "order_no": order}), 404, "not-found")
    for wrong in (["--url", "ftp://x"], ["--certificate", "/dev/null"], []):
        assert stack.ctl("platform", "set", code, *wrong, ok=None).returncode not in (0, 1)


def test_a_platform_that_refuses_or_is_away(stack, trades, calls):
    know(stack, PLATFORM)
    calls.behave(code=20000)
    refused = in_state(stack, ask(stack, trades.make().order_no), "refused")
    assert refused["answer_code"] == 20000 and refused["reason"] == "模拟拒绝"
    calls.behave(code=0, refuse_next=2)
    late = in_state(stack, ask(stack, trades.make().order_no), "asked")
    assert late["attempts"] == 3
    calls.behave(code=20500)  # trouble over there: again, until attempts run out
    gone = in_state(stack, ask(stack, trades.make().order_no), "unreachable")
    assert gone["attempts"] == 4 and gone["answer_code"] == 20500
    know(stack, PLATFORM, path="/nothing/here")
    assert "404" in in_state(stack, ask(stack, trades.make().order_no), "unreachable")["reason"]


def test_questions_are_for_regulators_and_operators(stack, trades):
    know(stack, PLATFORM)
    problem(stack.enterprise.post("/v1/payment-queries", {"platform_code": PLATFORM, "order_no": "x"}), 403, "forbidden")
    for body in ({}, {"platform_code": PLATFORM}, {"platform_code": PLATFORM, "order_no": "x" * 61}, {"platform_code": "P" * 19, "order_no": "x"},
                 {"platform_code": PLATFORM, "order_no": "x", "more": 1}):
        assert problem(stack.operator.post("/v1/payment-queries", body), 422, "rule-broken")["errors"]
    problem(stack.operator.get("/v1/payment-queries/x"), 404, "not-found")
    problem(stack.operator.get("/v1/payment-queries/0069d27a-1f41-7029-8b6c-859588a3639e"), 404, "not-found")


# --- as a platform's agent ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["sm2", "rsa"])
def agent(request, signers, stack):
    """A daemon beside the first that sends for platforms."""
    signer = signers[request.param]
    daemon = stack.add_daemon(f"agent-{request.param}", {"payment_data": {
        "upload_url": f"http://127.0.0.1:{stack.mock.port}{UPLOAD}", "key_file": str(signer.key), "certificate": str(signer.certificate)}})
    daemon.start()
    daemon.signer = signer
    yield daemon
    daemon.stop()


def test_handing_in(stack, trades):
    order = trades.make().order_no
    data = {"payExchangeInfoHead": head(), "payExchangeInfoLists": lists(order, order + "-2", order)}
    first = accept(stack.enterprise.post("/v1/payment-data", json.dumps(data, indent=1, ensure_ascii=False).encode()), 201).json
    assert first["orders"] == [order, order + "-2", order] and first["platform_code"] == PLATFORM
    assert accept(stack.enterprise.post("/v1/payment-data", data), 200).json["id"] == first["id"]  # white space makes no difference
    other = stack.client(f"stranger {trades.tag}", "enterprise", "--codes", CODES["carrier"])
    problem(other.post("/v1/payment-data", data), 403, "forbidden")
    problem(stack.operator.post("/v1/payment-data", data), 403, "forbidden")
    wrong = problem(stack.enterprise.post("/v1/payment-data", {"payExchangeInfoHead": head(totalAmount="1,5"), "payExchangeInfoLists": lists(order)}),
                    422, "rule-broken")["errors"][0]
    assert wrong["pointer"] == "/payExchangeInfoHead/totalAmount" and wrong["remedy"]
    problem(stack.enterprise.post("/v1/payment-data", data | {"sessionID": "S"}), 422, "rule-broken")
    problem(stack.enterprise.post("/v1/payment-data", b"{"), 400, "bad-json")


def opened(daemon, order, session):
    request = json.dumps({"orderNo": order, "sessionID": session, "serviceTime": 1772417472123})
    return said(daemon.public.post("/platDataOpen", form("openReq", request), FORM))


def test_customs_asks_and_gets(stack, trades, calls, agent):
    order, session = trades.make().order_no, f"S-{trades.tag}-{agent.signer.kind}"
    assert opened(agent, order, session) == ("20000", "该订单没有支付数据")
    for paid in ("7", "8.25"):  # the newest counts
        data = {"payExchangeInfoHead": head(totalAmount=paid), "payExchangeInfoLists": lists(order)}
        accept(stack.enterprise.post("/v1/payment-data", json.dumps(data, ensure_ascii=False, indent=2).encode()), 201)
    assert opened(stack.daemon, order, session)[0] == "20000"  # this one sends nothing
    calls.behave(refuse_next=1)
    for _ in range(2):  # the same session once more is no second upload
        assert opened(agent, order, session) == ("10000", "")
    (path, name, text), = wait_for(lambda: calls.about("sessionID", session), "customs has it")
    sent = json.loads(text)
    assert path == UPLOAD and name == "payExInfoStr" and sent["certNo"].lstrip("0") == agent.signer.serial
    assert sent["payExchangeInfoHead"] == head(totalAmount="8.25") and sent["payExchangeInfoLists"] == lists(order)
    h, li = (json.dumps(sent[k], ensure_ascii=False, separators=(",", ":")) for k in ("payExchangeInfoHead", "payExchangeInfoLists"))
    assert h in text and li in text  # compact
    assert agent.signer.is_good(to_sign(session, h, li, sent["serviceTime"]), sent["signValue"])
    assert not agent.signer.is_good(to_sign(session, h, li, "1"), sent["signValue"])
    wait_for(lambda: stack.psql(f"select state from payment_call where session_id = '{session}'") == "done", "it is written down")
    assert opened(agent, "another", session)[0] == "20000"


def test_uploads_survive_a_crash(stack, trades, calls, agent):
    order, session = trades.make().order_no, f"C-{trades.tag}-{agent.signer.kind}"
    agent.set("payment_data", attempts_max=1000)  # it must not be given up before the crash, however long that takes
    agent.restart()
    accept(stack.enterprise.post("/v1/payment-data", {"payExchangeInfoHead": head(), "payExchangeInfoLists": lists(order)}), 201)
    calls.behave(refuse_next=1000000)
    assert opened(agent, order, session)[0] == "10000"
    wait_for(lambda: stack.psql(f"select attempts from payment_call where session_id = '{session}'") != "0", "it was tried")
    agent.kill()
    calls.behave(refuse_next=0)
    agent.start()
    wait_for(lambda: calls.about("sessionID", session), "customs has it")
    agent.set("payment_data", attempts_max=stack.settings["payment_data"]["attempts_max"])
    agent.restart()


def test_bad_questions(agent):
    for text in ("", "{}", '{"orderNo":"x","sessionID":"S","serviceTime":"soon"}', '{"orderNo":"x","sessionID":"a b","serviceTime":1772417472123}'):
        assert said(agent.public.post("/platDataOpen", form("openReq", text), FORM))[0] == "20000"


def test_the_key_must_fit(stack, signers):
    mixed = stack.add_daemon("mixed", {"payment_data": {"upload_url": "https://customs.example/", "key_file": str(signers["sm2"].key),
                                                        "certificate": str(signers["rsa"].certificate)}})
    mixed.start(wait=False)
    assert mixed.wait() == 78 and "certificate" in mixed.tail()
    mixed.set("payment_data", key_file="")
    mixed.start(wait=False)
    assert mixed.wait() == 78 and "go together" in mixed.tail()
