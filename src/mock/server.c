/* The HTTP side of the simulators. */
#include <stdio.h>
#include <stdlib.h>

#include "mock/mock.h"

struct held { /* a reply that waits: latency, or a hang */
	struct http_req *r;
	struct loop *loop;
	struct loop_timer timer;
	struct http_reply reply;
};

static void reply_json(struct http_req *r, int status, struct text body)
{
	httpd_reply(r, &(struct http_reply){ .status = status, .content_type = "application/json", .body = body });
}

static void on_held(struct loop_timer *t)
{
	struct held *h = container_of(t, struct held, timer);

	httpd_reply(h->r, &h->reply);
}

static void reply_after(struct mock *m, struct http_req *r, const struct http_reply *reply, int wait_ms)
{
	struct held *h;

	if (wait_ms <= 0 || (h = arena_zalloc(&r->arena, sizeof(*h))) == NULL) {
		httpd_reply(r, reply);
		return;
	}
	*h = (struct held){ .r = r, .loop = m->loop, .reply = *reply };
	r->user = h;
	loop_timer_set(m->loop, &h->timer, (int64_t)wait_ms * 1000, on_held);
}

static void on_gone(struct http_req *r, void *arg)
{
	struct held *h = r->user;

	(void)arg;
	if (h != NULL)
		loop_timer_clear(h->loop, &h->timer);
}

/* --- a message arrives ------------------------------------------------------------------------------------------------ */

static bool spend(int *left)
{
	if (*left == 0)
		return false;
	--*left;
	return true;
}

/* The steps of the answer, each a millisecond after the one before, by the authority's own clock. */
static int steps_of(const struct mock_behaviour *x, enum part_outcome out[3])
{
	int n = 0;

	if (x->steps) {
		out[n++] = OUTCOME_RECEIVED;
		out[n++] = OUTCOME_ENTERED;
	}
	out[n++] = x->outcome;
	return n;
}

/* What it says to the messages of one request: the first step at once or later, as it is told to behave. */
static void answer_messages(struct mock_authority *m, struct http_req *r, struct mock_message *const *list, int count, const struct mock_behaviour *x)
{
	struct http_reply reply = { .status = 202 };
	struct mock_said said[MOCK_SAID_MAX];
	enum part_outcome steps[3];
	int n = steps_of(x, steps), from = 0;
	struct buf b;

	if (x->answer == MOCK_AT_ONCE) {
		for (int k = 0; k < count; k++)
			said[k] = (struct mock_said){ list[k], steps[0], list[k]->first_us };
		buf_init(&b, &r->arena, 1024);
		mock_put_answers(&b, m, said, count);
		reply = (struct http_reply){ .status = 200, .content_type = m->authority == AUTHORITY_CUS ? "application/xml" : "application/json",
			                     .body = buf_as_text(&b), .body_in_arena = true };
		from = 1;
	}
	for (int k = 0; k < count; k++)
		for (int i = from; x->answer != MOCK_NEVER && i < n && m->home->gateway != NULL; i++)
			for (int twice = 0; twice < (x->twice ? 2 : 1); twice++)
				(void)later_add(m->home->later, m, list[k], steps[i], list[k]->first_us + i * 1000, (int64_t)x->late_ms * 1000 * (i - from + 1));
	reply_after(m->home, r, &reply, x->latency_ms);
}

static bool refused(struct mock_authority *m, struct http_req *r, struct mock_behaviour *x)
{
	const struct http_reply hang = { .status = 504 };

	if (x->down || x->refuse_next > 0) {
		x->refuse_next -= x->refuse_next > 0;
		reply_after(m->home, r, &(struct http_reply){ .status = x->down ? 503 : x->refuse_status }, x->latency_ms);
		return true;
	}
	if (spend(&x->lose_before_next)) {
		reply_after(m->home, r, &hang, x->hang_ms);
		return true;
	}
	return false;
}

/* One message has its effect, or had it before. NULL: the memory is full. */
static struct mock_message *take(struct mock_authority *m, const struct mock_given *given)
{
	struct sha256 digest = sha256_of(given->body);
	struct mock_message *msg = mock_find(m, &given->id);

	if (msg == NULL && (msg = mock_remember(m, &given->id, given->body, &digest)) != NULL) {
		msg->effects = 1; /* what is remembered is never done again */
		m->effects++;
	}
	if (msg == NULL)
		return NULL;
	msg->attempts++;
	if (!crypto_equal(digest.b, msg->digest.b, sizeof(digest.b))) {
		msg->clashes++;
		m->clashes++;
	}
	return msg;
}

static void messages_came(struct mock_authority *m, struct http_req *r)
{
	const struct http_reply hang = { .status = 504 };
	struct mock_message *list[MOCK_SAID_MAX];
	struct mock_given given[MOCK_SAID_MAX];
	int count = given_of(r, given);
	struct mock_behaviour *x;

	if (count == 0) {
		reply_json(r, 400, TEXT("{\"error\":\"Message-Id is missing, or a bundle is none\"}"));
		return;
	}
	m->attempts += (uint64_t)count;
	x = exception_behaviour(m, r->body);
	if (refused(m, r, x))
		return;
	for (int i = 0; i < count; i++) {
		list[i] = take(m, &given[i]);
		if (list[i] == NULL) {
			reply_json(r, 507, TEXT("{\"error\":\"the memory is full\"}"));
			return;
		}
	}
	if (spend(&x->lose_after_next))
		reply_after(m->home, r, &hang, x->hang_ms);
	else if (spend(&x->wrong_next))
		reply_json(r, 200, TEXT("{\"nonsense\": [1, 2"));
	else
		answer_messages(m, r, list, count, x);
}

/* --- looking at it ---------------------------------------------------------------------------------------------------- */

static void put_message(struct buf *b, const struct mock_message *x)
{
	char id[ID_TEXT_BYTES], declaration[ID_TEXT_BYTES];

	id_format(&x->id, id);
	id_format(&x->declaration, declaration);
	buf_printf(b, "{\"message_id\":\"%s\",\"declaration_id\":\"%s\",\"version\":%d,\"attempts\":%d,\"effects\":%d,\"posted\":%d,\"clashes\":%d,\"reference\":",
	           id, declaration, x->version, x->attempts, x->effects, x->posted, x->clashes);
	buf_json(b, x->reference);
	buf_str(b, ",\"order_no\":");
	buf_json(b, x->order_no);
	buf_char(b, '}');
}

static void show_message(struct mock_authority *m, struct http_req *r, struct text name)
{
	const struct mock_message *msg;
	struct buf b;
	struct id id;

	msg = id_parse(name, &id) ? mock_find(m, &id) : NULL;
	if (msg == NULL) {
		reply_json(r, 404, TEXT("{\"error\":\"never seen\"}"));
		return;
	}
	buf_init(&b, &r->arena, 512);
	put_message(&b, msg);
	reply_json(r, 200, buf_as_text(&b));
}

static void show_summary(struct mock_authority *m, struct http_req *r)
{
	struct buf b;

	buf_init(&b, &r->arena, 256);
	buf_printf(&b, "{\"authority\":\"%s\",\"messages\":%llu,\"attempts\":%llu,\"effects\":%llu,\"clashes\":%llu,\"posted\":%llu,\"waiting\":%llu}",
	           authority_code(m->authority), (unsigned long long)m->messages, (unsigned long long)m->attempts, (unsigned long long)m->effects,
	           (unsigned long long)m->clashes, (unsigned long long)m->posted, (unsigned long long)later_waiting(m->home->later));
	reply_json(r, 200, buf_as_text(&b));
}

static void reply_refused(struct http_req *r, const struct fault *f)
{
	struct buf b;

	buf_init(&b, &r->arena, 256);
	buf_str(&b, "{\"error\":");
	buf_json(&b, text_of(f->text));
	buf_char(&b, '}');
	reply_json(r, 400, buf_as_text(&b));
}

static void behaviour_came(struct mock_authority *m, struct http_req *r)
{
	struct fault f = { 0 };
	struct buf b;

	if (text_is(r->method, "PUT") && !behaviour_set(&m->behaviour, &r->arena, r->body, &f)) {
		reply_refused(r, &f);
		return;
	}
	buf_init(&b, &r->arena, 512);
	behaviour_put(&b, &m->behaviour);
	reply_json(r, 200, buf_as_text(&b));
}

static void exceptions_came(struct mock_authority *m, struct http_req *r)
{
	struct fault f = { 0 };
	struct buf b;

	if (text_is(r->method, "DELETE")) {
		exception_forget(m);
		httpd_reply(r, &(struct http_reply){ .status = 204 });
		return;
	}
	if (text_is(r->method, "POST") && !exception_add(m, &r->arena, r->body, &f)) {
		reply_refused(r, &f);
		return;
	}
	buf_init(&b, &r->arena, 512);
	exception_put_all(&b, m);
	reply_json(r, text_is(r->method, "POST") ? 201 : 200, buf_as_text(&b));
}

static void on_request(struct http_req *r, void *arg)
{
	struct mock *mock = arg;
	const char *slash = r->path.len > 1 ? memchr(r->path.at + 1, '/', r->path.len - 1) : NULL;
	struct text code = slash == NULL ? (struct text){ NULL, 0 } : (struct text){ r->path.at + 1, (size_t)(slash - r->path.at - 1) };
	struct text rest = slash == NULL ? (struct text){ NULL, 0 } : (struct text){ slash, (size_t)(r->path.at + r->path.len - slash) };
	struct mock_authority *m;
	enum authority a;

	r->user = NULL;
	if (payment_came(mock, r))
		return;
	if (!authority_by_code(code, &a)) {
		reply_json(r, 404, TEXT("{\"error\":\"no such authority\"}"));
		return;
	}
	m = &mock->authorities[a];
	if (text_is(r->method, "POST") && text_is(rest, "/messages")) {
		messages_came(m, r);
	} else if (text_is(r->method, "DELETE") && text_is(rest, "/messages")) {
		later_forget(mock->later, m);
		mock_forget(m);
		httpd_reply(r, &(struct http_reply){ .status = 204 });
	} else if (text_starts(rest, "/messages/")) {
		show_message(m, r, (struct text){ rest.at + 10, rest.len - 10 });
	} else if (text_is(rest, "/summary")) {
		show_summary(m, r);
	} else if (text_is(rest, "/behaviour")) {
		behaviour_came(m, r);
	} else if (text_is(rest, "/exceptions")) {
		exceptions_came(m, r);
	} else {
		reply_json(r, 404, TEXT("{\"error\":\"no such resource\"}"));
	}
}

const struct httpd_calls mock_calls = { .on_request = on_request, .on_gone = on_gone };
