"""Signatures: which client must sign what, what a good one is, and that ours to customs hold before OpenSSL's own tool.

Keys and certificates come from openssl; digests and signed bytes are put together here, apart from the daemon's code.
"""
import base64
import hashlib
import json
import re
import subprocess
import xml.etree.ElementTree as ET

import pytest

from filer import CODES, NAMESPACE, ceb
from stack import wait_for
from support import accept, file_all, own, problem, settled  # noqa: F401

DS = "http://www.w3.org/2000/09/xmldsig#"


def openssl(*arguments, data=None):
    done = subprocess.run(["openssl", *map(str, arguments)], input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 0, (arguments, done.stderr.decode())
    return done.stdout


class Key:
    """A key pair and its self-signed certificate, as files."""

    def __init__(self, directory, name, kind):
        self.key, self.certificate, self.kind = directory / f"{name}.key", directory / f"{name}.pem", kind
        if kind == "sm2":
            openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2", "-out", self.key)
        else:
            openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", self.key)
        self.key.chmod(0o600)
        openssl("req", "-new", "-x509", "-key", self.key, "-sm3" if kind == "sm2" else "-sha256", "-days", "30", "-utf8",
                "-subj", f"/O=测试企业/CN={name}", "-out", self.certificate)
        der = openssl("x509", "-in", self.certificate, "-outform", "DER")
        self.sha256 = hashlib.sha256(der).hexdigest()
        self.public = directory / f"{name}.pub"
        self.public.write_bytes(openssl("x509", "-in", self.certificate, "-noout", "-pubkey"))


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    directory = tmp_path_factory.mktemp("keys")
    return {name: Key(directory, name, name[:3]) for name in ("sm2", "sm2-other", "rsa")}


@pytest.fixture
def sign(stack, tmp_path):
    """Signs a customs message with tongguanctl."""
    def make(message, key, *more):
        path = tmp_path / "message.xml"
        path.write_bytes(message)
        return stack.ctl("sign", "--key", key.key, "--certificate", key.certificate, *more, path).stdout.encode()
    return make


def signing_client(stack, trades, *keys, required=None, more=()):
    name = f"signs {trades.tag}"
    api = stack.client(name, "enterprise", "--codes", ",".join(CODES.values()))
    for key in keys:
        assert stack.ctl("client", "certificate", name, key.certificate).stdout.strip() == key.sha256
    if required:
        stack.ctl("client", "signature", name, "--required", required, *more)
    return name, api


def in_force(api, message, status=422):
    """The daemon has read the policy: this message is answered so. It may be stored before, so it is a probe and no more."""
    return wait_for(lambda: (reply := api.file(message)).status == status and reply, f"the policy is in force: {status}")


def rules(reply):
    return [e["code"] for e in problem(reply, 422, "rule-broken")["errors"]]


# --- filing ---------------------------------------------------------------------------------------------------


def test_an_inventory_must_be_signed_when_the_policy_says_so(stack, trades, keys, sign):
    name, api = signing_client(stack, trades, keys["sm2"], required="schema")
    trade = trades.make()
    message = ceb([trade.inventory()])
    in_force(api, ceb([trades.make().inventory()]))
    assert rules(api.file(message)) == ["signature.missing"]
    # XML callers get customs' receipt with customs' own code in each node
    reply = api.file(ceb([trade.inventory(), trades.make().inventory()]), Accept="application/xml")
    assert reply.status == 422 and reply.headers["content-type"].startswith("application/xml"), reply
    assert [n.text for n in ET.fromstring(reply.body).iter(f"{{{NAMESPACE}}}returnStatus")] == ["-621026"] * 2
    # JSON cannot be signed; an order need not be
    assert rules(api.file(trade.inventory())) == ["signature.missing"]
    accept(api.file(trade.order()))
    accept(api.file(ceb([trade.payment()])))
    signed = sign(message, keys["sm2"])
    accept(api.file(signed))
    accept(api.file(signed), 200)
    # nothing of what was refused is there
    assert api.get(f"/v1/declarations?order_no={trade.order_no}").json["items"][0]["state"]


def test_a_signature_that_is_not_good_refuses_the_message(stack, trades, keys, sign):
    name, api = signing_client(stack, trades, keys["sm2"])
    one, two = trades.make().inventory(), trades.make().inventory()
    signed = sign(ceb([one, two]), keys["sm2"])
    altered = signed.replace(b"<ceb:grossWeight>2.3<", b"<ceb:grossWeight>2.4<", 1)
    assert altered != signed
    in_force(api, sign(ceb([trades.make().order()]), keys["sm2-other"]))
    assert rules(api.file(altered)) == ["signature.digest"]
    reply = api.file(altered, Accept="application/xml")
    assert reply.status == 422
    assert [n.text for n in ET.fromstring(reply.body).iter(f"{{{NAMESPACE}}}returnStatus")] == ["-621028"] * 2
    assert "摘要" in ET.fromstring(reply.body).findtext(f".//{{{NAMESPACE}}}returnInfo")
    assert rules(api.file(sign(ceb([one, two]), keys["sm2-other"]))) == ["signature.certificate-not-bound"]
    value = re.search(rb"<ds:SignatureValue>(.)", signed)
    other = b"B" if value[1] == b"A" else b"A"
    assert rules(api.file(signed.replace(value[0], value[0][:-1] + other))) == ["signature.value"]
    found = problem(api.file(signed.replace(b"</ds:SignedInfo>", b"</ds:SignedInfo>x"), Accept_Language="zh"), 422, "rule-broken")
    assert found["errors"][0]["code"] == "signature.form" and "签名" in found["errors"][0]["detail"]
    accept(api.file(signed))  # and nothing of the refused ones was stored before
    accept(api.file(ceb([trades.make().inventory()])))  # nothing must be signed


def test_what_field_software_adds_is_tolerated_unless_strict(stack, trades, keys, sign):
    name, api = signing_client(stack, trades, keys["sm2"], required="all")
    message = ceb([trades.make().order()])
    in_force(api, ceb([trades.make().order()]))
    signed = sign(message, keys["sm2"])
    as_sent = signed.replace(b"<ds:SignedInfo>", b"<ds:SignedInfo>\n  ").replace(b"</ds:Signature>", b"</ds:Signature>\n")
    accept(api.file(as_sent))
    event = wait_for(lambda: [e for e in stack.daemon.events("signature.tolerated") if e.get("client") == name], "it is told")[0]
    assert "blanks in SignedInfo, blanks after the Signature" in event["msg"]
    stack.ctl("client", "signature", name, "--required", "all", "--strict-signature")
    assert rules(in_force(api, as_sent)) == ["signature.digest"]
    accept(api.file(signed), 200)


def test_a_revoked_certificate_counts_no_more(stack, trades, keys, sign):
    name, api = signing_client(stack, trades, keys["sm2"], keys["rsa"])
    message = ceb([trades.make().order()])
    by_sm2, by_rsa = sign(message, keys["sm2"]), sign(message, keys["rsa"], "--algorithm", "rsa-sha1")
    wait_for(lambda: api.file(by_rsa).status in (200, 201) and api.file(by_sm2).status in (200, 201), "both certificates are known")
    stack.ctl("client", "certificate-revoke", name, keys["sm2"].sha256)
    assert rules(in_force(api, by_sm2)) == ["signature.certificate-not-bound"]
    accept(api.file(by_rsa), 200)
    listed = {c["sha256"]: c for c in json.loads(stack.ctl("client", "certificates", name, "-o", "json").stdout)}
    assert listed[keys["sm2"].sha256]["revoked_at"] and listed[keys["rsa"].sha256]["revoked_at"] is None
    # it does not come back, and the others know nothing of it
    assert stack.ctl("client", "certificate", name, keys["sm2"].certificate, ok=(1,)).returncode == 1
    assert stack.ctl("client", "certificate", "nobody", keys["sm2"].certificate, ok=(1,)).returncode == 1
    assert stack.ctl("client", "certificate-revoke", name, keys["sm2-other"].sha256, ok=(1,)).returncode == 1
    assert stack.ctl("client", "certificate-revoke", name, "xx", ok=(64,)).returncode == 64
    assert stack.ctl("client", "certificate", name, keys["sm2"].key, ok=(78,)).returncode == 78
    assert stack.ctl("client", "signature", name, "--required", "some", ok=(64,)).returncode == 64
    assert stack.ctl("client", "signature", "operator", "--required", "all", ok=(1,)).returncode == 1


def test_without_certificates_and_policy_signatures_are_passed_over(stack, trades, keys, sign):
    signed = sign(ceb([trades.make().inventory()]), keys["sm2"])
    accept(stack.enterprise.file(signed.replace(b"<ceb:grossWeight>2.3<", b"<ceb:grossWeight>2.4<")))


# --- what customs gets ----------------------------------------------------------------------------------------


def canonical_without_signature(xml):
    root = ET.fromstring(xml)
    root.remove(root.find(f"{{{DS}}}Signature"))
    return ET.canonicalize(ET.tostring(root, "unicode")).replace("ns0:", "ceb:").replace(":ns0=", ":ceb=")


def der_of(raw):
    def integer(b):
        b = b.lstrip(b"\0") or b"\0"
        b = b"\0" + b if b[0] & 0x80 else b
        return b"\x02" + bytes([len(b)]) + b
    both = integer(raw[:32]) + integer(raw[32:])
    return b"\x30" + bytes([len(both)]) + both


def holds(xml, key, tmp_path):
    """Holds the signature of a message against openssl, and its digest against Python's canonical form."""
    text = xml.decode()
    info = re.search(r"<ds:SignedInfo>.*</ds:SignedInfo>", text)[0]
    canonical = canonical_without_signature(xml).encode()
    digest = openssl("dgst", "-sm3" if key.kind == "sm2" else "-sha256", "-binary", data=canonical)
    assert base64.b64encode(digest).decode() == re.search("<ds:DigestValue>(.*?)<", text)[1]
    info = re.sub(r"<(ds:\w+)([^<>]*)/>", r"<\1\2></\1>", info)
    info = info.replace("<ds:SignedInfo>", f'<ds:SignedInfo xmlns:ceb="{NAMESPACE}" xmlns:ds="{DS}">')
    signature = base64.b64decode(re.search("<ds:SignatureValue>(.*?)<", text)[1])
    (tmp_path / "signature").write_bytes(der_of(signature) if key.kind == "sm2" else signature)
    (tmp_path / "info").write_bytes(info.encode())
    if key.kind == "sm2":
        openssl("pkeyutl", "-verify", "-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678", "-pubin", "-inkey", key.public,
                "-in", tmp_path / "info", "-sigfile", tmp_path / "signature")
    else:
        openssl("dgst", "-sha256", "-verify", key.public, "-signature", tmp_path / "signature", tmp_path / "info")


@pytest.mark.parametrize("name", ["sm2", "rsa"])
def test_messages_to_customs_are_signed(own, trades, keys, tmp_path, name):  # noqa: F811
    key = keys[name]
    s = own(settings={"customs": {"signing_key": str(key.key), "certificate": str(key.certificate)}})
    for direction in ("import", "export"):
        trade = trades.make(direction)
        file_all(s.enterprise, trade.filings())
        d = settled(s, trade)  # customs' simulator answered by the preNo in it
        xml = s.regulator.get(f"/v1/deliveries/{d['id']}.CUS.1?full=true&purpose=inspection").json["document"]["body"].encode()
        assert re.search(rb"</ceb:BaseTransfer><ds:Signature ", xml) and xml.endswith(f"</ds:Signature></ceb:CEB{621 if direction == 'import' else 603}Message>\n".encode())
        holds(xml, key, tmp_path)
        path = tmp_path / "delivered.xml"
        path.write_bytes(xml)
        said = json.loads(s.ctl("verify-signature", "--strict", "--certificate", key.certificate, "-o", "json", path).stdout)
        assert said[0]["result"] == "ok" and said[0]["tolerated"] is None, said
    # at the start, which is told: this certificate is good for thirty days
    assert s.daemon.events("customs.certificate_expires")


def test_a_wrong_customs_key_ends_the_start(own, keys):  # noqa: F811
    s = own()
    s.daemon.stop()
    for settings, says in ((dict(signing_key=str(keys["sm2"].key), certificate=str(keys["rsa"].certificate)), "another key"),
                           (dict(signing_key=str(keys["sm2"].key), certificate=str(keys["sm2"].certificate), algorithm="rsa-sha1"), "rsa-sha1"),
                           (dict(signing_key="/nowhere/key", certificate=str(keys["sm2"].certificate)), "/nowhere/key")):
        s.daemon.settings.pop("customs", None)
        s.daemon.set("customs", **settings)
        s.daemon.start(wait=False)
        assert s.daemon.wait() == 78
        assert says in s.daemon.events("daemon.failed")[-1]["msg"]
    s.daemon.settings.pop("customs")
    s.daemon.start()


# --- tools ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sm2", "rsa"])
def test_sign_and_verify_files(stack, trades, keys, sign, tmp_path, name):
    key = keys[name]
    message = ceb([trades.make("export").order()], indent=True)
    good = tmp_path / "good.xml"
    good.write_bytes(sign(message, key))
    holds(good.read_bytes(), key, tmp_path)
    bad, none = tmp_path / "bad.xml", tmp_path / "none.xml"
    bad.write_bytes(good.read_bytes().replace(b"<ceb:freight>10.00<", b"<ceb:freight>10.01<"))
    none.write_bytes(message)
    assert stack.ctl("verify-signature", good, good).returncode == 0
    done = stack.ctl("verify-signature", good, bad, none, "/nowhere.xml", ok=(1,))
    assert re.search(r"good\.xml +ok", done.stdout) and re.search(r"bad\.xml +signature\.digest", done.stdout), done.stdout
    assert re.search(r"none\.xml +signature\.missing", done.stdout) and "/nowhere.xml" in done.stdout and "3 of 4" in done.stdout
    other = json.loads(re.search(r"\[.*\]", stack.ctl("verify-signature", "--certificate", keys["sm2-other"].certificate, "-o", "json", good, ok=(1,)).stdout, re.S)[0])
    assert other[0]["result"] == "signature.certificate-not-bound" and other[0]["detail_zh"]
    loose = tmp_path / "loose.xml"
    loose.write_bytes(good.read_bytes().replace(b"</ds:Signature>", b"</ds:Signature>\n"))
    assert "blanks after the Signature" in stack.ctl("verify-signature", loose).stdout
    assert stack.ctl("verify-signature", "--strict", loose, ok=(1,)).returncode == 1
    # a second signature, a wrong use
    assert stack.ctl("sign", "--key", key.key, "--certificate", key.certificate, good, ok=(1,)).returncode == 1
    assert stack.ctl("sign", "--key", key.key, good, ok=(64,)).returncode == 64
    assert stack.ctl("sign", "--key", key.key, "--certificate", key.certificate, "--algorithm", "md5", good, ok=(64,)).returncode == 64
