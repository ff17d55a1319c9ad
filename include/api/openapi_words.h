/* Private to the files of openapi_*.c: words that schemas and parameters are made of. */
#ifndef API_OPENAPI_WORDS_H
#define API_OPENAPI_WORDS_H

#include "api/openapi.h"

#define REF(name)    "{\"$ref\":\"#/components/schemas/" name "\"}"
#define TEXT_        "{\"type\":\"string\"}"
#define TEXT_OR_NULL "{\"type\":[\"string\",\"null\"]}"
#define UUID         "{\"type\":\"string\",\"format\":\"uuid\"}"
#define UUID_OR_NULL "{\"type\":[\"string\",\"null\"],\"format\":\"uuid\"}"
#define TIME         "{\"type\":\"string\",\"format\":\"date-time\"}"
#define TIME_OR_NULL "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}"
#define DAY          "{\"type\":\"string\",\"format\":\"date\"}"
#define MONTH        "{\"type\":\"string\",\"pattern\":\"^[0-9]{4}-[0-9]{2}$\"}"
#define NUMBER       "{\"type\":\"integer\"}"
#define FLAG         "{\"type\":\"boolean\"}"
#define SHA          "{\"type\":\"string\",\"pattern\":\"^[0-9a-f]{64}$\"}"
#define KIND \
	"{\"enum\":[\"order\",\"payment\",\"waybill\",\"inventory\",\"waybill_status\",\"cancellation\",\"return\",\"arrival\",\"departure\"," \
	"\"manifest\",\"summary\",\"warehouse_in\",\"tally\"]}"
#define DIRECTION    "{\"enum\":[\"import\",\"export\"]}"
#define VERDICT      "{\"enum\":[\"MISSING\",\"MATCHED\",\"CONFLICT\",\"DUPLICATE\",\"PENDING\",\"BLOCKED\"]}"
#define LIST(of)     "{\"type\":\"object\",\"required\":[\"items\"],\"properties\":{\"items\":{\"type\":\"array\",\"items\":" of "}}}"
#define PAGE(of) \
	"{\"type\":\"object\",\"required\":[\"items\"],\"properties\":{\"items\":{\"type\":\"array\",\"items\":" of "}," \
	"\"next\":{\"type\":\"string\",\"description\":\"cursor of the next page; absent on the last\"}}}"
#define NUMBERS      "{\"type\":\"array\",\"items\":" NUMBER "}"
#define STEP_MEMBERS \
	"\"step\":" NUMBER ",\"phase\":{\"enum\":[\"match\",\"clear\",\"follow\"]},\"kind\":" TEXT_OR_NULL ",\"authority\":" TEXT_OR_NULL \
	",\"required\":" FLAG ",\"needs\":" NUMBERS ",\"goods_class\":" TEXT_OR_NULL
#define ROLE         "{\"enum\":[\"enterprise\",\"regulator\",\"operator\",\"authority\",\"bank\"]}"
#define FILING_MEMBERS \
	"\"id\":" UUID ",\"kind\":" KIND ",\"direction\":" DIRECTION ",\"business_key\":" TEXT_ ",\"revision\":" NUMBER

#endif
