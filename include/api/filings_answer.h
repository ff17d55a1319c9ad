/* How a message of filings is answered: node by node, as JSON or as a CEB receipt. */
#ifndef API_FILINGS_ANSWER_H
#define API_FILINGS_ANSWER_H

#include "api/req.h"
#include "standard/envelope.h"
#include "standard/reader.h"

struct filing_node {
	const struct document *doc;   /* NULL: could not be read */
	struct findings *findings;    /* NULL: none */
	struct candidate *candidate;  /* NULL: not submitted: findings or not allowed */
};

struct filing_work { /* r->own of POST /v1/filings */
	struct envelope envelope;     /* what the message came in */
	const char *media_type;       /* of the body as it came */
	struct message message;
	struct filing_node *nodes;    /* message.node_count */
	bool as_xml;                  /* the caller wants a CEB receipt, in the envelope of its message */
	bool as_word;                 /* a relay's path: the answer to a message that was taken whole is OK */
	enum rule signature;          /* for which the message as a whole is refused; RULE_COUNT: none */
	const char *signature_why;    /* more precisely; may be NULL */
};

/* filings_open.c: takes the message out of its envelope and finds out how it is to be answered. False: *f says why. */
bool filings_open(struct req *r, struct filing_work *w, struct fault *f) must_check;

/* filings_signature.c: does the message that was read pass by its signature? JSON has none. False: it is refused as a
 * whole, and *refused is what the step ends in. */
bool filings_signature_passes(struct req *r, struct filing_work *w, enum step *refused) must_check;

/* Every candidate has its outcome. */
enum step filings_answer(struct req *r, const struct filing_work *w) must_check;
/* The message as a whole is refused. */
enum step filings_refuse(struct req *r, const struct filing_work *w, const struct fault *f) must_check;

#endif
