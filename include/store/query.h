/*
 * Reading: every read endpoint is one file under sql/queries/, embedded at build.
 * Each answers one row: in its first column the JSON that goes to the caller, built by
 * PostgreSQL; no row: there is no such record for this caller. More columns are for C:
 * the key of a page's last row, the seq of an entity tag; the file says so. A few answer rows for C alone, and say that.
 *
 * A file's first line is `-- params: N` and says in comments what $1..$N are.
 */
#ifndef STORE_QUERY_H
#define STORE_QUERY_H

#include "io/db.h"

/* The statement of sql/queries/<name>.sql; asserts that it exists. Immutable after query_init(). */
const struct db_stmt *query(const char *name);
void query_init(void); /* once, before threads */

#endif
