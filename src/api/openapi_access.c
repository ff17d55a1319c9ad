/* Shapes of how callers prove who they are. */
#include "api/openapi_words.h"

#include <stddef.h>

#define TOKEN_MEMBERS \
	"\"id\":" NUMBER ",\"label\":" TEXT_OR_NULL ",\"last4\":" TEXT_OR_NULL ",\"created_at\":" TIME ",\"expires_at\":" TIME_OR_NULL \
	",\"revoked_at\":" TIME_OR_NULL ",\"is_current\":{\"type\":\"boolean\",\"description\":\"it is the one that asks\"}"

#define KEY \
	"{\"type\":\"object\",\"required\":[\"key_id\",\"algorithm\",\"added_at\"],\"properties\":{\"key_id\":" TEXT_ \
	",\"algorithm\":{\"enum\":[\"ed25519\",\"ecdsa-p256-sha256\",\"sm2-sm3\"]},\"label\":" TEXT_OR_NULL ",\"added_at\":" TIME ",\"added_by\":" TEXT_ \
	",\"revoked_at\":" TIME_OR_NULL "}}"

const struct openapi_schema openapi_access[] = {
	{ "TokenList", LIST("{\"type\":\"object\",\"required\":[\"id\",\"created_at\",\"expires_at\"],\"properties\":{" TOKEN_MEMBERS "}}") },
	{ "TokenBody",
	  "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"label\":" TEXT_OR_NULL ",\"expires_days\":{\"type\":\"integer\",\"minimum\":1}"
	  ",\"rotate\":{\"type\":\"boolean\",\"description\":\"true, or left out: the token that asks ends after a while\"}}}" },
	{ "TokenMade",
	  "{\"type\":\"object\",\"required\":[\"id\",\"token\",\"expires_at\"],\"properties\":{" TOKEN_MEMBERS
	  ",\"token\":{\"type\":\"string\",\"pattern\":\"^tg_\",\"description\":\"shown this once\"}}}" },
	{ "Key", KEY },
	{ "KeyList", LIST(KEY) },
	{ "KeyBody",
	  "{\"type\":\"object\",\"required\":[\"public_key\"],\"additionalProperties\":false,\"properties\":{"
	  "\"public_key\":{\"type\":\"string\",\"description\":\"SubjectPublicKeyInfo in PEM, or its DER in base64: Ed25519, P-256 or SM2\"}"
	  ",\"label\":" TEXT_OR_NULL "}}" },
	{ "LimitList",
	  LIST("{\"type\":\"object\",\"required\":[\"class\",\"quota\",\"window_s\",\"available\",\"resets_s\",\"source\"],\"properties\":{"
	       "\"class\":{\"enum\":[\"filing\",\"reading\",\"writing\"]},\"quota\":" NUMBER ",\"window_s\":" NUMBER ",\"available\":" NUMBER
	       ",\"resets_s\":" NUMBER ",\"source\":" TEXT_ "}}") },
	{ NULL, NULL },
};
