/*
 * GET /v1/credit-candidates: enterprises near level A, with what each lacks (E107), for customs, commerce and operators.
 *
 *   credit_candidates ──who is near──> found ──their records──> loaded: 200; 403
 *
 * Each is judged here as of today by the same functions as the daily evaluation; who has reached the level meanwhile is left out.
 */
#include "api/args.h"
#include "api/credit.h"
#include "api/handlers.h"
#include "store/credit_store.h"

enum { CANDIDATES_MAX = 100, CANDIDATES_SHOWN = 50 };
enum { COL_CODE, COL_ALL, COL_MARGIN, COL_ROW };

struct report { /* r->own */
	struct text codes[CANDIDATES_MAX]; /* the nearest first */
	int count, all, margin, rule_row;
	int32_t day;
	struct db_param params[1];
	struct credit_records records;
};

static db_step_fn found, loaded;

static bool may_read(const struct client *c)
{
	return c->role == ROLE_OPERATOR || (c->has_authority && (c->authority == AUTHORITY_CUS || c->authority == AUTHORITY_COM));
}

enum step credit_candidates(struct req *r)
{
	struct report *w = arena_zalloc(r->arena, sizeof(*w));
	struct text limit = httpd_query(r->http, "limit");
	struct args *q = args_new(r);
	int64_t most = CANDIDATES_SHOWN;

	if (w == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (!may_read(&r->client))
		return credit_deny(r, "candidates are shown to customs, commerce and operators");
	if (limit.at != NULL && (!text_to_i64(limit, &most) || most < 1 || most > CANDIDATES_MAX))
		return reply_fault(r, FAULT_BAD_REQUEST, "limit is a number from 1 to 100");
	w->day = clock_day(r->now_us);
	r->own = w;
	args_i32(q, w->day);
	args_i32(q, (int32_t)most);
	return args_await_query(r, q, "credit_candidates", found);
}

static enum step load(struct req *r, struct report *w)
{
	struct db_array codes;

	db_array_begin(&codes, r->arena, DB_KIND_TEXT, w->count, 32 * (size_t)w->count);
	for (int i = 0; i < w->count; i++)
		db_array_text(&codes, w->codes[i]);
	w->params[0] = db_array_end(&codes);
	if (r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	db_call_init(&r->call);
	credit_store_load(&r->call, w->params);
	return await_db(r, loaded);
}

static enum step found(struct req *r, const struct db_answer *a)
{
	struct report *w = r->own;
	const struct db_rows *rows;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	rows = a->results[0];
	if (db_row_count(rows) == 0)
		return reply_fault(r, FAULT_BUG, "no row of credit_rule or credit_level says who is near");
	for (int row = 0; row < db_row_count(rows) && !db_is_null(rows, row, COL_CODE); row++)
		w->codes[w->count++] = text_dup(r->arena, db_get_text(rows, row, COL_CODE));
	w->all = (int)db_get_int(rows, 0, COL_ALL);
	w->margin = (int)db_get_int(rows, 0, COL_MARGIN);
	w->rule_row = (int)db_get_int(rows, 0, COL_ROW);
	return load(r, w);
}

/* --- the answer ------------------------------------------------------------------------------------------------------- */

static const struct credit_record *record_of(const struct report *w, struct text code)
{
	for (int i = 0; i < w->records.count; i++)
		if (text_eq(w->records.list[i].code, code))
			return &w->records.list[i];
	return NULL;
}

/* Those that still count, with the day from which they do not any more. */
static void put_serious(struct buf *b, const struct credit_view *v)
{
	bool is_first = true;

	buf_str(b, ",\"serious\":[");
	for (int i = 0; i < v->subject.event_count; i++) {
		const struct credit_event *e = &v->events[i];

		if (e->degree != CREDIT_SERIOUS || credit_weight(&v->rules, e, v->day) == 0)
			continue;
		buf_str(b, is_first ? "{\"kind\":" : ",{\"kind\":");
		buf_json(b, v->sources[i]->kind);
		buf_str(b, ",\"decision_no\":");
		buf_json(b, v->sources[i]->decision_no);
		credit_put_day(b, "day", e->day);
		credit_put_day(b, "ends_on", e->day + v->rules.decay[CREDIT_SERIOUS].end_days);
		buf_char(b, '}');
		is_first = false;
	}
	buf_char(b, ']');
}

static void put_candidate(struct buf *b, const struct credit_view *v, const struct credit_standing *s)
{
	struct credit_shortfall lacks;

	credit_lacks(&v->rules, &v->subject, v->day, &lacks);
	buf_str(b, "{\"code\":");
	buf_json(b, v->record->code);
	buf_str(b, ",\"name\":");
	buf_json(b, v->record->name);
	buf_str(b, ",\"role\":");
	buf_json(b, v->record->role);
	buf_printf(b, ",\"score\":%d,\"level\":\"%c\",\"released\":%d,\"capped\":%s", s->score, credit_level_letter(s->level), v->subject.released,
	           s->capped ? "true" : "false");
	credit_put_day(b, "registered_on", v->record->registered);
	buf_printf(b, ",\"lacks\":{\"points\":%d,\"good_days\":%d,\"days_registered\":%d,\"released\":%d", lacks.points, lacks.good_days, lacks.age_days,
	           lacks.released);
	put_serious(b, v);
	buf_char(b, '}');
	credit_put_restored(b, v, s);
	buf_char(b, '}');
}

/* False: the rows of rules leave something out. */
static bool put_items(struct req *r, struct buf *b, const struct report *w, struct fault *f)
{
	bool is_first = true;

	for (int i = 0; i < w->count; i++) {
		const struct credit_record *record = record_of(w, w->codes[i]);
		struct credit_standing s;
		struct credit_view v;

		if (record == NULL)
			continue;
		if (!credit_view_new(&v, r->arena, record))
			return fault_set(f, FAULT_BUSY, "the request is larger than its memory");
		if (!credit_view_on(&v, w->records.rows, w->records.row_count, w->day, f))
			return false;
		credit_view_judge(&v, &s);
		if (s.level == CREDIT_A || s.barred || s.score < v.rules.least[CREDIT_A] - w->margin)
			continue;
		buf_str(b, is_first ? "" : ",");
		put_candidate(b, &v, &s);
		is_first = false;
	}
	return true;
}

static enum step loaded(struct req *r, const struct db_answer *a)
{
	struct report *w = r->own;
	struct fault f = { 0 };
	struct buf b;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (!credit_records_read(&w->records, r->arena, a))
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	buf_init(&b, r->arena, 1024 + 512 * (size_t)w->count);
	buf_str(&b, "{\"items\":[");
	if (!put_items(r, &b, w, &f))
		return f.code == FAULT_BUSY ? reply_problem(r, &f) : reply_fault(r, FAULT_BUG, f.text);
	buf_printf(&b, "],\"all\":%d", w->all);
	credit_put_day(&b, "as_of", w->day);
	buf_printf(&b, ",\"margin\":%d,\"rule_row\":%d}", w->margin, w->rule_row);
	return reply_json(r, 200, &b);
}
