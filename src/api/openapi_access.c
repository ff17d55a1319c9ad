/* Shapes of how callers prove who they are. */
#include "api/openapi_words.h"

#include <stddef.h>

#define TOKEN_MEMBERS \
	"\"id\":" NUMBER ",\"label\":" TEXT_OR_NULL ",\"last4\":" TEXT_OR_NULL ",\"created_at\":" TIME ",\"expires_at\":" TIME_OR_NULL \
	",\"revoked_at\":" TIME_OR_NULL ",\"is_current\":{\"type\":\"boolean\",\"description\":\"it is the one that asks\"}"

const struct openapi_schema openapi_access[] = {
	{ "TokenList", LIST("{\"type\":\"object\",\"required\":[\"id\",\"created_at\",\"expires_at\"],\"properties\":{" TOKEN_MEMBERS "}}") },
	{ "TokenBody",
	  "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"label\":" TEXT_OR_NULL ",\"expires_days\":{\"type\":\"integer\",\"minimum\":1}"
	  ",\"rotate\":{\"type\":\"boolean\",\"description\":\"true, or left out: the token that asks ends after a while\"}}}" },
	{ "TokenMade",
	  "{\"type\":\"object\",\"required\":[\"id\",\"token\",\"expires_at\"],\"properties\":{" TOKEN_MEMBERS
	  ",\"token\":{\"type\":\"string\",\"pattern\":\"^tg_\",\"description\":\"shown this once\"}}}" },
	{ NULL, NULL },
};
