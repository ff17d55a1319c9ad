/*
 * /v1/subscriptions: looking at them, their secrets, switching them on again, taking them away.
 *
 * Who made a subscription sees it; operators and regulators see all. Nobody sees a secret again.
 */
#include "api/subscriptions.h"

#include "api/handlers.h"
#include "api/page.h"
#include "base/log.h"
#include "model/webhook.h"
#include "store/query.h"

static db_step_fn attempts_found, rotated, enabled, gone;

/* --- shared ----------------------------------------------------------------------------------------------------------- */

/* The gateway's key as subscriptions show it: whpk_… */
static struct text public_key_of(struct req *r)
{
	uint8_t key[PUBLIC_KEY_BYTES];
	struct buf b;

	signer_public(r->api->deps.signer, key);
	buf_init(&b, r->arena, 64);
	buf_str(&b, WEBHOOK_PUBLIC_PREFIX);
	buf_base64(&b, key, sizeof(key));
	return buf_as_text(&b);
}

bool subscription_args(struct req *r, struct args *q)
{
	struct id id;

	if (!id_parse(r->captures[0], &id))
		return false;
	args_uuid(q, &id);
	args_caller(q);
	return true;
}

struct text subscription_seal_secret(struct req *r, const struct id *id, struct text secret)
{
	const struct vault_place place = vault_at("subscription", id);
	struct text sealed;

	return vault_seal(r->api->deps.vault, r->arena, &place, secret, &sealed) ? sealed : (struct text){ NULL, 0 };
}

struct text subscription_new_secret(struct req *r)
{
	char *secret = arena_alloc(r->arena, WEBHOOK_SECRET_BYTES);

	if (secret == NULL || !crypto_random(secret, WEBHOOK_SECRET_BYTES))
		return (struct text){ NULL, 0 };
	return (struct text){ secret, WEBHOOK_SECRET_BYTES };
}

enum step subscription_reply_secret(struct req *r, int status, struct text shown, struct text secret)
{
	struct buf b;

	buf_init(&b, r->arena, shown.len + 100);
	buf_put(&b, shown.at, shown.len - 1); /* its closing brace comes later */
	buf_str(&b, ", \"secret\" : \"" WEBHOOK_SECRET_PREFIX);
	buf_base64(&b, secret.at, secret.len);
	buf_str(&b, "\"}");
	return reply_json(r, status, &b);
}

enum step subscription_await_change(struct req *r, struct args *change, const struct db_stmt *stmt, const struct id *id, db_step_fn *then)
{
	struct args *get = args_new(r);

	args_uuid(get, id);
	args_caller(get);
	args_text(get, public_key_of(r));
	if (change == NULL || get == NULL || r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	db_call_init(&r->call);
	db_call_add(&r->call, stmt, change->p);
	db_call_add(&r->call, query("subscription_get"), get->p);
	return await_db(r, then);
}

enum step subscription_changed(struct req *r, const struct db_answer *a)
{
	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[0]) == 0 || db_row_count(a->results[1]) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	return reply_bytes(r, 200, "application/json", db_get_text(a->results[1], 0, 0));
}

/* --- looking ---------------------------------------------------------------------------------------------------------- */

enum step subscriptions_list(struct req *r)
{
	struct fault f = { 0 };
	const struct page *page = page_begin(r, &f);
	struct args *q = args_new(r);

	if (page == NULL)
		return reply_problem(r, &f);
	args_caller(q);
	page_args(q, page);
	args_text(q, public_key_of(r));
	return args_await_query(r, q, "subscriptions_list", page_reply);
}

enum step subscriptions_get(struct req *r)
{
	struct args *q = args_new(r);

	if (!subscription_args(r, q))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	args_text(q, public_key_of(r));
	return args_await_query(r, q, "subscription_get", reply_row);
}

/* The cursor's time is the number of the last attempt shown. */
enum step subscriptions_attempts(struct req *r)
{
	struct fault f = { 0 };
	const struct page *page = page_begin(r, &f);
	struct args *q = args_new(r);

	if (page == NULL)
		return reply_problem(r, &f);
	if (!subscription_args(r, q))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	args_i64(q, page->has_after ? page->after.at_us : INT64_MAX);
	args_i32(q, page->limit);
	return args_await_query(r, q, "subscription_attempts", attempts_found);
}

static enum step attempts_found(struct req *r, const struct db_answer *a)
{
	struct text items;
	struct buf b;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[0]) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	items = db_get_text(a->results[0], 0, 0);
	buf_init(&b, r->arena, items.len + 128);
	buf_str(&b, "{\"items\":");
	buf_text(&b, items);
	if (!db_is_null(a->results[0], 0, 1))
		page_put_next(r, &b, &(struct cursor){ .at_us = db_get_int(a->results[0], 0, 1) });
	buf_char(&b, '}');
	return reply_json(r, 200, &b);
}

/* --- secrets ---------------------------------------------------------------------------------------------------------- */

/* $1 subscription, $2 $3 who asks, $4 new secret, $5 until when the old one signs, $6 now */
static const struct db_stmt rotate_stmt = {
	.name = "subscription_rotate",
	.sql =
	"update subscription set old_secret = secret, old_until = $5::timestamptz, secret = $4::bytea, changed_at = $6::timestamptz,"
	"  revision = nextval('subscription_revision')"
	" where id = $1::uuid and ($3::boolean or client_id = $2::integer) returning id",
	.param_count = 6,
	.flags = DB_WRITES,
};

enum step subscriptions_rotate(struct req *r)
{
	struct text *secret = arena_alloc(r->arena, sizeof(*secret)), sealed;
	struct args *q = args_new(r);
	struct id id;

	if (!id_parse(r->captures[0], &id) || !subscription_args(r, q))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (secret == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	*secret = subscription_new_secret(r);
	sealed = subscription_seal_secret(r, &id, *secret);
	if (secret->at == NULL || sealed.at == NULL)
		return reply_fault(r, FAULT_BUSY, "no secret could be made");
	args_bytes(q, sealed.at, sealed.len);
	args_time(q, r->now_us + (int64_t)r->api->conf.push.rotation_hours * US_PER_HOUR);
	args_time(q, r->now_us);
	r->own = secret;
	return subscription_await_change(r, q, &rotate_stmt, &id, rotated);
}

static enum step rotated(struct req *r, const struct db_answer *a)
{
	const struct text *secret = r->own;

	if (a->outcome != DB_DONE || db_row_count(a->results[0]) == 0)
		return subscription_changed(r, a);
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "subscription.rotated", TEXT_FMT, TEXT_ARG(r->captures[0]));
	return subscription_reply_secret(r, 200, db_get_text(a->results[1], 0, 0), *secret);
}

/* --- on and off ------------------------------------------------------------------------------------------------------- */

/* $1 subscription, $2 $3 who asks, $4 now. Messages given up begin anew. */
static const struct db_stmt enable_stmt = {
	.name = "subscription_enable",
	.sql =
	"with hit as (update subscription set state = 'enabled', reason = null, disabled_at = null, changed_at = $4::timestamptz,"
	"    revision = nextval('subscription_revision')"
	"  where id = $1::uuid and ($3::boolean or client_id = $2::integer) returning id),"
	" again as (update push p set attempts = 0, next_at = $4::timestamptz from hit where p.subscription_id = hit.id and not p.is_ping)"
	" select id from hit",
	.param_count = 4,
	.flags = DB_WRITES,
};

enum step subscriptions_enable(struct req *r)
{
	struct args *q = args_new(r);
	struct id id;

	if (!id_parse(r->captures[0], &id) || !subscription_args(r, q))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	args_time(q, r->now_us);
	return subscription_await_change(r, q, &enable_stmt, &id, enabled);
}

static enum step enabled(struct req *r, const struct db_answer *a)
{
	if (a->outcome == DB_DONE && db_row_count(a->results[0]) > 0)
		log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "subscription.enabled", TEXT_FMT, TEXT_ARG(r->captures[0]));
	return subscription_changed(r, a);
}

static const struct db_stmt delete_stmt = {
	.name = "subscription_delete",
	.sql =
	"with hit as (delete from subscription where id = $1::uuid and ($3::boolean or client_id = $2::integer) returning id),"
	" left_over as (delete from push p using hit where p.subscription_id = hit.id)"
	" select id, nextval('subscription_revision') from hit",
	.param_count = 3,
	.flags = DB_WRITES,
};

enum step subscriptions_delete(struct req *r)
{
	struct args *q = args_new(r);

	if (!subscription_args(r, q))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	return args_await(r, q, &delete_stmt, gone);
}

static enum step gone(struct req *r, const struct db_answer *a)
{
	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	return db_row_count(a->results[0]) == 0 ? reply_fault(r, FAULT_NOT_FOUND, "") : reply_empty(r, 204);
}
