/* GET /v1/filings and below: a filer's own filings, and for regulators and operators all. */
#include "api/access.h"
#include "api/handlers.h"
#include "api/receipts_ceb.h"
#include "api/stored.h"
#include "model/document.h"

static db_step_fn found;

enum step filings_get(struct req *r)
{
	enum step refusal = STEP_REPLIED;
	struct args *q = access_record(r, &refusal);

	return q == NULL ? refusal : args_await_query(r, q, "filing_get", found);
}

enum { FOUND_FILING, FOUND_DOCUMENT, FOUND_OWN, FOUND_OWNER, FOUND_YEARS };

/* Whole for its owner, for others in the form of the policy. */
static bool open_document(struct access *x, const struct db_rows *rows, const struct id *id, struct text *out, struct fault *f)
{
	if (db_is_null(rows, 0, FOUND_DOCUMENT)) {
		*out = TEXT("null");
		return true;
	}
	return stored_filing(x->r, id, db_get_text(rows, 0, FOUND_DOCUMENT), out, f) &&
	       (db_get_int(rows, 0, FOUND_OWN) != 0 || redact_document(&x->redaction, *out, out, f));
}

static enum step reply_removed(struct req *r, int years)
{
	struct fault f = { 0 };

	(void)fault_set(&f, FAULT_GONE, "filings of that time were removed after %d years; their receipts are kept, by business key", years);
	return reply_problem(r, &f);
}

static enum step found(struct req *r, const struct db_answer *a)
{
	struct access *x = r->own;
	struct fault f = { 0 };
	struct text document;
	struct buf b;
	struct id id;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[0]) == 0 || !id_parse(r->captures[0], &id))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (db_is_null(a->results[0], 0, FOUND_FILING))
		return reply_removed(r, (int)db_get_int(a->results[0], 0, FOUND_YEARS));
	if (!open_document(x, a->results[0], &id, &document, &f))
		return reply_stored_fault(r, &f);
	stored_begin(&b, r, db_get_text(a->results[0], 0, FOUND_FILING), document.len);
	buf_str(&b, ",\"document\":");
	buf_text(&b, document);
	buf_char(&b, '}');
	return access_reply(x, db_get_text(a->results[0], 0, FOUND_OWNER), &b);
}

enum step filings_receipt(struct req *r)
{
	struct args *q = args_new(r);

	if (!args_own_record(q))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (req_wants_xml(r))
		return args_await_query(r, q, "filing_receipt_parts", receipts_ceb_filing);
	return args_await_query(r, q, "filing_receipt", reply_row);
}

static enum step find_by_digest(struct req *r, struct text hex)
{
	struct args *q = args_new(r);
	struct sha256 digest;

	if (hex.len != 2 * sizeof(digest.b) || hex_decode(hex, digest.b, sizeof(digest.b)) != (long)sizeof(digest.b))
		return reply_fault(r, FAULT_BAD_REQUEST, "sha256 has 64 hexadecimal digits");
	args_text(q, hex);
	args_caller(q);
	return args_await_query(r, q, "filings_by_digest", reply_row);
}

enum step filings_find(struct req *r)
{
	struct text kind_name = httpd_query(r->http, "kind"), direction_text = httpd_query(r->http, "direction");
	struct text key = httpd_query(r->http, "key"), digest = httpd_query(r->http, "sha256");
	enum direction direction;
	enum doc_kind kind;
	struct args *q = args_new(r);
	struct id id;

	if (digest.at != NULL && kind_name.at == NULL && direction_text.at == NULL && key.at == NULL)
		return find_by_digest(r, digest);
	if (digest.at != NULL || kind_name.at == NULL || direction_text.at == NULL || key.at == NULL)
		return reply_fault(r, FAULT_BAD_REQUEST, "give kind, direction and key, or sha256 alone");
	if (!doc_kind_by_name(kind_name, &kind) || !direction_by_name(direction_text, &direction))
		return reply_fault(r, FAULT_BAD_REQUEST, "kind or direction is not one of the standard's; see /v1/standard");
	if (text_utf8_length(key) < 1)
		return reply_fault(r, FAULT_BAD_REQUEST, "key is a business key as receipts show it");

	id = document_key_id(kind, direction, key);
	args_id(q, &id);
	args_caller(q);
	return args_await_query(r, q, "filings_by_key", reply_row);
}
