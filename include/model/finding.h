/*
 * What a check found: which field, which rule, who must do what.
 *
 * Several are collected before the caller is answered (FINDINGS_MAX at most;
 * `more` counts the rest). The rule table (rule.h) holds the words.
 */
#ifndef MODEL_FINDING_H
#define MODEL_FINDING_H

#include "base/arena.h"
#include "model/field.h"
#include "model/rule.h"

enum { FINDINGS_MAX = 20 };

struct finding {
	enum rule rule;
	const struct field_def *field; /* NULL: the node as a whole, or see `member` */
	struct text member;            /* the name as the sender wrote it, when it is no field of ours */
	struct text pointer;           /* the whole JSON Pointer, in bodies that are no filings; else absent */
	int line;                      /* 0-based row of lines; -1: head */
	bool beside_head;              /* XML: the element stands in the node itself, not in its head */
	struct text got;               /* short, for the sender only; may be absent */
	const char *expected;          /* what would have been right: "at most 18 characters"; may be NULL */
};

struct findings {
	struct arena *arena;
	struct finding list[FINDINGS_MAX];
	int count, more;
};

void findings_init(struct findings *f, struct arena *a);
void findings_add(struct findings *f, const struct finding *one);
bool findings_any(const struct findings *f);

/* Where it is, in the sender's own dialect: "/lines/0/qty" under `prefix` (e.g. "/3" for the fourth of a batch), or
 * "/CEB311Message/Order[4]/OrderList[1]/qty" for node 3; node -1: the message as a whole. */
void finding_put_pointer(struct buf *b, const struct finding *f, const char *prefix);
void finding_put_xpath(struct buf *b, const struct finding *f, const struct message_def *def, int node);
/* One object: pointer, code (rule slug), rule (source), term (the field's Chinese name), detail, remedy, expected, got —
 * in the language asked for; term, expected and got only when there are any. */
void finding_put_json(struct buf *b, const struct finding *f, struct text pointer, bool chinese);

#endif
