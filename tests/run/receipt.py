"""Checks a filing's receipt offline, with the daemon's public key and nothing else.

Written from the description of the form (docs/API.md), not from the daemon's code: the core is the text before
`,"seal":` and a closing brace; its leaf is SHA-256(0x00 || salt || core), a node SHA-256(0x01 || left || right) as in
RFC 6962; the key has signed "tongguan receipt batch v1\\n" || root || size (8 bytes, big-endian) with Ed25519.
"""
import base64
import hashlib
import json

# --- Ed25519 (RFC 8032), verification only: slow, short, and independent of OpenSSL ----------------------------

P = 2 ** 255 - 19
L = 2 ** 252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def _add(a, b):
    s, t, u, v = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P, 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = t - s, v - u, v + u, t + s
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(n, point):
    out = (0, 1, 1, 0)
    while n:
        if n & 1:
            out = _add(out, point)
        point, n = _add(point, point), n >> 1
    return out


def _point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    xx = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if x * x % P != xx:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or x * x % P != xx or (x == 0 and sign):
        raise ValueError("not a point of the curve")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = _point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def public_key(pem):
    """Of a private key as `tongguanctl key new` writes it: PKCS#8, whose last 32 bytes are the seed."""
    seed = base64.b64decode("".join(pem.split("-----")[2].split()))[-32:]
    half = bytearray(hashlib.sha512(seed).digest()[:32])
    half[0], half[31] = half[0] & 248, half[31] & 63 | 64
    x, y, z, _ = _times(int.from_bytes(half, "little"), BASE)
    x, y = x * pow(z, -1, P) % P, y * pow(z, -1, P) % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def signature_is_good(key, message, signature):
    try:
        a, r = _point(key), _point(signature[:32])
    except ValueError:
        return False
    s = int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    left, right = _times(s, BASE), _add(r, _times(h, a))
    return s < L and all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))


# --- the receipt ----------------------------------------------------------------------------------------------


def _bytes(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def verify(receipt, key, signatures=None):
    """The receipt's core as a dict; ValueError says which step failed. signatures: a set that remembers good ones."""
    mark = receipt.find(b',"seal":{')
    if mark < 0:
        raise ValueError("there is no seal")
    core, seal = receipt[:mark] + b"}", json.loads(receipt)["seal"]
    if seal["key_id"] != hashlib.sha256(key).hexdigest()[:16]:
        raise ValueError("the receipt names another key")
    at, index, last = hashlib.sha256(b"\0" + _bytes(seal["salt"]) + core).digest(), seal["index"], seal["size"] - 1
    path = [_bytes(p) for p in seal["path"]]
    if not 0 <= index <= last:
        raise ValueError("the index is outside the batch")
    while last > 0:
        if index % 2 == 1 or index < last:
            if not path:
                raise ValueError("the path is too short")
            at = _node(path.pop(0), at) if index % 2 == 1 else _node(at, path.pop(0))
        index, last = index // 2, last // 2
    if path or at != _bytes(seal["root"]):
        raise ValueError("the path does not lead to the signed root")
    signed = b"tongguan receipt batch v1\n" + at + seal["size"].to_bytes(8, "big"), _bytes(seal["signature"])
    if signatures is None or signed not in signatures:
        if not signature_is_good(key, *signed):
            raise ValueError("the signature does not fit root and size")
        if signatures is not None:
            signatures.add(signed)
    return json.loads(core)
