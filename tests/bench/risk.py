"""The phase `risk` of tests/bench/run: what the risk rules and the lanes cost the whole job."""
import statistics

import stack as house
from gateway import say
from whole import whole_once

BAR_RISK = 0.85
PAIRS = 3
RATE = 2000  # declarations a second, more than is held on the machines that this was made for: what is measured is how fast they are worked off
WITHOUT = "update risk_lane set valid_to = current_date - 2; update risk_rule set valid_to = current_date - 2"


def close_rows(g):
    """On a day without rows nothing is traced, counted or chosen. The daemon reads them when it starts."""
    g.psql(WITHOUT)
    g.daemon.restart()


def once(cluster, a, name, out):
    """Declarations a second, and what one costs PostgreSQL and the daemon."""
    r = whole_once(cluster, a, max(RATE, a.rate), a.seconds_risk, f"risk-{name}", close_rows if name == "without" else None, ("--patience", 300))
    chosen = sum(r["lanes"].values())
    if chosen != (r["released"] if name == "with" else 0):
        raise house.StackError(f"risk: {chosen} of {r['released']} declarations had a lane in the run {name} rules")
    out["problems"] += [f"risk, {name} rules: {p}" for p in r["problems"]]
    return r["declarations_per_s"], r["cpu_us"]["postgres"] + r["cpu_us"]["daemon"], r["lanes"]


def risk(cluster, a, out):
    """Turn and turn about, so that what else the machine does falls on both."""
    runs = {"without": [], "with": []}
    for _ in range(PAIRS):
        for name, got in runs.items():
            got.append(once(cluster, a, name, out))
    rate, cpu = ({name: statistics.mean(r[i] for r in got) for name, got in runs.items()} for i in (0, 1))
    out["risk"] = {"with_per_s": round(rate["with"], 1), "without_per_s": round(rate["without"], 1), "ratio": round(rate["with"] / rate["without"], 3),
                   "with_cpu_us": round(cpu["with"]), "without_cpu_us": round(cpu["without"]),
                   "lanes": runs["with"][-1][2]}


def risk_bars(out):
    if "risk" not in out:
        return []
    ratio = out["risk"]["ratio"]
    return [("whole job with all risk rules", f"{ratio:.2f}", f"at least {BAR_RISK:.2f}", ratio >= BAR_RISK)]


def tell_risk(out):
    if "risk" in out:
        x = out["risk"]
        say(f"  {'whole job with risk rules and lanes, and without':<48} {x['with_per_s']:>12,.1f} of {x['without_per_s']:,.1f} declarations/s, "
            f"CPU {x['with_cpu_us']} and {x['without_cpu_us']} us a declaration; "
            f"lanes {', '.join(f'{lane} {count}' for lane, count in x['lanes'].items())}")
