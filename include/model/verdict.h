/*
 * Three flows in one: do order, payment, waybill and inventory of one declaration tell the same trade?
 *
 * Pure: everything it knows is in the arguments, so the same case gives the same
 * bytes for ever. The verdict: MATCHED, MISSING (which flows), CONFLICT (which
 * fields), DUPLICATE (two filings claim the same place). Sources: GACC 2018-194 (identity, currency),
 * the field rules of CEB 202205 and the customs' own reject codes; tolerance between order and payment is 0.
 * Precedence: DUPLICATE, CONFLICT, MISSING, MATCHED: what is there is compared
 * at once, so that a mismatch is told before the last flow has come.
 */
#ifndef MODEL_VERDICT_H
#define MODEL_VERDICT_H

#include "base/arena.h"
#include "base/id.h"
#include "model/codebook.h"
#include "model/document.h"
#include "model/rule.h"

struct filed { /* one filing of the declaration, any revision */
	struct id id;
	enum doc_kind kind;
	enum action action;
	int revision;
	struct text business_key;
	int64_t received_us;
	const struct document *doc; /* checked; NULL only for ACTION_DELETE */
};

struct trade_case {
	struct text platform_code, order_no;
	int64_t opened_us;         /* the declaration's first filing: its business date */
	const struct filed *filed; /* in any order */
	int filed_count;
	bool waybill_taken;        /* the waybill that the inventory names belongs to another declaration */
	bool identity_attested;    /* GACC 2018-194: a recorded answer of the police interface or an attested registration covers the
	                            * buyer's identity on the business date. Absent means no. */
};

/* PENDING and BLOCKED are said of flows that match, before they are declared: by what departments answer (flow/judge_lookups.c);
 * BLOCKED also by the lane of the risk rules (flow/judge_risk.c). */
enum verdict_kind { VERDICT_MISSING, VERDICT_MATCHED, VERDICT_CONFLICT, VERDICT_DUPLICATE, VERDICT_PENDING, VERDICT_BLOCKED, VERDICT_KIND_COUNT };
const char *verdict_name(enum verdict_kind v); /* "MISSING" … */
const char *verdict_title(enum verdict_kind v, bool chinese);

enum { DIFFERENCES_MAX = 24 };

struct difference {
	enum rule rule;
	enum doc_kind left_kind, right_kind; /* equal for a duplicate */
	enum field left_field, right_field;  /* FIELD_NONE: the whole */
	int line;                            /* row in the left document's lines, its neighbour is the right one's row of the same
	                                      * line_no; -1: head */
	const struct filed *left, *right;    /* NULL: not there */
	enum doc_kind corrects;              /* whose sender must correct; DOC_KIND_COUNT: nobody */
};

struct verdict {
	enum verdict_kind kind;
	unsigned present, missing;                    /* FLOW() bits */
	const struct filed *current[DOC_FLOW_COUNT];  /* the latest revision that stands; NULL: none */
	const struct regime *regime;                  /* the row used */
	struct difference differences[DIFFERENCES_MAX];
	int difference_count, more;                   /* more: found, but beyond the list */
	int64_t wait_until_us;                        /* MISSING: end of the waiting window */
	bool expired;                                 /* now has reached it */
	bool wants_identity;                          /* the payer differs from the buyer and nothing else does: an attestation would decide */
};

void verdict_judge(const struct trade_case *c, const struct codebook *book, int64_t now_us, struct verdict *out);

/* The reasons as stored in a decision: [{"rule","source","line","left":{"kind","field","filing_id","path":[…]},
 * "right":{…},"corrects"}]. line is the line_no (null: head), path a list of strings into the canonical document; then one entry
 * per missing flow, with right null and no filing_id. No values: readers get those of their own filings from the documents. */
void verdict_put_reasons(struct buf *b, const struct verdict *v);
/* What was declared, as a digest over the ids of the filings that matched and that the regime asks for: a new version goes
 * out only if it changes. */
struct sha256 verdict_basis(const struct verdict *v);

#endif
