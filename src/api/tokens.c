/*
 * /v1/me/tokens: a client's own tokens. A new one is shown once; the one that asked for it stays good for a while, so
 * that the software can change over without a gap.
 */
#include "api/body.h"
#include "api/handlers.h"
#include "api/moved.h"
#include "base/log.h"
#include "store/client_token.h"
#include "store/query.h"

enum { SHOWN_MAX = 100 };

struct token_wish { /* r->own */
	struct text label; /* absent: none */
	int64_t days;
	bool rotates;
	struct fresh_token fresh;
};

static db_step_fn made, revoked;

enum step me_tokens_list(struct req *r)
{
	struct args *q = args_new(r);

	args_i32(q, r->client.id);
	args_i32(q, r->has_token ? r->token.id : 0);
	args_time(q, r->now_us);
	args_i32(q, SHOWN_MAX);
	return args_await_query(r, q, "client_tokens", reply_row);
}

static bool read_wish(struct req *r, struct token_wish *w, struct fault *f)
{
	const struct json *body = body_read(r, "label expires_days rotate", f), *label, *days, *rotate;
	int most = r->api->conf.access.token_days;

	if (body == NULL)
		return false;
	label = json_member(body, "label");
	days = json_member(body, "expires_days");
	rotate = json_member(body, "rotate");
	w->label = json_text(label);
	w->days = most;
	w->rotates = true;
	if (label != NULL && !json_is_null(label) && (w->label.len == 0 || w->label.len > CLIENT_TOKEN_LABEL_BYTES_MAX))
		return fault_set(f, FAULT_BAD_REQUEST, "label is a text of up to %d bytes", CLIENT_TOKEN_LABEL_BYTES_MAX);
	if (days != NULL && (!json_i64(days, &w->days) || w->days < 1 || w->days > most))
		return fault_set(f, FAULT_BAD_REQUEST, "expires_days is a whole number from 1 to %d", most);
	if (rotate != NULL && !json_bool(rotate, &w->rotates))
		return fault_set(f, FAULT_BAD_REQUEST, "rotate is true or false");
	return client_token_make(r->arena, &w->fresh, f);
}

enum step me_tokens_post(struct req *r)
{
	const struct access_conf *c = &r->api->conf.access;
	struct token_wish *w = arena_zalloc(r->arena, sizeof(*w));
	struct args *q = args_new(r);
	struct fault f = { 0 };

	if (w == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (!read_wish(r, w, &f))
		return reply_problem(r, &f);
	r->own = w;
	args_i32(q, r->client.id);
	args_bytes(q, w->fresh.sha256.b, sizeof(w->fresh.sha256.b));
	args_text(q, w->fresh.last4);
	args_text(q, w->label);
	args_time(q, r->now_us);
	args_text(q, text_dup(r->arena, r->client.name));
	args_time(q, r->now_us + w->days * US_PER_DAY);
	args_i32(q, c->tokens_max);
	args_i32(q, w->rotates && r->has_token ? r->token.id : 0);
	args_time(q, r->now_us + (int64_t)c->token_overlap_hours * US_PER_HOUR);
	return moved_await(r, q, &client_token_add, made);
}

static enum step made(struct req *r, const struct db_answer *a)
{
	static const struct fault none = { FAULT_OVER_QUOTA, "this client has as many tokens as it may: delete one that is not used" };
	const struct token_wish *w = r->own;
	enum step refusal = STEP_REPLIED;
	struct text shown;
	struct buf b;

	if (!moved_met(r, a, &none, &refusal))
		return refusal;
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "token.made", "for client %d, ending in " TEXT_FMT, r->client.id,
	          TEXT_ARG(w->fresh.last4));
	shown = db_get_text(a->results[0], 0, 0);
	buf_init(&b, r->arena, shown.len + 96);
	buf_put(&b, shown.at, shown.len - 1); /* its closing brace comes later */
	buf_str(&b, ", \"token\" : ");
	buf_json(&b, w->fresh.text);
	buf_char(&b, '}');
	return reply_json(r, 201, &b);
}

enum step me_tokens_delete(struct req *r)
{
	struct args *q = args_new(r);
	int64_t id;

	if (!text_to_i64(r->captures[0], &id) || id < 1 || id > INT32_MAX)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (r->has_token && id == r->token.id)
		return reply_fault(r, FAULT_STATE_CONFLICT, "this is the token that asks: make another one and delete this one with it");
	args_i32(q, r->client.id);
	args_i32(q, (int32_t)id);
	args_time(q, r->now_us);
	return moved_await(r, q, &client_token_revoke, revoked);
}

static enum step revoked(struct req *r, const struct db_answer *a)
{
	enum step refusal = STEP_REPLIED;

	if (!moved_met(r, a, &(struct fault){ FAULT_NOT_FOUND, "" }, &refusal))
		return refusal;
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "token.revoked", TEXT_FMT " of client %d", TEXT_ARG(r->captures[0]), r->client.id);
	return reply_empty(r, 204);
}
