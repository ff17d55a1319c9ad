/* A sweep: read what filings tell, gather it, then read what is due, judge it by model/tracking, write what came of it. */
#include "flow/tracker.h"

#include "base/log.h"
#include "flow/tracker_priv.h"
#include "store/tracking_store.h"

#define MINUTE_US (60 * US_PER_S)

struct judged { /* one parcel */
	struct id parcel, declaration;
	bool has_declaration;
	int64_t seq;
	struct text alerts; /* the steps that have one open, parted by commas */
	struct tracking_report reports[TRACKING_STEPS_MAX];
	int count;
};

struct tracker {
	struct follower base;
	struct db_param read[TRACKER_READ_PARAMS], gather[TRACKER_GATHER_PARAMS], due[TRACKER_DUE_PARAMS], write[TRACKER_WRITE_PARAMS];
	struct id change;
	int64_t now_us;  /* business time of the step */
	int batch;       /* events to gather: fewer after a failure, for one filing may name thousands of parcels; 0: no step yet */
	bool more_events, more_due;
};

/* --- writing ------------------------------------------------------------------------------------------------------ */

static void on_written(struct db_call *call, const struct db_answer *a)
{
	struct tracker *t = container_of(call, struct tracker, base.call);

	if (!follower_is_good(&t->base, a))
		return;
	if (db_get_int(a->results[0], 0, 0) > 0)
		log_event(NULL, LOG_LEVEL_NOTICE, "tracking.missing", "%lld steps of parcels did not come within their limits",
		          (long long)db_get_int(a->results[0], 0, 0));
	follower_rest(&t->base, t->more_events || t->more_due);
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
			id = id_new(t->base.deps.ids, t->now_us, id_bucket(&j->parcel));
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

/* Minutes from the release to the delivery, rounded down; false: both are not known. */
static bool delivery_of(const struct judged *j, int64_t *minutes, bool *is_export)
{
	const struct tracking_report *released = tracking_find(j->reports, j->count, TEXT("released"));
	const struct tracking_report *delivered = tracking_find(j->reports, j->count, TEXT("delivered"));
	int64_t us;

	if (!j->has_declaration || released == NULL || delivered == NULL || released->state != TRACKING_DONE || delivered->state != TRACKING_DONE)
		return false;
	us = delivered->at_us - released->at_us;
	*minutes = us / MINUTE_US - (us % MINUTE_US < 0);
	*is_export = delivered->rule->direction == DIR_EXPORT;
	return true;
}

static int put_delivered(const struct judged *list, int count, struct db_array *x)
{
	int delivered = 0;

	for (const struct judged *j = list; j < list + count; j++) {
		int64_t minutes;
		bool is_export;

		if (!delivery_of(j, &minutes, &is_export))
			continue;
		delivered++;
		if (x == NULL)
			continue;
		db_array_id(&x[0], &j->parcel);
		db_array_id(&x[1], &j->declaration);
		db_array_i64(&x[2], minutes);
		db_array_i64(&x[3], is_export);
	}
	return delivered;
}

static void write_judged(struct tracker *t, const struct judged *list, int count)
{
	static const enum db_kind kinds[TRACKER_WRITE_ARRAYS] = { DB_KIND_UUID, DB_KIND_I32, DB_KIND_TIME, DB_KIND_UUID, DB_KIND_UUID, DB_KIND_UUID,
		                                                  DB_KIND_TEXT, DB_KIND_I32, DB_KIND_TIME, DB_KIND_UUID, DB_KIND_TEXT, DB_KIND_TEXT,
		                                                  DB_KIND_UUID, DB_KIND_UUID, DB_KIND_I64, DB_KIND_BOOL };
	int opened = put_opened(t, list, count, NULL), closed = put_closed(list, count, NULL), delivered = put_delivered(list, count, NULL);
	struct db_array x[TRACKER_WRITE_ARRAYS];

	for (int i = 0; i < TRACKER_WRITE_ARRAYS; i++) {
		int n = i < 3 ? count : i < 9 ? opened : i < 12 ? closed : delivered;

		db_array_begin(&x[i], &t->base.arena, kinds[i], n, 32 * (size_t)n);
	}
	put_looks(t, list, count, &x[0]);
	(void)put_opened(t, list, count, &x[3]);
	(void)put_closed(list, count, &x[9]);
	(void)put_delivered(list, count, &x[12]);
	for (int i = 0; i < TRACKER_WRITE_ARRAYS; i++)
		t->write[i] = db_array_end(&x[i]);
	if (opened + closed > 0) /* as a rule there is nothing to tell */
		t->change = id_new(t->base.deps.ids, t->now_us, (int16_t)(id_random(t->base.deps.ids) % ID_BUCKETS));
	t->write[TRACKER_WRITE_ARRAYS] = db_time(&t->base.arena, t->now_us);
	t->write[TRACKER_WRITE_ARRAYS + 1] = opened + closed > 0 ? db_id(&t->change) : db_null();
	follower_ask(&t->base, &tracker_write, t->write, on_written);
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
	struct tracker *t = container_of(call, struct tracker, base.call);
	const struct tracking_rule *rules;
	struct tracking_event *events;
	const struct db_rows *rows;
	struct judged *list;
	int rule_count, count = 0;

	if (!follower_is_good(&t->base, a))
		return;
	rows = a->results[1];
	if (db_row_count(rows) == 0) {
		follower_rest(&t->base, t->more_events);
		return;
	}
	rules = tracking_store_read_rules(&t->base.arena, a->results[0], &rule_count);
	list = arena_alloc(&t->base.arena, sizeof(*list) * (size_t)t->base.conf.batch);
	events = arena_alloc(&t->base.arena, sizeof(*events) * (size_t)db_row_count(rows));
	if (rules == NULL || list == NULL || events == NULL) {
		follower_put_off(&t->base, "parcels", "no memory");
		return;
	}
	for (int row = 0; row < db_row_count(rows); count++)
		row = judge_parcel(t, rules, rule_count, rows, row, events, &list[count]);
	t->more_due = count == t->base.conf.batch;
	write_judged(t, list, count);
}

/* --- gathering ---------------------------------------------------------------------------------------------------- */

static void take_less(struct tracker *t)
{
	t->batch = t->batch > 4 ? t->batch / 4 : 1;
}

static void on_gathered(struct db_call *call, const struct db_answer *a)
{
	struct tracker *t = container_of(call, struct tracker, base.call);

	if (!follower_is_good(&t->base, a)) {
		take_less(t);
		return;
	}
	t->batch = 2 * t->batch < t->base.conf.batch ? 2 * t->batch : t->base.conf.batch;
	t->more_events = t->more_events && db_row_count(a->results[0]) == 1; /* none: another daemon goes on */
	arena_done(&t->base.arena);
	t->now_us = clock_now_us(t->base.deps.clock);
	t->due[0] = db_time(&t->base.arena, t->now_us);
	t->due[1] = db_i32(&t->base.arena, t->base.conf.batch);
	db_call_init(&t->base.call);
	db_call_add(&t->base.call, &tracking_store_rules, NULL);
	db_call_add(&t->base.call, &tracker_due, t->due);
	follower_send(&t->base, on_due);
}

static void on_read(struct db_call *call, const struct db_answer *a)
{
	struct tracker *t = container_of(call, struct tracker, base.call);
	const struct db_rows *rows;
	int64_t from, upto;

	if (!follower_is_good(&t->base, a)) {
		take_less(t);
		return;
	}
	rows = a->results[0];
	if (!tracker_tell(&t->base.arena, t->base.deps.vault, rows, &t->gather[2])) {
		take_less(t);
		follower_put_off(&t->base, "what filings tell", "no memory");
		return;
	}
	from = db_get_int(rows, 0, READ_FROM);
	upto = db_get_int(rows, 0, READ_UPTO);
	t->more_events = upto > from && upto < db_get_int(rows, 0, READ_LAST);
	t->gather[0] = db_i64(&t->base.arena, from);
	t->gather[1] = db_i64(&t->base.arena, upto);
	follower_ask(&t->base, &tracker_gather, t->gather, on_gathered);
}

static void begin(struct follower *f)
{
	struct tracker *t = container_of(f, struct tracker, base);

	if (t->batch == 0)
		t->batch = f->conf.batch;
	t->more_events = t->more_due = false;
	t->read[0] = db_i32(&f->arena, t->batch);
	follower_ask(f, &tracker_read, t->read, on_read);
}

const struct follower_kind tracker_kind = {
	.what = "tracking",
	.put_off_event = "tracking.put_off",
	.bytes = sizeof(struct tracker),
	.step_bytes = (size_t)64 << 20,
	.stands_back = true,
	.begin = begin,
};
