"""Personal data at rest: nothing of them stands in the database in clear; what was changed there is noticed; keys."""
import hashlib
import os
import re
import secrets
import subprocess

import pytest

from cluster import as_owner, tool
from filer import BUYERS, Trades, as_json, ceb, identity_number
from receiver import Receiver
from stack import wait_for, write_secret
from support import accept, file_all, problem, settled
from test_batch import ASYNC, finished

EX_CONFIG = 78
NAME, NUMBER = "欧阳纳兰", identity_number("320500", "19000203", 777)
TELEPHONE, ADDRESS = "13987650432", "江苏省苏州市姑苏区平江路曹胡徐巷七十七号"
PERSONAL = (NAME, NUMBER, TELEPHONE, ADDRESS, "曹胡徐巷")


@pytest.fixture
def people(trades):
    """Trades of a person whose data no other test has."""
    class Own(Trades):
        def make(self, *kinds, **more):
            trade = super().make(*kinds, buyer=(NAME, NUMBER), **more)
            trade._buyer = lambda: {"buyer_name": NAME, "buyer_telephone": TELEPHONE, "buyer_id_type": "1", "buyer_id_number": NUMBER}
            trade._address = lambda: {"consignee_address": ADDRESS}
            return trade
    return Own(trades.tag)


def dump(stack):
    """The whole database as text, and the bytes of every bytea in it."""
    done = subprocess.run(as_owner([tool("pg_dump"), "--no-owner", "-d", stack.conninfo]), cwd="/", stdout=subprocess.PIPE, check=True, timeout=120)
    hexes = re.findall(rb"\\\\x([0-9a-f]+)", done.stdout)
    return done.stdout + b"\n" + b"\n".join(bytes.fromhex(h.decode()) for h in hexes)


def damaged(stack, count_before):
    return len(stack.daemon.events("record.damaged")) > count_before


def told(stack):
    return len(stack.daemon.events("record.damaged"))


# --- nothing in clear -----------------------------------------------------------------------------------------


def test_nothing_personal_stands_in_the_database(own, people):
    stack = own(settings={"push": {"allow_private": True}})
    api = stack.enterprise
    with Receiver() as receiver:
        receiver.answer(503)
        secret = {f: accept(api.post("/v1/subscriptions", {"url": receiver.url(f"/{f}"), "format": f}), 201).json for f in ("events", "receipts", "ceb")}
        one, two, three, four = (people.make() for _ in range(4))
        file_all(api, one.filings())
        for filing in two.filings():
            accept(api.post("/v1/filings", ceb([filing]), "application/xml"))
        accept(api.post("/v1/filings", [three.order(), four.order()]), 201)  # a message of several nodes is stored by itself
        file_all(api, [f for t in (three, four) for f in t.filings(("payment", "waybill", "inventory"))])
        five = people.make()
        job = accept(api.file_lines(five.filings() + [as_json(people.make().order(goods_value="1.00"))], **ASYNC), 202).json
        finished(api, job["id"])
        accept(api.file(one.order()), 200)
        accept(api.file(one.order(note="其他内容")), 409)
        for trade in (one, two, three, four, five):
            settled(stack, trade)
        data = {"payExchangeInfoHead": {"guid": "9D55BA71-55DE-41F4-8B50-C36C83B3B419", "initalRequest": "https://pay.example/", "initalResponse": NUMBER,
                                        "ebpCode": people.codes["platform"], "payCode": "312226T001", "payTransactionId": "2026030221001",
                                        "totalAmount": 100.5, "currency": "142", "verDept": "3", "payType": "1", "tradingTime": "20260302101112",
                                        "note": TELEPHONE},
                "payExchangeInfoLists": [{"orderNo": one.order_no, "goodsInfo": [{"gname": "奶粉", "itemLink": "https://m.example/1"}],
                                          "recpAccount": "OSA511", "recpCode": "", "recpName": NAME}]}
        accept(api.post("/v1/payment-data", data), 201)
        wait_for(lambda: int(stack.psql("select count(distinct subscription_id) from push")) == 3, "messages of each kind failed and are kept")
        whole = dump(stack)
        for table in ("submission", "filing", "delivery_document", "authority_receipt", "job_piece", "push", "payment_data"):
            assert int(stack.psql(f"select count(*) from {table}")) > 0, table
        for value in PERSONAL:
            assert value.encode() not in whole, value
        for s in secret.values():
            assert s["secret"].removeprefix("whsec_").encode() not in whole
        assert one.order_no.encode() in whole and b"20" + b"26" in whole  # what is looked for can be found in it at all
        receiver.answer(200)
        for f in secret:
            accept(api.post(f"/v1/subscriptions/{secret[f]['id']}/enable"), 200)
        wait_for(lambda: int(stack.psql("select count(*) from push")) == 0, "they are read back and pushed", 30)
        assert all(m.signed_by(secret["events"]["secret"]) for m in receiver.at("/events"))
    # and the owner has all of it back
    found = api.get("/v1/filings/" + api.file(one.order()).json["id"]).json["document"]
    assert (found["buyer_name"], found["buyer_id_number"], found["buyer_telephone"], found["consignee_address"]) == (NAME, NUMBER, TELEPHONE, ADDRESS)
    assert [r["status"] for r in api.results(job["id"])] == [201, 201, 201, 201, 422]


# --- what was changed is noticed ------------------------------------------------------------------------------


def test_a_changed_or_swapped_document_is_no_answer(stack, trades):
    one, two = trades.make(), trades.make()
    filings = [accept(stack.enterprise.file(t.order())).json["id"] for t in (one, two)]
    where = "where id = '{}' and bucket = id_bucket('{}')"
    before = told(stack)
    stack.psql(f"update filing set document = set_byte(document, 40, get_byte(document, 40) # 1) {where.format(filings[0], filings[0])}")
    body = problem(stack.enterprise.get(f"/v1/filings/{filings[0]}"), 500, "record-damaged")
    assert "document" not in body and one.buyer not in str(body)
    wait_for(lambda: damaged(stack, before), "it is told")
    stack.psql(f"update filing set document = set_byte(document, 40, get_byte(document, 40) # 1) {where.format(filings[0], filings[0])}")
    accept(stack.enterprise.get(f"/v1/filings/{filings[0]}"), 200)
    stack.psql(f"update filing f set document = g.document from filing g where f.id = '{filings[0]}' and g.id = '{filings[1]}'")
    problem(stack.enterprise.get(f"/v1/filings/{filings[0]}"), 500, "record-damaged")
    accept(stack.enterprise.get(f"/v1/filings/{filings[1]}"), 200)


def test_what_was_sent_and_answered_cannot_be_changed_either(stack, trades):
    trade = trades.make()
    file_all(stack.enterprise, trade.filings())
    d = settled(stack, trade)
    delivery = f"/v1/deliveries/{d['id']}.CUS.1"
    assert accept(stack.regulator.get(delivery), 200).json["document"]["body"].startswith("<")
    stack.psql("update delivery_document set body = set_byte(body, 30, get_byte(body, 30) # 128) where id = (select document_id from delivery"
               f" where declaration_id = '{d['id']}' and authority = 'CUS')")
    problem(stack.regulator.get(delivery), 500, "record-damaged")
    accept(stack.enterprise.get(f"/v1/declarations/{d['id']}/receipts", Accept="application/xml"), 200)
    flip = f"update authority_receipt set body = set_byte(body, 5, get_byte(body, 5) # 1) where declaration_id = '{d['id']}' and authority = 'CUS'"
    stack.psql(flip)
    problem(stack.enterprise.get(f"/v1/declarations/{d['id']}/receipts", Accept="application/xml"), 500, "record-damaged")
    stack.psql(flip)  # who polls in other tests reads it


def test_nothing_is_judged_by_half_of_what_was_filed(own, trades):
    stack = own(settings={"intake": {"recent_bytes": 65536}, "flow": {"lease_s": 1, "sweep_ms": 50}})
    trade = trades.make()
    order = accept(stack.enterprise.file(trade.order())).json["id"]
    file_all(stack.enterprise, trade.filings(("payment", "waybill")))
    wait_for(lambda: stack.psql("select count(*) from work") == "0", "it was judged so far")
    stack.daemon.restart()  # memory is gone: what is judged is read
    flip = f"update filing set document = set_byte(document, 20, get_byte(document, 20) # 4) where id = '{order}'"
    stack.psql(flip)
    accept(stack.enterprise.file(trade.inventory()))
    wait_for(lambda: told(stack) > 0, "it is told")
    d = stack.regulator.declaration(trade.order_no)
    assert d["state"] == "waiting" and d["version"] == 0, d
    stack.psql(flip)
    settled(stack, trade, timeout=60)


# --- keys -----------------------------------------------------------------------------------------------------


def starts(daemon):
    daemon.start(wait=False)
    return daemon.wait(), daemon.tail(3)


def test_without_the_key_nothing_starts(own):
    stack = own()
    right = stack.directory / "privacy-key"
    wait_for(lambda: stack.psql("select count(*) from data_key") == "2", "this month's and the next month's data keys are there")
    assert stack.psql("select count(*) from data_key where octet_length(wrapped) = 60 and position(decode('" + right.read_text().strip() + "', 'hex') in wrapped) = 0") == "2"
    other = stack.add_daemon("other", {"privacy": {"key_file": str(stack.directory / "none")}})
    status, last = starts(other)
    assert status == EX_CONFIG and "none" in last
    other.set("privacy", key_file="")
    status, last = starts(other)
    assert status == EX_CONFIG and "privacy.key_file" in last
    write_secret(stack.directory / "short", "00ff")
    other.set("privacy", key_file=str(stack.directory / "short"))
    status, last = starts(other)
    assert status == EX_CONFIG and "64 hexadecimal digits" in last
    write_secret(stack.directory / "wrong", secrets.token_hex(32))
    other.set("privacy", key_file=str(stack.directory / "wrong"))
    status, last = starts(other)
    assert status == EX_CONFIG and "wrapped by key-encryption key" in last
    assert stack.psql("select count(*) from data_key") == "2"
    stack.ctl("key", "secret", right, ok=(1,))  # never overwritten


def test_rewrapping_leaves_what_is_encrypted_as_it_is(own, trades):
    stack = own()
    old, new = stack.directory / "privacy-key", stack.directory / "privacy-key-2"
    trade = trades.make()
    filing = file_all(stack.enterprise, trade.filings())[0].json["id"]
    settled(stack, trade)
    wait_for(lambda: stack.psql("select count(*) from data_key") == "2", "both data keys are there")
    blobs = stack.psql("select md5(string_agg(document::text, '' order by id)) from filing")
    stack.ctl("key", "secret", new)
    assert oct(os.stat(new).st_mode & 0o777) == "0o600"
    assert stack.ctl("key", "rewrap", old, new).stdout.startswith("2 ")
    assert stack.ctl("key", "rewrap", old, new).stdout.startswith("0 ")  # done before: nothing is left
    stack.ctl("key", "rewrap", new, new)
    assert stack.psql("select md5(string_agg(document::text, '' order by id)) from filing") == blobs
    accept(stack.enterprise.file(trades.make().order()))  # what runs goes on
    status, last = starts(stack.add_daemon("late"))  # and what starts wants the new key
    assert status == EX_CONFIG and "wrapped by" in last
    stack.daemon.set("privacy", key_file=str(new))
    stack.daemon.restart()
    assert accept(stack.enterprise.get(f"/v1/filings/{filing}"), 200).json["document"]["order_no"] == trade.order_no
    other = trades.make()
    file_all(stack.enterprise, other.filings())
    settled(stack, other)


def attest(stack, name, number, status=201):
    return accept(stack.operator.post("/v1/identities", {"name": name, "id_type": "1", "id_number": number, "source": "POL", "attested_at": "2026-01-01"}), status)


def differing(trade):
    return [trade.order(), trade.payment(payer_name="赵六"), trade.waybill(), trade.inventory()]


def test_the_key_of_attested_identities_is_replaced(own, trades):
    """What was attested under the old key is found while it is configured, what waits for an attestation is found under both."""
    stack = own()
    known, asked = trades.make(buyer=BUYERS[1]), trades.make(buyer=BUYERS[2])
    attest(stack, *BUYERS[1])
    file_all(stack.enterprise, differing(known) + differing(asked))
    settled(stack, known)
    settled(stack, asked, "conflict")
    write_secret(stack.directory / "identity-key-2", secrets.token_hex(32))
    stack.daemon.set("identity", key_file=str(stack.directory / "identity-key-2"), key_version=2, old_key_file=str(stack.directory / "identity-key"))
    stack.daemon.restart()
    later = trades.make(buyer=BUYERS[1])
    file_all(stack.enterprise, differing(later))
    settled(stack, later)  # under the old one
    attest(stack, *BUYERS[2])
    settled(stack, asked)  # it asked under the old one, and the answer is under the new
    assert stack.psql("select string_agg(get_byte(identity_hash, 0)::text, ' ' order by recorded_by, identity_hash) from identity_attestation").split() == ["1", "2"]
    stack.daemon.set("identity", old_key_file="")
    stack.daemon.restart()
    file_all(stack.enterprise, differing(third := trades.make(buyer=BUYERS[1])))
    settled(stack, third, "conflict")  # the old key is gone, and with it what stood under it
    attest(stack, *BUYERS[1])
    settled(stack, third)
    status, last = starts(stack.add_daemon("other", {"identity": {"key_version": 1, "old_key_file": str(stack.directory / "identity-key")}}))
    assert status == EX_CONFIG and "version before" in last


# --- who sees what --------------------------------------------------------------------------------------------


def regulator_of(stack, trades, code):
    return stack.client(f"{code} {trades.tag}", "regulator", "--authority", code)


def document_of(api, filing, query=""):
    return accept(api.get(f"/v1/filings/{filing}{query}"), 200).json["document"]


def test_masks_by_role_and_authority(stack, people):
    trade = people.make()
    ids = [r.json["id"] for r in file_all(stack.enterprise, trade.filings())]
    d = settled(stack, trade)
    order = document_of(stack.regulator, ids[0])
    assert (order["buyer_name"], order["consignee"], order["buyer_id_number"], order["buyer_telephone"], order["consignee_address"], order["buyer_id_type"]) == (
        "欧*", "欧*", NUMBER[:6] + "********" + NUMBER[-4:], "139****0432", "江苏省苏州市***", "1")
    whole = document_of(stack.enterprise, ids[0])
    assert {k: v for k, v in whole.items() if order.get(k) != v}.keys() == {
        "buyer_name", "consignee", "buyer_id_number", "buyer_telephone", "consignee_telephone", "consignee_address", "buyer_reg_no"}
    assert document_of(stack.operator, ids[0]) is None
    exchange, taxes, post, statistics = (regulator_of(stack, people, code) for code in ("FX", "TAX", "POST", "STAT"))
    payment = document_of(exchange, ids[1])
    sent = stack.regulator.get(f"/v1/deliveries/{d['id']}.FX.1").json["document"]["body"]
    assert re.fullmatch("[0-9a-f]{64}", payment["payer_id_number"]) and payment["payer_id_number"] in sent  # the pseudonym that went there
    assert "consignee_address" not in document_of(taxes, ids[0]) and document_of(taxes, ids[0])["buyer_name"] == "欧*"
    assert "buyer_id_number" not in document_of(post, ids[0]) and document_of(post, ids[2])["consignee_address"] == "江苏省苏州市***"
    assert not {"buyer_name", "buyer_id_number", "consignee"} & document_of(statistics, ids[0]).keys()
    for reader in (stack.regulator, stack.operator, exchange, statistics):
        for code in ("CUS", "POST", "TAX", "FX"):
            body = accept(reader.get(f"/v1/deliveries/{d['id']}.{code}.1"), 200).json["document"]["body"]
            assert trade.order_no in body and not any(v in body for v in (NAME, NUMBER, TELEPHONE, "姑苏区")), (code, body)
    assert "<ceb:buyerName>欧*</ceb:buyerName>" in stack.operator.get(f"/v1/deliveries/{d['id']}.CUS.1").json["document"]["body"]


def test_values_of_a_verdict_are_masked_too(stack, people):
    trade = people.make()
    file_all(stack.enterprise, [trade.order(), trade.payment(payer_name="诸葛孔明"), trade.waybill(), trade.inventory()])
    d = settled(stack, trade, "conflict")

    def values(api, query=""):
        return {s["value"] for r in accept(api.get(f"/v1/declarations/{d['id']}/verdict{query}"), 200).json["reasons"]
                for s in (r["left"], r["right"]) if s and "value" in s}
    assert values(stack.enterprise) == {NAME, "诸葛孔明"}
    assert values(stack.regulator) == {"欧*", "诸*"}
    assert values(stack.operator) == set()
    assert values(stack.regulator, "?full=true&purpose=investigation") == {NAME, "诸葛孔明"}


def test_in_full_for_a_purpose_and_logged(stack, people):
    trade = people.make()
    order = file_all(stack.enterprise, trade.filings())[0].json["id"]
    d = settled(stack, trade)
    customs, statistics = regulator_of(stack, people, "CUS"), regulator_of(stack, people, "STAT")
    before = int(stack.psql("select count(*) from access_log"))
    for query in ("?full=true", "?purpose=inspection", "?full=yes&purpose=inspection", "?full=true&purpose=", "?full=true&purpose=curiosity"):
        problem(customs.get(f"/v1/filings/{order}{query}"), 400, "bad-request")
    assert "inspection" in customs.get(f"/v1/filings/{order}?full=true&purpose=curiosity").json["detail"]
    for other in (stack.operator, stack.enterprise):
        problem(other.get(f"/v1/filings/{order}?full=true&purpose=inspection"), 403, "forbidden")
    problem(customs.get("/v1/filings/0069d27a-1f41-7029-8b6c-859588a3639e?full=true&purpose=inspection"), 404, "not-found")
    assert int(stack.psql("select count(*) from access_log")) == before
    assert stack.daemon.events("access.denied")

    whole = document_of(customs, order, "?full=true&purpose=inspection")
    assert whole == document_of(stack.enterprise, order)
    body = accept(customs.get(f"/v1/deliveries/{d['id']}.POST.1?full=true&purpose=appeal"), 200).json["document"]["body"]
    assert NAME in body and ADDRESS in body
    assert not {"buyer_name", "buyer_id_number"} & document_of(statistics, order, "?full=true&purpose=audit").keys()  # its duty needs none
    third, second, first = accept(stack.operator.get("/v1/access-log?limit=3"), 200).json["items"]
    assert (first["route"], first["record"], first["purpose"], first["authority"], first["client"]) == ("filings_get", order, "inspection", "CUS", f"CUS {people.tag}")
    assert {"buyer_name", "buyer_id_number", "consignee_address", "buyer_telephone"} <= set(first["fields"]) and re.fullmatch("[0-9a-f]{32}", first["trace_id"])
    assert (second["record"], second["purpose"], set(second["fields"])) == (f"{d['id']}.POST.1", "appeal", {"consignee", "consignee_telephone", "consignee_address"})
    assert (third["client"], third["fields"]) == (f"STAT {people.tag}", [])
    # whose data they are sees it as well, but not who
    own = {i["id"]: i for i in stack.enterprise.pages("/v1/me/access-log?limit=2")}
    assert own[first["id"]]["purpose"] == "inspection" and own[first["id"]]["client"] is None and own[first["id"]]["trace_id"] is None
    stranger = stack.client(f"stranger {people.tag}", "enterprise", "--codes", "91330100MA2T9999XX")
    assert accept(stranger.get("/v1/me/access-log"), 200).json["items"] == []
    problem(stranger.get("/v1/access-log"), 403, "forbidden")
    assert [i["id"] for i in stack.operator.pages(f"/v1/access-log?limit=1&client=CUS%20{people.tag}")] == [second["id"], first["id"]]
    assert accept(stack.operator.get("/v1/access-log?to=2020-01-01"), 200).json["items"] == []


def test_the_log_is_written_first_and_never_changed(own, people):
    stack = own(settings={"test": {"clock": True}})
    order = accept(stack.enterprise.file(people.make().order())).json["id"]
    stack.psql("alter table access_log rename to access_log_away")  # it cannot be written: nothing is shown
    reply = stack.regulator.get(f"/v1/filings/{order}?full=true&purpose=risk")
    assert reply.status == 500 and not any(v in reply.body.decode() for v in PERSONAL)
    stack.psql("alter table access_log_away rename to access_log")
    document_of(stack.regulator, order, "?full=true&purpose=risk")
    for change in ("update access_log set purpose = 'tax'", "delete from access_log"):
        with pytest.raises(Exception, match="never changed"):
            stack.psql(change)
    # a row of the policy ends: what nothing allows any more is not shown
    assert document_of(stack.regulator, order)["buyer_name"] == "欧*"
    stack.psql("update data_policy set valid_to = '2022-01-01' where role = 'regulator' and authority = '*'; select nextval('rule_revision')")
    wait_for(lambda: "buyer_name" not in document_of(stack.regulator, order), "the policy is in force")
    assert "buyer_id_number" not in document_of(stack.regulator, order, "?full=true&purpose=risk")


def test_numbers_in_what_authorities_write(stack, people):
    trade = people.make()
    stack.mock.behave("CUS", outcome="inspect")
    file_all(stack.enterprise, trade.filings())
    d = settled(stack, trade, "inspect")
    authority = stack.caller(stack.tokens["authority-TAX"])
    accept(authority.post("/v1/authorities/TAX/receipts", {"declaration_id": d["id"], "version": 1, "status": "review", "at": "2026-03-02T10:00:00+08:00",
                                                           "info": f"{NUMBER} {TELEPHONE} 待核"}), 200)
    accept(regulator_of(stack, people, "CUS").post(f"/v1/declarations/{d['id']}/decisions", {"decision": "hold", "reason": f"核对 {NUMBER}"}), 201)
    whole = dump(stack)
    assert NUMBER.encode() not in whole and TELEPHONE.encode() not in whole
    said = str(accept(stack.enterprise.get(f"/v1/declarations/{d['id']}/receipts"), 200).json)
    assert "待核" in said and NUMBER[:6] + "********" + NUMBER[-4:] in said


# --- how long -------------------------------------------------------------------------------------------------


def test_months_past_their_time_leave_a_tombstone(own, trades):
    stack = own()
    filing = accept(stack.enterprise.file(trades.make().order())).json["id"]
    columns = [c for c in stack.psql("select attname from pg_attribute where attrelid = 'filing'::regclass and attnum > 0 order by attnum").splitlines()]
    old, kept = "2011-03-05", "2024-03-05"
    for day in (old, kept):
        stack.make_month(day)
        for n in range(2):  # two of that month, in the bucket 0
            values = ", ".join({"id": f"(id_floor('{day}')::text::uuid)", "bucket": "0::smallint"}.get(c, c) for c in columns)
            if n == 1:
                values = values.replace(f"(id_floor('{day}')::text::uuid)", f"(overlay(id_floor('{day}')::text placing '1' from 36))::uuid")
            stack.psql(f"insert into filing ({', '.join(columns)}) select {values} from filing where id = '{filing}'")
    gone, here = (stack.psql(f"select id_floor('{day}')") for day in (old, kept))
    problem(stack.regulator.get(f"/v1/filings/{gone}"), 500, "record-damaged")  # there, but encrypted in another place

    due = [line.split() for line in stack.ctl("retention", "list").stdout.splitlines()[1:]]
    assert {row[1] for row in due} == {f"{t}_201103" for t in ("filing", "submission", "change", "delivery_document", "access_log", "risk_trace", "person_flag", "person_flag_change")} | {
        "risk_trace_202403", "person_flag_202403", "person_flag_change_202403"}  # of what is kept a year or two the later month is due as well
    assert stack.psql("select count(*) from tombstone") == "0" and stack.psql("select count(*) from filing_201103") == "2"  # it only looked
    ids = stack.psql("select string_agg(replace(id::text, '-', ''), '' order by id) from filing_201103")
    said = stack.ctl("retention", "run").stdout
    assert "filing_201103: 2 rows removed" in said
    digest = hashlib.sha256(hashlib.sha256(bytes.fromhex(ids)).digest()).hexdigest()
    assert stack.psql("select rows || ' ' || encode(digest, 'hex') || ' ' || rule_id from tombstone where record = 'filing'") == f"2 {digest} 4"
    assert stack.psql("select count(*) from tombstone") == str(len(due)) and stack.psql("select coalesce(to_regclass('filing_201103')::text, '')") == ""
    assert stack.ctl("retention", "run").stdout == ""
    with pytest.raises(Exception, match="never changed"):
        stack.psql("delete from tombstone")
    body = problem(stack.regulator.get(f"/v1/filings/{gone}"), 410, "gone")
    assert "10 years" in body["detail"]
    problem(stack.regulator.get(f"/v1/filings/{here}"), 500, "record-damaged")  # a later month stays
    problem(stack.regulator.get("/v1/filings/0069d27a-1f41-7029-8b6c-859588a3639e"), 404, "not-found")
    accept(stack.enterprise.get(f"/v1/filings/{filing}"), 200)
