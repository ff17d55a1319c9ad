/*
 * What may not pass the HTTP server's door.
 *
 * libmicrohttpd 0.9.75 takes requests that another party on the way (a proxy,
 * a filter) may read differently: two lengths, a length and chunks, folded
 * lines, bare line feeds, NUL in a value. Whoever makes two parties disagree
 * about where a request ends can smuggle a second one in. So everything
 * ambiguous is refused before the body is looked at, and the connection ends.
 *
 * Folding, bare line feeds and NUL are gone from what libmicrohttpd hands out,
 * but it leaves the header lines where they were received: in a clean request
 * each line begins exactly two bytes (CR LF) after the end of the one before.
 * Only addresses are compared, and only for the version whose layout is known.
 *
 * Not here: what a resource wants of a request (api/ refuses that).
 */
#include <strings.h>

#include "io/httpd_priv.h"

#define METHOD_MAX 16

enum { /* bits of guard.seen */
	SEEN_HOST = 1u << 0,
	SEEN_LENGTH = 1u << 1,
	SEEN_TRANSFER = 1u << 2,
	SEEN_ENCODING = 1u << 3,
	SEEN_TYPE = 1u << 4,
	SEEN_AUTHORIZATION = 1u << 5,
	SEEN_KEY = 1u << 6,
	SEEN_DIGEST = 1u << 7,
	SEEN_CERTIFICATE = 1u << 8,
};

static const struct {
	struct text name;
	unsigned bit;
} once[] = { /* headers that may not come twice */
	{ { "Host", 4 }, SEEN_HOST },
	{ { "Content-Length", 14 }, SEEN_LENGTH },
	{ { "Content-Type", 12 }, SEEN_TYPE },
	{ { "Authorization", 13 }, SEEN_AUTHORIZATION },
	{ { "Idempotency-Key", 15 }, SEEN_KEY },
	{ { "Content-Digest", 14 }, SEEN_DIGEST },
	{ { "Client-Cert", 11 }, SEEN_CERTIFICATE },
	{ { "Transfer-Encoding", 17 }, SEEN_TRANSFER },
	{ { "Content-Encoding", 16 }, SEEN_ENCODING },
};

struct guard {
	struct httpd_exchange *x;
	struct fault *f;
	unsigned seen;
	uintptr_t next_line; /* where the next header line must begin; 0: not known */
};

enum { TOKEN = 1, CONTROL = 2 };

static const unsigned char byte_kind[256] = {
	[0 ... 8] = CONTROL, [10 ... 0x1f] = CONTROL, [0x7f] = CONTROL, /* a tab is allowed in values */
	['a' ... 'z'] = TOKEN, ['A' ... 'Z'] = TOKEN, ['0' ... '9'] = TOKEN,
	['!'] = TOKEN, ['#'] = TOKEN, ['$'] = TOKEN, ['%'] = TOKEN, ['&'] = TOKEN, ['\''] = TOKEN, ['*'] = TOKEN,
	['+'] = TOKEN, ['-'] = TOKEN, ['.'] = TOKEN, ['^'] = TOKEN, ['_'] = TOKEN, ['`'] = TOKEN, ['|'] = TOKEN,
	['~'] = TOKEN,
};

static bool is_token(const char *s, size_t len)
{
	unsigned kind = TOKEN;

	for (size_t i = 0; i < len; i++)
		kind &= byte_kind[(unsigned char)s[i]];
	return kind == TOKEN && len > 0;
}

static bool has_control(const char *s, size_t len)
{
	unsigned kind = 0;

	for (size_t i = 0; i < len; i++)
		kind |= byte_kind[(unsigned char)s[i]];
	return (kind & CONTROL) != 0;
}

static unsigned once_bit(const char *name, size_t len)
{
	for (size_t i = 0; i < COUNTOF(once); i++)
		if (len == once[i].name.len && strncasecmp(name, once[i].name.at, len) == 0)
			return once[i].bit;
	return 0;
}

static bool read_length(struct guard *g, const char *value, size_t len)
{
	size_t n = 0;

	if (len == 0 || strspn(value, "0123456789") != len)
		return fault_set(g->f, FAULT_BAD_REQUEST, "Content-Length is not a number");
	for (size_t i = 0; i < len; i++)
		if (__builtin_mul_overflow(n, 10u, &n) || __builtin_add_overflow(n, (size_t)(value[i] - '0'), &n))
			n = SIZE_MAX - 1;
	g->x->body_want = n == BODY_CHUNKED ? n - 1 : n;
	return true;
}

static bool check_value(struct guard *g, unsigned bit, const char *value, size_t len)
{
	switch (bit) {
	case SEEN_LENGTH:
		return read_length(g, value, len);
	case SEEN_TRANSFER:
		if (len != 7 || strncasecmp(value, "chunked", 7) != 0)
			return fault_set(g->f, FAULT_BAD_REQUEST, "the only Transfer-Encoding taken is chunked");
		return true;
	default:
		return true;
	}
}

static enum MHD_Result check_header(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_len,
                                    const char *value, size_t value_len)
{
	struct guard *g = cls;
	unsigned bit;

	(void)kind;
	if (value == NULL)
		value = "";
	if (g->next_line != 0) {
		if ((uintptr_t)name != g->next_line) {
			(void)fault_set(g->f, FAULT_BAD_REQUEST,
			                "header lines must end in CR LF, not be folded and hold no NUL");
			return MHD_NO;
		}
		g->next_line = (uintptr_t)value + value_len + 2;
	}
	if (!is_token(name, name_len) || has_control(value, value_len)) {
		(void)fault_set(g->f, FAULT_BAD_REQUEST, "a header's name or value has bytes that are not allowed");
		return MHD_NO;
	}
	bit = once_bit(name, name_len);
	if (bit == 0)
		return MHD_YES;
	if ((g->seen & bit) != 0) {
		(void)fault_set(g->f, FAULT_BAD_REQUEST, "header %.*s came twice", (int)name_len, name);
		return MHD_NO;
	}
	g->seen |= bit;
	return check_value(g, bit, value, value_len) ? MHD_YES : MHD_NO;
}

static bool hex_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Origin form only: a path, visible ASCII, whole escapes, none of them NUL. */
static bool check_target(struct text t, struct fault *f)
{
	if (t.len == 0 || (t.at[0] != '/' && !text_is(t, "*")))
		return fault_set(f, FAULT_BAD_REQUEST, "the request target must begin with /");
	for (size_t i = 0; i < t.len; i++) {
		if (t.at[i] <= ' ' || t.at[i] >= 0x7f || t.at[i] == '#')
			return fault_set(f, FAULT_BAD_REQUEST, "the request target has bytes that must be percent-encoded");
		if (t.at[i] != '%')
			continue;
		if (t.len - i < 3 || !hex_digit(t.at[i + 1]) || !hex_digit(t.at[i + 2]))
			return fault_set(f, FAULT_BAD_REQUEST, "the request target has a broken percent escape");
		if (t.at[i + 1] == '0' && t.at[i + 2] == '0')
			return fault_set(f, FAULT_BAD_REQUEST, "the request target holds an escaped NUL");
	}
	return true;
}

static bool check_line(struct guard *g, const struct request_line *line)
{
	struct text target = g->x->req.target;
	size_t len = strlen(line->method);

	if (len > METHOD_MAX || !is_token(line->method, len))
		return fault_set(g->f, FAULT_BAD_REQUEST, "the method is not a word");
	if (strcmp(line->version, MHD_HTTP_VERSION_1_1) != 0 && strcmp(line->version, MHD_HTTP_VERSION_1_0) != 0)
		return fault_set(g->f, FAULT_BAD_REQUEST, "the protocol is neither HTTP/1.1 nor HTTP/1.0");
	if (!g->x->httpd->exact_layout)
		return true;
	if ((uintptr_t)line->url != (uintptr_t)line->method + len + 1
	    || (uintptr_t)line->version != (uintptr_t)line->url + target.len + 1)
		return fault_set(g->f, FAULT_BAD_REQUEST, "the parts of the first line must be one blank apart");
	g->next_line = (uintptr_t)line->version + strlen(line->version) + 2;
	return true;
}

/* The end of the headers, where the lines before must have led to. */
static bool check_end(struct guard *g, const char *method)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(g->x->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

	if (g->next_line == 0 || info == NULL)
		return true;
	if ((uintptr_t)method + info->header_size != g->next_line + 2)
		return fault_set(g->f, FAULT_BAD_REQUEST, "header lines must end in CR LF, not be folded and hold no NUL");
	return true;
}

static bool check_framing(const struct guard *g, bool is_http_11)
{
	if ((g->seen & SEEN_HOST) == 0 && is_http_11)
		return fault_set(g->f, FAULT_BAD_REQUEST, "header Host is missing");
	if ((g->seen & SEEN_TRANSFER) == 0)
		return true;
	if ((g->seen & SEEN_LENGTH) != 0)
		return fault_set(g->f, FAULT_BAD_REQUEST, "Content-Length and Transfer-Encoding exclude each other");
	if (!is_http_11)
		return fault_set(g->f, FAULT_BAD_REQUEST, "HTTP/1.0 has no Transfer-Encoding");
	g->x->body_want = BODY_CHUNKED;
	return true;
}

bool httpd_guard(struct httpd_exchange *x, const struct request_line *line, struct fault *f)
{
	struct guard g = { .x = x, .f = f };
	size_t body_limit = x->httpd->conf.body_bytes;

	x->body_want = 0;
	if (!check_target(x->req.target, f) || !check_line(&g, line))
		return false;
	(void)MHD_get_connection_values_n(x->mhd, MHD_HEADER_KIND, check_header, &g);
	if (f->code != FAULT_NONE || !check_end(&g, line->method)
	    || !check_framing(&g, strcmp(line->version, MHD_HTTP_VERSION_1_1) == 0))
		return false;
	if (x->body_want != BODY_CHUNKED && x->body_want > body_limit)
		return fault_set(f, FAULT_TOO_LARGE, "the body may have %zu bytes", body_limit);
	return true;
}

bool httpd_layout_is_known(void)
{
	return strncmp(MHD_get_version(), "0.9.7", 5) == 0;
}
