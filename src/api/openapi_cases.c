/* Shapes of cases. */
#include "api/openapi_words.h"

#include <stddef.h>

#define TEXTS        "{\"type\":\"array\",\"items\":" TEXT_ "}"
#define ROWS(of)     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{" of "}}}"
#define NUMBER_OR_NULL "{\"type\":[\"integer\",\"null\"]}"
#define CLASS        "{\"enum\":[\"trade\",\"economic\",\"technical\",null]}"
#define GRADE        "{\"enum\":[\"green\",\"yellow\",\"red\",\"black\",\"reject\",null]}"
#define STATE        "{\"enum\":[\"collected\",\"assessed\",\"warned\",\"disposed\",\"reviewed\",\"closed\"]}"
#define ACCESS       "{\"enum\":[\"none\",\"read\",\"work\"]}"
#define WEIGHT       "\"points\":" NUMBER_OR_NULL ",\"class\":" CLASS ",\"grade\":" GRADE
#define FINDINGS     ROWS("\"rule\":" TEXT_ ",\"was_right\":" FLAG)
#define CASE_MEMBERS \
	"\"id\":" UUID ",\"kind\":" TEXT_ ",\"kind_title\":" TEXT_ ",\"subject\":{\"type\":\"object\",\"required\":[\"kind\"],\"properties\":{" \
	"\"kind\":{\"enum\":[\"declaration\",\"enterprise\",\"goods\"]},\"declaration_id\":" UUID ",\"enterprise\":" TEXT_ ",\"item_no\":" TEXT_ "}}" \
	",\"origin\":" TEXT_ ",\"rules\":" TEXTS "," WEIGHT ",\"reason\":" TEXT_ ",\"state\":" STATE ",\"opened_at\":" TIME ",\"opened_by\":" TEXT_ \
	",\"changed_at\":" TIME ",\"officer\":" TEXT_OR_NULL ",\"departments\":" ROWS("\"authority\":" TEXT_ ",\"access\":" ACCESS)
#define CASE_REQUIRED "\"id\",\"kind\",\"subject\",\"origin\",\"rules\",\"state\",\"departments\""

const struct openapi_schema openapi_cases[] = {
	{ "CaseBody",
	  "{\"type\":\"object\",\"required\":[\"kind\",\"origin\",\"reason\"],\"additionalProperties\":false,\"properties\":{\"kind\":" TEXT_
	  ",\"declaration_id\":" UUID_OR_NULL ",\"enterprise\":" TEXT_OR_NULL ",\"item_no\":" TEXT_OR_NULL ",\"origin\":" TEXT_ ",\"rules\":" TEXTS "," WEIGHT
	  ",\"reason\":" TEXT_ ",\"departments\":" TEXTS "}}" },
	{ "Case",
	  "{\"type\":\"object\",\"required\":[" CASE_REQUIRED ",\"steps\",\"findings\",\"access\"],\"properties\":{" CASE_MEMBERS ",\"steps\":"
	  ROWS("\"number\":" NUMBER ",\"state\":" STATE "," WEIGHT ",\"action\":" TEXT_OR_NULL ",\"was_right\":{\"type\":[\"boolean\",\"null\"]},\"reason\":"
	       TEXT_OR_NULL ",\"at\":" TIME ",\"actor\":" TEXT_ ",\"authority\":" TEXT_OR_NULL)
	  ",\"findings\":" FINDINGS ",\"access\":"
	  ROWS("\"authority\":" TEXT_ ",\"access\":" ACCESS ",\"reason\":" TEXT_OR_NULL ",\"at\":" TIME ",\"actor\":" TEXT_) "}}" },
	{ "CaseList", PAGE("{\"type\":\"object\",\"required\":[" CASE_REQUIRED "],\"properties\":{" CASE_MEMBERS "}}") },
	{ "CaseStepBody",
	  "{\"type\":\"object\",\"required\":[\"step\"],\"additionalProperties\":false,\"properties\":{"
	  "\"step\":{\"enum\":[\"assessed\",\"warned\",\"disposed\",\"reviewed\",\"closed\"]}," WEIGHT ",\"action\":" TEXT_OR_NULL
	  ",\"was_right\":{\"type\":[\"boolean\",\"null\"]},\"findings\":" FINDINGS ",\"reason\":" TEXT_OR_NULL "}}" },
	{ "CaseAccessBody",
	  "{\"type\":\"object\",\"required\":[\"authority\",\"access\",\"reason\"],\"additionalProperties\":false,\"properties\":{\"authority\":" TEXT_
	  ",\"access\":" ACCESS ",\"reason\":" TEXT_ "}}" },
	{ "CaseRules",
	  "{\"type\":\"object\",\"required\":[\"on\",\"revision_days\",\"revision_percent\",\"limits\",\"items\"],\"properties\":{\"on\":" DAY
	  ",\"revision_days\":" NUMBER ",\"revision_percent\":" NUMBER ",\"limits\":"
	  ROWS("\"id\":" NUMBER ",\"name\":" TEXT_ ",\"value\":" NUMBER ",\"source\":" TEXT_) ",\"items\":"
	  ROWS("\"rule\":" TEXT_ ",\"reviewed\":" NUMBER ",\"false_hits\":" NUMBER ",\"false_percent\":{\"type\":\"number\"},\"to_be_revised\":" FLAG) "}}" },
	{ NULL, NULL },
};
