/* Which events a caller asks for: where to begin, and filters. */
#ifndef API_EVENT_WISH_H
#define API_EVENT_WISH_H

#include "api/req.h"

#define EVENTS_LATEST (-1) /* behind the last event there is */

struct event_wish { /* its texts live in the request's arena */
	int64_t after;              /* EVENTS_LATEST or the number of the last event that the caller has; 0: none */
	bool says_where;            /* a number, or latest */
	struct text types;          /* with commas; absent: all, as for the following */
	struct text kind, authority;
	bool has_declaration;
	struct id declaration;
};

/* Of the query, and of the header Last-Event-ID, which comes first. False with *f set: something cannot be meant. */
bool event_wish_read(struct req *r, struct event_wish *w, struct fault *f) must_check;

struct event_shown { /* what filters and rights look at */
	struct text type, kind, authority;
	struct text clients;        /* who may see it: " 3 7 " */
	bool has_declaration;
	struct id declaration;
};
bool event_wish_fits(const struct event_wish *w, const struct event_shown *e);

#endif
