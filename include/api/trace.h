/* W3C trace context: the id that follows a request through logs, problems and answers. */
#ifndef API_TRACE_H
#define API_TRACE_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/id.h"
#include "base/text.h"

enum { TRACE_ID_BYTES = 33 };

struct trace {
	char id[TRACE_ID_BYTES]; /* 32 lower-case hex digits */
};

/* Takes the trace id of a traceparent header; false: absent or malformed, *out untouched. */
bool trace_parse(struct text traceparent, struct trace *out) must_check;
void trace_new(struct trace *out, struct id_source *ids);

#endif
