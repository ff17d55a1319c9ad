/* Problem documents (RFC 9457) in the caller's language. Pure: what they say is in the arguments. */
#ifndef API_PROBLEM_H
#define API_PROBLEM_H

#include "base/fault.h"
#include "base/id.h"
#include "base/text.h"
#include "model/finding.h"

struct problem {
	enum fault_code code;
	struct text detail;    /* absent: the title says it all */
	struct text base;      /* "https://host" in front of type; empty: relative */
	struct text instance;  /* path of the request; absent: left out */
	struct text trace_id;  /* absent: left out */
	bool chinese;
	const struct findings *findings;   /* NULL: none */
	const struct message_def *def;     /* XML: findings are shown as XPaths; NULL: JSON Pointers */
	int node;              /* which one of its message; -1: it is the whole message */
	struct text more;      /* further members, each with a comma before it; absent: none */
	const struct id *first_id;         /* of the filing that holds the key; NULL: left out */
};

void problem_put(struct buf *b, const struct problem *p);
/* Its findings alone, as an array. */
void problem_put_findings(struct buf *b, const struct problem *p);
/* What an Accept-Language header prefers of the two languages there are; English when it does not say. */
bool problem_wants_chinese(struct text accept_language);
/* The kinds that a caller can see, by slug. */
bool problem_by_slug(struct text slug, enum fault_code *out) must_check;

#endif
