"""Phases about handing over to authorities: how fast a backlog goes, what a dead authority costs the others, and
whether a snapshot that somebody holds open slows it down."""
import contextlib
import subprocess
import time

import stack as house
from cluster import tool
from gateway import Gateway, quiet, say

BAR_DELIVERIES, BAR_DEAD, BAR_SNAPSHOT = 3000, 0.95, 0.8
OTHERS = ("CUS", "TAX", "POST")
SENT = """
select count(*), coalesce(extract(epoch from max(sent_at) - min(sent_at)), 0) from delivery where state = 'sent' and authority = any('{%s}')
"""


def wait_until(what, done, patience_s=120):
    """done() tells how far it is and whether that is all; gives up when nothing moves for so long."""
    last, moved_at = None, time.monotonic()
    while True:
        now, is_over = done()
        if is_over:
            return
        if now != last:
            last, moved_at = now, time.monotonic()
        elif time.monotonic() - moved_at > patience_s:
            raise house.StackError(f"{what}: it stands still at {now}")
        time.sleep(0.2)


def backlog_once(cluster, a, name, count, dead):
    """Declares while no authority is connected, then connects them; how many of the others' messages went a second."""
    with Gateway(a.directory / name, cluster, a, authorities=()) as g:
        quiet(cluster)
        rate = 1000
        g.load("declarations", "--rate", rate, "--seconds", count // rate, "--connections", a.connections, "--seed", a.seed, "--spread-ms", 20)

        def declared():
            made = int(g.psql("select count(*) from delivery"))
            return made, made == 4 * count
        wait_until("declaring", declared)
        quiet(cluster)
        if dead:
            g.mock.behave("FX", lose_before_next=3600000, hang_ms=3600000)
        for code in house.AUTHORITIES:
            g.connect(code)
        codes = OTHERS if dead else house.AUTHORITIES

        def sent():
            n = int(g.row(SENT % ",".join(codes))[0])
            return n, n == len(codes) * count
        wait_until("handing over", sent)
        per_s = {}
        for of in (house.AUTHORITIES, OTHERS):
            n, seconds = map(float, g.row(SENT % ",".join(of)))
            per_s[len(of)] = round(n / max(seconds, 1e-3), 1)
    return per_s


def dispatch(cluster, a, out):
    count = a.backlog
    alive = backlog_once(cluster, a, "dispatch", count, dead=False)
    dead = backlog_once(cluster, a, "dispatch-dead", count, dead=True)
    out["dispatch"] = {"backlog": 4 * count, "deliveries_per_s": alive[4], "others_per_s": alive[3], "others_per_s_one_dead": dead[3],
                       "others_ratio_one_dead": round(dead[3] / alive[3], 3)}


# --- a held snapshot ------------------------------------------------------------------------------------------

LATE = """
select count(*), coalesce(avg(extract(epoch from sent_at - created_at)) * 1000, 0),
       coalesce(percentile_cont(0.99) within group (order by extract(epoch from sent_at - created_at)) * 1000, 0)
from delivery where state = 'sent' and created_at >= to_timestamp(%f) and created_at < to_timestamp(%f)
"""
DEAD = """
select string_agg(relname || ' ' || n_dead_tup, ', ' order by relname) from pg_stat_user_tables where relname in ('todo', 'work', 'delivery', 'declaration')
"""


@contextlib.contextmanager
def held_snapshot(g):
    """A regulator's analytic query that does not end: nothing that is deleted from now on can be cleaned up."""
    p = subprocess.Popen([tool("psql"), "-XqAt", "-d", g.conninfo], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    p.stdin.write("begin isolation level repeatable read;\nselect count(*) from filing;\n")
    p.stdin.flush()
    p.stdout.readline()
    try:
        yield
    finally:
        p.stdin.close()
        p.wait(30)


def window(g, begin, end):
    count, mean_ms, p99_ms = map(float, g.row(LATE % (begin, end)))
    return {"per_s": round(count / (end - begin), 1), "mean_ms": round(mean_ms, 2), "p99_ms": round(p99_ms, 2), "dead": g.psql(DEAD)}


def churn(cluster, a, out):
    """A third of the time undisturbed, then two thirds under a held snapshot; the last third is compared with the first."""
    third = a.seconds_churn / 3
    with Gateway(a.directory / "churn", cluster, a) as g:
        quiet(cluster)
        began = time.time()
        load = subprocess.Popen([house.binary("tongguan-bench"), "declarations", "--run", "CHURN1", "--url", g.daemon.url, "--tokens", str(g.token_file),
                                 "--rate", str(a.churn_rate), "--seconds", str(a.seconds_churn), "--connections", str(a.connections), "--seed", str(a.seed),
                                 "--spread-ms", str(a.spread_ms)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        time.sleep(third)
        free = window(g, began + 2, began + third - 1)
        with held_snapshot(g):
            time.sleep(2 * third - (time.time() - began - third))
            held = window(g, began + 2 * third, began + 3 * third - 1)
        load.communicate()
    ratio = min(held["per_s"] / max(free["per_s"], 1e-3), free["mean_ms"] / max(held["mean_ms"], 1e-3))
    out["churn"] = {"seconds": a.seconds_churn, "rate": a.churn_rate, "free": free, "held": held, "ratio": round(ratio, 3)}


# --- report ---------------------------------------------------------------------------------------------------


def exchange_bars(out):
    found = []
    if "dispatch" in out:
        d = out["dispatch"]
        found += [("deliveries of a backlog", f"{d['deliveries_per_s']:.0f}/s", f"at least {BAR_DELIVERIES}/s", d["deliveries_per_s"] >= BAR_DELIVERIES),
                  ("others beside a dead one", f"{d['others_ratio_one_dead']:.2f}", f"at least {BAR_DEAD}", d["others_ratio_one_dead"] >= BAR_DEAD)]
    if "churn" in out:
        found.append(("under a held snapshot", f"{out['churn']['ratio']:.2f}", f"at least {BAR_SNAPSHOT}", out["churn"]["ratio"] >= BAR_SNAPSHOT))
    return found


def tell_exchange(out):
    if "dispatch" in out:
        d = out["dispatch"]
        say(f"  {'a backlog of ' + str(d['backlog']) + ' deliveries':<48} {d['deliveries_per_s']:>12,.1f} deliveries/s")
        say(f"  {'  those of the others, one authority dead':<48} {d['others_per_s_one_dead']:>12,.1f} of {d['others_per_s']:,.1f} deliveries/s")
    if "churn" in out:
        c = out["churn"]
        for name, w in (("undisturbed", c["free"]), ("under a held snapshot", c["held"])):
            say(f"  {'handing over, ' + name:<48} {w['per_s']:>12,.1f} deliveries/s, mean {w['mean_ms']} ms, p99 {w['p99_ms']} ms; dead rows: {w['dead']}")
