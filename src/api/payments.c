/*
 * Real-time payment data (GACC 2018-179), as callers of ours meet it.
 *
 *   POST /v1/payment-queries       an operator or a regulator wants a platform's payment data: a question is written
 *                                  down, flow/payment_calls asks it
 *   GET  /v1/payment-queries/{id}  how it stands, and what came
 *   POST /v1/payment-data          a platform's client hands in its data ahead, for customs to ask for
 */
#include "api/access.h"
#include "api/args.h"
#include "api/fields.h"
#include "api/handlers.h"
#include "api/stored.h"
#include "standard/payment_data.h"

enum { CODE_CHARACTERS_MAX = 18, ORDER_CHARACTERS_MAX = 60 };

static db_step_fn asked, found, handed_in;

/* ---- asking ---- */

/* $1 id, $2 session, $3 platform, $4 order, $5 now, $6 client, $7 how many may wait. The first row tells why there is no second. */
static const struct db_stmt ask = {
	.name = "payment_ask",
	.sql =
	"with room as (select count(*) < $7::integer as is_left from (select 1 from payment_call where state = 'due' limit $7::integer) x),"
	" c as ("
	"  insert into payment_call as p (id, kind, session_id, platform_code, order_no, state, next_at, created_at, client_id)"
	"  select $1::uuid, 'ask', $2::text, e.platform_code, $4::text, 'due', $5::timestamptz, $5::timestamptz, $6::integer"
	"  from platform_endpoint e, room where e.platform_code = $3::text and room.is_left"
	"  returning payment_query_json(p) as shown)"
	" select exists (select from platform_endpoint where platform_code = $3::text), is_left, (select shown from c) from room",
	.param_count = 7,
	.flags = DB_WRITES,
};

/* An id of ours in capitals: the form that customs' own sessions have. */
static struct text session_of(struct req *r, const struct id *id)
{
	char *session = arena_alloc(r->arena, ID_TEXT_BYTES);

	if (session == NULL)
		return (struct text){ NULL, 0 };
	id_format(id, session);
	for (char *c = session; *c != '\0'; c++)
		if (*c >= 'a' && *c <= 'f')
			*c = (char)(*c - 'a' + 'A');
	return (struct text){ session, ID_TEXT_BYTES - 1 };
}

enum step payment_queries_post(struct req *r)
{
	struct id id = id_new(r->api->deps.ids, r->now_us, 0);
	struct text platform, order;
	struct args *q = args_new(r);
	struct fault f = { 0 };
	struct fields x;

	if (!fields_read(r, "platform_code order_no", &x, &f))
		return reply_problem(r, &f);
	platform = fields_text(&x, "platform_code", CODE_CHARACTERS_MAX, true);
	order = fields_text(&x, "order_no", ORDER_CHARACTERS_MAX, true);
	if (!fields_good(&x))
		return fields_refuse(&x);
	args_uuid(q, &id);
	args_text(q, session_of(r, &id));
	args_text(q, platform);
	args_text(q, order);
	args_time(q, r->now_us);
	args_i32(q, r->client.id);
	args_i32(q, r->api->conf.payment_waiting);
	return args_await(r, q, &ask, asked);
}

static void add_location(struct req *r, struct text json)
{
	static const char path[] = "/v1/payment-queries/";
	const char *id = json.at == NULL ? NULL : memmem(json.at, json.len, "\"id\" : \"", 8);
	char *location = arena_alloc(r->arena, sizeof(path) + ID_TEXT_BYTES);

	if (id == NULL || location == NULL || json.len - (size_t)(id - json.at) < 8 + ID_TEXT_BYTES)
		return;
	memcpy(location, path, sizeof(path) - 1);
	memcpy(location + sizeof(path) - 1, id + 8, ID_TEXT_BYTES - 1);
	location[sizeof(path) + ID_TEXT_BYTES - 2] = '\0';
	req_header(r, "Location", location);
}

static enum step asked(struct req *r, const struct db_answer *answer)
{
	const struct db_rows *rows;
	struct text shown;

	if (answer->outcome != DB_DONE)
		return reply_db_fault(r, answer);
	rows = answer->results[0];
	shown = db_get_text(rows, 0, 2);
	if (shown.at != NULL) {
		add_location(r, shown);
		return reply_bytes(r, 202, "application/json", shown);
	}
	if (db_get_int(rows, 0, 0) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "no address of this platform is known here: an operator adds it with tongguanctl platform set");
	return reply_fault(r, FAULT_BUSY, "as many calls about payment data wait as may");
}

enum step payment_queries_get(struct req *r)
{
	struct access *x;
	struct args *q = args_new(r);
	struct fault f = { 0 };
	struct id id;

	r->own = x = access_begin(r, &f);
	if (x == NULL)
		return reply_problem(r, &f);
	if (!id_parse(r->captures[0], &id))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	args_uuid(q, &id);
	args_bool(q, x->privileged);
	return args_await_query(r, q, "payment_query_get", found);
}

enum { FOUND_QUESTION, FOUND_RECORD, FOUND_DIGEST, FOUND_DATA };

static bool put_record(struct req *r, struct buf *out, const struct id *question, const struct db_rows *rows, int row, struct fault *f)
{
	struct vault_place place = vault_at("payment_record", question);
	struct text data = TEXT("null");
	struct buf b;

	place.part = db_get_text(rows, row, FOUND_DIGEST);
	if (!db_is_null(rows, row, FOUND_DATA)
	    && !vault_open(r->api->deps.vault, r->arena, &place, db_get_text(rows, row, FOUND_DATA), &data, f))
		return false;
	stored_begin(&b, r, db_get_text(rows, row, FOUND_RECORD), data.len);
	buf_str(&b, ",\"data\":");
	buf_text(&b, data);
	buf_char(&b, '}');
	buf_str(out, row == 0 ? "" : ",");
	buf_text(out, buf_as_text(&b));
	return true;
}

static enum step found(struct req *r, const struct db_answer *a)
{
	const struct db_rows *rows;
	struct fault f = { 0 };
	struct buf b;
	struct id id;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	rows = a->results[0];
	if (db_row_count(rows) == 0 || !id_parse(r->captures[0], &id))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	stored_begin(&b, r, db_get_text(rows, 0, FOUND_QUESTION), 1024);
	buf_str(&b, ",\"records\":[");
	for (int row = 0; row < db_row_count(rows) && !db_is_null(rows, row, FOUND_RECORD); row++)
		if (!put_record(r, &b, &id, rows, row, &f))
			return reply_stored_fault(r, &f);
	buf_str(&b, "]}");
	return access_reply(r->own, TEXT("{}"), &b);
}

/* ---- handing in ---- */

/* $1 id, $2 platform, $3 payment number, $4 head and lists, encrypted, $5 digest, $6 client, $7 now, $8 kept until, $9 its orders (JSON).
 * No row: the same data are being written by another at this moment. */
static const struct db_stmt hand_in = {
	.name = "payment_hand_in",
	.sql =
	"with new as ("
	"  insert into payment_data (id, platform_code, payment_no, body, sha256, client_id, received_at, keep_until)"
	"  values ($1::uuid, $2::text, $3::text, $4::bytea, $5::bytea, $6::integer, $7::timestamptz, $8::timestamptz)"
	"  on conflict (platform_code, sha256) do nothing returning id, keep_until),"
	" stored as ("
	"  select id, keep_until, true as is_new from new union all"
	"  select id, keep_until, false from payment_data where platform_code = $2::text and sha256 = $5::bytea),"
	" o as ("
	"  insert into payment_data_order (platform_code, order_no, data_id)"
	"  select distinct $2::text, order_no, stored.id from stored, json_array_elements_text($9::text::json) order_no"
	"  on conflict (order_no, platform_code) do update set data_id = excluded.data_id)"
	" select is_new, json_build_object('id', id, 'platform_code', $2::text, 'payment_no', $3::text, 'orders', $9::text::json,"
	"   'keep_until', local_time(keep_until)) from stored",
	.param_count = 9,
	.flags = DB_WRITES,
};

static struct text compact(struct req *r, struct text json)
{
	struct buf b;

	buf_init(&b, r->arena, json.len + 1);
	payment_data_compact(&b, json);
	return b.full ? (struct text){ NULL, 0 } : buf_as_text(&b);
}

static struct text orders_json(struct req *r, const struct payment_data *d)
{
	struct buf b;

	buf_init(&b, r->arena, 128);
	for (int i = 0; i < d->order_count; i++) {
		buf_char(&b, i == 0 ? '[' : ',');
		buf_json(&b, d->orders[i]);
	}
	buf_char(&b, ']');
	return b.full ? (struct text){ NULL, 0 } : buf_as_text(&b);
}

static enum step refuse_data(struct req *r, const struct payment_data *d, const struct fault *f)
{
	struct findings *wrong = arena_alloc(r->arena, sizeof(*wrong));

	if (f->code != FAULT_RULE_BROKEN || wrong == NULL)
		return reply_problem(r, f);
	findings_init(wrong, r->arena);
	findings_add(wrong, &d->wrong);
	return reply_problem_of(r, &(struct problem){ .code = FAULT_RULE_BROKEN, .findings = wrong, .node = -1 });
}

/* In one piece, with a NUL between: JSON text has none. */
static bool seal_data(struct req *r, const struct id *id, const struct text parts[2], struct text *out)
{
	const struct vault_place place = vault_at("payment_data", id);
	struct buf b;

	buf_init(&b, r->arena, parts[0].len + parts[1].len + 2);
	buf_text(&b, parts[0]);
	buf_char(&b, '\0');
	buf_text(&b, parts[1]);
	return !b.full && vault_seal(r->api->deps.vault, r->arena, &place, buf_as_text(&b), out);
}

enum step payment_data_post(struct req *r)
{
	struct payment_data *d = arena_alloc(r->arena, sizeof(*d));
	struct id id = id_new(r->api->deps.ids, r->now_us, 0);
	struct args *q = args_new(r);
	struct fault f = { 0 };
	struct text parts[2], sealed;
	struct sha256 digest;

	if (d == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (!payment_data_read(r->arena, r->http->body, PAYMENT_UNSIGNED, d, &f))
		return refuse_data(r, d, &f);
	if (!client_may_file_for(&r->client, d->platform_code))
		return reply_fault(r, FAULT_FORBIDDEN, "this client does not speak for the platform (ebpCode) of these data");
	parts[0] = compact(r, d->head);
	parts[1] = compact(r, d->lists);
	digest = sha256_of_parts(parts, 2);
	if (!seal_data(r, &id, parts, &sealed))
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	args_uuid(q, &id);
	args_text(q, d->platform_code);
	args_text(q, d->payment_no);
	args_bytes(q, sealed.at, sealed.len);
	args_bytes(q, arena_copy(r->arena, digest.b, sizeof(digest.b)), sizeof(digest.b));
	args_i32(q, r->client.id);
	args_time(q, r->now_us);
	args_time(q, r->now_us + (int64_t)r->api->conf.payment_keep_days * US_PER_DAY);
	args_text(q, orders_json(r, d));
	return args_await(r, q, &hand_in, handed_in);
}

static enum step handed_in(struct req *r, const struct db_answer *answer)
{
	if (answer->outcome != DB_DONE)
		return reply_db_fault(r, answer);
	if (db_row_count(answer->results[0]) == 0)
		return reply_fault(r, FAULT_UNCERTAIN, "");
	return reply_bytes(r, db_get_int(answer->results[0], 0, 0) != 0 ? 201 : 200, "application/json", db_get_text(answer->results[0], 0, 1));
}
