#include "store/dispatcher_store.h"

#include "base/clock.h"

/*
 *   x  what the worker tells     put  its rows, in place     gone  rows of workers that ended long ago
 *   n  outages that begin        e    outages that end
 *
 * Asking for an open or later ended outage is not idle beside "on conflict": another worker may end it between our snapshot and our
 * insert. An outage ends by what was answered after it was noticed: what was under way when it began does not count.
 */
static const struct db_stmt tell = {
	.name = "dispatcher_tell",
	.sql =
	"with x as materialized ("
	"  select * from unnest($4::text[], $5::text[], $6::integer[], $7::integer[], $8::bigint[], $9::bigint[], $10::text[], $11::timestamptz[],"
	"    $12::timestamptz[], $13::timestamptz[], $14::timestamptz[], $15::integer[], $16::text[], $17::boolean[]) as x(authority, state, in_flight,"
	"    queued, answered, elapsed_us, classes, until, failing_since, closed_since, reached_at, failures, evidence, is_away)),"
	" put as ("
	"  insert into dispatcher as d (authority, worker, live_until, state, in_flight, queued, answered, elapsed_us, classes, until,"
	"    closed_since, reached_at)"
	"  select authority, $1::uuid, now() + $3::integer * interval '1 second', state, in_flight, queued, answered, elapsed_us, classes::integer[], until, closed_since, reached_at"
	"  from x order by authority"
	"  on conflict (authority, worker) do update set live_until = excluded.live_until, state = excluded.state, in_flight = excluded.in_flight,"
	"    queued = excluded.queued, answered = excluded.answered, elapsed_us = excluded.elapsed_us, classes = excluded.classes, until = excluded.until,"
	"    closed_since = excluded.closed_since, reached_at = excluded.reached_at),"
	" gone as (delete from dispatcher where live_until < now() - interval '1 day'),"
	" live as materialized (select * from dispatcher where worker <> $1::uuid and live_until > now()),"
	" n as ("
	"  insert into outage (authority, began_at, noticed_at, failures, evidence)"
	"  select x.authority, x.failing_since, $2::timestamptz, x.failures, coalesce(x.evidence, '') from x"
	"  where x.is_away and x.failing_since is not null and $2::timestamptz - x.closed_since >= coalesce(("
	"      select r.after_s from outage_rule r where r.authority in (x.authority, '*') and r.valid_from <= date '1970-01-01' + $18::integer"
	"        and (r.valid_to is null or r.valid_to >= date '1970-01-01' + $18::integer) order by (r.authority = '*'), r.valid_from desc limit 1), 0) * interval '1 second'"
	"    and not exists (select from outage o where o.authority = x.authority and (o.ended_at is null or o.ended_at >= x.failing_since))"
	"    and not exists (select from live o where o.authority = x.authority and o.reached_at >= x.failing_since)"
	"  order by x.authority on conflict (authority) where ended_at is null do nothing returning authority),"
	" e as ("
	"  update outage o set ended_at = x.reached_at from x"
	"  where o.authority = x.authority and o.ended_at is null and x.reached_at > o.noticed_at and x.failing_since is null returning o.authority)"
	" select (select count(distinct worker) from live) + 1, (select string_agg(authority, ',' order by authority) from n),"
	"   (select string_agg(authority, ',' order by authority) from e)",
	.param_count = DISPATCHER_PARAMS,
	.flags = DB_WRITES,
};

static const enum db_kind kinds[] = { DB_KIND_TEXT, DB_KIND_TEXT, DB_KIND_I32, DB_KIND_I32, DB_KIND_I64, DB_KIND_I64, DB_KIND_TEXT, DB_KIND_TIME,
	DB_KIND_TIME, DB_KIND_TIME, DB_KIND_TIME, DB_KIND_I32, DB_KIND_TEXT, DB_KIND_BOOL };
enum { ARRAYS = sizeof(kinds) / sizeof(kinds[0]), FIRST_ARRAY = 3 };

static void put_classes(struct db_array *x, struct arena *a, const struct tally_sum *s)
{
	struct buf b;

	buf_init(&b, a, 256);
	for (int c = 0; c < TALLY_CLASSES; c++) {
		buf_char(&b, c == 0 ? '{' : ',');
		buf_i64(&b, s->classes[c]);
	}
	buf_char(&b, '}');
	db_array_text(x, b.full ? (struct text){ NULL, 0 } : buf_as_text(&b));
}

static void put_row(struct db_array *x, struct arena *a, const struct dispatcher_row *r)
{
	db_array_text(&x[0], text_of(authority_code(r->authority)));
	db_array_text(&x[1], text_of(r->state));
	db_array_i64(&x[2], r->in_flight);
	db_array_i64(&x[3], r->queued);
	db_array_i64(&x[4], r->lately->count);
	db_array_i64(&x[5], r->lately->elapsed_us);
	put_classes(&x[6], a, r->lately);
	db_array_time(&x[7], r->until_us);
	db_array_time(&x[8], r->failing_since_us);
	db_array_time(&x[9], r->closed_since_us);
	db_array_time(&x[10], r->reached_us);
	db_array_i64(&x[11], r->failures);
	db_array_text(&x[12], r->evidence);
	db_array_i64(&x[13], r->is_away);
}

void dispatcher_store_tell(struct dispatcher_tell *t, struct arena *a, const struct dispatcher_row *rows, int count, int live_s, int64_t now_us,
                           struct db_call *call)
{
	struct db_array arrays[ARRAYS];

	for (int i = 0; i < ARRAYS; i++)
		db_array_begin(&arrays[i], a, kinds[i], count, (size_t)count * 64);
	for (int i = 0; i < count; i++)
		put_row(arrays, a, &rows[i]);
	t->params[0] = db_id(&t->worker);
	t->params[1] = db_time(a, now_us);
	t->params[2] = db_i32(a, live_s);
	for (int i = 0; i < ARRAYS; i++)
		t->params[FIRST_ARRAY + i] = db_array_end(&arrays[i]);
	t->params[FIRST_ARRAY + ARRAYS] = db_i32(a, clock_day(now_us));
	db_call_init(call);
	db_call_add(call, &tell, t->params);
}
