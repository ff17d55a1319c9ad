"""All of Tongguan on this machine, for tests, demo and measurements: database, daemon, simulated authorities, clients.

    with Stack(directory) as s:
        s.enterprise.post("/v1/filings", filing)      # Reply(status, headers, body)
        s.mock.behave("CUS", down=True)
        s.daemon.kill(); s.daemon.start()
        wait_for(lambda: s.mock.summary("CUS")["effects"] == 1, "customs has it")

Nothing is shared: the cluster is private (or one's own database in a cluster that is given), ports are free ones, and
the daemon's socket is opened here and passed to it as systemd would, so that it stays the same while the daemon is
killed and started again. Nobody sleeps for a fixed time: wait_for() polls a condition.
Python's standard library only: the demo runs where no test packages are.
"""
import atexit
import hashlib
import http.client
import json
import os
import pathlib
import re
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import psycopg
from cluster import Cluster
from database import Connection

import receipt
import rights
from filer import CODES, COMPANIES, as_json

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
AUTHORITIES = ("CUS", "TAX", "FX", "POST")
FOR_SOME_GOODS = ("CIQ", "NMPA", "SAMR")  # connected, too: some goods ask for them
SETTINGS = {  # tests must not wait for what production rightly waits for; nor may a dozen idle stacks use up the machine
    "service": {"reload_ms": 200, "stop_timeout_ms": 20000},
    "intake": {"work_lease_s": 1},
    "flow": {"lease_s": 3, "sweep_ms": 150, "report_ms": 300, "busy_patience_ms": 1000},
    "batch": {"lease_s": 3, "sweep_ms": 100},
    "credit": {"sweep_ms": 200},
    "quality": {"flush_ms": 80},
    "feed": {"sweep_ms": 50, "look_ms": 50, "digest_ms": 250},
    "lookups": {"sweep_ms": 100},
    "payment_data": {"sweep_ms": 150, "first_wait_ms": 20, "longest_wait_ms": 100, "attempts_max": 4, "timeout_ms": 2000},
    "tracking": {"sweep_ms": 250, "trace_per_minute": 1000},
    "push": {"sweep_ms": 120, "lease_s": 2, "timeout_ms": 2000, "allow_private": True},
    "log": {"format": "json", "level": "info"},
    "test": {"clock": True},
}
AUTHORITY = {"timeout-ms": 1500, "first-wait-ms": 50, "longest-wait-ms": 400, "breaker-ms": 200, "attempts-max": 200}
ROLES = {"carrier": "logistics", "zone": "warehouse"}  # of companies that filer.py calls otherwise
BUNDLES = {"FX": 20, "POST": 100}  # who takes several messages in one request; the others get them one by one
LAUNCH = ("import fcntl, os, sys; given = [fcntl.fcntl(int(n), fcntl.F_DUPFD, 64) for n in sys.argv[1].split(',')];"
          "[os.dup2(fd, 3 + i, True) for i, fd in enumerate(given)]; os.environ['LISTEN_PID'] = str(os.getpid());"
          "os.execv(sys.argv[2], sys.argv[2:])")  # the pid is known only to the process itself


CRASHED = {-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGFPE, -signal.SIGILL}


class StackError(Exception):
    pass


def binary(name):
    path = pathlib.Path(os.environ.get("TONGGUAN_BIN") or ROOT / "build/release/bin") / name
    if not path.is_file():
        raise StackError(f"{path} is not there: run make first")
    return str(path)


def wait_for(condition, what, timeout=60):
    """Until condition() is true; returns its value. Exceptions of a connection count as not yet."""
    give_up, last, pause = time.monotonic() + timeout, None, 0.002
    while True:
        try:
            last = condition()
            if last:
                return last
        except (ConnectionError, http.client.HTTPException, socket.timeout) as e:
            last = repr(e)
        if time.monotonic() > give_up:
            raise AssertionError(f"not within {timeout} s: {what}; last seen: {last!r}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)


# --- talking to it --------------------------------------------------------------------------------------------


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, {k.lower(): v for k, v in headers}, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def lines(self):
        """Of NDJSON."""
        return [json.loads(line) for line in self.body.splitlines()]

    def __repr__(self):
        return f"<{self.status} {self.body[:2000].decode(errors='replace')}>"


class Api:
    """One caller. Connections are kept, one for each thread."""
    check = None  # set by tests: check(method, path, reply), for every answer that anybody gets

    def __init__(self, address, token=None, timeout=30, context=None):
        self.address, self.token, self.timeout, self.context = address, token, timeout, context  # context: of TLS
        self.local = threading.local()

    def _connection(self):
        c = getattr(self.local, "connection", None)
        if c is not None and c.sock is not None and select.select([c.sock], [], [], 0)[0]:
            c.close()  # the other side has left, or says something that nobody asked
            c = None
        if c is None:
            c = self.local.connection = (http.client.HTTPSConnection(*self.address, timeout=self.timeout, context=self.context) if self.context
                                         else http.client.HTTPConnection(*self.address, timeout=self.timeout))
        if c.sock is None:
            try:
                c.connect()
            except BaseException:
                c.close()  # a handshake that failed leaves a socket that is none
                raise
            c.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return c

    def request(self, method, path, body=None, headers=None):
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        sent |= headers or {}
        c = self._connection()
        try:
            try:
                c.request(method, path, body, {k: v for k, v in sent.items() if v is not None})
            except BrokenPipeError:
                pass  # refused before all of it was sent: the answer may be there
            answer = c.getresponse()
            reply = Reply(answer.status, answer.getheaders(), answer.read())
        except BaseException:
            c.close()
            raise
        if self.check is not None:
            self.check(method, path, reply)
        return reply

    def get(self, path, **headers):
        return self.request("GET", path, None, {k.replace("_", "-"): v for k, v in headers.items()})

    def post(self, path, body=b"", kind="application/json", **headers):
        body = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        return self.request("POST", path, body, {"Content-Type": kind} | {k.replace("_", "-"): v for k, v in headers.items()})

    def file(self, filing, **headers):
        """Files a dict (or list of them) as JSON, or bytes as customs XML."""
        if isinstance(filing, bytes):
            return self.post("/v1/filings", filing, "application/xml", **headers)
        return self.post("/v1/filings", as_json(filing), **headers)

    def file_lines(self, filings, query="", **headers):
        """Files dicts (or bytes of lines as they are) as NDJSON."""
        lines = [f if isinstance(f, bytes) else as_json(f) for f in filings]
        return self.post(f"/v1/filings{query}", b"".join(line + b"\n" for line in lines), "application/x-ndjson", **headers)

    def results(self, job):
        """Every result of a job that there is, through all links."""
        path, found = f"/v1/jobs/{job}/results", []
        while path:
            reply = self.get(path)
            if reply.status != 200:
                raise AssertionError(f"{path}: {reply!r}")
            found += reply.lines
            link = re.search(r'<[^>]*(/v1/jobs/[^>]*)>; rel="next"', reply.headers.get("link", ""))
            path = link[1] if link else None
        return found

    def declaration(self, order_no):
        """The declaration with that order number, None before there is one."""
        items = self.get(f"/v1/declarations?order_no={order_no}").json["items"]
        return self.get(f"/v1/declarations/{items[0]['id']}").json if items else None

    def pages(self, path):
        """Every item, through all cursors."""
        mark, following = "&" if "?" in path else "?", path
        while following:
            page = self.get(following)
            if page.status != 200:
                raise AssertionError(f"{following}: {page!r}")
            yield from page.json["items"]
            cursor = page.json.get("next")
            following = f"{path}{mark}cursor={cursor}" if cursor else None

    def metrics(self):
        """name{labels} → value."""
        text = self.get("/metrics").body.decode()
        return {m[1]: float(m[2]) for m in re.finditer(r"^([a-z_]+(?:\{[^}]*\})?) ([0-9.eE+-]+)$", text, re.M)}


class Mock:
    """The simulated authorities' own interface."""

    def __init__(self, port):
        self.port, self.api = port, Api(("127.0.0.1", port))
        self.api.check = None  # it is no part of the daemon's interface

    def behave(self, code, **changes):
        reply = self.api.request("PUT", f"/{code}/behaviour", json.dumps(changes).encode())
        if reply.status != 200:
            raise StackError(f"{code}: {reply!r}")

    def calm(self):
        """Every authority as it was at first."""
        for code in AUTHORITIES + FOR_SOME_GOODS:
            self.behave(code, answer="at-once", latency_ms=0, late_ms=50, outcome="clear", steps=False, twice=False,
                        backwards=False, refuse_next=0, refuse_status=503, lose_before_next=0, lose_after_next=0,
                        wrong_next=0, hang_ms=30000, down=False)
            self.api.request("DELETE", f"/{code}/exceptions")

    def put(self, code, what, **body):
        """A setting of an authority: rules, chaos, registers/…"""
        reply = self.api.request("PUT", f"/{code}/{what}", json.dumps(body, ensure_ascii=False).encode())
        if reply.status != 200:
            raise StackError(f"{code}/{what}: {reply!r}")
        return reply.json

    def ask(self, authority, what, **asked):
        return self.api.post(f"/{authority}/queries/{what}", asked)

    def status(self):
        return self.api.get("/status").json

    def exceptions(self, code):
        return self.api.get(f"/{code}/exceptions").json["items"]

    def summary(self, code):
        return self.api.get(f"/{code}/summary").json

    def message(self, code, message_id):
        reply = self.api.get(f"/{code}/messages/{message_id}")
        return reply.json if reply.status == 200 else None


# --- processes ------------------------------------------------------------------------------------------------


class Process:
    def __init__(self, name, log):
        self.name, self.log, self.child = name, pathlib.Path(log), None

    def spawn(self, command, env=None, pass_fds=()):
        with open(self.log, "ab") as log:
            # its own session: Ctrl-C at the terminal reaches us, and we stop it in order
            self.child = subprocess.Popen(command, cwd="/", env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                          pass_fds=pass_fds, start_new_session=True)

    @property
    def pid(self):
        return self.child.pid

    def is_running(self):
        return self.child is not None and self.child.poll() is None

    def signal(self, number):
        if self.is_running():
            self.child.send_signal(number)

    def wait(self, timeout=40):
        """Its exit status; negative: killed by that signal."""
        return self.child.wait(timeout)

    def kill(self):
        self.signal(signal.SIGKILL)
        return self.wait() if self.child else None

    def stop(self):
        self.signal(signal.SIGTERM)
        try:
            return self.wait() if self.child else None
        except subprocess.TimeoutExpired:
            self.kill()
            raise StackError(f"{self.name} did not stop; its last words:\n{self.tail()}") from None

    def tail(self, lines=15):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""

    def events(self, name=None):
        """What it logged, as dicts; name: only this event."""
        found = []
        for line in self.log.read_text(errors="replace").splitlines() if self.log.exists() else ():
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if name is None or event.get("event") == name:
                found.append(event)
        return found


def listening(host="127.0.0.1"):
    s = socket.socket()
    s.bind((host, 0))
    s.listen(1024)
    return s


class Daemon(Process):
    """tongguand with its own sockets, which stay open as long as this object."""

    def __init__(self, stack, name="tongguand", settings=None):
        super().__init__(name, stack.directory / f"{name}.log")
        self.stack, self.settings = stack, merged(stack.settings, settings or {})
        self.config = stack.directory / f"{name}.conf"
        self.sockets = {"api": listening()}
        self.address = self.sockets["api"].getsockname()
        self.url = f"http{'s' if stack.context else ''}://127.0.0.1:{self.address[1]}"
        self.public = Api(self.address, context=stack.context)

    def listen(self, name, host="127.0.0.1"):
        """One more socket, passed under that name from the next start on; its address."""
        self.sockets[name] = listening(host)
        return self.sockets[name].getsockname()

    def set(self, section, **values):
        self.settings = merged(self.settings, {section: values})

    def write_config(self):
        self.config.write_text(config_text(self.settings))

    def start(self, wait=True):
        self.write_config()
        env = dict(os.environ, LISTEN_FDS=str(len(self.sockets)), LISTEN_FDNAMES=":".join(self.sockets), TZ="UTC")
        env.pop("NOTIFY_SOCKET", None)
        fds = [s.fileno() for s in self.sockets.values()]
        self.spawn([sys.executable, "-IS", "-c", LAUNCH, ",".join(map(str, fds)), binary("tongguand"), "--config", str(self.config)], env, fds)
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, timeout=60):
        probe = Api(self.address, timeout=1, context=self.stack.context)  # the socket takes connections though nobody may be there

        def ready():
            if not self.is_running():
                raise StackError(f"{self.name} ended with {self.child.returncode}:\n{self.tail()}")
            return probe.get("/readyz").status == 200
        wait_for(ready, f"{self.name} is ready", timeout)

    def restart(self):
        self.stop()
        return self.start()

    def close(self):
        was_running = self.is_running()
        try:
            status = self.stop()
        finally:
            for s in self.sockets.values():
                s.close()
        if was_running and status != 0 or status in CRASHED or "Sanitizer: " in self.tail(200):
            raise StackError(f"{self.name} ended with {status}:\n{self.tail(60)}")


def merged(a, b):
    return {section: a.get(section, {}) | b.get(section, {}) for section in a | b}


def config_text(settings):
    def shown(value):
        if isinstance(value, bool) or isinstance(value, int):
            return str(value).lower()
        return value if re.fullmatch(r"[a-z]+", value) else json.dumps(value, ensure_ascii=False)
    return "".join(f"{section} {{\n" + "".join(f"\t{k} = {shown(v)}\n" for k, v in values.items()) + "}\n"
                   for section, values in settings.items() if values)


def write_secret(path, text):
    path.touch(0o600)
    path.write_text(text)


def run(command, what, ok=(0,), **more):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=120, **more)
    if ok is not None and done.returncode not in ok:
        raise StackError(f"{what} failed ({done.returncode}):\n{done.stdout.strip()}")
    return done


# --- databases ------------------------------------------------------------------------------------------------


def in_database(conninfo, name):
    return re.sub(r"dbname=\S+", f"dbname={name}", conninfo)


def migrated(admin):
    """The name of a database as these programs migrate it, made by whoever asks first: a copy takes a tenth of the time."""
    program = pathlib.Path(binary("tongguanctl"))
    made_by = f"{program} {program.stat().st_size} {program.stat().st_mtime_ns}"
    name, c = "tongguan_migrated_" + hashlib.sha256(made_by.encode()).hexdigest()[:12], Connection(admin)
    try:
        c.run("select pg_advisory_lock(hashtext('tongguan_migrated'))")  # until the connection is closed
        if c.run(f"select datistemplate from pg_database where datname = '{name}'") != "t":
            c.run(f'drop database if exists "{name}"')  # half made
            c.run(f'create database "{name}"')
            run([str(program), "--db", in_database(admin, name), "migrate", "--purpose", "test"], "tongguanctl migrate")
            c.run(f'alter database "{name}" is_template true allow_connections false')
        return name
    finally:
        c.close()


LEFT_MOST = 10
left = []  # databases of stacks that are gone: (conninfo of the cluster, name)


def leave(admin, name):
    """With each drop PostgreSQL writes down all that it has in memory, of every database: several in a row cost little more than one."""
    left.append((admin, name))
    if len(left) >= LEFT_MOST:
        drop_left()


@atexit.register
def drop_left():
    while left:
        admin, name = left.pop()
        c = Connection(admin)
        try:
            c.run("checkpoint")  # else the drop does it in its transaction, which holds back the numbers of all feeds of the cluster
            c.run(f'drop database if exists "{name}" with (force)')
        except psycopg.Error:
            pass  # the cluster went before it
        finally:
            c.close()


# --- all of it ------------------------------------------------------------------------------------------------


class Stack:
    """conninfo: of the database postgres of a running cluster, where a database of our own is made; None: a cluster of our own.
    keep: what is in the directory is used again, and stays there. registered: the companies of filer.py are, and the merchant's
    declarants hold its authorisation. lanes: what the risk rules lead to is done; else it is only told, because a test's trades have few buyers."""
    on_start = None  # set by tests: on_start(stack), of each that has started

    def __init__(self, directory, conninfo=None, settings=None, authorities=AUTHORITIES, purpose="test", authority=None, keep=False,
                 mock_options=(), registered=True, context=None, lanes=False):
        self.directory = pathlib.Path(directory).absolute()
        self.cluster = None if conninfo else Cluster(self.directory / "pg")
        self.admin, self.keep = conninfo, keep
        self.database = f"tongguan_{secrets.token_hex(6)}" if conninfo else "tongguan"
        self.more, self.settings = settings or {}, None
        self.authorities, self.authority, self.purpose = authorities, AUTHORITY | (authority or {}), purpose
        self.tokens, self.daemons, self.mock_options, self.context = {}, [], list(mock_options), context  # context: of a daemon that speaks TLS
        self.registered, self.lanes = registered, lanes
        self.mock_process = self.mock = self.daemon = None
        self.connections = {}  # by conninfo

    # --- parts ---

    def psql(self, sql, conninfo=None):
        """What psql -At -c would print."""
        conninfo = conninfo or self.conninfo
        if conninfo not in self.connections:
            self.connections[conninfo] = Connection(conninfo)
        try:
            return self.connections[conninfo].run(sql).strip()
        except psycopg.Error as e:
            raise StackError(f"{e}\n{sql}") from None

    def make_month(self, day):
        """Makes that month's partitions, each in its own transaction: the daemon reads the tables meanwhile."""
        while self.psql(f"select make_partitions('{day}', 1, 1)") != "0":
            pass

    def ctl(self, *arguments, ok=(0,)):
        return run([binary("tongguanctl"), *self.ctl_options, *map(str, arguments)], f"tongguanctl {' '.join(map(str, arguments))}", ok)

    @property
    def ctl_options(self):
        return ["--config", str(self.directory / "ctl.conf")]

    def client(self, name, role, *more):
        """Makes a client; returns it as a caller. more: further arguments of tongguanctl client add."""
        said = self.ctl("client", "add", name, "--role", role, *more).stdout
        self.tokens[name] = re.search(r"\btg_[A-Za-z0-9_-]{43}\b", said)[0]
        api = self.caller(self.tokens[name])
        if self.daemon.is_running():  # it looks for new clients now and then
            wait_for(lambda: api.get("/v1/me").status != 401, f"the daemon knows {name}")
        return api

    def caller(self, token, daemon=None):
        return Api((daemon or self.daemon).address, token, context=self.context)

    def _make_database(self):
        if self.cluster is None:
            self.psql(f'create database "{self.database}" template "{migrated(self.admin)}"', self.admin)
        else:
            self.cluster.start()
            self.admin = self.cluster.conninfo()
            if not self.psql(f"select 1 from pg_database where datname = '{self.database}'", self.admin):
                self.psql(f'create database "{self.database}"', self.admin)
        self.conninfo = in_database(self.admin, self.database)

    def _make_settings(self):
        base = {"db": {"conninfo": self.conninfo}, "sign": {"key_file": str(self.directory / "signing-key")},
                "identity": {"key_file": str(self.directory / "identity-key")},
                "privacy": {"key_file": str(self.directory / "privacy-key"), "payer_key_file": str(self.directory / "payer-key")}}
        self.settings = merged(merged(SETTINGS, base), self.more)
        if self.purpose == "production":
            self.settings["push"].pop("allow_private", None)
        (self.directory / "ctl.conf").write_text(config_text(self.settings))
        if not (self.directory / "signing-key").exists():
            write_secret(self.directory / "identity-key", secrets.token_hex(32))
            write_secret(self.directory / "payer-key", secrets.token_hex(32))
            self.ctl("key", "new", self.directory / "signing-key")
            self.ctl("key", "secret", self.directory / "privacy-key")
        self.public_key = receipt.public_key((self.directory / "signing-key").read_text())

    def _make_clients(self):
        kept = self.directory / "tokens.json"
        if self.keep and kept.exists():
            self.tokens = json.loads(kept.read_text())
        else:
            self.client("enterprise", "enterprise", "--codes", ",".join(CODES.values()))
            rows = [("operator", "operator", None), ("regulator", "regulator", None)]
            self._insert_clients(rows + [(f"authority-{code}", "authority", code) for code in self._authority_codes()])
            write_secret(kept, json.dumps(self.tokens))
        self.enterprise, self.operator, self.regulator = (self.caller(self.tokens[n]) for n in ("enterprise", "operator", "regulator"))

    def register(self, companies, pairs=()):
        """Enterprises (credit code, name, roles), and who lets whom declare for it (principal, agent)."""
        self.psql("; ".join([rights.register(companies), *([rights.authorise(pairs)] if pairs else []), "select nextval('rule_revision')"]))

    def _authority_codes(self):
        return list(dict.fromkeys((*self.authorities, *FOR_SOME_GOODS)))

    def _insert_clients(self, rows):
        """As tongguanctl client add does, all at once: every stack begins with them."""
        values = []
        for name, role, authority in rows:
            self.tokens[name] = "tg_" + secrets.token_urlsafe(32)
            digest = hashlib.sha256(self.tokens[name].encode()).hexdigest()
            values.append(f"('{name}', '{role}', {repr(authority) if authority else 'null'}, '\\x{digest}'::bytea)")
        self.psql(f"with v (name, role, authority, digest) as (values {', '.join(values)}), c as (insert into client (name, role, authority, created_at)"
                  "  select name, role, authority, now() from v returning id, name)"
                  " insert into client_token (client_id, sha256, created_at, created_by) select c.id, v.digest, now(), 'stack' from c join v using (name)")
        self.psql("select nextval('rule_revision')")

    def _start_mock(self):
        write_secret(self.directory / "mock-tokens", "".join(f"{code} {self.tokens[f'authority-{code}']}\n" for code in self._authority_codes()))
        self.mock_process = Process("tongguan-mock", self.directory / "tongguan-mock.log")
        self.start_mock()
        if self.keep:
            for code in self._authority_codes():
                self.connect(code)
        else:
            self._insert_authorities()

    def start_mock(self):
        """Also after it was killed: at the port where the gateway knows it."""
        port_file, port = self.directory / "mock-port", self.mock.port if self.mock else 0
        port_file.unlink(missing_ok=True)
        self.mock_process.spawn([binary("tongguan-mock"), "--listen", f"127.0.0.1:{port}", "--gateway", self.daemon.url, "--tokens",
                                 str(self.directory / "mock-tokens"), "--port-file", str(port_file), *self.mock_options])

        def listens():
            if not self.mock_process.is_running():
                raise StackError(f"tongguan-mock ended:\n{self.mock_process.tail()}")
            return port_file.exists() and port_file.read_text().endswith("\n") and int(port_file.read_text())
        self.mock = Mock(wait_for(listens, "the mock listens"))

    def _treatment(self, code):
        """Where an authority is, and how it wants to be treated."""
        bundles = {"bundle-max": BUNDLES[code]} if code in BUNDLES else {}
        return {"url": f"http://127.0.0.1:{self.mock.port}/{code}/messages"} | bundles | self.authority

    def _insert_authorities(self):
        """As connect() does, all at once."""
        def update(code):
            columns = ", ".join(f"{k.replace('-', '_')} = '{v}'" for k, v in self._treatment(code).items())
            return f"update authority set {columns} where code = '{code}'"
        self.psql("; ".join([*map(update, self._authority_codes()), "select nextval('rule_revision')"]))

    def connect(self, code, **more):
        """Tells the gateway where an authority is, and how it wants to be treated."""
        options = self._treatment(code) | more
        self.ctl("authority", "set", code, *[x for k, v in options.items() for x in (f"--{k}", v)])

    def verify(self, receipt_bytes, signatures=None):
        return receipt.verify(receipt_bytes, self.public_key, signatures)

    # --- life ---

    def start(self):
        self.directory.mkdir(parents=True, exist_ok=True)
        try:
            self._make_database()
            self._make_settings()
            if self.cluster is not None or self.purpose != "test":
                self.ctl("migrate", "--purpose", self.purpose)
            if not self.lanes:
                self.psql("update risk_lane set action = 'none'")
            self.daemon = self.add_daemon()
            self._make_clients()
            if self.registered:
                self.register([(code, name, [ROLES.get(role, role)]) for role, (code, name) in COMPANIES.items()],
                              [(CODES["merchant"], CODES[agent]) for agent in ("declarant", "zone")])
            self._start_mock()
            self.daemon.start()
            if self.on_start is not None:
                self.on_start(self)
        except BaseException:
            self.stop()
            raise
        return self

    def add_daemon(self, name="tongguand", settings=None):
        daemon = Daemon(self, name, settings)
        self.daemons.append(daemon)
        return daemon

    def stop(self):
        problems = []
        for end in [d.close for d in self.daemons] + ([self.mock_process.stop] if self.mock_process else []) + [self._drop]:
            try:
                end()
            except Exception as e:  # the others must go too
                problems.append(str(e))
        self.daemons = []
        if problems:
            raise StackError("\n".join(problems))

    def _drop(self):
        for c in self.connections.values():
            c.close()
        self.connections = {}
        if self.cluster is not None and self.keep:
            self.cluster.stop()
        elif self.cluster is not None:
            self.cluster.remove()
        elif self.settings is not None:
            leave(self.admin, self.database)

    def remove(self):
        try:
            self.stop()
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
