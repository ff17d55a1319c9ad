/* Reads the embedded tables: lines of fields parted by tabs; lines that begin with '#' are comments. */
#include "store/codebook_embedded.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "store/rule_store.h"
#include "store/sql_embedded.h"

enum { FIELDS_MAX = 10 };

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

static bool read_regime(struct table *t, struct regime *r, struct fault *f)
{
	enum { ID, MODE, DIRECTION, FLOWS, AUTHORITIES, HOURS, BONDED, FROM, TO, SOURCE };
	int64_t id, hours;

	if (!text_to_i64(t->fields[ID], &id) || !text_to_i64(t->fields[HOURS], &hours) || hours < 1)
		return cannot_read(t, "a number", f);
	if (!direction_by_name(t->fields[DIRECTION], &r->direction) || !regime_flows_by_names(t->fields[FLOWS], &r->flows)
	    || !regime_authorities_by_codes(t->fields[AUTHORITIES], &r->authorities))
		return cannot_read(t, "the direction, a flow or an authority", f);
	if (t->fields[FROM].at == NULL || !day_of(t->fields[FROM], &r->valid_from) || !day_of(t->fields[TO], &r->valid_to))
		return cannot_read(t, "a day", f);
	r->id = (int32_t)id;
	r->wait_hours = (int)hours;
	r->trade_mode = t->fields[MODE];
	r->bonded = text_is(t->fields[BONDED], "true");
	r->source = t->fields[SOURCE];
	return true;
}

static bool read_regimes(struct codebook *book, struct fault *f)
{
	struct table t;

	if (!table_open(&t, "regimes"))
		return fault_set(f, FAULT_SCHEMA, "this program was built without regimes");
	while (table_next(&t, FIELDS_MAX, f)) {
		struct regime regime = { .id = 0 };

		if (!read_regime(&t, &regime, f))
			return false;
		if (!codebook_add_regime(book, &regime))
			return fault_set(f, FAULT_SYSTEM, "no memory for the regimes");
	}
	return f->code == FAULT_NONE;
}

struct codebook *codebook_embedded(struct fault *f)
{
	struct codebook *book = codebook_new(RULES_BOOK_BYTES);

	if (book == NULL)
		(void)fault_set(f, FAULT_SYSTEM, "no memory for the code lists");
	else if (read_codes(book, f) && read_regimes(book, f) && !codebook_seal(book))
		(void)fault_set(f, FAULT_SYSTEM, "no memory for the code lists");
	if (f->code == FAULT_NONE)
		return book;
	codebook_free(book);
	return NULL;
}
