/*
 * /v1/me, /v1/clients: who calls, and how far an enterprise has come in.
 *
 *   clients_state ──read──> found (may it move?) ──write──> moved ──> the client as it is now
 *
 * The write is guarded by the state that was read: of two operators one is told to look again.
 */
#include "api/args.h"
#include "api/auth.h"
#include "api/body.h"
#include "api/handlers.h"
#include "api/moved.h"
#include "api/page.h"
#include "base/log.h"
#include "store/client_token.h"

enum { COLUMN_CLIENT, COLUMN_STATE, COLUMN_ID }; /* of client_get */

struct move { /* r->own */
	enum client_state to;
	struct text reason; /* absent: none given */
	struct text actor;
};

static db_step_fn found, moved, found_for_report;

static struct text state_titles(struct req *r)
{
	bool chinese = req_chinese(r);
	struct buf b;

	buf_init(&b, r->arena, 256);
	for (int s = 0; s < CLIENT_STATE_COUNT; s++) {
		buf_char(&b, s == 0 ? '{' : ',');
		buf_json(&b, text_of(client_state_name((enum client_state)s)));
		buf_char(&b, ':');
		buf_json(&b, text_of(client_state_title((enum client_state)s, chinese)));
	}
	buf_char(&b, '}');
	return buf_as_text(&b);
}

/* --- the caller itself ---------------------------------------------------------------------------------------------- */

static void put_state(struct req *r, struct buf *b)
{
	enum client_state s = r->client.state;
	bool chinese = req_chinese(r);
	struct fault unused = { 0 };

	buf_str(b, ",\"state\":");
	buf_json(b, text_of(client_state_name(s)));
	buf_str(b, ",\"state_title\":");
	buf_json(b, text_of(client_state_title(s, chinese)));
	buf_str(b, ",\"next\":");
	buf_json(b, text_of(client_state_next(s, chinese)));
	buf_str(b, client_state_may_file(s, r->api->conf.purpose, &unused) ? ",\"may_file\":true" : ",\"may_file\":false");
}

static void put_token(const struct req *r, struct buf *b)
{
	char until[CLOCK_RFC3339_BYTES];

	if (!r->has_token) {
		buf_str(b, ",\"token\":null");
		return;
	}
	buf_printf(b, ",\"token\":{\"id\":%d,\"expires_at\":", r->token.id);
	clock_rfc3339(r->token.expires_us == INT64_MAX ? 0 : r->token.expires_us, 6, until);
	buf_json(b, r->token.expires_us == INT64_MAX ? (struct text){ NULL, 0 } : text_of(until));
	buf_str(b, auth_token_ends_soon(r) ? ",\"expires_soon\":true}" : ",\"expires_soon\":false}");
}

enum step me_get(struct req *r)
{
	const struct client *c = &r->client;
	struct buf b;

	buf_init(&b, r->arena, 512);
	buf_str(&b, "{\"name\":");
	buf_json(&b, c->name);
	buf_str(&b, ",\"role\":");
	buf_json(&b, text_of(role_name(c->role)));
	buf_str(&b, ",\"codes\":[");
	for (int i = 0; i < c->code_count; i++) {
		buf_str(&b, i == 0 ? "" : ",");
		buf_json(&b, c->codes[i]);
	}
	buf_str(&b, "],\"authority\":");
	buf_json(&b, c->has_authority ? text_of(authority_code(c->authority)) : (struct text){ NULL, 0 });
	if (req_is_enterprise(r))
		put_state(r, &b);
	else
		buf_str(&b, ",\"state\":null,\"state_title\":null,\"next\":null,\"may_file\":false");
	put_token(r, &b);
	buf_printf(&b, ",\"environment\":\"%s\",\"sandbox\":%s}", purpose_name(r->api->conf.purpose),
	           r->api->conf.purpose == PURPOSE_SANDBOX ? "true" : "false");
	return reply_json(r, 200, &b);
}

/* --- what an enterprise has tried ------------------------------------------------------------------------------------ */

static bool makes_reports(const struct req *r)
{
	return r->api->conf.purpose != PURPOSE_PRODUCTION;
}

static enum step report_of(struct req *r, int client_id)
{
	struct args *q = args_new(r);
	struct buf messages;

	buf_init(&messages, r->arena, 1024);
	client_report_put_messages(&messages);
	args_i32(q, client_id);
	args_text(q, buf_as_text(&messages));
	args_time(q, r->now_us);
	return args_await_query(r, q, "client_report", reply_row);
}

enum step me_report(struct req *r)
{
	if (!makes_reports(r))
		return reply_fault(r, FAULT_NOT_FOUND, "reports are made in the sandbox");
	return report_of(r, r->client.id);
}

static enum step look_up(struct req *r, db_step_fn *then)
{
	struct args *q = args_new(r);

	args_text(q, r->captures[0]);
	args_text(q, state_titles(r));
	return args_await_query(r, q, "client_get", then);
}

enum step clients_report(struct req *r)
{
	if (!makes_reports(r))
		return reply_fault(r, FAULT_NOT_FOUND, "reports are made in the sandbox");
	return look_up(r, found_for_report);
}

static enum step found_for_report(struct req *r, const struct db_answer *a)
{
	if (a->outcome != DB_DONE || db_row_count(a->results[0]) == 0)
		return reply_row(r, a);
	return report_of(r, (int)db_get_int(a->results[0], 0, COLUMN_ID));
}

/* --- for operators --------------------------------------------------------------------------------------------------- */

static bool role_known(struct text name)
{
	for (int i = ROLE_PUBLIC + 1; i < ROLE_COUNT; i++)
		if (text_is(name, role_name((enum role)i)))
			return true;
	return false;
}

enum step clients_list(struct req *r)
{
	struct text role = httpd_query(r->http, "role"), state = httpd_query(r->http, "state");
	struct fault f = { 0 };
	const struct page *page = page_begin(r, &f);
	enum client_state known;
	struct args *q = args_new(r);

	if (page == NULL)
		return reply_problem(r, &f);
	if (role.at != NULL && !role_known(role))
		return reply_fault(r, FAULT_BAD_REQUEST, "role is enterprise, regulator, operator, authority or bank");
	if (state.at != NULL && !client_state_by_name(state, &known))
		return reply_fault(r, FAULT_BAD_REQUEST, "state is applied, tested, approved or live");
	args_text(q, role);
	args_text(q, state);
	args_i32(q, page->has_after ? page->after.serial : 0);
	args_i32(q, page->limit);
	args_text(q, state_titles(r));
	return args_await_query(r, q, "clients_list", page_reply);
}

enum step clients_get(struct req *r)
{
	return look_up(r, reply_row);
}

static bool read_move(struct req *r, struct move *m, struct fault *f)
{
	const struct json *body = body_read(r, "state reason", f), *reason;

	if (body == NULL)
		return false;
	if (!client_state_by_name(json_text(json_member(body, "state")), &m->to))
		return fault_set(f, FAULT_BAD_REQUEST, "state is applied, tested, approved or live");
	reason = json_member(body, "reason");
	m->reason = json_text(reason);
	if (reason != NULL && !json_is_null(reason) && (m->reason.at == NULL || m->reason.len > CLIENT_REASON_BYTES_MAX))
		return fault_set(f, FAULT_BAD_REQUEST, "reason is a text of up to %d bytes", CLIENT_REASON_BYTES_MAX);
	return true;
}

enum step clients_state(struct req *r)
{
	struct move *m = arena_zalloc(r->arena, sizeof(*m));
	struct fault f = { 0 };

	if (m == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (!read_move(r, m, &f))
		return reply_problem(r, &f);
	m->actor = text_dup(r->arena, r->client.name);
	r->own = m;
	return look_up(r, found);
}

static enum step found(struct req *r, const struct db_answer *a)
{
	const struct move *m = r->own;
	struct args *q = args_new(r);
	enum client_state from;
	struct fault f = { 0 };

	if (a->outcome != DB_DONE || db_row_count(a->results[0]) == 0)
		return reply_row(r, a);
	if (!client_state_by_name(db_get_text(a->results[0], 0, COLUMN_STATE), &from))
		return reply_fault(r, FAULT_STATE_CONFLICT, "only enterprises have a state");
	if (!client_state_may_move(from, m->to, m->reason, &f))
		return reply_problem(r, &f);
	args_text(q, r->captures[0]);
	args_text(q, text_of(client_state_name(m->to)));
	args_text(q, text_of(client_state_name(from)));
	args_time(q, r->now_us);
	args_text(q, m->actor);
	args_text(q, m->reason);
	return moved_await(r, q, &client_store_move, moved);
}

static enum step moved(struct req *r, const struct db_answer *a)
{
	const struct move *m = r->own;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[0]) == 0)
		return reply_fault(r, FAULT_STATE_CONFLICT, "somebody else moved the client just now: look at it again");
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "client.moved", TEXT_FMT " is %s, by client %d",
	          TEXT_ARG(r->captures[0]), client_state_name(m->to), r->client.id);
	r->api->deps.reload(r->api->deps.arg);
	return look_up(r, reply_row);
}
