/*
 * Messages out of rows: events one by one; receipts and answers together, as many as one message of customs holds.
 *
 * A message of several has an id of its own, made of what it says: made again after a crash it is the same, if the same rows
 * stand together. What stands in it has ids of its own in any case.
 */
#include "flow/push_priv.h"

#include <stdio.h>

#include "base/log.h"
#include "standard/answer.h"
#include "standard/customs_receipt.h"

#define ARENA_BYTES ((size_t)32 << 20)
#define TOGETHER_BYTES ((size_t)1 << 20) /* documents read for one message */

static const char event_type[] = "application/cloudevents+json; charset=utf-8", xml_type[] = "application/xml";

static struct text id_of_message(struct arena *a, const struct push_sub *s, struct text content)
{
	struct sha256 digest = sha256_of(content);
	const struct text parts[] = { { (const char *)s->id.b, sizeof(s->id.b) }, { (const char *)digest.b, sizeof(digest.b) } };
	struct id id = id_of_key('W', parts, COUNTOF(parts));
	char *text = arena_alloc(a, ID_TEXT_BYTES);

	if (text == NULL)
		return (struct text){ NULL, 0 };
	id_format(&id, text);
	return (struct text){ text, ID_TEXT_BYTES - 1 };
}

static bool enqueue_xml(struct arena *a, struct push_stream *t, struct text message, const struct push_mark *upto)
{
	struct text id = id_of_message(a, t->sub, message);

	return !a->full && push_enqueue(t, id, xml_type, message, upto);
}

/* items: JSON texts with commas between. */
static bool enqueue_items(struct arena *a, struct push_stream *t, const char *type, int64_t at_us, struct text items, const struct push_mark *upto)
{
	struct text id = id_of_message(a, t->sub, items);
	char time[CLOCK_RFC3339_BYTES];
	struct buf b;

	clock_rfc3339(at_us, 6, time);
	buf_init(&b, a, items.len + 512);
	buf_str(&b, "{\"specversion\":\"1.0\",\"id\":");
	buf_json(&b, id);
	buf_str(&b, ",\"source\":");
	buf_json(&b, text_of(t->push->conf.source));
	buf_printf(&b, ",\"type\":\"%s\",\"time\":\"%s\",\"timestamp\":\"%s\",\"datacontenttype\":\"application/json\",\"data\":{\"items\":[", type, time, time);
	buf_text(&b, items);
	buf_str(&b, "]}}");
	return !b.full && push_enqueue(t, id, event_type, buf_as_text(&b), upto);
}

/* A row that cannot be told: a bug, or somebody changed the database. It is passed over, so that what follows is not held up. */
static void tell_unreadable(const struct push_sub *s, const struct push_mark *at, const struct fault *f)
{
	char id[ID_TEXT_BYTES];

	id_format(&s->id, id);
	log_event(NULL, LOG_LEVEL_ERROR, "push.unreadable", "%s, at %lld: %s", id, (long long)at->number, f->text);
}

/* Up to how many rows' texts stand in one message. */
static int together(const struct db_rows *r, int first, int last, int column)
{
	size_t bytes = 0;
	int n = 0;

	while (first + n < last && n < ANSWERS_OF_MESSAGE_MAX && (n == 0 || bytes < TOGETHER_BYTES)) {
		bytes += db_get_text(r, first + n, column).len;
		n++;
	}
	return n;
}

static struct text items_of(struct arena *a, const struct db_rows *r, int first, int count, int column)
{
	struct buf b;

	buf_init(&b, a, 512 * (size_t)count);
	for (int i = 0; i < count; i++) {
		if (i > 0)
			buf_char(&b, ',');
		buf_text(&b, db_get_text(r, first + i, column));
	}
	return b.full ? (struct text){ NULL, 0 } : buf_as_text(&b);
}

/* --- the feed --------------------------------------------------------------------------------------------------------- */

static bool make_event(struct push_stream *t, const struct db_rows *r, int row)
{
	struct text body = db_get_text(r, row, FEED_BODY);
	struct push_mark upto = { .number = db_get_int(r, row, FEED_SEQ) };
	char id[24];
	int len = snprintf(id, sizeof(id), "%lld", (long long)upto.number);

	if (body.at == NULL)
		return false; /* it was disabled a moment ago, and is not read anew yet */
	return push_enqueue(t, (struct text){ id, (size_t)len }, event_type, body, &upto);
}

/* Returns how many rows are told; 0: there is no room. */
static int make_receipts(struct arena *a, struct push_stream *t, const struct db_rows *r, int first, int last)
{
	int n = together(r, first, last, FEED_RECEIPT);
	struct push_mark upto = { .number = db_get_int(r, first + n - 1, FEED_SEQ) };
	struct text items = items_of(a, r, first, n, FEED_RECEIPT);

	if (items.at == NULL || !enqueue_items(a, t, WEBHOOK_TYPE_FILED, db_get_time(r, first + n - 1, FEED_AT), items, &upto))
		return 0;
	return n;
}

static bool is_unreadable(const struct fault *f)
{
	return f->code == FAULT_BUG || f->code == FAULT_DAMAGED;
}

static bool open_document(struct arena *a, struct push_stream *t, const struct db_rows *r, int row, struct text *out, struct fault *f)
{
	struct vault_place place;
	struct id id;

	if (!db_get_id(r, row, FEED_FILING, &id))
		return fault_set(f, FAULT_BUG, "an event of no filing");
	place = vault_at("filing", &id);
	return vault_open(t->push->deps.vault, a, &place, db_get_text(r, row, FEED_DOCUMENT), out, f);
}

static int make_customs_receipts(struct arena *a, struct push_stream *t, const struct db_rows *r, int first, int last)
{
	struct customs_receipt list[ANSWERS_OF_MESSAGE_MAX];
	int n = together(r, first, last, FEED_DOCUMENT), taken = 1;
	struct push_mark upto;
	struct fault f = { 0 };
	struct text message = { NULL, 0 };
	bool good = true;

	for (int i = 0; good && i < n; i++) {
		list[i].receipt = db_get_text(r, first + i, FEED_RECEIPT);
		good = open_document(a, t, r, first + i, &list[i].document, &f);
	}
	if (good)
		message = customs_receipts_message(a, list, n, true, db_get_time(r, first, FEED_AT), &taken, &f);
	upto.number = db_get_int(r, first + taken - 1, FEED_SEQ);
	upto.id = (struct id){ { 0 } };
	if (message.at == NULL && is_unreadable(&f) && n == 1) {
		tell_unreadable(t->sub, &upto, &f);
		return 1;
	}
	if (message.at == NULL && is_unreadable(&f))
		return make_customs_receipts(a, t, r, first, first + 1); /* one by one, until it is the one */
	return message.at != NULL && enqueue_xml(a, t, message, &upto) ? taken : 0;
}

bool push_make_feed(struct push_stream *t, const struct db_rows *r, int first, int last)
{
	struct arena a;
	int n = 1;

	while (first < last && n > 0) {
		arena_init(&a, ARENA_BYTES);
		switch (t->sub->format) {
		case WEBHOOK_RECEIPTS:
			n = make_receipts(&a, t, r, first, last);
			break;
		case WEBHOOK_CEB:
			n = make_customs_receipts(&a, t, r, first, last);
			break;
		default:
			n = make_event(t, r, first);
		}
		arena_done(&a);
		first += n;
	}
	return first == last;
}

/* --- answers of authorities ------------------------------------------------------------------------------------------- */

static struct push_mark answer_mark(const struct db_rows *r, int row)
{
	struct push_mark mark = { .number = db_get_time(r, row, ANSWER_TIME) };

	if (!db_get_id(r, row, ANSWER_ID, &mark.id))
		mark.id = (struct id){ { 0 } };
	return mark;
}

static int make_answers(struct arena *a, struct push_stream *t, const struct db_rows *r, int first, int last)
{
	int n = together(r, first, last, ANSWER_JSON);
	struct push_mark upto = answer_mark(r, first + n - 1);
	struct text items = items_of(a, r, first, n, ANSWER_JSON);

	return items.at != NULL && enqueue_items(a, t, WEBHOOK_TYPE_ANSWERED, upto.number, items, &upto) ? n : 0;
}

/* A ruling is told by its own columns; an answer by its bytes. */
static bool open_answer(struct arena *a, struct push_stream *t, const struct db_rows *r, int row, struct customs_answer *out, struct fault *f)
{
	const struct vault_place place = vault_at("authority_receipt", &out->id);

	out->body = db_get_text(r, row, ANSWER_RULING);
	if (out->body.at != NULL || db_is_null(r, row, ANSWER_RECORD))
		return out->body.at != NULL;
	return vault_open(t->push->deps.vault, a, &place, db_get_text(r, row, ANSWER_RECORD), &out->body, f);
}

static int make_customs_answers(struct arena *a, struct push_stream *t, const struct db_rows *r, int first, int last)
{
	struct customs_answer list[ANSWERS_OF_MESSAGE_MAX];
	int n = together(r, first, last, ANSWER_RECORD), taken = 1;
	struct push_mark upto = answer_mark(r, first);
	struct fault f = { 0 };
	struct text message = { NULL, 0 };
	enum direction direction = DIR_IMPORT;
	enum doc_kind of = DOC_INVENTORY;
	bool good = true;

	for (int i = 0; i < n; i++) {
		list[i] = (struct customs_answer){ .body = { NULL, 0 } };
		good = good && db_get_id(r, first + i, ANSWER_ID, &list[i].id) && open_answer(a, t, r, first + i, &list[i], &f)
		       && direction_by_name(db_get_text(r, first + i, ANSWER_DIRECTION), &direction)
		       && doc_kind_by_name(db_get_text(r, first + i, ANSWER_OF), &of);
		if (good)
			list[i].def = customs_answer_def(direction, of);
	}
	if (good)
		message = customs_answers_message(a, list, n, &taken, &f);
	if (message.at != NULL) {
		upto = answer_mark(r, first + taken - 1);
		return enqueue_xml(a, t, message, &upto) ? taken : 0;
	}
	if (f.code == FAULT_BUSY || (list[0].body.at == NULL && f.code != FAULT_DAMAGED))
		return 0;
	if (n > 1)
		return make_customs_answers(a, t, r, first, first + 1);
	tell_unreadable(t->sub, &upto, &f);
	return 1;
}

bool push_make_answers(struct push_stream *t, const struct db_rows *r, int first, int last)
{
	struct arena a;
	int n = 1;

	while (first < last && n > 0) {
		arena_init(&a, ARENA_BYTES);
		n = t->sub->format == WEBHOOK_CEB ? make_customs_answers(&a, t, r, first, last) : make_answers(&a, t, r, first, last);
		arena_done(&a);
		first += n;
	}
	return first == last;
}
