/*
 * Answers of customs: messages 622 and 604, one InventoryReturn for each answer; of cancellations 624 and 606 with InvtCancelReturn.
 *
 * A node's record and digest are made of its known elements in one fixed order, so that the same answer has the same
 * digest whatever prefix, order or white space it came with; its guid differs with each sending and is left out.
 */
#include "standard/answer_ceb.h"

#include <assert.h>

#include "base/clock.h"
#include "base/json.h"
#include "standard/ceb_parts.h"
#include "standard/utf8.h"
#include "standard/xml_walk.h"

enum { INFO_CHARACTERS_MAX = 1000, REFERENCE_BYTES_MAX = 18 };

enum element {
	ELEMENT_GUID, ELEMENT_CUSTOMS, ELEMENT_PLATFORM, ELEMENT_MERCHANT, ELEMENT_AGENT, ELEMENT_COP_NO, ELEMENT_PRE_NO, ELEMENT_INVENTORY_NO,
	ELEMENT_ORDER_NO, ELEMENT_STATISTICS, ELEMENT_STATUS, ELEMENT_TIME, ELEMENT_INFO, ELEMENT_COUNT
};

static const char *const element_names[ELEMENT_COUNT] = {
	[ELEMENT_GUID] = "guid",
	[ELEMENT_CUSTOMS] = "customsCode",
	[ELEMENT_PLATFORM] = "ebpCode",
	[ELEMENT_MERCHANT] = "ebcCode",
	[ELEMENT_AGENT] = "agentCode",
	[ELEMENT_COP_NO] = "copNo",
	[ELEMENT_PRE_NO] = "preNo",
	[ELEMENT_INVENTORY_NO] = "invtNo",
	[ELEMENT_ORDER_NO] = "orderNo",
	[ELEMENT_STATISTICS] = "statisticsFlag",
	[ELEMENT_STATUS] = "returnStatus",
	[ELEMENT_TIME] = "returnTime",
	[ELEMENT_INFO] = "returnInfo",
};

struct reading {
	struct arena *arena;
	struct fault *fault;
	struct fault first_wrong; /* with one of the answers */
	struct authority_answer *answers;
	int count, room, nodes, depth;
	bool is_cancellation;
	enum element open; /* ELEMENT_COUNT: none is open */
	struct text values[ELEMENT_COUNT];
	char *pool;
};

static bool arena_full(struct fault *f)
{
	return fault_set(f, FAULT_BUSY, "no memory is left for this request");
}

static bool arena_is_full(struct reading *r)
{
	return arena_full(r->fault);
}

static bool open_node(struct reading *r, const struct xml_element *e)
{
	const char *node = r->is_cancellation ? "InvtCancelReturn" : "InventoryReturn";

	if (e->is_foreign || !text_is(e->name, node))
		return fault_set(r->fault, FAULT_BAD_XML, "the message holds something else than %s", node);
	if (r->nodes++ == ANSWERS_MAX)
		return fault_set(r->fault, FAULT_TOO_LARGE, "a message holds at most %d answers", ANSWERS_MAX);
	memset(r->values, 0, sizeof(r->values));
	return true;
}

static bool opened(void *arg, const struct xml_element *e)
{
	struct reading *r = arg;

	r->depth = e->depth;
	if (e->depth == 1) {
		r->is_cancellation = text_is(e->name, "CEB624Message") || text_is(e->name, "CEB606Message");
		if (e->is_foreign || (!r->is_cancellation && !text_is(e->name, "CEB622Message") && !text_is(e->name, "CEB604Message")))
			return fault_set(r->fault, FAULT_BAD_XML, "the root element is none of CEB622Message, CEB604Message, CEB624Message, CEB606Message");
		return true;
	}
	if (e->depth == 2)
		return open_node(r, e);
	for (enum element p = 0; e->depth == 3 && !e->is_foreign && p < ELEMENT_COUNT; p++) {
		if (!text_is(e->name, element_names[p]))
			continue;
		if (r->values[p].at != NULL)
			return fault_set(r->fault, FAULT_BAD_XML, "%s stands twice in answer %d", element_names[p], r->nodes);
		r->open = p;
		r->values[p] = (struct text){ r->pool, 0 };
	}
	return true;
}

static bool said(void *arg, struct text piece)
{
	struct reading *r = arg;

	if (r->open == ELEMENT_COUNT || r->depth != 3)
		return true;
	memcpy(r->pool, piece.at, piece.len);
	r->pool += piece.len;
	r->values[r->open].len += piece.len;
	return true;
}

/* {"customsCode":…} of what is there, without guid. */
static void put_record(struct buf *b, const struct text *values)
{
	for (enum element p = ELEMENT_GUID + 1; p < ELEMENT_COUNT; p++) {
		if (values[p].len == 0)
			continue;
		buf_char(b, b->len == 0 ? '{' : ',');
		buf_json(b, text_of(element_names[p]));
		buf_char(b, ':');
		buf_json(b, values[p]);
	}
	buf_char(b, '}');
}

static bool wrong(struct reading *r, const char *what)
{
	(void)fault_set(&r->first_wrong, FAULT_BAD_XML, "answer %d: %s", r->nodes, what);
	return true; /* the others still count */
}

static bool keep(struct reading *r, const struct authority_answer *answer)
{
	if (r->count == r->room) {
		int room = r->room == 0 ? 4 : 2 * r->room;
		struct authority_answer *more = arena_alloc(r->arena, sizeof(*more) * (size_t)room);

		if (more == NULL)
			return arena_is_full(r);
		if (r->count > 0)
			memcpy(more, r->answers, sizeof(*more) * (size_t)r->count);
		r->answers = more;
		r->room = room;
	}
	r->answers[r->count++] = *answer;
	return true;
}

static bool finish_node(struct reading *r)
{
	struct authority_answer answer = { .authority = AUTHORITY_CUS, .is_cancellation = r->is_cancellation };
	struct buf record, key;

	for (enum element p = 0; p < ELEMENT_COUNT; p++)
		if (p != ELEMENT_INFO)
			r->values[p] = text_trim(r->values[p]);
	answer.reference = r->values[ELEMENT_PRE_NO];
	answer.status = r->values[ELEMENT_STATUS];
	answer.info = utf8_first(r->values[ELEMENT_INFO], INFO_CHARACTERS_MAX);
	if (answer.reference.len == 0 || answer.reference.len > REFERENCE_BYTES_MAX)
		return wrong(r, "preNo of 1 to 18 characters is missing");
	if (!outcome_of_customs(answer.status, &answer.outcome))
		return wrong(r, "returnStatus is none that customs gives");
	if (r->values[ELEMENT_TIME].len < 14 || !clock_parse_compact(r->values[ELEMENT_TIME], &answer.at_us))
		return wrong(r, "returnTime is no time of 17 digits");
	buf_init(&record, r->arena, 512);
	put_record(&record, r->values);
	buf_init(&key, r->arena, 64);
	buf_text(&key, r->values[ELEMENT_MERCHANT]);
	buf_char(&key, '/');
	buf_text(&key, r->values[ELEMENT_COP_NO]);
	if (record.full || key.full)
		return arena_is_full(r);
	answer.body = buf_as_text(&record);
	answer.business_key = buf_as_text(&key);
	answer.digest = sha256_of(answer.body);
	return keep(r, &answer);
}

static bool closed(void *arg)
{
	struct reading *r = arg;
	int depth = r->depth--;

	if (depth == 3)
		r->open = ELEMENT_COUNT;
	return depth != 2 || finish_node(r);
}

bool answer_ceb_read(struct arena *a, struct text body, struct authority_answer **out, int *count, struct fault *f)
{
	static const struct xml_events events = { opened, said, closed, CEB_NAMESPACE };
	struct reading r = { .arena = a, .fault = f, .open = ELEMENT_COUNT };

	*count = 0;
	r.pool = arena_alloc(a, body.len + 1); /* character data are never longer than the text they came from */
	if (r.pool == NULL)
		return arena_is_full(&r);
	if (!xml_walk(body, &events, &r, f))
		return false;
	*out = r.answers;
	*count = r.count;
	if (r.first_wrong.code != FAULT_NONE)
		(void)fault_set(f, r.first_wrong.code, "%s", r.first_wrong.text);
	else if (r.count == 0)
		(void)fault_set(f, FAULT_BAD_XML, "the message holds no answer");
	return r.count > 0;
}

/* ---- writing ---- */

static void put_stored(struct buf *b, const struct message_def *def, const struct json *record, struct text guid)
{
	buf_printf(b, "<ceb:%s>", def->node);
	for (int i = 0; i < def->field_count; i++) {
		const struct field_def *field = &def->fields[i];
		struct text value = field->id == F_GUID ? guid : json_text(json_member(record, field->element));

		ceb_put_element(b, field->element, value.at == NULL && field->required ? TEXT("") : value);
	}
	buf_printf(b, "</ceb:%s>", def->node);
}

bool answer_put_stored(struct buf *b, struct arena *a, const struct message_def *def, struct text guid, const struct answer_stored *answers,
                       int count, struct fault *f)
{
	assert(count > 0 && count <= ANSWERS_OF_MESSAGE_MAX);
	ceb_put_open(b, def->number, guid);
	for (int i = 0; i < count; i++) {
		const struct json *record = json_parse(a, answers[i].body, f);

		if (record == NULL)
			return false;
		put_stored(b, def, record, answers[i].guid);
	}
	ceb_put_close(b, def->number);
	return !b->full || arena_full(f);
}
