/* Shapes of credit and of the negative list. */
#include "api/openapi_words.h"

#include <stddef.h>

#define LEVEL        "{\"enum\":[\"A\",\"B\",\"C\",\"D\"]}"
#define DEGREE       "{\"enum\":[\"minor\",\"general\",\"serious\",\"positive\",\"rating\"]}"
#define DAY_OR_NULL  "{\"type\":[\"string\",\"null\"],\"format\":\"date\"}"
#define ROWS(of)     "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{" of "}}}"
#define CHANGE_MEMBERS \
	"\"change\":{\"enum\":[\"disputed\",\"confirmed\",\"withdrawn\",\"waived\",\"repaired\"]},\"day\":" DAY ",\"decision_no\":" TEXT_ \
	",\"reason\":" TEXT_OR_NULL
#define EVENT_MEMBERS \
	"\"id\":" UUID ",\"kind\":" TEXT_ ",\"title\":" TEXT_ ",\"degree\":" DEGREE ",\"day\":" DAY ",\"source\":" TEXT_ ",\"decision_no\":" TEXT_
#define WARNING_MEMBERS \
	"\"text\":" TEXT_ ",\"from\":" DAY ",\"to\":{\"type\":\"string\",\"format\":\"date\",\"description\":\"the first day without it\"},\"decision_no\":" TEXT_
#define BANK_MONTHS \
	"{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"from\",\"to\",\"value\",\"returns\",\"tax\",\"refunds\"],\"properties\":{" \
	"\"from\":" MONTH ",\"to\":" MONTH \
	",\"value\":" ROWS("\"direction\":" DIRECTION ",\"currency\":" TEXT_OR_NULL ",\"released\":" NUMBER ",\"value\":" TEXT_) \
	",\"returns\":{\"type\":\"object\",\"properties\":{\"requested\":" NUMBER ",\"released\":" NUMBER ",\"rate\":" TEXT_OR_NULL "}}" \
	",\"tax\":{\"type\":\"object\",\"properties\":{\"bills\":" NUMBER ",\"gathered\":" NUMBER ",\"late\":" NUMBER ",\"on_time\":{\"type\":[\"boolean\",\"null\"]}}}" \
	",\"refunds\":{\"type\":\"null\",\"description\":\"not known here\"}}}"
#define INDICATOR_PART "{\"enum\":[\"record\",\"operations\",\"finance\"]}"
#define GRADE_MEMBERS \
	"\"grade\":{\"type\":[\"integer\",\"null\"],\"minimum\":0,\"maximum\":100,\"description\":\"null: nothing of it is known\"}" \
	",\"known_weight\":" NUMBER ",\"weight\":" NUMBER
#define RESTORED \
	"{\"type\":[\"object\",\"null\"],\"description\":\"when the level is better if nothing new happens\",\"properties\":{\"level\":" LEVEL ",\"on\":" DAY "}}"
#define LISTING \
	"{\"type\":\"object\",\"required\":[\"id\",\"code\",\"kind\",\"decision_no\",\"listed_on\",\"repair_from\",\"term_ends\",\"state\"],\"properties\":{" \
	"\"id\":" UUID ",\"code\":" TEXT_ ",\"name\":" TEXT_ ",\"kind\":" TEXT_ ",\"event_id\":" UUID ",\"decision_no\":" TEXT_ ",\"reason\":" TEXT_ \
	",\"listed_on\":" DAY ",\"repair_from\":" DAY ",\"term_ends\":" DAY ",\"state\":{\"enum\":[\"barred\",\"exited\"]},\"exit\":{" \
	"\"type\":[\"object\",\"null\"],\"properties\":{\"ground\":{\"enum\":[\"repair\",\"term\"]},\"decision_no\":" TEXT_ ",\"reason\":" TEXT_ ",\"on\":" DAY \
	"}}}}"

#define MESSAGE \
	"{\"type\":\"object\",\"required\":[\"id\",\"authority\",\"subject\",\"level_new\",\"barred\",\"valid_from\",\"measures\",\"basis\"],\"properties\":{" \
	"\"id\":" TEXT_ ",\"authority\":" TEXT_ ",\"subject\":" TEXT_ ",\"level_old\":" TEXT_OR_NULL ",\"level_new\":" LEVEL ",\"barred\":" FLAG \
	",\"valid_from\":" DAY ",\"measures\":" ROWS("\"measure\":" TEXT_ ",\"title_zh\":" TEXT_ ",\"rule_row\":" NUMBER ",\"source\":" TEXT_) \
	",\"basis\":" ROWS("\"kind\":" TEXT_ ",\"day\":" DAY ",\"decision_no\":" TEXT_) ",\"decision_no\":" TEXT_OR_NULL \
	",\"acknowledged_at\":" TIME_OR_NULL "}}"

const struct openapi_schema openapi_credit[] = {
	{ "CreditMessage", MESSAGE },
	{ "CreditMessageList", LIST(MESSAGE) },
	{ "Credit",
	  "{\"type\":\"object\",\"required\":[\"code\",\"name\",\"role\",\"tier\",\"as_of\",\"level\",\"barred\",\"decisions\",\"warnings\"],"
	  "\"additionalProperties\":false,\"properties\":{\"code\":" TEXT_ ",\"name\":" TEXT_ ",\"role\":" TEXT_
	  ",\"tier\":{\"enum\":[\"public\",\"bank\",\"self\",\"department\",\"supervision\"]},\"as_of\":" DAY
	  ",\"level\":{\"enum\":[\"A\",\"B\",\"C\",\"D\",null],\"description\":\"null: not told to everybody\"},\"barred\":" FLAG
	  ",\"decisions\":" ROWS(EVENT_MEMBERS ",\"published_until\":" DAY ",\"disputed\":" FLAG) ",\"warnings\":" ROWS(WARNING_MEMBERS)
	  ",\"score_band\":{\"type\":\"object\",\"properties\":{\"from\":" NUMBER ",\"to\":" NUMBER "}},\"months\":" BANK_MONTHS
	  ",\"score\":" NUMBER ",\"level_by_score\":" LEVEL ",\"base\":" NUMBER ",\"positive\":" NUMBER ",\"negative\":" NUMBER ",\"rating\":" NUMBER
	  ",\"capped\":" FLAG ",\"lifted\":" FLAG ",\"released\":" NUMBER ",\"registered_on\":" DAY
	  ",\"treatment\":{\"type\":\"object\",\"properties\":{\"inspection_bp\":" NUMBER ",\"guarantee_percent\":" NUMBER ",\"queue_rank\":" NUMBER
	  ",\"documents\":" TEXT_ "}},\"events\":"
	  ROWS(EVENT_MEMBERS ",\"recorded_on\":" DAY ",\"state\":" TEXT_ ",\"weight\":" NUMBER
	       ",\"counts\":{\"type\":\"integer\",\"description\":\"points of it on that day\"},\"against\":" FLAG ",\"changes\":" ROWS(CHANGE_MEMBERS)
	       ",\"reason\":" TEXT_OR_NULL ",\"authorisation\":" TEXT_OR_NULL ",\"evidence_sha256\":{\"type\":[\"string\",\"null\"]}")
	  ",\"outside\":" ROWS("\"what\":" TEXT_ ",\"value\":" TEXT_ ",\"from\":" DAY ",\"to\":" DAY_OR_NULL ",\"source\":" TEXT_)
	  ",\"restored\":" RESTORED ",\"rule_rows\":" NUMBERS
	  ",\"history\":" ROWS("\"day\":" DAY ",\"score\":" NUMBER ",\"level\":" LEVEL ",\"barred\":" FLAG ",\"positive\":" NUMBER ",\"negative\":" NUMBER
	       ",\"rating\":" NUMBER ",\"released\":" NUMBER ",\"events\":{\"type\":\"array\",\"items\":" UUID "},\"rule_rows\":" NUMBERS) "}}" },
	{ "CreditCandidates",
	  "{\"type\":\"object\",\"required\":[\"items\",\"all\",\"as_of\",\"margin\",\"rule_row\"],\"additionalProperties\":false,\"properties\":{"
	  "\"all\":{\"type\":\"integer\",\"description\":\"how many there are, shown or not\"},\"as_of\":" DAY ",\"margin\":" NUMBER ",\"rule_row\":" NUMBER
	  ",\"items\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"code\",\"name\",\"role\",\"score\",\"level\",\"lacks\",\"restored\"],"
	  "\"additionalProperties\":false,\"properties\":{\"code\":" TEXT_ ",\"name\":" TEXT_ ",\"role\":" TEXT_ ",\"score\":" NUMBER ",\"level\":" LEVEL
	  ",\"released\":" NUMBER ",\"capped\":" FLAG ",\"registered_on\":" DAY ",\"lacks\":{\"type\":\"object\",\"properties\":{\"points\":" NUMBER
	  ",\"good_days\":{\"type\":\"integer\",\"description\":\"more days on which the score is good enough, one after another\"},\"days_registered\":" NUMBER
	  ",\"released\":" NUMBER ",\"serious\":" ROWS("\"kind\":" TEXT_ ",\"decision_no\":" TEXT_ ",\"day\":" DAY ",\"ends_on\":" DAY) "}}"
	  ",\"restored\":" RESTORED "}}}}}" },
	{ "CreditIndicators",
	  "{\"type\":\"object\",\"required\":[\"code\",\"name\",\"as_of\",\"window\",\"codes\",\"grade\",\"known_weight\",\"weight\",\"parts\",\"indicators\"],"
	  "\"additionalProperties\":false,\"properties\":{\"code\":" TEXT_ ",\"name\":" TEXT_ ",\"as_of\":" DAY
	  ",\"window\":{\"type\":\"object\",\"properties\":{\"from\":" DAY ",\"to\":{\"type\":\"string\",\"format\":\"date\",\"description\":\"the first day after it\"}"
	  ",\"months\":" NUMBER ",\"rule_row\":" NUMBER "}}"
	  ",\"codes\":{\"type\":\"array\",\"items\":" TEXT_ ",\"description\":\"by which filings, bills and samples named it\"}"
	  "," GRADE_MEMBERS ",\"parts\":" ROWS("\"part\":" INDICATOR_PART "," GRADE_MEMBERS)
	  ",\"indicators\":" ROWS("\"name\":" TEXT_ ",\"part\":" INDICATOR_PART ",\"title\":" TEXT_ ",\"row\":" NUMBER ",\"weight\":" NUMBER
	       ",\"none_at\":" NUMBER ",\"full_at\":" NUMBER ",\"unit\":" TEXT_ ",\"value\":{\"type\":[\"integer\",\"null\"],\"description\":\"null: not known\"}"
	       ",\"grade\":{\"type\":[\"integer\",\"null\"],\"minimum\":0,\"maximum\":100},\"inputs\":{\"type\":\"object\"}") "}}" },
	{ "CreditSubjectBody",
	  "{\"type\":\"object\",\"required\":[\"code\",\"name\",\"role\",\"registered_on\"],\"additionalProperties\":false,\"properties\":{\"code\":" TEXT_
	  ",\"name\":" TEXT_ ",\"role\":" TEXT_ ",\"registered_on\":" DAY "}}" },
	{ "CreditSubject",
	  "{\"type\":\"object\",\"required\":[\"code\",\"name\",\"role\",\"registered_on\"],\"properties\":{\"code\":" TEXT_ ",\"name\":" TEXT_ ",\"role\":" TEXT_
	  ",\"registered_on\":" DAY "}}" },
	{ "CreditEventBody",
	  "{\"type\":\"object\",\"required\":[\"kind\",\"day\",\"source\",\"decision_no\"],\"additionalProperties\":false,\"properties\":{\"kind\":" TEXT_
	  ",\"weight\":{\"type\":[\"integer\",\"null\"],\"minimum\":1,\"maximum\":1000},\"day\":" DAY ",\"source\":" TEXT_ ",\"decision_no\":" TEXT_
	  ",\"reason\":" TEXT_OR_NULL ",\"evidence_sha256\":" TEXT_OR_NULL ",\"authorisation\":" TEXT_OR_NULL "}}" },
	{ "CreditEvent",
	  "{\"type\":\"object\",\"required\":[\"id\",\"code\",\"kind\",\"degree\",\"weight\",\"day\",\"decision_no\",\"changes\"],\"properties\":{\"code\":" TEXT_ ","
	  EVENT_MEMBERS ",\"against\":" FLAG ",\"weight\":" NUMBER ",\"reason\":" TEXT_OR_NULL ",\"authorisation\":" TEXT_OR_NULL
	  ",\"evidence_sha256\":{\"type\":[\"string\",\"null\"]},\"recorded_at\":" TIME ",\"changes\":" ROWS(CHANGE_MEMBERS ",\"recorded_at\":" TIME) "}}" },
	{ "CreditEventList", LIST(REF("CreditEvent")) },
	{ "CreditChangeBody",
	  "{\"type\":\"object\",\"required\":[\"change\",\"decision_no\"],\"additionalProperties\":false,\"properties\":{" CHANGE_MEMBERS "}}" },
	{ "CreditTieBody",
	  "{\"type\":\"object\",\"required\":[\"role\",\"name\",\"id_number\"],\"additionalProperties\":false,\"properties\":{"
	  "\"role\":{\"enum\":[\"representative\",\"controller\"]},\"name\":" TEXT_ ",\"id_number\":" TEXT_ "}}" },
	{ "CreditTie", "{\"type\":\"object\",\"required\":[\"code\",\"role\"],\"properties\":{\"code\":" TEXT_ ",\"role\":" TEXT_ "}}" },
	{ "CreditOutsideBody",
	  "{\"type\":\"object\",\"required\":[\"what\",\"value\",\"source\"],\"additionalProperties\":false,\"properties\":{"
	  "\"what\":{\"enum\":[\"customs_level\",\"tax_grade\"]},\"value\":" TEXT_ ",\"from\":" DAY_OR_NULL ",\"to\":" DAY_OR_NULL ",\"source\":" TEXT_ "}}" },
	{ "CreditOutside",
	  "{\"type\":\"object\",\"required\":[\"id\",\"what\",\"value\",\"from\",\"to\"],\"properties\":{\"id\":" UUID ",\"code\":" TEXT_ ",\"what\":" TEXT_
	  ",\"value\":" TEXT_ ",\"from\":" DAY ",\"to\":" DAY_OR_NULL ",\"source\":" TEXT_ "}}" },
	{ "CreditWarningBody",
	  "{\"type\":\"object\",\"required\":[\"text\",\"to\",\"decision_no\"],\"additionalProperties\":false,\"properties\":{\"text\":" TEXT_ ",\"from\":" DAY_OR_NULL
	  ",\"to\":" DAY ",\"decision_no\":" TEXT_ "}}" },
	{ "CreditWarning",
	  "{\"type\":\"object\",\"required\":[\"id\",\"text\",\"from\",\"to\"],\"properties\":{\"id\":" UUID ",\"code\":" TEXT_ "," WARNING_MEMBERS "}}" },
	{ "CreditRules",
	  "{\"type\":\"object\",\"required\":[\"on\",\"rules\",\"degrees\",\"levels\",\"kinds\",\"measures\",\"indicators\"],\"properties\":{\"on\":" DAY
	  ",\"rules\":" ROWS("\"id\":" NUMBER ",\"name\":" TEXT_ ",\"value\":" NUMBER ",\"source\":" TEXT_)
	  ",\"degrees\":" ROWS("\"id\":" NUMBER ",\"degree\":" DEGREE ",\"hold_days\":" NUMBER ",\"end_days\":" NUMBER
	       ",\"published_days\":{\"type\":[\"integer\",\"null\"]},\"repair_days\":" NUMBER ",\"source\":" TEXT_)
	  ",\"levels\":" ROWS("\"id\":" NUMBER ",\"level\":" TEXT_ ",\"least_score\":" NUMBER ",\"inspection_bp\":" NUMBER ",\"guarantee_percent\":" NUMBER
	       ",\"documents\":" TEXT_ ",\"queue_rank\":" NUMBER ",\"credit_term\":" NUMBER ",\"source\":" TEXT_)
	  ",\"kinds\":" ROWS("\"id\":" NUMBER ",\"kind\":" TEXT_ ",\"degree\":" DEGREE ",\"weight\":" NUMBER ",\"against\":" FLAG ",\"bars\":" FLAG
	       ",\"title_zh\":" TEXT_ ",\"title_en\":" TEXT_ ",\"source\":" TEXT_)
	  ",\"measures\":" ROWS("\"id\":" NUMBER ",\"level\":" TEXT_ ",\"authority\":" TEXT_ ",\"measure\":" TEXT_ ",\"title_zh\":" TEXT_ ",\"source\":" TEXT_)
	  ",\"indicators\":" ROWS("\"id\":" NUMBER ",\"name\":" TEXT_ ",\"part\":" INDICATOR_PART ",\"weight\":" NUMBER ",\"none_at\":" NUMBER
	       ",\"full_at\":" NUMBER ",\"unit\":" TEXT_ ",\"title_zh\":" TEXT_ ",\"title_en\":" TEXT_ ",\"source\":" TEXT_)
	  "}}" },
	{ "Listing", LISTING },
	{ "ListingList", LIST(LISTING) },
	{ "ListingBody",
	  "{\"type\":\"object\",\"required\":[\"code\",\"event_id\",\"decision_no\",\"reason\"],\"additionalProperties\":false,\"properties\":{\"code\":" TEXT_
	  ",\"event_id\":" UUID ",\"decision_no\":" TEXT_ ",\"reason\":" TEXT_ "}}" },
	{ "ListingExitBody",
	  "{\"type\":\"object\",\"required\":[\"ground\",\"decision_no\",\"reason\"],\"additionalProperties\":false,\"properties\":{"
	  "\"ground\":{\"enum\":[\"repair\",\"term\"]},\"decision_no\":" TEXT_ ",\"reason\":" TEXT_ "}}" },
	{ NULL, NULL },
};
