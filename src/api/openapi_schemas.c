/*
 * What answers look like. Kept by hand beside the statements that build them (sql/queries): a black-box test holds
 * real answers against these. The filings themselves have their own schemas under /v1/standard.
 */
#include "api/openapi_words.h"

#include <stddef.h>
#include <string.h>

const struct openapi_schema *const openapi_schemas[] = { openapi_filings, openapi_exchange, openapi_operation, openapi_authorities, openapi_service, openapi_feed, openapi_webhooks, openapi_credit, NULL };

static const struct openapi_parameter parameters[] = {
	{ "kind", KIND, "kind of filing" },
	{ "direction", DIRECTION, "import or export" },
	{ "key", TEXT_, "business key as receipts show it, percent-encoded" },
	{ "sha256", "{\"type\":\"string\",\"pattern\":\"^[0-9A-Fa-f]{64}$\"}", "digest of the message as it was sent" },
	{ "platform_code", TEXT_, "platform of the order" },
	{ "order_no", TEXT_, "order number" },
	{ "state", TEXT_, "state of a declaration, of a delivery (waiting, due, sent, dead) or of an enterprise (applied, tested, approved, live)" },
	{ "verdict", VERDICT, "verdict of the three flows" },
	{ "from", TEXT_, "opened (receipts: received; deliveries: due, or given up) at or after: a day, or a time with its zone" },
	{ "to", TEXT_, "opened (receipts: received; deliveries: due, or given up) before: a day, or a time with its zone" },
	{ "limit", "{\"type\":\"integer\",\"minimum\":1}", "items on a page" },
	{ "cursor", TEXT_, "next of the page before; good for the same query only. Of the feed: a number, 0 or latest" },
	{ "type", TEXT_, "types of events, with commas" },
	{ "day", DAY, "a day in China; today if left out" },
	{ "client", TEXT_, "name of a client; for regulators and operators, who must give one" },
	{ "declaration_id", UUID, "declaration" },
	{ "authority", TEXT_, "role code, such as CUS" },
	{ "code", TEXT_, "of an authority: its role code, such as CUS; of a list: how its codes begin" },
	{ "id", TEXT_, "id as answers show it" },
	{ "as_of", DAY, "the day as of which; today if left out" },
	{ "tier", "{\"enum\":[\"public\",\"self\",\"department\",\"supervision\"]}", "how much is asked for; the most that the caller may see if left out" },
	{ "case", TEXT_, "number of the case for which a regulator reads evidence" },
	{ "codes", "{\"enum\":[\"customs\",\"iso\"]}", "iso: currencies and countries of the JSON filing are ISO 4217 and ISO 3166 letters" },
	{ "list", TEXT_, "name of a code list, such as currency" },
	{ "q", TEXT_, "a part of a name in Chinese or English, an ISO code, or the beginning of a code" },
	{ "on", DAY, "the day on which they are in force; today if left out" },
	{ "dry_run", FLAG, "true: everything is checked, nothing is stored" },
	{ "from_line", "{\"type\":\"integer\",\"minimum\":1}", "number of the first line wanted" },
	{ "name", TEXT_, "name of a client, percent-encoded" },
	{ "role", ROLE, "role of a client" },
	{ "record", "{\"enum\":[\"party\",\"contract\"]}", "what the standard describes besides filings" },
	{ "trade_mode", TEXT_, "mode of trade, such as 9610; * until the inventory says it" },
	{ "reason", TEXT_, "how the reason of the last failure begins" },
	{ "slug", TEXT_, "last part of a problem's type" },
};

const struct openapi_parameter *openapi_parameter(const char *name, int len)
{
	for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++)
		if (strlen(parameters[i].name) == (size_t)len && memcmp(parameters[i].name, name, (size_t)len) == 0)
			return &parameters[i];
	return NULL;
}
