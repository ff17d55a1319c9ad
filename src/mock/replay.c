/*
 * The journal of the simulator (records.c), read in order: the last record of a thing counts, and the memory is as it was. A long
 * journal is written anew, each thing once.
 */
#include "base/log.h"
#include "mock/mock.h"

enum { RENEW_BYTES = 1 << 20 };

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

	arena_init(&a, MOCK_RECORD_BYTES);
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
		record_payment_call(m, i);
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
