/* A body is judged by its headers alone, before it is read; only media_open() looks at its bytes. */
#include "api/media.h"

#include "api/route.h"
#include "base/gzip.h"

enum { INFLATE_BYTES_A_TURN = 262144 };

static const struct {
	const char *type;
	enum form form;
} types[] = {
	{ "application/json", FORM_JSON },
	{ "application/xml", FORM_XML },
	{ "text/xml", FORM_XML },
	{ "application/x-ndjson", FORM_LINES },
	{ "application/jsonl", FORM_LINES },
	{ "application/x-www-form-urlencoded", FORM_FIELDS },
};

static const struct {
	unsigned forms;
	bool takes_gzip;
	const char *say;
} bodies[ROUTE_BODY_COUNT] = {
	[ROUTE_BODY_JSON] = { 1u << FORM_JSON, false, "send application/json" },
	[ROUTE_BODY_LONG] = { 1u << FORM_JSON, false, "send application/json" },
	[ROUTE_BODY_FORM] = { 1u << FORM_FIELDS, false, "send application/x-www-form-urlencoded" },
	[ROUTE_BODY_ANSWER] = { 1u << FORM_JSON | 1u << FORM_XML, false, "send application/json or application/xml" },
	[ROUTE_BODY_FILING] = { 1u << FORM_JSON | 1u << FORM_XML | 1u << FORM_LINES, true,
	                        "send application/json, application/xml or application/x-ndjson" },
};

static bool check_charset(struct text parameters, struct fault *f)
{
	struct text charset = text_trim(parameters);

	if (charset.len < 8 || !text_eq_nocase((struct text){ charset.at, 8 }, TEXT("charset=")))
		return true;
	charset = (struct text){ charset.at + 8, charset.len - 8 };
	if (text_eq_nocase(charset, TEXT("utf-8")) || text_eq_nocase(charset, TEXT("\"utf-8\"")))
		return true;
	return fault_set(f, FAULT_MEDIA_TYPE, "the character set is UTF-8");
}

static bool check_type(struct req *r, struct fault *f)
{
	struct text type = httpd_header(r->http, "Content-Type"), main_type = type;
	const char *semicolon = type.len == 0 ? NULL : memchr(type.at, ';', type.len);

	if (semicolon != NULL)
		main_type.len = (size_t)(semicolon - type.at);
	main_type = text_trim(main_type);
	for (size_t i = 0; i < COUNTOF(types); i++)
		if (text_eq_nocase(main_type, text_of(types[i].type)))
			r->form = types[i].form;
	if ((bodies[r->route->body].forms & 1u << r->form) == 0)
		return fault_set(f, FAULT_MEDIA_TYPE, "%s", bodies[r->route->body].say);
	return semicolon == NULL || check_charset((struct text){ semicolon + 1, (size_t)(type.at + type.len - semicolon - 1) }, f);
}

static bool check_coding(struct req *r, struct fault *f)
{
	struct text coding = httpd_header(r->http, "Content-Encoding");
	bool takes_gzip = bodies[r->route->body].takes_gzip;

	if (coding.len == 0 || text_eq_nocase(coding, TEXT("identity")))
		return true;
	r->is_gzip = takes_gzip && (text_eq_nocase(coding, TEXT("gzip")) || text_eq_nocase(coding, TEXT("x-gzip")));
	if (r->is_gzip)
		return true;
	req_header(r, "Accept-Encoding", takes_gzip ? "gzip, identity" : "identity");
	return fault_set(f, FAULT_MEDIA_TYPE, takes_gzip ? "bodies are taken as they are or as gzip" : "compressed bodies are not taken here");
}

bool media_check(struct req *r, struct fault *f)
{
	return r->route->body == ROUTE_BODY_NONE || (check_type(r, f) && check_coding(r, f));
}

size_t media_body_limit(const struct req *r)
{
	const struct api_conf *conf = &r->api->conf;

	switch (r->route->body) {
	case ROUTE_BODY_JSON:
		return ROUTE_SMALL_BYTES;
	case ROUTE_BODY_LONG:
	case ROUTE_BODY_FORM:
	case ROUTE_BODY_ANSWER:
		return conf->body_bytes;
	case ROUTE_BODY_FILING:
		return r->form == FORM_LINES ? conf->batch.body_bytes : conf->body_bytes;
	default:
		return 0;
	}
}

bool media_check_length(const struct req *r, size_t length, struct fault *f)
{
	size_t limit = media_body_limit(r);

	return length <= limit || fault_set(f, FAULT_TOO_LARGE, "the body may have %zu bytes here", limit);
}

bool media_announced(const struct http_req *h, size_t *length)
{
	struct text announced = httpd_header(h, "Content-Length");
	int64_t n = 0;

	*length = 0;
	if (announced.at == NULL)
		return httpd_header(h, "Transfer-Encoding").at != NULL;
	if (!text_to_i64(announced, &n) || n < 0)
		n = INT64_MAX;
	*length = (size_t)n;
	return n > 0;
}

struct opening { /* r->own while a body is inflated */
	struct gzip *gzip;
	step_fn *then;
};

static step_fn inflate_on;

enum step media_open(struct req *r, step_fn *then)
{
	struct opening *o;
	struct fault f = { 0 };

	r->body = r->http->body;
	if (!r->is_gzip)
		return then(r);
	o = arena_zalloc(r->arena, sizeof(*o));
	if (o == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	o->then = then;
	o->gzip = gzip_begin(r->arena, r->http->body, media_body_limit(r), &f);
	r->own = o;
	return o->gzip == NULL ? reply_problem(r, &f) : inflate_on(r);
}

static enum step inflate_on(struct req *r)
{
	struct opening *o = r->own;
	struct fault f = { 0 };

	switch (gzip_go_on(o->gzip, INFLATE_BYTES_A_TURN, &r->body, &f)) {
	case GZIP_MORE:
		return await_turn(r, inflate_on);
	case GZIP_DONE:
		return o->then(r);
	default:
		return reply_problem(r, &f);
	}
}
