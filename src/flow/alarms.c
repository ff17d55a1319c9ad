/* A step: the oldest signals, each made facts of; what hits is written. */
#include "flow/alarms.h"

#include "base/log.h"
#include "model/risk_alarm.h"
#include "store/rule_store.h"

enum { BATCH = 200, WRITE_ARRAYS = 6, READ_PARAMS = 1, WRITE_PARAMS = 8 };
_Static_assert(WRITE_PARAMS == 2 + WRITE_ARRAYS, "a parameter each");

/* $1 how many. What is counted by day waits for the releases that were numbered before it (flow/trade_months). */
static const struct db_stmt read_stmt = {
	.name = "alarms_read",
	.sql =
	"select s.id, s.what, s.declaration_id::text, coalesce(e.credit_code, s.enterprise), s.at,"
	"  case s.what when 'return' then to_char(s.at at time zone 'Asia/Shanghai', 'YYYY-MM-DD')"
	"    when 'signatures' then to_char(s.at at time zone 'Asia/Shanghai', 'YYYY-MM-DD') || '/' || s.occasion else s.occasion end,"
	"  coalesce(s.counts[1], r.returned, f.failures), coalesce(s.counts[2], r.released, f.replays)"
	" from (select s.* from risk_signal s, trade_place p where s.what <> 'return' or s.seen <= p.seq order by s.id limit $1::integer) s"
	" left join enterprise e on e.id = enterprise_by_number(s.enterprise)"
	" left join lateral (select * from risk_returns(s.enterprise, s.at) where s.what = 'return') r on true"
	" left join lateral ("
	"  select * from risk_signatures(s.client_id, (extract(epoch from s.at) / 60)::integer, tracking_day(s.at)) where s.what = 'signatures') f on true"
	" order by s.id",
	.param_count = READ_PARAMS,
};
enum { COL_ID, COL_WHAT, COL_DECLARATION, COL_ENTERPRISE, COL_AT, COL_OCCASION, COL_FIRST, COL_SECOND };

/* $1 signals that were judged; then a column each of what hit: signal, row, kind of subject, subject, occasion, counted; $8 now. How many alarms were
 * raised, how many cases opened. */
static const struct db_stmt write_stmt = {
	.name = "alarms_write",
	.sql =
	"with d as (delete from risk_signal s where s.id = any ($1::bigint[]) returning s.id),"
	" x as materialized ("
	"  select x.*, w.rule, w.mode, w.points, w.class, w.rule || '/' || x.occasion as origin"
	"  from unnest($2::bigint[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::bigint[])"
	"    as x(signal, row_id, subject_kind, subject, occasion, counted)"
	"  join d on d.id = x.signal join risk_rule w on w.id = x.row_id),"
	" i as ("
	"  insert into risk_alarm (id, rule, rule_row, mode, subject_kind, subject, occasion, counted, points, class, at, case_id)"
	"  select case_id('alarm ' || x.mode, x.subject_kind, x.subject, x.origin), x.rule, x.row_id, x.mode, x.subject_kind, x.subject, x.occasion, x.counted,"
	"    x.points, x.class, $8::timestamptz, case when x.mode = 'active' then case_id('risk', x.subject_kind, x.subject, x.origin) end"
	"  from x order by 1 on conflict (id) do nothing returning *),"
	" c as materialized ("
	"  select case_open('risk', i.subject_kind, i.subject, i.rule || '/' || i.occasion, array[i.rule], i.points, i.class,"
	"    risk_grade_on(i.points, tracking_day($8::timestamptz)), 'a risk rule hit: ' || i.rule || ', ' || i.counted, '{}', $8::timestamptz, 'tongguand') as opened"
	"  from i where i.mode = 'active' offset 0)"
	" select (select count(*) from i), (select count(opened) from c)",
	.param_count = WRITE_PARAMS,
	.flags = DB_WRITES,
};

struct alarms {
	struct follower base;
	struct db_param read[READ_PARAMS], write[WRITE_PARAMS];
	struct risk_day day; /* of the signal under way */
	bool has_day, more;
};

struct hit { /* of a signal */
	struct hit *next;
	int signal; /* its row */
	int rule_row;
	int64_t counted;
	const char *of; /* before the occasion; "": nothing */
};

struct hits {
	struct arena *arena;
	struct hit *first, **last;
	int count;
};

/* --- judging ------------------------------------------------------------------------------------------------------ */

/* False: no rules hold on the signal's day. */
static bool take_day(struct alarms *x, int32_t day)
{
	if (!x->has_day || x->day.day != day)
		x->has_day = risk_set_on(&(*x->base.deps.rules)->risk, day, &x->day);
	return x->has_day;
}

static void judge(const struct alarms *x, const struct risk_alarm_facts *facts, int signal, const char *of, struct hits *out)
{
	struct risk_hit hits[RISK_DAY_RULES_MAX];
	struct risk_judgement got;

	risk_alarm_judge(x->day.rows, x->day.row_count, facts, hits, &got);
	for (int i = 0; i < got.hit_count; i++) {
		struct hit *one = arena_alloc(out->arena, sizeof(*one));

		if (one == NULL)
			return;
		*one = (struct hit){ .signal = signal, .rule_row = hits[i].row->id, .counted = hits[i].counted, .of = of };
		*out->last = one;
		out->last = &one->next;
		out->count++;
	}
}

/* Refused signatures, and such as were taken before, are an occasion each. */
static void judge_signal(struct alarms *x, const struct db_rows *rows, int row, struct hits *out)
{
	struct text what = db_get_text(rows, row, COL_WHAT);
	int64_t first = db_get_int(rows, row, COL_FIRST), second = db_get_int(rows, row, COL_SECOND);

	if (!take_day(x, clock_day(db_get_time(rows, row, COL_AT))))
		return;
	if (text_is(what, "standstill")) {
		judge(x, &(struct risk_alarm_facts){ .has_standstill = true, .still_hours = first }, row, "", out);
	} else if (text_is(what, "delivery")) {
		judge(x, &(struct risk_alarm_facts){ .has_delivery = true, .delivery_minutes = first, .is_export = second != 0 }, row, "", out);
	} else if (text_is(what, "return")) {
		judge(x, &(struct risk_alarm_facts){ .returned = first, .released = second }, row, "", out);
	} else {
		judge(x, &(struct risk_alarm_facts){ .failures = first }, row, "failures/", out);
		judge(x, &(struct risk_alarm_facts){ .replays = second }, row, "replays/", out);
	}
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

static void on_written(struct db_call *call, const struct db_answer *a)
{
	struct alarms *x = container_of(call, struct alarms, base.call);
	int64_t raised;

	if (!follower_is_good(&x->base, a))
		return;
	raised = db_get_int(a->results[0], 0, 0);
	if (raised > 0)
		log_event(NULL, LOG_LEVEL_NOTICE, "alarms.raised", "%lld alarms of the risk rules, %lld cases opened", (long long)raised,
		          (long long)db_get_int(a->results[0], 0, 1));
	follower_rest(&x->base, x->more);
}

static struct text occasion_of(struct arena *a, const struct hit *h, const struct db_rows *rows)
{
	struct text occasion = db_get_text(rows, h->signal, COL_OCCASION);
	struct buf b;

	buf_init(&b, a, occasion.len + 16);
	buf_str(&b, h->of);
	buf_text(&b, occasion);
	return buf_as_text(&b);
}

static void put_hit(struct arena *a, const struct hit *h, const struct db_rows *rows, struct db_array x[WRITE_ARRAYS])
{
	struct text declaration = db_get_text(rows, h->signal, COL_DECLARATION), enterprise = db_get_text(rows, h->signal, COL_ENTERPRISE);

	db_array_i64(&x[0], db_get_int(rows, h->signal, COL_ID));
	db_array_i64(&x[1], h->rule_row);
	db_array_text(&x[2], enterprise.at == NULL ? TEXT("declaration") : TEXT("enterprise"));
	db_array_text(&x[3], enterprise.at == NULL ? declaration : enterprise);
	db_array_text(&x[4], occasion_of(a, h, rows));
	db_array_i64(&x[5], h->counted);
}

static void write_step(struct alarms *x, const struct db_rows *rows, const struct hits *hits)
{
	static const enum db_kind kinds[WRITE_ARRAYS] = { DB_KIND_I64, DB_KIND_I32, DB_KIND_TEXT, DB_KIND_TEXT, DB_KIND_TEXT, DB_KIND_I64 };
	struct arena *a = &x->base.arena;
	struct db_array signals, columns[WRITE_ARRAYS];

	db_array_begin(&signals, a, DB_KIND_I64, db_row_count(rows), 16 * (size_t)db_row_count(rows));
	for (int row = 0; row < db_row_count(rows); row++)
		db_array_i64(&signals, db_get_int(rows, row, COL_ID));
	for (int i = 0; i < WRITE_ARRAYS; i++)
		db_array_begin(&columns[i], a, kinds[i], hits->count, 48 * (size_t)hits->count);
	for (const struct hit *h = hits->first; h != NULL; h = h->next)
		put_hit(a, h, rows, columns);
	x->write[0] = db_array_end(&signals);
	for (int i = 0; i < WRITE_ARRAYS; i++)
		x->write[1 + i] = db_array_end(&columns[i]);
	x->write[1 + WRITE_ARRAYS] = db_time(a, clock_now_us(x->base.deps.clock));
	follower_ask(&x->base, &write_stmt, x->write, on_written);
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static void on_read(struct db_call *call, const struct db_answer *a)
{
	struct alarms *x = container_of(call, struct alarms, base.call);
	struct hits hits = { .arena = &x->base.arena };
	const struct db_rows *rows;

	if (!follower_is_good(&x->base, a))
		return;
	rows = a->results[0];
	hits.last = &hits.first;
	x->more = db_row_count(rows) == BATCH;
	x->has_day = false;
	for (int row = 0; row < db_row_count(rows); row++)
		judge_signal(x, rows, row, &hits);
	if (db_row_count(rows) == 0)
		follower_rest(&x->base, false);
	else
		write_step(x, rows, &hits);
}

/* Until the rules are read it waits. */
static void begin(struct follower *f)
{
	struct alarms *x = container_of(f, struct alarms, base);

	if (*f->deps.rules == NULL) {
		follower_rest(f, false);
		return;
	}
	x->read[0] = db_i32(&f->arena, BATCH);
	follower_ask(f, &read_stmt, x->read, on_read);
}

const struct follower_kind alarms_kind = {
	.what = "alarms of the risk rules",
	.put_off_event = "alarms.put_off",
	.bytes = sizeof(struct alarms),
	.step_bytes = (size_t)1 << 20,
	.stands_back = true,
	.begin = begin,
};
