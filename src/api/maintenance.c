/* /v1/authorities/{code}/maintenance: when an authority is left alone on purpose. Windows are added and closed, never edited. */
#include "store/maintenance_store.h"

#include "api/authorities.h"
#include "api/body.h"
#include "api/handlers.h"
#include "api/moved.h"
#include "base/log.h"

static db_step_fn added, ended;

struct window {
	bool end;
	int64_t id;               /* 0: all in force */
	int64_t from_us, until_us; /* INT64_MAX: open */
	struct text reason;
};

static bool read_end(const struct json *body, struct window *w, struct fault *f)
{
	const struct json *id = json_member(body, "window");

	if (json_member(body, "end") != NULL && !json_bool(json_member(body, "end"), &w->end))
		return fault_set(f, FAULT_BAD_REQUEST, "end is true or false");
	if (id != NULL && (!w->end || !json_i64(id, &w->id) || w->id < 1))
		return fault_set(f, FAULT_BAD_REQUEST, "window goes with end: the number of one window");
	return true;
}

static bool read_window(struct req *r, struct window *w, struct fault *f)
{
	const struct json *body = body_read(r, "from until reason end window", f);
	long characters;

	if (body == NULL)
		return false;
	w->from_us = r->now_us;
	w->until_us = INT64_MAX;
	w->reason = json_text(json_member(body, "reason"));
	if (!body_time(body, "from", &w->from_us, f) || !body_time(body, "until", &w->until_us, f) || !read_end(body, w, f))
		return false;
	if (w->end)
		return true;
	characters = w->reason.at == NULL ? 0 : text_utf8_length(w->reason);
	if (characters <= 0 || w->reason.len > MAINTENANCE_REASON_MAX || memchr(w->reason.at, '\0', w->reason.len) != NULL)
		return fault_set(f, FAULT_BAD_REQUEST, "reason is a text of 1 to %d bytes: everybody reads it", MAINTENANCE_REASON_MAX);
	return (w->until_us > w->from_us && w->until_us > r->now_us) || fault_set(f, FAULT_BAD_REQUEST, "until comes after from, and after now");
}

enum step maintenance_post(struct req *r)
{
	struct window w = { 0 };
	struct fault f = { 0 };
	struct args *q = args_new(r);
	enum authority authority;

	if (!authority_by_code(r->captures[0], &authority))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (!read_window(r, &w, &f))
		return reply_problem(r, &f);
	args_text(q, r->captures[0]);
	if (w.end) {
		if (w.id == 0)
			args_null(q);
		else
			args_i64(q, w.id);
		args_time(q, r->now_us);
		args_text(q, text_dup(r->arena, r->client.name));
		return moved_await(r, q, &maintenance_store_end, ended);
	}
	args_time(q, w.from_us);
	if (w.until_us == INT64_MAX)
		args_null(q);
	else
		args_time(q, w.until_us);
	args_text(q, w.reason);
	args_time(q, r->now_us);
	args_text(q, text_dup(r->arena, r->client.name));
	return moved_await(r, q, &maintenance_store_add, added);
}

static void tell(struct req *r, const char *what)
{
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "maintenance.recorded", TEXT_FMT ": %s, by client %d",
	          TEXT_ARG(r->captures[0]), what, r->client.id);
	authorities_forget(r->api);
}

static enum step added(struct req *r, const struct db_answer *a)
{
	struct buf b;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[0]) == 0)
		return reply_fault(r, FAULT_STATE_CONFLICT, "this authority has sixteen windows that are not over: close one first");
	tell(r, "a window more");
	buf_init(&b, r->arena, 512);
	buf_text(&b, db_get_text(a->results[0], 0, 0));
	return reply_json(r, 201, &b);
}

static enum step ended(struct req *r, const struct db_answer *a)
{
	int rows = a->outcome == DB_DONE ? db_row_count(a->results[0]) : 0;
	struct buf b;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (rows == 0)
		return reply_fault(r, FAULT_STATE_CONFLICT, "no such window is open");
	tell(r, "closed");
	buf_init(&b, r->arena, 512);
	buf_str(&b, "{\"items\":[");
	for (int row = 0; row < rows; row++) {
		buf_str(&b, row == 0 ? "" : ",");
		buf_text(&b, db_get_text(a->results[0], row, 0));
	}
	buf_str(&b, "]}");
	return reply_json(r, 200, &b);
}

enum step maintenance_list(struct req *r)
{
	struct args *q = args_new(r);

	args_text(q, r->captures[0]);
	return args_await_query(r, q, "maintenance_list", reply_row);
}
