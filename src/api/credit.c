/*
 * GET /v1/credit/{code}: an enterprise's credit, as it stands or as it stood on a day.
 *
 *   credit_get ──who asks, for how much──> records ──> history and warnings ──> 200; 400 401 403 404
 *       └──a bank: its consent, its read is logged──┘
 *
 * It is judged here from the records as they were known on that day, by the same code and rows as the daily evaluation: who asks for a past
 * day gets what was answered on it. Everybody may ask; a token shows more.
 */
#include "api/credit.h"

#include "api/args.h"
#include "api/auth.h"
#include "api/bank_read.h"
#include "api/handlers.h"
#include "api/month.h"
#include "base/log.h"
#include "store/credit_store.h"
#include "store/query.h"

enum { BANK_MONTHS = 12 };

struct reading { /* r->own */
	struct text code;
	enum credit_tier tier;
	int32_t day;
	struct credit_records records;
	struct credit_view view;
	struct db_param codes;
	struct credit_beside beside;
};

static db_step_fn bank_read, loaded, completed;

/* Without purpose and tier a bank is told what everybody is. */
static bool wants_as_bank(const struct req *r, const struct reading *w, struct text wanted)
{
	bool names_tier = wanted.at != NULL, names_purpose = httpd_query(r->http, "purpose").at != NULL;

	return r->client.role == ROLE_BANK && (names_tier ? w->tier == CREDIT_TIER_BANK : names_purpose);
}

/* NULL: he may. */
static const char *refused_tier(struct req *r, struct reading *w, struct text wanted, struct text for_case)
{
	enum credit_tier most = credit_tier_of(r, w->code, for_case.len > 0);

	if (for_case.len > 0 && most != CREDIT_TIER_SUPERVISION)
		return "a case is named by regulators";
	if (wants_as_bank(r, w, wanted)) {
		w->tier = CREDIT_TIER_BANK;
		return httpd_query(r->http, "as_of").at == NULL ? NULL : "a bank is told how the enterprise stands today";
	}
	if (wanted.at == NULL)
		w->tier = most;
	else if (w->tier == CREDIT_TIER_BANK)
		return "that view is for banks, with the enterprise's consent";
	else if (w->tier == CREDIT_TIER_SUPERVISION && most == CREDIT_TIER_DEPARTMENT)
		return "evidence is shown to a regulator who names the case";
	else if (w->tier != most && w->tier != CREDIT_TIER_PUBLIC && !(w->tier == CREDIT_TIER_DEPARTMENT && most == CREDIT_TIER_SUPERVISION))
		return "that view is for departments, or for the enterprise itself";
	if (w->tier == CREDIT_TIER_PUBLIC && httpd_query(r->http, "as_of").at != NULL)
		return "a past day is shown to departments and to the enterprise: what is published has an end";
	return NULL;
}

static enum step load(struct req *r, struct reading *w)
{
	struct db_array codes;

	db_array_begin(&codes, r->arena, DB_KIND_TEXT, 1, w->code.len);
	db_array_text(&codes, w->code);
	w->codes = db_array_end(&codes);
	if (r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	r->own = w;
	db_call_init(&r->call);
	credit_store_load(&r->call, &w->codes);
	return await_db(r, loaded);
}

/* What it reads beside the level comes with the row that logs the read. */
static enum step read_as_bank(struct req *r, struct reading *w)
{
	int32_t to = month_first_day(w->day), from = month_back(to, BANK_MONTHS - 1);
	const struct bank_read read = { .enterprise = w->code, .scope = "credit", .from = from, .to = to };
	struct args *q = args_new(r);
	struct fault f = { 0 };

	args_text(q, w->code);
	args_i32(q, w->day);
	args_i32(q, from);
	if (!bank_read_begin(r, &read, &f))
		return reply_problem(r, &f);
	if (q == NULL || r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	r->own = w;
	db_call_add(&r->call, query("credit_bank"), q->p);
	return await_db(r, bank_read);
}

static enum step bank_read(struct req *r, const struct db_answer *a)
{
	struct reading *w = r->own;
	enum step denied;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (!bank_read_allowed(r, a, &denied))
		return denied;
	w->beside.months = text_dup(r->arena, db_get_text(a->results[1], 0, 0));
	w->beside.band = (int)db_get_int(a->results[1], 0, 1);
	if (w->beside.band <= 0)
		return reply_fault(r, FAULT_BUG, "no row of credit_rule says in which steps banks are told a score");
	return load(r, w);
}

enum step credit_get(struct req *r)
{
	struct text wanted = httpd_query(r->http, "tier"), for_case = httpd_query(r->http, "case");
	struct reading *w = arena_zalloc(r->arena, sizeof(*w));
	struct fault f = { 0 };
	const char *why;

	if (w == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (httpd_header(r->http, "Authorization").at != NULL && !auth_check(r, &f))
		return reply_problem(r, &f);
	if (wanted.at != NULL && !credit_tier_by_name(wanted, &w->tier))
		return reply_fault(r, FAULT_BAD_REQUEST, "tier is public, bank, self, department or supervision");
	if (for_case.len > CREDIT_NUMBER_MAX || !credit_read_day(r, &w->day, &f))
		return f.code == FAULT_NONE ? reply_fault(r, FAULT_BAD_REQUEST, "case is a number of at most 100 bytes") : reply_problem(r, &f);
	w->code = r->captures[0];
	why = refused_tier(r, w, wanted, for_case);
	if (why != NULL)
		return credit_deny(r, why);
	if (w->tier == CREDIT_TIER_SUPERVISION)
		log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "credit.evidence_read", TEXT_FMT " for case " TEXT_FMT ", client %d",
		          TEXT_ARG(w->code), TEXT_ARG(for_case), r->client.id);
	return w->tier == CREDIT_TIER_BANK ? read_as_bank(r, w) : load(r, w);
}

static enum step loaded(struct req *r, const struct db_answer *a)
{
	struct reading *w = r->own;
	struct args *q = args_new(r);
	struct fault f = { 0 };

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (!credit_records_read(&w->records, r->arena, a))
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (w->records.count == 0 || w->records.list[0].registered > w->day)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (!credit_view_new(&w->view, r->arena, &w->records.list[0]))
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (!credit_view_on(&w->view, w->records.rows, w->records.row_count, w->day, &f))
		return reply_fault(r, FAULT_BUG, f.text);
	args_text(q, w->code);
	args_i32(q, w->day);
	return args_await_query(r, q, "credit_history", completed);
}

static enum step completed(struct req *r, const struct db_answer *a)
{
	struct reading *w = r->own;
	struct buf b;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	buf_init(&b, r->arena, 4096);
	w->beside.history = db_get_text(a->results[0], 0, 0);
	w->beside.warnings = db_get_text(a->results[0], 0, 1);
	credit_put(&b, &w->view, w->tier, req_chinese(r), &w->beside);
	return reply_json(r, 200, &b);
}
