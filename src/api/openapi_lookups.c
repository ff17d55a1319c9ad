/* Shapes of questions to departments. */
#include "api/openapi_words.h"

#include <stddef.h>

#define QUESTION \
	"{\"enum\":[\"registration\",\"level\",\"negative-list\",\"certificates\",\"directory\",\"grade\",\"identity\",\"adverse-records\"," \
	"\"licences\"]}"
#define BOTH \
	"\"id\":" UUID ",\"authority\":" TEXT_ ",\"question\":" QUESTION ",\"key\":" TEXT_OR_NULL ",\"purpose\":" TEXT_OR_NULL ",\"rule_row\":" NUMBER

const struct openapi_schema openapi_lookups[] = {
	{ "Lookup",
	  "{\"oneOf\":[{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"id\",\"state\",\"answer\",\"as_of\",\"asked_at\",\"valid_until\","
	  "\"fresh\"],\"properties\":{\"state\":{\"const\":\"answered\"}," BOTH ",\"answer\":{\"type\":\"object\",\"description\":\"as the department said it;"
	  " of a person the result alone\"},\"as_of\":" TIME ",\"asked_at\":" TIME ",\"valid_until\":" TIME ",\"fresh\":" FLAG ",\"asked_by\":" TEXT_OR_NULL
	  "}},{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"id\",\"state\",\"attempts\"],\"properties\":{\"state\":{\"const\":"
	  "\"asking\"}," BOTH ",\"wanted_at\":" TIME ",\"attempts\":" NUMBER ",\"reason\":" TEXT_OR_NULL "}}]}" },
	{ "LookupRules",
	  "{\"type\":\"object\",\"required\":[\"on\",\"items\"],\"properties\":{\"on\":" DAY ",\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
	  "\"additionalProperties\":false,\"required\":[\"id\",\"authority\",\"question\",\"used\",\"valid_s\",\"stale_s\",\"purpose\",\"connected\",\"source\"],"
	  "\"properties\":{\"id\":" NUMBER ",\"authority\":" TEXT_ ",\"question\":" QUESTION ",\"used\":{\"enum\":[\"ask\",\"attest\",\"check\"]},\"goods_class\":"
	  TEXT_OR_NULL ",\"unanswered\":{\"enum\":[\"hold\",\"pass\",null]},\"valid_s\":" NUMBER ",\"stale_s\":" NUMBER ",\"purpose\":" TEXT_ ",\"requirement\":" TEXT_
	  ",\"connected\":" FLAG ",\"valid_from\":" DAY ",\"valid_to\":{\"type\":[\"string\",\"null\"],\"format\":\"date\"},\"source\":" TEXT_ "}}}}}" },
	{ "LookupBody",
	  "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"authority\",\"question\"],\"properties\":{\"authority\":" TEXT_
	  ",\"question\":" QUESTION ",\"key\":{\"type\":\"string\",\"description\":\"a company's code, a commodity code of ten digits, or a number\"},\"name\":"
	  TEXT_ ",\"id_number\":" TEXT_ ",\"declaration_id\":" UUID ",\"purpose\":{\"type\":\"string\",\"maxLength\":200},\"anew\":{\"type\":\"boolean\","
	  "\"description\":\"ask although a fresh answer is known\"}}}" },
	{ NULL, NULL },
};
