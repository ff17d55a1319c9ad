"""What is wrong is refused clearly, nothing of it is stored, and nobody else waits for it."""
import json
import re
import socket
import threading

import pytest

from filer import as_json, ceb
from stack import Api, wait_for
from support import accept, problem


def raw(stack, data, timeout=15):
    """Sends bytes as they are; what comes back until the other side closes (or keeps silent)."""
    with socket.create_connection(stack.daemon.address, timeout) as s:
        s.sendall(data)
        out = b""
        try:
            while chunk := s.recv(65536):
                out += chunk
        except (ConnectionResetError, socket.timeout):
            pass
        return out


def statuses(answer):
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


def head(stack, *lines, method="POST", path="/v1/filings"):
    fixed = [f"{method} {path} HTTP/1.1", f"Authorization: Bearer {stack.enterprise.token}"]
    return ("\r\n".join([*fixed, *lines]) + "\r\n\r\n").encode()


# --- bodies ---------------------------------------------------------------------------------------------------

BROKEN_JSON = {
    "empty": b"", "not json": b"hello", "cut": b'{"kind":"order"', "two values": b"{} {}", "number": b"7", "text": b'"x"',
    "null": b"null", "trailing comma": b'{"kind":"order",}', "single quotes": b"{'kind':'order'}", "comment": b"/**/{}",
    "bom": b"\xef\xbb\xbf{}", "nul": b'{"kind":"or\x00der"}', "bare control": b'{"kind":"or\nder"}',
    "escaped nul": b'{"kind":"order\\u0000"}', "half surrogate": b'{"kind":"\\ud800"}', "bad escape": b'{"kind":"\\x41"}',
    "nan": b'{"pack_count":NaN}', "leading zero": b'{"pack_count":01}', "latin-1": '{"kind":"é"}'.encode("latin-1"),
    "utf-16": '{"kind":"order"}'.encode("utf-16"), "gbk": '{"note":"订单"}'.encode("gbk"),
    "overlong utf-8": b'{"kind":"\xc0\xaf"}', "surrogate in utf-8": b'{"kind":"\xed\xa0\x80"}',
    "deep arrays": b"[" * 1000 + b"]" * 1000, "deep objects": b'{"a":' * 1000 + b"1" + b"}" * 1000,
}


@pytest.mark.parametrize("name", BROKEN_JSON)
def test_broken_json(stack, nothing_stored, name):
    body = problem(stack.enterprise.post("/v1/filings", BROKEN_JSON[name]), 400, "bad-json")
    assert body["detail"]


def test_duplicate_keys(stack, trades, nothing_stored):
    order = as_json(trades.make().order())
    for member in (b'"order_no":"X"', b'"kind":"order"', b'"lines":[]', b'"standard":"1"'):
        body = problem(stack.enterprise.post("/v1/filings", order[:-1] + b"," + member + b"}"), 422, "rule-broken")
        assert "field.duplicate" in {e["code"] for e in body["errors"]}, body
    in_line = order.replace(b'"line_no": 1', b'"line_no": 1, "line_no": 2')
    errors = problem(stack.enterprise.post("/v1/filings", in_line), 422, "rule-broken")["errors"]
    assert ("field.duplicate", "/lines/0/line_no") in {(e["code"], e["pointer"]) for e in errors}


def test_wrong_types(stack, trades, nothing_stored):
    for wrong in (1, 1.5, True, None, [], {}, ["x"]):
        filing = trades.make().order() | {"order_no": wrong, "kind": "order"}
        body = problem(stack.enterprise.file(filing), 422, "rule-broken")
        assert ("field.type", "/order_no") in {(e["code"], e["pointer"]) for e in body["errors"]}, (wrong, body)
    for lines in ("x", {}, [1], ["x"], [[]]):
        problem(stack.enterprise.file(trades.make().order(lines=lines)), 422, "rule-broken")
    for kind in ("banana", "Order", "", 7, None, [], {"a": 1}):
        body = problem(stack.enterprise.file(trades.make().order() | {"kind": kind}), 422, "rule-broken")
        assert "/kind" in {e["pointer"] for e in body["errors"]}, body
    problem(stack.enterprise.file(trades.make("export").payment() | {"kind": "waybill_status"}), 422, "rule-broken")
    for items in ([1], ["x"], [None], [[]]):
        reply = stack.enterprise.file(items)
        assert reply.status == 207 and reply.json["results"][0]["status"] == 422, reply


def test_decimals_that_are_none(stack, trades, nothing_stored):
    for wrong in ("1e3", "0x10", "+1", " 1", "1 ", "1,5", ".5", "5.", "--1", "NaN", "Infinity", "٣", "1" * 30, "0.000001"):
        body = problem(stack.enterprise.file(trades.make().payment(amount_paid=wrong)), 422, "rule-broken")
        assert {e["pointer"] for e in body["errors"]} == {"/amount_paid"}, (wrong, body)


def broken_xml(order):
    def entities(extra):
        return order.replace(b"?>", b"?><!DOCTYPE x [" + extra + b"]>", 1)
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    return {
        "empty": b"", "not xml": b"hello", "cut": order[:-30], "two roots": order + b"<a/>",
        "unclosed": order.replace(b"</ceb:OrderHead>", b""), "crossed": order.replace(b"</ceb:guid>", b"</ceb:giud>"),
        "doctype": order.replace(b"?>", b"?><!DOCTYPE x>", 1),
        "billion laughs": entities(b'<!ENTITY l0 "ha">' + laughs).replace(b"</ceb:orderNo>", b"&l9;</ceb:orderNo>"),
        "quadratic": entities(b'<!ENTITY a "' + b"a" * 50000 + b'">').replace(b"</ceb:orderNo>", b"&a;" * 1000 + b"</ceb:orderNo>"),
        "external entity": entities(b'<!ENTITY x SYSTEM "file:///etc/passwd">').replace(b"</ceb:orderNo>", b"&x;</ceb:orderNo>"),
        "external dtd": order.replace(b"?>", b'?><!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">', 1),
        "unknown entity": order.replace(b"</ceb:orderNo>", b"&nbsp;</ceb:orderNo>"),
        "unknown root": order.replace(b"CEB311Message", b"CEB317Message"),
        "receipt as a filing": order.replace(b"CEB311Message", b"CEB312Message"),
        "other namespace": order.replace(b"chinaport.gov.cn/ceb", b"example.org/ceb"),
        "no node": order[:order.index(b"<ceb:Order>")] + order[order.index(b"<ceb:BaseTransfer>"):],
        "deep": order.replace(b"</ceb:orderNo>", b"<ceb:a>" * 1000 + b"</ceb:a>" * 1000 + b"</ceb:orderNo>"),
        "declared gbk": order.decode().replace("UTF-8", "GBK").encode("gbk"),
        "utf-16": order.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        "latin-1": order.decode().replace("UTF-8", "ISO-8859-1").encode("latin-1", "replace"),
        "bad utf-8": order.replace(b"</ceb:orderNo>", b"\xff\xfe</ceb:orderNo>"),
        "control": order.replace(b"</ceb:orderNo>", b"\x01</ceb:orderNo>"),
        "text between": order.replace(b"<ceb:OrderHead>", b"hello<ceb:OrderHead>"),
        "attribute twice": order.replace(b'version="1.0">', b'version="1.0" version="1.0">'),
        "huge attribute": order.replace(b'guid="', b'guid="' + b"A" * 3000000, 1),
        "huge element": order.replace(b"<ceb:orderNo>", b"<ceb:" + b"a" * 1500000 + b">", 1),
    }


XML_NAMES = sorted(broken_xml(b'<?xml version="1.0" encoding="UTF-8"?><ceb:Order><ceb:BaseTransfer>'))


@pytest.mark.parametrize("name", XML_NAMES)
def test_broken_xml(stack, trades, nothing_stored, name):
    body = broken_xml(ceb([trades.make().order()]))[name]
    reply = stack.enterprise.post("/v1/filings", body, "application/xml")
    assert reply.status in (400, 413), reply
    problem(reply, reply.status, "bad-xml" if reply.status == 400 else "too-large")


def test_elements_twice_or_unknown(stack, trades, nothing_stored):
    order = ceb([trades.make().order()])
    twice = order.replace(b"<ceb:orderNo>", b"<ceb:orderNo>X</ceb:orderNo><ceb:orderNo>")
    unknown = order.replace(b"<ceb:orderNo>", b"<ceb:orderNr>X</ceb:orderNr><ceb:orderNo>")
    inside = order.replace(b"</ceb:orderNo>", b"<ceb:b>1</ceb:b></ceb:orderNo>")
    for body, code in ((twice, "field.duplicate"), (unknown, "field.unknown"), (inside, "field.type")):
        result = stack.enterprise.file(body).json["results"][0]
        assert result["status"] == 422 and code in {e["code"] for e in result["problem"]["errors"]}, result


def test_media_types(stack, trades, nothing_stored):
    body = as_json(trades.make().order())
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp",
                 "application/octet-stream", "x", "application/json; charset=gbk", "text/xml; charset=GB18030",
                 "application/json; charset=utf-16"):
        problem(stack.enterprise.post("/v1/filings", body, kind), 415, "unsupported-media")
    problem(stack.enterprise.request("POST", "/v1/filings", body), 415, "unsupported-media")
    for coding in ("gzip", "deflate", "br"):
        reply = stack.enterprise.post("/v1/filings", body, Content_Encoding=coding)
        assert reply.status in (400, 415), reply


def test_unknown_query_parameters(stack, trades, nothing_stored):
    order = trades.make().order()
    for query in ("dryrun=true", "x=1", "kind=order", "="):
        problem(stack.enterprise.post(f"/v1/filings?{query}", order), 400, "bad-request")
    for path in ("/v1/declarations?state=nothing", "/v1/declarations?limit=0", "/v1/declarations?limit=x",
                 "/v1/declarations?cursor=abc", "/v1/declarations?from=yesterday",
                 "/v1/declarations?order_no=%zz", "/v1/declarations?order_no=%00"):
        reply = stack.enterprise.get(path)
        assert reply.status == 400, (path, reply)


def test_ten_megabytes(stack, trades, nothing_stored):
    order = trades.make().order(note="x" * (10 << 20))
    try:
        reply = stack.enterprise.file(order)
        problem(reply, 413, "too-large")
    except (BrokenPipeError, ConnectionResetError):
        pass  # refused by its length before it was read: HTTP lets the server close
    # the same without saying how long: cut off at the limit
    body = b"%x\r\n" % (1 << 20) + b"x" * (1 << 20) + b"\r\n"
    try:
        with socket.create_connection(stack.daemon.address, 15) as s:
            s.sendall(head(stack, "Host: x", "Content-Type: application/json", "Transfer-Encoding: chunked"))
            for _ in range(10):
                s.sendall(body)
            s.sendall(b"0\r\n\r\n")
            assert statuses(s.recv(65536)) in ([413], [])
    except (BrokenPipeError, ConnectionResetError):
        pass


def test_long_targets_and_headers(stack, nothing_stored):
    for answer in (raw(stack, b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"),
                   raw(stack, b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100000 + b"\r\n\r\n"),
                   raw(stack, b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"X-A: b\r\n" * 10000 + b"\r\n")):
        assert not statuses(answer) or 400 <= statuses(answer)[0] < 500, answer[:200]


def refused_only(answer):
    """The request that was smuggled in would have been answered with 401, a good one with 2xx."""
    return len(set(statuses(answer))) <= 1 and all(s in (400, 408, 411, 413, 414, 431, 501, 505) for s in statuses(answer))


# --- smuggling ------------------------------------------------------------------------------------------------

BODY = b'{"kind":"order"}'
SMUGGLED = b"GET /v1/authorities HTTP/1.1\r\nHost: x\r\n\r\n"
SMUGGLING = {
    "two lengths": ["Host: x", "Content-Length: 16", "Content-Length: 17"],
    "two equal lengths": ["Host: x", "Content-Length: 16", "Content-Length: 16"],
    "list of lengths": ["Host: x", "Content-Length: 16, 16"],
    "signed length": ["Host: x", "Content-Length: +16"],
    "negative length": ["Host: x", "Content-Length: -1"],
    "hex length": ["Host: x", "Content-Length: 0x10"],
    "huge length": ["Host: x", "Content-Length: 99999999999999999999999999"],
    "length and chunks": ["Host: x", "Content-Length: 16", "Transfer-Encoding: chunked"],
    "chunks and length": ["Host: x", "Transfer-Encoding: chunked", "Content-Length: 16"],
    "other coding": ["Host: x", "Transfer-Encoding: gzip, chunked"],
    "chunked twice": ["Host: x", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
    "chunked not last": ["Host: x", "Transfer-Encoding: chunked, identity"],
    "obscured chunked": ["Host: x", "Transfer-Encoding: xchunked"],
    "blank before colon": ["Host: x", "Content-Length : 16"],
    "folded header": ["Host: x", "X: a", " b", "Content-Length: 16"],
    "no host": ["Content-Length: 16"],
    "two hosts": ["Host: x", "Host: y", "Content-Length: 16"],
    "control in header": ["Host: x", "X: a\x01b", "Content-Length: 16"],
    "nul in header": ["Host: x", "X: a\x00b", "Content-Length: 16"],
    "bare carriage return": ["Host: x", "X: a\rContent-Length: 0", "Content-Length: 16"],
    "no name": ["Host: x", ": a", "Content-Length: 16"],
}


@pytest.mark.parametrize("name", SMUGGLING)
def test_smuggling(stack, nothing_stored, name):
    """A refusal and the end of the connection; what follows in it is never taken for a request."""
    data = head(stack, "Content-Type: application/json", *SMUGGLING[name]) + BODY + SMUGGLED
    answer = raw(stack, data)
    assert refused_only(answer), answer


@pytest.mark.parametrize("line", [b"GET /healthz", b"GET /healthz HTTP/9.9", b"GET /healthz HTTP/1.1 x", b"G\x00T /healthz HTTP/1.1",
                                  b"GET /health\x00z HTTP/1.1", b"GET /health\tz HTTP/1.1", b"GET  /healthz HTTP/1.1",
                                  b"GET healthz HTTP/1.1", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET /\xff HTTP/1.1"])
def test_bad_request_lines(stack, nothing_stored, line):
    answer = raw(stack, line + b"\r\nHost: x\r\nConnection: close\r\n\r\n" + SMUGGLED)
    assert refused_only(answer), answer


def test_broken_chunks(stack, nothing_stored):
    for chunks in (b"zz\r\n{}\r\n0\r\n\r\n", b"-1\r\n{}\r\n0\r\n\r\n", b"ffffffffffffffffff\r\n{}", b"2\r\n{}x\r\n0\r\n\r\n"):
        data = head(stack, "Host: x", "Content-Type: application/json", "Transfer-Encoding: chunked") + chunks + SMUGGLED
        answer = raw(stack, data)
        assert refused_only(answer), answer


def test_chunked_bodies_are_taken(stack, trades):
    body = as_json(trades.make().order())
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(body[i:i + 100]), body[i:i + 100]) for i in range(0, len(body), 100))
    answer = raw(stack, head(stack, "Host: x", "Content-Type: application/json", "Transfer-Encoding: chunked", "Connection: close")
                 + chunks + b"0\r\n\r\n")
    assert statuses(answer) == [201], answer


def test_pipelined_requests_are_answered_in_order(stack, trades):
    body = as_json(trades.make().order())
    one = head(stack, "Host: x", "Content-Type: application/json", f"Content-Length: {len(body)}") + body
    last = head(stack, "Host: x", "Connection: close", method="GET", path="/healthz")
    answer = raw(stack, one + one + last)
    assert statuses(answer) in ([201, 200, 200], [200, 201, 200]), answer


def test_a_cut_connection_stores_nothing(stack, trades, nothing_stored):
    body = as_json(trades.make().order())
    for end in (0, 1, len(body) // 2, len(body) - 1):
        with socket.create_connection(stack.daemon.address, 5) as s:
            s.sendall(head(stack, "Host: x", "Content-Type: application/json", f"Content-Length: {len(body)}") + body[:end])
    accept(stack.daemon.public.get("/healthz"), 200)


# --- nobody else waits ----------------------------------------------------------------------------------------


def test_slow_senders_delay_nobody(own, trades):
    stack = own(settings={"http": {"header_timeout_ms": 1500, "body_timeout_ms": 1500}})
    slow = []
    for n in range(60):
        s = socket.create_connection(stack.daemon.address, 20)
        s.sendall(head(stack, "Host: x", "Content-Type: application/json", "Content-Length: 1000")[:-4 if n % 2 else None])
        slow.append(s)
    stop = threading.Event()

    def drip():  # a byte now and then keeps no connection alive for ever
        while not stop.wait(0.2):
            for s in slow:
                try:
                    s.send(b"x")
                except OSError:
                    pass
    dripping = threading.Thread(target=drip)
    dripping.start()
    try:
        for _ in range(100):
            accept(stack.enterprise.file(trades.make().waybill()))
        for s in slow:  # each is told so, or closed
            answer = b""
            try:
                while chunk := s.recv(4096):
                    answer += chunk
            except ConnectionResetError:
                pass
            assert statuses(answer) in ([408], [400], []), answer
    finally:
        stop.set()
        dripping.join()
        for s in slow:
            s.close()
    assert stack.psql("select count(*) from filing") == "100"


def test_bad_and_good_at_once(stack, trades):
    """Every good filing among many bad ones is stored; no bad one is."""
    good = [trades.make().order() for _ in range(60)]
    results, xml = [], ceb([trades.make().order()])
    bombs = broken_xml(xml)

    def send(filing):
        api = Api(stack.daemon.address, stack.enterprise.token)
        api.post("/v1/filings", bombs["billion laughs"], "application/xml")
        api.post("/v1/filings", BROKEN_JSON["deep arrays"])
        raw(stack, b"\x00\xff" * 50 + b"\r\n\r\n", 5)
        results.append(api.file(filing).status)
    threads = [threading.Thread(target=send, args=(f,)) for f in good]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert results == [201] * len(good)


def test_more_connections_than_allowed(own, trades):
    """Beyond the limit connections wait or are refused; those that are served go on, and the rest gets its turn."""
    stack = own(settings={"http": {"connections": 30}})
    idle = [socket.create_connection(stack.daemon.address, 10) for _ in range(60)]
    for s in idle:
        s.close()
    wait_for(lambda: stack.daemon.public.get("/healthz").status == 200, "the daemon answers again")
    for _ in range(5):
        accept(Api(stack.daemon.address, stack.enterprise.token).file(trades.make().waybill()))


def test_problem_pages(stack):
    for slug in ("bad-json", "bad-xml", "rule-broken", "key-conflict", "too-large"):
        assert json.loads(stack.daemon.public.get(f"/problems/{slug}").body)
        page = stack.daemon.public.get(f"/problems/{slug}", Accept="text/html")
        assert page.headers["content-type"].startswith("text/html") and b"<h1" in page.body
    problem(stack.daemon.public.get("/problems/never"), 404, "not-found")
