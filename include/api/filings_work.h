/*
 * A message of filings on its way into intake, whoever brings it: a request or a job.
 *
 *   body ──filings_read──> message, checked ──filings_choose──> candidates ──intake, or not in a dry run──> filings_judge.h
 *
 * Everything made lies in one arena, which must live until intake has let go of the submission. Nothing here waits.
 */
#ifndef API_FILINGS_WORK_H
#define API_FILINGS_WORK_H

#include "api/req.h"
#include "api/sandbox.h"
#include "standard/envelope.h"
#include "standard/ndjson.h"

struct filing_node {
	const struct document *doc;       /* NULL: could not be read */
	const struct findings *findings;  /* NULL: none */
	const struct findings *warnings;  /* what is odd and refuses nothing; NULL: none */
	const struct fault *fault;        /* its line cannot be read at all; NULL: it can */
	struct candidate *candidate;      /* NULL: not for intake: fault, findings, barred or not allowed */
	bool is_barred;                   /* an enterprise that answers for it is on the negative list */
	struct text taken;                /* dry run: JSON, what holds its key already; absent: nothing, or not known */
};

struct filing_goods; /* filings_goods.c */

struct filing_work {
	/* in */
	struct arena *arena;
	const struct client *client;
	const struct rules *rules;     /* NULL: not read yet */
	const struct rights *rights;   /* NULL: not read yet; good for the step that sets it */
	const struct client_set *clients; /* who is barred; NULL (tests): nobody */
	int64_t now_us;
	enum form form;
	struct text body;              /* as stored and digested */
	struct ndjson_piece piece;     /* FORM_LINES: where the body's lines stood */
	size_t line_bytes;             /* FORM_LINES: limit of a line */
	bool wants_xml;                /* the caller, if the message is customs' own */
	bool as_word;                  /* a relay's path: the answer to a message that was taken whole is OK */
	enum sandbox_fault fault;      /* what the caller ordered to go wrong */
	bool iso;                      /* JSON has currencies and countries as ISO codes */
	bool is_dry;                   /* nothing is stored */
	bool has_looked;               /* dry run: taken is known */
	struct text base;              /* "https://host" of problem types */
	bool chinese;
	/* made */
	struct envelope envelope;      /* what the message came in */
	bool as_xml;                   /* the answer is a CEB receipt, in the envelope of its message */
	struct message message;
	struct filing_goods *goods;    /* lines that were asked about */
	enum rule signature;           /* for which the message as a whole is refused; RULE_COUNT: none */
	const char *signature_why;     /* more precisely; may be NULL */
	struct filing_node *nodes;     /* message.node_count */
	struct intake_submission *submission; /* filled when it has candidates */
};

/* False: the message as a whole cannot be read (or there is no memory). */
bool filings_read(struct filing_work *w, struct fault *f) must_check;
/* Of a message that was read: node i is good, and the client may file it. */
bool filings_may_store(const struct filing_work *w, int i) must_check;
/* Every node that may be stored becomes a candidate of *s. False: the arena is full. */
bool filings_choose(struct filing_work *w, struct intake_submission *s) must_check;

#endif
