"""The plans of the hot statements reach the big tables through an index, on an empty database and on a grown one.

A private cluster, migrated; a session as the daemon's writers have it (SESSION_WRITER of src/worker_make.c), each statement of the list
prepared once. What fails: a sequential scan of a table that grows, or an index scan without a condition on it, which is the same by
another name; and a join by pairs of two sets that the statement made itself. Looked at while the tables are empty, when they are grown
(plans as they were; made anew), and after ANALYZE.
"""
import os
import pathlib
import re
import sys
import tempfile

import _source as s

sys.path.insert(0, str(s.ROOT / "tests/run"))
from cluster import Cluster  # noqa: E402

sys.path.insert(0, str(s.ROOT / "tests/checks"))
import sql as statements_of  # noqa: E402

GROWING = {"risk_step", "filing", "filing_key", "declaration", "delivery", "link", "authority_receipt", "decision", "submission", "delivery_document", "seal",
           "change", "event_batch", "period_digest", "goods_return", "tax_bill", "tax_message", "tracking_parcel", "tracking_event", "tracking_alert",
           "lookup_answer", "lookup_question", "lookup_waiter", "goods_version", "sender_day", "sender_fault", "risk_trace", "risk_price",
           "credit_subject", "credit_event", "credit_event_change", "credit_outside", "credit_standing", "credit_released",
           "leaf", "leaf_place", "tree_node", "checkpoint", "sample", "sample_take", "sample_report", "risk_alarm", "trade_day", "signature_failure",
           "enterprise_number", "case_file", "person_flag", "person_flag_change"}
HOT = {"intake_put", "intake_put_new", "intake_put_revision", "intake_look", "revision_stand", "revision_cancelled", "revision_returned", "revision_return_put", "tax_lock", "tax_keep", "tax_fold",
       "inbox_answers", "inbox_deaths", "inbox_ends", "assess_declarations", "assess_filings", "assess_deliveries", "assess_receipts", "assess_write",
       "delivery_claim", "digests_read", "digests_write", "tracking_read", "tracking_gather", "tracking_due", "tracking_write", "tracking_put",
       "lookup_known", "lookup_want", "lookup_claim", "lookup_orders", "lookup_answered", "lookup_wake", "lookup_failed", "lookup_wake_passing", "lookup_dropped",
       "lookup_taken_back", "lookup_hasten", "goods_look", "trade_months_read", "trade_months_write", "log_append",
       "risk_trace_put", "risk_cleared", "risk_buyers", "risk_counts", "risk_prices", "risk_filed", "risk_withdraw",
       "credit_due", "credit_read_subjects", "credit_read_events", "credit_read_changes", "credit_read_outside", "credit_read_listings",
       "credit_read_released", "credit_count", "credit_settle", "listing_search", "listing_holds", "sender_quality_flush", "sampler_read", "sampler_write",
       "sample_taken", "sample_result", "alarms_read", "alarms_write", "signature_failures_flush",
       "person_flag_put", "person_flag_search", "person_flag_look", "person_flag_show", "case_step_put"}
FEW = {"lookup_want", "case_step_put",   # questions that no earlier one of the last hours answers; parties of a case
       "listing_search", "sampler_read"}  # one listing; plans in force
QUERIES = {"credit_indicators"}  # of sql/queries, beside the hot ones
FILES = ["src/store/intake_put.c", "src/store/intake_look.c", "src/store/revision.c", "src/store/inbox_write.c", "src/store/assess_store.c",
         "src/store/assess_write.c", "src/store/risk_trace_store.c", "src/store/delivery_store.c", "src/flow/digests.c", "src/store/revision_return.c", "src/api/taxes.c",
         "src/flow/tracker_sql.c", "src/store/tracking_store.c", "src/store/lookup_store.c", "src/api/filings_goods.c",
         "src/flow/trade_months.c", "src/flow/appender.c", "src/flow/credit.c", "src/store/credit_store.c",
         "src/flow/credit_settle.c", "src/flow/listing.c", "src/store/sender_quality.c", "src/flow/sampler.c", "src/api/samples.c",
         "src/flow/alarms.c", "src/store/signature_failures.c", "src/api/persons.c", "src/api/persons_changes.c", "src/api/cases_steps.c"]
GROWN = int(os.environ.get("TONGGUAN_PLAN_ROWS", "30000"))

# Without triggers: neither references nor the log are what is looked at.
GROW = f"""
set session_replication_role = replica;
insert into declaration (bucket, id, platform_code, order_no, opened_at, changed_at, seq, filing_ids, client_ids, verdict, version, judged_inputs, state)
  select id_bucket(u), u, 'P', 'O-' || n, now(), now(), 4, array[u], '{{1}}', 'MATCHED', 1, 1, 'released'
  from (select n, (lpad(to_hex(n * 7919 % 16777216), 8, '0') || '-0000-80' || lpad(to_hex(n % 64), 2, '0') || '-8000-' || lpad(to_hex(n), 12, '0'))::uuid as u
        from generate_series(1, {GROWN}) n) x;
insert into delivery (bucket, declaration_id, authority, version, message_id, reference, state, content_type, document_id, document_from, document_len, due_at, created_at)
  select bucket, id, a, 1, id, case a when 'CUS' then 'B-' || order_no end, 'sent', 'text/plain', id, 0, 1, now(), now() from declaration, unnest(array['CUS', 'TAX']) a;
insert into delivery_document select bucket, id, now(), '\\x00' from declaration;
insert into link (bucket, id, carrier_code, waybill_no, order_no, declaration_id, filing_ids, client_ids)
  select bucket, id, 'C', order_no, order_no, id, array[id], '{{1}}' from declaration;
insert into change (id, made_at, types) select id, now(), '{{x}}' from declaration;
insert into event_batch (first_seq, count, change_id) select row_number() over (), 1, id from declaration;
insert into leaf (coverage_id, made_at, ids, hashes) select 1, now(), array[id], '' from declaration;
insert into leaf_place select n, n from generate_series(0, {GROWN}) n;
insert into tree_node select 0, n, decode(repeat('00', 32), 'hex') from generate_series(0, {GROWN}) n;
update feed set next_seq = {GROWN} + 1;
insert into tax_bill (tax_no, id, inventory_no, status, status_at, made_at, declaration_id, received_at)
  select order_no, id, order_no, 1, now(), now(), id, now() from declaration;
insert into tax_message (id, tax_no, kind, inventory_no, status, at, record, batch, received_at)
  select id, order_no, 'bill', order_no, 1, now(), '', id, now() from declaration;
insert into goods_return (bucket, declaration_id, filing_id, lines, requested_at, ends_at, period_ids)
  select bucket, id, id, '[]', now(), now(), '{{}}' from declaration;
insert into lookup_question (id, rule_id, authority, question, key, purpose, wanted_at, due_at)
  select id, 20003, 'CIQ', 'negative-list', order_no, 'x', now(), now() from declaration;
insert into lookup_waiter select id, bucket, id from declaration;
insert into lookup_answer select id, 20003, 'CIQ', 'negative-list', order_no, now(), now(), '{{}}', now(), now(), 'x', null from declaration;
insert into enterprise (credit_code, registered_at, registered_by) values ('X', now(), 'x');
insert into goods_version (enterprise_id, item_no, version, withdrawn, name, hs_code, country_code, unit, currency, reference_price, from_at, actor)
  select 1, n::text, 1, false, '', '', '', '', '', 0, now(), '' from generate_series(1, {GROWN}) n;
insert into period_digest select n, current_date, 'order', 'import', 1, null, null, '', '', n from generate_series(1, {GROWN}) n;
insert into tracking_parcel (bucket, id, carrier_code, waybill_no, due_at) select bucket, id, 'C', order_no, case when left(order_no, 3) = 'O-1' then now() end from declaration;
insert into tracking_event select bucket, id, 'out_gate', now(), null, now(), 1, null from declaration;
insert into tracking_step values (4, '*', 'import', 'out_gate', 1, '{{}}', false, null, null, true, 'x', 'x', '2014-01-01', null, 'x');
insert into risk_trace select bucket, id, opened_at, now(), hashtextextended(order_no, 1), 1, hashtextextended(order_no, 2), hashtextextended(order_no, 3), null, 4, 5, false, false, '' from declaration;
insert into sampling_plan select id, null, '19', null, null, null, 1, 1, current_date, current_date, 'x', order_no, now(), current_date, 'x', 'CUS', 1
  from declaration limit 1;
insert into sample select id, (select id from sampling_plan), id, 'X', '', '', '{{1}}', now(), 1, now() from declaration;
insert into sample_take select id, current_date, null, now(), 'x', 'CUS', 1 from declaration;
insert into sample_report select id, false, 'x', 'x', null, null, null, now(), 'x', 'CUS', 1 from declaration;
insert into person_flag select id, hashtextextended(order_no, 1), 'resale', 203, current_date, current_date + 1, 'x', null, '{{}}', null, null, now(), 'x',
  'CUS', 1 from declaration;
insert into person_flag_change select id, 1, 'disputed', 'x', now(), 'x', 'CUS', 1 from declaration;
insert into risk_price select n, 1, '{{1}}', 1 from generate_series(1, {GROWN}) n;
insert into credit_subject select order_no, 'x', 'platform', current_date, now(), 1 from declaration;
insert into credit_event (id, code, kind, degree, against, weight, day, source, decision_no, kind_row, recorded_at, recorded_on, recorded_by)
  select id, order_no, 'x', 'minor', true, 1, current_date, 'x', order_no, 1, now(), current_date, 1 from declaration;
insert into credit_event_change select id, 1, 'x', current_date, 'x', 'x', now(), current_date, 1 from declaration;
insert into credit_outside select id, order_no, 'tax_grade', 'A', current_date, null, 'x', now(), current_date, 1 from declaration;
insert into credit_standing (code, day, score, level, barred, positive, negative, rating, released, events, rule_rows, made_at)
  select order_no, current_date, 1, 'B', false, 0, 0, 0, 0, '{{}}', '{{}}', now() from declaration;
insert into credit_released select order_no, current_date, 1 from declaration;
insert into credit_place (code, judged_on) select order_no, current_date from declaration;
insert into risk_alarm select id, 'R', 1, 'active', 'declaration', id::text, 'x', 1, 1, 'trade', now(), id from declaration;
insert into case_file select id, 'risk', 'declaration', id::text, 'x', '{{R}}', 1, 'trade', 'red', 'x', 1, now(), 'x', null from declaration;
insert into enterprise_number select 'credit', order_no, 1 from declaration;
insert into client (name, role, created_at) values ('x', 'operator', now());
insert into signature_failure select 1, n, 1, 0 from generate_series(1, {GROWN}) n;
insert into sender_month select c.id, current_date, 1, 0, 0, 1, '{{}}', 'x', now() from client c;
insert into trade_day select order_no, current_date, 'import', '142', 1, 1 from declaration;
insert into tracking_alert select bucket, id, id, id, 'out_gate', 4, now(), now(), case when left(order_no, 3) <> 'O-1' then now() end, null from declaration;
"""


def writer_session():
    text = (s.ROOT / "src/worker_make.c").read_text()
    parts = dict(re.findall(r"#define (SESSION_COMMON|SESSION_WRITER)\b(.*?[^\\])\n", text, re.S))
    strings = lambda part: "".join(re.findall(r'"((?:\\.|[^"\\])*)"', parts[part]))  # noqa: E731
    return strings("SESSION_COMMON") + strings("SESSION_WRITER")


def hot_statements():
    status, flags = s.output(["pkg-config", "--cflags", "libpq"])
    if status != 0:
        s.finish([flags.strip()])
    found = {}
    for path in FILES:
        for name, sql, _ in statements_of.statements(s.ROOT / path, flags.split()):
            if name in HOT:
                found[name] = sql
    for name in QUERIES:
        found[name] = (s.ROOT / f"sql/queries/{name}.sql").read_text()
    missing = HOT - set(found)
    if missing:
        s.finish([f"no such statement: {', '.join(sorted(missing))}"])
    return found


def partitions(connection):
    rows = connection.execute("select inhrelid::regclass::text, inhparent::regclass::text from pg_inherits").fetchall()
    return dict(rows)


def nodes(plan):
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def goes_through_each_for_each(node):
    """Two sets that the statement made itself are compared by pairs: that grows with their product, where a hash grows with their sum."""
    if node["Node Type"] != "Nested Loop" or not re.search(r"\w+\.\w+ = \w+\.\w+", node.get("Join Filter", "")):
        return False
    side = {child["Parent Relationship"]: child["Node Type"] for child in node["Plans"]}
    outer, inner = side["Outer"], side["Inner"]
    return inner in ("CTE Scan", "Function Scan") and "Index" not in outer and outer != "Seq Scan"


def bad_nodes(name, plan, parents):
    for node in nodes(plan):
        if name not in FEW and goes_through_each_for_each(node):
            yield f"{node['Join Filter']}: goes through the one set for each of the other"
        table = node.get("Relation Name")
        table = parents.get(table, table)
        if table not in GROWING:
            continue
        if node["Node Type"] == "Seq Scan":
            yield f"sequential scan of {table}"
        elif "Index" in node["Node Type"] and "Index Cond" not in node:
            yield f"scan of all of {node.get('Index Name')}"


def explain(connection, name, count):
    nulls = ", ".join(["null"] * count)
    row = connection.execute(f"explain (format json, costs off) execute {name}({nulls})" if count else f"explain (format json) execute {name}").fetchone()
    return row[0][0]["Plan"]


def check(connection, found, when):
    parents = partitions(connection)
    for name, sql in found.items():
        if not connection.execute("select 1 from pg_prepared_statements where name = %s", (name,)).fetchone():
            connection.execute(f"prepare {name} as {sql}".encode())
        count = len(connection.execute("select parameter_types from pg_prepared_statements where name = %s", (name,)).fetchone()[0])
        for why in sorted(set(bad_nodes(name, explain(connection, name, count), parents))):
            yield f"{when}: {name}: {why}"


def main():
    import psycopg
    found = hot_statements()
    problems = []
    with tempfile.TemporaryDirectory(prefix="plans-", dir=os.environ.get("TONGGUAN_CHECK_DIR")) as directory:
        os.chmod(directory, 0o755)
        with Cluster(pathlib.Path(directory) / "pg", fsync=False) as pg:
            conninfo = pg.createdb("plans")
            with psycopg.connect(conninfo, autocommit=True, prepare_threshold=None, cursor_factory=psycopg.ClientCursor) as c:
                for path in s.sources("sql/migrations/*.sql"):
                    c.execute(path.read_text().encode())
                c.execute("select make_partitions(current_date, 3)")
                c.execute(writer_session().encode())
                problems += check(c, found, "empty")
                c.execute(GROW.encode())
                problems += check(c, found, "grown, plans as they were")
                c.execute("discard plans")
                problems += check(c, found, "grown, new plans")
                c.execute("analyze")
                problems += check(c, found, "grown and analyzed")
    s.finish(problems, f"{len(found)} statements")


if __name__ == "__main__":
    try:
        import psycopg  # noqa: F401
    except ImportError:
        s.skip("python3-psycopg is not installed")
    main()
