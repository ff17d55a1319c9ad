"""A caller that signs its requests (RFC 9421). Keys and signatures are openssl's, the signed text is put together here,
apart from the daemon's code."""
import base64
import hashlib
import json
import pathlib
import secrets
import subprocess
import time

TAG = "tongguan-v1"


def openssl(*arguments, data=None):
    done = subprocess.run(["openssl", *map(str, arguments)], input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    if done.returncode != 0:
        raise AssertionError(f"openssl {' '.join(map(str, arguments))}: {done.stderr.decode()}")
    return done.stdout


def raw_of_der(der):
    """r and s of 32 bytes each, of an ECDSA signature in DER (short: no length has more than one byte)."""
    def number(at):
        return int.from_bytes(der[at + 2:at + 2 + der[at + 1]], "big").to_bytes(32, "big"), at + 2 + der[at + 1]
    r, at = number(2)
    return r + number(at)[0]


class Key:
    def __init__(self, directory, kind):
        self.kind, self.directory = kind, pathlib.Path(directory)
        self.path = self.directory / f"{kind}-{secrets.token_hex(4)}.key"
        made = {"ed25519": ["-algorithm", "ed25519"], "p256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
                "sm2": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2"],
                "rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]}[kind]
        openssl("genpkey", *made, "-out", self.path)
        self.pem = openssl("pkey", "-in", self.path, "-pubout").decode()
        self.der = openssl("pkey", "-in", self.path, "-pubout", "-outform", "DER")
        self.id = hashlib.sha256(self.der).hexdigest()[:32]

    def sign(self, text):
        path = self.directory / f"text-{secrets.token_hex(8)}"
        path.write_bytes(text)
        more = {"ed25519": [], "p256": ["-digest", "sha256"], "sm2": ["-digest", "sm3", "-pkeyopt", "distid:1234567812345678"]}[self.kind]
        signature = openssl("pkeyutl", "-sign", "-rawin", "-inkey", self.path, "-in", path, *more)
        path.unlink()
        return signature if self.kind == "ed25519" else raw_of_der(signature)


def digest(body):
    return "sha-256=:" + base64.b64encode(hashlib.sha256(body).digest()).decode() + ":"


class Signed:
    """api: a caller (stack.Api). Whatever differs from a good request is said in the call."""

    def __init__(self, api, key):
        self.api, self.key = api, key

    def headers(self, method, path, body=b"", headers=None, components=None, values=None, created=None, signer=None, **params):
        """The headers of a signed request; params: further parameters of the signature, None leaves one out."""
        sent = dict(headers or {})
        plain, mark, query = path.partition("?")
        covered = ["@method", "@authority", "@path"] + (["@query"] if mark else [])
        if body:
            sent.setdefault("Content-Type", "application/json")
            sent.setdefault("Content-Digest", digest(body))
            covered += ["content-type", "content-digest"]
        covered += ["idempotency-key"] if "Idempotency-Key" in sent else []
        host, port = self.api.address
        known = {"@method": method, "@authority": f"{host}:{port}", "@path": plain, "@query": mark + query, "@request-target": path,
                 "@target-uri": f"http://{host}:{port}{path}", "@scheme": "http"} | {k.lower(): v for k, v in sent.items()} | (values or {})
        covered = covered if components is None else components
        shown = {"created": int(time.time()) if created is None else created, "keyid": self.key.id, "nonce": secrets.token_hex(12), "tag": TAG} | params
        inner = "(" + " ".join(f'"{c}"' for c in covered) + ")" + "".join(
            f";{k}={v}" if isinstance(v, int) else f';{k}="{v}"' for k, v in shown.items() if v is not None)
        base = "".join(f'"{c}": {known[c]}\n' for c in covered) + f'"@signature-params": {inner}'
        signature = (signer or self.key).sign(base.encode())
        return sent | {"Signature-Input": f"sig1={inner}", "Signature": f"sig1=:{base64.b64encode(signature).decode()}:"}

    def request(self, method, path, body=b"", headers=None, **more):
        body = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        return self.api.request(method, path, body or None, self.headers(method, path, body, headers, **more))

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def post(self, path, body=b"", **more):
        return self.request("POST", path, body, **more)
