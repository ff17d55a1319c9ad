/* Shapes of clients, the sandbox, payment data, the data standard and operation. */
#include "api/openapi_words.h"

#include <stddef.h>

#define VALIDITY \
	"\"valid_from\":" DAY ",\"valid_to\":{\"type\":[\"string\",\"null\"],\"format\":\"date\"},\"source\":" TEXT_
#define NAMES_       "{\"type\":\"array\",\"items\":" TEXT_ "}"
#define MESSAGES \
	"{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"kind\",\"direction\",\"customs_message\",\"schema\",\"xml_schema\"]," \
	"\"properties\":{\"kind\":" TEXT_ ",\"direction\":" DIRECTION ",\"customs_message\":" NUMBER ",\"title\":" TEXT_ ",\"description\":" TEXT_ \
	",\"business_key\":" NAMES_ ",\"filed_by\":" NAMES_ ",\"receipt\":" NUMBER ",\"schema\":" TEXT_ ",\"xml_schema\":" TEXT_ "}}}"
#define CLIENT_STATE_OR_NULL "{\"enum\":[\"applied\",\"tested\",\"approved\",\"live\",null]}"
#define ENVIRONMENT  "{\"enum\":[\"production\",\"test\",\"sandbox\"]}"
#define SANDBOX_FAULT \
	"{\"enum\":[\"slow\",\"late\",\"answer-twice\",\"refuse\",\"lose-answer\",\"wrong\",\"reject\",\"inspect\"]}"
#define CLIENT_MEMBERS \
	"\"name\":" TEXT_ ",\"role\":" ROLE ",\"codes\":{\"type\":\"array\",\"items\":" TEXT_ "},\"authority\":" TEXT_OR_NULL \
	",\"state\":" CLIENT_STATE_OR_NULL ",\"state_title\":" TEXT_OR_NULL ",\"created_at\":" TIME ",\"expires_at\":" TIME_OR_NULL \
	",\"disabled_at\":" TIME_OR_NULL

#define QUALITY_COUNTS "\"accepted\":" NUMBER ",\"refused\":" NUMBER ",\"warned\":" NUMBER

const struct openapi_schema openapi_service[] = {
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
	  ",\"token\":{\"type\":[\"object\",\"null\"],\"properties\":{\"id\":" NUMBER ",\"expires_at\":" TIME_OR_NULL ",\"expires_soon\":" FLAG "}}"
	  ",\"environment\":" ENVIRONMENT ",\"sandbox\":" FLAG "}}" },
	{ "AccessItem",
	  "{\"type\":\"object\",\"required\":[\"id\",\"at\",\"role\",\"route\",\"record\",\"fields\",\"purpose\"],\"properties\":{\"id\":" UUID ",\"at\":" TIME
	  ",\"client\":" TEXT_OR_NULL ",\"role\":" ROLE ",\"authority\":" TEXT_OR_NULL ",\"route\":" TEXT_ ",\"record\":" TEXT_ ",\"fields\":" NAMES_
	  ",\"purpose\":" TEXT_ ",\"trace_id\":" TEXT_OR_NULL "}}" },
	{ "AccessList", PAGE(REF("AccessItem")) },
	{ "ClientItem", "{\"type\":\"object\",\"required\":[\"name\",\"role\"],\"properties\":{" CLIENT_MEMBERS "}}" },
	{ "ClientList", PAGE(REF("ClientItem")) },
	{ "Client",
	  "{\"type\":\"object\",\"required\":[\"name\",\"role\",\"history\"],\"properties\":{" CLIENT_MEMBERS
	  ",\"history\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"to\",\"at\",\"actor\"],\"properties\":{"
	  "\"from\":" CLIENT_STATE_OR_NULL ",\"to\":" CLIENT_STATE_OR_NULL ",\"at\":" TIME ",\"actor\":" TEXT_ ",\"reason\":" TEXT_OR_NULL "}}}}}" },
	{ "ClientStateBody",
	  "{\"type\":\"object\",\"required\":[\"state\"],\"additionalProperties\":false,\"properties\":{"
	  "\"state\":{\"enum\":[\"applied\",\"tested\",\"approved\",\"live\"]},\"reason\":" TEXT_OR_NULL "}}" },
	{ "SenderQuality",
	  "{\"type\":\"object\",\"required\":[\"client\",\"month\",\"accepted\",\"refused\",\"warned\",\"score\",\"rules\",\"kinds\",\"faults\"],"
	  "\"additionalProperties\":false,\"properties\":{\"client\":" TEXT_ ",\"codes\":{\"type\":\"array\",\"items\":" TEXT_ "},\"month\":" MONTH
	  ",\"closed_at\":{\"type\":[\"string\",\"null\"],\"format\":\"date-time\",\"description\":\"null: the month is not over\"}"
	  "," QUALITY_COUNTS ",\"score\":{\"type\":[\"number\",\"null\"],\"minimum\":0,\"maximum\":100,\"description\":\"null: nothing was filed\"}"
	  ",\"rules\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"id\":" NUMBER ",\"name\":" TEXT_ ",\"value\":" NUMBER ",\"source\":" TEXT_
	  "}}},\"kinds\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"kind\":" TEXT_OR_NULL "," QUALITY_COUNTS "}}}"
	  ",\"faults\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"kind\",\"field\",\"rule\",\"refused\",\"warned\"],"
	  "\"additionalProperties\":false,\"properties\":{\"kind\":" TEXT_OR_NULL ",\"field\":" TEXT_OR_NULL ",\"rule\":" TEXT_ ",\"refused\":" NUMBER
	  ",\"warned\":" NUMBER ",\"detail\":" TEXT_OR_NULL ",\"remedy\":" TEXT_OR_NULL "}}}}}" },
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
	  "{\"type\":\"object\",\"required\":[\"standard\",\"filings\",\"answers\",\"records\"],\"properties\":{\"standard\":" TEXT_ ",\"filings\":" MESSAGES
	  ",\"answers\":" MESSAGES ",\"records\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"kind\",\"title\",\"schema\"],\"properties\":{"
	  "\"kind\":" TEXT_ ",\"title\":" TEXT_ ",\"description\":" TEXT_ ",\"schema\":" TEXT_ "}}}}}" },
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
