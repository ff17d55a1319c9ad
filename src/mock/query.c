/* Answers of departments, from a register or built in. */
#include "mock/query.h"

#include "base/clock.h"
#include "mock/chaos.h"
#include "model/identifier.h"

static void put_value(struct buf *b, const struct query_member *m, struct text value)
{
	if (value.at == NULL)
		return;
	buf_printf(b, ",\"%s\":", m->name);
	if (m->type == QUERY_FLAG)
		buf_text(b, value);
	else
		buf_json(b, value);
}

/* One of "a|b|c", always the same for the same key. */
static struct text choose(const char *words, struct text key)
{
	struct text rest = text_of(words), one = { NULL, 0 };
	int count = 1, chosen;

	for (const char *c = words; c != NULL && *c != '\0'; c++)
		count += *c == '|';
	chosen = chance_draw(0, key, 1) % count;
	while (chosen-- >= 0)
		if (!text_next(&rest, '|', &one))
			break;
	return one;
}

static void put_row(struct buf *b, const struct query_def *def, const struct register_row *row, struct text key)
{
	for (int i = 0; i < QUERY_MEMBERS_MAX && def->members[i].name != NULL; i++)
		put_value(b, &def->members[i], row != NULL ? row->values[i] : choose(def->members[i].built_in, key));
}

static const struct register_row *find(const struct mock_register *r, const struct query_def *def, struct text key)
{
	const struct register_row *found = NULL;

	for (const struct register_row *row = r->rows; row != NULL; row = row->next) {
		bool fits = def->kind == QUERY_PREFIX ? row->key.len <= key.len && memcmp(row->key.at, key.at, row->key.len) == 0 : text_eq(row->key, key);

		if (fits && (found == NULL || row->key.len > found->key.len))
			found = row;
	}
	return found;
}

static void put_as_of(struct buf *b, int64_t us)
{
	char time[CLOCK_RFC3339_BYTES];

	clock_rfc3339(us, 0, time);
	buf_printf(b, ",\"as_of\":\"%s\"", time);
}

/* What was built in is as of the day's beginning: the same all day. */
static int64_t today_us(int64_t now_us)
{
	char day[CLOCK_COMPACT_BYTES];
	int64_t us = now_us;

	clock_compact(now_us, 8, day);
	return clock_parse_compact(text_of(day), &us) ? us : now_us;
}

static void put_records(struct buf *b, enum authority a, const struct query_def *def, const struct mock_register *r, struct text key, int64_t now_us)
{
	int64_t as_of_us = today_us(now_us);
	bool first = true;

	buf_str(b, ",\"records\":[");
	for (const struct register_row *row = r->rows; row != NULL; row = row->next) {
		if (!text_eq(row->key, key))
			continue;
		buf_str(b, first ? "{" : ",{");
		buf_str(b, "\"authority\":");
		buf_json(b, text_of(authority_code(a)));
		put_row(b, def, row, key);
		buf_char(b, '}');
		first = false;
		if (row->as_of_us > as_of_us)
			as_of_us = row->as_of_us;
	}
	buf_char(b, ']');
	put_as_of(b, as_of_us);
}

/* Names and numbers as the police compare them: the register's own, else any name with a number that exists. */
static void put_person(struct buf *b, const struct mock_register *r, const struct register_row *row, struct text number, struct text name,
                       int64_t now_us)
{
	const char *result = "not_found";

	if (row != NULL)
		result = text_eq(row->values[0], name) ? "match" : "mismatch";
	else if (!r->unknown_not_found && identifier_identity_number(number, clock_day(now_us)))
		result = "match";
	buf_printf(b, ",\"result\":\"%s\"", result);
	put_as_of(b, row != NULL ? row->as_of_us : today_us(now_us));
}

static bool read_asked(const struct query_def *def, const struct json *asked, struct text *key, struct fault *f)
{
	*key = json_text(json_member(asked, def->key));
	if (key->len == 0 || key->len > QUERY_VALUE_BYTES_MAX)
		return fault_set(f, FAULT_BAD_REQUEST, "%s is missing", def->key);
	for (int i = 0; i < QUERY_KEYS_MAX && def->more[i] != NULL; i++)
		if (json_text(json_member(asked, def->more[i])).len == 0)
			return fault_set(f, FAULT_BAD_REQUEST, "%s is missing", def->more[i]);
	return true;
}

bool query_answer(struct buf *b, enum authority a, const struct query_def *def, const struct mock_register *r, const struct json *asked,
                  int64_t now_us, struct fault *f)
{
	const struct register_row *row;
	struct text key;

	if (!read_asked(def, asked, &key, f))
		return false;
	row = find(r, def, key);
	buf_printf(b, "{\"authority\":\"%s\",\"query\":\"%s\"", authority_code(a), def->name);
	if (!def->is_personal) {
		buf_printf(b, ",\"%s\":", def->key);
		buf_json(b, key);
	}
	if (def->kind == QUERY_LIST) {
		put_records(b, a, def, r, key, now_us);
	} else if (def->kind == QUERY_PERSON) {
		put_person(b, r, row, key, json_text(json_member(asked, def->more[0])), now_us);
	} else {
		bool found = row != NULL || !r->unknown_not_found;

		buf_str(b, found ? ",\"found\":true" : ",\"found\":false");
		if (found)
			put_row(b, def, row, key);
		put_as_of(b, row != NULL ? row->as_of_us : today_us(now_us));
	}
	buf_char(b, '}');
	return true;
}
