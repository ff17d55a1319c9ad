/*
 * Structured fields of HTTP (RFC 9651): items, lists and dictionaries, read strictly and written in the one form that there is.
 *
 * What is read lies in the arena; texts that need no unescaping point into the header.
 */
#ifndef STANDARD_STRUCTURED_FIELD_H
#define STANDARD_STRUCTURED_FIELD_H

#include "base/text.h"

enum sf_kind { SF_INTEGER, SF_DECIMAL, SF_STRING, SF_TOKEN, SF_BYTES, SF_BOOLEAN, SF_DATE, SF_DISPLAY };

struct sf_bare {
	enum sf_kind kind;
	int64_t number;    /* integer, date: itself; decimal: in thousandths; boolean: 0 or 1 */
	struct text text;  /* string, token, bytes, display string: decoded */
};

struct sf_param {
	struct text key;
	struct sf_bare value;
};

struct sf_params {
	struct sf_param *list;
	int count;
};

struct sf_member {         /* an item, or an inner list; of a dictionary: with its key */
	struct text key;
	bool is_inner;
	struct sf_bare bare;       /* of an item */
	struct sf_member *items;   /* of an inner list */
	int item_count;
	struct sf_params params;
};

struct sf_list { /* or a dictionary */
	struct sf_member *list;
	int count;
};

/* False: not of that form, or the arena is full. An empty list or dictionary has no members; an item must be there. */
bool sf_read_item(struct arena *a, struct text field, struct sf_member *out) must_check;
bool sf_read_list(struct arena *a, struct text field, struct sf_list *out) must_check;
bool sf_read_dictionary(struct arena *a, struct text field, struct sf_list *out) must_check;

const struct sf_member *sf_find(const struct sf_list *dictionary, const char *key);  /* NULL: it has none */
const struct sf_bare *sf_param(const struct sf_params *params, const char *key);     /* the same */

void sf_put_bare(struct buf *b, const struct sf_bare *bare);
void sf_put_params(struct buf *b, const struct sf_params *params);
void sf_put_member(struct buf *b, const struct sf_member *m); /* without its key */

#endif
