/*
 * Customs' messages in XML: from the walk's events to documents.
 *
 *   AT_TOP ─ CEBnnnMessage ─► IN_MESSAGE ─ Order ─► IN_NODE ─ OrderHead ─► IN_HEAD ─ orderNo ─► IN_FIELD
 *                                 │                    └─ OrderList ─► IN_LINE ─ qty ─► IN_FIELD
 *                                 └─ BaseTransfer … Signature: ceb_tail.c
 *
 * Names count, not prefixes. Lenient reading understands what real clients send beside the schema (a missing
 * namespace, another order, known misspellings …) and warns of each; strict reading refuses the same.
 */
#include <assert.h>

#include "standard/ceb_reading.h"

/* ---- the root ---- */

/* CEB311Message; one specimen has no "Message" at the end. */
static int message_number(struct text name)
{
	bool complete = name.len == 13 && text_is((struct text){ name.at + 6, 7 }, "Message");
	int64_t number;

	if ((!complete && name.len != 6) || !text_starts(name, "CEB") || !text_to_i64((struct text){ name.at + 3, 3 }, &number))
		return 0;
	return (int)number;
}

static bool check_root(struct ceb_reading *r, const struct xml_element *e)
{
	if (e->name.len == 6 && !ceb_tolerate(r, NULL, (struct finding){ .rule = RULE_SCHEMA_ROOT, .got = TEXT("CEB…") }))
		return false;
	if ((e->guid.len != 36 || !text_is(e->version, "1.0")) &&
	    !ceb_tolerate(r, NULL, (struct finding){ .rule = RULE_SCHEMA_ATTRIBUTES, .expected = "guid of 36 characters, version 1.0" }))
		return false;
	r->no_namespace = e->has_no_namespace;
	return !e->has_no_namespace ||
	       ceb_tolerate(r, NULL, (struct finding){ .rule = RULE_SCHEMA_NAMESPACE, .expected = CEB_NAMESPACE });
}

static bool open_message(struct ceb_reading *r, const struct xml_element *e)
{
	int number = message_number(e->name);

	r->def = number <= 0 ? NULL : message_def_by_number(number);
	if (r->def == NULL)
		return ceb_unexpected(r, "the root element is none of the messages taken here", e->name);
	if (e->is_foreign)
		return fault_set(r->fault, FAULT_BAD_XML, "the root element is in another namespace than " CEB_NAMESPACE);
	assert(r->def->field_count <= 64 && r->def->line_field_count <= 64); /* bits of `seen` */
	r->out->number = number;
	r->out->def = r->def;
	r->place = IN_MESSAGE;
	if (e->guid.at != NULL) {
		r->out->guid = text_dup(r->arena, e->guid);
		if (r->out->guid.at == NULL)
			return ceb_arena_is_full(r);
	}
	return check_root(r, e);
}

/* ---- nodes, heads, lines ---- */

static bool open_node(struct ceb_reading *r, const struct xml_element *e)
{
	int most = r->def->nodes_max == 0 ? NODES_MAX : r->def->nodes_max;
	bool is_tail;

	if (!ceb_tail_open(r, e, &is_tail))
		return false;
	if (is_tail)
		return true;
	if (e->is_foreign || !text_is(e->name, r->def->node))
		return ceb_unexpected(r, "unexpected element in the message", e->name);
	if (r->out->node_count == most)
		return fault_set(r->fault, FAULT_TOO_LARGE, "a message CEB%d holds at most %d business nodes", r->def->number, most);
	r->node = &r->out->nodes[r->out->node_count++];
	*r->node = (struct node){ .doc = document_new(r->arena, r->def, 0) };
	if (r->node->doc == NULL)
		return ceb_arena_is_full(r);
	r->seen = 0;
	r->has_head = false;
	r->line = r->last = -1;
	r->place = IN_NODE;
	return true;
}

static bool open_line(struct ceb_reading *r)
{
	if (!r->has_head && r->node->doc->line_count == 0 && r->def->head != NULL &&
	    !ceb_tolerate(r, r->node, (struct finding){ .rule = RULE_SCHEMA_ORDER, .member = text_of(r->def->list), .beside_head = true }))
		return false;
	r->row = document_add_line(r->arena, r->node->doc);
	if (r->row == NULL) /* one too many is there already, and will be reported */
		return r->arena->full ? ceb_arena_is_full(r) : ceb_pass_over(r);
	r->line = r->node->doc->line_count - 1;
	r->seen_in_line = 0;
	r->last_in_line = -1;
	r->place = IN_LINE;
	return true;
}

static bool unknown_field(struct ceb_reading *r, const struct xml_element *e)
{
	if (e->is_foreign || !ceb_is_known_extra(r->def->number, e->name))
		return ceb_refuse(r, (struct finding){ .rule = RULE_UNKNOWN_FIELD, .member = e->name });
	return ceb_tolerate(r, r->node, (struct finding){ .rule = RULE_SCHEMA_EXTRA, .member = e->name }) && ceb_pass_over(r);
}

static bool open_field(struct ceb_reading *r, const struct xml_element *e)
{
	bool in_line = r->place == IN_LINE, misspelt = false;
	uint64_t *seen = in_line ? &r->seen_in_line : &r->seen;
	int *last = in_line ? &r->last_in_line : &r->last;
	int i = in_line ? field_line_index_of_element(r->def, e->name) : field_index_of_element(r->def, e->name);
	const struct field_def *def;

	if (i < 0) {
		struct text name = ceb_element_name(e->name, &misspelt);

		i = in_line ? field_line_index_of_element(r->def, name) : field_index_of_element(r->def, name);
	}
	if (e->is_foreign || i < 0)
		return unknown_field(r, e);
	def = in_line ? &r->def->line_fields[i] : &r->def->fields[i];
	if ((*seen >> i & 1) != 0)
		return ceb_refuse(r, (struct finding){ .rule = RULE_DUPLICATE_FIELD, .field = def });
	if (misspelt && !ceb_tolerate(r, r->node, (struct finding){ .rule = RULE_SCHEMA_NAME, .member = e->name, .expected = def->element }))
		return false;
	if (i < *last && !ceb_tolerate(r, r->node, (struct finding){ .rule = RULE_SCHEMA_ORDER, .field = def }))
		return false;
	*seen |= UINT64_C(1) << i;
	*last = i;
	r->field = i;
	r->value = r->pool;
	r->place = IN_FIELD;
	return true;
}

static bool open_in_node(struct ceb_reading *r, const struct xml_element *e)
{
	if (r->def->list != NULL && !e->is_foreign && text_is(e->name, r->def->list))
		return open_line(r);
	if (r->def->head == NULL)
		return open_field(r, e);
	if (e->is_foreign || !text_is(e->name, r->def->head))
		return ceb_refuse(r, (struct finding){ .rule = RULE_UNKNOWN_FIELD, .member = e->name, .beside_head = true });
	if (r->has_head)
		return ceb_refuse(r, (struct finding){ .rule = RULE_DUPLICATE_FIELD, .member = e->name, .beside_head = true });
	r->has_head = true;
	r->place = IN_HEAD;
	return true;
}

/* The check asks for values; this for elements that may be empty but must be there: only customs' own messages have such. */
static bool tell_absent(struct ceb_reading *r, const struct field_def *fields, int count, uint64_t seen)
{
	for (int i = 0; r->def->filer_count == 0 && i < count; i++) {
		if (fields[i].required && !field_has_value(&fields[i]) && (seen >> i & 1) == 0 &&
		    !ceb_tolerate(r, r->node, (struct finding){ .rule = RULE_SCHEMA_ABSENT, .field = &fields[i] }))
			return false;
	}
	return true;
}

static bool close_line(struct ceb_reading *r)
{
	bool ok = tell_absent(r, r->def->line_fields, r->def->line_field_count, r->seen_in_line);

	r->line = -1;
	r->place = IN_NODE;
	return ok;
}

/* ---- events ---- */

static bool opened(void *arg, const struct xml_element *e)
{
	struct ceb_reading *r = arg;

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
	case IN_TRANSFER:
		return ceb_transfer_open(r, e);
	case IN_TRANSFER_FIELD:
		return ceb_unexpected(r, "unexpected element in BaseTransfer", e->name);
	case IN_FIELD:
		break;
	}
	return ceb_refuse(r, (struct finding){ .rule = RULE_TYPE, .field = ceb_field(r), .expected = "text without elements in it" });
}

static bool said(void *arg, struct text piece)
{
	struct ceb_reading *r = arg;

	if (r->passing != 0)
		return true;
	if (r->place != IN_FIELD && r->place != IN_TRANSFER_FIELD) /* between elements: indentation and nothing else */
		return text_trim(piece).len == 0 || fault_set(r->fault, FAULT_BAD_XML, "text stands between elements");
	memcpy(r->pool, piece.at, piece.len);
	r->pool += piece.len;
	return true;
}

static bool closed(void *arg)
{
	struct ceb_reading *r = arg;
	int depth = r->depth--;

	if (r->passing != 0) {
		if (r->passing == depth)
			r->passing = 0;
		return true;
	}
	switch (r->place) {
	case IN_FIELD:
		r->place = r->line >= 0 ? IN_LINE : r->def->head != NULL ? IN_HEAD : IN_NODE;
		return ceb_store_value(r);
	case IN_LINE:
		return close_line(r);
	case IN_HEAD:
		r->place = IN_NODE;
		break;
	case IN_NODE:
		r->place = IN_MESSAGE;
		return tell_absent(r, r->def->fields, r->def->field_count, r->seen);
	case IN_TRANSFER_FIELD:
		r->place = IN_TRANSFER;
		return ceb_transfer_value(r, (struct text){ r->value, (size_t)(r->pool - r->value) });
	case IN_TRANSFER:
		r->place = IN_MESSAGE;
		return ceb_transfer_close(r);
	case IN_MESSAGE:
		r->place = AT_TOP;
		return ceb_tail_end(r);
	case AT_TOP:
		break;
	}
	return true;
}

static bool refuse_whole(struct ceb_reading *r, const struct finding *first)
{
	return fault_set(r->fault, FAULT_BAD_XML, "%s " TEXT_FMT "%s%s", rule_slug(first->rule), TEXT_ARG(first->member),
	                 first->expected == NULL ? "" : ": due is ", first->expected == NULL ? "" : first->expected);
}

bool message_read_ceb(struct arena *a, struct text body, enum strictness how, struct message *out, struct fault *f)
{
	static const struct xml_events events = { opened, said, closed, CEB_NAMESPACE };
	struct ceb_reading r = { .arena = a, .out = out, .fault = f, .line = -1, .lenient = how == READ_LENIENT };

	*out = (struct message){ .dialect = DIALECT_CEB, .strictness = how, .is_batch = true };
	out->nodes = arena_alloc(a, sizeof(struct node) * NODES_MAX);
	r.pool = arena_alloc(a, body.len + 1); /* character data are never longer than the text they came from */
	if (out->nodes == NULL || r.pool == NULL)
		return ceb_arena_is_full(&r);
	if (!xml_walk(body, &events, &r, f))
		return false;
	if (a->full)
		return ceb_arena_is_full(&r);
	if (how == READ_STRICT && out->warnings != NULL)
		return refuse_whole(&r, &out->warnings->list[0]);
	return out->node_count > 0 || fault_set(f, FAULT_BAD_XML, "the message holds no element %s", r.def->node);
}
