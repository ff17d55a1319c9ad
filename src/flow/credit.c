/* A step: the enterprises that are due, judged in memory day by day, and one statement for all that is new of them. */
#include "flow/credit.h"

#include "base/log.h"
#include "flow/credit_settle.h"
#include "store/credit_store.h"

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
	struct follower base;
	struct db_param params[2];
	struct credit_settle settle;
	struct credit_place *places; /* who is due; of those that are judged the rest of the row is filled in */
	int place_count;
	int32_t today;
	bool counts_more;
};

/* --- judging and writing ------------------------------------------------------------------------------------------ */

static void on_written(struct db_call *call, const struct db_answer *a)
{
	struct credit *c = container_of(call, struct credit, base.call);

	if (follower_is_good(&c->base, a))
		follower_rest(&c->base, true);
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

	if (!credit_view_new(&view, &c->base.arena, record))
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
	struct credit *c = container_of(call, struct credit, base.call);
	struct credit_records all;
	struct fault f = { 0 };
	int at = 0;

	if (!follower_is_good(&c->base, a))
		return;
	if (!credit_records_read(&all, &c->base.arena, a) || !credit_settle_begin(&c->settle, &c->base.arena, STANDINGS_MAX)) {
		follower_put_off(&c->base, "records", "no memory");
		return;
	}
	for (int i = 0; i < c->place_count; i++) { /* both in the order of their codes */
		while (at < all.count && text_order(all.list[at].code, c->places[i].code) < 0)
			at++;
		if (at < all.count && text_eq(all.list[at].code, c->places[i].code) && !judge_days(c, &c->places[i], &all.list[at], &all, &f)) {
			follower_put_off(&c->base, "judging", f.text);
			return;
		}
	}
	if (!credit_settle_add(&c->settle, c->places, c->place_count, clock_now_us(c->base.deps.clock), c->base.deps.ids, &c->base.call)) {
		follower_put_off(&c->base, "what was judged", "no memory");
		return;
	}
	follower_send(&c->base, on_written);
}

/* --- who is due --------------------------------------------------------------------------------------------------- */

static bool read_places(struct credit *c, const struct db_rows *r)
{
	struct db_array codes;

	c->place_count = db_row_count(r);
	c->places = arena_zalloc(&c->base.arena, sizeof(*c->places) * (size_t)c->place_count);
	if (c->places == NULL)
		return false;
	db_array_begin(&codes, &c->base.arena, DB_KIND_TEXT, c->place_count, 32 * (size_t)c->place_count);
	for (int row = 0; row < c->place_count; row++) {
		struct credit_place *p = &c->places[row];

		p->code = text_dup(&c->base.arena, db_get_text(r, row, DUE_CODE));
		p->was_on = (int32_t)db_get_int(r, row, DUE_ON);
		p->raise = (int)db_get_int(r, row, DUE_RAISE);
		p->was_raise = (int)db_get_int(r, row, DUE_JUDGED_RAISE);
		p->is_known = !db_is_null(r, row, DUE_SCORE) && credit_level_by_letter(db_get_text(r, row, DUE_LEVEL), &p->level);
		p->score = (int)db_get_int(r, row, DUE_SCORE);
		p->barred = db_get_int(r, row, DUE_BARRED) != 0;
		p->events = text_dup(&c->base.arena, db_get_text(r, row, DUE_EVENTS));
		db_array_text(&codes, p->code);
	}
	c->params[0] = db_array_end(&codes);
	return !c->base.arena.full;
}

static void on_due(struct db_call *call, const struct db_answer *a)
{
	struct credit *c = container_of(call, struct credit, base.call);

	if (!follower_is_good(&c->base, a))
		return;
	if (db_row_count(a->results[0]) == 0) {
		follower_rest(&c->base, c->counts_more);
		return;
	}
	if (!read_places(c, a->results[0])) {
		follower_put_off(&c->base, "who is due", "no memory");
		return;
	}
	db_call_init(&c->base.call);
	credit_store_load(&c->base.call, c->params);
	follower_send(&c->base, on_records);
}

static void on_counted(struct db_call *call, const struct db_answer *a)
{
	struct credit *c = container_of(call, struct credit, base.call);

	if (!follower_is_good(&c->base, a))
		return;
	c->counts_more = db_row_count(a->results[0]) == 1 && db_get_int(a->results[0], 0, 0) != 0;
	c->params[0] = db_i32(&c->base.arena, c->today);
	c->params[1] = db_i32(&c->base.arena, c->base.conf.batch);
	follower_ask(&c->base, &due_stmt, c->params, on_due);
}

static void begin(struct follower *f)
{
	struct credit *c = container_of(f, struct credit, base);

	c->today = clock_day(clock_now_us(f->deps.clock));
	c->params[0] = db_i32(&f->arena, COUNT_EVENTS);
	c->params[1] = db_i32(&f->arena, c->today);
	follower_ask(f, &count_stmt, c->params, on_counted);
}

const struct follower_kind credit_kind = {
	.what = "the evaluation of credit",
	.put_off_event = "credit.put_off",
	.bytes = sizeof(struct credit),
	.step_bytes = (size_t)128 << 20, /* bounded in fact by the batch and STANDINGS_MAX */
	.stands_back = true,
	.begin = begin,
};
