/*
 * What the standard describes besides filings: the parties of a trade, and the contract between them (S3: standard formats of
 * trading party, electronic contract and electronic order; the order is the filing of that kind).
 *
 * A record is exchanged between companies and kept by them; it is not filed here. Its fields are described as those of messages
 * are: types, lengths and code lists mean the same, and a field that a filing has too keeps its name.
 */
#ifndef MODEL_RECORD_H
#define MODEL_RECORD_H

#include "model/field.h"

struct record_field {
	const char *name;      /* canonical, snake_case */
	struct field_def def;  /* .id is not used; .element NULL: customs has none */
};

struct record_def {
	const char *name;      /* "party" */
	const char *zh, *en;   /* what it is called, and what it is */
	const struct record_field *fields;
	int field_count;
	const struct record_field *line_fields; /* of "lines"; NULL: it has none */
	int line_field_count;
};

int record_count(void);
const struct record_def *record_at(int i);
const struct record_def *record_by_name(struct text name); /* NULL: unknown */

#endif
