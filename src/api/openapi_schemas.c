/*
 * What answers look like. Kept by hand beside the statements that build them (sql/queries): a black-box test holds
 * real answers against these. The filings themselves have their own schemas under /v1/standard.
 */
#include "api/openapi.h"

#include <stddef.h>
#include <string.h>

#define REF(name)    "{\"$ref\":\"#/components/schemas/" name "\"}"
#define TEXT_        "{\"type\":\"string\"}"
#define TEXT_OR_NULL "{\"type\":[\"string\",\"null\"]}"
#define UUID         "{\"type\":\"string\",\"format\":\"uuid\"}"
#define UUID_OR_NULL "{\"type\":[\"string\",\"null\"],\"format\":\"uuid\"}"
#define TIME         "{\"type\":\"string\",\"format\":\"date-time\"}"
#define TIME_OR_NULL "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}"
#define NUMBER       "{\"type\":\"integer\"}"
#define FLAG         "{\"type\":\"boolean\"}"
#define SHA          "{\"type\":\"string\",\"pattern\":\"^[0-9a-f]{64}$\"}"
#define KIND         "{\"enum\":[\"order\",\"payment\",\"waybill\",\"inventory\",\"waybill_status\"]}"
#define DIRECTION    "{\"enum\":[\"import\",\"export\"]}"
#define VERDICT      "{\"enum\":[\"MISSING\",\"MATCHED\",\"CONFLICT\",\"DUPLICATE\"]}"
#define LIST(of)     "{\"type\":\"object\",\"required\":[\"items\"],\"properties\":{\"items\":{\"type\":\"array\",\"items\":" of "}}}"
#define PAGE(of) \
	"{\"type\":\"object\",\"required\":[\"items\"],\"properties\":{\"items\":{\"type\":\"array\",\"items\":" of "}," \
	"\"next\":{\"type\":\"string\",\"description\":\"cursor of the next page; absent on the last\"}}}"

#define FILING_MEMBERS \
	"\"id\":" UUID ",\"kind\":" KIND ",\"direction\":" DIRECTION ",\"business_key\":" TEXT_ ",\"revision\":" NUMBER
#define DECLARATION_MEMBERS \
	"\"id\":" UUID ",\"platform_code\":" TEXT_ ",\"order_no\":" TEXT_ ",\"direction\":" TEXT_OR_NULL ",\"trade_mode\":" TEXT_OR_NULL \
	",\"opened_at\":" TIME ",\"changed_at\":" TIME ",\"state\":" TEXT_ ",\"state_title\":" TEXT_ ",\"verdict\":" VERDICT \
	",\"verdict_title\":" TEXT_ ",\"missing\":{\"type\":\"array\",\"items\":" TEXT_ "},\"version\":" NUMBER \
	",\"wait_until\":" TIME_OR_NULL ",\"released_at\":" TIME_OR_NULL

const struct openapi_schema openapi_schemas[] = {
	{ "Problem",
	  "{\"type\":\"object\",\"required\":[\"type\",\"title\",\"status\"],\"properties\":{\"type\":{\"type\":\"string\",\"format\":\"uri-reference\"},"
	  "\"title\":" TEXT_ ",\"status\":" NUMBER ",\"detail\":" TEXT_ ",\"instance\":" TEXT_ ",\"trace_id\":" TEXT_ ",\"first_id\":" UUID
	  ",\"errors\":{\"type\":\"array\",\"items\":" REF("Finding") "},\"more_errors\":" NUMBER "}}" },
	{ "Finding",
	  "{\"type\":\"object\",\"required\":[\"pointer\",\"code\",\"rule\",\"detail\",\"remedy\"],\"properties\":{"
	  "\"pointer\":{\"type\":\"string\",\"description\":\"JSON Pointer, or XPath into a CEB message\"},\"code\":" TEXT_ ",\"rule\":" TEXT_
	  ",\"term\":" TEXT_ ",\"detail\":" TEXT_ ",\"remedy\":" TEXT_ ",\"expected\":" TEXT_ ",\"got\":" TEXT_ "}}" },
	{ "FilingBody",
	  "{\"description\":\"one filing, or 1 to 100 of them; each kind and direction has its schema under /v1/standard/{kind}/{direction}\","
	  "\"anyOf\":[{\"type\":\"object\"},{\"type\":\"array\",\"minItems\":1,\"maxItems\":100,\"items\":{\"type\":\"object\"}}]}" },
	{ "RelayMessage",
	  "{\"type\":\"object\",\"required\":[\"Message\"],\"properties\":{\"Message\":{\"type\":\"object\",\"required\":[\"MessageHead\",\"MessageBody\"],"
	  "\"properties\":{\"MessageHead\":{\"type\":\"object\",\"required\":[\"MessageId\"],\"properties\":{\"MessageId\":" TEXT_
	  ",\"MessageType\":" TEXT_OR_NULL ",\"SenderID\":" TEXT_OR_NULL ",\"ReceiverID\":" TEXT_OR_NULL ",\"SendTime\":" TEXT_OR_NULL
	  ",\"Version\":" TEXT_OR_NULL "}},\"MessageBody\":{\"type\":\"object\",\"required\":[\"data\"],\"properties\":{\"data\":"
	  "{\"type\":\"string\",\"description\":\"a CEB message, base64\"}}}}}}}" },
	{ "RelayBody", "{\"anyOf\":[" REF("FilingBody") "," REF("RelayMessage") "]}" },
	{ "Receipt",
	  "{\"type\":\"object\",\"required\":[\"id\",\"kind\",\"business_key\",\"seal\"],\"properties\":{" FILING_MEMBERS ",\"action\":" TEXT_
	  ",\"declaration_id\":" UUID_OR_NULL ",\"filer\":" TEXT_ ",\"received_at\":" TIME ",\"message_sha256\":" TEXT_
	  ",\"document_sha256\":" TEXT_ ",\"seal\":{\"type\":\"object\"}}}" },
	{ "FilingAnswer", "{\"anyOf\":[" REF("Receipt") "," REF("Results") "," REF("RelayMessage") "]}" },
	{ "Results",
	  "{\"type\":\"object\",\"required\":[\"results\"],\"properties\":{\"results\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
	  "\"required\":[\"index\",\"status\"],\"properties\":{\"index\":" NUMBER ",\"status\":" NUMBER ",\"receipt\":" REF("Receipt")
	  ",\"problem\":" REF("Problem") "}}}}}" },
	{ "Filing",
	  "{\"type\":\"object\",\"required\":[\"id\"],\"properties\":{" FILING_MEMBERS ",\"action\":" TEXT_ ",\"received_at\":" TIME
	  ",\"declaration_id\":" UUID_OR_NULL ",\"message_sha256\":" SHA ",\"document_sha256\":" SHA
	  ",\"document\":{\"type\":[\"object\",\"null\"],\"description\":\"own filings and regulators; else null\"}}}" },
	{ "FilingList",
	  LIST("{\"type\":\"object\",\"required\":[\"id\"],\"properties\":{" FILING_MEMBERS ",\"document_sha256\":" SHA ",\"receipt\":" REF("Receipt") "}}") },
	{ "DeclarationItem", "{\"type\":\"object\",\"required\":[\"id\"],\"properties\":{" DECLARATION_MEMBERS "}}" },
	{ "DeclarationList", PAGE(REF("DeclarationItem")) },
	{ "Declaration",
	  "{\"type\":\"object\",\"required\":[\"id\",\"filings\",\"parts\"],\"properties\":{" DECLARATION_MEMBERS
	  ",\"judged\":{\"type\":\"boolean\",\"description\":\"false: something newer is not judged yet\"}"
	  ",\"filings\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{" FILING_MEMBERS ",\"action\":" TEXT_
	  ",\"received_at\":" TIME ",\"own\":" FLAG "}}},\"parts\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"authority\":" TEXT_
	  ",\"version\":" NUMBER ",\"state\":" TEXT_ ",\"outcome\":" TEXT_ ",\"outcome_at\":" TIME_OR_NULL ",\"attempts\":" NUMBER
	  ",\"due_at\":" TIME ",\"reason\":" TEXT_OR_NULL "}}}}}" },
	{ "Timeline",
	  LIST("{\"type\":\"object\",\"required\":[\"at\",\"what\"],\"properties\":{\"at\":" TIME ",\"what\":{\"enum\":[\"filed\",\"judged\",\"settled\","
	       "\"delivery_made\",\"delivered\",\"answered\",\"case_opened\",\"case_closed\",\"released\"]}}}") },
	{ "Side",
	  "{\"type\":[\"object\",\"null\"],\"properties\":{\"kind\":" KIND ",\"field\":" TEXT_ ",\"filing_id\":" UUID ",\"own\":" FLAG
	  ",\"value\":{\"type\":[\"string\",\"number\"],\"description\":\"of the caller's own filings; regulators see all\"}}}" },
	{ "Verdict",
	  "{\"type\":\"object\",\"required\":[\"verdict\",\"title\",\"reasons\"],\"properties\":{\"declaration_id\":" UUID ",\"verdict\":" VERDICT
	  ",\"title\":" TEXT_ ",\"decided_at\":" TIME_OR_NULL ",\"rule_rows\":{\"type\":\"array\",\"items\":" NUMBER "},"
	  "\"reasons\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"rule\":" TEXT_ ",\"source\":" TEXT_
	  ",\"detail\":" TEXT_ ",\"remedy\":" TEXT_ ",\"line\":{\"type\":[\"integer\",\"null\"]},\"left\":" REF("Side") ",\"right\":" REF("Side")
	  ",\"relation\":{\"enum\":[\"differs\",\"missing\"]},\"corrects\":" KIND ",\"until\":" TIME_OR_NULL "}}}}}" },
	{ "AnswerBody",
	  "{\"description\":\"one answer or several; the members are in docs/API.md\",\"anyOf\":[{\"type\":\"object\"},"
	  "{\"type\":\"array\",\"items\":{\"type\":\"object\"}}]}" },
	{ "ReceiptsStored",
	  "{\"type\":\"object\",\"required\":[\"stored\",\"repeats\",\"unknown\"],\"properties\":{\"stored\":" NUMBER ",\"repeats\":" NUMBER
	  ",\"unknown\":{\"type\":\"array\",\"items\":" TEXT_ "},\"unusable\":" TEXT_ "}}" },
	{ "AuthorityList",
	  LIST("{\"type\":\"object\",\"properties\":{\"code\":" TEXT_ ",\"title\":" TEXT_ ",\"connected\":" FLAG
	       ",\"health\":{\"enum\":[\"up\",\"down\",\"probing\",\"off\"]},\"backlog\":" NUMBER ",\"oldest_waiting_at\":" TIME_OR_NULL
	       ",\"dead\":" NUMBER ",\"in_flight\":" NUMBER ",\"expected_wait_s\":{\"type\":[\"integer\",\"null\"]}}}") },
	{ "Delivery",
	  "{\"type\":\"object\",\"required\":[\"id\",\"state\"],\"properties\":{\"id\":" TEXT_ ",\"declaration_id\":" UUID ",\"authority\":" TEXT_
	  ",\"version\":" NUMBER ",\"message_id\":" UUID ",\"reference\":" TEXT_OR_NULL
	  ",\"state\":{\"enum\":[\"waiting\",\"due\",\"sent\",\"dead\"]},\"attempts\":" NUMBER ",\"created_at\":" TIME ",\"due_at\":" TIME
	  ",\"sent_at\":" TIME_OR_NULL ",\"outcome\":" TEXT_ ",\"outcome_at\":" TIME_OR_NULL ",\"reason\":" TEXT_OR_NULL
	  ",\"document\":{\"type\":[\"object\",\"null\"],\"properties\":{\"content_type\":" TEXT_ ",\"body\":" TEXT_ "}}}}" },
	{ "DeliveryList", PAGE(REF("Delivery")) },
	{ "IdentityBody",
	  "{\"type\":\"object\",\"required\":[\"name\",\"id_type\",\"id_number\",\"source\",\"attested_at\"],\"additionalProperties\":false,"
	  "\"properties\":{\"name\":" TEXT_ ",\"id_type\":{\"const\":\"1\"},\"id_number\":" TEXT_ ",\"source\":" TEXT_ ",\"attested_at\":" TEXT_
	  ",\"valid_to\":" TEXT_OR_NULL "}}" },
	{ "Attestation",
	  "{\"type\":\"object\",\"required\":[\"source\",\"attested_at\"],\"properties\":{\"source\":" TEXT_ ",\"attested_at\":" TIME ",\"valid_to\":" TIME "}}" },
	{ "PaymentQueryBody",
	  "{\"type\":\"object\",\"required\":[\"platform_code\",\"order_no\"],\"additionalProperties\":false,\"properties\":{\"platform_code\":" TEXT_
	  ",\"order_no\":" TEXT_ "}}" },
	{ "PaymentQuery",
	  "{\"type\":\"object\",\"required\":[\"id\",\"state\"],\"properties\":{\"id\":" UUID ",\"platform_code\":" TEXT_ ",\"order_no\":" TEXT_
	  ",\"session_id\":" TEXT_ ",\"state\":{\"enum\":[\"asking\",\"asked\",\"answered\",\"refused\",\"unreachable\"]},\"asked_at\":" TIME
	  ",\"attempts\":" NUMBER ",\"answer_code\":{\"type\":[\"integer\",\"null\"]},\"reason\":" TEXT_OR_NULL
	  ",\"records\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"received_at\":" TIME ",\"payment_no\":" TEXT_
	  ",\"cert_no\":" TEXT_ ",\"sha256\":" SHA ",\"keep_until\":" TIME
	  ",\"data\":{\"type\":[\"object\",\"null\"],\"description\":\"regulators; else null\"}}}}}}" },
	{ "PaymentData",
	  "{\"type\":\"object\",\"required\":[\"payExchangeInfoHead\",\"payExchangeInfoLists\"],\"additionalProperties\":false,\"properties\":{"
	  "\"payExchangeInfoHead\":{\"type\":\"object\"},\"payExchangeInfoLists\":{\"type\":\"array\",\"minItems\":1,\"maxItems\":100,"
	  "\"items\":{\"type\":\"object\"}}}}" },
	{ "PaymentDataStored",
	  "{\"type\":\"object\",\"required\":[\"id\",\"orders\"],\"properties\":{\"id\":" UUID ",\"platform_code\":" TEXT_ ",\"payment_no\":" TEXT_
	  ",\"orders\":{\"type\":\"array\",\"items\":" TEXT_ "},\"keep_until\":" TIME "}}" },
	{ "OpenReqForm",
	  "{\"type\":\"object\",\"required\":[\"openReq\"],\"properties\":{\"openReq\":{\"type\":\"string\",\"description\":"
	  "\"JSON: orderNo, sessionID, serviceTime\"}}}" },
	{ "UploadForm",
	  "{\"type\":\"object\",\"required\":[\"payExInfoStr\"],\"properties\":{\"payExInfoStr\":{\"type\":\"string\",\"description\":"
	  "\"JSON: sessionID, payExchangeInfoHead, payExchangeInfoLists, serviceTime, certNo, signValue\"}}}" },
	{ "CustomsReply",
	  "{\"type\":\"object\",\"required\":[\"code\",\"message\",\"serviceTime\"],\"properties\":{\"code\":" TEXT_ ",\"message\":" TEXT_
	  ",\"total\":" NUMBER ",\"serviceTime\":" NUMBER "}}" },
	{ "StandardIndex",
	  "{\"type\":\"object\",\"properties\":{\"standard\":" TEXT_ ",\"filings\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
	  "\"kind\":" KIND ",\"direction\":" DIRECTION ",\"customs_message\":" NUMBER ",\"schema\":" TEXT_ "}}}}}" },
	{ "JsonSchema", "{\"type\":\"object\"}" },
	{ "OpenApi", "{\"type\":\"object\"}" },
	{ "Health", "{\"type\":\"object\",\"properties\":{\"status\":{\"const\":\"ok\"}}}" },
	{ "Ready",
	  "{\"type\":\"object\",\"required\":[\"status\",\"problems\"],\"properties\":{\"status\":{\"enum\":[\"ready\",\"not ready\"]},"
	  "\"problems\":{\"type\":\"array\",\"items\":" TEXT_ "}}}" },
	{ "ProblemKind",
	  "{\"type\":\"object\",\"properties\":{\"slug\":" TEXT_ ",\"status\":" NUMBER ",\"title\":" TEXT_ ",\"title_zh\":" TEXT_ ",\"retry\":" FLAG "}}" },
	{ "ClockBody", "{\"type\":\"object\",\"required\":[\"shift_s\"],\"properties\":{\"shift_s\":" NUMBER "}}" },
	{ "Clock", "{\"type\":\"object\",\"properties\":{\"shift_s\":" NUMBER ",\"now\":" TIME "}}" },
	{ NULL, NULL },
};

static const struct openapi_parameter parameters[] = {
	{ "kind", KIND, "kind of filing" },
	{ "direction", DIRECTION, "import or export" },
	{ "key", TEXT_, "business key as receipts show it, percent-encoded" },
	{ "sha256", "{\"type\":\"string\",\"pattern\":\"^[0-9A-Fa-f]{64}$\"}", "digest of the message as it was sent" },
	{ "platform_code", TEXT_, "platform of the order" },
	{ "order_no", TEXT_, "order number" },
	{ "state", TEXT_, "state of a declaration, or of a delivery: waiting, due, sent, dead" },
	{ "verdict", VERDICT, "verdict of the three flows" },
	{ "from", TEXT_, "opened at or after: a day, or a time with its zone" },
	{ "to", TEXT_, "opened before: a day, or a time with its zone" },
	{ "limit", "{\"type\":\"integer\",\"minimum\":1}", "items on a page" },
	{ "cursor", TEXT_, "next of the page before; good for the same query only" },
	{ "declaration_id", UUID, "declaration" },
	{ "authority", TEXT_, "role code, such as CUS" },
	{ "code", TEXT_, "role code, such as CUS" },
	{ "id", TEXT_, "id as answers show it" },
	{ "slug", TEXT_, "last part of a problem's type" },
};

const struct openapi_parameter *openapi_parameter(const char *name, int len)
{
	for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++)
		if (strlen(parameters[i].name) == (size_t)len && memcmp(parameters[i].name, name, (size_t)len) == 0)
			return &parameters[i];
	return NULL;
}
