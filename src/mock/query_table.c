/* The queries there are. Their order is that of the registers: a new one goes to the end. */
#include "mock/query.h"

static const struct query_def table[] = {
	{ "registration", "E41", AUTHORITY_BIT(AUTHORITY_CUS), QUERY_ONE, "code", { NULL },
	  { { "name", QUERY_TEXT, NULL, NULL },
	    { "registered", QUERY_FLAG, NULL, "true" },
	    { "kinds", QUERY_TEXT, NULL, "e-commerce" },
	    { "level", QUERY_TEXT, "advanced-certified|certified|regular|dishonest|seriously-dishonest", "regular|regular|regular|certified|advanced-certified" },
	    { "level_since", QUERY_DATE, NULL, "2026-04-01" },
	    { "valid_to", QUERY_DATE, NULL, NULL } }, false },
	{ "level", "E43", AUTHORITY_BIT(AUTHORITY_CIQ), QUERY_ONE, "code", { NULL },
	  { { "name", QUERY_TEXT, NULL, NULL },
	    { "registered", QUERY_FLAG, NULL, "true" },
	    { "level", QUERY_TEXT, "AA|A|B|C|D", "A|A|B" },
	    { "level_since", QUERY_DATE, NULL, "2026-01-01" } }, false },
	{ "negative-list", "E44", AUTHORITY_BIT(AUTHORITY_CIQ), QUERY_PREFIX, "hs_code", { NULL },
	  { { "listed", QUERY_FLAG, NULL, "false" },
	    { "reason", QUERY_TEXT, NULL, NULL },
	    { "source", QUERY_TEXT, NULL, NULL },
	    { "valid_from", QUERY_DATE, NULL, NULL },
	    { "valid_to", QUERY_DATE, NULL, NULL } }, false },
	{ "certificates", "E45", AUTHORITY_BIT(AUTHORITY_CIQ), QUERY_ONE, "certificate_no", { NULL },
	  { { "status", QUERY_TEXT, "valid|suspended|withdrawn|expired", "valid" },
	    { "holder_code", QUERY_TEXT, NULL, NULL },
	    { "scheme", QUERY_TEXT, NULL, "CCC" },
	    { "scope", QUERY_TEXT, NULL, NULL },
	    { "valid_from", QUERY_DATE, NULL, "2024-01-01" },
	    { "valid_to", QUERY_DATE, NULL, "2029-12-31" } }, false },
	{ "grade", "E49", AUTHORITY_BIT(AUTHORITY_TAX), QUERY_ONE, "code", { NULL },
	  { { "name", QUERY_TEXT, NULL, NULL },
	    { "registered", QUERY_FLAG, NULL, "true" },
	    { "grade", QUERY_TEXT, "A|B|M|C|D", "A|B|B|M" },
	    { "year", QUERY_TEXT, NULL, "2025" },
	    { "taxpayer", QUERY_TEXT, "general|small-scale", "general" } }, false },
	{ "identity", "E50", AUTHORITY_BIT(AUTHORITY_POL), QUERY_PERSON, "id_number", { "name", "purpose" },
	  { { "name", QUERY_TEXT, NULL, NULL } }, true },
	{ "adverse-records", "E51", AUTHORITY_BIT(AUTHORITY_ECO) | AUTHORITY_BIT(AUTHORITY_FIN) | AUTHORITY_BIT(AUTHORITY_SAMR), QUERY_LIST, "code",
	  { NULL },
	  { { "record_no", QUERY_TEXT, NULL, NULL },
	    { "kind", QUERY_TEXT, "penalty|abnormal-operation|overdue-debt|default|serious-violation|other", NULL },
	    { "summary", QUERY_TEXT, NULL, NULL },
	    { "degree", QUERY_TEXT, "minor|general|serious", NULL },
	    { "decided_on", QUERY_DATE, NULL, NULL },
	    { "ends_on", QUERY_DATE, NULL, NULL },
	    { "is_repaired", QUERY_FLAG, NULL, NULL } }, false },
	{ "licences", "E52", AUTHORITY_BIT(AUTHORITY_NMPA), QUERY_ONE, "licence_no", { NULL },
	  { { "status", QUERY_TEXT, "valid|suspended|withdrawn|expired", "valid" },
	    { "holder_code", QUERY_TEXT, NULL, NULL },
	    { "product", QUERY_TEXT, NULL, NULL },
	    { "scope", QUERY_TEXT, NULL, "retail" },
	    { "valid_from", QUERY_DATE, NULL, "2024-01-01" },
	    { "valid_to", QUERY_DATE, NULL, "2028-12-31" } }, false },
	{ "directory", "E46", AUTHORITY_BIT(AUTHORITY_FX), QUERY_ONE, "code", { NULL },
	  { { "name", QUERY_TEXT, NULL, NULL },
	    { "registered", QUERY_FLAG, NULL, "true" },
	    { "class", QUERY_TEXT, "A|B|C", "A" },
	    { "class_since", QUERY_DATE, NULL, "2024-01-01" } }, false },
};

const struct query_def *query_def_at(int i)
{
	return i < (int)COUNTOF(table) ? &table[i] : NULL;
}

const struct query_def *query_def(enum authority a, struct text name)
{
	for (size_t i = 0; i < COUNTOF(table); i++)
		if (text_is(name, table[i].name) && (table[i].authorities & AUTHORITY_BIT(a)) != 0)
			return &table[i];
	return NULL;
}
