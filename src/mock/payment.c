/*
 * Both ends of announcement 2018-179 that the gateway calls: a platform that is asked, and customs that is sent.
 * What came is kept as it came; what is answered is set beforehand.
 */
#include "base/json.h"
#include "mock/mock.h"
#include "standard/payment_data.h"

#define ASKED "/platDataOpen"
#define SENT  "/ceb2grab/grab/realTimeDataUpload"

static void answer(struct mock *m, struct http_req *r, bool is_upload)
{
	struct mock_payment *p = &m->payment;
	struct payment_reply reply = { .code = p->code == 0 ? PAYMENT_TAKEN : p->code, .has_total = is_upload, .at_us = clock_now_us(&m->clock) };
	struct buf b;

	reply.message = reply.code == PAYMENT_TAKEN ? text_of(is_upload ? "上传成功" : "") : TEXT("模拟拒绝");
	buf_init(&b, &r->arena, 256);
	payment_reply_put(&b, &reply);
	httpd_reply(r, &(struct http_reply){ .status = 200, .content_type = "application/json", .body = buf_as_text(&b) });
}

void payment_keep(struct mock *m, bool is_upload, struct text body)
{
	struct mock_payment *p = &m->payment;

	if (p->count < MOCK_PAYMENT_CALLS) {
		p->is_upload[p->count] = is_upload;
		p->bodies[p->count++] = text_dup(&p->arena, body);
	}
}

static void call_came(struct mock *m, struct http_req *r, bool is_upload)
{
	struct mock_payment *p = &m->payment;

	if (p->refuse_next > 0) {
		p->refuse_next--;
		record_payment(m);
		httpd_reply(r, &(struct http_reply){ .status = 503 });
		return;
	}
	payment_keep(m, is_upload, r->body);
	record_payment(m);
	answer(m, r, is_upload);
}

static void show_calls(struct mock *m, struct http_req *r)
{
	const struct mock_payment *p = &m->payment;
	struct buf b;

	buf_init(&b, &r->arena, 4096);
	buf_str(&b, "[");
	for (int i = 0; i < p->count; i++) {
		buf_str(&b, i == 0 ? "{\"path\":" : ",{\"path\":");
		buf_json(&b, text_of(p->is_upload[i] ? SENT : ASKED));
		buf_str(&b, ",\"body\":");
		buf_json(&b, p->bodies[i]);
		buf_char(&b, '}');
	}
	buf_char(&b, ']');
	httpd_reply(r, &(struct http_reply){ .status = b.full ? 507 : 200, .content_type = "application/json", .body = buf_as_text(&b) });
}

static void behaviour_came(struct mock *m, struct http_req *r)
{
	struct fault f = { 0 };
	const struct json *body = json_parse(&r->arena, r->body, &f);
	int64_t code = m->payment.code, refuse_next = m->payment.refuse_next;

	if ((json_member(body, "code") != NULL && !json_i64(json_member(body, "code"), &code))
	    || (json_member(body, "refuse_next") != NULL && !json_i64(json_member(body, "refuse_next"), &refuse_next))) {
		httpd_reply(r, &(struct http_reply){ .status = 400 });
		return;
	}
	m->payment.code = (int)code;
	m->payment.refuse_next = (int)refuse_next;
	record_payment(m);
	httpd_reply(r, &(struct http_reply){ .status = body == NULL ? 400 : 204 });
}

void payment_forget(struct mock *m)
{
	arena_done(&m->payment.arena);
	m->payment.count = 0;
}

bool payment_came(struct mock *m, struct http_req *r)
{
	bool is_post = text_is(r->method, "POST");

	if (is_post && (text_is(r->path, ASKED) || text_is(r->path, SENT))) {
		call_came(m, r, text_is(r->path, SENT));
	} else if (text_is(r->path, "/payment/behaviour") && text_is(r->method, "PUT")) {
		behaviour_came(m, r);
	} else if (text_is(r->path, "/payment/calls") && text_is(r->method, "DELETE")) {
		payment_forget(m);
		record_payment(m);
		httpd_reply(r, &(struct http_reply){ .status = 204 });
	} else if (text_is(r->path, "/payment/calls")) {
		show_calls(m, r);
	} else {
		return false;
	}
	return true;
}
