/* The settings of an authority by HTTP: each of them is a resource. */
#include <stdio.h>

#include "mock/mock.h"

static void reply_shown(const struct mock_authority *m, struct http_req *r, struct text what, int status)
{
	struct buf b;

	buf_init(&b, &r->arena, 1024);
	if (!setting_show(&b, m, what))
		mock_reply_error(r, 404, "no such resource");
	else if (b.full)
		mock_reply_error(r, 507, "too much for one answer");
	else
		mock_reply_json(r, status, buf_as_text(&b));
}

bool setting_came(struct mock_authority *m, struct http_req *r, struct text what)
{
	bool is_exceptions = text_is(what, "exceptions");
	struct fault f = { 0 };
	char name[64];

	if (!setting_is_known(m, what))
		return false;
	(void)snprintf(name, sizeof(name), TEXT_FMT, TEXT_ARG(what));
	if (text_is(r->method, "GET")) {
		reply_shown(m, r, what, 200);
	} else if (text_is(r->method, "DELETE") && setting_clear(m, what)) {
		record_cleared(m, name);
		httpd_reply(r, &(struct http_reply){ .status = 204 });
	} else if (text_is(r->method, is_exceptions ? "POST" : "PUT")) {
		if (is_exceptions ? exception_add(m, &r->arena, r->body, &f) : setting_put(m, what, r->body, clock_now_us(&m->home->clock), &f)) {
			record_setting(m, name);
			reply_shown(m, r, what, is_exceptions ? 201 : 200);
		} else {
			mock_reply_error(r, f.code == FAULT_TOO_LARGE || f.code == FAULT_BUSY ? 507 : 400, f.text);
		}
	} else {
		mock_reply_error(r, 405, "GET, DELETE, and PUT (exceptions: POST)");
	}
	return true;
}
