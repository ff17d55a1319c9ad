/*
 * Values of customs' messages: from customs' forms of times, dates and actions into ours, and what real clients write
 * instead (the text of a Java date, 14 digits for a day, misspelt names).
 */
#include "base/clock.h"
#include "standard/ceb_reading.h"

static const struct { const char *wrong, *right; } misspellings[] = {
	{ "consigneeDitrict", "consigneeDistrict" },
	{ "consingee", "consignee" },
	{ "agengName", "agentName" },
	{ "declagAgentCode", "declAgentCode" },
};

/* Seen in real tax bills. */
static const struct { int number; const char *element; } extras[] = {
	{ 816, "orderNo" }, { 816, "logisticsNo" }, { 816, "logisticNo" },
};

struct text ceb_element_name(struct text name, bool *misspelt)
{
	*misspelt = false;
	for (size_t i = 0; i < COUNTOF(misspellings); i++) {
		if (text_is(name, misspellings[i].wrong)) {
			*misspelt = true;
			return text_of(misspellings[i].right);
		}
	}
	return name;
}

bool ceb_is_known_extra(int number, struct text name)
{
	for (size_t i = 0; i < COUNTOF(extras); i++)
		if (extras[i].number == number && text_is(name, extras[i].element))
			return true;
	return false;
}

/* ---- times ---- */

static size_t digits_of(enum field_type type)
{
	return type == FIELD_INSTANT ? 17 : type == FIELD_TIME ? 14 : 8;
}

/* 20260302101112345 -> 2026-03-02T10:11:12.345+08:00, 14 digits without the fraction, 8 digits the day alone. */
static bool convert_digits(struct ceb_reading *r, struct text *value)
{
	static const char forms[][30] = { "yyyy-mm-dd", "yyyy-mm-ddThh:mm:ss+08:00", "yyyy-mm-ddThh:mm:ss.sss+08:00" };
	const char *form = forms[value->len == 17 ? 2 : value->len == 14 ? 1 : 0], *from = value->at;
	char *to = arena_dup(r->arena, form);

	if (to == NULL)
		return ceb_arena_is_full(r);
	*value = text_of(to);
	for (; *to != '\0'; to++)
		if (*to >= 'a' && *to <= 'z')
			*to = *from++;
	return true;
}

static bool two_digits(struct text t, size_t at, char *to)
{
	for (size_t i = at; i < at + 2; i++) {
		if (i >= t.len || t.at[i] < '0' || t.at[i] > '9')
			return false;
		*to++ = t.at[i];
	}
	return true;
}

/* 2018-10-01 10:11:12, perhaps with a fraction: a Java timestamp. */
static bool from_timestamp(struct text t, char out[14])
{
	static const size_t places[] = { 0, 2, 5, 8, 11, 14, 17 };
	bool ok = t.len >= 19 && t.at[4] == '-' && t.at[7] == '-' && t.at[10] == ' ' && t.at[13] == ':' && t.at[16] == ':' &&
	          (t.len == 19 || t.at[19] == '.');

	for (size_t i = 0; ok && i < COUNTOF(places); i++)
		ok = two_digits(t, places[i], out + 2 * i);
	return ok;
}

/* Thu Nov 01 10:11:12 CST 2018: a Java date; its zone is taken to be China's. */
static bool from_java_date(struct text t, char out[14])
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	size_t month = 0, year = t.len - 4;

	if (t.len < 28 || t.len > 34 || t.at[3] != ' ' || t.at[7] != ' ' || t.at[10] != ' ' || t.at[13] != ':' || t.at[16] != ':' ||
	    t.at[19] != ' ' || t.at[year - 1] != ' ' || (memcmp(t.at + 20, "CST ", 4) != 0 && memcmp(t.at + 20, "GMT+08:00 ", 10) != 0))
		return false;
	while (month < 12 && memcmp(months + 3 * month, t.at + 4, 3) != 0)
		month++;
	if (month == 12)
		return false;
	out[4] = (char)('0' + (month + 1) / 10);
	out[5] = (char)('0' + (month + 1) % 10);
	return two_digits(t, year, out) && two_digits(t, year + 2, out + 2) && two_digits(t, 8, out + 6) && two_digits(t, 11, out + 8) &&
	       two_digits(t, 14, out + 10) && two_digits(t, 17, out + 12);
}

/* Another form than customs' own into as many digits as are due. False: it is none that is known. */
static bool to_digits(struct ceb_reading *r, size_t due, struct text *value)
{
	char *digits = arena_alloc(r->arena, 17);

	if (digits == NULL)
		return false;
	memset(digits, '0', 17);
	if (value->len == 14 && due == 8)
		memcpy(digits, value->at, 14);
	else if (!from_timestamp(*value, digits) && !from_java_date(*value, digits))
		return false;
	*value = (struct text){ digits, due };
	return true;
}

static bool convert_time(struct ceb_reading *r, enum field_type type, struct text *value)
{
	struct text digits = *value;
	size_t due = digits_of(type);
	bool tolerated = digits.len != due && digits.len >= 14 && to_digits(r, due, &digits);
	int64_t ignored;

	if (digits.len != due || !clock_parse_compact(digits, &ignored))
		return true;
	if (tolerated && !ceb_tolerate(r, r->node, (struct finding){ .rule = RULE_SCHEMA_TIME, .field = ceb_field(r), .got = *value }))
		return false;
	*value = digits;
	return convert_digits(r, value);
}

static void convert_action(struct text *value)
{
	if (value->len == 1 && value->at[0] >= '0' + ACTION_ADD && value->at[0] <= '0' + ACTION_DELETE)
		*value = text_of(action_name((enum action)(value->at[0] - '0')));
}

/* An empty element is an absent one; the schema lets only texts without a least length be empty. */
static bool store_nothing(struct ceb_reading *r)
{
	const struct field_def *def = ceb_field(r);

	if (def->required || (def->type == FIELD_TEXT && def->min_length == 0))
		return true; /* the check says what is missing */
	return ceb_tolerate(r, r->node, (struct finding){ .rule = RULE_SCHEMA_EMPTY, .field = def });
}

bool ceb_store_value(struct ceb_reading *r)
{
	const struct field_def *def = ceb_field(r);
	struct text value = { r->value, (size_t)(r->pool - r->value) }, trimmed = text_trim(value);

	if (trimmed.len == 0)
		return store_nothing(r);
	if (def->type != FIELD_TEXT)
		value = trimmed;
	if (def->type == FIELD_ACTION)
		convert_action(&value);
	else if ((def->type == FIELD_TIME || def->type == FIELD_DATE || def->type == FIELD_INSTANT) && !convert_time(r, def->type, &value))
		return false;
	if (r->line >= 0)
		r->row[r->field] = value;
	else
		r->node->doc->head[r->field] = value;
	return true;
}
