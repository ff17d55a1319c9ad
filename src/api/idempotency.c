#include "api/idempotency.h"

#include "api/args.h"
#include "api/route.h"
#include "standard/structured_field.h"

enum { KEY_BYTES_MAX = 255 };
enum { LOOK_FINGERPRINT, LOOK_STATUS, LOOK_TYPE, LOOK_LOCATION, LOOK_BODY, LOOK_WITHHELD };

enum ride_state { RIDE_WAITS, RIDE_UNDER_WAY, RIDE_STORED, RIDE_OVER };

struct idempotency {
	struct sha256 key, fingerprint;
	enum ride_state ride;
	struct args *claim;
	struct http_reply reply; /* that is being stored */
};

static db_step_fn looked, kept;
static const struct req_guard guard;

/* $1 client, $2 route, $3 key */
static const struct db_stmt look_stmt = {
	.name = "idempotency_look",
	.sql =
	"with late as (delete from idempotency where client_id = $1::integer and route = $2::text and key_sha256 = $3::bytea and expires_at <= now())"
	" select fingerprint, status, content_type, location, body, withheld from idempotency"
	" where client_id = $1::integer and route = $2::text and key_sha256 = $3::bytea and expires_at > now()",
	.param_count = 3,
	.flags = DB_WRITES,
};

/* $1 $2 $3 as above, $4 fingerprint, $5 hours. Fails, and everything with it, when the key is there. */
static const struct db_stmt claim_stmt = {
	.name = "idempotency_claim",
	.sql =
	"insert into idempotency (client_id, route, key_sha256, fingerprint, expires_at)"
	" values ($1::integer, $2::text, $3::bytea, $4::bytea, now() + $5::integer * interval '1 hour')",
	.param_count = 5,
	.flags = DB_WRITES,
};

/* $1 $2 $3 as above, $4 status, $5 media type, $6 location, $7 body, $8 withheld */
static const struct db_stmt keep_stmt = {
	.name = "idempotency_keep",
	.sql =
	"update idempotency set status = $4::integer, content_type = $5::text, location = $6::text, body = $7::bytea, withheld = $8::boolean"
	" where client_id = $1::integer and route = $2::text and key_sha256 = $3::bytea",
	.param_count = 8,
	.flags = DB_WRITES,
};

/* What may be tried again has not used the key up. */
static const struct db_stmt release_stmt = {
	.name = "idempotency_release",
	.sql = "delete from idempotency where client_id = $1::integer and route = $2::text and key_sha256 = $3::bytea",
	.param_count = 3,
	.flags = DB_WRITES,
};

/* A text in quotes, as the field's form is; or, as many send it, the key itself. */
static bool read_key(struct req *r, struct text field, struct text *key, struct fault *f)
{
	struct sf_member item;
	bool is_printable = true;

	*key = field;
	if (field.len > 0 && field.at[0] == '"') {
		if (!sf_read_item(r->arena, field, &item) || item.bare.kind != SF_STRING)
			return fault_set(f, FAULT_BAD_REQUEST, "Idempotency-Key is a text in quotes");
		*key = item.bare.text;
	}
	for (size_t i = 0; i < key->len; i++)
		is_printable = is_printable && key->at[i] >= 0x20 && key->at[i] <= 0x7e;
	if (key->len == 0 || key->len > KEY_BYTES_MAX || !is_printable)
		return fault_set(f, FAULT_BAD_REQUEST, "Idempotency-Key has 1 to %d printable ASCII characters", KEY_BYTES_MAX);
	return true;
}

static struct args *key_args(struct req *r, const struct idempotency *k)
{
	struct args *q = args_new(r);

	args_i32(q, r->client.id);
	args_text(q, text_of(r->route->name));
	args_bytes(q, k->key.b, sizeof(k->key.b));
	return q;
}

/* Keyed: a body may hold a person's number, which whoever reads the table could find by trying all there are. */
static struct sha256 fingerprint_of(const struct req *r)
{
	const struct text parts[] = { httpd_header(r->http, "Content-Type"), TEXT("\n"), r->http->target, TEXT("\n"), r->http->body };
	struct sha256 secret = hmac_sha256(r->api->conf.payer_key, TEXT("\xff" "idempotency")), plain = sha256_of_parts(parts, COUNTOF(parts));

	return hmac_sha256((struct text){ (const char *)secret.b, sizeof(secret.b) }, (struct text){ (const char *)plain.b, sizeof(plain.b) });
}

enum step idempotency_begin(struct req *r)
{
	struct text field = httpd_header(r->http, "Idempotency-Key"), key;
	struct idempotency *k;
	struct fault f = { 0 };

	if (field.at == NULL || !route_takes_key(r->route))
		return r->route->handler(r);
	k = arena_zalloc(r->arena, sizeof(*k));
	if (k == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (!read_key(r, field, &key, &f))
		return reply_problem(r, &f);
	k->key = sha256_of(key);
	k->fingerprint = fingerprint_of(r);
	r->own = k;
	return args_await(r, key_args(r, k), &look_stmt, looked);
}

static enum step replay(struct req *r, const struct db_rows *rows)
{
	struct text type = db_get_text(rows, 0, LOOK_TYPE), location = db_get_text(rows, 0, LOOK_LOCATION);
	int status = (int)db_get_int(rows, 0, LOOK_STATUS);

	if (db_get_int(rows, 0, LOOK_WITHHELD) != 0)
		return reply_fault(r, FAULT_STATE_CONFLICT, "this was done already; what its answer showed is shown once");
	type = text_dup(r->arena, type);
	location = text_dup(r->arena, location);
	req_header(r, "Idempotent-Replayed", "true");
	if (!db_is_null(rows, 0, LOOK_LOCATION) && location.at != NULL)
		req_header(r, "Location", location.at);
	return reply_bytes(r, status, db_is_null(rows, 0, LOOK_TYPE) ? NULL : type.at, db_get_text(rows, 0, LOOK_BODY));
}

static enum step looked(struct req *r, const struct db_answer *a)
{
	struct idempotency *k = r->own;
	struct text known;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[0]) == 0) {
		r->own = NULL;
		r->idempotency = k;
		r->guard = &guard;
		return r->route->handler(r);
	}
	known = db_get_text(a->results[0], 0, LOOK_FINGERPRINT);
	if (!text_eq(known, (struct text){ (const char *)k->fingerprint.b, sizeof(k->fingerprint.b) }))
		return reply_fault(r, FAULT_KEY_REUSED, "the key stands for another request to this resource");
	if (db_is_null(a->results[0], 0, LOOK_STATUS)) {
		req_header(r, "Retry-After", "1");
		return reply_fault(r, FAULT_STATE_CONFLICT, "the first request with this key was carried out, its answer is not there yet; if it stays so, the answer was lost: look at the resource");
	}
	return replay(r, a->results[0]);
}

/* --- beside the handler's own calls ------------------------------------------------------------------------------------ */

static void ride(struct req *r)
{
	struct idempotency *k = r->idempotency;
	bool writes = false;

	for (int i = 0; i < r->call.stmt_count; i++)
		writes = writes || (r->call.stmts[i].stmt->flags & DB_WRITES) != 0;
	if (!writes || k->ride != RIDE_WAITS)
		return;
	k->claim = key_args(r, k);
	args_bytes(k->claim, k->fingerprint.b, sizeof(k->fingerprint.b));
	args_i32(k->claim, r->api->conf.access.idempotency_hours);
	if (k->claim == NULL)
		return; /* the arena is full: the call will not start */
	k->ride = RIDE_UNDER_WAY;
	db_call_add(&r->call, &claim_stmt, k->claim->p);
}

static bool rode(struct req *r, const struct db_answer *a, enum step *s)
{
	struct idempotency *k = r->idempotency;

	if (k->ride != RIDE_UNDER_WAY)
		return false;
	k->ride = a->outcome == DB_DONE ? RIDE_STORED : RIDE_OVER;
	if (a->outcome != DB_CONFLICT || !text_starts(text_of(a->detail), "idempotency_claim:")) /* the statement that failed */
		return false;
	req_header(r, "Retry-After", "1");
	*s = reply_fault(r, FAULT_STATE_CONFLICT, "another request with this key was faster: send this one again for its answer");
	return true;
}

static struct text header_of(const struct http_reply *reply, const char *name)
{
	for (int i = 0; i < reply->header_count; i++)
		if (strcmp(reply->headers[i].name, name) == 0)
			return text_of(reply->headers[i].value);
	return (struct text){ NULL, 0 };
}

static bool keep(struct req *r, const struct http_reply *reply, enum step *s)
{
	struct idempotency *k = r->idempotency;
	bool is_final = reply->status < 500 && reply->status != 429, withheld = r->route->shows_secret && reply->status < 300;
	struct args *q;

	if (k->ride != RIDE_STORED)
		return false;
	k->ride = RIDE_OVER;
	k->reply = *reply;
	if (!reply->body_in_arena && reply->body.len > 0)
		k->reply.body = text_dup(r->arena, reply->body);
	k->reply.body_in_arena = true;
	q = key_args(r, k);
	if (is_final) {
		args_i32(q, reply->status);
		args_text(q, text_of(reply->content_type));
		args_text(q, header_of(reply, "Location"));
		args_bytes(q, withheld ? NULL : k->reply.body.at, withheld ? 0 : k->reply.body.len);
		args_bool(q, withheld);
	}
	if (q == NULL || r->arena->full)
		return false; /* it is sent, but not remembered */
	*s = args_await(r, q, is_final ? &keep_stmt : &release_stmt, kept);
	return true;
}

/* Whether or not it could be stored: the caller gets it. */
static enum step kept(struct req *r, const struct db_answer *a)
{
	(void)a;
	return req_send(r, &r->idempotency->reply);
}

static const struct req_guard guard = { .ride = ride, .rode = rode, .keep = keep };
