/* What a request brings: one message under its header, or several in a JSON array. */
#include "mock/mock.h"
#include "standard/json_scan.h"

struct splitting {
	struct json_scan scan;
	struct mock_given *out;
	int count;
	bool have_id;
};

static bool on_member(void *arg, struct text name)
{
	struct splitting *s = arg;
	struct text value;

	if (!text_is(name, "message_id"))
		return json_scan_skip(&s->scan);
	if (!json_scan_string(&s->scan, &value))
		return false;
	s->have_id = id_parse(value, &s->out[s->count].id);
	return true;
}

static bool on_item(void *arg)
{
	struct splitting *s = arg;
	const char *from;

	if (s->count == MOCK_GIVEN_MAX || json_scan_peek(&s->scan) != '{')
		return json_scan_fail(&s->scan, "a message, of a hundred at most");
	from = s->scan.at;
	s->have_id = false;
	if (!json_scan_object(&s->scan, on_member, s) || !s->have_id)
		return false;
	s->out[s->count++].body = (struct text){ from, (size_t)(s->scan.at - from) };
	return true;
}

int given_of(struct http_req *r, struct mock_given out[])
{
	struct fault f = { 0 };
	struct splitting s = { .out = out, .scan = { .arena = &r->arena, .begin = r->body.at, .at = r->body.at, .end = r->body.at + r->body.len, .fault = &f } };

	if (r->body.len == 0 || r->body.at[0] != '[') {
		out[0].body = r->body;
		return id_parse(httpd_header(r, "Message-Id"), &out[0].id) ? 1 : 0;
	}
	return json_scan_array(&s.scan, on_item, &s) && json_scan_end(&s.scan) ? s.count : 0;
}
