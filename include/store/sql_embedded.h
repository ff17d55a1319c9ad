/*
 * The files of sql/migrations and sql/queries, built into the program: sorted by name, a NULL name ends.
 */
#ifndef STORE_SQL_EMBEDDED_H
#define STORE_SQL_EMBEDDED_H

struct sql_file {
	const char *name;   /* without directory and ".sql": "0001_core" */
	const char *sql;
	const char *sha256; /* of the file, in lower-case hex */
};

extern const struct sql_file sql_migrations[];
extern const struct sql_file sql_queries[];

#endif
