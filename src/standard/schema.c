/*
 * The data standard for others' machines: JSON Schema 2020-12 of one message, from the field table.
 *
 * It says what one value may be. What needs several values (sums, identifiers, regimes) or dated lists (codes) is
 * judged when a filing comes; a schema would freeze it.
 */
#include "standard/schema_priv.h"
#include "standard/writer.h"

void schema_put_name(struct buf *b, const char *name)
{
	if (b->len > 0 && b->at[b->len - 1] != '{')
		buf_char(b, ',');
	buf_json(b, text_of(name));
	buf_char(b, ':');
}

void schema_put_text(struct buf *b, const char *name, const char *value)
{
	schema_put_name(b, name);
	buf_json(b, text_of(value));
}

static void put_number(struct buf *b, const char *name, int64_t value)
{
	schema_put_name(b, name);
	buf_i64(b, value);
}

static void put_const(struct buf *b, const char *name, const char *value)
{
	schema_put_name(b, name);
	buf_char(b, '{');
	schema_put_text(b, "const", value);
	buf_char(b, '}');
}

/* "I|E" -> ["I","E"] */
static void put_enum(struct buf *b, const char *allowed)
{
	schema_put_name(b, "enum");
	buf_char(b, '[');
	for (const char *at = allowed;; at++) {
		size_t len = strcspn(at, "|");

		buf_json(b, (struct text){ at, len });
		at += len;
		if (*at == '\0')
			break;
		buf_char(b, ',');
	}
	buf_char(b, ']');
}

static void put_lengths(struct buf *b, const struct field_def *def)
{
	if (def->min_length > 0)
		put_number(b, "minLength", def->min_length);
	if (def->max_length > 0)
		put_number(b, "maxLength", def->max_length);
}

static void put_code(struct buf *b, const struct field_def *def)
{
	if (def->list == CODES_HS) {
		schema_put_text(b, "pattern", "^[0-9]{10}$");
		return;
	}
	put_lengths(b, def);
	schema_put_text(b, "x-code-list", code_list_name(def->list));
}

static void put_decimal(struct buf *b, const struct field_def *def)
{
	schema_put_name(b, "pattern");
	buf_printf(b, "\"^[0-9]{1,%d}([.][0-9]{1,%d})?$\"", def->total_digits - def->fraction_digits, def->fraction_digits);
}

static void put_integer(struct buf *b, const struct field_def *def)
{
	int64_t greatest = 0;

	for (int i = 0; i < def->total_digits; i++)
		greatest = greatest * 10 + 9;
	schema_put_name(b, "type");
	buf_str(b, "[\"integer\",\"string\"]");
	put_number(b, "minimum", 1);
	put_number(b, "maximum", greatest);
	schema_put_text(b, "pattern", "^[0-9]+$");
}

void schema_put_type(struct buf *b, const struct field_def *def)
{
	if (def->type != FIELD_INTEGER)
		schema_put_text(b, "type", "string");
	switch (def->type) {
	case FIELD_TEXT:
		if (def->allowed != NULL)
			put_enum(b, def->allowed);
		else
			put_lengths(b, def);
		break;
	case FIELD_CODE:
		put_code(b, def);
		break;
	case FIELD_DECIMAL:
		put_decimal(b, def);
		break;
	case FIELD_INTEGER:
		put_integer(b, def);
		break;
	case FIELD_TIME:
	case FIELD_INSTANT:
		schema_put_text(b, "format", "date-time");
		break;
	case FIELD_DATE:
		schema_put_text(b, "format", "date");
		schema_put_text(b, "pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$");
		break;
	case FIELD_ACTION:
		put_enum(b, "add|change|delete");
		break;
	}
}

static void put_property(struct buf *b, const char *name, const struct field_def *def)
{
	schema_put_name(b, name);
	buf_char(b, '{');
	schema_put_text(b, "title", def->zh);
	schema_put_text(b, "description", def->en);
	schema_put_type(b, def);
	if (def->element != NULL)
		schema_put_text(b, "x-customs-element", def->element);
	buf_char(b, '}');
}

static void put_fields(struct buf *b, const struct field_def *fields, int count)
{
	for (int i = 0; i < count; i++)
		put_property(b, field_name(fields[i].id), &fields[i]);
}

/* own: members of the message itself that must be there, as a list's beginning; may be "". */
static void put_required(struct buf *b, const char *own, const struct field_def *fields, int count)
{
	bool first = own[0] == '\0';

	schema_put_name(b, "required");
	buf_char(b, '[');
	buf_str(b, own);
	for (int i = 0; i < count; i++) {
		if (!field_has_value(&fields[i]))
			continue;
		if (!first)
			buf_char(b, ',');
		buf_json(b, text_of(field_name(fields[i].id)));
		first = false;
	}
	buf_str(b, "],\"additionalProperties\":false");
}

static void put_lines(struct buf *b, const struct message_def *def)
{
	schema_put_name(b, "lines");
	buf_char(b, '{');
	schema_put_text(b, "title", "商品表体");
	schema_put_text(b, "description", "The goods, one object for each line");
	schema_put_text(b, "type", "array");
	put_number(b, "minItems", def->lines_min);
	if (def->lines_max > 0)
		put_number(b, "maxItems", def->lines_max);
	schema_put_text(b, "x-customs-element", def->list);
	schema_put_name(b, "items");
	buf_str(b, "{\"type\":\"object\",\"properties\":{");
	put_fields(b, def->line_fields, def->line_field_count);
	buf_char(b, '}');
	put_required(b, "", def->line_fields, def->line_field_count);
	buf_str(b, "}}");
}

void schema_put(struct buf *b, const struct message_def *def)
{
	char element[sizeof("CEB000Message")];

	memcpy(element, "CEB000Message", sizeof(element));
	for (int n = def->number, at = 5; at >= 3; at--, n /= 10)
		element[at] = (char)('0' + n % 10);
	buf_char(b, '{');
	schema_put_text(b, "$schema", "https://json-schema.org/draft/2020-12/schema");
	schema_put_name(b, "$id");
	buf_printf(b, "\"urn:tongguan:standard:" STANDARD_VERSION ":%s:%s\"", doc_kind_name(def->kind), direction_name(def->direction));
	schema_put_text(b, "title", def->zh);
	schema_put_text(b, "description", def->en);
	schema_put_text(b, "x-customs-element", element);
	schema_put_text(b, "type", "object");
	schema_put_name(b, "properties");
	buf_char(b, '{');
	put_const(b, "standard", STANDARD_VERSION);
	put_const(b, "kind", doc_kind_name(def->kind));
	put_const(b, "direction", direction_name(def->direction));
	put_fields(b, def->fields, def->field_count);
	if (def->list != NULL)
		put_lines(b, def);
	buf_char(b, '}');
	put_required(b, def->lines_min > 0 ? "\"kind\",\"direction\",\"lines\"" : "\"kind\",\"direction\"", def->fields, def->field_count);
	buf_char(b, '}');
}

/* --- records ------------------------------------------------------------------------------------------------------- */

static void put_record_fields(struct buf *b, const struct record_field *fields, int count)
{
	for (int i = 0; i < count; i++)
		put_property(b, fields[i].name, &fields[i].def);
}

static void put_record_required(struct buf *b, const char *own, const struct record_field *fields, int count)
{
	schema_put_name(b, "required");
	buf_char(b, '[');
	buf_str(b, own);
	for (int i = 0; i < count; i++)
		if (field_has_value(&fields[i].def)) {
			buf_str(b, b->at[b->len - 1] == '[' ? "" : ",");
			buf_json(b, text_of(fields[i].name));
		}
	buf_str(b, "],\"additionalProperties\":false");
}

void schema_put_record(struct buf *b, const struct record_def *def)
{
	buf_char(b, '{');
	schema_put_text(b, "$schema", "https://json-schema.org/draft/2020-12/schema");
	schema_put_name(b, "$id");
	buf_printf(b, "\"urn:tongguan:standard:" STANDARD_VERSION ":%s\"", def->name);
	schema_put_text(b, "title", def->zh);
	schema_put_text(b, "description", def->en);
	schema_put_text(b, "type", "object");
	schema_put_name(b, "properties");
	buf_char(b, '{');
	put_const(b, "standard", STANDARD_VERSION);
	put_const(b, "kind", def->name);
	put_record_fields(b, def->fields, def->field_count);
	if (def->line_fields != NULL) {
		schema_put_name(b, "lines");
		buf_str(b, "{\"type\":\"array\",\"minItems\":1,\"items\":{\"type\":\"object\",\"properties\":{");
		put_record_fields(b, def->line_fields, def->line_field_count);
		buf_char(b, '}');
		put_record_required(b, "", def->line_fields, def->line_field_count);
		buf_str(b, "}}");
	}
	buf_char(b, '}');
	put_record_required(b, def->line_fields != NULL ? "\"kind\",\"lines\"" : "\"kind\"", def->fields, def->field_count);
	buf_char(b, '}');
}
