/*
 * Can every form be written, and will what it promises be there? Asked once when the rows are read: a message is written without
 * looking for what may be wrong with its rows.
 */
#include "model/codebook_priv.h"

/* Members that every message has: which message it is. */
static const char *const own_members[] = {
	"message_id", "declaration_id", "version", "is_change", "sent_at", "edition", "direction", "trade_mode",
};

static bool is_name(struct text t)
{
	for (size_t i = 0; i < t.len; i++)
		if (!((t.at[i] >= 'a' && t.at[i] <= 'z') || (t.at[i] >= '0' && t.at[i] <= '9') || t.at[i] == '_'))
			return false;
	return t.len > 0;
}

static bool is_own(const struct form_row *row)
{
	for (size_t i = 0; i < COUNTOF(own_members); i++)
		if (row->section.at == NULL && text_is(row->member, own_members[i]))
			return true;
	return false;
}

static const struct field_def *field_of(const struct form_row *row, enum direction d)
{
	const struct message_def *def = message_def(row->kind, d);
	int i = def == NULL ? -1 : row->from == TAKE_LINE ? field_line_index(def, row->field) : field_index(def, row->field);

	if (i < 0)
		return NULL;
	return row->from == TAKE_LINE ? &def->line_fields[i] : &def->fields[i];
}

static bool names_authority(const struct regime *r, enum authority a)
{
	for (int i = 0; i < r->step_count; i++)
		if (r->steps[i].kind.at == NULL && r->steps[i].authority == a)
			return true;
	return false;
}

/* Does every regime by which the authority is sent that row ask for its filing? Nothing is declared without an inventory. */
static bool is_always_filed(const struct codebook *c, const struct form_row *row, enum direction d)
{
	for (int i = 0; i < c->regime_count && row->kind != DOC_INVENTORY; i++) {
		const struct regime *r = &c->regimes[i];
		bool is_for = r->direction == d && (text_is(row->trade_mode, "*") || text_eq(row->trade_mode, r->trade_mode));

		if (is_for && names_authority(r, row->authority) && (r->flows & FLOW(row->kind)) == 0)
			return false;
	}
	return true;
}

/* A required member is there in every message. */
static const char *wrong_with_required(const struct codebook *c, const struct form_row *row, enum direction d)
{
	const struct field_def *def;

	if (row->from == TAKE_CONSTANT || row->from == TAKE_WHOLE)
		return NULL;
	if (row->from == TAKE_FUNCTION)
		return row->computed == COMPUTED_EVIDENCE || row->computed == COMPUTED_POSTING_DATE ? NULL : "requires what cannot always be computed";
	def = field_of(row, d);
	if (def == NULL)
		return NULL; /* of one direction only */
	return !field_has_value(def) || def->newer || !is_always_filed(c, row, d) ? "requires a field that may be absent" : NULL;
}

static const char *wrong_with(const struct codebook *c, const struct form_row *row)
{
	bool has_field = row->from != TAKE_FIELD && row->from != TAKE_LINE;

	if (row->from != TAKE_WHOLE && (!is_name(row->member) || (row->section.at != NULL && !is_name(row->section)) || is_own(row)))
		return "has a name that no member may have";
	if (row->from != TAKE_WHOLE && form_row_is_of_line(row) && row->section.at == NULL)
		return "is of a line and in no section";
	for (int d = DIR_IMPORT; d <= DIR_EXPORT; d++) {
		const char *why;

		if (!text_is(row->direction, "*") && !text_is(row->direction, direction_name((enum direction)d)))
			continue;
		has_field = has_field || field_of(row, (enum direction)d) != NULL;
		why = row->required ? wrong_with_required(c, row, (enum direction)d) : NULL;
		if (why != NULL)
			return why;
	}
	return has_field ? NULL : "takes a field that its filing has not";
}

/* Sections stand together, with lines or without; no member is there twice. */
static const struct form_row *wrong_in(const struct authority_form *f)
{
	for (int i = 0; i < f->section_count; i++) {
		const struct form_section *s = &f->sections[i];

		for (int k = 0; k < i; k++)
			if (text_eq(f->sections[k].name, s->name))
				return f->entries[s->from].row;
		for (int e = s->from; e < s->to; e++) {
			bool of_line = form_row_is_of_line(f->entries[e].row);

			if (s->is_list ? !of_line && f->entries[e].from != TAKE_CONSTANT : of_line)
				return f->entries[e].row;
			for (int before = s->from; before < e; before++)
				if (text_eq(f->entries[before].name, f->entries[e].name))
					return f->entries[e].row;
		}
	}
	return NULL;
}

static bool refuse(const struct form_row *row, const char *why, struct fault *f)
{
	return fault_set(f, FAULT_SCHEMA, "authority_field %s %s %d " TEXT_FMT " %s", authority_code(row->authority), authority_dialect_name(row->dialect),
	                 row->place, TEXT_ARG(row->member), why);
}

bool codebook_check_forms(const struct codebook *c, struct fault *f)
{
	for (int i = 0; i < c->field_count; i++) {
		const char *why = wrong_with(c, &c->fields[i]);

		if (why != NULL)
			return refuse(&c->fields[i], why, f);
	}
	for (int i = 0; i < c->form_count; i++) {
		const struct form_row *row = wrong_in(&c->forms[i]);

		if (row != NULL)
			return refuse(row, "stands apart from its section, among lines or not, or is there twice", f);
	}
	for (int a = 0; a < AUTHORITY_COUNT; a++)
		if (c->field_count > 0 && !codebook_has_dialect(c, (enum authority)a, c->dialects[a]))
			return fault_set(f, FAULT_SCHEMA, "authority %s speaks %s, in which no row of authority_field is", authority_code((enum authority)a),
			                 authority_dialect_name(c->dialects[a]));
	return true;
}
