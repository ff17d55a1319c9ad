/*
 * Filings in JSON: one object or an array of them, read in a single pass by the field table.
 *
 *   body ─ UTF-8 ok ─► object ─► member ─► own (standard, kind, direction, lines) or a field of the table
 *                                           └ a field before kind and direction: these are looked for ahead
 *
 * What breaks JSON's grammar or a limit is a fault of the whole; a member that is unknown, double or of
 * the wrong type is a finding of its node. Values stay as they were written: the check makes them canonical.
 */
#include <assert.h>

#include "standard/json_scan.h"
#include "standard/node.h"
#include "standard/utf8.h"

enum own_member { OWN_STANDARD, OWN_KIND, OWN_DIRECTION, OWN_LINES, OWN_COUNT };

static const struct text own_names[OWN_COUNT] = {
	[OWN_STANDARD] = { "standard", 8 },
	[OWN_KIND] = { "kind", 4 },
	[OWN_DIRECTION] = { "direction", 9 },
	[OWN_LINES] = { "lines", 5 },
};

struct own_text { /* of kind and direction */
	struct text value;
	bool is_told; /* a finding says what is wrong with it */
};

struct reading {
	struct arena *arena;
	struct json_scan scan;
	struct message *out;
	/* of the node being read */
	struct node *node;
	const struct message_def *def;
	struct own_text kind, direction;
	bool has_looked_ahead;
	unsigned seen_own;
	uint64_t seen;
	/* of the line being read */
	struct text *row;
	int line; /* -1: in the head */
	uint64_t seen_in_line;
};

static void refuse(struct reading *r, struct finding f)
{
	f.line = r->line;
	f.member = node_excerpt(f.member);
	f.got = node_excerpt(f.got);
	node_refuse(r->arena, r->node, &f);
}

static bool arena_is_full(struct reading *r)
{
	return fault_set(r->scan.fault, FAULT_BUSY, "no memory is left for this request");
}

static int own_member(struct text name)
{
	for (int i = 0; i < OWN_COUNT; i++)
		if (text_eq(name, own_names[i]))
			return i;
	return -1;
}

/* What stands where a string was due, as the answer repeats it: numbers and words, not what they hold. */
static bool skip_wrong_type(struct reading *r, struct finding f)
{
	const char *from = r->scan.at;
	char c = json_scan_peek(&r->scan);

	if (!json_scan_skip(&r->scan))
		return false;
	f.rule = RULE_TYPE;
	if (c == '{' || c == '[')
		f.got = text_of(c == '{' ? "an object" : "an array");
	else
		f.got = (struct text){ from, (size_t)(r->scan.at - from) };
	refuse(r, f);
	return true;
}

static bool read_field(struct reading *r, const struct field_def *def, struct text *out)
{
	char c = json_scan_peek(&r->scan);
	bool is_integer = true;

	if (c == '"')
		return json_scan_string(&r->scan, out);
	if (def->type == FIELD_INTEGER && (c == '-' || (c >= '0' && c <= '9'))) {
		struct text number;

		if (!json_scan_number(&r->scan, &number, &is_integer))
			return false;
		if (is_integer)
			*out = number;
		else
			refuse(r, (struct finding){ .rule = RULE_TYPE, .field = def, .got = number, .expected = "an integer" });
		return true;
	}
	return skip_wrong_type(r, (struct finding){
		.field = def, .expected = def->type == FIELD_INTEGER ? "an integer" : "a string" });
}

static bool read_twice(struct reading *r, struct finding f)
{
	f.rule = RULE_DUPLICATE_FIELD;
	refuse(r, f);
	return json_scan_skip(&r->scan);
}

static bool read_unknown(struct reading *r, struct text name)
{
	refuse(r, (struct finding){ .rule = RULE_UNKNOWN_FIELD, .member = name });
	return json_scan_skip(&r->scan);
}

/* ---- kind and direction ---- */

static bool open_document(struct reading *r)
{
	enum doc_kind kind;
	enum direction direction;

	if (!doc_kind_by_name(r->kind.value, &kind) || !direction_by_name(r->direction.value, &direction))
		return true;
	r->def = message_def(kind, direction);
	if (r->def == NULL)
		return true;
	assert(r->def->field_count <= 64 && r->def->line_field_count <= 64); /* bits of `seen` */
	r->node->doc = document_new(r->arena, r->def, 0);
	return r->node->doc != NULL || arena_is_full(r);
}

/* Reads on behind the member at the cursor, as far as kind and direction; errors are met again in turn. */
static bool look_ahead(struct reading *r)
{
	struct fault ignored = { 0 };
	struct json_scan ahead = r->scan;

	r->has_looked_ahead = true;
	ahead.fault = &ignored;
	while ((r->kind.value.at == NULL || r->direction.value.at == NULL) && json_scan_skip(&ahead)) {
		struct text name, *wanted;

		if (json_scan_peek(&ahead) != ',')
			break;
		ahead.at++;
		if (!json_scan_string(&ahead, &name) || json_scan_peek(&ahead) != ':')
			break;
		ahead.at++;
		wanted = text_eq(name, own_names[OWN_KIND]) ? &r->kind.value :
		         text_eq(name, own_names[OWN_DIRECTION]) ? &r->direction.value : NULL;
		if (wanted != NULL && wanted->at == NULL && json_scan_peek(&ahead) == '"') {
			struct json_scan value = ahead; /* the loop skips it */

			if (!json_scan_string(&value, wanted))
				break;
		}
	}
	return open_document(r);
}

static bool read_own_text(struct reading *r, enum own_member m, struct text *out)
{
	struct own_text *own = m == OWN_KIND ? &r->kind : &r->direction;

	if (json_scan_peek(&r->scan) == '"')
		return json_scan_string(&r->scan, out);
	own->is_told = true;
	return skip_wrong_type(r, (struct finding){ .member = own_names[m], .expected = "a string" });
}

static bool read_kind(struct reading *r, enum own_member m)
{
	struct text value = { NULL, 0 };

	if (!read_own_text(r, m, &value))
		return false;
	if (m == OWN_KIND && r->kind.value.at == NULL)
		r->kind.value = value;
	if (m == OWN_DIRECTION && r->direction.value.at == NULL)
		r->direction.value = value;
	if (r->def == NULL && r->kind.value.at != NULL && r->direction.value.at != NULL)
		return open_document(r);
	return true;
}

static void refuse_kind(struct reading *r, enum own_member m, const struct own_text *own, const char *expected)
{
	if (!own->is_told)
		refuse(r, (struct finding){
			.rule = RULE_KIND, .member = own_names[m], .got = own->value, .expected = expected });
}

/* The object has ended and there is still no document. */
static void tell_kind(struct reading *r)
{
	enum doc_kind kind;
	enum direction direction;
	bool knows_kind = r->kind.value.at != NULL && doc_kind_by_name(r->kind.value, &kind);
	bool knows_direction = r->direction.value.at != NULL && direction_by_name(r->direction.value, &direction);

	if (!knows_kind)
		refuse_kind(r, OWN_KIND, &r->kind, "a kind of the data standard: order, payment, waybill, inventory …, see /v1/standard");
	if (!knows_direction)
		refuse_kind(r, OWN_DIRECTION, &r->direction, "import or export");
	if (knows_kind && knows_direction)
		refuse_kind(r, OWN_KIND, &r->kind, "a kind that this direction has");
}

static bool read_standard(struct reading *r)
{
	struct text value = { NULL, 0 };
	struct finding f = { .member = own_names[OWN_STANDARD], .expected = "\"" STANDARD_VERSION "\"" };

	if (json_scan_peek(&r->scan) != '"')
		return skip_wrong_type(r, f);
	if (!json_scan_string(&r->scan, &value))
		return false;
	if (!text_is(value, STANDARD_VERSION)) {
		f.rule = RULE_VALUE;
		f.got = value;
		refuse(r, f);
	}
	return true;
}

/* ---- lines ---- */

static bool on_line_member(void *arg, struct text name)
{
	struct reading *r = arg;
	int i = field_line_index(r->def, field_by_name(name));

	if (i < 0)
		return read_unknown(r, name);
	if ((r->seen_in_line >> i & 1) != 0)
		return read_twice(r, (struct finding){ .field = &r->def->line_fields[i] });
	r->seen_in_line |= UINT64_C(1) << i;
	return read_field(r, &r->def->line_fields[i], &r->row[i]);
}

static bool on_line(void *arg)
{
	struct reading *r = arg;
	bool ok;

	r->row = document_add_line(r->arena, r->node->doc);
	if (r->row == NULL) /* one too many is there already, and will be reported */
		return r->arena->full ? arena_is_full(r) : json_scan_skip(&r->scan);
	r->line = r->node->doc->line_count - 1;
	r->seen_in_line = 0;
	if (json_scan_peek(&r->scan) == '{')
		ok = json_scan_object(&r->scan, on_line_member, r);
	else
		ok = skip_wrong_type(r, (struct finding){ .expected = "an object" });
	r->line = -1;
	return ok;
}

static bool read_lines(struct reading *r)
{
	struct finding f = { .member = own_names[OWN_LINES], .expected = "an array" };

	if (r->def->list == NULL)
		return read_unknown(r, own_names[OWN_LINES]);
	if (json_scan_peek(&r->scan) != '[')
		return skip_wrong_type(r, f);
	return json_scan_array(&r->scan, on_line, r);
}

/* ---- one node ---- */

static bool read_own(struct reading *r, enum own_member m)
{
	if ((r->seen_own >> m & 1) != 0)
		return read_twice(r, (struct finding){ .member = own_names[m] });
	r->seen_own |= 1u << m;
	switch (m) {
	case OWN_STANDARD:
		return read_standard(r);
	case OWN_LINES:
		return read_lines(r);
	default:
		return read_kind(r, m);
	}
}

static bool on_member(void *arg, struct text name)
{
	struct reading *r = arg;
	int own = own_member(name), i;

	if (own >= 0 && own != OWN_LINES)
		return read_own(r, (enum own_member)own);
	if (r->def == NULL && !r->has_looked_ahead && !look_ahead(r))
		return false;
	if (r->def == NULL)
		return json_scan_skip(&r->scan);
	if (own == OWN_LINES)
		return read_own(r, OWN_LINES);
	i = field_index(r->def, field_by_name(name));
	if (i < 0)
		return read_unknown(r, name);
	if ((r->seen >> i & 1) != 0)
		return read_twice(r, (struct finding){ .field = &r->def->fields[i] });
	r->seen |= UINT64_C(1) << i;
	return read_field(r, &r->def->fields[i], &r->node->doc->head[i]);
}

static bool read_node(struct reading *r)
{
	r->node = &r->out->nodes[r->out->node_count++];
	*r->node = (struct node){ .doc = NULL };
	r->def = NULL;
	r->kind = r->direction = (struct own_text){ { NULL, 0 }, false };
	r->has_looked_ahead = false;
	r->seen_own = 0;
	r->seen = 0;
	r->line = -1;
	if (json_scan_peek(&r->scan) != '{') {
		refuse(r, (struct finding){ .rule = RULE_KIND, .expected = "an object" });
		return json_scan_skip(&r->scan);
	}
	if (!json_scan_object(&r->scan, on_member, r))
		return false;
	if (r->def == NULL)
		tell_kind(r);
	return !r->arena->full || arena_is_full(r);
}

static bool on_node(void *arg)
{
	struct reading *r = arg;

	if (r->out->node_count == NODES_MAX)
		return fault_set(r->scan.fault, FAULT_TOO_LARGE, "a message holds at most %d filings", NODES_MAX);
	return read_node(r);
}

static bool read_nodes(struct reading *r)
{
	char c = json_scan_peek(&r->scan);

	if (c != '{' && c != '[')
		return json_scan_fail(&r->scan, "an object or an array");
	r->out->is_batch = c == '[';
	r->out->nodes = arena_alloc(r->arena, sizeof(struct node) * (c == '[' ? NODES_MAX : 1));
	if (r->out->nodes == NULL)
		return arena_is_full(r);
	if (c == '{')
		return read_node(r) && json_scan_end(&r->scan);
	if (!json_scan_array(&r->scan, on_node, r) || !json_scan_end(&r->scan))
		return false;
	return r->out->node_count > 0 || fault_set(r->scan.fault, FAULT_BAD_JSON, "the array holds no filing");
}

bool message_read_json(struct arena *a, struct text body, struct message *out, struct fault *f)
{
	struct reading r = { .arena = a, .out = out };
	size_t bad_at;

	*out = (struct message){ .dialect = DIALECT_JSON };
	if (body.at == NULL)
		body = TEXT("");
	if (!utf8_check(body, &bad_at))
		return fault_set(f, FAULT_BAD_JSON, "byte %zu: not UTF-8, or NUL", bad_at);
	r.scan = (struct json_scan){ .arena = a, .begin = body.at, .at = body.at, .end = body.at + body.len, .fault = f };
	return read_nodes(&r);
}

struct document *document_read(struct arena *a, struct text canonical)
{
	struct fault ignored = { 0 };
	struct message m;

	if (!message_read_json(a, canonical, &m, &ignored) || m.is_batch || m.nodes[0].findings != NULL)
		return NULL;
	return m.nodes[0].doc;
}
