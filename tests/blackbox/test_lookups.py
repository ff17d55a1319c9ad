"""Questions to departments: asked on demand and before a declaration goes out, remembered, blocked by, attested by."""
import json
from urllib.parse import quote

import pytest

from filer import CODES, IMPORT_GOODS, credit_code, identity_number, revised
from stack import wait_for
from support import accept, file_all, judged, new_stack, problem, reasons, settled

ASKED = ("CUS", "CIQ", "TAX", "FX", "POL", "SAMR", "NMPA", "ECO", "FIN")
STRANGER = credit_code("110000", "MA9X0909")


@pytest.fixture(scope="module")
def asking():
    """A stack in which departments are connected for questions; the usual one asks nobody."""
    s = new_stack().start()
    try:
        for code in ASKED:
            s.ctl("authority", "set", code, "--query-url", f"http://127.0.0.1:{s.mock.port}/{code}/queries",
                  *[x for k, v in s.authority.items() for x in (f"--{k}", v)])
        s.police = s.client("police", "regulator", "--authority", "POL")
        wait_for(lambda: s.operator.post("/v1/lookups", {"authority": "CUS", "question": "registration", "key": STRANGER}).status == 200,
                 "the daemon knows the addresses")
        yield s
    finally:
        s.remove()


@pytest.fixture(autouse=True)
def departments_answer(request):
    if "asking" in request.fixturenames:
        for code in ASKED:
            request.getfixturevalue("asking").mock.api.request("DELETE", f"/{code}/query-behaviour")


def ask(stack, authority, question, key, api=None, **more):
    return (api or stack.operator).post("/v1/lookups", {"authority": authority, "question": question, "key": key} | more)


def path(authority, question, key, as_of=None):
    return f"/v1/lookups?authority={authority}&question={question}&key={quote(key)}" + (f"&as_of={quote(as_of)}" if as_of else "")


def answered(stack, reply, api=None):
    """What came of a question that was written down."""
    accept(reply, 202)
    place = reply.headers["location"]
    assert place == f"/v1/lookups/{reply.json['id']}" and reply.json["state"] == "asking"
    return wait_for(lambda: (lambda x: x if x["state"] == "answered" else None)(accept((api or stack.operator).get(place), 200).json), "it is answered")


def goods(hs, count=1):
    """Lines with commodity codes of one's own: nobody has asked about them."""
    return tuple(line[:7] + (hs[n % len(hs)],) + line[8:] for n, line in enumerate(IMPORT_GOODS[:1] * count))


def behave(stack, code, **how):
    reply = stack.mock.api.request("PUT", f"/{code}/query-behaviour", json.dumps(how).encode())
    assert reply.status == 200, reply


def questions(stack, code):
    return stack.mock.summary(code)["queries"]


def rows_of(stack, declaration):
    return stack.regulator.get(f"/v1/declarations/{declaration['id']}/verdict").json["rule_rows"]


def set_rule(stack, row, column, value):
    stack.psql(f"update lookup_rule set {column} = '{value}' where id = {row}; select nextval('rule_revision')")
    revision = stack.psql("select last_value from rule_revision")
    wait_for(lambda: stack.operator.metrics()['tongguan_rules_revision{worker="0"}'] >= float(revision), "the daemon has read the row")


# --- on demand --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("authority,question,key,member", [
    ("CUS", "registration", CODES["merchant"], "level"), ("CIQ", "level", CODES["merchant"], "level"), ("CIQ", "negative-list", "9503008900", "listed"),
    ("CIQ", "certificates", "CCC-2026-1", "status"), ("FX", "directory", CODES["merchant"], "class"), ("TAX", "grade", CODES["merchant"], "grade"),
    ("ECO", "adverse-records", CODES["merchant"], "records"), ("FIN", "adverse-records", CODES["merchant"], "records"),
    ("SAMR", "adverse-records", CODES["merchant"], "records"), ("NMPA", "licences", "国药准字Z20260001", "status")])
def test_asked_once_and_kept(asking, authority, question, key, member):
    before = questions(asking, authority)
    problem(asking.operator.get(path(authority, question, key)), 404, "not-found")
    first = answered(asking, ask(asking, authority, question, key, purpose="审核企业资质"))
    assert member in first["answer"] and first["fresh"] and first["as_of"] <= first["asked_at"] < first["valid_until"], first
    assert (first["asked_by"], first["purpose"], first["key"]) == ("operator", "审核企业资质", key)
    assert accept(ask(asking, authority, question, key), 200).json == first  # fresh: nobody is asked
    assert accept(asking.regulator.get(path(authority, question, key)), 200).json == first
    assert questions(asking, authority) == before + 1


def test_what_a_department_says_anew_and_what_it_said_before(asking):
    key = credit_code("330100", "MA2T0707")
    asking.mock.put("CUS", "registers/registration", rows=[{"code": key, "level": "certified", "as_of": "2026-05-01T08:00:00+08:00"}])
    first = answered(asking, ask(asking, "CUS", "registration", key))
    assert (first["answer"]["level"], first["as_of"]) == ("certified", "2026-05-01T08:00:00.000000+08:00")
    asking.mock.put("CUS", "registers/registration", rows=[{"code": key, "level": "dishonest"}])
    assert accept(ask(asking, "CUS", "registration", key), 200).json["answer"]["level"] == "certified"
    second = answered(asking, ask(asking, "CUS", "registration", key, anew=True))
    assert second["answer"]["level"] == "dishonest"
    assert asking.operator.get(path("CUS", "registration", key)).json == second
    assert asking.operator.get(path("CUS", "registration", key, first["asked_at"])).json == first
    problem(asking.operator.get(path("CUS", "registration", key, "2026-01-01")), 404, "not-found")
    assert asking.operator.get(f"/v1/lookups/{first['id']}").json == first  # never changed


def test_an_old_answer_is_shown_as_what_it_is(asking):
    key = credit_code("330100", "MA2T0708")
    first = answered(asking, ask(asking, "SAMR", "adverse-records", key))
    behave(asking, "SAMR", down=True)
    try:
        accept(asking.operator.post("/test/clock", {"shift_s": 2 * 86400}), 200)
        old = accept(asking.operator.get(path("SAMR", "adverse-records", key)), 200).json
        assert not old["fresh"] and old["answer"] == first["answer"] and old["asked_at"] == first["asked_at"]
        again = accept(ask(asking, "SAMR", "adverse-records", key), 202)  # it is asked, and the department is away
        stands = wait_for(lambda: (lambda x: x if x.get("reason") else None)(asking.operator.get(again.headers["location"]).json), "an attempt failed")
        assert stands["state"] == "asking" and stands["reason"] == "HTTP 503"
        accept(asking.operator.post("/test/clock", {"shift_s": 9 * 86400}), 200)
        problem(asking.operator.get(path("SAMR", "adverse-records", key)), 404, "not-found")  # too old, even for that
        assert asking.operator.get(path("SAMR", "adverse-records", key, first["asked_at"])).json == first
    finally:
        accept(asking.operator.post("/test/clock", {"shift_s": 0}), 200)
    behave(asking, "SAMR", down=False)


def test_who_may_know_what(asking):
    own, other = CODES["platform"], STRANGER
    api = asking.enterprise
    mine = answered(asking, ask(asking, "TAX", "grade", own, api=api), api)
    assert accept(api.get(path("TAX", "grade", own)), 200).json == mine and mine["asked_by"] == "enterprise" and mine["purpose"]
    theirs = answered(asking, ask(asking, "TAX", "grade", other))
    answered(asking, ask(asking, "TAX", "grade", CODES["carrier"], purpose="稽查"))
    seen = accept(api.get(path("TAX", "grade", CODES["carrier"])), 200).json
    assert (seen["asked_by"], seen["purpose"]) == (None, None) and seen["answer"]  # who else asked about it, and why, is none of its business
    problem(api.get(path("TAX", "grade", other)), 403, "forbidden")
    problem(ask(asking, "TAX", "grade", other, api=api), 403, "forbidden")
    problem(api.get(f"/v1/lookups/{theirs['id']}"), 404, "not-found")
    problem(ask(asking, "CIQ", "negative-list", "1901101090", api=api), 403, "forbidden")
    before = questions(asking, "TAX")
    accept(ask(asking, "TAX", "grade", own, api=api, anew=True), 200)  # only departments and operators ask in vain
    assert questions(asking, "TAX") == before


def test_wrong_questions(asking):
    problem(ask(asking, "NOBODY", "grade", STRANGER), 400, "bad-request")
    problem(ask(asking, "TAX", "weather", STRANGER), 400, "bad-request")
    problem(ask(asking, "TAX", "registration", STRANGER), 404, "not-found")
    for question, key in (("grade", "1"), ("grade", STRANGER[:-1] + "0"), ("grade", None), ("grade", 7)):
        body = problem(ask(asking, "TAX", question, key), 422, "rule-broken")
        assert {e["pointer"] for e in body["errors"]} == {"/key"}, body
    body = problem(ask(asking, "CIQ", "certificates", "x" * 67, surprise=1, purpose=""), 422, "rule-broken")
    assert {e["pointer"] for e in body["errors"]} == {"/key", "/surprise", "/purpose"}, body
    for query in ("", "?authority=TAX&question=grade", f"?authority=TAX&question=weather&key={STRANGER}", f"?authority=TAX&question=grade&key={STRANGER}&as_of=never",
                  "?authority=POL&question=identity&key=" + "0" * 64):
        problem(asking.operator.get("/v1/lookups" + query), 400, "bad-request")
    for name in ("x", "0190aaaa-bbbb-8ccc-8ddd-eeeeeeeeeeee"):
        problem(asking.operator.get(f"/v1/lookups/{name}"), 404, "not-found")


def test_nobody_is_asked_who_is_not_connected(stack, trades):
    before = stack.psql("select count(*) from lookup_question"), questions(stack, "CIQ"), questions(stack, "POL")
    problem(ask(stack, "CIQ", "negative-list", "1901101090"), 409, "state-conflict")
    trade, other = trades.make(), trades.make(buyer=person(9))
    file_all(stack.enterprise, trade.filings())
    d = settled(stack, trade)
    assert all(row < 20000 for row in rows_of(stack, d))
    file_for_another_payer(stack, other)
    settled(stack, other, "conflict")
    assert (stack.psql("select count(*) from lookup_question"), questions(stack, "CIQ"), questions(stack, "POL")) == before


def test_what_cannot_be_read_is_no_answer(asking):
    key = credit_code("330100", "MA2T0709")
    behave(asking, "TAX", wrong_next=1, corrupt_next=1, refuse_next=1, drop_after_next=1)
    before = questions(asking, "TAX")
    assert answered(asking, ask(asking, "TAX", "grade", key))["answer"]["found"]
    assert questions(asking, "TAX") == before + 5


def test_what_may_be_asked(asking):
    rows = accept(asking.enterprise.get("/v1/lookups/rules"), 200).json["items"]
    assert {(r["authority"], r["question"]) for r in rows} == {
        ("CUS", "registration"), ("CIQ", "level"), ("CIQ", "negative-list"), ("CIQ", "certificates"), ("FX", "directory"), ("TAX", "grade"), ("POL", "identity"),
        ("ECO", "adverse-records"), ("FIN", "adverse-records"), ("SAMR", "adverse-records"), ("NMPA", "licences")}
    assert all(r["connected"] and r["source"] and r["purpose"] and r["valid_s"] > 0 for r in rows)
    assert [(r["id"], r["goods_class"], r["unanswered"]) for r in rows if r["used"] == "check"] == [(20003, None, "hold"), (20011, "medicine", "hold")]
    assert [r["authority"] for r in asking.operator.get("/v1/lookups/rules?on=2016-06-01").json["items"]].count("POL") == 0
    problem(asking.operator.get("/v1/lookups/rules?on=never"), 400, "bad-request")


# --- before a declaration goes out --------------------------------------------------------------------------------


def test_a_hit_blocks_until_it_is_corrected(asking, trades):
    listed, good = "8715000000", "8715000010"
    asking.mock.put("CIQ", "registers/negative-list", rows=[{"hs_code": listed, "reason": "限制进口", "valid_from": "2020-01-01"}])
    trade = trades.make(goods=goods((good, listed), 2))
    file_all(asking.enterprise, trade.filings())
    d = settled(asking, trade, "blocked")
    assert (d["verdict"], d["version"], d["parts"]) == ("BLOCKED", 0, [])
    told = reasons(asking, d)
    assert [(r["rule"], r["line"], r["left"]["field"], r["left"]["value"], r["corrects"]) for r in told] == [
        ("department.negative-list", 2, "hs_code", listed, "inventory")]
    assert told[0]["detail"] and told[0]["remedy"] and "lookup_rule" in told[0]["source"]
    assert 20003 in rows_of(asking, d)
    counted = asking.psql(f"select unnest(inputs) from decision where declaration_id = '{d['id']}' and outcome = 'BLOCKED'").split()
    answers = asking.psql(f"select id from lookup_answer where key in ('{listed}', '{good}')").split()
    assert len(answers) == 2 and set(answers) <= set(counted)  # by which it can be judged once more
    assert [x["verdict"] for x in asking.regulator.get(f"/v1/declarations/{d['id']}/decisions").json["items"]][-1] == "BLOCKED"
    steps = asking.enterprise.get(f"/v1/declarations/{d['id']}/steps").json
    assert [s["kind"] for s in steps["steps"] if s["next"]] == ["inventory"], steps
    trade.goods = goods((good,), 2)
    accept(asking.enterprise.file(revised(trade.inventory())))
    d = settled(asking, trade)
    assert d["version"] == 1 and 20003 in rows_of(asking, d) and reasons(asking, d) == []


def test_a_list_that_is_not_in_force_yet_blocks_nothing(asking, trades):
    asking.mock.put("CIQ", "registers/negative-list", rows=[{"hs_code": "8715000020", "valid_from": "2099-01-01"}, {"hs_code": "8715000030", "valid_to": "2020-01-01"}])
    trade = trades.make(goods=goods(("8715000020", "8715000030"), 2))
    file_all(asking.enterprise, trade.filings())
    settled(asking, trade)


def test_a_code_is_asked_about_once(asking, trades):
    hs, before = "8715000040", questions(asking, "CIQ")
    made = [trades.make(goods=goods((hs,))) for _ in range(8)]
    for trade in made:
        file_all(asking.enterprise, trade.filings())
    for trade in made:
        settled(asking, trade)
    assert questions(asking, "CIQ") == before + 1
    assert asking.psql(f"select count(*) from lookup_answer where key = '{hs}'") == "1"


def test_while_the_department_is_away_it_waits(asking, trades):
    behave(asking, "CIQ", down=True)
    trade = trades.make(goods=goods(("8715000050",)))
    file_all(asking.enterprise, trade.filings())
    d = judged(asking, trade, "PENDING")
    assert (d["state"], d["version"], d["parts"]) == ("waiting", 0, [])
    assert [(r["rule"], r["corrects"]) for r in reasons(asking, d)] == [("department.unanswered", None)]
    wait_for(lambda: asking.psql("select failures > 1 from lookup_question where key = '8715000050'") == "t", "it was asked in vain")
    assert asking.regulator.declaration(trade.order_no)["verdict"] == "PENDING"
    behave(asking, "CIQ", down=False)
    settled(asking, trade)


def test_when_it_is_back_nobody_waits_for_the_end_of_a_pause(asking, trades):
    behave(asking, "CIQ", down=True)
    made = [trades.make(goods=goods((f"87150001{n}0",))) for n in range(4)]
    for trade in made:
        file_all(asking.enterprise, trade.filings())
    wait_for(lambda: asking.psql("select count(*) from lookup_question where authority = 'CIQ' and failures > 0") == "4", "all were asked in vain")
    asking.psql("update lookup_question set due_at = due_at + interval '1 hour' where authority = 'CIQ' and key <> '8715000100'")
    behave(asking, "CIQ", down=False)
    for trade in made:
        settled(asking, trade)


def test_a_row_may_let_it_pass(asking, trades):
    set_rule(asking, 20003, "unanswered", "pass")
    behave(asking, "CIQ", down=True)
    try:
        trade = trades.make(goods=goods(("8715000060",)))
        file_all(asking.enterprise, trade.filings())
        d = settled(asking, trade)
        assert d["verdict"] == "MATCHED" and [r["rule"] for r in reasons(asking, d)] == ["department.away"] and 20003 in rows_of(asking, d)
    finally:
        set_rule(asking, 20003, "unanswered", "hold")


def test_an_old_answer_counts_while_the_department_is_away(asking, trades):
    hs = "8715000070"
    asking.mock.put("CIQ", "registers/negative-list", rows=[{"hs_code": hs, "listed": True}])
    answered(asking, ask(asking, "CIQ", "negative-list", hs))
    behave(asking, "CIQ", down=True)
    asking.psql(f"update lookup_answer set valid_until = asked_at where key = '{hs}'")  # a day has gone by
    trade = trades.make(goods=goods((hs,)))
    file_all(asking.enterprise, trade.filings())
    judged(asking, trade, "BLOCKED")  # once it was asked in vain
    decided = asking.psql(f"select outcome from decision where declaration_id = '{asking.regulator.declaration(trade.order_no)['id']}' order by decided_at")
    assert "PENDING" in decided.split()


def test_licences_of_medicines(asking, trades):
    asking.mock.put("NMPA", "registers/licences", rows=[{"licence_no": "H20260001", "status": "suspended"}, {"licence_no": "H20260002", "status": "valid", "valid_to": "2099-12-31"},
                                                       {"licence_no": "H20260003", "status": "valid", "valid_to": "2025-12-31"}])
    medicine = goods(("3004909099",))
    for number, state in (("H20260001", "blocked"), ("H20260002", "released"), ("H20260003", "blocked"), (None, "released")):
        trade = trades.make(goods=medicine)
        file_all(asking.enterprise, [trade.order(), trade.payment(), trade.waybill(), trade.inventory(license_no=number)])
        d = settled(asking, trade, state)
        assert (20011 in rows_of(asking, d)) == (number is not None)
        if state == "blocked":
            assert [(r["rule"], r["left"]["field"]) for r in reasons(asking, d)] == [("department.licence", "license_no")]
    other = trades.make()  # the number of another kind of licence is none of their business
    file_all(asking.enterprise, [other.order(), other.payment(), other.waybill(), other.inventory(license_no="H20260001")])
    settled(asking, other)


# --- persons --------------------------------------------------------------------------------------------------------


def person(serial, name="钱多多"):
    return name, identity_number("330100", "19000203", serial)


def file_for_another_payer(stack, trade):
    file_all(stack.enterprise, [trade.order(), trade.payment(payer_name="赵六"), trade.waybill(), trade.inventory()])


def test_the_police_attest_a_buyer_who_is_not_the_payer(asking, trades):
    name, number = person(1)
    asking.mock.put("POL", "registers/identity", rows=[{"id_number": number, "name": name, "as_of": "2026-03-01T08:00:00+08:00"}])
    before = questions(asking, "POL")
    trade = trades.make(buyer=(name, number))
    file_for_another_payer(asking, trade)
    settled(asking, trade)
    source, since = asking.psql("select source, attested_at at time zone 'Asia/Shanghai' from identity_attestation").split("|")
    assert (source, since) == ("POL", "2026-03-01 08:00:00")
    later = trades.make(buyer=(name, number))
    file_for_another_payer(asking, later)
    settled(asking, later)
    assert questions(asking, "POL") == before + 1
    # neither name nor number stands in a table of questions or answers, and it is told what it was asked for
    stored = asking.psql("select row_to_json(a)::text from lookup_answer a where question = 'identity' union all select row_to_json(t)::text from identity_attestation t")
    assert name not in stored and number not in stored and '"answer":{"result":"match"}' in stored and "payer" in stored


def test_what_the_police_do_not_confirm_stays_so(asking, trades):
    (name, number), (_, unknown) = person(2), person(3)
    asking.mock.put("POL", "registers/identity", rows=[{"id_number": number, "name": "另一个人"}], unknown="not-found")
    try:
        before = questions(asking, "POL")
        for buyer in ((name, number), (name, unknown)):
            trade = trades.make(buyer=buyer)
            file_for_another_payer(asking, trade)
            settled(asking, trade, "conflict")
            wait_for(lambda: questions(asking, "POL") > before, "the police are asked")
            before = questions(asking, "POL")
            wait_for(lambda: asking.psql("select count(*) from lookup_question where question = 'identity'") == "0", "that is answered")
            once_more = trades.make(buyer=buyer)
            file_for_another_payer(asking, once_more)
            settled(asking, once_more, "conflict")
            accept(asking.enterprise.file(revised(trade.payment(payer_name="赵六", note="再次报送"))))
            judged(asking, trade, "CONFLICT", 5)
        results = asking.psql("select answer ->> 'result' from lookup_answer where question = 'identity' and answer ->> 'result' <> 'match' order by asked_at")
        assert results.split() == ["mismatch", "not_found"] and questions(asking, "POL") == before
    finally:
        asking.mock.put("POL", "registers/identity", rows=[], unknown="built-in")


def test_persons_are_asked_about_in_bodies_only(asking, trades):
    name, number = person(4)
    body = {"authority": "POL", "question": "identity", "name": name, "id_number": number, "purpose": "核查订购人身份"}
    trade = trades.make(buyer=(name, number))
    accept(asking.enterprise.file(trade.order()))
    declaration = wait_for(lambda: asking.regulator.declaration(trade.order_no), "it is there")["id"]
    problem(asking.enterprise.post("/v1/lookups", body), 403, "forbidden")
    noted = int(asking.psql("select count(*) from lookup_access"))
    problem(asking.regulator.post("/v1/lookups", body), 403, "forbidden")
    problem(asking.police.post("/v1/lookups", body), 400, "bad-request")  # nowhere to take the number from when it is asked
    wrong = problem(asking.police.post("/v1/lookups", body | {"id_number": number[:-1], "name": "", "key": "x", "declaration_id": "y", "purpose": None}), 422, "rule-broken")
    assert {e["pointer"] for e in wrong["errors"]} == {"/id_number", "/name", "/key", "/declaration_id", "/purpose"}
    wrong = problem(asking.police.post("/v1/lookups", {"authority": "POL", "question": "identity", "purpose": "x" * 201}), 422, "rule-broken")
    assert {e["pointer"] for e in wrong["errors"]} == {"/id_number", "/name", "/purpose"}
    reply = asking.police.post("/v1/lookups", body | {"declaration_id": declaration})
    problem(asking.regulator.get(reply.headers["location"]), 404, "not-found")
    told = answered(asking, reply, asking.police)
    assert told["answer"] == {"result": "match"} and told["key"] is None and told["purpose"] == "核查订购人身份"
    assert accept(asking.police.post("/v1/lookups", body | {"purpose": "复核"}), 200).json == told
    uses = asking.psql(f"select purpose from lookup_access where id > {noted} order by id").split()
    assert uses == ["核查订购人身份", "复核"]  # whoever learned of it, and why; not who was refused
    # a name that nobody in that declaration has cannot be asked about
    stranger = asking.police.post("/v1/lookups", body | {"declaration_id": declaration, "name": "孙七"})
    accept(stranger, 202)
    wait_for(lambda: asking.police.get(stranger.headers["location"]).status == 404, "it is dropped")
    assert asking.psql("select count(*) from lookup_question where question = 'identity'") == "0"


# --- several daemons ------------------------------------------------------------------------------------------------


def test_two_daemons_ask_once(asking, trades):
    other = asking.add_daemon("second").start()
    try:
        hs, before = "8715000080", questions(asking, "CIQ")
        behave(asking, "CIQ", latency_ms=150)
        callers = [asking.enterprise, asking.caller(asking.tokens["enterprise"], other)]
        made = [trades.make(goods=goods((hs,))) for _ in range(6)]
        for n, trade in enumerate(made):
            file_all(callers[n % 2], trade.filings())
        for trade in made:
            settled(asking, trade)
        assert questions(asking, "CIQ") == before + 1
    finally:
        other.close()
        asking.daemons.remove(other)


