/*
 * /v1/consents: an enterprise lets a bank read of it (E92); what a bank reads, and what it has read.
 *
 *   consents_post ──give──> given: 201
 *   trade_get ──(a bank: read, logged in the same transaction)──> read: 200; 403, logged as well
 *
 * How a bank's read is allowed and logged: bank_read.h. What it reads of credit: credit.c.
 */
#include "api/bank_read.h"
#include "api/fields.h"
#include "api/handlers.h"
#include "api/month.h"
#include "api/page.h"
#include "base/log.h"
#include "store/query.h"

#define MONTHS_MAX 36
enum { NUMBER_MAX = 18, WORD_MAX = 20, MONTHS_SHOWN = 12 };

static db_step_fn given, revoked, trade_read;

static bool is_scope(struct text t)
{
	return text_is_among(TEXT(BANK_SCOPES), ' ', t);
}

static bool is_purpose(struct text t)
{
	return text_is_among(TEXT(BANK_PURPOSES), ' ', t);
}

/* --- giving ----------------------------------------------------------------------------------------------------------- */

/* $1 id, $2 enterprise, $3 bank, $4 scope, $5 purpose, $6 $7 first and last day, $8 now, $9 actor, $10 the caller's codes. One row: the new
 * one, whether the enterprise is the caller's, whether there is such a bank. */
static const struct db_stmt give_stmt = {
	.name = "consent_give",
	.sql =
	"with e as (select e.id from enterprise e where e.id = enterprise_by_number($2::text) and enterprise_is_of(e.id, $10::text[])),"
	" b as (select 1 from client where role = 'bank' and $3::text = any (codes) and disabled_at is null limit 1),"
	" n as (insert into consent as c (id, enterprise_id, bank, scope, purpose, valid_from, valid_to, given_at, given_by)"
	"  select $1::uuid, e.id, $3::text, $4::text[], $5::text, date '1970-01-01' + $6::integer, date '1970-01-01' + $7::integer,"
	"    $8::timestamptz, $9::text from e, b returning *)"
	" select (select consent_json(n::consent, date '1970-01-01' + $6::integer) from n), exists (select 1 from e), exists (select 1 from b)",
	.param_count = 10,
	.flags = DB_WRITES,
};
enum { GIVE_NEW, GIVE_OWN, GIVE_BANK };

enum step consents_post(struct req *r)
{
	int32_t today = clock_day(r->now_us), to = INT32_MAX;
	struct id id = id_new(r->api->deps.ids, r->now_us, 0);
	struct text enterprise, bank, purpose;
	struct args *q = args_new(r);
	struct words scope;
	struct fault f = { 0 };
	struct fields x;

	if (!fields_read(r, "enterprise bank scope purpose valid_to", &x, &f))
		return reply_problem(r, &f);
	enterprise = fields_text(&x, "enterprise", NUMBER_MAX, true);
	bank = fields_text(&x, "bank", NUMBER_MAX, true);
	fields_words(&x, "scope", WORD_MAX, true, &scope);
	fields_check_words(&x, "scope", &scope, is_scope, BANK_SCOPES);
	purpose = fields_text(&x, "purpose", WORD_MAX, true);
	if (purpose.at != NULL && !is_purpose(purpose))
		fields_complain(&x, RULE_VALUE, "purpose", BANK_PURPOSES);
	fields_day(&x, "valid_to", true, &to);
	if (to < today)
		fields_complain(&x, RULE_VALUE, "valid_to", "no day that is over");
	if (!fields_good(&x))
		return fields_refuse(&x);
	args_uuid(q, &id);
	args_text(q, enterprise);
	args_text(q, bank);
	args_words(q, &scope);
	args_text(q, purpose);
	args_day(q, today);
	args_day(q, to);
	args_time(q, r->now_us);
	args_text(q, text_dup(r->arena, r->client.name));
	args_codes(q);
	return args_await(r, q, &give_stmt, given);
}

static enum step given(struct req *r, const struct db_answer *a)
{
	const struct db_rows *row;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	row = a->results[0];
	if (db_get_int(row, 0, GIVE_OWN) == 0)
		return fields_refuse_member(r, RULE_VALUE, "enterprise", "a registered enterprise of this client's");
	if (db_get_int(row, 0, GIVE_BANK) == 0)
		return fields_refuse_member(r, RULE_VALUE, "bank", "the credit code of a bank that may call here");
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "consent.given", "by client %d", r->client.id);
	return reply_bytes(r, 201, "application/json", db_get_text(row, 0, GIVE_NEW));
}

/* $1 id, $2 the caller's codes, $3 now, $4 actor, $5 today. One row when it is the caller's: whether it was in force, and how it is now. */
static const struct db_stmt revoke_stmt = {
	.name = "consent_revoke",
	.sql =
	"with own as (select c.* from consent c where c.id = $1::uuid and enterprise_is_of(c.enterprise_id, $2::text[])),"
	" hit as (update consent c set revoked_at = $3::timestamptz, revoked_by = $4::text from own"
	"  where c.id = own.id and c.revoked_at is null returning c.*)"
	" select exists (select 1 from hit), (select consent_json(hit::consent, date '1970-01-01' + $5::integer) from hit) from own",
	.param_count = 5,
	.flags = DB_WRITES,
};

enum step consents_revoke(struct req *r)
{
	struct args *q = args_new(r);
	struct id id;

	if (!id_parse(r->captures[0], &id))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	args_uuid(q, &id);
	args_codes(q);
	args_time(q, r->now_us);
	args_text(q, text_dup(r->arena, r->client.name));
	args_day(q, clock_day(r->now_us));
	return args_await(r, q, &revoke_stmt, revoked);
}

static enum step revoked(struct req *r, const struct db_answer *a)
{
	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[0]) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (db_get_int(a->results[0], 0, 0) == 0)
		return reply_fault(r, FAULT_STATE_CONFLICT, "it was revoked before");
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "consent.revoked", TEXT_FMT " by client %d", TEXT_ARG(r->captures[0]),
	          r->client.id);
	return reply_bytes(r, 200, "application/json", db_get_text(a->results[0], 0, 1));
}

enum step consents_list(struct req *r)
{
	struct fault f = { 0 };
	struct args *q = args_new(r);
	const struct page *page = page_begin(r, &f);

	if (page == NULL)
		return reply_problem(r, &f);
	args_codes(q);
	args_bool(q, r->client.role == ROLE_BANK);
	args_bool(q, req_sees_all(r));
	args_day(q, clock_day(r->now_us));
	page_args(q, page);
	return args_await_query(r, q, "consents_list", page_reply);
}

/* --- reading ---------------------------------------------------------------------------------------------------------- */

static bool read_months(struct req *r, int32_t *from, int32_t *to, struct fault *f)
{
	*to = month_first_day(clock_day(r->now_us));
	if (!month_read(r, "to", to, f))
		return false;
	*from = month_back(*to, MONTHS_SHOWN - 1);
	if (!month_read(r, "from", from, f))
		return false;
	return (*from <= *to && *to - *from <= MONTHS_MAX * 31) || fault_set(f, FAULT_BAD_REQUEST, "from comes before to, at most %d months", MONTHS_MAX);
}

static enum step read_as_bank(struct req *r, int32_t from, int32_t to, struct args *trade)
{
	const struct bank_read read = { .enterprise = r->captures[0], .scope = "trade", .from = from, .to = to };
	struct fault f = { 0 };

	if (!bank_read_begin(r, &read, &f))
		return reply_problem(r, &f);
	if (trade == NULL || r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	db_call_add(&r->call, query("enterprise_trade"), trade->p);
	return await_db(r, trade_read);
}

enum step trade_get(struct req *r)
{
	struct args *q = args_new(r);
	struct fault f = { 0 };
	int32_t from, to;

	if (!read_months(r, &from, &to, &f))
		return reply_problem(r, &f);
	args_text(q, r->captures[0]);
	args_day(q, from);
	args_day(q, to);
	if (r->client.role == ROLE_BANK)
		return read_as_bank(r, from, to, q);
	if (!client_may_file_for(&r->client, r->captures[0]))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	return args_await_query(r, q, "enterprise_trade", reply_row);
}

static enum step trade_read(struct req *r, const struct db_answer *a)
{
	enum step denied;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (!bank_read_allowed(r, a, &denied))
		return denied;
	return reply_bytes(r, 200, "application/json", db_get_text(a->results[1], 0, 0));
}

enum step reads_list(struct req *r)
{
	struct fault f = { 0 };
	struct args *q = args_new(r);
	const struct page *page = page_begin(r, &f);

	if (page == NULL)
		return reply_problem(r, &f);
	args_codes(q);
	page_args(q, page);
	return args_await_query(r, q, "bank_reads_list", page_reply);
}
