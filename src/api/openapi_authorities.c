/* Shapes of what authorities may see, and of the goods that bring them in. */
#include "api/openapi_words.h"

#include <stddef.h>

#define VALIDITY "\"valid_from\":" DAY ",\"valid_to\":{\"type\":[\"string\",\"null\"],\"format\":\"date\"},\"source\":" TEXT_
#define AUTHORITY_MEMBERS \
	"\"code\":" TEXT_ ",\"title_zh\":" TEXT_ ",\"title_en\":" TEXT_ ",\"dialect\":{\"enum\":[\"ceb\",\"upu\",\"forex\",\"tax\",\"json\"]}" \
	",\"schemas\":{\"type\":\"array\",\"items\":" TEXT_ "}"

const struct openapi_schema openapi_authorities[] = {
	{ "AuthorityForms",
	  "{\"type\":\"object\",\"required\":[\"on\",\"items\"],\"properties\":{\"on\":" DAY ",\"items\":{\"type\":\"array\",\"minItems\":12,\"items\":{"
	  "\"type\":\"object\",\"required\":[\"code\",\"dialect\",\"schemas\",\"members\"],\"properties\":{" AUTHORITY_MEMBERS ",\"members\":" TEXT_ "}}}}}" },
	{ "AuthorityForm",
	  "{\"type\":\"object\",\"required\":[\"on\",\"code\",\"dialect\",\"schemas\",\"forms\"],\"properties\":{\"on\":" DAY "," AUTHORITY_MEMBERS
	  ",\"forms\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"direction\",\"trade_modes\",\"edition\",\"members\"],\"properties\":{"
	  "\"direction\":" DIRECTION ",\"trade_modes\":{\"type\":\"array\",\"items\":" TEXT_ "},\"edition\":" DAY
	  ",\"members\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"member\",\"value\",\"required\",\"personal\",\"purpose\",\"source\"],"
	  "\"properties\":{\"place\":" NUMBER ",\"section\":" TEXT_OR_NULL ",\"member\":" TEXT_ ",\"value\":" TEXT_ ",\"required\":" FLAG ",\"personal\":" FLAG
	  ",\"purpose\":" TEXT_ "," VALIDITY "}}}}}}}}" },
	{ "GoodsClasses",
	  "{\"type\":\"object\",\"required\":[\"on\",\"items\"],\"properties\":{\"on\":" DAY ",\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
	  "\"required\":[\"id\",\"goods_class\",\"hs\",\"name_zh\",\"name_en\",\"source\"],\"properties\":{\"id\":" NUMBER ",\"goods_class\":" TEXT_
	  ",\"hs\":{\"type\":\"string\",\"pattern\":\"^([0-9]{2}){1,5}$\"},\"name_zh\":" TEXT_ ",\"name_en\":" TEXT_ "," VALIDITY "}}}}}" },
	{ NULL, NULL },
};
