/*
 * GET /openapi.json: OpenAPI 3.1, made from the table of routes at each request; it is rarely asked for. Every GET
 * also answers HEAD, every path OPTIONS; these are not listed one by one.
 */
#include "api/openapi.h"

#include <ctype.h>
#include <stdlib.h>

#include "api/handlers.h"
#include "api/route.h"

static const char head[] =
	"{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Tongguan\",\"version\":\"1\",\"description\":\"Single window for cross-border e-commerce: "
	"filings in, declarations out. Every path takes OPTIONS, every GET also HEAD. Errors are problem documents in English or, by "
	"Accept-Language, Chinese. Words on every call are in docs/API.md.\"},"
	"\"jsonSchemaDialect\":\"https://json-schema.org/draft/2020-12/schema\",";

static const char *const reasons[][2] = {
	{ "200", "done" }, { "201", "stored" }, { "202", "accepted" }, { "204", "nothing there" }, { "207", "each result has its own status" },
	{ "304", "unchanged" }, { "400", "not well formed" }, { "401", "a valid token is required" }, { "403", "not for this client" },
	{ "404", "no such record for this client" }, { "406", "none of the accepted types can be made" },
	{ "408", "the request took too long to arrive" }, { "409", "conflicts with what is stored" }, { "410", "it was removed after its time of keeping" }, { "413", "too large" },
	{ "415", "media type not supported" }, { "422", "rules are broken: see errors" }, { "429", "too many at once" },
	{ "500", "internal error" },
	{ "503", "try again: see Retry-After" },
};

static void put_media(struct buf *b, bool *first, const char *type, const char *schema)
{
	if (!*first)
		buf_char(b, ',');
	*first = false;
	buf_json(b, text_of(type));
	if (schema == NULL)
		buf_str(b, ":{\"schema\":{\"type\":\"string\"}}");
	else
		buf_printf(b, ":{\"schema\":{\"$ref\":\"#/components/schemas/%s\"}}", schema);
}

static void put_response(struct buf *b, const struct route *route, int status)
{
	bool is_good = status < 300, first = true, is_refusal = status == 400 || status == 413 || status == 422;
	bool in_envelope = is_refusal && route->body == ROUTE_BODY_FILING && route->also != NULL; /* CEB900 or a receipt, in the relay form */
	const char *reason = "";

	for (size_t i = 0; i < COUNTOF(reasons); i++)
		if (strtol(reasons[i][0], NULL, 10) == status)
			reason = reasons[i][1];
	buf_printf(b, "\"%d\":{\"description\":\"%s\"", status, reason);
	if (route->files && is_good)
		buf_str(b, ",\"headers\":{\"Data-Quality\":{\"description\":\"how good the sender's data were last month (RFC 9651 dictionary); absent when it filed "
		           "nothing\",\"schema\":{\"type\":\"string\"}}}");
	if (status != 204 && status != 304) {
		buf_str(b, ",\"content\":{");
		if (is_good || in_envelope || (status == 503 && route->also_503))
			put_media(b, &first, route->type, route->schema);
		if (route->also != NULL && (is_good || is_refusal))
			put_media(b, &first, route->also, NULL);
		if (route->is_relay && status == 200)
			put_media(b, &first, "text/plain", NULL);
		if (route->also_lines && is_good)
			put_media(b, &first, "application/x-ndjson", "LineResult");
		if (!is_good)
			put_media(b, &first, "application/problem+json", "Problem");
		buf_char(b, '}');
	}
	buf_char(b, '}');
}

static void put_parameter(struct buf *b, const char *name, int len, const char *where)
{
	const struct openapi_parameter *p = openapi_parameter(name, len);

	buf_printf(b, "{\"name\":\"%.*s\",\"in\":\"%s\"", len, name, where);
	if (strcmp(where, "path") == 0)
		buf_str(b, ",\"required\":true");
	buf_printf(b, ",\"schema\":%s", p == NULL ? "{\"type\":\"string\"}" : p->schema);
	if (p != NULL)
		buf_printf(b, ",\"description\":\"%s\"", p->description);
	buf_char(b, '}');
}

static void put_parameters(struct buf *b, const struct route *route, int hours)
{
	bool first = true;

	buf_str(b, ",\"parameters\":[");
	for (const char *at = strchr(route->path, '{'); at != NULL; at = strchr(at + 1, '{')) {
		if (!first)
			buf_char(b, ',');
		put_parameter(b, at + 1, (int)(strchr(at, '}') - at - 1), "path");
		first = false;
	}
	for (int i = 0; i < route->query_count; i++) {
		if (!first)
			buf_char(b, ',');
		put_parameter(b, route->query[i], (int)strlen(route->query[i]), "query");
		first = false;
	}
	if (route_takes_key(route))
		buf_printf(b, "%s{\"name\":\"Idempotency-Key\",\"in\":\"header\",\"schema\":{\"type\":\"string\"},\"description\":"
		           "\"what came with the same key before is not done again, its answer is replayed for %d hours\"}", first ? "" : ",", hours);
	buf_char(b, ']');
}

static void put_body(struct buf *b, const struct route *route)
{
	bool first = true;

	if (route->body == ROUTE_BODY_NONE)
		return;
	buf_str(b, ",\"requestBody\":{\"required\":true,\"content\":{");
	put_media(b, &first, route->body == ROUTE_BODY_FORM ? "application/x-www-form-urlencoded" : "application/json", route->takes);
	if (route->body >= ROUTE_BODY_ANSWER) {
		put_media(b, &first, "application/xml", NULL);
		put_media(b, &first, "text/xml", NULL);
	}
	if (route->body == ROUTE_BODY_FILING) {
		put_media(b, &first, "application/x-ndjson", NULL);
		put_media(b, &first, "application/jsonl", NULL);
	}
	buf_str(b, "}}");
}

static void put_roles(struct buf *b, unsigned roles)
{
	bool first = true;

	if (roles == ROLES_NONE) {
		buf_str(b, ",\"security\":[]");
		return;
	}
	buf_str(b, ",\"x-roles\":[");
	for (int i = 0; i < ROLE_COUNT; i++) {
		if ((roles & ROLE_BIT(i)) == 0)
			continue;
		buf_printf(b, "%s\"%s\"", first ? "" : ",", role_name((enum role)i));
		first = false;
	}
	buf_char(b, ']');
}

static void put_operation(struct buf *b, const struct route *route, int hours)
{
	int statuses[ROUTE_STATUSES_MAX];
	int count = route_statuses(route, statuses);

	buf_char(b, '"');
	for (const char *c = route->method; *c != '\0'; c++)
		buf_char(b, (char)tolower((unsigned char)*c));
	buf_printf(b, "\":{\"operationId\":\"%s\",\"summary\":", route->name);
	buf_json(b, text_of(route->summary));
	put_roles(b, route->roles);
	put_parameters(b, route, hours);
	put_body(b, route);
	buf_str(b, ",\"responses\":{");
	for (int i = 0; i < count; i++) {
		if (i > 0)
			buf_char(b, ',');
		put_response(b, route, statuses[i]);
	}
	buf_str(b, "}}");
}

/* The path's item with its methods; nothing when an earlier route had the same path. */
static void put_path(struct buf *b, const struct route_table *t, int at, int hours)
{
	const char *path = t->list[at].path;

	for (int i = 0; i < at; i++)
		if (strcmp(t->list[i].path, path) == 0)
			return;
	if (at > 0)
		buf_char(b, ',');
	buf_json(b, text_of(path));
	buf_str(b, ":{");
	for (int i = at; i < t->count; i++) {
		if (strcmp(t->list[i].path, path) != 0)
			continue;
		if (i > at)
			buf_char(b, ',');
		put_operation(b, &t->list[i], hours);
	}
	buf_char(b, '}');
}

enum step openapi_get(struct req *r)
{
	struct buf b;

	buf_init(&b, r->arena, 65536);
	buf_str(&b, head);
	buf_str(&b, "\"servers\":[{\"url\":");
	buf_json(&b, req_base(r));
	buf_str(&b, "}],\"security\":[{\"bearer\":[]},{\"basic\":[]}],\"paths\":{");
	for (int i = 0; i < r->api->routes->count; i++)
		put_path(&b, r->api->routes, i, r->api->conf.access.idempotency_hours);
	buf_str(&b, "},\"components\":{\"securitySchemes\":{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\"},\"basic\":{\"type\":\"http\",\"scheme\":\"basic\"}},\"schemas\":{");
	for (const struct openapi_schema *const *list = openapi_schemas; *list != NULL; list++)
		for (const struct openapi_schema *s = *list; s->name != NULL; s++)
			buf_printf(&b, "%s\"%s\":%s", s == openapi_schemas[0] ? "" : ",", s->name, s->json);
	buf_str(&b, "}}}");
	return reply_json(r, 200, &b);
}
