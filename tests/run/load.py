"""Filers that go on whatever happens, and what must hold afterwards: every acknowledged filing is there once with its
receipt unchanged, every matched declaration reached each authority with one effect, nothing is left waiting."""
import http.client
import itertools
import re
import threading

from filer import Trades, ceb, revised
from stack import AUTHORITIES, Api, wait_for

BROKEN = (OSError, http.client.HTTPException)
PATIENCE_S = 120  # a filing is sent again as long as that
RECEIPT = re.compile(rb'"receipt":(\{.*?\}\})')


class Load:
    """Threads that file whole trades in every way there is, each filing again and again until it is acknowledged."""

    def __init__(self, stack, seed, threads=6, addresses=None, pace_s=0.0):
        self.stack, self.acknowledged, self.trades = stack, [], []
        self.lock, self.ending, self.failures = threading.Lock(), threading.Event(), []
        self.retries, self.pace_s, self.aborted = 0, pace_s, False
        addresses = addresses or [stack.daemon.address]
        self.threads = [threading.Thread(target=self._run, args=(f"{seed}/{n}", addresses, n), daemon=True) for n in range(threads)]

    def _send_once(self, api, body, count):
        """The receipts' bytes; None: it is to be sent again."""
        if self.aborted:
            raise AssertionError("aborted: the test has failed already")
        try:
            reply = api.file(body)
        except BROKEN:
            reply = None
        if reply is not None and reply.status in (200, 201):
            receipts = [reply.body] if isinstance(body, dict) else RECEIPT.findall(reply.body)
            assert len(receipts) == count, reply
            return receipts
        # 207: some of a message are not known to be stored; the whole is sent again
        if reply is not None and reply.status not in (503, 408) and not (reply.status == 207 and b'"status":503' in reply.body):
            raise AssertionError(f"a good filing was answered {reply!r}")
        with self.lock:
            self.retries += 1
        return None

    def _send(self, apis, n, body, count):
        """Until all of it is acknowledged, by each address in turn; a filer that is told to come again does not hammer."""
        turns = itertools.cycle(apis[n % len(apis):] + apis[:n % len(apis)])
        return wait_for(lambda: self._send_once(next(turns), body, count), "a good filing is acknowledged", PATIENCE_S)

    def _file(self, apis, n, filings, body=None):
        receipts = self._send(apis, n, body or filings[0], len(filings))
        with self.lock:
            self.acknowledged += zip(filings, receipts)

    def _file_trade(self, apis, n, trade, how):
        filings = trade.filings()
        if how == "batch":
            self._file(apis, n, filings, filings)
            return
        for filing in filings:
            if how == "changed" and filing["kind"] == "payment":  # a wrong one first
                wrong = filing | {"amount_paid" if trade.imports else "currency": "1.23" if trade.imports else "110"}
                self._file(apis, n, [wrong])
                filing = revised(filing)
            self._file(apis, n, [filing], ceb([filing]) if how == "xml" else None)

    def _run(self, seed, addresses, n):
        trades = Trades(seed)
        apis = [Api(a, self.stack.enterprise.token, timeout=8) for a in addresses]
        try:
            while not self.ending.is_set():
                trade = trades.make(*(("import", "9610"), ("export", "9610"), ("import", "1210"))[trades.count % 3])
                self._file_trade(apis, n, trade, ("json", "xml", "changed", "batch")[(trades.count + n) % 4])
                with self.lock:
                    self.trades.append(trade)
                self.ending.wait(self.pace_s)
        except BaseException as e:
            self.failures.append(e)

    def count(self):
        with self.lock:
            return len(self.acknowledged)

    def progress(self, filings, timeout=90):
        """Until so many more are acknowledged."""
        goal = self.count() + filings
        wait_for(lambda: self.failures or self.count() >= goal, f"{filings} more filings are acknowledged", timeout)
        if self.failures:
            raise self.failures[0]

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def finish(self):
        """Every thread ends the trade that it has begun."""
        self.ending.set()
        for t in self.threads:
            t.join(60)

    def __exit__(self, *error):
        self.aborted = error[0] is not None
        self.finish()
        if error[0] is None and self.failures:
            raise self.failures[0]


def all_settled(stack, timeout=120):
    """Until no declaration is with an authority and nothing is to be sent or judged now."""
    def state():
        return stack.psql("select (select count(*) from declaration where state <> 'released'),"
                          " (select count(*) from delivery where state <> 'sent')")
    try:
        wait_for(lambda: state() == "0|0", "everything is released", timeout)
    except AssertionError:
        rows = stack.psql("select id, order_no, state, verdict, missing, seq, judged_seq from declaration where state <> 'released' limit 5")
        open_ones = stack.psql("select declaration_id, authority, state, attempts, due_at, lease_until, reason from delivery where state <> 'sent' limit 5")
        raise AssertionError(f"left waiting (declarations|deliveries): {state()}\n{rows}\n{open_ones}\n{stack.daemon.tail()}") from None


def verify_all(stack, load, api=None):
    """The invariants. Returns what was looked at, for a line of the report."""
    api, signatures = api or stack.enterprise, set()
    all_settled(stack)
    assert len({body for _, body in load.acknowledged}) == len(load.acknowledged), "two filings have one receipt"
    stored = dict(line.split("|") for line in stack.psql(
        "select encode(receipt_of(seal_id, receipt_from, receipt_len), 'escape'), count(*) from filing_key group by 1").splitlines())
    for filing, body in load.acknowledged:
        assert stored.pop(body.decode(), None) == "1", f"acknowledged, and not there once: {body.decode()}"
    assert not stored, f"{len(stored)} filings are stored that nobody was told of"
    for filing, body in load.acknowledged[::max(1, len(load.acknowledged) // 200)]:
        again = api.file(filing)
        assert (again.status, again.body) == (200, body), again
    for _, body in load.acknowledged[::max(1, len(load.acknowledged) // 50)]:
        stack.verify(body, signatures)
    filings = int(stack.psql("select count(*) from filing"))
    assert filings == len(load.acknowledged), (filings, len(load.acknowledged))
    assert int(stack.psql("select count(*) from declaration")) == len(load.trades)
    effects(stack, load)
    wait_for(lambda: stack.psql("select count(*) from leaf l where not exists (select from leaf_place p where p.leaf_id = l.id)") == "0", "all is in the log")
    stack.ctl("fsck")
    return f"{len(load.acknowledged)} filings, {len(load.trades)} declarations, {load.retries} retries"


def effects(stack, load):
    """Every authority of a trade's regime has each message once, and no message that is not ours."""
    sent = [line.split("|") for line in stack.psql("select authority, version, message_id, outcome from delivery").splitlines()]
    wanted = {code: sum(code != "POST" or t.mode == "9610" for t in load.trades) for code in AUTHORITIES}
    for code in AUTHORITIES:
        ours = [s for s in sent if s[0] == code]
        assert len(ours) == wanted[code] and {s[1] for s in ours} == {"1"} and {s[3] for s in ours} == {"clear"}, (code, len(ours), wanted[code])
        said = stack.mock.summary(code)
        assert said["messages"] == said["effects"] == wanted[code] and said["clashes"] == 0, said
    assert stack.psql("select count(*) from case_file where kind = 'contradiction'") == "0"
