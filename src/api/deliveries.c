/*
 * /v1/deliveries: what goes to whom, and once more at a person's wish.
 *
 * A delivery is named declaration.AUTHORITY.version. A retry only makes it due now; whoever dispatches finds it. Many at once:
 * api/deliveries_range.c.
 */
#include "api/access.h"
#include "api/args.h"
#include "api/handlers.h"
#include "api/page.h"
#include "api/stored.h"
#include "base/log.h"
#include "model/delivery.h"

static db_step_fn found, retried;

static bool read_name(struct text t, struct id *declaration, enum authority *authority, int *version)
{
	const char *first = memchr(t.at, '.', t.len), *second;
	struct text code, number;
	int64_t n;

	if (first == NULL)
		return false;
	code = (struct text){ first + 1, t.len - (size_t)(first + 1 - t.at) };
	second = memchr(code.at, '.', code.len);
	if (second == NULL)
		return false;
	number = (struct text){ second + 1, code.len - (size_t)(second + 1 - code.at) };
	code.len = (size_t)(second - code.at);
	if (!id_parse((struct text){ t.at, (size_t)(first - t.at) }, declaration) || !authority_by_code(code, authority)
	    || !text_to_i64(number, &n) || n < 1 || n > INT32_MAX)
		return false;
	*version = (int)n;
	return true;
}

static enum step list_of_declaration(struct req *r, struct text declaration)
{
	struct args *q = args_new(r);
	struct id id;

	if (!id_parse(declaration, &id))
		return reply_fault(r, FAULT_BAD_REQUEST, "declaration_id is not one of our ids");
	args_id(q, &id);
	args_caller(q);
	return args_await_query(r, q, "deliveries_of_declaration", reply_row);
}

enum step deliveries_list(struct req *r)
{
	struct text declaration = httpd_query(r->http, "declaration_id"), code = httpd_query(r->http, "authority");
	struct text state_text = httpd_query(r->http, "state");
	struct text reason = httpd_query(r->http, "reason");
	struct fault f = { 0 };
	const struct page *page = page_begin(r, &f);
	int64_t from_us = PAGE_FIRST_US, to_us = PAGE_LAST_US;
	enum delivery_state state;
	enum authority authority;
	struct args *q = args_new(r);

	if (page == NULL)
		return reply_problem(r, &f);
	if (!page_time(r, "from", &from_us, &f) || !page_time(r, "to", &to_us, &f))
		return reply_problem(r, &f);
	if (declaration.at != NULL && code.at == NULL && state_text.at == NULL)
		return list_of_declaration(r, declaration);
	if (req_is_enterprise(r))
		return reply_fault(r, FAULT_FORBIDDEN, "an enterprise sees the deliveries of its own declarations: give declaration_id alone");
	if (declaration.at != NULL || code.at == NULL || state_text.at == NULL)
		return reply_fault(r, FAULT_BAD_REQUEST, "give declaration_id alone, or authority and state");
	if (!authority_by_code(code, &authority) || !delivery_state_by_name(state_text, &state))
		return reply_fault(r, FAULT_BAD_REQUEST, "authority or state is not one of the lists in docs/API.md");
	args_text(q, code);
	args_text(q, state_text);
	args_time(q, page->has_after ? page->after.at_us : 0);
	args_uuid(q, &page->after.id);
	args_i32(q, page->after.serial);
	args_i32(q, page->limit);
	args_time(q, from_us);
	args_time(q, to_us);
	args_text(q, reason);
	return args_await_query(r, q, "deliveries_list", page_reply);
}

enum step deliveries_get(struct req *r)
{
	enum authority authority;
	struct id declaration;
	struct fault f = { 0 };
	struct args *q;
	int version;

	r->own = access_begin(r, &f);
	if (r->own == NULL)
		return reply_problem(r, &f);
	if (!read_name(r->captures[0], &declaration, &authority, &version))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	q = args_new(r);
	args_key(q, &declaration, authority, version);
	args_caller(q);
	return args_await_query(r, q, "delivery_get", found);
}

enum { FOUND_DELIVERY, FOUND_TYPE, FOUND_DOCUMENT_ID, FOUND_FROM, FOUND_LEN, FOUND_DOCUMENTS, FOUND_OWNERS };

/* Its part of the documents of a whole batch, in the form of the policy. */
static bool open_document(struct access *x, const struct db_rows *rows, struct text *out, struct fault *f)
{
	const struct rules *rules = *x->r->api->deps.rules;
	enum authority authority;
	struct id declaration;
	int version;
	size_t from = (size_t)db_get_int(rows, 0, FOUND_FROM), len = (size_t)db_get_int(rows, 0, FOUND_LEN);
	struct vault_place place;
	struct id id;

	if (!db_get_id(rows, 0, FOUND_DOCUMENT_ID, &id))
		return fault_set(f, FAULT_BUG, "a delivery without a document");
	place = vault_at("delivery_document", &id);
	if (!vault_open(x->r->api->deps.vault, x->r->arena, &place, db_get_text(rows, 0, FOUND_DOCUMENTS), out, f))
		return false;
	if (from + len > out->len)
		return fault_set(f, FAULT_DAMAGED, "a stored delivery_document is shorter than it was");
	*out = (struct text){ out->at + from, len };
	return read_name(x->r->captures[0], &declaration, &authority, &version) &&
	       redact_sent(&x->redaction, authority, rules == NULL ? NULL : rules->book, *out, out, f);
}

static enum step found(struct req *r, const struct db_answer *a)
{
	struct text document = { NULL, 0 };
	struct access *x = r->own;
	struct fault f = { 0 };
	struct buf b;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[0]) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (!db_is_null(a->results[0], 0, FOUND_DOCUMENTS) && !open_document(x, a->results[0], &document, &f))
		return reply_stored_fault(r, &f);
	stored_begin(&b, r, db_get_text(a->results[0], 0, FOUND_DELIVERY), 2 * document.len);
	buf_str(&b, document.at == NULL ? ",\"document\":null" : ",\"document\":{\"content_type\":");
	if (document.at != NULL) {
		buf_json(&b, db_get_text(a->results[0], 0, FOUND_TYPE));
		buf_str(&b, ",\"body\":");
		buf_json(&b, document);
		buf_char(&b, '}');
	}
	buf_char(&b, '}');
	return access_reply(x, db_get_text(a->results[0], 0, FOUND_OWNERS), &b);
}

/* A dead delivery gets its attempts anew. Answers the state before: null when there is no such delivery. */
static const struct db_stmt retry = {
	.name = "delivery_retry",
	.sql =
	"with hit as ("
	"  update delivery set state = 'due', listed = 'due', due_at = $5::timestamptz, reason = case when state = 'dead' then null else reason end,"
	"    attempts = case when state = 'dead' then 0 else attempts end"
	"  where bucket = $1::smallint and declaration_id = $2::uuid and authority = $3::text and version = $4::integer"
	"    and state in ('dead', 'due') returning 1)"
	" select state, (select count(*) from hit) from delivery"
	" where bucket = $1::smallint and declaration_id = $2::uuid and authority = $3::text and version = $4::integer",
	.param_count = 5,
	.flags = DB_WRITES,
};

enum step deliveries_retry(struct req *r)
{
	enum authority authority;
	struct id declaration;
	struct args *q;
	int version;

	if (!read_name(r->captures[0], &declaration, &authority, &version))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	q = args_new(r);
	args_key(q, &declaration, authority, version);
	args_time(q, r->now_us);
	return args_await(r, q, &retry, retried);
}

static enum step retried(struct req *r, const struct db_answer *a)
{
	const struct log_ids ids = { .trace = r->trace.id };
	struct buf b;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[0]) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (db_get_int(a->results[0], 0, 1) == 0)
		return reply_fault(r, FAULT_STATE_CONFLICT, "only a delivery that is due or dead can be sent again");
	log_event(&ids, LOG_LEVEL_NOTICE, "delivery.retry_asked", TEXT_FMT " by client %d", TEXT_ARG(r->captures[0]), r->client.id);
	buf_init(&b, r->arena, 128);
	buf_str(&b, "{\"id\":");
	buf_json(&b, r->captures[0]);
	buf_str(&b, ",\"state\":\"due\"}");
	return reply_json(r, 202, &b);
}
