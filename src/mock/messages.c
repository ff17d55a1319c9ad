/*
 * A request arrives, with one message or an array of them, which share its fate:
 *
 *   their ids ──► remembered (each attempt) ──► faults ──► done (once) ──► what is said is decided ──► journal ──► reply
 */
#include "mock/mock.h"

/* The work: once for each id, whatever body comes with it later. */
static void do_once(struct mock_authority *m, struct mock_message *msg, const struct mock_behaviour *x, struct text body)
{
	struct sha256 digest = sha256_of(body);
	bool is_decided;

	if (msg->effects == 0) {
		mock_note(m, msg, body, &digest);
	} else if (!crypto_equal(digest.b, msg->digest.b, sizeof(digest.b))) {
		msg->clashes++;
		m->clashes++;
	}
	msg->attempts++;
	is_decided = msg->sayings != NULL;
	if (!is_decided)
		steps_decide(m, msg, x, body);
	record_message(m, msg);
	for (struct saying *s = msg->sayings; s != NULL && !is_decided; s = s->next)
		later_add(m->home->later, m, msg, s);
}

static struct http_reply reply_of(const struct mock_authority *m, struct http_req *r, struct mock_message *const *list, int count)
{
	struct mock_said said[MOCK_GIVEN_MAX];
	int n = 0;
	struct buf b;

	for (int i = 0; i < count; i++)
		if (list[i]->sayings != NULL && list[i]->sayings->in_reply)
			said[n++] = (struct mock_said){ list[i], list[i]->sayings };
	if (n == 0)
		return (struct http_reply){ .status = 202 };
	buf_init(&b, &r->arena, 1024);
	mock_put_answers(&b, m, said, n);
	return (struct http_reply){ .status = b.full ? 507 : 200, .content_type = m->authority == AUTHORITY_CUS ? "application/xml" : "application/json",
		                    .body = buf_as_text(&b), .body_in_arena = true };
}

static void record_used(const struct mock_authority *m, const struct mock_behaviour *x, const struct mock_behaviour *before)
{
	if (m->home->journal == NULL)
		return;
	if (x != &m->behaviour)
		record_setting(m, "exceptions");
	else if (memcmp(x, before, sizeof(*x)) != 0)
		record_setting(m, "behaviour");
}

static void refused(struct mock_authority *m, struct mock_message *const *list, int count)
{
	for (int i = 0; i < count; i++) {
		list[i]->refused++;
		record_message(m, list[i]);
	}
}

void messages_came(struct mock_authority *m, struct http_req *r)
{
	struct visit v = { .m = m, .r = r };
	struct mock_message *list[MOCK_GIVEN_MAX];
	struct mock_given given[MOCK_GIVEN_MAX];
	struct mock_behaviour before;
	struct http_reply reply;
	int count = given_of(r, given);

	if (count == 0) {
		mock_reply_error(r, 400, "Message-Id is missing, or the array is none of messages");
		return;
	}
	if (count > 1 && exception_stands(m, r->body)) {
		mock_reply_error(r, 400, "one of these is to be treated otherwise: one at a time");
		return;
	}
	for (int i = 0; i < count; i++) {
		list[i] = mock_seen(m, &given[i].id);
		if (list[i] == NULL) {
			mock_reply_error(r, 507, "the memory is full");
			return;
		}
	}
	m->attempts += (uint64_t)count;
	v.attempt = list[0]->attempts + list[0]->refused + 1;
	v.of = (struct text){ (const char *)list[0]->id.b, sizeof(list[0]->id.b) };
	v.x = exception_behaviour(m, r->body);
	before = *v.x;
	if (fault_before(&v)) {
		refused(m, list, count);
	} else {
		for (int i = 0; i < count; i++)
			do_once(m, list[i], v.x, given[i].body);
		reply = reply_of(m, r, list, count);
		fault_reply(&v, &reply);
	}
	record_used(m, v.x, &before); /* the reply leaves after this turn of the loop: all of it is in the journal by then */
}

/* --- looking at one ------------------------------------------------------------------------------------------------------- */

static void put_time(struct buf *b, const char *name, int64_t us)
{
	char at[CLOCK_RFC3339_BYTES];

	clock_rfc3339(us, 3, at);
	buf_printf(b, ",\"%s\":\"%s\"", name, at);
}

static void put_saying(struct buf *b, const struct saying *s)
{
	buf_printf(b, "%s{\"say\":\"%s\",\"status\":", s->number == 0 ? "" : ",", saying_kind_name(s->kind));
	buf_json(b, s->status);
	buf_str(b, ",\"code\":");
	buf_json(b, s->code);
	buf_str(b, ",\"info\":");
	buf_json(b, s->info);
	put_time(b, "at", s->at_us);
	put_time(b, "due_at", s->due_us);
	buf_printf(b, ",\"in_reply\":%s,\"left\":%d,\"posted\":%d}", s->in_reply ? "true" : "false", s->left, s->posted);
}

static void put_message(struct buf *b, const struct mock_message *x, int64_t now_us)
{
	const struct saying *last = mock_last_said(x, now_us);
	char id[ID_TEXT_BYTES], declaration[ID_TEXT_BYTES];
	int posted = 0;

	for (const struct saying *s = x->sayings; s != NULL; s = s->next)
		posted += s->posted;
	id_format(&x->id, id);
	id_format(&x->declaration, declaration);
	buf_printf(b, "{\"message_id\":\"%s\",\"declaration_id\":\"%s\",\"version\":%d,\"attempts\":%d,\"refused\":%d,\"effects\":%d,\"posted\":%d,\"clashes\":%d,\"reference\":",
	           id, declaration, x->version, x->attempts, x->refused, x->effects, posted, x->clashes);
	buf_json(b, x->noted[NOTED_REFERENCE]);
	buf_str(b, ",\"order_no\":");
	buf_json(b, x->noted[NOTED_ORDER_NO]);
	buf_str(b, ",\"status\":");
	buf_json(b, last == NULL ? (struct text){ NULL, 0 } : last->status);
	buf_str(b, ",\"code\":");
	buf_json(b, last == NULL ? (struct text){ NULL, 0 } : last->code);
	buf_str(b, ",\"answers\":[");
	for (const struct saying *s = x->sayings; s != NULL; s = s->next)
		put_saying(b, s);
	buf_str(b, "]}");
}

void message_show(const struct mock_authority *m, struct http_req *r, struct text name)
{
	const struct mock_message *msg;
	struct buf b;
	struct id id;

	msg = id_parse(name, &id) ? mock_find(m, &id) : NULL;
	if (msg == NULL) {
		mock_reply_error(r, 404, "never seen");
		return;
	}
	buf_init(&b, &r->arena, 1024);
	put_message(&b, msg, clock_now_us(&m->home->clock));
	mock_reply_json(r, 200, buf_as_text(&b));
}
