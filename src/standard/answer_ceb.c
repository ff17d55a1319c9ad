/*
 * Answers of customs: messages 622 and 604, one InventoryReturn for each answer; of cancellations 624 and 606 with InvtCancelReturn; of
 * returns of goods 626 and 214 with InvtRefundReturn and RefundReturn.
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
#include "standard/xml_values.h"

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
	const struct message_def *def; /* of the message */
	enum doc_kind of;
	struct text values[ELEMENT_COUNT];
	struct xml_values x; /* of them */
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
	if (e->is_foreign || !text_is(e->name, r->def->node))
		return fault_set(r->fault, FAULT_BAD_XML, "the message holds something else than %s", r->def->node);
	if (r->nodes++ == ANSWERS_MAX)
		return fault_set(r->fault, FAULT_TOO_LARGE, "a message holds at most %d answers", ANSWERS_MAX);
	xml_values_forget(&r->x, 0, ELEMENT_COUNT);
	return true;
}

/* What customs answers to messages of ours. */
static const struct { const char *root; int number; enum doc_kind of; } roots[] = {
	{ "CEB622Message", 622, DOC_INVENTORY }, { "CEB604Message", 604, DOC_INVENTORY }, { "CEB624Message", 624, DOC_CANCELLATION },
	{ "CEB606Message", 606, DOC_CANCELLATION }, { "CEB626Message", 626, DOC_RETURN }, { "CEB214Message", 214, DOC_RETURN },
};

static bool open_root(struct reading *r, const struct xml_element *e)
{
	for (size_t i = 0; !e->is_foreign && i < COUNTOF(roots); i++) {
		if (!text_is(e->name, roots[i].root))
			continue;
		r->def = message_def_by_number(roots[i].number);
		r->of = roots[i].of;
		return true;
	}
	return fault_set(r->fault, FAULT_BAD_XML, "the root element is none of CEB622Message, CEB604Message, CEB624Message, CEB606Message, CEB626Message, "
	                                          "CEB214Message");
}

static bool opened(void *arg, const struct xml_element *e)
{
	struct reading *r = arg;

	r->depth = e->depth;
	if (e->depth == 1)
		return open_root(r, e);
	if (e->depth == 2)
		return open_node(r, e);
	if (e->depth == 3 && !e->is_foreign && !xml_values_open(&r->x, e->name, 0, ELEMENT_COUNT))
		return fault_set(r->fault, FAULT_BAD_XML, "%s stands twice in answer %d", element_names[r->x.open], r->nodes);
	return true;
}

static bool said(void *arg, struct text piece)
{
	struct reading *r = arg;

	if (r->depth == 3)
		xml_values_say(&r->x, piece);
	return true;
}

static bool wrong(struct reading *r, const char *what)
{
	(void)fault_set(&r->first_wrong, FAULT_BAD_XML, "answer %d: %s", r->nodes, what);
	return true; /* the others still count */
}

static bool keep(struct reading *r, const struct authority_answer *answer)
{
	struct authority_answer *list = arena_grow(r->arena, r->answers, r->count, &r->room, sizeof(*list));

	if (list == NULL)
		return arena_is_full(r);
	r->answers = list;
	r->answers[r->count++] = *answer;
	return true;
}

static bool finish_node(struct reading *r)
{
	struct authority_answer answer = { .authority = AUTHORITY_CUS, .of = r->of };
	struct buf record, key;

	xml_values_trim(&r->x, 0, ELEMENT_INFO); /* the last: customs' own words stay as they came */
	answer.reference = r->values[ELEMENT_PRE_NO];
	answer.status = r->values[ELEMENT_STATUS];
	answer.inventory_no = r->values[ELEMENT_INVENTORY_NO].len == 0 || r->values[ELEMENT_INVENTORY_NO].len > REFERENCE_BYTES_MAX
	                              ? (struct text){ NULL, 0 } : r->values[ELEMENT_INVENTORY_NO];
	answer.info = utf8_first(r->values[ELEMENT_INFO], INFO_CHARACTERS_MAX);
	if (answer.reference.len == 0 || answer.reference.len > REFERENCE_BYTES_MAX)
		return wrong(r, "preNo of 1 to 18 characters is missing");
	if (!outcome_of_customs(answer.status, &answer.outcome))
		return wrong(r, "returnStatus is none that customs gives");
	if (r->values[ELEMENT_TIME].len < 14 || !clock_parse_compact(r->values[ELEMENT_TIME], &answer.at_us))
		return wrong(r, "returnTime is no time of 17 digits");
	buf_init(&record, r->arena, 512);
	xml_values_put(&record, &r->x, ELEMENT_GUID + 1, ELEMENT_COUNT); /* its guid differs with each sending */
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
		xml_values_close(&r->x);
	return depth != 2 || finish_node(r);
}

bool answer_ceb_read(struct arena *a, struct text body, struct authority_answer **out, int *count, struct fault *f)
{
	static const struct xml_events events = { opened, said, closed, CEB_NAMESPACE };
	struct reading r = { .arena = a, .fault = f };

	*count = 0;
	if (!xml_values_begin(&r.x, a, body.len, element_names, r.values))
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

const struct message_def *customs_answer_def(enum direction d, enum doc_kind of)
{
	return message_def(of == DOC_CANCELLATION ? DOC_CANCELLATION_RECEIPT : of == DOC_RETURN ? DOC_RETURN_RECEIPT : DOC_INVENTORY_RECEIPT, d);
}

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
