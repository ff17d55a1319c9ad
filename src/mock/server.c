/*
 * What the simulator is asked, by HTTP:
 *
 *   POST /{CODE}/messages              what the gateway delivers; one effect per Message-Id, however often it comes
 *   GET  /{CODE}/messages/{id}         attempts, effects, what was and will be said; 404: never seen
 *   DELETE /{CODE}/messages            forgets
 *   GET  /{CODE}/summary               counts over all messages
 *   GET, POST /{CODE}/queries/{what}   a question to a department
 *   GET, PUT, DELETE /{CODE}/behaviour, query-behaviour, rules, chaos, registers/{what}; exceptions with POST
 *   GET  /status                       all of it, for people
 *   POST /platDataOpen, /ceb2grab/grab/realTimeDataUpload, GET /payment/…    payment.c
 */
#include "mock/mock.h"

static void show_summary(const struct mock_authority *m, struct http_req *r)
{
	struct buf b;

	buf_init(&b, &r->arena, 256);
	status_put_summary(&b, m);
	mock_reply_json(r, 200, buf_as_text(&b));
}

static void show_status(const struct mock *m, struct http_req *r)
{
	struct buf b;

	buf_init(&b, &r->arena, 4096);
	status_put(&b, m);
	mock_reply_json(r, 200, buf_as_text(&b));
}

static void forget(struct mock_authority *m, struct http_req *r)
{
	later_forget(m->home->later, m);
	mock_forget(m);
	record_cleared(m, "messages");
	httpd_reply(r, &(struct http_reply){ .status = 204 });
}

static void authority_asked(struct mock_authority *m, struct http_req *r, struct text rest)
{
	if (text_is(r->method, "POST") && text_is(rest, "messages"))
		messages_came(m, r);
	else if (text_is(r->method, "DELETE") && text_is(rest, "messages"))
		forget(m, r);
	else if (text_starts(rest, "messages/"))
		message_show(m, r, (struct text){ rest.at + 9, rest.len - 9 });
	else if (text_is(rest, "summary"))
		show_summary(m, r);
	else if (text_starts(rest, "queries/"))
		query_came(m, r, (struct text){ rest.at + 8, rest.len - 8 });
	else if (!setting_came(m, r, rest))
		mock_reply_error(r, 404, "no such resource");
}

static void on_request(struct http_req *r, void *arg)
{
	struct mock *mock = arg;
	const char *slash = r->path.len > 1 ? memchr(r->path.at + 1, '/', r->path.len - 1) : NULL;
	struct text code = slash == NULL ? (struct text){ NULL, 0 } : (struct text){ r->path.at + 1, (size_t)(slash - r->path.at - 1) };
	enum authority a;

	r->user = NULL;
	if (payment_came(mock, r))
		return;
	if (text_is(r->path, "/status"))
		show_status(mock, r);
	else if (!authority_by_code(code, &a))
		mock_reply_error(r, 404, "no such authority");
	else
		authority_asked(&mock->authorities[a], r, (struct text){ slash + 1, (size_t)(r->path.at + r->path.len - slash - 1) });
}

static void on_gone(struct http_req *r, void *arg)
{
	(void)arg;
	fault_gone(r);
}

const struct httpd_calls mock_calls = { .on_request = on_request, .on_gone = on_gone };
