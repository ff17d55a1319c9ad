/* Shapes of where parcels are. */
#include "api/openapi_words.h"

#include <stddef.h>

#define STEP_TEXT    "{\"type\":\"string\",\"description\":\"created, in_gate, released, out_gate, departed, handed_over, delivered, returned: see /v1/standard/tracking\"}"
#define NAMES_       "{\"type\":\"array\",\"items\":" TEXT_ "}"
#define INTEGER_OR_NULL "{\"type\":[\"integer\",\"null\"]}"
#define EVENT_MEMBERS \
	"\"carrier_code\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":18},\"waybill_no\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":80}" \
	",\"step\":" STEP_TEXT ",\"at\":" TIME
#define TOLD_EVENT \
	"{\"type\":\"object\",\"required\":[\"carrier_code\",\"waybill_no\",\"step\",\"at\"],\"additionalProperties\":false,\"properties\":{" EVENT_MEMBERS \
	",\"place\":{\"type\":[\"string\",\"null\"],\"maxLength\":200}}}"
#define STATUS_MEMBERS "\"status\":" TEXT_OR_NULL ",\"status_title\":" TEXT_OR_NULL ",\"status_at\":" TIME_OR_NULL
#define VALIDITY \
	"\"valid_from\":" DAY ",\"valid_to\":{\"type\":[\"string\",\"null\"],\"format\":\"date\"},\"source\":" TEXT_

const struct openapi_schema openapi_tracking[] = {
	{ "TrackingBody",
	  "{\"oneOf\":[" TOLD_EVENT ",{\"type\":\"object\",\"required\":[\"events\"],\"additionalProperties\":false,\"properties\":{"
	  "\"events\":{\"type\":\"array\",\"minItems\":1,\"maxItems\":500,\"items\":" TOLD_EVENT "}}}]}" },
	{ "TrackingStored",
	  LIST("{\"type\":\"object\",\"required\":[\"carrier_code\",\"waybill_no\",\"step\",\"at\",\"new\"],\"properties\":{" EVENT_MEMBERS
	       ",\"new\":{\"type\":\"boolean\",\"description\":\"false: it was there already\"}}}") },
	{ "TrackingEvent",
	  "{\"type\":\"object\",\"required\":[\"step\",\"title\",\"at\",\"received_at\",\"told_by\",\"stands\",\"contradicts\"],\"properties\":{\"step\":" STEP_TEXT
	  ",\"title\":" TEXT_ ",\"at\":" TIME ",\"place\":" TEXT_OR_NULL ",\"received_at\":" TIME
	  ",\"told_by\":{\"enum\":[\"carrier\",\"filing\",\"gateway\"]},\"kind\":" TEXT_OR_NULL ",\"filing_id\":" UUID_OR_NULL
	  ",\"stands\":{\"type\":\"boolean\",\"description\":\"false: its filing was changed or taken back\"}"
	  ",\"contradicts\":{\"type\":\"array\",\"items\":" TEXT_ ",\"description\":\"steps that should have been before it, and were not\"}}}" },
	{ "TrackingStep",
	  "{\"type\":\"object\",\"required\":[\"step\",\"title\",\"state\",\"rule_row\",\"source\"],\"properties\":{\"step\":" STEP_TEXT ",\"title\":" TEXT_
	  ",\"state\":{\"enum\":[\"done\",\"passed\",\"missing\",\"waiting\"]},\"at\":" TIME_OR_NULL ",\"due_at\":" TIME_OR_NULL ",\"passed_by\":" TEXT_OR_NULL
	  ",\"needs\":" NAMES_ ",\"limit_from\":" TEXT_OR_NULL ",\"limit_hours\":" INTEGER_OR_NULL ",\"required\":" FLAG ",\"rule_row\":" NUMBER
	  ",\"source\":" TEXT_ "}}" },
	{ "TrackingList",
	  LIST("{\"type\":\"object\",\"required\":[\"status\",\"carrier_code\",\"waybill_no\",\"events\",\"steps\",\"alerts\"],\"properties\":{" STATUS_MEMBERS
	       ",\"carrier_code\":" TEXT_ ",\"waybill_no\":" TEXT_ ",\"declaration_id\":" UUID_OR_NULL ",\"platform_code\":" TEXT_OR_NULL ",\"order_no\":" TEXT_OR_NULL
	       ",\"direction\":" TEXT_OR_NULL ",\"trade_mode\":" TEXT_OR_NULL ",\"consignee\":" TEXT_OR_NULL ",\"alerts\":" NAMES_
	       ",\"events\":{\"type\":\"array\",\"items\":" REF("TrackingEvent") "},\"steps\":{\"type\":\"array\",\"items\":" REF("TrackingStep") "}}}") },
	{ "TrackingAlertList",
	  PAGE("{\"type\":\"object\",\"required\":[\"id\",\"state\",\"step\",\"carrier_code\",\"waybill_no\",\"rule_row\",\"due_at\",\"opened_at\"],\"properties\":{\"id\":" UUID
	       ",\"state\":{\"enum\":[\"open\",\"closed\"]},\"step\":" STEP_TEXT ",\"carrier_code\":" TEXT_ ",\"waybill_no\":" TEXT_ ",\"declaration_id\":" UUID_OR_NULL
	       ",\"platform_code\":" TEXT_OR_NULL ",\"order_no\":" TEXT_OR_NULL ",\"rule_row\":" NUMBER ",\"due_at\":" TIME ",\"opened_at\":" TIME
	       ",\"closed_at\":" TIME_OR_NULL ",\"closed_by\":" TEXT_OR_NULL "}}") },
	{ "TraceList",
	  LIST("{\"type\":\"object\",\"required\":[\"status\",\"events\"],\"additionalProperties\":false,\"properties\":{" STATUS_MEMBERS ",\"consignee\":" TEXT_OR_NULL
	       ",\"events\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"step\",\"title\",\"at\"],\"additionalProperties\":false,\"properties\":{"
	       "\"step\":" STEP_TEXT ",\"title\":" TEXT_ ",\"at\":" TIME "}}}}}") },
	{ "TrackingRules",
	  "{\"type\":\"object\",\"required\":[\"on\",\"steps\",\"sources\"],\"properties\":{\"on\":" DAY
	  ",\"steps\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"id\",\"step\",\"direction\"],\"properties\":{\"id\":" NUMBER
	  ",\"trade_mode\":" TEXT_ ",\"direction\":" DIRECTION ",\"step\":" STEP_TEXT ",\"place\":" NUMBER ",\"name_zh\":" TEXT_ ",\"name_en\":" TEXT_ ",\"needs\":" NAMES_
	  ",\"required\":" FLAG ",\"limit_from\":" TEXT_OR_NULL ",\"limit_hours\":" INTEGER_OR_NULL
	  ",\"told\":{\"type\":\"boolean\",\"description\":\"carriers may tell of it: POST /v1/tracking\"}," VALIDITY "}}}"
	  ",\"sources\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"id\",\"kind\",\"step\"],\"properties\":{\"id\":" NUMBER ",\"kind\":" TEXT_
	  ",\"direction\":" TEXT_ ",\"message\":" INTEGER_OR_NULL ",\"step\":" STEP_TEXT ",\"status_field\":" TEXT_OR_NULL ",\"status_value\":" TEXT_OR_NULL
	  ",\"at_field\":{\"type\":[\"string\",\"null\"],\"description\":\"null: when it was received\"}," VALIDITY "}}}}}" },
	{ NULL, NULL },
};
