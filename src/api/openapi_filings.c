/* Shapes of filings, their receipts and findings, batches and jobs. */
#include "api/openapi_words.h"

#include <stddef.h>

#define WARNINGS "{\"type\":\"array\",\"items\":" REF("Finding") "}"
#define RESULT_MEMBERS \
	"\"status\":" NUMBER ",\"receipt\":" REF("Receipt") ",\"filing\":" REF("Checked") ",\"problem\":" REF("Problem") ",\"warnings\":" WARNINGS

const struct openapi_schema openapi_filings[] = {
	{ "Problem",
	  "{\"type\":\"object\",\"required\":[\"type\",\"title\",\"status\"],\"properties\":{\"type\":{\"type\":\"string\",\"format\":\"uri-reference\"},"
	  "\"title\":" TEXT_ ",\"status\":" NUMBER ",\"detail\":" TEXT_ ",\"instance\":" TEXT_ ",\"trace_id\":" TEXT_ ",\"first_id\":" UUID
	  ",\"errors\":{\"type\":\"array\",\"items\":" REF("Finding") "},\"more_errors\":" NUMBER "}}" },
	{ "Finding",
	  "{\"type\":\"object\",\"required\":[\"pointer\",\"code\",\"rule\",\"detail\",\"remedy\"],\"properties\":{"
	  "\"pointer\":{\"type\":\"string\",\"description\":\"JSON Pointer, or XPath into a CEB message\"},\"code\":" TEXT_ ",\"rule\":" TEXT_
	  ",\"term\":" TEXT_ ",\"detail\":" TEXT_ ",\"remedy\":" TEXT_ ",\"expected\":" TEXT_ ",\"got\":" TEXT_ "}}" },
	{ "FilingBody",
	  "{\"description\":\"one filing, or 1 to 100 of them; each kind and direction has its schema under /v1/standard/{kind}/{direction}\","
	  "\"anyOf\":[{\"type\":\"object\"},{\"type\":\"array\",\"minItems\":1,\"maxItems\":100,\"items\":{\"type\":\"object\"}}]}" },
	{ "RelayMessage",
	  "{\"type\":\"object\",\"required\":[\"Message\"],\"properties\":{\"Message\":{\"type\":\"object\",\"required\":[\"MessageHead\",\"MessageBody\"],"
	  "\"properties\":{\"MessageHead\":{\"type\":\"object\",\"required\":[\"MessageId\"],\"properties\":{\"MessageId\":" TEXT_
	  ",\"MessageType\":" TEXT_OR_NULL ",\"SenderID\":" TEXT_OR_NULL ",\"ReceiverID\":" TEXT_OR_NULL ",\"SendTime\":" TEXT_OR_NULL
	  ",\"Version\":" TEXT_OR_NULL "}},\"MessageBody\":{\"type\":\"object\",\"required\":[\"data\"],\"properties\":{\"data\":"
	  "{\"type\":\"string\",\"description\":\"a CEB message, base64\"}}}}}}}" },
	{ "RelayBody", "{\"anyOf\":[" REF("FilingBody") "," REF("RelayMessage") "]}" },
	{ "Receipt",
	  "{\"type\":\"object\",\"required\":[\"id\",\"kind\",\"business_key\",\"seal\"],\"properties\":{" FILING_MEMBERS ",\"action\":" TEXT_
	  ",\"declaration_id\":" UUID_OR_NULL ",\"filer\":" TEXT_ ",\"received_at\":" TIME ",\"message_sha256\":" TEXT_
	  ",\"document_sha256\":" TEXT_ ",\"seal\":{\"type\":\"object\"}}}" },
	{ "Checked",
	  "{\"type\":\"object\",\"description\":\"what a dry run says of a good filing\",\"required\":[\"dry_run\",\"kind\",\"document_sha256\"],"
	  "\"properties\":{\"dry_run\":{\"const\":true},\"kind\":" KIND ",\"direction\":" DIRECTION ",\"action\":" TEXT_ ",\"business_key\":" TEXT_
	  ",\"filer\":" TEXT_ ",\"declaration_id\":" UUID_OR_NULL ",\"document_sha256\":" SHA
	  ",\"taken\":{\"type\":[\"object\",\"null\"],\"description\":\"what holds the business key; absent: not known\",\"properties\":{\"id\":" UUID
	  ",\"revision\":" NUMBER ",\"same_content\":" FLAG "}},\"warnings\":" WARNINGS "}}" },
	{ "FilingAnswer", "{\"anyOf\":[" REF("Receipt") "," REF("Results") "," REF("Checked") "," REF("Job") "," REF("RelayMessage") "]}" },
	{ "Results",
	  "{\"type\":\"object\",\"required\":[\"results\"],\"properties\":{\"dry_run\":{\"const\":true},\"results\":{\"type\":\"array\",\"items\":{"
	  "\"type\":\"object\",\"required\":[\"index\",\"status\"],\"properties\":{\"index\":" NUMBER "," RESULT_MEMBERS "}}},\"warnings\":" WARNINGS "}}" },
	{ "LineResult",
	  "{\"type\":\"object\",\"description\":\"one line of the answer: what became of one line of the batch\",\"required\":[\"line\",\"status\"],"
	  "\"properties\":{\"line\":" NUMBER "," RESULT_MEMBERS "}}" },
	{ "Job",
	  "{\"type\":\"object\",\"required\":[\"id\",\"state\",\"lines\",\"done\"],\"properties\":{\"id\":" UUID ",\"client\":" TEXT_
	  ",\"state\":{\"enum\":[\"waiting\",\"running\",\"done\",\"cancelled\"]},\"lines\":" NUMBER ",\"done\":" NUMBER ",\"good\":" NUMBER
	  ",\"bad\":" NUMBER ",\"created_at\":" TIME ",\"finished_at\":" TIME_OR_NULL "}}" },
	{ "JobList", PAGE(REF("Job")) },
	{ "Filing",
	  "{\"type\":\"object\",\"required\":[\"id\"],\"properties\":{" FILING_MEMBERS ",\"action\":" TEXT_ ",\"received_at\":" TIME
	  ",\"declaration_id\":" UUID_OR_NULL ",\"message_sha256\":" SHA ",\"document_sha256\":" SHA
	  ",\"document\":{\"type\":[\"object\",\"null\"],\"description\":\"own filings and regulators; else null\"}}}" },
	{ "FilingList",
	  LIST("{\"type\":\"object\",\"required\":[\"id\"],\"properties\":{" FILING_MEMBERS ",\"document_sha256\":" SHA ",\"receipt\":" REF("Receipt") "}}") },
	{ NULL, NULL },
};
