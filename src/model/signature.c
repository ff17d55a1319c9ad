/* Who must sign what, as tables. */
#include "model/signature.h"

#include "model/field.h"

static const char *const names[SIGNATURE_REQUIRED_COUNT] = {
	[SIGNATURE_NONE] = "none", [SIGNATURE_SCHEMA] = "schema", [SIGNATURE_TEXT] = "text", [SIGNATURE_ALL] = "all",
};

/*
 * Customs' codes: of the list of 2022 where it has them (311: seen in receipts only), else the first of the range that
 * the plan of 2018 gives to signatures of that message. Unsigned and altered are told apart by two messages only.
 */
static const struct message {
	int number;
	bool once_declared; /* need be signed only when appStatus is 2 */
	int bad, missing, altered;
} messages[] = {
	{ 311, false, -301020, -301020, -301020 },
	{ 621, false, -621029, -621026, -621028 },
	{ 623, false, -623029, -623017, -623029 },
	{ 625, false, -625208, -625028, -625208 },
	{ 711, false, 0, 0, 0 },
	{ 303, false, -301001, -301001, -301001 },
	{ 403, false, -401001, -401001, -401001 },
	{ 505, false, -501001, -501001, -501001 },
	{ 507, true,  -801001, -801001, -801001 },
	{ 509, false, -505001, -505001, -505001 },
	{ 603, false, -601001, -601001, -601001 },
	{ 605, false, -605001, -605001, -605001 },
	{ 607, false, -901001, -901001, -901001 },
	{ 701, false, -701001, -701001, -701001 },
};

static const struct message *message_of(int number)
{
	for (size_t i = 0; i < COUNTOF(messages); i++)
		if (messages[i].number == number)
			return &messages[i];
	return NULL;
}

bool signature_required_by_name(struct text name, enum signature_required *out)
{
	for (enum signature_required r = 0; r < SIGNATURE_REQUIRED_COUNT; r++) {
		if (!text_is(name, names[r]))
			continue;
		*out = r;
		return true;
	}
	return false;
}

bool signature_is_required(enum signature_required r, int message_number, bool is_declared)
{
	const struct message *m = message_of(message_number);
	const struct message_def *def = message_def_by_number(message_number);

	if (r == SIGNATURE_NONE || r == SIGNATURE_ALL || def == NULL)
		return r == SIGNATURE_ALL;
	if (def->signature == SIGNATURE_BY_TEXT)
		return r == SIGNATURE_TEXT && (is_declared || m == NULL || !m->once_declared);
	return def->signature == SIGNATURE_BY_SCHEMA;
}

int signature_customs_code(int message_number, enum rule r)
{
	const struct message *m = message_of(message_number);

	if (m == NULL || r < RULE_SIGNATURE_MISSING || r > RULE_SIGNATURE_VALUE)
		return 0;
	return r == RULE_SIGNATURE_MISSING ? m->missing : r == RULE_SIGNATURE_DIGEST ? m->altered : m->bad;
}
