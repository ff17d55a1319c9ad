/*
 * JSON Schema 2020-12 of what an authority is sent, from the rows that the messages are written from: one alternative for each form.
 * x-field says where a member comes from, x-purpose why that authority may see it, x-source who says so, x-personal that it is data
 * of a person.
 */
#include "standard/schema_priv.h"
#include "standard/writer.h"

#define UUID_SCHEMA "{\"type\":\"string\",\"format\":\"uuid\"}"

static const struct computed_schema { const char *title, *schema; } computed[] = {
	[COMPUTED_PRE_ENTRY_NO] = { "预录入编号", "\"type\":\"string\",\"minLength\":18,\"maxLength\":18" },
	[COMPUTED_PAYER_PSEUDONYM] = { "支付人标识（证件号码的密钥散列）", "\"type\":\"string\",\"pattern\":\"^[0-9a-f]{64}$\"" },
	[COMPUTED_EVIDENCE] = { "申报依据摘要", "\"type\":\"string\",\"pattern\":\"^[0-9a-f]{64}$\"" },
	[COMPUTED_S10] = { "邮件号码", "\"type\":\"string\",\"pattern\":\"^[A-Z]{2}[0-9]{9}[A-Z]{2}$\"" },
	[COMPUTED_POSTING_DATE] = { "交寄日期", "\"type\":\"string\",\"format\":\"date\",\"pattern\":\"^[0-9]{4}-[0-9]{2}-[0-9]{2}$\"" },
	[COMPUTED_LINE_NET_WEIGHT] = { "净重(公斤)", "\"type\":\"string\",\"pattern\":\"^[0-9]{1,14}([.][0-9]{1,5})?$\"" },
};

static void put_value_schema(struct buf *b, const struct authority_form *form, const struct form_entry *e)
{
	const struct message_def *def;

	switch (e->from) {
	case TAKE_CONSTANT:
		schema_put_name(b, "const");
		buf_text(b, e->constant);
		return;
	case TAKE_FUNCTION:
		schema_put_text(b, "title", computed[e->computed].title);
		buf_printf(b, ",%s", computed[e->computed].schema);
		return;
	case TAKE_FIELD:
	case TAKE_LINE:
		def = message_def(e->kind, form->direction);
		schema_put_text(b, "title", (e->from == TAKE_LINE ? def->line_fields : def->fields)[e->index].zh);
		schema_put_text(b, "description", (e->from == TAKE_LINE ? def->line_fields : def->fields)[e->index].en);
		schema_put_type(b, e->from == TAKE_LINE ? &def->line_fields[e->index] : &def->fields[e->index]);
		return;
	case TAKE_WHOLE:
		return;
	}
}

static void put_row_text(struct buf *b, const char *name, struct text value)
{
	schema_put_name(b, name);
	buf_json(b, value);
}

static void put_member(struct buf *b, const struct authority_form *form, const struct form_entry *e)
{
	if (b->at[b->len - 1] != '{')
		buf_char(b, ',');
	buf_json(b, e->row->member);
	buf_str(b, ":{");
	put_value_schema(b, form, e);
	put_row_text(b, "x-field", e->row->value);
	put_row_text(b, "x-purpose", e->row->purpose);
	put_row_text(b, "x-source", e->row->source);
	if (e->row->personal)
		buf_str(b, ",\"x-personal\":true");
	buf_char(b, '}');
}

static bool is_required(const struct authority_form *form, const struct form_section *s)
{
	for (int i = s->from; i < s->to; i++)
		if (form->entries[i].row->required)
			return true;
	return s->is_list;
}

static void put_required_members(struct buf *b, const struct authority_form *form, const struct form_section *s)
{
	for (int i = s->from; i < s->to; i++) {
		if (!form->entries[i].row->required)
			continue;
		if (b->at[b->len - 1] != '[')
			buf_char(b, ',');
		buf_json(b, form->entries[i].row->member);
	}
}

static void put_object(struct buf *b, const struct authority_form *form, const struct form_section *s)
{
	buf_str(b, "{\"type\":\"object\",\"properties\":{");
	for (int i = s->from; i < s->to; i++)
		put_member(b, form, &form->entries[i]);
	buf_str(b, "},\"required\":[");
	put_required_members(b, form, s);
	buf_str(b, "],\"additionalProperties\":false}");
}

static void put_section(struct buf *b, const struct authority_form *form, const struct form_section *s)
{
	if (s->name.at == NULL) {
		for (int i = s->from; i < s->to; i++)
			put_member(b, form, &form->entries[i]);
		return;
	}
	buf_text(b, s->name); /* with its comma: the message's own members stand before */
	if (s->is_list)
		buf_str(b, "{\"type\":\"array\",\"minItems\":1,\"items\":");
	put_object(b, form, s);
	buf_str(b, s->is_list ? "}" : "");
}

static void put_own_members(struct buf *b, const struct authority_form *form)
{
	struct text modes = form->trade_modes, mode;
	const char *comma = "";

	buf_str(b, "\"message_id\":" UUID_SCHEMA ",\"declaration_id\":" UUID_SCHEMA ",\"version\":{\"type\":\"integer\",\"minimum\":1},"
	           "\"is_change\":{\"type\":\"boolean\"},\"sent_at\":{\"type\":\"string\",\"format\":\"date-time\"}");
	buf_printf(b, ",\"edition\":{\"const\":\"%s\"},\"direction\":{\"const\":\"%s\"},\"trade_mode\":{\"enum\":[", form->edition, direction_name(form->direction));
	while (text_next(&modes, ',', &mode)) {
		buf_str(b, comma);
		buf_json(b, mode);
		comma = ",";
	}
	buf_str(b, "]}");
}

static void put_form(struct buf *b, const struct authority_form *form)
{
	buf_printf(b, "{\"title\":\"%s " TEXT_FMT "\",\"type\":\"object\",\"properties\":{", direction_name(form->direction), TEXT_ARG(form->trade_modes));
	put_own_members(b, form);
	for (int i = 0; i < form->section_count; i++)
		put_section(b, form, &form->sections[i]);
	buf_str(b, "},\"required\":[\"message_id\",\"declaration_id\",\"version\",\"is_change\",\"sent_at\",\"edition\",\"direction\",\"trade_mode\"");
	for (int i = 0; i < form->section_count; i++) {
		const struct form_section *s = &form->sections[i];

		if (s->name.at == NULL)
			put_required_members(b, form, s);
		else if (is_required(form, s))
			buf_put(b, s->name.at, s->name.len - 1); /* ,"section" */
	}
	buf_str(b, "],\"additionalProperties\":false}");
}

void form_schema_put(struct buf *b, enum authority a, const struct authority_form *const *forms, int count, struct text day)
{
	buf_char(b, '{');
	schema_put_text(b, "$schema", "https://json-schema.org/draft/2020-12/schema");
	schema_put_name(b, "$id");
	buf_printf(b, "\"urn:tongguan:authority:%s:" TEXT_FMT "\"", authority_code(a), TEXT_ARG(day));
	schema_put_text(b, "title", authority_title(a, true));
	schema_put_text(b, "description", "What this authority is sent about a declaration; nothing beside it");
	buf_str(b, count > 0 ? ",\"oneOf\":[" : ",\"not\":{}");
	for (int i = 0; i < count; i++) {
		buf_str(b, i == 0 ? "" : ",");
		put_form(b, forms[i]);
	}
	buf_str(b, count > 0 ? "]}" : "}");
}
