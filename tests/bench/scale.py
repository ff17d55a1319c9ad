"""The phase `scale` of tests/bench/run: whether judging is slower over a large past, and how long a day's evaluation of credit takes.

Two gateways side by side, one with a past (past.py), one without. Both file the same trades first, whose buyers are those of the trades that are
measured; then both work at the same rate, that of the peak, turn and turn about. No checkpoint lies right before what is measured, and other trades have
touched the indexes since the last one: the whole pages that PostgreSQL writes after a checkpoint are a matter of its distance, not of a judgement.
"""
import statistics
import time

import stack as house
from exchange import wait_until
from gateway import Gateway, Usage, drain, quiet, say, tell_statements
from past import A_DAY_LATER, PLACES, TODAY, add_past, put

BAR_SCALE = 1.15
ROUNDS = 4  # of each; medians are told, for neighbours disturb one run more than another
QUICK = 1000  # declarations a second of what is not measured
# Statements of src/store/assess_store.c, assess_write.c and risk_trace_store.c, by how they begin.
JUDGING = {
    "declarations": "select w.place, d.platform_code, d.order_no%", "filings": "select w.place, f.id, f.kind%", "deliveries": "select w.place, v.authority%",
    "receipts": "select w.place, r.authority%", "write": "with j as materialized (%",
    "traces": "insert into risk_trace as t%", "cleared": "select w.place from unnest(%risk_trace%", "buyers": "select w.place, b.at, b.registration%",
    "counts": "select w.place, a.n, p.n, k.n%", "prices": "select p.* from unnest(%risk_price%", "standings": "select p.*, o.value from unnest(%",
    "steps": "select s.code, s.goods_class%", "inspected": "select count(*)::integer from (select from decision%"}
SELDOM = {"filings", "steps", "inspected"}  # those that intake handed over need not be read; nobody was inspected; once a second
SPENT = """
select w.name, coalesce(sum(s.total_exec_time + s.total_plan_time) * 1000, 0), coalesce(sum(s.wal_bytes), 0)
from (values {values}) w(name, likeness) left join pg_stat_statements s
  on s.query like w.likeness and s.dbid = (select oid from pg_database where datname = current_database())
group by w.name
"""
DECLARED = """
select count(*), coalesce(percentile_cont(0.5) within group (order by extract(epoch from v.created_at - d.opened_at)) * 1000, 0)
from delivery v join declaration d on d.bucket = v.bucket and d.id = v.declaration_id
where v.authority = 'CUS' and v.version = 1 and v.created_at >= to_timestamp({since}) and d.opened_at >= to_timestamp({since})
"""


def file_trades(g, a, rate, seconds, **more):
    """Until nothing waits; how many were released."""
    options = [x for name, value in more.items() for x in (f"--{name}", value)]
    before = int(g.psql("select count(*) from declaration where state = 'released'"))
    g.load("declarations", "--rate", rate, "--seconds", seconds, "--connections", a.connections, "--seed", a.seed, "--spread-ms", a.spread_ms,
           "--patience", 300, *options)
    left = drain(g, a.patience)
    if sum(left[:3]) != 0:
        raise house.StackError(f"scale: {left[:3]} are left waiting at {rate} declarations a second")
    return int(left[3]) - before


def measure(cluster, g, a, turn):
    g.psql("select pg_stat_statements_reset(0, oid, 0) from pg_database where datname = current_database()")
    usage, since = Usage(cluster, g), time.time()
    count = file_trades(g, a, a.scale_rate, a.seconds_scale, buyers=a.known, **{"from": turn * a.scale_rate * a.seconds_scale})
    cpu = usage.per(count)
    tell_statements(g, a)
    values = ", ".join(f"('{name}', '{likeness}')" for name, likeness in JUDGING.items())
    spent = {name: (float(us) / count, float(wal) / count) for name, us, wal in (row.split("|") for row in g.psql(SPENT.format(values=values)).splitlines())}
    silent = [name for name, (us, _) in spent.items() if us == 0 and name not in SELDOM]
    if silent:
        raise house.StackError(f"scale: pg_stat_statements does not know the statements {', '.join(silent)}")
    declared, p50_ms = map(float, g.row(DECLARED.format(since=since)))
    if declared != count:
        raise house.StackError(f"scale: {count} released, {declared:.0f} declared")
    return {"spent": spent, "cpu_us": cpu["postgres"] + cpu["daemon"], "p50_ms": p50_ms}


def typical(runs):
    """Medians, statement by statement."""
    us, wal = ({name: round(statistics.median(r["spent"][name][i] for r in runs), 1) for name in JUDGING} for i in (0, 1))
    return {"judging_us": round(sum(us.values()), 1), "wal_bytes": round(sum(wal.values())), "cpu_us": round(statistics.median(r["cpu_us"] for r in runs)),
            "p50_ms": round(statistics.median(r["p50_ms"] for r in runs), 1), "statements_us": us,
            "judging_us_of_runs": [round(sum(us for us, _ in r["spent"].values()), 1) for r in runs]}


def evaluate(cluster, g, what):
    """Seconds until all enterprises are judged; what: the statement that makes them due."""
    put(cluster, g, what.format(today=TODAY))
    began = time.monotonic()

    def judged():
        left = int(g.psql(f"select count(*) from credit_place where raise > judged_raise or judged_on < {TODAY}"))
        return left, left == 0
    wait_until("evaluating credit", judged)
    took = time.monotonic() - began
    cluster.psql("vacuum analyze credit_place, credit_standing", g.database)
    return round(took, 1)


def scale(cluster, a, out):
    a.known = ROUNDS * a.scale_rate * a.seconds_scale
    with Gateway(a.directory / "scale-empty", cluster, a) as empty, Gateway(a.directory / "scale-loaded", cluster, a) as loaded:
        for g in (empty, loaded):
            g.psql("create extension pg_stat_statements")
            file_trades(g, a, QUICK, -(-a.known // QUICK), buyers=a.known)
        add_past(cluster, loaded, a)
        took = {"first_s": evaluate(cluster, loaded, PLACES), "day_s": evaluate(cluster, loaded, A_DAY_LATER)}
        quiet(cluster)
        runs = {"empty": [], "loaded": []}
        gateways = {"empty": empty, "loaded": loaded}
        for g in gateways.values():
            file_trades(g, a, QUICK, 2 * a.seconds_scale)
        for turn in range(ROUNDS):
            for name in sorted(gateways, reverse=turn % 2 == 1):  # who comes second has what the other one left to do beside it
                runs[name].append(measure(cluster, gateways[name], a, turn))
    x = {name: typical(got) for name, got in runs.items()}
    out["scale"] = x | {"ratio": round(x["loaded"]["judging_us"] / x["empty"]["judging_us"], 3), "traces": a.traces, "events": a.events,
                        "declarations": a.past_declarations, "enterprises": max(1, a.events // 5), "credit": took}


def scale_bars(out):
    if "scale" not in out:
        return []
    ratio = out["scale"]["ratio"]
    return [("judging over a large past", f"{ratio:.2f}", f"at most {BAR_SCALE:.2f}", ratio <= BAR_SCALE)]


def tell_scale(out):
    if "scale" not in out:
        return
    x = out["scale"]
    for name in ("empty", "loaded"):
        y = x[name]
        say(f"  {'judging, ' + name:<48} {y['judging_us']:>12,.1f} us of PostgreSQL's a declaration, CPU {y['cpu_us']} us, WAL {y['wal_bytes']} bytes, "
            f"declared within {y['p50_ms']} ms (half of them)")
    for name in JUDGING:
        say(f"    {name:<46} {x['empty']['statements_us'][name]:>12,.1f} and {x['loaded']['statements_us'][name]:,.1f} us")
    say(f"  {'evaluating ' + str(x['enterprises']) + ' enterprises, ' + str(x['events']) + ' events':<48} {x['credit']['day_s']:>12,.1f} s a day, "
        f"{x['credit']['first_s']} s the first time")
