/* Shapes of what operates deliveries: authorities' health, maintenance, dead letters, evidence of outages. */
#include "api/openapi_words.h"

#include <stddef.h>

#define COUNT_       "{\"type\":\"integer\",\"minimum\":0}"
#define COUNT_OR_NULL "{\"type\":[\"integer\",\"null\"],\"minimum\":0}"
#define WINDOWS \
	"{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"from\",\"until\",\"reason\"],\"additionalProperties\":false," \
	"\"properties\":{\"from\":" TIME ",\"until\":" TIME_OR_NULL ",\"reason\":" TEXT_ "}}}"
#define MAINTENANCE \
	"{\"type\":\"object\",\"required\":[\"window\",\"authority\",\"from\",\"until\",\"reason\"],\"properties\":{\"window\":" NUMBER \
	",\"authority\":" TEXT_ ",\"from\":" TIME ",\"until\":" TIME_OR_NULL ",\"reason\":" TEXT_ ",\"recorded_at\":" TIME \
	",\"recorded_by\":" TEXT_ ",\"ended_at\":" TIME_OR_NULL ",\"ended_by\":" TEXT_OR_NULL "}}"
#define BASE64URL    "{\"type\":\"string\",\"pattern\":\"^[A-Za-z0-9_-]+$\"}"

const struct openapi_schema openapi_operation[] = {
	{ "AuthorityList",
	  LIST("{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"code\",\"title\",\"connected\",\"health\",\"backlog\",\"dead\","
	       "\"expected_wait_s\",\"maintenance\"],\"properties\":{\"code\":" TEXT_ ",\"title\":" TEXT_ ",\"connected\":" FLAG
	       ",\"health\":{\"enum\":[\"up\",\"probing\",\"down\",\"maintenance\",\"off\"]},\"backlog\":" COUNT_ ",\"oldest_waiting_at\":" TIME_OR_NULL
	       ",\"dead\":" COUNT_ ",\"in_flight\":" COUNT_ ",\"answered_in_5_min\":" COUNT_
	       ",\"latency_ms\":{\"type\":[\"object\",\"null\"],\"properties\":{\"p50\":" COUNT_ ",\"p99\":" COUNT_ "}},\"expected_wait_s\":" COUNT_OR_NULL
	       ",\"expected_wait_at_least\":" FLAG ",\"outage_since\":" TIME_OR_NULL ",\"maintenance\":" WINDOWS ",\"maintenance_planned\":" WINDOWS "}}") },
	{ "MaintenanceList", LIST(MAINTENANCE) },
	{ "MaintenanceDone", "{\"description\":\"the window that was added, or those that were closed\",\"anyOf\":[" MAINTENANCE "," LIST(MAINTENANCE) "]}" },
	{ "MaintenanceBody",
	  "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"from\":" TEXT_ ",\"until\":" TEXT_OR_NULL
	  ",\"reason\":{\"type\":\"string\",\"description\":\"everybody reads it\"},\"end\":" FLAG ",\"window\":" NUMBER "}}" },
	{ "RetryBody",
	  "{\"type\":\"object\",\"required\":[\"authority\",\"state\"],\"additionalProperties\":false,\"properties\":{\"authority\":" TEXT_
	  ",\"state\":{\"enum\":[\"dead\",\"due\"]},\"from\":" TEXT_ ",\"to\":" TEXT_ ",\"reason\":" TEXT_
	  ",\"limit\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":5000},\"per_s\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":10000}}}" },
	{ "RetryDone",
	  "{\"type\":\"object\",\"required\":[\"retried\",\"left\",\"per_s\"],\"additionalProperties\":false,\"properties\":{\"retried\":" COUNT_
	  ",\"left\":{\"type\":\"integer\",\"minimum\":0,\"description\":\"more of the same range, counted up to 100000\"},\"per_s\":" COUNT_ "}}" },
	{ "OutageEvidence",
	  "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"statement\",\"issued_at\",\"declaration_id\",\"filings\",\"authorities\","
	  "\"deadlines\",\"seal\"],\"properties\":{\"statement\":{\"const\":\"outage\"},\"issued_at\":" TIME ",\"declaration_id\":" UUID
	  ",\"platform_code\":" TEXT_ ",\"order_no\":" TEXT_ ",\"direction\":" DIRECTION ",\"trade_mode\":" TEXT_OR_NULL ",\"state\":" TEXT_
	  ",\"declared_at\":" TIME_OR_NULL ",\"released_at\":" TIME_OR_NULL ",\"filings\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
	  "\"properties\":{\"id\":" UUID ",\"kind\":" KIND ",\"business_key\":" TEXT_ ",\"revision\":" NUMBER ",\"received_at\":" TIME
	  ",\"document_sha256\":" SHA "}}},\"authorities\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"authority\":" TEXT_
	  ",\"version\":" NUMBER ",\"state\":" TEXT_ ",\"attempts\":" NUMBER ",\"declared_at\":" TIME ",\"sent_at\":" TIME_OR_NULL
	  ",\"outages\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"kind\":{\"enum\":[\"unplanned\",\"maintenance\"]}"
	  ",\"began_at\":" TIME ",\"noticed_at\":" TIME ",\"ended_at\":" TIME_OR_NULL ",\"failures\":{\"type\":[\"integer\",\"null\"]}"
	  ",\"evidence\":" TEXT_
	  ",\"while_waiting\":{\"type\":\"boolean\",\"description\":\"the delivery waited just then\"}}}}}}},\"deadlines\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"act\":" TEXT_
	  ",\"title_zh\":" TEXT_ ",\"title_en\":" TEXT_ ",\"rule_row\":" NUMBER ",\"source\":" TEXT_ ",\"authority\":" TEXT_
	  ",\"counts_from\":{\"enum\":[\"entry\",\"declared\",\"released\"]},\"from\":" TIME_OR_NULL ",\"amount\":" NUMBER ",\"unit\":" TEXT_
	  ",\"last_day\":{\"type\":[\"string\",\"null\"],\"format\":\"date\"},\"before\":" TIME_OR_NULL ",\"outage_extends\":" FLAG
	  ",\"added_s\":" COUNT_ ",\"extended_last_day\":{\"type\":[\"string\",\"null\"],\"format\":\"date\"},\"extended_before\":" TIME_OR_NULL
	  ",\"may_grow\":" FLAG ",\"holidays_known\":" FLAG "}}},\"seal\":{\"type\":\"object\",\"properties\":{\"salt\":" BASE64URL ",\"index\":" NUMBER
	  ",\"size\":" NUMBER ",\"path\":{\"type\":\"array\",\"items\":" BASE64URL "},\"root\":" BASE64URL ",\"key_id\":" TEXT_ ",\"signature\":" BASE64URL
	  "}}}}" },
	{ NULL, NULL },
};
