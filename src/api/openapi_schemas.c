/*
 * What answers look like. Kept by hand beside the statements that build them (sql/queries): a black-box test holds
 * real answers against these. The filings themselves have their own schemas under /v1/standard.
 */
#include "api/openapi_words.h"

#include <stddef.h>
#include <string.h>

const struct openapi_schema *const openapi_schemas[] = {
	openapi_filings, openapi_exchange, openapi_operation, openapi_authorities, openapi_service, openapi_feed, openapi_webhooks, openapi_audit,
	openapi_rights, openapi_released, openapi_tracking, openapi_lookups, openapi_access, openapi_credit, openapi_cases, openapi_risk, openapi_quality,
	openapi_persons, NULL
};

static const struct openapi_parameter parameters[] = {
	{ "kind", KIND, "kind of filing" },
	{ "direction", DIRECTION, "import or export" },
	{ "key", TEXT_, "business key as receipts show it, percent-encoded; of /v1/lookups: what the question is asked by" },
	{ "sha256", "{\"type\":\"string\",\"pattern\":\"^[0-9A-Fa-f]{64}$\"}", "digest of the message as it was sent" },
	{ "platform_code", TEXT_, "platform of the order" },
	{ "order_no", TEXT_, "order number" },
	{ "state", TEXT_, "state of a declaration, of a delivery (waiting, due, sent, dead), of a client (applied, tested, approved, live), of an enterprise (applied, filed, suspended, closed) of an alert (open, closed) of a case (open, collected, assessed, warned, disposed, reviewed, closed), of a plan (open, ended) or of a sample (open, taken, result)" },
	{ "verdict", VERDICT, "verdict of the three flows" },
	{ "from", TEXT_, "opened (receipts: received; deliveries: due, or given up) at or after: a day, or a time with its zone. Of the log: its older size" },
	{ "to", TEXT_, "opened (receipts: received; deliveries: due, or given up) before: a day, or a time with its zone. Of the log: its newer size, the latest checkpoint's if left out" },
	{ "leaf", "{\"type\":\"integer\",\"minimum\":0}", "number of a leaf of the log, counted from 0" },
	{ "size", "{\"type\":\"integer\",\"minimum\":1}", "leaves of the log; the latest checkpoint's if left out" },
	{ "limit", "{\"type\":\"integer\",\"minimum\":1}", "items on a page" },
	{ "cursor", TEXT_, "next of the page before; good for the same query only. Of the feed: a number, 0 or latest" },
	{ "type", TEXT_, "types of events, with commas" },
	{ "declarant", TEXT_, "code of the company that declares" },
	{ "merchant", TEXT_, "code of the company that sells" },
	{ "status", "{\"enum\":[\"made\",\"summed\",\"void\"]}", "of a tax bill" },
	{ "waiting", FLAG, "true: tax bills whose declaration is not known yet; false: the others" },
	{ "day", DAY, "a day in China; today if left out" },
	{ "month", MONTH, "a month in China; this one if left out" },
	{ "client", TEXT_, "name of a client; for regulators and operators, who must give one" },
	{ "declaration_id", UUID, "declaration" },
	{ "department", TEXT_, "role code of a department that takes part in the case, such as CUS" },
	{ "rule", TEXT_, "a risk rule, such as R-LOG-01" },
	{ "row", "{\"type\":\"integer\",\"minimum\":0}", "id of a row of the risk rules" },
	{ "officer", TEXT_, "name of the client that took the last step of a case" },
	{ "enterprise", TEXT_, "a number of the enterprise" },
	{ "plan", UUID, "a plan of samples" },
	{ "item_no", TEXT_, "the enterprise's own number of the goods" },
	{ "batch", TEXT_, "batch of the goods, as orders name it" },
	{ "brand", TEXT_, "a brand; capitals do not matter" },
	{ "recordal_no", TEXT_, "number of a recordal" },
	{ "authority", TEXT_, "role code, such as CUS" },
	{ "code", TEXT_, "of an authority: its role code, such as CUS; of a list: how its codes begin; of an enterprise: any of its numbers" },
	{ "id", TEXT_, "id as answers show it" },
	{ "as_of", DAY, "the day as of which; today if left out" },
	{ "tier", "{\"enum\":[\"public\",\"bank\",\"self\",\"department\",\"supervision\"]}", "how much is asked for; the most that the caller may see if left out" },
	{ "case", TEXT_, "number of the case for which a regulator reads evidence" },
	{ "codes", "{\"enum\":[\"customs\",\"iso\"]}", "iso: currencies and countries of the JSON filing are ISO 4217 and ISO 3166 letters" },
	{ "list", TEXT_, "name of a code list, such as currency" },
	{ "q", TEXT_, "a part of a name in Chinese or English, an ISO code, or the beginning of a code" },
	{ "on", DAY, "the day on which they are in force; today if left out" },
	{ "full", FLAG, "true: data of persons in full; for regulators, with purpose. The read is logged before it is answered" },
	{ "purpose", TEXT_, "why, with full=true: a word of table access_purpose, such as inspection" },
	{ "dry_run", FLAG, "true: everything is checked, nothing is stored" },
	{ "from_line", "{\"type\":\"integer\",\"minimum\":1}", "number of the first line wanted" },
	{ "name", TEXT_, "name of a client, percent-encoded" },
	{ "role", TEXT_, "role of a client (enterprise, regulator …) or of an enterprise (platform, merchant …)" },
	{ "record", "{\"enum\":[\"party\",\"contract\"]}", "what the standard describes besides filings" },
	{ "item", TEXT_, "the enterprise's own number of the goods" },
	{ "hs_code", TEXT_, "how the commodity code begins" },
	{ "purpose", "{\"enum\":[\"credit_line\",\"loan_review\",\"guarantee\",\"insurance\"]}", "what a bank reads for; it must be that of the consent" },
	{ "park", TEXT_, "code of a park" },
	{ "principal", TEXT_, "a number of the enterprise that is declared for" },
	{ "agent", TEXT_, "a number of the enterprise that declares" },
	{ "alert", UUID, "an alert of the enterprise" },
	{ "trade_mode", TEXT_, "mode of trade, such as 9610; * until the inventory says it" },
	{ "carrier_code", TEXT_, "carrier of the waybill" },
	{ "waybill_no", TEXT_, "waybill number" },
	{ "step", TEXT_, "step of a parcel's chain, such as out_gate" },
	{ "telephone", "{\"type\":\"string\",\"pattern\":\"^[0-9]{4}$\"}", "last four digits of the consignee's telephone number" },
	{ "reason", TEXT_, "how the reason of the last failure begins" },
	{ "question", TEXT_, "what a department is asked, such as registration or negative-list" },
	{ "as_of", TEXT_, "as it was known then: a time with its zone, or the beginning of a day" },
	{ "slug", TEXT_, "last part of a problem's type" },
};

const struct openapi_parameter *openapi_parameter(const char *name, int len)
{
	for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++)
		if (strlen(parameters[i].name) == (size_t)len && memcmp(parameters[i].name, name, (size_t)len) == 0)
			return &parameters[i];
	return NULL;
}
