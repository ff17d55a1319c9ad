/* Parameters for statements of this room; nothing here waits. */
#include "api/args.h"

#include <assert.h>

#include "model/clearance.h"
#include "model/goods_return.h"
#include "model/rule.h"
#include "model/verdict.h"
#include "store/query.h"

struct args *args_new(struct req *r)
{
	struct args *q = arena_zalloc(r->arena, sizeof(*q));

	if (q != NULL)
		q->r = r;
	return q;
}

static void add(struct args *q, struct db_param p)
{
	assert(q->count < ARGS_MAX);
	q->p[q->count++] = p;
}

void args_text(struct args *q, struct text t)
{
	if (q != NULL)
		add(q, db_text(t));
}

void args_i32(struct args *q, int32_t v)
{
	if (q != NULL)
		add(q, db_i32(q->r->arena, v));
}

void args_i64(struct args *q, int64_t v)
{
	if (q != NULL)
		add(q, db_i64(q->r->arena, v));
}

void args_bool(struct args *q, bool v)
{
	if (q != NULL)
		add(q, db_bool(q->r->arena, v));
}

void args_time(struct args *q, int64_t us)
{
	if (q != NULL)
		add(q, db_time(q->r->arena, us));
}

void args_bytes(struct args *q, const void *bytes, size_t len)
{
	if (q != NULL)
		add(q, db_bytes(bytes, len));
}

void args_null(struct args *q)
{
	if (q != NULL)
		add(q, db_null());
}

void args_array(struct args *q, struct db_array *x)
{
	struct db_param p = db_array_end(x);

	args_param(q, p);
}

void args_param(struct args *q, struct db_param p)
{
	if (q != NULL)
		add(q, p);
}

void args_uuid(struct args *q, const struct id *id)
{
	const struct id *copy = q == NULL ? NULL : arena_copy(q->r->arena, id, sizeof(*id));

	if (q != NULL)
		add(q, copy == NULL ? db_null() : db_id(copy));
}

void args_id(struct args *q, const struct id *id)
{
	if (q == NULL)
		return;
	add(q, db_i16(q->r->arena, id_bucket(id)));
	args_uuid(q, id);
}

void args_new_id(struct args *q)
{
	struct id id;

	if (q == NULL)
		return;
	id = req_new_id(q->r);
	args_uuid(q, &id);
}

void args_caller(struct args *q)
{
	if (q == NULL)
		return;
	args_i32(q, q->r->client.id);
	args_bool(q, req_sees_all(q->r));
}

bool args_own_record(struct args *q)
{
	struct id id;

	if (q != NULL && !id_parse(q->r->captures[0], &id))
		return false;
	args_id(q, &id);
	args_caller(q);
	return true;
}

void args_key(struct args *q, const struct id *declaration, enum authority a, int version)
{
	args_id(q, declaration);
	args_text(q, text_of(authority_code(a)));
	args_i32(q, version);
}

enum step args_await(struct req *r, struct args *q, const struct db_stmt *stmt, db_step_fn *then)
{
	if (q == NULL || r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	assert(q->count == stmt->param_count);
	db_call_init(&r->call);
	db_call_add(&r->call, stmt, q->p);
	return await_db(r, then);
}

enum step args_await_query(struct req *r, struct args *q, const char *name, db_step_fn *then)
{
	return args_await(r, q, query(name), then);
}

static void put_pair(struct buf *b, int i, const char *name, const char *value)
{
	buf_char(b, i == 0 ? '{' : ',');
	buf_json(b, text_of(name));
	buf_char(b, ':');
	buf_json(b, text_of(value));
}

struct text args_state_titles(struct req *r)
{
	bool chinese = req_chinese(r);
	struct buf b;

	buf_init(&b, r->arena, 512);
	for (int i = 0; i < STATE_COUNT; i++)
		put_pair(&b, i, state_name((enum declaration_state)i), state_title((enum declaration_state)i, chinese));
	buf_char(&b, '}');
	return buf_as_text(&b);
}

struct text args_verdict_titles(struct req *r)
{
	bool chinese = req_chinese(r);
	struct buf b;

	buf_init(&b, r->arena, 256);
	for (int i = 0; i < VERDICT_KIND_COUNT; i++)
		put_pair(&b, i, verdict_name((enum verdict_kind)i), verdict_title((enum verdict_kind)i, chinese));
	buf_char(&b, '}');
	return buf_as_text(&b);
}

struct text args_return_titles(struct req *r)
{
	bool chinese = req_chinese(r);
	struct buf b;

	buf_init(&b, r->arena, 256);
	for (int i = 0; i < RETURN_STATE_COUNT; i++)
		put_pair(&b, i, return_state_name((enum return_state)i), return_state_title((enum return_state)i, chinese));
	buf_char(&b, '}');
	return buf_as_text(&b);
}

struct text args_rule_words(struct req *r)
{
	bool chinese = req_chinese(r);
	struct buf b;

	buf_init(&b, r->arena, 16384);
	for (int i = 0; i < RULE_COUNT; i++) {
		buf_char(&b, i == 0 ? '{' : ',');
		buf_json(&b, text_of(rule_slug((enum rule)i)));
		buf_char(&b, ':');
		put_pair(&b, 0, "detail", rule_detail((enum rule)i, chinese));
		put_pair(&b, 1, "remedy", rule_remedy((enum rule)i, chinese));
		buf_char(&b, '}');
	}
	buf_char(&b, '}');
	return buf_as_text(&b);
}
