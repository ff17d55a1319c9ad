"""What authorities answered, as filers poll it: complete, in order, in JSON and in customs' form."""
import datetime
import re
import threading
import xml.etree.ElementTree as ET

import pytest

from filer import CODES, MESSAGES, NAMESPACE, SHANGHAI, ceb
from stack import wait_for
from support import accept, file_all, problem, settled

XML = {"Accept": "application/xml"}
CODES_OF_FOUR = ("CUS", "FX", "POST", "TAX")


def nodes(reply):
    """(number of the message, its nodes as dicts of their elements)"""
    assert reply.headers["content-type"] == "application/xml", reply
    root = ET.fromstring(reply.body)
    number = re.fullmatch(rf"\{{{NAMESPACE}\}}CEB(\d+)Message", root.tag)[1]
    assert re.fullmatch(r"[0-9A-F-]{36}", root.get("guid"))
    return int(number), [{child.tag.split("}")[1]: child.text for child in node} for node in root]


def following(reply):
    """Where to go on; the server says so in the header Link."""
    link = re.fullmatch(r"<https?://[^/]+(/[^>]+)>; rel=\"next\"", reply.headers["link"])[1]
    if reply.status == 200 and reply.headers["content-type"] == "application/json":
        assert link.endswith("cursor=" + reply.json["next"]) and (reply.headers["tongguan-more"] == "true") == reply.json["more"]
    return link


def poll_until(api, path, enough, headers=None, timeout=60):
    """Polls on and on; returns every answer with something in it, once enough(them) is true."""
    found = []

    def once():
        nonlocal path
        reply = api.request("GET", path, None, headers)
        assert reply.status in (200, 204), reply
        path = following(reply)
        if reply.status == 200 and (headers or reply.json["items"]):
            found.append(reply)
        return enough(found)
    wait_for(once, "all receipts have come", timeout)
    return found, path


def items(replies):
    return [i for r in replies for i in r.json["items"]]


def own_filer(stack, trades, name="poller", codes=CODES.values()):
    return stack.client(f"{name} {trades.tag}", "enterprise", "--codes", ",".join(codes))


# --- a filing's receipt ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("direction,kind", sorted(MESSAGES))
def test_a_filings_receipt_in_customs_form(stack, trades, direction, kind):
    number, filing = MESSAGES[direction, kind][0], trades.make(direction).filing(kind)
    answered = stack.enterprise.file(ceb([filing]), Accept="application/xml")
    receipt = stack.enterprise.file(filing).json  # the same filing: its receipt
    reply = accept(stack.enterprise.get(f"/v1/filings/{receipt['id']}/receipt", **XML), 200)
    told, first = nodes(reply), nodes(answered)
    assert told[0] == first[0] == number + 1
    said, before = told[1][0], first[1][0]
    assert said["returnStatus"] == "2" and receipt["id"] in said["returnInfo"]
    assert before["returnInfo"].startswith(said["returnInfo"])  # warnings of the reading are told once: they are not stored
    assert said.keys() == before.keys()
    assert all(said[k] == before[k] for k in said if k not in ("guid", "returnInfo"))
    assert stack.enterprise.get(f"/v1/filings/{receipt['id']}/receipt", **XML).body == reply.body
    assert stack.enterprise.get(f"/v1/filings/{receipt['id']}/receipt").json == receipt
    stranger = own_filer(stack, trades, "nobody", [CODES["zone"]])
    problem(stranger.get(f"/v1/filings/{receipt['id']}/receipt", **XML), 404, "not-found")
    problem(stack.enterprise.get("/v1/filings/x/receipt", **XML), 404, "not-found")
    problem(stack.enterprise.get(f"/v1/filings/{receipt['id']}/receipt", Accept="text/csv"), 406, "not-acceptable")


# --- a declaration's ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("direction,number", [("import", 622), ("export", 604)])
def test_a_declarations_receipts(stack, trades, direction, number):
    stack.mock.behave("CUS", steps=True, late_ms=10)
    trade = trades.make(direction)
    file_all(stack.enterprise, trade.filings())
    d = settled(stack, trade)
    found = accept(stack.enterprise.get(f"/v1/declarations/{d['id']}/receipts"), 200).json["items"]
    assert {i["authority"] for i in found} == set(CODES_OF_FOUR) and len(found) == 6
    assert [i["said_at"] for i in found] == sorted(i["said_at"] for i in found)
    customs = [i for i in found if i["authority"] == "CUS"]
    assert [i["status"] for i in customs] == ["2", "120", "800"] and customs[-1]["outcome"] == "clear"
    assert all(i["order_no"] == trade.order_no and i["direction"] == direction and i["declaration_id"] == d["id"] for i in found)
    reply = accept(stack.enterprise.get(f"/v1/declarations/{d['id']}/receipts", **XML), 200)
    told, said = nodes(reply)
    assert told == number and [n["returnStatus"] for n in said] == ["2", "120", "800"]
    assert len({n["guid"] for n in said}) == 3
    for node, item in zip(said, customs):
        assert node["preNo"] == item["reference"] and node["copNo"] == trade.internal_no and node["returnInfo"] == item["info"]
        at = datetime.datetime.strptime(node["returnTime"] + "000", "%Y%m%d%H%M%S%f").replace(tzinfo=SHANGHAI)
        assert abs(at - datetime.datetime.fromisoformat(item["said_at"])) < datetime.timedelta(milliseconds=1)
    assert stack.enterprise.get(f"/v1/declarations/{d['id']}/receipts", **XML).body == reply.body


def test_others_of_a_trade_learn_the_outcome_not_the_words(stack, trades):
    trade = trades.make()
    carrier, declarant, stranger = (own_filer(stack, trades, role, [CODES[role]]) for role in ("carrier", "declarant", "zone"))
    accept(carrier.file(trade.waybill()))
    accept(declarant.file(trade.inventory()))
    file_all(stack.enterprise, trade.filings(("order", "payment")))
    d = settled(stack, trade)
    path = f"/v1/declarations/{d['id']}/receipts"
    assert {i["info"] for i in carrier.get(path).json["items"]} == {None}
    assert all(i["info"] for i in declarant.get(path).json["items"])
    assert carrier.get(path, **XML).status == 204 and nodes(declarant.get(path, **XML))[0] == 622
    for headers in ({}, XML):
        problem(stranger.get(path, **headers), 404, "not-found")
    found, _ = poll_until(carrier, "/v1/receipts", lambda f: len(items(f)) >= 4)
    assert {i["info"] for i in items(found)} == {None} and len(items(found)) == 4
    wait_for(lambda: (lambda r: r.status == 200 and not r.json["items"] and not r.json["more"])(stranger.get("/v1/receipts")), "nothing is for strangers")
    assert carrier.get("/v1/receipts", **XML).status == 204
    found, _ = poll_until(declarant, "/v1/receipts", lambda f: f, XML)
    assert [n["returnStatus"] for n in nodes(found[0])[1]] == ["800"]


# --- polling --------------------------------------------------------------------------------------------------


def test_polling_while_answers_come_misses_none_and_keeps_their_order(stack, trades):
    api = own_filer(stack, trades)
    stack.mock.behave("CUS", answer="later", late_ms=5, steps=True)
    stack.mock.behave("TAX", answer="later", late_ms=40, twice=True)
    made = [trades.make("export" if n % 3 == 0 else "import") for n in range(24)]
    filed = threading.Thread(target=lambda: [file_all(api, t.filings()) for t in made])
    filed.start()
    try:
        want = len(made) * 6
        found, path = poll_until(api, "/v1/receipts?limit=7", lambda f: len(items(f)) >= want, timeout=60)
    finally:
        filed.join()
    for trade in made:
        settled(stack, trade)
    all_of_it = items(found)
    assert len({i["id"] for i in all_of_it}) == len(all_of_it) == want
    assert {i["order_no"] for i in all_of_it} == {t.order_no for t in made}
    assert [i["received_at"] for i in all_of_it] == sorted(i["received_at"] for i in all_of_it)
    assert all(len(r.json["items"]) <= 7 for r in found)
    rest = accept(api.get(path), 200)
    assert rest.json["items"] == [] and rest.json["more"] is False
    # from the beginning once more: the same, whatever the size of the pages
    again, _ = poll_until(api, "/v1/receipts?limit=50", lambda f: len(items(f)) >= want)
    assert [i["id"] for i in items(again)] == [i["id"] for i in all_of_it]


def test_a_damaged_answer_holds_up_nobody(stack, trades):
    """It is told and left out of the messages; what came before and after it is there, and the poll gets on."""
    api = own_filer(stack, trades)
    made = [trades.make() for _ in range(3)]
    for trade in made:
        file_all(api, trade.filings())
    found = [settled(stack, trade, api=api) for trade in made]
    poll_until(api, "/v1/receipts", lambda f: len(items(f)) >= 12)
    flip = ("update authority_receipt set body = set_byte(body, 5, get_byte(body, 5) # 1) where authority = 'CUS' and id in "
            f"(select id from authority_receipt where declaration_id = '{found[1]['id']}')")
    before = len(stack.daemon.events("record.damaged"))
    stack.psql(flip)
    try:
        whole, path = poll_until(api, "/v1/receipts", lambda f: sum(len(nodes(r)[1]) for r in f) == 2, XML)
        assert {n["copNo"] for r in whole for n in nodes(r)[1]} == {made[0].internal_no, made[2].internal_no}
        assert api.get(path, **XML).status == 204
        wait_for(lambda: len(stack.daemon.events("record.damaged")) > before, "it is told")
        # alone on its page: nothing is left, and the next page comes behind it
        one_by_one, _ = poll_until(api, "/v1/receipts?limit=1", lambda f: len(f) == 2, XML)
        assert [nodes(r) for r in one_by_one] == [(622, [n]) for r in whole for n in nodes(r)[1]]
    finally:
        stack.psql(flip)


def test_what_is_not_committed_yet_is_waited_for(stack, trades):
    """A receipt whose transaction began earlier and ends later than another's is not passed over."""
    psycopg = pytest.importorskip("psycopg")
    api = own_filer(stack, trades)
    before, after = trades.make(), trades.make()
    file_all(api, before.filings())
    settled(stack, before)
    found, path = poll_until(api, "/v1/receipts", lambda f: len(items(f)) >= 4)
    with psycopg.connect(stack.conninfo, application_name="tongguand") as slow:
        slow.execute("""insert into authority_receipt (bucket, declaration_id, id, authority, version, status, at, digest, outcome, info, received_at, body)
                        select bucket, declaration_id, gen_random_uuid(), authority, version, 'slow', at, digest, outcome, info, received_at, body
                        from authority_receipt where id = %s""", (items(found)[0]["id"],))
        file_all(api, after.filings())
        d = settled(stack, after)
        assert len(api.get(f"/v1/declarations/{d['id']}/receipts").json["items"]) == 4  # they are there
        lag = stack.psql("select now() + interval '1.2 s'")  # the lag alone would have let them through by then
        wait_for(lambda: stack.psql(f"select now() > '{lag}'") == "t", "the lag is over")
        reply = accept(api.get(path), 200)
        assert reply.json["items"] == [], reply
        path = following(reply)
    found, _ = poll_until(api, path, lambda f: len(items(f)) >= 5)
    assert [i["status"] for i in items(found)].index("slow") == 0 and {i["order_no"] for i in items(found)[1:]} == {after.order_no}


def test_polling_in_customs_form(stack, trades):
    """One message of one number at a time, however imports and exports are mixed."""
    api = own_filer(stack, trades)
    made = [trades.make("export" if n % 2 else "import") for n in range(8)]
    for trade in made:
        file_all(api, trade.filings())
        settled(stack, trade)
    found, path = poll_until(api, "/v1/receipts?limit=500", lambda f: sum(len(nodes(r)[1]) for r in f) >= 8, XML)
    said = [(number, n) for number, ns in map(nodes, found) for n in ns]
    assert len(said) == 8 and len({n["preNo"] for _, n in said}) == 8 and {n["returnStatus"] for _, n in said} == {"800"}
    assert {n["copNo"] for number, n in said if number == 622} == {t.internal_no for t in made[::2]}
    assert {n["copNo"] for number, n in said if number == 604} == {t.internal_no for t in made[1::2]}
    runs, at = [], "/v1/receipts?limit=500"
    while not runs or runs[-1].headers["tongguan-more"] == "true":  # all are there now: a message ends where the number changes
        runs.append(accept(api.get(at, **XML), 200))
        at = following(runs[-1])
    assert [(nodes(r)[0], [n["copNo"] for n in nodes(r)[1]]) for r in runs] == [(604 if n % 2 else 622, [t.internal_no]) for n, t in enumerate(made)]
    rest = accept(api.get(path, **XML), 204)
    assert rest.body == b"" and rest.headers["tongguan-more"] == "false" and following(rest)
    # the cursor is the same thing in both forms
    assert accept(api.get(following(rest)), 200).json["items"] == []


def stamp(moment):
    return moment.isoformat().replace("+", "%2B")


def test_polling_by_time(stack, trades):
    api = own_filer(stack, trades)
    first, second = trades.make(), trades.make()
    for trade in (first, second):
        file_all(api, trade.filings())
        settled(stack, trade)
    every, _ = poll_until(api, "/v1/receipts", lambda f: len(items(f)) >= 8)
    times = {t.order_no: sorted(datetime.datetime.fromisoformat(i["received_at"]) for i in items(every) if i["order_no"] == t.order_no)
             for t in (first, second)}
    border = times[second.order_no][0]
    got = api.get(f"/v1/receipts?from={stamp(border)}").json
    assert {i["order_no"] for i in got["items"]} == {second.order_no} and len(got["items"]) == 4
    got = api.get(f"/v1/receipts?to={stamp(border)}").json
    assert {i["order_no"] for i in got["items"]} == {first.order_no} and got["more"] is False
    got = api.get(f"/v1/receipts?from={stamp(border)}&to={stamp(border)}").json
    assert got["items"] == [] and got["more"] is False
    ahead = stamp(border + datetime.timedelta(days=2))
    got = accept(api.get(f"/v1/receipts?from={ahead}"), 200).json  # nothing yet: the cursor stays there
    assert got["items"] == [] and got["more"] is False
    assert api.get(f"/v1/receipts?from={ahead}&cursor={got['next']}").json["items"] == []
    page = api.get("/v1/receipts?limit=3").json
    problem(api.get(f"/v1/receipts?to={stamp(border)}&cursor={page['next']}"), 400, "bad-request")
    problem(stack.enterprise.get(f"/v1/receipts?cursor={page['next']}"), 400, "bad-request")
    for query in ("from=yesterday", "to=x", "limit=0", "limit=9999", "cursor=abc", "after=1"):
        problem(api.get(f"/v1/receipts?{query}"), 400, "bad-request")


def test_who_was_long_away_gets_on_step_by_step(own, trades):
    """Each look covers one stretch of time, the next one more: what is far apart comes in pages of its own."""
    stack = own(settings={"query": {"receipts_window_s": 60, "receipts_lag_ms": 0}})
    old, new = trades.make(), trades.make()
    for trade in (old, new):
        file_all(stack.enterprise, trade.filings())
        settled(stack, trade)
    d = stack.enterprise.declaration(old.order_no)
    stack.psql(f"update authority_receipt set stored_at = stored_at - interval '3 hours' where declaration_id = '{d['id']}'")
    began = stamp(datetime.datetime.now(SHANGHAI) - datetime.timedelta(hours=5))
    replies, path = [], f"/v1/receipts?from={began}"
    while True:
        replies.append(accept(stack.enterprise.get(path), 200))
        path = following(replies[-1])
        if not replies[-1].json["more"]:
            break
        assert len(replies) < 50
    assert [i["order_no"] for i in items(replies)] == [old.order_no] * 4 + [new.order_no] * 4
    assert len(replies) > 1 and all(r.json["items"] for r in replies[:-1])
    seen = {i["authority"] for i in stack.regulator.get("/v1/receipts").json["items"]}
    assert seen == set(CODES_OF_FOUR)  # regulators and operators see all, of the last day when they say nothing
