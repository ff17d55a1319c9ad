/* The rows that answers of queries come from. */
#include "base/clock.h"
#include "mock/query.h"

enum { ARENA_BYTES = 32 << 20, PARSE_BYTES = 16 << 20 };

struct reading {
	const struct query_def *def;
	struct register_row *row;
	struct arena *arena;
	struct fault *fault;
};

static bool is_one_of(struct text value, const char *allowed)
{
	struct text rest = text_of(allowed), one;

	while (text_next(&rest, '|', &one))
		if (text_eq(one, value))
			return true;
	return false;
}

static bool read_value(struct reading *r, const struct query_member *m, const struct json *value, struct text *out)
{
	struct text t = json_text(value);
	bool flag;
	int64_t us;

	if (m->type == QUERY_FLAG) {
		if (!json_bool(value, &flag))
			return fault_set(r->fault, FAULT_BAD_JSON, "%s: true or false", m->name);
		*out = flag ? TEXT("true") : TEXT("false");
		return true;
	}
	if (t.at == NULL || t.len > QUERY_VALUE_BYTES_MAX)
		return fault_set(r->fault, FAULT_BAD_JSON, "%s: a text of at most %d bytes", m->name, QUERY_VALUE_BYTES_MAX);
	if (m->type == QUERY_DATE && !clock_parse_date(t, &us))
		return fault_set(r->fault, FAULT_BAD_JSON, "%s: a day as 2026-03-02", m->name);
	if (m->allowed != NULL && !is_one_of(t, m->allowed))
		return fault_set(r->fault, FAULT_BAD_JSON, "%s: one of %s", m->name, m->allowed);
	*out = text_dup(r->arena, t);
	return true;
}

static bool read_member(void *arg, struct text name, const struct json *value)
{
	static const struct query_member key = { "key", QUERY_TEXT, NULL, NULL };
	struct reading *r = arg;

	if (text_is(name, r->def->key))
		return read_value(r, &key, value, &r->row->key);
	if (text_is(name, "as_of"))
		return clock_parse_rfc3339(json_text(value), &r->row->as_of_us) || fault_set(r->fault, FAULT_BAD_JSON, "as_of: a time of RFC 3339");
	for (int i = 0; i < QUERY_MEMBERS_MAX && r->def->members[i].name != NULL; i++)
		if (text_is(name, r->def->members[i].name))
			return read_value(r, &r->def->members[i], value, &r->row->values[i]);
	return fault_set(r->fault, FAULT_BAD_JSON, "no such member: " TEXT_FMT, TEXT_ARG(name));
}

/* Who stands in a register is registered, what stands in the negative list is listed, unless the row says otherwise. */
static void fill_flags(const struct query_def *def, struct register_row *row)
{
	for (int i = 0; i < QUERY_MEMBERS_MAX && def->members[i].name != NULL; i++)
		if (def->members[i].type == QUERY_FLAG && def->members[i].built_in != NULL && row->values[i].at == NULL)
			row->values[i] = TEXT("true");
}

/* The rows of a PUT as a list of their own: they count together or not at all. */
static bool read_rows(struct mock_register *r, const struct query_def *def, const struct json *rows, int64_t now_us, struct fault *f,
                      struct register_row **first)
{
	struct register_row **tail = first;
	size_t n = json_length(rows);

	if (rows != NULL && !json_is_array(rows))
		return fault_set(f, FAULT_BAD_JSON, "rows: an array");
	if (n + (size_t)r->count > REGISTER_ROWS_MAX)
		return fault_set(f, FAULT_TOO_LARGE, "a register holds at most %d rows", REGISTER_ROWS_MAX);
	for (size_t i = 0; i < n; i++) {
		struct register_row *row = arena_zalloc(&r->arena, sizeof(*row));
		struct reading one = { def, row, &r->arena, f };

		if (row == NULL)
			return fault_set(f, FAULT_TOO_LARGE, "the register is full");
		row->as_of_us = now_us;
		json_each(json_item(rows, i), read_member, &one);
		fill_flags(def, row);
		if (f->code == FAULT_NONE && row->key.len == 0)
			(void)fault_set(f, FAULT_BAD_JSON, "row %zu: %s is missing", i + 1, def->key);
		if (f->code != FAULT_NONE)
			return false;
		*tail = row;
		tail = &row->next;
	}
	return !r->arena.full || fault_set(f, FAULT_TOO_LARGE, "the register is full");
}

/* Of one key the newest stands. */
static void drop_key(struct mock_register *r, struct text key)
{
	struct register_row **at = &r->rows;

	while (*at != NULL) {
		if (text_eq((*at)->key, key)) {
			*at = (*at)->next;
			r->count--;
		} else {
			at = &(*at)->next;
		}
	}
	r->tail = at;
}

static void add_rows(struct mock_register *r, const struct query_def *def, struct register_row *row)
{
	while (row != NULL) {
		struct register_row *next = row->next;

		if (def->kind != QUERY_LIST)
			drop_key(r, row->key);
		row->next = NULL;
		*r->tail = row;
		r->tail = &row->next;
		r->count++;
		row = next;
	}
}

bool register_put(struct mock_register *r, const struct query_def *def, struct text json, int64_t now_us, struct fault *f)
{
	struct register_row *fresh = NULL;
	struct text unknown;
	struct arena a;
	const struct json *j;
	bool good;

	if (r->tail == NULL) {
		arena_init(&r->arena, ARENA_BYTES);
		r->tail = &r->rows;
	}
	arena_init(&a, PARSE_BYTES);
	j = json_parse(&a, json, f);
	unknown = json_text(json_member(j, "unknown"));
	if (j != NULL && json_member(j, "unknown") != NULL && !text_is(unknown, "built-in") && !text_is(unknown, "not-found"))
		(void)fault_set(f, FAULT_BAD_JSON, "unknown: built-in or not-found");
	good = j != NULL && f->code == FAULT_NONE && read_rows(r, def, json_member(j, "rows"), now_us, f, &fresh);
	if (good) {
		add_rows(r, def, fresh);
		if (unknown.at != NULL)
			r->unknown_not_found = text_is(unknown, "not-found");
	}
	arena_done(&a);
	return good;
}

void register_show(struct buf *b, const struct mock_register *r, const struct query_def *def)
{
	char as_of[CLOCK_RFC3339_BYTES];

	buf_str(b, "{\"rows\":[");
	for (const struct register_row *row = r->rows; row != NULL; row = row->next) {
		clock_rfc3339(row->as_of_us, 0, as_of);
		buf_printf(b, "%s{\"%s\":", row == r->rows ? "" : ",", def->key);
		buf_json(b, row->key);
		for (int i = 0; i < QUERY_MEMBERS_MAX && def->members[i].name != NULL; i++) {
			if (row->values[i].at == NULL)
				continue;
			buf_printf(b, ",\"%s\":", def->members[i].name);
			if (def->members[i].type == QUERY_FLAG)
				buf_text(b, row->values[i]);
			else
				buf_json(b, row->values[i]);
		}
		buf_printf(b, ",\"as_of\":\"%s\"}", as_of);
	}
	buf_printf(b, "],\"unknown\":\"%s\"}", r->unknown_not_found ? "not-found" : "built-in");
}

void register_clear(struct mock_register *r)
{
	if (r->tail != NULL)
		arena_done(&r->arena);
	*r = (struct mock_register){ .count = 0 };
}
