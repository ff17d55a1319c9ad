/* How a message of filings is answered: node by node, as JSON or as a CEB receipt. */
#ifndef API_FILINGS_ANSWER_H
#define API_FILINGS_ANSWER_H

#include "api/req.h"
#include "api/sandbox.h"
#include "standard/reader.h"

struct filing_node {
	const struct document *doc;   /* NULL: could not be read */
	struct findings *findings;    /* NULL: none */
	struct candidate *candidate;  /* NULL: not submitted: findings or not allowed */
};

struct filing_work { /* r->own of POST /v1/filings */
	struct message message;
	struct filing_node *nodes;    /* message.node_count */
	bool as_xml;                  /* the caller wants a CEB receipt */
	enum sandbox_fault fault;     /* what the caller ordered to go wrong */
};

/* Every candidate has its outcome. */
enum step filings_answer(struct req *r, const struct filing_work *w) must_check;
/* The message as a whole is refused. */
enum step filings_refuse(struct req *r, const struct fault *f, bool as_xml) must_check;

#endif
