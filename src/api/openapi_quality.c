/* Shapes of quality, recalls, samples and brands. */
#include "api/openapi_words.h"

#include <stddef.h>

#define UUIDS        "{\"type\":\"array\",\"items\":" UUID "}"
#define SHA_OR_NULL  "{\"type\":[\"string\",\"null\"],\"pattern\":\"^[0-9A-Fa-f]{64}$\"}"
#define QUALITY_KIND "{\"enum\":[\"test\",\"complaint\",\"recall\",\"opinion\"]}"
#define GOODS \
	"{\"type\":\"object\",\"required\":[\"enterprise\",\"item_no\"],\"properties\":{\"enterprise\":" TEXT_ ",\"item_no\":" TEXT_ ",\"batch\":" TEXT_OR_NULL "}}"
#define RECORDED     "\"recorded_at\":" TIME ",\"actor\":" TEXT_ ",\"authority\":" TEXT_OR_NULL
#define EVIDENCE     "\"reason\":" TEXT_ ",\"evidence_sha256\":" SHA_OR_NULL

#define PLAN_REQUIRED "\"share_permille\",\"most\",\"from\",\"to\",\"reason\",\"decision_no\""
#define PLAN_MEMBERS \
	"\"goods_class\":" TEXT_OR_NULL ",\"hs_prefix\":" TEXT_OR_NULL ",\"enterprise\":" TEXT_OR_NULL ",\"item_no\":" TEXT_OR_NULL \
	",\"direction\":{\"enum\":[\"import\",\"export\",null]},\"share_permille\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":1000}" \
	",\"most\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":100000},\"from\":" DAY ",\"to\":" DAY ",\"reason\":" TEXT_ ",\"decision_no\":" TEXT_
#define SAID         "\"at\":" TIME ",\"actor\":" TEXT_ ",\"authority\":" TEXT_
#define REPORT_MEMBERS \
	"\"result\":{\"enum\":[\"good\",\"bad\"]},\"laboratory\":" TEXT_ ",\"report_no\":" TEXT_ ",\"findings\":" TEXT_OR_NULL ",\"batch\":" TEXT_OR_NULL \
	",\"evidence_sha256\":" SHA_OR_NULL

#define BRAND_REQUIRED "\"recordal_no\",\"brand\",\"holder\",\"classes\",\"valid_from\",\"valid_to\",\"source\""
#define BRAND_MEMBERS \
	"\"recordal_no\":" TEXT_ ",\"brand\":" TEXT_ ",\"holder\":" TEXT_ ",\"classes\":{\"type\":\"array\",\"items\":" TEXT_ "},\"valid_from\":" DAY \
	",\"valid_to\":" DAY ",\"source\":" TEXT_

const struct openapi_schema openapi_quality[] = {
	{ "QualityEventBody",
	  "{\"type\":\"object\",\"required\":[\"enterprise\",\"item_no\",\"kind\",\"day\",\"source\",\"reference\",\"reason\"],\"additionalProperties\":false,"
	  "\"properties\":{\"enterprise\":" TEXT_ ",\"item_no\":" TEXT_ ",\"batch\":" TEXT_OR_NULL ",\"kind\":" QUALITY_KIND
	  ",\"adverse\":{\"type\":[\"boolean\",\"null\"],\"description\":\"it speaks against the goods; true if left out\"},\"day\":" DAY ",\"source\":" TEXT_
	  ",\"reference\":" TEXT_ "," EVIDENCE "}}" },
	{ "QualityEvent",
	  "{\"type\":\"object\",\"required\":[\"id\",\"goods\",\"kind\",\"adverse\",\"day\",\"reference\",\"warnings\"],\"properties\":{\"id\":" UUID ",\"goods\":" GOODS
	  ",\"kind\":" QUALITY_KIND ",\"adverse\":" FLAG ",\"day\":" DAY ",\"source\":" TEXT_ ",\"reference\":" TEXT_ "," EVIDENCE "," RECORDED ",\"warnings\":" UUIDS
	  "}}" },
	{ "QualityEventList", PAGE(REF("QualityEvent")) },
	{ "QualityWarningList",
	  PAGE("{\"type\":\"object\",\"required\":[\"id\",\"goods\",\"kind\",\"rule_row\",\"events\",\"affected\"],\"properties\":{\"id\":" UUID ",\"goods\":" GOODS
	       ",\"kind\":" QUALITY_KIND ",\"rule_row\":" NUMBER ",\"least\":" NUMBER ",\"within_days\":" NUMBER ",\"source\":" TEXT_ ",\"events\":" UUIDS
	       ",\"raised_at\":" TIME ",\"affected\":{\"type\":\"integer\",\"description\":\"released declarations that may have these goods\"}}}") },
	{ "QualityParcelList",
	  PAGE("{\"type\":\"object\",\"required\":[\"declaration_id\",\"order_no\",\"released_at\",\"quantity\",\"certain\"],\"properties\":{\"declaration_id\":" UUID
	       ",\"platform_code\":" TEXT_ ",\"order_no\":" TEXT_ ",\"released_at\":" TIME ",\"line\":" NUMBER ",\"quantity\":" TEXT_ ",\"batches\":" TEXT_OR_NULL
	       ",\"certain\":{\"type\":\"boolean\",\"description\":\"false: its order names no batch\"}}}") },
	{ "RecallBody",
	  "{\"type\":\"object\",\"required\":[\"enterprise\",\"item_no\",\"source\",\"decision_no\",\"reason\"],\"additionalProperties\":false,\"properties\":{"
	  "\"enterprise\":" TEXT_ ",\"item_no\":" TEXT_ ",\"batch\":" TEXT_OR_NULL ",\"from\":{\"type\":[\"string\",\"null\"],\"format\":\"date\"}"
	  ",\"to\":{\"type\":[\"string\",\"null\"],\"format\":\"date\"},\"source\":" TEXT_ ",\"decision_no\":" TEXT_ "," EVIDENCE "}}" },
	{ "Recall",
	  "{\"type\":\"object\",\"required\":[\"id\",\"goods\",\"from\",\"to\",\"decision_no\",\"state\",\"affected\"],\"properties\":{\"id\":" UUID ",\"goods\":" GOODS
	  ",\"from\":" DAY ",\"to\":{\"type\":[\"string\",\"null\"],\"format\":\"date\"},\"source\":" TEXT_ ",\"decision_no\":" TEXT_ "," EVIDENCE "," RECORDED ",\"state\":{\"enum\":[\"open\",\"ended\"]}"
	  ",\"end\":{\"type\":[\"object\",\"null\"],\"properties\":{\"carried_out\":" FLAG ",\"decision_no\":" TEXT_ ",\"reason\":" TEXT_ ",\"at\":" TIME ",\"actor\":"
	  TEXT_ "}},\"affected\":" NUMBER "}}" },
	{ "RecallList", PAGE(REF("Recall")) },
	{ "RecallEndBody",
	  "{\"type\":\"object\",\"required\":[\"carried_out\",\"decision_no\",\"reason\"],\"additionalProperties\":false,\"properties\":{\"carried_out\":" FLAG
	  ",\"decision_no\":" TEXT_ ",\"reason\":" TEXT_ "}}" },
	{ "SamplingPlanBody",
	  "{\"type\":\"object\",\"required\":[" PLAN_REQUIRED "],\"additionalProperties\":false,\"properties\":{" PLAN_MEMBERS "}}" },
	{ "SamplingPlan",
	  "{\"type\":\"object\",\"required\":[\"id\"," PLAN_REQUIRED ",\"state\",\"samples\"],\"properties\":{\"id\":" UUID "," PLAN_MEMBERS ",\"recorded_at\":" TIME
	  ",\"actor\":" TEXT_ ",\"authority\":" TEXT_ ",\"state\":{\"enum\":[\"open\",\"ended\"]},\"end\":{\"type\":[\"object\",\"null\"],\"properties\":{\"reason\":"
	  TEXT_ ",\"at\":" TIME ",\"actor\":" TEXT_ "}},\"samples\":{\"type\":\"object\",\"required\":[\"drawn\",\"taken\",\"good\",\"bad\"],\"properties\":{"
	  "\"drawn\":" NUMBER ",\"taken\":" NUMBER ",\"good\":" NUMBER ",\"bad\":" NUMBER "}}}}" },
	{ "SamplingPlanList", PAGE(REF("SamplingPlan")) },
	{ "SamplingPlanEndBody",
	  "{\"type\":\"object\",\"required\":[\"reason\"],\"additionalProperties\":false,\"properties\":{\"reason\":" TEXT_ "}}" },
	{ "Sample",
	  "{\"type\":\"object\",\"required\":[\"id\",\"plan_id\",\"authority\",\"declaration_id\",\"goods\",\"draw\",\"state\"],\"properties\":{\"id\":" UUID
	  ",\"plan_id\":" UUID ",\"authority\":" TEXT_ ",\"declaration_id\":" UUID ",\"platform_code\":" TEXT_OR_NULL ",\"order_no\":" TEXT_OR_NULL
	  ",\"goods\":{\"type\":\"object\",\"required\":[\"enterprise\",\"hs_code\",\"lines\"],\"properties\":{\"enterprise\":" TEXT_ ",\"item_no\":" TEXT_OR_NULL
	  ",\"hs_code\":" TEXT_ ",\"lines\":" NUMBERS ",\"batches\":" TEXT_OR_NULL "}},\"released_at\":" TIME ",\"drawn_at\":" TIME
	  ",\"draw\":{\"type\":\"object\",\"required\":[\"day\",\"drawn\",\"share_permille\"],\"properties\":{\"day\":" DAY ",\"drawn\":" NUMBER
	  ",\"share_permille\":" NUMBER "}},\"state\":{\"enum\":[\"open\",\"taken\",\"result\"]},\"taken\":{\"type\":[\"object\",\"null\"],\"properties\":{\"day\":" DAY
	  ",\"place\":" TEXT_OR_NULL "," SAID "}},\"result\":{\"type\":[\"object\",\"null\"],\"properties\":{" REPORT_MEMBERS "," SAID ",\"events\":" UUIDS "}}}}" },
	{ "SampleList", PAGE(REF("Sample")) },
	{ "SampleTakenBody",
	  "{\"type\":\"object\",\"required\":[\"day\"],\"additionalProperties\":false,\"properties\":{\"day\":" DAY ",\"place\":" TEXT_OR_NULL "}}" },
	{ "SampleResultBody",
	  "{\"type\":\"object\",\"required\":[\"result\",\"laboratory\",\"report_no\"],\"additionalProperties\":false,\"properties\":{" REPORT_MEMBERS "}}" },
	{ "BrandBody",
	  "{\"type\":\"object\",\"required\":[" BRAND_REQUIRED "],\"additionalProperties\":false,\"properties\":{" BRAND_MEMBERS "}}" },
	{ "Brand",
	  "{\"type\":\"object\",\"required\":[" BRAND_REQUIRED ",\"recorded_at\"],\"properties\":{" BRAND_MEMBERS ",\"recorded_at\":" TIME ",\"actor\":" TEXT_ "}}" },
	{ "BrandList", PAGE(REF("Brand")) },
	{ "BrandComplaintBody",
	  "{\"type\":\"object\",\"required\":[\"recordal_no\",\"enterprise\",\"item_no\",\"complainant\",\"reference\",\"reason\"],"
	  "\"additionalProperties\":false,\"properties\":{\"recordal_no\":" TEXT_ ",\"enterprise\":" TEXT_ ",\"item_no\":" TEXT_ ",\"complainant\":" TEXT_
	  ",\"reference\":" TEXT_ "," EVIDENCE "}}" },
	{ "BrandComplaint",
	  "{\"type\":\"object\",\"required\":[\"id\",\"recordal_no\",\"goods\",\"reference\",\"state\"],\"properties\":{\"id\":" UUID ",\"recordal_no\":" TEXT_
	  ",\"brand\":" TEXT_ ",\"holder\":" TEXT_ ",\"goods\":" GOODS ",\"complainant\":" TEXT_ ",\"reference\":" TEXT_ "," EVIDENCE "," RECORDED
	  ",\"state\":{\"enum\":[\"open\",\"upheld\",\"rejected\"]},\"decision\":{\"type\":[\"object\",\"null\"],\"properties\":{\"decision_no\":" TEXT_
	  ",\"reason\":" TEXT_ ",\"at\":" TIME ",\"actor\":" TEXT_ "}}}}" },
	{ "BrandComplaintList", PAGE(REF("BrandComplaint")) },
	{ "BrandDecisionBody",
	  "{\"type\":\"object\",\"required\":[\"upheld\",\"decision_no\",\"reason\"],\"additionalProperties\":false,\"properties\":{\"upheld\":" FLAG
	  ",\"decision_no\":" TEXT_ ",\"reason\":" TEXT_ "}}" },
	{ NULL, NULL },
};
