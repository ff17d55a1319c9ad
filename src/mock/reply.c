/* Answers in JSON, and in the words of an error. */
#include "mock/mock.h"

void mock_reply_json(struct http_req *r, int status, struct text body)
{
	httpd_reply(r, &(struct http_reply){ .status = status, .content_type = "application/json", .body = body });
}

void mock_reply_error(struct http_req *r, int status, const char *what)
{
	struct buf b;

	buf_init(&b, &r->arena, 256);
	buf_str(&b, "{\"error\":");
	buf_json(&b, text_of(what));
	buf_char(&b, '}');
	mock_reply_json(r, status, buf_as_text(&b));
}
