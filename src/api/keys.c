/*
 * /v1/me/keys: the public keys with which a client signs its requests. A client that must sign adds and ends keys by signed
 * requests like all others, so that a token alone never brings a key in.
 */
#include "api/body.h"
#include "api/handlers.h"
#include "api/moved.h"
#include "base/log.h"
#include "store/client_token.h"
#include "store/query.h"

enum { SHOWN_MAX = 100, COLUMN_KEY = 0, COLUMN_WAS_THERE };

static db_step_fn added, revoked;

enum step me_keys_list(struct req *r)
{
	struct args *q = args_new(r);

	args_i32(q, r->client.id);
	args_i32(q, SHOWN_MAX);
	return args_await_query(r, q, "client_keys", reply_row);
}

/* PEM, or DER in base64. */
static const struct public_key *read_key(struct req *r, struct text shown, struct fault *f)
{
	char *der;
	long len;

	if (shown.len == 0 || shown.len > 4 * PUBLIC_KEY_DER_MAX) {
		(void)fault_set(f, FAULT_BAD_REQUEST, "public_key is a public key in PEM, or its DER in base64");
		return NULL;
	}
	if (text_starts(shown, "-----BEGIN"))
		return public_key_read(r->arena, shown, f);
	der = arena_alloc(r->arena, shown.len);
	len = der == NULL ? -1 : base64_decode(shown, der, shown.len);
	return public_key_read(r->arena, (struct text){ der, len < 0 ? 0 : (size_t)len }, f);
}

/* NULL with *f: it is not acceptable. */
static const struct public_key *read_body(struct req *r, struct text *label, struct fault *f)
{
	const struct json *body = body_read(r, "public_key label", f), *said = json_member(body, "label");

	if (body == NULL)
		return NULL;
	*label = json_text(said);
	if (said != NULL && !json_is_null(said) && (label->len == 0 || label->len > CLIENT_KEY_LABEL_BYTES_MAX)) {
		(void)fault_set(f, FAULT_BAD_REQUEST, "label is a text of up to %d bytes", CLIENT_KEY_LABEL_BYTES_MAX);
		return NULL;
	}
	return read_key(r, json_text(json_member(body, "public_key")), f);
}

enum step me_keys_post(struct req *r)
{
	struct args *q = args_new(r);
	struct fault f = { 0 };
	struct text label;
	const struct public_key *key = read_body(r, &label, &f);

	if (key == NULL)
		return reply_problem(r, &f);
	args_i32(q, r->client.id);
	args_text(q, text_of(key->id));
	args_text(q, text_of(public_key_algorithm(key->kind)));
	args_bytes(q, key->der.at, key->der.len);
	args_text(q, label);
	args_time(q, r->now_us);
	args_text(q, text_dup(r->arena, r->client.name));
	args_i32(q, r->api->conf.access.keys_max);
	return moved_await(r, q, &client_key_add, added);
}

static enum step added(struct req *r, const struct db_answer *a)
{
	static const struct fault none = { FAULT_STATE_CONFLICT, "the key was revoked, or this client has as many keys as it may" };
	enum step refusal = STEP_REPLIED;
	bool was_there;

	if (!moved_met(r, a, &none, &refusal))
		return refusal;
	was_there = db_get_int(a->results[0], 0, COLUMN_WAS_THERE) != 0;
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "key.added", "for client %d", r->client.id);
	return reply_bytes(r, was_there ? 200 : 201, "application/json", db_get_text(a->results[0], 0, COLUMN_KEY));
}

enum step me_keys_delete(struct req *r)
{
	struct args *q = args_new(r);

	if (r->client.proof.signature && r->client.key_count < 2)
		return reply_fault(r, FAULT_STATE_CONFLICT, "it is the last key of a client that must sign: add another one first");
	args_i32(q, r->client.id);
	args_text(q, r->captures[0]);
	args_time(q, r->now_us);
	return moved_await(r, q, &client_key_revoke, revoked);
}

static enum step revoked(struct req *r, const struct db_answer *a)
{
	enum step refusal = STEP_REPLIED;

	if (!moved_met(r, a, &(struct fault){ FAULT_NOT_FOUND, "" }, &refusal))
		return refusal;
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "key.revoked", "of client %d", r->client.id);
	return reply_empty(r, 204);
}
