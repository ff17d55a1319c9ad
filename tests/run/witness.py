"""A witness of the log: keeps a key, and cosigns checkpoints as C2SP's tlog-cosignature says. Signing is openssl's."""
import base64
import hashlib
import subprocess
import time

from receipt import public_key
from stack import binary


class Witness:
    def __init__(self, directory, name="witness.example"):
        self.name, self.path = name, directory / f"{name}.pem"
        subprocess.run([binary("tongguanctl"), "key", "new", str(self.path)], check=True, stdout=subprocess.DEVNULL)
        self.public_key = public_key(self.path.read_text())

    def sign(self, message):
        work = self.path.with_suffix(".message")
        work.write_bytes(message)
        return subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", str(self.path), "-in", str(work)], check=True,
                              stdout=subprocess.PIPE).stdout

    def line(self, note, at=None):
        """The line of a note that says that this witness has seen it."""
        at = int(time.time()) if at is None else at
        body = note.split(b"\n\n")[0] + b"\n"
        mark = hashlib.sha256(self.name.encode() + b"\n\4" + self.public_key).digest()[:4]
        signature = self.sign(b"cosignature/v1\ntime %d\n" % at + body)
        return f"\u2014 {self.name} " + base64.b64encode(mark + at.to_bytes(8, "big") + signature).decode()
