/*
 * POST /v1/audit/checkpoints/{size}/cosignatures: a witness says that it has seen this head, and that it follows those it has seen before.
 * The line must fit the checkpoint and the key that the witness was registered with; then it is served with the checkpoint, for ever.
 */
#include "api/args.h"
#include "api/body.h"
#include "api/handlers.h"
#include "base/log.h"
#include "model/checkpoint.h"

enum { LINE_BYTES_MAX = 512 };

struct witnessing {
	int64_t size, at_s;
	struct text line;
};

static const struct db_stmt look = {
	.name = "witness_look",
	.sql =
	"select w.id, w.name, w.public_key, (select c.note from checkpoint c where c.size = $2::bigint) from witness w"
	" where w.client_id = $1::integer and w.disabled_at is null order by w.id",
	.param_count = 2,
};
enum { COL_ID, COL_NAME, COL_KEY, COL_NOTE };

/* The first one stands: a witness may send again, but not sign the same head twice at different times. */
static const struct db_stmt store = {
	.name = "witness_store",
	.sql =
	"with i as ("
	"  insert into cosignature (size, witness_id, line, signed_at, stored_at)"
	"  values ($1::bigint, $2::integer, $3::text, $4::timestamptz, $5::timestamptz) on conflict do nothing returning line)"
	" select coalesce((select line from i), (select s.line from cosignature s where s.size = $1::bigint and s.witness_id = $2::integer)),"
	"  exists (select from i)",
	.param_count = 5,
	.flags = DB_WRITES,
};

static db_step_fn looked, stored;

enum step audit_cosign(struct req *r)
{
	struct witnessing *w = arena_zalloc(r->arena, sizeof(*w));
	struct fault f = { 0 };
	const struct json *body;
	struct args *q = args_new(r);

	if (w == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (!text_to_i64(r->captures[0], &w->size) || w->size < 1)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	body = body_read(r, "line", &f);
	if (body == NULL)
		return reply_problem(r, &f);
	w->line = json_text(json_member(body, "line"));
	if (w->line.len == 0 || w->line.len > LINE_BYTES_MAX || memchr(w->line.at, '\n', w->line.len) != NULL)
		return reply_fault(r, FAULT_BAD_REQUEST, "line is one line of a signed note, without its line feed");
	r->own = w;
	args_i32(q, r->client.id);
	args_i64(q, w->size);
	return args_await(r, q, &look, looked);
}

static enum step looked(struct req *r, const struct db_answer *a)
{
	const struct db_rows *rows = a->outcome == DB_DONE ? a->results[0] : NULL;
	struct witnessing *w = r->own;
	struct args *q = args_new(r);
	struct fault f = { 0 };
	struct text key;

	if (rows == NULL)
		return reply_db_fault(r, a);
	if (db_row_count(rows) == 0)
		return reply_fault(r, FAULT_FORBIDDEN, "this client is no witness: tongguanctl witness add");
	if (db_is_null(rows, 0, COL_NOTE))
		return reply_fault(r, FAULT_NOT_FOUND, "there is no checkpoint of that size");
	for (int row = 0; row < db_row_count(rows); row++) {
		f = (struct fault){ 0 };
		key = db_get_text(rows, row, COL_KEY);
		if (key.len != PUBLIC_KEY_BYTES || !checkpoint_cosignature(db_get_text(rows, row, COL_NOTE), w->line, db_get_text(rows, row, COL_NAME),
		                                                           (const uint8_t *)key.at, &w->at_s, &f))
			continue;
		args_i64(q, w->size);
		args_i32(q, (int32_t)db_get_int(rows, row, COL_ID));
		args_text(q, w->line);
		args_time(q, w->at_s * US_PER_S);
		args_time(q, r->now_us);
		return args_await(r, q, &store, stored);
	}
	return reply_problem(r, &f);
}

static enum step stored(struct req *r, const struct db_answer *a)
{
	const struct witnessing *w = r->own;
	bool is_new;
	struct buf b;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	is_new = db_get_int(a->results[0], 0, 1) != 0;
	if (is_new)
		log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_INFO, "log.witnessed", "checkpoint %lld, by client %d", (long long)w->size, r->client.id);
	buf_init(&b, r->arena, 512);
	buf_printf(&b, "{\"size\":%lld,\"line\":", (long long)w->size);
	buf_json(&b, db_get_text(a->results[0], 0, 0));
	buf_char(&b, '}');
	return reply_json(r, is_new ? 201 : 200, &b);
}
