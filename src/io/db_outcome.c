/*
 * What an error of PostgreSQL means for the caller: its SQLSTATE by a table.
 *
 * Whether the error ended the statement or the whole session is told by its
 * severity: after ERROR the implicit transaction is rolled back for certain,
 * after FATAL or a silent end nothing is certain but for what was not sent.
 */
#include <stdio.h>
#include <string.h>

#include "io/db_priv.h"

static const char *const names[DB_OUTCOME_COUNT] = {
	[DB_DONE] = "done",
	[DB_CONFLICT] = "conflict",
	[DB_BAD_DATA] = "bad_data",
	[DB_TRY_AGAIN] = "try_again",
	[DB_UNCERTAIN] = "uncertain",
	[DB_BROKEN] = "broken",
};

static const struct {
	const char *prefix;
	enum db_outcome outcome;
} meanings[] = {
	{ "23", DB_CONFLICT },     /* integrity constraint violation */
	{ "22", DB_BAD_DATA },     /* data exception */
	{ "40001", DB_TRY_AGAIN }, /* serialization failure */
	{ "40P01", DB_TRY_AGAIN }, /* deadlock */
	{ "55P03", DB_TRY_AGAIN }, /* lock not available */
	{ "53", DB_TRY_AGAIN },    /* insufficient resources: disk full, out of memory, too many connections */
	{ "57", DB_TRY_AGAIN },    /* operator intervention: cancelled, statement timeout, shutdown */
	{ "25006", DB_TRY_AGAIN }, /* read only: the primary moved; the connection is replaced */
	{ "26000", DB_TRY_AGAIN }, /* not prepared here: it is prepared anew */
};

const char *db_outcome_name(enum db_outcome o)
{
	return names[o];
}

static enum db_outcome outcome_of(const char *sqlstate)
{
	for (size_t i = 0; i < COUNTOF(meanings); i++)
		if (strncmp(sqlstate, meanings[i].prefix, strlen(meanings[i].prefix)) == 0)
			return meanings[i].outcome;
	return DB_BROKEN;
}

void db_one_line(char *out, size_t size, const char *message)
{
	size_t n;

	(void)snprintf(out, size, "%s", message);
	for (n = strlen(out); n > 0 && (out[n - 1] == '\n' || out[n - 1] == ' '); n--)
		out[n - 1] = '\0';
	for (char *c = out; *c != '\0'; c++)
		if (*c == '\n' || *c == '\t')
			*c = ' ';
}

void db_error_read(struct db_error *e, const PGresult *result, const struct db_stmt *stmt)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
	char line[DB_DETAIL_BYTES];

	*e = (struct db_error){ .outcome = DB_BROKEN };
	e->is_ended = severity != NULL && strcmp(severity, "ERROR") == 0;
	if (state != NULL) {
		(void)snprintf(e->sqlstate, sizeof(e->sqlstate), "%s", state);
		e->outcome = outcome_of(e->sqlstate);
	}
	db_one_line(line, sizeof(line), message != NULL ? message : PQresultErrorMessage(result));
	if (e->outcome == DB_BAD_DATA) { /* such messages quote the value, which may be personal data */
		char *quote = strchr(line, '"');

		if (quote != NULL)
			*quote = '\0';
	}
	(void)snprintf(e->detail, sizeof(e->detail), "%s: %s %.160s%s%.60s", stmt == NULL ? "commit" : stmt->name,
	               e->sqlstate, line, constraint == NULL ? "" : " constraint ", constraint == NULL ? "" : constraint);
}
