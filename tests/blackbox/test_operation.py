"""Running it: settings, start and stop, what it says about itself, PostgreSQL going away and coming back."""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest

from filer import CODES
from load import Load, verify_all
from stack import Api, Stack, StackError, binary, config_text, merged, wait_for
from support import SEED, accept, file_all, long_only, new_stack, problem, scratch, settled, stacks

EX_USAGE, EX_UNAVAILABLE, EX_NOPERM, EX_CONFIG = 64, 69, 77, 78


def daemon(*arguments, **env):
    return subprocess.run([binary("tongguand"), *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=30, env=dict(os.environ, **env), cwd="/")


def config_of(stack, name, **changes):
    """A file with the stack's settings and these changes."""
    path = stack.directory / f"{name}.conf"
    path.write_text(config_text(merged(merged(stack.settings, {"http": {"address": "127.0.0.1:0"}}), changes)))
    return path


# --- settings -------------------------------------------------------------------------------------------------


def test_check_and_print_config(stack):
    good = config_of(stack, "good")
    assert daemon("--check-config", "--config", good).returncode == 0
    printed = daemon("--print-config", "--config", good)
    assert printed.returncode == 0 and stack.conninfo in printed.stdout
    again = stack.directory / "printed.conf"
    again.write_text(printed.stdout)
    assert daemon("--check-config", "--config", again).returncode == 0
    assert daemon("--print-config", "--config", again).stdout == printed.stdout
    sample = daemon("--print-config")
    assert sample.returncode == 0 and "# Settings" in sample.stdout
    assert daemon("--help").returncode == 0 and daemon("--version").stdout.startswith("tongguand ")


BAD = {
    "unknown setting": "http { addres = 1 }", "unknown section": "htpp { }", "out of range": "http { connections = 0 }",
    "no number": "http { connections = many }", "no boolean": "test { clock = perhaps }", "no such word": "log { level = loud }",
    "twice": "http { connections = 5\nconnections = 6 }", "section twice": "http { }\nhttp { }", "together": "intake { give_up_ms = 20000 }\nhttp { handler_timeout_ms = 10000 }", "binary": "\x00\x01",
    "page sizes": "query { page_default = 500\npage_max = 10 }", "empty key": 'sign { key_file = "" }',
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_setting(stack, name):
    path = stack.directory / "bad.conf"
    path.write_text(BAD[name])
    for arguments in (["--check-config"], []):
        done = daemon(*arguments, "--config", path)
        assert done.returncode == EX_CONFIG, done
        assert "bad.conf" in done.stderr or "must be" in done.stderr or "page_default" in done.stderr or "key_file" in done.stderr, done.stderr


def test_usage(stack):
    for arguments in (["--surprise"], ["x"], ["--print-config=xml"], ["--config"]):
        assert daemon(*arguments).returncode == EX_USAGE
    assert daemon("--config", "/nonexistent/x.conf").returncode == EX_CONFIG


def test_keys(stack):
    missing = config_of(stack, "nokey", sign={"key_file": "/nonexistent/key"})
    assert daemon("--config", missing).returncode == EX_CONFIG
    open_key = stack.directory / "open-key"
    shutil.copy(stack.directory / "signing-key", open_key)
    open_key.chmod(0o644)
    done = daemon("--config", config_of(stack, "openkey", sign={"key_file": str(open_key)}))
    assert done.returncode == EX_CONFIG and "0600" in done.stderr, done.stderr
    no_key = stack.directory / "no-key"
    no_key.touch(0o600)
    no_key.write_text("hello\n")
    assert daemon("--config", config_of(stack, "notakey", sign={"key_file": str(no_key)})).returncode == EX_CONFIG
    credentials = stack.directory / "credentials"
    credentials.mkdir(exist_ok=True)
    shutil.copy(stack.directory / "signing-key", credentials / "signing-key")
    (credentials / "signing-key").chmod(0o600)
    by_name = config_of(stack, "credential", sign={"key_file": "credential:signing-key"}, db={"conninfo": "host=/nonexistent"})
    assert daemon("--config", by_name, CREDENTIALS_DIRECTORY=str(credentials)).returncode == EX_UNAVAILABLE
    assert daemon("--config", by_name).returncode == EX_CONFIG


def test_database_unreachable(stack):
    for conninfo in ("host=/nonexistent dbname=x", "host=127.0.0.1 port=1 dbname=x", f"{stack.conninfo} connect_timeout=2 options=-cxx=1",
                     re.sub(r"dbname=\S+", "dbname=never_made", stack.conninfo)):
        done = daemon("--config", config_of(stack, "nodb", db={"conninfo": conninfo}))
        assert done.returncode == EX_UNAVAILABLE, done.stderr


def test_schema_of_another_version(own):
    stack = own()
    stack.daemon.stop()
    path = config_of(stack, "schema")
    stack.psql("insert into schema_migration select 9999, '9999_future', 'x', now(), 1")
    newer = daemon("--config", path)
    assert newer.returncode == EX_CONFIG and "9999" in newer.stderr, newer.stderr
    stack.psql("delete from schema_migration where version = 9999")
    stack.psql("update schema_migration set sha256 = 'x' where version = 1")
    assert daemon("--config", path).returncode == EX_CONFIG
    assert stack.ctl("migrate", ok=None).returncode == EX_CONFIG
    stack.psql("drop table schema_migration")
    empty = daemon("--config", path)
    assert empty.returncode == EX_CONFIG and "migrate" in empty.stderr, empty.stderr


def test_test_switches_are_refused_in_production():
    stack = new_stack(purpose="production", settings={"test": {"clock": False}})
    try:
        stack.start()
        for switch in ({"clock": True}, {"kill_point": "intake.sent:1"}):
            done = daemon("--config", config_of(stack, "switch", test=switch))
            assert done.returncode == EX_CONFIG and "production" in done.stderr, done.stderr
    finally:
        stacks.remove(stack)
        stack.remove()


# --- what it says ---------------------------------------------------------------------------------------------


def test_metrics_are_valid(stack, trades):
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool (package prometheus) is not installed")
    before = stack.daemon.public.metrics()
    trade = trades.make()
    file_all(stack.enterprise, trade.filings())
    accept(stack.enterprise.file(trade.order()), 200)
    settled(stack, trade)
    reply = accept(stack.daemon.public.get("/metrics"), 200)
    assert reply.headers["content-type"].startswith("text/plain")
    done = subprocess.run([promtool, "check", "metrics"], input=reply.body, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30)
    assert done.returncode == 0 and not done.stdout, done.stdout.decode()
    stored = [n for n in before if n.startswith("tongguan_intake_stored_total")]
    assert stored and before["tongguan_build_info{" + next(n for n in before if "build_info" in n).split("{")[1]] == 1
    wait_for(lambda: sum(stack.daemon.public.metrics()[n] for n in stored) >= sum(before[n] for n in stored) + 4, "four more are counted")
    assert CODES["platform"] not in reply.body.decode() and trade.order_no not in reply.body.decode()


def test_health_and_openapi(stack):
    assert stack.daemon.public.get("/healthz").json["status"] == "ok"
    ready = stack.daemon.public.get("/readyz").json
    assert ready["status"] == "ready" and ready["problems"] == []
    for path in ("/healthz", "/openapi.json"):
        assert stack.daemon.public.get(path).headers["cache-control"] == "no-store"


def test_traces(stack):
    trace = "0af7651916cd43dd8448eb211c80319c"
    reply = stack.daemon.public.get("/v1/nothing", traceparent=f"00-{trace}-b7ad6b7169203331-01")
    assert reply.headers["x-request-id"] == trace and reply.json["trace_id"] == trace
    for wrong in ("00-0-0-0", f"ff-{trace}-b7ad6b7169203331-01", f"00-{'0' * 32}-b7ad6b7169203331-01", "x" * 500):
        other = stack.daemon.public.get("/healthz", traceparent=wrong).headers["x-request-id"]
        assert re.fullmatch(r"[0-9a-f]{32}", other) and other != trace


def test_the_log_is_json_without_personal_data(own, trades):
    stack = own(settings={"log": {"level": "debug"}})
    trade = trades.make()
    file_all(stack.enterprise, trade.filings())
    settled(stack, trade)
    stack.daemon.stop()
    lines = stack.daemon.log.read_text().splitlines()
    for line in lines:
        event = json.loads(line)
        assert {"ts", "level", "event", "msg"} <= set(event), line
    assert {"daemon.ready", "daemon.stopped"} <= {json.loads(line)["event"] for line in lines}
    whole = "\n".join(lines)
    for secret in (trade.buyer, trade.buyer_id, "人民路", "13800000000"):
        assert secret not in whole


# --- start, reload, stop --------------------------------------------------------------------------------------


def test_reload(own):
    stack = own()
    stack.daemon.set("log", level="debug")
    stack.daemon.set("http", connections=77)
    stack.daemon.write_config()
    stack.daemon.signal(signal.SIGHUP)
    told = wait_for(lambda: stack.daemon.events("config.reloaded"), "it has read its settings again")
    assert "http.connections" in told[0]["msg"] and "log.level" not in told[0]["msg"]
    stack.daemon.public.get("/healthz")
    wait_for(lambda: [e for e in stack.daemon.events() if e["level"] == "debug"], "it is talkative now")
    stack.daemon.config.write_text("http { nonsense = 1 }")
    stack.daemon.signal(signal.SIGHUP)
    wait_for(lambda: stack.daemon.events("config.refused"), "it refuses what is wrong")
    accept(stack.daemon.public.get("/readyz"), 200)
    assert stack.daemon.is_running()


def test_rules_are_read_again_by_themselves(own, trades):
    stack = own()
    trade = trades.make(mode="1239")
    stack.psql("update regime set valid_to = '2020-01-01' where trade_mode = '1239'; select nextval('rule_revision')")
    wait_for(lambda: stack.enterprise.file(trade.inventory(action="change")).json["errors"][0]["code"] == "regime.unknown", "the regime is closed")


def test_it_announces_its_port_and_listens_on_a_unix_socket(stack):
    for address in ("127.0.0.1:0", "[::1]:0", f"unix:{stack.directory}/api.sock"):
        log = stack.directory / "second.log"
        with open(log, "wb") as out:
            child = subprocess.Popen([binary("tongguand"), "--config", str(config_of(stack, "second", http={"address": address}))],
                                     stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd="/")
        try:
            def ready():
                assert child.poll() is None, log.read_text()
                return [json.loads(l) for l in log.read_text().splitlines() if '"daemon.ready"' in l and l.endswith("}")]
            port = int(re.search(r"port=(\d+)", wait_for(ready, "it is ready")[0]["msg"])[1])
            if address.startswith("unix:"):
                with socket.socket(socket.AF_UNIX) as s:
                    s.connect(address[5:])
                    s.sendall(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    assert s.recv(1000).startswith(b"HTTP/1.1 200 ")
            else:
                accept(Api(("::1" if "[" in address else "127.0.0.1", port)).get("/readyz"), 200)
        finally:
            child.terminate()
            assert child.wait(20) == 0


def test_an_address_in_use(stack):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = daemon("--config", config_of(stack, "taken", http={"address": f"127.0.0.1:{taken.getsockname()[1]}"}))
    assert done.returncode not in (0, -9) and "address" in done.stderr.lower(), done


def test_the_service_manager_is_told(stack):
    path = stack.directory / "notify.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.bind(str(path))
        s.settimeout(20)
        child = subprocess.Popen([binary("tongguand"), "--config", str(config_of(stack, "notify"))], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL, env=dict(os.environ, NOTIFY_SOCKET=str(path), WATCHDOG_USEC="2000000"), cwd="/")
        said = []

        def until(word):
            while not any(word in m for m in said):
                said.append(s.recv(1000).decode())
        try:
            until("READY=1")
            until("WATCHDOG=1")
            child.send_signal(signal.SIGHUP)
            until("RELOADING=1")
            child.terminate()
            until("STOPPING=1")
        finally:
            child.terminate()
            assert child.wait(20) == 0


def test_a_stop_under_load_loses_nothing(own):
    stack = own()
    with Load(stack, f"{SEED}/stop", threads=8) as load:
        for _ in range(3):
            load.progress(60)
            assert stack.daemon.stop() == 0
            assert stack.daemon.events("daemon.stopped")
            stack.daemon.start()
        load.progress(60)
    verify_all(stack, load)


def test_several_workers_are_one_service(own):
    stack = own(settings={"service": {"workers": 3}})
    with Load(stack, f"{SEED}/workers", threads=8) as load:
        load.progress(300)
    verify_all(stack, load)
    def told():
        """Of each of a dozen scrapes: which series, and how many requests with filings."""
        scrapes = [stack.daemon.public.metrics() for _ in range(12)]
        return {(frozenset(m), sum(v for name, v in m.items() if name.startswith('tongguan_http_requests_total{route="filings_post"'))) for m in scrapes}
    series, filed = wait_for(lambda: next(iter(said)) if len(said := told()) == 1 else None, "whichever answers tells of all of them")
    assert filed >= 300 and sum(name.startswith("tongguan_follower_behind_seconds") for name in series) == 13
    wait_for(lambda: all(v < 1 for name, v in stack.daemon.public.metrics().items() if name.startswith("tongguan_follower_behind_seconds")), "all have caught up")
    assert stack.daemon.stop() == 0


# --- PostgreSQL -----------------------------------------------------------------------------------------------


def test_postgresql_goes_and_comes_back(own, trades):
    stack = own(own_cluster=True, settings={"db": {"queue_wait_ms": 300}, "intake": {"give_up_ms": 500}})
    first = accept(stack.enterprise.file(trades.make().order()))
    stack.cluster.stop("fast")
    red = wait_for(lambda: (lambda r: r if r.status == 503 else None)(stack.daemon.public.get("/readyz")), "it is red")
    assert red.json["problems"] and "retry-after" in red.headers
    accept(stack.daemon.public.get("/healthz"), 200)
    trade = trades.make()
    refused = stack.enterprise.file(trade.order())
    assert refused.status == 503 and refused.headers["retry-after"], refused
    assert stack.enterprise.get("/v1/declarations").status == 503
    assert stack.operator.post("/v1/authorities/TAX/receipts", {"declaration_id": first.json["declaration_id"], "version": 1,
                                                              "status": "accepted", "at": "2026-01-01T00:00:00+08:00"}).status == 503
    stack.cluster.start()
    wait_for(lambda: stack.daemon.public.get("/readyz").status == 200, "it is green again")
    file_all(stack.enterprise, trade.filings())
    settled(stack, trade)


@long_only
def test_readyz_is_red_without_fsync(own):
    stack = own(own_cluster=True)
    stack.cluster.restart(fsync="off")
    red = wait_for(lambda: (lambda r: r if r.status == 503 and "fsync" in r.body.decode() else None)(stack.daemon.public.get("/readyz")), "it is red")
    assert red.json["status"] != "ready"
    stack.cluster.restart(fsync="on")
    wait_for(lambda: stack.daemon.public.get("/readyz").status == 200, "it is green again")


@long_only
def test_several_hosts_in_one_connection_string(own, trades):
    """The first host is not there; the one that takes writes is found, also after it was away."""
    stack = own(own_cluster=True)
    stack.daemon.stop()
    many = stack.conninfo.replace("host=", "host=/nonexistent,").replace("port=5432", "port=5432,5432") + " target_session_attrs=read-write"
    stack.daemon.set("db", conninfo=many)
    stack.daemon.start()
    trade = trades.make()
    file_all(stack.enterprise, trade.filings(("order", "payment")))
    stack.cluster.restart("immediate")
    wait_for(lambda: stack.daemon.public.get("/readyz").status == 200, "it found the host again")
    file_all(stack.enterprise, trade.filings(("waybill", "inventory")))
    settled(stack, trade)


@long_only
def test_a_standby_is_passed_over(own, trades):
    """A server that takes no writes is not used when another one does."""
    stack = own(own_cluster=True)
    stack.psql(f'alter database "{stack.database}" set default_transaction_read_only = on')
    stack.daemon.kill()
    stack.daemon.set("db", conninfo=stack.conninfo + " target_session_attrs=read-write")
    with pytest.raises(StackError):
        stack.daemon.start()
    assert stack.daemon.wait() == EX_UNAVAILABLE
    stack.psql(f'set transaction read write; alter database "{stack.database}" reset default_transaction_read_only')
    stack.daemon.start()
    accept(stack.enterprise.file(trades.make().order()))


# --- the operator's tool --------------------------------------------------------------------------------------


def test_ctl(stack, trades):
    receipt = accept(stack.enterprise.file(trades.make().order()))
    path = stack.directory / "receipt.json"
    path.write_bytes(receipt.body)
    key = stack.ctl("key", "public", stack.directory / "signing-key").stdout.strip()
    assert key == stack.public_key.hex()
    assert stack.ctl("verify", path, "--public-key", key).stdout == "genuine\n"
    path.write_bytes(receipt.body.replace(b'"order"', b'"payment"'))
    assert stack.ctl("verify", path, "--public-key", key, ok=(1,)).returncode == 1
    path.write_bytes(receipt.body)
    assert stack.ctl("verify", path, "--public-key", "00" * 32, ok=(1,)).returncode == 1
    clients = json.loads(stack.ctl("client", "list", "-o", "json").stdout)
    assert {c["name"] for c in clients} >= {"enterprise", "regulator", "operator"} and "tg_" not in json.dumps(clients)
    assert {a["code"] for a in json.loads(stack.ctl("authority", "list", "-o", "json").stdout)} >= {"CUS", "TAX", "FX", "POST"}
    assert "declarations" in stack.ctl("status").stdout
    assert all(m["state"] == "applied" for m in json.loads(stack.ctl("migrate", "--status", "-o", "json").stdout))
    stack.ctl("migrate")
    for wrong, status in ((["client", "add", "enterprise", "--role", "operator"], 1), (["client", "add", "x", "--role", "king"], 64),
                          (["client", "disable", "nobody"], 1), (["authority", "set", "NONE", "--url", "http://x"], 1), (["surprise"], 64),
                          (["authority", "set", "CUS", "--url", "ftp://x"], 64), (["key", "new", str(stack.directory / "signing-key")], None),
                          (["--db", "host=/nonexistent", "status"], 69), (["client", "add", "x", "--role", "enterprise"], 64)):
        done = stack.ctl(*wrong, ok=None)
        assert done.returncode == status if status is not None else done.returncode != 0, (wrong, done)


@long_only
def test_two_stacks_at_once_share_nothing(stack, trades):
    other = Stack(scratch("other-"), os.environ.get("TONGGUAN_TEST_PG") or None)
    with other:
        trade = trades.make()
        file_all(other.enterprise, trade.filings())
        settled(other, trade)
        problem(stack.caller(other.enterprise.token).get("/v1/declarations"), 401, "unauthenticated")
        assert stack.operator.get(f"/v1/declarations?order_no={trade.order_no}").json["items"] == []
    other.remove()


@long_only
def test_looking_again_and_finding_nothing_new_costs_no_room(own):
    """Old sets of clients and rules are kept for a minute, in limited room: what was read unchanged must not take any."""
    stack = own(settings={"service": {"reload_ms": 100}})
    until = time.monotonic() + 10
    while time.monotonic() < until:
        stack.psql("select nextval('rule_revision')")
    assert stack.client("after all of these", "operator").get("/v1/me").status == 200  # known within 20 s, or client() fails
    assert "too many changes" not in stack.daemon.tail(1000)
