/*
 * The files of sql/migrations and sql/queries, built into the program: sorted by name, a NULL name ends.
 * The files of sql/data that migrations name are a part of their text; sql_data says where, for programs without a database.
 */
#ifndef STORE_SQL_EMBEDDED_H
#define STORE_SQL_EMBEDDED_H

#include <stddef.h>

struct sql_file {
	const char *name;   /* without directory and ".sql": "0001_core" */
	const char *sql;
	const char *sha256; /* of the file as it stands in sql/, without the data it names; lower-case hex */
};

struct sql_data {
	const char *name;   /* without directory and ".tsv": "codes" */
	const char *text;   /* whole lines; not ended by NUL */
	size_t len;
};

extern const struct sql_file sql_migrations[];
extern const struct sql_file sql_queries[];
extern const struct sql_data sql_data[];

#endif
