#include "ctl/rows.h"

#include <assert.h>
#include <stdio.h>

#include "ctl/table.h"

static void put_cell(struct table *t, char kind, const struct db_rows *r, int row, int col)
{
	switch (kind) {
	case 't':
		table_text(t, db_get_text(r, row, col));
		break;
	case 'n':
		table_int(t, db_get_int(r, row, col));
		break;
	default:
		assert(kind == 'z');
		table_time(t, r, row, col);
		break;
	}
}

bool rows_show(struct ctl *c, const struct shown *s, struct fault *f)
{
	const struct db_rows *r = ctl_run(c, s->sql, s->p, s->count, f);
	int columns = (int)strlen(s->kinds);
	struct table t;

	if (r == NULL)
		return false;
	table_begin(&t, &c->arena, s->columns, columns);
	for (int row = 0; row < db_row_count(r); row++)
		for (int col = 0; col < columns; col++)
			put_cell(&t, s->kinds[col], r, row, col);
	return table_end(&t, c->as_json) || fault_set(f, FAULT_SYSTEM, "stdout cannot be written");
}

bool rows_change(struct ctl *c, const struct change *x, struct fault *f)
{
	const struct db_rows *r = ctl_run(c, x->sql, x->p, x->count, f);

	return r != NULL && (db_row_count(r) > 0 || fault_set(f, x->none.code, "%s", x->none.text));
}

bool rows_change_held(struct ctl *c, const struct change *x, struct fault *f)
{
	return rows_change(c, x, f) && ctl_rules_moved(c, f);
}

struct db_param rows_client(const struct ctl *c)
{
	return db_text(text_of(c->argument_count == 1 ? c->arguments[0] : NULL));
}

bool rows_say(const char *line, struct fault *f)
{
	(void)printf("%s\n", line);
	return fflush(stdout) == 0 || fault_set(f, FAULT_SYSTEM, "stdout cannot be written");
}

bool rows_say_sha256(struct ctl *c, const struct sha256 *digest, struct fault *f)
{
	struct buf hex;

	buf_init(&hex, &c->arena, 2 * sizeof(digest->b) + 1);
	buf_hex(&hex, digest->b, sizeof(digest->b));
	return rows_say(hex.at, f);
}

bool rows_read_sha256(const char *hex, const char *list, struct sha256 *out, struct fault *f)
{
	return hex_decode(text_of(hex), out->b, sizeof(out->b)) == sizeof(out->b)
	       || fault_set(f, FAULT_BAD_REQUEST, "a certificate is named by its SHA-256 in hex: tongguanctl %s", list);
}
