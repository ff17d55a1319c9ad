/*
 * From verdict and authorities' answers to one state and one release.
 *
 * Pure folds over sets: answers are ordered by the authority's own time, so that
 * repeated, late and out-of-order ones change nothing twice (P4). The table of
 * changes in clearance_table.c is all there is; what is not there cannot happen, and
 * an answer that contradicts a final outcome opens a case instead.
 */
#ifndef MODEL_CLEARANCE_H
#define MODEL_CLEARANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "model/authority.h"
#include "model/verdict.h"

/* State of a declaration (the one list): X(id, name, final, English, Chinese) */
#define DECLARATION_STATES(X) \
	X(WAITING,   "waiting",   false, "Waiting for flows",              "待三单匹配") \
	X(CONFLICT,  "conflict",  false, "The flows differ",               "三单不符") \
	X(DECLARED,  "declared",  false, "Declared to the authorities",    "已申报") \
	X(REVIEW,    "review",    false, "Under review by an authority",   "人工审核") \
	X(INSPECT,   "inspect",   false, "Selected for inspection",        "查验") \
	X(HELD,      "held",      false, "Held by an authority",           "挂起或扣留") \
	X(REJECTED,  "rejected",  false, "Rejected by an authority; may be corrected and filed again", "退单") \
	X(RELEASED,  "released",  true,  "Released",                       "放行") \
	X(EXPIRED,   "expired",   false, "The waiting window ended",       "匹配超时") \
	X(WITHDRAWN, "withdrawn", false, "Withdrawn by the declarant",     "已撤销") \
	X(WITHDRAWING, "withdrawing", false, "Customs is asked to cancel it", "撤销申请中") \
	X(BLOCKED,   "blocked",   false, "A department's answer or a risk rule stands against it; may be corrected", "部门核查或风险判定不通过")

enum declaration_state {
#define X(id, name, final, en, zh) STATE_##id,
	DECLARATION_STATES(X)
#undef X
	STATE_COUNT
};
const char *state_name(enum declaration_state s);
const char *state_title(enum declaration_state s, bool chinese);
bool state_by_name(struct text t, enum declaration_state *out) must_check;
bool state_is_final(enum declaration_state s);
/* Before release a filing may be changed or withdrawn (GACC 2018-194 art. 11); while customs decides whether it is cancelled, neither. */
bool state_allows_revision(enum declaration_state s);

/* What one authority has said about one version so far. */
#define PART_OUTCOMES(X) \
	X(NONE,     "none",     false) \
	X(RECEIVED, "received", false) /* customs 1 2 3 4 */ \
	X(ENTERED,  "entered",  false) /* customs 120 400 */ \
	X(REVIEW,   "review",   false) /* 300 */ \
	X(INSPECT,  "inspect",  false) /* 500 */ \
	X(HELD,     "held",     false) /* 501 502 503 505 599 600 */ \
	X(CLEAR,    "clear",    true)  /* 399 800 899; others: accepted */ \
	X(REJECTED, "rejected", true)  /* 100, negative, 700 */

enum part_outcome {
#define X(id, name, final) OUTCOME_##id,
	PART_OUTCOMES(X)
#undef X
	OUTCOME_COUNT
};
const char *outcome_name(enum part_outcome o);
bool outcome_by_name(struct text t, enum part_outcome *out) must_check;
bool outcome_is_final(enum part_outcome o);
/* customs returnStatus (CEB 202205, return status) → outcome; false: unknown status. */
bool outcome_of_customs(struct text return_status, enum part_outcome *out) must_check;

/* By itself, or in its name: by a person (a ruling), by a rule of ours. Only the first proves that it has the message. */
enum answer_giver { GIVER_AUTHORITY, GIVER_PERSON, GIVER_RULE, GIVER_COUNT };
const char *answer_giver_name(enum answer_giver g);
bool answer_giver_by_name(struct text t, enum answer_giver *out) must_check;

struct answer { /* one stored receipt of an authority for one version */
	enum authority authority;
	int version;
	enum part_outcome outcome;
	int64_t at_us;       /* the authority's own time: orders them. At one time movements come before endings, a refusal
	                      * before a clearance; when it was received has no part in it */
	enum answer_giver giver;
};

struct part { /* one delivery */
	enum authority authority;
	int version;
	bool sent;             /* tried at least once, or dead */
	bool handed_over;      /* the authority took it */
	bool dead;
	enum part_outcome outcome; /* in: stored; out: folded */
	int64_t outcome_at_us;
	bool contradicted;     /* out: an answer came after a final outcome and says another thing */
	bool may_go;           /* out: not sent yet, every older version there has a known outcome or is dead (one that was
	                        * never sent is in the way too: it goes first), and no newer one was sent */
	bool unheard;          /* out: what was answered was answered in its name, while it may not have the message */
	bool withdraws;        /* it does not declare: it takes back what the declared version says */
	bool returns;          /* it does not declare: it asks for a return of goods that were released */
	bool inspected;        /* out: selected for inspection, by an answer that is not later than its ending */
	int64_t inspected_us;  /* out: when first, by the authority's own time */
	const struct recognition *recognised; /* out of inspection_recognise(): the rule by which another authority's outcome stands for it */
	int64_t recognised_us; /* out: when that one came to it */
};
/* What the part says for the state: its own outcome, or the one recognised in its place. */
enum part_outcome part_outcome(const struct part *p);

/* Folds answers into parts (both of one declaration, all versions). A stored outcome counts as one more answer, so
 * all answers or only the new ones may be given (but who was inspected is known from all only). The earliest ending stays; the latest
 * movement before it counts. */
void clearance_fold(struct part *parts, int part_count, const struct answer *answers, int answer_count);

/* The newest version that declares; 0: none. What came after it, if anything, takes it back, or goods of it. */
int clearance_declared(const struct part *parts, int part_count);
/* How the newest withdrawal of the declared version stands. Customs decides it (GACC 2018-194 art. 11); where customs has no part
 * in it, the declarant's word is enough. *version: its number; 0: none was asked for. */
enum withdrawal { WITHDRAWAL_NONE, WITHDRAWAL_ASKED, WITHDRAWAL_APPROVED, WITHDRAWAL_REFUSED };
enum withdrawal clearance_withdrawal(const struct part *parts, int part_count, int *version);

struct clearance_input {
	enum verdict_kind verdict;
	bool expired;
	bool withdrawn;                 /* nothing was declared, or customs has cancelled what was */
	bool withdrawing;               /* customs is asked to cancel it and has not decided */
	enum declaration_state state;   /* now */
	int version;                    /* declared version; 0: none yet */
	const struct part *parts;       /* folded */
	int part_count;
};
/* The state that follows: from verdict and parts only, whatever the state is now, except that RELEASED never leaves (a
 * contradiction opens a case); all parts of the declared version must be CLEAR for it. */
enum declaration_state clearance_state(const struct clearance_input *in);
/* The table as a page: a diagram and a row for each change. docs/STATES.md is this output. */
void clearance_put_page(struct buf *b);

#endif
