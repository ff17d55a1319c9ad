"""Signed requests: the digest of the content, what a signature must cover, times, nonces, keys and their algorithms."""
import base64
import concurrent.futures
import hashlib
import re
import time

import pytest

from filer import CODES, as_json
from signed import Key, Signed, digest
from stack import wait_for
from support import accept, long_only, problem

REGISTRY = "https://iana.org/assignments/http-problem-types#"
KINDS = {"ed25519": "ed25519", "p256": "ecdsa-p256-sha256", "sm2": "sm2-sm3"}


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    directory = tmp_path_factory.mktemp("keys")
    return {kind: Key(directory, kind) for kind in [*KINDS, "rsa"]}


@pytest.fixture(scope="module")
def signing(stack, keys):
    """An enterprise that must sign, with a key of each kind."""
    api = stack.client("signs", "enterprise", "--codes", ",".join(CODES.values()))
    for kind in KINDS:
        accept(api.post("/v1/me/keys", {"public_key": keys[kind].pem, "label": kind}), 201)
    stack.ctl("client", "proof", "signs", "token+signature")
    wait_for(lambda: api.get("/v1/me").status == 401, "the daemon knows that it must sign")
    return api


@pytest.fixture
def signed(signing, keys):
    return Signed(signing, keys["ed25519"])


def refused(reply, words):
    body = problem(reply, 401, "signature-required")
    assert words in body["detail"], body
    accept_signature = reply.headers["accept-signature"]
    assert re.fullmatch(r'sig1=\(("[a-z@-]+" ?)+\);created;keyid="[0-9a-f]{32}";tag="tongguan-v1"', accept_signature), accept_signature
    assert re.findall(r'"([a-z@-]+)"', accept_signature.partition(")")[0]) == body["required_components"]
    assert reply.headers["www-authenticate"].startswith("Bearer")
    return body


@pytest.mark.parametrize("kind", KINDS)
def test_good_ones(stack, signing, keys, kind, trades):
    signed = Signed(signing, keys[kind])
    accept(signed.get("/v1/me"), 200)
    accept(signed.get("/v1/declarations?limit=1&order_no=%20a"), 200)
    accept(signed.get("/v1/me", alg=KINDS[kind]), 200)
    accept(signed.get("/v1/me", expires=int(time.time()) + 60), 200)
    accept(signed.get("/v1/me", components=["@target-uri", "@path", "@authority", "@scheme", "@method", "@request-target", "user-agent"],
                      headers={"User-Agent": "a  b"}), 200)
    receipt = accept(signed.post("/v1/filings", as_json(trades.make().order())))
    assert receipt.json["id"]


def test_both_ends_of_the_window(signed):
    now = int(time.time())
    for created in (now - 280, now + 280):
        accept(signed.get("/v1/me", created=created), 200)
    for created in (now - 320, now + 320, 0, -1, 999999999999999):
        refused(signed.get("/v1/me", created=created), "within 300 s")
    refused(signed.get("/v1/me", expires=now - 1), "expired")
    refused(signed.get("/v1/me", created=""), "number of seconds")


def test_what_is_missing_is_named(signed, signing):
    body = refused(signing.get("/v1/me"), "tag tongguan-v1")
    assert body["required_components"] == ["@method", "@authority", "@path"]
    reply = signing.post("/v1/filings?dry_run=true", b"{}", Idempotency_Key="k")
    assert refused(reply, "tag tongguan-v1")["required_components"] == ["@method", "@authority", "@path", "@query", "content-type", "content-digest", "idempotency-key"]
    refused(signed.get("/v1/me", tag="another"), "tag tongguan-v1")
    refused(signed.get("/v1/me", tag=None), "tag tongguan-v1")
    refused(signed.get("/v1/me", keyid=None), "keyid")
    refused(signed.get("/v1/me", nonce=None), "nonce is missing")
    refused(signed.get("/v1/me", nonce="short"), "8 to 128")
    refused(signed.get("/v1/me", nonce="x" * 129), "8 to 128")
    refused(signed.get("/v1/me", keyid="0" * 32), "no such key")


@pytest.mark.parametrize("left_out", ["@method", "@authority", "@path", "@query", "content-type", "content-digest", "idempotency-key"])
def test_all_of_the_request_is_covered(signed, left_out):
    covered = ["@method", "@authority", "@path", "@query", "content-type", "content-digest", "idempotency-key"]
    covered.remove(left_out)
    reply = signed.post("/v1/filings?dry_run=true", b"{}", headers={"Idempotency-Key": '"a key"'}, components=covered)
    refused(reply, f'does not cover "{left_out}"')


@pytest.mark.parametrize("changed", [{"@method": "DELETE"}, {"@authority": "example.com"}, {"@path": "/v1/me/"}], ids=str)
def test_another_request_is_not_this_one(signed, changed):
    refused(signed.get("/v1/me", values=changed), "not that of this request")


def test_parameters_and_fields_that_cannot_be_read(signed, keys):
    good = signed.headers("GET", "/v1/me")
    for name, value in (("Signature", "sig1=:!:"), ("Signature", "sig2=" + good["Signature"][5:]), ("Signature", None), ("Signature-Input", "sig1=("),
                        ("Signature-Input", good["Signature-Input"].replace('"@path"', '"@path";req')),
                        ("Signature-Input", good["Signature-Input"].replace('"@path"', '"@path" "@path"')),
                        ("Signature-Input", good["Signature-Input"].replace('"@path"', '"@path" "x-none"')),
                        ("Signature-Input", good["Signature-Input"].replace("nonce=", "nonce=1;n=")),
                        ("Signature", good["Signature"].replace(":", ':AAAA', 1)), ("Signature", "sig1=::")):
        problem(signed.api.request("GET", "/v1/me", headers=good | {name: value}), 401, "signature-required")
    accept(signed.api.request("GET", "/v1/me", headers=good), 200)  # none of these has used it up


def test_the_algorithm_is_the_keys(signing, keys):
    for kind in KINDS:
        for other in {*KINDS.values(), "hmac-sha256", "rsa-pss-sha512", ""} - {KINDS[kind]}:
            refused(Signed(signing, keys[kind]).get("/v1/me", alg=other), f"algorithm is {KINDS[kind]}")
    refused(Signed(signing, keys["p256"]).get("/v1/me", signer=keys["sm2"]), "not that of this request")
    refused(Signed(signing, keys["ed25519"]).get("/v1/me", signer=keys["p256"]), "not that of this request")


def test_nobody_signs_for_another(stack, signing, keys, trades, tmp_path):
    other = Key(tmp_path, "ed25519")
    refused(Signed(signing, other).get("/v1/me"), "no such key")
    api = stack.client(f"other {trades.tag}", "operator")
    accept(api.post("/v1/me/keys", {"public_key": other.pem}), 201)
    refused(Signed(signing, other).get("/v1/me"), "no such key")


def test_a_signature_is_good_once(stack, signed):
    headers = signed.headers("GET", "/v1/me")
    accept(signed.api.request("GET", "/v1/me", headers=headers), 200)
    refused(signed.api.request("GET", "/v1/me", headers=headers), "used already")
    refused(signed.get("/v1/me", nonce=re.search('nonce="([^"]*)"', headers["Signature-Input"])[1]), "used already")


def test_a_signature_is_good_once_whatever_daemon_hears_it(own, tmp_path):
    stack = own(settings={"service": {"workers": 2}})
    second = stack.add_daemon("second").start()
    api, key = stack.client("signs", "operator"), Key(tmp_path, "ed25519")
    accept(api.post("/v1/me/keys", {"public_key": key.pem}), 201)
    stack.psql("update client set proof = 'token+signature' where name = 'signs'; select nextval('rule_revision')")
    other = stack.caller(stack.tokens["signs"], second)
    wait_for(lambda: api.get("/v1/me").status == 401 and other.get("/v1/me").status == 401, "both know that it must sign")
    signed = Signed(api, key)
    with concurrent.futures.ThreadPoolExecutor(8) as together:
        for _ in range(10):
            headers = signed.headers("GET", "/v1/me") | {"Host": f"{api.address[0]}:{api.address[1]}"}
            replies = list(together.map(lambda i: (api, other)[i % 2].request("GET", "/v1/me", headers=headers).status, range(8)))
            assert sorted(replies) == [200] + [401] * 7
    stack.psql("insert into request_nonce values (1, 1, 'old', 'n'); insert into idempotency values (1, 'old', '', '', now() - interval '1 s')")
    second.restart()  # sweeps at once, then each minute
    wait_for(lambda: stack.psql("select exists (select from request_nonce where key_id = 'old') or exists (select from idempotency where route = 'old')") == "f",
             "what is over is forgotten")
    assert int(stack.psql("select count(*) from request_nonce")) >= 10


def test_a_signature_is_looked_at_wherever_one_is(stack, keys, trades):
    """A client that need not sign, but does: a wrong one is refused all the same; one for somebody else is passed over."""
    api = stack.client(f"may sign {trades.tag}", "operator")
    signed = Signed(api, keys["p256"])
    problem(signed.get("/v1/me"), 401, "signature-required")
    accept(api.post("/v1/me/keys", {"public_key": base64.b64encode(keys["p256"].der).decode()}), 201)
    wait_for(lambda: signed.get("/v1/me").status == 200, "the daemon knows the key")
    accept(signed.get("/v1/me", tag="for-a-proxy", values={"@path": "/other"}), 200)
    problem(signed.get("/v1/me", values={"@path": "/other"}), 401, "signature-required")
    accept(signed.api.request("GET", "/healthz", headers={"Signature-Input": "sig1=("}), 200)  # nobody is asked here


# --- digests ------------------------------------------------------------------------------------------------------------


def iana(reply, slug):
    assert reply.status == 400 and reply.json["type"] == REGISTRY + slug, reply
    assert reply.headers["want-content-digest"] == "sha-256=10, sha-512=3"
    assert reply.json["title"] and reply.json["trace_id"]
    return reply.json


def test_digests(stack, trades, nothing_stored):
    body = as_json(trades.make().order())

    def send(field, sent=body):
        return stack.enterprise.post("/v1/filings?dry_run=true", sent, Content_Digest=field)
    accept(send(digest(body)), 200)
    accept(send("md5=:AAAA:, sha-512=:" + base64.b64encode(hashlib.sha512(body).digest()).decode() + ":"), 200)
    wrong = iana(send(digest(body), body + b" "), "digest-mismatched-values")
    assert wrong["mismatched_digests"] == [{"algorithm": "sha-256", "provided_digest": digest(body).partition("=")[2], "header": "content-digest"}]
    assert iana(send("md5=:AAAA:"), "digest-unsupported-algorithms")["unsupported_algorithms"][0]["algorithm"] == "md5"
    assert iana(send("sha-256=:AAAA:"), "digest-invalid-values")["invalid_digests"][0]["algorithm"] == "sha-256"
    for field in ("", "x=", "sha-256", 'sha-256="x"', "sha-256=:****:"):
        iana(send(field), "digest-invalid-values")


def test_the_digest_is_of_what_was_sent(signed):
    """A signature over another body's digest is worth nothing: the digest is computed anew."""
    body = b"{}"
    reply = signed.api.request("POST", "/v1/filings?dry_run=true", b'{"a":1}', signed.headers("POST", "/v1/filings?dry_run=true", body))
    iana(reply, "digest-mismatched-values")


# --- keys -----------------------------------------------------------------------------------------------------------------


def test_keys_come_and_go(stack, keys, trades):
    name = f"keys {trades.tag}"
    api = stack.client(name, "regulator")
    key = accept(api.post("/v1/me/keys", {"public_key": keys["sm2"].pem, "label": "the machine"}), 201).json
    assert (key["key_id"], key["algorithm"], key["label"]) == (keys["sm2"].id, "sm2-sm3", "the machine")
    assert accept(api.post("/v1/me/keys", {"public_key": keys["sm2"].pem}), 200).json == key  # again
    path = keys["p256"].path.with_suffix(".pub")
    path.write_text(keys["p256"].pem)
    assert stack.ctl("client", "key", name, path).stdout.strip() == keys["p256"].id
    assert [k["key_id"] for k in api.get("/v1/me/keys").json["items"]] == [keys["p256"].id, keys["sm2"].id]
    accept(api.request("DELETE", f"/v1/me/keys/{keys['sm2'].id}"), 204)
    problem(api.post("/v1/me/keys", {"public_key": keys["sm2"].pem}), 409, "state-conflict")  # it does not come back
    problem(api.request("DELETE", "/v1/me/keys/none"), 404, "not-found")
    assert "sm2-sm3" in stack.ctl("client", "keys", name).stdout
    signed = Signed(api, keys["p256"])
    stack.ctl("client", "proof", name, "token+signature")
    wait_for(lambda: api.get("/v1/me").status == 401, "the daemon knows that it must sign")
    problem(api.post("/v1/me/keys", {"public_key": keys["ed25519"].pem}), 401, "signature-required")  # a token alone brings no key in
    problem(signed.request("DELETE", f"/v1/me/keys/{keys['p256'].id}"), 409, "state-conflict")  # the last one
    stack.ctl("client", "key-revoke", name, keys["p256"].id)
    wait_for(lambda: signed.get("/v1/me").status == 401, "the daemon knows that it is revoked")


@pytest.mark.parametrize("body", [{}, {"public_key": ""}, {"public_key": "x"}, {"public_key": 1}, {"public_key": "A" * 9000}, {"public_key": "MAAA"}, []], ids=lambda b: str(b)[:30])
def test_what_is_no_key(stack, body):
    assert stack.operator.post("/v1/me/keys", body).status == 400


def test_rsa_is_not_taken(stack, keys):
    assert "Ed25519" in problem(stack.operator.post("/v1/me/keys", {"public_key": keys["rsa"].pem}), 400, "bad-request")["detail"]


def test_many_at_once(signing, signed):
    """Some go through the threads: each gets its own answer, wrong ones and those whose caller leaves among them."""
    requests = [(i, signed.headers("GET", f"/v1/me?n={i}" if i % 5 == 4 else "/v1/me", values={"@path": "/x"} if i % 3 == 0 else None)) for i in range(60)]

    def send(one):
        i, headers = one
        if i % 7 == 0:  # leaves at once
            c = signing.__class__(signing.address, signing.token)
            connection = c._connection()
            connection.request("GET", "/v1/me", headers=headers | {"Authorization": f"Bearer {signing.token}"})
            connection.close()
            return None
        return signing.request("GET", "/v1/me", headers=headers).status
    with concurrent.futures.ThreadPoolExecutor(20) as together:
        statuses = list(together.map(send, requests))
    for i, status in enumerate(statuses):
        if status is not None:
            assert status == (401 if i % 3 == 0 or i % 5 == 4 else 200), (i, status)


@long_only
def test_without_threads(own, tmp_path):
    stack = own(settings={"access": {"signature_threads": 0}})
    api, key = stack.client("signs", "operator"), Key(tmp_path, "ed25519")
    accept(api.post("/v1/me/keys", {"public_key": key.pem}), 201)
    wait_for(lambda: Signed(api, key).get("/v1/me").status == 200, "the daemon knows the key")
