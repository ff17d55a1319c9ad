/* Shapes of flags of natural persons. */
#include "api/openapi_words.h"

#include <stddef.h>

#define FLAG_STATE  "{\"enum\":[\"in_force\",\"disputed\",\"expired\",\"withdrawn\"]}"
#define CHANGE      "{\"enum\":[\"disputed\",\"upheld\",\"withdrawn\"]}"
#define SHA_OR_NULL "{\"type\":[\"string\",\"null\"],\"pattern\":\"^[0-9A-Fa-f]{64}$\"}"
#define ID_NUMBER   "{\"type\":\"string\",\"description\":\"a resident identity card's number; only a keyed hash of it is kept\"}"

const struct openapi_schema openapi_persons[] = {
	{ "PersonFlagBody",
	  "{\"type\":\"object\",\"required\":[\"id_number\",\"kind\",\"decision_no\",\"reason\"],\"additionalProperties\":false,\"properties\":{\"id_number\":" ID_NUMBER
	  ",\"kind\":" TEXT_ ",\"decision_no\":" TEXT_ ",\"reason\":" TEXT_ ",\"evidence_sha256\":" SHA_OR_NULL "}}" },
	{ "PersonFlag",
	  "{\"type\":\"object\",\"required\":[\"id\",\"kind\",\"title\",\"state\",\"raised_on\",\"ends_on\",\"decision_no\",\"case_id\",\"rules\",\"changes\"],"
	  "\"properties\":{\"id\":" UUID ",\"kind\":" TEXT_ ",\"title\":" TEXT_ ",\"state\":" FLAG_STATE ",\"raised_on\":" DAY ",\"ends_on\":" DAY
	  ",\"decision_no\":" TEXT_OR_NULL ",\"case_id\":" UUID_OR_NULL ",\"rules\":{\"type\":\"array\",\"items\":" TEXT_ "},\"reason\":" TEXT_OR_NULL
	  ",\"evidence_sha256\":" SHA_OR_NULL ",\"recorded_at\":" TIME ",\"actor\":" TEXT_ ",\"authority\":" TEXT_
	  ",\"changes\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"change\",\"reason\",\"at\"],\"properties\":{\"change\":" CHANGE
	  ",\"reason\":" TEXT_ ",\"at\":" TIME ",\"actor\":" TEXT_ ",\"authority\":" TEXT_OR_NULL "}}}}}" },
	{ "PersonFlagList", LIST(REF("PersonFlag")) },
	{ "PersonSearchBody",
	  "{\"type\":\"object\",\"required\":[\"id_number\",\"purpose\"],\"additionalProperties\":false,\"properties\":{\"id_number\":" ID_NUMBER
	  ",\"purpose\":{\"type\":\"string\",\"description\":\"a word of table access_purpose; of operators: subject-request\"}}}" },
	{ "PersonFlagChangeBody",
	  "{\"type\":\"object\",\"required\":[\"change\",\"reason\"],\"additionalProperties\":false,\"properties\":{\"change\":" CHANGE ",\"reason\":" TEXT_ "}}" },
	{ NULL, NULL },
};
