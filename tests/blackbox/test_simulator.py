"""The simulated authorities themselves: killed and started again, asked, broken on order and by chance, and what they say by rules."""
import http.server
import json
import re
import threading
import uuid
import xml.etree.ElementTree as ET

import pytest

from filer import BUYERS, CODES, Trades, ceb
from load import BROKEN
from stack import ROOT, Mock, Process, binary, run, wait_for
from support import SEED, accept, file_all, scratch, settled

SLOWLY = [{"status": "2"}, {"after_ms": 30, "status": "120"}, {"after_ms": 1500, "status": "800"}]
MESSAGE = b'{"declaration_id":"0190aaaa-bbbb-8001-8ddd-eeeeeeeeeeee","version":1,"order_no":"A","goods":[]}'


def message_id(n):
    """One of ours: version 8, its bucket in the bits after that."""
    return f"0190aaaa-bbbb-8001-8ddd-{n:012x}"


class Alone:
    """A simulator without a gateway, or with one that only listens."""

    def __init__(self, *options, gateway=None):
        self.place = scratch("mock-")
        self.options = [*options, *(["--gateway", gateway] if gateway else [])]
        self.process = Process("tongguan-mock", self.place / "log")

    def start(self):
        port_file = self.place / "port"
        port_file.unlink(missing_ok=True)
        self.process.spawn([binary("tongguan-mock"), "--port-file", str(port_file), *map(str, self.options)])
        self.mock = Mock(wait_for(lambda: port_file.exists() and port_file.read_text().endswith("\n") and int(port_file.read_text()), "it listens"))
        return self.mock

    def send(self, code, n, body=None, kind="application/json"):
        return self.mock.api.post(f"/{code}/messages", body or MESSAGE, kind, Message_Id=message_id(n))

    def outcome(self, code, n):
        """What came of one attempt: a status, or "cut"."""
        try:
            reply = self.send(code, n)
        except BROKEN:
            return "cut"
        return "half" if reply.status == 200 and not reply.body.endswith(b"]") else reply.status

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.process.stop()


@pytest.fixture
def gateway():
    """Takes what is posted to it."""
    taken = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            taken.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.taken, server.url = taken, f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


# --- it survives ------------------------------------------------------------------------------------------------


def test_killed_between_answers_it_says_the_rest_and_does_nothing_twice(own):
    state = scratch("mock-") / "state"
    stack = own(mock_options=["--state", str(state)])
    stack.mock.put("CUS", "rules", rules=[{"steps": SLOWLY}])
    stack.mock.behave("TAX", answer="later", late_ms=1500)
    made = Trades(f"{SEED}/killed")
    trades = [made.make() for _ in range(6)]
    for trade in trades:
        file_all(stack.enterprise, trade.filings())
    wait_for(lambda: stack.mock.summary("CUS")["posted"] >= 1 and stack.mock.summary("CUS")["waiting"] >= 1, "it is in the middle of its answers")
    stack.mock_process.kill()
    stack.start_mock()
    released = [settled(stack, trade) for trade in trades]
    for code in ("CUS", "TAX", "FX", "POST"):
        said = wait_for(lambda: (s := stack.mock.summary(code))["waiting"] == 0 and s, f"{code} has said all")
        assert said["messages"] == said["effects"] == len(trades) and said["clashes"] == 0, said
    for d in released:
        v = stack.regulator.get(f"/v1/deliveries/{d['id']}.CUS.1").json
        known = stack.mock.message("CUS", v["message_id"])
        assert known["status"] == "800" and [a["status"] for a in known["answers"]] == ["2", "120", "800"]
        assert [(a["in_reply"], a["left"]) for a in known["answers"]] == [(True, 0), (False, 0), (False, 0)]
    before = {code: stack.mock.summary(code) for code in ("CUS", "TAX")}
    stack.mock_process.kill()
    stack.start_mock()
    assert {code: stack.mock.summary(code) for code in ("CUS", "TAX")} == before
    assert stack.mock.api.get("/CUS/rules").json["rules"] == [{"steps": SLOWLY}]
    assert stack.psql("select count(*) from case_file where kind = 'contradiction'") == "0"


def test_what_was_answered_is_remembered(gateway):
    """Every attempt that got an answer, whenever it is killed; a second process does not get the file."""
    place = scratch("mock-")
    with Alone("--state", place / "state", "--sync", gateway=gateway.url) as alone:
        alone.mock.behave("TAX", lose_after_next=2, hang_ms=1, refuse_next=1)
        attempts = 0
        for n in range(4):
            for _ in range(1 + n % 2):
                alone.send("TAX", n)
                attempts += 1
            alone.process.kill()
            alone.start()
        said = alone.mock.summary("TAX")
        assert (said["attempts"], said["messages"], said["effects"]) == (attempts, 4, 3), said
        assert alone.mock.message("TAX", message_id(0)) | {"answers": 0} == alone.mock.message("TAX", message_id(0)) | {
            "answers": 0, "attempts": 0, "refused": 1, "effects": 0}
        assert alone.mock.api.get("/TAX/behaviour").json["lose_after_next"] == 0
        other = run([binary("tongguan-mock"), "--state", str(place / "state")], "a second one", ok=(71,))
        assert "another process has it" in other.stdout
        alone.mock.api.request("DELETE", "/TAX/messages")
        alone.process.kill()
        alone.start()
        assert alone.mock.summary("TAX")["messages"] == 0


def test_a_clean_stop_ends_what_it_is_answering(gateway):
    with Alone(gateway=gateway.url) as alone:
        alone.mock.behave("TAX", latency_ms=300, answer="later", late_ms=0)
        replies = []
        caller = threading.Thread(target=lambda: replies.append(alone.send("TAX", 1)))
        caller.start()
        wait_for(lambda: alone.mock.summary("TAX")["attempts"] == 1, "it came")
        assert alone.process.stop() == 0
        caller.join()
        assert [r.status for r in replies] == [202]


# --- faults -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [{"drop_before_next": 2}, {"drop_after_next": 2}, {"corrupt_next": 2}, {"refuse_next": 1, "retry_after_s": 1}], ids=str)
def test_the_gateway_gets_over_it(stack, trades, how):
    stack.mock.behave("TAX", **how)
    d = settled(stack, file_all(stack.enterprise, (trade := trades.make()).filings()) and trade)
    v = stack.regulator.get(f"/v1/deliveries/{d['id']}.TAX.1").json
    known = stack.mock.message("TAX", v["message_id"])
    assert known["attempts"] + known["refused"] > 1
    assert known["effects"] == 1 and known["attempts"] + known["refused"] >= v["attempts"]  # curl too tries a cut connection again
    assert (known["refused"] > 0) == bool({"drop_before_next", "refuse_next"} & set(how))


def test_several_messages_in_one_request():
    """Each has its own effect under its own id, in whatever company it comes; the request is good or bad as a whole."""
    def message(n, order="A"):
        return {"message_id": message_id(n)} | json.loads(MESSAGE) | {"order_no": order}

    def written(what):  # as the gateway does
        return json.dumps(what, separators=(",", ":")).encode()

    def send(alone, *messages):
        return alone.mock.api.post("/TAX/messages", written(messages))
    with Alone() as alone:
        answers = send(alone, message(1), message(2), message(3)).json
        assert len(answers) == 3 and {a["status"] for a in answers} == {"accepted"}
        assert len(send(alone, message(3), message(4)).json) == 2 and alone.send("TAX", 1).status == 200
        said = alone.mock.summary("TAX")
        assert (said["effects"], said["messages"], said["attempts"]) == (4, 4, 6)
        for body in ([], [message(5), {"order_no": "A"}], [message(5), 7], [message(n) for n in range(1000, 1101)]):
            assert send(alone, *body).status == 400, body
        assert alone.mock.api.post("/TAX/exceptions", {"order_no": "B", "times": 1, "behaviour": {"outcome": "rejected"}}).status == 201
        assert send(alone, message(5), message(6, "B")).status == 400
        assert alone.mock.summary("TAX")["messages"] == 4, "nothing of a refused request is remembered"
        assert alone.send("TAX", 6, written(message(6, "B"))).json[0]["status"] == "rejected"
        assert [a["status"] for a in send(alone, message(5), message(7, "B")).json] == ["accepted", "accepted"]


def test_limits_and_retry_after():
    with Alone() as alone:
        alone.mock.behave("TAX", limit_per_s=1, retry_after_s=7)
        replies = [alone.send("TAX", n) for n in range(6)]
        over = [r for r in replies if r.status == 429]
        assert over and {r.headers["retry-after"] for r in over} == {"7"} and {r.status for r in replies} == {200, 429}
        alone.mock.behave("TAX", limit_per_s=0, down=True, retry_after_s=3)
        assert (alone.send("TAX", 9).status, alone.send("TAX", 9).headers["retry-after"]) == (503, "3")
        assert "down" in next(a for a in alone.mock.status()["authorities"] if a["authority"] == "TAX")["faults"]


def chaotic(seed, order):
    """Message → what came of its attempts, whatever else came between."""
    found = {n: [] for n in range(12)}
    with Alone() as alone:
        alone.mock.put("TAX", "chaos", seed=seed, refuse=250, drop_before=150, drop_after=150, corrupt=150)
        for n in order:
            found[n].append(alone.outcome("TAX", n))
        said = alone.mock.summary("TAX")
        assert said["attempts"] == len(order) and said["effects"] <= said["messages"] == 12
    return found


def test_chaos_repeats_by_its_seed():
    forwards, backwards = [n for _ in range(4) for n in range(12)], [n for n in reversed(range(12)) for _ in range(4)]
    first = chaotic(5, forwards)
    assert {x for outcomes in first.values() for x in outcomes} == {200, 503, "cut", "half"}
    assert chaotic(5, backwards) == first
    assert chaotic(6, forwards) != first


# --- questions --------------------------------------------------------------------------------------------------


def test_departments_are_asked(stack):
    mock, merchant = stack.mock, CODES["merchant"]
    level = accept(mock.ask("CUS", "registration", code=merchant), 200).json
    assert level["found"] and level["registered"] and level["as_of"].endswith("T00:00:00+08:00")
    assert level == mock.api.get(f"/CUS/queries/registration?code={merchant}").json  # the same question, the same answer
    mock.put("CUS", "registers/registration", rows=[{"code": merchant, "level": "dishonest", "as_of": "2026-11-01T08:00:00+08:00"}])
    told = mock.ask("CUS", "registration", code=merchant).json
    assert (told["level"], told["as_of"]) == ("dishonest", "2026-11-01T08:00:00+08:00")
    assert mock.api.request("DELETE", "/CUS/registers/registration").status == 204
    assert mock.ask("CUS", "registration", code=merchant).json == level

    name, number = BUYERS[0]
    asked = {"name": name, "id_number": number, "purpose": "order"}
    assert mock.ask("POL", "identity", **asked).json["result"] == "match"
    assert mock.api.get(f"/POL/queries/identity?id_number={number}").status == 405
    assert mock.ask("POL", "identity", name=name, id_number=number).status == 400
    assert mock.ask("TAX", "registration", code=merchant).status == 404
    for code, what, key in (("CIQ", "level", "code"), ("CIQ", "negative-list", "hs_code"), ("CIQ", "certificates", "certificate_no"),
                            ("TAX", "grade", "code"), ("ECO", "adverse-records", "code"), ("FIN", "adverse-records", "code"),
                            ("SAMR", "adverse-records", "code"), ("NMPA", "licences", "licence_no")):
        answer = accept(mock.ask(code, what, **{key: "1901101090"}), 200).json
        assert answer["as_of"] and answer[key] == "1901101090" and (answer["authority"], answer["query"]) == (code, what)
    counted = next(a for a in mock.status()["authorities"] if a["authority"] == "POL")
    assert counted["queries"] >= 1 and counted["attempts"] == 0


def test_questions_have_faults_of_their_own(stack):
    mock = stack.mock
    before = mock.summary("NMPA")["queries"]
    accept(mock.api.request("PUT", "/NMPA/query-behaviour", b'{"refuse_next": 1, "drop_after_next": 1, "wrong_next": 1}'), 200)
    assert mock.ask("NMPA", "licences", licence_no="1").status == 503
    with pytest.raises(BROKEN):
        mock.ask("NMPA", "licences", licence_no="1")
    with pytest.raises(ValueError):
        mock.ask("NMPA", "licences", licence_no="1").json
    assert mock.ask("NMPA", "licences", licence_no="1").json["found"]
    assert mock.summary("NMPA")["queries"] == before + 4


# --- rules ------------------------------------------------------------------------------------------------------


def strictly(place, body):
    """What the standard has against a message."""
    path = place / f"{uuid.uuid4()}.xml"
    path.write_bytes(body)
    said = run([binary("tongguanctl"), "check", "--strict", "--json", str(path)], "check", ok=None).stdout
    nodes = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert len(nodes) == 1, said
    return [(e["code"], e["pointer"], e.get("got")) for e in nodes[0]["errors"] + nodes[0]["warnings"]]


def test_customs_speaks_the_standard(gateway):
    """Receipts, the release and its tax bill, of a message that is no more than customs would get."""
    trade = Trades(f"{SEED}/standard").make()
    body = ceb([trade.inventory(pre_entry_no="B20261129000000001")])
    with Alone("--rules", f"CUS={ROOT / 'conf/mock/CUS-tax.json'}", gateway=gateway.url) as alone:
        reply = alone.send("CUS", 1, body, "application/xml")
        wait_for(lambda: len(gateway.taken) >= 4, "all is said")
        answers = alone.mock.message("CUS", message_id(1))["answers"]
    assert [a["say"] for a in answers] == ["receipt", "receipt", "receipt", "tax_bill", "tax_bill_status"]
    said = [reply.body] + [taken for _, taken in gateway.taken]
    assert {path for path, _ in gateway.taken} == {"/v1/authorities/CUS/receipts"}
    assert [re.search(rb"CEB(\d{3})Message", s)[1] for s in said] == [b"622", b"622", b"622", b"816", b"818"]
    fields = [{e.tag.split("}")[1]: e.text for e in ET.fromstring(s).iter() if e.text} for s in said]
    assert [f.get("returnStatus") for f in fields[:3]] == ["2", "120", "800"]
    assert fields[2]["preNo"] == "B20261129000000001" and re.fullmatch(r"\d{8}I\d{9}", fields[2]["invtNo"])
    assert fields[3]["taxNo"] == fields[4]["taxNo"] == fields[2]["invtNo"] + "_1"
    assert (fields[3]["status"], fields[4]["status"]) == ("1", "2")
    assert float(fields[3]["valueAddedTax"]) > 0
    place = scratch("mock-")
    assert [strictly(place, s) for s in said] == [[]] * 5


@pytest.mark.parametrize("number,receipt,end", [(623, "624", "399"), (605, "606", "399"), (625, "626", "399"), (213, "214", "399"), (603, "604", "800")])
def test_every_application_has_its_own_receipt(number, receipt, end):
    with Alone() as alone:
        body = f'<ceb:CEB{number}Message xmlns:ceb="x"><ceb:copNo>C1</ceb:copNo><ceb:preNo>B20261129000000001</ceb:preNo></ceb:CEB{number}Message>'
        reply = alone.send("CUS", 1, body.encode(), "application/xml")
        assert f"CEB{receipt}Message".encode() in reply.body and f"returnStatus>{end}<".encode() in reply.body
        alone.mock.behave("CUS", outcome="rejected")
        assert alone.send("CUS", 1, body.encode(), "application/xml").body == reply.body  # once done, it says the same
        assert b"returnStatus>100<" in alone.send("CUS", 2, body.encode(), "application/xml").body


def test_the_post_says_its_codes(stack, trades):
    """With the sample rules the gateway understands all of it, and the item's codes can be asked."""
    rules = json.loads((ROOT / "conf/mock/POST.json").read_text())
    rules["rules"] = [r for r in rules["rules"] if r["name"].startswith("more")] + rules["rules"]
    rules["rules"][0] |= {"per_mille": 1000}
    stack.mock.put("POST", "rules", **rules)
    try:
        trade = trades.make("export")
        file_all(stack.enterprise, trade.filings())
        d = settled(stack, trade)
        v = stack.regulator.get(f"/v1/deliveries/{d['id']}.POST.1").json
        assert stack.mock.message("POST", v["message_id"])["code"] == "AC"
        item = stack.mock.api.get(f"/POST/queries/items?item={trade.waybill_no}").json
        assert (item["code"], [h["code"] for h in item["history"]]) == ("AC", [None, "RFI", "AC"])
    finally:
        stack.mock.api.request("DELETE", "/POST/rules")


def test_the_sample_rules_of_customs():
    made = Trades(f"{SEED}/samples")
    with Alone("--rules", f"CUS={ROOT / 'conf/mock/CUS.json'}") as alone:
        def said(n, inventory):
            accept(alone.send("CUS", n, ceb([inventory]), "application/xml"), 200)
            return [a["status"] for a in alone.mock.message("CUS", message_id(n))["answers"]]
        dear = made.make().inventory(pre_entry_no="B20261129000000001")
        dear["lines"][0]["total_price"] = "26000.01"
        assert said(0, dear) == ["2", "100"]
        plain = [said(n, made.make().inventory(pre_entry_no=f"B20261129{n:09d}")) for n in range(1, 40)]
        assert ["2", "120", "800", "899"] in plain and all(p[:2] == ["2", "120"] and p[-1] == "899" for p in plain)


def test_settings_that_cannot_be_are_refused():
    place = scratch("mock-")
    (place / "bad.json").write_text('{"rules": [{"steps": []}]}')
    for options in (["--rules", f"CUS={place / 'bad.json'}"], ["--rules", f"CUS={place / 'none'}"], ["--behaviour", "CUS={]"], ["--behaviour", "ABC={}"]):
        said = run([binary("tongguan-mock"), *options], "it", ok=(78,)).stdout
        assert options[0] in said and options[1] in said
    run([binary("tongguan-mock"), "--sync"], "it", ok=(64,))
    (place / "state").write_text("something else altogether")
    assert "not a journal" in run([binary("tongguan-mock"), "--state", str(place / "state")], "it", ok=(71,)).stdout
    with Alone("--rules", f"CUS={ROOT / 'conf/mock/CUS.json'}", "--rules", f"POST={ROOT / 'conf/mock/POST.json'}", "--seed", 42) as alone:
        api = alone.mock.api
        assert api.request("PUT", "/CUS/rules", b'{"rules": [{"steps": []}]}').status == 400
        assert len(api.get("/CUS/rules").json["rules"]) == 5
        assert api.request("PUT", "/CUS/registers/grade", b"{}").status == 404
        assert api.request("POST", "/CUS/rules", b"{}").status == 405
        status = alone.mock.status()
        assert (status["seed"], status["journal"], len(status["authorities"])) == (42, None, 12)
