/* Reads the embedded tables: lines of fields parted by tabs; lines that begin with '#' are comments. */
#include "store/codebook_embedded.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "store/rule_store.h"
#include "store/sql_embedded.h"

enum { FIELDS_MAX = 14 };

struct table { /* where the reading of one data file stands */
	const char *name;
	struct text rest;
	int line;
	struct text fields[FIELDS_MAX];
};

static bool table_open(struct table *t, const char *name)
{
	*t = (struct table){ .name = name };
	for (const struct sql_data *data = sql_data; data->name != NULL; data++)
		if (strcmp(data->name, name) == 0)
			t->rest = (struct text){ data->text, data->len };
	return t->rest.at != NULL;
}

/* The next row of `count` fields; an empty one is absent. False: no more, or (*f set) the row has another number. */
static bool table_next(struct table *t, int count, struct fault *f)
{
	struct text line;

	assert(count <= FIELDS_MAX);
	while (text_next(&t->rest, '\n', &line)) {
		int n = 0;

		t->line++;
		if (line.len == 0 || line.at[0] == '#')
			continue;
		while (n < count && text_next(&line, '\t', &t->fields[n])) {
			if (t->fields[n].len == 0)
				t->fields[n].at = NULL;
			n++;
		}
		return (n == count && line.len == 0) || fault_set(f, FAULT_SCHEMA, "line %d of %s has not %d fields", t->line, t->name, count);
	}
	return false;
}

static bool cannot_read(const struct table *t, const char *what, struct fault *f)
{
	return fault_set(f, FAULT_SCHEMA, "line %d of %s: %s cannot be read", t->line, t->name, what);
}

/* Absent: for ever. */
static bool day_of(struct text t, int32_t *out)
{
	int64_t us;

	*out = INT32_MAX;
	if (t.at == NULL)
		return true;
	if (!clock_parse_date(t, &us))
		return false;
	*out = clock_day(us);
	return true;
}

static bool read_codes(struct codebook *book, struct fault *f)
{
	enum { LIST, CODE, ZH, EN, ISO, FROM, TO, SOURCE, COUNT };
	struct table t;

	if (!table_open(&t, "codes"))
		return fault_set(f, FAULT_SCHEMA, "this program was built without code lists");
	while (table_next(&t, COUNT, f)) {
		struct code_row row = { .code = t.fields[CODE], .name_zh = t.fields[ZH], .name_en = t.fields[EN], .iso = t.fields[ISO],
			                .source = t.fields[SOURCE] };

		if (!code_list_by_name(t.fields[LIST], &row.list) || row.code.at == NULL || row.name_zh.at == NULL)
			return cannot_read(&t, "the list, code or name", f);
		if (t.fields[FROM].at == NULL || !day_of(t.fields[FROM], &row.valid_from) || !day_of(t.fields[TO], &row.valid_to))
			return cannot_read(&t, "a day", f);
		if (!codebook_add_code(book, &row))
			return fault_set(f, FAULT_SYSTEM, "no memory for the code lists");
	}
	return f->code == FAULT_NONE;
}

static bool read_regimes(struct codebook *book, struct fault *f)
{
	enum { ID, MODE, DIRECTION, HOURS, BONDED, FROM, TO, SOURCE, COUNT };
	struct table t;

	if (!table_open(&t, "regimes"))
		return fault_set(f, FAULT_SCHEMA, "this program was built without regimes");
	while (table_next(&t, COUNT, f)) {
		struct regime r = { .trade_mode = t.fields[MODE], .bonded = text_is(t.fields[BONDED], "true"), .source = t.fields[SOURCE] };
		int64_t id, hours;

		if (!text_to_i64(t.fields[ID], &id) || !text_to_i64(t.fields[HOURS], &hours) || hours < 1)
			return cannot_read(&t, "a number", f);
		if (!direction_by_name(t.fields[DIRECTION], &r.direction))
			return cannot_read(&t, "the direction", f);
		if (t.fields[FROM].at == NULL || !day_of(t.fields[FROM], &r.valid_from) || !day_of(t.fields[TO], &r.valid_to))
			return cannot_read(&t, "a day", f);
		r.id = (int32_t)id;
		r.wait_hours = (int)hours;
		if (!codebook_add_regime(book, &r))
			return fault_set(f, FAULT_SYSTEM, "no memory for the regimes");
	}
	return f->code == FAULT_NONE;
}

static bool read_steps(struct codebook *book, struct fault *f)
{
	enum { REGIME, STEP, PHASE, KIND, AUTHORITY, RESPONSIBLE, NEEDS, REQUIRED, GOODS, FROM, TO, SOURCE, COUNT };
	struct table t;

	if (!table_open(&t, "regime_steps"))
		return fault_set(f, FAULT_SCHEMA, "this program was built without the steps of regimes");
	while (table_next(&t, COUNT, f)) {
		struct regime_step s = { .responsible = t.fields[RESPONSIBLE], .required = text_is(t.fields[REQUIRED], "true"), .goods = t.fields[GOODS],
			                 .source = t.fields[SOURCE] };
		int64_t regime, number;

		if (!text_to_i64(t.fields[REGIME], &regime) || !text_to_i64(t.fields[STEP], &number))
			return cannot_read(&t, "a number", f);
		if (!regime_step_read(&s, t.fields[PHASE], t.fields[KIND], t.fields[AUTHORITY], t.fields[NEEDS]))
			return cannot_read(&t, "the phase, the authority or what it needs", f);
		if (t.fields[FROM].at == NULL || !day_of(t.fields[FROM], &s.valid_from) || !day_of(t.fields[TO], &s.valid_to))
			return cannot_read(&t, "a day", f);
		s.regime_id = (int32_t)regime;
		s.number = (int)number;
		if (!codebook_add_step(book, &s))
			return fault_set(f, FAULT_SYSTEM, "no memory for the regimes");
	}
	return f->code == FAULT_NONE;
}

static bool read_goods(struct codebook *book, struct fault *f)
{
	enum { CLASS, HS, ID, ZH, EN, FROM, TO, SOURCE, COUNT };
	struct table t;

	if (!table_open(&t, "goods_classes"))
		return fault_set(f, FAULT_SCHEMA, "this program was built without classes of goods");
	while (table_next(&t, COUNT, f)) {
		struct goods_row row = { .goods_class = t.fields[CLASS], .hs = t.fields[HS], .name_zh = t.fields[ZH], .name_en = t.fields[EN],
			                 .source = t.fields[SOURCE] };
		int64_t id;

		if (!text_to_i64(t.fields[ID], &id) || row.goods_class.at == NULL || row.hs.at == NULL)
			return cannot_read(&t, "the class, the code or the id", f);
		if (t.fields[FROM].at == NULL || !day_of(t.fields[FROM], &row.valid_from) || !day_of(t.fields[TO], &row.valid_to))
			return cannot_read(&t, "a day", f);
		row.id = (int32_t)id;
		if (!codebook_add_goods(book, &row))
			return fault_set(f, FAULT_SYSTEM, "no memory for the classes of goods");
	}
	return f->code == FAULT_NONE;
}

static bool read_form_rows(struct codebook *book, struct fault *f)
{
	enum { AUTHORITY, DIALECT, PLACE, DIRECTION, MODE, SECTION, MEMBER, VALUE, PRESENCE, PERSONAL, PURPOSE, FROM, TO, SOURCE, COUNT };
	struct table t;

	if (!table_open(&t, "authority_fields"))
		return fault_set(f, FAULT_SCHEMA, "this program was built without the forms of authorities");
	while (table_next(&t, COUNT, f)) {
		struct form_row row = { .direction = t.fields[DIRECTION], .trade_mode = t.fields[MODE], .section = t.fields[SECTION],
			                .member = t.fields[MEMBER], .value = t.fields[VALUE], .personal = text_is(t.fields[PERSONAL], "true"),
			                .purpose = t.fields[PURPOSE], .source = t.fields[SOURCE] };
		int64_t place;
		const char *why;

		if (!text_to_i64(t.fields[PLACE], &place))
			return cannot_read(&t, "a number", f);
		if (!form_row_read(&row, t.fields[AUTHORITY], t.fields[DIALECT], t.fields[PRESENCE], &why))
			return fault_set(f, FAULT_SCHEMA, "line %d of %s: %s", t.line, t.name, why);
		if (t.fields[FROM].at == NULL || !day_of(t.fields[FROM], &row.valid_from) || !day_of(t.fields[TO], &row.valid_to))
			return cannot_read(&t, "a day", f);
		row.place = (int)place;
		if (!codebook_add_form_row(book, &row))
			return fault_set(f, FAULT_SYSTEM, "no memory for the forms");
	}
	return f->code == FAULT_NONE;
}

static bool fill(struct codebook *book, struct fault *f)
{
	if (!read_codes(book, f) || !read_regimes(book, f) || !read_steps(book, f) || !read_goods(book, f) || !read_form_rows(book, f))
		return false;
	if (!codebook_seal(book))
		return fault_set(f, FAULT_SYSTEM, "no memory for the code lists");
	return codebook_check_regimes(book, f) && codebook_check_forms(book, f);
}

struct codebook *codebook_embedded(struct fault *f)
{
	struct codebook *book = codebook_new(RULES_BOOK_BYTES);

	if (book == NULL) {
		(void)fault_set(f, FAULT_SYSTEM, "no memory for the code lists");
	} else if (!fill(book, f)) {
		codebook_free(book);
		book = NULL;
	}
	return book;
}
