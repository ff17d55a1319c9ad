/* Shapes of subscriptions and of what was pushed. */
#include "api/openapi_words.h"

#include <stddef.h>

#define FORMAT "{\"enum\":[\"events\",\"receipts\",\"ceb\"]}"
#define TYPES_ \
	"{\"type\":\"array\",\"maxItems\":16,\"items\":{\"enum\":[\"filing.accepted\",\"declaration.changed\",\"declaration.released\"," \
	"\"authority.answered\",\"case.opened\",\"delivery.dead\",\"tax.changed\",\"return.arrived\",\"return.lapsed\",\"tracking.missing\",\"tracking.resumed\",\"credit.changed\"]}}"
#define SUBSCRIPTION_MEMBERS \
	"\"id\":" UUID ",\"client\":" TEXT_ ",\"url\":" TEXT_ ",\"description\":" TEXT_ ",\"format\":" FORMAT ",\"types\":" TYPES_ \
	",\"state\":{\"enum\":[\"enabled\",\"disabled\"]},\"reason\":" TEXT_OR_NULL ",\"disabled_at\":" TIME_OR_NULL ",\"created_at\":" TIME \
	",\"changed_at\":" TIME ",\"ed25519\":" FLAG ",\"public_key\":" TEXT_OR_NULL ",\"old_secret_until\":" TIME_OR_NULL \
	",\"position\":{\"type\":\"object\",\"properties\":{\"seq\":" NUMBER ",\"watermark\":" NUMBER ",\"answers_until\":" TIME_OR_NULL "}}" \
	",\"replaying\":" FLAG ",\"failed\":" NUMBER ",\"next_attempt_at\":" TIME_OR_NULL
#define SUBSCRIPTION_REQUIRED "\"required\":[\"id\",\"url\",\"format\",\"types\",\"state\",\"position\",\"replaying\",\"failed\""

const struct openapi_schema openapi_webhooks[] = {
	{ "Subscription", "{\"type\":\"object\"," SUBSCRIPTION_REQUIRED "],\"properties\":{" SUBSCRIPTION_MEMBERS "}}" },
	{ "SubscriptionList", PAGE(REF("Subscription")) },
	{ "SubscriptionMade",
	  "{\"type\":\"object\"," SUBSCRIPTION_REQUIRED ",\"secret\"],\"properties\":{" SUBSCRIPTION_MEMBERS
	  ",\"secret\":{\"type\":\"string\",\"pattern\":\"^whsec_\",\"description\":\"shown this once\"}}}" },
	{ "SubscriptionBody",
	  "{\"type\":\"object\",\"required\":[\"url\"],\"additionalProperties\":false,\"properties\":{\"url\":" TEXT_ ",\"description\":" TEXT_
	  ",\"format\":" FORMAT ",\"types\":" TYPES_ ",\"ed25519\":" FLAG "}}" },
	{ "SubscriptionChange",
	  "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"url\":" TEXT_ ",\"description\":" TEXT_ ",\"types\":" TYPES_
	  ",\"ed25519\":" FLAG ",\"state\":{\"const\":\"disabled\"}}}" },
	{ "SubscriptionReplay",
	  "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"from_seq\":" NUMBER ",\"to_seq\":" NUMBER
	  ",\"from\":" TEXT_ ",\"to\":" TEXT_ "}}" },
	{ "SubscriptionPing", "{\"type\":\"object\",\"required\":[\"message_id\"],\"properties\":{\"message_id\":" TEXT_ "}}" },
	{ "AttemptList",
	  PAGE("{\"type\":\"object\",\"required\":[\"message_id\",\"attempt\",\"at\",\"outcome\"],\"properties\":{\"message_id\":" TEXT_ ",\"attempt\":" NUMBER
	       ",\"at\":" TIME ",\"duration_ms\":" NUMBER ",\"status\":{\"type\":[\"integer\",\"null\"]}"
	       ",\"outcome\":{\"enum\":[\"delivered\",\"again\",\"given_up\",\"gone\"]},\"answer\":" TEXT_OR_NULL ",\"reason\":" TEXT_OR_NULL
	       ",\"others\":{\"type\":\"integer\",\"description\":\"more messages that went well in the same moment\"}}}") },
	{ NULL, NULL },
};
