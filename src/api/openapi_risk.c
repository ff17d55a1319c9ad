/* Shapes of the risk rules and lanes. */
#include "api/openapi_words.h"

#include <stddef.h>

#define LANE        "{\"enum\":[\"green\",\"yellow\",\"red\",\"black\",\"reject\"]}"
#define LANE_OR_NULL "{\"enum\":[\"green\",\"yellow\",\"red\",\"black\",\"reject\",null],\"description\":\"null: no lane was chosen\"}"
#define ACTION      "{\"enum\":[\"none\",\"review\",\"inspect\",\"hold\",null]}"
#define MODE        "{\"enum\":[\"off\",\"shadow\",\"active\"]}"
#define COUNT_      "{\"type\":[\"integer\",\"null\"]}"
#define ROWS(of)    "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{" of "}}}"
#define RULE        "\"rule\":" TEXT_ ",\"node\":" TEXT_ ",\"class\":{\"enum\":[\"trade\",\"economic\",\"technical\"]},\"mode\":" MODE ",\"blocks\":" FLAG ",\"points\":" NUMBER
#define PERIOD      "\"from\":" TIME ",\"to\":" TIME ",\"judged\":" NUMBER

#define ALARM \
	"{\"type\":\"object\",\"required\":[\"id\",\"rule\",\"row\",\"mode\",\"subject\",\"occasion\",\"counted\",\"at\",\"case_id\"],\"properties\":{\"id\":" UUID \
	",\"rule\":" TEXT_ ",\"row\":" NUMBER ",\"mode\":{\"enum\":[\"shadow\",\"active\"]},\"class\":" TEXT_ ",\"points\":" NUMBER \
	",\"subject\":{\"type\":\"object\",\"required\":[\"kind\"],\"properties\":{\"kind\":{\"enum\":[\"declaration\",\"enterprise\"]},\"declaration_id\":" UUID \
	",\"enterprise\":" TEXT_ "}},\"occasion\":{\"type\":\"string\",\"description\":\"what it hit on: an alert or a parcel by its id, a day\"},\"counted\":" NUMBER \
	",\"at\":" TIME ",\"case_id\":{\"type\":[\"string\",\"null\"],\"format\":\"uuid\",\"description\":\"null: the row is on trial\"}}}"

const struct openapi_schema openapi_risk[] = {
	{ "RiskAlarm", ALARM },
	{ "RiskAlarmList", LIST(REF("RiskAlarm")) },
	{ "RiskRules",
	  "{\"type\":\"object\",\"required\":[\"on\",\"rules\",\"lanes\",\"numbers\",\"levels\"],\"properties\":{\"on\":" DAY ",\"rules\":"
	  ROWS("\"id\":" NUMBER ",\"step\":" NUMBER "," RULE ",\"window_s\":" COUNT_ ",\"parameters\":" NUMBERS ",\"valid_from\":" DAY
	       ",\"valid_to\":{\"type\":[\"string\",\"null\"],\"format\":\"date\"},\"recorded_at\":" TIME ",\"source\":" TEXT_)
	  ",\"lanes\":" ROWS("\"id\":" NUMBER ",\"lane\":" LANE ",\"least_points\":" NUMBER ",\"action\":" ACTION ",\"expected_bp\":" NUMBER ",\"source\":" TEXT_)
	  ",\"factors\":" ROWS("\"id\":" NUMBER ",\"what\":{\"enum\":[\"goods_class\",\"ability\"]},\"value\":" TEXT_ ",\"permille\":" NUMBER ",\"source\":" TEXT_)
	  ",\"numbers\":" ROWS("\"id\":" NUMBER ",\"name\":" TEXT_ ",\"value\":" NUMBER ",\"source\":" TEXT_)
	  ",\"levels\":" ROWS("\"id\":" NUMBER ",\"level\":" TEXT_ ",\"credit_term\":" NUMBER ",\"rate_bp\":" NUMBER ",\"source\":" TEXT_) "}}" },
	{ "RiskShadow",
	  "{\"type\":\"object\",\"required\":[\"judged\",\"live\",\"items\",\"alarms\"],\"properties\":{" PERIOD
	  ",\"live\":{\"type\":\"integer\",\"description\":\"declarations that a row in force hit\"},\"items\":"
	  ROWS("\"row\":" NUMBER ",\"step\":" NUMBER "," RULE ",\"hits\":" NUMBER ",\"hits_green\":" NUMBER ",\"also_live\":" NUMBER ",\"alone\":" NUMBER
	       ",\"live_without\":" NUMBER)
	  ",\"alarms\":" ROWS("\"row\":" NUMBER ",\"step\":" NUMBER "," RULE ",\"raised\":" NUMBER ",\"also_live\":" NUMBER ",\"alone\":" NUMBER
	                     ",\"live_without\":" NUMBER) "}}" },
	{ "RiskLanes",
	  "{\"type\":\"object\",\"required\":[\"judged\",\"drawn\",\"spared\",\"items\"],\"properties\":{" PERIOD ",\"drawn\":" NUMBER
	  ",\"spared\":{\"type\":\"integer\",\"description\":\"not drawn because inspectors had enough to do\"},\"items\":"
	  ROWS("\"lane\":" LANE ",\"declarations\":" NUMBER ",\"drawn\":" NUMBER ",\"share_bp\":" COUNT_ ",\"expected_bp\":" COUNT_
	       ",\"is_off\":{\"type\":[\"boolean\",\"null\"],\"description\":\"it takes more than is to be expected\"}")
	  ",\"inspections\":{\"type\":\"object\",\"properties\":{\"open\":" NUMBER ",\"good\":" NUMBER ",\"bad\":" NUMBER "}}}}" },
	{ "RiskSampling",
	  "{\"type\":\"object\",\"required\":[\"code\",\"on\",\"level\",\"classes\"],\"properties\":{\"code\":" TEXT_ ",\"on\":" DAY
	  ",\"level\":{\"type\":\"object\",\"properties\":{\"level\":" TEXT_ ",\"rate_bp\":" NUMBER ",\"row\":" NUMBER "}}"
	  ",\"ability\":{\"type\":[\"object\",\"null\"],\"properties\":{\"value\":" TEXT_ ",\"from\":" DAY ",\"source\":" TEXT_ ",\"permille\":" NUMBER "}}"
	  ",\"classes\":" ROWS("\"goods_class\":{\"type\":\"string\",\"description\":\"empty: goods of no class\"},\"steps\":" NUMBER
	                      ",\"raised_to\":{\"type\":[\"string\",\"null\"],\"format\":\"date\"},\"clean\":" NUMBER ",\"changed_at\":" TIME) "}}" },
	{ "DeclarationRisk",
	  "{\"type\":\"object\",\"required\":[\"declaration_id\",\"lane\",\"hits\",\"more\"],\"properties\":{\"declaration_id\":" UUID ",\"lane\":" LANE_OR_NULL
	  ",\"decision_id\":" UUID_OR_NULL ",\"decided_at\":" TIME_OR_NULL ",\"version\":" COUNT_ ",\"action\":" ACTION ",\"points\":" COUNT_
	  ",\"by_chance\":{\"type\":[\"boolean\",\"null\"]},\"draw\":{\"type\":[\"object\",\"null\"],\"properties\":{\"id\":" UUID ",\"day\":" DAY ",\"drawn\":" NUMBER
	  ",\"rate_bp\":" NUMBER "}},\"hits\":" ROWS("\"row\":" NUMBER "," RULE ",\"counted\":" NUMBER ",\"source\":" TEXT_)
	  ",\"more\":{\"type\":\"integer\",\"description\":\"rules in force that hit and are not shown to the caller\"}"
	  ",\"credit\":{\"type\":[\"object\",\"null\"],\"properties\":{\"level\":" TEXT_ ",\"term\":" NUMBER ",\"is_listed\":" FLAG "}}"
	  ",\"alarms\":{\"type\":[\"array\",\"null\"],\"items\":" REF("RiskAlarm") ",\"description\":\"what hit later; departments only\"}"
	  ",\"cleared\":{\"type\":[\"boolean\",\"null\"],\"description\":\"a review let it go in spite of its lane; departments only\"}"
	  ",\"sampling\":{\"type\":[\"object\",\"null\"]},\"classes\":{\"type\":[\"array\",\"null\"],\"items\":" TEXT_ "}"
	  ",\"buyer_flags\":{\"type\":[\"array\",\"null\"],\"items\":" TEXT_ ",\"description\":\"kinds in force against the buyer; departments only\"}"
	  ",\"counted\":{\"type\":[\"object\",\"null\"]},\"rows\":{\"type\":[\"array\",\"null\"],\"items\":" NUMBER "}}}" },
	{ "RiskDraw",
	  "{\"type\":\"object\",\"required\":[\"day\",\"key\",\"algorithm\"],\"properties\":{\"day\":" DAY ",\"key\":" SHA ",\"algorithm\":" TEXT_ "}}" },
	{ NULL, NULL },
};
