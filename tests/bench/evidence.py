"""The phase `log` of tests/bench/run: what the log costs intake."""
import statistics

import stack as house
from gateway import Gateway, Usage, quiet, say

BAR_LOG = 0.90
PAIRS = 3
WITHOUT = """
do $$ declare t text; begin
  for t in select distinct relation from coverage where relation <> 'coverage' loop execute format('alter table %I disable trigger user', t); end loop;
end $$;
create function nothing() returns trigger language plpgsql as $$ begin return null; end $$;
create trigger nothing before insert on leaf for each row execute function nothing();
"""


def once(cluster, a, name, before):
    """Filings a second, and what one costs PostgreSQL and the daemon."""
    with Gateway(a.directory / f"log-{name}", cluster, a) as g:
        if before:
            g.psql(before)
        quiet(cluster)
        usage = Usage(cluster, g)
        got = g.load("intake", "--connections", 64, "--seconds", a.seconds_intake, "--seed", a.seed)
        cpu = usage.per(got["acknowledged"])
        leaves = int(g.psql("select count(*) from leaf l join coverage c on c.id = l.coverage_id where c.relation = 'filing'"))
        if (leaves == 0) != (before is not None):
            raise house.StackError(f"log: {leaves} leaves in the run {name} the log")
    return got["per_s"], cpu["postgres"] + cpu["daemon"]


def log(cluster, a, out):
    """Turn and turn about, so that what else the machine does falls on both."""
    runs = {"with": [], "without": []}
    for _ in range(PAIRS):
        for name, before in (("without", WITHOUT), ("with", None)):
            runs[name].append(once(cluster, a, name, before))
    rate, cpu = ({name: statistics.median(r[i] for r in got) for name, got in runs.items()} for i in (0, 1))
    out["log"] = {"with_per_s": rate["with"], "without_per_s": rate["without"], "ratio": round(rate["with"] / rate["without"], 3),
                  "with_cpu_us": cpu["with"], "without_cpu_us": cpu["without"]}


def log_bars(out):
    if "log" not in out:
        return []
    ratio = out["log"]["ratio"]
    return [("intake with the log", f"{ratio:.2f}", f"at least {BAR_LOG:.2f}", ratio >= BAR_LOG)]


def tell_log(out):
    if "log" in out:
        x = out["log"]
        say(f"  {'intake with the log, and without leaves':<48} {x['with_per_s']:>12,.1f} of {x['without_per_s']:,.1f} filings/s, "
            f"CPU {x['with_cpu_us']:.0f} and {x['without_cpu_us']:.0f} us a filing")
