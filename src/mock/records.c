/*
 * The memory of the simulator as records of its journal, JSON objects by "r":
 *
 *   message  an authority's message: attempts, effect, all that is said     setting  any of settings.c, whole
 *   saying   one thing of these: how often it was and is to be posted       cleared  a setting, or an authority's messages
 *   queries  how many were asked                                            payment  a call about payment data, or what is answered
 *
 * Reading them in order, the last one of a thing counting, is the memory again; writing each thing once is a shorter journal.
 */
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "mock/mock.h"

enum { RECORD_BYTES = 64 << 20, RENEW_BYTES = 1 << 20 };

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
	arena_init(a, RECORD_BYTES);
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

/* What is answered, and the newest of the calls: every call is recorded when it came. */
static void put_payment(const struct mock *m, int call)
{
	const struct mock_payment *p = &m->payment;
	struct arena a;
	struct buf b;

	begin(&a, &b, "payment", NULL);
	buf_printf(&b, ",\"code\":%d,\"refuse_next\":%d,\"count\":%d", p->code, p->refuse_next, call + 1);
	if (call >= 0) {
		buf_printf(&b, ",\"is_upload\":%s", p->is_upload[call] ? "true" : "false");
		put_text(&b, "body", p->bodies[call]);
	}
	buf_char(&b, '}');
	append(m, &a, &b);
}

void record_payment(const struct mock *m)
{
	if (m->journal != NULL)
		put_payment(m, m->payment.count - 1);
}

/* --- reading ---------------------------------------------------------------------------------------------------------------- */

static int64_t number_of(const struct json *j, const char *name)
{
	int64_t n;

	return json_i64(json_member(j, name), &n) ? n : 0;
}

static struct text text_in(const struct json *j, const char *name)
{
	return json_text(json_member(j, name));
}

static bool read_saying_of(struct mock_authority *m, struct mock_message *msg, const struct json *j)
{
	struct saying s = { .at_us = number_of(j, "at"), .due_us = number_of(j, "due"), .status = text_in(j, "status"), .code = text_in(j, "code"),
		            .info = text_in(j, "info"), .detail = text_in(j, "detail") };
	struct saying *known = msg->sayings;

	while (known != NULL && known->number != number_of(j, "n"))
		known = known->next;
	if (known == NULL) {
		if (!saying_kind_by_name(text_in(j, "say"), &s.kind) || !json_bool(json_member(j, "in_reply"), &s.in_reply))
			return false;
		known = mock_say(m, msg, &s);
	}
	if (known == NULL)
		return false;
	m->posted += (uint64_t)(number_of(j, "posted") - known->posted);
	known->left = (int)number_of(j, "left");
	known->posted = (int)number_of(j, "posted");
	return true;
}

static bool read_saying(struct mock_authority *m, const struct json *j)
{
	struct mock_message *msg;
	struct id id;

	return id_parse(text_in(j, "id"), &id) && (msg = mock_find(m, &id)) != NULL && read_saying_of(m, msg, j);
}

/* What was done, when it was done. */
static bool read_work(struct mock_authority *m, struct mock_message *msg, const struct json *j)
{
	const struct json *noted = json_member(j, "noted");

	msg->version = (int)number_of(j, "version");
	msg->message_number = (int)number_of(j, "number");
	msg->first_us = number_of(j, "first");
	if (!id_parse(text_in(j, "declaration"), &msg->declaration))
		msg->declaration = (struct id){ { 0 } }; /* of customs there is none */
	for (int i = 0; i < NOTED_COUNT; i++) {
		struct text t = json_text(json_item(noted, (size_t)i));

		if (t.at != NULL)
			msg->noted[i] = text_dup(&m->arena, t);
	}
	return hex_decode(text_in(j, "digest"), msg->digest.b, sizeof(msg->digest.b)) == (long)sizeof(msg->digest.b) && !m->arena.full;
}

static bool read_message(struct mock_authority *m, const struct json *j)
{
	const struct json *sayings = json_member(j, "sayings");
	struct mock_message *msg;
	struct id id;
	bool good = true;

	if (!id_parse(text_in(j, "id"), &id) || (msg = mock_seen(m, &id)) == NULL)
		return false;
	if (msg->effects == 0 && number_of(j, "effects") > 0)
		good = read_work(m, msg, j);
	m->attempts += (uint64_t)(number_of(j, "attempts") + number_of(j, "refused") - msg->attempts - msg->refused);
	m->clashes += (uint64_t)(number_of(j, "clashes") - msg->clashes);
	m->effects += (uint64_t)(number_of(j, "effects") - msg->effects);
	msg->attempts = (int)number_of(j, "attempts");
	msg->refused = (int)number_of(j, "refused");
	msg->clashes = (int)number_of(j, "clashes");
	msg->effects = (int)number_of(j, "effects");
	for (size_t i = 0; good && i < json_length(sayings); i++)
		good = read_saying_of(m, msg, json_item(sayings, i));
	return good;
}

static bool read_payment(struct mock *m, const struct json *j)
{
	bool is_upload;

	m->payment.code = (int)number_of(j, "code");
	m->payment.refuse_next = (int)number_of(j, "refuse_next");
	if (number_of(j, "count") == 0)
		payment_forget(m);
	if (number_of(j, "count") > m->payment.count && json_bool(json_member(j, "is_upload"), &is_upload))
		payment_keep(m, is_upload, text_in(j, "body"));
	return true;
}

static bool read_setting(struct mock_authority *m, const struct json *j, struct fault *f)
{
	struct text what = text_in(j, "what");

	return setting_clear(m, what) && setting_put(m, what, text_in(j, "body"), clock_now_us(&m->home->clock), f);
}

static bool read_cleared(struct mock_authority *m, const struct json *j)
{
	if (!text_is(text_in(j, "what"), "messages"))
		return setting_clear(m, text_in(j, "what"));
	mock_forget(m);
	return true;
}

static bool read_record(void *arg, struct text payload, struct fault *f)
{
	struct mock *m = arg;
	struct mock_authority *of = NULL;
	enum authority code;
	struct arena a;
	const struct json *j;
	struct text kind;
	bool good = true;

	arena_init(&a, RECORD_BYTES);
	j = json_parse(&a, payload, f);
	kind = text_in(j, "r");
	if (authority_by_code(text_in(j, "a"), &code))
		of = &m->authorities[code];
	if (text_is(kind, "payment"))
		good = read_payment(m, j);
	else if (of == NULL)
		good = false;
	else if (text_is(kind, "message"))
		good = read_message(of, j);
	else if (text_is(kind, "saying"))
		good = read_saying(of, j);
	else if (text_is(kind, "setting"))
		good = read_setting(of, j, f);
	else if (text_is(kind, "cleared"))
		good = read_cleared(of, j);
	else if (text_is(kind, "queries"))
		of->queries = (uint64_t)number_of(j, "n");
	else
		good = false;
	arena_done(&a);
	return good || fault_set(f, FAULT_SYSTEM, "a record that this program does not know: %.60s", payload.at);
}

/* --- the whole ---------------------------------------------------------------------------------------------------------------- */

static void write_authority(const struct mock_authority *m)
{
	const char *name;
	char room[64];

	for (int i = 0; (name = setting_name(i, room)) != NULL; i++)
		record_setting(m, name);
	if (m->queries > 0)
		record_queries(m);
	for (const struct mock_message *msg = mock_next(m, NULL); msg != NULL; msg = mock_next(m, msg))
		record_message(m, msg);
}

static bool write_all(struct mock *m, struct fault *f)
{
	if (!journal_renew(m->journal, f))
		return false;
	for (enum authority a = 0; a < AUTHORITY_COUNT; a++)
		write_authority(&m->authorities[a]);
	for (int i = -1; i < m->payment.count; i++)
		put_payment(m, i);
	return journal_renewed(m->journal, f);
}

static void go_on(struct mock_authority *m)
{
	for (struct mock_message *msg = mock_next(m, NULL); msg != NULL; msg = mock_next(m, msg))
		for (struct saying *s = msg->sayings; s != NULL; s = s->next)
			later_add(m->home->later, m, msg, s);
}

bool records_open(struct mock *m, const char *path, bool sync, struct fault *f)
{
	struct journal *j = journal_open(path, sync, read_record, m, f);

	if (j == NULL)
		return false;
	m->journal = j; /* not before: what is read is not written again */
	if (journal_cut_bytes(j) > 0)
		log_event(NULL, LOG_LEVEL_WARNING, "mock.journal_cut", "%lld bytes of a record that was not finished", (long long)journal_cut_bytes(j));
	if (journal_bytes(j) > RENEW_BYTES && !write_all(m, f))
		return false;
	for (enum authority a = 0; a < AUTHORITY_COUNT; a++)
		go_on(&m->authorities[a]);
	return true;
}
