/*
 * /v1/consents: an enterprise lets a bank read of it (E92); what a bank reads, and what it has read.
 *
 *   consents_post ──give──> given: 201
 *   trade_get ──(a bank: read, logged in the same transaction)──> read: 200; 403, logged as well
 *
 * A bank reads only under a consent of the enterprise: for that bank, scope and purpose, in time, not revoked. The row that logs the read
 * is committed before the first byte is sent. Whether an enterprise is registered at all a bank without consent does not learn.
 */
#include "api/fields.h"
#include "api/handlers.h"
#include "api/page.h"
#include "base/log.h"
#include "store/query.h"

#define SCOPES       "trade"
#define PURPOSES     "credit_line loan_review guarantee insurance"
#define MONTHS_MAX   36
enum { NUMBER_MAX = 18, WORD_MAX = 20, MONTHS_SHOWN = 12 };

static db_step_fn given, revoked, trade_read;

static bool is_scope(struct text t)
{
	return text_is_among(TEXT(SCOPES), ' ', t);
}

static bool is_purpose(struct text t)
{
	return text_is_among(TEXT(PURPOSES), ' ', t);
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
	fields_check_words(&x, "scope", &scope, is_scope, SCOPES);
	purpose = fields_text(&x, "purpose", WORD_MAX, true);
	if (purpose.at != NULL && !is_purpose(purpose))
		fields_complain(&x, RULE_VALUE, "purpose", PURPOSES);
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

/* $1 id of the read, $2 enterprise, $3 the bank's codes, $4 client, $5 scope, $6 purpose, $7 $8 first days of the months, $9 now, $10 today,
 * $11 trace. A row when the enterprise is registered: the consent, null when there is none. */
static const struct db_stmt log_stmt = {
	.name = "bank_read_log",
	.sql =
	"with e as (select enterprise_by_number($2::text) as id),"
	" c as (select c.id, c.bank from e join consent c on c.enterprise_id = e.id where c.bank = any ($3::text[]) and $5::text = any (c.scope)"
	"   and c.purpose = $6::text and c.revoked_at is null and date '1970-01-01' + $10::integer between c.valid_from and c.valid_to"
	"   order by c.given_at limit 1),"
	" l as (insert into bank_read (id, enterprise_id, consent_id, bank, client, scope, purpose, from_month, to_month, at, trace)"
	"  select $1::uuid, e.id, c.id, coalesce(c.bank, ($3::text[])[1], ''), $4::text, $5::text, $6::text, date '1970-01-01' + $7::integer,"
	"    date '1970-01-01' + $8::integer, $9::timestamptz, $11::text from e left join c on true where e.id is not null returning consent_id)"
	" select consent_id from l",
	.param_count = 11,
	.flags = DB_WRITES,
};

/* The first day of the month, for "2026-03"; absent: *day is left. */
static bool read_month(struct req *r, const char *name, int32_t *day, struct fault *f)
{
	struct text t = httpd_query(r->http, name);
	char first[11];
	int64_t us;

	if (t.at == NULL)
		return true;
	if (t.len == 7) {
		memcpy(first, t.at, 7);
		memcpy(first + 7, "-01", 4);
		if (clock_parse_date(text_of(first), &us)) {
			*day = clock_day(us);
			return true;
		}
	}
	return fault_set(f, FAULT_BAD_REQUEST, "%s is a month, such as 2026-03", name);
}

static int32_t first_of_month(int32_t day)
{
	char text[CLOCK_RFC3339_BYTES];
	int64_t us = (int64_t)day * US_PER_DAY - 8 * US_PER_HOUR;

	clock_rfc3339(us, 0, text);
	return day - ((text[8] - '0') * 10 + (text[9] - '0') - 1);
}

static bool read_months(struct req *r, int32_t *from, int32_t *to, struct fault *f)
{
	*to = first_of_month(clock_day(r->now_us));
	if (!read_month(r, "to", to, f))
		return false;
	*from = *to;
	for (int i = 1; i < MONTHS_SHOWN; i++)
		*from = first_of_month(*from - 1);
	if (!read_month(r, "from", from, f))
		return false;
	return (*from <= *to && *to - *from <= MONTHS_MAX * 31) || fault_set(f, FAULT_BAD_REQUEST, "from comes before to, at most %d months", MONTHS_MAX);
}

static enum step read_as_bank(struct req *r, int32_t from, int32_t to, struct args *trade)
{
	struct text purpose = httpd_query(r->http, "purpose");
	struct id id = id_new(r->api->deps.ids, r->now_us, 0);
	struct args *q = args_new(r);

	if (purpose.at == NULL || !is_purpose(purpose))
		return reply_fault(r, FAULT_BAD_REQUEST, "purpose is one of " PURPOSES);
	args_uuid(q, &id);
	args_text(q, r->captures[0]);
	args_codes(q);
	args_text(q, text_dup(r->arena, r->client.name));
	args_text(q, TEXT(SCOPES));
	args_text(q, purpose);
	args_day(q, from);
	args_day(q, to);
	args_time(q, r->now_us);
	args_day(q, clock_day(r->now_us));
	args_text(q, text_of(r->trace.id));
	if (q == NULL || trade == NULL || r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	db_call_init(&r->call);
	db_call_add(&r->call, &log_stmt, q->p);
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
	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[0]) == 0 || db_is_null(a->results[0], 0, 0)) {
		log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "bank.denied", "client %d has no consent", r->client.id);
		return reply_fault(r, FAULT_FORBIDDEN, "no consent of this enterprise is in force for this bank, scope and purpose");
	}
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
