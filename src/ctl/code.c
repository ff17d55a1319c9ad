/* code: the lists of the standard, as they change: a code is added from a day on, or closed with its last; never edited. */
#include <stdio.h>
#include <string.h>

#include "ctl/rows.h"
#include "ctl/table.h"
#include "model/field.h"

enum { CODE_BYTES_MAX = 16 };

static bool known_list(const char *name, struct fault *f)
{
	enum code_list list;

	return code_list_by_name(text_of(name), &list) || fault_set(f, FAULT_NOT_FOUND, "there is no list %.40s; 'tongguanctl code list' shows them", name);
}

static bool check_code(const char *code, struct fault *f)
{
	size_t len = strlen(code);

	for (size_t i = 0; i < len; i++)
		if (code[i] <= ' ' || code[i] > '~')
			return fault_set(f, FAULT_BAD_REQUEST, "a code has no blanks and nothing but ASCII");
	return (len >= 1 && len <= CODE_BYTES_MAX) || fault_set(f, FAULT_BAD_REQUEST, "a code has 1 to %d characters", CODE_BYTES_MAX);
}

/* "DKK", "DNK DK": words of two or three capitals, the three-letter one first. */
static bool check_iso(const char *list, const char *iso, struct fault *f)
{
	struct text rest = text_of(iso), word;
	bool good = rest.len > 0;

	if (iso == NULL)
		return true;
	if (strcmp(list, "currency") != 0 && strcmp(list, "country") != 0)
		return fault_set(f, FAULT_BAD_REQUEST, "only codes of currency and country have ISO codes");
	good = good && rest.len >= 3 && strspn(iso, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3;
	while (good && text_next(&rest, ' ', &word))
		good = (word.len == 2 || word.len == 3) && strspn(word.at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == word.len;
	return good || fault_set(f, FAULT_BAD_REQUEST, "--iso takes capitals, the three-letter code first: DKK, or 'DNK DK'");
}

/* Absent: today. */
static bool read_day(struct ctl *c, const char *option, const char *value, struct db_param *out, struct fault *f)
{
	int64_t us = clock_now_us(&c->clock);

	if (value != NULL && !clock_parse_date(text_of(value), &us))
		return fault_set(f, FAULT_BAD_REQUEST, "--%s takes a day: 2026-03-02", option);
	*out = db_i32(&c->arena, clock_day(us));
	return true;
}

static bool show_lists(struct ctl *c, struct fault *f)
{
	static const char *const columns[] = { "list", "title", "codes", "closed" };
	const struct db_rows *r = ctl_run(c, "select list, count(*) filter (where valid_to is null), count(valid_to) from code group by list order by list",
	                                  NULL, 0, f);
	enum code_list list;
	struct table t;

	if (r == NULL)
		return false;
	table_begin(&t, &c->arena, columns, (int)COUNTOF(columns));
	for (int row = 0; row < db_row_count(r); row++) {
		bool known = code_list_by_name(db_get_text(r, row, 0), &list);

		table_text(&t, db_get_text(r, row, 0));
		table_text(&t, text_of(known ? code_list_title(list, false) : NULL));
		table_int(&t, db_get_int(r, row, 1));
		table_int(&t, db_get_int(r, row, 2));
	}
	return table_end(&t, c->as_json) || fault_set(f, FAULT_SYSTEM, "stdout cannot be written");
}

bool code_list_show(struct ctl *c, struct fault *f)
{
	static const char *const columns[] = { "code", "name_zh", "name_en", "iso", "valid_from", "valid_to", "source" };
	static const char select[] =
	"select code, name_zh, name_en, iso, valid_from::text, valid_to::text, source from code where list = $1"
	" order by code collate \"C\", valid_from";

	if (c->argument_count == 0)
		return show_lists(c, f);
	const struct db_param p[1] = { db_text(text_of(c->arguments[0])) };

	return known_list(c->arguments[0], f) && rows_show(c, &(struct shown){ .sql = select, .p = p, .count = 1, .columns = columns, .kinds = "ttttttt" }, f);
}

bool code_add(struct ctl *c, struct fault *f)
{
	static const char insert[] =
	"insert into code (list, code, name_zh, name_en, iso, valid_from, source)"
	" select $1, $2, $3, $4, $5, date '1970-01-01' + $6::integer, $7"
	" where not exists (select from code o where o.list = $1 and o.code = $2"
	"   and coalesce(o.valid_to, 'infinity') >= date '1970-01-01' + $6::integer)"
	" returning code";
	const char *list = c->arguments[0], *code = c->arguments[1];
	struct db_param p[7] = { db_text(text_of(list)), db_text(text_of(code)), db_text(text_of(c->name_zh)), db_text(text_of(c->name_en)),
		                 db_text(text_of(c->iso)), db_null(), db_text(text_of(c->source == NULL ? "added by tongguanctl" : c->source)) };
	const struct db_rows *r;

	if (!known_list(list, f) || !check_code(code, f) || !check_iso(list, c->iso, f) || !read_day(c, "from", c->from, &p[5], f))
		return false;
	if (c->name_zh == NULL || *c->name_zh == '\0')
		return fault_set(f, FAULT_BAD_REQUEST, "--name-zh is missing: what the code is called in Chinese");
	r = ctl_run(c, insert, p, (int)COUNTOF(p), f);
	if (r == NULL)
		return false;
	if (db_row_count(r) == 0)
		return fault_set(f, FAULT_STATE_CONFLICT, "%.20s is in list %.40s on that day or later: close it first", code, list);
	return ctl_rules_moved(c, f);
}

bool code_close(struct ctl *c, struct fault *f)
{
	static const char update[] =
	"update code set valid_to = date '1970-01-01' + $3::integer"
	" where list = $1 and code = $2 and valid_to is null and valid_from <= date '1970-01-01' + $3::integer returning code";
	const char *list = c->arguments[0], *code = c->arguments[1];
	struct db_param p[3] = { db_text(text_of(list)), db_text(text_of(code)), db_null() };
	const struct db_rows *r;

	if (c->to == NULL)
		return fault_set(f, FAULT_BAD_REQUEST, "--to is missing: the last day of the code");
	if (!known_list(list, f) || !read_day(c, "to", c->to, &p[2], f))
		return false;
	r = ctl_run(c, update, p, (int)COUNTOF(p), f);
	if (r == NULL)
		return false;
	if (db_row_count(r) == 0)
		return fault_set(f, FAULT_NOT_FOUND, "list %.40s has no open code %.20s that began by then", list, code);
	return ctl_rules_moved(c, f);
}
