/* Shapes of who takes part and who may act for whom. */
#include "api/openapi_words.h"

#include <stddef.h>

#define WORDS        "{\"type\":\"array\",\"items\":" TEXT_ "}"
#define DAY_OR_NULL  "{\"type\":[\"string\",\"null\"],\"format\":\"date\"}"
#define CREDIT_CODE  "{\"type\":\"string\",\"pattern\":\"^[0-9A-HJ-NPQRTUWXY]{18}$\"}"
#define CUSTOMS_CODES \
	"{\"type\":\"array\",\"items\":{\"type\":\"string\",\"pattern\":\"^[0-9]{4}[0-9A-Z]{6}$\"}}"
#define ENTERPRISE_STATE "{\"enum\":[\"applied\",\"filed\",\"suspended\",\"closed\"]}"
#define ENTERPRISE_ROLES_ \
	"{\"type\":\"array\",\"items\":{\"enum\":[\"platform\",\"merchant\",\"payment\",\"logistics\",\"declarant\",\"warehouse\"]}}"
#define FACTS \
	"{\"type\":\"array\",\"items\":{\"enum\":[\"name\",\"district_code\",\"address\",\"representative\",\"standing\"]}}"
#define STANDING     "{\"enum\":[\"in_business\",\"revoked\",\"cancelled\",\"moved_out\"]}"
#define KINDS        "{\"type\":\"array\",\"minItems\":1,\"items\":" KIND "}"
#define REGISTRATION_MEMBERS \
	"\"name\":" TEXT_ ",\"roles\":" ENTERPRISE_ROLES_ ",\"customs_codes\":" CUSTOMS_CODES ",\"inspection_no\":" TEXT_OR_NULL \
	",\"tax_no\":" TEXT_OR_NULL ",\"district_code\":" TEXT_ ",\"address\":" TEXT_OR_NULL ",\"representative\":" TEXT_OR_NULL ",\"park\":" TEXT_OR_NULL
#define COMPARISON_MEMBERS \
	"\"id\":" UUID ",\"version\":" NUMBER ",\"source\":" TEXT_ ",\"as_of\":" DAY ",\"said\":{\"type\":\"object\"},\"compared_at\":" TIME ",\"actor\":" TEXT_
#define ALERT_MEMBERS \
	"\"id\":" UUID ",\"facts\":" FACTS ",\"raised_at\":" TIME ",\"resolved_at\":" TIME_OR_NULL ",\"resolved_by\":" TEXT_OR_NULL \
	",\"reason\":" TEXT_OR_NULL ",\"comparison\":{\"type\":\"object\",\"properties\":{" COMPARISON_MEMBERS "}}"
#define ALERT        "{\"type\":\"object\",\"required\":[\"id\",\"facts\",\"raised_at\"],\"properties\":{" ALERT_MEMBERS "}}"
#define PARK_MEMBERS \
	"\"code\":" TEXT_ ",\"name_zh\":" TEXT_ ",\"name_en\":" TEXT_OR_NULL \
	",\"kind\":{\"enum\":[\"bonded\",\"export\",\"express\",\"post\",\"innovation\",\"other\"]},\"district_code\":" TEXT_ \
	",\"source\":" TEXT_ ",\"valid_to\":" DAY_OR_NULL ",\"valid_from\":" DAY
#define GOODS_MEMBERS \
	"\"enterprise\":" TEXT_ ",\"item_no\":" TEXT_ ",\"name\":" TEXT_ ",\"model\":" TEXT_OR_NULL ",\"hs_code\":" TEXT_ \
	",\"country_code\":" TEXT_ ",\"brand\":" TEXT_OR_NULL ",\"barcode\":" TEXT_OR_NULL ",\"unit\":" TEXT_ ",\"currency\":" TEXT_ \
	",\"reference_price\":" TEXT_
#define GOODS_STATE  "{\"enum\":[\"filed\",\"withdrawn\"]}"
#define CONSENT_MEMBERS \
	"\"enterprise\":" TEXT_ ",\"bank\":" TEXT_ ",\"scope\":{\"type\":\"array\",\"items\":{\"enum\":[\"trade\",\"credit\"]}}" \
	",\"purpose\":{\"enum\":[\"credit_line\",\"loan_review\",\"guarantee\",\"insurance\"]},\"valid_to\":" DAY

const struct openapi_schema openapi_rights[] = {
	{ "Enterprise",
	  "{\"type\":\"object\",\"required\":[\"credit_code\",\"name\",\"roles\",\"state\",\"state_title\"],\"properties\":{\"credit_code\":" CREDIT_CODE
	  "," REGISTRATION_MEMBERS ",\"state\":" ENTERPRISE_STATE ",\"state_title\":" TEXT_ ",\"version\":" NUMBER ",\"registered_at\":" TIME
	  ",\"registered_by\":" TEXT_ ",\"changed_at\":" TIME ",\"compared_at\":" TIME_OR_NULL ",\"frozen\":" FACTS
	  ",\"alerts\":{\"type\":\"array\",\"items\":" ALERT "},\"history\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
	  "\"version\":" NUMBER ",\"state\":" ENTERPRISE_STATE "," REGISTRATION_MEMBERS ",\"from\":" TIME ",\"actor\":" TEXT_
	  ",\"reason\":" TEXT_OR_NULL "}}},\"states\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"state\":" ENTERPRISE_STATE
	  ",\"since\":" TIME "}}}},\"description\":\"whole for itself, the market regulator and operators; the first five members for everybody, "
	  "with customs_codes, district_code, park, registered_at and states for other departments\"}" },
	{ "EnterpriseList", PAGE(REF("Enterprise")) },
	{ "EnterpriseBody",
	  "{\"type\":\"object\",\"required\":[\"credit_code\",\"name\",\"roles\",\"district_code\"],\"additionalProperties\":false,\"properties\":{"
	  "\"credit_code\":" CREDIT_CODE "," REGISTRATION_MEMBERS "}}" },
	{ "EnterpriseChange",
	  "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{" REGISTRATION_MEMBERS ",\"state\":" ENTERPRISE_STATE ",\"reason\":" TEXT_ "}}" },
	{ "ComparisonBody",
	  "{\"type\":\"object\",\"required\":[\"source\",\"as_of\",\"name\",\"standing\"],\"additionalProperties\":false,\"properties\":{\"source\":" TEXT_
	  ",\"as_of\":" DAY ",\"name\":" TEXT_ ",\"standing\":" STANDING ",\"district_code\":" TEXT_OR_NULL ",\"address\":" TEXT_OR_NULL
	  ",\"representative\":" TEXT_OR_NULL "}}" },
	{ "Comparison",
	  "{\"type\":\"object\",\"required\":[\"id\",\"enterprise\",\"differ\",\"alert\"],\"properties\":{" COMPARISON_MEMBERS ",\"enterprise\":" CREDIT_CODE
	  ",\"differ\":" FACTS ",\"alert\":" UUID_OR_NULL "}}" },
	{ "AlertList", PAGE("{\"type\":\"object\",\"required\":[\"enterprise\",\"id\",\"facts\"],\"properties\":{\"enterprise\":" CREDIT_CODE "," ALERT_MEMBERS "}}") },
	{ "ReasonBody", "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"reason\":" TEXT_ "}}" },
	{ "Park",
	  "{\"type\":\"object\",\"required\":[\"code\",\"name_zh\",\"kind\",\"valid_from\"],\"properties\":{" PARK_MEMBERS ",\"recorded_at\":" TIME
	  ",\"recorded_by\":" TEXT_ "}}" },
	{ "ParkList", LIST(REF("Park")) },
	{ "ParkBody",
	  "{\"type\":\"object\",\"required\":[\"code\",\"name_zh\",\"kind\",\"district_code\",\"source\"],\"additionalProperties\":false,\"properties\":{"
	  PARK_MEMBERS "}}" },
	{ "GoodsBody",
	  "{\"type\":\"object\",\"required\":[\"enterprise\",\"item_no\",\"name\",\"hs_code\",\"country_code\",\"unit\",\"currency\",\"reference_price\"],"
	  "\"additionalProperties\":false,\"properties\":{" GOODS_MEMBERS "}}" },
	{ "RegisteredGoods",
	  "{\"type\":\"object\",\"required\":[\"enterprise\",\"item_no\",\"version\",\"state\",\"name\",\"hs_code\"],\"properties\":{" GOODS_MEMBERS
	  ",\"version\":" NUMBER ",\"state\":" GOODS_STATE ",\"barcode_good\":{\"type\":[\"boolean\",\"null\"],\"description\":\"its check digit; "
	  "null: it is no number of GS1's form\"},\"from\":" TIME ",\"actor\":" TEXT_ ",\"history\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
	  "\"properties\":{\"version\":" NUMBER ",\"state\":" GOODS_STATE "}}},\"frozen\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
	  "\"ground\":{\"enum\":[\"recall\",\"brand\"]},\"number\":" TEXT_ ",\"since\":" TIME "}}}}}" },
	{ "RegisteredGoodsList", PAGE(REF("RegisteredGoods")) },
	{ "AuthorisationBody",
	  "{\"type\":\"object\",\"required\":[\"principal\",\"agent\",\"kinds\"],\"additionalProperties\":false,\"properties\":{\"principal\":" TEXT_
	  ",\"agent\":" TEXT_ ",\"kinds\":" KINDS ",\"trade_modes\":" WORDS ",\"valid_from\":" DAY ",\"valid_to\":" DAY_OR_NULL
	  ",\"evidence\":{\"type\":\"string\",\"description\":\"the paper it stands on; operators must name it\"}}}" },
	{ "Authorisation",
	  "{\"type\":\"object\",\"required\":[\"id\",\"principal\",\"agent\",\"kinds\",\"trade_modes\",\"state\"],\"properties\":{\"id\":" UUID
	  ",\"principal\":" CREDIT_CODE ",\"agent\":" CREDIT_CODE ",\"kinds\":" KINDS ",\"trade_modes\":" WORDS ",\"valid_from\":" DAY
	  ",\"valid_to\":" DAY_OR_NULL ",\"evidence\":" TEXT_OR_NULL ",\"state\":{\"enum\":[\"active\",\"coming\",\"expired\",\"revoked\"]}"
	  ",\"granted_at\":" TIME ",\"granted_by\":" TEXT_ ",\"revoked_at\":" TIME_OR_NULL ",\"revoked_by\":" TEXT_OR_NULL
	  ",\"revoke_reason\":" TEXT_OR_NULL "}}" },
	{ "AuthorisationList", PAGE(REF("Authorisation")) },
	{ "ConsentBody",
	  "{\"type\":\"object\",\"required\":[\"enterprise\",\"bank\",\"scope\",\"purpose\",\"valid_to\"],\"additionalProperties\":false,\"properties\":{"
	  CONSENT_MEMBERS "}}" },
	{ "Consent",
	  "{\"type\":\"object\",\"required\":[\"id\",\"enterprise\",\"bank\",\"scope\",\"purpose\",\"state\"],\"properties\":{\"id\":" UUID "," CONSENT_MEMBERS
	  ",\"valid_from\":" DAY ",\"state\":{\"enum\":[\"active\",\"expired\",\"revoked\"]},\"given_at\":" TIME ",\"given_by\":" TEXT_
	  ",\"revoked_at\":" TIME_OR_NULL ",\"revoked_by\":" TEXT_OR_NULL "}}" },
	{ "ConsentList", PAGE(REF("Consent")) },
	{ "Trade",
	  "{\"type\":\"object\",\"required\":[\"enterprise\",\"from\",\"to\",\"counted_to\",\"items\"],\"properties\":{\"enterprise\":" CREDIT_CODE
	  ",\"from\":" MONTH ",\"to\":" MONTH ",\"counted_to\":{\"type\":\"integer\",\"description\":\"event up to which all are counted\"}"
	  ",\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"month\",\"direction\",\"released\",\"value\"],"
	  "\"properties\":{\"month\":" MONTH ",\"direction\":" DIRECTION ",\"currency\":" TEXT_OR_NULL ",\"released\":" NUMBER ",\"value\":" TEXT_ "}}}}}" },
	{ "ReadList",
	  PAGE("{\"type\":\"object\",\"required\":[\"id\",\"enterprise\",\"at\",\"bank\",\"allowed\"],\"properties\":{\"id\":" UUID ",\"enterprise\":" CREDIT_CODE
	       ",\"at\":" TIME ",\"bank\":" TEXT_ ",\"client\":" TEXT_ ",\"scope\":" TEXT_ ",\"purpose\":" TEXT_ ",\"from\":" MONTH ",\"to\":" MONTH
	       ",\"allowed\":" FLAG ",\"consent\":" UUID_OR_NULL "}}") },
	{ NULL, NULL },
};
