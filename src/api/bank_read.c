#include "api/bank_read.h"

#include "api/fields.h"
#include "base/log.h"

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

bool bank_read_begin(struct req *r, const struct bank_read *w, struct fault *f)
{
	struct text purpose = httpd_query(r->http, "purpose");
	struct id id = id_new(r->api->deps.ids, r->now_us, 0);
	struct args *q = args_new(r);

	if (purpose.at == NULL || !text_is_among(TEXT(BANK_PURPOSES), ' ', purpose))
		return fault_set(f, FAULT_BAD_REQUEST, "purpose is one of " BANK_PURPOSES);
	args_uuid(q, &id);
	args_text(q, w->enterprise);
	args_codes(q);
	args_text(q, text_dup(r->arena, r->client.name));
	args_text(q, text_of(w->scope));
	args_text(q, purpose);
	args_day(q, w->from);
	args_day(q, w->to);
	args_time(q, r->now_us);
	args_day(q, clock_day(r->now_us));
	args_text(q, text_of(r->trace.id));
	if (q == NULL || r->arena->full)
		return fault_set(f, FAULT_BUSY, "the request is larger than its memory");
	db_call_init(&r->call);
	db_call_add(&r->call, &log_stmt, q->p);
	return true;
}

bool bank_read_allowed(struct req *r, const struct db_answer *a, enum step *s)
{
	if (db_row_count(a->results[0]) == 1 && !db_is_null(a->results[0], 0, 0))
		return true;
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "bank.denied", "client %d has no consent", r->client.id);
	*s = reply_fault(r, FAULT_FORBIDDEN, "no consent of this enterprise is in force for this bank, scope and purpose");
	return false;
}
