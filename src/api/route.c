/*
 * The table of routes. Its order is that of /openapi.json; the busiest stands first, because matching walks down.
 * A path's {…} takes one whole segment; nothing else is special.
 */
#include "api/route.h"

#include <assert.h>
#include <stdlib.h>

#include "api/handlers.h"

#define QUERY(names) .query = (names), .query_count = COUNTOF(names)

#define JSON_TYPE    "application/json"
#define ENTERPRISE   ROLE_BIT(ROLE_ENTERPRISE)
#define REGULATOR    ROLE_BIT(ROLE_REGULATOR)
#define OPERATOR     ROLE_BIT(ROLE_OPERATOR)
#define AUTHORITY    ROLE_BIT(ROLE_AUTHORITY)

static const char *const filings_query[] = { "kind", "direction", "key", "sha256" };
static const char *const declarations_query[] = { "platform_code", "order_no", "state", "verdict", "from", "to", "limit", "cursor" };
static const char *const deliveries_query[] = { "declaration_id", "authority", "state", "limit", "cursor" };

static const struct route routes[] = {
	{ .name = "filings_post", .method = "POST", .path = "/v1/filings", .roles = ENTERPRISE, .body = ROUTE_BODY_FILING,
	  .type = JSON_TYPE, .schema = "FilingAnswer", .also = "application/xml", .takes = "RelayBody", .statuses = "201 207 406 409 422",
	  .summary = "File one order, payment, waybill, inventory or waybill status, or a message of several", .handler = filings_post },
	{ .name = "cebcmsg_post", .method = "POST", .path = "/cebcmsg", .roles = ENTERPRISE, .body = ROUTE_BODY_FILING, .is_relay = true,
	  .type = JSON_TYPE, .schema = "FilingAnswer", .also = "application/xml", .takes = "RelayBody", .statuses = "207 406 409 422",
	  .summary = "The same as /v1/filings for software that speaks to a relay: OK when the whole message was taken", .handler = filings_post },
	{ .name = "filings_find", .method = "GET", .path = "/v1/filings", .roles = ROLES_READ, QUERY(filings_query),
	  .type = JSON_TYPE, .schema = "FilingList", .statuses = "",
	  .summary = "Find filings by business key (kind, direction, key) or by the SHA-256 of the message sent", .handler = filings_find },
	{ .name = "filings_get", .method = "GET", .path = "/v1/filings/{id}", .roles = ROLES_READ,
	  .type = JSON_TYPE, .schema = "Filing", .statuses = "404",
	  .summary = "A filing with its canonical document", .handler = filings_get },
	{ .name = "filings_receipt", .method = "GET", .path = "/v1/filings/{id}/receipt", .roles = ROLES_READ,
	  .type = JSON_TYPE, .schema = "Receipt", .statuses = "404",
	  .summary = "The receipt, byte for byte as first answered", .handler = filings_receipt },
	{ .name = "declarations_list", .method = "GET", .path = "/v1/declarations", .roles = ROLES_READ, QUERY(declarations_query),
	  .type = JSON_TYPE, .schema = "DeclarationList", .statuses = "",
	  .summary = "Declarations, newest first", .handler = declarations_list },
	{ .name = "declarations_get", .method = "GET", .path = "/v1/declarations/{id}", .roles = ROLES_READ,
	  .type = JSON_TYPE, .schema = "Declaration", .statuses = "304 404",
	  .summary = "A declaration: state, verdict, filings, and its part at each authority", .handler = declarations_get },
	{ .name = "declarations_timeline", .method = "GET", .path = "/v1/declarations/{id}/timeline", .roles = ROLES_READ,
	  .type = JSON_TYPE, .schema = "Timeline", .statuses = "404",
	  .summary = "All that happened to a declaration, in order of time", .handler = declarations_timeline },
	{ .name = "declarations_verdict", .method = "GET", .path = "/v1/declarations/{id}/verdict", .roles = ROLES_READ,
	  .type = JSON_TYPE, .schema = "Verdict", .statuses = "404",
	  .summary = "The last verdict: which fields differ, by which rule, who must correct what, until when", .handler = declarations_verdict },
	{ .name = "receipts_post", .method = "POST", .path = "/v1/authorities/{code}/receipts", .roles = AUTHORITY | OPERATOR | REGULATOR,
	  .body = ROUTE_BODY_FILING, .type = JSON_TYPE, .schema = "ReceiptsStored", .takes = "AnswerBody", .statuses = "404",
	  .summary = "An authority's answers: CEB XML from customs, JSON from the others", .handler = receipts_post },
	{ .name = "authorities_list", .method = "GET", .path = "/v1/authorities", .roles = ROLES_ALL,
	  .type = JSON_TYPE, .schema = "AuthorityList", .statuses = "",
	  .summary = "Each authority's health, backlog and expected wait", .handler = authorities_list },
	{ .name = "deliveries_list", .method = "GET", .path = "/v1/deliveries", .roles = ROLES_READ, QUERY(deliveries_query),
	  .type = JSON_TYPE, .schema = "DeliveryList", .statuses = "404",
	  .summary = "Deliveries of a declaration, or of an authority in one state", .handler = deliveries_list },
	{ .name = "deliveries_get", .method = "GET", .path = "/v1/deliveries/{id}", .roles = ROLES_READ,
	  .type = JSON_TYPE, .schema = "Delivery", .statuses = "404",
	  .summary = "A delivery (declaration.AUTHORITY.version) with the document sent", .handler = deliveries_get },
	{ .name = "deliveries_retry", .method = "POST", .path = "/v1/deliveries/{id}/retry", .roles = OPERATOR | REGULATOR,
	  .type = JSON_TYPE, .schema = "Delivery", .statuses = "202 404 409",
	  .summary = "Hand over now: a dead delivery begins anew, a due one stops waiting", .handler = deliveries_retry },
	{ .name = "identities_post", .method = "POST", .path = "/v1/identities", .roles = OPERATOR | REGULATOR, .body = ROUTE_BODY_JSON,
	  .type = JSON_TYPE, .schema = "Attestation", .takes = "IdentityBody", .statuses = "201 422",
	  .summary = "Record that a name and an identity number belong together; only a keyed hash is kept", .handler = identities_post },
	{ .name = "payment_queries_post", .method = "POST", .path = "/v1/payment-queries", .roles = OPERATOR | REGULATOR, .body = ROUTE_BODY_JSON,
	  .type = JSON_TYPE, .schema = "PaymentQuery", .takes = "PaymentQueryBody", .statuses = "202 404 422",
	  .summary = "Ask a platform for the payment data of an order, as customs does (GACC 2018-179)", .handler = payment_queries_post },
	{ .name = "payment_queries_get", .method = "GET", .path = "/v1/payment-queries/{id}", .roles = OPERATOR | REGULATOR,
	  .type = JSON_TYPE, .schema = "PaymentQuery", .statuses = "404",
	  .summary = "How a question to a platform stands, and what it sent", .handler = payment_queries_get },
	{ .name = "payment_data_post", .method = "POST", .path = "/v1/payment-data", .roles = ENTERPRISE, .body = ROUTE_BODY_LONG,
	  .type = JSON_TYPE, .schema = "PaymentDataStored", .takes = "PaymentData", .statuses = "201 422",
	  .summary = "Hand in a platform's payment data, for customs to ask for", .handler = payment_data_post },
	{ .name = "payment_data_opened", .method = "POST", .path = "/platDataOpen", .roles = ROLES_NONE, .body = ROUTE_BODY_FORM,
	  .type = JSON_TYPE, .schema = "CustomsReply", .takes = "OpenReqForm", .statuses = "",
	  .summary = "Customs asks for payment data that were handed in: they are uploaded to it", .handler = payment_data_opened },
	{ .name = "payment_data_uploaded", .method = "POST", .path = "/ceb2grab/grab/realTimeDataUpload", .roles = ROLES_NONE, .body = ROUTE_BODY_FORM,
	  .type = JSON_TYPE, .schema = "CustomsReply", .takes = "UploadForm", .statuses = "",
	  .summary = "A platform sends the payment data that it was asked for, signed", .handler = payment_data_uploaded },
	{ .name = "standard_index", .method = "GET", .path = "/v1/standard", .roles = ROLES_NONE,
	  .type = JSON_TYPE, .schema = "StandardIndex", .statuses = "",
	  .summary = "The filings that the data standard knows", .handler = standard_index },
	{ .name = "standard_schema", .method = "GET", .path = "/v1/standard/{kind}/{direction}", .roles = ROLES_NONE,
	  .type = "application/schema+json", .schema = "JsonSchema", .statuses = "404",
	  .summary = "JSON Schema of one kind of filing", .handler = standard_schema },
	{ .name = "healthz", .method = "GET", .path = "/healthz", .roles = ROLES_NONE,
	  .type = JSON_TYPE, .schema = "Health", .statuses = "", .summary = "The loop turns", .handler = ops_health },
	{ .name = "readyz", .method = "GET", .path = "/readyz", .roles = ROLES_NONE,
	  .type = JSON_TYPE, .schema = "Ready", .also_503 = true, .statuses = "", .summary = "Filings can be stored now, or why not", .handler = ops_ready },
	{ .name = "metrics", .method = "GET", .path = "/metrics", .roles = ROLES_NONE,
	  .type = "text/plain", .schema = NULL, .statuses = "", .summary = "Metrics in Prometheus' text form", .handler = ops_metrics },
	{ .name = "openapi", .method = "GET", .path = "/openapi.json", .roles = ROLES_NONE,
	  .type = JSON_TYPE, .schema = "OpenApi", .statuses = "", .summary = "This description", .handler = openapi_get },
	{ .name = "problems_get", .method = "GET", .path = "/problems/{slug}", .roles = ROLES_NONE,
	  .type = JSON_TYPE, .schema = "ProblemKind", .also = "text/html", .statuses = "404", .summary = "What a problem type means", .handler = problems_get },
	{ .name = "test_clock_post", .method = "POST", .path = "/test/clock", .roles = OPERATOR, .body = ROUTE_BODY_JSON,
	  .type = JSON_TYPE, .schema = "Clock", .takes = "ClockBody", .statuses = "404",
	  .summary = "Shift business time; only where the settings and a test database allow it", .handler = test_clock_post },
};

int route_count(void)
{
	return COUNTOF(routes);
}

const struct route *route_at(int i)
{
	assert(i >= 0 && i < route_count());
	return &routes[i];
}

int route_index(const struct route *route)
{
	return (int)(route - routes);
}

static bool path_matches(const char *at, struct text path, struct text captures[REQ_CAPTURES])
{
	size_t i = 0;
	int count = 0;

	while (*at != '\0') {
		size_t from = i;

		if (*at != '{') {
			if (i == path.len || path.at[i++] != *at++)
				return false;
			continue;
		}
		while (i < path.len && path.at[i] != '/')
			i++;
		if (i == from)
			return false;
		assert(count < REQ_CAPTURES);
		captures[count++] = (struct text){ path.at + from, i - from };
		at = strchr(at, '}') + 1;
	}
	return i == path.len;
}

void route_find(struct text method, struct text path, struct route_match *out)
{
	if (text_is(method, "HEAD"))
		method = TEXT("GET");
	*out = (struct route_match){ 0 };
	for (size_t i = 0; i < COUNTOF(routes); i++) {
		struct text captures[REQ_CAPTURES] = { { NULL, 0 } };

		if (!path_matches(routes[i].path, path, captures))
			continue;
		out->path_known = true;
		if (!text_is(method, routes[i].method))
			continue;
		out->route = &routes[i];
		memcpy(out->captures, captures, sizeof(captures));
		return;
	}
}

void route_put_allow(struct buf *b, struct text path)
{
	struct text ignored[REQ_CAPTURES];
	bool get = false, post = false;

	for (size_t i = 0; i < COUNTOF(routes); i++) {
		if (!path_matches(routes[i].path, path, ignored))
			continue;
		get = get || strcmp(routes[i].method, "GET") == 0;
		post = post || strcmp(routes[i].method, "POST") == 0;
	}
	buf_str(b, get ? "GET, HEAD, OPTIONS" : "OPTIONS");
	buf_str(b, post ? ", POST" : "");
}

static int add_status(int out[ROUTE_STATUSES_MAX], int count, int status)
{
	int place = count;

	for (int i = 0; i < count; i++)
		if (out[i] == status)
			return count;
	assert(count < ROUTE_STATUSES_MAX);
	while (place > 0 && out[place - 1] > status) {
		out[place] = out[place - 1];
		place--;
	}
	out[place] = status;
	return count + 1;
}

int route_statuses(const struct route *route, int out[ROUTE_STATUSES_MAX])
{
	static const int always[] = { 400, 406, 408, 413, 500, 503 };
	int count = 0;
	char *end;

	if (strstr(route->statuses, "202") == NULL)
		count = add_status(out, count, 200);
	for (const char *at = route->statuses; *at != '\0'; at = *end == ' ' ? end + 1 : end)
		count = add_status(out, count, (int)strtol(at, &end, 10));
	for (size_t i = 0; i < COUNTOF(always); i++)
		count = add_status(out, count, always[i]);
	if (route->roles != ROLES_NONE) {
		count = add_status(out, count, 401);
		count = add_status(out, count, 403);
	}
	if (route->body != ROUTE_BODY_NONE)
		count = add_status(out, count, 415);
	return count;
}
