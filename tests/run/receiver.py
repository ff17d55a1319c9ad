"""A receiver of webhooks: takes what is pushed to it, holds each signature against what it should be, and answers as it is told.

    with Receiver(secrets=["whsec_…"]) as r:
        r.url("/hook")                       # where to push to
        r.answer(lambda m: 503)              # status, or (status, headers, body); seconds to wait go into m.wait(…)
        r.messages                           # Message(path, id, timestamp, body, headers, status, good)
"""
import base64
import hashlib
import hmac
import http.server
import json
import threading
import time


def expected(secret, message_id, timestamp, body):
    """v1 of Standard Webhooks, computed here from its words."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(mac).decode()


class Message:
    def __init__(self, path, headers, body):
        self.path, self.headers, self.body = path, headers, body
        self.id, self.timestamp = headers.get("webhook-id"), headers.get("webhook-timestamp")
        self.signatures = (headers.get("webhook-signature") or "").split()
        self.kind = headers.get("content-type")
        self.at = time.time()
        self.status = None

    @property
    def json(self):
        return json.loads(self.body)

    def signed_by(self, secret):
        return any(hmac.compare_digest(s, expected(secret, self.id, self.timestamp, self.body)) for s in self.signatures)

    def __repr__(self):
        return f"<{self.path} {self.id} {self.status} {self.body[:200]!r}>"


class Receiver:
    def __init__(self):
        self.messages, self.lock, self.how, self.hung = [], threading.Lock(), lambda m: 200, threading.Event()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                message = Message(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
                said = outer.how(message)
                status, headers, text = said if isinstance(said, tuple) else (said, {}, b"")
                message.status = status
                with outer.lock:
                    outer.messages.append(message)
                if status is None:  # hang until the test is over
                    outer.hung.wait(60)
                    self.close_connection = True
                    return
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, request, address):
                pass  # the daemon gave up waiting, or was killed

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.hung.set()
        self.server.shutdown()
        self.server.server_close()

    def url(self, path="/hook", host="127.0.0.1"):
        return f"http://{host}:{self.port}{path}"

    def answer(self, how):
        self.how = how if callable(how) else lambda m: how

    def at(self, path="/hook", taken=None):
        """What came to that path; taken: only what was answered 2xx (or not)."""
        with self.lock:
            return [m for m in self.messages if m.path == path and (taken is None or taken == (m.status is not None and 200 <= m.status < 300))]
