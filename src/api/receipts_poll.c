/*
 * GET /v1/receipts: what authorities answered to the caller's declarations, in the order it was stored, for who asks again
 * and again.
 *
 *   receipts_poll ──read──> horizon_known ──read──> looked ──> an answer and where to go on
 *                                             ^        │
 *                                             └────────┘ nothing in this stretch of time: the next one
 *
 * Nothing is passed over: a look ends before the horizon, behind which no receipt can come in any more (see
 * receipts_horizon.sql; it is asked before the receipts are read). A look covers one stretch of time, the next one twice as much:
 * a caller who was long away gets on in steps of bounded cost, and where a step is too much for the database the answer says how
 * far it came. The cursor is there on every page, also on an empty one.
 */
#include "api/args.h"
#include "api/handlers.h"
#include "api/page.h"
#include "api/receipts_ceb.h"
#include "api/stored.h"

#define FIRST_LOOK_BACK_US US_PER_DAY /* of who says neither from nor cursor */

enum { COLUMN_TIME, COLUMN_ID, COLUMN_DIRECTION, COLUMN_JSON, COLUMN_RECORD, COLUMN_OF, COLUMN_RULING };

struct poll { /* r->own */
	struct page page;
	bool as_xml, from_end;   /* from_end: the caller says neither from nor cursor */
	int64_t end_us;          /* to, then no later than the horizon */
	int64_t until_us;        /* of the look under way */
	struct cursor at;        /* up to here all is shown */
	int64_t window_us, began_us; /* how much of the time the next look covers; monotonic */
};

static db_step_fn horizon_known, looked;

static bool read_bounds(struct req *r, struct poll *p, struct fault *f)
{
	int64_t from_us = INT64_MIN;

	p->end_us = INT64_MAX;
	if (!page_read(r, &p->page, f) || !page_time(r, "from", &from_us, f) || !page_time(r, "to", &p->end_us, f))
		return false;
	if (p->page.has_after)
		p->at = p->page.after;
	else
		p->at.at_us = from_us;
	p->from_end = !p->page.has_after && from_us == INT64_MIN;
	if (p->as_xml && p->page.limit > ANSWERS_OF_MESSAGE_MAX)
		p->page.limit = ANSWERS_OF_MESSAGE_MAX;
	return true;
}

enum step receipts_poll(struct req *r)
{
	struct poll *p = arena_zalloc(r->arena, sizeof(*p));
	struct args *q = args_new(r);
	struct fault f = { 0 };

	if (p == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	p->as_xml = req_wants_xml(r);
	if (!read_bounds(r, p, &f))
		return reply_problem(r, &f);
	p->window_us = r->api->conf.receipts_window_s * US_PER_S;
	p->began_us = clock_mono_us();
	r->own = p;
	args_i32(q, r->api->conf.receipts_lag_ms);
	return args_await_query(r, q, "receipts_horizon", horizon_known);
}

/* --- the answer ------------------------------------------------------------------------------------------------------- */

static void add_cursor(struct req *r, struct buf *cursor, bool more)
{
	const struct poll *p = r->own;

	buf_init(cursor, r->arena, 96);
	cursor_put(cursor, &p->at, &r->api->cursor_key, p->page.filters);
	page_link(r, buf_as_text(cursor));
	req_header(r, "Tongguan-More", more ? "true" : "false");
}

static void step_to(struct poll *p, const struct db_rows *rows, int row)
{
	p->at.at_us = db_get_time(rows, row, COLUMN_TIME);
	(void)db_get_id(rows, row, COLUMN_ID, &p->at.id); /* a key: never null */
}

/* All before `until` is shown. */
static void step_over(struct poll *p)
{
	if (p->until_us > p->at.at_us)
		p->at = (struct cursor){ .at_us = p->until_us };
}

static enum step answer_json(struct req *r, const struct db_rows *rows, int count, bool more)
{
	struct buf b, cursor;
	size_t bytes = 256;

	add_cursor(r, &cursor, more);
	for (int row = 0; row < count; row++)
		bytes += db_get_text(rows, row, COLUMN_JSON).len + 1;
	buf_init(&b, r->arena, bytes);
	buf_str(&b, "{\"items\":[");
	for (int row = 0; row < count; row++) {
		buf_str(&b, row == 0 ? "" : ",");
		buf_text(&b, db_get_text(rows, row, COLUMN_JSON));
	}
	buf_str(&b, "],\"next\":");
	buf_json(&b, buf_as_text(&cursor));
	buf_str(&b, more ? ",\"more\":true}" : ",\"more\":false}");
	return reply_json(r, 200, &b);
}

static enum step answer_nothing(struct req *r, bool more)
{
	struct poll *p = r->own;
	struct buf cursor;

	if (!p->as_xml)
		return answer_json(r, NULL, 0, more);
	add_cursor(r, &cursor, more);
	return reply_empty(r, 204);
}

/* As far as the first row's message goes: 622 and 604, 624 and 606, 626 are messages of their own. A damaged answer is told and left out: whoever
 * asks again and again would otherwise not get past it. */
static enum step answer_xml(struct req *r, const struct db_rows *rows, int count, bool more)
{
	static const struct ceb_columns columns = { .id = COLUMN_ID, .direction = COLUMN_DIRECTION, .body = COLUMN_RECORD,
		                                    .of = COLUMN_OF, .ruling = COLUMN_RULING };
	struct customs_answer list[ANSWERS_OF_MESSAGE_MAX];
	int row_of[ANSWERS_OF_MESSAGE_MAX], readable = 0, taken;
	struct poll *p = r->own;
	struct fault f = { 0 };
	struct text message;
	struct buf cursor;

	for (int row = 0; row < count; row++) {
		struct fault why = { 0 };

		if (receipts_ceb_row(r, rows, row, &columns, &list[readable], &why))
			row_of[readable++] = row;
		else if (why.code == FAULT_DAMAGED)
			stored_tell(r, &why);
		else
			return why.code == FAULT_NONE ? reply_fault(r, FAULT_BUG, "an answer of customs cannot be read back") : reply_problem(r, &why);
	}
	if (readable == 0)
		return answer_nothing(r, more);
	message = customs_answers_message(r->arena, list, readable, &taken, &f);
	if (message.at == NULL)
		return reply_problem(r, &f);
	if (taken < readable)
		step_to(p, rows, row_of[taken] - 1);
	add_cursor(r, &cursor, more || taken < readable);
	return reply_kept(r, 200, "application/xml", message);
}

/* --- looking ----------------------------------------------------------------------------------------------------------- */

static enum step look(struct req *r)
{
	struct poll *p = r->own;
	struct args *q;

	if (p->at.at_us >= p->end_us)
		return answer_nothing(r, false);
	p->until_us = p->end_us - p->at.at_us > p->window_us ? p->at.at_us + p->window_us : p->end_us;
	p->window_us *= 2;
	q = args_new(r);
	args_caller(q);
	args_time(q, p->at.at_us);
	args_uuid(q, &p->at.id);
	args_time(q, p->until_us);
	args_i32(q, p->page.limit);
	args_bool(q, p->as_xml);
	args_bool(q, !p->as_xml);
	return args_await_query(r, q, "receipts_list", looked);
}

static enum step horizon_known(struct req *r, const struct db_answer *a)
{
	struct poll *p = r->own;
	int64_t horizon_us;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	horizon_us = db_get_time(a->results[0], 0, 0);
	if (horizon_us < p->end_us)
		p->end_us = horizon_us;
	if (p->from_end)
		p->at.at_us = p->end_us - FIRST_LOOK_BACK_US;
	return look(r);
}

/* A second or further look: what was looked through already is kept, whatever becomes of this one. */
static bool is_further(const struct req *r)
{
	const struct poll *p = r->own;

	return p->window_us > 2 * r->api->conf.receipts_window_s * US_PER_S;
}

static bool has_time(const struct req *r)
{
	const struct poll *p = r->own;

	return clock_mono_us() - p->began_us < r->api->conf.query_timeout_ms * INT64_C(1000);
}

static enum step looked(struct req *r, const struct db_answer *a)
{
	struct poll *p = r->own;
	bool more = p->until_us < p->end_us;
	int count;

	if (a->outcome == DB_TRY_AGAIN && is_further(r))
		return answer_nothing(r, true);
	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	count = db_row_count(a->results[0]);
	if (count == p->page.limit) {
		step_to(p, a->results[0], count - 1);
		more = true;
	} else {
		step_over(p);
	}
	if (count > 0)
		return p->as_xml ? answer_xml(r, a->results[0], count, more) : answer_json(r, a->results[0], count, more);
	return more && has_time(r) ? look(r) : answer_nothing(r, more);
}
