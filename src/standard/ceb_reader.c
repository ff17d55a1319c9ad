/*
 * Filings in customs XML: from the walk's events to documents.
 *
 *   AT_TOP ─ CEBnnnMessage ─► IN_MESSAGE ─ Order ─► IN_NODE ─ OrderHead ─► IN_HEAD ─ orderNo ─► IN_FIELD
 *                                 │                    └─ OrderList ─► IN_LINE ─ qty ─► IN_FIELD
 *                                 └─ BaseTransfer, BaseSubscribe, ExtendMessage, Signature: passed over
 *
 * Names count, not prefixes; the order of fields does not. Customs' forms of times, dates and actions become
 * ours; what does not convert stays as it is, and the check says what is wrong with it.
 */
#include <assert.h>

#include "base/clock.h"
#include "standard/node.h"
#include "standard/xml_walk.h"

enum place { AT_TOP, IN_MESSAGE, IN_NODE, IN_HEAD, IN_LINE, IN_FIELD };

struct reading {
	struct arena *arena;
	struct message *out;
	struct fault *fault;
	const struct message_def *def;
	enum place place;
	int passing;        /* depth of the element that is passed over with all in it; 0: none */
	int depth;
	char *pool, *value; /* all character data, one after the other; where the field's value began */
	/* of the node being read */
	struct node *node;
	uint64_t seen;
	bool has_head;
	/* of the line being read */
	struct text *row;
	int line; /* -1: in the head */
	uint64_t seen_in_line;
	int field; /* index in the head's or the line's table */
};

static bool arena_is_full(struct reading *r)
{
	return fault_set(r->fault, FAULT_BUSY, "no memory is left for this request");
}

static bool pass_over(struct reading *r)
{
	r->passing = r->depth;
	return true;
}

static bool refuse(struct reading *r, struct finding f)
{
	f.line = r->line;
	if (f.member.at != NULL) { /* the walk's text ends with its callback */
		f.member = text_dup(r->arena, node_excerpt(f.member));
		if (f.member.at == NULL)
			return arena_is_full(r);
	}
	node_refuse(r->arena, r->node, &f);
	return pass_over(r);
}

/* Names in faults are the sender's: only as much of them as looks like a name. */
static bool unexpected(struct reading *r, const char *what, struct text name)
{
	return fault_set(r->fault, FAULT_BAD_XML, "%s: " TEXT_FMT, what, TEXT_ARG(node_excerpt(name)));
}

static int message_number(struct text name)
{
	int64_t number;

	if (name.len != 13 || !text_starts(name, "CEB") || !text_is((struct text){ name.at + 6, 7 }, "Message") ||
	    !text_to_i64((struct text){ name.at + 3, 3 }, &number))
		return 0;
	return (int)number;
}

static bool open_message(struct reading *r, const struct xml_element *e)
{
	int number = message_number(e->name);

	r->def = number <= 0 ? NULL : message_def_by_number(number);
	if (r->def == NULL)
		return unexpected(r, "the root element is none of the messages taken here", e->name);
	if (e->is_foreign)
		return fault_set(r->fault, FAULT_BAD_XML, "the root element is in another namespace than " CEB_NAMESPACE);
	assert(r->def->field_count <= 64 && r->def->line_field_count <= 64); /* bits of `seen` */
	r->out->number = number;
	r->place = IN_MESSAGE;
	if (e->guid.at != NULL) {
		r->out->guid = text_dup(r->arena, e->guid);
		if (r->out->guid.at == NULL)
			return arena_is_full(r);
	}
	return true;
}

static bool is_envelope(struct text name)
{
	static const char *const names[] = { "BaseTransfer", "BaseSubscribe", "ExtendMessage", "Signature" };

	for (size_t i = 0; i < COUNTOF(names); i++)
		if (text_is(name, names[i]))
			return true;
	return false;
}

static bool open_node(struct reading *r, const struct xml_element *e)
{
	if (is_envelope(e->name))
		return pass_over(r);
	if (e->is_foreign || !text_is(e->name, r->def->node))
		return unexpected(r, "unexpected element in the message", e->name);
	if (r->out->node_count == NODES_MAX)
		return fault_set(r->fault, FAULT_TOO_LARGE, "a message holds at most %d business nodes", NODES_MAX);
	r->node = &r->out->nodes[r->out->node_count++];
	*r->node = (struct node){ .doc = document_new(r->arena, r->def, 0) };
	if (r->node->doc == NULL)
		return arena_is_full(r);
	r->seen = 0;
	r->has_head = false;
	r->line = -1;
	r->place = IN_NODE;
	return true;
}

static bool open_line(struct reading *r)
{
	r->row = document_add_line(r->arena, r->node->doc);
	if (r->row == NULL) /* one too many is there already, and will be reported */
		return r->arena->full ? arena_is_full(r) : pass_over(r);
	r->line = r->node->doc->line_count - 1;
	r->seen_in_line = 0;
	r->place = IN_LINE;
	return true;
}

static bool open_field(struct reading *r, const struct xml_element *e)
{
	bool in_line = r->place == IN_LINE;
	uint64_t *seen = in_line ? &r->seen_in_line : &r->seen;
	int i = in_line ? field_line_index_of_element(r->def, e->name) : field_index_of_element(r->def, e->name);

	if (e->is_foreign || i < 0)
		return refuse(r, (struct finding){ .rule = RULE_UNKNOWN_FIELD, .member = e->name });
	if ((*seen >> i & 1) != 0)
		return refuse(r, (struct finding){
			.rule = RULE_DUPLICATE_FIELD, .field = in_line ? &r->def->line_fields[i] : &r->def->fields[i] });
	*seen |= UINT64_C(1) << i;
	r->field = i;
	r->value = r->pool;
	r->place = IN_FIELD;
	return true;
}

static bool open_in_node(struct reading *r, const struct xml_element *e)
{
	if (r->def->list != NULL && !e->is_foreign && text_is(e->name, r->def->list))
		return open_line(r);
	if (r->def->head == NULL)
		return open_field(r, e);
	if (e->is_foreign || !text_is(e->name, r->def->head))
		return refuse(r, (struct finding){ .rule = RULE_UNKNOWN_FIELD, .member = e->name, .beside_head = true });
	if (r->has_head)
		return refuse(r, (struct finding){ .rule = RULE_DUPLICATE_FIELD, .member = e->name, .beside_head = true });
	r->has_head = true;
	r->place = IN_HEAD;
	return true;
}

static const struct field_def *field_here(const struct reading *r)
{
	return r->line >= 0 ? &r->def->line_fields[r->field] : &r->def->fields[r->field];
}

static bool opened(void *arg, const struct xml_element *e)
{
	struct reading *r = arg;

	r->depth = e->depth;
	if (r->passing != 0)
		return true;
	switch (r->place) {
	case AT_TOP:
		return open_message(r, e);
	case IN_MESSAGE:
		return open_node(r, e);
	case IN_NODE:
		return open_in_node(r, e);
	case IN_HEAD:
	case IN_LINE:
		return open_field(r, e);
	case IN_FIELD:
		break;
	}
	return refuse(r, (struct finding){ .rule = RULE_TYPE, .field = field_here(r), .expected = "text without elements in it" });
}

static bool said(void *arg, struct text piece)
{
	struct reading *r = arg;

	if (r->passing != 0)
		return true;
	if (r->place != IN_FIELD) /* between elements: indentation and nothing else */
		return text_trim(piece).len == 0 || fault_set(r->fault, FAULT_BAD_XML, "text stands between elements");
	memcpy(r->pool, piece.at, piece.len);
	r->pool += piece.len;
	return true;
}

/* ---- values ---- */

/* 20260302101112 -> 2026-03-02T10:11:12+08:00, 20260302 -> 2026-03-02 */
static bool convert_time(struct reading *r, struct text *value, size_t digits)
{
	static const char form[] = "yyyy-mm-ddThh:mm:ss+08:00";
	size_t len = digits == 14 ? sizeof(form) - 1 : 10;
	const char *from = value->at;
	int64_t ignored;
	char *to;

	if (value->len != digits || !clock_parse_compact(*value, &ignored))
		return true;
	to = arena_copy(r->arena, form, len);
	if (to == NULL)
		return arena_is_full(r);
	*value = (struct text){ to, len };
	for (size_t i = 0; i < 19 && i < len; i++)
		if (form[i] >= 'a' && form[i] <= 'z')
			to[i] = *from++;
	return true;
}

static void convert_action(struct text *value)
{
	if (value->len == 1 && value->at[0] >= '0' + ACTION_ADD && value->at[0] <= '0' + ACTION_DELETE)
		*value = text_of(action_name((enum action)(value->at[0] - '0')));
}

static bool store_value(struct reading *r)
{
	const struct field_def *def = field_here(r);
	struct text value = { r->value, (size_t)(r->pool - r->value) }, trimmed = text_trim(value);

	if (trimmed.len == 0) /* an empty element is an absent one */
		return true;
	if (def->type != FIELD_TEXT)
		value = trimmed;
	if (def->type == FIELD_ACTION)
		convert_action(&value);
	else if ((def->type == FIELD_TIME || def->type == FIELD_DATE) && !convert_time(r, &value, def->type == FIELD_TIME ? 14 : 8))
		return false;
	if (r->line >= 0)
		r->row[r->field] = value;
	else
		r->node->doc->head[r->field] = value;
	return true;
}

static bool closed(void *arg)
{
	struct reading *r = arg;
	int depth = r->depth--;

	if (r->passing != 0) {
		if (r->passing == depth)
			r->passing = 0;
		return true;
	}
	switch (r->place) {
	case IN_FIELD:
		r->place = r->line >= 0 ? IN_LINE : r->def->head != NULL ? IN_HEAD : IN_NODE;
		return store_value(r);
	case IN_LINE:
		r->line = -1;
		r->place = IN_NODE;
		break;
	case IN_HEAD:
		r->place = IN_NODE;
		break;
	case IN_NODE:
		r->place = IN_MESSAGE;
		break;
	case IN_MESSAGE:
	case AT_TOP:
		r->place = AT_TOP;
		break;
	}
	return true;
}

bool message_read_ceb(struct arena *a, struct text body, struct message *out, struct fault *f)
{
	static const struct xml_events events = { opened, said, closed, CEB_NAMESPACE };
	struct reading r = { .arena = a, .out = out, .fault = f, .line = -1 };

	*out = (struct message){ .dialect = DIALECT_CEB, .is_batch = true };
	out->nodes = arena_alloc(a, sizeof(struct node) * NODES_MAX);
	r.pool = arena_alloc(a, body.len + 1); /* character data are never longer than the text they came from */
	if (out->nodes == NULL || r.pool == NULL)
		return arena_is_full(&r);
	if (!xml_walk(body, &events, &r, f))
		return false;
	if (a->full)
		return arena_is_full(&r);
	return out->node_count > 0 || fault_set(f, FAULT_BAD_XML, "the message holds no element %s", r.def->node);
}
