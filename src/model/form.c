/* Rows of what an authority may see: their words. */
#include "model/form.h"

#include <stddef.h>

static const char *const dialect_names[] = {
#define X(id, name) [SPEAK_##id] = name,
	AUTHORITY_DIALECTS(X)
#undef X
};

static const struct {
	const char *name;
	bool of_line;
} computed[] = {
#define X(id, name, of_line) [COMPUTED_##id] = { name, of_line },
	FORM_COMPUTED(X)
#undef X
};

const char *authority_dialect_name(enum authority_dialect d)
{
	return dialect_names[d];
}

bool authority_dialect_by_name(struct text t, enum authority_dialect *out)
{
	for (int d = 0; d < SPEAK_COUNT; d++) {
		if (text_is(t, dialect_names[d])) {
			*out = (enum authority_dialect)d;
			return true;
		}
	}
	return false;
}

enum authority_dialect authority_dialect_of(enum authority a)
{
	switch (a) {
	case AUTHORITY_CUS:
		return SPEAK_CEB;
	case AUTHORITY_POST:
		return SPEAK_UPU;
	case AUTHORITY_FX:
		return SPEAK_FOREX;
	case AUTHORITY_TAX:
		return SPEAK_TAX;
	default:
		return SPEAK_JSON;
	}
}

bool field_is_personal(enum field f)
{
	switch (f) {
	case F_BUYER_REG_NO:
	case F_BUYER_NAME:
	case F_BUYER_TELEPHONE:
	case F_BUYER_ID_TYPE:
	case F_BUYER_ID_NUMBER:
	case F_CONSIGNEE:
	case F_CONSIGNEE_TELEPHONE:
	case F_CONSIGNEE_ADDRESS:
	case F_PAYER_ID_TYPE:
	case F_PAYER_ID_NUMBER:
	case F_PAYER_NAME:
	case F_PAYER_TELEPHONE:
	case F_NOTE: /* anything may stand there */
		return true;
	default:
		return false;
	}
}

bool form_row_is_of_line(const struct form_row *row)
{
	return row->from == TAKE_LINE || (row->from == TAKE_FUNCTION && computed[row->computed].of_line);
}

static bool read_computed(struct form_row *row, struct text name)
{
	for (int i = 0; i < COMPUTED_COUNT; i++) {
		if (text_is(name, computed[i].name)) {
			row->from = TAKE_FUNCTION;
			row->computed = (enum form_computed)i;
			return true;
		}
	}
	return false;
}

/* "order.freight", "line.hs_code" */
static bool read_field(struct form_row *row)
{
	struct text rest = row->value, of;

	if (!text_next(&rest, '.', &of))
		return false;
	row->field = field_by_name(rest);
	if (row->field == FIELD_NONE)
		return false;
	if (text_is(of, "line")) {
		row->from = TAKE_LINE;
		row->kind = DOC_INVENTORY;
		return true;
	}
	row->from = TAKE_FIELD;
	return doc_kind_by_name(of, &row->kind) && row->kind < DOC_FLOW_COUNT;
}

static bool read_value(struct form_row *row)
{
	struct text value = row->value;

	row->field = FIELD_NONE;
	if (text_is(value, "inventory.*")) {
		row->from = TAKE_WHOLE;
		row->kind = DOC_INVENTORY;
		return true;
	}
	if (value.len > 1 && value.at[0] == '@')
		return read_computed(row, (struct text){ value.at + 1, value.len - 1 });
	if (value.len > 1 && value.at[0] == '=') {
		row->from = TAKE_CONSTANT;
		row->constant = (struct text){ value.at + 1, value.len - 1 };
		return true;
	}
	return read_field(row);
}

bool form_row_read(struct form_row *row, struct text authority, struct text dialect, struct text presence, const char **why)
{
	enum direction direction;

	*why = "the authority or the dialect is unknown here";
	if (!authority_by_code(authority, &row->authority) || !authority_dialect_by_name(dialect, &row->dialect))
		return false;
	*why = "the direction is import, export or *, the presence must or may";
	if (!text_is(row->direction, "*") && !direction_by_name(row->direction, &direction))
		return false;
	row->required = text_is(presence, "must");
	if (!row->required && !text_is(presence, "may"))
		return false;
	*why = "the value is no field, no constant and nothing that is computed here";
	if (!read_value(row))
		return false;
	*why = "customs' own form has one row, inventory.*, and no other form has it";
	if ((row->from == TAKE_WHOLE) != (row->dialect == SPEAK_CEB))
		return false;
	*why = "it takes data of a person and does not say so";
	return row->personal || !(row->from == TAKE_WHOLE || (row->field != FIELD_NONE && field_is_personal(row->field)) ||
	                          (row->from == TAKE_FUNCTION && row->computed == COMPUTED_PAYER_PSEUDONYM));
}
