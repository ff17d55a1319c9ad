/*
 * The memory of the simulator as records of its journal, JSON objects by "r":
 *
 *   message  an authority's message: attempts, effect, all that is said     setting  any of settings.c, whole
 *   saying   one thing of these: how often it was and is to be posted       cleared  a setting, or an authority's messages
 *   queries  how many were asked                                            payment  a call about payment data, or what is answered
 *
 * Reading them in order, the last one of a thing counting, is the memory again (replay.c).
 */
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "mock/mock.h"

static void append(const struct mock *m, struct arena *a, const struct buf *b)
{
	if (b->full || !journal_append(m->journal, buf_as_text(b))) {
		log_event(NULL, LOG_LEVEL_ERROR, "mock.journal_failed", "the journal cannot be written; what it does not hold must not be answered");
		_exit(EX_IOERR);
	}
	arena_done(a);
}

static void begin(struct arena *a, struct buf *b, const char *kind, const struct mock_authority *m)
{
	arena_init(a, MOCK_RECORD_BYTES);
	buf_init(b, a, 1024);
	buf_printf(b, "{\"r\":\"%s\"", kind);
	if (m != NULL)
		buf_printf(b, ",\"a\":\"%s\"", authority_code(m->authority));
}

static void put_id(struct buf *b, const char *name, const struct id *id)
{
	char text[ID_TEXT_BYTES];

	id_format(id, text);
	buf_printf(b, ",\"%s\":\"%s\"", name, text);
}

static void put_text(struct buf *b, const char *name, struct text t)
{
	if (t.at == NULL)
		return;
	buf_printf(b, ",\"%s\":", name);
	buf_json(b, t);
}

static void put_saying(struct buf *b, const struct saying *s)
{
	buf_printf(b, "\"n\":%d,\"say\":\"%s\",\"at\":%lld,\"due\":%lld,\"in_reply\":%s,\"left\":%d,\"posted\":%d", s->number, saying_kind_name(s->kind),
	           (long long)s->at_us, (long long)s->due_us, s->in_reply ? "true" : "false", s->left, s->posted);
	put_text(b, "status", s->status);
	put_text(b, "code", s->code);
	put_text(b, "info", s->info);
	put_text(b, "detail", s->detail);
	buf_char(b, '}');
}

static void put_work(struct buf *b, const struct mock_message *msg)
{
	put_id(b, "declaration", &msg->declaration);
	buf_printf(b, ",\"version\":%d,\"number\":%d,\"first\":%lld,\"digest\":\"", msg->version, msg->message_number, (long long)msg->first_us);
	buf_hex(b, msg->digest.b, sizeof(msg->digest.b));
	buf_str(b, "\",\"noted\":");
	for (int i = 0; i < NOTED_COUNT; i++) {
		buf_char(b, i == 0 ? '[' : ',');
		buf_json(b, msg->noted[i]);
	}
	buf_str(b, "],\"sayings\":[");
	for (const struct saying *s = msg->sayings; s != NULL; s = s->next) {
		buf_str(b, s == msg->sayings ? "{" : ",{");
		put_saying(b, s);
	}
	buf_char(b, ']');
}

void record_message(const struct mock_authority *m, const struct mock_message *msg)
{
	struct arena a;
	struct buf b;

	if (m->home->journal == NULL)
		return;
	begin(&a, &b, "message", m);
	put_id(&b, "id", &msg->id);
	buf_printf(&b, ",\"attempts\":%d,\"refused\":%d,\"clashes\":%d,\"effects\":%d", msg->attempts, msg->refused, msg->clashes, msg->effects);
	if (msg->effects > 0)
		put_work(&b, msg);
	buf_char(&b, '}');
	append(m->home, &a, &b);
}

void record_saying(const struct mock_authority *m, const struct mock_message *msg, const struct saying *s)
{
	struct arena a;
	struct buf b;

	if (m->home->journal == NULL)
		return;
	begin(&a, &b, "saying", m);
	put_id(&b, "id", &msg->id);
	buf_char(&b, ',');
	put_saying(&b, s);
	append(m->home, &a, &b);
}

void record_queries(const struct mock_authority *m)
{
	struct arena a;
	struct buf b;

	if (m->home->journal == NULL)
		return;
	begin(&a, &b, "queries", m);
	buf_printf(&b, ",\"n\":%llu}", (unsigned long long)m->queries);
	append(m->home, &a, &b);
}

void record_setting(const struct mock_authority *m, const char *what)
{
	struct arena a;
	struct buf b, body;

	if (m->home->journal == NULL)
		return;
	begin(&a, &b, "setting", m);
	buf_init(&body, &a, 1024);
	if (!setting_show(&body, m, text_of(what))) {
		arena_done(&a);
		return;
	}
	b.full = b.full || body.full;
	put_text(&b, "what", text_of(what));
	put_text(&b, "body", buf_as_text(&body));
	buf_char(&b, '}');
	append(m->home, &a, &b);
}

void record_cleared(const struct mock_authority *m, const char *what)
{
	struct arena a;
	struct buf b;

	if (m->home->journal == NULL)
		return;
	begin(&a, &b, "cleared", m);
	put_text(&b, "what", text_of(what));
	buf_char(&b, '}');
	append(m->home, &a, &b);
}

void record_payment_call(const struct mock *m, int call)
{
	const struct mock_payment *p = &m->payment;
	struct arena a;
	struct buf b;

	if (m->journal == NULL)
		return;
	begin(&a, &b, "payment", NULL);
	buf_printf(&b, ",\"code\":%d,\"refuse_next\":%d,\"count\":%d", p->code, p->refuse_next, call + 1);
	if (call >= 0) {
		buf_printf(&b, ",\"is_upload\":%s", p->is_upload[call] ? "true" : "false");
		put_text(&b, "body", p->bodies[call]);
	}
	buf_char(&b, '}');
	append(m, &a, &b);
}

/* Every call is recorded when it came: the newest is enough. */
void record_payment(const struct mock *m)
{
	record_payment_call(m, m->payment.count - 1);
}
