"""Beside TLS: the listener in clear for this machine, and callers' certificates that a proxy hands on (Client-Cert, RFC 9440)."""
import base64
import http.client
import json
import re
import signal
import socket
import ssl

import pytest

from filer import CODES, Trades
from signed import openssl
from stack import Api, wait_for
from support import SEED, accept, new_stack, problem, stacks
from test_events import Stream
from test_tls import sha256_of, tls  # noqa: F401

ELSEWHERE = ("127.0.0.2", 0)  # this machine's too, but no proxy's


def local_address(daemon):
    ready = wait_for(lambda: daemon.events("daemon.ready"), "all workers listen")[-1]
    return "127.0.0.1", int(re.search(r"\blocal_port=(\d+)", ready["msg"])[1])


@pytest.fixture(scope="module")
def house(tls):  # noqa: F811
    """TLS for everybody, in clear for this machine; 127.0.0.1 is a proxy's address."""
    settings = {"tls": {"certificate": str(tls.certificate), "key_file": str(tls.key), "client_ca": str(tls.ours.certificate)},
                "http": {"local_address": "127.0.0.1:0", "proxies": "10.0.0.0/8 127.0.0.1", "header_bytes": 16384}, "service": {"workers": 2}}
    s = new_stack(settings=settings, context=tls.context())
    try:
        yield s.start()
    finally:
        stacks.remove(s)
        s.remove()


class Reply:
    def __init__(self, answer):
        self.status, self.headers, self.body = answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.body[:500]!r}>"


def ask(address, headers=(), path="/v1/me", source=None, context=None):
    """A request of its own connection; headers may come twice."""
    c = (http.client.HTTPSConnection(*address, timeout=30, source_address=source, context=context) if context
         else http.client.HTTPConnection(*address, timeout=30, source_address=source))
    try:
        c.putrequest("GET", path)
        for name, value in headers:
            c.putheader(name, value)
        c.endheaders()
        return Reply(c.getresponse())
    finally:
        c.close()


def field(certificate):
    return ":" + base64.b64encode(ssl.PEM_cert_to_DER_cert(certificate.read_text())).decode() + ":"


def handed(pair, token=None, chain=()):
    """What a proxy sends for the caller that showed it this certificate."""
    headers = [("Client-Cert", field(pair[1]))]
    if chain:
        headers.append(("Client-Cert-Chain", ", ".join(field(c) for c in chain)))
    return headers + ([("Authorization", f"Bearer {token}")] if token else [])


def statuses(house, headers):
    """Over as many connections as it takes to meet both workers."""
    return {ask(local_address(house.daemon), headers).status for _ in range(16)}


@pytest.fixture(scope="module")
def bound(house, tls):  # noqa: F811
    pair = tls.ours.issue("behind a proxy", "clientAuth")
    house.client("by proxy", "enterprise", "--codes", CODES["carrier"])
    house.ctl("client", "tls", "by proxy", pair[1])
    house.ctl("client", "proof", "by proxy", "certificate")
    wait_for(lambda: statuses(house, handed(pair)) == {200}, "both workers know the certificate")
    return pair


# --- two listeners ------------------------------------------------------------------------------------------------


def test_both_at_once(house, tls):  # noqa: F811
    local = Api(local_address(house.daemon), house.enterprise.token)
    reply = accept(local.file(Trades(f"{SEED}/local").make().order()))
    assert "strict-transport-security" not in reply.headers
    url = f"http://127.0.0.1:{local.address[1]}"
    assert local.get("/openapi.json").json["servers"][0]["url"] == url  # links lead to where the caller is
    over_tls = accept(house.enterprise.get(f"/v1/filings/{reply.json['id']}"), 200)
    assert over_tls.headers["strict-transport-security"]
    assert accept(local.get("/readyz"), 200) and b"tongguan_build_info" in accept(local.get("/metrics"), 200).body
    with pytest.raises((ssl.SSLError, ConnectionError)):
        ask(local.address, context=tls.context())
    with pytest.raises((ConnectionError, http.client.BadStatusLine)):
        ask(house.daemon.address)
    connections = sum(v for k, v in house.operator.metrics().items() if k.startswith("tongguan_http_connections{"))
    assert connections >= 2  # of both listeners: this one's and local's


def test_a_renewal_leaves_the_other_alone(house, tls):  # noqa: F811
    local = Api(local_address(house.daemon), house.operator.token)
    accept(local.get("/v1/me"), 200)
    seen = len(house.daemon.events("tls.reloaded"))
    tls.renew("renewed beside")
    house.daemon.signal(signal.SIGHUP)
    wait_for(lambda: len(house.daemon.events("tls.reloaded")) >= seen + 2, "both workers have read it")
    accept(local.get("/v1/me"), 200)
    accept(house.operator.get("/v1/me"), 200)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self.path))


def test_a_unix_socket(house, bound):
    """Who may connect to it is said by its file; `unix` among the proxies means them."""
    path = house.directory / "local.sock"
    daemon = house.add_daemon("unix", {"http": {"local_address": f"unix:{path}", "proxies": "unix"}}).start()

    def me(headers):
        c = UnixConnection(path)
        c.request("GET", "/v1/me", None, dict(headers))
        reply = Reply(c.getresponse())
        c.close()
        return reply
    assert accept(me(handed(bound)), 200).json["name"] == "by proxy"
    problem(ask(daemon.address, handed(bound), context=house.context), 400, "bad-request")  # 127.0.0.1 is none of its proxies
    assert daemon.stop() == 0 and not path.exists()


def test_sockets_by_name(house, bound):
    """Both are passed, as systemd does; each has its own name."""
    daemon = house.add_daemon("passed", {"http": {"local_address": "unix:/nowhere/at/all"}})
    local = daemon.listen("local")
    daemon.start()
    wait_for(lambda: ask(local, handed(bound)).status == 200, "it answers in clear")
    accept(Api(daemon.address, house.operator.token, context=house.context).get("/v1/me"), 200)
    assert daemon.stop() == 0


# --- certificates that are handed on ------------------------------------------------------------------------------


def test_it_means_what_the_connections_certificate_means(house, tls, bound):  # noqa: F811
    local, token = local_address(house.daemon), house.tokens["by proxy"]
    me = accept(ask(local, handed(bound)), 200).json
    assert me["name"] == "by proxy" and me["token"] is None
    accept(ask(local, handed(bound, token)), 200)
    accept(ask(house.daemon.address, handed(bound), context=tls.context()), 200)  # a proxy may speak TLS with us, too
    problem(ask(local, [("Authorization", f"Bearer {token}")]), 401, "unauthenticated")  # its proof is a certificate
    other = tls.ours.issue("another caller", "clientAuth")
    problem(ask(local, handed(other, token)), 401, "unauthenticated")
    problem(ask(local, handed(other)), 401, "unauthenticated")
    own = tls.context(bound)  # what the proxy says counts, not what it shows itself
    problem(ask(house.daemon.address, handed(other), context=own), 401, "unauthenticated")
    assert ask(local, handed(other, house.operator.token)).json["name"] == "operator"  # whose proof is its token alone


def test_handed_on_but_not_good(house, tls, bound):  # noqa: F811
    """Bound or not: for another use, or issued by somebody else."""
    bad = [tls.ours.issue("a server behind", "serverAuth"), tls.foreign.issue("foreign behind", "clientAuth")]
    good = tls.ours.issue("the last of them", "clientAuth")
    for pair in (*bad, good):
        house.ctl("client", "tls", "by proxy", pair[1])
    wait_for(lambda: statuses(house, handed(good)) == {200}, "both workers know all three")
    for pair in bad:
        assert statuses(house, handed(pair)) == {401}
    house.ctl("client", "tls-revoke", "by proxy", sha256_of(good[1]))
    wait_for(lambda: statuses(house, handed(good)) == {401}, "it is revoked")


def test_an_authority_between(house, tls, bound):  # noqa: F811
    """Issued by one that tls.client_ca issued: good with the chain only."""
    directory = tls.ours.directory
    key, request, between = (directory / f"between.{x}" for x in ("key", "csr", "pem"))
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=between", "-keyout", key, "-out", request)
    extensions = directory / "between.ext"
    extensions.write_text("basicConstraints=critical,CA:TRUE\n")
    openssl("x509", "-req", "-in", request, "-CA", tls.ours.certificate, "-CAkey", tls.ours.key, "-days", 30, "-extfile", extensions,
            "-set_serial", 77, "-out", between)
    sub = type(tls.ours).__new__(type(tls.ours))
    sub.directory, sub.name, sub.key, sub.certificate = directory, "between", key, between
    pair = sub.issue("far away", "clientAuth")
    house.ctl("client", "tls", "by proxy", pair[1])
    wait_for(lambda: statuses(house, handed(pair, chain=[between])) == {200}, "both workers know it")
    assert statuses(house, handed(pair)) == {401}
    assert statuses(house, handed(pair, chain=[tls.foreign.certificate])) == {401}


def test_from_anybody_else_it_is_refused(house, tls, bound):  # noqa: F811
    local, token = local_address(house.daemon), house.operator.token
    for headers in (handed(bound), handed(bound, token), [("Client-Cert-Chain", field(bound[1]))], [("Client-Cert", "nonsense")]):
        for path in ("/v1/me", "/healthz"):
            said = problem(ask(local, headers, path, ELSEWHERE), 400, "bad-request")
            assert "Client-Cert" in said["detail"]
            problem(ask(house.daemon.address, headers, path, ELSEWHERE, tls.context()), 400, "bad-request")
    for address, context in ((local, None), (house.daemon.address, tls.context())):
        accept(ask(address, [("Authorization", f"Bearer {token}")], source=ELSEWHERE, context=context), 200)
    accept(ask(house.daemon.address, source=ELSEWHERE, context=tls.context(bound)), 200)  # its own certificate it may show


@pytest.mark.parametrize("form", ["", "::", "MIIB", ":MIIB", "{}, {}", "{};a=1", "\"MIIB\"", "({})", "{} x", ":-_-_:"])
def test_not_of_its_form(house, bound, form):
    value = form.replace("{}", field(bound[1]))
    problem(ask(local_address(house.daemon), [("Client-Cert", value)]), 400, "bad-request")


def test_fields_that_do_not_fit(house, bound):
    local, good = local_address(house.daemon), field(bound[1])
    for headers in ([("Client-Cert", good)] * 2, [("Client-Cert-Chain", good)], [("Client-Cert", good), ("Client-Cert-Chain", "x")],
                    [("Client-Cert", good), ("Client-Cert-Chain", f"({good})")], [("Client-Cert", good), ("Client-Cert-Chain", ", ".join([good] * 8))]):
        problem(ask(local, headers), 400, "bad-request")
    der = base64.b64encode(b"\x30\x03\x02\x01\x07").decode()  # DER, and no certificate
    problem(ask(local, [("Client-Cert", f":{der}:")]), 401, "unauthenticated")
    accept(ask(local, [("Client-Cert", good), ("Client-Cert-Chain", "")]), 200)  # an empty list is no chain


# --- the end: these stop the daemon -------------------------------------------------------------------------------


def test_it_drains_both(house):
    class Local:
        address = local_address(house.daemon)
    stream = Stream(Local, house.tokens["enterprise"])
    kept = Api(house.daemon.address, house.operator.token, context=house.context)
    accept(kept.get("/v1/me"), 200)
    wait_for(lambda: stream.last is not None, "the stream has begun")
    assert house.daemon.stop() == 0
    wait_for(lambda: stream.over, "the stream has ended")
    with pytest.raises(OSError):
        socket.create_connection(Local.address, timeout=5).close()


@pytest.mark.parametrize("http_settings,tls_settings,words", [
    ({"local_address": "0.0.0.0:0"}, {}, "loopback"), ({"proxies": "10.0.0.0/33"}, {}, "10.0.0.0/33"), ({"proxies": "proxy.example"}, {}, "http.proxies"),
    ({}, {"client_ca": ""}, "tls.client_ca"), ({"proxies": ""}, {"certificate": "", "key_file": ""}, "client_ca")])
def test_settings_that_do_not_fit(house, http_settings, tls_settings, words):
    refused(house, house.add_daemon("refused", {"http": http_settings, "tls": house.settings["tls"] | tls_settings}), words)


def refused(house, daemon, words):
    daemon.start(wait=False)
    assert daemon.wait() == 78 and words in daemon.tail()
    house.daemons.remove(daemon)
    for s in daemon.sockets.values():
        s.close()


def test_a_socket_that_is_passed_is_looked_at_too(house):
    daemon = house.add_daemon("open to all")
    daemon.listen("local", "0.0.0.0")
    refused(house, daemon, "loopback")


def test_a_proxy_alone_ends_tls(house, bound):
    """No TLS of ours: the certificates that are handed on are judged all the same."""
    daemon = house.add_daemon("behind", {"tls": {"certificate": "", "key_file": "", "client_ca": house.settings["tls"]["client_ca"]},
                                         "http": {"local_address": ""}})
    daemon.public = Api(daemon.address)
    daemon.start(wait=False)
    wait_for(lambda: ask(daemon.address, handed(bound)).status == 200, "it is known by its certificate")
    problem(ask(daemon.address, handed(bound), source=ELSEWHERE), 400, "bad-request")
    assert "strict-transport-security" not in ask(daemon.address, handed(bound)).headers
    assert daemon.stop() == 0
