/* Shapes of the feed and of its digests. */
#include "api/openapi_words.h"

#include <stddef.h>

const struct openapi_schema openapi_feed[] = {
	{ "Event",
	  "{\"type\":\"object\",\"required\":[\"id\",\"seq\",\"type\",\"time\"],\"properties\":{\"id\":{\"type\":\"string\",\"description\":\"seq as text\"}"
	  ",\"seq\":" NUMBER ",\"type\":" TEXT_ ",\"time\":" TIME ",\"declaration_id\":" UUID_OR_NULL ",\"platform_code\":" TEXT_OR_NULL
	  ",\"order_no\":" TEXT_OR_NULL ",\"filing_id\":" UUID_OR_NULL ",\"kind\":" TEXT_OR_NULL ",\"authority\":" TEXT_OR_NULL
	  ",\"version\":{\"type\":[\"integer\",\"null\"]},\"state\":" TEXT_OR_NULL ",\"verdict\":" TEXT_OR_NULL ",\"outcome\":" TEXT_OR_NULL ",\"subject\":" TEXT_OR_NULL "}}" },
	{ "EventList",
	  "{\"type\":\"object\",\"required\":[\"items\",\"next\",\"watermark\",\"more\"],\"properties\":{\"items\":{\"type\":\"array\",\"items\":" REF("Event") "}"
	  ",\"next\":{\"type\":\"string\",\"description\":\"cursor for what comes after; always there\"}"
	  ",\"watermark\":{\"type\":\"integer\",\"description\":\"number of the last event; nothing new appears up to here\"}"
	  ",\"more\":{\"type\":\"boolean\",\"description\":\"true: ask again at once\"}"
	  ",\"reset\":{\"type\":\"boolean\",\"description\":\"true: events behind the cursor are not kept any more\"}}}" },
	{ "DigestList",
	  "{\"type\":\"object\",\"required\":[\"client\",\"day\",\"open\",\"counted_to\",\"items\"],\"properties\":{\"client\":" TEXT_ ",\"day\":" DAY
	  ",\"open\":{\"type\":\"boolean\",\"description\":\"true: something of that day may still come\"}"
	  ",\"counted_to\":{\"type\":\"integer\",\"description\":\"number of the event up to which all are counted\"}"
	  ",\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"kind\",\"direction\",\"count\",\"root\",\"last_seq\"],\"properties\":{"
	  "\"kind\":" KIND ",\"direction\":" DIRECTION ",\"count\":" NUMBER ",\"amount_of\":" TEXT_OR_NULL ",\"amount\":" TEXT_OR_NULL
	  ",\"root\":" SHA ",\"last_seq\":" NUMBER "}}}}}" },
	{ NULL, NULL },
};
