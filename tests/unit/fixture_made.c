/*
 * Documents of any message, made by the field table and a seed: what the check accepts, with values as long, as odd and
 * as many as the table lets them be.
 */
#include <assert.h>
#include <stdio.h>

#include "fixture.h"

struct making {
	struct arena *arena;
	const struct codebook *book;
	const struct message_def *def;
	uint32_t seed;
	bool all; /* every optional field is there */
};

static uint32_t draw(struct making *m, uint32_t below)
{
	m->seed = m->seed * 1664525u + 1013904223u;
	return below == 0 ? 0 : (m->seed >> 8) % below;
}

static struct text say(struct making *m, const char *s)
{
	return text_dup(m->arena, text_of(s));
}

/* least..most characters, among them what XML and JSON must escape. */
static struct text some_text(struct making *m, uint32_t least, uint32_t most)
{
	static const char *const pieces[] = { "a", "Z", "7", "-", "<", ">", "&", "\"", "'", "\\", "/", "中", "é", "😀", "]]>" };
	uint32_t room = most > 60 ? 60 : most, length = room <= least ? least : least + draw(m, room - least + 1);
	struct buf b;

	length = length == 0 ? 1 : length;
	buf_init(&b, m->arena, 4 * length + 4);
	for (uint32_t i = 0; i < length; i++)
		buf_str(&b, pieces[draw(m, i + 3 < length ? COUNTOF(pieces) : COUNTOF(pieces) - 1)]);
	if (text_utf8_length(buf_as_text(&b)) > (long)most) { /* of the three-character piece */
		buf_init(&b, m->arena, length + 1);
		for (uint32_t i = 0; i < length; i++)
			buf_char(&b, 'x');
	}
	return buf_as_text(&b);
}

static struct text some_code(struct making *m, const struct field_def *def)
{
	const struct codebook *c = m->book;
	int at = (int)draw(m, (uint32_t)c->code_count);

	if (def->list == CODES_HS)
		return TEXT("3304990039");
	if (def->id == F_TRADE_MODE)
		return TEXT("9610");
	if (def->id == F_CURRENCY)
		return TEXT("142");
	for (int i = 0; i < c->code_count; i++, at++)
		if (c->codes[at % c->code_count].list == def->list)
			return c->codes[at % c->code_count].code;
	assert(false);
	return (struct text){ NULL, 0 };
}

static struct text one_allowed(struct making *m, const char *allowed)
{
	size_t len = strcspn(allowed, "|");

	if (allowed[len] != '\0' && draw(m, 2) == 1)
		return one_allowed(m, allowed + len + 1);
	return (struct text){ allowed, len };
}

/* What only certain values can be. Absent: anything may. */
static struct text meant(const struct field_def *def)
{
	switch (def->id) {
	case F_APP_STATUS: return TEXT("2");
	case F_PLATFORM_CODE: return TEXT(FIXTURE_PLATFORM);
	case F_MERCHANT_CODE: case F_GUARANTOR_CODE: case F_PRODUCER_CODE: case F_ZONE_COMPANY_CODE: return TEXT(FIXTURE_MERCHANT);
	case F_DECLARANT_CODE: case F_BROKER_CODE: case F_OPERATOR_CODE: return TEXT(FIXTURE_DECLARANT);
	case F_CARRIER_CODE: return TEXT(FIXTURE_CARRIER);
	case F_PAYMENT_COMPANY_CODE: return TEXT(FIXTURE_PAYER_CO);
	case F_BUYER_ID_NUMBER: case F_PAYER_ID_NUMBER: return TEXT(FIXTURE_BUYER_ID);
	case F_PACK_COUNT: return TEXT("1");
	case F_NET_WEIGHT: return TEXT("0.5");
	case F_GROSS_WEIGHT: return TEXT("0.75");
	case F_GOODS_VALUE: case F_ACTUAL_PAID: return TEXT("0"); /* set when the lines are known */
	case F_DISCOUNT: case F_TAX_TOTAL: case F_FREIGHT: return TEXT("0");
	case F_PRICE: return TEXT("2.5");
	case F_QUANTITY: return TEXT("3");
	case F_TOTAL_PRICE: return TEXT("7.5");
	default: return (struct text){ NULL, 0 };
	}
}

static struct text made_value(struct making *m, const struct field_def *def)
{
	struct text value = meant(def);
	char words[40];

	if (value.at != NULL)
		return value;
	if (def->allowed != NULL)
		return one_allowed(m, def->allowed);
	switch (def->type) {
	case FIELD_TEXT: return some_text(m, def->min_length, def->max_length);
	case FIELD_CODE: return some_code(m, def);
	case FIELD_DECIMAL: (void)snprintf(words, sizeof(words), "%u.%05u", draw(m, 100000), draw(m, 10000) * 10 + 1); break;
	case FIELD_INTEGER: (void)snprintf(words, sizeof(words), "%u", 1 + draw(m, 9999)); break;
	case FIELD_TIME: (void)snprintf(words, sizeof(words), "2026-03-%02uT10:11:%02u+08:00", 1 + draw(m, 28), draw(m, 60)); break;
	case FIELD_INSTANT: (void)snprintf(words, sizeof(words), "2026-03-02T10:11:12.%03u+08:00", draw(m, 1000)); break;
	case FIELD_DATE: (void)snprintf(words, sizeof(words), "2026-03-%02u", 1 + draw(m, 28)); break;
	case FIELD_ACTION: return TEXT("add");
	}
	return say(m, words);
}

static bool is_there(struct making *m, const struct field_def *def)
{
	bool pair = def->id == F_QUANTITY_2 || def->id == F_UNIT_2; /* both or neither */
	bool journey = def->id == F_VEHICLE_NO || def->id == F_VOYAGE_NO || def->id == F_BILL_NO;

	return field_has_value(def) || m->all || (journey && m->def->kind == DOC_INVENTORY) || (!pair && draw(m, 2) == 1);
}

static void fill(struct making *m, const struct field_def *fields, int count, struct text *values)
{
	for (int i = 0; i < count; i++)
		if (is_there(m, &fields[i]))
			values[i] = made_value(m, &fields[i]);
}

struct document *fixture_made(struct arena *a, const struct message_def *def, const struct codebook *book, uint32_t seed)
{
	struct making m = { .arena = a, .book = book, .def = def, .seed = seed * 2654435761u + 1, .all = seed % 3 == 0 };
	struct document *d = document_new(a, def, 0);
	int most = def->lines_max > 0 && def->lines_max < 5 ? def->lines_max : 5, lines;

	assert(d != NULL);
	fill(&m, def->fields, def->field_count, d->head);
	lines = def->list == NULL ? 0 : def->lines_min + (int)draw(&m, (uint32_t)(most - def->lines_min + 1));
	for (int i = 0; i < lines; i++) {
		struct text *row = document_add_line(a, d);
		int number = field_line_index(def, F_LINE_NO);
		char words[12];

		assert(row != NULL);
		fill(&m, def->line_fields, def->line_field_count, row);
		(void)snprintf(words, sizeof(words), "%d", i + 1);
		if (number >= 0)
			row[number] = say(&m, words);
	}
	if (def->kind == DOC_ORDER) {
		char money[24];

		(void)snprintf(money, sizeof(money), lines % 2 == 0 ? "%d" : "%d.5", lines * 15 / 2);
		fixture_set(d, F_GOODS_VALUE, arena_dup(a, money));
		if (def->direction == DIR_IMPORT)
			fixture_set(d, F_ACTUAL_PAID, arena_dup(a, money));
	}
	return d;
}
