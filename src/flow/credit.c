/* A step: the enterprises that are due, judged in memory day by day, and one statement for all that is new of them. */
#include "flow/credit.h"

#include <stdlib.h>

#include "base/log.h"
#include "flow/credit_settle.h"
#include "store/credit_store.h"

#define STEP_BYTES ((size_t)128 << 20) /* bounded in fact by the batch and STANDINGS_MAX */

enum { COUNT_EVENTS = 2000, COUNT_PARAMS = 2, DUE_PARAMS = 2, DAYS_MAX = 400, STANDINGS_MAX = 2000 };

/* $1 how many events, $2 the day. Releases of declarations of which an enterprise's client filed a part. */
static const struct db_stmt count_stmt = {
	.name = "credit_count",
	.sql =
	"with w as materialized ("
	"  select p.seq, feed_watermark() as last, least(greatest(p.seq, feed_floor() - 1) + $1::integer, feed_watermark()) as upto"
	"  from credit_released_place p),"
	" n as materialized ("
	"  select x.code, count(*)::integer as count"
	"  from w cross join lateral feed_read(w.seq, w.upto) e"
	"  cross join lateral (select d.client_ids from declaration d where d.bucket = id_bucket(e.declaration_id) and d.id = e.declaration_id offset 0) d"
	"  cross join lateral (select distinct u.code from unnest(d.client_ids) as i(id) join client c on c.id = i.id cross join unnest(c.codes) as u(code)) x"
	"  join credit_subject s on s.code = x.code"
	"  where e.type = 'declaration.released' group by x.code),"
	" g as (update credit_released_place p set seq = w.upto from w where p.seq = w.seq and w.upto > w.seq returning p.seq),"
	" i as ("
	"  insert into credit_released as r (code, day, count) select code, date '1970-01-01' + $2::integer, count from n where exists (select from g) order by 1"
	"  on conflict (code, day) do update set count = r.count + excluded.count)"
	" select w.upto < w.last from w where exists (select from g)",
	.param_count = COUNT_PARAMS,
	.flags = DB_WRITES,
};

/* $1 now, $2 today. The month of senders' data that was closed, with the events that follow of it; null: none is to be closed. */
static const struct db_stmt close_stmt = {
	.name = "sender_month_close",
	.sql = "select sender_month_close($1::timestamptz, date '1970-01-01' + $2::integer)",
	.param_count = 2,
	.flags = DB_WRITES,
};

/* $1 today, $2 how many */
static const struct db_stmt due_stmt = {
	.name = "credit_due",
	.sql =
	"select code, judged_on - date '1970-01-01', raise, judged_raise, score, level, barred,"
	"  (select t.events::text from credit_standing t where t.code = p.code order by t.id desc limit 1) from ("
	"  (select * from credit_place where judged_on < date '1970-01-01' + $1::integer order by judged_on limit $2::integer)"
	"  union (select * from credit_place where raise > judged_raise order by code limit $2::integer)) p"
	" order by code collate \"C\" limit $2::integer",
	.param_count = DUE_PARAMS,
};
enum { DUE_CODE, DUE_ON, DUE_RAISE, DUE_JUDGED_RAISE, DUE_SCORE, DUE_LEVEL, DUE_BARRED, DUE_EVENTS };

struct credit {
	struct credit_conf conf;
	struct credit_deps deps;
	struct loop_timer sweep;
	struct arena arena; /* of the step under way */
	struct db_call call;
	struct db_param params[2];
	struct credit_settle settle;
	struct credit_place *places; /* who is due; of those that are judged the rest of the row is filled in */
	int place_count;
	int32_t today;
	int64_t closed_hour; /* of business time, in which it was looked for months to close */
	bool asking, quiesced, has_failed, close_failed, counts_more;
};

static void on_sweep(struct loop_timer *t);

static void rest(struct credit *c, bool at_once)
{
	arena_done(&c->arena);
	c->asking = false;
	if (!c->quiesced)
		loop_timer_set(c->deps.loop, &c->sweep, at_once ? 0 : (int64_t)c->conf.sweep_ms * 1000, on_sweep);
}

static void put_off(struct credit *c, const char *what, const char *why)
{
	if (!c->has_failed)
		log_event(NULL, LOG_LEVEL_WARNING, "credit.put_off", "%s: %s", what, why);
	c->has_failed = true;
	rest(c, false);
}

/* False: the step is over. */
static bool is_good(struct credit *c, const struct db_answer *a)
{
	if (a->outcome == DB_DONE)
		return true;
	put_off(c, db_outcome_name(a->outcome), a->detail == NULL ? "" : a->detail);
	return false;
}

static void ask(struct credit *c, const struct db_stmt *stmt, db_done_fn *then)
{
	if (c->arena.full) {
		put_off(c, stmt->name, "no memory");
		return;
	}
	c->asking = true;
	db_call_init(&c->call);
	db_call_add(&c->call, stmt, c->params);
	db_start(c->deps.db, &c->call, then);
}

/* --- judging and writing ------------------------------------------------------------------------------------------ */

static void on_written(struct db_call *call, const struct db_answer *a)
{
	struct credit *c = container_of(call, struct credit, call);

	if (!is_good(c, a))
		return;
	c->has_failed = false;
	rest(c, true);
}

/* From the last day that was judged, if something was recorded since then, else from the day after it. */
static int32_t first_day(const struct credit *c, const struct credit_place *p)
{
	return p->raise > p->was_raise || p->was_on >= c->today ? p->was_on : p->was_on + 1;
}

/* Every day up to today that there is room for. */
static bool judge_days(struct credit *c, struct credit_place *p, const struct credit_record *record, const struct credit_records *all, struct fault *f)
{
	int32_t from = first_day(c, p), last = c->today > from ? c->today : from;
	struct credit_view view;

	if (!credit_view_new(&view, &c->arena, record))
		return fault_set(f, FAULT_BUSY, "no memory");
	if (last > from + DAYS_MAX)
		last = from + DAYS_MAX;
	for (int32_t day = from; day <= last && c->settle.standing_count < STANDINGS_MAX; day++) {
		struct credit_standing now;

		if (!credit_view_on(&view, all->rows, all->row_count, day, f))
			return false;
		credit_view_judge(&view, &now);
		if (!credit_settle_note(&c->settle, p, &view, &now))
			return fault_set(f, FAULT_BUSY, "no memory");
		p->judged_on = day;
		p->is_judged = true;
	}
	return true;
}

static void on_records(struct db_call *call, const struct db_answer *a)
{
	struct credit *c = container_of(call, struct credit, call);
	struct credit_records all;
	struct fault f = { 0 };
	int at = 0;

	if (!is_good(c, a))
		return;
	if (!credit_records_read(&all, &c->arena, a) || !credit_settle_begin(&c->settle, &c->arena, STANDINGS_MAX)) {
		put_off(c, "records", "no memory");
		return;
	}
	for (int i = 0; i < c->place_count; i++) { /* both in the order of their codes */
		while (at < all.count && text_order(all.list[at].code, c->places[i].code) < 0)
			at++;
		if (at < all.count && text_eq(all.list[at].code, c->places[i].code) && !judge_days(c, &c->places[i], &all.list[at], &all, &f)) {
			put_off(c, "judging", f.text);
			return;
		}
	}
	if (!credit_settle_add(&c->settle, c->places, c->place_count, clock_now_us(c->deps.clock), c->deps.ids, &c->call)) {
		put_off(c, "what was judged", "no memory");
		return;
	}
	db_start(c->deps.db, &c->call, on_written);
}

/* --- who is due --------------------------------------------------------------------------------------------------- */

static bool read_places(struct credit *c, const struct db_rows *r)
{
	struct db_array codes;

	c->place_count = db_row_count(r);
	c->places = arena_zalloc(&c->arena, sizeof(*c->places) * (size_t)c->place_count);
	if (c->places == NULL)
		return false;
	db_array_begin(&codes, &c->arena, DB_KIND_TEXT, c->place_count, 32 * (size_t)c->place_count);
	for (int row = 0; row < c->place_count; row++) {
		struct credit_place *p = &c->places[row];

		p->code = text_dup(&c->arena, db_get_text(r, row, DUE_CODE));
		p->was_on = (int32_t)db_get_int(r, row, DUE_ON);
		p->raise = (int)db_get_int(r, row, DUE_RAISE);
		p->was_raise = (int)db_get_int(r, row, DUE_JUDGED_RAISE);
		p->is_known = !db_is_null(r, row, DUE_SCORE) && credit_level_by_letter(db_get_text(r, row, DUE_LEVEL), &p->level);
		p->score = (int)db_get_int(r, row, DUE_SCORE);
		p->barred = db_get_int(r, row, DUE_BARRED) != 0;
		p->events = text_dup(&c->arena, db_get_text(r, row, DUE_EVENTS));
		db_array_text(&codes, p->code);
	}
	c->params[0] = db_array_end(&codes);
	return !c->arena.full;
}

static void on_due(struct db_call *call, const struct db_answer *a)
{
	struct credit *c = container_of(call, struct credit, call);

	if (!is_good(c, a))
		return;
	if (db_row_count(a->results[0]) == 0) {
		rest(c, c->counts_more);
		return;
	}
	if (!read_places(c, a->results[0])) {
		put_off(c, "who is due", "no memory");
		return;
	}
	db_call_init(&c->call);
	credit_store_load(&c->call, c->params);
	db_start(c->deps.db, &c->call, on_records);
}

static void on_counted(struct db_call *call, const struct db_answer *a)
{
	struct credit *c = container_of(call, struct credit, call);

	if (!is_good(c, a))
		return;
	c->counts_more = db_row_count(a->results[0]) == 1 && db_get_int(a->results[0], 0, 0) != 0;
	c->params[0] = db_i32(&c->arena, c->today);
	c->params[1] = db_i32(&c->arena, c->conf.batch);
	ask(c, &due_stmt, on_due);
}

static void count(struct credit *c)
{
	c->params[0] = db_i32(&c->arena, COUNT_EVENTS);
	c->params[1] = db_i32(&c->arena, c->today);
	ask(c, &count_stmt, on_counted);
}

/* --- months that are over ----------------------------------------------------------------------------------------- */

static void close_month(struct credit *c, int64_t now_us);

static void on_closed(struct db_call *call, const struct db_answer *a)
{
	struct credit *c = container_of(call, struct credit, call);
	int64_t now_us = clock_now_us(c->deps.clock);

	if (a->outcome != DB_DONE) { /* at the next sweep again: credit does not wait for it */
		if (!c->close_failed)
			log_event(NULL, LOG_LEVEL_WARNING, "quality.not_closed", "%s %s", db_outcome_name(a->outcome), a->detail == NULL ? "" : a->detail);
		c->close_failed = true;
		count(c);
		return;
	}
	c->close_failed = false;
	if (!db_is_null(a->results[0], 0, 0)) { /* and perhaps the one after it */
		log_event(NULL, LOG_LEVEL_NOTICE, "quality.closed", "a month of senders' data is closed");
		close_month(c, now_us);
		return;
	}
	c->closed_hour = now_us / US_PER_HOUR;
	count(c);
}

static void close_month(struct credit *c, int64_t now_us)
{
	c->params[0] = db_time(&c->arena, now_us);
	c->params[1] = db_i32(&c->arena, c->today);
	ask(c, &close_stmt, on_closed);
}

static void on_sweep(struct loop_timer *t)
{
	struct credit *c = container_of(t, struct credit, sweep);
	int64_t now_us = clock_now_us(c->deps.clock);

	if (c->deps.is_busy(c->deps.arg)) {
		rest(c, false);
		return;
	}
	c->today = clock_day(now_us);
	if (now_us / US_PER_HOUR != c->closed_hour)
		close_month(c, now_us);
	else
		count(c);
}

/* --- life --------------------------------------------------------------------------------------------------------- */

struct credit *credit_new(const struct credit_conf *conf, const struct credit_deps *deps, struct fault *f)
{
	struct credit *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		(void)fault_set(f, FAULT_SYSTEM, "no memory for the evaluation of credit");
		return NULL;
	}
	c->conf = *conf;
	c->deps = *deps;
	arena_init(&c->arena, STEP_BYTES);
	rest(c, false);
	return c;
}

void credit_quiesce(struct credit *c)
{
	c->quiesced = true;
	loop_timer_clear(c->deps.loop, &c->sweep);
}

bool credit_idle(const struct credit *c)
{
	return !c->asking;
}

void credit_free(struct credit *c)
{
	if (c == NULL)
		return;
	loop_timer_clear(c->deps.loop, &c->sweep);
	if (c->asking)
		db_cancel(c->deps.db, &c->call);
	arena_done(&c->arena);
	free(c);
}
