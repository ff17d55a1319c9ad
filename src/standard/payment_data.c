/*
 * Reading payment data by tables of members, one for each kind of object.
 *
 *   top ─ payExchangeInfoHead ─► head
 *     └── payExchangeInfoLists ─► orders ─ goodsInfo ─► goods
 *
 * Where the cursor is stands in `path`, so that whatever is wrong is told by its JSON Pointer. Amounts are read from
 * their digits, as a number or a string.
 */
#include "standard/payment_data.h"

#include "base/clock.h"
#include "standard/json_scan.h"
#include "standard/utf8.h"

enum { PATH_MAX_DEPTH = 6, SIGN_VALUE_MAX = 1400, TOKEN_MAX = 100 };
#define NOT_KEPT ((size_t)-1)

enum member_kind {
	MEMBER_TEXT,    /* 1..most characters; an optional one may be empty */
	MEMBER_TOKEN,   /* letters, digits, '-', '_', '+', '/', '=', '.': nothing that would need an escape */
	MEMBER_AMOUNT,  /* N19,5 */
	MEMBER_CHOICE,  /* one digit of 1..most */
	MEMBER_MOMENT,  /* YYYYMMDDhhmmss, or seconds since 1970 */
	MEMBER_MS,      /* digits, as a number or a string */
	MEMBER_HEAD, MEMBER_ORDERS, MEMBER_GOODS,
};

struct member {
	const char *name;
	enum member_kind kind;
	size_t most;
	bool must;
	size_t at; /* of a struct text in struct payment_data */
};

#define KEPT(m) offsetof(struct payment_data, m)
static const struct member head_members[] = {
	{ "guid", MEMBER_TEXT, 36, true, KEPT(guid) },
	{ "initalRequest", MEMBER_TEXT, 8000, true, NOT_KEPT }, /* customs' spelling */
	{ "initalResponse", MEMBER_TEXT, 8000, true, NOT_KEPT },
	{ "ebpCode", MEMBER_TEXT, 18, true, KEPT(platform_code) },
	{ "payCode", MEMBER_TEXT, 18, true, KEPT(payment_company_code) },
	{ "payTransactionId", MEMBER_TEXT, 60, true, KEPT(payment_no) },
	{ "totalAmount", MEMBER_AMOUNT, 19, true, NOT_KEPT },
	{ "currency", MEMBER_TEXT, 4, true, KEPT(currency) },
	{ "verDept", MEMBER_CHOICE, 3, true, NOT_KEPT },
	{ "payType", MEMBER_CHOICE, 4, false, NOT_KEPT },
	{ "tradingTime", MEMBER_MOMENT, 14, true, KEPT(paid_at) },
	{ "note", MEMBER_TEXT, 1000, false, NOT_KEPT },
};
static const struct member order_members[] = {
	{ "orderNo", MEMBER_TEXT, 60, true, NOT_KEPT }, /* kept in order */
	{ "goodsInfo", MEMBER_GOODS, PAYMENT_GOODS_MAX, true, NOT_KEPT },
	{ "recpAccount", MEMBER_TEXT, 60, true, NOT_KEPT },
	{ "recpCode", MEMBER_TEXT, 18, false, NOT_KEPT },
	{ "recpName", MEMBER_TEXT, 100, true, NOT_KEPT },
};
static const struct member goods_members[] = {
	{ "gname", MEMBER_TEXT, 250, true, NOT_KEPT },
	{ "itemLink", MEMBER_TEXT, 3000, true, NOT_KEPT },
};
static const struct member top_members[] = {
	{ "payExchangeInfoHead", MEMBER_HEAD, 0, true, KEPT(head) },
	{ "payExchangeInfoLists", MEMBER_ORDERS, PAYMENT_ORDERS_MAX, true, KEPT(lists) },
	{ "sessionID", MEMBER_TOKEN, TOKEN_MAX, true, KEPT(session_id) }, /* from here on: of the signed form only */
	{ "serviceTime", MEMBER_MS, 0, true, KEPT(service_time) },
	{ "certNo", MEMBER_TOKEN, TOKEN_MAX, true, KEPT(cert_no) },
	{ "signValue", MEMBER_TOKEN, SIGN_VALUE_MAX, true, KEPT(sign_value) },
};
enum { TOP_UNSIGNED = 2 };

struct reading {
	struct arena *arena;
	struct json_scan scan;
	struct payment_data *out;
	struct {
		const char *name; /* NULL: the place in an array */
		int index;
	} path[PATH_MAX_DEPTH];
	int depth;
};

struct object {
	struct reading *r;
	const struct member *members;
	int count;
	unsigned seen;
};

struct list {
	struct reading *r;
	const struct member *members;
	int count, most;
};

/* ---- what is wrong, and where ---- */

static bool arena_is_full(struct reading *r)
{
	return fault_set(r->scan.fault, FAULT_BUSY, "no memory is left for this request");
}

static struct text pointer(struct reading *r, struct text last)
{
	struct buf b;

	buf_init(&b, r->arena, 128);
	for (int i = 0; i < r->depth; i++) {
		buf_char(&b, '/');
		if (r->path[i].name != NULL)
			buf_str(&b, r->path[i].name);
		else
			buf_i64(&b, r->path[i].index);
	}
	if (last.at != NULL) {
		buf_char(&b, '/');
		buf_text(&b, last);
	}
	return b.full ? (struct text){ NULL, 0 } : buf_as_text(&b);
}

/* A member's name that is not ours is repeated only as far as it looks like one. */
static struct text own_words(struct text name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!((name.at[i] | 32) >= 'a' && (name.at[i] | 32) <= 'z') && !(name.at[i] >= '0' && name.at[i] <= '9') && name.at[i] != '_')
			return TEXT("?");
	return name.len > 40 || name.len == 0 ? TEXT("?") : name;
}

static bool wrong(struct reading *r, enum rule rule, struct text last, const char *expected)
{
	struct text where = pointer(r, last);

	if (where.at == NULL)
		return arena_is_full(r);
	r->out->wrong = (struct finding){ .rule = rule, .pointer = where, .line = -1, .expected = expected };
	return fault_set(r->scan.fault, FAULT_RULE_BROKEN, TEXT_FMT ": %s%s%s", TEXT_ARG(where), rule_detail(rule, false),
	                 expected == NULL ? "" : ": ", expected == NULL ? "" : expected);
}

static bool wrong_here(struct reading *r, enum rule rule, const char *expected)
{
	return wrong(r, rule, (struct text){ NULL, 0 }, expected);
}

/* ---- values ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool all_digits(struct text t)
{
	for (size_t i = 0; i < t.len; i++)
		if (!is_digit(t.at[i]))
			return false;
	return t.len > 0;
}

static bool all_tokens(struct text t)
{
	for (size_t i = 0; i < t.len; i++) {
		char c = t.at[i];

		if (!((c | 32) >= 'a' && (c | 32) <= 'z') && !is_digit(c) && memchr("-_+/=.", c, 6) == NULL)
			return false;
	}
	return true;
}

/* The digits of a number, or a string. */
static bool read_digits(struct reading *r, struct text *out)
{
	bool is_integer;
	char c = json_scan_peek(&r->scan);

	if (c == '"')
		return json_scan_string(&r->scan, out);
	if (c == '-' || is_digit(c))
		return json_scan_number(&r->scan, out, &is_integer);
	return wrong_here(r, RULE_TYPE, "a number, or its digits in a string");
}

static bool check_text(struct reading *r, const struct member *m, struct text value)
{
	if (value.len == 0)
		return !m->must || wrong_here(r, RULE_REQUIRED, NULL);
	if (utf8_first(value, m->most).len < value.len)
		return wrong_here(r, RULE_LENGTH, NULL);
	return m->kind != MEMBER_TOKEN || all_tokens(value) || wrong_here(r, RULE_CHARACTERS, "letters, digits and -_+/=.");
}

static bool check_form(struct reading *r, const struct member *m, struct text value)
{
	int64_t ignored;

	switch (m->kind) {
	case MEMBER_CHOICE:
		if (value.len == 0 && !m->must)
			return true;
		return (value.len == 1 && value.at[0] >= '1' && value.at[0] <= '0' + (char)m->most) || wrong_here(r, RULE_VALUE, NULL);
	case MEMBER_MOMENT:
		return (value.len == 14 && clock_parse_compact(value, &ignored)) || (value.len == 10 && all_digits(value)) ||
		       wrong_here(r, RULE_FORM, "YYYYMMDDhhmmss");
	case MEMBER_MS:
		return (value.len >= 10 && value.len <= 16 && all_digits(value)) || wrong_here(r, RULE_FORM, "milliseconds since 1970");
	default:
		return check_text(r, m, value);
	}
}

static bool read_amount(struct reading *r)
{
	struct text digits;

	if (!read_digits(r, &digits))
		return false;
	if (!decimal_parse(digits, 19, 5, &r->out->amount))
		return wrong_here(r, RULE_DIGITS, "at most 19 digits, 5 of them after the point");
	return r->out->amount.e5 >= 0 || wrong_here(r, RULE_NEGATIVE, NULL);
}

static bool read_value(struct reading *r, const struct member *m, struct text *out)
{
	if (m->kind == MEMBER_MS)
		return read_digits(r, out) && check_form(r, m, *out);
	if (json_scan_peek(&r->scan) != '"')
		return wrong_here(r, RULE_TYPE, "a string");
	return json_scan_string(&r->scan, out) && check_form(r, m, *out);
}

/* ---- objects and arrays ---- */

static bool read_object(struct reading *r, const struct member *members, int count);
static bool read_list(struct reading *r, const struct member *m);

static void keep(struct reading *r, const struct member *m, struct text value)
{
	if (m->at != NOT_KEPT)
		*(struct text *)(void *)((char *)r->out + m->at) = value;
	else if (m == &order_members[0])
		r->out->orders[r->out->order_count++] = value; /* the list's limit is its size */
}

static bool read_member(struct reading *r, const struct member *m)
{
	struct text value = { NULL, 0 };
	const char *from = r->scan.at;
	bool is_nested = m->kind == MEMBER_HEAD || m->kind == MEMBER_ORDERS || m->kind == MEMBER_GOODS;

	if (m->kind == MEMBER_AMOUNT)
		return read_amount(r);
	if (!is_nested) {
		if (!read_value(r, m, &value))
			return false;
	} else {
		if (!(m->kind == MEMBER_HEAD ? read_object(r, head_members, COUNTOF(head_members)) : read_list(r, m)))
			return false;
		value = (struct text){ from, (size_t)(r->scan.at - from) };
	}
	keep(r, m, value);
	return true;
}

static bool on_member(void *arg, struct text name)
{
	struct object *o = arg;
	struct reading *r = o->r;

	for (int i = 0; i < o->count; i++) {
		if (!text_is(name, o->members[i].name))
			continue;
		if ((o->seen >> i & 1) != 0)
			return wrong(r, RULE_DUPLICATE_FIELD, name, NULL);
		o->seen |= 1u << i;
		r->path[r->depth++].name = o->members[i].name;
		if (!read_member(r, &o->members[i]))
			return false;
		r->depth--;
		return true;
	}
	return wrong(r, RULE_UNKNOWN_FIELD, own_words(name), NULL);
}

static bool read_object(struct reading *r, const struct member *members, int count)
{
	struct object o = { r, members, count, 0 };

	if (json_scan_peek(&r->scan) != '{')
		return r->depth == 0 ? json_scan_fail(&r->scan, "an object") : wrong_here(r, RULE_TYPE, "an object");
	if (!json_scan_object(&r->scan, on_member, &o))
		return false;
	for (int i = 0; i < count; i++)
		if (members[i].must && (o.seen >> i & 1) == 0)
			return wrong(r, RULE_REQUIRED, text_of(members[i].name), NULL);
	return true;
}

static bool on_item(void *arg)
{
	struct list *l = arg;
	struct reading *r = l->r;
	int at = r->depth;

	if (l->count == l->most)
		return wrong_here(r, RULE_LINES_TOO_MANY, NULL);
	r->path[at].name = NULL;
	r->path[at].index = l->count++;
	r->depth++;
	if (!read_object(r, l->members, l->members == order_members ? COUNTOF(order_members) : COUNTOF(goods_members)))
		return false;
	r->depth--;
	return true;
}

static bool read_list(struct reading *r, const struct member *m)
{
	struct list l = { r, m->kind == MEMBER_ORDERS ? order_members : goods_members, 0, (int)m->most };

	if (json_scan_peek(&r->scan) != '[')
		return wrong_here(r, RULE_TYPE, "an array");
	if (!json_scan_array(&r->scan, on_item, &l))
		return false;
	return l.count > 0 || wrong_here(r, RULE_LINES_NONE, NULL);
}

bool payment_data_read(struct arena *a, struct text body, enum payment_form form, struct payment_data *out, struct fault *f)
{
	struct reading r = { .arena = a, .out = out, .scan = { a, body.at, body.at, body.at + body.len, 0, f } };
	size_t bad_at;

	*out = (struct payment_data){ .order_count = 0 };
	if (!utf8_check(body, &bad_at))
		return fault_set(f, FAULT_BAD_JSON, "byte %zu: not UTF-8, or NUL", bad_at);
	return read_object(&r, top_members, form == PAYMENT_SIGNED ? COUNTOF(top_members) : TOP_UNSIGNED) && json_scan_end(&r.scan);
}

/* ---- openReq ---- */

static const struct member query_members[] = {
	{ "orderNo", MEMBER_TEXT, 60, true, offsetof(struct payment_data, guid) },
	{ "sessionID", MEMBER_TOKEN, TOKEN_MAX, true, KEPT(session_id) },
	{ "serviceTime", MEMBER_MS, 0, true, KEPT(service_time) },
};

bool payment_query_read(struct arena *a, struct text body, struct payment_query *out, struct fault *f)
{
	struct payment_data *kept = arena_zalloc(a, sizeof(*kept));
	struct reading r = { .arena = a, .out = kept, .scan = { a, body.at, body.at, body.at + body.len, 0, f } };
	size_t bad_at;

	if (kept == NULL)
		return fault_set(f, FAULT_BUSY, "no memory is left for this request");
	if (!utf8_check(body, &bad_at))
		return fault_set(f, FAULT_BAD_JSON, "byte %zu: not UTF-8, or NUL", bad_at);
	if (!read_object(&r, query_members, COUNTOF(query_members)) || !json_scan_end(&r.scan))
		return false;
	*out = (struct payment_query){ .order_no = kept->guid, .session_id = kept->session_id, .service_time = kept->service_time };
	return true;
}

/* ---- what either side answers ---- */

struct replying {
	struct json_scan scan;
	struct payment_reply *out;
};

static bool on_reply_member(void *arg, struct text name)
{
	struct replying *g = arg;
	struct text digits;
	bool is_integer;
	int64_t code;

	if (text_is(name, "message") && json_scan_peek(&g->scan) == '"')
		return json_scan_string(&g->scan, &g->out->message);
	if (!text_is(name, "code"))
		return json_scan_skip(&g->scan);
	if (!(json_scan_peek(&g->scan) == '"' ? json_scan_string(&g->scan, &digits) : json_scan_number(&g->scan, &digits, &is_integer)))
		return false;
	if (!text_to_i64(digits, &code) || code < 1 || code > 99999)
		return json_scan_fail(&g->scan, "a code of five digits");
	g->out->code = (int)code;
	return true;
}

bool payment_reply_read(struct arena *a, struct text body, struct payment_reply *out, struct fault *f)
{
	struct replying g = { .scan = { a, body.at, body.at, body.at + body.len, 0, f }, .out = out };
	size_t bad_at;

	*out = (struct payment_reply){ .code = 0 };
	if (!utf8_check(body, &bad_at))
		return fault_set(f, FAULT_BAD_JSON, "byte %zu: not UTF-8, or NUL", bad_at);
	if (!json_scan_object(&g.scan, on_reply_member, &g) || !json_scan_end(&g.scan))
		return false;
	return out->code != 0 || fault_set(f, FAULT_BAD_JSON, "there is no code");
}
