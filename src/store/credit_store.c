/* Seven statements in one call; rows of each lie in the order of the enterprises, and are handed out to them by one walk. */
#include "store/credit_store.h"

#define DAY_OF(column) column " - date '1970-01-01'"

enum { RESULT_SUBJECTS, RESULT_EVENTS, RESULT_CHANGES, RESULT_OUTSIDE, RESULT_LISTINGS, RESULT_RELEASED, RESULT_ROWS };

enum { SUBJECT_CODE, SUBJECT_NAME, SUBJECT_ROLE, SUBJECT_REGISTERED };
static const struct db_stmt subjects = {
	.name = "credit_read_subjects",
	.sql = "select code, name, role, " DAY_OF("registered_on") " from credit_subject where code = any ($1::text[]) order by code collate \"C\"",
	.param_count = 1,
};

enum { EVENT_CODE, EVENT_ID, EVENT_DEGREE, EVENT_WEIGHT, EVENT_AGAINST, EVENT_DAY, EVENT_RECORDED, EVENT_KIND, EVENT_ZH, EVENT_EN, EVENT_SOURCE,
       EVENT_DECISION, EVENT_REASON, EVENT_AUTHORISATION, EVENT_EVIDENCE };
static const struct db_stmt events = {
	.name = "credit_read_events",
	.sql =
	"select e.code, e.id, e.degree, e.weight, e.against, " DAY_OF("e.day") ", " DAY_OF("e.recorded_on") ", e.kind, k.title_zh, k.title_en, e.source,"
	" e.decision_no, e.reason, e.authorisation, e.evidence_sha256"
	" from credit_event e join credit_kind k on k.id = e.kind_row where e.code = any ($1::text[])"
	" order by e.code collate \"C\", e.day, e.kind, e.decision_no",
	.param_count = 1,
};

enum { CHANGE_EVENT, CHANGE_CHANGE, CHANGE_DAY, CHANGE_RECORDED, CHANGE_DECISION, CHANGE_REASON };
static const struct db_stmt changes = { /* in the order of the events */
	.name = "credit_read_changes",
	.sql =
	"select c.event_id, c.change, " DAY_OF("c.day") ", " DAY_OF("c.recorded_on") ", c.decision_no, c.reason"
	" from credit_event e cross join lateral (select * from credit_event_change k where k.event_id = e.id offset 0) c where e.code = any ($1::text[])"
	" order by e.code collate \"C\", e.day, e.kind, e.decision_no, c.number",
	.param_count = 1,
};

enum { OUTSIDE_CODE, OUTSIDE_WHAT, OUTSIDE_VALUE, OUTSIDE_FROM, OUTSIDE_TO, OUTSIDE_RECORDED, OUTSIDE_SOURCE };
static const struct db_stmt outside = {
	.name = "credit_read_outside",
	.sql =
	"select code, what, value, " DAY_OF("begins_on") ", " DAY_OF("ends_on") ", " DAY_OF("recorded_on") ", source"
	" from credit_outside where code = any ($1::text[]) order by code collate \"C\", what, begins_on, recorded_at, id",
	.param_count = 1,
};

enum { LISTING_CODE, LISTING_ID, LISTING_LISTED, LISTING_EXITED };
static const struct db_stmt listings = {
	.name = "credit_read_listings",
	.sql =
	"select l.code, l.id, " DAY_OF("l.listed_on") ", " DAY_OF("x.exited_on") " from listing l left join listing_exit x on x.listing_id = l.id"
	" where l.code = any ($1::text[]) order by l.code collate \"C\", l.listed_on, l.id",
	.param_count = 1,
};

enum { RELEASED_CODE, RELEASED_DAY, RELEASED_TOTAL };
static const struct db_stmt released = {
	.name = "credit_read_released",
	.sql =
	"select code, " DAY_OF("day") ", sum(count) over (partition by code order by day) from credit_released"
	" where code = any ($1::text[]) order by code collate \"C\", day",
	.param_count = 1,
};

enum { ROW_ID, ROW_KIND, ROW_NAME, ROW_A, ROW_B, ROW_C, ROW_RANK, ROW_DOCUMENTS, ROW_FROM, ROW_TO };
static const struct db_stmt rows = {
	.name = "credit_read_rows",
	.sql =
	"select id, 0, name, value, 0, 0, 0, '', " DAY_OF("valid_from") ", " DAY_OF("valid_to") " from credit_rule"
	" union all select id, 1, degree, hold_days, end_days, coalesce(published_days, 0), 0, '', " DAY_OF("valid_from") ", " DAY_OF("valid_to")
	"   from credit_degree"
	" union all select id, 2, level, least_score, inspection_bp, guarantee_percent, queue_rank, documents, " DAY_OF("valid_from") ", "
	DAY_OF("valid_to") " from credit_level order by 1",
};

void credit_store_load(struct db_call *call, const struct db_param *codes)
{
	db_call_add(call, &subjects, codes);
	db_call_add(call, &events, codes);
	db_call_add(call, &changes, codes);
	db_call_add(call, &outside, codes);
	db_call_add(call, &listings, codes);
	db_call_add(call, &released, codes);
	db_call_add(call, &rows, NULL);
}

/* --- reading ----------------------------------------------------------------------------------------------------- */

struct reading { /* where the walk through the results stands */
	struct arena *arena;
	const struct db_answer *answer;
	int at[CREDIT_RECORD_STMTS];
};

static struct text copy(const struct reading *w, const struct db_rows *r, int row, int col)
{
	struct text t = db_get_text(r, row, col);

	return t.at == NULL ? t : text_dup(w->arena, t);
}

static int32_t day(const struct db_rows *r, int row, int col)
{
	return db_is_null(r, row, col) ? INT32_MAX : (int32_t)db_get_int(r, row, col);
}

/* How many of a result's rows from where the walk stands are this enterprise's; all results begin with its code. */
static int rows_of(const struct reading *w, int result, struct text code)
{
	const struct db_rows *r = w->answer->results[result];
	int n = 0;

	while (w->at[result] + n < db_row_count(r) && text_eq(db_get_text(r, w->at[result] + n, 0), code))
		n++;
	return n;
}

static void read_changes(struct reading *w, struct credit_record_event *e)
{
	const struct db_rows *r = w->answer->results[RESULT_CHANGES];
	struct credit_record_change *list;
	int from = w->at[RESULT_CHANGES], n = 0;
	struct id event;

	while (from + n < db_row_count(r) && db_get_id(r, from + n, CHANGE_EVENT, &event) && id_eq(&event, &e->id))
		n++;
	w->at[RESULT_CHANGES] += n;
	list = arena_zalloc(w->arena, sizeof(*list) * ((size_t)n + 1));
	if (list == NULL)
		return;
	e->changes = list;
	for (int i = 0; i < n; i++) {
		if (!credit_change_by_name(db_get_text(r, from + i, CHANGE_CHANGE), &list[e->change_count].change))
			continue; /* of a newer program */
		list[e->change_count].day = day(r, from + i, CHANGE_DAY);
		list[e->change_count].recorded = day(r, from + i, CHANGE_RECORDED);
		list[e->change_count].decision_no = copy(w, r, from + i, CHANGE_DECISION);
		list[e->change_count++].reason = copy(w, r, from + i, CHANGE_REASON);
	}
}

static void read_event(struct reading *w, int row, struct credit_record_event *e)
{
	const struct db_rows *r = w->answer->results[RESULT_EVENTS];

	*e = (struct credit_record_event){ 0 }; /* one of a degree that this program does not know may have lain there */
	(void)db_get_id(r, row, EVENT_ID, &e->id);
	e->weight = (int)db_get_int(r, row, EVENT_WEIGHT);
	e->against = db_get_int(r, row, EVENT_AGAINST) != 0;
	e->day = day(r, row, EVENT_DAY);
	e->recorded = day(r, row, EVENT_RECORDED);
	e->kind = copy(w, r, row, EVENT_KIND);
	e->title_zh = copy(w, r, row, EVENT_ZH);
	e->title_en = copy(w, r, row, EVENT_EN);
	e->source = copy(w, r, row, EVENT_SOURCE);
	e->decision_no = copy(w, r, row, EVENT_DECISION);
	e->reason = copy(w, r, row, EVENT_REASON);
	e->authorisation = copy(w, r, row, EVENT_AUTHORISATION);
	e->evidence = copy(w, r, row, EVENT_EVIDENCE);
	read_changes(w, e);
}

static void read_events(struct reading *w, struct credit_record *to, struct text code)
{
	int n = rows_of(w, RESULT_EVENTS, code), from = w->at[RESULT_EVENTS];
	struct credit_record_event *list = arena_zalloc(w->arena, sizeof(*list) * ((size_t)n + 1));
	const struct db_rows *r = w->answer->results[RESULT_EVENTS];

	w->at[RESULT_EVENTS] += n;
	to->events = list;
	for (int i = 0; i < n && list != NULL; i++) {
		read_event(w, from + i, &list[to->event_count]);
		to->event_count += credit_degree_by_name(db_get_text(r, from + i, EVENT_DEGREE), &list[to->event_count].degree);
	}
}

static void read_outside(struct reading *w, struct credit_record *to, struct text code)
{
	int n = rows_of(w, RESULT_OUTSIDE, code), from = w->at[RESULT_OUTSIDE];
	struct credit_record_outside *list = arena_alloc(w->arena, sizeof(*list) * ((size_t)n + 1));
	const struct db_rows *r = w->answer->results[RESULT_OUTSIDE];

	w->at[RESULT_OUTSIDE] += n;
	to->outside = list;
	for (int i = 0; i < n && list != NULL; i++)
		list[to->outside_count++] = (struct credit_record_outside){
			.from = day(r, from + i, OUTSIDE_FROM), .to = day(r, from + i, OUTSIDE_TO), .recorded = day(r, from + i, OUTSIDE_RECORDED),
			.what = copy(w, r, from + i, OUTSIDE_WHAT), .value = copy(w, r, from + i, OUTSIDE_VALUE), .source = copy(w, r, from + i, OUTSIDE_SOURCE),
		};
}

static void read_listings(struct reading *w, struct credit_record *to, struct text code)
{
	int n = rows_of(w, RESULT_LISTINGS, code), from = w->at[RESULT_LISTINGS];
	struct credit_record_listing *list = arena_zalloc(w->arena, sizeof(*list) * ((size_t)n + 1));
	const struct db_rows *r = w->answer->results[RESULT_LISTINGS];

	w->at[RESULT_LISTINGS] += n;
	to->listings = list;
	for (int i = 0; i < n && list != NULL && db_get_id(r, from + i, LISTING_ID, &list[i].id); i++) {
		list[i].listed = day(r, from + i, LISTING_LISTED);
		list[i].exited = day(r, from + i, LISTING_EXITED);
		to->listing_count++;
	}
}

static void read_released(struct reading *w, struct credit_record *to, struct text code)
{
	int n = rows_of(w, RESULT_RELEASED, code), from = w->at[RESULT_RELEASED];
	struct credit_record_released *list = arena_alloc(w->arena, sizeof(*list) * ((size_t)n + 1));
	const struct db_rows *r = w->answer->results[RESULT_RELEASED];

	w->at[RESULT_RELEASED] += n;
	to->released = list;
	for (int i = 0; i < n && list != NULL; i++)
		list[to->released_count++] = (struct credit_record_released){ day(r, from + i, RELEASED_DAY), (int)db_get_int(r, from + i, RELEASED_TOTAL) };
}

static void read_rows(struct reading *w, struct credit_records *out)
{
	const struct db_rows *r = w->answer->results[RESULT_ROWS];

	out->row_count = db_row_count(r);
	out->rows = arena_alloc(w->arena, sizeof(*out->rows) * ((size_t)out->row_count + 1));
	for (int row = 0; row < out->row_count && out->rows != NULL; row++)
		out->rows[row] = (struct credit_row){
			.id = (int)db_get_int(r, row, ROW_ID), .kind = (enum credit_row_kind)db_get_int(r, row, ROW_KIND), .name = copy(w, r, row, ROW_NAME),
			.a = (int)db_get_int(r, row, ROW_A), .b = (int)db_get_int(r, row, ROW_B), .c = (int)db_get_int(r, row, ROW_C),
			.queue_rank = (int)db_get_int(r, row, ROW_RANK), .documents = copy(w, r, row, ROW_DOCUMENTS),
			.valid_from = day(r, row, ROW_FROM), .valid_to = day(r, row, ROW_TO),
		};
}

bool credit_records_read(struct credit_records *out, struct arena *a, const struct db_answer *answer)
{
	struct reading w = { .arena = a, .answer = answer };
	const struct db_rows *r = answer->results[RESULT_SUBJECTS];

	out->count = db_row_count(r);
	out->list = arena_zalloc(a, sizeof(*out->list) * ((size_t)out->count + 1));
	for (int row = 0; row < out->count && out->list != NULL; row++) {
		struct credit_record *to = &out->list[row];

		to->code = copy(&w, r, row, SUBJECT_CODE);
		to->name = copy(&w, r, row, SUBJECT_NAME);
		to->role = copy(&w, r, row, SUBJECT_ROLE);
		to->registered = day(r, row, SUBJECT_REGISTERED);
		read_events(&w, to, to->code);
		read_outside(&w, to, to->code);
		read_listings(&w, to, to->code);
		read_released(&w, to, to->code);
	}
	read_rows(&w, out);
	return !a->full;
}
