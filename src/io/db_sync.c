/*
 * The blocking client for tools and start-up: plain libpq, one statement at a time.
 * Never on a loop's thread once the loop runs.
 */
#include <stdlib.h>
#include <string.h>

#include "io/db_priv.h"

#define CONNECT_TIMEOUT_S "10"

struct db_sync {
	PGconn *pg;
	struct db_rows rows; /* of the last run */
};

static bool fault_of(struct db_sync *s, const PGresult *result, struct fault *f)
{
	static const enum fault_code codes[DB_OUTCOME_COUNT] = {
		[DB_DONE] = FAULT_BUG,
		[DB_CONFLICT] = FAULT_STATE_CONFLICT,
		[DB_BAD_DATA] = FAULT_BAD_REQUEST,
		[DB_TRY_AGAIN] = FAULT_STORE_DOWN,
		[DB_UNCERTAIN] = FAULT_UNCERTAIN,
		[DB_BROKEN] = FAULT_BUG,
	};
	const char *position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
	struct db_error e;
	char line[DB_DETAIL_BYTES];

	if (PQstatus(s->pg) != CONNECTION_OK) {
		db_one_line(line, sizeof(line), PQerrorMessage(s->pg));
		return fault_set(f, FAULT_STORE_DOWN, "%s", line);
	}
	db_error_read(&e, result, NULL);
	db_one_line(line, sizeof(line), PQresultErrorMessage(result));
	return fault_set(f, codes[e.outcome], "%s %.150s%s%.8s", e.sqlstate, line, position == NULL ? "" : " at character ",
	                 position == NULL ? "" : position);
}

static void drop_notice(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result;
}

static void forget_rows(struct db_sync *s)
{
	PQclear(s->rows.result);
	s->rows.result = NULL;
}

struct db_sync *db_sync_open(const char *conninfo, const char *password, struct fault *f)
{
	const char *const keys[] = { "target_session_attrs", "connect_timeout", "fallback_application_name", "dbname",
		                     "client_encoding", password == NULL ? NULL : "password", NULL };
	const char *const values[] = { "read-write", CONNECT_TIMEOUT_S, "tongguan", conninfo, "UTF8", password, NULL };
	struct db_sync *s = calloc(1, sizeof(*s));
	char line[DB_DETAIL_BYTES];

	if (s == NULL) {
		(void)fault_set(f, FAULT_SYSTEM, "no memory for a connection");
		return NULL;
	}
	s->pg = PQconnectdbParams(keys, values, 1);
	if (PQstatus(s->pg) != CONNECTION_OK) {
		db_one_line(line, sizeof(line), PQerrorMessage(s->pg));
		(void)fault_set(f, FAULT_STORE_DOWN, "%.190s", line);
		db_sync_close(s);
		return NULL;
	}
	(void)PQsetNoticeReceiver(s->pg, drop_notice, NULL);
	return s;
}

void db_sync_close(struct db_sync *s)
{
	if (s == NULL)
		return;
	forget_rows(s);
	PQfinish(s->pg);
	free(s);
}

bool db_sync_script(struct db_sync *s, const char *sql, struct fault *f)
{
	PGresult *result;
	ExecStatusType status;
	bool is_good;

	forget_rows(s);
	result = PQexec(s->pg, sql);
	status = PQresultStatus(result);
	is_good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
	if (!is_good)
		(void)fault_of(s, result, f);
	PQclear(result);
	return is_good;
}

const struct db_rows *db_sync_run(struct db_sync *s, const char *sql, const struct db_param *params, int count,
                                  struct fault *f)
{
	const char *values[DB_PARAMS_MAX];
	int lengths[DB_PARAMS_MAX], formats[DB_PARAMS_MAX];
	ExecStatusType status;

	forget_rows(s);
	if (count < 0 || count > DB_PARAMS_MAX) {
		(void)fault_set(f, FAULT_BUG, "a statement takes up to %d parameters", DB_PARAMS_MAX);
		return NULL;
	}
	for (int i = 0; i < count; i++) {
		values[i] = params[i].bytes;
		lengths[i] = params[i].len;
		formats[i] = 1;
	}
	s->rows.result = PQexecParams(s->pg, sql, count, NULL, values, lengths, formats, 1);
	status = PQresultStatus(s->rows.result);
	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY)
		return &s->rows;
	(void)fault_of(s, s->rows.result, f);
	forget_rows(s);
	return NULL;
}
