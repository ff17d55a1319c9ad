"""Callers who mean ill or are broken: they lose their connection or get a 503, and nobody else notices."""
import concurrent.futures
import os
import signal
import socket
import time

import pytest

from filer import as_json
from stack import Api, wait_for
from support import SANITIZED, accept, long_only

TIMEOUT = {"header_timeout_ms": 1500, "body_timeout_ms": 1500, "idle_timeout_ms": 3000}
PATIENCE_S = 25  # far more than an answer takes on a busy machine, far less than sixty slow callers one after the other


def connect(stack, receive=None):
    s = socket.socket()
    if receive:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
    s.settimeout(20)
    s.connect(stack.daemon.address)
    return s


def ended(s):
    """Reads to the end; what came."""
    said = b""
    try:
        while chunk := s.recv(65536):
            said += chunk
    except ConnectionError:
        pass
    return said


def unharmed(stack, trades, n=40):
    """Others are served as always: nobody waits for what the slow ones are given time for."""
    for _ in range(n):
        began = time.monotonic()
        accept(stack.enterprise.file(trades.make().waybill()))
        assert time.monotonic() - began < PATIENCE_S


def connections(stack):
    return stack.daemon.public.metrics()['tongguan_http_connections{worker="0"}']


def test_slow_readers_are_cut(own, trades):
    stack = own(settings={"http": TIMEOUT})
    before, slow = connections(stack), []
    request = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
    for _ in range(60):
        s = connect(stack, receive=4096)
        s.sendall(request * 40)  # far more than any buffer between us holds
        slow.append(s)
    wait_for(lambda: connections(stack) >= before + 40, "they are there")
    unharmed(stack, trades)
    wait_for(lambda: connections(stack) <= before + 2, "they are cut", 30)
    for s in slow:
        s.close()


@long_only
def test_silent_connections_leave_room(own, trades):
    stack = own(settings={"http": TIMEOUT | {"connections": 50}})
    silent = [connect(stack) for _ in range(200)]  # more than there is room for; the kernel keeps the others waiting
    began = time.monotonic()
    accept(Api(stack.daemon.address, stack.enterprise.token).get("/v1/me"), 200)  # after those before it were cut
    assert time.monotonic() - began < 15
    for s in silent:
        s.close()
    unharmed(stack, trades, 10)


@long_only
def test_no_more_of_one_address_than_may(own):
    stack = own(settings={"http": {"connections_per_address": 20}})
    others = [connect(stack) for _ in range(40)]
    assert wait_for(lambda: connections(stack) <= 20, "the rest is closed")
    for s in others[:30]:
        s.close()
    wait_for(lambda: stack.enterprise.get("/v1/me").status == 200, "there is room again")
    for s in others:
        s.close()


def announced(stack, bytes_):
    s = connect(stack)
    s.sendall(f"POST /v1/filings HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {stack.enterprise.token}\r\nContent-Type: application/x-ndjson\r\n"
              f"Content-Length: {bytes_}\r\n\r\n".encode())
    return s


def test_bodies_together_have_a_bound(own, trades):
    stack = own(settings={"http": TIMEOUT | {"body_timeout_ms": 8000, "bodies_bytes": 4_000_000}, "batch": {"body_bytes": 2_000_000}})
    held = [announced(stack, 1_900_000) for _ in range(2)]
    for s in held:
        s.sendall(b" " * 1_000_000)
    accept(stack.enterprise.file(trades.make().waybill()))  # a small one finds room
    refused = announced(stack, 1_900_000)
    said = ended(refused)
    assert said.startswith(b"HTTP/1.1 503") and b'"busy"' in said.replace(b"/problems/busy", b'"busy"') and b"etry-" in said, said
    chunked = connect(stack)
    chunked.sendall(f"POST /v1/filings HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {stack.enterprise.token}\r\nContent-Type: application/x-ndjson\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n".encode() + b"100000\r\n" + b" " * 0x100000 + b"\r\n0\r\n\r\n")
    assert ended(chunked).startswith(b"HTTP/1.1 503")
    for s in held:
        s.close()
    wait_for(lambda: stack.enterprise.post("/v1/filings?dry_run=true", b"[" + b" " * 1_800_000 + b"]").status == 400, "their bytes are free again")


def test_many_that_leave_in_the_middle(own, trades):
    stack = own(settings={"http": TIMEOUT})
    before = connections(stack)

    def leave(n):
        s = announced(stack, 5000)
        s.sendall(b"x" * (n % 5000))
        if n % 3:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # with a reset
        s.close()
    with concurrent.futures.ThreadPoolExecutor(8) as together:
        list(together.map(leave, range(800)))
    unharmed(stack, trades)
    wait_for(lambda: connections(stack) <= before + 2, "nothing of them is left")


def test_wrong_tokens_in_numbers(stack, trades):
    """They cost no look at the database each, and delay nobody."""
    with concurrent.futures.ThreadPoolExecutor(8) as together:
        statuses = together.map(lambda n: Api(stack.daemon.address, f"tg_{n:043d}").post("/v1/filings", as_json({})).status, range(400))
        unharmed(stack, trades, 20)
        assert set(statuses) == {401}


@pytest.mark.skipif(SANITIZED, reason="a sanitizer looks into the process")
def test_its_memory_is_closed(stack):
    with pytest.raises(PermissionError):
        if os.geteuid() == 0:
            raise PermissionError  # root may; what counts is who owns it: see below
        open(f"/proc/{stack.daemon.pid}/mem", "rb").close()
    assert os.stat(f"/proc/{stack.daemon.pid}/mem").st_uid == 0
    stack.daemon.signal(signal.SIGHUP)  # it goes on as always
    accept(stack.daemon.public.get("/healthz"), 200)


def test_pages_for_people_run_nothing(stack):
    page = accept(stack.daemon.public.get("/problems/rule-broken", Accept="text/html"), 200)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert page.headers["x-content-type-options"] == "nosniff" and page.headers["referrer-policy"] == "no-referrer"
