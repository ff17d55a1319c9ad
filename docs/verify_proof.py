#!/usr/bin/env python3
"""Verifies a filing's proof (GET /v1/filings/{id}/proof) with nothing but the gateway's public key.

    verify_proof.py PROOF.json PUBLIC_KEY_HEX

Standard library, and `openssl` for Ed25519. Says what is proved, or ends with 1. The bytes are those of docs/EVIDENCE.md.
"""
import base64
import hashlib
import json
import subprocess
import sys
import tempfile

sha = lambda *parts: hashlib.sha256(b"".join(parts)).digest()  # noqa: E731
plain = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))  # noqa: E731


def signed(key, message, signature):
    """Ed25519 by openssl; the key as it wants it: twelve bytes that name the algorithm, then the key."""
    with tempfile.NamedTemporaryFile() as k, tempfile.NamedTemporaryFile() as m, tempfile.NamedTemporaryFile() as s:
        for file, content in ((k, bytes.fromhex("302a300506032b6570032100") + key), (m, message), (s, signature)):
            file.write(content)
            file.flush()
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", k.name, "-rawin", "-in", m.name, "-sigfile", s.name]
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def root_of(leaf, index, size, path):
    """Where a path of RFC 6962 leads to."""
    last, path = size - 1, [plain(p) for p in path]
    while last > 0:
        if index % 2 == 1 or index < last:
            leaf = sha(b"\1", path.pop(0), leaf) if index % 2 == 1 else sha(b"\1", leaf, path.pop(0))
        index, last = index // 2, last // 2
    assert index == 0 and not path, "the path does not fit its place"
    return leaf


def verify(proof, key):
    receipt, p, note = proof["receipt"], proof["proof"], proof["checkpoint"]
    assert p, f"not in the log yet: {proof['logged']}"
    # 1. the receipt leads to the root of its batch, which the gateway has signed
    core, seal = receipt[:receipt.index(',"seal":{')] + "}", json.loads(receipt)["seal"]
    root = root_of(sha(b"\0", plain(seal["salt"]), core.encode()), seal["index"], seal["size"], seal["path"])
    message = b"tongguan receipt batch v1\n" + root + seal["size"].to_bytes(8, "big")
    assert root == plain(seal["root"]) and signed(key, message, plain(seal["signature"])), "the receipt is not genuine"
    # 2. the log's record of that batch names the same root
    record = json.loads(p["record"])
    assert record["table"] == "seal" and record["root"] == root.hex() and record["size"] == seal["size"], "the record is of another batch"
    # 3. the record is in its leaf, and the leaf in the log
    records = root_of(sha(b"\0", p["record"].encode()), p["leaf"]["index"], p["leaf"]["size"], p["leaf"]["path"])
    leaf = f"tongguan leaf v1\n{p['kind']}\n{p['coverage']}\n{p['at']}\n{p['leaf']['size']}\n{records.hex()}\n"
    head = root_of(sha(b"\0", leaf.encode()), p["log"]["index"], p["log"]["size"], p["log"]["path"])
    # 4. the checkpoint states that root, and the gateway has signed it
    body, lines = note.split("\n\n")
    origin, size, stated = body.split("\n")[:3]
    assert int(size) == p["log"]["size"] and base64.b64decode(stated) == head, "the path does not lead to the checkpoint"
    signatures = [base64.b64decode(line.split(" ")[2]) for line in lines.splitlines() if line.startswith(f"\u2014 {origin} ")]
    assert any(signed(key, (body + "\n").encode(), s[4:]) for s in signatures), "the checkpoint is not signed with that key"
    return f"{json.loads(receipt)['business_key']}: leaf {p['log']['index']} of {size} in {origin}"


if __name__ == "__main__":
    try:
        print(verify(json.load(open(sys.argv[1], encoding="utf-8")), bytes.fromhex(sys.argv[2])))
    except (AssertionError, ValueError, KeyError, IndexError) as e:
        sys.exit(f"not proved: {e}")
