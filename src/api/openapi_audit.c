/* Shapes of the log: proofs, keys, evidence. */
#include "api/openapi_words.h"

#include <stddef.h>

#define HASHES  "{\"type\":\"array\",\"items\":{\"type\":\"string\",\"pattern\":\"^[A-Za-z0-9_-]{43}$\"}}"
#define PLACE   "{\"type\":\"object\",\"required\":[\"index\",\"size\",\"path\"],\"properties\":{\"index\":" NUMBER ",\"size\":" NUMBER ",\"path\":" HASHES "}}"
#define LOGGED  "\"logged\":{\"enum\":[\"yes\",\"pending\",\"differs\"]},\"proof\":{\"oneOf\":[{\"type\":\"null\"}," REF("RecordProof") "]}"
#define KEY_OF  "\"public_key\":" SHA ",\"key\":{\"type\":\"string\",\"description\":\"as tools for signed notes take it\"}"

const struct openapi_schema openapi_audit[] = {
	{ "InclusionProof",
	  "{\"type\":\"object\",\"required\":[\"proof\",\"leaf\",\"size\",\"leaf_hash\",\"root\",\"path\",\"checkpoint\"],\"properties\":{\"proof\":{\"const\":\"inclusion\"}"
	  ",\"leaf\":" NUMBER ",\"size\":" NUMBER ",\"leaf_hash\":" SHA ",\"root\":" SHA ",\"path\":" HASHES ",\"checkpoint\":" TEXT_OR_NULL "}}" },
	{ "ConsistencyProof",
	  "{\"type\":\"object\",\"required\":[\"proof\",\"from\",\"to\",\"from_root\",\"to_root\",\"path\",\"from_checkpoint\",\"to_checkpoint\"],\"properties\":{"
	  "\"proof\":{\"const\":\"consistency\"},\"from\":" NUMBER ",\"to\":" NUMBER ",\"from_root\":" SHA ",\"to_root\":" SHA ",\"path\":" HASHES
	  ",\"from_checkpoint\":" TEXT_OR_NULL ",\"to_checkpoint\":" TEXT_OR_NULL "}}" },
	{ "LogKeys",
	  "{\"type\":\"object\",\"required\":[\"origin\",\"items\",\"witnesses\"],\"properties\":{\"origin\":" TEXT_ ",\"items\":{\"type\":\"array\",\"items\":{"
	  "\"type\":\"object\",\"required\":[\"key_id\",\"public_key\",\"key\",\"since\",\"retired_at\"],\"properties\":{\"key_id\":" TEXT_ "," KEY_OF
	  ",\"since\":" TIME ",\"retired_at\":" TIME_OR_NULL "}}},\"witnesses\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"name\",\"public_key\",\"key\"]"
	  ",\"properties\":{\"name\":" TEXT_ "," KEY_OF "}}}}}" },
	{ "RecordProof",
	  "{\"type\":\"object\",\"required\":[\"record\",\"record_hash\",\"kind\",\"coverage\",\"at\",\"leaf\",\"log\"],\"properties\":{"
	  "\"record\":{\"type\":[\"string\",\"null\"],\"description\":\"its bytes as the log has them; null: not for this reader\"},\"record_hash\":" SHA
	  ",\"kind\":" TEXT_ ",\"coverage\":" NUMBER ",\"at\":" TIME ",\"leaf\":" PLACE ",\"log\":" PLACE "}}" },
	{ "FilingProof",
	  "{\"type\":\"object\",\"required\":[\"proof_of\",\"id\",\"kind\",\"receipt\",\"logged\",\"proof\",\"checkpoint\"],\"properties\":{\"proof_of\":{\"const\":\"filing\"},"
	  FILING_MEMBERS ",\"receipt\":" TEXT_ "," LOGGED ",\"checkpoint\":" TEXT_OR_NULL "}}" },
	{ "Evidence",
	  "{\"type\":\"object\",\"required\":[\"statement\",\"issued_at\",\"declaration_id\",\"filings\",\"records\",\"checkpoint\",\"seal\"],\"properties\":{"
	  "\"statement\":{\"const\":\"evidence\"},\"issued_at\":" TIME ",\"declaration_id\":" UUID ",\"platform_code\":" TEXT_ ",\"order_no\":" TEXT_
	  ",\"direction\":" TEXT_OR_NULL ",\"trade_mode\":" TEXT_OR_NULL ",\"state\":" TEXT_ ",\"verdict\":" VERDICT ",\"version\":" NUMBER
	  ",\"released_at\":" TIME_OR_NULL ",\"filings\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"id\",\"kind\",\"document_sha256\",\"receipt\""
	  ",\"logged\",\"proof\"],\"properties\":{\"id\":" UUID ",\"kind\":" KIND ",\"direction\":" DIRECTION ",\"action\":" TEXT_ ",\"revision\":" NUMBER
	  ",\"received_at\":" TIME ",\"message_sha256\":" SHA ",\"document_sha256\":" SHA ",\"receipt\":" TEXT_OR_NULL "," LOGGED "}}}"
	  ",\"records\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"table\",\"id\",\"logged\",\"proof\"],\"properties\":{\"table\":" TEXT_
	  ",\"id\":" UUID "," LOGGED "}}},\"checkpoint\":" TEXT_OR_NULL ",\"seal\":{\"type\":\"object\"}}}" },
	{ "CosignatureBody",
	  "{\"type\":\"object\",\"required\":[\"line\"],\"additionalProperties\":false,\"properties\":{\"line\":{\"type\":\"string\",\"maxLength\":512"
	  ",\"description\":\"a line of the signed note (C2SP tlog-cosignature), without its line feed\"}}}" },
	{ "Cosignature",
	  "{\"type\":\"object\",\"required\":[\"size\",\"line\"],\"properties\":{\"size\":" NUMBER ",\"line\":" TEXT_ "}}" },
	{ NULL, NULL },
};
