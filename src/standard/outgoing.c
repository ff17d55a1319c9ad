/*
 * What each authority is sent for a matched declaration: customs its own XML message of the inventory, the others
 * JSON made of the tables below, which hold all that each may see. Members have the data standard's names.
 *
 *   {"message_id","declaration_id","version","is_change","sent_at","reference","direction","trade_mode",
 *    "platform_code","order_no", then the authority's own objects and "goods":[…]}
 *
 * Personal data: the postal service gets the consignee, the forex administration a hash of the payer's number,
 * the rest nothing.
 */
#include <assert.h>

#include "base/clock.h"
#include "standard/ceb_parts.h"
#include "standard/writer.h"
#include "standard/xmldsig.h"

struct source { /* a value: a field of the filing of that kind, under the field's own name */
	enum doc_kind kind;
	enum field field;
};

struct section { /* an object of an authority's message */
	const char *name;
	const struct source *sources;
	int count;
};

struct form {
	const struct section *sections;
	int section_count;
	const enum field *goods; /* of the inventory's lines */
	int goods_count;
};

#define SECTION(title, table) { title, table, COUNTOF(table) }

static const struct source tax_parties[] = {
	{ DOC_INVENTORY, F_MERCHANT_CODE }, { DOC_INVENTORY, F_MERCHANT_NAME }, { DOC_INVENTORY, F_DECLARANT_CODE },
	{ DOC_INVENTORY, F_DECLARANT_NAME }, { DOC_INVENTORY, F_GUARANTOR_CODE }, { DOC_INVENTORY, F_PRODUCER_CODE },
	{ DOC_INVENTORY, F_PRODUCER_NAME },
};
static const struct source tax_amounts[] = {
	{ DOC_ORDER, F_GOODS_VALUE }, { DOC_ORDER, F_FREIGHT }, { DOC_INVENTORY, F_INSURED_FEE }, { DOC_ORDER, F_DISCOUNT },
	{ DOC_ORDER, F_TAX_TOTAL }, { DOC_ORDER, F_ACTUAL_PAID }, { DOC_PAYMENT, F_AMOUNT_RECEIVED }, { DOC_ORDER, F_CURRENCY },
};
static const struct section tax_sections[] = { SECTION("parties", tax_parties), SECTION("amounts", tax_amounts) };
static const enum field tax_goods[] = {
	F_LINE_NO, F_HS_CODE, F_GOODS_NAME, F_COUNTRY_CODE, F_QUANTITY, F_UNIT, F_PRICE, F_TOTAL_PRICE, F_CURRENCY,
};

static const struct source fx_enterprise[] = {
	{ DOC_INVENTORY, F_MERCHANT_CODE }, { DOC_INVENTORY, F_MERCHANT_NAME },
};
static const struct source fx_declared[] = {
	{ DOC_INVENTORY, F_CUSTOMS_CODE }, { DOC_INVENTORY, F_COUNTRY_CODE }, { DOC_ORDER, F_GOODS_VALUE },
	{ DOC_ORDER, F_FREIGHT }, { DOC_ORDER, F_CURRENCY },
};
static const struct source fx_payment[] = {
	{ DOC_PAYMENT, F_PAYMENT_COMPANY_CODE }, { DOC_PAYMENT, F_PAYMENT_COMPANY_NAME }, { DOC_PAYMENT, F_PAYMENT_NO },
	{ DOC_PAYMENT, F_AMOUNT_PAID }, { DOC_PAYMENT, F_AMOUNT_RECEIVED }, { DOC_PAYMENT, F_CURRENCY },
	{ DOC_PAYMENT, F_PAID_AT }, { DOC_PAYMENT, F_CREDITED_AT },
};
static const struct section fx_sections[] = {
	SECTION("enterprise", fx_enterprise), SECTION("declared", fx_declared), SECTION("payment", fx_payment),
};

static const struct source post_item[] = {
	{ DOC_WAYBILL, F_WAYBILL_NO }, { DOC_WAYBILL, F_CARRIER_CODE }, { DOC_WAYBILL, F_CARRIER_NAME },
	{ DOC_WAYBILL, F_GROSS_WEIGHT }, { DOC_WAYBILL, F_PACK_COUNT }, { DOC_WAYBILL, F_FREIGHT },
	{ DOC_WAYBILL, F_INSURED_FEE }, { DOC_WAYBILL, F_CURRENCY }, { DOC_INVENTORY, F_COUNTRY_CODE },
	{ DOC_INVENTORY, F_DESTINATION_PORT },
};
static const struct source post_sender[] = {
	{ DOC_INVENTORY, F_MERCHANT_NAME }, { DOC_WAYBILL, F_MERCHANT_TELEPHONE },
};
static const struct source post_addressee[] = {
	{ DOC_WAYBILL, F_CONSIGNEE }, { DOC_WAYBILL, F_CONSIGNEE_TELEPHONE }, { DOC_WAYBILL, F_CONSIGNEE_ADDRESS },
	{ DOC_ORDER, F_CONSIGNEE_DISTRICT },
};
static const struct section post_sections[] = {
	SECTION("item", post_item), SECTION("sender", post_sender), SECTION("addressee", post_addressee),
};
static const enum field post_goods[] = {
	F_LINE_NO, F_GOODS_NAME, F_HS_CODE, F_COUNTRY_CODE, F_QUANTITY, F_UNIT, F_TOTAL_PRICE, F_CURRENCY,
};

static const enum field plain_goods[] = { F_LINE_NO, F_HS_CODE, F_GOODS_NAME, F_COUNTRY_CODE, F_QUANTITY, F_UNIT };

static const struct form plain_form = { NULL, 0, plain_goods, COUNTOF(plain_goods) };
static const struct form forms[AUTHORITY_COUNT] = {
	[AUTHORITY_TAX] = { tax_sections, COUNTOF(tax_sections), tax_goods, COUNTOF(tax_goods) },
	[AUTHORITY_FX] = { fx_sections, COUNTOF(fx_sections), NULL, 0 },
	[AUTHORITY_POST] = { post_sections, COUNTOF(post_sections), post_goods, COUNTOF(post_goods) },
};

static const struct document *filing(const struct outgoing *o, enum doc_kind kind)
{
	const struct filed *f = o->verdict->current[kind];

	return f == NULL ? NULL : f->doc;
}

/* ,"name": or without the comma right after an opening brace */
static void put_name(struct buf *b, const char *name)
{
	if (b->len > 0 && b->at[b->len - 1] != '{')
		buf_char(b, ',');
	buf_char(b, '"');
	buf_str(b, name);
	buf_str(b, "\":");
}

static void put_text(struct buf *b, const char *name, struct text value)
{
	if (value.at == NULL)
		return;
	put_name(b, name);
	buf_json(b, value);
}

static void put_id(struct buf *b, const char *name, const struct id *id)
{
	char text[ID_TEXT_BYTES];

	id_format(id, text);
	put_text(b, name, text_of(text));
}

static void put_field(struct buf *b, const struct field_def *def, struct text value)
{
	if (value.at == NULL)
		return;
	put_name(b, field_name(def->id));
	if (def->type == FIELD_INTEGER) /* of a checked document: digits without leading zeros */
		buf_text(b, value);
	else
		buf_json(b, value);
}

static void put_opening(struct buf *b, const struct outgoing *o)
{
	const struct document *inventory = filing(o, DOC_INVENTORY);
	char time[CLOCK_RFC3339_BYTES];

	clock_rfc3339(o->at_us, 0, time);
	buf_char(b, '{');
	put_id(b, "message_id", &o->message_id);
	put_id(b, "declaration_id", &o->declaration);
	put_name(b, "version");
	buf_i64(b, o->version);
	put_name(b, "is_change");
	buf_str(b, o->is_change ? "true" : "false");
	put_text(b, "sent_at", text_of(time));
	put_text(b, "reference", o->reference);
	put_text(b, "direction", text_of(direction_name(inventory->def->direction)));
	put_text(b, "trade_mode", document_get(inventory, F_TRADE_MODE));
	put_text(b, "platform_code", document_get(inventory, F_PLATFORM_CODE));
	put_text(b, "order_no", document_get(inventory, F_ORDER_NO));
}

static void put_section(struct buf *b, const struct outgoing *o, const struct section *s)
{
	put_name(b, s->name);
	buf_char(b, '{');
	for (int i = 0; i < s->count; i++) {
		const struct document *d = filing(o, s->sources[i].kind);
		int at = d == NULL ? -1 : field_index(d->def, s->sources[i].field);

		if (at >= 0)
			put_field(b, &d->def->fields[at], d->head[at]);
	}
	buf_char(b, '}');
}

static void put_goods(struct buf *b, const struct form *form, const struct document *inventory)
{
	const struct message_def *def = inventory->def;

	put_name(b, "goods");
	buf_char(b, '[');
	for (int line = 0; line < inventory->line_count; line++) {
		const struct text *row = inventory->lines + (size_t)def->line_field_count * (size_t)line;

		buf_str(b, line == 0 ? "{" : ",{");
		for (int i = 0; i < form->goods_count; i++) {
			int at = field_line_index(def, form->goods[i]);

			if (at >= 0)
				put_field(b, &def->line_fields[at], row[at]);
		}
		buf_char(b, '}');
	}
	buf_char(b, ']');
}

/* The payer is known to the forex administration by a hash only; an export payment names none. */
static void put_payer(struct buf *b, const struct outgoing *o)
{
	const struct document *payment = filing(o, DOC_PAYMENT);
	struct text number = payment == NULL ? (struct text){ NULL, 0 } : document_get(payment, F_PAYER_ID_NUMBER);
	struct sha256 hash;

	if (number.at == NULL)
		return;
	hash = sha256_of(number);
	put_name(b, "payer");
	buf_str(b, "{\"id_number_sha256\":\"");
	buf_hex(b, hash.b, sizeof(hash.b));
	buf_str(b, "\"}");
}

static void put_json(struct buf *b, const struct outgoing *o)
{
	const struct form *form = forms[o->authority].section_count > 0 ? &forms[o->authority] : &plain_form;

	put_opening(b, o);
	if (o->authority == AUTHORITY_POST) /* UPU: 11, sale of goods */
		put_text(b, "nature_of_transaction", TEXT("11"));
	for (int i = 0; i < form->section_count; i++)
		put_section(b, o, &form->sections[i]);
	if (o->authority == AUTHORITY_FX)
		put_payer(b, o);
	if (form->goods_count > 0)
		put_goods(b, form, filing(o, DOC_INVENTORY));
	buf_char(b, '}');
}

static void set_field(struct document *d, enum field f, struct text value)
{
	int i = field_index(d->def, f);

	if (i >= 0 && value.at != NULL)
		d->head[i] = value;
}

/* The inventory as filed, under our pre-entry number and time; new or a change by what went there before. */
static void put_customs(struct buf *b, const struct outgoing *o)
{
	const struct document *inventory = filing(o, DOC_INVENTORY);
	size_t head_bytes = sizeof(struct text) * (size_t)inventory->def->field_count;
	struct document ours = *inventory;
	const struct document *const one[] = { &ours };
	size_t from = b->len;
	char time[CLOCK_RFC3339_BYTES], guid[ID_TEXT_BYTES];

	ours.head = arena_copy(b->arena, inventory->head, head_bytes);
	if (ours.head == NULL) {
		b->full = true;
		return;
	}
	clock_rfc3339(o->at_us, 0, time);
	id_format(&o->message_id, guid);
	for (char *c = guid; *c != '\0'; c++)
		if (*c >= 'a' && *c <= 'f')
			*c = (char)(*c - 'a' + 'A'); /* the standard wants capitals */
	set_field(&ours, F_ACTION, text_of(action_name(o->is_change ? ACTION_CHANGE : ACTION_ADD)));
	set_field(&ours, F_SENT_AT, text_of(time));
	set_field(&ours, F_PRE_ENTRY_NO, o->reference);
	ceb_put_enveloped(b, one, 1, &(struct ceb_envelope){
		.guid = text_of(guid), .exchange_id = o->exchange_id, .now_us = o->at_us });
	if (o->signer != NULL)
		xmldsig_sign_written(b, from + sizeof(CEB_DECLARATION) - 1, o->signer);
}

void outgoing_put(struct buf *b, const struct outgoing *o)
{
	assert(filing(o, DOC_INVENTORY) != NULL); /* nothing matches without one */
	if (o->authority == AUTHORITY_CUS)
		put_customs(b, o);
	else
		put_json(b, o);
}

const char *outgoing_content_type(enum authority a)
{
	return a == AUTHORITY_CUS ? "application/xml" : "application/json";
}
