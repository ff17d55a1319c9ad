/*
 * Forms: rows of what an authority may see, compiled.
 *
 *   rows ─sort─► by authority, dialect, place ─► for each direction, trade mode and time: those in force ─► entries and sections
 *
 * Trade modes with the same rows share a form. All look-ups by name happen here, once per reload.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "model/codebook_priv.h"

struct which { /* one form to be made */
	enum authority authority;
	enum authority_dialect dialect;
	enum direction direction;
	struct text trade_mode;
};

bool codebook_add_form_row(struct codebook *c, const struct form_row *row)
{
	struct form_row *fields = codebook_room(&c->arena, c->fields, c->field_count, sizeof(*fields));
	struct form_row *one;

	assert(c->slots == NULL);
	if (fields == NULL)
		return false;
	c->fields = fields;
	one = &fields[c->field_count];
	*one = *row;
	if (!codebook_keep(&c->arena, &one->direction) || !codebook_keep(&c->arena, &one->trade_mode) || !codebook_keep(&c->arena, &one->section) ||
	    !codebook_keep(&c->arena, &one->member) || !codebook_keep(&c->arena, &one->value) || !codebook_keep(&c->arena, &one->purpose) ||
	    !codebook_keep(&c->arena, &one->source))
		return false;
	if (one->from == TAKE_CONSTANT)
		one->constant = (struct text){ one->value.at + 1, one->value.len - 1 };
	c->field_count++;
	return true;
}

static int by_place_and_time(const void *one, const void *other)
{
	const struct form_row *a = one, *b = other;
	int order = (int)a->authority - (int)b->authority;

	if (order == 0)
		order = (int)a->dialect - (int)b->dialect;
	if (order == 0)
		order = a->place - b->place;
	return order != 0 ? order : (a->valid_from > b->valid_from) - (a->valid_from < b->valid_from);
}

/* Where the row's field stands in a message of that direction; -1: nowhere. */
static int index_of(const struct form_row *row, enum direction d)
{
	const struct message_def *def = message_def(row->kind, d);

	if (def == NULL)
		return -1;
	return row->from == TAKE_LINE ? field_line_index(def, row->field) : field_index(def, row->field);
}

static bool takes_field(const struct form_row *row)
{
	return row->from == TAKE_FIELD || row->from == TAKE_LINE;
}

/* A row for both directions is passed over where the direction's filing has no such field. */
static bool applies(const struct form_row *row, const struct which *w)
{
	if (row->authority != w->authority || row->dialect != w->dialect)
		return false;
	if (!text_is(row->direction, "*") && !text_is(row->direction, direction_name(w->direction)))
		return false;
	if (!text_is(row->trade_mode, "*") && !text_eq(row->trade_mode, w->trade_mode))
		return false;
	return !takes_field(row) || index_of(row, w->direction) >= 0;
}

/* --- compiling one --------------------------------------------------------------------------------------------------- */

static struct text name_text(struct arena *a, struct text name)
{
	struct buf b;

	if (name.at == NULL)
		return name;
	buf_init(&b, a, name.len + 5);
	buf_char(&b, ',');
	buf_json(&b, name);
	buf_char(&b, ':');
	return buf_as_text(&b);
}

static void fill_entry(struct arena *a, struct form_entry *e, const struct form_row *row, enum direction d)
{
	*e = (struct form_entry){ .name = name_text(a, row->member), .from = row->from, .computed = row->computed, .kind = row->kind, .index = -1, .row = row };
	if (takes_field(row)) {
		const struct message_def *def = message_def(row->kind, d);

		e->index = index_of(row, d);
		e->is_number = (row->from == TAKE_LINE ? def->line_fields : def->fields)[e->index].type == FIELD_INTEGER;
	}
	if (row->from == TAKE_CONSTANT) {
		struct buf b;

		buf_init(&b, a, row->constant.len + 3);
		buf_json(&b, row->constant);
		e->constant = buf_as_text(&b);
	}
}

static bool divide(struct arena *a, struct authority_form *f)
{
	struct form_section *sections = arena_zalloc(a, sizeof(*sections) * (size_t)f->entry_count);

	for (int i = 0; sections != NULL && i < f->entry_count; i++) {
		const struct form_row *row = f->entries[i].row;

		if (i == 0 || !text_eq(row->section, f->entries[i - 1].row->section))
			sections[f->section_count++] = (struct form_section){ .name = name_text(a, row->section), .is_list = form_row_is_of_line(row), .from = i };
		sections[f->section_count - 1].to = i + 1;
	}
	f->sections = sections;
	return sections != NULL;
}

/* The form with the same rows that another trade mode has already. */
static struct authority_form *same_rows(const struct codebook *c, const struct authority_form *new_one)
{
	for (int i = c->form_from[new_one->authority]; i < c->form_count; i++) {
		struct authority_form *f = &c->forms[i];
		bool same = f->dialect == new_one->dialect && f->direction == new_one->direction && f->valid_from == new_one->valid_from &&
		            f->entry_count == new_one->entry_count;

		for (int k = 0; same && k < f->entry_count; k++)
			same = f->entries[k].row == new_one->entries[k].row;
		if (same)
			return f;
	}
	return NULL;
}

static bool add_trade_mode(struct arena *a, struct authority_form *f, struct text mode)
{
	struct buf b;

	buf_init(&b, a, f->trade_modes.len + mode.len + 2);
	buf_text(&b, f->trade_modes);
	buf_char(&b, ',');
	buf_text(&b, mode);
	f->trade_modes = buf_as_text(&b);
	return !b.full;
}

static bool compile(struct codebook *c, const struct which *w, int32_t from, int32_t to)
{
	struct form_entry *entries = arena_zalloc(&c->arena, sizeof(*entries) * (size_t)c->field_count);
	struct authority_form f = { .authority = w->authority, .dialect = w->dialect, .direction = w->direction, .trade_modes = w->trade_mode, .valid_from = from,
		          .valid_to = to, .entries = entries };
	char day[CLOCK_RFC3339_BYTES];
	struct authority_form *forms, *same;

	for (int i = 0; entries != NULL && i < c->field_count; i++) {
		const struct form_row *row = &c->fields[i];

		if (applies(row, w) && codebook_is_on(row->valid_from, row->valid_to, from))
			fill_entry(&c->arena, &entries[f.entry_count++], row, w->direction);
	}
	if (entries == NULL || f.entry_count == 0)
		return entries != NULL;
	same = same_rows(c, &f);
	if (same != NULL)
		return add_trade_mode(&c->arena, same, w->trade_mode);
	clock_rfc3339((int64_t)from * US_PER_DAY, 0, day);
	memcpy(f.edition, day, sizeof(f.edition) - 1);
	forms = codebook_room(&c->arena, c->forms, c->form_count, sizeof(*forms));
	if (forms == NULL || !divide(&c->arena, &f))
		return false;
	c->forms = forms;
	c->forms[c->form_count++] = f;
	return !c->arena.full;
}

/* --- all of them ------------------------------------------------------------------------------------------------------ */

/* The first day after this one on which a row begins, or the one after the last day of a row; INT32_MAX: none. */
static int32_t next_change(const struct codebook *c, const struct which *w, int32_t day)
{
	int32_t next = INT32_MAX;

	for (int i = 0; i < c->field_count; i++) {
		const struct form_row *row = &c->fields[i];

		if (!applies(row, w))
			continue;
		if (row->valid_from > day && row->valid_from < next)
			next = row->valid_from;
		if (row->valid_to != INT32_MAX && row->valid_to + 1 > day && row->valid_to + 1 < next)
			next = row->valid_to + 1;
	}
	return next;
}

static bool compile_times(struct codebook *c, const struct which *w)
{
	int32_t from = next_change(c, w, INT32_MIN);

	while (from != INT32_MAX) {
		int32_t next = next_change(c, w, from);

		if (!compile(c, w, from, next == INT32_MAX ? next : next - 1))
			return false;
		from = next;
	}
	return true;
}

static bool is_first_regime(const struct codebook *c, int n)
{
	for (int i = 0; i < n; i++)
		if (c->regimes[i].direction == c->regimes[n].direction && text_eq(c->regimes[i].trade_mode, c->regimes[n].trade_mode))
			return false;
	return !text_is(c->regimes[n].trade_mode, "*");
}

bool codebook_seal_forms(struct codebook *c)
{
	if (c->field_count > 0)
		qsort(c->fields, (size_t)c->field_count, sizeof(*c->fields), by_place_and_time);
	for (int a = 0; a < AUTHORITY_COUNT; a++) {
		c->form_from[a] = c->form_count;
		for (int n = 0; n < SPEAK_COUNT * c->regime_count; n++) {
			const struct regime *r = &c->regimes[n % c->regime_count];
			struct which w = { (enum authority)a, (enum authority_dialect)(n / c->regime_count), r->direction, r->trade_mode };

			if (is_first_regime(c, n % c->regime_count) && codebook_has_dialect(c, w.authority, w.dialect) && !compile_times(c, &w))
				return false;
		}
	}
	c->form_from[AUTHORITY_COUNT] = c->form_count;
	return true;
}

/* --- looking up ------------------------------------------------------------------------------------------------------- */

bool codebook_has_dialect(const struct codebook *c, enum authority a, enum authority_dialect d)
{
	for (int i = 0; i < c->field_count; i++)
		if (c->fields[i].authority == a && c->fields[i].dialect == d)
			return true;
	return false;
}

static bool is_for_mode(const struct authority_form *f, struct text mode)
{
	struct text rest = f->trade_modes, one;

	while (text_next(&rest, ',', &one))
		if (text_eq(one, mode))
			return true;
	return false;
}

const struct authority_form *codebook_form(const struct codebook *c, enum authority a, enum direction d, struct text trade_mode, int32_t day)
{
	for (int i = c->form_from[a]; i < c->form_from[a + 1]; i++) {
		const struct authority_form *f = &c->forms[i];

		if (f->direction == d && f->dialect == c->dialects[a] && codebook_is_on(f->valid_from, f->valid_to, day) && is_for_mode(f, trade_mode))
			return f;
	}
	return NULL;
}

const struct authority_form *codebook_forms(const struct codebook *c, enum authority a, int *count)
{
	*count = c->form_from[a + 1] - c->form_from[a];
	return c->forms == NULL ? NULL : &c->forms[c->form_from[a]];
}
