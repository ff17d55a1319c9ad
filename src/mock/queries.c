/* A question arrives: GET with parameters, or POST with a JSON object; the faults are those of `query-behaviour` and chaos. */
#include "mock/mock.h"

/* What a GET asks, as the object that a POST would have sent. */
static const struct json *asked_by_url(struct http_req *r, const struct query_def *def, struct fault *f)
{
	struct text key = httpd_query(r, def->key);
	struct buf b;

	buf_init(&b, &r->arena, 256);
	buf_printf(&b, "{\"%s\":", def->key);
	buf_json(&b, key.at == NULL ? TEXT("") : key);
	buf_char(&b, '}');
	return json_parse(&r->arena, buf_as_text(&b), f);
}

/* The posts that stand for one item: its newest code and all there were. Items are no register: they come with the messages. */
static void item_came(const struct mock_authority *m, struct http_req *r)
{
	struct text item = httpd_query(r, "item");
	const struct mock_message *found = NULL;
	const struct saying *last;
	int64_t now_us = clock_now_us(&m->home->clock);
	char at[CLOCK_RFC3339_BYTES];
	struct buf b;

	for (const struct mock_message *x = mock_next(m, NULL); x != NULL; x = mock_next(m, x))
		if (item.len > 0 && text_eq(x->noted[NOTED_REFERENCE], item) && (found == NULL || x->first_us > found->first_us))
			found = x;
	if (found == NULL) {
		mock_reply_error(r, 404, "no such item");
		return;
	}
	last = mock_last_said(found, now_us);
	buf_init(&b, &r->arena, 512);
	buf_str(&b, "{\"authority\":\"POST\",\"query\":\"items\",\"item\":");
	buf_json(&b, item);
	buf_str(&b, ",\"code\":");
	buf_json(&b, last == NULL ? (struct text){ NULL, 0 } : last->code);
	buf_str(&b, ",\"history\":[");
	for (const struct saying *s = found->sayings; last != NULL && s != last->next; s = s->next) {
		clock_rfc3339(s->at_us, 3, at);
		buf_str(&b, s == found->sayings ? "{\"code\":" : ",{\"code\":");
		buf_json(&b, s->code);
		buf_str(&b, ",\"status\":");
		buf_json(&b, s->status);
		buf_printf(&b, ",\"at\":\"%s\"}", at);
	}
	clock_rfc3339(now_us, 0, at);
	buf_printf(&b, "],\"as_of\":\"%s\"}", at);
	mock_reply_json(r, 200, buf_as_text(&b));
}

static void answer(struct visit *v, const struct query_def *def, const struct json *asked)
{
	struct mock_authority *m = v->m;
	struct fault f = { 0 };
	struct buf b;
	int i = 0;

	while (query_def_at(i) != def)
		i++;
	buf_init(&b, &v->r->arena, 1024);
	if (!query_answer(&b, m->authority, def, &m->registers[i], asked, clock_now_us(&m->home->clock), &f)) {
		mock_reply_error(v->r, 400, f.text);
		return;
	}
	fault_reply(v, &(struct http_reply){ .status = b.full ? 507 : 200, .content_type = "application/json", .body = buf_as_text(&b), .body_in_arena = true });
}

void query_came(struct mock_authority *m, struct http_req *r, struct text name)
{
	const struct query_def *def = query_def(m->authority, name);
	struct visit v = { .m = m, .r = r, .x = &m->query_behaviour, .is_query = true };
	const struct mock_behaviour before = m->query_behaviour;
	bool is_get = text_is(r->method, "GET");
	const struct json *asked;
	struct fault f = { 0 };

	if (m->authority == AUTHORITY_POST && text_is(name, "items") && is_get) {
		item_came(m, r);
		return;
	}
	if (def == NULL || !(is_get || text_is(r->method, "POST"))) {
		mock_reply_error(r, def == NULL ? 404 : 405, def == NULL ? "no such query here" : "GET or POST");
		return;
	}
	if (is_get && def->is_personal) {
		mock_reply_error(r, 405, "personal data go in a body: POST");
		return;
	}
	asked = is_get ? asked_by_url(r, def, &f) : json_parse(&r->arena, r->body, &f);
	if (asked == NULL) {
		mock_reply_error(r, 400, f.text);
		return;
	}
	v.of = json_text(json_member(asked, def->key));
	v.attempt = (int)(++m->queries & 0xfffff); /* of all queries: by itself a question has no attempts */
	record_queries(m);
	if (!fault_before(&v))
		answer(&v, def, asked);
	if (memcmp(&before, &m->query_behaviour, sizeof(before)) != 0)
		record_setting(m, "query-behaviour");
}
