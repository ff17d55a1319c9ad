"""A long past for the phase `scale`, set by set straight into the tables: traces of trades, goods and their prices, declarations, records of credit.

A part of the traces has the buyers, addresses and telephones of trades that were filed here; the hashes are copied, for only the daemon can make
them. Everybody else is a number. One trade in eighteen days each, two buyers at an address: no rule is hit, so the same happens after each judgement.
"""
import time

import stack as house
from gateway import say

DAYS, EACH, PIECE, PATIENCE_S = 90, 5, 1_000_000, 3600
SESSION = "set session_replication_role = replica; set synchronous_commit = off; set maintenance_work_mem = '1GB'; set max_parallel_maintenance_workers = 0; "
ID = """(lpad(to_hex((extract(epoch from {at}) * 1000)::bigint), 12, '0') || '70' || lpad(to_hex({n} % 64), 2, '0') || '8000' || lpad(to_hex({n}), 12, '0'))::uuid"""
# Known buyers over again: the last time it was somebody else at the same address.
KNOWN = """
insert into risk_trace (bucket, id, opened_at, at, buyer, registration, address, phone, shop, total_fen, goods)
select n % 64, {id}, was, was - interval '1 minute', case when i = {last} then hashint8extended(buyer, 9) else buyer end, registration, address, phone, shop, total_fen, goods
from (
  select t.*, i, t.opened_at - i * interval '{gap} days' as past, {first} + row_number() over () as n
  from risk_trace t cross join generate_series(1, {last}) i
) x cross join lateral (select x.past - interval '1 hour' * (x.n % 12) as was) y
"""
OTHERS = """
insert into risk_trace (bucket, id, opened_at, at, buyer, registration, address, phone, shop, total_fen, goods)
select n % 64, {id}, at, at - interval '1 minute', hashint8extended(b, 1), hashint8extended(b, 2), hashint8extended(b / 2, 3), hashint8extended(b, 4),
  seen.shops[1 + n % cardinality(seen.shops)], 40000 + n % 20000, seen.goods[1 + n % cardinality(seen.goods)]
from (select array_agg(shop) as shops, array_agg(goods) as goods from (select shop, goods from risk_trace limit 1000) t) seen
cross join (select n, n % {people} as b, timestamptz '{now}' - interval '{days} days' * (1 - n / {traces}.0) as at from generate_series({first}, {last}) n) x
"""
PRICES = """
insert into risk_price select hashint8extended(n, 7), 20, array_fill((1000 + n % 90000)::bigint, array[20]), 1000 + n % 90000
from generate_series(1, {count}) n on conflict do nothing
"""
DECLARATIONS = """
insert into declaration (bucket, id, platform_code, order_no, opened_at, changed_at, seq, judged_seq, judged_inputs, filing_ids, client_ids, direction, trade_mode, verdict,
  state, lane, version, released_at)
select n % 64, {id}, 'PAST', 'PAST' || lpad(n::text, 15, '0'), at, at, 9, 9, 4, array[{id}, {id}, {id}, {id}], '{{1,2,3,4}}', 'import', '9610', 'MATCHED', 'released', 'green', 1, at
from (select n, timestamptz '{now}' - interval '{days} days' * (1 - n / {count}.0) as at from generate_series({first}, {last}) n) x
"""
CREDIT = """
insert into credit_subject select 'PAST' || lpad(n::text, 14, '0'), 'past', 'merchant', {today} - 1000, now(), 1 from generate_series(0, {subjects} - 1) n;
insert into credit_event (id, code, kind, degree, against, weight, day, source, decision_no, authorisation, kind_row, recorded_at, recorded_on, recorded_by)
select gen_random_uuid(), 'PAST' || lpad((n % {subjects})::text, 14, '0'), k.kind, k.degree, k.against, k.weight, {today} - (n % 700)::integer - 1, 'past', 'P' || n,
  case when k.degree = 'rating' then 'past' end, k.id, now() - interval '1 day' * (n % 700 + 1), {today} - (n % 700)::integer - 1, 1
from generate_series(1, {events}) n
join (select row_number() over (order by id) - 1 as place, count(*) over () as kinds, * from credit_kind where not bars) k on k.place = (n / 7) % k.kinds
"""
PLACES = "insert into credit_place (code, judged_on) select code, {today} - 1 from credit_subject where code like 'PAST%'"
A_DAY_LATER = "update credit_place set judged_on = judged_on - 1"
# Who let it grow in use has in memory what is used; the newest month last, for it must stay.
WARM = """
create extension pg_prewarm;
select sum(pg_prewarm(x.one)) from (
  select one from unnest(array['declaration', 'risk_price', 'risk_trace']::regclass[]) with ordinality as t(of, place)
  cross join lateral pg_partition_tree(of) p(relid, parent, is_leaf, level)
  cross join lateral (select relid union all select indexrelid from pg_index where indrelid = relid) y(one)
  where is_leaf order by place, relid::text
) x
"""
TODAY = "(now() at time zone 'Asia/Shanghai')::date"


def put(cluster, g, sql):
    return cluster.psql(SESSION + sql, g.database, PATIENCE_S)


def pieces(first, last):
    return [(n, min(n + PIECE - 1, last)) for n in range(first, last + 1, PIECE)]


def without_indexes(cluster, g, table):
    """Takes all but the key away; returns the statements that make them again."""
    rows = g.psql(f"select indexname || '|' || replace(indexdef, ' ON ONLY ', ' ON ') from pg_indexes where tablename = '{table}' and indexname <> '{table}_pkey'")
    found = [row.split("|", 1) for row in rows.splitlines()]
    for name, _ in found:
        cluster.psql(f"drop index {name}", g.database)
    return [made for _, made in found]


def add_traces(cluster, g, count):
    now = g.psql("select now()")
    seen = int(g.psql("select count(*) from risk_trace"))
    known = min(seen * (EACH - 1), count)
    for month in range(DAYS // 30 + 1):
        g.make_month(g.psql(f"select (current_date - interval '{30 * month} days')::date"))
    indexes = without_indexes(cluster, g, "risk_trace")
    put(cluster, g, KNOWN.format(id=ID.format(at="was", n="n"), last=EACH - 1, gap=DAYS // EACH, first=count))
    for first, last in pieces(1, count - known):
        put(cluster, g, OTHERS.format(id=ID.format(at="at", n="n"), first=first, last=last, people=max(1, count // EACH), days=DAYS, traces=count - known, now=now))
    for made in indexes:
        put(cluster, g, made)
    put(cluster, g, PRICES.format(count=max(1, count // 10)))


def add_declarations(cluster, g, count):
    now = g.psql("select now()")
    for first, last in pieces(1, count):
        put(cluster, g, DECLARATIONS.format(id=ID.format(at="at", n="n"), first=first, last=last, count=count, days=DAYS, now=now))


def add_past(cluster, g, a):
    began = time.monotonic()
    add_traces(cluster, g, a.traces)
    add_declarations(cluster, g, a.past_declarations)
    put(cluster, g, CREDIT.format(subjects=max(1, a.events // EACH), events=a.events, today=TODAY))
    for table in ("risk_trace", "risk_price", "declaration", "credit_subject", "credit_event"):
        cluster.psql(f"vacuum analyze {table}", g.database, PATIENCE_S)
    put(cluster, g, WARM)
    held = int(g.psql("select count(*) from risk_trace"))
    if held < a.traces:
        raise house.StackError(f"scale: {held} traces of {a.traces}")
    say(f"  a past of {held} traces, {a.past_declarations} declarations, {a.events} events of credit, made in {time.monotonic() - began:.0f} s; "
        f"{g.psql('select pg_size_pretty(pg_database_size(current_database()))')}")
