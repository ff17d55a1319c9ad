/*
 * One value against its row in the field table: there at all, its type, its length, its code list.
 * The canonical form replaces what was sent.
 *
 * Runs for every value of every filing: words are made only for what is wrong.
 */
#include "base/clock.h"
#include "model/check_priv.h"
#include "model/identifier.h"
#include "model/scan.h"

#define ZONE "+08:00"

struct value {
	struct check *c;
	struct row *row;
	int index;
	const struct field_def *def;
	struct text *text;
};

static void refuse(struct value *v, enum rule rule, const char *expected)
{
	check_report(v->c, v->row, &(struct wrong){ rule, v->index, expected });
}

static void refuse_length(struct value *v)
{
	int least = (int)v->def->min_length, most = (int)v->def->max_length;

	if (least == most)
		refuse(v, RULE_LENGTH, check_words(v->c, "%d characters", most));
	else if (least <= 1)
		refuse(v, RULE_LENGTH, check_words(v->c, "at most %d characters", most));
	else
		refuse(v, RULE_LENGTH, check_words(v->c, "%d to %d characters", least, most));
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool may_have_lines(enum field f)
{
	return f == F_NOTE || f == F_REASON || f == F_RETURN_INFO || f == F_ORIGINAL_MESSAGE;
}

/* Free texts may have lines and columns; nothing else may have controls. */
static bool has_bad_control(const struct value *v)
{
	for (size_t i = 0; i < v->text->len; i++) {
		unsigned char byte = (unsigned char)v->text->at[i];

		if (byte < 0x20 && !(may_have_lines(v->def->id) && (byte == '\t' || byte == '\n')))
			return true;
	}
	return false;
}

/* U+FFFE and U+FFFF: UTF-8 can write them, XML cannot, and customs is sent XML. */
static bool has_noncharacter(struct text t)
{
	for (size_t i = 2; i < t.len; i++) {
		const unsigned char *at = (const unsigned char *)t.at + i - 2;

		if (at[0] == 0xEF && at[1] == 0xBF && at[2] >= 0xBE)
			return true;
	}
	return false;
}

/* "A|B" allows "A" and "B". */
static bool is_allowed(struct text t, const char *allowed)
{
	const char *at = allowed;

	for (;;) {
		size_t len = strcspn(at, "|");

		if (text_eq(t, (struct text){ at, len }))
			return true;
		if (at[len] == '\0')
			return false;
		at += len + 1;
	}
}

static void check_text(struct value *v)
{
	unsigned found = scan_text(*v->text);
	size_t length = v->text->len;

	if ((found & SCAN_CONTROL) != 0 && has_bad_control(v)) {
		refuse(v, RULE_CHARACTERS, may_have_lines(v->def->id) ? "no control characters but tab and newline" : "no control characters");
		return;
	}
	if ((found & SCAN_HIGH) != 0) {
		long characters = text_utf8_length(*v->text);

		if (characters < 0 || has_noncharacter(*v->text)) {
			refuse(v, RULE_CHARACTERS, "UTF-8 without U+FFFE and U+FFFF");
			return;
		}
		length = (size_t)characters;
	}
	if (length < v->def->min_length || length > v->def->max_length)
		refuse_length(v);
	else if (v->def->allowed != NULL && !is_allowed(*v->text, v->def->allowed))
		refuse(v, RULE_VALUE, check_words(v->c, "one of %s", v->def->allowed));
}

static void check_code(struct value *v)
{
	size_t length = v->text->len;

	if (v->def->list == CODES_HS) {
		if (!identifier_hs(*v->text))
			refuse(v, RULE_HS_CODE, "10 digits, chapter 01 to 97 without 77");
	} else if (codebook_find(v->c->book, v->def->list, *v->text, v->c->day) == NULL) {
		if (length < v->def->min_length || length > v->def->max_length)
			refuse_length(v);
		else
			refuse(v, RULE_CODE, check_words(v->c, "a code of list %s", code_list_name(v->def->list)));
	}
}

/* -?digits[.digits] */
static bool is_number(struct text t)
{
	size_t i = t.len > 0 && t.at[0] == '-', start = i;

	while (i < t.len && is_digit(t.at[i]))
		i++;
	if (i == start)
		return false;
	if (i == t.len)
		return true;
	if (t.at[i++] != '.' || i == t.len)
		return false;
	while (i < t.len && is_digit(t.at[i]))
		i++;
	return i == t.len;
}

/* Of a number that parses: nothing in it could be left out. */
static bool is_shortest(struct text t)
{
	if (t.at[0] == '-' || (t.at[0] == '0' && t.len > 1 && t.at[1] != '.'))
		return false;
	return memchr(t.at, '.', t.len) == NULL || t.at[t.len - 1] != '0';
}

static bool is_quantity(enum field f)
{
	return f == F_QUANTITY || f == F_QUANTITY_1 || f == F_QUANTITY_2;
}

static void check_decimal(struct value *v)
{
	struct decimal n;
	struct buf b;

	if (!decimal_parse(*v->text, v->def->total_digits, v->def->fraction_digits, &n)) {
		if (is_number(*v->text))
			refuse(v, RULE_DIGITS, check_words(v->c, "at most %d digits, %d of them after the point",
			                                   v->def->total_digits, v->def->fraction_digits));
		else
			refuse(v, RULE_FORM, "a number like 12.5");
		return;
	}
	if (n.e5 < 0 || (n.e5 == 0 && is_quantity(v->def->id))) {
		refuse(v, RULE_NEGATIVE, n.e5 < 0 ? "0 or more" : "more than 0");
		return;
	}
	if (is_shortest(*v->text))
		return;
	buf_init(&b, v->c->out->arena, v->text->len);
	decimal_put(&b, n);
	if (!b.full)
		*v->text = buf_as_text(&b);
}

static void check_integer(struct value *v)
{
	struct text t = *v->text;
	bool negative = t.len > 1 && t.at[0] == '-';

	for (size_t i = negative; i < t.len; i++) {
		if (!is_digit(t.at[i])) {
			refuse(v, RULE_FORM, "a whole number in digits");
			return;
		}
	}
	for (; t.len > 1 && t.at[0] == '0'; t.len--)
		t.at++;
	if (negative || (v->def->id == F_PACK_COUNT && text_is(t, "0")))
		refuse(v, RULE_NEGATIVE, "1 or more");
	else if (t.len > v->def->total_digits)
		refuse(v, RULE_DIGITS, check_words(v->c, "at most %d digits", v->def->total_digits));
	else
		*v->text = t;
}

static void check_time(struct value *v)
{
	static const size_t canonical_len = sizeof("2026-03-02T10:11:12" ZONE) - 1;
	struct text t = *v->text;
	char canonical[CLOCK_RFC3339_BYTES];
	int64_t us;

	if (!clock_parse_rfc3339(t, &us)) {
		refuse(v, RULE_FORM, "a time that exists: 2026-03-02T10:11:12+08:00 (CEB: 20260302101112)");
		return;
	}
	if (t.len == canonical_len && memcmp(t.at + t.len - strlen(ZONE), ZONE, strlen(ZONE)) == 0)
		return;
	clock_rfc3339(us, 0, canonical);
	t = text_dup(v->c->out->arena, text_of(canonical));
	if (t.at != NULL)
		*v->text = t;
}

/* To the millisecond, always three digits of it. */
static void check_instant(struct value *v)
{
	char canonical[CLOCK_RFC3339_BYTES];
	struct text t = *v->text;
	int64_t us;

	if (!clock_parse_rfc3339(t, &us)) {
		refuse(v, RULE_FORM, "a time that exists: 2026-03-02T10:11:12.345+08:00 (CEB: 20260302101112345)");
		return;
	}
	clock_rfc3339(us, 3, canonical);
	if (text_is(t, canonical))
		return;
	t = text_dup(v->c->out->arena, text_of(canonical));
	if (t.at != NULL)
		*v->text = t;
}

static void check_date(struct value *v)
{
	int64_t us;

	if (!clock_parse_date(*v->text, &us))
		refuse(v, RULE_FORM, "a day that exists: 2026-03-02 (CEB: 20260302)");
}

static void check_action(struct value *v)
{
	enum action a;

	if (!action_by_name(*v->text, &a))
		refuse(v, RULE_VALUE, "add, change or delete (CEB: 1, 2 or 3)");
}

static bool is_empty(struct text t)
{
	return t.len == 0 || ((unsigned char)t.at[0] <= ' ' && text_trim(t).len == 0);
}

/* What older clients of customs leave out is a warning where such are let through. */
static void refuse_absent(struct value *v)
{
	if (!v->def->newer || v->c->warnings == NULL)
		refuse(v, RULE_REQUIRED, NULL);
	else
		findings_add(v->c->warnings, &(struct finding){ .rule = RULE_SCHEMA_ABSENT, .field = v->def, .line = v->row->line });
}

void check_row_fields(struct check *c, struct row *r)
{
	static void (*const by_type[])(struct value *v) = {
		[FIELD_TEXT] = check_text,
		[FIELD_CODE] = check_code,
		[FIELD_DECIMAL] = check_decimal,
		[FIELD_INTEGER] = check_integer,
		[FIELD_TIME] = check_time,
		[FIELD_INSTANT] = check_instant,
		[FIELD_DATE] = check_date,
		[FIELD_ACTION] = check_action,
	};
	struct value v = { .c = c, .row = r };

	for (v.index = 0; v.index < r->count; v.index++) {
		v.def = &r->fields[v.index];
		v.text = &r->values[v.index];
		if (v.text->at != NULL && !is_empty(*v.text)) {
			by_type[v.def->type](&v);
			continue;
		}
		*v.text = (struct text){ NULL, 0 };
		if (field_has_value(v.def))
			refuse_absent(&v);
	}
}
