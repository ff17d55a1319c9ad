#include "api/access.h"

#include "api/handlers.h"
#include "api/page.h"
#include "api/route.h"
#include "base/log.h"
#include "store/policy_store.h"

static db_step_fn logged;

static enum personal_form form_of(const void *arg, enum field f)
{
	const struct access *x = arg;

	return policy_form(*x->r->api->deps.policy, &x->r->client, f, x->privileged, clock_day(x->r->now_us));
}

static bool read_wish(struct req *r, struct access *x, struct fault *f)
{
	struct text full = httpd_query(r->http, "full");

	x->purpose = httpd_query(r->http, "purpose");
	x->privileged = text_is(full, "true");
	if (full.at != NULL && !x->privileged && !text_is(full, "false"))
		return fault_set(f, FAULT_BAD_REQUEST, "full is true or false");
	if (x->privileged != (x->purpose.len > 0))
		return fault_set(f, FAULT_BAD_REQUEST, "full=true and purpose go together: data of persons are shown in full for a stated purpose only");
	if (!x->privileged || r->client.role == ROLE_REGULATOR)
		return true;
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_WARNING, "access.denied", "%s by client %d, who is no regulator", r->route->name, r->client.id);
	return fault_set(f, FAULT_FORBIDDEN, "only regulators read data of persons in full");
}

struct access *access_begin(struct req *r, struct fault *f)
{
	struct access *x = arena_zalloc(r->arena, sizeof(*x));

	if (x == NULL) {
		(void)fault_set(f, FAULT_BUSY, "the request is larger than its memory");
		return NULL;
	}
	x->r = r;
	x->redaction = (struct redaction){ .arena = r->arena, .form_of = form_of, .arg = x, .secret = r->api->conf.payer_key };
	return read_wish(r, x, f) ? x : NULL;
}

struct args *access_record(struct req *r, enum step *answer)
{
	struct args *q = args_new(r);
	struct fault f = { 0 };

	r->own = access_begin(r, &f);
	if (r->own == NULL)
		*answer = reply_problem(r, &f);
	else if (q == NULL)
		*answer = reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	else if (!args_own_record(q))
		*answer = reply_fault(r, FAULT_NOT_FOUND, "");
	else
		args_bool(q, r->client.role == ROLE_REGULATOR);
	return r->replied ? NULL : q;
}

/* --- the log ------------------------------------------------------------------------------------------------------------- */

/* $1 id, $2 now, $3 client, $4 role, $5 authority, $6 route, $7 record, $8 owners, $9 fields, $10 purpose, $11 trace, $12 day. One row: whether it
 * was written; the words that a purpose may be. */
static const struct db_stmt put = {
	.name = "access_put",
	.sql =
	"with known as (select word from access_purpose p where p.valid_from <= $12::text::date and (p.valid_to is null or p.valid_to >= $12::text::date)),"
	" made as ("
	"  insert into access_log (id, at, client_id, role, authority, route, record, owners, fields, purpose, trace)"
	"  select $1::uuid, $2::timestamptz, $3::integer, $4::text, $5::text, $6::text, $7::text, $8::text::integer[], $9::text[], $10::text, $11::text"
	"  where $10::text in (select word from known) returning 1)"
	" select exists (select from made), (select string_agg(word, ', ' order by word) from known)",
	.param_count = 12,
	.flags = DB_WRITES,
};

static void args_fields(struct args *q, const struct redaction *redaction)
{
	struct db_array names;
	int count = 0;

	for (int f = 0; f < FIELD_COUNT; f++)
		count += redaction->met[f];
	db_array_begin(&names, redaction->arena, DB_KIND_TEXT, count, 32 * (size_t)count);
	for (int f = 0; f < FIELD_COUNT; f++)
		if (redaction->met[f])
			db_array_text(&names, text_of(field_name((enum field)f)));
	args_array(q, &names);
}

static void args_day(struct args *q, int64_t us)
{
	char at[CLOCK_RFC3339_BYTES];

	clock_rfc3339(us, 0, at);
	args_text(q, text_dup(q->r->arena, (struct text){ at, sizeof("2026-03-02") - 1 }));
}

enum step access_reply(struct access *x, struct text owners, const struct buf *answer)
{
	struct req *r = x->r;
	struct id id = id_new(r->api->deps.ids, r->now_us, 0);
	struct args *q;

	if (!x->privileged || answer->full)
		return reply_json(r, 200, answer);
	q = args_new(r);
	if (q == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	x->answer = *answer;
	r->own = x;
	args_uuid(q, &id);
	args_time(q, r->now_us);
	args_i32(q, r->client.id);
	args_text(q, text_of(role_name(r->client.role)));
	args_text(q, r->client.has_authority ? text_of(authority_code(r->client.authority)) : (struct text){ NULL, 0 });
	args_text(q, text_of(r->route->name));
	args_text(q, r->captures[0]);
	args_text(q, text_dup(r->arena, owners));
	args_fields(q, &x->redaction);
	args_text(q, x->purpose);
	args_text(q, text_of(r->trace.id));
	args_day(q, r->now_us);
	return args_await(r, q, &put, logged);
}

/* Not one byte of the answer is sent before the row is committed. */
static enum step logged(struct req *r, const struct db_answer *a)
{
	const struct access *x = r->own;
	struct buf b;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_get_int(a->results[0], 0, 0) == 0) {
		buf_init(&b, r->arena, 256);
		buf_str(&b, "purpose is one of ");
		buf_text(&b, db_get_text(a->results[0], 0, 1));
		return reply_fault(r, FAULT_BAD_REQUEST, b.full ? "" : b.at);
	}
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "access.logged", "%s by client %d", r->route->name, r->client.id);
	return reply_json(r, 200, &x->answer);
}

/* --- reading the log ------------------------------------------------------------------------------------------------------- */

static enum step list(struct req *r, bool own)
{
	struct fault f = { 0 };
	const struct page *page = page_begin(r, &f);
	int64_t from_us = PAGE_FIRST_US, to_us = PAGE_LAST_US;
	struct args *q = args_new(r);
	struct cursor newest;

	if (page == NULL)
		return reply_problem(r, &f);
	if (!page_time(r, "from", &from_us, &f) || !page_time(r, "to", &to_us, &f))
		return reply_problem(r, &f);
	newest = page_newest(page);
	args_time(q, from_us);
	args_time(q, to_us);
	args_uuid(q, &newest.id);
	args_i32(q, page->limit);
	if (own)
		args_i32(q, r->client.id);
	else
		args_text(q, httpd_query(r->http, "client"));
	return args_await_query(r, q, own ? "access_own" : "access_list", page_reply);
}

enum step access_log_list(struct req *r)
{
	return list(r, false);
}

enum step access_log_own(struct req *r)
{
	return list(r, true);
}
