/* The embedded read statements, by name: their order is that of sql_queries, which is sorted. */
#include "store/query.h"

#include <assert.h>
#include <stdlib.h>

#include "store/sql_embedded.h"

#define HEAD "-- params: "
enum { QUERIES_MAX = 128 };

static struct db_stmt statements[QUERIES_MAX]; /* written once by query_init() */
static int statement_count;

void query_init(void)
{
	statement_count = 0;
	for (const struct sql_file *f = sql_queries; f->name != NULL; f++) {
		struct db_stmt *s = &statements[statement_count++];
		long params;
		char *end;

		assert(statement_count <= QUERIES_MAX && strncmp(f->sql, HEAD, sizeof(HEAD) - 1) == 0);
		params = strtol(f->sql + sizeof(HEAD) - 1, &end, 10);
		assert(*end == '\n' && params >= 0 && params <= DB_PARAMS_MAX);
		*s = (struct db_stmt){ .name = f->name, .sql = f->sql, .param_count = (int)params };
	}
}

static int compare(const void *name, const void *stmt)
{
	return strcmp(name, ((const struct db_stmt *)stmt)->name);
}

const struct db_stmt *query(const char *name)
{
	const struct db_stmt *found = bsearch(name, statements, (size_t)statement_count, sizeof(statements[0]), compare);

	assert(found != NULL);
	return found;
}
