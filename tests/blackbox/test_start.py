"""Starting again, and what an operator changes while the daemon runs."""
import json
import threading

from stack import wait_for
from support import long_only


def start_alone(stack, **settings):
    """A daemon that is expected to end by itself: its exit status and its last event."""
    daemon = stack.add_daemon(f"alone-{len(stack.daemons)}", settings)
    daemon.start(wait=False)
    status = daemon.wait(20)
    return status, daemon.events()[-1]


def test_what_cannot_heal_is_78_and_what_can_is_69(stack):
    status, last = start_alone(stack, db={"conninfo": "host=/nonexistent dbname=x"})
    assert (status, last["event"]) == (69, "daemon.failed")
    public = stack.directory / "public-secret"
    public.write_text("secret")
    public.chmod(0o644)
    status, last = start_alone(stack, db={"password_file": str(public)})
    assert status == 78 and "others may read" in last["msg"]
    status, last = start_alone(stack, sign={"key_file": "credential:none"})
    assert status == 78


def test_purpose_stays_once_there_are_filings(own, trades):
    s = own()
    s.ctl("migrate", "--purpose", "sandbox")
    s.ctl("migrate", "--purpose", "test")
    assert s.enterprise.file(trades.make().order()).status == 201
    assert s.ctl("migrate", "--purpose", "production", ok=(1,)).returncode == 1
    s.ctl("migrate", "--purpose", "test")  # what it is already


def test_clients_and_authorities_take_effect_while_it_runs(stack):
    before = stack.daemon.public.metrics()['tongguan_rules_revision{worker="0"}']
    caller = stack.client("one-more", "operator")  # waits until the daemon knows it
    assert caller.get("/v1/declarations").status == 200
    stack.ctl("client", "disable", "one-more")
    wait_for(lambda: caller.get("/v1/declarations").status == 401, "the client is disabled")
    assert stack.daemon.public.metrics()['tongguan_rules_revision{worker="0"}'] > before
    assert stack.ctl("client", "add", "one-more", "--role", "operator", ok=(1,)).returncode == 1
    assert stack.ctl("client", "add", "x", "--role", "king", ok=(64,)).returncode == 64
    assert stack.ctl("authority", "set", "MARS", "--url", "http://x", ok=(1,)).returncode == 1
    listed = {c["name"]: c for c in json.loads(stack.ctl("client", "list", "--output", "json").stdout)}
    assert listed["one-more"]["disabled_at"] and not listed["operator"]["disabled_at"]


@long_only
def test_every_filing_is_answered_while_it_is_stopped_and_started(own, trades):
    """systemd holds the socket: callers of a restart wait, none is refused and none gets an error."""
    s = own(settings={"service": {"workers": 2}})
    statuses, over = [], threading.Event()

    def file():
        while not over.is_set():
            try:
                statuses.append(s.enterprise.file(trades.make().order()).status)
            except (ConnectionError, OSError):
                pass  # a kept connection that was closed while idle: the client connects again
    filers = [threading.Thread(target=file) for _ in range(3)]
    for f in filers:
        f.start()
    for _ in range(3):
        seen = len(statuses)
        wait_for(lambda: len(statuses) > seen + 20, "filings go on")
        assert s.daemon.stop() == 0
        s.daemon.start(wait=False)
    over.set()
    for f in filers:
        f.join()
    assert set(statuses) <= {201, 503} and statuses.count(201) > 50
    assert not s.daemon.events("worker.not_drained")
