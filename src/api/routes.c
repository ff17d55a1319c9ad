/* The table of routes. Its order is that of /openapi.json; the busiest stands first, because matching walks down. */
#include "api/route.h"

#include <assert.h>

#include "api/handlers.h"

#define QUERY(names) .query = (names), .query_count = COUNTOF(names)

#define JSON_TYPE    "application/json"
#define XML_TYPE     "application/xml"
#define ENTERPRISE   ROLE_BIT(ROLE_ENTERPRISE)
#define REGULATOR    ROLE_BIT(ROLE_REGULATOR)
#define OPERATOR     ROLE_BIT(ROLE_OPERATOR)
#define AUTHORITY    ROLE_BIT(ROLE_AUTHORITY)

static const char *const filings_query[] = { "kind", "direction", "key", "sha256" };
static const char *const filings_post_query[] = { "dry_run", "codes" };
static const char *const jobs_query[] = { "limit", "cursor" };
static const char *const results_query[] = { "from_line" };
static const char *const declarations_query[] = { "platform_code", "order_no", "state", "verdict", "from", "to", "limit", "cursor" };
static const char *const receipts_query[] = { "from", "to", "limit", "cursor" };
static const char *const clients_query[] = { "role", "state", "limit", "cursor" };
static const char *const events_query[] = { "cursor", "limit", "type", "declaration_id", "kind", "authority" };
static const char *const digests_query[] = { "day", "kind", "direction", "client" };
static const char *const deliveries_query[] = { "declaration_id", "authority", "state", "reason", "from", "to", "limit", "cursor" };

static const char *const regimes_query[] = { "on", "trade_mode", "direction" };
static const char *const privileged_query[] = { "full", "purpose" };
static const char *const access_query[] = { "from", "to", "client", "limit", "cursor" };
static const char *const forms_query[] = { "on", "direction", "trade_mode" };
static const char *const day_query[] = { "on" };
static const char *const codes_query[] = { "q", "code", "on", "limit", "cursor" };

static const struct route routes[] = {
	{ .name = "filings_post", .method = "POST", .path = "/v1/filings", .roles = ENTERPRISE, .files = true, .body = ROUTE_BODY_FILING,
	  QUERY(filings_post_query), .type = JSON_TYPE, .schema = "FilingAnswer", .also = "application/xml", .also_lines = true, .takes = "RelayBody",
	  .statuses = "200 201 202 207 404 406 409 422 429",
	  .summary = "File one order, payment, waybill, inventory or waybill status, a message of several, or a batch of lines", .handler = filings_post },
	{ .name = "cebcmsg_post", .method = "POST", .path = "/cebcmsg", .roles = ENTERPRISE, .files = true, .body = ROUTE_BODY_FILING, .is_relay = true,
	  .type = JSON_TYPE, .schema = "FilingAnswer", .also = "application/xml", .takes = "RelayBody", .statuses = "207 404 406 409 422",
	  .summary = "The same as /v1/filings for software that speaks to a relay: OK when the whole message was taken", .handler = filings_post },
	{ .name = "filings_find", .method = "GET", .path = "/v1/filings", .roles = ROLES_READ, QUERY(filings_query),
	  .type = JSON_TYPE, .schema = "FilingList", .statuses = "",
	  .summary = "Find filings by business key (kind, direction, key) or by the SHA-256 of the message sent", .handler = filings_find },
	{ .name = "filings_get", .method = "GET", .path = "/v1/filings/{id}", .roles = ROLES_READ, QUERY(privileged_query),
	  .type = JSON_TYPE, .schema = "Filing", .statuses = "404 410",
	  .summary = "A filing with its canonical document", .handler = filings_get },
	{ .name = "filings_receipt", .method = "GET", .path = "/v1/filings/{id}/receipt", .roles = ROLES_READ,
	  .type = JSON_TYPE, .schema = "Receipt", .also = XML_TYPE, .statuses = "404",
	  .summary = "The receipt, byte for byte as first answered; or as a customs receipt", .handler = filings_receipt },
	{ .name = "jobs_list", .method = "GET", .path = "/v1/jobs", .roles = ROLES_READ, QUERY(jobs_query),
	  .type = JSON_TYPE, .schema = "JobList", .statuses = "", .summary = "Batches filed after their caller was answered, newest first", .handler = jobs_list },
	{ .name = "jobs_get", .method = "GET", .path = "/v1/jobs/{id}", .roles = ROLES_READ,
	  .type = JSON_TYPE, .schema = "Job", .statuses = "404", .summary = "How far a job is", .handler = jobs_get },
	{ .name = "jobs_results", .method = "GET", .path = "/v1/jobs/{id}/results", .roles = ROLES_READ, QUERY(results_query),
	  .type = "application/x-ndjson", .schema = "LineResult", .statuses = "404",
	  .summary = "What became of each line so far, a result a line", .handler = jobs_results },
	{ .name = "jobs_cancel", .method = "POST", .path = "/v1/jobs/{id}/cancel", .roles = ENTERPRISE | OPERATOR,
	  .type = JSON_TYPE, .schema = "Job", .statuses = "404 409", .summary = "File no more lines of a job; what is filed stays", .handler = jobs_cancel },
	{ .name = "declarations_list", .method = "GET", .path = "/v1/declarations", .roles = ROLES_READ, QUERY(declarations_query),
	  .type = JSON_TYPE, .schema = "DeclarationList", .statuses = "",
	  .summary = "Declarations, newest first", .handler = declarations_list },
	{ .name = "declarations_get", .method = "GET", .path = "/v1/declarations/{id}", .roles = ROLES_READ,
	  .type = JSON_TYPE, .schema = "Declaration", .statuses = "304 404",
	  .summary = "A declaration: state, verdict, filings, and its part at each authority", .handler = declarations_get },
	{ .name = "declarations_timeline", .method = "GET", .path = "/v1/declarations/{id}/timeline", .roles = ROLES_READ,
	  .type = JSON_TYPE, .schema = "Timeline", .statuses = "404",
	  .summary = "All that happened to a declaration, in order of time", .handler = declarations_timeline },
	{ .name = "declarations_verdict", .method = "GET", .path = "/v1/declarations/{id}/verdict", .roles = ROLES_READ, QUERY(privileged_query),
	  .type = JSON_TYPE, .schema = "Verdict", .statuses = "404",
	  .summary = "The last verdict: which fields differ, by which rule, who must correct what, until when", .handler = declarations_verdict },
	{ .name = "rulings_post", .method = "POST", .path = "/v1/declarations/{id}/decisions", .roles = REGULATOR, .body = ROUTE_BODY_JSON,
	  .type = JSON_TYPE, .schema = "Ruling", .takes = "RulingBody", .statuses = "200 201 404 409 422",
	  .summary = "A regulator inspects, holds, releases, rejects or resumes, as an answer of its authority", .handler = rulings_post },
	{ .name = "rulings_list", .method = "GET", .path = "/v1/declarations/{id}/decisions", .roles = ROLES_READ,
	  .type = JSON_TYPE, .schema = "DecisionList", .statuses = "404",
	  .summary = "What was decided about a declaration: judgements, regulators' decisions, what one authority recognised of another", .handler = rulings_list },
	{ .name = "declarations_receipts", .method = "GET", .path = "/v1/declarations/{id}/receipts", .roles = ROLES_READ,
	  .type = JSON_TYPE, .schema = "AnswerList", .also = XML_TYPE, .statuses = "204 404",
	  .summary = "What authorities answered to a declaration; customs' answers also as one customs message", .handler = declarations_receipts },
	{ .name = "receipts_poll", .method = "GET", .path = "/v1/receipts", .roles = ROLES_READ, QUERY(receipts_query),
	  .type = JSON_TYPE, .schema = "AnswerPoll", .also = XML_TYPE, .statuses = "204",
	  .summary = "Everything authorities answered to the caller's declarations, in the order it came; for polling", .handler = receipts_poll },
	{ .name = "declarations_steps", .method = "GET", .path = "/v1/declarations/{id}/steps", .roles = ROLES_READ,
	  .type = JSON_TYPE, .schema = "Steps", .statuses = "404",
	  .summary = "The steps of its regime: what is done, what is waited for, and from whom", .handler = declarations_steps },
	{ .name = "outage_evidence", .method = "GET", .path = "/v1/declarations/{id}/evidence/outage", .roles = ROLES_READ,
	  .type = JSON_TYPE, .schema = "OutageEvidence", .statuses = "404",
	  .summary = "Signed: when its filings were received, which authorities were away since, and until when what is in time", .handler = outage_evidence },
	{ .name = "receipts_post", .method = "POST", .path = "/v1/authorities/{code}/receipts", .roles = AUTHORITY | OPERATOR | REGULATOR,
	  .body = ROUTE_BODY_ANSWER, .type = JSON_TYPE, .schema = "ReceiptsStored", .takes = "AnswerBody", .statuses = "404",
	  .summary = "An authority's answers: CEB XML from customs, JSON from the others", .handler = receipts_post },
	{ .name = "authorities_list", .method = "GET", .path = "/v1/authorities", .roles = ROLES_NONE,
	  .type = JSON_TYPE, .schema = "AuthorityList", .statuses = "",
	  .summary = "Each authority's health, backlog and expected wait, for everybody", .handler = authorities_list },
	{ .name = "maintenance_list", .method = "GET", .path = "/v1/authorities/{code}/maintenance", .roles = ROLES_ALL,
	  .type = JSON_TYPE, .schema = "MaintenanceList", .statuses = "404",
	  .summary = "When an authority is, was and will be left alone on purpose", .handler = maintenance_list },
	{ .name = "maintenance_post", .method = "POST", .path = "/v1/authorities/{code}/maintenance", .roles = OPERATOR, .body = ROUTE_BODY_JSON,
	  .type = JSON_TYPE, .schema = "MaintenanceDone", .takes = "MaintenanceBody", .statuses = "201 404 409",
	  .summary = "Leave an authority alone from a time on, or no longer", .handler = maintenance_post },
	{ .name = "events_list", .method = "GET", .path = "/v1/events", .roles = ROLES_READ, QUERY(events_query),
	  .type = JSON_TYPE, .schema = "EventList", .also = "text/event-stream", .statuses = "429",
	  .summary = "The feed of all changes, in the order of their numbers; as text/event-stream: as they come", .handler = events_list },
	{ .name = "digests_list", .method = "GET", .path = "/v1/digests", .roles = ROLES_READ, QUERY(digests_query),
	  .type = JSON_TYPE, .schema = "DigestList", .statuses = "404",
	  .summary = "What a client filed on a day: count, sum and Merkle root of each kind and direction", .handler = digests_list },
	{ .name = "deliveries_list", .method = "GET", .path = "/v1/deliveries", .roles = ROLES_READ, QUERY(deliveries_query),
	  .type = JSON_TYPE, .schema = "DeliveryList", .statuses = "404",
	  .summary = "Deliveries of a declaration, or of an authority in one state", .handler = deliveries_list },
	{ .name = "deliveries_retry_range", .method = "POST", .path = "/v1/deliveries/retry", .roles = OPERATOR | REGULATOR, .body = ROUTE_BODY_JSON,
	  .type = JSON_TYPE, .schema = "RetryDone", .takes = "RetryBody", .statuses = "202",
	  .summary = "Hand over once more what is dead, or due, at one authority; a bounded part of it at a time", .handler = deliveries_retry_range },
	{ .name = "deliveries_get", .method = "GET", .path = "/v1/deliveries/{id}", .roles = ROLES_READ, QUERY(privileged_query),
	  .type = JSON_TYPE, .schema = "Delivery", .statuses = "404",
	  .summary = "A delivery (declaration.AUTHORITY.version) with the document sent", .handler = deliveries_get },
	{ .name = "deliveries_retry", .method = "POST", .path = "/v1/deliveries/{id}/retry", .roles = OPERATOR | REGULATOR,
	  .type = JSON_TYPE, .schema = "Delivery", .statuses = "202 404 409",
	  .summary = "Hand over now: a dead delivery begins anew, a due one stops waiting", .handler = deliveries_retry },
	{ .name = "identities_post", .method = "POST", .path = "/v1/identities", .roles = OPERATOR | REGULATOR, .body = ROUTE_BODY_JSON,
	  .type = JSON_TYPE, .schema = "Attestation", .takes = "IdentityBody", .statuses = "201 422",
	  .summary = "Record that a name and an identity number belong together; only a keyed hash is kept", .handler = identities_post },
	{ .name = "me_get", .method = "GET", .path = "/v1/me", .roles = ROLES_ALL,
	  .type = JSON_TYPE, .schema = "Me", .statuses = "",
	  .summary = "Who the caller is here, whether it may file, and what comes next", .handler = me_get },
	{ .name = "me_report", .method = "GET", .path = "/v1/me/report", .roles = ENTERPRISE,
	  .type = JSON_TYPE, .schema = "ClientReport", .statuses = "404",
	  .summary = "What the caller has tried in this sandbox", .handler = me_report },
	{ .name = "access_log_own", .method = "GET", .path = "/v1/me/access-log", .roles = ENTERPRISE, QUERY(receipts_query),
	  .type = JSON_TYPE, .schema = "AccessList", .statuses = "",
	  .summary = "When data of persons in the caller's own records were read in full, and for which purpose", .handler = access_log_own },
	{ .name = "access_log_list", .method = "GET", .path = "/v1/access-log", .roles = OPERATOR, QUERY(access_query),
	  .type = JSON_TYPE, .schema = "AccessList", .statuses = "",
	  .summary = "Who read data of persons in full: which record and fields, for which purpose; newest first", .handler = access_log_list },
	{ .name = "clients_list", .method = "GET", .path = "/v1/clients", .roles = OPERATOR, QUERY(clients_query),
	  .type = JSON_TYPE, .schema = "ClientList", .statuses = "",
	  .summary = "Who may call, in the order they were made", .handler = clients_list },
	{ .name = "clients_get", .method = "GET", .path = "/v1/clients/{name}", .roles = OPERATOR,
	  .type = JSON_TYPE, .schema = "Client", .statuses = "404",
	  .summary = "A client with the steps by which it came in", .handler = clients_get },
	{ .name = "clients_report", .method = "GET", .path = "/v1/clients/{name}/report", .roles = OPERATOR,
	  .type = JSON_TYPE, .schema = "ClientReport", .statuses = "404",
	  .summary = "What an enterprise has tried in this sandbox", .handler = clients_report },
	{ .name = "clients_state", .method = "POST", .path = "/v1/clients/{name}/state", .roles = OPERATOR, .body = ROUTE_BODY_JSON,
	  .type = JSON_TYPE, .schema = "Client", .takes = "ClientStateBody", .statuses = "404 409",
	  .summary = "An enterprise's next state, or an earlier one with a reason", .handler = clients_state },
	{ .name = "subscriptions_post", .method = "POST", .path = "/v1/subscriptions", .roles = ROLES_READ, .body = ROUTE_BODY_JSON,
	  .type = JSON_TYPE, .schema = "SubscriptionMade", .takes = "SubscriptionBody", .statuses = "201 429",
	  .summary = "Have events or receipts pushed (Standard Webhooks); the secret is shown this once", .handler = subscriptions_post },
	{ .name = "subscriptions_list", .method = "GET", .path = "/v1/subscriptions", .roles = ROLES_READ, QUERY(jobs_query),
	  .type = JSON_TYPE, .schema = "SubscriptionList", .statuses = "", .summary = "Subscriptions, newest first", .handler = subscriptions_list },
	{ .name = "subscriptions_get", .method = "GET", .path = "/v1/subscriptions/{id}", .roles = ROLES_READ,
	  .type = JSON_TYPE, .schema = "Subscription", .statuses = "404", .summary = "A subscription: how far it has come, what failed", .handler = subscriptions_get },
	{ .name = "subscriptions_patch", .method = "PATCH", .path = "/v1/subscriptions/{id}", .roles = ROLES_READ, .body = ROUTE_BODY_JSON,
	  .type = JSON_TYPE, .schema = "Subscription", .takes = "SubscriptionChange", .statuses = "404",
	  .summary = "Change its address, its types of events; or disable it", .handler = subscriptions_patch },
	{ .name = "subscriptions_delete", .method = "DELETE", .path = "/v1/subscriptions/{id}", .roles = ROLES_READ,
	  .type = JSON_TYPE, .schema = NULL, .statuses = "204 404", .summary = "Push nothing more, and forget what was not pushed", .handler = subscriptions_delete },
	{ .name = "subscriptions_rotate", .method = "POST", .path = "/v1/subscriptions/{id}/rotate", .roles = ROLES_READ,
	  .type = JSON_TYPE, .schema = "SubscriptionMade", .statuses = "404",
	  .summary = "A new secret; the one before signs beside it for a while", .handler = subscriptions_rotate },
	{ .name = "subscriptions_enable", .method = "POST", .path = "/v1/subscriptions/{id}/enable", .roles = ROLES_READ,
	  .type = JSON_TYPE, .schema = "Subscription", .statuses = "404",
	  .summary = "Go on where it stood; what failed goes now, with all its attempts anew", .handler = subscriptions_enable },
	{ .name = "subscriptions_ping", .method = "POST", .path = "/v1/subscriptions/{id}/ping", .roles = ROLES_READ,
	  .type = JSON_TYPE, .schema = "SubscriptionPing", .statuses = "202 404 429", .summary = "Push one message to try it; what came of it is among the attempts", .handler = subscriptions_ping },
	{ .name = "subscriptions_replay", .method = "POST", .path = "/v1/subscriptions/{id}/replay", .roles = ROLES_READ, .body = ROUTE_BODY_JSON,
	  .type = JSON_TYPE, .schema = "Subscription", .takes = "SubscriptionReplay", .statuses = "202 404 409",
	  .summary = "Push a range of events once more, beside what is new", .handler = subscriptions_replay },
	{ .name = "subscriptions_attempts", .method = "GET", .path = "/v1/subscriptions/{id}/attempts", .roles = ROLES_READ, QUERY(jobs_query),
	  .type = JSON_TYPE, .schema = "AttemptList", .statuses = "404", .summary = "What was tried and what came of it, newest first", .handler = subscriptions_attempts },
	{ .name = "payment_queries_post", .method = "POST", .path = "/v1/payment-queries", .roles = OPERATOR | REGULATOR, .body = ROUTE_BODY_JSON,
	  .type = JSON_TYPE, .schema = "PaymentQuery", .takes = "PaymentQueryBody", .statuses = "202 404 422",
	  .summary = "Ask a platform for the payment data of an order, as customs does (GACC 2018-179)", .handler = payment_queries_post },
	{ .name = "payment_queries_get", .method = "GET", .path = "/v1/payment-queries/{id}", .roles = OPERATOR | REGULATOR, QUERY(privileged_query),
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
	{ .name = "standard_codes", .method = "GET", .path = "/v1/standard/codes", .roles = ROLES_NONE,
	  .type = JSON_TYPE, .schema = "CodeLists", .statuses = "304",
	  .summary = "The code lists: how many codes are in force today, and from where", .handler = standard_codes },
	{ .name = "standard_code_list", .method = "GET", .path = "/v1/standard/codes/{list}", .roles = ROLES_NONE, QUERY(codes_query),
	  .type = JSON_TYPE, .schema = "CodeList", .statuses = "304 404",
	  .summary = "Codes of a list that are in force on a day, by code, name or ISO code", .handler = standard_code_list },
	{ .name = "standard_regimes", .method = "GET", .path = "/v1/standard/regimes", .roles = ROLES_NONE, QUERY(regimes_query),
	  .type = JSON_TYPE, .schema = "Regimes", .statuses = "304",
	  .summary = "What each regime asks for, from whom and in which order, on a day", .handler = standard_regimes },
	{ .name = "standard_goods_classes", .method = "GET", .path = "/v1/standard/goods-classes", .roles = ROLES_NONE, QUERY(day_query),
	  .type = JSON_TYPE, .schema = "GoodsClasses", .statuses = "304",
	  .summary = "Goods that bring further authorities in, by the beginning of their commodity code, on a day", .handler = standard_goods_classes },
	{ .name = "standard_authorities", .method = "GET", .path = "/v1/standard/authorities", .roles = ROLES_NONE, QUERY(day_query),
	  .type = JSON_TYPE, .schema = "AuthorityForms", .statuses = "304",
	  .summary = "Each authority's dialect, and where its messages are described", .handler = standard_authorities },
	{ .name = "standard_authority", .method = "GET", .path = "/v1/standard/authorities/{code}", .roles = ROLES_NONE, QUERY(forms_query),
	  .type = JSON_TYPE, .schema = "AuthorityForm", .statuses = "304 404",
	  .summary = "Every member that an authority may see: purpose, source, whether it is data of a person; on a day", .handler = standard_authority },
	{ .name = "standard_authority_schema", .method = "GET", .path = "/v1/standard/authorities/{code}/schema", .roles = ROLES_NONE, QUERY(forms_query),
	  .type = "application/schema+json", .schema = "JsonSchema", .statuses = "304 404",
	  .summary = "JSON Schema of what an authority is sent", .handler = standard_authority_schema },
	{ .name = "standard_record", .method = "GET", .path = "/v1/standard/{record}", .roles = ROLES_NONE,
	  .type = "application/schema+json", .schema = "JsonSchema", .statuses = "404",
	  .summary = "JSON Schema of a party or a contract", .handler = standard_record },
	{ .name = "standard_schema", .method = "GET", .path = "/v1/standard/{kind}/{direction}", .roles = ROLES_NONE,
	  .type = "application/schema+json", .schema = "JsonSchema", .statuses = "404",
	  .summary = "JSON Schema of one kind of filing", .handler = standard_schema },
	{ .name = "standard_xml_schema", .method = "GET", .path = "/v1/standard/{kind}/{direction}/xml-schema", .roles = ROLES_NONE,
	  .type = "application/xml", .schema = NULL, .statuses = "404",
	  .summary = "XML Schema of the customs message of that kind", .handler = standard_xml_schema },
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
	{ .name = "sandbox_faults", .method = "POST", .path = "/sandbox/faults", .roles = ENTERPRISE, .body = ROUTE_BODY_JSON,
	  .type = JSON_TYPE, .schema = "SandboxFault", .takes = "SandboxFaultBody", .statuses = "201 404 409",
	  .summary = "Let a simulated authority do wrong with the caller's next messages; only in a sandbox", .handler = sandbox_faults },
	{ .name = "sandbox_clock", .method = "POST", .path = "/sandbox/clock", .roles = ENTERPRISE, .body = ROUTE_BODY_JSON,
	  .type = JSON_TYPE, .schema = "Clock", .takes = "ClockBody", .statuses = "404",
	  .summary = "Move business time ahead; only in a sandbox", .handler = sandbox_clock },
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
