/* A sweep: read what filings tell, gather it, then read what is due, judge it by model/tracking, write what came of it. */
#include "flow/tracker.h"

#include <stdlib.h>

#include "base/log.h"
#include "flow/tracker_priv.h"
#include "store/tracking_store.h"

#define STEP_BYTES ((size_t)64 << 20) /* bounded in fact by the batch */

struct judged { /* one parcel */
	struct id parcel, declaration;
	bool has_declaration;
	int64_t seq;
	struct text alerts; /* the steps that have one open, parted by commas */
	struct tracking_report reports[TRACKING_STEPS_MAX];
	int count;
};

struct tracker {
	struct tracker_conf conf;
	struct tracker_deps deps;
	struct loop_timer sweep;
	struct arena arena; /* of the step under way */
	struct db_call call;
	struct db_param read[TRACKER_READ_PARAMS], gather[TRACKER_GATHER_PARAMS], due[TRACKER_DUE_PARAMS], write[TRACKER_WRITE_PARAMS];
	struct id change;
	int64_t now_us;     /* business time of the step */
	int batch;          /* events to gather: fewer after a failure, for one filing may name thousands of parcels */
	bool asking, quiesced, has_failed;
	bool more_events, more_due;
};

static loop_timer_fn on_sweep;

static void rest(struct tracker *t)
{
	bool at_once = t->more_events || t->more_due;

	arena_done(&t->arena);
	t->asking = false;
	t->more_events = t->more_due = false;
	if (!t->quiesced)
		loop_timer_set(t->deps.loop, &t->sweep, at_once ? 0 : (int64_t)t->conf.sweep_ms * 1000, on_sweep);
}

static void give_up(struct tracker *t)
{
	t->more_events = t->more_due = false;
	rest(t);
}

static bool is_good(struct tracker *t, const struct db_answer *a)
{
	bool good = a->outcome == DB_DONE;

	if (!good && !t->has_failed)
		log_event(NULL, LOG_LEVEL_WARNING, "tracking.put_off", "%s %s", db_outcome_name(a->outcome), a->detail == NULL ? "" : a->detail);
	t->has_failed = !good;
	return good;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

static void on_written(struct db_call *call, const struct db_answer *a)
{
	struct tracker *t = container_of(call, struct tracker, call);

	if (!is_good(t, a)) {
		give_up(t);
		return;
	}
	if (db_get_int(a->results[0], 0, 0) > 0)
		log_event(NULL, LOG_LEVEL_NOTICE, "tracking.missing", "%lld steps of parcels did not come within their limits",
		          (long long)db_get_int(a->results[0], 0, 0));
	rest(t);
}

static bool has_alert(const struct judged *j, struct text step)
{
	struct text rest = j->alerts, one;

	while (text_next(&rest, ',', &one))
		if (text_eq(one, step))
			return true;
	return false;
}

/* What came instead: the step itself, or one after it; absent: its limit runs no more. */
static struct text closed_by(const struct tracking_report *r)
{
	if (r == NULL || r->state == TRACKING_WAITING)
		return (struct text){ NULL, 0 };
	return r->state == TRACKING_PASSED ? r->passed_by->step : r->rule->step;
}

/* Of arrays that are begun (x): alerts to open. NULL: counts them. */
static int put_opened(struct tracker *t, const struct judged *list, int count, struct db_array *x)
{
	int opened = 0;

	for (const struct judged *j = list; j < list + count; j++) {
		for (int i = 0; i < j->count; i++) {
			const struct tracking_report *r = &j->reports[i];
			struct id id;

			if (r->state != TRACKING_MISSING || has_alert(j, r->rule->step))
				continue;
			opened++;
			if (x == NULL)
				continue;
			id = id_new(t->deps.ids, t->now_us, id_bucket(&j->parcel));
			db_array_id(&x[0], &id);
			db_array_id(&x[1], &j->parcel);
			db_array_id(&x[2], j->has_declaration ? &j->declaration : NULL);
			db_array_text(&x[3], r->rule->step);
			db_array_i64(&x[4], r->rule->id);
			db_array_i64(&x[5], r->due_us);
		}
	}
	return opened;
}

static int put_closed(const struct judged *list, int count, struct db_array *x)
{
	int closed = 0;

	for (const struct judged *j = list; j < list + count; j++) {
		struct text rest = j->alerts, step;

		while (text_next(&rest, ',', &step)) {
			const struct tracking_report *r = tracking_find(j->reports, j->count, step);

			if (r != NULL && r->state == TRACKING_MISSING)
				continue;
			closed++;
			if (x == NULL)
				continue;
			db_array_id(&x[0], &j->parcel);
			db_array_text(&x[1], step);
			db_array_text(&x[2], closed_by(r));
		}
	}
	return closed;
}

static void put_looks(struct tracker *t, const struct judged *list, int count, struct db_array *x)
{
	for (const struct judged *j = list; j < list + count; j++) {
		int64_t next_us = tracking_next_due_us(j->reports, j->count, t->now_us);

		db_array_id(&x[0], &j->parcel);
		db_array_i64(&x[1], j->seq);
		if (next_us == INT64_MAX)
			db_array_null(&x[2]);
		else
			db_array_i64(&x[2], next_us);
	}
}

static void write_judged(struct tracker *t, const struct judged *list, int count)
{
	static const enum db_kind kinds[TRACKER_WRITE_ARRAYS] = { DB_KIND_UUID, DB_KIND_I32, DB_KIND_TIME, DB_KIND_UUID, DB_KIND_UUID, DB_KIND_UUID,
		                                                  DB_KIND_TEXT, DB_KIND_I32, DB_KIND_TIME, DB_KIND_UUID, DB_KIND_TEXT, DB_KIND_TEXT };
	int opened = put_opened(t, list, count, NULL), closed = put_closed(list, count, NULL);
	struct db_array x[TRACKER_WRITE_ARRAYS];

	for (int i = 0; i < TRACKER_WRITE_ARRAYS; i++) {
		int n = i < 3 ? count : i < 9 ? opened : closed;

		db_array_begin(&x[i], &t->arena, kinds[i], n, 32 * (size_t)n);
	}
	put_looks(t, list, count, &x[0]);
	(void)put_opened(t, list, count, &x[3]);
	(void)put_closed(list, count, &x[9]);
	for (int i = 0; i < TRACKER_WRITE_ARRAYS; i++)
		t->write[i] = db_array_end(&x[i]);
	if (opened + closed > 0) /* as a rule there is nothing to tell */
		t->change = id_new(t->deps.ids, t->now_us, (int16_t)(id_random(t->deps.ids) % ID_BUCKETS));
	t->write[TRACKER_WRITE_ARRAYS] = db_time(&t->arena, t->now_us);
	t->write[TRACKER_WRITE_ARRAYS + 1] = opened + closed > 0 ? db_id(&t->change) : db_null();
	if (t->arena.full) {
		give_up(t);
		return;
	}
	db_call_init(&t->call);
	db_call_add(&t->call, &tracker_write, t->write);
	db_start(t->deps.db, &t->call, on_written);
}

/* --- judging ------------------------------------------------------------------------------------------------------ */

static bool same_parcel(const struct db_rows *rows, int a, int b)
{
	struct id one, other;

	return db_get_id(rows, a, DUE_PARCEL, &one) && db_get_id(rows, b, DUE_PARCEL, &other) && id_eq(&one, &other);
}

/* The parcel whose rows begin there; returns where the next one's do. */
static int judge_parcel(struct tracker *t, const struct tracking_rule *rules, int rule_count, const struct db_rows *rows, int row,
                        struct tracking_event *events, struct judged *out)
{
	struct tracking_case c = { .rules = rules, .rule_count = rule_count, .events = events, .now_us = t->now_us,
		                   .trade_mode = db_get_text(rows, row, DUE_MODE) };
	int first = row;

	*out = (struct judged){ .seq = db_get_int(rows, row, DUE_SEQ), .alerts = db_get_text(rows, row, DUE_ALERTS) };
	out->has_declaration = db_get_id(rows, row, DUE_DECLARATION, &out->declaration);
	c.has_direction = db_get_id(rows, row, DUE_PARCEL, &out->parcel) && direction_by_name(db_get_text(rows, row, DUE_DIRECTION), &c.direction);
	c.day = clock_day(db_is_null(rows, row, DUE_OPENED_AT) ? t->now_us : db_get_time(rows, row, DUE_OPENED_AT));
	for (; row < db_row_count(rows) && same_parcel(rows, first, row); row++)
		if (!db_is_null(rows, row, DUE_STEP))
			events[c.event_count++] = (struct tracking_event){ db_get_text(rows, row, DUE_STEP), db_get_time(rows, row, DUE_AT) };
	out->count = tracking_judge(&c, out->reports);
	return row;
}

static void on_due(struct db_call *call, const struct db_answer *a)
{
	struct tracker *t = container_of(call, struct tracker, call);
	const struct tracking_rule *rules;
	struct tracking_event *events;
	const struct db_rows *rows;
	struct judged *list;
	int rule_count, count = 0;

	if (!is_good(t, a)) {
		give_up(t);
		return;
	}
	rows = a->results[1];
	if (db_row_count(rows) == 0) {
		rest(t);
		return;
	}
	rules = tracking_store_read_rules(&t->arena, a->results[0], &rule_count);
	list = arena_alloc(&t->arena, sizeof(*list) * (size_t)t->conf.batch);
	events = arena_alloc(&t->arena, sizeof(*events) * (size_t)db_row_count(rows));
	if (rules == NULL || list == NULL || events == NULL) {
		give_up(t);
		return;
	}
	for (int row = 0; row < db_row_count(rows); count++)
		row = judge_parcel(t, rules, rule_count, rows, row, events, &list[count]);
	t->more_due = count == t->conf.batch;
	write_judged(t, list, count);
}

/* --- gathering ---------------------------------------------------------------------------------------------------- */

static void too_large(struct tracker *t)
{
	t->batch = t->batch > 4 ? t->batch / 4 : 1;
	give_up(t);
}

static void on_gathered(struct db_call *call, const struct db_answer *a)
{
	struct tracker *t = container_of(call, struct tracker, call);

	if (!is_good(t, a)) {
		too_large(t);
		return;
	}
	t->batch = 2 * t->batch < t->conf.batch ? 2 * t->batch : t->conf.batch;
	t->more_events = t->more_events && db_row_count(a->results[0]) == 1; /* none: another daemon goes on */
	arena_done(&t->arena);
	t->now_us = clock_now_us(t->deps.clock);
	t->due[0] = db_time(&t->arena, t->now_us);
	t->due[1] = db_i32(&t->arena, t->conf.batch);
	db_call_init(&t->call);
	db_call_add(&t->call, &tracking_store_rules, NULL);
	db_call_add(&t->call, &tracker_due, t->due);
	db_start(t->deps.db, &t->call, on_due);
}

static void on_read(struct db_call *call, const struct db_answer *a)
{
	struct tracker *t = container_of(call, struct tracker, call);
	const struct db_rows *rows = a->outcome == DB_DONE ? a->results[0] : NULL;
	int64_t from, upto;

	if (!is_good(t, a) || !tracker_tell(&t->arena, t->deps.vault, rows, &t->gather[2])) {
		too_large(t);
		return;
	}
	from = db_get_int(rows, 0, READ_FROM);
	upto = db_get_int(rows, 0, READ_UPTO);
	t->more_events = upto > from && upto < db_get_int(rows, 0, READ_LAST);
	t->gather[0] = db_i64(&t->arena, from);
	t->gather[1] = db_i64(&t->arena, upto);
	db_call_init(&t->call);
	db_call_add(&t->call, &tracker_gather, t->gather);
	db_start(t->deps.db, &t->call, on_gathered);
}

static void on_sweep(struct loop_timer *timer)
{
	struct tracker *t = container_of(timer, struct tracker, sweep);

	if (t->deps.is_busy(t->deps.arg)) {
		rest(t);
		return;
	}
	t->asking = true;
	t->read[0] = db_i32(&t->arena, t->batch);
	db_call_init(&t->call);
	db_call_add(&t->call, &tracker_read, t->read);
	db_start(t->deps.db, &t->call, on_read);
}

/* --- life --------------------------------------------------------------------------------------------------------- */

struct tracker *tracker_new(const struct tracker_conf *conf, const struct tracker_deps *deps, struct fault *f)
{
	struct tracker *t = calloc(1, sizeof(*t));

	if (t == NULL) {
		(void)fault_set(f, FAULT_SYSTEM, "no memory for tracking");
		return NULL;
	}
	t->conf = *conf;
	t->deps = *deps;
	t->batch = conf->batch;
	arena_init(&t->arena, STEP_BYTES);
	rest(t);
	return t;
}

void tracker_quiesce(struct tracker *t)
{
	t->quiesced = true;
	loop_timer_clear(t->deps.loop, &t->sweep);
}

bool tracker_idle(const struct tracker *t)
{
	return !t->asking;
}

void tracker_free(struct tracker *t)
{
	if (t == NULL)
		return;
	loop_timer_clear(t->deps.loop, &t->sweep);
	if (t->asking)
		db_cancel(t->deps.db, &t->call);
	arena_done(&t->arena);
	free(t);
}
