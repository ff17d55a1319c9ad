/* Structured fields: each function reads one rule of RFC 9651, section 4.2, and moves behind it. */
#include "standard/structured_field.h"

enum { MEMBERS_MAX = 1024, PARAMS_MAX = 256, INNER_MAX = 256, INTEGER_DIGITS = 15, DECIMAL_DIGITS = 12, FRACTION_DIGITS = 3 };

struct reader {
	struct arena *arena;
	const char *at, *end;
};

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_alpha(char c)
{
	return is_lower(c) || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_token_char(char c)
{
	return is_alpha(c) || is_digit(c) || (c != '\0' && strchr("!#$%&'*+-.^_`|~:/", c) != NULL);
}

static bool is_key_char(char c)
{
	return is_lower(c) || is_digit(c) || (c != '\0' && strchr("_-.*", c) != NULL);
}

static bool is_next(const struct reader *r, char c)
{
	return r->at < r->end && *r->at == c;
}

static bool take(struct reader *r, char c)
{
	if (!is_next(r, c))
		return false;
	r->at++;
	return true;
}

static void skip_spaces(struct reader *r)
{
	while (take(r, ' '))
		;
}

static void skip_blanks(struct reader *r)
{
	while (take(r, ' ') || take(r, '\t'))
		;
}

/* One more place at the end of a list of `count`; its sizes are powers of two. NULL: as long as it may be, or no memory. */
static void *grow(struct arena *a, void *list, int count, int most, size_t size)
{
	void *more;

	if (count >= most)
		return NULL;
	if (count != 0 && (count & (count - 1)) != 0)
		return list;
	more = arena_alloc(a, size * (count == 0 ? 1 : 2 * (size_t)count));
	if (more != NULL && count > 0)
		memcpy(more, list, size * (size_t)count);
	return more;
}

/* --- bare items ------------------------------------------------------------------------------------------------- */

static bool read_number(struct reader *r, struct sf_bare *out)
{
	bool is_negative = take(r, '-');
	int64_t n = 0;
	int digits = 0, fraction = 0;

	for (; r->at < r->end && is_digit(*r->at) && digits < INTEGER_DIGITS; r->at++, digits++)
		n = n * 10 + (*r->at - '0');
	if (digits == 0 || (r->at < r->end && is_digit(*r->at)))
		return false;
	out->kind = SF_INTEGER;
	if (take(r, '.')) {
		if (digits > DECIMAL_DIGITS)
			return false;
		for (; r->at < r->end && is_digit(*r->at) && fraction < FRACTION_DIGITS; r->at++, fraction++)
			n = n * 10 + (*r->at - '0');
		if (fraction == 0 || (r->at < r->end && is_digit(*r->at)))
			return false;
		for (; fraction < FRACTION_DIGITS; fraction++)
			n *= 10;
		out->kind = SF_DECIMAL;
	}
	out->number = is_negative ? -n : n;
	return true;
}

static bool read_string(struct reader *r, struct sf_bare *out)
{
	struct buf b;

	out->kind = SF_STRING;
	buf_init(&b, r->arena, 32);
	for (r->at++; r->at < r->end; r->at++) {
		char c = *r->at;

		if (c == '"') {
			r->at++;
			out->text = buf_as_text(&b);
			return !b.full;
		}
		if (c == '\\') {
			if (++r->at == r->end || (*r->at != '"' && *r->at != '\\'))
				return false;
			c = *r->at;
		} else if (c < 0x20 || c > 0x7e) {
			return false;
		}
		buf_char(&b, c);
	}
	return false;
}

static bool read_token(struct reader *r, struct sf_bare *out)
{
	const char *from = r->at;

	while (r->at < r->end && is_token_char(*r->at))
		r->at++;
	*out = (struct sf_bare){ .kind = SF_TOKEN, .text = { from, (size_t)(r->at - from) } };
	return true;
}

static bool read_bytes(struct reader *r, struct sf_bare *out)
{
	const char *from = ++r->at, *colon = from == r->end ? NULL : memchr(from, ':', (size_t)(r->end - from));
	struct text coded;
	char *to;
	long len;

	if (colon == NULL)
		return false;
	coded = (struct text){ from, (size_t)(colon - from) };
	if (memchr(from, '-', coded.len) != NULL || memchr(from, '_', coded.len) != NULL) /* the other alphabet is not base64 */
		return false;
	to = arena_alloc(r->arena, coded.len + 1);
	len = to == NULL ? -1 : base64_decode(coded, to, coded.len + 1);
	r->at = colon + 1;
	*out = (struct sf_bare){ .kind = SF_BYTES, .text = { to, len < 0 ? 0 : (size_t)len } };
	return len >= 0;
}

static bool read_boolean(struct reader *r, struct sf_bare *out)
{
	r->at++;
	out->kind = SF_BOOLEAN;
	out->number = is_next(r, '1');
	return take(r, '1') || take(r, '0');
}

static bool read_date(struct reader *r, struct sf_bare *out)
{
	r->at++;
	if (!read_number(r, out) || out->kind != SF_INTEGER)
		return false;
	out->kind = SF_DATE;
	return true;
}

static int hex_value(char c)
{
	return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; /* small letters only */
}

static bool read_display(struct reader *r, struct sf_bare *out)
{
	struct buf b;

	out->kind = SF_DISPLAY;
	r->at++;
	if (!take(r, '"'))
		return false;
	buf_init(&b, r->arena, 32);
	for (; r->at < r->end && *r->at != '"'; r->at++) {
		char c = *r->at;

		if (c < 0x20 || c > 0x7e)
			return false;
		if (c == '%') {
			int high = r->end - r->at < 3 ? -1 : hex_value(r->at[1]), low = high < 0 ? -1 : hex_value(r->at[2]);

			if (low < 0)
				return false;
			c = (char)(high << 4 | low);
			r->at += 2;
		}
		buf_char(&b, c);
	}
	out->text = buf_as_text(&b);
	return take(r, '"') && !b.full && text_utf8_length(out->text) >= 0;
}

static bool read_bare(struct reader *r, struct sf_bare *out)
{
	*out = (struct sf_bare){ .number = 0 };
	if (r->at == r->end)
		return false;
	switch (*r->at) {
	case '"':
		return read_string(r, out);
	case ':':
		return read_bytes(r, out);
	case '?':
		return read_boolean(r, out);
	case '@':
		return read_date(r, out);
	case '%':
		return read_display(r, out);
	default:
		if (*r->at == '-' || is_digit(*r->at))
			return read_number(r, out);
		return (is_alpha(*r->at) || *r->at == '*') && read_token(r, out);
	}
}

/* --- keys, parameters, members ------------------------------------------------------------------------------------ */

static bool read_key(struct reader *r, struct text *out)
{
	const char *from = r->at;

	if (r->at == r->end || (!is_lower(*r->at) && *r->at != '*'))
		return false;
	while (r->at < r->end && is_key_char(*r->at))
		r->at++;
	*out = (struct text){ from, (size_t)(r->at - from) };
	return true;
}

/* A key that comes again has its last value, at its first place. */
static struct sf_param *place_of(struct reader *r, struct sf_params *p, struct text key)
{
	struct sf_param *list;

	for (int i = 0; i < p->count; i++)
		if (text_eq(p->list[i].key, key))
			return &p->list[i];
	list = grow(r->arena, p->list, p->count, PARAMS_MAX, sizeof(*list));
	if (list == NULL)
		return NULL;
	p->list = list;
	p->list[p->count].key = key;
	return &p->list[p->count++];
}

static bool read_params(struct reader *r, struct sf_params *out)
{
	*out = (struct sf_params){ NULL, 0 };
	while (take(r, ';')) {
		struct sf_bare value = { .kind = SF_BOOLEAN, .number = 1 };
		struct sf_param *place;
		struct text key;

		skip_spaces(r);
		if (!read_key(r, &key) || (take(r, '=') && !read_bare(r, &value)))
			return false;
		place = place_of(r, out, key);
		if (place == NULL)
			return false;
		place->value = value;
	}
	return true;
}

static bool read_item(struct reader *r, struct sf_member *out)
{
	out->is_inner = false;
	out->items = NULL;
	out->item_count = 0;
	return read_bare(r, &out->bare) && read_params(r, &out->params);
}

static bool read_inner(struct reader *r, struct sf_member *out)
{
	out->is_inner = true;
	out->bare = (struct sf_bare){ .number = 0 };
	out->items = NULL;
	out->item_count = 0;
	r->at++;
	while (r->at < r->end) {
		struct sf_member *items;

		skip_spaces(r);
		if (take(r, ')'))
			return read_params(r, &out->params);
		items = grow(r->arena, out->items, out->item_count, INNER_MAX, sizeof(*items));
		if (items == NULL)
			return false;
		out->items = items;
		items[out->item_count].key = (struct text){ NULL, 0 };
		if (!read_item(r, &items[out->item_count++]) || (!is_next(r, ' ') && !is_next(r, ')')))
			return false;
	}
	return false;
}

static bool read_member(struct reader *r, struct sf_member *out)
{
	return is_next(r, '(') ? read_inner(r, out) : read_item(r, out);
}

/* Behind a member: the end, or a comma and then another one. */
static bool read_comma(struct reader *r)
{
	skip_blanks(r);
	if (r->at == r->end)
		return true;
	if (!take(r, ','))
		return false;
	skip_blanks(r);
	return r->at < r->end;
}

/* --- fields --------------------------------------------------------------------------------------------------------- */

static struct reader begin(struct arena *a, struct text field)
{
	struct reader r = { .arena = a, .at = "", .end = "" };

	if (field.len == 0) /* or absent */
		return r;
	r.at = field.at;
	r.end = field.at + field.len;
	skip_spaces(&r);
	while (r.end > r.at && r.end[-1] == ' ')
		r.end--;
	return r;
}

bool sf_read_item(struct arena *a, struct text field, struct sf_member *out)
{
	struct reader r = begin(a, field);

	out->key = (struct text){ NULL, 0 };
	return read_item(&r, out) && r.at == r.end;
}

bool sf_read_list(struct arena *a, struct text field, struct sf_list *out)
{
	struct reader r = begin(a, field);

	*out = (struct sf_list){ NULL, 0 };
	while (r.at < r.end) {
		struct sf_member *list = grow(a, out->list, out->count, MEMBERS_MAX, sizeof(*list));

		if (list == NULL)
			return false;
		out->list = list;
		list[out->count].key = (struct text){ NULL, 0 };
		if (!read_member(&r, &list[out->count++]) || !read_comma(&r))
			return false;
	}
	return true;
}

/* A key that comes again has its last value, at its first place. */
static bool put_member(struct arena *a, struct sf_list *d, const struct sf_member *m)
{
	struct sf_member *list;

	for (int i = 0; i < d->count; i++) {
		if (!text_eq(d->list[i].key, m->key))
			continue;
		d->list[i] = *m;
		return true;
	}
	list = grow(a, d->list, d->count, MEMBERS_MAX, sizeof(*list));
	if (list == NULL)
		return false;
	d->list = list;
	list[d->count++] = *m;
	return true;
}

bool sf_read_dictionary(struct arena *a, struct text field, struct sf_list *out)
{
	struct reader r = begin(a, field);

	*out = (struct sf_list){ NULL, 0 };
	while (r.at < r.end) {
		struct sf_member m = { .bare = { .kind = SF_BOOLEAN, .number = 1 } };

		if (!read_key(&r, &m.key) || (take(&r, '=') ? !read_member(&r, &m) : !read_params(&r, &m.params)))
			return false;
		if (!put_member(a, out, &m) || !read_comma(&r))
			return false;
	}
	return true;
}

const struct sf_member *sf_find(const struct sf_list *dictionary, const char *key)
{
	for (int i = 0; i < dictionary->count; i++)
		if (text_is(dictionary->list[i].key, key))
			return &dictionary->list[i];
	return NULL;
}

const struct sf_bare *sf_param(const struct sf_params *params, const char *key)
{
	for (int i = 0; i < params->count; i++)
		if (text_is(params->list[i].key, key))
			return &params->list[i].value;
	return NULL;
}

/* --- writing -------------------------------------------------------------------------------------------------------- */

static void put_decimal(struct buf *b, int64_t thousandths)
{
	int64_t n = thousandths < 0 ? -thousandths : thousandths, fraction = n % 1000;

	if (thousandths < 0)
		buf_char(b, '-');
	buf_i64(b, n / 1000);
	buf_char(b, '.');
	buf_i64(b, fraction / 100);
	if (fraction % 100 != 0)
		buf_i64(b, fraction / 10 % 10);
	if (fraction % 10 != 0)
		buf_i64(b, fraction % 10);
}

static void put_string(struct buf *b, struct text t)
{
	buf_char(b, '"');
	for (size_t i = 0; i < t.len; i++) {
		if (t.at[i] == '"' || t.at[i] == '\\')
			buf_char(b, '\\');
		buf_char(b, t.at[i]);
	}
	buf_char(b, '"');
}

static void put_display(struct buf *b, struct text t)
{
	buf_str(b, "%\"");
	for (size_t i = 0; i < t.len; i++) {
		char c = t.at[i];

		if (c < 0x20 || c > 0x7e || c == '%' || c == '"')
			buf_printf(b, "%%%02x", (unsigned)(unsigned char)c);
		else
			buf_char(b, c);
	}
	buf_char(b, '"');
}

void sf_put_bare(struct buf *b, const struct sf_bare *bare)
{
	switch (bare->kind) {
	case SF_DATE:
		buf_char(b, '@');
		buf_i64(b, bare->number);
		break;
	case SF_INTEGER:
		buf_i64(b, bare->number);
		break;
	case SF_DECIMAL:
		put_decimal(b, bare->number);
		break;
	case SF_BOOLEAN:
		buf_str(b, bare->number != 0 ? "?1" : "?0");
		break;
	case SF_STRING:
		put_string(b, bare->text);
		break;
	case SF_TOKEN:
		buf_text(b, bare->text);
		break;
	case SF_BYTES:
		buf_char(b, ':');
		buf_base64(b, bare->text.at, bare->text.len);
		buf_char(b, ':');
		break;
	case SF_DISPLAY:
		put_display(b, bare->text);
		break;
	}
}

void sf_put_params(struct buf *b, const struct sf_params *params)
{
	for (int i = 0; i < params->count; i++) {
		const struct sf_param *p = &params->list[i];

		buf_char(b, ';');
		buf_text(b, p->key);
		if (p->value.kind == SF_BOOLEAN && p->value.number != 0)
			continue;
		buf_char(b, '=');
		sf_put_bare(b, &p->value);
	}
}

void sf_put_member(struct buf *b, const struct sf_member *m)
{
	if (m->is_inner)
		buf_char(b, '(');
	else
		sf_put_bare(b, &m->bare);
	for (int i = 0; i < m->item_count; i++) {
		if (i > 0)
			buf_char(b, ' ');
		sf_put_bare(b, &m->items[i].bare);
		sf_put_params(b, &m->items[i].params);
	}
	if (m->is_inner)
		buf_char(b, ')');
	sf_put_params(b, &m->params);
}
