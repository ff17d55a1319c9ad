/*
 * Values of named elements, gathered while a message is walked (standard/xml_walk.h): for messages that are read by a list of names and kept as
 * JSON of what they said. Whoever walks says at which depth elements stand.
 */
#ifndef STANDARD_XML_VALUES_H
#define STANDARD_XML_VALUES_H

#include "base/arena.h"
#include "standard/xml_walk.h"

struct xml_values {
	const char *const *names; /* by place */
	struct text *values;      /* by place, in memory of the caller; at == NULL: it did not stand there */
	int open;                 /* the place whose element is open; XML_VALUES_NONE */
	char *pool;               /* character data one behind the other: never longer than the text they came from */
};

enum { XML_VALUES_NONE = -1 };

/* body_bytes: of the whole message. False: the arena is full. */
bool xml_values_begin(struct xml_values *x, struct arena *a, size_t body_bytes, const char *const *names, struct text *values) must_check;
void xml_values_forget(struct xml_values *x, int from, int to);
/* Opens the one of places `from` to to-1 that has this name; an element of another name is passed over. False: it stood there already (open says which). */
bool xml_values_open(struct xml_values *x, struct text name, int from, int to) must_check;
void xml_values_say(struct xml_values *x, struct text piece); /* nothing open: passed over */
void xml_values_close(struct xml_values *x);
void xml_values_trim(struct xml_values *x, int from, int to);
/* {"name":"value",…} of those that are not empty, in the order of their places. */
void xml_values_put(struct buf *b, const struct xml_values *x, int from, int to);

#endif
