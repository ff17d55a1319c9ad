/* What a command prints: columns and rows, aligned for people or as a JSON array of objects. */
#ifndef CTL_TABLE_H
#define CTL_TABLE_H

#include "base/text.h"
#include "io/db.h"

enum { TABLE_COLUMNS_MAX = 20 };

struct table {
	struct arena *arena;
	const char *const *columns;
	int column_count;
	struct table_cell { struct text text; bool is_number; } *cells;
	int cell_count, room;
};

void table_begin(struct table *t, struct arena *a, const char *const *columns, int count);
/* Cells from left to right, row after row; all are copied. at == NULL: empty, in JSON null. */
void table_text(struct table *t, struct text value);
void table_int(struct table *t, int64_t value);
void table_time(struct table *t, const struct db_rows *r, int row, int col); /* Shanghai time */
bool table_end(struct table *t, bool as_json) must_check; /* prints on stdout; false: could not */

#endif
