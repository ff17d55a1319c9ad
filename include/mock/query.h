/*
 * What departments answer when they are asked (E41 E43 E44 E45 E46 E49 E50 E51 E52): one table of queries, each with what is asked
 * by and what is answered, and the registers that the answers come from.
 *
 *   asked {"code": "913301…"} ──► rows of the register ──► else the built-in answer, or {"found": false} where the register says so
 *
 * Built-in answers depend on what is asked alone: the same question, the same answer, for ever. All of them are good ones:
 * nobody is stopped by a department that nothing was told of. docs/SIMULATOR.md has the forms. Pure.
 */
#ifndef MOCK_QUERY_H
#define MOCK_QUERY_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/json.h"
#include "base/text.h"
#include "model/authority.h"

enum { QUERY_KEYS_MAX = 2, QUERY_MEMBERS_MAX = 8, REGISTER_ROWS_MAX = 10000, QUERY_VALUE_BYTES_MAX = 400 };

enum query_type { QUERY_TEXT, QUERY_FLAG, QUERY_DATE };

struct query_member {
	const char *name;
	enum query_type type;
	const char *allowed;  /* "a|b": the only values; NULL: any */
	const char *built_in; /* what is answered of those nobody told of; "a|b": one of them, by what is asked; NULL: left out */
};

/* How what is asked finds its row. */
enum query_kind {
	QUERY_ONE,    /* the row of that key */
	QUERY_PREFIX, /* the row with the longest key that it begins with: HS headings */
	QUERY_LIST,   /* all rows of that key, as "records" */
	QUERY_PERSON, /* the row of that number, which says the name: match, mismatch, not_found */
};

struct query_def {
	const char *name, *row; /* in the path; of RULES */
	unsigned authorities;   /* AUTHORITY_BIT of those that are asked it */
	enum query_kind kind;
	const char *key;        /* member that is asked by, and that names a row */
	const char *more[QUERY_KEYS_MAX]; /* members that must be asked with it */
	struct query_member members[QUERY_MEMBERS_MAX];
	bool is_personal;       /* never in a URL */
};
const struct query_def *query_def(enum authority a, struct text name); /* NULL: nobody asks that there */
const struct query_def *query_def_at(int i);                           /* all of them; NULL: no more */

struct register_row {
	struct text key;
	int64_t as_of_us;
	struct text values[QUERY_MEMBERS_MAX]; /* "true" and "false" of a flag */
	struct register_row *next;
};
struct mock_register { /* zero: empty; of one query at one authority */
	struct arena arena;
	struct register_row *rows, **tail; /* newest last */
	int count;
	bool unknown_not_found;
};

/* {"rows": [{key, members …, "as_of"?}], "unknown": "built-in"|"not-found"}: adds rows; of one key the newest stands (of a
 * list: all). All or nothing. */
bool register_put(struct mock_register *r, const struct query_def *def, struct text json, int64_t now_us, struct fault *f) must_check;
/* As register_put() takes it. */
void register_show(struct buf *b, const struct mock_register *r, const struct query_def *def);
void register_clear(struct mock_register *r);

/* asked: an object with the key and what more is needed. False: *f says what is missing. */
bool query_answer(struct buf *b, enum authority a, const struct query_def *def, const struct mock_register *r, const struct json *asked,
                  int64_t now_us, struct fault *f) must_check;

#endif
