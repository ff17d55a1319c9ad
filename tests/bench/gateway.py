"""The gateway as it is measured, the load it gets, and what the processes use: for tests/bench/run and its phases."""
import json
import os
import pathlib
import re
import secrets
import shutil
import string
import subprocess
import time

import stack as house

BUNDLES = {"TAX": 100, "FX": 100, "POST": 100}  # messages they take in one request; customs gets each by itself


def say(line):
    print(line, flush=True)


def new_run():
    """Six characters that are in every key of a run, so that no two runs share one."""
    return "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(6))


def bench(mode, *options):
    command = [house.binary("tongguan-bench"), mode, "--run", new_run(), *map(str, options)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise house.StackError(f"{' '.join(command)} ended with {done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def daemon_settings(a):
    settings = {}
    for pair in a.daemon:
        name, value = pair.split("=", 1)
        section, setting = name.split(".")
        settings.setdefault(section, {})[setting] = int(value) if value.isdigit() else value
    return settings


# --- what processes use ---------------------------------------------------------------------------------------


def cpu_s(pid):
    """CPU seconds of a process and of its children that ended."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def postgres_cpu_s(postmaster):
    children = pathlib.Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    return cpu_s(postmaster) + sum(cpu_s(child) for child in children)


def peak_rss_mb(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"^VmHWM:\s+(\d+) kB", status, re.M)[1]) / 1024


class Usage:
    """CPU time of each part between two moments."""

    def __init__(self, cluster, stack):
        self.of = {"postgres": lambda: postgres_cpu_s(cluster.pid()), "daemon": lambda: cpu_s(stack.daemon.pid),
                   "authorities": lambda: cpu_s(stack.mock_process.pid)}
        self.before = {name: read() for name, read in self.of.items()}

    def per(self, count):
        """Microseconds of each part for one of so many."""
        return {name: round((read() - self.before[name]) * 1e6 / max(count, 1)) for name, read in self.of.items()}


STATEMENTS = """
select round(total_exec_time), round(total_plan_time), calls, rows, round((total_exec_time * 1000 / greatest(calls, 1))::numeric),
       shared_blks_hit / greatest(calls, 1), round(wal_bytes / greatest(calls, 1)),
       left(regexp_replace(query, '\\s+', ' ', 'g'), 110)
from pg_stat_statements where dbid = (select oid from pg_database where datname = current_database())
order by total_exec_time + total_plan_time desc limit 12
"""


def tell_statements(g, a):
    """Where PostgreSQL's time went in this gateway's database."""
    if not a.statements:
        return
    say(f"  {'ms':>8} {'planning':>8} {'calls':>8} {'rows':>9} {'us/call':>8} {'blocks':>7} {'wal':>8}")
    for line in g.psql(STATEMENTS).splitlines():
        ms, plan, calls, rows, us, blocks, wal, text = line.split("|", 7)
        say(f"  {ms:>8} {plan:>8} {calls:>8} {rows:>9} {us:>8} {blocks:>7} {wal.split('.')[0]:>8}  {text}")


def sample():
    """The filings of one trade: order, payment, waybill, inventory."""
    command = [house.binary("tongguan-bench"), "sample"]
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()


# --- the gateway ----------------------------------------------------------------------------------------------


class Gateway(house.Stack):
    """The daemon as it comes: its default settings, authorities by default but for BUNDLES, in a fresh database."""

    def __init__(self, directory, cluster, a, **more):
        house.BUNDLES = BUNDLES
        house.SETTINGS, house.AUTHORITY = {}, {}  # those of the tests are not what is measured
        super().__init__(directory, cluster.conninfo(), daemon_settings(a), purpose="sandbox", lanes=True, **more)
        self.token_file = self.directory / "filers"
        shutil.rmtree(self.directory, ignore_errors=True)  # of the last time

    def _make_clients(self):
        super()._make_clients()
        self.token_file.touch(0o600)
        codes = {"order": "platform_code", "payment": "payment_company_code", "waybill": "carrier_code", "inventory": "declarant_code"}
        filings = [json.loads(line) for line in sample()]
        self.register([(f[f"{party}_code"], f[f"{party}_name"], [party]) for f in filings if f["kind"] == "inventory"
                       for party in ("merchant", "declarant")],
                      [(f["merchant_code"], f["declarant_code"]) for f in filings if f["kind"] == "inventory"])
        for filing in filings:
            kind = filing["kind"]
            self.client(f"filer-{kind}", "enterprise", "--codes", filing[codes[kind]])
            with self.token_file.open("a") as f:
                f.write(f"{kind} {self.tokens[f'filer-{kind}']}\n")

    def load(self, mode, *options):
        return bench(mode, "--url", self.daemon.url, "--tokens", self.token_file, *options)[0]

    def row(self, sql):
        return self.psql(sql).split("|")


def quiet(cluster):
    """What earlier phases left is gone, and written, before the next begins: else their tables would be vacuumed beside it."""
    house.drop_left()
    cluster.psql("checkpoint")


WAITING = """
select (select count(*) from work) + (select count(*) from todo where due_at <= now()),
       (select count(*) from delivery where state <> 'sent'),
       (select count(*) from declaration where state <> 'released'),
       (select count(*) from declaration where state = 'released'),
       (select count(*) from delivery where state = 'sent'),
       coalesce((select extract(epoch from max(released_at)) from declaration), 0),
       coalesce((select extract(epoch from max(sent_at)) from delivery), 0)
"""


# Cheap to ask, so that asking takes nothing from what is measured: short tables (work holds those in hand too) and a partial index.
IN_HAND = """
select (select count(*) from work) + (select count(*) from todo where due_at <= now()),
       (select count(*) from delivery where listed = 'due')
"""


def all_judged(g, patience_s):
    """Seconds until no declaration is left to be judged, or until nothing has moved for so long."""
    began = moved_at = time.monotonic()
    last = None
    while (left := int(g.psql("select count(*) from work"))) != 0 and time.monotonic() - moved_at < patience_s:
        if left != last:
            last, moved_at = left, time.monotonic()
        time.sleep(0.2)
    return round(time.monotonic() - began, 1)


def drain(g, patience_s):
    """Until nothing is left waiting, or nothing has moved for so long."""
    last, moved_at = None, time.monotonic()
    while True:
        row = [float(x) for x in g.row(IN_HAND)]
        if sum(row) == 0:
            row = [float(x) for x in g.row(WAITING)]
            if sum(row[:3]) == 0:
                return row
        if row != last:
            last, moved_at = row, time.monotonic()
        elif time.monotonic() - moved_at > patience_s:
            return [float(x) for x in g.row(WAITING)]
        time.sleep(0.2)
