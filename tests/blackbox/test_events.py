"""The feed: every change once, dense, in order, nothing below the watermark later; as pages and as a stream."""
import hashlib
import http.client
import json
import threading
import uuid
from decimal import Decimal

import psycopg
import pytest

from filer import CODES
from stack import wait_for
from support import accept, event_page, file_all, new_stack, problem, pull_events, settled, stacks

TIGHT = {"feed": {"streams": 3, "streams_of_client": 2, "heartbeat_ms": 100}}


@pytest.fixture(scope="module")
def pair():
    """A stack with two daemons, for the tests that end this file: they kill one, move time and let it stop."""
    s = new_stack().start()
    s.second = s.add_daemon("second", TIGHT).start()
    try:
        yield s
    finally:
        stacks.remove(s)
        s.remove()


def watermark(api):
    return event_page(api, "latest")["watermark"]


def of(events, declaration, *types):
    return [e for e in events if e["declaration_id"] == declaration["id"] and (not types or e["type"] in types)]


def wait_told(stack, declaration, *types, api=None, cursor=0):
    """The declaration's events once all these types are among them."""
    def told():
        events = of(pull_events(api or stack.regulator, cursor, declaration_id=declaration["id"])[0], declaration)
        return events if {e["type"] for e in events} >= set(types) else None
    return wait_for(told, f"{types} of {declaration['order_no']} are told")


class Stream:
    """A reader of server-sent events; keeps what it was sent, as a browser does."""

    def __init__(self, daemon, token, path="/v1/events", last=None):
        self.connection = http.client.HTTPConnection(*daemon.address, timeout=30)
        headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"} | ({"Last-Event-ID": str(last)} if last is not None else {})
        self.connection.request("GET", path, None, headers)
        self.answer = self.connection.getresponse()
        self.events, self.last, self.comments, self.retry, self.over = [], last, 0, None, False
        if self.answer.status == 200:
            assert self.answer.getheader("Content-Type") == "text/event-stream" and self.answer.getheader("X-Accel-Buffering") == "no"
            self.thread = threading.Thread(target=self.read, daemon=True)
            self.thread.start()

    def read(self):
        frame = {}
        try:
            for raw in self.answer:
                line = raw.decode().rstrip("\n")
                if not line:
                    self.last = frame.get("id", self.last)
                    if "data" in frame:
                        self.events.append((frame["id"], frame["event"], json.loads(frame["data"])))
                    frame = {}
                elif line.startswith(":"):
                    self.comments += 1
                elif line.startswith("retry: "):
                    self.retry = int(line[7:])
                else:
                    name, value = line.split(": ", 1)
                    frame[name] = value
        except (OSError, http.client.HTTPException):
            pass
        self.over = True

    def seqs(self):
        return [e["seq"] for _, _, e in self.events]

    def close(self):
        self.connection.sock and self.connection.sock.shutdown(2)
        self.thread.join(10)
        self.connection.close()


def test_a_trade_in_the_feed(stack, trades):
    start, trade = watermark(stack.regulator), trades.make()
    receipts = [r.json for r in file_all(stack.enterprise, trade.filings())]
    d = settled(stack, trade)
    events = wait_told(stack, d, "declaration.released", cursor=start)
    filed = [e for e in pull_events(stack.enterprise, start, type="filing.accepted")[0] if e["filing_id"] in {r["id"] for r in receipts}]
    assert {e["filing_id"]: e["kind"] for e in filed} == {r["id"]: r["kind"] for r in receipts} and len(filed) == len(receipts)
    assert {e["declaration_id"] for e in filed if e["kind"] != "waybill"} == {d["id"]}  # whose the waybill is was not known yet
    changes = of(events, d, "declaration.changed", "declaration.released")
    states = [(e["state"], e["verdict"], e["version"]) for e in changes]
    assert len(states) == len(set(states)) and states[-1] == ("released", "MATCHED", 1) and changes[-1]["type"] == "declaration.released"
    answered = of(events, d, "authority.answered")
    assert {e["authority"] for e in answered} == {"CUS", "TAX", "FX", "POST"} and {e["version"] for e in answered} == {1}
    assert answered[-1]["outcome"] == "clear"
    assert max(e["seq"] for e in filed) < changes[-1]["seq"] and answered[-1]["seq"] < changes[-1]["seq"]
    for e in events:
        assert e["id"] == str(e["seq"]) and e["order_no"] == trade.order_no and e["time"].endswith("+08:00")
    # the parties see it, and what they filed; nobody else does
    seen = wait_told(stack, d, "declaration.released", api=stack.enterprise, cursor=start)
    assert seen[:len(events)] == events
    stranger = stack.client(f"stranger {trades.tag}", "enterprise", "--codes", CODES["zone"])
    assert pull_events(stranger, start)[0] == []
    assert int(pull_events(stranger, start)[1]) >= events[-1]["seq"]


def test_dense_and_filtered(stack, trades):
    trade = trades.make()
    file_all(stack.enterprise, trade.filings())
    d = settled(stack, trade)
    wait_told(stack, d, "declaration.released")
    every, end = pull_events(stack.operator, limit=500)
    assert [e["seq"] for e in every] == list(range(1, int(end) + 1))  # regulators and operators see all: no number is missing
    recent = max(0, int(end) - 200)  # in small pages only the last of them: other tests may have filed thousands
    every = every[recent:]
    assert pull_events(stack.operator, recent, limit=7)[0][:len(every)] == every
    for query, keep in ({"type": "authority.answered,declaration.released"}, lambda e: e["type"] in ("authority.answered", "declaration.released")), \
            ({"kind": "order"}, lambda e: e["kind"] == "order"), ({"authority": "TAX"}, lambda e: e["authority"] == "TAX"), \
            ({"declaration_id": d["id"]}, lambda e: e["declaration_id"] == d["id"]):
        got = [e for e in pull_events(stack.operator, recent, limit=3, **query)[0] if e["seq"] <= int(end)]
        assert got and got == [e for e in every if keep(e)]
    for query in ("cursor=x", "cursor=-1", "limit=0", "type=", "type=nothing", "kind=x", "authority=XX", "declaration_id=1", "x=1"):
        problem(stack.operator.get(f"/v1/events?{query}"), 400, "bad-request")
    ahead = event_page(stack.operator, int(end) + 10**6)
    assert ahead["items"] == [] and ahead["reset"] is True and int(ahead["next"]) == ahead["watermark"]
    problem(stack.caller(stack.tokens["authority-TAX"]).get("/v1/events"), 403, "forbidden")


def test_what_goes_wrong_is_told(stack, trades):
    """A message that is given up, and an answer that contradicts a final one."""
    start, trade, dead = watermark(stack.regulator), trades.make(), trades.make()
    file_all(stack.enterprise, trade.filings())
    d = settled(stack, trade)
    stack.mock.behave("POST", refuse_next=1, refuse_status=400)
    file_all(stack.enterprise, dead.filings())
    other = settled(stack, dead, "declared")
    gone = [e for e in wait_told(stack, other, "delivery.dead", cursor=start) if e["type"] == "delivery.dead"]
    assert [(e["authority"], e["version"]) for e in gone] == [("POST", 1)]
    late = {"declaration_id": d["id"], "version": 1, "status": "rejected", "at": "2030-01-01T00:00:00+08:00"}
    for _ in range(2):  # once, however often it is said
        accept(stack.operator.post("/v1/authorities/TAX/receipts", late), 200)
    events = wait_told(stack, d, "case.opened", cursor=start)
    assert [e["authority"] for e in of(events, d, "case.opened")] == ["TAX"]
    assert [e["outcome"] for e in of(events, d, "authority.answered") if e["authority"] == "TAX"] == ["clear", "rejected"]


def test_streams(stack, trades):
    token, stranger = stack.tokens["enterprise"], f"stranger {trades.tag}"
    stack.client(stranger, "enterprise", "--codes", CODES["zone"])
    start = watermark(stack.regulator)
    streams = {"new": Stream(stack.daemon, token), "old": Stream(stack.daemon, token, last=start), "all": Stream(stack.daemon, stack.tokens["operator"], "/v1/events?cursor=0"),
               "released": Stream(stack.daemon, token, "/v1/events?type=declaration.released"), "other": Stream(stack.daemon, stack.tokens[stranger])}
    wait_for(lambda: all(s.last is not None for s in streams.values()), "each knows where it is")
    trade = trades.make()
    file_all(stack.enterprise, trade.filings())
    d = settled(stack, trade)
    told = wait_told(stack, d, "declaration.released", cursor=start)
    wanted = {e["seq"] for e in told}
    wait_for(lambda: all(set(streams[n].seqs()) >= wanted for n in ("new", "old", "all")), "it comes through the streams")
    wait_for(lambda: any(e["declaration_id"] == d["id"] for _, _, e in streams["released"].events), "and through the filtered one")
    for s in streams.values():
        s.close()  # what it has been sent moves no more
    for s in streams.values():
        assert s.seqs() == sorted(set(s.seqs())) and s.retry == 3000
        assert all(i == e["id"] and kind == e["type"] for i, kind, e in s.events)
    assert [e for _, _, e in streams["new"].events if e["declaration_id"] == d["id"]][:len(told)] == told  # the same as in pages
    assert streams["all"].seqs() == list(range(1, len(streams["all"].events) + 1))
    assert {e["type"] for _, _, e in streams["released"].events} == {"declaration.released"} and streams["other"].events == []
    wait_for(lambda: stack.operator.metrics()['tongguan_feed_streams{worker="0"}'] == 0, "their leaving is noticed")


class Follower(threading.Thread):
    """Reads the feed on and on, each time from the other daemon; what was once below a watermark must stay as it was."""

    def __init__(self, stack, daemons):
        super().__init__()
        self.apis = [stack.caller(stack.tokens["regulator"], d) for d in daemons]
        self.seen, self.wrong, self.goal, self.done = {}, [], None, threading.Event()

    def look(self, api):
        for cursor in {0, max(self.seen, default=0)}:
            reply = api.get(f"/v1/events?cursor={cursor}&limit=500")
            if reply.status != 200:
                continue
            p = reply.json
            got = {e["seq"]: e for e in p["items"]}
            shown = range(cursor + 1, int(p["next"]) + 1)
            if sorted(got) != list(shown) or int(p["next"]) > p["watermark"] or any(self.seen.get(n, e) != e for n, e in got.items()):
                self.wrong.append((cursor, p))
            self.seen.update(got)

    def run(self):
        while not (self.done.is_set() and (self.goal is None or len(self.seen) >= self.goal)):
            for api in self.apis:
                try:
                    self.look(api)
                except (OSError, http.client.HTTPException):
                    pass  # it was killed


class Listener(threading.Thread):
    """Reads the stream; now and then it is cut off, and goes on with Last-Event-ID at the other daemon."""

    def __init__(self, stack, daemons):
        super().__init__()
        self.daemons, self.token = daemons, stack.tokens["operator"]
        self.got, self.streams, self.goal, self.done = [], 0, None, threading.Event()

    def run(self):
        last = 0
        while not (self.done.is_set() and (self.goal is None or last >= self.goal)):
            for daemon in self.daemons:
                try:
                    s = Stream(daemon, self.token, last=last)
                    if s.answer.status == 200:
                        self.streams += 1
                        wait_for(lambda: s.over or len(s.events) >= 7 or self.done.is_set() and int(s.last) >= self.goal, "some events")
                        s.close()
                        took = s.seqs()[:7]  # what came beyond that comes again
                        self.got += took
                        last = took[-1] if took else last
                except (OSError, http.client.HTTPException):
                    pass


def test_two_daemons_one_feed(pair, trades):
    """Two daemons, one of which is killed again and again; a write transaction that is held open; two readers."""
    stack, other = pair, pair.second
    readers = [Follower(stack, (stack.daemon, other)), Listener(stack, (stack.daemon, other))]
    for r in readers:
        r.start()
    try:
        made = [trades.make() for _ in range(6)]
        wait_for(lambda: stack.psql("select coalesce(sum(cardinality(types)), 0) = feed_watermark() from change") == "t", "what was before has its numbers")
        with psycopg.connect(stack.conninfo) as held:
            held.execute("insert into change (id, made_at, types, client_ids) values (%s, now(), array['filing.accepted'], array[1])", (uuid.uuid4(),))
            stands = watermark(stack.regulator)
            for trade in made[:2]:
                file_all(stack.enterprise, trade.filings())
                settled(stack, trade)  # nothing waits for the one that is held
            assert watermark(stack.regulator) == stands
        for i, trade in enumerate(made[2:]):
            file_all(stack.enterprise, trade.filings())
            if i % 2 == 0:
                other.kill()
                other.start()
        declarations = [settled(stack, trade) for trade in made]
        told = wait_for(lambda: (e := pull_events(stack.regulator, type="declaration.released")[0]) and len(e) >= len(made) and e, "all are told")
        assert sorted(e["declaration_id"] for e in told) == sorted(d["id"] for d in declarations)
        total = int(stack.psql("select sum(cardinality(types)) from change"))
        wait_for(lambda: watermark(stack.regulator) >= total, "all have their numbers")
        for r in readers:
            r.goal = total
    finally:
        for r in readers:
            r.goal = r.goal or 0
            r.done.set()
            r.join(60)
    follower, listener = readers
    assert follower.wrong == [] and listener.streams > 2
    for numbers in (sorted(follower.seen), listener.got):  # dense, each once, as far as it was looked and further
        assert numbers == list(range(1, len(numbers) + 1)) and len(numbers) >= total
    # each change of a declaration is told once, and the records agree
    changes = [e for e in follower.seen.values() if e["type"] in ("declaration.changed", "declaration.released")]
    for d in declarations:
        states = [(e["state"], e["verdict"], e["version"]) for e in sorted(changes, key=lambda e: e["seq"]) if e["declaration_id"] == d["id"]]
        decided = stack.psql(f"select state, outcome, version from decision where declaration_id = '{d['id']}' order by seq, id").splitlines()
        steps = [s for n, s in enumerate(decided) if n == 0 or s != decided[n - 1]]
        assert ["|".join(map(str, s)) for s in states] == [s for s in steps if s != "waiting|MISSING|0"]


def merkle(leaves):
    """The root as RFC 6962 defines it, over hashes of leaves."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + merkle(leaves[:k]) + merkle(leaves[k:])).digest()


AMOUNT_OF = {("order", "import"): "actual_paid", ("order", "export"): "goods_value", ("payment", "import"): "amount_paid",
             ("payment", "export"): "amount_received"}


def computed(api, events, receipts):
    """Digests from what a filer holds: the feed tells the order, its receipts what was stored."""
    groups = {}
    for e in events:
        r = receipts.get(e["filing_id"]) if e["type"] == "filing.accepted" else None
        if r is not None:
            groups.setdefault((r["kind"], r["direction"]), []).append((e["seq"], r))
    found = {}
    for key, list in groups.items():
        leaves = [hashlib.sha256(b"\0" + uuid.UUID(r["id"]).bytes + bytes.fromhex(r["document_sha256"])).digest() for _, r in list]
        field = AMOUNT_OF.get(key)
        amount = sum(Decimal(api.get(f"/v1/filings/{r['id']}").json["document"][field]) for _, r in list) if field else None
        found[key] = {"count": len(list), "amount_of": field, "amount": None if field is None else f"{amount:.5f}",
                      "root": merkle(leaves).hex(), "last_seq": list[-1][0]}
    return found


def digests(api, query=""):
    answer = accept(api.get(f"/v1/digests{query}"), 200).json
    return answer, {(d["kind"], d["direction"]): {k: v for k, v in d.items() if k not in ("kind", "direction")} for d in answer["items"]}


def test_digests_prove_that_a_filer_has_all(pair, trades):
    stack = pair
    name = f"filer {trades.tag}"
    api = stack.client(name, "enterprise", "--codes", ",".join(CODES.values()))
    receipts = {}
    for i in range(7):
        trade = trades.make("import" if i % 3 else "export")
        for reply in file_all(api, trade.filings()):
            receipts[reply.json["id"]] = reply.json
    accept(api.file(trade.order()), 200)  # a repeat is no filing
    file_all(stack.enterprise, trades.make().filings())  # and another's are another's

    def counted():
        events = pull_events(api)[0]
        answer, got = digests(api)
        mine = [e["seq"] for e in events if e["type"] == "filing.accepted" and e["filing_id"] in receipts]
        return len(mine) == len(receipts) and answer["counted_to"] >= max(mine) and (events, answer, got)
    events, answer, got = wait_for(counted, "all is counted")
    want = computed(api, events, receipts)
    assert sum(d["count"] for d in want.values()) == len(receipts) == 28 and got == want
    assert answer["open"] is True and answer["client"] == name
    day = next(iter(receipts.values()))["received_at"][:10]
    assert digests(api, f"?day={day}&kind=order")[1] == {k: v for k, v in want.items() if k[0] == "order"}
    assert digests(stack.operator, f"?day={day}&client={name.replace(' ', '%20')}")[1] == want
    accept(stack.operator.post("/test/clock", {"shift_s": 2 * 86400}), 200)  # the day is over
    wait_for(lambda: digests(api, f"?day={day}")[0]["open"] is False, "the day is closed")
    assert digests(api, f"?day={day}")[1] == want and digests(api)[0]["open"] is True and digests(api)[1] == {}
    file_all(api, trades.make().filings())  # of another day
    wait_for(lambda: digests(api)[1], "it is counted there")
    assert digests(api, f"?day={day}")[1] == want
    problem(stack.operator.get(f"/v1/digests?day={day}"), 400, "bad-request")
    problem(stack.operator.get("/v1/digests?client=nobody"), 404, "not-found")
    for query in ("client=operator", "day=yesterday", "kind=x", "direction=up", "x=1"):
        problem(api.get(f"/v1/digests?{query}"), 400, "bad-request")


def test_limits_and_ends_of_streams(pair):
    stack, daemon = pair, pair.second
    stack.client("leaves", "enterprise", "--codes", CODES["zone"])
    wait_for(lambda: stack.caller(stack.tokens["leaves"], daemon).get("/v1/me").status == 200, "this daemon knows it too")
    end = watermark(stack.operator)
    mine = [Stream(daemon, stack.tokens["leaves"]) for _ in range(2)]
    assert Stream(daemon, stack.tokens["leaves"]).answer.status == 429
    Stream(daemon, stack.tokens["operator"])
    assert Stream(daemon, stack.tokens["enterprise"]).answer.status == 503
    wait_for(lambda: all(s.comments > 1 and int(s.last) >= end for s in mine), "they say that they live")
    stack.ctl("client", "disable", "leaves")
    wait_for(lambda: all(s.over for s in mine), "who is known no more hears no more")
    rest = wait_for(lambda: (s := Stream(daemon, stack.tokens["enterprise"])).answer.status == 200 and s, "there is room again")
    ahead = Stream(daemon, stack.tokens["regulator"], last=10**6)
    wait_for(lambda: ahead.events, "it is told that its place is none")
    said, kind, data = ahead.events[0]
    assert kind == "reset" and int(said) >= end and data["cursor"] == said
    assert daemon.stop() == 0  # streams end, nothing waits for them
    wait_for(lambda: rest.over and ahead.over, "all streams have ended")
