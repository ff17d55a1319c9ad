/* What the two JSON schemas share: of filings (schema.c) and of what authorities are sent (form_schema.c). */
#ifndef STANDARD_SCHEMA_PRIV_H
#define STANDARD_SCHEMA_PRIV_H

#include "model/field.h"

/* Into an open object: type, lengths, pattern … of one field's value. */
void schema_put_type(struct buf *b, const struct field_def *def);
/* "name": with the comma that it needs. */
void schema_put_name(struct buf *b, const char *name);
void schema_put_text(struct buf *b, const char *name, const char *value);

#endif
