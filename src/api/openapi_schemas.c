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
#define DAY          "{\"type\":\"string\",\"format\":\"date\"}"
#define NUMBER       "{\"type\":\"integer\"}"
#define FLAG         "{\"type\":\"boolean\"}"
#define SHA          "{\"type\":\"string\",\"pattern\":\"^[0-9a-f]{64}$\"}"
#define KIND \
	"{\"enum\":[\"order\",\"payment\",\"waybill\",\"inventory\",\"waybill_status\",\"cancellation\",\"return\",\"arrival\",\"departure\"," \
	"\"manifest\",\"summary\",\"warehouse_in\",\"tally\"]}"
#define DIRECTION    "{\"enum\":[\"import\",\"export\"]}"
#define VERDICT      "{\"enum\":[\"MISSING\",\"MATCHED\",\"CONFLICT\",\"DUPLICATE\"]}"
#define LIST(of)     "{\"type\":\"object\",\"required\":[\"items\"],\"properties\":{\"items\":{\"type\":\"array\",\"items\":" of "}}}"
#define PAGE(of) \
	"{\"type\":\"object\",\"required\":[\"items\"],\"properties\":{\"items\":{\"type\":\"array\",\"items\":" of "}," \
	"\"next\":{\"type\":\"string\",\"description\":\"cursor of the next page; absent on the last\"}}}"

#define NUMBERS      "{\"type\":\"array\",\"items\":" NUMBER "}"
#define VALIDITY \
	"\"valid_from\":" DAY ",\"valid_to\":{\"type\":[\"string\",\"null\"],\"format\":\"date\"},\"source\":" TEXT_
#define STEP_MEMBERS \
	"\"step\":" NUMBER ",\"phase\":{\"enum\":[\"match\",\"clear\",\"follow\"]},\"kind\":" TEXT_OR_NULL ",\"authority\":" TEXT_OR_NULL \
	",\"required\":" FLAG ",\"needs\":" NUMBERS
#define NAMES_       "{\"type\":\"array\",\"items\":" TEXT_ "}"
#define MESSAGES \
	"{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"kind\",\"direction\",\"customs_message\",\"schema\",\"xml_schema\"]," \
	"\"properties\":{\"kind\":" TEXT_ ",\"direction\":" DIRECTION ",\"customs_message\":" NUMBER ",\"title\":" TEXT_ ",\"description\":" TEXT_ \
	",\"business_key\":" NAMES_ ",\"filed_by\":" NAMES_ ",\"receipt\":" NUMBER ",\"schema\":" TEXT_ ",\"xml_schema\":" TEXT_ "}}}"

#define WARNINGS "{\"type\":\"array\",\"items\":" REF("Finding") "}"
#define RESULT_MEMBERS \
	"\"status\":" NUMBER ",\"receipt\":" REF("Receipt") ",\"filing\":" REF("Checked") ",\"problem\":" REF("Problem") ",\"warnings\":" WARNINGS
#define ROLE         "{\"enum\":[\"enterprise\",\"regulator\",\"operator\",\"authority\"]}"
#define CLIENT_STATE_OR_NULL "{\"enum\":[\"applied\",\"tested\",\"approved\",\"live\",null]}"
#define ENVIRONMENT  "{\"enum\":[\"production\",\"test\",\"sandbox\"]}"
#define SANDBOX_FAULT \
	"{\"enum\":[\"slow\",\"late\",\"answer-twice\",\"refuse\",\"lose-answer\",\"wrong\",\"reject\",\"inspect\"]}"
#define CLIENT_MEMBERS \
	"\"name\":" TEXT_ ",\"role\":" ROLE ",\"codes\":{\"type\":\"array\",\"items\":" TEXT_ "},\"authority\":" TEXT_OR_NULL \
	",\"state\":" CLIENT_STATE_OR_NULL ",\"state_title\":" TEXT_OR_NULL ",\"created_at\":" TIME ",\"expires_at\":" TIME_OR_NULL \
	",\"disabled_at\":" TIME_OR_NULL

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
	{ "Checked",
	  "{\"type\":\"object\",\"description\":\"what a dry run says of a good filing\",\"required\":[\"dry_run\",\"kind\",\"document_sha256\"],"
	  "\"properties\":{\"dry_run\":{\"const\":true},\"kind\":" KIND ",\"direction\":" DIRECTION ",\"action\":" TEXT_ ",\"business_key\":" TEXT_
	  ",\"filer\":" TEXT_ ",\"declaration_id\":" UUID_OR_NULL ",\"document_sha256\":" SHA
	  ",\"taken\":{\"type\":[\"object\",\"null\"],\"description\":\"what holds the business key; absent: not known\",\"properties\":{\"id\":" UUID
	  ",\"revision\":" NUMBER ",\"same_content\":" FLAG "}},\"warnings\":" WARNINGS "}}" },
	{ "FilingAnswer", "{\"anyOf\":[" REF("Receipt") "," REF("Results") "," REF("Checked") "," REF("Job") "," REF("RelayMessage") "]}" },
	{ "Results",
	  "{\"type\":\"object\",\"required\":[\"results\"],\"properties\":{\"dry_run\":{\"const\":true},\"results\":{\"type\":\"array\",\"items\":{"
	  "\"type\":\"object\",\"required\":[\"index\",\"status\"],\"properties\":{\"index\":" NUMBER "," RESULT_MEMBERS "}}},\"warnings\":" WARNINGS "}}" },
	{ "LineResult",
	  "{\"type\":\"object\",\"description\":\"one line of the answer: what became of one line of the batch\",\"required\":[\"line\",\"status\"],"
	  "\"properties\":{\"line\":" NUMBER "," RESULT_MEMBERS "}}" },
	{ "Job",
	  "{\"type\":\"object\",\"required\":[\"id\",\"state\",\"lines\",\"done\"],\"properties\":{\"id\":" UUID ",\"client\":" TEXT_
	  ",\"state\":{\"enum\":[\"waiting\",\"running\",\"done\",\"cancelled\"]},\"lines\":" NUMBER ",\"done\":" NUMBER ",\"good\":" NUMBER
	  ",\"bad\":" NUMBER ",\"created_at\":" TIME ",\"finished_at\":" TIME_OR_NULL "}}" },
	{ "JobList", PAGE(REF("Job")) },
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
	{ "Answer",
	  "{\"type\":\"object\",\"required\":[\"id\",\"declaration_id\",\"authority\",\"status\"],\"properties\":{\"id\":" UUID
	  ",\"declaration_id\":" UUID ",\"platform_code\":" TEXT_ ",\"order_no\":" TEXT_ ",\"direction\":" TEXT_OR_NULL ",\"authority\":" TEXT_
	  ",\"version\":" NUMBER ",\"reference\":" TEXT_OR_NULL ",\"status\":" TEXT_ ",\"outcome\":" TEXT_ ",\"said_at\":" TIME
	  ",\"received_at\":" TIME ",\"info\":" TEXT_OR_NULL "}}" },
	{ "AnswerList", LIST(REF("Answer")) },
	{ "AnswerPoll",
	  "{\"type\":\"object\",\"required\":[\"items\",\"next\",\"more\"],\"properties\":{\"items\":{\"type\":\"array\",\"items\":" REF("Answer") "},"
	  "\"next\":{\"type\":\"string\",\"description\":\"cursor for what comes after; always there\"},"
	  "\"more\":{\"type\":\"boolean\",\"description\":\"true: ask again at once; false: that was all until now\"}}}" },
	{ "Steps",
	  "{\"type\":\"object\",\"required\":[\"declaration_id\",\"state\",\"regime\",\"sentence\",\"steps\"],\"properties\":{\"declaration_id\":" UUID
	  ",\"state\":" TEXT_ ",\"state_title\":" TEXT_ ",\"regime\":{\"type\":\"object\",\"properties\":{\"id\":" NUMBER ",\"trade_mode\":" TEXT_
	  ",\"direction\":" DIRECTION "}},\"sentence\":" TEXT_ ",\"steps\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"step\",\"state\","
	  "\"responsible\",\"waits_for\"],\"properties\":{" STEP_MEMBERS ",\"title\":" TEXT_
	  ",\"state\":{\"enum\":[\"done\",\"refused\",\"in_progress\",\"waiting\",\"not_needed\"]},\"at\":" TIME_OR_NULL ",\"filing_id\":" UUID_OR_NULL
	  ",\"own\":" FLAG ",\"outcome\":" TEXT_OR_NULL ",\"delivery\":" TEXT_OR_NULL ",\"to_correct\":" FLAG ",\"next\":" FLAG
	  ",\"responsible\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"role\":" TEXT_ ",\"title\":" TEXT_ ",\"code\":" TEXT_OR_NULL
	  ",\"name\":" TEXT_OR_NULL "}}},\"waits_for\":" NUMBERS "}}}}}" },
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
	{ "Me",
	  "{\"type\":\"object\",\"required\":[\"name\",\"role\",\"may_file\",\"environment\",\"sandbox\"],\"properties\":{\"name\":" TEXT_
	  ",\"role\":" ROLE ",\"codes\":{\"type\":\"array\",\"items\":" TEXT_ "},\"authority\":" TEXT_OR_NULL ",\"state\":" CLIENT_STATE_OR_NULL
	  ",\"state_title\":" TEXT_OR_NULL ",\"next\":{\"type\":[\"string\",\"null\"],\"description\":\"what has to happen for the next state\"},\"may_file\":" FLAG
	  ",\"environment\":" ENVIRONMENT ",\"sandbox\":" FLAG "}}" },
	{ "ClientItem", "{\"type\":\"object\",\"required\":[\"name\",\"role\"],\"properties\":{" CLIENT_MEMBERS "}}" },
	{ "ClientList", PAGE(REF("ClientItem")) },
	{ "Client",
	  "{\"type\":\"object\",\"required\":[\"name\",\"role\",\"history\"],\"properties\":{" CLIENT_MEMBERS
	  ",\"history\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"to\",\"at\",\"actor\"],\"properties\":{"
	  "\"from\":" CLIENT_STATE_OR_NULL ",\"to\":" CLIENT_STATE_OR_NULL ",\"at\":" TIME ",\"actor\":" TEXT_ ",\"reason\":" TEXT_OR_NULL "}}}}}" },
	{ "ClientStateBody",
	  "{\"type\":\"object\",\"required\":[\"state\"],\"additionalProperties\":false,\"properties\":{"
	  "\"state\":{\"enum\":[\"applied\",\"tested\",\"approved\",\"live\"]},\"reason\":" TEXT_OR_NULL "}}" },
	{ "ClientReport",
	  "{\"type\":\"object\",\"required\":[\"name\",\"messages\",\"declarations\",\"answers\"],\"properties\":{\"name\":" TEXT_
	  ",\"state\":" CLIENT_STATE_OR_NULL ",\"environment\":" ENVIRONMENT ",\"made_at\":" TIME
	  ",\"messages\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"kind\":" KIND ",\"direction\":" DIRECTION
	  ",\"customs_message\":" NUMBER ",\"filings\":" NUMBER ",\"changes\":" NUMBER ",\"withdrawals\":" NUMBER
	  ",\"first_at\":" TIME_OR_NULL ",\"last_at\":" TIME_OR_NULL "}}},\"declarations\":{\"type\":\"object\",\"additionalProperties\":" NUMBER "}"
	  ",\"answers\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"authority\":" TEXT_ ",\"outcome\":" TEXT_
	  ",\"count\":" NUMBER "}}}}}" },
	{ "SandboxFaultBody",
	  "{\"type\":\"object\",\"required\":[\"authority\",\"fault\"],\"additionalProperties\":false,\"properties\":{\"authority\":" TEXT_
	  ",\"fault\":" SANDBOX_FAULT ",\"times\":{\"type\":\"integer\",\"minimum\":1},\"ms\":{\"type\":\"integer\",\"minimum\":1},\"order_no\":" TEXT_ "}}" },
	{ "SandboxFault",
	  "{\"type\":\"object\",\"required\":[\"authority\",\"fault\",\"times\"],\"properties\":{\"authority\":" TEXT_ ",\"fault\":" SANDBOX_FAULT
	  ",\"times\":" NUMBER ",\"ms\":{\"type\":[\"integer\",\"null\"]},\"order_no\":" TEXT_OR_NULL "}}" },
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
	  "{\"type\":\"object\",\"required\":[\"standard\",\"filings\",\"answers\"],\"properties\":{\"standard\":" TEXT_ ",\"filings\":" MESSAGES
	  ",\"answers\":" MESSAGES "}}" },
	{ "CodeLists",
	  LIST("{\"type\":\"object\",\"required\":[\"list\",\"count\",\"codes\"],\"properties\":{\"list\":" TEXT_ ",\"title_zh\":" TEXT_ ",\"title_en\":" TEXT_
	       ",\"count\":" NUMBER ",\"sources\":{\"type\":\"array\",\"items\":" TEXT_ "},\"codes\":" TEXT_ "}}") },
	{ "CodeList",
	  "{\"type\":\"object\",\"required\":[\"list\",\"on\",\"items\"],\"properties\":{\"list\":" TEXT_ ",\"title_zh\":" TEXT_ ",\"title_en\":" TEXT_
	  ",\"on\":" DAY ",\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"code\",\"name_zh\",\"valid_from\"],\"properties\":{"
	  "\"code\":" TEXT_ ",\"name_zh\":" TEXT_ ",\"name_en\":" TEXT_OR_NULL ",\"iso\":{\"type\":\"array\",\"items\":" TEXT_ "}," VALIDITY "}}},\"next\":" TEXT_ "}}" },
	{ "Regimes",
	  "{\"type\":\"object\",\"required\":[\"on\",\"items\"],\"properties\":{\"on\":" DAY ",\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
	  "\"required\":[\"id\",\"trade_mode\",\"direction\",\"steps\"],\"properties\":{\"id\":" NUMBER ",\"trade_mode\":" TEXT_ ",\"direction\":" DIRECTION
	  ",\"wait_hours\":" NUMBER ",\"bonded\":" FLAG "," VALIDITY ",\"steps\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"step\",\"phase\"],"
	  "\"properties\":{" STEP_MEMBERS ",\"title_zh\":" TEXT_ ",\"title_en\":" TEXT_ ",\"responsible\":{\"type\":\"array\",\"items\":" TEXT_ "}," VALIDITY
	  "}}}}}}}}" },
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
	{ "state", TEXT_, "state of a declaration, of a delivery (waiting, due, sent, dead) or of an enterprise (applied, tested, approved, live)" },
	{ "verdict", VERDICT, "verdict of the three flows" },
	{ "from", TEXT_, "opened (receipts: received) at or after: a day, or a time with its zone" },
	{ "to", TEXT_, "opened (receipts: received) before: a day, or a time with its zone" },
	{ "limit", "{\"type\":\"integer\",\"minimum\":1}", "items on a page" },
	{ "cursor", TEXT_, "next of the page before; good for the same query only" },
	{ "declaration_id", UUID, "declaration" },
	{ "authority", TEXT_, "role code, such as CUS" },
	{ "code", TEXT_, "of an authority: its role code, such as CUS; of a list: how its codes begin" },
	{ "id", TEXT_, "id as answers show it" },
	{ "codes", "{\"enum\":[\"customs\",\"iso\"]}", "iso: currencies and countries of the JSON filing are ISO 4217 and ISO 3166 letters" },
	{ "list", TEXT_, "name of a code list, such as currency" },
	{ "q", TEXT_, "a part of a name in Chinese or English, an ISO code, or the beginning of a code" },
	{ "on", DAY, "the day on which they are in force; today if left out" },
	{ "dry_run", FLAG, "true: everything is checked, nothing is stored" },
	{ "from_line", "{\"type\":\"integer\",\"minimum\":1}", "number of the first line wanted" },
	{ "name", TEXT_, "name of a client, percent-encoded" },
	{ "role", ROLE, "role of a client" },
	{ "trade_mode", TEXT_, "mode of trade, such as 9610; * until the inventory says it" },
	{ "slug", TEXT_, "last part of a problem's type" },
};

const struct openapi_parameter *openapi_parameter(const char *name, int len)
{
	for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++)
		if (strlen(parameters[i].name) == (size_t)len && memcmp(parameters[i].name, name, (size_t)len) == 0)
			return &parameters[i];
	return NULL;
}
