/* What most commands do with the database: show rows; or change one, and have the daemons hear of it. */
#ifndef CTL_ROWS_H
#define CTL_ROWS_H

#include "ctl/ctl.h"

struct shown { /* a statement whose columns are printed as they come */
	const char *sql;
	const struct db_param *p;
	int count;
	const char *const *columns;
	const char *kinds; /* a letter for each column: t text, n number, z time */
};
bool rows_show(struct ctl *c, const struct shown *s, struct fault *f) must_check;

struct change { /* a statement that returns a row, if it met one */
	const char *sql;
	const struct db_param *p;
	int count;
	struct fault none; /* why it met none */
};
bool rows_change(struct ctl *c, const struct change *x, struct fault *f) must_check;
/* Codes, clients, authorities and limits are held by the daemons: they read them anew after it. */
bool rows_change_held(struct ctl *c, const struct change *x, struct fault *f) must_check;

/* The client that a list may be narrowed to by an argument; null: all. */
struct db_param rows_client(const struct ctl *c);

/* A line on stdout. */
bool rows_say(const char *line, struct fault *f) must_check;
bool rows_say_sha256(struct ctl *c, const struct sha256 *digest, struct fault *f) must_check;
/* What stands for it on the command line; list: the command that shows them. */
bool rows_read_sha256(const char *hex, const char *list, struct sha256 *out, struct fault *f) must_check;

#endif
