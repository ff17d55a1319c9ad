"""TLS of the daemon itself: versions, renewal without a restart, and callers that show certificates. All of them are openssl's."""
import concurrent.futures
import hashlib
import signal
import socket
import ssl

import pytest

from filer import CODES, as_json
from filer import Trades
from signed import openssl
from stack import Api, wait_for
from support import accept, long_only, new_stack, problem, SEED, stacks


class Authority:
    def __init__(self, directory, name):
        self.directory, self.name = directory, name
        self.key, self.certificate = directory / f"{name}.key", directory / f"{name}.pem"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", f"/CN={name}",
                "-addext", "basicConstraints=critical,CA:TRUE", "-keyout", self.key, "-out", self.certificate)

    def issue(self, name, usage, days=30, san="IP:127.0.0.1"):
        """Key and certificate files."""
        key, request, certificate = (self.directory / f"{self.name}-{name}.{x}" for x in ("key", "csr", "pem"))
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/O=测试/CN={name}", "-keyout", key, "-out", request)
        extensions = self.directory / f"{name}.ext"
        extensions.write_text(f"extendedKeyUsage={usage}\nsubjectAltName={san}\n")
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-days", days, "-extfile", extensions,
                "-set_serial", int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") >> 1, "-out", certificate)
        key.chmod(0o600)
        return key, certificate


def sha256_of(certificate):
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.read_text())).hexdigest()


class Tls:
    def __init__(self, directory):
        self.ours, self.foreign = Authority(directory, "ours"), Authority(directory, "foreign")
        self.key, self.certificate = directory / "server.key", directory / "server.pem"
        self.renew("first")

    def renew(self, name):
        key, certificate = self.ours.issue(name, "serverAuth")
        self.certificate.write_bytes(certificate.read_bytes())
        self.key.touch(0o600)
        self.key.write_bytes(key.read_bytes())
        return sha256_of(certificate)

    def context(self, pair=None):
        c = ssl.create_default_context(cafile=str(self.ours.certificate))
        if pair:
            c.load_cert_chain(str(pair[1]), str(pair[0]))
        return c


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    return Tls(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def house(tls):
    """A stack whose daemon speaks TLS and asks callers for certificates."""
    settings = {"tls": {"certificate": str(tls.certificate), "key_file": str(tls.key), "client_ca": str(tls.ours.certificate)},
                "http": {"header_timeout_ms": 1500}, "service": {"workers": 2}}
    s = new_stack(settings=settings, context=tls.context())
    try:
        yield s.start()
    finally:
        stacks.remove(s)
        s.remove()


def caller(house, tls, pair, token=None):
    return Api(house.daemon.address, token, context=tls.context(pair))


def shown(house, tls):
    with socket.create_connection(house.daemon.address, timeout=10) as plain:
        with tls.context().wrap_socket(plain, server_hostname="127.0.0.1") as s:
            return hashlib.sha256(s.getpeercert(binary_form=True)).hexdigest(), s.version()


def test_requests_over_tls(house):
    trade = Trades(f"{SEED}/tls").make()
    reply = accept(house.enterprise.post("/v1/filings", as_json(trade.order())))
    assert reply.headers["strict-transport-security"] == "max-age=31536000"
    assert house.daemon.public.get("/openapi.json").json["servers"][0]["url"] == house.daemon.url
    large = b"[" + b" " * 1_500_000 + b"]"  # many records of TLS, both ways
    assert house.enterprise.post("/v1/filings", large).status == 400
    assert len(accept(house.daemon.public.get("/openapi.json"), 200).body) > 50_000
    with concurrent.futures.ThreadPoolExecutor(16) as together:
        assert set(together.map(lambda _: house.enterprise.get("/v1/me").status, range(300))) == {200}


@pytest.mark.parametrize("version,good", [(ssl.TLSVersion.TLSv1_3, True), (ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_1, False)])
def test_versions(house, tls, version, good):
    context = tls.context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    api = Api(house.daemon.address, house.operator.token, context=context)
    if good:
        accept(api.get("/v1/me"), 200)
    else:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            api.get("/v1/me")


def test_who_speaks_no_tls_is_cut(house):
    for first in (b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", b"", b"\x16\x03\x01"):  # plain; silence; half a handshake
        with socket.create_connection(house.daemon.address, timeout=10) as s:
            s.sendall(first)
            said = b""
            try:
                while chunk := s.recv(4096):
                    said += chunk
            except ConnectionError:
                pass
            assert b"HTTP/" not in said
    accept(house.operator.get("/v1/me"), 200)


def test_the_certificate_is_renewed_without_a_restart(house, tls):
    before = shown(house, tls)[0]
    kept = house.operator
    accept(kept.get("/v1/me"), 200)
    pid, renewed = house.daemon.pid, tls.renew("second")
    assert renewed != before
    house.daemon.signal(signal.SIGHUP)
    wait_for(lambda: {shown(house, tls)[0] for _ in range(6)} == {renewed}, "both workers show the new certificate")
    accept(kept.get("/v1/me"), 200)  # the connection that was there
    tls.certificate.write_text("nothing")
    house.daemon.signal(signal.SIGHUP)
    wait_for(lambda: house.daemon.events("tls.refused"), "it says that this is none")
    assert shown(house, tls)[0] == renewed and house.daemon.pid == pid
    tls.renew("third")


def answers(house, tls, pair, token=None):
    """What /v1/me says over as many connections as it takes to meet both workers."""
    return {caller(house, tls, pair, token).get("/v1/me").status for _ in range(16)}


@pytest.fixture(scope="module")
def bound(house, tls):
    """A client that is known by its certificate alone."""
    pair = tls.ours.issue("known", "clientAuth")
    house.client("by certificate", "enterprise", "--codes", CODES["carrier"])
    assert house.ctl("client", "tls", "by certificate", pair[1]).stdout.strip() == sha256_of(pair[1])
    house.ctl("client", "proof", "by certificate", "certificate")
    wait_for(lambda: answers(house, tls, pair) == {200}, "both workers know the certificate")
    return pair


def test_by_certificate_alone(house, tls, bound):
    api = caller(house, tls, bound)
    me = accept(api.get("/v1/me"), 200).json
    assert me["name"] == "by certificate" and me["token"] is None
    accept(api.file(Trades(f"{SEED}/by certificate").make().waybill()))
    problem(caller(house, tls, None, house.tokens["by certificate"]).get("/v1/me"), 401, "unauthenticated")  # a stolen token is worth nothing
    accept(caller(house, tls, bound, house.tokens["by certificate"]).get("/v1/me"), 200)
    assert caller(house, tls, bound, house.operator.token).get("/v1/me").json["name"] == "operator"  # who sends a token is its client
    problem(caller(house, tls, bound, "tg_wrong").get("/v1/me"), 401, "unauthenticated")


def test_certificates_that_are_not_good(house, tls, bound):
    bad = [tls.ours.issue("a server", "serverAuth"), tls.foreign.issue("foreign", "clientAuth")]  # for another use; issued by somebody else
    good = tls.ours.issue("another good one", "clientAuth")
    for pair in (*bad, good):
        house.ctl("client", "tls", "by certificate", pair[1])
    wait_for(lambda: answers(house, tls, good) == {200}, "both workers know all three")
    for pair in (*bad, tls.ours.issue("nobody", "clientAuth"), None):
        problem(caller(house, tls, pair).get("/v1/me"), 401, "unauthenticated")
    hash_as_token = caller(house, tls, None, sha256_of(bound[1]))
    problem(hash_as_token.get("/v1/me"), 401, "unauthenticated")


def test_token_and_certificate_together(house, tls, bound):
    pair = tls.ours.issue("both", "clientAuth")
    token = house.client("both", "operator").token
    house.ctl("client", "tls", "both", pair[1])
    house.ctl("client", "proof", "both", "token+certificate")
    api = caller(house, tls, pair, token)
    wait_for(lambda: answers(house, tls, None, token) == {401}, "both workers know")
    wait_for(lambda: api.get("/v1/me").status == 200, "both together are good")
    problem(caller(house, tls, pair).get("/v1/me"), 401, "unauthenticated")
    problem(caller(house, tls, bound, token).get("/v1/me"), 401, "unauthenticated")  # somebody else's certificate
    assert "both" in house.ctl("client", "tls-list", "both").stdout
    house.ctl("client", "tls-revoke", "both", sha256_of(pair[1]))
    wait_for(lambda: api.get("/v1/me").status == 401, "the daemon knows that it is revoked")
    house.ctl("client", "tls", "both", pair[1], ok=(1,))  # it does not come back
    house.ctl("client", "tls", "both", bound[1], ok=(1,))  # it is somebody else's


@long_only
def test_files_that_cannot_be_used(tls, tmp_path):
    other = tls.ours.issue("other", "serverAuth")
    for tls_settings, words in (({"certificate": str(tls.certificate)}, "go together"), ({"client_ca": str(tls.certificate)}, "go together"),
                                ({"certificate": str(other[1]), "key_file": str(tls.key)}, "not the certificate of the key"),
                                ({"certificate": str(tmp_path / "none"), "key_file": str(tls.key)}, "none")):
        s = new_stack(settings={"tls": tls_settings}, context=tls.context())
        try:
            with pytest.raises(Exception, match="ended with 78"):
                s.start()
            assert words in s.daemon.tail()
        finally:
            stacks.remove(s)
            s.remove()
