"""The whole job once: from the first filing to the last release."""
import time

import stack as house
from gateway import Gateway, Usage, drain, peak_rss_mb, quiet, tell_statements


def lanes_of(g):
    rows = g.psql("select lane, count(*) from declaration where lane is not null group by lane order by 2 desc").splitlines()
    return {lane: int(count) for lane, count in (row.split("|") for row in rows)}


LOOK_S, FOLLOW_LIMIT_S = 3, 300  # who follow look at least so often for something to do; longer they are not waited for


def caught_up_s(g):
    """How long it takes until who stood back (digests, tracking, credit …) have nothing left to do. None: too long."""
    started = last = time.monotonic()
    while (now := time.monotonic()) - started < FOLLOW_LIMIT_S:
        behind = [v for name, v in g.daemon.public.metrics().items() if name.startswith("tongguan_follower_behind_seconds")]
        if max(behind) >= 1:
            last = now
        elif now - started > LOOK_S and now - last > LOOK_S:
            return round(last - started, 1)
        time.sleep(0.25)
    return None


def whole_once(cluster, a, rate, seconds, name=None, before=None, options=(), follows=False):
    """One open loop in a fresh database; what came of it. before: what is done with the gateway first; options: more of tongguan-bench;
    follows: who stand back meanwhile are waited for, too."""
    with Gateway(a.directory / (name or f"whole-{rate}"), cluster, a) as g:
        if before:
            before(g)
        quiet(cluster)
        if a.statements:
            g.psql("create extension pg_stat_statements")
        usage = Usage(cluster, g)
        started = time.monotonic()
        got = g.load("declarations", "--rate", rate, "--seconds", seconds, "--connections", a.connections, "--seed", a.seed,
                     "--spread-ms", a.spread_ms, *options)
        load_s = time.monotonic() - started
        todo, undelivered, unreleased, released, delivered, released_at, sent_at = drain(g, a.patience)
        tell_statements(g, a)
        first = got["first_sent_at_us"] / 1e6
        r = {"rate": rate, "seconds": seconds, "sent": got["sent"], "acknowledged": got["acknowledged"], "new": got["new"],
             "statuses": got["statuses"], "errors": got["errors"], "p50_ms": got["p50_ms"], "p99_ms": got["p99_ms"],
             "max_ms": got["max_ms"], "p99_ms_of_seconds": got["p99_ms_of_seconds"], "late": got["late"], "released": int(released),
             "left_waiting": int(max(todo, undelivered, unreleased)), "drain_s": round(max(0, released_at - first - seconds), 2),
             "declarations_per_s": round(released / max(released_at - first, 1e-3), 1) if released else 0.0,
             "deliveries_per_s": round(delivered / max(sent_at - first, 1e-3), 1) if delivered else 0.0,
             "cpu_us": usage.per(released) | {"load": round(got["cpu_us_per_request"] * 4)},
             "lanes": lanes_of(g), "rss_mb": round(peak_rss_mb(g.daemon.pid), 1), "load_s": round(load_s, 1), "problems": []}
        if follows:
            r["follow"] = {"caught_up_s": caught_up_s(g), "cpu_us": usage.per(released)}
            if r["follow"]["caught_up_s"] is None:
                r["problems"].append(f"who follow have not caught up within {FOLLOW_LIMIT_S} s")
        for code in house.AUTHORITIES:
            seen = g.mock.summary(code)
            if seen["effects"] != released or seen["clashes"] != 0:
                r["problems"].append(f"{code} has {seen['effects']} effects and {seen['clashes']} clashes for {int(released)} declarations")
        if got["new"] != 4 * rate * seconds:
            r["problems"].append(f"{got['new']} of {4 * rate * seconds} filings were acknowledged as new: {got['statuses']}")
    return r
