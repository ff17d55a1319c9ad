/*
 * Who waits for whom: the steps of a declaration's regime, held against what has been filed and answered.
 *
 * Pure: everything it knows is in the arguments. A filing may come before the steps that it needs; so what a step waits for is
 * everything before it, near or far, that is not over. The declaration waits for the steps that wait for nobody and are not over.
 */
#ifndef MODEL_STEPS_H
#define MODEL_STEPS_H

#include "base/id.h"
#include "model/clearance.h"
#include "model/codebook.h"
#include "model/delivery.h"

struct step_filing { /* one filing of the declaration, any revision */
	struct id id;
	struct text kind, business_key;
	int revision;
	bool takes_back;      /* action delete */
	bool own;             /* the caller's */
	int64_t received_us;
};

struct step_movement { /* what its parcel's events say of a kind of filing that tells of such events */
	struct text kind;
	int64_t at_us;        /* the first event's own time */
	bool own;             /* the caller told it */
	bool has_filing;      /* else the carrier told it without one */
	struct id filing;
};

struct step_part { /* the delivery of the declared version to one authority */
	enum authority authority;
	enum delivery_state state;
	enum part_outcome outcome;
	int64_t outcome_us;   /* the authority's own time */
};

struct step_party { /* a company of the trade, as its filings name it */
	const char *role;     /* "platform" */
	struct text code, name;
};

struct steps_case {
	const struct regime *regime;
	int32_t day;          /* on which the declaration was opened */
	enum declaration_state state;
	const struct step_filing *filings; /* in any order */
	int filing_count;
	const struct step_movement *movements;
	int movement_count;
	const struct step_part *parts;
	int part_count;
	struct text corrects; /* kinds whose senders must correct, parted by commas: of a conflict */
	const struct step_party *parties;
	int party_count;
	struct goods_found goods; /* the classes that the inventory's goods are in on the day */
};

enum step_progress { PROGRESS_DONE, PROGRESS_REFUSED, PROGRESS_UNDER_WAY, PROGRESS_WAITING, PROGRESS_NOT_NEEDED };
const char *step_progress_name(enum step_progress p); /* done refused in_progress waiting not_needed */

struct step_report {
	const struct regime_step *step;
	enum step_progress progress;
	int64_t done_us;                /* when it was filed or answered; INT64_MIN: not yet */
	const struct step_filing *by;   /* the filing that stands for it; NULL: none */
	const struct step_movement *moved; /* the events that stand for it; NULL: none */
	const struct step_part *part;   /* of an authority's step; NULL: nothing declared yet */
	const struct goods_row *because; /* of a step that is there for some goods only: the row that asks for it; NULL: none of the goods does */
	struct text because_hs;         /* and the commodity code */
	bool to_correct;                /* filed, and it must be corrected */
	uint32_t waits_for;             /* STEP_BIT()s before it that are not over */
	bool is_next;                   /* the declaration waits for it */
};

/* The steps in force on the day, in order; returns how many. */
int steps_judge(const struct steps_case *c, struct step_report out[STEP_NUMBER_MAX]);

/* Role number n (from 0) of a step: false: there are no more. */
bool step_role(const struct regime_step *s, int n, struct text *role) must_check;
const struct step_party *step_party_of(const struct steps_case *c, struct text role); /* NULL: not known yet */
/* What kinds and roles are called; a name that is unknown here stands for itself. */
struct text step_kind_title(struct text kind, bool chinese);
struct text step_role_title(struct text role, bool chinese);
/* One sentence: "Waits for the payment from the payment company 9115… (…)." */
void steps_put_sentence(struct buf *b, const struct steps_case *c, const struct step_report *steps, int count, bool chinese);

#endif
