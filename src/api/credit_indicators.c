/*
 * GET /v1/credit/{code}/indicators: what an enterprise is evaluated by beside its score, for departments and for itself (E106).
 *
 *   credit_indicators ──may he, of which day──> records of credit, inputs, rows: one call ──> loaded: 200; 400 403 404
 *
 * Computed anew from stored inputs whenever it is asked for, by the rows of the day (model/indicator). All that went into it stands in the answer, and a
 * past day is answered alike each time.
 */
#include "api/args.h"
#include "api/credit.h"
#include "api/handlers.h"
#include "api/rules.h"
#include "model/indicator.h"
#include "store/credit_store.h"
#include "store/query.h"

enum { RESULT_INPUTS = CREDIT_RECORD_STMTS, RESULT_ROWS };
enum { ROW_ID, ROW_NAME, ROW_PART, ROW_WEIGHT, ROW_NONE_AT, ROW_FULL_AT, ROW_UNIT, ROW_ZH, ROW_EN, ROW_FROM, ROW_TO };
enum { COL_MONTHS_ROW, COL_MONTHS, COL_FIRST_DAY, COL_CODES, COL_RELEASED, COL_FILINGS, COL_REFUSED, COL_WARNED, COL_RETURNS, COL_IMPORTS, COL_SAMPLES,
       COL_BAD_SAMPLES, COL_TAX_ON_TIME, COL_TAX_LATE, COL_TAX_ROWS, COL_IN_YUAN, COL_YUAN, COL_YUAN_TEXT, COL_TAX_GRADE_ID, COL_TAX_GRADE, COL_TAX_GRADE_FROM };

struct reading { /* r->own */
	struct text code;
	int32_t day;
	struct db_param codes; /* of one */
	struct credit_records records;
	struct credit_view view;
	struct credit_standing standing;
	const struct db_rows *inputs;
	struct indicator_evaluation evaluation;
};

static db_step_fn loaded;

enum step credit_indicators(struct req *r)
{
	struct reading *w = arena_zalloc(r->arena, sizeof(*w));
	struct args *q = args_new(r);
	enum credit_tier tier = credit_tier_of(r, r->captures[0], false);
	struct db_array codes;
	struct fault f = { 0 };

	if (w == NULL || q == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (tier != CREDIT_TIER_DEPARTMENT && tier != CREDIT_TIER_SELF)
		return credit_deny(r, "indicators are shown to departments and to the enterprise itself");
	if (!credit_read_day(r, &w->day, &f))
		return reply_problem(r, &f);
	w->code = r->captures[0];
	db_array_begin(&codes, r->arena, DB_KIND_TEXT, 1, w->code.len);
	db_array_text(&codes, w->code);
	w->codes = db_array_end(&codes);
	args_text(q, w->code);
	args_i32(q, w->day);
	if (r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	r->own = w;
	db_call_init(&r->call);
	credit_store_load(&r->call, &w->codes);
	db_call_add(&r->call, query("credit_indicators"), q->p);
	db_call_add(&r->call, query("credit_indicator_rows"), NULL);
	return await_db(r, loaded);
}

/* --- inputs ---------------------------------------------------------------------------------------------------------- */

static int64_t input(const struct reading *w, int column)
{
	return db_get_int(w->inputs, 0, column);
}

/* Of the months that are looked at, against the enterprise, and not repaired, as it is known on the day. */
static bool is_negative(const struct reading *w, int i)
{
	const struct credit_event *e = &w->view.events[i];

	return e->degree != CREDIT_POSITIVE && e->degree != CREDIT_RATING && e->day >= input(w, COL_FIRST_DAY) && e->day <= w->day && e->until > w->day;
}

static bool weighs(const struct reading *w, int i)
{
	return credit_weight(&w->view.rules, &w->view.events[i], w->day) > 0;
}

static struct indicator_value known(int64_t value)
{
	return (struct indicator_value){ true, value };
}

static void read_values(const struct reading *w, struct indicator_value values[INDICATOR_COUNT])
{
	int negative = 0;

	for (int i = 0; i < w->view.subject.event_count; i++)
		negative += is_negative(w, i);
	values[INDICATOR_SCORE] = known(w->standing.score);
	values[INDICATOR_REGISTERED_DAYS] = known(w->day - w->view.record->registered);
	values[INDICATOR_NEGATIVE_EVENTS] = known(negative);
	values[INDICATOR_RELEASED] = known(input(w, COL_RELEASED));
	values[INDICATOR_FAULTY_FILINGS] = indicator_share(input(w, COL_REFUSED) + input(w, COL_WARNED), input(w, COL_FILINGS));
	values[INDICATOR_RETURNS] = indicator_share(input(w, COL_RETURNS), input(w, COL_IMPORTS));
	values[INDICATOR_BAD_SAMPLES] = indicator_share(input(w, COL_BAD_SAMPLES), input(w, COL_SAMPLES));
	values[INDICATOR_TAX_ON_TIME] = indicator_share(input(w, COL_TAX_ON_TIME), input(w, COL_TAX_ON_TIME) + input(w, COL_TAX_LATE));
	values[INDICATOR_TRADE_VALUE] = (struct indicator_value){ input(w, COL_IN_YUAN) > 0, input(w, COL_YUAN) };
	values[INDICATOR_TAX_GRADE] = indicator_tax_grade(db_get_text(w->inputs, 0, COL_TAX_GRADE));
}

/* False with *f: a row is of a newer program. To leave it out would give another grade than that one does. */
static bool read_row(struct arena *a, const struct db_rows *rows, int row, struct indicator_row *out, struct fault *f)
{
	*out = (struct indicator_row){
		.id = (int)db_get_int(rows, row, ROW_ID), .weight = (int)db_get_int(rows, row, ROW_WEIGHT),
		.none_at = (int32_t)db_get_int(rows, row, ROW_NONE_AT), .full_at = (int32_t)db_get_int(rows, row, ROW_FULL_AT),
		.unit = text_dup(a, db_get_text(rows, row, ROW_UNIT)), .title_zh = text_dup(a, db_get_text(rows, row, ROW_ZH)),
		.title_en = text_dup(a, db_get_text(rows, row, ROW_EN)), .valid_from = (int32_t)db_get_int(rows, row, ROW_FROM),
		.valid_to = db_is_null(rows, row, ROW_TO) ? INT32_MAX : (int32_t)db_get_int(rows, row, ROW_TO),
	};
	return (indicator_by_name(db_get_text(rows, row, ROW_NAME), &out->which) && indicator_part_by_name(db_get_text(rows, row, ROW_PART), &out->part)) ||
	       fault_set(f, FAULT_SCHEMA, "row %d of credit_indicator is of a kind that this program does not know", out->id);
}

static bool evaluate(struct req *r, struct reading *w, const struct db_rows *rows, struct fault *f)
{
	int count = db_row_count(rows);
	struct indicator_row *list = arena_alloc(r->arena, sizeof(*list) * ((size_t)count + 1));
	struct indicator_value values[INDICATOR_COUNT];

	for (int row = 0; row < count && list != NULL; row++)
		if (!read_row(r->arena, rows, row, &list[row], f))
			return false;
	if (r->arena->full)
		return fault_set(f, FAULT_BUSY, "the request is larger than its memory");
	read_values(w, values);
	return indicator_evaluate(list, count, values, w->day, &w->evaluation, f);
}

/* --- the answer ------------------------------------------------------------------------------------------------------ */

static void put_events(struct buf *b, const struct reading *w, bool (*counts)(const struct reading *w, int i))
{
	char id[ID_TEXT_BYTES];
	bool is_first = true;

	buf_str(b, "\"events\":[");
	for (int i = 0; i < w->view.subject.event_count; i++) {
		if (!counts(w, i))
			continue;
		id_format(&w->view.sources[i]->id, id);
		buf_printf(b, "%s\"%s\"", is_first ? "" : ",", id);
		is_first = false;
	}
	buf_char(b, ']');
}

static void put_score(struct buf *b, const struct reading *w)
{
	put_events(b, w, weighs);
	buf_str(b, ",\"rule_rows\":[");
	for (int i = 0; i < w->view.rule_row_count; i++)
		buf_printf(b, "%s%d", i == 0 ? "" : ",", w->view.rule_rows[i]);
	buf_char(b, ']');
}

static void put_tax_grade(struct buf *b, const struct reading *w)
{
	char text[ID_TEXT_BYTES];
	struct id id;

	buf_str(b, "\"id\":");
	if (!db_get_id(w->inputs, 0, COL_TAX_GRADE_ID, &id)) {
		buf_str(b, "null");
		return;
	}
	id_format(&id, text);
	buf_json(b, text_of(text));
	buf_str(b, ",\"grade\":");
	buf_json(b, db_get_text(w->inputs, 0, COL_TAX_GRADE));
	credit_put_day(b, "from", (int32_t)input(w, COL_TAX_GRADE_FROM));
}

static void put_inputs(struct buf *b, const struct reading *w, enum indicator i)
{
	static const struct { const char *name; int column; } counts[INDICATOR_COUNT][3] = {
		[INDICATOR_RELEASED] = { { "released", COL_RELEASED } },
		[INDICATOR_FAULTY_FILINGS] = { { "filings", COL_FILINGS }, { "refused", COL_REFUSED }, { "warned", COL_WARNED } },
		[INDICATOR_RETURNS] = { { "requested", COL_RETURNS }, { "released", COL_IMPORTS } },
		[INDICATOR_BAD_SAMPLES] = { { "samples", COL_SAMPLES }, { "bad", COL_BAD_SAMPLES } },
		[INDICATOR_TAX_ON_TIME] = { { "on_time", COL_TAX_ON_TIME }, { "late", COL_TAX_LATE } },
		[INDICATOR_TRADE_VALUE] = { { "released", COL_IN_YUAN } },
	};

	for (size_t n = 0; n < COUNTOF(counts[i]) && counts[i][n].name != NULL; n++)
		buf_printf(b, "%s\"%s\":%lld", n == 0 ? "" : ",", counts[i][n].name, (long long)input(w, counts[i][n].column));
	if (i == INDICATOR_SCORE) {
		put_score(b, w);
	} else if (i == INDICATOR_REGISTERED_DAYS) {
		buf_str(b, "\"registered_on\":");
		rules_put_day(b, w->view.record->registered);
	} else if (i == INDICATOR_NEGATIVE_EVENTS) {
		put_events(b, w, is_negative);
	} else if (i == INDICATOR_TAX_ON_TIME) {
		buf_str(b, ",\"rule_rows\":");
		buf_text(b, db_get_text(w->inputs, 0, COL_TAX_ROWS));
	} else if (i == INDICATOR_TRADE_VALUE) {
		buf_str(b, ",\"value\":");
		buf_json(b, db_get_text(w->inputs, 0, COL_YUAN_TEXT));
	} else if (i == INDICATOR_TAX_GRADE) {
		put_tax_grade(b, w);
	}
}

static void put_known(struct buf *b, const char *name, bool is_known, int64_t value)
{
	if (is_known)
		buf_printf(b, ",\"%s\":%lld", name, (long long)value);
	else
		buf_printf(b, ",\"%s\":null", name);
}

static void put_sum(struct buf *b, const struct indicator_sum *s)
{
	put_known(b, "grade", s->known_weight > 0, s->grade);
	buf_printf(b, ",\"known_weight\":%d,\"weight\":%d", s->known_weight, s->weight);
}

static void put_indicator(struct buf *b, const struct reading *w, enum indicator i, bool chinese)
{
	const struct indicator_grade *g = &w->evaluation.grades[i];

	buf_printf(b, "{\"name\":\"%s\",\"part\":\"%s\",\"title\":", indicator_name(i), indicator_part_name(g->row->part));
	buf_json(b, chinese ? g->row->title_zh : g->row->title_en);
	buf_printf(b, ",\"row\":%d,\"weight\":%d,\"none_at\":%d,\"full_at\":%d,\"unit\":", g->row->id, g->row->weight, (int)g->row->none_at, (int)g->row->full_at);
	buf_json(b, g->row->unit);
	put_known(b, "value", g->value.is_known, g->value.value);
	put_known(b, "grade", g->value.is_known, g->grade);
	buf_str(b, ",\"inputs\":{");
	put_inputs(b, w, i);
	buf_str(b, "}}");
}

static void put_answer(struct buf *b, const struct reading *w, bool chinese)
{
	const struct indicator_evaluation *e = &w->evaluation;
	bool is_first = true;

	buf_str(b, "{\"code\":");
	buf_json(b, w->code);
	buf_str(b, ",\"name\":");
	buf_json(b, w->view.record->name);
	credit_put_day(b, "as_of", w->day);
	buf_printf(b, ",\"window\":{\"months\":%d,\"rule_row\":%d", (int)input(w, COL_MONTHS), (int)input(w, COL_MONTHS_ROW));
	credit_put_day(b, "from", (int32_t)input(w, COL_FIRST_DAY));
	credit_put_day(b, "to", w->day);
	buf_str(b, "},\"codes\":");
	buf_text(b, db_get_text(w->inputs, 0, COL_CODES));
	put_sum(b, &e->whole);
	buf_str(b, ",\"parts\":[");
	for (int p = 0; p < INDICATOR_PART_COUNT; p++) {
		buf_printf(b, "%s{\"part\":\"%s\"", p == 0 ? "" : ",", indicator_part_name((enum indicator_part)p));
		put_sum(b, &e->parts[p]);
		buf_char(b, '}');
	}
	buf_str(b, "],\"indicators\":[");
	for (int i = 0; i < INDICATOR_COUNT; i++) {
		if (e->grades[i].row == NULL)
			continue;
		buf_str(b, is_first ? "" : ",");
		put_indicator(b, w, (enum indicator)i, chinese);
		is_first = false;
	}
	buf_str(b, "]}");
}

static enum step loaded(struct req *r, const struct db_answer *a)
{
	struct reading *w = r->own;
	struct fault f = { 0 };
	struct buf b;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (!credit_records_read(&w->records, r->arena, a))
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (w->records.count == 0 || w->records.list[0].registered > w->day)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (!credit_view_new(&w->view, r->arena, &w->records.list[0]))
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	w->inputs = a->results[RESULT_INPUTS];
	if (db_row_count(w->inputs) == 0)
		return reply_fault(r, FAULT_BUG, "no row of credit_rule says how far back the indicators look");
	if (!credit_view_on(&w->view, w->records.rows, w->records.row_count, w->day, &f))
		return reply_fault(r, FAULT_BUG, f.text);
	credit_view_judge(&w->view, &w->standing);
	if (!evaluate(r, w, a->results[RESULT_ROWS], &f))
		return f.code == FAULT_BUSY ? reply_problem(r, &f) : reply_fault(r, FAULT_BUG, f.text);
	buf_init(&b, r->arena, 4096);
	put_answer(&b, w, req_chinese(r));
	return reply_json(r, 200, &b);
}
