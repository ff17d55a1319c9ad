/*
 * /v1/subscriptions: making one, changing it, trying it, pushing a range once more.
 *
 * What is pushed is flow/push's matter: here rows are written, and the revision that tells it to look.
 */
#include "api/body.h"
#include "api/handlers.h"
#include "api/subscriptions.h"
#include "base/log.h"
#include "model/webhook.h"

enum { DESCRIPTION_BYTES_MAX = 400, PINGS_MAX = 10 };

static db_step_fn made, patched, pinged, replayed;

struct wish { /* of a body */
	struct text url, description; /* absent: not given */
	enum webhook_format format;
	bool has_types, has_ed25519, ed25519, disables;
	struct text types[WEBHOOK_TYPES_MAX];
	int type_count;
	struct text secret;
};

/* --- reading ---------------------------------------------------------------------------------------------------------- */

static bool read_types(struct wish *w, const struct json *list, bool format_known, struct fault *f)
{
	enum webhook_format format = format_known ? w->format : WEBHOOK_EVENTS;

	if (list == NULL)
		return true;
	w->has_types = true;
	if (!json_is_array(list) || json_length(list) > WEBHOOK_TYPES_MAX)
		return fault_set(f, FAULT_BAD_REQUEST, "types is a list of at most %d types of events", WEBHOOK_TYPES_MAX);
	w->type_count = (int)json_length(list);
	for (int i = 0; i < w->type_count; i++) {
		w->types[i] = json_text(json_item(list, (size_t)i));
		if (!webhook_type_known(w->types[i], format))
			return fault_set(f, FAULT_BAD_REQUEST, format == WEBHOOK_EVENTS ? "types: there is no such type of events"
			                                       : "types of receipts are " WEBHOOK_TYPE_FILED " and " WEBHOOK_TYPE_ANSWERED);
	}
	return true;
}

static bool read_rest(struct req *r, struct wish *w, const struct json *body, struct fault *f)
{
	const struct json *url = json_member(body, "url"), *description = json_member(body, "description"), *ed25519 = json_member(body, "ed25519");

	w->url = json_text(url);
	w->description = json_text(description);
	if (url != NULL && w->url.at == NULL)
		return fault_set(f, FAULT_BAD_REQUEST, "url is a text");
	if (w->url.at != NULL && !webhook_url_good(w->url, r->api->conf.push.allow_http, f))
		return false;
	if (description != NULL && (w->description.at == NULL || w->description.len > DESCRIPTION_BYTES_MAX))
		return fault_set(f, FAULT_BAD_REQUEST, "description is a text of up to %d bytes", DESCRIPTION_BYTES_MAX);
	w->has_ed25519 = ed25519 != NULL;
	if (w->has_ed25519 && !json_bool(ed25519, &w->ed25519))
		return fault_set(f, FAULT_BAD_REQUEST, "ed25519 is true or false");
	return true;
}

static void args_types(struct args *q, const struct wish *w, bool may_be_null)
{
	struct db_array types;

	if (q == NULL)
		return;
	if (!w->has_types && may_be_null) {
		args_null(q);
		return;
	}
	db_array_begin(&types, q->r->arena, DB_KIND_TEXT, w->type_count, 32 * (size_t)w->type_count);
	for (int i = 0; i < w->type_count; i++)
		db_array_text(&types, w->types[i]);
	q->p[q->count++] = db_array_end(&types);
}

/* --- making ----------------------------------------------------------------------------------------------------------- */

/* $1 id, $2 client, $3 sees all, $4 url, $5 description, $6 format, $7 types, $8 ed25519, $9 secret, $10 now, $11 how many a client may have.
 * It begins here and now: with the feed's watermark, with answers whose transactions are still under way. No row: it has as many as it may. */
static const struct db_stmt make_stmt = {
	.name = "subscription_make",
	.sql =
	"with room as (select from (select count(*) as n from subscription where client_id = $2::integer) x where n < $11::integer),"
	" s as (insert into subscription as s (id, client_id, sees_all, url, description, format, types, ed25519, secret, created_at, changed_at)"
	"  select $1::uuid, $2::integer, $3::boolean, $4::text, coalesce($5::text, ''), $6::text, $7::text[], $8::boolean, $9::bytea,"
	"    $10::timestamptz, $10::timestamptz from room returning s.id, s.format),"
	" feed as (insert into push_stream (subscription_id, source, at_number) select id, 'feed', feed_watermark() from s),"
	" answers as (insert into push_stream (subscription_id, source, at_number)"
	"  select s.id, 'answers', (extract(epoch from least(now(), min(a.xact_start))) * 1000000)::bigint"
	"  from s left join pg_stat_activity a on a.datname = current_database() and a.application_name = 'tongguand' and a.pid <> pg_backend_pid()"
	"  where s.format <> 'events' group by s.id)"
	" select id from s",
	.param_count = 11,
	.flags = DB_WRITES,
};

enum step subscriptions_post(struct req *r)
{
	struct wish *w = arena_zalloc(r->arena, sizeof(*w));
	struct id id = id_new(r->api->deps.ids, r->now_us, 0);
	struct args *q = args_new(r);
	struct fault f = { 0 };
	const struct json *body = body_read(r, "url description format types ed25519", &f), *format;
	struct text sealed;

	if (body == NULL || w == NULL)
		return reply_problem(r, &f);
	format = json_member(body, "format");
	if (format != NULL && !webhook_format_by_name(json_text(format), &w->format))
		return reply_fault(r, FAULT_BAD_REQUEST, "format is events, receipts or ceb");
	if (!read_rest(r, w, body, &f) || !read_types(w, json_member(body, "types"), true, &f))
		return reply_problem(r, &f);
	if (w->url.at == NULL)
		return reply_fault(r, FAULT_BAD_REQUEST, "url says where to push to");
	w->secret = subscription_new_secret(r);
	sealed = subscription_seal_secret(r, &id, w->secret);
	if (w->secret.at == NULL || sealed.at == NULL)
		return reply_fault(r, FAULT_BUSY, "no secret could be made");
	r->own = w;
	args_uuid(q, &id);
	args_caller(q);
	args_text(q, w->url);
	args_text(q, w->description);
	args_text(q, text_of(webhook_format_name(w->format)));
	args_types(q, w, false);
	args_bool(q, w->ed25519);
	args_bytes(q, sealed.at, sealed.len);
	args_time(q, r->now_us);
	args_i32(q, r->api->conf.push.subscriptions_max);
	return subscription_await_change(r, q, &make_stmt, &id, made);
}

static enum step made(struct req *r, const struct db_answer *a)
{
	static const char path[] = "/v1/subscriptions/";
	const struct wish *w = r->own;
	char *location = arena_alloc(r->arena, sizeof(path) + ID_TEXT_BYTES);
	struct id id;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[0]) == 0)
		return reply_fault(r, FAULT_OVER_QUOTA, "this client has as many subscriptions as it may: delete one that is not used");
	if (location != NULL && db_get_id(a->results[0], 0, 0, &id)) {
		memcpy(location, path, sizeof(path));
		id_format(&id, location + sizeof(path) - 1);
		req_header(r, "Location", location);
	}
	return subscription_reply_secret(r, 201, db_get_text(a->results[1], 0, 0), w->secret);
}

/* --- changing --------------------------------------------------------------------------------------------------------- */

/* $1 subscription, $2 $3 who asks, $4 url, $5 description, $6 types, $7 ed25519 (null: stays), $8 disable, $9 now */
static const struct db_stmt patch_stmt = {
	.name = "subscription_patch",
	.sql =
	"with own as (select s.id, s.format = 'events' or ($6::text[] <@ array['" WEBHOOK_TYPE_FILED "', '" WEBHOOK_TYPE_ANSWERED "']) is not false as fits"
	"  from subscription s where s.id = $1::uuid and ($3::boolean or s.client_id = $2::integer)),"
	" hit as (update subscription s set url = coalesce($4::text, s.url), description = coalesce($5::text, s.description),"
	"    types = coalesce($6::text[], s.types), ed25519 = coalesce($7::boolean, s.ed25519), changed_at = $9::timestamptz,"
	"    state = case when $8::boolean then 'disabled' else s.state end,"
	"    reason = case when $8::boolean and s.state = 'enabled' then 'by its owner' else s.reason end,"
	"    disabled_at = case when $8::boolean and s.state = 'enabled' then $9::timestamptz else s.disabled_at end,"
	"    revision = nextval('subscription_revision')"
	"  from own where s.id = own.id and own.fits returning s.id),"
	" parked as (update push p set next_at = 'infinity' from hit where $8::boolean and p.subscription_id = hit.id and not p.is_ping)"
	" select fits from own",
	.param_count = 9,
	.flags = DB_WRITES,
};

enum step subscriptions_patch(struct req *r)
{
	struct wish *w = arena_zalloc(r->arena, sizeof(*w));
	struct args *q = args_new(r);
	struct fault f = { 0 };
	const struct json *body = body_read(r, "url description types ed25519 state", &f), *state;
	struct id id;

	if (body == NULL || w == NULL)
		return reply_problem(r, &f);
	state = json_member(body, "state");
	w->disables = text_is(json_text(state), "disabled");
	if (state != NULL && !w->disables)
		return reply_fault(r, FAULT_BAD_REQUEST, "state can be set to disabled; POST …/enable switches it on again");
	if (!read_rest(r, w, body, &f) || !read_types(w, json_member(body, "types"), false, &f))
		return reply_problem(r, &f);
	if (!id_parse(r->captures[0], &id) || !subscription_args(r, q))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	args_text(q, w->url);
	args_text(q, w->description);
	args_types(q, w, true);
	if (w->has_ed25519)
		args_bool(q, w->ed25519);
	else
		args_null(q);
	args_bool(q, w->disables);
	args_time(q, r->now_us);
	return subscription_await_change(r, q, &patch_stmt, &id, patched);
}

static enum step patched(struct req *r, const struct db_answer *a)
{
	if (a->outcome == DB_DONE && db_row_count(a->results[0]) > 0 && db_get_int(a->results[0], 0, 0) == 0)
		return reply_fault(r, FAULT_BAD_REQUEST, "types of receipts are " WEBHOOK_TYPE_FILED " and " WEBHOOK_TYPE_ANSWERED);
	return subscription_changed(r, a);
}

/* --- trying ----------------------------------------------------------------------------------------------------------- */

/* $1 subscription, $2 $3 who asks, $4 message, $5 now, $6 source of events, $7 how many may wait */
static const struct db_stmt ping_stmt = {
	.name = "subscription_ping",
	.sql =
	"with own as (select s.id, (select count(*) from push p where p.subscription_id = s.id and p.is_ping) < $7::integer as is_left"
	"  from subscription s where s.id = $1::uuid and ($3::boolean or s.client_id = $2::integer)),"
	" put as (insert into push (subscription_id, message_id, content_type, body, attempts, next_at, made_at, is_ping)"
	"  select id, $4::text, 'application/cloudevents+json; charset=utf-8', convert_to(push_event_json($4::text, $6::text, 'subscription.ping',"
	"    $5::timestamptz, '/v1/subscriptions/' || id, json_build_object('subscription_id', id)), 'UTF8'), 0, $5::timestamptz, $5::timestamptz, true"
	"  from own where is_left)"
	" select is_left from own",
	.param_count = 7,
	.flags = DB_WRITES,
};

enum step subscriptions_ping(struct req *r)
{
	static const char prefix[] = "ping-";
	struct id id = id_new(r->api->deps.ids, r->now_us, 0);
	char *message = arena_alloc(r->arena, sizeof(prefix) + ID_TEXT_BYTES);
	struct args *q = args_new(r);

	if (!subscription_args(r, q))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (message == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	memcpy(message, prefix, sizeof(prefix));
	id_format(&id, message + sizeof(prefix) - 1);
	r->own = message;
	args_text(q, text_of(message));
	args_time(q, r->now_us);
	args_text(q, text_of(r->api->conf.public_url == NULL ? "urn:tongguan" : r->api->conf.public_url));
	args_i32(q, PINGS_MAX);
	return args_await(r, q, &ping_stmt, pinged);
}

static enum step pinged(struct req *r, const struct db_answer *a)
{
	struct buf b;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[0]) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (db_get_int(a->results[0], 0, 0) == 0)
		return reply_fault(r, FAULT_OVER_QUOTA, "enough messages wait to be tried");
	buf_init(&b, r->arena, 100);
	buf_printf(&b, "{\"message_id\":\"%s\"}", (const char *)r->own);
	return reply_json(r, 202, &b);
}

/* --- a range once more ------------------------------------------------------------------------------------------------ */

/* $1 subscription, $2 $3 who asks, $4 $5 numbers of the feed, both included, or $6 $7 times, the first included. One replay at a time:
 * the row says whether one is under way, and whether numbers were given for receipts, which have none. */
static const struct db_stmt replay_stmt = {
	.name = "subscription_replay",
	.sql =
	"with own as materialized (select s.id, s.format, exists (select from push_stream p where p.subscription_id = s.id and p.replay) as is_busy,"
	"    s.format <> 'events' and $4::bigint is not null as has_none"
	"  from subscription s where s.id = $1::uuid and ($3::boolean or s.client_id = $2::integer) for update),"
	" wanted as (select id, 'feed' as source, coalesce($4::bigint - 1, n.after) as after, least(feed_watermark(), coalesce($5::bigint, n.upto)) as upto,"
	"    $6::timestamptz as from_time, $7::timestamptz as to_time"
	"  from own cross join feed_numbers_between($6::timestamptz - interval '1 minute', $7::timestamptz + interval '1 minute') n"
	"  where not is_busy and not has_none"
	"  union all select id, 'answers', (extract(epoch from $6::timestamptz) * 1000000)::bigint,"
	"    (extract(epoch from least($7::timestamptz, now())) * 1000000)::bigint - 1, null, null"
	"  from own where not is_busy and not has_none and format <> 'events'),"
	" put as (insert into push_stream (subscription_id, source, replay, at_number, end_number, from_time, to_time)"
	"  select id, source, true, after, upto, from_time, to_time from wanted where upto > after),"
	" told as (update subscription s set revision = nextval('subscription_revision') from own where s.id = own.id and not own.is_busy)"
	" select is_busy, has_none from own",
	.param_count = 7,
	.flags = DB_WRITES,
};

static bool read_range(const struct json *body, int64_t seq[2], int64_t at[2], bool *by_seq, struct fault *f)
{
	static const char *const seqs[] = { "from_seq", "to_seq" }, *const times[] = { "from", "to" };
	bool by_time = true;

	*by_seq = true;
	for (int i = 0; i < 2; i++) {
		struct text t = json_text(json_member(body, times[i]));

		*by_seq = *by_seq && json_i64(json_member(body, seqs[i]), &seq[i]) && json_member(body, times[i]) == NULL;
		by_time = by_time && t.at != NULL && (clock_parse_rfc3339(t, &at[i]) || clock_parse_date(t, &at[i])) && json_member(body, seqs[i]) == NULL;
	}
	if (!*by_seq && !by_time)
		return fault_set(f, FAULT_BAD_REQUEST, "from_seq and to_seq are numbers of the feed; or from and to are days or times with their zones");
	if (*by_seq ? seq[0] < 1 || seq[1] < seq[0] : at[1] <= at[0])
		return fault_set(f, FAULT_BAD_REQUEST, "the range ends before it begins");
	return true;
}

enum step subscriptions_replay(struct req *r)
{
	struct args *q = args_new(r);
	struct fault f = { 0 };
	const struct json *body = body_read(r, "from_seq to_seq from to", &f);
	int64_t seq[2] = { 0 }, at[2] = { 0 };
	struct id id;
	bool by_seq;

	if (body == NULL || !read_range(body, seq, at, &by_seq, &f))
		return reply_problem(r, &f);
	if (!id_parse(r->captures[0], &id) || !subscription_args(r, q))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	for (int i = 0; i < 2; i++) {
		if (by_seq)
			args_i64(q, seq[i]);
		else
			args_null(q);
	}
	for (int i = 0; i < 2; i++) {
		if (by_seq)
			args_null(q);
		else
			args_time(q, at[i]);
	}
	return subscription_await_change(r, q, &replay_stmt, &id, replayed);
}

static enum step replayed(struct req *r, const struct db_answer *a)
{
	if (a->outcome != DB_DONE || db_row_count(a->results[0]) == 0)
		return subscription_changed(r, a);
	if (db_get_int(a->results[0], 0, 1) != 0)
		return reply_fault(r, FAULT_BAD_REQUEST, "receipts are replayed by their times: from and to");
	if (db_get_int(a->results[0], 0, 0) != 0)
		return reply_fault(r, FAULT_STATE_CONFLICT, "a replay of this subscription is under way");
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "subscription.replayed", TEXT_FMT, TEXT_ARG(r->captures[0]));
	return reply_bytes(r, 202, "application/json", db_get_text(a->results[1], 0, 0));
}
