/* Shapes of declarations, verdicts, answers and deliveries. */
#include "api/openapi_words.h"

#include <stddef.h>

#define DECLARATION_MEMBERS \
	"\"id\":" UUID ",\"platform_code\":" TEXT_ ",\"order_no\":" TEXT_ ",\"direction\":" TEXT_OR_NULL ",\"trade_mode\":" TEXT_OR_NULL \
	",\"opened_at\":" TIME ",\"changed_at\":" TIME ",\"state\":" TEXT_ ",\"state_title\":" TEXT_ ",\"verdict\":" VERDICT \
	",\"verdict_title\":" TEXT_ ",\"missing\":{\"type\":\"array\",\"items\":" TEXT_ "},\"version\":" NUMBER \
	",\"wait_until\":" TIME_OR_NULL ",\"released_at\":" TIME_OR_NULL

#define DECISION "{\"enum\":[\"inspect\",\"hold\",\"release\",\"reject\",\"resume\"]}"
#define APPOINTMENT \
	"{\"type\":\"object\",\"required\":[\"at\",\"place\"],\"properties\":{\"at\":" TIME ",\"place\":{\"type\":\"string\",\"minLength\":1," \
	"\"maxLength\":200}}}"

const struct openapi_schema openapi_exchange[] = {
	{ "DeclarationItem", "{\"type\":\"object\",\"required\":[\"id\"],\"properties\":{" DECLARATION_MEMBERS "}}" },
	{ "DeclarationList", PAGE(REF("DeclarationItem")) },
	{ "Declaration",
	  "{\"type\":\"object\",\"required\":[\"id\",\"filings\",\"parts\"],\"properties\":{" DECLARATION_MEMBERS
	  ",\"judged\":{\"type\":\"boolean\",\"description\":\"false: something newer is not judged yet\"}"
	  ",\"filings\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{" FILING_MEMBERS ",\"action\":" TEXT_
	  ",\"received_at\":" TIME ",\"own\":" FLAG "}}},\"parts\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"authority\":" TEXT_
	  ",\"version\":" NUMBER ",\"state\":" TEXT_ ",\"outcome\":" TEXT_ ",\"outcome_at\":" TIME_OR_NULL ",\"recognised_from\":" TEXT_OR_NULL
	  ",\"withdraws\":" FLAG ",\"returns\":" FLAG ",\"attempts\":" NUMBER ",\"due_at\":" TIME ",\"reason\":" TEXT_OR_NULL "}}}"
	  ",\"inspection\":{\"anyOf\":[{\"type\":\"null\"}," REF("Inspection") "]}"
	  ",\"withdrawal\":{\"type\":[\"object\",\"null\"],\"properties\":{\"version\":" NUMBER ",\"filing_id\":" UUID
	  ",\"state\":{\"enum\":[\"asked\",\"approved\",\"refused\"]},\"reason\":" TEXT_OR_NULL "}}"
	  ",\"returns\":{\"type\":\"array\",\"items\":" REF("Return") "}}}" },
	{ "Inspection",
	  "{\"type\":\"object\",\"required\":[\"version\",\"selected_by\",\"result\"],\"properties\":{\"version\":" NUMBER
	  ",\"selected_by\":{\"type\":\"array\",\"items\":" TEXT_ "},\"opened_by\":" TEXT_ ",\"joined_by\":{\"type\":\"array\",\"items\":" TEXT_
	  "},\"opened_at\":" TIME ",\"joined_at\":" TIME_OR_NULL ",\"at\":" TIME_OR_NULL ",\"place\":" TEXT_OR_NULL
	  ",\"result\":{\"enum\":[\"open\",\"good\",\"bad\"]},\"closed_at\":" TIME_OR_NULL "}}" },
	{ "Timeline",
	  LIST("{\"type\":\"object\",\"required\":[\"at\",\"what\"],\"properties\":{\"at\":" TIME ",\"what\":{\"enum\":[\"filed\",\"judged\",\"settled\","
	       "\"delivery_made\",\"delivered\",\"answered\",\"decided\",\"inspection_opened\",\"inspection_joined\",\"inspection_closed\",\"recognised\","
	       "\"case_opened\",\"case_closed\",\"released\",\"taxed\",\"return_arrived\",\"return_lapsed\"]}}}") },
	{ "Side",
	  "{\"type\":[\"object\",\"null\"],\"properties\":{\"kind\":" KIND ",\"field\":" TEXT_ ",\"filing_id\":" UUID ",\"own\":" FLAG
	  ",\"value\":{\"type\":[\"string\",\"number\"],\"description\":\"of the caller's own filings; regulators see all\"}}}" },
	{ "Verdict",
	  "{\"type\":\"object\",\"required\":[\"verdict\",\"title\",\"reasons\"],\"properties\":{\"declaration_id\":" UUID ",\"verdict\":" VERDICT
	  ",\"title\":" TEXT_ ",\"decided_at\":" TIME_OR_NULL ",\"rule_rows\":{\"type\":\"array\",\"items\":" NUMBER "},"
	  "\"reasons\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"rule\":" TEXT_ ",\"source\":" TEXT_
	  ",\"detail\":" TEXT_ ",\"remedy\":" TEXT_ ",\"line\":{\"type\":[\"integer\",\"null\"]},\"left\":" REF("Side") ",\"right\":" REF("Side")
	  ",\"relation\":{\"enum\":[\"differs\",\"missing\"]},\"corrects\":{\"anyOf\":[" KIND ",{\"type\":\"null\"}]},\"until\":" TIME_OR_NULL "}}}}}" },
	{ "Answer",
	  "{\"type\":\"object\",\"required\":[\"id\",\"declaration_id\",\"authority\",\"status\"],\"properties\":{\"id\":" UUID
	  ",\"declaration_id\":" UUID ",\"platform_code\":" TEXT_ ",\"order_no\":" TEXT_ ",\"direction\":" TEXT_OR_NULL ",\"authority\":" TEXT_
	  ",\"version\":" NUMBER ",\"reference\":" TEXT_OR_NULL ",\"status\":" TEXT_ ",\"outcome\":" TEXT_ ",\"given_by\":{\"enum\":[\"authority\",\"person\",\"rule\"]},\"said_at\":" TIME
	  ",\"received_at\":" TIME ",\"info\":" TEXT_OR_NULL "}}" },
	{ "AnswerList", LIST(REF("Answer")) },
	{ "AnswerPoll",
	  "{\"type\":\"object\",\"required\":[\"items\",\"next\",\"more\"],\"properties\":{\"items\":{\"type\":\"array\",\"items\":" REF("Answer") "},"
	  "\"next\":{\"type\":\"string\",\"description\":\"cursor for what comes after; always there\"},"
	  "\"more\":{\"type\":\"boolean\",\"description\":\"true: ask again at once; false: that was all until now\"}}}" },
	{ "RulingBody",
	  "{\"type\":\"object\",\"required\":[\"decision\",\"reason\"],\"additionalProperties\":false,\"properties\":{\"decision\":" DECISION
	  ",\"reason\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":1000},\"version\":{\"type\":\"integer\",\"minimum\":1},"
	  "\"appointment\":" APPOINTMENT "}}" },
	{ "Ruling",
	  "{\"type\":\"object\",\"required\":[\"id\",\"authority\",\"version\",\"decision\"],\"properties\":{\"id\":" UUID ",\"what\":{\"const\":\"decided\"}"
	  ",\"at\":" TIME ",\"authority\":" TEXT_ ",\"version\":" NUMBER ",\"decision\":" DECISION ",\"reason\":" TEXT_OR_NULL
	  ",\"appointment\":{\"anyOf\":[{\"type\":\"null\"}," APPOINTMENT "]},\"actor\":" TEXT_OR_NULL "}}" },
	{ "DecisionList",
	  LIST("{\"type\":\"object\",\"required\":[\"what\",\"at\"],\"properties\":{\"what\":{\"enum\":[\"judged\",\"decided\",\"recognised\"]},\"at\":" TIME
	       ",\"version\":" NUMBER ",\"verdict\":" VERDICT ",\"state\":" TEXT_ ",\"authority\":" TEXT_ ",\"decision\":" DECISION
	       ",\"reason\":" TEXT_OR_NULL ",\"recognised_from\":" TEXT_ ",\"outcome\":" TEXT_ ",\"actor\":" TEXT_OR_NULL "}}") },
	{ "Steps",
	  "{\"type\":\"object\",\"required\":[\"declaration_id\",\"state\",\"regime\",\"sentence\",\"steps\"],\"properties\":{\"declaration_id\":" UUID
	  ",\"state\":" TEXT_ ",\"state_title\":" TEXT_ ",\"regime\":{\"type\":\"object\",\"properties\":{\"id\":" NUMBER ",\"trade_mode\":" TEXT_
	  ",\"direction\":" DIRECTION "}},\"sentence\":" TEXT_ ",\"steps\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"step\",\"state\","
	  "\"responsible\",\"waits_for\"],\"properties\":{" STEP_MEMBERS ",\"title\":" TEXT_
	  ",\"state\":{\"enum\":[\"done\",\"refused\",\"in_progress\",\"waiting\",\"not_needed\"]},\"at\":" TIME_OR_NULL ",\"filing_id\":" UUID_OR_NULL
	  ",\"own\":" FLAG ",\"outcome\":" TEXT_OR_NULL ",\"delivery\":" TEXT_OR_NULL ",\"to_correct\":" FLAG ",\"next\":" FLAG
	  ",\"responsible\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"role\":" TEXT_ ",\"title\":" TEXT_ ",\"code\":" TEXT_OR_NULL
	  ",\"name\":" TEXT_OR_NULL "}}},\"waits_for\":" NUMBERS
	  ",\"because\":{\"type\":[\"object\",\"null\"],\"description\":\"the goods that ask for it\",\"properties\":{\"rule_row\":" NUMBER ",\"hs_code\":" TEXT_
	  ",\"hs\":" TEXT_ ",\"title\":" TEXT_ ",\"source\":" TEXT_ "}}}}}}}" },
	{ "AnswerBody",
	  "{\"description\":\"one answer or several; the members are in docs/API.md\",\"anyOf\":[{\"type\":\"object\"},"
	  "{\"type\":\"array\",\"items\":{\"type\":\"object\"}}]}" },
	{ "ReceiptsStored",
	  "{\"type\":\"object\",\"required\":[\"stored\",\"repeats\",\"unknown\"],\"properties\":{\"stored\":" NUMBER ",\"repeats\":" NUMBER
	  ",\"unknown\":{\"type\":\"array\",\"items\":" TEXT_ "},\"unusable\":" TEXT_ "}}" },
	{ "Delivery",
	  "{\"type\":\"object\",\"required\":[\"id\",\"state\"],\"properties\":{\"id\":" TEXT_ ",\"declaration_id\":" UUID ",\"authority\":" TEXT_
	  ",\"version\":" NUMBER ",\"message_id\":" UUID ",\"reference\":" TEXT_OR_NULL
	  ",\"state\":{\"enum\":[\"waiting\",\"due\",\"sent\",\"dead\"]},\"attempts\":" NUMBER ",\"created_at\":" TIME ",\"due_at\":" TIME
	  ",\"sent_at\":" TIME_OR_NULL ",\"outcome\":" TEXT_ ",\"outcome_at\":" TIME_OR_NULL ",\"reason\":" TEXT_OR_NULL
	  ",\"withdrawal\":" UUID_OR_NULL ",\"return_filing\":" UUID_OR_NULL ",\"document\":{\"type\":[\"object\",\"null\"],\"properties\":{\"content_type\":" TEXT_ ",\"body\":" TEXT_ "}}}}" },
	{ "DeliveryList", PAGE(REF("Delivery")) },
	{ NULL, NULL },
};
