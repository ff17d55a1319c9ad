/*
 * What each authority has said about each version.
 *
 * An answer either moves a part on (received, entered, review, inspect, held) or ends it
 * (clear, rejected). The first ending by the authority's own time stays; whatever the same
 * authority says after it and means otherwise is a contradiction, for a person to look at.
 * What follows for the declaration is in clearance_table.c.
 */
#include "model/clearance.h"

#include <assert.h>

static const struct {
	const char *name;
	bool is_final;
} outcomes[OUTCOME_COUNT] = {
#define X(id, name, final) [OUTCOME_##id] = { name, final },
	PART_OUTCOMES(X)
#undef X
};

const char *outcome_name(enum part_outcome o)
{
	assert(o < OUTCOME_COUNT);
	return outcomes[o].name;
}

bool outcome_by_name(struct text t, enum part_outcome *out)
{
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		if (text_is(t, outcomes[i].name)) {
			*out = (enum part_outcome)i;
			return true;
		}
	}
	return false;
}

static const char *const givers[GIVER_COUNT] = { [GIVER_AUTHORITY] = "authority", [GIVER_PERSON] = "person", [GIVER_RULE] = "rule" };

const char *answer_giver_name(enum answer_giver g)
{
	assert(g < GIVER_COUNT);
	return givers[g];
}

bool answer_giver_by_name(struct text t, enum answer_giver *out)
{
	for (int i = 0; i < GIVER_COUNT; i++) {
		if (text_is(t, givers[i])) {
			*out = (enum answer_giver)i;
			return true;
		}
	}
	return false;
}

bool outcome_is_final(enum part_outcome o)
{
	assert(o < OUTCOME_COUNT);
	return outcomes[o].is_final;
}

bool outcome_of_customs(struct text return_status, enum part_outcome *out)
{
	static const struct {
		const char *status;
		enum part_outcome outcome;
	} table[] = {
		{ "1", OUTCOME_RECEIVED },  /* stored by the e-port */
		{ "2", OUTCOME_RECEIVED },  /* being declared */
		{ "3", OUTCOME_RECEIVED },  /* passed on to customs */
		{ "4", OUTCOME_RECEIVED },  /* passing on failed: the e-port has it and repeats */
		{ "120", OUTCOME_ENTERED }, /* logic checks passed */
		{ "400", OUTCOME_ENTERED }, /* waits for the goods' arrival; some districts only */
		{ "300", OUTCOME_REVIEW },
		{ "500", OUTCOME_INSPECT },
		{ "501", OUTCOME_HELD },
		{ "502", OUTCOME_HELD },
		{ "503", OUTCOME_HELD },
		{ "505", OUTCOME_HELD },
		{ "599", OUTCOME_HELD },
		{ "600", OUTCOME_HELD },
		{ "399", OUTCOME_CLEAR },
		{ "800", OUTCOME_CLEAR },
		{ "899", OUTCOME_CLEAR },
		{ "100", OUTCOME_REJECTED },
		{ "700", OUTCOME_REJECTED }, /* shipped back */
	};
	int64_t number;

	for (size_t i = 0; i < COUNTOF(table); i++) {
		if (text_is(return_status, table[i].status)) {
			*out = table[i].outcome;
			return true;
		}
	}
	if (!text_to_i64(return_status, &number) || number >= 0)
		return false;
	*out = OUTCOME_REJECTED; /* every negative status is a processing error */
	return true;
}

/* At one and the same time: movements before endings, a refusal before a clearance. */
static int rank(enum part_outcome o)
{
	if (o == OUTCOME_REJECTED)
		return OUTCOME_CLEAR;
	if (o == OUTCOME_CLEAR)
		return OUTCOME_REJECTED;
	return (int)o;
}

/* Is a after b in the order of answers? Arrival has no part in it. */
static bool is_after(const struct answer *a, const struct answer *b)
{
	if (a->at_us != b->at_us)
		return a->at_us > b->at_us;
	return rank(a->outcome) > rank(b->outcome);
}

struct folding { /* of one part */
	struct answer last;     /* the latest movement */
	struct answer ended;    /* the earliest ending */
	struct answer selected; /* the earliest selection for inspection */
};

static void take(struct folding *f, const struct answer *a)
{
	if (a->outcome == OUTCOME_NONE)
		return;
	if (a->outcome == OUTCOME_INSPECT && (f->selected.outcome == OUTCOME_NONE || is_after(&f->selected, a)))
		f->selected = *a;
	if (outcome_is_final(a->outcome)) {
		if (f->ended.outcome == OUTCOME_NONE || is_after(&f->ended, a))
			f->ended = *a;
	} else if (f->last.outcome == OUTCOME_NONE || is_after(a, &f->last)) {
		f->last = *a;
	}
}

static bool contradicts(const struct folding *f, const struct answer *a)
{
	return f->ended.outcome != OUTCOME_NONE && a->outcome != OUTCOME_NONE && a->outcome != f->ended.outcome &&
	       is_after(a, &f->ended);
}

static bool is_about(const struct answer *a, const struct part *p)
{
	return a->authority == p->authority && a->version == p->version;
}

/* A rule of ours says nothing of what the authority has; nor does a person, before it was handed over. */
static bool is_unheard(const struct part *p, const struct answer *answers, int answer_count)
{
	bool in_its_name = false;

	for (int i = 0; i < answer_count; i++) {
		if (!is_about(&answers[i], p))
			continue;
		if (answers[i].giver == GIVER_AUTHORITY || (answers[i].giver == GIVER_PERSON && p->handed_over))
			return false;
		in_its_name = true;
	}
	return in_its_name;
}

static void fold_part(struct part *p, const struct answer *answers, int answer_count)
{
	/* What is stored is one of the answers that were folded before: taking it again changes nothing, and makes
	 * it enough to give the new ones only. */
	const struct answer stored = { .authority = p->authority, .version = p->version, .outcome = p->outcome, .at_us = p->outcome_at_us };
	struct folding f = { 0 };
	const struct answer *result;

	take(&f, &stored);
	for (int i = 0; i < answer_count; i++) {
		if (is_about(&answers[i], p))
			take(&f, &answers[i]);
	}
	p->contradicted = contradicts(&f, &stored);
	for (int i = 0; i < answer_count; i++) {
		if (is_about(&answers[i], p))
			p->contradicted |= contradicts(&f, &answers[i]);
	}
	result = f.ended.outcome != OUTCOME_NONE ? &f.ended : &f.last;
	p->outcome = result->outcome;
	p->outcome_at_us = result->at_us;
	p->inspected = f.selected.outcome != OUTCOME_NONE && (f.ended.outcome == OUTCOME_NONE || is_after(&f.ended, &f.selected));
	p->inspected_us = p->inspected ? f.selected.at_us : 0;
	p->unheard = is_unheard(p, answers, answer_count);
	p->recognised = NULL;
}

/*
 * Versions go to an authority one after the other: the oldest that was not handed over yet goes, once every
 * older one there was answered in any way (by itself) or is given up (dead). An older one that was never sent is
 * in the way too: an attempt may have it in hand. And what a newer version has overtaken does not go any more.
 */
static bool may_go(const struct part *p, const struct part *parts, int part_count)
{
	if (p->sent)
		return false;
	for (int i = 0; i < part_count; i++) {
		const struct part *q = &parts[i];

		if (q->authority != p->authority)
			continue;
		if (q->version < p->version && (q->outcome == OUTCOME_NONE || q->unheard) && !q->dead)
			return false;
		if (q->version > p->version && q->sent && !q->dead)
			return false;
	}
	return true;
}

void clearance_fold(struct part *parts, int part_count, const struct answer *answers, int answer_count)
{
	for (int i = 0; i < part_count; i++)
		fold_part(&parts[i], answers, answer_count);
	for (int i = 0; i < part_count; i++)
		parts[i].may_go = may_go(&parts[i], parts, part_count);
}

enum part_outcome part_outcome(const struct part *p)
{
	if (p->recognised == NULL)
		return p->outcome;
	return p->recognised->clears ? OUTCOME_CLEAR : OUTCOME_ENTERED;
}

int clearance_declared(const struct part *parts, int part_count)
{
	int version = 0;

	for (int i = 0; i < part_count; i++)
		if (!parts[i].withdraws && !parts[i].returns && parts[i].version > version)
			version = parts[i].version;
	return version;
}

enum withdrawal clearance_withdrawal(const struct part *parts, int part_count, int *version)
{
	enum part_outcome said = OUTCOME_CLEAR; /* nobody has to agree */

	*version = 0;
	for (int i = 0; i < part_count; i++)
		if (parts[i].withdraws && parts[i].version > *version)
			*version = parts[i].version;
	if (*version < clearance_declared(parts, part_count))
		*version = 0; /* another was declared after it */
	if (*version == 0)
		return WITHDRAWAL_NONE;
	for (int i = 0; i < part_count; i++)
		if (parts[i].version == *version && parts[i].authority == AUTHORITY_CUS)
			said = parts[i].outcome;
	return said == OUTCOME_CLEAR ? WITHDRAWAL_APPROVED : said == OUTCOME_REJECTED ? WITHDRAWAL_REFUSED : WITHDRAWAL_ASKED;
}
