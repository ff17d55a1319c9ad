"""Batches of lines, jobs, dry runs and compressed bodies at POST /v1/filings."""
import gzip
import hashlib
import json
import socket

import pytest

from filer import CODES, as_json, ceb, revised
from stack import Api, wait_for
from support import accept, file_all, long_only, problem, settled

ASYNC = {"Prefer": "respond-async"}
SMALL = {"batch": {"direct_lines": 3, "lines_max": 40, "line_bytes": 8000, "body_bytes": 200000, "waiting_max": 2, "sweep_ms": 20}}


def receipts(reply):
    """line → its receipt's bytes, as they stand in the answer."""
    found = {}
    for line in reply.body.splitlines():
        head, sep, rest = line.partition(b',"receipt":')
        if sep:
            found[json.loads(head + b"}")["line"]] = rest[:-1]
    return found


def finished(api, job, timeout=60):
    return wait_for(lambda: (j := api.get(f"/v1/jobs/{job}").json)["finished_at"] and j, f"job {job} is finished", timeout)


def orders(trades, count):
    return [trades.make().order() for _ in range(count)]


# --- answered at once -----------------------------------------------------------------------------------------


def test_good_lines_get_receipts_that_verify(stack, trades):
    trade = trades.make()
    reply = accept(stack.enterprise.file_lines(trade.filings()), 200)
    assert reply.headers["content-type"] == "application/x-ndjson"
    assert [(r["line"], r["status"]) for r in reply.lines] == [(1, 201), (2, 201), (3, 201), (4, 201)]
    for filing, receipt in zip(trade.filings(), receipts(reply).values()):
        core = stack.verify(receipt)
        assert core["kind"] == filing["kind"]
        assert stack.enterprise.get(f"/v1/filings/{core['id']}/receipt").body == receipt
    settled(stack, trade)


def test_the_message_is_the_lines(stack, trades):
    """message_sha256 is over the bytes of the lines that were filed together."""
    body = b"\n".join(map(as_json, orders(trades, 3)))
    reply = accept(stack.enterprise.post("/v1/filings", body + b"\n", "application/jsonl"), 200)
    assert {json.loads(r)["message_sha256"] for r in receipts(reply).values()} == {hashlib.sha256(body).hexdigest()}
    found = stack.enterprise.get(f"/v1/filings?sha256={hashlib.sha256(body).hexdigest()}").json["items"]
    assert len(found) == 3


def test_good_and_bad_lines(stack, trades):
    good, other = trades.make().order(), trades.make().order()
    foreign = trades.make().order(platform_code="91330100MA2T9999XX", merchant_code="91330100MA2T9999XX")
    lines = [as_json(good), b"", b"{not json", b"  ", as_json(trades.make().order(goods_value="1.00")), b"[" + as_json(other) + b"]", b"7",
             as_json(other) + b"\r", as_json(foreign)]
    reply = accept(stack.enterprise.file_lines(lines), 207)
    said = {r["line"]: r for r in reply.lines}
    assert list(said) == [1, 3, 5, 6, 7, 8, 9]
    assert (said[1]["status"], said[8]["status"]) == (201, 201)
    for line in (3, 6, 7):
        assert said[line]["status"] == 400 and said[line]["problem"]["type"].endswith("/problems/bad-json"), said[line]
    assert said[5]["status"] == 422 and said[5]["problem"]["errors"][0]["pointer"].startswith("/"), said[5]
    assert "/goods_value" in {e["pointer"] for e in said[5]["problem"]["errors"]}  # into the line, not into an array
    assert said[9]["status"] in (403, 422)
    # the bytes that cannot be stored are refused, what stood beside them is there
    again = accept(stack.enterprise.file(good), 200)
    assert again.body == receipts(reply)[1]


def test_problems_are_in_the_callers_language(stack):
    reply = accept(stack.enterprise.file_lines([b"x"], Accept_Language="zh"), 207)
    assert reply.lines[0]["problem"]["title"] == "JSON 报文不合格"


def test_several_pieces_and_their_repeat(stack, trades):
    """More lines than fit one message; sent again they get the same receipts, byte for byte."""
    sent = orders(trades, 230)
    sent[120] = b"{}"
    first = accept(stack.enterprise.file_lines(sent), 207)
    assert [r["line"] for r in first.lines] == list(range(1, 231))
    assert {r["status"] for r in first.lines} == {201, 422}
    second = accept(stack.enterprise.file_lines(sent), 207)
    assert {r["status"] for r in second.lines} == {200, 422}
    assert receipts(first) == receipts(second) and len(receipts(first)) == 229
    one = stack.verify(receipts(first)[230])
    assert stack.enterprise.file(sent[229]).body == receipts(first)[230] and one["kind"] == "order"


def test_the_same_filing_on_two_lines(stack, trades):
    order = trades.make().order()
    reply = accept(stack.enterprise.file_lines([order, order, order | {"note": "another"}]), 207)
    assert [r["status"] for r in reply.lines] == [201, 200, 409]
    assert receipts(reply)[1] == receipts(reply)[2]


def test_a_change_in_a_later_line(stack, trades):
    trade = trades.make()
    reply = accept(stack.enterprise.file_lines([trade.payment(amount_paid="1.00")]), 200)
    assert reply.lines[0]["status"] == 201
    assert accept(stack.enterprise.file_lines([revised(trade.payment())]), 200).lines[0]["status"] == 201


def test_a_byte_order_mark_and_no_end_of_the_last_line(stack, trades):
    body = b"\xef\xbb\xbf" + as_json(trades.make().order()) + b"\r\n\r\n" + as_json(trades.make().order())
    reply = accept(stack.enterprise.post("/v1/filings", body, "application/x-ndjson; charset=utf-8"), 200)
    assert [r["line"] for r in reply.lines] == [1, 3]


@pytest.mark.parametrize("body", [b"", b"\n\n  \n", b"\r\n"])
def test_no_line_holds_anything(stack, nothing_stored, body):
    problem(stack.enterprise.post("/v1/filings", body, "application/x-ndjson"), 400, "bad-json")


def test_accept_of_lines(stack, trades):
    accept(stack.enterprise.file_lines(orders(trades, 1), Accept="application/x-ndjson"), 200)


def test_only_enterprises_file(stack, trades, nothing_stored):
    problem(stack.operator.file_lines(orders(trades, 1)), 403, "forbidden")


def test_a_caller_who_leaves(own, trades):
    """What was not begun is not filed; nothing is half there, and the daemon goes on."""
    stack = own()
    body = b"".join(as_json(f) + b"\n" for f in orders(trades, 1000))
    head = (f"POST /v1/filings HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {stack.enterprise.token}\r\n"
            f"Content-Type: application/x-ndjson\r\nContent-Length: {len(body)}\r\n\r\n").encode()
    for _ in range(5):
        with socket.create_connection(stack.daemon.address) as s:
            s.sendall(head + body)
            wait_for(lambda: stack.psql("select count(*) from filing") != "0", "it has begun")
    wait_for(lambda: stack.enterprise.metrics()['tongguan_http_open_requests{worker="0"}'] == 1, "nothing is open but this question")
    stack.daemon.stop()
    filings = int(stack.psql("select count(*) from filing"))
    assert filings % 100 == 0 and filings == int(stack.psql("select count(*) from filing_key"))
    stack.daemon.start()
    assert len(accept(stack.enterprise.post("/v1/filings", body, "application/x-ndjson"), 200).lines) == 1000


def test_lines_that_intake_has_no_room_for(own, trades):
    """They are to be sent again, the others are filed; when there was room for none, the whole is."""
    stack = own(settings={"intake": {"waiting": 50}})
    problem(stack.enterprise.file_lines(orders(trades, 60)), 503, "store-down")
    reply = accept(stack.enterprise.file_lines(orders(trades, 120)), 207)
    assert [r["status"] for r in reply.lines] == [503] * 100 + [201] * 20
    assert stack.psql("select count(*) from filing") == "20"


# --- limits ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small(request):
    """A daemon with small limits."""
    from support import new_stack, stacks
    s = new_stack(settings=SMALL).start()
    yield s
    stacks.remove(s)
    s.remove()


def test_each_limit_has_its_problem(small, trades):
    order = as_json(trades.make().order())
    too_many = small.enterprise.file_lines([order] * 41)
    assert "40 lines" in problem(too_many, 413, "too-many-lines")["detail"]
    assert small.enterprise.file_lines([b" "] * 100 + [order] + [b""] * 100).status == 200  # blank lines do not count
    too_large = small.enterprise.file_lines([order, b" " * 200000])
    assert "200000 bytes" in problem(too_large, 413, "too-large")["detail"]
    with_long = accept(small.enterprise.file_lines([b'{"note":"' + b"x" * 8000 + b'"}', trades.make().order()]), 207)
    assert [r["status"] for r in with_long.lines] == [413, 201]
    assert with_long.lines[0]["problem"]["type"].endswith("/problems/line-too-long") and "8000 bytes" in with_long.lines[0]["problem"]["detail"]
    # a chunked body has no length to be refused by: it is cut at the same limit
    chunks = small.enterprise.request("POST", "/v1/filings", iter([order + b"\n", b" " * 200000]), {"Content-Type": "application/x-ndjson"})
    problem(chunks, 413, "too-large")


def test_a_message_keeps_its_own_limit(own, trades):
    """A batch may be longer than a message; a message may not, in one piece or in chunks."""
    stack = own(settings={"http": {"body_bytes": 20000}})
    order = trades.make().order(note="x" * 900)
    problem(stack.enterprise.post("/v1/filings", as_json([order] * 20)), 413, "too-large")
    chunks = iter([as_json(order), b" " * 20000])
    problem(stack.enterprise.request("POST", "/v1/filings", chunks, {"Content-Type": "application/json"}), 413, "too-large")
    reply = accept(stack.enterprise.file_lines([trades.make().order(note="x" * 900) for _ in range(40)]), 200)
    digests = {json.loads(r)["message_sha256"] for r in receipts(reply).values()}
    assert len(digests) > 1  # no message that is stored is longer than a message may be


# --- gzip -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP"])
def test_gzip(stack, trades, coding):
    body = as_json(trades.make().order())
    reply = accept(stack.enterprise.post("/v1/filings", gzip.compress(body), Content_Encoding=coding))
    assert stack.verify(reply.body)["message_sha256"] == hashlib.sha256(body).hexdigest()
    assert stack.enterprise.post("/v1/filings", body).body == reply.body


def test_gzip_of_xml_and_lines(stack, trades):
    accept(stack.enterprise.post("/v1/filings", gzip.compress(ceb([trades.make().order()])), "application/xml", Content_Encoding="gzip"))
    lines = b"\n".join(map(as_json, orders(trades, 5)))
    halves = gzip.compress(lines[:500]) + gzip.compress(lines[500:])
    reply = stack.enterprise.post("/v1/filings", halves, "application/x-ndjson", Content_Encoding="gzip")
    assert [r["status"] for r in accept(reply, 200).lines] == [201] * 5


def test_gzip_that_is_none(stack, trades, nothing_stored):
    good = gzip.compress(as_json(trades.make().order()))
    for body in (b"", b"x", as_json(trades.make().order()), good[:-3], good[:-8] + b"\0" * 8, good + b"more"):
        problem(stack.enterprise.post("/v1/filings", body, Content_Encoding="gzip"), 400, "bad-request")


def test_a_bomb(stack, nothing_stored):
    bomb = gzip.compress(b" " * (64 << 20))
    assert len(bomb) < 100000
    for kind in ("application/json", "application/xml", "application/x-ndjson"):
        assert "inflates" in problem(stack.enterprise.post("/v1/filings", bomb, kind, Content_Encoding="gzip"), 413, "too-large")["detail"]


def test_other_codings(stack, trades, nothing_stored):
    body = as_json(trades.make().order())
    for coding in ("deflate", "br", "zstd", "gzip, gzip", "compress"):
        reply = stack.enterprise.post("/v1/filings", body, Content_Encoding=coding)
        problem(reply, 415, "unsupported-media")
        assert reply.headers["accept-encoding"] == "gzip, identity"
    reply = stack.operator.post("/v1/authorities/CUS/receipts", gzip.compress(b"{}"), Content_Encoding="gzip")
    problem(reply, 415, "unsupported-media")
    assert reply.headers["accept-encoding"] == "identity"
    accept(stack.enterprise.post("/v1/filings?dry_run=true", body, Content_Encoding="identity"), 200)


# --- dry run --------------------------------------------------------------------------------------------------


def test_dry_run_of_one(stack, trades, nothing_stored):
    order = trades.make().order()
    reply = accept(stack.enterprise.post("/v1/filings?dry_run=true", order), 200).json
    assert reply["dry_run"] is True and (reply["kind"], reply["direction"], reply["action"]) == ("order", "import", "add")
    assert reply["taken"] is None and reply["filer"] in CODES.values() and order["order_no"] in reply["business_key"]
    body = problem(stack.enterprise.post("/v1/filings?dry_run=true", order | {"goods_value": "1.00"}), 422, "rule-broken")
    assert "/goods_value" in {e["pointer"] for e in body["errors"]}
    problem(stack.enterprise.post("/v1/filings?dry_run=true", b"{"), 400, "bad-json")


def test_dry_run_says_what_the_real_one_will(stack, trades):
    trade = trades.make()
    for filing in trade.filings():
        dry = accept(stack.enterprise.post("/v1/filings?dry_run=true", filing), 200).json
        real = stack.verify(accept(stack.enterprise.file(filing)).body)
        for member in ("kind", "direction", "action", "business_key", "document_sha256", "declaration_id", "filer"):
            assert dry[member] == real[member], member


def test_dry_run_of_a_key_that_is_taken(stack, trades):
    order = trades.make().order()
    first = accept(stack.enterprise.file(order)).json
    same = accept(stack.enterprise.post("/v1/filings?dry_run=true", order), 200).json["taken"]
    assert same == {"id": first["id"], "revision": 1, "same_content": True}
    other = accept(stack.enterprise.post("/v1/filings?dry_run=true", order | {"note": "x"}), 200).json["taken"]
    assert other == {"id": first["id"], "revision": 1, "same_content": False}


def test_dry_run_of_messages(stack, trades, nothing_stored):
    good, bad = trades.make().order(), trades.make().order(goods_value="1.00")
    both = accept(stack.enterprise.post("/v1/filings?dry_run=true", [bad, good]), 207).json
    assert both["dry_run"] is True and [r["status"] for r in both["results"]] == [422, 200]
    assert both["results"][1]["filing"]["document_sha256"] and both["results"][0]["problem"]["errors"]
    xml = stack.enterprise.post("/v1/filings?dry_run=true", ceb([good, good]), "application/xml", Accept="application/xml")
    assert [r["filing"]["kind"] for r in accept(xml, 200).json["results"]] == ["order", "order"]


def test_dry_run_of_lines(stack, trades, nothing_stored):
    lines = orders(trades, 150) + [b"{"]
    reply = accept(stack.enterprise.file_lines(lines, "?dry_run=true", Prefer="respond-async"), 207)
    assert [r["status"] for r in reply.lines] == [200] * 150 + [400]
    assert all(r["filing"]["dry_run"] and r["filing"]["taken"] is None for r in reply.lines[:150])
    assert "preference-applied" not in reply.headers


def test_dry_run_of_more_lines_than_are_filed_at_once(small, trades):
    """It stores nothing, so it needs no job."""
    reply = accept(small.enterprise.file_lines(orders(trades, 10), "?dry_run=true"), 200)
    assert len(reply.lines) == 10 and small.psql("select count(*) from job where lines = 10") == "0"


def test_dry_run_false_files(stack, trades):
    accept(stack.enterprise.post("/v1/filings?dry_run=false", trades.make().order()))
    for word in ("", "yes", "TRUE", "1"):
        problem(stack.enterprise.post(f"/v1/filings?dry_run={word}", trades.make().order()), 400, "bad-request")


# --- jobs -----------------------------------------------------------------------------------------------------


def test_a_job_because_the_caller_prefers_it(stack, trades):
    trade = trades.make()
    sent = trade.filings() + [b"{", trades.make().order(goods_value="1.00")]
    reply = accept(stack.enterprise.file_lines(sent, **ASYNC), 202)
    job = reply.json
    assert reply.headers["preference-applied"] == "respond-async" and int(reply.headers["retry-after"]) >= 1
    assert reply.headers["location"] == f"/v1/jobs/{job['id']}"
    assert (job["state"], job["lines"], job["done"], job["finished_at"]) == ("waiting", 6, 0, None)
    done = finished(stack.enterprise, job["id"])
    assert (done["state"], done["done"], done["good"], done["bad"]) == ("done", 6, 4, 2)
    results = stack.enterprise.get(f"/v1/jobs/{job['id']}/results")
    assert [(r["line"], r["status"]) for r in results.lines] == [(1, 201), (2, 201), (3, 201), (4, 201), (5, 400), (6, 422)]
    for receipt in receipts(results).values():
        stack.verify(receipt)
    settled(stack, trade)
    # what is filed stands in submission: the job keeps no message
    assert stack.psql(f"select count(*) from job_piece where job_id = '{job['id']}' and body is not null") == "0"


def test_problems_of_a_job_are_worded_as_its_caller_asked(stack):
    reply = accept(stack.enterprise.file_lines([b"{"], Accept_Language="zh", **ASYNC), 202)
    finished(stack.enterprise, reply.json["id"])
    [said] = stack.enterprise.results(reply.json["id"])
    assert said["problem"]["title"] == "JSON 报文不合格" and said["problem"]["type"].startswith("http://127.0.0.1")


def test_a_small_batch_is_answered_at_once_whatever_else_is_preferred(stack, trades):
    assert stack.enterprise.file_lines(orders(trades, 2), Prefer="wait=5, return=minimal").status == 200
    assert stack.enterprise.file_lines(orders(trades, 2), Prefer="wait=5 , Respond-Async").status == 202


def test_a_large_batch_becomes_a_job(small, trades):
    sent = orders(trades, 4)
    reply = accept(small.enterprise.file_lines(sent), 202)
    assert "preference-applied" not in reply.headers
    assert finished(small.enterprise, reply.json["id"])["good"] == 4


def test_a_line_that_is_too_long_for_a_job(small, trades):
    sent = [b'{"note":"' + b"x" * 60000 + b'"}', b'{"note":"' + b"y" * 7990 + b" " * 9000 + b'"}', *orders(trades, 3)]
    job = accept(small.enterprise.file_lines(sent), 202).json["id"]
    finished(small.enterprise, job)
    said = small.enterprise.results(job)
    assert [r["status"] for r in said] == [413, 413, 201, 201, 201]
    assert said[0]["problem"]["type"].endswith("/problems/line-too-long")


def test_ten_thousand_lines_and_their_repeat(stack, trades):
    sent = [as_json(f) for f in orders(trades, 10000)]
    sent[5000] = b"{}"
    jobs = []
    for _ in range(2):
        reply = accept(stack.enterprise.file_lines(sent), 202)
        jobs.append(reply.json["id"])
        done = finished(stack.enterprise, jobs[-1], 240)
        assert (done["done"], done["good"], done["bad"]) == (10000, 9999, 1)
    first, second = (stack.enterprise.results(job) for job in jobs)
    assert [r["line"] for r in first] == [r["line"] for r in second] == list(range(1, 10001))
    assert {r["status"] for r in first} == {201, 422} and {r["status"] for r in second} == {200, 422}
    assert [r.get("receipt") for r in first] == [r.get("receipt") for r in second]
    assert len({r["receipt"]["id"] for r in first if "receipt" in r}) == 9999
    answer = stack.enterprise.get(f"/v1/jobs/{jobs[0]}/results?from_line=9950")
    assert [r["line"] for r in answer.lines] == list(range(9950, 10001)) and "link" not in answer.headers
    assert [r["line"] for r in stack.enterprise.get(f"/v1/jobs/{jobs[0]}/results?from_line=10001").lines] == []
    middle = stack.enterprise.get(f"/v1/jobs/{jobs[1]}/results?from_line=4950").lines
    assert middle[0]["line"] == 4950


def test_results_come_in_parts(own, trades):
    stack = own(settings={"batch": {"results_bytes": 1024}})
    job = accept(stack.enterprise.file_lines([b"{}"] * 350, **ASYNC), 202).json["id"]
    finished(stack.enterprise, job)
    first = stack.enterprise.get(f"/v1/jobs/{job}/results")
    assert [r["line"] for r in first.lines] == list(range(1, 101)) and 'from_line=101>; rel="next"' in first.headers["link"]
    assert [r["line"] for r in stack.enterprise.results(job)] == list(range(1, 351))


def test_the_same_lines_as_a_job_and_at_once(stack, trades):
    """However a batch comes, its filings have one receipt each."""
    sent = orders(trades, 120)
    job = accept(stack.enterprise.file_lines(sent, **ASYNC), 202).json["id"]
    finished(stack.enterprise, job)
    direct = accept(stack.enterprise.file_lines(sent), 200)
    assert receipts(stack.enterprise.get(f"/v1/jobs/{job}/results")) == receipts(direct)


def test_a_job_is_its_clients_own(stack, trades):
    other = stack.client("batch-other", "enterprise", "--codes", CODES["carrier"])
    job = accept(stack.enterprise.file_lines(orders(trades, 1), **ASYNC), 202).json["id"]
    finished(stack.enterprise, job)
    for call in (lambda: other.get(f"/v1/jobs/{job}"), lambda: other.get(f"/v1/jobs/{job}/results"), lambda: other.post(f"/v1/jobs/{job}/cancel")):
        problem(call(), 404, "not-found")
    assert job not in [j["id"] for j in other.pages("/v1/jobs?limit=2")]
    for api in (stack.operator, stack.regulator):
        assert api.get(f"/v1/jobs/{job}").json["client"] == "enterprise"
        assert len(api.results(job)) == 1
    for nobody in (Api(stack.daemon.address), stack.caller(stack.tokens["authority-CUS"])):
        assert nobody.get("/v1/jobs").status in (401, 403)
    for bad in ("x", "00000000-0000-0000-0000-000000000000"):
        problem(stack.enterprise.get(f"/v1/jobs/{bad}"), 404, "not-found")
        problem(stack.enterprise.get(f"/v1/jobs/{bad}/results"), 404, "not-found")
    for line in ("0", "-1", "x", "99999999999"):
        problem(stack.enterprise.get(f"/v1/jobs/{job}/results?from_line={line}"), 400, "bad-request")


def test_jobs_are_listed_newest_first(stack, trades):
    made = [accept(stack.enterprise.file_lines(orders(trades, 1), **ASYNC), 202).json["id"] for _ in range(5)]
    for api in (stack.enterprise, stack.operator):
        listed = [j["id"] for j in api.pages("/v1/jobs?limit=2")]
        assert [j for j in listed if j in made] == made[::-1] and len(listed) == len(set(listed))


def test_cancel(own, trades):
    stack = own(settings={"batch": {"jobs": 0}})  # takes jobs, files none
    job = accept(stack.enterprise.file_lines(orders(trades, 250), **ASYNC), 202).json["id"]
    said = accept(stack.enterprise.post(f"/v1/jobs/{job}/cancel"), 200).json
    assert (said["state"], said["done"]) == ("cancelled", 0) and said["finished_at"]
    problem(stack.enterprise.post(f"/v1/jobs/{job}/cancel"), 409, "state-conflict")
    assert stack.psql("select count(*) from job_piece where body is not null") == "0"
    other = accept(stack.enterprise.file_lines(orders(trades, 150), **ASYNC), 202).json["id"]
    stack.daemon.set("batch", jobs=2)
    stack.daemon.restart()
    finished(stack.enterprise, other)
    assert stack.enterprise.get(f"/v1/jobs/{job}").json["done"] == 0 and stack.enterprise.results(job) == []
    problem(stack.operator.post(f"/v1/jobs/{other}/cancel"), 409, "state-conflict")
    assert stack.psql("select count(*) from filing") == "150"


def test_a_client_that_was_disabled(own, trades):
    """Its lines are refused one by one; what it had filed before stays."""
    stack = own(settings={"batch": {"jobs": 0}})
    job = accept(stack.enterprise.file_lines(orders(trades, 130), **ASYNC), 202).json["id"]
    stack.psql("update client set disabled_at = now() where name = 'enterprise'")
    stack.daemon.set("batch", jobs=1)
    stack.daemon.restart()
    done = finished(stack.operator, job)
    assert (done["state"], done["good"], done["bad"]) == ("done", 0, 130)
    assert {(r["status"], r["problem"]["type"].rsplit("/", 1)[1]) for r in stack.operator.results(job)} == {(403, "forbidden")}
    assert stack.psql("select count(*) from filing") == "0"


def test_lines_cannot_be_signed(own, trades):
    """Of a client that must sign no line is filed, neither at once nor as a job."""
    stack = own()
    stack.ctl("client", "signature", "enterprise", "--required", "all")
    wait_for(lambda: stack.enterprise.file(trades.make().order()).status == 422, "the daemon knows")
    before = stack.psql("select count(*) from filing")
    job = accept(stack.enterprise.file_lines(orders(trades, 2), **ASYNC), 202).json["id"]
    finished(stack.enterprise, job)
    for said in (stack.enterprise.file_lines(orders(trades, 2)).lines, stack.enterprise.results(job)):
        assert [(r["status"], r["problem"]["errors"][0]["code"]) for r in said] == [(422, "signature.missing")] * 2
    assert stack.psql("select count(*) from filing") == before


def test_a_client_has_so_many_jobs_open(own, trades):
    stack = own(settings={"batch": {"jobs": 0, "waiting_max": 2}})
    jobs = [accept(stack.enterprise.file_lines(orders(trades, 1), **ASYNC), 202).json["id"] for _ in range(2)]
    reply = stack.enterprise.file_lines(orders(trades, 1), **ASYNC)
    problem(reply, 429, "over-quota")
    assert int(reply.headers["retry-after"]) >= 1
    accept(stack.enterprise.post(f"/v1/jobs/{jobs[0]}/cancel"), 200)
    accept(stack.enterprise.file_lines(orders(trades, 1), **ASYNC), 202)


@long_only
def test_jobs_of_two_clients_take_turns(own, trades):
    stack = own(settings={"batch": {"jobs": 0}})
    other = stack.client("second", "enterprise", "--codes", ",".join(CODES.values()))
    long = accept(stack.enterprise.file_lines(orders(trades, 1500), **ASYNC), 202).json["id"]
    short = accept(other.file_lines(orders(trades, 100), **ASYNC), 202).json["id"]
    stack.daemon.set("batch", jobs=1)
    stack.daemon.restart()
    finished(other, short)
    finished(stack.enterprise, long)
    ended = dict(line.split("|") for line in stack.psql("select id, finished_at from job").splitlines())
    assert ended[short] < ended[long]


def test_old_jobs_go(own, trades):
    stack = own(settings={"batch": {"keep_hours": 24}})
    job = accept(stack.enterprise.file_lines(orders(trades, 1), **ASYNC), 202).json["id"]
    finished(stack.enterprise, job)
    [receipt] = [r["receipt"] for r in stack.enterprise.results(job)]
    stack.psql(f"insert into job_piece select 0, (overlay(id::text placing '0190' from 1 for 4))::uuid, 0, 1, 1, 1, '' from job where id = '{job}'")
    accept(stack.operator.post("/test/clock", {"shift_s": 25 * 3600}), 200)
    wait_for(lambda: stack.enterprise.get(f"/v1/jobs/{job}").status == 404, "the job is gone")
    wait_for(lambda: stack.psql("select count(*) from job_piece") == "0", "its pieces are gone, and those of no job")
    assert stack.enterprise.get(f"/v1/filings/{receipt['id']}/receipt").status == 200


def test_ordinary_filings_go_on_beside_jobs(stack, trades):
    job = accept(stack.enterprise.file_lines(orders(trades, 2000)), 202).json["id"]
    file_all(stack.enterprise, orders(trades, 50))
    finished(stack.enterprise, job)
